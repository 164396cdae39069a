//! nnlang: a declarative language for computation graphs and networks.

pub mod data;
pub mod diag;
pub mod graph;
pub mod ops;
pub mod shape;
pub mod source;
pub mod syntax;
pub mod tensor;
