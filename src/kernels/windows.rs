//! Windows that slide over the last axes: the entries that each sees, the sums back, and the products with a kernel, as
//! products of matrices whose columns are windows.

use super::{Refusal, misfit, room};

/// Where windows stand over the last axes of a tensor.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    /// The sizes of the axes that they slide over.
    pub over: Vec<usize>,
    /// The sizes of a window.
    pub size: Vec<usize>,
    /// How many there are along each axis.
    pub count: Vec<usize>,
    /// How far each is from the one before.
    pub stride: Vec<usize>,
    /// How many zeros stand before the first entry.
    pub before: Vec<usize>,
    /// How far the entries of a window are apart.
    pub dilation: Vec<usize>,
}

/// No entry: a zero around.
const NONE: usize = usize::MAX;

impl Windows {
    /// How many zeros stand before the first entry where the windows of `stride` are to be as many as in `same`: what is odd
    /// stands behind the last, as in PyTorch and TensorFlow.
    pub fn same(over: usize, size: usize, stride: usize, dilation: usize) -> usize {
        let count = over.div_ceil(stride.max(1));
        let reach = count.saturating_sub(1) * stride + dilation * size.saturating_sub(1) + 1;
        reach.saturating_sub(over) / 2
    }

    /// For each entry of a window, and within that each window, the place of the entry it sees; [`NONE`] for a zero around.
    fn table(&self) -> Result<Vec<usize>, Refusal> {
        let rank = self.over.len();
        let fits = [&self.size, &self.count, &self.stride, &self.before, &self.dilation];
        if fits.iter().any(|list| list.len() != rank) {
            return misfit("these windows do not fit the axes that they slide over");
        }
        let (entries, windows): (usize, usize) = (self.size.iter().product(), self.count.iter().product());
        let mut table = room(entries * windows)?;
        for entry in 0..entries {
            for window in 0..windows {
                let (mut entry, mut window) = (entry, window);
                let (mut at, mut step, mut inside) = (0, 1, true);
                for axis in (0..rank).rev() {
                    let (e, w) = (entry % self.size[axis], window % self.count[axis]);
                    entry /= self.size[axis];
                    window /= self.count[axis];
                    let place = w * self.stride[axis] + e * self.dilation[axis];
                    match place.checked_sub(self.before[axis]).filter(|place| *place < self.over[axis]) {
                        Some(place) => at += place * step,
                        None => inside = false,
                    }
                    step *= self.over[axis];
                }
                table.push(if inside { at } else { NONE });
            }
        }
        Ok(table)
    }

    fn plane(&self) -> usize {
        self.over.iter().product()
    }

    fn entries(&self) -> usize {
        self.size.iter().product()
    }

    fn windows(&self) -> usize {
        self.count.iter().product()
    }

    /// The entries that each window sees: `[.., over] -> [.., count, size]`, zeros around.
    pub fn seen<T: Copy + Default>(&self, x: &[T], out: &mut [T]) -> Result<(), Refusal> {
        let table = self.table()?;
        let (entries, windows) = (self.entries(), self.windows());
        if entries * windows == 0 {
            return Ok(());
        }
        for (from, to) in x.chunks_exact(self.plane().max(1)).zip(out.chunks_exact_mut(entries * windows)) {
            for (entry, places) in table.chunks_exact(windows).enumerate() {
                for (window, place) in places.iter().enumerate() {
                    to[window * entries + entry] = from.get(*place).copied().unwrap_or_default();
                }
            }
        }
        Ok(())
    }

    /// Each entry of a window added where it was seen: `[.., count, size] -> [.., over]`. `out` holds zeros.
    pub fn summed(&self, y: &[f64], out: &mut [f64]) -> Result<(), Refusal> {
        let table = self.table()?;
        let (entries, windows) = (self.entries(), self.windows());
        if entries * windows == 0 {
            return Ok(());
        }
        for (from, to) in y.chunks_exact(entries * windows).zip(out.chunks_exact_mut(self.plane().max(1))) {
            for (entry, places) in table.chunks_exact(windows).enumerate() {
                for (window, place) in places.iter().enumerate() {
                    if let Some(sum) = to.get_mut(*place) {
                        *sum += from[window * entries + entry];
                    }
                }
            }
        }
        Ok(())
    }
}

