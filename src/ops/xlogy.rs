//! `xlogy` and `xlog1py`: products with a logarithm that are 0 where the factor is.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
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
    is: Is::XLogY,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::xlogy),
    diff: Diff::Slopes(&["log(b)", "where((a == 0) and (b == 0), 0, a/b)"]),
    says: Says {
        summary: "a*log(b), and 0 where a is 0, as a cross-entropy means it.",
        kink: Some("where a is 0 its slope by b is 0, also at the end of the logarithm"),
        examples: &[("xlogy(0, 0)", "0"), ("xlogy(2, e)", "2")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::Positive]).formula("where(a == 0, 0, a*log(b))").stable(&[
        "x*log(y) = xlogy(x, y)",
        "x*(log(y) - z) = xlogy(x, y) - x*z",
        "x*(z - log(y)) = x*z - xlogy(x, y)",
    ]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.xlogy", jax: "jax.scipy.special.xlogy", numpy: "", c: "" },
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
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::xlog1py),
    diff: Diff::Slopes(&["log1p(b)", "where((a == 0) and (1 + b == 0), 0, a/(1 + b))"]),
    says: Says {
        summary: "a*log(1 + b), and 0 where a is 0, as a cross-entropy means it.",
        kink: Some("where a is 0 its slope by b is 0, also at the end of the logarithm"),
        examples: &[("xlog1py(0, -1)", "0")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::Positive])
        .formula("where(a == 0, 0, a*log1p(b))")
        .stable(&["x*log1p(y) = xlog1py(x, y)"]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.special.xlog1py", jax: "jax.scipy.special.xlog1py", numpy: "", c: "" },
};
