//! `log`, `log2`, `log10`, `log1p` and `log1mexp`.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::elementwise;

/// `log(x)`
pub static LOG: OpDef = OpDef {
    name: "log",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Log,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log),
    diff: Diff::Slopes(&["1/x"]),
    says: Says::plain("The natural logarithm.", &[("log(1)", "0"), ("log'(2)", "0.5"), ("log(e)", "1")])
        .latex(r"\log\left(#\right)")
        .also(&["ln"]),
    algebra: Algebra::over(&[Domain::Positive]).rules(&["log(1) = 0"]).stable(&["log(exp(z)) = z"]),
    bends: Bend::None,
    export: Export { onnx: "Log", torch: "torch.log", jax: "jnp.log", numpy: "np.log", c: "log" },
};

/// `log2(x)`
pub static LOG2: OpDef = OpDef {
    name: "log2",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log2),
    diff: Diff::Slopes(&["1/(x*log(2))"]),
    says: Says::plain("The logarithm to the base 2.", &[("log2(8)", "3")]).latex(r"\log_{2}\left(#\right)"),
    algebra: Algebra::over(&[Domain::Positive]).formula("log(x)/log(2)"),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.log2", jax: "jnp.log2", numpy: "np.log2", c: "log2" },
};

/// `log10(x)`
pub static LOG10: OpDef = OpDef {
    name: "log10",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log10),
    diff: Diff::Slopes(&["1/(x*log(10))"]),
    says: Says::plain("The logarithm to the base 10.", &[("log10(1000)", "3")]).latex(r"\log_{10}\left(#\right)"),
    algebra: Algebra::over(&[Domain::Positive]).formula("log(x)/log(10)"),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.log10", jax: "jnp.log10", numpy: "np.log10", c: "log10" },
};

/// `log1p(x)`
pub static LOG1P: OpDef = OpDef {
    name: "log1p",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Log1p,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::log1p),
    diff: Diff::Slopes(&["1/(1 + x)"]),
    says: Says::plain("log(1 + x), with every digit where x is tiny.", &[("log1p(0)", "0"), ("log1p(1e-20)", "1e-20")]),
    algebra: Algebra::over(&[Domain::Positive]).formula("log(1 + x)").stable(&[
        "log(1 + x) = log1p(x)",
        "log(1 - x) = log1p(-x)",
        "log1p(expm1(z)) = z",
        "log1p(-sigmoid(z)) = -softplus(z)",
        "log1p(exp(z)) = softplus(z)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.log1p", jax: "jnp.log1p", numpy: "np.log1p", c: "log1p" },
};

/// `log1mexp(x)`
pub static LOG1MEXP: OpDef = OpDef {
    name: "log1mexp",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(elementwise::log1mexp),
    diff: Diff::Slopes(&["exp(x)/expm1(x)"]),
    says: Says::plain(
        "log(1 - exp(x)) of an x below 0: from the log of a probability the log of what is left.",
        &[("log1mexp(-log(2))", "-log(2)"), ("log1mexp(-1e-20)", "log(1e-20)"), ("log1mexp(-1000)", "0")],
    ),
    algebra: Algebra::over(&[Domain::Open(-8.0, -0.1)])
        .formula("log(1 - exp(x))")
        .stable(&["log(-expm1(x)) = log1mexp(x)", "log1p(-exp(x)) = log1mexp(x)"]),
    bends: Bend::None,
    export: Export::none(),
};
