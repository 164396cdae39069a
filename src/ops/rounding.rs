//! `floor`, `ceil`, `round` and `mod`.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::elementwise;

/// `floor(x)`
pub static FLOOR: OpDef = OpDef {
    name: "floor",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The largest whole number that is not above.",
    formula: "",
    kink: Some("the slope is 0 at the jumps too"),
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::floor),
    diff: Diff::Flat("floor is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("floor(2.7)", "2"), ("floor(-2.7)", "-3"), ("floor'(2)", "0")],
};

/// `ceil(x)`
pub static CEIL: OpDef = OpDef {
    name: "ceil",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The smallest whole number that is not below.",
    formula: "",
    kink: Some("the slope is 0 at the jumps too"),
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::ceil),
    diff: Diff::Flat("ceil is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("ceil(2.1)", "3"), ("ceil(-2.1)", "-2")],
};

/// `round(x)`
pub static ROUND: OpDef = OpDef {
    name: "round",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The nearest whole number; halves go to the even one.",
    formula: "",
    kink: Some("the slope is 0 at the jumps too"),
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::rint),
    diff: Diff::Flat("round is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("round(2.5)", "2"), ("round(3.5)", "4"), ("round(-0.5)", "0"), ("round'(0.5)", "0")],
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
    summary: "The remainder, with the sign of b, as in Python.",
    formula: "a - b*floor(a/b)",
    kink: Some("at the jumps the slope by a is 1"),
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::modulo),
    diff: Diff::Slopes(&["1", "-round((a - y)/b)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::NonZero],
    examples: &[("7 % 3", "1"), ("-7 % 3", "2"), ("7 % -3", "-2")],
};
