//! Examples for training: what the inputs hold for the rows of each part of a data set.

use super::Spill;
use crate::outside::Refusal;
use crate::tensor::{DType, Precision, Tensor};
use ndarray::{ArrayD, Axis, IxDyn};
use std::sync::Arc;

/// The parts of a data set, in the order of [`Examples::rows`].
pub const PARTS: [&str; 3] = ["train", "valid", "test"];

/// Examples, split into parts.
#[derive(Clone, Debug, Default)]
pub struct Examples {
    /// The name of their dimension.
    pub dim: String,
    /// What each input holds.
    pub inputs: Vec<Bound>,
    /// The rows of the file in each part, counted from 0.
    pub rows: [Arc<[u32]>; 3],
}

/// What one input holds.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Its name.
    pub name: String,
    /// The columns of the file that it is made of, in order.
    pub columns: Vec<String>,
    /// How the rows stand in it.
    pub form: Form,
    /// Its value in each part.
    pub parts: [Held; 3],
}

/// How an input holds rows.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// How many axes it has.
    pub rank: usize,
    /// The axis of the examples.
    pub axis: usize,
    /// Its type.
    pub dtype: DType,
    /// How reals are held.
    pub precision: Precision,
}

/// The examples of a part.
#[derive(Clone, Debug)]
pub enum Held {
    /// All of them, in memory.
    Whole(Arc<Tensor>),
    /// Read where they are needed.
    Spilled(Arc<Spill>),
}

impl Form {
    /// Rows `[rows, …]` as the input has them.
    pub fn of(&self, mut array: ArrayD<f64>) -> Tensor {
        let last = array.ndim();
        if self.rank > last {
            array = array.insert_axis(Axis(last));
        } else if self.rank < last && array.shape()[last - 1] == 1 {
            array = array.index_axis_move(Axis(last - 1), 0);
        }
        // From the first axis to where the examples go.
        let mut order: Vec<usize> = (1..array.ndim()).collect();
        order.insert(self.axis.min(order.len()), 0);
        let array = array.permuted_axes(IxDyn(&order)).as_standard_layout().into_owned();
        Tensor::from_f64(array, self.dtype, self.precision)
    }
}

impl Bound {
    /// The examples at these places of the training part.
    pub fn batch(&self, places: &[usize]) -> Result<Arc<Tensor>, Refusal> {
        Ok(Arc::new(match &self.parts[0] {
            Held::Whole(tensor) => selected(tensor, self.form.axis, places),
            Held::Spilled(spill) => self.form.of(spill.pick(places)?),
        }))
    }

    /// All examples of a part; none where they are not in memory.
    pub fn whole(&self, part: usize) -> Option<Arc<Tensor>> {
        match &self.parts[part] {
            Held::Whole(tensor) => Some(tensor.clone()),
            Held::Spilled(_) => None,
        }
    }

    /// Examples of a part that stand beside each other.
    pub fn range(&self, part: usize, from: usize, count: usize) -> Result<Arc<Tensor>, Refusal> {
        match &self.parts[part] {
            Held::Whole(tensor) => {
                let places: Vec<usize> = (from..from + count).collect();
                Ok(Arc::new(selected(tensor, self.form.axis, &places)))
            }
            Held::Spilled(spill) => Ok(Arc::new(self.form.of(spill.range(from, count)?))),
        }
    }
}

impl Examples {
    /// Are all examples of a part in memory?
    pub fn is_whole(&self, part: usize) -> bool {
        self.inputs.iter().all(|bound| matches!(bound.parts[part], Held::Whole(_)))
    }
}

/// The entries of a tensor at some places along an axis.
pub fn selected(tensor: &Tensor, axis: usize, places: &[usize]) -> Tensor {
    let axis = ndarray::Axis(axis);
    match tensor {
        Tensor::F64(array) => Tensor::F64(array.select(axis, places)),
        Tensor::F32(array) => Tensor::F32(array.select(axis, places)),
        Tensor::Int(array) => Tensor::Int(array.select(axis, places)),
        Tensor::Bool(array) => Tensor::Bool(array.select(axis, places)),
    }
}
