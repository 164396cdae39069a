//! The slip in a learner's formula, in a teacher's words: the single change that makes it right, and where it stands.

use super::super::{Cx, slope_name};
use super::chain::{Chain, counts, is_name, value};
use super::edits::{self, Edit, Slip, flat};
use super::sites::Sites;
use crate::formula;
use crate::graph::{Form, NodeId, form};
use crate::lower;
use crate::ops::build;
use crate::shape::Dim;
use crate::source::Span;
use rustc_hash::FxHashSet;

/// So many changes that fit are looked at closely.
const CLOSE: usize = 8;

/// By so many sizes a derivative is multiplied.
const COUNTS: usize = 4;

/// What is looked at: a learner's whole formula, or one of the named steps.
pub(super) struct Looked<'a> {
    pub chain: &'a Chain,
    /// What it should be; one of these.
    pub truths: &'a [NodeId],
    pub theirs: NodeId,
    /// The learner's own names, which are looked into.
    pub opened: &'a FxHashSet<NodeId>,
    /// The named step whose equation it is.
    pub step: Option<NodeId>,
    /// The question.
    pub asked: Span,
    /// So many nodes were written by the program.
    pub written: usize,
}

/// What was found: the place of a wrong line, where that is not the question's own, and what is said.
pub(super) struct Found {
    pub place: Option<Span>,
    pub words: String,
}

/// The slip, where a single change makes the formula right.
pub(super) fn named(cx: &mut Cx, looked: &Looked) -> Option<Found> {
    if let Some(words) = another(cx, looked) {
        return Some(words);
    }
    let sites = Sites::of(cx.eval.compiled, looked.theirs, looked.opened);
    let edits = edits::all(cx.eval.compiled, &sites, looked.chain, looked.truths);
    let made: Vec<NodeId> = edits.iter().map(|edit| edit.made).collect();
    let mut fitting: Vec<(usize, NodeId)> = vec![];
    for (edit, truth) in cx.eval.fitting(looked.truths, &made, looked.asked) {
        fitting.push((edit, looked.truths[truth]));
    }
    let explicit = flat(&cx.eval.compiled.graph, looked.theirs).0;
    fitting.sort_by_key(|(edit, _)| (rank(cx, &edits[*edit], explicit), edits[*edit].site.within, *edit));
    for (edit, truth) in fitting.into_iter().take(CLOSE) {
        let edit = &edits[edit];
        let compared = cx.eval.compare(truth, edit.made, &[], looked.asked);
        if !compared.agree() {
            continue;
        }
        let place = edit.site.within.or(looked.step);
        let who = who(cx, place);
        let place = place.and_then(|id| is_name(cx.eval.compiled, id)).map(|def| cx.eval.compiled.def(def).span);
        if let Some(words) = said(cx, looked, edit, &who) {
            return Some(Found { place, words });
        }
    }
    None
}

/// `your formula`, or a named step and its line.
pub(super) fn who(cx: &Cx, place: Option<NodeId>) -> String {
    let Some(def) = place.and_then(|id| is_name(cx.eval.compiled, id)) else { return "your formula".to_string() };
    let def = cx.eval.compiled.def(def);
    format!("`{}` (line {})", def.name, cx.eval.sources.line(def.span))
}

/// How likely it is what the learner did; the likeliest first.
fn rank(cx: &Cx, edit: &Edit, explicit: bool) -> u32 {
    let graph = &cx.eval.compiled.graph;
    let difference =
        matches!(form(graph, edit.theirs), Form::Sub(..)) && matches!(form(graph, edit.ours), Form::Sub(..));
    match edit.slip {
        Slip::Sign if explicit => 0,
        Slip::Turned if matches!(form(graph, edit.theirs), Form::Neg(_)) => 0,
        Slip::Turned if difference => 1,
        Slip::Sign => 2,
        Slip::Transposed if edit.site.edge.is_none() => 2,
        Slip::Turned => 3,
        Slip::Divides | Slip::TooMany if matches!(form(graph, edit.ours), Form::Dim) => 4,
        Slip::LacksOver | Slip::Lacks if matches!(form(graph, edit.ours), Form::Dim | Form::Number(_)) => 5,
        Slip::Axis if build::reduced_axes(graph, edit.theirs) == build::reduced_axes(graph, edit.ours) => 6,
        Slip::Axis => 4,
        Slip::Transposed => 5,
        Slip::Product if matches!(form(graph, edit.theirs), Form::Mul(..)) => 4,
        Slip::NoSum | Slip::LacksTerm | Slip::Product | Slip::Slope => 5,
        Slip::Function | Slip::Inverted => 6,
        Slip::LacksSlope | Slip::Divides => 7,
        Slip::TooMany => 8,
        Slip::LacksOver | Slip::Lacks => 9,
        Slip::LacksMatrix | Slip::Summed | Slip::Number => 9,
        Slip::Piece => 10,
        Slip::Term => 11,
    }
}

