//! The graph's own check: order, arity, and the shape rule of every node once more.

use super::{Graph, NodeId};
use smallvec::SmallVec;

/// What is wrong with the nodes under the roots, if anything.
pub fn verify(graph: &mut Graph, roots: &[NodeId]) -> Result<(), String> {
    let below = graph.reach(roots);
    all(graph, below)
}

/// In debug builds: after a pass, whose nodes are those from `from` on, each of them is what its rule says.
pub fn verify_pass(graph: &mut Graph, from: usize, pass: &str) {
    if cfg!(debug_assertions) {
        // The rules may find out more about dimensions, which is not theirs to do here.
        let dims = graph.dims.clone();
        let new = (from..graph.len()).map(|i| NodeId(i as u32)).collect();
        let found = all(graph, new);
        graph.dims = dims;
        debug_assert_eq!(found, Ok(()), "after {pass}");
    }
}

fn all(graph: &mut Graph, ids: Vec<NodeId>) -> Result<(), String> {
    for id in ids {
        let node = graph.node(id).clone();
        if let Some(arg) = node.args.iter().find(|arg| **arg >= id) {
            return Err(format!("node {} uses node {}, which is not before it", id.0, arg.0));
        }
        if let Some(wrong) = super::body::wrong(graph, id) {
            return Err(format!("node {} ({}): {wrong}", id.0, node.op.def.name));
        }
        if node.op.def.is_typed_outside() {
            continue;
        }
        let types: SmallVec<[super::Type; 4]> = node.args.iter().map(|arg| graph.ty(*arg)).collect();
        match (node.op.def.shape)(&mut graph.dims, &types, &node.op.attrs) {
            Err(fault) => return Err(format!("node {} ({}): {}", id.0, node.op.def.name, fault.title)),
            Ok(ty) if ty.dtype != node.dtype || ty.shape.rank() != node.shape.rank() => {
                return Err(format!("node {} ({}): its type has changed", id.0, node.op.def.name));
            }
            Ok(ty) => {
                let same = ty.shape.iter().zip(node.shape.iter()).all(|(a, b)| graph.dims.is_same(a, b));
                if !same {
                    return Err(format!("node {} ({}): its shape has changed", id.0, node.op.def.name));
                }
            }
        }
    }
    Ok(())
}
