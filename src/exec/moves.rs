//! Entries moved: attributes read, arguments taken as reals, ints or bools, the kernel of each kind called.

use super::lanes::{axes, axis_of};
use super::step::{Failure, Step, WHOLE, code, code_at};
use super::value::{Entries, Entry, Value};
use crate::graph::{Attr, Move};
use crate::kernels::moves::{self, Range, Triangle};
use crate::kernels::{Refusal, array, room, zeros};
use crate::tensor::DType;
use ndarray::{ArrayD, ArrayViewD};

/// The value of a move.
pub(super) fn step(step: &Step, kind: Move, args: &[&Value]) -> Result<Value, Failure> {
    match (kind, args) {
        (Move::SumTo, [x]) => {
            let x = x.reals()?;
            let mut out = zeros(step.shape)?;
            moves::sum_to(&x.view(), out.view_mut()).map_err(code(FIT))?;
            step.reals(out)
        }
        (Move::ScatterAdd, [dy, index]) => {
            let dy = dy.reals()?;
            let places = index_of(index)?;
            let axis = axis_of(step.node.op.attrs.int(0).unwrap_or(0), step.shape.len())?;
            let mut out = zeros(step.shape)?;
            let sides = sides(step.shape, axis);
            let (Some(from), Some(to)) = (dy.as_slice(), out.as_slice_mut()) else { return lost() };
            moves::scatter_add(from, sides, &places, to).map_err(code_at(INDEX, 1))?;
            step.reals(out)
        }
        (Move::SumWindows, [y]) => {
            let y = y.reals()?;
            let mut out = zeros(step.shape)?;
            let windows = super::windows::summed(&step.node.op.attrs, y.shape(), step.shape);
            let (Some(from), Some(to)) = (y.as_slice(), out.as_slice_mut()) else { return lost() };
            windows.summed(from, to).map_err(code(FIT))?;
            step.reals(out)
        }
        _ => match step.node.dtype {
            DType::Real => moved::<f64>(step, kind, args),
            DType::Int => moved::<i64>(step, kind, args),
            DType::Bool => moved::<bool>(step, kind, args),
        },
    }
}

const FIT: &str = "nnlang::value::fit";
const INDEX: &str = "nnlang::value::index";

