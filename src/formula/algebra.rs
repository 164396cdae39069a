//! The algebra of formulas: each node in the shorter of two equal forms, as it stands or as a sum of products of powers;
//! numbers and scalars pulled out of linear operators; transposes where there are fewest.

use super::poly::{Mono, Poly, power, times};
use crate::graph::{Args, DefId, Fault, Graph, NodeId, Role};
use crate::ops::form::{Form, READABLE, form};
use crate::ops::{self, build};
use crate::shape::{Dim, Shape};
use crate::simplify::rewrite_once;
use rustc_hash::{FxHashMap, FxHashSet};

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
        if let Some(made) = rewrite_once(self.graph, id, READABLE) {
            return Ok(self.canonical(made));
        }
        let args: Args = node.args.iter().map(|arg| self.of(*arg)).collect();
        if node.op.def.role == Role::Def || node.op.def.role == Role::Stop {
            return Ok(args[0]);
        }
        if args.is_empty() {
            return Ok(id);
        }
        let rebuilt = self.graph.add(node.op.def, node.op.attrs.clone(), &args)?;
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
        if let Some(made) = rewrite_once(self.graph, id, READABLE) {
            let made = self.canonical(made);
            return Ok(made);
        }
        let made = match form(self.graph, id) {
            Form::Neg(a) => self.neg(id, a, shape)?,
            Form::Add(a, b) => self.sum(id, a, b, 1.0, shape)?,
            Form::Sub(a, b) => self.sum(id, a, b, -1.0, shape)?,
            Form::Mul(a, b) if self.is_minus_one(a) => self.neg(id, b, shape)?,
            Form::Mul(a, b) if self.is_minus_one(b) => self.neg(id, a, shape)?,
            Form::Mul(a, b) => {
                let (x, y) = (self.poly(a), self.poly(b));
                let lean = self.lean(id, &[a, b], shape)?;
                match x.times(&y) {
                    Some(poly) => self.shorter(lean, poly, shape)?,
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
                    _ => Poly::term(1.0, &vec![(self.bare(b), -1.0)]),
                };
                match x.times(&inverse) {
                    Some(poly) => {
                        let poly = self.expanded(poly);
                        self.shorter(lean, poly, shape)?
                    }
                    None => lean,
                }
            }
            Form::Pow(a, e) => self.pow(id, a, e, shape)?,
            Form::Broadcast(x) => {
                let inner = self.bare(x);
                let made = build::broadcast_to(self.graph, inner, shape.clone())?;
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
            Form::MatMul(a, b) => self.product(a, b, shape)?,
            Form::Sum(x) => self.reduction(id, x, shape)?,
            Form::Mean(x) => {
                let (scale, rest) = self.pulled(x)?;
                let attrs = self.graph.node(id).op.attrs.clone();
                let def = self.graph.def(id);
                let made = self.graph.add(def, attrs, &[rest])?;
                self.linear(scale, made, shape)?
            }
            Form::SumTo(x) => self.sum_to(x, shape)?,
            Form::Where(c, a, b) => self.chosen(id, c, a, b)?,
            Form::DiagEmbed(x) => {
                // A diagonal of ones is the identity.
                if self.poly(x).value() == Some(1.0) && shape.rank() == 2 {
                    build::eye(self.graph, shape[0].clone())?
                } else {
                    id
                }
            }
            Form::ScatterAdd(x, index) => self.scattered(id, x, index, shape)?,
            Form::Same(x) => x,
            Form::Eq(..) | Form::And(..) | Form::Or(..) | Form::Not(_) | Form::Other => {
                self.lean_pointwise(id, shape)?
            }
            Form::Number(_) | Form::Dim | Form::Eye => id,
        };
        self.canon.insert(id, made);
        self.canon.entry(made).or_insert(made);
        Ok(made)
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
            _ => Poly::atom(id),
        };
        self.polys.insert(id, poly.clone());
        poly
    }

    /// Have two canonical nodes one normal form?
    pub fn agree(&mut self, a: NodeId, b: NodeId) -> bool {
        let (x, y) = (self.poly(a), self.poly(b));
        let (x, y) = (self.expanded(x), self.expanded(y));
        x.plus(&y, -1.0).is_some_and(|difference| difference.terms.is_empty())
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
        let plain = build::broadcast_to(self.graph, plain, shape.clone())?;
        let inside = self.negated(bare, 0)?;
        let mut best = self.shorter(plain, poly.clone(), shape)?;
        if let Some(inside) = inside {
            let inside = build::broadcast_to(self.graph, inside, shape.clone())?;
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
        build::broadcast_to(self.graph, made, shape.clone())
    }

    /// As [`Algebra::lean`], for any operator that works entry by entry.
    fn lean_pointwise(&mut self, id: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
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
                let poly = self.expanded(poly);
                self.shorter(lean, poly, shape)
            }
            None => Ok(lean),
        }
    }

    /// Sums under a positive power are multiplied out where that makes fewer terms.
    fn expanded(&mut self, poly: Poly) -> Poly {
        let mut out = Poly::default();
        let mut changed = false;
        for (key, coefficient) in &poly.terms {
            let mono = key.mono();
            let mut product = Poly::number(*coefficient);
            let mut rest: Mono = vec![];
            for (atom, exponent) in &mono {
                let inner = self.polys.get(atom).cloned().unwrap_or_default();
                let is_sum = inner.terms.len() > 1;
                if is_sum && *exponent >= 1.0 && exponent.fract() == 0.0 && *exponent <= 3.0 {
                    for _ in 0..(*exponent as u32) {
                        match product.times(&inner) {
                            Some(next) => product = next,
                            None => return poly,
                        }
                    }
                    changed = true;
                } else {
                    rest.push((*atom, *exponent));
                }
            }
            match out.plus(&product.scaled(1.0, &rest), 1.0) {
                Some(next) => out = next,
                None => return poly,
            }
        }
        if changed { out } else { poly }
    }

    fn pow(&mut self, id: NodeId, a: NodeId, e: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let exponent = self.poly(e);
        let base = self.poly(a);
        if let Some(value) = exponent.value() {
            let poly = match base.single() {
                Some((coefficient, mono)) if value.fract() == 0.0 || (coefficient > 0.0 && mono.is_empty()) => {
                    Some(Poly::term(libm::pow(coefficient, value), &power(&mono, value)))
                }
                _ if value == 2.0 && base.terms.len() == 2 => None,
                _ => Some(Poly::term(1.0, &vec![(self.bare(a), value)])),
            };
            let lean = self.lean(id, &[a, e], shape)?;
            return match poly {
                Some(poly) => self.shorter(lean, poly, shape),
                None => {
                    self.polys.insert(lean, Poly::term(1.0, &vec![(self.bare(a), 2.0)]));
                    Ok(lean)
                }
            };
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
    fn shorter(&mut self, id: NodeId, poly: Poly, shape: &Shape) -> Result<NodeId, Fault> {
        let built = self.build(&poly, shape)?;
        self.polys.insert(built, poly.clone());
        self.polys.insert(id, poly);
        // Of two equally long ones the one as it was written, unless that hides a quotient or a sign in a product.
        let hides = match form(self.graph, id) {
            Form::Mul(a, b) => [a, b].iter().any(|arg| match form(self.graph, *arg) {
                Form::Div(..) | Form::Neg(_) => true,
                Form::Number(value) => value < 0.0,
                _ => false,
            }),
            _ => false,
        };
        let (new, old) = (self.cost(built), self.cost(id));
        Ok(if new < old || (new == old && hides) { built } else { id })
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
                    Form::Broadcast(_) => 6,
                    Form::Number(value) if value.fract() == 0.0 => 1,
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
        let built = self.build(&poly, shape)?;
        self.polys.insert(built, poly);
        Ok(built)
    }

    /// A node for a normal form, in the order in which a person writes it.
    pub fn build(&mut self, poly: &Poly, shape: &Shape) -> Result<NodeId, Fault> {
        let poly = self.means(poly)?;
        let poly = self.gathered(poly)?;
        if let Some(value) = poly.value() {
            let number = self.monomial(value, &vec![], None)?;
            return build::broadcast_to(self.graph, number, shape.clone());
        }
        let common = poly.common();
        let rest = poly.scaled(1.0, &power(&common, -1.0));
        let coefficients: Vec<f64> = rest.terms.values().copied().collect();
        let same = coefficients.windows(2).all(|pair| libm::fabs(pair[0]) == libm::fabs(pair[1]));
        let factor = if same { libm::fabs(coefficients[0]) } else { 1.0 };
        let factor = if coefficients.iter().all(|c| *c < 0.0) { -factor } else { factor };
        let rest = rest.scaled(1.0 / factor, &vec![]);
        let made = if rest.value() == Some(1.0) {
            self.monomial(factor, &common, None)?
        } else if rest.terms.len() == 1 {
            let (coefficient, mono) = rest.single().unwrap_or((1.0, vec![]));
            self.monomial(factor * coefficient, &times(&common, &mono), None)?
        } else {
            let inner = self.terms(&rest)?;
            self.monomial(factor, &common, Some(inner))?
        };
        build::broadcast_to(self.graph, made, shape.clone())
    }

    /// The terms of a sum: first those that are added, numbers last among them, then those that are taken away.
    fn terms(&mut self, poly: &Poly) -> Result<NodeId, Fault> {
        let mut terms: Vec<(f64, Mono)> = poly.terms.iter().map(|(key, c)| (*c, key.mono())).collect();
        let degree = |mono: &Mono| mono.iter().map(|(_, e)| *e).sum::<f64>();
        terms.sort_by(|a, b| {
            (a.0 < 0.0)
                .cmp(&(b.0 < 0.0))
                .then(a.1.is_empty().cmp(&b.1.is_empty()))
                .then(degree(&b.1).total_cmp(&degree(&a.1)))
        });
        let mut sum: Option<NodeId> = None;
        for (coefficient, mono) in terms {
            sum = Some(match sum {
                None => self.monomial(coefficient, &mono, None)?,
                Some(before) => {
                    let term = self.monomial(libm::fabs(coefficient), &mono, None)?;
                    if coefficient < 0.0 {
                        build::sub(self.graph, before, term)?
                    } else {
                        build::add(self.graph, before, term)?
                    }
                }
            });
        }
        match sum {
            Some(sum) => {
                self.polys.insert(sum, poly.clone());
                Ok(sum)
            }
            None => Ok(ops::number(self.graph, 0.0)),
        }
    }

    /// `coefficient * atoms * sum / atoms`
    fn monomial(&mut self, coefficient: f64, mono: &Mono, sum: Option<NodeId>) -> Result<NodeId, Fault> {
        let (mut above, mut below): (Vec<NodeId>, Vec<NodeId>) = (vec![], vec![]);
        for (atom, exponent) in mono {
            let size = libm::fabs(*exponent);
            let factor = if size == 1.0 {
                *atom
            } else {
                let e = ops::number(self.graph, size);
                build::raised(self.graph, *atom, e)?
            };
            if *exponent > 0.0 { above.push(factor) } else { below.push(factor) }
        }
        // Scalars first, as `lambda*w` is written; products last, so that they stand beside what they are scaled by.
        above.sort_by_key(|id| {
            let product = matches!(form(self.graph, *id), Form::MatMul(..)) && !self.named.contains(id);
            (!self.graph.shape(*id).is_scalar(), !product)
        });
        above.extend(sum);
        let negative = coefficient < 0.0;
        let (number, divisor) = fraction(libm::fabs(coefficient));
        if divisor != 1.0 {
            let divisor = ops::number(self.graph, divisor);
            below.insert(0, divisor);
        }
        let mut made: Option<NodeId> = None;
        for factor in above {
            made = Some(match made {
                None => factor,
                Some(before) => build::mul(self.graph, before, factor)?,
            });
        }
        let mut made = match made {
            Some(product) if number == 1.0 => product,
            Some(product) => {
                let number = ops::number(self.graph, number);
                build::mul(self.graph, number, product)?
            }
            None => ops::number(self.graph, number),
        };
        let mut under: Option<NodeId> = None;
        for factor in below {
            under = Some(match under {
                None => factor,
                Some(before) => build::mul(self.graph, before, factor)?,
            });
        }
        if let Some(under) = under {
            made = build::div(self.graph, made, under)?;
        }
        if negative { build::neg(self.graph, made) } else { Ok(made) }
    }

    /// A sum over its count is a mean.
    fn means(&mut self, poly: &Poly) -> Result<Poly, Fault> {
        let mut out = Poly::default();
        for (key, coefficient) in &poly.terms {
            let (mut mono, mut coefficient) = (key.mono(), *coefficient);
            let sums: Vec<NodeId> = mono
                .iter()
                .filter(|(atom, e)| {
                    *e == 1.0 && !self.named.contains(atom) && matches!(form(self.graph, *atom), Form::Sum(_))
                })
                .map(|(atom, _)| *atom)
                .collect();
            for sum in sums {
                let Form::Sum(x) = form(self.graph, sum) else { continue };
                let attrs = self.graph.node(sum).op.attrs.clone();
                let axes = attrs.ints(0).map(<[i64]>::to_vec);
                let count = build::count(self.graph, x, axes.as_deref())?;
                let divides = match form(self.graph, count) {
                    Form::Number(n)
                        if n > 1.0 && coefficient * n == libm::round(coefficient * n) && coefficient.fract() != 0.0 =>
                    {
                        coefficient *= n;
                        true
                    }
                    Form::Number(_) => false,
                    _ => {
                        let found = mono.iter().any(|(atom, e)| *atom == count && *e <= -1.0);
                        if found {
                            mono = times(&mono, &vec![(count, 1.0)]);
                        }
                        found
                    }
                };
                if !divides {
                    continue;
                }
                let mean = build::mean_with(self.graph, x, attrs)?;
                mono = times(&times(&mono, &vec![(sum, -1.0)]), &vec![(mean, 1.0)]);
            }
            out.add_term(coefficient, &mono);
        }
        Ok(out)
    }

    /// `A @ x + B @ x` is `(A + B) @ x`.
    fn gathered(&mut self, poly: Poly) -> Result<Poly, Fault> {
        let mut left: FxHashMap<(NodeId, Vec<(NodeId, u64)>), Vec<(f64, NodeId, NodeId)>> = FxHashMap::default();
        for (key, coefficient) in &poly.terms {
            let mono = key.mono();
            for (atom, exponent) in &mono {
                if *exponent == 1.0
                    && !self.named.contains(atom)
                    && let Form::MatMul(a, b) = form(self.graph, *atom)
                {
                    let rest = times(&mono, &vec![(*atom, -1.0)]);
                    left.entry((b, super::poly::Key::of(&rest).0)).or_default().push((*coefficient, a, *atom));
                }
            }
        }
        let mut groups: Vec<_> = left.into_iter().filter(|(_, all)| all.len() > 1).collect();
        groups.sort_by_key(|((b, _), _)| *b);
        let mut out = poly;
        for ((b, rest), mut members) in groups {
            let rest = super::poly::Key(rest).mono();
            let size = libm::fabs(members[0].0);
            if members
                .iter()
                .any(|(c, a, _)| libm::fabs(*c) != size || self.graph.shape(*a) != self.graph.shape(members[0].1))
            {
                continue;
            }
            members.sort_by_key(|(c, a, _)| (*c < 0.0, *a));
            let mut sum: Option<NodeId> = None;
            let mut inner = Poly::default();
            for (coefficient, a, _) in &members {
                inner.add_term(coefficient / size, &vec![(*a, 1.0)]);
                sum = Some(match sum {
                    None if *coefficient < 0.0 => build::neg(self.graph, *a)?,
                    None => *a,
                    Some(before) if *coefficient < 0.0 => build::sub(self.graph, before, *a)?,
                    Some(before) => build::add(self.graph, before, *a)?,
                });
            }
            let Some(sum) = sum else { continue };
            self.polys.insert(sum, inner);
            let product = build::matmul(self.graph, sum, b)?;
            for (coefficient, _, atom) in &members {
                out.add_term(-coefficient, &times(&rest, &vec![(*atom, 1.0)]));
            }
            out.add_term(size, &times(&rest, &vec![(product, 1.0)]));
        }
        Ok(out)
    }
}

/// A coefficient as a number over a whole number, where that is shorter: 0.333… is 1/3.
fn fraction(value: f64) -> (f64, f64) {
    if value == 0.0 || format!("{value}").len() <= 6 {
        return (value, 1.0);
    }
    for divisor in 2..=1000 {
        let number = value * f64::from(divisor);
        let near = libm::round(number);
        if near != 0.0 && libm::fabs(number - near) <= 4e-16 * libm::fabs(near) {
            return (near, f64::from(divisor));
        }
    }
    (value, 1.0)
}
