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
    /// `y[j] += a*x[j]` for four rows at once.
    fn four_rows(a: [Self; 4], x: [&[Self]; 4], y: &mut [Self]);
    /// `y[j] += a*x[j]`
    fn one_row(a: Self, x: &[Self], y: &mut [Self]);
    /// The scalar product, 32 running sums.
    fn dot(a: &[Self], b: &[Self]) -> Self;
    /// Four scalar products with one vector.
    fn four_dots(a: [&[Self]; 4], b: &[Self]) -> [Self; 4];
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
    if !add && (k == 0 || is_thin(m, k, n)) {
        for row in c.data.chunks_mut(c.stride.max(1)).take(m) {
            row[..n].fill(T::ZERO);
        }
    }
    if k == 0 {
        return;
    }
    if is_thin(m, k, n) {
        return thin(c, a, b);
    }
    whole(c, a, b, add);
}

/// Is one side so short that packing would cost more than the product?
fn is_thin(m: usize, k: usize, n: usize) -> bool {
    m == 1 || n == 1 || (n >= 32 && m.min(k) <= 4) || (m * n <= 64 && k >= 64)
}

fn thin<T: Number>(c: Out<'_, T>, a: Matrix<'_, T>, b: Matrix<'_, T>) {
    let ((m, n), k) = (c.size, a.size.1);
    let (mut left, mut right) = (vec![], vec![]);
    // The longest run of entries decides the loop: along k, or along the columns of the result.
    let along_k = a.strides.1 == 1 && b.strides.0 == 1
        || n < 4 && !(n == 1 && a.strides.0 == 1 && a.strides.1 != 1)
        || k >= 64 && m * n <= 64 && b.strides.1 != 1;
    if along_k && !(n >= 8 && b.strides.1 == 1 && b.strides.0 != 1) {
        let a = by_rows(a, &mut left);
        let b = by_rows(b.turned(), &mut right);
        for i in 0..m {
            let row = &a.data[i * a.strides.0..][..k];
            let mut j = 0;
            while j + 4 <= n {
                let columns: [&[T]; 4] = std::array::from_fn(|l| &b.data[(j + l) * b.strides.0..][..k]);
                let sums = T::four_dots(columns, row);
                for (l, sum) in sums.into_iter().enumerate() {
                    let place = &mut c.data[i * c.stride + j + l];
                    *place = *place + sum;
                }
                j += 4;
            }
            for j in j..n {
                let place = &mut c.data[i * c.stride + j];
                *place = *place + T::dot(row, &b.data[j * b.strides.0..][..k]);
            }
        }
    } else if n == 1 {
        // A column is a row of the transposed product.
        let mut column = vec![T::ZERO; m];
        rows(Out { data: &mut column, size: (1, m), stride: m }, b.turned(), by_rows(a.turned(), &mut left));
        for (i, v) in column.into_iter().enumerate() {
            let place = &mut c.data[i * c.stride];
            *place = *place + v;
        }
    } else {
        rows(c, a, by_rows(b, &mut right));
    }
}

/// The matrix with entries of a row side by side, copied where they are not.
fn by_rows<'a, T: Number>(a: Matrix<'a, T>, room: &'a mut Vec<T>) -> Matrix<'a, T> {
    let (rows, columns) = a.size;
    if a.strides.1 == 1 || columns == 1 {
        return a;
    }
    room.reserve(rows * columns);
    for i in 0..rows {
        room.extend((0..columns).map(|j| a.data[i * a.strides.0 + j * a.strides.1]));
    }
    Matrix { data: room, size: a.size, strides: (columns, 1) }
}

/// Rows of the result as sums of rows of `b`.
fn rows<T: Number>(c: Out<'_, T>, a: Matrix<'_, T>, b: Matrix<'_, T>) {
    let ((m, n), k) = (c.size, a.size.1);
    for i in 0..m {
        let out = &mut c.data[i * c.stride..][..n];
        let factor = |l: usize| a.data[i * a.strides.0 + l * a.strides.1];
        let row = |l: usize| &b.data[l * b.strides.0..][..n];
        let mut l = 0;
        while l + 4 <= k {
            let four = [l, l + 1, l + 2, l + 3];
            T::four_rows(four.map(factor), four.map(row), out);
            l += 4;
        }
        for l in l..k {
            T::one_row(factor(l), row(l), out);
        }
    }
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

            #[inline(always)]
            pub(super) fn four_rows<const FMA: bool>(a: [$t; 4], x: [&[$t]; 4], y: &mut [$t]) {
                let n = y.len();
                let (p, q, r, s) = (&x[0][..n], &x[1][..n], &x[2][..n], &x[3][..n]);
                for (i, y) in y.iter_mut().enumerate() {
                    *y = fma::<FMA>(
                        a[3],
                        s[i],
                        fma::<FMA>(a[2], r[i], fma::<FMA>(a[1], q[i], fma::<FMA>(a[0], p[i], *y))),
                    );
                }
            }

            #[inline(always)]
            pub(super) fn one_row<const FMA: bool>(a: $t, x: &[$t], y: &mut [$t]) {
                for (y, x) in y.iter_mut().zip(x) {
                    *y = fma::<FMA>(a, *x, *y);
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
            pub(super) fn dot<const FMA: bool>(a: &[$t], b: &[$t]) -> $t {
                let mut sums = [0.0; LANES];
                let (mut p, mut q) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
                for (a, b) in (&mut p).zip(&mut q) {
                    for i in 0..LANES {
                        sums[i] = fma::<FMA>(a[i], b[i], sums[i]);
                    }
                }
                let rest = p.remainder().iter().zip(q.remainder()).fold(0.0, |sum, (a, b)| fma::<FMA>(*a, *b, sum));
                folded(sums) + rest
            }

            #[inline(always)]
            pub(super) fn four_dots<const FMA: bool>(a: [&[$t]; 4], b: &[$t]) -> [$t; 4] {
                [dot::<FMA>(a[0], b), dot::<FMA>(a[1], b), dot::<FMA>(a[2], b), dot::<FMA>(a[3], b)]
            }
        }

        const _: () = {
            use $bodies::{dot, four_dots, four_rows, one_row};
    by_machine!(four_rows_here = four_rows(a: [$t; 4], x: [&[$t]; 4], y: &mut [$t]));
    by_machine!(one_row_here = one_row(a: $t, x: &[$t], y: &mut [$t]));
    by_machine!(dot_here = dot(a: &[$t], b: &[$t]) -> $t);
    by_machine!(four_dots_here = four_dots(a: [&[$t]; 4], b: &[$t]) -> [$t; 4]);

            impl Number for $t {
                fn four_rows(a: [$t; 4], x: [&[$t]; 4], y: &mut [$t]) {
                    four_rows_here(a, x, y)
                }
                fn one_row(a: $t, x: &[$t], y: &mut [$t]) {
                    one_row_here(a, x, y)
                }
                fn dot(a: &[$t], b: &[$t]) -> $t {
                    dot_here(a, b)
                }
                fn four_dots(a: [&[$t]; 4], b: &[$t]) -> [$t; 4] {
                    four_dots_here(a, b)
                }
            }
        };
    };
}

number!(f64, real64, bodies64);
number!(f32, real32, bodies32);
