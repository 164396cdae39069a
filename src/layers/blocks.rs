//! `repeat` and `residual`: layers with a block of layers.

use super::{Arg, ArgKind, Input, LayerDef, Line};

/// `repeat 3 { … }`
pub static REPEAT: LayerDef = LayerDef {
    word: "repeat",
    form: "repeat 3 { … }",
    summary: "Adds the layers of its block so many times, each with parameters of its own; names given inside are the block's.",
    args: &[Arg { name: "times", kind: ArgKind::Number, says: "how many times" }],
    options: &[],
    block: true,
    inputs: &[],
    lines: &[],
    torch: "nn.Sequential(*[block() for _ in range(3)])",
    example: "input x : [m, 3] = [[1, 2, 3]]\nrepeat 2 { layer 3 tanh }\nassert a2 ~= tanh(a1 @ W2 + b2)",
};

/// `residual { … }`
pub static RESIDUAL: LayerDef = LayerDef {
    word: "residual",
    form: "residual { … }",
    summary: "Adds what its block computes to the block's input.",
    args: &[],
    options: &[],
    block: true,
    inputs: &[Input { when: "", shape: "[..]", is: "" }],
    lines: &[Line { when: "", text: "a = x + s" }],
    torch: "x + block(x)",
    example: "input x : [m, 3] = [[1, 2, 3]]\nresidual { layer 3 tanh }\nassert a2 == a1 + x",
};
