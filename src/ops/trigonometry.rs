//! Sine, cosine, tangent and their inverses.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `sin(x)`
pub static SIN: OpDef = OpDef {
    name: "sin",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The sine of an angle in radians.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::sin),
    diff: Diff::Slopes(&["cos(x)"]),
    rules: &["sin(-x) = -sin(x)"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("sin(0)", "0"), ("sin'(0)", "1")],
};

/// `cos(x)`
pub static COS: OpDef = OpDef {
    name: "cos",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The cosine of an angle in radians.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::cos),
    diff: Diff::Slopes(&["-sin(x)"]),
    rules: &["cos(-x) = cos(x)"],
    stable: &["1 - cos(x) = 2*sin(x/2)^2"],
    domain: &[Domain::Reals],
    examples: &[("cos(0)", "1"), ("cos'(0)", "0")],
};

/// `tan(x)`
pub static TAN: OpDef = OpDef {
    name: "tan",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The tangent of an angle in radians.",
    formula: "sin(x)/cos(x)",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::tan),
    diff: Diff::Slopes(&["1 + y^2"]),
    rules: &["tan(-x) = -tan(x)"],
    stable: &[],
    domain: &[Domain::Open(-1.5, 1.5)],
    examples: &[("tan(0)", "0"), ("tan'(0)", "1")],
};

/// `asin(x)`
pub static ASIN: OpDef = OpDef {
    name: "asin",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The angle in [-pi/2, pi/2] whose sine is x.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::asin),
    diff: Diff::Slopes(&["1/sqrt(1 - x^2)"]),
    rules: &["asin(-x) = -asin(x)"],
    stable: &[
        "u*(1 + x) - u*(1 - x) = u*(2*x)",
        "u*(1 - x) - u*(1 + x) = -(u*(2*x))",
        "1 + x - (1 - x) = 2*x",
        "1 - x - (1 + x) = -(2*x)",
    ],
    domain: &[Domain::Open(-1.0, 1.0)],
    examples: &[("asin(0)", "0"), ("asin'(0)", "1")],
};

/// `acos(x)`
pub static ACOS: OpDef = OpDef {
    name: "acos",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The angle in [0, pi] whose cosine is x.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::acos),
    diff: Diff::Slopes(&["-1/sqrt(1 - x^2)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::Open(-1.0, 1.0)],
    examples: &[("acos(1)", "0"), ("acos'(0)", "-1")],
};

/// `atan(x)`
pub static ATAN: OpDef = OpDef {
    name: "atan",
    args: &[Arg { name: "x", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "The angle in (-pi/2, pi/2) whose tangent is x.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Map(libm::atan),
    diff: Diff::Slopes(&["1/(1 + x^2)"]),
    rules: &["atan(-x) = -atan(x)"],
    stable: &[],
    domain: &[Domain::Reals],
    examples: &[("atan(0)", "0"), ("atan'(0)", "1")],
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
    summary: "The angle of the point with height a and width b, in (-pi, pi].",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(libm::atan2),
    diff: Diff::Slopes(&["b/(a^2 + b^2)", "-a/(a^2 + b^2)"]),
    rules: &[],
    stable: &[],
    domain: &[Domain::NonZero, Domain::NonZero],
    examples: &[("atan2(0, 1)", "0"), ("atan2(1, 0)", "pi/2"), ("atan2(1, -1)", "3*pi/4")],
};
