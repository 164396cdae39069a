//! Text to syntax tree, and back; never fails.
//!
//! Pass 1, `scan`, cuts the text into statements, blocks and comments. Pass 2 matches each statement alone with the
//! grammar (`tree`, `shapes`) and walks over what matched (`walk`, `statement`); `parse` puts them
//! together. Where a statement does not match, `mistake` finds out what its author meant and `errors` says so.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the walks name the few rules, statements and marks that they look for"
)]

pub mod ast;
mod brackets;
mod chars;
mod errors;
mod expected;
mod foreign;
mod format;
mod mistake;
mod operand;
mod parse;
mod piece;
pub mod pratt;
mod product;
mod question;
mod rewrite;
mod scan;
mod shapes;
mod statement;
#[cfg(test)]
mod tests;
mod tree;
mod update;
mod walk;
mod words;

pub use format::format;
pub use rewrite::{nudged, reworded, rewritten};
pub use update::step_of;
pub use words::{WORDS, Word};

use crate::diag::Diagnostic;
use crate::source::{SourceId, Sources};

/// Reads a text as a program. What cannot be read is a [`ast::Statement::Broken`] and a diagnostic.
pub fn parse(sources: &Sources, id: SourceId) -> (ast::Program, Vec<Diagnostic>) {
    parse::program(&sources.get(id).text, id)
}

/// Reads a whole text as one expression: a slope, a rule, the right side of `--set`.
///
/// # Errors
/// What is wrong with it; at least one problem.
pub fn parse_expr(sources: &Sources, id: SourceId) -> Result<ast::Expr, Vec<Diagnostic>> {
    parse::expr(&sources.get(id).text, id)
}

/// Where the statement after the first one begins, if that cut off the first: a bracket is open in it, or an operand missing.
pub fn cut_off(text: &str) -> Option<usize> {
    let mut pieces = scan::scan(text).into_iter().filter_map(|mark| match mark {
        scan::Mark::Piece(piece) => Some(Ok(piece)),
        scan::Mark::Open(_) | scan::Mark::Close(_) | scan::Mark::TooDeep(_) => Some(Err(())),
        scan::Mark::Comment { .. } | scan::Mark::Blank => None,
    });
    let (Some(Ok(first)), Some(Ok(next))) = (pieces.next(), pieces.next()) else { return None };
    let unclosed = matches!(first.fault, Some(scan::Fault::Unclosed(_)));
    // An argument at the margin has an answer of its own.
    if matches!(next.fault, Some(scan::Fault::Unopened(_))) {
        return None;
    }
    (unclosed || scan::wants_more(&text[first.start..first.end])).then_some(next.start)
}

/// Is a text, as far as it goes, whole? Not so where a bracket or block is open, or where it ends with an operator: the
/// prompt then asks for more.
pub fn is_complete(text: &str) -> bool {
    let text = &*crate::source::plain(text);
    let mut open = 0usize;
    let mut last = None;
    for mark in scan::scan(text) {
        match mark {
            scan::Mark::Open(_) | scan::Mark::TooDeep(_) => open += 1,
            scan::Mark::Close(_) => open = open.saturating_sub(1),
            scan::Mark::Piece(piece) => last = Some(piece),
            scan::Mark::Comment { .. } | scan::Mark::Blank => {}
        }
    }
    let unclosed = last.as_ref().is_some_and(|piece| matches!(piece.fault, Some(scan::Fault::Unclosed(_))));
    let wanting = last.and_then(|piece| text.get(piece.start..piece.end)).is_some_and(scan::wants_more);
    open == 0 && !unclosed && !wanting
}
