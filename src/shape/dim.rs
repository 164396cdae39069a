//! One dimension: a number, a number with a name, or an integer polynomial over names and `floor(p/k)`.

use std::sync::Arc;

/// A named dimension: an index into the symbols of [`super::Dims`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

/// A dimension.
///
/// `==` compares what is written down; whether two dimensions agree is asked of [`super::Dims`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dim {
    /// `3`
    Num(u64),
    /// `m` where the program defines `m = 209`: it keeps its name and has that value.
    Named(u64, Arc<str>),
    /// `m`, `2*m + 1`, `floor((n - 3)/2) + 1`: in normal form. A number only where it is negative, which arithmetic
    /// may pass through and no size can be.
    Poly(Arc<Poly>),
}

/// A polynomial with integer coefficients in normal form: monomials by falling degree and then in order, the constant
/// last, none twice, none with coefficient 0. The atoms of a monomial are in order; a power repeats its atom.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Poly {
    /// `coefficient * product of atoms`
    pub terms: Vec<(Vec<Atom>, i128)>,
}

/// What a polynomial is made of. For sizes, which are never negative, no atom is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// A name.
    Sym(Sym),
    /// `floor(p / k)`, k at least 2, every coefficient of p in `0..k`, and no factor in all of them and k.
    Floor(Arc<Poly>, u64),
}

/// A dimension beyond what can be counted (above 2⁶³ - 1), or a formula of more than a thousand parts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TooLarge;

impl Dim {
    /// A number; a negative one is what arithmetic may pass through.
    pub fn num(value: i128) -> Result<Dim, TooLarge> {
        Ok(Dim::from_poly(Poly::constant(value)?))
    }

    /// The polynomial that it is.
    pub(super) fn poly(&self) -> Poly {
        match self {
            Dim::Num(0) | Dim::Named(0, _) => Poly { terms: vec![] },
            Dim::Num(n) | Dim::Named(n, _) => Poly { terms: vec![(vec![], i128::from(*n))] },
            Dim::Poly(poly) => (**poly).clone(),
        }
    }

    /// A number where it is one.
    pub(super) fn from_poly(poly: Poly) -> Dim {
        match poly.number().and_then(|n| u64::try_from(n).ok()) {
            Some(n) => Dim::Num(n),
            None => Dim::Poly(Arc::new(poly)),
        }
    }

    /// The name that it is, and nothing else.
    pub(super) fn bare(&self) -> Option<Sym> {
        match self {
            Dim::Poly(poly) => poly.bare(),
            Dim::Num(_) | Dim::Named(..) => None,
        }
    }
}
