//! The one layout of a program.
//!
//! - One statement a line, four spaces a block; `;` and a block on one line stay where they are written.
//! - One space around `=`, `:`, `+ -`, comparisons, `and or`, `|>`, `@`, `%` and after a comma; none around `^`, `..`, and
//!   the `=` of an argument or option.
//! - `*` and `/` touch, as in `3*u + v/m`, but beside an `@` or `%`, as in `x @ (a - y)' / m`.
//! - `+` and `-` touch inside an index and beside `..`, as in `h[t-1]` and `0..n-1`.
//! - `dJ/da` stays a word and `dJ / da` a division.
//! - Line breaks inside a statement stay; such lines are indented by four spaces for each open bracket, at least once.
//! - Blank lines stay, one at a time, and not at the ends of a block; comments at the ends of neighbouring lines are aligned.
//! - Spellings stay: `·`, `ᵀ`, `x²`, `**`; full-width marks become the plain ones. What could not be read stays as it is.

mod tokens;

use super::ast::*;
use crate::source::{Source, Span};
use tokens::{Equals, Role, Token};
use unicode_width::UnicodeWidthStr;

/// A program in the one layout; formatting it again changes nothing.
pub fn format(source: &Source, program: &Program) -> String {
    let mut cx = Cx { source, lines: vec![] };
    cx.items(&program.items, &program.trailing, 0);
    cx.finish()
}

/// How much a block or a bracket indents.
const INDENT: usize = 4;
/// Comments are not aligned with a line that is longer than this.
const LONG: usize = 72;

struct Cx<'a> {
    source: &'a Source,
    lines: Vec<Line<'a>>,
}

/// A line: what it says, and the comment after it.
#[derive(Default)]
struct Line<'a> {
    indent: usize,
    code: String,
    comment: Option<&'a str>,
}

