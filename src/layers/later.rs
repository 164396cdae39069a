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
    later("conv", "conv 8 5x5 relu stride=2 pad=same", "Adds a convolution.", false),
    later("pool", "pool max 2x2", "Adds a pooling layer: the largest or the mean of each window.", false),
    later("flatten", "flatten", "Adds a layer that makes each example one row of numbers.", false),
    later("rnn", "rnn 32 tanh", "Adds a simple recurrent layer.", false),
    later("lstm", "lstm 64", "Adds a long short-term memory layer.", false),
    later("gru", "gru 64", "Adds a gated recurrent layer.", false),
    later("attention", "attention 4", "Adds self-attention with so many heads.", false),
    later("norm", "norm layer", "Adds a normalisation, over the layer or over the batch.", false),
    later("dropout", "dropout 0.2", "Adds a layer that drops a share of its inputs while training.", false),
    later("repeat", "repeat 3 { … }", "Adds the layers of its block so many times.", true),
    later("residual", "residual { … }", "Adds what its block computes to the block's input.", true),
];
