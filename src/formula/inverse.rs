//! Chains of square matrices and their inverses: what cancels in a product of them.

use super::algebra::Algebra;
use super::readable;
use crate::graph::{Fault, NodeId};
use crate::graph::{Form, form};
use crate::ops::build;
use crate::shape::Shape;

/// One matrix of a chain.
#[derive(Clone, Copy, PartialEq)]
struct Link {
    matrix: NodeId,
    turned: bool,
    inverse: bool,
}

/// Longer chains are left as they are.
const LINKS: usize = 16;

impl Algebra<'_> {
    /// `a @ b` where the end of one is the inverse of the beginning of the other: `A' @ inv(A @ X)'` is `inv(X)'`.
    pub(super) fn cancelled(&mut self, a: NodeId, b: NodeId) -> Result<Option<NodeId>, Fault> {
        let (mut left, mut right) = (self.links(a), self.links(b));
        if !left.iter().chain(&right).any(|link| link.inverse) || left.len() + right.len() > LINKS {
            return Ok(None);
        }
        let size = self.graph.shape(a)[0].clone();
        let before = left.len();
        while let (Some(x), Some(y)) = (left.last(), right.first())
            && x.matrix == y.matrix
            && x.turned == y.turned
            && x.inverse != y.inverse
        {
            left.pop();
            right.remove(0);
        }
        if left.len() == before {
            return Ok(None);
        }
        left.extend(right);
        let mut made: Option<NodeId> = None;
        let mut rest = left.as_slice();
        while let Some(first) = rest.first() {
            let same = |link: &&Link| link.inverse && link.turned == first.turned;
            let run = if first.inverse { rest.iter().take_while(same).count() } else { 1 };
            let next = self.run(&rest[..run])?;
            rest = &rest[run..];
            made = Some(match made {
                None => next,
                Some(before) => {
                    let to = Shape::new([self.graph.shape(before)[0].clone(), self.graph.shape(next)[1].clone()]);
                    self.product(before, next, &to)?
                }
            });
        }
        match made {
            Some(made) => Ok(Some(made)),
            None => build::eye(self.graph, size).map(Some),
        }
    }

    /// One matrix, or the inverse of several.
    fn run(&mut self, links: &[Link]) -> Result<NodeId, Fault> {
        let turned = links[0].turned;
        let mut product: Option<NodeId> = None;
        for link in links {
            product = Some(match product {
                None => link.matrix,
                Some(before) => {
                    // inv(A)' @ inv(B)' is inv(A @ B)', and inv(A) @ inv(B) is inv(B @ A).
                    let (x, y) = if turned { (before, link.matrix) } else { (link.matrix, before) };
                    let to = self.graph.shape(before).clone();
                    self.product(x, y, &to)?
                }
            });
        }
        let matrix = product.unwrap_or(links[0].matrix);
        let matrix = if links[0].inverse {
            let made = readable::inverse(self.graph, matrix)?;
            let to = self.graph.shape(made).clone();
            self.shaped(made, &to)?
        } else {
            matrix
        };
        if turned { self.transpose(matrix) } else { Ok(matrix) }
    }

    /// The matrices that a node is the product of, from the left.
    fn links(&self, id: NodeId) -> Vec<Link> {
        let mut out = vec![];
        let mut todo = vec![Link { matrix: id, turned: false, inverse: false }];
        while let Some(link) = todo.pop() {
            let id = link.matrix;
            if self.named.contains(&id) || self.spelled.contains_key(&id) || out.len() > LINKS {
                out.push(link);
                continue;
            }
            let flat = |id: NodeId| self.graph.shape(id).rank() == 2;
            match form(self.graph, id) {
                Form::Transpose(x) => todo.push(Link { matrix: x, turned: !link.turned, ..link }),
                Form::Inv(x) if flat(x) => todo.push(Link { matrix: x, inverse: !link.inverse, ..link }),
                Form::MatMul(a, b) if flat(a) && flat(b) && (!link.inverse || (self.square(a) && self.square(b))) => {
                    let (a, b) = (Link { matrix: a, ..link }, Link { matrix: b, ..link });
                    // The last that is pushed comes first.
                    let swapped = link.turned != link.inverse;
                    todo.extend(if swapped { [a, b] } else { [b, a] });
                }
                _ => out.push(link),
            }
        }
        out
    }

    fn square(&self, id: NodeId) -> bool {
        let shape = self.graph.shape(id);
        let side = |axis: usize| Shape::new([shape[axis].clone()]);
        shape.rank() == 2 && side(0).is_same(&side(1), &self.graph.dims)
    }
}
