//! `*`: the product, entry by entry.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `a * b`
pub static MUL: OpDef = OpDef {
    name: "mul",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("*"),
    role: Role::Plain,
    is: Is::Mul,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(|a, b| a * b),
    diff: Diff::Slopes(&["b", "a"]),
    says: Says::plain("The product, entry by entry, broadcasting.", &[("2*3", "6"), ("[1, 2]*3", "[3, 6]")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals])
        .rules(&["a*1 = a", "a*0 = 0", "-a*b = -(a*b)", "a*-1 = -a"])
        .stable(&["2*(a/2) = a", "2*(0.5*a) = a"]),
    bends: Bend::None,
    export: Export { onnx: "Mul", torch: "torch.mul", jax: "jnp.multiply", numpy: "np.multiply", c: "# * ##" },
};
