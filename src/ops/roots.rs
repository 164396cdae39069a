//! `sqrt`, `cbrt` and `square`.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `sqrt(x)`
pub static SQRT: OpDef = OpDef {
    name: "sqrt",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Sqrt,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::sqrt),
    diff: Diff::Slopes(&["1/(2*y)"]),
    says: Says::plain("The square root.", &[("sqrt(4)", "2"), ("sqrt'(4)", "0.25")]).latex(r"\sqrt{#}"),
    algebra: Algebra::over(&[Domain::Positive]).stable(&[
        "x^0.5 = sqrt(x)",
        "sqrt(x^2) = abs(x)",
        "sqrt(x*x) = abs(x)",
        "sqrt(a^2 + b^2) = hypot(a, b)",
        "sqrt(1 + x^2) = hypot(1, x)",
        "sqrt(1 - x^2) = sqrt((1 - x)*(1 + x))",
        "sqrt(x^2 - 1) = sqrt(abs(x) - 1)*sqrt(abs(x) + 1)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "Sqrt", torch: "torch.sqrt", jax: "jnp.sqrt", numpy: "np.sqrt", c: "sqrt" },
};

/// `cbrt(x)`
pub static CBRT: OpDef = OpDef {
    name: "cbrt",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::cbrt),
    diff: Diff::Slopes(&["1/(3*y^2)"]),
    says: Says::plain("The cube root, of negative numbers too.", &[("cbrt(-8)", "-2"), ("cbrt'(8)", "1/12")])
        .latex(r"\sqrt[3]{#}"),
    algebra: Algebra::over(&[Domain::NonZero]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "", jax: "jnp.cbrt", numpy: "np.cbrt", c: "cbrt" },
};

/// `square(x)`
pub static SQUARE: OpDef = OpDef {
    name: "square",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Square,
    shape: shapes::pointwise,
    kernel: Kernel::Map(|x| x * x),
    diff: Diff::Slopes(&["2*x"]),
    says: Says::plain("The square.", &[("square(3)", "9"), ("square'(3)", "6")]).also(&["sqr"]),
    algebra: Algebra::over(&[Domain::Reals]).formula("x^2").stable(&["square(x) = x^2"]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.square", jax: "jnp.square", numpy: "np.square", c: "" },
};
