//! From the nodes of a question to its syntax tree: what stands in it is held against the list of questions.

use super::ast::{Ask, Expr, Part, PartKind};
use super::errors::{self, Expected, clauses};
use super::tree::Rule;
use super::walk::{At, Walk};
use crate::source::{Span, Spanned};
use crate::statements::{self, Clause, Statement, Takes};

impl Walk<'_> {
    /// The question whose word and expressions are at `at`; its clauses stand beside it. `None`: what is wrong is reported.
    pub(super) fn ask(&mut self, at: At) -> Option<Ask> {
        let mut inner = self.inner(at);
        let word = inner.next()?;
        let statement = statements::find(self.str(word))?;
        let exprs: Vec<Expr> = inner.map(|expr| self.expr(expr)).collect();
        self.clauses(statement, &exprs)?;
        let (exprs, file) = self.subject(statement, word, exprs)?;
        let mut ask = Ask {
            statement,
            word: self.name(word),
            exprs,
            wrt: self.wrt(0),
            by: None,
            within: None,
            over: None,
            across: None,
            epochs: false,
            beside: vec![],
            times: None,
            to: file,
            form: None,
        };
        for node in self.inner(0) {
            match self.rule(node) {
                Rule::by => ask.by = Some(self.only_expr(node)),
                Rule::within => ask.within = Some(self.only_expr(node)),
                Rule::over => {
                    ask.over = Some(self.over(node));
                    ask.across = self.further(node).into_iter().next();
                }
                Rule::epochs => ask.epochs = true,
                Rule::beside => {
                    let all: Vec<At> = self.inner(node).filter(|node| self.rule(*node) == Rule::expr).collect();
                    ask.beside = all.into_iter().map(|expr| self.expr(expr)).collect();
                }
                Rule::times => ask.times = self.inner(node).next().map(|count| self.lone_value(count)),
                Rule::to => ask.to = self.find(node, Rule::string).map(|string| self.string(string)),
                Rule::form => {
                    let form = self.find(node, Rule::name).map(|name| self.name(name));
                    if let Some(other) = form.as_ref().filter(|form| form.text != "latex") {
                        self.faults.push(clauses::form(other));
                    }
                    ask.form = form;
                }
                _ => {}
            }
        }
        Some(ask)
    }

    /// The expressions, or the file, that the word takes.
    fn subject(
        &mut self,
        statement: &Statement,
        word: At,
        exprs: Vec<Expr>,
    ) -> Option<(Vec<Expr>, Option<Spanned<String>>)> {
        let behind = self.span(word);
        let fault = match (statement.takes, exprs.as_slice()) {
            (Takes::Nothing, []) | (Takes::One, [_]) | (Takes::Several, [_, ..]) => return Some((exprs, None)),
            (Takes::File, [Expr { parts, span }]) => match parts.as_slice() {
                [Part { kind: PartKind::Text(path), .. }] => {
                    return Some((vec![], Some(Spanned { node: path.clone(), span: *span })));
                }
                _ => errors::file_in_quotes(*span, statement.word, self.written(*span)),
            },
            (Takes::Nothing, [first, ..]) => {
                let found = format!("`{}`", self.written(first.span));
                errors::not_understood(first.span, &found, &[Expected::End])
            }
            (Takes::One | Takes::File, [first, second, ..]) => self.comma(statement, first.span, second.span),
            (Takes::One | Takes::Several | Takes::File, []) => {
                errors::missing_value(Span { start: behind.end, ..behind }, statement.word)
            }
        };
        self.faults.push(fault);
        None
    }

    /// A second expression, where the word takes one.
    fn comma(&self, statement: &Statement, first: Span, second: Span) -> crate::diag::Diagnostic {
        let between = Span { start: first.end, end: second.start, ..first };
        let at = between.start + self.written(between).find(',').unwrap_or(0) as u32;
        let comma = Span { start: at, end: at + 1, ..first };
        if statement.has(Clause::Wrt) {
            return errors::not_understood(comma, "`,`", &[Expected::Word("wrt"), Expected::End]);
        }
        let digit = |c: char| c.is_ascii_digit();
        let touches = self.written(first).ends_with(digit) && self.written(second).starts_with(digit);
        if touches && between.start + 1 == between.end {
            return errors::decimal_comma(comma);
        }
        errors::comma_outside(comma)
    }

    /// Are the clauses those that the question has, each once, and none missing?
    fn clauses(&mut self, statement: &'static Statement, exprs: &[Expr]) -> Option<()> {
        let mut seen: Vec<Clause> = vec![];
        let mut fault = None;
        for node in self.inner(0) {
            let Some(clause) = clause_of(self.rule(node)) else { continue };
            let span = self.span(node);
            if seen.contains(&clause) {
                fault = fault.or(Some(clauses::twice(statement, clause, self.with_gap(span))));
            } else if !statement.has(clause) {
                let subject = exprs.iter().map(|expr| self.written(expr.span)).collect::<Vec<_>>();
                let said = self.written(span);
                let gap = self.with_gap(span);
                let whole = exprs.iter().map(|expr| expr.span).reduce(Span::to);
                fault = fault.or(Some(clauses::none(statement, clause, said, (span, gap), whole, &subject)));
            }
            seen.push(clause);
        }
        // `table f(z) in 0..3`: the range is there, its name is not.
        let range = self.find(0, Rule::within).filter(|_| !statement.has(Clause::In));
        let end = range.map_or(self.text.trim_end().len(), |range| self.nodes[range].start as usize);
        let end = self.between(end, end);
        let missing = statement.needs.iter().find(|clause| !seen.contains(clause));
        if let Some(clause) = missing.filter(|_| !exprs.is_empty()) {
            fault = Some(errors::missing_clause(end, statement.word, clause.word()));
        }
        match fault {
            Some(fault) => {
                self.faults.push(fault);
                None
            }
            None => Some(()),
        }
    }

    /// A clause with the spaces before it.
    fn with_gap(&self, span: Span) -> Span {
        let start = span.start as usize - self.base;
        let before = self.text.get(..start).unwrap_or("").trim_end().len();
        Span { start: (self.base + before) as u32, ..span }
    }

    fn written(&self, span: Span) -> &str {
        self.text.get(span.start as usize - self.base..span.end as usize - self.base).unwrap_or("")
    }
}

fn clause_of(rule: Rule) -> Option<Clause> {
    Some(match rule {
        Rule::wrt => Clause::Wrt,
        Rule::by => Clause::By,
        Rule::within => Clause::In,
        Rule::over | Rule::epochs => Clause::For,
        Rule::times => Clause::Times,
        Rule::to => Clause::To,
        Rule::form => Clause::As,
        Rule::beside => Clause::With,
        _ => return None,
    })
}
