//! From the resolved program to the computation graph: shapes are checked, calls, layers and derivatives expanded where
//! they are met, and what failed is poison that silences what depends on it.

mod argument;
mod blank;
mod call;
mod compiled;
mod derivative;
pub mod errors;
mod expr;
mod facts;
mod fault;
mod function;
mod given;
mod index;
mod init;
mod layer;
mod network;
mod recurrence;
mod said;
mod stated;

pub use call::ANEW;
pub use compiled::{
    Ask, Asked, Beside, Carried, Compiled, Def, DefKind, Item, ItemKind, Layered, Quotient, Recurrent, RecurrentName,
    RecurrentSequence, Side, Zero,
};
pub use derivative::{Derived, Openers, default_by, derive, derive_as_written, derive_readable, entry_by_entry};
pub use facts::{asserted, asserted_sum, slot_of};

use crate::diag::Diagnostic;
use crate::graph::{Attrs, DefId, Graph, Is, NodeId, Type, verify_pass};
use crate::ops;
use crate::resolve;
use crate::resolve::hir::{self, FunctionId, GlobalId, HirId, Program};
use crate::source::{Sources, Span};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A value while it is lowered.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    /// A node.
    Node(NodeId),
    /// `[a, b]`: its elements; a node as soon as one is wanted.
    List(Arc<[Value]>),
    /// A string.
    Text(Arc<str>),
    /// `true`, `false`
    Flag(bool),
    /// Not given.
    Absent,
    /// `_`: a size left to be computed.
    Hole,
    /// A name of a recurrence inside it, by the recurrence and its equation: it has values, one for each index.
    State(u32, u32),
    /// It is wrong, and reported.
    Poison,
}

/// What the session says besides the program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Options {
    /// The seed of all draws, instead of the program's.
    pub seed: Option<u64>,
}

/// A program as far as it is lowered; more statements may follow.
#[derive(Debug, Default)]
pub struct State {
    /// The program as a graph.
    pub compiled: Compiled,
    values: Vec<Option<Value>>,
    calls: FxHashMap<(FunctionId, Vec<Value>), Value>,
    depends: Vec<bool>,
    dims: Arc<FxHashMap<GlobalId, crate::shape::Dim>>,
    networks: Arc<FxHashMap<network::Own, network::Instance>>,
    results: Arc<FxHashMap<NodeId, (network::Own, usize)>>,
    zeros: FxHashMap<HirId, Zero>,
    derived: FxHashMap<HirId, (NodeId, Vec<NodeId>)>,
    conventions: FxHashMap<NodeId, bool>,
    waiting: FxHashMap<GlobalId, Span>,
    unnamed: u64,
}

/// How far a program had been lowered.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// The part that is the graph and what is known of it.
    pub compiled: compiled::Mark,
    depends: usize,
    dims: Arc<FxHashMap<GlobalId, crate::shape::Dim>>,
    networks: Arc<FxHashMap<network::Own, network::Instance>>,
    results: Arc<FxHashMap<NodeId, (network::Own, usize)>>,
    unnamed: u64,
}

impl State {
    /// How far it has come.
    pub fn mark(&self) -> Mark {
        Mark {
            compiled: self.compiled.mark(),
            depends: self.depends.len(),
            dims: self.dims.clone(),
            networks: self.networks.clone(),
            results: self.results.clone(),
            unnamed: self.unnamed,
        }
    }

    /// As it was, when the resolved program was as it is at the mark `program`.
    pub fn back_to(&mut self, mark: &Mark, program: &resolve::Mark) {
        // Every field: what is new here has to come back too.
        let State {
            compiled,
            values,
            calls,
            depends,
            dims,
            networks,
            results,
            zeros,
            derived,
            conventions,
            waiting,
            unnamed,
        } = self;
        compiled.back_to(&mark.compiled, program.globals);
        let nodes = mark.compiled.nodes();
        let stays = |value: &Value| value.is_before(nodes);
        values.truncate(program.globals);
        calls.retain(|(function, args), value| {
            (function.0 as usize) < program.functions && stays(value) && args.iter().all(stays)
        });
        depends.truncate(mark.depends);
        dims.clone_from(&mark.dims);
        networks.clone_from(&mark.networks);
        results.clone_from(&mark.results);
        zeros.retain(|hir, _| (hir.0 as usize) < program.arena);
        derived.retain(|hir, _| (hir.0 as usize) < program.arena);
        conventions.retain(|node, _| node.index() < nodes);
        waiting.retain(|global, _| (global.0 as usize) < program.globals);
        *unnamed = mark.unnamed;
    }
}

