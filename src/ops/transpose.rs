//! `transpose` and the postfix `'`: axes in another order.

use super::{args, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation,
    OpDef, Role, Says, Type,
};
use crate::shape::{Dims, Shape};

/// `A'`
pub static MATRIX_TRANSPOSE: OpDef = OpDef {
    name: "matrix_transpose",
    args: &[args::A],
    notation: Notation::Postfix("'"),
    role: Role::Plain,
    is: Is::MatrixTranspose,
    shape: swapped,
    kernel: Kernel::Move(Move::Transpose),
    diff: Diff::Linear(|graph, _, dy, _| transposed(graph, dy)),
    says: Says::plain(
        "The last two axes swapped: rows become columns; a vector or number stays as it is.",
        &[("[[1, 2], [3, 4]]'", "[[1, 3], [2, 4]]"), ("[1, 2]'", "[1, 2]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).rules(&["(A')' = A"]),
    bends: Bend::None,
    export: Export::none(),
};

const ARGS: &[Arg] = &[args::X, args::or("axes", ArgKind::Perm, "none")];

/// `transpose(x, [2, 0, 1])` as it is called: `x'` where that is what the order says.
pub static TRANSPOSE: OpDef = OpDef {
    name: "transpose",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Transpose,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, args| {
        let Some(order) = attrs.ints(0) else { return transposed(graph, args[0]) };
        let rank = graph.shape(args[0]).rank();
        let places: Vec<usize> =
            order.iter().filter_map(|axis| usize::try_from(*axis).ok().filter(|axis| *axis < rank)).collect();
        if places.len() != order.len() || rank != order.len() {
            return graph.add(&REORDERED, attrs.clone(), args);
        }
        permuted(graph, args[0], &places)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "The axes in the order given, axis i of the result being axis axes[i] of x; without one the last two swapped.",
        &[
            ("transpose([[1, 2], [3, 4]], [1, 0])", "[[1, 3], [2, 4]]"),
            ("transpose([[[1, 2], [3, 4]]], [1, 2, 0])", "[[[1], [2]], [[3], [4]]]"),
            ("transpose([[1, 2], [3, 4]])", "[[1, 3], [2, 4]]"),
        ],
    )
    .also(&["permute"]),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `transpose(x, [2, 0, 1])`: what the graph holds.
pub static REORDERED: OpDef = OpDef {
    name: "transpose",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: reordered,
    kernel: Kernel::Move(Move::Transpose),
    diff: Diff::Linear(|graph, node, dy, _| {
        let Some(order) = graph.node(node).op.attrs.ints(0) else { return transposed(graph, dy) };
        let mut back = vec![0; order.len()];
        for (to, from) in order.iter().enumerate() {
            if let Some(place) = usize::try_from(*from).ok().and_then(|from| back.get_mut(from)) {
                *place = to;
            }
        }
        permuted(graph, dy, &back)
    }),
    says: Says::plain("The axes in the order given.", &[]).also(&["permute"]),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `x'`; itself where it has fewer than two axes.
pub fn transposed(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    if graph.shape(x).rank() < 2 { Ok(x) } else { graph.add(&MATRIX_TRANSPOSE, Attrs::None, &[x]) }
}

/// The axes of `x` in another order; `x` itself where that is no change, `x'` where it is the last two swapped.
pub fn permuted(graph: &mut Graph, x: NodeId, order: &[usize]) -> Result<NodeId, Fault> {
    let rank = order.len();
    if order.iter().enumerate().all(|(i, axis)| i == *axis) {
        return Ok(x);
    }
    let is_swap = |(i, axis): (usize, &usize)| {
        *axis
            == match rank - i {
                1 => rank - 2,
                2 => rank - 1,
                _ => i,
            }
    };
    if rank >= 2 && order.iter().enumerate().all(is_swap) {
        return transposed(graph, x);
    }
    graph.add(&REORDERED, Attrs::One(super::build::ints(order)), &[x])
}

fn swapped(_: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    let mut all = args[0].shape.to_vec();
    let rank = all.len();
    if rank >= 2 {
        all.swap(rank - 1, rank - 2);
    }
    Ok(Type { shape: Shape::new(all), dtype: args[0].dtype })
}

fn reordered(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let shape = &args[0].shape;
    let Attr::Ints(order) = attrs.get(0) else { return swapped(dims, args, attrs) };
    let mut seen = vec![false; shape.rank()];
    for axis in order.iter() {
        if let Some(slot) = usize::try_from(*axis).ok().and_then(|axis| seen.get_mut(axis)) {
            *slot = true;
        }
    }
    if order.len() != shape.rank() || seen.contains(&false) {
        let axes: Vec<String> = (0..shape.rank()).map(|axis| axis.to_string()).collect();
        let title = format!("the order of axes {order:?} is not one of all axes of {}", shape.show(dims));
        return Err(Fault::new("nnlang::shape::transpose", title)
            .label(0, "")
            .because(format!("each of its axes, {}, stands in the order once", axes.join(", "))));
    }
    let all: Result<Vec<_>, Fault> =
        order.iter().map(|axis| shapes::axis_of(dims, shape, &Attrs::One(Attr::Int(*axis)), 0)).collect();
    Ok(Type { shape: Shape::new(all?.into_iter().map(|axis| shape[axis].clone())), dtype: args[0].dtype })
}
