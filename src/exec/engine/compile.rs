//! From the reference's plan to instructions: values as views, entry-by-entry operators in groups, buffers by liveness.

use super::arrange::{Arg, Each};
use super::lanes::{Kind, Lanes, Sum};
use super::layout::strides;
use super::parts::Unsliced;
use super::places::{Gather, Part, Place};
use super::{Applied, Code, Filled, Making, Product, Stored, View};
use crate::exec::plan::{Act, Plan, extent, slot_of};
use crate::exec::windows;
use crate::exec::{Inputs, Trouble};
use crate::graph::{Attr, Contract, Conv, Graph, Is, Kernel, Loop, Move, Node, Reduce, Source};
use crate::kernels::vector::Binary;
use crate::kernels::windows::Convolution;
use crate::tensor::DType;
use rustc_hash::FxHashMap;

/// A value while the program is made; the buffer of a view is the place that makes it.
#[derive(Clone, Debug)]
pub(super) enum Val {
    /// The same number everywhere.
    Number(f64),
    View(View),
}

/// What a place does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Does {
    /// Nothing: its value is a view of another, a number or a slot.
    Nothing,
    /// An entry-by-entry operator.
    Each,
    /// An instruction of its own.
    Inst,
}

/// Everything known of the places of the plan, then of the copies made between them.
// Many files: each kind of instruction is made from the same places.
pub(super) struct Maker<'a> {
    pub(super) graph: &'a Graph,
    pub(super) plan: &'a Plan,
    pub(super) inputs: &'a Inputs<'a>,
    pub(super) vals: Vec<Val>,
    pub(super) does: Vec<Does>,
    /// Instructions of a smaller level come first.
    pub(super) level: Vec<u32>,
    /// Does it depend on what moves?
    pub(super) moving: Vec<bool>,
    /// What is made between places of the plan; their own places lie behind those.
    pub(super) copies: Vec<Copied>,
    /// Entry-by-entry operators whose value others read.
    pub(super) escapes: Vec<bool>,
    pub(super) items: Vec<Item>,
    pub(super) slots: Vec<(u32, Filled, bool)>,
    /// Does this parameter of a body change between runs?
    given: &'a dyn Fn(u32) -> bool,
    /// What is taken from each loop: the place that takes it, and which.
    picks: FxHashMap<usize, Vec<(u32, usize)>>,
    groups: FxHashMap<(usize, u32, bool), usize>,
    pub(super) unsliced: FxHashMap<u32, Unsliced>,
    /// Products that are added to a slot, in its buffer: their places, and the slot's.
    pub(super) added: Vec<(u32, u32)>,
    /// The entry-by-entry operators over tensors.
    pub(super) eaches: FxHashMap<u32, Each>,
    /// The places of those that are made already.
    pub(super) made: FxHashMap<Vec<u64>, u32>,
}

/// A view written out.
pub(super) struct Copied {
    shape: Vec<usize>,
    level: u32,
    moving: bool,
}

/// An instruction before its buffers are known.
pub(super) struct Item {
    pub(super) level: u32,
    pub(super) moving: bool,
    pub(super) work: Work,
    /// Another does what it did.
    pub(super) dead: bool,
}

pub(super) enum Work {
    Group { members: Vec<u32>, shape: Vec<usize> },
    Product { at: u32, product: Product },
    Sum { at: u32, sum: Sum },
    Lanes { at: u32, lanes: Lanes },
    Most { at: u32, from: View, kept: Vec<usize>, further: Vec<usize>, op: Binary },
    Place { at: u32, place: Place },
    Gather { at: u32, gather: Box<Gather> },
    Conv { at: u32, left: View, right: View, kind: Conv, conv: Box<Convolution> },
    Scan { at: u32, args: Vec<(View, Vec<usize>)>, picks: Vec<(u32, usize)> },
    Copy { at: u32, from: View, shape: Vec<usize> },
    Reference { at: u32, applied: Applied },
}

pub(super) fn compile<T: Stored>(
    graph: &Graph,
    plan: &Plan,
    inputs: &Inputs,
    making: &Making,
    given: &dyn Fn(u32) -> bool,
) -> Result<Option<Code<T>>, Trouble> {
    let carried: Vec<(usize, Filled)> = making.carried.iter().map(|(root, def)| (*root, Filled::Def(*def))).collect();
    compile_carried(graph, plan, inputs, making, (given, &carried))
}

