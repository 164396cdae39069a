//! Data that arrives with the command line: inputs, weights, and other expressions for leaves.

use super::Session;
use super::errors;
use super::files::Files;

use crate::data;
use crate::diag::Diagnostic;
use crate::eval::State;
use crate::graph::DefId;
use crate::lower::{Compiled, DefKind};
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{self, ast};
use crate::tensor::{DType, Tensor};
use crate::train::model;
use std::sync::Arc;

impl Session {
    /// The data that the command line names: inputs and weights.
    pub(super) fn arrive(&self, compiled: &Compiled, state: &mut State, files: &mut Files) -> Vec<Diagnostic> {
        let mut problems = self.examples(compiled, state, files);
        for (name, path) in &self.settings.inputs {
            let def = compiled.defs.iter().position(|def| *def.name == **name && def.kind == DefKind::Input);
            let Some(def) = def else {
                let known: Vec<&str> =
                    compiled.defs.iter().filter(|def| def.kind == DefKind::Input).map(|def| &*def.name).collect();
                problems.push(errors::no_input(name, &known));
                continue;
            };
            match self.column_data(compiled, DefId(def as u32), (name, path), files, &mut problems) {
                Ok(tensor) => {
                    state.values.insert(DefId(def as u32), Arc::new(tensor));
                }
                Err(problem) => problems.push(*problem),
            }
        }
        if let Some(path) = &self.settings.weights {
            match files.named(path) {
                Ok(arrays) => {
                    let (values, found) = model::restored(compiled, &arrays, path, state.precision);
                    state.values.extend(values);
                    problems.extend(found);
                    state.model = model::block(state, &arrays);
                }
                Err(problem) => problems.push(*problem),
            }
        }
        problems
    }

    /// The array of a file for an input, its examples along the axis that the declaration says.
    fn column_data(
        &self,
        compiled: &Compiled,
        def: DefId,
        (name, path): (&str, &str),
        files: &mut Files,
        notes: &mut Vec<Diagnostic>,
    ) -> Result<Tensor, Box<Diagnostic>> {
        let (file, picked) = data::split_columns(path);
        let arrays = files.arrays(file)?;
        let info = compiled.def(def);
        let node = compiled.graph.node(info.node);
        let dims = &compiled.graph.dims;
        let shape = &node.shape;
        let columns = match (shape.first(), shape.last()) {
            (Some(first), Some(last)) => {
                shape.rank() == 2
                    && dims.known(first).is_some()
                    && (dims.known(last).is_none() || matches!(last, crate::shape::Dim::Named(..)))
            }
            _ => false,
        };
        let boxed = |error: data::DataError| Box::new(error.diagnostic(Some(info.span)));
        let Some(table) = &arrays.table else {
            let tensor = match picked {
                Some(picked) if arrays.names() != [""] => arrays.get(picked),
                _ if arrays.names().len() == 1 => arrays.whole(),
                _ => arrays.get(name),
            };
            return tensor.map_err(boxed).and_then(|tensor| of_type(tensor, node.dtype, name, info.span));
        };
        let chosen: Vec<usize> = match picked {
            Some(list) => table.pick(list).map_err(boxed)?,
            None => {
                // How many columns the declaration wants, where it says so.
                let wants = if shape.rank() < 2 {
                    Some(1)
                } else {
                    (if columns { shape.first() } else { shape.last() })
                        .and_then(|dim| dims.known(dim))
                        .map(|n| n as usize)
                };
                let others: Vec<&str> =
                    compiled.defs.iter().filter(|def| def.kind == DefKind::Input).map(|def| &*def.name).collect();
                let others: Vec<&str> = others.into_iter().filter(|other| *other != name).collect();
                let (chosen, left_out) = meant(table, name, wants, &others).ok_or_else(|| {
                    let names = table.names().map(<[String]>::to_vec).unwrap_or_default();
                    Box::new(errors::columns(name, wants.unwrap_or(1), table.columns(), &names, file, info.span))
                })?;
                if !left_out.is_empty() {
                    notes.push(errors::left_out(name, table, &chosen, &left_out, file, info.span));
                }
                chosen
            }
        };
        let whole = if node.dtype == DType::Int { table.wholes_of(&chosen).map_err(boxed)? } else { None };
        let rows = table.rows();
        if let Some(Tensor::Int(array)) = whole {
            return placed(array, shape, columns, rows)
                .map(Tensor::Int)
                .ok_or_else(|| Box::new(errors::lost(info.span)));
        }
        let array = table.matrix_of(&chosen).map_err(boxed)?.to_f64();
        let array = placed(array, shape, columns, rows).ok_or_else(|| Box::new(errors::lost(info.span)))?;
        of_type(Tensor::F64(array), node.dtype, name, info.span)
    }
}

