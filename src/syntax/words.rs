//! The statement words: data for the reference, completion, and the scanner.

use super::chars::is_name_start;

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
        const QUESTIONS: &[&str] =
            &["grad", "derive", "trace", "check", "table", "graph", "plot", "assert", "step", "time", "evaluate"];
        QUESTIONS.contains(&self.word)
    }
}

const fn word(word: &'static str, form: &'static str, summary: &'static str) -> Word {
    Word { word, form, summary, built: true }
}

/// A word that the language knows and this version does not.
const fn soon(word: &'static str, form: &'static str, summary: &'static str) -> Word {
    Word { word, form, summary, built: false }
}

/// Every statement word, in the order of the language's chapters.
pub static WORDS: &[Word] = &[
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
    word("grad", "grad J wrt W1, b1", "Answers the derivatives of a scalar."),
    word("derive", "derive dJ/dw", "Answers the formula of a derivative, in the program's own notation."),
    word("trace", "trace J", "Answers every step forward and back, with numbers and the chain rule."),
    word(
        "explain",
        "explain dJ/db",
        "Answers the paths from one name to another, each with its product, and their sum.",
    ),
    word("nudge", "nudge a by 0.001 in J", "Answers what changes where a value moves a little."),
    word(
        "check",
        "check J",
        "Compares derivatives with finite differences, or a learner's formula with the derivative.",
    ),
    word("shapes", "shapes", "Answers every name's shape, and counts the parameters."),
    word("table", "table f(z), f'(z) for z in [-10, 0, 10]", "Answers a table of values."),
    word("graph", "graph J to \"j.svg\"", "Answers the computation graph, as text or as a picture."),
    soon("plot", "plot f(z) for z in -5..5", "Answers a plot, on the terminal or as a picture."),
    word("assert", "assert a ~= b", "Says nothing where it holds, and is an error where it does not."),
    word("step", "step J by 0.1", "Moves the parameters by gradient steps."),
    soon("time", "time J", "Answers where the time and memory of an expression go."),
    soon("data", "data \"rent.csv\" { … }", "Binds inputs to the columns of a file, or to formulas."),
    soon("train", "train J { … }", "Trains the parameters until the goal is small."),
    soon(
        "evaluate",
        "evaluate J, accuracy(a2, y)",
        "Answers each expression for the training rows and for the test rows.",
    ),
    soon("save", "save \"rent.safetensors\"", "Saves the parameters."),
    soon("load", "load \"rent.safetensors\"", "Loads the parameters."),
];

/// Is it a statement word?
pub(super) fn is_word(name: &str) -> bool {
    WORDS.iter().any(|word| word.word == name)
}

/// Does what follows a statement word let it begin a statement: a space and the beginning of a value, or nothing where
/// the word stands alone?
pub(super) fn goes_on(word: &str, rest: &str) -> bool {
    let after = rest.trim_start_matches([' ', '\t']);
    if after.trim_end().is_empty() {
        return matches!(word, "shapes" | "flatten");
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
