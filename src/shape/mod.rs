//! Shapes as types: dimensions that are numbers, names or integer polynomials of names; knows no graph.

mod dim;
mod dims;

pub use dim::{Dim, Poly, Sym, TooLarge};
pub use dims::{Binding, Clash, Dims, Same, Unbound};

use smallvec::SmallVec;
use std::sync::Arc;

/// The dimensions of a tensor, outermost first; a scalar has none. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Shape(Option<Arc<[Dim]>>);

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
        self.0.as_deref().unwrap_or(&[])
    }

    /// How many dimensions it has.
    pub fn rank(&self) -> usize {
        self.dims().len()
    }

    /// Has it no dimension?
    pub fn is_scalar(&self) -> bool {
        self.0.is_none()
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
