//! `graph J`: the graph as text, with values and derivatives on its nodes.

use super::trace;
use super::{Cx, slope_name};
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::{Align, Cell, Style, Table, json_value};
use serde_json::Map;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    if let Some(to) = &ask.to {
        return Err(Box::new(crate::resolve::errors::not_built("a picture of the graph in a file", to.span)));
    }
    for asked in &ask.exprs {
        let goal = cx.goal(asked)?;
        let of = cx.text(asked.span);
        let stages = trace::stages(cx, goal, &of, span)?;
        let nodes: Vec<NodeId> = stages.iter().map(|stage| stage.node).collect();
        let adjoints = trace::adjoints(cx, goal, &nodes, span)?;
        let mut table = Table::new([
            ("node", Align::Left),
            ("from", Align::Left),
            ("", Align::Left),
            ("value", Align::Left),
            ("derivative", Align::Left),
        ]);
        let mut facts = vec![];
        for (stage, adjoint) in stages.iter().zip(&adjoints) {
            let from: Vec<&str> = stage.from.iter().map(|(from, _)| stages[*from].name.as_str()).collect();
            let equation = stage.text.as_ref().map(|text| format!("= {text}")).unwrap_or_default();
            let slope = match adjoint {
                Some((value, node)) => {
                    format!("{} = {}", slope_name(&of, &stage.name), trace::shown(cx, value, *node))
                }
                None => String::new(),
            };
            table.row([
                Cell::name(&*stage.name),
                Cell::new(Style::Note, if from.is_empty() { String::new() } else { format!("← {}", from.join(", ")) }),
                Cell::new(Style::Plain, equation),
                Cell::new(Style::Number, trace::shown(cx, &stage.value, stage.node)),
                Cell::new(Style::Number, slope),
            ]);
            let mut fact = Map::new();
            fact.insert("node".into(), stage.name.as_str().into());
            fact.insert("from".into(), from.into());
            fact.insert("value".into(), json_value(&stage.value));
            if let Some((value, _)) = adjoint {
                fact.insert("derivative".into(), json_value(value));
            }
            facts.push(fact);
        }
        cx.push(span, table.doc(), facts);
    }
    Ok(())
}
