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
    let (x, y) = (stretched(step, &x)?, stretched(step, &y)?);
    Zip::from(&mut out).and(&x).and(&y).for_each(|out, a, b| *out = f(*a, *b));
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
    let (a, b, c) = (stretched(step, &a)?, stretched(step, &b)?, stretched(step, &c)?);
    Zip::from(&mut out).and(&a).and(&b).and(&c).for_each(|out, a, b, c| *out = f(*a, *b, *c));
    step.reals(out)
}

fn number(step: &Step, number: f64) -> Value {
    Value::from_number(number, step.node.dtype, step.precision())
}

fn stretched<'a>(step: &Step, x: &'a Entries<'_, f64>) -> Result<ArrayViewD<'a, f64>, Failure> {
    x.broadcast(IxDyn(step.shape)).ok_or_else(|| {
        let (from, to) = (x.shape(), step.shape);
        code("nnlang::value::broadcast")(Refusal::Fit(format!("these values do not broadcast: {from:?} to {to:?}")))
    })
}
