//! The commands about the session; each begins with a colon.

use super::{Repl, Reply, Said, Tour, Walk};
use crate::diag::Diagnostic;
use crate::outside::Outside;
use crate::session::{Report, Settings};
use crate::source::Source;
use crate::tensor::Precision;
use crate::view::{self, Align, Cell, Doc, Line, Style, Table};

/// A command.
pub(super) struct Command {
    /// Its name, and shorter ones.
    pub names: &'static [&'static str],
    /// What stands behind it.
    pub takes: &'static str,
    /// What it does.
    pub summary: &'static str,
    run: fn(&mut Repl, &str, &mut dyn Outside) -> Reply,
}

/// All commands, in the order of the help.
pub(super) static ALL: &[Command] = &[
    Command {
        names: &["help", "h", "?"],
        takes: "NAME",
        summary: "this page, or the entry of a function or statement",
        run: help,
    },
    Command { names: &["tour"], takes: "", summary: "through the notes, typed along; again to end it", run: tour },
    Command { names: &["names"], takes: "", summary: "every name, what it is, and its shape", run: names },
    Command {
        names: &["shapes"],
        takes: "",
        summary: "every shape in symbols and numbers; parameters counted",
        run: shapes,
    },
    Command { names: &["uses"], takes: "NAME", summary: "what a name stands on, and what stands on it", run: uses },
    Command {
        names: &["watch"],
        takes: "J",
        summary: "shows J and its derivatives at every change, until `:watch off`",
        run: watch,
    },
    Command { names: &["step", "s"], takes: "J", summary: "walks forward and backward, one node at a time", run: step },
    Command { names: &["undo", "u"], takes: "", summary: "takes the last change back", run: undo },
    Command { names: &["redo"], takes: "", summary: "makes it again", run: redo },
    Command { names: &["forget"], takes: "NAME", summary: "removes a name that nothing stands on", run: forget },
    Command { names: &["load"], takes: "FILE", summary: "takes in a program", run: load },
    Command { names: &["save"], takes: "FILE", summary: "writes the session as a program", run: save },
    Command { names: &["set"], takes: "digits 10", summary: "sets `digits`, `precision` or `seed`", run: set },
    Command { names: &["time"], takes: "", summary: "shows how long each answer takes; again to end it", run: time },
    Command { names: &["reset"], takes: "", summary: "begins anew, with nothing defined", run: reset },
    Command { names: &["clear"], takes: "", summary: "clears the screen", run: clear },
    Command { names: &["quit", "q", "exit"], takes: "", summary: "leaves (also Ctrl-D)", run: quit },
];

/// The names of the commands, without their colon.
pub fn names_of_all() -> impl Iterator<Item = &'static str> {
    ALL.iter().filter_map(|command| command.names.first().copied())
}

/// The command of a name.
pub(super) fn find(name: &str) -> Option<&'static Command> {
    ALL.iter().find(|command| command.names.contains(&name))
}

/// The command whose name is nearest to a word.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    let known = ALL.iter().flat_map(|command| command.names.iter().copied()).filter(|name| name.len() > 1);
    crate::diag::nearest(word, known)
}

/// Does something stand behind the command?
pub(super) fn takes_more(name: &str) -> bool {
    find(name).is_some_and(|command| !command.takes.is_empty())
}

impl Repl {
    /// Answers a line that begins with a colon.
    pub(super) fn command(&mut self, line: &str, outside: &mut dyn Outside) -> Reply {
        let body = line.trim().trim_start_matches(':').trim();
        let (name, rest) = body.split_once(char::is_whitespace).unwrap_or((body, ""));
        let Some(command) = find(name) else {
            let near = match nearest(name) {
                Some(near) => format!("write `:{near}`"),
                None => "see `:help`".to_string(),
            };
            return wrong(format!("there is no command `:{name}`"), Some(near));
        };
        if command.takes.is_empty() && !rest.trim().is_empty() {
            let name = command.names.first().copied().unwrap_or_default();
            return wrong(format!("`:{name}` stands alone ({})", command.summary), Some(format!("write `:{name}`")));
        }
        let before = self.session.past();
        let reply = (command.run)(self, rest.trim(), outside);
        let Reply::Said(mut said) = reply else { return reply };
        let changed = !self.session.is_at(&before);
        if changed {
            said.extend(self.watch(outside));
        }
        if command.names != ["tour"] {
            self.guide(line, &mut said, changed);
        }
        Reply::Said(said)
    }
}

