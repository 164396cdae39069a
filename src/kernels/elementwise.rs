//! Arithmetic functions of one, two or three numbers that `libm` does not have as the language means them.

/// Equal up to rounding in f64: `|a - b| <= 1e-9*max(|a|, |b|) + 1e-12`; equal infinities are near, a NaN is near nothing.
pub fn near(a: f64, b: f64) -> f64 {
    f64::from(within(a, b, 1e-9, 1e-12))
}

/// Equal up to rounding in f32: `|a - b| <= 1e-5*max(|a|, |b|) + 1e-6`.
pub fn near_f32(a: f64, b: f64) -> f64 {
    f64::from(within(a, b, 1e-5, 1e-6))
}

/// `a` to the power of `b`; a negative base takes whole exponents.
pub fn pow(a: f64, b: f64) -> f64 {
    if b == 2.0 { a * a } else { libm::pow(a, b) }
}

/// The larger; NaN where either is NaN.
pub fn maximum(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}

/// The smaller; NaN where either is NaN.
pub fn minimum(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

fn within(a: f64, b: f64, relative: f64, absolute: f64) -> bool {
    if a == b {
        return true;
    }
    if a.is_infinite() || b.is_infinite() {
        return false;
    }
    let difference = (a - b).abs();
    if difference.is_infinite() {
        // Opposite signs and huge: their difference exceeds either.
        return false;
    }
    difference <= relative * a.abs().max(b.abs()) + absolute
}
