//! The terminal: documents as text with colour, problems below them. Everything that is printed is printed here.

#![allow(clippy::print_stderr)]

use super::Exit;
use super::args::{Color, Format};
use crate::diag::render::{self, Look};
use crate::diag::{Diagnostic, Level};
use crate::eval::Timing;
use crate::outside::Progress;
use crate::repl::{Request, Said};
use crate::session::{Answer, Report};
use crate::source::Sources;
use crate::view::{Align, Cell, Doc, Style, Table, bytes, seconds};
use serde_json::{Map, Value};
use std::io::{self, IsTerminal, Write};

/// Where answers and problems go, and in which form.
#[derive(Debug)]
pub(super) struct Terminal {
    format: Format,
    quiet: bool,
    colour: bool,
    look: Look,
    timings: Option<Format>,
    failed: Option<io::ErrorKind>,
}

impl Terminal {
    /// As the options and the environment say.
    pub(super) fn new(color: Color, format: Format, quiet: bool) -> Terminal {
        let decide = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && term() != "dumb"
            }
        };
        let look = Look { width: columns(), colour: decide(error_is_terminal()), unicode: speaks_unicode() };
        Terminal { format, quiet, colour: decide(io::stdout().is_terminal()), look, timings: None, failed: None }
    }

    /// With what statements took in this form.
    pub(super) fn timed(self, timings: Option<Format>) -> Terminal {
        Terminal { timings, ..self }
    }

    /// Only answers and errors?
    pub(super) fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// All that came of a text, as `Live` tells it.
    pub(super) fn report(&mut self, report: &Report) {
        super::live::Live::new(self).end(report);
    }

    /// What the statements took, and the plans that they were answered with.
    pub(super) fn measured(&self, report: &Report) {
        let mut out: String = report.plans.iter().map(|plan| ansi(plan, self.look.colour)).collect();
        match self.timings {
            Some(Format::Json) => out.extend(report.timings.iter().map(timing_line)),
            Some(Format::Text) => out.push_str(&ansi(&timings(&report.timings), self.look.colour)),
            None => {}
        }
        if !out.is_empty() {
            let _ = io::stderr().lock().write_all(out.as_bytes());
        }
    }

    /// Problems, with an empty line between them and those before; were any told?
    pub(super) fn apart(&self, any: bool, sources: &Sources, problems: &[&Diagnostic]) -> bool {
        let kept = problems.iter().any(|problem| !self.quiet || problem.level == Level::Error);
        if any && kept && self.format == Format::Text {
            let _ = io::stderr().lock().write_all(b"\n");
        }
        self.told(sources, problems);
        any || kept
    }

    /// One answer as text or as JSON Lines.
    pub(super) fn answer(&self, answer: &Answer) -> String {
        match self.format {
            Format::Text => self.text(drawn(answer)),
            Format::Json => json_lines(answer),
        }
    }

    /// A document on standard output.
    pub(super) fn doc(&mut self, doc: &Doc) {
        let text = self.text(doc.clone());
        self.print(&text);
    }

    /// A document as standard output shows it: on a terminal no wider than that.
    fn text(&self, doc: Doc) -> String {
        let doc = match io::stdout().is_terminal() {
            // The window may have another width than at the start.
            true => doc.wrapped(columns()),
            false => doc,
        };
        ansi(&doc, self.colour)
    }

    /// A page about something wrong, on standard error.
    pub(super) fn wrong(&mut self, doc: &Doc) {
        let doc = match error_is_terminal() {
            true => doc.clone().wrapped(columns()),
            false => doc.clone(),
        };
        let text = ansi(&doc, self.look.colour);
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Empties the screen of a terminal.
    pub(super) fn clear(&mut self) {
        if io::stdout().is_terminal() && term() != "dumb" {
            self.print("\u{1b}[H\u{1b}[2J\u{1b}[3J");
        }
    }

    /// How the prompt looks here.
    pub(super) fn prompt_look(&self) -> crate::repl::Look {
        crate::repl::Look { colour: self.colour, quiet: self.quiet }
    }

    /// The answer to a line of the prompt's language, for machines: at once, and whole.
    pub(super) fn request(&mut self, request: &Request) {
        let text = request_lines(request, self.quiet);
        self.print(&text);
    }

    /// A text on standard output. After a closed pipe nothing more is printed.
    pub(super) fn print(&mut self, text: &str) {
        if self.failed.is_some() || text.is_empty() {
            return;
        }
        let mut out = io::stdout().lock();
        if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            self.failed = Some(error.kind());
            if error.kind() != io::ErrorKind::BrokenPipe {
                complain(&format!("nnlang: standard output cannot be written: {error}"));
            }
        }
    }

    /// Problems on standard error.
    pub(super) fn problems(&self, sources: &Sources, diagnostics: &[Diagnostic]) {
        self.told(sources, &diagnostics.iter().collect::<Vec<_>>());
    }

    fn told(&self, sources: &Sources, diagnostics: &[&Diagnostic]) {
        let look = Look { width: columns(), ..self.look };
        let kept: Vec<&Diagnostic> =
            diagnostics.iter().copied().filter(|problem| !self.quiet || problem.level == Level::Error).collect();
        if kept.is_empty() {
            return;
        }
        let text = match self.format {
            Format::Text => render::all(sources, kept, look),
            Format::Json => kept.iter().map(|problem| format!("{}\n", render::json(sources, problem))).collect(),
        };
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// One problem that has no place in a program.
    pub(super) fn problem(&self, diagnostic: &Diagnostic) {
        self.problems(&Sources::default(), std::slice::from_ref(diagnostic));
    }

    /// Is nobody reading any more?
    pub(super) fn is_closed(&self) -> bool {
        self.failed.is_some()
    }

    /// How the command ends: its own exit code, unless what it printed could not be written.
    pub(super) fn end(&self, exit: Exit) -> Exit {
        match self.failed {
            Some(kind) if kind != io::ErrorKind::BrokenPipe => exit.max(Exit::Wrong),
            _ => exit,
        }
    }
}

