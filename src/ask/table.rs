//! `table f(z), f'(z) for z in [-10, 0, 10]`: the notes' tables of slopes.

use super::Cx;
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::fact::{Cells, Held, Row};
use crate::view::{Align, Cell, Table, number};
use std::sync::Arc;

/// The most rows of a table.
const ROWS: usize = 10_000;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let Some((def, over)) = &ask.over else {
        return Err(Box::new(
            Diagnostic::error("nnlang::syntax::missing_clause", "a table needs its points")
                .at(span, "nothing says where")
                .mend("write `table f(z), f'(z) for z in [-10, 0, 10]`"),
        ));
    };
    let range = cx.node(over)?;
    let points = cx.eval.value(range, over.span)?.to_f64();
    if points.ndim() != 1 || points.len() > ROWS {
        let shape = cx.shape(range);
        return Err(Box::new(
            Diagnostic::error("nnlang::shape::each", format!("a table runs over a vector of at most {ROWS} points"))
                .at(over.span, shape)
                .mend("write `for z in [-10, 0, 10]`, or a range that is shorter"),
        ));
    }
    let name = cx.eval.compiled.def(*def).name.to_string();
    let heads: Vec<String> = ask.exprs.iter().map(|asked| cx.text(asked.span)).collect();
    let mut nodes = vec![];
    for asked in &ask.exprs {
        nodes.push(cx.node(asked)?);
    }
    let columns =
        std::iter::once((name.as_str(), Align::Right)).chain(heads.iter().map(|head| (head.as_str(), Align::Right)));
    let mut table = Table::new(columns);
    let mut facts = vec![];
    for point in points.iter() {
        let values = cx.eval.with(&nodes, &[(*def, Arc::new(Tensor::scalar(*point)))], span)?;
        let mut row = vec![Cell::number(number(*point, cx.digits))];
        let mut held = vec![(name.clone(), Held::Number(*point))];
        for (head, value) in heads.iter().zip(&values) {
            let text = match value.item() {
                Some(v) if value.shape().is_empty() => number(v, cx.digits),
                _ => {
                    let entries: Vec<String> = value.to_f64().iter().map(|v| number(*v, cx.digits)).collect();
                    format!("[{}]", entries.join(", "))
                }
            };
            row.push(Cell::number(text));
            held.push((head.clone(), Held::Tensor(value.clone())));
        }
        table.row(row);
        facts.push(Row { row: Cells(held) }.into());
    }
    cx.push(span, table.doc(), facts);
    Ok(())
}
