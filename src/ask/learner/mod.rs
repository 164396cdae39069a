//! `check dJ/dw == x @ (a - y)' / m`: does the learner's formula hold?

mod chain;
mod edits;
mod sites;
mod slips;
mod steps;

use super::Cx;
use crate::diag::Diagnostic;
use crate::eval::{Compared, Fact};
use crate::formula;
use crate::graph::NodeId;
use crate::graph::{Form, form};
use crate::lower::{self, Asked, Side, errors};
use crate::source::Span;
use crate::tensor::{DType, Precision};
use crate::view::fact::Verdict;
use crate::view::{Doc, Line, number};

/// A comparison as it is told.
#[derive(Clone, Copy)]
struct Compares<'a> {
    left: NodeId,
    right: NodeId,
    name: &'a str,
    theirs: &'a str,
    /// Of what and by what the left side is the derivative.
    derived: Option<(NodeId, NodeId)>,
    /// The comparison, and the question around it.
    at: Span,
    span: Span,
}

/// Answers a comparison; `false` where it is none.
pub(super) fn answer(cx: &mut Cx, asked: &Asked, span: Span) -> Result<bool, Box<Diagnostic>> {
    let Some([one, other]) = &asked.sides else { return Ok(false) };
    // `dW1 == dJ/dW1` is about the same derivative.
    let (one, other) = if one.derived.is_none() && other.derived.is_some() { (other, one) } else { (one, other) };
    let (name, theirs) = (cx.text(one.span), cx.text(other.span));
    let derived = one.derived.as_ref().and_then(|(of, by)| Some((*of, *by.first().filter(|_| by.len() == 1)?)));
    let (left, right) = (entries(cx, one, other), other.node);
    let asks = Compares { left, right, name: &name, theirs: &theirs, derived, at: asked.span, span };
    let graph = &cx.eval.compiled.graph;
    if !graph.shape(left).is_same(graph.shape(right), &graph.dims) {
        // A number, or a row, may stand for all that are the same.
        let large = graph.shape(left).clone();
        let fits = crate::shape::broadcast(&mut graph.dims.clone(), &large, graph.shape(right));
        let stretches = fits.is_ok_and(|shape| shape.is_same(&large, &graph.dims));
        if !stretches || !cx.eval.compare(left, right, &[], span).agree() {
            return Err(Box::new(unfit(cx, asks)));
        }
    }
    if let Some(verdict) = number_here(cx, asks)? {
        tell(cx, (&name, &theirs), verdict, span);
        return Ok(true);
    }
    let compared = cx.eval.compare(left, right, &[], span);
    let verdict = if compared.apart.is_some() || compared.hole.is_some() {
        match compared.hole.is_none().then(|| where_it_holds(cx, (left, right), span)).flatten() {
            Some(facts) => format!("holds where {facts}, as in this program"),
            None => return Err(Box::new(wrong(cx, asks, &compared))),
        }
    } else if compared.seen == 0 {
        return Err(Box::new(uncompared(&name, &theirs, asked.span)));
    } else if formula::same(cx.eval.compiled, left, right, asked.span) {
        "holds: the algebra proves it".to_string()
    } else {
        "holds at random points".to_string()
    };
    tell(cx, (&name, &theirs), verdict, span);
    Ok(true)
}

/// What a formula is compared with: where entries go one to one, `da/dz == a*(1 - a)` says the slope of each.
fn entries(cx: &mut Cx, one: &Side, other: &Side) -> NodeId {
    let compiled = &mut *cx.eval.compiled;
    let (Some((of, by)), graph) = (&one.derived, &compiled.graph) else { return one.node };
    let [by] = by[..] else { return one.node };
    let is = |id: NodeId| graph.shape(other.node).is_same(graph.shape(id), &graph.dims);
    if is(one.node) || graph.shape(one.node).rank() <= graph.shape(other.node).rank() || !is(by) {
        return one.node;
    }
    lower::entry_by_entry(&mut compiled.graph, &mut compiled.openers, *of, by).unwrap_or(one.node)
}

/// A formula whose shape does not fit.
fn unfit(cx: &mut Cx, asks: Compares) -> Diagnostic {
    let (a, b) = (cx.shape(asks.left), cx.shape(asks.right));
    let problem = errors::formula_shape(asks.name, asks.theirs, [&a, &b], asks.at);
    explained(cx, asks, problem)
}

