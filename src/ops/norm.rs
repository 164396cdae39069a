//! `norm`: the length of a vector, of a matrix, or along axes; `normalize`: what is left of it without its length.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Along, Arg, ArgKind, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef,
    Reduce, Role, Says,
};
use crate::kernels::lanes;

/// `norm(x, axis=0, keep=true)`
pub static NORM: OpDef = OpDef {
    name: "norm",
    args: args::REDUCE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Norm,
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
    says: Says {
        summary: "The root of the sum of squares, of all entries or along axes; neither overflows nor underflows on the way.",
        kink: Some("at 0 its slope is 0"),
        examples: &[
            ("norm([3, 4])", "5"),
            ("norm([3e300, 4e300])", "5e300"),
            ("norm([3e-300, 4e-300])", "5e-300"),
            ("norm([[3, 4], [0, 2]], axis=1)", "[5, 2]"),
        ],
        latex: r"\left\lVert #\right\rVert",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra {
        formula: "sqrt(sum(x^2))",
        rules: &[],
        // A square of it has no kink.
        stable: &["sqrt(sum(x^2)) = norm(x)", "norm(x)^2 = sum(x^2)"],
        domain: &[Domain::NonZero],
        square: None,
        complement: "",
    },
    bends: Bend::None,
    export: Export::none(),
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

const ALONG: &[Arg] = &[args::X, args::or("axis", ArgKind::Axis, "-1")];

/// `normalize(x, axis=-1)`
pub static NORMALIZE: OpDef = OpDef {
    name: "normalize",
    args: ALONG,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Normalize,
    shape: shapes::along,
    kernel: Kernel::Along(Along(lanes::normalize)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            across(graph, node, tangent)
        },
        // Its Jacobian, (I - y y')/norm(x), is symmetric.
        reverse: |graph, node, dy, _| across(graph, node, dy),
    },
    says: Says {
        summary: "x over its norm along an axis, the last unless told; 0 where that norm is 0.",
        kink: Some("where the norm is 0 its slope is 0"),
        examples: &[
            ("normalize([3, 4])", "[0.6, 0.8]"),
            ("normalize([[3, 0], [4, 0]], axis=0)", "[[0.6, 0], [0.8, 0]]"),
            ("normalize([3e300, 4e300])", "[0.6, 0.8]"),
        ],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::NonZero]).formula("x/norm(x)"),
    bends: Bend::None,
    export: Export::none(),
};

/// What `v` has across the direction `y` of a `normalize`, over the norm: `(v - y*sum(y*v))/norm(x)`; 0 where that is 0.
fn across(graph: &mut Graph, y: NodeId, v: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(y).args[0];
    let axis = shapes::axis_of(&graph.dims, graph.shape(x), &graph.node(y).op.attrs, 0)?;
    let weighted = build::mul(graph, y, v)?;
    let along = build::sum(graph, weighted, Some(&[axis]), true)?;
    let along = build::mul(graph, y, along)?;
    let away = build::sub(graph, v, along)?;
    let length = length(graph, x, axis)?;
    let (zero, quotient) = (build::number(graph, 0.0), build::div(graph, away, length)?);
    let is_zero = build::eq(graph, length, zero)?;
    build::choose(graph, is_zero, zero, quotient)
}

/// The norm along an axis, kept; a vector has only one.
pub fn length(graph: &mut Graph, x: NodeId, axis: usize) -> Result<NodeId, Fault> {
    match graph.shape(x).rank() {
        1 => build::reduce(graph, &NORM, x, None, false),
        _ => build::reduce(graph, &NORM, x, Some(&[axis]), true),
    }
}
