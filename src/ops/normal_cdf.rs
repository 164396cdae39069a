//! `normal_cdf` and `normal_pdf`: the standard normal distribution and its density.

use super::{args, shapes};
use crate::graph::{Algebra, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::special;

/// `normal_cdf(z)`
pub static NORMAL_CDF: OpDef = OpDef {
    name: "normal_cdf",
    args: &[args::tensor("z")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::normal_cdf),
    diff: Diff::Slopes(&["normal_pdf(z)"]),
    says: Says::plain(
        "The chance that a standard normal number is below z, with every digit where it is tiny.",
        &[("normal_cdf(0)", "0.5"), ("normal_cdf'(0)", "1/sqrt(2*pi)"), ("normal_cdf(-40)", "0")],
    )
    .latex(r"\Phi\left(#\right)"),
    algebra: Algebra::over(&[Domain::Reals])
        .formula("erfc(-z/sqrt(2))/2")
        .stable(&["1 - normal_cdf(z) = normal_cdf(-z)"]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.special.ndtr", jax: "jax.scipy.stats.norm.cdf", numpy: "", c: "" },
};

/// `normal_pdf(z)`
pub static NORMAL_PDF: OpDef = OpDef {
    name: "normal_pdf",
    args: &[args::tensor("z")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::normal_pdf),
    diff: Diff::Slopes(&["-z*y"]),
    says: Says::plain(
        "The density of the standard normal distribution at z.",
        &[("normal_pdf(0)", "1/sqrt(2*pi)"), ("normal_pdf'(0)", "0")],
    )
    .latex(r"\varphi\left(#\right)"),
    algebra: Algebra::over(&[Domain::Reals])
        .formula("exp(-z^2/2)/sqrt(2*pi)")
        .rules(&["normal_pdf(-z) = normal_pdf(z)"]),
    bends: Bend::None,
    export: Export::none(),
};
