//! The prompt: reads a statement, answers it, and reads the next. The only use of rustyline.

mod command;
mod complete;
mod highlight;
mod script;
mod shown;
mod talk;
mod tour;
mod walk;

pub use command::names_of_all as commands;
pub use highlight::Colours;
pub use script::{Request, Script};
pub use talk::Look;

use crate::diag::Diagnostic;
use crate::outside::Outside;
use crate::session::{Past, Report, Session, Settings};
use crate::syntax;
use crate::view::fact::{Fact, Valued};
use crate::view::{Doc, Line, Style};
use tour::Tour;
use walk::Walk;

/// So many changes can be taken back.
const UNDO: usize = 10_000;

/// A conversation: a session, and the lines of a statement that is not whole yet.
#[derive(Debug)]
pub struct Repl {
    session: Session,
    begun: String,
    /// The statement that was answered last, as it was typed.
    last: String,
    /// Earlier states, each with the text that led away from it.
    undo: Vec<(Past, String)>,
    /// Later states, each with the text that led to it.
    redo: Vec<(Past, String)>,
    watched: Vec<String>,
    timing: bool,
    tour: Option<Tour>,
    walk: Option<Walk>,
    /// Is there somebody who presses Enter?
    interactive: bool,
}

/// What a line leads to.
#[derive(Debug)]
pub enum Reply {
    /// The statement goes on in the next line.
    More,
    /// This is to be shown, in order.
    Said(Vec<Said>),
    /// Nothing to show.
    Nothing,
    /// The end.
    Quit,
}

/// What is shown.
#[derive(Debug)]
pub enum Said {
    /// Answers and problems.
    Report(Report),
    /// A page.
    Doc(Doc),
    /// What went wrong, in a line or two.
    Wrong(Doc),
    /// An empty screen.
    Clear,
}

impl Said {
    /// Does it tell of something wrong?
    pub fn is_wrong(&self) -> bool {
        match self {
            Said::Report(report) => report.diagnostics.iter().any(Diagnostic::is_error),
            Said::Wrong(_) => true,
            Said::Doc(_) | Said::Clear => false,
        }
    }
}

impl Repl {
    /// A conversation in which nothing is defined yet.
    pub fn new(settings: Settings) -> Repl {
        Repl {
            session: Session::new(settings),
            begun: String::new(),
            last: String::new(),
            undo: vec![],
            redo: vec![],
            watched: vec![],
            timing: false,
            tour: None,
            walk: None,
            interactive: false,
        }
    }

    /// The session as it is.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Takes the definitions of a program.
    pub fn load(&mut self, name: &str, text: &str, outside: &mut dyn Outside) -> Report {
        let (session, report) = self.session.load(name, text, outside);
        self.advance(session, text);
        report
    }

    /// Takes one line (or, pasted, a few).
    pub fn line(&mut self, line: &str, outside: &mut dyn Outside) -> Reply {
        if let Some(reply) = self.walking(line) {
            return reply;
        }
        if self.begun.is_empty() && line.trim_start().starts_with(':') {
            return self.timed(line.trim(), outside, |repl, line, outside| repl.command(line, outside));
        }
        self.begun.push_str(line);
        if !is_whole(&self.begun) {
            self.begun.push('\n');
            return Reply::More;
        }
        self.begun.push('\n');
        let text = std::mem::take(&mut self.begun);
        if text.trim().is_empty() {
            return Reply::Nothing;
        }
        // A line that begins with `|>` goes on with the statement before it, which is then said anew.
        let text = match text.trim_start().starts_with("|>") {
            true => format!("{}{text}", self.last),
            false => text,
        };
        self.last.clone_from(&text);
        self.timed(&text, outside, |repl, text, outside| Reply::Said(repl.statement(text, outside)))
    }

    /// The end of input: what was begun is answered as it stands.
    pub fn end(&mut self, outside: &mut dyn Outside) -> Reply {
        if self.begun.is_empty() {
            return Reply::Nothing;
        }
        // Two empty lines end everything.
        self.begun.push('\n');
        self.line("", outside)
    }

