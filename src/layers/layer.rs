//! `layer`: a dense layer, a product with weights and an activation.

use super::{Arg, ArgKind, BIAS, INIT, Input, LayerDef, Line};

/// `layer 4 tanh`
pub static LAYER: LayerDef = LayerDef {
    word: "layer",
    form: "layer 4 tanh",
    summary: "Adds a dense layer: weights, bias, product and activation, each with its name.",
    args: &[Arg { name: "units", kind: ArgKind::Units, says: "its number of units" }],
    options: &[INIT, BIAS],
    block: false,
    inputs: &[Input { when: "columns", shape: "[n, m]", is: "" }, Input { when: "rows", shape: "[.., n]", is: "" }],
    lines: &[
        Line { when: "", text: "param W : [n, units] = init" },
        Line { when: "bias columns", text: "param b : [units, 1] = zeros" },
        Line { when: "bias rows", text: "param b : [units] = zeros" },
        Line { when: "bias columns", text: "z = W' @ x + b" },
        Line { when: "!bias columns", text: "z = W' @ x" },
        Line { when: "bias rows", text: "z = x @ W + b" },
        Line { when: "!bias rows", text: "z = x @ W" },
        Line { when: "", text: "a = z" },
    ],
    torch: "nn.Linear(n, 4): W1 is weight.T, b1 is bias",
    example: "input x : [m, 3] = [[1, 2, 3]]\nlayer 2 tanh\nassert a1 ~= tanh(x @ W1 + b1)",
};
