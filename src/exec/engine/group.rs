//! A group: entry-by-entry operators over one shape, tile by tile. An operand is a buffer read at the tile's place, or a
//! register; what has other strides is spread into a register first.

use super::layout::Walk;
use super::{Stored, View};
use crate::graph::{Is, Kernel, OpDef};
use crate::kernels::vector::{Binary, Ternary, Unary};
use std::marker::PhantomData;

/// The entries of a tile: registers of some operators stay in the first cache.
pub(super) const TILE: usize = 512;

/// One group.
#[derive(Debug)]
pub(super) struct Group<T> {
    /// The entries of the shape.
    pub(super) size: usize,
    /// Filled once a run: a register and the one entry that it repeats.
    pub(super) fills: Vec<(u32, u32, usize)>,
    /// Filled for each tile.
    pub(super) spreads: Vec<Spread>,
    /// In order.
    pub(super) ops: Vec<Op>,
    pub(super) of: PhantomData<T>,
}

/// A strided operand, written into a register for each tile.
#[derive(Debug)]
pub(super) struct Spread {
    register: u32,
    buf: u32,
    offset: usize,
    walk: Walk,
}

impl Spread {
    pub(super) fn new(register: u32, view: &View, shape: &[usize]) -> Spread {
        Spread { register, buf: view.buf, offset: view.offset, walk: Walk::new(shape, view) }
    }
}

/// Where an operand lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Operand {
    pub(super) buf: u32,
    /// At the place of the tile; else from the start of the buffer.
    pub(super) moves: bool,
}

/// One operator over a tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Op {
    pub(super) what: What,
    pub(super) to: Operand,
    pub(super) args: [Operand; 3],
}

/// What is computed.
#[derive(Clone, Copy, Debug)]
pub(super) enum What {
    Unary(Unary),
    Binary(Binary),
    /// With the arguments exchanged.
    Turned(Binary),
    Ternary(Ternary),
    /// The hyperbolic tangent, and its slope beside it.
    TanhAndSlope(Operand),
    /// A function of numbers, in f64.
    One(fn(f64) -> f64),
    Two(fn(f64, f64) -> f64),
    Three(fn(f64, f64, f64) -> f64),
}

/// The loop of an operator, and where there is none its function.
pub(super) fn what(def: &'static OpDef, kernel: Kernel, second: Option<f64>) -> Option<What> {
    let unary = match def.is {
        Is::Neg => Some(Unary::Neg),
        Is::Not => Some(Unary::Not),
        Is::Exp => Some(Unary::Exp),
        Is::Expm1 => Some(Unary::Expm1),
        Is::Log => Some(Unary::Log),
        Is::Log1p => Some(Unary::Log1p),
        Is::Sqrt => Some(Unary::Sqrt),
        Is::Square => Some(Unary::Square),
        Is::Abs => Some(Unary::Abs),
        Is::Sign => Some(Unary::Sign),
        Is::Floor => Some(Unary::Floor),
        Is::Ceil => Some(Unary::Ceil),
        Is::Round => Some(Unary::Round),
        Is::Sigmoid => Some(Unary::Sigmoid),
        Is::Softplus => Some(Unary::Softplus),
        Is::Silu => Some(Unary::Silu),
        Is::Tanh => Some(Unary::Tanh),
        Is::Relu => Some(Unary::Relu),
        Is::Cosh => Some(Unary::Cosh),
        Is::Sin => Some(Unary::Sin),
        Is::Cos => Some(Unary::Cos),
        Is::Identity => Some(Unary::Copy),
        Is::Pow if second == Some(2.0) => Some(Unary::Square),
        Is::Pow if second == Some(-1.0) => Some(Unary::Reciprocal),
        _ => None,
    };
    if let Some(unary) = unary {
        return Some(What::Unary(unary));
    }
    Some(match (def.is, kernel) {
        (Is::Add, _) => What::Binary(Binary::Add),
        (Is::Sub, _) => What::Binary(Binary::Sub),
        (Is::Mul, _) => What::Binary(Binary::Mul),
        (Is::Div, _) => What::Binary(Binary::Div),
        (Is::Maximum, _) => What::Binary(Binary::Max),
        (Is::Minimum, _) => What::Binary(Binary::Min),
        (Is::Eq, _) => What::Binary(Binary::Eq),
        (Is::Ne, _) => What::Binary(Binary::Ne),
        (Is::Lt, _) => What::Binary(Binary::Lt),
        (Is::Le, _) => What::Binary(Binary::Le),
        (Is::Gt, _) => What::Turned(Binary::Lt),
        (Is::Ge, _) => What::Turned(Binary::Le),
        (Is::And, _) => What::Binary(Binary::And),
        (Is::Or, _) => What::Binary(Binary::Or),
        (Is::LeakyRelu, _) => What::Binary(Binary::LeakyRelu),
        (Is::XLogY, _) => What::Binary(Binary::Xlogy),
        (Is::Where, _) => What::Ternary(Ternary::Where),
        (Is::Clip, _) => What::Ternary(Ternary::Clip),
        (_, Kernel::Map(f)) => What::One(f),
        (_, Kernel::Zip(f)) => What::Two(f),
        (_, Kernel::Zip3(f)) => What::Three(f),
        _ => return None,
    })
}

