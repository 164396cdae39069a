//! `/`: the quotient, entry by entry.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `a / b`
pub static DIV: OpDef = OpDef {
    name: "div",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("/"),
    role: Role::Plain,
    summary: "The quotient, entry by entry, broadcasting; always real division.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(|a, b| a / b),
    diff: Diff::Slopes(&["1/b", "-y/b"]),
    rules: &["a/1 = a", "-a/b = -(a/b)"],
    stable: &[],
    domain: &[Domain::Reals, Domain::NonZero],
    examples: &[("6/3", "2"), ("1/2", "0.5"), ("[1, 2]/4", "[0.25, 0.5]")],
};
