//! Sums over axes, and softmax and its like over the lanes of one.

use super::layout::{gather, merged};
use super::{Stored, View};
use crate::kernels::vector::{Binary, Unary};
use smallvec::SmallVec;

/// A sum over axes.
#[derive(Debug)]
pub(super) struct Sum {
    pub(super) to: u32,
    /// The kept axes, then the summed ones.
    pub(super) from: View,
    /// The sizes of the kept axes.
    pub(super) kept: Vec<usize>,
    /// The sizes of the summed axes.
    pub(super) summed: Vec<usize>,
    /// What each sum is divided by.
    pub(super) divisor: f64,
    /// The summed axes merged, and the kept ones: sizes and steps.
    lane: (Vec<usize>, Vec<usize>),
    rows: (Vec<usize>, Vec<usize>),
}

/// Rows that are added one after the other before they join the rest: the error grows with the blocks, not with the rows.
const BLOCK: usize = 64;
/// Lanes of so few entries are added one by one.
const SHORT: usize = 16;

impl Sum {
    pub(super) fn new(to: u32, from: View, kept: Vec<usize>, summed: Vec<usize>, divisor: f64) -> Sum {
        let (outer, inner) = from.strides.split_at(kept.len());
        let lane = merged(&summed, &View { buf: 0, offset: 0, strides: inner.to_vec() });
        let rows = merged(&kept, &View { buf: 0, offset: 0, strides: outer.to_vec() });
        Sum { to, from, kept, summed, divisor, lane, rows }
    }

    pub(super) fn run<T: Stored>(&self, bufs: &mut [Vec<T>]) {
        let mut taken = std::mem::take(&mut bufs[self.to as usize]);
        let count: usize = self.kept.iter().product();
        let length: usize = self.summed.iter().product();
        let out = &mut taken[..count];
        let data = &bufs[self.from.buf as usize];
        let ((lane_sizes, lane_steps), (row_sizes, row_steps)) = (&self.lane, &self.rows);
        if count == 0 || length == 0 {
            out.fill(T::ZERO);
        } else if let ([] | [_], [] | [1]) = (lane_sizes.as_slice(), lane_steps.as_slice()) {
            let mut starts = Places::new(row_sizes, row_steps, self.from.offset);
            for sum in out.iter_mut() {
                let start = starts.next();
                let lane = &data[start..start + length];
                *sum = if length <= SHORT { lane.iter().fold(T::ZERO, |sum, v| sum + *v) } else { T::sum(lane) };
            }
        } else if let ([_], [1]) = (row_sizes.as_slice(), row_steps.as_slice()) {
            out.fill(T::ZERO);
            let mut starts = Places::new(lane_sizes, lane_steps, self.from.offset);
            T::room(|block, _| {
                let mut left = length;
                while left > 0 {
                    let now = left.min(BLOCK);
                    let direct = length <= BLOCK;
                    block.clear();
                    block.resize(count, T::ZERO);
                    for _ in 0..now {
                        let start = starts.next();
                        let row = &data[start..start + count];
                        T::add_to(row, if direct { &mut *out } else { &mut *block });
                    }
                    if !direct {
                        T::add_to(block, out);
                    }
                    left -= now;
                }
            });
        } else {
            let mut starts = Places::new(row_sizes, row_steps, self.from.offset);
            T::room(|entries, _| {
                entries.clear();
                entries.resize(length, T::ZERO);
                for sum in out.iter_mut() {
                    gather(data, starts.next(), lane_sizes, lane_steps, 0, entries);
                    *sum = T::sum(entries);
                }
            });
        }
        if self.divisor != 1.0 {
            for sum in out.iter_mut() {
                *sum = T::narrow(sum.wide() / self.divisor);
            }
        }
        bufs[self.to as usize] = taken;
    }
}

/// The places of all rows, one after the other.
struct Places<'a> {
    sizes: &'a [usize],
    steps: &'a [usize],
    index: SmallVec<[usize; 8]>,
    at: usize,
}

impl Places<'_> {
    fn new<'a>(sizes: &'a [usize], steps: &'a [usize], at: usize) -> Places<'a> {
        Places { sizes, steps, index: smallvec::smallvec![0; sizes.len()], at }
    }

    fn next(&mut self) -> usize {
        let now = self.at;
        for axis in (0..self.sizes.len()).rev() {
            self.index[axis] += 1;
            self.at += self.steps[axis];
            if self.index[axis] < self.sizes[axis] {
                break;
            }
            self.at -= self.index[axis] * self.steps[axis];
            self.index[axis] = 0;
        }
        now
    }
}

/// Which function of a lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    Softmax,
    LogSoftmax,
    LogSumExp,
}

/// A function of the lanes along the middle of three axes.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) kind: Kind,
    pub(super) to: u32,
    /// In row-major order.
    pub(super) from: View,
    /// The entries before, along and after the axis.
    pub(super) sides: [usize; 3],
}

/// Such a function with its room.
#[derive(Debug)]
pub(super) struct Laned<T> {
    pub(super) lanes: Lanes,
    lane: Lane<T>,
}

impl<T: Stored> Laned<T> {
    pub(super) fn new(lanes: Lanes) -> Laned<T> {
        let [_, along, after] = lanes.sides;
        Laned { lanes, lane: Lane::new(along, after) }
    }

