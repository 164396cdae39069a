//! Factors that make another together.

use super::algebra::Algebra;
use super::poly::{Mono, Poly, power, times};
use super::readable;
use crate::graph::NodeId;
use crate::ops::build;
use crate::simplify::rewrite_once;
use crate::tensor::DType;

/// In a product of more factors none are looked at in pairs.
const FACTORS: usize = 8;

impl Algebra<'_> {
    /// Factors that make another together, as `sinh(z)/cosh(z)` is `tanh(z)`, and conditions, which are their own squares.
    pub(super) fn met_in_pairs(&mut self, poly: Poly) -> Poly {
        let mut out = Poly::default();
        let mut changed = false;
        for (key, coefficient) in &poly.terms {
            let mut mono = key.mono();
            for (atom, exponent) in &mut mono {
                if *exponent > 1.0 && self.graph.node(*atom).dtype == DType::Bool {
                    (*exponent, changed) = (1.0, true);
                }
            }
            let mut number = *coefficient;
            for _ in 0..FACTORS {
                let Some((factor, next)) = self.first_pair(&mono) else { break };
                (number, mono, changed) = (number * factor, next, true);
            }
            let term = Poly::term(number, &mono);
            match out.plus(&term, 1.0) {
                Some(next) => out = next,
                None => return poly,
            }
        }
        if changed { out } else { poly }
    }

    /// A product with the first two factors that make another replaced by it.
    fn first_pair(&mut self, mono: &Mono) -> Option<(f64, Mono)> {
        if mono.len() > FACTORS {
            return None;
        }
        for (i, x) in mono.iter().enumerate() {
            for y in &mono[i + 1..] {
                let count = libm::floor(libm::fmin(libm::fabs(x.1), libm::fabs(y.1)));
                if count < 1.0 || (x.1 < 0.0 && y.1 < 0.0) {
                    continue;
                }
                let Some((number, made)) = self.pair(*x, *y).and_then(|made| self.poly(made).single()) else {
                    continue;
                };
                let gone = [(x.0, -count.copysign(x.1)), (y.0, -count.copysign(y.1))];
                let rest = gone.into_iter().fold(mono.clone(), |rest, factor| times(&rest, &vec![factor]));
                return Some((libm::pow(number, count), times(&rest, &power(&made, count))));
            }
        }
        None
    }

    /// What two factors make together.
    fn pair(&mut self, (x, e): (NodeId, f64), (y, f): (NodeId, f64)) -> Option<NodeId> {
        if let Some(known) = self.pairs.get(&(x, y, e * f > 0.0)) {
            return *known;
        }
        let tries = if e * f > 0.0 { vec![(x, y), (y, x)] } else { vec![if e > 0.0 { (x, y) } else { (y, x) }] };
        let product = e * f > 0.0;
        let found = tries.into_iter().find_map(|(x, y)| {
            let both = if product { build::mul(self.graph, x, y) } else { build::div(self.graph, x, y) };
            rewrite_once(self.graph, both.ok()?, readable::FACTORS)
        });
        let found = found.map(|made| self.canonical(made));
        self.pairs.insert((x, y, product), found);
        found
    }
}
