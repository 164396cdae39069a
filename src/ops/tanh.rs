//! `tanh`: the hyperbolic tangent.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `tanh`
pub static TANH: OpDef = OpDef {
    name: "tanh",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "Hyperbolic tangent: squashes any number into (-1, 1).",
    formula: "(exp(z) - exp(-z))/(exp(z) + exp(-z))",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::tanh),
    diff: Diff::Slopes(&["1 - y^2"]),
    rules: &["tanh(-z) = -tanh(z)"],
    stable: &["1 - tanh(z)^2 = (1/cosh(z))^2", "(exp(z) - exp(-z))/(exp(z) + exp(-z)) = tanh(z)"],
    domain: &[Domain::Reals],
    examples: &[("tanh(0)", "0"), ("tanh'(0)", "1"), ("tanh(1000)", "1")],
};
