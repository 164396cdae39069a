//! Pass 1: cuts a text into statements, blocks, comments and blank lines; total and linear.

use super::chars::{is_name_part, is_name_start, skip_name};
use super::words;

/// How deep brackets and blocks may nest.
pub(super) const MAX_DEPTH: usize = 256;

/// What the scanner sees, in order; places are bytes.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Mark {
    /// A comment, from its `#`; `own_line` where nothing stands before it on its line.
    Comment { start: usize, end: usize, own_line: bool },
    /// One or more blank lines.
    Blank,
    /// A statement, or what stands before a block.
    Piece(Piece),
    /// `{`
    Open(usize),
    /// `}`
    Close(usize),
    /// A `{` too deep; everything up to its `}` was passed over.
    TooDeep(usize),
}

/// The text of one statement.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) start: usize,
    pub(super) end: usize,
    /// How deep its brackets nest.
    pub(super) depth: usize,
    /// It is one line without tab, comment or other white space than " ": its text can be parsed as it stands.
    pub(super) plain: bool,
    /// No newline stands between it and what comes before it.
    pub(super) same_line: bool,
    /// What is wrong with its brackets and strings.
    pub(super) fault: Option<Fault>,
}

/// What can be wrong with brackets and strings.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Brackets without a partner, outermost first: their places and characters.
    Unclosed(Vec<(usize, u8)>),
    /// A closing bracket without a partner.
    Unopened(usize),
    /// The place of an opening bracket, and the place of a closing one of the other kind.
    Mismatched(usize, usize),
    /// The place of a `"` without a partner on its line.
    UnclosedText(usize),
    /// Too many brackets within each other.
    TooDeep(usize),
}

/// Cuts a text into its marks.
pub(super) fn scan(text: &str) -> Vec<Mark> {
    let mut cx = Cx { text, bytes: text.as_bytes(), at: 0, fresh_line: true, line_start: 0, blocks: 0, marks: vec![] };
    cx.run();
    cx.marks
}

/// The place after the string that begins at `at`, and whether it is closed; a string ends with its line.
pub(super) fn skip_text(bytes: &[u8], at: usize) -> (usize, bool) {
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return (at + 1, true),
            b'\n' => return (at, false),
            b'\\' if bytes.get(at + 1).is_some_and(|b| *b != b'\n') => at += 2,
            _ => at += 1,
        }
    }
    (bytes.len(), false)
}

/// Does a text, trimmed at its end, end with an operator that wants a right side?
pub(super) fn wants_more(head: &str) -> bool {
    let word = |word: &str| {
        head.strip_suffix(word)
            .is_some_and(|rest| rest.chars().next_back().is_none_or(|c| !is_name_part(c) && c != '.'))
    };
    match head.as_bytes().last() {
        // The end of a comment of another language.
        Some(b'/') if head.ends_with("*/") => false,
        Some(b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'^' | b'<' | b'>' | b'=' | b',') => true,
        Some(b'.') => head.ends_with(".."),
        Some(b'd') => word("and"),
        Some(b'r') => word("or"),
        Some(b't') => word("not"),
        Some(b'p') => word("step") && ranges(head) && !ends_open(&head[..head.len() - "step".len()]),
        Some(byte) if !byte.is_ascii() => head.ends_with(['·', '×', '÷', '−', '≤', '≥', '≠', '≈']),
        _ => false,
    }
}

/// Does a text end where a value is missing, so that a `step` after it is a name?
fn ends_open(head: &str) -> bool {
    let head = head.trim_end();
    head.ends_with(['+', '-', '*', '/', '%', '@', '^', '<', '>', '=', ',', '(', '[', '.']) || head.ends_with(" step")
}

/// Does a `..` stand near the end?
fn ranges(head: &str) -> bool {
    const FAR: usize = 256;
    let bytes = head.as_bytes();
    bytes[bytes.len().saturating_sub(FAR)..].windows(2).any(|pair| pair == b"..")
}

struct Cx<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Nothing but white space on this line so far.
    fresh_line: bool,
    line_start: usize,
    blocks: usize,
    marks: Vec<Mark>,
}

