//! Ticks at round numbers.

/// At most about `count` round numbers between two numbers, those included: steps of 1, 2 or 5 times a power of ten.
pub fn ticks(from: f64, to: f64, count: usize) -> Vec<f64> {
    let wide = to - from;
    if !wide.is_finite() || wide <= 0.0 || count == 0 {
        return vec![from];
    }
    let rough = wide / count as f64;
    let power = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|part| part * power).find(|step| *step >= rough * 0.999);
    let step = step.unwrap_or(10.0 * power);
    let first = libm::ceil(from / step - 1e-9);
    let mut out = vec![];
    for i in 0..1000 {
        let at = (first + f64::from(i)) * step;
        if at > to + 1e-9 * wide {
            break;
        }
        // The nearest number of as few digits as the step has.
        let digits = (-libm::floor(libm::log10(step))).max(0.0) as usize;
        out.push(if digits < 15 { format!("{at:.digits$}").parse().unwrap_or(at) } else { at });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn they_are_round_and_inside() {
        assert_eq!(ticks(-5.0, 5.0, 5), [-4.0, -2.0, 0.0, 2.0, 4.0]);
        assert_eq!(ticks(0.0, 1.0, 5), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(ticks(0.03, 0.07, 4), [0.03, 0.04, 0.05, 0.06, 0.07]);
        assert_eq!(ticks(3.0, 3.0, 4), [3.0]);
        assert!(ticks(1e300, 2e300, 5).len() > 2);
    }
}
