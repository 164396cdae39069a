//! Loops: the plan of the body, made once and run for every step; the values of a step take the place of those before.

use super::cache::Cache;
use super::plan::{Plan, extent};
use super::step::{self, Failure, Scratch, Step};
use super::value::{Entry, Value};
use super::{Inputs, Trouble};
use crate::graph::{Graph, Kernel, Loop, NodeId};
use crate::kernels::{Refusal, array, room};
use crate::tensor::{DType, Tensor};
use ndarray::Axis;
use std::sync::Arc;

/// A loop, planned.
#[derive(Debug)]
pub(super) struct Steps {
    /// The loop's node.
    node: NodeId,
    /// One step.
    pub(super) body: Plan,
    /// How many steps.
    pub(super) length: usize,
    /// Which results of the body are collected over all steps.
    collected: Vec<bool>,
}

impl Steps {
    /// The plan of a loop. `picks` are the numbers that are taken from it.
    pub(super) fn new(graph: &Graph, node: NodeId, picks: &[usize], inputs: &Inputs) -> Result<Steps, Trouble> {
        let Some(steps) = Loop::of(graph, node) else {
            let fault = crate::graph::Fault::new("nnlang::value::fit", "a loop without a body");
            return Err(Trouble::Fault { node, fault });
        };
        let results = &graph.body(steps.body).results;
        let length = extent(&graph.dims, &steps.length, node, inputs)?;
        let body = Plan::body(graph, results, inputs)?;
        let collected = (0..results.len()).map(|at| picks.contains(&at)).collect();
        Ok(Steps { node, body, length, collected })
    }

    /// The bytes that a step takes, and what is collected of all of them.
    pub(super) fn bytes(&self, graph: &Graph) -> u128 {
        let roots = self.body.roots.iter().zip(&self.collected).filter(|(_, collected)| **collected);
        let rows = roots.map(|(root, _)| self.body.bytes(graph, *root as usize));
        let collected = rows.fold(0u128, u128::saturating_add).saturating_mul(self.length as u128);
        self.body.peak.saturating_add(collected)
    }

    /// All steps.
    pub(super) fn run(&self, step: &Step, args: &[&Value]) -> Result<Value, Failure> {
        let graph = step.graph;
        let Some(steps) = Loop::of(graph, self.node) else { return Err(fit("a loop without a body")) };
        let (states, shared) = (steps.states as usize, steps.shared_from());
        let body = graph.body(steps.body);
        let mut given: Vec<Value> = args.iter().map(|arg| (*arg).clone()).collect();
        given.resize(body.params.len(), Value::Empty);
        for (value, param) in given.iter_mut().zip(&body.params).take(states) {
            *value = std::mem::take(value).coerced(graph.node(*param).dtype, step.precision())?;
        }
        let mut columns: Vec<Column> = vec![];
        for (root, collected) in self.body.roots.iter().zip(&self.collected) {
            let sizes = self.body.shape(*root as usize);
            let dtype = graph.node(self.body.order[*root as usize]).dtype;
            columns.push(if *collected { Column::new(sizes, self.length, dtype)? } else { Column::None });
        }
        let mut scratch = Scratch::default();
        let mut cache = Cache::new(0);
        for at in 0..self.length {
            let at = if steps.backward { self.length - 1 - at } else { at };
            for (value, arg) in given[states..shared].iter_mut().zip(&args[states..shared]) {
                *value = row(arg, at)?;
            }
            if let Some(index) = given.get_mut(args.len()) {
                *index = Value::Scalar(at as f64);
            }
            step::run(&self.body, graph, step.inputs, &mut cache, &given, &mut scratch, &mut |_, _| true)?;
            for (result, root) in self.body.roots.iter().enumerate() {
                let value = scratch.values.get(*root as usize).cloned().unwrap_or_default();
                if let Some(column) = columns.get_mut(result) {
                    column.put(at, &value)?;
                }
                if result < states {
                    given[result] = value;
                }
            }
        }
        let mut out = vec![];
        for column in columns {
            out.push(column.value()?);
        }
        given.truncate(states);
        out.extend(given);
        Ok(Value::Many(out.into()))
    }
}

/// What is taken from a loop.
pub(super) fn pick(step: &Step, from: &Value) -> Result<Value, Failure> {
    let at = step.node.op.attrs.int(0).and_then(|at| usize::try_from(at).ok());
    match (from, at) {
        (Value::Many(all), Some(at)) => Ok(all.get(at).cloned().unwrap_or_default()),
        _ => Err(fit("this is taken from what is no loop")),
    }
}

