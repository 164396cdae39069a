//! `derive dJ/dw`: the formula, in the program's own notation.

mod stages;

use super::{Cx, recurrent};
use crate::diag::Diagnostic;
use crate::formula;
use crate::graph::{Kernel, NodeId, Role};
use crate::lower::{self, Ask, Asked};
use crate::ops;
use crate::source::Span;
use crate::view::fact::{Equations, Formula, Part};
use crate::view::{Doc, Line};
use rustc_hash::FxHashSet;

/// Of a larger expression only the one derivative is looked at.
const SMALL: usize = 400;

/// By so much must a formula be shorter to say a derivative by what is differentiated: `-k*J`, but `exp(x)`.
const ITSELF: usize = 10;

/// A longer formula is told by the names on the way.
const LONG: usize = 120;

/// By so much must it be shorter to say it by names that what is differentiated is not made of.
const OTHERS: usize = 1;

/// And by so much where such a name is all that is said.
const ALONE: usize = 7;

/// And by so much for each function that the program does not name: `1 - tanh(x)^2` rather than by `cosh`.
const FOREIGN: usize = 4;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        one(cx, asked, ask.form.is_some(), span)?;
    }
    Ok(())
}

// Long: the candidates, the choice among them, and what is said beside it, in this order.
fn one(cx: &mut Cx, asked: &Asked, as_latex: bool, span: Span) -> Result<(), Box<Diagnostic>> {
    let node = cx.node(asked)?;
    let name = cx.text(asked.span);
    if let (Some(of), [by], Some(goal), false) = (asked.of, &asked.order[..], goal_of(&name), as_latex)
        && let Some(found) = recurrent::equations(cx, of, *by, (&goal, span))
    {
        told(cx, &name, found, span);
        return Ok(());
    }
    if let Some(place) = loops(cx, node, asked.of.unwrap_or(node)) {
        let title = format!("no formula of `{name}` is short: it goes through a recurrence");
        let mut problem = Diagnostic::error("nnlang::diff::formula", title).at(span, "asked here");
        if let Some(place) = place.filter(|place| *place != span) {
            problem = problem.at(place, "the recurrence");
        }
        return Err(Box::new(
            problem
                .mend("ask for its numbers, or `derive` the first derivative of a scalar, which is told by its steps"),
        ));
    }
    // Where entries go one to one the formula of one entry says it all.
    let compiled = &mut *cx.eval.compiled;
    let entries = match (asked.of, asked.by) {
        (Some(of), Some(by)) => lower::entry_by_entry(&mut compiled.graph, &mut compiled.openers, of, by),
        _ => None,
    };
    // A derivative of a higher order is taken of the formula, not of what is evaluated in its place.
    let readable = match asked.of {
        Some(of) if asked.order.len() > 1 => {
            lower::derive_readable(&mut compiled.graph, &mut compiled.openers, of, &asked.order)
        }
        _ => None,
    };
    let node = entries.or(readable).unwrap_or(node);
    // What is written plainly may have the shorter derivative.
    let small = asked.of.is_some_and(|of| compiled.graph.reach(&[of]).len() <= SMALL);
    let plain = match asked.of {
        Some(of) if small && entries.is_none() && !asked.order.is_empty() => {
            lower::derive_as_written(&mut compiled.graph, of, &asked.order)
        }
        _ => None,
    };
    let candidates: Vec<NodeId> = [Some(node), plain].into_iter().flatten().collect();
    // A plain question is asked outside training.
    let candidates = formula::at_rest(compiled, &candidates);
    let node = candidates[0];
    let looked = Looked { asked, node, candidates: &candidates, small, span };
    let way = match (asked.of, asked.by) {
        (Some(of), Some(by)) if entries.is_none() => stages::Way::new(cx, of, by),
        _ => None,
    };
    let ends = way.is_some().then(|| stages::Ends::new(cx));
    let endless = ends.as_ref().is_some_and(|ends| ends.is_endless(cx, node));
    // What has no value somewhere where the derivative has one is shown where nothing else is found.
    let mut worst = f64::INFINITY;
    let loose = match endless {
        true => None,
        false => match shortest(cx, &looked, false, &mut worst) {
            Ok(found) => Some(found),
            Err(loose) => match shortest(cx, &looked, true, &mut worst) {
                Ok(found) => Some(found),
                Err(strict) => loose.or(strict),
            },
        },
    };
    let whole = loose.as_ref().map(|found| found.text.clone());
    let (loose, parts) = in_stages(cx, &looked, way.zip(ends), loose);
    let Some(found) = loose else {
        return Err(Box::new(
            Diagnostic::error("nnlang::diff::formula", format!("no formula of `{name}` that is exactly it was found"))
                .at(span, format!("a candidate was off by {worst:e} at a random point, so it is not shown")),
        ));
    };
    // What no product of local slopes shortens.
    let long = found.text.chars().count() > LONG && !as_latex && parts.is_empty() && whole == Some(found.text.clone());
    if let (Some(of), [by], true) = (asked.of, &asked.order[..], long)
        && let Some(parts) =
            recurrent::long(cx, of, *by, span).filter(|parts| !parts.lines.is_empty() || !parts.means.is_empty())
    {
        told(cx, &name, parts, span);
        return Ok(());
    }
    let graph = &cx.eval.compiled.graph;
    let (whole, said) = (graph.shape(node).clone(), graph.shape(found.node).clone());
    let mut line = Line::new().name(&name).plain(" = ").plain(&found.text);
    let latex = formula::latex(cx.eval.compiled, &name, &found);
    if entries.is_some() {
        line = line.note("  # entry by entry");
    }
    let note = if let Some(zero) = &asked.zero {
        Some(super::why_zero(zero))
    } else if let Some((above, below)) = name.split_once('/').filter(|_| asked.of.is_none() && is_quotient(&name)) {
        let derivative = format!("∂{}/∂{}", &above[1..], &below[1..]);
        Some(format!("a quotient: {above} and {below} are names; the derivative is {derivative}"))
    } else if let Some(owner) = drawn(cx, found.node) {
        Some(format!("the draw is that of {owner}"))
    } else if said.is_scalar() && !whole.is_scalar() {
        Some("in every entry".to_string())
    } else if !said.is_same(&whole, &graph.dims) {
        Some(format!("stretched to {}", whole.show(&graph.dims)))
    } else {
        None
    };
    if let Some(note) = &note {
        line = line.note(format!("  # {note}"));
    }
    if as_latex {
        line = Line::new().plain(&latex);
    }
    let mut doc = Doc::line(line);
    let with = parts.iter().map(|part| Part { name: part.name.clone(), formula: part.formula.text.clone() });
    let with: Vec<Part> = with.collect();
    let fact = Formula {
        name: name.clone(),
        formula: found.text.clone(),
        latex,
        entrywise: entries.is_some().then_some(true),
        note,
        with: (!with.is_empty()).then_some(with),
    };
    for (i, part) in parts.iter().enumerate() {
        let text = match as_latex {
            true => formula::latex(cx.eval.compiled, &part.name, &part.formula),
            false => format!("{} = {}", part.name, part.formula.text),
        };
        doc.push(Line::new().plain(if i == 0 { "  with " } else { "       " }).plain(text));
    }
    cx.push(span, doc, vec![fact.into()]);
    Ok(())
}

