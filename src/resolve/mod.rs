//! Names: what each one means at its line. Definitions are bound in order, calls know what they call, `dJ/da` is a
//! derivative or a division, and everything unknown gets the nearest known name.

mod block;
mod body;
mod call;
mod derivative;
pub mod errors;
mod expr;
pub mod foreign;
mod function;
pub mod hir;
mod layer;
mod name;
mod recurrence;
mod statement;

pub use call::TRANSFORMS;
pub use layer::names as layer_names;
pub use name::CONSTANTS;

use crate::diag::Diagnostic;
use crate::source::{SourceId, Sources, Span};
use crate::syntax::ast;
use hir::{FunctionId, Global, GlobalId, GlobalKind, Hir, HirId, Kind, Program};
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use std::cell::OnceCell;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// What `resolve` asks of the session: the text of a file that `use` names.
pub trait Loader {
    /// Reads `path`, relative to the file that names it; adds it to the sources.
    fn load(&mut self, sources: &mut Sources, path: &str, from: Span) -> Result<SourceId, Diagnostic>;
}

/// Statements as far as they are resolved; more may follow.
#[derive(Debug, Default)]
pub struct State {
    /// What they say, every name bound.
    pub program: Program,
    scope: HashMap<Arc<str>, GlobalId>,
    /// What a name was before something else took it.
    taken_over: Vec<(Arc<str>, GlobalId)>,
    modules: Arc<HashMap<Arc<str>, Span>>,
    layers: LayerCount,
    prelude: HashMap<Arc<str>, FunctionId>,
    bodies: HashMap<&'static str, u32>,
    taken: Arc<HashSet<String>>,
    lost: bool,
    lost_modules: Arc<HashSet<Arc<str>>>,
    last_scalar: Option<Arc<str>>,
    /// Where the library's files are among the texts; a text that is taken back may be there still.
    library: HashMap<&'static str, SourceId>,
}

/// How far statements had been resolved.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// How many nodes of expressions there were.
    pub arena: usize,
    /// How many names.
    pub globals: usize,
    /// How many functions.
    pub functions: usize,
    /// How many statements that say something.
    pub items: usize,
    networks: usize,
    bodies: usize,
    settings: hir::Settings,
    taken_over: usize,
    modules: Arc<HashMap<Arc<str>, Span>>,
    layers: LayerCount,
    taken: Arc<HashSet<String>>,
    lost: bool,
    lost_modules: Arc<HashSet<Arc<str>>>,
    last_scalar: Option<Arc<str>>,
}

impl State {
    /// The definition of a name.
    pub fn global(&self, name: &str) -> Option<GlobalId> {
        self.scope.get(name).copied()
    }

    /// Does it use a file?
    pub fn uses_files(&self) -> bool {
        !self.taken.is_empty() || !self.modules.is_empty()
    }

    /// How far it has come.
    pub fn mark(&self) -> Mark {
        let program = &self.program;
        Mark {
            arena: program.arena.len(),
            globals: program.globals.len(),
            functions: program.functions.len(),
            items: program.items.len(),
            networks: program.networks.len(),
            bodies: program.bodies.len(),
            settings: program.settings.clone(),
            taken_over: self.taken_over.len(),
            modules: self.modules.clone(),
            layers: self.layers.clone(),
            taken: self.taken.clone(),
            lost: self.lost,
            lost_modules: self.lost_modules.clone(),
            last_scalar: self.last_scalar.clone(),
        }
    }

