//! A slope against finite differences of a function of one number.
//!
//! The finite difference is Ridders' extrapolation of central differences (C. J. F. Ridders,
//! "Accurate computation of F'(x) and F'(x) F''(x)", 1982), which estimates its own error, and that error decides the
//! verdict. Where the two sides of a point have different slopes, the derivative is right if it lies between them.

/// One comparison.
pub(super) struct Compared {
    pub what: String,
    pub exact: f64,
    pub near: f64,
    /// Of the difference quotient.
    pub error: f64,
    /// The slopes to the left and to the right, where they are not one.
    pub sides: Option<(f64, f64)>,
    pub verdict: Verdict,
    /// Something that `stop` hides kept its value.
    pub stopped: bool,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    Agrees,
    Kink,
    /// The value jumps; one side has the slope.
    Jump,
    /// The value jumps to both sides.
    Point,
    /// The derivative is not finite.
    Endless,
    Differs,
    Unclear,
    /// The program states the slope, and finite differences see the function itself.
    Stated,
}

/// The slope of `f` at 0 against `exact`; `along` says how large the point is.
pub(super) fn compare(f: &mut dyn FnMut(f64) -> f64, exact: f64, along: f64, what: String) -> Compared {
    let made = |near: (f64, f64), (verdict, sides)| Compared {
        what,
        exact,
        near: near.0,
        error: near.1,
        sides,
        verdict,
        stopped: false,
    };
    if !exact.is_finite() {
        return made((f64::NAN, f64::NAN), (Verdict::Endless, None));
    }
    // Near the end of the range all is looked at through a smaller glass.
    let here = f(0.0);
    let scale = if libm::fmax(libm::fabs(here), libm::fabs(exact)) > 1e280 { 1e-30 } else { 1.0 };
    let mut f = |t: f64| f(t) * scale;
    let (here, slope, unit) = (here * scale, exact * scale, unit(along));
    let seen = [here, f(0.1 * unit), f(-0.1 * unit)].into_iter().filter(|value| value.is_finite());
    let most = seen.fold(f64::MIN_POSITIVE, |most: f64, value| libm::fmax(most, libm::fabs(value)));
    let nothing = NOTHING * most / unit;
    let mut best = (f64::NAN, f64::INFINITY);
    // Small steps for what curves at once, large ones for what hardly moves; beside a large number also steps of the size
    // of 1, as `sin(1e8)` wants them; the smallest where a domain ends, or a wave is short.
    let absolute = [1e-1, 1e-3].into_iter().filter(|step| unit > 1e3 && *step > 1e-12 * unit);
    let beside = [1e-2, 1e-5, 1e-9, 1e-12].into_iter().filter(|step| *step > 10.0 * unit && 1e-13 * *step < unit);
    let relative = |steps: [f64; 4]| steps.map(|step| step * unit).into_iter();
    let starts = relative([1e-1, 1e-2, 1e-4, 1e-6]).chain(absolute).chain(beside);
    for start in starts.chain(relative([1e-8, 1e-9, 1e-10, 1e-12])) {
        let (near, error) = ridders(&mut f, start, here, along);
        let nearest = error < best.1;
        if nearest {
            best = (near, error);
        }
        // A quotient that is less sure counts where it contradicts the surest: that one saw many waves, or a bend.
        let contradicts = libm::fabs(near - best.0) > 20.0 * error;
        if (nearest || contradicts) && agrees(slope, (near, error), if nearest { nothing } else { 0.0 }) {
            return made((near / scale, error / scale), (Verdict::Agrees, None));
        }
    }
    if let Some(verdict) = flat(&mut f, slope, here, unit, best.0) {
        return made((0.0, best.1 / scale), (verdict, None));
    }
    let (mut verdict, sides) = sides(&mut f, slope, here, along, nothing);
    // Both sides say about the same, and the quotient around the point, which is nearer, another.
    let apart = libm::fabs(best.0 - slope);
    let settled = apart <= 3e-3 * libm::fabs(slope) && apart > 1e-6 * libm::fabs(slope) && 1e3 * best.1 < apart;
    if verdict == Verdict::Agrees && settled && apart > nothing {
        verdict = Verdict::Differs;
    }
    // Terms that are much larger than the value leave their rounding in it.
    if verdict == Verdict::Differs && apart <= roughness(&mut f, here, unit) {
        verdict = Verdict::Unclear;
    }
    made((best.0 / scale, best.1 / scale), (verdict, sides.map(|(left, right)| (left / scale, right / scale))))
}

