//! Values that stay from one question to the next, and the scratch lists of the plans.

use super::value::Value;
use crate::graph::NodeId;
use crate::tensor::{DType, Precision, Tensor};
use std::sync::Arc;

/// Values of nodes, up to a budget. One cache belongs to one graph and one set of slots, binding and precision.
#[derive(Debug, Default)]
pub struct Cache {
    budget: u64,
    used: u64,
    values: Vec<Value>,
    marks: Vec<Mark>,
    epoch: u32,
}

/// Where a node stands in the plan of one epoch.
#[derive(Clone, Copy, Debug, Default)]
struct Mark {
    epoch: u32,
    position: u32,
}

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
        self.values.get(node.index()).filter(|value| !matches!(value, Value::Empty))
    }

    pub(super) fn put(&mut self, node: NodeId, value: &Value, bytes: u64) {
        if self.values.len() <= node.index() {
            // Room for the whole graph at once, of which what is not reached is never touched.
            self.values.reserve(self.marks.len().saturating_sub(self.values.len()));
            self.values.resize(node.index() + 1, Value::Empty);
        }
        if let Some(place) = self.values.get_mut(node.index())
            && matches!(place, Value::Empty)
        {
            *place = value.clone();
            self.used += bytes;
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
