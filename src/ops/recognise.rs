//! Forms that no rule over single letters can say: a softmax and a log-sum-exp spelled out, and the digits of their slopes.
//!
//! Every form here has the value and the slopes of what it takes the place of, at every point where that has them.

use super::form::{Form, form};
use super::{
    add, build, concat, div, exp, extremum, gather, log, logsumexp, mean, mul, neg, norm, number, roots, sigmoid,
    softmax, sub, sum,
};
use crate::graph::{Attr, Attrs, Fault, Graph, Kernel, Move, NodeId, OpDef, Role, SliceSpec};
use crate::shape::Dim;
use smallvec::SmallVec;

/// A form that no rule over single letters can say, seen at a node: the node that takes its place.
pub fn recognise(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let def = graph.def(id);
    let made = if *def == div::DIV {
        let (above, below) = two(graph, id);
        norm::quotient(graph, above, below)
            .transpose()
            .or_else(|| quotient(graph, above, below).transpose())
            .transpose()
    } else if *def == mul::MUL {
        let (a, b) = two(graph, id);
        product(graph, a, b).transpose().or_else(|| product(graph, b, a).transpose()).transpose()
    } else if *def == log::LOG {
        logarithm(graph, graph.node(id).args[0])
    } else if *def == roots::SQRT {
        root_mean_square(graph, graph.node(id).args[0])
    } else if *def == sub::SUB {
        let (a, b) = two(graph, id);
        difference(graph, a, b)
    } else {
        return None;
    };
    // What cannot be built stays as it was spelled.
    made.ok().flatten()
}

fn two(graph: &Graph, id: NodeId) -> (NodeId, NodeId) {
    let args = &graph.node(id).args;
    (args[0], args[1])
}

fn is(graph: &Graph, id: NodeId, def: &'static OpDef) -> bool {
    *graph.def(id) == *def
}

/// `exp(u)/sum(exp(u))`, `x*exp(u)/(exp(u) + exp(v) + exp(w))`, …
fn quotient(graph: &mut Graph, above: NodeId, below: NodeId) -> Result<Option<NodeId>, Fault> {
    if !is_long(graph, below) {
        return Ok(None);
    }
    if is(graph, above, &mul::MUL) {
        let (a, b) = two(graph, above);
        for (factor, power) in [(a, b), (b, a)] {
            if is(graph, power, &exp::EXP)
                && let Some(share) = share(graph, power, below)?
            {
                return build::mul(graph, factor, share).map(Some);
            }
        }
        return Ok(None);
    }
    if graph.def(above).role == Role::Number && !is(graph, below, &add::ADD) {
        return Ok(None);
    }
    share(graph, above, below)
}

/// `exp(u)*(w/sum(exp(v)))`
fn product(graph: &mut Graph, power: NodeId, quotient: NodeId) -> Result<Option<NodeId>, Fault> {
    if !is(graph, power, &exp::EXP) || !is(graph, quotient, &div::DIV) {
        return Ok(None);
    }
    let (above, below) = two(graph, quotient);
    if !is_long(graph, below) {
        return Ok(None);
    }
    match share(graph, power, below)? {
        Some(share) => build::mul(graph, above, share).map(Some),
        None => Ok(None),
    }
}

/// `log(1 + exp(u) + exp(v))`, `log(sum([exp(u), exp(v)]))`, `log(mean(exp(z)))`, …
fn logarithm(graph: &mut Graph, of: NodeId) -> Result<Option<NodeId>, Fault> {
    let direct = is(graph, of, &sum::SUM) && is(graph, graph.node(of).args[0], &exp::EXP);
    if direct || !is_long(graph, of) {
        return Ok(None);
    }
    log_of(graph, of)
}

/// Is it a sum that the rules of `logaddexp` and `softplus` do not see whole, of at least one exponential?
fn is_long(graph: &Graph, id: NodeId) -> bool {
    let sums = |id: NodeId| [&sum::SUM, &mean::MEAN, &add::ADD, &mul::MUL].iter().any(|def| is(graph, id, def));
    let long = if is(graph, id, &add::ADD) {
        graph.node(id).args.iter().any(|arg| sums(*arg))
    } else {
        is(graph, id, &sum::SUM) || is(graph, id, &mean::MEAN)
    };
    long && powers(graph, id)
}

/// How many terms of a sum are looked at: nobody spells out more, and every look is short.
const TERMS: usize = 64;

