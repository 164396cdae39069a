//! What is asked of operators about layers: which bend, how they saturate, and what a linear map is made of.

use super::form::{Form, form};
use super::{add, broadcast_to, identity, matmul, maximum, relu, sigmoid, softmax, structure, sub, tanh, transpose};
use crate::graph::{Attr, Graph, Kernel, Literal, NodeId, Role};

/// How an activation loses its slope.
#[derive(Clone, Copy, Debug)]
pub enum Bend {
    /// On both sides; its slope at a number.
    Saturates(fn(f64) -> f64),
    /// Below 0 there is none.
    Rectifies,
}

/// The argument of an activation and how it bends.
pub fn bend(graph: &Graph, id: NodeId) -> Option<(NodeId, Bend)> {
    let node = graph.node(id);
    let arg = *node.args.first()?;
    let def = node.op.def;
    if *def == tanh::TANH {
        return Some((arg, Bend::Saturates(|z| 4.0 * logistic(2.0 * z) * logistic(-2.0 * z))));
    }
    if *def == sigmoid::SIGMOID {
        return Some((arg, Bend::Saturates(|z| logistic(z) * logistic(-z))));
    }
    if *def == relu::RELU {
        return Some((arg, Bend::Rectifies));
    }
    if *def == maximum::MAXIMUM {
        let other = *node.args.get(1)?;
        return match (is_zero(graph, arg), is_zero(graph, other)) {
            (true, false) => Some((other, Bend::Rectifies)),
            (false, true) => Some((arg, Bend::Rectifies)),
            _ => None,
        };
    }
    None
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-z))
}

fn is_zero(graph: &Graph, id: NodeId) -> bool {
    let node = graph.node(id);
    match node.op.attrs.get(0) {
        Attr::Tensor(Literal(tensor)) => tensor.len() == 1 && tensor.item() == Some(0.0),
        _ => node.op.def.role == Role::Number && node.op.attrs.number(0) == Some(0.0),
    }
}

/// What a node is in a linear map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Linear {
    /// The same entries: a definition, `identity`, what is stretched.
    Same(NodeId),
    /// The last two axes swapped.
    Transposed(NodeId),
    /// A sum.
    Sum(NodeId, NodeId),
    /// A difference.
    Difference(NodeId, NodeId),
    /// A matrix product.
    Product(NodeId, NodeId),
    /// Anything else.
    Other,
}

/// What a node is in a linear map.
pub fn linear(graph: &Graph, id: NodeId) -> Linear {
    let node = graph.node(id);
    let def = node.op.def;
    match node.args.as_slice() {
        [x] if *def == structure::DEF || *def == identity::IDENTITY || *def == broadcast_to::BROADCAST_TO => {
            Linear::Same(*x)
        }
        [x] if *def == transpose::MATRIX_TRANSPOSE => Linear::Transposed(*x),
        [a, b] if *def == add::ADD => Linear::Sum(*a, *b),
        [a, b] if *def == sub::SUB => Linear::Difference(*a, *b),
        [a, b] if *def == matmul::MATMUL => Linear::Product(*a, *b),
        _ => Linear::Other,
    }
}

/// The argument of an operator that takes each entry for itself.
pub fn entrywise(graph: &Graph, id: NodeId) -> Option<NodeId> {
    match (&graph.def(id).kernel, bend(graph, id)) {
        (_, Some((z, _))) => Some(z),
        (Kernel::Map(_), None) => graph.node(id).args.first().copied(),
        _ => None,
    }
}

/// The probabilities that an operator which takes scores is given: a softmax below a softmax, a sigmoid below the
/// `softplus` of a cross-entropy.
pub fn squashed_already(graph: &Graph, id: NodeId) -> Option<NodeId> {
    let def = graph.def(id);
    let maker = match () {
        () if *def == softmax::SOFTMAX || *def == softmax::LOG_SOFTMAX => &softmax::SOFTMAX,
        () if *def == sigmoid::SIGMOID || *def == sigmoid::SOFTPLUS => &sigmoid::SIGMOID,
        () => return None,
    };
    let mut inner = *graph.node(id).args.first()?;
    // Through names and signs.
    while let (Linear::Same(x), _) | (_, Form::Neg(x)) = (linear(graph, inner), form(graph, inner)) {
        inner = x;
    }
    (graph.def(inner) == maker).then_some(inner)
}
