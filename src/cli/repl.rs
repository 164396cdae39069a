//! `nnlang repl`: opens the prompt on the terminal.

use super::args::Options;
use super::run::{load, verdict};
use super::terminal::{Terminal, complain};
use super::{Exit, World};
use crate::repl::{Repl, Said};

/// `nnlang repl [FILE]`: a file with mistakes is reported, and what is right in it is there.
pub(super) fn run(file: Option<&str>, options: &Options, mut terminal: Terminal) -> Exit {
    let settings = options.settings();
    let mut world = World::new(settings.memory_limit.unwrap_or(u64::MAX), terminal.is_quiet());
    let mut repl = Repl::new(settings);
    if let Some(file) = file {
        let Some(programs) = load(&[file.to_string()], &terminal) else { return Exit::Usage };
        for (name, text) in programs {
            let report = repl.load(&name, &text, &mut world);
            terminal.report(&report);
            if verdict(&report, options, &world) == Exit::Usage {
                return Exit::Usage;
            }
        }
    }
    let mut say = |said: Said| {
        match said {
            Said::Report(report) => terminal.report(&report),
            Said::Doc(doc) => terminal.doc(&doc),
        }
        !terminal.is_closed()
    };
    let result = repl.talk(&mut world, &mut say, World::resume);
    if let Err(why) = result {
        complain(&format!("nnlang: the prompt cannot be opened: {why}"));
        return Exit::Wrong;
    }
    terminal.end(Exit::Right)
}
