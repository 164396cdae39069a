//! What the checks of a text came to: one that does not hold is an answer in its place, and a last line counts them.

use super::{Answer, Cx};
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::{Doc, Line, Style};
use serde_json::{Map, Value};

/// A comparison that does not hold: the codes by which a check says so.
const FORMULA: &str = "nnlang::value::formula";
const DERIVATIVE: &str = "nnlang::value::check";

/// From so many on they are counted where all of them hold.
const MANY: usize = 4;

/// The lines of the checks that hold, and of those that do not.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    hold: usize,
    fail: Vec<usize>,
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
                    refuted(cx, ask, span);
                }
            }
            Err(_) => {}
        }
    }

    /// `checks: 8 hold, 2 do not (lines 12, 17)`, behind the answers, where there is something to count.
    pub fn counted(self, cx: &mut Cx) {
        let all = self.hold + self.fail.len();
        let Some(last) = cx.answers.last().map(|answer| answer.line) else { return };
        if all < 2 || (self.fail.is_empty() && all < MANY) {
            return;
        }
        let hold = format!("{} {}", self.hold, if self.hold == 1 { "holds" } else { "hold" });
        let lines: Vec<String> = self.fail.iter().map(usize::to_string).collect();
        let mut line = Line::new().plain("checks: ").with(Style::Good, hold);
        if let Some(word) = ["does", "do"].get(self.fail.len().saturating_sub(1).min(1)).filter(|_| !lines.is_empty()) {
            let places = if lines.len() == 1 { "line" } else { "lines" };
            let fail = format!("{} {word} not ({places} {})", lines.len(), lines.join(", "));
            line = line.plain(", ").with(Style::Bad, fail);
        }
        let mut fact = Map::new();
        fact.insert("checks".into(), all.into());
        fact.insert("hold".into(), self.hold.into());
        fact.insert("lines".into(), self.fail.into_iter().map(Value::from).collect());
        let facts = vec![fact];
        cx.answers.push(Answer { statement: super::CHECKS.to_string(), line: last, doc: Doc::line(line), facts });
    }
}

/// The answer of a formula that does not hold; why not is told as a problem.
fn refuted(cx: &mut Cx, ask: &Ask, span: Span) {
    const VERDICT: &str = "does not hold";
    for asked in &ask.exprs {
        let text = cx.text(asked.span);
        let (name, theirs) = text.split_once("==").map_or((text.as_str(), ""), |(a, b)| (a.trim(), b.trim()));
        let line = Line::new().name(name).plain(" = ").plain(theirs).with(Style::Bad, format!("  {VERDICT}"));
        let mut fact = Map::new();
        fact.insert("name".into(), name.into());
        fact.insert("formula".into(), theirs.into());
        fact.insert("verdict".into(), VERDICT.into());
        cx.push(span, Doc::line(line), vec![fact]);
    }
}
