//! `time J`: how long a run of an expression takes, and which lines of the program take it.

use super::Cx;
use crate::diag::Diagnostic;
use crate::eval::Timed;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::fact::{self, LineTimed};
use crate::view::{Align, Cell, Doc, Line, Style, Table, bytes, number, seconds};
use std::collections::BTreeMap;
use std::time::Duration;

/// So many lines are shown.
const SHOWN: usize = 12;
/// So long a text of a line is shown.
const TEXT: usize = 60;

/// What a line of the program takes.
#[derive(Default)]
struct Part {
    text: String,
    seconds: f64,
    bytes: u64,
}

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        let node = cx.node(asked)?;
        let timed = cx.eval.time(node, asked.span)?;
        let text = cx.text(asked.span);
        show(cx, &text, &timed, span);
    }
    Ok(())
}

fn show(cx: &mut Cx, text: &str, timed: &Timed, span: Span) {
    let parts = by_line(cx, timed, span);
    let lines = parts.iter().map(|(line, part)| LineTimed { line: *line, seconds: part.seconds, bytes: part.bytes });
    let fact = fact::Timed {
        runs: timed.runs,
        min_s: timed.min.as_secs_f64(),
        median_s: timed.median.as_secs_f64(),
        compile_s: timed.compile.as_secs_f64(),
        peak_bytes: timed.peak,
        lines: lines.collect(),
    };
    let all: f64 = parts.iter().map(|(_, part)| part.seconds).sum();
    let mut doc = Doc::line(Line::new().name(text).plain(": ").number(seconds(timed.min)).plain(" a run"));
    let of = |duration: Duration| seconds(duration);
    let times = if timed.runs == 1 { "run".to_string() } else { format!("{} runs", timed.runs) };
    doc.push(Line::new().note(format!(
        "the median of {times} is {}; compiled in {}, at most {} of memory",
        of(timed.median),
        of(timed.compile),
        bytes(timed.peak)
    )));
    let head = [("line", Align::Right), ("time", Align::Right), ("", Align::Right), ("results", Align::Right)];
    let mut table = Table::new(head.into_iter().chain([("", Align::Left)]));
    for (line, part) in parts.iter().take(SHOWN) {
        let share = if all > 0.0 { 100.0 * part.seconds / all } else { 0.0 };
        table.row([
            Cell::number(line.to_string()),
            Cell::number(seconds(Duration::from_secs_f64(part.seconds))),
            Cell::number(format!("{} %", number(share, if share < 10.0 { 2 } else { 3 }))),
            Cell::number(bytes(part.bytes)),
            Cell::new(Style::Plain, &part.text),
        ]);
    }
    if !parts.is_empty() {
        table.doc().lines.into_iter().for_each(|line| doc.push(line));
    }
    if let Some(more) = parts.len().checked_sub(SHOWN + 1) {
        let rest: f64 = parts.iter().skip(SHOWN).map(|(_, part)| part.seconds).sum();
        let rest = seconds(Duration::from_secs_f64(rest));
        doc.push(Line::new().note(format!("{} more lines take {rest}", more + 1)));
    }
    cx.push(span, doc, vec![fact.into()]);
}

/// The lines, the dearest first. What stands in another text (a file that is used) counts where that is used, or is asked.
fn by_line(cx: &Cx, timed: &Timed, span: Span) -> Vec<(usize, Part)> {
    let sources = cx.eval.sources;
    let mut parts: BTreeMap<usize, Part> = BTreeMap::new();
    for (node, seconds, bytes) in &timed.parts {
        let at = cx.eval.compiled.span(*node).filter(|at| at.source == span.source && at.start < at.end);
        let at = at.unwrap_or(span);
        let part = parts.entry(sources.line(at)).or_default();
        part.seconds += seconds;
        part.bytes += bytes;
    }
    let source = sources.get(span.source);
    let mut out: Vec<(usize, Part)> = parts.into_iter().collect();
    for (line, part) in &mut out {
        let text = source.text.get(source.line_range(*line)).unwrap_or("").trim();
        part.text = text.chars().take(TEXT).collect();
        if text.chars().count() > TEXT {
            part.text.push('…');
        }
    }
    out.sort_by(|(a, x), (b, y)| y.seconds.total_cmp(&x.seconds).then(a.cmp(b)));
    out
}
