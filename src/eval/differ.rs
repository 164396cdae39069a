//! Two nodes compared at points of their domain: what guards every formula before it is shown, and judges a learner's.

use super::points::{self, Draw, Fact, Moved};
use super::{Eval, State};
use crate::graph::{DefId, NodeId};
use crate::source::Span;
use crate::tensor::{Precision, Tensor};
use ndarray::ArrayD;
use std::sync::Arc;

/// Two numbers are one where they differ by no more than this part of the larger.
const CLOSE: f64 = 1e-9;

/// By this part all slots are moved to see how much rounding matters at a point.
const MOVE: f64 = 1e-10;

/// Where two nodes differ.
#[derive(Clone, Debug)]
pub struct Apart {
    /// By how much, relative to the larger; infinite where only the first is finite.
    pub size: f64,
    /// The entry.
    pub entry: Vec<usize>,
    /// The first node's number there.
    pub left: f64,
    /// The second's.
    pub right: f64,
    /// The values of the slots; none: the program's own.
    pub point: Vec<(DefId, Arc<Tensor>)>,
}

/// What a comparison of two nodes found.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// How many entries were compared, both finite.
    pub seen: usize,
    /// The widest difference, at a point that is no exception.
    pub apart: Option<Apart>,
    /// At the program's own numbers the second is not finite, where the first is.
    pub hole: Option<Apart>,
    /// A difference at a point of measure zero alone: at 0, at 1, at ties.
    pub loose: Option<Apart>,
}

impl Compared {
    /// Were they compared, and equal wherever both are smooth?
    pub fn agree(&self) -> bool {
        self.seen > 0 && self.apart.is_none()
    }
}

