//! Forward mode: tangents from the arguments up.

use super::{Share, Slope, Trouble, active, op, passes, reverse, scan, slope, times};
use crate::graph::{Diff, Fault, Graph, Is, Kernel, NodeId, NodeMap, Origin, Role, verify_pass};
use crate::ops;
use rustc_hash::FxHashMap;

/// The tangent of `root` where the nodes `by` move along their tangents (of their shapes). Linear in the nodes under it.
pub fn forward(graph: &mut Graph, root: NodeId, by: &[(NodeId, NodeId)]) -> Result<Slope, Trouble> {
    Ok(forward_all(graph, &[root], by)?.pop().unwrap_or(Slope::Unconnected))
}

/// The tangents of several roots, in one sweep over all that is under them.
pub fn forward_all(graph: &mut Graph, roots: &[NodeId], by: &[(NodeId, NodeId)]) -> Result<Vec<Slope>, Trouble> {
    let from = graph.len();
    let found = sweep(graph, roots, by);
    verify_pass(graph, from, "forward mode");
    found
}

fn sweep(graph: &mut Graph, roots: &[NodeId], by: &[(NodeId, NodeId)]) -> Result<Vec<Slope>, Trouble> {
    let names: Vec<NodeId> = by.iter().map(|(id, _)| *id).collect();
    let Some(lowest) = names.iter().chain(roots).min().copied() else { return Ok(vec![]) };
    let order = graph.reach_above(roots, names.iter().min().copied().unwrap_or(lowest));
    let active = wanted(graph, &order, roots, &active(graph, &order, &names));
    let mut tangents: FxHashMap<NodeId, Share> = FxHashMap::default();
    let mut loops: FxHashMap<NodeId, scan::Tangents> = FxHashMap::default();
    for (id, tangent) in by {
        tangents.insert(*id, Share::full(*tangent));
    }
    for id in order.iter().copied() {
        if !active.contains(id) || names.contains(&id) {
            continue;
        }
        if matches!(graph.def(id).diff, Diff::Steps) {
            let before = graph.made_for(Some(Origin { node: id, slope: true }));
            let made = steps(graph, id, &mut tangents, &mut loops);
            graph.made_for(before);
            made?;
            continue;
        }
        let before = graph.made_for(Some(Origin { node: id, slope: true }));
        let share = carry(graph, id, &tangents);
        graph.made_for(before);
        let share = share.map_err(|fault| Trouble { node: id, fault })?;
        if let Some(share) = share {
            tangents.insert(id, share);
        }
    }
    let tangent = |root: &NodeId| match tangents.get(root) {
        Some(share) => {
            let shape = graph.shape(*root).clone();
            let whole = share.whole(graph).and_then(|whole| ops::build::broadcast_to(graph, whole, shape));
            whole.map(Slope::Node).map_err(|fault| Trouble { node: *root, fault })
        }
        None => Ok(match names.first() {
            Some(by) => reverse::zero(graph, &order, *by),
            None => Slope::Unconnected,
        }),
    };
    roots.iter().map(tangent).collect()
}

/// The tangents of a loop, or of what is taken from one.
fn steps(
    graph: &mut Graph,
    id: NodeId,
    tangents: &mut FxHashMap<NodeId, Share>,
    loops: &mut FxHashMap<NodeId, scan::Tangents>,
) -> Result<(), Trouble> {
    let at = |fault| Trouble { node: id, fault };
    let args = graph.node(id).args.clone();
    if matches!(graph.def(id).kernel, Kernel::Pick) {
        let number = graph.node(id).op.attrs.int(0).and_then(|at| usize::try_from(at).ok()).unwrap_or(0);
        if let Some(tangent) = loops.get(&args[0]).and_then(|of| of.of(graph, number)) {
            tangents.insert(id, Share::full(tangent));
        }
        return Ok(());
    }
    let mut given = vec![];
    for arg in &args {
        given.push(match tangents.get(arg) {
            Some(share) => {
                let shape = graph.shape(*arg).clone();
                let whole = share.whole(graph).and_then(|whole| ops::build::broadcast_to(graph, whole, shape));
                Some(whole.map_err(at)?)
            }
            None => None,
        });
    }
    loops.insert(id, scan::forward(graph, id, &given)?);
    Ok(())
}

