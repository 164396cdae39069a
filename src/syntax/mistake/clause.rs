//! Derivatives in pieces, and a `for` that lacks a part.

use super::Cx;
use crate::diag::Diagnostic;
use crate::syntax::chars::{is_name_part, is_name_start, skip_name};
use crate::syntax::errors::{self, Expected};

impl<'a> Cx<'a> {
    /// The `a` of `d/da`, which ends before the place.
    pub(super) fn quotient_of_d(&self) -> Option<&'a str> {
        let by = &self.before[self.before.trim_end_matches(is_name_part).len()..];
        let head = &self.before[..self.before.len() - by.len()];
        let whole = head.strip_suffix("d/").is_some_and(|head| !head.ends_with(|c| is_name_part(c) || c == '.'));
        by.strip_prefix('d').filter(|by| whole && by.starts_with(is_name_start))
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
