//! Items in order, with buffers: each result gets the smallest free one, and gives it back after its last reader.

use super::arrange::{Arg, Each};
use super::compile::{Does, Item, Maker, Val, Work, compile_carried};
use super::explain::About;
use super::group::{Group, Op, Operand, Spread, TILE, What, what};
use super::layout::{Copied, Pool};
use super::places::{Part, Place};
use super::scalars::{From, Scalar, Scalars, batched};
use super::scan::{self, Scan};
use super::{Code, Filled, Inst, Making, Root, SlotPlace, Stored, View};
use crate::exec::Trouble;
use crate::graph::Loop;
use crate::kernels::vector::Unary;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;
use std::marker::PhantomData;

/// No buffer yet.
const NONE: u32 = u32::MAX;
/// The buffer of numbers.
const NUMBERS: u32 = 0;

struct Emit<'a, 'b> {
    maker: &'a Maker<'b>,
    pool: Pool,
    /// The buffer of each place, and where in it.
    held: Vec<(u32, usize)>,
    /// The buffer of numbers: how many there are, and those that are known.
    scalars: u32,
    known: Vec<(u32, f64)>,
    constants: FxHashMap<u64, u32>,
    /// Registers of a tile's size, shared by all groups.
    registers: Vec<u32>,
    numbers: FxHashMap<u64, u32>,
}

