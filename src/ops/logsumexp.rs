//! `logsumexp`: the smooth maximum.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Reduce, Role, Says,
};
use crate::kernels::lanes;

/// `logsumexp(x, axis=0, keep=true)`
pub static LOGSUMEXP: OpDef = OpDef {
    name: "logsumexp",
    args: args::REDUCE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::LogSumExp,
    shape: shapes::reduce,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::logsumexp)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let weight = weight(graph, node)?;
            let product = build::mul(graph, weight, tangent)?;
            let attrs = graph.node(node).op.attrs.clone();
            graph.add(&super::sum::SUM, attrs, &[product])
        },
        reverse: |graph, node, dy, _| {
            let weight = weight(graph, node)?;
            let dy = build::spread(graph, node, dy)?;
            build::mul(graph, dy, weight)
        },
    },
    says: Says::plain(
        "The log of the sum of the exponentials, of all entries or along axes: a smooth maximum, exact at ±1000.",
        &[("logsumexp([0, 0])", "log(2)"), ("logsumexp([1000, 1000])", "1000 + log(2)")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("log(sum(exp(x)))"),
    bends: Bend::None,
    export: Export::none(),
};

/// The softmax over the reduced axes.
fn weight(graph: &mut Graph, node: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let axes = build::reduced_axes(graph, node);
    if let [axis] = axes[..] {
        return build::softmax(graph, x, axis);
    }
    let shape = graph.shape(x).clone();
    let lanes = build::lanes(graph, x, &axes)?;
    let last = graph.shape(lanes).rank() - 1;
    let weight = build::softmax(graph, lanes, last)?;
    build::unlanes(graph, weight, &shape, &axes)
}
