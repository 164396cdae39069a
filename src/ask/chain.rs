//! The definitions behind a goal as a chain of equations: each over the names in it alone, so that a local slope is the
//! slope of one equation, and what a step gives its names is a formula.

use super::{Cx, grad, slope_name};
use crate::diag::Diagnostic;
use crate::diff::{self, Slope};
use crate::formula;
use crate::graph::{DefId, Diff, NodeId, OpDef, Role, Type};
use crate::lower::{Compiled, DefKind, ItemKind};
use crate::ops;
use crate::simplify::Opener;
use crate::source::{Sources, Span};
use crate::tensor::{DType, Tensor};
use crate::view::number;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Up to so many definitions get formulas, and their derivatives one by one in the form that keeps its digits.
const FEW: usize = 200;
/// A longer formula says less than the chain of names.
pub(super) const LONG: usize = 100;

/// Calls that a formula has only where it was not made for reading.
const MACHINE: &[&str] = &["reshape(", "broadcast_to(", "sum_to(", "pad(", "unslice(", "take_along(", "scatter_add("];
/// As many columns fit a screen.
pub(super) const COLUMNS: usize = 80;

/// A definition on the way.
pub(super) struct Stage {
    pub name: String,
    pub node: NodeId,
    /// The right side of its equation as the program says it; none for a leaf.
    pub text: Option<String>,
    pub value: Arc<Tensor>,
    /// The stages that its equation names.
    pub from: Vec<usize>,
    /// Its equation over stand-ins of those; none for a leaf.
    root: Option<NodeId>,
    /// Stands for its value.
    slot: (DefId, NodeId),
    /// Stands for the derivative of the goal by it.
    seed: (DefId, NodeId),
    real: bool,
}

/// What one equation gives one of its names.
#[derive(Clone)]
pub(super) enum Local {
    /// A node over the stand-ins.
    Slope(NodeId),
    /// It is flat in it, and why.
    Flat(String),
}

/// The stages in order, the goal last.
pub(super) struct Chain {
    pub stages: Vec<Stage>,
    /// For each stage: which equations name it, ascending.
    pub users: Vec<Vec<usize>>,
    /// The goal's text.
    pub of: String,
    named: Vec<(NodeId, String)>,
    values: Vec<(NodeId, NodeId)>,
}

