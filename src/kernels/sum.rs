//! Sums in a fixed order: pairwise, so that the error grows with the logarithm of the length.

/// The sum of a lane. The order depends on the length alone. (N. Higham, *The accuracy of floating point summation*, 1993.)
pub fn sum(lane: &[f64]) -> f64 {
    if lane.len() <= BLOCK {
        return block(lane);
    }
    let half = (lane.len() / 2).next_multiple_of(LANES);
    let (left, right) = lane.split_at(half.min(lane.len()));
    sum(left) + sum(right)
}

const BLOCK: usize = 128;
const LANES: usize = 8;

fn block(lane: &[f64]) -> f64 {
    if lane.len() < LANES {
        return lane.iter().fold(0.0, |sum, v| sum + v);
    }
    let mut sums = [0.0f64; LANES];
    let mut chunks = lane.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (sum, v) in sums.iter_mut().zip(chunk) {
            *sum += v;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    let rest = chunks.remainder().iter().fold(0.0, |sum, v| sum + v);
    (((a + b) + (c + d)) + ((e + f) + (g + h))) + rest
}

#[cfg(test)]
mod tests {
    use super::sum;

    #[test]
    fn a_sum_of_tenths_keeps_its_digits() {
        // Exact: 100000 times the double nearest 0.1 rounds to 10000.0 (math.fsum).
        let lane = vec![0.1; 100_000];
        assert!((sum(&lane) - 10_000.0).abs() < 1e-10);
    }

    #[test]
    fn every_length_is_summed_whole() {
        for n in 0..600usize {
            let lane: Vec<f64> = (0..n).map(|i| i as f64).collect();
            assert_eq!(sum(&lane), (n * n.saturating_sub(1) / 2) as f64, "{n}");
        }
    }
}
