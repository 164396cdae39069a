//! The file of a model: its parameters and what is kept beside them as safetensors, with a note that says what they belong to.

use super::errors;
use crate::data::{self, Arrays, block::Block};
use crate::diag::Diagnostic;
use crate::eval::{Eval, State};
use crate::graph::DefId;
use crate::lower::{Compiled, DefKind};
use crate::source::Span;
use crate::tensor::{DType, Precision, Tensor};
use rustc_hash::FxHashSet;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Values for slots.
pub type Values = Vec<(DefId, Arc<Tensor>)>;

/// The names whose values a file of weights holds: parameters, then what is kept and not trained.
pub fn held(compiled: &Compiled) -> Vec<DefId> {
    let params = (0..compiled.defs.len()).map(|i| DefId(i as u32));
    let params = params.filter(|def| compiled.def(*def).kind == DefKind::Param);
    params.chain(compiled.kept.iter().map(|(def, _)| *def)).collect()
}

/// The bytes of a model's file: everything that is held, as it is now, and the note.
pub fn written(eval: &mut Eval, path: &str, span: Span) -> Result<Vec<u8>, Box<Diagnostic>> {
    let held = held(eval.compiled);
    if held.is_empty() {
        return Err(Box::new(errors::no_params(path).at(span, "this keeps parameters")));
    }
    let nodes: Vec<_> = held.iter().map(|def| eval.compiled.def(*def).node).collect();
    let values = eval.values(&nodes, span)?;
    let name = |def: &DefId| eval.compiled.def(*def).name.to_string();
    let arrays: Vec<(String, Tensor)> =
        held.iter().map(name).zip(values.iter().map(|value| (**value).clone())).collect();
    let note = note(eval, span).to_string();
    data::write_safetensors(path, &arrays, Some(&note)).map_err(|error| Box::new(error.diagnostic(Some(span))))
}

/// What the values belong to: the program's text, its seed and the numbers of its dimensions.
fn note(eval: &Eval, span: Span) -> Value {
    let source = eval.sources.get(span.source);
    let mut note = Map::new();
    note.insert("version".into(), env!("CARGO_PKG_VERSION").into());
    if !source.name.starts_with('<') {
        note.insert("program".into(), source.text.to_string().into());
    }
    note.insert("seed".into(), eval.compiled.settings.seed.unwrap_or(0).into());
    let dims = &eval.compiled.graph.dims;
    let mut sizes: Vec<(&str, u64)> =
        eval.state.binding.values.iter().map(|(name, size)| (dims.name(*name), *size)).collect();
    sizes.sort_unstable();
    let sizes: Map<String, Value> = sizes.into_iter().map(|(name, size)| (name.into(), json!(size))).collect();
    note.insert("dimensions".into(), sizes.into());
    if let Some(block) = &eval.state.block {
        note.insert("columns".into(), eval.state.model.as_deref().unwrap_or(&block.1).note());
    }
    note.into()
}

/// The columns' reductions, kinds and shapes that a model's file tells.
pub fn columns(arrays: &Arrays) -> Option<Value> {
    let mut note: Map<String, Value> = serde_json::from_str(arrays.note.as_deref()?).ok()?;
    note.remove("columns")
}

/// The program's block as the model of a file was trained with it; none where the file does not say.
pub fn block(state: &State, arrays: &Arrays) -> Option<Arc<Block>> {
    state.block.as_ref()?.1.of_model(&columns(arrays)?).map(Arc::new)
}

/// The values of a file for what a program holds, and each difference between the two.
pub fn restored(compiled: &Compiled, arrays: &Arrays, path: &str, precision: Precision) -> (Values, Vec<Diagnostic>) {
    let (mut values, mut problems) = (vec![], vec![]);
    let names = arrays.names();
    let held = held(compiled);
    let mut known: FxHashSet<&str> = FxHashSet::default();
    for id in &held {
        let def = compiled.def(*id);
        known.insert(&def.name);
        if !names.iter().any(|name| **name == *def.name) {
            // What is kept beside parameters begins as it is, where another program wrote the file.
            if def.kind == DefKind::Param {
                problems.push(errors::no_weight(&def.name, path, &names, def.span));
            }
            continue;
        }
        match arrays.get(&def.name) {
            Ok(tensor) => {
                let stated = compiled.graph.shape(def.node);
                let size = |dim| compiled.graph.dims.known(dim);
                let fits = stated.rank() == tensor.shape().len()
                    && stated
                        .iter()
                        .zip(tensor.shape())
                        .all(|(dim, n)| size(dim).is_none_or(|known| known == *n as u64));
                if fits {
                    values.push((*id, Arc::new(Tensor::from_f64(tensor.to_f64(), DType::Real, precision))));
                } else {
                    let shown = stated.show(&compiled.graph.dims);
                    problems.push(errors::weight_shape(&def.name, path, &shown, tensor.shape(), def.span));
                }
            }
            Err(error) => problems.push(error.diagnostic(Some(def.span))),
        }
    }
    if held.is_empty() {
        problems.push(errors::no_params(path));
        return (values, problems);
    }
    let over: Vec<&str> = names.iter().copied().filter(|name| !name.is_empty() && !known.contains(name)).collect();
    if !over.is_empty() {
        problems.push(errors::left_over(path, &over));
    }
    (values, problems)
}
