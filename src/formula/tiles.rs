//! Parts put together again: a slice of what was put end to end is that part, and zeros around each of several parts that
//! tile an axis, added up, are the parts end to end.

use crate::graph::{Attr, Form, Graph, Kernel, Move, NodeId, SliceSpec, form};
use crate::ops::build;
use crate::shape::Dim;
use rustc_hash::{FxHashMap, FxHashSet};

/// Larger formulas are left as they are.
const MOST: usize = 4000;

/// The node with its parts put together; what is in `names` is not looked into.
pub fn together(graph: &mut Graph, root: NodeId, names: &FxHashSet<NodeId>) -> NodeId {
    let mut order: Vec<NodeId> = vec![];
    let mut seen = FxHashSet::default();
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if order.len() > MOST {
            return root;
        }
        if seen.insert(id) {
            order.push(id);
            if id == root || !names.contains(&id) {
                stack.extend(graph.node(id).args.iter().copied());
            }
        }
    }
    order.sort_unstable();
    let mut made: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    for id in order {
        if id != root && names.contains(&id) {
            continue;
        }
        let before = &graph.node(id).args;
        let args: crate::graph::Args = before.iter().map(|arg| made.get(arg).copied().unwrap_or(*arg)).collect();
        let node = if args.as_slice() == before.as_slice() { Ok(id) } else { graph.remade(id, &args) };
        let Ok(node) = node else { return root };
        let shorter = better(graph, node).unwrap_or(node);
        if shorter != id {
            made.insert(id, shorter);
        }
    }
    made.get(&root).copied().unwrap_or(root)
}

fn moves(graph: &Graph, id: NodeId) -> Option<Move> {
    match graph.def(id).kernel {
        Kernel::Move(kind) => Some(kind),
        _ => None,
    }
}

/// Does it take all of an axis, in order?
fn is_all(graph: &Graph, slice: &SliceSpec, dim: &Dim) -> bool {
    slice.step == 1 && graph.dims.known(&slice.start) == Some(0) && graph.dims.is_same(&slice.len, dim)
}

/// The part of one axis that a slice, or zeros around it, is about: the axis, and from where to where.
fn range(graph: &Graph, id: NodeId, whole: NodeId) -> Option<(usize, u64, u64)> {
    let Attr::Slices(slices) = graph.node(id).op.attrs.get(0) else { return None };
    let mut some =
        slices.iter().zip(graph.shape(whole).iter()).enumerate().filter(|(_, (slice, dim))| !is_all(graph, slice, dim));
    let (axis, (slice, _)) = some.next()?;
    if some.next().is_some() || slice.step != 1 {
        return None;
    }
    let start = graph.dims.known(&slice.start)?;
    Some((axis, start, start + graph.dims.known(&slice.len)?))
}

fn better(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let args = graph.node(id).args.clone();
    if let (Some(Move::Slice | Move::Unslice), Attr::Slices(slices)) =
        (moves(graph, id), graph.node(id).op.attrs.get(0))
    {
        let whole = graph.shape(if moves(graph, id) == Some(Move::Slice) { args[0] } else { id });
        if slices.iter().zip(whole.iter()).all(|(slice, dim)| is_all(graph, slice, dim)) {
            return Some(args[0]);
        }
    }
    match (moves(graph, id), form(graph, id)) {
        (Some(Move::Slice), _) => {
            let (axis, start, end) = range(graph, id, args[0])?;
            match moves(graph, args[0])? {
                Move::Concat if along(graph, args[0]) == axis => {
                    let mut at = 0;
                    let parts = graph.node(args[0]).args.clone();
                    for part in parts.iter().copied() {
                        let size = graph.dims.known(&graph.shape(part)[axis])?;
                        if at <= start && end <= at + size {
                            return build::part(graph, part, axis, Dim::Num(start - at), Dim::Num(end - start)).ok();
                        }
                        at += size;
                    }
                    None
                }
                Move::Unslice => {
                    let same = range(graph, args[0], args[0])? == (axis, start, end);
                    same.then(|| graph.node(args[0]).args[0])
                }
                _ => None,
            }
        }
        (Some(Move::Reshape), _) => {
            merged(graph, id).or_else(|| of_split(graph, id)).or_else(|| match form(graph, args[0]) {
                Form::Reshape(inner) => {
                    let shape = graph.shape(id).clone();
                    build::renamed(graph, inner, shape).ok()
                }
                _ => None,
            })
        }
        (_, Form::Add(..)) => tiled(graph, id),
        _ => None,
    }
}

fn along(graph: &Graph, concat: NodeId) -> usize {
    graph.node(concat).op.attrs.int(0).and_then(|axis| usize::try_from(axis).ok()).unwrap_or(0)
}

