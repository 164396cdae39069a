//! Views and buffers: strides, and which buffer holds which result when.

use super::View;
use smallvec::SmallVec;

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

    /// The same entries in row-major order under another shape, where strides can say it.
    pub(super) fn reshaped(&self, from: &[usize], to: &[usize]) -> Option<View> {
        let old: Vec<(usize, usize)> =
            from.iter().zip(&self.strides).filter(|(n, _)| **n != 1).map(|(n, s)| (*n, *s)).collect();
        let mut strides = vec![0; to.len()];
        let (mut next, mut at) = (0, 0);
        while next < to.len() {
            if to[next] == 1 {
                next += 1;
                continue;
            }
            let (first, begin) = (next, at);
            let (mut new_size, mut old_size) = (1, 1);
            // As many axes of both as hold equally many entries.
            while new_size != old_size || new_size == 1 {
                if new_size <= old_size {
                    new_size *= to.get(next)?;
                    next += 1;
                } else {
                    old_size *= old.get(at)?.0;
                    at += 1;
                }
            }
            if new_size == 0 || old[begin..at].windows(2).any(|two| two[0].1 != two[1].1 * two[1].0) {
                return None;
            }
            let mut stride = old[at - 1].1;
            for axis in (first..next).rev() {
                strides[axis] = stride;
                stride *= to[axis];
            }
        }
        (at == old.len()).then_some(View { buf: self.buf, offset: self.offset, strides })
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
    let mut index: SmallVec<[usize; 8]> = smallvec::smallvec![0; outer.len()];
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

/// The entries of a view in row-major order: its axes merged once, and where the inner ones are short, the places of a whole
/// block of them.
#[derive(Debug)]
pub(super) struct Walk {
    sizes: Vec<usize>,
    steps: Vec<usize>,
    /// The places of a block, from its first; empty where the last axis is long.
    block: Vec<u32>,
}

/// An axis of so many entries is long.
const LONG: usize = 16;
/// The most entries of a block.
const BLOCK: usize = 1024;

impl Walk {
    pub(super) fn new(shape: &[usize], view: &View) -> Walk {
        let (mut sizes, mut steps) = merged(shape, view);
        let mut block: Vec<u32> = vec![];
        if sizes.len() > 1 && sizes.last().is_some_and(|size| *size < LONG) {
            block.push(0);
            while let (Some(size), Some(step)) = (sizes.last().copied(), steps.last().copied()) {
                let far = step.checked_mul(size).filter(|far| *far < u32::MAX as usize / BLOCK);
                if block.len() * size > BLOCK || far.is_none() {
                    break;
                }
                block = (0..size).flat_map(|i| block.iter().map(move |at| at + (i * step) as u32)).collect();
                sizes.pop();
                steps.pop();
                if block.len() >= LONG * 4 {
                    break;
                }
            }
        }
        Walk { sizes, steps, block }
    }

    /// The entries `from..from + out.len()` of what begins at `offset`.
    pub(super) fn write<T: Copy>(&self, data: &[T], offset: usize, from: usize, out: &mut [T]) {
        if self.block.is_empty() {
            return gather(data, offset, &self.sizes, &self.steps, from, out);
        }
        let (mut row, mut at) = (from / self.block.len(), from % self.block.len());
        let mut index: SmallVec<[usize; 8]> = smallvec::smallvec![0; self.sizes.len()];
        let mut base = offset;
        for axis in (0..self.sizes.len()).rev() {
            index[axis] = row % self.sizes[axis];
            row /= self.sizes[axis];
            base += index[axis] * self.steps[axis];
        }
        let mut left = out;
        while !left.is_empty() {
            let count = (self.block.len() - at).min(left.len());
            let (now, rest) = left.split_at_mut(count);
            let data = data.get(base..).unwrap_or(&[]);
            for (v, place) in now.iter_mut().zip(&self.block[at..]) {
                *v = data[*place as usize];
            }
            (left, at) = (rest, 0);
            for axis in (0..self.sizes.len()).rev() {
                index[axis] += 1;
                base += self.steps[axis];
                if index[axis] < self.sizes[axis] {
                    break;
                }
                base -= index[axis] * self.steps[axis];
                index[axis] = 0;
            }
        }
    }
}

/// A view to be written out in row-major order.
#[derive(Debug)]
pub(super) struct Copied {
    pub(super) to: u32,
    pub(super) buf: u32,
    offset: usize,
    walk: Walk,
    size: usize,
}

impl Copied {
    pub(super) fn new(to: u32, from: &View, shape: &[usize]) -> Copied {
        let walk = Walk::new(shape, from);
        Copied { to, buf: from.buf, offset: from.offset, walk, size: shape.iter().product() }
    }

    pub(super) fn run<T: Copy>(&self, bufs: &mut [Vec<T>]) {
        let mut taken = std::mem::take(&mut bufs[self.to as usize]);
        self.write(&bufs[self.buf as usize], 0, &mut taken[..self.size]);
        bufs[self.to as usize] = taken;
    }

    /// Writes it into `out`; what is read begins `further` entries behind its place.
    pub(super) fn write<T: Copy>(&self, data: &[T], further: usize, out: &mut [T]) {
        if self.size > 0 {
            self.walk.write(data, self.offset + further, 0, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_under_another_shape_reads_the_same_entries() {
        let data: Vec<usize> = (0..1000).collect();
        let read = |view: &View, shape: &[usize]| {
            let (sizes, steps) = merged(shape, view);
            let mut out = vec![0; shape.iter().product()];
            gather(&data, view.offset, &sizes, &steps, 0, &mut out);
            out
        };
        let cases: [(&[usize], &[usize], &[usize], bool); 8] = [
            (&[1, 32, 4], &[128, 5, 1], &[32, 4], true),
            (&[32, 4], &[5, 1], &[1, 32, 1, 4, 1], true),
            (&[6, 4], &[4, 1], &[2, 3, 4], true),
            (&[6, 4], &[1, 6], &[24], false),
            (&[6, 4], &[1, 6], &[2, 3, 2, 2], true),
            (&[2, 3, 4], &[1, 8, 2], &[2, 12], true),
            (&[3, 4], &[0, 1], &[12], false),
            (&[1, 1], &[3, 7], &[1], true),
        ];
        for (from, strides, to, can) in cases {
            let view = View { buf: 0, offset: 7, strides: strides.to_vec() };
            let turned = view.reshaped(from, to);
            assert_eq!(turned.is_some(), can, "{from:?} {strides:?} {to:?}");
            if let Some(turned) = turned {
                assert_eq!(read(&turned, to), read(&view, from), "{from:?} {strides:?} {to:?}");
            }
        }
    }

    #[test]
    fn a_walk_over_short_axes_reads_what_a_gather_reads() {
        let data: Vec<f64> = (0..20_000).map(f64::from).collect();
        let cases: [(&[usize], &[usize]); 5] = [
            (&[4, 3, 12, 12, 2, 2], &[1728, 576, 48, 2, 24, 1]),
            (&[300, 4], &[1, 0]),
            (&[7, 5, 3], &[1, 7, 35]),
            (&[2, 100], &[1, 2]),
            (&[15], &[3]),
        ];
        for (shape, strides) in cases {
            let view = View { buf: 0, offset: 5, strides: strides.to_vec() };
            let (sizes, steps) = merged(shape, &view);
            let count: usize = shape.iter().product();
            let walk = Walk::new(shape, &view);
            for (from, len) in [(0, count), (1, count - 1), (count / 3, count / 2), (count - 1, 1)] {
                let (mut a, mut b) = (vec![0.0; len], vec![0.0; len]);
                gather(&data, 5, &sizes, &steps, from, &mut a);
                walk.write(&data, 5, from, &mut b);
                assert_eq!(a, b, "{shape:?} {strides:?} {from} {len}");
            }
        }
    }
}
