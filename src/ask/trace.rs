//! `trace J`: every step forward with its numbers, every step back with its chain-rule product, as the notes draw it.

use super::{Cx, slope_name};
use crate::diag::Diagnostic;
use crate::diff::{self, Slope};
use crate::graph::{DefId, NodeId, Role};
use crate::lower::{Ask, DefKind};
use crate::ops;
use crate::simplify::Opener;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::{Align, Cell, Doc, Style, Table, json_value, number};
use rustc_hash::FxHashMap;
use serde_json::Map;
use std::sync::Arc;

/// A definition on the way.
pub(super) struct Stage {
    pub name: String,
    pub node: NodeId,
    /// The right side of its equation; none for a leaf.
    pub text: Option<String>,
    /// The definitions that its equation names, each with the local slope by it.
    pub from: Vec<(usize, Option<NodeId>)>,
    pub value: Arc<Tensor>,
}

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        let goal = cx.goal(asked)?;
        let of = cx.text(asked.span);
        one(cx, goal, &of, span)?;
    }
    Ok(())
}

fn one(cx: &mut Cx, goal: NodeId, of: &str, span: Span) -> Result<(), Box<Diagnostic>> {
    let mut stages = stages(cx, goal, of, span)?;
    let mut doc = Doc::heading("forward");
    let mut facts = vec![];
    let numbers: FxHashMap<String, f64> =
        stages.iter().filter_map(|stage| Some((stage.name.clone(), scalar(&stage.value)?))).collect();
    let mut table = Table::new([("", Align::Left), ("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    for stage in &stages {
        let value = shown(cx, &stage.value, stage.node);
        let mut fact = Map::new();
        fact.insert("pass".into(), "forward".into());
        fact.insert("name".into(), stage.name.as_str().into());
        fact.insert("value".into(), json_value(&stage.value));
        let equation = match &stage.text {
            Some(text) => {
                fact.insert("expression".into(), text.as_str().into());
                let filled = filled(text, &numbers, cx.digits);
                let differs = filled != *text && filled != value;
                (format!("= {text}"), if differs { format!("= {filled}") } else { String::new() })
            }
            None => (String::new(), String::new()),
        };
        table.row([
            Cell::name(&*stage.name),
            Cell::new(Style::Plain, equation.0),
            Cell::new(Style::Plain, equation.1),
            Cell::number(format!("= {value}")),
        ]);
        facts.push(fact);
    }
    doc.extend(table.doc());
    doc.extend(Doc::heading("backward"));
    let mut table = Table::new([("", Align::Left), ("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    // Adjoints from the goal down, each a sum over the equations that name it.
    let all: Vec<NodeId> = stages.iter().map(|stage| stage.node).collect();
    let adjoints = adjoints(cx, goal, &all, span)?;
    let count = stages.len();
    let mut users: Vec<Vec<(usize, Option<NodeId>)>> = vec![vec![]; count];
    for (i, stage) in stages.iter().enumerate() {
        for (from, slope) in &stage.from {
            users[*from].push((i, *slope));
        }
    }
    let mut slopes = vec![];
    for user in users.iter().flatten() {
        if let Some(slope) = user.1 {
            slopes.push(slope);
        }
    }
    let slope_values = cx.eval.values(&slopes, span)?;
    let slope_of: FxHashMap<NodeId, Arc<Tensor>> = slopes.into_iter().zip(slope_values).collect();
    for i in (0..count).rev() {
        let stage = &stages[i];
        let Some((adjoint, adjoint_node)) = &adjoints[i] else { continue };
        let name = slope_name(of, &stage.name);
        let mut symbols = vec![];
        let mut products = vec![];
        for (user, slope) in &users[i] {
            let Some(slope) = slope.and_then(|slope| slope_of.get(&slope)) else { continue };
            let Some((outer, _)) = &adjoints[*user] else { continue };
            // Of the goal itself there is no chain yet: its slope is the local one.
            if stages[*user].node == goal {
                continue;
            }
            let user_name = &stages[*user].name;
            symbols.push(format!("{}*{}", slope_name(of, user_name), slope_name(user_name, &stage.name)));
            if let (Some(a), Some(b)) = (scalar(outer), scalar(slope)) {
                products.push(format!("{}*{}", bracketed(a, cx.digits), bracketed(b, cx.digits)));
            }
        }
        let value = shown(cx, adjoint, *adjoint_node);
        let mut fact = Map::new();
        fact.insert("pass".into(), "backward".into());
        fact.insert("name".into(), name.as_str().into());
        fact.insert("value".into(), json_value(adjoint));
        if !symbols.is_empty() {
            fact.insert("chain".into(), symbols.join(" + ").into());
        }
        facts.push(fact);
        let symbolic = if symbols.is_empty() { String::new() } else { format!("= {}", symbols.join(" + ")) };
        let numeric = if products.is_empty() || products.len() != symbols.len() {
            String::new()
        } else {
            format!("= {}", products.join(" + "))
        };
        table.row([
            Cell::name(name),
            Cell::new(Style::Plain, symbolic),
            Cell::new(Style::Plain, numeric),
            Cell::number(format!("= {value}")),
        ]);
    }
    doc.extend(table.doc());
    stages.clear();
    cx.push(span, doc, facts);
    Ok(())
}

/// The definitions that `goal` stands on, in order, the goal last, with their equations and local slopes.
pub(super) fn stages(cx: &mut Cx, goal: NodeId, of: &str, span: Span) -> Result<Vec<Stage>, Box<Diagnostic>> {
    let compiled = &mut *cx.eval.compiled;
    let texts = equations(compiled, cx.eval.sources);
    let mut order: Vec<(NodeId, Option<DefId>)> = vec![];
    for id in compiled.graph.reach(&[goal]) {
        let node = compiled.graph.node(id);
        if !matches!(node.op.def.role, Role::Slot | Role::Def) {
            continue;
        }
        let Some(def) = node.op.attrs.def(0) else { continue };
        if compiled.defs.get(def.index()).is_some_and(|def| def.kind != DefKind::Local) {
            order.push((id, Some(def)));
        }
    }
    if order.last().map(|(id, _)| *id) != Some(goal) {
        order.push((goal, None));
    }
    let places: FxHashMap<NodeId, usize> = order.iter().enumerate().map(|(i, (id, _))| (*id, i)).collect();
    let nodes: Vec<NodeId> = order.iter().map(|(id, _)| *id).collect();
    let mut from_of = vec![];
    for (id, def) in &order {
        let inside = match (def, compiled.graph.node(*id).op.def.role) {
            (Some(_), Role::Def) => compiled.graph.node(*id).args[0],
            (Some(_), _) => {
                from_of.push(vec![]);
                continue;
            }
            (None, _) => *id,
        };
        let named = named_below(compiled, inside, &places);
        let mut opener = Opener::keeping(named.iter().copied());
        let root = opener.open(&mut compiled.graph, inside);
        let free: Vec<NodeId> = named.iter().map(|id| opener.open(&mut compiled.graph, *id)).collect();
        let scalar = compiled.graph.shape(root).is_scalar();
        let mut from = vec![];
        if scalar {
            let one = ops::number(&mut compiled.graph, 1.0);
            let found = diff::reverse(&mut compiled.graph, root, one, &free);
            let found = found.map_err(|trouble| {
                Box::new(Diagnostic::error(trouble.fault.code, trouble.fault.title).at(span, "asked here"))
            })?;
            for (slope, id) in found.into_iter().zip(&named) {
                let slope = match slope {
                    Slope::Node(node) => Some(node),
                    Slope::Unconnected | Slope::Flat(_) => None,
                };
                from.push((places[id], slope));
            }
        } else {
            from.extend(named.iter().map(|id| (places[id], None)));
        }
        from_of.push(from);
    }
    let values = cx.eval.values(&nodes, span)?;
    let compiled = &cx.eval.compiled;
    let mut out = vec![];
    for (((id, def), from), value) in order.into_iter().zip(from_of).zip(values) {
        let (name, text) = match def {
            Some(def) => {
                let info = compiled.def(def);
                let text = if info.kind == DefKind::Variable { texts.get(&def).cloned() } else { None };
                (info.name.to_string(), text)
            }
            None => (of.to_string(), Some(of.to_string())),
        };
        out.push(Stage { name, node: id, text, from, value });
    }
    Ok(out)
}

/// The named definitions that an expression names directly.
fn named_below(compiled: &crate::lower::Compiled, root: NodeId, places: &FxHashMap<NodeId, usize>) -> Vec<NodeId> {
    let mut found = vec![];
    let mut seen = rustc_hash::FxHashSet::default();
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        if !seen.insert(id) {
            continue;
        }
        if places.contains_key(&id) {
            found.push(id);
            continue;
        }
        stack.extend(compiled.graph.node(id).args.iter().copied());
    }
    found.sort_unstable();
    found
}

/// The right side of each definition's equation, as written.
fn equations(compiled: &crate::lower::Compiled, sources: &crate::source::Sources) -> FxHashMap<DefId, String> {
    let mut out = FxHashMap::default();
    for item in &compiled.items {
        let crate::lower::ItemKind::Define(def) = item.kind else { continue };
        let text = sources.text(item.span);
        let name = &compiled.def(def).name;
        // `name = …` or `name : […] = …`; what a layer defines has no equation of its own in the text.
        let Some(rest) = text.trim_start().strip_prefix(&**name) else { continue };
        let rest = rest.trim_start();
        let right =
            if rest.starts_with(':') { rest.split_once(" = ").map(|(_, right)| right) } else { rest.strip_prefix('=') };
        if let Some(right) = right {
            out.insert(def, right.split_whitespace().collect::<Vec<_>>().join(" "));
        }
    }
    out
}

pub(super) type Adjoint = Option<(Arc<Tensor>, NodeId)>;

/// The derivative of the goal by each stage; `None` where nothing flows.
pub(super) fn adjoints(
    cx: &mut Cx,
    goal: NodeId,
    nodes: &[NodeId],
    span: Span,
) -> Result<Vec<Adjoint>, Box<Diagnostic>> {
    let mut found = vec![];
    let mut wanted = vec![];
    for node in nodes {
        let real = cx.eval.compiled.graph.node(*node).dtype == crate::tensor::DType::Real;
        if !real {
            found.push(None);
            continue;
        }
        if *node == goal {
            let one = ops::number(&mut cx.eval.compiled.graph, 1.0);
            found.push(Some(one));
            wanted.push(one);
            continue;
        }
        let derived = super::grad::derivatives(cx, goal, &[*node], span)?;
        let derived = derived.into_iter().next().filter(|derived| derived.zero.is_none()).map(|derived| derived.node);
        wanted.extend(derived);
        found.push(derived);
    }
    let mut values = cx.eval.values(&wanted, span)?.into_iter();
    Ok(found.into_iter().map(|node| node.and_then(|node| values.next().map(|value| (value, node)))).collect())
}

pub(super) fn scalar(value: &Tensor) -> Option<f64> {
    if value.shape().is_empty() { value.item() } else { None }
}

pub(super) fn shown(cx: &Cx, value: &Tensor, node: NodeId) -> String {
    match scalar(value) {
        Some(number_of) => number(number_of, cx.digits),
        None if value.len() <= 6 && value.shape().len() == 1 => {
            let entries: Vec<String> = value.to_f64().iter().map(|v| number(*v, cx.digits)).collect();
            format!("[{}]", entries.join(", "))
        }
        None => format!("a tensor {}", cx.shape(node)),
    }
}

pub(super) fn bracketed(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    if text.starts_with('-') { format!("({text})") } else { text }
}

/// An equation with the numbers of its names in their place: `3v` becomes `3*11`.
fn filled(text: &str, numbers: &FxHashMap<String, f64>, digits: usize) -> String {
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    let is_start = |c: char| c.is_alphabetic() || c == '_';
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    while i < chars.len() {
        let after_part = i > 0 && (is_part(chars[i - 1]) && !chars[i - 1].is_ascii_digit());
        if is_start(chars[i]) && !after_part {
            let mut end = i;
            while end < chars.len() && is_part(chars[end]) {
                end += 1;
            }
            let name: String = chars[i..end].iter().collect();
            let called = chars.get(end) == Some(&'(') || chars.get(end) == Some(&'.');
            match numbers.get(&name) {
                Some(value) if !called => {
                    if i > 0 && chars[i - 1].is_ascii_digit() {
                        out.push('*');
                    }
                    let shown = number(*value, digits);
                    let tight = i > 0 || chars.get(end).is_some();
                    if shown.starts_with('-') && tight {
                        out.push_str(&format!("({shown})"))
                    } else {
                        out.push_str(&shown)
                    }
                }
                _ => out.push_str(&name),
            }
            i = end;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    out
}