    /// Forgets a statement that was begun.
    pub fn abandon(&mut self) {
        self.begun.clear();
        self.walk = None;
    }

    /// What stands before the place where one types.
    pub fn prompt(&self) -> String {
        match &self.walk {
            Some(walk) => format!("{} Enter, b, q> ", walk.place()),
            None if self.begun.is_empty() => "> ".into(),
            None => "… ".into(),
        }
    }

    /// A statement or a few.
    fn statement(&mut self, text: &str, outside: &mut dyn Outside) -> Vec<Said> {
        if let Some(doc) = self.meant_a_command(text.trim()) {
            return vec![Said::Wrong(doc)];
        }
        // A statement that the next one cut off costs itself alone.
        if let Some(at) = syntax::cut_off(text) {
            let (broken, rest) = text.split_at(at);
            let mut said = self.statement(broken, outside);
            said.extend(self.statement(rest, outside));
            return said;
        }
        let (session, mut report) = self.session.apply("<prompt>", text, outside);
        self.or_a_command(text.trim(), &mut report);
        let changed = !session.is_at(&self.session.past());
        self.advance(session, text);
        let mut said = vec![Said::Report(report)];
        if changed {
            said.extend(self.watch(outside));
        }
        self.guide(text, &mut said, changed);
        said
    }

    /// The next state, with the way back.
    fn advance(&mut self, next: Session, text: &str) {
        let past = self.session.past();
        if !next.is_at(&past) {
            self.undo.push((past, first_line(text)));
            if self.undo.len() > UNDO {
                self.undo.remove(0);
            }
            self.redo.clear();
        }
        self.session = next;
    }

    /// The tour's word on what was typed.
    fn guide(&mut self, text: &str, said: &mut Vec<Said>, changed: bool) {
        let Some(tour) = &mut self.tour else { return };
        let right = !said.iter().any(Said::is_wrong);
        said.extend(tour.notice(text, right, changed, &self.session).map(Said::Doc));
        if tour.is_over() {
            self.tour = None;
        }
    }

    /// The watched names and their derivatives.
    fn watch(&mut self, outside: &mut dyn Outside) -> Vec<Said> {
        let mut said = vec![];
        for name in &self.watched {
            let report = self.session.apply("<watch>", &watched(name, None), outside).1;
            let facts = report.answers.iter().skip(1).flat_map(|answer| &answer.facts);
            let derivatives: Vec<&Valued> = facts.filter_map(Fact::valued).collect();
            let is_reached = |derivative: &&&Valued| derivative.note.as_deref() != Some(UNREACHED);
            // What the name does not stand on is not in view.
            let report = if derivatives.iter().all(|derivative| is_reached(&derivative)) {
                report
            } else {
                let reached = derivatives.iter().filter(is_reached);
                let by = reached.filter_map(|derivative| derivative.name.split_once("/d"));
                let by: Vec<&str> = by.map(|(_, by)| by.trim_matches(['(', ')'])).collect();
                self.session.apply("<watch>", &watched(name, Some(&by)), outside).1
            };
            if report.diagnostics.iter().any(Diagnostic::is_error) {
                let why = report.diagnostics.first().map(|problem| problem.title.clone()).unwrap_or_default();
                said.push(Said::Doc(Doc::line(Line::new().note(format!("watch {name}: {why}")))));
                continue;
            }
            let digits = self.session.settings().digits;
            let digits = if digits == 0 { 6 } else { digits };
            let mut doc = Doc::new();
            let mut line = Line::new().note("watch ");
            let facts = report.answers.iter().flat_map(|answer| &answer.facts);
            let parts =
                facts.filter_map(Fact::valued).map(|valued| shown::watched(&valued.name, &valued.value, digits));
            // Scalars stand side by side, as far as a line goes; rows of a matrix alone.
            let (mut first, mut alone) = (true, false);
            for part in parts {
                let rows = part.lines.len() > 1;
                for own in part.lines {
                    if (rows || alone || line.width() + own.width() > 76) && !first {
                        doc.push(std::mem::take(&mut line));
                        line = Line::new().plain("      ");
                        first = true;
                    }
                    line = if first { line } else { line.plain("   ") }.then(own);
                    (first, alone) = (false, rows);
                }
            }
            doc.push(line);
            doc.lines.retain(|line| !line.text().trim().is_empty());
            said.push(Said::Doc(doc));
        }
        said
    }

