//! Terms that share a factor of a matrix product, or a sum or a mean, as one: `A @ x + B @ x` is `(A + B) @ x`.

use super::algebra::Algebra;
use super::poly::{Key, Mono, Poly, times};
use crate::graph::{Attrs, Fault, NodeId, OpDef};
use crate::graph::{Form, form};
use crate::ops::build;
use crate::shape::Shape;
use rustc_hash::FxHashMap;

/// What the terms of a group have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Shared {
    Right(NodeId),
    Left(NodeId),
    Sum(&'static OpDef, Attrs, Shape),
    Choice(NodeId),
}

/// A term: its coefficient, what it has for itself, and the atom that both are in.
type Member = (f64, NodeId, NodeId);

impl Algebra<'_> {
    /// Terms that share a factor as one product, and sums of one kind as one sum.
    pub(super) fn gathered(&mut self, poly: Poly) -> Result<Poly, Fault> {
        if poly.terms.len() < 2 {
            return Ok(poly);
        }
        let mut order: Vec<(Shared, Mono)> = vec![];
        let mut groups: FxHashMap<(Shared, Key), Vec<Member>> = FxHashMap::default();
        for (key, coefficient) in &poly.terms {
            let mono = key.mono();
            for (atom, exponent) in &mono {
                if *exponent != 1.0 || self.named.contains(atom) {
                    continue;
                }
                let rest = times(&mono, &vec![(*atom, -1.0)]);
                for (shared, own) in self.shared(*atom) {
                    let members = groups.entry((shared.clone(), Key::of(&rest))).or_default();
                    if members.is_empty() {
                        order.push((shared, rest.clone()));
                    }
                    members.push((*coefficient, own, *atom));
                }
            }
        }
        let mut out = poly;
        order.sort_by_key(|(shared, _)| match shared {
            Shared::Right(b) => (0, *b),
            Shared::Left(a) => (1, *a),
            Shared::Sum(..) => (2, NodeId(0)),
            Shared::Choice(c) => (3, *c),
        });
        for (shared, rest) in order {
            let mut members = groups.remove(&(shared.clone(), Key::of(&rest))).unwrap_or_default();
            // What went into another group is gone.
            let term = |atom: NodeId| Key::of(&times(&rest, &vec![(atom, 1.0)]));
            members.retain(|(c, _, atom)| out.terms.get(&term(*atom)) == Some(c));
            let Some((first, own, _)) = members.first().copied() else { continue };
            let size = libm::fabs(first);
            let alike =
                |(c, other, _): &Member| libm::fabs(*c) == size && self.graph.shape(*other) == self.graph.shape(own);
            if members.len() < 2
                || !(matches!(shared, Shared::Sum(..) | Shared::Choice(_)) || members.iter().all(alike))
            {
                continue;
            }
            if let Some(whole) = self.together_as(&shared, &members, size)? {
                for (coefficient, _, atom) in &members {
                    out.add_term(-coefficient, &times(&rest, &vec![(*atom, 1.0)]));
                }
                match out.plus(&whole.scaled(1.0, &rest), 1.0) {
                    Some(next) => out = next,
                    None => return Ok(out),
                }
            }
        }
        Ok(out)
    }

    /// What a node may share with others, each with what it has for itself.
    fn shared(&self, atom: NodeId) -> Vec<(Shared, NodeId)> {
        match form(self.graph, atom) {
            Form::MatMul(a, b) if self.spelled.contains_key(&atom) => vec![(Shared::Right(b), a)],
            Form::MatMul(a, b) => vec![(Shared::Right(b), a), (Shared::Left(a), b)],
            Form::Where(c, ..) if self.fuel > 0 => vec![(Shared::Choice(c), atom)],
            Form::Sum(x) | Form::Mean(x) if self.fuel > 0 => {
                let node = self.graph.node(atom);
                vec![(Shared::Sum(node.op.def, node.op.attrs.clone(), self.graph.shape(x).clone()), x)]
            }
            _ => vec![],
        }
    }

    /// The terms of a group as one.
    fn together_as(&mut self, shared: &Shared, members: &[Member], size: f64) -> Result<Option<Poly>, Fault> {
        let number = if members.iter().all(|(c, ..)| *c < 0.0) { -size } else { size };
        let mut members = members.to_vec();
        members.sort_by_key(|(c, own, _)| (c / number < 0.0, *own));
        let to = self.graph.shape(members[0].2).clone();
        if let Shared::Sum(def, attrs, from) = shared {
            let mut inner = Poly::default();
            for (coefficient, own, _) in &members {
                match inner.plus(&self.poly(*own).scaled(coefficient / number, &vec![]), 1.0) {
                    Some(next) => inner = next,
                    None => return Ok(None),
                }
            }
            self.fuel = self.fuel.saturating_sub(1);
            let inner = self.shortest(&inner, from)?;
            let made = self.graph.add(def, attrs.clone(), &[inner])?;
            let before: u32 = members.iter().map(|(_, _, atom)| self.cost(*atom) + 2).sum();
            let shorter = self.cost(made) + 2 < before;
            return Ok(shorter.then(|| Poly::term(number, &vec![(made, 1.0)])));
        }
        if let Shared::Choice(c) = shared {
            let mut sides = [Poly::default(), Poly::default()];
            for (coefficient, own, _) in &members {
                let Form::Where(_, a, b) = form(self.graph, *own) else { return Ok(None) };
                for (side, of) in sides.iter_mut().zip([a, b]) {
                    match side.plus(&self.poly(of).scaled(coefficient / number, &vec![]), 1.0) {
                        Some(next) => *side = next,
                        None => return Ok(None),
                    }
                }
            }
            self.fuel = self.fuel.saturating_sub(1);
            let sides = [self.shortest(&sides[0], &to)?, self.shortest(&sides[1], &to)?];
            let sides = sides.map(|side| self.bare(side));
            let made = build::choose(self.graph, *c, sides[0], sides[1])?;
            let made = self.stretched(made, &to)?;
            let made = self.shaped(made, &to)?;
            return Ok(Some(self.poly(made).scaled(number, &vec![])));
        }
        let mut sum: Option<NodeId> = None;
        let mut inner = Poly::default();
        for (coefficient, own, _) in &members {
            let minus = coefficient / number < 0.0;
            inner.add_term(coefficient / number, &vec![(*own, 1.0)]);
            sum = Some(match sum {
                None if minus => build::neg(self.graph, *own)?,
                None => *own,
                Some(before) if minus => build::sub(self.graph, before, *own)?,
                Some(before) => build::add(self.graph, before, *own)?,
            });
        }
        let Some(sum) = sum else { return Ok(None) };
        let sum = if self.fuel > 0 {
            self.fuel -= 1;
            let shape = self.graph.shape(sum).clone();
            self.shaped(sum, &shape)?
        } else {
            self.polys.insert(sum, inner);
            sum
        };
        let (a, b) = match shared {
            Shared::Right(b) => (sum, *b),
            Shared::Left(a) => (*a, sum),
            Shared::Sum(..) | Shared::Choice(_) => return Ok(None),
        };
        // What is being gathered already is not gathered again inside itself.
        let product = if self.fuel > 0 && self.gathering.insert((a, b)) {
            let product = self.product(a, b, &to);
            self.gathering.remove(&(a, b));
            product?
        } else {
            build::matmul(self.graph, a, b)?
        };
        Ok(Some(self.poly(product).scaled(number, &vec![])))
    }
}
