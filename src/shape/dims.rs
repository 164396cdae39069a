//! The dimensions of a program: their names, what is known of them, and who forced it.

use super::dim::{Dim, Poly, Sym, TooLarge};
use super::show::text;
use crate::source::Span;
use std::collections::BTreeSet;
use std::sync::Arc;

/// All named dimensions, what they were found equal to, and the places that said so.
#[derive(Clone, Debug, Default)]
pub struct Dims {
    /// Shared with the marks of a graph until one of them changes.
    names: Arc<Vec<Named>>,
    place: Option<Span>,
    pub(super) conditions: super::condition::Conditions,
}

#[derive(Clone, Debug)]
struct Named {
    name: Arc<str>,
    place: Option<Span>,
    hole: bool,
    /// What it is equal to. Names in it may have been solved later.
    solved: Option<Dim>,
    /// What was said, and where, when it was solved.
    said: Option<Said>,
    /// Of an unsolved name: how many names are equal to it.
    size: u32,
    /// Of an unsolved name: the one by which all that are equal to it are shown, the first that the program gave.
    shown: Option<Sym>,
}

#[derive(Clone, Debug)]
struct Said {
    left: Dim,
    right: Dim,
    place: Option<Span>,
}

/// Do two dimensions agree?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Same {
    /// For all numbers.
    Yes,
    /// For no numbers.
    No,
    /// For some numbers only (or it is not known that they never do).
    Maybe,
}

/// Two dimensions that were to be equal and are not: both in normal form, and the chain of places that led there.
#[derive(Clone, Debug, PartialEq)]
pub struct Clash {
    /// One side.
    pub left: Dim,
    /// The other.
    pub right: Dim,
    /// What was forced before, and where: `m = 3`, span.
    pub chain: Vec<(String, Span)>,
}

/// Facts that a chain tells at most.
const LONGEST_CHAIN: usize = 16;

/// What names of dimensions become.
#[derive(Clone, Debug, Default)]
pub struct Renamed {
    by_sym: Vec<(Sym, Dim)>,
    by_name: Vec<(Arc<str>, Dim)>,
}

impl Renamed {
    /// Does nothing change?
    pub fn is_empty(&self) -> bool {
        self.by_sym.is_empty() && self.by_name.is_empty()
    }

    /// The names that a program's leaf gives a number, and what they become.
    pub fn names(&self) -> &[(Arc<str>, Dim)] {
        &self.by_name
    }
}

impl Dims {
    /// As the language writes it, after all that was solved; a name that has a number is shown by its name.
    pub fn show(&self, dim: &Dim) -> String {
        match self.normal(dim) {
            Dim::Poly(poly) => text(&poly, &|sym| self.name(self.shown(sym))),
            other => self.written(&other),
        }
    }

    /// As it was said, whatever was solved since.
    pub fn written(&self, dim: &Dim) -> String {
        match dim {
            Dim::Num(n) => n.to_string(),
            Dim::Named(_, name) => name.to_string(),
            Dim::Poly(poly) => text(poly, &|sym| self.name(sym)),
        }
    }

    /// A new name, with the place that introduced it.
    pub fn fresh(&mut self, name: &str, place: Option<Span>) -> Sym {
        self.introduce(name, place, false)
    }

    /// A new dimension left to inference (`_`), with its place: the first operator that compares it settles it.
    pub fn hole(&mut self, place: Option<Span>) -> Sym {
        self.introduce("_", place, true)
    }

    /// The dimension that a name is.
    pub fn sym(&self, sym: Sym) -> Dim {
        Dim::Poly(Arc::new(Poly::sym(sym)))
    }

    /// Its name as the program writes it; `_` for a hole.
    pub fn name(&self, sym: Sym) -> &str {
        self.get(sym).map_or("?", |named| &named.name)
    }

    /// The place that introduced it.
    pub fn place(&self, sym: Sym) -> Option<Span> {
        self.get(sym).and_then(|named| named.place)
    }

    /// Is it a `_` (settled or not)?
    pub fn is_hole(&self, sym: Sym) -> bool {
        self.get(sym).is_some_and(|named| named.hole)
    }

    /// Where a name was solved or a hole settled.
    pub fn forced(&self, sym: Sym) -> Option<Span> {
        self.get(sym).and_then(|named| named.said.as_ref()?.place)
    }

    /// The names that are not solved, in order.
    pub fn open_names(&self) -> Vec<Sym> {
        (0..self.names.len()).filter(|i| self.names[*i].solved.is_none()).map(|i| Sym(i as u32)).collect()
    }

    /// The place of what is being compared from here on; [`Dims::meet`] and [`Dims::require`] remember it.
    pub fn at(&mut self, place: Option<Span>) {
        self.place = place;
    }

