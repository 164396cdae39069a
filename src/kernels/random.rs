//! Keyed random draws: the same key gives the same bits on every machine.
//!
//! A key of any number of words becomes the 256-bit seed of ChaCha8 by a fixed mixing: four lanes start from the
//! fractions of pi and the key's length, and each word is added to every lane, multiplied by an odd constant of its
//! lane and passed through the finalizer of SplitMix64 (Steele, Lea and Flood, 2014), the lanes feeding each other.
//! Lane by lane in little-endian order they are the seed.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// Uniform numbers in [0, 1): the upper 53 bits of one word each.
pub fn uniform(key: &[u64], out: &mut [f64]) {
    let mut bits = generator(key);
    for entry in out {
        *entry = unit(bits.next_u64());
    }
}

/// Standard normal numbers, two from two uniform ones (Box and Muller, 1958).
pub fn normal(key: &[u64], out: &mut [f64]) {
    let mut bits = generator(key);
    for pair in out.chunks_mut(2) {
        // 1 - u is in (0, 1], where the logarithm is finite.
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - unit(bits.next_u64())));
        let (sin, cos) = libm::sincos(std::f64::consts::TAU * unit(bits.next_u64()));
        for (entry, share) in pair.iter_mut().zip([cos, sin]) {
            *entry = radius * share;
        }
    }
}

fn unit(word: u64) -> f64 {
    (word >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0)
}

/// The first 256 bits of the fraction of pi, as in Blowfish.
const START: [u64; 4] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, 0xa409_3822_299f_31d0, 0x082e_fa98_ec4e_6c89];
const ODD: [u64; 4] = [0x9e37_79b9_7f4a_7c15, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb, 0xd6e8_feb8_6659_fd93];

fn generator(key: &[u64]) -> ChaCha8Rng {
    let mut lanes = START.map(|start| mix(start ^ key.len() as u64));
    for word in key {
        let mut carry = lanes[3];
        for (lane, odd) in lanes.iter_mut().zip(ODD) {
            *lane = mix((*lane ^ carry.rotate_left(23)).wrapping_add(*word).wrapping_mul(odd));
            carry = *lane;
        }
    }
    let mut seed = [0; 32];
    for (bytes, lane) in seed.chunks_mut(8).zip(lanes) {
        bytes.copy_from_slice(&lane.to_le_bytes());
    }
    ChaCha8Rng::from_seed(seed)
}

fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(values: &[f64]) -> [f64; 4] {
        let n = values.len() as f64;
        let mean = values.iter().sum::<f64>() / n;
        let central = |power: i32| values.iter().map(|v| (v - mean).powi(power)).sum::<f64>() / n;
        [mean, central(2), central(3), central(4)]
    }

    fn near(found: [f64; 4], wanted: [f64; 4], tolerance: f64) {
        for (found, wanted) in found.into_iter().zip(wanted) {
            assert!((found - wanted).abs() < tolerance, "{found} is not near {wanted}");
        }
    }

    #[test]
    fn draws_have_the_moments_of_their_distribution() {
        // Moments of U(0, 1): 1/2, 1/12, 0, 1/80; of N(0, 1): 0, 1, 0, 3. The tolerance is about five deviations.
        let mut out = vec![0.0; 200_000];
        uniform(&[7, 1], &mut out);
        assert!(out.iter().all(|v| (0.0..1.0).contains(v)));
        near(moments(&out), [0.5, 1.0 / 12.0, 0.0, 1.0 / 80.0], 0.004);
        normal(&[7, 2], &mut out);
        near(moments(&out), [0.0, 1.0, 0.0, 3.0], 0.12);
        assert!(moments(&out)[0].abs() < 0.012);
    }

    #[test]
    fn every_word_of_the_key_counts_and_a_shorter_draw_is_a_prefix() {
        let keys: [&[u64]; 8] = [&[], &[0], &[0, 0], &[1], &[0, 1], &[1, 0], &[1, 1], &[1 << 63]];
        let first: Vec<u64> = keys
            .iter()
            .map(|key| {
                let (mut short, mut long) = ([0.0; 3], [0.0; 9]);
                normal(key, &mut short);
                normal(key, &mut long);
                assert_eq!(short, long[..3]);
                short[0].to_bits()
            })
            .collect();
        for (i, bits) in first.iter().enumerate() {
            assert!(!first[..i].contains(bits), "keys {:?} draw as another", keys[i]);
        }
    }
}
