//! Places of a text as a browser counts them: in UTF-16.

use crate::source::{Source, Span};

/// The places of one text.
#[derive(Debug)]
pub struct Places<'a> {
    source: &'a Source,
    /// Of each byte its place; none of a text in which both are the same.
    at: Option<Vec<u32>>,
}

impl<'a> Places<'a> {
    /// Of a text.
    pub fn new(source: &'a Source) -> Places<'a> {
        let count = |text: &str| {
            let mut at = Vec::with_capacity(text.len() + 1);
            let mut place = 0;
            for c in text.chars() {
                at.extend(std::iter::repeat_n(place, c.len_utf8()));
                place += c.len_utf16() as u32;
            }
            at.push(place);
            at
        };
        Places { source, at: (!source.text.is_ascii()).then(|| count(&source.text)) }
    }

    /// Of a byte.
    pub fn at(&self, byte: usize) -> u32 {
        let byte = byte.min(self.source.text.len());
        self.at.as_ref().map_or(byte as u32, |at| at[byte])
    }

    /// From where to where a span goes.
    pub fn of(&self, span: Span) -> [u32; 2] {
        [self.at(span.start as usize), self.at(span.end as usize)]
    }

    /// The line of a byte, from 1.
    pub fn line(&self, byte: usize) -> usize {
        self.source.line(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_count_as_a_browser_counts_them() {
        let source = Source::new("", "σ𝛼b");
        let places = Places::new(&source);
        assert_eq!([0, 2, 6, 7, 9].map(|byte| places.at(byte)), [0, 1, 3, 4, 4]);
    }
}