/// Which of `active` reach a root by a path that a derivative passes: what only chooses an index needs no tangent.
fn wanted(graph: &Graph, order: &[NodeId], roots: &[NodeId], active: &NodeMap) -> NodeMap {
    let mut wanted = NodeMap::with_len(roots.iter().max().map_or(0, |root| root.index() + 1));
    for root in roots.iter().filter(|root| active.contains(**root)) {
        wanted.insert(*root, 0);
    }
    for id in order.iter().rev().filter(|id| active.contains(**id)) {
        if !wanted.contains(*id) {
            continue;
        }
        let node = graph.node(*id);
        for (i, arg) in node.args.iter().enumerate() {
            if active.contains(*arg) && passes(node.op.def, i) {
                wanted.insert(*arg, 0);
            }
        }
    }
    wanted
}

fn carry(graph: &mut Graph, id: NodeId, tangents: &FxHashMap<NodeId, Share>) -> Result<Option<Share>, Fault> {
    let node = graph.node(id).clone();
    let def = node.op.def;
    let moving: Vec<Option<Share>> = node
        .args
        .iter()
        .enumerate()
        .map(|(i, arg)| if passes(def, i) { tangents.get(arg).copied() } else { None })
        .collect();
    match def.diff {
        Diff::Slopes(_) | Diff::SlopeBy(_) => {
            let mut sum: Option<Share> = None;
            for (i, share) in moving.iter().enumerate() {
                let Some(share) = share else { continue };
                let Some(slope) = slope(graph, id, i)? else { continue };
                let part = Share { mask: share.mask, value: times(graph, share.value, slope)? };
                sum = Some(match sum {
                    None => part,
                    Some(before) => {
                        let (a, b) = (before.whole(graph)?, part.whole(graph)?);
                        let mask = match (before.mask, part.mask) {
                            (Some(a), Some(b)) if a == b => Some(a),
                            (Some(a), Some(b)) => Some(op(graph, Is::Or, &[a, b])?),
                            _ => None,
                        };
                        Share { mask, value: op(graph, Is::Add, &[a, b])? }
                    }
                });
            }
            Ok(sum)
        }
        Diff::Select => {
            let zero = ops::number(graph, 0.0);
            let mut side = |i: usize| match moving.get(i).copied().flatten() {
                Some(share) => share.whole(graph),
                None => Ok(zero),
            };
            let (a, b) = (side(1)?, side(2)?);
            Ok(Some(Share::full(op(graph, Is::Where, &[node.args[0], a, b])?)))
        }
        Diff::Linear(_) if def.role == Role::Def => Ok(moving.first().copied().flatten()),
        Diff::Linear(_) => {
            let mut args = node.args.clone();
            for (i, arg) in node.args.iter().enumerate() {
                if !passes(def, i) {
                    continue;
                }
                let shape = graph.shape(*arg).clone();
                args[i] = match moving[i] {
                    Some(share) => {
                        let whole = share.whole(graph)?;
                        ops::build::broadcast_to(graph, whole, shape)?
                    }
                    None => {
                        let zero = ops::number(graph, 0.0);
                        ops::build::broadcast_to(graph, zero, shape)?
                    }
                };
            }
            graph.add(def, node.op.attrs.clone(), &args).map(|id| Some(Share::full(id)))
        }
        Diff::Bilinear(_) => {
            let mut sum: Option<NodeId> = None;
            for (i, share) in moving.iter().enumerate() {
                let Some(share) = share else { continue };
                let whole = share.whole(graph)?;
                let shape = graph.shape(node.args[i]).clone();
                let mut args = node.args.clone();
                args[i] = ops::build::broadcast_to(graph, whole, shape)?;
                let part = graph.add(def, node.op.attrs.clone(), &args)?;
                sum = Some(match sum {
                    None => part,
                    Some(before) => op(graph, Is::Add, &[before, part])?,
                });
            }
            Ok(sum.map(Share::full))
        }
        Diff::Rule { forward, .. } => {
            let mut given = vec![];
            for (i, share) in moving.iter().enumerate() {
                given.push(match share {
                    Some(share) => {
                        let whole = share.whole(graph)?;
                        let shape = graph.shape(node.args[i]).clone();
                        Some(ops::build::broadcast_to(graph, whole, shape)?)
                    }
                    None => None,
                });
            }
            forward(graph, id, &given).map(|id| Some(Share::full(id)))
        }
        Diff::Steps | Diff::Flat(_) => Ok(None),
        Diff::None(reason) => {
            Err(Fault::new("nnlang::diff::none", format!("`{}` has no derivative: {reason}", def.name)))
        }
    }
}
