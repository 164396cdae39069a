//! From marks to a program: each statement parsed alone, blocks within each other, comments beside what they tell of.

mod block;

use super::ast::*;
use super::brackets;
use super::chars::skip_name;
use super::errors;
use super::foreign;
use super::mistake;
use super::piece::{blank, broken, broken_names, head_word};
use super::product;
use super::scan::{self, Mark, Piece};
use super::shapes::Shapes;
use super::statement::Head;
use super::tree::{self, Node, Rule, Stop};
use super::update;
use super::walk::Walk;
use super::words;
use crate::diag::Diagnostic;
use crate::source::{SourceId, Span};

/// The longest statement, in bytes.
pub(super) const MAX_STATEMENT: usize = 4 << 20;
/// The longest text, in bytes.
pub(super) const MAX_TEXT: usize = 256 << 20;

/// Reads a whole text as a program.
pub(super) fn program(text: &str, id: SourceId) -> (Program, Vec<Diagnostic>) {
    if text.len() > MAX_TEXT {
        return (Program::default(), vec![errors::text_length(Span::new(id, 0, 0), text.len())]);
    }
    program_with(text, id, Shapes::default())
}

/// The same, with shapes known or with none at all.
pub(super) fn program_with(text: &str, id: SourceId, shapes: impl Into<Option<Shapes>>) -> (Program, Vec<Diagnostic>) {
    let mut cx = Cx::new(text, id, scan::scan(text));
    cx.shapes = shapes.into();
    let (items, trailing) = cx.items(Place::File);
    product::propose(text, &items, &mut cx.faults);
    update::propose(text, &items, &mut cx.faults);
    cx.faults.sort_by_key(|fault| fault.span().map_or(0, |span| span.start));
    (Program { items, trailing }, cx.faults)
}

/// Reads a whole text as one expression.
pub(super) fn expr(text: &str, id: SourceId) -> Result<Expr, Vec<Diagnostic>> {
    if text.len() > MAX_TEXT {
        return Err(vec![errors::text_length(Span::new(id, 0, 0), text.len())]);
    }
    let mut pieces = vec![];
    let mut other = None;
    for mark in scan::scan(text) {
        match mark {
            Mark::Piece(piece) => pieces.push(piece),
            Mark::Open(at) | Mark::Close(at) | Mark::TooDeep(at) => {
                other.get_or_insert(Span::new(id, at, at + 1));
            }
            Mark::Comment { .. } | Mark::Blank => {}
        }
    }
    if let Some(piece) = pieces.get(1) {
        other.get_or_insert(Span::new(id, piece.start, piece.end));
    }
    let (Some(piece), None) = (pieces.first(), other) else {
        return Err(vec![errors::single_expression(other.unwrap_or(Span::new(id, 0, text.len())))]);
    };
    let mut cx = Cx::new(text, id, vec![]);
    let read = cx.read(piece, Rule::lone, |walk| walk.only_expr(0));
    read.ok_or(cx.faults)
}

/// Where a statement stands: what it may be depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    File,
    /// In a network, `repeat` or `residual`.
    Network,
    /// In the body of a function.
    Function,
    /// In a `data` or `train` block: its word.
    Lines(&'static str),
    /// In a block whose head could not be read.
    Unknown,
}

struct Cx<'a> {
    text: &'a str,
    id: SourceId,
    marks: Vec<Mark>,
    /// The mark to read next.
    at: usize,
    faults: Vec<Diagnostic>,
    /// The nodes of the statement at hand; kept for its memory.
    nodes: Vec<Node>,
    /// The text of the statement at hand, where it is not plain.
    blanked: String,
    /// The shapes of the statements so far, where they are kept.
    shapes: Option<Shapes>,
    /// How many blocks are open.
    depth: usize,
    /// An open block at the end of the text was reported.
    unclosed: bool,
    /// The opening braces that are never closed.
    never_closed: rustc_hash::FxHashSet<usize>,
    /// In a block that is never closed: it ends where the text goes back to the first column.
    ends_at_margin: bool,
    /// What belongs to a statement of another language that was reported.
    foreign: foreign::Body,
}

