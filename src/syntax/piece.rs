//! The text of one statement: how it is handed to the grammar, and what it would define where that fails.

use super::ast::{Name, Statement};
use super::chars::skip_name;
use super::foreign;
use super::scan::skip_text;
use super::walk::nfc;
use super::words;
use crate::source::{SourceId, Span};

/// Tabs, newlines, comments and other white space outside strings as spaces of equal length.
pub(super) fn blank(text: &str, out: &mut String) {
    out.clear();
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => {
                let end = skip_text(bytes, at).0;
                out.push_str(&text[at..end]);
                at = end;
            }
            b'#' => {
                let end = text[at..].find('\n').map_or(text.len(), |n| at + n);
                out.extend(std::iter::repeat_n(' ', end - at));
                at = end;
            }
            _ if byte.is_ascii() => {
                out.push(if matches!(byte, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C) { ' ' } else { byte as char });
                at += 1;
            }
            _ => {
                let Some(c) = text[at..].chars().next() else { break };
                if c.is_whitespace() || c == '\u{FEFF}' {
                    out.extend(std::iter::repeat_n(' ', c.len_utf8()));
                } else {
                    out.push(c);
                }
                at += c.len_utf8();
            }
        }
    }
}

/// A statement that cannot be read, with the name that it would define.
pub(super) fn broken(text: &str, start: usize, id: SourceId) -> Statement {
    Statement::Broken(broken_names(text, start, id))
}

/// The names that a broken statement would define, where they can be told: `a` and `b` of `a, b = 1, 2`.
pub(super) fn broken_names(text: &str, start: usize, id: SourceId) -> Vec<Name> {
    let heads = text.split_once('=').filter(|(names, value)| names.contains(',') && !value.starts_with('='));
    let Some((names, _)) = heads else { return broken_name(text, start, id).into_iter().collect() };
    let mut out = vec![];
    for part in names.split(',') {
        let at = part.as_ptr() as usize - text.as_ptr() as usize;
        let bare = part.trim_start_matches([' ', '\t', '(', '[']);
        let (at, word) = (start + at + part.len() - bare.len(), &bare[..skip_name(bare)]);
        if word.is_empty() || !bare[word.len()..].trim_end_matches([' ', '\t', ')', ']']).is_empty() {
            return broken_name(text, start, id).into_iter().collect();
        }
        out.push(Name { text: nfc(word), span: Span::new(id, at, at + word.len()) });
    }
    out
}

/// The name of a function's head, `f` of `f(x)` and `f (x)`: not `if (a > b)`, and no statement's word.
pub(super) fn head_word(text: &str) -> Option<&str> {
    let word = &text[..skip_name(text)];
    let called = !word.is_empty() && text[word.len()..].trim_start().starts_with('(');
    (called && !words::is_word(word) && foreign::word(word).is_none()).then_some(word)
}

/// The name that a broken head of a block would define, where that can be told.
pub(super) fn broken_head(text: &str, start: usize, id: SourceId) -> Option<Name> {
    let name = |word: &str| Name { text: nfc(word), span: Span::new(id, start, start + word.len()) };
    broken_name(text, start, id).or_else(|| head_word(text).map(name))
}

/// The name that a broken statement would define, where that can be told.
pub(super) fn broken_name(text: &str, start: usize, id: SourceId) -> Option<Name> {
    let mut at = 0;
    let mut word = &text[..skip_name(text)];
    // `function y = f(x)` defines `f`.
    if let (Some(body), "function") = (text.strip_prefix("function "), word)
        && let Some((_, called)) = body.split_once('=')
    {
        let called = called.trim_start();
        let at = start + text.len() - called.len();
        let name = &called[..skip_name(called)];
        return (!name.is_empty()).then(|| Name { text: nfc(name), span: Span::new(id, at, at + name.len()) });
    }
    let foreign = foreign::defines(word) && !text[word.len()..].trim_start().starts_with(['=', ':', '(']);
    if matches!(word, "input" | "param" | "noise" | "network" | "slope") || foreign {
        let rest = &text[word.len()..];
        let body = rest.trim_start();
        let length = skip_name(body);
        if length > 0 && body.len() < rest.len() {
            at = text.len() - body.len();
            word = &body[..length];
            return Some(Name { text: nfc(word), span: Span::new(id, start + at, start + at + length) });
        }
    }
    let rest = text[word.len()..].trim_start();
    let head = match rest.as_bytes().first() {
        Some(b'=') => !rest.starts_with("=="),
        Some(b':') => true,
        Some(b'+' | b'-' | b'*' | b'/') => rest[1..].starts_with('='),
        Some(b'(' | b'[') => {
            let line = rest.lines().next().unwrap_or("");
            // The head of a block as another language writes it, `f(x):`.
            line.trim_end().ends_with("):")
                || line.match_indices('=').any(|(at, _)| {
                    !line[at + 1..].starts_with('=')
                        && !line[..at].ends_with(['=', '!', '<', '>', '~'])
                        && line[..at].trim_end().ends_with([')', ']'])
                })
        }
        _ => false,
    };
    (head && !word.is_empty())
        .then(|| Name { text: nfc(word), span: Span::new(id, start + at, start + at + word.len()) })
}
