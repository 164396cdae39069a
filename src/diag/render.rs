//! Diagnostics drawn: source with labels for people, JSON for machines. The only use of miette.

use super::{Diagnostic, Edit, Label, Level};
use crate::source::{Source, Sources, Span};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode};
use miette::{Severity, SourceSpan, SpanContents, ThemeStyles};
use serde_json::{Map, Value, json};
use std::fmt::{self, Write};
use unicode_width::UnicodeWidthStr;

/// How the page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Columns of the page.
    pub width: usize,
    /// With colour?
    pub colour: bool,
    /// Lines and arrows of Unicode, or of ASCII?
    pub unicode: bool,
}

impl Look {
    /// As tests and pipes see it: 100 columns, no colour, Unicode.
    pub const PLAIN: Look = Look { width: 100, colour: false, unicode: true };
}

/// How many problems text shows; JSON gives all.
pub const SHOWN: usize = 100;

/// A sentence longer than this is cut, and so is a label's.
const SENTENCE: usize = 600;

/// All problems, a blank line between two; the first hundred and a count of the others.
pub fn all<'a>(sources: &Sources, diagnostics: impl IntoIterator<Item = &'a Diagnostic>, look: Look) -> String {
    let mut out = String::new();
    let mut rest = diagnostics.into_iter();
    for (i, diagnostic) in rest.by_ref().take(SHOWN).enumerate() {
        if i > 0 {
            out.push('\n');
        }
        out.push_str(&text(sources, diagnostic, look));
    }
    let more = rest.count();
    if more > 0 {
        let _ = writeln!(out, "\nand {more} more");
    }
    out
}

/// One problem: its code, its sentence, its places, further facts, its mend. What stands at a place goes below the picture where
/// the page is too narrow for it.
pub fn text(sources: &Sources, diagnostic: &Diagnostic, look: Look) -> String {
    let whole = drawn(sources, diagnostic, look, false);
    let wide = |text: &str| text.lines().any(|line| plain_width(line) > look.width);
    if !wide(&whole) { whole } else { drawn(sources, diagnostic, look, true) }
}

/// The columns of a line, its colours aside.
fn plain_width(line: &str) -> usize {
    let mut rest = line;
    let mut columns = 0;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        columns += before.width();
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    columns + rest.width()
}

