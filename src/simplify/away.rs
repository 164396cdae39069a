//! Differences that cancel where a probability is nearly 1: `1 - softmax(z)`, and the slopes of a softmax and of its logarithm.
//!
//! Every form here has the value and the slopes of what it takes the place of, at every point where that has them.

use super::lengths;
use super::recognise::{selected, selection, two};
use crate::graph::{Attr, Attrs, Fault, Graph, Is, NodeId, Role, SliceSpec};
use crate::ops::{self, build, number};
use crate::shape::{Dim, Shape};
use smallvec::SmallVec;

/// The slopes of a softmax and of its logarithm, without the cancelling of `1 - y` where `y` is nearly 1.
pub(super) fn difference(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<Option<NodeId>, Fault> {
    if graph.def(a).role == Role::Number && graph.node(a).op.attrs.number(0) == Some(1.0) {
        return complement(graph, b);
    }
    if graph.is(b, Is::Sum) {
        return softmax_slope(graph, a, b);
    }
    if !graph.is(b, Is::Mul) {
        return Ok(None);
    }
    let (p, q) = two(graph, b);
    for (y, total) in [(p, q), (q, p)] {
        if graph.is(y, Is::Normalize)
            && graph.is(total, Is::Sum)
            && !(graph.is(a, Is::Sub) && graph.is(graph.node(a).args[1], Is::ScatterAdd))
            && graph.is(graph.node(total).args[0], Is::Mul)
            && let (s, t) = two(graph, graph.node(total).args[0])
            && ((s, t) == (y, a) || (s, t) == (a, y))
            && let Some(axis) = axis_of(graph, y, graph.shape(a).rank())
            && along(graph, total) == Some(axis)
        {
            return lengths::counted_from_largest(graph, a, y, axis).map(Some);
        }
    }
    for (y, total) in [(p, q), (q, p)] {
        if graph.is(y, Is::Softmax)
            && graph.is(total, Is::Sum)
            && graph.node(total).args[0] == a
            && along(graph, total) == axis_of(graph, y, graph.shape(a).rank())
        {
            return log_softmax_slope(graph, a, y, total).map(Some);
        }
    }
    Ok(None)
}

/// `1 - softmax(z)[k]`, with the digits of a difference that is tiny.
fn complement(graph: &mut Graph, part: NodeId) -> Result<Option<NodeId>, Fault> {
    let Some((path, whole)) = selection(graph, part, |id| graph.is(id, Is::Softmax)) else { return Ok(None) };
    if let Some(rest) = complement_of_one(graph, &path, whole)? {
        return Ok(Some(rest));
    }
    let whole = complement_of_all(graph, whole)?;
    selected(graph, &path, whole).map(Some)
}

/// `1 - softmax(z)`: only the largest probability can be nearly 1, and there it is as [`complement_of_one`] says.
fn complement_of_all(graph: &mut Graph, whole: NodeId) -> Result<NodeId, Fault> {
    let node = graph.node(whole).clone();
    let z = node.args[0];
    let log = graph.add(ops::of(Is::LogSoftmax), node.op.attrs.clone(), &[z])?;
    let less = graph.add(ops::of(Is::Expm1), Attrs::None, &[log])?;
    let plain = build::neg(graph, less)?;
    let shape = graph.shape(z).clone();
    let Some(axis) = axis_of(graph, whole, shape.rank()) else { return Ok(plain) };
    let attrs = |keep: bool| Attrs::from_vec(vec![build::ints(&[axis]), Attr::Flag(keep)]);
    let place = graph.add(ops::of(Is::Argmax), attrs(false), &[z])?;
    let hot = build::hot(graph, place, shape[axis].clone(), axis)?;
    let one = number(graph, 1.0);
    let largest = build::eq(graph, hot, one)?;
    let none = number(graph, f64::NEG_INFINITY);
    let others = build::choose(graph, largest, none, z)?;
    let total = build::reduce(graph, ops::of(Is::LogSumExp), others, Some(&[axis]), true)?;
    let place = graph.add(ops::of(Is::Argmax), attrs(true), &[z])?;
    let own = build::take_along(graph, z, place, axis)?;
    let away = build::sub(graph, total, own)?;
    let left = graph.add(ops::of(Is::Sigmoid), Attrs::None, &[away])?;
    build::choose(graph, largest, left, plain)
}

/// Where the part is one entry `k` of each lane, a softmax is a sigmoid of what `k` has over all the others together, and
/// one minus it is as exact as the sigmoid: `1 - softmax(z)[k] = sigmoid(logsumexp(others) - z[k])`.
fn complement_of_one(graph: &mut Graph, path: &[NodeId], whole: NodeId) -> Result<Option<NodeId>, Fault> {
    let Some(axis) = axis_of(graph, whole, graph.shape(whole).rank()) else { return Ok(None) };
    let Some((first, rest)) = path.split_last() else { return Ok(None) };
    let step = graph.node(*first).clone();
    let Attr::Slices(slices) = step.op.attrs.get(0) else { return Ok(None) };
    let z = graph.node(whole).args[0];
    let known = |dim: &Dim| graph.dims.known(dim);
    let (Some(1), Some(k), Some(n)) =
        (known(&slices[axis].len), known(&slices[axis].start), known(&graph.shape(z)[axis]))
    else {
        return Ok(None);
    };
    if n < 2 || k >= n {
        return Ok(None);
    }
    let mut others: SmallVec<[NodeId; 2]> = SmallVec::new();
    for (start, len) in [(0, k), (k + 1, n - k - 1)] {
        if len > 0 {
            others.push(build::part(graph, z, axis, Dim::Num(start), Dim::Num(len))?);
        }
    }
    let others = build::join(graph, &others, axis)?;
    let total = build::reduce(graph, ops::of(Is::LogSumExp), others, Some(&[axis]), true)?;
    let own = build::part(graph, z, axis, Dim::Num(k), Dim::Num(1))?;
    let away = build::sub(graph, total, own)?;
    let left = graph.add(ops::of(Is::Sigmoid), Attrs::None, &[away])?;
    let mut slices = slices.to_vec();
    slices[axis] = SliceSpec { start: Dim::Num(0), step: 1, len: Dim::Num(1) };
    let left = build::sliced(graph, left, &slices)?;
    selected(graph, rest, left).map(Some)
}

/// `v - sum(y*v)`: all of it may be counted from the entry of `v` where `y` is largest, and there it cancels nothing.
fn softmax_slope(graph: &mut Graph, v: NodeId, total: NodeId) -> Result<Option<NodeId>, Fault> {
    let mut weighted = graph.node(total).args[0];
    // -sum(y*w) has its sign outside where v is -w.
    let mut factor = v;
    if graph.is(weighted, Is::Neg) && graph.is(v, Is::Neg) {
        (weighted, factor) = (graph.node(weighted).args[0], graph.node(v).args[0]);
    }
    if !graph.is(weighted, Is::Mul) || graph.shape(weighted) != graph.shape(v) {
        return Ok(None);
    }
    let (p, q) = two(graph, weighted);
    let y = if q == factor { p } else { q };
    let Some(axis) = along(graph, total) else { return Ok(None) };
    if (p != factor && q != factor) || !graph.is(y, Is::Softmax) {
        return Ok(None);
    }
    let shape = graph.shape(v).clone();
    if axis_of(graph, y, shape.rank()) != Some(axis) {
        return Ok(None);
    }
    let z = graph.node(y).args[0];
    // What all of a lane have alike, the slope does not see: the logarithm of the softmax counts as the scores.
    let v = unlogged(graph, v, z, axis, &shape)?.unwrap_or(v);
    let own = axis + graph.shape(z).rank() - shape.rank();
    let at = Attrs::from_vec(vec![build::ints(&[own]), Attr::Flag(true)]);
    let place = graph.add(ops::of(Is::Argmax), at, &[z])?;
    // One softmax for many rows: each looks at the same place.
    let place = build::broadcast_to(graph, place, shape.with(axis, Dim::Num(1)))?;
    if counted(graph, v, place) {
        return Ok(None);
    }
    let origin = build::take_along(graph, v, place, axis)?;
    let away = build::sub(graph, v, origin)?;
    let weighted = build::mul(graph, y, away)?;
    let mean = build::sum(graph, weighted, Some(&[axis]), true)?;
    build::sub(graph, away, mean).map(Some)
}

/// `v` with `z` for `log_softmax(z)` where that stands alone, or times what is one number along the axis.
fn unlogged(graph: &mut Graph, v: NodeId, z: NodeId, axis: usize, shape: &Shape) -> Result<Option<NodeId>, Fault> {
    if graph.shape(v) != shape {
        return Ok(None);
    }
    if graph.is(v, Is::LogSoftmax) {
        let same = graph.node(v).args[0] == z && axis_of(graph, v, shape.rank()) == Some(axis);
        return Ok(same.then_some(z));
    }
    if graph.is(v, Is::Neg) {
        let inner = graph.node(v).args[0];
        return match unlogged(graph, inner, z, axis, shape)? {
            Some(made) => build::neg(graph, made).map(Some),
            None => Ok(None),
        };
    }
    if graph.is(v, Is::Mul) {
        let (a, b) = two(graph, v);
        for (factor, log) in [(a, b), (b, a)] {
            if is_flat(graph, factor, axis, shape.rank()) && graph.is(log, Is::LogSoftmax) {
                return match unlogged(graph, log, z, axis, shape)? {
                    Some(made) => build::mul(graph, factor, made).map(Some),
                    None => Ok(None),
                };
            }
        }
    }
    Ok(None)
}

/// Is it one number along an axis of the `rank` axes that it stretches to? Aligned at the right.
fn is_flat(graph: &Graph, mut id: NodeId, axis: usize, rank: usize) -> bool {
    loop {
        let shape = graph.shape(id);
        match (axis + shape.rank()).checked_sub(rank) {
            None => return true,
            Some(at) if shape[at] == Dim::Num(1) => return true,
            Some(_) => {}
        }
        if !graph.is(id, Is::BroadcastTo) {
            return false;
        }
        id = graph.node(id).args[0];
    }
}

/// Is it already counted from there?
fn counted(graph: &Graph, v: NodeId, place: NodeId) -> bool {
    graph.is(v, Is::Sub) && graph.node(graph.node(v).args[1]).args.get(1) == Some(&place)
}

/// `v - y*sum(v)` as `v*(1 - y) - y*(sum(v) - v)`, with `1 - y` from the logarithm.
fn log_softmax_slope(graph: &mut Graph, v: NodeId, y: NodeId, total: NodeId) -> Result<NodeId, Fault> {
    // Where v is y*w it is the slope of the softmax itself: y*(w - sum(y*w)).
    if let Some(w) = without(graph, v, y)? {
        let w = build::broadcast_to(graph, w, graph.shape(v).clone())?;
        let weighted = build::mul(graph, y, w)?;
        let total = graph.add(ops::of(Is::Sum), graph.node(total).op.attrs.clone(), &[weighted])?;
        if let Some(away) = softmax_slope(graph, w, total)? {
            return build::mul(graph, y, away);
        }
    }
    let node = graph.node(y).clone();
    let log = graph.add(ops::of(Is::LogSoftmax), node.op.attrs.clone(), &[node.args[0]])?;
    let less = graph.add(ops::of(Is::Expm1), Attrs::None, &[log])?;
    let rest = build::neg(graph, less)?;
    let own = build::mul(graph, v, rest)?;
    let others = build::sub(graph, total, v)?;
    let others = build::mul(graph, y, others)?;
    build::sub(graph, own, others)
}

/// What `v` is `y` times.
fn without(graph: &mut Graph, v: NodeId, y: NodeId) -> Result<Option<NodeId>, Fault> {
    if v == y {
        return Ok(Some(number(graph, 1.0)));
    }
    if graph.is(v, Is::Neg) {
        let inner = graph.node(v).args[0];
        return match without(graph, inner, y)? {
            Some(w) => build::neg(graph, w).map(Some),
            None => Ok(None),
        };
    }
    if graph.is(v, Is::Mul) {
        let (a, b) = two(graph, v);
        return Ok(if a == y {
            Some(b)
        } else if b == y {
            Some(a)
        } else {
            None
        });
    }
    Ok(None)
}

/// The one axis of a sum that keeps it.
fn along(graph: &Graph, sum: NodeId) -> Option<usize> {
    let attrs = &graph.node(sum).op.attrs;
    match attrs.ints(0) {
        Some([axis]) if attrs.flag(1) => Some(*axis as usize),
        _ => None,
    }
}

/// The axis of a softmax in what it is multiplied with, of `rank` axes: aligned at the right.
fn axis_of(graph: &Graph, softmax: NodeId, rank: usize) -> Option<usize> {
    let node = graph.node(softmax);
    let own = crate::ops::shapes::axis_of(&graph.dims, graph.shape(node.args[0]), &node.op.attrs, 0).ok()?;
    (own + rank).checked_sub(graph.shape(softmax).rank())
}
