//! Whole operands around a place in a statement: a value with its calls, indices and primes, a derivative, a text.

use super::brackets;
use super::chars::{is_name_part, is_name_start, skip_name, superscript};
use super::scan::skip_text;

/// Where the operand that ends at the end of a text begins.
pub(super) fn before(text: &str) -> usize {
    let mut at = text.len();
    loop {
        let head = &text[..at];
        match head.chars().next_back() {
            Some(c @ ('\'' | 'ᵀ')) => at -= c.len_utf8(),
            Some(c) if superscript(c).is_some() => at -= c.len_utf8(),
            Some(')' | ']') => {
                at = brackets::matching_back(head);
                // What is called or indexed stands before the bracket.
                if at == 0 || !text[..at].ends_with(|c: char| is_name_part(c) || matches!(c, ')' | ']' | '\'' | 'ᵀ'))
                {
                    return at;
                }
            }
            Some('"') => return head[..at - 1].rfind('"').unwrap_or(at - 1),
            Some(c) if is_name_part(c) || c == '.' => {
                at = head.trim_end_matches(|c: char| is_name_part(c) || c == '.').len();
                break;
            }
            _ => return at,
        }
    }
    // `dJ/dv`: what stands before the slash is its other half.
    let word = |text: &str| text.starts_with(['d', '∂']) && text.chars().nth(1).is_some_and(is_name_part);
    if let Some(head) = text[..at].strip_suffix('/').filter(|_| word(&text[at..])) {
        let start = head.trim_end_matches(is_name_part).len();
        if word(&head[start..]) {
            return start;
        }
    }
    at
}

/// How long the first character of a text is.
fn first(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

/// How long the operand is that a text begins with.
pub(super) fn after(text: &str) -> usize {
    let mut at = match text.chars().next() {
        Some('"') => return skip_text(text.as_bytes(), 0).0,
        Some(c) if is_name_start(c) || c == '∂' => {
            let length = if c == '∂' { c.len_utf8() + skip_name(&text[c.len_utf8()..]) } else { skip_name(text) };
            let by = text[length..]
                .strip_prefix('/')
                .filter(|by| text.starts_with(['d', '∂']) && by.starts_with(['d', '∂']));
            length + by.map_or(0, |by| 1 + first(by) + skip_name(&by[first(by)..]))
        }
        Some(c) if c.is_ascii_digit() || c == '.' => {
            let digits = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '_'))).unwrap_or(text.len());
            // `3v` is one operand.
            digits + skip_name(&text[digits..])
        }
        Some('(' | '[') => 0,
        _ => return 0,
    };
    loop {
        let rest = &text[at..];
        match rest.chars().next() {
            Some('(' | '[') => match brackets::matching(rest, 0) {
                Some(close) => at += close + 1,
                None => return text.len(),
            },
            Some(c @ ('\'' | 'ᵀ')) => at += c.len_utf8(),
            Some(c) if superscript(c).is_some() => at += c.len_utf8(),
            Some('.') if rest[1..].starts_with(is_name_start) => at += 1 + skip_name(&rest[1..]),
            _ => return at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operand_has_its_calls_indices_and_primes() {
        let left = |text: &str| text[before(text)..].to_string();
        assert_eq!(left("x = dJ/dv"), "dJ/dv");
        assert_eq!(left("x = a + W1'"), "W1'");
        assert_eq!(left("x = f(a + b)[0]"), "f(a + b)[0]");
        assert_eq!(left("1/m"), "m");
        assert_eq!(left("3 + 2x"), "2x");
        assert_eq!(left("(a + b)"), "(a + b)");
        let right = |text: &str| text[..after(text)].to_string();
        assert_eq!(right("dv/du + 1"), "dv/du");
        assert_eq!(right("log(a)*2"), "log(a)");
        assert_eq!(right("x[0]' y"), "x[0]'");
        assert_eq!(right("∂J/∂b ~= dz"), "∂J/∂b");
        assert_eq!(right("dJ/∂b"), "dJ/∂b");
        assert_eq!(right("net.W1 x"), "net.W1");
        assert_eq!(right("3v w"), "3v");
        assert_eq!(right("[1, 2] a"), "[1, 2]");
    }
}
