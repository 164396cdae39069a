//! Which entries stay apart: does an entry of a result depend on the same entry of a name alone?

use super::passes;
use crate::graph::{Attr, Contract, Graph, Kernel, Move, Node, NodeId};
use crate::shape::{Dim, Shape};
use rustc_hash::{FxHashMap, FxHashSet};
use smallvec::SmallVec;

/// For each axis of the name the axis of a node along which entries stay apart; none for an axis of size 1, where there
/// is nothing to keep apart.
type Axes = SmallVec<[Option<usize>; 4]>;

/// The first node on the way to `root` that makes an entry of many entries of `free`, and whether some axis of `free` still
/// stays apart there. `None`: each entry of `root` depends on the same entry of `free` alone (along an axis of size 1
/// `root` may have more entries). Linear in the nodes between the two.
pub fn mixed(graph: &Graph, root: NodeId, free: NodeId) -> Option<(NodeId, bool)> {
    let order = graph.reach_above(&[root], free);
    let mut moving = FxHashSet::default();
    moving.insert(free);
    for id in &order {
        let node = graph.node(*id);
        if node.args.iter().enumerate().any(|(i, arg)| moving.contains(arg) && passes(node.op.def, i)) {
            moving.insert(*id);
        }
    }
    // Only what a derivative passes on its way from the root counts.
    let mut wanted = FxHashSet::default();
    wanted.insert(root);
    for id in order.iter().rev().filter(|id| moving.contains(*id)) {
        if wanted.contains(id) {
            let node = graph.node(*id);
            let passing = node.args.iter().enumerate().filter(|(i, _)| passes(node.op.def, *i));
            wanted.extend(passing.map(|(_, arg)| *arg));
        }
    }
    let shape = graph.shape(free).clone();
    let wide = |axis: usize| graph.dims.known(&shape[axis]) != Some(1);
    let own: Axes = (0..shape.rank()).map(|axis| wide(axis).then_some(axis)).collect();
    let mut known: FxHashMap<NodeId, Axes> = FxHashMap::default();
    known.insert(free, own.clone());
    for id in order.iter().filter(|id| **id != free && moving.contains(*id) && wanted.contains(*id)) {
        let axes = kept(graph, *id, &known);
        let lost = axes.iter().zip(&own).any(|(kept, own)| own.is_some() && kept.is_none());
        if lost {
            return Some((*id, axes.iter().any(Option::is_some)));
        }
        known.insert(*id, axes);
    }
    let axes = known.get(&root)?;
    let fits = graph.shape(root).rank() == shape.rank() && *axes == own;
    (!fits).then(|| (root, axes.iter().any(Option::is_some)))
}

/// The axes of a node along which entries stay apart, from those of its arguments.
fn kept(graph: &Graph, id: NodeId, known: &FxHashMap<NodeId, Axes>) -> Axes {
    let node = graph.node(id);
    let mut out: Option<Axes> = None;
    for (i, arg) in node.args.iter().enumerate().filter(|(i, _)| passes(node.op.def, *i)) {
        let Some(axes) = known.get(arg) else { continue };
        let moved: Axes = axes.iter().map(|axis| axis.and_then(|axis| through(graph, node, i, axis))).collect();
        out = Some(match out {
            None => moved,
            // Two arguments have to keep them at the same place.
            Some(before) => before.iter().zip(&moved).map(|(a, b)| if a == b { *a } else { None }).collect(),
        });
    }
    out.unwrap_or_default()
}

