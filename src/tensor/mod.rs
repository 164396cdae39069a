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

    /// Reals from entries in row-major order; `None` where they are not as many as the shape has.
    pub fn from_vec(shape: &[usize], entries: Vec<f64>) -> Option<Tensor> {
        ArrayD::from_shape_vec(IxDyn(shape), entries).ok().map(Tensor::F64)
    }

    /// Whole numbers, likewise.
    pub fn from_ints(shape: &[usize], entries: Vec<i64>) -> Option<Tensor> {
        ArrayD::from_shape_vec(IxDyn(shape), entries).ok().map(Tensor::Int)
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

    /// The bytes of its entries.
    pub fn bytes(&self) -> u64 {
        self.len() as u64 * self.entry_bytes() as u64
    }

    /// Is it laid out in row-major order?
    pub fn is_row_major(&self) -> bool {
        match self {
            Tensor::F64(a) => a.is_standard_layout(),
            Tensor::F32(a) => a.is_standard_layout(),
            Tensor::Int(a) => a.is_standard_layout(),
            Tensor::Bool(a) => a.is_standard_layout(),
        }
    }

    /// The entries as f64, one after the other in row-major order.
    pub fn numbers(&self) -> Box<dyn Iterator<Item = f64> + '_> {
        match self {
            Tensor::F64(a) => Box::new(a.iter().copied()),
            Tensor::F32(a) => Box::new(a.iter().map(|v| f64::from(*v))),
            Tensor::Int(a) => Box::new(a.iter().map(|v| *v as f64)),
            Tensor::Bool(a) => Box::new(a.iter().map(|v| f64::from(u8::from(*v)))),
        }
    }

    /// The entry of this number, counted in row-major order, as f64.
    pub fn number(&self, entry: usize) -> Option<f64> {
        let mut rest = entry;
        let mut index = vec![0; self.shape().len()];
        for (place, size) in index.iter_mut().zip(self.shape()).rev() {
            *place = rest.checked_rem(*size)?;
            rest /= size;
        }
        if rest == 0 { self.get(&index) } else { None }
    }

    /// The entry at indices, as f64.
    pub fn get(&self, index: &[usize]) -> Option<f64> {
        match self {
            Tensor::F64(a) => a.get(index).copied(),
            Tensor::F32(a) => a.get(index).map(|v| f64::from(*v)),
            Tensor::Int(a) => a.get(index).map(|v| *v as f64),
            Tensor::Bool(a) => a.get(index).map(|v| f64::from(u8::from(*v))),
        }
    }

    /// Is no entry infinite or NaN?
    pub fn all_finite(&self) -> bool {
        match self {
            Tensor::F64(a) => a.iter().all(|v| v.is_finite()),
            Tensor::F32(a) => a.iter().all(|v| v.is_finite()),
            Tensor::Int(_) | Tensor::Bool(_) => true,
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

    /// Puts a number in the place of the only entry of a tensor of reals; `false`: it is none.
    pub fn set_item(&mut self, number: f64) -> bool {
        match self {
            Tensor::F64(a) if a.len() == 1 => a.fill(number),
            Tensor::F32(a) if a.len() == 1 => a.fill(number as f32),
            Tensor::F64(_) | Tensor::F32(_) | Tensor::Int(_) | Tensor::Bool(_) => return false,
        }
        true
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_counted_row_by_row() {
        let x = Tensor::from_ints(&[2, 3], vec![1, 2, 3, 4, 5, 6]).expect("six entries");
        assert_eq!(x.numbers().collect::<Vec<f64>>(), [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert_eq!((x.number(4), x.get(&[1, 1]), x.number(6)), (Some(5.0), Some(5.0), None));
        assert_eq!((x.bytes(), x.get(&[2, 0]), x.get(&[1])), (48, None, None));
        let Tensor::Int(a) = x else { return };
        let turned = Tensor::Int(a.reversed_axes());
        assert_eq!(turned.numbers().collect::<Vec<f64>>(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!((turned.number(1), turned.is_row_major()), (Some(4.0), false));
    }

    #[test]
    fn a_scalar_has_one_entry_and_an_empty_tensor_none() {
        let (scalar, empty) = (Tensor::scalar(2.5), Tensor::from_vec(&[0, 3], vec![]));
        assert_eq!((scalar.number(0), scalar.number(1), scalar.get(&[])), (Some(2.5), None, Some(2.5)));
        let empty = empty.expect("no entry is needed");
        assert_eq!((empty.number(0), empty.bytes(), empty.all_finite()), (None, 0, true));
        assert_eq!(Tensor::from_vec(&[2], vec![1.0]), None);
        assert!(!Tensor::scalar(f64::NAN).all_finite());
    }
}
