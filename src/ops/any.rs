//! `any` and `all`: does a condition hold somewhere, or everywhere?

use super::{args, shapes};
use crate::graph::{Arg, ArgKind, Diff, Domain, Kernel, Notation, OpDef, Reduce, Role};
use crate::kernels::lanes;

const ARGS: &[Arg] = &[args::given("c", ArgKind::Condition), args::AXES, args::KEEP];

/// `any(x > 0, axis=0, keep=true)`
pub static ANY: OpDef = OpDef {
    name: "any",
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    summary: "1 where at least one entry is not 0, of all or along axes; of no entries 0.",
    formula: "",
    kink: None,
    shape: shapes::reduce_bool,
    kernel: Kernel::Reduce(Reduce::Lane(lanes::any)),
    diff: Diff::Flat("a condition is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Condition],
    examples: &[("any([0, 1])", "1"), ("any([[0, 0], [0, 1]], axis=1)", "[0, 1]")],
};

/// `all(x > 0, axis=0, keep=true)`
pub static ALL: OpDef = OpDef {
    name: "all",
    summary: "1 where every entry is not 0, of all or along axes; of no entries 1.",
    kernel: Kernel::Reduce(Reduce::Lane(lanes::all)),
    examples: &[("all([0, 1])", "0"), ("all([[0, 1], [1, 1]], axis=1)", "[0, 1]")],
    args: ARGS,
    notation: Notation::Call,
    role: Role::Plain,
    formula: "",
    kink: None,
    shape: shapes::reduce_bool,
    diff: Diff::Flat("a condition is flat"),
    rules: &[],
    stable: &[],
    domain: &[Domain::Condition],
};