impl Value {
    /// Are all of its nodes among the first `nodes`?
    fn is_before(&self, nodes: usize) -> bool {
        match self {
            Value::Node(id) => id.index() < nodes,
            Value::List(items) => items.iter().all(|item| item.is_before(nodes)),
            Value::Text(_) | Value::Flag(_) | Value::Absent | Value::Hole | Value::State(..) | Value::Poison => true,
        }
    }
}

/// Lowers the statements of a program that are not lowered yet, those from `items` on. Gives the problems, and how far it had
/// come before each of the statements `marked`, which are in order.
pub fn lower(
    sources: &Sources,
    program: &Program,
    state: &mut State,
    items: usize,
    options: &Options,
    marked: &[usize],
) -> (Vec<Diagnostic>, Vec<Mark>) {
    let before = std::mem::take(state);
    let first = before.compiled.globals.len();
    let nodes_before = before.compiled.graph.len();
    let mut cx = Cx {
        sources,
        program,
        seed: options.seed.or(program.settings.seed).unwrap_or(0),
        out: before.compiled,
        values: before.values,
        problems: vec![],
        here: None,
        inside: None,
        conventions: before.conventions,
        waiting: before.waiting,
        frames: vec![],
        calls: before.calls,
        depends: before.depends,
        draw: Draw::default(),
        dims: before.dims,
        networks: before.networks,
        own: Arc::from(""),
        results: before.results,
        zeros: before.zeros,
        formula: None,
        sides: None,
        derived: before.derived,
        groups: vec![],
        bend: None,
        expanded: 0,
        depth: 0,
        unnamed: before.unnamed,
    };
    // Most expression nodes become one graph node, and the questions make about twice as many.
    if items == 0 {
        let nodes = 2 * program.arena.len();
        cx.out.graph.reserve(nodes);
        cx.out.spans.reserve(nodes);
        cx.depends.reserve(nodes);
        cx.out.defs.reserve(program.globals.len());
        cx.out.items.reserve(program.items.len());
    }
    cx.out.settings = program.settings.clone();
    cx.out.blanks = program.blanks.iter().map(|(_, span)| *span).collect();
    cx.out.globals.resize(program.globals.len(), None);
    cx.values.resize(program.globals.len(), None);
    let mut marks = Vec::with_capacity(marked.len());
    for (i, item) in program.items.iter().enumerate().skip(items) {
        while marked.get(marks.len()).is_some_and(|place| *place <= i) {
            marks.push(cx.mark());
        }
        cx.item(item);
    }
    while marks.len() < marked.len() {
        marks.push(cx.mark());
    }
    cx.hiding(first);
    cx.insides();
    verify_pass(&mut cx.out.graph, nodes_before, "lower");
    *state = State {
        compiled: cx.out,
        values: cx.values,
        calls: cx.calls,
        depends: cx.depends,
        dims: cx.dims,
        networks: cx.networks,
        results: cx.results,
        zeros: cx.zeros,
        derived: cx.derived,
        conventions: cx.conventions,
        waiting: cx.waiting,
        unnamed: cx.unnamed,
    };
    (cx.problems, marks)
}

/// Where a random draw stands.
#[derive(Clone, Default)]
struct Draw {
    /// The name that is being defined, or the question's number.
    name: Arc<str>,
    /// The calls on the way, each by its place.
    path: Vec<u64>,
    /// Is it drawn anew at every step of training?
    anew: bool,
}

/// The names of one call.
#[derive(Default)]
struct Frame {
    places: Vec<Option<Value>>,
    names: Vec<Arc<str>>,
}

/// How many calls one statement may expand to.
const BUDGET: usize = 200_000;
/// The highest order of a derivative.
const ORDERS: u64 = 1000;
/// How deep calls may nest.
const DEPTH: usize = 10_000;

