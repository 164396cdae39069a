//! `clip` and `hardtanh`: numbers held between bounds.

use super::shapes;
use crate::graph::{Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::activations;
use crate::kernels::elementwise;

/// `clip(x, low, high)`
pub static CLIP: OpDef = OpDef {
    name: "clip",
    args: &[
        Arg { name: "x", kind: ArgKind::Tensor, default: "" },
        Arg { name: "low", kind: ArgKind::Tensor, default: "" },
        Arg { name: "high", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Clip,
    shape: shapes::pointwise,
    kernel: Kernel::Zip3(elementwise::clip),
    diff: Diff::Slopes(&[
        "where(x >= low and x <= high, 1, 0)",
        "where(x < low and low <= high, 1, 0)",
        "where(x > high or low > high, 1, 0)",
    ]),
    says: Says {
        summary: "x between low and high, the bound outside.",
        kink: Some("at a bound x has the whole slope: 1"),
        examples: &[
            ("clip(5, 0, 1)", "1"),
            ("clip(-5, 0, 1)", "0"),
            ("clip(0.5, 0, 1)", "0.5"),
            ("clip'(1, 0, 1)", "1"),
        ],
        latex: "",
        also: &["clamp"],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::Open(-1.0, 0.0), Domain::Open(0.0, 1.0)])
        .formula("minimum(maximum(x, low), high)"),
    bends: Bend::None,
    export: Export::none(),
};

/// `hardtanh(z)`
pub static HARDTANH: OpDef = OpDef {
    name: "hardtanh",
    args: &[Arg { name: "z", kind: ArgKind::Tensor, default: "" }],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Map(activations::hardtanh),
    diff: Diff::Slopes(&["where(z >= -1 and z <= 1, 1, 0)"]),
    says: Says {
        summary: "z between -1 and 1, the bound outside.",
        kink: Some("at a bound the slope is 1"),
        examples: &[("hardtanh(5)", "1"), ("hardtanh'(1)", "1")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals]).formula("clip(z, -1, 1)"),
    bends: Bend::None,
    export: Export::none(),
};
