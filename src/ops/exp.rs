//! `exp` and `expm1`.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `exp(z)`
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
    stable: &["1/exp(z) = exp(-z)", "exp(z)^x = exp(x*z)", "sqrt(exp(z)) = exp(z/2)", "2.718281828459045^z = exp(z)"],
    domain: &[Domain::Reals],
    examples: &[("exp(0)", "1"), ("exp'(0)", "1"), ("exp(-1000)", "0")],
};

/// `expm1(z)`
pub static EXPM1: OpDef = OpDef {
    name: "expm1",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "exp(z) - 1, with every digit where z is tiny.",
    formula: "exp(z) - 1",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::expm1),
    diff: Diff::Slopes(&["exp(z)"]),
    rules: &[],
    stable: &[
        "exp(z) - 1 = expm1(z)",
        "1 - exp(z) = -expm1(z)",
        "u*exp(z) - u = u*expm1(z)",
        "exp(z) + -1 = expm1(z)",
        "expm1(z) + 1 = exp(z)",
    ],
    domain: &[Domain::Reals],
    examples: &[("expm1(0)", "0"), ("expm1(1e-20)", "1e-20")],
};