    /// Enter, b and q while one walks through the graph.
    fn walking(&mut self, line: &str) -> Option<Reply> {
        let walk = self.walk.as_mut()?;
        let goes_on = match line.trim() {
            "" | "n" => walk.on(),
            "b" => {
                walk.back();
                true
            }
            "q" => false,
            _ => {
                // Something else was meant: the walk is over.
                self.walk = None;
                return None;
            }
        };
        if !goes_on {
            self.walk = None;
            return Some(Reply::Nothing);
        }
        Some(Reply::Said(vec![Said::Doc(walk.here())]))
    }

    fn timed(
        &mut self,
        line: &str,
        outside: &mut dyn Outside,
        work: fn(&mut Repl, &str, &mut dyn Outside) -> Reply,
    ) -> Reply {
        let timing = self.timing;
        let start = outside.clock();
        let reply = work(self, line, outside);
        match reply {
            Reply::Said(mut said) if timing && self.timing => {
                let spent = outside.clock().saturating_sub(start).as_secs_f64() * 1000.0;
                said.push(Said::Doc(Doc::line(Line::new().note(format!("{spent:.1} ms")))));
                Reply::Said(said)
            }
            other => other,
        }
    }

    /// `quit`, `help` and their like without the colon.
    fn meant_a_command(&self, text: &str) -> Option<Doc> {
        let word = text.split_whitespace().next()?;
        let alone = text == word || command::takes_more(word);
        let command = command::find(word).filter(|_| alone && self.session.definition(word).is_none())?;
        // `trace J`, `step J`, `load "x"` are statements.
        if syntax::WORDS.iter().any(|own| own.word == word) || text.contains(['=', '(']) {
            return None;
        }
        let rest = text.strip_prefix(word).unwrap_or_default();
        let name = command.names.first().copied().unwrap_or_default();
        let line = Line::new().with(Style::Bad, format!("`{word}` is a command: write "));
        Some(Doc::line(line.name(format!(":{name}{rest}"))))
    }

    /// A word that nothing is called, near the name of a command, may be meant as that command.
    fn or_a_command(&self, word: &str, report: &mut Report) {
        let unknown = report.diagnostics.iter_mut().find(|problem| problem.code == "nnlang::name::unknown");
        let Some(mend) = unknown.and_then(|problem| problem.mend.as_mut()) else { return };
        let is_alone = mend.edits.is_empty() && mend.text.starts_with("define") && !word.contains(char::is_whitespace);
        if let Some(near) = command::nearest(word).filter(|_| is_alone) {
            mend.text = format!("write `:{near}`, or {}", mend.text);
        }
    }
}

/// How `grad` notes a name that nothing connects with what is differentiated.
const UNREACHED: &str = "0: nothing connects them";

/// The questions about a watched name, and its derivatives by these.
fn watched(name: &str, by: Option<&[&str]>) -> String {
    match by {
        None => format!("{name}\ngrad {name}\n"),
        Some([]) => format!("{name}\n"),
        Some(by) => format!("{name}\ngrad {name} wrt {}\n", by.join(", ")),
    }
}

/// Is a text to be answered as it stands? An empty line ends a statement that still waits, so that nobody is caught in an
/// open bracket; inside braces, where a body may have empty lines, two do.
fn is_whole(text: &str) -> bool {
    let mut last = text.rsplit('\n').map(|line| line.trim().is_empty());
    let ends = text.contains('\n') && last.next() == Some(true);
    syntax::is_complete(text) || (ends && (last.next() == Some(true) || !highlight::is_in_braces(text)))
}

fn first_line(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    match line.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_string(),
    }
}

#[cfg(test)]
mod tests;
