//! `+`: the sum, entry by entry.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `a + b`
pub static ADD: OpDef = OpDef {
    name: "add",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("+"),
    role: Role::Plain,
    summary: "The sum, entry by entry, broadcasting.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(|a, b| a + b),
    diff: Diff::Slopes(&["1", "1"]),
    rules: &["a + 0 = a", "a + -b = a - b"],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("2 + 3", "5"), ("[1, 2] + 3", "[4, 5]")],
};