fn wrong(what: String, mend: Option<String>) -> Reply {
    let mut doc = Doc::line(Line::new().with(Style::Bad, what));
    if let Some(mend) = mend {
        doc.push(Line::new().plain(format!("  mend: {mend}")));
    }
    Reply::Said(vec![Said::Wrong(doc)])
}

fn problem(problem: Diagnostic) -> Reply {
    Reply::Said(vec![Said::Report(Report { diagnostics: vec![problem], ..Report::default() })])
}

fn says(text: impl Into<String>) -> Reply {
    doc(Doc::line(Line::new().note(text)))
}

fn doc(doc: Doc) -> Reply {
    Reply::Said(vec![Said::Doc(doc)])
}

fn help(_: &mut Repl, name: &str, _: &mut dyn Outside) -> Reply {
    if !name.is_empty() {
        let bare = name.trim_start_matches(':');
        if let Some(command) = find(bare).filter(|_| name.starts_with(':') || view::reference(bare).is_none()) {
            let mut page = Doc::line(entry(command));
            let own = command.names.first().and_then(|own| view::reference(&format!(":{own}")));
            page.extend(own.unwrap_or_default());
            return doc(page);
        }
        if let Some(entry) = view::reference(bare) {
            return doc(entry);
        }
        let near = view::nearest(bare).map(|near| format!("try `:help {near}`"));
        return wrong(format!("there is no entry for `{bare}`"), near.or(Some("see all with `nnlang doc`".into())));
    }
    let mut page = Doc::new();
    for (form, what) in [
        ("a = 5", "defines a name; again, and what stands on it follows"),
        ("3a + 1", "an expression answers its value"),
        ("dJ/da", "a derivative is a word; `grad J` gives all of them"),
        ("step J by 0.1", "moves the parameters"),
        ("trace J", "asks more, as `explain`, `nudge`, `check`, `derive` and `table` do"),
    ] {
        page.push(Line::new().aligned(Style::Name, form, 15, Align::Left).plain(what));
    }
    page.push("");
    ALL.iter().for_each(|command| page.push(entry(command)));
    doc(page)
}

fn entry(command: &Command) -> Line {
    let name = command.names.first().copied().unwrap_or_default();
    let form = format!(":{name} {}", command.takes);
    Line::new().aligned(Style::Name, form.trim_end(), 15, Align::Left).plain(command.summary)
}

fn quit(_: &mut Repl, _: &str, _: &mut dyn Outside) -> Reply {
    Reply::Quit
}

fn clear(_: &mut Repl, _: &str, _: &mut dyn Outside) -> Reply {
    Reply::Said(vec![Said::Clear])
}

fn tour(repl: &mut Repl, _: &str, _: &mut dyn Outside) -> Reply {
    if repl.tour.take().is_some() {
        return says("the tour is over; `:tour` begins it again");
    }
    let tour = Tour::default();
    let mut page = Doc::new();
    if !repl.session.names().is_empty() {
        // The tour has names of its own.
        let next = repl.session.cleared();
        repl.advance(next, ":tour");
        page.push(Line::new().note("the tour begins with nothing defined; `:undo` at its end leads back"));
    }
    page.extend(tour.begin());
    repl.tour = Some(tour);
    doc(page)
}

