//! Slices and their transpose, and what is made of them: `flip`, `pad`, `split`.

use super::{args, build, shapes};
use crate::few::Shared;
use crate::graph::{
    Algebra, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation, OpDef,
    Role, Says, SliceSpec, Type,
};
use crate::shape::{Dim, Dims, Relation, Same, Shape};

/// `x[1:3, ::2]`
pub static PART: OpDef = OpDef {
    name: "part",
    args: &[args::X],
    notation: Notation::Special,
    role: Role::Plain,
    is: Is::Part,
    shape: sliced,
    kernel: Kernel::Move(Move::Slice),
    diff: Diff::Linear(|graph, node, dy, _| {
        let shape = graph.shape(graph.node(node).args[0]).clone();
        unslice(graph, dy, graph.node(node).op.attrs.get(0).clone(), shape)
    }),
    says: Says::plain(
        "Some entries of each axis: x[1:3, ::2].",
        &[
            ("[1, 2, 3, 4][1:3]", "[2, 3]"),
            ("[1, 2, 3, 4][::-2]", "[4, 2]"),
            ("[[1, 2], [3, 4]][:, 1:2]", "[[2], [4]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// The transpose of a slice.
pub static UNSLICE: OpDef = OpDef {
    name: "unslice",
    args: &[args::X],
    notation: Notation::Special,
    role: Role::Plain,
    is: Is::Unslice,
    shape: unsliced,
    kernel: Kernel::Move(Move::Unslice),
    diff: Diff::Linear(|graph, node, dy, _| {
        let slices = graph.node(node).op.attrs.get(0).clone();
        graph.add(&PART, Attrs::One(slices), &[dy])
    }),
    says: Says::plain(
        "Zeros, with x written where a slice would read: the transpose of a slice, and what pad is.",
        &[("pad([1, 2], [1, 0])", "[0, 1, 2]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `flip(x, axis=0)`
pub static FLIP: OpDef = OpDef {
    name: "flip",
    args: &[args::X, args::or("axis", ArgKind::Axis, "0")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: |dims, args, attrs| {
        shapes::axis_of(dims, &args[0].shape, attrs, 0)?;
        Ok(args[0].clone())
    },
    kernel: Kernel::Move(Move::Flip),
    diff: Diff::Linear(|graph, node, dy, _| {
        let attrs = graph.node(node).op.attrs.clone();
        graph.add(&FLIP, attrs, &[dy])
    }),
    says: Says::plain(
        "In reversed order along an axis.",
        &[("flip([1, 2, 3])", "[3, 2, 1]"), ("flip([[1, 2], [3, 4]], axis=1)", "[[2, 1], [4, 3]]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

const fn expands(name: &'static str, summary: &'static str, expand: crate::graph::Expand) -> OpDef {
    OpDef {
        name,
        args: &[args::X],
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: shapes::expanded,
        kernel: Kernel::Expand(expand),
        diff: Diff::None(args::EXPANDED),
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[Domain::Reals]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// `pad(x, 1)`, `pad(x, [1, 0])`, `pad(x, [1, 1, 0, 2])`
pub static PAD: OpDef = OpDef {
    args: &[args::X, args::given("width", ArgKind::Wholes)],
    ..expands("pad", "With zeros around: one width for all sides, or before and after for each axis in turn.", padded)
        .examples(&[
            ("pad([1, 2], 1)", "[0, 1, 2, 0]"),
            ("pad([1, 2], [0, 2])", "[1, 2, 0, 0]"),
            ("pad([[1]], [1, 0, 0, 2])", "[[0, 0, 0], [1, 0, 0]]"),
        ])
};

/// `split(x, 2, axis=0)`
pub static SPLIT: OpDef = OpDef {
    args: &[args::X, args::given("parts", ArgKind::Whole), args::or("axis", ArgKind::Axis, "0")],
    ..expands("split", "Cut into equal parts along an axis; the parts are the first axis of the result.", split)
        .examples(&[
            ("split([1, 2, 3, 4], 2)", "[[1, 2], [3, 4]]"),
            ("split([[1, 2], [3, 4]], 2, axis=1)[1]", "[[2], [4]]"),
        ])
};

/// `slice(x, 1, 3, axis=0)`
pub static SLICE: OpDef = OpDef {
    args: &[
        args::X,
        args::given("start", ArgKind::Dim),
        args::given("stop", ArgKind::Dim),
        args::or("step", ArgKind::Whole, "1"),
        args::or("axis", ArgKind::Axis, "0"),
    ],
    ..expands("slice", "The entries from start until before stop along an axis, as x[start:stop].", cut)
        .is(Is::Slice)
        .examples(&[
            ("slice([1, 2, 3, 4], 1, 3)", "[2, 3]"),
            ("slice([1, 2, 3, 4], 0, 4, 2)", "[1, 3]"),
            ("slice([[1, 2], [3, 4]], 1, 2, axis=1)", "[[2], [4]]"),
        ])
};

/// Zeros of `shape`, with `x` where `slices` would read.
fn unslice(graph: &mut Graph, x: NodeId, slices: Attr, shape: Shape) -> Result<NodeId, Fault> {
    graph.add(&UNSLICE, Attrs::from_vec(vec![slices, Attr::Dims(shape)]), &[x])
}

fn specs(attrs: &Attrs) -> Shared<SliceSpec> {
    if let Attr::Slices(slices) = attrs.get(0) { slices.clone() } else { [].into() }
}

fn sliced(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let slices = specs(attrs);
    let shape = &args[0].shape;
    if slices.len() != shape.rank() {
        let title = format!("{} has {} axes, and {} are indexed", shape.show(dims), shape.rank(), slices.len());
        return Err(Fault::new("nnlang::shape::index", title).label(0, ""));
    }
    for (axis, (slice, dim)) in slices.iter().zip(shape.iter()).enumerate() {
        let known = (dims.known(&slice.start), dims.known(&slice.len), dims.known(dim));
        let (Some(start), Some(len), Some(dim)) = known else { continue };
        let last = i128::from(start) + (i128::from(len) - 1) * i128::from(slice.step);
        let outside = |at: i128| at < 0 || at >= i128::from(dim);
        if len > 0 && (outside(i128::from(start)) || outside(last)) {
            let at = if outside(last) { last } else { i128::from(start) };
            let title = format!("index {at} is outside of axis {axis}, which has {dim} entries");
            return Err(Fault::new("nnlang::shape::index", title).label(0, ""));
        }
    }
    Ok(Type { shape: Shape::new(slices.iter().map(|slice| slice.len.clone())), dtype: args[0].dtype })
}

fn unsliced(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let shape = attrs.dims(1).cloned().unwrap_or_default();
    let read = sliced(dims, &[Type { shape: shape.clone(), dtype: args[0].dtype }], attrs)?;
    let fits = read.shape.rank() == args[0].shape.rank()
        && read.shape.iter().zip(args[0].shape.iter()).all(|(a, b)| dims.is_same(a, b));
    if !fits {
        let (have, want) = (args[0].shape.show(dims), read.shape.show(dims));
        return Err(
            Fault::new("nnlang::shape::index", format!("{have} does not fit where {want} is read")).label(0, "")
        );
    }
    Ok(Type { shape, dtype: args[0].dtype })
}

fn padded(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<NodeId, Fault> {
    let shape = graph.shape(args[0]).clone();
    let widths: Vec<i64> = attrs.ints(0).unwrap_or_default().to_vec();
    if let Some(width) = widths.iter().find(|width| **width < 0) {
        let title = format!("a width of zeros is at least 0, and this one is {width}");
        return Err(Fault::new("nnlang::shape::pad", title).mend("cut entries off with a slice, x[1:]"));
    }
    let sides: Vec<u64> = match (widths[..].len(), widths.first()) {
        (1, Some(width)) => vec![*width as u64; 2 * shape.rank()],
        _ => widths.iter().map(|width| *width as u64).collect(),
    };
    if sides.len() != 2 * shape.rank() {
        let (count, sides) = (widths.len(), 2 * shape.rank());
        let title = format!("{} has {sides} sides to pad, and {count} widths are given", shape.show(&graph.dims));
        return Err(Fault::new("nnlang::shape::pad", title)
            .label(0, "")
            .mend("give one width for all sides, or before and after for each axis in turn"));
    }
    let mut slices = Vec::with_capacity(shape.rank());
    let mut larger = Vec::with_capacity(shape.rank());
    for (dim, side) in shape.iter().zip(sides.chunks_exact(2)) {
        let [before, after] = side else { continue };
        slices.push(SliceSpec { start: Dim::Num(*before), step: 1, len: dim.clone() });
        let with_before = shapes::add(&graph.dims, dim, &Dim::Num(*before))?;
        larger.push(shapes::add(&graph.dims, &with_before, &Dim::Num(*after))?);
    }
    if sides.iter().all(|side| *side == 0) {
        return Ok(args[0]);
    }
    unslice(graph, args[0], Attr::Slices(slices.into()), Shape::new(larger))
}

fn cut(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<NodeId, Fault> {
    let shape = graph.shape(args[0]).clone();
    let axis = shapes::axis_of(&graph.dims, &shape, attrs, 3)?;
    let (start, stop) = (shapes::dim_of(attrs, 0)?, shapes::dim_of(attrs, 1)?);
    let shown = (graph.dims.show(&start), graph.dims.show(&stop), graph.dims.show(&shape[axis]));
    let Some(step) = attrs.int(2).and_then(|step| u64::try_from(step).ok()).filter(|step| *step > 0) else {
        return Err(
            Fault::new("nnlang::shape::index", "the step of a slice is at least 1").mend("flip(x) walks backwards")
        );
    };
    let fits = [(&stop, &start), (&shape[axis], &stop)]
        .iter()
        .all(|(more, less)| graph.dims.require(more, Relation::AtLeast, less) != Same::No);
    if !fits {
        let (start, stop, size) = shown;
        let title = format!("{start} to {stop} is no part of an axis that has {size} entries");
        return Err(Fault::new("nnlang::shape::index", title).label(0, ""));
    }
    let span = shapes::sub(&graph.dims, &stop, &start)?;
    let rounded = shapes::add(&graph.dims, &span, &Dim::Num(step - 1))?;
    let len = shapes::floor_div(&graph.dims, &rounded, step)?;
    let whole = |dim: &Dim| SliceSpec { start: Dim::Num(0), step: 1, len: dim.clone() };
    let mut slices: Vec<SliceSpec> = shape.iter().map(whole).collect();
    slices[axis] = SliceSpec { start, step: i64::try_from(step).unwrap_or(i64::MAX), len };
    graph.add(&PART, Attrs::One(Attr::Slices(slices.into())), args)
}

fn split(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<NodeId, Fault> {
    let shape = graph.shape(args[0]).clone();
    let axis = shapes::axis_of(&graph.dims, &shape, attrs, 1)?;
    let parts = attrs.int(0).unwrap_or(0);
    let size = graph.dims.show(&shape[axis]);
    let uneven = || {
        Fault::new("nnlang::shape::split", format!("{size} entries do not make {parts} equal parts"))
            .label(0, "")
            .mend(format!("split it into a number of parts that divides {size}, or slice it: `x[0:2]`"))
    };
    let parts = u64::try_from(parts).ok().filter(|parts| *parts > 0).ok_or_else(uneven)?;
    let length = shapes::floor_div(&graph.dims, &shape[axis], parts)?;
    let together = shapes::mul(&graph.dims, &Dim::Num(parts), &length)?;
    if graph.dims.require(&together, Relation::Equal, &shape[axis]) == Same::No {
        return Err(uneven());
    }
    let cut = shapes::insert_axis(&shapes::with_axis(&shape, axis, length), axis, Dim::Num(parts));
    let cut = build::reshape_to(graph, args[0], cut)?;
    let order: Vec<usize> = std::iter::once(axis).chain((0..=shape.rank()).filter(|i| *i != axis)).collect();
    build::permuted(graph, cut, &order)
}
