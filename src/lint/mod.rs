//! Warnings: what runs and is probably not meant; one a file.

mod both_ways;
mod half_of;
mod hidden_function;
mod linear_layers;
mod not_reached;
mod unused;
mod zero_divisor;

use crate::diag::Diagnostic;
use crate::lower::Compiled;
use crate::source::Sources;

/// All warnings of a program, in the order of the list.
pub fn all(compiled: &Compiled, sources: &Sources) -> Vec<Diagnostic> {
    let mut out = vec![];
    for lint in ALL {
        (lint.find)(compiled, sources, &mut out);
    }
    out
}

/// One warning.
pub struct Lint {
    /// Its code.
    pub code: &'static str,
    /// Adds what it finds.
    pub find: fn(&Compiled, &Sources, &mut Vec<Diagnostic>),
}

/// The warnings.
pub static ALL: &[&Lint] = &[
    &both_ways::LINT,
    &linear_layers::LINT,
    &unused::LINT,
    &not_reached::LINT,
    &zero_divisor::LINT,
    &half_of::LINT,
    &hidden_function::LINT,
];
