//! `explain dJ/db`: the paths from `b` to `J`, each with its product of slopes, and their sum.

use super::chain::{self, COLUMNS, Chain, Local, alike, bracketed, scalar, shown};
use super::{Cx, slope_name};
use crate::diag::Diagnostic;
use crate::formula;
use crate::graph::NodeId;
use crate::lower::{Ask, Asked};
use crate::ops;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::fact::{Fact, Path, Paths};
use crate::view::{Align, Cell, Doc, Line, Style, Table, number};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// So many paths are written out; the others are counted, by their first step.
const SHOWN: usize = 8;
/// So many of those that are too long to be told apart.
const ENDS: usize = 3;
/// A path of more definitions is shown by its ends.
const LONG: usize = 9;

/// A longer formula beside the numbers is left to `derive`.
const SHORT: usize = 60;

/// What one equation gives one name: to which stage, and the slope (none: it is flat, and why).
#[derive(Clone)]
struct Edge {
    user: usize,
    slope: Option<NodeId>,
    flat: Option<String>,
}

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        one(cx, asked, span)?;
    }
    Ok(())
}

fn one(cx: &mut Cx, asked: &Asked, span: Span) -> Result<(), Box<Diagnostic>> {
    let (Some(of), Some(by)) = (asked.of, asked.by) else {
        let problem =
            Diagnostic::error("nnlang::value::explain", "what is explained is a derivative of one name by another");
        return Err(Box::new(match (asked.order.len(), asked.order.split_last()) {
            (2.., Some((last, _))) => {
                let name = |id: NodeId| {
                    cx.eval.compiled.def_of(id).map_or("a".into(), |def| cx.eval.compiled.def(def).name.to_string())
                };
                let of = asked.of.map_or("J".into(), name);
                let first = slope_name(&of, &name(asked.order[0]));
                problem.at(asked.span, "this is one of a higher order").mend(format!(
                    "give the first derivative a name, `g = {first}`, and write `explain {}`",
                    slope_name("g", &name(*last))
                ))
            }
            _ => problem.at(asked.span, "this is something else").mend("write `explain dJ/db`"),
        }));
    };
    let goal = of;
    let shape = cx.shape(of);
    if !cx.eval.compiled.graph.shape(of).is_scalar() {
        let name = |id: NodeId| cx.eval.compiled.def_of(id).map(|def| cx.eval.compiled.def(def).name.to_string());
        let (of, by) = (name(of).unwrap_or("J".into()), name(by).unwrap_or("a".into()));
        let mend = format!("`s = sum({of})`, and write `explain {}`", slope_name("s", &by));
        return Err(Box::new(crate::lower::errors::asked_of_scalar("explain", &shape, &mend, asked.span)));
    }
    let of_name = cx.eval.compiled.def_of(goal).map(|def| cx.eval.compiled.def(def).name.to_string());
    let derivative = cx.node(asked)?;
    let value = cx.eval.value(derivative, span)?;
    let chain = Chain::new(cx, goal, &of_name.unwrap_or_default(), span)?;
    let told = paths(cx, &chain, asked, by, derivative, &value, span);
    chain.end(cx);
    let (doc, facts) = told?;
    cx.push(span, doc, facts);
    match cx.eval.not_finite(derivative, &value, &format!("`{}`", cx.text(asked.span)), span) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(()),
    }
}

type Told = (Doc, Vec<Fact>);

