//! Why an input cannot hold what a line of a `data` block is: the row and the cell that are to blame.

use super::{Block, Line};
use crate::diag::Diagnostic;
use ndarray::Axis;
use std::sync::Arc;

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
    pub(super) fn not_a_number(&self, line: &Line, row: usize) -> Box<Diagnostic> {
        let name = &line.name.text;
        let words = |column: &str| {
            let texts = self.table.texts(column).unwrap_or_default();
            let numbers = self.table.column(column);
            let any = numbers.is_some_and(|column| column.numbers.iter().any(|v| !v.is_nan()));
            !any && texts.iter().any(|text| !crate::data::table::is_missing(text))
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
        let infinite = line.value.array.index_axis(Axis(0), if line.value.rows { row } else { 0 });
        if let Some(infinite) = infinite.iter().find(|v| v.is_infinite()) {
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
            return Box::new(
                Diagnostic::error(
                    "nnlang::data::kind",
                    format!(
                        "`{}` is a kind that no training row has: {}",
                        crate::data::errors::short(cell),
                        place(column)
                    ),
                )
                .at(line.name.span, format!("numbers the kinds of `{column}` in the training rows"))
                .mend(format!("give such kinds a number of their own: `index({column}, other=true)`")),
            );
        }
        Box::new(
            Diagnostic::error("nnlang::data::line", format!("`{name}` is no number in row {} of the file", row + 1))
                .at(line.name.span, "as a logarithm of a negative number is none")
                .mend(format!("leave the row out: `rows = row != {row}`")),
        )
    }
}
