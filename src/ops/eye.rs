//! Tensors of a size and nothing else: `eye`, `arange`, `zeros`, `ones`, `linspace`; and `one_hot`.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, ArgKind, Attr, Attrs, Bend, Diff, Domain, Expand, Export, Fault, Graph, Is, Kernel, NodeId, Notation,
    OpDef, Role, Says, Source, Type,
};
use crate::shape::{Dim, Shape};

/// `eye(3)`
pub static EYE: OpDef = OpDef {
    name: "eye",
    args: &[args::given("n", ArgKind::Dim)],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Eye,
    shape: |_, _, attrs| {
        let n = shapes::dim_of(attrs, 0)?;
        Ok(Type::real(Shape::new([n.clone(), n])))
    },
    kernel: Kernel::Source(Source::Eye),
    diff: Diff::Flat(NOTHING),
    says: Says::plain("The identity matrix: 1 on the diagonal, 0 elsewhere.", &[("eye(2)", "[[1, 0], [0, 1]]")])
        .latex(r"I_{#}"),
    algebra: Algebra::over(&[]),
    bends: Bend::None,
    export: Export::none(),
};

/// `arange(3)`
pub static ARANGE: OpDef = OpDef {
    name: "arange",
    args: &[args::given("n", ArgKind::Dim)],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Arange,
    shape: |_, _, attrs| Ok(Type::real(Shape::new([shapes::dim_of(attrs, 0)?]))),
    kernel: Kernel::Source(Source::Arange),
    diff: Diff::Flat(NOTHING),
    says: Says::plain(
        "The numbers 0, 1, 2, …, n of them; `arange(start, stop, step)` is `start..stop step step`.",
        &[("arange(3)", "[0, 1, 2]"), ("arange(4)/2", "[0, 0.5, 1, 1.5]"), ("arange(2, 9, 3)", "[2, 5, 8]")],
    ),
    algebra: Algebra::over(&[]),
    bends: Bend::None,
    export: Export::none(),
};

const NOTHING: &str = "it does not depend on anything";

const fn expands(name: &'static str, summary: &'static str, expand: Expand) -> OpDef {
    OpDef {
        name,
        args: &[args::SHAPE],
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: shapes::expanded,
        kernel: Kernel::Expand(expand),
        diff: Diff::None(args::EXPANDED),
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// `zeros([3, m])`
pub static ZEROS: OpDef = expands("zeros", "Zeros of a shape.", |graph, attrs, _| filled(graph, attrs, 0.0))
    .examples(&[("zeros([2])", "[0, 0]"), ("zeros([])", "0")]);

/// `ones([3, m])`
pub static ONES: OpDef = expands("ones", "Ones of a shape.", |graph, attrs, _| filled(graph, attrs, 1.0))
    .examples(&[("ones([2])", "[1, 1]")]);

/// `linspace(0, 1, 5)`
pub static LINSPACE: OpDef = OpDef {
    args: &[args::tensor("start"), args::tensor("stop"), args::given("n", ArgKind::Dim)],
    ..expands("linspace", "Evenly spaced numbers, n of them, from start to stop, both included.", spaced)
        .domain(&[Domain::Reals, Domain::Reals])
        .examples(&[("linspace(0, 1, 5)", "[0, 0.25, 0.5, 0.75, 1]"), ("linspace(2, 4, 1)", "[2]")])
};

/// `one_hot(y, 3, axis=-1)`
pub static ONE_HOT: OpDef = OpDef {
    args: &[args::given("y", ArgKind::Index), args::given("n", ArgKind::Dim), args::or("axis", ArgKind::NewAxis, "-1")],
    ..expands(
        "one_hot",
        "For each label 0 to n - 1 a line of zeros with a 1 at the label, along a new axis.",
        |graph, attrs, args| {
            let axis = shapes::new_axis_of(&graph.dims, graph.shape(args[0]), attrs, 1)?;
            one_hot(graph, args[0], shapes::dim_of(attrs, 0)?, axis)
        },
    )
    .domain(&[Domain::Whole(0, 3)])
    .examples(&[
        ("one_hot([0, 2], 3)", "[[1, 0, 0], [0, 0, 1]]"),
        ("one_hot([0, 2], 3, axis=0)", "[[1, 0], [0, 0], [0, 1]]"),
    ])
};

/// A line of zeros with a 1 at each label, along a new axis.
pub fn one_hot(graph: &mut Graph, labels: NodeId, n: Dim, axis: usize) -> Result<NodeId, Fault> {
    let index = build::insert_axis(graph, labels, axis)?;
    let (one, shape) = (build::number(graph, 1.0), graph.shape(index).clone());
    let ones = build::broadcast_to(graph, one, shape)?;
    build::scatter_add(graph, ones, index, axis, n)
}

fn filled(graph: &mut Graph, attrs: &Attrs, value: f64) -> Result<NodeId, Fault> {
    let value = build::number(graph, value);
    let shape = attrs.dims(0).cloned().unwrap_or_default();
    build::broadcast_to(graph, value, shape)
}

/// (start*(n - 1 - i) + stop*i)/(n - 1): exact at both ends.
fn spaced(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<NodeId, Fault> {
    let n = shapes::dim_of(attrs, 0)?;
    let [start, stop] = [args[0], args[1]];
    if !graph.shape(start).is_scalar() || !graph.shape(stop).is_scalar() {
        let fault = Fault::new("nnlang::shape::linspace", "start and stop are single numbers")
            .mend("write two numbers: `linspace(0, 1, 5)`");
        return Err(fault.label(usize::from(graph.shape(start).is_scalar()), ""));
    }
    if graph.dims.known(&n).is_some_and(|n| n < 2) {
        return build::broadcast_to(graph, start, Shape::new([n]));
    }
    let i = graph.add(&ARANGE, Attrs::One(Attr::Dim(n.clone().into())), &[])?;
    let (n, one) = (build::dim(graph, n), build::number(graph, 1.0));
    let last = build::sub(graph, n, one)?;
    let from_last = build::sub(graph, last, i)?;
    let (a, b) = (build::mul(graph, start, from_last)?, build::mul(graph, stop, i)?);
    let sum = build::add(graph, a, b)?;
    build::div(graph, sum, last)
}
