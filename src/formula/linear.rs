//! The algebra of operators that move, sum and multiply: what is pulled out of them, and their shorter spellings.

use super::algebra::{Algebra, Spelled};
use super::poly::{Mono, Poly, power, times};
use super::readable;
use super::sides::Side;
use crate::graph::{Fault, NodeId};
use crate::graph::{Form, form};
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
            Form::DiagEmbed(x) if !self.named.contains(&id) && self.graph.shape(x).rank() == 1 => return Ok(id),
            // The inverse of a symmetric matrix is symmetric.
            Form::Inv(x) if !self.named.contains(&id) && self.graph.shape(x).rank() == 2 && self.transpose(x)? == x => {
                return Ok(id);
            }
            Form::Reshape(x) if !self.named.contains(&id) && self.graph.shape(x).rank() == 1 => {
                let shape = self.graph.shape(id).clone();
                if shape.rank() == 2 && (shape[0] == Dim::Num(1) || shape[1] == Dim::Num(1)) {
                    return build::reshape_to(self.graph, x, Shape::new([shape[1].clone(), shape[0].clone()]));
                }
            }
            _ if self.outer_of(id).is_some() => {
                if let Some((a, b)) = self.outer_of(id) {
                    return self.outer(b, a);
                }
            }
            Form::MatMul(a, b)
                if !self.named.contains(&id) && self.graph.shape(a).rank() == 2 && self.graph.shape(b).rank() == 2 =>
            {
                let left = self.transpose(b)?;
                let right = self.transpose(a)?;
                let shape = self.graph.shape(id).clone();
                let turned = Shape::new([shape[1].clone(), shape[0].clone()]);
                let swapped = self.product(left, right, &turned)?;
                if swapped == id {
                    return Ok(id);
                }
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
        if let Some(made) = self.turned_factors(id)? {
            return Ok(made);
        }
        if let Some(spelled) = self.spelled.get(&id).cloned() {
            let turned = build::transposed(self.graph, id)?;
            self.spelled.insert(turned, Spelled { transposed: !spelled.transposed, ..spelled });
            return Ok(turned);
        }
        build::transposed(self.graph, id)
    }

    /// The transpose of a product entry by entry, factor by factor, where that is no longer.
    fn turned_factors(&mut self, id: NodeId) -> Result<Option<NodeId>, Fault> {
        let (mut todo, mut factors) = (vec![id], vec![]);
        while let Some(id) = todo.pop() {
            match form(self.graph, id) {
                Form::Mul(a, b) if !self.named.contains(&id) => todo.extend([b, a]),
                _ => factors.push(id),
            }
        }
        // Of matrices alone one transpose is less to read.
        let vectors = factors.iter().any(|factor| !matches!(self.side(*factor), Side::Full | Side::Scalar));
        if self.graph.shape(id).rank() != 2 || factors.len() < 2 || !vectors {
            return Ok(None);
        }
        let mut turned: Mono = vec![];
        for factor in factors {
            let made = match (self.graph.shape(factor).rank(), self.side(factor)) {
                (0, _) => factor,
                (_, Side::Row(x)) => self.column(x)?,
                (2, _) => self.transpose(factor)?,
                _ => return Ok(None),
            };
            turned = times(&turned, &vec![(made, 1.0)]);
        }
        let shape = self.graph.shape(id).clone();
        let to = Shape::new([shape[1].clone(), shape[0].clone()]);
        let poly = Poly::term(1.0, &turned);
        let made = self.build(&poly, &to)?;
        self.polys.insert(made, poly);
        let plain = build::transposed(self.graph, id)?;
        Ok(if self.cost(made) <= self.cost(plain) { Some(made) } else { None })
    }

    pub(super) fn product(&mut self, a: NodeId, b: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let (x, a) = self.pulled(a)?;
        let (y, b) = self.pulled(b)?;
        let scale = x.times(&y).unwrap_or_else(|| Poly::number(1.0));
        let (left, right) = (self.graph.shape(a).clone(), self.graph.shape(b).clone());
        let made = self.multiplied(a, b, &left, &right, shape)?;
        self.canon.entry(made).or_insert(made);
        self.linear(scale, made, shape)
    }

    /// `a @ b` without what multiplies nothing, in the one order that chains have: from the left, and towards a vector at
    /// their end.
    // Long: the cases in the order in which they are tried; each is a few lines and names what it takes.
    fn multiplied(
        &mut self,
        a: NodeId,
        b: NodeId,
        left: &Shape,
        right: &Shape,
        shape: &Shape,
    ) -> Result<NodeId, Fault> {
        let flat = |shape: &Shape| shape.rank() <= 2;
        if !flat(left) || !flat(right) {
            return build::matmul(self.graph, a, b);
        }
        if form(self.graph, a) == Form::Eye {
            return Ok(b);
        }
        if form(self.graph, b) == Form::Eye {
            return Ok(a);
        }
        if left.rank() == 1 && right.rank() == 2 {
            // The vector on the right: x @ A is A' @ x.
            let turned = self.transpose(b)?;
            return self.product(turned, a, shape);
        }
        if left.rank() == 2 {
            // Ones sum; rows that are all the same stay so.
            if let Form::Broadcast(x) = form(self.graph, a)
                && !self.named.contains(&a)
                && left[0] != Dim::Num(1)
                && (self.graph.shape(x).is_scalar() || self.graph.shape(x).rank() == 1)
            {
                let row = if self.graph.shape(x).is_scalar() && right.rank() == 2 {
                    build::sum(self.graph, b, Some(&[0]), false)?
                } else if self.graph.shape(x).is_scalar() {
                    build::sum(self.graph, b, None, false)?
                } else {
                    build::matmul(self.graph, x, b)?
                };
                let to = self.graph.shape(row).clone();
                let row = self.shaped(row, &to)?;
                let poly = self.poly(row);
                let bare = self.bare(row);
                let made = self.stretched(bare, shape)?;
                self.polys.insert(made, poly);
                return Ok(made);
            }
            if right.rank() == 1 && !self.named.contains(&b) && self.is_value(b, 1.0) {
                // Times ones: the sum of its rows.
                let (of, axis) = match form(self.graph, a) {
                    Form::Transpose(x) if !self.named.contains(&a) => (x, 0),
                    _ => (a, 1),
                };
                let made = build::sum(self.graph, of, Some(&[axis]), false)?;
                return self.shaped(made, shape);
            }
            if let Form::Sum(of) = form(self.graph, b)
                && right.rank() == 1
                && !self.named.contains(&b)
                && self.graph.shape(of).rank() == 2
                && let Some([axis]) = self.graph.node(b).op.attrs.ints(0)
            {
                // The same sum, as a product that may cancel.
                let matrix = if *axis == 0 { self.transpose(of)? } else { of };
                if let Some(made) = self.cancelled(a, matrix)? {
                    let ones = Shape::new([self.graph.shape(made)[1].clone()]);
                    let ones = self.ones(&ones)?;
                    return self.product(made, ones, shape);
                }
            }
            if right.rank() == 1
                && let Some(diagonal) = self.diagonal_of(a)
            {
                let made = build::mul(self.graph, diagonal, b)?;
                return self.shaped(made, shape);
            }
            if let (Some((x, y)), 1) = (self.outer_of(a), right.rank()) {
                // outer(x, y) @ b is x times a number.
                let inner = build::matmul(self.graph, y, b)?;
                let inner = self.shaped(inner, &Shape::default())?;
                let made = build::mul(self.graph, inner, x)?;
                return self.shaped(made, shape);
            }
        }
        if left.rank() == 2 && right.rank() == 2 {
            let one = Dim::Num(1);
            let vector = |cx: &Algebra, id: NodeId| match form(cx.graph, id) {
                Form::Reshape(x) | Form::Broadcast(x) if !cx.named.contains(&id) && cx.graph.shape(x).rank() == 1 => {
                    Some(x)
                }
                _ => None,
            };
            if left[1] == one && right[0] == one {
                let (x, y) = (vector(self, a), vector(self, b));
                if let (Some(x), Some(y)) = (x, y) {
                    return self.scaled_outer(x, y, shape);
                }
            }
            if let Some((x, y)) = self.outer_of(b)
                && !self.named.contains(&b)
            {
                let x = self.product(a, x, &Shape::new([left[0].clone()]))?;
                return self.scaled_outer(x, y, shape);
            }
            if let Some((x, y)) = self.outer_of(a) {
                let turned = self.transpose(b)?;
                let y = self.product(turned, y, &Shape::new([right[1].clone()]))?;
                return self.scaled_outer(x, y, shape);
            }
            if let Some(made) = self.cancelled(a, b)? {
                return Ok(made);
            }
            // A column times a matrix is the vector times it.
            if right[1] == one
                && left[1] != one
                && let Some(x) = vector(self, b)
            {
                let made = self.product(a, x, &Shape::new([left[0].clone()]))?;
                return self.column(made);
            }
            if let Form::MatMul(c, d) = form(self.graph, b)
                && !self.named.contains(&b)
                && !self.spelled.contains_key(&b)
            {
                let to = Shape::new([left[0].clone(), self.graph.shape(c)[1].clone()]);
                let first = self.product(a, c, &to)?;
                return self.product(first, d, shape);
            }
        }
        if right.rank() == 1
            && let Form::MatMul(c, d) = form(self.graph, b)
            && !self.named.contains(&b)
            && self.is_undone(a, c)
        {
            return Ok(d);
        }
        // (A @ B) @ x is A @ (B @ x).
        if right.rank() == 1
            && let Form::MatMul(c, d) = form(self.graph, a)
            && !self.named.contains(&a)
            && !self.spelled.contains_key(&a)
            && self.graph.shape(c).rank() == 2
        {
            let to = Shape::new([self.graph.shape(d)[0].clone()]);
            let inner = self.product(d, b, &to)?;
            return self.product(c, inner, shape);
        }
        if left.rank() == 1 && right.rank() == 1 {
            return self.dot(a, b);
        }
        let made = build::matmul(self.graph, a, b)?;
        Ok(self.atom(made).unwrap_or(made))
    }

    /// `a @ b` of vectors, in the order in which it was met.
    pub(super) fn dot(&mut self, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
        for (ones, of) in [(a, b), (b, a)] {
            if !self.named.contains(&ones) && self.is_value(ones, 1.0) {
                let sum = build::sum(self.graph, of, None, false)?;
                return self.shaped(sum, &Shape::default());
            }
        }
        let made = build::matmul(self.graph, a, b)?;
        let turned = build::matmul(self.graph, b, a)?;
        if let Some(name) = self.atom(made).or_else(|| self.atom(turned)) {
            return Ok(name);
        }
        let key = if a < b { (a, b) } else { (b, a) };
        Ok(*self.dots.entry(key).or_insert(made))
    }

    /// Is one of two matrices the inverse of the other, `A` and `inv(A)` or `A'` and `inv(A)'`?
    fn is_undone(&self, a: NodeId, b: NodeId) -> bool {
        let plain = |id: NodeId| match form(self.graph, id) {
            Form::Transpose(x) => (x, true),
            _ => (id, false),
        };
        let ((a, turned), (b, other)) = (plain(a), plain(b));
        let inverse = |x: NodeId, y: NodeId| form(self.graph, x) == Form::Inv(y);
        turned == other && (inverse(a, b) || inverse(b, a))
    }

    /// An outer product with the numbers of its vectors in front.
    fn scaled_outer(&mut self, x: NodeId, y: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let (scale, x) = self.pulled(x)?;
        let (more, y) = self.pulled(y)?;
        let outer = self.outer(x, y)?;
        let scale = scale.times(&more).unwrap_or(scale);
        self.linear(scale, outer, shape)
    }

    pub(super) fn reshape(&mut self, id: NodeId, x: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let from = self.graph.shape(x).clone();
        if from.is_same(shape, &self.graph.dims) {
            // The same under another name of its size.
            return Ok(x);
        }
        if let Form::Reshape(y) = form(self.graph, x)
            && !self.named.contains(&x)
        {
            let made = build::reshape_to(self.graph, y, shape.clone())?;
            return self.shaped(made, shape);
        }
        if let Some(made) = self.without_axis(x, shape)? {
            return Ok(made);
        }
        let bare = |shape: &Shape| -> Vec<Dim> {
            let skipped = shape.iter().take_while(|dim| **dim == Dim::Num(1)).count();
            shape.iter().skip(skipped).cloned().collect()
        };
        // Only axes of size 1 in front: broadcasting does that.
        if bare(&from) == bare(shape) && shape.rank() >= from.rank() {
            let inner = self.bare(x);
            let made = self.stretched(inner, shape)?;
            let poly = self.poly(inner);
            self.polys.insert(made, poly);
            return Ok(made);
        }
        let (scale, rest) = self.pulled(x)?;
        if self.poly(rest).value() == Some(1.0) {
            let one = ops::number(self.graph, 1.0);
            let ones = self.stretched(one, shape)?;
            self.polys.insert(ones, Poly::number(1.0));
            return self.linear(scale, ones, shape);
        }
        if rest == x {
            return Ok(id);
        }
        let made = build::reshape_to(self.graph, rest, shape.clone())?;
        let made = self.shaped(made, shape)?;
        self.linear(scale, made, shape)
    }

    pub(super) fn chosen(
        &mut self,
        id: NodeId,
        c: NodeId,
        a: NodeId,
        b: NodeId,
        shape: &Shape,
    ) -> Result<NodeId, Fault> {
        if let Form::Not(c) = form(self.graph, self.bare(c)) {
            let made = build::choose(self.graph, c, b, a)?;
            return self.shaped(made, shape);
        }
        let (x, y) = (self.poly(a).value(), self.poly(b).value());
        if let (Some(value), true) = (x, x == y) {
            return self.build(&Poly::number(value), shape);
        }
        // The condition itself is 0 or 1.
        if x == Some(1.0) && y == Some(0.0) {
            let poly = Poly::atom(self.bare(c));
            self.polys.insert(id, poly.clone());
            let shape = self.graph.shape(id).clone();
            return self.shorter(id, poly, &shape);
        }
        // `where(n == 0, 0, x/n)`: a convention at one point, which a reader need not see.
        let kept = match (x == Some(0.0), y == Some(0.0)) {
            (true, false) => Some((b, false)),
            (false, true) => Some((a, true)),
            _ => None,
        };
        if let Some((kept, absent)) = kept {
            for tested in self.zeros(c, absent) {
                if self.is_factor(tested, kept) || self.divides(tested, kept) || self.vanishes(tested, kept) {
                    return Ok(kept);
                }
            }
        }
        Ok(self.scaled_choice(c, a, b, shape)?.unwrap_or(id))
    }

    /// `where(c, a/m, b/m)` is `where(c, a, b)/m`: the scalars that both have in front.
    fn scaled_choice(&mut self, c: NodeId, a: NodeId, b: NodeId, shape: &Shape) -> Result<Option<NodeId>, Fault> {
        let parts = [self.poly(a), self.poly(b)];
        // Of what is chosen from all terms, those of both at once; 0 has any factor.
        let mut all = Poly::default();
        for (key, coefficient) in parts.iter().flat_map(|part| &part.terms) {
            all.terms.entry(key.clone()).or_insert(*coefficient);
        }
        let mut common = all.common();
        common.retain(|(atom, _)| self.graph.shape(*atom).is_scalar());
        let numbers: Vec<f64> = parts.iter().flat_map(|part| part.terms.values().copied()).collect();
        let Some(first) = numbers.first().copied() else { return Ok(None) };
        let alike = numbers.iter().all(|c| libm::fabs(*c) == libm::fabs(first));
        let sign = if numbers.iter().all(|c| *c < 0.0) { -1.0 } else { 1.0 };
        let number = sign * if alike { libm::fabs(first) } else { 1.0 };
        if common.is_empty() && number == 1.0 {
            return Ok(None);
        }
        let mut sides = vec![c];
        for (part, node) in parts.iter().zip([a, b]) {
            let rest = part.scaled(1.0 / number, &power(&common, -1.0));
            let rest = self.plain(&rest, &self.graph.shape(node).clone()).unwrap_or(node);
            sides.push(rest);
        }
        // What no factor can be taken out of is looked at once.
        if sides == [c, a, b] {
            return Ok(None);
        }
        let made = build::choose(self.graph, sides[0], sides[1], sides[2])?;
        let made = self.stretched(made, shape)?;
        let made = self.shaped(made, shape)?;
        self.linear(Poly::term(number, &common), made, shape).map(Some)
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

    /// Is every term of `of` 0 where `tested` is?
    fn vanishes(&mut self, tested: NodeId, of: NodeId) -> bool {
        let (tested, of) = (self.poly(tested), self.poly(of));
        let Some((_, zero)) = tested.single() else { return false };
        of.terms.keys().all(|key| {
            let mono = key.mono();
            zero.iter().all(|(atom, e)| *e > 0.0 && mono.iter().any(|(other, have)| other == atom && *have > 0.0))
        })
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
        if let Some(start) = readable::first_index(self.graph, index, axis) {
            let made = build::part_of(self.graph, rest, axis, Dim::Num(start), shape.clone())?;
            let made = self.shaped(made, shape)?;
            return self.linear(scale, made, shape);
        }
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
