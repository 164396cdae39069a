//! `cumsum`: running sums.

use super::{args, build, shapes};
use crate::graph::{Algebra, Along, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::lanes;

/// `cumsum(x, axis=0)`
pub static CUMSUM: OpDef = OpDef {
    name: "cumsum",
    args: &[args::X, args::or("axis", ArgKind::Axis, "0")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::CumSum,
    shape: shapes::along,
    kernel: Kernel::Along(Along(lanes::cumsum)),
    diff: Diff::Linear(|graph, node, dy, _| {
        let attrs = graph.node(node).op.attrs.clone();
        let axis = shapes::axis_of(&graph.dims, graph.shape(node), &attrs, 0)?;
        let dy = build::flip(graph, dy, axis)?;
        let sums = graph.add(&CUMSUM, attrs, &[dy])?;
        build::flip(graph, sums, axis)
    }),
    says: Says::plain(
        "Running sums along an axis, the first unless told.",
        &[("cumsum([1, 2, 3])", "[1, 3, 6]"), ("cumsum([[1, 2], [3, 4]], axis=1)", "[[1, 3], [3, 7]]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};