/// Is it built by sums and moves of exponentials and positive numbers, at least one exponential among them?
fn powers(graph: &Graph, root: NodeId) -> bool {
    let mut todo: SmallVec<[NodeId; 8]> = SmallVec::new();
    todo.push(root);
    let (mut looked, mut met) = (0, false);
    while let Some(id) = todo.pop() {
        looked += 1;
        let node = graph.node(id);
        let def = node.op.def;
        if looked > TERMS {
            return false;
        } else if *def == exp::EXP {
            met = true;
        } else if def.role == Role::Number {
            if !node.op.attrs.number(0).is_some_and(|value| value > 0.0 && value.is_finite()) {
                return false;
            }
        } else if *def == mul::MUL {
            // A number times powers.
            let number = node.args.iter().filter(|arg| graph.def(**arg).role == Role::Number).count();
            if number != 1 {
                return false;
            }
            todo.extend(node.args.iter().copied());
        } else if *def == add::ADD || *def == sum::SUM || *def == mean::MEAN || moves(def) {
            todo.extend(node.args.iter().copied());
        } else {
            return false;
        }
    }
    met
}

fn moves(def: &'static OpDef) -> bool {
    *def == concat::CONCAT
        || matches!(def.kernel, Kernel::Move(Move::Reshape | Move::Transpose | Move::Flip | Move::Slice))
}

/// The logarithm of what [`powers`] sees, without the powers.
fn log_of(graph: &mut Graph, id: NodeId) -> Result<Option<NodeId>, Fault> {
    if !powers(graph, id) && graph.def(id).role != Role::Number {
        return Ok(None);
    }
    let mut logs: Vec<NodeId> = vec![];
    let mut todo = vec![(id, false)];
    // After its arguments: what a node needs is at the end of `logs`.
    while let Some((id, ready)) = todo.pop() {
        let node = graph.node(id).clone();
        let def = node.op.def;
        if *def == exp::EXP {
            logs.push(node.args[0]);
            continue;
        }
        if def.role == Role::Number {
            let Some(value) = node.op.attrs.number(0).filter(|value| *value > 0.0) else { return Ok(None) };
            logs.push(number(graph, libm::log(value)));
            continue;
        }
        if !ready {
            todo.push((id, true));
            todo.extend(node.args.iter().rev().map(|arg| (*arg, false)));
            continue;
        }
        let args = logs.split_off(logs.len().saturating_sub(node.args.len()));
        let made = if *def == add::ADD {
            graph.add(&sigmoid::LOGADDEXP, Attrs::None, &args)?
        } else if *def == mul::MUL {
            build::add(graph, args[0], args[1])?
        } else if *def == sum::SUM {
            graph.add(&logsumexp::LOGSUMEXP, node.op.attrs.clone(), &args)?
        } else if *def == mean::MEAN {
            let total = graph.add(&logsumexp::LOGSUMEXP, node.op.attrs.clone(), &args)?;
            let count = build::count(graph, args[0], node.op.attrs.ints(0))?;
            let log = graph.add(&log::LOG, Attrs::None, &[count])?;
            build::sub(graph, total, log)?
        } else {
            graph.add(def, node.op.attrs.clone(), &args)?
        };
        logs.push(made);
    }
    Ok(logs.pop())
}

/// `exp(u)` over a sum of exponentials: the softmax of `u`, or `exp(u - log(sum))`.
fn share(graph: &mut Graph, power: NodeId, below: NodeId) -> Result<Option<NodeId>, Fault> {
    let Some(scores) = log_of(graph, power)? else { return Ok(None) };
    if is(graph, below, &sum::SUM) {
        let summed = graph.node(below).args[0];
        if summed == power
            && let Some(axis) = own_axis(graph, below)
        {
            let scores = unshifted(graph, scores, axis);
            return build::softmax(graph, scores, axis).map(Some);
        }
        // One entry of a softmax over a vector: `exp(z[0])/sum(exp(z))`.
        if is(graph, summed, &exp::EXP) && own_axis(graph, below) == Some(0) && graph.shape(summed).rank() == 1 {
            let all = graph.node(summed).args[0];
            if let Some((path, _)) = selection(graph, scores, |id| id == all) {
                let whole = build::softmax(graph, all, 0)?;
                return selected(graph, &path, whole).map(Some);
            }
        }
    }
    if is(graph, below, &add::ADD)
        && let Some(others) = others(graph, power, below)?
    {
        // u/(u + others) has all digits of its slopes as a sigmoid.
        let Some(total) = log_of(graph, others)? else { return Ok(None) };
        let away = build::sub(graph, scores, total)?;
        return graph.add(&sigmoid::SIGMOID, Attrs::None, &[away]).map(Some);
    }
    let Some(total) = log_of(graph, below)? else { return Ok(None) };
    let away = build::sub(graph, scores, total)?;
    graph.add(&exp::EXP, Attrs::None, &[away]).map(Some)
}

