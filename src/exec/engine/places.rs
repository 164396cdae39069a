//! Entries put where they belong in a larger tensor (concatenations, the transposes of slices and of windows), and convolutions.

use super::{Stored, View};
use crate::exec::{Inputs, Trouble};
use crate::graph::{Conv as Kind, Graph};
use crate::kernels::windows::Convolution;
use smallvec::SmallVec;

/// Parts of a tensor written one after the other.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) to: u32,
    /// The entries of the whole.
    pub(super) size: usize,
    /// Do the parts leave some out, or are they added? Then there are zeros first.
    pub(super) zeros: bool,
    /// Are entries added where others stand?
    pub(super) adds: bool,
    pub(super) parts: Vec<Part>,
}

/// One part: entries read with strides, and written with others.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) from: View,
    pub(super) to: View,
    pub(super) shape: Vec<usize>,
}

impl Part {
    /// With the axis that has most entries last, so that the inner loop is long; of those that are copied whole, the last.
    pub(super) fn inside_out(mut self) -> Part {
        let rank = self.shape.len();
        let side_by_side = |axis: &usize| self.from.strides[*axis] == 1 && self.to.strides[*axis] == 1;
        let long = |axis: &usize| self.shape[*axis] >= 8;
        let whole = (0..rank).rev().find(|axis| side_by_side(axis) && long(axis));
        let Some(last) = whole.or_else(|| (0..rank).max_by_key(|axis| self.shape[*axis])) else { return self };
        for list in [&mut self.from.strides, &mut self.to.strides, &mut self.shape] {
            let own = list.remove(last);
            list.push(own);
        }
        self
    }

    fn write<T: Stored>(&self, data: &[T], out: &mut [T], adds: bool) {
        let Some((inner, outer)) = self.shape.split_last() else {
            let place = &mut out[self.to.offset];
            *place = if adds { *place + data[self.from.offset] } else { data[self.from.offset] };
            return;
        };
        if self.shape.contains(&0) {
            return;
        }
        let (from_step, to_step) = (self.from.strides[outer.len()], self.to.strides[outer.len()]);
        let mut index: SmallVec<[usize; 8]> = smallvec::smallvec![0; outer.len()];
        let (mut from, mut to) = (self.from.offset, self.to.offset);
        loop {
            match (adds, from_step, to_step) {
                (false, 1, 1) => out[to..to + inner].copy_from_slice(&data[from..from + inner]),
                (true, 1, 1) => T::add_to(&data[from..from + inner], &mut out[to..to + inner]),
                (false, ..) => (0..*inner).for_each(|i| out[to + i * to_step] = data[from + i * from_step]),
                (true, ..) => (0..*inner).for_each(|i| {
                    let place = &mut out[to + i * to_step];
                    *place = *place + data[from + i * from_step];
                }),
            }
            let mut axis = outer.len();
            loop {
                let Some(next) = axis.checked_sub(1) else { return };
                axis = next;
                index[axis] += 1;
                from += self.from.strides[axis];
                to += self.to.strides[axis];
                if index[axis] < outer[axis] {
                    break;
                }
                from -= index[axis] * self.from.strides[axis];
                to -= index[axis] * self.to.strides[axis];
                index[axis] = 0;
            }
        }
    }
}

impl Place {
    pub(super) fn run<T: Stored>(&self, bufs: &mut [Vec<T>]) {
        let mut taken = std::mem::take(&mut bufs[self.to as usize]);
        let out = &mut taken[..self.size];
        if self.zeros {
            out.fill(T::ZERO);
        }
        for part in &self.parts {
            part.write(&bufs[part.from.buf as usize], out, self.adds);
        }
        bufs[self.to as usize] = taken;
    }
}

/// Entries of `x` by index along an axis, or (`adds`) entries added to zeros there. All lie in row-major order.
#[derive(Debug)]
pub(super) struct Gather {
    pub(super) to: u32,
    pub(super) from: View,
    pub(super) index: View,
    /// The entries before, along and after the axis of what is indexed.
    pub(super) sides: [usize; 3],
    /// How many indices there are, and for how many entries beside each other each stands.
    pub(super) count: usize,
    pub(super) width: usize,
    pub(super) adds: bool,
    /// What tells of an index that is none.
    pub(super) applied: super::Applied,
}

impl Gather {
    pub(super) fn run<T: Stored>(&self, bufs: &mut [Vec<T>], graph: &Graph, inputs: &Inputs) -> Result<(), Trouble> {
        let [outer, size, inner] = self.sides;
        let inside = |v: &T| v.wide() >= 0.0 && v.wide() < size as f64 && v.wide().fract() == 0.0;
        let places = &bufs[self.index.buf as usize][self.index.offset..][..self.count];
        if !places.iter().all(inside) {
            return self.applied.run(bufs, graph, inputs);
        }
        let mut taken = std::mem::take(&mut bufs[self.to as usize]);
        let places = &bufs[self.index.buf as usize][self.index.offset..][..self.count];
        let data = &bufs[self.from.buf as usize][self.from.offset..];
        if self.adds {
            taken[..outer * size * inner].fill(T::ZERO);
        }
        // An index stands for a piece of a line: there are so many pieces, and so many lines beside each other.
        let (width, pieces) = (self.width, inner / self.width.max(1));
        let lines = (self.count / pieces.max(1)).checked_div(outer).unwrap_or(0);
        for (i, place) in places.iter().enumerate() {
            let (block, piece) = (i / (lines * pieces).max(1), i % pieces.max(1));
            let there = (block * size + place.wide() as usize) * inner + piece * width;
            let here = i * width;
            if self.adds {
                T::add_to(&data[here..here + width], &mut taken[there..there + width]);
            } else {
                taken[here..here + width].copy_from_slice(&data[there..there + width]);
            }
        }
        bufs[self.to as usize] = taken;
        Ok(())
    }
}

/// A convolution; its arguments lie in row-major order.
#[derive(Debug)]
pub(super) struct Conv {
    pub(super) to: u32,
    pub(super) size: usize,
    pub(super) left: View,
    pub(super) right: View,
    pub(super) kind: Kind,
    pub(super) conv: Convolution,
    /// The buffer in which the windows of an example are laid out.
    pub(super) room: u32,
}

impl Conv {
    pub(super) fn run<T: Stored>(&self, bufs: &mut [Vec<T>]) {
        let mut taken = std::mem::take(&mut bufs[self.to as usize]);
        let mut columns = std::mem::take(&mut bufs[self.room as usize]);
        let data = |view: &View| &bufs[view.buf as usize][view.offset..];
        let (a, b, out) = (data(&self.left), data(&self.right), &mut taken[..self.size]);
        let room = &mut columns[..self.conv.room()];
        match self.kind {
            Kind::Forward => self.conv.forward(a, b, out, room),
            Kind::ByInput => self.conv.by_input(a, b, out, room),
            Kind::ByWeight => self.conv.by_weight(a, b, out, room),
        }
        bufs[self.room as usize] = columns;
        bufs[self.to as usize] = taken;
    }
}
