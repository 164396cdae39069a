//! `explain dJ/db`: the paths from `b` to `J`, each with its product of slopes, and their sum.

use super::trace::{self, bracketed, scalar};
use super::{Cx, slope_name};
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{Ask, Asked};
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::{Align, Cell, Doc, Line, Style, Table, number};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};
use std::sync::Arc;

/// So many paths are written out; the others are counted.
const SHOWN: usize = 8;
/// A path of more definitions is shown by its ends.
const LONG: usize = 9;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        one(cx, asked, span)?;
    }
    Ok(())
}

fn one(cx: &mut Cx, asked: &Asked, span: Span) -> Result<(), Box<Diagnostic>> {
    let (Some(of), Some(by)) = (asked.of, asked.by) else {
        return Err(Box::new(
            Diagnostic::error("nnlang::value::explain", "what is explained is a derivative of one name by another")
                .at(asked.span, "this is something else")
                .mend("write `explain dJ/db`"),
        ));
    };
    let goal = Asked { node: Some(of), ..asked.clone() };
    let of = cx.goal(&goal)?;
    let name = cx.text(asked.span);
    let of_name = cx.eval.compiled.def_of(of).map(|def| cx.eval.compiled.def(def).name.to_string()).unwrap_or_default();
    let derivative = cx.node(asked)?;
    let value = cx.eval.value(derivative, span)?;
    let stages = trace::stages(cx, of, &of_name, span)?;
    let start = stages.iter().position(|stage| stage.node == by);
    let end = stages.len().saturating_sub(1);
    // Ways from each definition to the goal, counted from the back; a million paths are as quick as one.
    let mut users: Vec<Vec<(usize, Option<NodeId>)>> = vec![vec![]; stages.len()];
    for (i, stage) in stages.iter().enumerate() {
        for (from, slope) in &stage.from {
            let tensor = !cx.eval.compiled.graph.shape(stage.node).is_scalar();
            if slope.is_some() || tensor {
                users[*from].push((i, *slope));
            }
        }
    }
    let mut ways: Vec<u128> = vec![0; stages.len()];
    if let Some(last) = ways.last_mut() {
        *last = 1;
    }
    for i in (0..end).rev() {
        ways[i] = users[i].iter().map(|(user, _)| ways[*user]).fold(0, u128::saturating_add);
    }
    let count = start.map_or(0, |start| ways[start]);
    let paths = start.map_or(vec![], |start| listed(&users, &ways, start, end));
    let mut slopes: Vec<NodeId> = paths.iter().flatten().filter_map(|(_, slope)| *slope).collect();
    slopes.sort_unstable();
    slopes.dedup();
    let values = cx.eval.values(&slopes, span)?;
    let slope_of: FxHashMap<NodeId, Arc<Tensor>> = slopes.into_iter().zip(values).collect();
    let mut doc = Doc::new();
    let mut facts = vec![];
    let mut table = Table::new([("", Align::Left), ("", Align::Left), ("", Align::Left)]);
    for path in &paths {
        let mut names = vec![];
        let mut at = start.unwrap_or(0);
        let mut factors = vec![];
        let mut numbers = vec![];
        names.push(stages[at].name.clone());
        for (user, slope) in path {
            factors.push(slope_name(&stages[*user].name, &stages[at].name));
            if let Some(number) = slope.and_then(|slope| slope_of.get(&slope)).and_then(|value| scalar(value)) {
                numbers.push(number);
            }
            names.push(stages[*user].name.clone());
            at = *user;
        }
        // From the goal back, as the chain rule is written.
        factors.reverse();
        numbers.reverse();
        let all_numbers = numbers.len() == factors.len();
        let product: f64 = numbers.iter().product();
        let text = if all_numbers {
            let shown: Vec<String> = numbers.iter().map(|n| bracketed(*n, cx.digits)).collect();
            if shown.len() > 1 {
                format!("= {} = {}", shown.join("*"), number(product, cx.digits))
            } else {
                format!("= {}", shown.join(""))
            }
        } else {
            String::new()
        };
        let (way, chain, text) = if names.len() > LONG {
            let ends = [&names[..3], &names[names.len() - 2..]].map(|part| part.join(" → "));
            let product = if all_numbers { format!("= {}", number(product, cx.digits)) } else { String::new() };
            (ends.join(" → … → "), format!("{} slopes", factors.len()), product)
        } else {
            (names.join(" → "), factors.join(" * "), text)
        };
        table.row([Cell::name(way), Cell::new(Style::Plain, chain), Cell::number(text)]);
        let mut fact = Map::new();
        fact.insert("path".into(), names.into());
        fact.insert("slopes".into(), factors.into());
        if all_numbers {
            fact.insert("product".into(), crate::view::json_f64(product));
        }
        facts.push(fact);
    }
    doc.extend(table.doc());
    let more = count.saturating_sub(paths.len() as u128);
    if more > 0 {
        doc.push(Line::new().note(format!("… and {more} more paths")));
    }
    let (last, mut fact) = cx.valued(&name, derivative, &value, asked.zero.as_ref());
    fact.insert("paths".into(), u64::try_from(count).map_or_else(|_| Value::from(count.to_string()), Value::from));
    if count > 1 {
        doc.push(Line::new().note(format!("the sum of {count} paths:")));
    }
    doc.extend(last);
    facts.push(fact);
    cx.push(span, doc, facts);
    Ok(())
}

type Path = Vec<(usize, Option<NodeId>)>;

/// The first paths, each as the definitions after its start with the slopes between them.
fn listed(users: &[Path], ways: &[u128], start: usize, end: usize) -> Vec<Path> {
    let mut out = vec![];
    let mut stack: Vec<(usize, Path)> = vec![(start, vec![])];
    while let Some((at, path)) = stack.pop() {
        if out.len() == SHOWN {
            break;
        }
        if at == end {
            out.push(path);
            continue;
        }
        for (user, slope) in users[at].iter().rev() {
            if ways[*user] > 0 {
                let mut longer = path.clone();
                longer.push((*user, *slope));
                stack.push((*user, longer));
            }
        }
    }
    out
}
