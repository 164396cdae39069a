//! One page: its text, the way back, what came of it, and the file that it is saved to.

use super::desk::{Desk, Job};
use super::evaluate::{self, Shown, evaluate};
use super::merge::merge;
use super::places::Places;
use super::waiting::Learn;
use crate::outside::{Cause, Outside, Progress, Refusal, Scratch, Stored};
use crate::session::Settings;
use crate::source::Source;
use serde_json::{Map, Value, json};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// So many changes can be taken back.
const UNDO: usize = 2_000;
/// So many versions are known to a page that comes late.
const VERSIONS: usize = 200;
/// The name of a page without a file.
const UNNAMED: &str = "<page>";

/// A page.
#[derive(Debug)]
pub struct Page {
    settings: Settings,
    file: Option<String>,
    text: String,
    version: u64,
    /// The file's text as it was read or written last.
    saved: Option<String>,
    /// The file has line breaks of two characters.
    two: bool,
    /// A text of the file that does not go together with the page's.
    theirs: Option<String>,
    past: Vec<String>,
    future: Vec<String>,
    /// What the last change was part of: changes of one gesture are taken back together.
    group: String,
    texts: VecDeque<(u64, String)>,
    goal: Option<String>,
    shown: Option<Shown>,
    learning: Option<Learning>,
    /// Counts what training showed.
    round: u64,
    notice: String,
}

/// A training that is shown on its way: for one epoch, for two, three, five, … until it is whole. Each is the training of the
/// text with fewer epochs, so that what is shown is what that text says.
#[derive(Clone, Copy, Debug, Default)]
struct Learning {
    done: u64,
    of: Option<u64>,
    runs: bool,
}

/// The outside as what is evaluated sees it: newer requests stop it, and how far it has come is told the page.
struct Listening<'a> {
    outside: &'a mut dyn Outside,
    desk: &'a Desk,
}

impl Outside for Listening<'_> {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        self.outside.read(path)
    }

    fn large(&mut self, path: &str) -> Option<Arc<dyn Stored>> {
        self.outside.large(path)
    }

    fn scratch(&mut self) -> Result<Arc<dyn Scratch>, Refusal> {
        self.outside.scratch()
    }

    fn folder(&mut self, path: &str) -> Result<Vec<String>, Refusal> {
        self.outside.folder(path)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.outside.write(path, bytes)
    }

    fn clock(&self) -> Duration {
        self.outside.clock()
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        let Progress { task, done, total, note } = progress;
        let total = total.map(|total| format!("/{total}")).unwrap_or_default();
        self.desk.tell(|news| news.progress = Some(format!("{task} {done}{total} {note}")));
    }

    fn interrupted(&self) -> bool {
        self.desk.stopped() || self.outside.interrupted()
    }
}

impl Page {
    /// Of a file and its text, or of nothing.
    pub fn new(settings: Settings, file: Option<(String, String)>) -> Page {
        let (file, text) = file.unzip();
        let two = text.as_ref().is_some_and(|text| text.contains("\r\n"));
        let text = text.map(|text| plain(&text));
        Page {
            settings,
            file,
            text: text.clone().unwrap_or_default(),
            version: 1,
            saved: text,
            two,
            theirs: None,
            past: vec![],
            future: vec![],
            group: String::new(),
            texts: VecDeque::new(),
            goal: None,
            shown: None,
            learning: None,
            round: 0,
            notice: String::new(),
        }
    }

    /// The file, and the text that is not saved in it.
    pub fn unsaved(&self) -> Option<(&str, &str)> {
        let is_new = self.saved.as_deref().unwrap_or_default() != self.text;
        is_new.then(|| (self.file.as_deref().unwrap_or("page.nnl"), self.text.as_str()))
    }

    /// Does what a page asks.
    pub fn take(&mut self, job: &Job, desk: &Desk, outside: &mut dyn Outside) {
        let mut outside = Listening { outside, desk };
        let version = self.version;
        self.notice.clear();
        let answer = match job.what.as_str() {
            "edit" => self.edit(&job.with, &mut outside),
            "undo" => self.undo(&mut outside),
            "redo" => self.redo(&mut outside),
            "save" => self.save(&job.with, &mut outside),
            "theirs" => self.take_theirs(&mut outside),
            "ask" => self.ask(&job.with, &mut outside),
            "learn" => {
                // What was stopped before is forgotten.
                desk.halted();
                self.learn(&mut outside)
            }
            _ => self.state(&mut outside),
        };
        job.answer(answer.to_string());
        if self.version != version {
            self.tell(desk);
        }
    }

