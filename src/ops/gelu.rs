//! `gelu` and `silu`: z times a distribution function.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::activations;

/// `gelu(z)`
pub static GELU: OpDef = OpDef {
    name: "gelu",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::gelu),
    diff: Diff::Slopes(&["normal_cdf(z) + z*normal_pdf(z)"]),
    says: Says::plain(
        "z times the normal distribution function of z: the exact form.",
        &[("gelu(0)", "0"), ("gelu'(0)", "0.5"), ("gelu(1000)", "1000")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("z*normal_cdf(z)"),
    bends: Bend::Keeps,
    export: Export::none(),
};

/// `silu(z)`
pub static SILU: OpDef = OpDef {
    name: "silu",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Silu,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::silu),
    diff: Diff::Slopes(&["sigmoid(z)*(1 + z*(1 - sigmoid(z)))"]),
    says: Says::plain("z times its sigmoid.", &[("silu(0)", "0"), ("silu'(0)", "0.5"), ("silu(1000)", "1000")])
        .also(&["swish"]),
    algebra: Algebra::over(&[Domain::Reals]).formula("z*sigmoid(z)"),
    bends: Bend::Keeps,
    export: Export { onnx: "", torch: "torch.nn.functional.silu", jax: "jax.nn.silu", numpy: "", c: "" },
};
