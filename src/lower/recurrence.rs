//! Recurrences: the equations of one step become the body of a loop; what is indexed by the step becomes its sequences.

use super::{Carried, Cx, DefKind, Frame, Recurrent, RecurrentName, RecurrentSequence, Value, errors};
use crate::graph::{DefId, NodeId, Type};
use crate::ops::{Steps, build, scan};
use crate::resolve::hir::{Equation, GlobalId, HirId, Kind, Recurrence, Slot};
use crate::shape::{Dim, Same, Shape};
use crate::source::Span;
use std::sync::Arc;

/// Recurrences that are being lowered together.
pub(super) struct Group {
    /// The slot of the step's number.
    pub(super) index: NodeId,
    /// The index's name.
    name: Arc<str>,
    states: Vec<State>,
    sequences: Vec<Sequence>,
    /// How many steps, and what says so.
    length: Option<(Dim, Span)>,
    /// Does `for t in 0..n` say so? Then what is longer is not used to its end.
    ranged: bool,
}

/// One name of a group.
struct State {
    name: Arc<str>,
    axis: usize,
    head: Span,
    /// How many steps it is looked back.
    lag: u64,
    /// The slot of what was; of more than one step, along a first axis, the oldest first.
    before: Option<NodeId>,
    /// Its value at this step, as soon as that is there.
    now: Option<NodeId>,
}

/// Something that is indexed by the step.
struct Sequence {
    of: NodeId,
    axis: usize,
    offset: u64,
    span: Span,
    slot: NodeId,
}

/// A place where a name of the group is looked up.
struct Look {
    of: usize,
    offset: i64,
    span: Span,
}

/// What a recurrence looks back at.
struct Looks {
    lags: Vec<u64>,
    backward: bool,
}

/// The start of each equation, where it has one: its node and its place.
type Starts = Vec<Option<(NodeId, Span)>>;

impl<'a> Cx<'a> {
    /// Recurrences at the top of the program.
    pub(super) fn program_recurrence(&mut self, recurrence: &'a Recurrence<GlobalId>, span: Span) {
        let made = self.recurrence(recurrence);
        let mut defs = vec![];
        for (i, equation) in recurrence.equations.iter().enumerate() {
            let Some(node) = made.as_ref().map(|made| made.0[i]) else {
                self.bind_global(equation.target, Value::Poison, None);
                continue;
            };
            let def = self.named(equation.name.clone(), equation.span, DefKind::Variable, node);
            let own = self.out.def(def).node;
            self.bind_global(equation.target, Value::Node(own), Some(def));
            let place = if recurrence.equations.len() == 1 { span } else { equation.head.to(equation.value_span) };
            self.push_item(place, super::ItemKind::Define(def));
            defs.push(def);
        }
        self.remember(made.map(|(_, told)| told), &defs);
    }

    /// Recurrences in a body; the nodes of their names, where nothing is wrong.
    pub(super) fn local_recurrence(&mut self, recurrence: &'a Recurrence<u32>) -> Vec<Option<NodeId>> {
        let made = self.recurrence(recurrence);
        let (mut out, mut defs) = (vec![], vec![]);
        for (i, equation) in recurrence.equations.iter().enumerate() {
            let node = made.as_ref().map(|made| {
                let def = self.named(equation.name.clone(), equation.span, DefKind::Local, made.0[i]);
                defs.push(def);
                self.out.def(def).node
            });
            if let Some(frame) = self.frames.last_mut()
                && let Some(slot) = frame.places.get_mut(equation.target as usize)
            {
                *slot = Some(node.map_or(Value::Poison, Value::Node));
            }
            out.push(node);
        }
        self.remember(made.map(|(_, told)| told), &defs);
        out
    }

    /// Keeps the equations for questions about them.
    fn remember(&mut self, told: Option<Recurrent>, defs: &[DefId]) {
        let Some(mut told) = told.filter(|told| told.names.len() == defs.len()) else { return };
        told.names.iter_mut().zip(defs).for_each(|(name, def)| name.def = *def);
        self.out.recurrences.push(told);
    }

