//! A learner's named steps, `dz2 = y - a2`, `dz1 = …`: the first line that is not the derivative that its name says, and the
//! slip in it.

use super::super::Cx;
use super::chain::{Chain, is_name, value};
use super::slips::{self, Found, Looked};
use crate::formula;
use crate::graph::NodeId;
use crate::lower::{self, DefKind};
use crate::source::Span;
use rustc_hash::FxHashSet;

/// What is wrong with a formula, as far as it can be told: in its first wrong step, or in itself.
pub(super) fn told(
    cx: &mut Cx,
    derived: Option<(NodeId, NodeId)>,
    (left, right): (NodeId, NodeId),
    asked: Span,
) -> Option<Found> {
    let mark = cx.eval.compiled.graph.mark();
    let found = cx.eval.fresh(|eval| {
        let mut inner = Cx { eval, digits: cx.digits, answers: vec![], problems: vec![] };
        let written = mark.len;
        tell(&mut inner, derived, (left, right), asked, written)
    });
    // Thousands of formulas that were tried are forgotten.
    let compiled = &mut *cx.eval.compiled;
    compiled.openers.plain.forget(mark.len);
    compiled.inits.retain(|_, node| node.index() < mark.len);
    compiled.graph.back_to(&mark);
    found
}

fn tell(
    cx: &mut Cx,
    derived: Option<(NodeId, NodeId)>,
    (left, right): (NodeId, NodeId),
    asked: Span,
    written: usize,
) -> Option<Found> {
    let chain = Chain::new(cx.eval.compiled, derived, asked);
    let mut opened = learners(cx, &chain, right);
    let looked = |truths, theirs, opened, step| Looked { chain: &chain, truths, theirs, opened, step, asked, written };
    for (step, by) in steps(cx, &chain, &opened) {
        let compiled = &mut *cx.eval.compiled;
        let goal = chain.goal?;
        let truth = lower::derive(&mut compiled.graph, &mut compiled.openers, goal, &[by]).ok()?.pop()?.node;
        let fits = compiled.graph.shape(step).is_same(compiled.graph.shape(truth), &compiled.graph.dims);
        let truths = slips::scales(cx, truth);
        if fits && truths.iter().any(|truth| cx.eval.compare(*truth, step, &[], asked).agree()) {
            // What is right is a name like any other.
            opened.remove(&step);
            continue;
        }
        let inside = value(&cx.eval.compiled.graph, step);
        let below: FxHashSet<NodeId> = opened.iter().copied().filter(|id| *id != step).collect();
        if let Some(found) = slips::named(cx, &looked(&truths, inside, &below, Some(step))) {
            return Some(found);
        }
        let place = is_name(cx.eval.compiled, step).map(|def| cx.eval.compiled.def(def).span)?;
        let who = slips::who(cx, Some(step));
        // As the line above sees it, which does not know the step's own name.
        let above = Span { start: place.start.saturating_sub(1), ..place };
        let words = truths.iter().filter_map(|truth| formula::difference(cx.eval.compiled, *truth, inside, above));
        let words = words.collect::<Vec<_>>().into_iter().min_by_key(String::len);
        let words = words.map_or_else(
            || format!("{who} is not the derivative that it is named after"),
            |words| words.replacen("your formula", &who, 1),
        );
        return Some(Found { place: Some(place), words });
    }
    let truths = [left];
    slips::named(cx, &looked(&truths, right, &opened, None))
}

/// The names that a formula is made of and the goal is not: the learner's own.
fn learners(cx: &Cx, chain: &Chain, right: NodeId) -> FxHashSet<NodeId> {
    let compiled = &*cx.eval.compiled;
    let is_own = |id: &NodeId| {
        let def = is_name(compiled, *id).map(|def| compiled.def(def));
        def.is_some_and(|def| def.kind == DefKind::Variable) && !chain.own.contains(id)
    };
    if chain.goal.is_none() {
        return FxHashSet::default();
    }
    compiled.graph.reach(&[right]).into_iter().filter(is_own).collect()
}

/// The learner's steps that are named after a derivative, in order, each with what it is by.
fn steps(cx: &Cx, chain: &Chain, own: &FxHashSet<NodeId>) -> Vec<(NodeId, NodeId)> {
    let compiled = &*cx.eval.compiled;
    let Some(goal) = chain.goal.and_then(|goal| is_name(compiled, goal)) else { return vec![] };
    let goal = &compiled.def(goal).name;
    let named = |wanted: &str| {
        chain.names.iter().copied().find(|id| {
            is_name(compiled, *id).is_some_and(|def| &*compiled.def(def).name == wanted) && chain.own.contains(id)
        })
    };
    // `dz2`, `dJ_dz2`, `dJdz2`, `d_z2`, `grad_z2`, `delta2`.
    let whole = [format!("d{goal}_d"), format!("d{goal}d")];
    let prefixes = whole.iter().map(String::as_str).chain(["d_", "d", "grad_", "g_"]);
    let prefixes: Vec<&str> = prefixes.collect();
    let by = |name: &str| {
        let of_layer = name.strip_prefix("delta").and_then(|layer| named(&format!("z{layer}")));
        of_layer.or_else(|| prefixes.iter().find_map(|prefix| name.strip_prefix(prefix).and_then(named)))
    };
    let mut out: Vec<(NodeId, NodeId)> = vec![];
    let mut all: Vec<NodeId> = own.iter().copied().collect();
    all.sort_unstable();
    for id in all {
        let Some(def) = is_name(compiled, id) else { continue };
        out.extend(by(&compiled.def(def).name).map(|by| (id, by)));
    }
    out
}
