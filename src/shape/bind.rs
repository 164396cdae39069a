//! Numbers for names when data arrives: binding a stated shape to sizes, and dimensions to their sizes.

use super::Shape;
use super::dim::{Atom, Dim, Sym};
use super::dims::Dims;
use std::collections::BTreeMap;
use std::fmt::{self, Display};

/// Numbers for names at run time.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Binding {
    /// `(name, its number)`, by name. Of names that are equal, the one that stands for them all has it ([`Dims::bind`]).
    pub values: BTreeMap<Sym, u64>,
}

/// A dimension whose name has no number yet.
#[derive(Clone, Debug, PartialEq)]
pub enum Unbound {
    /// This name.
    Name(Sym),
    /// It is negative, or too large.
    Range,
}

/// How much of a stated shape got its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// All of it.
    Whole,
    /// An axis has names that its size alone does not tell (`m*n`, `floor(m/2)`): bind the other inputs, then this again.
    Open,
}

/// Data whose sizes do not fit the stated shape. Axes count from 0. Displays as a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Unfit {
    /// The number of dimensions differs.
    Rank {
        /// As stated.
        stated: usize,
        /// Of the data.
        found: usize,
    },
    /// A stated number differs.
    Number {
        /// The axis.
        axis: usize,
        /// As stated.
        stated: u64,
        /// Of the data.
        found: usize,
    },
    /// A name has another number already: from a definition, or from data that arrived before.
    Name {
        /// The axis.
        axis: usize,
        /// The name.
        name: String,
        /// Its number.
        before: u64,
        /// Of the data.
        found: usize,
    },
    /// A formula has another value, or never this one (`2*m` is not 3).
    Form {
        /// The axis.
        axis: usize,
        /// The formula.
        form: String,
        /// The numbers that its names have.
        names: Vec<(String, u64)>,
        /// Its value with these numbers; none where no number of its free name gives the size that was found.
        value: Option<i128>,
        /// Of the data.
        found: usize,
    },
}

impl Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::Rank { stated, found } => {
                write!(f, "the data has {found} {}, and {stated} {} stated", dimensions(*found), are(*stated))
            }
            Unfit::Number { axis, stated, found } => {
                write!(f, "axis {axis} of the data is {found}, and {stated} is stated")
            }
            Unfit::Name { axis, name, before, found } => {
                write!(f, "axis {axis} of the data is {found}, and {name} is {before} already")
            }
            Unfit::Form { axis, form, names, value, found } => {
                write!(f, "axis {axis} of the data is {found}, and {form} ")?;
                match value {
                    Some(value) => write!(f, "is {value}")?,
                    None => write!(f, "is never {found}")?,
                }
                if let Some(((name, value), more)) = names.split_first() {
                    write!(f, " with {name} = {value}")?;
                    for (name, value) in more {
                        write!(f, ", {name} = {value}")?;
                    }
                }
                Ok(())
            }
        }
    }
}

impl Dims {
    /// The size of a dimension. `Unbound::Range` where it is negative or beyond a `usize`.
    pub fn eval(&self, dim: &Dim, binding: &Binding) -> Result<usize, Unbound> {
        match dim {
            Dim::Num(n) | Dim::Named(n, _) => usize::try_from(*n).map_err(|_| Unbound::Range),
            Dim::Poly(_) => usize::try_from(self.eval_signed(dim, binding)?).map_err(|_| Unbound::Range),
        }
    }

    /// The value of a dimension that may be negative.
    pub(super) fn eval_signed(&self, dim: &Dim, binding: &Binding) -> Result<i128, Unbound> {
        if let Some(value) = dim.bare().and_then(|sym| binding.values.get(&sym)) {
            return Ok(i128::from(*value));
        }
        let poly = self.full(dim).map_err(|_| Unbound::Range)?;
        let value = |sym: Sym| binding.values.get(&sym).map(|v| i128::from(*v)).ok_or(Unbound::Name(sym));
        poly.eval(&value, &|| Unbound::Range)
    }

    /// Data with these sizes arrives for a stated shape: its names get their numbers, where an axis is linear in one name
    /// that has none. On an error the binding is as before.
    pub fn bind(&self, stated: &Shape, actual: &[usize], binding: &mut Binding) -> Result<Bound, Unfit> {
        if stated.rank() != actual.len() {
            return Err(Unfit::Rank { stated: stated.rank(), found: actual.len() });
        }
        let mut new = binding.clone();
        let mut open: Vec<usize> = (0..stated.rank()).collect();
        loop {
            let before = open.len();
            let mut left = Vec::new();
            for axis in open {
                if !self.bind_axis(axis, &stated[axis], actual[axis], &mut new)? {
                    left.push(axis);
                }
            }
            open = left;
            if open.is_empty() || open.len() == before {
                *binding = new;
                return Ok(if open.is_empty() { Bound::Whole } else { Bound::Open });
            }
        }
    }

    /// Binds one axis; `false`: its size does not tell its names.
    fn bind_axis(&self, axis: usize, dim: &Dim, found: usize, binding: &mut Binding) -> Result<bool, Unfit> {
        let poly = match self.normal(dim) {
            Dim::Num(n) if usize::try_from(n) == Ok(found) => return Ok(true),
            Dim::Named(n, _) if usize::try_from(n) == Ok(found) => return Ok(true),
            Dim::Num(stated) => return Err(Unfit::Number { axis, stated, found }),
            Dim::Named(before, name) => return Err(Unfit::Name { axis, name: name.to_string(), before, found }),
            Dim::Poly(poly) => poly,
        };
        let number = |sym: Sym| binding.values.get(&sym).map(|value| Dim::Num(*value).poly());
        let form = |value: Option<i128>| {
            let mut names = BTreeMap::new();
            poly.each_sym(&mut |sym| {
                if let Some(value) = binding.values.get(&sym) {
                    names.insert(sym, *value);
                }
            });
            let names = names.into_iter().map(|(sym, value)| (self.name(self.shown(sym)).to_string(), value)).collect();
            Unfit::Form { axis, form: self.show(dim), names, value, found }
        };
        let Ok(rest) = poly.replace(&number) else { return Err(form(None)) };
        if let Some(value) = rest.number() {
            return match poly.bare() {
                _ if value == found as i128 => Ok(true),
                Some(_) => {
                    let (name, before) = (self.show(dim), u64::try_from(value).unwrap_or(u64::MAX));
                    Err(Unfit::Name { axis, name, before, found })
                }
                None => Err(form(Some(value))),
            };
        }
        let (mono, c, constant) = match rest.terms.as_slice() {
            [(mono, c)] => (mono, *c, 0),
            [(mono, c), (last, constant)] if last.is_empty() => (mono, *c, *constant),
            _ => return Ok(false),
        };
        let [Atom::Sym(sym)] = mono.as_slice() else { return Ok(false) };
        let over = found as i128 - constant;
        match u64::try_from(over / c) {
            Ok(value) if over % c == 0 => {
                binding.values.insert(*sym, value);
                Ok(true)
            }
            _ => Err(form(None)),
        }
    }
}

fn dimensions(n: usize) -> &'static str {
    if n == 1 { "dimension" } else { "dimensions" }
}

fn are(n: usize) -> &'static str {
    if n == 1 { "is" } else { "are" }
}
