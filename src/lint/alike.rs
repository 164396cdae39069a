//! Hidden units that are all alike: the same weights in and the same weights out, so the same slopes, for ever.

use super::After;
use super::units::{Seen, Units};
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::NodeId;
use crate::ops::units::{Linear, linear};
use ndarray::{ArrayD, Axis};
use rustc_hash::FxHashMap;

/// The lint.
pub(super) static LINT: After = After { code: "nnlang::lint::alike", find };

fn find(eval: &mut Eval, seen: &Seen, _: &[Units], out: &mut Vec<Diagnostic>) {
    let mut users: FxHashMap<NodeId, usize> = FxHashMap::default();
    for id in &seen.order {
        for arg in &eval.compiled.graph.node(*id).args {
            *users.entry(*arg).or_default() += 1;
        }
    }
    for id in &seen.order {
        let graph = &eval.compiled.graph;
        let Linear::Product(a, b) = linear(graph, *id) else { continue };
        let Some((outer, _, left)) = seen.product(graph, *id) else { continue };
        let hidden = if left { b } else { a };
        // Used in one place, and made by a product of its own on the same side.
        let Some((inner, product, below)) = seen.product(graph, hidden).filter(|_| users.get(&hidden) == Some(&1))
        else {
            continue;
        };
        if below != left || graph.shape(product).rank() != graph.shape(hidden).rank() {
            continue;
        }
        let Some((name, span)) = seen.name(hidden).cloned() else { continue };
        let weight = |id: NodeId| match linear(graph, id) {
            Linear::Transposed(x) => x,
            _ => id,
        };
        let names = [weight(inner), weight(outer)].map(|id| seen.name(id).map(|(name, _)| name.clone()));
        let [Some(first), Some(second)] = names else { continue };
        let shape = graph.shape(weight(inner)).show(&graph.dims);
        let mut value = |id: NodeId| seen.value(eval, id).map(|value| value.to_f64());
        let (Some(inner), Some(outer), Some(hidden)) = (value(inner), value(outer), value(hidden)) else { continue };
        // The units lie along the rows of what stands on the left, and along the columns of what follows it.
        let units = if left { hidden.ndim().saturating_sub(2) } else { hidden.ndim().saturating_sub(1) };
        let same = same(&inner, usize::from(!left)) && same(&outer, usize::from(left)) && same(&hidden, units);
        let count = hidden.shape().get(units).copied().unwrap_or_default();
        if count < 2 || !same {
            continue;
        }
        out.push(
            Diagnostic::warning(LINT.code, format!("the {count} units of `{name}` are all alike"))
                .at(span, format!("each has the same weights in `{first}` and in `{second}`, so also the same slopes"))
                .mend(format!("begin with random weights, as in `param {first} : {shape} = xavier`")),
        );
    }
}

/// Are all parts along an axis the same?
fn same(value: &ArrayD<f64>, axis: usize) -> bool {
    if axis >= value.ndim() {
        return false;
    }
    let mut parts = value.axis_iter(Axis(axis));
    let Some(first) = parts.next() else { return false };
    parts.all(|part| part == first)
}
