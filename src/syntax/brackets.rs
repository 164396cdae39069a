//! Brackets without a partner, and where the missing one would be.

use super::chars::{is_name_part, skip_name};
use super::errors;
use super::scan::{self, Fault, Mark, Piece};
use crate::diag::Diagnostic;
use crate::source::{SourceId, Span};

/// What is wrong with the brackets or strings of a statement of this text.
pub(super) fn problem(fault: &Fault, piece: &Piece, id: SourceId, text: &str) -> Diagnostic {
    let span = |start, end| Span::new(id, start, end);
    match fault {
        Fault::Unclosed(open) => {
            let place = |at| piece.start + at;
            // Only where the head's own bracket is the one that is open.
            let head = head_end(text).map(place).filter(|_| open.len() == 1);
            match row_end(text).filter(|_| head.is_none() && matches!(open.as_slice(), [(_, b'[')])) {
                Some((row, end)) => errors::unclosed_row(span(place(row), place(row) + 1), place(end)),
                None => errors::unclosed_bracket(open, id, piece.end, head),
            }
        }
        Fault::Unopened(at) => errors::unopened_bracket(span(*at, at + 1)),
        Fault::Mismatched(open, close) => errors::mismatched_bracket(span(*open, open + 1), span(*close, close + 1)),
        Fault::UnclosedText(at) => errors::unclosed_string(span(*at, at + 1), piece.end),
        Fault::TooDeep(at) => errors::nesting_limit(span(*at, at + 1)),
    }
}

/// Named arguments at the margin, where each begins a definition and so ends the call that is open in `piece`: how many
/// of the marks after it belong to the call, and the names with their `=`.
pub(super) fn arguments(text: &str, piece: &Piece, after: &[Mark]) -> Option<(usize, Vec<(usize, usize)>)> {
    const MOST: usize = 32;
    let Some(Fault::Unclosed(open)) = &piece.fault else { return None };
    let [(open, b'(')] = open.as_slice() else { return None };
    let mut end = piece.end;
    let mut lines = vec![];
    if !text[..*open].ends_with(is_name_part) {
        return None;
    }
    for (count, mark) in after.iter().take(MOST).enumerate() {
        let next = match mark {
            Mark::Comment { .. } | Mark::Blank => continue,
            Mark::Piece(next) => next,
            Mark::Open(_) | Mark::Close(_) | Mark::TooDeep(_) => return None,
        };
        let line = &text[next.start..next.end];
        let name = skip_name(line);
        let equals = name + (line[name..].len() - line[name..].trim_start().len());
        let named = name > 0 && line[equals..].starts_with('=') && !line[equals..].starts_with("==");
        let closes = line.starts_with(')') && !lines.is_empty();
        if !closes && (!named || next.same_line || !text[..end].ends_with([',', '('])) {
            return None;
        }
        if !closes {
            lines.push((next.start, next.start + equals + 1));
        }
        end = next.end;
        match next.fault {
            Some(Fault::Unopened(_)) => return Some((count + 1, lines)),
            None => {}
            Some(_) => return None,
        }
    }
    None
}

/// Where the bracket that ends a text is opened, strings aside.
pub(super) fn matching_back(text: &str) -> usize {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate().rev() {
        match byte {
            b')' | b']' => depth += 1,
            b'(' | b'[' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    0
}

/// Where the bracket that is opened at `open` is closed.
pub(super) fn matching(text: &str, open: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut at = open;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = scan::skip_text(bytes, at).0;
                continue;
            }
            b'(' | b'[' => depth += 1,
            b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Of `f(x, y = x + y`, a head whose bracket was not closed: where it would be.
fn head_end(text: &str) -> Option<usize> {
    let name = skip_name(text);
    let inside = text[name..].strip_prefix('(').filter(|_| name > 0)?;
    let equals = inside.find('=')?;
    let params = inside[..equals].trim_end();
    let plain = params.split(',').all(|param| {
        let param = param.trim();
        !param.is_empty() && skip_name(param) == param.len()
    });
    (plain && !inside[equals..].starts_with("==")).then_some(name + 1 + params.len())
}

/// Of `[[1, 2, [3, 4]]`: the row in which a further row begins, and where it would end. A row has rows or values, not both.
fn row_end(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    // Of each open bracket: its place, and whether its first entry is a value of a list.
    let mut open: Vec<(usize, bool)> = vec![];
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let before = || text[..at].trim_end();
        match byte {
            b'"' => {
                at = scan::skip_text(bytes, at).0;
                continue;
            }
            b'[' if matches!(open.last(), Some((_, true))) && before().ends_with(',') => {
                return open.last().map(|(row, _)| (*row, before().trim_end_matches([',', ' ']).len()));
            }
            b'(' | b'[' => {
                let touches =
                    text[..at].ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ')' | ']' | '\''));
                let entry = text[at + 1..].trim_start();
                open.push((at, *byte == b'[' && !touches && !entry.starts_with('[')));
            }
            b')' | b']' => {
                open.pop();
            }
            _ => {}
        }
        at += 1;
    }
    None
}
