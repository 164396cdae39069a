//! `hypot` and what its slopes are made of: points of the plane, their directions and their inverses.

use super::{args, shapes};
use crate::graph::{Algebra, Arg, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};
use crate::kernels::elementwise;

const POINT: &[Arg] = &[args::tensor("a"), args::tensor("b")];

/// `hypot(a, b)`
pub static HYPOT: OpDef = OpDef {
    name: "hypot",
    args: POINT,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Hypot,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(libm::hypot),
    diff: Diff::Slopes(&["direction(a, b)", "direction(b, a)"]),
    says: Says {
        summary: "sqrt(a^2 + b^2), without overflow: the length of a vector of two.",
        kink: Some("where both are 0 the slope is 0"),
        examples: &[("hypot(3, 4)", "5"), ("hypot(3e300, 4e300)", "5e300")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::NonZero, Domain::NonZero]).formula("sqrt(a^2 + b^2)"),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.hypot", jax: "jnp.hypot", numpy: "np.hypot", c: "hypot" },
};

/// `direction(a, b)`
pub static DIRECTION: OpDef = OpDef {
    name: "direction",
    args: POINT,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::direction),
    // What is left of 1 is the square of the other direction: nothing cancels where one of the two is tiny.
    diff: Diff::Slopes(&[
        "where(hypot(a, b) == 0, 0, direction(b, a)^2/hypot(a, b))",
        "where(hypot(a, b) == 0, 0, -(y*direction(b, a)/hypot(a, b)))",
    ]),
    says: Says {
        summary: "a/sqrt(a^2 + b^2), without overflow: how much of the vector [a, b] goes along a; 0 where both are 0.",
        kink: Some("where both are 0 it is 0, and so are its slopes"),
        examples: &[("direction(3, 4)", "0.6"), ("direction(0, 0)", "0"), ("direction(-2, 0)", "-1")],
        latex: "",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::NonZero, Domain::NonZero])
        .formula("where(hypot(a, b) == 0, 0, a/hypot(a, b))")
        .stable(&[
            "a/hypot(a, b) = direction(a, b)",
            "b/hypot(a, b) = direction(b, a)",
            "1/hypot(a, b)*direction(a, b) = inversion(a, b)",
            "1/hypot(a, b)*direction(b, a) = inversion(b, a)",
            "u/hypot(a, b)*direction(a, b) = u*inversion(a, b)",
            "u/hypot(a, b)*direction(b, a) = u*inversion(b, a)",
        ]),
    bends: Bend::None,
    export: Export::none(),
};

/// `inversion(a, b)`
pub static INVERSION: OpDef = OpDef {
    name: "inversion",
    args: POINT,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::inversion),
    // As 1/z of complex numbers: its slopes are products of itself.
    diff: Diff::Slopes(&["inversion(b, a)^2 - y^2", "-2*(y*inversion(b, a))"]),
    says: Says::plain(
        "a/(a^2 + b^2), without overflow: the point [a, b] over the square of its length, along a.",
        &[("inversion(1, 2)", "0.2"), ("inversion(2e200, 0)", "5e-201")],
    ),
    algebra: Algebra::over(&[Domain::NonZero, Domain::NonZero]).formula("a/(a^2 + b^2)").stable(&[
        "1/(1 + x^2) = inversion(1, x)",
        "a/(a^2 + b^2) = inversion(a, b)",
        "-a/(a^2 + b^2) = -inversion(a, b)",
        "x/(1 + x^2) = inversion(x, 1)",
        "u/(1 + x^2) = u*inversion(1, x)",
        "u/(a^2 + b^2) = u/hypot(a, b)/hypot(a, b)",
    ]),
    bends: Bend::None,
    export: Export::none(),
};