    /// The tensors of the names, along all steps.
    fn recurrence<N>(&mut self, recurrence: &'a Recurrence<N>) -> Option<(Vec<NodeId>, Recurrent)> {
        let range = match &recurrence.range {
            Some((range, span)) => Some((self.steps_of(*range, *span)?, *span)),
            None => None,
        };
        let mut starts: Starts = vec![];
        for equation in &recurrence.equations {
            starts.push(match equation.start {
                Some((start, span)) => Some((self.node(start)?, span)),
                None => None,
            });
        }
        let looks = self.looks(recurrence)?;
        for ((equation, start), lag) in recurrence.equations.iter().zip(&starts).zip(&looks.lags) {
            if start.is_none() && *lag > 0 {
                self.report(errors::no_start(
                    &equation.name,
                    &recurrence.index.text,
                    *lag,
                    looks.backward,
                    equation.head,
                ));
                return None;
            }
        }
        if let Some(size) = recurrence.frame {
            let mut frame = Frame::default();
            frame.places.resize(size as usize, None);
            self.frames.push(frame);
        }
        let carried = self.carried(recurrence, &mut starts);
        let written: Vec<Option<NodeId>> = carried.iter().map(|own| own.as_ref().map(|own| own.start)).collect();
        let mut made = self.settled(recurrence, &mut starts, &looks, range);
        if recurrence.frame.is_some() {
            self.frames.pop();
        }
        if let Some((nodes, told)) = &mut made {
            for (i, own) in carried.into_iter().enumerate() {
                let Some(own) = own else { continue };
                let equation = &recurrence.equations[i];
                let back = (equation.axis, looks.lags[i], looks.backward);
                let last = self.last_of(nodes[i], back, equation.head)?;
                self.out.carried.push(Carried { last, ..own });
            }
            // As it is written.
            for (name, start) in told.names.iter_mut().zip(written) {
                name.start = start.or(name.start);
            }
        }
        made
    }

    /// In training a carried state begins with what a slot holds.
    fn carried<N>(&mut self, recurrence: &'a Recurrence<N>, starts: &mut Starts) -> Vec<Option<Carried>> {
        let mut out = vec![];
        for (equation, begins) in recurrence.equations.iter().zip(starts) {
            out.push(None);
            let (Some((flag, word)), Some((start, span))) = (equation.carried, begins.as_mut()) else { continue };
            let Value::Node(flag) = self.training(flag) else { continue };
            let ty = self.out.graph.ty(*start);
            let name = format!("{} carried", equation.name).into();
            let def = self.slot(name, word, DefKind::Local, ty, Some(*start));
            let held = self.out.def(def).node;
            let at = *span;
            self.here = Some(at);
            let where_ = crate::ops::of(crate::graph::Is::Where);
            let chosen = self.apply(where_, crate::graph::Attrs::None, &[flag, held, *start], at, &[at, at, at]);
            let Value::Node(chosen) = chosen else { continue };
            let own = Carried { def, last: chosen, start: *start, span: word };
            *start = chosen;
            if let Some(last) = out.last_mut() {
                *last = Some(own);
            }
        }
        out
    }

    /// The state that a recurrence ends with, in the form of its start.
    fn last_of(&mut self, all: NodeId, (axis, lag, backward): (usize, u64, bool), span: Span) -> Option<NodeId> {
        let graph = &mut self.out.graph;
        let shape = graph.shape(all).clone();
        let lag = lag.max(1);
        let whole = |dim: &Dim| crate::graph::SliceSpec { start: Dim::Num(0), step: 1, len: dim.clone() };
        let mut specs: Vec<_> = shape.iter().map(whole).collect();
        // Of a recurrence that runs backwards the last states come first, the oldest behind.
        let (start, step) = match backward {
            true => (Dim::Num(lag - 1), -1),
            false => (graph.dims.sub(&shape[axis], &Dim::Num(lag)).ok()?, 1),
        };
        specs[axis] = crate::graph::SliceSpec { start, step, len: Dim::Num(lag) };
        let made = build::sliced(graph, all, &specs).and_then(|part| {
            if lag == 1 {
                return build::drop_axis(graph, part, axis);
            }
            let rest = (0..shape.rank()).filter(|other| *other != axis);
            let order: Vec<usize> = std::iter::once(axis).chain(rest).collect();
            build::permuted(graph, part, &order)
        });
        self.settle();
        self.made(made, span, &[])
    }

