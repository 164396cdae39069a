//! What a node gave: a number, or a tensor in row-major order. Reals are f64 here, rounded where `f32` is the precision.

use crate::kernels::{Refusal, array, copy, room};
use crate::tensor::{DType, Precision, Tensor};
use ndarray::{ArrayD, CowArray, IxDyn};
use std::sync::Arc;

/// The value of a node.
#[derive(Clone, Debug, Default)]
pub(super) enum Value {
    /// Not computed, or dropped.
    #[default]
    Empty,
    /// A real or bool scalar.
    Scalar(f64),
    /// Anything else: `F64`, `Int` or `Bool`, in row-major order.
    Tensor(Arc<Tensor>),
    /// What a loop gives.
    Many(Arc<[Value]>),
}

/// A tensor's entries, borrowed where they need no conversion.
pub(super) type Entries<'a, T> = CowArray<'a, T, IxDyn>;

/// Something that tensors are made of.
pub(super) trait Entry: Copy + Default + 'static {
    /// The entries of a value.
    fn of(value: &Value) -> Result<Entries<'_, Self>, Refusal>;
    /// Entries as a value.
    fn value(array: ArrayD<Self>) -> Value;
}

impl Value {
    /// The number of a scalar.
    pub(super) fn scalar(&self) -> Option<f64> {
        match self {
            Value::Scalar(v) => Some(*v),
            Value::Tensor(tensor) if tensor.shape().is_empty() => tensor.item(),
            Value::Empty | Value::Tensor(_) | Value::Many(_) => None,
        }
    }

    /// Its sizes.
    pub(super) fn shape(&self) -> &[usize] {
        match self {
            Value::Empty | Value::Scalar(_) | Value::Many(_) => &[],
            Value::Tensor(tensor) => tensor.shape(),
        }
    }

    /// The entries as reals.
    pub(super) fn reals(&self) -> Result<Entries<'_, f64>, Refusal> {
        f64::of(self)
    }

    /// From f64 entries in row-major order that are to be of `dtype`; reals are rounded once in `f32`.
    pub(super) fn from_reals(mut array: ArrayD<f64>, dtype: DType, precision: Precision) -> Result<Value, Refusal> {
        match dtype {
            DType::Real => {
                if precision == Precision::F32 {
                    array.iter_mut().for_each(|v| *v = round(*v, precision));
                }
                Ok(f64::value(array))
            }
            DType::Int => Ok(i64::value(converted(&array, |v| *v as i64)?)),
            DType::Bool => Ok(bool::value(converted(&array, |v| *v != 0.0)?)),
        }
    }

    /// A scalar of `dtype` from a computed number.
    pub(super) fn from_number(number: f64, dtype: DType, precision: Precision) -> Value {
        match dtype {
            DType::Real => Value::Scalar(round(number, precision)),
            DType::Bool => Value::Scalar(if number != 0.0 { 1.0 } else { 0.0 }),
            DType::Int => i64::value(ArrayD::from_elem(IxDyn(&[]), number as i64)),
        }
    }

    /// The same numbers as another kind: whole where they are to be whole.
    pub(super) fn coerced(self, dtype: DType, precision: Precision) -> Result<Value, Refusal> {
        let tensor = match &self {
            Value::Empty | Value::Many(_) => return Ok(self),
            Value::Scalar(v) if dtype == DType::Bool => return Ok(Value::from_number(*v, dtype, precision)),
            Value::Scalar(_) if dtype == DType::Real => return Ok(self),
            Value::Scalar(_) => return Ok(i64::value(i64::of(&self)?.into_owned())),
            Value::Tensor(tensor) => tensor,
        };
        if tensor.dtype() == dtype {
            return Ok(self);
        }
        match dtype {
            DType::Int => Ok(i64::value(i64::of(&self)?.into_owned())),
            DType::Real | DType::Bool => Value::from_reals(self.reals()?.into_owned(), dtype, precision),
        }
    }

    /// From the session: row-major order, reals as f64 and rounded in `f32`; shared where nothing is to be done.
    pub(super) fn from_tensor(tensor: &Arc<Tensor>, dtype: DType, precision: Precision) -> Result<Value, Refusal> {
        let fits = match (&**tensor, dtype, precision) {
            (Tensor::F64(a), DType::Real, Precision::F64) => a.is_standard_layout(),
            (Tensor::Int(a), DType::Int, _) => a.is_standard_layout(),
            (Tensor::Bool(a), DType::Bool, _) => a.is_standard_layout(),
            (Tensor::F64(_) | Tensor::F32(_) | Tensor::Int(_) | Tensor::Bool(_), ..) => false,
        };
        if dtype != DType::Int && tensor.shape().is_empty() {
            return Ok(Value::from_number(tensor.item().unwrap_or(0.0), dtype, precision));
        }
        if fits {
            return Ok(Value::Tensor(tensor.clone()));
        }
        if let (Tensor::Int(a), DType::Int) = (&**tensor, dtype) {
            return Ok(i64::value(copy(&a.view())?));
        }
        if dtype == DType::Int {
            let reals = Value::from_tensor(tensor, DType::Real, Precision::F64)?;
            return reals.coerced(dtype, precision);
        }
        let reals = match &**tensor {
            Tensor::F64(a) => copy(&a.view())?,
            Tensor::F32(a) => converted(a, |v| f64::from(*v))?,
            Tensor::Int(a) => converted(a, |v| *v as f64)?,
            Tensor::Bool(a) => converted(a, |v| if *v { 1.0 } else { 0.0 })?,
        };
        Value::from_reals(reals, dtype, precision)
    }

    /// For the session: shared where it is held as it is asked for.
    pub(super) fn answer(&self, dtype: DType, precision: Precision) -> Result<Arc<Tensor>, Refusal> {
        let single = precision == Precision::F32;
        Ok(match self {
            Value::Tensor(tensor) => match &**tensor {
                Tensor::F64(a) if single => Arc::new(Tensor::F32(converted(a, |v| *v as f32)?)),
                Tensor::F64(_) | Tensor::F32(_) | Tensor::Int(_) | Tensor::Bool(_) => tensor.clone(),
            },
            Value::Scalar(v) => {
                let scalar = ArrayD::from_elem(IxDyn(&[]), *v);
                Arc::new(Tensor::from_f64(scalar, dtype, precision))
            }
            Value::Empty | Value::Many(_) => return Err(Refusal::Fit("this has no value".into())),
        })
    }
}

