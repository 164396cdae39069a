//! A session is a value: a text is applied to it and gives the next session and a report.

mod arrive;
mod change;
mod errors;
mod examples;
mod files;
mod formulas;
mod known;
mod names;
mod order;
mod past;
mod run;
mod save;
mod space;
mod work;

pub use crate::ask::{Answer, Listener};
pub use known::Known;
pub use past::Past;

use crate::diag::Diagnostic;
use crate::eval::{self, Eval, State};
use crate::graph::DefId;
use crate::lower::{Compiled, DefKind, Options};
use crate::outside::Outside;
use crate::source::List;
use crate::source::{SourceId, Sources};
use crate::syntax::ast;
use crate::tensor::{Precision, Tensor};
use files::Read;
use names::Kept;
use rustc_hash::{FxHashMap, FxHashSet};
use space::Space;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use work::Answered;

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
    /// `--digits 6`; 0 is six.
    pub digits: usize,
    /// `--memory-limit 4GiB`, in bytes
    pub memory_limit: Option<u64>,
    /// Checks alone are answered, and what is wrong is told without the formula that is right.
    #[doc(hidden)]
    pub hints: bool,
    /// Only new rows are asked about: where the training file cannot be read, the note of the weights says what its columns mean.
    #[doc(hidden)]
    pub predicting: bool,
    /// Is what each statement takes measured?
    pub timings: bool,
    /// Are the plans told that statements are answered with?
    pub plans: bool,
    /// `--resume`: trainings go on where their checkpoints ended.
    pub resume: bool,
    /// Which evaluator answers; both give the same up to rounding.
    #[doc(hidden)]
    pub engine: eval::Engine,
}

impl Settings {
    fn options(&self) -> Options {
        Options { seed: self.seed }
    }
}

/// A session: the statements that hold, and the settings. Cheap to clone; applying a text never changes it.
// Many files: a session is one value, and a file each thing that is done with it: going back, saving, taking in data.
#[derive(Clone, Debug)]
pub struct Session {
    settings: Settings,
    /// The texts that the statements stand in.
    sources: Sources,
    items: List<Arc<Kept>>,
    /// Those of them that define: what is checked.
    taken: List<Arc<Kept>>,
    /// Comments after the last statement of the file that it began with.
    trailing: Arc<Vec<(SourceId, ast::Trivia)>>,
    /// The values of parameters that were moved.
    moved: Arc<Moved>,
    read: Read,
    /// What the last training told.
    history: Option<Arc<eval::History>>,
    /// What the values have been warned of: it is not said again.
    warned: Arc<FxHashSet<String>>,
    /// What its names have as values: another one where they may have others.
    state: Arc<()>,
    /// The checked program, shared with the sessions that this one grew out of and those that grow out of it.
    space: Arc<Mutex<Space>>,
}

/// Parameters that were moved.
#[derive(Clone, Debug, Default)]
struct Moved {
    values: BTreeMap<Arc<str>, Arc<Tensor>>,
    /// The steps that moved them are no longer what a program of the session's statements would take.
    loose: bool,
}

/// What came of a text.
#[derive(Debug, Default)]
pub struct Report {
    /// The texts.
    pub sources: Sources,
    /// The answers, in order.
    pub answers: Vec<Answer>,
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
    /// What the statements that ran took, where that is measured.
    pub timings: Vec<eval::Timing>,
    /// The plans that they were answered with, where these are wanted.
    pub plans: Vec<crate::view::Doc>,
    /// Did the user stop it?
    pub interrupted: bool,
}

/// What is left of a program that was answered. Dropping it frees a large graph node by node, which a process that ends may
/// spare itself.
#[derive(Debug)]
pub struct Rest {
    _compiled: Box<Compiled>,
}

/// The program of a session while it is looked at.
struct Held<'a>(MutexGuard<'a, Space>);

impl std::ops::Deref for Held<'_> {
    type Target = Compiled;

    fn deref(&self) -> &Compiled {
        self.0.checked.compiled()
    }
}

/// What is done with a text.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Run,
    /// As `Run`, and the questions of the text belong to the program.
    Load,
    Check,
    Define,
}

impl Session {
    /// A session in which nothing is defined.
    pub fn new(settings: Settings) -> Session {
        Session {
            settings,
            sources: Sources::default(),
            items: List::default(),
            taken: List::default(),
            trailing: Arc::default(),
            moved: Arc::default(),
            read: Read::default(),
            history: None,
            warned: Arc::default(),
            state: Arc::default(),
            space: Arc::default(),
        }
    }

