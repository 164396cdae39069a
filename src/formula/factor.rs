//! Sums as factors: multiplied out where that leaves fewer terms, brought to one denominator, and divided by what divides
//! them.

use super::algebra::Algebra;
use super::poly::{Key, Mono, Poly, power, times};
use super::readable;
use super::write::content;
use crate::graph::{Fault, NodeId};
use crate::graph::{Form, form};
use crate::ops;
use crate::shape::Shape;

/// So many sums are remembered as factors.
const SUMS: usize = 32;

impl Algebra<'_> {
    /// A sum as a number and powers times a sum that was met before, or now: `2x + 2y` is `2 * (x + y)`.
    pub(super) fn sum_atom(&mut self, id: NodeId) -> (f64, Mono, NodeId) {
        let bare = self.bare(id);
        let poly = self.poly(bare);
        if self.named.contains(&bare) || poly.terms.len() < 2 {
            return (1.0, vec![], bare);
        }
        // What all terms have in common, and what some stand over.
        let common = poly.common();
        let over = lowest(&poly.scaled(1.0, &power(&common, -1.0)));
        let common = times(&common, &over);
        let plain = poly.scaled(1.0, &power(&common, -1.0));
        if let Some((sum, first)) = self.met.get(&monic(&plain)) {
            return (lead(&plain) / first, common, *sum);
        }
        let sizes: Vec<f64> = plain.terms.values().map(|c| libm::fabs(*c)).collect();
        let same = sizes.iter().all(|size| *size == sizes[0]);
        let scale = if same { sizes[0] } else { 1.0 };
        if common.is_empty() && scale == 1.0 {
            self.remember(bare, plain);
            return (1.0, vec![], bare);
        }
        let plain = plain.scaled(1.0 / scale, &vec![]);
        let shape = self.graph.shape(bare).clone();
        match self.build(&plain, &shape) {
            Ok(sum) => {
                self.polys.insert(sum, plain.clone());
                let sum = self.bare(sum);
                self.polys.insert(sum, plain.clone());
                self.remember(sum, plain);
                (scale, common, sum)
            }
            Err(_) => (1.0, vec![], bare),
        }
    }

    pub(super) fn remember(&mut self, sum: NodeId, poly: Poly) {
        self.met.entry(monic(&poly)).or_insert((sum, lead(&poly)));
        if self.sums.len() < SUMS && poly.terms.len() <= 6 {
            self.sums.push((sum, poly));
        }
    }

    /// An atom that has a normal form of its own gives way to it, where its exponent is whole.
    pub(super) fn settled(&mut self, poly: Poly) -> Poly {
        let poly = self.resolved(poly);
        self.met_in_pairs(poly)
    }

    fn resolved(&mut self, poly: Poly) -> Poly {
        let own = |cx: &Algebra, atom: NodeId, exponent: f64| -> Option<Poly> {
            let inner = cx.polys.get(&atom)?;
            let itself = inner.single().is_some_and(|(_, mono)| mono.len() == 1 && mono[0].0 == atom);
            if itself || cx.named.contains(&atom) || exponent.fract() != 0.0 {
                return None;
            }
            match inner.single() {
                Some((c, mono)) => Some(Poly::term(libm::pow(c, exponent), &power(&mono, exponent))),
                None => (exponent == 1.0).then(|| inner.clone()),
            }
        };
        let needs = poly.terms.keys().any(|key| key.mono().iter().any(|(atom, e)| own(self, *atom, *e).is_some()));
        if !needs {
            return poly;
        }
        let mut out = Poly::default();
        for (key, coefficient) in &poly.terms {
            let mut term = Poly::number(*coefficient);
            for (atom, exponent) in &key.mono() {
                let factor = own(self, *atom, *exponent).unwrap_or_else(|| Poly::term(1.0, &vec![(*atom, *exponent)]));
                match term.times(&factor) {
                    Some(next) => term = next,
                    None => return poly,
                }
            }
            match out.plus(&term, 1.0) {
                Some(next) => out = next,
                None => return poly,
            }
        }
        out
    }

    /// The form with the fewest terms: as it is, multiplied out, taken through linear operators, or with squares that
    /// are one another's.
    pub(super) fn fewest(&mut self, poly: Poly) -> Poly {
        let mut best = poly;
        for _ in 0..3 {
            if best.terms.is_empty() || self.fuel == 0 {
                return best;
            }
            self.fuel -= 1;
            let before = best.terms.len();
            let mut tries: Vec<Poly> = self.expanded(&best).into_iter().collect();
            tries.extend(self.squared(&best));
            tries.extend(self.widened(&best));
            tries.extend(self.reduced(&best));
            for other in tries {
                if other.terms.len() < best.terms.len() {
                    best = other;
                }
            }
            if best.terms.len() == before {
                break;
            }
        }
        best
    }

    /// Sums under a small positive power multiplied out.
    fn expanded(&self, poly: &Poly) -> Option<Poly> {
        let mut out = Poly::default();
        let mut changed = false;
        for (key, coefficient) in &poly.terms {
            let mut product = Poly::number(*coefficient);
            let mut rest: Mono = vec![];
            for (atom, exponent) in key.mono() {
                match self.polys.get(&atom) {
                    Some(inner)
                        if inner.terms.len() > 1
                            && !self.named.contains(&atom)
                            && [1.0, 2.0, 3.0].contains(&exponent) =>
                    {
                        for _ in 0..(exponent as u32) {
                            product = product.times(inner)?;
                        }
                        changed = true;
                    }
                    _ => rest.push((atom, exponent)),
                }
            }
            out = out.plus(&product.scaled(1.0, &rest), 1.0)?;
        }
        changed.then_some(out)
    }

    /// `sin(z)^2` as `1 - cos(z)^2` and its like.
    fn squared(&mut self, poly: &Poly) -> Option<Poly> {
        let monos: Vec<Mono> = poly.terms.keys().map(Key::mono).collect();
        for mono in &monos {
            for (atom, exponent) in mono {
                if *exponent < 2.0 || self.named.contains(atom) {
                    continue;
                }
                let Some((number, factor, other)) = readable::square(self.graph, *atom) else { continue };
                let mut instead = Poly::number(number);
                instead.add_term(factor, &vec![(other, 2.0)]);
                let mut out = Poly::default();
                for (key, coefficient) in &poly.terms {
                    let mono = key.mono();
                    let has = mono.iter().any(|(a, e)| a == atom && *e >= 2.0);
                    let term = if has {
                        instead.scaled(*coefficient, &times(&mono, &vec![(*atom, -2.0)]))
                    } else {
                        Poly::term(*coefficient, &mono)
                    };
                    out = out.plus(&term, 1.0)?;
                }
                if out.terms.len() < poly.terms.len() {
                    return Some(out);
                }
            }
        }
        None
    }

    /// Numerators divided by the sum that they stand over.
    fn reduced(&mut self, poly: &Poly) -> Option<Poly> {
        let mut below: Vec<NodeId> = vec![];
        for key in poly.terms.keys() {
            below.extend(key.mono().into_iter().filter(|(_, e)| *e <= -1.0).map(|(atom, _)| atom));
        }
        below.sort_unstable();
        below.dedup();
        for atom in below {
            let Some(sum) = self.polys.get(&atom).filter(|sum| sum.terms.len() > 1).cloned() else { continue };
            let (mut over, mut rest) = (Poly::default(), Poly::default());
            for (key, coefficient) in &poly.terms {
                let mono = key.mono();
                let is_over = mono.iter().any(|(other, e)| *other == atom && *e <= -1.0);
                let (into, mono) =
                    if is_over { (&mut over, times(&mono, &vec![(atom, 1.0)])) } else { (&mut rest, mono) };
                into.add_term(*coefficient, &mono);
            }
            if let Some(whole) = over.divided(&sum) {
                return rest.plus(&whole, 1.0);
            }
        }
        None
    }

    /// Linear operators of sums as sums of linear operators.
    pub(super) fn widened(&mut self, poly: &Poly) -> Option<Poly> {
        let mut out = Poly::default();
        let mut changed = false;
        for (key, coefficient) in &poly.terms {
            let mono = key.mono();
            let mut found = None;
            for (atom, exponent) in &mono {
                if *exponent == 1.0
                    && found.is_none()
                    && let Some(wide) = self.wide(*atom)
                {
                    found = Some((*atom, wide));
                }
            }
            let term = match found {
                Some((atom, wide)) => {
                    changed = true;
                    wide.scaled(*coefficient, &times(&mono, &vec![(atom, -1.0)]))
                }
                None => Poly::term(*coefficient, &mono),
            };
            out = out.plus(&term, 1.0)?;
        }
        changed.then_some(out)
    }

    /// A node of a linear operator, taken through the sum under it.
    pub(super) fn wide(&mut self, id: NodeId) -> Option<Poly> {
        if self.named.contains(&id) || self.fuel == 0 {
            return None;
        }
        if let Some(known) = self.wide.get(&id) {
            return known.clone();
        }
        self.fuel -= 1;
        // Nothing while it is looked for.
        self.wide.insert(id, None);
        let found = self.through(id).ok().flatten();
        self.wide.insert(id, found.clone());
        found
    }

    fn through(&mut self, id: NodeId) -> Result<Option<Poly>, Fault> {
        let shape = self.graph.shape(id).clone();
        let node = self.graph.node(id).clone();
        let pieces: Vec<usize> = match form(self.graph, id) {
            Form::Sum(_) | Form::Mean(_) | Form::Transpose(_) => vec![0],
            Form::MatMul(..) => vec![0, 1],
            _ => return Ok(None),
        };
        for at in pieces {
            let x = node.args[at];
            let inner = self.poly(x);
            if inner.terms.len() < 2 || inner.terms.len() > 6 {
                continue;
            }
            let from = self.graph.shape(x).clone();
            let mut out = Poly::default();
            for (key, coefficient) in &inner.terms {
                let (outside, inside): (Mono, Mono) =
                    key.mono().into_iter().partition(|(atom, _)| self.graph.shape(*atom).is_scalar());
                let part = self.build(&Poly::term(1.0, &inside), &from)?;
                let part = self.shaped(part, &from)?;
                let mut args = node.args.clone();
                args[at] = part;
                let made = self.graph.add(node.op.def, node.op.attrs.clone(), &args)?;
                let made = self.shaped(made, &shape)?;
                let term = self.poly(made).scaled(*coefficient, &outside);
                match out.plus(&term, 1.0) {
                    Some(next) => out = next,
                    None => return Ok(None),
                }
            }
            return Ok(Some(out));
        }
        Ok(None)
    }

    /// Over one denominator, with the sums that divide the numerator as factors of it.
    pub(super) fn factored(&mut self, poly: &Poly, shape: &Shape) -> Result<Option<NodeId>, Fault> {
        if poly.terms.len() < 2 || self.sums.is_empty() || self.fuel == 0 {
            return Ok(None);
        }
        self.fuel -= 1;
        let below = lowest(poly);
        let above = poly.scaled(1.0, &power(&below, -1.0));
        let above = self.settled(above);
        let mut above = self.expanded(&above).unwrap_or(above);
        let mut factors = below;
        for (sum, known) in self.sums.clone() {
            for _ in 0..4 {
                if above.terms.len() < 2 {
                    break;
                }
                let Some(quotient) = above.divided(&known) else { break };
                above = quotient;
                factors = times(&factors, &vec![(sum, 1.0)]);
            }
        }
        // Over one denominator nothing is left of it.
        if above.terms.is_empty() {
            let zero = ops::number(self.graph, 0.0);
            return self.stretched(zero, shape).map(Some);
        }
        if above.terms.len() > super::poly::TERMS {
            return Ok(None);
        }
        let common = above.common();
        let rest = above.scaled(1.0, &power(&common, -1.0));
        let factors = times(&factors, &common);
        let scale = content(&rest, !factors.is_empty());
        let rest = rest.scaled(1.0 / scale, &vec![]);
        let made = if rest.terms.len() == 1 {
            let (coefficient, mono) = rest.single().unwrap_or((1.0, vec![]));
            self.monomial(scale * coefficient, &times(&factors, &mono), None)?
        } else {
            let inner = self.terms(&rest)?;
            self.monomial(scale, &factors, Some(inner))?
        };
        self.stretched(made, shape).map(Some)
    }

    /// `1 - f(z)` where that has a shorter name.
    pub(super) fn complemented(&mut self, poly: &Poly) -> Result<Option<NodeId>, Fault> {
        if poly.terms.len() != 2 || self.fuel == 0 {
            return Ok(None);
        }
        let one = poly.terms.get(&Key::default()) == Some(&1.0);
        let other = poly.terms.iter().find(|(_, c)| **c == -1.0).map(|(key, _)| key.mono());
        let Some([(atom, 1.0)]) = other.as_deref().filter(|_| one) else { return Ok(None) };
        if self.named.contains(atom) {
            return Ok(None);
        }
        let Some(made) = readable::complement(self.graph, *atom) else { return Ok(None) };
        self.fuel -= 1;
        let args = self.graph.node(made).args.clone();
        let to = self.graph.shape(args[0]).clone();
        let arg = self.shaped(args[0], &to)?;
        let (def, attrs) = (self.graph.def(made), self.graph.node(made).op.attrs.clone());
        let made = self.graph.add(def, attrs, &[arg])?;
        self.polys.insert(made, poly.clone());
        Ok(Some(made))
    }

    /// What `x` is multiplied by to be `y`, where that is one monomial.
    pub(super) fn ratio(&self, x: &Poly, y: &Poly) -> Option<Poly> {
        if x.terms.len() != y.terms.len() {
            return None;
        }
        let (first, c) = x.terms.iter().next()?;
        let inverse = power(&first.mono(), -1.0);
        // Any term of `y` may be what the first of `x` became.
        y.terms.iter().find_map(|(key, d)| {
            let ratio = Poly::term(d / c, &times(&key.mono(), &inverse));
            let (factor, mono) = ratio.single()?;
            let rest = y.plus(&x.scaled(factor, &mono), -1.0)?;
            rest.terms.is_empty().then_some(ratio)
        })
    }

    /// A normal form as a node without a stretch.
    pub(super) fn plain(&mut self, poly: &Poly, shape: &Shape) -> Option<NodeId> {
        let to = if poly.value().is_some() { Shape::default() } else { shape.clone() };
        let made = self.build(poly, &to).ok()?;
        Some(self.bare(made))
    }

    /// The number that a node is, in the algebra.
    pub(super) fn is_value(&mut self, id: NodeId, value: f64) -> bool {
        self.poly(id).value() == Some(value)
    }

    /// A node of ones.
    pub(super) fn ones(&mut self, shape: &Shape) -> Result<NodeId, Fault> {
        let one = ops::number(self.graph, 1.0);
        let ones = self.stretched(one, shape)?;
        self.polys.insert(ones, Poly::number(1.0));
        Ok(ones)
    }
}

/// The lowest exponent of each atom that is below 0 somewhere.
fn lowest(poly: &Poly) -> Mono {
    let mut below: Mono = vec![];
    for (atom, exponent) in poly.terms.keys().flat_map(Key::mono).filter(|(_, exponent)| *exponent < 0.0) {
        match below.iter_mut().find(|(other, _)| *other == atom) {
            Some((_, least)) => *least = libm::fmin(*least, exponent),
            None => below.push((atom, exponent)),
        }
    }
    below.sort_unstable_by_key(|(atom, _)| *atom);
    below
}

fn lead(poly: &Poly) -> f64 {
    poly.terms.values().next().copied().unwrap_or(1.0)
}

/// A sum divided by its first coefficient, but for the last bits.
fn monic(poly: &Poly) -> Vec<(Key, u32)> {
    let first = lead(poly);
    poly.terms.iter().map(|(key, c)| (key.clone(), ((c / first) as f32).to_bits())).collect()
}
