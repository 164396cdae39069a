//! `log_normal_cdf` and its slopes: the log of a normal probability at any distance.

use super::{args, shapes};
use crate::graph::{Algebra, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::special;

/// `log_normal_cdf(z)`
pub static LOG_NORMAL_CDF: OpDef = OpDef {
    name: "log_normal_cdf",
    args: &[args::tensor("z")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::log_normal_cdf),
    diff: Diff::Slopes(&["normal_hazard(z)"]),
    says: Says::plain(
        "The log of the chance that a standard normal number is below z, with every digit however small the chance.",
        &[("log_normal_cdf(0)", "-log(2)"), ("log_normal_cdf(-40)", "-804.6084420137538"), ("log_normal_cdf(40)", "0")],
    )
    .also(&["log_ndtr", "norm_logcdf"]),
    algebra: Algebra::over(&[Domain::Reals]).formula("log(normal_cdf(z))").stable(&[
        "log(normal_cdf(z)) = log_normal_cdf(z)",
        "log(erfc(x)) = log(2) + log_normal_cdf(-sqrt(2)*x)",
        "log(erfc(x)/2) = log_normal_cdf(-sqrt(2)*x)",
        "log(0.5*erfc(x)) = log_normal_cdf(-sqrt(2)*x)",
        "log(x*normal_cdf(z)) = log(x) + log_normal_cdf(z)",
        "log(normal_cdf(z)/x) = log_normal_cdf(z) - log(x)",
        "normal_pdf(z)/normal_cdf(z) = normal_hazard(z)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.special.log_ndtr", jax: "jax.scipy.stats.norm.logcdf", numpy: "", c: "" },
};

/// `normal_hazard(z)`
pub static NORMAL_HAZARD: OpDef = OpDef {
    name: "normal_hazard",
    args: &[args::tensor("z")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::normal_hazard),
    diff: Diff::Slopes(&["-y*normal_excess(z)"]),
    says: Says::plain(
        "normal_pdf(z)/normal_cdf(z), the slope of log_normal_cdf: about -z where z is far below 0.",
        &[("normal_hazard(0)", "sqrt(2/pi)"), ("normal_hazard(-40)", "40.02496884720726")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("normal_pdf(z)/normal_cdf(z)"),
    bends: Bend::None,
    export: Export::none(),
};

/// `normal_excess(z)`
pub static NORMAL_EXCESS: OpDef = OpDef {
    name: "normal_excess",
    args: &[args::tensor("z")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(special::normal_excess),
    diff: Diff::Slopes(&["1 - normal_hazard(z)*y"]),
    says: Says::plain(
        "z + normal_hazard(z), with the digits that the sum loses far below 0.",
        &[("normal_excess(0)", "sqrt(2/pi)"), ("normal_excess(3)", "3 + normal_hazard(3)")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("z + normal_hazard(z)"),
    bends: Bend::None,
    export: Export::none(),
};