/// With the slip, and a mend that holds.
fn explained(cx: &mut Cx, asks: Compares, mut problem: Diagnostic) -> Diagnostic {
    let graph = &cx.eval.compiled.graph;
    let fit = graph.shape(asks.left).is_same(graph.shape(asks.right), &graph.dims);
    let turned = transposed(cx, asks.right).filter(|turned| {
        let graph = &cx.eval.compiled.graph;
        let fits = graph.shape(*turned).is_same(graph.shape(asks.left), &graph.dims);
        fits && cx.eval.compare(asks.left, *turned, &[], asks.span).agree()
    });
    // Of a named step it is said where it stands.
    let named = chain::is_name(cx.eval.compiled, asks.right).is_some();
    if turned.is_some() && !named {
        let mend = format!("write `{} == ({})'`", asks.name, asks.theirs);
        return problem.because("your formula is the transpose").mend(mend);
    }
    if let Some(found) = steps::told(cx, asks.derived, (asks.left, asks.right), asks.at) {
        let words = match is_derivative(asks) {
            true => found.words,
            false => found.words.replace("the derivative", "the left side").replace("your formula", "the right side"),
        };
        problem = found.place.into_iter().fold(problem, |problem, place| problem.at(place, FIRST)).because(words);
    } else if asks.derived.is_some()
        && fit
        && let Some(words) = formula::difference(cx.eval.compiled, asks.left, asks.right, asks.at)
    {
        problem = problem.because(words);
    }
    mended(cx, asks, problem)
}

/// What is said of the place of a wrong step.
const FIRST: &str = "the first wrong line";

/// Is the left side a derivative, or made of some?
fn is_derivative(asks: Compares) -> bool {
    asks.derived.is_some() || asks.name.contains("/d") || asks.name.contains("'(")
}

/// With the right formula as its mend, where it is known and says something else.
fn mended(cx: &mut Cx, asks: Compares, problem: Diagnostic) -> Diagnostic {
    let found = formula::formula(cx.eval.compiled, asks.left, None, asks.at);
    if !cx.eval.compare(asks.left, found.node, &[], asks.span).agree() {
        return problem;
    }
    // Comparisons do not chain.
    let compares = cx.eval.compiled.graph.node(found.node).dtype == DType::Bool;
    let text = if compares { format!("({})", found.text) } else { found.text };
    // What says nothing, or the same again, is no mend.
    if text == asks.theirs || text == asks.name || !is_derivative(asks) {
        return problem;
    }
    problem.mend(format!("write `{} == {text}`", asks.name))
}

fn tell(cx: &mut Cx, (name, theirs): (&str, &str), verdict: String, span: Span) {
    let line = Line::new().name(name).plain(" = ").plain(theirs).with(crate::view::Style::Good, format!("  {verdict}"));
    let fact = Verdict { name: name.into(), formula: theirs.into(), verdict };
    cx.push(span, Doc::line(line), vec![fact.into()]);
}

/// `check dJ/db == 6`: a number is a question about the program's own numbers; `None`: it is none, or holds everywhere.
fn number_here(cx: &mut Cx, asks: Compares) -> Result<Option<String>, Box<Diagnostic>> {
    let Compares { left, right, name, theirs, at, span, .. } = asks;
    let graph = &cx.eval.compiled.graph;
    let literal = |id: NodeId| match form(graph, id) {
        Form::Neg(x) => matches!(form(graph, x), Form::Number(_)),
        form => matches!(form, Form::Number(_)),
    };
    let scalars = graph.shape(left).is_scalar() && graph.shape(right).is_scalar();
    if !scalars || !literal(right) || literal(left) || graph.node(left).dtype == DType::Bool {
        return Ok(None);
    }
    let Ok(values) = cx.eval.values(&[left, right], span) else { return Ok(None) };
    let (Some(ours), Some(told)) = (values[0].item(), values[1].item()) else { return Ok(None) };
    if !ours.is_finite() || cx.eval.compare(left, right, &[], span).agree() {
        return Ok(None);
    }
    let formula = formula::formula(cx.eval.compiled, left, None, at).text;
    let general = if formula == name { String::new() } else { format!("; in general it is `{formula}`") };
    let slack = if cx.eval.state.precision == Precision::F64 { 1e-9 } else { 1e-4 };
    if libm::fabs(ours - told) <= slack * libm::fmax(libm::fabs(ours), libm::fabs(told)) + 1e-3 * slack {
        return Ok(Some(format!("holds at this program's numbers{general}")));
    }
    let found = number(ours, cx.digits);
    let problem = Diagnostic::error("nnlang::value::formula", format!("`{name}` is not `{theirs}`"))
        .at(at, format!("at this program's numbers {name} is {found}{general}"));
    Err(Box::new(if found == theirs { problem } else { problem.mend(format!("write `{name} == {found}`")) }))
}

