//! Reverse mode: one sweep from the root down, which shares everything that more than one derivative needs.

use super::{Share, Slope, Trouble, active, op, passes, scan, slope, times};
use crate::graph::{Diff, Fault, Graph, Is, Kernel, Move, NodeId, NodeMap, Origin, Role, verify_pass};
use crate::ops;
use rustc_hash::FxHashMap;

/// The derivatives of `root` (weighted by `seed`, of its shape) by each of `by`. Linear in the nodes under `root`.
pub fn reverse(graph: &mut Graph, root: NodeId, seed: NodeId, by: &[NodeId]) -> Result<Vec<Slope>, Trouble> {
    reverse_all(graph, &[(root, seed)], by)
}

/// The derivatives of several roots, each weighted by a seed of its shape, together.
pub fn reverse_all(graph: &mut Graph, roots: &[(NodeId, NodeId)], by: &[NodeId]) -> Result<Vec<Slope>, Trouble> {
    let from = graph.len();
    let found = sweep(graph, roots, by);
    verify_pass(graph, from, "reverse mode");
    found
}

fn sweep(graph: &mut Graph, roots: &[(NodeId, NodeId)], by: &[NodeId]) -> Result<Vec<Slope>, Trouble> {
    let tops: Vec<NodeId> = roots.iter().map(|(root, _)| *root).collect();
    let Some(top) = tops.iter().max().copied() else { return Ok(vec![Slope::Unconnected; by.len()]) };
    let order = graph.reach_above(&tops, by.iter().min().copied().unwrap_or(top));
    let active = active(graph, &order, by);
    let mut shares = Shares { at: NodeMap::with_len(top.index() + 1), all: vec![] };
    for (root, seed) in roots {
        if active.contains(*root) {
            let seed = Share::full(*seed);
            let sum = match shares.get(*root) {
                Some(before) => join(graph, before, seed).map_err(|fault| Trouble { node: *root, fault })?,
                None => seed,
            };
            shares.insert(*root, sum);
        }
    }
    // The derivatives by what is taken from each loop.
    let mut taken: FxHashMap<NodeId, Vec<(usize, NodeId)>> = FxHashMap::default();
    for id in order.iter().rev().copied() {
        if !active.contains(id) {
            continue;
        }
        if let Some(given) = taken.remove(&id) {
            through(graph, id, &given, &active, &mut shares)?;
            continue;
        }
        let Some(share) = shares.get(id) else { continue };
        if matches!(graph.def(id).kernel, Kernel::Pick) {
            let at = |fault| Trouble { node: id, fault };
            let shape = graph.shape(id).clone();
            let whole =
                share.whole(graph).and_then(|whole| ops::build::broadcast_to(graph, whole, shape)).map_err(at)?;
            let number = graph.node(id).op.attrs.int(0).and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
            taken.entry(graph.node(id).args[0]).or_default().push((number, whole));
            continue;
        }
        let (def, args) = (graph.def(id), graph.node(id).args.clone());
        for (i, arg) in args.iter().copied().enumerate() {
            if !active.contains(arg) || !passes(def, i) {
                continue;
            }
            let before = graph.made_for(Some(Origin { node: id, slope: true }));
            let added = pass(graph, id, i, share);
            graph.made_for(before);
            let added = added.map_err(|fault| Trouble { node: id, fault })?;
            if let Some(added) = added {
                let sum = match shares.get(arg) {
                    None => Ok(added),
                    Some(before) => join(graph, before, added),
                };
                shares.insert(arg, sum.map_err(|fault| Trouble { node: id, fault })?);
            }
        }
    }
    let mut out = vec![];
    for id in by {
        out.push(match shares.get(*id) {
            Some(share) => {
                let whole = share.whole(graph).map_err(|fault| Trouble { node: *id, fault })?;
                let shape = graph.shape(*id).clone();
                let fitted =
                    ops::build::broadcast_to(graph, whole, shape).map_err(|fault| Trouble { node: *id, fault })?;
                Slope::Node(fitted)
            }
            None => zero(graph, &order, *id),
        });
    }
    Ok(out)
}

/// What the arguments of a loop get of the derivatives by what was taken from it.
fn through(
    graph: &mut Graph,
    id: NodeId,
    given: &[(usize, NodeId)],
    active: &NodeMap,
    shares: &mut Shares,
) -> Result<(), Trouble> {
    let args = graph.node(id).args.clone();
    let wanted: Vec<bool> = args.iter().map(|arg| active.contains(*arg)).collect();
    let before = graph.made_for(Some(Origin { node: id, slope: true }));
    let added = scan::reverse(graph, id, given, &wanted);
    let joined = added.and_then(|added| {
        for (arg, added) in args.iter().zip(added) {
            let Some(added) = added.map(Share::full) else { continue };
            let sum = match shares.get(*arg) {
                None => Ok(added),
                Some(before) => join(graph, before, added),
            };
            shares.insert(*arg, sum.map_err(|fault| Trouble { node: id, fault })?);
        }
        Ok(())
    });
    graph.made_for(before);
    joined
}

/// The shares of the nodes.
struct Shares {
    at: NodeMap,
    all: Vec<Share>,
}

impl Shares {
    fn get(&self, id: NodeId) -> Option<Share> {
        self.at.get(id).and_then(|at| self.all.get(at as usize).copied())
    }

