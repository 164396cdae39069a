//! `nnlang completions` and `nnlang man`: both from the description of the command line.

use super::args::Completions;
use super::terminal::{Terminal, complain};
use super::{Cli, Exit};
use clap::CommandFactory;

/// `nnlang completions SHELL`
pub(super) fn run(args: &Completions, mut terminal: Terminal) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "nnlang", &mut script);
    terminal.print(&String::from_utf8_lossy(&script));
    terminal.end(Exit::Right)
}

/// `nnlang man`
pub(super) fn man(mut terminal: Terminal) -> Exit {
    let mut page = Vec::new();
    if let Err(error) = clap_mangen::Man::new(Cli::command()).render(&mut page) {
        complain(&format!("nnlang: the man page cannot be made: {error}"));
        return Exit::Wrong;
    }
    terminal.print(&String::from_utf8_lossy(&page));
    terminal.end(Exit::Right)
}