#[allow(clippy::too_many_arguments)]
fn paths(
    cx: &mut Cx,
    chain: &Chain,
    asked: &Asked,
    by: NodeId,
    derivative: NodeId,
    value: &Arc<Tensor>,
    span: Span,
) -> Result<Told, Box<Diagnostic>> {
    let name = cx.text(asked.span);
    let start = chain.stages.iter().position(|stage| stage.node == by);
    let end = chain.goal();
    let edges = edges(cx, chain, start, span)?;
    // Ways from each definition to the goal, counted from the back: a million paths are as quick as one.
    let mut ways: Vec<u128> = vec![0; chain.stages.len()];
    ways[end] = 1;
    for i in (0..end).rev() {
        ways[i] = edges[i].iter().map(|edge| ways[edge.user]).fold(0, u128::saturating_add);
    }
    let count = start.map_or(0, |start| if start == end { 0 } else { ways[start] });
    let found = start.filter(|_| count > 0).map_or(vec![], |start| listed(&edges, &ways, start, end));
    let mut slopes: Vec<NodeId> = found.iter().flatten().filter_map(|edge| edge.slope).collect();
    slopes.sort_unstable();
    slopes.dedup();
    let values = cx.eval.values(&slopes, span)?;
    let slope_of: FxHashMap<NodeId, Arc<Tensor>> = slopes.into_iter().zip(values).collect();
    let (mut doc, mut facts) = (Doc::new(), vec![]);
    let mut rows: Vec<[Cell; 4]> = vec![];
    let start = start.unwrap_or(end);
    // One path is the whole derivative, and its formula that of the derivative.
    let whole = (count == 1).then_some(derivative);
    let formula = whole.and_then(|derivative| written(cx, chain, asked, derivative, value, span));
    for path in &found {
        let told = tell(cx, chain, start, path, &slope_of, whole, formula.clone(), span)?;
        rows.push(told.0);
        facts.push(told.1.into());
    }
    doc.extend(laid_out(rows));
    let more = count.saturating_sub(found.len() as u128);
    if more > 0 {
        doc.push(Line::new().note(format!("… and {}", paths_of(more))));
        doc.extend(groups(cx, chain, start, &edges, &ways, &mut facts, span)?);
    }
    if count > 1 {
        doc.push(Line::new().note(format!("the sum of {}:", paths_of(count))));
    }
    let (last, mut fact) = cx.valued(&name, derivative, value, asked.zero.as_ref());
    doc.extend(last);
    fact.paths = Some(count);
    if let Some(at) = chain::met_between(cx, chain.stages[end].node, by, ops::states_slope) {
        let note = format!("the slope of `{}` is the one that the program states", cx.text(at));
        doc.push(Line::new().note(format!("  {note}")));
        fact.stated = Some(cx.text(at));
    }
    facts.push(fact.into());
    Ok((doc, facts))
}

/// A line for each path; where one is too wide, each path over lines of its own.
fn laid_out(rows: Vec<[Cell; 4]>) -> Doc {
    let mut table = Table::new([("", Align::Left); 4]);
    rows.iter().for_each(|row| table.row(row.clone()));
    let doc = table.doc();
    if doc.lines.iter().all(|line| line.width() <= COLUMNS) {
        return doc;
    }
    let mut doc = Doc::new();
    for [way, rest @ ..] in rows {
        doc.push(Line::new().with(way.style, way.text));
        let mut line = Line::new().plain("  ");
        for cell in rest.into_iter().filter(|cell| !cell.text.is_empty()) {
            let more = Line::new().with(cell.style, cell.text);
            if line.width() + 2 + more.width() > COLUMNS && line.width() > 2 {
                doc.push(std::mem::replace(&mut line, Line::new().plain("    ")));
            } else if line.width() > 2 {
                line = line.plain("  ");
            }
            line = line.then(more);
        }
        doc.push(line);
    }
    doc
}

fn paths_of(count: u128) -> String {
    match count {
        1 => "1 path".into(),
        u128::MAX => "more paths than can be counted".into(),
        n => format!("{n} paths"),
    }
}

/// From each stage between the start and the goal to those whose equations name it.
fn edges(cx: &mut Cx, chain: &Chain, start: Option<usize>, span: Span) -> Result<Vec<Vec<Edge>>, Box<Diagnostic>> {
    let mut edges: Vec<Vec<Edge>> = vec![vec![]; chain.stages.len()];
    let Some(start) = start else { return Ok(edges) };
    let mut reached = vec![false; chain.stages.len()];
    reached[start] = true;
    for user in start + 1..chain.stages.len() {
        if !chain.stages[user].from.iter().any(|from| reached[*from]) {
            continue;
        }
        reached[user] = true;
        let one = ops::number(&mut cx.eval.compiled.graph, 1.0);
        for (from, local) in chain.locals(cx, user, one, span)? {
            if reached[from] {
                let edge = match local {
                    Local::Slope(node) => Edge { user, slope: Some(node), flat: None },
                    Local::Flat(why) => Edge { user, slope: None, flat: Some(why) },
                };
                edges[from].push(edge);
            }
        }
    }
    Ok(edges)
}

