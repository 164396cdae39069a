//! An indented line that begins with a minus: a statement of its own, where its author may go on with the line above.

use super::Lint;
use crate::diag::Diagnostic;
use crate::lower::Compiled;
use crate::source::{Sources, Span};

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::minus_line", misses: false, find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    for item in &compiled.items[compiled.seen.items..] {
        let at = item.span;
        let Some(minus) = sources.text(at).chars().next().filter(|c| matches!(c, '-' | '−')) else { continue };
        let head = sources.get(at.source).text.get(..at.start as usize).unwrap_or("");
        // The space before it, and the line above.
        let Some((above, indent)) = head.rsplit_once('\n').filter(|(_, indent)| indent.trim().is_empty()) else {
            continue;
        };
        let line = above.rsplit('\n').next().unwrap_or("");
        let code = line.split('#').next().unwrap_or("").trim_end();
        if code.trim().is_empty() || indent.len() <= line.len() - line.trim_start().len() {
            continue;
        }
        let end = (above.len() - line.len() + code.len()) as u32;
        let sign = Span { end: at.start + minus.len_utf8() as u32, ..at };
        out.push(
            Diagnostic::warning(LINT.code, "this line is a statement of its own")
                .at(sign, "the line above ended before it")
                .mend(format!("write the `{minus}` at the end of the line above where this goes on with it"))
                .edit(Span { start: end, end, ..at }, format!(" {minus}"))
                .edit(sign, ""),
        );
    }
}