/// The product of local slopes, or the derivative in parts, where that is shorter than what was found.
fn in_stages(
    cx: &mut Cx,
    looked: &Looked,
    way: Option<(stages::Way, stages::Ends)>,
    mut found: Option<formula::Formula>,
) -> (Option<formula::Formula>, Vec<stages::Part>) {
    let length = |found: &Option<formula::Formula>| found.as_ref().map(|found| formula::length(&found.text));
    let Some((way, ends)) = way.filter(|_| length(&found).is_none_or(|length| length > STAGED)) else {
        return (found, vec![]);
    };
    let exact = |cx: &mut Cx, node: NodeId| {
        let compared = cx.eval.compare(looked.node, node, &[], looked.span);
        compared.agree() && compared.hole.is_none()
    };
    if let Some(product) = way.product(cx, &ends, looked.asked.span)
        && length(&found).is_none_or(|length| formula::length(&product.text) < length)
        && exact(cx, product.node)
    {
        found = Some(product);
    }
    if length(&found).is_some_and(|length| length <= TOLD) {
        return (found, vec![]);
    }
    let Some((mut parts, node)) = way.parts(cx, looked.asked.span) else { return (found, vec![]) };
    let whole: usize = parts.iter().map(|part| formula::length(&part.formula.text) + 4).sum();
    if length(&found).is_some_and(|length| length <= whole) || !exact(cx, node) || parts.is_empty() {
        return (found, vec![]);
    }
    let first = parts.remove(0);
    (Some(first.formula), parts)
}

