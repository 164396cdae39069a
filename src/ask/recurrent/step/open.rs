//! A step of a recurrence made a chain of equations over stand-ins, with what layers and functions call otherwise inside
//! seen through.

use super::{Before, MOST, Stage, Step, said, seed, stand_in, unlike};
use crate::ask::Cx;
use crate::ask::recurrent::entry::{Entries, Entry};
use crate::ask::recurrent::{Flow, visible};
use crate::formula;
use crate::graph::{DefId, NodeId, Role, Type};
use crate::lower::{Compiled, Recurrent, RecurrentName};
use crate::ops::{self, build};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// The name by which all steps of a recurrence's name are known: its own, or that of a definition that is just it.
pub fn name_of(compiled: &Compiled, def: DefId) -> String {
    let own = compiled.def(def);
    if let Some(name) = visible(compiled, own.node) {
        return name.to_string();
    }
    let is_it = |id: &NodeId| compiled.graph.node(*id).args.first() == Some(&own.node);
    let other = compiled.defs.iter().map(|def| def.node).filter(is_it).find_map(|id| {
        let role = compiled.graph.def(id).role;
        if role == Role::Def { visible(compiled, id) } else { None }
    });
    other.map_or_else(|| own.name.to_string(), str::to_string)
}

/// The name of one part, where the first axis of all steps is split: `a1` is `s[0]`.
pub fn part_name(compiled: &Compiled, def: DefId, part: usize) -> Option<String> {
    let whole = compiled.def(def).node;
    compiled.defs.iter().find_map(|def| {
        let node = compiled.graph.node(def.node);
        let value = (node.op.def.role == Role::Def).then(|| node.args[0])?;
        let (of, at) = formula::entry_of(&compiled.graph, value)?;
        (of == whole && at == part as u64).then(|| visible(compiled, def.node)).flatten().map(str::to_string)
    })
}

impl Step {
    /// The equations of a step, over stand-ins.
    pub fn new(cx: &mut Cx, told: &Recurrent, taken: &mut Vec<String>, span: Span) -> Option<Step> {
        let compiled = &mut *cx.eval.compiled;
        let mut step = Step {
            told: told.clone(),
            span,
            stages: vec![],
            befores: vec![],
            parts: vec![],
            entries: Entries::new(told.length.clone()),
            shared: vec![],
            values: vec![],
            named: vec![],
            wanted: vec![],
            flat: FxHashSet::default(),
        };
        let own: Vec<NodeId> = told.names.iter().map(|name| name.now).collect();
        let split: Vec<Option<Vec<NodeId>>> = told.names.iter().map(|name| split(compiled, name)).collect();
        let parts: FxHashSet<NodeId> = split.iter().flatten().flatten().copied().collect();
        let mut map: FxHashMap<NodeId, NodeId> = FxHashMap::default();
        let index = stand_in(&mut compiled.graph, told.step);
        map.insert(told.step, index);
        step.entries.index = Some(index);
        for sequence in &told.sequences {
            let slot = stand_in(&mut compiled.graph, sequence.slot);
            map.insert(sequence.slot, slot);
            let text = said(compiled, sequence.of);
            step.entries.all.push(Entry {
                slot,
                whole: sequence.of,
                text,
                axis: sequence.axis,
                offset: sequence.offset,
            });
        }
        // What was before: of several steps, or of several parts, put together from each.
        let mut before: Vec<Vec<Vec<NodeId>>> = vec![];
        for (name, parts) in told.names.iter().zip(&split) {
            let graph = &mut compiled.graph;
            let mut all = vec![];
            if let Some(slot) = name.before {
                let count = parts.as_ref().map_or(1, Vec::len);
                for _ in 0..name.lag {
                    let mut shape = graph.shape(slot).clone();
                    if name.lag > 1 {
                        shape = shape.without(0);
                    }
                    if parts.is_some() {
                        shape = shape.without(0);
                    }
                    let ty = Type { shape, dtype: graph.node(slot).dtype };
                    all.push((0..count).map(|_| ops::stand_in(graph, ty.clone()).1).collect::<Vec<_>>());
                }
                // The oldest first.
                let mut wholes = vec![];
                for back in all.iter().rev() {
                    wholes.push(if parts.is_some() { build::stack(graph, back, 0).ok()? } else { back[0] });
                }
                let whole = if name.lag > 1 { build::stack(graph, &wholes, 0).ok()? } else { wholes[0] };
                map.insert(slot, whole);
            }
            before.push(all);
        }
        step.open(compiled, &own, &parts, &mut map, taken)?;
        for (i, name) in told.names.iter().enumerate() {
            let place = |node: NodeId| {
                let slot = map.get(&node)?;
                step.stages.iter().position(|stage| stage.slot == *slot)
            };
            let whole = name_of(compiled, name.def);
            let stages: Vec<usize> = match &split[i] {
                Some(parts) => parts.iter().map(|part| place(*part)).collect::<Option<_>>()?,
                None => vec![place(name.now)?],
            };
            for (part, stage) in stages.iter().enumerate() {
                let axis = if split[i].is_some() { name.axis.checked_sub(1)? } else { name.axis };
                step.stages[*stage].axis = axis;
                let own = if split[i].is_some() { part_name(compiled, name.def, part) } else { Some(whole.clone()) };
                let hidden = own.as_ref().is_none_or(|own| own.starts_with('_'));
                step.stages[*stage].local = hidden;
                if let Some(own) = own.filter(|own| !own.starts_with('_')) {
                    let old = step.stages[*stage].name.clone();
                    taken.retain(|name| *name != old);
                    step.stages[*stage].name = unlike(&own, taken);
                }
            }
            for (back, slots) in before[i].iter().enumerate() {
                for (slot, stage) in slots.iter().zip(&stages) {
                    step.befores.push(Before { slot: *slot, stage: *stage, lag: back as u64 + 1 });
                }
            }
            step.parts.push(stages);
        }
        step.wanted = vec![false; step.stages.len()];
        Some(step)
    }

