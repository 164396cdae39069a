//! `check dJ/dw == x @ (a - y)' / m`: does the learner's formula hold?

use super::Cx;
use crate::diag::Diagnostic;
use crate::formula;
use crate::graph::NodeId;
use crate::graph::{Form, form};
use crate::lower::{Asked, errors};
use crate::source::Span;
use crate::tensor::{DType, Precision};
use crate::view::{Doc, Line, number};
use serde_json::Map;

/// Answers a comparison; `false` where it is none.
pub(super) fn answer(cx: &mut Cx, asked: &Asked, span: Span) -> Result<bool, Box<Diagnostic>> {
    let node = cx.node(asked)?;
    let Form::Eq(left, right) = form(&cx.eval.compiled.graph, node) else { return Ok(false) };
    let text = cx.text(asked.span);
    let (name, theirs) = match text.split_once("==") {
        Some((left, right)) => (left.trim().to_string(), right.trim().to_string()),
        None => (text.clone(), text.clone()),
    };
    let graph = &cx.eval.compiled.graph;
    if !graph.shape(left).is_same(graph.shape(right), &graph.dims) {
        let (a, b) = (cx.shape(left), cx.shape(right));
        // A number, or a row, may stand for all that are the same.
        let stretches = cx.eval.compiled.graph.shape(right).rank() < cx.eval.compiled.graph.shape(left).rank();
        if !stretches || cx.eval.differ(left, right, span).is_some() {
            let mut problem = errors::formula_shape(&name, &theirs, [&a, &b], asked.span);
            if let Some(turned) = transposed(cx, right)
                && cx
                    .eval
                    .compiled
                    .graph
                    .shape(turned)
                    .is_same(cx.eval.compiled.graph.shape(left), &cx.eval.compiled.graph.dims)
                && cx.eval.differ(left, turned, span).is_none()
            {
                problem =
                    problem.because("your formula is the transpose").mend(format!("write `{name} == ({theirs})'`"));
            }
            return Err(Box::new(problem));
        }
    }
    // Here and at random points.
    let here = apart_here(cx, (left, right), span).map(|_| f64::INFINITY);
    let apart = here.or_else(|| cx.eval.differ(left, right, span));
    let verdict = match apart {
        None if formula::same(cx.eval.compiled, left, right, asked.span) => "holds: the algebra proves it",
        None => "holds at random points",
        Some(_) => return Err(Box::new(wrong(cx, asked, (left, right), (&name, &theirs), span))),
    };
    let mut fact = Map::new();
    fact.insert("name".into(), name.as_str().into());
    fact.insert("formula".into(), theirs.as_str().into());
    fact.insert("verdict".into(), verdict.into());
    let line =
        Line::new().name(&name).plain(" = ").plain(theirs).with(crate::view::Style::Good, format!("  {verdict}"));
    cx.push(span, Doc::line(line), vec![fact]);
    Ok(true)
}

/// A formula with its last two axes swapped.
fn transposed(cx: &mut Cx, node: NodeId) -> Option<NodeId> {
    let graph = &mut cx.eval.compiled.graph;
    if graph.shape(node).rank() < 2 {
        return None;
    }
    crate::ops::build::transposed(graph, node).ok()
}

/// The first entry that differs with the program's own numbers, where it has them: which, and both numbers.
fn apart_here(cx: &mut Cx, (left, right): (NodeId, NodeId), span: Span) -> Option<(String, f64, f64)> {
    let values = cx.eval.values(&[left, right], span).ok()?;
    let a = values[0].to_f64();
    let b = values[1].to_f64();
    let b = b.broadcast(a.raw_dim())?;
    let slack = if cx.eval.state.precision == Precision::F64 { 1e-9 } else { 1e-4 };
    let close = |x: f64, y: f64| {
        x == y || !x.is_finite() || libm::fabs(x - y) <= slack * libm::fmax(libm::fabs(x), libm::fabs(y)) + 1e-3 * slack
    };
    let ((index, x), y) = a.indexed_iter().zip(b.iter()).find(|((_, x), y)| !close(**x, **y))?;
    let at = if a.ndim() == 0 { String::new() } else { format!("{:?}", ndarray::Dimension::slice(&index)) };
    Some((at, *x, *y))
}

/// The first entry that differs, with the program's own numbers, and what the formula is.
fn wrong(
    cx: &mut Cx,
    asked: &Asked,
    (left, right): (NodeId, NodeId),
    (name, theirs): (&str, &str),
    span: Span,
) -> Diagnostic {
    let mut problem = Diagnostic::error("nnlang::value::formula", format!("`{name}` is not `{theirs}`"));
    let label = match apart_here(cx, (left, right), span) {
        None => "they differ at random points".to_string(),
        Some((at, x, y)) => {
            let digits = (cx.digits..17).find(|digits| number(x, *digits) != number(y, *digits)).unwrap_or(17);
            format!("{name}{at} is {}, the formula gives {}", number(x, digits), number(y, digits))
        }
    };
    problem = problem.at(asked.span, label);
    if super::derive::draw_in(cx, right).is_some() {
        return problem
            .because("a draw that is written again is another draw")
            .mend("give the draw a name of its own where it is used, `eps = normal(…)`, and write that");
    }
    if let Some(turned) = transposed(cx, right)
        && cx.eval.differ(left, turned, span).is_none()
    {
        return problem.because("your formula is the transpose").mend(format!("write `{name} == ({theirs})'`"));
    }
    if let Some(words) = formula::difference(cx.eval.compiled, left, right, asked.span) {
        problem = problem.because(words);
    }
    let found = formula::formula(cx.eval.compiled, left, None, asked.span);
    if cx.eval.differ(left, found.node, span).is_none() {
        // Comparisons do not chain.
        let compares = cx.eval.compiled.graph.node(found.node).dtype == DType::Bool;
        let text = if compares { format!("({})", found.text) } else { found.text };
        problem = problem.mend(format!("write `{name} == {text}`"));
    }
    problem
}
