//! `identity`: the argument as it is.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `identity(z)`
pub static IDENTITY: OpDef = OpDef {
    name: "identity",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Identity,
    shape: shapes::pointwise,
    kernel: Kernel::Map(|z| z),
    diff: Diff::Slopes(&["1"]),
    says: Says::plain(
        "The argument as it is: a layer without an activation.",
        &[("identity(3)", "3"), ("identity'(3)", "1")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("z").rules(&["identity(z) = z"]),
    bends: Bend::Keeps,
    export: Export { onnx: "Identity", torch: "", jax: "", numpy: "", c: "#" },
};
