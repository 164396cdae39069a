//! Special functions that `libm` does not have, or not near enough: `digamma`, `polygamma`, `lgamma` below 0.

use super::roots;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The logarithm of `|gamma(x)|`; infinite at 0 and the negative whole numbers.
///
/// Below 0 by reflection, `gamma(x) gamma(1 - x) = pi/sin(pi x)` (DLMF 5.5.3), with `sin(pi x)` of the exact distance
/// to the nearest whole number.
pub fn lgamma(x: f64) -> f64 {
    if x.is_nan() || x >= 0.0 || x > -1e-10 {
        return libm::lgamma(x);
    }
    let off = x - libm::rint(x);
    if off == 0.0 {
        return f64::INFINITY;
    }
    roots::lgamma(x).unwrap_or_else(|| libm::log(PI / (libm::sin(PI * off).abs() * -x)) - libm::lgamma(-x))
}

/// `erfc(z/sqrt(2))`, corrected for the rounding of the quotient, which the tail would magnify.
pub fn erfc_scaled(z: f64) -> f64 {
    let quotient = z * FRAC_1_SQRT_2;
    if !(quotient.abs() > 1.0 && quotient.abs() < 30.0) {
        return libm::erfc(quotient);
    }
    // What z/sqrt(2) has beyond its first 53 bits; 1/sqrt(2) is FRAC_1_SQRT_2 and this much.
    const REST: f64 = -4.833_646_656_726_457e-17;
    let beyond = libm::fma(z, FRAC_1_SQRT_2, -quotient) + z * REST;
    libm::erfc(quotient) - beyond * std::f64::consts::FRAC_2_SQRT_PI * libm::exp(-quotient * quotient)
}

/// The standard normal distribution function.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc_scaled(-z)
}

/// The standard normal density, `exp(-z^2/2)/sqrt(2*pi)`, with what `z^2` has beyond its first 53 bits.
pub fn normal_pdf(z: f64) -> f64 {
    const SCALE: f64 = 0.398_942_280_401_432_7;
    let square = z * z;
    let density = SCALE * libm::exp(-0.5 * square);
    if density == 0.0 { density } else { density * (1.0 - 0.5 * libm::fma(z, z, -square)) }
}

/// From here down the continued fraction is used, whose first terms are then enough.
const FAR: f64 = -5.0;

/// `t + 2/(t + 3/(t + 4/(t + …)))`, the tail of Laplace's continued fraction of the normal tail (DLMF 7.9.3), from below.
fn laplace_tail(t: f64) -> f64 {
    (2..80).rev().fold(t, |below, k| t + f64::from(k) / below)
}

/// The log of the standard normal distribution function: `log(pdf(z)) - log(hazard(z))` far below 0.
pub fn log_normal_cdf(z: f64) -> f64 {
    if z >= 0.0 {
        libm::log1p(-normal_cdf(-z))
    } else if z > FAR {
        libm::log(normal_cdf(z))
    } else {
        // log(sqrt(2*pi))
        const SCALE: f64 = 0.918_938_533_204_672_7;
        -0.5 * z * z - (SCALE + libm::log(normal_hazard(z)))
    }
}

/// The standard normal density over the distribution function.
pub fn normal_hazard(z: f64) -> f64 {
    if z > FAR { normal_pdf(z) / normal_cdf(z) } else { -z + 1.0 / laplace_tail(-z) }
}

/// `z + hazard(z)`, without what cancels.
pub fn normal_excess(z: f64) -> f64 {
    if z > FAR { z + normal_hazard(z) } else { 1.0 / laplace_tail(-z) }
}

/// The logarithmic derivative of the gamma function.
///
/// On [1, 2] the Taylor series about its root; below 8 shifted there by `digamma(x + 1) = digamma(x) + 1/x` (DLMF
/// 5.5.2); above, the asymptotic series (DLMF 5.11.2); below 0 by reflection (DLMF 5.5.4). NaN at the negative whole
/// numbers, infinite at 0.
pub fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return -1.0 / x;
    }
    if x < 0.0 {
        if x == libm::floor(x) {
            return f64::NAN;
        }
        return roots::digamma(x).unwrap_or_else(|| digamma(1.0 - x) - PI * cot_pi(x));
    }
    if x >= 8.0 {
        return digamma_far(x);
    }
    if x.is_nan() {
        return x;
    }
    if x < 1.0 {
        return digamma_near(x, 1.0) - 1.0 / x;
    }
    let steps = libm::floor(x) - 1.0;
    let base = x - steps;
    let mut sum = 0.0;
    let mut k = steps - 1.0;
    while k >= 0.0 {
        sum += 1.0 / (base + k);
        k -= 1.0;
    }
    digamma_near(base, 0.0) + sum
}

