//! Windows and convolutions: attributes and sizes read, the kernels called.

use super::step::{Failure, Step, code};
use crate::graph::{Attr, Attrs, Conv};
use crate::kernels::contract::Einsum;
use crate::kernels::windows::{Convolution, Sizes, Windows};
use crate::kernels::{Refusal, array, entries};
use crate::ops::{conv_axes, of_axis};
use ndarray::{ArrayD, ArrayViewD, IxDyn};

const FIT: &str = "nnlang::value::fit";

/// The windows of attributes that have stride, pad and dilation from `at` on.
pub(super) fn windows(attrs: &Attrs, at: usize, over: &[usize], size: &[usize], count: &[usize]) -> Windows {
    let list =
        |i: usize| -> Vec<usize> { (0..over.len()).map(|axis| of_axis(attrs.get(i), axis).max(0) as usize).collect() };
    let (stride, dilation) = (list(at), list(at + 2));
    let before = match attrs.get(at + 1) {
        Attr::Text(_) => (0..over.len())
            .map(|axis| Windows::same(over[axis], size.get(axis).copied().unwrap_or(1), stride[axis], dilation[axis]))
            .collect(),
        _ => list(at + 1),
    };
    Windows { over: over.to_vec(), size: size.to_vec(), count: count.to_vec(), stride, before, dilation }
}

/// The windows of `windows`, from the shapes of what they slide over and of what they see.
pub(super) fn seen(attrs: &Attrs, over: &[usize], seen: &[usize]) -> Windows {
    let rank = attrs.ints(0).map_or(1, <[i64]>::len);
    let from = over.len().saturating_sub(rank);
    let both = &seen[seen.len().saturating_sub(2 * rank)..];
    windows(attrs, 1, &over[from..], &both[both.len() - rank..], &both[..both.len() - rank])
}

/// The windows of `sum_windows`, likewise.
pub(super) fn summed(attrs: &Attrs, seen: &[usize], over: &[usize]) -> Windows {
    let rank = attrs.dims(0).map_or(1, crate::shape::Shape::rank);
    let from = over.len().saturating_sub(rank);
    let both = &seen[seen.len().saturating_sub(2 * rank)..];
    windows(attrs, 1, &over[from..], &both[both.len() - rank..], &both[..both.len() - rank])
}

/// A convolution or one of its transposes, each of a stack by itself, into zeros.
pub(super) fn convolution(
    step: &Step,
    kind: Conv,
    a: &ArrayViewD<f64>,
    b: &ArrayViewD<f64>,
    out: &mut ArrayD<f64>,
) -> Result<(), Failure> {
    let attrs = &step.node.op.attrs;
    let (rank, at) = conv_axes(kind, attrs);
    let no_fit = || Refusal::Fit("these windows do not fit what they slide over".into());
    if [a.ndim(), b.ndim(), out.ndim()].iter().any(|own| *own < rank + 2) {
        return Err(no_fit().into());
    }
    let own = |shape: &[usize]| (shape[..shape.len() - rank - 2].to_vec(), shape[shape.len() - rank - 2..].to_vec());
    let ((a_stack, a_own), (b_stack, b_own), (stack, out_own)) = (own(a.shape()), own(b.shape()), own(out.shape()));
    let conv = planned(attrs, at, kind, [&a_own, &b_own, &out_own]).map_err(code(FIT))?;
    let mut room = crate::kernels::room(conv.room())?;
    room.resize(conv.room(), 0.0);
    let (a_of, b_of) = (which(&a_stack, &stack)?, which(&b_stack, &stack)?);
    let (a, b) = (a.as_standard_layout(), b.as_standard_layout());
    let (Some(a), Some(b), Some(out)) = (a.as_slice(), b.as_slice(), out.as_slice_mut()) else {
        return Err(no_fit().into());
    };
    let [a_size, b_size, size] = [&a_own, &b_own, &out_own].map(|shape| shape.iter().product::<usize>());
    if size == 0 {
        return Ok(());
    }
    for ((to, i), k) in out.chunks_exact_mut(size).zip(a_of).zip(b_of) {
        let (a, b) = (&a[i * a_size..][..a_size], &b[k * b_size..][..b_size]);
        match kind {
            Conv::Forward => conv.forward(a, b, to, &mut room),
            Conv::ByInput => conv.by_input(a, b, to, &mut room),
            Conv::ByWeight => conv.by_weight(a, b, to, &mut room),
        }
    }
    Ok(())
}

