//! A session is a value: a text is applied to it and gives the next session and a report.

pub use crate::ask::Answer;

use crate::ask;
use crate::data;
use crate::diag::{Diagnostic, Level};
use crate::eval::{self, Eval, State};
use crate::graph::DefId;
use crate::lint;
use crate::lower::{self, Compiled, DefKind, Options};
use crate::outside::Outside;
use crate::resolve::{self, Loader};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{self, ast};
use crate::tensor::{DType, Precision, Tensor};
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
    sources: Sources,
    items: Arc<Vec<ast::Item>>,
    compiled: Arc<Compiled>,
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

/// What is done with a text.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Run,
    Check,
    Define,
}

impl Session {
    /// A session in which nothing is defined.
    pub fn new(settings: Settings) -> Session {
        Session { settings, sources: Sources::default(), items: Arc::default(), compiled: Arc::default() }
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

    /// Checks a text and answers nothing.
    pub fn check(&self, name: &str, text: &str, outside: &mut dyn Outside) -> Report {
        self.work(name, text, outside, Mode::Check).1
    }

    /// Takes in the definitions of a text and answers none of its questions.
    pub fn define(&self, name: &str, text: &str, outside: &mut dyn Outside) -> (Session, Report) {
        self.work(name, text, outside, Mode::Define)
    }

    fn work(&self, name: &str, text: &str, outside: &mut dyn Outside, mode: Mode) -> (Session, Report) {
        let mut report = Report { sources: self.sources.clone(), ..Report::default() };
        let id = report.sources.add(Source::new(name, text));
        let (program, mut problems) = syntax::parse(&report.sources, id);
        let fresh = program.items.len();
        let mut items = merged(&self.items, program.items);
        problems.extend(replace_leaves(&mut report.sources, &mut items, &self.settings));
        let refs: Vec<&ast::Item> = items.iter().collect();
        let mut loader = Files { outside, texts: vec![] };
        let (resolved, found) = resolve::resolve(&mut report.sources, &refs, &mut loader);
        problems.extend(found);
        let options = Options { seed: self.settings.seed };
        let (mut compiled, found) = lower::lower(&report.sources, &resolved, &options);
        problems.extend(found);
        problems.extend(ask::not_built(&compiled));
        problems.extend(ask::unfit(&compiled, &report.sources));
        problems.extend(lint::all(&compiled, &report.sources));
        sort(&mut problems);
        // What was warned of once is not said again at every statement.
        problems.retain(|problem| problem.is_error() || problem.span().is_none_or(|span| span.source == id));
        let wrong = problems.iter().any(Diagnostic::is_error);
        report.diagnostics = problems;
        if wrong || mode == Mode::Check {
            return (self.clone(), report);
        }
        if mode == Mode::Define {
            let kept = items.into_iter().filter(|item| !is_question(&item.statement)).collect();
            let sources = report.sources.clone();
            let settings = self.settings.clone();
            let next = Session { settings, sources, items: Arc::new(kept), compiled: Arc::new(compiled) };
            return (next, report);
        }
        let precision = self.settings.precision.or(resolved.settings.precision).unwrap_or_default();
        let mut state = State {
            precision,
            memory_limit: self.settings.memory_limit.unwrap_or(eval::MEMORY_LIMIT),
            ..State::default()
        };
        let arrived = self.arrive(&compiled, &mut state, loader.outside);
        if !arrived.is_empty() {
            report.diagnostics.extend(arrived);
            return (self.clone(), report);
        }
        let outside: &dyn Outside = loader.outside;
        let interrupt = || outside.interrupted();
        let mut eval = Eval::new(&mut compiled, &report.sources, state, &interrupt);
        let unfit = eval.bind();
        let failed = !unfit.is_empty();
        report.diagnostics.extend(unfit);
        if !failed {
            let digits = if self.settings.digits == 0 { 6 } else { self.settings.digits };
            let whole = self.items.is_empty();
            let (answers, problems) = ask::answer(&mut eval, digits, whole, |span: Span| span.source == id);
            report.answers = answers;
            report.diagnostics.extend(problems);
        }
        report.interrupted = report.diagnostics.iter().any(|problem| problem.code == "nnlang::session::interrupted");
        let kept: Vec<ast::Item> = items.into_iter().filter(|item| !is_question(&item.statement)).collect();
        let next = Session {
            settings: self.settings.clone(),
            sources: report.sources.clone(),
            items: Arc::new(kept),
            compiled: Arc::new(compiled),
        };
        let next = if report.diagnostics.iter().any(Diagnostic::is_error) && fresh == 0 { self.clone() } else { next };
        (next, report)
    }

    /// The data that the command line names: inputs and weights.
    fn arrive(&self, compiled: &Compiled, state: &mut State, outside: &mut dyn Outside) -> Vec<Diagnostic> {
        let mut problems = vec![];
        for (name, path) in &self.settings.inputs {
            let def = compiled.defs.iter().position(|def| *def.name == **name && def.kind == DefKind::Input);
            let Some(def) = def else {
                let known: Vec<&str> =
                    compiled.defs.iter().filter(|def| def.kind == DefKind::Input).map(|def| &*def.name).collect();
                problems.push(errors::no_input(name, &known));
                continue;
            };
            match self.column_data(compiled, DefId(def as u32), name, path, outside) {
                Ok(tensor) => {
                    state.values.insert(DefId(def as u32), Arc::new(tensor));
                }
                Err(problem) => problems.push(*problem),
            }
        }
        if let Some(path) = &self.settings.weights {
            let bytes = outside.read(path).map_err(|refusal| Box::new(errors::file(&refusal.to_string())));
            let named =
                |bytes: Vec<u8>| data::read_named(path, &bytes).map_err(|error| Box::new(error.diagnostic(None)));
            match bytes.and_then(named) {
                Ok(arrays) => problems.extend(weights(compiled, &arrays, path, state)),
                Err(problem) => problems.push(*problem),
            }
        }
        problems
    }

    /// The array of a file for an input, its examples along the axis that the declaration says.
    fn column_data(
        &self,
        compiled: &Compiled,
        def: DefId,
        name: &str,
        path: &str,
        outside: &mut dyn Outside,
    ) -> Result<Tensor, Box<Diagnostic>> {
        let (file, picked) = split_columns(path);
        let arrays = read_arrays(file, outside)?;
        let info = compiled.def(def);
        let node = compiled.graph.node(info.node);
        let dims = &compiled.graph.dims;
        let shape = &node.shape;
        let columns = match (shape.first(), shape.last()) {
            (Some(first), Some(last)) => {
                shape.rank() == 2
                    && dims.known(first).is_some()
                    && (dims.known(last).is_none() || matches!(last, crate::shape::Dim::Named(..)))
            }
            _ => false,
        };
        let boxed = |error: data::DataError| Box::new(error.diagnostic(Some(info.span)));
        let Some(table) = &arrays.table else {
            let tensor = if arrays.arrays.len() == 1 { arrays.whole() } else { arrays.get(picked.unwrap_or(name)) };
            return tensor.map_err(boxed).and_then(|tensor| of_type(tensor, node.dtype, name, info.span));
        };
        let chosen: Vec<usize> = match picked {
            Some(list) => {
                let mut chosen = vec![];
                for part in list.split(',') {
                    match part.split_once("..") {
                        Some((from, to)) => {
                            let (from, to) =
                                (table.find(from.trim()).map_err(boxed)?, table.find(to.trim()).map_err(boxed)?);
                            chosen.extend(from.min(to)..=from.max(to));
                        }
                        None => chosen.push(table.find(part.trim()).map_err(boxed)?),
                    }
                }
                chosen
            }
            None => {
                // How many columns the declaration wants, where it says so.
                let wants = if shape.rank() < 2 {
                    Some(1)
                } else {
                    (if columns { shape.first() } else { shape.last() })
                        .and_then(|dim| dims.known(dim))
                        .map(|n| n as usize)
                };
                let numeric: Vec<usize> = (0..table.columns()).filter(|column| table.is_numeric(*column)).collect();
                let own = table.names().is_some().then(|| table.find(name).ok()).flatten();
                match (own, wants) {
                    (Some(own), Some(1) | None) => vec![own],
                    (_, Some(n)) if n != numeric.len() && n != table.columns() => {
                        let names = table.names().map(<[String]>::to_vec).unwrap_or_default();
                        let found = table.columns();
                        return Err(Box::new(errors::columns(name, n, found, &names, file, info.span)));
                    }
                    _ if wants == Some(table.columns()) || numeric.len() == table.columns() => {
                        (0..table.columns()).collect()
                    }
                    _ => numeric,
                }
            }
        };
        let matrix = table.matrix_of(&chosen).map_err(boxed)?;
        let array = matrix.to_f64();
        let rows = table.rows();
        let array = if shape.rank() < 2 && chosen.len() == 1 {
            array.into_shape_with_order(ndarray::IxDyn(&[rows])).map_err(|_| Box::new(errors::lost(info.span)))?
        } else if columns {
            array.reversed_axes().as_standard_layout().into_owned()
        } else {
            array
        };
        let array = if shape.is_scalar() && array.len() == 1 {
            array.into_shape_with_order(ndarray::IxDyn(&[])).map_err(|_| Box::new(errors::lost(info.span)))?
        } else {
            array
        };
        of_type(Tensor::F64(array), node.dtype, name, info.span)
    }
}

/// `FILE:age,bmi`, `FILE:from..to`: columns behind the last colon, unless that is part of the path.
fn split_columns(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once(':') {
        Some((file, columns)) if !columns.contains(['/', '\\']) && file.contains('.') => (file, Some(columns)),
        Some(_) | None => (path, None),
    }
}

fn of_type(tensor: Tensor, dtype: DType, name: &str, span: Span) -> Result<Tensor, Box<Diagnostic>> {
    match (dtype, tensor.dtype()) {
        (DType::Real, DType::Real) => Ok(tensor),
        (wanted, found) if wanted == found => Ok(tensor),
        (DType::Real, _) => Ok(Tensor::F64(tensor.to_f64())),
        (DType::Int, _) => {
            let array = tensor.to_f64();
            match array.iter().find(|v| v.fract() != 0.0) {
                Some(value) => Err(Box::new(errors::not_whole(name, *value, span))),
                None => Ok(Tensor::Int(array.mapv(|v| v as i64))),
            }
        }
        (DType::Bool, _) => Ok(Tensor::Bool(tensor.to_f64().mapv(|v| v != 0.0))),
    }
}

fn read_arrays(path: &str, outside: &mut dyn Outside) -> Result<data::Arrays, Box<Diagnostic>> {
    let bytes = outside.read(path).map_err(|refusal| Box::new(errors::file(&refusal.to_string())))?;
    data::read(path, &bytes).map_err(|error| Box::new(error.diagnostic(None)))
}

fn weights(compiled: &Compiled, arrays: &data::Arrays, path: &str, state: &mut State) -> Vec<Diagnostic> {
    let mut problems = vec![];
    let mut used = vec![];
    for (i, def) in compiled.defs.iter().enumerate() {
        if def.kind != DefKind::Param {
            continue;
        }
        if !arrays.names().iter().any(|name| **name == *def.name) {
            problems.push(errors::no_weight(&def.name, path, &arrays.names(), def.span));
            continue;
        }
        used.push(def.name.clone());
        match arrays.get(&def.name) {
            Ok(tensor) => {
                let stated = compiled.graph.shape(def.node);
                let fits = stated.rank() == tensor.shape().len()
                    && stated
                        .iter()
                        .zip(tensor.shape())
                        .all(|(dim, size)| compiled.graph.dims.known(dim).is_none_or(|known| known == *size as u64));
                if fits {
                    let real = Tensor::from_f64(tensor.to_f64(), DType::Real, state.precision);
                    state.values.insert(DefId(i as u32), Arc::new(real));
                } else {
                    let shown = stated.show(&compiled.graph.dims);
                    problems.push(errors::weight_shape(&def.name, path, &shown, tensor.shape(), def.span));
                }
            }
            Err(error) => problems.push(error.diagnostic(Some(def.span))),
        }
    }
    if used.is_empty() && problems.is_empty() {
        problems.push(errors::no_params(path));
    }
    problems
}

/// New statements after the old ones; a name that is defined again takes the place of its old definition.
fn merged(old: &[ast::Item], new: Vec<ast::Item>) -> Vec<ast::Item> {
    if old.is_empty() {
        return new;
    }
    let mut items: Vec<ast::Item> = old.to_vec();
    let mut places: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    for (i, item) in items.iter().enumerate() {
        if let Some(name) = defined(&item.statement) {
            places.insert(name.to_string(), i);
        }
    }
    for item in new {
        // Each old definition gives its place once; a second one of the same text is a mistake that is told.
        match defined(&item.statement).and_then(|name| places.remove(name)) {
            Some(place) => items[place] = item,
            None => items.push(item),
        }
    }
    items
}

/// The one name that a statement defines.
fn defined(statement: &ast::Statement) -> Option<&str> {
    match statement {
        ast::Statement::Define(define) => Some(&define.name.text),
        ast::Statement::Function(function) if !function.slope => Some(&function.name.text),
        ast::Statement::Declare(declare) => Some(&declare.name.text),
        ast::Statement::Recurrence(recurrence) => Some(&recurrence.name.text),
        ast::Statement::Network(network) => Some(&network.name.text),
        ast::Statement::Function(_)
        | ast::Statement::Setting(_)
        | ast::Statement::Use(_)
        | ast::Statement::Layer(_)
        | ast::Statement::Data(_)
        | ast::Statement::Train(_)
        | ast::Statement::Show(_)
        | ast::Statement::Ask(_)
        | ast::Statement::Broken(_) => None,
    }
}

fn is_question(statement: &ast::Statement) -> bool {
    matches!(statement, ast::Statement::Show(_) | ast::Statement::Ask(_) | ast::Statement::Broken(_))
}

/// `--set a=3.5`: another expression in the place of a leaf's or input's.
fn replace_leaves(sources: &mut Sources, items: &mut [ast::Item], settings: &Settings) -> Vec<Diagnostic> {
    let mut problems = vec![];
    for (name, text) in &settings.set {
        let id = sources.add(Source::new(format!("--set {name}"), text.clone()));
        let expr = match syntax::parse_expr(sources, id) {
            Ok(expr) => expr,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let mut done = false;
        let mut known = vec![];
        for item in items.iter_mut() {
            match &mut item.statement {
                ast::Statement::Define(define) => {
                    known.push(define.name.text.clone());
                    if define.name.text == *name {
                        if define.value.parts.iter().any(|part| matches!(part.kind, ast::PartKind::Name(_))) {
                            problems.push(errors::not_a_leaf(name, define.name.span, whole(id, text)));
                        }
                        define.value = expr.clone();
                        done = true;
                    }
                }
                ast::Statement::Declare(declare) => {
                    known.push(declare.name.text.clone());
                    if declare.name.text == *name {
                        declare.value = Some(expr.clone());
                        done = true;
                    }
                }
                ast::Statement::Function(_)
                | ast::Statement::Recurrence(_)
                | ast::Statement::Setting(_)
                | ast::Statement::Use(_)
                | ast::Statement::Layer(_)
                | ast::Statement::Network(_)
                | ast::Statement::Data(_)
                | ast::Statement::Train(_)
                | ast::Statement::Show(_)
                | ast::Statement::Ask(_)
                | ast::Statement::Broken(_) => {}
            }
        }
        if !done {
            let nearest = crate::diag::nearest(name, known.iter().map(String::as_str));
            problems.push(errors::nothing_to_set(name, nearest, whole(id, text)));
        }
    }
    problems
}

fn whole(id: SourceId, text: &str) -> Span {
    Span::new(id, 0, text.len())
}

/// In the order of their places; errors of one place before warnings.
fn sort(problems: &mut [Diagnostic]) {
    problems.sort_by_key(|problem| {
        let place = problem.span().map(|span| (span.source, span.start));
        (place.is_none(), place, problem.level != Level::Error)
    });
}

/// The files that a program uses.
struct Files<'a> {
    outside: &'a mut dyn Outside,
    texts: Vec<String>,
}

impl Loader for Files<'_> {
    fn load(&mut self, sources: &mut Sources, path: &str, from: Span) -> Result<SourceId, Diagnostic> {
        // Relative to the file that uses it.
        let base = sources.get(from.source).name.clone();
        let full = match base.rsplit_once('/') {
            Some((folder, _)) if !path.starts_with('/') => format!("{folder}/{path}"),
            Some(_) | None => path.to_string(),
        };
        let bytes = self.outside.read(&full).map_err(|refusal| errors::used(&refusal.to_string(), from))?;
        let text =
            String::from_utf8(bytes).map_err(|_| errors::used(&format!("`{path}` is not text in UTF-8"), from))?;
        self.texts.push(full.clone());
        Ok(sources.add(Source::new(full, text)))
    }
}