/// The `n`-th derivative of `digamma`; NaN unless `n` is whole, not negative and at most 1000.
///
/// Above 0 it is `(-1)^(n + 1) n! zeta(n + 1, x)` (DLMF 5.15.1 and 25.11.12); below 0 by reflection, the derivatives
/// of the cotangent as polynomials in it (DLMF 5.15.6).
pub fn polygamma(n: f64, x: f64) -> f64 {
    if n == 0.0 {
        return digamma(x);
    }
    if !(n > 0.0 && n == libm::floor(n) && n <= 1000.0) || x.is_nan() {
        return f64::NAN;
    }
    let sign = if n % 2.0 == 0.0 { -1.0 } else { 1.0 };
    if x > 0.0 {
        return sign * factorial_zeta(n, x);
    }
    if x == libm::floor(x) {
        // A pole of even order rises on both sides.
        return if sign > 0.0 && x.is_finite() { f64::INFINITY } else { f64::NAN };
    }
    if x > -0.5 {
        // One step towards the right keeps x itself, which 1 - x would round away.
        return sign * (libm::tgamma(n + 1.0) * libm::pow(x, -(n + 1.0)) + factorial_zeta(n, x + 1.0));
    }
    -factorial_zeta(n, 1.0 - x) - cot_pi_slope(n, x)
}

/// `cot(pi x)`, for an `x` that is not whole, from the exact distance to the nearest whole number.
fn cot_pi(x: f64) -> f64 {
    let off = x - libm::rint(x);
    if off.abs() <= 0.25 { 1.0 / libm::tan(PI * off) } else { libm::copysign(libm::tan(PI * (0.5 - off.abs())), off) }
}

/// `pi` times the `n`-th derivative of `cot(pi x)` by `x`: with `c` the cotangent, `p_0 = c` and
/// `p_(k + 1) = -(1 + c^2) p_k'`.
fn cot_pi_slope(n: f64, x: f64) -> f64 {
    if n > 170.0 {
        return f64::NAN;
    }
    let order = n as usize;
    let cot = cot_pi(x);
    let mut poly = vec![0.0, 1.0];
    for _ in 0..order {
        let slope: Vec<f64> = poly.iter().enumerate().skip(1).map(|(power, c)| power as f64 * c).collect();
        poly = vec![0.0; slope.len() + 2];
        for (power, c) in slope.iter().enumerate() {
            poly[power] -= c;
            poly[power + 2] -= c;
        }
    }
    libm::pow(PI, n + 1.0) * poly.iter().rev().fold(0.0, |sum, c| sum * cot + c)
}

/// `n! zeta(n + 1, x)` for `x > 0`: Hurwitz' zeta by Euler and Maclaurin (DLMF 25.11.5), every term of one sign until
/// the correction.
fn factorial_zeta(n: f64, x: f64) -> f64 {
    let s = n + 1.0;
    let shift = if x >= 10.0 + s { 0.0 } else { libm::ceil(10.0 + s - x) };
    let far = x + shift;
    if far.is_infinite() {
        return 0.0;
    }
    let mut zeta = 0.0;
    let ratio = 1.0 / far;
    // Relative to far^-n, which alone may leave the range of numbers.
    let mut term = s * ratio * ratio;
    let mut tail = 1.0 / n + 0.5 * ratio;
    for (j, c) in BERNOULLI_OVER_FACTORIAL.iter().enumerate() {
        let add = c * term;
        tail += add;
        if add.abs() < 1e-17 * tail {
            break;
        }
        let k = 2.0 * j as f64;
        term *= (s + k + 1.0) * (s + k + 2.0) * ratio * ratio;
    }
    // Smallest first: from the far end down to x itself.
    let mut k = shift - 1.0;
    let first = libm::tgamma(n + 1.0);
    if first.is_finite() {
        let scale = libm::pow(far, -n);
        zeta += tail * scale;
        while k >= 0.0 {
            zeta += libm::pow(x + k, -s);
            k -= 1.0;
        }
        return first * zeta;
    }
    // n! alone overflows: every term by its logarithm.
    let log_first = libm::lgamma(n + 1.0);
    zeta += tail * libm::exp(log_first - n * libm::log(far));
    while k >= 0.0 {
        zeta += libm::exp(log_first - s * libm::log(x + k));
        k -= 1.0;
    }
    zeta
}

