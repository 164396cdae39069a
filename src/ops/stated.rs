//! `stated`: a value whose slope is stated, not found: what a call of a function with a `slope f(z) = …` becomes.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

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
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Zip3(|value, _, _| value),
    diff: Diff::Slopes(&["", "slope", ""]),
    says: Says::plain(
        "The value, whose slope by z is stated: what a function with a line slope f(z) = … gives.",
        &[("stated(1, 3, 0.5)", "1")],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals, Domain::Reals]).formula("value"),
    bends: Bend::None,
    export: Export::none(),
};
