//! Colours for a line while it is typed: what a word is, is told by the grammar where the line is whole.

use super::complete::Known;
use crate::source::{Source, Sources, Span};
use crate::syntax::{self, ast};
use crate::view::Style;

/// The text in colour: the same characters, with marks around words.
pub(super) fn coloured(text: &str, at: usize, known: &Known) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut last = 0;
    let pair = bracket_pair(text, at);
    for (start, end, style, wrong) in words(text, at, known) {
        plain(&text[last..start], last, &pair, &mut out);
        let code = code(style);
        if wrong {
            out.push_str("\u{1b}[4m");
        }
        if code.is_empty() && !wrong {
            plain(&text[start..end], start, &pair, &mut out);
        } else {
            out.push_str(code);
            out.push_str(&text[start..end]);
            out.push_str("\u{1b}[0m");
        }
        last = end;
    }
    plain(&text[last..], last, &pair, &mut out);
    out
}

/// The colours of a program, with the names that a session knows.
#[derive(Debug)]
pub struct Colours(Known);

impl Colours {
    /// With the names of a session.
    pub fn new(session: &crate::session::Session) -> Colours {
        Colours(Known::new(session))
    }

    /// From where to where which style; what is plain is left out.
    pub fn of(&self, text: &str) -> Vec<(usize, usize, Style)> {
        let words = words(text, usize::MAX, &self.0).into_iter();
        words.map(|(start, end, style, _)| (start, end, style)).filter(|(.., style)| *style != Style::Plain).collect()
    }
}

fn plain(text: &str, start: usize, pair: &Option<(usize, usize)>, out: &mut String) {
    for (i, c) in text.char_indices() {
        let place = start + i;
        match pair {
            Some((a, b)) if place == *a || place == *b => {
                out.push_str("\u{1b}[1;33m");
                out.push(c);
                out.push_str("\u{1b}[0m");
            }
            _ => out.push(c),
        }
    }
}

fn code(style: Style) -> &'static str {
    match style {
        Style::Number => "\u{1b}[36m",
        Style::Keyword => "\u{1b}[35m",
        Style::Name => "\u{1b}[1m",
        Style::Good => "\u{1b}[32m",
        Style::Note => "\u{1b}[2m",
        Style::Shape => "\u{1b}[34m",
        Style::Bad => "\u{1b}[31m",
        Style::Plain | Style::Heading => "",
    }
}

/// The words of a text: from, to, what it is, and whether it stands where something is wrong.
fn words(text: &str, at: usize, known: &Known) -> Vec<(usize, usize, Style, bool)> {
    if text.trim_start().starts_with(':') {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        return vec![(0, end, Style::Keyword, false)];
    }
    if let std::borrow::Cow::Owned(_) = crate::source::plain(text) {
        // Its places are those of the plain text.
        return vec![];
    }
    let mut sources = Sources::default();
    let id = sources.add(Source::new("", text));
    // A very long text is not read anew at every key.
    let (program, problems) = if text.len() < 20_000 { syntax::parse(&sources, id) } else { Default::default() };
    let heads = heads(&program.items);
    let own: Vec<String> =
        program.items.iter().filter_map(|item| Some(item.statement.defines()?.text.clone())).collect();
    let whole = syntax::is_complete(text);
    let wrong = |start: usize, end: usize| {
        whole
            && (at < start || at > end)
            && problems
                .iter()
                .filter_map(|problem| problem.span())
                .any(|span| span.start as usize <= start && end <= span.end as usize && span.end - span.start < 40)
    };
    let mut out = vec![];
    for (start, end, kind) in lexemes(text) {
        let word = &text[start..end];
        let style = match kind {
            Lexeme::Comment => Style::Note,
            Lexeme::Text => Style::Good,
            Lexeme::Number => Style::Number,
            Lexeme::Name => {
                let called = text[end..].starts_with(['(', '\'']);
                if heads.contains(&(start as u32)) {
                    Style::Keyword
                } else if known.is_name(word) || own.iter().any(|own| own == word) {
                    Style::Name
                } else if called && known.is_function(word) {
                    Style::Shape
                } else {
                    Style::Plain
                }
            }
        };
        out.push((start, end, style, wrong(start, end)));
    }
    out
}

/// The places of statement words, as the grammar reads them.
fn heads(items: &[ast::Item]) -> Vec<u32> {
    let mut out = vec![];
    for item in items {
        let start = |span: Span| span.start;
        match &item.statement {
            ast::Statement::Ask(ask) => out.push(start(ask.word.span)),
            ast::Statement::Layer(layer) => {
                out.push(start(layer.word.span));
                out.extend(layer.block.iter().flat_map(|block| heads(&block.items)));
            }
            ast::Statement::Setting(setting) => out.push(start(setting.word.span)),
            ast::Statement::Network(network) => {
                out.push(start(item.span));
                out.extend(heads(&network.block.items));
            }
            ast::Statement::Declare(_)
            | ast::Statement::Use(_)
            | ast::Statement::Data(_)
            | ast::Statement::Train(_)
            | ast::Statement::Predict(_) => {
                out.push(start(item.span));
            }
            ast::Statement::Function(function) if function.slope => out.push(start(item.span)),
            ast::Statement::Function(_)
            | ast::Statement::Define(_)
            | ast::Statement::Recurrence(_)
            | ast::Statement::Show(_)
            | ast::Statement::Broken(_) => {}
        }
    }
    out
}

