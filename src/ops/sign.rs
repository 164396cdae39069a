//! `abs` and `sign`.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::elementwise;

/// `abs(x)`
pub static ABS: OpDef = OpDef {
    name: "abs",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Abs,
    shape: shapes::pointwise,
    kernel: Kernel::Map(f64::abs),
    diff: Diff::Slopes(&["sign(x)"]),
    says: Says {
        summary: "The value without its sign.",
        kink: Some("at 0 the slope is 0: abs'(0) = 0"),
        examples: &[("abs(-3)", "3"), ("abs'(-3)", "-1"), ("abs'(0)", "0")],
        latex: r"\left|#\right|",
        also: &["fabs"],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals])
        .formula("where(x >= 0, x, -x)")
        .rules(&["abs(-x) = abs(x)", "abs(abs(x)) = abs(x)"]),
    bends: Bend::None,
    export: Export { onnx: "Abs", torch: "torch.abs", jax: "jnp.abs", numpy: "np.abs", c: "fabs" },
};

/// `sign(x)`
pub static SIGN: OpDef = OpDef {
    name: "sign",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Sign,
    shape: shapes::pointwise,
    kernel: Kernel::Map(elementwise::sign),
    diff: Diff::Flat("sign is flat"),
    says: Says {
        summary: "-1, 0 or 1.",
        kink: Some("sign'(0) = 0"),
        examples: &[("sign(-3)", "-1"), ("sign(0)", "0"), ("sign'(0)", "0")],
        latex: "",
        also: &["sgn"],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::NonZero]).rules(&["sign(-x) = -sign(x)"]),
    bends: Bend::None,
    export: Export { onnx: "Sign", torch: "torch.sign", jax: "jnp.sign", numpy: "np.sign", c: "" },
};
