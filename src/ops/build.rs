//! Small builders: what derivatives and expansions are written with.

use super::{broadcast_to, concat, gather, matmul, reshape, shapes, slice, structure, sum, transpose};
use crate::few::Shared;
use crate::graph::{Attr, Attrs, Fault, Graph, NodeId, OpDef, SliceSpec};
use crate::shape::{Dim, Shape};

pub use super::norm::length;
pub use broadcast_to::{broadcast_to, sum_to};
pub use gather::{scatter_add, take, take_along};
pub use matmul::matmul;
pub use reshape::reshape_to;
pub use structure::number;
pub use sum::spread;
pub use transpose::{permuted, transposed};

/// Whole numbers as an attribute.
pub fn ints(values: &[usize]) -> Attr {
    Attr::Ints(values.iter().map(|v| *v as i64).collect())
}

/// `a + b`
pub fn add(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::add::ADD, Attrs::None, &[a, b])
}

/// `a - b`
pub fn sub(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::sub::SUB, Attrs::None, &[a, b])
}

/// `a * b`
pub fn mul(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::mul::MUL, Attrs::None, &[a, b])
}

/// `a / b`
pub fn div(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::div::DIV, Attrs::None, &[a, b])
}

/// `-a`
pub fn neg(graph: &mut Graph, a: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::neg::NEG, Attrs::None, &[a])
}

/// `a^b`
pub fn pow(graph: &mut Graph, a: NodeId, b: f64) -> Result<NodeId, Fault> {
    let b = number(graph, b);
    graph.add(&super::pow::POW, Attrs::None, &[a, b])
}

/// `a == b`
pub fn eq(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::compare::EQ, Attrs::None, &[a, b])
}

/// `a < b`
pub fn lt(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::compare::LT, Attrs::None, &[a, b])
}

/// `a >= b`
pub fn ge(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::compare::GE, Attrs::None, &[a, b])
}

/// `where(condition, a, b)`
pub fn choose(graph: &mut Graph, condition: NodeId, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::choose::WHERE, Attrs::None, &[condition, a, b])
}

/// A reduction over `axes`; `None` for all of them.
pub fn reduce(
    graph: &mut Graph,
    def: &'static OpDef,
    x: NodeId,
    axes: Option<&[usize]>,
    keep: bool,
) -> Result<NodeId, Fault> {
    let axes = axes.map_or(Attr::Absent, ints);
    graph.add(def, Attrs::from_vec(vec![axes, Attr::Flag(keep)]), &[x])
}

/// `sum(x, axis=axes, keep=keep)`
pub fn sum(graph: &mut Graph, x: NodeId, axes: Option<&[usize]>, keep: bool) -> Result<NodeId, Fault> {
    reduce(graph, &sum::SUM, x, axes, keep)
}

/// `mean(x, axis=axes, keep=keep)`
pub fn mean(graph: &mut Graph, x: NodeId, axes: Option<&[usize]>, keep: bool) -> Result<NodeId, Fault> {
    reduce(graph, &super::mean::MEAN, x, axes, keep)
}

/// `softmax(x, axis=axis)`
pub fn softmax(graph: &mut Graph, x: NodeId, axis: usize) -> Result<NodeId, Fault> {
    graph.add(&super::softmax::SOFTMAX, along(axis), &[x])
}

/// An axis as the only attribute.
pub fn along(axis: usize) -> Attrs {
    Attrs::One(Attr::Int(axis as i64))
}

/// `x` with a new axis of size 1 before `axis`.
pub fn insert_axis(graph: &mut Graph, x: NodeId, axis: usize) -> Result<NodeId, Fault> {
    let shape = shapes::insert_axis(graph.shape(x), axis, Dim::Num(1));
    reshape_to(graph, x, shape)
}

/// `x` without its axis of size 1.
pub fn drop_axis(graph: &mut Graph, x: NodeId, axis: usize) -> Result<NodeId, Fault> {
    let shape = shapes::without_axis(graph.shape(x), axis);
    reshape_to(graph, x, shape)
}

/// The part of `x` that one slice for each axis names.
pub fn sliced(graph: &mut Graph, x: NodeId, slices: &[SliceSpec]) -> Result<NodeId, Fault> {
    graph.add(&slice::PART, Attrs::One(Attr::Slices(slices.into())), &[x])
}

