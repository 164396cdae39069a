//! A map from nodes, dense: a pass over a million nodes hashes nothing, and what is not touched costs nothing.

use super::NodeId;

/// A number for each node, none at first. Untouched parts of it are never written, so a map made for one question about
/// a large graph is as cheap as what it touches.
#[derive(Clone, Debug, Default)]
pub struct NodeMap {
    /// The number plus one; 0 is none.
    slots: Vec<u32>,
}

impl NodeMap {
    /// A map for the nodes of a graph of this size; it grows with the graph.
    pub fn with_len(len: usize) -> NodeMap {
        NodeMap { slots: vec![0; len] }
    }

    /// The number of a node.
    pub fn get(&self, id: NodeId) -> Option<u32> {
        self.slots.get(id.index()).and_then(|slot| slot.checked_sub(1))
    }

    /// Has it one?
    pub fn contains(&self, id: NodeId) -> bool {
        self.slots.get(id.index()).is_some_and(|slot| *slot != 0)
    }

    /// Of a map from nodes to nodes: forgets the nodes from `len` on, and those that are mapped to one of them.
    pub fn forget(&mut self, len: usize) {
        self.slots.truncate(len);
        for slot in &mut self.slots {
            if *slot as usize > len {
                *slot = 0;
            }
        }
    }

    /// Gives a node its number.
    pub fn insert(&mut self, id: NodeId, value: u32) {
        if self.slots.len() <= id.index() {
            if self.slots.is_empty() {
                self.slots = vec![0; id.index() + 1];
            } else {
                self.slots.resize(id.index() + 1, 0);
            }
        }
        self.slots[id.index()] = value + 1;
    }
}
