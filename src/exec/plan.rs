//! The order of the steps, the size of every result, and the memory that they need together.

use super::cache::{Cache, OPEN};
use super::products;
use super::scan::{self, Steps};
use super::{Inputs, Slot, Trouble};
use crate::graph::{Attr, DefId, Fault, Graph, Kernel, Move, Node, NodeId, Place, Source};
use crate::kernels::{self, Refusal};
use crate::shape::{Dim, Dims, Unbound};
use crate::tensor::{DType, Precision, Tensor};
use std::sync::Arc;

/// The steps of one run. Positions are indices into `order`.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// What each step computes, what it needs first.
    pub(super) order: Vec<NodeId>,
    /// What each step does.
    pub(super) acts: Vec<Act>,
    /// The positions of the roots.
    pub(super) roots: Vec<u32>,
    /// How many steps need each result; roots once more.
    pub(super) uses: Vec<u32>,
    /// The bytes at the peak.
    pub(super) peak: u128,
    /// What the session has, in the order of the steps that use it.
    pub(super) held: Vec<Arc<Tensor>>,
    /// The loops, by the positions of their nodes.
    loops: Vec<(usize, Arc<Steps>)>,
    /// The bytes that a result takes in the cache; [`LOST`] where it does not stay there.
    kept: Vec<u64>,
    needs: Vec<u32>,
    needs_end: Vec<u32>,
    sizes: Vec<usize>,
    sizes_end: Vec<u32>,
}

/// What a step does.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// The operator is applied.
    Apply,
    /// The cache has it.
    Cached,
    /// The session has it: a place in `held`.
    Held(u32),
    /// It is the value of another step: a slot that holds a node.
    Alias,
    /// In the body of a loop: a parameter, by its number.
    Given(u32),
}

impl Plan {
    /// Orders and sizes all that `roots` need and the cache does not have, and compares the peak with the limit.
    pub(super) fn new(graph: &Graph, roots: &[NodeId], inputs: &Inputs, cache: &mut Cache) -> Result<Plan, Trouble> {
        let limit = u128::from(inputs.memory_limit);
        let mut plan = Plan::made(graph, roots, inputs, cache)?;
        plan.peak = plan.weigh(graph, inputs, cache, Keep::Results).0;
        if plan.peak <= limit {
            return Ok(plan);
        }
        // Answers before comfort: what the cache holds gives way.
        if cache.bytes() > 0 {
            cache.clear();
            plan = Plan::made(graph, roots, inputs, cache)?;
        }
        match plan.weigh(graph, inputs, cache, Keep::Nothing) {
            (needed, at) if needed > limit => {
                Err(Trouble::Memory { needed, limit: inputs.memory_limit, largest: plan.largest(graph, at) })
            }
            (peak, _) => Ok(Plan { peak, ..plan }),
        }
    }

    fn made(graph: &Graph, roots: &[NodeId], inputs: &Inputs, cache: &mut Cache) -> Result<Plan, Trouble> {
        let mut plan = Plan::default();
        cache.start(graph.len());
        plan.place(graph, roots, inputs, cache)?;
        plan.loops = scan::planned(graph, &plan, inputs)?;
        Ok(plan)
    }

    /// The plan of a loop's body, whose parameters are given at each step. Nothing of it stays.
    pub(super) fn body(graph: &Graph, results: &[NodeId], inputs: &Inputs) -> Result<Plan, Trouble> {
        let mut cache = Cache::new(0);
        let mut plan = Plan::made(graph, results, inputs, &mut cache)?;
        plan.peak = plan.weigh(graph, inputs, &cache, Keep::Nothing).0;
        Ok(plan)
    }

    /// The loop at a position.
    pub(super) fn steps(&self, position: usize) -> Option<&Steps> {
        let at = self.loops.binary_search_by_key(&position, |(at, _)| *at).ok()?;
        self.loops.get(at).map(|(_, steps)| &**steps)
    }

    /// The positions that a step needs.
    pub(super) fn needs(&self, position: usize) -> &[u32] {
        part(&self.needs, &self.needs_end, position)
    }

    /// The sizes of a step's result.
    pub(super) fn shape(&self, position: usize) -> &[usize] {
        part(&self.sizes, &self.sizes_end, position)
    }

