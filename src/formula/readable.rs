//! What is printed rather than evaluated: rules that go the other way round, and spellings of what only an operator can say.

use crate::graph::{Attr, Attrs, Fault, Form, Graph, Is, Kernel, Move, NodeId, form};
use crate::ops::{self, build};
use crate::shape::Dim;

/// Rules for what is printed: the other way round than what is evaluated.
pub const READABLE: &[&str] = &[
    "(1/cosh(z))^2 = 1 - tanh(z)^2",
    "(0.5/cosh(z/2))^2 = sigmoid(z)*(1 - sigmoid(z))",
    "(0.5/cosh(0.5*z))^2 = sigmoid(z)*(1 - sigmoid(z))",
    "tanh(-z) = -tanh(z)",
    "logexpadd(z, v, 1) = log(v + exp(z))",
    "logexpadd(z, v, w) = log(v + w*exp(z))",
    "logexpadd(z, -1, 1) = log(exp(z) - 1)",
    "recexpadd(z, -1, 1) = 1/(exp(z) - 1)",
    "recexpadd(z, v, 1) = 1/(v + exp(z))",
    "recexpadd(z, v, w) = 1/(v + w*exp(z))",
    "sigmoid_entropy(z) = sigmoid(z)*softplus(-z) + sigmoid(-z)*softplus(z)",
    "erf(-z) = -erf(z)",
    "sin(-z) = -sin(z)",
    "cos(-z) = cos(z)",
    "tan(-z) = -tan(z)",
    "sinh(-z) = -sinh(z)",
    "cosh(-z) = cosh(z)",
    "atan(-z) = -atan(z)",
    "abs(-z) = abs(z)",
    "sign(-z) = -sign(z)",
    "x*(1/y) = x/y",
    "xlogy(x, y) = x*log(y)",
    "xlog1py(x, y) = x*log(1 + y)",
    "log1p(x) = log(1 + x)",
    "expm1(x) = exp(x) - 1",
    "exp(log(x)) = x",
    "stated(x, y, z) = x",
    "hypot(x, y) = sqrt(x^2 + y^2)",
    "direction(x, y) = x/sqrt(x^2 + y^2)",
    "inversion(x, y) = x/(x^2 + y^2)",
    "square(x) = x^2",
    "cofactor(A) = det(A)*inv(A)'",
    "inv(inv(A)) = A",
    "inv(A') = inv(A)'",
    "exp(-log(x)) = 1/x",
    "where(c, x, x) = x",
    "c and c = c",
    "c or c = c",
    "(c or d) or d = c or d",
    "(c or d) or c = c or d",
    "(c or (not c)) or d = c or (not c)",
    "where(0, x, y) = y",
    "where(1, x, y) = x",
    "where((not c) or c, x, y) = x",
    "where(c or (not c), x, y) = x",
    "where(c, a, 0) + where(not c, b, 0) = where(c, a, b)",
    "where(not c, b, 0) + where(c, a, 0) = where(c, a, b)",
];

/// What only an operator can say, as it is printed: `normalize(x)` as `x/norm(x)`.
pub fn spelled(graph: &mut Graph, node: NodeId) -> Option<NodeId> {
    if !graph.is(node, Is::Normalize) {
        return None;
    }
    let x = graph.node(node).args[0];
    let axis = ops::shapes::axis_of(&graph.dims, graph.shape(x), &graph.node(node).op.attrs, 0).ok()?;
    let length = build::length(graph, x, axis).ok()?;
    build::div(graph, x, length).ok()
}

/// As [`READABLE`], for what is as short either way: the right side is its normal form, the shorter one is printed.
pub const EITHER: &[&str] = &["sigmoid(-z) = 1 - sigmoid(z)", "erfc(z) = 1 - erf(z)"];

/// Rules for any two factors of a product, wherever they stand in it.
pub const FACTORS: &[&str] = &[
    "sinh(z)/cosh(z) = tanh(z)",
    "sin(z)/cos(z) = tan(z)",
    "cos(z)/sin(z) = 1/tan(z)",
    "z*sign(z) = abs(z)",
    "abs(z)*sign(z) = z",
    "z/abs(z) = sign(z)",
    "abs(z)/z = sign(z)",
    "relu(z)*(z >= 0) = relu(z)",
    "maximum(0, z)*(z >= 0) = maximum(0, z)",
    "exp(z)*exp(-z) = 1",
];

/// The square of a node as a number and a multiple of the square of another.
pub fn square(graph: &mut Graph, id: NodeId) -> Option<(f64, f64, NodeId)> {
    let square = graph.def(id).algebra.square?;
    let args = graph.node(id).args.clone();
    graph.add(square.of, Attrs::None, &args).ok().map(|other| (square.number, square.times, other))
}

/// `1 - f(z)` as a function: `sigmoid(-z)`, `erfc(z)`.
pub fn complement(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let def = graph.def(id);
    let arg = graph.node(id).args.first().copied()?;
    let template = crate::notation::complement(def)?;
    crate::notation::instantiate(graph, template, &[arg]).ok()
}

/// `sqrt(x)`
pub fn sqrt(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    graph.add(ops::of(Is::Sqrt), Attrs::None, &[x])
}

