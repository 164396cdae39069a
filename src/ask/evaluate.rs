//! `evaluate J, accuracy(a2, y)`: numbers over all rows of each part of the data, a row for each part; and tables of numbers, such
//! as `confusion`, with the names of the kinds.

use super::{Cx, epochs};
use crate::data::PARTS;
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{Ask, Asked};
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::fact::{Cells, Held, Measured};
use crate::view::{Align, Cell, Line, Table, number};
use std::sync::Arc;

/// Answers `evaluate`.
pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let mut nodes = vec![];
    let mut names = vec![];
    for asked in &ask.exprs {
        nodes.push(cx.node(asked)?);
        names.push(cx.text(asked.span));
    }
    let is_table = |node: &NodeId| cx.eval.compiled.graph.shape(*node).rank() == 2;
    let tables: Vec<bool> = nodes.iter().map(is_table).collect();
    let examples = cx.eval.state.examples.clone();
    let mut head = vec![("", Align::Left), ("rows", Align::Right)];
    let numbers = || names.iter().zip(&tables).filter(|(_, table)| !**table).map(|(name, _)| name);
    head.extend(numbers().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(head);
    let mut facts = vec![];
    let mut shown: Vec<(String, usize, Arc<Tensor>)> = vec![];
    for (part, title) in PARTS.iter().enumerate() {
        let Some(values) = epochs::measure(cx, &examples, part, &nodes, span)? else { continue };
        let rows = examples.as_ref().map(|examples| examples.rows[part].len());
        let title = if rows.is_some() { title } else { "all" };
        let mut cells = vec![Cell::name(title), Cell::number(rows.map(|rows| rows.to_string()).unwrap_or_default())];
        let mut found = vec![];
        for (at, (name, value)) in names.iter().zip(values).enumerate() {
            found.push((name.clone(), Held::Tensor(value.clone())));
            match tables[at] {
                true => shown.push((format!("{name} on {title}"), at, value)),
                false => cells.push(super::step::cell(cx, &value, nodes[at])),
            }
        }
        table.row(cells);
        facts.push(Measured { part: title.to_string(), rows, values: Cells(found), kinds: None });
    }
    let mut doc = if shown.is_empty() || tables.contains(&false) { table.doc() } else { Default::default() };
    for (title, at, value) in shown {
        let kinds = kinds(cx, &ask.exprs[at]);
        doc.push(Line::new().name(title));
        doc.lines.extend(square(&value, kinds.as_deref(), cx.digits).doc().lines);
    }
    if let Some(kinds) =
        ask.exprs.iter().zip(&tables).filter(|(_, table)| **table).find_map(|(asked, _)| kinds(cx, asked))
    {
        for fact in &mut facts {
            fact.kinds = Some(kinds.to_vec());
        }
    }
    cx.push(span, doc, facts.into_iter().map(Into::into).collect());
    Ok(())
}

/// The kinds of the labels that a call is about: those of the last argument, where it is a line of the `data` block.
fn kinds(cx: &Cx, asked: &Asked) -> Option<Arc<Vec<String>>> {
    let block = cx.eval.state.block.as_ref()?;
    let text = cx.text(asked.span);
    let inside = text.strip_suffix(')')?;
    let named = inside.rsplit(['(', ',']).next()?.trim();
    let line = block.1.lines.iter().find(|line| line.name.text == named)?;
    line.kinds.as_ref().filter(|(_, from)| *from == 0).map(|(kinds, _)| kinds.clone())
}

/// A matrix of counts: a row a kind, a column what it was taken for.
fn square(value: &Tensor, kinds: Option<&Vec<String>>, digits: usize) -> Table {
    let array = value.to_f64();
    let (rows, columns) = (array.shape()[0], array.shape()[1]);
    let name = |at: usize| match kinds {
        Some(kinds) if kinds.len() == columns && rows == columns => kinds[at].clone(),
        _ => at.to_string(),
    };
    let names: Vec<String> = (0..columns).map(name).collect();
    let head = std::iter::once(("", Align::Left)).chain(names.iter().map(|name| (name.as_str(), Align::Right)));
    let mut table = Table::new(head);
    for (at, row) in array.outer_iter().enumerate() {
        let numbers = row.iter().map(|v| Cell::number(number(*v, digits)));
        let title = Cell::name(if rows == columns { name(at) } else { at.to_string() });
        table.row(std::iter::once(title).chain(numbers.collect::<Vec<_>>()));
    }
    table
}
