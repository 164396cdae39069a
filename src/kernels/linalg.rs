//! Square matrices, row-major: LU with partial pivoting and what it gives, and Cholesky. (G. Golub, C. Van Loan,
//! *Matrix Computations*, 4th edition, sections 3.4 and 4.2.)

/// A row-major matrix with its rows and columns.
type Matrix<'a> = (&'a [f64], usize, usize);

const SINGULAR: &str = "this matrix is singular, as far as its rounded entries tell: it has no inverse";

/// The sum of the diagonal.
pub fn trace(inputs: &[Matrix], out: &mut [f64]) -> Result<(), String> {
    let [(a, _, n)] = inputs else { return wrong() };
    put(out, (0..*n).map(|i| a[i * n + i]).sum())
}

/// The inverse.
pub fn inv(inputs: &[Matrix], out: &mut [f64]) -> Result<(), String> {
    let [(a, n, _)] = inputs else { return wrong() };
    out.fill(0.0);
    for i in 0..*n {
        out[i * n + i] = 1.0;
    }
    Lu::of(a, *n).solve(out, *n)
}

/// The `x` with `a x = b`.
pub fn solve(inputs: &[Matrix], out: &mut [f64]) -> Result<(), String> {
    let [(a, n, _), (b, _, columns)] = inputs else { return wrong() };
    out.copy_from_slice(b);
    Lu::of(a, *n).solve(out, *columns)
}

/// The determinant.
pub fn det(inputs: &[Matrix], out: &mut [f64]) -> Result<(), String> {
    let [(a, n, _)] = inputs else { return wrong() };
    put(out, Lu::of(a, *n).det())
}

/// The log of the determinant, which must be above 0.
pub fn logdet(inputs: &[Matrix], out: &mut [f64]) -> Result<(), String> {
    let [(a, n, _)] = inputs else { return wrong() };
    let lu = Lu::of(a, *n);
    let negative = lu.diagonal().filter(|v| *v < 0.0).count() % 2 == 1;
    if lu.diagonal().any(|v| v == 0.0) {
        return Err("the determinant of this matrix is 0, and 0 has no log".into());
    }
    if negative != (lu.sign < 0.0) {
        return Err("the determinant of this matrix is negative, and a negative number has no log".into());
    }
    put(out, lu.diagonal().map(|v| libm::log(v.abs())).sum())
}

/// The matrix of cofactors, `det(A) inv(A)'`: by the inverse where the matrix is far from singular, else minor by minor.
pub fn cofactor(inputs: &[Matrix], out: &mut [f64]) -> Result<(), String> {
    let [(a, n, _)] = inputs else { return wrong() };
    let n = *n;
    let lu = Lu::of(a, n);
    // Minors cost n^5: nothing for a small matrix, and too much for a large one.
    if n > LARGE || n > SMALL && lu.is_far_from_singular() {
        let det = lu.det();
        let mut inverse = vec![0.0; n * n];
        if det.is_normal() && inv(inputs, &mut inverse).is_ok() {
            for i in 0..n {
                for j in 0..n {
                    out[i * n + j] = det * inverse[j * n + i];
                }
            }
            return Ok(());
        }
    }
    for row in 0..n {
        for column in 0..n {
            let rows = (0..n).filter(|i| *i != row);
            let minor: Vec<f64> =
                rows.flat_map(|i| (0..n).filter(|j| *j != column).map(move |j| a[i * n + j])).collect();
            let det = Lu::of(&minor, n - 1).det();
            out[row * n + column] = if (row + column) % 2 == 0 { det } else { -det };
        }
    }
    Ok(())
}

const SMALL: usize = 4;
const LARGE: usize = 64;

/// The lower triangular `L` with `L L' = (A + A')/2`.
pub fn cholesky(inputs: &[Matrix], out: &mut [f64]) -> Result<(), String> {
    let [(a, n, _)] = inputs else { return wrong() };
    let n = *n;
    out.fill(0.0);
    for i in 0..n {
        for j in 0..=i {
            let (upper, lower) = (a[j * n + i], a[i * n + j]);
            let entry = if upper == lower { lower } else { 0.5 * lower + 0.5 * upper };
            let dot: f64 = (0..j).map(|k| out[i * n + k] * out[j * n + k]).sum();
            let rest = entry - dot;
            if i != j {
                out[i * n + j] = rest / out[j * n + j];
            } else if rest > 0.0 {
                out[i * n + i] = libm::sqrt(rest);
            } else if rest.is_nan() {
                out[i * n + i] = rest;
            } else {
                return Err("this matrix is not positive definite, and only such a one has a Cholesky factor".into());
            }
        }
    }
    Ok(())
}

