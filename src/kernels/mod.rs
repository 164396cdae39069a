//! Pure functions over numbers and slices: what the operators compute; knows no graph.

pub mod activations;
pub mod elementwise;
pub mod random;
pub mod special;
