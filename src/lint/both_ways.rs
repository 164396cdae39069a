//! `[m, 1]` against `[m]`: legal arithmetic that makes `[m, m]`, and nearly always a bug; and, with examples in columns, a
//! `[k]` that meets `[k, m]` along the examples.

use super::Lint;
use crate::diag::Diagnostic;
use crate::lower::Compiled;
use crate::shape::{Dim, Shape};
use crate::source::Sources;

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::both_ways", misses: false, find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let mut told = rustc_hash::FxHashSet::default();
    for beside in &compiled.beside {
        let (wide, narrow) = (compiled.graph.shape(beside.wide), compiled.graph.shape(beside.narrow));
        let [k] = &narrow[..] else { continue };
        // A column that was made by hand is the outer form that was meant.
        let whole = sources.text(beside.span).replace(' ', "");
        let narrow_text = sources.text(beside.narrow_span).replace(' ', "");
        let other = whole.replacen(&narrow_text, "", usize::from(!narrow_text.is_empty()));
        if ["expand(", "keep=true", "reshape("].iter().any(|made| other.contains(made)) {
            continue;
        }
        let show = |shape: &Shape| shape.show(&compiled.graph.dims);
        let (title, how) = if stands_across(compiled, wide, k) {
            let title = format!("{} and {} stretch each other", show(wide), show(narrow));
            (title, "every entry of one meets every entry of the other")
        } else if meets_examples(compiled, wide, k) {
            let title = format!("{} lies along the examples of {}", show(narrow), show(wide));
            (title, "its entries meet the examples, not the rows")
        } else {
            continue;
        };
        // A function's line is told once, however often it is called.
        if !told.insert((beside.span.source, beside.span.start, beside.span.end)) {
            continue;
        }
        let column = format!("expand({}, axis=1)", sources.text(beside.narrow_span));
        out.push(
            Diagnostic::warning(LINT.code, title)
                .at(beside.span, how)
                .mend(format!("write `{column}`, a column"))
                .edit(beside.narrow_span, column),
        );
    }
}

/// `[m, 1]` beside `[m]`, with more than one entry.
fn stands_across(compiled: &Compiled, wide: &Shape, k: &Dim) -> bool {
    let dims = &compiled.graph.dims;
    match &wide[..] {
        [.., m, one] => dims.known(one) == Some(1) && dims.is_same(m, k) && dims.known(k) != Some(1),
        _ => false,
    }
}

/// `[k, m]` as columns, with `m` a name of the value `k`, beside `[k]`.
fn meets_examples(compiled: &Compiled, wide: &Shape, k: &Dim) -> bool {
    let dims = &compiled.graph.dims;
    match &wide[..] {
        [Dim::Num(rows), Dim::Named(examples, _)] => {
            rows == examples && *rows != 1 && matches!(k, Dim::Num(_)) && dims.known(k) == Some(*rows)
        }
        _ => false,
    }
}
