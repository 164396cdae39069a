//! Arithmetic of dimensions: integer polynomials over names and `floor(p/k)`, kept in normal form.

use super::dim::{Atom, Poly, Sym, TooLarge};
use std::cmp::Ordering;
use std::sync::Arc;

/// Parts (terms and atoms, those inside `floor` too) that a polynomial may have. Keeps every operation small.
const MOST_PARTS: usize = 1024;

/// A product of atoms.
type Mono = Vec<Atom>;

impl Poly {
    /// A number.
    pub(super) fn constant(value: i128) -> Result<Poly, TooLarge> {
        collect(vec![(vec![], value)])
    }

    /// A name.
    pub(super) fn sym(sym: Sym) -> Poly {
        Poly { terms: vec![(vec![Atom::Sym(sym)], 1)] }
    }

    /// Its value, where it is a number.
    pub(super) fn number(&self) -> Option<i128> {
        match self.terms.as_slice() {
            [] => Some(0),
            [(mono, value)] if mono.is_empty() => Some(*value),
            _ => None,
        }
    }

    /// The name that it is, and nothing else.
    pub(super) fn bare(&self) -> Option<Sym> {
        match self.terms.as_slice() {
            [(mono, 1)] => match mono.as_slice() {
                [Atom::Sym(sym)] => Some(*sym),
                _ => None,
            },
            _ => None,
        }
    }

    /// The number at its end.
    pub(super) fn constant_term(&self) -> i128 {
        match self.terms.last() {
            Some((mono, value)) if mono.is_empty() => *value,
            _ => 0,
        }
    }

    /// The greatest number that divides every coefficient but the constant; 0 for a number.
    pub(super) fn content(&self) -> i128 {
        self.terms.iter().filter(|(mono, _)| !mono.is_empty()).fold(0, |g, (_, c)| gcd(g, *c))
    }

    /// `self + other`
    pub(super) fn add(&self, other: &Poly) -> Result<Poly, TooLarge> {
        collect(self.terms.iter().chain(&other.terms).cloned().collect())
    }

    /// `self - other`
    pub(super) fn sub(&self, other: &Poly) -> Result<Poly, TooLarge> {
        let minus = other.terms.iter().map(|(mono, c)| (mono.clone(), -c));
        collect(self.terms.iter().cloned().chain(minus).collect())
    }

