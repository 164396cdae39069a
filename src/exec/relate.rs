//! Which entries of an argument an entry of a result is made of: both get a group, and those of one group belong
//! together. Pointwise operators, moves and reductions are told exactly; a lane, or a matrix of a stack, as a whole.

use super::lanes;
use super::moves;
use super::plan::Plan;
use super::step::{Failure, Step};
use super::value::{Entry, Value};
use crate::graph::{Contract, Kernel, Move};
use crate::kernels::contract::Einsum;
use crate::kernels::{Refusal, array, room};
use ndarray::{ArrayD, IxDyn};

/// The groups of the entries of a result and of one of its arguments, in row-major order.
pub(super) struct Relation {
    /// Of the result.
    pub(super) result: Groups,
    /// Of the argument.
    pub(super) arg: Groups,
}

/// The group of each entry.
pub(super) enum Groups {
    /// Each entry is a group.
    Each,
    /// All are in group 0.
    All,
    /// As listed.
    Listed(Vec<i64>),
}

impl Groups {
    /// The group of an entry.
    pub(super) fn of(&self, entry: usize) -> usize {
        match self {
            Groups::Each => entry,
            Groups::All => 0,
            Groups::Listed(groups) => groups.get(entry).map_or(0, |group| usize::try_from(*group).unwrap_or(0)),
        }
    }
}

/// How the result of a step belongs to its argument number `arg`; `None`: its numbers do not go into the result (an
/// index, a condition). `index` is the value of a gather's index.
pub(super) fn relation(
    plan: &Plan,
    step: &Step,
    position: usize,
    arg: usize,
    index: &Value,
) -> Result<Option<Relation>, Failure> {
    let needs = plan.needs(position);
    let from = needs.get(arg).map_or(&[] as &[usize], |need| plan.shape(*need as usize));
    let to = step.shape;
    if to.is_empty() && from.is_empty() {
        return Ok(Some(Relation { result: Groups::All, arg: Groups::All }));
    }
    let attrs = &step.node.op.attrs;
    let relation = match &step.node.op.def.kernel {
        Kernel::Map(_) | Kernel::Same | Kernel::Source(_) => Relation { result: Groups::Each, arg: Groups::Each },
        Kernel::Zip(_) | Kernel::Zip3(_) | Kernel::Move(Move::Broadcast) => {
            Relation { result: stretched(from, to)?, arg: Groups::Each }
        }
        Kernel::Move(Move::SumTo) => Relation { result: Groups::Each, arg: stretched(to, from)? },
        Kernel::Reduce(_) => {
            let axes = lanes::axes(step, from.len())?;
            let kept: Vec<usize> =
                from.iter().enumerate().map(|(axis, n)| if axes.contains(&axis) { 1 } else { *n }).collect();
            Relation { result: Groups::Each, arg: stretched(&kept, from)? }
        }
        Kernel::Along(_) => {
            let axes = lanes::axes(step, from.len())?;
            let kept: Vec<usize> =
                from.iter().enumerate().map(|(axis, n)| if axes.contains(&axis) { 1 } else { *n }).collect();
            Relation { result: stretched(&kept, from)?, arg: stretched(&kept, from)? }
        }
        Kernel::Move(Move::ScatterAdd) => {
            if arg > 0 {
                return Ok(None);
            }
            let axis = lanes::axis_of(attrs.int(0).unwrap_or(0), to.len())?;
            let back = moves::taken(&numbers(to, 0)?, axis, index, from)?;
            Relation { result: Groups::Each, arg: listed(back) }
        }
        Kernel::Move(Move::SumWindows) => {
            let windows = super::windows::summed(attrs, from, to);
            let mut back = room(from.iter().product())?;
            back.resize(from.iter().product(), 0i64);
            let numbers = numbers(to, 1)?;
            if let Some(numbers) = numbers.as_slice() {
                windows.seen(numbers, &mut back)?;
            }
            Relation { result: listed(self::numbers(to, 1)?), arg: Groups::Listed(back) }
        }
        Kernel::Move(Move::Gather) if arg > 0 => return Ok(None),
        Kernel::Move(kind) => {
            // The move itself, on the numbers of the entries from 1; what is filled in gets 0.
            let mut args = vec![];
            for (i, need) in needs.iter().enumerate() {
                let shape = plan.shape(*need as usize);
                let value = if i == arg { numbers(shape, 1)? } else { zeros_of(shape)? };
                args.push(i64::value(value));
            }
            if *kind == Move::Gather {
                args.truncate(1);
                args.push(index.clone());
            }
            let args: Vec<&Value> = args.iter().collect();
            let moved = moves::moved::<i64>(step, *kind, &args)?;
            let result = i64::of(&moved)?.into_owned();
            Relation { result: listed(result), arg: listed(numbers(from, 1)?) }
        }
        Kernel::Contract(kind) => {
            let shapes: Vec<&[usize]> = needs.iter().map(|need| plan.shape(*need as usize)).collect();
            let einsum = match kind {
                Contract::Einsum => Einsum::parse(attrs.text(0).unwrap_or(""))?,
                Contract::MatMul => letters(&shapes, to),
                Contract::Conv(kind) => super::windows::letters(*kind, attrs, &shapes, to),
            };
            let Some(own) = einsum.inputs.get(arg) else { return Ok(None) };
            Relation {
                result: projected(&einsum.output, to, own, from)?,
                arg: projected(own, from, &einsum.output, to)?,
            }
        }
        Kernel::Matrix(_) | Kernel::Scan | Kernel::Pick | Kernel::Expand(_) => {
            Relation { result: Groups::All, arg: Groups::All }
        }
    };
    Ok(Some(relation))
}

