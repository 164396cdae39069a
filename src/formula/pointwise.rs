//! The algebra of what works entry by entry: signs, sums, products, quotients, powers and roots.

use super::algebra::Algebra;
use super::poly::{Key, Poly, power, times};
use crate::graph::{Fault, NodeId};
use crate::graph::{Form, form};
use crate::ops::{self, build};
use crate::shape::Shape;

impl Algebra<'_> {
    pub(super) fn is_minus_one(&self, id: NodeId) -> bool {
        form(self.graph, self.bare(id)) == Form::Number(-1.0)
    }

    /// `-a`, with the sign inside where that is shorter.
    pub(super) fn neg(&mut self, id: NodeId, a: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
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

    /// A sum: also as it stands.
    pub(super) fn sum(&mut self, id: NodeId, a: NodeId, b: NodeId, sign: f64, shape: &Shape) -> Result<NodeId, Fault> {
        let (x, y) = (self.poly(a), self.poly(b));
        let lean = self.lean(id, &[a, b], shape)?;
        // `a + (-b)` is read as `a - b`.
        let lean = match self.negated(self.bare(b), 0)? {
            Some(minus) if matches!(form(self.graph, self.bare(b)), Form::Neg(_) | Form::Div(..)) => {
                let left = self.bare(a);
                let made = if sign > 0.0 {
                    build::sub(self.graph, left, minus)?
                } else {
                    build::add(self.graph, left, minus)?
                };
                self.stretched(made, shape)?
            }
            _ => lean,
        };
        match x.plus(&y, sign) {
            Some(poly) => {
                let poly = self.settled(poly);
                let poly = self.fewest(poly);
                let made = self.shorter(lean, poly.clone(), shape)?;
                self.spread_out(made, &poly, shape)
            }
            None => Ok(lean),
        }
    }

    pub(super) fn times(&mut self, id: NodeId, a: NodeId, b: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
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
                self.shorter(lean, poly, shape)
            }
            None => Ok(lean),
        }
    }

    pub(super) fn over(&mut self, id: NodeId, a: NodeId, b: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let x = self.poly(a);
        let lean = self.lean(id, &[a, b], shape)?;
        let inverse = self.inverted(b);
        match x.times(&inverse) {
            Some(poly) => {
                let poly = self.settled(poly);
                self.shorter(lean, poly, shape)
            }
            None => Ok(lean),
        }
    }

    /// A sum with its linear operators taken through theirs, where that is shorter.
    fn spread_out(&mut self, id: NodeId, poly: &Poly, shape: &Shape) -> Result<NodeId, Fault> {
        if self.fuel == 0 || self.named.contains(&id) {
            return Ok(id);
        }
        let Some(other) = self.widened(poly).filter(|other| other.terms.len() <= poly.terms.len() + 1) else {
            return Ok(id);
        };
        self.fuel -= 1;
        let made = self.shortest(&other, shape)?;
        if self.cost(made) + 1 >= self.cost(id) {
            return Ok(id);
        }
        self.polys.insert(made, other);
        Ok(made)
    }

    pub(super) fn pow(&mut self, id: NodeId, a: NodeId, e: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
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
        let constant = exponent.terms.get(&Key::default()).copied().unwrap_or(0.0);
        if constant != 0.0
            && !self.strict
            && let Some(rest) = exponent.plus(&Poly::number(constant), -1.0)
        {
            let under = match base.single() {
                Some((1.0, mono)) if mono.len() == 1 => mono,
                None if base.terms.len() > 1 => match self.sum_atom(a) {
                    (1.0, common, sum) if common.is_empty() => vec![(sum, 1.0)],
                    _ => return Ok(id),
                },
                _ => return Ok(id),
            };
            let to = self.graph.shape(e).clone();
            let rest = self.build(&rest, &to)?;
            let bare = self.bare(a);
            let whole = build::raised(self.graph, bare, rest)?;
            let whole = self.atom(whole).unwrap_or(whole);
            let poly = Poly::term(1.0, &times(&vec![(whole, 1.0)], &power(&under, constant)));
            self.polys.insert(id, poly);
        }
        Ok(id)
    }

    /// One over a node, factor by factor.
    fn inverted(&mut self, id: NodeId) -> Poly {
        let (mut todo, mut out) = (vec![id], Poly::number(1.0));
        while let Some(id) = todo.pop() {
            let poly = self.poly(id);
            let inverse = match (poly.single(), form(self.graph, id)) {
                (Some((c, mono)), _) if c != 0.0 => Poly::term(1.0 / c, &power(&mono, -1.0)),
                (_, Form::Mul(a, b)) if !self.named.contains(&id) => {
                    todo.extend([b, a]);
                    continue;
                }
                _ => {
                    let (scale, mono, sum) = self.sum_atom(id);
                    Poly::term(1.0 / scale, &times(&vec![(sum, -1.0)], &power(&mono, -1.0)))
                }
            };
            out = out.times(&inverse).unwrap_or(out);
        }
        out
    }

    pub(super) fn root(&mut self, id: NodeId, x: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
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
        self.shorter(lean, poly, shape)
    }
}