    /// As it was.
    pub fn back_to(&mut self, mark: &Mark) {
        // Every field: what is new here has to come back too.
        let State {
            program,
            scope,
            taken_over,
            modules,
            layers,
            prelude,
            bodies: words,
            taken,
            lost,
            lost_modules,
            last_scalar,
            library: _,
        } = self;
        let Program { arena, globals, functions, networks, items, settings, bodies, training, blanks } = program;
        blanks.retain(|(id, _)| (id.0 as usize) < mark.arena);
        *training = training.filter(|id| (id.0 as usize) < mark.globals);
        arena.truncate(mark.arena);
        globals.truncate(mark.globals);
        functions.truncate(mark.functions);
        for function in functions {
            function.slope = function.slope.filter(|slope| (slope.0 as usize) < mark.functions);
        }
        networks.truncate(mark.networks);
        bodies.truncate(mark.bodies);
        words.retain(|_, at| (*at as usize) < mark.bodies);
        items.truncate(mark.items);
        settings.clone_from(&mark.settings);
        scope.retain(|_, id| (id.0 as usize) < mark.globals);
        for (name, id) in taken_over.drain(mark.taken_over..).rev() {
            if (id.0 as usize) < mark.globals {
                scope.insert(name, id);
            }
        }
        modules.clone_from(&mark.modules);
        *layers = mark.layers.clone();
        prelude.retain(|_, id| (id.0 as usize) < mark.functions);
        taken.clone_from(&mark.taken);
        *lost = mark.lost;
        lost_modules.clone_from(&mark.lost_modules);
        last_scalar.clone_from(&mark.last_scalar);
    }
}

/// Binds the names of statements that follow those of `state`. Gives the problems, and how far it had come before those of the
/// statements `marked` that are not taken together with the one before; these are in order. What is broken is marked so.
pub fn resolve(
    sources: &mut Sources,
    state: &mut State,
    items: &[&ast::Item],
    loader: &mut dyn Loader,
    marked: &[usize],
) -> (Vec<Diagnostic>, Vec<(usize, Mark)>) {
    let before = std::mem::take(state);
    let mut cx = Cx {
        sources,
        loader,
        program: before.program,
        problems: vec![],
        scope: before.scope,
        taken_over: before.taken_over,
        modules: before.modules,
        top: items,
        later: OnceCell::new(),
        begun: HashMap::default(),
        set: HashMap::default(),
        calls: HashMap::default(),
        circles: Default::default(),
        frames: vec![],
        head_dims: None,
        drawing: false,
        within: None,
        bending: false,
        layers: before.layers,
        block: None,
        prelude: before.prelude,
        bodies: before.bodies,
        unknown: 0,
        using: vec![],
        taken: before.taken,
        lost: before.lost,
        lost_modules: before.lost_modules,
        last_scalar: before.last_scalar,
        library: before.library,
    };
    if cx.program.items.is_empty() {
        // A statement is about a name and a handful of nodes.
        cx.program.arena.reserve(6 * items.len());
        cx.program.globals.reserve(items.len());
        cx.program.items.reserve(items.len());
        cx.scope.reserve(items.len());
    }
    cx.look_ahead(items);
    let mut marks = Vec::with_capacity(marked.len());
    let mut at = 0;
    while at < items.len() {
        if marked.binary_search(&at).is_ok() {
            marks.push((at, cx.mark()));
        }
        at += cx.statement(&items[at..], Wanted::All);
    }
    *state = State {
        program: cx.program,
        scope: cx.scope,
        taken_over: cx.taken_over,
        modules: cx.modules,
        layers: cx.layers,
        prelude: cx.prelude,
        bodies: cx.bodies,
        taken: cx.taken,
        lost: cx.lost,
        lost_modules: cx.lost_modules,
        last_scalar: cx.last_scalar,
        library: cx.library,
    };
    (cx.problems, marks)
}

/// Where each name of these statements is defined.
fn defined(items: &[&ast::Item]) -> HashMap<Arc<str>, Span> {
    let mut out: HashMap<Arc<str>, Span> = HashMap::default();
    for item in items {
        for name in item.statement.names() {
            out.entry(name.text.as_str().into()).or_insert(name.span);
        }
    }
    out
}

/// Which statements of a file take part.
#[derive(Clone, Copy, PartialEq)]
enum Wanted {
    All,
    /// Of a file that is used: no questions.
    Definitions,
}

/// The layers counted so far.
#[derive(Clone, Debug, Default)]
struct LayerCount {
    k: u32,
    /// The output of the last one, or the first input.
    last: Option<GlobalId>,
    first_input: Option<GlobalId>,
}