// Many files: the state of the pass that walks the program; each file lowers one part of the language.
struct Cx<'a> {
    sources: &'a Sources,
    program: &'a Program,
    seed: u64,
    out: Compiled,
    values: Vec<Option<Value>>,
    problems: Vec<Diagnostic>,
    /// The place that new nodes get.
    here: Option<Span>,
    /// The layer whose equations are lowered: the place of all that they make.
    inside: Option<Span>,
    /// Do the examples stand in columns, of what layers made?
    conventions: FxHashMap<NodeId, bool>,
    /// The names that wait for a line to be filled in: which.
    waiting: FxHashMap<GlobalId, Span>,
    frames: Vec<Frame>,
    /// What a call gave, by function and arguments.
    calls: FxHashMap<(FunctionId, Vec<Value>), Value>,
    /// Does a node depend on a name of the program?
    depends: Vec<bool>,
    draw: Draw,
    /// The dimension of each dimension name.
    dims: Arc<FxHashMap<GlobalId, crate::shape::Dim>>,
    networks: Arc<FxHashMap<network::Own, network::Instance>>,
    /// The network of a layer of one's own that is being lowered: what its names begin with.
    own: Arc<str>,
    /// Which call of a network a value is the result of.
    results: Arc<FxHashMap<NodeId, (network::Own, usize)>>,
    /// Why the derivative at a node of the program is zero.
    zeros: FxHashMap<HirId, Zero>,
    /// The comparison that is a learner's formula.
    formula: Option<HirId>,
    /// Its sides, once they are known.
    sides: Option<[Side; 2]>,
    /// Of what a derivative at a node of the program is, and by what, one name for each order.
    derived: FxHashMap<HirId, (NodeId, Vec<NodeId>)>,
    /// The recurrences that are being lowered, the innermost last.
    groups: Vec<recurrence::Group>,
    /// The activation of the layer whose equations are being lowered, where they say where it goes.
    bend: Option<hir::Callee>,
    expanded: usize,
    depth: usize,
    unnamed: u64,
}

impl<'a> Cx<'a> {
    fn mark(&self) -> Mark {
        Mark {
            compiled: self.out.mark(),
            depends: self.depends.len(),
            dims: self.dims.clone(),
            networks: self.networks.clone(),
            results: self.results.clone(),
            unnamed: self.unnamed,
        }
    }

    fn graph(&mut self) -> &mut Graph {
        &mut self.out.graph
    }

    fn report(&mut self, problem: Diagnostic) -> Value {
        self.problems.push(problem);
        Value::Poison
    }

