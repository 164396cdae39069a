//! `sqrt`, `cbrt` and `square`.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `sqrt(x)`
pub static SQRT: OpDef = OpDef {
    name: "sqrt",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The square root.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::sqrt),
    diff: Diff::Slopes(&["1/(2*y)"]),
    rules: &[],
    stable: &[
        "sqrt(x^2) = abs(x)",
        "sqrt(x*x) = abs(x)",
        "sqrt(a^2 + b^2) = hypot(a, b)",
        "sqrt(1 + x^2) = hypot(1, x)",
        "sqrt(1 - x^2) = sqrt((1 - x)*(1 + x))",
        "sqrt(x^2 - 1) = sqrt(abs(x) - 1)*sqrt(abs(x) + 1)",
    ],
    domain: &[Domain::Positive],
    examples: &[("sqrt(4)", "2"), ("sqrt'(4)", "0.25")],
};

/// `cbrt(x)`
pub static CBRT: OpDef = OpDef {
    name: "cbrt",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The cube root, of negative numbers too.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::cbrt),
    diff: Diff::Slopes(&["1/(3*y^2)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::NonZero],
    examples: &[("cbrt(-8)", "-2"), ("cbrt'(8)", "1/12")],
};

/// `square(x)`
pub static SQUARE: OpDef = OpDef {
    name: "square",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The square.",
    formula: "x^2",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(|x| x * x),
    diff: Diff::Slopes(&["2*x"]),
    rules: &[],
    stable: &["square(x) = x^2"],
    domain: &[Domain::Reals],
    examples: &[("square(3)", "9"), ("square'(3)", "6")],
};
