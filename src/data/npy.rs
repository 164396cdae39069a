//! The .npy format (NumPy enhancement proposal 1): a header that is a Python dict, then the entries.

use super::entries::{self, Entry, Order};
use super::errors::{self, DataError};
use crate::tensor::Tensor;
use npyz::NpyHeader;

/// No header of an array of numbers is longer.
const LONGEST_HEADER: usize = 65_536;

/// The array of a file.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Tensor, DataError> {
    read_named(file, "", bytes)
}

/// The array of a file, or of one entry of an npz file under its name there.
pub(super) fn read_named(file: &str, array: &str, bytes: &[u8]) -> Result<Tensor, DataError> {
    let (head, body) = split(file, bytes)?;
    guard(file, array, head)?;
    // Python 2 wrote its long numbers with an `L`, as NumPy still reads them.
    let old: Vec<u8>;
    let head = if head.windows(2).any(|pair| pair[0].is_ascii_digit() && pair[1] == b'L') {
        let digit = |at: usize| at > 0 && head[at - 1].is_ascii_digit();
        old = head.iter().enumerate().map(|(at, b)| if *b == b'L' && digit(at) { b' ' } else { *b }).collect();
        &old[..]
    } else {
        head
    };
    let header = NpyHeader::from_reader(head).map_err(|error| unreadable(file, &error.to_string()))?;
    let descr = header.dtype().descr();
    let (entry, big_endian) =
        entry(descr.trim_matches('\'')).ok_or_else(|| errors::entries(file, array, &what(&descr)))?;
    let shape: Vec<usize> = header
        .shape()
        .iter()
        .map(|n| usize::try_from(*n))
        .collect::<Result<_, _>>()
        .map_err(|_| errors::damaged(file, "it tells sizes beyond what can be counted"))?;
    let size = entries::size(entry, &shape);
    if size != Some(body.len()) {
        let shown = shape.iter().take(8).map(usize::to_string).collect::<Vec<_>>().join(", ");
        let needs = size.map_or("more bytes than can be counted".into(), |size| format!("{size} bytes"));
        let told = format!("its header tells of [{shown}], which needs {needs}, and {} are there", body.len());
        return Err(errors::damaged(file, told));
    }
    let order = Order { big_endian, first_axis_fastest: header.order() == npyz::Order::Fortran };
    entries::decode(file, array, entry, body, &shape, order)
}

/// The header with all that stands before it, and the entries.
fn split<'a>(file: &str, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), DataError> {
    let Some([major, _, rest @ ..]) = bytes.strip_prefix(b"\x93NUMPY") else {
        if !bytes.is_empty() && bytes.len() < 8 && b"\x93NUMPY\x01\x00".starts_with(bytes) {
            return Err(errors::damaged(file, "it ends within its header"));
        }
        return Err(errors::other_kind(file, "an npy file", bytes));
    };
    let (start, length) = match (major, rest) {
        (1, [a, b, ..]) => (10, usize::from(u16::from_le_bytes([*a, *b]))),
        (2 | 3, [a, b, c, d, ..]) => (12, u32::from_le_bytes([*a, *b, *c, *d]) as usize),
        (1..=3, _) => return Err(errors::damaged(file, "it ends within its header")),
        _ => return Err(errors::damaged(file, format!("it is of version {major}, and 3 is the last one known"))),
    };
    if length > LONGEST_HEADER {
        return Err(errors::damaged(file, format!("it tells of a header of {length} bytes")));
    }
    let there = bytes.len() - start;
    bytes
        .split_at_checked(start + length)
        .ok_or_else(|| errors::damaged(file, format!("it tells of a header of {length} bytes, and {there} are there")))
}

/// Looks at the header before it is read as Python: flat, plain ASCII, with sizes that can be counted and known words.
fn guard(file: &str, array: &str, head: &[u8]) -> Result<(), DataError> {
    let text = head.iter().position(|b| *b == b'{').map_or(&[][..], |at| &head[at..]);
    let strange = || unreadable(file, "it is no Python dict of three entries");
    let mut depth = 0;
    let mut number: Option<u64> = None;
    let mut product: u64 = 1;
    let mut at = 0;
    while let Some(byte) = text.get(at).copied() {
        at += 1;
        if byte.is_ascii_digit() {
            let digit = u64::from(byte - b'0');
            number = number.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(digit));
            if number.is_none() {
                return Err(errors::damaged(file, "it tells sizes beyond what can be counted"));
            }
            continue;
        }
        if let Some(n) = number.take() {
            product = product
                .checked_mul(n.max(1))
                .filter(|n| *n <= i64::MAX as u64)
                .ok_or_else(|| errors::damaged(file, "it tells sizes beyond what can be counted"))?;
        }
        match byte {
            b'\'' | b'"' => {
                let rest = &text[at..];
                let end = rest.iter().position(|b| *b == byte).ok_or_else(strange)?;
                let word = std::str::from_utf8(&rest[..end]).map_err(|_| strange())?;
                if !matches!(word, "descr" | "fortran_order" | "shape") && entry(word).is_none() {
                    return Err(errors::entries(file, array, &what(word)));
                }
                at += end + 1;
            }
            b'[' => return Err(errors::entries(file, array, "records, not numbers")),
            b'{' | b'(' => {
                depth += 1;
                if depth > 2 {
                    return Err(strange());
                }
            }
            b'}' | b')' => depth -= 1,
            b',' | b':' | b' ' | b'\n' | b'L' | b'T' | b'r' | b'u' | b'e' | b'F' | b'a' | b'l' | b's' => {}
            _ => return Err(strange()),
        }
    }
    if text.is_empty() { Err(strange()) } else { Ok(()) }
}

/// NumPy's word for a kind of number, and whether its highest byte comes first.
fn entry(descr: &str) -> Option<(Entry, bool)> {
    let (order, kind) = descr.split_at_checked(1)?;
    let entry = match kind {
        "f8" => Entry::F64,
        "f4" => Entry::F32,
        "f2" => Entry::F16,
        "i8" => Entry::I64,
        "i4" => Entry::I32,
        "i2" => Entry::I16,
        "i1" => Entry::I8,
        "u8" => Entry::U64,
        "u4" => Entry::U32,
        "u2" => Entry::U16,
        "u1" => Entry::U8,
        "b1" => Entry::Bool,
        _ => return None,
    };
    match order {
        "<" | "|" | "=" => Some((entry, false)),
        ">" => Some((entry, true)),
        _ => None,
    }
}

/// What NumPy's word says, in words.
fn what(descr: &str) -> String {
    let what = match descr.trim_start_matches(['\'', '<', '>', '|', '=']).chars().next() {
        Some('U' | 'S' | 'a') => "text",
        Some('O') => "Python objects",
        Some('c') => "complex numbers",
        Some('M' | 'm') => "dates or times",
        Some('V') => "records",
        Some('f') => "numbers of another size",
        _ => "no kind of number that is known",
    };
    format!("{what} (`{}`)", errors::short(descr.trim_matches('\'')))
}

fn unreadable(file: &str, why: &str) -> DataError {
    errors::damaged(file, "its header cannot be read").because_of(why)
}