impl Maker<'_> {
    /// The instructions; `None` where a whole number is too large for the precision.
    // Long: slots, numbers and groups are given their places in the order in which a run needs them.
    pub(super) fn code<T: Stored>(
        &mut self,
        roots: &[(View, u32)],
        carries: &[(usize, Filled)],
    ) -> Result<Option<Code<T>>, Trouble> {
        let mut items = std::mem::take(&mut self.items);
        self.arrange(&mut items, roots);
        items.sort_by_key(|item| (item.moving, item.level));
        let places = self.places();
        let mut emit = Emit {
            maker: self,
            pool: Pool::default(),
            held: vec![(NONE, 0); places],
            scalars: 0,
            known: vec![],
            constants: FxHashMap::default(),
            registers: vec![],
            numbers: FxHashMap::default(),
        };
        emit.pool.pinned(0);
        for (place, filled, _) in &self.slots {
            let carried = carries.iter().any(|(_, slot)| slot == filled);
            emit.held[*place as usize] = match self.size(*place) {
                1 if !carried => (NUMBERS, emit.scalar() as usize),
                size => (emit.pool.pinned(size), 0),
            };
        }
        for (product, slot) in &self.added {
            emit.held[*product as usize] = emit.held[*slot as usize];
        }
        for (view, _) in roots {
            if !self.is_number(view.buf) {
                emit.pin(view.buf);
            }
        }
        let last = emit.last_uses(&items);
        let (mut once, mut each, mut about) = (vec![], vec![], vec![]);
        for (i, item) in items.iter().enumerate() {
            for place in self.makes(&item.work).into_iter().filter(|place| !self.is_number(*place)) {
                if item.moving { emit.hold(place) } else { emit.pin(place) }
            }
            let Some(inst) = emit.inst::<T>(&item.work)? else { return Ok(None) };
            about.push(self.about(&item.work));
            if item.moving {
                each.push(inst)
            } else {
                once.push(inst)
            }
            // What nobody reads any more is free.
            let mut done: Vec<u32> = self.read_by(&item.work);
            done.extend(self.makes(&item.work));
            done.sort_unstable();
            done.dedup();
            for place in done {
                let (held, _) = emit.held[place as usize];
                if item.moving && last[place as usize] == Some(i) && held != NUMBERS && held != NONE {
                    emit.pool.give(held);
                }
            }
        }
        let numbers: Vec<(u32, f64)> = emit.numbers.iter().map(|(bits, buf)| (*buf, f64::from_bits(*bits))).collect();
        emit.pool.sizes[NUMBERS as usize] = emit.scalars as usize;
        let known = std::mem::take(&mut emit.known);
        let (sizes, held) = (std::mem::take(&mut emit.pool.sizes), std::mem::take(&mut emit.held));
        let mut bufs: Vec<Vec<T>> = Vec::with_capacity(sizes.len());
        for size in &sizes {
            bufs.push(
                crate::kernels::room(*size)
                    .map(|mut room: Vec<T>| {
                        room.resize(*size, T::ZERO);
                        room
                    })
                    .map_err(|refusal| self.plan.trouble(self.plan.order[0], refusal, self.inputs))?,
            );
        }
        for (buf, number) in numbers {
            bufs[buf as usize].fill(T::narrow(number));
        }
        for (place, number) in known {
            bufs[NUMBERS as usize][place as usize] = T::narrow(number);
        }
        let bytes = sizes.iter().map(|size| (size * size_of::<T>()) as u64).sum();
        let slots: Vec<SlotPlace> = self
            .slots
            .iter()
            .map(|(place, filled, moves)| SlotPlace {
                filled: *filled,
                buf: held[*place as usize].0,
                offset: held[*place as usize].1,
                moves: *moves,
                shape: self.shape(*place).to_vec(),
            })
            .collect();
        let root = |(view, place): &(View, u32)| Root {
            view: moved_to(held[view.buf as usize], view),
            shape: self.plan.shape(*place as usize).to_vec(),
            dtype: self.node(*place as usize).dtype,
        };
        let roots: Vec<Root> = roots.iter().map(root).collect();
        let buf_of = |filled: &Filled| slots.iter().find(|slot| slot.filled == *filled).map(|slot| slot.buf);
        let carried = carries.iter();
        let carried = carried.filter_map(|(root, slot)| Some((roots.get(*root)?.view.buf, buf_of(slot)?))).collect();
        let mut code = Code { once, each, about, bufs, slots, roots, carried, ran: false, fresh: true, bytes };
        for (place, filled, _) in &self.slots {
            let crate::exec::plan::Act::Held(at) = self.plan.acts[*place as usize] else { continue };
            let Filled::Def(def) = filled else { continue };
            if !code.set(*def, &self.plan.held[at as usize]) {
                return Ok(None);
            }
        }
        Ok(Some(code))
    }

    /// The places that an item writes for others.
    fn makes(&self, work: &Work) -> Vec<u32> {
        match work {
            Work::Group { members, .. } => members.iter().copied().filter(|at| self.escapes[*at as usize]).collect(),
            Work::Product { at, .. }
            | Work::Sum { at, .. }
            | Work::Lanes { at, .. }
            | Work::Most { at, .. }
            | Work::Place { at, .. }
            | Work::Gather { at, .. }
            | Work::Conv { at, .. }
            | Work::Copy { at, .. }
            | Work::Reference { at, .. } => vec![*at],
            Work::Scan { picks, .. } => picks.iter().map(|(taker, _)| *taker).collect(),
        }
    }

    /// What an item is made of, for people.
    fn about(&self, work: &Work) -> About {
        let node = |at: u32| self.plan.order[at as usize];
        let entries = |at: u32| self.size(at) as u64;
        let size = size_of::<f64>() as u64;
        match work {
            Work::Group { members, shape } => About {
                nodes: members.iter().map(|at| node(*at)).collect(),
                shape: shape.clone(),
                bytes: size * self.makes(work).into_iter().map(entries).sum::<u64>(),
            },
            Work::Product { at, .. }
            | Work::Sum { at, .. }
            | Work::Lanes { at, .. }
            | Work::Most { at, .. }
            | Work::Place { at, .. }
            | Work::Gather { at, .. }
            | Work::Conv { at, .. }
            | Work::Reference { at, .. } => {
                About { nodes: vec![node(*at)], shape: self.shape(*at).to_vec(), bytes: size * entries(*at) }
            }
            Work::Scan { at, picks, .. } => About {
                nodes: vec![node(*at)],
                shape: vec![],
                bytes: size * picks.iter().map(|(taker, _)| entries(*taker)).sum::<u64>(),
            },
            // A copy is made of what it copies.
            Work::Copy { at, from, shape } => About {
                nodes: self.plan.order.get(from.buf as usize).copied().into_iter().collect(),
                shape: shape.clone(),
                bytes: size * entries(*at),
            },
        }
    }

    /// The places whose buffers an item reads.
    pub(super) fn read_by(&self, work: &Work) -> Vec<u32> {
        match work {
            Work::Group { members, .. } if self.eaches.contains_key(&members[0]) => {
                let args = members.iter().filter_map(|at| self.eaches.get(at)).flat_map(|each| &each.args);
                let view = |arg: &Arg| if let Arg::View(view) = arg { Some(view.buf) } else { None };
                args.filter_map(view).collect()
            }
            Work::Group { members, .. } => {
                let needs = members.iter().flat_map(|at| self.plan.needs(*at as usize));
                needs.filter_map(|need| self.view(*need)).map(|(view, _)| view.buf).collect()
            }
            Work::Product { product, .. } => vec![product.left.buf, product.right.buf],
            Work::Sum { sum, .. } => vec![sum.from.buf],
            Work::Lanes { lanes, .. } => vec![lanes.from.buf],
            Work::Most { from, .. } | Work::Copy { from, .. } => vec![from.buf],
            Work::Place { place, .. } => place.parts.iter().map(|part| part.from.buf).collect(),
            Work::Gather { gather, .. } => {
                let args = gather.applied.args.iter().map(|(view, ..)| view.buf);
                args.chain([gather.from.buf, gather.index.buf]).collect()
            }
            Work::Conv { left, right, .. } => vec![left.buf, right.buf],
            Work::Scan { args, .. } => args.iter().map(|(view, _)| view.buf).collect(),
            Work::Reference { applied, .. } => applied.args.iter().map(|(view, ..)| view.buf).collect(),
        }
    }
}

