//! Windows: the entries that each sees, the sums back, and the pools, which reduce each window.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation,
    OpDef, Role, Says, Type,
};
use crate::shape::{Dim, Dims, Relation, Same, Shape};

const STRIDE: Arg = args::or("stride", ArgKind::Sizes, "1");
const PAD: Arg = args::or("pad", ArgKind::Pad, "0");
const DILATION: Arg = args::or("dilation", ArgKind::Sizes, "1");

type ShapeRule = fn(&mut Dims, &[Type], &Attrs) -> Result<Type, Fault>;

const fn moves(
    name: &'static str,
    args: &'static [Arg],
    shape: ShapeRule,
    kind: Move,
    transpose: crate::graph::Transpose,
    says: Says,
) -> OpDef {
    OpDef {
        name,
        args,
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape,
        kernel: Kernel::Move(kind),
        diff: Diff::Linear(transpose),
        says,
        algebra: Algebra::over(&[Domain::Reals]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// `windows(x, [2, 2], stride=1, pad=0, dilation=1)`
pub static WINDOWS: OpDef = moves(
    "windows",
    &[args::X, args::given("size", ArgKind::Sizes), STRIDE, PAD, DILATION],
    |dims, args, attrs| {
        let size: Vec<Dim> = sizes(attrs)?;
        let (before, over) = last(&args[0].shape, size.len()).ok_or_else(|| {
            let title = format!("windows over {} axes do not fit {}", size.len(), args[0].shape.show(dims));
            Fault::new("nnlang::shape::window", title).label(0, "")
        })?;
        let count = counts(dims, attrs, 1, &over, &size, 0)?;
        Ok(Type { shape: Shape::new(before.into_iter().chain(count).chain(size)), dtype: args[0].dtype })
    },
    Move::Windows,
    |graph, node, dy, _| {
        let own = graph.node(node).clone();
        let rank = own.op.attrs.ints(0).map_or(1, <[i64]>::len);
        let (_, over) = last(graph.shape(own.args[0]), rank).unwrap_or_default();
        let mut attrs = own.op.attrs.all().to_vec();
        attrs[0] = Attr::Dims(Shape::new(over));
        graph.add(&SUM_WINDOWS, Attrs::from_vec(attrs), &[dy])
    },
    Says::plain(
        "What each window over the last axes sees: the windows' axes, then those within a window.",
        &[
            ("windows([1, 2, 3], 2)", "[[1, 2], [2, 3]]"),
            ("windows([1, 2, 3, 4], 2, stride=2)", "[[1, 2], [3, 4]]"),
            ("windows([[1, 2], [3, 4]], [2, 1])", "[[[[1], [3]], [[2], [4]]]]"),
        ],
    ),
);

/// `sum_windows(y, [h, w], stride=1, pad=0, dilation=1)`
pub static SUM_WINDOWS: OpDef = moves(
    "sum_windows",
    &[args::tensor("y"), args::given("size", ArgKind::Shape), STRIDE, PAD, DILATION],
    |dims, args, attrs| {
        let over: Vec<Dim> = attrs.dims(0).map(|shape| shape.to_vec()).unwrap_or_default();
        let rank = over.len();
        let Some((before, both)) = last(&args[0].shape, 2 * rank) else {
            let title = format!("{} holds no windows over {rank} axes", args[0].shape.show(dims));
            return Err(Fault::new("nnlang::shape::window", title).label(0, ""));
        };
        let wanted = counts(dims, attrs, 1, &over, &both[rank..], 0)?;
        for (found, wanted) in both.iter().zip(&wanted) {
            if !dims.meet(found, wanted) {
                let (found, wanted) = (dims.show(found), dims.show(wanted));
                let title = format!("there are {wanted} windows along an axis of this size, and here are {found}");
                return Err(Fault::new("nnlang::shape::window", title).label(0, ""));
            }
        }
        Ok(Type::real(Shape::new(before.into_iter().chain(over))))
    },
    Move::SumWindows,
    |graph, node, dx, _| {
        let own = graph.node(node).clone();
        let rank = own.op.attrs.dims(0).map_or(1, Shape::rank);
        let (_, size) = last(graph.shape(own.args[0]), rank).unwrap_or_default();
        let size: Option<Vec<i64>> = size.iter().map(|dim| graph.dims.known(dim).map(|n| n as i64)).collect();
        let Some(size) = size else { return Err(unknown_size()) };
        let mut attrs = own.op.attrs.all().to_vec();
        attrs[0] = Attr::Ints(size.into());
        graph.add(&WINDOWS, Attrs::from_vec(attrs), &[dx])
    },
    Says::plain(
        "The entries of windows added where each was seen: the transpose of windows; [h, w] are the sizes of the result.",
        &[("sum_windows([[1, 2], [3, 4]], [3])", "[1, 5, 4]")],
    ),
);

const POOL: &[Arg] = &[args::X, args::given("size", ArgKind::Sizes), args::or("stride", ArgKind::Sizes, "none"), PAD];

const fn pool(
    name: &'static str,
    summary: &'static str,
    expand: crate::graph::Expand,
    examples: &'static [(&'static str, &'static str)],
) -> OpDef {
    OpDef {
        name,
        args: POOL,
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: shapes::expanded,
        kernel: Kernel::Expand(expand),
        diff: Diff::None(args::EXPANDED),
        says: Says::plain(summary, examples),
        algebra: Algebra::over(&[Domain::Reals]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// `max_pool(x, [2, 2], stride=[2, 2], pad=0)`
pub static MAX_POOL: OpDef = pool(
    "max_pool",
    "The largest entry of each window over the axes after the first two; the windows lie side by side where no stride is given, \
          and what pads is never the largest.",
    |graph, attrs, given| {
        let (seen, rank) = seen(graph, attrs, given[0])?;
        let seen = match attrs.get(2) {
            Attr::Text(_) => beside(graph, attrs, given[0], seen)?,
            Attr::Ints(pad) if pad.iter().any(|pad| *pad != 0) => beside(graph, attrs, given[0], seen)?,
            _ => seen,
        };
        let axes = inner(graph, seen, rank);
        graph.add(super::of(Is::Max), axes, &[seen])
    },
    &[
        ("max_pool([[[1, 4, 3, 2]]], 2)", "[[[4, 3]]]"),
        ("max_pool([[[1, 4, 3]]], 2, stride=1)", "[[[4, 4]]]"),
        ("max_pool([[[-1, -4]]], 2, stride=1, pad=1)", "[[[-1, -1, -4]]]"),
    ],
);

/// `avg_pool(x, [2, 2], stride=[2, 2], pad=0)`
pub static AVG_POOL: OpDef = pool(
    "avg_pool",
    "The mean of each window over the axes after the first two; the windows lie side by side where no stride is given. The \
          zeros that pad count, as in PyTorch.",
    |graph, attrs, given| {
        let (seen, rank) = seen(graph, attrs, given[0])?;
        let axes = inner(graph, seen, rank);
        graph.add(super::of(Is::Mean), axes, &[seen])
    },
    &[
        ("avg_pool([[[1, 4, 3, 2]]], 2)", "[[[2.5, 2.5]]]"),
        ("avg_pool([[[1, 4]]], 2, stride=1, pad=1)", "[[[0.5, 2.5, 2]]]"),
    ],
);

/// What the windows of a pool see, and over how many axes they slide: as many as sizes are given, or all after the first two.
fn seen(graph: &mut Graph, attrs: &Attrs, x: NodeId) -> Result<(NodeId, usize), Fault> {
    let size = attrs.ints(0).unwrap_or_default().to_vec();
    let rank = graph.shape(x).rank();
    let over = match size.len() {
        1 if rank > 2 => rank - 2,
        given => given,
    };
    let size = each(attrs.get(0), over)?;
    let stride = if *attrs.get(1) == Attr::Absent { size.clone() } else { each(attrs.get(1), over)? };
    let pad = each(attrs.get(2), over)?;
    let dilation = Attr::Ints(vec![1; over].into());
    let seen = graph.add(&WINDOWS, Attrs::from_vec(vec![size, stride, pad, dilation]), &[x])?;
    Ok((seen, over))
}

/// What was seen, and -inf where there was nothing.
fn beside(graph: &mut Graph, attrs: &Attrs, x: NodeId, seen_of_x: NodeId) -> Result<NodeId, Fault> {
    let shape = graph.shape(x).clone();
    let one = super::number(graph, 1.0);
    let ones = build::broadcast_to(graph, one, shape)?;
    let (there, _) = seen(graph, attrs, ones)?;
    let least = super::number(graph, f64::NEG_INFINITY);
    build::choose(graph, there, seen_of_x, least)
}

fn inner(graph: &Graph, seen: NodeId, rank: usize) -> Attrs {
    let all = graph.shape(seen).rank() as i64;
    Attrs::from_vec(vec![Attr::Ints((all - rank as i64..all).collect()), Attr::Flag(false)])
}

/// The last axes of a shape, and those before.
fn last(shape: &Shape, rank: usize) -> Option<(Vec<Dim>, Vec<Dim>)> {
    let before = shape.rank().checked_sub(rank)?;
    Some((shape.iter().take(before).cloned().collect(), shape.iter().skip(before).cloned().collect()))
}

fn unknown_size() -> Fault {
    Fault::new("nnlang::shape::window", "the sizes of a window are numbers that are known before the run")
}

fn sizes(attrs: &Attrs) -> Result<Vec<Dim>, Fault> {
    let sizes = attrs.ints(0).unwrap_or_default();
    sizes
        .iter()
        .map(|size| u64::try_from(*size).ok().filter(|size| *size > 0).map(Dim::Num))
        .collect::<Option<_>>()
        .ok_or_else(|| {
            Fault::new("nnlang::shape::window", "a window has at least one entry along each axis")
                .mend("give it sizes of 1 or more")
        })
}

/// One number for all axes, or one for each, as one for each; `same` stays.
pub(super) fn each(attr: &Attr, rank: usize) -> Result<Attr, Fault> {
    match attr {
        Attr::Ints(all) if all.len() == rank => Ok(attr.clone()),
        Attr::Ints(all) if all.len() == 1 => Ok(Attr::Ints(vec![all[0]; rank].into())),
        Attr::Ints(all) => Err(Fault::new(
            "nnlang::shape::window",
            format!("the windows slide over {rank} axes, and {} numbers are given", all.len()),
        )
        .mend("give one number for all axes, or one for each")),
        other => Ok(other.clone()),
    }
}

/// The entry of a list for an axis; one number is for all.
pub(crate) fn of_axis(attr: &Attr, axis: usize) -> i64 {
    match attr {
        Attr::Ints(all) if all.len() == 1 => all[0],
        Attr::Ints(all) => all.get(axis).copied().unwrap_or(1),
        _ => 0,
    }
}

/// How many windows there are along each axis: `floor((over + 2*pad - reach)/stride) + 1`, of `same` as many as the stride
/// leaves entries. The attributes from `at` on are stride, pad and dilation. `arg` is what they slide over.
pub(super) fn counts(
    dims: &mut Dims,
    attrs: &Attrs,
    at: usize,
    over: &[Dim],
    size: &[Dim],
    arg: usize,
) -> Result<Vec<Dim>, Fault> {
    for i in 0..3 {
        each(attrs.get(at + i), over.len())?;
    }
    let mut out = vec![];
    for (axis, (over, size)) in over.iter().zip(size).enumerate() {
        let (stride, dilation) = (of_axis(attrs.get(at), axis), of_axis(attrs.get(at + 2), axis));
        let pad = of_axis(attrs.get(at + 1), axis);
        let bad = |what: &str| {
            Fault::new("nnlang::shape::window", format!("the {what} of windows is a whole number of at least 1"))
        };
        let stride = u64::try_from(stride).ok().filter(|n| *n > 0).ok_or_else(|| bad("stride"))?;
        let dilation = u64::try_from(dilation).ok().filter(|n| *n > 0).ok_or_else(|| bad("dilation"))?;
        let pad = u64::try_from(pad).map_err(|_| Fault::new("nnlang::shape::window", "pad is at least 0"))?;
        if let Attr::Text(_) = attrs.get(at + 1) {
            let rounded = shapes::add(dims, over, &Dim::Num(stride - 1))?;
            out.push(shapes::floor_div(dims, &rounded, stride)?);
            continue;
        }
        let below = shapes::sub(dims, size, &Dim::Num(1))?;
        let spread = shapes::mul(dims, &below, &Dim::Num(dilation))?;
        let padded = shapes::add(dims, over, &Dim::Num(2 * pad))?;
        let reach = shapes::add(dims, &spread, &Dim::Num(1))?;
        if dims.require(&padded, Relation::AtLeast, &reach) == Same::No {
            let (reach, padded) = (dims.show(&reach), dims.show(&padded));
            let with = if pad > 0 { ", its padding counted" } else { "" };
            let title =
                format!("a window of {reach} is larger than the axis that it slides over, which has {padded}{with}");
            return Err(Fault::new("nnlang::shape::window", title)
                .label(arg, "")
                .about(&[over])
                .mend("take a smaller window, or pad what it slides over: `pad=same`"));
        }
        let room = shapes::sub(dims, &padded, &reach)?;
        let steps = shapes::floor_div(dims, &room, stride)?;
        out.push(shapes::add(dims, &steps, &Dim::Num(1))?);
    }
    Ok(out)
}