impl Chain {
    /// The definitions that `goal` stands on, in order, the goal last.
    pub(super) fn new(cx: &mut Cx, goal: NodeId, of: &str, span: Span) -> Result<Chain, Box<Diagnostic>> {
        let compiled = &mut *cx.eval.compiled;
        let texts = equations(compiled, cx.eval.sources);
        let mut order: Vec<(NodeId, Option<DefId>)> = vec![];
        for id in compiled.graph.reach(&[goal]) {
            let node = compiled.graph.node(id);
            if !matches!(node.op.def.role, Role::Slot | Role::Def) {
                continue;
            }
            let Some(def) = node.op.attrs.def(0) else { continue };
            let named = compiled.defs.get(def.index()).is_some_and(|def| def.kind != DefKind::Local);
            if named || compiled.insides.contains_key(&def) {
                order.push((id, Some(def)));
            }
        }
        if order.last().map(|(id, _)| *id) != Some(goal) {
            order.push((goal, None));
        }
        let nodes: Vec<NodeId> = order.iter().map(|(id, _)| *id).collect();
        let values = cx.eval.values(&nodes, span)?;
        let compiled = &mut *cx.eval.compiled;
        let mut stages = vec![];
        for ((id, def), value) in order.into_iter().zip(values) {
            let ty = compiled.graph.ty(id);
            let real = ty.dtype == DType::Real;
            let shape = ty.shape.clone();
            let slot = ops::stand_in(&mut compiled.graph, ty);
            let seed = ops::stand_in(&mut compiled.graph, Type::real(shape));
            let inside = def.and_then(|def| compiled.insides.get(&def));
            let own = |def: DefId| inside.unwrap_or(&compiled.def(def).name).to_string();
            let name = def.map_or(of.to_string(), own);
            let leaf = compiled.graph.def(id).role == Role::Slot;
            let text = match def {
                _ if leaf => None,
                Some(def) if compiled.def(def).kind == DefKind::Variable => {
                    // What a layer defines has no equation of its own in the text.
                    let layer = || super::recurrent::layer_of(compiled, cx.eval.sources, id);
                    let known = texts.get(&def).cloned().or_else(layer);
                    Some(known.unwrap_or_else(|| formula::formula(compiled, id, None, span).text))
                }
                // Over the names before it, as soon as they stand for themselves.
                Some(def) if compiled.insides.contains_key(&def) => Some(String::new()),
                Some(_) => None,
                None => Some(of.to_string()),
            };
            cx.eval.state.values.insert(slot.0, value.clone());
            stages.push(Stage { name, node: id, text, value, from: vec![], root: None, slot, seed, real });
        }
        let mut opener = Opener::replacing(stages.iter().map(|stage| (stage.node, stage.slot.1)));
        let place_of: FxHashMap<NodeId, usize> = stages.iter().enumerate().map(|(i, s)| (s.slot.1, i)).collect();
        let floor = stages.first().map_or(goal, |stage| stage.slot.1);
        let mut users = vec![vec![]; stages.len()];
        let (mut named, mut values) = (vec![], vec![]);
        for i in 0..stages.len() {
            let node = compiled.graph.node(stages[i].node);
            let inside = match node.op.def.role {
                Role::Slot => None,
                Role::Def => Some(node.args[0]),
                Role::Plain | Role::Number | Role::Literal | Role::Dim | Role::Stop | Role::Draw => {
                    Some(stages[i].node)
                }
            };
            named.push((stages[i].slot.1, stages[i].name.clone()));
            named.push((stages[i].seed.1, slope_name(of, &stages[i].name)));
            let Some(inside) = inside else { continue };
            // The goal itself, where it is an expression, is opened under its own stand-in's place.
            let root = if inside == stages[i].node {
                Opener::replacing(stages[..i].iter().map(|stage| (stage.node, stage.slot.1)))
                    .open(&mut compiled.graph, inside)
            } else {
                opener.open(&mut compiled.graph, inside)
            };
            stages[i].root = Some(root);
            if stages[i].text.as_ref().is_some_and(String::is_empty) {
                stages[i].text = Some(formula::over(compiled, root, &named, &[]).text);
            }
            if matches!(compiled.graph.def(root).role, Role::Plain | Role::Draw) {
                values.push((root, stages[i].slot.1));
            }
            let mut from: Vec<usize> = compiled
                .graph
                .reach_above(&[root], floor)
                .into_iter()
                .filter_map(|id| place_of.get(&id).copied())
                .collect();
            from.sort_unstable();
            for name in &from {
                users[*name].push(i);
            }
            stages[i].from = from;
        }
        Ok(Chain { stages, users, of: of.to_string(), named, values })
    }

    /// Forgets the values of the stand-ins.
    pub(super) fn end(self, cx: &mut Cx) {
        for stage in &self.stages {
            cx.eval.state.values.remove(&stage.slot.0);
            cx.eval.state.values.remove(&stage.seed.0);
        }
    }

    /// The place of the goal.
    pub(super) fn goal(&self) -> usize {
        self.stages.len().saturating_sub(1)
    }

    /// Are there so few definitions that each is looked at closely?
    pub(super) fn few(&self) -> bool {
        self.stages.len() <= FEW
    }

    /// The node that stands for the derivative of the goal by a stage; by the goal itself that is 1.
    pub(super) fn seed(&self, cx: &mut Cx, stage: usize) -> NodeId {
        if stage == self.goal() { ops::number(&mut cx.eval.compiled.graph, 1.0) } else { self.stages[stage].seed.1 }
    }

    /// What the equation of `user`, weighted by `seed`, gives the names in it; a name that takes no part in its
    /// derivative (an index, a size) is left out.
    pub(super) fn locals(
        &self,
        cx: &mut Cx,
        user: usize,
        seed: NodeId,
        span: Span,
    ) -> Result<Vec<(usize, Local)>, Box<Diagnostic>> {
        let stage = &self.stages[user];
        let Some(root) = stage.root.filter(|_| stage.real) else { return Ok(vec![]) };
        let names: Vec<usize> = stage.from.iter().copied().filter(|from| self.stages[*from].real).collect();
        let by: Vec<NodeId> = names.iter().map(|from| self.stages[*from].slot.1).collect();
        let graph = &mut cx.eval.compiled.graph;
        let shape = graph.shape(root).clone();
        let seed = ops::build::broadcast_to(graph, seed, shape).unwrap_or(seed);
        let slopes = diff::reverse(graph, root, seed, &by).map_err(|trouble| {
            let at = cx.eval.compiled.span(trouble.node).unwrap_or(span);
            let problem = Diagnostic::error(trouble.fault.code, trouble.fault.title);
            Box::new(problem.at(at, "on the way").at(span, "asked here"))
        })?;
        let graph = &cx.eval.compiled.graph;
        let mut out = vec![];
        for (slope, from) in slopes.into_iter().zip(names) {
            match slope {
                Slope::Node(node) => out.push((from, Local::Slope(node))),
                Slope::Flat(at) => {
                    let why = if let Diff::Flat(why) = graph.def(at).diff { why } else { "it is flat" };
                    out.push((from, Local::Flat(why.to_string())));
                }
                Slope::Unconnected => {}
            }
        }
        Ok(out)
    }

