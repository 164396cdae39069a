//! Text to syntax tree, and back; never fails.

pub mod ast;

// PLACEHOLDER until the syntax branch is merged: the merge takes that branch's file.
/// A word that can begin a statement.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What it does.
    pub summary: &'static str,
}
/// Every statement word.
pub static WORDS: &[Word] =
    &[Word { word: "grad", form: "grad J wrt W1, b1", summary: "Answers the derivatives of a scalar." }];
/// Text to syntax tree.
pub fn parse(_: crate::source::SourceId, _: &str) -> (ast::Program, Vec<crate::diag::Diagnostic>) {
    Default::default()
}
/// The one layout.
pub fn format(_: &ast::Program, text: &str) -> String {
    text.trim().to_string() + "\n"
}
/// Is it a whole statement?
pub fn is_complete(text: &str) -> bool {
    text.matches('(').count() <= text.matches(')').count()
}