/// Which columns of a table are meant for an input that names none: its own, or as many as it wants; and those that are left
/// out. None but columns that feed another input of their name, and columns without a single number, are.
fn meant(table: &data::Csv, name: &str, wants: Option<usize>, others: &[&str]) -> Option<(Vec<usize>, Vec<usize>)> {
    let own = table.names().is_some().then(|| table.find(name).ok()).flatten();
    if let (Some(own), Some(1) | None) = (own, wants) {
        return Some((vec![own], vec![]));
    }
    let all: Vec<usize> = (0..table.columns()).collect();
    if wants == Some(all.len()) {
        return Some((all, vec![]));
    }
    let feeds = |column: &usize| {
        table.names().and_then(|names| names.get(*column)).is_some_and(|own| others.contains(&own.as_str()))
    };
    let split = |keep: &dyn Fn(&usize) -> bool| all.iter().copied().partition::<Vec<usize>, _>(|column| keep(column));
    let own_columns = split(&|column| !feeds(column));
    let numbers = split(&|column| !feeds(column) && table.has_numbers(*column));
    let all_numbers = split(&|column| table.has_numbers(*column));
    match wants {
        None if own_columns.0.is_empty() => Some((all.clone(), vec![])),
        None => Some(own_columns),
        Some(wants) => [own_columns, numbers, all_numbers].into_iter().find(|(kept, _)| kept.len() == wants),
    }
}

/// The rows of a table as an input of this shape has them.
fn placed<T: Clone>(
    array: ndarray::ArrayD<T>,
    shape: &crate::shape::Shape,
    columns: bool,
    rows: usize,
) -> Option<ndarray::ArrayD<T>> {
    let one = array.shape().get(1) == Some(&1);
    let array = if shape.rank() < 2 && one {
        array.into_shape_with_order(ndarray::IxDyn(&[rows])).ok()?
    } else if columns {
        array.reversed_axes().as_standard_layout().into_owned()
    } else {
        array
    };
    if shape.is_scalar() && array.len() == 1 {
        return array.into_shape_with_order(ndarray::IxDyn(&[])).ok();
    }
    Some(array)
}

fn of_type(tensor: Tensor, dtype: DType, name: &str, span: Span) -> Result<Tensor, Box<Diagnostic>> {
    match (dtype, tensor.dtype()) {
        (DType::Real, DType::Real) => Ok(tensor),
        (wanted, found) if wanted == found => Ok(tensor),
        (DType::Real, _) => Ok(Tensor::F64(tensor.to_f64())),
        (DType::Int, _) => {
            let array = tensor.to_f64();
            match array.iter().find(|v| v.fract() != 0.0 || v.abs() >= 9_223_372_036_854_775_808.0) {
                Some(value) => Err(Box::new(errors::not_whole(name, *value, span))),
                None => Ok(Tensor::Int(array.mapv(|v| v as i64))),
            }
        }
        (DType::Bool, _) => match tensor.to_f64().iter().find(|v| **v != 0.0 && **v != 1.0) {
            Some(value) => Err(Box::new(errors::not_truth(name, *value, span))),
            None => Ok(Tensor::Bool(tensor.to_f64().mapv(|v| v != 0.0))),
        },
    }
}

/// `--set a=3.5`: another expression in the place of a leaf's or input's.
pub(super) fn replace_leaves(
    sources: &mut Sources,
    items: &mut [ast::Item],
    set: &[(String, String)],
) -> Vec<Diagnostic> {
    let mut problems = vec![];
    for (name, text) in set {
        let id = sources.add(Source::new(format!("--set {name}"), text.clone()));
        let expr = match syntax::parse_expr(sources, id) {
            Ok(expr) => expr,
            Err(found) => {
                problems.extend(found);
                continue;
            }
        };
        let mut done = false;
        let mut known = vec![];
        for item in items.iter_mut() {
            match &mut item.statement {
                ast::Statement::Define(define) => {
                    known.push(define.name.text.clone());
                    if define.name.text == *name {
                        if define.value.parts.iter().any(|part| matches!(part.kind, ast::PartKind::Name(_))) {
                            problems.push(errors::not_a_leaf(name, define.name.span, whole(id, text)));
                        }
                        define.value = expr.clone();
                        done = true;
                    }
                }
                ast::Statement::Declare(declare) => {
                    known.push(declare.name.text.clone());
                    if declare.name.text == *name {
                        declare.value = Some(expr.clone());
                        done = true;
                    }
                }
                ast::Statement::Function(_)
                | ast::Statement::Recurrence(_)
                | ast::Statement::Setting(_)
                | ast::Statement::Use(_)
                | ast::Statement::Layer(_)
                | ast::Statement::Network(_)
                | ast::Statement::Data(_)
                | ast::Statement::Train(_)
                | ast::Statement::Predict(_)
                | ast::Statement::Show(_)
                | ast::Statement::Ask(_)
                | ast::Statement::Broken(_) => {}
            }
        }
        if !done {
            let nearest = crate::diag::nearest(name, known.iter().map(String::as_str));
            problems.push(match is_dimension(items, name) {
                true => errors::set_dimension(name, whole(id, text)),
                false => errors::nothing_to_set(name, nearest, whole(id, text)),
            });
        }
    }
    problems
}

/// Does an `input` state this name as a dimension?
fn is_dimension(items: &[ast::Item], name: &str) -> bool {
    let named = |dim: &ast::DimExpr| match dim {
        ast::DimExpr::Expr(expr) => match expr.parts.as_slice() {
            [ast::Part { kind: ast::PartKind::Name(own), .. }] => own == name,
            _ => false,
        },
        ast::DimExpr::Any(_) => false,
    };
    items.iter().any(|item| match &item.statement {
        ast::Statement::Declare(declare) => declare.kind.iter().any(|kind| kind.dims.iter().any(named)),
        _ => false,
    })
}

fn whole(id: SourceId, text: &str) -> Span {
    Span::new(id, 0, text.len())
}