    /// The steps of `for t in 0..n`.
    fn steps_of(&mut self, range: crate::resolve::hir::Expr, span: Span) -> Option<Dim> {
        let node = self.node(range)?;
        let shape = self.out.graph.shape(node).clone();
        if shape.rank() != 1 || !build::counts(&self.out.graph, node) {
            self.report(errors::recurrence_range(self.text(span), span));
            return None;
        }
        Some(shape[0].clone())
    }

    /// Where the names of the group are looked up: how far back, and in which direction.
    fn looks<N>(&mut self, recurrence: &'a Recurrence<N>) -> Option<Looks> {
        let mut all: Vec<Look> = vec![];
        for equation in &recurrence.equations {
            for at in equation.value.start..=equation.value.root.0 {
                let hir = &self.program.arena[at as usize];
                // What lies between may be the library's, read on first use.
                if hir.span.source != equation.value_span.source {
                    continue;
                }
                let Kind::Index(base, slots) = &hir.kind else { continue };
                let Kind::Local(place) = self.program.hir(*base).kind else { continue };
                let Some(of) = recurrence.equations.iter().position(|other| other.place == place) else { continue };
                let slot = slots.get(recurrence.equations[of].axis);
                let offset = match slot {
                    Some(Slot::At(id)) => self.offset(*id, recurrence.place),
                    Some(Slot::Slice { .. }) | None => None,
                };
                let Some(offset) = offset else {
                    let other = &recurrence.equations[of];
                    self.report(errors::state_index(
                        &other.name,
                        &recurrence.index.text,
                        other.axis,
                        hir.span,
                        other.head,
                    ));
                    return None;
                };
                all.push(Look { of, offset, span: hir.span });
            }
        }
        let back = all.iter().find(|look| look.offset < 0);
        let ahead = all.iter().find(|look| look.offset > 0);
        if let (Some(back), Some(ahead)) = (back, ahead) {
            let texts = [self.text(back.span), self.text(ahead.span)];
            self.report(errors::both_directions(texts, back.span, ahead.span));
            return None;
        }
        let lag = |of: usize| all.iter().filter(|look| look.of == of).map(|look| look.offset.unsigned_abs()).max();
        let lags = (0..recurrence.equations.len()).map(|of| lag(of).unwrap_or(0)).collect();
        Some(Looks { lags, backward: ahead.is_some() })
    }

    /// `t - 1`: how far from the step.
    fn offset(&self, id: HirId, place: u32) -> Option<i64> {
        use crate::graph::Notation;
        let is_index = |id: HirId| matches!(self.program.hir(id).kind, Kind::Local(other) if other == place);
        let whole = |id: HirId| match self.program.hir(id).kind {
            Kind::Number(value) if value.fract() == 0.0 && libm::fabs(value) < 1e9 => Some(value as i64),
            _ => None,
        };
        match &self.program.hir(id).kind {
            Kind::Local(_) if is_index(id) => Some(0),
            Kind::Apply(op, args) => match (op.notation, args.as_slice()) {
                (Notation::Infix("-"), [a, b]) if is_index(*a) => whole(*b).map(|n| -n),
                (Notation::Infix("+"), [a, b]) if is_index(*a) => whole(*b),
                (Notation::Infix("+"), [a, b]) if is_index(*b) => whole(*a),
                _ => None,
            },
            _ => None,
        }
    }

    /// Lowers the equations until the element types of the states are those of their values.
    fn settled<N>(
        &mut self,
        recurrence: &'a Recurrence<N>,
        starts: &mut Starts,
        looks: &Looks,
        range: Option<(Dim, Span)>,
    ) -> Option<(Vec<NodeId>, Recurrent)> {
        const TRIES: usize = 3;
        for attempt in 0..TRIES {
            self.open_group(recurrence, starts, looks, range.clone())?;
            let done = self.equations(recurrence, attempt + 1 == TRIES);
            let group = self.groups.pop()?;
            if !done {
                return None;
            }
            let mut again = false;
            for (state, start) in group.states.iter().zip(starts.iter_mut()) {
                let (Some(before), Some(now), Some((start, span))) = (state.before, state.now, start) else { continue };
                let dtype = self.out.graph.node(now).dtype;
                if dtype != self.out.graph.node(before).dtype {
                    let made = build::as_type(self.graph(), *start, dtype);
                    *start = self.made(made, *span, &[])?;
                    again = true;
                }
            }
            if !again {
                return self.assembled(recurrence, group, starts, looks);
            }
        }
        None
    }

