//! What a node is to the algebra: the few operators that formulas are made of, told apart in one place.

use super::{
    add, broadcast_to, compare, diag, div, erf, eye, gather, hyperbolic, linalg, logic, matmul, mean, mul, neg, norm,
    pow, prod, reshape, roots, sigmoid, slice, softmax, sub, sum, transpose, trigonometry,
};
use crate::graph::{Attr, Attrs, Fault, Graph, NodeId, OpDef, Role};
use crate::shape::Dim;

/// A node as the algebra sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A number.
    Number(f64),
    /// The value of a dimension.
    Dim,
    /// `-a`
    Neg(NodeId),
    /// `a + b`
    Add(NodeId, NodeId),
    /// `a - b`
    Sub(NodeId, NodeId),
    /// `a * b`
    Mul(NodeId, NodeId),
    /// `a / b`
    Div(NodeId, NodeId),
    /// `a^b`
    Pow(NodeId, NodeId),
    /// `a @ b`
    MatMul(NodeId, NodeId),
    /// `a'`
    Transpose(NodeId),
    /// `sum(x, axis=…)`
    Sum(NodeId),
    /// `mean(x, axis=…)`
    Mean(NodeId),
    /// Stretched.
    Broadcast(NodeId),
    /// Summed back to a smaller shape.
    SumTo(NodeId),
    /// The same entries under another shape.
    Reshape(NodeId),
    /// Zeros around it.
    Padded(NodeId),
    /// `softmax(x)`
    Softmax(NodeId),
    /// `sqrt(x)`
    Sqrt(NodeId),
    /// `inv(A)`
    Inv(NodeId),
    /// `solve(A, b)`
    Solve(NodeId, NodeId),
    /// `where(c, a, b)`
    Where(NodeId, NodeId, NodeId),
    /// `a == b`
    Eq(NodeId, NodeId),
    /// `a and b`
    And(NodeId, NodeId),
    /// `a or b`
    Or(NodeId, NodeId),
    /// `not a`
    Not(NodeId),
    /// The identity matrix.
    Eye,
    /// The last axis on a diagonal.
    DiagEmbed(NodeId),
    /// Entries of the first added at the indices of the second.
    ScatterAdd(NodeId, NodeId),
    /// `stop(x)`, a definition: the same value.
    Same(NodeId),
    /// Entries of the first at the indices of the second.
    TakeAlong(NodeId, NodeId),
    /// `norm(x)`
    Norm(NodeId),
    /// The product of the others along an axis.
    Others(NodeId),
    /// Anything else.
    Other,
}

/// The form of a node.
pub fn form(graph: &Graph, id: NodeId) -> Form {
    let node = graph.node(id);
    let def = node.op.def;
    let is = |other: &OpDef| *def == *other;
    match (node.op.def.role, node.args.as_slice()) {
        (Role::Number, _) => Form::Number(node.op.attrs.number(0).unwrap_or(f64::NAN)),
        (Role::Dim, _) => Form::Dim,
        (Role::Def | Role::Stop, [x]) => Form::Same(*x),
        (_, []) if is(&eye::EYE) => Form::Eye,
        (_, [x]) if is(&neg::NEG) => Form::Neg(*x),
        (_, [x]) if is(&transpose::MATRIX_TRANSPOSE) => Form::Transpose(*x),
        (_, [x]) if is(&sum::SUM) => Form::Sum(*x),
        (_, [x]) if is(&mean::MEAN) => Form::Mean(*x),
        (_, [x]) if is(&broadcast_to::BROADCAST_TO) => Form::Broadcast(*x),
        (_, [x]) if is(&broadcast_to::SUM_TO) => Form::SumTo(*x),
        (_, [x]) if is(&reshape::RESHAPE) => Form::Reshape(*x),
        (_, [x]) if is(&diag::DIAG_EMBED) => Form::DiagEmbed(*x),
        (_, [x]) if is(&slice::UNSLICE) => Form::Padded(*x),
        (_, [x]) if is(&softmax::SOFTMAX) => Form::Softmax(*x),
        (_, [x]) if is(&norm::NORM) => Form::Norm(*x),
        (_, [x]) if is(&prod::PROD_OTHERS) => Form::Others(*x),
        (_, [x]) if is(&roots::SQRT) => Form::Sqrt(*x),
        (_, [x]) if is(&linalg::INV) => Form::Inv(*x),
        (_, [a, b]) if is(&linalg::SOLVE) || is(&linalg::SOLVE_COLUMNS) => Form::Solve(*a, *b),
        (_, [a, b]) if is(&add::ADD) => Form::Add(*a, *b),
        (_, [a, b]) if is(&sub::SUB) => Form::Sub(*a, *b),
        (_, [a, b]) if is(&mul::MUL) => Form::Mul(*a, *b),
        (_, [a, b]) if is(&div::DIV) => Form::Div(*a, *b),
        (_, [a, b]) if is(&pow::POW) => Form::Pow(*a, *b),
        (_, [a, b]) if is(&matmul::MATMUL) => Form::MatMul(*a, *b),
        (_, [a, b]) if is(&compare::EQ) => Form::Eq(*a, *b),
        (_, [a, b]) if is(&logic::AND) => Form::And(*a, *b),
        (_, [a, b]) if is(&logic::OR) => Form::Or(*a, *b),
        (_, [a]) if is(&logic::NOT) => Form::Not(*a),
        (_, [a, b]) if is(&gather::TAKE_ALONG) => Form::TakeAlong(*a, *b),
        (_, [a, b]) if is(&gather::SCATTER_ADD) => Form::ScatterAdd(*a, *b),
        (_, [c, a, b]) if is(&super::choose::WHERE) => Form::Where(*c, *a, *b),
        _ => Form::Other,
    }
}

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
    "where((not c) or c, x, y) = x",
    "where(c or (not c), x, y) = x",
    "where(c, a, 0) + where(not c, b, 0) = where(c, a, b)",
    "where(not c, b, 0) + where(c, a, 0) = where(c, a, b)",
];