impl Eval<'_> {
    /// Two nodes at the program's own numbers and at drawn ones, which meet what the program asserts and `facts`.
    pub fn compare(&mut self, a: NodeId, b: NodeId, facts: &[Fact], span: Span) -> Compared {
        let opened = [a, b].map(|id| self.compiled.openers.plain.open(&mut self.compiled.graph, id));
        let mut out = Compared::default();
        self.compare_here(opened, &mut out, span);
        let slots = points::slots(self.compiled, &[a, b]);
        let mut all = points::asserted(self.compiled, span);
        all.extend_from_slice(facts);
        for (round, draw) in Self::draws(&slots) {
            let Some(state) = self.drawn(&slots, (round, draw), &all, &[a, b]) else { break };
            self.compare_at(opened, state, draw, &slots, &mut out, span);
            if out.apart.as_ref().is_some_and(|apart| apart.size > 1e-6) {
                break;
            }
        }
        out
    }

    /// Which of many nodes have the value of one of `truths` at drawn points: the places of both.
    pub fn fitting(&mut self, truths: &[NodeId], made: &[NodeId], span: Span) -> Vec<(usize, usize)> {
        /// At so many points, where the first of the truths is finite.
        const POINTS: usize = 3;
        let opened: Vec<NodeId> =
            truths.iter().map(|id| self.compiled.openers.plain.open(&mut self.compiled.graph, *id)).collect();
        let mut left: Vec<(usize, usize)> =
            (0..made.len()).flat_map(|i| (0..truths.len()).map(move |k| (i, k))).collect();
        let roots: Vec<NodeId> = truths.iter().chain(made).copied().collect();
        let slots = points::slots(self.compiled, &roots);
        let facts = points::asserted(self.compiled, span);
        let mut seen = 0;
        for (round, draw) in Self::draws(&slots).into_iter().filter(|(_, draw)| !draw.is_special()) {
            if left.is_empty() || seen == POINTS {
                break;
            }
            let Some(mut state) = self.drawn(&slots, (round, draw), &facts, &roots) else { break };
            state.engine = super::Engine::Reference;
            let before = std::mem::replace(&mut self.state, state);
            let wanted: Vec<NodeId> = left.iter().map(|(i, _)| made[*i]).collect();
            let values = self.fresh(|eval| Some((eval.opened_values(&opened, span).ok()?, eval.each(&wanted, span))));
            self.state = before;
            let Some((truths, found)) = values else { continue };
            let truths: Vec<ArrayD<f64>> = truths.iter().map(|value| value.to_f64()).collect();
            if truths.first().is_none_or(|truth| truth.iter().any(|v| !v.is_finite())) {
                continue;
            }
            seen += 1;
            let fits = |(_, truth): &(usize, usize), value: &Option<Arc<Tensor>>| {
                value.as_ref().is_some_and(|value| near(&truths[*truth], &value.to_f64()))
            };
            left = left.into_iter().zip(&found).filter(|(place, value)| fits(place, value)).map(|(p, _)| p).collect();
        }
        if seen == 0 { vec![] } else { left }
    }

    /// The values of nodes, each where it has one.
    fn each(&mut self, nodes: &[NodeId], span: Span) -> Vec<Option<Arc<Tensor>>> {
        match (self.opened_values(nodes, span), nodes.split_at(nodes.len() / 2)) {
            (Ok(values), _) => values.into_iter().map(Some).collect(),
            (Err(_), ([], _)) => nodes.iter().map(|_| None).collect(),
            (Err(_), (first, rest)) => {
                let mut values = self.each(first, span);
                values.extend(self.each(rest, span));
                values
            }
        }
    }

    /// At the program's own numbers, where it has them.
    fn compare_here(&mut self, opened: [NodeId; 2], out: &mut Compared, span: Span) {
        let exact = self.state.precision == Precision::F64;
        let precision = std::mem::replace(&mut self.state.precision, Precision::F64);
        let values = match exact {
            true => self.opened_values(&opened, span),
            false => self.fresh(|eval| eval.opened_values(&opened, span)),
        };
        self.state.precision = precision;
        let Ok(values) = values else { return };
        let (x, y) = (values[0].to_f64(), values[1].to_f64());
        let Some(y) = y.broadcast(x.raw_dim()).map(|y| y.to_owned()) else { return };
        let (seen, found) = widest(&x, &y, None);
        out.seen += seen;
        match found {
            Some(hole) if !hole.right.is_finite() => out.hole = Some(hole),
            // What rounding alone may do at the program's own numbers.
            Some(apart) if !self.is_rounding(opened, &apart, span) => out.apart = Some(apart),
            _ => {}
        }
    }

    /// Is a difference at the program's own numbers no larger than what moving them by nearly nothing does?
    fn is_rounding(&mut self, opened: [NodeId; 2], apart: &Apart, span: Span) -> bool {
        let slots = points::slots(self.compiled, &opened);
        let mut state = self.state.clone();
        state.precision = Precision::F64;
        for slot in &slots {
            if let Ok(value) = self.value(self.compiled.def(slot.def).node, span) {
                state.values.insert(slot.def, value);
            }
        }
        let moved = nudged(&state, &slots);
        let Some(noise) = self.noise(opened, state, moved, &apart.entry, span) else { return false };
        libm::fabs(apart.left - apart.right) <= 0.2 * noise
    }

    fn compare_at(
        &mut self,
        opened: [NodeId; 2],
        state: State,
        draw: Draw,
        slots: &[Moved],
        out: &mut Compared,
        span: Span,
    ) {
        let Some([x, y]) = self.at(opened, state.clone(), span) else { return };
        let point: Vec<(DefId, Arc<Tensor>)> =
            slots.iter().filter_map(|slot| Some((slot.def, state.values.get(&slot.def)?.clone()))).collect();
        let Some(y) = y.broadcast(x.raw_dim()).map(|y| y.to_owned()) else {
            let (left, right) = (f64::NAN, f64::NAN);
            out.apart = Some(Apart { size: f64::INFINITY, entry: vec![], left, right, point });
            return;
        };
        let (mut seen, mut found) = widest(&x, &y, None);
        if found.is_some() && !draw.is_special() {
            // A point where nearly nothing moves the numbers as much tells nothing.
            let moved = nudged(&state, slots);
            if let Some([p, q]) = self.at(opened, moved, span)
                && let Some(q) = q.broadcast(x.raw_dim())
            {
                let noise = (&p - &x).mapv(libm::fabs) + (&q - &y).mapv(libm::fabs);
                (seen, found) = widest(&x, &y, Some(&noise));
            }
        }
        let Some(mut apart) = found else {
            out.seen += seen;
            return;
        };
        apart.point = point;
        if draw.is_special() {
            out.loose.get_or_insert(apart);
        } else if out.apart.as_ref().is_none_or(|worst| worst.size < apart.size) {
            out.seen += seen;
            out.apart = Some(apart);
        }
    }

    /// How much one entry of both moves between two states.
    fn noise(&mut self, opened: [NodeId; 2], at: State, moved: State, entry: &[usize], span: Span) -> Option<f64> {
        let [x, y] = self.at(opened, at, span)?;
        let [p, q] = self.at(opened, moved, span)?;
        let (q, y) = (q.broadcast(x.raw_dim())?, y.broadcast(x.raw_dim())?);
        let change = |a: f64, b: f64| libm::fabs(a - b);
        Some(change(*p.get(entry)?, *x.get(entry)?) + change(*q.get(entry)?, *y.get(entry)?))
    }

    fn at(&mut self, opened: [NodeId; 2], state: State, span: Span) -> Option<[ArrayD<f64>; 2]> {
        let before = std::mem::replace(&mut self.state, state);
        let values = self.fresh(|eval| eval.opened_values(&opened, span));
        self.state = before;
        let values = values.ok()?;
        Some([values[0].to_f64(), values[1].to_f64()])
    }
}

