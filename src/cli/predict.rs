//! `nnlang predict`: what a program with trained parameters says of new rows.

use super::Exit;
use super::args::Predict;
use super::run::programs;
use super::terminal::Terminal;
use crate::session::{Session, Settings};
use crate::source::{Source, Sources};
use crate::syntax::{self, ast};

/// `nnlang predict FILE NEW`: the program's definitions hold, its own questions are not answered, and nothing is trained.
pub(super) fn run(args: &Predict, terminal: Terminal) -> Exit {
    programs(std::slice::from_ref(&args.file), &args.options, terminal, |session, name, text, world, _| {
        let settings = Settings { predicting: true, ..session.settings().clone() };
        let (session, report) = Session::new(settings).define(name, text, world);
        if report.diagnostics.iter().any(|problem| problem.is_error()) {
            return report;
        }
        let lines = if args.what.is_empty() {
            own_lines(name, text)
        } else {
            args.what.iter().map(|what| format!("{} = {what}\n", column(what))).collect()
        };
        let to = args.out.as_ref().map(|out| format!(" to {}", quoted(out))).unwrap_or_default();
        session.apply("--what", &format!("predict {}{to} {{\n{lines}}}\n", quoted(&args.new)), world).1
    })
}

fn quoted(path: &str) -> String {
    format!("\"{}\"", path.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The name of the column for an expression: itself where it is a name.
fn column(what: &str) -> String {
    let plain = what.chars().all(|c| c.is_alphanumeric() || c == '_');
    if plain && !what.is_empty() { what.to_string() } else { "answer".into() }
}

/// The lines of the program's own `predict`.
fn own_lines(name: &str, text: &str) -> String {
    let mut sources = Sources::default();
    let id = sources.add(Source::new(name, text));
    let (program, _) = syntax::parse(&sources, id);
    let own = program.items.iter().rev().find_map(|item| match &item.statement {
        ast::Statement::Predict(predict) => Some(&predict.block.items),
        _ => None,
    });
    own.into_iter().flatten().map(|item| format!("{}\n", sources.text(item.span))).collect()
}
