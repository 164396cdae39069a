//! The algebra of formulas: each node in the shorter of two equal forms, as it stands or as a sum of products of powers;
//! numbers and scalars pulled out of linear operators; transposes where there are fewest.

use super::poly::{Key, Mono, Poly};
use super::readable::{self, EITHER, READABLE};
use crate::graph::{Args, Attr, DefId, Fault, Graph, NodeId, Role};
use crate::graph::{Form, form};
use crate::ops::build;
use crate::shape::{self, Dim, Shape};
use crate::simplify::rewrite_once;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many sums, products and quotients are tried in a form that is not only multiplied out.
const FUEL: u32 = 4000;

/// The algebra over one graph.
// Many files: the normal form of a node is made of those of its arguments, whatever these are, so the rules call each other;
// each file holds those of one kind.
pub(super) struct Algebra<'a> {
    pub graph: &'a mut Graph,
    /// Nodes that are the value of a name, and the node of that name; the latter are atoms.
    pub aliases: FxHashMap<NodeId, NodeId>,
    pub(super) named: FxHashSet<NodeId>,
    /// The node of each definition of the program.
    pub(super) definitions: FxHashMap<DefId, NodeId>,
    /// Nodes that are spelled otherwise than by their operator.
    pub spelled: FxHashMap<NodeId, Spelled>,
    pub(super) canon: FxHashMap<NodeId, NodeId>,
    pub(super) polys: FxHashMap<NodeId, Poly>,
    pub(super) costs: FxHashMap<NodeId, u32>,
    /// The sums that were met as factors, each with what it stands for.
    pub(super) sums: Vec<(NodeId, Poly)>,
    /// The node of each sum that was met, by its terms, and its first coefficient.
    pub(super) met: FxHashMap<Vec<(Key, u32)>, (NodeId, f64)>,
    /// The product of two vectors, in the order in which it was met first.
    pub(super) dots: FxHashMap<(NodeId, NodeId), NodeId>,
    /// What two factors (of a product, or over one another) make together.
    pub(super) pairs: FxHashMap<(NodeId, NodeId, bool), Option<NodeId>>,
    /// Nodes of linear operators, taken through their sums.
    pub(super) wide: FxHashMap<NodeId, Option<Poly>>,
    /// How much more may be tried.
    pub(super) fuel: u32,
    /// The nodes before it may have been written by the program.
    pub(super) written: usize,
    /// Nodes that stand for what the program wrote, with names in it.
    pub(super) as_written: FxHashSet<NodeId>,
    /// Names that stand first in a product: what flows back.
    pub(super) first: FxHashSet<NodeId>,
    /// The order of names by their letters.
    pub(super) letters: FxHashMap<NodeId, u32>,
    /// Products of sums that are being gathered.
    pub(super) gathering: FxHashSet<(NodeId, NodeId)>,
    /// Names whose value is a product of powers.
    pub(super) products: Vec<(NodeId, f64, Mono)>,
    /// Names whose entries sum to 1 along an axis, by what the program asserts.
    pub(super) of_one: FxHashSet<(NodeId, i64)>,
    /// No name is put in by dividing by what may be 0.
    pub(super) strict: bool,
}

/// A call that stands for a node.
#[derive(Clone, Debug)]
pub(super) struct Spelled {
    pub function: &'static str,
    pub args: Vec<NodeId>,
    pub dims: Vec<Dim>,
    pub transposed: bool,
}

