//! From the place where a statement stopped making sense to the problem that its author has.

mod clause;
mod foreign;
mod place;

use super::brackets;
use super::chars::{is_name_part, is_name_start, skip_name, superscript};
use super::errors::{self, Expected};
use super::foreign as elsewhere;
use super::tree::Stop;
use super::words;
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::statements::{self, Clause, Takes};
use place::{Cx, right_length};

/// The problem of a text that could not be read: the first of the known slips that fits, else what was expected.
pub(super) fn of(text: &str, whole: Span, stop: &Stop) -> Diagnostic {
    let cx = Cx::new(text, whole, stop);
    let slips = [
        Cx::foreign_word,
        Cx::reserved_word,
        Cx::colon_equals,
        Cx::update,
        Cx::percent,
        Cx::before_operator,
        Cx::foreign_operator,
        Cx::equals,
        Cx::quote,
        Cx::raised,
        Cx::prime,
        Cx::point,
        Cx::colon,
        Cx::rows,
        Cx::end,
        Cx::each,
        Cx::side_by_side,
        Cx::differential,
        Cx::stray,
        Cx::tuple,
        Cx::value,
    ];
    slips.iter().find_map(|slip| slip(&cx)).unwrap_or_else(|| cx.other())
}

impl Cx<'_> {
    fn equals(&self) -> Option<Diagnostic> {
        let stated = self.expects(Expected::Shape);
        if !self.rest.starts_with('=') || self.rest.starts_with("==") || !self.after_value() || stated {
            return None;
        }
        let earlier = self.before.match_indices('=').any(|(at, _)| {
            !self.before[..at].ends_with(['=', '!', '<', '>', '~']) && !self.before[at + 1..].starts_with('=')
        });
        if earlier || words::is_word(self.first) && self.before.len() > self.first.len() || self.open().is_some() {
            return Some(errors::equals_compares(self.here(1)));
        }
        let bracket = self.before[self.first.len()..].trim_start().starts_with('[');
        if bracket && self.before.ends_with(']') && !self.first.is_empty() {
            return Some(errors::entry_assignment(self.span(0, self.before.len()), self.first));
        }
        let dashed = self.before.contains('-')
            && self.before.split('-').all(|part| part.starts_with(is_name_start) && skip_name(part) == part.len());
        if dashed {
            return Some(errors::dashed_name(self.span(0, self.before.len()), &self.before.replace('-', "_")));
        }
        if let Some(("", inside)) = self.before[self.first.len()..].split_once('(')
            && !self.first.is_empty()
            && brackets::matching(self.before, self.first.len()) == Some(self.before.len() - 1)
        {
            // Of `f(x, 2)` the first parameter that is none.
            let mut at = self.first.len() + 1;
            for param in inside.trim_end_matches(')').split(',') {
                let text = param.trim_start();
                let start = at + (param.len() - text.len());
                if skip_name(text.trim_end()) != text.trim_end().len() || text.is_empty() {
                    return Some(errors::head_param(self.span(start, start + text.trim_end().len()), self.first));
                }
                at += param.len() + 1;
            }
        }
        Some(errors::left_side(self.span(0, self.before.len()), self.here(1)))
    }

    fn raised(&self) -> Option<Diagnostic> {
        let after = self.before.len() == self.at && self.before.ends_with(|c| superscript(c).is_some());
        let c = self.rest.chars().next()?;
        let slip = after && (matches!(c, '(' | '[' | '\'' | 'ᵀ' | '.') || is_name_start(c));
        slip.then(|| errors::raised_digit(self.here(c.len_utf8())))
    }

    /// `w ᵀ`, `w '`
    fn prime(&self) -> Option<Diagnostic> {
        let mark = self.rest.chars().next().filter(|c| matches!(c, 'ᵀ' | '\''))?;
        let gap = self.span(self.before.len(), self.at);
        let pair = self.rest[mark.len_utf8()..].contains(mark);
        (self.after_value() && gap.start < gap.end && !pair).then(|| errors::prime_space(gap, mark))
    }

    /// `5.`, `1.2.3`
    fn point(&self) -> Option<Diagnostic> {
        let dot = if self.rest.starts_with('.') { self.at } else { self.before.strip_suffix('.')?.len() };
        let after = &self.text[dot + 1..];
        let number = self.text[..dot].ends_with(|c: char| c.is_ascii_digit());
        if number && dot < self.at && after.starts_with(|c: char| c.is_ascii_digit()) {
            return Some(errors::second_point(self.span(dot, dot + 1)));
        }
        let slip = number && !after.starts_with(|c: char| c == '.' || c.is_ascii_digit());
        slip.then(|| errors::number_point(self.span(dot, dot + 1)))
    }

    /// The statement ends too early.
    fn end(&self) -> Option<Diagnostic> {
        if !self.rest.is_empty() || self.expects(Expected::End) && self.after_value() {
            return None;
        }
        let here = self.span(self.before.len(), self.before.len());
        if matches!(self.first, "input" | "param" | "noise")
            && self.text[self.first.len()..].trim_start().starts_with(':')
        {
            let at = self.first.len();
            return Some(errors::declared_name(self.span(at, at), self.first));
        }
        if !self.after_value() || self.expects(Expected::Value) && !self.expects(Expected::Operator) {
            return Some(self.missing_value(here));
        }
        let clause = self.expected.iter().find_map(|group| match group {
            Expected::Word(word @ ("for" | "by" | "in" | "times")) => Some(*word),
            _ => None,
        });
        if let Some(clause) = clause.filter(|_| words::is_word(self.first)) {
            return Some(errors::missing_clause(here, self.first, clause));
        }
        let named = !self.first.is_empty() && !words::is_word(self.first);
        (self.expects(Expected::Mark("=")) && named).then(|| errors::missing_equation(here, self.first))
    }

    fn side_by_side(&self) -> Option<Diagnostic> {
        let c = self.rest.chars().next()?;
        let begins = is_name_start(c)
            || c.is_ascii_digit()
            || matches!(c, '(' | '[' | '"' | '∂')
            || c == '.' && self.rest[1..].starts_with(|c: char| c.is_ascii_digit());
        if !begins || !self.after_value() {
            return None;
        }
        if let Some(problem) = self.after_word() {
            return Some(problem);
        }
        let declared = self.before.strip_prefix(self.first).map(str::trim_start);
        if matches!(self.first, "input" | "param" | "noise")
            && declared.is_some_and(|name| skip_name(name) == name.len())
            && (c == '[' || ["int", "real", "bool"].iter().any(|element| self.rest.starts_with(element)))
        {
            return Some(errors::missing_colon(self.span(self.before.len(), self.at), self.here(1)));
        }
        let gap = self.span(self.before.len(), self.at);
        let declares = matches!(self.first, "input" | "param" | "noise");
        if declares && self.before == self.first {
            return Some(errors::declared_name(self.here(1), self.first));
        }
        let stated = self.before[self.first.len()..].trim_start();
        if let Some(problem) = self.element_after() {
            return Some(problem);
        }
        if self.expects(Expected::Mark("=")) && self.before.ends_with(']') && (declares || stated.starts_with(':')) {
            return Some(errors::missing_equals(gap, self.here(1)));
        }
        let word = &self.rest[..skip_name(self.rest)];
        let after = self.rest[word.len()..].trim_start();
        let each = statements::find(self.first).is_some_and(|question| question.has(Clause::For));
        if word == "for" && self.open().is_none() && !each {
            return Some(errors::bare_for(self.here(word.len())));
        }
        if each && after.starts_with("in ") && self.expects(Expected::Word("for")) {
            return Some(errors::missing_clause(self.span(self.at, self.at), self.first, "for"));
        }
        if matches!(word, "for" | "in" | "by" | "to" | "from" | "wrt" | "start" | "times" | "as" | "not") {
            return Some(errors::not_understood(self.here(word.len()), &format!("`{word}`"), self.expected));
        }
        let file = statements::find(self.first).is_some_and(|question| question.takes == Takes::File);
        if (self.first == "use" || file) && self.before == self.first {
            let length = self.rest.find([' ', '#']).unwrap_or(self.rest.len());
            return Some(errors::file_in_quotes(self.here(length), self.first, &self.rest[..length]));
        }
        let defines = !word.is_empty() && after.starts_with('=') && !after.starts_with("==");
        if defines && self.before == self.first {
            return Some(errors::head_brackets(gap, self.here(word.len()), self.first, word));
        }
        if defines && self.before.contains('=') && self.open().is_none() {
            return Some(errors::missing_end(gap, self.here(word.len())));
        }
        Some(self.two_values(c, word, gap))
    }

    /// Two values with nothing between them, of which the right one begins with `c`, or with a word.
    fn two_values(&self, c: char, word: &str, gap: Span) -> Diagnostic {
        let after = self.rest[word.len()..].trim_start();
        let (left, called) = self.left();
        if let Some(by) = self.quotient_of_d().filter(|_| c == '(') {
            let start = self.before.len() - "d/d".len() - by.len();
            return errors::differential(self.span(start, self.before.len()), &format!("grad(…, {by})"));
        }
        if !word.is_empty()
            && after.starts_with('=')
            && !after.starts_with("==")
            && self.open().is_some_and(|(_, b)| b == b'(')
        {
            return errors::missing_comma(&[gap], left, word, self.here(word.len()), "arguments");
        }
        if let Some(problem) = self.spaced_differential(left, word) {
            return problem;
        }
        if matches!(c, '(' | '[') && called && self.at > self.before.len() {
            let after = brackets::matching(self.rest, 0).map_or("", |close| self.rest[close + 1..].trim_start());
            let defines = after.starts_with('=') && !after.starts_with("==") && self.before == self.first;
            return match c == '(' && defines {
                true => errors::head_space(gap, left),
                false => errors::call_space(gap, left, &self.rest[..1]),
            };
        }
        if let Some((word, here, same)) = elsewhere::WORD_OPERATORS.iter().find(|(there, ..)| *there == word)
            && !after.is_empty()
            && after.len() < self.rest.len() - word.len()
        {
            return errors::foreign_operator(self.here(word.len()), word, here, *same);
        }
        if let Some(by) = self.quotient_of_d().filter(|_| is_name_start(c)) {
            let start = self.before.len() - "d/d".len() - by.len();
            let mend = format!("d{word}/d{by}");
            return errors::differential(self.span(start, self.at + word.len()), &mend);
        }
        if let Some((word, mend)) = elsewhere::word_inside(word) {
            return errors::foreign_word(self.here(word.len()), word, mend);
        }
        if let Some((word, mend)) = elsewhere::word_inside(left) {
            let start = self.before.len() - left.len();
            return errors::foreign_word(self.span(start, self.before.len()), word, mend);
        }
        let length = if word.is_empty() { right_length(self.rest) } else { word.len() };
        let right = match c {
            '(' => "(…)",
            '[' => "[…]",
            _ => &self.rest[..length],
        };
        if self.before == self.first && (is_name_start(c) || c.is_ascii_digit() || c == '"') {
            let known = words::WORDS.iter().map(|word| word.word);
            if let Some(nearest) = crate::diag::nearest(self.first, known).filter(|_| self.first.len() > 2) {
                return errors::statement_word(self.span(0, self.first.len()), self.first, nearest, right);
            }
        }
        let left_span = self.span(self.before.len() - left.len(), self.before.len());
        if let Some((open, b'[')) = self.open() {
            return errors::missing_comma(&self.gaps(open), left, right, self.here(length), "entries");
        }
        errors::missing_operator(left, left_span, right, self.here(length))
    }

    /// `* 3` at the beginning of a statement.
    fn before_operator(&self) -> Option<Diagnostic> {
        const OPERATORS: &[&str] = &[
            "|>", "==", "!=", "<=", ">=", "~=", "..", "**", "*", "/", "^", "@", "%", "<", ">", "·", "×", "÷", "≤", "≥",
            "≠", "≈", "+",
        ];
        let foreign = ["=>", "=<", "++", "//", "/*", "<>"].iter().any(|there| self.rest.starts_with(there));
        let operator = OPERATORS.iter().find(|operator| self.rest.starts_with(**operator));
        let operator = operator.filter(|_| self.before.is_empty() && !foreign)?;
        Some(errors::missing_before(self.here(operator.len()), operator))
    }

    /// A character that the language never uses.
    fn stray(&self) -> Option<Diagnostic> {
        let c = self.rest.chars().next()?;
        if let Some(function) = elsewhere::function(c) {
            let value = &self.rest[c.len_utf8()..];
            let list =
                value.starts_with('[').then(|| brackets::matching(value, 0)).flatten().map_or(0, |close| close + 1);
            let end = self.at + c.len_utf8() + skip_name(value).max(right_length(value)).max(list);
            let end = (!value.starts_with('(')).then(|| self.span(end, end));
            return Some(errors::function_sign(self.here(c.len_utf8()), c, function, end));
        }
        let known = is_name_part(c) || superscript(c).is_some() || "()[]{}+-*/%@^<>=!~|.,:;'\"#ᵀ·×÷−≤≥≠≈∂⁻".contains(c);
        (!known).then(|| errors::stray_character(self.here(c.len_utf8()), c))
    }

    /// `(a, b)`, `a = 1, 2`
    fn tuple(&self) -> Option<Diagnostic> {
        if !self.rest.starts_with(',') || !self.after_value() {
            return None;
        }
        let Some((open, byte)) = self.open() else {
            if matches!(self.first, "input" | "param" | "noise") {
                return Some(errors::declared_together(self.here(1), self.first));
            }
            if self.expects(Expected::Word("wrt")) {
                return Some(errors::not_understood(self.here(1), "`,`", &[Expected::Word("wrt"), Expected::End]));
            }
            let digit = |c: char| c.is_ascii_digit();
            if self.text[..self.at].ends_with(digit) && self.rest[1..].starts_with(digit) {
                return Some(errors::decimal_comma(self.here(1)));
            }
            let defines = self.rest.contains('=') && !self.rest.contains("==") && !self.before.contains('=');
            return Some(match defines {
                true => errors::names_together(self.here(1)),
                false => errors::comma_outside(self.here(1)),
            });
        };
        let called = self.text[..open].ends_with(|c| is_name_part(c) || matches!(c, ')' | ']' | '\''));
        if byte != b'(' || called {
            return None;
        }
        let close = brackets::matching(self.text, open)?;
        Some(errors::tuple(self.here(1), self.span(open, open + 1), self.span(close, close + 1)))
    }

    /// Something stands where a value should.
    fn value(&self) -> Option<Diagnostic> {
        if self.after_value() || !self.expects(Expected::Value) && !self.expects(Expected::Name) {
            return None;
        }
        let length = self.rest.chars().next().map_or(0, char::len_utf8);
        if self.rest.starts_with('+') {
            return Some(errors::plus_sign(self.here(1)));
        }
        if let Some(c) = self.rest.chars().next().filter(|c| elsewhere::sign(*c).is_some()) {
            return Some(errors::stray_character(self.here(length), c));
        }
        if !self.expects(Expected::Value) {
            return None;
        }
        Some(self.missing_value(self.here(length)))
    }

    fn missing_value(&self, span: Span) -> Diagnostic {
        let before = self.before;
        let word = &before[before.trim_end_matches(is_name_part).len()..];
        let mark = if word.is_empty() {
            let tail = ["|>", "==", "!=", "<=", ">=", "~=", "..", "**"].into_iter().find(|mark| before.ends_with(mark));
            tail.unwrap_or_else(|| before.char_indices().next_back().map_or("", |(at, _)| &before[at..]))
        } else {
            word
        };
        errors::missing_value(span, mark)
    }

    fn other(&self) -> Diagnostic {
        let word = skip_name(self.rest);
        let length = if word > 0 { word } else { self.rest.chars().next().map_or(0, char::len_utf8) };
        if self.expects(Expected::Shape) {
            if self.rest[word..].trim_start().starts_with('[') {
                let here = elsewhere::element(&self.rest[..word]);
                return errors::element_type(self.here(word), &self.rest[..word], here);
            }
            return errors::shape_brackets(self.here(length), matches!(&self.rest[..length], "" | "="));
        }
        if length == 0 {
            return errors::ends_early(self.here(0), self.before, self.expected);
        }
        errors::not_understood(self.here(length), &format!("`{}`", &self.rest[..length]), self.expected)
    }
}
