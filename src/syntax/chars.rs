//! Which characters a name is made of; the grammar's rules `name_start` and `part` say the same.

use pest::unicode::{XID_CONTINUE, XID_START};

/// Can a name begin with it?
pub(super) fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii() && c != 'ᵀ' && XID_START(c)
}

/// Can a name go on with it?
pub(super) fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || c == '_'
        || !c.is_ascii() && (!matches!(c, 'ᵀ' | '·' | '\u{0387}') && XID_CONTINUE(c) || ('₀'..='₉').contains(&c))
}

/// How many bytes of `text` its leading name takes; 0 where it begins with no name.
pub(super) fn skip_name(text: &str) -> usize {
    if !text.starts_with(is_name_start) {
        return 0;
    }
    text.find(|c| !is_name_part(c)).unwrap_or(text.len())
}

/// A raised digit's value.
pub(super) fn superscript(c: char) -> Option<u32> {
    "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().position(|digit| digit == c).map(|value| value as u32)
}
