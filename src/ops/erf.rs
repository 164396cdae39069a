//! `erf` and `erfc`: the error function and its complement.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `erf(x)`
pub static ERF: OpDef = OpDef {
    name: "erf",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::erf),
    diff: Diff::Slopes(&["2/sqrt(pi)*exp(-x^2)"]),
    says: Says::plain("The error function.", &[("erf(0)", "0"), ("erf(10)", "1")]),
    algebra: Algebra {
        formula: "",
        rules: &["erf(-x) = -erf(x)"],
        stable: &["1 - erfc(x) = erf(x)", "erfc(x) - 1 = -erf(x)"],
        domain: &[Domain::Reals],
        square: None,
        complement: "erfc(z)",
    },
    bends: Bend::None,
    export: Export { onnx: "Erf", torch: "torch.erf", jax: "jax.scipy.special.erf", numpy: "", c: "erf" },
};

/// `erfc(x)`
pub static ERFC: OpDef = OpDef {
    name: "erfc",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::erfc),
    diff: Diff::Slopes(&["-2/sqrt(pi)*exp(-x^2)"]),
    says: Says::plain("1 - erf(x), with every digit where it is tiny.", &[("erfc(0)", "1")]),
    algebra: Algebra::over(&[Domain::Reals]).formula("1 - erf(x)").stable(&[
        "1 - erf(x) = erfc(x)",
        "1 + erf(x) = erfc(-x)",
        "erf(x) - 1 = -erfc(x)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.erfc", jax: "jax.scipy.special.erfc", numpy: "", c: "erfc" },
};
