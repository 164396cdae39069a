//! Products of strided matrices: loops of our own for vectors and thin matrices, the crate `gemm` for the rest. The order of
//! every sum depends on the shapes and strides alone.

use super::{Machine, Real, machine};

/// A matrix read with strides.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    /// From its first entry on.
    pub data: &'a [T],
    /// How many rows and columns.
    pub size: (usize, usize),
    /// From a row to the next, and from a column to the next.
    pub strides: (usize, usize),
}

/// A matrix to be written, row by row; a row's entries are one beside the other.
#[derive(Debug)]
pub struct Out<'a, T> {
    /// From its first entry on.
    pub data: &'a mut [T],
    /// How many rows and columns.
    pub size: (usize, usize),
    /// From a row to the next.
    pub stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    fn turned(self) -> Matrix<'a, T> {
        Matrix { data: self.data, size: (self.size.1, self.size.0), strides: (self.strides.1, self.strides.0) }
    }

    fn fits(&self) -> bool {
        let (rows, columns) = self.size;
        rows == 0 || columns == 0 || (rows - 1) * self.strides.0 + (columns - 1) * self.strides.1 < self.data.len()
    }
}

/// What the loops here need of a number.
pub trait Number: Real + std::ops::Mul<Output = Self> + std::ops::Add<Output = Self> {
    /// Each row of `c`, written or (`add`) added to, as the sum of rows of `b` times an entry of `a`. `size` is rows, inner
    /// length and columns; `a` has a stride for its rows and one for its columns, `b` and `c` have one for their rows.
    fn rows(size: [usize; 3], a: (&[Self], usize, usize), b: (&[Self], usize), c: (&mut [Self], usize), add: bool);
    /// Each entry of `c`, written or (`add`) added to, as the scalar product of a row of `a` and a row of `b`: 32 running sums,
    /// then 8. `size` is rows, inner length and columns; each matrix has a stride for its rows.
    fn dots(size: [usize; 3], a: (&[Self], usize), b: (&[Self], usize), c: (&mut [Self], usize), add: bool);
    /// Two lists that stay from one product to the next.
    fn room<R>(work: impl FnOnce(&mut Vec<Self>, &mut Vec<Self>) -> R) -> R;
}

/// `c = a @ b`, or `c += a @ b`. Sizes that do not fit are a mistake of the caller and leave `c` as it is.
pub fn multiply<T: Number>(c: Out<'_, T>, a: Matrix<'_, T>, b: Matrix<'_, T>, add: bool) {
    let (m, n) = c.size;
    let k = a.size.1;
    let inside = m == 0 || n == 0 || (m - 1) * c.stride + n <= c.data.len();
    debug_assert!(a.size == (m, k) && b.size == (k, n) && a.fits() && b.fits() && inside);
    if m == 0 || n == 0 || a.size != (m, k) || b.size != (k, n) || !a.fits() || !b.fits() || !inside {
        return;
    }
    if k == 0 {
        for row in c.data.chunks_mut(c.stride.max(1)).take(if add { 0 } else { m }) {
            row[..n].fill(T::ZERO);
        }
        return;
    }
    if is_thin(m, k, n) {
        return T::room(|left, right| thin(c, a, b, add, (left, right)));
    }
    whole(c, a, b, add);
}

/// Is one side so short that packing would cost more than the product?
fn is_thin(m: usize, k: usize, n: usize) -> bool {
    m == 1 || n == 1 || (n >= 32 && m.min(k) <= 4) || (m * n <= 64 && k >= 64)
}

