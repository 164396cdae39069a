//! Derivatives through many steps: as the product of local slopes where every path leads through the same names, and in
//! parts, `dJ/dx2 = dJ/dx3*(1 - x2)`, where one text would grow without bound.

use super::super::{Cx, slope_name};
use crate::diff::{self, Slope};
use crate::formula::{self, Formula};
use crate::graph::{DefId, NodeId, Type};
use crate::lower::{self, DefKind};
use crate::ops::{self, build};
use crate::simplify::Opener;
use crate::source::Span;
use crate::tensor::DType;
use rustc_hash::{FxHashMap, FxHashSet};

/// A derivative whose text, written out, would have more nodes is not looked for as a whole.
const WRITTEN_OUT: f64 = 3000.0;

/// No more steps are multiplied, or told in parts.
const STEPS: usize = 400;

/// The way from what is differentiated to what it is differentiated by.
pub(super) struct Way {
    of: NodeId,
    /// The names on it, from `by` to `of`.
    names: Vec<NodeId>,
    /// Of each the names on the way that its equation says, and how often.
    says: Vec<Vec<(usize, usize)>>,
}

/// A part of a derivative: its name, its formula.
pub(super) struct Part {
    pub name: String,
    pub formula: Formula,
}

/// Where the text of a formula ends: at the names of the program, and what they are evaluated as.
pub(super) struct Ends(FxHashSet<NodeId>);

impl Ends {
    pub fn new(cx: &mut Cx) -> Ends {
        let compiled = &mut *cx.eval.compiled;
        let names: Vec<NodeId> =
            compiled.defs.iter().filter(|def| def.kind != DefKind::Local).map(|def| def.node).collect();
        let mut ends: FxHashSet<NodeId> = FxHashSet::default();
        for name in names {
            ends.insert(name);
            ends.insert(compiled.openers.plain.open(&mut compiled.graph, name));
        }
        Ends(ends)
    }

    /// Would the text of a node, written out, be endless?
    pub fn is_endless(&self, cx: &Cx, node: NodeId) -> bool {
        let graph = &cx.eval.compiled.graph;
        let mut size: FxHashMap<NodeId, f64> = FxHashMap::default();
        let mut order = graph.reach(&[node]);
        order.sort_unstable();
        for id in order {
            let below: f64 = match self.0.contains(&id) && id != node {
                true => 0.0,
                false => graph.node(id).args.iter().filter_map(|arg| size.get(arg)).sum(),
            };
            size.insert(id, 1.0 + below);
        }
        size.get(&node).is_some_and(|size| *size > WRITTEN_OUT)
    }
}

impl Way {
    /// `None` where they are not two names, or too many lie between them.
    pub fn new(cx: &Cx, of: NodeId, by: NodeId) -> Option<Way> {
        let compiled = &*cx.eval.compiled;
        let graph = &compiled.graph;
        let named = |id: NodeId| {
            let def = compiled.def_of(id)?;
            let kind = compiled.defs.get(def.index())?.kind;
            (kind != DefKind::Local || compiled.insides.contains_key(&def)).then_some(id)
        };
        named(of)?;
        named(by)?;
        let mut moving: FxHashSet<NodeId> = FxHashSet::from_iter([by]);
        let mut names = vec![by];
        let mut order = graph.reach_above(&[of], by);
        order.sort_unstable();
        for id in order {
            if id != by && graph.node(id).args.iter().any(|arg| moving.contains(arg)) {
                moving.insert(id);
                names.extend(named(id));
            }
        }
        if names.last() != Some(&of) || names.len() < 3 || names.len() > STEPS {
            return None;
        }
        let place: FxHashMap<NodeId, usize> = names.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        let mut says = vec![vec![]; names.len()];
        for (i, name) in names.iter().enumerate().skip(1) {
            let mut found: FxHashMap<usize, usize> = FxHashMap::default();
            let mut seen = FxHashSet::default();
            let mut stack: Vec<NodeId> = graph.node(*name).args.to_vec();
            while let Some(id) = stack.pop() {
                if let Some(at) = place.get(&id) {
                    *found.entry(*at).or_default() += 1;
                } else if moving.contains(&id) && seen.insert(id) {
                    stack.extend(graph.node(id).args.iter().copied());
                }
            }
            says[i] = found.into_iter().collect();
            says[i].sort_unstable();
        }
        Some(Way { of, names, says })
    }

    /// The names that every path leads through, from `by` to `of`.
    fn cuts(&self) -> Vec<usize> {
        // No step leads over them.
        let mut furthest = vec![0; self.names.len()];
        for (user, says) in self.says.iter().enumerate() {
            for (at, _) in says {
                furthest[*at] = furthest[*at].max(user);
            }
        }
        let mut reach = 0;
        let mut out = vec![];
        for (i, far) in furthest.iter().enumerate() {
            if reach <= i {
                out.push(i);
            }
            reach = reach.max(*far);
        }
        out
    }

