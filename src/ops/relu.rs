//! The rectifiers: `relu`, `leaky_relu`, `elu` and `selu`.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::activations;

/// `relu(z)`
pub static RELU: OpDef = OpDef {
    name: "relu",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Relu,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::relu),
    diff: Diff::Slopes(&["where(z >= 0, 1, 0)"]),
    says: Says {
        summary: "The rectifier: z where it is positive, else 0.",
        kink: Some("at 0 the closed side z >= 0 counts: relu'(0) = 1"),
        examples: &[("relu(3)", "3"), ("relu(-3)", "0"), ("relu'(0)", "1"), ("relu'(-1)", "0")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]).formula("maximum(0, z)").rules(&["relu(relu(z)) = relu(z)"]),
    bends: Bend::Rectifies,
    export: Export { onnx: "Relu", torch: "torch.relu", jax: "jax.nn.relu", numpy: "", c: "" },
};

/// `leaky_relu(z, slope=0.01)`
pub static LEAKY_RELU: OpDef = OpDef {
    name: "leaky_relu",
    args: &[
        Arg { name: "z", kind: ArgKind::Tensor, default: "" },
        Arg { name: "slope", kind: ArgKind::Tensor, default: "0.01" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::LeakyRelu,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(activations::leaky_relu),
    diff: Diff::Slopes(&["where(z >= 0, 1, slope)", "where(z >= 0, 0, z)"]),
    says: Says {
        summary: "z where it is positive, else slope*z.",
        kink: Some("at 0 the closed side z >= 0 counts: leaky_relu'(0) = 1"),
        examples: &[("leaky_relu(-3)", "-0.03"), ("leaky_relu'(0)", "1"), ("leaky_relu'(-1, slope=0.2)", "0.2")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::Open(0.0, 1.0)]).formula("where(z >= 0, z, slope*z)"),
    bends: Bend::Keeps,
    export: Export::none(),
};

/// `elu(z, alpha=1)`
pub static ELU: OpDef = OpDef {
    name: "elu",
    args: &[
        Arg { name: "z", kind: ArgKind::Tensor, default: "" },
        Arg { name: "alpha", kind: ArgKind::Tensor, default: "1" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(activations::elu),
    diff: Diff::Slopes(&["where(z >= 0, 1, alpha*exp(z))", "where(z >= 0, 0, expm1(z))"]),
    says: Says {
        summary: "z where it is positive, else alpha*(exp(z) - 1).",
        kink: Some("at 0 the closed side z >= 0 counts: elu'(0) = 1"),
        examples: &[("elu(3)", "3"), ("elu'(0)", "1"), ("elu'(0, alpha=2)", "1")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::Open(0.0, 2.0)]).formula("where(z >= 0, z, alpha*expm1(z))"),
    bends: Bend::Keeps,
    export: Export::none(),
};

/// `selu(z)`
pub static SELU: OpDef = OpDef {
    name: "selu",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::selu),
    diff: Diff::Slopes(&["where(z >= 0, 1.0507009873554805, 1.7580993408473768*exp(z))"]),
    says: Says {
        summary: "The self-normalizing unit.",
        kink: Some("at 0 the closed side z >= 0 counts: selu'(0) = 1.0507009873554805"),
        examples: &[("selu(0)", "0"), ("selu'(0)", "1.0507009873554805")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals])
        .formula("where(z >= 0, 1.0507009873554805*z, 1.7580993408473768*expm1(z))"),
    bends: Bend::Keeps,
    export: Export::none(),
};
