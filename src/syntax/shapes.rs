//! Statements of equal shape are matched once: machine-made files hold few shapes.
//!
//! The shape of a statement is its text with each name that holds a digit as `a` and each plain number as `0`; it is a
//! statement itself, so the grammar matches the shape and its nodes are carried back to the text.

use super::tree::{self, Node, Rule};
use rustc_hash::FxHashMap;

/// The longest statement whose shape is kept, in bytes.
const LONGEST: usize = 512;
/// How many shapes are kept.
const MOST: usize = 4096;

/// The shapes that were matched.
#[derive(Default)]
pub(super) struct Shapes {
    known: FxHashMap<Vec<u8>, Vec<Node>>,
    shape: Vec<u8>,
    /// For each byte of the shape, and for its end, where it stands in the text.
    places: Vec<u32>,
}

impl Shapes {
    /// Matches a statement by its shape, with a rule that its first word decides; `false` where that cannot be done, or does not succeed.
    pub(super) fn read(&mut self, rule: Rule, text: &str, depth: usize, nodes: &mut Vec<Node>) -> bool {
        if !self.describe(text.as_bytes()) {
            return false;
        }
        if !self.known.contains_key(&self.shape) {
            let room = self.known.len() < MOST;
            let Ok(shape) = std::str::from_utf8(&self.shape) else { return false };
            if !room || tree::read(rule, shape, depth, nodes).is_err() {
                return false;
            }
            self.known.insert(self.shape.clone(), nodes.clone());
        }
        let Some(known) = self.known.get(&self.shape) else { return false };
        nodes.clear();
        let place = |at: u32| self.places.get(at as usize).copied().unwrap_or(at);
        nodes.extend(known.iter().map(|node| Node { start: place(node.start), end: place(node.end), ..*node }));
        true
    }

    /// The shape of a text and its places; `false` for a text that has none: long, with strings, or not ASCII.
    fn describe(&mut self, text: &[u8]) -> bool {
        self.shape.clear();
        self.places.clear();
        if text.len() > LONGEST {
            return false;
        }
        let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut at = 0;
        while let Some(&byte) = text.get(at) {
            if !byte.is_ascii() || byte == b'"' {
                return false;
            }
            let start = at;
            if byte.is_ascii_digit() {
                let touches = start.checked_sub(1).is_some_and(|before| text[before] == b'.');
                at = digits(text, at);
                if text.get(at) == Some(&b'.') && text.get(at + 1).is_some_and(u8::is_ascii_digit) {
                    at = digits(text, at + 1);
                }
                let goes_on = text.get(at).is_some_and(|after| part(*after) || *after == b'.');
                if !touches && !goes_on {
                    self.push(b'0', start);
                    continue;
                }
                // as it stands, and with it the word that touches it
                while text.get(at).is_some_and(|byte| part(*byte)) {
                    at += 1;
                }
            } else if byte.is_ascii_alphabetic() || byte == b'_' {
                while text.get(at).is_some_and(|byte| part(*byte)) {
                    at += 1;
                }
                if byte != b'd' && text[start..at].iter().any(u8::is_ascii_digit) {
                    self.push(b'a', start);
                    continue;
                }
            } else {
                at += 1;
            }
            for (same, byte) in text.iter().enumerate().take(at).skip(start) {
                self.push(*byte, same);
            }
        }
        self.places.push(text.len() as u32);
        true
    }

    fn push(&mut self, byte: u8, place: usize) {
        self.shape.push(byte);
        self.places.push(place as u32);
    }
}

fn digits(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Option<String> {
        let mut shapes = Shapes::default();
        shapes.describe(text.as_bytes()).then(|| String::from_utf8(shapes.shape).expect("ASCII"))
    }

    #[test]
    fn names_with_digits_and_plain_numbers_are_alike() {
        assert_eq!(shape("v17 = 0.5*v16 + 1").as_deref(), Some("a = 0*a + 0"));
        assert_eq!(shape("u = sin(v2)*w - 0.25").as_deref(), Some("u = sin(a)*w - 0"));
    }

    #[test]
    fn what_could_be_read_in_two_ways_stays() {
        for text in ["3v1", "5x5", "0..10", "2e3x", ".5", "0.50.1", "d2J/da1", "1_000"] {
            assert_eq!(shape(text).as_deref(), Some(text));
        }
        assert_eq!(shape("\"1\""), None);
        assert_eq!(shape("σ1 = 3"), None);
    }
}
