//! Pure functions over numbers, slices and array views: what the operators compute; knows no graph.

pub mod activations;
pub mod contract;
pub mod elementwise;
pub mod moves;
pub mod random;
