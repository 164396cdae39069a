//! Which of two equal forms is the shorter, and what stands in front of it.

use super::algebra::Algebra;
use super::poly::{Mono, Poly, power};
use crate::graph::{Fault, NodeId};
use crate::graph::{Form, form};
use crate::shape::Shape;

impl Algebra<'_> {
    /// The shorter of a node as it stands and of its normal form, which is remembered for both.
    pub(super) fn shorter(&mut self, id: NodeId, poly: Poly, shape: &Shape) -> Result<NodeId, Fault> {
        let best = self.shortest(&poly, shape)?;
        let zero = form(self.graph, self.bare(best)) == Form::Number(0.0);
        let poly = if zero { Poly::default() } else { poly };
        for known in [best, id] {
            let bare = self.bare(known);
            self.polys.insert(bare, poly.clone());
            self.polys.insert(known, poly.clone());
        }
        // Of two equally long ones the one as the program wrote it.
        let (new, old) = (self.cost(best), self.cost(id));
        Ok(if new < old || (new == old && !self.is_written(id)) { best } else { id })
    }

    /// The shortest node for a normal form: with what is common in front, over one denominator and in factors, as a sum,
    /// or with the names of products in it.
    pub(super) fn shortest(&mut self, poly: &Poly, shape: &Shape) -> Result<NodeId, Fault> {
        let mut best = self.build(poly, shape)?;
        if let Some(factored) = self.factored(poly, shape)?
            && self.cost(factored) < self.cost(best)
        {
            best = factored;
        }
        if (2..=4).contains(&poly.terms.len()) && self.fuel > 0 {
            // A factor in front is worth a little: `s*(1 - s)`.
            let apart = self.terms(poly)?;
            if self.cost(apart) + 3 < self.cost(best) {
                best = self.stretched(apart, shape)?;
            }
        }
        for other in self.renamed(poly) {
            let named = self.build(&other, shape)?;
            if self.cost(named) + 1 < self.cost(best) {
                best = named;
            }
        }
        Ok(best)
    }

    pub(super) fn is_written(&self, id: NodeId) -> bool {
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
                    // A column is not read as one.
                    Form::Reshape(x) if self.graph.shape(x).rank() == 1 && self.graph.shape(at).rank() == 2 => 16,
                    Form::Broadcast(_) | Form::Reshape(_) => 6,
                    Form::Number(value) if value.fract() == 0.0 && value >= 0.0 => 1,
                    // `(A @ B)'` has brackets.
                    Form::Transpose(x) if self.in_brackets(x) => 3,
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

    fn in_brackets(&self, id: NodeId) -> bool {
        let sum = |form: Form| matches!(form, Form::Add(..) | Form::Sub(..) | Form::Neg(_));
        let product = |form: Form| matches!(form, Form::Mul(..) | Form::Div(..) | Form::MatMul(..));
        let form = form(self.graph, id);
        !self.named.contains(&id) && !self.spelled.contains_key(&id) && (sum(form) || product(form))
    }

    /// A number and scalars in front, and what is left: `2*m^-1` and `a - y`.
    pub(super) fn pulled(&mut self, id: NodeId) -> Result<(Poly, NodeId), Fault> {
        let (scale, rest) = self.pulled_scalars(id)?;
        // `-y*sigmoid(-z)`, which its terms do not show.
        match form(self.graph, rest) {
            Form::Neg(x) if !self.named.contains(&rest) => {
                let poly = self.poly(rest).scaled(-1.0, &vec![]);
                self.polys.insert(x, poly);
                Ok((scale.scaled(-1.0, &vec![]), x))
            }
            _ => Ok((scale, rest)),
        }
    }

    fn pulled_scalars(&mut self, id: NodeId) -> Result<(Poly, NodeId), Fault> {
        let poly = self.poly(id);
        if poly.terms.is_empty() {
            return Ok((Poly::number(1.0), id));
        }
        if let Some(pulled) = self.pulled_sum(&poly, id)? {
            return Ok(pulled);
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
        let rest_node = self.shortest(&rest, &shape)?;
        self.polys.insert(rest_node, rest);
        Ok((scale, rest_node))
    }

    /// A sum of scalars in front, where what it stands before is the same in every term: `(2a - 1)*x`.
    fn pulled_sum(&mut self, poly: &Poly, id: NodeId) -> Result<Option<(Poly, NodeId)>, Fault> {
        if poly.terms.len() < 2 || self.named.contains(&id) {
            return Ok(None);
        }
        let mut scale = Poly::default();
        let mut rest: Option<Mono> = None;
        for (key, coefficient) in &poly.terms {
            let (outside, inside): (Mono, Mono) =
                key.mono().into_iter().partition(|(atom, _)| self.graph.shape(*atom).is_scalar());
            if inside.is_empty() || rest.as_ref().is_some_and(|rest| *rest != inside) {
                return Ok(None);
            }
            rest = Some(inside);
            scale.add_term(*coefficient, &outside);
        }
        let Some(rest) = rest.map(|rest| Poly::term(1.0, &rest)) else { return Ok(None) };
        let shape = self.graph.shape(id).clone();
        let node = self.build(&rest, &shape)?;
        self.polys.insert(node, rest);
        Ok(Some((scale, node)))
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
