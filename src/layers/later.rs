//! Layers of the language that this version does not build yet.

use super::LayerDef;

const fn later(word: &'static str, form: &'static str, summary: &'static str, block: bool) -> LayerDef {
    LayerDef {
        word,
        form,
        summary,
        built: false,
        args: &[],
        options: &[],
        block,
        inputs: &[],
        lines: &[],
        torch: "",
        example: "",
    }
}

/// Their words.
pub(super) static LATER: &[LayerDef] = &[
    later("rnn", "rnn 32 tanh", "Adds a simple recurrent layer.", false),
    later("lstm", "lstm 64", "Adds a long short-term memory layer.", false),
    later("gru", "gru 64", "Adds a gated recurrent layer.", false),
];