    /// The bytes that a step's result takes in the cache, where it stays there.
    pub(super) fn kept(&self, position: usize) -> Option<u64> {
        self.kept.get(position).copied().filter(|bytes| *bytes != LOST)
    }

    /// A refusal at a node.
    pub(super) fn trouble(&self, node: NodeId, refusal: Refusal, inputs: &Inputs) -> Trouble {
        refused(node, refusal, inputs)
    }

    fn place(&mut self, graph: &Graph, roots: &[NodeId], inputs: &Inputs, cache: &mut Cache) -> Result<(), Trouble> {
        let mut stack: Vec<Visit> = Vec::new();
        let mut unknown: Option<Trouble> = None;
        for root in roots {
            if cache.position(*root).is_none() {
                stack.push(self.open(graph, *root, *root, inputs, cache)?);
            }
            while let Some(visit) = stack.last_mut() {
                let node = graph.node(visit.node);
                let needs = visit.needs(node);
                let Some(need) = needs.get(visit.next).copied() else {
                    let position = self.order.len() as u32;
                    let places = needs.iter().filter_map(|need| cache.position(*need));
                    self.needs.extend(places);
                    self.needs_end.push(self.needs.len() as u32);
                    cache.mark(visit.node, position);
                    self.order.push(visit.node);
                    for dim in node.shape.iter() {
                        // A missing value is the better answer: what has no number waits.
                        let size = extent(&graph.dims, dim, visit.node, inputs);
                        self.sizes.push(size.unwrap_or_else(|trouble| {
                            unknown.get_or_insert(trouble);
                            0
                        }));
                    }
                    self.sizes_end.push(self.sizes.len() as u32);
                    if let Some(visit) = stack.pop() {
                        self.acts.push(visit.act);
                    }
                    continue;
                };
                visit.next += 1;
                let user = visit.node;
                match cache.position(need) {
                    None => stack.push(self.open(graph, need, user, inputs, cache)?),
                    Some(OPEN) => {
                        let fault = Fault::new("nnlang::value::fit", "this value is needed to compute itself");
                        return Err(Trouble::Fault { node: user, fault });
                    }
                    Some(_) => {}
                }
            }
        }
        if let Some(trouble) = unknown {
            return Err(trouble);
        }
        self.roots = roots.iter().filter_map(|root| cache.position(*root)).collect();
        self.uses = vec![0; self.order.len()];
        for place in self.needs.iter().chain(&self.roots) {
            if let Some(uses) = self.uses.get_mut(*place as usize) {
                *uses += 1;
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        graph: &Graph,
        node: NodeId,
        user: NodeId,
        inputs: &Inputs,
        cache: &mut Cache,
    ) -> Result<Visit, Trouble> {
        cache.mark(node, OPEN);
        let mut alias = None;
        let act = if cache.get(node).is_some() {
            Act::Cached
        } else if let Attr::Param(param) = graph.node(node).op.attrs.get(0)
            && let Place::At(place) = param.place
        {
            Act::Given(place)
        } else if let Some(def) = slot_of(graph.node(node)) {
            match (inputs.slots)(def) {
                None => return Err(Trouble::Missing { def, node: user }),
                Some(Slot::Value(tensor)) => {
                    self.held.push(tensor);
                    Act::Held(self.held.len() as u32 - 1)
                }
                Some(Slot::Node(target)) => {
                    alias = Some(target);
                    Act::Alias
                }
            }
        } else {
            Act::Apply
        };
        Ok(Visit { node, act, alias, next: 0 })
    }

    /// Decides what stays in the cache, and finds the peak: its bytes, and the step where it is reached.
    fn weigh(&mut self, graph: &Graph, inputs: &Inputs, cache: &Cache, keep: Keep) -> (u128, usize) {
        let steps = self.order.len();
        self.kept = vec![LOST; steps];
        let owner = self.owners(graph);
        let mut holders = vec![0u32; steps];
        let mut uses = self.uses.clone();
        let mut live = u128::from(cache.bytes());
        let (mut peak, mut at) = (live, 0);
        let mut staying: u128 = 0;
        for position in 0..steps {
            let cached = matches!(self.acts[position], Act::Cached);
            let own = if cached || owner[position] as usize != position { 0 } else { self.bytes(graph, position) };
            holders[owner[position] as usize] += 1;
            live = live.saturating_add(own);
            let now = live.saturating_add(self.on_the_way(graph, position));
            if now > peak {
                (peak, at) = (now, position);
            }
            let steps = matches!(graph.def(self.order[position]).kernel, Kernel::Scan);
            if keep == Keep::Results && matches!(self.acts[position], Act::Apply) && !steps {
                let owner = owner[position] as usize;
                let held = owner != position && (self.kept[owner] != LOST || matches!(self.acts[owner], Act::Cached));
                let more = if held { 0 } else { self.bytes(graph, owner) };
                if cache.has_room(staying.saturating_add(more)) {
                    self.kept[position] = u64::try_from(more).unwrap_or(LOST);
                    staying += more;
                }
            }
            for need in part(&self.needs, &self.needs_end, position) {
                let need = *need as usize;
                uses[need] -= 1;
                if uses[need] > 0 || self.kept[need] != LOST {
                    continue;
                }
                let owner = owner[need] as usize;
                holders[owner] -= 1;
                if holders[owner] == 0 && !matches!(self.acts[owner], Act::Cached) {
                    live = live.saturating_sub(self.bytes(graph, owner));
                }
            }
        }
        if inputs.precision == Precision::F32 {
            let copies = self.roots.iter().map(|root| self.bytes(graph, *root as usize) / 2);
            live = copies.fold(live, u128::saturating_add);
            if live > peak {
                (peak, at) = (live, steps.saturating_sub(1));
            }
        }
        (peak, at)
    }

    /// Whose value each step has: a definition shares that of its right side. A number is copied.
    fn owners(&self, graph: &Graph) -> Vec<u32> {
        let mut owner: Vec<u32> = (0..self.order.len() as u32).collect();
        for (position, id) in self.order.iter().enumerate() {
            if self.shape(position).is_empty() {
                continue;
            }
            let node = graph.node(*id);
            let same = matches!(self.acts[position], Act::Alias) || matches!(node.op.def.kernel, Kernel::Same);
            let shared = |need: &u32| same && graph.node(self.order[*need as usize]).dtype == node.dtype;
            match self.needs(position) {
                [need] if shared(need) => owner[position] = owner[*need as usize],
                _ => {}
            }
        }
        owner
    }

    /// The nodes with the most bytes among those whose values live at a step.
    fn largest(&self, graph: &Graph, at: usize) -> Vec<NodeId> {
        let owner = self.owners(graph);
        let mut last = vec![0; self.order.len()];
        for position in 0..self.order.len() {
            for need in self.needs(position) {
                last[owner[*need as usize] as usize] = position;
            }
        }
        for root in &self.roots {
            last[owner[*root as usize] as usize] = usize::MAX;
        }
        let living = (0..=at).filter(|i| owner[*i] as usize == *i && (*i == at || last[*i] >= at));
        let mut by_size: Vec<(u128, NodeId)> = living.map(|i| (self.bytes(graph, i), self.order[i])).collect();
        by_size.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        by_size.into_iter().take(5).map(|(_, id)| id).collect()
    }

    /// The bytes of a step's result. A size of 0 beside sizes that no array can have counts as those.
    pub(super) fn bytes(&self, graph: &Graph, position: usize) -> u128 {
        let shape = self.shape(position);
        if shape.is_empty() {
            return SCALAR;
        }
        let entry: u128 = match graph.node(self.order[position]).dtype {
            DType::Real | DType::Int => 8,
            DType::Bool => 1,
        };
        entry * count(shape)
    }

    /// Further bytes while a step runs: copies in another order, intermediate products.
    fn on_the_way(&self, graph: &Graph, position: usize) -> u128 {
        if self.shape(position).is_empty()
            && self.needs(position).iter().all(|need| self.shape(*need as usize).is_empty())
        {
            return 0;
        }
        let size = |need: &u32| 8 * count(self.shape(*need as usize));
        let sum = |sizes: &mut dyn Iterator<Item = u128>| sizes.fold(0, u128::saturating_add);
        let needs = self.needs(position);
        let own = 8 * count(self.shape(position));
        let node = graph.node(self.order[position]);
        let of_kind = match &node.op.def.kernel {
            Kernel::Reduce(_) | Kernel::Along(_) | Kernel::Matrix(_) => {
                sum(&mut needs.iter().map(size)).saturating_add(own)
            }
            Kernel::Contract(kind) => {
                let shapes: Vec<&[usize]> = needs.iter().map(|need| self.shape(*need as usize)).collect();
                8u128.saturating_mul(products::room(*kind, &node.op.attrs, &shapes))
            }
            Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_) if node.dtype != DType::Real => own,
            // The index, twice: as it is and checked.
            Kernel::Move(Move::Gather | Move::ScatterAdd) => 2 * needs.get(1).map_or(0, size),
            Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_) => 0,
            Kernel::Scan => self.steps(position).map_or(0, |steps| steps.bytes(graph)),
            Kernel::Move(_) | Kernel::Source(_) | Kernel::Same | Kernel::Pick | Kernel::Expand(_) => 0,
        };
        // Ints and bools are read as reals.
        let converted = |need: &&u32| graph.node(self.order[**need as usize]).dtype != DType::Real;
        of_kind.saturating_add(sum(&mut needs.iter().filter(converted).map(size)))
    }
}

