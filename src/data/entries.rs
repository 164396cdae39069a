//! Entries from their bytes: the kinds of number that files hold, to tensors.

use super::errors::{self, DataError};
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn, ShapeBuilder};

/// The most dimensions that an array may have, as in NumPy.
pub(super) const MOST_AXES: usize = 64;

/// A kind of number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    F64,
    F32,
    /// IEEE half precision.
    F16,
    /// The upper half of an f32.
    BF16,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
}

/// How the entries stand in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Order {
    /// The highest byte first.
    pub(super) big_endian: bool,
    /// The first axis runs fastest.
    pub(super) first_axis_fastest: bool,
}

impl Order {
    /// Lowest byte first, last axis fastest.
    pub(super) const PLAIN: Order = Order { big_endian: false, first_axis_fastest: false };
}

impl Entry {
    /// The bytes of one.
    pub(super) fn bytes(self) -> usize {
        match self {
            Entry::F64 | Entry::I64 | Entry::U64 => 8,
            Entry::F32 | Entry::I32 | Entry::U32 => 4,
            Entry::F16 | Entry::BF16 | Entry::I16 | Entry::U16 => 2,
            Entry::I8 | Entry::U8 | Entry::Bool => 1,
        }
    }
}

/// The bytes that an array takes; none where that cannot be counted.
pub(super) fn size(entry: Entry, shape: &[usize]) -> Option<usize> {
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(entry.bytes(), |size, n| size.checked_mul(*n))
}

/// The tensor of `shape` from bytes that are exactly as many as [`size`] says. Halves become f32, all whole numbers i64.
pub(super) fn decode(
    file: &str,
    array: &str,
    entry: Entry,
    bytes: &[u8],
    shape: &[usize],
    order: Order,
) -> Result<Tensor, DataError> {
    if shape.len() > MOST_AXES {
        return Err(errors::damaged(
            file,
            format!("it tells of {} dimensions, and {MOST_AXES} is the most", shape.len()),
        ));
    }
    if size(entry, shape) != Some(bytes.len()) {
        return Err(errors::damaged(file, "the sizes that it tells do not fit its bytes"));
    }
    let cx = Cx { file, bytes, shape, order };
    Ok(match entry {
        Entry::F64 => Tensor::F64(cx.array(f64::from_le_bytes)?),
        Entry::F32 => Tensor::F32(cx.array(f32::from_le_bytes)?),
        Entry::F16 => Tensor::F32(cx.array(|b| half(u16::from_le_bytes(b)))?),
        Entry::BF16 => Tensor::F32(cx.array(|b| f32::from_bits(u32::from(u16::from_le_bytes(b)) << 16))?),
        Entry::I64 => Tensor::Int(cx.array(i64::from_le_bytes)?),
        Entry::I32 => Tensor::Int(cx.array(|b| i64::from(i32::from_le_bytes(b)))?),
        Entry::I16 => Tensor::Int(cx.array(|b| i64::from(i16::from_le_bytes(b)))?),
        Entry::I8 => Tensor::Int(cx.array(|b| i64::from(i8::from_le_bytes(b)))?),
        Entry::U64 => {
            let tensor = cx.array(i64::from_le_bytes)?;
            if tensor.iter().any(|v| *v < 0) {
                return Err(errors::entries(file, array, "a whole number of 2^63 or more"));
            }
            Tensor::Int(tensor)
        }
        Entry::U32 => Tensor::Int(cx.array(|b| i64::from(u32::from_le_bytes(b)))?),
        Entry::U16 => Tensor::Int(cx.array(|b| i64::from(u16::from_le_bytes(b)))?),
        Entry::U8 => Tensor::Int(cx.array(|b| i64::from(u8::from_le_bytes(b)))?),
        Entry::Bool => Tensor::Bool(cx.array(|[b]: [u8; 1]| b != 0)?),
    })
}

struct Cx<'a> {
    file: &'a str,
    bytes: &'a [u8],
    shape: &'a [usize],
    order: Order,
}

impl Cx<'_> {
    fn array<const N: usize, T: Clone>(&self, entry: impl Fn([u8; N]) -> T) -> Result<ArrayD<T>, DataError> {
        let count = self.bytes.len() / N;
        let mut values = Vec::new();
        values.try_reserve_exact(count).map_err(|_| errors::memory(self.file, count))?;
        let (chunks, _) = self.bytes.as_chunks::<N>();
        values.extend(chunks.iter().map(|chunk| {
            let mut chunk = *chunk;
            if self.order.big_endian {
                chunk.reverse();
            }
            entry(chunk)
        }));
        let shape = IxDyn(self.shape).set_f(self.order.first_axis_fastest);
        let array = ArrayD::from_shape_vec(shape, values)
            .map_err(|_| errors::damaged(self.file, "it tells sizes beyond what can be counted"))?;
        Ok(if array.is_standard_layout() { array } else { array.as_standard_layout().into_owned() })
    }
}

/// IEEE 754 binary16 to binary32, exactly.
fn half(bits: u16) -> f32 {
    let (sign, exponent, fraction) = (u32::from(bits >> 15) << 31, u32::from(bits >> 10) & 31, u32::from(bits) & 1023);
    match exponent {
        // 2^-24 is the unit of the subnormals.
        0 => f32::from_bits(sign | (fraction as f32 * f32::from_bits(0x3380_0000)).to_bits()),
        31 => f32::from_bits(sign | 0x7F80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}
