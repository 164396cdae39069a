//! What does not run at every key: training, what is asked after it, and what writes files. It waits until somebody says so.

use super::places::Places;
use crate::source::Span;
use crate::syntax::ast::{self, PartKind, Statement};
use rustc_hash::FxHashSet;
use serde_json::{Value, json};

/// How far the training of a text runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Learn {
    /// Not at all: it waits, as do the files.
    Waits,
    /// For so many epochs.
    Until(u64),
    /// As the text says.
    Whole,
}

/// The statements that wait.
#[derive(Debug, Default)]
pub struct Waiting {
    /// Their places among the statements.
    pub items: FxHashSet<usize>,
    /// Those that somebody can start: place and what the button says.
    starts: Vec<(usize, &'static str)>,
    /// The number of epochs, where one training says it.
    epochs: Option<(Span, u64)>,
}

impl Waiting {
    /// Of a program.
    pub fn of(items: &[ast::Item]) -> Waiting {
        let mut waiting = Waiting::default();
        let mut trains = 0;
        for (i, item) in items.iter().enumerate() {
            match &item.statement {
                Statement::Train(train) => {
                    trains += 1;
                    waiting.starts.push((i, "Train"));
                    waiting.items.insert(i);
                    waiting.epochs = epochs(train).filter(|_| trains == 1);
                }
                Statement::Ask(ask) if ask.statement.word == "save" || ask.to.is_some() => {
                    if trains == 0 {
                        waiting.starts.push((i, "Write the file"));
                    }
                    waiting.items.insert(i);
                }
                Statement::Ask(_) | Statement::Show(_) if trains > 0 => {
                    waiting.items.insert(i);
                }
                _ => {}
            }
        }
        waiting
    }

    /// Is there nothing?
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// How many epochs the training has, where that can be shortened.
    pub fn epochs(&self) -> Option<u64> {
        self.epochs.map(|(_, epochs)| epochs)
    }

    /// The text with the number of epochs in the place of the one that it says; all other places stay.
    pub fn shortened(&self, text: &str, learn: Learn) -> String {
        let (Learn::Until(until), Some((span, epochs))) = (learn, self.epochs) else { return text.to_string() };
        let range = span.range();
        let number = format!("{:<width$}", until.min(epochs), width = range.len());
        format!("{}{number}{}", &text[..range.start], &text[range.end..])
    }

    /// For the page: the lines that can be started.
    pub fn json(&self, items: &[ast::Item], places: &Places<'_>) -> Value {
        let line = |i: usize| places.line(items[i].span.start as usize);
        self.starts.iter().map(|(i, says)| json!({"line": line(*i), "says": says})).collect()
    }
}

/// `epochs = 200`
fn epochs(train: &ast::Train) -> Option<(Span, u64)> {
    let found = train.block.items.iter().find_map(|item| match &item.statement {
        Statement::Define(define) if define.name.text == "epochs" => Some(&define.value),
        _ => None,
    })?;
    match &found.parts[..] {
        [ast::Part { kind: PartKind::Number(count), span }] if *count >= 1.0 && count.fract() == 0.0 => {
            Some((*span, *count as u64))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Sources};

    const TEXT: &str = "param w = 0\nJ = (w - 1)^2\ntrain J {\n    epochs = 200\n}\nw\nk = 2\n";

    fn items(text: &str) -> Vec<ast::Item> {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("", text));
        crate::syntax::parse(&sources, id).0.items
    }

    #[test]
    fn training_waits_and_so_does_what_is_asked_after_it() {
        let waiting = Waiting::of(&items(TEXT));
        let mut places: Vec<usize> = waiting.items.iter().copied().collect();
        places.sort_unstable();
        assert_eq!((places, waiting.epochs()), (vec![2, 3], Some(200)));
        assert_eq!(waiting.shortened(TEXT, Learn::Until(7)), TEXT.replace("200", "7  "));
        assert_eq!(waiting.shortened(TEXT, Learn::Whole), TEXT);
    }

    #[test]
    fn what_writes_files_waits() {
        let waiting = Waiting::of(&items("a = 3\nJ = a^2\nJ\ngraph J to \"j.svg\"\nJ + 1\n"));
        assert_eq!(waiting.items.into_iter().collect::<Vec<_>>(), [3]);
    }
}