/// A refusal at a node.
pub(super) fn refused(node: NodeId, refusal: Refusal, inputs: &Inputs) -> Trouble {
    match refusal {
        Refusal::Room(needed) => Trouble::Memory { needed, limit: inputs.memory_limit, largest: vec![node] },
        Refusal::Fit(title) => Trouble::Fault { node, fault: Fault::new("nnlang::value::fit", title) },
    }
}

/// Do results stay in the cache?
#[derive(Clone, Copy, PartialEq)]
enum Keep {
    Results,
    Nothing,
}

/// A step being placed.
struct Visit {
    node: NodeId,
    act: Act,
    alias: Option<NodeId>,
    next: usize,
}

impl Visit {
    fn needs<'a>(&'a self, node: &'a Node) -> &'a [NodeId] {
        match self.act {
            Act::Apply => &node.args,
            Act::Alias => self.alias.as_slice(),
            Act::Cached | Act::Held(_) | Act::Given(_) => &[],
        }
    }
}

/// It does not stay.
const LOST: u64 = u64::MAX;

/// What a scalar takes in the lists of a run.
const SCALAR: u128 = 16;

fn count(shape: &[usize]) -> u128 {
    let counted = shape.iter().filter(|n| **n != 0).fold(1u128, |all, n| all.saturating_mul(*n as u128));
    // A factor of at least 16 stays free, so that bytes do not overflow.
    let counted = counted.min(u128::MAX / 64);
    if shape.contains(&0) && kernels::entries(shape).is_some() { 0 } else { counted }
}

