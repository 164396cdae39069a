//! `and`, `or`, `not` of conditions, entry by entry.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `a and b`
pub static AND: OpDef = OpDef {
    name: "and",
    args: &[
        Arg { name: "a", kind: ArgKind::Condition, default: "" },
        Arg { name: "b", kind: ArgKind::Condition, default: "" },
    ],
    notation: Notation::Infix("and"),
    role: Role::Plain,
    summary: "1 where both are true, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a != 0.0 && b != 0.0)),
    diff: Diff::Flat("a condition is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Condition, Domain::Condition],
    examples: &[("1 and 0", "0"), ("1 and 1", "1")],
};

/// `a or b`
pub static OR: OpDef = OpDef {
    name: "or",
    args: &[
        Arg { name: "a", kind: ArgKind::Condition, default: "" },
        Arg { name: "b", kind: ArgKind::Condition, default: "" },
    ],
    notation: Notation::Infix("or"),
    role: Role::Plain,
    summary: "1 where at least one is true, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a != 0.0 || b != 0.0)),
    diff: Diff::Flat("a condition is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Condition, Domain::Condition],
    examples: &[("1 or 0", "1"), ("0 or 0", "0")],
};

/// `not a`
pub static NOT: OpDef = OpDef {
    name: "not",
    args: &[Arg { name: "a", kind: ArgKind::Condition, default: "" }],
    notation: Notation::Prefix("not"),
    role: Role::Plain,
    summary: "1 where it is false, else 0.",
    formula: "",
    kink: None,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Map(|a| f64::from(a == 0.0)),
    diff: Diff::Flat("a condition is flat"),
    rules: &["not not (a == b) = (a == b)"],
    stable: &[],
    domain: &[Domain::Condition],
    examples: &[("not 0", "1"), ("not 1", "0")],
};
