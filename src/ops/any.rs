//! `any` and `all`: does a condition hold somewhere, or everywhere?

use super::{args, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Reduce, Role, Says,
};
use crate::kernels::lanes;

const ARGS: &[Arg] = &[args::given("c", ArgKind::Condition), args::AXES, args::KEEP];

/// `any(x > 0, axis=0, keep=true)`
pub static ANY: OpDef = OpDef {
    name: "any",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::reduce_bool,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::any)),
    diff: Diff::Flat("a condition is flat"),
    says: Says::plain(
        "1 where at least one entry is not 0, of all or along axes; of no entries 0.",
        &[("any([0, 1])", "1"), ("any([[0, 0], [0, 1]], axis=1)", "[0, 1]")],
    ),
    algebra: Algebra::over(&[Domain::Condition]),
    bends: Bend::None,
    export: Export::none(),
};

/// `all(x > 0, axis=0, keep=true)`
pub static ALL: OpDef = OpDef {
    name: "all",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::reduce_bool,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::all)),
    diff: Diff::Flat("a condition is flat"),
    says: Says::plain(
        "1 where every entry is not 0, of all or along axes; of no entries 1.",
        &[("all([0, 1])", "0"), ("all([[0, 1], [1, 1]], axis=1)", "[0, 1]")],
    ),
    algebra: Algebra::over(&[Domain::Condition]),
    bends: Bend::None,
    export: Export::none(),
};
