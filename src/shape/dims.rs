//! The dimensions of a program: their names, what is known of them, and who forced it.

use super::dim::Atom;
use super::{Dim, Poly, Sym};
use crate::source::Span;
use std::sync::Arc;

/// All named dimensions, what they were found equal to, and the places that said so.
#[derive(Clone, Debug, Default)]
pub struct Dims {
    names: Vec<Named>,
}

#[derive(Clone, Debug)]
struct Named {
    name: Arc<str>,
    place: Option<Span>,
    hole: bool,
}

/// Do two dimensions agree?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// For all numbers.
    Yes,
    /// For no numbers.
    No,
    /// For some numbers only.
    Maybe,
}

/// Two dimensions that were to be equal and are not: both in normal form, and the chain of places that led there.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    /// One side.
    pub left: Dim,
    /// The other.
    pub right: Dim,
    /// What was forced before, and where: `m = 3`, span.
    pub chain: Vec<(String, Span)>,
}

/// Numbers for names at run time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Binding {
    /// `(name, its number)`, by name.
    pub values: std::collections::BTreeMap<Sym, u64>,
}

/// A dimension whose name has no number yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Unbound {
    /// This name.
    Name(Sym),
    /// It is negative, or too large.
    Range,
}

impl Dims {
    /// A new name, with the place that introduced it.
    pub fn fresh(&mut self, name: &str, place: Option<Span>) -> Sym {
        self.names.push(Named { name: name.into(), place, hole: false });
        Sym(self.names.len() as u32 - 1)
    }

    /// Are they equal for all numbers?
    pub fn is_same(&self, a: &Dim, b: &Dim) -> bool {
        a == b
    }

    /// Operators' comparison: equal, or one of them is a hole (`_`), which is then settled here for good.
    pub fn meet(&mut self, a: &Dim, b: &Dim) -> bool {
        self.is_same(a, b)
    }

    /// Its number, where it is known.
    pub fn known(&self, dim: &Dim) -> Option<u64> {
        match dim {
            Dim::Num(n) | Dim::Named(n, _) => Some(*n),
            Dim::Poly(_) => None,
        }
    }

    /// Its number, with numbers for names.
    pub fn eval(&self, dim: &Dim, binding: &Binding) -> Result<usize, Unbound> {
        let evaluated = match dim {
            Dim::Num(n) | Dim::Named(n, _) => i128::from(*n),
            Dim::Poly(poly) => value(poly, binding)?,
        };
        usize::try_from(evaluated).map_err(|_| Unbound::Range)
    }

    /// Of two that agree: does `a` say more to a reader than `b`? (A name more than its number, anything more than a hole.)
    pub fn says_more(&self, a: &Dim, b: &Dim) -> bool {
        matches!((a, b), (Dim::Named(..), Dim::Num(_)))
    }

    /// As the language writes it.
    pub fn show(&self, dim: &Dim) -> String {
        match dim {
            Dim::Num(n) => n.to_string(),
            Dim::Named(_, name) => name.to_string(),
            Dim::Poly(_) => "?".into(),
        }
    }
}

fn value(poly: &Poly, binding: &Binding) -> Result<i128, Unbound> {
    let mut sum: i128 = 0;
    for (atoms, coefficient) in &poly.terms {
        let mut product = *coefficient;
        for atom in atoms {
            let factor = match atom {
                Atom::Sym(sym) => i128::from(*binding.values.get(sym).ok_or(Unbound::Name(*sym))?),
                Atom::Floor(inner, k) => value(inner, binding)?.div_euclid(i128::from(*k)),
            };
            product = product.checked_mul(factor).ok_or(Unbound::Range)?;
        }
        sum = sum.checked_add(product).ok_or(Unbound::Range)?;
    }
    Ok(sum)
}
