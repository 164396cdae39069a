//! `-` between two: the difference, entry by entry.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `a - b`
pub static SUB: OpDef = OpDef {
    name: "sub",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("-"),
    role: Role::Plain,
    is: Is::Sub,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(|a, b| a - b),
    diff: Diff::Slopes(&["1", "-1"]),
    says: Says::plain("The difference, entry by entry, broadcasting.", &[("5 - 3", "2"), ("[1, 2] - 3", "[-2, -1]")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]).rules(&[
        "a - 0 = a",
        "0 - a = -a",
        "a - a = 0",
        "a - -b = a + b",
    ]),
    bends: Bend::None,
    export: Export { onnx: "Sub", torch: "torch.sub", jax: "jnp.subtract", numpy: "np.subtract", c: "# - ##" },
};
