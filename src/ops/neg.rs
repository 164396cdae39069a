//! `-` before one: the opposite number.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `-a`
pub static NEG: OpDef = OpDef {
    name: "neg",
    args: &[Arg { name: "a", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Prefix("-"),
    role: Role::Plain,
    is: Is::Neg,
    shape: shapes::pointwise,
    kernel: Kernel::Map(|a| -a),
    diff: Diff::Slopes(&["-1"]),
    says: Says::plain("The opposite number, entry by entry.", &[("-(3)", "-3"), ("-[1, -2]", "[-1, 2]")]),
    algebra: Algebra::over(&[Domain::Reals]).rules(&["--a = a", "-(a - b) = b - a"]),
    bends: Bend::None,
    export: Export { onnx: "Neg", torch: "torch.neg", jax: "jnp.negative", numpy: "np.negative", c: "-#" },
};
