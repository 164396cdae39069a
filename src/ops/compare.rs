//! The comparisons: `==`, `!=`, `<`, `<=`, `>`, `>=` and `~=`, each 0 or 1, entry by entry.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::elementwise;

/// `a == b`
pub static EQ: OpDef = OpDef {
    name: "eq",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("=="),
    role: Role::Plain,
    summary: "1 where both are equal, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a == b)),
    diff: Diff::Flat("a comparison is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("2 == 2", "1"), ("2 == 3", "0")],
};

/// `a != b`
pub static NE: OpDef = OpDef {
    name: "ne",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("!="),
    role: Role::Plain,
    summary: "1 where they differ, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a != b)),
    diff: Diff::Flat("a comparison is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("2 != 3", "1")],
};

/// `a < b`
pub static LT: OpDef = OpDef {
    name: "lt",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("<"),
    role: Role::Plain,
    summary: "1 where the left one is smaller, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a < b)),
    diff: Diff::Flat("a comparison is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("2 < 3", "1"), ("3 < 3", "0")],
};

/// `a <= b`
pub static LE: OpDef = OpDef {
    name: "le",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("<="),
    role: Role::Plain,
    summary: "1 where the left one is not larger, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a <= b)),
    diff: Diff::Flat("a comparison is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("3 <= 3", "1")],
};

/// `a > b`
pub static GT: OpDef = OpDef {
    name: "gt",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix(">"),
    role: Role::Plain,
    summary: "1 where the left one is larger, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a > b)),
    diff: Diff::Flat("a comparison is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("3 > 2", "1")],
};

/// `a >= b`
pub static GE: OpDef = OpDef {
    name: "ge",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix(">="),
    role: Role::Plain,
    summary: "1 where the left one is not smaller, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a >= b)),
    diff: Diff::Flat("a comparison is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("3 >= 3", "1")],
};

/// `a ~= b`
pub static NEAR: OpDef = OpDef {
    name: "near",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("~="),
    role: Role::Plain,
    summary: "1 where both are equal up to rounding, else 0: |a - b| <= 1e-9*max(|a|, |b|) + 1e-12, in f32 1e-5 and 1e-6.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(elementwise::near),
    diff: Diff::Flat("a comparison is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Reals, Domain::Reals],
    examples: &[("0.1 + 0.2 ~= 0.3", "1"), ("1 ~= 1.001", "0")],
};

/// `a ~= b` where numbers are held in 32 bits.
pub(super) const NEAR_IN_F32: Kernel = Kernel::Zip(elementwise::near_f32);
