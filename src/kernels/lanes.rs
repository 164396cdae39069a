//! Lanes to numbers and lanes to lanes: what reductions and operators along an axis compute.

use super::sum::sum;

/// The mean; NaN of nothing.
pub fn mean(lane: &[f64]) -> f64 {
    sum(lane) / lane.len() as f64
}

/// The product; 1 of nothing.
pub fn prod(lane: &[f64]) -> f64 {
    lane.iter().product()
}

/// For each entry the product of all others, right at zeros too.
pub fn prod_others(lane: &[f64], out: &mut [f64]) {
    let mut before = 1.0;
    for (o, v) in out.iter_mut().zip(lane) {
        *o = before;
        before *= v;
    }
    let mut after = 1.0;
    for (o, v) in out.iter_mut().zip(lane).rev() {
        *o *= after;
        after *= v;
    }
}

/// The largest entry; NaN where there is one, and of nothing.
pub fn max(lane: &[f64]) -> f64 {
    lane.iter().copied().reduce(|a, b| if a.is_nan() || a >= b { a } else { b }).unwrap_or(f64::NAN)
}

/// The smallest entry; NaN where there is one, and of nothing.
pub fn min(lane: &[f64]) -> f64 {
    lane.iter().copied().reduce(|a, b| if a.is_nan() || a <= b { a } else { b }).unwrap_or(f64::NAN)
}

/// Where the largest entry is: the first of a tie; a NaN counts as the largest.
pub fn argmax(lane: &[f64]) -> f64 {
    first(lane, |a, b| a > b)
}

/// Where the smallest entry is: the first of a tie; a NaN counts as the smallest.
pub fn argmin(lane: &[f64]) -> f64 {
    first(lane, |a, b| a < b)
}

fn first(lane: &[f64], ahead: fn(f64, f64) -> bool) -> f64 {
    let mut best = 0;
    for (i, v) in lane.iter().enumerate() {
        if !lane[best].is_nan() && (v.is_nan() || ahead(*v, lane[best])) {
            best = i;
        }
    }
    best as f64
}

/// The middle entry in order, or the mean of the two in the middle; NaN where there is one, and of nothing.
pub fn median(lane: &[f64]) -> f64 {
    if lane.is_empty() || lane.iter().any(|v| v.is_nan()) {
        return f64::NAN;
    }
    let mut all = lane.to_vec();
    let (below, upper, _) = all.select_nth_unstable_by(lane.len() / 2, f64::total_cmp);
    if lane.len() % 2 == 1 {
        return *upper;
    }
    let lower = max(below);
    if lower == *upper { lower } else { lower / 2.0 + *upper / 2.0 }
}

/// The root of the sum of squares; the entries are scaled first where a square could overflow or underflow.
pub fn norm(lane: &[f64]) -> f64 {
    let largest = lane.iter().fold(0.0f64, |m, v| if v.is_nan() || v.abs() > m { v.abs() } else { m });
    if largest == 0.0 || !largest.is_finite() {
        return if lane.iter().any(|v| v.is_infinite()) { f64::INFINITY } else { largest };
    }
    let squares = |scale: f64| sum(&lane.iter().map(|v| (v * scale) * (v * scale)).collect::<Vec<f64>>());
    if (1e-140..1e140).contains(&largest) {
        return libm::sqrt(squares(1.0));
    }
    // A power of two, so that scaling rounds nothing.
    let exponent = libm::ilogb(largest).clamp(-1020, 1020);
    libm::scalbn(libm::sqrt(squares(libm::scalbn(1.0, -exponent))), exponent)
}

/// A lane over its norm; 0 where that is 0.
pub fn normalize(lane: &[f64], out: &mut [f64]) {
    let length = norm(lane);
    if length >= f64::MIN_POSITIVE && length.is_finite() {
        for (o, v) in out.iter_mut().zip(lane) {
            *o = v / length;
        }
        return;
    }
    // At the ends of the range: scaled by a power of two first.
    let scale = if length > 1.0 { 1.0 / lane.len() as f64 } else { 1.0 / f64::MIN_POSITIVE };
    let scaled: Vec<f64> = lane.iter().map(|v| v * scale).collect();
    let length = norm(&scaled);
    for (o, v) in out.iter_mut().zip(&scaled) {
        *o = if length == 0.0 { 0.0 } else { v / length };
    }
}

/// The log of the sum of the exponentials; exact where one entry outweighs the others.
pub fn logsumexp(lane: &[f64]) -> f64 {
    let (largest, others) = around(lane);
    if largest.is_finite() { largest + libm::log1p(others) } else { largest }
}

/// The softmax of a lane.
pub fn softmax(lane: &[f64], out: &mut [f64]) {
    let (largest, others) = around(lane);
    let total = 1.0 + others;
    for (o, v) in out.iter_mut().zip(lane) {
        *o = if largest.is_finite() { libm::exp(v - largest) / total } else { f64::NAN };
    }
}

/// The log of the softmax of a lane; of the largest entry by its distance to the others, so that no digit is lost.
pub fn log_softmax(lane: &[f64], out: &mut [f64]) {
    let (largest, others) = around(lane);
    let log = libm::log1p(others);
    for (o, v) in out.iter_mut().zip(lane) {
        *o = if largest.is_finite() { (v - largest) - log } else { f64::NAN };
    }
}

