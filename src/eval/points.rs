//! The points at which two nodes are compared: the program's own numbers, and drawn ones from the domain of the formula.

use super::{Eval, State};
use crate::graph::{ArgKind, DefId, Form, Graph, Kernel, NodeId, Role, Type, form};
use crate::kernels::random::uniform;
use crate::lower::{self, Compiled};
use crate::shape::{Binding, Sym};
use crate::source::Span;
use crate::tensor::{DType, Precision, Tensor};
use ndarray::{ArrayD, Axis};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// No slot of a drawn point has more entries.
const ENTRIES: usize = 1 << 16;

/// The program's own sizes are drawn with where no slot has more entries.
const OWN: usize = 4096;

/// At most so many slots are tried at 0 one by one.
const ZEROS: usize = 8;

/// How the entries of a point are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Draw {
    /// Between 0.2 and 0.8, where logarithms and probabilities live.
    Half,
    /// Between -2 and 2, on both sides of every bend.
    Wide,
    /// Between 1 and 3, where square roots of differences from 1 live.
    Above,
    /// As [`Draw::Half`], with every second entry of one slot 0.
    Zero(usize),
    /// All 0.
    Zeros,
    /// All 1.
    Ones,
    /// All the same number.
    Ties,
}

impl Draw {
    /// Is it a point of measure zero, where a formula may have a hole that the derivative has not?
    pub fn is_special(self) -> bool {
        matches!(self, Draw::Zero(_) | Draw::Zeros | Draw::Ones | Draw::Ties)
    }
}

/// What holds for the values of a slot wherever a formula is compared.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// Its entries sum to a number along an axis.
    Sums(DefId, usize, f64),
    /// Its entries are 0 or 1.
    Truth(DefId),
    /// It is a symmetric matrix.
    Symmetric(DefId),
}

impl Fact {
    /// The slot that it is about.
    pub fn slot(&self) -> DefId {
        match self {
            Fact::Sums(def, ..) | Fact::Truth(def) | Fact::Symmetric(def) => *def,
        }
    }

    /// Do these values meet it?
    pub fn holds(&self, values: &Tensor) -> bool {
        let values = values.to_f64();
        let near = |a: f64, b: f64| libm::fabs(a - b) <= 1e-9 * libm::fmax(1.0, libm::fabs(b));
        match self {
            Fact::Sums(_, axis, total) => {
                *axis < values.ndim() && values.sum_axis(Axis(*axis)).iter().all(|sum| near(*sum, *total))
            }
            Fact::Truth(_) => values.iter().all(|v| *v == 0.0 || *v == 1.0),
            Fact::Symmetric(_) => {
                let shape = values.shape();
                shape.len() == 2
                    && shape[0] == shape[1]
                    && values.iter().zip(values.t().iter()).all(|(a, b)| near(*a, *b))
            }
        }
    }

    /// As the program would assert it: `sum(y, axis=0)` is 1.
    pub fn text(&self, compiled: &Compiled) -> String {
        let name = &compiled.def(self.slot()).name;
        match self {
            Fact::Sums(_, axis, total) => {
                let one = compiled.graph.shape(compiled.def(self.slot()).node).rank() == 1;
                let axis = if one { String::new() } else { format!(", axis={axis}") };
                format!("`sum({name}{axis})` is {total}")
            }
            Fact::Truth(_) => format!("`{name}` is 0 or 1"),
            Fact::Symmetric(_) => format!("`{name}` is symmetric"),
        }
    }

    /// Values that meet it, made of drawn ones.
    fn meet(&self, values: &mut ArrayD<f64>) {
        match self {
            Fact::Sums(_, axis, total) if *axis < values.ndim() => {
                for mut lane in values.lanes_mut(Axis(*axis)) {
                    lane.mapv_inplace(|v| libm::fabs(v) + 0.05);
                    let sum = lane.sum();
                    lane.mapv_inplace(|v| v / sum * total);
                }
            }
            Fact::Truth(_) => values.mapv_inplace(|v| f64::from(u8::from(libm::fabs(v) > 0.5))),
            Fact::Symmetric(_) if values.ndim() == 2 && values.shape()[0] == values.shape()[1] => {
                let turned = values.t().to_owned();
                *values = (&*values + &turned) / 2.0;
            }
            Fact::Sums(..) | Fact::Symmetric(_) => {}
        }
    }
}

