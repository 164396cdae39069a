//! Answers on standard output and problems on standard error, in the order of the file, each as soon as it is known.

use super::terminal::Terminal;
use crate::diag::Diagnostic;
use crate::diag::render::SHOWN;
use crate::session::{Answer, Listener, Report};
use crate::source::{SourceId, Sources};

/// What is wrong with a statement is told before the answers of those below it. What has no place among the answers comes last.
pub(super) struct Live<'t> {
    terminal: &'t mut Terminal,
    /// The problems that were found before the run and are not told yet, and how many of them will not change.
    before: Vec<Diagnostic>,
    settled: usize,
    /// How many answers, problems from before the run and problems of the run were told.
    answers: usize,
    early: usize,
    late: usize,
    /// Were any problems told?
    any: bool,
    /// From here on everything is told at the end.
    holds: bool,
}

impl<'t> Live<'t> {
    pub(super) fn new(terminal: &'t mut Terminal) -> Live<'t> {
        Live { terminal, before: vec![], settled: 0, answers: 0, early: 0, late: 0, any: false, holds: false }
    }

    /// The rest.
    pub(super) fn end(mut self, report: &Report) {
        let count = self.before.len();
        let (before, after) = report.diagnostics.split_at(count.min(report.diagnostics.len()));
        let rest: Vec<&Diagnostic> = before.iter().skip(self.early).chain(after.iter().skip(self.late)).collect();
        let mut rest = &rest[..];
        // So many that not all are shown are told together.
        let together = rest.len() > SHOWN;
        let first = first_source(&report.diagnostics);
        let mut pending = String::new();
        for answer in report.answers.iter().skip(self.answers) {
            let is_above = |problem: &&&Diagnostic| line(&report.sources, first, problem) < answer.line;
            let above = rest.iter().take_while(|problem| !together && is_above(problem)).count();
            let (told, left) = rest.split_at(above);
            if !told.is_empty() {
                self.terminal.print(&std::mem::take(&mut pending));
                self.any = self.terminal.apart(self.any, &report.sources, told);
            }
            rest = left;
            pending.push_str(&self.terminal.answer(answer));
        }
        self.terminal.print(&pending);
        self.terminal.apart(self.any, &report.sources, rest);
        self.terminal.measured(report);
    }

    /// Tells the problems from before the run that stand above a line; may something be told now?
    fn reach(&mut self, sources: &Sources, to: usize) -> bool {
        let first = first_source(&self.before);
        while let Some(problem) = self.before.get(self.early).filter(|_| !self.holds) {
            if line(sources, first, problem) >= to {
                return true;
            }
            // Values may say more of it.
            if self.early >= self.settled || self.early + self.late >= SHOWN {
                self.holds = true;
                return false;
            }
            self.any = self.terminal.apart(self.any, sources, &[problem]);
            self.early += 1;
        }
        !self.holds
    }
}

impl Listener for Live<'_> {
    fn begins(&mut self, _: &Sources, before: &[Diagnostic], settled: usize) {
        (self.before, self.settled) = (before.to_vec(), settled);
        self.holds = before.len() > SHOWN;
    }

    fn hears(&mut self, sources: &Sources, answer: &Answer) -> bool {
        if self.reach(sources, answer.line) {
            let text = self.terminal.answer(answer);
            self.terminal.print(&text);
            self.answers += 1;
        }
        !self.terminal.is_closed()
    }

    fn is_told(&mut self, sources: &Sources, problem: &Diagnostic) {
        let place = line(sources, first_source(std::slice::from_ref(problem)), problem);
        if self.reach(sources, place) && self.early + self.late < SHOWN {
            self.any = self.terminal.apart(self.any, sources, &[problem]);
            self.late += 1;
        } else {
            self.holds = true;
        }
    }
}

/// The text that the first of some problems stands in.
fn first_source(problems: &[Diagnostic]) -> Option<SourceId> {
    problems.first().and_then(Diagnostic::span).map(|span| span.source)
}

/// The line of a problem that stands in this text; others come last.
fn line(sources: &Sources, source: Option<SourceId>, problem: &Diagnostic) -> usize {
    let own = problem.span().filter(|span| Some(span.source) == source);
    own.map_or(usize::MAX, |span| sources.line(span))
}
