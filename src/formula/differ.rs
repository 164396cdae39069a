//! How a learner's formula differs from the derivative: a factor, terms, or the one place inside where they part.

use super::algebra::Algebra;
use super::poly::{Mono, Poly, power, times};
use super::{Names, laid_out, print};
use crate::graph::NodeId;
use crate::lower::Compiled;
use crate::ops::build;
use crate::source::Span;

/// So deep is looked for the place where two formulas part.
const DEEP: usize = 12;

/// What is wrong with `theirs`, in words; `right` is what it should be. `None` where the algebra cannot tell.
pub fn difference(compiled: &mut Compiled, right: NodeId, theirs: NodeId, asked: Span) -> Option<String> {
    let names = Names::of(compiled, right, None, false, asked);
    let mut algebra = Algebra::new(&mut compiled.graph, names.aliases, names.definitions, names.written);
    algebra.of_one = names.of_one;
    let (a, b) = (algebra.canonical(right), algebra.canonical(theirs));
    let found = algebra.parts(a, b)?;
    let spelled = algebra.spelled;
    let text = |node: NodeId| match names.texts.get(&node) {
        Some(name) => name.clone(),
        None => laid_out(&print::Printer { compiled, names: &names.texts, spelled: &spelled, root: node }.text()),
    };
    Some(match found {
        Apart::Factor(words) => {
            let said = words.into_iter().map(|(words, node)| match node {
                Some(node) => words.replace('_', &text(node)),
                None => words,
            });
            format!("your formula {}", said.collect::<Vec<_>>().join(" and "))
        }
        Apart::Place { ours, theirs } => {
            format!("your formula has `{}` where the derivative has `{}`", text(theirs), text(ours))
        }
        Apart::Terms { lacks: Some(lacks), extra: None } => format!("your formula lacks `{}`", text(lacks)),
        Apart::Terms { lacks: None, extra: Some(extra) } => {
            format!("your formula has `{}`, which the derivative has not", text(extra))
        }
        Apart::Terms { lacks: Some(lacks), extra: Some(extra) } => {
            format!("your formula has `{}` where the derivative has `{}`", text(extra), text(lacks))
        }
        Apart::Terms { lacks: None, extra: None } => return None,
    })
}

enum Apart {
    /// What is said of each factor; `_` stands for the node.
    Factor(Vec<(String, Option<NodeId>)>),
    Place {
        ours: NodeId,
        theirs: NodeId,
    },
    Terms {
        lacks: Option<NodeId>,
        extra: Option<NodeId>,
    },
}