/// Is it the derivative by another name on the way, or the slope of another function?
fn another(cx: &mut Cx, looked: &Looked) -> Option<Found> {
    let chain = looked.chain;
    let goal = chain.goal?;
    let place = looked.step.and_then(|id| is_name(cx.eval.compiled, id)).map(|def| cx.eval.compiled.def(def).span);
    let who = who(cx, looked.step);
    let shape = cx.eval.compiled.graph.shape(looked.theirs).clone();
    let named = |cx: &Cx, id: NodeId| is_name(cx.eval.compiled, id).map(|def| name_of(cx, def));
    let of = named(cx, goal)?;
    let mut all: Vec<(NodeId, NodeId)> = vec![];
    let right = cx.eval.compiled.graph.shape(looked.truths[0]).clone();
    if !shape.is_same(&right, &cx.eval.compiled.graph.dims) {
        return None;
    }
    // What it leads to, and what it is made of.
    let graph = &cx.eval.compiled.graph;
    let below: FxHashSet<NodeId> = graph.reach(&[chain.by]).into_iter().collect();
    let before = chain.names.iter().copied().filter(|name| *name != goal && *name != chain.by);
    let before: Vec<NodeId> = before.filter(|name| chain.path.contains(name) || below.contains(name)).collect();
    for name in before {
        let compiled = &mut *cx.eval.compiled;
        if !compiled.graph.shape(name).is_same(&shape, &compiled.graph.dims) {
            continue;
        }
        let found = lower::derive(&mut compiled.graph, &mut compiled.openers, goal, &[name]);
        let Some(truth) = found.ok().and_then(|mut all| all.pop()) else { continue };
        // By a number of examples that has no name it may be another factor.
        let named = cx.eval.compiled.graph.shape(truth.node).iter().all(|dim| !matches!(dim, Dim::Num(2..)));
        for scaled in scales(cx, truth.node).into_iter().take(if named { COUNTS } else { 1 }) {
            all.push((name, scaled));
        }
    }
    let truths: Vec<NodeId> = all.iter().map(|(_, truth)| *truth).collect();
    let fits = if truths.is_empty() { vec![] } else { cx.eval.fitting(&truths, &[looked.theirs], looked.asked) };
    for (_, i) in fits {
        let (name, truth) = all[i];
        if !cx.eval.compare(truth, looked.theirs, &[], looked.asked).agree() {
            continue;
        }
        let by = named(cx, name)?;
        let lacking = chain.slopes.iter().filter(|slope| slope.of == name).collect::<Vec<_>>();
        let is = format!("{who} is {}", slope_name(&of, &by));
        let words = match lacking[..] {
            [slope] => {
                let to = named(cx, slope.by)?;
                let text = text(cx, looked, slope.node);
                // It lacks the slope only where that leads to the name asked.
                let made = build::mul(&mut cx.eval.compiled.graph, looked.theirs, slope.node).ok();
                let truths = looked.truths.to_vec();
                let right = made.is_some_and(|made| {
                    truths.iter().any(|truth| cx.eval.compare(*truth, made, &[], looked.asked).agree())
                });
                if right {
                    format!("{is}: it lacks the factor `{text}`, which is {}", slope_name(&by, &to))
                } else {
                    is
                }
            }
            _ => is,
        };
        return Some(Found { place, words });
    }
    // The slope of another function, alone.
    let all: Vec<_> = chain.others.clone();
    let nodes: Vec<NodeId> = all.iter().map(|(_, node, _)| *node).collect();
    let right = |i: usize| chain.slopes[all[i].2];
    for (i, _) in cx.eval.fitting(&[looked.theirs], &nodes, looked.asked) {
        let slope = right(i);
        if slope.of != goal
            || looked.step.is_some()
            || value(&cx.eval.compiled.graph, goal) == value(&cx.eval.compiled.graph, looked.theirs)
        {
            continue;
        }
        let function = slope.function?.name;
        let by = named(cx, slope.by)?;
        let words = format!("{who} is the slope of {}, and `{of}` is `{function}({by})`", all[i].0.name);
        return Some(Found { place, words });
    }
    None
}

/// A derivative, and that times the number of examples: the notes divide by it at the end.
pub(super) fn scales(cx: &mut Cx, truth: NodeId) -> Vec<NodeId> {
    let graph = &mut cx.eval.compiled.graph;
    let dims: Vec<_> = graph.shape(truth).iter().rev().filter(|dim| counts(dim)).cloned().collect();
    let mut out = vec![truth];
    for dim in dims {
        let count = build::dim(graph, dim);
        out.extend(build::mul(graph, truth, count));
    }
    out
}

