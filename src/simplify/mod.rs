//! What is evaluated: definitions seen through, and every formula in the form that is exact at z = ±1000.
//!
//! A rewrite serves what is evaluated and never changes what is asked: the definitions that a question is about are
//! kept as they are, and nothing is rewritten across them.

mod away;
mod lengths;
mod matching;
mod powers;
mod recognise;

use crate::graph::{
    Args, Attrs, Diff, Fault, Graph, Kernel, Loop, Move, NodeId, NodeMap, Notation, OpDef, Origin, Role, verify_pass,
};
use crate::notation::{self, Rule};
use crate::ops;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::LazyLock;

/// How many rules may apply in a row where one stood, and how deep inside what they made.
const FUEL: u32 = 12;

/// The rules by the operator at the root of their left side; and the operators that stand inside one.
struct Rules {
    by_root: FxHashMap<usize, Vec<Listed>>,
    inside: FxHashSet<usize>,
}

/// A rule, and which operators stand right below its root: where one of them does not, nothing is tried.
struct Listed {
    need: u64,
    rule: Rule,
}

/// One of 64 bits for an operator; numbers are told apart by their own.
fn bit(def: &'static OpDef) -> u64 {
    1 << ((key(def) as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58)
}

/// The bits of what a rule needs right below its root.
fn needed(rule: &Rule) -> u64 {
    let Some(crate::graph::Step::Apply(_, args)) = rule.left.steps.last() else { return 0 };
    let below = |at: &usize| match &rule.left.steps[*at] {
        crate::graph::Step::Apply(op, _) => bit(op.def),
        crate::graph::Step::Number(_) => bit(ops::of(crate::graph::Is::Number)),
        crate::graph::Step::Var(_) => 0,
    };
    args.iter().map(below).fold(0, |all, one| all | one)
}

fn key(def: &'static OpDef) -> usize {
    std::ptr::from_ref(def) as usize
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let mut rules = Rules { by_root: FxHashMap::default(), inside: FxHashSet::default() };
    for def in ops::ALL {
        for text in def.algebra.stable.iter().chain(def.algebra.rules) {
            // The laws parse every rule of the table; one that does not parse is left out here.
            let Ok(rule) = notation::rule(text) else { continue };
            let mut root = None;
            for step in &rule.left.steps {
                if let crate::graph::Step::Apply(op, _) = step
                    && let Some(before) = root.replace(op.def)
                {
                    rules.inside.insert(key(before));
                }
            }
            if let Some(root) = root {
                let need = needed(&rule);
                rules.by_root.entry(key(root)).or_default().push(Listed { need, rule });
            }
        }
    }
    rules
});

/// Opens graphs: the memory of what each node became serves many questions.
#[derive(Clone, Debug, Default)]
pub struct Opener {
    memo: NodeMap,
    keep: FxHashSet<NodeId>,
    /// Nothing is rewritten.
    verbatim: bool,
}

impl Opener {
    /// An opener that sees through all definitions but those in `keep`.
    pub fn keeping(keep: impl IntoIterator<Item = NodeId>) -> Opener {
        Opener { keep: keep.into_iter().collect(), ..Opener::default() }
    }

    /// An opener that sees through all definitions but those in `keep`, and leaves the rest as it was written.
    pub fn verbatim(keep: impl IntoIterator<Item = NodeId>) -> Opener {
        Opener { verbatim: true, ..Opener::keeping(keep) }
    }

    /// An opener that puts other nodes in the place of some.
    pub fn replacing(pairs: impl IntoIterator<Item = (NodeId, NodeId)>) -> Opener {
        let mut opener = Opener::default();
        for (from, to) in pairs {
            opener.memo.insert(from, to.0);
            opener.memo.insert(to, to.0);
        }
        opener
    }

    /// Forgets the nodes from `len` on: the graph has taken them back.
    pub fn forget(&mut self, len: usize) {
        self.memo.forget(len);
        self.keep.retain(|id| id.index() < len);
    }

