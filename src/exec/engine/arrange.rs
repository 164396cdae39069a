//! Entry-by-entry operators: in which order of entries each runs, which are the same, and with which others they run together.

use super::View;
use super::compile::{Does, Item, Maker, Val, Work};
use super::group::{What, what};
use super::layout::strides;
use crate::kernels::vector::{Binary, Unary};
use smallvec::SmallVec;

/// An argument of an entry-by-entry operator, stretched to its shape.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Arg {
    /// The same number everywhere.
    Number(f64),
    View(View),
}

/// An entry-by-entry operator over a tensor.
#[derive(Clone, Debug)]
pub(super) struct Each {
    pub(super) what: What,
    pub(super) args: SmallVec<[Arg; 3]>,
    /// The order in which its entries are computed and lie; not the node's where all that it reads lies otherwise.
    pub(super) shape: Vec<usize>,
    /// A group waits for everything that it reads.
    level: u32,
    moving: bool,
}

impl Each {
    /// Is it `a + b`?
    pub(super) fn is_sum(&self) -> bool {
        matches!(self.what, What::Binary(Binary::Add))
    }
}

impl Maker<'_> {
    /// An entry-by-entry operator; `false` where there is no loop for it.
    pub(super) fn each(&mut self, position: usize, needs: &[u32], shape: &[usize]) -> bool {
        let (def, at) = (self.node(position).op.def, position as u32);
        let number = |need: &u32| match self.vals[*need as usize] {
            Val::Number(number) => Some(number),
            Val::View(_) => None,
        };
        let kernel = crate::ops::kernel(def, self.inputs.precision);
        let Some(what) = what(def, kernel, needs.get(1).and_then(number)) else { return false };
        if shape.iter().product::<usize>() == 1 {
            self.number(position, needs);
            return true;
        }
        let mut args: SmallVec<[Arg; 3]> = SmallVec::new();
        for need in needs.iter().take(what.count()) {
            args.push(match self.view(*need) {
                Some((view, own)) => Arg::View(view.stretched(&own, shape)),
                None => Arg::Number(number(need).unwrap_or(f64::NAN)),
            });
        }
        // Where what it reads lies in another order of axes, its own result does too: nothing is turned round.
        let mut own = shape.to_vec();
        let mut turned = strides(shape);
        if let Some(order) = order(&args, shape) {
            own = order.iter().map(|axis| shape[*axis]).collect();
            for (axis, stride) in order.iter().zip(strides(&own)) {
                turned[*axis] = stride;
            }
            for arg in &mut args {
                if let Arg::View(view) = arg {
                    view.strides = order.iter().map(|axis| view.strides[*axis]).collect();
                }
            }
        }
        let mut each = Each { what, args, shape: own, level: 0, moving: self.moving[position] };
        self.simpler(&mut each);
        let key = key(&each);
        let same = *self.made.entry(key).or_insert(at);
        self.vals[position] = Val::View(View { buf: same, offset: 0, strides: turned });
        if same == at {
            self.hold(position, each);
        }
        true
    }

    /// Puts an operator into the group of its level.
    fn hold(&mut self, position: usize, mut each: Each) {
        for arg in &each.args {
            let Arg::View(view) = arg else { continue };
            if let Some((below, moves)) = self.computed(view.buf)
                && moves == each.moving
            {
                each.level = each.level.max(below + u32::from(!self.joins(view, &each.shape)));
            }
        }
        self.level[position] = each.level;
        self.does[position] = Does::Each;
        self.join(position as u32, each.shape.iter().product(), each.level, each.moving);
        self.eaches.insert(position as u32, each);
    }

    /// An operator over one entry.
    fn number(&mut self, position: usize, needs: &[u32]) {
        let moving = self.moving[position];
        let mut level = 0;
        for need in needs {
            let Some((view, own)) = self.view(*need) else { continue };
            let one = own.iter().product::<usize>() == 1;
            let same = one && self.does.get(view.buf as usize) == Some(&Does::Each) && self.size(view.buf) == 1;
            if let Some((below, moves)) = self.computed(view.buf)
                && moves == moving
            {
                level = level.max(below + u32::from(!same));
            }
        }
        self.level[position] = level;
        self.does[position] = Does::Each;
        self.join(position as u32, 1, level, moving);
    }

    /// The operator that makes all of what a view reads, entry by entry in the same order.
    fn maker_of(&self, arg: &Arg, shape: &[usize]) -> Option<&Each> {
        let Arg::View(view) = arg else { return None };
        self.joins(view, shape).then(|| self.eaches.get(&view.buf)).flatten()
    }

    /// What has a loop of its own: the slope of tanh as it is written.
    fn simpler(&self, each: &mut Each) {
        let Each { what: What::Unary(Unary::Square), args, shape, .. } = &*each else { return };
        let Some(over) = self.maker_of(&args[0], shape) else { return };
        let below = match (over.what, over.args.as_slice()) {
            (What::Binary(Binary::Div), [Arg::Number(one), below]) if *one == 1.0 => below,
            (What::Unary(Unary::Reciprocal), [below]) => below,
            _ => return,
        };
        let Some(cosh) = self.maker_of(below, &over.shape) else { return };
        if matches!(cosh.what, What::Unary(Unary::Cosh)) {
            let (args, shape) = (cosh.args.clone(), cosh.shape.clone());
            (each.what, each.args, each.shape) = (What::Unary(Unary::TanhSlope), args, shape);
        }
    }

    /// Leaves out what nobody reads, lets each operator run with those that read it where these are one group, and finds what
    /// must be written for others.
    pub(super) fn arrange(&mut self, items: &mut Vec<Item>, roots: &[(View, u32)]) {
        items.retain(|item| !item.dead);
        let mut home: rustc_hash::FxHashMap<u32, usize> = Default::default();
        // Who reads an operator: nobody, one group as it lies, or others too.
        let mut readers: rustc_hash::FxHashMap<u32, Reader> = Default::default();
        for (view, _) in roots {
            readers.insert(view.buf, Reader::Others);
        }
        for (i, item) in items.iter().enumerate() {
            match &item.work {
                Work::Group { members, .. } if self.eaches.contains_key(&members[0]) => {
                    home.extend(members.iter().map(|at| (*at, i)));
                }
                Work::Group { .. } => {
                    let read = self.read_by(&item.work).into_iter();
                    readers.extend(read.map(|buf| (buf, Reader::Others)));
                }
                _ => readers.extend(self.read_by(&item.work).into_iter().map(|buf| (buf, Reader::Others))),
            }
        }
        let mut all: Vec<u32> = self.eaches.keys().copied().collect();
        all.sort_unstable();
        for at in all.into_iter().rev() {
            let (Some(each), Some(own)) = (self.eaches.get(&at), home.get(&at).copied()) else { continue };
            let home_of = match readers.get(&at) {
                None => {
                    home.remove(&at);
                    continue;
                }
                Some(Reader::Group(group))
                    if items[*group].moving == each.moving && !matches!(each.what, What::Unary(Unary::TanhSlope)) =>
                {
                    *group
                }
                Some(_) => own,
            };
            home.insert(at, home_of);
            let views = each.args.iter().filter_map(|arg| match arg {
                Arg::View(view) => Some((view.buf, self.joins(view, &each.shape))),
                Arg::Number(_) => None,
            });
            for (buf, joins) in views {
                let next = match readers.get(&buf) {
                    None if joins => Reader::Group(home_of),
                    Some(Reader::Group(group)) if joins && *group == home_of => Reader::Group(home_of),
                    _ => Reader::Others,
                };
                readers.insert(buf, next);
            }
        }
        for item in items.iter_mut() {
            if let Work::Group { members, .. } = &mut item.work
                && self.eaches.contains_key(&members[0])
            {
                members.clear();
            }
        }
        let mut all: Vec<(u32, usize)> = home.into_iter().collect();
        all.sort_unstable();
        for (at, group) in all {
            let inside = matches!(readers.get(&at), Some(Reader::Group(only)) if *only == group);
            self.escapes[at as usize] = !inside;
            if let Work::Group { members, shape } = &mut items[group].work {
                if members.is_empty() {
                    shape.clone_from(&self.eaches[&at].shape);
                }
                members.push(at);
            }
        }
        items.retain(|item| !matches!(&item.work, Work::Group { members, .. } if members.is_empty()));
    }
}

