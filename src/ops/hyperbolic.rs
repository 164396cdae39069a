//! Hyperbolic sine and cosine, and the inverses of the three.

use super::shapes;
use crate::graph::{
    Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says, Square,
};

/// `sinh(x)`
pub static SINH: OpDef = OpDef {
    name: "sinh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::sinh),
    diff: Diff::Slopes(&["cosh(x)"]),
    says: Says::plain("The hyperbolic sine.", &[("sinh(0)", "0"), ("sinh'(0)", "1")]).latex(r"\sinh\left(#\right)"),
    algebra: Algebra {
        formula: "(exp(x) - exp(-x))/2",
        rules: &["sinh(-x) = -sinh(x)"],
        stable: &["(exp(x) - exp(-x))/2 = sinh(x)", "sinh(x)/cosh(x) = tanh(x)"],
        domain: &[Domain::Reals],
        square: Some(Square { number: -1.0, times: 1.0, of: &COSH }),
        complement: "",
    },
    bends: Bend::None,
    export: Export { onnx: "Sinh", torch: "torch.sinh", jax: "jnp.sinh", numpy: "np.sinh", c: "sinh" },
};

/// `cosh(x)`
pub static COSH: OpDef = OpDef {
    name: "cosh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Cosh,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::cosh),
    diff: Diff::Slopes(&["sinh(x)"]),
    says: Says::plain("The hyperbolic cosine.", &[("cosh(0)", "1"), ("cosh'(0)", "0")]).latex(r"\cosh\left(#\right)"),
    algebra: Algebra {
        formula: "(exp(x) + exp(-x))/2",
        rules: &["cosh(-x) = cosh(x)"],
        stable: &[
            "(exp(x) + exp(-x))/2 = cosh(x)",
            "1/cosh(x)^2 = (1/cosh(x))^2",
            "u/cosh(x)^2 = u*(1/cosh(x))^2",
            "log((1/cosh(x))^2) = -2*log(cosh(x))",
            "log((0.5/cosh(x))^2) = -2*log(cosh(x)) - 1.3862943611198906",
            "log(cosh(x)) = where(abs(x) < 1, log1p(2*sinh(x/2)^2), abs(x) + log1p(expm1(-(2*abs(x)))/2))",
        ],
        domain: &[Domain::Reals],
        square: Some(Square { number: 1.0, times: 1.0, of: &SINH }),
        complement: "",
    },
    bends: Bend::None,
    export: Export { onnx: "Cosh", torch: "torch.cosh", jax: "jnp.cosh", numpy: "np.cosh", c: "cosh" },
};

/// `asinh(x)`
pub static ASINH: OpDef = OpDef {
    name: "asinh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::asinh),
    diff: Diff::Slopes(&["1/sqrt(1 + x^2)"]),
    says: Says::plain("The inverse of the hyperbolic sine.", &[("asinh(0)", "0"), ("asinh'(0)", "1")])
        .also(&["arcsinh"]),
    algebra: Algebra::over(&[Domain::Reals])
        .formula("sign(x)*log1p(abs(x) + x^2/(1 + sqrt(1 + x^2)))")
        .rules(&["asinh(-x) = -asinh(x)"]),
    bends: Bend::None,
    export: Export { onnx: "Asinh", torch: "torch.asinh", jax: "jnp.arcsinh", numpy: "np.arcsinh", c: "asinh" },
};

/// `acosh(x)`
pub static ACOSH: OpDef = OpDef {
    name: "acosh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::acosh),
    diff: Diff::Slopes(&["1/sqrt(x^2 - 1)"]),
    says: Says::plain("The inverse of the hyperbolic cosine, from 1 up.", &[("acosh(1)", "0")]).also(&["arccosh"]),
    algebra: Algebra::over(&[Domain::Open(1.0, 20.0)]).formula("log(x + sqrt(x - 1)*sqrt(x + 1))"),
    bends: Bend::None,
    export: Export { onnx: "Acosh", torch: "torch.acosh", jax: "jnp.arccosh", numpy: "np.arccosh", c: "acosh" },
};

/// `atanh(x)`
pub static ATANH: OpDef = OpDef {
    name: "atanh",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::atanh),
    diff: Diff::Slopes(&["1/(1 - x^2)"]),
    says: Says::plain(
        "The inverse of the hyperbolic tangent, between -1 and 1.",
        &[("atanh(0)", "0"), ("atanh'(0)", "1")],
    )
    .also(&["arctanh"]),
    algebra: Algebra::over(&[Domain::Open(-1.0, 1.0)])
        .formula("(log1p(x) - log1p(-x))/2")
        .rules(&["atanh(-x) = -atanh(x)"])
        .stable(&["u/(1 - x^2) = u/((1 - x)*(1 + x))"]),
    bends: Bend::None,
    export: Export { onnx: "Atanh", torch: "torch.atanh", jax: "jnp.arctanh", numpy: "np.arctanh", c: "atanh" },
};
