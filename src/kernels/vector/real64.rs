//! Elementary functions over f64 without branches, so that a loop over a slice becomes vector instructions.
//!
//! `FMA` says whether `a*b + c` is rounded once, which is an instruction of the processor or nothing at all: without it the
//! last bit can differ. Errors are in units in the last place, measured by `tests` beside this file over a million points.

/// `ln 2` in two parts; the first has so few bits that a multiple of it is exact.
const LN2_HI: f64 = f64::from_bits(0x3fe6_2e42_fefa_3800);
const LN2_LO: f64 = f64::from_bits(0x3d2e_f357_93c7_6730);
/// 1.5*2^52: adding and taking it away rounds to a whole number, which then stands in the low bits.
const MAGIC: f64 = 6_755_399_441_055_744.0;
const TWO_52: f64 = 4_503_599_627_370_496.0;

/// `a*b + c`.
#[inline(always)]
pub fn fma<const FMA: bool>(a: f64, b: f64, c: f64) -> f64 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// `if yes { a } else { b }` without a branch.
#[inline(always)]
fn pick(yes: bool, a: f64, b: f64) -> f64 {
    std::hint::select_unpredictable(yes, a, b)
}

/// 2^k for a whole `k` in -1022..=1023.
#[inline(always)]
fn pow2(k: f64) -> f64 {
    f64::from_bits((k + (TWO_52 + 1023.0)).to_bits() << 52)
}

#[inline(always)]
fn rounded<const FMA: bool>(x: f64, scale: f64) -> f64 {
    fma::<FMA>(x, scale, MAGIC) - MAGIC
}

/// `k` and `expm1(r)` with `x = k*ln 2 + r`: a polynomial of degree 13 by Estrin's scheme, |r| <= 0.3466.
#[inline(always)]
fn reduced<const FMA: bool>(x: f64) -> (f64, f64) {
    let k = rounded::<FMA>(x, std::f64::consts::LOG2_E);
    let r = fma::<FMA>(k, -LN2_LO, fma::<FMA>(k, -LN2_HI, x));
    let (r2, c) = (r * r, EXP);
    let (r4, r8) = (r2 * r2, (r2 * r2) * (r2 * r2));
    let a = fma::<FMA>(r2, fma::<FMA>(r, c[3], c[2]), fma::<FMA>(r, c[1], c[0]));
    let b = fma::<FMA>(r2, fma::<FMA>(r, c[7], c[6]), fma::<FMA>(r, c[5], c[4]));
    let d = fma::<FMA>(r2, fma::<FMA>(r, c[11], c[10]), fma::<FMA>(r, c[9], c[8]));
    let q = fma::<FMA>(r8, d, fma::<FMA>(r4, b, a));
    (k, fma::<FMA>(r2, q, r))
}

/// 1/2!, 1/3!, …
const EXP: [f64; 12] = [
    0.5,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
    1.0 / 6_227_020_800.0,
];

/// `exp(x)*2^shift`; the shift is a whole number near 0.
#[inline(always)]
fn exp_shifted<const FMA: bool>(x: f64, shift: f64) -> f64 {
    let x = pick(x > 710.5, 710.5, x);
    let x = pick(x < -746.5, -746.5, x);
    let (k, p) = reduced::<FMA>(x);
    let k = k + shift;
    let half = rounded::<FMA>(k, 0.5);
    (p + 1.0) * pow2(half) * pow2(k - half)
}

/// `exp(x)`; at most 1 ulp.
#[inline(always)]
pub fn exp<const FMA: bool>(x: f64) -> f64 {
    exp_shifted::<FMA>(x, 0.0)
}

/// `exp(x) - 1`; at most 2 ulp.
#[inline(always)]
pub fn expm1<const FMA: bool>(x: f64) -> f64 {
    let inside = pick(x > 710.0, 710.0, x);
    let inside = pick(inside < -40.0, -40.0, inside);
    let (k, p) = reduced::<FMA>(inside);
    // Half the scale, so that the largest results are not beyond it.
    let scale = pow2(k - 1.0);
    let half = fma::<FMA>(scale, p, scale - 0.5);
    // So near 0 the polynomial's linear term is all, and keeps the sign of 0.
    pick(x.abs() < 1e-300, x, half + half)
}