/// `len` entries of one axis from `start`.
pub fn part(graph: &mut Graph, x: NodeId, axis: usize, start: Dim, len: Dim) -> Result<NodeId, Fault> {
    if start == Dim::Num(0) && graph.shape(x)[axis] == len {
        return Ok(x);
    }
    let slices = slices(graph.shape(x), axis, start, len);
    graph.add(&slice::PART, Attrs::One(Attr::Slices(slices)), &[x])
}

/// Zeros of `shape`, with `x` written along `axis` from `start`.
pub fn part_of(graph: &mut Graph, x: NodeId, axis: usize, start: Dim, shape: Shape) -> Result<NodeId, Fault> {
    if start == Dim::Num(0) && *graph.shape(x) == shape {
        return Ok(x);
    }
    let len = graph.shape(x)[axis].clone();
    let slices = slices(&shape, axis, start, len);
    graph.add(&slice::UNSLICE, Attrs::from_vec(vec![Attr::Slices(slices), Attr::Dims(shape)]), &[x])
}

fn slices(shape: &Shape, axis: usize, start: Dim, len: Dim) -> Shared<SliceSpec> {
    let whole = |dim: &Dim| SliceSpec { start: Dim::Num(0), step: 1, len: dim.clone() };
    let mut all: Vec<SliceSpec> = shape.iter().map(whole).collect();
    all[axis] = SliceSpec { start, step: 1, len };
    all.into()
}

/// Reversed along an axis.
pub fn flip(graph: &mut Graph, x: NodeId, axis: usize) -> Result<NodeId, Fault> {
    graph.add(&slice::FLIP, along(axis), &[x])
}

/// End to end along an axis.
pub fn join(graph: &mut Graph, parts: &[NodeId], axis: usize) -> Result<NodeId, Fault> {
    graph.add(&concat::CONCAT, along(axis), parts)
}

/// The value of a dimension: a number where it is one without a name.
pub fn dim(graph: &mut Graph, dim: Dim) -> NodeId {
    match dim {
        Dim::Num(n) => number(graph, n as f64),
        dim => structure::dim(graph, dim),
    }
}

/// How many entries `axes` of `x` hold together; `None` for all axes.
pub fn count(graph: &mut Graph, x: NodeId, axes: Option<&[i64]>) -> Result<NodeId, Fault> {
    let shape = graph.shape(x).clone();
    let counted = shape.iter().enumerate().filter(|(axis, _)| axes.is_none_or(|all| all.contains(&(*axis as i64))));
    let product = shapes::count(&graph.dims, counted.map(|(_, dim)| dim))?;
    Ok(dim(graph, product))
}

/// Zeros of the shape of `x`: the share of an argument that nothing flows to.
pub fn zeros_like(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    let (zero, shape) = (number(graph, 0.0), graph.shape(x).clone());
    broadcast_to(graph, zero, shape)
}

/// The axes of a reduction's node as a sorted list.
pub fn reduced_axes(graph: &Graph, node: NodeId) -> Vec<usize> {
    let node = graph.node(node);
    match node.op.attrs.ints(0) {
        Some(axes) => axes.iter().map(|axis| *axis as usize).collect(),
        None => (0..graph.shape(node.args[0]).rank()).collect(),
    }
}

/// `x` with `axes` moved to the end and made one; an axis of size 1 where there are none.
pub fn lanes(graph: &mut Graph, x: NodeId, axes: &[usize]) -> Result<NodeId, Fault> {
    let shape = graph.shape(x).clone();
    let order = lane_order(shape.rank(), axes);
    let moved = permuted(graph, x, &order)?;
    let length = shapes::count(&graph.dims, axes.iter().map(|axis| &shape[*axis]))?;
    let rest = order.iter().take(shape.rank() - axes.len()).map(|axis| shape[*axis].clone());
    let merged = Shape::new(rest.chain([length]));
    reshape_to(graph, moved, merged)
}