/// The view of a place in the buffer that holds it.
fn moved_to((buf, offset): (u32, usize), view: &View) -> View {
    View { buf, offset: offset + view.offset, strides: view.strides.clone() }
}

impl Emit<'_, '_> {
    fn pin(&mut self, place: u32) {
        if self.held[place as usize].0 == NONE {
            self.held[place as usize].0 = self.pool.pinned(self.maker.size(place));
        }
    }

    fn hold(&mut self, place: u32) {
        if self.held[place as usize].0 == NONE {
            self.held[place as usize].0 = self.pool.take(self.maker.size(place));
        }
    }

    /// A place in the buffer of numbers.
    fn scalar(&mut self) -> u32 {
        self.scalars += 1;
        self.scalars - 1
    }

    fn constant(&mut self, number: f64) -> u32 {
        if let Some(place) = self.constants.get(&number.to_bits()) {
            return *place;
        }
        let place = self.scalar();
        self.constants.insert(number.to_bits(), place);
        self.known.push((place, number));
        place
    }

    /// A group over one entry.
    fn numbers<T: Stored>(&mut self, members: &[u32]) -> Scalars<T> {
        let maker = self.maker;
        let (mut ops, mut loads): (Vec<Scalar>, Vec<(u32, u32, usize)>) = (vec![], vec![]);
        let mut made: FxHashMap<u32, From> = FxHashMap::default();
        let mut list: Vec<(u32, u32)> = vec![];
        for at in members {
            let position = *at as usize;
            if let Val::Number(number) = maker.vals[position] {
                self.held[position] = (NUMBERS, self.constant(number) as usize);
                continue;
            }
            let needs = maker.plan.needs(position);
            let mut args = [From::Place(0); 3];
            let mut second = None;
            for (i, need) in needs.iter().enumerate().take(3) {
                args[i] = match &maker.vals[*need as usize] {
                    Val::Number(number) => {
                        second = if i == 1 { Some(*number) } else { second };
                        From::Place(self.constant(*number))
                    }
                    Val::View(view) => match (made.get(&view.buf), self.held[view.buf as usize]) {
                        (Some(from), _) => *from,
                        (None, (NUMBERS, offset)) => From::Place((offset + view.offset) as u32),
                        (None, (buf, offset)) => {
                            let place = self.scalar();
                            loads.push((place, buf, offset + view.offset));
                            if maker.size(view.buf) == 1 {
                                made.insert(view.buf, From::Place(place));
                            }
                            From::Place(place)
                        }
                    },
                };
            }
            let node = maker.node(position);
            let Some(what) = what(node.op.def, crate::ops::kernel(node.op.def, maker.inputs.precision), second) else {
                continue;
            };
            let count = what.count() as u8;
            made.insert(*at, From::Op(ops.len() as u32));
            list.push((*at, ops.len() as u32));
            ops.push(Scalar { what, args, count });
        }
        let (batches, args, places) = batched(&ops, self.scalars);
        self.scalars += ops.len() as u32;
        for (at, op) in list {
            self.held[at as usize] = (NUMBERS, places[op as usize] as usize);
        }
        Scalars { buf: NUMBERS, loads, batches, args, of: PhantomData }
    }

