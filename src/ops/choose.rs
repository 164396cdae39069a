//! `where`: one of two by a condition, entry by entry.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `where(c, a, b)`
pub static WHERE: OpDef = OpDef {
    name: "where",
    args: &[
        Arg { name: "c", kind: ArgKind::Condition, default: "" },
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Where,
    shape: shapes::pointwise,
    kernel: Kernel::Zip3(|c, a, b| if c != 0.0 { a } else { b }),
    diff: Diff::Select,
    says: Says::plain(
        "a where the condition holds, else b, entry by entry; what is not chosen has no value and no slope.",
        &[("where(2 > 1, 5, 7)", "5"), ("where(-1 > 0, sqrt(-1), -1)", "-1")],
    ),
    algebra: Algebra::over(&[Domain::Condition, Domain::Reals, Domain::Reals]).rules(&[
        "where(1, a, b) = a",
        "where(0, a, b) = b",
        "where(c, a, a) = a",
    ]),
    bends: Bend::None,
    export: Export { onnx: "Where", torch: "torch.where", jax: "jnp.where", numpy: "np.where", c: "" },
};
