//! Hyperbolic sine and cosine, and the inverses of the three.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `sinh(x)`
pub static SINH: OpDef = OpDef {
    name: "sinh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The hyperbolic sine.",
    formula: "(exp(x) - exp(-x))/2",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::sinh),
    diff: Diff::Slopes(&["cosh(x)"]),
    rules: &["sinh(-x) = -sinh(x)"],
    stable: &["(exp(x) - exp(-x))/2 = sinh(x)", "sinh(x)/cosh(x) = tanh(x)"],
    domain: &[Domain::Reals],
    examples: &[("sinh(0)", "0"), ("sinh'(0)", "1")],
};

/// `cosh(x)`
pub static COSH: OpDef = OpDef {
    name: "cosh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The hyperbolic cosine.",
    formula: "(exp(x) + exp(-x))/2",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::cosh),
    diff: Diff::Slopes(&["sinh(x)"]),
    rules: &["cosh(-x) = cosh(x)"],
    stable: &[
        "(exp(x) + exp(-x))/2 = cosh(x)",
        "1/cosh(x)^2 = (1/cosh(x))^2",
        "u/cosh(x)^2 = u*(1/cosh(x))^2",
        "log((1/cosh(x))^2) = -2*log(cosh(x))",
        "log((0.5/cosh(x))^2) = -2*log(cosh(x)) - 1.3862943611198906",
        "log(cosh(x)) = where(abs(x) < 1, log1p(2*sinh(x/2)^2), abs(x) + log1p(expm1(-(2*abs(x)))/2))",
    ],
    domain: &[Domain::Reals],
    examples: &[("cosh(0)", "1"), ("cosh'(0)", "0")],
};

/// `asinh(x)`
pub static ASINH: OpDef = OpDef {
    name: "asinh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The inverse of the hyperbolic sine.",
    formula: "sign(x)*log1p(abs(x) + x^2/(1 + sqrt(1 + x^2)))",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::asinh),
    diff: Diff::Slopes(&["1/sqrt(1 + x^2)"]),
    rules: &["asinh(-x) = -asinh(x)"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("asinh(0)", "0"), ("asinh'(0)", "1")],
};

/// `acosh(x)`
pub static ACOSH: OpDef = OpDef {
    name: "acosh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The inverse of the hyperbolic cosine, from 1 up.",
    formula: "log(x + sqrt(x - 1)*sqrt(x + 1))",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::acosh),
    diff: Diff::Slopes(&["1/sqrt(x^2 - 1)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Open(1.0, 20.0)],
    examples: &[("acosh(1)", "0")],
};

/// `atanh(x)`
pub static ATANH: OpDef = OpDef {
    name: "atanh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The inverse of the hyperbolic tangent, between -1 and 1.",
    formula: "(log1p(x) - log1p(-x))/2",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::atanh),
    diff: Diff::Slopes(&["1/(1 - x^2)"]),
    rules: &["atanh(-x) = -atanh(x)"],
    stable: &["u/(1 - x^2) = u/((1 - x)*(1 + x))"],
    domain: &[Domain::Open(-1.0, 1.0)],
    examples: &[("atanh(0)", "0"), ("atanh'(0)", "1")],
};
