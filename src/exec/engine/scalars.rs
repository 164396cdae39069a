//! Graphs of numbers: all numbers lie in one buffer, and equal operators of equal depth are computed as one vector.
//!
//! Depth is counted inside a window of some thousands of operators, so that what an operator reads is still in the cache.

use super::Stored;
use super::group::What;
use crate::kernels::vector::{Binary, Unary};
use std::marker::PhantomData;

/// Operators in one window.
const WINDOW: usize = 8192;
/// Entries gathered at once.
const CHUNK: usize = 256;

/// Operators over the buffer of numbers.
#[derive(Debug)]
pub(super) struct Scalars<T> {
    /// The buffer of all numbers.
    pub(super) buf: u32,
    /// Numbers that are computed elsewhere: where they go, from which buffer and place.
    pub(super) loads: Vec<(u32, u32, usize)>,
    pub(super) batches: Vec<Batch>,
    /// The places of the arguments, batch by batch: all first ones, all second ones, all third ones.
    pub(super) args: Vec<u32>,
    pub(super) of: PhantomData<T>,
}

/// Equal operators; their results lie one beside the other.
#[derive(Debug)]
pub(super) struct Batch {
    what: What,
    to: u32,
    len: u32,
    args: u32,
}

/// An argument before the order is known.
#[derive(Clone, Copy, Debug)]
pub(super) enum From {
    /// A place in the buffer.
    Place(u32),
    /// The result of an earlier operator of the list.
    Op(u32),
}

/// One operator before the order is known.
#[derive(Debug)]
pub(super) struct Scalar {
    pub(super) what: What,
    pub(super) args: [From; 3],
    pub(super) count: u8,
}

/// Orders operators by window, depth and kind; results begin at `first`. The place of each operator's result.
pub(super) fn batched(ops: &[Scalar], first: u32) -> (Vec<Batch>, Vec<u32>, Vec<u32>) {
    let (mut batches, mut args): (Vec<Batch>, Vec<u32>) = (vec![], vec![]);
    let mut places = vec![0u32; ops.len()];
    let mut depth = vec![0u32; ops.len()];
    let mut next = first;
    let mut start = 0;
    while start < ops.len() {
        let end = (start + WINDOW).min(ops.len());
        let mut order: Vec<(u32, u64, u32)> = Vec::with_capacity(end - start);
        for (i, op) in ops[start..end].iter().enumerate() {
            let inside = op.args[..op.count as usize].iter().filter_map(|arg| match arg {
                From::Op(at) if *at as usize >= start => Some(depth[*at as usize] + 1),
                From::Op(_) | From::Place(_) => None,
            });
            let own = inside.max().unwrap_or(0);
            depth[start + i] = own;
            order.push((own, op.what.key(), (start + i) as u32));
        }
        order.sort_unstable();
        let mut i = 0;
        while i < order.len() {
            let (own, key, _) = order[i];
            let same = order[i..].iter().take_while(|(d, k, _)| *d == own && *k == key).count();
            let group = &order[i..i + same];
            let op = &ops[group[0].2 as usize];
            for (j, (.., at)) in group.iter().enumerate() {
                places[*at as usize] = next + j as u32;
            }
            batches.push(Batch { what: op.what, to: next, len: same as u32, args: args.len() as u32 });
            for arg in 0..op.count as usize {
                args.extend(group.iter().map(|(.., at)| match ops[*at as usize].args[arg] {
                    From::Place(place) => place,
                    From::Op(at) => places[at as usize],
                }));
            }
            next += same as u32;
            i += same;
        }
        start = end;
    }
    (batches, args, places)
}

impl What {
    /// Equal for equal operators.
    pub(super) fn key(self) -> u64 {
        match self {
            What::Unary(op) => op as u64,
            What::TanhAndSlope(_) => 99,
            What::Binary(op) => 100 + op as u64,
            What::Turned(op) => 200 + op as u64,
            What::Ternary(op) => 300 + op as u64,
            What::One(f) => f as usize as u64,
            What::Two(f) => f as usize as u64,
            What::Three(f) => f as usize as u64,
        }
    }
}

impl<T: Stored> Scalars<T> {
    pub(super) fn run(&self, bufs: &mut [Vec<T>]) {
        let mut all = std::mem::take(&mut bufs[self.buf as usize]);
        for (to, buf, place) in &self.loads {
            all[*to as usize] = if *buf == self.buf { all[*place] } else { bufs[*buf as usize][*place] };
        }
        let mut room = [[T::ZERO; CHUNK]; 3];
        for batch in &self.batches {
            let (before, out) = all.split_at_mut(batch.to as usize);
            let len = batch.len as usize;
            let out = &mut out[..len];
            let args = &self.args[batch.args as usize..];
            let list = |i: usize| &args[i * len..(i + 1) * len];
            match batch.what {
                What::Binary(op @ (Binary::Add | Binary::Sub | Binary::Mul | Binary::Div)) => {
                    arithmetic(op, before, list(0), list(1), out);
                }
                What::Unary(Unary::Neg) => {
                    for (y, a) in out.iter_mut().zip(list(0)) {
                        *y = T::minus(before[*a as usize]);
                    }
                }
                what => chunks(what, before, args, len, out, &mut room),
            }
        }
        bufs[self.buf as usize] = all;
    }
}

fn arithmetic<T: Stored>(op: Binary, before: &[T], a: &[u32], b: &[u32], out: &mut [T]) {
    let each = out.iter_mut().zip(a.iter().zip(b));
    let at = |i: &u32| before[*i as usize];
    match op {
        Binary::Sub => each.for_each(|(y, (a, b))| *y = at(a) + T::minus(at(b))),
        Binary::Mul => each.for_each(|(y, (a, b))| *y = at(a) * at(b)),
        Binary::Div => each.for_each(|(y, (a, b))| *y = T::over(at(a), at(b))),
        _ => each.for_each(|(y, (a, b))| *y = at(a) + at(b)),
    }
}

fn chunks<T: Stored>(what: What, before: &[T], args: &[u32], len: usize, out: &mut [T], room: &mut [[T; CHUNK]; 3]) {
    let count = what.count();
    let mut start = 0;
    while start < len {
        let now = CHUNK.min(len - start);
        for (i, room) in room.iter_mut().enumerate().take(count) {
            let list = &args[i * len + start..i * len + start + now];
            for (place, from) in room.iter_mut().zip(list) {
                *place = before[*from as usize];
            }
        }
        let [a, b, c] = &*room;
        what.apply([&a[..now], &b[..now], &c[..now]], &mut out[start..start + now]);
        start += now;
    }
}
