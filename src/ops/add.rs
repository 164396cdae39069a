//! `+`: the sum, entry by entry.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `a + b`
pub static ADD: OpDef = OpDef {
    name: "add",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("+"),
    role: Role::Plain,
    is: Is::Add,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(|a, b| a + b),
    diff: Diff::Slopes(&["1", "1"]),
    says: Says::plain("The sum, entry by entry, broadcasting.", &[("2 + 3", "5"), ("[1, 2] + 3", "[4, 5]")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]).rules(&["a + 0 = a", "a + -b = a - b"]),
    bends: Bend::None,
    export: Export { onnx: "Add", torch: "torch.add", jax: "jnp.add", numpy: "np.add", c: "# + ##" },
};
