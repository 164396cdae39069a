//! What the checks of a text came to: one that does not hold is an answer in its place, and a last line counts them.

use super::{Answer, Cx};
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::fact::{self, Verdict};
use crate::view::{Doc, Line, Style};

/// A comparison that does not hold: the codes by which a check says so.
const FORMULA: &str = "nnlang::value::formula";
const DERIVATIVE: &str = "nnlang::value::check";

/// From so many on they are counted where all of them hold.
const MANY: usize = 4;

/// How many checks hold, and the lines of those that do not, and of those that wait for a line to be filled in.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    hold: usize,
    fail: Vec<usize>,
    wait: Vec<usize>,
}

impl Verdicts {
    /// Takes a question's outcome into account; a formula that does not hold is answered. Other questions say nothing here.
    pub fn take(&mut self, cx: &mut Cx, ask: &Ask, span: Span, done: &Result<(), Box<Diagnostic>>) {
        if ask.statement.word != super::CHECKS {
            return;
        }
        match done {
            Ok(()) => self.hold += 1,
            Err(problem) if problem.code == FORMULA || problem.code == DERIVATIVE => {
                self.fail.push(cx.eval.sources.line(span));
                if problem.code == FORMULA {
                    told(cx, ask, span, "does not hold");
                }
            }
            Err(problem) if problem.code == super::BLANK => {
                self.wait.push(cx.eval.sources.line(span));
                told(cx, ask, span, "waits");
            }
            Err(_) => {}
        }
    }

    /// `checks: 8 hold, 2 do not (lines 12, 17), 1 waits (line 20)`, behind the answers, where there is something to count.
    pub fn counted(self, cx: &mut Cx) {
        let all = self.hold + self.fail.len() + self.wait.len();
        let Some(last) = cx.answers.last().map(|answer| answer.line) else { return };
        if all < 2 || (self.fail.is_empty() && self.wait.is_empty() && all < MANY) {
            return;
        }
        let hold = format!("{} {}", self.hold, if self.hold == 1 { "holds" } else { "hold" });
        let mut line = Line::new().plain("checks: ").with(Style::Good, hold);
        if !self.fail.is_empty() {
            let word = if self.fail.len() == 1 { "does" } else { "do" };
            line = line.plain(", ").with(Style::Bad, format!("{} {word} not ({})", self.fail.len(), lines(&self.fail)));
        }
        if !self.wait.is_empty() {
            let word = if self.wait.len() == 1 { "waits" } else { "wait" };
            line = line.plain(", ").plain(format!("{} {word} ({})", self.wait.len(), lines(&self.wait)));
        }
        let waits = (!self.wait.is_empty()).then_some(self.wait);
        let facts = vec![fact::Verdicts { checks: all, hold: self.hold, lines: self.fail, waits }.into()];
        cx.answers.push(Answer {
            statement: super::CHECKS.to_string(),
            line: last,
            doc: Doc::line(line),
            facts,
            ..Answer::default()
        });
    }
}

/// `line 12`, `lines 12, 17`
fn lines(of: &[usize]) -> String {
    let numbers: Vec<String> = of.iter().map(usize::to_string).collect();
    format!("{} {}", if of.len() == 1 { "line" } else { "lines" }, numbers.join(", "))
}

/// The answer of a formula that does not hold, or waits; why is told as a problem.
fn told(cx: &mut Cx, ask: &Ask, span: Span, verdict: &str) {
    for asked in &ask.exprs {
        let text = cx.text(asked.span);
        let (name, theirs) = text.split_once("==").map_or((text.as_str(), ""), |(a, b)| (a.trim(), b.trim()));
        let equals = if theirs.is_empty() { "" } else { " = " };
        let line = Line::new().name(name).plain(equals).plain(theirs).with(Style::Bad, format!("  {verdict}"));
        let fact = Verdict { name: name.into(), formula: theirs.into(), verdict: verdict.into() };
        cx.push(span, Doc::line(line), vec![fact.into()]);
    }
}
