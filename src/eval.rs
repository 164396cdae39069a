//! Answers as numbers: nodes of a compiled program evaluated with what the session holds, and what is wrong with them told.

mod differ;
mod engine;
pub use engine::Repeat;
mod errors;
mod points;
mod time;
mod watch;

pub use differ::Compared;
pub use points::{Fact, whole_slots};
pub use time::Timed;
pub use watch::{Made, Timing, Watch};

use crate::diag::Diagnostic;
use crate::exec::{self, Cache, Slot, Trouble};
use crate::graph::{DefId, NodeId};
use crate::lower::{Compiled, DefKind};
use crate::shape::{Binding, Bound};
use crate::simplify::Opener;
use crate::source::{Sources, Span};
use crate::tensor::{Precision, Tensor};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Unless told: 2 GiB.
pub const MEMORY_LIMIT: u64 = 2 << 30;

/// What the session holds besides the program.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Values of inputs, weights and moved parameters.
    pub values: FxHashMap<DefId, Arc<Tensor>>,
    /// Numbers for named dimensions.
    pub binding: Binding,
    /// How reals are held.
    pub precision: Precision,
    /// In bytes.
    pub memory_limit: u64,
    /// Which evaluator answers.
    pub engine: Engine,
    /// Is a training gone on with where its checkpoint ended?
    pub resume: bool,
    /// The `data` block, and its file.
    pub block: Option<Arc<(String, crate::data::block::Block)>>,
    /// The block as the model whose file was loaded was trained with it.
    pub model: Option<Arc<crate::data::block::Block>>,
    /// The examples that a `data` block has split.
    pub examples: Option<Arc<crate::data::Examples>>,
    /// What the last training told, by name: a number for each epoch.
    pub history: Option<Arc<History>>,
}

/// What a training told: names with a number for each epoch.
pub type History = Vec<(String, Vec<(f64, f64)>)>;

/// Which evaluator answers questions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The engine where there is enough to do, else the reference.
    #[default]
    Auto,
    /// The reference alone.
    Reference,
    /// The engine, where it can.
    Always,
}

/// Evaluates nodes of one program.
// Many files: whatever evaluates, by either engine, shares the values that are kept from one question to the next.
pub struct Eval<'a> {
    /// The program.
    pub compiled: &'a mut Compiled,
    /// Its texts.
    pub sources: &'a Sources,
    /// What the session holds.
    pub state: State,
    /// The parameters that a question has moved; their values are in the state.
    pub moved: Vec<DefId>,
    /// What answering costs.
    pub watch: Watch<'a>,
    cache: Cache,
    /// The nodes of the program whose value was given.
    known: FxHashSet<NodeId>,
    interrupt: &'a dyn Fn() -> bool,
}

/// What is found out about a node.
#[derive(Clone, Copy, PartialEq)]
enum Found {
    Open,
    Begun,
    Ready,
    Lacks,
}

