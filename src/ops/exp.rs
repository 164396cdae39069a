//! `exp`: e to a power.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `exp`
pub static EXP: OpDef = OpDef {
    name: "exp",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "e to the power of z.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::exp),
    diff: Diff::Slopes(&["y"]),
    rules: &["exp(0) = 1"],
    stable: &["exp(log(x)) = x"],
    domain: &[Domain::Reals],
    examples: &[("exp(0)", "1"), ("exp'(0)", "1"), ("exp(-1000)", "0")],
};