impl<T: Stored> Group<T> {
    /// The buffers that it reads and those that it writes, without registers.
    pub(super) fn buffers(&self) -> (Vec<u32>, Vec<u32>) {
        let moving = |operand: &Operand| operand.moves.then_some(operand.buf);
        let args = self.ops.iter().flat_map(|op| op.args.iter().filter_map(moving));
        let also = |op: &Op| if let What::TanhAndSlope(also) = op.what { moving(&also) } else { None };
        let writes: Vec<u32> = self.ops.iter().flat_map(|op| [moving(&op.to), also(op)]).flatten().collect();
        let reads = self.fills.iter().map(|(_, buf, _)| *buf).chain(self.spreads.iter().map(|spread| spread.buf));
        (reads.chain(args).filter(|buf| !writes.contains(buf)).collect(), writes)
    }

    /// Runs all tiles.
    pub(super) fn run(&self, bufs: &mut [Vec<T>]) {
        if self.size == 0 {
            return;
        }
        let tile = self.size.min(TILE);
        for (register, buf, offset) in &self.fills {
            let value = bufs[*buf as usize][*offset];
            bufs[*register as usize][..tile].fill(value);
        }
        let mut start = 0;
        while start < self.size {
            let len = tile.min(self.size - start);
            for spread in &self.spreads {
                let mut out = std::mem::take(&mut bufs[spread.register as usize]);
                let data = &bufs[spread.buf as usize];
                spread.walk.write(data, spread.offset, start, &mut out[..len]);
                bufs[spread.register as usize] = out;
            }
            for op in &self.ops {
                op.run(bufs, start, len);
            }
            start += len;
        }
    }
}

impl Op {
    /// Over one tile. The result's buffer is none of the arguments'.
    #[inline]
    fn run<T: Stored>(&self, bufs: &mut [Vec<T>], start: usize, len: usize) {
        let place = if self.to.moves { start } else { 0 };
        let mut taken = std::mem::take(&mut bufs[self.to.buf as usize]);
        let out = &mut taken[place..place + len];
        let arg = |i: usize| {
            let Operand { buf, moves } = self.args[i];
            let place = if moves { start } else { 0 };
            &bufs[buf as usize][place..place + len]
        };
        match self.what {
            What::TanhAndSlope(also) => {
                let place = if also.moves { start } else { 0 };
                let mut slope = std::mem::take(&mut bufs[also.buf as usize]);
                let Operand { buf, moves } = self.args[0];
                let from = if moves { start } else { 0 };
                T::tanh_and_slope(&bufs[buf as usize][from..from + len], out, &mut slope[place..place + len]);
                bufs[also.buf as usize] = slope;
            }
            what => what.apply([arg(0), arg(1), arg(2)], out),
        }
        bufs[self.to.buf as usize] = taken;
    }
}

impl What {
    /// How many arguments it has.
    pub(super) fn count(self) -> usize {
        match self {
            What::Unary(_) | What::One(_) | What::TanhAndSlope(_) => 1,
            What::Binary(_) | What::Turned(_) | What::Two(_) => 2,
            What::Ternary(_) | What::Three(_) => 3,
        }
    }

    /// Over slices of equal length; those beyond its count are not read.
    #[inline]
    pub(super) fn apply<T: Stored>(self, [a, b, c]: [&[T]; 3], out: &mut [T]) {
        match self {
            What::Unary(op) => T::unary(op, a, out),
            What::TanhAndSlope(_) => T::unary(Unary::Tanh, a, out),
            What::Binary(op) => T::binary(op, a, b, out),
            What::Turned(op) => T::binary(op, b, a, out),
            What::Ternary(op) => T::ternary(op, a, b, c, out),
            What::One(f) => {
                for (y, a) in out.iter_mut().zip(a) {
                    *y = T::narrow(f(a.wide()));
                }
            }
            What::Two(f) => {
                for (y, (a, b)) in out.iter_mut().zip(a.iter().zip(b)) {
                    *y = T::narrow(f(a.wide(), b.wide()));
                }
            }
            What::Three(f) => {
                for (y, (a, (b, c))) in out.iter_mut().zip(a.iter().zip(b.iter().zip(c))) {
                    *y = T::narrow(f(a.wide(), b.wide(), c.wide()));
                }
            }
        }
    }
}