impl<'a> Eval<'a> {
    /// An evaluator with an empty cache.
    pub fn new(
        compiled: &'a mut Compiled,
        sources: &'a Sources,
        state: State,
        interrupt: &'a dyn Fn() -> bool,
    ) -> Eval<'a> {
        let cache = Cache::new(state.memory_limit / 4);
        Eval {
            compiled,
            sources,
            state,
            moved: vec![],
            watch: Watch::default(),
            cache,
            known: FxHashSet::default(),
            interrupt,
        }
    }

    /// The values of nodes, in order. `span` is the question's place.
    pub fn values(&mut self, nodes: &[NodeId], span: Span) -> Result<Vec<Arc<Tensor>>, Box<Diagnostic>> {
        let opened: Vec<NodeId> =
            nodes.iter().map(|node| self.compiled.openers.plain.open(&mut self.compiled.graph, *node)).collect();
        self.opened_values(&opened, span)
    }

    /// The value of a definition's node is known: it is not computed again.
    pub fn know(&mut self, node: NodeId, value: &Arc<Tensor>) {
        let opened = self.compiled.openers.plain.open(&mut self.compiled.graph, node);
        let dtype = self.compiled.graph.node(opened).dtype;
        self.cache.know(opened, value, dtype, self.state.precision);
        self.known.insert(node);
    }

    /// Slots hold other values: what was computed with the old ones is forgotten.
    pub fn forget(&mut self) {
        self.cache.clear();
    }

    /// A parameter has another value from here on.
    pub fn move_to(&mut self, def: DefId, value: Arc<Tensor>) {
        self.state.values.insert(def, value);
        if !self.moved.contains(&def) {
            self.moved.push(def);
        }
        self.cache.clear();
        self.known.clear();
    }

    /// Is it a step of training from here on? The flag `training` says so.
    pub fn train(&mut self, on: bool) {
        let Some(flag) = self.compiled.training else { return };
        match on {
            true => drop(self.state.values.insert(
                flag,
                Arc::new(Tensor::from_f64(
                    ndarray::arr0(1.0).into_dyn(),
                    crate::tensor::DType::Real,
                    self.state.precision,
                )),
            )),
            false => drop(self.state.values.remove(&flag)),
        }
        self.cache.clear();
        self.known.clear();
    }

    /// Those of some nodes of the program for which everything that they need has a value and a size. What is known already is
    /// not looked through.
    pub fn ready(&self, wanted: &[NodeId]) -> FxHashSet<NodeId> {
        let graph = &self.compiled.graph;
        let Some(top) = wanted.iter().max() else { return FxHashSet::default() };
        let mut found: Vec<Found> = vec![Found::Open; top.index() + 1];
        let mut stack: Vec<NodeId> = vec![];
        for root in wanted {
            stack.push(*root);
            while let Some(id) = stack.last().copied() {
                if found[id.index()] == Found::Open && !self.known.contains(&id) {
                    // What it needs comes first.
                    found[id.index()] = Found::Begun;
                    let args = graph.node(id).args.iter().copied();
                    stack.extend(args.filter(|arg| found[arg.index()] == Found::Open));
                    continue;
                }
                stack.pop();
                if matches!(found[id.index()], Found::Open | Found::Begun) {
                    let ready = self.known.contains(&id)
                        || (self.has(id) && graph.node(id).args.iter().all(|arg| found[arg.index()] == Found::Ready));
                    found[id.index()] = if ready { Found::Ready } else { Found::Lacks };
                }
            }
        }
        wanted.iter().copied().filter(|id| found[id.index()] == Found::Ready).collect()
    }

    /// Has a node a size, and a value if it is a slot?
    fn has(&self, id: NodeId) -> bool {
        let node = self.compiled.graph.node(id);
        // A leaf's first expression may come after it; it needs no data.
        let filled = || {
            node.op.attrs.def(0).is_some_and(|def| {
                self.state.values.contains_key(&def)
                    || self.compiled.defs.get(def.index()).is_some_and(|def| def.init.is_some())
            })
        };
        let is_slot = node.op.def.role == crate::graph::Role::Slot;
        (!is_slot || filled()) && node.shape.iter().all(|dim| self.size(dim).is_some())
    }

    /// As [`Eval::values`], with slots in the place of some nodes.
    pub fn replaced(
        &mut self,
        nodes: &[NodeId],
        replacing: &[(NodeId, NodeId)],
        span: Span,
    ) -> Result<Vec<Arc<Tensor>>, Box<Diagnostic>> {
        let mut opener = Opener::replacing(replacing.iter().copied());
        let opened: Vec<NodeId> = nodes.iter().map(|node| opener.open(&mut self.compiled.graph, *node)).collect();
        self.opened_values(&opened, span)
    }

    /// Values with some slots set, and nothing remembered.
    pub fn with(
        &mut self,
        nodes: &[NodeId],
        set: &[(DefId, Arc<Tensor>)],
        span: Span,
    ) -> Result<Vec<Arc<Tensor>>, Box<Diagnostic>> {
        let opened: Vec<NodeId> =
            nodes.iter().map(|node| self.compiled.openers.plain.open(&mut self.compiled.graph, *node)).collect();
        self.set_to(set, |eval| eval.opened_values(&opened, span))
    }

    /// Runs `work` while some slots hold other values.
    pub fn set_to<T>(&mut self, set: &[(DefId, Arc<Tensor>)], work: impl FnOnce(&mut Self) -> T) -> T {
        let before: Vec<(DefId, Option<Arc<Tensor>>)> =
            set.iter().map(|(def, value)| (*def, self.state.values.insert(*def, value.clone()))).collect();
        let result = self.fresh(work);
        for (def, value) in before {
            match value {
                Some(value) => self.state.values.insert(def, value),
                None => self.state.values.remove(&def),
            };
        }
        result
    }

    /// Runs `work` with an empty cache, for slots that hold other values for a while.
    pub fn fresh<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let cache = std::mem::replace(&mut self.cache, Cache::new(0));
        let result = work(self);
        self.cache = cache;
        result
    }

    fn opened_values(&mut self, opened: &[NodeId], span: Span) -> Result<Vec<Arc<Tensor>>, Box<Diagnostic>> {
        // A question may evaluate a small graph a million times, so that no single run asks.
        if (self.interrupt)() {
            return Err(Box::new(errors::interrupted(span)));
        }
        self.open_leaves(opened, true);
        let compiled = &*self.compiled;
        let state = &self.state;
        let slots = |def: DefId| slot(compiled, state, def);
        let inputs = exec::Inputs {
            slots: &slots,
            binding: &self.state.binding,
            precision: self.state.precision,
            memory_limit: self.state.memory_limit,
            interrupt: self.interrupt,
        };
        if self.state.engine != Engine::Reference
            && let Some(values) = engine::once(&compiled.graph, opened, &inputs, self.state.engine, &mut self.watch)
        {
            return Ok(values);
        }
        let watch = &mut self.watch;
        let mut begun = std::time::Duration::ZERO;
        let values = exec::run_planned(&compiled.graph, opened, &inputs, &mut self.cache, &mut |steps| {
            begun = watch.now();
            if watch.plans && steps > 0 {
                watch.made.push(Made::Reference(steps));
            }
        });
        self.watch.run += self.watch.now().saturating_sub(begun);
        values.map_err(|trouble| Box::new(self.trouble(trouble, span)))
    }

    /// The first expressions of leaves are evaluated in their exact form too; those that only what is known stands on wait.
    fn open_leaves(&mut self, opened: &[NodeId], known: bool) {
        let mut todo: Vec<NodeId> = opened.to_vec();
        while !todo.is_empty() {
            // All roots at once: one by one, a thousand names of a chain would be a thousand walks of it.
            let roots = std::mem::take(&mut todo);
            let stops = |id: NodeId| known && self.cache.has(id);
            for id in self.compiled.graph.slots(&roots, stops) {
                let Some(def) = self.compiled.graph.node(id).op.attrs.def(0) else { continue };
                if self.compiled.inits.contains_key(&def) {
                    continue;
                }
                let Some(init) = self.compiled.defs.get(def.index()).and_then(|def| def.init) else { continue };
                let exact = self.compiled.openers.plain.open(&mut self.compiled.graph, init);
                self.compiled.inits.insert(def, exact);
                todo.push(exact);
            }
        }
    }

    /// The sizes of an input whose training rows are not in memory.
    fn examples_of(&self, name: &str) -> Option<Vec<usize>> {
        let examples = self.state.examples.as_ref()?;
        let bound = examples.inputs.iter().find(|bound| bound.name == name)?;
        let none = bound.range(0, 0, 0).ok()?;
        let mut sizes = none.shape().to_vec();
        *sizes.get_mut(bound.form.axis)? = examples.rows[0].len();
        Some(sizes)
    }

    /// One value.
    pub fn value(&mut self, node: NodeId, span: Span) -> Result<Arc<Tensor>, Box<Diagnostic>> {
        let mut all = self.values(&[node], span)?;
        all.pop().ok_or_else(|| Box::new(errors::lost(span)))
    }

    /// The problem of an answer that is not finite; `None` where it is, or where the program wrote it so.
    pub fn not_finite(&mut self, node: NodeId, value: &Tensor, what: &str, span: Span) -> Option<Diagnostic> {
        if all_finite(value) {
            return None;
        }
        let opened = self.compiled.openers.plain.open(&mut self.compiled.graph, node);
        self.open_leaves(&[opened], false);
        let compiled = &*self.compiled;
        let state = &self.state;
        let slots = |def: DefId| slot(compiled, state, def);
        let inputs = exec::Inputs {
            slots: &slots,
            binding: &state.binding,
            precision: state.precision,
            memory_limit: u64::MAX,
            interrupt: self.interrupt,
        };
        let mut birth = exec::birth(&compiled.graph, opened, &inputs).ok().flatten()?;
        // Where lines are evaluated together, `r = log(x)` with `s = r*w`, the part is named that has the same operand.
        let apart = match errors::stands_for_more(&compiled.graph, &birth) {
            true => exec::birth(&compiled.graph, node, &inputs).ok().flatten(),
            false => None,
        };
        let (mut at, mut slope) = self.birthplace(node, opened, birth.node, span);
        let part = apart.and_then(|part| Some((self.compiled.span(part.node)?, part)));
        if let Some((place, part)) = part.filter(|(place, part)| {
            let same = part.operands.iter().all(|own| birth.operands.iter().any(|other| other.value == own.value));
            place.source == at.source && place.start < at.start && same && !slope
        }) {
            (at, slope, birth) = (place, false, part);
        }
        let nan = match value {
            Tensor::F64(a) => a.iter().any(|v| v.is_nan()),
            Tensor::F32(a) => a.iter().any(|v| v.is_nan()),
            Tensor::Int(_) | Tensor::Bool(_) => false,
        };
        Some(errors::birth(self.compiled, &birth, nan, what, (at, slope), span))
    }

    /// Other inputs with data that have a name of a shape in theirs: their names, sizes and places.
    fn alike(&self, id: DefId, stated: &crate::shape::Shape) -> Vec<(String, Vec<usize>, Span)> {
        let compiled = &*self.compiled;
        let dims = &compiled.graph.dims;
        let shares = |def: &crate::lower::Def| {
            let open = |dim: &&crate::shape::Dim| dims.known(dim).is_none();
            let shape = compiled.graph.shape(def.node);
            stated.iter().filter(open).any(|dim| shape.iter().any(|other| dims.is_same(dim, other)))
        };
        let others = compiled
            .defs
            .iter()
            .enumerate()
            .filter(|(i, def)| *i != id.index() && def.kind == DefKind::Input && shares(def));
        others
            .filter_map(|(i, def)| {
                let sizes = match (self.state.values.get(&DefId(i as u32)), def.init) {
                    (Some(value), _) => value.shape().to_vec(),
                    (None, Some(init)) => compiled.graph.shape(init).eval(dims, &self.state.binding).ok()?,
                    (None, None) => return None,
                };
                Some((def.name.to_string(), sizes, def.span))
            })
            .collect()
    }

    /// Where a node that a question's value is evaluated with was written, and whether it stands in the slope of that.
    /// Nodes are shared, so its own place may be in another statement that writes the same: then it is the first statement
    /// on the way that is evaluated with it. Of a derivative asked for it is what the slope was made for, in what is
    /// differentiated.
    fn birthplace(&mut self, root: NodeId, opened: NodeId, node: NodeId, question: Span) -> (Span, bool) {
        let inside =
            |part: Span, whole: Span| whole.source == part.source && whole.start <= part.start && part.end <= whole.end;
        let own = self.compiled.span(node).filter(|span| span.start < span.end);
        let made_for = self.compiled.graph.origin(node).filter(|origin| origin.slope).map(|origin| origin.node);
        let slope = |place: Span| made_for.is_some() && place != question && own == Some(place);
        let home = own.and_then(|own| self.compiled.items.iter().find(|item| inside(own, item.span)));
        // In the body of a function or network, or in the question itself.
        if let Some(own) = own
            && (home.is_none() || inside(own, question))
        {
            return (own, slope(own));
        }
        if let Some(place) = self.first_with(root, opened, node, own) {
            return (place, slope(place));
        }
        let goal = self.compiled.items.iter().find(|item| item.span == question).and_then(|item| match &item.kind {
            crate::lower::ItemKind::Show(asked) => asked.of,
            crate::lower::ItemKind::Ask(ask) => ask.exprs.first().and_then(|asked| asked.of.or(asked.node)),
            crate::lower::ItemKind::Define(_)
            | crate::lower::ItemKind::Blank(..)
            | crate::lower::ItemKind::Heading(_) => None,
        });
        let Some(made_for) = made_for else {
            // The program wrote it, and something else is evaluated in its place: only the slope has it.
            let written = goal.is_some_and(|goal| self.compiled.graph.reach(&[goal]).contains(&node));
            return (own.filter(|_| written).unwrap_or(question), false);
        };
        // Where no definition is made with it, its own place is where it was written.
        let otherwise = own.map_or((question, false), |own| (own, true));
        let Some(goal) = goal else { return otherwise };
        let opened = self.compiled.openers.plain.open(&mut self.compiled.graph, goal);
        self.first_with(goal, opened, made_for, own).map_or(otherwise, |place| (place, true))
    }

    /// The first definition under `root` that is evaluated with `node`; the place `own` where that is in it.
    fn first_with(&mut self, root: NodeId, opened: NodeId, node: NodeId, own: Option<Span>) -> Option<Span> {
        // What is evaluated with the node: slots by their first value.
        let graph = &self.compiled.graph;
        let holds = |root: NodeId| graph.reach(&[root]).contains(&node);
        let leaves: FxHashSet<NodeId> = (0..self.compiled.defs.len())
            .filter(|i| self.compiled.inits.get(&DefId(*i as u32)).is_some_and(|exact| holds(*exact)))
            .map(|i| self.compiled.defs[i].node)
            .collect();
        let mut with = FxHashSet::default();
        for id in graph.reach(&[opened]) {
            if id == node || leaves.contains(&id) || graph.node(id).args.iter().any(|arg| with.contains(arg)) {
                with.insert(id);
            }
        }
        let reached: FxHashSet<NodeId> = graph.reach(&[root]).into_iter().collect();
        for item in &self.compiled.items {
            let crate::lower::ItemKind::Define(def) = item.kind else { continue };
            let def = self.compiled.defs[def.index()].node;
            if !reached.contains(&def) {
                continue;
            }
            let exact = self.compiled.openers.plain.open(&mut self.compiled.graph, def);
            if leaves.contains(&def) || with.contains(&exact) {
                let whole = item.span;
                let inside =
                    |own: &Span| whole.source == own.source && whole.start <= own.start && own.end <= whole.end;
                return Some(own.filter(inside).unwrap_or(whole));
            }
        }
        None
    }

    fn trouble(&self, trouble: Trouble, span: Span) -> Diagnostic {
        match trouble {
            Trouble::Missing { def, .. } => match self.compiled.defs.get(def.index()) {
                Some(def) => match self.state.examples.as_ref().filter(|_| self.examples_of(&def.name).is_some()) {
                    Some(all) => errors::large(&def.name, all.rows[0].len(), def.span, span),
                    None => errors::missing(&def.name, def.span, span),
                },
                None => errors::lost(span),
            },
            Trouble::Unbound { dim, node } => {
                let name = self.compiled.graph.dims.name(dim).to_string();
                let place = self.compiled.graph.dims.place(dim).or_else(|| self.compiled.span(node));
                errors::unbound(&name, place, span)
            }
            Trouble::Memory { needed, limit, largest } => {
                let mut facts = vec![];
                for id in largest.into_iter().filter(|id| !self.compiled.graph.shape(*id).is_scalar()) {
                    let shape = self.compiled.graph.shape(id).show(&self.compiled.graph.dims);
                    let at = self.compiled.span(id);
                    facts.push((shape, at));
                }
                errors::memory(self.sources, needed, limit, &facts, span)
            }
            Trouble::Fault { node, fault } => {
                let at = self.compiled.span(node);
                errors::fault(fault, at, span)
            }
            Trouble::Interrupted => errors::interrupted(span),
        }
    }

    /// Binds the names in the shapes of all inputs to the data that is there: what was given, and defaults.
    pub fn bind(&mut self) -> Vec<Diagnostic> {
        let mut problems = vec![];
        // Names in other inputs may settle what one input alone leaves open: a second round tells.
        let given = |kind: DefKind| kind == DefKind::Input || kind == DefKind::Param;
        let all = self.compiled.defs.iter().enumerate().filter(|(_, def)| given(def.kind));
        let all: Vec<DefId> = all.map(|(i, _)| DefId(i as u32)).collect();
        for last in [false, true] {
            for id in all.iter().copied() {
                let def = self.compiled.def(id);
                let stated = self.compiled.graph.shape(def.node).clone();
                if stated.is_scalar() && !self.state.values.contains_key(&id) {
                    continue;
                }
                let actual = match (self.state.values.get(&id), def.init) {
                    (Some(value), _) => value.shape().to_vec(),
                    (None, Some(init)) if def.kind == DefKind::Input => {
                        match self.compiled.graph.shape(init).eval(&self.compiled.graph.dims, &self.state.binding) {
                            Ok(sizes) => sizes,
                            Err(_) => continue,
                        }
                    }
                    (None, _) => match self.examples_of(&def.name) {
                        Some(sizes) => sizes,
                        None => continue,
                    },
                };
                let (name, span) = (def.name.clone(), def.span);
                match self.compiled.graph.dims.bind(&stated, &actual, &mut self.state.binding) {
                    Ok(Bound::Whole) => {}
                    Ok(Bound::Open) if !last => {}
                    Ok(Bound::Open) => {
                        problems.push(errors::open(&name, &stated.show(&self.compiled.graph.dims), span))
                    }
                    Err(unfit) if last => {
                        let dims = &self.compiled.graph.dims;
                        let chain = dims.chain(&stated.iter().collect::<Vec<_>>());
                        let (others, why) = (self.alike(id, &stated), unfit.to_string());
                        let told = (chain.as_slice(), others.as_slice());
                        problems.push(errors::unfit(&name, &stated.written(dims), &actual, &why, span, told));
                    }
                    Err(_) => {}
                }
            }
        }
        if problems.is_empty()
            && let Err(broken) = self.compiled.graph.dims.check(&self.state.binding)
        {
            let dims = &self.compiled.graph.dims;
            let condition = &broken.condition;
            let sign = match condition.relation {
                crate::shape::Relation::Equal => "=",
                crate::shape::Relation::AtLeast => ">=",
            };
            let problem = match condition.multiple() {
                Some((dim, of)) => {
                    let found = dims.eval(dim, &self.state.binding).unwrap_or_default();
                    errors::not_a_multiple(&dims.show(dim), of, found, condition.place)
                }
                None => {
                    let text = format!("{} {sign} {}", dims.show(&condition.left), dims.show(&condition.right));
                    errors::condition(&text, broken.left, broken.right, condition.place)
                }
            };
            problems.push(problem);
        }
        problems
    }

    /// The number of a dimension, where it has one.
    pub fn size(&self, dim: &crate::shape::Dim) -> Option<usize> {
        self.compiled.graph.dims.eval(dim, &self.state.binding).ok()
    }
}

fn slot(compiled: &Compiled, state: &State, def: DefId) -> Option<Slot> {
    if let Some(value) = state.values.get(&def) {
        return Some(Slot::Value(value.clone()));
    }
    match compiled.inits.get(&def) {
        Some(exact) => Some(Slot::Node(*exact)),
        None => compiled.defs.get(def.index())?.init.map(Slot::Node),
    }
}

/// Are all entries numbers that are neither infinite nor NaN?
pub fn all_finite(tensor: &Tensor) -> bool {
    match tensor {
        Tensor::F64(a) => a.iter().all(|v| v.is_finite()),
        Tensor::F32(a) => a.iter().all(|v| v.is_finite()),
        Tensor::Int(_) | Tensor::Bool(_) => true,
    }
}
