//! `stated`: a value whose slope is stated, not found: what a call of a function with a `slope f(z) = …` becomes.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `stated(value, z, slope)`
pub static STATED: OpDef = OpDef {
    name: "stated",
    args: &[
        Arg { name: "value", kind: ArgKind::Tensor, default: "" },
        Arg { name: "z", kind: ArgKind::Tensor, default: "" },
        Arg { name: "slope", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The value, whose slope by z is stated: what a function with a line slope f(z) = … gives.",
    formula: "value",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Zip3(|value, _, _| value),
    diff: Diff::Slopes(&["", "slope", ""]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals, Domain::Reals],
    examples: &[("stated(1, 3, 0.5)", "1")],
};