    /// The program that holds, as a graph: its names, shapes and kinds.
    #[doc(hidden)]
    pub fn compiled(&self) -> impl std::ops::Deref<Target = Compiled> + '_ {
        Held(self.space())
    }

    /// As [`Session::compiled`], to be grown by the nodes that a question needs.
    pub(crate) fn with_compiled<T>(&self, work: impl FnOnce(&mut Compiled) -> T) -> T {
        let mut space = self.space();
        work(space.checked.parts().compiled)
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Checks a text and answers its questions, with everything that holds so far. A text with a mistake leaves the
    /// session as it was.
    pub fn apply(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Session, Report) {
        self.work(name, text, outside, Mode::Run)
    }

    /// As [`Session::apply`], for a program that nothing is added to afterwards.
    pub fn answer(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Rest, Report) {
        self.answered_to(name, text, outside, Answered::AtTheEnd)
    }

    /// As [`Session::answer`]; each answer is heard as soon as it is known.
    pub fn answer_to(
        &self,
        name: &str,
        text: &str,
        outside: &mut dyn Outside,
        listener: &mut dyn Listener,
    ) -> (Rest, Report) {
        self.answered_to(name, text, outside, Answered::To(listener))
    }

    fn answered_to(&self, name: &str, text: &str, outside: &mut dyn Outside, to: Answered<'_>) -> (Rest, Report) {
        if self.items.is_empty() {
            let (compiled, report) = self.once(name, text, outside, to);
            return (Rest { _compiled: Box::new(compiled) }, report);
        }
        (Rest { _compiled: Box::default() }, self.work(name, text, outside, Mode::Run).1)
    }

    /// As [`Session::apply`], for a file: its questions belong to the program and are saved with it.
    pub fn load(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Session, Report) {
        self.work(name, text, outside, Mode::Load)
    }

    /// Checks a text and answers nothing.
    pub fn check(&self, name: &str, text: &str, outside: &mut dyn Outside) -> Report {
        if self.items.is_empty() {
            return self.once(name, text, outside, Answered::No).1;
        }
        self.work(name, text, outside, Mode::Check).1
    }

    /// Checks a text and answers those of its questions that compare; what is wrong is told without what would be right.
    pub fn hints(&self, name: &str, text: &str, outside: &mut dyn Outside) -> Report {
        let settings = Settings { hints: true, ..self.settings.clone() };
        Session::new(settings).once(name, text, outside, Answered::AtTheEnd).1
    }

    /// Takes in the definitions of a text and answers none of its questions.
    pub fn define(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Session, Report) {
        self.work(name, text, outside, Mode::Define)
    }

    /// With nothing defined.
    pub fn cleared(&self) -> Session {
        Session { sources: self.sources.clone(), ..Session::new(self.settings.clone()) }
    }

    fn state(&self, compiled: &Compiled) -> State {
        State {
            precision: self.settings.precision.or(compiled.settings.precision).unwrap_or_default(),
            memory_limit: self.settings.memory_limit.unwrap_or(eval::MEMORY_LIMIT),
            engine: self.settings.engine,
            resume: self.settings.resume,
            history: self.history.clone(),
            ..State::default()
        }
    }

    fn digits(&self) -> usize {
        if self.settings.digits == 0 { 6 } else { self.settings.digits }
    }

    /// Puts moved parameters where they were moved to. Those that are defined anew or have another shape start anew: their
    /// names and why.
    fn restore(
        &self,
        compiled: &Compiled,
        state: &mut State,
        is_new: &dyn Fn(&str) -> bool,
    ) -> Vec<(Arc<str>, &'static str)> {
        let mut lost = vec![];
        if self.moved.values.is_empty() {
            return lost;
        }
        let params: FxHashMap<&str, usize> = (0..compiled.defs.len())
            .filter(|i| compiled.defs[*i].kind == DefKind::Param)
            .chain(compiled.kept.iter().map(|(def, _)| def.index()))
            .map(|i| (&*compiled.defs[i].name, i))
            .collect();
        for (name, value) in &self.moved.values {
            let Some(def) = params.get(&**name) else {
                lost.push((name.clone(), "it is not there any more"));
                continue;
            };
            let stated = compiled.graph.shape(compiled.defs[*def].node);
            let fits = stated.rank() == value.shape().len()
                && stated
                    .iter()
                    .zip(value.shape())
                    .all(|(dim, size)| compiled.graph.dims.known(dim).is_none_or(|known| known == *size as u64));
            match (is_new(name), fits) {
                (true, _) => lost.push((name.clone(), "its definition is new")),
                (false, false) => lost.push((name.clone(), "its shape is another")),
                (false, true) => {
                    state.values.insert(DefId(*def as u32), value.clone());
                }
            }
        }
        lost
    }
}

/// The numbers that dimension names have.
fn sizes(eval: &Eval) -> Vec<(String, u64)> {
    let dims = &eval.compiled.graph.dims;
    eval.state.binding.values.iter().map(|(name, size)| (dims.name(*name).to_string(), *size)).collect()
}
