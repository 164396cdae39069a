//! Entries moved, repeated, left out, or added where they meet. Every function fills an output of a known shape.

use super::{Refusal, copy, misfit, strided, strides, sum};
use ndarray::{ArrayD, ArrayView, ArrayViewD, ArrayViewMutD, Axis, IxDyn, Slice};

/// One axis of a slice: `start, start + step, …`, `len` of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    /// The first index, counted from the front.
    pub start: usize,
    /// The distance; negative walks backwards.
    pub step: i64,
    /// How many.
    pub len: usize,
}

/// Which part of a matrix stays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Triangle {
    /// On and below the diagonal.
    Lower,
    /// On and above it.
    Upper,
}

/// The axes in another order; without an order the last two swapped (nothing where there are fewer).
pub fn transpose<'a, T>(x: ArrayViewD<'a, T>, order: Option<&[usize]>) -> Result<ArrayViewD<'a, T>, Refusal> {
    let rank = x.ndim();
    let mut axes: Vec<usize> = (0..rank).collect();
    match order {
        Some(order) => {
            let mut sorted = order.to_vec();
            sorted.sort_unstable();
            if sorted != axes {
                return misfit(format!("{order:?} is not an order of {rank} axes"));
            }
            axes = order.to_vec();
        }
        None if rank >= 2 => axes.swap(rank - 1, rank - 2),
        None => {}
    }
    Ok(x.permuted_axes(IxDyn(&axes)))
}

/// `x` stretched to the shape of `out`.
pub fn broadcast<T: Copy>(x: &ArrayViewD<'_, T>, mut out: ArrayViewMutD<'_, T>) -> Result<(), Refusal> {
    match x.broadcast(out.raw_dim()) {
        Some(x) => out.assign(&x),
        None => return misfit(format!("{:?} does not stretch to {:?}", x.shape(), out.shape())),
    }
    Ok(())
}

/// `x` summed over the axes that stretch `out` to the shape of `x`.
pub fn sum_to(x: &ArrayViewD<'_, f64>, out: ArrayViewMutD<'_, f64>) -> Result<(), Refusal> {
    let Some(extra) = x.ndim().checked_sub(out.ndim()) else {
        return misfit(format!("{:?} does not sum to {:?}", x.shape(), out.shape()));
    };
    let mut axes: Vec<usize> = (0..extra).collect();
    for axis in 0..out.ndim() {
        let (from, to) = (x.shape()[axis + extra], out.shape()[axis]);
        if from != to && to != 1 {
            return misfit(format!("{:?} does not sum to {:?}", x.shape(), out.shape()));
        }
        if from != to {
            axes.push(axis + extra);
        }
    }
    lanes(x, &axes, out, sum::sum)
}

/// Every lane over `axes` (ascending; of several, the entries in row-major order) as one number, in row-major order of
/// the other axes, written to `out`.
pub fn lanes(
    x: &ArrayViewD<'_, f64>,
    axes: &[usize],
    mut out: ArrayViewMutD<'_, f64>,
    number: impl Fn(&[f64]) -> f64,
) -> Result<(), Refusal> {
    let length: usize = axes.iter().map(|axis| x.shape()[*axis]).product();
    let as_they_are = axes.iter().rev().zip((0..x.ndim()).rev()).all(|(axis, last)| *axis == last);
    let copied;
    let entries = match x.as_slice() {
        Some(entries) if as_they_are => entries,
        _ => {
            copied = axes_last(x, axes)?;
            copied.as_slice().unwrap_or(&[])
        }
    };
    if length == 0 {
        out.iter_mut().for_each(|v| *v = number(&[]));
        return Ok(());
    }
    if out.len() * length != entries.len() {
        return misfit(format!("{:?} does not reduce to {:?}", x.shape(), out.shape()));
    }
    for (v, lane) in out.iter_mut().zip(entries.chunks_exact(length)) {
        *v = number(lane);
    }
    Ok(())
}

/// A copy in row-major order with `axes` moved to the end.
pub fn axes_last<T: Copy + Default>(x: &ArrayViewD<'_, T>, axes: &[usize]) -> Result<ArrayD<T>, Refusal> {
    let order = last_order(x.ndim(), axes);
    copy(&transpose(x.view(), Some(&order))?)
}

/// The order that moves `axes` to the end.
pub fn last_order(rank: usize, axes: &[usize]) -> Vec<usize> {
    (0..rank).filter(|axis| !axes.contains(axis)).chain(axes.iter().copied()).collect()
}

/// The part of `x` that `ranges` (one for each axis) name.
pub fn slice<'a, T>(mut x: ArrayViewD<'a, T>, ranges: &[Range]) -> Result<ArrayViewD<'a, T>, Refusal> {
    for (axis, range) in ranges.iter().enumerate() {
        x.slice_axis_inplace(Axis(axis), walk(range, x.shape().get(axis).copied())?);
    }
    Ok(x)
}

