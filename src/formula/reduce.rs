//! Sums and means: of one value, of a softmax, of diagonals and padded entries, and `keep` where broadcasting does it.

use super::algebra::{Algebra, Spelled};
use super::poly::{Mono, Poly, power, times};
use super::readable;
use super::sides::Side;
use crate::graph::{Attr, Attrs, Fault, Kernel, NodeId};
use crate::graph::{Form, form};
use crate::ops::{self, build};
use crate::shape::{Dim, Shape};

impl Algebra<'_> {
    // Long: the cases in the order in which they are tried; each is a few lines and names what it takes.
    pub(super) fn reduction(&mut self, id: NodeId, x: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let (scale, rest) = self.pulled(x)?;
        let attrs = self.graph.node(id).op.attrs.clone();
        let rank = self.graph.shape(rest).rank();
        let axes: Vec<i64> = match attrs.ints(0) {
            Some(axes) => axes.to_vec(),
            None => (0..rank as i64).collect(),
        };
        let mean = matches!(form(self.graph, id), Form::Mean(_));
        // Where the axes that go are the first ones, broadcasting brings them back.
        let lead = axes.iter().enumerate().all(|(i, axis)| *axis == i as i64);
        if attrs.flag(1) && lead {
            let all = if axes.len() == rank { Attr::Absent } else { attrs.get(0).clone() };
            let def = self.graph.def(id);
            let dropped = self.graph.add(def, Attrs::from_vec(vec![all, Attr::Flag(false)]), &[x])?;
            let to = self.graph.shape(dropped).clone();
            let made = self.shaped(dropped, &to)?;
            let poly = self.poly(made);
            let bare = self.bare(made);
            let made = self.stretched(bare, shape)?;
            self.polys.insert(made, poly);
            return Ok(made);
        }
        // The sum of one value everywhere is that value times the count, its mean the value.
        let value = self.poly(rest).value();
        if let Some(value) = value {
            let count = build::count(self.graph, rest, Some(&axes))?;
            let count = if mean { Poly::number(1.0) } else { self.poly(count) };
            let poly = count.scaled(value, &vec![]);
            let poly = poly.times(&scale).unwrap_or(poly);
            let built = self.build(&poly, shape)?;
            self.polys.insert(built, poly);
            return Ok(built);
        }
        // What is stretched along the axes that go is itself, so many times.
        if let Form::Broadcast(inner) = form(self.graph, rest)
            && !self.named.contains(&rest)
            && axes.iter().all(|axis| (*axis as usize) + self.graph.shape(inner).rank() < rank)
        {
            let count = if mean {
                Poly::number(1.0)
            } else {
                let count = build::count(self.graph, rest, Some(&axes))?;
                self.poly(count)
            };
            let made = self.stretched(inner, shape)?;
            let poly = self.poly(inner);
            self.polys.insert(made, poly);
            return self.linear(scale.times(&count).unwrap_or(scale), made, shape);
        }
        if !mean {
            // The sum of products is one product.
            if let Form::Mul(a, b) = form(self.graph, rest)
                && (rank, axes.len(), attrs.flag(1)) == (1, 1, false)
                && !self.named.contains(&rest)
                && [a, b].iter().all(|id| {
                    let product = matches!(form(self.graph, *id), Form::Mul(..) | Form::Div(..));
                    self.graph.shape(*id).rank() == 1 && (self.named.contains(id) || !product)
                })
            {
                let made = self.dot(a, b)?;
                return self.linear(scale, made, shape);
            }
            if let Some(made) = self.summed_product(rest, &axes)? {
                let made = build::reshape_to(self.graph, made, shape.clone())?;
                let made = self.shaped(made, shape)?;
                return self.linear(scale, made, shape);
            }
            if self.sums_to_one(rest, &axes) {
                let ones = self.ones(shape)?;
                return self.linear(scale, ones, shape);
            }
            if let Some(vector) = self.sum_of_diagonal(rest, &axes)? {
                let made = build::reshape_to(self.graph, vector, shape.clone())?;
                let made = self.shaped(made, shape)?;
                return self.linear(scale, made, shape);
            }
            if let Some((left, right)) = self.outer_of(rest)
                && let [axis] = axes[..]
            {
                // The rows of an outer product are multiples of one another.
                let (kept, gone) = if axis == 0 { (right, left) } else { (left, right) };
                let total = build::sum(self.graph, gone, None, false)?;
                let total = self.shaped(total, &Shape::default())?;
                let made = build::reshape_to(self.graph, kept, shape.clone())?;
                let made = self.shaped(made, shape)?;
                let scale = self.poly(total).times(&scale).unwrap_or(scale);
                return self.linear(scale, made, shape);
            }
            // Zeros around it add nothing.
            if let Form::Padded(inner) = form(self.graph, rest)
                && !self.named.contains(&rest)
                && axes.len() == rank
                && !attrs.flag(1)
            {
                let made = self.graph.add(
                    self.graph.def(id),
                    Attrs::from_vec(vec![Attr::Absent, Attr::Flag(false)]),
                    &[inner],
                )?;
                let made = self.shaped(made, shape)?;
                return self.linear(scale, made, shape);
            }
        }
        // All axes, said in the shortest way.
        let attrs = if axes.len() == rank && !attrs.flag(1) {
            Attrs::from_vec(vec![Attr::Absent, Attr::Flag(false)])
        } else {
            attrs
        };
        let def = self.graph.def(id);
        let made = self.graph.add(def, attrs, &[rest])?;
        let made = self.atom(made).unwrap_or(made);
        let poly = self.poly(made);
        let poly = self.fewest(poly);
        if poly.terms.is_empty() {
            return self.shorter(made, poly, shape);
        }
        self.linear(scale, made, shape)
    }

    /// The norm of what is apart from its mean is the standard deviation times the root of the count.
    pub(super) fn spread(&mut self, id: NodeId, away: NodeId) -> Result<NodeId, Fault> {
        let Form::Sub(x, mean) = form(self.graph, away) else { return Ok(id) };
        let attrs = &self.graph.node(id).op.attrs;
        let all = attrs.all().iter().all(|attr| matches!(attr, Attr::Absent | Attr::Flag(false)));
        if self.named.contains(&id)
            || !all
            || form(self.graph, self.bare(mean)) != Form::Mean(x)
            || !self.graph.shape(self.bare(mean)).is_scalar()
        {
            return Ok(id);
        }
        let count = build::count(self.graph, x, None)?;
        let root = readable::sqrt(self.graph, count)?;
        let std = build::div(self.graph, id, root)?;
        let std = self.atom(std).unwrap_or(std);
        if !self.named.contains(&std) {
            self.spelled.insert(
                std,
                Spelled {
                    function: crate::ops::of(crate::graph::Is::Std).name,
                    args: vec![x],
                    dims: vec![],
                    transposed: false,
                },
            );
            self.polys.insert(std, Poly::atom(std));
            let cost = 2 + self.cost(x);
            self.costs.insert(std, cost);
            self.canon.insert(std, std);
        }
        let count = self.poly(count);
        let Some((number, mono)) = count.single() else { return Ok(id) };
        let root = Poly::term(libm::sqrt(number), &power(&mono, 0.5));
        self.polys.insert(id, Poly::atom(std).times(&root).unwrap_or_default());
        Ok(id)
    }

    /// A reduction over all axes by name as one that names none.
    pub(super) fn over_all(&mut self, id: NodeId) -> Result<NodeId, Fault> {
        let node = self.graph.node(id).clone();
        let (Kernel::Reduce(_), [x], Some(axes)) = (node.op.def.kernel, node.args.as_slice(), node.op.attrs.ints(0))
        else {
            return Ok(id);
        };
        if axes.len() != self.graph.shape(*x).rank() || node.op.attrs.flag(1) || node.op.attrs.all().len() != 2 {
            return Ok(id);
        }
        self.graph.add(node.op.def, Attrs::from_vec(vec![Attr::Absent, Attr::Flag(false)]), &[*x])
    }

    /// A sum or mean that keeps its axis, and is to lose it.
    pub(super) fn without_axis(&mut self, id: NodeId, shape: &Shape) -> Result<Option<NodeId>, Fault> {
        let node = self.graph.node(id).clone();
        let keeps = matches!(node.op.def.kernel, Kernel::Reduce(_)) && node.op.attrs.flag(1);
        if !keeps || self.named.contains(&id) {
            return Ok(None);
        }
        let attrs = Attrs::from_vec(vec![node.op.attrs.get(0).clone(), Attr::Flag(false)]);
        let dropped = self.graph.add(node.op.def, attrs, &node.args)?;
        match self.graph.shape(dropped).is_same(shape, &self.graph.dims) {
            true => self.shaped(dropped, shape).map(Some),
            false => Ok(None),
        }
    }

    /// The sum over one axis of a matrix times a row or a column as a product: `sum(A*x, axis=1)` is `A @ x`.
    fn summed_product(&mut self, id: NodeId, axes: &[i64]) -> Result<Option<NodeId>, Fault> {
        let ([axis], 2) = (axes, self.graph.shape(id).rank()) else { return Ok(None) };
        if self.named.contains(&id) {
            return Ok(None);
        }
        // A product, or a sum of which every term has the same factors: `q*A - q*B`.
        let poly = self.poly(id);
        let (coefficient, mono, rest) = match poly.single() {
            Some((coefficient, mono)) => (coefficient, mono, None),
            None => {
                let common = poly.common();
                let rest = poly.scaled(1.0, &power(&common, -1.0));
                (1.0, common, Some(rest))
            }
        };
        let (mut inside, mut outside, mut full): (Mono, Mono, Mono) = (vec![], vec![], vec![]);
        for (atom, exponent) in mono {
            let (along, vector) = match self.side(atom) {
                Side::Scalar => (&mut outside, atom),
                Side::Row(x) => (if *axis == 1 { &mut inside } else { &mut outside }, x),
                Side::Column(x) => (if *axis == 0 { &mut inside } else { &mut outside }, x),
                Side::Full => (&mut full, atom),
                Side::Eye => return Ok(None),
            };
            *along = times(along, &vec![(vector, exponent)]);
        }
        if (full.is_empty() && rest.is_none()) || inside.is_empty() {
            return Ok(None);
        }
        let shape = self.graph.shape(id).clone();
        let side = |axis: usize| Shape::new([shape[axis].clone()]);
        let matrix = match rest {
            Some(rest) => self.shortest(&rest.scaled(1.0, &full), &shape)?,
            None => self.build(&Poly::term(1.0, &full), &shape)?,
        };
        let matrix = if *axis == 0 { self.transpose(matrix)? } else { matrix };
        let (along, left) = (*axis as usize, 1 - *axis as usize);
        let vector = self.build(&Poly::term(1.0, &inside), &side(along))?;
        let product = self.product(matrix, vector, &side(left))?;
        let Some(poly) = self.poly(product).times(&Poly::term(coefficient, &outside)) else { return Ok(None) };
        let plain = self.build(&poly, &side(left))?;
        self.shorter(plain, poly, &side(left)).map(Some)
    }

    /// Does every line along the axes sum to 1?
    fn sums_to_one(&self, id: NodeId, axes: &[i64]) -> bool {
        let [axis] = axes[..] else { return false };
        let rank = self.graph.shape(id).rank() as i64;
        if let Some(spelled) = self.spelled.get(&id)
            && spelled.function == build::HOT
        {
            return axis == if spelled.transposed { rank - 2 } else { rank - 1 };
        }
        // A name may be that of a softmax, or asserted to.
        let mut at = id;
        while let Form::Same(inner) = form(self.graph, at) {
            if self.of_one.contains(&(at, axis)) {
                return true;
            }
            at = inner;
        }
        if self.of_one.contains(&(at, axis)) {
            return true;
        }
        // One 1 for each label, and zeros.
        if let Form::ScatterAdd(ones, _) = form(self.graph, at) {
            let once = self.graph.shape(ones).get(axis as usize) == Some(&Dim::Num(1));
            let value = match form(self.graph, ones) {
                Form::Broadcast(x) | Form::Reshape(x) => form(self.graph, x),
                form => form,
            };
            return once && value == Form::Number(1.0) && self.graph.node(at).op.attrs.int(0) == Some(axis);
        }
        matches!(form(self.graph, at), Form::Softmax(_)) && self.graph.node(at).op.attrs.int(0) == Some(axis)
            || (form(self.graph, at) == Form::Eye && axis < rank)
    }

    /// The vector that a sum of multiples of the identity over one axis is.
    fn sum_of_diagonal(&mut self, id: NodeId, axes: &[i64]) -> Result<Option<NodeId>, Fault> {
        let ([_], 2) = (axes, self.graph.shape(id).rank()) else { return Ok(None) };
        let poly = self.poly(id);
        let shape = self.graph.shape(id).clone();
        let square = Shape::new([shape[0].clone()]).is_same(&Shape::new([shape[1].clone()]), &self.graph.dims);
        if !square || poly.terms.is_empty() {
            return Ok(None);
        }
        let mut out = Poly::default();
        for (key, coefficient) in &poly.terms {
            let mut vector: Poly = Poly::number(*coefficient);
            let mut eyes = 0;
            for (atom, exponent) in key.mono() {
                let side = self.graph.shape(atom).clone();
                let factor = match form(self.graph, atom) {
                    _ if side.rank() < 2 => Poly::term(1.0, &vec![(atom, exponent)]),
                    Form::Eye => {
                        eyes += 1;
                        continue;
                    }
                    Form::Reshape(x) if side[1] == Dim::Num(1) && self.graph.shape(x).rank() == 1 => {
                        Poly::term(1.0, &vec![(x, exponent)])
                    }
                    _ => return Ok(None),
                };
                match vector.times(&factor) {
                    Some(next) => vector = next,
                    None => return Ok(None),
                }
            }
            if eyes != 1 {
                return Ok(None);
            }
            match out.plus(&vector, 1.0) {
                Some(next) => out = next,
                None => return Ok(None),
            }
        }
        let out = self.settled(out);
        let made = self.build(&out, &Shape::new([shape[0].clone()]))?;
        self.polys.insert(made, out);
        Ok(Some(made))
    }

    /// Zeros around a single 1 are a one_hot.
    pub(super) fn padded(&mut self, id: NodeId, x: NodeId, shape: &Shape) -> Result<NodeId, Fault> {
        let (scale, rest) = self.pulled(x)?;
        let attrs = self.graph.node(id).op.attrs.clone();
        let def = self.graph.def(id);
        let made = self.graph.add(def, attrs.clone(), &[rest])?;
        let one = self.is_value(rest, 1.0) && shape.rank() == 1 && self.graph.shape(rest)[0] == Dim::Num(1);
        if let (true, Attr::Slices(slices)) = (one, attrs.get(0))
            && let Dim::Num(start) = slices[0].start
        {
            let label = ops::number(self.graph, start as f64);
            let dims = vec![shape[0].clone()];
            self.spelled.insert(made, Spelled { function: build::HOT, args: vec![label], dims, transposed: false });
            self.polys.insert(made, Poly::atom(made));
            self.costs.insert(made, 6);
        }
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
        if !lead.is_empty() && !inner.is_empty() && !shape.is_scalar() {
            // One sum over all that go, as a bias of channels has it.
            let axes: Vec<usize> = lead.iter().chain(&inner).copied().collect();
            let summed = build::sum(self.graph, x, Some(&axes), false)?;
            let to = self.graph.shape(summed).clone();
            let summed = self.shaped(summed, &to)?;
            let made = build::reshape_to(self.graph, summed, shape.clone())?;
            return self.shaped(made, shape);
        }
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
}
