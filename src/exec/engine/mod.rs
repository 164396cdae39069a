//! The engine: a plan made once for its roots, sizes and precision, and run many times.
//!
//! [`Program::new`] turns the plan of the reference into a few instructions over buffers: entry-by-entry operators of one shape
//! and level become a *group* that runs tile by tile in registers; transposes, reshapes, slices and broadcasts are views; a
//! buffer is used again when its last reader is done; what depends on nothing that moves is computed in the first run alone.
//! Reals are held and computed in the program's precision. What has no instruction of its own is applied by the reference.

mod arrange;
mod compile;
mod emit;
mod explain;
mod group;
mod lanes;
mod layout;
mod parts;
mod places;
mod run;
mod scalars;
mod scan;

pub use explain::Line;

use super::plan::Plan;
use super::{Cache, Inputs, Trouble};
use crate::graph::{DefId, Graph, NodeId};
use crate::kernels::vector::product::Number;
use crate::tensor::{DType, Precision, Tensor};
use std::sync::Arc;

/// A compiled program with its memory.
#[derive(Debug)]
pub struct Program(Held);

#[derive(Debug)]
enum Held {
    F64(Code<f64>),
    F32(Code<f32>),
}

/// Instructions and buffers.
#[derive(Debug)]
struct Code<T> {
    /// What does not depend on what moves; run once, and again after a slot that does not move was set.
    once: Vec<Inst<T>>,
    /// What is run each time.
    each: Vec<Inst<T>>,
    /// Of what the instructions are made: those of `once`, then those of `each`.
    about: Vec<explain::About>,
    /// The buffers: slots, constants, results, then the registers of groups.
    bufs: Vec<Vec<T>>,
    slots: Vec<SlotPlace>,
    roots: Vec<Root>,
    /// After each run the buffer of the first changes places with that of the second.
    carried: Vec<(u32, u32)>,
    /// Has it run since the carried slots were exchanged?
    ran: bool,
    /// Is what does not move still to be computed?
    fresh: bool,
    /// The bytes of all buffers.
    bytes: u64,
}

/// Who gives a slot its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filled {
    /// The session.
    Def(DefId),
    /// In the body of a loop, the loop: a parameter, by its number.
    Given(u32),
}

/// A slot and its buffer.
#[derive(Debug)]
struct SlotPlace {
    filled: Filled,
    buf: u32,
    offset: usize,
    moves: bool,
    shape: Vec<usize>,
}

/// A root, as it is read.
#[derive(Debug)]
struct Root {
    view: View,
    shape: Vec<usize>,
    dtype: DType,
}

/// Entries of a buffer, read with strides; one stride for each axis of the shape it is read as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct View {
    buf: u32,
    offset: usize,
    strides: Vec<usize>,
}

/// One instruction.
#[derive(Debug)]
enum Inst<T> {
    /// Entry-by-entry operators over tiles.
    Group(group::Group<T>),
    /// Operators over numbers.
    Scalars(scalars::Scalars<T>),
    /// A product of matrices, or a stack of them.
    Product(Box<Product>),
    /// Sums over axes, times a factor.
    Sum(Box<lanes::Sum>),
    /// Softmax and its like over the lanes of an axis.
    Lanes(Box<lanes::Laned<T>>),
    /// The largest or smallest entries over axes.
    Most(Box<lanes::Most>),
    /// Entries written, or added, where they belong in a larger tensor.
    Place(Box<places::Place>),
    /// Entries by index, or its transpose.
    Gather(Box<places::Gather>),
    /// A convolution or a transpose of one.
    Conv(Box<places::Conv>),
    /// A loop.
    Scan(Box<scan::Scan<T>>),
    /// A view written out in row-major order.
    Copy(Box<layout::Copied>),
    /// The reference's step.
    Reference(Box<Applied>),
}

#[derive(Debug)]
struct Product {
    to: u32,
    left: View,
    right: View,
    /// The axes of the stack, then rows, inner length, columns.
    stack: Vec<usize>,
    size: (usize, usize, usize),
    /// Is it added to what the buffer holds?
    adds: bool,
}

#[derive(Debug)]
struct Applied {
    node: NodeId,
    to: u32,
    shape: Vec<usize>,
    args: Vec<(View, Vec<usize>, DType)>,
}