    /// The definitions between what is asked and a goal as equations; there is one step. `flag`: what is 0.
    pub fn flat(cx: &mut Cx, of: NodeId, by: NodeId, moving: &FxHashSet<NodeId>, span: Span) -> Option<Step> {
        let compiled = &mut *cx.eval.compiled;
        let name = visible(compiled, by)?.to_string();
        let told = Recurrent {
            index: "".into(),
            step: by,
            length: crate::shape::Dim::Num(1),
            backward: false,
            names: vec![],
            sequences: vec![],
        };
        let mut step = Step {
            told,
            span,
            stages: vec![],
            befores: vec![],
            parts: vec![],
            entries: Entries::new(crate::shape::Dim::Num(1)),
            shared: vec![(by, name)],
            values: vec![],
            named: vec![],
            wanted: vec![],
            flat: moving.clone(),
        };
        let mut map: FxHashMap<NodeId, NodeId> = [(by, by)].into_iter().collect();
        if let Some(flag) = compiled.training.map(|flag| compiled.def(flag).node) {
            map.insert(flag, ops::number(&mut compiled.graph, 0.0));
        }
        step.open(compiled, &[of], &FxHashSet::default(), &mut map, &mut vec![])?;
        let last = *map.get(&of)?;
        if step.stages.last().is_none_or(|stage| stage.slot != last) {
            step.stage(compiled, "", last, &mut vec![])?;
        }
        let one = ops::number(&mut compiled.graph, 1.0);
        let goal = step.stages.last_mut()?;
        goal.local = false;
        goal.seed = one;
        goal.outer = Some((one, None));
        step.wanted = vec![false; step.stages.len()];
        Some(step)
    }