    /// For each place the item that reads it last, where its buffer can be given back then: not slots, roots and constants.
    fn last_uses(&self, items: &[Item]) -> Vec<Option<usize>> {
        let mut last = vec![None; self.held.len()];
        for (i, item) in items.iter().enumerate() {
            for place in self.maker.read_by(&item.work).into_iter().chain(self.maker.makes(&item.work)) {
                last[place as usize] = Some(i);
            }
        }
        for (place, (held, _)) in self.held.iter().enumerate() {
            if *held != NONE {
                last[place] = None;
            }
        }
        for item in items.iter().filter(|item| !item.moving) {
            for place in self.maker.makes(&item.work) {
                last[place as usize] = None;
            }
        }
        last
    }

    fn held(&self, view: &View) -> View {
        moved_to(self.held[view.buf as usize], view)
    }

    fn applied(&self, applied: &super::Applied, to: u32) -> super::Applied {
        let args = applied.args.iter().map(|(view, own, dtype)| (self.held(view), own.clone(), *dtype)).collect();
        super::Applied { node: applied.node, to, shape: applied.shape.clone(), args }
    }

    /// `None`: the body of a loop has something that only the reference computes.
    fn inst<T: Stored>(&mut self, work: &Work) -> Result<Option<Inst<T>>, Trouble> {
        let to = |at: &u32| self.held[*at as usize].0;
        Ok(Some(match work {
            Work::Group { members, .. } if !self.maker.eaches.contains_key(&members[0]) => {
                Inst::Scalars(self.numbers(members))
            }
            Work::Group { members, .. } => Inst::Group(self.group(members)),
            Work::Product { at, product } => Inst::Product(Box::new(super::Product {
                to: to(at),
                left: self.held(&product.left),
                right: self.held(&product.right),
                stack: product.stack.clone(),
                size: product.size,
                adds: product.adds,
            })),
            Work::Sum { at, sum } => {
                let (kept, summed) = (sum.kept.clone(), sum.summed.clone());
                Inst::Sum(Box::new(super::lanes::Sum::new(to(at), self.held(&sum.from), kept, summed, sum.divisor)))
            }
            Work::Lanes { at, lanes } => Inst::Lanes(Box::new(super::lanes::Laned::new(super::lanes::Lanes {
                to: to(at),
                from: self.held(&lanes.from),
                kind: lanes.kind,
                sides: lanes.sides,
            }))),
            Work::Most { at, from, kept, further, op } => {
                let (to, from) = (to(at), self.held(from));
                let size = kept.iter().product();
                let first = Copied::new(to, &from, kept);
                let room = self.pool.pinned(2 * size);
                let (further, op, buf) = (further.clone(), *op, from.buf);
                Inst::Most(Box::new(super::lanes::Most { to, buf, size, first, further, op, room }))
            }
            Work::Place { at, place } => {
                let part = |part: &Part| Part { from: self.held(&part.from), ..part.clone() };
                let parts = place.parts.iter().map(part).collect();
                let (size, zeros, adds) = (place.size, place.zeros, place.adds);
                Inst::Place(Box::new(Place { to: to(at), size, zeros, adds, parts }))
            }
            Work::Gather { at, gather } => Inst::Gather(Box::new(super::places::Gather {
                to: to(at),
                from: self.held(&gather.from),
                index: self.held(&gather.index),
                applied: self.applied(&gather.applied, to(at)),
                ..**gather
            })),
            Work::Conv { at, left, right, kind, conv } => {
                let (to, left, right) = (to(at), self.held(left), self.held(right));
                let (size, room) = (self.maker.size(*at), self.pool.pinned(conv.room()));
                let conv = (**conv).clone();
                Inst::Conv(Box::new(super::places::Conv { to, size, left, right, kind: *kind, conv, room }))
            }
            Work::Scan { at, args, picks } => match self.scan::<T>(*at as usize, args, picks)? {
                Some(scan) => Inst::Scan(Box::new(scan)),
                None => return Ok(None),
            },
            Work::Copy { at, from, shape } => Inst::Copy(Box::new(Copied::new(to(at), &self.held(from), shape))),
            Work::Reference { at, applied } => Inst::Reference(Box::new(self.applied(applied, to(at)))),
        }))
    }

