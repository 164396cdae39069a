//! `layer_norm`: every example with mean 0 and variance 1 over its features.

use super::{args, build, mean, shapes};
use crate::graph::{
    Algebra, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says,
};

/// `layer_norm(x, axis=-1, eps=1e-5)`
pub static LAYER_NORM: OpDef = OpDef {
    name: "layer_norm",
    args: &[args::X, args::CLASS_AXIS, args::or("eps", ArgKind::Tensor, "1e-5")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, args| {
        let axis = shapes::axis_of(&graph.dims, graph.shape(args[0]), attrs, 0)?;
        let mean = build::mean(graph, args[0], Some(&[axis]), true)?;
        let away = build::sub(graph, args[0], mean)?;
        let over = Attrs::from_vec(vec![build::ints(&[axis]), Attr::Flag(true)]);
        let square = build::pow(graph, away, 2.0)?;
        let variance = graph.add(&mean::MEAN, over, &[square])?;
        let wider = build::add(graph, variance, args[1])?;
        let root = build::pow(graph, wider, 0.5)?;
        build::div(graph, away, root)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "Less its mean, over the root of its variance plus eps, along the axis of the features.",
        &[
            ("layer_norm([1, 3], eps=0)", "[-1, 1]"),
            ("layer_norm([[1, 3], [2, 6]], axis=1, eps=0)", "[[-1, 1], [-1, 1]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Open(0.1, 1.0)]).formula("(x - mean(x))/sqrt(var(x) + eps)"),
    bends: Bend::None,
    export: Export::none(),
};