    /// The equations in order; what layers and functions call otherwise inside is seen through.
    fn open(
        &mut self,
        compiled: &mut Compiled,
        own: &[NodeId],
        parts: &FxHashSet<NodeId>,
        map: &mut FxHashMap<NodeId, NodeId>,
        taken: &mut Vec<String>,
    ) -> Option<()> {
        let mut stack: Vec<(NodeId, bool)> = own.iter().rev().map(|id| (*id, false)).collect();
        let mut varies: FxHashSet<NodeId> = map.keys().copied().collect();
        while let Some((id, ready)) = stack.pop() {
            if map.contains_key(&id) {
                continue;
            }
            let node = compiled.graph.node(id);
            if !own.contains(&id)
                && !self.flat.contains(&id)
                && let Some(name) = called(compiled, id)
            {
                if !self.shared.iter().any(|(other, _)| *other == id) {
                    self.shared.push((id, name));
                }
                map.insert(id, id);
                continue;
            }
            let args = node.args.clone();
            if !ready {
                stack.push((id, true));
                stack.extend(args.iter().map(|arg| (*arg, false)));
                continue;
            }
            let moves = args.iter().any(|arg| varies.contains(arg));
            let new: crate::graph::Args = args.iter().map(|arg| map[arg]).collect();
            if node.op.def.role != Role::Def {
                let made = if new.as_slice() == args.as_slice() { id } else { compiled.graph.remade(id, &new).ok()? };
                let made = formula::chosen(&mut compiled.graph, made).unwrap_or(made);
                map.insert(id, formula::tidied(&mut compiled.graph, made));
                if moves {
                    varies.insert(id);
                }
                continue;
            }
            let def = node.op.attrs.def(0)?;
            let name = compiled.defs.get(def.index())?.name.to_string();
            let root = new[0];
            let is_own = own.contains(&id);
            let is_slot = |id: NodeId| compiled.graph.def(id).role == Role::Slot;
            let of_slots = formula::parts_of(&compiled.graph, root).is_some_and(|of| of.into_iter().all(is_slot));
            let plain = is_slot(root) || of_slots || name.starts_with('_') && self.flat.is_empty();
            let is_own = is_own || !self.flat.is_empty() && moves && visible(compiled, id).is_some();
            // A name whose value is its parts, which have names of their own, is those.
            let split = is_own
                && formula::parts_of(&compiled.graph, root)
                    .is_some_and(|of| of.iter().all(|part| self.stages.iter().any(|stage| stage.slot == *part)))
                && !parts.is_empty();
            if !is_own && !parts.contains(&id) && (plain || !moves && self.flat.is_empty()) || split {
                map.insert(id, root);
                if moves {
                    varies.insert(id);
                }
                continue;
            }
            if is_own {
                self.inner(compiled, root, taken);
            }
            // `z = split(x @ W, 4)` is cut from what is computed.
            let inner = formula::moved_from(&compiled.graph, root);
            if !is_own && inner != root && self.flat.is_empty() {
                let known = compiled.graph.def(inner).role == Role::Slot;
                let slot = if known { inner } else { self.stage(compiled, &name, inner, taken)? };
                let made = compiled.graph.replaced(&[root], &mut [(inner, slot)].into_iter().collect()).ok()?[0];
                map.insert(id, made);
                varies.insert(id);
                continue;
            }
            let slot = self.stage(compiled, &name, root, taken)?;
            if visible(compiled, id).is_some()
                && let Some(stage) = self.stages.last_mut()
            {
                stage.local = false;
            }
            map.insert(id, slot);
            varies.insert(id);
        }
        Some(())
    }

    /// What stands inside the function at the root of an equation, as an equation of its own: `z` of `tanh(z)`.
    fn inner(&mut self, compiled: &mut Compiled, root: NodeId, taken: &mut Vec<String>) {
        let node = compiled.graph.node(root);
        let unary = matches!(node.op.def.kernel, crate::graph::Kernel::Map(_)) && node.op.def.role == Role::Plain;
        let named =
            |name: &str| compiled.defs.iter().any(|def| &*def.name == name && visible(compiled, def.node).is_some());
        if !unary || named("z") {
            return;
        }
        let inner = node.args[0];
        let plain = compiled.graph.node(inner).args.is_empty() || self.values.iter().any(|(value, _)| *value == inner);
        if !plain {
            self.stage(compiled, "z", inner, taken);
        }
    }

    fn stage(&mut self, compiled: &mut Compiled, name: &str, root: NodeId, taken: &mut Vec<String>) -> Option<NodeId> {
        if self.stages.len() == MOST {
            return None;
        }
        // What is a stage already under a value that stands in the root.
        let mut known: FxHashMap<NodeId, NodeId> =
            self.values.iter().filter(|(value, _)| *value != root).copied().collect();
        let root = compiled.graph.replaced(&[root], &mut known).ok()?[0];
        let slot = stand_in(&mut compiled.graph, root);
        let seed = seed(&mut compiled.graph, root);
        let name = unlike(name, taken);
        let stage =
            Stage { name, axis: 0, local: true, slot, seed, root, outer: None, same: Flow::default(), later: vec![] };
        self.stages.push(stage);
        if !compiled.graph.node(root).args.is_empty() {
            self.values.push((root, slot));
        }
        Some(slot)
    }
}

/// The parts of a value that is stacked from names of its own.
pub fn split(compiled: &Compiled, name: &RecurrentName) -> Option<Vec<NodeId>> {
    if name.lag > 1 || name.axis == 0 {
        return None;
    }
    let graph = &compiled.graph;
    let mut id = name.now;
    while graph.def(id).role == Role::Def {
        id = graph.node(id).args[0];
    }
    let parts = formula::parts_of(graph, id)?;
    parts.iter().all(|part| graph.def(*part).role == Role::Def).then_some(parts)
}

/// A name outside a recurrence, or one entry of it, `W[1]`.
pub(super) fn called(compiled: &Compiled, id: NodeId) -> Option<String> {
    let named = |mut at: NodeId| loop {
        if let Some(name) = visible(compiled, at) {
            return Some(name.to_string());
        }
        let node = compiled.graph.node(at);
        if node.op.def.role != Role::Def {
            return None;
        }
        at = node.args[0];
    };
    match formula::entry_of(&compiled.graph, id) {
        Some((whole, at)) => named(whole).map(|name| format!("{name}[{at}]")),
        None => visible(compiled, id).map(str::to_string),
    }
}
