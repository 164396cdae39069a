//! `sigmoid`, `softplus`, `logaddexp` and the forms that are written with their exponentials.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::activations;
use crate::kernels::elementwise;

/// `sigmoid(z)`
pub static SIGMOID: OpDef = OpDef {
    name: "sigmoid",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Sigmoid,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::sigmoid),
    diff: Diff::Slopes(&["y*(1 - y)"]),
    says: Says {
        summary: "The logistic function: squashes any number into (0, 1), a probability.",
        kink: None,
        examples: &[("sigmoid(0)", "0.5"), ("sigmoid'(0)", "0.25"), ("sigmoid(1000)", "1")],
        latex: r"\sigma\left(#\right)",
        also: &["logistic"],
        aliases: &["σ"],
    },
    algebra: Algebra {
        formula: "1/(1 + exp(-z))",
        rules: &[],
        stable: &[
            "1 - sigmoid(z) = sigmoid(-z)",
            "sigmoid(z)*sigmoid(-z) = (0.5/cosh(z/2))^2",
            "u*sigmoid(z)*sigmoid(-z) = u*(0.5/cosh(z/2))^2",
            "u*sigmoid(-z)*sigmoid(z) = u*(0.5/cosh(z/2))^2",
            "1/(1 + exp(z)) = sigmoid(-z)",
            "exp(z)/(1 + exp(z)) = sigmoid(z)",
            "u/(1 + exp(z)) = u*sigmoid(-z)",
            "exp(z)*sigmoid(-z) = sigmoid(z)",
            "exp(-z)*sigmoid(z) = sigmoid(-z)",
            "u*sigmoid(-z)*exp(z) = u*sigmoid(z)",
            "u*sigmoid(z)*exp(-z) = u*sigmoid(-z)",
            "exp(z)/(1 + exp(z))^2 = (0.5/cosh(z/2))^2",
            "u*exp(z)/(1 + exp(z))^2 = u*(0.5/cosh(z/2))^2",
            "exp(u)/(exp(u) + exp(v)) = sigmoid(u - v)",
            "1/(exp(u) + exp(v))*exp(u) = sigmoid(u - v)",
            "w/(exp(u) + exp(v))*exp(u) = w*sigmoid(u - v)",
            "sigmoid(z)/sigmoid(-z) = exp(z)",
            "2*sigmoid(z)/2 = sigmoid(z)",
            "0.5*(2*sigmoid(z)) = sigmoid(z)",
            "sigmoid(-z)/sigmoid(z) = exp(-z)",
            "u/sigmoid(z)*(0.5/cosh(z/2))^2 = u*sigmoid(-z)",
            "u/sigmoid(-z)*(0.5/cosh(z/2))^2 = u*sigmoid(z)",
            "u*(v/sigmoid(z))*(0.5/cosh(z/2))^2 = u*v*sigmoid(-z)",
            "u*(v/sigmoid(-z))*(0.5/cosh(z/2))^2 = u*v*sigmoid(z)",
        ],
        domain: &[Domain::Reals],
        square: None,
        complement: "sigmoid(-z)",
    },
    bends: Bend::Saturates(|z| activations::sigmoid(z) * activations::sigmoid(-z)),
    export: Export { onnx: "Sigmoid", torch: "torch.sigmoid", jax: "jax.nn.sigmoid", numpy: "", c: "" },
};

/// `softplus(z)`
pub static SOFTPLUS: OpDef = OpDef {
    name: "softplus",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Softplus,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::softplus),
    diff: Diff::Slopes(&["sigmoid(z)"]),
    says: Says::plain(
        "log(1 + exp(z)): a smooth rectifier, whose slope is the sigmoid.",
        &[("softplus(0)", "log(2)"), ("softplus'(0)", "0.5"), ("softplus(1000)", "1000")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("log(1 + exp(z))").stable(&[
        "log(1 + exp(z)) = softplus(z)",
        "log(sigmoid(z)) = -softplus(-z)",
        "log(1/sigmoid(z)) = softplus(-z)",
        "log(sigmoid(z)/x) = -softplus(-z) - log(x)",
        "log(x/sigmoid(z)) = log(x) + softplus(-z)",
        "log(x*sigmoid(z)) = log(x) - softplus(-z)",
        "log(where(c, sigmoid(x), y)) = where(c, -softplus(-x), log(y))",
        "log(exp(z)*sigmoid(-z)) = -softplus(-z)",
        "softplus(z) - softplus(-z) = z",
        "softplus(-z) - softplus(z) = -z",
        "softplus(z) - z = softplus(-z)",
        "z - softplus(z) = -softplus(-z)",
        "relu(z) + softplus(-abs(z)) = softplus(z)",
        "maximum(z, 0) + softplus(-abs(z)) = softplus(z)",
        "relu(z) - u + softplus(-abs(z)) = softplus(z) - u",
        "maximum(z, 0) - u + softplus(-abs(z)) = softplus(z) - u",
    ]),
    bends: Bend::Keeps,
    export: Export {
        onnx: "Softplus",
        torch: "torch.nn.functional.softplus",
        jax: "jax.nn.softplus",
        numpy: "",
        c: "",
    },
};

/// `logaddexp(a, b)`
pub static LOGADDEXP: OpDef = OpDef {
    name: "logaddexp",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::LogAddExp,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::logaddexp),
    diff: Diff::Slopes(&["sigmoid(a - b)", "sigmoid(b - a)"]),
    says: Says::plain(
        "log(exp(a) + exp(b)), without overflow.",
        &[("logaddexp(0, 0)", "log(2)"), ("logaddexp(1000, 1000)", "1000 + log(2)")],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals])
        .formula("log(exp(a) + exp(b))")
        .stable(&["log(exp(u) + exp(v)) = logaddexp(u, v)"]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.logaddexp", jax: "jnp.logaddexp", numpy: "np.logaddexp", c: "" },
};

/// `sigmoid_entropy(z)`
pub static SIGMOID_ENTROPY: OpDef = OpDef {
    name: "sigmoid_entropy",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::sigmoid_entropy),
    diff: Diff::Slopes(&["-z*sigmoid(z)*sigmoid(-z)"]),
    says: Says::plain(
        "The entropy of a yes with probability sigmoid(z): -(p*log(p) + (1 - p)*log(1 - p)).",
        &[("sigmoid_entropy(0)", "log(2)"), ("sigmoid_entropy'(0)", "0"), ("sigmoid_entropy(1000)", "0")],
    ),
    algebra: Algebra::over(&[Domain::Reals])
        .formula("sigmoid(z)*softplus(-z) + sigmoid(-z)*softplus(z)")
        .rules(&["sigmoid_entropy(-z) = sigmoid_entropy(z)"])
        .stable(&[
            "sigmoid(z)*softplus(-z) + sigmoid(-z)*softplus(z) = sigmoid_entropy(z)",
            "sigmoid(z)*(-softplus(-z)) + sigmoid(-z)*(-softplus(z)) = -sigmoid_entropy(z)",
            "(-sigmoid(z))*(-softplus(-z)) - sigmoid(-z)*(-softplus(z)) = sigmoid_entropy(z)",
            "-(sigmoid(z)*(-softplus(-z))) - sigmoid(-z)*(-softplus(z)) = sigmoid_entropy(z)",
        ]),
    bends: Bend::None,
    export: Export::none(),
};
