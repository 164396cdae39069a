//! `layer_norm`: every example with mean 0 and variance 1 over its features.

use super::{args, build, mean, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef,
    Role, Says,
};
use crate::shape::{Dim, Shape};

const GAIN: Arg = args::or("g", ArgKind::Tensor, "1");
const SHIFT: Arg = args::or("b", ArgKind::Tensor, "0");

/// `layer_norm(x, g=1, b=0, axis=-1, eps=1e-5)`
pub static LAYER_NORM: OpDef = OpDef {
    name: "layer_norm",
    args: &[args::X, GAIN, SHIFT, args::CLASS_AXIS, args::or("eps", ArgKind::Tensor, "1e-5")],
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
        let wider = build::add(graph, variance, args[3])?;
        let root = build::pow(graph, wider, 0.5)?;
        let normal = build::div(graph, away, root)?;
        scaled(graph, normal, args[1], args[2])
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "Less its mean, over the root of its variance plus eps, along the axis of the features; times a gain g, plus a shift b.",
        &[
            ("layer_norm([1, 3], eps=0)", "[-1, 1]"),
            ("layer_norm([[1, 3], [2, 6]], axis=1, eps=0)", "[[-1, 1], [-1, 1]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals, Domain::Reals, Domain::Open(0.1, 1.0)])
        .formula("g*(x - mean(x))/sqrt(var(x) + eps) + b"),
    bends: Bend::None,
    export: Export::none(),
};

/// `batch_norm(x, g=1, b=0, axis=1, eps=1e-5)`
pub static BATCH_NORM: OpDef = OpDef {
    name: "batch_norm",
    args: &[args::X, GAIN, SHIFT, args::or("axis", ArgKind::Axis, "1"), args::or("eps", ArgKind::Tensor, "1e-5")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, args| {
        let shape = graph.shape(args[0]).clone();
        let axis = shapes::axis_of(&graph.dims, &shape, attrs, 0)?;
        let others: Vec<usize> = (0..shape.rank()).filter(|other| *other != axis).collect();
        let mean = build::mean(graph, args[0], Some(&others), true)?;
        let away = build::sub(graph, args[0], mean)?;
        let square = build::pow(graph, away, 2.0)?;
        let variance = build::mean(graph, square, Some(&others), true)?;
        let wider = build::add(graph, variance, args[3])?;
        let root = build::pow(graph, wider, 0.5)?;
        let normal = build::div(graph, away, root)?;
        let along = |graph: &mut Graph, own: NodeId| {
            if graph.shape(own).rank() != 1 {
                return Ok(own);
            }
            let place = (axis..shape.rank()).map(|i| if i == axis { shape[axis].clone() } else { Dim::Num(1) });
            build::reshape_to(graph, own, Shape::new(place))
        };
        let (gain, shift) = (along(graph, args[1])?, along(graph, args[2])?);
        scaled(graph, normal, gain, shift)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "Each feature less its mean over the batch, over the root of its variance plus eps; times a gain g, plus a shift b, one for \
              each feature. The features lie along the axis.",
        &[
            ("batch_norm([[1], [3]], eps=0)", "[[-1], [1]]"),
            ("batch_norm([[1, 2], [3, 6]], [1, 2], [0, 1], eps=0)", "[[-1, -1], [1, 3]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals, Domain::Reals, Domain::Open(0.1, 1.0)]),
    bends: Bend::None,
    export: Export::none(),
};

/// `g*x + b`; a gain of 1 and a shift of 0 are left out.
fn scaled(graph: &mut Graph, x: NodeId, gain: NodeId, shift: NodeId) -> Result<NodeId, Fault> {
    let is = |graph: &Graph, id: NodeId, value: f64| {
        graph.node(id).op.attrs.number(0) == Some(value) && graph.shape(id).is_scalar()
    };
    let x = if is(graph, gain, 1.0) { x } else { build::mul(graph, gain, x)? };
    if is(graph, shift, 0.0) { Ok(x) } else { build::add(graph, x, shift) }
}
