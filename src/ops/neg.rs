//! `-` before one: the opposite number.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `-a`
pub static NEG: OpDef = OpDef {
    name: "neg",
    args: &[Arg { name: "a", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Prefix("-"),
    role: Role::Plain,
    summary: "The opposite number, entry by entry.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(|a| -a),
    diff: Diff::Slopes(&["-1"]),
    rules: &["--a = a", "-(a - b) = b - a"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("-(3)", "-3"), ("-[1, -2]", "[-1, 2]")],
};
