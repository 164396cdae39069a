//! `nnlang repl`: the prompt on the terminal, or its language from a pipe.

use super::args::{Format, Options};
use super::run::{load, usage, verdict};
use super::terminal::{Terminal, complain};
use super::{Exit, World, outside};
use crate::outside::Outside;
use crate::repl::{Repl, Request, Said, Script};
use std::io::IsTerminal;

/// `nnlang repl [FILE]`: a file with mistakes is reported, and nothing of it is there. `-`: lines from standard input.
pub(super) fn run(file: Option<&str>, options: &Options, mut terminal: Terminal) -> Exit {
    let settings = options.settings();
    let mut world = World::new(settings.memory_limit.unwrap_or(u64::MAX), terminal.is_quiet());
    if file.is_none_or(|file| file == "-") && !options.set.is_empty() {
        terminal.problem(&usage("`--set` replaces a leaf of a program, and no program is named").mend("name its file"));
        return Exit::Usage;
    }
    let mut repl = Repl::new(settings);
    let piped = file == Some("-") || !std::io::stdin().is_terminal();
    if let Some(file) = file.filter(|file| *file != "-") {
        let Some(programs) = load(&[file.to_string()], &terminal) else { return Exit::Usage };
        for (name, text) in programs {
            let report = repl.load(&name, &text, &mut world);
            terminal.report(&report);
            if verdict(&report, options, &world) == Exit::Usage {
                return Exit::Usage;
            }
        }
    }
    if piped {
        return script(Script::new(repl), options, terminal, world);
    }
    world.holds_a_session();
    let look = terminal.prompt_look();
    let mut say = |said: Said| {
        show(&mut terminal, said);
        !terminal.is_closed()
    };
    let result = repl.talk(&mut world, look, &mut say, Outside::resume);
    if let Err(why) = result {
        complain(&format!("nnlang: the prompt cannot be opened: {why}"));
        return Exit::Wrong;
    }
    terminal.end(Exit::Right)
}

fn show(terminal: &mut Terminal, said: Said) {
    match said {
        Said::Report(report) => terminal.report(&report),
        Said::Doc(doc) => terminal.doc(&doc),
        Said::Wrong(doc) => terminal.wrong(&doc),
        Said::Clear => terminal.clear(),
    }
}

/// Line by line: answers on standard output and problems on standard error; with `--format json` both on standard output,
/// and after them the line's own closing object.
fn script(mut script: Script, options: &Options, mut terminal: Terminal, mut world: World) -> Exit {
    let json = options.format == Some(Format::Json);
    let mut exit = Exit::Right;
    let mut answer = |terminal: &mut Terminal, request: Request| {
        let status = request.status;
        if status == "error" {
            exit = Exit::Wrong;
        }
        match json {
            true => terminal.request(&request),
            false => request.said.into_iter().for_each(|said| show(terminal, said)),
        }
        status != "quit" && !terminal.is_closed()
    };
    let mut goes_on = true;
    while goes_on {
        match outside::read_line() {
            Ok(Some(bytes)) => {
                world.resume();
                let request = script.line(&bytes, &mut world);
                goes_on = answer(&mut terminal, request);
            }
            Ok(None) => {
                if let Some(request) = script.end(&mut world) {
                    answer(&mut terminal, request);
                }
                break;
            }
            Err(why) => {
                complain(&format!("nnlang: standard input cannot be read: {why}"));
                return Exit::Usage;
            }
        }
    }
    terminal.end(exit)
}
