//! `erf` and `erfc`: the error function and its complement.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `erf(x)`
pub static ERF: OpDef = OpDef {
    name: "erf",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The error function.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::erf),
    diff: Diff::Slopes(&["2/sqrt(pi)*exp(-x^2)"]),
    rules: &["erf(-x) = -erf(x)"],
    stable: &["1 - erfc(x) = erf(x)", "erfc(x) - 1 = -erf(x)"],
    domain: &[Domain::Reals],
    examples: &[("erf(0)", "0"), ("erf(10)", "1")],
};

/// `erfc(x)`
pub static ERFC: OpDef = OpDef {
    name: "erfc",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "1 - erf(x), with every digit where it is tiny.",
    formula: "1 - erf(x)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::erfc),
    diff: Diff::Slopes(&["-2/sqrt(pi)*exp(-x^2)"]),
    rules: &[],
    stable: &["1 - erf(x) = erfc(x)", "1 + erf(x) = erfc(-x)", "erf(x) - 1 = -erfc(x)"],
    domain: &[Domain::Reals],
    examples: &[("erfc(0)", "1")],
};
