//! `floor`, `ceil`, `round` and `mod`.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::elementwise;

/// `floor(x)`
pub static FLOOR: OpDef = OpDef {
    name: "floor",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Floor,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::floor),
    diff: Diff::Flat("floor is flat"),
    says: Says {
        summary: "The largest whole number that is not above.",
        kink: Some("the slope is 0 at the jumps too"),
        examples: &[("floor(2.7)", "2"), ("floor(-2.7)", "-3"), ("floor'(2)", "0")],
        latex: r"\left\lfloor #\right\rfloor",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "Floor", torch: "torch.floor", jax: "jnp.floor", numpy: "np.floor", c: "floor" },
};

/// `ceil(x)`
pub static CEIL: OpDef = OpDef {
    name: "ceil",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Ceil,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::ceil),
    diff: Diff::Flat("ceil is flat"),
    says: Says {
        summary: "The smallest whole number that is not below.",
        kink: Some("the slope is 0 at the jumps too"),
        examples: &[("ceil(2.1)", "3"), ("ceil(-2.1)", "-2")],
        latex: r"\left\lceil #\right\rceil",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "Ceil", torch: "torch.ceil", jax: "jnp.ceil", numpy: "np.ceil", c: "ceil" },
};

/// `round(x)`
pub static ROUND: OpDef = OpDef {
    name: "round",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Round,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::rint),
    diff: Diff::Flat("round is flat"),
    says: Says {
        summary: "The nearest whole number; halves go to the even one.",
        kink: Some("the slope is 0 at the jumps too"),
        examples: &[("round(2.5)", "2"), ("round(3.5)", "4"), ("round(-0.5)", "0"), ("round'(0.5)", "0")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "Round", torch: "torch.round", jax: "jnp.round", numpy: "np.round", c: "rint" },
};

/// `a % b`
pub static MOD: OpDef = OpDef {
    name: "mod",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("%"),
    role: Role::Plain,
    is: Is::Mod,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::modulo),
    diff: Diff::Slopes(&["1", "-round((a - y)/b)"]),
    says: Says {
        summary: "The remainder, with the sign of b, as in Python.",
        kink: Some("at the jumps the slope by a is 1"),
        examples: &[("7 % 3", "1"), ("-7 % 3", "2"), ("7 % -3", "-2")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::NonZero]).formula("a - b*floor(a/b)"),
    bends: Bend::None,
    export: Export::none(),
};
