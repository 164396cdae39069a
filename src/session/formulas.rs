//! `data { … }` without a file: its lines are evaluated once, as definitions of their own, and are examples like a file's.

use super::Session;
use super::errors;
use super::files::Files;
use super::names::Kept;
use crate::check;
use crate::data::Table;
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, Statement};
use crate::tensor::Tensor;
use ndarray::IxDyn;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// The examples of a block of formulas: a table of its lines, and the block that takes them from it.
pub(super) type Made = (Table, ast::Block);

impl Session {
    /// Evaluates the lines of a block over the definitions that stand above it.
    pub(super) fn formulas(
        &self,
        sources: &Sources,
        before: &[&ast::Item],
        written: &ast::Data,
        at: Span,
        files: &mut Files,
    ) -> Result<Made, Box<Diagnostic>> {
        let is_choice = |name: &str| ["rows", "test", "valid"].contains(&name);
        let own: Vec<&ast::Item> = written
            .block
            .items
            .iter()
            .filter(|item| matches!(&item.statement, Statement::Define(define) if !is_choice(&define.name.text)))
            .collect();
        // What the lines need of the program, and the settings.
        let mut needed: FxHashSet<Arc<str>> = own.iter().flat_map(|item| Kept::new((*item).clone()).mentions).collect();
        let mut taken = vec![];
        for item in before.iter().rev() {
            let setting = matches!(item.statement, Statement::Setting(_) | Statement::Use(_));
            let asked = item.statement.names().any(|name| needed.contains(name.text.as_str()));
            if setting || asked {
                let kept = Kept::new((*item).clone());
                needed.extend(kept.mentions.into_iter().chain(kept.dims));
                taken.push((*item).clone());
            }
        }
        taken.reverse();
        taken.extend(own.iter().map(|item| (*item).clone()));
        let mut sources = sources.clone();
        let (mut compiled, problems) = check::once(&mut sources, taken, files, &self.settings.options());
        if let Some(problem) = problems.into_iter().find(Diagnostic::is_error) {
            return Err(Box::new(problem));
        }
        let names: Vec<ast::Name> = own.iter().flat_map(|item| item.statement.names().cloned()).collect();
        let nodes: Vec<_> = names
            .iter()
            .filter_map(|name| compiled.defs.iter().rev().find(|def| *def.name == *name.text).map(|def| def.node))
            .collect();
        let state = self.state(&compiled);
        let go_on = || false;
        let mut eval = Eval::new(&mut compiled, &sources, state, &go_on);
        if let Some(problem) = eval.bind().into_iter().next() {
            return Err(Box::new(problem));
        }
        let values = eval.values(&nodes, at)?;
        table(&names, values, at, written)
    }
}

/// The lines as columns: the examples go along the first axis of all, or along the last.
fn table(
    names: &[ast::Name],
    values: Vec<Arc<Tensor>>,
    at: Span,
    written: &ast::Data,
) -> Result<Made, Box<Diagnostic>> {
    let sizes = |last: bool| -> FxHashSet<usize> {
        let shapes = values.iter().map(|value| value.shape()).filter(|shape| !shape.is_empty());
        shapes.map(|shape| shape[if last { shape.len() - 1 } else { 0 }]).collect()
    };
    let (first, last) = (sizes(false), sizes(true));
    let turned = first.len() != 1;
    let count = if turned { &last } else { &first };
    let (1, Some(count)) = (count.len(), count.iter().next().copied()) else {
        return Err(Box::new(errors::no_examples(at, names, &values)));
    };
    if count == 0 {
        return Err(Box::new(errors::no_examples(at, names, &values)));
    }
    let (mut arrays, mut items) = (vec![], vec![]);
    for (name, value) in names.iter().zip(values) {
        let part = |kind| ast::Part { span: name.span, kind };
        let mut parts = vec![];
        if value.shape().is_empty() {
            let number = value.to_f64().iter().next().copied().unwrap_or(f64::NAN);
            parts.push(part(ast::PartKind::Number(number)));
        } else {
            parts.push(part(ast::PartKind::Name(name.text.clone())));
            let rank = value.shape().len();
            let rows = if turned && rank > 1 {
                parts.push(part(ast::PartKind::Prime));
                let mut order: Vec<usize> = (0..rank - 1).collect();
                order.insert(0, rank - 1);
                moved(&value, &order)
            } else {
                value
            };
            arrays.push((name.text.clone(), rows));
        }
        let value = ast::Expr { span: name.span, parts };
        let statement = Statement::Define(ast::Define { name: name.clone(), kind: None, value });
        items.push(super::examples::item(statement, name.span));
    }
    debug_assert!(arrays.iter().all(|(_, array)| array.shape().first() == Some(&count)));
    for item in &written.block.items {
        if item.statement.names().any(|name| ["rows", "test", "valid"].contains(&name.text.as_str())) {
            items.push(item.clone());
        }
    }
    let table = Table::of_arrays("the block", arrays).map_err(|error| Box::new(error.diagnostic(Some(at))))?;
    Ok((table, ast::Block { items, ..written.block.clone() }))
}

/// The axes in another order.
fn moved(value: &Tensor, order: &[usize]) -> Arc<Tensor> {
    let axes = IxDyn(order);
    Arc::new(match value.clone() {
        Tensor::F64(array) => Tensor::F64(array.permuted_axes(axes)),
        Tensor::F32(array) => Tensor::F32(array.permuted_axes(axes)),
        Tensor::Int(array) => Tensor::Int(array.permuted_axes(axes)),
        Tensor::Bool(array) => Tensor::Bool(array.permuted_axes(axes)),
    })
}