    /// The slots of a step.
    fn open_group<N>(
        &mut self,
        recurrence: &Recurrence<N>,
        starts: &Starts,
        looks: &Looks,
        length: Option<(Dim, Span)>,
    ) -> Option<()> {
        let index = scan::stand_in(self.graph(), Type::real(Shape::SCALAR));
        let mut states = vec![];
        for ((equation, start), lag) in recurrence.equations.iter().zip(starts).zip(&looks.lags) {
            let before = match start {
                Some((start, span)) if *lag > 0 => {
                    let ty = self.out.graph.ty(*start);
                    let first = ty.shape.first().cloned();
                    let fits = *lag == 1 || first.is_some_and(|first| self.out.graph.dims.known(&first) == Some(*lag));
                    if !fits {
                        let shown = ty.shape.show(&self.out.graph.dims);
                        self.report(errors::start_steps(&equation.name, *lag, &shown, *span, equation.head));
                        return None;
                    }
                    Some(scan::stand_in(self.graph(), ty))
                }
                _ => None,
            };
            states.push(State {
                name: equation.name.clone(),
                axis: equation.axis,
                head: equation.head,
                lag: *lag,
                before,
                now: None,
            });
        }
        self.settle();
        let depth = self.groups.len() as u32;
        let name = recurrence.index.text.as_str().into();
        let ranged = length.is_some();
        self.groups.push(Group { index, name, states, sequences: vec![], length, ranged });
        if let Some(frame) = self.frames.last_mut() {
            let most = recurrence.equations.iter().map(|equation| equation.place).max().unwrap_or(0);
            let most = most.max(recurrence.place) as usize;
            if frame.places.len() <= most {
                frame.places.resize(most + 1, None);
            }
            frame.places[recurrence.place as usize] = Some(Value::Node(index));
            for (i, equation) in recurrence.equations.iter().enumerate() {
                frame.places[equation.place as usize] = Some(Value::State(depth, i as u32));
            }
        }
        Some(())
    }

    /// The values of the names at a step; whether all are right.
    fn equations<N>(&mut self, recurrence: &'a Recurrence<N>, last: bool) -> bool {
        for (i, equation) in recurrence.equations.iter().enumerate() {
            let outer = self.draw.clone();
            match recurrence.frame {
                Some(_) => self.draw = super::Draw { name: equation.name.clone(), path: vec![], anew: false },
                None => self.draw.path.push(super::call::name_hash(&equation.name)),
            }
            let value = self.node(equation.value);
            self.draw = outer;
            let Some(value) = value else { return false };
            let Some(value) = self.fitted(equation, i, value, last) else { return false };
            // A node of its own, so that the name is known at the step.
            let def = self.named(equation.name.clone(), equation.span, DefKind::Local, value);
            let own = self.out.def(def).node;
            if let Some(state) = self.groups.last_mut().and_then(|group| group.states.get_mut(i)) {
                state.now = Some(own);
            }
        }
        true
    }

    /// The value with the shape of the state; `typed`: and its element type.
    fn fitted<N>(&mut self, equation: &Equation<N>, i: usize, value: NodeId, typed: bool) -> Option<NodeId> {
        let state = self.groups.last().and_then(|group| group.states.get(i))?;
        let Some(before) = state.before else { return Some(value) };
        let ty = self.out.graph.ty(before);
        let wanted = if state.lag > 1 { ty.shape.without(0) } else { ty.shape };
        let found = self.out.graph.shape(value).clone();
        let dims = &self.out.graph.dims;
        let mut value = value;
        if !found.is_same(&wanted, dims) {
            let (a, b) = (found.show(dims), wanted.show(dims));
            let stretches = crate::shape::broadcast(&mut dims.clone(), &found, &wanted)
                .is_ok_and(|shape| shape.is_same(&wanted, dims));
            if !stretches {
                let start = equation.start.map_or(equation.head, |(_, span)| span);
                self.report(errors::state_shape(&equation.name, &a, &b, equation.value_span, start));
                return None;
            }
            let made = build::broadcast_to(self.graph(), value, wanted);
            value = self.made(made, equation.value_span, &[])?;
        }
        if typed && self.out.graph.node(value).dtype != ty.dtype {
            let made = build::as_type(self.graph(), value, ty.dtype);
            value = self.made(made, equation.value_span, &[])?;
        }
        Some(value)
    }