impl Algebra<'_> {
    fn parts(&mut self, a: NodeId, b: NodeId) -> Option<Apart> {
        let (x, y) = (self.poly(a), self.poly(b));
        if let Some(ratio) = self.ratio(&x, &y).filter(|ratio| self.is_plain_factor(ratio)) {
            return self.factor(&x, &ratio);
        }
        let shape = self.graph.shape(a).clone();
        let (mut ours, mut theirs) = (a, b);
        for depth in 0..DEEP {
            let (x, y) = (self.poly(ours), self.poly(theirs));
            if depth > 0
                && x.terms.len() == y.terms.len()
                && self.ratio(&x, &y).is_some_and(|ratio| ratio.value() == Some(-1.0))
            {
                return Some(Apart::Place { ours, theirs });
            }
            let (lacks, extra) = apart(&x, &y);
            if lacks.terms.is_empty() && extra.terms.is_empty() {
                return None;
            }
            // One atom against another of the same operator: they part in one of its arguments.
            if let Some((p, q)) = facing(&lacks, &extra)
                && let Some(pair) = self.inside(p, q)
            {
                (ours, theirs) = pair;
                continue;
            }
            if depth > 0 {
                return Some(Apart::Place { ours, theirs });
            }
            // More than a few terms say nothing.
            if lacks.terms.len() > 3 || extra.terms.len() > 3 {
                return None;
            }
            let mut node = |poly: &Poly| if poly.terms.is_empty() { None } else { self.plain(poly, &shape) };
            return Some(Apart::Terms { lacks: node(&lacks), extra: node(&extra) });
        }
        None
    }

    /// Would a person call it a forgotten factor? A number, or names, above or below.
    fn is_plain_factor(&self, ratio: &Poly) -> bool {
        let Some((_, mono)) = ratio.single() else { return false };
        let short = |atom: NodeId| self.named.contains(&atom) || self.graph.node(atom).args.is_empty();
        let above = mono.iter().filter(|(_, e)| *e > 0.0).count();
        ratio.value() != Some(1.0) && (above == 0 || above == mono.len()) && mono.iter().all(|(atom, _)| short(*atom))
    }

    /// The arguments in which two nodes of one operator differ, where these are two alone.
    fn inside(&mut self, p: NodeId, q: NodeId) -> Option<(NodeId, NodeId)> {
        if self.named.contains(&p) || self.named.contains(&q) {
            return None;
        }
        let (one, other) = (self.graph.node(p).clone(), self.graph.node(q).clone());
        if one.op != other.op || one.args.len() != other.args.len() {
            return None;
        }
        let mut differing = one.args.iter().zip(&other.args).filter(|(a, b)| a != b);
        let (a, b) = differing.next()?;
        differing.next().is_none().then_some((*a, *b))
    }

    fn factor(&mut self, right: &Poly, ratio: &Poly) -> Option<Apart> {
        let (coefficient, mono) = ratio.single()?;
        let mut out = vec![];
        if coefficient < 0.0 {
            out.push(("has the opposite sign".to_string(), None));
        }
        let size = libm::fabs(coefficient);
        if size != 1.0 {
            let (more, words) =
                if size > 1.0 { (size, "has a factor `_` too many") } else { (1.0 / size, "lacks a factor `_`") };
            // `4/3`, not its digits.
            let (above, below) = super::write::fraction(more);
            let number = crate::ops::number(self.graph, above);
            let number = match below {
                1.0 => number,
                below => {
                    let below = crate::ops::number(self.graph, below);
                    build::div(self.graph, number, below).ok()?
                }
            };
            out.push((words.to_string(), Some(number)));
        }
        let (more, fewer): (Mono, Mono) = mono.into_iter().partition(|(_, exponent)| *exponent > 0.0);
        let exponent = |atom: NodeId| {
            let first = right.terms.keys().next().map(super::poly::Key::mono).unwrap_or_default();
            first.iter().find(|(other, _)| *other == atom).map_or(0.0, |(_, e)| *e)
        };
        for (factors, over, plain) in [
            (more, "lacks `/ _`", "has a factor `_` too many"),
            (power(&fewer, -1.0), "divides by `_`, which the derivative does not", "lacks a factor `_`"),
        ] {
            let below = |e: f64| e < 0.0;
            for (atom, e) in factors {
                // What the derivative divides by is lacking as a division; what it multiplies by, as a factor.
                let divided = below(exponent(atom));
                let words = match (over.starts_with("lacks"), divided, exponent(atom) > 0.0) {
                    (true, true, _) | (false, _, false) => over,
                    _ => plain,
                };
                let to = self.graph.shape(atom).clone();
                let node = self.plain(&Poly::term(1.0, &vec![(atom, e)]), &to)?;
                out.push((words.to_string(), Some(node)));
            }
        }
        Some(Apart::Factor(out))
    }
}

/// The terms that only one of two has.
fn apart(x: &Poly, y: &Poly) -> (Poly, Poly) {
    let (mut lacks, mut extra) = (x.clone(), y.clone());
    for (key, c) in &x.terms {
        if y.terms.get(key) == Some(c) {
            lacks.terms.remove(key);
            extra.terms.remove(key);
        }
    }
    (lacks, extra)
}

/// The atoms in which two single terms differ, where it is one against one.
fn facing(x: &Poly, y: &Poly) -> Option<(NodeId, NodeId)> {
    let ((c, a), (d, b)) = (x.single()?, y.single()?);
    let rest = times(&a, &power(&b, -1.0));
    match rest[..] {
        [(p, e), (q, f)] if c == d && e == -f => Some(if e > 0.0 { (p, q) } else { (q, p) }),
        _ => None,
    }
}