fn thin<T: Number>(
    c: Out<'_, T>,
    a: Matrix<'_, T>,
    b: Matrix<'_, T>,
    add: bool,
    (left, right): (&mut Vec<T>, &mut Vec<T>),
) {
    let ((m, n), k) = (c.size, a.size.1);
    // The longest run of entries decides the loop: along k, or along the columns of the result.
    let along_k = a.strides.1 == 1 && b.strides.0 == 1
        || n < 4 && !(n == 1 && a.strides.0 == 1 && a.strides.1 != 1)
        || k >= 64 && m * n <= 64 && b.strides.1 != 1;
    if along_k && !(n >= 8 && b.strides.1 == 1 && b.strides.0 != 1) {
        let a = by_rows(a, left);
        let b = by_rows(b.turned(), right);
        T::dots([m, k, n], (a.data, a.strides.0), (b.data, b.strides.0), (c.data, c.stride), add);
    } else if n == 1 {
        // A column is a row of the transposed product.
        let (b, a) = (b.turned(), by_rows(a.turned(), left));
        if c.stride == 1 {
            return rows(Out { data: c.data, size: (1, m), stride: m }, b, a, add);
        }
        right.clear();
        right.resize(m, T::ZERO);
        rows(Out { data: right, size: (1, m), stride: m }, b, a, false);
        for (i, v) in right.iter().enumerate() {
            let place = &mut c.data[i * c.stride];
            *place = if add { *place + *v } else { *v };
        }
    } else {
        rows(c, a, by_rows(b, right), add);
    }
}

/// The matrix with entries of a row side by side, copied where they are not.
fn by_rows<'a, T: Number>(a: Matrix<'a, T>, room: &'a mut Vec<T>) -> Matrix<'a, T> {
    let (rows, columns) = a.size;
    if a.strides.1 == 1 || columns == 1 {
        return a;
    }
    room.clear();
    room.reserve(rows * columns);
    for i in 0..rows {
        room.extend((0..columns).map(|j| a.data[i * a.strides.0 + j * a.strides.1]));
    }
    Matrix { data: room, size: a.size, strides: (columns, 1) }
}

/// Rows of the result as sums of rows of `b`.
fn rows<T: Number>(c: Out<'_, T>, a: Matrix<'_, T>, b: Matrix<'_, T>, add: bool) {
    let ((m, n), k) = (c.size, a.size.1);
    T::rows([m, k, n], (a.data, a.strides.0, a.strides.1), (b.data, b.strides.0), (c.data, c.stride), add);
}

fn whole<T: Number>(c: Out<'_, T>, a: Matrix<'_, T>, b: Matrix<'_, T>, add: bool) {
    let ((m, n), k) = (c.size, a.size.1);
    let one = T::narrow(1.0);
    let before = if add { one } else { T::ZERO };
    let s = |stride: usize| stride as isize;
    // SAFETY: `multiply` has compared the sizes, strides and lengths of all three; `c` is borrowed alone.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            c.data.as_mut_ptr(),
            1,
            s(c.stride),
            add,
            a.data.as_ptr(),
            s(a.strides.1),
            s(a.strides.0),
            b.data.as_ptr(),
            s(b.strides.1),
            s(b.strides.0),
            before,
            one,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}