    /// The loop, and each name at all its steps.
    fn assembled<N>(
        &mut self,
        recurrence: &Recurrence<N>,
        group: Group,
        starts: &Starts,
        looks: &Looks,
    ) -> Option<(Vec<NodeId>, Recurrent)> {
        let Some((length, length_span)) = group.length.clone() else {
            let first = &recurrence.equations[0];
            self.report(errors::no_length(&first.name, &recurrence.index.text, first.head));
            return None;
        };
        let mut sequences = vec![];
        for sequence in &group.sequences {
            let arg = self.sequence_of(sequence, &length, length_span)?;
            sequences.push((sequence.slot, arg));
        }
        let span = recurrence.equations.first().map(|first| first.head.to(first.value_span))?;
        self.here = Some(span);
        let made = self.looped(&group, sequences, starts, looks.backward, length.clone());
        let nodes = match made {
            Ok(nodes) => nodes,
            Err(fault) => {
                self.made(Err(fault), span, &[]);
                return None;
            }
        };
        self.settle();
        let mut out = vec![];
        for (state, node) in group.states.iter().zip(nodes) {
            let rank = self.out.graph.shape(node).rank();
            if state.axis >= rank {
                let shown = self.out.graph.shape(node).without(0).show(&self.out.graph.dims);
                self.report(errors::state_axis(&state.name, state.axis, &shown, state.head));
                return None;
            }
            let order: Vec<usize> = (1..=state.axis).chain([0]).chain(state.axis + 1..rank).collect();
            let made = if state.axis == 0 { Ok(node) } else { build::permuted(self.graph(), node, &order) };
            self.settle();
            out.push(self.made(made, span, &[])?);
        }
        let told = told(&group, starts, looks.backward, length);
        Some((out, told))
    }

    fn looped(
        &mut self,
        group: &Group,
        sequences: Vec<(NodeId, NodeId)>,
        starts: &Starts,
        backward: bool,
        length: Dim,
    ) -> Result<Vec<NodeId>, crate::graph::Fault> {
        let graph = &mut self.out.graph;
        let now: Vec<NodeId> = group.states.iter().filter_map(|state| state.now).collect();
        if group.states.iter().all(|state| state.before.is_none()) {
            // No step needs another: all of them at once.
            let steps = build::range(graph, 0.0, 1.0, length.clone())?;
            let slots: Vec<(NodeId, NodeId)> = sequences.into_iter().chain([(group.index, steps)]).collect();
            let since = graph.len();
            return now.iter().map(|now| crate::batch::batch(graph, *now, &slots, &length, since)).collect();
        }
        let mut steps = Steps { sequences, index: Some(group.index), length, backward, ..Steps::default() };
        let (mut others, mut places) = (vec![], vec![]);
        for ((state, start), now) in group.states.iter().zip(starts).zip(&now) {
            let (Some(before), Some((start, _))) = (state.before, start) else {
                places.push(Err(others.len()));
                others.push(*now);
                continue;
            };
            steps.states.push((before, *start));
            if state.lag == 1 {
                places.push(Ok(steps.results.len()));
                steps.results.push(*now);
                continue;
            }
            // The oldest goes, the newest comes.
            let shape = graph.shape(before).clone();
            let mut specs: Vec<crate::graph::SliceSpec> = shape
                .iter()
                .map(|dim| crate::graph::SliceSpec { start: Dim::Num(0), step: 1, len: dim.clone() })
                .collect();
            specs[0] = crate::graph::SliceSpec { start: Dim::Num(1), step: 1, len: Dim::Num(state.lag - 1) };
            let kept = build::sliced(graph, before, &specs)?;
            let newest = build::insert_axis(graph, *now, 0)?;
            steps.results.push(build::join(graph, &[kept, newest], 0)?);
            places.push(Err(others.len()));
            others.push(*now);
        }
        let states = steps.results.len();
        steps.results.extend(others);
        let made = scan::scan(graph, steps)?;
        let at = |place: Result<usize, usize>| place.unwrap_or_else(|other| states + other);
        Ok(places.into_iter().map(|place| scan::collected(graph, made, at(place))).collect())
    }

