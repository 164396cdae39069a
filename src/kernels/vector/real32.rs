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
    if yes { a } else { b }
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
    let p = fma::<FMA>(r, 1.987_569_15e-4, 1.398_199_95e-3);
    let p = fma::<FMA>(r, p, 8.333_452e-3);
    let p = fma::<FMA>(r, p, 4.166_579_6e-2);
    let p = fma::<FMA>(r, p, 1.666_666_5e-1);
    let p = fma::<FMA>(r, p, 5.000_000_1e-1);
    (k, fma::<FMA>(r * r, p, r))
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

/// `log(x)` of a positive normal number.
#[inline(always)]
fn log_inside<const FMA: bool>(x: f32) -> f32 {
    log_normal::<FMA>(x, 0.0)
}

/// `log(x) + base*ln 2` of a positive normal number.
#[inline(always)]
fn log_normal<const FMA: bool>(x: f32, base: f32) -> f32 {
    let bits = x.to_bits();
    let ix = bits.wrapping_sub(0x3f35_04f3);
    let m = f32::from_bits(bits.wrapping_sub(ix & 0xff80_0000));
    let k = f32::from_bits((ix.wrapping_add(0x4000_0000) >> 23) | 0x4b00_0000) - (TWO_23 + 128.0);
    let k = k + base;
    let f = m - 1.0;
    let z = f * f;
    let p = fma::<FMA>(f, 7.037_683_6e-2, -1.151_461e-1);
    let p = fma::<FMA>(f, p, 1.167_699_87e-1);
    let p = fma::<FMA>(f, p, -1.242_014_1e-1);
    let p = fma::<FMA>(f, p, 1.424_932_3e-1);
    let p = fma::<FMA>(f, p, -1.666_805_8e-1);
    let p = fma::<FMA>(f, p, 2.000_071_5e-1);
    let p = fma::<FMA>(f, p, -2.499_999_4e-1);
    let p = fma::<FMA>(f, p, 3.333_333_1e-1);
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

/// `tanh(x)`; at most 2 ulp.
#[inline(always)]
pub fn tanh<const FMA: bool>(x: f32) -> f32 {
    let a = x.abs();
    let a = pick(a > 10.0, 10.0, a);
    let (k, p) = reduced::<FMA>(a + a);
    let scale = pow2(k);
    let e = fma::<FMA>(scale, p, scale - 1.0);
    let lost = fma::<FMA>(scale, p, (scale - 1.0) - e);
    let d = e + 2.0;
    let less = e - (d - 2.0) + lost;
    let y = e / d;
    let y = y + (lost - y * less) / d;
    pick(x.is_nan(), x, y.copysign(x))
}

/// `1/(1 + exp(-x))`; at most 2 ulp.
#[inline(always)]
pub fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    let e = exp::<FMA>(-x.abs());
    pick(x >= 0.0, 1.0, e) / (1.0 + e)
}

/// `log(1 + exp(x))`; at most 2 ulp.
#[inline(always)]
pub fn softplus<const FMA: bool>(x: f32) -> f32 {
    // log1p of what lies in 0..=1: nothing to ask about its edges.
    let e = exp::<FMA>(-x.abs());
    let u = 1.0 + e;
    let tail = log_inside::<FMA>(u) + (e - (u - 1.0)) / u;
    pick(x > 0.0, x, 0.0) + tail
}

/// `x*sigmoid(x)`.
#[inline(always)]
pub fn silu<const FMA: bool>(x: f32) -> f32 {
    let half = exp::<FMA>(pick(x < -80.0, 0.5 * x, 0.0));
    let y = pick(x < -80.0, half * x * half, x * sigmoid::<FMA>(x));
    pick(x == f32::NEG_INFINITY, 0.0, y)
}

/// `exp(x) - 1`.
#[inline(always)]
pub fn expm1<const FMA: bool>(x: f32) -> f32 {
    real64::expm1::<FMA>(f64::from(x)) as f32
}

/// `cosh(x)`.
#[inline(always)]
pub fn cosh<const FMA: bool>(x: f32) -> f32 {
    real64::cosh::<FMA>(f64::from(x)) as f32
}

/// Beyond it the reduction of [`sin`] and [`cos`] loses digits.
pub const TURNS: f32 = 1e5;

/// `sin(x)` for |x| up to [`TURNS`].
#[inline(always)]
pub fn sin<const FMA: bool>(x: f32) -> f32 {
    real64::sin::<FMA>(f64::from(x)) as f32
}

/// `cos(x)` for |x| up to [`TURNS`].
#[inline(always)]
pub fn cos<const FMA: bool>(x: f32) -> f32 {
    real64::cos::<FMA>(f64::from(x)) as f32
}