    fn tell(&self, desk: &Desk) {
        let (version, round) = (self.version, self.round);
        desk.tell(|news| {
            news.version = version;
            news.round = round;
            news.progress = None;
        });
    }

    /// Takes in what another program wrote into the file.
    pub fn look(&mut self, desk: &Desk, outside: &mut dyn Outside) {
        let version = self.version;
        self.take_in(outside);
        if self.version != version || self.theirs.is_some() {
            self.tell(desk);
        }
    }

    /// Is the file another than it was? Then its change is taken in, or waits until somebody says which counts.
    fn take_in(&mut self, outside: &mut dyn Outside) -> bool {
        let Some(file) = &self.file else { return false };
        let Ok(bytes) = outside.read(file) else { return false };
        let Ok(theirs) = String::from_utf8(bytes) else { return false };
        let theirs = plain(&theirs);
        let base = self.saved.clone().unwrap_or_default();
        if theirs == base {
            return false;
        }
        match merge(&base, &self.text, &theirs) {
            Some(merged) => {
                self.theirs = None;
                self.change(merged, "file");
            }
            None => self.theirs = Some(theirs.clone()),
        }
        self.saved = Some(theirs);
        true
    }

    fn take_theirs(&mut self, outside: &mut dyn Outside) -> Value {
        if let Some(theirs) = self.theirs.take() {
            self.change(theirs, "theirs");
        }
        self.state(outside)
    }

    /// Another text; what a gesture goes on with is one step back.
    fn change(&mut self, text: String, group: &str) {
        if text == self.text {
            return;
        }
        let old = std::mem::replace(&mut self.text, text);
        self.texts.push_back((self.version, old.clone()));
        if self.texts.len() > VERSIONS {
            self.texts.pop_front();
        }
        if group.is_empty() || group != self.group {
            self.past.push(old);
            if self.past.len() > UNDO {
                self.past.remove(0);
            }
        }
        self.future.clear();
        self.group = group.to_string();
        self.version += 1;
        self.shown = None;
        self.learning = None;
    }

    fn edit(&mut self, with: &Value, outside: &mut dyn Outside) -> Value {
        let Some(text) = with["text"].as_str() else { return json!({"error": "there is no text"}) };
        let text = plain(text);
        let group = with["group"].as_str().unwrap_or_default();
        let version = with["version"].as_u64().unwrap_or(self.version);
        if let Some(goal) = with["goal"].as_str() {
            self.goal = Some(goal.to_string());
            self.shown = None;
        }
        let merged = match version == self.version {
            true => text,
            false => {
                // Somebody else was faster: both changes count, and where they meet this one; the other is a step back.
                let base = self.texts.iter().find(|(own, _)| *own == version).map(|(_, text)| text.as_str());
                base.and_then(|base| merge(base, &text, &self.text)).unwrap_or(text)
            }
        };
        self.change(merged, group);
        self.state(outside)
    }

    fn undo(&mut self, outside: &mut dyn Outside) -> Value {
        match self.past.pop() {
            Some(text) => {
                let now = self.text.clone();
                let (past, mut future) = (std::mem::take(&mut self.past), std::mem::take(&mut self.future));
                future.push(now);
                self.change(text, "");
                (self.past, self.future) = (past, future);
            }
            None => self.notice = "there is nothing to take back".into(),
        }
        self.state(outside)
    }

    fn redo(&mut self, outside: &mut dyn Outside) -> Value {
        match self.future.pop() {
            Some(text) => {
                let future = std::mem::take(&mut self.future);
                self.change(text, "");
                self.future = future;
            }
            None => self.notice = "there is nothing to bring back".into(),
        }
        self.state(outside)
    }

    /// Writes the file. A page without one is given its name.
    fn save(&mut self, with: &Value, outside: &mut dyn Outside) -> Value {
        if self.file.is_none() {
            match with["name"].as_str().map(file_name) {
                Some(Ok(name)) if !matches!(outside.read(&name), Err(Refusal { cause: Cause::Missing, .. })) => {
                    self.notice = format!("there is a file `{name}` already: take another name");
                    return self.state(outside);
                }
                Some(Ok(name)) => self.file = Some(name),
                Some(Err(why)) => {
                    self.notice = why;
                    return self.state(outside);
                }
                None => {
                    let mut state = self.state(outside);
                    state["needs_name"] = true.into();
                    return state;
                }
            }
        }
        // What another program wrote meanwhile is not written over unseen.
        if self.take_in(outside) && self.theirs.is_some() {
            return self.state(outside);
        }
        let Some(file) = self.file.clone() else { return self.state(outside) };
        let text = if self.two { self.text.replace('\n', "\r\n") } else { self.text.clone() };
        match outside.write(&file, text.as_bytes()) {
            Ok(()) => {
                self.saved = Some(self.text.clone());
                self.theirs = None;
                self.notice = format!("saved in {file}");
            }
            Err(refusal) => self.notice = format!("not saved: {refusal}"),
        }
        self.state(outside)
    }

