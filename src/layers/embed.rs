//! `embed`: a table of vectors, one for each whole number.

use super::{Arg, ArgKind, INIT, Input, LayerDef, Line};

/// `embed 1000 32`
pub static EMBED: LayerDef = LayerDef {
    word: "embed",
    form: "embed 1000 32",
    summary: "Adds a table of vectors and looks them up, one for each whole number.",
    args: &[
        Arg { name: "kinds", kind: ArgKind::Units, says: "how many kinds there are" },
        Arg { name: "width", kind: ArgKind::Units, says: "the length of its vectors" },
    ],
    options: &[INIT],
    block: false,
    inputs: &[Input { when: "", shape: "[..]", is: "" }],
    lines: &[Line { when: "", text: "param E : [kinds, width] = init" }, Line { when: "", text: "a = E[x]" }],
    torch: "nn.Embedding(1000, 32): E1 is weight",
    example: "input x : int [m] = [2, 0, 2]\nembed 3 4\nassert a1[0] == E1[2]\nassert a1[0] == a1[2]",
};
