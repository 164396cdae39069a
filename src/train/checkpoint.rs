//! Checkpoints: all that a training needs to go on to the same bits, as safetensors, written after every epoch.

use super::{Run, errors};
use crate::data;
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::DefId;
use crate::source::Span;
use crate::tensor::Tensor;
use serde_json::json;
use std::sync::Arc;

/// What goes on besides the values of slots.
#[derive(Clone, Debug)]
pub struct Going {
    /// Epochs done.
    pub epoch: u64,
    /// Steps done.
    pub steps: u64,
    /// Epochs since something better.
    pub since: u64,
    /// What the schedule remembers.
    pub schedule: [f64; 3],
    /// The best so far: what was watched, its epoch, the values.
    pub best: Option<(f64, u64, Vec<(DefId, Arc<Tensor>)>)>,
}

/// A number to the bit, whatever JSON can say.
fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

fn of_bits(value: &serde_json::Value) -> Option<f64> {
    Some(f64::from_bits(u64::from_str_radix(value.as_str()?, 16).ok()?))
}

/// Writes a checkpoint in the place of the one before.
pub fn write(eval: &Eval, runs: &[Run], going: &Going, (path, span): (&str, Span)) -> Result<(), Box<Diagnostic>> {
    let Some(outside) = eval.watch.outside else { return Err(Box::new(errors::no_outside(span))) };
    let mut arrays: Vec<(String, Tensor)> = vec![];
    let name = |at: usize, def: DefId| format!("{at}.{}", eval.compiled.def(def).name);
    for (at, def) in runs.iter().flat_map(Run::carried).enumerate() {
        if let Some(value) = eval.state.values.get(&def) {
            arrays.push((name(at, def), (**value).clone()));
        }
    }
    let best = going.best.as_ref().map(|(watched, epoch, values)| {
        for (at, (def, value)) in values.iter().enumerate() {
            arrays.push((format!("best.{}", name(at, *def)), (**value).clone()));
        }
        json!({ "watched": bits(*watched), "epoch": epoch })
    });
    let note = json!({
        "epoch": going.epoch,
        "steps": going.steps,
        "since": going.since,
        "schedule": going.schedule.map(bits),
        "best": best,
    });
    let bytes = data::write_safetensors(path, &arrays, Some(&note.to_string()))
        .map_err(|error| Box::new(error.diagnostic(Some(span))))?;
    outside.write(path, &bytes).map_err(|refusal| Box::new(errors::file(&refusal, span)))
}

/// Takes over where a checkpoint ended; `None` where there is none yet.
pub fn read(eval: &mut Eval, runs: &mut [Run], (path, span): (&str, Span)) -> Result<Option<Going>, Box<Diagnostic>> {
    let Some(outside) = eval.watch.outside else { return Err(Box::new(errors::no_outside(span))) };
    let bytes = match outside.read(path) {
        Ok(bytes) => bytes,
        Err(refusal) if refusal.cause == crate::outside::Cause::Missing => return Ok(None),
        Err(refusal) => return Err(Box::new(errors::file(&refusal, span))),
    };
    let told = |error: data::DataError| Box::new(error.diagnostic(Some(span)));
    let arrays = data::read_safetensors(path, &bytes).map_err(told)?;
    let note = data::safetensors_note(path, &bytes).map_err(told)?;
    let note: serde_json::Value = note.and_then(|note| serde_json::from_str(&note).ok()).unwrap_or_default();
    let other = || Box::new(errors::other_checkpoint(path, span));
    let whole = |key: &str| note.get(key).and_then(serde_json::Value::as_u64).ok_or_else(other);
    let array = |name: &str| arrays.iter().find(|(own, _)| own == name).map(|(_, value)| Arc::new(value.clone()));
    let name = |eval: &Eval, at: usize, def: DefId| format!("{at}.{}", eval.compiled.def(def).name);
    let carried: Vec<DefId> = runs.iter().flat_map(Run::carried).collect();
    for (at, def) in carried.iter().enumerate() {
        let value = array(&name(eval, at, *def)).ok_or_else(other)?;
        let now = eval.value(eval.compiled.def(*def).node, span)?;
        if now.shape() != value.shape() {
            return Err(other());
        }
        eval.state.values.insert(*def, value);
    }
    let schedule = note.get("schedule").and_then(|all| {
        let all: Vec<f64> = all.as_array()?.iter().map(of_bits).collect::<Option<_>>()?;
        <[f64; 3]>::try_from(all).ok()
    });
    let best = note.get("best").filter(|best| !best.is_null());
    let best = best.map(|best| {
        let held = super::model::held(eval.compiled);
        let mut values = vec![];
        for (own, value) in arrays.iter().filter_map(|(own, value)| Some((own.strip_prefix("best.")?, value))) {
            let own = own.split_once('.').map_or(own, |(_, own)| own);
            let def = held.iter().find(|def| *eval.compiled.def(**def).name == *own).ok_or_else(other)?;
            values.push((*def, Arc::new(value.clone())));
        }
        let watched = best.get("watched").and_then(of_bits).ok_or_else(other)?;
        let epoch = best.get("epoch").and_then(serde_json::Value::as_u64).ok_or_else(other)?;
        Ok::<_, Box<Diagnostic>>((watched, epoch, values))
    });
    let steps = whole("steps")?;
    runs.iter_mut().for_each(|run| run.steps = steps);
    Ok(Some(Going {
        epoch: whole("epoch")?,
        steps,
        since: whole("since")?,
        schedule: schedule.ok_or_else(other)?,
        best: best.transpose()?,
    }))
}