fn listed(array: ArrayD<i64>) -> Groups {
    Groups::Listed(array.iter().copied().collect())
}

fn numbers(shape: &[usize], first: i64) -> Result<ArrayD<i64>, Refusal> {
    let len: usize = shape.iter().product();
    let mut out = room(len)?;
    out.extend((0..len as i64).map(|i| i + first));
    array(shape, out)
}

fn zeros_of(shape: &[usize]) -> Result<ArrayD<i64>, Refusal> {
    crate::kernels::zeros(shape)
}

/// The number of the entry of `from` that stands at each entry of `to`.
fn stretched(from: &[usize], to: &[usize]) -> Result<Groups, Refusal> {
    if from == to {
        return Ok(Groups::Each);
    }
    let numbers = numbers(from, 0)?;
    match numbers.broadcast(IxDyn(to)) {
        Some(numbers) => Ok(Groups::Listed(numbers.iter().copied().collect())),
        None => Ok(Groups::All),
    }
}

/// The letters of `@`: the stack's, the rows', the inner, the columns'.
fn letters(shapes: &[&[usize]], to: &[usize]) -> Einsum {
    let [left, right] = *shapes else { return Einsum { inputs: vec![], output: vec![] } };
    let (left, right) = (left.len(), right.len());
    let matrix_axes = usize::from(left > 1) + usize::from(right > 1);
    let all: Vec<char> = ('a'..='z').take(to.len().saturating_sub(matrix_axes)).collect();
    let own = |rank: usize, tail: &[char]| {
        let skip = all.len().saturating_sub(rank.saturating_sub(2));
        all.iter().skip(skip).chain(tail).copied().collect::<Vec<char>>()
    };
    let (rows, columns): (&[char], &[char]) =
        (if left > 1 { &['R'] } else { &[] }, if right > 1 { &['C'] } else { &[] });
    Einsum {
        inputs: vec![own(left, &[rows, &['K']].concat()), own(right, &[&['K'], columns].concat())],
        output: [&all, rows, columns].concat(),
    }
}

/// Entries of one side grouped by the letters that both sides have; a stretched axis of size 1 does not tell entries apart.
fn projected(own: &[char], shape: &[usize], other: &[char], other_shape: &[usize]) -> Result<Groups, Refusal> {
    let mut groups = vec![0i64; shape.iter().product()];
    let steps = crate::kernels::strides(shape);
    let mut scale = 1i64;
    let mut shared: Vec<char> =
        own.iter().chain(other).filter(|c| own.contains(c) && other.contains(c)).copied().collect();
    shared.sort_unstable();
    shared.dedup();
    for letter in shared {
        let size = |letters: &[char], shape: &[usize]| {
            letters.iter().position(|c| *c == letter).and_then(|axis| shape.get(axis).copied()).unwrap_or(1)
        };
        let (mine, theirs) = (size(own, shape), size(other, other_shape));
        if mine != theirs {
            continue;
        }
        let axis = own.iter().position(|c| *c == letter).unwrap_or(0);
        let step = steps.get(axis).copied().unwrap_or(1).max(1);
        for (entry, group) in groups.iter_mut().enumerate() {
            *group += scale * ((entry / step) % mine.max(1)) as i64;
        }
        scale *= mine.max(1) as i64;
    }
    Ok(Groups::Listed(groups))
}