/// A convolution or a transpose of one, of arguments and a result without a stack; its attributes from `at` on are those of
/// the windows.
pub(super) fn planned(attrs: &Attrs, at: usize, kind: Conv, own: [&[usize]; 3]) -> Result<Convolution, Refusal> {
    let [a, b, out] = own;
    let (x, w, y) = match kind {
        Conv::Forward => (a, b, out),
        Conv::ByInput => (out, b, a),
        Conv::ByWeight => (a, out, b),
    };
    let windows = windows(attrs, at, &x[2..], &w[2..], &y[2..]);
    let groups = attrs.int(at + 3).and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
    Convolution::new(&windows, Sizes { examples: x[0], inputs: x[1], outputs: w[0], groups })
}

/// Which of its own stack goes with each of the whole stack.
fn which(own: &[usize], stack: &[usize]) -> Result<Vec<usize>, Failure> {
    let numbers = array(own, (0..entries(own).unwrap_or(0)).collect())?;
    match numbers.broadcast(IxDyn(stack)) {
        Some(numbers) => Ok(numbers.iter().copied().collect()),
        None => Err(Refusal::Fit("these stacks of windows do not broadcast".into()).into()),
    }
}

/// The entries that a convolution needs beside its arguments: what all windows of one example see, and where that is.
pub(super) fn room(kind: Conv, attrs: &Attrs, shapes: &[&[usize]]) -> u128 {
    let (rank, _) = conv_axes(kind, attrs);
    let [a, b] = *shapes else { return 0 };
    let over = |shape: &[usize]| shape.iter().rev().take(rank).map(|n| *n as u128).product::<u128>();
    match kind {
        Conv::Forward => over(a) * (over(b) + b.iter().rev().take(rank + 1).map(|n| *n as u128).product::<u128>()),
        Conv::ByInput => over(a) * (over(b) + b.iter().rev().take(rank + 1).map(|n| *n as u128).product::<u128>()),
        Conv::ByWeight => {
            let size = |dim: &crate::shape::Dim| if let crate::shape::Dim::Num(n) = dim { u128::from(*n) } else { 1 };
            let size: u128 = attrs.dims(0).map_or(1, |shape| shape.iter().map(size).product());
            over(b) * size * (1 + a.iter().rev().nth(rank).map_or(1, |n| *n as u128))
        }
    }
}

/// The letters of a convolution, for which entries hang together: examples by themselves, channels that go out by
/// themselves; what windows share is not told apart.
pub(super) fn letters(kind: Conv, attrs: &Attrs, shapes: &[&[usize]], to: &[usize]) -> Einsum {
    let (rank, _) = conv_axes(kind, attrs);
    let own = |shape: &[usize], pair: [char; 2], over: char| -> Vec<char> {
        let stack = shape.len().saturating_sub(rank + 2);
        let all = to.len().saturating_sub(rank + 2);
        let stack = (all - stack.min(all)..all).map(|i| char::from(b'a' + (i % 12) as u8));
        let over = (0..rank).map(|i| char::from(over as u8 + i as u8));
        stack.chain(pair).chain(over).collect()
    };
    let (x, w, y) = (['M', 'C'], ['K', 'L'], ['M', 'K']);
    let (a, b, out) = match kind {
        Conv::Forward => ((x, 'p'), (w, 't'), (y, 'w')),
        Conv::ByInput => ((y, 'w'), (w, 't'), (x, 'p')),
        Conv::ByWeight => ((x, 'p'), (y, 'w'), (w, 't')),
    };
    let [left, right] = *shapes else { return Einsum { inputs: vec![], output: vec![] } };
    Einsum { inputs: vec![own(left, a.0, a.1), own(right, b.0, b.1)], output: own(to, out.0, out.1) }
}
