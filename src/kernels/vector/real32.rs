//! Elementary functions over f32 without branches; see [`super::real64`]. What needs more than a short polynomial goes through f64.

use super::real64;

const MAGIC: f32 = 12_582_912.0;
const TWO_23: f32 = 8_388_608.0;

/// `a*b + c`.
#[inline(always)]
pub fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

#[inline(always)]
fn pick(yes: bool, a: f32, b: f32) -> f32 {
    std::hint::select_unpredictable(yes, a, b)
}

/// 2^k for a whole `k` in -126..=127.
#[inline(always)]
fn pow2(k: f32) -> f32 {
    f32::from_bits((k + (TWO_23 + 127.0)).to_bits() << 23)
}

/// `k` and `expm1(r)` with `x = k*ln 2 + r` (the coefficients of Cephes' `expf`).
#[inline(always)]
fn reduced<const FMA: bool>(x: f32) -> (f32, f32) {
    let k = fma::<FMA>(x, std::f32::consts::LOG2_E, MAGIC) - MAGIC;
    let r = fma::<FMA>(k, -1.428_606_77e-6, fma::<FMA>(k, -0.693_145_75, x));
    // By pairs: a long chain of sums would be waited for.
    let z = r * r;
    let a = fma::<FMA>(r, 1.666_666_5e-1, 5.000_000_1e-1);
    let b = fma::<FMA>(r, 8.333_452e-3, 4.166_579_6e-2);
    let c = fma::<FMA>(r, 1.987_569_15e-4, 1.398_199_95e-3);
    (k, fma::<FMA>(z, fma::<FMA>(z, fma::<FMA>(z, c, b), a), r))
}

/// `exp(x)`; at most 1 ulp.
#[inline(always)]
pub fn exp<const FMA: bool>(x: f32) -> f32 {
    let x = pick(x > 89.5, 89.5, x);
    let x = pick(x < -104.5, -104.5, x);
    let (k, p) = reduced::<FMA>(x);
    let half = fma::<FMA>(k, 0.5, MAGIC) - MAGIC;
    (p + 1.0) * pow2(half) * pow2(k - half)
}

/// `log(x)`; at most 1 ulp (the coefficients of Cephes' `logf`).
#[inline(always)]
pub fn log<const FMA: bool>(x: f32) -> f32 {
    let tiny = x < f32::MIN_POSITIVE;
    let y = log_normal::<FMA>(pick(tiny, x * TWO_23, x), pick(tiny, -23.0, 0.0));
    let y = pick(x == f32::INFINITY, x, y);
    let y = pick(x == 0.0, f32::NEG_INFINITY, y);
    pick(x < 0.0 || x.is_nan(), f32::NAN, y)
}

/// `log(x) + base*ln 2` of a positive normal number.
#[inline(always)]
fn log_normal<const FMA: bool>(x: f32, base: f32) -> f32 {
    let bits = x.to_bits();
    let ix = bits.wrapping_sub(0x3f35_04f3);
    let m = f32::from_bits(bits.wrapping_sub(ix & 0xff80_0000));
    let k = f32::from_bits((ix.wrapping_add(0x4000_0000) >> 23) | 0x4b00_0000) - (TWO_23 + 128.0);
    log_tail::<FMA>(m - 1.0, k + base)
}

/// `log(1 + f) + k*ln 2`, `f` from -0.293 to 0.415.
#[inline(always)]
fn log_tail<const FMA: bool>(f: f32, k: f32) -> f32 {
    let z = f * f;
    let w = z * z;
    let a = fma::<FMA>(f, -2.499_999_4e-1, 3.333_333_1e-1);
    let b = fma::<FMA>(f, -1.666_805_8e-1, 2.000_071_5e-1);
    let c = fma::<FMA>(f, -1.242_014_1e-1, 1.424_932_3e-1);
    let d = fma::<FMA>(f, -1.151_461e-1, 1.167_699_87e-1);
    let p = fma::<FMA>(w, fma::<FMA>(w, 7.037_683_6e-2, fma::<FMA>(z, d, c)), fma::<FMA>(z, b, a));
    let y = fma::<FMA>(f * z, p, fma::<FMA>(k, -2.121_944_4e-4, -0.5 * z));
    fma::<FMA>(k, 0.693_359_375, f + y)
}