/// Who reads an operator's value.
#[derive(Clone, Copy, PartialEq)]
enum Reader {
    /// Operators of one group, entry by entry.
    Group(usize),
    Others,
}

/// The order of axes in which the entries lie that are read; `None`: they lie as in `shape`, or in no order without gaps.
fn order(args: &[Arg], shape: &[usize]) -> Option<Vec<usize>> {
    let mut found = None;
    for arg in args {
        let Arg::View(view) = arg else { continue };
        if view.is_row_major(shape) {
            return None;
        }
        if found.is_some() {
            continue;
        }
        let mut axes: Vec<usize> = (0..shape.len()).collect();
        // What has one entry stays before the others.
        axes.sort_by_key(|axis| (shape[*axis] != 1, std::cmp::Reverse(view.strides[*axis])));
        let own: Vec<usize> = axes.iter().map(|axis| shape[*axis]).collect();
        let by: Vec<usize> = axes.iter().map(|axis| view.strides[*axis]).collect();
        if (View { buf: 0, offset: 0, strides: by }).is_row_major(&own) {
            found = Some(axes);
        }
    }
    found
}

/// Equal for operators that compute the same.
fn key(each: &Each) -> Vec<u64> {
    let mut out = vec![each.what.key(), u64::from(each.moving)];
    out.extend(each.shape.iter().map(|n| *n as u64));
    for arg in &each.args {
        match arg {
            Arg::Number(number) => out.extend([u64::MAX, number.to_bits()]),
            Arg::View(view) => {
                out.extend([u64::from(view.buf), view.offset as u64]);
                // An axis of one entry may have any stride.
                let strides = view.strides.iter().zip(&each.shape);
                out.extend(strides.map(|(stride, size)| if *size == 1 { 0 } else { *stride as u64 }));
            }
        }
    }
    out
}