/// The transpose of [`slice`]: `x` written into the zeros of `out` where `ranges` say.
pub fn unslice<T: Copy>(x: &ArrayViewD<'_, T>, ranges: &[Range], mut out: ArrayViewMutD<'_, T>) -> Result<(), Refusal> {
    for (axis, range) in ranges.iter().enumerate() {
        out.slice_axis_inplace(Axis(axis), walk(range, out.shape().get(axis).copied())?);
    }
    if out.shape() != x.shape() {
        return misfit(format!("{:?} does not fit the slice of shape {:?}", x.shape(), out.shape()));
    }
    out.assign(x);
    Ok(())
}

fn walk(range: &Range, size: Option<usize>) -> Result<Slice, Refusal> {
    let Some(size) = size else { return misfit("this slice has more axes than what it is taken from") };
    if range.len == 0 {
        return Ok(Slice::new(0, Some(0), 1));
    }
    let first = range.start as i128;
    let last = first + (range.len as i128 - 1) * i128::from(range.step);
    let inside = |i: i128| 0 <= i && i < size as i128;
    if range.step == 0 || !inside(first) || !inside(last) {
        return misfit(format!("this slice walks from {first} to {last}, and the axis has size {size}"));
    }
    let (low, high) = (first.min(last) as isize, first.max(last) as isize);
    // One entry: any step will do, and a huge one must not overflow.
    Ok(Slice::new(low, Some(high + 1), if range.len == 1 { 1 } else { range.step as isize }))
}

/// End to end along an axis.
pub fn concat<T: Copy>(parts: &[ArrayViewD<'_, T>], axis: usize, mut out: ArrayViewMutD<'_, T>) -> Result<(), Refusal> {
    let mut start = 0;
    for part in parts {
        let len = part.shape().get(axis).copied().unwrap_or(0);
        let room = out.shape().get(axis).copied().unwrap_or(0);
        if start + len > room {
            return misfit(format!("these parts do not fill axis {axis} of {:?}", out.shape()));
        }
        let mut place = out.view_mut();
        place.slice_axis_inplace(Axis(axis), Slice::new(start as isize, Some((start + len) as isize), 1));
        if place.shape() != part.shape() {
            return misfit(format!("{:?} does not go into {:?} along axis {axis}", part.shape(), out.shape()));
        }
        place.assign(part);
        start += len;
    }
    if out.shape().get(axis) != Some(&start) {
        return misfit(format!("these parts do not fill axis {axis} of {:?}", out.shape()));
    }
    Ok(())
}

/// Entries of `x` along an axis at `index`, which has the shape of `out` and, outside the axis, of `x`. Row-major
/// slices; `outer` and `inner` count the entries of the axes before and after.
pub fn gather<T: Copy>(x: &[T], [outer, size, inner]: [usize; 3], index: &[i64], out: &mut [T]) -> Result<(), Refusal> {
    if x.len() != outer * size * inner
        || out.len() != index.len()
        || outer * inner != 0 && !index.len().is_multiple_of(outer * inner)
    {
        return misfit("what is gathered does not fit its place");
    }
    let index = whole_index(index, size)?;
    for ((v, i), base) in out.iter_mut().zip(&index).zip(bases([outer, size, inner], index.len())) {
        *v = x[base + i * inner];
    }
    Ok(())
}

/// The transpose of [`gather`]: entries of `dy` added to the zeros of `out` at `index`, in order.
pub fn scatter_add(
    dy: &[f64],
    [outer, size, inner]: [usize; 3],
    index: &[i64],
    out: &mut [f64],
) -> Result<(), Refusal> {
    if out.len() != outer * size * inner
        || dy.len() != index.len()
        || outer * inner != 0 && !index.len().is_multiple_of(outer * inner)
    {
        return misfit("what is scattered does not fit its place");
    }
    let index = whole_index(index, size)?;
    for ((v, i), base) in dy.iter().zip(&index).zip(bases([outer, size, inner], index.len())) {
        out[base + i * inner] += v;
    }
    Ok(())
}

/// For each of `count` indices in row-major order the first entry of its line along the axis.
fn bases([outer, size, inner]: [usize; 3], count: usize) -> impl Iterator<Item = usize> {
    let lines = count.checked_div(outer * inner).unwrap_or(0);
    (0..outer)
        .flat_map(move |block| (0..lines).flat_map(move |_| (0..inner).map(move |line| block * size * inner + line)))
}

fn whole_index(index: &[i64], size: usize) -> Result<Vec<usize>, Refusal> {
    let inside = |i: &i64| usize::try_from(*i).ok().filter(|i| *i < size);
    let checked = index.iter().map(|i| {
        inside(i).ok_or_else(|| {
            Refusal::Fit(match size {
                0 => format!("the index {i} is outside an axis without entries"),
                n => format!("the index {i} is outside an axis of size {n}, whose entries are 0 to {}", n - 1),
            })
        })
    });
    checked.collect()
}

/// Reversed along some axes.
pub fn flip<'a, T>(mut x: ArrayViewD<'a, T>, axes: &[usize]) -> Result<ArrayViewD<'a, T>, Refusal> {
    for axis in axes {
        if *axis >= x.ndim() {
            return misfit(format!("{:?} has no axis {axis}", x.shape()));
        }
        x.invert_axis(Axis(*axis));
    }
    Ok(x)
}