fn name_of(cx: &Cx, def: crate::graph::DefId) -> String {
    let compiled = &*cx.eval.compiled;
    compiled.insides.get(&def).unwrap_or(&compiled.def(def).name).to_string()
}

/// A piece as the learner wrote it, or as a formula.
fn text(cx: &mut Cx, looked: &Looked, id: NodeId) -> String {
    if let Some(written) = written(cx, looked, id) {
        return written;
    }
    formula::formula(cx.eval.compiled, id, None, looked.asked).text
}

/// The text of a piece that the learner wrote.
fn written(cx: &Cx, looked: &Looked, id: NodeId) -> Option<String> {
    let compiled = &*cx.eval.compiled;
    if id.index() >= looked.written {
        return None;
    }
    if let Some(def) = is_name(compiled, id) {
        return Some(name_of(cx, def));
    }
    let span = compiled.span(id)?;
    let inside = |whole: Span| whole.source == span.source && whole.start <= span.start && span.end <= whole.end;
    let mut places = looked.opened.iter().chain(looked.step.iter()).filter_map(|id| is_name(compiled, *id));
    let own = inside(looked.asked)
        || places.any(|def| {
            let place = compiled.def(def).span;
            let item = compiled.items.iter().find(|item| {
                item.span.source == place.source && item.span.start <= place.start && place.end <= item.span.end
            });
            item.is_some_and(|item| inside(item.span))
        });
    let text = cx.text(span);
    (own && !text.is_empty() && text.len() < 80).then_some(text)
}

/// The slip in words; `None` where both sides read alike.
fn said(cx: &mut Cx, looked: &Looked, edit: &Edit, who: &str) -> Option<String> {
    let theirs = text(cx, looked, edit.theirs);
    let ours = match edit.slip {
        // The learner's own factor.
        Slip::TooMany | Slip::Divides | Slip::Inverted | Slip::Term => text(cx, looked, edit.ours),
        _ => formula::formula(cx.eval.compiled, edit.ours, None, looked.asked).text,
    };
    let where_ = format!("{who} has `{theirs}` where the derivative has `{ours}`");
    let differ = theirs != ours;
    Some(match edit.slip {
        Slip::Sign => format!("{who} has the opposite sign"),
        Slip::Turned if matches!(form(&cx.eval.compiled.graph, edit.theirs), Form::Neg(_)) => {
            format!("{who} has the opposite sign: `{theirs}` where the derivative has `{ours}`")
        }
        Slip::Turned if differ => format!("{where_}: the sign"),
        Slip::Lacks => match crate::graph::form(&cx.eval.compiled.graph, edit.ours) {
            Form::Number(v) if v > 0.0 && v < 1.0 => {
                format!("{who} has a factor `{}` too many", crate::view::number(1.0 / v, 6))
            }
            _ => format!("{who} lacks a factor `{ours}`"),
        },
        Slip::LacksOver => format!("{who} lacks `/ {ours}`"),
        Slip::Inverted => format!("{who} multiplies where it should divide, or the other way round: by `{ours}`"),
        Slip::TooMany => format!("{who} has a factor `{ours}` too many"),
        Slip::Divides => format!("{who} divides by `{ours}`, which the derivative does not"),
        Slip::LacksSlope => {
            let slope = looked.chain.slopes.iter().find(|slope| slope.node == edit.ours)?;
            let [of, by] = [slope.of, slope.by].map(|id| is_name(cx.eval.compiled, id));
            format!("{who} lacks the factor `{ours}`, which is {}", slope_name(&name_of(cx, of?), &name_of(cx, by?)))
        }
        Slip::LacksMatrix => format!("{where_}: the matrix product is missing"),
        Slip::Slope => slope_said(cx, looked, edit, &theirs, &ours, who)?,
        Slip::Function if differ => where_,
        Slip::LacksTerm => {
            let term = looked.chain.terms.iter().find(|(slope, _)| *slope == edit.ours).map(|(_, term)| *term)?;
            let of = written_anywhere(cx, term);
            format!("{who} lacks `{ours}`, the slope of `{of}`")
        }
        Slip::Term => format!("{who} has a term `{ours}` that the derivative has not"),
        Slip::Transposed if edit.site.edge.is_none() && looked.step.is_none() => format!("{who} is the transpose"),
        Slip::Transposed => format!("{who} has `{theirs}` where the derivative has `{ours}`: transposed"),
        Slip::Product => product_said(cx, edit, &theirs, &ours, who),
        Slip::Axis => axis_said(cx, edit, &theirs, &ours, who),
        Slip::NoSum => no_sum_said(cx, looked, edit, &ours, who),
        Slip::Summed => format!("{who} sums, `{theirs}`, where the derivative has `{ours}`"),
        Slip::Number | Slip::Piece if differ => where_,
        Slip::Turned | Slip::Function | Slip::Number | Slip::Piece => return None,
    })
}

