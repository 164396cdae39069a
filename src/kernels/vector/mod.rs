//! Whole slices at a time, in f64 and in f32: functions entry by entry, sums, products. Each loop is compiled for the kinds of
//! processor that matter and chosen at the start; the order of every sum is that of the source, whatever the processor.

#![allow(clippy::excessive_precision, reason = "coefficients are written as their sources print them")]
#![allow(unsafe_code, reason = "instructions that only some processors have, called after asking for them")]

#[macro_use]
mod alike;
mod real32;
mod real64;
#[cfg(test)]
mod tests;

/// A function of one number that has a loop of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// The value itself.
    Copy,
    /// `-x`
    Neg,
    /// `|x|`
    Abs,
    /// `x*x`
    Square,
    /// The square root.
    Sqrt,
    /// -1, 0 or 1.
    Sign,
    /// 1 where it is 0.
    Not,
    /// `max(x, 0)`
    Relu,
    /// Downwards.
    Floor,
    /// Upwards.
    Ceil,
    /// To the nearest, ties to even.
    Round,
    /// `exp(x)`
    Exp,
    /// `exp(x) - 1`
    Expm1,
    /// `log(x)`
    Log,
    /// `log(1 + x)`
    Log1p,
    /// `tanh(x)`
    Tanh,
    /// `1/cosh(x)^2`
    TanhSlope,
    /// `1/(1 + exp(-x))`
    Sigmoid,
    /// `log(1 + exp(x))`
    Softplus,
    /// `x*sigmoid(x)`
    Silu,
    /// `cosh(x)`
    Cosh,
    /// `sin(x)`
    Sin,
    /// `cos(x)`
    Cos,
    /// `1/x`
    Reciprocal,
}

/// A function of two numbers that has a loop of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a*b`
    Mul,
    /// `a/b`
    Div,
    /// The larger; NaN where either is.
    Max,
    /// The smaller; NaN where either is.
    Min,
    /// 1 or 0.
    Eq,
    /// 1 or 0.
    Ne,
    /// 1 or 0.
    Lt,
    /// 1 or 0.
    Le,
    /// 1 or 0.
    And,
    /// 1 or 0.
    Or,
    /// `a` above or at 0, else `b*a`.
    LeakyRelu,
    /// `a*log(b)`, 0 where `a` is.
    Xlogy,
}

/// A function of three numbers that has a loop of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ternary {
    /// `b` where `a` is not 0, else `c`.
    Where,
    /// `a` between `b` and `c`.
    Clip,
}

/// Which instructions the loops may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// What every processor has.
    Plain,
    /// AVX2 with FMA.
    Avx2,
    /// AVX-512 (F, DQ, BW, VL).
    Avx512,
}

/// The best that this processor has; found once.
pub fn machine() -> Machine {
    static FOUND: std::sync::OnceLock<Machine> = std::sync::OnceLock::new();
    *FOUND.get_or_init(|| {
        #[cfg(target_arch = "x86_64")]
        {
            let wide = std::arch::is_x86_feature_detected!("avx512f")
                && std::arch::is_x86_feature_detected!("avx512dq")
                && std::arch::is_x86_feature_detected!("avx512bw")
                && std::arch::is_x86_feature_detected!("avx512vl");
            if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
                return if wide { Machine::Avx512 } else { Machine::Avx2 };
            }
        }
        Machine::Plain
    })
}

/// A number that tensors are computed in.
pub trait Real: Copy + Default + PartialOrd + PartialEq + Send + Sync + std::fmt::Debug + 'static {
    /// 0.
    const ZERO: Self;
    /// As f64, exactly.
    fn wide(self) -> f64;
    /// Rounded once.
    fn narrow(v: f64) -> Self;
    /// `y[i] = f(x[i])`; equal lengths.
    fn unary(op: Unary, x: &[Self], y: &mut [Self]);
    /// `y[i] = f(a[i], b[i])`; equal lengths.
    fn binary(op: Binary, a: &[Self], b: &[Self], y: &mut [Self]);
    /// `y[i] = f(a[i], b[i], c[i])`; equal lengths.
    fn ternary(op: Ternary, a: &[Self], b: &[Self], c: &[Self], y: &mut [Self]);
    /// The sum of a lane, in an order that depends on the length alone: 32 running sums a block, blocks pairwise.
    fn sum(x: &[Self]) -> Self;
    /// `y[i] = tanh(x[i])`, `s[i]` its slope; equal lengths.
    fn tanh_and_slope(x: &[Self], y: &mut [Self], s: &mut [Self]);
    /// Is none infinite or NaN?
    fn all_finite(x: &[Self]) -> bool;
    /// `y[i] += x[i]`; equal lengths.
    fn add_to(x: &[Self], y: &mut [Self]);
    /// `c = a @ b` (or `c += a @ b`): a product of strided matrices.
    fn product(c: product::Out<'_, Self>, a: product::Matrix<'_, Self>, b: product::Matrix<'_, Self>, add: bool);
}

