//! A place in a statement that could not be read, and what stands around it.

use crate::source::Span;
use crate::syntax::brackets;
use crate::syntax::chars::{is_name_part, is_name_start, skip_name, superscript};
use crate::syntax::errors::Expected;
use crate::syntax::scan;
use crate::syntax::tree::Stop;

// Many files: the place of a mistake, which every list of slips looks at.
pub(super) struct Cx<'a> {
    pub(super) text: &'a str,
    pub(super) whole: Span,
    pub(super) at: usize,
    pub(super) expected: &'a [Expected],
    /// What comes before the place, without the spaces at its end.
    pub(super) before: &'a str,
    pub(super) rest: &'a str,
    /// The statement's first word.
    pub(super) first: &'a str,
}

impl<'a> Cx<'a> {
    pub(super) fn new(text: &'a str, whole: Span, stop: &'a Stop) -> Cx<'a> {
        let mut at = stop.at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at += text[at..].len() - text[at..].trim_start().len();
        let first = &text[..skip_name(text)];
        Cx { text, whole, at, expected: &stop.expected, before: text[..at].trim_end(), rest: &text[at..], first }
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let place = |at: usize| self.whole.start + at as u32;
        Span { start: place(start), end: place(end), ..self.whole }
    }

    /// The first `length` bytes of what is left, and the rest of a letter that begins in them.
    pub(super) fn here(&self, mut length: usize) -> Span {
        while self.rest.len() > length && !self.rest.is_char_boundary(length) {
            length += 1;
        }
        self.span(self.at, self.at + length)
    }

    pub(super) fn expects(&self, what: Expected) -> bool {
        self.expected.contains(&what)
    }

    /// Does a value end right before the place?
    pub(super) fn after_value(&self) -> bool {
        let word = &self.before[self.before.trim_end_matches(is_name_part).len()..];
        !matches!(word, "and" | "or" | "not")
            && self
                .before
                .ends_with(|c| is_name_part(c) || matches!(c, ')' | ']' | '"' | '\'' | 'ᵀ') || superscript(c).is_some())
    }

    /// The spaces between values that stand side by side, directly in the bracket at `open`.
    pub(super) fn gaps(&self, open: usize) -> Vec<Span> {
        let mut gaps = vec![];
        let mut depth = 0usize;
        let mut last: Option<(usize, char)> = None;
        for (at, c) in self.text[open..brackets::matching(self.text, open).unwrap_or(self.text.len())].char_indices() {
            if c == ' ' {
                continue;
            }
            if depth == 1
                && let Some((end, before)) = last.filter(|(end, _)| *end < at)
                && (is_name_part(before) || matches!(before, ')' | ']' | '"'))
                && (is_name_part(c) || matches!(c, '(' | '[' | '"'))
            {
                gaps.push(self.span(open + end, open + at));
            }
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            last = Some((at + c.len_utf8(), c));
        }
        gaps
    }

    /// The innermost bracket that is open at the place: where, and which.
    pub(super) fn open(&self) -> Option<(usize, u8)> {
        let mut open = vec![];
        let bytes = self.text.as_bytes();
        let mut at = 0;
        while at < self.at {
            match bytes.get(at) {
                Some(b'"') => {
                    at = scan::skip_text(bytes, at).0;
                    continue;
                }
                Some(byte @ (b'(' | b'[')) => open.push((at, *byte)),
                Some(b')' | b']') => {
                    open.pop();
                }
                _ => {}
            }
            at += 1;
        }
        open.pop()
    }

    /// The value that ends before the place, as far as it can be shown, and whether it could be called.
    pub(super) fn left(&self) -> (&'a str, bool) {
        let before = self.before;
        let part = |c: char| is_name_part(c) || matches!(c, '.' | '\'' | 'ᵀ') || superscript(c).is_some();
        let start = before.trim_end_matches(part).len();
        let tail = &before[start..];
        if let Some(body) = before.strip_suffix('"') {
            // the nearest `"` before shows enough of a string, escapes or not
            let start = body.rfind('"').unwrap_or(0);
            return (&before[start..], false);
        }
        if before.ends_with([')', ']']) {
            let open = brackets::matching_back(before);
            let start = before[..open].trim_end_matches(part).len();
            return (&before[start..], false);
        }
        if !tail.is_empty() {
            return (tail, tail.starts_with(is_name_start));
        }
        let last = before.char_indices().next_back().map_or(0, |(at, _)| at);
        (&before[last..], false)
    }
}

/// How much of a text to show as the value that begins it.
pub(super) fn right_length(text: &str) -> usize {
    if text.starts_with('"') {
        return scan::skip_text(text.as_bytes(), 0).0;
    }
    let digits = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(text.len());
    if digits > 0 { digits } else { text.chars().next().map_or(0, char::len_utf8) }
}
