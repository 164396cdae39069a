//! The words and marks of one statement, each with the role that decides the spaces around it.

use crate::syntax::chars::{is_name_part, is_name_start, superscript};
use crate::syntax::scan::skip_text;
use crate::syntax::words;

/// What a token does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A name, number, string, `'`, raised digits: what a value is made of.
    Value,
    /// `.` before a field.
    Dot,
    /// `-`, before its operand.
    Minus,
    /// `not`
    Not,
    /// An operator that has a space on both sides.
    Loose,
    /// An operator that touches both sides.
    Tight,
    /// `(` or `[`
    Open,
    /// `)` or `]`
    Close,
    Comma,
    /// A comment inside the statement.
    Comment,
}

/// A token, and what stood before it in the source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) role: Role,
    /// White space stood before it.
    pub(super) spaced: bool,
    /// It began a line.
    pub(super) fresh: bool,
}

/// How the `=` outside of brackets are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Equals {
    /// The first one defines and has spaces; further ones are options.
    Defines,
    /// All are options: `stride=2`.
    Options,
}

/// The tokens of a statement's text.
pub(super) fn tokens(text: &str, equals: Equals) -> Vec<Token<'_>> {
    let mut tokens = cut(text);
    assign(&mut tokens, equals);
    tokens
}

fn cut(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut tokens: Vec<Token<'_>> = vec![];
    let mut at = 0;
    let (mut spaced, mut fresh) = (false, false);
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() || c == '\u{FEFF}' {
            spaced = true;
            fresh |= c == '\n';
            at += c.len_utf8();
            continue;
        }
        let rest = &text[at..];
        let (length, role) = match c {
            '#' => (rest.find('\n').unwrap_or(rest.len()), Role::Comment),
            '"' => (skip_text(bytes, at).0 - at, Role::Value),
            '(' | '[' => (1, Role::Open),
            ')' | ']' => (1, Role::Close),
            ',' => (1, Role::Comma),
            '\'' => (1, Role::Value),
            '.' if rest.starts_with("..") => (2, Role::Tight),
            '.' if !rest[1..].starts_with(|c: char| c.is_ascii_digit()) => (1, Role::Dot),
            _ if c.is_ascii_digit() || c == '.' => (number(rest), Role::Value),
            _ if is_name_start(c) || matches!(c, '∂' | '⁻') || superscript(c).is_some() => {
                let more = |c: char| is_name_part(c) || superscript(c).is_some();
                (
                    c.len_utf8() + rest[c.len_utf8()..].find(|c| !more(c)).unwrap_or(rest.len() - c.len_utf8()),
                    Role::Value,
                )
            }
            _ => {
                let two = ["|>", "==", "!=", "<=", ">=", "~=", "**"].iter().any(|mark| rest.starts_with(mark));
                (if two { 2 } else { c.len_utf8() }, Role::Loose)
            }
        };
        tokens.push(Token { text: rest[..length].trim_end(), role, spaced, fresh });
        at += length;
        (spaced, fresh) = (false, false);
    }
    tokens
}

/// How many bytes a number takes.
fn number(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(|b| b.is_ascii_digit())
            || bytes.get(at) == Some(&b'_') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
        {
            at += 1;
        }
        at
    };
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') && digit(at + 1) {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = match &text[at + 1..] {
            rest if rest.starts_with(['+', '-']) => 1,
            rest if rest.starts_with('−') => '−'.len_utf8(),
            _ => 0,
        };
        if digit(at + 1 + sign) {
            at = digits(at + 1 + sign);
        }
    }
    at
}

/// What is known of one level of brackets on the way.
#[derive(Default)]
struct Level {
    /// The brackets of an index.
    index: bool,
    /// Round brackets.
    round: bool,
    /// The products since the last looser operator, and whether one of them has spaces.
    chain: Vec<usize>,
    loose_chain: bool,
    /// The sums of the part at hand, and whether it is a range.
    sums: Vec<usize>,
    range: bool,
    equals: usize,
}

