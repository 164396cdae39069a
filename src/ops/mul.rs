//! `*`: the product, entry by entry.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `a * b`
pub static MUL: OpDef = OpDef {
    name: "mul",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("*"),
    role: Role::Plain,
    summary: "The product, entry by entry, broadcasting.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(|a, b| a * b),
    diff: Diff::Slopes(&["b", "a"]),
    rules: &["a*1 = a", "a*0 = 0", "-a*b = -(a*b)", "a*-1 = -a"],
    stable: &["2*(a/2) = a", "2*(0.5*a) = a"],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("2*3", "6"), ("[1, 2]*3", "[3, 6]")],
};
