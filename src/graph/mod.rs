//! The computation graph: hash-consed, append-only, every node typed; knows no operator by name.
//!
//! A node is an operator applied to earlier nodes. A *definition* is a node of its own (its attribute is the
//! [`DefId`]), so that two names with equal right sides stay two; passes see through it, questions do not.

mod attrs;
mod body;
mod facts;
mod fault;
mod form;
mod given;
/// What is known of a node before the run.
pub mod known;
mod map;
mod op;
mod verify;

pub use attrs::{Attr, Attrs, Literal, SliceSpec};
pub use body::{Body, BodyId, Loop, Param, Place};
pub use facts::{Algebra, Bend, Export, Is, Says, Square};
pub use fault::Fault;
pub use form::{Form, form};
pub use map::NodeMap;
pub use op::{
    Along, Arg, ArgKind, Contract, Conv, Diff, Domain, Expand, Kernel, MatrixKernel, Move, Notation, Op, OpDef, Reduce,
    Role, Source, Step, Template, Transpose, Type,
};
pub use verify::{verify, verify_pass};

use crate::few::Few;
use crate::shape::{Dims, Shape};
use crate::tensor::DType;
use hashbrown::HashTable;
use smallvec::SmallVec;
use std::hash::{Hash, Hasher};

/// A node: an index into its graph. Arguments have smaller indices than what uses them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub u32);

impl NodeId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A definition: something in the program (or in one call of a function) that has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DefId(pub u32);

impl DefId {
    /// As an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The arguments of a node.
pub type Args = Few<NodeId>;

/// One node.
#[derive(Clone, Debug)]
pub struct Node {
    /// Operator and attributes.
    pub op: Op,
    /// What it is applied to.
    pub args: Args,
    /// Its shape.
    pub shape: Shape,
    /// What its entries are.
    pub dtype: DType,
}

/// No node.
const NONE: u32 = u32::MAX;

/// So many nodes are looked through one by one.
const NEAR: usize = 8;

/// Where a new node is remembered.
enum Spot {
    /// With its newest argument.
    Near(NodeId),
    /// In the table, by its hash.
    Table(u64),
}

/// What a node was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Another node, before it.
    pub node: NodeId,
    /// For its slope; else for its value.
    pub slope: bool,
}

/// How far a graph had come.
#[derive(Clone, Debug, Default)]
pub struct Mark {
    /// How many nodes there were.
    pub len: usize,
    bodies: usize,
    stand_ins: u32,
    dims: Dims,
}

/// Nodes in topological order, equal ones shared, and the dimensions that their shapes are made of.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    nodes: Vec<Node>,
    /// Of each node the latest of those that it is the newest argument of; [`NONE`] where there is none.
    latest: Vec<u32>,
    /// Of each node the one before it with the same newest argument.
    before: Vec<u32>,
    /// The nodes without arguments, and those for which the newest argument has [`NEAR`] others already.
    table: HashTable<NodeId>,
    /// How many operators above an exponential each node stands that is built of one by arithmetic; 0 where it is not, or
    /// where that lies deep.
    powers: Vec<u8>,
    /// The node that each was made for, where it was made for one: a slope for what it is the slope of.
    origins: Vec<Option<Origin>>,
    /// What new ones are made for.
    origin: Option<Origin>,
    /// The dimensions of the program.
    pub dims: Dims,
    /// The nodes that are no scalars, in order.
    tensors: Vec<NodeId>,
    /// What loops compute in one step.
    bodies: Vec<Body>,
    body_ids: rustc_hash::FxHashMap<Body, BodyId>,
    /// How many stand-ins there were.
    stand_ins: u32,
}

impl Graph {
    /// Makes room for so many more nodes.
    pub fn reserve(&mut self, more: usize) {
        self.nodes.reserve(more);
        self.latest.reserve(more);
        self.before.reserve(more);
        self.powers.reserve(more);
    }

    /// How far it has come: what is added from here on can be taken back.
    pub fn mark(&self) -> Mark {
        let (bodies, stand_ins) = (self.bodies.len(), self.stand_ins);
        Mark { len: self.nodes.len(), bodies, stand_ins, dims: self.dims.clone() }
    }

