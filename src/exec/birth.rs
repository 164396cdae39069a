//! Where a number that is not finite was born: a run that remembers which entries are not finite, and a walk back from
//! the answer over those that it is made of.

use super::cache::Cache;
use super::plan::{Act, Plan};
use super::relate::{Relation, relation};
use super::step::{self, Step};
use super::value::Value;
use super::{Inputs, Trouble};
use crate::graph::{Diff, Graph, Kernel, Move, NodeId, Source};

/// A node whose result is not finite although what it is made of is: the first in evaluation order that the answer's
/// own entries that are not finite go back to. Where only an `inf` of the program came before, the first NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Birth {
    /// The node. A slot: the session's value has a NaN.
    pub node: NodeId,
    /// The entry of its result.
    pub entry: Vec<usize>,
    /// What it gave there.
    pub result: f64,
    /// What it was given there: of pointwise operators an entry of each argument, of others the first entries that count.
    pub operands: Vec<Operand>,
}

/// An entry that went into another.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// The argument.
    pub node: NodeId,
    /// Its entry.
    pub entry: Vec<usize>,
    /// The number there.
    pub value: f64,
}

/// Runs again for an answer that is not finite. `None`: it is finite, or the program wrote what is not.
pub fn birth(graph: &Graph, root: NodeId, inputs: &Inputs) -> Result<Option<Birth>, Trouble> {
    let mut cache = Cache::new(0);
    let plan = Plan::new(graph, &[root], inputs, &mut cache)?;
    let mut seen = Seen { room: u128::from(inputs.memory_limit) - plan.peak, classes: vec![], kept: vec![] };
    step::all(&plan, graph, inputs, &mut cache, &mut |position, values| {
        seen.look(&plan, graph, position, values);
        true
    })?;
    let walk = Walk { plan: &plan, graph, inputs, seen: &seen };
    let found = match walk.back(Class::Infinite)? {
        None => walk.back(Class::Nan)?,
        found => found,
    };
    let Some((position, entry)) = found else { return Ok(None) };
    let mut birth = None;
    step::all(&plan, graph, inputs, &mut cache, &mut |at, values| {
        if at == position {
            birth = Some(walk.tell(position, entry, values));
        }
        at < position
    })?;
    birth.transpose()
}

/// How an entry is not finite; in this order.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Class {
    Finite,
    Infinite,
    Nan,
}

impl Class {
    fn of(v: f64) -> Class {
        if v.is_nan() {
            Class::Nan
        } else if v.is_infinite() {
            Class::Infinite
        } else {
            Class::Finite
        }
    }
}

/// What a run remembers of each step: the classes of its entries (none: all finite), and the value of the condition or
/// index that says where they came from.
struct Seen {
    room: u128,
    classes: Vec<Vec<Class>>,
    kept: Vec<Value>,
}

impl Seen {
    fn look(&mut self, plan: &Plan, graph: &Graph, position: usize, values: &[Value]) {
        let value = &values[position];
        let mut classes = vec![];
        let mut kept = Value::Empty;
        let finite = match value {
            Value::Empty | Value::Many(_) => true,
            Value::Scalar(v) => v.is_finite(),
            Value::Tensor(tensor) => tensor.all_finite(),
        };
        if !finite {
            let entries = plan.shape(position).iter().fold(1u128, |all, n| all.saturating_mul(*n as u128));
            let node = graph.node(plan.order[position]);
            let chooser = match &node.op.def.kernel {
                Kernel::Zip3(_) if matches!(node.op.def.diff, Diff::Select) => plan.needs(position).first(),
                Kernel::Move(Move::Gather | Move::ScatterAdd) => plan.needs(position).get(1),
                _ => None,
            };
            let chooser = chooser.map(|need| *need as usize);
            let cost = entries.saturating_add(chooser.map_or(0, |need| plan.bytes(graph, need)));
            // Where there is no room to remember, the birth is told as if this were finite.
            if cost <= self.room
                && let Ok(reals) = value.reals()
            {
                self.room -= cost;
                classes = reals.iter().map(|v| Class::of(*v)).collect();
                kept = chooser.and_then(|need| values.get(need)).cloned().unwrap_or_default();
            }
        }
        self.classes.push(classes);
        self.kept.push(kept);
    }
}

struct Walk<'a> {
    plan: &'a Plan,
    graph: &'a Graph,
    inputs: &'a Inputs<'a>,
    seen: &'a Seen,
}

