//! A derivative through recurrences, as the equations of the way back: `dh[t] = … dh[t+1] …`, and of what is the same in every
//! step the sum over the steps.

mod entry;
mod step;

use super::Cx;
use crate::diff::{self, Slope};
use crate::formula;
use crate::graph::{NodeId, Role, Type};
use crate::lower::{Compiled, DefKind, Recurrent};
use crate::ops::{self, build};
use crate::simplify::Opener;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use step::Step;

/// The equations of a derivative.
pub(super) struct Equations {
    /// What stands behind the name: `[t]` where the answer is one entry of it.
    pub index: String,
    /// The answer.
    pub formula: String,
    /// What it stands on, each on those before it.
    pub lines: Vec<String>,
    /// What the names mean that the program does not have.
    pub means: Vec<String>,
    /// What is beyond the steps.
    pub notes: Vec<String>,
}

/// The derivative of a scalar by what recurrences are made of; `None` where there is no recurrence on the way, or no formula
/// that is exactly it.
pub(super) fn equations(cx: &mut Cx, of: NodeId, by: NodeId, (goal, span): (&str, Span)) -> Option<Equations> {
    let compiled = &mut *cx.eval.compiled;
    if compiled.recurrences.is_empty() || !compiled.graph.shape(of).is_scalar() {
        return None;
    }
    let moving = moving(compiled, of, by);
    let is_met = |told: &Recurrent| {
        let nodes = || told.names.iter().map(|name| compiled.def(name.def).node);
        nodes().any(|node| moving.contains(&node)) && nodes().all(|node| node != by)
    };
    let mut met: Vec<Recurrent> = compiled.recurrences.iter().filter(|told| is_met(told)).cloned().collect();
    met.sort_by_key(|told| told.names.first().map(|name| compiled.def(name.def).node));
    if met.is_empty() || met.iter().any(|told| told.names.iter().all(|name| name.before.is_none())) {
        return None;
    }
    let mut way = Way::new(compiled, of, by, &met)?;
    let mut lines = vec![];
    let mut taken: Vec<String> = vec![];
    for told in met.iter().rev() {
        let step = Step::new(cx, told, &mut taken, span)?;
        way.through(cx, told, step, (goal, span), &moving, &mut lines)?;
    }
    way.answer(cx, span, lines)
}

/// A derivative whose formula would be long, told by the names on the way.
pub(super) fn long(cx: &mut Cx, of: NodeId, by: NodeId, span: Span) -> Option<Equations> {
    let compiled = &*cx.eval.compiled;
    if !compiled.graph.shape(of).is_scalar() {
        return None;
    }
    let moving = moving(compiled, of, by);
    let mut step = Step::flat(cx, of, by, &moving, span)?;
    let (lines, formula) = step.back_from_goal(cx, by, span)?;
    let texts: Vec<String> = lines.iter().chain([&formula]).cloned().collect();
    let means = step.means(cx, &texts, span)?;
    Some(Equations { index: String::new(), formula, lines, means, notes: vec![] })
}