/// How wrong quotients are by rounding inside of `f`: by how far three numbers side by side are from a line, on the smoother
/// side; 0 where that is what its own last digit does.
fn roughness(f: &mut dyn FnMut(f64) -> f64, here: f64, unit: f64) -> f64 {
    let mut bent = |at: f64, step: f64| libm::fabs(f(at - step) - 2.0 * f(at) + f(at + step));
    let mut most = 0.0;
    for step in [1e-12, 1e-9, 1e-6, 1e-5].map(|step| step * unit) {
        let mut side =
            |sign: f64| [4.0, 9.0, 15.0].map(|k| bent(sign * k * step, step)).into_iter().fold(0.0, libm::fmax);
        most = libm::fmax(most, libm::fmin(side(1.0), side(-1.0)));
    }
    if most > 64.0 * f64::EPSILON * libm::fabs(here) { 10.0 * most / (1e-3 * unit) } else { 0.0 }
}

/// Is it flat here, on both sides or on one, where a slope of `near` would be seen? The steps of a fine stair are so.
fn flat(f: &mut dyn FnMut(f64) -> f64, exact: f64, here: f64, unit: f64, near: f64) -> Option<Verdict> {
    if exact != 0.0 {
        return None;
    }
    for h in [1e-6, 1e-8, 1e-10, 1e-12].map(|step| step * unit) {
        if libm::fabs(near) * h < 1e3 * f64::EPSILON * libm::fabs(here) {
            return None;
        }
        match (f(-h) == here, f(h) == here) {
            (true, true) => return Some(Verdict::Agrees),
            (true, false) | (false, true) => return Some(Verdict::Jump),
            (false, false) => {}
        }
    }
    None
}

/// A slope of less than `nothing` is too small to be seen.
fn agrees(exact: f64, (near, error): (f64, f64), nothing: f64) -> bool {
    let size = libm::fmax(libm::fabs(exact), libm::fabs(near));
    libm::fabs(exact - near) <= libm::fmax(10.0 * error, 1e-6 * size) && error <= libm::fmax(1e-4 * size, nothing)
}

/// How large a step is large: as the point, or 1.
fn unit(along: f64) -> f64 {
    if along == 0.0 { 1.0 } else { libm::fmax(libm::fabs(along), f64::MIN_POSITIVE) }
}

/// Of the slope with which all of the value would go over a step as large as the point, this part counts for nothing.
const NOTHING: f64 = 1e-9;

/// The slope to one side, how far it is from being settled, and whether it grows without end: over a jump, or over what
/// goes up and down faster than the smallest step.
struct Side {
    slope: f64,
    error: f64,
    jumps: bool,
    grows: bool,
}

/// The quotients to one side over smaller and smaller steps, each two taken together so that what is linear in the step
/// falls out; where that has settled best.
fn side(f: &mut dyn FnMut(f64) -> f64, sign: f64, here: f64, along: f64) -> Option<Side> {
    let unit = unit(along);
    let noise = |h: f64| libm::fmax(libm::fabs(here), f64::MIN_POSITIVE) * 4e-16 / h;
    let mut quotients: Vec<(f64, f64)> = vec![];
    let mut h = 1e-2 * libm::fmin(libm::fmax(unit, 0.1), 1e8 * unit);
    while h > libm::fmax(1e-8 * libm::fmin(unit, 1.0), 1e-13 * unit) {
        let taken = libm::fabs((along + sign * h) - along);
        let quotient = sign * (f(sign * h) - here) / taken;
        if quotient.is_finite() {
            quotients.push((h, quotient));
        }
        h /= 10.0;
    }
    let last = quotients.last()?;
    let straight = |large: f64, small: f64| (10.0 * small - large) / 9.0;
    let settled = |three: &[(f64, f64)]| {
        let [(_, large), (_, middle), (h, small)] = three else { return None };
        let (before, now) = (straight(*large, *middle), straight(*middle, *small));
        Some((now, libm::fabs(now - before) + 2.0 * noise(*h)))
    };
    let best = quotients.windows(3).filter_map(settled).min_by(|a, b| a.1.total_cmp(&b.1))?;
    // Over a jump the quotient grows as the step shrinks, tenfold each time: its height stays.
    let before = quotients.iter().nth_back(2)?;
    let height = last.0 * last.1;
    let stays = |(h, quotient): &(f64, f64)| libm::fabs(h * quotient - height) < 0.1 * libm::fabs(height);
    let grows = libm::fabs(last.1) > 30.0 * libm::fabs(before.1) && libm::fabs(last.1) > 1e3 * noise(last.0);
    let jumps = grows && quotients.iter().rev().take(3).all(stays);
    Some(Side { slope: best.0, error: best.1, jumps, grows })
}