/// An answer as JSON Lines: one object per fact, the statement and its line first.
pub fn json_lines(answer: &Answer) -> String {
    let mut out = String::new();
    for fact in &answer.facts {
        let mut object = Map::new();
        object.insert("statement".into(), answer.statement.clone().into());
        object.insert("line".into(), answer.line.into());
        object.extend(fact.json());
        out.push_str(&Value::Object(object).to_string());
        out.push('\n');
    }
    out
}

/// What a statement took, as a line of JSON.
pub fn timing_line(timing: &Timing) -> String {
    let mut object = Map::new();
    object.insert("statement".into(), timing.statement.clone().into());
    object.insert("line".into(), timing.line.into());
    object.insert("compile_s".into(), timing.compile.as_secs_f64().into());
    object.insert("run_s".into(), timing.run.as_secs_f64().into());
    object.insert("steps".into(), timing.steps.into());
    object.insert("peak_bytes".into(), timing.peak.into());
    format!("{}\n", Value::Object(object))
}

/// What statements took, as a table.
fn timings(all: &[Timing]) -> Doc {
    if all.is_empty() {
        return Doc::default();
    }
    let numbers = ["compiled", "ran", "steps", "a step", "peak"].map(|name| (name, Align::Right));
    let mut table = Table::new(std::iter::once(("line", Align::Right)).chain(numbers).chain([("", Align::Left)]));
    for timing in all {
        let step = timing.run / u32::try_from(timing.steps).unwrap_or(u32::MAX).max(1);
        table.row([
            Cell::number(timing.line.to_string()),
            Cell::number(seconds(timing.compile)),
            Cell::number(seconds(timing.run)),
            Cell::number(timing.steps.to_string()),
            Cell::number(seconds(step)),
            Cell::number(bytes(timing.peak)),
            Cell::from(timing.statement.as_str()),
        ]);
    }
    table.doc()
}