/// The picture and what stands below it; `narrow`: the labels are numbered in the picture and told below it.
fn drawn(sources: &Sources, diagnostic: &Diagnostic, look: Look, narrow: bool) -> String {
    let mut theme = if look.unicode { GraphicalTheme::unicode_nocolor() } else { GraphicalTheme::none() };
    if look.colour {
        theme.styles = ThemeStyles::ansi();
    }
    theme.characters.vbar_break = theme.characters.vbar;
    if look.unicode {
        theme.characters.error = "×".into();
        theme.characters.warning = "!".into();
        theme.characters.advice = "·".into();
    }
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_width(look.width.max(20))
        .with_links(false)
        .with_break_words(true)
        .with_context_lines(1)
        .without_syntax_highlighting();
    let (page, told) = Page::new(sources, diagnostic, look, narrow);
    let mut out = String::new();
    if handler.render_report(&mut out, &page).is_err() {
        // Nothing but the drawing can fail, so its sentence is still told.
        let _ = writeln!(out, "{}\n  {}", diagnostic.code, page.title);
    }
    // The code stands directly above its sentence.
    let mut out = out.replacen("\n\n", "\n", 1);
    // A source without a name is `[3:5]`.
    out = out.replace("─[:", "─[").replace("-[:", "-[");
    if narrow {
        // A code is longer than the narrowest page: it is broken between its words.
        if let Some((code, rest)) = out.split_once('\n').filter(|(code, _)| plain_width(code) > look.width) {
            let short = diagnostic.code.len() - 6 <= look.width;
            let parts = diagnostic.code.replacen("::", "::\n  ", if short { 1 } else { 2 });
            let code = code.replacen(diagnostic.code, &parts, 1);
            out = format!("{code}\n{rest}");
        }
    }
    for (mark, text) in told {
        footer(&mut out, &mark, &text, look);
    }
    let main = diagnostic.span().map(|span| span.source);
    for label in diagnostic.labels.iter().filter(|label| Some(label.span.source) != main) {
        let source = sources.get(label.span.source);
        let (line, column) = source.line_column(label.span.start as usize);
        let place = match source.name.as_str() {
            // Lines of the prompt have no place that one could look up: they are shown.
            "<prompt>" => {
                let line = source.text.get(source.line_range(line)).unwrap_or("");
                format!("`{}`: {}", cut(line.trim(), 60, false), label.text)
            }
            name => format!("{name}:{line}:{column}: {}", label.text),
        };
        footer(&mut out, "note: ", &place, look);
    }
    for fact in &diagnostic.because {
        footer(&mut out, "note: ", fact, look);
    }
    if let Some(mend) = diagnostic.mend.as_ref().filter(|mend| !mend.text.is_empty()) {
        footer(&mut out, "mend: ", &mend.text, look);
    }
    let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// One problem for machines: `severity`, `code`, `message`, `labels`, and where there are any `notes`, `help` and `edits`.
/// Lines and columns count from 1, columns and lengths in characters.
pub fn json(sources: &Sources, diagnostic: &Diagnostic) -> Value {
    let place = |span: Span| {
        let source = sources.get(span.source);
        let (line, column) = source.line_column(span.start as usize);
        let mut map = Map::new();
        map.insert("line".into(), line.into());
        map.insert("column".into(), column.into());
        map.insert("length".into(), sources.text(span).chars().count().into());
        (map, source.name.clone())
    };
    let label = |label: &Label| {
        let (mut map, file) = place(label.span);
        map.insert("text".into(), label.text.clone().into());
        map.insert("file".into(), file.into());
        Value::Object(map)
    };
    let edit = |edit: &Edit| {
        let (mut map, file) = place(edit.span);
        map.insert("text".into(), edit.text.clone().into());
        map.insert("file".into(), file.into());
        Value::Object(map)
    };
    let severity = match diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    };
    let labels: Vec<Value> = diagnostic.labels.iter().map(label).collect();
    let mut out = json!({
        "severity": severity, "code": diagnostic.code, "message": diagnostic.title, "labels": labels,
    });
    let Value::Object(map) = &mut out else { return out };
    if !diagnostic.because.is_empty() {
        map.insert("notes".into(), diagnostic.because.clone().into());
    }
    if let Some(mend) = &diagnostic.mend {
        map.insert("help".into(), mend.text.clone().into());
        if !mend.edits.is_empty() {
            map.insert("edits".into(), mend.edits.iter().map(edit).collect());
        }
    }
    out
}

