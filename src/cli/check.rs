//! `nnlang check`: shapes, names and lints; runs nothing but, where hints are wanted, the checks of a sheet.

use super::Exit;
use super::args::{Check, Deny};
use super::run::programs;
use super::terminal::Terminal;
use std::cell::Cell;

/// `nnlang check FILE…`: silent where there is nothing to say.
pub(super) fn run(args: &Check, terminal: Terminal) -> Exit {
    let warned = Cell::new(false);
    let exit = programs(&args.files, &args.options, terminal, |session, name, text, world, _| {
        let report = if args.hints { session.hints(name, text, world) } else { session.check(name, text, world) };
        let is_warning = |problem: &crate::diag::Diagnostic| problem.level == crate::diag::Level::Warning;
        warned.set(warned.get() || report.diagnostics.iter().any(is_warning));
        report
    });
    if args.deny == Some(Deny::Warnings) && warned.get() { exit.max(Exit::Wrong) } else { exit }
}