/// What the program's own numbers meet and the formula needs: `sum(y, axis=0) == 1`.
fn where_it_holds(cx: &mut Cx, (left, right): (NodeId, NodeId), span: Span) -> Option<String> {
    let facts = cx.eval.own_facts(&[left, right], span);
    let holds = |cx: &mut Cx, facts: &[Fact]| {
        let compared = cx.eval.compare(left, right, facts, span);
        compared.agree() && compared.hole.is_none()
    };
    let alone = facts.iter().find(|fact| holds(cx, std::slice::from_ref(fact))).cloned();
    let needed = match alone {
        Some(fact) => vec![fact],
        None if facts.len() > 1 && holds(cx, &facts) => facts,
        None => return None,
    };
    let compiled = &*cx.eval.compiled;
    let words: Vec<String> = needed.iter().map(|fact| fact.text(compiled)).collect();
    Some(words.join(" and "))
}

/// Nothing finite was there to compare.
fn uncompared(name: &str, theirs: &str, at: Span) -> Diagnostic {
    let problem =
        Diagnostic::error("nnlang::value::uncompared", format!("`{name}` and `{theirs}` could not be compared"));
    problem
        .at(at, "at no point that was tried both are finite")
        .because("a formula holds where both sides have a value, and here they have none in common")
        .mend("check it where it is defined: give the names values from its domain")
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

/// The first entry that differs, with the program's own numbers, what the slip is, and what the formula is.
fn wrong(cx: &mut Cx, asks: Compares, compared: &Compared) -> Diagnostic {
    let Compares { left, right, name, theirs, at, span, .. } = asks;
    let mut problem = Diagnostic::error("nnlang::value::formula", format!("`{name}` is not `{theirs}`"));
    let label = match apart_here(cx, (left, right), span) {
        None => elsewhere(cx, name, compared),
        Some((entry, x, y)) => {
            let digits = (cx.digits..17).find(|digits| number(x, *digits) != number(y, *digits)).unwrap_or(17);
            format!("{name}{entry} is {}, the formula gives {}", number(x, digits), number(y, digits))
        }
    };
    problem = problem.at(at, label);
    if super::derive::draw_in(cx, right).is_some() {
        return problem
            .because("a draw that is written again is another draw")
            .mend("give the draw a name of its own where it is used, `eps = normal(…)`, and write that");
    }
    explained(cx, asks, problem)
}

/// A drawn point where both differ: `at y = 0.37, p = 0.81 dL/dp is 0.42, the formula gives 0.55`.
fn elsewhere(cx: &Cx, name: &str, compared: &Compared) -> String {
    let Some(apart) = &compared.apart else { return "they differ at random points".to_string() };
    let scalars = apart.point.iter().all(|(_, value)| value.shape().is_empty());
    let names: Vec<String> = apart
        .point
        .iter()
        .filter_map(|(def, value)| Some(format!("{} = {}", cx.eval.compiled.def(*def).name, number(value.item()?, 4))))
        .collect();
    let entry = if apart.entry.is_empty() { String::new() } else { format!("{:?}", apart.entry) };
    let (left, right) = (number(apart.left, cx.digits), number(apart.right, cx.digits));
    match scalars && (1..=4).contains(&names.len()) {
        true => format!("at {} {name}{entry} is {left}, the formula gives {right}", names.join(", ")),
        false => format!("at a random point {name}{entry} is {left}, the formula gives {right}"),
    }
}
