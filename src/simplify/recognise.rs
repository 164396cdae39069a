//! Forms that no rule over single letters can say: a softmax and a log-sum-exp spelled out.
//!
//! Every form here has the value and the slopes of what it takes the place of, at every point where that has them.

use super::{lengths, powers};
use crate::graph::{Attr, Attrs, Fault, Form, Graph, Is, Kernel, Move, NodeId, OpDef, Role, form};
use crate::ops::{self, build, number};
use crate::shape::Dim;
use smallvec::SmallVec;

/// A form that no rule over single letters can say, seen at a node: the node that takes its place.
pub fn recognise(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let def = graph.def(id);
    let made = if def.is == Is::Div {
        let (above, below) = two(graph, id);
        lengths::quotient(graph, above, below)
            .transpose()
            .or_else(|| powers::quotient(graph, id).transpose())
            .or_else(|| quotient(graph, above, below).transpose())
            .transpose()
    } else if def.is == Is::Mul {
        let (a, b) = two(graph, id);
        powers::product(graph, id)
            .transpose()
            .or_else(|| product(graph, a, b).transpose())
            .or_else(|| product(graph, b, a).transpose())
            .transpose()
    } else if def.is == Is::Log {
        let of = graph.node(id).args[0];
        powers::logarithm(graph, of).transpose().or_else(|| logarithm(graph, of).transpose()).transpose()
    } else if def.is == Is::Sqrt {
        root_of_squares(graph, graph.node(id).args[0])
    } else if def.is == Is::Sub {
        let (a, b) = two(graph, id);
        super::away::difference(graph, a, b)
    } else {
        return None;
    };
    // What cannot be built stays as it was spelled.
    made.ok().flatten()
}

pub(super) fn two(graph: &Graph, id: NodeId) -> (NodeId, NodeId) {
    let args = &graph.node(id).args;
    (args[0], args[1])
}

/// `exp(u)/sum(exp(u))`, `x*exp(u)/(exp(u) + exp(v) + exp(w))`, …
fn quotient(graph: &mut Graph, above: NodeId, below: NodeId) -> Result<Option<NodeId>, Fault> {
    if !is_long(graph, below) {
        return mixed_quotient(graph, above, below);
    }
    if graph.is(above, Is::Mul) {
        let (a, b) = two(graph, above);
        for (factor, power) in [(a, b), (b, a)] {
            if graph.is(power, Is::Exp)
                && let Some(share) = share(graph, power, below)?
            {
                return build::mul(graph, factor, share).map(Some);
            }
        }
        return Ok(None);
    }
    if graph.def(above).role == Role::Number && !graph.is(below, Is::Add) {
        return Ok(None);
    }
    share(graph, above, below)
}