/// The text of a term of the program.
fn written_anywhere(cx: &mut Cx, id: NodeId) -> String {
    if let Some(def) = is_name(cx.eval.compiled, id) {
        return name_of(cx, def);
    }
    let span = cx.eval.compiled.span(id);
    span.map(|span| cx.text(span)).filter(|text| !text.is_empty()).unwrap_or_default()
}

fn slope_said(cx: &mut Cx, looked: &Looked, edit: &Edit, theirs: &str, ours: &str, who: &str) -> Option<String> {
    let (place, slope) = looked.chain.slopes.iter().enumerate().find(|(_, slope)| slope.node == edit.ours)?;
    let slope = *slope;
    let others: Vec<_> = looked.chain.others.iter().filter(|other| other.2 == place).copied().collect();
    let nodes: Vec<NodeId> = others.iter().map(|other| other.1).collect();
    let fits = cx.eval.fitting(&[edit.theirs], &nodes, looked.asked);
    let [of, by] = [slope.of, slope.by].map(|id| is_name(cx.eval.compiled, id));
    let (of, by) = (name_of(cx, of?), name_of(cx, by?));
    let name = slope_name(&of, &by);
    // The function in place of its slope.
    if theirs == of {
        return Some(format!("{who} has `{theirs}` where its slope belongs: {name} is `{ours}`"));
    }
    if let (Some((i, _)), Some(function)) = (fits.first(), slope.function) {
        return Some(format!(
            "{who} has `{theirs}`, the slope of {}, where {name} is that of {}, `{ours}`",
            others[*i].0.name, function.name
        ));
    }
    (theirs != ours).then(|| format!("{who} has `{theirs}` where the derivative has `{ours}`, which is {name}"))
}

fn product_said(cx: &Cx, edit: &Edit, theirs: &str, ours: &str, who: &str) -> String {
    let graph = &cx.eval.compiled.graph;
    let [entries, matrix] = [edit.theirs, edit.ours].map(|id| matches!(form(graph, id), Form::MatMul(..)));
    match (entries, matrix) {
        (false, true) => {
            format!("{who} multiplies entry by entry, `{theirs}`, where the derivative has the matrix product `{ours}`")
        }
        (true, false) => format!("{who} has the matrix product `{theirs}` where the derivative has `{ours}`"),
        _ => {
            // The same factors, another way round.
            format!("{who} has `{theirs}` where the derivative has `{ours}`: transposed or in another order")
        }
    }
}

fn axis_said(cx: &Cx, edit: &Edit, theirs: &str, ours: &str, who: &str) -> String {
    let graph = &cx.eval.compiled.graph;
    let axes = |id: NodeId| build::reduced_axes(graph, value(graph, id));
    let is_reduction = |id: NodeId| matches!(form(graph, id), Form::Sum(_) | Form::Mean(_));
    if is_reduction(edit.theirs) && is_reduction(edit.ours) {
        let (a, b) = (axes(edit.theirs), axes(edit.ours));
        if let ([a], [b]) = (&a[..], &b[..])
            && a != b
        {
            return format!("{who} sums over axis {a}, `{theirs}`, where the derivative sums over axis {b}: `{ours}`");
        }
        if a == b && graph.def(edit.theirs).is == graph.def(edit.ours).is {
            return format!("{who} has `{theirs}`, without `keep=true` or with one too many: `{ours}`");
        }
    }
    format!("{who} has `{theirs}` where the derivative has `{ours}`")
}

fn no_sum_said(cx: &Cx, looked: &Looked, edit: &Edit, ours: &str, who: &str) -> String {
    let graph = &cx.eval.compiled.graph;
    let reduced = value(graph, edit.ours);
    let axes = build::reduced_axes(graph, reduced);
    let kind = if matches!(form(graph, reduced), Form::Mean(_)) { "mean" } else { "sum" };
    let shape = graph.shape(edit.theirs);
    // The axis of the examples is one that no weight has.
    let weights = || looked.chain.weights.iter().flat_map(|id| graph.shape(*id).iter());
    let examples = |axis: usize| counts(&shape[axis]) && !weights().any(|dim| graph.dims.is_same(dim, &shape[axis]));
    let over = match axes[..] {
        [axis] if examples(axis) => format!(" over the examples (axis {axis})"),
        [axis] => format!(" over axis {axis}"),
        _ => String::new(),
    };
    let part = if who == "your formula" { String::new() } else { format!(" in {who}") };
    format!("the {kind}{over} is missing{part}: `{ours}`")
}
