//! Values that stay from one question to the next, and the scratch lists of the plans.

use super::value::Value;
use crate::graph::NodeId;
use crate::tensor::{DType, Precision, Tensor};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Values of nodes, up to a budget. One cache belongs to one graph and one set of slots, binding and precision.
#[derive(Debug, Default)]
pub struct Cache {
    budget: u64,
    used: u64,
    /// The values by the place of their node, once they are many; of few of a long graph a table takes what they are worth.
    values: Vec<Value>,
    few: FxHashMap<NodeId, Value>,
    marks: Vec<Mark>,
    epoch: u32,
}

/// Where a node stands in the plan of one epoch.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    epoch: u32,
    position: u32,
}

/// Values are few while a graph has so many times as many nodes.
const FEW: usize = 16;

/// The position of a node that is not yet placed.
pub(super) const OPEN: u32 = u32::MAX;

impl Cache {
    /// A cache that keeps up to `budget` bytes.
    pub fn new(budget: u64) -> Cache {
        Cache { budget, ..Cache::default() }
    }

    /// Forgets all values: slots, binding or precision have changed.
    pub fn clear(&mut self) {
        self.values.clear();
        self.few.clear();
        self.used = 0;
    }

    /// Takes in the value of a node that is known already, as far as there is room.
    pub fn know(&mut self, node: NodeId, value: &Arc<Tensor>, dtype: DType, precision: Precision) {
        let bytes = 8 * value.len() as u64;
        if self.has_room(u128::from(bytes))
            && let Ok(value) = Value::from_tensor(value, dtype, precision)
        {
            self.put(node, &value, bytes);
        }
    }

    /// Is the value of a node there?
    pub fn has(&self, node: NodeId) -> bool {
        self.get(node).is_some()
    }

    /// The bytes that it holds.
    pub fn bytes(&self) -> u64 {
        self.used
    }

    /// Does so much more fit?
    pub(super) fn has_room(&self, more: u128) -> bool {
        u128::from(self.used) + more <= u128::from(self.budget)
    }

    pub(super) fn get(&self, node: NodeId) -> Option<&Value> {
        let value = if self.values.is_empty() { self.few.get(&node) } else { self.values.get(node.index()) };
        value.filter(|value| !matches!(value, Value::Empty))
    }

    pub(super) fn put(&mut self, node: NodeId, value: &Value, bytes: u64) {
        let place = if self.is_few(node) {
            self.few.entry(node).or_insert(Value::Empty)
        } else {
            self.spread(node.index() + 1);
            &mut self.values[node.index()]
        };
        if matches!(place, Value::Empty) {
            *place = value.clone();
            self.used += bytes;
        }
    }

    /// Are there few values for so long a graph?
    fn is_few(&self, node: NodeId) -> bool {
        self.values.is_empty() && FEW * (self.few.len() + 1) < self.marks.len().max(node.index())
    }

    /// The values by the places of their nodes, with room for so many.
    fn spread(&mut self, count: usize) {
        if self.values.len() < count {
            // Room for the whole graph at once, of which what is not reached is never touched.
            self.values.reserve(self.marks.len().saturating_sub(self.values.len()));
            self.values.resize(count, Value::Empty);
        }
        if self.few.is_empty() {
            return;
        }
        let mut few: Vec<(NodeId, Value)> = self.few.drain().collect();
        few.sort_unstable_by_key(|(node, _)| *node);
        let last = few.last().map_or(0, |(node, _)| node.index() + 1);
        self.values.resize(self.values.len().max(last), Value::Empty);
        for (node, value) in few {
            self.values[node.index()] = value;
        }
    }

    /// New marks for a graph of so many nodes: none is set.
    pub(super) fn start(&mut self, nodes: usize) {
        if self.epoch == u32::MAX {
            self.marks.clear();
            self.epoch = 0;
        }
        self.epoch += 1;
        if self.marks.len() < nodes {
            self.marks.resize(nodes, Mark::default());
        }
    }

    /// The position of a node in this epoch: [`OPEN`] while its arguments are being placed.
    pub(super) fn position(&self, node: NodeId) -> Option<u32> {
        self.marks.get(node.index()).filter(|mark| mark.epoch == self.epoch).map(|mark| mark.position)
    }

    pub(super) fn mark(&mut self, node: NodeId, position: u32) {
        if let Some(mark) = self.marks.get_mut(node.index()) {
            *mark = Mark { epoch: self.epoch, position };
        }
    }
}
