//! nnlang: a declarative language for computation graphs and networks.

pub mod cli;
pub mod diag;
pub mod graph;
pub mod ops;
pub mod outside;
pub mod prelude;
pub mod repl;
pub mod session;
pub mod shape;
pub mod source;
pub mod syntax;
pub mod tensor;
pub mod view;
