//! `/`: the quotient, entry by entry.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `a / b`
pub static DIV: OpDef = OpDef {
    name: "div",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("/"),
    role: Role::Plain,
    is: Is::Div,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(|a, b| a / b),
    diff: Diff::Slopes(&["1/b", "-y/b"]),
    says: Says::plain(
        "The quotient, entry by entry, broadcasting; always real division.",
        &[("6/3", "2"), ("1/2", "0.5"), ("[1, 2]/4", "[0.25, 0.5]")],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::NonZero]).rules(&["a/1 = a", "-a/b = -(a/b)"]),
    bends: Bend::None,
    export: Export { onnx: "Div", torch: "torch.div", jax: "jnp.divide", numpy: "np.divide", c: "# / ##" },
};
