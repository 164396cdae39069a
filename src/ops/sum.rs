//! `sum`: the sum over axes.

use super::{broadcast_to, shapes};
use crate::graph::{Arg, ArgKind, Diff, Domain, Fault, Graph, Kernel, NodeId, Notation, OpDef, Reduce, Role};

/// `sum(x, axis=0, keep=true)`
pub static SUM: OpDef = OpDef {
    name: "sum",
    args: &[
        Arg { name: "x", kind: ArgKind::Tensor, default: "" },
        Arg { name: "axis", kind: ArgKind::Axes, default: "none" },
        Arg { name: "keep", kind: ArgKind::Flag, default: "false" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The sum of all entries, or along axes.",
    formula: "",
    kink: None,
    shape: shapes::reduce,
    kernel: Kernel::Reduce(Reduce::Sum),
    diff: Diff::Linear(spread),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("sum([1, 2, 3])", "6"), ("sum([[1, 2], [3, 4]], axis=0)", "[4, 6]")],
};

/// The incoming derivative at every entry that was summed: `dy` with the summed axes back, stretched to `x`.
pub fn spread(graph: &mut Graph, node: NodeId, dy: NodeId, _: usize) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let kept = shapes::reduced(graph.shape(x), graph.node(node).op.attrs.ints(0), true);
    let dy = broadcast_to::reshape_to(graph, dy, kept)?;
    let shape = graph.shape(x).clone();
    broadcast_to::broadcast_to(graph, dy, shape)
}