/// The first paths, each as its edges.
fn listed(edges: &[Vec<Edge>], ways: &[u128], start: usize, end: usize) -> Vec<Vec<Edge>> {
    let mut out = vec![];
    let mut stack: Vec<(usize, Vec<Edge>)> = vec![(start, vec![])];
    while let Some((at, path)) = stack.pop() {
        let long = out.first().is_some_and(|path: &Vec<Edge>| path.len() >= LONG);
        if out.len() == if long { ENDS } else { SHOWN } {
            break;
        }
        if at == end {
            out.push(path);
            continue;
        }
        for edge in edges[at].iter().rev().filter(|edge| ways[edge.user] > 0) {
            let mut longer = path.clone();
            longer.push(edge.clone());
            stack.push((edge.user, longer));
        }
    }
    out
}

/// The formula of the derivative as `derive` prints it, where it is exactly that and not long.
fn written(
    cx: &mut Cx,
    chain: &Chain,
    asked: &Asked,
    derivative: NodeId,
    value: &Tensor,
    span: Span,
) -> Option<String> {
    if !chain.few() {
        return None;
    }
    // A path is told by the names that it goes through.
    let wanted = formula::Wanted { of: asked.of, own: true, ..Default::default() };
    let found = [wanted, formula::Wanted { own: false, ..wanted }]
        .into_iter()
        .find_map(|wanted| formula::formula_with(cx.eval.compiled, derivative, wanted, asked.span))?;
    let short = found.text.chars().count() <= chain::LONG;
    let same = short && cx.eval.value(found.node, span).is_ok_and(|found| alike(value, &found));
    same.then_some(found.text)
}

/// One path: its names, the product as the chain rule writes it, in numbers or as a formula, and why it is 0.
#[allow(clippy::too_many_arguments)]
fn tell(
    cx: &mut Cx,
    chain: &Chain,
    start: usize,
    path: &[Edge],
    slope_of: &FxHashMap<NodeId, Arc<Tensor>>,
    only: Option<NodeId>,
    written: Option<String>,
    span: Span,
) -> Result<([Cell; 4], Path), Box<Diagnostic>> {
    let mut at = start;
    let mut names = vec![chain.stages[at].name.clone()];
    let (mut factors, mut numbers) = (vec![], vec![]);
    for edge in path {
        let slope = slope_name(&chain.stages[edge.user].name, &chain.stages[at].name);
        // Among several paths the slope of one equation is not the whole derivative.
        factors.push(if only.is_none() { slope.replacen('d', "∂", 1).replace("/d", "/∂") } else { slope });
        let scalars = scalar(&chain.stages[at].value).and(scalar(&chain.stages[edge.user].value)).is_some();
        numbers.push(match edge.slope {
            None => scalars.then_some(0.0),
            Some(slope) => slope_of.get(&slope).filter(|_| scalars).and_then(|value| scalar(value)),
        });
        names.push(chain.stages[edge.user].name.clone());
        at = edge.user;
    }
    // From the goal back, as the chain rule is written.
    factors.reverse();
    numbers.reverse();
    let flat = path.iter().find_map(|edge| edge.flat.clone());
    let numbers: Option<Vec<f64>> = numbers.into_iter().collect();
    let long = names.len() > LONG;
    let whole = match &flat {
        Some(_) => None,
        None if only.is_some() => only,
        None => product(cx, chain, start, path, span)?,
    };
    let formula = match written.filter(|_| flat.is_none() && !long) {
        Some(written) => Some(written),
        None => whole.filter(|_| !long).and_then(|node| chain.formula(cx, node, span)),
    };
    let way = if long {
        [&names[..3], &names[names.len() - 2..]].map(|part| part.join(" → ")).join(" → … → ")
    } else {
        names.join(" → ")
    };
    let chained = if long { format!("{} slopes", factors.len()) } else { factors.join("*") };
    let mut cells = [Cell::name(way), Cell::new(Style::Plain, chained), Cell::default(), Cell::default()];
    let (mut note, mut products) = (flat.clone(), None);
    if let Some(numbers) = &numbers {
        let product: f64 = numbers.iter().product();
        // `0*inf` on the way: the only path is the derivative, which knows better.
        let better = match whole.filter(|_| only.is_some() && !product.is_finite()) {
            Some(node) => scalar(&*cx.eval.value(node, span)?),
            None => None,
        };
        let product = better.unwrap_or(product);
        let shown: Vec<String> = numbers.iter().map(|n| bracketed(*n, cx.digits)).collect();
        let text = match (shown.len(), long || better.is_some()) {
            (_, true) | (1, _) => format!("= {}", number(product, cx.digits)),
            (_, false) => format!("= {} = {}", shown.join("*"), number(product, cx.digits)),
        };
        cells[2] = Cell::number(text);
        products = Some(Arc::new(Tensor::scalar(product)));
    } else if let Some(node) = whole {
        let value = cx.eval.value(node, span)?;
        cells[2] = match &formula {
            Some(formula) if scalar(&value).is_none() => Cell::new(Style::Plain, format!("= {formula}")),
            _ => Cell::number(format!("= {}", shown(cx, &value, chain.stages[start].node))),
        };
        products = Some(value);
    }
    if let Some(formula) = &formula {
        let short = formula.chars().count() <= SHORT;
        if scalar(&chain.stages[start].value).is_some() && formula.parse::<f64>().is_err() && short {
            note = Some(format!("= {formula}"));
        }
    }
    if let Some(note) = note {
        cells[3] = Cell::new(Style::Note, &*note);
    }
    Ok((cells, Path { path: names, slopes: factors, note: flat, factors: numbers, product: products, formula }))
}

