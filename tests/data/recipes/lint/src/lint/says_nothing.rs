//! `assert a == a`: both sides are one, so it holds whatever the program is.

use super::Lint;
use crate::diag::Diagnostic;
use crate::lower::{Compiled, ItemKind};
use crate::source::Sources;

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::says_nothing", misses: false, find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    for item in &compiled.items {
        let ItemKind::Ask(ask) = &item.kind else { continue };
        for asked in ask.exprs.iter().filter(|_| ask.statement.word == "assert") {
            let sides = sources.text(asked.span).split_once("==");
            if sides.is_some_and(|(left, right)| left.trim() == right.trim()) {
                out.push(
                    Diagnostic::warning(LINT.code, "both sides of this assertion are the same")
                        .at(asked.span, "true of every program")
                        .mend("write what it is to be compared with"),
                );
            }
        }
    }
}
