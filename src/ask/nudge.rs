//! `nudge a by 0.001`: what moves with it, how much, and the exact derivative beside the quotient.

use super::{Cx, variable};
use crate::diag::Diagnostic;
use crate::diff::{self, Slope};
use crate::graph::{NodeId, Type};
use crate::lower::{Ask, DefKind};
use crate::ops;
use crate::simplify::Opener;
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use crate::view::fact::Nudged;
use crate::view::{Align, Cell, Style, Table, number};
use std::sync::Arc;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    let (Some(what), Some(by)) = (ask.exprs.first(), &ask.by) else {
        return Err(Box::new(
            Diagnostic::error("nnlang::syntax::missing_clause", "a nudge needs a name and a step")
                .at(span, "here")
                .mend("write `nudge a by 0.001`"),
        ));
    };
    let node = variable(cx, what)?;
    let step = cx.number(by)?;
    let name = cx.text(what.span);
    let dependents = dependents(cx, node, ask)?;
    // The nudged name is set free from its equation.
    let before = cx.eval.value(node, span)?;
    let moved = before.to_f64().mapv(|v| v + step);
    let ty = Type::real(cx.eval.compiled.graph.shape(node).clone());
    let (temporary, slot) = ops::stand_in(&mut cx.eval.compiled.graph, ty);
    let nodes: Vec<NodeId> = dependents.iter().map(|(_, node)| *node).collect();
    let old = cx.eval.values(&nodes, span)?;
    let precision = cx.eval.state.precision;
    let moved = Arc::new(Tensor::from_f64(moved, DType::Real, precision));
    cx.eval.state.values.insert(temporary, moved.clone());
    let new = cx.eval.fresh(|eval| eval.replaced(&nodes, &[(node, slot)], span));
    cx.eval.state.values.remove(&temporary);
    let new = new?;
    let mut table = Table::new([
        ("", Align::Left),
        ("before", Align::Right),
        ("after", Align::Right),
        ("change", Align::Right),
        ("slope", Align::Right),
        ("derivative", Align::Right),
    ]);
    let mut facts = vec![];
    // As many digits as it takes to see the step.
    let digits = cx.digits.max(sight(&before, step)).min(17);
    let slopes = slopes(cx, &nodes, node, span)?;
    let mut rows = vec![(name.clone(), before.clone(), moved.clone(), None)];
    for ((((of, _), old), new), exact) in dependents.iter().zip(&old).zip(&new).zip(slopes) {
        rows.push((of.clone(), old.clone(), new.clone(), exact));
    }
    for (of, old, new, exact) in rows {
        let (a, b) = (old.to_f64(), new.to_f64());
        let own = exact.is_none();
        let quotient = if a.shape() == b.shape() { Some((&b - &a) / step) } else { None };
        let slope = quotient.filter(|_| !own).map(|quotient| Arc::new(Tensor::F64(quotient)));
        facts.push(Nudged { name: of.clone(), before: old, after: new, slope, derivative: exact.clone() }.into());
        // One entry is a number, whatever the shape around it.
        if a.len() == 1 && b.len() == 1 && exact.as_ref().is_none_or(|exact| exact.len() == 1) {
            let (x, y) = (a.sum(), b.sum());
            let blank = || Cell::new(Style::Plain, "");
            table.row([
                Cell::name(of),
                Cell::number(number(x, digits)),
                Cell::number(number(y, digits)),
                Cell::number(number(rounded(y - x, x, digits), cx.digits)),
                if own { blank() } else { Cell::number(number(rounded((y - x) / step, x / step, digits), cx.digits)) },
                match exact.and_then(|exact| exact.item()) {
                    Some(exact) => Cell::number(number(exact, cx.digits)),
                    None => blank(),
                },
            ]);
        } else {
            let norm = |t: &ndarray::ArrayD<f64>| libm::sqrt(t.iter().map(|v| v * v).sum());
            let change = norm(&(&b - &a));
            let shape = format!("{:?}", a.shape());
            table.row([
                Cell::name(of),
                Cell::new(Style::Shape, shape),
                Cell::new(Style::Note, "by its norm"),
                Cell::number(number(change, cx.digits)),
                if own { Cell::new(Style::Plain, "") } else { Cell::number(number(change / step.abs(), cx.digits)) },
                match exact {
                    Some(exact) => Cell::number(number(norm(&exact.to_f64()), cx.digits)),
                    None => Cell::new(Style::Plain, ""),
                },
            ]);
        }
    }
    cx.push(span, table.doc(), facts);
    Ok(())
}

