//! `relu`: the rectifier.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::activations;

/// `relu`
pub static RELU: OpDef = OpDef {
    name: "relu",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The rectifier: z where it is positive, else 0.",
    formula: "max(0, z)",
    kink: Some("at 0 the closed side z >= 0 counts: relu'(0) = 1"),
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::relu),
    diff: Diff::Slopes(&["where(z >= 0, 1, 0)"]),
    rules: &["relu(relu(z)) = relu(z)"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("relu(3)", "3"), ("relu(-3)", "0"), ("relu'(0)", "1"), ("relu'(-1)", "0")],
};