    /// The place last told to [`Dims::at`].
    pub(super) fn here(&self) -> Option<Span> {
        self.place
    }

    /// `a + b` in normal form.
    pub fn add(&self, a: &Dim, b: &Dim) -> Result<Dim, TooLarge> {
        Ok(Dim::from_poly(self.full(a)?.add(&self.full(b)?)?))
    }

    /// `a - b` in normal form; below 0 it stays a polynomial that no size can be.
    pub fn sub(&self, a: &Dim, b: &Dim) -> Result<Dim, TooLarge> {
        Ok(Dim::from_poly(self.full(a)?.sub(&self.full(b)?)?))
    }

    /// `a * b` in normal form.
    pub fn mul(&self, a: &Dim, b: &Dim) -> Result<Dim, TooLarge> {
        Ok(Dim::from_poly(self.full(a)?.mul(&self.full(b)?)?))
    }

    /// `floor(a / k)` in normal form; k is positive (a k of 0 is `TooLarge`).
    pub fn floor_div(&self, a: &Dim, k: u64) -> Result<Dim, TooLarge> {
        Ok(Dim::from_poly(self.full(a)?.floor_div(k)?))
    }

    /// `a / b` in normal form, where it is a size for all numbers.
    pub fn quotient(&self, a: &Dim, b: &Dim) -> Option<Dim> {
        Some(Dim::from_poly(self.full(a).ok()?.quotient(&self.full(b).ok()?)?))
    }

    /// Is it a `_` that nothing has settled?
    pub fn is_open(&self, dim: &Dim) -> bool {
        self.normal(dim).bare().is_some_and(|sym| self.is_hole(sym))
    }

    /// After all that was solved and settled. A name that has a number keeps its name; one that is equal to another is
    /// that other. What would be too large stays as it is.
    pub fn normal(&self, dim: &Dim) -> Dim {
        let Dim::Poly(poly) = dim else { return dim.clone() };
        match poly.bare() {
            Some(sym) => self.normal_name(sym),
            None => self.full(dim).map_or_else(|_| dim.clone(), Dim::from_poly),
        }
    }

    /// A dimension with others in the place of its names; `None` where it has none of them.
    pub fn renamed(&self, dim: &Dim, names: &Renamed) -> Option<Dim> {
        match dim {
            Dim::Num(_) => None,
            Dim::Named(_, name) => names.by_name.iter().find(|(own, _)| own == name).map(|(_, to)| to.clone()),
            Dim::Poly(poly) => {
                let to = |sym: Sym| names.by_sym.iter().find(|(own, _)| *own == sym).map(|(_, to)| to.poly());
                let made = poly.replace(&to).ok()?;
                (made != **poly).then(|| Dim::from_poly(made))
            }
        }
    }

    /// Puts `to` in the place of a dimension that is a name; false where it is none, or has another already.
    pub fn rename(&self, names: &mut Renamed, from: &Dim, to: &Dim) -> bool {
        if let Some(sym) = from.bare() {
            match names.by_sym.iter().find(|(own, _)| *own == sym) {
                Some((_, before)) if !self.is_same(before, to) => return false,
                Some(_) => {}
                None => names.by_sym.push((sym, to.clone())),
            }
        }
        match self.normal(from) {
            Dim::Named(_, name) => {
                match names.by_name.iter().find(|(own, _)| *own == name) {
                    Some((_, before)) => return self.is_same(before, to),
                    None => names.by_name.push((name, to.clone())),
                }
                true
            }
            other => other.bare().is_some() && from.bare().is_some(),
        }
    }

    /// Do they agree?
    pub fn same(&self, a: &Dim, b: &Dim) -> Same {
        if let (Some(a), Some(b)) = (number(a), number(b)) {
            return if a == b { Same::Yes } else { Same::No };
        }
        if a == b {
            return Same::Yes;
        }
        let difference = || self.full(a)?.sub(&self.full(b)?);
        let Ok(difference) = difference() else { return Same::Maybe };
        let content = difference.content();
        if content == 0 {
            return if difference.number() == Some(0) { Same::Yes } else { Same::No };
        }
        let never = difference.constant_term() % content != 0
            || difference.is_positive()
            || difference.scale(-1).is_ok_and(|minus| minus.is_positive());
        if never { Same::No } else { Same::Maybe }
    }

    /// Are they equal for all numbers?
    pub fn is_same(&self, a: &Dim, b: &Dim) -> bool {
        self.same(a, b) == Same::Yes
    }