impl Walk<'_> {
    /// From the answer back over entries of at least a class; the first step, and its first entry, that has none before it.
    fn back(&self, class: Class) -> Result<Option<(usize, usize)>, Trouble> {
        let steps = self.plan.order.len();
        let mut wanted: Vec<Vec<bool>> = vec![vec![]; steps];
        for root in &self.plan.roots {
            let root = *root as usize;
            wanted[root] = self.seen.classes[root].iter().map(|own| *own >= class).collect();
        }
        let mut found = None;
        for position in (0..steps).rev() {
            let want = std::mem::take(&mut wanted[position]);
            if !want.contains(&true) {
                continue;
            }
            let mut explained = vec![false; want.len()];
            for (arg, need) in self.plan.needs(position).iter().enumerate() {
                let need = *need as usize;
                let classes = &self.seen.classes[need];
                let Some(relation) = self.relation(position, arg)? else { continue };
                if classes.is_empty() {
                    continue;
                }
                let chosen = self.chosen(position, arg, want.len())?;
                let groups = 1
                    + (0..classes.len())
                        .map(|i| relation.arg.of(i))
                        .chain((0..want.len()).map(|i| relation.result.of(i)))
                        .max()
                        .unwrap_or(0);
                let mut bad = vec![false; groups];
                let mut asked = vec![false; groups];
                for (i, own) in classes.iter().enumerate() {
                    bad[relation.arg.of(i)] |= *own >= class;
                }
                for i in (0..want.len()).filter(|i| want[*i] && chosen.get(*i).copied().unwrap_or(true)) {
                    let group = relation.result.of(i);
                    asked[group] = true;
                    explained[i] |= bad[group];
                }
                let place = &mut wanted[need];
                place.resize(classes.len(), false);
                for (i, own) in classes.iter().enumerate() {
                    place[i] |= *own >= class && asked[relation.arg.of(i)];
                }
            }
            let unexplained = (0..want.len()).find(|i| want[*i] && !explained[*i]);
            if let Some(entry) = unexplained
                && self.counts(position, entry)
            {
                found = Some((position, entry));
            }
        }
        Ok(found)
    }

    /// What the program wrote is no birth; a NaN in what the session holds is.
    fn counts(&self, position: usize, entry: usize) -> bool {
        let node = self.graph.node(self.plan.order[position]);
        match (&self.plan.acts[position], &node.op.def.kernel) {
            (Act::Held(_), _) => self.seen.classes[position].get(entry) == Some(&Class::Nan),
            (_, Kernel::Source(Source::Number | Source::Literal)) => false,
            _ => true,
        }
    }

    /// Where a choice took this argument; empty: everywhere.
    fn chosen(&self, position: usize, arg: usize, entries: usize) -> Result<Vec<bool>, Trouble> {
        let node = self.graph.node(self.plan.order[position]);
        if !matches!((&node.op.def.kernel, &node.op.def.diff), (Kernel::Zip3(_), Diff::Select)) {
            return Ok(vec![]);
        }
        if arg == 0 {
            return Ok(vec![false; entries]);
        }
        let told = |refusal| self.plan.trouble(self.plan.order[position], refusal, self.inputs);
        let condition = self.seen.kept[position].reals().map_err(told)?;
        let Some(condition) = condition.broadcast(self.plan.shape(position)) else { return Ok(vec![]) };
        Ok(condition.iter().map(|c| (*c != 0.0) == (arg == 1)).collect())
    }

    fn relation(&self, position: usize, arg: usize) -> Result<Option<Relation>, Trouble> {
        let id = self.plan.order[position];
        let step = Step {
            graph: self.graph,
            id,
            node: self.graph.node(id),
            shape: self.plan.shape(position),
            inputs: self.inputs,
        };
        relation(self.plan, &step, position, arg, &self.seen.kept[position])
            .map_err(|failure| step::failed(id, failure, self.inputs))
    }

    fn tell(&self, position: usize, entry: usize, values: &[Value]) -> Result<Birth, Trouble> {
        let number = |position: usize, entry: usize| match values.get(position) {
            Some(Value::Scalar(v)) => *v,
            Some(Value::Tensor(tensor)) => tensor.number(entry).unwrap_or(f64::NAN),
            Some(Value::Empty | Value::Many(_)) | None => f64::NAN,
        };
        let mut operands = vec![];
        for (arg, need) in self.plan.needs(position).iter().enumerate() {
            let need = *need as usize;
            let Some(relation) = self.relation(position, arg)? else { continue };
            let group = relation.result.of(entry);
            let entries: usize = self.plan.shape(need).iter().product();
            for i in (0..entries).filter(|i| relation.arg.of(*i) == group).take(SHOWN) {
                let entry = place(i, self.plan.shape(need));
                operands.push(Operand { node: self.plan.order[need], entry, value: number(need, i) });
            }
        }
        let result = number(position, entry);
        let entry = place(entry, self.plan.shape(position));
        Ok(Birth { node: self.plan.order[position], entry, result, operands })
    }
}

/// How many entries of one argument are shown.
const SHOWN: usize = 8;

/// The indices of an entry counted in row-major order.
fn place(entry: usize, shape: &[usize]) -> Vec<usize> {
    let strides = crate::kernels::strides(shape);
    strides.iter().zip(shape).map(|(stride, size)| (entry / stride.max(&1)) % size.max(&1)).collect()
}
