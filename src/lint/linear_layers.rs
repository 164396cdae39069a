//! Two layers without an activation between them, or with the identity: together they are one linear map, which is told.

use super::Lint;
use super::learned::{Learned, Stands, stands};
use super::linear::{Linear, linear};
use crate::diag::Diagnostic;
use crate::graph::{Graph, NodeId, Role};
use crate::lower::{Compiled, DefKind, ItemKind, Layered, default_by};
use crate::source::{Sources, Span};
use rustc_hash::{FxHashMap, FxHashSet};

/// The lint. Fewer units than on both sides are a bottleneck, which is no waste.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::linear_layers", misses: false, find };

/// So many sums and names may stand between two maps.
const FAR: usize = 32;

/// A product of a weight and what comes from below.
#[derive(Clone, Copy)]
struct Map {
    node: NodeId,
    weight: NodeId,
    data: NodeId,
    /// The weight stands on the left.
    left: bool,
}

/// What stands between two maps.
#[derive(Default)]
struct Between {
    through: Vec<NodeId>,
    biases: Vec<NodeId>,
    /// Only sums, and nothing swapped: it can be told as a formula.
    plain: bool,
}

fn find(compiled: &Compiled, _: &Sources, out: &mut Vec<Diagnostic>) {
    let graph = &compiled.graph;
    // A text that brings neither a question nor a product brings no two maps.
    let product = |i: usize| matches!(linear(graph, NodeId(i as u32)), Linear::Product(..));
    let asks = compiled.items[compiled.seen.items..]
        .iter()
        .any(|item| !matches!(item.kind, ItemKind::Define(_) | ItemKind::Blank(..)));
    if !asks && !(compiled.seen.nodes..graph.len()).any(product) {
        return;
    }
    let mut learned = Learned::of(compiled, true, |_| true);
    // Where the program has no parameters any leaf may be a weight.
    if !compiled.defs.iter().any(|def| def.kind == DefKind::Param) {
        let all = learned.goals.iter().flat_map(|goal| default_by(compiled, *goal));
        learned.weights.extend(all.map(|id| compiled.def(id).node));
    }
    let products = |id: &NodeId| matches!(linear(graph, *id), Linear::Product(..));
    // What is made for a derivative or an evaluation, nobody wrote.
    let made = |id: &NodeId| graph.origin(*id).is_some();
    let all: Vec<NodeId> = (0..graph.len()).map(|i| NodeId(i as u32)).filter(|id| !made(id)).collect();
    if learned.weights.is_empty() || all.iter().filter(|id| products(id)).nth(1).is_none() {
        return;
    }
    let stands = stands(compiled, &all, &learned.weights);
    // A hidden value that is used elsewhere too is no mere step between two maps.
    let counted = if learned.goals.is_empty() { all.clone() } else { graph.reach(&learned.goals) };
    let mut users: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
    for id in &counted {
        for arg in &graph.node(*id).args {
            users.entry(*arg).or_default().push(*id);
        }
    }
    let layers: FxHashMap<_, &Layered> =
        compiled.layers.iter().map(|layer| ((layer.word.source, layer.word.start), layer)).collect();
    // What is written once is told once, however often it is called.
    let mut told = FxHashSet::default();
    for id in &all {
        let Some(second) = map(graph, *id, &stands, None) else { continue };
        let Some((first, between)) = below(graph, second.data, &stands) else { continue };
        let (Some(at), Some(to)) = (compiled.span(first.node), compiled.span(second.node)) else { continue };
        let layer = layers.get(&(at.source, at.start)).copied();
        let after = layers.get(&(to.source, to.start)).copied();
        // The code of an encoder, that comes out of its network, is meant too.
        let comes_out = |id: &NodeId| compiled.def_of(*id).is_some_and(|def| compiled.insides.contains_key(&def));
        let code = bottleneck(graph, &first, &second) && between.through.iter().any(comes_out);
        let bare = !code && layer.is_some_and(|layer| layer.activation.is_none());
        let alone = between.through.iter().all(|id| users.get(id).is_none_or(|users| users.len() < 2));
        let said = [first.weight, second.weight].iter().all(|weight| learned.said.contains(&slot(graph, *weight)));
        let meant = bottleneck(graph, &first, &second) || !alone || (between.biases.is_empty() && !said);
        if (meant && !bare) || !told.insert((at.source, at.start)) {
            continue;
        }
        let title = match (layer, after) {
            (Some(Layered { activation: Some(_), .. }), _) => "the identity between these two layers changes nothing",
            (Some(_), Some(_)) => "no activation stands between these two layers",
            _ => "no activation stands between these two products",
        };
        let mut problem = Diagnostic::warning(LINT.code, title)
            .at(layer.map_or(at, |layer| layer.word), "this layer is linear")
            .at(after.map_or(to, |layer| layer.word), "so with this one it makes one linear map");
        if let Some(whole) = whole(compiled, &first, &second, &between, &users, &stands) {
            problem = problem.because(whole);
        }
        out.push(match layer {
            Some(layer @ Layered { activation: Some(word), .. }) => problem
                .mend("give the first an activation that bends, as in `layer 4 relu`, or leave one of them out")
                .edit(Span { start: layer.units.end, ..*word }, " relu"),
            Some(layer) => problem
                .mend("give the first an activation, as in `layer 4 relu`, or leave one of them out")
                .edit(Span { start: layer.units.end, ..layer.units }, " relu"),
            None => problem.mend("bend what the first gives, as in `tanh(…)`, or leave one of them out"),
        });
    }
}