    /// Operators' comparison: equal, or one of them is a hole (`_`), which is then settled here for good.
    pub fn meet(&mut self, a: &Dim, b: &Dim) -> bool {
        self.is_same(a, b) || self.solve(a, b, true, self.place)
    }

    /// As [`Dims::unify`], at the place of [`Dims::at`]; whether they could be made equal.
    pub fn agree(&mut self, a: &Dim, b: &Dim) -> bool {
        self.is_same(a, b) || self.solve(a, b, false, self.place)
    }

    /// What a stated shape, the letters of an `einsum` and `assert m == n` say: they are equal from here on. Solves for a
    /// name that one side is linear in with coefficient ±1 (after a common factor is cancelled), and remembers the place.
    /// Where they can never agree, or only for some numbers that no one name tells, they clash.
    pub fn unify(&mut self, a: &Dim, b: &Dim, place: Span) -> Result<(), Clash> {
        if self.is_same(a, b) || self.solve(a, b, false, Some(place)) {
            return Ok(());
        }
        Err(Clash { left: self.normal(a), right: self.normal(b), chain: self.chain(&[a, b]) })
    }

    /// Its number, where it is known.
    pub fn known(&self, dim: &Dim) -> Option<u64> {
        match self.normal(dim) {
            Dim::Num(n) | Dim::Named(n, _) => Some(n),
            Dim::Poly(_) => None,
        }
    }

    /// Of two that agree: does `a` say more to a reader than `b`? (A name more than its number, anything more than a hole.)
    pub fn says_more(&self, a: &Dim, b: &Dim) -> bool {
        let rank = |dim: &Dim| match dim {
            Dim::Num(_) => 1,
            Dim::Named(..) => 3,
            Dim::Poly(poly) => match poly.bare() {
                Some(sym) if self.is_hole(sym) => 0,
                Some(_) => 3,
                None => 2,
            },
        };
        rank(a) > rank(b)
    }

    /// What was forced about the names of these dimensions and where, the nearest first.
    pub fn chain(&self, dims: &[&Dim]) -> Vec<(String, Span)> {
        let mut seen = BTreeSet::new();
        let mut todo = std::collections::VecDeque::new();
        let mut facts: Vec<(String, Span)> = Vec::new();
        let reach =
            |dim: &Dim, todo: &mut std::collections::VecDeque<Sym>| dim.poly().each_sym(&mut |sym| todo.push_back(sym));
        for dim in dims {
            reach(dim, &mut todo);
        }
        while let Some(sym) = todo.pop_front() {
            if !seen.insert(sym) {
                continue;
            }
            let Some(named) = self.get(sym) else { continue };
            if let Some(said) = &named.said {
                // The name first, as an equation is read.
                let (a, b) = match said.left {
                    Dim::Num(_) => (&said.right, &said.left),
                    Dim::Named(..) | Dim::Poly(_) => (&said.left, &said.right),
                };
                let fact = format!("{} = {}", self.written(a), self.written(b));
                if let Some(place) = said.place {
                    if facts.len() == LONGEST_CHAIN {
                        break;
                    }
                    if !facts.contains(&(fact.clone(), place)) {
                        facts.push((fact, place));
                    }
                }
                reach(&said.left, &mut todo);
                reach(&said.right, &mut todo);
            }
            if let Some(solved) = &named.solved {
                reach(solved, &mut todo);
            }
        }
        facts
    }

    /// The name by which a name is shown: the first of all that are equal to it.
    pub(super) fn shown(&self, sym: Sym) -> Sym {
        self.get(sym).and_then(|named| named.shown).unwrap_or(sym)
    }

    /// The polynomial after all that was solved. Follows a chain of equal names in a loop, and anything else round by round.
    pub(super) fn full(&self, dim: &Dim) -> Result<Poly, TooLarge> {
        let mut poly = dim.poly();
        loop {
            let mut open = false;
            poly.each_sym(&mut |sym| open |= self.solved(sym).is_some());
            if !open {
                return Ok(poly);
            }
            poly = match poly.bare() {
                Some(sym) => self.solved(sym).map_or(poly, Dim::poly),
                None => poly.replace(&|sym| self.solved(sym).map(Dim::poly))?,
            };
        }
    }

    fn introduce(&mut self, name: &str, place: Option<Span>, hole: bool) -> Sym {
        Arc::make_mut(&mut self.names).push(Named {
            name: name.into(),
            place,
            hole,
            solved: None,
            said: None,
            size: 1,
            shown: None,
        });
        Sym(self.names.len() as u32 - 1)
    }

    fn get(&self, sym: Sym) -> Option<&Named> {
        self.names.get(sym.0 as usize)
    }

    fn solved(&self, sym: Sym) -> Option<&Dim> {
        self.get(sym)?.solved.as_ref()
    }

