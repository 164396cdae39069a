//! `concat`, and what is made of it and of stretching: `stack`, `repeat`.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation, OpDef,
    Role, Says, Type,
};
use crate::shape::{Dim, Dims};
use crate::tensor::DType;

const PARTS: Arg = args::given("x", ArgKind::Tensors);

/// `concat(a, b, axis=0)`
pub static CONCAT: OpDef = OpDef {
    name: "concat",
    args: &[PARTS, args::or("axis", ArgKind::Axis, "0")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Concat,
    shape: joined,
    kernel: Kernel::Move(Move::Concat),
    diff: Diff::Linear(|graph, node, dy, arg| {
        let attrs = graph.node(node).op.attrs.clone();
        let args = graph.node(node).args.clone();
        let axis = shapes::axis_of(&graph.dims, graph.shape(node), &attrs, 0)?;
        let mut start = Dim::Num(0);
        for before in args.iter().take(arg) {
            start = shapes::add(&graph.dims, &start, &graph.shape(*before)[axis])?;
        }
        let len = graph.shape(args[arg])[axis].clone();
        build::part(graph, dy, axis, start, len)
    }),
    says: Says::plain(
        "End to end along an axis; the other axes agree.",
        &[("concat([1, 2], [3])", "[1, 2, 3]"), ("concat([[1], [2]], [[3], [4]], axis=1)", "[[1, 3], [2, 4]]")],
    )
    .also(&["cat", "concatenate"]),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `stack(a, b, axis=0)`
pub static STACK: OpDef = OpDef {
    name: "stack",
    args: &[PARTS, args::or("axis", ArgKind::NewAxis, "0")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Stack,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, args| {
        let axis = shapes::new_axis_of(&graph.dims, graph.shape(args[0]), attrs, 0)?;
        let first = graph.shape(args[0]).clone();
        let mut parts = Vec::with_capacity(args.len());
        for (i, arg) in args.iter().enumerate() {
            let shape = graph.shape(*arg).clone();
            let fits =
                shape.rank() == first.rank() && shape.iter().zip(first.iter()).all(|(a, b)| graph.dims.meet(a, b));
            if !fits {
                let (a, b) = (first.show(&graph.dims), shape.show(&graph.dims));
                let title = format!("what is stacked has one shape, and these are {a} and {b}");
                return Err(Fault::new("nnlang::shape::stack", title)
                    .label(0, "")
                    .label(i, "")
                    .mend("make the shapes equal, or join them with `concat(a, b, axis=0)`"));
            }
            parts.push(build::insert_axis(graph, *arg, axis)?);
        }
        build::join(graph, &parts, axis)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "Side by side along a new axis; all have one shape.",
        &[
            ("stack([1, 2], [3, 4])", "[[1, 2], [3, 4]]"),
            ("stack(1, 2, 3)", "[1, 2, 3]"),
            ("stack([1, 2], [3, 4], axis=1)", "[[1, 3], [2, 4]]"),
        ],
    )
    .also(&["vstack"]),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `repeat(x, 3, axis=0)`
pub static REPEAT: OpDef = OpDef {
    name: "repeat",
    args: &[args::X, args::given("times", ArgKind::Dim), args::or("axis", ArgKind::Axis, "0")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(repeated),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "Each entry so many times in a row along an axis.",
        &[("repeat([1, 2], 2)", "[1, 1, 2, 2]"), ("repeat([[1, 2]], 2, axis=0)", "[[1, 2], [1, 2]]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

fn repeated(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<NodeId, Fault> {
    let shape = graph.shape(args[0]).clone();
    let axis = shapes::axis_of(&graph.dims, &shape, attrs, 1)?;
    let times = shapes::dim_of(attrs, 0)?;
    let apart = build::insert_axis(graph, args[0], axis + 1)?;
    let wide = shapes::insert_axis(&shape, axis + 1, times.clone());
    let wide = build::broadcast_to(graph, apart, wide)?;
    let length = shapes::mul(&graph.dims, &shape[axis], &times)?;
    build::reshape_to(graph, wide, shapes::with_axis(&shape, axis, length))
}

fn joined(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let Some(first) = args.first() else {
        return Err(
            Fault::new("nnlang::shape::concat", "there is nothing to join").mend("write `concat(a, b, axis=0)`")
        );
    };
    let axis = shapes::axis_of(dims, &first.shape, attrs, 0).map_err(|fault| {
        if first.shape.is_scalar() { fault.mend("stack joins numbers to a vector: stack(a, b)") } else { fault }
    })?;
    let mut length = first.shape[axis].clone();
    for (i, ty) in args.iter().enumerate().skip(1) {
        if ty.shape.rank() != first.shape.rank() {
            let (a, b) = (first.shape.rank(), ty.shape.rank());
            return Err(Fault::new("nnlang::shape::concat", format!("these have {a} and {b} axes"))
                .label(0, "")
                .label(i, "")
                .because("what is joined has as many axes")
                .mend("give the smaller one another axis with `expand(x, axis=0)`"));
        }
        for (other, (a, b)) in first.shape.iter().zip(ty.shape.iter()).enumerate() {
            if other != axis && !dims.meet(a, b) {
                let (a, b) = (dims.show(a), dims.show(b));
                return Err(Fault::new(
                    "nnlang::shape::concat",
                    format!("joined along axis {axis}, these differ on axis {other}: {a} and {b}"),
                )
                .label(0, "")
                .label(i, "")
                .mend("make these lengths equal, or join along the axis on which they differ"));
            }
        }
        length = shapes::add(dims, &length, &ty.shape[axis])?;
    }
    let same = args.iter().all(|ty| ty.dtype == first.dtype);
    let dtype = if same { first.dtype } else { DType::Real };
    Ok(Type { shape: shapes::with_axis(&first.shape, axis, length), dtype })
}
