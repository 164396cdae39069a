//! What other languages and other pages write.

use super::place::{Cx, right_length};
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::chars::{is_name_part, skip_name};
use crate::syntax::errors::{self, Expected};
use crate::syntax::foreign;

impl Cx<'_> {
    pub(super) fn foreign_word(&self) -> Option<Diagnostic> {
        let (word, mend) = foreign::word(self.first)?;
        let rest = self.text[word.len()..].trim_start();
        let follows = rest.len() + word.len() < self.text.len() && !rest.starts_with(['=', ':']) || rest.ends_with(':');
        follows.then(|| errors::foreign_word(self.span(0, word.len()), word, mend))
    }

    pub(super) fn reserved_word(&self) -> Option<Diagnostic> {
        let word = ["and", "or", "not"].into_iter().find(|word| *word == self.first)?;
        let rest = self.text[word.len()..].trim_start();
        let named = rest.starts_with(['=', ':']) && !rest.starts_with("==");
        named.then(|| errors::reserved_word(self.span(0, word.len()), word))
    }

    pub(super) fn colon_equals(&self) -> Option<Diagnostic> {
        if self.rest.starts_with('=') && self.text[..self.at].ends_with(':') {
            return Some(errors::colon_equals(self.span(self.at - 1, self.at + 1)));
        }
        self.rest.starts_with(":=").then(|| errors::colon_equals(self.here(2)))
    }

    pub(super) fn update(&self) -> Option<Diagnostic> {
        let head = &self.text[..self.at];
        let slip = self.rest.starts_with('=') && head.ends_with(['+', '-', '*', '/']) && !self.rest.starts_with("==");
        let name = self.first;
        let alone = slip && !name.is_empty() && head[name.len()..head.len() - 1].trim().is_empty();
        alone.then(|| {
            errors::update_assignment(self.span(self.at - 1, self.at + 1), name, &self.text[self.at - 1..=self.at])
        })
    }

    pub(super) fn foreign_operator(&self) -> Option<Diagnostic> {
        for (there, here, same) in foreign::OPERATORS {
            for back in 0..there.len() {
                let Some(start) = self.at.checked_sub(back) else { continue };
                let here_too =
                    |text: &str| text.starts_with(there) && !text.starts_with("|>") && !text.starts_with("~=");
                if self.text.get(start..).is_some_and(here_too) {
                    if *there == "++" && self.before == self.first && !self.first.is_empty() {
                        let next = format!("{0}_next = {0} + 1", self.first);
                        return Some(errors::foreign_operator(self.span(start, start + 2), there, &next, false));
                    }
                    let span = self.span(start, start + there.len());
                    let filled = self.text[..start].trim_end().ends_with('=') && self.text.ends_with(there);
                    match (*there, self.after_value()) {
                        ("..." | "…", false) if filled => return Some(errors::to_fill_in(span, there)),
                        ("…", _) => return Some(errors::stray_character(span, '…')),
                        ("!", true) => return Some(errors::stray_character(span, '!')),
                        ("~", true) => return Some(errors::stray_character(span, '~')),
                        ("|", false) => return Some(errors::foreign_operator(span, there, "abs(x)", false)),
                        ("||", false) => return Some(errors::foreign_operator(span, there, "norm(x)", false)),
                        _ => {}
                    }
                    return Some(errors::foreign_operator(self.span(start, start + there.len()), there, here, *same));
                }
            }
        }
        None
    }

    pub(super) fn quote(&self) -> Option<Diagnostic> {
        let c = self.rest.chars().next()?;
        let close = match c {
            '\'' if !self.after_value() || self.expects(Expected::Text) => c,
            '`' => c,
            '“' | '”' | '„' => '”',
            '‘' | '’' => '’',
            _ => return None,
        };
        let body = &self.rest[c.len_utf8()..];
        let end = body.find(close).map(|at| self.at + c.len_utf8() + at);
        Some(errors::quote_marks(self.here(c.len_utf8()), end.map(|end| self.span(end, end + close.len_utf8()))))
    }

    /// `50%`, `50% of 3`
    pub(super) fn percent(&self) -> Option<Diagnostic> {
        let ends = self.rest.is_empty() || self.rest.starts_with([')', ']', ',', '+']);
        let (word, instead) = if ends { ("", "/100") } else { (" of", "/100 *") };
        let number = self.before.strip_suffix(word)?.trim_end().strip_suffix('%')?;
        let slip = number.ends_with(|c: char| c.is_ascii_digit());
        slip.then(|| errors::percent_sign(self.span(number.len(), self.before.len()), instead))
    }

    /// `axis:0` for an argument, `A(1, :)` for an index, `1:3` for a range.
    pub(super) fn colon(&self) -> Option<Diagnostic> {
        if !self.rest.starts_with(':') {
            return None;
        }
        let (left, named) = if self.after_value() { self.left() } else { ("", false) };
        let right = self.rest[1..].trim_start();
        let right = &right[..skip_name(right).max(right_length(right))];
        let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        let open = self.open().map(|(at, byte)| (byte, &self.text[..at]));
        if let Some((b'(', head)) = open.filter(|(_, head)| head.ends_with(is_name_part)) {
            let argument = self.before[..self.before.len() - left.len()].trim_end().ends_with(',');
            return Some(match named && argument && (number(right) || matches!(right, "true" | "false")) {
                true => errors::stray_colon(self.here(1), "=", format!("write `{left}={right}` for a named argument")),
                false => {
                    let name = &head[head.trim_end_matches(is_name_part).len()..];
                    errors::slice_brackets(self.here(1), name)
                }
            });
        }
        let index = open.is_some_and(|(_, head)| head.ends_with(is_name_part)) || self.expects(Expected::Mark(":"));
        (!index && number(left) && number(right)).then(|| {
            let mend = format!("write `{left}..{right}` for a range, which ends before {right}");
            errors::stray_colon(self.here(1), "..", mend)
        })
    }

    /// `[1, 2; 3, 4]`
    pub(super) fn rows(&self) -> Option<Diagnostic> {
        if !self.rest.starts_with(';') {
            return None;
        }
        let (open, _) = self.open()?;
        let mut edits = vec![(self.span(open, open + 1), "[[")];
        for (at, c) in self.text[open..].char_indices() {
            match c {
                ';' => edits.push((self.span(open + at, open + at + 1), "],")),
                ']' => {
                    edits.push((self.span(open + at, open + at + 1), "]]"));
                    break;
                }
                _ => {}
            }
        }
        // the bracket of the next row begins where its first entry does
        let mut rows = vec![];
        for (span, text) in edits {
            rows.push((span, text.to_string()));
            if text == "],"
                && let Some(after) = self.text.get((span.end - self.whole.start) as usize..)
            {
                let gap = (after.len() - after.trim_start().len()) as u32;
                let place = Span { start: span.end + gap, end: span.end + gap, ..span };
                rows.push((place, if gap == 0 { " [".to_string() } else { "[".to_string() }));
            }
        }
        Some(errors::matrix_rows(self.here(1), rows))
    }
}