/// `digamma(x + shift)` for `x + shift` in [1, 2]: the Taylor series about the root, whose distance is taken exactly.
fn digamma_near(x: f64, shift: f64) -> f64 {
    let off = (x + (shift - ROOT)) - ROOT_REST;
    off * DIGAMMA_AT_ROOT.iter().rev().fold(0.0, |sum, c| sum * off + c)
}

fn digamma_far(x: f64) -> f64 {
    let ratio = 1.0 / x;
    let square = ratio * ratio;
    let series = BERNOULLI_OVER_INDEX.iter().rev().fold(0.0, |sum, c| sum * square + c);
    libm::log(x) - 0.5 * ratio - square * series
}

/// The positive root of `digamma`, and what it has beyond 53 bits.
const ROOT: f64 = 1.461_632_144_968_362_2;
const ROOT_REST: f64 = 9.549_995_429_965_697e-17;

/// `B(2j)/(2j)!` for j = 1, 2, …
const BERNOULLI_OVER_FACTORIAL: [f64; 15] = [
    0.08333333333333333,
    -0.001388888888888889,
    3.306878306878307e-05,
    -8.267195767195768e-07,
    2.08767569878681e-08,
    -5.284190138687493e-10,
    1.3382536530684679e-11,
    -3.3896802963225827e-13,
    8.586062056277845e-15,
    -2.174868698558062e-16,
    5.5090028283602295e-18,
    -1.3954464685812522e-19,
    3.534707039629467e-21,
    -8.953517427037546e-23,
    2.267952452337683e-24,
];

/// `B(2j)/(2j)` for j = 1, 2, …
const BERNOULLI_OVER_INDEX: [f64; 11] = [
    0.08333333333333333,
    -0.008333333333333333,
    0.003968253968253968,
    -0.004166666666666667,
    0.007575757575757576,
    -0.021092796092796094,
    0.08333333333333333,
    -0.4432598039215686,
    3.0539543302701198,
    -26.456212121212122,
    281.46014492753625,
];

/// `digamma^(n)(ROOT)/n!` for n = 1, 2, …, computed with 60 digits.
const DIGAMMA_AT_ROOT: [f64; 42] = [
    0.9676722454476212,
    -0.4427631689835921,
    0.258499760955651,
    -0.16394270544240652,
    0.10782405069126237,
    -0.07219956125645471,
    0.04880428816414311,
    -0.03316112647484736,
    0.022597648232218104,
    -0.01542476590494896,
    0.010538791616612175,
    -0.007204534386356869,
    0.004926781395729853,
    -0.003369801655439328,
    0.002305126326734928,
    -0.0015769367714301972,
    0.0010788252019162967,
    -0.0007380709389960052,
    0.000504953265834602,
    -0.0003454680251063077,
    0.00023635601564027053,
    -0.00016170622091974803,
    0.0001106337276874741,
    -7.569179582195066e-05,
    5.178575795222081e-05,
    -3.5430070947659604e-05,
    2.424006611860132e-05,
    -1.6584242271854135e-05,
    1.134638458466385e-05,
    -7.762817668462094e-06,
    5.3110609208898636e-06,
    -3.6336507898010456e-06,
    2.486022733129538e-06,
    -1.7008538854332607e-06,
    1.1636675363548843e-06,
    -7.96142543124197e-07,
    5.446941930669446e-07,
    -3.7266161283438227e-07,
    2.549626552021554e-07,
    -1.7443695117727745e-07,
    1.1934394829830244e-07,
    -8.165115189488409e-08,
];