enum Lexeme {
    Comment,
    Text,
    Number,
    Name,
}

fn lexemes(text: &str) -> Vec<(usize, usize, Lexeme)> {
    let mut out = vec![];
    let mut chars = text.char_indices().peekable();
    let part = |c: char| c.is_alphanumeric() || c == '_';
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        let mut run = |goes_on: &mut dyn FnMut(char) -> bool| {
            while let Some((at, c)) = chars.peek().copied() {
                if !goes_on(c) {
                    break;
                }
                end = at + c.len_utf8();
                chars.next();
            }
        };
        let kind = match c {
            '#' => {
                run(&mut |c| c != '\n');
                Lexeme::Comment
            }
            '"' => {
                let (mut escaped, mut closed) = (false, false);
                run(&mut |c| {
                    if closed || c == '\n' {
                        return false;
                    }
                    closed = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    true
                });
                Lexeme::Text
            }
            c if c.is_ascii_digit() => {
                run(&mut |c| c.is_ascii_digit() || c == '_');
                // `0..10` is a range; `1e-3` one number, `2e` a product.
                if text[end..].starts_with('.') && text[end + 1..].starts_with(|c: char| c.is_ascii_digit()) {
                    while chars.peek().is_some_and(|(_, c)| *c == '.' || c.is_ascii_digit()) {
                        end += 1;
                        chars.next();
                    }
                }
                let rest = &text[end..];
                let exponent = rest.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['-', '+']).unwrap_or(rest));
                if exponent.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
                    let mut first = true;
                    while chars
                        .peek()
                        .is_some_and(|(_, c)| c.is_ascii_digit() || (first && matches!(c, 'e' | 'E' | '-' | '+')))
                    {
                        let was = chars.next().map(|(_, c)| c);
                        first = !was.is_some_and(|c| c.is_ascii_digit());
                        end += 1;
                    }
                }
                Lexeme::Number
            }
            c if part(c) || c == '∂' => {
                run(&mut |c| part(c));
                Lexeme::Name
            }
            _ => continue,
        };
        out.push((start, end, kind));
    }
    out
}

/// The bracket at the cursor (or just before it) and its partner.
pub(super) fn bracket_pair(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_bracket = |i: usize| bytes.get(i).is_some_and(|b| b"()[]{}".contains(b));
    let place = if is_bracket(at) { at } else { at.checked_sub(1).filter(|i| is_bracket(*i))? };
    let mut open: Vec<(u8, usize)> = vec![];
    for (b, i) in brackets(text) {
        if b"([{".contains(&b) {
            open.push((b, i));
            continue;
        }
        let (opening, start) = open.pop()?;
        let fits = matches!((opening, b), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
        if fits && (start == place || i == place) {
            return Some((start, i));
        }
    }
    None
}

/// Is a `{` still open?
pub(super) fn is_in_braces(text: &str) -> bool {
    brackets(text).fold(0i64, |depth, (b, _)| depth + i64::from(b == b'{') - i64::from(b == b'}')) > 0
}

/// The brackets outside strings and comments, and where they stand.
fn brackets(text: &str) -> impl Iterator<Item = (u8, usize)> {
    let (mut in_text, mut in_comment) = (false, false);
    text.bytes().enumerate().filter_map(move |(i, b)| {
        match b {
            b'\n' => in_comment = false,
            _ if in_comment => {}
            b'"' => in_text = !in_text,
            b'#' if !in_text => in_comment = true,
            b'(' | b'[' | b'{' | b')' | b']' | b'}' if !in_text => return Some((b, i)),
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_leaves_the_text_as_it_is() {
        let known = Known::default();
        for text in [
            "a = 3.5e-3*tanh(z) # so",
            "table f(z) for z in -5..5",
            "\"open",
            "家賃 = 2 ",
            ":help tanh",
            "x[1..3] (",
            "2e",
            "1e",
        ] {
            let shown = coloured(text, text.len(), &known);
            let mut bare = String::new();
            let mut rest = shown.as_str();
            while let Some(at) = rest.find('\u{1b}') {
                bare.push_str(&rest[..at]);
                rest = rest[at..].split_once('m').expect("a mark ends").1;
            }
            assert_eq!(bare + rest, text);
        }
    }

    #[test]
    fn statement_words_are_words_only_where_the_grammar_says_so() {
        let known = Known::default();
        assert!(coloured("trace J", 0, &known).starts_with("\u{1b}[35mtrace"));
        assert!(!coloured("trace = 3", 0, &known).contains("\u{1b}[35m"));
    }

    #[test]
    fn a_bracket_knows_its_partner() {
        assert_eq!(bracket_pair("f(a[1])", 7), Some((1, 6)));
        assert_eq!(bracket_pair("f(a[1])", 3), Some((3, 5)));
        assert_eq!(bracket_pair("f(a", 1), None);
        assert_eq!(bracket_pair("(]", 0), None);
        assert_eq!(bracket_pair("# (\n(a)", 4), Some((4, 6)));
        assert_eq!(bracket_pair("# (a)", 2), None);
    }
}
