//! nnlang: a declarative language for computation graphs and networks.

pub mod ask;
pub mod batch;
pub mod cli;
pub mod data;
pub mod diag;
pub mod diff;
pub mod eval;
pub mod exec;
pub mod graph;
pub mod kernels;
pub mod layers;
pub mod lint;
pub mod lower;
pub mod notation;
pub mod ops;
pub mod outside;
pub mod prelude;
pub mod repl;
pub mod resolve;
pub mod session;
pub mod shape;
pub mod simplify;
pub mod source;
pub mod syntax;
pub mod tensor;
pub mod view;