/// One-sided slopes: does the exact one lie between them (a kink), is it that of one side of a jump, or is the function
/// too rough to tell?
fn sides(
    f: &mut dyn FnMut(f64) -> f64,
    exact: f64,
    here: f64,
    along: f64,
    nothing: f64,
) -> (Verdict, Option<(f64, f64)>) {
    let (Some(up), Some(down)) = (side(f, 1.0, here, along), side(f, -1.0, here, along)) else {
        return (Verdict::Unclear, None);
    };
    let close = |side: &Side| libm::fabs(side.slope - exact) <= 1e-3 * libm::fabs(exact) + 4.0 * side.error + nothing;
    if up.grows != up.jumps || down.grows != down.jumps {
        return (Verdict::Unclear, None);
    }
    match (up.jumps, down.jumps) {
        (false, false) => {}
        (true, false) if close(&down) => return (Verdict::Jump, None),
        (false, true) if close(&up) => return (Verdict::Jump, None),
        (true, true) => return (Verdict::Point, None),
        _ => return (Verdict::Unclear, None),
    }
    let size = libm::fmax(libm::fabs(up.slope), libm::fabs(down.slope));
    let error = libm::fmax(up.error, down.error);
    // A NaN is no settled slope.
    if error.is_nan() || error > libm::fmax(1e-2 * libm::fmax(size, libm::fabs(exact)), nothing) {
        return (Verdict::Unclear, None);
    }
    let slack = 1e-4 * size + 2.0 * error;
    let gap = libm::fabs(up.slope - down.slope);
    let (least, most) = (libm::fmin(up.slope, down.slope), libm::fmax(up.slope, down.slope));
    let between = exact >= least - slack && exact <= most + slack;
    match (gap > slack, between) {
        (true, true) => (Verdict::Kink, Some((down.slope, up.slope))),
        (false, true) => (Verdict::Agrees, None),
        (_, false) => (Verdict::Differs, None),
    }
}

