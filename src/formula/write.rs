//! A normal form written down: in the order in which a person writes it, with what is common in front.

use super::algebra::Algebra;
use super::poly::{Mono, Poly, power, times};
use super::readable;
use crate::graph::{Attr, Attrs, Fault, NodeId, Role};
use crate::graph::{Form, form};
use crate::ops::{self, build};
use crate::shape::Shape;

impl Algebra<'_> {
    /// A node for a normal form, in the order in which a person writes it.
    pub fn build(&mut self, poly: &Poly, shape: &Shape) -> Result<NodeId, Fault> {
        let poly = self.means(poly)?;
        let poly = self.gathered(poly)?;
        if let Some(value) = poly.value() {
            let number = self.monomial(value, &vec![], None)?;
            return self.stretched(number, shape);
        }
        let common = poly.common();
        let rest = poly.scaled(1.0, &power(&common, -1.0));
        let factor = content(&rest, !common.is_empty());
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
        self.stretched(made, shape)
    }

    /// The terms of a sum: first those that are added, numbers last among them, then those that are taken away.
    pub(super) fn terms(&mut self, poly: &Poly) -> Result<NodeId, Fault> {
        let mut terms: Vec<(f64, Mono)> = poly.terms.iter().map(|(key, c)| (*c, key.mono())).collect();
        let degree = |mono: &Mono| mono.iter().map(|(_, e)| *e).sum::<f64>();
        terms.sort_by(|a, b| {
            (a.0 < 0.0)
                .cmp(&(b.0 < 0.0))
                .then(a.1.is_empty().cmp(&b.1.is_empty()))
                .then(degree(&b.1).total_cmp(&degree(&a.1)))
        });
        let mut sum: Option<NodeId> = None;
        let mut written: Vec<NodeId> = vec![];
        for (i, (coefficient, mono)) in terms.iter().enumerate() {
            let coefficient = if i == 0 { *coefficient } else { libm::fabs(*coefficient) };
            written.push(self.monomial(coefficient, mono, None)?);
        }
        self.columns_among(&mut written, &terms)?;
        for ((coefficient, _), term) in terms.into_iter().zip(written) {
            sum = Some(match sum {
                None => term,
                Some(before) => {
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
                if let Some(other) = self.complemented(poly)?
                    && self.cost(other) < self.cost(sum)
                {
                    return Ok(other);
                }
                Ok(sum)
            }
            None => Ok(ops::number(self.graph, 0.0)),
        }
    }

    /// `coefficient * atoms * sum / atoms`
    pub(super) fn monomial(&mut self, coefficient: f64, mono: &Mono, sum: Option<NodeId>) -> Result<NodeId, Fault> {
        let (mut above, mut below): (Vec<NodeId>, Vec<NodeId>) = (vec![], vec![]);
        let mono = self.joined(mono, &mut above)?;
        let (coefficient, mono) = self.turned_about(coefficient, mono)?;
        for (atom, exponent) in &mono {
            let size = libm::fabs(*exponent);
            let factor = if size == 1.0 {
                *atom
            } else if size == 0.5 {
                readable::sqrt(self.graph, *atom)?
            } else {
                let e = ops::number(self.graph, size);
                build::raised(self.graph, *atom, e)?
            };
            if *exponent > 0.0 { above.push(factor) } else { below.push(factor) }
        }
        self.differences(&mut below)?;
        above.extend(sum);
        // Scalars first, as `lambda*w` is written.
        above.sort_by_key(|id| {
            (!self.graph.shape(*id).is_scalar(), !self.first.contains(id), self.rank(*id), self.place(*id))
        });
        let above = self.arranged(above)?;
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

    /// A sign in front of a difference goes into it: `-2*(y - z)` is `2*(z - y)`.
    fn turned_about(&mut self, coefficient: f64, mut mono: Mono) -> Result<(f64, Mono), Fault> {
        if coefficient >= 0.0 {
            return Ok((coefficient, mono));
        }
        for (atom, exponent) in &mut mono {
            if *exponent != 1.0 || self.named.contains(atom) {
                continue;
            }
            let poly = self.poly(*atom);
            if poly.terms.len() == 2 && poly.terms.values().any(|c| *c < 0.0) {
                let minus = poly.scaled(-1.0, &vec![]);
                let shape = self.graph.shape(*atom).clone();
                let turned = self.terms(&minus)?;
                // `1 - sigmoid(z)` may have a shorter name.
                if self.cost(turned) <= self.cost(*atom) {
                    *atom = self.stretched(turned, &shape)?;
                    return Ok((-coefficient, mono));
                }
            }
        }
        Ok((coefficient, mono))
    }

    /// `(1 - x)*(1 + x)` below is `1 - x^2`: sums whose product has no more terms than one of them.
    fn differences(&mut self, factors: &mut Vec<NodeId>) -> Result<(), Fault> {
        let sums: Vec<NodeId> =
            factors.iter().copied().filter(|id| !self.named.contains(id) && self.poly(*id).terms.len() == 2).collect();
        if let [a, b] = sums[..]
            && let Some(product) = self.poly(a).times(&self.poly(b)).filter(|product| product.terms.len() == 2)
        {
            let whole = build::mul(self.graph, a, b)?;
            let shape = self.graph.shape(whole).clone();
            let made = self.build(&product, &shape)?;
            factors.retain(|id| *id != a);
            factors.iter_mut().filter(|id| **id == b).for_each(|id| *id = made);
        }
        Ok(())
    }

    /// `x^n / x` is `x^(n - 1)`: these powers, and what is left.
    fn joined(&mut self, mono: &Mono, powers: &mut Vec<NodeId>) -> Result<Mono, Fault> {
        let mut rest = mono.clone();
        for (atom, exponent) in mono {
            let Form::Pow(base, e) = form(self.graph, *atom) else { continue };
            let number = matches!(form(self.graph, e), Form::Number(_)) || *exponent != 1.0;
            if number || self.named.contains(atom) {
                continue;
            }
            let Some((_, more)) = rest.iter().find(|(other, _)| *other == base).copied() else { continue };
            let size = ops::number(self.graph, libm::fabs(more));
            let e = if more < 0.0 { build::sub(self.graph, e, size)? } else { build::add(self.graph, e, size)? };
            powers.push(build::raised(self.graph, base, e)?);
            rest.retain(|(other, _)| other != atom && *other != base);
        }
        Ok(rest)
    }

    /// Of names those that hold numbers first, by their letters, then those that stand for formulas.
    fn place(&self, id: NodeId) -> (bool, u32) {
        (self.is_formula(id), self.letters.get(&id).copied().unwrap_or_default())
    }

    fn is_formula(&self, id: NodeId) -> bool {
        !self.letters.is_empty() && self.graph.def(id).role == Role::Def
    }

    /// In a product names stand first, then their powers, functions, matrix products, sums and conditions.
    fn rank(&self, id: NodeId) -> u8 {
        let named = |id: NodeId| self.named.contains(&id) || self.graph.node(id).args.is_empty();
        if named(id) {
            // `k^2*a*(1 - a)`
            return u8::from(self.is_formula(id));
        }
        match form(self.graph, id) {
            Form::Pow(base, _) if named(base) => 1,
            Form::MatMul(..) if !self.spelled.contains_key(&id) => 3,
            Form::Add(..) | Form::Sub(..) | Form::Neg(_) => 4,
            _ if self.graph.node(id).dtype != crate::tensor::DType::Real => 5,
            Form::Pow(base, _) if matches!(form(self.graph, base), Form::Add(..) | Form::Sub(..)) => 4,
            _ => 2,
        }
    }

    /// A sum over its count is a mean.
    fn means(&mut self, poly: &Poly) -> Result<Poly, Fault> {
        let mut out = Poly::default();
        for (key, coefficient) in &poly.terms {
            let (mut mono, mut coefficient) = (key.mono(), *coefficient);
            let sums: Vec<NodeId> = mono
                .iter()
                .filter(|(atom, e)| *e == 1.0 && !self.named.contains(atom) && self.is_sum(*atom))
                .map(|(atom, _)| *atom)
                .collect();
            for sum in sums {
                // A product of two vectors is the sum of one.
                let (x, attrs) = match form(self.graph, sum) {
                    Form::Sum(x) => (x, self.graph.node(sum).op.attrs.clone()),
                    Form::MatMul(a, b) => {
                        let product = build::mul(self.graph, a, b)?;
                        let to = self.graph.shape(product).clone();
                        let all = Attrs::from_vec(vec![Attr::Absent, Attr::Flag(false)]);
                        (self.shaped(product, &to)?, all)
                    }
                    _ => continue,
                };
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

    fn is_sum(&self, id: NodeId) -> bool {
        match form(self.graph, id) {
            Form::Sum(_) => true,
            Form::MatMul(..) => self.graph.shape(id).is_scalar(),
            _ => false,
        }
    }
}

/// The number and the sign in front of a sum: what all coefficients are, but for their signs, or, beside other factors, what
/// all are multiples of: `6x*(2x - 1)` rather than `x*(12x - 6)`.
pub(super) fn content(poly: &Poly, beside: bool) -> f64 {
    let sizes = || poly.terms.values().map(|c| libm::fabs(*c));
    let least = sizes().fold(f64::INFINITY, libm::fmin);
    let same = sizes().all(|size| size == least);
    let multiples = beside && least > 1.0 && sizes().all(|size| (size / least).fract() == 0.0);
    let size = if same || multiples { least } else { 1.0 };
    if poly.terms.values().all(|c| *c < 0.0) { -size } else { size }
}

/// A coefficient as a number over a whole number, where that is shorter: 0.333… is 1/3.
pub(super) fn fraction(value: f64) -> (f64, f64) {
    if value == 0.0 {
        return (value, 1.0);
    }
    // Halves, quarters and eighths.
    for divisor in [2.0, 4.0, 8.0] {
        if value * divisor == 1.0 {
            return (1.0, divisor);
        }
    }
    if format!("{value}").len() <= 6 {
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
