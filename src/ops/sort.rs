//! `sort` and `argsort`.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Along, Arg, ArgKind, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role,
    Says, Type,
};
use crate::kernels::lanes;
use crate::tensor::DType;

const ARGS: &[Arg] = &[args::X, args::or("axis", ArgKind::Axis, "-1")];

/// `sort(x, axis=0)`
pub static SORT: OpDef = OpDef {
    name: "sort",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::along,
    kernel: Kernel::Along(Along(lanes::sort)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let (order, axis) = order(graph, node)?;
            build::take_along(graph, tangent, order, axis)
        },
        reverse: |graph, node, dy, _| {
            let (order, axis) = order(graph, node)?;
            let size = graph.shape(node)[axis].clone();
            build::scatter_add(graph, dy, order, axis, size)
        },
    },
    says: Says {
        summary: "In ascending order along an axis, the last unless told.",
        kink: Some("equal entries keep their order, and each has the slope of the place it comes to"),
        examples: &[("sort([3, 1, 2])", "[1, 2, 3]"), ("sort([[2, 1], [1, 3]], axis=0)", "[[1, 1], [2, 3]]")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `argsort(x, axis=0)`
pub static ARGSORT: OpDef = OpDef {
    name: "argsort",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: |dims, args, attrs| Ok(Type { dtype: DType::Int, ..shapes::along(dims, args, attrs)? }),
    kernel: Kernel::Along(Along(lanes::argsort)),
    diff: Diff::None("its whole numbers stay or jump, and have no slope"),
    says: Says::plain(
        "The indices that sort along an axis; equal entries keep their order.",
        &[("argsort([30, 10, 20])", "[1, 2, 0]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

fn order(graph: &mut Graph, node: NodeId) -> Result<(NodeId, usize), Fault> {
    let (x, attrs) = (graph.node(node).args[0], graph.node(node).op.attrs.clone());
    let axis = shapes::axis_of(&graph.dims, graph.shape(x), &attrs, 0)?;
    Ok((graph.add(&ARGSORT, attrs, &[x])?, axis))
}
