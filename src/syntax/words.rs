//! The statement words: data for the reference, completion, and the scanner.

use super::chars::{is_name_start, skip_name};
use crate::statements::{self, About, Statement, Takes};

/// A word that can begin a statement, and one sentence about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub word: &'static str,
    /// How it is written.
    pub form: &'static str,
    /// What the statement does.
    pub summary: &'static str,
    /// Does this version answer it?
    pub built: bool,
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
    Word { word, form, summary, built: true }
}

/// A word that the language knows and this version does not.
const fn soon(word: &'static str, form: &'static str, summary: &'static str) -> Word {
    Word { word, form, summary, built: false }
}

/// Every statement word, in the order of the language's chapters: what declares and defines, then the questions.
pub static WORDS: &[Word] = &{
    const QUESTIONS: [Word; statements::ALL.len()] = questions();
    joined::<{ OWN.len() + QUESTIONS.len() }>(&[OWN, &QUESTIONS])
};

const fn questions<const N: usize>() -> [Word; N] {
    let mut all = [word("", "", ""); N];
    let mut i = 0;
    while i < N {
        let Statement { word, forms, summary, built, .. } = statements::ALL[i];
        all[i] = Word { word, form: forms[0], summary, built };
        i += 1;
    }
    all
}

/// Lists, one after the other.
const fn joined<const N: usize>(lists: &[&[Word]]) -> [Word; N] {
    let mut all = [word("", "", ""); N];
    let (mut list, mut i, mut at) = (0, 0, 0);
    while list < lists.len() {
        if i == lists[list].len() {
            (list, i) = (list + 1, 0);
        } else {
            all[at] = lists[list][i];
            (i, at) = (i + 1, at + 1);
        }
    }
    all
}

/// The words that are no questions.
const OWN: &[Word] = &[
    word("input", "input x : [3, m]", "Declares data that arrives at run time; `= value` gives a default."),
    word("param", "param W : [3, 4] = xavier", "Declares something to train, with its initialiser."),
    word("slope", "slope f(z) = …", "States the slope of a function of one argument."),
    word("use", "use \"net.nnl\" as net", "Takes the definitions of another file."),
    word("precision", "precision f32", "Sets the precision of all reals: `f64` unless told, or `f32`."),
    word("seed", "seed 7", "Sets the seed that every random draw is keyed by."),
    word("examples", "examples columns", "Settles whether examples stand in columns or in rows."),
    word("layer", "layer 4 tanh", "Adds a dense layer: weights, bias, product and activation, each with its name."),
    soon("conv", "conv 8 5x5 relu stride=2 pad=same", "Adds a convolution."),
    soon("pool", "pool max 2x2", "Adds a pooling layer: the largest or the mean of each window."),
    soon("flatten", "flatten", "Adds a layer that makes each example one row of numbers."),
    soon("rnn", "rnn 32 tanh", "Adds a simple recurrent layer."),
    soon("lstm", "lstm 64", "Adds a long short-term memory layer."),
    soon("gru", "gru 64", "Adds a gated recurrent layer."),
    soon("embed", "embed 1000 32", "Adds a table of vectors, one for each whole number."),
    soon("attention", "attention 4", "Adds self-attention with so many heads."),
    soon("norm", "norm layer", "Adds a normalisation, over the layer or over the batch."),
    soon("dropout", "dropout 0.2", "Adds a layer that drops a share of its inputs while training."),
    soon("repeat", "repeat 3 { … }", "Adds the layers of its block so many times."),
    soon("residual", "residual { … }", "Adds what its block computes to the block's input."),
    word("network", "network f(x) { … }", "Gathers layers and definitions under a name, with parameters of their own."),
    soon("data", "data \"rent.csv\" { … }", "Binds inputs to the columns of a file, or to formulas."),
    soon("train", "train J { … }", "Trains the parameters until the goal is small."),
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

/// Does what follows a statement word let it begin a statement: a space and the beginning of a value, or nothing where
/// the word stands alone?
pub(super) fn goes_on(word: &str, rest: &str) -> bool {
    let after = rest.trim_start_matches([' ', '\t']);
    if after.trim_end().is_empty() {
        let alone = statements::find(word).is_some_and(|statement| statement.takes == Takes::Nothing);
        return alone || word == "flatten";
    }
    if after.starts_with('{') {
        return matches!(word, "data" | "residual");
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
