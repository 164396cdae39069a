//! A session as a program that reproduces it: definitions before their use, each name once, in the one layout.

use super::Session;
use super::files::Files;
use super::names::Kept;
use crate::check::Checked;
use crate::source::{Source, Sources};
use crate::syntax::{self, ast};
use crate::tensor::Tensor;
use std::sync::Arc;

impl Session {
    /// The program, and the parameters whose moved values no program can say: a layer's.
    pub fn program(&self) -> (String, Vec<Arc<str>>) {
        let loose = self.moved.loose;
        let questions = self.right_questions();
        let stays = |i: usize, kept: &Kept| !kept.is_question() || questions.contains(&i) && !(loose && kept.is_step());
        let mut lost = vec![];
        let mut text = String::new();
        let mut i = 0;
        while i < self.items.len() {
            let kept = &self.items[i];
            i += 1;
            if !stays(i - 1, kept) {
                continue;
            }
            let moved = if loose { self.moved_definition(kept, &mut lost) } else { None };
            let source = self.sources.get(kept.item.span.source);
            let mut group = vec![kept.item.clone()];
            // Statements of one line stay on one line.
            while let Some(next) = self
                .items
                .get(i)
                .filter(|next| moved.is_none() && next.item.same_line && stays(i, next) && follows(&group, next))
            {
                group.push(next.item.clone());
                i += 1;
            }
            if !text.is_empty() && kept.item.leading.first() == Some(&ast::Trivia::Blank) {
                text.push('\n');
            }
            match moved {
                Some(moved) => text.push_str(&format!("{moved}\n")),
                None => {
                    text.push_str(&syntax::format(source, &ast::Program { items: group, trailing: vec![] }));
                }
            }
        }
        if let Some((source, _)) = self.trailing.first() {
            let trivia: Vec<ast::Trivia> = self.trailing.iter().map(|(_, trivia)| *trivia).collect();
            if trivia.first() == Some(&ast::Trivia::Blank) && !text.is_empty() {
                text.push('\n');
            }
            let program = ast::Program { items: vec![], trailing: trivia };
            text.push_str(&syntax::format(self.sources.get(*source), &program));
        }
        let mut sources = Sources::default();
        let id = sources.add(Source::new("", text));
        let (program, _) = syntax::parse(&sources, id);
        (syntax::format(sources.get(id), &program), lost)
    }

    /// The questions that the session as it is can answer.
    fn right_questions(&self) -> rustc_hash::FxHashSet<usize> {
        let mut left: Vec<usize> = (0..self.items.len()).filter(|i| self.items[*i].is_question()).collect();
        if left.is_empty() {
            return left.into_iter().collect();
        }
        let taking = |i: &usize, left: &[usize]| !self.items[*i].is_question() || left.binary_search(i).is_ok();
        loop {
            let sources = self.sources.clone();
            let mut files = Files { outside: None, read: self.read.clone() };
            let items: Vec<&ast::Item> =
                (0..self.items.len()).filter(|i| taking(i, &left)).map(|i| &self.items[i].item).collect();
            let mut checked = Checked::new(sources);
            let problems = checked.extend(&items, &mut files, &self.settings.options());
            let before = left.len();
            left.retain(|i| {
                let own = self.items[*i].item.span;
                let within = |span: crate::source::Span| {
                    span.source == own.source && own.start <= span.start && span.end <= own.end
                };
                !problems.iter().any(|problem| problem.is_error() && problem.span().is_some_and(within))
            });
            if left.len() == before {
                return left.into_iter().collect();
            }
        }
    }

    /// `param W : [2] = [1, 2]` of a parameter that was moved.
    fn moved_definition(&self, kept: &Kept, lost: &mut Vec<Arc<str>>) -> Option<String> {
        let ast::Statement::Declare(declare) = &kept.item.statement else {
            let own = |name: &&Arc<str>| {
                kept.defines
                    .iter()
                    .any(|own| own == *name || name.strip_prefix(&**own).is_some_and(|rest| rest.starts_with('.')))
            };
            lost.extend(self.moved.values.keys().filter(own).cloned());
            return None;
        };
        let value = self.moved.values.get(declare.name.text.as_str())?;
        let text = |span| self.sources.in_line(span);
        let shape = declare.kind.as_ref().map(|kind| format!(" : {}", text(kind.span))).unwrap_or_default();
        let comments: String = kept.item.leading.iter().fold(String::new(), |all, trivia| match trivia {
            ast::Trivia::Comment(span) => all + self.sources.text(*span) + "\n",
            ast::Trivia::Blank => all,
        });
        let comment = kept.item.comment.map(|span| format!(" {}", self.sources.text(span))).unwrap_or_default();
        Some(format!("{comments}param {}{shape} = {}{comment}", declare.name.text, literal(value)))
    }
}

fn follows(group: &[ast::Item], next: &Kept) -> bool {
    group.last().is_some_and(|last| {
        last.span.source == next.item.span.source
            && last.span.end <= next.item.span.start
            && next.item.leading.is_empty()
    })
}

/// A tensor as the text that reads back to the same bits.
fn literal(value: &Tensor) -> String {
    let array = value.to_f64();
    fn nested(view: ndarray::ArrayViewD<f64>) -> String {
        match view.ndim() {
            // The shortest digits that read back to the same number.
            0 => match view.first() {
                Some(number) if number.is_nan() => "nan".into(),
                Some(number) => format!("{number:?}"),
                None => String::new(),
            },
            _ => format!("[{}]", view.outer_iter().map(nested).collect::<Vec<_>>().join(", ")),
        }
    }
    nested(array.view())
}
