//! `nnlang derive`: the formula of a derivative of a program.

use super::Exit;
use super::args::{Derive, Notation};
use super::run::programs;
use super::terminal::Terminal;
use crate::view::fact::Fact;
use crate::view::{Doc, Line};

/// `nnlang derive FILE EXPR…`: the program's definitions hold, its own questions are not answered.
pub(super) fn run(args: &Derive, terminal: Terminal) -> Exit {
    programs(std::slice::from_ref(&args.file), &args.options, terminal, |session, name, text, world, _| {
        let (session, report) = session.define(name, text, world);
        if report.diagnostics.iter().any(|problem| problem.is_error()) {
            return report;
        }
        let asks: Vec<String> = args.exprs.iter().map(|expr| format!("derive {expr}\n")).collect();
        let mut report = session.apply("EXPR", &asks.concat(), world).1;
        if args.notation == Notation::Latex {
            for answer in &mut report.answers {
                let latex = answer.facts.iter().filter_map(|fact| match fact {
                    Fact::Formula(formula) => Some(&formula.latex),
                    _ => None,
                });
                answer.doc = Doc { lines: latex.map(|latex| Line::new().plain(latex)).collect() };
            }
        }
        report
    })
}