    /// The evaluated form of a node, as [`Opener::open`]; what comes before everything that is kept is taken from
    /// `plain`, which sees through all definitions and remembers what it saw.
    pub fn open_over(&mut self, graph: &mut Graph, root: NodeId, plain: &mut Opener) -> NodeId {
        let Some(floor) = self.keep.iter().min().copied() else { return plain.open(graph, root) };
        for id in graph.reach_above(&[root], floor) {
            let below: Args = graph.node(id).args.iter().copied().filter(|arg| *arg < floor).collect();
            for arg in below.iter().copied() {
                if !self.memo.contains(arg) {
                    let made = plain.open(graph, arg);
                    self.memo.insert(arg, made.0);
                }
            }
        }
        self.open(graph, root)
    }

    /// The evaluated form of a node. Linear in what is below it and was not opened before.
    pub fn open(&mut self, graph: &mut Graph, root: NodeId) -> NodeId {
        if let Some(done) = self.memo.get(root) {
            return NodeId(done);
        }
        let from = graph.len();
        // Children first, without recursion.
        let mut stack = vec![(root, false)];
        while let Some((id, ready)) = stack.pop() {
            if self.memo.contains(id) {
                continue;
            }
            // What is kept stays the node that it is: what comes of it may be asked for by what is below it in turn.
            if self.keep.contains(&id) {
                self.memo.insert(id, id.0);
                continue;
            }
            if !ready {
                stack.push((id, true));
                let node = graph.node(id);
                for arg in &node.args {
                    if !self.memo.contains(*arg) {
                        stack.push((*arg, false));
                    }
                }
                continue;
            }
            let before = graph.made_for(Some(Origin { node: id, slope: false }));
            let made = self.rebuilt(graph, id);
            graph.made_for(before);
            self.memo.insert(id, made.0);
            // What was made is open already.
            if !self.memo.contains(made) {
                self.memo.insert(made, made.0);
            }
        }
        verify_pass(graph, from, "simplify");
        self.memo.get(root).map_or(root, NodeId)
    }

    fn rebuilt(&mut self, graph: &mut Graph, id: NodeId) -> NodeId {
        let node = graph.node(id);
        let def = node.op.def;
        let args: Args = node.args.iter().map(|arg| self.memo.get(*arg).map_or(*arg, NodeId)).collect();
        if def.role == Role::Def {
            return args[0];
        }
        let same = args == node.args;
        match def.kernel {
            Kernel::Scan => return self.steps(graph, id, &args).unwrap_or(id),
            Kernel::Pick => return graph.remade(id, &args).unwrap_or(id),
            _ => {}
        }
        let attrs = graph.node(id).op.attrs.clone();
        if self.verbatim {
            return if same { id } else { graph.add(def, attrs, &args).unwrap_or(id) };
        }
        let made = make(graph, def, attrs, &args, if same { Some(id) } else { None }, FUEL);
        match made {
            // A rewrite keeps shape and element type, or it does not happen.
            Ok(made) => fitted(graph, made, id).unwrap_or(id),
            Err(_) => id,
        }
    }
}

impl Opener {
    /// A loop over opened arguments, with its body opened.
    fn steps(&mut self, graph: &mut Graph, id: NodeId, args: &[NodeId]) -> Result<NodeId, Fault> {
        let Some(steps) = Loop::of(graph, id).cloned() else { return Ok(id) };
        let body = graph.body(steps.body).clone();
        let results: Vec<NodeId> = body.results.iter().map(|result| self.open(graph, *result)).collect();
        if results == body.results && args == graph.node(id).args.as_slice() {
            return Ok(id);
        }
        let pairs: Vec<(NodeId, NodeId)> = body.params.iter().copied().zip(args.iter().copied()).collect();
        let (states, rest) = pairs.split_at(steps.states as usize);
        let (sequences, shared) = rest.split_at(steps.sequences as usize);
        let opened = ops::Steps {
            states: states.to_vec(),
            sequences: sequences.to_vec(),
            shared: shared.to_vec(),
            index: body.params.get(args.len()).copied(),
            results,
            length: steps.length,
            backward: steps.backward,
        };
        ops::scan::scan(graph, opened)
    }
}

