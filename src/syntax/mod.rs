//! Text to syntax tree, and back; never fails.

pub mod ast;
mod chars;
mod errors;
mod expected;
mod mistake;
mod parse;
pub mod pratt;
mod scan;
mod statement;
#[cfg(test)]
mod tests;
mod tree;
mod walk;
mod words;

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
