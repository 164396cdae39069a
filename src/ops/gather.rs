//! Entries by index: `take_along` and its transpose `scatter_add`, and `gather`, which is made of it.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation,
    OpDef, Role, Says, Type,
};
use crate::shape::{Dim, Dims, Shape};

const INDEX: Arg = args::given("index", ArgKind::Index);
const AXIS: Arg = args::or("axis", ArgKind::Axis, "0");

/// `take_along(x, index, axis=0)`
pub static TAKE_ALONG: OpDef = OpDef {
    name: "take_along",
    args: &[args::X, INDEX, AXIS],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::TakeAlong,
    shape: taken,
    kernel: Kernel::Move(Move::Gather),
    diff: Diff::Linear(|graph, node, dy, arg| {
        let (x, index) = (graph.node(node).args[0], graph.node(node).args[1]);
        if arg != 0 {
            return build::zeros_like(graph, index);
        }
        let axis = shapes::axis_of(&graph.dims, graph.shape(x), &graph.node(node).op.attrs, 0)?;
        let size = graph.shape(x)[axis].clone();
        scatter_add(graph, dy, index, axis, size)
    }),
    says: Says::plain(
        "Along an axis the entries at the indices, each line with its own: y[i, j] = x[index[i, j], j] for axis 0.",
        &[
            ("take_along([10, 20, 30], [2, 0])", "[30, 10]"),
            ("take_along([[1, 2], [3, 4]], [[0, 1]], axis=0)", "[[1, 4]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Whole(0, 1)]),
    bends: Bend::None,
    export: Export::none(),
};

/// `scatter_add(x, index, n, axis=0)`
pub static SCATTER_ADD: OpDef = OpDef {
    name: "scatter_add",
    args: &[args::X, INDEX, AXIS, args::given("size", ArgKind::Dim)],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::ScatterAdd,
    shape: scattered,
    kernel: Kernel::Move(Move::ScatterAdd),
    diff: Diff::Linear(|graph, node, dy, arg| {
        let index = graph.node(node).args[1];
        if arg != 0 {
            return build::zeros_like(graph, index);
        }
        let axis = shapes::axis_of(&graph.dims, graph.shape(index), &graph.node(node).op.attrs, 0)?;
        take_along(graph, dy, index, axis)
    }),
    says: Says::plain(
        "Zeros, size of them along the axis, with the entries of x added at the indices: the transpose of take_along.",
        &[("scatter_add([1, 2, 3], [0, 2, 0], size=4)", "[4, 0, 2, 0]")],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Whole(0, 1)]),
    bends: Bend::None,
    export: Export::none(),
};

/// `gather(x, index, axis=0)`
pub static GATHER: OpDef = OpDef {
    name: "gather",
    args: &[args::X, INDEX, AXIS],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, args| {
        let axis = shapes::axis_of(&graph.dims, graph.shape(args[0]), attrs, 0)?;
        if graph.shape(args[0]).rank() == graph.shape(args[1]).rank() {
            take_along(graph, args[0], args[1], axis)
        } else {
            take(graph, args[0], args[1], axis)
        }
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "What stands at the indices along an axis: with an index of x's own rank one entry each, as take_along; with \
              any other whole slices, x[index].",
        &[
            ("gather([10, 20, 30], [2, 0])", "[30, 10]"),
            ("gather([[1, 2], [3, 4]], [1, 1, 0])", "[[3, 4], [3, 4], [1, 2]]"),
            ("gather([[1, 2], [3, 4]], [[0], [1]], axis=1)", "[[1], [4]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Whole(0, 1)]),
    bends: Bend::None,
    export: Export::none(),
};

/// `take_along(x, index, axis=axis)`
pub fn take_along(graph: &mut Graph, x: NodeId, index: NodeId, axis: usize) -> Result<NodeId, Fault> {
    graph.add(&TAKE_ALONG, build::along(axis), &[x, index])
}

/// `scatter_add(x, index, size, axis=axis)`
pub fn scatter_add(graph: &mut Graph, x: NodeId, index: NodeId, axis: usize, size: Dim) -> Result<NodeId, Fault> {
    let attrs = Attrs::from_vec(vec![Attr::Int(axis as i64), Attr::Dim(size.into())]);
    graph.add(&SCATTER_ADD, attrs, &[x, index])
}

/// `x[index]` along `axis`: the shape of `index` in the place of the axis (NumPy's `take`).
pub fn take(graph: &mut Graph, x: NodeId, index: NodeId, axis: usize) -> Result<NodeId, Fault> {
    let (from, places) = (graph.shape(x).clone(), graph.shape(index).clone());
    let count = shapes::count(&graph.dims, places.dims())?;
    let line = Shape::new((0..from.rank()).map(|i| if i == axis { count.clone() } else { Dim::Num(1) }));
    let index = build::reshape_to(graph, index, line)?;
    let index = build::broadcast_to(graph, index, shapes::with_axis(&from, axis, count))?;
    let taken = take_along(graph, x, index, axis)?;
    let (before, after) = (from.iter().take(axis), from.iter().skip(axis + 1));
    build::reshape_to(graph, taken, Shape::new(before.chain(places.iter()).chain(after).cloned()))
}

fn taken(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let (x, index) = (&args[0].shape, &args[1].shape);
    let axis = shapes::axis_of(dims, x, attrs, 0)?;
    let fits = x.rank() == index.rank()
        && x.iter().zip(index.iter()).enumerate().all(|(i, (a, b))| i == axis || dims.meet(a, b));
    if !fits {
        let (shape, index) = (x.show(dims), index.show(dims));
        return Err(Fault::new(
            "nnlang::shape::gather",
            format!("the indices are {index}, and on every axis but {axis} they need the lengths of {shape}"),
        )
        .label(0, "")
        .label(1, "")
        .mend("choose whole rows with `x[index]`, or give the indices these lengths"));
    }
    Ok(Type { shape: index.clone(), dtype: args[0].dtype })
}

fn scattered(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let (x, index) = (&args[0].shape, &args[1].shape);
    let axis = shapes::axis_of(dims, x, attrs, 0)?;
    if x.rank() != index.rank() || !x.iter().zip(index.iter()).all(|(a, b)| dims.meet(a, b)) {
        let (x, index) = (x.show(dims), index.show(dims));
        let title = format!("every entry has an index of its own, and these are {x} and {index}");
        let fault = Fault::new("nnlang::shape::gather", title).label(0, "").label(1, "");
        return Err(fault.mend("give both the same shape"));
    }
    Ok(Type::real(shapes::with_axis(x, axis, shapes::dim_of(attrs, 1)?)))
}
