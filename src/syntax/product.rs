//! The product that fits, where two names stand side by side and the program states the shapes of both.

use super::ast::{DimExpr, Item, Kind, Statement};
use super::chars::is_name_part;
use crate::diag::{Diagnostic, Edit, Mend};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// Proposes for each missing operator the matrix product that fits, with the transpose that it needs.
pub(super) fn propose(text: &str, items: &[Item], faults: &mut [Diagnostic]) {
    let missing = |fault: &&mut Diagnostic| fault.code == "nnlang::syntax::missing_operator";
    let mut faults = faults.iter_mut().filter(missing).peekable();
    if faults.peek().is_none() {
        return;
    }
    let shapes = shapes(text, items);
    for fault in faults {
        let gap = fault.mend.as_ref().and_then(|mend| mend.edits.first()).map(|edit| edit.span);
        let (Some(gap), Some(right)) = (gap, fault.span()) else { continue };
        let (Some(before), Some(right_name)) = (text.get(..gap.start as usize), text.get(right.range())) else {
            continue;
        };
        let after = text.get(right.end as usize..).unwrap_or("");
        let tail = before.char_indices().rev().take_while(|(_, c)| is_name_part(*c)).last();
        let left_name = tail.map_or("", |(at, _)| &before[at..]);
        // what is written after a name, or before it, is part of the value and changes its shape
        if after.starts_with(['(', '[', '.', '\'', 'ᵀ']) || before[..before.len() - left_name.len()].ends_with('.') {
            continue;
        }
        let (Some(left), Some(right_shape)) = (shapes.get(left_name), shapes.get(right_name)) else { continue };
        if let Some(mend) = fit(left_name, left, right_name, right_shape, gap, right) {
            fault.because.push(format!("`{left_name}` is {}, `{right_name}` is {}", list(left), list(right_shape)));
            fault.mend = Some(mend);
        }
    }
}

/// The stated shapes of a program's names, each dimension as it is written.
fn shapes<'a>(text: &str, items: &'a [Item]) -> FxHashMap<&'a str, Vec<String>> {
    let mut shapes = FxHashMap::default();
    for item in items {
        let (name, kind) = match &item.statement {
            Statement::Define(define) => (&define.name, &define.kind),
            Statement::Declare(declare) => (&declare.name, &declare.kind),
            _ => continue,
        };
        if let Some(dims) = kind.as_ref().and_then(|kind| dims(text, kind)) {
            shapes.insert(name.text.as_str(), dims);
        }
    }
    shapes
}

fn dims(text: &str, kind: &Kind) -> Option<Vec<String>> {
    let dim = |dim: &DimExpr| match dim {
        DimExpr::Any(_) => None,
        DimExpr::Expr(expr) => Some(text.get(expr.span.range())?.split_whitespace().collect::<String>()),
    };
    kind.dims.iter().map(dim).collect()
}

fn list(dims: &[String]) -> String {
    format!("[{}]", dims.join(", "))
}

fn fit(left: &str, a: &[String], right: &str, b: &[String], gap: Span, right_span: Span) -> Option<Mend> {
    let after = Span { start: right_span.end, ..right_span };
    let edits = |operator: &str, tail: &str| {
        let mut edits = vec![Edit { span: gap, text: operator.to_string() }];
        if !tail.is_empty() {
            edits.push(Edit { span: after, text: tail.to_string() });
        }
        edits
    };
    let mend = |form: String, shape: Vec<&String>, edits| {
        let shape: Vec<String> = shape.into_iter().cloned().collect();
        Some(Mend { text: format!("{form} would give {}", list(&shape)), edits })
    };
    match (a, b) {
        ([], _) => mend(format!("{left}*{right}"), b.iter().collect(), edits("*", "")),
        (_, []) => mend(format!("{left}*{right}"), a.iter().collect(), edits("*", "")),
        ([m, n], [p, q]) if n == p => mend(format!("{left} @ {right}"), vec![m, q], edits(" @ ", "")),
        ([m, n], [p, q]) if m == p => mend(format!("{left}' @ {right}"), vec![n, q], edits("' @ ", "")),
        ([m, n], [p, q]) if n == q => mend(format!("{left} @ {right}'"), vec![m, p], edits(" @ ", "'")),
        ([m, n], [p]) if n == p => mend(format!("{left} @ {right}"), vec![m], edits(" @ ", "")),
        ([m, n], [p]) if m == p => mend(format!("{left}' @ {right}"), vec![n], edits("' @ ", "")),
        ([m], [p, q]) if m == p => mend(format!("{left} @ {right}"), vec![q], edits(" @ ", "")),
        ([m], [p, q]) if m == q => mend(format!("{left} @ {right}'"), vec![p], edits(" @ ", "'")),
        ([m], [p]) if m == p => mend(format!("{left} @ {right}"), vec![], edits(" @ ", "")),
        _ => None,
    }
}
