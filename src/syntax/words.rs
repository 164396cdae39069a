//! The statement words: data for the reference, completion, and the scanner.

use super::chars::{is_name_start, skip_name};
use crate::layers::{self, LayerDef};
use crate::statements::{self, About, Statement, Takes};
use std::sync::LazyLock;

/// A word that can begin a statement, and one sentence about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What the statement does.
    pub summary: &'static str,
}

impl Word {
    /// Can what follows it begin with a `-`, in brackets?
    pub fn takes_value(&self) -> bool {
        statements::find(self.word).is_some_and(|statement| {
            matches!(statement.takes, Takes::One | Takes::Several)
                && !matches!(statement.about, About::Name | About::Derivative)
        })
    }
}

const fn word(word: &'static str, form: &'static str, summary: &'static str) -> Word {
    Word { word, form, summary }
}

/// Every statement word, in the order of the language's chapters: what declares and defines, then the questions.
pub static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    let layers = layers::all().map(|def| Word { word: def.word, form: def.form, summary: def.summary });
    let questions = statements::ALL.iter().map(|statement| {
        let Statement { word, forms, summary, .. } = *statement;
        Word { word, form: forms[0], summary }
    });
    OWN.iter().copied().chain(layers).chain(BLOCKS.iter().copied()).chain(questions).collect()
});

/// The words that declare and set.
static OWN: &[Word] = &[
    word("input", "input x : [3, m]", "Declares data that arrives at run time; `= value` gives a default."),
    word("param", "param W : [3, 4] = xavier", "Declares something to train, with its initialiser."),
    word(
        "noise",
        "noise eps : [m, 20] = normal",
        "Draws anew at every step of training; `else value` is what it is outside.",
    ),
    word("slope", "slope f(z) = …", "States the slope of a function of one argument."),
    word("use", "use \"net.nnl\" as net", "Takes the definitions of another file."),
    word("precision", "precision f32", "Sets the precision of all reals: `f64` unless told, or `f32`."),
    word("seed", "seed 7", "Sets the seed that every random draw is keyed by."),
    word("examples", "examples columns", "Settles whether examples stand in columns or in rows."),
];

/// The words before blocks that are no layers.
static BLOCKS: &[Word] = &[
    word("network", "network f(x) { … }", "Gathers layers and definitions under a name, with parameters of their own."),
    word("data", "data \"rent.csv\" { … }", "Binds inputs to the columns of a file, or to formulas."),
    word(
        "predict",
        "predict \"new.csv\" to \"answers.csv\" { … }",
        "Answers for new rows, whose columns may stand in any order.",
    ),
    word("train", "train J { … }", "Trains the parameters until the goal is small."),
];

/// Is it a statement word?
pub(super) fn is_word(name: &str) -> bool {
    WORDS.iter().any(|word| word.word == name)
}

/// The question that a text asks, by its first word.
pub(super) fn question(text: &str) -> Option<&'static Statement> {
    let text = text.trim_start();
    let word = &text[..skip_name(text)];
    let rest = &text[word.len()..];
    if rest.trim_start().starts_with(['=', ':']) || word.is_empty() {
        return None;
    }
    statements::find(word).filter(|_| goes_on(word, rest))
}

/// The layer that a statement adds: its word begins it, or stands after `name =`, and goes on as a layer does.
pub(super) fn layer(text: &str) -> Option<&'static LayerDef> {
    let begins = |text: &str| {
        let text = text.trim_start();
        let word = &text[..skip_name(text)];
        let rest = &text[word.len()..];
        // A block's brace is cut off.
        let stands = |def: &LayerDef| goes_on(word, rest) || (def.block && def.alone() && rest.trim().is_empty());
        layers::find(word).filter(|def| stands(def))
    };
    if let Some(def) = begins(text) {
        return Some(def);
    }
    let text = text.trim_start();
    let rest = text[skip_name(text)..].trim_start();
    if rest.len() == text.len() || !rest.starts_with(['=', ':']) {
        return None;
    }
    let (_, value) = rest.split_once('=')?;
    begins(value)
}

/// Does what follows a statement word let it begin a statement: a space and the beginning of a value, or nothing where
/// the word stands alone?
pub(super) fn goes_on(word: &str, rest: &str) -> bool {
    let after = rest.trim_start_matches([' ', '\t']);
    if after.trim_end().is_empty() {
        let alone = statements::find(word).is_some_and(|statement| statement.takes == Takes::Nothing);
        return alone || layers::find(word).is_some_and(|def| def.alone() && !def.block);
    }
    if after.starts_with('{') {
        return word == "data" || layers::find(word).is_some_and(|def| def.alone() && def.block);
    }
    if after.len() == rest.len() {
        return false;
    }
    let operator = ["and", "or"]
        .iter()
        .any(|op| after.strip_prefix(op).is_some_and(|more| !more.starts_with(super::chars::is_name_part)));
    !operator
        && after.starts_with(|c: char| is_name_start(c) || c.is_ascii_digit() || matches!(c, '"' | '(' | '[' | '∂'))
        || after.strip_prefix('.').is_some_and(|more| more.starts_with(|c: char| c.is_ascii_digit()))
}