/// The product along one path as a node: each equation gives its name what came down to it.
fn product(
    cx: &mut Cx,
    chain: &Chain,
    start: usize,
    path: &[Edge],
    span: Span,
) -> Result<Option<NodeId>, Box<Diagnostic>> {
    if !chain.few() {
        return Ok(None);
    }
    let mut node = ops::number(&mut cx.eval.compiled.graph, 1.0);
    for (i, edge) in path.iter().enumerate().rev() {
        let from = if i == 0 { start } else { path[i - 1].user };
        let local = chain.locals(cx, edge.user, node, span)?.into_iter().find(|(name, _)| *name == from);
        match local {
            Some((_, Local::Slope(share))) => node = share,
            Some((_, Local::Flat(_))) | None => return Ok(None),
        }
    }
    Ok(Some(node))
}

/// All paths by their first step: how many, and what they give together.
#[allow(clippy::too_many_arguments)]
fn groups(
    cx: &mut Cx,
    chain: &Chain,
    start: usize,
    edges: &[Vec<Edge>],
    ways: &[u128],
    facts: &mut Vec<Fact>,
    span: Span,
) -> Result<Doc, Box<Diagnostic>> {
    let goal = chain.stages[chain.goal()].node;
    let mut table = Table::new([("", Align::Left), ("", Align::Right), ("", Align::Left)]);
    let firsts: Vec<Edge> = edges[start].iter().filter(|edge| ways[edge.user] > 0).cloned().collect();
    let hidden = firsts.len().saturating_sub(SHOWN);
    for edge in firsts.into_iter().take(SHOWN) {
        let user = edge.user;
        let (from, through) = (&chain.stages[start].name, &chain.stages[user].name);
        let seed = if user == chain.goal() {
            ops::number(&mut cx.eval.compiled.graph, 1.0)
        } else {
            let derived = super::grad::derivatives(cx, goal, &[chain.stages[user].node], span)?;
            match derived.first() {
                Some(derived) => derived.node,
                None => continue,
            }
        };
        let shares = chain.locals(cx, user, seed, span)?;
        let share = shares.into_iter().find_map(|(name, local)| match local {
            Local::Slope(node) if name == start => Some(node),
            Local::Slope(_) | Local::Flat(_) => None,
        });
        let count = ways[user];
        let (sum, text) = match share {
            Some(share) => {
                let value = cx.eval.value(share, span)?;
                let text = format!("= {}", shown(cx, &value, chain.stages[start].node));
                (value, text)
            }
            None => (Arc::new(Tensor::scalar(0.0)), "= 0".to_string()),
        };
        let last = &chain.stages[chain.goal()].name;
        let way = if user == chain.goal() {
            format!("{from} → {last}")
        } else {
            format!("{from} → {through} → … → {last}")
        };
        table.row([Cell::name(way), Cell::new(Style::Note, paths_of(count)), Cell::number(text)]);
        facts.push(Paths { through: through.clone(), paths: count, sum }.into());
    }
    let mut doc = Doc::line(Line::new().note("by their first step:"));
    doc.extend(table.doc());
    if hidden > 0 {
        doc.push(Line::new().note(format!("… and {hidden} more first steps")));
    }
    Ok(doc)
}
