//! `median`: the entry in the middle.

use super::{args, build, shapes, sort};
use crate::graph::{
    Algebra, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Reduce, Role, Says,
};
use crate::kernels::lanes;
use crate::shape::Dim;

/// `median(x, axis=0, keep=true)`
pub static MEDIAN: OpDef = OpDef {
    name: "median",
    args: args::REDUCE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::reduce_some,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::median)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let middle = Middle::of(graph, node)?;
            let lanes = build::lanes(graph, tangent, &middle.axes)?;
            let sorted = build::take_along(graph, lanes, middle.order, middle.last)?;
            let lower = build::part(graph, sorted, middle.last, middle.lower.clone(), Dim::Num(1))?;
            let upper = build::part(graph, sorted, middle.last, middle.upper.clone(), Dim::Num(1))?;
            let (sum, half) = (build::add(graph, lower, upper)?, build::number(graph, 0.5));
            let mean = build::mul(graph, sum, half)?;
            let shape = graph.shape(node).clone();
            build::reshape_to(graph, mean, shape)
        },
        reverse: |graph, node, dy, _| {
            let middle = Middle::of(graph, node)?;
            let x = graph.node(node).args[0];
            let (shape, half) = (graph.shape(x).clone(), build::number(graph, 0.5));
            let lanes = graph.shape(middle.order).clone();
            let dy = build::mul(graph, dy, half)?;
            let dy = build::reshape_to(graph, dy, shapes::with_axis(&lanes, middle.last, Dim::Num(1)))?;
            let lower = build::part_of(graph, dy, middle.last, middle.lower.clone(), lanes.clone())?;
            let upper = build::part_of(graph, dy, middle.last, middle.upper.clone(), lanes.clone())?;
            let sorted = build::add(graph, lower, upper)?;
            let size = lanes[middle.last].clone();
            let share = build::scatter_add(graph, sorted, middle.order, middle.last, size)?;
            build::unlanes(graph, share, &shape, &middle.axes)
        },
    },
    says: Says {
        summary: "The middle entry in order, or the mean of the two in the middle; of all entries or along axes.",
        kink: Some("equal entries keep their order, and the one that stands in the middle has the slope"),
        examples: &[
            ("median([3, 1, 2])", "2"),
            ("median([4, 1, 2, 3])", "2.5"),
            ("median([[1, 5], [3, 7], [2, 6]], axis=0)", "[2, 6]"),
        ],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// The lanes of a median: the indices that sort them, along their last axis, and the two places in the middle.
struct Middle {
    axes: Vec<usize>,
    order: NodeId,
    last: usize,
    lower: Dim,
    upper: Dim,
}

impl Middle {
    fn of(graph: &mut Graph, node: NodeId) -> Result<Middle, Fault> {
        let x = graph.node(node).args[0];
        let axes = build::reduced_axes(graph, node);
        let lanes = build::lanes(graph, x, &axes)?;
        let last = graph.shape(lanes).rank() - 1;
        let length = graph.shape(lanes)[last].clone();
        let before = shapes::sub(&graph.dims, &length, &Dim::Num(1))?;
        let (lower, upper) = (shapes::floor_div(&graph.dims, &before, 2)?, shapes::floor_div(&graph.dims, &length, 2)?);
        let order = graph.add(&sort::ARGSORT, build::along(last), &[lanes])?;
        Ok(Middle { axes, order, last, lower, upper })
    }
}