/// A longer formula is also looked for as a product of local slopes, and one of more words is told in parts.
const STAGED: usize = 24;
const TOLD: usize = 240;

/// What a formula is looked for of.
struct Looked<'a> {
    asked: &'a Asked,
    node: NodeId,
    /// It, as it is evaluated and as the program wrote it.
    candidates: &'a [NodeId],
    small: bool,
    span: Span,
}

/// The shortest formula that is the derivative at every point tried; as an error one that has no value at 0, at 1 or at
/// ties.
fn shortest(
    cx: &mut Cx,
    looked: &Looked,
    strict: bool,
    worst: &mut f64,
) -> Result<formula::Formula, Option<formula::Formula>> {
    let Looked { asked, node, candidates, small, span } = *looked;
    let mut found = vec![];
    for candidate in candidates.iter().copied() {
        for itself in [false, true] {
            if itself && !small {
                continue;
            }
            let formula = |cx: &mut Cx, own: bool| {
                let wanted = formula::Wanted { of: asked.of, own, itself, strict };
                formula::formula_with(cx.eval.compiled, candidate, wanted, asked.span)
            };
            // A name that only happens to have the value of a part may hide what goes together.
            let own = if small { formula(cx, true) } else { None };
            let more = [if itself { ITSELF } else { 0 }, if own.is_some() { OTHERS } else { 0 }];
            let any = formula(cx, false).filter(|any| own.is_none() || comes_before(cx, any.node, asked)).map(|any| {
                let length = formula::length(&any.text);
                // Most of all where such a name is all that is said: `sigmoid(z)` says more than `s`.
                (length + more[0] + more[1] + if length == 1 && own.is_some() { ALONE } else { 0 }, any)
            });
            found.extend(any.into_iter().chain(own.map(|own| (formula::length(&own.text) + more[0], own))));
        }
    }
    let own = if small { asked.of.map(|of| functions(cx, of)).unwrap_or_default() } else { Default::default() };
    let size = |length: usize, found: &formula::Formula| (length, found.text.chars().count());
    let (mut best, mut holed): (Option<(usize, formula::Formula)>, Option<(usize, formula::Formula)>) = (None, None);
    for (length, found) in found {
        let length = length + if small { FOREIGN * foreign(&found.text, &own) } else { 0 };
        let longer = |than: &Option<(usize, formula::Formula)>| {
            than.as_ref().is_some_and(|(least, best)| size(*least, best) <= size(length, &found))
        };
        if longer(&best) {
            continue;
        }
        let compared = cx.eval.compare(node, found.node, &[], span);
        match (&compared.apart, &compared.hole) {
            (None, None) if compared.loose.is_none() => best = Some((length, found)),
            (None, None) if longer(&holed) => {}
            (None, None) => holed = Some((length, found)),
            (Some(apart), _) | (None, Some(apart)) => *worst = libm::fmin(*worst, apart.size),
        }
    }
    best.map(|(_, found)| found).ok_or(holed.map(|(_, found)| found))
}

/// The place of a recurrence that a formula would write out.
fn loops(cx: &Cx, node: NodeId, of: NodeId) -> Option<Option<Span>> {
    let compiled = &*cx.eval.compiled;
    let is_loop = |id: &NodeId| matches!(compiled.graph.def(*id).kernel, Kernel::Scan);
    let mut stack = vec![node];
    let mut seen = FxHashSet::default();
    while let Some(id) = stack.pop() {
        // What has a name is said by it.
        if id != node && compiled.graph.def(id).role == Role::Def || !seen.insert(id) {
            continue;
        }
        if is_loop(&id) && compiled.graph.origin(id).is_some_and(|origin| origin.slope) {
            let reached = compiled.graph.reach(&[of]);
            let is_met = |name: &lower::RecurrentName| reached.binary_search(&compiled.def(name.def).node).is_ok();
            let told = compiled.recurrences.iter().find(|told| told.names.iter().any(is_met));
            return Some(told.and_then(|told| compiled.span(told.names.first()?.now)));
        }
        stack.extend(compiled.graph.node(id).args.iter().copied());
    }
    None
}