/// `  mend: …`, its words wrapped under each other.
fn footer(out: &mut String, word: &str, text: &str, look: Look) {
    let (on, off) = if look.colour { ("\u{1b}[36m", "\u{1b}[0m") } else { ("", "") };
    let room = look.width.saturating_sub(word.len() + 2).max(10);
    let indent = " ".repeat(word.len() + 2);
    let mut first = true;
    for paragraph in cut(text, SENTENCE, true).split('\n') {
        let mut line = String::new();
        let mut lines = Vec::new();
        // Spaces at the beginning are layout (an expression under another), those within are word breaks.
        for piece in paragraph.split_inclusive(' ') {
            if line.width() + piece.trim_end().width() > room && !line.trim().is_empty() {
                lines.push(std::mem::take(&mut line));
            }
            // A word that no line holds is broken.
            let long = piece.trim_end().width() > room;
            for c in piece.chars() {
                if long && line.width() >= room {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        }
        lines.push(line);
        for line in lines {
            let line = line.trim_end();
            let _ = match std::mem::take(&mut first) {
                true => writeln!(out, "  {on}{word}{off}{line}"),
                false => writeln!(out, "{indent}{line}"),
            };
        }
    }
}

/// A text without control characters, and not longer than `most` characters.
fn cut(text: &str, most: usize, line_breaks: bool) -> String {
    let mut out: String =
        text.chars().take(most).map(|c| if line_breaks && c == '\n' { c } else { shown(c) }).collect();
    if text.chars().nth(most).is_some() {
        out.push('…');
    }
    out
}

fn shown(c: char) -> char {
    match c {
        '\t' => ' ',
        c if (c as u32) < 0x20 => char::from_u32(0x2400 + c as u32).unwrap_or('\u{fffd}'),
        c if c.is_control() => '\u{fffd}',
        // These change the direction of what follows.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c => c,
    }
}

/// What miette is given: the sentence, and of the source only the lines that carry labels, each cut to the page.
#[derive(Debug)]
struct Page {
    code: &'static str,
    title: String,
    severity: Severity,
    /// The lines that are drawn, each with its line break, one after the other.
    text: String,
    blocks: Vec<Block>,
    labels: Vec<LabeledSpan>,
    places: Vec<Place>,
    name: String,
}

/// Lines that follow each other in the source.
#[derive(Debug)]
struct Block {
    /// Where they are in [`Page::text`].
    start: usize,
    end: usize,
    /// The number of the first one, from 0.
    line: usize,
    /// How many.
    count: usize,
}

/// Where a label truly begins.
#[derive(Debug)]
struct Place {
    offset: usize,
    line: usize,
    column: usize,
}

impl Page {
    /// With what is told below the picture: a mark, and its text.
    fn new(sources: &Sources, diagnostic: &Diagnostic, look: Look, narrow: bool) -> (Page, Vec<(String, String)>) {
        let mut page = Page {
            code: diagnostic.code,
            title: cut(&diagnostic.title, SENTENCE, false),
            severity: match diagnostic.level {
                Level::Error => Severity::Error,
                Level::Warning => Severity::Warning,
                Level::Note => Severity::Advice,
            },
            text: String::new(),
            blocks: vec![],
            labels: vec![],
            places: vec![],
            name: String::new(),
        };
        let mut told = vec![];
        let Some(main) = diagnostic.span() else { return (page, told) };
        let source = sources.get(main.source);
        page.name = match narrow {
            false => cut(&source.name, 200, false),
            true => ending(&source.name, look.width.saturating_sub(16).max(4)),
        };
        let mut labels: Vec<(usize, usize, &Label)> = diagnostic
            .labels
            .iter()
            .enumerate()
            .filter(|(_, label)| label.span.source == main.source)
            .map(|(i, label)| (source.line(label.span.start as usize), i, label))
            .collect();
        labels.sort_by_key(|(line, i, _)| (*line, *i));
        let number = labels.last().map_or(1, |(line, ..)| line.to_string().len());
        let room = look.width.saturating_sub(if narrow { 11 + number } else { 10 }).max(if narrow { 8 } else { 30 });
        for group in labels.chunk_by(|a, b| a.0 == b.0) {
            page.line(source, group, room, narrow.then_some(&mut told));
        }
        (page, told)
    }

    /// Adds a line and its labels.
    fn line(
        &mut self,
        source: &Source,
        group: &[(usize, usize, &Label)],
        room: usize,
        mut told: Option<&mut Vec<(String, String)>>,
    ) {
        let Some(line) = group.first().map(|first| first.0) else { return };
        let range = source.line_range(line);
        let text = source.text.get(range.clone()).unwrap_or("").trim_end_matches('\r');
        let inside = |byte: u32| {
            let mut at = (byte as usize).saturating_sub(range.start).min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let spans: Vec<(usize, usize)> =
            group.iter().map(|(_, _, label)| (inside(label.span.start), inside(label.span.end))).collect();
        let window = window(text, &spans, room);
        let start = self.text.len();
        let mut mapped: Vec<(Option<usize>, Option<usize>)> = vec![(None, None); spans.len()];
        if window.start > 0 {
            self.text.push('…');
        }
        let from = self.text.len();
        for (i, c) in text[window.clone()].char_indices() {
            let at = window.start + i;
            for ((a, b), (ma, mb)) in spans.iter().zip(&mut mapped) {
                if ma.is_none() && at >= *a {
                    *ma = Some(self.text.len());
                }
                if mb.is_none() && at >= *b {
                    *mb = Some(self.text.len());
                }
            }
            self.text.push(if c == '\t' { c } else { shown(c) });
        }
        let end = self.text.len();
        if window.end < text.len() {
            self.text.push('…');
        }
        self.text.push('\n');
        for ((_, index, label), (a, b)) in group.iter().zip(mapped) {
            let (a, b) = (a.unwrap_or(end).max(from), b.unwrap_or(end));
            let mut text = (!label.text.is_empty()).then(|| cut(&label.text, 200, false));
            if let (Some(told), Some(own)) = (&mut told, &mut text) {
                let mark = (told.len() + 1).to_string();
                told.push((format!("{mark}: "), std::mem::replace(own, mark)));
            }
            let span = SourceSpan::from((a, b.saturating_sub(a)));
            let (line, column) = source.line_column(label.span.start as usize);
            self.places.push(Place { offset: a, line: line - 1, column: column - 1 });
            self.labels.push(match index {
                0 => LabeledSpan::new_primary_with_span(text, span),
                _ => LabeledSpan::new_with_span(text, span),
            });
        }
        let end = self.text.len();
        match self.blocks.last_mut() {
            Some(block) if block.line + block.count == line - 1 => {
                block.end = end;
                block.count += 1;
            }
            _ => self.blocks.push(Block { start, end, line: line - 1, count: 1 }),
        }
    }
}

/// The end of a name, of so many columns.
fn ending(name: &str, most: usize) -> String {
    let name = cut(name, 200, false);
    let skip = (0..name.len()).find(|at| name.get(*at..).is_some_and(|rest| rest.width() <= most)).unwrap_or(0);
    if skip == 0 { name } else { format!("…{}", &name[skip..]) }
}

/// The part of a line that is shown: all of it, or what stands around its labels.
fn window(text: &str, spans: &[(usize, usize)], room: usize) -> std::ops::Range<usize> {
    // A line of `room` bytes is at most `room` columns wide, or twice that for wide letters of three bytes.
    if text.len() <= room || (text.len() <= 4 * room && text.width() <= room) {
        return 0..text.len();
    }
    let first = spans.iter().map(|span| span.0).min().unwrap_or(0);
    let back = text[..first].char_indices().rev().nth(room / 4).map_or(0, |(i, _)| i);
    let mut columns = 0;
    for (i, c) in text[back..].char_indices() {
        columns += unicode_width::UnicodeWidthChar::width(c).unwrap_or(1);
        if columns > room {
            return back..back + i;
        }
    }
    back..text.len()
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for Page {}

impl miette::Diagnostic for Page {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.labels.is_empty()).then_some(self as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

impl SourceCode for Page {
    /// The block that holds the span. A span over two blocks is refused, and so miette draws them apart.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let block = self.blocks.iter().find(|block| block.start <= start && end <= block.end);
        let block = block.ok_or(MietteError::OutOfBounds)?;
        // Without lines before it, only the span's own line and column are asked for.
        let place = self.places.iter().find(|place| before == 0 && place.offset == start);
        let (line, column) = place.map_or((block.line, 0), |place| (place.line, place.column));
        let data = self.text.get(block.start..block.end).unwrap_or("").as_bytes();
        let span = SourceSpan::from((block.start, block.end - block.start));
        let contents = MietteSpanContents::new_named(self.name.clone(), data, span, line, column, block.count);
        Ok(Box::new(contents))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> (Sources, Diagnostic) {
        let mut sources = Sources::default();
        let text = "input x : [3, m]\nw1 : [3, 4] = zeros([3, 4])\n\n\nz = w1 @ x\n";
        let id = sources.add(Source::new("", text));
        let at = |piece: &str| {
            let start = text.rfind(piece).expect("the piece is in the text");
            Span::new(id, start, start + piece.len())
        };
        let diagnostic =
            Diagnostic::error("nnlang::shape::matmul", "the inner dimensions of this product differ: 4 and 3")
                .at(at("w1"), "[3, 4], stated on line 2")
                .at(at("x"), "[3, m], an input, line 1")
                .at(at("[3, 4] ="), "")
                .mend("w1' @ x would give [4, m]")
                .edit(at("w1"), "w1'");
        (sources, diagnostic)
    }

    #[test]
    fn a_problem_is_drawn_with_code_sentence_places_and_mend() {
        let (sources, diagnostic) = sample();
        let text = text(&sources, &diagnostic, Look::PLAIN);
        let expected = "\
nnlang::shape::matmul
  × the inner dimensions of this product differ: 4 and 3
   ╭─[2:6]
 2 │ w1 : [3, 4] = zeros([3, 4])
   │      ────────
   ╰────
   ╭─[5:5]
 5 │ z = w1 @ x
   │     ─┬   ┬
   │      │   ╰── [3, m], an input, line 1
   │      ╰── [3, 4], stated on line 2
   ╰────
  mend: w1' @ x would give [4, m]
";
        assert_eq!(text, expected);
    }

    #[test]
    fn machines_get_lines_and_columns_in_characters() {
        let (sources, diagnostic) = sample();
        let expected = concat!(
            r#"{"severity":"error","code":"nnlang::shape::matmul","#,
            r#""message":"the inner dimensions of this product differ: 4 and 3","labels":["#,
            r#"{"line":5,"column":5,"length":2,"text":"[3, 4], stated on line 2","file":""},"#,
            r#"{"line":5,"column":10,"length":1,"text":"[3, m], an input, line 1","file":""},"#,
            r#"{"line":2,"column":6,"length":8,"text":"","file":""}],"#,
            r#""help":"w1' @ x would give [4, m]","#,
            r#""edits":[{"line":5,"column":5,"length":2,"text":"w1'","file":""}]}"#,
        );
        assert_eq!(json(&sources, &diagnostic).to_string(), expected);
    }

    #[test]
    fn a_line_of_ten_megabytes_is_cut_around_its_label() {
        let mut sources = Sources::default();
        let long = "a + ".repeat(2_500_000);
        let id = sources.add(Source::new("long.nnl", format!("{long}b\n")));
        let diagnostic = Diagnostic::error("nnlang::name::unknown", "there is no `b`")
            .at(Span::new(id, long.len(), long.len() + 1), "here")
            .at(Span::new(id, 0, long.len()), "all of it");
        for look in [Look::PLAIN, Look { width: 40, colour: true, unicode: false }] {
            let drawn = text(&sources, &diagnostic, look);
            assert!(drawn.len() < 3000 && drawn.contains("10000001") && drawn.contains("here"), "{drawn}");
        }
    }

    #[test]
    fn spans_at_the_end_across_lines_and_between_letters_are_drawn() {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("é.nnl", "é = (1 +\n2\n\u{0}\u{1b}[2J"));
        for (start, end) in [(0, 1), (1, 2), (6, 12), (9, 9), (13, 18), (18, 18), (40, 90), (5, 2)] {
            let diagnostic =
                Diagnostic::warning("nnlang::syntax::x", "title\u{1b}[2J").at(Span::new(id, start, end), "w");
            let drawn = text(&sources, &diagnostic, Look::PLAIN);
            assert!(drawn.contains("é.nnl") && !drawn.contains('\u{1b}') && drawn.contains('w'), "{drawn}");
        }
    }

    #[test]
    fn after_a_hundred_problems_the_others_are_counted() {
        let (sources, diagnostic) = sample();
        let drawn = all(&sources, &vec![diagnostic; 130], Look::PLAIN);
        assert_eq!(drawn.matches("nnlang::shape::matmul").count(), 100);
        assert!(drawn.ends_with("\nand 30 more\n"));
    }

    #[test]
    fn a_label_in_another_file_is_told_in_words() {
        let (mut sources, diagnostic) = sample();
        let other = sources.add(Source::new("net.nnl", "\nw1 : [3, 4]\n"));
        let drawn = text(&sources, &diagnostic.at(Span::new(other, 6, 12), "stated here"), Look::PLAIN);
        assert!(drawn.contains("  note: net.nnl:2:6: stated here\n"), "{drawn}");
    }
}
