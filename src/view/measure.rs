//! Times and sizes as text.

use super::number;
use std::time::Duration;

/// `0 s`, `12.3 us`, `1.5 s`
pub fn seconds(time: Duration) -> String {
    let nanos = time.as_nanos() as f64;
    for (unit, of) in [("ns", 1.0), ("us", 1e3), ("ms", 1e6)] {
        if nanos < 999.5 * of && nanos > 0.0 {
            return format!("{} {unit}", number(nanos / of, 3));
        }
    }
    format!("{} s", number(nanos / 1e9, if nanos < 1e12 { 3 } else { 6 }))
}

/// `512 bytes`, `1.5 MiB`
pub fn bytes(size: u64) -> String {
    let mut value = size as f64;
    for unit in ["bytes", "KiB", "MiB", "GiB", "TiB"] {
        if value < 1000.0 {
            return format!("{} {unit}", number(value, 3));
        }
        value /= 1024.0;
    }
    format!("{} PiB", number(value, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_three_digits_and_a_unit() {
        let text = |nanos| seconds(Duration::from_nanos(nanos));
        assert_eq!([text(0), text(7), text(12_340)], ["0 s", "7 ns", "12.3 us"]);
        assert_eq!([text(999_800), text(1_500_000_000), text(61_000_000_000)], ["1 ms", "1.5 s", "61 s"]);
        assert_eq!([bytes(0), bytes(1536), bytes(20 << 20)], ["0 bytes", "1.5 KiB", "20 MiB"]);
    }
}