/// What a recurrence says of itself where it is no equation of the program: the words of its layer.
pub(super) fn layer_of(compiled: &Compiled, sources: &crate::source::Sources, id: NodeId) -> Option<String> {
    let floor =
        compiled.recurrences.iter().flat_map(|told| &told.names).map(|name| compiled.def(name.def).node).min()?;
    let is_loop = |id: &NodeId| {
        let of = |name: &crate::lower::RecurrentName| compiled.def(name.def).node == *id;
        compiled.recurrences.iter().any(|told| told.names.iter().any(of))
    };
    // Below what else has a name it is another's.
    let own = |root: NodeId| {
        let (mut stack, mut found) = (vec![root], vec![]);
        while let Some(at) = stack.pop() {
            if is_loop(&at) {
                found.push(at);
            } else if at >= floor && (at == root || visible(compiled, at).is_none()) {
                stack.extend(compiled.graph.node(at).args.iter().copied());
            }
        }
        found
    };
    let loops = own(id);
    let layer = compiled.layers.iter().find(|layer| own(layer.output).iter().any(|at| loops.contains(at)))?;
    let words = sources.text(layer.word.to(layer.units));
    Some(words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The nodes between `by` and `of` that depend on it, and it.
fn moving(compiled: &Compiled, of: NodeId, by: NodeId) -> FxHashSet<NodeId> {
    let mut moving = FxHashSet::default();
    moving.insert(by);
    for id in compiled.graph.reach_above(&[of], by) {
        if compiled.graph.node(id).args.iter().any(|arg| moving.contains(arg)) {
            moving.insert(id);
        }
    }
    moving
}

/// A node by the name that the program gives it; of what layers call otherwise inside, none.
fn visible(compiled: &Compiled, id: NodeId) -> Option<&str> {
    let node = compiled.graph.node(id);
    if !matches!(node.op.def.role, Role::Def | Role::Slot) {
        return None;
    }
    let def = node.op.attrs.def(0)?;
    let named = compiled.defs.get(def.index())?;
    let name: &str = compiled.insides.get(&def).map_or(&named.name, |inside| inside);
    (named.kind != DefKind::Local || compiled.insides.contains_key(&def)).then_some(name)
}

/// `name[:, t]`
fn indexed(name: &str, axis: usize, index: &str) -> String {
    // Where there are no steps, the name.
    if index.is_empty() {
        return name.to_string();
    }
    format!("{name}[{}{index}]", ":, ".repeat(axis))
}

/// Added up.
fn summed(parts: &[String]) -> String {
    let mut out = String::new();
    for part in parts {
        match (out.is_empty(), part.strip_prefix('-')) {
            (true, _) => out.push_str(part),
            (false, Some(less)) => {
                out.push_str(" - ");
                out.push_str(less);
            }
            (false, None) => {
                out.push_str(" + ");
                out.push_str(part);
            }
        }
    }
    out
}

/// What flows to a place: added up, one by one.
#[derive(Default)]
struct Flow(Option<NodeId>);

impl Flow {
    fn add(&mut self, graph: &mut crate::graph::Graph, share: NodeId) -> Option<()> {
        self.0 = Some(match self.0 {
            None => share,
            Some(before) => build::add(graph, before, share).ok()?,
        });
        Some(())
    }
}

/// The way back between the recurrences: the derivatives by all their steps, and by what is asked.
struct Way {
    /// What is asked, and what stands for it.
    by: (NodeId, NodeId),
    opener: Opener,
    /// What stands for all steps of a name, or of each of its parts.
    places: FxHashMap<NodeId, Vec<NodeId>>,
    flows: FxHashMap<NodeId, Flow>,
    /// The names of what stands for something as a whole.
    named: Vec<(NodeId, String)>,
    /// What recurrences are made of: what stands for the derivative by it, and its formula.
    told: Vec<(NodeId, NodeId, String)>,
    notes: Vec<String>,
    means: Vec<String>,
    /// Where the whole answer is one entry of a derivative: what stands for that, its index and formula.
    entry: Option<(NodeId, String, String)>,
}

impl Way {
    fn new(compiled: &mut Compiled, of: NodeId, by: NodeId, met: &[Recurrent]) -> Option<Way> {
        let (mut pairs, mut places, mut named) = (vec![], FxHashMap::default(), vec![]);
        for name in met.iter().flat_map(|told| &told.names) {
            let node = compiled.def(name.def).node;
            let parts = step::split(compiled, name).map(|parts| parts.len());
            let graph = &mut compiled.graph;
            let mut ty = graph.ty(node);
            if parts.is_some() {
                ty.shape = ty.shape.without(0);
            }
            let slots: Vec<NodeId> = (0..parts.unwrap_or(1)).map(|_| ops::stand_in(graph, ty.clone()).1).collect();
            let whole = if parts.is_some() { build::stack(graph, &slots, 0).ok()? } else { slots[0] };
            pairs.push((node, whole));
            for (part, slot) in slots.iter().enumerate() {
                let own = if parts.is_some() { step::part_name(compiled, name.def, part) } else { None };
                let own = own.unwrap_or_else(|| step::name_of(compiled, name.def));
                named.push((*slot, own));
            }
            places.insert(node, slots);
        }
        let mut free = by;
        if compiled.graph.def(by).role != Role::Slot {
            let ty = compiled.graph.ty(by);
            free = ops::stand_in(&mut compiled.graph, ty).1;
            named.push((free, visible(compiled, by)?.to_string()));
        }
        pairs.push((by, free));
        let opener = Opener::replacing(pairs);
        let mut way = Way {
            by: (by, free),
            opener,
            places,
            flows: FxHashMap::default(),
            named,
            told: vec![],
            notes: vec![],
            means: vec![],
            entry: None,
        };
        let one = ops::number(&mut compiled.graph, 1.0);
        way.back(compiled, of, one)?;
        Some(way)
    }

    /// What `seed`, the derivative by `root`, gives the places.
    fn back(&mut self, compiled: &mut Compiled, root: NodeId, seed: NodeId) -> Option<()> {
        let opened = self.opener.open(&mut compiled.graph, root);
        let opened = formula::all_tidied(&mut compiled.graph, opened);
        let graph = &mut compiled.graph;
        let mut by: Vec<NodeId> = self.places.values().flatten().copied().chain([self.by.1]).collect();
        by.sort_unstable();
        let slopes = diff::reverse(graph, opened, seed, &by).ok()?;
        for (slope, free) in slopes.into_iter().zip(by) {
            if let Slope::Node(node) = slope {
                self.flows.entry(free).or_default().add(graph, node)?;
            }
        }
        Some(())
    }

    /// Through one recurrence, from the derivatives by its names to those by what it is made of.
    fn through(
        &mut self,
        cx: &mut Cx,
        told: &Recurrent,
        mut step: Step,
        (goal, span): (&str, Span),
        moving: &FxHashSet<NodeId>,
        lines: &mut Vec<String>,
    ) -> Option<()> {
        for (id, name) in &self.named {
            step.called(*id, name.clone());
        }
        let mut sources = vec![];
        for (i, name) in told.names.iter().enumerate() {
            let node = cx.eval.compiled.def(name.def).node;
            for (part, slot) in self.places.get(&node)?.iter().enumerate() {
                step.whole(*slot, (i, part));
                if let Some(flow) = self.flows.get(slot).and_then(|flow| flow.0) {
                    sources.push(((i, part), flow));
                }
            }
        }
        for (place, flow) in sources {
            if let Some((whole, name)) = step.seeded(cx, place, flow, goal)? {
                let found = formula::over(cx.eval.compiled, whole, &self.named, &[]);
                cx.eval.compare(whole, found.node, &[], span).agree().then_some(())?;
                lines.push(format!("{name} = {}", found.text));
            }
        }
        let targets = step.targets(cx, moving);
        step.flow(cx, &targets)?;
        let own = step.lines(cx, span)?;
        lines.extend(own.iter().cloned());
        let mut said = own;
        for target in targets {
            let before = self.told.iter().position(|(whole, ..)| *whole == target.whole);
            let Some(found) = step.share(cx, &target, span)? else { continue };
            let ty = Type::real(cx.eval.compiled.graph.shape(target.whole).clone());
            let (_, stand_in) = ops::stand_in(&mut cx.eval.compiled.graph, ty);
            let own = visible(cx.eval.compiled, target.whole).unwrap_or(&target.text);
            let name = if found.index.is_none() { found.text.clone() } else { format!("d{own}") };
            said.push(found.text.clone());
            // What two recurrences take the entries of.
            if let (Some(at), Some(index)) = (before, &found.index) {
                let (_, stand_in, text) = &mut self.told[at];
                *text = summed(&[text.clone(), found.text]);
                let (stand_in, text) = (*stand_in, text.clone());
                if let Some((other, _, said)) = &mut self.entry
                    && *other == stand_in
                {
                    *said = text;
                } else {
                    let left = format!("{name}{index} = ");
                    lines.retain(|line| !line.starts_with(&left));
                    lines.push(format!("{left}{text}"));
                }
                continue;
            }
            self.named.push((stand_in, name.clone()));
            self.told.push((target.whole, stand_in, found.text.clone()));
            if let Some(index) = found.index {
                if self.by.0 == target.whole {
                    self.entry = Some((stand_in, index, found.text));
                } else {
                    lines.push(format!("{name}{index} = {}", found.text));
                }
            }
            self.back(cx.eval.compiled, target.whole, stand_in)?;
        }
        let means = step.means(cx, &said, span)?;
        said.extend(means.iter().cloned());
        self.means.extend(means);
        self.notes.extend(step.ends(&said));
        Some(())
    }

    fn answer(self, cx: &mut Cx, span: Span, mut lines: Vec<String>) -> Option<Equations> {
        let total = self.flows.get(&self.by.1)?.0?;
        if let Some((stand_in, index, text)) = &self.entry {
            if total == *stand_in {
                return Some(Equations {
                    index: index.clone(),
                    formula: text.clone(),
                    lines,
                    notes: self.notes,
                    means: self.means,
                });
            }
            let name = self.named.iter().find(|(id, _)| id == stand_in).map(|(_, name)| name.clone())?;
            lines.push(format!("{name}{index} = {text}"));
        }
        let found = formula::over(cx.eval.compiled, total, &self.named, &[]);
        cx.eval.compare(total, found.node, &[], span).agree().then_some(())?;
        Some(Equations { index: String::new(), formula: found.text, lines, notes: self.notes, means: self.means })
    }
}
