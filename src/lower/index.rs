//! Indexing, and `for` over an index.

use super::{Cx, DefKind, Frame, Value, errors};
use crate::graph::{Attr, Attrs, NodeId, SliceSpec, Type, known};
use crate::ops;
use crate::resolve::hir::{Each, HirId, Slot};
use crate::shape::{Dim, Same, Shape};
use crate::source::Span;

impl Cx<'_> {
    /// `x[0, 1:3, ::2]`: indices drop their axis, slices keep it.
    pub(super) fn index(&mut self, base: NodeId, slots: &[Slot], get: &dyn Fn(HirId) -> Value, span: Span) -> Value {
        let shape = self.out.graph.shape(base).clone();
        let program = self.program;
        if slots.len() > shape.rank() {
            let shown = shape.show(&self.out.graph.dims);
            return self.report(errors::too_many_indices(slots.len(), &shown, span));
        }
        match self.sequence(base, slots, get) {
            Some(Ok((entry, axis))) => {
                let rest = slots.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, slot)| slot.clone());
                let rest: Vec<Slot> = rest.collect();
                return if rest.is_empty() { Value::Node(entry) } else { self.index(entry, &rest, get, span) };
            }
            Some(Err(())) => return Value::Poison,
            None => {}
        }
        let mut specs: Vec<SliceSpec> = vec![];
        let mut dropped: Vec<usize> = vec![];
        // Indices that are known only at the run, by their axis.
        let mut looked_up: Vec<(usize, NodeId, Span)> = vec![];
        for (axis, dim) in shape.iter().enumerate() {
            let whole = SliceSpec { start: Dim::Num(0), step: 1, len: dim.clone() };
            let Some(slot) = slots.get(axis) else {
                specs.push(whole);
                continue;
            };
            match slot {
                Slot::At(id) => {
                    let at = program.hir(*id).span;
                    let value = get(*id);
                    let Some(node) = self.as_node(&value, at) else { return Value::Poison };
                    match self.position(node, dim, at) {
                        Position::Known(start) => {
                            specs.push(SliceSpec { start, step: 1, len: Dim::Num(1) });
                            dropped.push(axis);
                        }
                        Position::Later => {
                            specs.push(whole);
                            looked_up.push((axis, node, at));
                        }
                        Position::Wrong => return Value::Poison,
                    }
                }
                Slot::Slice { start: Some(from), stop: Some(to), step: None, span: at }
                    if self.moves(&get(*from), &get(*to)).is_some() =>
                {
                    let Some((start, len)) = self.moves(&get(*from), &get(*to)) else { return Value::Poison };
                    // The entries from a place that moves, as many as are known: looked up one by one.
                    let steps = ops::build::range(self.graph(), 0.0, 1.0, Dim::Num(len));
                    let places = steps.and_then(|steps| ops::build::add(self.graph(), start, steps));
                    self.settle();
                    let Some(places) = self.made(places, *at, &[]) else { return Value::Poison };
                    specs.push(whole);
                    looked_up.push((axis, places, *at));
                }
                Slot::Slice { start, stop, step, span: at } => {
                    let bounds = [start, stop, step].map(|bound| bound.as_ref());
                    match self.stated_slice(bounds, dim, get, *at) {
                        Some(spec) => specs.push(spec),
                        None => return Value::Poison,
                    }
                }
            }
        }
        let whole = specs
            .iter()
            .zip(shape.iter())
            .all(|(spec, dim)| spec.step == 1 && spec.start == Dim::Num(0) && spec.len == *dim);
        let mut node = base;
        if !whole {
            let made = ops::build::sliced(self.graph(), node, &specs);
            let Some(made) = self.made(made, span, &[]) else { return Value::Poison };
            node = made;
        }
        // From the last axis on, so that an index of several axes leaves the places of the others.
        for (axis, index, at) in looked_up.into_iter().rev() {
            match self.look_up(node, axis, index, at, span) {
                Some((made, axes)) => {
                    node = made;
                    dropped.iter_mut().filter(|other| **other > axis).for_each(|other| *other += axes.max(1) - 1);
                    if axes == 0 {
                        dropped.push(axis);
                    }
                }
                None => return Value::Poison,
            }
        }
        if !dropped.is_empty() {
            let shape = self.out.graph.shape(node).clone();
            let kept = shape.iter().enumerate().filter(|(axis, _)| !dropped.contains(axis)).map(|(_, dim)| dim.clone());
            let to = Shape::new(kept);
            let made = ops::build::reshape_to(self.graph(), node, to);
            return self.made(made, span, &[]).map_or(Value::Poison, Value::Node);
        }
        Value::Node(node)
    }

    /// `1:3`, `::2`, between bounds that are known.
    fn stated_slice(
        &mut self,
        bounds: [Option<&HirId>; 3],
        dim: &Dim,
        get: &dyn Fn(HirId) -> Value,
        span: Span,
    ) -> Option<SliceSpec> {
        let [start, stop, step] = bounds;
        let program = self.program;
        let mut bound = |id: Option<&HirId>| -> Result<Option<Dim>, ()> {
            let Some(id) = id else { return Ok(None) };
            let at = program.hir(*id).span;
            let value = get(*id);
            let node = self.as_node(&value, at).ok_or(())?;
            match self.signed(node, dim, at) {
                Some(dim) => Ok(Some(dim)),
                None => Err(()),
            }
        };
        let (Ok(start), Ok(stop)) = (bound(start), bound(stop)) else { return None };
        let step = match step {
            None => 1,
            Some(id) => {
                let at = program.hir(*id).span;
                match self.whole(&get(*id), "step", at) {
                    Some(0) => {
                        self.report(errors::zero_step(at));
                        return None;
                    }
                    Some(step) => step,
                    None => return None,
                }
            }
        };
        self.slice(dim, start, stop, step, span)
    }

    /// `i : i + 3`: the start, known at the run alone, and how many entries it is to the stop.
    fn moves(&self, from: &Value, to: &Value) -> Option<(NodeId, u64)> {
        let (Value::Node(from), Value::Node(to)) = (from, to) else { return None };
        let is_known = |id: NodeId| {
            let leaf = self.leaf();
            known::number(&self.out.graph, id, &leaf).is_some() || known::dim(&self.out.graph, id, &leaf).is_some()
        };
        if is_known(*from) || is_known(*to) {
            return None;
        }
        let ((a, before), (b, after)) = (self.affine(*from), self.affine(*to));
        let len = after - before;
        (a == b && len.fract() == 0.0 && (1.0..1e15).contains(&len)).then_some((*from, len as u64))
    }

    /// A node as another plus a number.
    fn affine(&self, mut id: NodeId) -> (NodeId, f64) {
        use crate::graph::Is;
        let leaf = self.leaf();
        let number = |id: NodeId| known::number(&self.out.graph, id, &leaf);
        let mut offset = 0.0;
        loop {
            let node = self.out.graph.node(id);
            match (node.op.def.is, &node.args[..]) {
                (Is::Add, [a, b]) if number(*b).is_some() => {
                    offset += number(*b).unwrap_or(0.0);
                    id = *a;
                }
                (Is::Add, [a, b]) if number(*a).is_some() => {
                    offset += number(*a).unwrap_or(0.0);
                    id = *b;
                }
                (Is::Sub, [a, b]) if number(*b).is_some() => {
                    offset -= number(*b).unwrap_or(0.0);
                    id = *a;
                }
                (_, [a]) if node.op.def.role == crate::graph::Role::Def => id = *a,
                _ => return (id, offset),
            }
        }
    }

    /// An index that is known only at the run: entries are gathered, and the axes of the index, whose number is told, stand
    /// in the place of the axis. Of none, the axis stays with size 1 and is to be dropped.
    fn look_up(&mut self, x: NodeId, axis: usize, index: NodeId, span: Span, whole: Span) -> Option<(NodeId, usize)> {
        let shape = self.out.graph.shape(x).clone();
        let along = self.out.graph.shape(index).clone();
        if self.out.graph.node(index).dtype == crate::tensor::DType::Bool {
            let base = self.text(whole).split('[').next().unwrap_or("x");
            self.report(errors::index_condition(base, self.text(span), span));
            return None;
        }
        if along.rank() > 1 {
            let made = ops::build::take(self.graph(), x, index, axis);
            self.settle();
            return self.made(made, span, &[]).map(|node| (node, along.rank()));
        }
        let count = along.first().cloned().unwrap_or(Dim::Num(1));
        let placed = shape.iter().enumerate().map(|(i, _)| if i == axis { count.clone() } else { Dim::Num(1) });
        let placed = Shape::new(placed);
        let full = shape.with(axis, count);
        let made = ops::build::reshape_to(self.graph(), index, placed)
            .and_then(|index| ops::build::broadcast_to(self.graph(), index, full))
            .and_then(|index| ops::build::take_along(self.graph(), x, index, axis));
        self.settle();
        self.made(made, span, &[]).map(|node| (node, along.rank()))
    }

    /// A bound that may count from the end.
    fn signed(&mut self, node: NodeId, dim: &Dim, span: Span) -> Option<Dim> {
        let leaf = self.leaf();
        if let Some(number) = crate::graph::known::number(&self.out.graph, node, &leaf) {
            drop(leaf);
            if number.fract() != 0.0 || libm::fabs(number) > 9e15 {
                self.report(errors::index_whole(self.text(span), span));
                return None;
            }
            if number >= 0.0 {
                return Some(Dim::Num(number as u64));
            }
            return self.out.graph.dims.sub(dim, &Dim::Num((-number) as u64)).ok();
        }
        let known = crate::graph::known::dim(&self.out.graph, node, &leaf);
        drop(leaf);
        if known.is_none() {
            self.report(errors::bound_known(span));
        }
        known
    }

    fn position(&mut self, node: NodeId, dim: &Dim, span: Span) -> Position {
        let leaf = self.leaf();
        let number = crate::graph::known::number(&self.out.graph, node, &leaf);
        let symbolic = crate::graph::known::dim(&self.out.graph, node, &leaf);
        drop(leaf);
        if number.is_none() && symbolic.is_none() {
            return Position::Later;
        }
        let Some(start) = self.signed(node, dim, span) else { return Position::Wrong };
        // Inside the axis: start + 1 <= dim, and a negative one not before the front.
        let size = self.out.graph.dims.show(dim);
        let below = number.is_some_and(|n| n < 0.0 && self.out.graph.dims.known(dim).is_some_and(|d| -n > d as f64));
        if below {
            self.report(errors::index_range(self.text(span), &size, span));
            return Position::Wrong;
        }
        let next = self.out.graph.dims.add(&start, &Dim::Num(1));
        let next = match next {
            Ok(next) => next,
            Err(_) => {
                self.report(errors::index_range(self.text(span), &size, span));
                return Position::Wrong;
            }
        };
        if !self.at_most(&next, dim, span) {
            self.report(errors::index_range(self.text(span), &size, span));
            return Position::Wrong;
        }
        if number.is_some_and(|n| n < 0.0) && !self.at_most(&Dim::Num(0), &start, span) {
            self.report(errors::index_range(self.text(span), &size, span));
            return Position::Wrong;
        }
        Position::Known(start)
    }

    /// `a <= b`: known, or a condition for when data arrives. False where it can never be.
    fn at_most(&mut self, a: &Dim, b: &Dim, span: Span) -> bool {
        self.out.graph.dims.at(Some(span));
        self.out.graph.dims.require(b, crate::shape::Relation::AtLeast, a) != Same::No
    }

    fn slice(&mut self, dim: &Dim, start: Option<Dim>, stop: Option<Dim>, step: i64, span: Span) -> Option<SliceSpec> {
        let size = self.out.graph.dims.show(dim);
        let text = self.text(span);
        if step > 0 {
            let from = start.unwrap_or(Dim::Num(0));
            let to = stop.unwrap_or_else(|| dim.clone());
            if !self.at_most(&to, dim, span)
                || !self.at_most(&from, dim, span)
                || !self.at_most(&Dim::Num(0), &from, span)
            {
                self.report(errors::slice_range(text, &size, span));
                return None;
            }
            // An end before the start is empty where both are known.
            let len = match (self.out.graph.dims.known(&from), self.out.graph.dims.known(&to)) {
                (Some(a), Some(b)) => Dim::Num(b.saturating_sub(a)),
                _ => {
                    if !self.at_most(&from, &to, span) {
                        self.report(errors::slice_range(text, &size, span));
                        return None;
                    }
                    self.out.graph.dims.sub(&to, &from).ok()?
                }
            };
            let len = self.ceil_div(&len, step as u64)?;
            return Some(SliceSpec { start: from, step, len });
        }
        let by = step.unsigned_abs();
        let last = self.out.graph.dims.sub(dim, &Dim::Num(1)).ok()?;
        let from = start.unwrap_or(last);
        if self.out.graph.dims.known(dim) == Some(0) {
            return Some(SliceSpec { start: Dim::Num(0), step, len: Dim::Num(0) });
        }
        let next = self.out.graph.dims.add(&from, &Dim::Num(1)).ok()?;
        if !self.at_most(&next, dim, span) || !self.at_most(&Dim::Num(0), &from, span) {
            self.report(errors::slice_range(text, &size, span));
            return None;
        }
        let len = match stop {
            // To the front, the first entry included.
            None => next,
            Some(stop) => match (self.out.graph.dims.known(&from), self.out.graph.dims.known(&stop)) {
                (Some(a), Some(b)) => Dim::Num(a.saturating_sub(b)),
                // An end before the front.
                _ if !self.at_most(&Dim::Num(0), &stop, span) => {
                    self.report(errors::slice_range(text, &size, span));
                    return None;
                }
                _ => {
                    if !self.at_most(&stop, &from, span) {
                        self.report(errors::slice_range(text, &size, span));
                        return None;
                    }
                    self.out.graph.dims.sub(&from, &stop).ok()?
                }
            },
        };
        let len = self.ceil_div(&len, by)?;
        Some(SliceSpec { start: from, step, len })
    }

    fn ceil_div(&self, len: &Dim, by: u64) -> Option<Dim> {
        if by == 1 {
            return Some(len.clone());
        }
        let dims = &self.out.graph.dims;
        dims.add(len, &Dim::Num(by - 1)).and_then(|sum| dims.floor_div(&sum, by)).ok()
    }

    /// `[… for i in range]` and `sum(… for i in range)`: the body once, with the index as a new first axis.
    pub(super) fn each(&mut self, each: &Each, range: &Value, span: Span) -> Value {
        let Some(over) = self.as_node(range, span) else { return Value::Poison };
        let along = self.out.graph.shape(over).clone();
        if along.rank() != 1 {
            return self
                .report(errors::each_range(&along.show(&self.out.graph.dims), self.program.hir(each.range).span));
        }
        let n = along[0].clone();
        let ty = Type::real(Shape::SCALAR);
        let def = self.slot(each.name.clone(), span, DefKind::Local, ty, None);
        let index = self.out.def(def).node;
        let own = self.frames.is_empty();
        if own {
            self.frames.push(Frame::default());
        }
        if let Some(frame) = self.frames.last_mut() {
            if frame.places.len() <= each.index as usize {
                frame.places.resize(each.index as usize + 1, None);
            }
            frame.places[each.index as usize] = Some(Value::Node(index));
        }
        let since = self.out.graph.len();
        let value = self.value(each.body);
        if own {
            self.frames.pop();
        }
        let Some(body) = self.as_node(&value, span) else { return Value::Poison };
        self.here = Some(span);
        let batched = crate::batch::batch(self.graph(), body, &[(index, over)], &n, since);
        self.settle();
        let stacked = match batched {
            Ok(node) => node,
            Err(fault) => return self.made(Err(fault), span, &[]).map_or(Value::Poison, Value::Node),
        };
        let Some(reduction) = each.reduction else { return Value::Node(stacked) };
        self.apply(
            reduction,
            Attrs::from_vec(vec![Attr::Ints([0].into()), Attr::Flag(false)]),
            &[stacked],
            span,
            &[span],
        )
    }
}

enum Position {
    Known(Dim),
    Later,
    Wrong,
}