/// A body for each kind of processor; the caller is a plain safe function.
macro_rules! by_machine {
    ($(#[$about:meta])* $name:ident = $body:ident ( $($arg:ident : $kind:ty),* ) $(-> $out:ty)?) => {
        $(#[$about])*
        fn $name($($arg: $kind),*) $(-> $out)? {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi2")]
                fn widest($($arg: $kind),*) $(-> $out)? {
                    $body::<true>($($arg),*)
                }
                #[target_feature(enable = "avx2,fma,bmi2")]
                fn wide($($arg: $kind),*) $(-> $out)? {
                    $body::<true>($($arg),*)
                }
                match machine() {
                    // SAFETY: `machine` found these instructions on this processor.
                    Machine::Avx512 => return unsafe { widest($($arg),*) },
                    // SAFETY: likewise.
                    Machine::Avx2 => return unsafe { wide($($arg),*) },
                    Machine::Plain => {}
                }
            }
            $body::<{ cfg!(target_arch = "aarch64") }>($($arg),*)
        }
    };
}

pub mod product;

macro_rules! real {
    ($t:ident, $math:ident, $bodies:ident) => {
        mod $bodies {
            use super::{Binary, Ternary, Unary, $math};

            #[inline(always)]
            fn each(x: &[$t], y: &mut [$t], f: impl Fn($t) -> $t) {
                for (y, x) in y.iter_mut().zip(x) {
                    *y = f(*x);
                }
            }

            /// Turns beyond the reduction are rare: the slice is then done one by one.
            #[inline(always)]
            fn turns(x: &[$t], y: &mut [$t], near: impl Fn($t) -> $t, far: fn(f64) -> f64) {
                if x.iter().fold(true, |all, x| all & (x.abs() <= $math::TURNS)) {
                    each(x, y, near);
                } else {
                    each(x, y, |x| if x.abs() <= $math::TURNS { near(x) } else { far(f64::from(x)) as $t });
                }
            }

            #[inline(always)]
            pub(super) fn unary<const FMA: bool>(op: Unary, x: &[$t], y: &mut [$t]) {
                match op {
                    Unary::Copy => y.copy_from_slice(x),
                    Unary::Neg => each(x, y, |x| -x),
                    Unary::Abs => each(x, y, |x| x.abs()),
                    Unary::Square => each(x, y, |x| x * x),
                    Unary::Sqrt => each(x, y, |x| x.sqrt()),
                    Unary::Sign => each(x, y, |x| {
                        if x > 0.0 {
                            1.0
                        } else if x < 0.0 {
                            -1.0
                        } else {
                            x
                        }
                    }),
                    Unary::Not => each(x, y, |x| if x == 0.0 { 1.0 } else { 0.0 }),
                    Unary::Relu => each(x, y, |x| if x < 0.0 { 0.0 } else { x }),
                    Unary::Floor => each(x, y, |x| x.floor()),
                    Unary::Ceil => each(x, y, |x| x.ceil()),
                    Unary::Round => each(x, y, |x| x.round_ties_even()),
                    Unary::Exp => each(x, y, $math::exp::<FMA>),
                    Unary::Expm1 => each(x, y, $math::expm1::<FMA>),
                    Unary::Log => each(x, y, $math::log::<FMA>),
                    Unary::Log1p => each(x, y, $math::log1p::<FMA>),
                    Unary::Tanh => each(x, y, |x| $math::tanh_and_slope::<FMA>(x).0),
                    Unary::TanhSlope => each(x, y, |x| $math::tanh_and_slope::<FMA>(x).1),
                    Unary::Sigmoid => each(x, y, $math::sigmoid::<FMA>),
                    // In two loops: one chain of so many operations would be waited for.
                    Unary::Softplus => {
                        each(x, y, |x| $math::exp::<FMA>(-x.abs()));
                        y.iter_mut().zip(x).for_each(|(y, x)| *y = $math::softplus_of::<FMA>(*x, *y));
                    }
                    Unary::Silu => each(x, y, $math::silu::<FMA>),
                    Unary::Cosh => each(x, y, $math::cosh::<FMA>),
                    Unary::Sin => turns(x, y, $math::sin::<FMA>, libm::sin),
                    Unary::Cos => turns(x, y, $math::cos::<FMA>, libm::cos),
                    Unary::Reciprocal => each(x, y, |x| 1.0 / x),
                }
            }

            #[inline(always)]
            fn pair(a: &[$t], b: &[$t], y: &mut [$t], f: impl Fn($t, $t) -> $t) {
                for (y, (a, b)) in y.iter_mut().zip(a.iter().zip(b)) {
                    *y = f(*a, *b);
                }
            }

            #[inline(always)]
            fn truth(yes: bool) -> $t {
                if yes { 1.0 } else { 0.0 }
            }

            #[inline(always)]
            fn larger(a: $t, b: $t) -> $t {
                if a.is_nan() | (a > b) | ((a == b) & a.is_sign_positive()) { a } else { b }
            }

            #[inline(always)]
            fn smaller(a: $t, b: $t) -> $t {
                if a.is_nan() | (a < b) | ((a == b) & a.is_sign_negative()) { a } else { b }
            }

            #[inline(always)]
            pub(super) fn binary<const FMA: bool>(op: Binary, a: &[$t], b: &[$t], y: &mut [$t]) {
                match op {
                    Binary::Add => pair(a, b, y, |a, b| a + b),
                    Binary::Sub => pair(a, b, y, |a, b| a - b),
                    Binary::Mul => pair(a, b, y, |a, b| a * b),
                    Binary::Div => pair(a, b, y, |a, b| a / b),
                    Binary::Max => pair(a, b, y, larger),
                    Binary::Min => pair(a, b, y, smaller),
                    Binary::Eq => pair(a, b, y, |a, b| truth(a == b)),
                    Binary::Ne => pair(a, b, y, |a, b| truth(a != b)),
                    Binary::Lt => pair(a, b, y, |a, b| truth(a < b)),
                    Binary::Le => pair(a, b, y, |a, b| truth(a <= b)),
                    Binary::And => pair(a, b, y, |a, b| truth((a != 0.0) & (b != 0.0))),
                    Binary::Or => pair(a, b, y, |a, b| truth((a != 0.0) | (b != 0.0))),
                    Binary::LeakyRelu => pair(a, b, y, |a, b| if a >= 0.0 { a } else { b * a }),
                    Binary::Xlogy => {
                        pair(a, b, y, |a, b| if (a == 0.0) & !b.is_nan() { 0.0 } else { a * $math::log::<FMA>(b) })
                    }
                }
            }

            #[inline(always)]
            pub(super) fn ternary<const FMA: bool>(op: Ternary, a: &[$t], b: &[$t], c: &[$t], y: &mut [$t]) {
                let all = y.iter_mut().zip(a.iter().zip(b.iter().zip(c)));
                match op {
                    Ternary::Where => all.for_each(|(y, (a, (b, c)))| *y = if *a != 0.0 { *b } else { *c }),
                    Ternary::Clip => all.for_each(|(y, (a, (b, c)))| *y = smaller(larger(*a, *b), *c)),
                }
            }

            #[inline(always)]
            pub(super) fn sum<const FMA: bool>(x: &[$t]) -> $t {
                const LANES: usize = 32;
                let mut sums = [0.0; LANES];
                let mut chunks = x.chunks_exact(LANES);
                for chunk in &mut chunks {
                    for (sum, v) in sums.iter_mut().zip(chunk) {
                        *sum += v;
                    }
                }
                let rest = chunks.remainder().iter().fold(0.0, |sum, v| sum + v);
                let mut width = LANES;
                while width > 1 {
                    width /= 2;
                    for i in 0..width {
                        sums[i] += sums[i + width];
                    }
                }
                sums[0] + rest
            }

            #[inline(always)]
            pub(super) fn both<const FMA: bool>(x: &[$t], y: &mut [$t], s: &mut [$t]) {
                // In two loops: one chain of so many operations would be waited for.
                for (x, (y, s)) in x.iter().zip(y.iter_mut().zip(s.iter_mut())) {
                    (*y, *s) = $math::doubled::<FMA>(*x);
                }
                for (x, (y, s)) in x.iter().zip(y.iter_mut().zip(s.iter_mut())) {
                    (*y, *s) = $math::from_doubled::<FMA>(*x, *y, *s);
                }
            }

            /// 0 where all are finite, else infinite or NaN.
            #[inline(always)]
            pub(super) fn beyond<const FMA: bool>(x: &[$t]) -> $t {
                let mut sums = [0.0; 16];
                let mut chunks = x.chunks_exact(16);
                for chunk in &mut chunks {
                    for (sum, v) in sums.iter_mut().zip(chunk) {
                        *sum += v * 0.0;
                    }
                }
                let rest = chunks.remainder().iter().fold(0.0, |sum, v| sum + v * 0.0);
                sums.iter().fold(rest, |sum, v| sum + v)
            }

            #[inline(always)]
            pub(super) fn add_to<const FMA: bool>(x: &[$t], y: &mut [$t]) {
                for (y, x) in y.iter_mut().zip(x) {
                    *y += x;
                }
            }
        }

        const _: () = {
            use $bodies::{add_to, beyond, binary, both, sum, ternary, unary};
    by_machine!(unary_here = unary(op: Unary, x: &[$t], y: &mut [$t]));
    by_machine!(binary_here = binary(op: Binary, a: &[$t], b: &[$t], y: &mut [$t]));
    by_machine!(ternary_here = ternary(op: Ternary, a: &[$t], b: &[$t], c: &[$t], y: &mut [$t]));
    by_machine!(sum_here = sum(x: &[$t]) -> $t);
    by_machine!(both_here = both(x: &[$t], y: &mut [$t], s: &mut [$t]));
    by_machine!(beyond_here = beyond(x: &[$t]) -> $t);
    by_machine!(add_here = add_to(x: &[$t], y: &mut [$t]));

            impl Real for $t {
                const ZERO: $t = 0.0;
                fn wide(self) -> f64 {
                    f64::from(self)
                }
                fn narrow(v: f64) -> $t {
                    v as $t
                }
                fn unary(op: Unary, x: &[$t], y: &mut [$t]) {
                    unary_here(op, x, y)
                }
                fn binary(op: Binary, a: &[$t], b: &[$t], y: &mut [$t]) {
                    binary_here(op, a, b, y)
                }
                fn ternary(op: Ternary, a: &[$t], b: &[$t], c: &[$t], y: &mut [$t]) {
                    ternary_here(op, a, b, c, y)
                }
                fn sum(x: &[$t]) -> $t {
                    const BLOCK: usize = 1024;
                    if x.len() <= BLOCK {
                        return sum_here(x);
                    }
                    let half = (x.len() / 2).next_multiple_of(BLOCK).min(x.len());
                    let (left, right) = x.split_at(half);
                    <$t as Real>::sum(left) + <$t as Real>::sum(right)
                }
                fn tanh_and_slope(x: &[$t], y: &mut [$t], s: &mut [$t]) {
                    both_here(x, y, s)
                }
                fn all_finite(x: &[$t]) -> bool {
                    beyond_here(x) == 0.0
                }
                fn add_to(x: &[$t], y: &mut [$t]) {
                    add_here(x, y)
                }
                fn product(c: product::Out<'_, $t>, a: product::Matrix<'_, $t>, b: product::Matrix<'_, $t>, add: bool) {
                    product::multiply(c, a, b, add)
                }
            }
        };
    };
}

real!(f64, real64, bodies64);
real!(f32, real32, bodies32);
