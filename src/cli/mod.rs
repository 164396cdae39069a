//! The command line: one file per command; results on standard output, everything else on standard error.

mod args;
mod check;
mod completions;
mod derive;
mod doc;
mod each;
mod explain;
mod fmt;
mod graph;
mod live;
mod open;
mod outside;
mod predict;
mod repl;
mod report;
mod run;
mod terminal;

pub use args::Cli;
pub use outside::World;
pub use terminal::{json_lines, request_lines};

use args::{Color, Command, Format, Options};
use clap::Parser;
use std::ffi::OsString;
use std::panic::AssertUnwindSafe;
use std::process::ExitCode;
use terminal::{Terminal, complain};

/// How a run ended; the number is the process's exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// The program is right and its assertions hold.
    Right = 0,
    /// The program is wrong, or an assertion fails.
    Wrong = 1,
    /// The command line is wrong, or a file named on it cannot be read.
    Usage = 2,
    /// The user stopped it.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// The stack of the thread that does the work; only what is used of it becomes memory.
const STACK: usize = 64 << 20;

/// The whole program: reads the arguments of the process and does what they say.
pub fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|_| {}));
    let work = || {
        let args: Vec<OsString> = std::env::args_os().collect();
        match std::panic::catch_unwind(AssertUnwindSafe(|| dispatch(&args))) {
            Ok(exit) => exit,
            Err(cause) => {
                complain(&fault(cause.as_ref()));
                Exit::Wrong
            }
        }
    };
    // Where the system grants no such stack, the one that is there has to do.
    let exit = match std::thread::Builder::new().stack_size(STACK).spawn(work) {
        Ok(thread) => thread.join().unwrap_or(Exit::Wrong),
        Err(_) => work(),
    };
    exit.into()
}

fn fault(cause: &(dyn std::any::Any + Send)) -> String {
    let text = cause.downcast_ref::<String>().map(String::as_str).or(cause.downcast_ref::<&str>().copied());
    let text = text.unwrap_or("no more is known");
    format!("nnlang: this is a fault of nnlang itself, not of the program; please report it with the program: {text}")
}

fn dispatch(args: &[OsString]) -> Exit {
    if let Some(at) = args.iter().position(|arg| arg.to_str().is_none()) {
        let shown = args[at].to_string_lossy();
        complain(&format!("nnlang: argument {at}, `{}`, is not text in UTF-8; give the file such a name", shown));
        return Exit::Usage;
    }
    let cli = match Cli::try_parse_from(args::spelt_out(args)) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are results, on standard output; a closed pipe there is no fault.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Right };
        }
    };
    let terminal = |format: Format, quiet: bool| Terminal::new(cli.color.unwrap_or(Color::Auto), format, quiet);
    let of = |options: &Options| terminal(options.format.unwrap_or(Format::Text), options.quiet).timed(options.timings);
    let plain = || terminal(Format::Text, false);
    if cli.command.is_some() && (!cli.run.files.is_empty() || cli.run.options != Options::default()) {
        complain("nnlang: the command stands first, files and options after it: `nnlang check FILE --seed 7`");
        return Exit::Usage;
    }
    match cli.command {
        None if cli.run.files.is_empty() => run::bare(&cli.run.options, of(&cli.run.options)),
        None => run::run(&cli.run, of(&cli.run.options)),
        Some(Command::Run(args)) => run::run(&args, of(&args.options)),
        Some(Command::Check(args)) => check::run(&args, of(&args.options)),
        Some(Command::Derive(args)) => derive::run(&args, of(&args.options)),
        Some(Command::Predict(args)) => predict::run(&args, of(&args.options)),
        Some(Command::Graph(args)) => graph::run(&args, of(&args.options)),
        Some(Command::Fmt(args)) => fmt::run(&args, plain()),
        Some(Command::Explain(args)) => explain::run(&args, plain()),
        Some(Command::Doc(args)) => doc::run(&args, plain()),
        Some(Command::Repl(args)) => repl::run(args.file.as_deref(), &args.options, of(&args.options)),
        Some(Command::Open(args)) => open::run(&args, of(&args.options)),
        Some(Command::Report(args)) => report::run(&args, of(&args.options)),
        Some(Command::Completions(args)) => completions::run(&args, plain()),
        Some(Command::Man) => completions::man(plain()),
    }
}
