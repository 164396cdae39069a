//! `1/2x` is `1/(2x)`: a product written together binds more tightly than `/`.

use super::Lint;
use crate::diag::Diagnostic;
use crate::lower::Compiled;
use crate::source::Sources;

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::half_of", misses: false, find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let mut told = rustc_hash::FxHashSet::default();
    for quotient in compiled.quotients.iter().filter(|quotient| quotient.together) {
        let at = quotient.divisor_span;
        if !told.insert((at.source, at.start)) {
            continue;
        }
        let divisor = sources.text(at);
        let above = sources.text(crate::source::Span { end: at.start, ..quotient.span });
        let above = above.trim_end().trim_end_matches(['/', '÷']).trim_end();
        let clear = format!("({divisor})");
        out.push(
            Diagnostic::warning(LINT.code, format!("`{above}/{divisor}` divides by all of `{divisor}`"))
                .at(at, "what is written together is one factor")
                .mend(format!("write `{above}/{clear}` to say so, or a `*` for the other reading"))
                .edit(at, clear),
        );
    }
}
