//! `tanh`: the hyperbolic tangent.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::activations;

/// `tanh(z)`
pub static TANH: OpDef = OpDef {
    name: "tanh",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Tanh,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::tanh),
    diff: Diff::Slopes(&["1 - y^2"]),
    says: Says::plain(
        "Hyperbolic tangent: squashes any number into (-1, 1).",
        &[("tanh(0)", "0"), ("tanh'(0)", "1"), ("tanh(1000)", "1")],
    )
    .latex(r"\tanh\left(#\right)"),
    algebra: Algebra::over(&[Domain::Reals])
        .formula("(exp(z) - exp(-z))/(exp(z) + exp(-z))")
        .rules(&["tanh(-z) = -tanh(z)"])
        .stable(&[
            "1 - tanh(z)^2 = (1/cosh(z))^2",
            "1 - tanh(z)*tanh(z) = (1/cosh(z))^2",
            "1 - tanh(z) = 2*sigmoid(-(2*z))",
            "1 + tanh(z) = 2*sigmoid(2*z)",
            "(exp(z) - exp(-z))/(exp(z) + exp(-z)) = tanh(z)",
            "expm1(z)/(exp(z) + 1) = tanh(z/2)",
            "expm1(z)*sigmoid(-z) = tanh(z/2)",
            "expm1(-z)*sigmoid(z) = -tanh(z/2)",
            "2*sigmoid(z) - 1 = tanh(z/2)",
            "1 - 2*sigmoid(z) = -tanh(z/2)",
            "sigmoid(z) - sigmoid(-z) = tanh(z/2)",
            "sigmoid(-z) - sigmoid(z) = -tanh(z/2)",
            "u*sigmoid(z) - u*sigmoid(-z) = u*tanh(z/2)",
            "u*sigmoid(-z) - u*sigmoid(z) = -(u*tanh(z/2))",
            "u*(v/cosh(z))*sinh(z) = u*v*tanh(z)",
            "v/cosh(z)*sinh(z) = v*tanh(z)",
            "u*sinh(z)*(v/cosh(z)) = u*v*tanh(z)",
            "log(2*sigmoid(z)) = where(abs(z) < 1, log1p(tanh(0.5*z)), 0.6931471805599453 - softplus(-z))",
        ]),
    bends: Bend::Saturates(|z| 4.0 * activations::sigmoid(2.0 * z) * activations::sigmoid(-2.0 * z)),
    export: Export { onnx: "Tanh", torch: "torch.tanh", jax: "jnp.tanh", numpy: "np.tanh", c: "tanh" },
};
