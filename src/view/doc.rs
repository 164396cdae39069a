//! `Doc`: semantic markup. What a word *is* is said here; how that looks is the terminal's business.

use unicode_width::UnicodeWidthStr;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// Nothing in particular: `=`, spaces, prose.
    #[default]
    Plain,
    /// A name of the program, or an expression as it was written.
    Name,
    /// A number.
    Number,
    /// A shape.
    Shape,
    /// A word of the language.
    Keyword,
    /// A heading.
    Heading,
    /// It holds, it agrees.
    Good,
    /// It fails, it differs.
    Bad,
    /// An aside.
    Note,
}

/// A word or a few, with one meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub style: Style,
    /// Its text; no line break in it.
    pub text: String,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its pieces, from left to right.
    pub pieces: Vec<Piece>,
    /// Of a row of a table or matrix: with which piece each column begins.
    pub(crate) cuts: Vec<usize>,
    /// The first column tells what the row is.
    pub(crate) labelled: bool,
}

/// At which side of its column a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Words.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// Lines of text with meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    /// Its lines, from top to bottom.
    pub lines: Vec<Line>,
}

/// How many columns a text takes on a terminal.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

impl Line {
    /// An empty line.
    pub(crate) fn new() -> Line {
        Line::default()
    }

    /// With a text of some style at the end. Control characters, line breaks among them, are replaced: a line is one.
    pub(crate) fn with(mut self, style: Style, text: impl Into<String>) -> Line {
        self.add(style, text);
        self
    }

    /// Adds a text of some style at the end, as [`Line::with`].
    pub(crate) fn add(&mut self, style: Style, text: impl Into<String>) {
        let mut text: String = text.into();
        if text.chars().any(char::is_control) {
            text = text.chars().map(visible).collect();
        }
        if !text.is_empty() {
            self.pieces.push(Piece { style, text });
        }
    }

    /// Here begins a column of a table; with `labelled` the first one tells what the row is.
    pub(crate) fn cut(mut self, labelled: bool) -> Line {
        self.cuts.push(self.pieces.len());
        self.labelled |= labelled;
        self
    }

    /// With plain text at the end.
    pub(crate) fn plain(self, text: impl Into<String>) -> Line {
        self.with(Style::Plain, text)
    }

    /// With a name at the end.
    pub(crate) fn name(self, text: impl Into<String>) -> Line {
        self.with(Style::Name, text)
    }

    /// With a number at the end.
    pub(crate) fn number(self, text: impl Into<String>) -> Line {
        self.with(Style::Number, text)
    }

    /// With a shape at the end.
    pub(crate) fn shape(self, text: impl Into<String>) -> Line {
        self.with(Style::Shape, text)
    }

    /// With an aside at the end.
    pub(crate) fn note(self, text: impl Into<String>) -> Line {
        self.with(Style::Note, text)
    }

    /// With the pieces of another line at the end.
    pub(crate) fn then(mut self, other: Line) -> Line {
        self.pieces.extend(other.pieces);
        self
    }

    /// With a text at the end that fills `columns` columns (more, where it is longer).
    pub(crate) fn aligned(self, style: Style, text: &str, columns: usize, align: Align) -> Line {
        let space = " ".repeat(columns.saturating_sub(width(text)));
        match align {
            Align::Left => self.with(style, text).plain(space),
            Align::Right => self.plain(space).with(style, text),
        }
    }

