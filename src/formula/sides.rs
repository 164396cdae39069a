//! Columns, rows and diagonals in a product entry by entry: outer products and products with `diag`.

use super::algebra::{Algebra, Spelled};
use super::poly::{Mono, Poly, times};
use super::readable;
use crate::graph::{Fault, NodeId};
use crate::graph::{Form, form};
use crate::ops::build;
use crate::shape::{Dim, Shape};

/// The name of an outer product in programs.
pub(super) const OUTER: &str = "outer";

/// What a factor of a matrix is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Side {
    Scalar,
    /// A column, and the vector that it is.
    Column(NodeId),
    Row(NodeId),
    Eye,
    Full,
}

impl Algebra<'_> {
    pub(super) fn side(&self, id: NodeId) -> Side {
        let shape = self.graph.shape(id);
        if shape.is_scalar() {
            return Side::Scalar;
        }
        if shape.rank() == 1 {
            return Side::Row(id);
        }
        if self.named.contains(&id) {
            return Side::Full;
        }
        match form(self.graph, id) {
            Form::Eye => Side::Eye,
            Form::Reshape(x) if shape.rank() == 2 && self.graph.shape(x).rank() == 1 && shape[1] == Dim::Num(1) => {
                Side::Column(x)
            }
            Form::Broadcast(x) if self.graph.shape(x).rank() == 1 => Side::Row(x),
            _ => Side::Full,
        }
    }

    /// The factors of a product, with columns and rows as one outer product and the identity as a diagonal.
    pub(super) fn arranged(&mut self, factors: Vec<NodeId>) -> Result<Vec<NodeId>, Fault> {
        let sides: Vec<Side> = factors.iter().map(|id| self.side(*id)).collect();
        let has = |test: fn(&Side) -> bool| sides.iter().any(test);
        let (columns, rows) = (has(|s| matches!(s, Side::Column(_))), has(|s| matches!(s, Side::Row(_))));
        let (eye, full) = (has(|s| *s == Side::Eye), has(|s| *s == Side::Full));
        if !(columns || (eye && rows)) || (columns && !rows && !full && !eye) {
            return Ok(factors);
        }
        if factors.iter().any(|id| self.graph.shape(*id).rank() > 2) {
            return Ok(factors);
        }
        let of =
            |wanted: &dyn Fn(&Side) -> Option<NodeId>| -> Vec<NodeId> { sides.iter().filter_map(wanted).collect() };
        let column = of(&|side| if let Side::Column(x) = side { Some(*x) } else { None });
        let row = of(&|side| if let Side::Row(x) = side { Some(*x) } else { None });
        let with = |wanted: Side| -> Vec<NodeId> {
            factors.iter().zip(&sides).filter(|(_, side)| **side == wanted).map(|(id, _)| *id).collect()
        };
        let (mut out, whole) = (with(Side::Scalar), with(Side::Full));
        if eye {
            let all: Vec<NodeId> = column.into_iter().chain(row).collect();
            let vector = self.together(&all)?;
            let diagonal = readable::diagonal(self.graph, vector)?;
            out.extend(whole);
            out.push(diagonal);
            return Ok(out);
        }
        if whole.is_empty() {
            let (left, right) = (self.together(&column)?, self.together(&row)?);
            let outer = self.outer(left, right)?;
            out.push(outer);
            return Ok(out);
        }
        let vector = self.together(&column)?;
        let diagonal = readable::diagonal(self.graph, vector)?;
        let rest: Vec<NodeId> = whole.into_iter().chain(row).collect();
        let mut product = rest[0];
        for factor in &rest[1..] {
            product = build::mul(self.graph, product, *factor)?;
        }
        out.push(build::matmul(self.graph, diagonal, product)?);
        Ok(out)
    }

    /// Columns beside matrices in a sum are said to be as wide as these.
    pub(super) fn columns_among(&mut self, terms: &mut [NodeId], of: &[(f64, Mono)]) -> Result<(), Fault> {
        let one = Dim::Num(1);
        let wide = terms.iter().find_map(|id| {
            let shape = self.graph.shape(*id);
            (shape.rank() == 2 && shape[1] != one).then(|| shape[1].clone())
        });
        let Some(wide) = wide else { return Ok(()) };
        for (i, (term, (coefficient, mono))) in terms.iter_mut().zip(of).enumerate() {
            let coefficient = if i == 0 { *coefficient } else { libm::fabs(*coefficient) };
            let shape = self.graph.shape(*term);
            if shape.rank() == 2
                && shape[1] == one
                && shape[0] != one
                && let Some(vector) = self.as_vector(coefficient, mono)?
            {
                let ones = self.ones(&Shape::new([wide.clone()]))?;
                *term = self.outer(vector, ones)?;
            }
        }
        Ok(())
    }

    /// The vector that a column made of columns and scalars is.
    fn as_vector(&mut self, coefficient: f64, mono: &Mono) -> Result<Option<NodeId>, Fault> {
        let mut vector: Mono = vec![];
        let mut shape = None;
        for (atom, exponent) in mono.iter().copied() {
            let factor = match self.side(atom) {
                Side::Scalar => atom,
                Side::Column(x) => {
                    shape = Some(self.graph.shape(x).clone());
                    x
                }
                _ => return Ok(None),
            };
            vector = times(&vector, &vec![(factor, exponent)]);
        }
        let Some(shape) = shape else { return Ok(None) };
        let poly = Poly::term(coefficient, &vector);
        let plain = self.build(&poly, &shape)?;
        self.shorter(plain, poly, &shape).map(Some)
    }

    /// The product of vectors, entry by entry.
    fn together(&mut self, vectors: &[NodeId]) -> Result<NodeId, Fault> {
        let mut product = Poly::number(1.0);
        for vector in vectors {
            let next = self.poly(*vector);
            match product.times(&next) {
                Some(next) => product = next,
                None => return Ok(vectors[0]),
            }
        }
        if let [one] = vectors {
            return Ok(*one);
        }
        let shape = self.graph.shape(vectors[0]).clone();
        let mut plain = vectors[0];
        for next in &vectors[1..] {
            plain = build::mul(self.graph, plain, *next)?;
        }
        let product = self.settled(product);
        self.shorter(plain, product, &shape)
    }

    /// `outer(a, b)`
    pub(super) fn outer(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
        let column = self.column(a)?;
        let row = Shape::new([Dim::Num(1), self.graph.shape(b)[0].clone()]);
        let right = build::reshape_to(self.graph, b, row)?;
        let made = build::matmul(self.graph, column, right)?;
        self.spelled.insert(made, Spelled { function: OUTER, args: vec![a, b], dims: vec![], transposed: false });
        let cost = 2 + self.cost(a).saturating_add(self.cost(b));
        self.costs.insert(made, cost);
        // A sum as the row stays together.
        let row = self.poly(b);
        let poly = if row.terms.len() == 1 { Poly::atom(column).times(&row) } else { None };
        self.polys.insert(made, poly.unwrap_or_else(|| Poly::atom(made)));
        Ok(made)
    }

    /// A vector as a column.
    pub(super) fn column(&mut self, vector: NodeId) -> Result<NodeId, Fault> {
        let shape = Shape::new([self.graph.shape(vector)[0].clone(), Dim::Num(1)]);
        build::reshape_to(self.graph, vector, shape)
    }

    /// The vectors of an outer product.
    pub(super) fn outer_of(&self, id: NodeId) -> Option<(NodeId, NodeId)> {
        let spelled = self.spelled.get(&id)?;
        match spelled.args[..] {
            [a, b] if spelled.function == OUTER => Some((a, b)),
            _ => None,
        }
    }

    /// The vector that a matrix is the diagonal of.
    pub(super) fn diagonal_of(&self, id: NodeId) -> Option<NodeId> {
        match form(self.graph, id) {
            Form::DiagEmbed(x) if !self.named.contains(&id) && self.graph.shape(x).rank() == 1 => Some(x),
            _ => None,
        }
    }
}
