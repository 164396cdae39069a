//! Saturated units: where they stand, `tanh` and `sigmoid` are flat for every example, so nothing comes back through them.

use super::After;
use super::units::{Seen, Units, count};
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::Bend;
use crate::view::number;

/// The lint. A sigmoid whose logarithm is taken does not count: there the slope of the loss is `a - y`.
pub(super) static LINT: After = After { code: "nnlang::lint::saturated", find };

/// A slope below this part of that at 0 is as good as none.
const FLAT: f64 = 1e-3;

fn find(_: &mut Eval, _: &Seen, units: &[Units], out: &mut Vec<Diagnostic>) {
    for layer in units {
        let Bend::Saturates(slope) = layer.bend else { continue };
        let flat = |z: &f64| slope(*z) < FLAT * slope(0.0);
        let saturated: Vec<&Vec<f64>> = layer.values.iter().filter(|unit| unit.iter().all(flat)).collect();
        if 2 * saturated.len() <= layer.values.len() {
            continue;
        }
        let (mut least, mut most, mut steepest) = (f64::INFINITY, 0.0, 0.0);
        for z in saturated.iter().copied().flatten() {
            least = libm::fmin(least, libm::fabs(*z));
            most = libm::fmax(most, libm::fabs(*z));
            steepest = libm::fmax(steepest, slope(*z));
        }
        let argument = layer.argument.as_ref().map_or("its argument".to_string(), |name| format!("|{name}|"));
        let range =
            if least == most { number(most, 4) } else { format!("{} to {}", number(least, 4), number(most, 4)) };
        let slopes = if steepest == 0.0 { "0".into() } else { format!("at most {}", number(steepest, 2)) };
        out.push(
            Diagnostic::warning(LINT.code, format!("{} saturated", count(layer, saturated.len())))
                .at(layer.span, format!("{argument} is {range} there, and the slope {slopes}"))
                .mend("scale what comes in, as in `(x - mean(x))/std(x)`, or begin with smaller weights"),
        );
    }
}
