//! Does a pattern stand at a node?

use crate::graph::{Attrs, Graph, NodeId, Role, Step, Template};
use crate::ops;

/// What the variables of a pattern stand for.
#[derive(Clone, Debug)]
pub(super) struct Found {
    vars: [Option<NodeId>; 52],
    /// The attributes (axes) of the operator in the pattern that has some.
    pub attrs: Attrs,
}

impl Found {
    /// The node of a variable; rules are checked to use only variables of their left side.
    pub fn var(&self, i: usize) -> NodeId {
        self.vars.get(i).copied().flatten().unwrap_or(NodeId(0))
    }
}

/// Could the rule fit? Looks one level deep, and makes nothing: most rules end here.
pub(super) fn could(graph: &Graph, pattern: &Template, node: NodeId) -> bool {
    let Some(Step::Apply(op, args)) = pattern.steps.last() else { return true };
    let found = &graph.node(node).args;
    if found.len() != args.len() {
        return false;
    }
    let one = |at: usize, id: NodeId| match &pattern.steps[at] {
        Step::Var(_) => true,
        Step::Number(value) => {
            let node = graph.node(id);
            node.op.def.role == Role::Number && node.op.attrs.number(0) == Some(*value)
        }
        Step::Apply(op, _) => graph.def(id) == op.def,
    };
    match (args.as_slice(), found.as_slice()) {
        ([a], [x]) => one(*a, *x),
        ([a, b], [x, y]) => (one(*a, *x) && one(*b, *y)) || (ops::commutes(op.def) && one(*a, *y) && one(*b, *x)),
        _ => true,
    }
}

/// As [`find`], for rules that are not sorted by their root.
pub(super) fn find_root(graph: &Graph, pattern: &Template, node: NodeId) -> Option<Found> {
    match pattern.steps.last() {
        Some(Step::Apply(op, _)) if graph.def(node) == op.def => find(graph, pattern, node),
        _ => None,
    }
}

/// Matches `pattern` at `node`.
pub(super) fn find(graph: &Graph, pattern: &Template, node: NodeId) -> Option<Found> {
    if !could(graph, pattern, node) {
        return None;
    }
    let mut found = Found { vars: [None; 52], attrs: Attrs::None };
    fits(graph, pattern, pattern.steps.len() - 1, node, &mut found).then_some(found)
}

/// Patterns are a few operators deep, so this recursion is bounded by the table.
fn fits(graph: &Graph, pattern: &Template, at: usize, id: NodeId, found: &mut Found) -> bool {
    let node = graph.node(id);
    match &pattern.steps[at] {
        Step::Var(i) => match found.vars[*i] {
            Some(bound) => bound == id,
            None => {
                found.vars[*i] = Some(id);
                true
            }
        },
        Step::Number(value) => node.op.def.role == Role::Number && node.op.attrs.number(0) == Some(*value),
        Step::Apply(op, args) => {
            if node.op.def != op.def || node.args.len() != args.len() {
                return false;
            }
            if node.op.attrs != Attrs::None {
                if found.attrs != Attrs::None && found.attrs != node.op.attrs {
                    return false;
                }
                found.attrs = node.op.attrs.clone();
            }
            let two = args.len() == 2 && ops::commutes(op.def);
            let before = two.then(|| found.clone());
            if args.iter().zip(&node.args).all(|(arg, id)| fits(graph, pattern, *arg, *id, found)) {
                return true;
            }
            if let ([a, b], [x, y], Some(before)) = (args.as_slice(), node.args.as_slice(), before) {
                *found = before;
                return fits(graph, pattern, *a, *y, found) && fits(graph, pattern, *b, *x, found);
            }
            false
        }
    }
}
