//! `abs` and `sign`.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::elementwise;

/// `abs(x)`
pub static ABS: OpDef = OpDef {
    name: "abs",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The value without its sign.",
    formula: "where(x >= 0, x, -x)",
    kink: Some("at 0 the slope is 0: abs'(0) = 0"),
    shape: shapes::pointwise,
    kernel: Kernel::Map(f64::abs),
    diff: Diff::Slopes(&["sign(x)"]),
    rules: &["abs(-x) = abs(x)", "abs(abs(x)) = abs(x)"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("abs(-3)", "3"), ("abs'(-3)", "-1"), ("abs'(0)", "0")],
};

/// `sign(x)`
pub static SIGN: OpDef = OpDef {
    name: "sign",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "-1, 0 or 1.",
    formula: "",
    kink: Some("sign'(0) = 0"),
    shape: shapes::pointwise,
    kernel: Kernel::Map(elementwise::sign),
    diff: Diff::Flat("sign is flat"),
    rules: &["sign(-x) = -sign(x)"],
    stable: &[],
    domain: &[Domain::NonZero],
    examples: &[("sign(-3)", "-1"), ("sign(0)", "0"), ("sign'(0)", "0")],
};
