//! The graph of a goal as a picture: a box per definition, what a layer defines in one where there are many, values above the
//! edges and derivatives below them.

use super::chain::{Chain, beside, brief};
use super::{Cx, slope_name};
use crate::figure::{Edge, Network, Vertex};
use crate::graph::Role;
use crate::lower::DefKind;
use crate::source::Span;
use crate::tensor::Tensor;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// More boxes than this, and what one statement defines is one box.
const MANY: usize = 24;
/// So much of an equation stands in a box.
const WIDE: usize = 34;

/// The graph behind a goal. `open` gives each definition its own box, however many there are.
pub(super) fn network(cx: &Cx, chain: &Chain, derivatives: &[Option<Arc<Tensor>>], open: Option<bool>) -> Network {
    let count = chain.stages.len();
    let folds = !open.unwrap_or(count <= MANY);
    // The box of each stage, its own or the one of its statement.
    let layers = layers(cx);
    let layer_of = |i: usize| {
        let def = cx.eval.compiled.graph.node(chain.stages[i].node).op.attrs.def(0)?;
        layers.get(def.index()).copied().flatten()
    };
    let mut box_of = vec![0; count];
    let mut boxes: Vec<Vec<usize>> = vec![];
    let mut shares: FxHashMap<usize, usize> = FxHashMap::default();
    for (i, slot) in box_of.iter_mut().enumerate() {
        let layer = layer_of(i).filter(|_| folds);
        let shared = layer.and_then(|layer| shares.get(&layer).copied());
        if let (Some(layer), None) = (layer, shared) {
            shares.insert(layer, boxes.len());
        }
        *slot = match shared {
            Some(at) => {
                boxes[at].push(i);
                at
            }
            None => {
                boxes.push(vec![i]);
                boxes.len() - 1
            }
        };
    }
    let vertices: Vec<Vertex> = boxes
        .iter()
        .map(|own| match own.as_slice() {
            [one] => alone(cx, chain, *one, derivatives),
            several => together(cx, chain, several, derivatives),
        })
        .collect();
    let mut edges: Vec<Edge> = vec![];
    for (i, stage) in chain.stages.iter().enumerate() {
        for from in &stage.from {
            let (a, b) = (box_of[*from], box_of[i]);
            if a == b || edges.iter().any(|edge| (edge.from, edge.to) == (a, b)) {
                continue;
            }
            let mut edge = Edge { from: a, to: b, ..Edge::default() };
            if boxes[a].len() == 1 && on_edge(chain, *from) {
                let source = &chain.stages[*from];
                edge.above = brief(cx, &source.value, source.node);
                if let Some(value) = derivatives[*from].as_ref() {
                    edge.below = format!("{} {}", slope_name(&chain.of, &source.name), beside(cx, value, source.node));
                }
            }
            edges.push(edge);
        }
    }
    let order = forward(vertices.len(), &edges);
    let mut place = vec![0; order.len()];
    order.iter().enumerate().for_each(|(new, old)| place[*old] = new);
    let mut sorted: Vec<Option<Vertex>> = vertices.into_iter().map(Some).collect();
    let vertices = order.iter().filter_map(|old| sorted[*old].take()).collect();
    let edges = edges.into_iter().map(|edge| Edge { from: place[edge.from], to: place[edge.to], ..edge }).collect();
    Network { title: chain.of.clone(), vertices, edges }
}

/// For each definition the layer that makes it along with others: the place of its first. The names of one layer are made one
/// after another where its word stands, and bear its number; a `repeat` makes those of the next with the next.
fn layers(cx: &Cx) -> Vec<Option<usize>> {
    let defs = &cx.eval.compiled.defs;
    let number_of = |i: usize| {
        let name = &defs[i].name;
        &name[name.trim_end_matches(|c: char| c.is_ascii_digit()).len()..]
    };
    let mut out = vec![None; defs.len()];
    let mut first = 0;
    for i in 1..=defs.len() {
        let same = defs.get(i).is_some_and(|def| def.span == defs[first].span && number_of(i) == number_of(first));
        if !same {
            if i - first > 1 {
                out[first..i].fill(Some(first));
            }
            first = i;
        }
    }
    out
}