/// A row-permuted matrix as the product of a unit lower and an upper triangular one.
struct Lu {
    lu: Vec<f64>,
    n: usize,
    /// Row `i` of the factors is row `rows[i]` of the matrix.
    rows: Vec<usize>,
    sign: f64,
    /// A pivot is 0, or nothing but the rounding of what was subtracted to get it.
    singular: bool,
}

impl Lu {
    fn of(a: &[f64], n: usize) -> Lu {
        let mut lu = a.to_vec();
        let mut rows: Vec<usize> = (0..n).collect();
        let mut sign = 1.0;
        let mut singular = false;
        // The sizes of everything that was added up to an entry: what its rounding is measured by.
        let mut mass: Vec<f64> = a.iter().map(|v| v.abs()).collect();
        for k in 0..n {
            let size = |i: usize| lu[i * n + k].abs();
            let pivot = (k..n).fold(k, |best, i| if size(i) > size(best) { i } else { best });
            if pivot != k {
                for j in 0..n {
                    lu.swap(k * n + j, pivot * n + j);
                    mass.swap(k * n + j, pivot * n + j);
                }
                rows.swap(k, pivot);
                sign = -sign;
            }
            singular |= lu[k * n + k].abs() <= f64::EPSILON * mass[k * n + k];
            if lu[k * n + k] == 0.0 {
                continue;
            }
            let (above, below) = lu.split_at_mut((k + 1) * n);
            let top = &above[k * n..];
            let masses = mass[(k + 1) * n..].chunks_exact_mut(n);
            for (row, mass) in below.chunks_exact_mut(n).zip(masses) {
                let factor = row[k] / top[k];
                row[k] = factor;
                for ((v, m), t) in row[k + 1..].iter_mut().zip(&mut mass[k + 1..]).zip(&top[k + 1..]) {
                    *v -= factor * t;
                    *m += (factor * t).abs();
                }
            }
        }
        Lu { lu, n, rows, sign, singular }
    }

    fn diagonal(&self) -> impl Iterator<Item = f64> {
        (0..self.n).map(|i| self.lu[i * self.n + i])
    }

    /// Every pivot is well above the rounding of the largest: the inverse keeps at least half its digits.
    fn is_far_from_singular(&self) -> bool {
        let largest = self.diagonal().fold(0.0f64, |m, v| m.max(v.abs()));
        self.diagonal().all(|v| v.abs() > 1e-6 * largest)
    }

    fn det(&self) -> f64 {
        // Exponents apart, so that no product on the way overflows or underflows.
        let (mut mantissa, mut exponent) = (self.sign, 0i64);
        for v in self.diagonal() {
            if v == 0.0 || !v.is_finite() {
                return self.diagonal().product::<f64>() * self.sign;
            }
            let (m, e) = libm::frexp(mantissa * v);
            (mantissa, exponent) = (m, exponent + i64::from(e));
        }
        libm::scalbn(mantissa, exponent.clamp(-5000, 5000) as i32)
    }

    /// Solves in place for every column of `b`, which has `columns` of them.
    fn solve(&self, b: &mut [f64], columns: usize) -> Result<(), String> {
        if self.singular {
            return Err(SINGULAR.into());
        }
        let n = self.n;
        let from = b.to_vec();
        for (i, row) in self.rows.iter().enumerate() {
            b[i * columns..(i + 1) * columns].copy_from_slice(&from[row * columns..(row + 1) * columns]);
        }
        for i in 0..n {
            let (solved, rest) = b.split_at_mut(i * columns);
            for (k, known) in solved.chunks_exact(columns.max(1)).enumerate() {
                subtract(&mut rest[..columns], self.lu[i * n + k], known);
            }
        }
        for i in (0..n).rev() {
            let (rest, solved) = b.split_at_mut((i + 1) * columns);
            let row = &mut rest[i * columns..];
            for (k, known) in solved.chunks_exact(columns.max(1)).enumerate() {
                subtract(row, self.lu[i * n + i + 1 + k], known);
            }
            row.iter_mut().for_each(|v| *v /= self.lu[i * n + i]);
        }
        Ok(())
    }
}

fn subtract(row: &mut [f64], factor: f64, other: &[f64]) {
    for (v, o) in row.iter_mut().zip(other) {
        *v -= factor * o;
    }
}

fn put(out: &mut [f64], value: f64) -> Result<(), String> {
    if let [one] = out {
        *one = value;
    }
    Ok(())
}

fn wrong() -> Result<(), String> {
    Err("this needs other matrices".into())
}
