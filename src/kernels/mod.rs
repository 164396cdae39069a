//! Pure functions over numbers, slices and array views: what the operators compute; knows no graph.

pub mod activations;
pub mod elementwise;

/// Products: `@` and `einsum`.
pub mod contract;
/// Lanes to numbers, and lanes to lanes.
pub mod lanes;
/// Factorizations: inverses, determinants, Cholesky.
pub mod linalg;
/// The allocator's pages.
/// Entries moved, repeated, left out, or added where they meet.
pub mod moves;
/// Sums of weighted exponentials.
pub mod powers;
/// Keyed random numbers.
pub mod random;
/// Sums in a fixed order.
pub mod sum;
/// Whole slices at a time.
pub mod vector;
/// Windows that slide, and convolutions.
pub mod windows;

use ndarray::{ArrayD, ArrayView, ArrayViewD, IxDyn, ShapeBuilder};

/// Why a kernel gives no result.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// There is no room for so many bytes.
    Room(u128),
    /// The arguments do not fit, a sentence in the user's words.
    Fit(String),
}

/// A refusal with its sentence.
pub fn misfit<T>(title: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Fit(title.into()))
}

/// The entries of a shape; `None` where an array cannot have so many (a size of 0 beside huge ones included).
pub fn entries(shape: &[usize]) -> Option<usize> {
    let counted = shape.iter().filter(|n| **n != 0).try_fold(1usize, |all, n| all.checked_mul(*n))?;
    let fits = counted <= isize::MAX as usize / 16;
    fits.then(|| if shape.contains(&0) { 0 } else { counted })
}

/// An empty vector with room for so many entries.
pub fn room<T>(len: usize) -> Result<Vec<T>, Refusal> {
    let mut out = Vec::new();
    let bytes = len as u128 * size_of::<T>() as u128;
    out.try_reserve_exact(len).map_err(|_| Refusal::Room(bytes))?;
    Ok(out)
}

/// An array of zeros (`T::default()`).
pub fn zeros<T: Clone + Default>(shape: &[usize]) -> Result<ArrayD<T>, Refusal> {
    let Some(len) = entries(shape) else { return Err(Refusal::Room(u128::MAX)) };
    let mut out = room(len)?;
    out.resize(len, T::default());
    array(shape, out)
}

/// Entries in row-major order as an array.
pub fn array<T>(shape: &[usize], entries: Vec<T>) -> Result<ArrayD<T>, Refusal> {
    let len = entries.len();
    ArrayD::from_shape_vec(IxDyn(shape), entries)
        .map_err(|_| Refusal::Fit(format!("{len} entries do not make an array of shape {shape:?}")))
}

/// A copy in row-major order.
pub fn copy<T: Copy + Default>(x: &ArrayViewD<'_, T>) -> Result<ArrayD<T>, Refusal> {
    let mut out = zeros(x.shape())?;
    out.assign(x);
    Ok(out)
}

/// Row-major entries read with other strides; `None` where that would leave the slice.
pub fn strided<'a, T>(entries: &'a [T], shape: &[usize], strides: &[usize]) -> Option<ArrayViewD<'a, T>> {
    ArrayView::from_shape(IxDyn(shape).strides(IxDyn(strides)), entries).ok()
}

/// The strides of a shape in row-major order.
pub fn strides(shape: &[usize]) -> Vec<usize> {
    let mut out = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        out[axis - 1] = out[axis] * shape[axis].max(1);
    }
    out
}
mod roots;
pub mod special;
