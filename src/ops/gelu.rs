//! `gelu` and `silu`: z times a distribution function.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::activations;

/// `gelu(z)`
pub static GELU: OpDef = OpDef {
    name: "gelu",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "z times the normal distribution function of z: the exact form.",
    formula: "z*normal_cdf(z)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::gelu),
    diff: Diff::Slopes(&["normal_cdf(z) + z*normal_pdf(z)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("gelu(0)", "0"), ("gelu'(0)", "0.5"), ("gelu(1000)", "1000")],
};

/// `silu(z)`
pub static SILU: OpDef = OpDef {
    name: "silu",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "z times its sigmoid.",
    formula: "z*sigmoid(z)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::silu),
    diff: Diff::Slopes(&["sigmoid(z)*(1 + z*(1 - sigmoid(z)))"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("silu(0)", "0"), ("silu'(0)", "0.5"), ("silu(1000)", "1000")],
};
