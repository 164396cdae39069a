//! A session is a value: a text is applied to it and gives the next session and a report.

mod arrive;
mod change;
mod errors;
mod files;
mod names;
mod order;
mod run;
mod save;

pub use crate::ask::Answer;

use crate::ask;
use crate::diag::{Diagnostic, Level};
use crate::eval::{self, Eval, State};
use crate::graph::{DefId, NodeId};
use crate::lint;
use crate::lower::{self, Compiled, DefKind, ItemKind, Options};
use crate::outside::Outside;
use crate::resolve;
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{self, ast};
use crate::tensor::{Precision, Tensor};
use change::Values;
use files::{Files, Read};
use names::Kept;
use order::Merged;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

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
}

/// A session: the statements that hold, and the settings. Cheap to clone; applying a text never changes it.
#[derive(Clone, Debug)]
pub struct Session {
    settings: Settings,
    /// The texts that the statements stand in.
    sources: Sources,
    items: Arc<Vec<Arc<Kept>>>,
    /// Comments after the last statement of the file that it began with.
    trailing: Arc<Vec<(SourceId, ast::Trivia)>>,
    /// The values of parameters that were moved.
    moved: Arc<Moved>,
    /// Values that are known, by name.
    values: Arc<Values>,
    /// The numbers of dimension names that they belong to.
    sizes: Arc<Vec<(String, u64)>>,
    read: Read,
    /// What the values have been warned of: it is not said again.
    warned: Arc<FxHashSet<String>>,
    compiled: Arc<Compiled>,
    /// The texts that the compiled program points into.
    whole: Sources,
}

/// Parameters that were moved.
#[derive(Clone, Debug, Default)]
struct Moved {
    values: BTreeMap<Arc<str>, Arc<Tensor>>,
    /// The steps that moved them are no longer what a program of the session's statements would take.
    loose: bool,
}

/// What makes a session what it is, without what follows from it.
#[derive(Clone, Debug)]
pub struct Past {
    settings: Settings,
    items: Arc<Vec<Arc<Kept>>>,
    trailing: Arc<Vec<(SourceId, ast::Trivia)>>,
    moved: Arc<Moved>,
    read: Read,
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
    /// Did the user stop it?
    pub interrupted: bool,
}

/// What is left of a program that was answered. Dropping it frees a large graph node by node, which a process that ends may
/// spare itself.
#[derive(Debug)]
pub struct Rest {
    _session: Session,
}

/// A name of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The name.
    pub name: Arc<str>,
    /// What it is: `leaf`, `variable`, `input`, `parameter`, `function`, `network`.
    pub what: &'static str,
    /// Its shape in the program's words; empty where it has none.
    pub shape: String,
}