    /// The derivative of the goal by each stage; `None` where nothing flows. Of a few stages each is the derivative as
    /// the program would give it; of many the chain is evaluated step by step, in one linear sweep.
    pub(super) fn derivatives(
        &self,
        cx: &mut Cx,
        goal: NodeId,
        span: Span,
    ) -> Result<Vec<Option<Arc<Tensor>>>, Box<Diagnostic>> {
        let count = self.stages.len();
        let mut found: Vec<Option<NodeId>> = vec![None; count];
        let end = self.goal();
        found[end] = Some(ops::number(&mut cx.eval.compiled.graph, 1.0));
        if self.few() {
            for (i, slot) in found.iter_mut().enumerate().take(end) {
                if self.stages[i].real {
                    let derived = grad::derivatives(cx, goal, &[self.stages[i].node], span)?;
                    *slot = derived.first().filter(|derived| derived.zero.is_none()).map(|derived| derived.node);
                }
            }
        } else {
            for user in (0..count).rev() {
                let Some(seed) = found[user] else { continue };
                for (from, local) in self.locals(cx, user, seed, span)? {
                    let Local::Slope(share) = local else { continue };
                    found[from] = match found[from] {
                        None => Some(share),
                        Some(before) => ops::build::add(&mut cx.eval.compiled.graph, before, share).ok(),
                    };
                }
            }
        }
        let wanted: Vec<NodeId> = found.iter().copied().flatten().collect();
        let mut values = cx.eval.values(&wanted, span)?.into_iter();
        Ok(found.into_iter().map(|node| node.and_then(|_| values.next())).collect())
    }

    /// Gives the stand-ins of the derivatives their values.
    pub(super) fn hold(&self, cx: &mut Cx, derivatives: &[Option<Arc<Tensor>>]) {
        for (stage, value) in self.stages.iter().zip(derivatives) {
            if let Some(value) = value {
                cx.eval.state.values.insert(stage.seed.0, value.clone());
            }
        }
    }

    /// A node over the stand-ins as a formula, where it is short and has the value of the node.
    pub(super) fn formula(&self, cx: &mut Cx, node: NodeId, span: Span) -> Option<String> {
        if !self.few() {
            return None;
        }
        let found = formula::over(cx.eval.compiled, node, &self.named, &self.values);
        if found.text.chars().count() > LONG {
            return None;
        }
        let values = cx.eval.values(&[node, found.node], span).ok()?;
        let text = found.text;
        // What only the machine writes says less than the names.
        let plain = MACHINE.iter().all(|word| !text.contains(word));
        (plain && alike(&values[0], &values[1])).then_some(text)
    }
}

/// Are two values the same but for rounding?
pub(super) fn alike(a: &Tensor, b: &Tensor) -> bool {
    let (a, b) = (a.to_f64(), b.to_f64());
    let Some(b) = b.broadcast(a.raw_dim()) else { return false };
    let scale = a.iter().fold(0.0, |most: f64, v| libm::fmax(most, libm::fabs(*v)));
    let single = 1e-4 * scale;
    a.iter().zip(b.iter()).all(|(x, y)| x == y || libm::fabs(x - y) <= libm::fmin(single, 1e-6 * scale + 1e-300))
}

/// Does an operator such as a stated slope or `stop` stand between `goal` and `by`? The place of the first.
pub(super) fn met_between(cx: &Cx, goal: NodeId, by: NodeId, wanted: fn(&OpDef) -> bool) -> Option<Span> {
    let graph = &cx.eval.compiled.graph;
    let mut moving = rustc_hash::FxHashSet::default();
    moving.insert(by);
    for id in graph.reach_above(&[goal], by) {
        let node = graph.node(id);
        let passing = |(i, arg): (usize, &NodeId)| moving.contains(arg) && diff::passes(node.op.def, i);
        if id != by && wanted(node.op.def) && node.args.iter().any(|arg| moving.contains(arg)) {
            return cx.eval.compiled.span(id);
        }
        if id != by && node.args.iter().enumerate().any(passing) {
            moving.insert(id);
        }
    }
    None
}

