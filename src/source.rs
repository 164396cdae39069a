//! Source texts, and the places in them that everything else points at.

mod list;

pub use list::List;

use std::borrow::Cow;
use std::sync::Arc;

/// Which text: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceId(pub u32);

/// A range of bytes in one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// The text it is in.
    pub source: SourceId,
    /// Its first byte.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `source`.
    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        Span { source, start: start as u32, end: end as u32 }
    }

    /// Does it hold the other?
    pub fn holds(self, other: Span) -> bool {
        self.source == other.source && self.start <= other.start && other.end <= self.end
    }

    /// From the start of `self` to the end of `other`; both are in one text.
    pub fn to(self, other: Span) -> Span {
        Span { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Its range of bytes.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Something and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The thing.
    pub node: T,
    /// Its place.
    pub span: Span,
}

/// One text: a file, or what was typed at the prompt.
#[derive(Debug)]
pub struct Source {
    /// Its name as the user knows it: a path, `<stdin>`, `<prompt>`.
    pub name: String,
    /// The text itself, its full-width marks the plain ones.
    pub text: String,
    lines: Vec<u32>,
}

impl Source {
    /// A text under a name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Source {
        let text: String = text.into();
        let text = match plain(&text) {
            Cow::Owned(plain) => plain,
            Cow::Borrowed(_) => text,
        };
        let mut lines = vec![0];
        lines.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
        Source { name: name.into(), text, lines }
    }

    /// The 1-based line and column (in characters) of a byte.
    pub fn line_column(&self, byte: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start as usize <= byte);
        let start = self.lines[line - 1] as usize;
        let end = byte.min(self.text.len());
        let column = self.text.get(start..end).map_or(end - start, |head| head.chars().count());
        (line, column + 1)
    }

    /// The 1-based line of a byte.
    pub fn line(&self, byte: usize) -> usize {
        self.lines.partition_point(|start| *start as usize <= byte)
    }

    /// The bytes of a 1-based line, without its line break; empty where there is no such line.
    pub fn line_range(&self, line: usize) -> std::ops::Range<usize> {
        let at = |line: usize| self.lines.get(line.wrapping_sub(1)).map(|start| *start as usize);
        let Some(start) = at(line) else { return 0..0 };
        let end = at(line + 1).map_or(self.text.len(), |next| next - 1);
        start..end
    }
}

/// A text with the digits, letters, brackets, operators and marks that a Japanese or Chinese keyboard types (U+FF01 to U+FF5E)
/// as the plain ones, and the operators ⋅ ∙ ∗ as the dot and the star; what stands in
/// strings and comments stays. Lines and columns in characters are the same.
pub fn plain(text: &str) -> Cow<'_, str> {
    let wide = |c: char| ('\u{FF01}'..='\u{FF5E}').contains(&c);
    let dot = |c: char| matches!(c, '\u{22C5}' | '\u{2219}' | '\u{2217}');
    if text.is_ascii() || !text.contains(|c| wide(c) || dot(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let (mut comment, mut quoted, mut escaped) = (false, false, false);
    for c in text.chars() {
        // U+FF01 is the `!` of U+0021, and so on.
        let same = match c {
            '\u{22C5}' | '\u{2219}' => '·',
            '\u{2217}' => '*',
            _ if wide(c) => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            _ => c,
        };
        match same {
            '\n' => (comment, quoted) = (false, false),
            '"' if !comment && !escaped => {
                quoted = !quoted;
                out.push('"');
                continue;
            }
            '#' if !quoted && !comment => {
                comment = true;
                out.push('#');
                continue;
            }
            _ => {}
        }
        escaped = quoted && !escaped && c == '\\';
        out.push(if comment || quoted { c } else { same });
    }
    Cow::Owned(out)
}

/// All texts of a session; cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Sources(List<Arc<Source>>);

impl Sources {
    /// Adds a text.
    pub fn add(&mut self, source: Source) -> SourceId {
        self.0.push(Arc::new(source));
        SourceId(self.0.len() as u32 - 1)
    }

    /// The text of an id.
    pub fn get(&self, id: SourceId) -> &Arc<Source> {
        &self.0[id.0 as usize]
    }

    /// The last text of a name.
    pub(crate) fn named(&self, name: &str) -> Option<SourceId> {
        let at = (0..self.0.len()).rev().find(|at| self.0[*at].name == name)?;
        Some(SourceId(at as u32))
    }

    /// Is this its text?
    pub(crate) fn has(&self, id: SourceId, text: &str) -> bool {
        self.0.get(id.0 as usize).is_some_and(|source| source.text == text)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Is there no text?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets all texts but the first `count`.
    pub(crate) fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }

    /// Shows another text in the place of one.
    pub(crate) fn replace(&mut self, text: &str, by: Source) {
        if let Some(place) = (0..self.0.len()).rev().find(|place| self.0[*place].text == text) {
            self.0.set(place, Arc::new(by));
        }
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.source).text.get(span.range()).unwrap_or("")
    }

    /// The text of a span on one line: without its comments and breaks, blanks between words alone.
    pub fn in_line(&self, span: Span) -> String {
        in_line(self.text(span))
    }

    /// The 1-based line where a span starts.
    pub fn line(&self, span: Span) -> usize {
        self.get(span.source).line(span.start as usize)
    }
}

/// A text over several lines as one, without its comments; a text of one line as it is.
fn in_line(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_string();
    }
    let mut out = String::new();
    for line in text.lines() {
        let mut quoted = false;
        let comment = line.find(|c| {
            quoted ^= c == '"';
            c == '#' && !quoted
        });
        for word in line[..comment.unwrap_or(line.len())].split_whitespace() {
            if !(out.is_empty() || out.ends_with(['(', '[']) || word.starts_with([')', ']', ','])) {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::in_line;

    #[test]
    fn a_statement_over_lines_is_said_in_one() {
        assert_eq!(in_line("sum(  # of all\n    [a*b,  # \"both\"\n     a]\n)"), "sum([a*b, a])");
        assert_eq!(in_line("plot a to\n    \"#1.svg\"  # a file"), "plot a to \"#1.svg\"");
        assert_eq!(in_line("a  +  b"), "a  +  b");
    }
}
