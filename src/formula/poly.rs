//! The normal form of pointwise expressions: a sum of products of powers of atoms, with numbers in front.

use crate::graph::NodeId;
use std::collections::BTreeMap;

/// A product of powers, by atom; no exponent is 0.
pub(super) type Mono = Vec<(NodeId, f64)>;

/// A sum of monomials with their coefficients; none is 0.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Poly {
    pub terms: BTreeMap<Key, f64>,
}

/// A monomial that can be ordered: exponents by their bits (they are few and exact).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(pub Vec<(NodeId, u64)>);

impl Key {
    pub fn mono(&self) -> Mono {
        self.0.iter().map(|(atom, bits)| (*atom, f64::from_bits(*bits))).collect()
    }

    pub fn of(mono: &Mono) -> Key {
        Key(mono.iter().map(|(atom, exponent)| (*atom, exponent.to_bits())).collect())
    }
}

/// More terms than this are not worth a normal form.
pub(super) const TERMS: usize = 24;

/// The product of two monomials.
pub(super) fn times(a: &Mono, b: &Mono) -> Mono {
    let mut out: Mono = a.clone();
    for (atom, exponent) in b {
        match out.binary_search_by_key(atom, |(other, _)| *other) {
            Ok(at) => {
                out[at].1 += exponent;
                if out[at].1 == 0.0 {
                    out.remove(at);
                }
            }
            Err(at) => out.insert(at, (*atom, *exponent)),
        }
    }
    out
}

/// A monomial to a power.
pub(super) fn power(a: &Mono, exponent: f64) -> Mono {
    a.iter().map(|(atom, e)| (*atom, e * exponent)).collect()
}

impl Poly {
    pub fn number(value: f64) -> Poly {
        Poly::term(value, &vec![])
    }

    pub fn atom(atom: NodeId) -> Poly {
        Poly::term(1.0, &vec![(atom, 1.0)])
    }

    pub fn term(coefficient: f64, mono: &Mono) -> Poly {
        let mut poly = Poly::default();
        poly.add_term(coefficient, mono);
        poly
    }

    pub fn add_term(&mut self, coefficient: f64, mono: &Mono) {
        let key = Key::of(mono);
        let sum = self.terms.get(&key).copied().unwrap_or(0.0) + coefficient;
        // What cancels but for rounding cancels.
        if libm::fabs(sum) <= 1e-14 * libm::fabs(coefficient) && sum.is_finite() {
            self.terms.remove(&key);
        } else {
            self.terms.insert(key, sum);
        }
    }

    pub fn plus(&self, other: &Poly, sign: f64) -> Option<Poly> {
        let mut out = self.clone();
        for (key, coefficient) in &other.terms {
            out.add_term(sign * coefficient, &key.mono());
        }
        (out.terms.len() <= TERMS).then_some(out)
    }

    pub fn times(&self, other: &Poly) -> Option<Poly> {
        if self.terms.len() * other.terms.len() > 4 * TERMS {
            return None;
        }
        let mut out = Poly::default();
        for (a, x) in &self.terms {
            for (b, y) in &other.terms {
                out.add_term(x * y, &times(&a.mono(), &b.mono()));
            }
        }
        (out.terms.len() <= TERMS).then_some(out)
    }

    pub fn scaled(&self, by: f64, mono: &Mono) -> Poly {
        let mut out = Poly::default();
        for (key, coefficient) in &self.terms {
            out.add_term(by * coefficient, &times(&key.mono(), mono));
        }
        out
    }

    /// Its only term, if it has one.
    pub fn single(&self) -> Option<(f64, Mono)> {
        let (key, coefficient) = self.terms.iter().next()?;
        (self.terms.len() == 1).then(|| (*coefficient, key.mono()))
    }

    /// Its value, if it is a number.
    pub fn value(&self) -> Option<f64> {
        if self.terms.is_empty() {
            return Some(0.0);
        }
        self.single().filter(|(_, mono)| mono.is_empty()).map(|(coefficient, _)| coefficient)
    }

    /// What all terms have in common: for each atom the exponent nearest to 0 where the signs agree.
    pub fn common(&self) -> Mono {
        let mut terms = self.terms.keys();
        let Some(first) = terms.next() else { return vec![] };
        let mut common = first.mono();
        for key in terms {
            let mono = key.mono();
            common.retain_mut(|(atom, exponent)| {
                let Some((_, other)) = mono.iter().find(|(a, _)| a == atom) else { return false };
                if (*exponent > 0.0) != (*other > 0.0) {
                    return false;
                }
                if libm::fabs(*other) < libm::fabs(*exponent) {
                    *exponent = *other;
                }
                true
            });
        }
        common
    }

    /// The quotient where `by` divides it without a rest.
    pub fn divided(&self, by: &Poly) -> Option<Poly> {
        let lead = |poly: &Poly| {
            let most = poly.terms.iter().map(|(key, c)| (key.mono(), *c));
            most.max_by(|a, b| order(&a.0, &b.0))
        };
        let (first, coefficient) = lead(by)?;
        let inverse = power(&first, -1.0);
        let (mut rest, mut quotient) = (self.clone(), Poly::default());
        for _ in 0..2 * TERMS {
            let Some((mono, c)) = lead(&rest) else { return Some(quotient) };
            let fits = first.iter().all(|(atom, e)| mono.iter().any(|(other, have)| other == atom && have >= e));
            if !fits {
                return None;
            }
            let term = (c / coefficient, times(&mono, &inverse));
            quotient.add_term(term.0, &term.1);
            for (key, c) in &by.terms {
                rest.add_term(-c * term.0, &times(&key.mono(), &term.1));
            }
            // What led is gone, also where rounding left some of it.
            rest.terms.remove(&Key::of(&mono));
            if rest.terms.len() > 2 * TERMS {
                return None;
            }
        }
        None
    }
}

/// Which monomial leads: by the exponent of the first atom in which they differ.
fn order(a: &Mono, b: &Mono) -> std::cmp::Ordering {
    let mut atoms: Vec<NodeId> = a.iter().chain(b).map(|(atom, _)| *atom).collect();
    atoms.sort_unstable();
    let exponent = |mono: &Mono, atom: NodeId| mono.iter().find(|(other, _)| *other == atom).map_or(0.0, |(_, e)| *e);
    let differences = atoms.into_iter().map(|atom| exponent(a, atom).total_cmp(&exponent(b, atom)));
    differences.into_iter().find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
}
