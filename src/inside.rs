//! The inside as the program `nnlang`, the tests and the benches of this crate see it. Nothing here is promised to anybody
//! else. What is named nowhere here and used nowhere is told by rustc, so a test that needs more adds its name.

/// The statements that ask.
pub mod statements {
    pub use crate::statements::ALL;
}
/// One expression for many entries.
pub mod batch {
    pub use crate::batch::batch;
}
/// The command line.
pub mod cli {
    pub use crate::cli::{Cli, json_lines, main, request_lines};
}
/// Problems.
pub mod diag {
    pub use crate::diag::{Diagnostic, Edit, explain, render};
}
/// Derivatives.
pub mod diff {
    pub use crate::diff::{Slope, forward, reverse};
}
/// Evaluators.
pub mod eval {
    pub use crate::eval::Engine;
}
/// Evaluation.
pub mod exec {
    pub use crate::exec::{Cache, Inputs, Making, Program, Slot, run};
}
/// Formulas as a person would write them.
pub mod formula {
    pub use crate::formula::{READABLE, length};
}
/// The graph.
pub mod graph {
    pub use crate::graph::{
        Arg, ArgKind, Attr, Attrs, DefId, Diff, Domain, Fault, Graph, Kernel, Move, NodeId, Notation, Op, OpDef, Role,
        SliceSpec, Step, Template, Type, verify,
    };
}
/// The layers of the language, and how parameters begin.
pub mod layers {
    pub use crate::layers::all;
    pub use crate::layers::init::ALL as INITIALISERS;
}
/// Memory of the process.
pub mod kernels {}
/// Names that mean something everywhere.
pub mod resolve {
    pub use crate::resolve::{CONSTANTS, TRANSFORMS};
}
/// The reference.
pub mod view {
    pub use crate::view::{names, reference};
}
/// Resolved programs as graphs.
pub mod lower {
    pub use crate::lower::{Compiled, derive};
}
/// Expressions over given nodes.
pub mod notation {
    pub use crate::notation::{Rule, instantiate, rule, template};
}
/// Operators.
pub mod ops {
    pub use crate::ops::{ALL, build, find, kernel, number, slot, states_slope};
}
/// Files, clock, interrupts.
pub mod outside {
    pub use crate::outside::{Cause, InMemory, Outside, Progress, Refusal};
}
/// The library in the language itself.
pub mod prelude {
    pub use crate::prelude::entries;
}
/// The prompt.
pub mod repl {
    pub use crate::repl::{Repl, Reply, Said, Script, commands};
}
/// Sessions.
pub mod session {
    pub use crate::session::{Past, Report, Session, Settings};
}
/// Dimensions and shapes.
pub mod shape {
    pub use crate::shape::{Binding, Dim, Shape};
}
/// Forms that keep their digits.
pub mod simplify {
    pub use crate::simplify::Opener;
}
/// Texts.
pub mod source {
    pub use crate::source::{Source, SourceId, Sources};
}
/// Text to trees.
pub mod syntax {
    pub use crate::syntax::{WORDS, format, parse};
}
/// The page in the browser.
pub mod web {
    pub use crate::web::{Limits, Open, Page};
}
/// Values.
pub mod tensor {
    pub use crate::tensor::{DType, Precision, Tensor};
}