    /// How many columns it takes.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|piece| width(&piece.text)).sum()
    }

    /// As lines of at most `columns` columns, broken at spaces; a longer word stands alone. What is carried over is indented.
    pub(crate) fn wrapped(mut self, columns: usize) -> Vec<Line> {
        let text = self.text();
        // The spaces that fill a column at the end are columns too.
        while let Some(last) = self.pieces.last_mut().filter(|last| last.text.ends_with(' ')) {
            last.text.truncate(last.text.trim_end().len());
            if last.text.is_empty() {
                self.pieces.pop();
            }
        }
        if width(&text) <= columns {
            return vec![self];
        }
        let indent = (text.len() - text.trim_start_matches(' ').len() + 2).min(columns / 3);
        self.drawn_in(columns / 3);
        let (mut lines, mut line, mut word) = (vec![], Line::new(), Line::new());
        // What stands between back-ticks is one word, unless it is longer than a line.
        let mut quoted = false;
        for piece in self.pieces {
            for part in piece.text.split_inclusive(' ') {
                word.join(piece.style, part);
                quoted ^= part.matches('`').count() % 2 == 1;
                let long = word.width() > columns.saturating_sub(indent);
                if part.ends_with(' ') && (!quoted || long) {
                    word.carry(&mut line, &mut lines, columns, indent);
                }
            }
        }
        word.carry(&mut line, &mut lines, columns, indent);
        lines.push(line);
        lines.into_iter().map(Line::trimmed).collect()
    }

    /// Without spaces at its end.
    fn trimmed(mut self) -> Line {
        while let Some(last) = self.pieces.last_mut().filter(|last| last.text.ends_with(' ')) {
            last.text.truncate(last.text.trim_end_matches(' ').len());
            if last.text.is_empty() {
                self.pieces.pop();
            }
        }
        self
    }

    /// With at most so many spaces at its beginning.
    fn drawn_in(&mut self, most: usize) {
        let mut left = most;
        for piece in &mut self.pieces {
            let spaces = piece.text.len() - piece.text.trim_start_matches(' ').len();
            piece.text.drain(..spaces.saturating_sub(left));
            left = left.saturating_sub(spaces);
            if !piece.text.trim_start_matches(' ').is_empty() {
                break;
            }
        }
    }

    /// Goes to the end of a line, or begins the next; a word that no line holds is broken where it has to be, a number never.
    fn carry(&mut self, line: &mut Line, lines: &mut Vec<Line>, columns: usize, indent: usize) {
        let own = width(&self.text());
        if own > 0 && !line.text().is_empty() && line.width() + own > columns {
            lines.push(std::mem::replace(line, Line::new().plain(" ".repeat(indent))));
        }
        let room = columns.saturating_sub(indent).max(1);
        for piece in self.pieces.drain(..) {
            if own <= room || piece.style == Style::Number {
                line.join(piece.style, &piece.text);
                continue;
            }
            for c in piece.text.chars() {
                if line.width() + width(c.encode_utf8(&mut [0; 4])) > columns && c != ' ' {
                    lines.push(std::mem::replace(line, Line::new().plain(" ".repeat(indent))));
                }
                line.join(piece.style, c.encode_utf8(&mut [0; 4]));
            }
        }
    }

    /// The pieces of a column.
    fn cell(&self, column: usize) -> &[Piece] {
        let Some(from) = self.cuts.get(column) else { return &[] };
        let to = self.cuts.get(column + 1).copied().unwrap_or(self.pieces.len());
        self.pieces.get(*from..to).unwrap_or(&[])
    }

    /// Adds a text to the last piece where that has its style.
    fn join(&mut self, style: Style, text: &str) {
        match self.pieces.last_mut().filter(|last| last.style == style) {
            Some(last) => last.text.push_str(text),
            None => self.pieces.push(Piece { style, text: text.to_string() }),
        }
    }

    /// Its text, without spaces at the end.
    pub fn text(&self) -> String {
        let text: String = self.pieces.iter().map(|piece| piece.text.as_str()).collect();
        text.trim_end().to_string()
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Line {
        Line::new().plain(text)
    }
}

impl Doc {
    /// An empty document.
    pub(crate) fn new() -> Doc {
        Doc::default()
    }

    /// Of one line.
    pub(crate) fn line(line: Line) -> Doc {
        Doc { lines: vec![line] }
    }

    /// A heading.
    pub(crate) fn heading(text: &str) -> Doc {
        Doc::line(Line::new().with(Style::Heading, text))
    }

    /// Adds a line.
    pub(crate) fn push(&mut self, line: impl Into<Line>) {
        self.lines.push(line.into());
    }

    /// Adds all lines of another document.
    pub(crate) fn extend(&mut self, other: Doc) {
        self.lines.extend(other.lines);
    }

    /// Its lines moved to the right.
    pub(crate) fn indent(mut self, columns: usize) -> Doc {
        for line in &mut self.lines {
            if !line.pieces.is_empty() {
                line.pieces.insert(0, Piece { style: Style::Plain, text: " ".repeat(columns) });
                line.cuts.iter_mut().for_each(|cut| *cut += 1);
            }
        }
        self
    }

    /// Its lines as [`Line::wrapped`].
    pub(crate) fn wrapped(self, columns: usize) -> Doc {
        let mut lines = vec![];
        let mut grid: Vec<Line> = vec![];
        for line in self.lines {
            if line.cuts.is_empty() || grid.last().is_some_and(|last| last.labelled != line.labelled) {
                lines.extend(blocks(std::mem::take(&mut grid), columns));
            }
            match line.cuts.is_empty() {
                true => lines.push(line),
                false => grid.push(line),
            }
        }
        lines.extend(blocks(grid, columns));
        Doc { lines: lines.into_iter().flat_map(|line| line.wrapped(columns)).collect() }
    }

    /// Has it no line?
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// Its text: every line ends with a line break.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.text() + "\n").collect()
    }
}

