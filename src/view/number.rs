//! Numbers as text: for reading (`33`, `0.25`, `4.53979e-05`) and for machines (the shortest that reads back).

use serde_json::{Number, Value};

/// A number with so many significant digits, as C's `%g` writes it; `-0` is `0`.
pub fn number(value: f64, digits: usize) -> String {
    if value.is_nan() {
        return "nan".into();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.into();
    }
    if value == 0.0 {
        return "0".into();
    }
    // 17 digits tell all doubles apart, and 767 are the exact value of any.
    let digits = digits.clamp(1, 767);
    let scientific = format!("{value:.*e}", digits - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs());
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    trimmed(&format!("{value:.decimals$}")).to_string()
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// A real for JSON: the shortest text that reads back to it (`3.0`), or `"nan"`, `"inf"`, `"-inf"`.
pub fn json_f64(value: f64) -> Value {
    match Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None => Value::String(number(value, 6)),
    }
}

/// A 32-bit real for JSON: the shortest text that reads back to it in 32 bits.
pub fn json_f32(value: f32) -> Value {
    // The shortest decimal of the single, then read as a double whose shortest decimal is that same text.
    json_f64(value.to_string().parse().unwrap_or(f64::from(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From C's printf("%.6g").
    #[test]
    fn six_significant_digits_as_c_writes_them() {
        let cases = [
            (33.0, "33"),
            (0.25, "0.25"),
            (4.5397868702434395e-5, "4.53979e-05"),
            (0.0001, "0.0001"),
            (123456.0, "123456"),
            (1234567.0, "1.23457e+06"),
            (999999.5, "1e+06"),
            (0.1 + 0.2, "0.3"),
            (-1.0 / 3.0, "-0.333333"),
            (1e300, "1e+300"),
            (5e-324, "4.94066e-324"),
            (100000.0, "100000"),
            (33.003, "33.003"),
        ];
        for (value, text) in cases {
            assert_eq!(number(value, 6), text);
        }
        assert_eq!(number(-0.0, 6), "0");
        assert_eq!(number(f64::NAN, 6), "nan");
        assert_eq!(number(f64::NEG_INFINITY, 6), "-inf");
    }

    /// From C's printf("%.17g"), ("%.1g") and ("%.3g").
    #[test]
    fn as_many_digits_as_asked() {
        assert_eq!(number(0.1, 17), "0.10000000000000001");
        assert_eq!(number(0.1, 1), "0.1");
        assert_eq!(number(0.1, 0), "0.1");
        assert_eq!(number(1234.5, 3), "1.23e+03");
        assert!(number(1e-300, 100_000).len() < 1000);
    }

    #[test]
    fn json_numbers_read_back_to_the_same_number() {
        assert_eq!(json_f64(3.0).to_string(), "3.0");
        assert_eq!(json_f64(0.1).to_string(), "0.1");
        assert_eq!(json_f32(0.1).to_string(), "0.1");
        assert_eq!(json_f64(f64::NAN).to_string(), "\"nan\"");
        assert_eq!(json_f64(f64::INFINITY).to_string(), "\"inf\"");
        for value in [1.0 / 3.0, 5e-324, f64::MAX, -0.0, 1e16, 123456789.125] {
            let text = json_f64(value).to_string();
            assert_eq!(text.parse::<f64>().map(f64::to_bits), Ok(value.to_bits()), "{text}");
        }
        for value in [1.0f32 / 3.0, f32::MIN_POSITIVE / 8.0, f32::MAX] {
            let text = json_f32(value).to_string();
            assert_eq!(text.parse::<f32>().map(f32::to_bits), Ok(value.to_bits()), "{text}");
        }
    }
}
