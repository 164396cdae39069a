//! Dense values over ndarray; knows no graph.

use ndarray::{ArrayD, IxDyn};

/// What the entries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DType {
    /// Real numbers; `precision` says how many bits.
    Real,
    /// Whole numbers: labels, indices.
    Int,
    /// 0 or 1.
    Bool,
}

/// How real numbers are held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 64 bits.
    #[default]
    F64,
    /// 32 bits.
    F32,
}

/// A dense tensor.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    /// Reals in 64 bits.
    F64(ArrayD<f64>),
    /// Reals in 32 bits.
    F32(ArrayD<f32>),
    /// Whole numbers.
    Int(ArrayD<i64>),
    /// 0 or 1.
    Bool(ArrayD<bool>),
}

impl Tensor {
    /// A real scalar in 64 bits.
    pub fn scalar(value: f64) -> Tensor {
        Tensor::F64(ArrayD::from_elem(IxDyn(&[]), value))
    }

    /// Its sizes.
    pub fn shape(&self) -> &[usize] {
        match self {
            Tensor::F64(a) => a.shape(),
            Tensor::F32(a) => a.shape(),
            Tensor::Int(a) => a.shape(),
            Tensor::Bool(a) => a.shape(),
        }
    }

    /// How many entries it has.
    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// Has it no entry?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What its entries are.
    pub fn dtype(&self) -> DType {
        match self {
            Tensor::F64(_) | Tensor::F32(_) => DType::Real,
            Tensor::Int(_) => DType::Int,
            Tensor::Bool(_) => DType::Bool,
        }
    }

    /// The bytes of one entry.
    pub fn entry_bytes(&self) -> usize {
        match self {
            Tensor::F64(_) | Tensor::Int(_) => 8,
            Tensor::F32(_) => 4,
            Tensor::Bool(_) => 1,
        }
    }

    /// The entries as f64, in row-major order; ints and bools become reals.
    pub fn to_f64(&self) -> ArrayD<f64> {
        match self {
            Tensor::F64(a) => a.clone(),
            Tensor::F32(a) => a.mapv(f64::from),
            Tensor::Int(a) => a.mapv(|v| v as f64),
            Tensor::Bool(a) => a.mapv(|v| if v { 1.0 } else { 0.0 }),
        }
    }

    /// The only entry of a scalar (or of any tensor with one entry).
    pub fn item(&self) -> Option<f64> {
        if self.len() != 1 {
            return None;
        }
        match self {
            Tensor::F64(a) => a.first().copied(),
            Tensor::F32(a) => a.first().map(|v| f64::from(*v)),
            Tensor::Int(a) => a.first().map(|v| *v as f64),
            Tensor::Bool(a) => a.first().map(|v| if *v { 1.0 } else { 0.0 }),
        }
    }

    /// Real entries held in `precision`, rounded once; an int or bool tensor becomes real only where `dtype` says so.
    pub fn from_f64(array: ArrayD<f64>, dtype: DType, precision: Precision) -> Tensor {
        match (dtype, precision) {
            (DType::Real, Precision::F64) => Tensor::F64(array),
            (DType::Real, Precision::F32) => Tensor::F32(array.mapv(|v| v as f32)),
            (DType::Int, _) => Tensor::Int(array.mapv(|v| v as i64)),
            (DType::Bool, _) => Tensor::Bool(array.mapv(|v| v != 0.0)),
        }
    }
}