/// As [`compile`], where roots may also be carried to the parameters of a body.
pub(super) fn compile_carried<T: Stored>(
    graph: &Graph,
    plan: &Plan,
    inputs: &Inputs,
    making: &Making,
    (given, carried): (&dyn Fn(u32) -> bool, &[(usize, Filled)]),
) -> Result<Option<Code<T>>, Trouble> {
    let count = plan.order.len();
    let mut maker = Maker {
        graph,
        plan,
        inputs,
        vals: Vec::with_capacity(count),
        does: Vec::with_capacity(count),
        level: Vec::with_capacity(count),
        moving: Vec::with_capacity(count),
        copies: vec![],
        escapes: vec![false; count],
        items: vec![],
        slots: vec![],
        given,
        picks: taken(graph, plan),
        groups: FxHashMap::default(),
        unsliced: FxHashMap::default(),
        added: vec![],
        eaches: FxHashMap::default(),
        made: FxHashMap::default(),
    };
    for position in 0..count {
        if !maker.place(position, making)? {
            return Ok(None);
        }
    }
    let roots = maker.roots(carried);
    maker.code(&roots, carried)
}

impl Maker<'_> {
    pub(super) fn node(&self, position: usize) -> &Node {
        self.graph.node(self.plan.order[position])
    }

    pub(super) fn shape(&self, place: u32) -> &[usize] {
        let place = place as usize;
        match place.checked_sub(self.plan.order.len()) {
            Some(copy) => &self.copies[copy].shape,
            None => self.plan.shape(place),
        }
    }

    /// Is this view all of the value of an entry-by-entry operator, in the order in which it lies?
    pub(super) fn joins(&self, view: &View, shape: &[usize]) -> bool {
        self.does.get(view.buf as usize) == Some(&Does::Each)
            && view.offset == 0
            && view.is_row_major(shape)
            && self.size(view.buf) == shape.iter().product::<usize>()
    }

    /// Takes in one place of the plan; `false` where only the reference can.
    fn place(&mut self, position: usize, making: &Making) -> Result<bool, Trouble> {
        let at = position as u32;
        let shape = self.plan.shape(position).to_vec();
        let (def, dtype) = (self.node(position).op.def, self.node(position).dtype);
        let needs = self.plan.needs(position).to_vec();
        self.moving.push(needs.iter().any(|need| self.moving[*need as usize]));
        self.level.push(0);
        self.does.push(Does::Nothing);
        self.vals.push(Val::View(View::whole(at, &shape)));
        let alias = |need: &u32| self.vals[*need as usize].clone();
        match &self.plan.acts[position] {
            Act::Cached => return Ok(false),
            Act::Given(param) => {
                let moves = (self.given)(*param);
                self.moving[position] = moves;
                self.slots.push((at, Filled::Given(*param), moves));
                return Ok(true);
            }
            Act::Held(held) => {
                let tensor = &self.plan.held[*held as usize];
                let Some(def) = slot_of(self.node(position)) else { return Ok(false) };
                if tensor.shape() != shape || dtype == DType::Int && tensor.dtype() != DType::Int {
                    return Ok(false);
                }
                let moves = (making.moves)(def) || making.carried.iter().any(|(_, slot)| *slot == def);
                self.moving[position] = moves;
                self.slots.push((at, Filled::Def(def), moves));
                return Ok(true);
            }
            Act::Alias => {
                let Some(need) = needs.first() else { return Ok(false) };
                let from = self.node(*need as usize).dtype;
                if self.shape(*need) != shape || dtype == DType::Int && from != DType::Int {
                    return Ok(false);
                }
                let value = alias(need);
                self.vals[position] = value;
                return Ok(true);
            }
            Act::Apply => {}
        }
        let kernel = crate::ops::kernel(def, self.inputs.precision);
        match kernel {
            Kernel::Same if dtype != DType::Int || self.node(needs[0] as usize).dtype == DType::Int => {
                let value = alias(&needs[0]);
                self.vals[position] = value;
            }
            Kernel::Zip(_) if def.is == Is::Add && self.both_parts(position, &needs, &shape) => {}
            Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_)
                if dtype != DType::Int && self.each(position, &needs, &shape) => {}
            Kernel::Source(Source::Number) => {
                let number = self.node(position).op.attrs.number(0).unwrap_or(f64::NAN);
                self.vals[position] = Val::Number(number);
            }
            Kernel::Source(Source::Dim) => {
                let Attr::Dim(dim) = self.node(position).op.attrs.get(0).clone() else { return Ok(false) };
                let number = extent(&self.graph.dims, &dim, self.plan.order[position], self.inputs)?;
                self.vals[position] = Val::Number(number as f64);
            }
            Kernel::Move(kind) if self.moved(position, kind, &needs, &shape) => {}
            Kernel::Reduce(kind) if self.reduced(position, kind, &needs) => {}
            Kernel::Along(_) if self.along(position, &needs) => {}
            Kernel::Contract(Contract::MatMul) if shape.iter().all(|n| *n > 0) => {
                self.product(position, &needs, &shape)
            }
            Kernel::Contract(Contract::Conv(kind)) if self.convolution(position, kind, &needs, &shape) => {}
            Kernel::Scan => return Ok(self.scan(position, &needs)),
            // The loop writes what is taken from it.
            Kernel::Pick => {
                let from = needs[0] as usize;
                (self.level[position], self.does[position]) = (self.level[from], Does::Inst);
                if !self.picks.get(&from).is_some_and(|picks| picks.iter().any(|(taker, _)| *taker == at)) {
                    return Ok(false);
                }
            }
            Kernel::Same
            | Kernel::Map(_)
            | Kernel::Zip(_)
            | Kernel::Zip3(_)
            | Kernel::Move(_)
            | Kernel::Reduce(_)
            | Kernel::Along(_)
            | Kernel::Contract(_)
            | Kernel::Source(_)
            | Kernel::Matrix(_)
            | Kernel::Expand(_) => self.reference(position, &needs, &shape),
        }
        Ok(true)
    }

    /// Level and motion of what computes a buffer; `None`: it is there before.
    pub(super) fn computed(&self, buf: u32) -> Option<(u32, bool)> {
        let at = buf as usize;
        match at.checked_sub(self.plan.order.len()) {
            Some(copy) => Some((self.copies[copy].level, self.copies[copy].moving)),
            None if self.does[at] == Does::Nothing => None,
            None => Some((self.level[at], self.moving[at])),
        }
    }

    /// The value of a need as a view of the need's shape; a number has none.
    pub(super) fn view(&self, need: u32) -> Option<(View, Vec<usize>)> {
        match &self.vals[need as usize] {
            Val::Number(_) => None,
            Val::View(view) => Some((view.clone(), self.plan.shape(need as usize).to_vec())),
        }
    }

    /// The view of a need, where a number is made a buffer of one entry.
    pub(super) fn buffered(&mut self, need: u32) -> (View, Vec<usize>) {
        if let Some(found) = self.view(need) {
            return found;
        }
        let place = need as usize;
        if self.does[place] == Does::Nothing {
            self.does[place] = Does::Each;
            self.join(need, 1, 0, false);
        }
        let shape = self.plan.shape(place).to_vec();
        (View { buf: need, offset: 0, strides: vec![0; shape.len()] }, shape)
    }

    /// Groups run over so many entries, whatever their shapes.
    pub(super) fn join(&mut self, at: u32, size: usize, level: u32, moving: bool) {
        let key = (size, level, moving);
        if let Some(item) = self.groups.get(&key)
            && let Work::Group { members, .. } = &mut self.items[*item].work
        {
            members.push(at);
            return;
        }
        self.groups.insert(key, self.items.len());
        let work = Work::Group { members: vec![at], shape: vec![] };
        self.items.push(Item { level, moving, work, dead: false });
    }

    /// The level at which a place that reads these views can be computed.
    fn after(&self, views: &[View], moving: bool) -> u32 {
        let levels = views.iter().filter_map(|view| self.computed(view.buf));
        levels.filter(|(_, moves)| *moves == moving).map(|(level, _)| level + 1).max().unwrap_or(0)
    }

    /// An instruction that makes `position` from views.
    pub(super) fn inst(&mut self, position: usize, views: &[View], work: Work) {
        let moving = self.moving[position];
        let level = self.after(views, moving);
        self.level[position] = level;
        self.does[position] = Does::Inst;
        self.items.push(Item { level, moving, work, dead: false });
    }

    /// A view in row-major order: itself, or a copy.
    pub(super) fn row_major(&mut self, view: View, shape: &[usize]) -> View {
        if view.is_row_major(shape) { view } else { self.copied(view, shape) }
    }

    fn copied(&mut self, view: View, shape: &[usize]) -> View {
        let at = (self.plan.order.len() + self.copies.len()) as u32;
        let moving = match self.computed(view.buf) {
            Some((_, moving)) => moving,
            None => self.moving[view.buf as usize],
        };
        let level = self.after(std::slice::from_ref(&view), moving);
        self.copies.push(Copied { shape: shape.to_vec(), level, moving });
        let work = Work::Copy { at, from: view, shape: shape.to_vec() };
        self.items.push(Item { level, moving, work, dead: false });
        View::whole(at, shape)
    }

    /// Entries moved: a view where one will do; `false` where the reference is asked.
    fn moved(&mut self, position: usize, kind: Move, needs: &[u32], shape: &[usize]) -> bool {
        let Some(need) = needs.first() else { return false };
        let same = matches!(kind, Move::Reshape | Move::Transpose | Move::Broadcast | Move::Slice);
        if let (Val::Number(number), true) = (&self.vals[*need as usize], same) {
            self.vals[position] = Val::Number(*number);
            return true;
        }
        if self.node(position).dtype == DType::Int && !same {
            return false;
        }
        let (view, own) = self.buffered(*need);
        let attrs = self.node(position).op.attrs.clone();
        let moved = match kind {
            Move::Reshape => {
                if own.iter().product::<usize>() != shape.iter().product::<usize>() {
                    return false;
                }
                match view.reshaped(&own, shape) {
                    Some(view) => view,
                    None => View { strides: strides(shape), ..self.row_major(view, &own) },
                }
            }
            Move::Transpose => {
                let rank = own.len();
                let order: Vec<usize> = match attrs.ints(0) {
                    Some(order) => order.iter().map(|axis| axis.rem_euclid(rank.max(1) as i64) as usize).collect(),
                    None if rank < 2 => (0..rank).collect(),
                    None => (0..rank - 2).chain([rank - 1, rank - 2]).collect(),
                };
                View { strides: order.iter().map(|axis| view.strides[*axis]).collect(), ..view }
            }
            Move::Broadcast => {
                if own.len() > shape.len() {
                    return false;
                }
                view.stretched(&own, shape)
            }
            Move::Slice => {
                let Some(part) = self.slice(position, &view, &own) else { return false };
                part
            }
            Move::SumTo => return self.sum_to(position, view, &own, shape),
            Move::Windows => {
                let seen = windows::seen(&attrs, &own, shape);
                let lead = own.len() - seen.over.len();
                let Some(own) = seen.strides(&view.strides[lead..]) else { return false };
                View { strides: [&view.strides[..lead], &own].concat(), ..view }
            }
            Move::SumWindows => {
                let seen = windows::summed(&attrs, &own, shape);
                let lead = shape.len() - seen.over.len();
                let to = strides(shape);
                let Some(inner) = seen.strides(&to[lead..]) else { return false };
                let to = View { buf: 0, offset: 0, strides: [&to[..lead], &inner].concat() };
                // Each entry is seen once, and lies already where it belongs.
                let beside = own.iter().zip(view.strides.iter().zip(&to.strides)).all(|(n, (a, b))| *n == 1 || a == b);
                if beside && view.offset == 0 && own.iter().product::<usize>() == shape.iter().product::<usize>() {
                    self.vals[position] = Val::View(View::whole(view.buf, shape));
                    return true;
                }
                let part = Part { from: view, to, shape: own };
                return self.put(position, shape, (true, true), vec![part]);
            }
            Move::Unslice => {
                let Some(to) = self.slice(position, &View::whole(0, shape), shape) else { return false };
                let spans = self.spans(position).unwrap_or_default();
                let part = Part { from: view, to, shape: own };
                return self.unslice(position, shape, vec![part], vec![spans]);
            }
            Move::Concat => return self.concat(position, needs, shape),
            Move::Gather => return self.gather(position, needs, false, shape),
            Move::ScatterAdd => return self.gather(position, needs, true, shape),
            Move::Flip | Move::Diag | Move::DiagEmbed | Move::Tril | Move::Triu => {
                return false;
            }
        };
        self.vals[position] = Val::View(moved);
        true
    }

    fn convolution(&mut self, position: usize, kind: Conv, needs: &[u32], shape: &[usize]) -> bool {
        let attrs = self.node(position).op.attrs.clone();
        let (rank, at) = crate::ops::conv_axes(kind, &attrs);
        let shapes = [needs[0], needs[1]].map(|need| self.plan.shape(need as usize).to_vec());
        if [&shapes[0][..], &shapes[1], shape].iter().any(|own| own.len() != rank + 2 || own.contains(&0)) {
            return false;
        }
        let Ok(conv) = windows::planned(&attrs, at, kind, [&shapes[0], &shapes[1], shape]) else { return false };
        let [left, right] = [needs[0], needs[1]].map(|need| {
            let (view, own) = self.buffered(need);
            self.row_major(view, &own)
        });
        let work =
            Work::Conv { at: position as u32, left: left.clone(), right: right.clone(), kind, conv: Box::new(conv) };
        self.inst(position, &[left, right], work);
        true
    }

    /// A loop: its states, sequences and what is the same in every step, as they lie.
    fn scan(&mut self, position: usize, needs: &[u32]) -> bool {
        let at = self.plan.order[position];
        let Some(steps) = Loop::of(self.graph, at) else { return false };
        let params = &self.graph.body(steps.body).params;
        let whole = params.iter().take(needs.len()).any(|param| self.graph.node(*param).dtype == DType::Int);
        if whole {
            return false;
        }
        let args: Vec<(View, Vec<usize>)> = needs.iter().map(|need| self.buffered(*need)).collect();
        let views: Vec<View> = args.iter().map(|(view, _)| view.clone()).collect();
        let picks = self.picks.get(&position).cloned().unwrap_or_default();
        self.inst(position, &views, Work::Scan { at: position as u32, args, picks });
        true
    }

    fn slice(&self, position: usize, view: &View, own: &[usize]) -> Option<View> {
        let Attr::Slices(specs) = self.node(position).op.attrs.get(0) else { return None };
        let at = self.plan.order[position];
        let size = |dim| extent(&self.graph.dims, dim, at, self.inputs).ok();
        let (mut offset, mut steps) = (view.offset, vec![]);
        for ((spec, size_of), stride) in specs.iter().zip(own).zip(&view.strides) {
            let (start, len) = (size(&spec.start)?, size(&spec.len)?);
            let step = usize::try_from(spec.step).ok().filter(|step| *step > 0)?;
            if len == 0 || start + (len - 1) * step >= *size_of {
                return None;
            }
            offset += start * stride;
            steps.push(step * stride);
        }
        (specs.len() == own.len()).then_some(View { buf: view.buf, offset, strides: steps })
    }

    fn sum_to(&mut self, position: usize, view: View, own: &[usize], shape: &[usize]) -> bool {
        let Some(lead) = own.len().checked_sub(shape.len()) else { return false };
        let summed: Vec<bool> = (0..own.len()).map(|axis| axis < lead || shape[axis - lead] != own[axis]).collect();
        if !summed.contains(&true) {
            self.vals[position] = Val::View(View { strides: view.strides[lead..].to_vec(), ..view });
            return true;
        }
        self.sum(position, view, own, &summed, 1.0);
        true
    }

    fn sum(&mut self, position: usize, view: View, own: &[usize], summed: &[bool], divisor: f64) {
        let part = |wanted: bool, list: &[usize]| -> Vec<usize> {
            list.iter().zip(summed).filter(|(_, summed)| **summed == wanted).map(|(v, _)| *v).collect()
        };
        /// So few entries are added place by place, for all kept ones at once.
        const FEW: usize = 8;
        let count: usize = own.iter().product();
        let along: usize = part(true, own).iter().product();
        if divisor == 1.0 && (2..=FEW).contains(&along) && count / along >= 256 {
            self.most(position, Binary::Add, view, own, summed);
            return;
        }
        let strides = [part(false, &view.strides), part(true, &view.strides)].concat();
        let from = View { strides, ..view };
        let sum = Sum::new(0, from.clone(), part(false, own), part(true, own), divisor);
        self.inst(position, &[from], Work::Sum { at: position as u32, sum });
    }

    /// The axes of attribute 0 as flags; absent: all.
    fn axes(&self, position: usize, rank: usize) -> Vec<bool> {
        let attrs = &self.node(position).op.attrs;
        let one = attrs.int(0).map(|axis| vec![axis]);
        let Some(axes) = one.or_else(|| attrs.ints(0).map(<[i64]>::to_vec)) else { return vec![true; rank] };
        let axes: Vec<i64> = axes.into_iter().map(|axis| if axis < 0 { axis + rank as i64 } else { axis }).collect();
        (0..rank as i64).map(|axis| axes.contains(&axis)).collect()
    }

    fn reduced(&mut self, position: usize, kind: Reduce, needs: &[u32]) -> bool {
        let node = self.node(position);
        let (is, dtype) = (node.op.def.is, node.dtype);
        let sums = matches!(kind, Reduce::Sum) || is == Is::Mean;
        let most = match is {
            Is::Max => Some(Binary::Max),
            Is::Min => Some(Binary::Min),
            _ => None,
        };
        if dtype != DType::Real || !(sums || most.is_some() || is == Is::LogSumExp) {
            return false;
        }
        let (view, own) = self.buffered(needs[0]);
        let summed = self.axes(position, own.len());
        if let Some(op) = most {
            return self.most(position, op, view, &own, &summed);
        }
        if sums {
            let along: usize = own.iter().zip(&summed).filter(|(_, summed)| **summed).map(|(n, _)| n).product();
            let divisor = if is == Is::Mean { along as f64 } else { 1.0 };
            self.sum(position, view, &own, &summed, divisor);
            return true;
        }
        self.lanes(position, Kind::LogSumExp, view, &own, &summed)
    }

    /// Few places along the axes, each read for all kept ones at once.
    fn most(&mut self, position: usize, op: Binary, view: View, own: &[usize], summed: &[bool]) -> bool {
        /// With more the reference's lanes are no slower.
        const PLACES: usize = 256;
        let part = |wanted: bool, list: &[usize]| -> Vec<usize> {
            list.iter().zip(summed).filter(|(_, summed)| **summed == wanted).map(|(v, _)| *v).collect()
        };
        let (kept, along, steps) = (part(false, own), part(true, own), part(true, &view.strides));
        let count: usize = along.iter().product();
        if count == 0 || count > PLACES {
            return false;
        }
        let mut further = vec![0];
        for (size, step) in along.iter().zip(&steps) {
            further = further.iter().flat_map(|at| (0..*size).map(move |i| at + i * step)).collect();
        }
        let from = View { strides: part(false, &view.strides), ..view };
        let work = Work::Most { at: position as u32, from: from.clone(), kept, further, op };
        self.inst(position, &[from], work);
        true
    }

    fn along(&mut self, position: usize, needs: &[u32]) -> bool {
        let kind = match self.node(position).op.def.is {
            Is::Softmax => Kind::Softmax,
            Is::LogSoftmax => Kind::LogSoftmax,
            _ => return false,
        };
        let (view, own) = self.buffered(needs[0]);
        let axes = self.axes(position, own.len());
        self.lanes(position, kind, view, &own, &axes)
    }

    /// Axes beside each other are one.
    fn lanes(&mut self, position: usize, kind: Kind, view: View, own: &[usize], axes: &[bool]) -> bool {
        let first = axes.iter().position(|axis| *axis).unwrap_or(0);
        let count = axes.iter().filter(|axis| **axis).count();
        let beside = count > 0 && axes[first..first + count].iter().all(|axis| *axis);
        if !beside || own.contains(&0) {
            return false;
        }
        let side = |part: &[usize]| part.iter().product();
        let sides = [side(&own[..first]), side(&own[first..first + count]), side(&own[first + count..])];
        let from = self.row_major(view, own);
        let lanes = Lanes { kind, to: 0, from: from.clone(), sides };
        self.inst(position, &[from], Work::Lanes { at: position as u32, lanes });
        true
    }

    fn product(&mut self, position: usize, needs: &[u32], shape: &[usize]) {
        let [left, right] = [needs[0], needs[1]].map(|need| self.buffered(need));
        let matrix = |(mut view, mut own): (View, Vec<usize>), row: bool| {
            if own.len() == 1 {
                let place = usize::from(!row);
                own.insert(place, 1);
                view.strides.insert(place, 0);
            }
            (view, own)
        };
        let (left, right) = (matrix(left, true), matrix(right, false));
        let (l, r) = (left.1.len(), right.1.len());
        let size = (left.1[l - 2], left.1[l - 1], right.1[r - 1]);
        let rank = l.max(r) - 2;
        let vectors = [needs[0], needs[1]].iter().filter(|need| self.plan.shape(**need as usize).len() == 1).count();
        let stack = shape[..shape.len() + vectors - 2].to_vec();
        debug_assert_eq!(stack.len(), rank);
        let stacked = |view: &View, own: &[usize]| {
            let lead = own.len() - 2;
            let head = View { strides: view.strides[..lead].to_vec(), ..view.clone() };
            let mut strides = head.stretched(&own[..lead], &stack).strides;
            strides.extend(&view.strides[lead..]);
            View { strides, ..view.clone() }
        };
        let (left, right) = (stacked(&left.0, &left.1), stacked(&right.0, &right.1));
        let product = Product { to: 0, left: left.clone(), right: right.clone(), stack, size, adds: false };
        self.inst(position, &[left, right], Work::Product { at: position as u32, product });
    }

    fn reference(&mut self, position: usize, needs: &[u32], shape: &[usize]) {
        let args: Vec<(View, Vec<usize>, DType)> = needs
            .iter()
            .map(|need| {
                let (view, own) = self.buffered(*need);
                (view, own, self.node(*need as usize).dtype)
            })
            .collect();
        let views: Vec<View> = args.iter().map(|(view, ..)| view.clone()).collect();
        let applied = Applied { node: self.plan.order[position], to: 0, shape: shape.to_vec(), args };
        self.inst(position, &views, Work::Reference { at: position as u32, applied });
    }

    /// Is this the slot of a loop and a product added to it, which nothing else reads? Then the product is added where the slot
    /// lies, and this is its place.
    fn adds_to(&mut self, slot: Filled, root: &View, shape: &[usize]) -> Option<u32> {
        let place = self.slots.iter().find(|(_, filled, _)| *filled == slot)?.0;
        let Filled::Given(_) = slot else { return None };
        let once = |at: u32| self.plan.uses.get(at as usize) == Some(&1);
        let each = self.eaches.get(&root.buf).filter(|each| each.is_sum() && once(root.buf) && once(place))?;
        let whole = |view: &View, at: u32| *view == View::whole(at, &each.shape);
        let [Arg::View(a), Arg::View(b)] = each.args.as_slice() else { return None };
        let term = if whole(a, place) { b } else { a };
        if !(whole(a, place) || whole(b, place)) || !whole(term, term.buf) || each.shape != shape || !once(term.buf) {
            return None;
        }
        let product = self.items.iter_mut().find_map(|item| match &mut item.work {
            Work::Product { at, product } if *at == term.buf && product.stack.iter().product::<usize>() == 1 => {
                Some(product)
            }
            _ => None,
        })?;
        product.adds = true;
        self.added.push((term.buf, place));
        Some(term.buf)
    }

    /// The roots as they are read; a carried one has a buffer of its own.
    fn roots(&mut self, carried: &[(usize, Filled)]) -> Vec<(View, u32)> {
        let mut own: Vec<u32> = vec![];
        let places = self.plan.roots.clone();
        let mut out = vec![];
        for (i, place) in places.into_iter().enumerate() {
            let (mut view, shape) = self.buffered(place);
            if let Some((_, slot)) = carried.iter().find(|(root, _)| *root == i) {
                if let Some(product) = self.adds_to(*slot, &view, &shape) {
                    own.push(product);
                    out.push((View::whole(product, &shape), place));
                    continue;
                }
                let whole = self.computed(view.buf).is_some_and(|(_, moving)| moving)
                    && view == View::whole(view.buf, &shape)
                    && self.size(view.buf) == shape.iter().product::<usize>()
                    // Numbers lie together and have no buffer of their own.
                    && shape.iter().product::<usize>() != 1
                    && !own.contains(&view.buf);
                if !whole {
                    view = self.copied(view, &shape);
                }
                own.push(view.buf);
            }
            out.push((view, place));
        }
        out
    }
}

/// What is taken from each loop of a plan, by the loop's position: the position that takes it, and which.
fn taken(graph: &Graph, plan: &Plan) -> FxHashMap<usize, Vec<(u32, usize)>> {
    let mut out: FxHashMap<usize, Vec<(u32, usize)>> = FxHashMap::default();
    for (position, id) in plan.order.iter().enumerate() {
        let node = graph.node(*id);
        if let (Kernel::Pick, Some(which), [from]) = (node.op.def.kernel, node.op.attrs.int(0), plan.needs(position)) {
            out.entry(*from as usize).or_default().push((position as u32, which.max(0) as usize));
        }
    }
    out
}
