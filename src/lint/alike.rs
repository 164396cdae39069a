//! Hidden units that are all alike: the same weights in and the same weights out, so the same slopes, for ever.

use super::After;
use super::linear::{Linear, linear};
use super::units::{Seen, Units};
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::{Graph, NodeId};
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
    let graph = &eval.compiled.graph;
    let layers: Vec<Layer> = seen.order.iter().filter_map(|id| layer(graph, seen, &users, *id)).collect();
    let known = seen.values(eval, layers.iter().flat_map(|layer| [layer.inner, layer.outer, layer.hidden]).collect());
    for layer in layers {
        let value = |id: NodeId| known.get(&id).map(|value| value.to_f64());
        let (Some(inner), Some(outer), Some(hidden)) = (value(layer.inner), value(layer.outer), value(layer.hidden))
        else {
            continue;
        };
        // The units lie along the rows of what stands on the left, and along the columns of what follows it.
        let units = hidden.ndim().saturating_sub(if layer.left { 2 } else { 1 });
        let (rows, columns) = (usize::from(!layer.left), usize::from(layer.left));
        let count = hidden.shape().get(units).copied().unwrap_or_default();
        if count < 2 || !(same(&inner, rows) && same(&outer, columns) && same(&hidden, units)) {
            continue;
        }
        let graph = &eval.compiled.graph;
        let name = |id: NodeId| seen.name(id).cloned();
        let (Some((name, span)), Some((first, _)), Some((second, _))) =
            (name(layer.hidden), name(weight(graph, layer.inner)), name(weight(graph, layer.outer)))
        else {
            continue;
        };
        let shape = graph.shape(weight(graph, layer.inner)).show(&graph.dims);
        out.push(
            Diagnostic::warning(LINT.code, format!("the {count} units of `{name}` are all alike"))
                .at(span, format!("each has the same weights in `{first}` and in `{second}`, so also the same slopes"))
                .mend(format!("begin with random weights, as in `param {first} : {shape} = xavier`")),
        );
    }
}

/// A hidden layer: its weight, what it gives, and the weight that takes it; the weights stand on the left, or on the right.
struct Layer {
    inner: NodeId,
    hidden: NodeId,
    outer: NodeId,
    left: bool,
}

/// The hidden layer that a product takes, where nothing else does and it is made by a product of its own on the same side.
fn layer(graph: &Graph, seen: &Seen, users: &FxHashMap<NodeId, usize>, id: NodeId) -> Option<Layer> {
    let Linear::Product(a, b) = linear(graph, id) else { return None };
    let (outer, _, left) = seen.product(graph, id)?;
    let hidden = if left { b } else { a };
    let (inner, product, below) = seen.product(graph, hidden).filter(|_| users.get(&hidden) == Some(&1))?;
    let fits = below == left && graph.shape(product).rank() == graph.shape(hidden).rank();
    fits.then_some(Layer { inner, hidden, outer, left })
}

/// What is transposed.
fn weight(graph: &Graph, id: NodeId) -> NodeId {
    match linear(graph, id) {
        Linear::Transposed(x) => x,
        _ => id,
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
