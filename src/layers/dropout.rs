//! `dropout`: while training a share of the entries is 0.

use super::{Arg, ArgKind, Input, LayerDef, Line};

/// `dropout 0.2`
pub static DROPOUT: LayerDef = LayerDef {
    word: "dropout",
    form: "dropout 0.2",
    summary: "Adds a layer that drops a share of its inputs while training, and scales the others up; elsewhere it changes nothing.",
    args: &[Arg { name: "p", kind: ArgKind::Number, says: "the share that it drops" }],
    options: &[],
    block: false,
    inputs: &[Input { when: "", shape: "[..]", is: "" }],
    lines: &[Line { when: "", text: "a = dropout(x, p)" }],
    torch: "nn.Dropout(0.2)",
    example: "input x : [m, 3] = [[1, 2, 3]]\ndropout 0.2\nassert a1 == x",
};