/// A written-out sum without one of its terms; `None` where that is not among them.
fn others(graph: &mut Graph, term: NodeId, sum: NodeId) -> Result<Option<NodeId>, Fault> {
    let mut terms: SmallVec<[NodeId; 8]> = SmallVec::new();
    let mut todo = vec![sum];
    while let Some(id) = todo.pop() {
        if is(graph, id, &add::ADD) {
            todo.extend(graph.node(id).args.iter().rev().copied());
        } else {
            terms.push(id);
        }
    }
    let Some(at) = terms.iter().position(|id| *id == term) else { return Ok(None) };
    terms.remove(at);
    let mut terms = terms.into_iter();
    let Some(mut rest) = terms.next() else { return Ok(None) };
    for next in terms {
        rest = build::add(graph, rest, next)?;
    }
    Ok(Some(rest))
}

/// `sqrt(mean(x^2))` by the norm, which neither overflows nor has the slope 0/0 at 0.
fn root_mean_square(graph: &mut Graph, of: NodeId) -> Result<Option<NodeId>, Fault> {
    if !is(graph, of, &mean::MEAN) {
        return Ok(None);
    }
    let (square, attrs) = (graph.node(of).args[0], graph.node(of).op.attrs.clone());
    let x = match form(graph, square) {
        Form::Pow(x, two) if form(graph, two) == Form::Number(2.0) => x,
        Form::Mul(x, y) if x == y => x,
        _ => return Ok(None),
    };
    let count = build::count(graph, x, attrs.ints(0))?;
    let root = graph.add(&roots::SQRT, Attrs::None, &[count])?;
    let length = graph.add(&norm::NORM, attrs, &[x])?;
    build::div(graph, length, root).map(Some)
}

/// The moves that select `part` from something, the last first, and what that is.
fn selection(
    graph: &Graph,
    part: NodeId,
    is_whole: impl Fn(NodeId) -> bool,
) -> Option<(SmallVec<[NodeId; 4]>, NodeId)> {
    let mut path = SmallVec::new();
    let mut at = part;
    while !is_whole(at) {
        let node = graph.node(at);
        let selects = matches!(node.op.def.kernel, Kernel::Move(Move::Slice | Move::Reshape | Move::Gather));
        if !selects || path.len() == 4 {
            return None;
        }
        path.push(at);
        at = node.args[0];
    }
    Some((path, at))
}

/// The same moves of something else.
fn selected(graph: &mut Graph, path: &[NodeId], whole: NodeId) -> Result<NodeId, Fault> {
    let mut made = whole;
    for step in path.iter().rev() {
        let node = graph.node(*step).clone();
        let mut args = node.args.clone();
        args[0] = made;
        made = graph.add(node.op.def, node.op.attrs.clone(), &args)?;
    }
    Ok(made)
}

/// The one axis of a sum that, divided by, stretches back along that axis.
fn own_axis(graph: &Graph, sum: NodeId) -> Option<usize> {
    let attrs = &graph.node(sum).op.attrs;
    let rank = graph.shape(graph.node(sum).args[0]).rank();
    let axis = match attrs.ints(0) {
        Some([axis]) => *axis as usize,
        None if rank == 1 => 0,
        _ => return None,
    };
    // Without its axis the sum is aligned at the right, so only the first may be missing.
    (attrs.flag(1) || axis == 0).then_some(axis)
}

/// Without something subtracted that is the same along the axis (the largest entry, by habit): no softmax sees it.
fn unshifted(graph: &Graph, scores: NodeId, axis: usize) -> NodeId {
    if !is(graph, scores, &sub::SUB) {
        return scores;
    }
    let (rest, shift) = two(graph, scores);
    let (rank, own) = (graph.shape(scores).rank(), graph.shape(shift).rank());
    // Aligned at the right: where the axis is in the shift, and 1 there, or not in it at all.
    let flat = match (axis + own).checked_sub(rank) {
        None => true,
        Some(at) => graph.shape(shift)[at] == Dim::Num(1),
    };
    if flat && graph.shape(rest) == graph.shape(scores) { rest } else { scores }
}