    fn scan<T: Stored>(
        &self,
        position: usize,
        args: &[(View, Vec<usize>)],
        picks: &[(u32, usize)],
    ) -> Result<Option<Scan<T>>, Trouble> {
        let (graph, plan) = (self.maker.graph, self.maker.plan);
        let (Some(steps), Some(planned)) = (Loop::of(graph, plan.order[position]), plan.steps(position)) else {
            return Ok(None);
        };
        let (states, shared) = (steps.states as usize, steps.shared_from());
        let making = Making { moves: &|_| false, carried: &[] };
        let moves = |param: u32| (param as usize) < shared || param as usize >= args.len();
        // A state with entries enough has two buffers that change places; of the others the few numbers are copied.
        let sizes = |state: &usize| args[*state].1.iter().product::<usize>();
        let mut carried: Vec<(usize, Filled)> = vec![];
        for state in (0..states).filter(|state| sizes(state) > 1) {
            carried.push((state, Filled::Given(state as u32)));
        }
        let own = (&moves as &dyn Fn(u32) -> bool, carried.as_slice());
        let Some(code) = compile_carried::<T>(graph, &planned.body, self.maker.inputs, &making, own)? else {
            return Ok(None);
        };
        let whole = |(view, shape): &(View, Vec<usize>)| Copied::new(0, &self.held(view), shape);
        let mut rows = vec![];
        for (param, (view, shape)) in args.iter().enumerate().take(shared).skip(states) {
            let (view, Some((length, row))) = (self.held(view), shape.split_first()) else { return Ok(None) };
            if *length < planned.length {
                return Ok(None);
            }
            rows.push((Copied::new(0, &scan::row(&view), row), view.strides[0], param as u32));
        }
        let results = planned.body.roots.len();
        let taken = |wanted: &dyn Fn(usize) -> Option<usize>| -> Vec<(usize, u32)> {
            let own = picks.iter().filter_map(|(taker, which)| Some((wanted(*which)?, self.held[*taker as usize].0)));
            own.collect()
        };
        // Each state keeps its shape.
        let mut fits = args.iter().take(states).zip(&planned.body.roots);
        if !fits.all(|((_, shape), root)| planned.body.shape(*root as usize) == shape) {
            return Ok(None);
        }
        Ok(Some(Scan {
            length: planned.length,
            backward: steps.backward,
            start: args.iter().take(states).map(whole).collect(),
            copied: (0..states).filter(|state| code.slot_of(*state as u32).is_some() && sizes(state) == 1).collect(),
            reading: code.reading(),
            slots: (0..=args.len() as u32).map(|param| code.slot_of(param)).collect(),
            code,
            rows,
            shared: args.iter().enumerate().skip(shared).map(|(param, arg)| (whole(arg), param as u32)).collect(),
            index: (graph.body(steps.body).params.len() > args.len()).then_some(args.len() as u32),
            collected: taken(&|which| (which < results).then_some(which)),
            last: taken(&|which| which.checked_sub(results)),
            reads: args.iter().map(|(view, _)| self.held(view).buf).collect(),
        }))
    }

    /// A register that holds a number in every entry.
    fn number(&mut self, number: f64) -> Operand {
        let pool = &mut self.pool;
        let buf = *self.numbers.entry(number.to_bits()).or_insert_with(|| pool.pinned(TILE));
        Operand { buf, moves: false }
    }