/// `J` of `dJ/dw`; `None` of what is written otherwise.
fn goal_of(name: &str) -> Option<String> {
    let (above, _) = name.split_once('/')?;
    above.strip_prefix(['d', '∂']).map(str::to_string)
}

/// A derivative through recurrences, and the equations that it stands on.
fn told(cx: &mut Cx, name: &str, found: recurrent::Equations, span: Span) {
    let name = format!("{name}{}", found.index);
    let mut doc = Doc::line(Line::new().name(&name).plain(" = ").plain(&found.formula));
    for (i, line) in found.lines.iter().enumerate() {
        doc.push(Line::new().note(if i == 0 { "  with " } else { "       " }).plain(line));
    }
    for (i, line) in found.means.iter().enumerate() {
        doc.push(Line::new().note(if i == 0 { "  where " } else { "        " }).plain(line));
    }
    for note in &found.notes {
        doc.push(Line::new().note(format!("       # {note}")));
    }
    let fact = Equations { name, formula: found.formula, with: found.lines, r#where: found.means, notes: found.notes };
    cx.push(span, doc, vec![fact.into()]);
}

/// `da/dz` where `da` and `dz` are names.
fn is_quotient(text: &str) -> bool {
    let is_one =
        |part: &str| part.strip_prefix('d').is_some_and(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'));
    text.split('/').count() == 2 && text.split('/').all(is_one)
}

/// Do the derivatives that are named in a formula come before the one asked, on the way back? `dz = dL/dz` does before
/// `dL/dw`, as in `x*dz`; of itself, and of `dL/da` where `a` is made of `z`, it is no formula.
fn comes_before(cx: &Cx, formula: NodeId, asked: &Asked) -> bool {
    let compiled = &*cx.eval.compiled;
    let made_of = |id: NodeId, by: NodeId| id != by && compiled.graph.reach_above(&[id], by).contains(&by);
    let named = compiled.graph.reach(&[formula]).into_iter().filter_map(|id| compiled.slopes.get(&id));
    named.flatten().all(|id| asked.order.iter().all(|by| made_of(*id, *by)))
}

/// The operators that a node is made of.
fn functions(cx: &Cx, of: NodeId) -> FxHashSet<&'static str> {
    let graph = &cx.eval.compiled.graph;
    graph.reach(&[of]).into_iter().map(|id| graph.def(id).name).collect()
}

/// How many functions of one number a formula names that are not among these.
fn foreign(text: &str, own: &FxHashSet<&'static str>) -> usize {
    let mut words: FxHashSet<&str> = FxHashSet::default();
    for (end, _) in text.match_indices('(') {
        let word = text[..end].rsplit(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        words.insert(word.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    let of_a_number = |word: &&str| ops::find(word).is_some_and(|op| matches!(op.kernel, Kernel::Map(_)));
    words.into_iter().filter(|word| !own.contains(word)).filter(of_a_number).count()
}

/// The name in whose equation a draw stands that a formula writes out: written elsewhere it would be another draw.
fn drawn(cx: &Cx, formula: NodeId) -> Option<String> {
    let compiled = &*cx.eval.compiled;
    let draw = draw_in(cx, formula)?;
    let owner = compiled.defs.iter().find(|def| compiled.graph.reach_above(&[def.node], draw).contains(&draw))?;
    Some(owner.name.to_string())
}

/// A draw that a formula writes out, above its names.
pub(super) fn draw_in(cx: &Cx, formula: NodeId) -> Option<NodeId> {
    let graph = &cx.eval.compiled.graph;
    let mut stack = vec![formula];
    let mut seen = rustc_hash::FxHashSet::default();
    while let Some(id) = stack.pop() {
        match graph.def(id).role {
            Role::Draw => return Some(id),
            Role::Def => {}
            _ if seen.insert(id) => stack.extend(&graph.node(id).args),
            _ => {}
        }
    }
    None
}
