//! What two values side by side are meant to be: the product that fits, where the program states the shapes of both, or a
//! call, where what is on the left is no value of the program.

use super::ast::{DimExpr, Item, Kind, Statement};
use super::brackets;
use super::chars::{is_name_part, is_name_start};
use crate::diag::{Diagnostic, Edit, Mend};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// Proposes for each missing operator the matrix product that fits, with the transpose that it needs, or the call.
pub(super) fn propose(text: &str, items: &[Item], faults: &mut [Diagnostic]) {
    let missing = |fault: &&mut Diagnostic| fault.code == "nnlang::syntax::missing_operator";
    let mut faults = faults.iter_mut().filter(missing).peekable();
    if faults.peek().is_none() {
        return;
    }
    let shapes = shapes(text, items);
    let values = values(items);
    for fault in faults {
        let gap = fault.mend.as_ref().and_then(|mend| mend.edits.first()).map(|edit| edit.span);
        let (Some(gap), Some(right)) = (gap, fault.span()) else { continue };
        let (Some(before), Some(right_name)) = (text.get(..gap.start as usize), text.get(right.range())) else {
            continue;
        };
        let after = text.get(right.end as usize..).unwrap_or("");
        let tail = before.char_indices().rev().take_while(|(_, c)| is_name_part(*c)).last();
        let left_name = tail.map_or("", |(at, _)| &before[at..]);
        let called = after.starts_with('[').then(|| brackets::matching(after, 0)).flatten().map_or(0, |end| end + 1);
        let arg = text.get(right.start as usize..right.end as usize + called).unwrap_or(right_name);
        let line = before.rsplit('\n').next().unwrap_or("");
        let head = line.find('=').map_or("", |at| &line[..at]);
        let value = values.contains(left_name) || head.split(|c| !is_name_part(c)).any(|name| name == left_name);
        if left_name.starts_with(is_name_start) && !value {
            let rest = before[..before.len() - left_name.len()].trim_end();
            if rest.ends_with(',') || rest.strip_suffix('(').is_some_and(|rest| rest.ends_with(is_name_part)) {
                let number = arg.starts_with(|c: char| c.is_ascii_digit()) || matches!(arg, "true" | "false");
                if number {
                    let text = format!("`{left_name}={arg}` names an argument, `{left_name}({arg})` calls a function");
                    let edit = Edit { span: gap, text: "=".to_string() };
                    fault.mend = Some(Mend { text, edits: vec![edit] });
                    continue;
                }
            }
            let end = Span { start: right.end + called as u32, end: right.end + called as u32, ..right };
            let (text, other) = (format!("`{left_name}({arg})` calls a function"), format!("{left_name}*{arg}"));
            let edits = [(gap, "("), (end, ")")].map(|(span, text)| Edit { span, text: text.to_string() });
            fault.mend = Some(Mend { text: format!("{text}, `{other}` multiplies"), edits: edits.to_vec() });
            continue;
        }
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

/// The names of a program that are no functions: its variables, inputs and parameters, and those of its functions.
fn values(items: &[Item]) -> FxHashSet<String> {
    let mut values = FxHashSet::default();
    let mut k = 0;
    for item in items {
        match &item.statement {
            Statement::Define(define) => drop(values.insert(define.name.text.clone())),
            Statement::Declare(declare) => drop(values.insert(declare.name.text.clone())),
            Statement::Recurrence(recurrence) => drop(values.insert(recurrence.name.text.clone())),
            Statement::Broken(names) => values.extend(names.iter().map(|name| name.text.clone())),
            Statement::Function(function) => {
                values.extend(function.params.iter().map(|param| param.name.text.clone()));
                values.extend(function.locals.iter().map(|local| local.name().text.clone()));
            }
            Statement::Network(network) => values.extend(network.params.iter().map(|param| param.name.text.clone())),
            Statement::Layer(layer) => {
                k += 1;
                let stems = crate::layers::find(&layer.word.text).into_iter().flat_map(|def| def.lines);
                values.extend(stems.map(|line| format!("{}{k}", line.name())));
                values.extend(layer.output.iter().map(|name| name.text.clone()));
            }
            _ => {}
        }
    }
    values
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
