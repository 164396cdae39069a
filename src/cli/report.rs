//! `nnlang report`: the page of a program, frozen in one file.

use super::args::Report;
use super::run::{load, usage};
use super::terminal::{Terminal, complain};
use super::{Exit, World};
use crate::outside::Outside;
use crate::web;

/// `nnlang report FILE -o OUT`
pub(super) fn run(args: &Report, terminal: Terminal) -> Exit {
    let settings = args.options.settings();
    let mut world = World::new(settings.memory_limit.unwrap_or(u64::MAX), terminal.is_quiet());
    let Some(mut programs) = load(std::slice::from_ref(&args.file), &terminal) else { return Exit::Usage };
    let Some((name, text)) = programs.pop() else { return Exit::Usage };
    let (html, right) = web::report(&settings, &name, &text, &mut world);
    if world.interrupted() {
        return Exit::Interrupted;
    }
    if let Err(refusal) = world.write(&args.out, html.as_bytes()) {
        terminal.problem(&usage(refusal.to_string()));
        return Exit::Usage;
    }
    if !right {
        complain(&format!("nnlang: the program has mistakes; the report `{}` shows them", args.out));
        return terminal.end(Exit::Wrong);
    }
    terminal.end(Exit::Right)
}