/// `exp(u)*(w/sum(exp(v)))`
fn product(graph: &mut Graph, power: NodeId, quotient: NodeId) -> Result<Option<NodeId>, Fault> {
    if !graph.is(power, Is::Exp) || !graph.is(quotient, Is::Div) {
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
    let direct = graph.is(of, Is::Sum) && graph.is(graph.node(of).args[0], Is::Exp);
    if direct {
        return Ok(None);
    }
    if is_long(graph, of) {
        return log_of(graph, of);
    }
    let Some((powers, rest)) = mixed(graph, of)? else { return Ok(None) };
    let one = number(graph, 1.0);
    graph.add(ops::of(Is::LogExpAdd), Attrs::None, &[powers, rest, one]).map(Some)
}

/// A sum of more than two terms, some of them powers and some not: the logarithm of the powers, and the other terms.
fn mixed(graph: &mut Graph, sum: NodeId) -> Result<Option<(NodeId, NodeId)>, Fault> {
    if !graph.is(sum, Is::Add) {
        return Ok(None);
    }
    let terms = terms(graph, sum);
    let (mut up, mut rest) = (None, None);
    let mut long = terms.len() > 2;
    if terms.len() > TERMS {
        return Ok(None);
    }
    for term in terms {
        let is_power = powers(graph, term);
        long |= is_power && !graph.is(term, Is::Exp);
        let side = if is_power { &mut up } else { &mut rest };
        *side = Some(match *side {
            Some(before) => build::add(graph, before, term)?,
            None => term,
        });
    }
    let (Some(up), Some(rest), true) = (up, rest, long) else { return Ok(None) };
    Ok(log_of(graph, up)?.map(|log| (log, rest)))
}

/// `exp(u)/(exp(u) + exp(v) + x)`, `x/(exp(u) + exp(v) + y)`
fn mixed_quotient(graph: &mut Graph, above: NodeId, below: NodeId) -> Result<Option<NodeId>, Fault> {
    let Some((total, rest)) = mixed(graph, below)? else { return Ok(None) };
    let one = number(graph, 1.0);
    if let Some(own) = log_of(graph, above)?
        && powers(graph, above)
    {
        // The share of all powers, and the share of this one among them.
        let back = build::neg(graph, total)?;
        let all = graph.add(ops::of(Is::RecExpAdd), Attrs::None, &[back, one, rest])?;
        if own == total {
            return Ok(Some(all));
        }
        let away = build::sub(graph, own, total)?;
        let own = graph.add(ops::of(Is::Exp), Attrs::None, &[away])?;
        return build::mul(graph, own, all).map(Some);
    }
    let part = graph.add(ops::of(Is::RecExpAdd), Attrs::None, &[total, rest, one])?;
    build::mul(graph, above, part).map(Some)
}

/// The terms of a written-out sum, in order.
fn terms(graph: &Graph, sum: NodeId) -> SmallVec<[NodeId; 8]> {
    let mut terms = SmallVec::new();
    let mut todo = vec![sum];
    while let Some(id) = todo.pop() {
        if graph.is(id, Is::Add) && terms.len() <= TERMS {
            todo.extend(graph.node(id).args.iter().rev().copied());
        } else {
            terms.push(id);
        }
    }
    terms
}

/// Is it a sum that the rules of `logaddexp` and `softplus` do not see whole, of at least one exponential?
fn is_long(graph: &Graph, id: NodeId) -> bool {
    let made = [Is::Mul, Is::Div, Is::Sum, Is::Mean, Is::CumSum, Is::Add];
    let one_of = |id: NodeId, known: &[Is]| known.contains(&graph.def(id).is);
    let long = if graph.is(id, Is::Add) {
        graph.node(id).args.iter().any(|arg| one_of(*arg, &made))
    } else {
        one_of(id, &made[..5])
    };
    long && powers(graph, id)
}

/// How many terms of a sum are looked at: nobody spells out more, and every look is short.
const TERMS: usize = 64;

/// Is it built by sums and moves of exponentials and positive numbers, at least one exponential among them?
pub(super) fn powers(graph: &Graph, root: NodeId) -> bool {
    let mut todo: SmallVec<[NodeId; 8]> = SmallVec::new();
    todo.push(root);
    let (mut looked, mut met) = (0, false);
    while let Some(id) = todo.pop() {
        looked += 1;
        let node = graph.node(id);
        let def = node.op.def;
        if looked > TERMS {
            return false;
        } else if def.is == Is::Exp {
            met = true;
        } else if def.role == Role::Number {
            if !node.op.attrs.number(0).is_some_and(|value| value > 0.0 && value.is_finite()) {
                return false;
            }
        } else if def.is == Is::Sqrt {
            todo.push(node.args[0]);
        } else if [Is::Mul, Is::Div, Is::Add, Is::Sum, Is::Mean, Is::CumSum].contains(&def.is) || moves(def) {
            todo.extend(node.args.iter().copied());
        } else {
            return false;
        }
    }
    met
}

fn moves(def: &'static OpDef) -> bool {
    def.is == Is::Concat
        || matches!(def.kernel, Kernel::Move(Move::Reshape | Move::Transpose | Move::Flip | Move::Slice))
}

/// The logarithm of what [`powers`] sees, without the powers.
pub(super) fn log_of(graph: &mut Graph, id: NodeId) -> Result<Option<NodeId>, Fault> {
    if !powers(graph, id) && graph.def(id).role != Role::Number {
        return Ok(None);
    }
    let mut logs: Vec<NodeId> = vec![];
    let mut todo = vec![(id, false)];
    // After its arguments: what a node needs is at the end of `logs`.
    while let Some((id, ready)) = todo.pop() {
        let node = graph.node(id).clone();
        let def = node.op.def;
        if def.is == Is::Exp {
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
        let made = if def.is == Is::Add {
            graph.add(ops::of(Is::LogAddExp), Attrs::None, &args)?
        } else if def.is == Is::Mul {
            build::add(graph, args[0], args[1])?
        } else if def.is == Is::Div {
            build::sub(graph, args[0], args[1])?
        } else if def.is == Is::Sqrt {
            let half = number(graph, 0.5);
            build::mul(graph, half, args[0])?
        } else if def.is == Is::Sum {
            graph.add(ops::of(Is::LogSumExp), node.op.attrs.clone(), &args)?
        } else if def.is == Is::CumSum {
            graph.add(ops::of(Is::LogCumSumExp), node.op.attrs.clone(), &args)?
        } else if def.is == Is::Mean {
            let total = graph.add(ops::of(Is::LogSumExp), node.op.attrs.clone(), &args)?;
            let count = build::count(graph, args[0], node.op.attrs.ints(0))?;
            let log = graph.add(ops::of(Is::Log), Attrs::None, &[count])?;
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
    if graph.is(below, Is::Sum) {
        let summed = graph.node(below).args[0];
        if summed == power
            && let Some(axis) = own_axis(graph, below)
        {
            let scores = unshifted(graph, scores, axis);
            return build::softmax(graph, scores, axis).map(Some);
        }
        // One entry of a softmax over a vector: `exp(z[0])/sum(exp(z))`, `exp(z)/sum(exp([z, 0]))`.
        if own_axis(graph, below) == Some(0)
            && graph.shape(summed).rank() == 1
            && let Some(all) = log_of(graph, summed)?
        {
            if let Some((path, _)) = selection(graph, scores, |id| id == all) {
                let whole = build::softmax(graph, all, 0)?;
                return selected(graph, &path, whole).map(Some);
            }
            if let Some(k) = entry(graph, all, scores) {
                let whole = build::softmax(graph, all, 0)?;
                let part = build::part(graph, whole, 0, Dim::Num(k), Dim::Num(1))?;
                return build::drop_axis(graph, part, 0).map(Some);
            }
        }
    }
    if graph.is(below, Is::Add)
        && let Some(others) = others(graph, power, below)?
    {
        // u/(u + others) has all digits of its slopes as a sigmoid.
        let Some(total) = log_of(graph, others)? else { return Ok(None) };
        let away = build::sub(graph, scores, total)?;
        return graph.add(ops::of(Is::Sigmoid), Attrs::None, &[away]).map(Some);
    }
    let Some(total) = log_of(graph, below)? else { return Ok(None) };
    let away = build::sub(graph, scores, total)?;
    graph.add(ops::of(Is::Exp), Attrs::None, &[away]).map(Some)
}

/// The place of a number among those that a vector is written out of.
fn entry(graph: &Graph, vector: NodeId, number: NodeId) -> Option<u64> {
    let def = graph.def(vector);
    if (def.is != Is::Concat && def.is != Is::Stack) || !graph.shape(number).is_scalar() {
        return None;
    }
    let args = &graph.node(vector).args;
    // Each argument is one entry.
    let one = |id: NodeId| graph.shape(id).iter().all(|dim| *dim == Dim::Num(1));
    let is_it = |id: NodeId| id == number || (graph.is(id, Is::Reshape) && graph.node(id).args[0] == number);
    if args.iter().all(|id| one(*id)) { args.iter().position(|id| is_it(*id)).map(|k| k as u64) } else { None }
}

/// A written-out sum without one of its terms; `None` where that is not among them.
fn others(graph: &mut Graph, term: NodeId, sum: NodeId) -> Result<Option<NodeId>, Fault> {
    let mut terms = terms(graph, sum);
    let Some(at) = terms.iter().position(|id| *id == term) else { return Ok(None) };
    terms.remove(at);
    let mut terms = terms.into_iter();
    let Some(mut rest) = terms.next() else { return Ok(None) };
    for next in terms {
        rest = build::add(graph, rest, next)?;
    }
    Ok(Some(rest))
}

/// The root of a sum of squares, in any spelling, by the norm, which neither overflows nor has the slope 0/0 at 0.
fn root_of_squares(graph: &mut Graph, of: NodeId) -> Result<Option<NodeId>, Fault> {
    let node = graph.node(of).clone();
    let whole = Attrs::from_vec(vec![Attr::Absent, Attr::Flag(false)]);
    match form(graph, of) {
        Form::Sum(squares) => match squared(graph, squares) {
            Some(x) => graph.add(ops::of(Is::Norm), node.op.attrs, &[x]).map(Some),
            None => Ok(None),
        },
        Form::Mean(squares) => {
            let Some(x) = squared(graph, squares) else { return Ok(None) };
            let count = build::count(graph, x, node.op.attrs.ints(0))?;
            let root = graph.add(ops::of(Is::Sqrt), Attrs::None, &[count])?;
            let length = graph.add(ops::of(Is::Norm), node.op.attrs, &[x])?;
            build::div(graph, length, root).map(Some)
        }
        Form::MatMul(a, b) if a == b && graph.shape(a).rank() == 1 => {
            graph.add(ops::of(Is::Norm), whole, &[a]).map(Some)
        }
        // `einsum("i,i->", v, v)`
        _ if node.op.def.is == Is::Einsum && node.args.len() == 2 && node.args[0] == node.args[1] => {
            let Attr::Text(letters) = node.op.attrs.get(0) else { return Ok(None) };
            let bare: String = letters.chars().filter(|c| !c.is_whitespace()).collect();
            let alike = bare.split_once("->").is_some_and(|(from, to)| {
                to.is_empty() && from.split_once(',').is_some_and(|(a, b)| a == b && distinct(a))
            });
            if alike { graph.add(ops::of(Is::Norm), whole, &[node.args[0]]).map(Some) } else { Ok(None) }
        }
        Form::Div(x, c) if matches!(form(graph, c), Form::Number(c) if c > 0.0) || form(graph, c) == Form::Dim => {
            scaled_root(graph, x, c, true)
        }
        Form::Mul(c, x) | Form::Mul(x, c) if matches!(form(graph, c), Form::Number(c) if c > 0.0) => {
            scaled_root(graph, x, c, false)
        }
        Form::Add(a, b) => {
            let (Some(a), Some(b)) = (one_of_squares(graph, a)?, one_of_squares(graph, b)?) else { return Ok(None) };
            graph.add(ops::of(Is::Hypot), Attrs::None, &[a, b]).map(Some)
        }
        _ => Ok(None),
    }
}

fn distinct(letters: &str) -> bool {
    letters.chars().enumerate().all(|(i, c)| !letters[i + c.len_utf8()..].contains(c))
}

/// `x` where a node is `x^2`.
fn squared(graph: &Graph, square: NodeId) -> Option<NodeId> {
    match form(graph, square) {
        Form::Pow(x, two) if form(graph, two) == Form::Number(2.0) => Some(x),
        Form::Mul(x, y) if x == y => Some(x),
        _ => None,
    }
}

/// One side of a sum of squares: what is squared, or the root of more of them.
fn one_of_squares(graph: &mut Graph, term: NodeId) -> Result<Option<NodeId>, Fault> {
    if let Some(x) = squared(graph, term) {
        return Ok(Some(x));
    }
    if let Form::Add(a, b) = form(graph, term)
        && let (Some(a), Some(b)) = (squared(graph, a), squared(graph, b))
    {
        return graph.add(ops::of(Is::Hypot), Attrs::None, &[a, b]).map(Some);
    }
    Ok(None)
}

/// The root of a sum of squares over or times a positive number.
fn scaled_root(graph: &mut Graph, x: NodeId, c: NodeId, over: bool) -> Result<Option<NodeId>, Fault> {
    let Some(length) = root_of_squares(graph, x)? else { return Ok(None) };
    let root = graph.add(ops::of(Is::Sqrt), Attrs::None, &[c])?;
    if over { build::div(graph, length, root).map(Some) } else { build::mul(graph, root, length).map(Some) }
}

/// The moves that select `part` from something, the last first, and what that is.
pub(super) fn selection(
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
pub(super) fn selected(graph: &mut Graph, path: &[NodeId], whole: NodeId) -> Result<NodeId, Fault> {
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
    if !graph.is(scores, Is::Sub) {
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