/// `log(1 + x)`; at most 2 ulp.
#[inline(always)]
pub fn log1p<const FMA: bool>(x: f32) -> f32 {
    let u = 1.0 + x;
    let lost = pick(x > 1.0, 1.0 - (u - x), x - (u - 1.0));
    let y = log::<FMA>(u) + pick(u > 0.0 && u < f32::INFINITY, lost / u, 0.0);
    pick(x.abs() < 1e-9, x, y)
}

tanh!(f32, 44.0, 45.0);

/// `1/(1 + exp(-x))`; at most 2 ulp.
#[inline(always)]
pub fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    let e = exp::<FMA>(-x.abs());
    pick(x >= 0.0, 1.0, e) / (1.0 + e)
}

/// `log(1 + exp(x))` with `e = exp(-|x|)`; at most 2 ulp.
#[inline(always)]
pub fn softplus_of<const FMA: bool>(x: f32, e: f32) -> f32 {
    // The logarithm of 1 + e = 2^k*(1 + f).
    let upper = e > 0.414_213_57;
    let tail = log_tail::<FMA>(pick(upper, 0.5 * (e - 1.0), e), pick(upper, 1.0, 0.0));
    pick(x > 0.0, x, 0.0) + tail
}

/// `x*sigmoid(x)`; at most 3 ulp.
#[inline(always)]
pub fn silu<const FMA: bool>(x: f32) -> f32 {
    let e = exp::<FMA>(-x.abs());
    let y = (x * pick(x >= 0.0, 1.0, e)) / (1.0 + e);
    pick(x == f32::NEG_INFINITY, 0.0, y)
}

/// `exp(x) - 1`; at most 2 ulp.
#[inline(always)]
pub fn expm1<const FMA: bool>(x: f32) -> f32 {
    let inside = pick(x > 89.5, 89.5, x);
    let inside = pick(inside < -20.0, -20.0, inside);
    let (k, p) = reduced::<FMA>(inside);
    // Half the scale, so that the largest results are not beyond it.
    let scale = pow2(k - 1.0);
    let half = fma::<FMA>(scale, p, scale - 0.5);
    pick(x.abs() < 1e-30, x, half + half)
}

/// `cosh(x)`; at most 2 ulp.
#[inline(always)]
pub fn cosh<const FMA: bool>(x: f32) -> f32 {
    let a = x.abs();
    let a = pick(a > 90.5, 90.5, a);
    let (k, p) = reduced::<FMA>(a);
    let k = k - 1.0;
    let half = fma::<FMA>(k, 0.5, MAGIC) - MAGIC;
    let e = (p + 1.0) * pow2(half) * pow2(k - half);
    pick(x.is_nan(), x, e + 0.25 / e)
}

/// Beyond it the reduction of [`sin`] and [`cos`] loses digits.
pub const TURNS: f32 = 1e5;

/// `sin(x + quarter*pi/2)` for |x| up to [`TURNS`]; `quarter` is 0 or 1. Turns are taken away in f64, the rest is f32 (the
/// coefficients of SLEEF's `xsinf`).
#[inline(always)]
fn turned<const FMA: bool>(x: f32, quarter: f64) -> f32 {
    let wide = f64::from(x);
    let (whole, r) = real64::half_turns::<FMA>(wide, quarter);
    let r = r as f32;
    let z = r * r;
    let p = fma::<FMA>(z, 2.608_316e-6, -1.981_069_1e-4);
    let p = fma::<FMA>(z, p, 8.333_078_6e-3);
    let p = fma::<FMA>(z, p, -1.666_665_97e-1);
    let s = fma::<FMA>(r * z, p, r);
    f32::from_bits(s.to_bits() ^ ((whole.to_bits() as u32) << 31))
}

/// `sin(x)` for |x| up to [`TURNS`]; at most 2 ulp.
#[inline(always)]
pub fn sin<const FMA: bool>(x: f32) -> f32 {
    pick(x == 0.0, x, turned::<FMA>(x, 0.0))
}

/// `cos(x)` for |x| up to [`TURNS`]; at most 2 ulp.
#[inline(always)]
pub fn cos<const FMA: bool>(x: f32) -> f32 {
    turned::<FMA>(x, 1.0)
}