    /// `self * other`
    pub(super) fn mul(&self, other: &Poly) -> Result<Poly, TooLarge> {
        if self.terms.len().saturating_mul(other.terms.len()) > MOST_PARTS {
            return Err(TooLarge);
        }
        let mut terms = Vec::with_capacity(self.terms.len() * other.terms.len());
        let mut parts = 0;
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                parts += 1 + left.len() + right.len();
                if parts > 64 * MOST_PARTS {
                    return Err(TooLarge);
                }
                let mut mono: Mono = left.iter().chain(right).cloned().collect();
                mono.sort_unstable();
                terms.push((mono, a.checked_mul(*b).ok_or(TooLarge)?));
            }
        }
        collect(terms)
    }

    /// `factor * self`
    pub(super) fn scale(&self, factor: i128) -> Result<Poly, TooLarge> {
        let times = |(mono, c): &(Mono, i128)| Ok((mono.clone(), c.checked_mul(factor).ok_or(TooLarge)?));
        collect(self.terms.iter().map(times).collect::<Result<_, _>>()?)
    }

    /// `self / factor`, where the factor divides every coefficient.
    pub(super) fn unscale(&self, factor: i128) -> Poly {
        Poly { terms: self.terms.iter().map(|(mono, c)| (mono.clone(), c / factor)).collect() }
    }

    /// `floor(self / k)`. What divides comes out (`floor((2m + 3)/2) = m + 1`), a common factor is cancelled, and a floor
    /// inside is joined: `floor((floor(p/j) + q)/k) = floor((p + j*q)/(j*k))`.
    pub(super) fn floor_div(&self, k: u64) -> Result<Poly, TooLarge> {
        if k == 0 {
            return Err(TooLarge);
        }
        let mut k = i128::from(k);
        let mut inner = self.clone();
        let mut outer = Poly { terms: vec![] };
        loop {
            let whole = inner.terms.iter().map(|(mono, c)| (mono.clone(), c.div_euclid(k))).collect();
            outer = outer.add(&collect(whole)?)?;
            inner = collect(inner.terms.iter().map(|(mono, c)| (mono.clone(), c.rem_euclid(k))).collect())?;
            let common = gcd(inner.content(), k);
            if inner.content() == 0 {
                return Ok(outer);
            }
            inner = collect(inner.terms.iter().map(|(mono, c)| (mono.clone(), c.div_euclid(common))).collect())?;
            k /= common;
            let joined =
                inner.terms.iter().position(|(mono, c)| *c == 1 && matches!(mono.as_slice(), [Atom::Floor(..)]));
            let Some(at) = joined else {
                let k = u64::try_from(k).map_err(|_| TooLarge)?;
                let floor = Atom::Floor(Arc::new(inner), k);
                return outer.add(&collect(vec![(vec![floor], 1)])?);
            };
            let (mut mono, _) = inner.terms.remove(at);
            if let Some(Atom::Floor(p, j)) = mono.pop() {
                inner = p.add(&inner.scale(i128::from(j))?)?;
                k = k.checked_mul(i128::from(j)).filter(|k| *k <= i128::from(i64::MAX)).ok_or(TooLarge)?;
            }
        }
    }

    /// `self / divisor`, where it is a polynomial again.
    pub(super) fn quotient(&self, divisor: &Poly) -> Option<Poly> {
        let (lead, c) = divisor.terms.first()?;
        let (mut rest, mut out) = (self.clone(), Poly { terms: vec![] });
        while let Some((mono, d)) = rest.terms.first() {
            let mut left = mono.clone();
            for atom in lead {
                left.remove(left.iter().position(|other| other == atom)?);
            }
            if d % c != 0 || out.terms.len() > MOST_PARTS {
                return None;
            }
            let term = Poly { terms: vec![(left, d / c)] };
            rest = rest.sub(&term.mul(divisor).ok()?).ok()?;
            out = out.add(&term).ok()?;
        }
        Some(out)
    }

    /// Every name for which there is a value replaced by it.
    pub(super) fn replace(&self, value: &dyn Fn(Sym) -> Option<Poly>) -> Result<Poly, TooLarge> {
        let mut sum = Vec::new();
        for (mono, c) in &self.terms {
            let mut product = Poly { terms: vec![(vec![], *c)] };
            for atom in mono {
                let factor = match atom {
                    Atom::Sym(sym) => value(*sym).unwrap_or_else(|| Poly::sym(*sym)),
                    Atom::Floor(p, k) => p.replace(value)?.floor_div(*k)?,
                };
                product = product.mul(&factor)?;
            }
            sum.extend(product.terms);
            if sum.len() > 64 * MOST_PARTS {
                return Err(TooLarge);
            }
        }
        collect(sum)
    }

    /// Its number for numbers of its names.
    pub(super) fn eval<E>(&self, value: &dyn Fn(Sym) -> Result<i128, E>, range: &dyn Fn() -> E) -> Result<i128, E> {
        let mut sum: i128 = 0;
        for (mono, c) in &self.terms {
            let mut product = *c;
            for atom in mono {
                let factor = match atom {
                    Atom::Sym(sym) => value(*sym)?,
                    Atom::Floor(p, k) => p.eval(value, range)?.div_euclid(i128::from(*k)),
                };
                product = product.checked_mul(factor).ok_or_else(range)?;
            }
            sum = sum.checked_add(product).ok_or_else(range)?;
        }
        Ok(sum)
    }

    /// Calls `f` for every name, those inside `floor` too, as often as it stands there.
    pub(super) fn each_sym(&self, f: &mut dyn FnMut(Sym)) {
        for atom in self.terms.iter().flat_map(|(mono, _)| mono) {
            match atom {
                Atom::Sym(sym) => f(*sym),
                Atom::Floor(p, _) => p.each_sym(f),
            }
        }
    }

    /// Is it above 0 for all numbers that are not negative? (`false`: not shown to be.)
    pub(super) fn is_positive(&self) -> bool {
        let sure = |poly: &Poly| poly.constant_term() > 0 && poly.terms.iter().all(|(_, c)| *c >= 0);
        sure(self) || self.below().is_ok_and(|below| sure(&below))
    }

    /// A positive multiple of a lower bound without the floors that stand alone in a term:
    /// `(p - k + 1)/k <= floor(p/k) <= p/k`.
    fn below(&self) -> Result<Poly, TooLarge> {
        let mut bound = self.clone();
        loop {
            let alone = |(mono, _): &(Mono, i128)| matches!(mono.as_slice(), [Atom::Floor(..)]);
            let Some(at) = bound.terms.iter().position(alone) else { return Ok(bound) };
            let (mut mono, c) = bound.terms.remove(at);
            if let Some(Atom::Floor(p, k)) = mono.pop() {
                let k = i128::from(k);
                let p = if c > 0 { p.add(&Poly::constant(1 - k)?)? } else { (*p).clone() };
                bound = bound.scale(k)?.add(&p.scale(c)?)?;
            }
        }
    }

    /// Its parts, those inside `floor` too.
    fn parts(&self) -> usize {
        let atom = |atom: &Atom| match atom {
            Atom::Sym(_) => 1,
            Atom::Floor(p, _) => 1 + p.parts(),
        };
        self.terms.iter().map(|(mono, _)| 1 + mono.iter().map(atom).sum::<usize>()).sum()
    }
}

/// Terms in any order to normal form.
fn collect(mut terms: Vec<(Mono, i128)>) -> Result<Poly, TooLarge> {
    terms.sort_by(|(a, _), (b, _)| order(a, b));
    let mut out: Vec<(Mono, i128)> = Vec::with_capacity(terms.len());
    for (mono, c) in terms {
        match out.last_mut() {
            Some((last, sum)) if *last == mono => *sum = sum.checked_add(c).ok_or(TooLarge)?,
            _ => out.push((mono, c)),
        }
    }
    out.retain(|(_, c)| *c != 0);
    let poly = Poly { terms: out };
    let counted = poly.terms.iter().all(|(_, c)| c.unsigned_abs() <= i64::MAX as u128);
    if counted && poly.parts() <= MOST_PARTS { Ok(poly) } else { Err(TooLarge) }
}

fn order(a: &Mono, b: &Mono) -> Ordering {
    b.len().cmp(&a.len()).then_with(|| a.cmp(b))
}

fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a.abs(), b.abs());
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