macro_rules! number {
    ($t:ident, $math:ident, $bodies:ident) => {
        mod $bodies {
            use super::super::$math::fma;

            /// `y = sum of a*x`, or that added to `y`, for so many rows at once.
            #[inline(always)]
            fn some<const FMA: bool, const K: usize>(a: [$t; K], x: [&[$t]; K], y: &mut [$t], add: bool) {
                let n = y.len();
                let x = x.map(|x| &x[..n]);
                if add {
                    for i in 0..n {
                        y[i] = (0..K).fold(y[i], |sum, l| fma::<FMA>(a[l], x[l][i], sum));
                    }
                } else {
                    for i in 0..n {
                        y[i] = (1..K).fold(a[0] * x[0][i], |sum, l| fma::<FMA>(a[l], x[l][i], sum));
                    }
                }
            }

            #[inline(always)]
            pub(super) fn rows<const FMA: bool>(
                [m, k, n]: [usize; 3],
                (a, down, along): (&[$t], usize, usize),
                (b, step): (&[$t], usize),
                (c, stride): (&mut [$t], usize),
                add: bool,
            ) {
                for i in 0..m {
                    let y = &mut c[i * stride..][..n];
                    let factor = |l: usize| a[i * down + l * along];
                    let row = |l: usize| &b[l * step..][..n];
                    let mut l = 0;
                    while l < k {
                        let add = add || l > 0;
                        match k - l {
                            1 => some::<FMA, 1>([factor(l)], [row(l)], y, add),
                            2 => some::<FMA, 2>([l, l + 1].map(factor), [l, l + 1].map(row), y, add),
                            3 => some::<FMA, 3>([l, l + 1, l + 2].map(factor), [l, l + 1, l + 2].map(row), y, add),
                            _ => {
                                let four = [l, l + 1, l + 2, l + 3];
                                some::<FMA, 4>(four.map(factor), four.map(row), y, add);
                            }
                        }
                        l += 4;
                    }
                }
            }

            const LANES: usize = 32;

            #[inline(always)]
            fn folded(mut sums: [$t; LANES]) -> $t {
                let mut width = LANES;
                while width > 1 {
                    width /= 2;
                    for i in 0..width {
                        sums[i] += sums[i + width];
                    }
                }
                sums[0]
            }

            #[inline(always)]
            fn dot<const FMA: bool>(a: &[$t], b: &[$t]) -> $t {
                const FEW: usize = 8;
                let mut sums = [0.0; LANES];
                let (mut p, mut q) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
                for (a, b) in (&mut p).zip(&mut q) {
                    for i in 0..LANES {
                        sums[i] = fma::<FMA>(a[i], b[i], sums[i]);
                    }
                }
                let (mut p, mut q) = (p.remainder().chunks_exact(FEW), q.remainder().chunks_exact(FEW));
                for (a, b) in (&mut p).zip(&mut q) {
                    for i in 0..FEW {
                        sums[i] = fma::<FMA>(a[i], b[i], sums[i]);
                    }
                }
                let rest = p.remainder().iter().zip(q.remainder()).fold(0.0, |sum, (a, b)| fma::<FMA>(*a, *b, sum));
                // Folded from memory: else the compiler lays the running sums out for the fold, not for the loop.
                folded(std::hint::black_box(sums)) + rest
            }

            #[inline(always)]
            pub(super) fn dots<const FMA: bool>(
                [m, k, n]: [usize; 3],
                (a, down): (&[$t], usize),
                (b, step): (&[$t], usize),
                (c, stride): (&mut [$t], usize),
                add: bool,
            ) {
                for i in 0..m {
                    let row = &a[i * down..][..k];
                    for (j, place) in c[i * stride..][..n].iter_mut().enumerate() {
                        let sum = dot::<FMA>(row, &b[j * step..][..k]);
                        *place = if add { *place + sum } else { sum };
                    }
                }
            }
        }

        const _: () = {
            use $bodies::{dots, rows};
    by_machine!(rows_here = rows(
        size: [usize; 3], a: (&[$t], usize, usize), b: (&[$t], usize), c: (&mut [$t], usize), add: bool
    ));
    by_machine!(dots_here = dots(
        size: [usize; 3], a: (&[$t], usize), b: (&[$t], usize), c: (&mut [$t], usize), add: bool
    ));

            impl Number for $t {
                fn rows(
                    size: [usize; 3],
                    a: (&[$t], usize, usize),
                    b: (&[$t], usize),
                    c: (&mut [$t], usize),
                    add: bool,
                ) {
                    rows_here(size, a, b, c, add)
                }
                fn room<R>(work: impl FnOnce(&mut Vec<$t>, &mut Vec<$t>) -> R) -> R {
                    thread_local! {
                        static ROOM: std::cell::Cell<(Vec<$t>, Vec<$t>)> = const { std::cell::Cell::new((vec![], vec![])) };
                    }
                    let (mut left, mut right) = ROOM.take();
                    let done = work(&mut left, &mut right);
                    ROOM.set((left, right));
                    done
                }
                fn dots(
                    size: [usize; 3],
                    a: (&[$t], usize),
                    b: (&[$t], usize),
                    c: (&mut [$t], usize),
                    add: bool,
                ) {
                    dots_here(size, a, b, c, add)
                }
            }
        };
    };
}

number!(f64, real64, bodies64);
number!(f32, real32, bodies32);
