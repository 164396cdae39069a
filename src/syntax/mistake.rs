//! From the place where a statement stopped making sense to the problem that its author has.

use super::errors;
use super::tree::{Rule, Stop};
use crate::diag::Diagnostic;
use crate::source::Span;

/// The problem of a text that could not be read with a rule.
pub(super) fn of(text: &str, whole: Span, _rule: Rule, stop: &Stop) -> Diagnostic {
    let at = stop.at.min(text.len());
    let span =
        |start: usize, end: usize| Span { start: whole.start + start as u32, end: whole.start + end as u32, ..whole };
    let found = text.get(at..).and_then(|rest| rest.chars().next());
    let end = at + found.map_or(0, char::len_utf8);
    let found = found.map_or("the end of the statement".to_string(), |c| format!("`{c}`"));
    errors::not_understood(span(at, end), &found, &stop.expected)
}
