//! The reference evaluator: graph -> values, one step a node, over ndarray; what the engine is compared with.
//!
//! [`run`] orders the nodes that the answers need, sizes them, compares the peak with the memory limit before anything
//! is allocated, and then takes one step a node. Reals are computed as f64; in `f32` each result is rounded once.
//! [`birth`] finds where a number that is not finite was born.

mod birth;
mod cache;
mod engine;
mod lanes;
mod moves;
mod plan;
mod pointwise;
mod products;
mod relate;
mod scan;
mod source;
mod step;
#[cfg(test)]
#[allow(clippy::cloned_ref_to_slice_refs, clippy::needless_update, reason = "a case is a list of one, written alike")]
mod tests;
mod value;
mod windows;

pub use birth::{Birth, birth};
pub use cache::Cache;
pub use engine::{Line, Making, Program};

use crate::graph::{DefId, Fault, Graph, NodeId};
use crate::shape::{Binding, Sym};
use crate::tensor::{Precision, Tensor};
use plan::Plan;
use std::sync::Arc;
use std::time::Duration;
use value::Value;

/// What the session knows.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// What the slot of a definition holds; `None`: it has no value yet.
    pub slots: &'a dyn Fn(DefId) -> Option<Slot>,
    /// Numbers for named dimensions.
    pub binding: &'a Binding,
    /// How reals are held.
    pub precision: Precision,
    /// In bytes; results, the cache and what is needed on the way count.
    pub memory_limit: u64,
    /// Asked between steps: shall the run end?
    pub interrupt: &'a dyn Fn() -> bool,
}

/// What a slot holds.
#[derive(Clone, Debug)]
pub enum Slot {
    /// A value.
    Value(Arc<Tensor>),
    /// Another node of the graph (a leaf's first expression, an initialiser); it may come after the slot's users.
    Node(NodeId),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// A slot has no value.
    Missing {
        /// The slot's definition.
        def: DefId,
        /// The node that needs it.
        node: NodeId,
    },
    /// A dimension has no number yet.
    Unbound {
        /// The dimension.
        dim: Sym,
        /// The node whose shape needs it.
        node: NodeId,
    },
    /// It would need more memory than the limit, or than the machine gives. Nothing was allocated where the plan saw it.
    Memory {
        /// Bytes.
        needed: u128,
        /// Bytes.
        limit: u64,
        /// The nodes that need most at the peak, the largest first; at most five.
        largest: Vec<NodeId>,
    },
    /// Values that do not fit their operator.
    Fault {
        /// Where.
        node: NodeId,
        /// `nnlang::value::index` and the facts; its labels are of the node's arguments.
        fault: Fault,
    },
    /// It was asked to end.
    Interrupted,
}

/// The values of `roots`, in their order. What is computed on the way stays in `cache` as far as its budget goes; the
/// caller clears the cache when slots, binding or precision change.
pub fn run(graph: &Graph, roots: &[NodeId], inputs: &Inputs, cache: &mut Cache) -> Result<Vec<Arc<Tensor>>, Trouble> {
    run_planned(graph, roots, inputs, cache, &mut |_| {})
}

/// As [`run`]; `planned` is told the number of steps when they are known and none has been taken.
pub fn run_planned(
    graph: &Graph,
    roots: &[NodeId],
    inputs: &Inputs,
    cache: &mut Cache,
    planned: &mut dyn FnMut(usize),
) -> Result<Vec<Arc<Tensor>>, Trouble> {
    let plan = Plan::new(graph, roots, inputs, cache)?;
    planned(plan.order.len());
    let values = step::all(&plan, graph, inputs, cache, &mut |_, _| true)?;
    plan.roots
        .iter()
        .map(|position| {
            let node = plan.order[*position as usize];
            let value = values.get(*position as usize).unwrap_or(&Value::Empty);
            value
                .answer(graph.node(node).dtype, inputs.precision)
                .map_err(|refusal| plan.trouble(node, refusal, inputs))
        })
        .collect()
}

/// What each step takes: its node, seconds, and the bytes of its result.
pub fn parts(
    graph: &Graph,
    roots: &[NodeId],
    inputs: &Inputs,
    clock: &dyn Fn() -> Duration,
) -> Result<Vec<(NodeId, f64, u64)>, Trouble> {
    let mut cache = Cache::new(0);
    let plan = Plan::new(graph, roots, inputs, &mut cache)?;
    let mut out = Vec::with_capacity(plan.order.len());
    let mut before = clock();
    step::all(&plan, graph, inputs, &mut cache, &mut |position, _| {
        let now = clock();
        let bytes = u64::try_from(plan.bytes(graph, position)).unwrap_or(u64::MAX);
        out.push((plan.order[position], now.saturating_sub(before).as_secs_f64(), bytes));
        before = now;
        true
    })?;
    Ok(out)
}
