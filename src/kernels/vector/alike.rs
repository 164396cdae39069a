//! What both precisions say in the same words, but for where a function is flat.

/// `tanh` with its slope for a type of reals: beyond `$most` it is 1, beyond `$flat` its slope is 0.
macro_rules! tanh {
    ($real:ty, $most:literal, $flat:literal) => {
        /// `tanh(x)` by `expm1(2|x|)`, the rounding of the divisor put back; at most 2 ulp. Beside it `1/cosh(x)^2`, whose digits
        /// are right however small it is; at most 4 ulp.
        #[inline(always)]
        pub fn tanh_and_slope<const FMA: bool>(x: $real) -> ($real, $real) {
            let (e, lost) = doubled::<FMA>(x);
            from_doubled::<FMA>(x, e, lost)
        }

        /// `expm1(2|x|)`, and what its rounding lost.
        #[inline(always)]
        pub fn doubled<const FMA: bool>(x: $real) -> ($real, $real) {
            let a = x.abs();
            let a = pick(a > $most, $most, a);
            let (k, p) = reduced::<FMA>(a + a);
            let scale = pow2(k);
            let e = fma::<FMA>(scale, p, scale - 1.0);
            (e, fma::<FMA>(scale, p, (scale - 1.0) - e))
        }

        /// [`tanh_and_slope`] from what [`doubled`] gives.
        #[inline(always)]
        pub fn from_doubled<const FMA: bool>(x: $real, e: $real, lost: $real) -> ($real, $real) {
            let d = e + 2.0;
            let less = e - (d - 2.0) + lost;
            let over = 1.0 / d;
            // (e + lost)/(d + less) to first order.
            let y = if FMA { e * over } else { e / d };
            let left = if FMA { fma::<FMA>(-y, d, e) } else { 0.0 };
            let y = fma::<FMA>(left + (lost - y * less), over, y);
            // 4 exp(2a)/(1 + exp(2a))^2, near 0 what is left of 1.
            let slope = (4.0 * over) * ((e + 1.0) * over);
            let slope = pick(y < 0.66, fma::<FMA>(-y, y, 1.0), slope);
            (y.copysign(x), pick(x.abs() > $flat, 0.0, slope))
        }
    };
}