/// Are two values the same but for rounding?
fn near(a: &ArrayD<f64>, b: &ArrayD<f64>) -> bool {
    /// Sums may cancel most of their digits.
    const ROUNDING: f64 = 1e-8;
    let most = a.iter().fold(1e-6, |most: f64, v| libm::fmax(most, libm::fabs(*v)));
    a.shape() == b.shape() && a.iter().zip(b.iter()).all(|(a, b)| libm::fabs(a - b) <= ROUNDING * most)
}

/// A state with every real slot moved by nearly nothing, each entry its own way.
fn nudged(state: &State, slots: &[Moved]) -> State {
    let mut out = state.clone();
    for slot in slots.iter().filter(|slot| slot.ty.dtype == crate::tensor::DType::Real && !slot.whole) {
        let Some(value) = state.values.get(&slot.def) else { continue };
        let mut array = value.to_f64();
        for (i, v) in array.iter_mut().enumerate() {
            let way = if (i + slot.def.index()) % 3 == 1 { -1.0 } else { 1.0 };
            *v *= 1.0 + way * MOVE;
        }
        out.values.insert(slot.def, Arc::new(Tensor::F64(array)));
    }
    out
}

/// How many entries are compared, and the widest difference among them beyond rounding, and beyond `noise`.
fn widest(x: &ArrayD<f64>, y: &ArrayD<f64>, noise: Option<&ArrayD<f64>>) -> (usize, Option<Apart>) {
    let (mut seen, mut worst): (usize, Option<Apart>) = (0, None);
    let mut noise = noise.map(|noise| noise.iter());
    for ((index, left), right) in x.indexed_iter().zip(y.iter()) {
        let slack = noise.as_mut().map_or(0.0, |noise| noise.next().copied().unwrap_or(0.0));
        if !left.is_finite() {
            continue;
        }
        let scale = libm::fmax(libm::fmax(libm::fabs(*left), libm::fabs(*right)), 1e-3);
        let size = if right.is_finite() { libm::fabs(left - right) / scale } else { f64::INFINITY };
        // Where nearly nothing moves them by a thousandth of themselves, they are not compared.
        let rough = slack.is_nan() || slack > 1e-3 * scale;
        if rough {
            continue;
        }
        seen += usize::from(right.is_finite());
        let wide = size > libm::fmax(CLOSE, 0.2 * slack / scale);
        if wide && worst.as_ref().is_none_or(|worst| worst.size < size) {
            let entry = ndarray::Dimension::slice(&index).to_vec();
            worst = Some(Apart { size, entry, left: *left, right: *right, point: vec![] });
        }
    }
    (seen, worst)
}
