//! Functions against the reference of `libm`, which is within 1 ulp; products against sums written out.

use super::product::{Matrix, Out};
use super::{Real, Unary};

/// The distance in units in the last place of `want`.
fn ulps(got: f64, want: f64, unit: f64) -> f64 {
    if got == want || got.is_nan() && want.is_nan() {
        return 0.0;
    }
    let exponent = libm::frexp(want).1;
    let last = libm::ldexp(unit, exponent.max(-1021));
    (got - want).abs() / last
}

type Reference = (Unary, fn(f64) -> f64, f64, f64);

fn slope_of_tanh(x: f64) -> f64 {
    let over = 1.0 / libm::cosh(x);
    over * over
}

const FUNCTIONS: &[Reference] = &[
    (Unary::Exp, libm::exp, -745.0, 709.0),
    (Unary::Expm1, libm::expm1, -50.0, 709.0),
    (Unary::Log, libm::log, 1e-300, 1e300),
    (Unary::Log1p, libm::log1p, -0.999, 1e6),
    (Unary::Tanh, libm::tanh, -25.0, 25.0),
    (Unary::TanhSlope, slope_of_tanh, -350.0, 350.0),
    (Unary::Sigmoid, crate::kernels::activations::sigmoid, -700.0, 700.0),
    (Unary::Softplus, crate::kernels::activations::softplus, -700.0, 700.0),
    (Unary::Silu, crate::kernels::activations::silu, -700.0, 700.0),
    (Unary::Cosh, libm::cosh, -700.0, 700.0),
    (Unary::Sin, libm::sin, -1e4, 1e4),
    (Unary::Cos, libm::cos, -1e4, 1e4),
];

/// So far from the reference, which is itself off by up to one unit; that of the slope, a square, by three.
fn units(op: Unary) -> f64 {
    if op == Unary::TanhSlope { 7.0 } else { 3.0 }
}

/// Points of every size in the interval: the golden ratio's multiples, straight and through the logarithm.
fn points(low: f64, high: f64) -> Vec<f64> {
    let mut out = vec![];
    for i in 0..20_000 {
        let part = (f64::from(i) * 0.618_033_988_749_894_9).fract();
        out.push(low + part * (high - low));
        let size = libm::exp((part - 0.95) * 40.0);
        for x in [size, -size] {
            if x > low && x < high {
                out.push(x);
            }
        }
    }
    out
}

#[test]
fn functions_of_f64_are_within_their_units() {
    for (op, want, low, high) in FUNCTIONS {
        let x = points(*low, *high);
        let mut y = vec![0.0; x.len()];
        f64::unary(*op, &x, &mut y);
        for (x, y) in x.iter().zip(&y) {
            // A zero of the sine is compared beside 1.
            let error = ulps(*y, want(*x), f64::EPSILON / 2.0);
            let near_zero = matches!(op, Unary::Sin | Unary::Cos) && (y - want(*x)).abs() < 1e-16;
            assert!(error <= units(*op) || near_zero, "{op:?}({x:e}) is {y:e}, not {:e}: {error} ulp", want(*x));
        }
    }
}

#[test]
fn functions_of_f32_are_within_their_units() {
    for (op, want, low, high) in FUNCTIONS {
        let (low, high) = (low.max(-87.0), high.min(88.0));
        let x: Vec<f32> =
            points(low.max(if *op == Unary::Log { 1e-30 } else { low }), high).iter().map(|x| *x as f32).collect();
        let mut y = vec![0.0; x.len()];
        f32::unary(*op, &x, &mut y);
        for (x, y) in x.iter().zip(&y) {
            let exact = want(f64::from(*x));
            let error = ulps(f64::from(*y), exact, f64::from(f32::EPSILON) / 2.0);
            // Where a product of two may have lost digits.
            let small = exact.abs() < 4.0 * f64::from(f32::MIN_POSITIVE);
            assert!(error <= units(*op) || small, "{op:?}({x:e}) is {y:e}, not {exact:e}: {error} ulp");
        }
    }
}

#[test]
fn edges_are_those_of_the_reference() {
    let x = [
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        5e-324,
        -5e-324,
        1e308,
        -1e308,
        1000.0,
        -1000.0,
        1.0,
        -1.0,
    ];
    for (op, want, ..) in FUNCTIONS {
        let mut y = [0.0; 13];
        f64::unary(*op, &x, &mut y);
        for (x, y) in x.iter().zip(&y) {
            let want = want(*x);
            assert!(ulps(*y, want, f64::EPSILON / 2.0) <= 2.0, "{op:?}({x:e}) is {y:e}, not {want:e}");
            assert!(want != 0.0 || y.is_sign_negative() == want.is_sign_negative(), "{op:?}({x:e}) is {y:e}");
        }
    }
}

#[test]
fn products_of_every_shape_and_stride_are_the_sums() {
    for (m, k, n) in [
        (1, 7, 1),
        (1, 70, 9),
        (9, 70, 1),
        (4, 2, 40),
        (40, 2, 4),
        (3, 5, 2),
        (20, 33, 17),
        (2, 100, 3),
        (5, 1, 50),
        (4, 400, 2),
        (0, 3, 2),
        (2, 0, 2),
    ] {
        for (turn_a, turn_b) in [(false, false), (true, false), (false, true), (true, true)] {
            let strides = |rows: usize, columns: usize, turn: bool| if turn { (1, rows) } else { (columns, 1) };
            let a: Vec<f64> = (0..m * k).map(|i| (i % 7) as f64 - 3.0).collect();
            let b: Vec<f64> = (0..k * n).map(|i| (i % 5) as f64 - 1.0).collect();
            let (sa, sb) = (strides(m, k, turn_a), strides(k, n, turn_b));
            for add in [false, true] {
                let mut c = vec![2.0; m * n];
                f64::product(
                    Out { data: &mut c, size: (m, n), stride: n },
                    Matrix { data: &a, size: (m, k), strides: sa },
                    Matrix { data: &b, size: (k, n), strides: sb },
                    add,
                );
                for i in 0..m {
                    for j in 0..n {
                        let sum: f64 = (0..k).map(|l| a[i * sa.0 + l * sa.1] * b[l * sb.0 + j * sb.1]).sum();
                        let want = if add { sum + 2.0 } else { sum };
                        assert_eq!(c[i * n + j], want, "{m} {k} {n} {turn_a} {turn_b} {add} at {i} {j}");
                    }
                }
            }
        }
    }
}
