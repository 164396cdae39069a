//! Where a number that is not finite was born.

use super::{Inputs, Trouble};
use crate::graph::{Graph, NodeId};

/// A node whose result is not finite although its arguments are.
#[derive(Clone, Debug, PartialEq)]
pub struct Birth {
    /// The node.
    pub node: NodeId,
    /// The entry of its result.
    pub entry: Vec<usize>,
    /// What it gave there.
    pub result: f64,
    /// What it was given there.
    pub operands: Vec<f64>,
}

/// To come.
pub fn birth(_: &Graph, _: NodeId, _: &Inputs) -> Result<Option<Birth>, Trouble> {
    Ok(None)
}
