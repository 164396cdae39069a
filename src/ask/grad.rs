//! `grad J`, `grad J wrt W1, b1`: every derivative of a scalar.

use super::{Cx, slope_name};
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{self, Ask, Asked, Derived};
use crate::source::Span;
use crate::view::Doc;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        one(cx, ask, asked, span)?;
    }
    Ok(())
}

fn one(cx: &mut Cx, ask: &Ask, asked: &Asked, span: Span) -> Result<(), Box<Diagnostic>> {
    let goal = cx.goal(ask, asked)?;
    let of = cx.text(asked.span);
    let by: Vec<(String, NodeId)> = if ask.wrt.is_empty() && ask.wholes.is_empty() {
        let found = cx.default_by(goal);
        found.into_iter().map(|id| cx.eval.compiled.def(id)).map(|def| (def.name.to_string(), def.node)).collect()
    } else {
        let mut by = vec![];
        for name in &ask.wrt {
            by.push((cx.text(name.span), super::variable(cx, name)?));
        }
        by.extend(super::inside(cx, ask));
        by
    };
    if by.is_empty() {
        let mut doc = Doc::new();
        doc.push(crate::view::Line::new().note(format!("`{of}` depends on no leaf, input or parameter")));
        cx.push(span, doc, vec![]);
        return Ok(());
    }
    let derived = derivatives(cx, goal, &by.iter().map(|(_, node)| *node).collect::<Vec<_>>(), span)?;
    let nodes: Vec<NodeId> = derived.iter().map(|derived| derived.node).collect();
    let values = cx.eval.values(&nodes, span)?;
    let (mut doc, mut facts) = (Doc::new(), vec![]);
    let mut broken = None;
    for (((name, _), derived), value) in by.iter().zip(&derived).zip(&values) {
        let name = slope_name(&of, name);
        let (part, fact) = cx.valued(&name, derived.node, value, derived.zero.as_ref());
        doc.extend(part);
        facts.push(fact.into());
        if broken.is_none() {
            broken = cx.eval.not_finite(derived.node, value, &format!("`{name}`"), span);
        }
    }
    cx.push(span, doc, facts);
    broken.map_or(Ok(()), |problem| Err(Box::new(problem)))
}

/// Derivatives as nodes; a trouble becomes a diagnostic with its place.
pub(super) fn derivatives(
    cx: &mut Cx,
    goal: NodeId,
    by: &[NodeId],
    span: Span,
) -> Result<Vec<Derived>, Box<Diagnostic>> {
    let compiled = &mut *cx.eval.compiled;
    lower::derive(&mut compiled.graph, &mut compiled.openers, goal, by).map_err(|trouble| {
        let at = compiled.span(trouble.node).unwrap_or(span);
        Box::new(Diagnostic::error(trouble.fault.code, trouble.fault.title).at(at, "on the way").at(span, "asked here"))
    })
}