/// What a program is made from besides its roots.
pub struct Making<'a> {
    /// Does this slot change between runs?
    pub moves: &'a dyn Fn(DefId) -> bool,
    /// Roots whose value the slot has in the next run: their places among the roots.
    pub carried: &'a [(usize, DefId)],
}

impl Program {
    /// Compiles the roots. `Ok(None)`: there is something in it that only the reference computes (whole numbers beyond 2^53).
    pub fn new(graph: &Graph, roots: &[NodeId], inputs: &Inputs, making: &Making) -> Result<Option<Program>, Trouble> {
        let plan = Plan::new(graph, roots, inputs, &mut Cache::new(0))?;
        Ok(match inputs.precision {
            Precision::F64 => compile::compile::<f64>(graph, &plan, inputs, making, &|_| false)?.map(Held::F64),
            Precision::F32 => compile::compile::<f32>(graph, &plan, inputs, making, &|_| false)?.map(Held::F32),
        }
        .map(Program))
    }

    /// Has it this slot?
    pub fn has(&self, def: DefId) -> bool {
        match &self.0 {
            Held::F64(code) => code.has(def),
            Held::F32(code) => code.has(def),
        }
    }

    /// Sets the value of a slot; `false` where the program has no such slot or the value another shape.
    pub fn set(&mut self, def: DefId, value: &Tensor) -> bool {
        match &mut self.0 {
            Held::F64(code) => code.set(def, value),
            Held::F32(code) => code.set(def, value),
        }
    }

    /// Computes all roots.
    pub fn run(&mut self, graph: &Graph, inputs: &Inputs) -> Result<(), Trouble> {
        match &mut self.0 {
            Held::F64(code) => code.run(graph, inputs),
            Held::F32(code) => code.run(graph, inputs),
        }
    }

    /// The value of a root after a run.
    pub fn root(&self, place: usize) -> Option<Arc<Tensor>> {
        match &self.0 {
            Held::F64(code) => code.root(place),
            Held::F32(code) => code.root(place),
        }
    }

    /// Is no entry of a root's value infinite or NaN?
    pub fn is_finite(&self, place: usize) -> bool {
        match &self.0 {
            Held::F64(code) => code.is_finite(place),
            Held::F32(code) => code.is_finite(place),
        }
    }

    /// What a slot holds now: a carried one moves with each run.
    pub fn slot(&self, def: DefId) -> Option<Arc<Tensor>> {
        match &self.0 {
            Held::F64(code) => code.slot(def),
            Held::F32(code) => code.slot(def),
        }
    }

    /// What a slot held in the last run.
    pub fn before(&self, def: DefId) -> Option<Arc<Tensor>> {
        match &self.0 {
            Held::F64(code) => code.before(def),
            Held::F32(code) => code.before(def),
        }
    }

    /// The bytes of all buffers.
    pub fn bytes(&self) -> u64 {
        match &self.0 {
            Held::F64(code) => code.bytes,
            Held::F32(code) => code.bytes,
        }
    }
}

/// A real as it is stored.
trait Stored: Number {
    /// The largest whole number below which all are exact.
    const WHOLE: f64;
    /// `-self`
    fn minus(self) -> Self;
    /// `self/other`
    fn over(self, other: Self) -> Self;
    /// Entries in row-major order as a tensor of reals.
    fn reals(array: ndarray::ArrayD<Self>) -> Tensor;
    /// The entries of a tensor that holds them as they are, in row-major order.
    fn of(tensor: &Tensor) -> Option<&[Self]>;
}

impl Stored for f64 {
    const WHOLE: f64 = 9_007_199_254_740_992.0;

    fn minus(self) -> f64 {
        -self
    }

    fn over(self, other: f64) -> f64 {
        self / other
    }

    fn reals(array: ndarray::ArrayD<f64>) -> Tensor {
        Tensor::F64(array)
    }

    fn of(tensor: &Tensor) -> Option<&[f64]> {
        if let Tensor::F64(array) = tensor { array.as_slice() } else { None }
    }
}

impl Stored for f32 {
    const WHOLE: f64 = 16_777_216.0;

    fn minus(self) -> f32 {
        -self
    }

    fn over(self, other: f32) -> f32 {
        self / other
    }

    fn reals(array: ndarray::ArrayD<f32>) -> Tensor {
        Tensor::F32(array)
    }

    fn of(tensor: &Tensor) -> Option<&[f32]> {
        if let Tensor::F32(array) = tensor { array.as_slice() } else { None }
    }
}
