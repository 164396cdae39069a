//! Warnings: what runs and is probably not meant; one a file.

mod alike;
mod both_ways;
mod dead_units;
mod dropped;
mod flat;
mod half_of;
mod hidden_function;
mod learned;
mod linear;
mod linear_layers;
mod minus_line;
mod not_reached;
mod saturated;
mod squashed_twice;
mod units;
mod unused;
mod zero_divisor;

use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::lower::Compiled;
use crate::source::{Sources, Span};

/// All warnings of a program, in the order of the list; `whole`: nothing of it is missing because it is wrong.
pub fn all(compiled: &Compiled, sources: &Sources, whole: bool) -> Vec<Diagnostic> {
    let mut out = vec![];
    for lint in ALL.iter().filter(|lint| whole || !lint.misses) {
        (lint.find)(compiled, sources, &mut out);
    }
    out
}

/// What the values of the questions that `asked` accepts show, after they are answered: no more is evaluated than what
/// they stand on.
pub fn after(eval: &mut Eval, whole: bool, asked: impl Fn(Span) -> bool) -> Vec<Diagnostic> {
    let mut out = vec![];
    let learned = learned::Learned::of(eval.compiled, whole, &asked);
    let question = eval.compiled.items.iter().map(|item| item.span).rfind(|span| asked(*span));
    if let Some(question) = question
        && let Some(seen) = units::Seen::new(eval, &learned, question)
    {
        let units = seen.units(eval);
        for lint in AFTER {
            (lint.find)(eval, &seen, &units, &mut out);
        }
    }
    zero_divisor::after(eval, &asked, &mut out);
    out
}

/// May the values add facts to this warning?
pub fn is_measured(problem: &Diagnostic) -> bool {
    problem.code == zero_divisor::LINT.code
}

/// Facts that the values add to warnings that were given before the run: the place of the warning, and a sentence.
pub fn measured(eval: &mut Eval, asked: impl Fn(Span) -> bool, told: &[Diagnostic]) -> Vec<(Span, String)> {
    zero_divisor::measured(eval, &asked, told)
}

/// One warning that takes the values of a question.
pub struct After {
    /// Its code.
    pub code: &'static str,
    find: fn(&mut Eval, &units::Seen, &[units::Units], &mut Vec<Diagnostic>),
}

/// The warnings that take values.
pub static AFTER: &[&After] = &[&saturated::LINT, &dead_units::LINT, &alike::LINT];

/// One warning.
pub struct Lint {
    /// Its code.
    pub code: &'static str,
    /// Does it say that something is not there? In a program with a mistake it may be.
    pub misses: bool,
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
    &minus_line::LINT,
    &hidden_function::LINT,
    &squashed_twice::LINT,
    &dropped::LINT,
    &flat::LINT,
];
