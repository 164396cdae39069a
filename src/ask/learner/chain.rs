//! What a learner's formula may be made of: the names and slopes between a goal and what it is differentiated by.

use crate::graph::{Attrs, Bend, DefId, Diff, Form, Graph, Kernel, NodeId, OpDef, Role, form};
use crate::lower::{self, Compiled, DefKind};
use crate::notation;
use crate::ops::{self, build};
use crate::shape::Dim;
use crate::source::Span;
use crate::tensor::DType;
use rustc_hash::FxHashSet;

/// No more names are looked at than this, nor numbers of examples.
const NAMES: usize = 48;
const COUNTS: usize = 6;

/// The slope of a name by one that its equation says, entry by entry.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slope {
    pub of: NodeId,
    pub by: NodeId,
    pub node: NodeId,
    /// The function that the equation applies, where it is one alone.
    pub function: Option<&'static OpDef>,
}

/// What stands between a goal and a name.
#[derive(Debug, Default)]
pub(super) struct Chain {
    pub goal: Option<NodeId>,
    /// What it is differentiated by.
    pub by: NodeId,
    /// The names that the question knows, real, in the order of the program.
    pub names: Vec<NodeId>,
    /// Those on the way from the goal to what it is differentiated by.
    pub path: Vec<NodeId>,
    pub slopes: Vec<Slope>,
    /// Slopes of other functions where the program has one: the function, the slope, and which of `slopes` is right.
    pub others: Vec<(&'static OpDef, NodeId, usize)>,
    /// Numbers of examples and other scalars that a formula is divided or multiplied by.
    pub counts: Vec<NodeId>,
    /// Matrices that flow back.
    pub weights: Vec<NodeId>,
    /// Slopes of the goal's terms, each with its term.
    pub terms: Vec<(NodeId, NodeId)>,
    /// Functions of one number that a layer may apply.
    pub functions: Vec<&'static OpDef>,
    /// The names that the goal is made of.
    pub own: FxHashSet<NodeId>,
}

/// Is it a name that a person reads: no parameter of a function that was called?
pub(super) fn is_name(compiled: &Compiled, id: NodeId) -> Option<DefId> {
    let def = compiled.def_of(id)?;
    let found = compiled.defs.get(def.index())?;
    (found.kind != DefKind::Local || compiled.insides.contains_key(&def)).then_some(def)
}

impl Chain {
    /// Of a derivative that a question names; without one only the names are known.
    pub fn new(compiled: &mut Compiled, derived: Option<(NodeId, NodeId)>, asked: Span) -> Chain {
        let mut chain = Chain { goal: derived.map(|(goal, _)| goal), ..Chain::default() };
        for (i, def) in compiled.defs.iter().enumerate() {
            let later = def.span.source == asked.source && def.span.start > asked.start;
            let real = compiled.graph.node(def.node).dtype == DType::Real;
            let named = def.kind != DefKind::Local || compiled.insides.contains_key(&DefId(i as u32));
            if named && real && !later {
                chain.names.push(def.node);
            }
        }
        chain.names.truncate(NAMES);
        chain.functions = ops::ALL
            .iter()
            .copied()
            .filter(|op| !matches!(op.bends, Bend::None) && matches!(op.kernel, Kernel::Map(_)))
            .collect();
        let Some((goal, by)) = derived else { return chain };
        chain.by = by;
        chain.own = compiled.graph.reach(&[goal]).into_iter().collect();
        let mut moving: FxHashSet<NodeId> = FxHashSet::from_iter([by]);
        for id in compiled.graph.reach_above(&[goal], by) {
            if compiled.graph.node(id).args.iter().any(|arg| moving.contains(arg)) {
                moving.insert(id);
            }
        }
        chain.path =
            chain.names.iter().copied().filter(|id| (*id == goal || *id != by) && moving.contains(id)).collect();
        chain.weights = chain
            .names
            .iter()
            .copied()
            .filter(|id| chain.own.contains(id) && compiled.graph.shape(*id).rank() == 2)
            .filter(|id| {
                let def = compiled.def_of(*id).map(|def| compiled.def(def).kind);
                matches!(def, Some(DefKind::Param | DefKind::Leaf))
            })
            .collect();
        chain.find_slopes(compiled, by);
        chain.find_counts(compiled, goal);
        chain.find_terms(compiled, goal, by);
        chain
    }

