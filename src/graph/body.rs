//! Bodies: what a loop computes in one step, as nodes of the same graph over slots that stand for a step's values.

use super::{Attr, Attrs, Graph, NodeId, OpDef, Type};
use crate::shape::{Dim, Shape};
use crate::tensor::DType;

/// A body of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BodyId(pub u32);

impl BodyId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What one step computes. It is closed: its results stand on its parameters and on constants alone, so that nothing
/// outside can change it, and equal bodies are one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Body {
    /// The slots that stand for the values of a step, each the [`Param`] of its place.
    pub params: Vec<NodeId>,
    /// What the step gives.
    pub results: Vec<NodeId>,
}

/// What a slot stands for, where that is no value of the session.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Param {
    /// Which one.
    pub place: Place,
    /// The shape of what it stands for.
    pub shape: Shape,
    /// The element type of that.
    pub dtype: DType,
}

/// Which stand-in a slot is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A parameter of a body, by its number there.
    At(u32),
    /// For a while, while something is built: unlike any other of the graph.
    Fresh(u32),
}

/// The attribute of a loop. The arguments of its node are the states before the first step; then the sequences, each with
/// the steps as first axis; then what is the same in every step. The parameters of the body are a step's state, its
/// entry of each sequence, what is the same, and the step's number, where the body has one more parameter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Loop {
    /// What a step computes: the states after it, then what else is collected.
    pub body: BodyId,
    /// How many states it has.
    pub states: u32,
    /// How many sequences.
    pub sequences: u32,
    /// How many steps.
    pub length: Dim,
    /// From the last step to the first?
    pub backward: bool,
}

impl Loop {
    /// The loop of a node, where it is one.
    pub fn of(graph: &Graph, id: NodeId) -> Option<&Loop> {
        match graph.node(id).op.attrs.get(0) {
            Attr::Loop(steps) => Some(steps),
            _ => None,
        }
    }

    /// The first number of what is the same in every step, among the parameters.
    pub fn shared_from(&self) -> usize {
        (self.states + self.sequences) as usize
    }
}

impl Graph {
    /// A body.
    pub fn body(&self, id: BodyId) -> &Body {
        &self.bodies[id.index()]
    }

    /// The id of a body; an equal one is found, not made again.
    pub fn intern_body(&mut self, body: Body) -> BodyId {
        if let Some(id) = self.body_ids.get(&body) {
            return *id;
        }
        let id = BodyId(self.bodies.len() as u32);
        self.bodies.push(body.clone());
        self.body_ids.insert(body, id);
        id
    }

    /// A number that no stand-in of this graph has yet.
    pub fn next_stand_in(&mut self) -> u32 {
        self.stand_ins += 1;
        self.stand_ins
    }

    /// A node like another over other arguments, of the same types.
    pub fn remade(&mut self, id: NodeId, args: &[NodeId]) -> Result<NodeId, super::Fault> {
        let node = self.node(id);
        if node.args.as_slice() == args {
            return Ok(id);
        }
        let (def, attrs): (&'static OpDef, Attrs) = (node.op.def, node.op.attrs.clone());
        if def.is_typed_outside() {
            let ty: Type = self.ty(id);
            return Ok(self.add_typed(def, attrs, args, ty));
        }
        self.add(def, attrs, args)
    }

    /// Nodes over others in the place of some. Linear in what is above the lowest of these.
    pub fn replaced(
        &mut self,
        roots: &[NodeId],
        map: &mut rustc_hash::FxHashMap<NodeId, NodeId>,
    ) -> Result<Vec<NodeId>, super::Fault> {
        let floor = map.keys().min().copied().unwrap_or_default();
        for id in self.reach_above(roots, floor) {
            if map.contains_key(&id) {
                continue;
            }
            let args = &self.node(id).args;
            if !args.iter().any(|arg| map.get(arg).is_some_and(|to| to != arg)) {
                continue;
            }
            let args: super::Args = args.iter().map(|arg| map.get(arg).copied().unwrap_or(*arg)).collect();
            let origin = self.origin_of(id);
            let before = self.made_for(origin);
            let made = self.remade(id, &args);
            self.made_for(before);
            map.insert(id, made?);
        }
        Ok(roots.iter().map(|root| map.get(root).copied().unwrap_or(*root)).collect())
    }
}

/// The type of what is taken from a loop.
pub(super) fn taken(graph: &Graph, def: &OpDef, attrs: &Attrs, args: &[NodeId]) -> Option<Type> {
    if !matches!(def.kernel, super::Kernel::Pick) {
        return None;
    }
    let steps = Loop::of(graph, *args.first()?)?;
    let results = &graph.body(steps.body).results;
    let at = usize::try_from(attrs.int(0)?).ok()?;
    match results.get(at) {
        Some(result) => {
            let inner = graph.ty(*result);
            let shape = Shape::new(std::iter::once(steps.length.clone()).chain(inner.shape.iter().cloned()));
            Some(Type { shape, dtype: inner.dtype })
        }
        None => results.get(at - results.len()).map(|result| graph.ty(*result)),
    }
}

/// What is wrong with a loop, or with what is taken from one: of types, and of a body that is not closed.
pub(super) fn wrong(graph: &Graph, id: NodeId) -> Option<String> {
    use super::{Kernel, Role};
    let node = graph.node(id);
    if matches!(node.op.def.kernel, Kernel::Pick) {
        let taken = node.op.attrs.int(0).and_then(|at| usize::try_from(at).ok());
        let steps = node.args.first().and_then(|arg| Loop::of(graph, *arg));
        let (Some(taken), Some(steps)) = (taken, steps) else { return Some("it takes from no loop".into()) };
        let results = graph.body(steps.body).results.len();
        return (taken >= results + steps.states as usize).then(|| "it takes what is not there".into());
    }
    let steps = Loop::of(graph, id)?;
    let body = graph.body(steps.body);
    if body.results.len() < steps.states as usize || node.args.len() > body.params.len() {
        return Some("its body does not fit".into());
    }
    let is = |a: &Type, shape: &Shape, dtype: DType| a.dtype == dtype && a.shape.is_same(shape, &graph.dims);
    for (at, (param, arg)) in body.params.iter().zip(&node.args).enumerate() {
        let (inner, outer) = (graph.ty(*param), graph.ty(*arg));
        let along = (steps.states as usize..steps.shared_from()).contains(&at);
        let wanted = match along {
            true if outer.shape.is_scalar() => return Some(format!("argument {at} is no sequence")),
            true => outer.shape.without(0),
            false => outer.shape.clone(),
        };
        if !is(&inner, &wanted, outer.dtype) {
            return Some(format!("argument {at} is not what its body takes"));
        }
    }
    for (state, result) in body.params.iter().zip(&body.results).take(steps.states as usize) {
        let (before, after) = (graph.ty(*state), graph.ty(*result));
        if !is(&before, &after.shape, after.dtype) {
            return Some("a state changes its type".into());
        }
    }
    let open = graph
        .reach(&body.results)
        .into_iter()
        .find(|inner| graph.def(*inner).role == Role::Slot && !body.params.contains(inner));
    open.map(|inner| format!("its body stands on node {}, which is outside", inner.0))
}
