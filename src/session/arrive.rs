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
use std::sync::Arc;

impl Session {
    /// The data that the command line names: inputs and weights.
    pub(super) fn arrive(&self, compiled: &Compiled, state: &mut State, files: &mut Files) -> Vec<Diagnostic> {
        let mut problems = vec![];
        for (name, path) in &self.settings.inputs {
            let def = compiled.defs.iter().position(|def| *def.name == **name && def.kind == DefKind::Input);
            let Some(def) = def else {
                let known: Vec<&str> =
                    compiled.defs.iter().filter(|def| def.kind == DefKind::Input).map(|def| &*def.name).collect();
                problems.push(errors::no_input(name, &known));
                continue;
            };
            match self.column_data(compiled, DefId(def as u32), name, path, files) {
                Ok(tensor) => {
                    state.values.insert(DefId(def as u32), Arc::new(tensor));
                }
                Err(problem) => problems.push(*problem),
            }
        }
        if let Some(path) = &self.settings.weights {
            match files.named(path) {
                Ok(arrays) => problems.extend(weights(compiled, &arrays, path, state)),
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
        name: &str,
        path: &str,
        files: &mut Files,
    ) -> Result<Tensor, Box<Diagnostic>> {
        let (file, picked) = split_columns(path);
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
            let tensor = if arrays.arrays.len() == 1 { arrays.whole() } else { arrays.get(picked.unwrap_or(name)) };
            return tensor.map_err(boxed).and_then(|tensor| of_type(tensor, node.dtype, name, info.span));
        };
        let chosen: Vec<usize> = match picked {
            Some(list) => {
                let mut chosen = vec![];
                for part in list.split(',') {
                    match part.split_once("..") {
                        Some((from, to)) => {
                            let (from, to) =
                                (table.find(from.trim()).map_err(boxed)?, table.find(to.trim()).map_err(boxed)?);
                            chosen.extend(from.min(to)..=from.max(to));
                        }
                        None => chosen.push(table.find(part.trim()).map_err(boxed)?),
                    }
                }
                chosen
            }
            None => {
                // How many columns the declaration wants, where it says so.
                let wants = if shape.rank() < 2 {
                    Some(1)
                } else {
                    (if columns { shape.first() } else { shape.last() })
                        .and_then(|dim| dims.known(dim))
                        .map(|n| n as usize)
                };
                let numeric: Vec<usize> = (0..table.columns()).filter(|column| table.is_numeric(*column)).collect();
                let own = table.names().is_some().then(|| table.find(name).ok()).flatten();
                match (own, wants) {
                    (Some(own), Some(1) | None) => vec![own],
                    (_, Some(n)) if n != numeric.len() && n != table.columns() => {
                        let names = table.names().map(<[String]>::to_vec).unwrap_or_default();
                        let found = table.columns();
                        return Err(Box::new(errors::columns(name, n, found, &names, file, info.span)));
                    }
                    _ if wants == Some(table.columns()) || numeric.len() == table.columns() => {
                        (0..table.columns()).collect()
                    }
                    _ => numeric,
                }
            }
        };
        let matrix = table.matrix_of(&chosen).map_err(boxed)?;
        let array = matrix.to_f64();
        let rows = table.rows();
        let array = if shape.rank() < 2 && chosen.len() == 1 {
            array.into_shape_with_order(ndarray::IxDyn(&[rows])).map_err(|_| Box::new(errors::lost(info.span)))?
        } else if columns {
            array.reversed_axes().as_standard_layout().into_owned()
        } else {
            array
        };
        let array = if shape.is_scalar() && array.len() == 1 {
            array.into_shape_with_order(ndarray::IxDyn(&[])).map_err(|_| Box::new(errors::lost(info.span)))?
        } else {
            array
        };
        of_type(Tensor::F64(array), node.dtype, name, info.span)
    }
}

/// `FILE:age,bmi`, `FILE:from..to`: columns behind the last colon, unless that is part of the path.
fn split_columns(path: &str) -> (&str, Option<&str>) {
    match path.rsplit_once(':') {
        Some((file, columns)) if !columns.contains(['/', '\\']) && file.contains('.') => (file, Some(columns)),
        Some(_) | None => (path, None),
    }
}

fn of_type(tensor: Tensor, dtype: DType, name: &str, span: Span) -> Result<Tensor, Box<Diagnostic>> {
    match (dtype, tensor.dtype()) {
        (DType::Real, DType::Real) => Ok(tensor),
        (wanted, found) if wanted == found => Ok(tensor),
        (DType::Real, _) => Ok(Tensor::F64(tensor.to_f64())),
        (DType::Int, _) => {
            let array = tensor.to_f64();
            match array.iter().find(|v| v.fract() != 0.0) {
                Some(value) => Err(Box::new(errors::not_whole(name, *value, span))),
                None => Ok(Tensor::Int(array.mapv(|v| v as i64))),
            }
        }
        (DType::Bool, _) => Ok(Tensor::Bool(tensor.to_f64().mapv(|v| v != 0.0))),
    }
}

fn weights(compiled: &Compiled, arrays: &data::Arrays, path: &str, state: &mut State) -> Vec<Diagnostic> {
    let mut problems = vec![];
    let mut used = vec![];
    for (i, def) in compiled.defs.iter().enumerate() {
        if def.kind != DefKind::Param {
            continue;
        }
        if !arrays.names().iter().any(|name| **name == *def.name) {
            problems.push(errors::no_weight(&def.name, path, &arrays.names(), def.span));
            continue;
        }
        used.push(def.name.clone());
        match arrays.get(&def.name) {
            Ok(tensor) => {
                let stated = compiled.graph.shape(def.node);
                let fits = stated.rank() == tensor.shape().len()
                    && stated
                        .iter()
                        .zip(tensor.shape())
                        .all(|(dim, size)| compiled.graph.dims.known(dim).is_none_or(|known| known == *size as u64));
                if fits {
                    let real = Tensor::from_f64(tensor.to_f64(), DType::Real, state.precision);
                    state.values.insert(DefId(i as u32), Arc::new(real));
                } else {
                    let shown = stated.show(&compiled.graph.dims);
                    problems.push(errors::weight_shape(&def.name, path, &shown, tensor.shape(), def.span));
                }
            }
            Err(error) => problems.push(error.diagnostic(Some(def.span))),
        }
    }
    if used.is_empty() && problems.is_empty() {
        problems.push(errors::no_params(path));
    }
    problems
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
                | ast::Statement::Show(_)
                | ast::Statement::Ask(_)
                | ast::Statement::Broken(_) => {}
            }
        }
        if !done {
            let nearest = crate::diag::nearest(name, known.iter().map(String::as_str));
            problems.push(errors::nothing_to_set(name, nearest, whole(id, text)));
        }
    }
    problems
}

fn whole(id: SourceId, text: &str) -> Span {
    Span::new(id, 0, text.len())
}
