//! `norm`: the length of a vector, of a matrix, or along axes.

use super::{args, build, shapes};
use crate::graph::{Diff, Domain, Fault, Graph, Kernel, NodeId, Notation, OpDef, Reduce, Role};
use crate::kernels::lanes;

/// `norm(x, axis=0, keep=true)`
pub static NORM: OpDef = OpDef {
    name: "norm",
    args: args::REDUCE,
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The root of the sum of squares, of all entries or along axes; neither overflows nor underflows on the way.",
    formula: "sqrt(sum(x^2))",
    kink: Some("at 0 its slope is 0"),
    shape: shapes::reduce,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::norm)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let direction = direction(graph, node)?;
            let product = build::mul(graph, direction, tangent)?;
            let attrs = graph.node(node).op.attrs.clone();
            graph.add(&super::sum::SUM, attrs, &[product])
        },
        reverse: |graph, node, dy, _| {
            let direction = direction(graph, node)?;
            let dy = build::spread(graph, node, dy)?;
            build::mul(graph, dy, direction)
        },
    },
    rules: &[],
    stable: &[],
    domain: &[Domain::NonZero],
    examples: &[
        ("norm([3, 4])", "5"),
        ("norm([3e300, 4e300])", "5e300"),
        ("norm([3e-300, 4e-300])", "5e-300"),
        ("norm([[3, 4], [0, 2]], axis=1)", "[5, 2]"),
    ],
};

/// `x / norm(x)`, and 0 where the norm is 0.
fn direction(graph: &mut Graph, node: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let y = build::spread(graph, node, node)?;
    let zero = build::number(graph, 0.0);
    let is_zero = build::eq(graph, y, zero)?;
    let quotient = build::div(graph, x, y)?;
    build::choose(graph, is_zero, zero, quotient)
}
