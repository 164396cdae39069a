//! Dead units: a rectifier that is 0 for every example, so its weights have no slope.

use super::After;
use super::units::{Seen, Units, count};
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::Bend;
use crate::view::number;

/// The lint.
pub(super) static LINT: After = After { code: "nnlang::lint::dead_units", find };

fn find(_: &mut Eval, _: &Seen, units: &[Units], out: &mut Vec<Diagnostic>) {
    for layer in units.iter().filter(|layer| matches!(layer.bend, Bend::Rectifies) && layer.told) {
        let dead: Vec<&Vec<f64>> = layer.values.iter().filter(|unit| unit.iter().all(|z| *z < 0.0)).collect();
        let examples = layer.values.first().map_or(0, Vec::len);
        // A unit that takes sides at random is dead for m examples in one of 2^m cases: that is no news.
        let chance = layer.values.len() as f64 * libm::exp2(-(examples as f64));
        if dead.is_empty() || 2.0 * chance >= dead.len() as f64 {
            continue;
        }
        let most = dead.iter().copied().flatten().fold(f64::NEG_INFINITY, |most, z| libm::fmax(most, *z));
        let argument = layer.argument.as_deref().map_or("its argument".into(), |name| format!("`{name}`"));
        out.push(
            Diagnostic::warning(
                LINT.code,
                format!("{} 0 for every one of {examples} examples", count(layer, dead.len())),
            )
            .at(layer.span, format!("{argument} is at most {} there, and below 0 there is no slope", number(most, 3)))
            .mend("begin with smaller weights or a bias above 0, scale what comes in, or use `leaky_relu`"),
        );
    }
}
