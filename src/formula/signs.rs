//! What is known of the sign of a node wherever it has a value: what cannot be 0 may be divided by.

use crate::graph::{Form, Graph, Is, NodeId, form};

/// So deep is looked.
const DEEP: u32 = 12;

/// Is a node never 0, whatever its names are?
pub(super) fn is_never_zero(graph: &Graph, id: NodeId) -> bool {
    never_zero(graph, id, DEEP)
}

fn never_zero(graph: &Graph, id: NodeId, deep: u32) -> bool {
    if deep == 0 {
        return false;
    }
    let never = |id: NodeId| never_zero(graph, id, deep - 1);
    positive(graph, id, deep - 1)
        || match form(graph, id) {
            Form::Number(value) => value != 0.0,
            Form::Mul(a, b) => never(a) && never(b),
            // What is divided by has been found not to be 0.
            Form::Div(a, _) => never(a),
            Form::Neg(x) | Form::Same(x) | Form::Broadcast(x) | Form::Reshape(x) | Form::Transpose(x) => never(x),
            Form::Pow(x, _) | Form::Sqrt(x) => never(x),
            _ => false,
        }
}

/// Is it larger than 0?
fn positive(graph: &Graph, id: NodeId, deep: u32) -> bool {
    if deep == 0 {
        return false;
    }
    let is = |id: NodeId| positive(graph, id, deep - 1);
    let not_below = |id: NodeId| at_least_zero(graph, id, deep - 1);
    match form(graph, id) {
        Form::Number(value) => value > 0.0,
        Form::Dim => true,
        Form::Add(a, b) => (is(a) && not_below(b)) || (not_below(a) && is(b)),
        Form::Mul(a, b) | Form::Div(a, b) => is(a) && is(b),
        Form::Same(x) | Form::Broadcast(x) | Form::Reshape(x) | Form::Transpose(x) => is(x),
        Form::Sum(x) | Form::Mean(x) | Form::Sqrt(x) => is(x),
        Form::Pow(x, _) => is(x),
        Form::Softmax(_) => true,
        _ => matches!(graph.def(id).is, Is::Exp | Is::Sigmoid | Is::Cosh | Is::Softplus),
    }
}

/// Is it no less than 0?
fn at_least_zero(graph: &Graph, id: NodeId, deep: u32) -> bool {
    if deep == 0 {
        return false;
    }
    let is = |id: NodeId| at_least_zero(graph, id, deep - 1);
    positive(graph, id, deep - 1)
        || match form(graph, id) {
            Form::Number(value) => value >= 0.0,
            Form::Add(a, b) => is(a) && is(b),
            Form::Mul(a, b) => a == b || (is(a) && is(b)),
            Form::Div(a, b) => is(a) && is(b),
            Form::Same(x) | Form::Broadcast(x) | Form::Reshape(x) | Form::Transpose(x) => is(x),
            Form::Sum(x) | Form::Mean(x) => is(x),
            Form::Norm(_) | Form::Sqrt(_) => true,
            Form::Pow(x, e) => match form(graph, e) {
                Form::Number(e) => (e / 2.0).fract() == 0.0 || is(x),
                _ => is(x),
            },
            _ => graph.is(id, Is::Abs),
        }
}