    /// Answers questions with what the text defines; nothing of them stays.
    fn ask(&mut self, with: &Value, outside: &mut dyn Outside) -> Value {
        let question = with["text"].as_str().unwrap_or_default();
        let session = self.shown(outside).session.clone();
        let (_, report) = session.apply("<question>", question, outside);
        let source = Source::new("", "");
        let places = Places::new(&source);
        let problems: Vec<Value> =
            report.diagnostics.iter().map(|problem| evaluate::problem(problem, &report.sources, &places)).collect();
        let answers: Vec<Value> = report.answers.iter().map(evaluate::answer).collect();
        json!({"answers": answers, "problems": problems})
    }

    /// Begins the training, and what else waits.
    fn learn(&mut self, outside: &mut dyn Outside) -> Value {
        let of = self.shown(outside).epochs;
        self.learning = Some(Learning { of, runs: true, ..Learning::default() });
        self.state(outside)
    }

    /// Does a training go on?
    pub fn learns(&self) -> bool {
        self.learning.is_some_and(|learning| learning.runs)
    }

    /// Goes on with the training, until it is stopped or something else is to be done.
    pub fn go_on(&mut self, desk: &Desk, outside: &mut dyn Outside) {
        let Some(learning) = self.learning.filter(|learning| learning.runs) else { return };
        if desk.halted() {
            self.learning = Some(Learning { runs: false, ..learning });
            self.round += 1;
            return self.tell(desk);
        }
        let mut outside = Listening { outside, desk };
        let next = (learning.done + 1).max(learning.done * 3 / 2);
        let until = learning.of.filter(|of| next < *of).map(|_| next);
        let learn = until.map_or(Learn::Whole, Learn::Until);
        let name = self.file.as_deref().unwrap_or(UNNAMED);
        let shown = evaluate(&self.settings, name, &self.text, self.goal.as_deref(), learn, &mut outside);
        self.learning = Some(match shown.interrupted {
            true => Learning { runs: false, ..learning },
            false => {
                self.shown = Some(shown);
                Learning { done: until.or(learning.of).unwrap_or(1), runs: until.is_some(), ..learning }
            }
        });
        self.round += 1;
        self.tell(desk);
    }

    fn shown(&mut self, outside: &mut dyn Outside) -> &Shown {
        let name = self.file.as_deref().unwrap_or(UNNAMED);
        let current = self.shown.take().filter(|shown| !shown.interrupted);
        let goal = self.goal.as_deref();
        let waits = Learn::Waits;
        let shown = current.unwrap_or_else(|| evaluate(&self.settings, name, &self.text, goal, waits, outside));
        self.shown.insert(shown)
    }

    /// All that the page shows.
    pub fn state(&mut self, outside: &mut dyn Outside) -> Value {
        let start = outside.clock();
        let shown = self.shown(outside);
        let mut out: Map<String, Value> = shown.json.clone();
        out.insert("interrupted".into(), shown.interrupted.into());
        let spent = outside.clock().saturating_sub(start).as_secs_f64() * 1000.0;
        out.insert("milliseconds".into(), spent.into());
        out.insert("version".into(), self.version.into());
        out.insert("text".into(), self.text.as_str().into());
        out.insert("file".into(), self.file.as_deref().into());
        out.insert("saved".into(), self.unsaved().is_none().into());
        out.insert("can_undo".into(), (!self.past.is_empty()).into());
        out.insert("can_redo".into(), (!self.future.is_empty()).into());
        out.insert("theirs".into(), self.theirs.is_some().into());
        out.insert("round".into(), self.round.into());
        let learning = self.learning.map(|own| json!({"done": own.done, "of": own.of, "runs": own.runs}));
        out.insert("learning".into(), learning.unwrap_or_default());
        out.insert("notice".into(), self.notice.as_str().into());
        Value::Object(out)
    }
}