/// The slopes of a softmax and of its logarithm, without the cancelling of `1 - y` where `y` is nearly 1.
fn difference(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<Option<NodeId>, Fault> {
    if graph.def(a).role == Role::Number && graph.node(a).op.attrs.number(0) == Some(1.0) {
        return complement(graph, b);
    }
    if is(graph, b, &sum::SUM) {
        return softmax_slope(graph, a, b);
    }
    if !is(graph, b, &mul::MUL) {
        return Ok(None);
    }
    let (p, q) = two(graph, b);
    for (y, total) in [(p, q), (q, p)] {
        if is(graph, y, &norm::NORMALIZE)
            && is(graph, total, &sum::SUM)
            && !(is(graph, a, &sub::SUB) && is(graph, graph.node(a).args[1], &gather::SCATTER_ADD))
            && is(graph, graph.node(total).args[0], &mul::MUL)
            && let (s, t) = two(graph, graph.node(total).args[0])
            && ((s, t) == (y, a) || (s, t) == (a, y))
            && let Some(axis) = axis_of(graph, y, graph.shape(a).rank())
            && along(graph, total) == Some(axis)
        {
            return norm::counted_from_largest(graph, a, y, axis).map(Some);
        }
    }
    for (y, total) in [(p, q), (q, p)] {
        if is(graph, y, &softmax::SOFTMAX)
            && is(graph, total, &sum::SUM)
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
    let Some((path, whole)) = selection(graph, part, |id| is(graph, id, &softmax::SOFTMAX)) else { return Ok(None) };
    if let Some(rest) = complement_of_one(graph, &path, whole)? {
        return Ok(Some(rest));
    }
    let node = graph.node(whole).clone();
    let log = graph.add(&softmax::LOG_SOFTMAX, node.op.attrs.clone(), &node.args)?;
    let log = selected(graph, &path, log)?;
    let less = graph.add(&exp::EXPM1, Attrs::None, &[log])?;
    build::neg(graph, less).map(Some)
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
    let total = build::reduce(graph, &logsumexp::LOGSUMEXP, others, Some(&[axis]), true)?;
    let own = build::part(graph, z, axis, Dim::Num(k), Dim::Num(1))?;
    let away = build::sub(graph, total, own)?;
    let left = graph.add(&sigmoid::SIGMOID, Attrs::None, &[away])?;
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
    if is(graph, weighted, &neg::NEG) && is(graph, v, &neg::NEG) {
        (weighted, factor) = (graph.node(weighted).args[0], graph.node(v).args[0]);
    }
    if !is(graph, weighted, &mul::MUL) || graph.shape(weighted) != graph.shape(v) {
        return Ok(None);
    }
    let (p, q) = two(graph, weighted);
    let y = if q == factor { p } else { q };
    let Some(axis) = along(graph, total) else { return Ok(None) };
    if (p != factor && q != factor) || !is(graph, y, &softmax::SOFTMAX) {
        return Ok(None);
    }
    let shape = graph.shape(v).clone();
    if axis_of(graph, y, shape.rank()) != Some(axis) {
        return Ok(None);
    }
    let z = graph.node(y).args[0];
    let own = axis + graph.shape(z).rank() - shape.rank();
    let at = Attrs::from_vec(vec![build::ints(&[own]), Attr::Flag(true)]);
    let place = graph.add(&extremum::ARGMAX, at, &[z])?;
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

/// Is it already counted from there?
fn counted(graph: &Graph, v: NodeId, place: NodeId) -> bool {
    is(graph, v, &sub::SUB) && graph.node(graph.node(v).args[1]).args.get(1) == Some(&place)
}

/// `v - y*sum(v)` as `v*(1 - y) - y*(sum(v) - v)`, with `1 - y` from the logarithm.
fn log_softmax_slope(graph: &mut Graph, v: NodeId, y: NodeId, total: NodeId) -> Result<NodeId, Fault> {
    let node = graph.node(y).clone();
    let log = graph.add(&softmax::LOG_SOFTMAX, node.op.attrs.clone(), &[node.args[0]])?;
    let less = graph.add(&exp::EXPM1, Attrs::None, &[log])?;
    let rest = build::neg(graph, less)?;
    let own = build::mul(graph, v, rest)?;
    let others = build::sub(graph, total, v)?;
    let others = build::mul(graph, y, others)?;
    build::sub(graph, own, others)
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
    let own = super::shapes::axis_of(&graph.dims, graph.shape(node.args[0]), &node.op.attrs, 0).ok()?;
    (own + rank).checked_sub(graph.shape(softmax).rank())
}
