//! `softmax` and `log_softmax`: scores as probabilities along the class axis.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Along, Arg, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role, Says,
};
use crate::kernels::lanes;

const ARGS: &[Arg] = &[args::tensor("z"), args::CLASS_AXIS];

/// `softmax(z, axis=0)`
pub static SOFTMAX: OpDef = OpDef {
    name: "softmax",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Softmax,
    shape: shapes::along,
    kernel: Kernel::Along(Along(lanes::softmax)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            slope(graph, node, tangent)
        },
        // Its Jacobian, diag(y) - y y', is symmetric.
        reverse: |graph, node, dy, _| slope(graph, node, dy),
    },
    says: Says::plain(
        "Scores as probabilities that sum to 1 along the class axis.",
        &[
            ("softmax([0, 0])", "[0.5, 0.5]"),
            ("softmax([1000, 0])", "[1, 0]"),
            ("softmax([[0, 0], [0, log(3)]], axis=0)", "[[0.5, 0.25], [0.5, 0.75]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("exp(z - logsumexp(z, keep=true))").stable(&[
        "log(softmax(z)) = log_softmax(z)",
        "log(softmax(z)/x) = log_softmax(z) - log(x)",
        "log(x/softmax(z)) = log(x) - log_softmax(z)",
        "log(x*softmax(z)) = log(x) + log_softmax(z)",
        "1 - softmax(z) = -expm1(log_softmax(z))",
    ]),
    bends: Bend::Keeps,
    export: Export::none(),
};

/// `log_softmax(z, axis=0)`
pub static LOG_SOFTMAX: OpDef = OpDef {
    name: "log_softmax",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::LogSoftmax,
    shape: shapes::along,
    kernel: Kernel::Along(Along(lanes::log_softmax)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let (z, axis) = facts(graph, node)?;
            let y = build::softmax(graph, z, axis)?;
            let weighted = build::mul(graph, y, tangent)?;
            let mean = build::sum(graph, weighted, Some(&[axis]), true)?;
            build::sub(graph, tangent, mean)
        },
        reverse: |graph, node, dy, _| {
            let (z, axis) = facts(graph, node)?;
            let y = build::softmax(graph, z, axis)?;
            let total = build::sum(graph, dy, Some(&[axis]), true)?;
            let expected = build::mul(graph, y, total)?;
            build::sub(graph, dy, expected)
        },
    },
    says: Says::plain(
        "The log of the softmax, exact where a probability is nearly 0 or nearly 1.",
        &[("log_softmax([0, 0])", "[-log(2), -log(2)]"), ("log_softmax([1000, 0])", "[0, -1000]")],
    ),
    algebra: Algebra::over(&[Domain::Reals])
        .formula("z - logsumexp(z, keep=true)")
        .stable(&["exp(log_softmax(z)) = softmax(z)"]),
    bends: Bend::None,
    export: Export::none(),
};

/// `y*(v - sum(y*v))`
fn slope(graph: &mut Graph, y: NodeId, v: NodeId) -> Result<NodeId, Fault> {
    let (_, axis) = facts(graph, y)?;
    let weighted = build::mul(graph, y, v)?;
    let mean = build::sum(graph, weighted, Some(&[axis]), true)?;
    let away = build::sub(graph, v, mean)?;
    build::mul(graph, y, away)
}

fn facts(graph: &Graph, node: NodeId) -> Result<(NodeId, usize), Fault> {
    let z = graph.node(node).args[0];
    Ok((z, shapes::axis_of(&graph.dims, graph.shape(z), &graph.node(node).op.attrs, 0)?))
}