/// `made` with the type of `like`, where that needs no more than stretching.
fn fitted(graph: &mut Graph, made: NodeId, like: NodeId) -> Option<NodeId> {
    if graph.node(made).dtype != graph.node(like).dtype {
        return None;
    }
    let shape = graph.shape(like).clone();
    if *graph.shape(made) == shape || graph.shape(made).is_same(&shape, &graph.dims) {
        return Some(made);
    }
    ops::build::broadcast_to(graph, made, shape).ok()
}

/// An operator over opened arguments, rewritten as long as a rule fits.
fn make(
    graph: &mut Graph,
    def: &'static OpDef,
    attrs: Attrs,
    args: &[NodeId],
    existing: Option<NodeId>,
    fuel: u32,
) -> Result<NodeId, Fault> {
    if let Some(value) = folded(graph, def, args) {
        return Ok(ops::number(graph, value));
    }
    let id = match existing {
        Some(id) => id,
        None => graph.add(def, attrs, args)?,
    };
    if fuel == 0 || args.is_empty() {
        return Ok(id);
    }
    if let Some(made) = recognise::recognise(graph, id) {
        return Ok(made);
    }
    if let Some(rules) = RULES.by_root.get(&key(def)) {
        let have = graph.node(id).args.iter().map(|arg| bit(graph.def(*arg))).fold(0, |all, one| all | one);
        for Listed { rule, .. } in rules.iter().filter(|listed| listed.need & !have == 0) {
            let Some(found) = matching::find(graph, &rule.left, id) else { continue };
            let Ok(made) = build(graph, rule, &found, fuel - 1) else { continue };
            if made == id {
                continue;
            }
            if let Some(made) = fitted(graph, made, id) {
                return Ok(made);
            }
        }
    }
    if let Some(made) = through_moves(graph, def, id, fuel)? {
        return Ok(made);
    }
    Ok(id)
}

/// The right side of a rule, each new node rewritten in turn.
fn build(graph: &mut Graph, rule: &Rule, found: &matching::Found, fuel: u32) -> Result<NodeId, Fault> {
    let mut made: Vec<NodeId> = Vec::with_capacity(rule.right.steps.len());
    for step in &rule.right.steps {
        let id = match step {
            crate::graph::Step::Var(i) => found.var(*i),
            crate::graph::Step::Number(value) => ops::number(graph, *value),
            crate::graph::Step::Apply(op, args) => {
                let args: Args = args.iter().map(|i| made[*i]).collect();
                let attrs =
                    if op.def.args.iter().all(|arg| arg.kind.is_node()) { Attrs::None } else { found.attrs.clone() };
                make(graph, op.def, attrs, &args, None, fuel)?
            }
        };
        made.push(id);
    }
    made.last().copied().ok_or_else(|| Fault::new("nnlang::diff::operator", "an empty rule"))
}