/// Ridders' method: the slope at 0 and an estimate of its error.
fn ridders(f: &mut dyn FnMut(f64) -> f64, start: f64, here: f64, along: f64) -> (f64, f64) {
    const SIZE: usize = 8;
    const SHRINK: f64 = 1.6;
    let mut table = [[0.0; SIZE]; SIZE];
    let mut h = start;
    let (mut answer, mut error) = (f64::NAN, f64::INFINITY);
    // The step that is really taken: beside a large number it is rounded.
    let taken = |h: f64| (along + h) - (along - h);
    let difference = |f: &mut dyn FnMut(f64) -> f64, h: f64| (f(h) - f(-h)) / taken(h);
    table[0][0] = difference(f, h);
    for i in 1..SIZE {
        h /= SHRINK;
        table[0][i] = difference(f, h);
        // What rounding alone makes of the quotient.
        let noise = libm::fmax(libm::fabs(here), f64::MIN_POSITIVE) * 2.3e-16 / h;
        let mut factor = SHRINK * SHRINK;
        for j in 1..=i {
            table[j][i] = (table[j - 1][i] * factor - table[j - 1][i - 1]) / (factor - 1.0);
            factor *= SHRINK * SHRINK;
            let own =
                libm::fmax(libm::fabs(table[j][i] - table[j - 1][i]), libm::fabs(table[j][i] - table[j - 1][i - 1]));
            let own = libm::fmax(own, noise);
            if own <= error && table[j][i].is_finite() {
                error = own;
                answer = table[j][i];
            }
        }
        if libm::fabs(table[i][i] - table[i - 1][i - 1]) >= 2.0 * error && error.is_finite() {
            break;
        }
    }
    (answer, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A function of one number, where it is looked at, a slope there, and what is to be said of it.
    type Case = (fn(f64) -> f64, f64, f64, Verdict);

    #[test]
    fn right_slopes_agree_and_wrong_ones_differ_at_every_size() {
        use Verdict::{Agrees, Differs, Jump, Kink, Point, Unclear};
        // Slopes by hand.
        let cases: &[Case] = &[
            (|x| x * x, 3.0, 6.0, Agrees),
            (|x| x * x, 3.0, 6.001, Differs),
            (|x| x * x, 3.0, -6.0, Differs),
            (|x| x * x, 3.0, 0.0, Differs),
            (|x| x * x, 1e8, 2e8, Agrees),
            (|x| x * x, 1e8, 2.01e8, Differs),
            (|x| x * x, 1e-8, 2e-8, Agrees),
            (|x| x * x, 1e-8, 1e-8, Differs),
            (libm::log, 1e-8, 1e8, Agrees),
            (libm::log, 1e-8, 1.001e8, Differs),
            (libm::sin, 1e8, libm::cos(1e8), Agrees),
            (libm::sin, 1e8, 0.4, Differs),
            (|x| 1e8 + x * x, 1.0, 2.0, Agrees),
            (|x| 1e8 + x * x, 1.0, 2.1, Differs),
            (|x| 1e-8 * x, 1.0, 1e-8, Agrees),
            (|x| 1e-8 * x, 1.0, 2e-8, Differs),
            (libm::fabs, 0.0, 0.0, Agrees),
            (libm::fabs, 0.0, 1.0, Kink),
            (libm::fabs, 0.0, 1.1, Differs),
            (libm::fabs, 0.0, -2.0, Differs),
            (|x| libm::fmax(0.0, x), 0.0, 1.0, Kink),
            (|x| libm::fmax(0.0, x), 0.0, -0.5, Differs),
            (|x| x * libm::fabs(x), 0.0, 0.0, Agrees),
            (|x| x * libm::fabs(x), 0.0, 0.1, Differs),
            (|x| 500.0 + libm::fabs(x), 0.0, 1.0, Kink),
            (|x| 500.0 + libm::fabs(x), 0.0, 3.0, Differs),
            (|x| libm::floor(x) + x * x, 3.0, 6.0, Jump),
            (libm::exp, 700.0, libm::exp(700.0), Agrees),
            (libm::exp, 700.0, libm::exp(700.0) * 1.01, Differs),
            (|_| 7.0, 2.0, 0.0, Agrees),
            (|_| 7.0, 2.0, 1e-3, Differs),
            (libm::log, 1e-300, 1e300, Agrees),
            (libm::log, 1e-300, 1.01e300, Differs),
            (|x| x * x, 1e-300, 2e-300, Agrees),
            (libm::sqrt, 1e-300, 5e149, Agrees),
            (libm::exp, 709.7, libm::exp(709.7), Agrees),
            (libm::exp, 709.7, libm::exp(709.7) * 0.99, Differs),
            (|x| libm::sin(1e9 * x), 0.3, 1e9 * libm::cos(1e9 * 0.3), Agrees),
            (libm::exp, 0.7, libm::exp(0.7) * 1.0001, Differs),
            (libm::exp, 0.7, libm::exp(0.7) * 1.00001, Differs),
            (|x| 3.0 * libm::fmax(x, 0.0), -1e-6, 0.0, Agrees),
            (|x| 3.0 * libm::fmax(x, 0.0), -1e-6, 3.0, Differs),
            (|x| libm::fmax(x, 0.0), 1e-12, 1.0, Agrees),
            (|x| libm::floor(1e9 * x) / 1e9, 0.300_000_000_5, 0.0, Agrees),
            (|x| libm::floor(1e9 * x) / 1e9, 0.3, 0.0, Jump),
            (|x| libm::floor(1e9 * x) / 1e9, 0.3, 0.9, Differs),
            (|x| 1e8 + x * x, 1.0, 0.0, Differs),
            (|x| libm::sin(1e12 * x), 0.3, 1e12 * libm::cos(3e11), Unclear),
            (
                |x| {
                    if x > 0.0 {
                        1.0
                    } else if x < 0.0 {
                        -1.0
                    } else {
                        0.0
                    }
                },
                0.0,
                0.0,
                Point,
            ),
        ];
        for (i, (f, at, slope, wanted)) in cases.iter().enumerate() {
            let compared = compare(&mut |t| f(at + t), *slope, *at, String::new());
            assert!(compared.verdict == *wanted, "case {i}: {slope} at {at} beside {}", compared.near);
        }
    }

    #[test]
    fn what_has_no_finite_slope_is_not_compared() {
        for slope in [f64::INFINITY, f64::NAN] {
            assert!(compare(&mut libm::cbrt, slope, 0.0, String::new()).verdict == Verdict::Endless);
        }
    }
}
