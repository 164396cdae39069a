//! `and`, `or`, `not` of conditions, entry by entry.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `a and b`
pub static AND: OpDef = OpDef {
    name: "and",
    args: &[
        Arg { name: "a", kind: ArgKind::Condition, default: "" },
        Arg { name: "b", kind: ArgKind::Condition, default: "" },
    ],
    notation: Notation::Infix("and"),
    role: Role::Plain,
    is: Is::And,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a != 0.0 && b != 0.0)),
    diff: Diff::Flat("a condition is flat"),
    says: Says::plain("1 where both are true, else 0.", &[("1 and 0", "0"), ("1 and 1", "1")]),
    algebra: Algebra::over(&[Domain::Condition, Domain::Condition]),
    bends: Bend::None,
    export: Export {
        onnx: "And",
        torch: "torch.logical_and",
        jax: "jnp.logical_and",
        numpy: "np.logical_and",
        c: "# && ##",
    },
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
    is: Is::Or,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a != 0.0 || b != 0.0)),
    diff: Diff::Flat("a condition is flat"),
    says: Says::plain("1 where at least one is true, else 0.", &[("1 or 0", "1"), ("0 or 0", "0")]),
    algebra: Algebra::over(&[Domain::Condition, Domain::Condition]),
    bends: Bend::None,
    export: Export {
        onnx: "Or",
        torch: "torch.logical_or",
        jax: "jnp.logical_or",
        numpy: "np.logical_or",
        c: "# || ##",
    },
};

/// `not a`
pub static NOT: OpDef = OpDef {
    name: "not",
    args: &[Arg { name: "a", kind: ArgKind::Condition, default: "" }],
    notation: Notation::Prefix("not"),
    role: Role::Plain,
    is: Is::Not,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Map(|a| f64::from(a == 0.0)),
    diff: Diff::Flat("a condition is flat"),
    says: Says::plain("1 where it is false, else 0.", &[("not 0", "1"), ("not 1", "0")]),
    algebra: Algebra::over(&[Domain::Condition]).rules(&["not not (a == b) = (a == b)"]),
    bends: Bend::None,
    export: Export {
        onnx: "Not",
        torch: "torch.logical_not",
        jax: "jnp.logical_not",
        numpy: "np.logical_not",
        c: "!#",
    },
};
