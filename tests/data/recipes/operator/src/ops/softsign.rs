//! `softsign`: a quotient that squashes any number into (-1, 1).

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `softsign(z)`
pub static SOFTSIGN: OpDef = OpDef {
    name: "softsign",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(|z| z / (1.0 + libm::fabs(z))),
    diff: Diff::Slopes(&["1/(1 + abs(z))^2"]),
    says: Says::plain(
        "The number divided by one more than its size.",
        &[("softsign(0)", "0"), ("softsign'(1)", "0.25"), ("softsign(-3)", "-0.75")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("z/(1 + abs(z))"),
    bends: Bend::Saturates(|z| 1.0 / ((1.0 + libm::fabs(z)) * (1.0 + libm::fabs(z)))),
    export: Export { onnx: "Softsign", torch: "F.softsign", jax: "jax.nn.soft_sign", numpy: "", c: "" },
};
