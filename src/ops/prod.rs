//! `prod`: the product over axes, and `prod_others`, what its slope is made of.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Along, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation,
    OpDef, Reduce, Role, Says,
};
use crate::kernels::lanes;

/// `prod(x, axis=0, keep=true)`
pub static PROD: OpDef = OpDef {
    name: "prod",
    args: args::REDUCE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Prod,
    shape: shapes::reduce,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::prod)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let others = others_of(graph, node)?;
            let product = build::mul(graph, others, tangent)?;
            let attrs = graph.node(node).op.attrs.clone();
            graph.add(&super::sum::SUM, attrs, &[product])
        },
        reverse: |graph, node, dy, _| {
            let others = others_of(graph, node)?;
            let dy = build::spread(graph, node, dy)?;
            build::mul(graph, dy, others)
        },
    },
    says: Says::plain(
        "The product of all entries, or along axes.",
        &[("prod([2, 3, 4])", "24"), ("prod([[1, 2], [3, 4]], axis=0)", "[3, 8]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `prod_others(x, axis=0)`
pub static PROD_OTHERS: OpDef = OpDef {
    name: "prod_others",
    args: &[args::X, args::given("axis", ArgKind::Axis)],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::ProdOthers,
    shape: shapes::along,
    kernel: Kernel::Along(Along(lanes::prod_others)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            pairs(graph, node, tangent)
        },
        // Two entries that are left out can change places, so the matrix of slopes is symmetric.
        reverse: |graph, node, dy, _| pairs(graph, node, dy),
    },
    says: Says::plain(
        "For each entry the product of all others along the axis: the slope of prod, right at zeros too.",
        &[("prod_others([2, 3, 4], axis=0)", "[12, 8, 6]"), ("prod_others([2, 0, 4], axis=0)", "[0, 8, 0]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

fn others_of(graph: &mut Graph, node: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let axes = build::reduced_axes(graph, node);
    if let [axis] = axes[..] {
        return graph.add(&PROD_OTHERS, build::along(axis), &[x]);
    }
    let shape = graph.shape(x).clone();
    let lanes = build::lanes(graph, x, &axes)?;
    let last = graph.shape(lanes).rank() - 1;
    let others = graph.add(&PROD_OTHERS, build::along(last), &[lanes])?;
    build::unlanes(graph, others, &shape, &axes)
}

/// The sum over j of `v[j]` times the product of all entries but i and j: what `prod_others` changes by, along `v`.
///
/// The entries stand in a matrix, row i without its own entry (1 instead), and `prod_others` of it leaves out j too.
fn pairs(graph: &mut Graph, node: NodeId, v: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let shape = graph.shape(x).clone();
    let axis = shapes::axis_of(&graph.dims, &shape, &graph.node(node).op.attrs, 0)?;
    let last = shape.rank();
    let x = build::lanes(graph, x, &[axis])?;
    let v = build::lanes(graph, v, &[axis])?;
    let (x, v) = (build::insert_axis(graph, x, last - 1)?, build::insert_axis(graph, v, last - 1)?);
    let own = graph.add(&super::eye::EYE, Attrs::One(Attr::Dim(shape[axis].clone().into())), &[])?;
    let (zero, one) = (build::number(graph, 0.0), build::number(graph, 1.0));
    let is_other = build::eq(graph, own, zero)?;
    let table = build::choose(graph, is_other, x, one)?;
    let table = graph.add(&PROD_OTHERS, build::along(last), &[table])?;
    let v = build::choose(graph, is_other, v, zero)?;
    let product = build::mul(graph, v, table)?;
    let lanes = build::sum(graph, product, Some(&[last]), false)?;
    build::unlanes(graph, lanes, &shape, &[axis])
}
