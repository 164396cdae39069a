//! `nnlang graph`: the graph of a program, as text or as a picture.

use super::Exit;
use super::args::Graph;
use super::run::{programs, usage};
use super::terminal::Terminal;

/// `nnlang graph FILE [NAME]`: the program's definitions hold, its own questions are not answered.
pub(super) fn run(args: &Graph, terminal: Terminal) -> Exit {
    programs(std::slice::from_ref(&args.file), &args.options, terminal, |session, name, text, world, _| {
        let (session, mut report) = session.define(name, text, world);
        if report.diagnostics.iter().any(|problem| problem.is_error()) {
            return report;
        }
        let Some(goal) = args.name.clone().or_else(|| Some(session.goal()?.to_string())) else {
            let problem = usage("the program defines no number that the graph could end in");
            report.diagnostics.push(problem.mend("name what it is the graph of: `nnlang graph FILE NAME`"));
            return report;
        };
        let to = args.output.as_ref().map(|path| {
            let path = path.replace('\\', "\\\\").replace('"', "\\\"");
            format!(" to \"{path}\"")
        });
        session.apply("NAME", &format!("graph {goal}{}\n", to.unwrap_or_default()), world).1
    })
}