/// The axis of the result whose entries are made of the entries of an argument's axis one by one.
fn through(graph: &Graph, node: &Node, arg: usize, axis: usize) -> Option<usize> {
    let from = graph.shape(node.args[arg]);
    let to = &node.shape;
    let aligned = || (axis + to.rank()).checked_sub(from.rank());
    let whole = |spec: &crate::graph::SliceSpec, dim: &Dim| {
        spec.step == 1 && spec.start == Dim::Num(0) && graph.dims.is_same(&spec.len, dim)
    };
    let attrs = &node.op.attrs;
    match node.op.def.kernel {
        Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_) | Kernel::Same | Kernel::Move(Move::Broadcast) => aligned(),
        Kernel::Reduce(_) => {
            let axes = axes_of(attrs.get(0), from.rank());
            let before = axes.iter().filter(|other| **other < axis).count();
            let kept = if attrs.flag(1) { axis } else { axis - before };
            (!axes.contains(&axis)).then_some(kept)
        }
        Kernel::Along(_) => (!axes_of(attrs.get(0), from.rank()).contains(&axis)).then_some(axis),
        Kernel::Move(kind) => match kind {
            Move::Reshape => reshaped(graph, from, to, axis),
            Move::Transpose => match attrs.ints(0) {
                Some(order) => order.iter().position(|old| *old == axis as i64),
                None if from.rank() < 2 => Some(axis),
                None if axis + 2 < from.rank() => Some(axis),
                None => Some(2 * from.rank() - 3 - axis),
            },
            Move::Broadcast => aligned(),
            Move::SumTo => {
                let place = (axis + to.rank()).checked_sub(from.rank())?;
                graph.dims.is_same(&to[place], &from[axis]).then_some(place)
            }
            Move::Slice => match attrs.get(0) {
                Attr::Slices(specs) => whole(specs.get(axis)?, &from[axis]).then_some(axis),
                _ => None,
            },
            Move::Unslice => match attrs.get(0) {
                Attr::Slices(specs) => whole(specs.get(axis)?, &to[axis]).then_some(axis),
                _ => None,
            },
            Move::Concat | Move::Gather | Move::ScatterAdd | Move::Flip => {
                (attrs.int(0).unwrap_or(0) != axis as i64).then_some(axis)
            }
            Move::Tril | Move::Triu => Some(axis),
            // What windows slide over is mixed by them.
            Move::Windows => (axis + attrs.ints(0)?.len() < from.rank()).then_some(axis),
            Move::SumWindows => (axis + 2 * attrs.dims(0)?.rank() < from.rank()).then_some(axis),
            Move::Diag | Move::DiagEmbed => {
                let inner = if kind == Move::Diag { 2 } else { 1 };
                (axis + inner < from.rank()).then_some(axis)
            }
        },
        Kernel::Contract(Contract::Conv(kind)) => {
            let (rank, _) = crate::ops::conv_axes(kind, attrs);
            let place = (axis + to.rank()).checked_sub(from.rank())?;
            let example = arg == 0 && kind != crate::graph::Conv::ByWeight && axis + rank + 2 == from.rank();
            (example || axis + rank + 2 < from.rank()).then_some(place)
        }
        Kernel::Contract(Contract::MatMul) => product(graph, node, arg, axis),
        Kernel::Contract(Contract::Einsum) => {
            let (inputs, output) = attrs.text(0)?.split_once("->")?;
            let own: Vec<char> = inputs.split(',').nth(arg)?.chars().filter(|c| c.is_alphabetic()).collect();
            let letter = *own.get(axis)?;
            let once = own.iter().filter(|other| **other == letter).count() == 1;
            let place = output.chars().filter(|c| c.is_alphabetic()).position(|other| other == letter)?;
            once.then_some(place)
        }
        Kernel::Matrix(_) => {
            let place = aligned()?;
            (axis + 2 < from.rank()).then_some(place)
        }
        Kernel::Source(_) | Kernel::Scan | Kernel::Pick | Kernel::Expand(_) => None,
    }
}

fn axes_of(attr: &Attr, rank: usize) -> SmallVec<[usize; 4]> {
    let place = |axis: i64| if axis < 0 { (axis + rank as i64) as usize } else { axis as usize };
    match attr {
        Attr::Int(axis) => SmallVec::from_slice(&[place(*axis)]),
        Attr::Ints(axes) => axes.iter().map(|axis| place(*axis)).collect(),
        _ => (0..rank).collect(),
    }
}

/// Under another shape an axis stays one where what stands before it, or behind it, is the same; axes of size 1 do not count.
fn reshaped(graph: &Graph, from: &Shape, to: &Shape, axis: usize) -> Option<usize> {
    let wide = |shape: &Shape| -> Vec<usize> {
        (0..shape.rank()).filter(|axis| graph.dims.known(&shape[*axis]) != Some(1)).collect()
    };
    let (a, b) = (wide(from), wide(to));
    let place = a.iter().position(|other| *other == axis)?;
    let same = |(x, y): (&usize, &usize)| graph.dims.is_same(&from[*x], &to[*y]);
    if place < b.len() && a.iter().zip(&b).take(place + 1).all(same) {
        return Some(b[place]);
    }
    let back = a.len() - 1 - place;
    let behind = a.iter().rev().zip(b.iter().rev()).take(back + 1).all(same);
    (behind && back < b.len()).then(|| b[b.len() - 1 - back])
}

/// Through `@`: rows of the left, columns of the right, and stacks.
fn product(graph: &Graph, node: &Node, arg: usize, axis: usize) -> Option<usize> {
    let ranks = [graph.shape(node.args[0]).rank(), graph.shape(node.args[1]).rank()];
    let (own, to) = (ranks[arg], node.shape.rank());
    let other = ranks[1 - arg];
    let matrix = |rank: usize| usize::from(rank > 1);
    let stacks = to - matrix(ranks[0]) - matrix(ranks[1]);
    if axis + 2 < own {
        return (axis + stacks).checked_sub(own - 2);
    }
    let (row, column) = (own > 1 && axis + 2 == own, axis + 1 == own);
    match arg {
        0 if row => Some(stacks),
        1 if column && own > 1 => Some(stacks + matrix(other)),
        _ => None,
    }
}