/// The diagonal of the last two axes, `offset` above the main one; `x` is in row-major order.
pub fn diagonal<T: Copy>(x: &ArrayViewD<'_, T>, offset: i64, mut out: ArrayViewMutD<'_, T>) -> Result<(), Refusal> {
    let Some(taken) = diagonal_of(x, offset) else {
        return misfit(format!("{:?} has no diagonal {offset}", x.shape()));
    };
    if taken.shape() != out.shape() {
        return misfit(format!("the diagonal has shape {:?}, not {:?}", taken.shape(), out.shape()));
    }
    out.assign(&taken);
    Ok(())
}

/// The last axis of `x` on the diagonal of the zeros of `out`.
pub fn on_diagonal<T: Copy>(x: &ArrayViewD<'_, T>, offset: i64, mut out: ArrayViewMutD<'_, T>) -> Result<(), Refusal> {
    let rank = out.ndim();
    let fits = rank >= 2 && x.ndim() + 1 == rank && x.shape()[..rank - 2] == out.shape()[..rank - 2];
    let (down, right) = sides(offset);
    let length = x.shape().last().copied().unwrap_or(0);
    if !fits || length + down > out.shape()[rank - 2] || length + right > out.shape()[rank - 1] {
        return misfit(format!("{:?} does not go on diagonal {offset} of {:?}", x.shape(), out.shape()));
    }
    for i in 0..length {
        let mut place = out.view_mut();
        place.collapse_axis(Axis(rank - 2), i + down);
        place.collapse_axis(Axis(rank - 1), i + right);
        let mut from = x.view();
        from.collapse_axis(Axis(rank - 2), i);
        let shape = place.raw_dim();
        if let Ok(from) = from.to_shape(shape) {
            place.assign(&from);
        }
    }
    Ok(())
}

fn sides(offset: i64) -> (usize, usize) {
    let far = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX / 2);
    if offset < 0 { (far, 0) } else { (0, far) }
}

fn diagonal_of<'a, T>(x: &'a ArrayViewD<'_, T>, offset: i64) -> Option<ArrayViewD<'a, T>> {
    let rank = x.ndim();
    let entries = x.as_slice()?;
    let [rows, columns] = *x.shape().get(rank.checked_sub(2)?..)? else { return None };
    let (down, right) = sides(offset);
    let length = rows.saturating_sub(down).min(columns.saturating_sub(right));
    let mut shape = x.shape()[..rank - 2].to_vec();
    let mut by = strides(x.shape())[..rank - 2].to_vec();
    shape.push(length);
    by.push(columns + 1);
    let start = if length == 0 { 0 } else { down * columns + right };
    if shape.contains(&0) {
        return ArrayView::from_shape(IxDyn(&shape), &entries[..0]).ok();
    }
    strided(entries.get(start..)?, &shape, &by)
}

/// `x` with zeros above (below) its diagonal `offset` in the last two axes.
pub fn triangle<T: Copy>(
    x: &ArrayViewD<'_, T>,
    keep: Triangle,
    offset: i64,
    mut out: ArrayViewMutD<'_, T>,
) -> Result<(), Refusal> {
    let rank = x.ndim();
    if rank < 2 || x.shape() != out.shape() {
        return misfit(format!("{:?} has no triangle of shape {:?}", x.shape(), out.shape()));
    }
    let [rows, columns] = [x.shape()[rank - 2], x.shape()[rank - 1]];
    if rows * columns == 0 {
        return Ok(());
    }
    let (Some(from), Some(to)) = (x.as_slice(), out.as_slice_mut()) else { return misfit("a triangle of a view") };
    for (i, (row, place)) in from.chunks_exact(columns).zip(to.chunks_exact_mut(columns)).enumerate() {
        let edge = (i % rows) as i128 + i128::from(offset);
        let part = match keep {
            Triangle::Lower => 0..(edge + 1).clamp(0, columns as i128) as usize,
            Triangle::Upper => edge.clamp(0, columns as i128) as usize..columns,
        };
        place[part.clone()].copy_from_slice(&row[part]);
    }
    Ok(())
}
