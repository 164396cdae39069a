//! Values from nothing: numbers, literals, dimensions, identity matrices, ranges, random draws.

use super::step::{Failure, Step};
use super::value::Value;
use crate::graph::{Attr, Literal, Source};
use crate::kernels::{Refusal, array, random, room, zeros};

/// The value of a source.
pub(super) fn step(step: &Step, kind: Source, args: &[&Value]) -> Result<Value, Failure> {
    let attrs = &step.node.op.attrs;
    match kind {
        Source::Number => {
            let number = attrs.number(0).unwrap_or(f64::NAN);
            Ok(Value::from_number(number, step.node.dtype, step.precision()))
        }
        Source::Literal => {
            let Attr::Tensor(Literal(tensor)) = attrs.get(0) else { return fit("a literal without entries") };
            Ok(Value::from_tensor(tensor, step.node.dtype, step.precision())?)
        }
        Source::Dim => {
            let Attr::Dim(dim) = attrs.get(0) else { return fit("a dimension without a name") };
            let number = step.extent(dim)? as f64;
            Ok(Value::from_number(number, step.node.dtype, step.precision()))
        }
        Source::Slot => fit("a name without a value"),
        Source::Eye => {
            let mut out = zeros(step.shape)?;
            let columns = step.shape.last().copied().unwrap_or(1);
            let rows = step.shape.iter().rev().nth(1).copied().unwrap_or(1);
            if let Some(entries) = out.as_slice_mut() {
                let places = entries.chunks_exact_mut(columns.max(1)).enumerate();
                places.for_each(|(i, row)| row.get_mut(i % rows.max(1)).into_iter().for_each(|v| *v = 1.0));
            }
            step.reals(out)
        }
        Source::Arange => {
            let len = step.shape.iter().product();
            let mut out = room(len)?;
            out.extend((0..len).map(|i| i as f64));
            step.reals(array(step.shape, out)?)
        }
        Source::Normal => drawn(step, random::normal, args),
        Source::Uniform => drawn(step, random::uniform, args),
    }
}

/// A random draw by its key. With the steps of recurrences as arguments there is one for each of their entries, keyed by
/// these too.
fn drawn(step: &Step, draw: fn(&[u64], &mut [f64]), args: &[&Value]) -> Result<Value, Failure> {
    let attrs = step.node.op.attrs.all();
    let key = attrs.iter().find_map(|attr| if let Attr::Key(key) = attr { Some(key) } else { None });
    let Some(key) = key else { return fit("a random draw without a key") };
    let mut out = zeros(step.shape)?;
    let Some(entries) = out.as_slice_mut() else { return step.reals(out) };
    if args.is_empty() {
        draw(key, entries);
        return step.reals(out);
    }
    let own = step.node.op.attrs.dims(0).map_or(0, |shape| shape.rank());
    let steps = step.shape.get(..step.shape.len().saturating_sub(own)).unwrap_or_default();
    let count: usize = steps.iter().product();
    let width = entries.len().checked_div(count).unwrap_or(0);
    let mut keys: Vec<Vec<u64>> = vec![key.to_vec(); count];
    for arg in args {
        let reals = arg.reals()?;
        let Some(all) = reals.broadcast(steps) else { return fit("the steps of a draw do not fit") };
        keys.iter_mut().zip(all.iter()).for_each(|(key, step)| key.push(*step as u64));
    }
    for (key, part) in keys.iter().zip(entries.chunks_exact_mut(width.max(1))) {
        draw(key, part);
    }
    step.reals(out)
}

fn fit<T>(title: &str) -> Result<T, Failure> {
    Err(Refusal::Fit(title.into()).into())
}