impl Cx<'_> {
    fn run(&mut self) {
        let mut blank = false;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'\n' => {
                    if self.fresh_line {
                        blank = true;
                    }
                    self.at += 1;
                    self.fresh_line = true;
                    self.line_start = self.at;
                    continue;
                }
                b';' => {
                    self.at += 1;
                    self.fresh_line = false;
                    continue;
                }
                _ => {}
            }
            let space = self.space(self.at);
            if space > 0 {
                self.at += space;
                continue;
            }
            if std::mem::take(&mut blank) {
                self.marks.push(Mark::Blank);
            }
            match byte {
                b'#' => {
                    let (start, end) = self.comment();
                    self.marks.push(Mark::Comment { start, end, own_line: self.fresh_line });
                }
                b'{' if self.blocks >= MAX_DEPTH => {
                    self.marks.push(Mark::TooDeep(self.at));
                    self.skip_block();
                }
                b'{' => {
                    self.marks.push(Mark::Open(self.at));
                    self.blocks += 1;
                    self.at += 1;
                }
                b'}' => {
                    self.marks.push(Mark::Close(self.at));
                    self.blocks = self.blocks.saturating_sub(1);
                    self.at += 1;
                }
                _ => {
                    let piece = self.piece();
                    self.marks.push(Mark::Piece(piece));
                }
            }
            self.fresh_line = false;
        }
    }

    /// How many bytes of white space other than a newline stand at `at`.
    fn space(&self, at: usize) -> usize {
        match self.bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | 0x0B | 0x0C) => 1,
            Some(byte) if !byte.is_ascii() => match self.text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(c) if c.is_whitespace() || c == '\u{FEFF}' => c.len_utf8(),
                _ => 0,
            },
            _ => 0,
        }
    }

    fn line_end(&self, at: usize) -> usize {
        self.bytes[at..].iter().position(|b| *b == b'\n').map_or(self.bytes.len(), |n| at + n)
    }

    /// Passes over a comment; its place, without white space at its end.
    fn comment(&mut self) -> (usize, usize) {
        let start = self.at;
        self.at = self.line_end(start);
        (start, start + self.text[start..self.at].trim_end().len())
    }

    fn skip_block(&mut self) {
        let mut depth = 0usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                b'#' => {
                    self.at = self.line_end(self.at);
                    continue;
                }
                b'"' => {
                    self.at = skip_text(self.bytes, self.at).0;
                    continue;
                }
                b'\n' => self.line_start = self.at + 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// One statement, from its first character.
    fn piece(&mut self) -> Piece {
        let start = self.at;
        let base = if self.blocks > 0 && self.fresh_line { start - self.line_start } else { 0 };
        let same_line = !self.fresh_line;
        let mut end = start; // after the last character that is no white space
        let mut open: Vec<(usize, u8)> = vec![];
        let mut depth = 0;
        let mut plain = true;
        let mut fault = None;
        while let Some(&byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    let (next, closed) = skip_text(self.bytes, self.at);
                    if !closed {
                        fault.get_or_insert(Fault::UnclosedText(self.at));
                    }
                    self.at = next;
                    end = self.at;
                    continue;
                }
                b'(' | b'[' => {
                    open.push((self.at, byte));
                    depth = depth.max(open.len());
                    if open.len() + self.blocks > MAX_DEPTH {
                        fault.get_or_insert(Fault::TooDeep(self.at));
                    }
                }
                b')' | b']' => match open.pop() {
                    None => {
                        fault.get_or_insert(Fault::Unopened(self.at));
                    }
                    Some((at, opening)) if (opening == b'(') != (byte == b')') => {
                        fault.get_or_insert(Fault::Mismatched(at, self.at));
                    }
                    Some(_) => {}
                },
                b'{' | b'}' => break,
                b';' if !self.separates_rows(&open) => break,
                b'#' => {
                    if open.is_empty() && !wants_more(&self.text[start..end]) && !self.pipe_follows() {
                        break;
                    }
                    plain = false;
                    self.at = self.line_end(self.at);
                    continue;
                }
                b'\n' => {
                    if self.begins_statement(self.at + 1, base) {
                        break;
                    }
                    if !open.is_empty() || wants_more(&self.text[start..end]) && !self.percent_ends(end, base) {
                        self.at += 1;
                        self.line_start = self.at;
                    } else if self.pipe_follows() {
                        // pipe_follows left the place of the `|>`'s line in `at` through blanks and comments
                        self.at = self.next_line_with_text(self.at);
                    } else {
                        break;
                    }
                    plain = false;
                    continue;
                }
                b' ' => {
                    self.at += 1;
                    continue;
                }
                _ => {
                    let space = self.space(self.at);
                    if space > 0 {
                        plain = false;
                        self.at += space;
                        continue;
                    }
                }
            }
            self.at += 1;
            end = self.at;
        }
        if !open.is_empty() {
            fault.get_or_insert(Fault::Unclosed(open));
        }
        // white space after the end is not part of the text
        plain = plain || !self.text[start..end].bytes().any(|b| b.is_ascii_control() || !b.is_ascii());
        Piece { start, end, depth, plain, same_line, fault }
    }

    /// `50%` at the end of a line, and the next line at the margin: a percent sign, and no operator that wants more.
    fn percent_ends(&self, end: usize, base: usize) -> bool {
        let number =
            self.text[..end].strip_suffix('%').is_some_and(|head| head.ends_with(|c: char| c.is_ascii_digit()));
        let next = &self.text[(self.at + 1).min(self.text.len())..];
        number && next.len() - next.trim_start_matches([' ', '\t']).len() <= base
    }

    /// Where the next line with anything but white space and comments begins.
    fn next_line_with_text(&self, at: usize) -> usize {
        let mut at = at;
        while let Some(&byte) = self.bytes.get(at) {
            let space = self.space(at);
            match byte {
                b'\n' => at += 1,
                b'#' => at = self.line_end(at),
                _ if space > 0 => at += space,
                _ => break,
            }
        }
        at
    }

    fn pipe_follows(&self) -> bool {
        self.bytes[self.next_line_with_text(self.at)..].starts_with(b"|>")
    }

    /// Is the `;` here one between rows, as in `[1, 2; 3, 4]`? Then the statement goes on, to get its own answer.
    fn separates_rows(&self, open: &[(usize, u8)]) -> bool {
        const FAR: usize = 256;
        if !matches!(open.last(), Some((_, b'['))) {
            return false;
        }
        let rest = &self.bytes[self.at..self.bytes.len().min(self.at + FAR)];
        for byte in rest {
            match byte {
                b']' => return true,
                b'=' | b'\n' | b'#' | b'{' | b'}' => return false,
                _ => {}
            }
        }
        false
    }

    /// Does the line at `at` begin a definition or a statement, indented no more than `base`?
    fn begins_statement(&self, at: usize, base: usize) -> bool {
        let line = &self.text[at..self.line_end(at)];
        let body = line.trim_start_matches([' ', '\t']);
        line.len() - body.len() <= base && begins_statement(body)
    }
}

/// Does a line begin as a definition (`name =`, `name :`, `f(x) =`, `h[t] =`) or as a statement with its word?
fn begins_statement(line: &str) -> bool {
    if !line.starts_with(is_name_start) {
        return false;
    }
    let name = &line[..skip_name(line)];
    let rest = &line[name.len()..];
    if words::is_word(name) && words::goes_on(name, rest) {
        return true;
    }
    let defines = |rest: &str| {
        let rest = rest.trim_start_matches([' ', '\t']);
        rest.starts_with('=') && !rest.starts_with("==")
    };
    let close = match rest.as_bytes().first() {
        Some(b'(') => ')',
        Some(b'[') => ']',
        _ => {
            let rest = rest.trim_start_matches([' ', '\t']);
            return defines(rest)
                || rest.starts_with(':')
                || ["+=", "-=", "*=", "/="].iter().any(|update| rest.starts_with(update));
        }
    };
    // a head's brackets: a few names, and defaults without calls or with
    let mut depth = 0i32;
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '#' | '"' => return false,
            _ => {}
        }
        if depth == 0 {
            let after = &rest[at + 1..];
            return c == close && (defines(after) || c == ')' && after.trim_start().starts_with('{'));
        }
    }
    false
}
