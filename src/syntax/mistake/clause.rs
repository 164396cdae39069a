//! Derivatives in pieces, and a `for` that lacks a part.

use super::place::{Cx, right_length};
use crate::diag::Diagnostic;
use crate::syntax::chars::{is_name_part, is_name_start, skip_name};
use crate::syntax::errors::{self, Expected};
use crate::syntax::words;

impl<'a> Cx<'a> {
    /// The `a` of `d/da`, which ends before the place.
    pub(super) fn quotient_of_d(&self) -> Option<&'a str> {
        let by = &self.before[self.before.trim_end_matches(is_name_part).len()..];
        let head = &self.before[..self.before.len() - by.len()];
        let whole = head.strip_suffix("d/").is_some_and(|head| !head.ends_with(|c| is_name_part(c) || c == '.'));
        by.strip_prefix('d').filter(|by| whole && by.starts_with(is_name_start))
    }

    /// `d J/da`, `dJ/d a`, where `word` comes after the space behind `d`.
    pub(super) fn spaced_differential(&self, left: &str, word: &str) -> Option<Diagnostic> {
        if left != "d" || word.is_empty() {
            return None;
        }
        let head = &self.before[..self.before.len() - 1];
        let end = self.at + word.len();
        if let Some(above) = head.strip_suffix('/') {
            let above = &above[above.trim_end_matches(is_name_part).len()..];
            let span = self.span(head.len() - 1 - above.len(), end);
            return above.starts_with('d').then(|| errors::differential(span, &format!("{above}/d{word}")));
        }
        let below = self.text[end..].strip_prefix("/d")?;
        let by = below.trim_start();
        let name = &by[..skip_name(by)];
        let whole = self.span(head.len(), self.text.len() - by.len() + name.len());
        (!name.is_empty()).then(|| errors::differential(whole, &format!("d{word}/d{name}")))
    }

    /// `nudge by 0.1`, `grad J wrt 3`, `shapes x`, `step J 3`: what stands behind the word of a statement.
    pub(super) fn after_word(&self) -> Option<Diagnostic> {
        let (first, before) = (self.first, self.before);
        if !words::is_word(first) || self.open().is_some() {
            return None;
        }
        let tail = before[first.len()..].trim_start();
        let minus = tail.starts_with(['-', '−']) && tail.len() < before.len() - first.len();
        if let Some(word) = words::WORDS.iter().find(|word| minus && word.word == first) {
            return Some(errors::word_minus(self.span(before.len() - tail.len(), before.len()), word));
        }
        let length = skip_name(self.rest).max(right_length(self.rest));
        let found = format!("`{}`", &self.rest[..length]);
        if before == first {
            return None;
        }
        let last = &before[before.trim_end_matches(is_name_part).len()..];
        if matches!(last, "by" | "wrt" | "for" | "in" | "to") {
            if before[first.len()..].trim() == last {
                return Some(errors::missing_value(self.span(before.len() - last.len(), before.len()), first));
            }
            if last == "to" {
                let length = self.rest.find([' ', '#']).unwrap_or(self.rest.len());
                return Some(errors::file_in_quotes(self.here(length), last, &self.rest[..length]));
            }
            let expected = if last == "in" { Expected::Value } else { Expected::Name };
            return Some(errors::not_understood(self.here(length), &found, &[expected]));
        }
        let takes_more = self.expected.iter().any(|group| matches!(group, Expected::Word(_)));
        let begins = self.rest.starts_with(|c: char| c.is_ascii_digit());
        (takes_more && begins).then(|| errors::not_understood(self.here(length), &found, self.expected))
    }

    /// `x : [2] int`
    pub(super) fn element_after(&self) -> Option<Diagnostic> {
        let word = &self.rest[..skip_name(self.rest)];
        let shape = self.before.rsplit_once(':')?.1.trim();
        let slip = matches!(word, "int" | "real" | "bool") && shape.starts_with('[') && shape.ends_with(']');
        slip.then(|| {
            let start = self.before.len() - shape.len();
            let gap = self.span(self.before.len(), self.at);
            errors::element_after(self.here(word.len()), word, shape, self.span(start, start), gap)
        })
    }

    /// `∂J / ∂a`, `∂^2J/∂a^2`, `∂a` alone.
    pub(super) fn differential(&self) -> Option<Diagnostic> {
        let (order, of, rest) = partial(self.rest)?;
        let quotient = rest.trim_start().strip_prefix('/').and_then(|rest| partial(rest.trim_start()));
        let alone = order.is_empty() && !self.before.ends_with("/");
        Some(match quotient {
            Some(("", by, rest)) => {
                let (below, rest) = raised(rest).unwrap_or(("", rest));
                let raise = |digits: &str| -> String {
                    digits
                        .chars()
                        .filter_map(|c| c.to_digit(10).map(|d| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(d as usize)))
                        .flatten()
                        .collect()
                };
                let mend = format!("∂{}{of}/∂{by}{}", raise(order), raise(below));
                errors::differential(self.here(self.rest.len() - rest.len()), &mend)
            }
            _ if alone => errors::partial_alone(self.here(self.rest.len() - rest.len()), of),
            _ => return None,
        })
    }

    /// `[for i in 0..3]`, `[x[i] for i]`, `[i*j for i in 0..2 for j in 0..2]`
    pub(super) fn each(&self) -> Option<Diagnostic> {
        let (open, _) = self.open()?;
        let inside = self.before.get(open + 1..)?;
        let ends_with = |word: &str| {
            let head = inside.strip_suffix(word)?;
            (!head.ends_with(is_name_part)).then(|| head.trim_end())
        };
        if let Some(head) = ends_with("for") {
            let lone = head.is_empty() || head.ends_with([',', '(', '[']);
            let span = self.span(self.before.len() - 3, self.before.len());
            return Some(if lone { errors::before_for(span) } else { errors::for_clause(span) });
        }
        if ends_with("in").is_some_and(|head| head.contains("for ")) && self.rest.starts_with([')', ']', ',']) {
            return Some(errors::missing_value(self.here(1), "in"));
        }
        let second = inside.contains(" for ");
        match &self.rest[..skip_name(self.rest)] {
            "for" if !self.after_value() => Some(errors::before_for(self.here(3))),
            "for" if second => Some(errors::second_for(self.here(3))),
            "for" => Some(errors::for_clause(self.here(3))),
            "in" if second => Some(errors::second_for(self.here(2))),
            _ if second && self.expects(Expected::Word("in")) => Some(errors::for_clause(self.here(0))),
            _ => None,
        }
    }
}

/// Of `∂²J…` or `∂^2 J…` the order's digits, the name, and the rest.
fn partial(text: &str) -> Option<(&str, &str, &str)> {
    let rest = text.strip_prefix('∂')?;
    let (order, rest) = raised(rest).unwrap_or(("", rest));
    let rest = rest.trim_start();
    let name = skip_name(rest);
    (name > 0).then(|| (order, &rest[..name], &rest[name..]))
}

/// Of `^2…` the digits and the rest.
fn raised(text: &str) -> Option<(&str, &str)> {
    let digits = text.strip_prefix('^')?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    (end > 0).then(|| digits.split_at(end))
}