/// The names of a function, network or comprehension.
struct Frame {
    names: HashMap<Arc<str>, u32>,
    /// The dimension names of the head.
    dims: HashMap<Arc<str>, GlobalId>,
    size: u32,
    /// Can names outside be seen as well? (Always; kept for readers.)
    function: Option<Arc<str>>,
}

// Many files: the state of the pass that walks the program; each file resolves one part of the language.
struct Cx<'a> {
    sources: &'a mut Sources,
    loader: &'a mut dyn Loader,
    program: Program,
    problems: Vec<Diagnostic>,
    scope: HashMap<Arc<str>, GlobalId>,
    /// What a name was before something else took it.
    taken_over: Vec<(Arc<str>, GlobalId)>,
    /// `net` of `use "net.nnl" as net`, and its names.
    modules: Arc<HashMap<Arc<str>, Span>>,
    /// The statements of the program itself.
    top: &'a [&'a ast::Item],
    /// Where the names of this file are defined, whatever the line; of the program itself as soon as it is asked for.
    later: OnceCell<HashMap<Arc<str>, Span>>,
    /// Of each text the first statement that is no setting.
    begun: HashMap<SourceId, Span>,
    /// Where each setting is made.
    set: HashMap<(SourceId, Arc<str>), Span>,
    /// What the functions of this file name in their bodies.
    calls: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// The functions of circles that are told already.
    circles: HashSet<Arc<str>>,
    frames: Vec<Frame>,
    /// In the head of a function or network: the dimension names that it introduces.
    head_dims: Option<Vec<(GlobalId, Arc<str>)>>,
    /// Has the body that is being read drawn a random number?
    drawing: bool,
    /// The name that is being defined.
    within: Option<Arc<str>>,
    layers: LayerCount,
    /// The statement with a block that is being read: what its lines make stands at its place.
    block: Option<Span>,
    prelude: HashMap<Arc<str>, FunctionId>,
    /// The equations of the layer words that the program has.
    bodies: HashMap<&'static str, u32>,
    /// How many unknown names there were: suggestions stop after a hundred.
    unknown: usize,
    /// The files that are being used, for cycles.
    using: Vec<SourceId>,
    /// The files whose definitions stand under no alias.
    taken: Arc<HashSet<String>>,
    /// A file could not be used: what has no near name may be one of its names.
    lost: bool,
    /// Behind these aliases, too.
    lost_modules: Arc<HashSet<Arc<str>>>,
    last_scalar: Option<Arc<str>>,
    /// The lines of a layer are being read that say where its activation goes.
    bending: bool,
    /// The files of the library that are among the texts.
    library: HashMap<&'static str, SourceId>,
}