fn names(repl: &mut Repl, _: &str, _: &mut dyn Outside) -> Reply {
    let known = repl.session.names();
    if known.is_empty() {
        return says("nothing is defined yet");
    }
    let mut table = Table::new([("", Align::Left), ("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    for (name, text) in known.into_iter().zip(repl.session.texts()) {
        let shape = if name.shape == "[]" { String::new() } else { name.shape };
        table.row([
            Cell::name(&*name.name),
            Cell::new(Style::Plain, name.what),
            Cell::new(Style::Shape, shape),
            Cell::new(Style::Note, super::first_line(&text)),
        ]);
    }
    doc(table.doc())
}

fn shapes(repl: &mut Repl, _: &str, outside: &mut dyn Outside) -> Reply {
    let report = repl.session.apply("<prompt>", "shapes\n", outside).1;
    Reply::Said(vec![Said::Report(report)])
}

fn uses(repl: &mut Repl, name: &str, _: &mut dyn Outside) -> Reply {
    if name.is_empty() {
        return wrong("`:uses` takes a name".into(), Some("write `:uses a`".into()));
    }
    let Some((uses, text)) = repl.session.definition(name) else { return problem(repl.session.no_such(name)) };
    let list = |names: &[String]| if names.is_empty() { "nothing".to_string() } else { names.join(", ") };
    let dependents = repl.session.dependents(name);
    let of = |wanted: bool| -> Vec<String> {
        dependents.iter().filter(|(_, direct)| *direct == wanted).map(|(name, _)| name.to_string()).collect()
    };
    let uses: Vec<String> = uses.iter().map(|name| name.to_string()).collect();
    let mut page = Doc::line(Line::new().plain(text));
    page.push(Line::new().note("  stands on   ").name(list(&uses)));
    page.push(Line::new().note("  is used by  ").name(list(&of(true))));
    if !of(false).is_empty() {
        page.push(Line::new().note("  and through them by  ").name(of(false).join(", ")));
    }
    doc(page)
}

impl Repl {
    /// What a command asks of one expression, in the statement `word`.
    ///
    /// # Errors
    /// What is wrong, in the line that was typed.
    fn asked(&self, command: &str, word: &str, what: &str, outside: &mut dyn Outside) -> Result<Report, Reply> {
        if what.contains(';') {
            return Err(wrong(format!("`:{command}` takes one expression"), Some(format!("write `:{command} J`"))));
        }
        // First the expression alone: what fits behind the word alone does not fit here.
        let mut report = Report::default();
        for word in ["", word] {
            let text = format!("{word:>columns$} {what}\n", columns = command.len() + 1);
            report = self.session.apply("<prompt>", &text, outside).1;
            if report.diagnostics.iter().any(Diagnostic::is_error) {
                report.sources.replace(&text, Source::new("<prompt>", format!(":{command} {what}\n")));
                return Err(Reply::Said(vec![Said::Report(report)]));
            }
        }
        Ok(report)
    }
}

fn watch(repl: &mut Repl, name: &str, outside: &mut dyn Outside) -> Reply {
    if name.is_empty() && repl.watched.is_empty() {
        return says("nothing is watched; `:watch J` keeps J and its derivatives in view");
    }
    if name == "off" {
        repl.watched.clear();
        return says("nothing is watched any more");
    }
    if !name.is_empty() && !repl.watched.iter().any(|own| own == name) {
        if let Err(reply) = repl.asked("watch", "grad", name, outside) {
            return reply;
        }
        repl.watched.push(name.to_string());
    }
    Reply::Said(repl.watch(outside))
}

fn step(repl: &mut Repl, name: &str, outside: &mut dyn Outside) -> Reply {
    if name.is_empty() {
        return wrong("`:step` takes a name or an expression".into(), Some("write `:step J`".into()));
    }
    let report = match repl.asked("step", "trace", name, outside) {
        Ok(report) => report,
        Err(reply) => return reply,
    };
    let digits = repl.session.settings().digits;
    let Some(walk) = Walk::new(&report.answers, if digits == 0 { 6 } else { digits }) else { return Reply::Nothing };
    if !repl.interactive {
        return doc(walk.all());
    }
    let here = walk.here();
    repl.walk = Some(walk);
    doc(here)
}

fn undo(repl: &mut Repl, _: &str, outside: &mut dyn Outside) -> Reply {
    let Some((past, text)) = repl.undo.pop() else { return says("there is nothing to take back") };
    let now = repl.session.past();
    let (session, report) = repl.session.back_to(&past, outside);
    repl.session = session;
    repl.redo.push((now, text.clone()));
    told("taken back: ", &text, report)
}

fn redo(repl: &mut Repl, _: &str, outside: &mut dyn Outside) -> Reply {
    let Some((past, text)) = repl.redo.pop() else { return says("there is nothing to make again") };
    let now = repl.session.past();
    let (session, report) = repl.session.back_to(&past, outside);
    repl.session = session;
    repl.undo.push((now, text.clone()));
    told("made again: ", &text, report)
}

fn told(what: &str, text: &str, mut report: Report) -> Reply {
    for answer in &mut report.answers {
        answer.statement = text.to_string();
        answer.line = 1;
    }
    let line = Doc::line(Line::new().note(what).name(text));
    Reply::Said(vec![Said::Doc(line), Said::Report(report)])
}

fn forget(repl: &mut Repl, name: &str, _: &mut dyn Outside) -> Reply {
    if name.is_empty() {
        return wrong("`:forget` takes a name".into(), Some("write `:forget a`".into()));
    }
    let text = repl.session.definition(name).map(|(_, text)| text).unwrap_or_default();
    match repl.session.forget(name) {
        Ok(next) => {
            repl.advance(next, &format!(":forget {name}"));
            doc(Doc::line(Line::new().note("forgotten: ").name(text)))
        }
        Err(why) => problem(why),
    }
}

fn reset(repl: &mut Repl, _: &str, _: &mut dyn Outside) -> Reply {
    let next = repl.session.cleared();
    repl.advance(next, ":reset");
    repl.watched.clear();
    says("nothing is defined; `:undo` brings everything back")
}

/// The path as it was written, without quotes around it.
fn path(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

fn load(repl: &mut Repl, file: &str, outside: &mut dyn Outside) -> Reply {
    let file = path(file);
    if file.is_empty() {
        return wrong("`:load` takes a file".into(), Some("write `:load net.nnl`".into()));
    }
    let bytes = match outside.read(file) {
        Ok(bytes) => bytes,
        Err(refusal) => return wrong(refusal.to_string(), None),
    };
    match String::from_utf8(bytes) {
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_string).unwrap_or(text);
            let (session, report) = repl.session.load(file, &text, outside);
            repl.advance(session, &format!(":load {file}"));
            Reply::Said(vec![Said::Report(report)])
        }
        Err(_) => wrong(format!("`{}` is not text in UTF-8", file.escape_debug()), None),
    }
}

fn save(repl: &mut Repl, file: &str, outside: &mut dyn Outside) -> Reply {
    let file = path(file);
    if file.is_empty() {
        return wrong("`:save` takes a file".into(), Some("write `:save net.nnl`".into()));
    }
    let (text, lost) = repl.session.program();
    if let Err(refusal) = outside.write(file, text.as_bytes()) {
        return wrong(refusal.to_string(), None);
    }
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let mut page =
        Doc::line(Line::new().note(format!("saved as {file}: {lines} {}", if lines == 1 { "line" } else { "lines" })));
    if !lost.is_empty() {
        let lost: Vec<&str> = lost.iter().map(|name| &**name).collect();
        page.push(Line::new().note(format!(
            "{} begin anew there: a program cannot say where a layer's parameters were moved to",
            lost.join(", ")
        )));
    }
    doc(page)
}

fn set(repl: &mut Repl, text: &str, outside: &mut dyn Outside) -> Reply {
    let (what, value) =
        text.split_once([' ', '=']).map(|(what, value)| (what.trim(), value.trim())).unwrap_or((text, ""));
    let settings = repl.session.settings().clone();
    let next = match (what, value) {
        ("digits", value) => match value.parse::<usize>() {
            Ok(digits) if (1..=17).contains(&digits) => Settings { digits, ..settings },
            _ => return wrong("`digits` is a number from 1 to 17".into(), Some("write `:set digits 10`".into())),
        },
        ("precision", "f32") => Settings { precision: Some(Precision::F32), ..settings },
        ("precision", "f64") => Settings { precision: Some(Precision::F64), ..settings },
        ("precision", _) => return wrong("`precision` is `f32` or `f64`".into(), None),
        ("seed", value) => match value.parse::<u64>() {
            Ok(seed) => Settings { seed: Some(seed), ..settings },
            Err(_) => return wrong("`seed` is a whole number".into(), Some("write `:set seed 7`".into())),
        },
        _ => return wrong("`:set` sets `digits`, `precision` or `seed`".into(), Some("write `:set digits 10`".into())),
    };
    let (session, report) = repl.session.with_settings(next, outside);
    repl.advance(session, &format!(":set {text}"));
    Reply::Said(vec![Said::Report(report)])
}

fn time(repl: &mut Repl, _: &str, _: &mut dyn Outside) -> Reply {
    repl.timing = !repl.timing;
    says(if repl.timing { "each answer says how long it took" } else { "times are not shown any more" })
}
