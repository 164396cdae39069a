//! `nnlang fmt`: the one layout of a program.

use super::args::Fmt;
use super::run::{load, usage};
use super::terminal::Terminal;
use super::{Exit, outside};
use crate::outside::Refusal;
use crate::source::{Source, Sources};
use crate::syntax;

/// `nnlang fmt FILE…`: writes the files anew; a program with mistakes in it is left as it is.
pub(super) fn run(args: &Fmt, mut terminal: Terminal) -> Exit {
    let Some(programs) = load(&args.files, &terminal) else { return Exit::Usage };
    let mut exit = Exit::Right;
    for (name, text) in programs {
        let mut sources = Sources::default();
        let id = sources.add(Source::new(name.clone(), text.clone()));
        let (program, problems) = syntax::parse(&sources, id);
        if problems.iter().any(|problem| problem.is_error()) {
            terminal.problems(&sources, &problems);
            exit = exit.max(Exit::Wrong);
            continue;
        }
        let laid_out = syntax::format(sources.get(id), &program);
        let is_stdin = name == "<stdin>";
        match (args.check, is_stdin, laid_out == text) {
            (true, _, true) | (false, false, true) => {}
            (true, _, false) => {
                terminal.print(&format!("{name}\n"));
                exit = exit.max(Exit::Wrong);
            }
            (false, true, _) => terminal.print(&laid_out),
            (false, false, false) => {
                if let Err(cause) = outside::write(&name, laid_out.as_bytes()) {
                    terminal.problem(&usage(Refusal::new(name, cause).to_string()));
                    exit = Exit::Usage;
                }
            }
        }
    }
    terminal.end(exit)
}
