//! `sum`: the sum over axes.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Reduce, Role, Says,
};

/// `sum(x, axis=0, keep=true)`
pub static SUM: OpDef = OpDef {
    name: "sum",
    args: args::REDUCE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Sum,
    shape: shapes::reduce,
    kernel: Kernel::Reduce(Reduce::Sum),
    diff: Diff::Linear(|graph, node, dy, _| spread(graph, node, dy)),
    says: Says::plain(
        "The sum of all entries, or along axes.",
        &[
            ("sum([1, 2, 3])", "6"),
            ("sum([[1, 2], [3, 4]], axis=0)", "[4, 6]"),
            ("sum([[1, 2], [3, 4]], axis=1, keep=true)", "[[3], [7]]"),
            ("sum([[1, 2], [3, 4]], axis=[0, 1])", "10"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals]).stable(&["log(sum(exp(x))) = logsumexp(x)"]),
    bends: Bend::None,
    export: Export::none(),
};

/// Something of a reduction's shape at every entry that was reduced: with the reduced axes back, stretched to `x`.
pub fn spread(graph: &mut Graph, node: NodeId, y: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let kept = shapes::reduced(graph.shape(x), graph.node(node).op.attrs.ints(0), true);
    let y = build::reshape_to(graph, y, kept)?;
    let shape = graph.shape(x).clone();
    build::broadcast_to(graph, y, shape)
}
