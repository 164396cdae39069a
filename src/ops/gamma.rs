//! The logarithm of the gamma function and its derivatives.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::special;

/// `lgamma(x)`
pub static LGAMMA: OpDef = OpDef {
    name: "lgamma",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::lgamma),
    diff: Diff::Slopes(&["digamma(x)"]),
    says: Says::plain(
        "The logarithm of the absolute value of the gamma function.",
        &[("lgamma(1)", "0"), ("lgamma(5)", "log(24)")],
    )
    .latex(r"\log\Gamma\left(#\right)"),
    algebra: Algebra::over(&[Domain::Positive]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.lgamma", jax: "jax.scipy.special.gammaln", numpy: "", c: "lgamma" },
};

/// `digamma(x)`
pub static DIGAMMA: OpDef = OpDef {
    name: "digamma",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::digamma),
    diff: Diff::Slopes(&["polygamma(1, x)"]),
    says: Says::plain("The derivative of lgamma.", &[("digamma(1)", "-0.5772156649015329")])
        .latex(r"\psi\left(#\right)"),
    algebra: Algebra::over(&[Domain::Positive]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.digamma", jax: "jax.scipy.special.digamma", numpy: "", c: "" },
};

/// `polygamma(n, x)`
pub static POLYGAMMA: OpDef = OpDef {
    name: "polygamma",
    args: &[
        Arg { name: "n", kind: ArgKind::Index, default: "" },
        Arg { name: "x", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(special::polygamma),
    diff: Diff::Slopes(&["", "polygamma(n + 1, x)"]),
    says: Says::plain(
        "The n-th derivative of digamma; n is a whole number from 0 to 1000, or a tensor of them, and not differentiated.",
        &[("polygamma(0, 1)", "-0.5772156649015329"), ("polygamma(1, 1)", "pi^2/6")],
    ),
    algebra: Algebra::over(&[Domain::Whole(0, 6), Domain::Positive]),
    bends: Bend::None,
    export: Export::none(),
};
