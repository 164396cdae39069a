//! Why an input cannot hold what a line of a `data` block is: the row and the cell that are to blame.

use super::value::Value;
use super::{Block, Line};
use crate::data::table::Table;
use crate::diag::Diagnostic;
use crate::outside::Refusal;
use crate::source::Span;
use std::sync::Arc;

/// Pieces of a large file that are looked at to tell what a column holds.
const PIECES: usize = 8;

impl Block {
    /// An input of whole numbers would be another in a row.
    pub(super) fn not_whole(&self, line: &Line, row: usize) -> Box<Diagnostic> {
        let name = &line.name.text;
        let place = line.value.of.first().map_or(format!("row {}", row + 1), |of| self.table.place(row, of));
        Box::new(
            Diagnostic::error(
                "nnlang::data::cell",
                format!("`{name}` is declared as whole numbers, and is none: {place}"),
            )
            .at(line.name.span, "whole numbers by its declaration")
            .mend("declare it without `int`, or make whole numbers of it: `round(…)`, `index(…)`"),
        )
    }

    /// Why an input would be no number in a row: the cell that is to blame.
    pub(super) fn not_a_number(&self, line: &Line, row: usize, infinite: Option<f64>) -> Box<Diagnostic> {
        let name = &line.name.text;
        let words = |column: &str| {
            let says = |table: &Table| {
                let texts = table.texts(column).unwrap_or_default();
                let numbers = table.column(column);
                let any = numbers.is_some_and(|column| column.numbers.iter().any(|v| !v.is_nan()));
                (!any, texts.iter().any(|text| !crate::data::table::is_missing(text)))
            };
            let said: Vec<(bool, bool)> = match self.table.is_streamed() {
                // Of a file that is read a piece at a time the first pieces, and that of the row.
                true => {
                    let first = self.table.parts().into_iter().take(PIECES);
                    let first = first.filter_map(|part| self.table.part(part, (0, 0)).ok().map(|(table, ..)| table));
                    first.chain(self.table.around(row).map(|(table, _)| table)).map(|table| says(&table)).collect()
                }
                false => vec![says(&self.table)],
            };
            said.iter().all(|(none, _)| *none) && said.iter().any(|(_, words)| *words)
        };
        let cells: Vec<(&Arc<str>, String)> =
            line.value.of.iter().filter_map(|of| Some((of, self.table.cell(row, of)?))).collect();
        let place = |column: &str| self.table.place(row, column);
        for (column, cell) in &cells {
            if crate::data::table::is_missing(cell) {
                let says = if cell.is_empty() { "is empty".to_string() } else { format!("says `{cell}`") };
                let fill = if words(column) {
                    format!("fill({column}, \"unknown\")")
                } else {
                    format!("fill({column}, median({column}))")
                };
                return Box::new(
                    Diagnostic::error(
                        "nnlang::data::missing",
                        format!("a cell that `{name}` needs is missing: {}", place(column)),
                    )
                    .at(line.name.span, format!("needs `{column}`"))
                    .because(format!("the cell {says}"))
                    .mend(format!("write `{fill}`, or leave such rows out: `rows = not missing({column})`")),
                );
            }
        }
        if let Some(infinite) = infinite {
            let from = line.value.of.first().map_or(format!("row {}", row + 1), |column| place(column));
            let problem = Diagnostic::error("nnlang::data::line", format!("`{name}` is {infinite}: {from}"));
            let problem = problem.at(line.name.span, "as the logarithm of 0, and what is divided by 0");
            return Box::new(problem.mend(format!("leave the row out: `rows = row != {row}`, or write `log1p(…)`")));
        }
        for (column, cell) in &cells {
            if line.whole || cell.parse::<f64>().is_ok_and(f64::is_finite) {
                continue;
            }
            let problem = Diagnostic::error(
                "nnlang::data::cell",
                format!("`{name}` needs a number, and finds `{}`: {}", crate::data::errors::short(cell), place(column)),
            )
            .at(line.name.span, format!("needs `{column}` as numbers"));
            let readings = crate::data::errors::readings(cell);
            return Box::new(if !readings.is_empty() {
                let readings: Vec<String> = readings.iter().map(|reading| format!("`{reading}`")).collect();
                problem.mend(format!("write {} in the file", readings.join(" or ")))
            } else if words(column) {
                problem.because(format!("the column `{column}` holds words")).mend(format!(
                    "write `one_hot({column})`, a column for each word, or `index({column})`, a whole number for each"
                ))
            } else {
                problem.mend(format!("mend the cell, or leave the row out: `rows = row != {row}`"))
            });
        }
        if let (Some((column, cell)), true) = (cells.first(), line.kinds.is_some() || line.whole) {
            return unseen(line, (column, cell), &place(column));
        }
        Box::new(
            Diagnostic::error("nnlang::data::line", format!("`{name}` is no number in row {} of the file", row + 1))
                .at(line.name.span, "as a logarithm of a negative number is none")
                .mend(format!("leave the row out: `rows = row != {row}`")),
        )
    }
}

