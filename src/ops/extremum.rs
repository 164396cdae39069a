//! `max`, `min`, `argmax` and `argmin` over axes. (Of two arguments, entry by entry, they are `maximum` and `minimum`.)

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Reduce, Role, Says,
};
use crate::kernels::lanes;

const fn extremum(name: &'static str, summary: &'static str, lane: fn(&[f64]) -> f64) -> OpDef {
    OpDef {
        name,
        args: args::REDUCE,
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: shapes::reduce_some,
        kernel: Kernel::Reduce(Reduce::Lane(lane)),
        diff: Diff::Rule {
            forward: |graph, node, tangents| {
                let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
                let weight = weight(graph, node)?;
                let product = build::mul(graph, weight, tangent)?;
                let attrs = graph.node(node).op.attrs.clone();
                graph.add(&super::sum::SUM, attrs, &[product])
            },
            reverse: |graph, node, dy, _| {
                let weight = weight(graph, node)?;
                let dy = build::spread(graph, node, dy)?;
                build::mul(graph, dy, weight)
            },
        },
        says: Says {
            summary,
            kink: Some("entries that tie share the slope equally"),
            examples: &[],
            latex: "",
            also: &[],
            aliases: &[],
        },
        algebra: Algebra::over(&[Domain::Reals]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// `max(x, axis=0, keep=true)`
pub static MAX: OpDef = extremum("max", "The largest entry of all, or along axes.", lanes::max)
    .is(Is::Max)
    .examples(&[("max([1, 5, 3])", "5"), ("max([[1, 5], [7, 2]], axis=0)", "[7, 5]")])
    .also(&["maximum"]);

/// `min(x, axis=0, keep=true)`
pub static MIN: OpDef = extremum("min", "The smallest entry of all, or along axes.", lanes::min)
    .is(Is::Min)
    .examples(&[("min([4, 1, 3])", "1"), ("min([[1, 5], [7, 2]], axis=1)", "[1, 2]")])
    .also(&["minimum"]);

const fn place(name: &'static str, summary: &'static str, lane: fn(&[f64]) -> f64) -> OpDef {
    OpDef {
        shape: shapes::reduce_int,
        diff: Diff::None("its whole number stays or jumps, and has no slope"),
        ..extremum(name, summary, lane).smooth()
    }
}

/// `argmax(x, axis=0)`
pub static ARGMAX: OpDef =
    place("argmax", "Where the largest entry is, the first of a tie; over all axes counted row by row.", lanes::argmax)
        .is(Is::Argmax)
        .examples(&[("argmax([1, 5, 5])", "1"), ("argmax([[1, 5], [7, 2]], axis=0)", "[1, 0]")]);

/// `argmin(x, axis=0)`
pub static ARGMIN: OpDef = place(
    "argmin",
    "Where the smallest entry is, the first of a tie; over all axes counted row by row.",
    lanes::argmin,
)
.examples(&[("argmin([4, 1, 1])", "1"), ("argmin([[1, 5], [7, 2]], axis=1)", "[0, 1]")]);

/// How much of the slope each entry has: 1 at the extremum, a share of it at each that ties, 0 elsewhere.
fn weight(graph: &mut Graph, node: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let axes = build::reduced_axes(graph, node);
    let y = build::spread(graph, node, node)?;
    let is_it = build::eq(graph, x, y)?;
    let count = build::sum(graph, is_it, Some(&axes), true)?;
    build::div(graph, is_it, count)
}
