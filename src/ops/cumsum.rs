//! `cumsum`: running sums.

use super::{args, build, shapes};
use crate::graph::{Along, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::lanes;

/// `cumsum(x, axis=0)`
pub static CUMSUM: OpDef = OpDef {
    name: "cumsum",
    args: &[args::X, args::or("axis", ArgKind::Axis, "0")],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "Running sums along an axis, the first unless told.",
    formula: "",
    kink: None,
    shape: shapes::along,
    kernel: Kernel::Along(Along(lanes::cumsum)),
    diff: Diff::Linear(|graph, node, dy, _| {
        let attrs = graph.node(node).op.attrs.clone();
        let axis = shapes::axis_of(&graph.dims, graph.shape(node), &attrs, 0)?;
        let dy = build::flip(graph, dy, axis)?;
        let sums = graph.add(&CUMSUM, attrs, &[dy])?;
        build::flip(graph, sums, axis)
    }),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("cumsum([1, 2, 3])", "[1, 3, 6]"), ("cumsum([[1, 2], [3, 4]], axis=1)", "[[1, 3], [3, 7]]")],
};
