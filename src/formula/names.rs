//! Names put back where what they stand for is written otherwise: by its normal form, or as a factor of a product.

use super::algebra::Algebra;
use super::poly::{Mono, Poly, power, times};
use super::signs;
use crate::graph::{Fault, Form, NodeId, Role, form};
use rustc_hash::{FxHashMap, FxHashSet};

/// So many names are looked into.
const NAMES: usize = 128;

impl Algebra<'_> {
    /// Learns what each name stands for, in the form in which it would be met.
    pub fn learn(&mut self, of: NodeId, root: NodeId) {
        let own: FxHashSet<NodeId> = self.graph.reach(&[of]).into_iter().collect();
        let within = self.within(&[root, of]);
        let mut names: Vec<NodeId> =
            self.named.iter().copied().filter(|id| self.graph.def(*id).role == Role::Def).collect();
        names.sort_unstable();
        let mut values: FxHashMap<NodeId, Vec<NodeId>> = FxHashMap::default();
        let mut pairs: Vec<(NodeId, NodeId)> = self.aliases.iter().map(|(id, name)| (*id, *name)).collect();
        pairs.sort_unstable();
        for (id, name) in pairs.into_iter().filter(|(id, name)| id != name) {
            values.entry(name).or_default().push(id);
        }
        let fuel = self.fuel;
        for name in names.into_iter().rev().take(NAMES).rev() {
            let value = self.graph.node(name).args[0];
            if self.atom(value) != Some(name) || !within.contains(&name) {
                continue;
            }
            // Looked into, not met as the name.
            let known: Vec<NodeId> = values.remove(&name).unwrap_or_default();
            for id in &known {
                self.aliases.remove(id);
            }
            let made = self.canonical(value);
            // `2b` says more than a `u` that is defined so.
            let multiple = self.poly(made);
            if let Some((count, mono)) = multiple.single()
                && let [(atom, 1.0)] = mono[..]
                && count != 1.0
                && self.named.contains(&atom)
            {
                continue;
            }
            for id in known {
                self.aliases.insert(id, name);
                self.canon.insert(id, name);
            }
            if self.named.contains(&self.bare(made)) || self.graph.node(self.bare(made)).args.is_empty() {
                continue;
            }
            let poly = self.poly(made);
            self.aliases.entry(made).or_insert(name);
            self.canon.insert(made, name);
            match poly.single() {
                Some((coefficient, mono))
                    if own.contains(&name) && (mono.len() > 1 || mono.iter().any(|(_, e)| *e != 1.0)) =>
                {
                    self.products.push((name, coefficient, mono));
                }
                Some(_) => {}
                None => self.remember(name, poly),
            }
        }
        self.fuel = fuel;
    }

    /// The nodes that are made of nothing but what the roots are made of: only these can be met in it.
    fn within(&self, roots: &[NodeId]) -> FxHashSet<NodeId> {
        let is_leaf = |id: NodeId| self.graph.node(id).args.is_empty();
        let mut within: FxHashSet<NodeId> = self.graph.reach(roots).into_iter().filter(|id| is_leaf(*id)).collect();
        let names: Vec<NodeId> = self.named.iter().copied().collect();
        let mut below = self.graph.reach(&names);
        below.sort_unstable();
        for id in below {
            let args = &self.graph.node(id).args;
            let number = args.is_empty() && self.graph.def(id).role != Role::Slot;
            if number || (!args.is_empty() && args.iter().all(|arg| within.contains(arg))) {
                within.insert(id);
            }
        }
        within
    }

    /// What is asked for itself, with the names of products in it.
    pub fn renamed_root(&mut self, root: NodeId) -> Result<NodeId, Fault> {
        let (poly, shape) = (self.poly(root), self.graph.shape(root).clone());
        let mut best = root;
        for other in self.renamed(&poly) {
            let named = self.build(&other, &shape)?;
            if self.cost(named) + 1 < self.cost(best) {
                best = named;
            }
        }
        Ok(best)
    }

    /// With the names of products in place of their factors, one name after the other.
    pub(super) fn renamed(&mut self, poly: &Poly) -> Vec<Poly> {
        let mut out: Vec<Poly> = vec![];
        for (name, coefficient, mono) in self.products.clone() {
            let whole = out.last().unwrap_or(poly).clone();
            // All of its factors, or the one that is longest to read.
            let longest = mono.iter().copied().max_by_key(|(atom, _)| (self.cost(*atom), *atom));
            let parts = [Some(mono.clone()), longest.filter(|_| mono.len() > 1).map(|factor| vec![factor])];
            // A name may be 0 where its factors are: only what cannot be 0 is divided out again.
            let safe: FxHashSet<NodeId> =
                mono.iter().map(|(atom, _)| *atom).filter(|atom| signs::is_never_zero(self.graph, *atom)).collect();
            for part in parts.into_iter().flatten() {
                let is_power = |id: NodeId, base: NodeId| matches!(form(self.graph, id), Form::Pow(x, _) if x == base);
                out.extend(instead(&whole, (name, coefficient, &mono), &part, &safe, (self.strict, is_power)));
            }
        }
        out
    }
}

/// A name for the factors that make up its value, in every term that has those of `part`.
fn instead(
    poly: &Poly,
    (name, number, value): (NodeId, f64, &Mono),
    part: &Mono,
    safe: &FxHashSet<NodeId>,
    (strict, is_power): (bool, impl Fn(NodeId, NodeId) -> bool),
) -> Option<Poly> {
    // What the whole divides by anyway; `strict`: not the 1/x of x^(n - 1), which stands as x^n/x.
    let divides = |mono: &Mono, atom: NodeId| {
        mono.iter().any(|(other, e)| *other == atom && *e < 0.0)
            && (!strict || !mono.iter().any(|(other, _)| is_power(*other, atom)))
    };
    let divided = |atom: &NodeId| safe.contains(atom) || poly.terms.keys().any(|key| divides(&key.mono(), *atom));
    let mut out = Poly::default();
    let mut changed = false;
    for (key, coefficient) in &poly.terms {
        let mono = key.mono();
        // How often all of them are there: above or, all of them, below.
        let share =
            |(atom, e): &(NodeId, f64)| mono.iter().find(|(other, _)| other == atom).map_or(0.0, |(_, have)| have / e);
        let shares: Vec<f64> = part.iter().map(share).collect();
        let least = shares.iter().map(|share| libm::fabs(*share)).fold(f64::INFINITY, libm::fmin);
        let one_sided = shares.iter().all(|share| *share > 0.0) || shares.iter().all(|share| *share < 0.0);
        let count = if one_sided { libm::floor(least).copysign(shares[0]) } else { 0.0 };
        let rest = times(&mono, &power(value, -count));
        let new_divisor = |(atom, e): &(NodeId, f64)| *e < 0.0 && !divided(atom);
        let exact = match count > 0.0 {
            true => !rest.iter().any(new_divisor),
            false => value.iter().all(|(atom, _)| divided(atom)),
        };
        if count != 0.0 && exact {
            changed = true;
            out.add_term(coefficient / libm::pow(number, count), &times(&rest, &vec![(name, count)]));
        } else {
            out.add_term(*coefficient, &mono);
        }
    }
    changed.then_some(out)
}