fn part<'a, T>(list: &'a [T], ends: &[u32], position: usize) -> &'a [T] {
    let end = ends.get(position).map_or(0, |end| *end as usize);
    let start = if position == 0 { 0 } else { ends.get(position - 1).map_or(0, |end| *end as usize) };
    list.get(start..end).unwrap_or(&[])
}

/// The definition of a slot.
pub(super) fn slot_of(node: &Node) -> Option<DefId> {
    if !matches!(node.op.def.kernel, Kernel::Source(Source::Slot)) {
        return None;
    }
    node.op.attrs.def(0)
}

/// The number of a dimension.
pub(super) fn extent(dims: &Dims, dim: &Dim, node: NodeId, inputs: &Inputs) -> Result<usize, Trouble> {
    if let Dim::Num(n) | Dim::Named(n, _) = dim
        && let Ok(n) = usize::try_from(*n)
    {
        return Ok(n);
    }
    dims.eval(dim, inputs.binding).map_err(|unbound| match unbound {
        Unbound::Name(dim) => Trouble::Unbound { dim, node },
        Unbound::Range => {
            let title = format!("the dimension {} is below 0 or too large here", dims.show(dim));
            Trouble::Fault { node, fault: Fault::new("nnlang::value::dimension", title) }
        }
    })
}
