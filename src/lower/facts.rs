//! What a program asserts of its inputs: `assert sum(y, axis=0) == 1`.

use super::{Compiled, ItemKind};
use crate::graph::{DefId, Form, Graph, Is, NodeId, Role, form};
use crate::source::Span;

/// The comparisons that a program asserts above a question, by both sides.
pub fn asserted(compiled: &Compiled, asked: Span) -> Vec<[NodeId; 2]> {
    let mut out = vec![];
    for item in &compiled.items {
        let ItemKind::Ask(ask) = &item.kind else { continue };
        let below = item.span.source == asked.source && item.span.start >= asked.start;
        if ask.statement.word != "assert" || below {
            continue;
        }
        for node in ask.exprs.iter().filter_map(|asked| asked.node) {
            let equates = matches!(compiled.graph.def(node).is, Is::Eq | Is::Near);
            if let ([left, right], true) = (&compiled.graph.node(node).args[..], equates) {
                out.extend([[*left, *right], [*right, *left]]);
            }
        }
    }
    out
}

/// `sum(y, axis=0)` and `1`: the slot, the axis, and the number.
pub fn asserted_sum(graph: &Graph, [sum, number]: [NodeId; 2]) -> Option<(DefId, usize, f64)> {
    let (Form::Sum(x), Form::Number(total)) = (form(graph, sum), form(graph, stripped(graph, number))) else {
        return None;
    };
    let axis = match graph.node(sum).op.attrs.ints(0) {
        Some([axis]) => *axis as usize,
        None if graph.shape(x).rank() == 1 => 0,
        _ => return None,
    };
    Some((slot_of(graph, x)?, axis, total))
}

/// The definition of a slot.
pub fn slot_of(graph: &Graph, id: NodeId) -> Option<DefId> {
    match graph.def(id).role {
        Role::Slot => graph.node(id).op.attrs.def(0),
        _ => None,
    }
}

fn stripped(graph: &Graph, mut id: NodeId) -> NodeId {
    while let Form::Broadcast(x) = form(graph, id) {
        id = x;
    }
    id
}
