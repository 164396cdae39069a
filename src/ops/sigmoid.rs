//! `sigmoid`: the logistic function.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::activations;

/// `sigmoid`
pub static SIGMOID: OpDef = OpDef {
    name: "sigmoid",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The logistic function: squashes any number into (0, 1), a probability.",
    formula: "1/(1 + exp(-z))",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::sigmoid),
    diff: Diff::Slopes(&["y*(1 - y)"]),
    rules: &[],
    stable: &["1 - sigmoid(z) = sigmoid(-z)", "1/(1 + exp(-z)) = sigmoid(z)"],
    domain: &[Domain::Reals],
    examples: &[("sigmoid(0)", "0.5"), ("sigmoid'(0)", "0.25"), ("sigmoid(1000)", "1")],
};