/// `log(x)`: the method of fdlibm's `e_log.c`, without its branches; at most 1 ulp.
#[inline(always)]
pub fn log<const FMA: bool>(x: f64) -> f64 {
    let tiny = x < f64::MIN_POSITIVE;
    let y = log_normal::<FMA>(pick(tiny, x * 18_014_398_509_481_984.0, x), pick(tiny, -54.0, 0.0));
    let y = pick(x == f64::INFINITY, x, y);
    let y = pick(x == 0.0, f64::NEG_INFINITY, y);
    pick(x < 0.0 || x.is_nan(), f64::NAN, y)
}

/// `log(x) + base*ln 2` of a positive normal number.
#[inline(always)]
fn log_normal<const FMA: bool>(x: f64, base: f64) -> f64 {
    let bits = x.to_bits();
    let ix = bits.wrapping_sub(0x3fe6_a09e_667f_3bcd);
    let m = f64::from_bits(bits.wrapping_sub(ix & 0xfff0_0000_0000_0000));
    let k = f64::from_bits((ix.wrapping_add(0x4000_0000_0000_0000) >> 52) | 0x4330_0000_0000_0000) - (TWO_52 + 1024.0);
    let k = k + base;
    let f = m - 1.0;
    log_tail::<FMA>(f, f / (2.0 + f), k)
}

/// `log(1 + f) + k*ln 2` with `s = f/(2 + f)`, |s| at most 0.1716.
#[inline(always)]
fn log_tail<const FMA: bool>(f: f64, s: f64, k: f64) -> f64 {
    let z = s * s;
    let w = z * z;
    let odd = w * fma::<FMA>(w, fma::<FMA>(w, LOG[5], LOG[3]), LOG[1]);
    let even = z * fma::<FMA>(w, fma::<FMA>(w, fma::<FMA>(w, LOG[6], LOG[4]), LOG[2]), LOG[0]);
    let half = 0.5 * f * f;
    fma::<FMA>(k, LN2_HI, f - (half - fma::<FMA>(s, half + (odd + even), k * LN2_LO)))
}

/// The coefficients of fdlibm's `e_log.c`.
const LOG: [f64; 7] = [
    6.666_666_666_666_735_130e-1,
    3.999_999_999_940_941_908e-1,
    2.857_142_874_366_239_149e-1,
    2.222_219_843_214_978_396e-1,
    1.818_357_216_161_805_012e-1,
    1.531_383_769_920_937_332e-1,
    1.479_819_860_511_658_591e-1,
];

/// `log(1 + x)`: the logarithm of the rounded sum, and what the rounding lost; at most 2 ulp.
#[inline(always)]
pub fn log1p<const FMA: bool>(x: f64) -> f64 {
    let u = 1.0 + x;
    let lost = pick(x > 1.0, 1.0 - (u - x), x - (u - 1.0));
    let y = log::<FMA>(u) + pick(u > 0.0 && u < f64::INFINITY, lost / u, 0.0);
    pick(x.abs() < 1e-17, x, y)
}

tanh!(f64, 354.0, 355.0);

/// `1/(1 + exp(-x))`, exact at both tails; at most 2 ulp.
#[inline(always)]
pub fn sigmoid<const FMA: bool>(x: f64) -> f64 {
    let e = exp::<FMA>(-x.abs());
    pick(x >= 0.0, 1.0, e) / (1.0 + e)
}

/// `log(1 + exp(x))` with `e = exp(-|x|)`; at most 2 ulp.
#[inline(always)]
pub fn softplus_of<const FMA: bool>(x: f64, e: f64) -> f64 {
    // The logarithm of 1 + e = 2^k*(1 + f), and s = f/(2 + f).
    let upper = e > 0.414_213_562_373_095_04;
    let f = pick(upper, 0.5 * (e - 1.0), e);
    let s = pick(upper, e - 1.0, e) / pick(upper, e + 3.0, e + 2.0);
    pick(x > 0.0, x, 0.0) + log_tail::<FMA>(f, s, pick(upper, 1.0, 0.0))
}