    fn insert(&mut self, id: NodeId, share: Share) {
        match self.at.get(id).and_then(|at| self.all.get_mut(at as usize)) {
            Some(slot) => *slot = share,
            None => {
                self.at.insert(id, self.all.len() as u32);
                self.all.push(share);
            }
        }
    }
}

/// Why a derivative by `by` is zero: the last flat operator on a path from it, or no path.
pub(super) fn zero(graph: &Graph, order: &[NodeId], by: NodeId) -> Slope {
    let mut reached = rustc_hash::FxHashSet::default();
    reached.insert(by);
    let mut flat = None;
    for id in order {
        let node = graph.node(*id);
        if node.args.iter().any(|arg| reached.contains(arg)) {
            reached.insert(*id);
            if matches!(node.op.def.diff, Diff::Flat(_)) {
                flat = Some(*id);
            }
        }
    }
    match (order.last().is_some_and(|root| reached.contains(root)), flat) {
        (true, Some(id)) => Slope::Flat(id),
        _ => Slope::Unconnected,
    }
}

/// Two shares of one node.
fn join(graph: &mut Graph, a: Share, b: Share) -> Result<Share, Fault> {
    if a.mask == b.mask {
        return Ok(Share { mask: a.mask, value: op(graph, Is::Add, &[a.value, b.value])? });
    }
    let mask = match (a.mask, b.mask) {
        (Some(a), Some(b)) => Some(op(graph, Is::Or, &[a, b])?),
        _ => None,
    };
    let (left, right) = (a.whole(graph)?, b.whole(graph)?);
    Ok(Share { mask, value: op(graph, Is::Add, &[left, right])? })
}

/// What one argument of a node gets of the node's share.
fn pass(graph: &mut Graph, id: NodeId, arg: usize, share: Share) -> Result<Option<Share>, Fault> {
    let def = graph.def(id);
    if matches!(def.diff, Diff::Slopes(_) | Diff::SlopeBy(_)) {
        let to = graph.shape(graph.node(id).args[arg]).clone();
        let from = graph.shape(id).clone();
        let Some(slope) = slope(graph, id, arg)? else { return Ok(None) };
        let value = times(graph, share.value, slope)?;
        return fit(graph, Share { mask: share.mask, value }, to, &from).map(Some);
    }
    let node = graph.node(id).clone();
    let to = graph.shape(node.args[arg]).clone();
    match node.op.def.diff {
        Diff::Select => {
            let chosen = if arg == 1 { node.args[0] } else { op(graph, Is::Not, &[node.args[0]])? };
            let mask = match share.mask {
                Some(mask) => op(graph, Is::And, &[mask, chosen])?,
                None => chosen,
            };
            fit(graph, Share { mask: Some(mask), value: share.value }, to, &node.shape).map(Some)
        }
        Diff::Linear(_) if node.op.def.role == Role::Def => Ok(Some(share)),
        Diff::Linear(transpose) | Diff::Bilinear(transpose) | Diff::Rule { reverse: transpose, .. } => {
            let dy = share.whole(graph)?;
            let dy = ops::build::broadcast_to(graph, dy, node.shape.clone())?;
            let value = transpose(graph, id, dy, arg)?;
            let mask = match share.mask {
                None => None,
                Some(mask) if graph.shape(mask).is_scalar() => Some(mask),
                Some(mask) => carried(graph, id, arg, mask, transpose)?,
            };
            Ok(Some(Share { mask, value }))
        }
        Diff::Slopes(_) | Diff::SlopeBy(_) | Diff::Steps | Diff::Flat(_) => Ok(None),
        Diff::None(reason) => {
            Err(Fault::new("nnlang::diff::none", format!("`{}` has no derivative: {reason}", node.op.def.name)))
        }
    }
}

/// The mask of an argument's share where the operator only moves entries or spreads a lane; else it is dropped.
fn carried(
    graph: &mut Graph,
    id: NodeId,
    arg: usize,
    mask: NodeId,
    transpose: crate::graph::Transpose,
) -> Result<Option<NodeId>, Fault> {
    let node = graph.node(id).clone();
    match node.op.def.kernel {
        Kernel::Move(Move::Reshape | Move::Transpose | Move::Slice | Move::Concat | Move::Flip) => {
            let mask = ops::build::broadcast_to(graph, mask, node.shape.clone())?;
            transpose(graph, id, mask, arg).map(Some)
        }
        Kernel::Reduce(_) => {
            let mask = ops::build::broadcast_to(graph, mask, node.shape.clone())?;
            ops::build::spread(graph, id, mask).map(Some)
        }
        Kernel::Map(_)
        | Kernel::Zip(_)
        | Kernel::Zip3(_)
        | Kernel::Along(_)
        | Kernel::Move(_)
        | Kernel::Contract(_)
        | Kernel::Source(_)
        | Kernel::Matrix(_)
        | Kernel::Same
        | Kernel::Scan
        | Kernel::Pick
        | Kernel::Expand(_) => Ok(None),
    }
}

/// A share of the node's shape (or one that broadcasts to it) as a share of the argument's shape.
fn fit(graph: &mut Graph, share: Share, to: crate::shape::Shape, from: &crate::shape::Shape) -> Result<Share, Fault> {
    if *from == to {
        return Ok(share);
    }
    let whole = share.whole(graph)?;
    let whole = ops::build::broadcast_to(graph, whole, from.clone())?;
    let value = ops::build::sum_to(graph, whole, to)?;
    // A mask for all entries stays one.
    Ok(Share { mask: share.mask.filter(|mask| graph.shape(*mask).is_scalar()), value })
}