impl Level {
    fn end_chain(&mut self, tokens: &mut [Token<'_>]) {
        let role = if self.loose_chain { Role::Loose } else { Role::Tight };
        for at in self.chain.drain(..) {
            tokens[at].role = role;
        }
        self.loose_chain = false;
    }

    fn end_part(&mut self, tokens: &mut [Token<'_>]) {
        self.end_chain(tokens);
        if self.range || self.index {
            for at in &self.sums {
                tokens[*at].role = Role::Tight;
            }
        }
        self.sums.clear();
        self.range = false;
    }
}

/// Gives the operators their roles: products touch but beside `@` and `%`, sums touch in ranges and indices.
fn assign(tokens: &mut [Token<'_>], equals: Equals) {
    let mut levels = vec![Level::default()];
    // a value ends right before this token; the last token was a word between two values
    let (mut value, mut word) = (false, false);
    for at in 0..tokens.len() {
        let token = tokens[at];
        let outside = levels.len() == 1;
        let Some(level) = levels.last_mut() else { return };
        let mut ends_value = false;
        let mut is_word = false;
        match token.role {
            Role::Comment => continue,
            Role::Open => {
                let stated =
                    at >= 2 && tokens[at - 2].text == ":" && matches!(tokens[at - 1].text, "int" | "real" | "bool");
                tokens[at].spaced |= stated;
                // `network f (x)`
                tokens[at].spaced &= !(at == 2 && tokens[0].text == "network");
                let token = tokens[at];
                let index = token.text == "[" && value && !token.spaced;
                if value && token.spaced {
                    level.end_part(tokens);
                }
                levels.push(Level { index, round: token.text == "(", ..Level::default() });
            }
            Role::Close => {
                level.end_part(tokens);
                if levels.len() > 1 {
                    levels.pop();
                }
                ends_value = true;
            }
            Role::Comma => level.end_part(tokens),
            Role::Dot | Role::Minus | Role::Not => {}
            Role::Tight => {
                level.end_chain(tokens);
                level.range = true;
            }
            Role::Value => match token.text {
                "and" | "or" => {
                    level.end_part(tokens);
                    tokens[at].role = Role::Loose;
                }
                "not" => tokens[at].role = Role::Not,
                "step" if value && level.range && token.spaced => {
                    level.end_chain(tokens);
                    tokens[at].role = Role::Loose;
                }
                _ => {
                    let first = at == 0 && words::is_word(token.text) && tokens.get(1).is_some_and(|next| next.spaced);
                    is_word = first || value && token.spaced && !word && token.text.starts_with(is_name_start);
                    if value && token.spaced {
                        level.end_part(tokens);
                    }
                    ends_value = true;
                }
            },
            Role::Loose => match token.text {
                "-" | "−" if !value || word => tokens[at].role = Role::Minus,
                "+" | "-" | "−" => {
                    level.end_chain(tokens);
                    level.sums.push(at);
                }
                "*" | "·" | "×" | "÷" => level.chain.push(at),
                "/" => match derivative(tokens, at) {
                    Some(role) => tokens[at].role = role,
                    None => level.chain.push(at),
                },
                "@" | "%" => {
                    level.loose_chain = true;
                    level.chain.push(at);
                }
                "^" | "**" => tokens[at].role = Role::Tight,
                "ᵀ" => {
                    tokens[at].role = Role::Value;
                    ends_value = true;
                }
                ":" if !outside && !level.round => {
                    tokens[at].role = Role::Tight;
                    level.end_part(tokens);
                }
                "=" => {
                    level.end_part(tokens);
                    level.equals += 1;
                    let defines = outside && equals == Equals::Defines && level.equals == 1;
                    if !defines {
                        tokens[at].role = Role::Tight;
                    }
                }
                _ => level.end_part(tokens),
            },
        }
        (value, word) = (ends_value, is_word);
    }
    while let Some(mut level) = levels.pop() {
        level.end_part(tokens);
    }
}

/// A `/` between two words that begin with `d` or `∂` stays as it is written: `dJ/da` is a word, `dJ / da` a division.
fn derivative(tokens: &[Token<'_>], at: usize) -> Option<Role> {
    let before = tokens.get(at.checked_sub(1)?)?;
    let after = tokens.get(at + 1)?;
    let word = |text: &str| text.starts_with(['d', '∂']);
    if !word(before.text) || !word(after.text) {
        return None;
    }
    Some(if tokens[at].spaced || after.spaced { Role::Loose } else { Role::Tight })
}
