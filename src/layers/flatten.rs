//! `flatten`: each example one row of numbers.

use super::{Input, LayerDef, Line};

/// `flatten`
pub static FLATTEN: LayerDef = LayerDef {
    word: "flatten",
    form: "flatten",
    summary: "Adds a layer that makes each example one row of numbers.",
    args: &[],
    options: &[],
    block: false,
    inputs: &[Input { when: "columns", shape: "[.., m]", is: "" }, Input { when: "rows", shape: "[m, ..]", is: "" }],
    lines: &[
        Line { when: "columns", text: "a = reshape(x, [_, m])" },
        Line { when: "rows", text: "a = reshape(x, [m, _])" },
    ],
    torch: "nn.Flatten()",
    example: "input x : [m, 2, 2] = [[[1, 2], [3, 4]]]\nflatten\nassert a1 == [[1, 2, 3, 4]]",
};