    fn normal_name(&self, sym: Sym) -> Dim {
        let mut at = sym;
        let mut name: Option<&Arc<str>> = None;
        loop {
            let Some(named) = self.get(at) else { return self.sym(at) };
            if !named.hole {
                name = name.or(Some(&named.name));
            }
            match &named.solved {
                None => return self.sym(at),
                Some(dim) => match dim.bare() {
                    Some(next) => at = next,
                    None => {
                        return match (self.full(dim).map_or_else(|_| dim.clone(), Dim::from_poly), name) {
                            (Dim::Num(n), Some(name)) => Dim::Named(n, name.clone()),
                            (Dim::Num(n), None) => match dim {
                                Dim::Named(_, name) => Dim::Named(n, name.clone()),
                                Dim::Num(_) | Dim::Poly(_) => Dim::Num(n),
                            },
                            (other, _) => other,
                        };
                    }
                },
            }
        }
    }

    /// Solves `a = b` for a name (only for a hole where so told). Changes nothing where it cannot.
    fn solve(&mut self, a: &Dim, b: &Dim, holes_only: bool, place: Option<Span>) -> bool {
        let difference = || self.full(a)?.sub(&self.full(b)?);
        let Ok(difference) = difference() else { return false };
        let content = difference.content();
        if content == 0 || difference.constant_term() % content != 0 {
            return false;
        }
        let difference = difference.unscale(content);
        let Some((mut sym, mut value)) = self.candidate(&difference, holes_only) else { return false };
        // Two names: the one with more names equal to it stays, so that no chain is longer than log n.
        if let Some(other) = value.bare() {
            let weight = |sym: Sym| self.get(sym).map_or((false, 0), |named| (!named.hole, named.size));
            if (!holes_only || self.is_hole(other)) && weight(sym) > weight(other) {
                (sym, value) = (other, Poly::sym(sym));
            }
        }
        let said = Some(Said { left: a.clone(), right: b.clone(), place });
        self.settle(sym, &value, said, a, b);
        true
    }

    fn settle(&mut self, sym: Sym, value: &Poly, said: Option<Said>, a: &Dim, b: &Dim) {
        if let Some(root) = value.bare() {
            let first = |sym: Sym| (self.is_hole(sym), self.shown(sym));
            let (hole, shown) = first(sym).min(first(root));
            let size = self.get(sym).map_or(1, |named| named.size);
            if let Some(named) = Arc::make_mut(&mut self.names).get_mut(root.0 as usize) {
                named.size = named.size.saturating_add(size);
                named.shown = if hole { None } else { Some(shown) };
            }
        }
        // A hole that is settled by a number with a name keeps the name.
        let named =
            [a, b].into_iter().find(|dim| matches!(dim, Dim::Named(n, _) if value.number() == Some(i128::from(*n))));
        let value = named.cloned().unwrap_or_else(|| Dim::from_poly(value.clone()));
        if let Some(named) = Arc::make_mut(&mut self.names).get_mut(sym.0 as usize) {
            named.solved = Some(value);
            named.said = said;
        }
    }

    /// The name to solve `difference = 0` for, and its value: a hole before a name, a value without a minus before one
    /// with, a later name before an earlier one.
    fn candidate(&self, difference: &Poly, holes_only: bool) -> Option<(Sym, Poly)> {
        let mut counts = std::collections::BTreeMap::new();
        difference.each_sym(&mut |sym| *counts.entry(sym).or_insert(0u32) += 1);
        let mut best: Option<((bool, bool, Sym), Poly)> = None;
        for term in &difference.terms {
            let ([super::dim::Atom::Sym(sym)], 1 | -1) = (term.0.as_slice(), term.1) else { continue };
            if counts.get(sym) != Some(&1) || (holes_only && !self.is_hole(*sym)) {
                continue;
            }
            let rest = Poly { terms: difference.terms.iter().filter(|other| *other != term).cloned().collect() };
            let Ok(value) = rest.scale(-term.1) else { continue };
            // A size is never negative.
            if value.scale(-1).is_ok_and(|minus| minus.is_positive()) {
                continue;
            }
            let rank = (self.is_hole(*sym), value.terms.iter().all(|(_, c)| *c > 0), *sym);
            if best.as_ref().is_none_or(|(other, _)| *other < rank) {
                best = Some((rank, value));
            }
        }
        best.map(|(rank, value)| (rank.2, value))
    }
}

fn number(dim: &Dim) -> Option<u64> {
    match dim {
        Dim::Num(n) | Dim::Named(n, _) => Some(*n),
        Dim::Poly(_) => None,
    }
}
