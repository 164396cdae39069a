//! The logarithm of the gamma function and its derivatives.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::special;

/// `lgamma(x)`
pub static LGAMMA: OpDef = OpDef {
    name: "lgamma",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The logarithm of the absolute value of the gamma function.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::lgamma),
    diff: Diff::Slopes(&["digamma(x)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Positive],
    examples: &[("lgamma(1)", "0"), ("lgamma(5)", "log(24)")],
};

/// `digamma(x)`
pub static DIGAMMA: OpDef = OpDef {
    name: "digamma",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The derivative of lgamma.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::digamma),
    diff: Diff::Slopes(&["polygamma(1, x)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Positive],
    examples: &[("digamma(1)", "-0.5772156649015329")],
};

/// `polygamma(n, x)`
pub static POLYGAMMA: OpDef = OpDef {
    name: "polygamma",
    args: &[
        Arg { name: "n", kind: ArgKind::Index, default: "" },
        Arg { name: "x", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The n-th derivative of digamma; n is a whole number from 0 to 1000, or a tensor of them, and not differentiated.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(special::polygamma),
    diff: Diff::Slopes(&["", "polygamma(n + 1, x)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Whole(0, 6), Domain::Positive],
    examples: &[("polygamma(0, 1)", "-0.5772156649015329"), ("polygamma(1, 1)", "pi^2/6")],
};
