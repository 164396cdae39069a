//! `identity`: the argument as it is.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `identity(z)`
pub static IDENTITY: OpDef = OpDef {
    name: "identity",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The argument as it is: a layer without an activation.",
    formula: "z",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(|z| z),
    diff: Diff::Slopes(&["1"]),
    rules: &["identity(z) = z"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("identity(3)", "3"), ("identity'(3)", "1")],
};