/// The answer to a line of the prompt's language as JSON Lines: facts, problems, pages as `{"text": …}`, and its closing object.
pub fn request_lines(request: &Request, quiet: bool) -> String {
    let mut out = String::new();
    for said in &request.said {
        match said {
            Said::Report(report) => {
                out.extend(report.answers.iter().map(json_lines));
                let kept = report.diagnostics.iter().filter(|problem| !quiet || problem.level == Level::Error);
                out.extend(kept.map(|problem| format!("{}\n", render::json(&report.sources, problem))));
            }
            Said::Doc(doc) => out.push_str(&page("text", doc)),
            Said::Wrong(doc) => out.push_str(&page("error", doc)),
            Said::Clear => {}
        }
    }
    let mut closing = Map::new();
    closing.insert("end".into(), request.line.into());
    closing.insert("status".into(), request.status.into());
    out + &format!("{}\n", Value::Object(closing))
}

/// `{"text": …}`
fn page(key: &str, doc: &Doc) -> String {
    let mut object = Map::new();
    object.insert(key.into(), doc.text().trim_end().into());
    format!("{}\n", Value::Object(object))
}

/// A document as text, with the colours of a terminal or without.
pub(super) fn ansi(doc: &Doc, colour: bool) -> String {
    if !colour {
        return doc.text();
    }
    let mut out = String::new();
    for line in &doc.lines {
        for piece in &line.pieces {
            let code = code(piece.style);
            match code.is_empty() {
                true => out.push_str(&piece.text),
                false => out.extend([code, piece.text.as_str(), "\u{1b}[0m"]),
            }
        }
        out.push('\n');
    }
    out
}

fn code(style: Style) -> &'static str {
    match style {
        Style::Plain => "",
        Style::Name => "\u{1b}[1m",
        Style::Number => "\u{1b}[36m",
        Style::Shape => "\u{1b}[34m",
        Style::Keyword => "\u{1b}[35m",
        Style::Heading => "\u{1b}[1;4m",
        Style::Good => "\u{1b}[32m",
        Style::Bad => "\u{1b}[31m",
        Style::Note => "\u{1b}[2m",
    }
}

/// A line on standard error; where that is closed there is nobody to tell.
pub(super) fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Progress: on a terminal a line that is written over, else a line of its own.
pub(super) fn progress(progress: &Progress<'_>, done: bool) {
    let total = progress.total.map(|total| format!("/{total}")).unwrap_or_default();
    let text = format!("{} {}{total} {}", progress.task, progress.done, progress.note);
    let mut out = io::stderr().lock();
    let _ = match (error_is_terminal(), done) {
        (true, false) => write!(out, "\r\u{1b}[K{}", text.trim_end()).and_then(|()| out.flush()),
        (true, true) => writeln!(out, "\r\u{1b}[K{}", text.trim_end()),
        (false, _) => writeln!(out, "{}", text.trim_end()),
    };
}

/// Is standard error a terminal?
pub(super) fn error_is_terminal() -> bool {
    io::stderr().is_terminal()
}

fn term() -> String {
    std::env::var("TERM").unwrap_or_default()
}

fn columns() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let asked = || terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| usize::from(width.0));
    let answers = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    told.or_else(asked).or_else(answers).unwrap_or(Look::PLAIN.width).clamp(20, 1000)
}

/// A terminal whose locale is stated and is not UTF-8 gets ASCII lines; files and pipes are always UTF-8.
fn speaks_unicode() -> bool {
    let stated =
        ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    !error_is_terminal() || stated.is_none_or(|locale| locale.to_ascii_lowercase().replace('-', "").contains("utf8"))
}

/// What an answer says in text; its charts as wide as the terminal is.
fn drawn(answer: &Answer) -> Doc {
    if answer.charts.is_empty() || !io::stdout().is_terminal() {
        return answer.doc.clone();
    }
    let mut doc = Doc::default();
    for chart in &answer.charts {
        doc.lines.extend(crate::figure::terminal(chart, columns()).lines);
    }
    doc
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::Line;

    #[test]
    fn colour_changes_nothing_but_the_colour() {
        let doc = Doc::line(Line::new().name("J").plain(" = ").number("33"));
        assert_eq!(ansi(&doc, false), "J = 33\n");
        assert_eq!(ansi(&doc, true), "\u{1b}[1mJ\u{1b}[0m = \u{1b}[36m33\u{1b}[0m\n");
    }
}