    /// The entries of what is indexed by the step, along a first axis.
    fn sequence_of(&mut self, sequence: &Sequence, length: &Dim, length_span: Span) -> Option<NodeId> {
        let shape = self.out.graph.shape(sequence.of).clone();
        let (axis, size) = (sequence.axis, &shape[sequence.axis]);
        let mut node = sequence.of;
        if sequence.offset > 0 || !self.out.graph.dims.is_same(size, length) {
            let end = self.out.graph.dims.add(length, &Dim::Num(sequence.offset)).ok()?;
            self.out.graph.dims.at(Some(sequence.span));
            let inside = self.out.graph.dims.require(size, crate::shape::Relation::AtLeast, &end) != Same::No;
            if !inside {
                let shown = [size, length].map(|dim| self.out.graph.dims.show(dim));
                let text = self.text(sequence.span);
                self.report(errors::past_end(text, &shown, sequence.span, length_span));
                return None;
            }
            let start = Dim::Num(sequence.offset);
            let made = build::part(self.graph(), node, axis, start, length.clone());
            node = self.made(made, sequence.span, &[])?;
        }
        let order: Vec<usize> = std::iter::once(axis).chain((0..shape.rank()).filter(|other| *other != axis)).collect();
        let made = build::permuted(self.graph(), node, &order);
        self.settle();
        self.made(made, sequence.span, &[])
    }

