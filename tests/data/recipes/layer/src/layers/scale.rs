//! `scale`: each feature times a weight of its own.

use super::{INIT, Input, LayerDef, Line, Opt};

/// `scale`
pub static SCALE: LayerDef = LayerDef {
    word: "scale",
    form: "scale",
    summary: "Multiplies each feature by a weight of its own.",
    args: &[],
    options: &[Opt { default: "ones", ..INIT }],
    block: false,
    inputs: &[Input { when: "", shape: "[.., n]", is: "" }],
    lines: &[Line { when: "", text: "param g : [n] = init" }, Line { when: "", text: "a = x * g" }],
    torch: "",
    example: "input x : [m, 2] = [[1, 2]]\nscale\nassert a1 == x",
};