/// A real as it is held.
pub(super) fn round(v: f64, precision: Precision) -> f64 {
    match precision {
        Precision::F64 => v,
        Precision::F32 => f64::from(v as f32),
    }
}

/// Entry by entry, in row-major order.
fn converted<T, U>(array_of: &ArrayD<T>, f: impl Fn(&T) -> U) -> Result<ArrayD<U>, Refusal> {
    let mut out = room(array_of.len())?;
    out.extend(array_of.iter().map(f));
    array(array_of.shape(), out)
}

fn scalar<T: Clone>(v: T) -> Entries<'static, T> {
    CowArray::from(ArrayD::from_elem(IxDyn(&[]), v))
}

const EMPTY: &str = "a step needs a value that is not there";

impl Entry for f64 {
    fn of(value: &Value) -> Result<Entries<'_, f64>, Refusal> {
        Ok(match value {
            Value::Empty | Value::Many(_) => return Err(Refusal::Fit(EMPTY.into())),
            Value::Scalar(v) => scalar(*v),
            Value::Tensor(tensor) => match &**tensor {
                Tensor::F64(a) => CowArray::from(a.view()),
                Tensor::F32(a) => CowArray::from(converted(a, |v| f64::from(*v))?),
                Tensor::Int(a) => CowArray::from(converted(a, |v| *v as f64)?),
                Tensor::Bool(a) => CowArray::from(converted(a, |v| if *v { 1.0 } else { 0.0 })?),
            },
        })
    }

    fn value(array: ArrayD<f64>) -> Value {
        match (array.ndim(), array.first()) {
            (0, Some(v)) => Value::Scalar(*v),
            _ => Value::Tensor(Arc::new(Tensor::F64(array))),
        }
    }
}

impl Entry for i64 {
    fn of(value: &Value) -> Result<Entries<'_, i64>, Refusal> {
        if let Value::Tensor(tensor) = value
            && let Tensor::Int(a) = &**tensor
        {
            return Ok(CowArray::from(a.view()));
        }
        let reals = f64::of(value)?;
        match reals.iter().find(|v| v.trunc() != **v || v.abs() > LARGEST_WHOLE) {
            Some(v) if v.trunc() == *v && v.is_finite() => Err(Refusal::Fit(format!(
                "whole numbers up to 2^53 are wanted here, and {v:.0} is beyond: not every one of those is a real"
            ))),
            Some(v) => Err(Refusal::Fit(format!("whole numbers are wanted here, and {v} is none"))),
            None => Ok(CowArray::from(converted(&reals.to_owned(), |v| *v as i64)?)),
        }
    }

    fn value(array: ArrayD<i64>) -> Value {
        Value::Tensor(Arc::new(Tensor::Int(array)))
    }
}

/// 2^53: beyond it not every whole number is a f64.
const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Entry for bool {
    fn of(value: &Value) -> Result<Entries<'_, bool>, Refusal> {
        if let Value::Tensor(tensor) = value
            && let Tensor::Bool(a) = &**tensor
        {
            return Ok(CowArray::from(a.view()));
        }
        Ok(CowArray::from(converted(&f64::of(value)?.to_owned(), |v| *v != 0.0)?))
    }

    fn value(array: ArrayD<bool>) -> Value {
        match (array.ndim(), array.first()) {
            (0, Some(v)) => Value::Scalar(if *v { 1.0 } else { 0.0 }),
            _ => Value::Tensor(Arc::new(Tensor::Bool(array))),
        }
    }
}
