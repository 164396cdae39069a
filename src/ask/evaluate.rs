//! `evaluate J, accuracy(a2, y)`: numbers over all rows of each part of the data, a row for each part.

use super::{Cx, epochs};
use crate::data::PARTS;
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::{Align, Cell, Table, json_value};
use serde_json::Map;

/// Answers `evaluate`.
pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let mut nodes = vec![];
    let mut names = vec![];
    for asked in &ask.exprs {
        nodes.push(cx.node(asked)?);
        names.push(cx.text(asked.span));
    }
    let examples = cx.eval.state.examples.clone();
    let mut head = vec![("", Align::Left), ("rows", Align::Right)];
    head.extend(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(head);
    let mut facts = vec![];
    for (part, title) in PARTS.iter().enumerate() {
        let Some(values) = epochs::measure(cx, &examples, part, &nodes, span)? else { continue };
        let rows = examples.as_ref().map(|examples| examples.rows[part].len());
        let title = if rows.is_some() { title } else { "all" };
        let mut fact = Map::new();
        fact.insert("part".into(), title.into());
        if let Some(rows) = rows {
            fact.insert("rows".into(), rows.into());
        }
        let mut found = Map::new();
        let mut cells = vec![Cell::name(title), Cell::number(rows.map(|rows| rows.to_string()).unwrap_or_default())];
        for ((name, value), node) in names.iter().zip(&values).zip(&nodes) {
            cells.push(super::step::cell(cx, value, *node));
            found.insert(name.as_str().into(), json_value(value));
        }
        fact.insert("values".into(), found.into());
        table.row(cells);
        facts.push(fact);
    }
    cx.push(span, table.doc(), facts);
    Ok(())
}
