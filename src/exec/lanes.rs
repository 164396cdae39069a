//! Lanes to numbers (reductions) and lanes to lanes (cumulative sums, softmax).

use super::step::{Failure, Step, code};
use super::value::Value;
use crate::graph::{Along, Reduce};
use crate::kernels::{Refusal, moves, sum, zeros};

/// Over the axes of attribute 0 (absent: all). The result's own shape says whether they are kept as size 1.
pub(super) fn reduce(step: &Step, kind: Reduce, x: &Value) -> Result<Value, Failure> {
    let number = match kind {
        Reduce::Sum => sum::sum,
        Reduce::Lane(f) => f,
    };
    if let (Some(x), true) = (x.scalar(), step.shape.is_empty()) {
        return Ok(Value::from_number(number(&[x]), step.node.dtype, step.precision()));
    }
    let x = x.reals()?;
    let axes = axes(step, x.ndim())?;
    let mut out = zeros(step.shape)?;
    moves::lanes(&x.view(), &axes, out.view_mut(), number).map_err(code("nnlang::value::fit"))?;
    step.reals(out)
}

/// Along the axis of attribute 0; over several, their entries in row-major order are one lane.
pub(super) fn along(step: &Step, Along(f): Along, x: &Value) -> Result<Value, Failure> {
    let x = x.reals()?;
    let axes = axes(step, x.ndim())?;
    let mut last = moves::axes_last(&x.view(), &axes)?;
    let length: usize = axes.iter().map(|axis| x.shape()[*axis]).product();
    let mut lane = vec![0.0; length];
    if let Some(entries) = last.as_slice_mut()
        && length > 0
    {
        for place in entries.chunks_exact_mut(length) {
            f(place, &mut lane);
            place.copy_from_slice(&lane);
        }
    }
    // Back to the order that the axes came in.
    let order = moves::last_order(x.ndim(), &axes);
    let mut back = vec![0; order.len()];
    for (place, axis) in order.iter().enumerate() {
        back[*axis] = place;
    }
    let mut out = zeros(step.shape)?;
    let result = moves::transpose(last.view(), Some(&back))?;
    if result.shape() != step.shape {
        return Err(Refusal::Fit(format!("{:?} is not of shape {:?}", result.shape(), step.shape)).into());
    }
    out.assign(&result);
    step.reals(out)
}

/// The axes of attribute 0; absent: all.
pub(super) fn axes(step: &Step, rank: usize) -> Result<Vec<usize>, Failure> {
    let attrs = &step.node.op.attrs;
    match (attrs.int(0), attrs.ints(0)) {
        (Some(axis), _) => Ok(vec![axis_of(axis, rank)?]),
        (None, Some(axes)) => axes.iter().map(|axis| axis_of(*axis, rank)).collect(),
        (None, None) => Ok((0..rank).collect()),
    }
}

/// An axis of so many, as an index.
pub(super) fn axis_of(axis: i64, rank: usize) -> Result<usize, Failure> {
    let counted = if axis < 0 { axis + rank as i64 } else { axis };
    let inside = usize::try_from(counted).ok().filter(|axis| *axis < rank);
    inside.ok_or_else(|| Refusal::Fit(format!("there is no axis {axis} among {rank}")).into())
}
