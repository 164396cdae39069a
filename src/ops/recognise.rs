//! Forms that no rule over single letters can say: a softmax spelled out, whose sum must run along the right axis.

use super::{build, div, exp, softmax, sum};
use crate::graph::{Graph, NodeId};

/// The node that takes the place of one that spells out what an operator does exactly; `None` for all others.
pub fn recognise(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    if *graph.def(id) != div::DIV {
        return None;
    }
    let (above, below) = (graph.node(id).args[0], graph.node(id).args[1]);
    if *graph.def(above) != exp::EXP || *graph.def(below) != sum::SUM || graph.node(below).args[0] != above {
        return None;
    }
    // exp(z)/sum(exp(z)): the sum is along one axis, and stands against the entries that it is the sum of.
    let rank = graph.shape(above).rank();
    let attrs = &graph.node(below).op.attrs;
    let axis = match (attrs.ints(0), attrs.flag(1)) {
        (None, _) if rank == 1 => 0,
        (Some([axis]), true) => usize::try_from(*axis).ok()?,
        (Some([0]), false) => 0,
        _ => return None,
    };
    let z = graph.node(above).args[0];
    graph.add(&softmax::SOFTMAX, build::along(axis), &[z]).ok()
}