/// The names that follow, in order; with `in J` those on the way to `J`.
fn dependents(cx: &mut Cx, node: NodeId, ask: &Ask) -> Result<Vec<(String, NodeId)>, Box<Diagnostic>> {
    let goal = match &ask.within {
        Some(within) => Some((cx.text(within.span), cx.node(within)?)),
        None => None,
    };
    let compiled = &cx.eval.compiled;
    let graph = &compiled.graph;
    let reached =
        goal.as_ref().map(|(_, goal)| graph.reach(&[*goal]).into_iter().collect::<rustc_hash::FxHashSet<_>>());
    let mut moving = vec![false; graph.len()];
    moving[node.index()] = true;
    for (i, other) in graph.nodes().iter().enumerate().skip(node.index() + 1) {
        moving[i] = other.args.iter().any(|arg| moving[arg.index()]);
    }
    let mut out: Vec<(String, NodeId)> = compiled
        .defs
        .iter()
        .filter(|def| def.kind == DefKind::Variable && def.node != node && moving[def.node.index()])
        .filter(|def| graph.node(def.node).dtype == DType::Real)
        .filter(|def| reached.as_ref().is_none_or(|reached| reached.contains(&def.node)))
        .map(|def| (def.name.to_string(), def.node))
        .collect();
    if let Some((text, goal)) = goal
        && !out.iter().any(|(_, node)| *node == goal)
    {
        out.push((text, goal));
    }
    Ok(out)
}

/// The derivatives along ones: what moving every entry by the same step does. In one sweep, or each for itself where one
/// of them has none.
fn slopes(cx: &mut Cx, of: &[NodeId], by: NodeId, span: Span) -> Result<Vec<Option<Arc<Tensor>>>, Box<Diagnostic>> {
    let graph = &mut cx.eval.compiled.graph;
    let mut opener = Opener::keeping([by]);
    let roots: Vec<NodeId> = of.iter().map(|of| opener.open(graph, *of)).collect();
    let free = opener.open(graph, by);
    let shape = graph.shape(by).clone();
    let one = ops::number(graph, 1.0);
    let Ok(ones) = ops::build::broadcast_to(graph, one, shape) else { return Ok(vec![None; of.len()]) };
    let along = [(free, ones)];
    let tangents: Vec<Option<Slope>> = match diff::forward_all(graph, &roots, &along) {
        Ok(slopes) => slopes.into_iter().map(Some).collect(),
        Err(_) => roots.iter().map(|root| diff::forward(graph, *root, &along).ok()).collect(),
    };
    let node = |slope: &Option<Slope>| match slope {
        Some(Slope::Node(node)) => Some(*node),
        Some(Slope::Unconnected | Slope::Flat(_)) | None => None,
    };
    let nodes: Vec<NodeId> = tangents.iter().filter_map(node).collect();
    let mut values = cx.eval.values(&nodes, span)?.into_iter();
    let value = |slope: &Option<Slope>| match slope {
        Some(Slope::Node(_)) => values.next(),
        Some(Slope::Unconnected | Slope::Flat(_)) => Some(Arc::new(Tensor::scalar(0.0))),
        None => None,
    };
    Ok(tangents.iter().map(value).collect())
}

/// How many digits show a step in a value.
fn sight(value: &Tensor, step: f64) -> usize {
    let largest = value.to_f64().iter().fold(0.0, |most: f64, v| libm::fmax(most, libm::fabs(*v)));
    if step == 0.0 || largest == 0.0 {
        return 6;
    }
    let places = libm::log10(largest / libm::fabs(step));
    (libm::ceil(places) as usize).saturating_add(3).clamp(6, 15)
}

/// A difference of numbers near `near` has no more digits than those have.
fn rounded(difference: f64, near: f64, digits: usize) -> f64 {
    let _ = digits;
    let unit = libm::fabs(near) * 1e-15;
    if unit == 0.0 || !unit.is_finite() {
        return difference;
    }
    let scale = libm::pow(10.0, libm::ceil(libm::log10(unit)));
    let result = libm::round(difference / scale) * scale;
    if result.is_finite() { result } else { difference }
}