/// The facts that the program asserts of its slots above a question.
pub fn asserted(compiled: &Compiled, asked: Span) -> Vec<Fact> {
    let graph = &compiled.graph;
    let fact = |sides: [NodeId; 2]| match (lower::asserted_sum(graph, sides), form(graph, sides[0])) {
        (Some((def, axis, total)), _) => Some(Fact::Sums(def, axis, total)),
        (None, Form::Transpose(x)) if x == sides[1] => Some(Fact::Symmetric(lower::slot_of(graph, x)?)),
        _ => None,
    };
    lower::asserted(compiled, asked).into_iter().filter_map(fact).collect()
}

/// A slot that a comparison moves.
pub(super) struct Moved {
    pub def: DefId,
    pub ty: Type,
    /// It holds labels or indices.
    pub whole: bool,
}

/// The slots under some nodes, in the order of the program.
pub(super) fn slots(compiled: &Compiled, roots: &[NodeId]) -> Vec<Moved> {
    let graph = &compiled.graph;
    let whole = whole_slots(graph, roots);
    let mut reached: Vec<NodeId> =
        graph.reach(roots).into_iter().filter(|id| graph.def(*id).role == Role::Slot).collect();
    reached.sort_unstable();
    let moved = |id: NodeId| {
        let def = graph.node(id).op.attrs.def(0)?;
        Some(Moved { def, ty: graph.ty(id), whole: whole.contains(&def) })
    };
    reached.into_iter().filter_map(moved).collect()
}

/// The slots whose numbers are labels or indices: what is looked up by them has no slope in them.
pub fn whole_slots(graph: &Graph, roots: &[NodeId]) -> FxHashSet<DefId> {
    let mut todo = vec![];
    for id in graph.reach(roots) {
        let node = graph.node(id);
        let same = matches!(node.op.def.kernel, Kernel::Same) && node.dtype == DType::Int;
        for (i, arg) in node.args.iter().enumerate() {
            if same || node.op.def.args.get(i).is_some_and(|arg| arg.kind == ArgKind::Index) {
                todo.push(*arg);
            }
        }
    }
    let mut out = FxHashSet::default();
    let mut seen = FxHashSet::default();
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        let node = graph.node(id);
        if let (Role::Slot, Some(def)) = (node.op.def.role, node.op.attrs.def(0)) {
            out.insert(def);
        }
        // Through what moves entries: what is computed is no label of the program.
        if matches!(node.op.def.kernel, Kernel::Same | Kernel::Move(_)) {
            todo.extend(node.args.iter().copied());
        }
    }
    out
}