    fn text(&self, span: Span) -> &'a str {
        self.sources.text(span)
    }

    /// New nodes since the last call get the current place.
    fn settle(&mut self) {
        let fallback = Span::new(crate::source::SourceId(0), 0, 0);
        let span = self.inside.or(self.here).unwrap_or(fallback);
        let len = self.out.graph.len();
        self.out.spans.resize(len, span);
        for i in self.depends.len()..len {
            let node = &self.out.graph.nodes()[i];
            let own =
                match node.op.def.role {
                    crate::graph::Role::Slot => true,
                    crate::graph::Role::Def => node.op.attrs.def(0).is_some_and(|def| {
                        self.out.defs.get(def.index()).is_some_and(|def| def.kind != DefKind::Local)
                    }),
                    crate::graph::Role::Plain
                    | crate::graph::Role::Number
                    | crate::graph::Role::Literal
                    | crate::graph::Role::Dim
                    | crate::graph::Role::Stop
                    | crate::graph::Role::Draw => false,
                };
            let depends = own || node.args.iter().any(|arg| self.depends[arg.index()]);
            self.depends.push(depends);
        }
    }

    fn new_def(&mut self, name: Arc<str>, span: Span, kind: DefKind) -> DefId {
        let id = DefId(self.out.defs.len() as u32);
        self.out.defs.push(Def { name, span, kind, node: NodeId(0), init: None, stated: false });
        id
    }

    /// A slot: a leaf, input or parameter.
    fn slot(&mut self, name: Arc<str>, span: Span, kind: DefKind, ty: Type, init: Option<NodeId>) -> DefId {
        let id = self.new_def(name, span, kind);
        self.out.defs[id.index()].init = init;
        let node = ops::slot(self.graph(), id, ty);
        self.out.defs[id.index()].node = node;
        self.here = Some(span);
        self.settle();
        id
    }

    /// A definition over a value.
    fn named(&mut self, name: Arc<str>, span: Span, kind: DefKind, value: NodeId) -> DefId {
        let id = self.new_def(name, span, kind);
        let node = ops::definition(self.graph(), id, value);
        self.out.defs[id.index()].node = node;
        self.here = Some(span);
        self.settle();
        id
    }

    /// What is known of leaves, for dimensions.
    fn leaf(&self) -> impl Fn(DefId) -> Option<(NodeId, Option<Arc<str>>)> + '_ {
        |id| {
            let def = self.out.defs.get(id.index())?;
            if def.kind != DefKind::Leaf {
                return None;
            }
            Some((def.init?, Some(def.name.clone())))
        }
    }

    fn bind_global(&mut self, global: GlobalId, value: Value, def: Option<DefId>) {
        self.values[global.0 as usize] = Some(value);
        self.out.globals[global.0 as usize] = def;
    }

    fn item(&mut self, item: &'a hir::Item) {
        self.expanded = 0;
        match &item.kind {
            hir::ItemKind::Define { global, shape, value } => self.define(item.span, *global, shape.as_deref(), *value),
            hir::ItemKind::Declare(declared) => self.declare(item.span, declared),
            hir::ItemKind::Recurrence(recurrence) => self.program_recurrence(recurrence, item.span),
            hir::ItemKind::Layer(layer) => self.program_layer(item.span, layer),
            hir::ItemKind::Own(own) => self.program_own(item.span, own),
            hir::ItemKind::Show(expr) => {
                self.unnamed_draw();
                let asked = self.asked(*expr, item.span);
                self.push_item(item.span, ItemKind::Show(Box::new(asked)));
            }
            hir::ItemKind::Heading(text) => self.push_item(item.span, ItemKind::Heading(text.clone())),
            hir::ItemKind::Ask(ask) => self.ask(item.span, ask),
        }
        if !self.out.blanks.is_empty() {
            self.waits(item);
        }
    }

    fn push_item(&mut self, span: Span, kind: ItemKind) {
        self.out.items.push(Item { span, kind });
    }

    fn unnamed_draw(&mut self) {
        self.unnamed += 1;
        self.draw = Draw { name: format!("question {}", self.unnamed).into(), path: vec![], anew: false };
    }

    fn define(&mut self, span: Span, global: GlobalId, shape: Option<&hir::Shape>, value: hir::Expr) {
        let info = self.program.global(global);
        self.draw = Draw { name: info.name.clone(), path: vec![], anew: false };
        let stated = shape.map(|shape| self.stated(shape));
        let node = self.node(value);
        let node = match (node, stated, shape) {
            (Some(node), Some(Some(stated)), Some(shape)) => self.hold(node, &stated, shape, value),
            (node, None, None) => node,
            _ => None,
        };
        let Some(node) = node else {
            return self.bind_global(global, Value::Poison, None);
        };
        let def = if self.depends[node.index()] {
            self.named(info.name.clone(), info.span, DefKind::Variable, node)
        } else {
            let ty = self.out.graph.ty(node);
            self.slot(info.name.clone(), info.span, DefKind::Leaf, ty, Some(node))
        };
        self.out.defs[def.index()].stated = shape.is_some();
        let own = self.out.def(def).node;
        if let Some(call) = self.results.get(&node).cloned() {
            Arc::make_mut(&mut self.results).insert(own, call);
        }
        if let Some((_, order)) = self.derived.get(&value.root) {
            self.out.slopes.insert(own, order.clone());
        }
        self.bind_global(global, Value::Node(own), Some(def));
        self.push_item(span, ItemKind::Define(def));
    }

    fn declare(&mut self, span: Span, declared: &hir::Declare) {
        use crate::syntax::ast::Role;
        let hir::Declare { role, global, shape, value, initialiser, otherwise } = declared;
        let (role, global, value) = (*role, *global, *value);
        let (shape, initialiser) = (shape.as_ref(), initialiser.as_ref());
        let info = self.program.global(global);
        self.draw = Draw { name: info.name.clone(), path: vec![], anew: role == Role::Noise };
        let stated = match shape {
            Some(shape) => match self.stated(shape) {
                Some(ty) => Some(ty),
                None => return self.bind_global(global, Value::Poison, None),
            },
            None => None,
        };
        let init = match (value, initialiser, &stated) {
            (Some(value), _, _) => {
                let Some(node) = self.node(value) else { return self.bind_global(global, Value::Poison, None) };
                let fits = match (&stated, shape, role) {
                    // Data may come in another size: an input's default fits where it can.
                    (Some(ty), Some(shape), Role::Input) => self.could_hold(node, ty, shape, value),
                    (Some(ty), Some(shape), Role::Param | Role::Noise) => self.hold(node, ty, shape, value),
                    _ => Some(node),
                };
                match fits {
                    Some(node) => Some(node),
                    None => return self.bind_global(global, Value::Poison, None),
                }
            }
            (None, Some(word), Some(ty)) => {
                let shape = ty.shape.clone();
                match self.initial(&init::Begin::of(word), &shape) {
                    Some(node) => Some(node),
                    None => return self.bind_global(global, Value::Poison, None),
                }
            }
            (None, None, Some(ty)) if role == Role::Param => {
                let shape = ty.shape.clone();
                self.initial(&init::Begin::new("xavier", info.span), &shape)
            }
            (None, Some(word), None) => {
                self.report(errors::initialiser_shape(&info.name, &word.name.text, word.name.span));
                return self.bind_global(global, Value::Poison, None);
            }
            (None, None, _) => None,
        };
        if let (Role::Noise, Some(node)) = (role, init) {
            return self.noise(span, global, node, *otherwise);
        }
        let ty = match (stated, init) {
            (Some(ty), _) => ty,
            (None, Some(init)) => self.out.graph.ty(init),
            (None, None) => {
                self.report(errors::no_shape(&info.name, role, info.span));
                return self.bind_global(global, Value::Poison, None);
            }
        };
        let kind = if role == Role::Input { DefKind::Input } else { DefKind::Param };
        let def = self.slot(info.name.clone(), info.span, kind, ty, init);
        self.out.defs[def.index()].stated = shape.is_some();
        self.bind_global(global, Value::Node(self.out.def(def).node), Some(def));
        self.push_item(span, ItemKind::Define(def));
    }

    /// A noise is an equation over draws that training makes anew; `else` is its value outside training.
    fn noise(&mut self, span: Span, global: GlobalId, drawn: NodeId, otherwise: Option<(GlobalId, hir::Expr)>) {
        let info = self.program.global(global);
        let mut node = Some(drawn);
        if let Some((flag, otherwise)) = otherwise
            && let Value::Node(flag) = self.training(flag)
        {
            node = self.node(otherwise).and_then(|outside| {
                let at = self.expr_span(otherwise);
                self.here = Some(at);
                let chosen = self.apply(ops::of(Is::Where), Attrs::None, &[flag, drawn, outside], at, &[at, at, at]);
                if let Value::Node(node) = chosen { Some(node) } else { None }
            });
        }
        let Some(node) = node else { return self.bind_global(global, Value::Poison, None) };
        let def = self.named(info.name.clone(), info.span, DefKind::Variable, node);
        self.out.defs[def.index()].stated = true;
        self.bind_global(global, Value::Node(self.out.def(def).node), Some(def));
        self.push_item(span, ItemKind::Define(def));
    }

    /// What a name that runs over a range is: the number of the program that has this name, so that what stands on it goes along, or
    /// a slot of its own.
    fn running(&mut self, name: &Arc<str>, span: Span) -> DefId {
        let settable = |kind: DefKind| matches!(kind, DefKind::Leaf | DefKind::Param | DefKind::Input);
        let known = self.out.defs.iter().rposition(|def| {
            def.name == *name && settable(def.kind) && {
                let ty = self.out.graph.ty(def.node);
                ty.shape.is_scalar() && ty.dtype == crate::tensor::DType::Real
            }
        });
        match known {
            Some(at) => DefId(at as u32),
            None => self.slot(name.clone(), span, DefKind::Local, Type::real(crate::shape::Shape::SCALAR), None),
        }
    }

    fn ask(&mut self, span: Span, ask: &hir::Ask) {
        self.unnamed_draw();
        let beside = ask.beside.iter().map(|(expr, span)| self.asked(*expr, *span)).collect();
        let mut frame = Frame::default();
        let mut ranges = vec![];
        for (place, name, range) in ask.over.iter().chain(&ask.across) {
            let range_span = self.expr_span(*range);
            let range = self.asked(*range, range_span);
            let def = self.running(name, ask.word.span);
            frame.places.resize(frame.places.len().max(*place as usize + 1), None);
            frame.names.resize(frame.names.len().max(*place as usize + 1), name.clone());
            frame.names[*place as usize] = name.clone();
            frame.places[*place as usize] = Some(Value::Node(self.out.def(def).node));
            ranges.push((def, range));
        }
        let mut ranges = ranges.into_iter();
        let (over, across) = (ranges.next(), ranges.next());
        if over.is_some() {
            self.frames.push(frame);
        }
        let clock = ask.training.is_some().then(|| self.clock(ask.clock, ask.word.span));
        let mut exprs = vec![];
        for (expr, span) in &ask.exprs {
            self.formula = (ask.word.text == "check").then_some(expr.root);
            exprs.push(self.asked(*expr, *span));
        }
        self.formula = None;
        if ask.word.text == "assert" {
            exprs.iter_mut().for_each(|asked| self.agree(asked));
        }
        let wrt = ask.wrt.iter().map(|(expr, span)| self.asked(*expr, *span)).collect();
        let by = ask.by.map(|(expr, span)| self.asked(expr, span));
        let within = ask.within.map(|(expr, span)| self.asked(expr, span));
        let times = ask.times.map(|(expr, span)| self.asked(expr, span));
        let told: Vec<(NodeId, Span)> =
            by.iter().chain(&times).filter_map(|asked| Some((asked.node?, asked.span))).collect();
        for (node, span) in told {
            let shape = self.out.graph.shape(node);
            if !shape.is_scalar() {
                let shape = shape.show(&self.out.graph.dims);
                self.report(errors::scalar_clause(&shape, span));
            }
        }
        let training = ask.training.as_ref().map(|training| {
            let choices = training.choices.iter().map(|choice| {
                let mut one = |(expr, span): &(hir::Expr, Span)| self.asked(*expr, *span);
                let value = match &choice.value {
                    hir::Chosen::Called(name, args) => hir::Chosen::Called(
                        name.clone(),
                        args.iter().map(|(name, value)| (name.clone(), one(value))).collect(),
                    ),
                    hir::Chosen::Text(text) => hir::Chosen::Text(text.clone()),
                    hir::Chosen::Value(value) => hir::Chosen::Value(one(value)),
                };
                hir::Choice { name: choice.name.clone(), value, span: choice.span }
            });
            Box::new(hir::Training { choices: choices.collect(), wrt: training.wrt.clone() })
        });
        if over.is_some() || clock.is_some() {
            self.frames.pop();
        }
        let (statement, word) = (ask.statement, ask.word.clone());
        let (to, form, file) = (ask.to.clone(), ask.form.clone(), ask.file.clone());
        let epochs = ask.epochs;
        let ask = Ask {
            statement,
            word,
            exprs,
            wrt,
            wholes: ask.wholes.clone(),
            by,
            within,
            over,
            across,
            epochs,
            beside,
            times,
            to,
            form,
            file,
            training,
            clock,
        };
        self.push_item(span, ItemKind::Ask(Box::new(ask)));
    }

    /// The slots of `epoch` and `step`, in a frame of their own.
    fn clock(&mut self, places: (u32, u32), span: Span) -> (DefId, DefId) {
        let mut frame = Frame::default();
        let mut one = |cx: &mut Self, place: u32, name: &str| {
            let name: Arc<str> = name.into();
            let ty = Type::real(crate::shape::Shape::SCALAR);
            let def = cx.slot(name.clone(), span, DefKind::Local, ty, None);
            let place = place as usize;
            if frame.places.len() <= place {
                frame.places.resize(place + 1, None);
                frame.names.resize(place + 1, name.clone());
            }
            frame.places[place] = Some(Value::Node(cx.out.def(def).node));
            frame.names[place] = name;
            def
        };
        let clock = (one(self, places.0, "epoch"), one(self, places.1, "step"));
        self.frames.push(frame);
        clock
    }

    /// The program's functions whose names the library has too.
    fn hiding(&mut self, first: usize) {
        for (i, global) in self.program.globals.iter().enumerate().skip(first) {
            let hides = || ops::find(&global.name).is_some() || crate::prelude::source_of(&global.name).is_some();
            if matches!(global.kind, hir::GlobalKind::Function(_)) && hides() {
                self.out.hiding.push((global.name.clone(), global.span, GlobalId(i as u32)));
            }
        }
    }

    fn is_library(&self, span: Span) -> bool {
        crate::layers::is_library(&self.sources.get(span.source).name)
    }

    /// Remembers a division, for the lints.
    fn quotient(&mut self, op: &'static crate::graph::OpDef, divisor: (NodeId, HirId), span: Span) {
        use crate::graph::Notation;
        if op.notation != Notation::Infix("/") || self.inside.is_some() || self.is_library(span) {
            return;
        }
        let (node, id) = divisor;
        let hir = self.program.hir(id);
        let written = |sign| matches!(&hir.kind, hir::Kind::Apply(op, _) if op.notation == Notation::Infix(sign));
        let terms = &self.out.graph.node(node).args;
        let difference = match terms[..] {
            [a, b] if written("-") => Some([a, b]),
            _ => None,
        };
        let together = written("*") && self.text(hir.span).starts_with(|c: char| c.is_ascii_digit() || c == '.');
        let quotient = Quotient { divisor: node, divisor_span: hir.span, difference, together, span };
        self.out.quotients.push(quotient);
    }

    /// Tells of `J'` where J is a number: its transpose, and no derivative.
    fn primed(&mut self, op: &'static crate::graph::OpDef, (node, id): (NodeId, HirId), span: Span) {
        let named = matches!(self.program.hir(id).kind, hir::Kind::Global(_)) && self.inside.is_none();
        let number = op.is == crate::graph::Is::Transpose && self.out.graph.shape(node).is_scalar();
        if named && number && !self.is_library(span) {
            let by = default_by(&self.out, node).into_iter().map(|def| self.out.def(def).name.to_string()).next();
            // Of a leaf nobody means a slope.
            if self.out.def_of(node).is_some_and(|def| self.out.def(def).kind == DefKind::Leaf) {
                return;
            }
            let problem = errors::primed_number(self.text(self.program.hir(id).span), by.as_deref(), span);
            self.report(problem);
        }
    }

    /// Remembers a vector beside something of more axes, for the lints; what the prelude writes is not the reader's.
    fn beside(&mut self, nodes: [(NodeId, Span); 2], span: Span) {
        let rank = |id| self.out.graph.shape(id).rank();
        let [(left, left_span), (right, right_span)] = nodes;
        let (wide, narrow, narrow_span) = match (rank(left), rank(right)) {
            (2.., 1) => (left, right, right_span),
            (1, 2..) => (right, left, left_span),
            _ => return,
        };
        if self.inside.is_none() && !self.is_library(span) {
            self.out.beside.push(Beside { wide, narrow, narrow_span, span });
        }
    }

    /// `assert m == n` over dimensions that are not numbers yet: from here on they are one, and data must agree.
    fn agree(&mut self, asked: &mut Asked) {
        let Some(node) = asked.node.map(|id| self.out.graph.node(id)) else { return };
        let [left, right] = node.args[..] else { return };
        if !crate::graph::known::equates(node.op.def) {
            return;
        }
        let dim = |id| crate::graph::known::dim(&self.out.graph, id, &self.leaf());
        let (Some(left), Some(right)) = (dim(left), dim(right)) else { return };
        let open = |dim| self.out.graph.dims.known(dim).is_none();
        if !open(&left) || !open(&right) {
            return;
        }
        match self.out.graph.dims.unify(&left, &right, asked.span) {
            // It holds for whatever numbers come.
            Ok(()) => {
                asked.node = Some(ops::number(self.graph(), 1.0));
                self.settle();
            }
            Err(_) => {
                let (left, right) = (self.out.graph.dims.show(&left), self.out.graph.dims.show(&right));
                self.report(errors::never_equal(&left, &right, asked.span));
            }
        }
    }

    fn expr_span(&self, expr: hir::Expr) -> Span {
        self.program.hir(expr.root).span
    }

    fn asked(&mut self, expr: hir::Expr, span: Span) -> Asked {
        let node = self.node(expr);
        let def = match self.program.hir(expr.root).kind {
            hir::Kind::Global(global) => self.out.globals[global.0 as usize],
            hir::Kind::NetworkField(..) | hir::Kind::Field(..) => node.and_then(|node| self.out.def_of(node)),
            _ => None,
        };
        let zero = self.zeros.get(&expr.root).cloned();
        let (of, order) = match self.derived.get(&expr.root) {
            Some((of, order)) => (Some(*of), order.clone()),
            None => (None, vec![]),
        };
        let by = if let [by] = order.as_slice() { Some(*by) } else { None };
        let sides = self.sides.take();
        let waits = if node.is_none() { self.yours(expr) } else { None };
        Asked { node, span, def, of, by, order, zero, sides, waits }
    }

    /// The node of a whole expression; `None` where it is wrong (and reported).
    fn node(&mut self, expr: hir::Expr) -> Option<NodeId> {
        let value = self.value(expr);
        let span = self.expr_span(expr);
        self.as_node(&value, span)
    }
}