/// Arithmetic of whole numbers alone, exact: what rounds or is a function of a number keeps its form, for a rule may know
/// a better one (`1 - tanh(20)^2`).
fn folded(graph: &Graph, def: &'static OpDef, args: &[NodeId]) -> Option<f64> {
    let exact = |value: f64| (value.fract() == 0.0 && libm::fabs(value) < 9e15).then_some(value);
    let number = |i: usize| {
        let node = graph.node(*args.get(i)?);
        if node.op.def.role == Role::Number { node.op.attrs.number(0).and_then(exact) } else { None }
    };
    match def.kernel {
        Kernel::Map(f) if matches!(def.notation, Notation::Prefix(_)) => exact(f(number(0)?)),
        // Only results that are real numbers: a comparison stays what it is, 0 or 1 of its own type.
        Kernel::Zip(f)
            if matches!(def.notation, Notation::Infix(_)) && matches!(def.diff, Diff::Slopes(_) | Diff::SlopeBy(_)) =>
        {
            exact(f(number(0)?, number(1)?))
        }
        Kernel::Map(_)
        | Kernel::Zip(_)
        | Kernel::Zip3(_)
        | Kernel::Reduce(_)
        | Kernel::Along(_)
        | Kernel::Move(_)
        | Kernel::Contract(_)
        | Kernel::Source(_)
        | Kernel::Matrix(_)
        | Kernel::Same
        | Kernel::Scan
        | Kernel::Pick
        | Kernel::Expand(_) => None,
    }
}

/// `log(softmax(z)[0])`: a pointwise operator looks through a selection where a rule waits on the other side;
/// and a selection of what a rule waits for goes inside: `1 - sigmoid(z)[0]` sees `sigmoid(z[0])`.
fn through_moves(graph: &mut Graph, def: &'static OpDef, id: NodeId, fuel: u32) -> Result<Option<NodeId>, Fault> {
    let selects = |def: &OpDef| {
        matches!(def.kernel, Kernel::Move(Move::Reshape | Move::Transpose | Move::Slice | Move::Gather | Move::Flip))
    };
    let inner = graph.node(id).args[0];
    let pointwise = |def: &OpDef| matches!(def.kernel, Kernel::Map(_));
    let below = graph.def(inner);
    if !(pointwise(def) && selects(below) || selects(def) && pointwise(below)) {
        return Ok(None);
    }
    let node = graph.node(id).clone();
    let below = graph.node(inner).clone();
    if matches!(def.kernel, Kernel::Map(_)) && selects(below.op.def) && RULES.by_root.contains_key(&key(def)) {
        let before = graph.len();
        let source = below.args[0];
        if RULES.inside.contains(&key(graph.def(source))) || selects(graph.def(source)) {
            let applied = make(graph, def, Attrs::None, &[source], None, fuel - 1)?;
            let plain = graph.add(def, Attrs::None, &[source])?;
            if applied != plain {
                let mut args = below.args.clone();
                args[0] = applied;
                return make(graph, below.op.def, below.op.attrs.clone(), &args, None, fuel - 1).map(Some);
            }
        }
        debug_assert!(graph.len() >= before);
    }
    if selects(def) && matches!(below.op.def.kernel, Kernel::Map(_)) && RULES.inside.contains(&key(below.op.def)) {
        let mut args = node.args.clone();
        args[0] = below.args[0];
        let moved = make(graph, def, node.op.attrs.clone(), &args, None, fuel - 1)?;
        return make(graph, below.op.def, below.op.attrs.clone(), &[moved], None, fuel - 1).map(Some);
    }
    Ok(None)
}

/// One of the given rules applied at a node, if one fits.
pub fn rewrite_once(graph: &mut Graph, id: NodeId, rules: &[&'static str]) -> Option<NodeId> {
    static PARSED: LazyLock<std::sync::Mutex<FxHashMap<&'static str, Option<std::sync::Arc<Rule>>>>> =
        LazyLock::new(Default::default);
    if graph.node(id).args.is_empty() {
        return None;
    }
    for text in rules {
        let rule = {
            let mut parsed = PARSED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            parsed.entry(text).or_insert_with(|| notation::rule(text).ok().map(std::sync::Arc::new)).clone()
        };
        let Some(rule) = rule else { continue };
        if let Some(found) = matching::find_root(graph, &rule.left, id)
            && let Ok(made) = build(graph, &rule, &found, 0)
            && let Some(made) = fitted(graph, made, id)
            && made != id
        {
            return Some(made);
        }
    }
    None
}
