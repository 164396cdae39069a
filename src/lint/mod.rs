//! Warnings: what runs and is probably not meant; one a file.

mod learned;
mod linear;
mod units;

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

/// One warning.
pub struct Lint {
    /// Its code.
    pub code: &'static str,
    /// Does it say that something is not there? In a program with a mistake it may be.
    pub misses: bool,
    /// Adds what it finds.
    pub find: fn(&Compiled, &Sources, &mut Vec<Diagnostic>),
}

/// The files of this folder that hold a warning each: declares the one and lists the other.
macro_rules! lints {
    (program { $($file:ident;)+ } values { $($after:ident;)+ }) => {
        $(mod $file;)+
        $(mod $after;)+

        /// The warnings, in the order in which they look.
        pub static ALL: &[&Lint] = &[$(&$file::LINT,)+];

        /// The warnings that take values.
        pub static AFTER: &[&After] = &[$(&$after::LINT,)+];
    };
}

lints! {
    // What the checked program shows.
    program {
        both_ways;
        linear_layers;
        unused;
        not_reached;
        zero_divisor;
        half_of;
        minus_line;
        hidden_function;
        squashed_twice;
        dropped;
        flat;
    }
    // What the values of a question show.
    values {
        saturated;
        dead_units;
        alike;
    }
}
