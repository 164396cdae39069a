//! `text`: whole numbers that stand for kinds, letters or words; asked alone they are shown as these.

use super::{args, shapes};
use crate::graph::{Algebra, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says};

/// `text(k, word)`
pub static TEXT: OpDef = OpDef {
    name: "text",
    args: &[args::given("k", ArgKind::Index), args::given("of", ArgKind::Index)],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|_, _, args| Ok(args[0])),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "The numbers k, shown as the kinds, letters or words that those of a line of the `data` block stand for.",
        &[("text([2, 1], [1, 2])", "[2, 1]")],
    ),
    algebra: Algebra::over(&[Domain::Whole(0, 3), Domain::Whole(0, 3)]),
    bends: Bend::None,
    export: Export::none(),
};
