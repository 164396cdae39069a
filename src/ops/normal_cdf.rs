//! `normal_cdf` and `normal_pdf`: the standard normal distribution and its density.

use super::{args, shapes};
use crate::graph::{Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::special;

/// `normal_cdf(z)`
pub static NORMAL_CDF: OpDef = OpDef {
    name: "normal_cdf",
    args: &[args::tensor("z")],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The chance that a standard normal number is below z, with every digit where it is tiny.",
    formula: "erfc(-z/sqrt(2))/2",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::normal_cdf),
    diff: Diff::Slopes(&["normal_pdf(z)"]),
    rules: &[],
    stable: &["1 - normal_cdf(z) = normal_cdf(-z)"],
    domain: &[Domain::Reals],
    examples: &[("normal_cdf(0)", "0.5"), ("normal_cdf'(0)", "1/sqrt(2*pi)"), ("normal_cdf(-40)", "0")],
};

/// `normal_pdf(z)`
pub static NORMAL_PDF: OpDef = OpDef {
    name: "normal_pdf",
    args: &[args::tensor("z")],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The density of the standard normal distribution at z.",
    formula: "exp(-z^2/2)/sqrt(2*pi)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::normal_pdf),
    diff: Diff::Slopes(&["-z*y"]),
    rules: &["normal_pdf(-z) = normal_pdf(z)"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("normal_pdf(0)", "1/sqrt(2*pi)"), ("normal_pdf'(0)", "0")],
};