/// A statement of a layer as it stands, without a block.
fn said(cx: &Cx, word: Span) -> String {
    let whole = &cx.eval.sources.get(word.source).text;
    let rest = whole.get(word.start as usize..).unwrap_or("");
    let end = rest.find(['\n', ';', '{', '}', '#']).unwrap_or(rest.len());
    rest[..end].split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A number whose one use is an edge: its value stands there.
fn on_edge(chain: &Chain, stage: usize) -> bool {
    chain.stages[stage].value.shape().is_empty() && chain.users[stage].len() == 1
}

fn alone(cx: &Cx, chain: &Chain, i: usize, derivatives: &[Option<Arc<Tensor>>]) -> Vertex {
    let stage = &chain.stages[i];
    let compiled = &cx.eval.compiled;
    let node = compiled.graph.node(stage.node);
    let def = node.op.attrs.def(0).and_then(|def| compiled.defs.get(def.index()));
    let role = match def.map(|def| def.kind) {
        _ if i == chain.goal() => "goal",
        Some(DefKind::Param) => "param",
        Some(DefKind::Leaf | DefKind::Input) => "data",
        _ if node.op.def.role == Role::Slot => "data",
        _ => "node",
    };
    let scalar = stage.value.shape().is_empty();
    let head = if scalar { stage.name.clone() } else { format!("{} : {}", stage.name, cx.shape(stage.node)) };
    let mut lines = vec![("head", head)];
    if let Some(text) = stage.text.as_ref().filter(|text| **text != stage.name && !text.is_empty()) {
        lines.push(("equation", format!("= {}", cut(text))));
    }
    if !on_edge(chain, i) || i == chain.goal() {
        let value = brief(cx, &stage.value, stage.node);
        // The shape stands above it.
        let value = value.strip_prefix(&cx.shape(stage.node)).map_or(value.as_str(), str::trim_start);
        if !value.is_empty() {
            lines.push(("value", if scalar { format!("= {value}") } else { value.to_string() }));
        }
        if let Some(value) = derivatives[i].as_ref().filter(|_| i != chain.goal()) {
            let slope = format!("{} {}", slope_name(&chain.of, &stage.name), beside(cx, value, stage.node));
            lines.push(("slope", slope));
        }
    }
    Vertex { name: stage.name.clone(), role, lines }
}

/// What a layer defines: its statement, what comes out, and the parameters in it.
fn together(cx: &Cx, chain: &Chain, stages: &[usize], derivatives: &[Option<Arc<Tensor>>]) -> Vertex {
    /// So many parameters are named.
    const NAMED: usize = 4;
    let compiled = &cx.eval.compiled;
    let def = |i: usize| compiled.graph.node(chain.stages[i].node).op.attrs.def(0).map(|def| compiled.def(def));
    let last = *stages.last().unwrap_or(&0);
    let stage = &chain.stages[last];
    let mut lines = vec![];
    if let Some(def) = def(last) {
        lines.push(("head", cut(&said(cx, def.span))));
    }
    lines.push(("shape", format!("{} : {}", stage.name, cx.shape(stage.node))));
    let is_param = |i: &&usize| def(**i).is_some_and(|def| def.kind == DefKind::Param);
    let params: Vec<&usize> = stages.iter().filter(is_param).collect();
    if !params.is_empty() {
        let count: usize = params.iter().map(|i| chain.stages[**i].value.len()).sum();
        let names: Vec<&str> = params.iter().map(|i| chain.stages[**i].name.as_str()).collect();
        let names = if names.len() > NAMED { format!("{} tensors", names.len()) } else { names.join(", ") };
        lines.push(("equation", format!("{names}: {count} numbers")));
    }
    if let Some(value) = derivatives[last].as_ref().filter(|_| last != chain.goal()) {
        let slope = format!("{} {}", slope_name(&chain.of, &stage.name), beside(cx, value, stage.node));
        lines.push(("slope", slope));
    }
    let role = if last == chain.goal() { "goal" } else { "node" };
    Vertex { name: stage.name.clone(), role, lines }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= WIDE {
        return text.to_string();
    }
    text.chars().take(WIDE - 1).chain(['…']).collect()
}

/// Boxes in an order in which each edge goes forward (Kahn 1962).
fn forward(count: usize, edges: &[Edge]) -> Vec<usize> {
    let mut waits = vec![0; count];
    edges.iter().for_each(|edge| waits[edge.to] += 1);
    let mut ready: std::collections::BTreeSet<usize> = (0..count).filter(|at| waits[*at] == 0).collect();
    let mut out = vec![];
    while let Some(at) = ready.pop_first() {
        out.push(at);
        for edge in edges.iter().filter(|edge| edge.from == at) {
            waits[edge.to] -= 1;
            if waits[edge.to] == 0 {
                ready.insert(edge.to);
            }
        }
    }
    // A circle of folded boxes cannot be ordered; they stand last, as they came.
    let rest: Vec<usize> = (0..count).filter(|at| !out.contains(at)).collect();
    out.extend(rest);
    out
}
