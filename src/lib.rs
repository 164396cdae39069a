//! nnlang: a declarative language for computation graphs and networks.

pub mod diag;
pub mod exec;
pub mod graph;
pub mod kernels;
pub mod layers;
pub mod ops;
pub mod outside;
pub mod prelude;
pub mod resolve;
pub mod shape;
pub mod source;
pub mod syntax;
pub mod tensor;
pub mod view;
