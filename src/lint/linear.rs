//! What is asked of operators about layers: which bend, how they saturate, and what a linear map is made of.

use crate::graph::{Attr, Bend, Form, Graph, Is, Kernel, Literal, NodeId, Role, form};

/// The argument of an activation that loses its slope somewhere, and how.
pub fn bend(graph: &Graph, id: NodeId) -> Option<(NodeId, Bend)> {
    let node = graph.node(id);
    let arg = *node.args.first()?;
    match node.op.def.bends {
        Bend::None | Bend::Keeps => None,
        bends @ (Bend::Saturates(_) | Bend::Rectifies) => Some((arg, bends)),
        Bend::RectifiesBesideZero => {
            let other = *node.args.get(1)?;
            match (is_zero(graph, arg), is_zero(graph, other)) {
                (true, false) => Some((other, Bend::Rectifies)),
                (false, true) => Some((arg, Bend::Rectifies)),
                _ => None,
            }
        }
    }
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
    match (node.op.def.role, node.op.def.is, node.args.as_slice()) {
        (Role::Def, _, [x]) | (_, Is::Identity | Is::BroadcastTo, [x]) => Linear::Same(*x),
        (_, Is::MatrixTranspose, [x]) => Linear::Transposed(*x),
        (_, Is::Add, [a, b]) => Linear::Sum(*a, *b),
        (_, Is::Sub, [a, b]) => Linear::Difference(*a, *b),
        (_, Is::MatMul, [a, b]) => Linear::Product(*a, *b),
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
    let maker = match graph.def(id).is {
        Is::Softmax | Is::LogSoftmax => Is::Softmax,
        Is::Sigmoid | Is::Softplus => Is::Sigmoid,
        _ => return None,
    };
    let mut inner = *graph.node(id).args.first()?;
    // Through names and signs.
    while let (Linear::Same(x), _) | (_, Form::Neg(x)) = (linear(graph, inner), form(graph, inner)) {
        inner = x;
    }
    graph.is(inner, maker).then_some(inner)
}