/// The largest entry, and the sum of `exp(v - largest)` over all entries but the first that is largest.
fn around(lane: &[f64]) -> (f64, f64) {
    let largest = max(lane);
    if lane.is_empty() {
        return (f64::NEG_INFINITY, 0.0);
    }
    let mut seen = false;
    let terms: Vec<f64> = lane
        .iter()
        .map(|v| if *v == largest && !std::mem::replace(&mut seen, true) { 0.0 } else { libm::exp(v - largest) })
        .collect();
    (largest, sum(&terms))
}

/// 1 where an entry is not 0.
pub fn any(lane: &[f64]) -> f64 {
    f64::from(lane.iter().any(|v| *v != 0.0))
}

/// 1 where no entry is 0.
pub fn all(lane: &[f64]) -> f64 {
    f64::from(lane.iter().all(|v| *v != 0.0))
}

/// Running sums.
pub fn cumsum(lane: &[f64], out: &mut [f64]) {
    let mut total = 0.0;
    for (o, v) in out.iter_mut().zip(lane) {
        total += v;
        *o = total;
    }
}

/// In ascending order; NaN last.
pub fn sort(lane: &[f64], out: &mut [f64]) {
    for (o, place) in out.iter_mut().zip(order(lane)) {
        *o = lane[place];
    }
}

/// The indices that sort; what is equal keeps its order; NaN last.
pub fn argsort(lane: &[f64], out: &mut [f64]) {
    for (o, place) in out.iter_mut().zip(order(lane)) {
        *o = place as f64;
    }
}

fn order(lane: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lane.len()).collect();
    let rank = |a: f64, b: f64| a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()));
    order.sort_by(|a, b| rank(lane[*a], lane[*b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(f: fn(&[f64], &mut [f64]), input: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; input.len()];
        f(input, &mut out);
        out
    }

    #[track_caller]
    fn near(got: &[f64], want: &[f64]) {
        for (g, w) in got.iter().zip(want) {
            assert!(g == w || ((g - w) / w).abs() <= 4e-16, "{got:?} is not {want:?}");
        }
    }

    #[test]
    fn norms_neither_overflow_nor_underflow() {
        // Pythagoras; the last by mpmath: 5e-324*sqrt(2) rounds to the smallest number.
        near(&[norm(&[3e300, 4e300]), norm(&[3e-300, 4e-300])], &[5e300, 5e-300]);
        assert_eq!(norm(&[3.0, 4.0]), 5.0);
        assert_eq!(norm(&[5e-324, 5e-324]), 5e-324);
        assert_eq!((norm(&[]), norm(&[f64::NEG_INFINITY, 1.0])), (0.0, f64::INFINITY));
        assert!(norm(&[f64::NAN, 1.0]).is_nan());
    }

    #[test]
    fn smooth_maxima_keep_their_digits() {
        // mpmath: log(exp(1000) + exp(1000)), log(1 + exp(-40)), and the log-probabilities of [40, 0].
        near(&[logsumexp(&[1000.0, 1000.0])], &[1_000.693_147_180_559_9]);
        near(&[logsumexp(&[0.0, -40.0])], &[4.248_354_255_291_589e-18]);
        near(&lane(log_softmax, &[40.0, 0.0]), &[-4.248_354_255_291_589e-18, -40.0]);
        assert_eq!(lane(log_softmax, &[-1000.0, 1000.0]), [-2000.0, 0.0]);
        // scipy.special.softmax([1, 2, 3])
        let want = [0.090_030_573_170_380_46, 0.244_728_471_054_797_67, 0.665_240_955_774_821_9];
        near(&lane(softmax, &[1.0, 2.0, 3.0]), &want);
        assert_eq!(logsumexp(&[]), f64::NEG_INFINITY);
        assert_eq!(logsumexp(&[f64::INFINITY, 1.0]), f64::INFINITY);
    }

    #[test]
    fn places_and_orders_are_those_of_numpy() {
        // np.argmax, np.argmin, np.argsort(kind="stable"), np.median, np.sort
        assert_eq!((argmax(&[1.0, 5.0, 5.0]), argmin(&[4.0, 1.0, 1.0])), (1.0, 1.0));
        assert_eq!((argmax(&[1.0, f64::NAN, 5.0]), argmin(&[1.0, f64::NAN, 5.0])), (1.0, 1.0));
        assert_eq!(lane(argsort, &[3.0, 1.0, 3.0, 2.0]), [1.0, 3.0, 0.0, 2.0]);
        assert_eq!((median(&[4.0, 1.0, 2.0, 3.0]), median(&[5.0, 1.0, 2.0])), (2.5, 2.0));
        assert_eq!(median(&[1e308, 1.5e308]), 1.25e308);
        assert!(median(&[1.0, f64::NAN]).is_nan() && max(&[1.0, f64::NAN, 2.0]).is_nan());
        let sorted = lane(sort, &[f64::NAN, 2.0, f64::NEG_INFINITY]);
        assert_eq!(sorted[..2], [f64::NEG_INFINITY, 2.0]);
        assert!(sorted[2].is_nan());
    }

    #[test]
    fn products_of_the_others_are_right_at_zeros() {
        assert_eq!(lane(prod_others, &[2.0, 3.0, 4.0]), [12.0, 8.0, 6.0]);
        assert_eq!(lane(prod_others, &[2.0, 0.0, 4.0]), [0.0, 8.0, 0.0]);
        assert_eq!(lane(prod_others, &[0.0, 0.0, 4.0]), [0.0, 0.0, 0.0]);
    }
}
