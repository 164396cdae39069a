//! PLACEHOLDER, to be replaced as a whole by the trunk's session: it knows only `name = number` lines.

use crate::diag::Diagnostic;
use crate::outside::Outside;
use crate::source::{Source, Sources, Span};
use crate::tensor::{Precision, Tensor};
use crate::view;
use serde_json::{Map, Value};

/// What the command line sets.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `--set a=3.5`
    pub set: Vec<(String, String)>,
    /// `--input x=FILE`
    pub inputs: Vec<(String, String)>,
    /// `--weights FILE`
    pub weights: Option<String>,
    /// `--precision f32`
    pub precision: Option<Precision>,
    /// `--seed 7`
    pub seed: Option<u64>,
    /// `--digits 6`
    pub digits: usize,
    /// `--memory-limit 4GiB`, in bytes
    pub memory_limit: Option<u64>,
}

/// A value.
#[derive(Clone, Debug)]
pub struct Session {
    settings: Settings,
}

/// What came of a text.
#[derive(Debug, Default)]
pub struct Report {
    /// The texts.
    pub sources: Sources,
    /// The answers.
    pub answers: Vec<Answer>,
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
    /// Did the user stop it?
    pub interrupted: bool,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The statement's text.
    pub statement: String,
    /// Its first line.
    pub line: usize,
    /// For people.
    pub doc: view::Doc,
    /// For machines.
    pub facts: Vec<Map<String, Value>>,
}

impl Session {
    /// A session in which nothing is defined.
    pub fn new(settings: Settings) -> Session {
        Session { settings }
    }

    /// Checks and answers.
    pub fn apply(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Session, Report) {
        let mut report = Report::default();
        let id = report.sources.add(Source::new(name, text));
        for (_, path) in &self.settings.inputs {
            if let Err(refusal) = outside.read(path) {
                report.diagnostics.push(Diagnostic::error("nnlang::data::file", refusal.to_string()));
                return (self.clone(), report);
            }
        }
        report.interrupted = outside.interrupted();
        let mut at = 0;
        for (line, row) in text.split('\n').enumerate() {
            let (start, end) = (at, at + row.len());
            at = end + 1;
            let row = row.split('#').next().unwrap_or("").trim();
            if row.is_empty() {
                continue;
            }
            let parsed = row.split_once('=').and_then(|(n, v)| Some((n.trim(), v.trim().parse::<f64>().ok()?)));
            let Some((name, value)) = parsed else {
                let code = if row.starts_with("warn") { "nnlang::lint::x" } else { "nnlang::syntax::statement" };
                let mut problem = Diagnostic::error(code, "this line cannot be read").at(Span::new(id, start, end), "");
                if row.starts_with("warn") {
                    problem.level = crate::diag::Level::Warning;
                }
                report.diagnostics.push(problem.mend("write `a = 5`").edit(Span::new(id, start, end), "a = 5"));
                continue;
            };
            let mut fact = Map::new();
            fact.insert("name".into(), name.into());
            fact.insert("shape".into(), Value::Array(vec![]));
            fact.insert("value".into(), view::json_f64(value));
            report.answers.push(Answer {
                statement: row.into(),
                line: line + 1,
                doc: view::value(name, &Tensor::scalar(value), "[]", self.settings.digits),
                facts: vec![fact],
            });
        }
        (self.clone(), report)
    }

    /// Checks only.
    pub fn check(&self, name: &str, text: &str, outside: &mut dyn Outside) -> Report {
        let mut report = self.apply(name, text, outside).1;
        report.answers.clear();
        report
    }
}
