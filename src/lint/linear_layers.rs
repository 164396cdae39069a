//! Two layers without an activation between them: together they are one linear map.

use super::Lint;
use crate::diag::Diagnostic;
use crate::lower::Compiled;
use crate::source::{Sources, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// The lint. `layer 3 identity` says that it is meant.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::linear_layers", find };

fn find(compiled: &Compiled, _: &Sources, out: &mut Vec<Diagnostic>) {
    let plain: FxHashMap<_, _> =
        compiled.layers.iter().filter(|layer| !layer.activated).map(|layer| (layer.output, layer)).collect();
    // A network's layer is told once, however often it is called.
    let mut told = FxHashSet::default();
    for after in &compiled.layers {
        let Some(before) = plain.get(&after.source) else { continue };
        if !told.insert((before.word.source, before.word.start)) {
            continue;
        }
        let gap = Span { start: before.units.end, ..before.units };
        out.push(
            Diagnostic::warning(LINT.code, "no activation stands between these two layers")
                .at(before.word, "this layer is linear")
                .at(after.word, "so with this one it makes one linear map")
                .mend("give the first an activation, as in `layer 4 relu`; `identity` says that none is meant")
                .edit(gap, " relu"),
        );
    }
}