/// The inverse of [`lanes`] for an `x` of `shape`.
pub fn unlanes(graph: &mut Graph, lanes: NodeId, shape: &Shape, axes: &[usize]) -> Result<NodeId, Fault> {
    let order = lane_order(shape.rank(), axes);
    let split = reshape_to(graph, lanes, Shape::new(order.iter().map(|axis| shape[*axis].clone())))?;
    let mut back = vec![0; order.len()];
    for (to, from) in order.iter().enumerate() {
        back[*from] = to;
    }
    permuted(graph, split, &back)
}

fn lane_order(rank: usize, axes: &[usize]) -> Vec<usize> {
    (0..rank).filter(|axis| !axes.contains(axis)).chain(axes.iter().copied()).collect()
}

/// A literal tensor; a real scalar is a number.
pub fn literal(graph: &mut Graph, tensor: crate::tensor::Tensor) -> NodeId {
    if let (crate::tensor::Tensor::F64(_), [], Some(value)) = (&tensor, tensor.shape(), tensor.item()) {
        return number(graph, value);
    }
    structure::literal(graph, tensor)
}

/// Nodes of one shape along a new axis.
pub fn stack(graph: &mut Graph, parts: &[NodeId], axis: usize) -> Result<NodeId, Fault> {
    let rows: Vec<NodeId> = parts.iter().map(|part| insert_axis(graph, *part, axis)).collect::<Result<_, _>>()?;
    join(graph, &rows, axis)
}

/// `start, start + step, …`: `count` of them.
pub fn range(graph: &mut Graph, start: f64, step: f64, count: Dim) -> Result<NodeId, Fault> {
    let mut node = graph.add(&super::eye::ARANGE, Attrs::One(Attr::Dim(count.into())), &[])?;
    if step != 1.0 {
        let step = number(graph, step);
        node = mul(graph, step, node)?;
    }
    if start != 0.0 {
        let start = number(graph, start);
        node = add(graph, start, node)?;
    }
    Ok(node)
}

/// Is it 0, 1, 2, …?
pub fn counts(graph: &Graph, x: NodeId) -> bool {
    *graph.def(x) == super::eye::ARANGE
}

/// The same entries under the names of another shape that is equal to its own.
pub fn renamed(graph: &mut Graph, x: NodeId, shape: Shape) -> Result<NodeId, Fault> {
    reshape_to(graph, x, shape)
}

/// `a^b`
pub fn raised(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::pow::POW, Attrs::None, &[a, b])
}

/// The same entries as another element type: checked at the run to be whole, or 0 or 1.
pub fn as_type(graph: &mut Graph, x: NodeId, dtype: crate::tensor::DType) -> Result<NodeId, Fault> {
    graph.add(super::structure::as_type(dtype), Attrs::None, &[x])
}

/// The entries of a tensor, in row-major order, on the diagonal of a matrix.
pub fn diagonal(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    let flat = match graph.shape(x).rank() {
        1 => x,
        _ => {
            let count = graph.shape(x).clone().count(&graph.dims);
            let count = count
                .map_err(|_| Fault::new("nnlang::shape::too_large", "this has more entries than can be counted"))?;
            reshape_to(graph, x, Shape::new([count]))?
        }
    };
    graph.add(&super::diag::DIAG_EMBED, Attrs::None, &[flat])
}

/// The identity matrix.
pub fn eye(graph: &mut Graph, n: Dim) -> Result<NodeId, Fault> {
    graph.add(&super::eye::EYE, Attrs::One(Attr::Dim(n.into())), &[])
}

/// The name of [`hot`] in programs.
pub const HOT: &str = super::eye::ONE_HOT.name;

/// For each label a line of zeros with a 1 at the label, along `axis`.
pub fn hot(graph: &mut Graph, labels: NodeId, n: Dim, axis: usize) -> Result<NodeId, Fault> {
    super::eye::one_hot(graph, labels, n, axis)
}

/// The mean with the attributes of a sum.
pub fn mean_with(graph: &mut Graph, x: NodeId, attrs: Attrs) -> Result<NodeId, Fault> {
    graph.add(&super::mean::MEAN, attrs, &[x])
}

/// `value`, whose slope by `z` is `slope`, entry by entry.
pub fn stated(graph: &mut Graph, value: NodeId, z: NodeId, slope: NodeId) -> Result<NodeId, Fault> {
    graph.add(&super::stated::STATED, Attrs::None, &[value, z, slope])
}
