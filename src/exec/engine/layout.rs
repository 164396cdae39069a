//! Views and buffers: strides, and which buffer holds which result when.

use super::View;

impl View {
    /// All of a buffer in row-major order.
    pub(super) fn whole(buf: u32, shape: &[usize]) -> View {
        View { buf, offset: 0, strides: strides(shape) }
    }

    /// Are these the entries one after the other, in row-major order?
    pub(super) fn is_row_major(&self, shape: &[usize]) -> bool {
        let mut next = 1;
        for (size, stride) in shape.iter().zip(&self.strides).rev() {
            if *size != 1 && *stride != next {
                return false;
            }
            next *= size;
        }
        true
    }

    /// Is it one entry, however often?
    pub(super) fn is_uniform(&self, shape: &[usize]) -> bool {
        shape.iter().zip(&self.strides).all(|(size, stride)| *size <= 1 || *stride == 0)
    }

    /// Stretched to a shape, aligned at the right.
    pub(super) fn stretched(&self, from: &[usize], to: &[usize]) -> View {
        let lead = to.len().saturating_sub(from.len());
        let stride = |axis: usize| {
            let Some(own) = axis.checked_sub(lead) else { return 0 };
            if from[own] == 1 && to[axis] != 1 { 0 } else { self.strides[own] }
        };
        View { buf: self.buf, offset: self.offset, strides: (0..to.len()).map(stride).collect() }
    }
}

/// The strides of a shape in row-major order.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    crate::kernels::strides(shape)
}

/// Axes that are walked together become one: sizes with the strides of one view.
pub(super) fn merged(shape: &[usize], view: &View) -> (Vec<usize>, Vec<usize>) {
    let (mut sizes, mut steps): (Vec<usize>, Vec<usize>) = (vec![], vec![]);
    for (size, stride) in shape.iter().zip(&view.strides) {
        if *size == 1 {
            continue;
        }
        match (sizes.last_mut(), steps.last_mut()) {
            (Some(last), Some(step)) if *step == stride * size => {
                *last *= size;
                *step = *stride;
            }
            _ => {
                sizes.push(*size);
                steps.push(*stride);
            }
        }
    }
    (sizes, steps)
}

/// Writes the entries `from..from + out.len()`, counted in row-major order of merged sizes, into `out`.
pub(super) fn gather<T: Copy>(data: &[T], offset: usize, sizes: &[usize], steps: &[usize], from: usize, out: &mut [T]) {
    let Some((inner, outer)) = sizes.split_last() else {
        out.fill(data[offset]);
        return;
    };
    let step = steps[steps.len() - 1];
    let mut index = vec![0; outer.len()];
    let (mut row, mut column) = (from / inner, from % inner);
    let mut base = offset;
    for axis in (0..outer.len()).rev() {
        index[axis] = row % outer[axis];
        row /= outer[axis];
        base += index[axis] * steps[axis];
    }
    let mut done = 0;
    while done < out.len() {
        let count = (inner - column).min(out.len() - done);
        let place = &mut out[done..done + count];
        let start = base + column * step;
        match step {
            0 => place.fill(data[start]),
            1 => place.copy_from_slice(&data[start..start + count]),
            _ => {
                for (i, v) in place.iter_mut().enumerate() {
                    *v = data[start + i * step];
                }
            }
        }
        done += count;
        column = 0;
        for axis in (0..outer.len()).rev() {
            index[axis] += 1;
            base += steps[axis];
            if index[axis] < outer[axis] {
                break;
            }
            base -= index[axis] * steps[axis];
            index[axis] = 0;
        }
    }
}

/// Buffers given out by size and taken back: a result lies in the smallest free one that holds it.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// The entries of each buffer.
    pub(super) sizes: Vec<usize>,
    free: Vec<u32>,
}

impl Pool {
    /// A buffer that is never given back.
    pub(super) fn pinned(&mut self, size: usize) -> u32 {
        self.sizes.push(size);
        self.sizes.len() as u32 - 1
    }

    /// A buffer for so many entries.
    pub(super) fn take(&mut self, size: usize) -> u32 {
        let fits = |buf: &u32| self.sizes[*buf as usize] >= size;
        let best = (0..self.free.len())
            .filter(|i| fits(&self.free[*i]) && self.sizes[self.free[*i] as usize] / 4 <= size.max(1024))
            .min_by_key(|i| self.sizes[self.free[*i] as usize]);
        // Where none is large enough the largest grows, unless it is much smaller.
        let best = best.or_else(|| {
            let largest = (0..self.free.len()).max_by_key(|i| self.sizes[self.free[*i] as usize])?;
            (self.sizes[self.free[largest] as usize] * 2 > size).then_some(largest)
        });
        match best {
            Some(i) => {
                let buf = self.free.swap_remove(i);
                let place = &mut self.sizes[buf as usize];
                *place = (*place).max(size);
                buf
            }
            None => self.pinned(size),
        }
    }

    /// It is free again.
    pub(super) fn give(&mut self, buf: u32) {
        self.free.push(buf);
    }
}
