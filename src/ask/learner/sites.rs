//! The places of a formula down to the names of the program, and the formula with one of them changed.

use super::chain::is_name;
use crate::graph::{Graph, NodeId, Role};
use crate::lower::Compiled;
use rustc_hash::{FxHashMap, FxHashSet};

/// A place: a node below another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// What it is an argument of, and which one; none for the whole.
    pub edge: Option<(NodeId, usize)>,
    pub node: NodeId,
    /// The learner's name in whose definition it stands.
    pub within: Option<NodeId>,
}

/// The places of a formula.
pub(super) struct Sites {
    root: NodeId,
    /// From the deepest to the whole.
    pub all: Vec<Site>,
    /// All nodes above the program's names, in order.
    order: Vec<NodeId>,
}

impl Sites {
    /// Looks into calls and into the learner's own names (`opened`), and no deeper.
    pub fn of(compiled: &Compiled, root: NodeId, opened: &FxHashSet<NodeId>) -> Sites {
        let graph = &compiled.graph;
        let mut seen = FxHashSet::default();
        let mut all = vec![Site { edge: None, node: root, within: None }];
        let mut order = vec![];
        let mut stack = vec![(root, None)];
        while let Some((id, within)) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            order.push(id);
            let node = graph.node(id);
            let named = is_name(compiled, id).is_some();
            if named && !opened.contains(&id) {
                continue;
            }
            let within = if named && id != root { Some(id) } else { within };
            for (i, arg) in node.args.iter().enumerate() {
                all.push(Site { edge: Some((id, i)), node: *arg, within });
                stack.push((*arg, within));
            }
        }
        order.sort_unstable();
        all.sort_by_key(|site| (site.edge.is_none(), site.node));
        Sites { root, all, order }
    }

    /// The whole with one place changed.
    pub fn with(&self, graph: &mut Graph, site: &Site, new: NodeId) -> Option<NodeId> {
        let Some(edge) = site.edge else { return Some(new) };
        let mut changed: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        for id in &self.order[self.order.partition_point(|id| *id < edge.0)..] {
            let node = graph.node(*id);
            let mut args = node.args.clone();
            let mut touched = false;
            for (i, arg) in args.iter_mut().enumerate() {
                let other = if (*id, i) == edge { Some(new) } else { changed.get(arg).copied() };
                if let Some(other) = other {
                    *arg = other;
                    touched = true;
                }
            }
            if !touched {
                continue;
            }
            let made = match node.op.def.role {
                Role::Def => args[0],
                _ => {
                    let (def, attrs) = (node.op.def, node.op.attrs.clone());
                    graph.add(def, attrs, &args).ok()?
                }
            };
            changed.insert(*id, made);
        }
        changed.get(&self.root).copied()
    }
}
