//! What a redefinition changes: `a 5 → 6, J 33 → 36`.

use crate::ask::Answer;
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::NodeId;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::fact::Moved;
use crate::view::{Doc, Line, number};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Values by name.
pub(super) type Values = FxHashMap<Arc<str>, Arc<Tensor>>;

/// So many changes are written out; the others are counted.
const SHOWN: usize = 24;

/// The values that there are. What has no data yet has none, and what fails neither.
///
/// # Errors
/// The user's wish to stop.
pub(super) fn values(eval: &mut Eval, wanted: &[(Arc<str>, NodeId)], span: Span) -> Result<Values, Box<Diagnostic>> {
    let ready = eval.ready(&wanted.iter().map(|(_, node)| *node).collect::<Vec<_>>());
    let wanted: Vec<&(Arc<str>, NodeId)> = wanted.iter().filter(|(_, node)| ready.contains(node)).collect();
    let nodes: Vec<NodeId> = wanted.iter().map(|(_, node)| *node).collect();
    let stops = |problem: &Diagnostic| problem.code == "nnlang::session::interrupted";
    match eval.values(&nodes, span) {
        Ok(values) => Ok(wanted.iter().zip(values).map(|((name, _), value)| (name.clone(), value)).collect()),
        Err(problem) if stops(&problem) => Err(problem),
        // One of them fails: the others have their value all the same.
        Err(_) => {
            let mut out = Values::default();
            for (name, node) in wanted.into_iter().take(64) {
                match eval.value(*node, span) {
                    Ok(value) => {
                        out.insert(name.clone(), value);
                    }
                    Err(problem) if stops(&problem) => return Err(problem),
                    Err(_) => {}
                }
            }
            Ok(out)
        }
    }
}

/// What differs between two states of a session, for the names in their order; `None` where nothing does.
pub(super) fn answer(names: &[Arc<str>], old: &Values, new: &Values, digits: usize) -> (Option<Answer>, Vec<Arc<str>>) {
    let (mut scalars, mut others) = (vec![], vec![]);
    let (mut facts, mut told) = (vec![], vec![]);
    for name in names {
        let (Some(before), Some(after)) = (old.get(name), new.get(name)) else { continue };
        if Arc::ptr_eq(before, after) || same(before, after) {
            continue;
        }
        let (name_of, before_of, after_of) = (name.to_string(), before.clone(), after.clone());
        let moved = Moved { name: name_of, before: before_of, gradient: None, step: None, after: after_of };
        facts.push(moved.into());
        match (scalar(before), scalar(after)) {
            (Some(x), Some(y)) => {
                let digits = visible(x, y, digits);
                told.push(name.clone());
                scalars.push(
                    Line::new()
                        .name(&**name)
                        .plain(" ")
                        .number(number(x, digits))
                        .plain(" → ")
                        .number(number(y, digits)),
                );
            }
            _ => others.push(tensor(name, before, after, digits)),
        }
    }
    if facts.is_empty() {
        return (None, told);
    }
    let mut doc = Doc::new();
    let more = |count: usize| Line::new().note(format!("and {count} more"));
    let mut line = Line::new();
    let hidden = scalars.len().saturating_sub(SHOWN);
    for (i, change) in scalars.into_iter().take(SHOWN).chain((hidden > 0).then(|| more(hidden))).enumerate() {
        if i > 0 {
            line = line.plain(", ");
        }
        // A line of changes is as long as a line of text.
        if line.width() + change.width() > 78 && i > 0 {
            doc.push(std::mem::take(&mut line));
        }
        line = line.then(change);
    }
    if !line.pieces.is_empty() {
        doc.push(line);
    }
    let hidden = others.len().saturating_sub(SHOWN);
    others.into_iter().take(SHOWN).chain((hidden > 0).then(|| more(hidden))).for_each(|line| doc.push(line));
    (Some(Answer { doc, facts, ..Answer::default() }), told)
}

fn tensor(name: &str, before: &Tensor, after: &Tensor, digits: usize) -> Line {
    let line = Line::new().name(name).plain(" : ").shape(format!("{:?}", before.shape()));
    if before.shape() != after.shape() {
        return line.plain(" → ").shape(format!("{:?}", after.shape()));
    }
    let (x, y) = (before.to_f64(), after.to_f64());
    if let Some(now) = short(after, digits) {
        return line.plain(" → ").number(now);
    }
    let most = x.iter().zip(y.iter()).fold(0.0, |most: f64, (x, y)| {
        let moved = libm::fabs(y - x);
        if moved.is_nan() { f64::NAN } else { libm::fmax(most, moved) }
    });
    line.plain(" moves by at most ").number(number(most, digits))
}

/// The entries of a small tensor on one line.
fn short(value: &Tensor, digits: usize) -> Option<String> {
    const FEW: usize = 8;
    const LINE: usize = 56;
    let entries: Vec<String> = value.numbers().take(FEW + 1).map(|v| number(v, digits)).collect();
    let text = match value.shape() {
        _ if entries.len() > FEW || entries.is_empty() => return None,
        [_] => format!("[{}]", entries.join(", ")),
        [_, columns] => {
            let rows: Vec<String> = entries.chunks(*columns).map(|row| format!("[{}]", row.join(", "))).collect();
            format!("[{}]", rows.join(", "))
        }
        _ => return None,
    };
    (text.chars().count() <= LINE).then_some(text)
}

/// Equal to the bit, or both no number.
fn same(a: &Tensor, b: &Tensor) -> bool {
    if a.shape() != b.shape() || a.dtype() != b.dtype() {
        return false;
    }
    let (a, b) = (a.to_f64(), b.to_f64());
    a.iter().zip(b.iter()).all(|(a, b)| a.to_bits() == b.to_bits())
}

fn scalar(value: &Tensor) -> Option<f64> {
    if value.shape().is_empty() { value.item() } else { None }
}

/// As many digits as it takes to tell two numbers apart.
fn visible(a: f64, b: f64, digits: usize) -> usize {
    (digits..17).find(|digits| number(a, *digits) != number(b, *digits)).unwrap_or(17)
}
