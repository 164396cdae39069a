//! Arguments that many operators have.

use crate::graph::{Arg, ArgKind};

/// A real tensor that must be given.
pub const fn tensor(name: &'static str) -> Arg {
    Arg { name, kind: ArgKind::Tensor, default: "" }
}

/// An argument of a kind that must be given.
pub const fn given(name: &'static str, kind: ArgKind) -> Arg {
    Arg { name, kind, default: "" }
}

/// An argument of a kind with a default.
pub const fn or(name: &'static str, kind: ArgKind, default: &'static str) -> Arg {
    Arg { name, kind, default }
}

/// `x`
pub const X: Arg = tensor("x");
/// `A`, a matrix or a stack of them
pub const A: Arg = tensor("A");
/// The axes of a reduction.
pub const AXES: Arg = or("axis", ArgKind::Axes, "none");
/// Does a reduction keep its axes, with size 1?
pub const KEEP: Arg = or("keep", ArgKind::Flag, "false");
/// What a reduction takes.
pub const REDUCE: &[Arg] = &[X, AXES, KEEP];
/// The class axis.
pub const CLASS_AXIS: Arg = or("axis", ArgKind::ClassAxis, "none");
/// A shape.
pub const SHAPE: Arg = given("shape", ArgKind::Shape);
/// Why an operator of `Kernel::Expand` has no derivative of its own.
pub const EXPANDED: &str = "it stands for another expression, which is differentiated in its place";
