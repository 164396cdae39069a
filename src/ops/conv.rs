//! `conv` and its transposes, by the input and by the weight: products of a kernel with what each window sees.

use super::{args, build, shapes, windows};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Contract, Conv, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId,
    Notation, OpDef, Role, Says, Type,
};
use crate::shape::{self, Dim, Dims, Shape};

const STRIDE: Arg = args::or("stride", ArgKind::Sizes, "1");
const PAD: Arg = args::or("pad", ArgKind::Pad, "0");
const DILATION: Arg = args::or("dilation", ArgKind::Sizes, "1");
const GROUPS: Arg = args::or("groups", ArgKind::Whole, "1");
const W: Arg = args::tensor("W");
const SIZE: Arg = args::given("size", ArgKind::Shape);

/// `conv(x, W, b=0, stride=1, pad=0, dilation=1, groups=1)`
pub static CONV: OpDef = OpDef {
    name: "conv",
    args: &[args::X, W, args::or("b", ArgKind::Tensor, "0"), STRIDE, PAD, DILATION, GROUPS],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(convolution),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "The sums of the products of a kernel with what each window sees, of [m, c, t] with W : [k, c, kt] or of [m, c, h, w] \
              with W : [k, c, kh, kw]; the kernel is not flipped. With groups=g each k/g kernels see c/g channels. \
              pad=same: as many windows as the stride leaves entries; what is odd stands behind the last.",
        &[
            ("conv([[[1, 2, 3]]], [[[10, 1]]])", "[[[12, 23]]]"),
            ("conv([[[1, 2, 3]]], [[[10, 1]]], stride=2, pad=1)", "[[[1, 23]]]"),
            ("conv([[[1, 2, 3]]], [[[1, 1]]], [0.5], pad=\"same\")", "[[[3.5, 5.5, 3.5]]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Pictures, Domain::Kernels, Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

type ShapeRule = fn(&mut Dims, &[Type], &Attrs) -> Result<Type, Fault>;

const fn product(
    name: &'static str,
    args: &'static [Arg],
    domain: &'static [Domain],
    rules: (ShapeRule, Conv, crate::graph::Transpose),
    says: Says,
) -> OpDef {
    OpDef {
        name,
        args,
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: rules.0,
        kernel: Kernel::Contract(Contract::Conv(rules.1)),
        diff: Diff::Bilinear(rules.2),
        says,
        algebra: Algebra::over(domain),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// `conv` without a bias, as a node.
static PRODUCT: OpDef = product(
    "conv",
    &[args::X, W, STRIDE, PAD, DILATION, GROUPS],
    &[Domain::Pictures, Domain::Kernels],
    (forward_shape, Conv::Forward, forward_share),
    Says::plain("", &[]),
);

/// `conv_transpose(y, W, [h, w], stride=1, pad=0, dilation=1, groups=1)`
pub static CONV_TRANSPOSE: OpDef = product(
    "conv_transpose",
    &[args::tensor("y"), W, SIZE, STRIDE, PAD, DILATION, GROUPS],
    &[Domain::Pictures, Domain::Kernels],
    (input_shape, Conv::ByInput, input_share),
    Says::plain(
        "The transpose of conv by its input: each entry of y times the kernel, added where its window stands; [h, w] are the \
              sizes of the result.",
        &[("conv_transpose([[[1, 2]]], [[[10, 1]]], [3])", "[[[10, 21, 2]]]")],
    ),
);

/// `conv_weight(x, y, [kh, kw], stride=1, pad=0, dilation=1, groups=1)`
pub static CONV_WEIGHT: OpDef = product(
    "conv_weight",
    &[args::X, args::tensor("y"), SIZE, STRIDE, PAD, DILATION, GROUPS],
    &[Domain::Pictures, Domain::Pictures],
    (weight_shape, Conv::ByWeight, weight_share),
    Says::plain(
        "The transpose of conv by its kernel: what each window of x sees times the entry of y, summed over windows and \
              examples; [kh, kw] are the sizes of the kernel.",
        &[("conv_weight([[[1, 2, 3]]], [[[1, 2]]], [2])", "[[[5, 8]]]")],
    ),
);

/// How many axes the windows slide over, and where their attributes begin.
pub(crate) fn axes(kind: Conv, attrs: &Attrs) -> (usize, usize) {
    match kind {
        Conv::Forward => (attrs.ints(0).map_or(1, <[i64]>::len), 0),
        Conv::ByInput | Conv::ByWeight => (attrs.dims(0).map_or(1, Shape::rank), 1),
    }
}

fn convolution(graph: &mut Graph, attrs: &Attrs, given: &[NodeId]) -> Result<NodeId, Fault> {
    let (x, w, b) = (given[0], given[1], given[2]);
    let (x_shape, w_shape) = (graph.shape(x).clone(), graph.shape(w).clone());
    if !(3..=5).contains(&x_shape.rank()) {
        let title = format!("`conv` slides over [m, c, t] or [m, c, h, w], and this is {}", x_shape.show(&graph.dims));
        return Err(Fault::new("nnlang::shape::window", title)
            .label(0, "")
            .mend("give it examples first, then channels: `expand(x, axis=1)` makes one channel"));
    }
    if w_shape.rank() != x_shape.rank() {
        let (x, w) = (x_shape.show(&graph.dims), w_shape.show(&graph.dims));
        let title = format!("a kernel for {x} has {} axes, and this one is {w}", x_shape.rank());
        return Err(Fault::new("nnlang::shape::window", title)
            .label(1, "")
            .label(0, "")
            .mend("give it the axes [out, in, …], the last ones those of the window"));
    }
    let rank = x_shape.rank() - 2;
    let mut own = vec![];
    for i in 0..3 {
        own.push(windows::each(attrs.get(i), rank)?);
    }
    own.push(attrs.get(3).clone());
    let product = graph.add(&PRODUCT, Attrs::from_vec(own), &[x, w])?;
    let bias = graph.shape(b).clone();
    if bias.is_scalar() {
        return match graph.node(b).op.attrs.number(0) {
            Some(0.0) => Ok(product),
            _ => build::add(graph, product, b),
        };
    }
    if bias.rank() != 1 || !graph.dims.meet(&bias[0], &w_shape[0]) {
        let (found, wanted) = (bias.show(&graph.dims), graph.dims.show(&w_shape[0]));
        let title = format!("the bias of {wanted} kernels is of shape [{wanted}], and this one is {found}");
        return Err(Fault::new("nnlang::shape::window", title).label(2, "").label(1, ""));
    }
    let ones = (0..rank).map(|_| Dim::Num(1));
    let column = build::reshape_to(graph, b, Shape::new(std::iter::once(bias[0].clone()).chain(ones)))?;
    build::add(graph, product, column)
}

/// A tensor's axes: its stack, the two before those of the windows, and those.
fn parts(shape: &Shape, rank: usize) -> Option<(Shape, [Dim; 2], Vec<Dim>)> {
    let stack = shape.rank().checked_sub(rank + 2)?;
    let pair = [shape[stack].clone(), shape[stack + 1].clone()];
    Some((Shape::new(shape.iter().take(stack).cloned()), pair, shape.iter().skip(stack + 2).cloned().collect()))
}

fn both(kind: Conv, args: &[Type], attrs: &Attrs) -> Result<[(Shape, [Dim; 2], Vec<Dim>); 2], Fault> {
    let (rank, _) = axes(kind, attrs);
    match (parts(&args[0].shape, rank), parts(&args[1].shape, rank)) {
        (Some(a), Some(b)) => Ok([a, b]),
        (a, _) => Err(Fault::new(
            "nnlang::shape::window",
            format!("a window over {rank} axes stands in a tensor of {}", rank + 2),
        )
        .label(usize::from(a.is_some()), "")),
    }
}

fn stacked(dims: &mut Dims, a: &Shape, b: &Shape) -> Result<Shape, Fault> {
    shape::broadcast(dims, a, b).map_err(|_| {
        Fault::new("nnlang::shape::window", "the axes before those of the examples do not broadcast")
            .label(0, "")
            .label(1, "")
    })
}

fn whole(stack: &Shape, pair: [Dim; 2], over: impl IntoIterator<Item = Dim>) -> Type {
    Type::real(Shape::new(stack.iter().cloned().chain(pair).chain(over)))
}

fn groups(attrs: &Attrs, at: usize) -> Result<u64, Fault> {
    match attrs.int(at + 3) {
        Some(groups) if groups > 0 => Ok(groups as u64),
        _ => Err(Fault::new("nnlang::shape::window", "there is at least one group of channels")),
    }
}

/// `[.., m, c, over]` and `[.., k, c/groups, size]` make `[.., m, k, count]`.
fn forward_shape(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let [(a, [m, c], over), (b, [k, inner], size)] = both(Conv::Forward, args, attrs)?;
    let groups = groups(attrs, 0)?;
    let taken = shapes::mul(dims, &inner, &Dim::Num(groups))?;
    if !dims.meet(&taken, &c) {
        let (want, have) = (dims.show(&taken), dims.show(&c));
        let title = match groups {
            1 => format!("these kernels see {want} channels, and there are {have}"),
            _ => format!(
                "these kernels see {} channels in each of {groups} groups, and there are {have}",
                dims.show(&inner)
            ),
        };
        return Err(Fault::new("nnlang::shape::window", title).label(1, "").label(0, "").about(&[&taken, &c]));
    }
    if dims.known(&k).is_some_and(|k| k % groups != 0) {
        let title = format!("{} kernels do not make {groups} equal groups", dims.show(&k));
        return Err(Fault::new("nnlang::shape::window", title)
            .label(1, "")
            .mend("take a number of kernels that the groups divide"));
    }
    let count = windows::counts(dims, attrs, 0, &over, &size, 0)?;
    let stack = stacked(dims, &a, &b)?;
    Ok(whole(&stack, [m, k], count))
}

fn same_counts(dims: &mut Dims, found: &[Dim], wanted: &[Dim], arg: usize) -> Result<(), Fault> {
    for (found, wanted) in found.iter().zip(wanted) {
        if !dims.meet(found, wanted) {
            let (found, wanted) = (dims.show(found), dims.show(wanted));
            let title = format!("there are {wanted} windows along an axis of this size, and here are {found}");
            return Err(Fault::new("nnlang::shape::window", title).label(arg, ""));
        }
    }
    Ok(())
}

fn input_shape(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let [(a, [m, k], count), (b, [own, inner], size)] = both(Conv::ByInput, args, attrs)?;
    let over: Vec<Dim> = attrs.dims(0).map(|shape| shape.to_vec()).unwrap_or_default();
    if !dims.meet(&k, &own) {
        let title = format!("there are {} kernels, and {} channels of their products", dims.show(&own), dims.show(&k));
        return Err(Fault::new("nnlang::shape::window", title).label(0, "").label(1, "").about(&[&k, &own]));
    }
    let wanted = windows::counts(dims, attrs, 1, &over, &size, 1)?;
    same_counts(dims, &count, &wanted, 0)?;
    let c = shapes::mul(dims, &inner, &Dim::Num(groups(attrs, 1)?))?;
    let stack = stacked(dims, &a, &b)?;
    Ok(whole(&stack, [m, c], over))
}

fn weight_shape(dims: &mut Dims, args: &[Type], attrs: &Attrs) -> Result<Type, Fault> {
    let [(a, [m, c], over), (b, [n, k], count)] = both(Conv::ByWeight, args, attrs)?;
    let size: Vec<Dim> = attrs.dims(0).map(|shape| shape.to_vec()).unwrap_or_default();
    if !dims.meet(&m, &n) {
        let title = format!("these are {} and {} examples", dims.show(&m), dims.show(&n));
        return Err(Fault::new("nnlang::shape::window", title).label(0, "").label(1, "").about(&[&m, &n]));
    }
    let wanted = windows::counts(dims, attrs, 1, &over, &size, 0)?;
    same_counts(dims, &count, &wanted, 1)?;
    let groups = groups(attrs, 1)?;
    let inner = match dims.quotient(&c, &Dim::Num(groups)) {
        Some(inner) => inner,
        None => shapes::floor_div(dims, &c, groups)?,
    };
    let stack = stacked(dims, &a, &b)?;
    Ok(whole(&stack, [k, inner], size))
}

/// The spatial sizes of a node, the last `rank` of its shape.
fn over(graph: &Graph, id: NodeId, rank: usize) -> Attr {
    let shape = graph.shape(id);
    Attr::Dims(Shape::new(shape.iter().skip(shape.rank() - rank).cloned()))
}

/// One of the three with the windows of another, as the shape of an argument.
fn other(
    graph: &mut Graph,
    node: NodeId,
    def: &'static OpDef,
    args: [NodeId; 2],
    like: NodeId,
) -> Result<NodeId, Fault> {
    let own = graph.node(node).clone();
    let Kernel::Contract(Contract::Conv(kind)) = own.op.def.kernel else { return Ok(node) };
    let (rank, at) = axes(kind, &own.op.attrs);
    let mut attrs = vec![];
    for i in 0..3 {
        attrs.push(windows::each(own.op.attrs.get(at + i), rank)?);
    }
    attrs.push(own.op.attrs.get(at + 3).clone());
    if *def != PRODUCT {
        attrs.insert(0, over(graph, like, rank));
    }
    let made = graph.add(def, Attrs::from_vec(attrs), &args)?;
    let shape = graph.shape(like).clone();
    build::sum_to(graph, made, shape)
}

fn forward_share(graph: &mut Graph, node: NodeId, dy: NodeId, arg: usize) -> Result<NodeId, Fault> {
    let (x, w) = (graph.node(node).args[0], graph.node(node).args[1]);
    match arg {
        0 => other(graph, node, &CONV_TRANSPOSE, [dy, w], x),
        _ => other(graph, node, &CONV_WEIGHT, [x, dy], w),
    }
}

fn input_share(graph: &mut Graph, node: NodeId, dx: NodeId, arg: usize) -> Result<NodeId, Fault> {
    let (y, w) = (graph.node(node).args[0], graph.node(node).args[1]);
    match arg {
        0 => other(graph, node, &PRODUCT, [dx, w], y),
        _ => other(graph, node, &CONV_WEIGHT, [dx, y], w),
    }
}

fn weight_share(graph: &mut Graph, node: NodeId, dw: NodeId, arg: usize) -> Result<NodeId, Fault> {
    let (x, y) = (graph.node(node).args[0], graph.node(node).args[1]);
    match arg {
        0 => other(graph, node, &CONV_TRANSPOSE, [y, dw], x),
        _ => other(graph, node, &PRODUCT, [x, dw], y),
    }
}