/// Zeros around parts that tile an axis, added up: the parts end to end, and what else is added.
fn tiled(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let (mut terms, mut stack) = (vec![], vec![id]);
    while let Some(id) = stack.pop() {
        match form(graph, id) {
            Form::Add(a, b) => stack.extend([b, a]),
            _ => terms.push(id),
        }
    }
    let shape = graph.shape(id).clone();
    let of = |term: &NodeId| {
        let fits = moves(graph, *term) == Some(Move::Unslice) && *graph.shape(*term) == shape;
        if fits { range(graph, *term, *term) } else { None }
    };
    let axis = terms.iter().find_map(|term| of(term).map(|(axis, ..)| axis))?;
    let mut parts: Vec<(u64, u64, NodeId)> = vec![];
    let mut rest = vec![];
    for term in &terms {
        match of(term).filter(|(other, ..)| *other == axis) {
            Some((_, start, end)) => parts.push((start, end, graph.node(*term).args[0])),
            None => rest.push(*term),
        }
    }
    parts.sort_unstable();
    let mut at = 0;
    let mut pieces: Vec<NodeId> = vec![];
    let mut last = None;
    for (start, end, part) in parts {
        // Two shares of the same part are one.
        if last == Some((start, end))
            && let Some(piece) = pieces.last_mut()
        {
            *piece = build::add(graph, *piece, part).ok()?;
            continue;
        }
        if start != at {
            return None;
        }
        (at, last) = (end, Some((start, end)));
        pieces.push(part);
    }
    if pieces.len() < 2 || graph.dims.known(&shape[axis]) != Some(at) {
        return None;
    }
    let mut sum = build::join(graph, &pieces, axis).ok()?;
    for term in rest {
        sum = build::add(graph, term, sum).ok()?;
    }
    Some(sum)
}

/// The transpose of `split`: parts along a new axis, which is moved in front of another and made one with that.
fn merged(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let moved = graph.node(id).args[0];
    let (concat, order) = permutation(graph, moved)?;
    if moves(graph, concat) != Some(Move::Concat) || along(graph, concat) != 0 {
        return None;
    }
    // The new axis stands at `at`, the others as they were.
    let at = order.iter().position(|axis| *axis == 0)?;
    if !order.iter().filter(|axis| **axis != 0).copied().eq(1..order.len() as i64) {
        return None;
    }
    let mut parts = vec![];
    for part in graph.node(concat).args.iter().copied() {
        let (Form::Reshape(inner) | Form::Broadcast(inner)) = form(graph, part) else { return None };
        if *graph.shape(inner) != graph.shape(part).without(0) {
            return None;
        }
        parts.push(inner);
    }
    let made = build::join(graph, &parts, at).ok()?;
    graph.shape(made).is_same(graph.shape(id), &graph.dims).then_some(made)
}

/// One part of a `split`: a slice of what is cut.
fn of_split(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let (part, one) = super::readable::index(graph, id)?;
    let moved = graph.node(part).args[0];
    let (axis, at, _) = range(graph, part, moved)?;
    if axis != 0 || one.iter().filter(|one| **one).count() != 1 {
        return None;
    }
    let (cut, order) = permutation(graph, moved)?;
    let Form::Reshape(x) = form(graph, cut) else { return None };
    // The axis that is cut in two, of which the first is moved to the front.
    let from = usize::try_from(*order.first()?).ok()?;
    let rest = (0..order.len() as i64).filter(|axis| *axis != from as i64);
    if !order[1..].iter().copied().eq(rest) || graph.shape(x).rank() + 1 != order.len() {
        return None;
    }
    let length = graph.shape(cut)[from + 1].clone();
    let start = graph.dims.mul(&length, &Dim::Num(at)).ok()?;
    let made = build::part(graph, x, from, start, length).ok()?;
    graph.shape(made).is_same(graph.shape(id), &graph.dims).then_some(made)
}

/// What a transpose moves, and in which order.
fn permutation(graph: &Graph, id: NodeId) -> Option<(NodeId, Vec<i64>)> {
    let rank = graph.shape(id).rank();
    match moves(graph, id)? {
        Move::Transpose => {
            let swapped = || (0..rank as i64 - 2).chain([rank as i64 - 1, rank as i64 - 2]).collect::<Vec<_>>();
            let order = graph.node(id).op.attrs.ints(0).map_or_else(swapped, <[i64]>::to_vec);
            Some((graph.node(id).args[0], order))
        }
        _ => Some((id, (0..rank as i64).collect())),
    }
}

/// As [`together`], of one node whose arguments are as they are.
pub fn tidied(graph: &mut Graph, id: NodeId) -> NodeId {
    better(graph, id).unwrap_or(id)
}

/// What is stretched, or the same with another element type.
fn stretched_from(graph: &Graph, mut id: NodeId) -> NodeId {
    loop {
        let node = graph.node(id);
        match (form(graph, id), node.op.def.kernel, node.args.as_slice()) {
            (Form::Broadcast(x), ..) => id = x,
            (_, Kernel::Same, [x]) => id = *x,
            _ => return id,
        }
    }
}

/// The branch that a condition which is a number chooses; two branches that are one.
pub fn chosen(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let Form::Where(condition, a, b) = form(graph, id) else { return None };
    let branch = match crate::graph::known::number(graph, stretched_from(graph, condition), &|_| None) {
        Some(0.0) => b,
        Some(_) => a,
        None if a == b => a,
        None => return None,
    };
    let shape = graph.shape(id).clone();
    build::broadcast_to(graph, branch, shape).ok()
}

/// What is computed under operators that only move entries.
pub fn moved_from(graph: &Graph, mut id: NodeId) -> NodeId {
    while let Some(Move::Reshape | Move::Transpose) = moves(graph, id) {
        id = graph.node(id).args[0];
    }
    id
}

/// What is stacked along a new first axis.
pub fn parts_of(graph: &Graph, id: NodeId) -> Option<Vec<NodeId>> {
    super::readable::stacked(graph, id).filter(|(_, axis)| *axis == 0).map(|(parts, _)| parts)
}

/// `s[2]`: the one entry that is taken of the first axis.
pub fn entry_of(graph: &Graph, id: NodeId) -> Option<(NodeId, u64)> {
    let (part, one) = super::readable::index(graph, id)?;
    let whole = graph.node(part).args[0];
    let (axis, start, _) = range(graph, part, whole)?;
    (axis == 0 && one.first() == Some(&true)).then_some((whole, start))
}