/// A product with a weight on one side; where both could be one, on the `side` that is asked for.
fn map(graph: &Graph, id: NodeId, stands: &[Stands], side: Option<bool>) -> Option<Map> {
    let Linear::Product(a, b) = linear(graph, id) else { return None };
    let weight = |id: NodeId| {
        let own = stands.get(id.index())?;
        Some(own.learnt && !own.given && graph.shape(id).rank() == 2)
    };
    let left = Map { node: id, weight: a, data: b, left: true };
    let right = Map { node: id, weight: b, data: a, left: false };
    match (weight(a)?, weight(b)?) {
        (true, true) => side
            .map(|side| if side { left } else { right })
            .or(Some(left).filter(|_| graph.def(slot(graph, a)).role == Role::Slot)),
        (true, false) => Some(left),
        (false, true) => Some(right),
        (false, false) => None,
    }
}

/// The map that a value comes from, through nothing but sums with weights.
fn below(graph: &Graph, from: NodeId, stands: &[Stands]) -> Option<(Map, Between)> {
    let mut between = Between { plain: true, ..Between::default() };
    let mut at = from;
    for _ in 0..FAR {
        between.through.push(at);
        let only = |id: NodeId| stands.get(id.index()).is_some_and(|own| !own.given);
        at = match linear(graph, at) {
            Linear::Same(x) => x,
            Linear::Transposed(x) => {
                between.plain = false;
                x
            }
            Linear::Product(..) => return Some((map(graph, at, stands, Some(true))?, between)),
            Linear::Sum(a, b) => {
                let product = |id: NodeId| below_product(graph, id);
                let (sum, bias) = match (only(a), only(b)) {
                    (true, false) => (b, a),
                    (false, true) => (a, b),
                    // Where all is learnt, the bias is a name.
                    (true, true) if product(a) && !product(b) => (a, b),
                    (true, true) if product(b) && !product(a) => (b, a),
                    _ => return None,
                };
                between.biases.push(bias);
                sum
            }
            Linear::Difference(a, b) if only(b) && !only(a) => {
                between.plain = false;
                between.biases.push(b);
                a
            }
            Linear::Difference(..) | Linear::Other => return None,
        };
    }
    None
}

