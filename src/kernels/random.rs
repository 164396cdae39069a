//! Keyed random numbers.

/// Uniform numbers in [0, 1), keyed.
pub fn uniform(key: &[u64], out: &mut [f64]) {
    let mut state = key.iter().fold(0u64, |state, word| mix(state ^ word));
    for v in out {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        *v = (mix(state) >> 11) as f64 / (1u64 << 53) as f64;
    }
}

/// Standard normal numbers, keyed (Box and Muller 1958).
pub fn normal(key: &[u64], out: &mut [f64]) {
    let mut pair = vec![0.0; out.len() * 2];
    uniform(key, &mut pair);
    for (v, uv) in out.iter_mut().zip(pair.chunks_exact(2)) {
        *v = (-2.0 * libm::log(1.0 - uv[0])).sqrt() * libm::cos(2.0 * std::f64::consts::PI * uv[1]);
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
