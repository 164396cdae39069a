//! Activation functions, exact at both tails.

/// `1/(1 + exp(-z))`, without overflow and exact to rounding at both tails.
pub fn sigmoid(z: f64) -> f64 {
    if z >= 0.0 {
        1.0 / (1.0 + libm::exp(-z))
    } else {
        let grown = libm::exp(z);
        grown / (1.0 + grown)
    }
}

/// `z` where it is positive, else 0; NaN stays.
pub fn relu(z: f64) -> f64 {
    if z < 0.0 { 0.0 } else { z }
}