/// The rows of a table or matrix in blocks of columns that fit: under each other, each with the first column again where that
/// tells what the rows are.
fn blocks(rows: Vec<Line>, columns: usize) -> Vec<Line> {
    let widest = rows.iter().map(|row| width(&row.text())).max().unwrap_or(0);
    let count = rows.iter().map(|row| row.cuts.len()).max().unwrap_or(0);
    let labelled = rows.iter().any(|row| row.labelled);
    let first = usize::from(labelled);
    if widest <= columns || count <= first + 1 {
        return rows;
    }
    let wide = |pieces: &[Piece]| pieces.iter().map(|piece| width(&piece.text)).sum::<usize>();
    let widths: Vec<usize> =
        (0..count).map(|column| rows.iter().map(|row| wide(row.cell(column))).max().unwrap_or(0)).collect();
    let start = |row: &Line| wide(row.pieces.get(..row.cuts.first().copied().unwrap_or(0)).unwrap_or(&[]));
    let before = rows.iter().map(start).max().unwrap_or(0) + if labelled { widths[0] } else { 0 };
    let mut out = vec![];
    let mut from = first;
    while from < count {
        let mut to = from + 1;
        while to < count && before + widths[from..=to].iter().sum::<usize>() <= columns {
            to += 1;
        }
        if from > first && !labelled {
            out.push(Line::new().note(" ".repeat(before.saturating_sub(2)) + "further columns"));
        }
        for row in &rows {
            let mut line = match from == first {
                true => Line { pieces: row.pieces[..row.cuts[0]].to_vec(), ..Line::default() },
                false => Line::new().plain(" ".repeat(start(row))),
            };
            for column in (0..first).chain(from..to) {
                line.pieces.extend_from_slice(row.cell(column));
            }
            let line = line.trimmed();
            if !line.pieces.is_empty() {
                out.push(line);
            }
        }
        from = to;
    }
    out
}

fn visible(c: char) -> char {
    match c {
        '\t' | '\n' | '\r' => ' ',
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_letters_take_two_columns() {
        let line = Line::new().aligned(Style::Name, "家賃", 6, Align::Left).plain("|");
        assert_eq!(line.text(), "家賃  |");
        assert_eq!(line.width(), 7);
    }

    #[test]
    fn a_line_stays_one_line() {
        assert_eq!(Line::new().plain("a\nb\u{1b}[2J").text(), "a b\u{241b}[2J");
    }

    #[test]
    fn a_long_line_is_broken_between_words() {
        let line =
            Line::new().plain("  ").name("dJ/db").plain(" = ").number("0.125").note("  nothing else connects them");
        let shown = |columns| Doc::line(line.clone()).wrapped(columns).text();
        assert_eq!(shown(80), "  dJ/db = 0.125  nothing else connects them\n");
        assert_eq!(shown(24), "  dJ/db = 0.125  nothing\n    else connects them\n");
        assert_eq!(Doc::line("家賃 家賃 abcdefghij".into()).wrapped(6).text(), "家賃\n  家賃\n  abcd\n  efgh\n  ij\n");
    }

    #[test]
    fn a_wide_table_is_broken_into_blocks_of_columns() {
        let row = |label: &str, cells: [&str; 3]| {
            let line = Line::new().cut(true).aligned(Style::Name, label, 2, Align::Left);
            cells
                .iter()
                .fold(line, |line, cell| line.cut(true).plain("  ").aligned(Style::Number, cell, 6, Align::Right))
        };
        let doc = Doc { lines: vec![row("a", ["1", "2", "3"]), row("bb", ["10", "20", "30"])] };
        assert_eq!(doc.clone().wrapped(40).text(), "a        1       2       3\nbb      10      20      30\n");
        assert_eq!(doc.wrapped(20).text(), "a        1       2\nbb      10      20\na        3\nbb      30\n");
    }

    #[test]
    fn what_stands_in_back_ticks_is_not_broken() {
        let line = Line::new().plain("the derivative has `a - b` here");
        assert_eq!(Doc::line(line).wrapped(24).text(), "the derivative has\n  `a - b` here\n");
        let coloured = Line::new().number("1234567890").plain("  ").number("1234567890");
        let lines = Doc::line(coloured).wrapped(20).lines;
        assert!(lines.iter().all(|line| line.width() <= 20 && !line.pieces.is_empty()), "{lines:?}");
    }

    #[test]
    fn indentation_leaves_empty_lines_empty() {
        let mut doc = Doc::line("a".into());
        doc.push("");
        assert_eq!(doc.indent(2).text(), "  a\n\n");
    }
}