/// `x*sigmoid(x)`; at most 3 ulp.
#[inline(always)]
pub fn silu<const FMA: bool>(x: f64) -> f64 {
    let e = exp::<FMA>(-x.abs());
    let y = (x * pick(x >= 0.0, 1.0, e)) / (1.0 + e);
    pick(x == f64::NEG_INFINITY, 0.0, y)
}

/// `cosh(x)`; at most 2 ulp.
#[inline(always)]
pub fn cosh<const FMA: bool>(x: f64) -> f64 {
    let e = exp_shifted::<FMA>(x.abs(), -1.0);
    e + 0.25 / e
}

/// Beyond it the reduction of [`sin`] and [`cos`] loses digits.
pub const TURNS: f64 = 1e5;

/// The whole half turns of `x + quarter*pi/2` in the low bits, and what is left.
#[inline(always)]
pub fn half_turns<const FMA: bool>(x: f64, quarter: f64) -> (f64, f64) {
    // x = k*pi + r for the sine, (k - 1/2)*pi + r for the cosine.
    let whole = fma::<FMA>(x, std::f64::consts::FRAC_1_PI, 0.5 * quarter) + MAGIC;
    let k = (whole - MAGIC) - 0.5 * quarter;
    (whole, fma::<FMA>(k, -PI[2], fma::<FMA>(k, -PI[1], fma::<FMA>(k, -PI[0], x))))
}

/// `sin(x + quarter*pi/2)` for |x| up to [`TURNS`]; `quarter` is 0 or 1. At most 2 ulp.
#[inline(always)]
fn turned<const FMA: bool>(x: f64, quarter: f64) -> f64 {
    let (whole, r) = half_turns::<FMA>(x, quarter);
    let z = r * r;
    let w = z * z;
    let a = fma::<FMA>(z, SIN[1], SIN[0]);
    let b = fma::<FMA>(z, SIN[3], SIN[2]);
    let c = fma::<FMA>(z, SIN[5], SIN[4]);
    let d = fma::<FMA>(z, SIN[7], SIN[6]);
    let p = fma::<FMA>(w * w, fma::<FMA>(w, fma::<FMA>(w, SIN[8], d), c), fma::<FMA>(w, b, a));
    let s = fma::<FMA>(r * z, p, r);
    f64::from_bits(s.to_bits() ^ (whole.to_bits() << 63))
}

/// `sin(x)` for |x| up to [`TURNS`].
#[inline(always)]
pub fn sin<const FMA: bool>(x: f64) -> f64 {
    pick(x == 0.0, x, turned::<FMA>(x, 0.0))
}

/// `cos(x)` for |x| up to [`TURNS`].
#[inline(always)]
pub fn cos<const FMA: bool>(x: f64) -> f64 {
    turned::<FMA>(x, 1.0)
}

/// Pi in three parts (Cody and Waite); a multiple of the first two is exact up to [`TURNS`].
const PI: [f64; 3] = [3.141_592_621_803_283_7, 3.178_650_942_459_171_3e-8, 1.224_646_786_410_718_9e-16];

/// Minimax on [-pi/2, pi/2] of `(sin(r) - r)/r^3` in `r^2` (the coefficients of SLEEF's `xsin`).
const SIN: [f64; 9] = [
    -1.666_666_666_666_666_574_15e-1,
    8.333_333_333_333_329_748_23e-3,
    -1.984_126_984_126_961_628_06e-4,
    2.755_731_922_391_987_476_30e-6,
    -2.505_210_837_635_020_458_10e-8,
    1.605_904_306_056_645_016_29e-10,
    -7.647_122_191_181_588_332_88e-13,
    2.810_099_727_108_632_000_91e-15,
    -7.972_559_550_090_378_688_91e-18,
];
