//! Sums of weighted exponentials over a lane that holds the exponents and then, as many, the weights.

use super::sum::sum;

/// A lane as its exponents and their weights.
fn halves(lane: &[f64]) -> (&[f64], &[f64]) {
    let n = lane.len() / 2;
    (&lane[..n], &lane[n..2 * n])
}

/// The exponent by which all are scaled: that of the term that is largest, whatever its sign.
fn scale(exponents: &[f64], weights: &[f64]) -> f64 {
    let mut best = (f64::NEG_INFINITY, f64::NEG_INFINITY);
    for (u, w) in exponents.iter().zip(weights) {
        let size = if *w == 0.0 { f64::NEG_INFINITY } else { u + libm::log(w.abs()) };
        if size.is_nan() {
            return f64::NAN;
        }
        if size > best.0 {
            best = (size, *u);
        }
    }
    if best.0 == f64::NEG_INFINITY { exponents.iter().copied().fold(f64::NEG_INFINITY, f64::max) } else { best.1 }
}

/// `w*exp(d)`, 0 where `w` is 0 and `d` overflows.
fn term(w: f64, d: f64) -> f64 {
    if w == 0.0 || d == f64::NEG_INFINITY { 0.0 } else { w * libm::exp(d) }
}

/// `sum(w*exp(u - scale))`; where all exponents are near one another and the weights cancel, by what they differ.
fn total(exponents: &[f64], weights: &[f64], scale: f64) -> f64 {
    let away = || exponents.iter().map(|u| u - scale);
    let mixed = weights.iter().any(|w| *w < 0.0) && weights.iter().any(|w| *w > 0.0);
    if mixed && away().all(|d| d.abs() < 0.5) {
        let grown: Vec<f64> = away().zip(weights).map(|(d, w)| w * libm::expm1(d)).collect();
        return sum(weights) + sum(&grown);
    }
    let terms: Vec<f64> = away().zip(weights).map(|(d, w)| term(*w, d)).collect();
    sum(&terms)
}

/// `log(sum(w*exp(u)))`, without overflow; NaN where the sum is negative.
pub fn log_total(lane: &[f64]) -> f64 {
    let (exponents, weights) = halves(lane);
    let scale = scale(exponents, weights);
    if !scale.is_finite() {
        return if scale == f64::NEG_INFINITY { scale } else { f64::NAN };
    }
    // What the largest term has beside it, so that no digit of a sum near 1 is lost.
    let total = total(exponents, weights, scale);
    if total > 0.5 && total < 2.0 {
        let mut rest: Vec<f64> = vec![-1.0];
        rest.extend(exponents.iter().zip(weights).map(|(u, w)| term(*w, u - scale)));
        rest.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        return scale + libm::log1p(sum(&rest));
    }
    scale + libm::log(total)
}

/// The slopes of [`log_total`]: of each exponent `w*exp(u)/sum`, and then of each weight `exp(u)/sum`.
pub fn shares(lane: &[f64], out: &mut [f64]) {
    let (exponents, weights) = halves(lane);
    let n = exponents.len();
    let scale = scale(exponents, weights);
    let total = total(exponents, weights, scale);
    out.fill(0.0);
    for i in 0..n {
        let own = term(1.0, exponents[i] - scale);
        out[n + i] = own / total;
        out[i] = if weights[i] == 0.0 { 0.0 } else { term(weights[i], exponents[i] - scale) / total };
    }
}

/// Running `logsumexp`.
pub fn logcumsumexp(lane: &[f64], out: &mut [f64]) {
    // The sum so far is total*exp(scale), with what the additions rounded off.
    let (mut scale, mut total, mut lost) = (f64::NEG_INFINITY, 0.0f64, 0.0f64);
    for (o, v) in out.iter_mut().zip(lane) {
        if v.is_nan() || *v == f64::INFINITY || scale.is_nan() || scale == f64::INFINITY {
            scale = if v.is_nan() || scale.is_nan() { f64::NAN } else { f64::INFINITY };
            *o = scale;
            continue;
        }
        if *v == f64::NEG_INFINITY {
            *o = if total == 0.0 { f64::NEG_INFINITY } else { scale + libm::log(total + lost) };
            continue;
        }
        let next = if *v > scale {
            let shrunk = if scale == f64::NEG_INFINITY { 0.0 } else { libm::exp(scale - v) };
            (total, lost, scale) = (total * shrunk, lost * shrunk, *v);
            1.0
        } else {
            libm::exp(v - scale)
        };
        let added = total + next;
        lost += if total.abs() >= next { (total - added) + next } else { (next - added) + total };
        total = added;
        // Near 1 the small part is kept apart.
        *o = scale + if total < 2.0 { libm::log1p((total - 1.0) + lost) } else { libm::log(total + lost) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighted_sums_of_exponentials_keep_their_digits() {
        // mpmath, 50 digits
        let near = |a: f64, b: f64| assert!(((a - b) / b).abs() < 4e-16, "{a:?} {b:?}");
        near(log_total(&[-800.0, -900.0, 0.4, 0.6]), -800.916_290_731_874_2);
        near(log_total(&[-1000.0, -1001.0, 1.0, -1.0]), -1_000.458_675_145_387_1);
        near(log_total(&[900.0, 0.0, 0.0, 3.0]), 1.098_612_288_668_109_7);
        assert!(log_total(&[1.0, 0.0, -1.0, 1.0]).is_nan());
        assert_eq!(log_total(&[1.0, 0.0, 0.0, 0.0]), f64::NEG_INFINITY);
        let mut out = [0.0; 4];
        shares(&[-800.0, -900.0, 0.4, 0.6], &mut out);
        near(out[0], 1.0);
        near(out[2], 2.5);
    }

    #[test]
    fn running_sums_are_those_of_the_lanes_before() {
        let lane = [1000.0, 1002.0, 999.0, 1001.0, f64::NEG_INFINITY, -1000.0];
        let mut out = [0.0; 6];
        logcumsumexp(&lane, &mut out);
        for (i, got) in out.iter().enumerate() {
            let want = crate::kernels::lanes::logsumexp(&lane[..=i]);
            assert!((got - want).abs() <= 4e-16 * want.abs(), "{got} {want}");
        }
        logcumsumexp(&[f64::NEG_INFINITY, 0.0], &mut out[..2]);
        assert_eq!(out[..2], [f64::NEG_INFINITY, 0.0]);
    }
}
