//! Text to syntax tree, and back; never fails.

pub mod ast;
