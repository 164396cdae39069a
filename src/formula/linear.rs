//! The algebra of operators that move, sum and multiply: what is pulled out of them, and their shorter spellings.

use super::algebra::{Algebra, Spelled};
use super::poly::Poly;
use crate::graph::{Fault, NodeId};
use crate::ops::form::{Form, form};
use crate::ops::{self, build};
use crate::shape::{Dim, Shape};

impl Algebra<'_> {
    pub(super) fn transpose(&mut self, id: NodeId) -> Result<NodeId, Fault> {
        if self.graph.shape(id).rank() < 2 {
            return Ok(id);
        }
        match form(self.graph, id) {
            Form::Transpose(x) if !self.named.contains(&id) => return Ok(x),
            Form::Eye => return Ok(id),
            Form::MatMul(a, b)
                if !self.named.contains(&id) && self.graph.shape(a).rank() == 2 && self.graph.shape(b).rank() == 2 =>
            {
                let left = self.transpose(b)?;
                let right = self.transpose(a)?;
                let swapped = build::matmul(self.graph, left, right)?;
                let plain = build::transposed(self.graph, id)?;
                return Ok(if self.cost(swapped) <= self.cost(plain) { swapped } else { plain });
            }
            Form::Broadcast(x) if self.graph.shape(x).is_scalar() => {
                let shape = self.graph.shape(id).clone();
                let mut dims: Vec<Dim> = shape.iter().cloned().collect();
                let n = dims.len();
                dims.swap(n - 1, n - 2);
                return build::broadcast_to(self.graph, x, Shape::new(dims));
            }
            _ => {}
        }
        if let Some(spelled) = self.spelled.get(&id).cloned() {
            let turned = build::transposed(self.graph, id)?;
            self.spelled.insert(turned, Spelled { transposed: !spelled.transposed, ..spelled });
            return Ok(turned);
        }
        build::transposed(self.graph, id)
    }

    pub(super) fn product(&mut self, a: NodeId, b: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let (x, a) = self.pulled(a)?;
        let (y, b) = self.pulled(b)?;
        let scale = x.times(&y).unwrap_or_else(|| Poly::number(1.0));
        let (left, right) = (self.graph.shape(a).clone(), self.graph.shape(b).clone());
        let made = if form(self.graph, a) == Form::Eye && left.rank() == 2 {
            b
        } else if form(self.graph, b) == Form::Eye && right.rank() == 2 {
            a
        } else if left.rank() == 1 && right.rank() == 2 {
            // The vector on the right: x @ A is A' @ x.
            let turned = self.transpose(b)?;
            build::matmul(self.graph, turned, a)?
        } else {
            build::matmul(self.graph, a, b)?
        };
        self.linear(scale, made, shape)
    }

    pub(super) fn reshape(&mut self, id: NodeId, x: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let from = self.graph.shape(x).clone();
        let bare = |shape: &Shape| -> Vec<Dim> {
            let skipped = shape.iter().take_while(|dim| **dim == Dim::Num(1)).count();
            shape.iter().skip(skipped).cloned().collect()
        };
        // Only axes of size 1 in front: broadcasting does that.
        if bare(&from) == bare(shape) && shape.rank() >= from.rank() {
            let inner = self.bare(x);
            let made = build::broadcast_to(self.graph, inner, shape.clone())?;
            let poly = self.poly(inner);
            self.polys.insert(made, poly);
            return Ok(made);
        }
        let (scale, rest) = self.pulled(x)?;
        if self.poly(rest).value() == Some(1.0) {
            let one = ops::number(self.graph, 1.0);
            let ones = build::broadcast_to(self.graph, one, shape.clone())?;
            self.polys.insert(ones, Poly::number(1.0));
            return self.linear(scale, ones, shape);
        }
        if rest == x {
            return Ok(id);
        }
        let made = build::reshape_to(self.graph, rest, shape.clone())?;
        self.linear(scale, made, shape)
    }

    pub(super) fn reduction(&mut self, id: NodeId, x: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let (scale, rest) = self.pulled(x)?;
        let attrs = self.graph.node(id).op.attrs.clone();
        let axes = attrs.ints(0).map(<[i64]>::to_vec);
        // The sum of one value everywhere is that value times the count.
        if let Some(value) = self.poly(rest).value() {
            let count = build::count(self.graph, rest, axes.as_deref())?;
            let poly = self.poly(count).scaled(value, &vec![]);
            let poly = poly.times(&scale).unwrap_or(poly);
            let built = self.build(&poly, shape)?;
            self.polys.insert(built, poly);
            return Ok(built);
        }
        // Along its classes every line of a one_hot sums to 1.
        if let (Some(spelled), Some([axis])) = (self.spelled.get(&rest), axes.as_deref())
            && spelled.function == build::HOT
        {
            let rank = self.graph.shape(rest).rank() as i64;
            let classes = if spelled.transposed { rank - 2 } else { rank - 1 };
            if *axis == classes {
                let one = ops::number(self.graph, 1.0);
                let ones = build::broadcast_to(self.graph, one, shape.clone())?;
                self.polys.insert(ones, Poly::number(1.0));
                return self.linear(scale, ones, shape);
            }
        }
        let def = self.graph.def(id);
        let made = self.graph.add(def, attrs, &[rest])?;
        self.linear(scale, made, shape)
    }

    /// `sum_to` as the sum over the axes that go.
    pub(super) fn sum_to(&mut self, x: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let from = self.graph.shape(x).clone();
        let gone = from.rank() - shape.rank();
        let inner: Vec<usize> = (gone..from.rank())
            .filter(|axis| shape[axis - gone] == Dim::Num(1) && from[*axis] != Dim::Num(1))
            .collect();
        let lead: Vec<usize> = (0..gone).collect();
        let mut made = x;
        if !inner.is_empty() {
            made = if shape.is_scalar() { made } else { build::sum(self.graph, made, Some(&inner), true)? };
            let to = self.graph.shape(made).clone();
            made = self.shaped(made, &to)?;
        }
        if !lead.is_empty() {
            let axes = if shape.is_scalar() { None } else { Some(lead.as_slice()) };
            made = build::sum(self.graph, made, axes, false)?;
            made = self.shaped(made, shape)?;
        }
        Ok(made)
    }

    pub(super) fn chosen(&mut self, id: NodeId, c: NodeId, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
        let (x, y) = (self.poly(a).value(), self.poly(b).value());
        // The condition itself is 0 or 1.
        if x == Some(1.0) && y == Some(0.0) {
            self.polys.insert(id, Poly::atom(c));
            return Ok(id);
        }
        // `where(n == 0, 0, x/n)`: a convention at one point, which a reader need not see.
        let kept = match (x == Some(0.0), y == Some(0.0)) {
            (true, false) => Some((b, false)),
            (false, true) => Some((a, true)),
            _ => None,
        };
        if let Some((kept, absent)) = kept {
            for tested in self.zeros(c, absent) {
                if self.is_factor(tested, kept) || self.divides(tested, kept) {
                    return Ok(kept);
                }
            }
        }
        Ok(id)
    }

    /// What is 0 wherever a condition holds (or, `absent`, does not).
    fn zeros(&mut self, condition: NodeId, absent: bool) -> Vec<NodeId> {
        let (mut todo, mut zeros) = (vec![(condition, absent)], vec![]);
        while let Some((id, absent)) = todo.pop() {
            match (form(self.graph, self.bare(id)), absent) {
                (Form::Eq(tested, zero), false) if self.poly(zero).value() == Some(0.0) => zeros.push(tested),
                (Form::And(a, b), false) | (Form::Or(a, b), true) => todo.extend([(b, absent), (a, absent)]),
                (Form::Not(a), _) => todo.push((a, !absent)),
                _ => {}
            }
        }
        zeros
    }

    /// Is something that is 0 where `tested` is a divisor, or an argument of a factor, in a term of `of`?
    fn divides(&mut self, tested: NodeId, of: NodeId) -> bool {
        let (tested, of) = (self.poly(tested), self.poly(of));
        let Some((_, zero)) = tested.single() else { return false };
        of.terms.keys().any(|key| {
            let mono = key.mono();
            zero.iter().any(|(atom, _)| {
                let meets = |(other, e): &(NodeId, f64)| {
                    (other == atom && *e < 0.0) || self.graph.node(*other).args.contains(atom)
                };
                mono.iter().any(meets)
            })
        })
    }

    /// Is `factor` one of the factors of a product (or of what a quotient divides)?
    fn is_factor(&self, factor: NodeId, of: NodeId) -> bool {
        let (factor, of) = (self.bare(factor), self.bare(of));
        factor == of
            || match form(self.graph, of) {
                Form::Mul(a, b) => self.is_factor(factor, a) || self.is_factor(factor, b),
                Form::Div(a, _) | Form::Neg(a) => self.is_factor(factor, a),
                _ => false,
            }
    }

    /// Equal entries scattered to labels are a one_hot.
    pub(super) fn scattered(&mut self, id: NodeId, x: NodeId, index: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let (scale, rest) = self.pulled(x)?;
        let axis = self.graph.node(id).op.attrs.int(0).unwrap_or(0) as usize;
        let placed = self.graph.shape(index).clone();
        let rank = shape.rank();
        if self.poly(rest).value() == Some(1.0) && placed.rank() == rank && placed[axis] == Dim::Num(1) && rank <= 2 {
            // The labels without their axis of size 1.
            let labels = match form(self.graph, index) {
                Form::Reshape(y) | Form::Broadcast(y) if self.graph.shape(y).rank() + 1 == rank => y,
                _ => build::drop_axis(self.graph, index, axis)?,
            };
            let last = axis + 1 == rank;
            let hot = build::hot(self.graph, labels, shape[axis].clone(), axis)?;
            self.spelled.insert(
                hot,
                Spelled {
                    function: build::HOT,
                    args: vec![labels],
                    dims: vec![shape[axis].clone()],
                    transposed: !last,
                },
            );
            self.polys.insert(hot, Poly::atom(hot));
            self.costs.insert(hot, 6);
            return self.linear(scale, hot, shape);
        }
        Ok(id)
    }
}