    /// The product of the local slopes: of scalars, or of the Jacobians of vectors.
    pub fn product(&self, cx: &mut Cx, ends: &Ends, asked: Span) -> Option<Formula> {
        let graph = &cx.eval.compiled.graph;
        let cuts = self.cuts();
        let rank = graph.shape(self.of).rank();
        if cuts.len() < 3 || rank > 1 || cuts.iter().any(|cut| graph.shape(self.names[*cut]).rank() != rank) {
            return None;
        }
        let mut factors = vec![];
        for pair in cuts.windows(2).rev() {
            let (by, of) = (self.names[pair[0]], self.names[pair[1]]);
            let compiled = &mut *cx.eval.compiled;
            let found = lower::derive(&mut compiled.graph, &mut compiled.openers, of, &[by]).ok()?;
            let factor = found.into_iter().next()?.node;
            if ends.is_endless(cx, factor) {
                return None;
            }
            factors.push(factor);
        }
        formula::product(cx.eval.compiled, &factors, self.of, asked)
    }

    /// The derivative in parts: the whole over the derivatives by the names on the way, and these, the last first.
    /// As a node, the whole with all parts put in.
    pub fn parts(&self, cx: &mut Cx, asked: Span) -> Option<(Vec<Part>, NodeId)> {
        let compiled = &mut *cx.eval.compiled;
        if !compiled.graph.shape(self.of).is_scalar() {
            return None;
        }
        // Where texts would double: a name that is said more than once, and one that says more than one.
        let mut users = vec![0; self.names.len()];
        for (at, count) in self.says.iter().flatten() {
            users[*at] += count;
        }
        let last = self.names.len() - 1;
        let kept: Vec<usize> = (0..=last)
            .filter(|i| {
                let said: usize = self.says[*i].iter().map(|(_, count)| count).sum();
                *i == 0 || *i == last || users[*i] > 1 || said > 1
            })
            .collect();
        let nodes: Vec<NodeId> = kept.iter().map(|i| self.names[*i]).collect();
        if nodes.iter().any(|id| compiled.graph.node(*id).dtype != DType::Real) {
            return None;
        }
        let stand_ins: Vec<NodeId> = nodes
            .iter()
            .map(|id| compiled.graph.ty(*id))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|ty| ops::stand_in(&mut compiled.graph, ty).1)
            .collect();
        let mut opener = Opener::replacing(nodes.iter().copied().zip(stand_ins.iter().copied()));
        let of_name = name_of(cx, self.of)?;
        let compiled = &mut *cx.eval.compiled;
        let mut named: Vec<(NodeId, String)> = vec![];
        let mut values: Vec<(NodeId, NodeId)> = vec![];
        for i in 0..compiled.defs.len() {
            let def = &compiled.defs[i];
            let later = def.span.source == asked.source && def.span.start > asked.start;
            let inside = compiled.insides.get(&DefId(i as u32)).cloned();
            if (def.kind == DefKind::Local && inside.is_none()) || later || def.node == self.of {
                continue;
            }
            let (node, name) = (def.node, inside.unwrap_or_else(|| def.name.clone()).to_string());
            if let Some(at) = nodes.iter().position(|id| *id == node) {
                named.push((stand_ins[at], name));
                continue;
            }
            named.push((node, name));
            let opened = opener.open(&mut compiled.graph, node);
            if opened != node && !compiled.graph.node(opened).args.is_empty() {
                values.push((opened, node));
            }
        }
        // What flows back into each, over stand-ins for what flows into those that use it.
        let mut seeds: Vec<NodeId> = vec![];
        for id in &nodes {
            let shape = compiled.graph.shape(*id).clone();
            seeds.push(ops::stand_in(&mut compiled.graph, Type::real(shape)).1);
        }
        let end = nodes.len() - 1;
        seeds[end] = ops::number(&mut compiled.graph, 1.0);
        let mut shares: Vec<Option<NodeId>> = vec![None; nodes.len()];
        for user in (1..nodes.len()).rev() {
            let inner = compiled.graph.node(nodes[user]).args.first().copied()?;
            let root = opener.open(&mut compiled.graph, inner);
            let slopes = diff::reverse(&mut compiled.graph, root, seeds[user], &stand_ins[..user]).ok()?;
            for (place, slope) in slopes.into_iter().enumerate() {
                if let Slope::Node(share) = slope {
                    shares[place] = Some(match shares[place] {
                        None => share,
                        Some(before) => build::add(&mut compiled.graph, before, share).ok()?,
                    });
                }
            }
        }
        for (i, id) in nodes.iter().enumerate().skip(1).take(end.saturating_sub(1)) {
            let name = name_of(cx, *id)?;
            named.push((seeds[i], slope_name(&of_name, &name)));
        }
        let mut out = vec![];
        let mut whole: Vec<(NodeId, NodeId)> = stand_ins.iter().copied().zip(nodes.iter().copied()).collect();
        for i in (0..end).rev() {
            let share = shares[i]?;
            let formula = formula::over(cx.eval.compiled, share, &named, &values);
            let name = slope_name(&of_name, &name_of(cx, nodes[i])?);
            let mut filled = Opener::replacing(whole.iter().copied());
            let node = filled.open(&mut cx.eval.compiled.graph, formula.node);
            whole.push((seeds[i], node));
            out.push(Part { name, formula });
        }
        let node = whole.last().map(|(_, node)| *node)?;
        out.rotate_right(1);
        Some((out, node))
    }
}

fn name_of(cx: &Cx, id: NodeId) -> Option<String> {
    let compiled = &*cx.eval.compiled;
    let def = compiled.def_of(id)?;
    Some(compiled.insides.get(&def).unwrap_or(&compiled.def(def).name).to_string())
}
