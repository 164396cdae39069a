//! Random draws: `normal`, `uniform`, `bernoulli`. Each has its key as its last attribute; equal keys, equal values.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Is, Kernel, Notation, OpDef, Role, Says, Source,
    Type,
};
use crate::shape::{Dims, Shape};

const fn draw(name: &'static str, summary: &'static str, source: Source) -> OpDef {
    OpDef {
        name,
        args: &[args::SHAPE],
        notation: Notation::Call,
        role: Role::Draw,
        is: Is::Other,
        shape: drawn,
        kernel: Kernel::Source(source),
        diff: Diff::Flat("a random draw does not depend on anything"),
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// The shape of a draw. Inside recurrences the step goes in as an argument, for each of whose entries there is a draw.
fn drawn(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let mut steps = Shape::SCALAR;
    for arg in args {
        steps = crate::shape::broadcast(dims, &steps, &arg.shape)
            .map_err(|_| Fault::new("nnlang::shape::size", "the steps of a draw do not fit each other"))?;
    }
    Ok(Type::real(steps.then(&attrs.dims(0).cloned().unwrap_or_default())))
}

/// `normal([3, 4])`
pub static NORMAL: OpDef =
    draw("normal", "Normal random numbers with mean 0 and standard deviation 1.", Source::Normal)
        .is(Is::Normal)
        .examples(&[("sum(0*normal([3]))", "0")])
        .also(&["randn"]);

/// `uniform([3, 4])`
pub static UNIFORM: OpDef = draw("uniform", "Random numbers evenly spread over 0 to 1, 1 excluded.", Source::Uniform)
    .is(Is::Uniform)
    .examples(&[("all(uniform([100]) >= 0)", "1"), ("all(uniform([100]) < 1)", "1")]);

/// `bernoulli(p)`, `bernoulli(0.5, [3, 4])`
pub static BERNOULLI: OpDef = OpDef {
    name: "bernoulli",
    args: &[args::tensor("p"), args::or("shape", ArgKind::Shape, "none")],
    notation: Notation::Call,
    role: Role::Draw,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, args| {
        let shape = attrs.dims(0).cloned().unwrap_or_else(|| graph.shape(args[0]).clone());
        let p = build::broadcast_to(graph, args[0], shape.clone())?;
        let draw = Attrs::from_vec(vec![Attr::Dims(shape), attrs.get(1).clone()]);
        let draw = graph.add(&UNIFORM, draw, &args[1..])?;
        build::lt(graph, draw, p)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "1 with probability p, else 0: a draw for each entry of p, or for each of a shape that p stretches to.",
        &[("bernoulli(1)", "1"), ("bernoulli(0, [2])", "[0, 0]")],
    ),
    algebra: Algebra::over(&[Domain::Open(0.0, 1.0)]),
    bends: Bend::None,
    export: Export::none(),
};
