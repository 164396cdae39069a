//! A function of the program that hides one of the library.

use super::Lint;
use crate::diag::Diagnostic;
use crate::lower::Compiled;
use crate::source::Sources;

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::hidden_function", misses: false, find };

fn find(compiled: &Compiled, _: &Sources, out: &mut Vec<Diagnostic>) {
    for (name, span, _) in &compiled.hiding {
        out.push(
            Diagnostic::warning(LINT.code, format!("this `{name}` hides the built-in function `{name}`"))
                .at(*span, "from here on this one is called")
                .mend("give it another name, or leave it out and use the built-in one"),
        );
    }
}