    // Long: registers are given out, filled and given back in one walk over the members.
    fn group<T: Stored>(&mut self, members: &[u32]) -> Group<T> {
        let maker = self.maker;
        let eaches: Vec<(u32, &Each)> = members.iter().filter_map(|at| Some((*at, maker.eaches.get(at)?))).collect();
        let size = eaches.first().map_or(0, |(_, each)| each.shape.iter().product());
        let mut group = Group { size, fills: vec![], spreads: vec![], ops: vec![], of: PhantomData };
        // Where each member's value lies inside the group, and who reads it last.
        let mut inside: FxHashMap<u32, Operand> = FxHashMap::default();
        let own: rustc_hash::FxHashSet<u32> = members.iter().copied().collect();
        let mut last: FxHashMap<u32, usize> = FxHashMap::default();
        let is_inside = |view: &View, of: &[usize]| own.contains(&view.buf) && maker.joins(view, of);
        // The slope of tanh is computed beside it.
        let tanh = |what: What| matches!(what, What::Unary(Unary::Tanh));
        let slope = |what: What| matches!(what, What::Unary(Unary::TanhSlope));
        let beside = |each: &Each, wanted: &dyn Fn(What) -> bool| {
            let same = |other: &Each| wanted(other.what) && other.args == each.args && other.shape == each.shape;
            eaches.iter().find(|(_, other)| same(other)).map(|(at, _)| *at)
        };
        for (i, (_, each)) in eaches.iter().enumerate() {
            for arg in &each.args {
                if let Arg::View(view) = arg
                    && is_inside(view, &each.shape)
                {
                    last.insert(view.buf, i);
                }
            }
        }
        // What comes from outside has its registers first: they are filled before the tile's operators.
        let mut outside: FxHashMap<(View, Vec<usize>), Operand> = FxHashMap::default();
        let mut free: Vec<u32> = self.registers.iter().rev().copied().collect();
        for (_, each) in &eaches {
            for arg in &each.args {
                let Arg::View(view) = arg else { continue };
                if is_inside(view, &each.shape) {
                    continue;
                }
                let view = self.held(view);
                let key = (view, each.shape.clone());
                if outside.contains_key(&key) {
                    continue;
                }
                let (view, shape) = &key;
                let operand = if view.offset == 0 && view.is_row_major(shape) {
                    Operand { buf: view.buf, moves: true }
                } else {
                    let register = self.register(&mut free);
                    if view.is_uniform(shape) {
                        group.fills.push((register, view.buf, view.offset));
                    } else {
                        group.spreads.push(Spread::new(register, view, shape));
                    }
                    Operand { buf: register, moves: false }
                };
                outside.insert(key, operand);
            }
        }
        let mut borrowed: Vec<u32> = vec![];
        for (i, (at, each)) in eaches.iter().enumerate() {
            let mut args: SmallVec<[Operand; 3]> = SmallVec::new();
            for arg in &each.args {
                args.push(match arg {
                    Arg::Number(number) => self.number(*number),
                    Arg::View(view) if is_inside(view, &each.shape) => {
                        inside.get(&view.buf).copied().unwrap_or(Operand { buf: NONE, moves: false })
                    }
                    Arg::View(view) => {
                        let key = (self.held(view), each.shape.clone());
                        outside.get(&key).copied().unwrap_or(Operand { buf: NONE, moves: false })
                    }
                });
            }
            let mut place = |emit: &mut Self, at: u32| match maker.escapes[at as usize] {
                true => Operand { buf: emit.held[at as usize].0, moves: true },
                false => {
                    borrowed.push(at);
                    Operand { buf: emit.register(&mut free), moves: false }
                }
            };
            if !inside.contains_key(at) {
                let to = place(self, *at);
                inside.insert(*at, to);
                args.resize(3, args.first().copied().unwrap_or(to));
                let args = [args[0], args[1], args[2]];
                let pair = if tanh(each.what) {
                    beside(each, &slope).map(|other| (*at, other))
                } else if slope(each.what) {
                    beside(each, &tanh).map(|other| (other, *at))
                } else {
                    None
                };
                match pair {
                    Some((value, slope)) => {
                        let other = if value == *at { slope } else { value };
                        let to = place(self, other);
                        inside.insert(other, to);
                        let (to, also) = (inside[&value], inside[&slope]);
                        group.ops.push(Op { what: What::TanhAndSlope(also), to, args });
                    }
                    None => group.ops.push(Op { what: each.what, to, args }),
                }
            }
            borrowed.retain(|member| {
                let done = last.get(member).is_none_or(|last| *last <= i);
                if done && let Some(operand) = inside.get(member) {
                    free.push(operand.buf);
                }
                !done
            });
        }
        group
    }

    fn register(&mut self, free: &mut Vec<u32>) -> u32 {
        free.pop().unwrap_or_else(|| {
            let register = self.pool.pinned(TILE);
            self.registers.push(register);
            register
        })
    }
}

impl Maker<'_> {
    /// Is it the result of an operator over numbers, or a number? These lie together.
    fn is_number(&self, place: u32) -> bool {
        let at = place as usize;
        at < self.plan.order.len() && self.does[at] == Does::Each && self.size(place) == 1
    }

    /// How many places there are: of the plan, and of copies.
    fn places(&self) -> usize {
        self.plan.order.len() + self.copies.len()
    }

    /// The entries of a place.
    pub(super) fn size(&self, place: u32) -> usize {
        let at = place as usize;
        // A number that is made a buffer has one entry, whatever its shape.
        if at < self.plan.order.len() && matches!(self.vals[at], Val::Number(_)) {
            return 1;
        }
        self.shape(place).iter().product()
    }
}
