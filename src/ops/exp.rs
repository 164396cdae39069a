//! `exp` and `expm1`.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `exp(z)`
pub static EXP: OpDef = OpDef {
    name: "exp",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Exp,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::exp),
    diff: Diff::Slopes(&["y"]),
    says: Says::plain("e to the power of z.", &[("exp(0)", "1"), ("exp'(0)", "1"), ("exp(-1000)", "0")])
        .latex(r"e^{#}"),
    algebra: Algebra::over(&[Domain::Reals]).rules(&["exp(0) = 1"]).stable(&[
        "1/exp(z) = exp(-z)",
        "exp(z)^x = exp(x*z)",
        "sqrt(exp(z)) = exp(z/2)",
        "2.718281828459045^z = exp(z)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "Exp", torch: "torch.exp", jax: "jnp.exp", numpy: "np.exp", c: "exp" },
};

/// `expm1(z)`
pub static EXPM1: OpDef = OpDef {
    name: "expm1",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Expm1,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::expm1),
    diff: Diff::Slopes(&["exp(z)"]),
    says: Says::plain("exp(z) - 1, with every digit where z is tiny.", &[("expm1(0)", "0"), ("expm1(1e-20)", "1e-20")]),
    algebra: Algebra::over(&[Domain::Reals]).formula("exp(z) - 1").stable(&[
        "exp(z) - 1 = expm1(z)",
        "1 - exp(z) = -expm1(z)",
        "u*exp(z) - u = u*expm1(z)",
        "exp(z) + -1 = expm1(z)",
        "expm1(z) + 1 = exp(z)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.expm1", jax: "jnp.expm1", numpy: "np.expm1", c: "expm1" },
};
