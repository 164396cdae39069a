//! Statements with a block in braces: their heads, what stands in the braces, and what is made of both.

use super::{Cx, Place, wrong_place};
use crate::source::Span;
use crate::syntax::ast::*;
use crate::syntax::errors;
use crate::syntax::piece::broken_head;
use crate::syntax::scan::{Mark, Piece};
use crate::syntax::statement::Head;

impl Cx<'_> {
    /// Does a block begin here, but for comments and blank lines?
    pub(super) fn block_follows(&self) -> bool {
        let next = self.marks[self.at..].iter().find(|mark| !matches!(mark, Mark::Comment { .. } | Mark::Blank));
        matches!(next, Some(Mark::Open(_) | Mark::TooDeep(_)))
    }

    /// The inside of a block whose opening brace at `open` was read, and its closing brace.
    pub(super) fn block(&mut self, open: usize, place: Place) -> Block {
        self.depth += 1;
        let outer = std::mem::replace(&mut self.ends_at_margin, self.never_closed.contains(&open));
        // Some 8 KiB of stack a block without optimisation, and what the grammar needs.
        let (items, trailing) = stacker::maybe_grow(1 << 20, 4 << 20, || self.items(place));
        self.ends_at_margin = outer;
        if let Some(Mark::Close(_)) = self.marks.get(self.at) {
            self.at += 1;
        } else if let Some(Mark::Piece(piece)) = self.marks.get(self.at) {
            let end = self.text[..piece.start].trim_end().len();
            let (open, end) = (self.span(open, open + 1), self.span(end, end));
            self.faults.push(errors::unclosed_block(open, end, 1));
        } else if !std::mem::replace(&mut self.unclosed, true) {
            let end = self.text.trim_end().len();
            let (open, end) = (self.span(open, open + 1), self.span(end, end));
            self.faults.push(errors::unclosed_block(open, end, self.depth));
        }
        self.depth -= 1;
        Block { items, trailing }
    }

    /// A statement with the block after it.
    pub(super) fn block_statement(&mut self, piece: &Piece, place: Place, item: &mut Item) {
        let text = self.text.get(piece.start..piece.end).unwrap_or("");
        let defines: Vec<Name> = broken_head(text, piece.start, self.id).into_iter().collect();
        let fails_before = self.faults.len();
        let mut head = self.head(piece);
        let mut leading = vec![];
        let mut open = None;
        while let Some(mark) = self.marks.get(self.at).cloned() {
            match mark {
                Mark::Blank => {}
                Mark::Comment { start, end, own_line } => {
                    let span = self.span(start, end);
                    if !own_line && item.comment.is_none() && (leading.is_empty() || open.is_some()) {
                        item.comment = Some(span);
                    } else if open.is_some() {
                        break;
                    } else {
                        leading.push(Trivia::Comment(span));
                    }
                }
                Mark::Open(at) if open.is_none() => open = Some(at),
                Mark::TooDeep(at) if open.is_none() => {
                    self.faults.push(errors::nesting_limit(self.span(at, at + 1)));
                    self.at += 1;
                    return;
                }
                _ => break,
            }
            self.at += 1;
        }
        let Some(open) = open else { return };
        let mut defines = match &head {
            Some(Head::Function { slope: false, name, .. } | Head::Network { name, .. }) => vec![name.clone()],
            Some(Head::Layer(layer)) => layer.output.iter().cloned().collect(),
            Some(Head::Function { .. } | Head::Data(_) | Head::Train { .. } | Head::Predict { .. }) => vec![],
            None => defines,
        };
        let inside = match &head {
            Some(Head::Function { .. }) => Place::Function,
            Some(Head::Network { .. } | Head::Layer(_)) => Place::Network,
            Some(Head::Data(_)) => Place::Lines("data"),
            Some(Head::Train { .. }) => Place::Lines("train"),
            Some(Head::Predict { .. }) => Place::Lines("predict"),
            None => Place::Unknown,
        };
        let before = self.faults.len();
        let mut block = self.block(open, inside);
        let body = self.text[..open].trim_end().strip_suffix('=').is_some_and(|head| head.trim_end().ends_with(')'));
        let elsewhere = self.faults.get(fails_before).is_some_and(|fault| match fault.code {
            "nnlang::syntax::block_equals" => !body,
            code => code == "nnlang::syntax::foreign_word",
        });
        if elsewhere {
            // A tensor in braces, or a body of another language: what is in them is no block.
            self.faults.truncate(before);
            self.foreign.begin_line();
            if defines.is_empty() {
                // As of `if (a) { … }`, where the names are those of the program.
                defines.extend(block.items.iter().flat_map(|item| item.statement.names()).cloned());
            }
        }
        if let Some(first) = block.items.first_mut() {
            leading.append(&mut first.leading);
            first.leading = leading;
        } else {
            leading.append(&mut block.trailing);
            block.trailing = leading;
        }
        let allowed = matches!(
            (&head, place),
            (None, _)
                | (_, Place::File | Place::Unknown)
                | (Some(Head::Layer(_) | Head::Function { .. }), Place::Network)
        );
        if !allowed {
            self.faults.push(wrong_place(place, item.span));
            head = None;
        }
        item.statement = match head {
            None => Statement::Broken(defines),
            Some(Head::Network { name, params }) => Statement::Network(Box::new(Network { name, params, block })),
            Some(Head::Data(file)) => Statement::Data(Box::new(Data { file, block, declares: vec![] })),
            Some(Head::Train { goal, wrt, then }) => Statement::Train(Box::new(Train { goal, wrt, then, block })),
            Some(Head::Predict { word, file, to }) => Statement::Predict(Box::new(Predict { word, file, to, block })),
            Some(Head::Layer(layer)) => Statement::Layer(Box::new(Layer { block: Some(block), ..layer })),
            Some(Head::Function { slope, name, params }) => {
                let broken = self.faults.len() > fails_before;
                match self.function(slope, name, params, block, item.span, broken) {
                    Some(function) => Statement::Function(Box::new(function)),
                    None => Statement::Broken(defines),
                }
            }
        };
        if matches!(item.statement, Statement::Broken(_)) {
            // the whole of it, so that `format` can leave it as it is
            item.span = self.span(piece.start, self.block_end());
        }
    }

    /// The byte after the block that was read last.
    pub(super) fn block_end(&self) -> usize {
        match self.at.checked_sub(1).and_then(|at| self.marks.get(at)) {
            Some(Mark::Close(at)) => at + 1,
            _ => self.text.trim_end().len(),
        }
    }

    /// A function from the statements of its body; `broken` where one of them was reported already.
    fn function(
        &mut self,
        slope: bool,
        name: Name,
        params: Vec<Param>,
        block: Block,
        span: Span,
        broken: bool,
    ) -> Option<Function> {
        let mut locals = vec![];
        let mut value = None;
        let count = block.items.len();
        for (index, item) in block.items.iter().enumerate() {
            match &item.statement {
                Statement::Define(define) if index + 1 < count => locals.push(Local::Define(define.clone())),
                Statement::Recurrence(recurrence) if index + 1 < count => {
                    locals.push(Local::Recurrence((**recurrence).clone()));
                }
                Statement::Show(expr) if index + 1 == count => value = Some(expr.clone()),
                Statement::Broken(_) => return None,
                _ if broken => return None,
                Statement::Show(expr) => {
                    self.faults.push(errors::function_line(expr.span));
                    return None;
                }
                Statement::Define(define) => {
                    self.faults.push(errors::function_value(Some(&define.name), item.span));
                    return None;
                }
                Statement::Recurrence(recurrence) => {
                    self.faults.push(errors::function_value(Some(&recurrence.name), item.span));
                    return None;
                }
                _ => return None,
            }
        }
        let Some(value) = value else {
            self.faults.push(errors::function_value(None, span));
            return None;
        };
        let Block { items, trailing } = block;
        Some(Function { slope, name, params, locals, value, block: true, body: items, trailing })
    }
}