impl<'a> Cx<'a> {
    fn new(text: &'a str, id: SourceId, marks: Vec<Mark>) -> Cx<'a> {
        let mut open = vec![];
        for mark in &marks {
            match mark {
                Mark::Open(at) | Mark::TooDeep(at) => open.push(*at),
                Mark::Close(_) => {
                    open.pop();
                }
                Mark::Blank | Mark::Comment { .. } | Mark::Piece(_) => {}
            }
        }
        Cx {
            text,
            id,
            marks,
            at: 0,
            faults: vec![],
            nodes: vec![],
            blanked: String::new(),
            shapes: None,
            depth: 0,
            unclosed: false,
            never_closed: open.into_iter().collect(),
            ends_at_margin: false,
            foreign: foreign::Body::default(),
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.id, start, end)
    }

    /// The statements up to the end of the block, or of the text; and the comments after the last.
    fn items(&mut self, place: Place) -> (Vec<Item>, Vec<Trivia>) {
        let mut items: Vec<Item> = vec![];
        let mut leading = vec![];
        let mut after_block = false;
        let mut indented = false;
        while let Some(mark) = self.marks.get(self.at) {
            if matches!(mark, Mark::Close(_)) && self.depth > 0 {
                break;
            }
            if let Mark::Piece(piece) = mark {
                let at_margin = piece.start == 0 || self.text[..piece.start].ends_with('\n');
                if self.ends_at_margin && self.depth > 0 && at_margin && indented {
                    break;
                }
                indented |= !at_margin;
            }
            let mark = mark.clone();
            self.at += 1;
            match mark {
                Mark::Blank => leading.push(Trivia::Blank),
                Mark::Comment { start, end, own_line } => {
                    let span = self.span(start, end);
                    match items.last_mut() {
                        Some(item) if !own_line && item.comment.is_none() => item.comment = Some(span),
                        _ => leading.push(Trivia::Comment(span)),
                    }
                }
                Mark::Close(at) => self.faults.push(errors::unopened_block(self.span(at, at + 1))),
                Mark::TooDeep(at) => self.faults.push(errors::nesting_limit(self.span(at, at + 1))),
                Mark::Open(at) => {
                    if place != Place::Unknown {
                        self.faults.push(errors::stray_block(self.span(at, at + 1)));
                    }
                    self.block(at, Place::Unknown);
                }
                Mark::Piece(piece) => {
                    let foreign = self.foreign.holds(self.text, &piece);
                    let told = self.faults.len();
                    if std::mem::take(&mut after_block) && piece.same_line && !self.semicolon_before(piece.start) {
                        let rest = self.span(piece.start, piece.end);
                        self.faults.push(errors::after_block(rest));
                    }
                    let mut item = Item {
                        leading: std::mem::take(&mut leading),
                        span: self.span(piece.start, piece.end),
                        statement: Statement::Broken(vec![]),
                        comment: None,
                        same_line: piece.same_line,
                    };
                    if self.block_follows() {
                        self.block_statement(&piece, place, &mut item);
                        after_block = true;
                    } else if let Some((count, lines)) = brackets::arguments(self.text, &piece, &self.marks[self.at..])
                    {
                        self.at += count;
                        let span = |(start, end)| self.span(start, end);
                        let lines: Vec<Span> = lines.into_iter().map(span).collect();
                        self.faults.push(errors::argument_at_margin(item.span, &lines));
                        let text = self.text.get(piece.start..piece.end).unwrap_or("");
                        item.statement = broken(text, piece.start, self.id);
                    } else {
                        item.statement = self.line_statement(&piece, place);
                        if matches!(item.statement, Statement::Broken(_)) && !foreign {
                            self.foreign.begin(self.text, &piece);
                        }
                    }
                    if foreign {
                        self.faults.truncate(told);
                        let text = self.text.get(piece.start..piece.end).unwrap_or("");
                        let names = match item.statement {
                            Statement::Broken(names) if after_block => names,
                            _ => broken_names(text, piece.start, self.id),
                        };
                        item.statement = Statement::Broken(names);
                        if after_block {
                            item.span = self.span(piece.start, self.block_end());
                        }
                    }
                    items.push(item);
                }
            }
        }
        (items, leading)
    }

    fn semicolon_before(&self, at: usize) -> bool {
        self.text[..at].trim_end().ends_with(';')
    }

    /// A statement without a block.
    fn line_statement(&mut self, piece: &Piece, place: Place) -> Statement {
        let text = self.text.get(piece.start..piece.end).unwrap_or("");
        let Some(statement) = self.read(piece, Rule::statement, |walk| walk.statement()) else {
            let colon = text[skip_name(text)..].trim_start().starts_with(':') && !text.contains('=');
            if let (Place::Lines(word), true, None) = (place, colon, &piece.fault) {
                self.faults.pop();
                self.faults.push(errors::block_line(word, self.span(piece.start, piece.end)));
            }
            return broken(text, piece.start, self.id);
        };
        let allowed = match (place, &statement) {
            (Place::File | Place::Unknown, _) | (_, Statement::Broken(_)) => true,
            (Place::Lines(_), Statement::Define(define)) => define.kind.is_none(),
            (Place::Lines(_), _) => false,
            (Place::Function, Statement::Define(_) | Statement::Recurrence(_) | Statement::Show(_)) => true,
            (Place::Function, _) => false,
            (Place::Network, statement) => !matches!(
                statement,
                Statement::Setting(_)
                    | Statement::Use(_)
                    | Statement::Network(_)
                    | Statement::Data(_)
                    | Statement::Train(_)
                    | Statement::Predict(_)
                    | Statement::Ask(_)
            ),
        };
        if allowed {
            return statement;
        }
        self.faults.push(wrong_place(place, self.span(piece.start, piece.end)));
        broken(text, piece.start, self.id)
    }

    fn head(&mut self, piece: &Piece) -> Option<Head> {
        self.read(piece, Rule::header, |walk| walk.head()).flatten()
    }

    /// Reads one piece with a rule; what is wrong with it is reported.
    fn read<T>(&mut self, piece: &Piece, rule: Rule, walk: impl FnOnce(&mut Walk<'_>) -> T) -> Option<T> {
        if let Some(fault) = &piece.fault {
            let text = self.text.get(piece.start..piece.end).unwrap_or("");
            self.faults.push(brackets::problem(fault, piece, self.id, text));
            return None;
        }
        if piece.end - piece.start > MAX_STATEMENT {
            self.faults
                .push(errors::statement_length(self.span(piece.start, piece.start + 1), piece.end - piece.start));
            return None;
        }
        let text = self.text.get(piece.start..piece.end).unwrap_or("");
        let text = if piece.plain {
            text
        } else {
            blank(text, &mut self.blanked);
            &self.blanked
        };
        let said = rule;
        let rule = match words::layer(text).filter(|_| rule != Rule::lone) {
            Some(def) if def.block == (said == Rule::header) => Rule::layer_statement,
            Some(def) if def.block => {
                self.faults.push(errors::missing_block(self.span(piece.start, piece.end), def.word));
                return None;
            }
            _ => rule,
        };
        let whole = rule == Rule::statement;
        let question = if whole { words::question(text) } else { None };
        let rule = if question.is_some() { Rule::question } else { rule };
        let known =
            whole && self.shapes.as_mut().is_some_and(|shapes| shapes.read(rule, text, piece.depth, &mut self.nodes));
        if !known && let Err(stop) = tree::read(rule, text, piece.depth, &mut self.nodes) {
            let stop = match question {
                Some(question) => tree::stop_of(question, text, piece.depth, stop),
                None => stop,
            };
            let fault = self.mistake(piece, said, &stop);
            self.faults.push(fault);
            return None;
        }
        let mut cx = Walk { text, nodes: &self.nodes, base: piece.start, source: self.id, faults: vec![] };
        let read = walk(&mut cx);
        if cx.faults.is_empty() {
            return Some(read);
        }
        self.faults.extend(cx.faults.into_iter().next());
        None
    }

    /// Why a piece could not be read with a rule.
    fn mistake(&mut self, piece: &Piece, rule: Rule, stop: &Stop) -> Diagnostic {
        let text = self.text.get(piece.start..piece.end).unwrap_or("");
        let text = if piece.plain { text } else { &self.blanked };
        let whole = self.span(piece.start, piece.end);
        match rule {
            Rule::statement | Rule::question => {
                let word = &text[..skip_name(text)];
                if let Some(head) = text.trim_end().strip_suffix(':')
                    && foreign::word(word).is_none()
                    && tree::read(Rule::header, head, piece.depth, &mut self.nodes).is_ok()
                {
                    let colon = piece.start + head.len();
                    return errors::block_colon(self.span(colon, colon + 1), head);
                }
                if words::is_word(word) && tree::read(Rule::header, text, piece.depth, &mut self.nodes).is_ok() {
                    return errors::missing_block(whole, word);
                }
            }
            Rule::header => {
                if text.trim_end().ends_with(':') {
                    return errors::shape_brackets(self.span(piece.end, piece.end), false);
                }
                if let Some(head) = text.strip_suffix('=') {
                    let equals = self.span(piece.end - 1, piece.end);
                    return errors::block_equals(equals, head.trim_end().ends_with(')'));
                }
                let alone = words::layer(text).is_some_and(|def| !def.block)
                    || tree::read(Rule::statement, text, piece.depth, &mut self.nodes).is_ok();
                let word = &text[..skip_name(text)];
                let rest = text[word.len()..].trim_start();
                if head_word(text).is_some() && brackets::matching(rest, 0) == Some(rest.trim_end().len() - 1) {
                    let gap = self.span(piece.start + word.len(), piece.start + text.len() - rest.len());
                    if gap.start < gap.end {
                        return errors::head_space(gap, word);
                    }
                }
                let inside = rest.starts_with('=') && !rest.starts_with("==");
                if alone || inside {
                    let brace = self.marks[self.at.min(self.marks.len())..].iter().find_map(|mark| match mark {
                        Mark::Open(at) | Mark::TooDeep(at) => Some(*at),
                        _ => None,
                    });
                    let brace = brace.map_or(whole, |at| self.span(at, at + 1));
                    return if alone { errors::stray_block(brace) } else { errors::braces_inside(brace) };
                }
            }
            _ => {}
        }
        mistake::of(text, whole, stop)
    }
}

fn wrong_place(place: Place, span: Span) -> Diagnostic {
    match place {
        Place::Lines(word) => errors::block_line(word, span),
        Place::Function => errors::function_line(span),
        Place::File | Place::Network | Place::Unknown => errors::network_line(span),
    }
}
