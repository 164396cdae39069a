//! Values from nothing: numbers, literals, dimensions, identity matrices, ranges, random draws.

use super::step::{Failure, Step};
use super::value::Value;
use crate::graph::{Attr, Literal, Source};
use crate::kernels::{Refusal, array, random, room, zeros};

/// The value of a source.
pub(super) fn step(step: &Step, kind: Source) -> Result<Value, Failure> {
    let attrs = &step.node.op.attrs;
    match kind {
        Source::Number => {
            let number = attrs.number(0).unwrap_or(f64::NAN);
            Ok(Value::from_number(number, step.node.dtype, step.precision()))
        }
        Source::Literal => match attrs.get(0) {
            Attr::Tensor(Literal(tensor)) => Ok(Value::from_tensor(tensor, step.node.dtype, step.precision())?),
            _ => Err(Refusal::Fit("a literal without entries".into()).into()),
        },
        Source::Dim => match attrs.get(0) {
            Attr::Dim(dim) => {
                let number = step.extent(dim)? as f64;
                Ok(Value::from_number(number, step.node.dtype, step.precision()))
            }
            _ => Err(Refusal::Fit("a dimension without a name".into()).into()),
        },
        Source::Slot => Err(Refusal::Fit("a name without a value".into()).into()),
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
        Source::Normal | Source::Uniform => {
            let mut out = zeros(step.shape)?;
            let key = attrs.all().iter().find_map(|attr| if let Attr::Key(key) = attr { Some(key) } else { None });
            let Some(key) = key else { return Err(Refusal::Fit("a random draw without a key".into()).into()) };
            if let Some(entries) = out.as_slice_mut() {
                match kind {
                    Source::Normal => random::normal(key, entries),
                    _ => random::uniform(key, entries),
                }
            }
            step.reals(out)
        }
    }
}
