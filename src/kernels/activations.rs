//! Activation functions, exact at both tails.

use super::{elementwise, special};

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

/// `z` above or at 0, `slope*z` below.
pub fn leaky_relu(z: f64, slope: f64) -> f64 {
    if z >= 0.0 { z } else { slope * z }
}

/// `z` above or at 0, `alpha*(exp(z) - 1)` below.
pub fn elu(z: f64, alpha: f64) -> f64 {
    if z >= 0.0 { z } else { alpha * libm::expm1(z) }
}

/// The self-normalizing unit (Klambauer and others, 2017, equation 2, with the constants of its appendix).
pub fn selu(z: f64) -> f64 {
    if z >= 0.0 { SELU_SCALE * z } else { SELU_SCALE_ALPHA * libm::expm1(z) }
}

const SELU_SCALE: f64 = 1.050_700_987_355_480_5;
const SELU_SCALE_ALPHA: f64 = 1.758_099_340_847_376_8;

/// `z` times the normal distribution function, through `erfc`, so that the lower tail keeps its digits.
pub fn gelu(z: f64) -> f64 {
    if z.is_infinite() {
        return if z > 0.0 { z } else { 0.0 };
    }
    0.5 * z * special::erfc_scaled(-z)
}

/// `z*sigmoid(z)`.
pub fn silu(z: f64) -> f64 {
    if z == f64::NEG_INFINITY {
        0.0
    } else if z < -700.0 {
        // exp(z) alone would lose digits before the product does.
        let half = libm::exp(0.5 * z);
        half * z * half
    } else {
        z * sigmoid(z)
    }
}

/// `log(1 + exp(z))`.
pub fn softplus(z: f64) -> f64 {
    let tail = libm::log1p(libm::exp(-z.abs()));
    if z > 0.0 { z + tail } else { tail }
}

/// `-(p*log(p) + (1 - p)*log(1 - p))` for `p = sigmoid(z)`: the rarer side and its surprise first.
pub fn sigmoid_entropy(z: f64) -> f64 {
    let z = z.abs();
    let tail = libm::exp(-z);
    // softplus(-z) + z*sigmoid(-z)
    libm::log1p(tail) + if tail == 0.0 { 0.0 } else { z * tail / (1.0 + tail) }
}

/// `z` between -1 and 1, the bound outside.
pub fn hardtanh(z: f64) -> f64 {
    elementwise::clip(z, -1.0, 1.0)
}
