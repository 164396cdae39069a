//! Vectors over their length, and what is left of something across a direction, without the digits that `1 - y^2` loses.

use crate::graph::{Attr, Attrs, Fault, Graph, Is, Kernel, Move, NodeId};
use crate::ops::{self, build, shapes};
use crate::shape::Dim;

/// `x/y` where `y` is the norm of `x`, as one step; `None` where it is not.
pub(super) fn quotient(graph: &mut Graph, x: NodeId, y: NodeId) -> Result<Option<NodeId>, Fault> {
    let mut norm = y;
    while let Kernel::Move(Move::Broadcast | Move::Reshape) = graph.def(norm).kernel {
        norm = graph.node(norm).args[0];
    }
    if !graph.is(norm, Is::Norm) || graph.node(norm).args[0] != x {
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
    let made = graph.add(ops::of(Is::Normalize), build::along(axis), &[lanes])?;
    if axes.len() == 1 { Ok(Some(made)) } else { build::unlanes(graph, made, &shape, &axes).map(Some) }
}

/// `v - y*sum(y*v)` of a direction `y`: first less the multiple of `y` that leaves nothing where `y` is largest, so that
/// `1 - y^2` is there the sum of the squares of all others.
pub(super) fn counted_from_largest(graph: &mut Graph, v: NodeId, y: NodeId, axis: usize) -> Result<NodeId, Fault> {
    let shape = graph.shape(v).clone();
    let own = axis + graph.shape(y).rank() - shape.rank();
    let size = graph.add(ops::of(Is::Abs), Attrs::None, &[y])?;
    let at = Attrs::from_vec(vec![build::ints(&[own]), Attr::Flag(true)]);
    let place = graph.add(ops::of(Is::Argmax), at, &[size])?;
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
