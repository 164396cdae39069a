//! Sine, cosine, tangent and their inverses.

use super::shapes;
use crate::graph::{
    Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says, Square,
};

/// `sin(x)`
pub static SIN: OpDef = OpDef {
    name: "sin",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Sin,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::sin),
    diff: Diff::Slopes(&["cos(x)"]),
    says: Says::plain("The sine of an angle in radians.", &[("sin(0)", "0"), ("sin'(0)", "1")])
        .latex(r"\sin\left(#\right)"),
    algebra: Algebra {
        formula: "",
        rules: &["sin(-x) = -sin(x)"],
        stable: &[],
        domain: &[Domain::Reals],
        square: Some(Square { number: 1.0, times: -1.0, of: &COS }),
        complement: "",
    },
    bends: Bend::None,
    export: Export { onnx: "Sin", torch: "torch.sin", jax: "jnp.sin", numpy: "np.sin", c: "sin" },
};

/// `cos(x)`
pub static COS: OpDef = OpDef {
    name: "cos",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Cos,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::cos),
    diff: Diff::Slopes(&["-sin(x)"]),
    says: Says::plain("The cosine of an angle in radians.", &[("cos(0)", "1"), ("cos'(0)", "0")])
        .latex(r"\cos\left(#\right)"),
    algebra: Algebra {
        formula: "",
        rules: &["cos(-x) = cos(x)"],
        stable: &["1 - cos(x) = 2*sin(x/2)^2"],
        domain: &[Domain::Reals],
        square: Some(Square { number: 1.0, times: -1.0, of: &SIN }),
        complement: "",
    },
    bends: Bend::None,
    export: Export { onnx: "Cos", torch: "torch.cos", jax: "jnp.cos", numpy: "np.cos", c: "cos" },
};

/// `tan(x)`
pub static TAN: OpDef = OpDef {
    name: "tan",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::tan),
    diff: Diff::Slopes(&["1 + y^2"]),
    says: Says::plain("The tangent of an angle in radians.", &[("tan(0)", "0"), ("tan'(0)", "1")])
        .latex(r"\tan\left(#\right)"),
    algebra: Algebra::over(&[Domain::Open(-1.5, 1.5)]).formula("sin(x)/cos(x)").rules(&["tan(-x) = -tan(x)"]),
    bends: Bend::None,
    export: Export { onnx: "Tan", torch: "torch.tan", jax: "jnp.tan", numpy: "np.tan", c: "tan" },
};

/// `asin(x)`
pub static ASIN: OpDef = OpDef {
    name: "asin",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::asin),
    diff: Diff::Slopes(&["1/sqrt(1 - x^2)"]),
    says: Says::plain("The angle in [-pi/2, pi/2] whose sine is x.", &[("asin(0)", "0"), ("asin'(0)", "1")])
        .latex(r"\arcsin\left(#\right)")
        .also(&["arcsin"]),
    algebra: Algebra::over(&[Domain::Open(-1.0, 1.0)]).rules(&["asin(-x) = -asin(x)"]).stable(&[
        "u*(1 + x) - u*(1 - x) = u*(2*x)",
        "u*(1 - x) - u*(1 + x) = -(u*(2*x))",
        "1 + x - (1 - x) = 2*x",
        "1 - x - (1 + x) = -(2*x)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "Asin", torch: "torch.asin", jax: "jnp.arcsin", numpy: "np.arcsin", c: "asin" },
};

/// `acos(x)`
pub static ACOS: OpDef = OpDef {
    name: "acos",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::acos),
    diff: Diff::Slopes(&["-1/sqrt(1 - x^2)"]),
    says: Says::plain("The angle in [0, pi] whose cosine is x.", &[("acos(1)", "0"), ("acos'(0)", "-1")])
        .latex(r"\arccos\left(#\right)")
        .also(&["arccos"]),
    algebra: Algebra::over(&[Domain::Open(-1.0, 1.0)]),
    bends: Bend::None,
    export: Export { onnx: "Acos", torch: "torch.acos", jax: "jnp.arccos", numpy: "np.arccos", c: "acos" },
};

/// `atan(x)`
pub static ATAN: OpDef = OpDef {
    name: "atan",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::atan),
    diff: Diff::Slopes(&["1/(1 + x^2)"]),
    says: Says::plain("The angle in (-pi/2, pi/2) whose tangent is x.", &[("atan(0)", "0"), ("atan'(0)", "1")])
        .latex(r"\arctan\left(#\right)")
        .also(&["arctan"]),
    algebra: Algebra::over(&[Domain::Reals]).rules(&["atan(-x) = -atan(x)"]),
    bends: Bend::None,
    export: Export { onnx: "Atan", torch: "torch.atan", jax: "jnp.arctan", numpy: "np.arctan", c: "atan" },
};

/// `atan2(a, b)`
pub static ATAN2: OpDef = OpDef {
    name: "atan2",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(libm::atan2),
    diff: Diff::Slopes(&["b/(a^2 + b^2)", "-a/(a^2 + b^2)"]),
    says: Says::plain(
        "The angle of the point with height a and width b, in (-pi, pi].",
        &[("atan2(0, 1)", "0"), ("atan2(1, 0)", "pi/2"), ("atan2(1, -1)", "3*pi/4")],
    )
    .also(&["arctan2"]),
    algebra: Algebra::over(&[Domain::NonZero, Domain::NonZero]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.atan2", jax: "jnp.arctan2", numpy: "np.arctan2", c: "atan2" },
};
