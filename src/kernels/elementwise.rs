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
    if a.is_nan() || a > b || (a == b && a.is_sign_positive()) { a } else { b }
}

/// The smaller; NaN where either is NaN.
pub fn minimum(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b || (a == b && a.is_sign_negative()) { a } else { b }
}

/// `x` between `low` and `high`, the bound outside; `high` where the bounds cross, as in NumPy; NaN stays.
pub fn clip(x: f64, low: f64, high: f64) -> f64 {
    minimum(maximum(x, low), high)
}

/// -1, 0 or 1.
pub fn sign(x: f64) -> f64 {
    if x > 0.0 {
        1.0
    } else if x < 0.0 {
        -1.0
    } else {
        x
    }
}

/// The remainder with the sign of `b`, as in Python and NumPy; NaN where `b` is 0.
pub fn modulo(a: f64, b: f64) -> f64 {
    let rest = libm::fmod(a, b);
    if rest == 0.0 {
        libm::copysign(0.0, b)
    } else if (rest < 0.0) != (b < 0.0) {
        rest + b
    } else {
        rest
    }
}

/// `log(exp(a) + exp(b))`, without overflow.
pub fn logaddexp(a: f64, b: f64) -> f64 {
    if a == b {
        // Also where both are the same infinity, whose difference is NaN.
        return a + std::f64::consts::LN_2;
    }
    let (large, small) = if a > b { (a, b) } else { (b, a) };
    large + libm::log1p(libm::exp(small - large))
}

/// `log(v + w*exp(z))`, without overflow, and with the digits of a sum that is nearly 1.
pub fn logexpadd(z: f64, v: f64, w: f64) -> f64 {
    // log(1 + rest + b)
    let log_sum = |sum: f64, rest: f64, b: f64| {
        if sum > 0.5 && sum < 2.0 { libm::log1p(rest + b) } else { libm::log(sum) }
    };
    if w == 0.0 {
        libm::log(v)
    } else if z.abs() < 1.0 {
        let grown = w * libm::expm1(z);
        log_sum((v + w) + grown, (w - 1.0) + v, grown)
    } else if z > 0.0 {
        let small = times_exp(v, -z);
        z + log_sum(w + small, w - 1.0, small)
    } else if v == 0.0 {
        libm::log(w) + z
    } else {
        let small = times_exp(w, z);
        log_sum(v + small, v - 1.0, small)
    }
}

/// `c*exp(z)`, also where the exponential alone leaves the range of numbers.
fn times_exp(c: f64, z: f64) -> f64 {
    if z.abs() < 700.0 { c * libm::exp(z) } else { c * libm::exp(0.5 * z) * libm::exp(0.5 * z) }
}

/// `1/(v + w*exp(z))`, where an exponential that is not there is not infinite either.
pub fn recexpadd(z: f64, v: f64, w: f64) -> f64 {
    if w == 0.0 {
        return 1.0 / v;
    }
    // Near 0 an exponential that is nearly taken away keeps its digits.
    1.0 / if z.abs() < 1.0 { w * libm::expm1(z) + (v + w) } else { v + times_exp(w, z) }
}

/// log(1 - exp(x)) of a negative x, by the side that cancels nothing (Mächler, "Accurately computing log(1 - exp(-|a|))").
pub fn log1mexp(x: f64) -> f64 {
    if x > -std::f64::consts::LN_2 { libm::log(-libm::expm1(x)) } else { libm::log1p(-libm::exp(x)) }
}

/// `a*log(b)`, 0 where `a` is 0 and `b` is a number.
pub fn xlogy(a: f64, b: f64) -> f64 {
    if a == 0.0 && !b.is_nan() { 0.0 } else { a * libm::log(b) }
}

/// `a*log(1 + b)`, 0 where `a` is 0 and `b` is a number.
pub fn xlog1py(a: f64, b: f64) -> f64 {
    if a == 0.0 && !b.is_nan() { 0.0 } else { a * libm::log1p(b) }
}

/// `a/sqrt(a^2 + b^2)`; 0 where both are 0.
pub fn direction(a: f64, b: f64) -> f64 {
    let length = libm::hypot(a, b);
    if length == 0.0 {
        0.0
    } else if length < f64::MIN_POSITIVE || length.is_infinite() {
        // Away from the ends of the range, by a power of two.
        let scale = if length > 1.0 { 0.25 } else { 1.0 / f64::MIN_POSITIVE };
        a * scale / libm::hypot(a * scale, b * scale)
    } else {
        a / length
    }
}

/// `a/(a^2 + b^2)`.
pub fn inversion(a: f64, b: f64) -> f64 {
    let square = a * a + b * b;
    if square > 1e-290 && square < 1e300 { a / square } else { a / libm::hypot(a, b) / libm::hypot(a, b) }
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
