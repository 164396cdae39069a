//! `xlogy` and `xlog1py`: products with a logarithm that are 0 where the factor is.

use super::shapes;
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Role};
use crate::kernels::elementwise;

/// `xlogy(a, b)`
pub static XLOGY: OpDef = OpDef {
    name: "xlogy",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "a*log(b), and 0 where a is 0, as a cross-entropy means it.",
    formula: "where(a == 0, 0, a*log(b))",
    kink: Some("where a is 0 its slope by b is 0, also at the end of the logarithm"),
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::xlogy),
    diff: Diff::Slopes(&["log(b)", "where((a == 0) and (b == 0), 0, a/b)"]),
    rules: &[],
    stable: &[
        "x*log(y) = xlogy(x, y)",
        "x*(log(y) - z) = xlogy(x, y) - x*z",
        "x*(z - log(y)) = x*z - xlogy(x, y)",
    ],
    domain: &[Domain::Reals, Domain::Positive],
    examples: &[("xlogy(0, 0)", "0"), ("xlogy(2, e)", "2")],
};

/// `xlog1py(a, b)`
pub static XLOG1PY: OpDef = OpDef {
    name: "xlog1py",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    summary: "a*log(1 + b), and 0 where a is 0, as a cross-entropy means it.",
    formula: "where(a == 0, 0, a*log1p(b))",
    kink: Some("where a is 0 its slope by b is 0, also at the end of the logarithm"),
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::xlog1py),
    diff: Diff::Slopes(&["log1p(b)", "where((a == 0) and (1 + b == 0), 0, a/(1 + b))"]),
    rules: &[],
    stable: &["x*log1p(y) = xlog1py(x, y)"],
    domain: &[Domain::Reals, Domain::Positive],
    examples: &[("xlog1py(0, -1)", "0")],
};
