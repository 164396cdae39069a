//! The algebra of formulas: each node in the shorter of two equal forms, as it stands or as a sum of products of powers;
//! numbers and scalars pulled out of linear operators; transposes where there are fewest.

use super::poly::{Poly, power, times};
use crate::graph::{Args, Attr, DefId, Fault, Graph, NodeId, Role};
use crate::ops::form::{self, EITHER, Form, READABLE, form};
use crate::ops::{self, build};
use crate::shape::{self, Dim, Shape};
use crate::simplify::rewrite_once;
use rustc_hash::{FxHashMap, FxHashSet};

/// How many sums, products and quotients are tried in a form that is not only multiplied out.
const FUEL: u32 = 4000;

/// The algebra over one graph.
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
    /// Nodes of linear operators, taken through their sums.
    pub(super) wide: FxHashMap<NodeId, Option<Poly>>,
    /// How much more may be tried.
    pub(super) fuel: u32,
    /// The nodes before it may have been written by the program.
    written: usize,
    /// Nodes that stand for what the program wrote, with names in it.
    as_written: FxHashSet<NodeId>,
    /// Names that stand first in a product: what flows back.
    pub(super) first: FxHashSet<NodeId>,
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
            wide: FxHashMap::default(),
            fuel: FUEL,
            written,
            as_written: FxHashSet::default(),
            first: FxHashSet::default(),
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
        if let Some(made) = rewrite_once(self.graph, id, READABLE).or_else(|| form::spelled(self.graph, id)) {
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
    pub(super) fn shaped(&mut self, id: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        if let Some(done) = self.canon.get(&id) {
            return Ok(*done);
        }
        if let Some(atom) = self.atom(id) {
            return Ok(atom);
        }
        // The rules of what is printed; what they make is looked at in turn.
        if let Some(made) = rewrite_once(self.graph, id, READABLE).or_else(|| form::spelled(self.graph, id)) {
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
            Form::Mul(a, b) => {
                let (x, y) = (self.poly(a), self.poly(b));
                for (factor, poly) in [(a, &x), (b, &y)] {
                    if poly.terms.len() > 1 {
                        self.sum_atom(factor);
                    }
                }
                let lean = self.lean(id, &[a, b], shape)?;
                match x.times(&y) {
                    Some(poly) => {
                        let poly = self.settled(poly);
                        self.shorter(lean, poly, shape)?
                    }
                    None => lean,
                }
            }
            Form::Div(a, b) => {
                let (x, y) = (self.poly(a), self.poly(b));
                let lean = self.lean(id, &[a, b], shape)?;
                let inverse = match y.single() {
                    Some((coefficient, mono)) if coefficient != 0.0 => {
                        Poly::term(1.0 / coefficient, &power(&mono, -1.0))
                    }
                    _ => {
                        let (scale, mono, sum) = self.sum_atom(b);
                        Poly::term(1.0 / scale, &times(&vec![(sum, -1.0)], &power(&mono, -1.0)))
                    }
                };
                match x.times(&inverse) {
                    Some(poly) => {
                        let poly = self.settled(poly);
                        self.shorter(lean, poly, shape)?
                    }
                    None => lean,
                }
            }
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
            Form::Sqrt(x) => {
                let lean = self.lean_pointwise(id, shape)?;
                let base = self.poly(x);
                let poly = match base.single() {
                    Some((c, mono))
                        if libm::sqrt(c).fract() == 0.0
                            && c > 0.0
                            && (mono.is_empty() || (mono.len() == 1 && mono[0].1 == 1.0)) =>
                    {
                        Poly::term(libm::sqrt(c), &power(&mono, 0.5))
                    }
                    Some(_) => Poly::term(1.0, &vec![(self.bare(x), 0.5)]),
                    None if base.value().is_some() => base,
                    None => {
                        let (scale, common, sum) = self.sum_atom(x);
                        if scale > 0.0 && common.is_empty() {
                            Poly::term(libm::sqrt(scale), &vec![(sum, 0.5)])
                        } else {
                            Poly::term(1.0, &vec![(self.bare(x), 0.5)])
                        }
                    }
                };
                self.shorter(lean, poly, shape)?
            }
            Form::MatMul(a, b) => self.product(a, b, shape)?,
            Form::Sum(x) | Form::Mean(x) => self.reduction(id, x, shape)?,
            Form::SumTo(x) => self.sum_to(x, shape)?,
            Form::Where(c, a, b) => match self.chosen(id, c, a, b)? {
                same if same == id && !self.polys.contains_key(&id) => self.lean(id, &[c, a, b], shape)?,
                made => made,
            },
            Form::DiagEmbed(x) if shape.rank() == 2 => {
                // A diagonal is a multiple of the identity, entry by entry.
                let eye = build::eye(self.graph, shape[0].clone())?;
                match self.poly(x).times(&Poly::atom(eye)) {
                    Some(poly) => self.shorter(id, poly, shape)?,
                    None => id,
                }
            }
            Form::DiagEmbed(_) => id,
            Form::Padded(x) => self.padded(id, x, shape)?,
            Form::Solve(a, b) if form(self.graph, b) == Form::Eye => {
                let made = form::inverse(self.graph, a)?;
                self.shaped(made, shape)?
            }
            Form::ScatterAdd(x, index) => self.scattered(id, x, index, shape)?,
            Form::Same(x) => x,
            Form::Eq(..)
            | Form::And(..)
            | Form::Or(..)
            | Form::Not(_)
            | Form::Softmax(_)
            | Form::Inv(_)
            | Form::Solve(..)
            | Form::Other => self.lean_pointwise(id, shape)?,
            Form::Number(_) | Form::Dim | Form::Eye => id,
        };
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
            Form::Number(value) => Poly::number(value),
            Form::Broadcast(x) => self.poly(x),
            Form::Dim => self.counted(id),
            _ => Poly::atom(id),
        };
        self.polys.insert(id, poly.clone());
        poly
    }

    /// `2*m` as twice `m`.
    fn counted(&mut self, id: NodeId) -> Poly {
        if let Attr::Dim(Dim::Poly(dim)) = self.graph.node(id).op.attrs.get(0)
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

    fn is_minus_one(&self, id: NodeId) -> bool {
        form(self.graph, self.bare(id)) == Form::Number(-1.0)
    }

    /// `-a`, with the sign inside where that is shorter.
    fn neg(&mut self, id: NodeId, a: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let poly = self.poly(a).scaled(-1.0, &vec![]);
        let bare = self.bare(a);
        let plain = build::neg(self.graph, bare)?;
        let plain = self.stretched(plain, shape)?;
        let inside = self.negated(bare, 0)?;
        let mut best = self.shorter(plain, poly.clone(), shape)?;
        if let Some(inside) = inside {
            let inside = self.stretched(inside, shape)?;
            self.polys.insert(inside, poly.clone());
            if self.cost(inside) < self.cost(best) {
                best = inside;
            }
        }
        self.polys.insert(id, poly);
        Ok(best)
    }

    /// `-a` without a sign in front, where a is a difference or made of one.
    fn negated(&mut self, a: NodeId, depth: u32) -> Result<Option<NodeId>, Fault> {
        if self.named.contains(&a) || depth > 8 {
            return Ok(None);
        }
        Ok(match form(self.graph, a) {
            Form::Neg(x) => Some(x),
            Form::Number(value) if value < 0.0 => Some(ops::number(self.graph, -value)),
            Form::Sub(x, y) => Some(build::sub(self.graph, y, x)?),
            Form::Add(x, y) => match (self.negated(x, depth + 1)?, self.negated(y, depth + 1)?) {
                (Some(x), Some(y)) => Some(build::add(self.graph, x, y)?),
                (Some(x), None) => Some(build::sub(self.graph, x, y)?),
                (None, Some(y)) => Some(build::sub(self.graph, y, x)?),
                (None, None) => None,
            },
            Form::Div(x, y) => match self.negated(x, depth + 1)? {
                Some(x) => Some(build::div(self.graph, x, y)?),
                None => None,
            },
            Form::Mul(x, y) => match (self.negated(x, depth + 1)?, self.negated(y, depth + 1)?) {
                (Some(x), _) => Some(build::mul(self.graph, x, y)?),
                (None, Some(y)) => Some(build::mul(self.graph, x, y)?),
                (None, None) => None,
            },
            _ => None,
        })
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
    fn lean(&mut self, id: NodeId, args: &[NodeId], shape: &Shape) -> Result<NodeId, Fault> {
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

    /// A sum: also as it stands.
    fn sum(&mut self, id: NodeId, a: NodeId, b: NodeId, sign: f64, shape: &Shape) -> Result<NodeId, Fault> {
        let (x, y) = (self.poly(a), self.poly(b));
        let lean = self.lean(id, &[a, b], shape)?;
        match x.plus(&y, sign) {
            Some(poly) => {
                let poly = self.settled(poly);
                let poly = self.fewest(poly);
                self.shorter(lean, poly, shape)
            }
            None => Ok(lean),
        }
    }

    fn pow(&mut self, id: NodeId, a: NodeId, e: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let exponent = self.poly(e);
        let base = self.poly(a);
        if let Some(value) = exponent.value() {
            let poly = match base.single() {
                Some((coefficient, mono)) if value.fract() == 0.0 || (coefficient > 0.0 && mono.is_empty()) => {
                    Poly::term(libm::pow(coefficient, value), &power(&mono, value))
                }
                None if base.terms.len() > 1 => {
                    let (scale, common, sum) = self.sum_atom(a);
                    if value.fract() == 0.0 || (scale > 0.0 && common.is_empty()) {
                        let whole = times(&vec![(sum, value)], &power(&common, value));
                        Poly::term(libm::pow(scale, value), &whole)
                    } else {
                        Poly::term(1.0, &vec![(self.bare(a), value)])
                    }
                }
                _ => Poly::term(1.0, &vec![(self.bare(a), value)]),
            };
            let poly = self.settled(poly);
            let lean = self.lean(id, &[a, e], shape)?;
            return self.shorter(lean, poly, shape);
        }
        // x^(n - 1) is x^n / x, so that it meets x^n.
        let constant = exponent.terms.get(&super::poly::Key::default()).copied().unwrap_or(0.0);
        if constant != 0.0 && base.single().is_some_and(|(c, mono)| c == 1.0 && mono.len() == 1) {
            let rest = exponent.plus(&Poly::number(constant), -1.0);
            if let Some(rest) = rest {
                let e_shape = self.graph.shape(e).clone();
                let rest = self.build(&rest, &e_shape)?;
                let bare = self.bare(a);
                let whole = build::raised(self.graph, bare, rest)?;
                let poly = self.poly(a);
                if let Some((_, mono)) = poly.single() {
                    let poly = Poly::term(1.0, &times(&vec![(whole, 1.0)], &power(&mono, constant)));
                    self.polys.insert(id, poly);
                    return Ok(id);
                }
            }
        }
        Ok(id)
    }

    /// The shorter of a node as it stands and of its normal form, which is remembered for both.
    pub(super) fn shorter(&mut self, id: NodeId, poly: Poly, shape: &Shape) -> Result<NodeId, Fault> {
        let mut best = self.build(&poly, shape)?;
        if let Some(factored) = self.factored(&poly, shape)?
            && self.cost(factored) < self.cost(best)
        {
            best = factored;
        }
        if (2..=4).contains(&poly.terms.len()) && self.fuel > 0 {
            // A factor in front is worth a little: `s*(1 - s)`.
            let apart = self.terms(&poly)?;
            if self.cost(apart) + 2 < self.cost(best) {
                best = self.stretched(apart, shape)?;
            }
        }
        for known in [best, id] {
            let bare = self.bare(known);
            self.polys.insert(bare, poly.clone());
            self.polys.insert(known, poly.clone());
        }
        // Of two equally long ones the one as the program wrote it.
        let (new, old) = (self.cost(best), self.cost(id));
        Ok(if new < old || (new == old && !self.is_written(id)) { best } else { id })
    }

    fn is_written(&self, id: NodeId) -> bool {
        let id = self.bare(id);
        let origin = self.graph.origin(id);
        self.as_written.contains(&id)
            || origin.map_or(id.index() < self.written, |origin| !origin.slope && origin.node.index() < self.written)
    }

    /// How long a node is to read.
    pub(super) fn cost(&mut self, id: NodeId) -> u32 {
        if let Some(cost) = self.costs.get(&id) {
            return *cost;
        }
        // Arguments first: the walk below is a loop over what is not known yet.
        let mut stack = vec![id];
        while let Some(at) = stack.last().copied() {
            if self.costs.contains_key(&at) {
                stack.pop();
                continue;
            }
            if self.named.contains(&at) {
                self.costs.insert(at, 2);
                continue;
            }
            let args = self.graph.node(at).args.clone();
            let open: Vec<NodeId> = args.iter().copied().filter(|arg| !self.costs.contains_key(arg)).collect();
            if open.is_empty() {
                let below: u32 = args.iter().map(|arg| self.costs[arg]).fold(0, u32::saturating_add);
                let own = match form(self.graph, at) {
                    Form::Broadcast(_) | Form::Reshape(_) => 6,
                    Form::Number(value) if value.fract() == 0.0 && value >= 0.0 => 1,
                    Form::Transpose(_) | Form::Neg(_) | Form::Pow(..) => 1,
                    _ => 2,
                };
                self.costs.insert(at, below.saturating_add(own));
            } else {
                stack.extend(open);
            }
        }
        self.costs.get(&id).copied().unwrap_or(u32::MAX)
    }

    /// A number and scalars in front, and what is left: `2*m^-1` and `a - y`.
    pub(super) fn pulled(&mut self, id: NodeId) -> Result<(Poly, NodeId), Fault> {
        let poly = self.poly(id);
        if poly.terms.is_empty() {
            return Ok((Poly::number(1.0), id));
        }
        let mut common = poly.common();
        common.retain(|(atom, _)| self.graph.shape(*atom).is_scalar());
        let sizes: Vec<f64> = poly.terms.values().copied().collect();
        let all_negative = sizes.iter().all(|c| *c < 0.0);
        let same = sizes.windows(2).all(|pair| libm::fabs(pair[0]) == libm::fabs(pair[1]));
        let factor = if same { libm::fabs(sizes[0]) } else { 1.0 } * if all_negative { -1.0 } else { 1.0 };
        if common.is_empty() && factor == 1.0 {
            return Ok((Poly::number(1.0), id));
        }
        let scale = Poly::term(factor, &common);
        let rest = poly.scaled(1.0 / factor, &power(&common, -1.0));
        let shape = self.graph.shape(id).clone();
        let rest_node = self.build(&rest, &shape)?;
        self.polys.insert(rest_node, rest);
        Ok((scale, rest_node))
    }

    /// `scale * node`, where `node` is of a linear operator.
    pub(super) fn linear(&mut self, scale: Poly, node: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let own = self.poly(node);
        let Some(poly) = own.times(&scale) else { return Ok(node) };
        let bare = self.bare(node);
        let scaled = Poly::atom(bare).times(&scale).unwrap_or_else(|| poly.clone());
        let whole = self.build(&scaled, shape)?;
        let poly = self.settled(poly);
        self.shorter(whole, poly, shape)
    }
}