mod errors {
    //! What can be wrong with what the session is given, one function a code.

    use crate::diag::Diagnostic;
    use crate::source::Span;

    pub(super) fn no_input(name: &str, known: &[&str]) -> Diagnostic {
        let problem = Diagnostic::error(
            "nnlang::session::no_input",
            format!("`--input {name}`: the program has no input `{name}`"),
        );
        match (crate::diag::nearest(name, known.iter().copied()), known) {
            (Some(nearest), _) => problem.mend(format!("write `--input {nearest}=FILE`")),
            (None, []) => problem.mend("declare it: `input x : [3, m]`"),
            (None, known) => problem.because(format!("its inputs are {}", known.join(", "))),
        }
    }

    pub(super) fn file(why: &str) -> Diagnostic {
        Diagnostic::error("nnlang::session::file", why.to_string())
    }

    pub(super) fn used(why: &str, at: Span) -> Diagnostic {
        Diagnostic::error("nnlang::session::file", why.to_string())
            .at(at, "named here")
            .mend("check the spelling; a path begins at the folder of the file that names it")
    }

    pub(super) fn lost(at: Span) -> Diagnostic {
        Diagnostic::error("nnlang::value::shape", "the data does not have the stated shape").at(at, "stated here")
    }

    pub(super) fn columns(
        name: &str,
        wants: usize,
        found: usize,
        names: &[String],
        file: &str,
        at: Span,
    ) -> Diagnostic {
        let columns = if wants == 1 { "1 column".to_string() } else { format!("{wants} columns") };
        let problem =
            Diagnostic::error("nnlang::value::columns", format!("`{name}` takes {columns}, and `{file}` has {found}"))
                .at(at, "stated here");
        if names.is_empty() {
            return problem
                .mend(format!("give `{name}` as many columns as its shape states, or state the {found} there are"));
        }
        problem
            .because(format!("its columns are {}", names.join(", ")))
            .mend(format!("name the columns: `--input {name}={file}:first,second` or `{name}={file}:first..last`"))
    }

