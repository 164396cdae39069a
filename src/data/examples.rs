//! Examples for training: what the inputs hold for the rows of each part of a data set.

use crate::tensor::Tensor;
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
    pub rows: [Vec<usize>; 3],
}

/// What one input holds.
#[derive(Clone, Debug)]
pub struct Bound {
    /// Its name.
    pub name: String,
    /// The columns of the file that it is made of, in order.
    pub columns: Vec<String>,
    /// The axis of the examples.
    pub axis: usize,
    /// Its value in each part.
    pub parts: [Arc<Tensor>; 3],
}

impl Bound {
    /// The examples at these places of the training part.
    pub fn batch(&self, places: &[usize]) -> Arc<Tensor> {
        Arc::new(selected(&self.parts[0], self.axis, places))
    }

    /// All examples of the training part.
    pub fn whole(&self) -> Arc<Tensor> {
        self.parts[0].clone()
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