    /// The slopes of the names on the way, and those of other functions in their place.
    fn find_slopes(&mut self, compiled: &mut Compiled, by: NodeId) {
        for of in self.path.clone() {
            let value = value(&compiled.graph, of);
            let among: Vec<NodeId> =
                said(compiled, of).into_iter().filter(|id| *id == by || self.path.contains(id)).collect();
            for name in among {
                let (graph, openers) = (&mut compiled.graph, &mut compiled.openers);
                let scalars = graph.shape(of).is_scalar() && graph.shape(name).is_scalar();
                let found = match scalars {
                    true => {
                        lower::derive(graph, openers, of, &[name]).ok().and_then(|mut all| all.pop()).map(|d| d.node)
                    }
                    false => lower::entry_by_entry(graph, openers, of, name),
                };
                let Some(node) = found.filter(|node| !is_constant(graph, *node)) else { continue };
                let op = compiled.graph.def(value);
                let alone = compiled.graph.node(value).args.as_slice() == [name] && matches!(op.kernel, Kernel::Map(_));
                let function = alone.then_some(op);
                let right = self.slopes.len();
                self.slopes.push(Slope { of, by: name, node, function });
                if function.is_none() {
                    continue;
                }
                for other in self.functions.iter().filter(|other| **other != op) {
                    // By the name of the result, and by what the function is of.
                    let Diff::Slopes([text]) = other.diff else { continue };
                    let Some(template) = notation::slope(other, 0, text) else { continue };
                    let result = compiled.graph.add(other, Attrs::None, &[name]);
                    for y in [Some(of), result.ok()].into_iter().flatten() {
                        if let Ok(node) = notation::instantiate(&mut compiled.graph, template, &[name, y]) {
                            self.others.push((other, node, right));
                        }
                    }
                }
            }
        }
    }

    /// Sizes of axes, and the program's own scalars.
    fn find_counts(&mut self, compiled: &mut Compiled, goal: NodeId) {
        let graph = &mut compiled.graph;
        let mut dims: Vec<Dim> = vec![];
        let mut means = vec![];
        for id in graph.reach(&[goal]) {
            for dim in graph.shape(id).iter().filter(|dim| counts(dim)) {
                if dims.iter().all(|other| !graph.dims.is_same(other, dim)) {
                    dims.push(dim.clone());
                }
            }
            if let Form::Mean(x) = form(graph, id)
                && graph.shape(x).rank() == 2
            {
                means.push(x);
            }
        }
        // Names first: they count examples.
        dims.sort_by_key(|dim| matches!(dim, Dim::Num(_)));
        for dim in dims.into_iter().take(COUNTS) {
            let count = build::dim(graph, dim);
            self.counts.push(count);
        }
        for x in means.into_iter().take(1) {
            self.counts.extend(build::count(graph, x, None));
        }
        let scalars = self.names.iter().filter(|id| self.own.contains(id) && graph.def(**id).role == Role::Slot);
        let scalars: Vec<NodeId> = scalars.copied().filter(|id| graph.shape(*id).is_scalar()).collect();
        self.counts.extend(scalars.into_iter().take(COUNTS));
    }

    /// The slopes of the terms that a goal is the sum of.
    fn find_terms(&mut self, compiled: &mut Compiled, goal: NodeId, by: NodeId) {
        let mut terms = vec![];
        let mut stack = vec![(goal, false)];
        while let Some((id, minus)) = stack.pop() {
            match form(&compiled.graph, id) {
                Form::Add(a, b) => stack.extend([(a, minus), (b, minus)]),
                Form::Sub(a, b) => stack.extend([(a, minus), (b, !minus)]),
                Form::Neg(x) => stack.push((x, !minus)),
                Form::Same(x) => stack.push((x, minus)),
                _ => terms.push((id, minus)),
            }
        }
        if terms.len() < 2 || terms.len() > NAMES {
            return;
        }
        for (term, minus) in terms {
            if !compiled.graph.reach_above(&[term], by).contains(&by) {
                continue;
            }
            let found = lower::derive(&mut compiled.graph, &mut compiled.openers, term, &[by]);
            for slope in found.into_iter().flatten().map(|derived| derived.node) {
                let signed = if minus { build::neg(&mut compiled.graph, slope).ok() } else { Some(slope) };
                self.terms.extend(signed.map(|slope| (slope, term)));
            }
        }
    }

    /// Does a factor broadcast with a node and leave its shape?
    pub fn fits(graph: &Graph, factor: NodeId, id: NodeId) -> bool {
        let (small, large) = (graph.shape(factor), graph.shape(id));
        let same = |a: &Dim, b: &Dim| graph.dims.is_same(a, b) || graph.dims.known(a) == Some(1);
        small.rank() <= large.rank() && small.iter().rev().zip(large.iter().rev()).all(|(a, b)| same(a, b))
    }
}

/// A number, in every entry.
fn is_constant(graph: &Graph, id: NodeId) -> bool {
    match form(graph, id) {
        Form::Broadcast(x) | Form::Same(x) => is_constant(graph, x),
        form => matches!(form, Form::Number(_)),
    }
}

/// Is a dimension more than 1, or a name?
pub(super) fn counts(dim: &Dim) -> bool {
    !matches!(dim, Dim::Num(0 | 1))
}

/// What a name stands for.
pub(super) fn value(graph: &Graph, mut id: NodeId) -> NodeId {
    while graph.def(id).role == Role::Def {
        id = graph.node(id).args[0];
    }
    id
}

/// The names that the equation of a name says.
fn said(compiled: &Compiled, of: NodeId) -> Vec<NodeId> {
    let mut out = vec![];
    let mut seen = FxHashSet::default();
    let mut stack: Vec<NodeId> = compiled.graph.node(of).args.to_vec();
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        match is_name(compiled, id) {
            Some(_) => out.push(id),
            None => stack.extend(compiled.graph.node(id).args.iter().copied()),
        }
    }
    out.sort_unstable();
    out
}