impl<'a> Cx<'a> {
    fn text(&self, span: Span) -> &'a str {
        self.source.text.get(span.range()).unwrap_or("")
    }

    /// Does nothing but white space stand before it on its line?
    fn begins_line(&self, span: Span) -> bool {
        let before = self.source.text.get(..span.start as usize).unwrap_or("");
        before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty())
    }

    fn line(&mut self, indent: usize, code: impl Into<String>, comment: Option<&'a str>) {
        self.lines.push(Line { indent, code: code.into(), comment });
    }

    fn items(&mut self, items: &'a [Item], trailing: &'a [Trivia], indent: usize) {
        let start = self.lines.len();
        for (index, item) in items.iter().enumerate() {
            self.trivia(&item.leading, indent, start);
            let joins = index > 0
                && item.same_line
                && item.leading.is_empty()
                && self.lines.last().is_some_and(|line| line.comment.is_none());
            let joined = if joins { self.lines.pop() } else { None };
            let first = self.lines.len();
            self.item(item, indent);
            if let (Some(mut before), Some(line)) = (joined, self.lines.get_mut(first)) {
                before.code.push_str("; ");
                before.code.push_str(&line.code);
                before.comment = line.comment;
                *line = before;
            }
        }
        self.trivia(trailing, indent, start);
        while self.lines.len() > start && self.lines.last().is_some_and(Line::is_blank) {
            self.lines.pop();
        }
    }

    /// Comments and blank lines; no blank line before the line `start`, and never two.
    fn trivia(&mut self, trivia: &[Trivia], indent: usize, start: usize) {
        for trivia in trivia {
            match trivia {
                Trivia::Comment(span) => {
                    let comment = self.text(*span);
                    // Behind a closing brace whose opening one has a comment already.
                    let behind = self.lines.len() > start && !self.begins_line(*span);
                    match self.lines.last_mut().filter(|line| behind && line.code == "}" && line.comment.is_none()) {
                        Some(line) => line.comment = Some(comment),
                        None => self.line(indent, "", Some(comment)),
                    }
                }
                Trivia::Blank => {
                    if self.lines.len() > start && !self.lines.last().is_some_and(Line::is_blank) {
                        self.line(0, "", None);
                    }
                }
            }
        }
    }

    fn item(&mut self, item: &'a Item, indent: usize) {
        if let Statement::Broken(_) = item.statement {
            self.verbatim(item, indent);
            return;
        }
        let equals = match &item.statement {
            Statement::Layer(layer) if layer.output.is_none() => Equals::Options,
            _ => Equals::Defines,
        };
        self.statement(&tokens::tokens(self.text(item.span), equals), indent);
        let comment = item.comment.map(|span| self.text(span));
        let Some((items, trailing)) = item.statement.block() else {
            self.comment(comment);
            return;
        };
        self.append(" {");
        let after_head = item.comment.is_some_and(|span| {
            let between = self.source.text.get(item.span.end as usize..span.start as usize).unwrap_or("");
            matches!(between.trim(), "{" | "")
        });
        let head_comment = comment.filter(|_| after_head);
        if head_comment.is_none() && trailing.is_empty() && items.iter().all(|item| self.fits_one_line(item)) {
            let first = self.lines.len();
            self.items(items, &[], indent);
            let inside: Vec<String> = self.lines.drain(first..).map(|line| line.code).collect();
            self.append(if inside.is_empty() { " " } else { "" });
            for code in &inside {
                self.append(&format!(" {code}"));
            }
            self.append(if inside.is_empty() { "}" } else { " }" });
        } else {
            self.comment(head_comment);
            self.items(items, trailing, indent + INDENT);
            self.line(indent, "}", None);
        }
        if !after_head {
            self.comment(comment);
        }
    }

    /// Can this statement stand in a block that is written on one line? Not with a break or a comment within it.
    fn fits_one_line(&self, item: &Item) -> bool {
        let fits = |(items, trailing): (&[Item], &[Trivia])| {
            trailing.is_empty() && items.iter().all(|item| self.fits_one_line(item))
        };
        let nested = item.statement.block().is_none_or(fits);
        let one_line = !self.text(item.span).contains('\n');
        nested && one_line && item.same_line && item.comment.is_none() && item.leading.is_empty()
    }

    fn append(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.code.push_str(text);
        }
    }

    fn comment(&mut self, comment: Option<&'a str>) {
        if let (Some(line), Some(comment)) = (self.lines.last_mut(), comment) {
            line.comment = Some(comment);
        }
    }

    /// A statement that could not be read, as it stands.
    fn verbatim(&mut self, item: &Item, indent: usize) {
        for (index, line) in self.text(item.span).split('\n').enumerate() {
            self.line(if index == 0 { indent } else { 0 }, line.trim_end(), None);
        }
        let comment = item.comment.map(|span| self.text(span));
        self.comment(comment);
    }

    /// A statement's own lines.
    fn statement(&mut self, tokens: &[Token<'a>], indent: usize) {
        self.line(indent, "", None);
        let mut depth = 0usize;
        let mut last: Option<&Token<'_>> = None;
        for token in tokens {
            if token.role == Role::Close {
                depth = depth.saturating_sub(1);
            }
            if token.role == Role::Comment && !token.fresh {
                self.comment(Some(token.text));
                continue;
            }
            if token.fresh {
                let outside = depth == 0 && token.role != Role::Close;
                let indent = indent + INDENT * if outside { 1 } else { depth };
                let comment = (token.role == Role::Comment).then_some(token.text);
                let code = if comment.is_some() { "" } else { token.text };
                self.line(indent, code, comment);
            } else {
                if last.is_some_and(|last| space_between(last, token)) {
                    self.append(" ");
                }
                self.append(token.text);
            }
            if token.role == Role::Open {
                depth += 1;
            }
            if token.role != Role::Comment {
                last = Some(token);
            }
        }
    }

    /// The lines as one text, comments at the ends of neighbouring lines aligned.
    fn finish(self) -> String {
        let mut out = String::new();
        let width = |line: &Line<'_>| line.indent + line.code.width();
        let joins = |line: &Line<'_>| line.comment.is_some() && !line.code.is_empty() && width(line) <= LONG;
        let mut group = (0, 0); // the end of the group of lines at hand, and its column
        for (at, line) in self.lines.iter().enumerate() {
            if at >= group.0 && joins(line) {
                let lines = self.lines[at..].iter().take_while(|line| joins(line));
                let (count, column) = lines.fold((0, 0), |(count, column), line| (count + 1, width(line).max(column)));
                group = (at + count, column + 2);
            }
            if !line.is_blank() {
                out.extend(std::iter::repeat_n(' ', line.indent));
            }
            out.push_str(&line.code);
            if let Some(comment) = line.comment {
                if !line.code.is_empty() {
                    let column = if at < group.0 { group.1 } else { width(line) + 2 };
                    out.extend(std::iter::repeat_n(' ', column.saturating_sub(width(line))));
                }
                out.push_str(comment);
            }
            out.push('\n');
        }
        out
    }
}

impl Line<'_> {
    fn is_blank(&self) -> bool {
        self.code.is_empty() && self.comment.is_none()
    }
}

fn space_between(before: &Token<'_>, token: &Token<'_>) -> bool {
    use Role::{Close, Comma, Comment, Dot, Loose, Minus, Not, Open, Tight, Value};
    match (before.role, token.role) {
        (Comma, Close) => false,
        (Comma, _) => true,
        (_, Close | Comma | Dot | Tight) => false,
        (Open | Dot | Minus | Tight, _) => false,
        (Not | Loose, _) | (_, Loose) => true,
        (Value | Close, Value | Open | Minus | Not) => token.spaced && token.text != "'",
        (Comment, _) | (_, Comment) => true,
    }
}
