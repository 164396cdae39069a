//! Derivatives as graphs: reverse and forward mode, from the operators' table.
//!
//! A share that a `where` does not choose is *absent*, not `0 * slope`: the incoming derivative travels as a value and
//! the mask of where it is present, so that an infinite slope of an unchosen branch never makes a NaN.

mod apart;
mod forward;
mod reverse;
mod scan;

pub use apart::mixed;
pub use forward::{forward, forward_all};
pub use reverse::{reverse, reverse_all};

use crate::graph::{ArgKind, Args, Attrs, Diff, Fault, Graph, Is, NodeId, NodeMap, OpDef, Role};
use crate::graph::{Form, form};
use crate::notation;
use crate::ops;

/// Why there is no derivative, and at which node.
#[derive(Clone, Debug)]
pub struct Trouble {
    /// The node.
    pub node: NodeId,
    /// What is wrong.
    pub fault: Fault,
}

/// A derivative, or why it is zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slope {
    /// This node.
    Node(NodeId),
    /// Nothing connects them.
    Unconnected,
    /// It is flat at this node.
    Flat(NodeId),
}

/// An incoming derivative: `where(mask, value, 0)`; without a mask it is all there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Where it is present.
    pub mask: Option<NodeId>,
    /// Its value there.
    pub value: NodeId,
}

impl Share {
    /// All there.
    pub fn full(value: NodeId) -> Share {
        Share { mask: None, value }
    }

    /// As one node.
    pub fn whole(self, graph: &mut Graph) -> Result<NodeId, Fault> {
        let Some(mask) = self.mask else { return Ok(self.value) };
        let zero = ops::number(graph, 0.0);
        op(graph, Is::Where, &[mask, self.value, zero])
    }
}

/// An operator of the table.
fn op(graph: &mut Graph, is: Is, args: &[NodeId]) -> Result<NodeId, Fault> {
    graph.add(ops::of(is), Attrs::None, args)
}

/// The product, leaving out factors of 1.
fn times(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    if is_one(graph, a, b) {
        return Ok(b);
    }
    if is_one(graph, b, a) {
        return Ok(a);
    }
    op(graph, Is::Mul, &[a, b])
}

/// Is it 1, no larger than `beside`?
fn is_one(graph: &Graph, id: NodeId, beside: NodeId) -> bool {
    match form(graph, id) {
        Form::Broadcast(x) => is_number(graph, x, 1.0) && graph.shape(id) == graph.shape(beside),
        _ => is_number(graph, id, 1.0),
    }
}

fn is_number(graph: &Graph, id: NodeId, value: f64) -> bool {
    let node = graph.node(id);
    node.op.def.role == Role::Number && node.op.attrs.number(0) == Some(value)
}

/// The slope of a pointwise node by one of its arguments; `None`: flat in it.
fn slope(graph: &mut Graph, id: NodeId, arg: usize) -> Result<Option<NodeId>, Fault> {
    let node = graph.node(id);
    let def = node.op.def;
    match def.diff {
        Diff::Slopes(texts) => {
            let Some(template) = texts.get(arg).and_then(|text| notation::slope(def, arg, text)) else {
                return Ok(None);
            };
            let vars: Args = node.args.iter().copied().chain([id]).collect();
            notation::instantiate(graph, template, &vars).map(Some)
        }
        Diff::SlopeBy(by) => by(graph, id, arg),
        Diff::Select
        | Diff::Linear(_)
        | Diff::Bilinear(_)
        | Diff::Rule { .. }
        | Diff::Steps
        | Diff::Flat(_)
        | Diff::None(_) => Ok(None),
    }
}

/// What kind of argument the `i`-th node argument is.
fn kind(def: &OpDef, i: usize) -> ArgKind {
    let mut nodes = def.args.iter().filter(|arg| arg.kind.is_node());
    match nodes.clone().next_back() {
        Some(last) if last.kind == ArgKind::Tensors => nodes.nth(i).map_or(ArgKind::Tensors, |arg| arg.kind),
        _ => nodes.nth(i).map_or(ArgKind::Tensor, |arg| arg.kind),
    }
}

/// Does a derivative pass through this argument of this operator?
pub fn passes(def: &OpDef, i: usize) -> bool {
    let flat = match def.diff {
        Diff::Flat(_) => true,
        Diff::Slopes(texts) => texts.get(i).is_some_and(|text| text.is_empty()),
        Diff::SlopeBy(_)
        | Diff::Select
        | Diff::Linear(_)
        | Diff::Bilinear(_)
        | Diff::Rule { .. }
        | Diff::Steps
        | Diff::None(_) => false,
    };
    !flat && matches!(kind(def, i), ArgKind::Tensor | ArgKind::Tensors)
}

/// Which of `order` (ascending) depend on `by` by a path that a derivative passes.
fn active(graph: &Graph, order: &[NodeId], by: &[NodeId]) -> NodeMap {
    let mut active = NodeMap::with_len(order.last().map_or(0, |id| id.index() + 1));
    for id in by {
        active.insert(*id, 0);
    }
    for id in order {
        let node = graph.node(*id);
        let moves = node.args.iter().enumerate().any(|(i, arg)| active.contains(*arg) && passes(node.op.def, i));
        if moves {
            active.insert(*id, 0);
        }
    }
    active
}