/// What only an operator can say, as it is printed.
pub fn spelled(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    super::norm::spelled(graph, id)
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

/// Squares that are one another's: `f^2` is a number and a multiple of `g^2`.
static SQUARES: &[(&OpDef, f64, f64, &OpDef)] = &[
    (&trigonometry::SIN, 1.0, -1.0, &trigonometry::COS),
    (&trigonometry::COS, 1.0, -1.0, &trigonometry::SIN),
    (&hyperbolic::COSH, 1.0, 1.0, &hyperbolic::SINH),
    (&hyperbolic::SINH, -1.0, 1.0, &hyperbolic::COSH),
];

/// The square of a node as a number and a multiple of the square of another.
pub fn square(graph: &mut Graph, id: NodeId) -> Option<(f64, f64, NodeId)> {
    let (_, number, times, other) = SQUARES.iter().find(|(def, ..)| *graph.def(id) == **def)?;
    let args = graph.node(id).args.clone();
    graph.add(other, Attrs::None, &args).ok().map(|other| (*number, *times, other))
}

/// `1 - f(z)` as a function: `sigmoid(-z)`, `erfc(z)`.
pub fn complement(graph: &mut Graph, id: NodeId) -> Option<NodeId> {
    let args = graph.node(id).args.clone();
    let def = graph.def(id);
    let made = if *def == sigmoid::SIGMOID {
        super::build::neg(graph, args[0]).and_then(|z| graph.add(&sigmoid::SIGMOID, Attrs::None, &[z]))
    } else if *def == erf::ERF {
        graph.add(&erf::ERFC, Attrs::None, &args)
    } else {
        return None;
    };
    made.ok()
}

/// `sqrt(x)`
pub fn sqrt(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    graph.add(&roots::SQRT, Attrs::None, &[x])
}

/// `prod(x)/x` along an axis, which the product of the others is where none is 0.
pub fn quotient_of_others(graph: &mut Graph, x: NodeId, axis: i64) -> Result<NodeId, Fault> {
    let attrs = match graph.shape(x).rank() {
        1 => vec![Attr::Absent, Attr::Flag(false)],
        _ => vec![Attr::Ints(vec![axis].into()), Attr::Flag(true)],
    };
    let whole = graph.add(&prod::PROD, Attrs::from_vec(attrs), &[x])?;
    super::build::div(graph, whole, x)
}

/// The first of the whole numbers one after another that indices along an axis are.
pub fn first_index(graph: &Graph, index: NodeId, axis: usize) -> Option<u64> {
    let (mut id, len) = (index, &graph.shape(index)[axis]);
    let mut axis = Some(axis);
    // What the numbers are stretched and moved by must leave them along the axis.
    while let node = graph.node(id)
        && (*node.op.def == broadcast_to::BROADCAST_TO || *node.op.def == reshape::RESHAPE)
    {
        let inner = graph.shape(node.args[0]);
        axis = (0..inner.rank())
            .find(|at| inner[*at] == *len && inner.iter().enumerate().all(|(i, dim)| i == *at || *dim == Dim::Num(1)));
        let placed = |at: usize| {
            let shape = graph.shape(id);
            *node.op.def != broadcast_to::BROADCAST_TO
                || at + shape.rank() - inner.rank() == shape.iter().position(|dim| dim == len).unwrap_or(at)
        };
        axis = axis.filter(|at| placed(*at));
        axis?;
        id = node.args[0];
    }
    axis?;
    let counts = |id: NodeId| *graph.def(id) == eye::ARANGE && graph.shape(id)[0] == *len;
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
    if *graph.def(id) != super::concat::CONCAT || graph.shape(id).rank() != 1 {
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

/// The name of the standard deviation.
pub const STD: &str = mean::STD.name;

/// `diag(x)` of a vector.
pub fn diagonal(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    graph.add(&diag::DIAG_EMBED, Attrs::None, &[x])
}

/// `inv(A)`
pub fn inverse(graph: &mut Graph, a: NodeId) -> Result<NodeId, Fault> {
    graph.add(&linalg::INV, Attrs::None, &[a])
}

/// The name under which a node's operator is called: of two arguments `max` and `min` work entry by entry, and `diag` of a
/// vector is a matrix.
pub fn called(graph: &Graph, id: NodeId) -> &'static str {
    let def = graph.def(id);
    match () {
        () if *def == diag::DIAG_EMBED && graph.shape(id).rank() == 2 => diag::DIAG.name,
        () if *def == super::maximum::MAXIMUM => super::extremum::MAX.name,
        () if *def == super::maximum::MINIMUM => super::extremum::MIN.name,
        () if *def == diag::DIAGONAL && graph.shape(id).rank() == 1 => diag::DIAG.name,
        () => def.name,
    }
}
