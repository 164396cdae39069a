//! Shapes as types: dimensions that are numbers, names or integer polynomials of names; knows no graph.

mod bind;
mod condition;
mod dim;
mod dims;
mod poly;
mod show;
#[cfg(test)]
mod tests;

pub use bind::{Binding, Bound, Unbound};
pub use condition::Relation;
pub use dim::{Dim, Poly, Sym, TooLarge};
pub use dims::{Dims, Renamed, Same};

use crate::few::Shared;
use smallvec::SmallVec;

/// The dimensions of a tensor, outermost first; a scalar has none. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(Option<Shared<Dim>>);

impl Shape {
    /// The shape of a scalar.
    pub const SCALAR: Shape = Shape(None);

    /// A shape of these dimensions.
    pub fn new(dims: impl IntoIterator<Item = Dim>) -> Shape {
        let dims: SmallVec<[Dim; 4]> = dims.into_iter().collect();
        if dims.is_empty() { Shape(None) } else { Shape(Some(dims.into_iter().collect())) }
    }

    /// Its dimensions.
    pub fn dims(&self) -> &[Dim] {
        self.0.as_deref().unwrap_or_default()
    }

    /// How many dimensions it has.
    pub fn rank(&self) -> usize {
        self.dims().len()
    }

    /// Has it no dimension?
    pub fn is_scalar(&self) -> bool {
        self.0.is_none()
    }

    /// How many entries it has: the product of its dimensions, 1 for a scalar.
    pub fn count(&self, dims: &Dims) -> Result<Dim, TooLarge> {
        if self.iter().any(|dim| dims.known(dim) == Some(0)) {
            return Ok(Dim::Num(0));
        }
        match self.dims() {
            [] => Ok(Dim::Num(1)),
            [dim] => Ok(dims.normal(dim)),
            [first, rest @ ..] => rest.iter().try_fold(first.clone(), |product, dim| dims.mul(&product, dim)),
        }
    }

    /// Its sizes, where all of them are known.
    pub fn known(&self, dims: &Dims) -> Option<Vec<u64>> {
        self.iter().map(|dim| dims.known(dim)).collect()
    }

    /// Is it the same shape for all numbers?
    pub fn is_same(&self, other: &Shape, dims: &Dims) -> bool {
        self.rank() == other.rank() && self.iter().zip(other.iter()).all(|(a, b)| dims.is_same(a, b))
    }

    /// Its sizes for numbers of its names.
    pub fn eval(&self, dims: &Dims, binding: &Binding) -> Result<Vec<usize>, Unbound> {
        self.iter().map(|dim| dims.eval(dim, binding)).collect()
    }

    /// The same with another dimension at an axis; as it is where there is no such axis.
    pub fn with(&self, axis: usize, dim: Dim) -> Shape {
        let mut dims: SmallVec<[Dim; 4]> = self.iter().cloned().collect();
        if let Some(slot) = dims.get_mut(axis) {
            *slot = dim;
        }
        Shape::new(dims)
    }

    /// The same without an axis.
    pub fn without(&self, axis: usize) -> Shape {
        Shape::new(self.iter().enumerate().filter(|(at, _)| *at != axis).map(|(_, dim)| dim.clone()))
    }

    /// The dimensions of one after those of the other.
    pub fn then(&self, other: &Shape) -> Shape {
        Shape::new(self.iter().chain(other.iter()).cloned())
    }

    /// As it was stated, whatever was solved since.
    pub fn written(&self, dims: &Dims) -> String {
        let all: Vec<String> = self.dims().iter().map(|dim| dims.written(dim)).collect();
        format!("[{}]", all.join(", "))
    }

    /// As the language writes it: `[3, m]`, `[]`.
    pub fn show(&self, dims: &Dims) -> String {
        let all: Vec<String> = self.dims().iter().map(|dim| dims.show(dim)).collect();
        format!("[{}]", all.join(", "))
    }
}

impl std::ops::Deref for Shape {
    type Target = [Dim];
    fn deref(&self) -> &[Dim] {
        self.dims()
    }
}

/// Why two shapes do not broadcast: the axis counted from the right, and the two dimensions there.
#[derive(Clone, Debug, PartialEq)]
pub struct Misfit {
    /// Counted from the right, 0 the last.
    pub axis_from_right: usize,
    /// The dimension of the left shape there.
    pub left: Dim,
    /// The dimension of the right shape there.
    pub right: Dim,
}

/// NumPy's broadcasting: aligned at the right; a missing or size-1 axis stretches. Two different names never match.
pub fn broadcast(dims: &mut Dims, left: &Shape, right: &Shape) -> Result<Shape, Misfit> {
    if left == right || right.is_scalar() {
        return Ok(left.clone());
    }
    if left.is_scalar() {
        return Ok(right.clone());
    }
    let rank = left.rank().max(right.rank());
    let mut out: SmallVec<[Dim; 4]> = SmallVec::with_capacity(rank);
    for axis_from_right in (0..rank).rev() {
        let pick = |shape: &Shape| shape.rank().checked_sub(axis_from_right + 1).map(|axis| shape[axis].clone());
        out.push(match (pick(left), pick(right)) {
            (Some(dim), None) | (None, Some(dim)) => dim,
            (None, None) => continue,
            (Some(a), Some(b)) => {
                if dims.meet(&a, &b) {
                    // A stated name says more than a number; a hole says nothing.
                    if dims.says_more(&b, &a) { b } else { a }
                } else if dims.known(&a) == Some(1) {
                    b
                } else if dims.known(&b) == Some(1) {
                    a
                } else {
                    return Err(Misfit { axis_from_right, left: a, right: b });
                }
            }
        });
    }
    Ok(Shape::new(out))
}