    /// Takes back all nodes that were added since, and what was found out about dimensions.
    pub fn back_to(&mut self, mark: &Mark) {
        // Every field: what is new here has to come back too.
        let Graph { nodes, latest, before, table, origins, origin, dims, tensors, bodies, body_ids, stand_ins, powers } =
            self;
        while nodes.len() > mark.len {
            let Some(node) = nodes.pop() else { break };
            let id = nodes.len();
            match node.args.iter().max().filter(|newest| latest[newest.index()] == id as u32) {
                Some(newest) => latest[newest.index()] = before[id],
                None => {
                    if let Ok(entry) = table.find_entry(hash(&node.op, &node.args), |other| other.index() == id) {
                        entry.remove();
                    }
                }
            }
        }
        latest.truncate(mark.len);
        before.truncate(mark.len);
        origins.truncate(mark.len);
        *origin = None;
        dims.clone_from(&mark.dims);
        tensors.truncate(tensors.partition_point(|id| id.index() < mark.len));
        bodies.truncate(mark.bodies);
        body_ids.retain(|_, id| id.index() < mark.bodies);
        *stand_ins = mark.stand_ins;
        powers.truncate(mark.len);
    }

    /// The node of an id.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.index()]
    }

    /// All nodes, in order.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Has it no node?
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The shape of a node.
    pub fn shape(&self, id: NodeId) -> &Shape {
        &self.node(id).shape
    }

    /// The operator of a node.
    pub fn def(&self, id: NodeId) -> &'static OpDef {
        self.node(id).op.def
    }

    /// Is it a node of this operator?
    pub fn is(&self, id: NodeId, is: Is) -> bool {
        self.def(id).is == is
    }

    /// Is it built of exponentials by sums, products, quotients and powers, as far as one sees?
    pub fn has_powers(&self, id: NodeId) -> bool {
        self.powers[id.index()] > 0
    }

    /// The type of a node.
    pub fn ty(&self, id: NodeId) -> Type {
        let node = self.node(id);
        Type { shape: node.shape.clone(), dtype: node.dtype }
    }

    /// New nodes are made for this one, from now on; returns what they were made for before.
    pub fn made_for(&mut self, origin: Option<Origin>) -> Option<Origin> {
        std::mem::replace(&mut self.origin, origin)
    }

    /// The node that this one was made for in the end, where it was made for one, and whether as its slope.
    pub fn origin(&self, id: NodeId) -> Option<Origin> {
        let before = |id: NodeId| self.origins.get(id.index()).copied().flatten();
        let mut found = before(id)?;
        // An origin lies before what was made for it.
        while let Some(further) = before(found.node) {
            found = Origin { node: further.node, slope: found.slope || further.slope };
        }
        Some(found)
    }

    /// What a node was made for, in one step.
    pub fn origin_of(&self, id: NodeId) -> Option<Origin> {
        self.origins.get(id.index()).copied().flatten()
    }

    /// An operator applied to nodes: its shape rule runs; an equal node is found, not made again.
    pub fn add(&mut self, def: &'static OpDef, attrs: Attrs, args: &[NodeId]) -> Result<NodeId, Fault> {
        if let Kernel::Expand(expand) = def.kernel {
            return expand(self, &attrs, args);
        }
        let op = Op { def, attrs };
        let place = match self.find(&op, args) {
            Ok(id) => return Ok(id),
            Err(place) => place,
        };
        if let Some(ty) = body::taken(self, def, &op.attrs, args) {
            return Ok(self.push(place, op, args, ty));
        }
        let types: SmallVec<[Type; 4]> = args.iter().map(|arg| self.ty(*arg)).collect();
        let ty = (def.shape)(&mut self.dims, &types, &op.attrs)?;
        Ok(self.push(place, op, args, ty))
    }

    /// As [`Graph::add`], for a node whose type is known and need not be found by the rule: slots and definitions.
    pub fn add_typed(&mut self, def: &'static OpDef, attrs: Attrs, args: &[NodeId], ty: Type) -> NodeId {
        let op = Op { def, attrs };
        match self.find(&op, args) {
            Ok(id) => id,
            Err(place) => self.push(place, op, args, ty),
        }
    }

    /// The node that is this operator of these arguments, or where a new one goes. Its newest argument is seldom that of many
    /// others, and lies near in memory; a table of all nodes would be looked up far away each time.
    fn find(&self, op: &Op, args: &[NodeId]) -> Result<NodeId, Spot> {
        let same = |id: NodeId| {
            let node = &self.nodes[id.index()];
            node.args.as_slice() == args && node.op == *op
        };
        if let Some(newest) = args.iter().max() {
            let mut at = self.latest[newest.index()];
            let mut near = 0;
            while at != NONE {
                if same(NodeId(at)) {
                    return Ok(NodeId(at));
                }
                near += 1;
                at = self.before[at as usize];
            }
            if near < NEAR {
                return Err(Spot::Near(*newest));
            }
        }
        let hash = hash(op, args);
        self.table.find(hash, |id| same(*id)).copied().ok_or(Spot::Table(hash))
    }

    fn push(&mut self, place: Spot, op: Op, args: &[NodeId], ty: Type) -> NodeId {
        let id = NodeId(self.nodes.len() as u32);
        let is_number = |arg: NodeId| self.nodes[arg.index()].op.def.role == Role::Number;
        let depth = form::depth_of_powers(&op, args, |arg| self.powers[arg.index()], is_number);
        self.powers.push(depth);
        if !ty.shape.is_scalar() {
            self.tensors.push(id);
        }
        self.nodes.push(Node { op, args: Args::from_slice(args), shape: ty.shape, dtype: ty.dtype });
        if self.origin.is_some() {
            self.origins.reserve(self.nodes.capacity().saturating_sub(self.origins.len()));
            self.origins.resize(id.index(), None);
            self.origins.push(self.origin);
        }
        let nodes = &self.nodes;
        self.latest.push(NONE);
        self.before.push(match place {
            Spot::Near(newest) => std::mem::replace(&mut self.latest[newest.index()], id.0),
            Spot::Table(_) => NONE,
        });
        if let Spot::Table(own) = place {
            self.table.insert_unique(own, id, |id| {
                let node = &nodes[id.index()];
                hash(&node.op, &node.args)
            });
        }
        id
    }

    /// Every node that the roots stand on, each once, arguments first. Linear in what is reached.
    pub fn reach(&self, roots: &[NodeId]) -> Vec<NodeId> {
        self.reach_above(roots, NodeId(0))
    }

    /// All nodes that are no scalars, in order.
    pub fn tensors(&self) -> &[NodeId] {
        &self.tensors
    }

    /// The slots that the roots stand on, in order, but for what lies below a node where the walk `stops`.
    pub fn slots(&self, roots: &[NodeId], stops: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
        let Some(top) = roots.iter().max() else { return vec![] };
        let mut seen = vec![false; top.index() + 1];
        let mut stack: Vec<NodeId> = roots.to_vec();
        let mut out = vec![];
        while let Some(id) = stack.pop() {
            if std::mem::replace(&mut seen[id.index()], true) || stops(id) {
                continue;
            }
            let node = self.node(id);
            if node.op.def.role == Role::Slot {
                out.push(id);
            }
            stack.extend(node.args.iter().filter(|arg| !seen[arg.index()]));
        }
        out.sort_unstable();
        out
    }

    /// As [`Graph::reach`], without the nodes before `floor`: what can depend on `floor` is not before it.
    pub fn reach_above(&self, roots: &[NodeId], floor: NodeId) -> Vec<NodeId> {
        let Some(top) = roots.iter().max() else { return vec![] };
        let mut seen = vec![false; top.index() + 1];
        let mut stack: Vec<NodeId> = Vec::new();
        for root in roots {
            if !std::mem::replace(&mut seen[root.index()], true) {
                stack.push(*root);
            }
        }
        let mut out = Vec::new();
        while let Some(id) = stack.pop() {
            out.push(id);
            for arg in &self.node(id).args {
                if *arg >= floor && !std::mem::replace(&mut seen[arg.index()], true) {
                    stack.push(*arg);
                }
            }
        }
        // In order: by a walk over the marks where most are set, by sorting where few are.
        if out.len() * 8 > seen.len() {
            out.clear();
            out.extend(seen.iter().enumerate().filter(|(_, seen)| **seen).map(|(i, _)| NodeId(i as u32)));
        } else {
            out.sort_unstable();
        }
        out
    }
}

fn hash(op: &Op, args: &[NodeId]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    op.hash(&mut hasher);
    args.hash(&mut hasher);
    hasher.finish()
}
