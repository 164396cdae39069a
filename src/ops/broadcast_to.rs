//! `broadcast_to` and its transpose `sum_to`.

use super::args::{SHAPE, X};
use crate::graph::{
    Algebra, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation, OpDef, Role,
    Says, Type,
};
use crate::shape::{self, Dims, Shape};

/// `broadcast_to(x, [3, m])`
pub static BROADCAST_TO: OpDef = OpDef {
    name: "broadcast_to",
    args: &[X, SHAPE],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::BroadcastTo,
    shape: stretched,
    kernel: Kernel::Move(Move::Broadcast),
    diff: Diff::Linear(|graph, node, dy, _| {
        let shape = graph.shape(graph.node(node).args[0]).clone();
        sum_to(graph, dy, shape)
    }),
    says: Says::plain(
        "Stretched to a shape, as broadcasting does.",
        &[("broadcast_to([1, 2], [2, 2])", "[[1, 2], [1, 2]]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `sum_to(x, [3, 1])`
pub static SUM_TO: OpDef = OpDef {
    name: "sum_to",
    args: &[X, SHAPE],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::SumTo,
    shape: summed,
    kernel: Kernel::Move(Move::SumTo),
    diff: Diff::Linear(|graph, node, dy, _| {
        let shape = graph.shape(graph.node(node).args[0]).clone();
        broadcast_to(graph, dy, shape)
    }),
    says: Says::plain(
        "Summed back to a shape that broadcasting stretched: the transpose of broadcast_to.",
        &[("sum_to([[1, 2], [3, 4]], [2])", "[4, 6]"), ("sum_to([[1, 2], [3, 4]], [2, 1])", "[[3], [7]]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `x` stretched to `shape`; itself where it has that shape.
pub fn broadcast_to(graph: &mut Graph, x: NodeId, shape: Shape) -> Result<NodeId, Fault> {
    if *graph.shape(x) == shape { Ok(x) } else { graph.add(&BROADCAST_TO, Attrs::One(Attr::Dims(shape)), &[x]) }
}

/// `x` summed back to `shape`; itself where it has that shape.
pub fn sum_to(graph: &mut Graph, x: NodeId, shape: Shape) -> Result<NodeId, Fault> {
    if *graph.shape(x) == shape { Ok(x) } else { graph.add(&SUM_TO, Attrs::One(Attr::Dims(shape)), &[x]) }
}

fn stretched(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let target = attrs.dims(0).cloned().unwrap_or_default();
    let fits = shape::broadcast(dims, &args[0].shape, &target).is_ok_and(|shape| {
        shape.rank() == target.rank() && shape.iter().zip(target.iter()).all(|(a, b)| dims.is_same(a, b))
    });
    if !fits {
        let (from, to) = (args[0].shape.show(dims), target.show(dims));
        return Err(Fault::new("nnlang::shape::broadcast", format!("{from} does not stretch to {to}")).label(0, ""));
    }
    Ok(Type { shape: target, dtype: args[0].dtype })
}

fn summed(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let target = attrs.dims(0).cloned().unwrap_or_default();
    stretched(dims, &[Type::real(target.clone())], &Attrs::One(Attr::Dims(args[0].shape.clone())))?;
    Ok(Type::real(target))
}