    /// A name of a group where it is looked up.
    pub(super) fn state(
        &mut self,
        (depth, i): (u32, u32),
        slots: &[Slot],
        get: &dyn Fn(HirId) -> Value,
        span: Span,
    ) -> Value {
        let Some(group) = self.groups.get(depth as usize) else { return Value::Poison };
        let (index, name) = (group.index, group.name.clone());
        let Some(state) = group.states.get(i as usize) else { return Value::Poison };
        let (own, axis, head, now) = (state.name.clone(), state.axis, state.head, state.now);
        let (lag, before) = (state.lag, state.before);
        let wrong = |cx: &mut Self| cx.report(errors::state_index(&own, &name, axis, span, head));
        let Some(Slot::At(at)) = slots.get(axis) else { return wrong(self) };
        let at = match get(*at) {
            Value::Node(node) => node,
            _ => return wrong(self),
        };
        let Some(offset) = self.step_of(at, index) else { return wrong(self) };
        let node = match (offset.unsigned_abs(), now, before) {
            (0, Some(now), _) => now,
            (0, None, _) => return self.report(errors::state_below(&own, &name, span, head)),
            (_, _, None) => return Value::Poison,
            (_, _, Some(before)) if lag <= 1 => before,
            (back, _, Some(before)) => {
                let at = lag.saturating_sub(back);
                let made = build::part(self.graph(), before, 0, Dim::Num(at), Dim::Num(1))
                    .and_then(|part| build::drop_axis(self.graph(), part, 0));
                self.settle();
                match self.made(made, span, &[]) {
                    Some(node) => node,
                    None => return Value::Poison,
                }
            }
        };
        let rest: Vec<Slot> =
            slots.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, slot)| slot.clone()).collect();
        if rest.is_empty() { Value::Node(node) } else { self.index(node, &rest, get, span) }
    }

    /// `t`, `t - 1`: how far from the step.
    fn step_of(&self, node: NodeId, index: NodeId) -> Option<i64> {
        use crate::graph::Notation;
        if node == index {
            return Some(0);
        }
        let found = self.out.graph.node(node);
        let whole = |id: NodeId| {
            crate::graph::known::number(&self.out.graph, id, &|_| None)
                .filter(|n| n.fract() == 0.0 && libm::fabs(*n) < 1e9)
        };
        match (found.op.def.notation, found.args.as_slice()) {
            (Notation::Infix("-"), [a, b]) if *a == index => whole(*b).map(|n| -(n as i64)),
            (Notation::Infix("+"), [a, b]) if *a == index => whole(*b).map(|n| n as i64),
            (Notation::Infix("+"), [a, b]) if *b == index => whole(*a).map(|n| n as i64),
            _ => None,
        }
    }

    /// `x[t]`: the slot of the entry at the step, and the axis that it takes; `None` where no slot is a step of a loop.
    pub(super) fn sequence(
        &mut self,
        base: NodeId,
        slots: &[Slot],
        get: &dyn Fn(HirId) -> Value,
    ) -> Option<Result<(NodeId, usize), ()>> {
        let shape = self.out.graph.shape(base).clone();
        for (axis, slot) in slots.iter().enumerate().take(shape.rank()) {
            let Slot::At(id) = slot else { continue };
            let Value::Node(at) = get(*id) else { continue };
            for depth in (0..self.groups.len()).rev() {
                let index = self.groups[depth].index;
                let Some(offset) = self.step_of(at, index) else { continue };
                // What changes from step to step is no sequence.
                let moving = self.out.graph.reach_above(&[base], index);
                let moves = |slot: &NodeId| {
                    let group = &self.groups[depth];
                    *slot == index
                        || group.states.iter().any(|state| state.before == Some(*slot))
                        || group.sequences.iter().any(|sequence| sequence.slot == *slot)
                };
                if moving.iter().any(moves) {
                    continue;
                }
                let span = self.program.hir(*id).span;
                return Some(self.entry(depth, base, axis, offset, span).ok_or(()).map(|node| (node, axis)));
            }
        }
        None
    }

    fn entry(&mut self, depth: usize, base: NodeId, axis: usize, offset: i64, span: Span) -> Option<NodeId> {
        let ty = self.out.graph.ty(base);
        let Ok(offset) = u64::try_from(offset) else {
            let name = self.groups[depth].name.clone();
            self.report(errors::below_front(self.text(span), &name, span));
            return None;
        };
        if offset == 0 {
            let size = ty.shape[axis].clone();
            match self.groups[depth].length.clone() {
                None => self.groups[depth].length = Some((size, span)),
                Some((length, place)) if !self.groups[depth].ranged && !self.out.graph.dims.is_same(&size, &length) => {
                    let shown = [size, length].map(|dim| self.out.graph.dims.show(&dim));
                    self.report(errors::two_lengths(&self.groups[depth].name.clone(), &shown, span, place));
                    return None;
                }
                Some(_) => {}
            }
        }
        let same = |sequence: &&Sequence| (sequence.of, sequence.axis, sequence.offset) == (base, axis, offset);
        if let Some(known) = self.groups[depth].sequences.iter().find(same) {
            return Some(known.slot);
        }
        let slot = scan::stand_in(self.graph(), Type { shape: ty.shape.without(axis), dtype: ty.dtype });
        self.settle();
        self.groups[depth].sequences.push(Sequence { of: base, axis, offset, span, slot });
        Some(slot)
    }

    /// The slots that a random draw is keyed by besides its place.
    pub(super) fn draw_steps(&self) -> Vec<NodeId> {
        self.groups.iter().map(|group| group.index).collect()
    }
}

/// The equations as they were written, under no definitions yet.
fn told(group: &Group, starts: &Starts, backward: bool, length: Dim) -> Recurrent {
    let names = group.states.iter().zip(starts).filter_map(|(state, start)| {
        Some(RecurrentName {
            def: DefId(0),
            axis: state.axis,
            lag: state.lag,
            before: state.before,
            now: state.now?,
            start: start.map(|(start, _)| start),
        })
    });
    let sequences = group.sequences.iter().map(|sequence| RecurrentSequence {
        slot: sequence.slot,
        of: sequence.of,
        axis: sequence.axis,
        offset: sequence.offset,
    });
    Recurrent {
        index: group.name.clone(),
        step: group.index,
        length,
        backward,
        names: names.collect(),
        sequences: sequences.collect(),
    }
}