impl Cx<'_> {
    fn mark(&self) -> Mark {
        let program = &self.program;
        Mark {
            arena: program.arena.len(),
            globals: program.globals.len(),
            functions: program.functions.len(),
            items: program.items.len(),
            networks: program.networks.len(),
            bodies: program.bodies.len(),
            settings: program.settings.clone(),
            taken_over: self.taken_over.len(),
            modules: self.modules.clone(),
            layers: self.layers.clone(),
            taken: self.taken.clone(),
            lost: self.lost,
            lost_modules: self.lost_modules.clone(),
            last_scalar: self.last_scalar.clone(),
        }
    }

    fn report(&mut self, problem: Diagnostic) {
        /// So many problems back the same one is looked for.
        const BACK: usize = 8;
        let line = |problem: &Diagnostic| problem.span().map(|span| (span.source, self.sources.line(span)));
        let same = self.problems.iter().rev().take(BACK).position(|other| {
            other.code == problem.code && other.title == problem.title && line(other) == line(&problem)
        });
        let Some(back) = same else { return self.problems.push(problem) };
        // One mistake in two places of a line is one problem.
        let at = self.problems.len() - 1 - back;
        let known = &mut self.problems[at];
        for label in problem.labels {
            if known.labels.len() < BACK && !known.labels.contains(&label) {
                known.labels.push(label);
            }
        }
        if let (Some(mend), Some(more)) = (&mut known.mend, problem.mend) {
            mend.edits.extend(more.edits);
        }
    }

    fn broken(&mut self, problem: Diagnostic, span: Span) -> HirId {
        self.report(problem);
        self.push(Kind::Broken, span)
    }

    /// `?`: to be filled in.
    fn blank(&mut self, span: Span) -> HirId {
        let id = self.push(Kind::Blank, span);
        self.program.blanks.push((id, span));
        id
    }

    fn push(&mut self, kind: Kind, span: Span) -> HirId {
        self.program.arena.push(Hir { kind, span });
        HirId(self.program.arena.len() as u32 - 1)
    }

    fn local(&self, name: &str) -> Option<u32> {
        self.frames.iter().rev().find_map(|frame| frame.names.get(name).copied())
    }

    fn frame_dim(&self, name: &str) -> Option<GlobalId> {
        self.frames.iter().rev().find_map(|frame| frame.dims.get(name).copied())
    }

    /// A place in the innermost frame for a name; a frame inside a frame counts on.
    fn place(&mut self, name: &Arc<str>) -> u32 {
        match self.frames.last_mut() {
            Some(frame) => {
                let place = frame.size;
                frame.size += 1;
                frame.names.insert(name.clone(), place);
                place
            }
            None => 0,
        }
    }

    /// Defines a name of the program. A name that is there already is reported, and the new one stays without a name.
    fn define(&mut self, name: &str, span: Span, kind: GlobalKind) -> GlobalId {
        self.define_again(name, span, kind, false)
    }

    /// As [`Cx::define`]; is the name part of its own new value, as in an assignment?
    fn define_again(&mut self, name: &str, span: Span, kind: GlobalKind, own: bool) -> GlobalId {
        let id = GlobalId(self.program.globals.len() as u32);
        let name: Arc<str> = name.into();
        self.program.globals.push(Global { name: name.clone(), span, kind });
        if let Some(before) = self.modules.get(&name).copied() {
            self.report(errors::twice(&name, span, before, own));
        }
        match self.scope.entry(name.clone()) {
            Entry::Vacant(place) => {
                place.insert(id);
            }
            Entry::Occupied(mut place) => {
                let before = &self.program.globals[place.get().0 as usize];
                let problem = match before.kind {
                    GlobalKind::Dimension => errors::dimension_first(&name, span, before.span),
                    GlobalKind::Broken | GlobalKind::Value | GlobalKind::Function(_) | GlobalKind::Network(_) => {
                        errors::twice(&name, span, before.span, own)
                    }
                };
                self.problems.push(problem);
                self.taken_over.push((name.clone(), *place.get()));
                // Which of the two is meant is not known: what uses the name says nothing of its own.
                let broken = Global { name, span: before.span, kind: GlobalKind::Broken };
                self.program.globals.push(broken);
                place.insert(GlobalId(id.0 + 1));
            }
        }
        id
    }

    /// The nearest known name, if one is near; asked for at most a hundred times.
    fn nearest(&mut self, name: &str, functions: bool) -> Option<String> {
        self.unknown += 1;
        if self.unknown > 100 {
            return None;
        }
        let mut known: Vec<String> = Vec::new();
        for frame in &self.frames {
            known.extend(frame.names.keys().map(|name| name.to_string()));
        }
        let is_function = |id| matches!(self.program.global(id).kind, GlobalKind::Function(_) | GlobalKind::Network(_));
        let named = self.scope.iter().filter(|(_, id)| is_function(**id) == functions);
        known.extend(named.map(|(name, _)| name.to_string()));
        // Of names that are equally near the answer is the first by letters, not by a hash.
        known.sort_unstable();
        if functions {
            known.extend(
                crate::ops::ALL
                    .iter()
                    .filter(|op| op.notation == crate::graph::Notation::Call)
                    .map(|op| op.name.to_string()),
            );
            known.extend(crate::prelude::names().map(str::to_string));
        } else {
            known.extend(name::CONSTANTS.iter().map(|(name, _)| name.to_string()));
            known.extend(["shapes", "true", "false"].map(str::to_string));
        }
        crate::diag::nearest(name, known.iter().map(String::as_str)).map(str::to_string)
    }

    /// Pre-scan: where statements begin, and what functions name.
    fn look_ahead(&mut self, items: &[&ast::Item]) {
        for item in items {
            if !goes_before(&item.statement) {
                let first = self.begun.entry(item.span.source).or_insert(item.span);
                if item.span.start < first.start {
                    *first = item.span;
                }
            }
            if let ast::Statement::Function(function) = &item.statement {
                let mut names: Vec<Arc<str>> = vec![];
                let bodies = function.locals.iter().map(ast::Local::value).chain([&function.value]);
                bodies.for_each(|body| statement::each_name(body, &mut |name| names.push(name.into())));
                self.calls.entry(function.name.text.as_str().into()).or_insert(names);
            }
        }
    }

    /// Where a name of this file is defined, whatever the line.
    fn later(&self, name: &str) -> Option<Span> {
        self.later.get_or_init(|| defined(self.top)).get(name).copied()
    }

    /// The function that is being read, where it stands in the body of `name`, or of what that calls; and is a function
    /// on that way told to be in a circle already?
    fn calls_back(&self, name: &str) -> Option<(Arc<str>, bool)> {
        let own = self.frames.iter().rev().find_map(|frame| frame.function.clone())?;
        let (mut back, mut told) = (false, false);
        let mut seen: HashSet<&str> = [name].into_iter().collect();
        let mut todo = vec![name];
        while let Some(name) = todo.pop() {
            // A circle of more functions than this is told as what is used before its line.
            if seen.len() > 1000 {
                return None;
            }
            for called in self.calls.get(name).into_iter().flatten() {
                back |= *called == own;
                told |= self.circles.contains(called);
                if seen.insert(called) {
                    todo.push(called);
                }
            }
        }
        back.then_some((own, told))
    }

    /// The function of the prelude that has this name; read on first use.
    fn prelude(&mut self, name: &str) -> Option<FunctionId> {
        if let Some(id) = self.prelude.get(name) {
            return Some(*id);
        }
        let (file, text) = crate::prelude::source_of(name)?;
        let known = self.library.get(file).copied();
        let id = match known.filter(|id| self.sources.has(*id, text)) {
            Some(id) => id,
            None => self.sources.add(crate::source::Source::new(format!("prelude/{file}"), text)),
        };
        self.library.insert(file, id);
        let (program, problems) = crate::syntax::parse(self.sources, id);
        debug_assert!(problems.is_empty(), "{problems:?}");
        // In the middle of an expression its nodes are no part of that.
        let jump = self.push(Kind::Aside(0), Span::new(id, 0, 0));
        // The prelude sees itself and the operators, nothing of the program.
        let frames = std::mem::take(&mut self.frames);
        let scope = std::mem::take(&mut self.scope);
        let drawing = std::mem::replace(&mut self.drawing, false);
        let within = self.within.take();
        let head = self.head_dims.take();
        for item in &program.items {
            if let ast::Statement::Function(function) = &item.statement {
                let id = self.function(function);
                self.program.functions[id.0 as usize].prelude = true;
                self.prelude.insert(function.name.text.as_str().into(), id);
            }
        }
        self.head_dims = head;
        self.within = within;
        self.drawing = drawing;
        self.scope = scope;
        self.frames = frames;
        let end = self.program.arena.len() as u32;
        self.program.arena[jump.0 as usize].kind = Kind::Aside(end);
        self.prelude.get(name).copied()
    }
}

/// May a setting stand below it? Other settings, files that are used and headings say nothing that a setting would change.
fn goes_before(statement: &ast::Statement) -> bool {
    match statement {
        ast::Statement::Setting(_) | ast::Statement::Use(_) => true,
        ast::Statement::Show(expr) => {
            matches!(expr.parts.as_slice(), [ast::Part { kind: ast::PartKind::Text(_), .. }])
        }
        ast::Statement::Define(_)
        | ast::Statement::Function(_)
        | ast::Statement::Recurrence(_)
        | ast::Statement::Declare(_)
        | ast::Statement::Network(_)
        | ast::Statement::Layer(_)
        | ast::Statement::Data(_)
        | ast::Statement::Train(_)
        | ast::Statement::Predict(_)
        | ast::Statement::Ask(_)
        | ast::Statement::Broken(_) => false,
    }
}