impl Eval<'_> {
    /// What the program's own values meet, of what a formula may need: sums of 1, truth, symmetry, signs.
    pub fn own_facts(&mut self, roots: &[NodeId], span: Span) -> Vec<Fact> {
        let mut facts = vec![];
        for Moved { def, ty, whole } in slots(self.compiled, roots) {
            if ty.dtype != DType::Real || whole {
                continue;
            }
            let node = self.compiled.def(def).node;
            let Ok(value) = self.value(node, span) else { continue };
            let rank = value.shape().len();
            let sums = (0..rank.min(2)).map(|axis| Fact::Sums(def, axis, 1.0));
            let tried = sums.chain([Fact::Symmetric(def), Fact::Truth(def)]);
            facts.extend(tried.filter(|fact| value.len() <= OWN && fact.holds(&value)));
        }
        facts
    }

    /// The points at which two nodes are compared, in order; those of measure zero last.
    pub(super) fn draws(slots: &[Moved]) -> Vec<(u64, Draw)> {
        let generic = [Draw::Half, Draw::Wide, Draw::Half, Draw::Wide, Draw::Above, Draw::Half, Draw::Wide];
        let reals = slots.iter().enumerate().filter(|(_, slot)| slot.ty.dtype == DType::Real && !slot.whole);
        let special = reals.take(ZEROS).map(|(i, _)| Draw::Zero(i)).chain([Draw::Zeros, Draw::Ones, Draw::Ties]);
        generic.into_iter().chain(special).enumerate().map(|(round, draw)| (round as u64, draw)).collect()
    }

    /// Numbers for the names of dimensions: the program's own where they are small, or smaller ones in the same order; in
    /// every other round all are larger by one, so that a number of the data is no part of a formula.
    pub(super) fn drawn_sizes(&self, slots: &[Moved], round: u64) -> Binding {
        let dims = &self.compiled.graph.dims;
        let names: Vec<Sym> = dims.open_names();
        let own: Vec<Option<u64>> = names.iter().map(|name| self.state.binding.values.get(name).copied()).collect();
        let more = round % 2;
        let bound = |sizes: Vec<u64>| Binding { values: names.iter().copied().zip(sizes).collect() };
        let fits = |binding: &Binding, most: usize| {
            dims.check(binding).is_ok()
                && slots.iter().all(|slot| {
                    slot.ty.shape.eval(dims, binding).is_ok_and(|sizes| sizes.iter().product::<usize>() <= most)
                })
        };
        if let Some(own) = own.iter().copied().collect::<Option<Vec<u64>>>() {
            let larger = bound(own.iter().map(|n| n + more).collect());
            if fits(&larger, OWN) {
                return larger;
            }
            let mut order = own.clone();
            order.sort_unstable();
            order.dedup();
            let place = |n: &u64| order.binary_search(n).unwrap_or(0) as u64;
            let smaller = bound(own.iter().map(|n| if *n <= 1 { *n } else { 2 + place(n) + more }).collect());
            if fits(&smaller, ENTRIES) {
                return smaller;
            }
            return bound(own);
        }
        let count = names.len() as u64;
        // Rising and falling: of `X : [m, n]` one of both has a matrix X' @ X that is not singular.
        let place = |i: u64| if round % 4 < 2 { i } else { count - 1 - i };
        bound((0..count).map(|i| own[i as usize].unwrap_or(2 + (place(i) + round / 4) % 4)).collect())
    }

    /// The values of slots at a drawn point; `None`: they are too many.
    pub(super) fn drawn(
        &self,
        slots: &[Moved],
        (round, draw): (u64, Draw),
        facts: &[Fact],
        roots: &[NodeId],
    ) -> Option<State> {
        let binding = self.drawn_sizes(slots, if draw.is_special() { 0 } else { round });
        let mut state = State { memory_limit: self.state.memory_limit, binding, ..State::default() };
        // What is the number of a dimension stays that.
        let numbers: FxHashMap<DefId, u64> = self
            .compiled
            .sizes(roots)
            .into_iter()
            .filter_map(|(def, dim)| Some((def, self.compiled.graph.dims.known(&dim)?)))
            .collect();
        for (place, Moved { def, ty, whole }) in slots.iter().enumerate() {
            // A plain question is asked outside training.
            if self.compiled.training == Some(*def) {
                state.values.insert(*def, Arc::new(Tensor::scalar(0.0)));
                continue;
            }
            if let Some(number) = numbers.get(def) {
                state.values.insert(*def, Arc::new(Tensor::scalar(*number as f64)));
                continue;
            }
            let Ok(sizes) = ty.shape.eval(&self.compiled.graph.dims, &state.binding) else { continue };
            let count: usize = sizes.iter().product();
            if count > ENTRIES {
                return None;
            }
            let mut entries = vec![0.0; count];
            uniform(&[7, round, u64::from(def.0)], &mut entries);
            let real = ty.dtype == DType::Real && !whole;
            for (i, v) in entries.iter_mut().enumerate() {
                let number = match draw {
                    _ if !real => libm::floor(2.0 * *v),
                    Draw::Wide => 4.0 * *v - 2.0,
                    Draw::Above => 1.0 + 2.0 * *v,
                    Draw::Zeros => 0.0,
                    Draw::Ones => 1.0,
                    Draw::Ties => 0.5,
                    Draw::Zero(slot) if slot == place && i % 2 == 0 => 0.0,
                    Draw::Half | Draw::Zero(_) => 0.2 + 0.6 * *v,
                };
                // As it can be shown, where rounding makes no two entries one.
                let short = libm::round(number * 100.0) / 100.0;
                *v = if count <= 8 { short } else { number };
            }
            let Ok(mut array) = ArrayD::from_shape_vec(sizes, entries) else { continue };
            facts.iter().filter(|fact| fact.slot() == *def).for_each(|fact| fact.meet(&mut array));
            state.values.insert(*def, Arc::new(Tensor::from_f64(array, ty.dtype, Precision::F64)));
        }
        Some(state)
    }
}