/// A kind, a letter or a word that no training row has.
fn unseen(line: &Line, (column, cell): (&str, &str), place: &str) -> Box<Diagnostic> {
    let pieces = line.kinds.as_ref().filter(|(_, from)| *from == 1);
    if let Some((kinds, _)) = pieces {
        let letters = kinds.iter().all(|kind| kind.chars().count() == 1);
        let (what, call) = if letters { ("letter", "letters") } else { ("word", "words") };
        let title = format!("a {what} of `{}` stands in no training row: {}", crate::data::errors::short(cell), place);
        return Box::new(
            Diagnostic::error("nnlang::data::kind", title)
                .at(line.name.span, format!("numbers the {what}s of `{column}` in the training rows"))
                .mend(format!("give such {what}s a number of their own: `{call}({column}, other=true)`")),
        );
    }
    Box::new(
        Diagnostic::error(
            "nnlang::data::kind",
            format!("`{}` is a kind that no training row has: {}", crate::data::errors::short(cell), place),
        )
        .at(line.name.span, format!("numbers the kinds of `{column}` in the training rows"))
        .mend(format!("give such kinds a number of their own: `index({column}, other=true)`")),
    )
}

/// Pictures of different sizes.
pub(super) fn sizes(folder: &str, two: [(&str, [usize; 3]); 2], span: Span) -> Box<Diagnostic> {
    let said = two.map(|(file, [_, height, width])| format!("`{file}` is {width} by {height}"));
    let problem = Diagnostic::error("nnlang::data::picture", format!("the pictures of `{folder}` differ in size"))
        .at(span, format!("{}, {}", said[0], said[1]));
    let [_, height, width] = two[0].1;
    Box::new(problem.mend(format!("write `resize(picture, {height}, {width})`, height first")))
}

/// No row is left to train on.
pub(super) fn no_rows(rows: usize, kept: usize, held: usize, at: Span) -> Box<Diagnostic> {
    let problem = Diagnostic::error("nnlang::data::line", "no row is left to train on")
        .at(at, format!("{rows} rows, of which {kept} are kept and {held} held out"));
    Box::new(problem.mend("let `rows`, `test` and `valid` leave some; windows must be shorter than the file"))
}

/// A condition of which nothing is known in a row.
pub(super) fn unknown_choice(table: &Table, value: &Value, row: usize, span: Span) -> Box<Diagnostic> {
    let gap = |of: &&std::sync::Arc<str>| table.cell(row, of).is_some_and(|cell| crate::data::table::is_missing(&cell));
    let column = value.of.iter().find(gap).or(value.of.first());
    let place = column.map_or(format!("row {}", row + 1), |column| table.place(row, column));
    let problem = Diagnostic::error("nnlang::data::missing", format!("whether a row is chosen is not known: {place}"))
        .at(span, "what is missing is neither so nor so");
    Box::new(match column {
        Some(column) => problem.mend(format!("write `not missing({column}) and …`, or `fill({column}, …)`")),
        None => problem.mend("give each row 0 or 1"),
    })
}

/// More rows than can be counted here.
pub(super) fn too_many(rows: usize, at: Span) -> Box<Diagnostic> {
    let problem = Diagnostic::error("nnlang::value::file_large", format!("{rows} rows are more than can be counted"))
        .at(at, format!("at most {}", u32::MAX));
    Box::new(problem.mend("use a part of the file"))
}

/// The room beside memory is not there.
pub(super) fn no_room(refusal: &Refusal, at: Span) -> Box<Diagnostic> {
    let problem = Diagnostic::error("nnlang::data::room", format!("the examples find no room on the disk: {refusal}"))
        .at(at, "larger than what is held in memory")
        .because("a file larger than an eighth of the memory limit is read a piece at a time, and its examples are put into a file without a name");
    Box::new(
        problem.mend(
            "make room, or name a folder that has some: `TMPDIR=/data/tmp`; or give memory: `--memory-limit 16GiB`",
        ),
    )
}

/// Windows that take more than the memory that there is.
pub(super) fn wide_windows(bytes: f64, limit: u64, span: Span) -> Box<Diagnostic> {
    let shown = |bytes: f64| format!("{:.1} MiB", bytes / f64::from(1 << 20));
    let title = format!("these windows take {}, and the limit is {}", shown(bytes), shown(limit as f64));
    let problem = Diagnostic::error("nnlang::value::file_large", title).at(span, "a row of them for each row");
    Box::new(
        problem.mend("keep fewer rows of a window, `c[row : row + 720 : 6]`, or give memory: `--memory-limit 16GiB`"),
    )
}