fn below_product(graph: &Graph, mut id: NodeId) -> bool {
    for _ in 0..FAR {
        id = match linear(graph, id) {
            Linear::Same(x) | Linear::Transposed(x) => x,
            Linear::Product(..) => return true,
            Linear::Sum(..) | Linear::Difference(..) | Linear::Other => return false,
        };
    }
    false
}

/// What stands below names and transposes.
fn slot(graph: &Graph, mut id: NodeId) -> NodeId {
    while let Linear::Same(x) | Linear::Transposed(x) = linear(graph, id) {
        id = x;
    }
    id
}

/// Are there fewer units than on both sides?
fn bottleneck(graph: &Graph, first: &Map, second: &Map) -> bool {
    let size = |map: &Map, out: bool| {
        let shape = graph.shape(map.weight);
        let dim = if out == map.left { shape.first() } else { shape.last() };
        dim.and_then(|dim| graph.dims.known(dim))
    };
    match (size(first, false), size(first, true), size(second, true)) {
        (Some(from), Some(units), Some(to)) => units < from && units < to,
        _ => false,
    }
}

/// The one map that two make: `(W1 @ W2)' @ x + (W2' @ b1 + b2)`, where what comes from below has a name.
fn whole(
    compiled: &Compiled,
    first: &Map,
    second: &Map,
    between: &Between,
    users: &FxHashMap<NodeId, Vec<NodeId>>,
    stands: &[Stands],
) -> Option<String> {
    let graph = &compiled.graph;
    if !between.plain || first.left != second.left || between.biases.len() > 1 {
        return None;
    }
    let (p, q) = (named(compiled, first.weight)?, named(compiled, second.weight)?);
    let bare = |text: &str| text.strip_suffix('\'').map(str::to_string);
    let weight = match (first.left, bare(&p), bare(&q)) {
        (true, Some(p), Some(q)) => format!("({p} @ {q})'"),
        (true, ..) => format!("({q} @ {p})"),
        (false, Some(p), Some(q)) => format!("({q} @ {p})'"),
        (false, ..) => format!("({p} @ {q})"),
    };
    let mut terms = vec![];
    for bias in &between.biases {
        let bias = named(compiled, *bias)?;
        terms.push(if second.left { format!("{q} @ {bias}") } else { format!("{bias} @ {q}") });
    }
    let next = users.get(&second.node).and_then(|users| match users.as_slice() {
        [sum] => match linear(graph, *sum) {
            Linear::Sum(a, b) => Some(if a == second.node { b } else { a }),
            _ => None,
        },
        _ => None,
    });
    if let Some(bias) = next.filter(|id| stands.get(id.index()).is_some_and(|own| own.learnt && !own.given)) {
        terms.push(named(compiled, bias)?);
    }
    let bias = terms.join(" + ");
    let Some(data) = named(compiled, first.data) else {
        let weight = weight.trim_end_matches(")'").trim_start_matches('(').trim_end_matches(')');
        let bias = if terms.is_empty() { String::new() } else { format!(" and the bias `{bias}`") };
        return Some(format!("together they are one layer with the weight `{weight}`{bias}"));
    };
    let product = if first.left { format!("{weight} @ {data}") } else { format!("{data} @ {weight}") };
    Some(match terms.len() {
        0 => format!("together they are `{product}`"),
        1 => format!("together they are `{product} + {bias}`"),
        _ => format!("together they are `{product} + ({bias})`"),
    })
}

/// The name of a value, or of its transpose.
fn named(compiled: &Compiled, mut id: NodeId) -> Option<String> {
    let name = |id: NodeId| {
        let def = compiled.def(compiled.def_of(id)?);
        // The parameter of a function is called otherwise outside.
        (def.kind != DefKind::Local).then(|| def.name.to_string())
    };
    loop {
        match (name(id), linear(&compiled.graph, id)) {
            (Some(name), _) => return Some(name),
            (None, Linear::Same(x)) => id = x,
            (None, Linear::Transposed(x)) => return Some(format!("{}'", name(x)?)),
            (None, _) => return None,
        }
    }
}
