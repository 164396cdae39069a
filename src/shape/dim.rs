//! One dimension: a number, a number with a name, or an integer polynomial over names and `floor(p/k)`.

use std::sync::Arc;

/// A named dimension: an index into the symbols of [`super::Dims`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sym(pub u32);

/// A dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Dim {
    /// `3`
    Num(u64),
    /// `m` where the program defines `m = 209`: it keeps its name and has that value.
    Named(u64, Arc<str>),
    /// `m`, `2*m + 1`, `floor((n - 3)/2) + 1`: in normal form, never a plain number.
    Poly(Arc<Poly>),
}

/// A polynomial with integer coefficients in normal form: monomials in order, none with coefficient 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Poly {
    /// `coefficient * product of atoms`
    pub terms: Vec<(Vec<Atom>, i128)>,
}

/// What a polynomial is made of.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// A name.
    Sym(Sym),
    /// `floor(p / k)`, k positive
    Floor(Arc<Poly>, u64),
}

/// A dimension beyond what can be counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TooLarge;