impl<'a> Algebra<'a> {
    pub fn new(
        graph: &'a mut Graph,
        aliases: FxHashMap<NodeId, NodeId>,
        definitions: FxHashMap<DefId, NodeId>,
        written: usize,
    ) -> Algebra<'a> {
        let named = aliases.values().copied().collect();
        Algebra {
            graph,
            aliases,
            named,
            definitions,
            spelled: FxHashMap::default(),
            canon: FxHashMap::default(),
            polys: FxHashMap::default(),
            costs: FxHashMap::default(),
            sums: vec![],
            met: FxHashMap::default(),
            dots: FxHashMap::default(),
            pairs: FxHashMap::default(),
            wide: FxHashMap::default(),
            fuel: FUEL,
            written,
            as_written: FxHashSet::default(),
            first: FxHashSet::default(),
            letters: FxHashMap::default(),
            gathering: FxHashSet::default(),
            products: vec![],
            of_one: FxHashSet::default(),
            strict: false,
        }
    }

    /// The node as a person would write it.
    pub fn canonical(&mut self, root: NodeId) -> NodeId {
        // What is below a name is not looked at.
        let mut order: Vec<NodeId> = vec![];
        let mut seen = FxHashSet::default();
        let mut stack = vec![root];
        while let Some(id) = stack.pop() {
            if !seen.insert(id) {
                continue;
            }
            order.push(id);
            if id == root || self.atom(id).is_none() {
                stack.extend(self.graph.node(id).args.iter().copied());
            }
        }
        order.sort_unstable();
        for id in order {
            if self.canon.contains_key(&id) {
                continue;
            }
            let made = match self.atom(id) {
                Some(atom) if id != root => atom,
                _ => self.node(id).unwrap_or(id),
            };
            self.canon.insert(id, made);
        }
        self.canon.get(&root).copied().unwrap_or(root)
    }

    /// The node of the name that a node is the value of.
    pub(super) fn atom(&self, id: NodeId) -> Option<NodeId> {
        if let Some(atom) = self.aliases.get(&id) {
            return Some(*atom);
        }
        let node = self.graph.node(id);
        if node.op.def.role != Role::Def {
            return None;
        }
        // A definition that was kept apart while it was differentiated by.
        node.op.attrs.def(0).and_then(|def| self.definitions.get(&def).copied())
    }

    pub(super) fn of(&self, id: NodeId) -> NodeId {
        self.canon.get(&id).copied().unwrap_or(id)
    }

    fn node(&mut self, id: NodeId) -> Result<NodeId, Fault> {
        let shape = self.graph.shape(id).clone();
        let node = self.graph.node(id).clone();
        // The rules of what is printed, first over the arguments as they are: names are found again so.
        if let Some(made) = rewrite_once(self.graph, id, READABLE).or_else(|| readable::spelled(self.graph, id)) {
            return Ok(self.canonical(made));
        }
        let either = rewrite_once(self.graph, id, EITHER).map(|made| self.canonical(made));
        let args: Args = node.args.iter().map(|arg| self.of(*arg)).collect();
        if node.op.def.role == Role::Def || node.op.def.role == Role::Stop {
            return Ok(args[0]);
        }
        if args.is_empty() {
            return Ok(id);
        }
        let rebuilt = self.graph.add(node.op.def, node.op.attrs.clone(), &args)?;
        if self.is_written(id) {
            self.as_written.insert(rebuilt);
        }
        if let Some(made) = either {
            return self.either(rebuilt, made, &shape);
        }
        self.shaped(rebuilt, &shape)
    }

    /// A node over canonical arguments, in the form that is shortest.
    // Long: one arm for each kind of operator.
    pub(super) fn shaped(&mut self, id: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        if let Some(done) = self.canon.get(&id) {
            return Ok(*done);
        }
        if let Some(atom) = self.atom(id) {
            return Ok(atom);
        }
        // The rules of what is printed; what they make is looked at in turn.
        if let Some(made) = rewrite_once(self.graph, id, READABLE).or_else(|| readable::spelled(self.graph, id)) {
            let made = self.canonical(made);
            return Ok(made);
        }
        if let Some(made) = rewrite_once(self.graph, id, EITHER) {
            let made = self.canonical(made);
            return self.either(id, made, shape);
        }
        let made = match form(self.graph, id) {
            Form::Neg(a) => self.neg(id, a, shape)?,
            Form::Add(a, b) => self.sum(id, a, b, 1.0, shape)?,
            Form::Sub(a, b) => self.sum(id, a, b, -1.0, shape)?,
            Form::Mul(a, b) if self.is_minus_one(a) => self.neg(id, b, shape)?,
            Form::Mul(a, b) if self.is_minus_one(b) => self.neg(id, a, shape)?,
            Form::Mul(a, b) => self.times(id, a, b, shape)?,
            Form::Div(a, b) => self.over(id, a, b, shape)?,
            Form::Pow(a, e) => self.pow(id, a, e, shape)?,
            Form::Broadcast(x) => {
                let inner = self.bare(x);
                let made = self.stretched(inner, shape)?;
                let poly = self.poly(inner);
                self.polys.insert(made, poly);
                made
            }
            Form::Reshape(x) => self.reshape(id, x, shape)?,
            Form::Transpose(x) => {
                let (scale, rest) = self.pulled(x)?;
                let turned = self.transpose(rest)?;
                self.linear(scale, turned, shape)?
            }
            Form::Sqrt(x) => self.root(id, x, shape)?,
            Form::MatMul(a, b) => self.product(a, b, shape)?,
            Form::Sum(x) | Form::Mean(x) => self.reduction(id, x, shape)?,
            Form::SumTo(x) => self.sum_to(x, shape)?,
            Form::Where(c, a, b) => match self.chosen(id, c, a, b, shape)? {
                same if same == id && !self.polys.contains_key(&id) => self.lean(id, &[c, a, b], shape)?,
                made => made,
            },
            Form::DiagEmbed(x) if shape.rank() == 2 => {
                // A diagonal is a multiple of the identity, entry by entry.
                let eye = build::eye(self.graph, shape[0].clone())?;
                let (scale, rest) = self.pulled(x)?;
                let made = readable::diagonal(self.graph, rest)?;
                let poly = self.poly(rest).times(&scale).and_then(|poly| poly.times(&Poly::atom(eye)));
                let made = self.build(&Poly::atom(made).times(&scale).unwrap_or_default(), shape)?;
                // Beside the diagonal `eye(n)/p` is 0/0 where p is 0.
                match poly.filter(|_| !self.strict) {
                    Some(poly) => self.shorter(made, poly, shape)?,
                    None => made,
                }
            }
            Form::DiagEmbed(_) => id,
            Form::Padded(x) => self.padded(id, x, shape)?,
            Form::Solve(a, b) => {
                let made = readable::inverse(self.graph, a)?;
                let to = self.graph.shape(a).clone();
                let made = self.shaped(made, &to)?;
                self.product(made, b, shape)?
            }
            Form::Norm(x) => {
                let id = self.over_all(id)?;
                let id = self.atom(id).unwrap_or(id);
                self.spread(id, x)?
            }
            Form::Others(x) => {
                let made =
                    readable::quotient_of_others(self.graph, x, self.graph.node(id).op.attrs.int(0).unwrap_or(0))?;
                self.canonical(made)
            }
            Form::TakeAlong(x, index) => {
                let axis = self.graph.node(id).op.attrs.int(0).unwrap_or(0) as usize;
                let len = self.graph.shape(index)[axis].clone();
                match readable::first_index(self.graph, index, axis) {
                    Some(start) => build::part(self.graph, x, axis, Dim::Num(start), len)?,
                    None => id,
                }
            }
            Form::ScatterAdd(x, index) => self.scattered(id, x, index, shape)?,
            Form::Same(x) => x,
            Form::Eq(..)
            | Form::And(..)
            | Form::Or(..)
            | Form::Not(_)
            | Form::Softmax(_)
            | Form::Inv(_)
            | Form::Other => {
                let id = self.over_all(id)?;
                let id = self.atom(id).unwrap_or(id);
                self.lean_pointwise(id, shape)?
            }
            Form::Number(_) | Form::Dim | Form::Eye => id,
        };
        let made = self.atom(made).unwrap_or(made);
        self.canon.insert(id, made);
        self.canon.entry(made).or_insert(made);
        Ok(made)
    }

    /// The shorter of a function as it stands and of what has its normal form.
    fn either(&mut self, id: NodeId, made: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let lean = self.lean_pointwise(id, shape)?;
        let poly = self.poly(made);
        self.polys.insert(lean, poly);
        let best = if self.cost(lean) < self.cost(made) { lean } else { made };
        self.canon.insert(id, best);
        Ok(best)
    }

    /// The normal form of a canonical node.
    pub(super) fn poly(&mut self, id: NodeId) -> Poly {
        if let Some(poly) = self.polys.get(&id) {
            return poly.clone();
        }
        let poly = match form(self.graph, id) {
            _ if self.named.contains(&id) => Poly::atom(id),
            // Infinity is no number that terms are added up with.
            Form::Number(value) if value.is_finite() => Poly::number(value),
            Form::Broadcast(x) => self.poly(x),
            Form::Dim => self.counted(id),
            _ => Poly::atom(id),
        };
        self.polys.insert(id, poly.clone());
        poly
    }

    /// `2*m` as twice `m`.
    fn counted(&mut self, id: NodeId) -> Poly {
        if let Attr::Dim(dim) = self.graph.node(id).op.attrs.get(0)
            && let Dim::Poly(dim) = &**dim
            && let [(atoms, count @ 2..)] = &dim.terms[..]
        {
            let (count, one) = (*count as f64, shape::Poly { terms: vec![(atoms.clone(), 1)] });
            let rest = build::dim(self.graph, Dim::Poly(one.into()));
            return Poly::term(count, &vec![(rest, 1.0)]);
        }
        Poly::atom(id)
    }

    /// Have two canonical nodes one normal form?
    pub fn agree(&mut self, a: NodeId, b: NodeId) -> bool {
        let (x, y) = (self.poly(a), self.poly(b));
        x.plus(&y, -1.0).is_some_and(|difference| self.fewest(difference).terms.is_empty())
            && self.graph.shape(a).is_same(self.graph.shape(b), &self.graph.dims)
    }

    /// Stretched to a shape, where it has not that shape already under other names of its sizes.
    pub(super) fn stretched(&mut self, id: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        if self.graph.shape(id).is_same(shape, &self.graph.dims) {
            return Ok(id);
        }
        build::broadcast_to(self.graph, id, shape.clone())
    }

    /// Without a stretch around it: broadcasting does it anyway.
    pub(super) fn bare(&self, id: NodeId) -> NodeId {
        match form(self.graph, id) {
            Form::Broadcast(x) if !self.named.contains(&id) => x,
            _ => id,
        }
    }

    /// The same operator over arguments without stretches, where the shape stays.
    pub(super) fn lean(&mut self, id: NodeId, args: &[NodeId], shape: &Shape) -> Result<NodeId, Fault> {
        let bare: Args = args.iter().map(|arg| self.bare(*arg)).collect();
        if bare.as_slice() == args {
            return Ok(id);
        }
        let (def, attrs) = (self.graph.def(id), self.graph.node(id).op.attrs.clone());
        let made = self.graph.add(def, attrs, &bare)?;
        self.stretched(made, shape)
    }

    /// As [`Algebra::lean`], for any operator that works entry by entry.
    pub(super) fn lean_pointwise(&mut self, id: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        use crate::graph::Kernel;
        let node = self.graph.node(id);
        if !matches!(node.op.def.kernel, Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_)) {
            return Ok(id);
        }
        let args = node.args.clone();
        self.lean(id, &args, shape)
    }
}