/// A text with line breaks of one character, as a browser holds it.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n")
}

/// The name of a new file: in this folder, and a program's.
fn file_name(name: &str) -> Result<String, String> {
    let name = name.trim();
    let wrong = |c: char| matches!(c, '/' | '\\' | ':' | '\0') || c.is_control();
    if name.is_empty() || name.starts_with(['.', '-']) || name.contains(wrong) {
        return Err("write a name such as `net.nnl`: the file is made in the folder where nnlang runs".into());
    }
    Ok(if name.ends_with(".nnl") { name.to_string() } else { format!("{name}.nnl") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::InMemory;

    fn page(text: &str) -> (Page, InMemory) {
        let outside = InMemory::default().file("a.nnl", text);
        (Page::new(Settings::default(), Some(("a.nnl".into(), text.into()))), outside)
    }

    fn edit(page: &mut Page, outside: &mut InMemory, version: u64, text: &str, group: &str) -> Value {
        page.edit(&json!({"version": version, "text": text, "group": group}), outside)
    }

    #[test]
    fn a_gesture_is_taken_back_at_once_and_the_file_changes_on_save_alone() {
        let (mut page, mut outside) = page("a = 5\n");
        for (i, text) in ["a = 6\n", "a = 7\n", "a = 8\n"].iter().enumerate() {
            edit(&mut page, &mut outside, i as u64 + 1, text, "slide 1");
        }
        let state = edit(&mut page, &mut outside, 4, "a = 8\nb = 2\n", "type 2");
        assert_eq!((state["saved"].as_bool(), state["version"].as_u64()), (Some(false), Some(5)));
        assert_eq!(outside.files["a.nnl"], b"a = 5\n");
        assert_eq!(page.undo(&mut outside)["text"], "a = 8\n");
        assert_eq!(page.undo(&mut outside)["text"], "a = 5\n");
        assert_eq!(page.redo(&mut outside)["text"], "a = 8\n");
        let state = page.save(&Value::Null, &mut outside);
        assert_eq!(state["saved"], true);
        assert_eq!(outside.files["a.nnl"], b"a = 8\n");
    }

    #[test]
    fn two_pages_and_another_editor_lose_nothing() {
        let (mut page, mut outside) = page("a = 5\nb = 3\nJ = a*b\n");
        edit(&mut page, &mut outside, 1, "a = 6\nb = 3\nJ = a*b\n", "");
        // The second page has not seen that yet.
        let state = edit(&mut page, &mut outside, 1, "a = 5\nb = 3\nJ = a*b + 1\n", "");
        assert_eq!(state["text"], "a = 6\nb = 3\nJ = a*b + 1\n");
        let desk = Desk::default();
        outside.files.insert("a.nnl".into(), b"a = 5\nb = 4\nJ = a*b\n".to_vec());
        page.look(&desk, &mut outside);
        assert_eq!(page.text, "a = 6\nb = 3\nJ = a*b + 1\n");
        assert_eq!(page.state(&mut outside)["theirs"], true);
        assert_eq!(page.take_theirs(&mut outside)["text"], "a = 5\nb = 4\nJ = a*b\n");
        assert_eq!(page.undo(&mut outside)["text"], "a = 6\nb = 3\nJ = a*b + 1\n");
    }

    #[test]
    fn a_page_without_a_file_is_saved_under_a_name_of_this_folder() {
        let mut outside = InMemory::default().file("there.nnl", "x");
        let mut page = Page::new(Settings::default(), None);
        edit(&mut page, &mut outside, 1, "a = 5\n", "");
        assert_eq!(page.save(&Value::Null, &mut outside)["needs_name"], true);
        for wrong in ["../a.nnl", "", ".x", "there"] {
            let state = page.save(&json!({"name": wrong}), &mut outside);
            assert_eq!(state["saved"], false, "{wrong}");
        }
        assert_eq!(page.save(&json!({"name": "new"}), &mut outside)["saved"], true);
        assert_eq!(outside.files["new.nnl"], b"a = 5\n");
    }

    #[test]
    fn the_line_breaks_of_a_file_stay() {
        let (mut page, mut outside) = page("a = 5\r\nb = 3\r\n");
        edit(&mut page, &mut outside, 1, "a = 6\nb = 3\n", "");
        page.save(&Value::Null, &mut outside);
        assert_eq!(outside.files["a.nnl"], b"a = 6\r\nb = 3\r\n");
    }
}
