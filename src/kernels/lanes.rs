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
