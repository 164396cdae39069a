//! `nnlang run`: checks everything, runs, and answers every question in the program, in order.

use super::args::{Options, Run};
use super::live::Live;
use super::terminal::Terminal;
use super::{Cli, Exit, World, each, outside, repl};
use crate::diag::Diagnostic;
use crate::outside::{Cause, Refusal};
use crate::session::{Report, Session};
use clap::CommandFactory;
use std::io::IsTerminal;

/// The most bytes that a program's text may have.
const TEXT_LIMIT: u64 = 256 << 20;

/// `nnlang run FILE…`, `nnlang FILE…`
pub(super) fn run(args: &Run, terminal: Terminal) -> Exit {
    if args.files.is_empty() {
        if std::io::stdin().is_terminal() {
            terminal.problem(&usage("no program is named").mend("name a file, or `-` for standard input"));
            return Exit::Usage;
        }
        return programs(&["-".to_string()], &args.options, terminal, answers);
    }
    if !args.each.is_empty() {
        let limit = args.options.settings().memory_limit.unwrap_or(u64::MAX);
        return programs(&args.files, &args.options, terminal, |session, name, text, _, _| {
            each::run(session, name, text, &args.each, limit)
        });
    }
    programs(&args.files, &args.options, terminal, answers)
}

/// `nnlang` alone: the prompt, or what comes from standard input.
pub(super) fn bare(options: &Options, terminal: Terminal) -> Exit {
    if std::io::stdin().is_terminal() {
        return repl::run(None, options, terminal);
    }
    programs(&["-".to_string()], options, terminal, answers)
}

fn answers(session: &Session, name: &str, text: &str, world: &mut World, live: &mut Live<'_>) -> Report {
    let (rest, report) = session.answer_to(name, text, world, live);
    // The process ends soon.
    std::mem::forget(rest);
    report
}

/// Each file as a program of its own; all are read before the first is run.
pub(super) fn programs(
    files: &[String],
    options: &Options,
    mut terminal: Terminal,
    work: impl Fn(&Session, &str, &str, &mut World, &mut Live<'_>) -> Report,
) -> Exit {
    let settings = options.settings();
    let mut world = World::new(settings.memory_limit.unwrap_or(u64::MAX), terminal.is_quiet());
    let Some(programs) = load(files, &terminal) else { return Exit::Usage };
    let mut exit = Exit::Right;
    for (name, text) in &programs {
        let mut live = Live::new(&mut terminal);
        let report = work(&Session::new(settings.clone()), name, text, &mut world, &mut live);
        live.end(&report);
        exit = exit.max(verdict(&report, options, &world));
        if report.interrupted || terminal.is_closed() {
            break;
        }
    }
    terminal.end(exit)
}

/// What a report means for the exit code. An error without a place in a program, or with its place in the text of a flag
/// (a source called `--set a`) or in a file that a flag names, is the command line's.
pub(super) fn verdict(report: &Report, options: &Options, world: &World) -> Exit {
    // `x=data.csv:area,age` names columns behind the path.
    let named: Vec<&str> =
        options.input.iter().map(|(_, path)| path).chain(&options.weights).map(String::as_str).collect();
    let is_named = |path: &str| {
        named.iter().any(|name| *name == path || name.strip_prefix(path).is_some_and(|rest| rest.starts_with(':')))
    };
    let of_flag = |problem: &Diagnostic| match problem.span() {
        None => true,
        Some(span) => {
            let name = &report.sources.get(span.source).name;
            name.starts_with("--") || is_named(name)
        }
    };
    let mut errors = report.diagnostics.iter().filter(|problem| problem.is_error()).peekable();
    if report.interrupted {
        Exit::Interrupted
    } else if errors.peek().is_none() {
        Exit::Right
    } else if world.refused().any(is_named) || errors.any(of_flag) {
        Exit::Usage
    } else {
        Exit::Wrong
    }
}

/// The texts of all files under their names; `None` after the problems were told.
pub(super) fn load(files: &[String], terminal: &Terminal) -> Option<Vec<(String, String)>> {
    let mut programs = Vec::new();
    let mut whole = true;
    for file in files {
        match text_of(file) {
            Ok(program) => programs.push(program),
            Err(problem) => {
                whole = false;
                terminal.problem(&problem);
            }
        }
    }
    whole.then_some(programs)
}

/// A file's name and text.
fn text_of(file: &str) -> Result<(String, String), Diagnostic> {
    let name = if file == "-" { "<stdin>" } else { file };
    let bytes = if file == "-" { outside::read_stdin(TEXT_LIMIT) } else { outside::read(file, TEXT_LIMIT) };
    let bytes = bytes.map_err(|cause| {
        let missing = cause == Cause::Missing;
        let problem = usage(Refusal::new(name, cause).to_string());
        let asked = crate::statements::find(file).filter(|statement| missing && !statement.moves);
        match near_command(file).filter(|_| missing) {
            None if asked.is_some() => problem.mend(format!("`{file}` is a statement: write it in the program")),
            Some(command) => problem.mend(format!("use the command `{command}`: `nnlang {command} …`")),
            None => problem,
        }
    })?;
    let text = text(bytes).map_err(|why| usage(format!("`{}` {why}", name.escape_debug())))?;
    Ok((name.to_string(), text))
}

fn text(bytes: Vec<u8>) -> Result<String, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("is text in UTF-16; save it as UTF-8".into());
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let line = error.as_bytes()[..valid].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("is not text in UTF-8: line {line} holds other bytes")
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text))
}

/// The command that a word without a dot may have meant.
fn near_command(word: &str) -> Option<String> {
    if word.contains(['.', '/', '\\']) {
        return None;
    }
    let names: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_string()).collect();
    names.into_iter().find(|name| strsim::normalized_damerau_levenshtein(name, word) >= 0.6)
}

/// A problem of the command line.
pub(super) fn usage(title: impl Into<String>) -> Diagnostic {
    Diagnostic::error("nnlang::data::file", title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_named_with_their_line() {
        assert_eq!(text(b"a = 5\nb = \xff\n".to_vec()), Err("is not text in UTF-8: line 2 holds other bytes".into()));
        assert_eq!(text(b"\xef\xbb\xbfa = 5".to_vec()), Ok("a = 5".into()));
        assert!(text(b"\xff\xfea\0".to_vec()).is_err_and(|why| why.contains("UTF-16")));
    }

    #[test]
    fn a_misspelled_command_is_proposed() {
        assert_eq!(near_command("chekc"), Some("check".into()));
        assert_eq!(near_command("net.nnl"), None);
        assert_eq!(near_command("rent"), None);
    }
}
