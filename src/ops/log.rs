//! `log`: the natural logarithm.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `log`
pub static LOG: OpDef = OpDef {
    name: "log",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The natural logarithm.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log),
    diff: Diff::Slopes(&["1/x"]),
    rules: &["log(1) = 0"],
    stable: &["log(exp(z)) = z"],
    domain: &[Domain::Positive],
    examples: &[("log(1)", "0"), ("log'(2)", "0.5"), ("log(e)", "1")],
};