/// The number of a scalar.
pub(super) fn scalar(value: &Tensor) -> Option<f64> {
    if value.shape().is_empty() { value.item() } else { None }
}

/// As [`brief`], behind a name: `= 3`, or, where the shape is known beside it, `from -1 to 2`.
pub(super) fn beside(cx: &Cx, value: &Tensor, node: NodeId) -> String {
    let text = brief(cx, value, node);
    match text.strip_prefix(&cx.shape(node)) {
        Some(range) => range.trim_start().to_string(),
        None => format!("= {text}"),
    }
}

/// A value in a few words, for a drawing: the number, few entries, or the shape and the range.
pub(super) fn brief(cx: &Cx, value: &Tensor, node: NodeId) -> String {
    let text = shown(cx, value, node);
    match text.rsplit_once(", mean ") {
        Some((range, _)) => range.to_string(),
        None if text.chars().count() > 24 => {
            let entries = value.to_f64();
            let (least, most) = range(&entries);
            let short = |v: f64| number(v, cx.digits.min(4));
            format!("{} from {} to {}", cx.shape(node), short(least), short(most))
        }
        None => text,
    }
}

fn range(entries: &ndarray::ArrayD<f64>) -> (f64, f64) {
    let least = entries.iter().fold(f64::INFINITY, |a, b| libm::fmin(a, *b));
    (least, entries.iter().fold(f64::NEG_INFINITY, |a, b| libm::fmax(a, *b)))
}

/// A value on one line: all of few entries, of many the shape, the range and the mean.
pub(super) fn shown(cx: &Cx, value: &Tensor, node: NodeId) -> String {
    if let Some(number_of) = scalar(value) {
        return number(number_of, cx.digits);
    }
    if value.len() <= 6 {
        return nested(value.to_f64().view(), cx.digits.min(5));
    }
    let entries = value.to_f64();
    let finite = entries.iter().all(|v| v.is_finite());
    let shape = cx.shape(node);
    if !finite {
        let broken = entries.iter().filter(|v| !v.is_finite()).count();
        return format!("{shape}, {broken} of {} not finite", entries.len());
    }
    let (least, most) = range(&entries);
    let mean = entries.iter().sum::<f64>() / entries.len() as f64;
    let short = |v: f64| number(v, cx.digits.min(4));
    if least == most {
        return format!("{shape} all {}", short(least));
    }
    format!("{shape} from {} to {}, mean {}", short(least), short(most), short(mean))
}

fn nested(view: ndarray::ArrayViewD<f64>, digits: usize) -> String {
    match view.ndim() {
        0 => view.first().map(|v| number(*v, digits)).unwrap_or_default(),
        _ => {
            let parts: Vec<String> = view.outer_iter().map(|part| nested(part, digits)).collect();
            format!("[{}]", parts.join(", "))
        }
    }
}

/// In a product a negative number stands in brackets.
pub(super) fn bracketed(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    if text.starts_with('-') { format!("({text})") } else { text }
}

/// The right side of each definition's equation, as written.
fn equations(compiled: &Compiled, sources: &Sources) -> FxHashMap<DefId, String> {
    let mut out = FxHashMap::default();
    for item in &compiled.items {
        let ItemKind::Define(def) = item.kind else { continue };
        let text = sources.in_line(item.span);
        let name = &compiled.def(def).name;
        // `name = …` or `name : […] = …`
        let Some(rest) = text.trim_start().strip_prefix(&**name) else { continue };
        let rest = rest.trim_start();
        // `h[t] = …`
        let recurs = compiled.recurrences.iter().any(|of| of.names.iter().any(|name| name.def == def));
        let rest = match rest.split_once(']') {
            Some((_, rest)) if recurs => rest.trim_start(),
            _ => rest,
        };
        let right =
            if rest.starts_with(':') { rest.split_once(" = ").map(|(_, right)| right) } else { rest.strip_prefix('=') };
        if let Some(right) = right {
            let words: Vec<&str> = right.split_whitespace().collect();
            // `h = layer 4 tanh` is not an equation.
            if words.first() != Some(&"layer") {
                out.insert(def, words.join(" "));
            }
        }
    }
    out
}
