//! `mean`: the mean over axes; `var` and `std`, which are made of it.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef,
    Reduce, Role, Says,
};
use crate::kernels::lanes;

/// `mean(x, axis=0, keep=true)`
pub static MEAN: OpDef = OpDef {
    name: "mean",
    args: args::REDUCE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Mean,
    shape: shapes::reduce_some,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::mean)),
    diff: Diff::Linear(|graph, node, dy, _| {
        let x = graph.node(node).args[0];
        let axes = graph.node(node).op.attrs.ints(0).map(<[i64]>::to_vec);
        let count = build::count(graph, x, axes.as_deref())?;
        let share = build::div(graph, dy, count)?;
        build::spread(graph, node, share)
    }),
    says: Says::plain(
        "The mean of all entries, or along axes.",
        &[("mean([1, 2, 6])", "3"), ("mean([[1, 2], [3, 4]], axis=0)", "[2, 3]")],
    )
    .also(&["average", "avg"]),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

const SPREAD: &[Arg] = &[args::X, args::AXES, args::KEEP, args::or("ddof", ArgKind::Whole, "0")];

/// `var(x, axis=0, keep=true, ddof=1)`
pub static VAR: OpDef = OpDef {
    name: "var",
    args: SPREAD,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Var,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, args| {
        let square = {
            let away = away_from_mean(graph, attrs, args[0])?;
            build::pow(graph, away, 2.0)?
        };
        let over = Attrs::from_vec(vec![attrs.get(0).clone(), attrs.get(1).clone()]);
        if attrs.int(2).unwrap_or(0) == 0 {
            return graph.add(&MEAN, over, &[square]);
        }
        let sum = graph.add(&super::sum::SUM, over, &[square])?;
        let freedom = freedom(graph, attrs, args[0])?;
        build::div(graph, sum, freedom)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "The mean squared distance from the mean; divided by n - ddof.",
        &[
            ("var([1, 2, 3, 4])", "1.25"),
            ("var([1, 2, 3, 6], ddof=1)", "14/3"),
            ("var([[1, 2], [3, 6]], axis=0)", "[1, 4]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("mean((x - mean(x))^2)"),
    bends: Bend::None,
    export: Export::none(),
};

/// `std(x, axis=0, keep=true, ddof=1)`
pub static STD: OpDef = OpDef {
    name: "std",
    args: SPREAD,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Std,
    shape: shapes::expanded,
    // By the norm, which neither overflows nor has a slope 0/0 where all entries are equal.
    kernel: Kernel::Expand(|graph, attrs, args| {
        let away = away_from_mean(graph, attrs, args[0])?;
        let over = Attrs::from_vec(vec![attrs.get(0).clone(), attrs.get(1).clone()]);
        let norm = graph.add(&super::norm::NORM, over, &[away])?;
        let freedom = freedom(graph, attrs, args[0])?;
        let root = build::pow(graph, freedom, 0.5)?;
        build::div(graph, norm, root)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says {
        summary: "The standard deviation: the root of the mean squared distance from the mean.",
        kink: Some("where all entries are equal its slope is 0"),
        examples: &[("std([2, 4])", "1"), ("std([2, 4], ddof=1)", "sqrt(2)"), ("std([3, 3])", "0")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]).formula("sqrt(mean((x - mean(x))^2))"),
    bends: Bend::None,
    export: Export::none(),
};

fn away_from_mean(graph: &mut Graph, attrs: &Attrs, x: NodeId) -> Result<NodeId, Fault> {
    let kept = Attrs::from_vec(vec![attrs.get(0).clone(), Attr::Flag(true)]);
    let mean = graph.add(&MEAN, kept, &[x])?;
    build::sub(graph, x, mean)
}

/// n - ddof
fn freedom(graph: &mut Graph, attrs: &Attrs, x: NodeId) -> Result<NodeId, Fault> {
    let count = build::count(graph, x, attrs.ints(0))?;
    match attrs.int(2).unwrap_or(0) {
        0 => Ok(count),
        ddof => {
            let ddof = build::number(graph, ddof as f64);
            build::sub(graph, count, ddof)
        }
    }
}
