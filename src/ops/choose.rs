//! `where`: one of two by a condition, entry by entry.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};

/// `where(c, a, b)`
pub static WHERE: OpDef = OpDef {
    name: "where",
    args: &[
        Arg { name: "c", kind: ArgKind::Condition, default: "" },
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "a where the condition holds, else b, entry by entry; what is not chosen has no value and no slope.",
    formula: "",
    kink: None,
    shape: shapes::pointwise,
    kernel: Kernel::Zip3(|c, a, b| if c != 0.0 { a } else { b }),
    diff: Diff::Select,
    rules: &["where(1, a, b) = a", "where(0, a, b) = b", "where(c, a, a) = a"],
    stable: &[],
    domain: &[Domain::Condition, Domain::Reals, Domain::Reals],
    examples: &[("where(2 > 1, 5, 7)", "5"), ("where(-1 > 0, sqrt(-1), -1)", "-1")],
};