    pub(super) fn not_whole(name: &str, value: f64, at: Span) -> Diagnostic {
        Diagnostic::error("nnlang::value::whole", format!("`{name}` is whole numbers, and its data has {value}"))
            .at(at, "stated here")
            .mend("round the data, or leave `int` away")
    }

    pub(super) fn no_weight(name: &str, path: &str, known: &[&str], at: Span) -> Diagnostic {
        Diagnostic::error("nnlang::value::weights", format!("`{path}` has no array `{name}`"))
            .at(at, "this parameter takes its value from it")
            .because(match known {
                [] => "it has no named array".to_string(),
                known => format!("it has {}", known.join(", ")),
            })
            .mend(format!("give the weights that this program saved, or an array `{name}`"))
    }

    pub(super) fn weight_shape(name: &str, path: &str, stated: &str, found: &[usize], at: Span) -> Diagnostic {
        Diagnostic::error(
            "nnlang::value::weights",
            format!("`{name}` in `{path}` is {found:?}, and the parameter is {stated}"),
        )
        .at(at, format!("{stated}, defined here"))
        .mend("give the weights that this program saved, or change the shape here")
    }

    pub(super) fn no_params(path: &str) -> Diagnostic {
        Diagnostic::error("nnlang::value::weights", format!("`--weights {path}`: the program has no parameters"))
            .mend("declare one: `param W : [3, 2]`, or leave `--weights` away")
    }

    pub(super) fn not_a_leaf(name: &str, at: Span, set: Span) -> Diagnostic {
        Diagnostic::error(
            "nnlang::session::set",
            format!("`{name}` depends on other names: `--set` replaces a leaf or an input"),
        )
        .at(set, "this would take the place of its equation")
        .at(at, "defined here")
        .mend("set one of the names that it depends on")
    }

    pub(super) fn nothing_to_set(name: &str, nearest: Option<&str>, set: Span) -> Diagnostic {
        let problem = Diagnostic::error(
            "nnlang::session::set",
            format!("`--set {name}`: the program has no leaf or input `{name}`"),
        )
        .at(set, "this value has no place");
        match nearest {
            Some(nearest) => problem.mend(format!("write `--set {nearest}=…`")),
            None => problem,
        }
    }
}
