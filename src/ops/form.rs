//! What a node is to the algebra: the few operators that formulas are made of, told apart in one place.

use super::{
    add, broadcast_to, compare, diag, div, eye, gather, logic, matmul, mean, mul, neg, pow, reshape, sub, sum,
    transpose,
};
use crate::graph::{Graph, NodeId, OpDef, Role};

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
    "sigmoid(-z) = 1 - sigmoid(z)",
    "tanh(-z) = -tanh(z)",
    "xlogy(x, y) = x*log(y)",
    "xlog1py(x, y) = x*log(1 + y)",
    "log1p(x) = log(1 + x)",
    "expm1(x) = exp(x) - 1",
    "exp(log(x)) = x",
    "stated(x, y, z) = x",
];

/// The name under which a node's operator is called: of two arguments `max` and `min` work entry by entry, and `diag` of a
/// vector is a matrix.
pub fn called(graph: &Graph, id: NodeId) -> &'static str {
    let def = graph.def(id);
    match () {
        () if *def == diag::DIAG_EMBED && graph.shape(id).rank() == 2 => diag::DIAG.name,
        () if *def == super::maximum::MAXIMUM => super::extremum::MAX.name,
        () if *def == super::maximum::MINIMUM => super::extremum::MIN.name,
        () => def.name,
    }
}
