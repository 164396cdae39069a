//! A program without a question: every definition, and the derivatives of its last scalar.

use super::{Cx, grad, slope_name};
use crate::graph::NodeId;
use crate::lower::{DefKind, Item, ItemKind};
use crate::source::Span;
use crate::tensor::DType;
use crate::view::fact::{Shaped, Waiting};

pub(super) fn answer(cx: &mut Cx, items: &[Item], whole: bool) {
    let mut last = None;
    let mut shown: Vec<(NodeId, String, Span)> = vec![];
    // Those that wait for a line to be filled in, each with how many others stand before it.
    let mut blanks = vec![];
    for item in items {
        if let ItemKind::Blank(name, line) = &item.kind {
            blanks.push((shown.len(), name, *line, item.span));
        }
        let ItemKind::Define(id) = item.kind else { continue };
        let def = cx.eval.compiled.def(id);
        let node = def.node;
        shown.push((node, def.name.to_string(), item.span));
        let found = cx.eval.compiled.graph.node(node);
        if def.kind == DefKind::Variable && found.shape.is_scalar() && found.dtype == DType::Real {
            last = Some((node, def.name.to_string(), item.span));
        }
    }
    let mut blanks = blanks.into_iter().peekable();
    let mut tell_blanks = |cx: &mut Cx, before: usize| {
        while let Some((_, name, line, span)) = blanks.next_if(|(at, ..)| *at <= before) {
            waits(cx, name, line, span);
        }
    };
    let Some(first) = shown.first() else { return tell_blanks(cx, 0) };
    // Without data there is the shape. The others are evaluated all at once, and one by one where one of them fails.
    let ready = cx.eval.ready(&shown.iter().map(|(node, ..)| *node).collect::<Vec<_>>());
    let is_ready = |node: &NodeId| ready.contains(node);
    let nodes: Vec<NodeId> = shown.iter().map(|(node, ..)| *node).filter(is_ready).collect();
    let together = cx.eval.values(&nodes, first.2).map(Vec::into_iter);
    let mut together = together.ok();
    let mut told = vec![];
    for (i, (node, name, span)) in shown.iter().enumerate() {
        tell_blanks(cx, i);
        if !is_ready(node) {
            only_shape(cx, *node, name, *span);
            continue;
        }
        let value = match &mut together {
            Some(values) => values.next().map_or_else(|| cx.eval.value(*node, *span), Ok),
            None => cx.eval.value(*node, *span),
        };
        match value {
            Ok(value) => {
                let (doc, fact) = cx.valued(name, *node, &value, None);
                cx.push(*span, doc, vec![fact.into()]);
                if let Some(problem) = cx.eval.not_finite(*node, &value, &format!("`{name}`"), *span) {
                    let place = problem.span();
                    if !told.contains(&place) {
                        told.push(place);
                        cx.problems.push(problem);
                    }
                }
            }
            Err(problem) if problem.code == "nnlang::value::missing" || problem.code == "nnlang::value::unbound" => {
                only_shape(cx, *node, name, *span);
            }
            Err(problem) => {
                let stop = problem.code == "nnlang::session::interrupted" || problem.code == "nnlang::value::memory";
                cx.tell(*problem);
                if stop {
                    return;
                }
            }
        }
    }
    tell_blanks(cx, shown.len());
    let Some((goal, of, span)) = last.filter(|_| whole) else { return };
    let by: Vec<(String, NodeId)> = cx
        .default_by(goal)
        .into_iter()
        .map(|id| cx.eval.compiled.def(id))
        .map(|def| (def.name.to_string(), def.node))
        .collect();
    if by.is_empty() {
        return;
    }
    let derived = match grad::derivatives(cx, goal, &by.iter().map(|(_, node)| *node).collect::<Vec<_>>(), span) {
        Ok(derived) => derived,
        Err(problem) => return cx.problems.push(*problem),
    };
    let nodes: Vec<NodeId> = derived.iter().map(|derived| derived.node).collect();
    // Without data there is nothing to add.
    let Ok(values) = cx.eval.values(&nodes, span) else { return };
    let (mut doc, mut facts) = (crate::view::Doc::new(), vec![]);
    for (((name, _), derived), value) in by.iter().zip(&derived).zip(&values) {
        let (part, fact) = cx.valued(&slope_name(&of, name), derived.node, value, derived.zero.as_ref());
        doc.extend(part);
        facts.push(fact.into());
    }
    cx.push(span, doc, facts);
}

/// A definition that is to be filled in, or that waits for one that is.
fn waits(cx: &mut Cx, name: &str, blank: Span, span: Span) {
    let place = super::whose(cx.eval, blank, span);
    let says = match (span.holds(blank), place.starts_with('`')) {
        (true, true) => "  yours to fill in".to_string(),
        (true, false) => format!("  {place} is yours"),
        (false, _) => format!("  waits for {place}"),
    };
    let text = crate::view::Line::new().name(name).plain(" = ?").note(says);
    let fact = Waiting { name: name.to_string(), waits: cx.eval.sources.line(blank) };
    cx.push(span, crate::view::Doc::line(text), vec![fact.into()]);
}

/// A definition whose value waits for data.
fn only_shape(cx: &mut Cx, node: NodeId, name: &str, span: Span) {
    let shape = cx.shape(node);
    let doc = crate::view::Doc::line(crate::view::Line::new().name(name).plain(" : ").shape(&shape));
    let graph = &cx.eval.compiled.graph;
    let shape = graph.shape(node).iter().map(|dim| graph.dims.show(dim)).collect();
    cx.push(span, doc, vec![Shaped { name: name.to_string(), shape }.into()]);
}