    pub(super) fn run(&mut self, bufs: &mut [Vec<T>]) {
        let Laned { lanes: Lanes { kind, to, from, sides }, lane } = self;
        let mut taken = std::mem::take(&mut bufs[*to as usize]);
        let [before, along, after] = *sides;
        let data = &bufs[from.buf as usize][from.offset..];
        for outer in 0..before {
            let x = &data[outer * along * after..][..along * after];
            let width = if *kind == Kind::LogSumExp { after } else { along * after };
            lane.run(*kind, x, &mut taken[outer * width..][..width]);
        }
        bufs[*to as usize] = taken;
    }
}

/// The lanes side by side of one place before the axis, and room for them.
#[derive(Debug)]
struct Lane<T> {
    after: usize,
    /// The largest entry of each lane, and the sum of the exponentials of the others, less it.
    most: Vec<T>,
    others: Vec<T>,
    less: Vec<T>,
    grown: Vec<T>,
    seen: Vec<bool>,
    logs: Vec<T>,
}

impl<T: Stored> Lane<T> {
    fn new(along: usize, after: usize) -> Lane<T> {
        let (one, all) = (|| vec![T::ZERO; after], || vec![T::ZERO; along * after]);
        Lane { after, most: one(), others: one(), less: all(), grown: all(), seen: vec![false; after], logs: one() }
    }

    fn run(&mut self, kind: Kind, x: &[T], out: &mut [T]) {
        let after = self.after.max(1);
        self.largest(x);
        for (x, y) in x.chunks_exact(after).zip(self.less.chunks_exact_mut(after)) {
            T::binary(Binary::Sub, x, &self.most, y);
        }
        T::unary(Unary::Exp, &self.less, &mut self.grown);
        // The first largest entry is 1 itself and not added: what is beside it keeps its digits.
        self.seen.fill(false);
        self.others.fill(T::ZERO);
        for (x, g) in x.chunks_exact(after).zip(self.grown.chunks_exact(after)) {
            for i in 0..after {
                if x[i] == self.most[i] && !self.seen[i] {
                    self.seen[i] = true;
                } else {
                    self.others[i] = self.others[i] + g[i];
                }
            }
        }
        let one = T::narrow(1.0);
        match kind {
            Kind::Softmax => {
                self.others.iter_mut().for_each(|v| *v = one + *v);
                for (g, y) in self.grown.chunks_exact(after).zip(out.chunks_exact_mut(after)) {
                    T::binary(Binary::Div, g, &self.others, y);
                }
            }
            Kind::LogSoftmax => {
                T::unary(Unary::Log1p, &self.others, &mut self.logs);
                for (d, y) in self.less.chunks_exact(after).zip(out.chunks_exact_mut(after)) {
                    T::binary(Binary::Sub, d, &self.logs, y);
                }
            }
            Kind::LogSumExp => {
                T::unary(Unary::Log1p, &self.others, &mut self.logs);
                T::binary(Binary::Add, &self.most, &self.logs, out);
            }
        }
        // Of a lane whose largest entry is infinite or NaN the sum is that, and its shares are no numbers.
        for (i, most) in self.most.iter().enumerate().filter(|(_, most)| !most.wide().is_finite()) {
            let value = if kind == Kind::LogSumExp { *most } else { T::narrow(f64::NAN) };
            out.iter_mut().skip(i).step_by(after).for_each(|y| *y = value);
        }
    }

    /// NaN where there is one.
    fn largest(&mut self, x: &[T]) {
        let after = self.after.max(1);
        let Some(first) = x.get(..after) else { return };
        self.most.copy_from_slice(first);
        for row in x.chunks_exact(after).skip(1) {
            for (best, v) in self.most.iter_mut().zip(row) {
                let nan = best.wide().is_nan();
                if !nan && (*v > *best || v.wide().is_nan()) {
                    *best = *v;
                }
            }
        }
    }
}

/// The largest or the smallest entry over axes; NaN where there is one.
#[derive(Debug)]
pub(super) struct Most {
    pub(super) to: u32,
    pub(super) buf: u32,
    /// The entries of the result.
    pub(super) size: usize,
    /// One place along the summed axes, for all kept ones.
    pub(super) first: super::layout::Copied,
    /// How far each place along the summed axes is from the first.
    pub(super) further: Vec<usize>,
    pub(super) op: Binary,
    /// Room for one place.
    pub(super) room: u32,
}

impl Most {
    pub(super) fn run<T: Stored>(&self, bufs: &mut [Vec<T>]) {
        let mut taken = std::mem::take(&mut bufs[self.to as usize]);
        let mut room = std::mem::take(&mut bufs[self.room as usize]);
        let data = &bufs[self.buf as usize];
        let (now, next) = room.split_at_mut(self.size);
        for (i, further) in self.further.iter().enumerate() {
            if i == 0 {
                self.first.write(data, *further, &mut taken[..self.size]);
                continue;
            }
            self.first.write(data, *further, now);
            T::binary(self.op, &taken[..self.size], now, &mut next[..self.size]);
            taken[..self.size].copy_from_slice(&next[..self.size]);
        }
        bufs[self.room as usize] = room;
        bufs[self.to as usize] = taken;
    }
}
