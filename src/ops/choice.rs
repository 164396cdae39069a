//! Draws of a choice and of an order: `categorical` and `shuffle`.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role, Says,
};
use crate::shape::Shape;

const fn draw(
    name: &'static str,
    args: &'static [crate::graph::Arg],
    expand: crate::graph::Expand,
    says: Says,
) -> OpDef {
    OpDef {
        name,
        args,
        notation: Notation::Call,
        role: Role::Draw,
        is: Is::Other,
        shape: shapes::expanded,
        kernel: Kernel::Expand(expand),
        diff: Diff::None(args::EXPANDED),
        says,
        algebra: Algebra::over(&[Domain::Reals]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// Uniform numbers of a shape, with the key of a draw and the steps that it stands in.
fn uniform(graph: &mut Graph, shape: Shape, key: &Attr, steps: &[NodeId]) -> Result<NodeId, Fault> {
    let attrs = Attrs::from_vec(vec![Attr::Dims(shape), key.clone()]);
    graph.add(super::of(Is::Uniform), attrs, steps)
}

/// `categorical(z)`: the largest of the scores plus Gumbel noise (Gumbel 1954) falls on each with its probability.
pub static CATEGORICAL: OpDef = draw(
    "categorical",
    &[args::tensor("z"), args::CLASS_AXIS],
    |graph, attrs, given| {
        let shape = graph.shape(given[0]).clone();
        let axis = shapes::axis_of(&graph.dims, &shape, attrs, 0)?;
        let u = uniform(graph, shape, attrs.get(1), &given[1..])?;
        let log = super::of(Is::Log);
        let inner = graph.add(log, Attrs::None, &[u])?;
        let inner = build::neg(graph, inner)?;
        let outer = graph.add(log, Attrs::None, &[inner])?;
        let noisy = build::sub(graph, given[0], outer)?;
        let over = Attrs::from_vec(vec![build::ints(&[axis]), Attr::Flag(false)]);
        graph.add(super::of(Is::Argmax), over, &[noisy])
    },
    Says::plain(
        "Draws which class, by scores along the class axis: each with its probability of softmax(z); of probabilities p it is \
              categorical(log(p)).",
        &[("categorical([0, 1000, 0])", "1"), ("categorical([[1000, 0], [0, 1000]])", "[0, 1]")],
    ),
);

/// `shuffle(x)`
pub static SHUFFLE: OpDef = draw(
    "shuffle",
    &[args::X],
    |graph, attrs, given| {
        let shape = graph.shape(given[0]).clone();
        let Some(count) = shape.first().cloned() else { return Ok(given[0]) };
        let u = uniform(graph, Shape::new([count]), attrs.get(0), &given[1..])?;
        let order = graph.add(&super::sort::ARGSORT, Attrs::One(Attr::Int(0)), &[u])?;
        build::take(graph, given[0], order, 0)
    },
    Says::plain(
        "The entries along the first axis in a random order, each once.",
        &[("sum(shuffle([1, 2, 3]))", "6"), ("sort(shuffle([3, 1, 2]))", "[1, 2, 3]")],
    ),
);

/// `cumprod(x, axis=0)`
pub static CUMPROD: OpDef = OpDef {
    args: &[args::X, args::or("axis", crate::graph::ArgKind::Axis, "0")],
    role: Role::Plain,
    ..draw(
        "cumprod",
        &[args::X],
        |graph, attrs, given| {
            // The product over j of x[j] where j <= i, else of 1: exact at 0, with slopes of any order.
            let shape = graph.shape(given[0]).clone();
            let axis = shapes::axis_of(&graph.dims, &shape, attrs, 0)?;
            let (n, rank) = (shape[axis].clone(), shape.rank());
            let one = super::number(graph, 1.0);
            let ones = build::broadcast_to(graph, one, Shape::new([n.clone(), n.clone()]))?;
            let lower = graph.add(&super::diag::TRIL, Attrs::One(Attr::Int(0)), &[ones])?;
            let behind = (axis + 1..rank).map(|_| crate::shape::Dim::Num(1));
            let placed = build::reshape_to(graph, lower, Shape::new([n.clone(), n].into_iter().chain(behind)))?;
            let zero = super::number(graph, 0.0);
            let counts = build::lt(graph, zero, placed)?;
            let wide = build::insert_axis(graph, given[0], axis)?;
            let factors = build::choose(graph, counts, wide, one)?;
            let over = Attrs::from_vec(vec![build::ints(&[axis + 1]), Attr::Flag(false)]);
            graph.add(super::of(Is::Prod), over, &[factors])
        },
        Says::plain(
            "Running products along an axis, the first unless told.",
            &[("cumprod([1, 2, 3])", "[1, 2, 6]"), ("cumprod([[1, 2], [3, 4]], axis=1)", "[[1, 2], [3, 12]]")],
        ),
    )
};