/// `prod(x)/x` along an axis, which the product of the others is where none is 0.
pub fn quotient_of_others(graph: &mut Graph, x: NodeId, axis: i64) -> Result<NodeId, Fault> {
    let attrs = match graph.shape(x).rank() {
        1 => vec![Attr::Absent, Attr::Flag(false)],
        _ => vec![Attr::Ints(vec![axis].into()), Attr::Flag(true)],
    };
    let whole = graph.add(ops::of(Is::Prod), Attrs::from_vec(attrs), &[x])?;
    build::div(graph, whole, x)
}

/// The first of the whole numbers one after another that indices along an axis are.
pub fn first_index(graph: &Graph, index: NodeId, axis: usize) -> Option<u64> {
    let (mut id, len) = (index, &graph.shape(index)[axis]);
    let mut axis = Some(axis);
    // What the numbers are stretched and moved by must leave them along the axis.
    while let node = graph.node(id)
        && (node.op.def.is == Is::BroadcastTo || node.op.def.is == Is::Reshape)
    {
        let inner = graph.shape(node.args[0]);
        axis = (0..inner.rank())
            .find(|at| inner[*at] == *len && inner.iter().enumerate().all(|(i, dim)| i == *at || *dim == Dim::Num(1)));
        let placed = |at: usize| {
            let shape = graph.shape(id);
            node.op.def.is != Is::BroadcastTo
                || at + shape.rank() - inner.rank() == shape.iter().position(|dim| dim == len).unwrap_or(at)
        };
        axis = axis.filter(|at| placed(*at));
        axis?;
        id = node.args[0];
    }
    axis?;
    let counts = |id: NodeId| graph.is(id, Is::Arange) && graph.shape(id)[0] == *len;
    match form(graph, id) {
        _ if counts(id) => Some(0),
        Form::Add(start, counted) if counts(counted) => match form(graph, start) {
            Form::Number(start) if start >= 0.0 => Some(start as u64),
            _ => None,
        },
        _ => None,
    }
}

/// The scalars that a vector is put together from.
pub fn entries(graph: &Graph, id: NodeId) -> Option<Vec<NodeId>> {
    if !graph.is(id, Is::Concat) || graph.shape(id).rank() != 1 {
        return None;
    }
    let entry = |arg: &NodeId| match form(graph, *arg) {
        Form::Broadcast(x) | Form::Reshape(x) if graph.shape(x).is_scalar() && graph.shape(*arg)[0] == Dim::Num(1) => {
            Some(x)
        }
        _ => None,
    };
    graph.node(id).args.iter().map(entry).collect()
}

/// `diag(x)` of a vector.
pub fn diagonal(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    graph.add(ops::of(Is::DiagEmbed), Attrs::None, &[x])
}

/// `inv(A)`
pub fn inverse(graph: &mut Graph, a: NodeId) -> Result<NodeId, Fault> {
    graph.add(ops::of(Is::Inv), Attrs::None, &[a])
}

/// The name under which a node's operator is called: of two arguments `max` and `min` work entry by entry, and `diag` of a
/// vector is a matrix.
pub fn called(graph: &Graph, id: NodeId) -> &'static str {
    let def = graph.def(id);
    match () {
        () if def.is == Is::DiagEmbed && graph.shape(id).rank() == 2 => ops::of(Is::Diag).name,
        () if def.is == Is::Maximum => ops::of(Is::Max).name,
        () if def.is == Is::Minimum => ops::of(Is::Min).name,
        () if def.is == Is::Diagonal && graph.shape(id).rank() == 1 => ops::of(Is::Diag).name,
        () => def.name,
    }
}

/// An entry along some axes, `h[2]` or `x[:, 0]`, where a reshape does nothing but leave out the axes that a slice took one
/// entry of: what is sliced, and for each axis whether it is left out.
pub fn index(graph: &Graph, id: NodeId) -> Option<(NodeId, Vec<bool>)> {
    let Form::Reshape(part) = form(graph, id) else { return None };
    let node = graph.node(part);
    let (Attr::Slices(slices), Kernel::Move(Move::Slice)) = (node.op.attrs.get(0), node.op.def.kernel) else {
        return None;
    };
    let one: Vec<bool> = slices.iter().map(|slice| slice.len == Dim::Num(1)).collect();
    let rest = graph.shape(part).iter().zip(&one).filter(|(_, one)| !**one).map(|(dim, _)| dim);
    rest.eq(graph.shape(id).iter()).then_some((part, one))
}

/// What is stacked along a new axis, and that axis.
pub fn stacked(graph: &Graph, id: NodeId) -> Option<(Vec<NodeId>, usize)> {
    if !graph.is(id, Is::Concat) {
        return None;
    }
    let axis = graph.node(id).op.attrs.int(0).and_then(|axis| usize::try_from(axis).ok())?;
    let part = |arg: &NodeId| match form(graph, *arg) {
        Form::Broadcast(x) | Form::Reshape(x)
            if graph.shape(*arg)[axis] == Dim::Num(1) && *graph.shape(x) == graph.shape(*arg).without(axis) =>
        {
            Some(x)
        }
        _ => None,
    };
    let parts: Option<Vec<NodeId>> = graph.node(id).args.iter().map(part).collect();
    parts.map(|parts| (parts, axis))
}
