//! Products (`@`, `einsum`) and kernels over whole matrices, stacked.

use super::step::{Failure, Step, code};
use super::value::{Entries, Value};
use crate::graph::{Attrs, Contract, MatrixKernel};
use crate::kernels::contract::{self, Einsum};
use crate::kernels::{Refusal, array, entries, zeros};
use ndarray::{ArrayViewD, IxDyn};

/// A product.
pub(super) fn contract(step: &Step, kind: Contract, args: &[&Value]) -> Result<Value, Failure> {
    let args = reals(args)?;
    let views: Vec<ArrayViewD<f64>> = args.iter().map(|x| x.view()).collect();
    let mut out = zeros(step.shape)?;
    let fit = "nnlang::value::fit";
    match (kind, views.as_slice()) {
        (Contract::MatMul, [a, b]) => contract::matmul(a, b, out.view_mut()).map_err(code(fit))?,
        (Contract::MatMul, _) => return Err(Refusal::Fit("a product has two sides".into()).into()),
        (Contract::Conv(kind), [a, b]) => super::windows::convolution(step, kind, a, b, &mut out)?,
        (Contract::Conv(_), _) => return Err(Refusal::Fit("a convolution has two sides".into()).into()),
        (Contract::Einsum, views) => {
            let einsum = Einsum::parse(step.node.op.attrs.text(0).unwrap_or("")).map_err(code(fit))?;
            einsum.run(views, out.view_mut()).map_err(code(fit))?;
        }
    }
    step.reals(out)
}

/// The entries that a product needs beside its arguments and its result.
pub(super) fn room(kind: Contract, attrs: &Attrs, shapes: &[&[usize]]) -> u128 {
    match kind {
        Contract::MatMul => 0,
        Contract::Conv(kind) => super::windows::room(kind, attrs, shapes),
        Contract::Einsum => Einsum::parse(attrs.text(0).unwrap_or("")).map_or(0, |einsum| einsum.room(shapes)),
    }
}

/// A kernel over the matrices in the last two axes; a vector is a column; the axes before are a stack and broadcast.
pub(super) fn matrices(step: &Step, kernel: MatrixKernel, args: &[&Value]) -> Result<Value, Failure> {
    let args = reals(args)?;
    let sides: Vec<[usize; 2]> = args
        .iter()
        .map(|x| match *x.shape() {
            [] => [1, 1],
            [n] => [n, 1],
            [.., n, m] => [n, m],
        })
        .collect();
    let stacks: Vec<&[usize]> = args.iter().map(|x| &x.shape()[..x.ndim().saturating_sub(2)]).collect();
    let stack = stacked(&stacks).ok_or_else(|| Refusal::Fit("these stacks of matrices do not broadcast".into()))?;
    let count = entries(&stack).unwrap_or(0);
    let mut which = Vec::new();
    for own in &stacks {
        let numbers = array(own, (0..entries(own).unwrap_or(0)).collect())?;
        let numbers = numbers.broadcast(IxDyn(&stack)).map(|numbers| numbers.iter().copied().collect::<Vec<usize>>());
        which.push(numbers.unwrap_or_default());
    }
    let mut out = zeros(step.shape)?;
    let size = out.len().checked_div(count).unwrap_or(0);
    if let Some(entries) = out.as_slice_mut() {
        for i in 0..count {
            let mut inputs = Vec::new();
            for ((x, [rows, columns]), which) in args.iter().zip(&sides).zip(&which) {
                let size = rows * columns;
                let start = which.get(i).map_or(0, |i| i * size);
                inputs.push((x.as_slice().and_then(|x| x.get(start..start + size)).unwrap_or(&[]), *rows, *columns));
            }
            kernel(&inputs, &mut entries[i * size..(i + 1) * size])
                .map_err(|title| code("nnlang::value::matrix")(Refusal::Fit(title)))?;
        }
    }
    step.reals(out)
}

fn reals<'a>(args: &[&'a Value]) -> Result<Vec<Entries<'a, f64>>, Refusal> {
    args.iter().map(|x| x.reals()).collect()
}

fn stacked(stacks: &[&[usize]]) -> Option<Vec<usize>> {
    let rank = stacks.iter().map(|stack| stack.len()).max()?;
    let mut out = vec![1; rank];
    for stack in stacks {
        for (size, own) in out.iter_mut().rev().zip(stack.iter().rev()) {
            match (*size, *own) {
                (a, b) if a == b || b == 1 => {}
                (1, b) => *size = b,
                _ => return None,
            }
        }
    }
    Some(out)
}
