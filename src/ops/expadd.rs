//! `logexpadd` and `recexpadd`: the logarithm and the reciprocal of an exponential and something that is none.
//!
//! The slopes of either are products of the two, so no derivative of any order cancels what it should keep.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::elementwise;

const ARGS: &[Arg] = &[
    Arg { name: "z", kind: ArgKind::Tensor, default: "" },
    Arg { name: "v", kind: ArgKind::Tensor, default: "" },
    Arg { name: "w", kind: ArgKind::Tensor, default: "1" },
];

/// `logexpadd(z, v, w)`
pub static LOGEXPADD: OpDef = OpDef {
    name: "logexpadd",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::LogExpAdd,
    shape: shapes::pointwise,
    kernel: Kernel::Zip3(elementwise::logexpadd),
    diff: Diff::Slopes(&["w*recexpadd(-z, w, v)", "recexpadd(z, v, w)", "recexpadd(-z, w, v)"]),
    says: Says::plain(
        "log(v + w*exp(z)), without overflow.",
        &[("logexpadd(0, 2)", "log(3)"), ("logexpadd(1000, 2)", "1000"), ("logexpadd(-1000, 2, 3)", "log(2)")],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Positive, Domain::Positive]).formula("log(v + w*exp(z))").stable(
        &[
            "log(x*exp(z)) = log(x) + z",
            "log(x/exp(z)) = log(x) - z",
            "log(exp(z)/x) = z - log(x)",
            "log(v + exp(z)) = logexpadd(z, v, 1)",
            "log(v + w*exp(z)) = logexpadd(z, v, w)",
            "log(exp(z) - v) = logexpadd(z, -v, 1)",
            "log(w*exp(z) - v) = logexpadd(z, -v, w)",
            "log(expm1(z)) = logexpadd(z, -1, 1)",
        ],
    ),
    bends: Bend::None,
    export: Export::none(),
};

/// `recexpadd(z, v, w)`
pub static RECEXPADD: OpDef = OpDef {
    name: "recexpadd",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::RecExpAdd,
    shape: shapes::pointwise,
    kernel: Kernel::Zip3(elementwise::recexpadd),
    diff: Diff::Slopes(&["-y*w*recexpadd(-z, w, v)", "-y^2", "-y*recexpadd(-z, w, v)"]),
    says: Says::plain(
        "1/(v + w*exp(z)), without overflow.",
        &[("recexpadd(0, 2)", "1/3"), ("recexpadd(1000, 2)", "0"), ("recexpadd(-1000, 2, 3)", "0.5")],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Positive, Domain::Positive]).formula("1/(v + w*exp(z))").stable(&[
        "exp(z)/(v + exp(z)) = recexpadd(-z, 1, v)",
        "u*exp(z)/(v + exp(z)) = u*recexpadd(-z, 1, v)",
        "exp(z)/(v + w*exp(z)) = recexpadd(-z, w, v)",
        "u*exp(z)/(v + w*exp(z)) = u*recexpadd(-z, w, v)",
        "1/(v + exp(z)) = recexpadd(z, v, 1)",
        "1/(v + w*exp(z)) = recexpadd(z, v, w)",
        "u/(v + exp(z)) = u*recexpadd(z, v, 1)",
        "u/(v + w*exp(z)) = u*recexpadd(z, v, w)",
        "exp(z)/expm1(z) = recexpadd(-z, 1, -1)",
        "u*exp(z)/expm1(z) = u*recexpadd(-z, 1, -1)",
        "1/expm1(z) = recexpadd(z, -1, 1)",
        "u/expm1(z) = u*recexpadd(z, -1, 1)",
    ]),
    bends: Bend::None,
    export: Export::none(),
};
