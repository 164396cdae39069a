//! What must hold of dimensions and is known only when data arrives: `m >= 3` of a slice, `6*m = n` of a `reshape`.

use super::bind::Binding;
use super::dim::{Atom, Dim};
use super::dims::{Dims, Same};
use crate::source::Span;
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// How two dimensions are to compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `left = right`
    Equal,
    /// `left >= right`
    AtLeast,
}

/// What is checked when the names in it have numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// One side.
    pub left: Dim,
    /// How it compares.
    pub relation: Relation,
    /// The other side.
    pub right: Dim,
    /// Who needs it.
    pub place: Option<Span>,
}

/// A condition that the data does not meet, and the numbers of its sides.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// The condition.
    pub condition: Condition,
    /// Its left side.
    pub left: u64,
    /// Its right side.
    pub right: u64,
}

/// Conditions in the order in which they came up, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Conditions {
    list: Arc<Vec<Condition>>,
    seen: Arc<FxHashSet<(Dim, Relation, Dim)>>,
}

impl Condition {
    /// Of `n = 2*floor(n/2)`: `n`, and the number that it is a multiple of.
    pub fn multiple(&self) -> Option<(&Dim, u64)> {
        let of = |whole, floors: &Dim| match floors.poly().terms.as_slice() {
            [(mono, times)] => match mono.as_slice() {
                [Atom::Floor(p, k)] if i128::from(*k) == *times && **p == Dim::poly(whole) => Some((whole, *k)),
                _ => None,
            },
            _ => None,
        };
        let equal = self.relation == Relation::Equal;
        of(&self.left, &self.right).or_else(|| of(&self.right, &self.left)).filter(|_| equal)
    }
}

impl Dims {
    /// Asks that two dimensions compare so. `Yes`: they always do. `No`: they never do, an error. `Maybe`: it is remembered,
    /// with the place of [`Dims::at`], and checked by [`Dims::check`] when data arrives.
    pub fn require(&mut self, left: &Dim, relation: Relation, right: &Dim) -> Same {
        let answer = self.compare(left, relation, right);
        if answer == Same::Maybe && !self.conditions.seen.contains(&(left.clone(), relation, right.clone())) {
            Arc::make_mut(&mut self.conditions.seen).insert((left.clone(), relation, right.clone()));
            let condition = Condition { left: left.clone(), relation, right: right.clone(), place: self.here() };
            Arc::make_mut(&mut self.conditions.list).push(condition);
        }
        answer
    }

    /// Do two dimensions compare so for all numbers, for none, or for some? Remembers nothing.
    pub fn compare(&self, left: &Dim, relation: Relation, right: &Dim) -> Same {
        match relation {
            Relation::Equal => self.same(left, right),
            Relation::AtLeast => {
                let positive = |dim: Result<Dim, _>| dim.is_ok_and(|dim| dim.poly().is_positive());
                if positive(self.sub(left, right).and_then(|over| self.add(&over, &Dim::Num(1)))) {
                    Same::Yes
                } else if positive(self.sub(right, left)) {
                    Same::No
                } else {
                    Same::Maybe
                }
            }
        }
    }

    /// All conditions, in the order in which they came up.
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions.list
    }

    /// The first condition that these numbers do not meet; one whose names have no number yet is not looked at.
    pub fn check(&self, binding: &Binding) -> Result<(), Broken> {
        for condition in self.conditions() {
            let sides = (self.eval_signed(&condition.left, binding), self.eval_signed(&condition.right, binding));
            let (Ok(left), Ok(right)) = sides else { continue };
            let holds = match condition.relation {
                Relation::Equal => left == right,
                Relation::AtLeast => left >= right,
            };
            if !holds {
                let number = |value: i128| u64::try_from(value.max(0)).unwrap_or(u64::MAX);
                return Err(Broken { condition: condition.clone(), left: number(left), right: number(right) });
            }
        }
        Ok(())
    }
}