/// The sizes of a convolution: one of a stack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Examples.
    pub examples: usize,
    /// Channels that come in, of all groups.
    pub inputs: usize,
    /// Channels that go out, of all groups.
    pub outputs: usize,
    /// Groups.
    pub groups: usize,
}

/// One convolution of a stack: `x : [m, c, over]`, `w : [k, c/groups, size]`, `y : [m, k, count]`.
pub struct Convolution<'a> {
    windows: &'a Windows,
    sizes: Sizes,
    table: Vec<usize>,
}

impl<'a> Convolution<'a> {
    /// Of these windows and sizes.
    pub fn new(windows: &'a Windows, sizes: Sizes) -> Result<Convolution<'a>, Refusal> {
        let groups = sizes.groups;
        if groups == 0 || !sizes.inputs.is_multiple_of(groups) || !sizes.outputs.is_multiple_of(groups) {
            return misfit(format!("{groups} groups do not divide these channels"));
        }
        Ok(Convolution { windows, sizes, table: windows.table()? })
    }

    /// Channels in, channels out, of one group.
    fn group(&self) -> [usize; 2] {
        [self.sizes.inputs / self.sizes.groups, self.sizes.outputs / self.sizes.groups]
    }

    /// How many entries one example and one kernel have: `[x, w, y]`.
    fn blocks(&self) -> [usize; 3] {
        let [inputs, _] = self.group();
        let w = self.windows;
        [self.sizes.inputs * w.plane(), inputs * w.entries(), self.sizes.outputs * w.windows()]
    }

    /// `y = conv(x, w)`, into zeros.
    pub fn forward(&self, x: &[f64], w: &[f64], y: &mut [f64]) -> Result<(), Refusal> {
        let ([inputs, outputs], [x_size, w_size, y_size]) = (self.group(), self.blocks());
        let (plane, windows) = (self.windows.plane(), self.windows.windows());
        let mut columns = zeros(w_size * windows)?;
        for m in 0..self.sizes.examples {
            for g in 0..self.sizes.groups {
                let x = &x[m * x_size + g * inputs * plane..][..inputs * plane];
                self.columns(x, &mut columns);
                let w = &w[g * outputs * w_size..][..outputs * w_size];
                let y = &mut y[m * y_size + g * outputs * windows..][..outputs * windows];
                gemm(w, [outputs, w_size], false, &columns, [w_size, windows], false, y);
            }
        }
        Ok(())
    }

    /// The transpose by the input: `x = conv_transpose(y, w)`, into zeros.
    pub fn by_input(&self, y: &[f64], w: &[f64], x: &mut [f64]) -> Result<(), Refusal> {
        let ([inputs, outputs], [x_size, w_size, y_size]) = (self.group(), self.blocks());
        let (plane, windows) = (self.windows.plane(), self.windows.windows());
        let mut columns = zeros(w_size * windows)?;
        for m in 0..self.sizes.examples {
            for g in 0..self.sizes.groups {
                let y = &y[m * y_size + g * outputs * windows..][..outputs * windows];
                let w = &w[g * outputs * w_size..][..outputs * w_size];
                columns.fill(0.0);
                gemm(w, [outputs, w_size], true, y, [outputs, windows], false, &mut columns);
                let x = &mut x[m * x_size + g * inputs * plane..][..inputs * plane];
                self.back(&columns, x);
            }
        }
        Ok(())
    }

    /// The transpose by the weight: `w = conv_weight(x, y)`, into zeros, summed over the examples.
    pub fn by_weight(&self, x: &[f64], y: &[f64], w: &mut [f64]) -> Result<(), Refusal> {
        let ([inputs, outputs], [x_size, w_size, y_size]) = (self.group(), self.blocks());
        let (plane, windows) = (self.windows.plane(), self.windows.windows());
        let mut columns = zeros(w_size * windows)?;
        for m in 0..self.sizes.examples {
            for g in 0..self.sizes.groups {
                let x = &x[m * x_size + g * inputs * plane..][..inputs * plane];
                self.columns(x, &mut columns);
                let y = &y[m * y_size + g * outputs * windows..][..outputs * windows];
                let w = &mut w[g * outputs * w_size..][..outputs * w_size];
                gemm(y, [outputs, windows], false, &columns, [w_size, windows], true, w);
            }
        }
        Ok(())
    }

    /// `[c * size, count]`: each column is what a window sees.
    fn columns(&self, x: &[f64], columns: &mut [f64]) {
        let size = self.table.len();
        if size == 0 {
            return;
        }
        for (from, to) in x.chunks_exact(self.windows.plane().max(1)).zip(columns.chunks_exact_mut(size)) {
            for (value, place) in to.iter_mut().zip(&self.table) {
                *value = from.get(*place).copied().unwrap_or(0.0);
            }
        }
    }

    fn back(&self, columns: &[f64], x: &mut [f64]) {
        let size = self.table.len();
        if size == 0 {
            return;
        }
        for (from, to) in columns.chunks_exact(size).zip(x.chunks_exact_mut(self.windows.plane().max(1))) {
            for (value, place) in from.iter().zip(&self.table) {
                if let Some(sum) = to.get_mut(*place) {
                    *sum += value;
                }
            }
        }
    }
}

fn zeros(len: usize) -> Result<Vec<f64>, Refusal> {
    let mut out = room(len)?;
    out.resize(len, 0.0);
    Ok(out)
}

/// `out += a @ b`, each of a row-major shape and turned or not.
fn gemm(
    a: &[f64],
    a_shape: [usize; 2],
    a_turned: bool,
    b: &[f64],
    b_shape: [usize; 2],
    b_turned: bool,
    out: &mut [f64],
) {
    use ndarray::{ArrayView2, ArrayViewMut2};
    let view = |x, [rows, columns]: [usize; 2]| ArrayView2::from_shape((rows, columns), x);
    let (Ok(a), Ok(b)) = (view(a, a_shape), view(b, b_shape)) else { return };
    let a = if a_turned { a.reversed_axes() } else { a };
    let b = if b_turned { b.reversed_axes() } else { b };
    if let Ok(mut to) = ArrayViewMut2::from_shape((a.nrows(), b.ncols()), out)
        && a.ncols() > 0
    {
        ndarray::linalg::general_mat_mul(1.0, &a, &b, 1.0, &mut to);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(over: usize, size: usize, stride: usize, before: usize, count: usize) -> Windows {
        Windows {
            over: vec![over],
            size: vec![size],
            count: vec![count],
            stride: vec![stride],
            before: vec![before],
            dilation: vec![1],
        }
    }

    #[test]
    fn a_window_sees_its_entries_and_zeros_around() {
        let windows = line(3, 2, 1, 1, 4);
        let mut out = [9.0; 8];
        assert_eq!(windows.seen(&[1.0, 2.0, 3.0], &mut out), Ok(()));
        assert_eq!(out, [0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 0.0]);
        let mut back = [0.0; 3];
        assert_eq!(windows.summed(&[1.0; 8], &mut back), Ok(()));
        assert_eq!(back, [2.0, 2.0, 2.0]);
    }

    #[test]
    fn what_is_odd_stands_behind_the_last() {
        // PyTorch: padding='same' with a kernel of 4 puts 1 before and 2 after; TensorFlow: 224 by 7 with stride 2 puts 2 and 3.
        assert_eq!(Windows::same(10, 4, 1, 1), 1);
        assert_eq!(Windows::same(224, 7, 2, 1), 2);
    }

    #[test]
    fn a_convolution_and_its_transposes_agree_with_sums_by_hand() {
        let windows = line(3, 2, 1, 0, 2);
        let sizes = Sizes { examples: 1, inputs: 1, outputs: 1, groups: 1 };
        let conv = Convolution::new(&windows, sizes).expect("it fits");
        let (mut y, mut x, mut w) = ([0.0; 2], [0.0; 3], [0.0; 2]);
        assert_eq!(conv.forward(&[1.0, 2.0, 3.0], &[10.0, 1.0], &mut y), Ok(()));
        assert_eq!(y, [12.0, 23.0]);
        assert_eq!(conv.by_input(&[1.0, 2.0], &[10.0, 1.0], &mut x), Ok(()));
        assert_eq!(x, [10.0, 21.0, 2.0]);
        assert_eq!(conv.by_weight(&[1.0, 2.0, 3.0], &[1.0, 2.0], &mut w), Ok(()));
        assert_eq!(w, [5.0, 8.0]);
    }
}
