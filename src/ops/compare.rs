//! The comparisons: `==`, `!=`, `<`, `<=`, `>`, `>=` and `~=`, each 0 or 1, entry by entry.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
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
    is: Is::Eq,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a == b)),
    diff: Diff::Flat("a comparison is flat"),
    says: Says::plain("1 where both are equal, else 0.", &[("2 == 2", "1"), ("2 == 3", "0")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "Equal", torch: "torch.eq", jax: "jnp.equal", numpy: "np.equal", c: "# == ##" },
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
    is: Is::Ne,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a != b)),
    diff: Diff::Flat("a comparison is flat"),
    says: Says::plain("1 where they differ, else 0.", &[("2 != 3", "1")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.ne", jax: "jnp.not_equal", numpy: "np.not_equal", c: "# != ##" },
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
    is: Is::Lt,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a < b)),
    diff: Diff::Flat("a comparison is flat"),
    says: Says::plain("1 where the left one is smaller, else 0.", &[("2 < 3", "1"), ("3 < 3", "0")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "Less", torch: "torch.lt", jax: "jnp.less", numpy: "np.less", c: "# < ##" },
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
    is: Is::Le,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a <= b)),
    diff: Diff::Flat("a comparison is flat"),
    says: Says::plain("1 where the left one is not larger, else 0.", &[("3 <= 3", "1")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export {
        onnx: "LessOrEqual",
        torch: "torch.le",
        jax: "jnp.less_equal",
        numpy: "np.less_equal",
        c: "# <= ##",
    },
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
    is: Is::Gt,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a > b)),
    diff: Diff::Flat("a comparison is flat"),
    says: Says::plain("1 where the left one is larger, else 0.", &[("3 > 2", "1")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "Greater", torch: "torch.gt", jax: "jnp.greater", numpy: "np.greater", c: "# > ##" },
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
    is: Is::Ge,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(|a, b| f64::from(a >= b)),
    diff: Diff::Flat("a comparison is flat"),
    says: Says::plain("1 where the left one is not smaller, else 0.", &[("3 >= 3", "1")]),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export {
        onnx: "GreaterOrEqual",
        torch: "torch.ge",
        jax: "jnp.greater_equal",
        numpy: "np.greater_equal",
        c: "# >= ##",
    },
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
    is: Is::Near,
    shape: shapes::pointwise_bool,
    kernel: Kernel::Zip(elementwise::near),
    diff: Diff::Flat("a comparison is flat"),
    says: Says::plain(
        "1 where both are equal up to rounding, else 0: |a - b| <= 1e-9*max(|a|, |b|) + 1e-12, in f32 1e-5 and 1e-6.",
        &[("0.1 + 0.2 ~= 0.3", "1"), ("1 ~= 1.001", "0")],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `a ~= b` where numbers are held in 32 bits.
pub(super) const NEAR_IN_F32: Kernel = Kernel::Zip(elementwise::near_f32);
