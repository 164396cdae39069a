//! `log`, `log2`, `log10`, `log1p` and `log1mexp`.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::elementwise;

/// `log(x)`
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

/// `log2(x)`
pub static LOG2: OpDef = OpDef {
    name: "log2",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The logarithm to the base 2.",
    formula: "log(x)/log(2)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log2),
    diff: Diff::Slopes(&["1/(x*log(2))"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Positive],
    examples: &[("log2(8)", "3")],
};

/// `log10(x)`
pub static LOG10: OpDef = OpDef {
    name: "log10",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The logarithm to the base 10.",
    formula: "log(x)/log(10)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log10),
    diff: Diff::Slopes(&["1/(x*log(10))"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Positive],
    examples: &[("log10(1000)", "3")],
};

/// `log1p(x)`
pub static LOG1P: OpDef = OpDef {
    name: "log1p",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "log(1 + x), with every digit where x is tiny.",
    formula: "log(1 + x)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log1p),
    diff: Diff::Slopes(&["1/(1 + x)"]),
    rules: &[],
    stable: &[
        "log(1 + x) = log1p(x)",
        "log(1 - x) = log1p(-x)",
        "log1p(expm1(z)) = z",
        "log1p(-sigmoid(z)) = -softplus(z)",
        "log1p(exp(z)) = softplus(z)",
    ],
    domain: &[Domain::Positive],
    examples: &[("log1p(0)", "0"), ("log1p(1e-20)", "1e-20")],
};

/// `log1mexp(x)`
pub static LOG1MEXP: OpDef = OpDef {
    name: "log1mexp",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "log(1 - exp(x)) of an x below 0: from the log of a probability the log of what is left.",
    formula: "log(1 - exp(x))",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(elementwise::log1mexp),
    diff: Diff::Slopes(&["exp(x)/expm1(x)"]),
    rules: &[],
    stable: &["log(-expm1(x)) = log1mexp(x)", "log1p(-exp(x)) = log1mexp(x)"],
    domain: &[Domain::Open(-8.0, -0.1)],
    examples: &[("log1mexp(-log(2))", "-log(2)"), ("log1mexp(-1e-20)", "log(1e-20)"), ("log1mexp(-1000)", "0")],
};