/// The numbers that are taken from each loop of a plan, by the position of the loop.
pub(super) fn picks(graph: &Graph, plan: &Plan) -> rustc_hash::FxHashMap<usize, Vec<usize>> {
    let mut out: rustc_hash::FxHashMap<usize, Vec<usize>> = rustc_hash::FxHashMap::default();
    for (position, id) in plan.order.iter().enumerate() {
        let node = graph.node(*id);
        if !matches!(node.op.def.kernel, Kernel::Pick) {
            continue;
        }
        let taken = node.op.attrs.int(0).and_then(|at| usize::try_from(at).ok());
        if let (Some(taken), [from]) = (taken, plan.needs(position)) {
            out.entry(*from as usize).or_default().push(taken);
        }
    }
    out
}

fn fit(title: &str) -> Failure {
    Refusal::Fit(title.into()).into()
}

/// One entry of a sequence along its first axis.
fn row(value: &Value, at: usize) -> Result<Value, Refusal> {
    let Value::Tensor(tensor) = value else { return Err(Refusal::Fit("a sequence without steps".into())) };
    fn of<T: Entry>(a: &ndarray::ArrayD<T>, at: usize) -> Result<Value, Refusal> {
        if at >= a.shape().first().copied().unwrap_or(0) {
            return Err(Refusal::Fit("a sequence is shorter than its loop".into()));
        }
        let row = a.index_axis(Axis(0), at);
        let mut out = room(row.len())?;
        match row.as_slice() {
            Some(entries) => out.extend_from_slice(entries),
            None => out.extend(row.iter().copied()),
        }
        Ok(T::value(array(row.shape(), out)?))
    }
    match &**tensor {
        Tensor::F64(a) => of(a, at),
        Tensor::Int(a) => of(a, at),
        Tensor::Bool(a) => of(a, at),
        Tensor::F32(_) => Err(Refusal::Fit("a sequence that is not held as it is computed".into())),
    }
}

/// A result of all steps, as it comes.
enum Column {
    None,
    Reals(Vec<usize>, Vec<f64>),
    Ints(Vec<usize>, Vec<i64>),
    Bools(Vec<usize>, Vec<bool>),
}

impl Column {
    fn new(sizes: &[usize], length: usize, dtype: DType) -> Result<Column, Refusal> {
        let shape: Vec<usize> = std::iter::once(length).chain(sizes.iter().copied()).collect();
        fn full<T: Entry>(shape: &[usize]) -> Result<Vec<T>, Refusal> {
            let count = crate::kernels::entries(shape).ok_or(Refusal::Fit("too many steps".into()))?;
            let mut out = room(count)?;
            out.resize(count, T::default());
            Ok(out)
        }
        Ok(match dtype {
            DType::Real => Column::Reals(shape.clone(), full(&shape)?),
            DType::Int => Column::Ints(shape.clone(), full(&shape)?),
            DType::Bool => Column::Bools(shape.clone(), full(&shape)?),
        })
    }

    fn put(&mut self, at: usize, value: &Value) -> Result<(), Refusal> {
        fn into<T: Entry>(out: &mut [T], at: usize, steps: usize, value: &Value) -> Result<(), Refusal> {
            let entries = T::of(value)?;
            let width = out.len() / steps.max(1);
            let place = out.get_mut(at * width..(at + 1) * width).unwrap_or_default();
            if entries.len() != width {
                return Err(Refusal::Fit("a step gives another shape than the others".into()));
            }
            match entries.as_slice() {
                Some(entries) => place.copy_from_slice(entries),
                None => place.iter_mut().zip(entries.iter()).for_each(|(to, from)| *to = *from),
            }
            Ok(())
        }
        match self {
            Column::None => Ok(()),
            Column::Reals(shape, out) => into(out, at, shape[0], value),
            Column::Ints(shape, out) => into(out, at, shape[0], value),
            Column::Bools(shape, out) => into(out, at, shape[0], value),
        }
    }

    fn value(self) -> Result<Value, Refusal> {
        Ok(match self {
            Column::None => Value::Empty,
            Column::Reals(shape, out) => f64::value(array(&shape, out)?),
            Column::Ints(shape, out) => i64::value(array(&shape, out)?),
            Column::Bools(shape, out) => bool::value(array(&shape, out)?),
        })
    }
}

/// As many as are needed.
pub(super) fn planned(graph: &Graph, plan: &Plan, inputs: &Inputs) -> Result<Vec<(usize, Arc<Steps>)>, Trouble> {
    let mut out = vec![];
    let mut taken = None;
    for (position, id) in plan.order.iter().enumerate() {
        if matches!(graph.def(*id).kernel, Kernel::Scan) {
            let taken = taken.get_or_insert_with(|| picks(graph, plan));
            let picks = taken.get(&position).map_or(&[] as &[usize], Vec::as_slice);
            out.push((position, Arc::new(Steps::new(graph, *id, picks, inputs)?)));
        }
    }
    Ok(out)
}
