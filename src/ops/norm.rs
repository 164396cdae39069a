//! `norm`: the length of a vector, of a matrix, or along axes; `normalize`: what is left of it without its length.

use super::{args, build, extremum, shapes, sign};
use crate::graph::{
    Along, Arg, ArgKind, Attr, Attrs, Diff, Domain, Fault, Graph, Kernel, Move, NodeId, Notation, OpDef, Reduce, Role,
};
use crate::kernels::lanes;
use crate::shape::Dim;

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
    // A square of it has no kink.
    stable: &["sqrt(sum(x^2)) = norm(x)", "norm(x)^2 = sum(x^2)"],
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

const ALONG: &[Arg] = &[args::X, args::or("axis", ArgKind::Axis, "-1")];

/// `normalize(x, axis=-1)`
pub static NORMALIZE: OpDef = OpDef {
    name: "normalize",
    args: ALONG,
    notation: Notation::Call,
    role: Role::Plain,
    summary: "x over its norm along an axis, the last unless told; 0 where that norm is 0.",
    formula: "x/norm(x)",
    kink: Some("where the norm is 0 its slope is 0"),
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
    rules: &[],
    stable: &[],
    domain: &[Domain::NonZero],
    examples: &[
        ("normalize([3, 4])", "[0.6, 0.8]"),
        ("normalize([[3, 0], [4, 0]], axis=0)", "[[0.6, 0], [0.8, 0]]"),
        ("normalize([3e300, 4e300])", "[0.6, 0.8]"),
    ],
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
fn length(graph: &mut Graph, x: NodeId, axis: usize) -> Result<NodeId, Fault> {
    match graph.shape(x).rank() {
        1 => build::reduce(graph, &NORM, x, None, false),
        _ => build::reduce(graph, &NORM, x, Some(&[axis]), true),
    }
}

/// `x/y` where `y` is the norm of `x`, as one step; `None` where it is not.
pub(super) fn quotient(graph: &mut Graph, x: NodeId, y: NodeId) -> Result<Option<NodeId>, Fault> {
    let mut norm = y;
    while let Kernel::Move(Move::Broadcast | Move::Reshape) = graph.def(norm).kernel {
        norm = graph.node(norm).args[0];
    }
    if *graph.def(norm) != NORM || graph.node(norm).args[0] != x {
        return Ok(None);
    }
    let (axes, shape) = (build::reduced_axes(graph, norm), graph.shape(x).clone());
    // Where each lane meets its own norm, and no other: of all axes, or with the reduced ones in their places.
    let kept = shapes::reduced(&shape, graph.node(norm).op.attrs.ints(0), true);
    let met = graph.shape(y);
    if axes.is_empty() || !(axes.len() == shape.rank() && met.is_scalar() || *met == kept || *met == shape) {
        return Ok(None);
    }
    let lanes = if axes.len() == 1 { x } else { build::lanes(graph, x, &axes)? };
    let axis = if axes.len() == 1 { axes[0] } else { graph.shape(lanes).rank() - 1 };
    let made = graph.add(&NORMALIZE, build::along(axis), &[lanes])?;
    if axes.len() == 1 { Ok(Some(made)) } else { build::unlanes(graph, made, &shape, &axes).map(Some) }
}

/// `v - y*sum(y*v)` of a direction `y`: first less the multiple of `y` that leaves nothing where `y` is largest, so that
/// `1 - y^2` is there the sum of the squares of all others.
pub(super) fn counted_from_largest(graph: &mut Graph, v: NodeId, y: NodeId, axis: usize) -> Result<NodeId, Fault> {
    let shape = graph.shape(v).clone();
    let own = axis + graph.shape(y).rank() - shape.rank();
    let size = graph.add(&sign::ABS, Attrs::None, &[y])?;
    let at = Attrs::from_vec(vec![build::ints(&[own]), Attr::Flag(true)]);
    let place = graph.add(&extremum::ARGMAX, at, &[size])?;
    let most = build::take_along(graph, y, place, own)?;
    let (zero, one) = (build::number(graph, 0.0), build::number(graph, 1.0));
    let is_zero = build::eq(graph, most, zero)?;
    let most = build::choose(graph, is_zero, one, most)?;
    let place = build::broadcast_to(graph, place, shape.with(axis, Dim::Num(1)))?;
    let there = build::take_along(graph, v, place, axis)?;
    let times = build::div(graph, there, most)?;
    let part = build::mul(graph, y, times)?;
    let away = build::sub(graph, v, part)?;
    // What rounding left there.
    let rest = build::take_along(graph, away, place, axis)?;
    let rest = build::scatter_add(graph, rest, place, axis, shape[axis].clone())?;
    let away = build::sub(graph, away, rest)?;
    let weighted = build::mul(graph, y, away)?;
    let along = build::sum(graph, weighted, Some(&[axis]), true)?;
    let part = build::mul(graph, y, along)?;
    build::sub(graph, away, part)
}

/// `normalize(x)` as it is spelled: `x/norm(x)`.
pub(super) fn spelled(graph: &mut Graph, node: NodeId) -> Option<NodeId> {
    if *graph.def(node) != NORMALIZE {
        return None;
    }
    let x = graph.node(node).args[0];
    let axis = shapes::axis_of(&graph.dims, graph.shape(x), &graph.node(node).op.attrs, 0).ok()?;
    let length = length(graph, x, axis).ok()?;
    build::div(graph, x, length).ok()
}
