//! `nnlang run FILE --each rate=0.01,0.001`: every combination of values from the program's own beginnings, in one table.

use super::World;
use crate::session::{Answer, Report, Session};
use crate::view::fact::{Cells, Fact, Held, Run};
use crate::view::{Align, Cell, Line, Style, Table, number};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// Measures of which more is better; of others the least is best.
const MORE: [&str; 8] = ["accuracy", "precision", "recall", "f1", "r2", "auc", "roc_auc", "correlation"];

/// The values of a name: `0.01,0.001`, or `0..5`, which ends before its end.
fn values(text: &str) -> Vec<String> {
    if let Some((from, to)) = text.split_once("..")
        && let (Ok(from), Ok(to)) = (from.trim().parse::<i64>(), to.trim().parse::<i64>())
        && to - from <= 100_000
    {
        return (from..to).map(|value| value.to_string()).collect();
    }
    // A comma in brackets belongs to a value.
    let (mut out, mut depth) = (vec![String::new()], 0);
    for c in text.chars() {
        match c {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                out.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = out.last_mut() {
            last.push(c);
        }
    }
    out.into_iter().map(|value| value.trim().to_string()).filter(|value| !value.is_empty()).collect()
}

/// All combinations, the last name the fastest.
fn combinations(each: &[(String, String)]) -> Vec<Vec<(String, String)>> {
    let mut out: Vec<Vec<(String, String)>> = vec![vec![]];
    for (name, text) in each {
        let all = values(text);
        out = out
            .iter()
            .flat_map(|before| {
                all.iter().map(|value| {
                    let mut row = before.clone();
                    row.push((name.clone(), value.clone()));
                    row
                })
            })
            .collect();
    }
    out
}

/// What a run's `evaluate` lines came to: the title of each number, as `J test`.
fn measured(report: &Report) -> Vec<(String, f64)> {
    let mut out = vec![];
    for fact in report.answers.iter().flat_map(|answer| &answer.facts) {
        let Fact::Measured(measured) = fact else { continue };
        let part = if measured.part == "all" { String::new() } else { format!(" {}", measured.part) };
        out.extend(measured.values.in_numbers().map(|(name, value)| (format!("{name}{part}"), value)));
    }
    out
}

/// Runs every combination; the report has the table, and the problems of the first run that has some.
pub(super) fn run(session: &Session, name: &str, text: &str, each: &[(String, String)], limit: u64) -> Report {
    let rows = combinations(each);
    let reports: Mutex<Vec<(usize, Report)>> = Mutex::new(vec![]);
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(row) = rows.get(at) else { return };
            let mut settings = session.settings().clone();
            for (name, value) in row {
                match (name.as_str(), value.parse::<u64>()) {
                    ("seed", Ok(seed)) => settings.seed = Some(seed),
                    _ => settings.set.push((name.clone(), value.clone())),
                }
            }
            let report = Session::new(settings).answer(name, text, &mut World::new(limit, true)).1;
            let stop = report.interrupted;
            reports.lock().unwrap_or_else(PoisonError::into_inner).push((at, report));
            if stop {
                return;
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(rows.len());
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // Where no thread is to be had, the others do its work.
            let _ = std::thread::Builder::new().stack_size(super::STACK).spawn_scoped(scope, work);
        }
        work();
    });
    let mut all = reports.into_inner().unwrap_or_else(PoisonError::into_inner);
    all.sort_by_key(|(at, _)| *at);
    if let Some(wrong) = all.iter().position(|(_, report)| report.diagnostics.iter().any(|it| it.is_error())) {
        let mut report = all.swap_remove(wrong).1;
        report.answers.clear();
        return report;
    }
    let (found, mut report) = (tabled(&rows, &all), Report::default());
    if let Some((_, first)) = all.into_iter().next() {
        report.sources = first.sources;
        report.diagnostics = first.diagnostics;
        report.interrupted = first.interrupted;
    }
    report.answers.push(found);
    report
}

/// The place of the best row, and by what: the first measure, on the rows held out to choose by where there are any.
fn best(found: &[Vec<(String, f64)>]) -> Option<(usize, String)> {
    let titles: Vec<&String> = found.first()?.iter().map(|(title, _)| title).collect();
    let first = titles.first()?.trim_end_matches(" train");
    let of = |part: &str| titles.iter().position(|title| **title == format!("{first} {part}"));
    let at = of("valid").or_else(|| of("test")).unwrap_or(0);
    let more = MORE.iter().any(|word| first.starts_with(word));
    let value =
        |row: &Vec<(String, f64)>| row.get(at).map_or(f64::NAN, |(_, value)| if more { -value } else { *value });
    let rows = found.iter().enumerate().filter(|(_, row)| !value(row).is_nan());
    let row = rows.min_by(|(_, a), (_, b)| value(a).total_cmp(&value(b)))?.0;
    Some((row, format!("{} `{}`", if more { "largest" } else { "least" }, titles[at])))
}

fn tabled(rows: &[Vec<(String, String)>], reports: &[(usize, Report)]) -> Answer {
    let found: Vec<Vec<(String, f64)>> = reports.iter().map(|(_, report)| measured(report)).collect();
    let best = best(&found);
    let names = rows.first().into_iter().flatten().map(|(name, _)| (name.as_str(), Align::Right));
    let titles = found.first().into_iter().flatten().map(|(title, _)| (title.as_str(), Align::Right));
    let mut table = Table::new(names.chain(titles).chain([("", Align::Left)]));
    let mut facts = vec![];
    for (place, ((at, _), values)) in reports.iter().zip(&found).enumerate() {
        let is_best = best.as_ref().is_some_and(|(row, _)| *row == place);
        let mut cells: Vec<Cell> = rows[*at].iter().map(|(_, value)| Cell::name(value.clone())).collect();
        cells.extend(values.iter().map(|(_, value)| Cell::number(number(*value, 6))));
        cells.push(Cell::new(Style::Plain, if is_best { "← best" } else { "" }));
        table.row(cells);
        let given = rows[*at].iter().map(|(name, value)| {
            let held = value.parse().map_or_else(|_| Held::Word(value.clone()), Held::Number);
            (name.clone(), held)
        });
        let values = Cells::numbers(values.iter().map(|(title, value)| (title, *value)));
        facts.push(Run { each: Cells(given.collect()), values, best: is_best }.into());
    }
    let mut doc = table.doc();
    match &best {
        Some((_, by)) => doc.push(Line::new().note(format!("best: {by}"))),
        None => doc.push(Line::new().note("the program has no `evaluate` line to compare by")),
    }
    Answer { statement: "--each".into(), line: 1, doc, facts, ..Answer::default() }
}

#[cfg(test)]
mod tests {
    use super::{combinations, values};

    #[test]
    fn values_are_listed_or_a_range() {
        assert_eq!(values("0.01, 0.001"), ["0.01", "0.001"]);
        assert_eq!(values("0..3"), ["0", "1", "2"]);
        assert_eq!(values("[1, 2],3"), ["[1, 2]", "3"]);
    }

    #[test]
    fn the_last_name_is_the_fastest() {
        let each = [("a".to_string(), "1,2".to_string()), ("b".to_string(), "x,y".to_string())];
        let all: Vec<String> = combinations(&each).iter().map(|row| format!("{}{}", row[0].1, row[1].1)).collect();
        assert_eq!(all, ["1x", "1y", "2x", "2y"]);
    }
}
