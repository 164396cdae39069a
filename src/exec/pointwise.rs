//! Entry by entry, broadcasting: scalars first, then slices of equal shape, then the general case.

use super::step::{Failure, Step, code};
use super::value::{Entries, Value};
use crate::kernels::{Refusal, array, room, zeros};
use ndarray::{ArrayViewD, IxDyn, Zip};

/// One argument.
pub(super) fn map(step: &Step, f: fn(f64) -> f64, x: &Value) -> Result<Value, Failure> {
    if let Some(x) = x.scalar()
        && step.shape.is_empty()
    {
        return Ok(number(step, f(x)));
    }
    let x = x.reals()?;
    let mut out = room(x.len())?;
    out.extend(x.iter().map(|x| f(*x)));
    step.reals(array(x.shape(), out)?)
}

/// Two arguments.
pub(super) fn zip(step: &Step, f: fn(f64, f64) -> f64, a: &Value, b: &Value) -> Result<Value, Failure> {
    match (a.scalar(), b.scalar()) {
        (Some(a), Some(b)) if step.shape.is_empty() => return Ok(number(step, f(a, b))),
        (None, Some(b)) if a.shape() == step.shape => {
            let a = a.reals()?;
            let mut out = room(a.len())?;
            out.extend(a.iter().map(|a| f(*a, b)));
            return step.reals(array(step.shape, out)?);
        }
        (Some(a), None) if b.shape() == step.shape => {
            let b = b.reals()?;
            let mut out = room(b.len())?;
            out.extend(b.iter().map(|b| f(a, *b)));
            return step.reals(array(step.shape, out)?);
        }
        _ => {}
    }
    let (x, y) = (a.reals()?, b.reals()?);
    if let (Some(x), Some(y)) = (x.as_slice(), y.as_slice())
        && a.shape() == step.shape
        && b.shape() == step.shape
    {
        let mut out = room(x.len())?;
        out.extend(x.iter().zip(y).map(|(a, b)| f(*a, *b)));
        return step.reals(array(step.shape, out)?);
    }
    let mut out = zeros(step.shape)?;
    let [x, y] = stretched(step, [&x, &y])?;
    Zip::from(out.rows_mut()).and(x.rows()).and(y.rows()).for_each(|out, x, y| {
        Zip::from(out).and(x).and(y).for_each(|out, a, b| *out = f(*a, *b));
    });
    step.reals(out)
}

/// Three arguments.
pub(super) fn zip3(step: &Step, f: fn(f64, f64, f64) -> f64, args: [&Value; 3]) -> Result<Value, Failure> {
    if let [Some(a), Some(b), Some(c)] = args.map(Value::scalar)
        && step.shape.is_empty()
    {
        return Ok(number(step, f(a, b, c)));
    }
    let [a, b, c] = args;
    let (a, b, c) = (a.reals()?, b.reals()?, c.reals()?);
    let mut out = zeros(step.shape)?;
    let [a, b, c] = stretched(step, [&a, &b, &c])?;
    Zip::from(out.rows_mut()).and(a.rows()).and(b.rows()).and(c.rows()).for_each(|out, a, b, c| {
        Zip::from(out).and(a).and(b).and(c).for_each(|out, a, b, c| *out = f(*a, *b, *c));
    });
    step.reals(out)
}

fn number(step: &Step, number: f64) -> Value {
    Value::from_number(number, step.node.dtype, step.precision())
}

/// All arguments stretched to the shape of the result, which has an axis: scalars are done before.
fn stretched<'a, const N: usize>(
    step: &Step,
    args: [&'a Entries<'_, f64>; N],
) -> Result<[ArrayViewD<'a, f64>; N], Failure> {
    let views: Option<Vec<ArrayViewD<f64>>> = args.iter().map(|x| x.broadcast(IxDyn(step.shape))).collect();
    let fits = !step.shape.is_empty();
    views.filter(|_| fits).and_then(|views| views.try_into().ok()).ok_or_else(|| {
        let shapes: Vec<String> = args.iter().map(|x| format!("{:?}", x.shape())).collect();
        let title = format!("these shapes do not broadcast to {:?}: {}", step.shape, shapes.join(" and "));
        code("nnlang::value::fit")(Refusal::Fit(title))
    })
}
