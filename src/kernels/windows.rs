//! Windows that slide over the last axes: the entries that each sees, the sums back, and the products with a kernel, as
//! products of matrices whose columns are windows.

use super::vector::product::{Matrix, Number, Out};
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

    /// Without zeros around, what the windows see is a view: the strides of the windows' axes, then of those within one, for
    /// strides of what they slide over. `None`: there are zeros, or the lists do not fit.
    pub fn strides(&self, over: &[usize]) -> Option<Vec<usize>> {
        let rank = self.over.len();
        let fits = [&self.size, &self.count, &self.stride, &self.before, &self.dilation];
        if over.len() != rank || fits.iter().any(|list| list.len() != rank) || self.before.iter().any(|n| *n > 0) {
            return None;
        }
        let reach = |axis: usize| {
            let last = self.count[axis].checked_sub(1)? * self.stride[axis];
            Some(last + self.size[axis].checked_sub(1)? * self.dilation[axis])
        };
        if (0..rank).any(|axis| reach(axis).is_none_or(|reach| reach >= self.over[axis])) {
            return None;
        }
        let by = |steps: &[usize]| over.iter().zip(steps).map(|(stride, step)| stride * step).collect::<Vec<_>>();
        Some([by(&self.stride), by(&self.dilation)].concat())
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
#[derive(Clone, Debug)]
pub struct Convolution {
    windows: Windows,
    sizes: Sizes,
    /// Where in a plane what the windows see lies: runs of entries that stand side by side in both.
    runs: Vec<Run>,
}

/// So many entries from a place on; [`NONE`]: zeros.
#[derive(Clone, Copy, Debug)]
struct Run {
    from: usize,
    len: usize,
}

impl Convolution {
    /// Of these windows and sizes.
    pub fn new(windows: &Windows, sizes: Sizes) -> Result<Convolution, Refusal> {
        let groups = sizes.groups;
        if groups == 0 || !sizes.inputs.is_multiple_of(groups) || !sizes.outputs.is_multiple_of(groups) {
            return misfit(format!("{groups} groups do not divide these channels"));
        }
        let mut runs: Vec<Run> = vec![];
        for place in windows.table()? {
            match runs.last_mut() {
                Some(run) if run.from == NONE && place == NONE => run.len += 1,
                Some(run) if run.from != NONE && place == run.from + run.len => run.len += 1,
                _ => runs.push(Run { from: place, len: 1 }),
            }
        }
        Ok(Convolution { windows: windows.clone(), sizes, runs })
    }

    /// Channels in, channels out, of one group.
    fn group(&self) -> [usize; 2] {
        [self.sizes.inputs / self.sizes.groups, self.sizes.outputs / self.sizes.groups]
    }

    /// How many entries one example and one kernel have: `[x, w, y]`.
    fn blocks(&self) -> [usize; 3] {
        let [inputs, _] = self.group();
        let w = &self.windows;
        [self.sizes.inputs * w.plane(), inputs * w.entries(), self.sizes.outputs * w.windows()]
    }

    /// The entries of the room in which the windows of one example are laid out.
    pub fn room(&self) -> usize {
        self.blocks()[1] * self.windows.windows()
    }

    /// Multiplications of all examples.
    pub fn multiplications(&self) -> usize {
        self.sizes.examples * self.blocks()[1] * self.blocks()[2]
    }

    /// For each example and group where its parts of x, w and y begin, and how long they are.
    fn parts(&self) -> impl Iterator<Item = [std::ops::Range<usize>; 3]> {
        let ([inputs, outputs], [x_size, w_size, y_size]) = (self.group(), self.blocks());
        let (plane, windows, groups) = (self.windows.plane(), self.windows.windows(), self.sizes.groups);
        let of = |start: usize, len: usize| start..start + len;
        (0..self.sizes.examples * groups).map(move |at| {
            let (m, g) = (at / groups, at % groups);
            [
                of(m * x_size + g * inputs * plane, inputs * plane),
                of(g * outputs * w_size, outputs * w_size),
                of(m * y_size + g * outputs * windows, outputs * windows),
            ]
        })
    }

    /// `y = conv(x, w)`; `columns` is [`Convolution::room`].
    pub fn forward<T: Number>(&self, x: &[T], w: &[T], y: &mut [T], columns: &mut [T]) {
        let ([_, outputs], [_, inner, _], windows) = (self.group(), self.blocks(), self.windows.windows());
        for [own, kernel, to] in self.parts() {
            self.columns(&x[own], columns);
            let w = Matrix { data: &w[kernel], size: (outputs, inner), strides: (inner, 1) };
            let seen = Matrix { data: columns, size: (inner, windows), strides: (windows, 1) };
            T::product(Out { data: &mut y[to], size: (outputs, windows), stride: windows }, w, seen, false);
        }
    }

    /// The transpose by the input: `x = conv_transpose(y, w)`.
    pub fn by_input<T: Number>(&self, y: &[T], w: &[T], x: &mut [T], columns: &mut [T]) {
        let ([_, outputs], [_, inner, _], windows) = (self.group(), self.blocks(), self.windows.windows());
        x.fill(T::ZERO);
        for [to, kernel, own] in self.parts() {
            let w = Matrix { data: &w[kernel], size: (inner, outputs), strides: (1, inner) };
            let y = Matrix { data: &y[own], size: (outputs, windows), strides: (windows, 1) };
            T::product(Out { data: columns, size: (inner, windows), stride: windows }, w, y, false);
            self.back(columns, &mut x[to]);
        }
    }

    /// The transpose by the weight: `w = conv_weight(x, y)`, summed over the examples.
    pub fn by_weight<T: Number>(&self, x: &[T], y: &[T], w: &mut [T], columns: &mut [T]) {
        let ([_, outputs], [_, inner, _], windows) = (self.group(), self.blocks(), self.windows.windows());
        w.fill(T::ZERO);
        for [own, kernel, from] in self.parts() {
            self.columns(&x[own], columns);
            let y = Matrix { data: &y[from], size: (outputs, windows), strides: (windows, 1) };
            let seen = Matrix { data: columns, size: (windows, inner), strides: (1, windows) };
            T::product(Out { data: &mut w[kernel], size: (outputs, inner), stride: inner }, y, seen, true);
        }
    }

    /// `[c * size, count]`: each column is what a window sees.
    fn columns<T: Number>(&self, x: &[T], columns: &mut [T]) {
        let size = self.windows.entries() * self.windows.windows();
        if size == 0 {
            return;
        }
        for (from, to) in x.chunks_exact(self.windows.plane().max(1)).zip(columns.chunks_exact_mut(size)) {
            let mut at = 0;
            for run in &self.runs {
                let place = &mut to[at..at + run.len];
                match run.from {
                    NONE => place.fill(T::ZERO),
                    start => place.copy_from_slice(&from[start..start + run.len]),
                }
                at += run.len;
            }
        }
    }

    fn back<T: Number>(&self, columns: &[T], x: &mut [T]) {
        let size = self.windows.entries() * self.windows.windows();
        if size == 0 {
            return;
        }
        for (from, to) in columns.chunks_exact(size).zip(x.chunks_exact_mut(self.windows.plane().max(1))) {
            let mut at = 0;
            for run in &self.runs {
                if run.from != NONE {
                    let sums = &mut to[run.from..run.from + run.len];
                    sums.iter_mut().zip(&from[at..at + run.len]).for_each(|(sum, v)| *sum = *sum + *v);
                }
                at += run.len;
            }
        }
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
        let room = &mut vec![0.0; conv.room()];
        conv.forward(&[1.0, 2.0, 3.0], &[10.0, 1.0], &mut y, room);
        assert_eq!(y, [12.0, 23.0]);
        conv.by_input(&[1.0, 2.0], &[10.0, 1.0], &mut x, room);
        assert_eq!(x, [10.0, 21.0, 2.0]);
        conv.by_weight(&[1.0, 2.0, 3.0], &[1.0, 2.0], &mut w, room);
        assert_eq!(w, [5.0, 8.0]);
    }
}