/// What is done with a text.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Run,
    /// As `Run`, and nothing comes after it.
    Once,
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
            items: Arc::default(),
            trailing: Arc::default(),
            moved: Arc::default(),
            values: Arc::default(),
            sizes: Arc::default(),
            read: Read::default(),
            warned: Arc::default(),
            compiled: Arc::default(),
            whole: Sources::default(),
        }
    }

    /// The program that holds, as a graph: its names, shapes and kinds.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
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
        let (session, report) = self.work(name, text, outside, Mode::Once);
        (Rest { _session: session }, report)
    }

    /// As [`Session::apply`], for a file: its questions belong to the program and are saved with it.
    pub fn load(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Session, Report) {
        self.work(name, text, outside, Mode::Load)
    }

    /// Checks a text and answers nothing.
    pub fn check(&self, name: &str, text: &str, outside: &mut dyn Outside) -> Report {
        self.work(name, text, outside, Mode::Check).1
    }

    /// Takes in the definitions of a text and answers none of its questions.
    pub fn define(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Session, Report) {
        self.work(name, text, outside, Mode::Define)
    }

    /// What it takes to come back to this state.
    pub fn past(&self) -> Past {
        Past {
            settings: self.settings.clone(),
            items: self.items.clone(),
            trailing: self.trailing.clone(),
            moved: self.moved.clone(),
            read: self.read.clone(),
        }
    }

    /// Does the same hold in both: the same statements, settings and moved parameters?
    pub fn is_at(&self, past: &Past) -> bool {
        Arc::ptr_eq(&self.items, &past.items)
            && Arc::ptr_eq(&self.moved, &past.moved)
            && self.settings.seed == past.settings.seed
            && self.settings.precision == past.settings.precision
    }

    /// Back to an earlier state of this session, and what differs from now.
    pub fn back_to(&self, past: &Past, outside: &dyn Outside) -> (Session, Report) {
        let mut next = Session {
            settings: Settings { digits: self.settings.digits, ..past.settings.clone() },
            items: past.items.clone(),
            trailing: past.trailing.clone(),
            moved: past.moved.clone(),
            read: past.read.clone(),
            values: Arc::default(),
            ..self.clone()
        };
        next.refresh();
        next.compared(self, outside)
    }

    /// With other settings.
    pub fn with_settings(&self, settings: Settings, outside: &dyn Outside) -> (Session, Report) {
        let same = settings.seed == self.settings.seed && settings.precision == self.settings.precision;
        let mut next = Session { settings, ..self.clone() };
        if same {
            return (next, Report::default());
        }
        next.values = Arc::default();
        next.refresh();
        next.compared(self, outside)
    }

    /// Without the definition of a name.
    ///
    /// # Errors
    /// What stands on it, or why it cannot be.
    pub fn forget(&self, name: &str) -> Result<Session, Diagnostic> {
        let Some(place) = self.place(name) else { return Err(self.no_such(name)) };
        let names = self.items[place].defines.clone();
        let dependents: Vec<Arc<str>> =
            self.dependents(name).into_iter().filter(|(_, direct)| *direct).map(|(name, _)| name).collect();
        if !dependents.is_empty() {
            return Err(errors::needed(name, &self.text(self.items[place].item.span), &dependents));
        }
        // What was said of it goes with it: its stated slope, and the questions about it.
        let of_it = |kept: &Arc<Kept>| {
            kept.slope_of().is_some_and(|of| names.iter().any(|name| **name == *of))
                || (kept.is_question() && kept.uses.iter().any(|used| names.contains(used)))
        };
        let mut items = (*self.items).clone();
        items.retain(|kept| !of_it(kept) && !Arc::ptr_eq(kept, &self.items[place]));
        let mut moved = (*self.moved).clone();
        moved.values.retain(|name, _| !names.contains(name));
        // Without one of the steps the others no longer say where the parameters are.
        moved.loose |= self.items.iter().any(|kept| kept.is_step() && of_it(kept));
        moved.loose &= !moved.values.is_empty();
        if moved.loose || moved.values.is_empty() {
            items.retain(|kept| !kept.is_step());
        }
        let mut next = Session { items: Arc::new(items), moved: Arc::new(moved), ..self.clone() };
        next.refresh();
        Arc::make_mut(&mut next.values).retain(|name, _| !names.contains(name));
        Ok(next)
    }

    /// With nothing defined.
    pub fn cleared(&self) -> Session {
        Session { sources: self.sources.clone(), ..Session::new(self.settings.clone()) }
    }

    /// The names that depend on a name, in order, each with: directly?
    pub fn dependents(&self, name: &str) -> Vec<(Arc<str>, bool)> {
        let names = self.place(name).map(|place| self.items[place].defines.clone()).unwrap_or_default();
        let found = order::dependents(&self.items, &names);
        let shown = |kept: &Kept| kept.defines.clone();
        found
            .iter()
            .filter(|(kept, _)| !kept.is_question())
            .flat_map(|(kept, direct)| shown(kept).into_iter().map(|name| (name, *direct)))
            .collect()
    }

    /// The names that a name's definition uses, and its text.
    pub fn definition(&self, name: &str) -> Option<(Vec<Arc<str>>, String)> {
        let kept = self.items.get(self.place(name)?)?;
        Some((kept.uses.clone(), self.text(kept.item.span)))
    }

    /// The problem of a name that is not there.
    pub fn no_such(&self, name: &str) -> Diagnostic {
        let known: Vec<&str> = self.items.iter().flat_map(|kept| &kept.defines).map(|name| &**name).collect();
        errors::no_such(name, crate::diag::nearest(name, known.iter().copied()))
    }

    /// All names, in order of definition.
    pub fn names(&self) -> Vec<Known> {
        let shapes: FxHashMap<&str, (DefKind, NodeId)> = self
            .compiled
            .defs
            .iter()
            .filter(|def| def.kind != DefKind::Local)
            .map(|def| (&*def.name, (def.kind, def.node)))
            .collect();
        let mut out = vec![];
        for kept in self.items.iter() {
            for name in &kept.defines {
                let (what, shape) = match (shapes.get(&**name), &kept.item.statement) {
                    (_, ast::Statement::Function(_)) => ("function", String::new()),
                    (_, ast::Statement::Network(_)) => ("network", String::new()),
                    (_, ast::Statement::Use(_)) => ("file", String::new()),
                    (Some((kind, node)), _) => {
                        let what = match kind {
                            DefKind::Leaf => "leaf",
                            DefKind::Variable | DefKind::Local => "variable",
                            DefKind::Input => "input",
                            DefKind::Param => "parameter",
                        };
                        (what, self.compiled.graph.shape(*node).show(&self.compiled.graph.dims))
                    }
                    (None, _) => ("variable", String::new()),
                };
                out.push(Known { name: name.clone(), what, shape });
            }
        }
        out
    }

    /// The text of each name's definition, in the order of [`Session::names`].
    pub fn texts(&self) -> Vec<String> {
        self.items.iter().flat_map(|kept| kept.defines.iter().map(|_| self.text(kept.item.span))).collect()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.items.iter().position(|kept| kept.defines.iter().any(|own| **own == *name))
    }

    fn text(&self, span: Span) -> String {
        self.sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Compiles what holds anew, from what was read.
    fn refresh(&mut self) {
        let mut sources = self.sources.clone();
        let mut files = Files { outside: None, read: self.read.clone() };
        let (compiled, _) =
            compile(&mut sources, self.items.iter().filter(|kept| !kept.is_question()), &mut files, &self.settings);
        self.compiled = Arc::new(compiled);
        self.whole = sources;
    }

    /// What differs from another state, evaluated in both.
    fn compared(mut self, before: &Session, outside: &dyn Outside) -> (Session, Report) {
        let names: Vec<Arc<str>> = self.names().into_iter().map(|known| known.name).collect();
        let (old, new) = (before.evaluated(&names, outside), self.evaluated(&names, outside));
        let mut report = Report { sources: self.whole.clone(), ..Report::default() };
        if let (Ok((old, _)), Ok((new, sizes))) = (old, new) {
            report.answers.extend(change::answer(&names, &old, &new, self.digits()).0);
            self.values = Arc::new(new);
            self.sizes = Arc::new(sizes);
        }
        (self, report)
    }

    /// The values of names as they are, those that are known and those that are not yet.
    fn evaluated(
        &self,
        names: &[Arc<str>],
        outside: &dyn Outside,
    ) -> Result<(Values, Vec<(String, u64)>), Box<Diagnostic>> {
        let mut values = (*self.values).clone();
        let nodes = change::by_name(&self.compiled);
        let missing: Vec<(Arc<str>, NodeId)> = names
            .iter()
            .filter(|name| !values.contains_key(*name))
            .filter_map(|name| Some((name.clone(), *nodes.get(name)?)))
            .collect();
        if missing.is_empty() {
            return Ok((values, (*self.sizes).clone()));
        }
        let mut compiled = (*self.compiled).clone();
        let mut files = Files { outside: None, read: self.read.clone() };
        let mut state = self.state(&compiled);
        let arrived = self.arrive(&compiled, &mut state, &mut files);
        if let Some(problem) = arrived.into_iter().next() {
            return Err(Box::new(problem));
        }
        self.restore(&compiled, &mut state, &|_| false);
        let interrupt = || outside.interrupted();
        let mut eval = Eval::new(&mut compiled, &self.whole, state, &interrupt);
        if let Some(problem) = eval.bind().into_iter().next() {
            return Err(Box::new(problem));
        }
        let span = self.items.last().map_or(Span::new(SourceId(0), 0, 0), |kept| kept.item.span);
        values.extend(change::values(&mut eval, &missing, span)?);
        let sizes = sizes(&eval);
        Ok((values, sizes))
    }

    fn state(&self, compiled: &Compiled) -> State {
        State {
            precision: self.settings.precision.or(compiled.settings.precision).unwrap_or_default(),
            memory_limit: self.settings.memory_limit.unwrap_or(eval::MEMORY_LIMIT),
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

    fn work(&self, name: &str, text: &str, outside: &mut dyn Outside, mode: Mode) -> (Session, Report) {
        let mut report = Report::default();
        let mut sources = self.sources.clone();
        let first = self.items.is_empty();
        let id = sources.add(Source::new(name, text));
        let (program, mut problems) = syntax::parse(&sources, id);
        let mut new = program.items;
        if first {
            problems.extend(arrive::replace_leaves(&mut sources, &mut new, &self.settings.set));
        }
        let own = sources.len();
        let reads = new.iter().any(|item| matches!(item.statement, ast::Statement::Use(_)));
        let mut merged = match mode {
            Mode::Once | Mode::Check if first => order::alone(new),
            Mode::Once | Mode::Check | Mode::Run | Mode::Load | Mode::Define => order::merge(&self.items, new),
        };
        let refused = !merged.problems.is_empty();
        problems.append(&mut merged.problems);
        let mut files = Files { outside: Some(outside), read: self.read.clone() };
        if reads {
            files.read.forget_texts();
        }
        let mut compiled = Compiled::default();
        if !refused {
            let taking = merged.items.iter().zip(&merged.fresh).filter(|(kept, fresh)| **fresh || !kept.is_question());
            let (program, found) = compile(&mut sources, taking.map(|(kept, _)| kept), &mut files, &self.settings);
            compiled = program;
            problems.extend(found);
            problems.extend(ask::not_built(&compiled));
            problems.extend(ask::unfit(&compiled, &sources));
            let whole = !problems.iter().any(Diagnostic::is_error);
            problems.extend(lint::all(&compiled, &sources, whole));
        }
        if name == "<prompt>" {
            problems.iter_mut().for_each(|problem| errors::not_yet(problem, &sources));
        }
        sort(&mut problems);
        // What was warned of once is not said again at every statement.
        problems.retain(|problem| problem.is_error() || problem.span().is_none_or(|span| span.source == id));
        let wrong = problems.iter().any(Diagnostic::is_error);
        report.sources = sources.clone();
        if wrong && !refused {
            explain_refusal(&mut problems, id, &merged);
        }
        report.diagnostics = problems;
        if wrong || mode == Mode::Check {
            return (self.clone(), report);
        }
        let mut state = self.state(&compiled);
        let mut next = self.clone();
        if mode != Mode::Define {
            let arrived = self.arrive(&compiled, &mut state, &mut files);
            if !arrived.is_empty() {
                report.diagnostics.extend(arrived);
                return (self.clone(), report);
            }
            let items = merged.items.iter().zip(&merged.fresh);
            let new: FxHashSet<&str> =
                items.filter(|(_, fresh)| **fresh).flat_map(|(kept, _)| &kept.defines).map(|name| &**name).collect();
            let lost = self.restore(&compiled, &mut state, &|name| {
                new.contains(name) || name.split_once('.').is_some_and(|(head, _)| new.contains(head))
            });
            next.read = files.read.clone();
            let warned = &report.diagnostics;
            let ran = next.run(&mut compiled, &sources, state, &merged, id, files.outside.as_deref(), &lost, warned);
            report.answers = ran.answers;
            for (span, fact) in ran.facts {
                let told = report.diagnostics.iter_mut().find(|problem| problem.span() == Some(span));
                told.into_iter().for_each(|problem| problem.because.push(fact.clone()));
            }
            report.diagnostics.extend(ran.problems);
            report.interrupted =
                report.diagnostics.iter().any(|problem| problem.code == "nnlang::session::interrupted");
            if ran.refused || report.interrupted {
                return (self.clone(), report);
            }
        }
        if mode == Mode::Once {
            (next.compiled, next.items) = (Arc::new(compiled), Arc::new(merged.items));
            return (next, report);
        }
        // Steps that moved something belong to the program; where they no longer say where the parameters are, they go.
        let moved = !Arc::ptr_eq(&next.moved, &self.moved);
        let gone = moved && (next.moved.loose || next.moved.values.is_empty());
        let stays = |(kept, fresh): &(&Arc<Kept>, &bool)| match (kept.is_question(), **fresh) {
            (false, _) => true,
            (true, false) => !(gone && kept.is_step()),
            (true, true) if kept.is_step() => moved && !gone && (mode == Mode::Load || mode == Mode::Run),
            (true, true) => mode == Mode::Load,
        };
        let grows = moved || merged.items.iter().zip(&merged.fresh).any(|pair| *pair.1 && stays(&pair));
        if !grows {
            // A question alone leaves everything as it is.
            let Session { values, sizes, read, warned, .. } = next;
            return (Session { values, sizes, read, warned, ..self.clone() }, report);
        }
        let mut items: Vec<Arc<Kept>> =
            merged.items.iter().zip(&merged.fresh).filter(stays).map(|(kept, _)| kept.clone()).collect();
        settle_layers(&mut items, &compiled);
        if first {
            next.trailing = Arc::new(program.trailing.iter().map(|trivia| (id, *trivia)).collect());
        }
        sources.truncate(own);
        next.sources = sources;
        next.items = Arc::new(items);
        if merged.defines || mode == Mode::Define {
            next.compiled = Arc::new(compiled);
            next.whole = report.sources.clone();
        }
        (next, report)
    }
}

/// The program of these statements.
fn compile<'a>(
    sources: &mut Sources,
    items: impl Iterator<Item = &'a Arc<Kept>>,
    files: &mut Files,
    settings: &Settings,
) -> (Compiled, Vec<Diagnostic>) {
    let refs: Vec<&ast::Item> = items.map(|kept| &kept.item).collect();
    let (resolved, mut problems) = resolve::resolve(sources, &refs, files);
    let (compiled, found) = lower::lower(sources, &resolved, &Options { seed: settings.seed });
    problems.extend(found);
    (compiled, problems)
}

/// The names that layers define, as the compiled program has them.
fn settle_layers(items: &mut [Arc<Kept>], compiled: &Compiled) {
    if !items.iter().any(|kept| kept.layer().is_some()) {
        return;
    }
    let mut names: FxHashMap<Span, Vec<Arc<str>>> = FxHashMap::default();
    for item in &compiled.items {
        if let ItemKind::Define(def) = item.kind {
            names.entry(item.span).or_default().push(compiled.def(def).name.clone());
        }
    }
    for kept in items.iter_mut().filter(|kept| kept.layer().is_some()) {
        if let Some(names) = names.get(&kept.item.span).filter(|names| **names != kept.defines) {
            Arc::make_mut(kept).defines.clone_from(names);
        }
    }
}

/// Where a new definition breaks an old line, the refusal says so.
fn explain_refusal(problems: &mut [Diagnostic], id: SourceId, merged: &Merged) {
    let elsewhere =
        |problem: &&mut Diagnostic| problem.is_error() && problem.span().is_some_and(|span| span.source != id);
    let mut names: Vec<&Arc<str>> = merged.redefined.iter().collect();
    names.sort();
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{}`", name.trim())).collect();
    if let (Some(problem), false) = (problems.iter_mut().find(elsewhere), shown.is_empty()) {
        let what = if shown.len() == 1 { "this definition of" } else { "these definitions of" };
        problem
            .because
            .push(format!("it would no longer fit with {what} {}; everything is as it was", shown.join(", ")));
    }
}

/// The numbers that dimension names have.
fn sizes(eval: &Eval) -> Vec<(String, u64)> {
    let dims = &eval.compiled.graph.dims;
    eval.state.binding.values.iter().map(|(name, size)| (dims.name(*name).to_string(), *size)).collect()
}

/// In the order of their places; errors of one place before warnings.
fn sort(problems: &mut [Diagnostic]) {
    problems.sort_by_key(|problem| {
        let place = problem.span().map(|span| (span.source, span.start));
        (place.is_none(), place, problem.level != Level::Error)
    });
}