/// A move of entries that are not added.
pub(super) fn moved<T: Entry>(step: &Step, kind: Move, args: &[&Value]) -> Result<Value, Failure> {
    let attrs = &step.node.op.attrs;
    let Some(first) = args.first() else { return lost() };
    let x: Entries<T> = T::of(first)?;
    let view = x.view();
    let result = match kind {
        Move::Reshape => {
            let entries: usize = step.shape.iter().product();
            if entries != x.len() {
                let (from, to) = (x.shape(), step.shape);
                let title = format!("{from:?} has {} entries, and {to:?} has {entries}", x.len());
                return Err(code_at(FIT, 0)(Refusal::Fit(title)));
            }
            let mut out = room(entries)?;
            out.extend(x.iter().copied());
            array(step.shape, out)?
        }
        Move::Transpose => {
            let order = attrs.ints(0).map(|order| order.iter().map(|axis| axis_of(*axis, x.ndim())).collect());
            let order: Option<Vec<usize>> = order.transpose()?;
            own(step, &moves::transpose(view, order.as_deref())?)?
        }
        Move::Broadcast => fill(step, |out| moves::broadcast(&view, out.view_mut())).map_err(code(FIT))?,
        Move::Slice => {
            let ranges = ranges(step)?;
            own(step, &moves::slice(view, &ranges).map_err(code_at(FIT, 0))?)?
        }
        Move::Unslice => {
            let ranges = ranges(step)?;
            fill(step, |out| moves::unslice(&view, &ranges, out.view_mut())).map_err(code_at(FIT, 0))?
        }
        Move::Concat => {
            let axis = axis_of(attrs.int(0).unwrap_or(0), step.shape.len())?;
            let parts = args.iter().map(|part| T::of(part)).collect::<Result<Vec<_>, _>>()?;
            let views: Vec<ArrayViewD<T>> = parts.iter().map(|part| part.view()).collect();
            fill(step, |out| moves::concat(&views, axis, out.view_mut()))?
        }
        Move::Gather => {
            let Some(index) = args.get(1) else { return lost() };
            let index = index_of(index)?;
            let axis = axis_of(attrs.int(0).unwrap_or(0), x.ndim())?;
            let Some(from) = x.as_slice() else { return lost() };
            let gather = |out: &mut ArrayD<T>| match out.as_slice_mut() {
                Some(to) => moves::gather(from, sides(x.shape(), axis), &index, to),
                None => Ok(()),
            };
            fill(step, gather).map_err(code_at(INDEX, 1))?
        }
        Move::Flip => {
            let axes = axes(step, x.ndim())?;
            own(step, &moves::flip(view, &axes)?)?
        }
        Move::Diag => fill(step, |out| moves::diagonal(&view, attrs.int(0).unwrap_or(0), out.view_mut()))?,
        Move::DiagEmbed => fill(step, |out| moves::on_diagonal(&view, attrs.int(0).unwrap_or(0), out.view_mut()))?,
        Move::Tril | Move::Triu => {
            let part = if kind == Move::Tril { Triangle::Lower } else { Triangle::Upper };
            let offset = attrs.int(0).unwrap_or(0);
            fill(step, |out| moves::triangle(&view, part, offset, out.view_mut()))?
        }
        Move::Windows => {
            let windows = super::windows::seen(attrs, x.shape(), step.shape);
            let Some(from) = x.as_slice() else { return lost() };
            fill(step, |out| match out.as_slice_mut() {
                Some(to) => windows.seen(from, to),
                None => Ok(()),
            })
            .map_err(code(FIT))?
        }
        Move::SumTo | Move::ScatterAdd | Move::SumWindows => return lost(),
    };
    Ok(T::value(result))
}

/// Entries of `x` along an axis at the value of an index, in a shape.
pub(super) fn taken(x: &ArrayD<i64>, axis: usize, index: &Value, shape: &[usize]) -> Result<ArrayD<i64>, Failure> {
    let mut out = zeros(shape)?;
    let (Some(from), Some(to)) = (x.as_slice(), out.as_slice_mut()) else { return lost() };
    moves::gather(from, sides(x.shape(), axis), &index_of(index)?, to)?;
    Ok(out)
}

fn lost<T>() -> Result<T, Failure> {
    Err(Refusal::Fit("a move without its argument".into()).into())
}

fn fill<T: Entry>(
    step: &Step,
    write: impl FnOnce(&mut ArrayD<T>) -> Result<(), Refusal>,
) -> Result<ArrayD<T>, Refusal> {
    let mut out = zeros(step.shape)?;
    write(&mut out)?;
    Ok(out)
}

fn own<T: Entry>(step: &Step, x: &ArrayViewD<'_, T>) -> Result<ArrayD<T>, Refusal> {
    if x.shape() != step.shape {
        return Err(Refusal::Fit(format!("this has shape {:?}, and {:?} was meant", x.shape(), step.shape)));
    }
    crate::kernels::copy(x)
}

fn index_of(index: &Value) -> Result<Vec<i64>, Failure> {
    let whole = i64::of(index).map_err(code_at(WHOLE, 1))?;
    Ok(whole.iter().copied().collect())
}

/// The entries before, along and after an axis.
fn sides(shape: &[usize], axis: usize) -> [usize; 3] {
    [shape[..axis].iter().product(), shape[axis], shape[axis + 1..].iter().product()]
}

fn ranges(step: &Step) -> Result<Vec<Range>, Failure> {
    let Attr::Slices(slices) = step.node.op.attrs.get(0) else { return lost() };
    let range = |spec: &crate::graph::SliceSpec| {
        Ok(Range { start: step.extent(&spec.start)?, step: spec.step, len: step.extent(&spec.len)? })
    };
    slices.iter().map(range).collect()
}
