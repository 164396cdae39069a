//! Reads a node as a product of exponentials and of sums of them: the second form, in which a logarithm or a quotient is
//! evaluated. Nothing is made: the graph is only looked at.

use crate::graph::{Form, Graph, Is, NodeId, Role, form};
use smallvec::SmallVec;

/// How many nodes are looked at for one form.
const LOOKS: usize = 96;

/// How many terms a sum may have.
const TERMS: usize = 24;

/// Multiples of nodes.
pub(super) type Multiples = SmallVec<[(NodeId, f64); 2]>;

/// A linear form over nodes, an exponent: `c + sum(k*x)`.
#[derive(Clone, Debug, Default)]
pub(super) struct Lin {
    /// By node, no factor 0.
    pub of: Multiples,
    /// What is added.
    pub c: f64,
    /// The same in whole nodes of the text: their multiples, and what is added to them.
    pub written: (Multiples, f64),
}

impl PartialEq for Lin {
    fn eq(&self, other: &Lin) -> bool {
        self.of == other.of && self.c == other.c
    }
}

fn add_to(sum: &mut Multiples, id: NodeId, k: f64) {
    match sum.binary_search_by_key(&id, |(id, _)| *id) {
        Ok(at) => {
            sum[at].1 += k;
            if sum[at].1 == 0.0 {
                sum.remove(at);
            }
        }
        Err(at) if k != 0.0 => sum.insert(at, (id, k)),
        Err(_) => {}
    }
}

impl Lin {
    fn node(id: NodeId) -> Lin {
        let of: Multiples = smallvec::smallvec![(id, 1.0)];
        Lin { written: (of.clone(), 0.0), of, c: 0.0 }
    }

    /// The number.
    pub fn number(c: f64) -> Lin {
        Lin { of: Multiples::new(), c, written: (Multiples::new(), c) }
    }

    /// With `more` added to it.
    pub fn and(&self, more: f64) -> Lin {
        self.plus(&Lin::number(more), 1.0)
    }

    /// Is it a number?
    pub fn is_number(&self) -> bool {
        self.of.is_empty()
    }

    /// Is it 0?
    pub fn is_zero(&self) -> bool {
        self.of.is_empty() && self.c == 0.0
    }

    /// `self + k*other`
    pub fn plus(&self, other: &Lin, k: f64) -> Lin {
        let mut out = self.clone();
        out.c += k * other.c;
        out.written.1 += k * other.written.1;
        for (id, own) in &other.of {
            add_to(&mut out.of, *id, k * own);
        }
        for (id, own) in &other.written.0 {
            add_to(&mut out.written.0, *id, k * own);
        }
        out
    }

    /// `k*self`
    pub fn times(&self, k: f64) -> Lin {
        Lin::default().plus(self, k)
    }
}

/// Factors that are no exponentials, with their powers, by node.
pub(super) type Factors = SmallVec<[(NodeId, f64); 2]>;

/// `c * product(w^k) * exp(u)`
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Term {
    /// The number, with its sign.
    pub c: f64,
    /// The other factors.
    pub w: Factors,
    /// The exponent.
    pub u: Lin,
}

impl Term {
    pub fn number(c: f64) -> Term {
        Term { c, w: Factors::new(), u: Lin::default() }
    }

    fn exp(u: Lin) -> Term {
        Term { c: 1.0, w: Factors::new(), u }
    }

    /// Is it known to be positive?
    pub fn is_positive(&self) -> bool {
        self.c > 0.0 && self.w.is_empty()
    }

    pub fn times(&self, other: &Term) -> Term {
        let mut out = Term { c: self.c * other.c, w: self.w.clone(), u: self.u.plus(&other.u, 1.0) };
        for (id, k) in &other.w {
            match out.w.binary_search_by_key(id, |(id, _)| *id) {
                Ok(at) => {
                    out.w[at].1 += k;
                    if out.w[at].1 == 0.0 {
                        out.w.remove(at);
                    }
                }
                Err(at) => out.w.insert(at, (*id, *k)),
            }
        }
        out
    }

    /// Its power, where that is one for both signs, or it is positive.
    pub fn power(&self, n: f64) -> Option<Term> {
        (n.fract() == 0.0 || self.is_positive()).then(|| Term {
            c: libm::pow(self.c, n),
            w: self.w.iter().map(|(id, k)| (*id, k * n)).collect(),
            u: self.u.times(n),
        })
    }
}

/// A term times powers of sums.
#[derive(Clone, Debug)]
pub(super) struct Product {
    pub term: Term,
    pub sums: SmallVec<[(Vec<Term>, f64); 2]>,
}

impl Product {
    fn term(term: Term) -> Product {
        Product { term, sums: SmallVec::new() }
    }

    /// Does an exponential occur that is no number?
    pub fn has_powers(&self) -> bool {
        !self.term.u.is_number() || self.sums.iter().any(|(sum, _)| sum.iter().any(|term| !term.u.is_number()))
    }

    fn times(mut self, other: Product) -> Product {
        self.term = self.term.times(&other.term);
        self.sums.extend(other.sums);
        self
    }

    fn power(self, n: f64) -> Option<Product> {
        // Of a sum that may be negative only whole powers.
        if n.fract() != 0.0 && self.sums.iter().any(|(sum, _)| !sum.iter().all(Term::is_positive)) {
            return None;
        }
        let term = self.term.power(n)?;
        Some(Product { term, sums: self.sums.into_iter().map(|(sum, k)| (sum, k * n)).collect() })
    }

    /// Its terms where it is a sum.
    pub fn terms(self) -> Option<Vec<Term>> {
        match self.sums.as_slice() {
            [] => Some(vec![self.term]),
            [(sum, 1.0)] => Some(sum.iter().map(|term| term.times(&self.term)).collect()),
            _ => None,
        }
    }
}

/// The second form of a node.
pub(super) fn read(graph: &Graph, id: NodeId) -> Option<Product> {
    let mut looks = LOOKS;
    product(graph, id, &mut looks, 0)
}

/// Does a hyperbolic cosine stand in its products and quotients? Its logarithm has digits near 0 that the exponentials have
/// not.
pub(super) fn has_cosh(graph: &Graph, id: NodeId) -> bool {
    let mut todo: SmallVec<[NodeId; 8]> = smallvec::smallvec![id];
    let mut looks = LOOKS;
    while let Some(id) = todo.pop() {
        looks -= 1;
        if looks == 0 || graph.is(id, Is::Cosh) {
            return true;
        }
        if graph.has_powers(id) && !matches!(graph.def(id).is, Is::Exp | Is::Expm1 | Is::Sigmoid | Is::RecExpAdd) {
            todo.extend(graph.node(id).args.iter().copied());
        }
    }
    false
}

fn number(graph: &Graph, id: NodeId) -> Option<f64> {
    let node = graph.node(id);
    if node.op.def.role == Role::Number { node.op.attrs.number(0).filter(|value| value.is_finite()) } else { None }
}

/// As deep as it is looked into a formula: this bounds the recursion.
const DEPTH: usize = 24;

fn opaque(id: NodeId) -> Product {
    let mut term = Term::number(1.0);
    term.w.push((id, 1.0));
    Product::term(term)
}

fn product(graph: &Graph, id: NodeId, looks: &mut usize, depth: usize) -> Option<Product> {
    if let Some(value) = number(graph, id) {
        return Some(Product::term(Term::number(value)));
    }
    if !graph.has_powers(id) {
        return Some(opaque(id));
    }
    *looks = looks.checked_sub(1)?;
    if depth == DEPTH {
        return None;
    }
    let args = &graph.node(id).args;
    let arg = |i: usize, looks: &mut usize| product(graph, args[i], looks, depth + 1);
    let two = |terms: [Term; 2], n: f64| {
        Some(Product { term: Term::number(1.0), sums: smallvec::smallvec![(terms.to_vec(), n)] })
    };
    let exponent = |i: usize, k: f64| Term::exp(linear(graph, args[i]).times(k));
    match graph.def(id).is {
        Is::Exp => Some(Product::term(exponent(0, 1.0))),
        Is::Expm1 => two([exponent(0, 1.0), Term::number(-1.0)], 1.0),
        Is::Sigmoid => two([Term::number(1.0), exponent(0, -1.0)], -1.0),
        Is::Cosh => {
            let half = |k: f64| Term { c: 0.5, ..exponent(0, k) };
            two([half(1.0), half(-1.0)], 1.0)
        }
        Is::RecExpAdd => {
            let weight = |i: usize| match number(graph, args[i]) {
                Some(value) => Term::number(value),
                None => opaque(args[i]).term,
            };
            two([weight(1), weight(2).times(&exponent(0, 1.0))], -1.0)
        }
        Is::Neg => {
            let mut of = arg(0, looks)?;
            of.term.c = -of.term.c;
            Some(of)
        }
        Is::Mul => Some(arg(0, looks)?.times(arg(1, looks)?)),
        Is::Div => Some(arg(0, looks)?.times(arg(1, looks)?.power(-1.0)?)),
        Is::Sqrt => arg(0, looks)?.power(0.5),
        Is::Pow => match (number(graph, args[0]), number(graph, args[1])) {
            (_, Some(n)) if n != 0.0 => arg(0, looks)?.power(n),
            (Some(base), None) if base > 0.0 => Some(Product::term(exponent(1, libm::log(base)))),
            _ => None,
        },
        Is::Add | Is::Sub => {
            let mut terms = arg(0, looks)?.terms()?;
            let sign = Term::number(if graph.is(id, Is::Sub) { -1.0 } else { 1.0 });
            terms.extend(arg(1, looks)?.terms()?.iter().map(|term| term.times(&sign)));
            if terms.len() > TERMS {
                return None;
            }
            Some(Product { term: Term::number(1.0), sums: smallvec::smallvec![(merged(terms), 1.0)] })
        }
        // Along a stretch every entry is what it is.
        Is::BroadcastTo => arg(0, looks),
        // Looked into by whoever divides by it, or takes its logarithm.
        Is::Sum | Is::Mean | Is::MatMul => Some(opaque(id)),
        _ => None,
    }
}

/// Terms that differ only by a number made one.
fn merged(terms: Vec<Term>) -> Vec<Term> {
    let mut out: Vec<Term> = vec![];
    for term in terms {
        match out.iter_mut().find(|other| other.w == term.w && other.u == term.u) {
            Some(other) => other.c += term.c,
            None => out.push(term),
        }
    }
    out.retain(|term| term.c != 0.0);
    out
}

/// A node as a linear form of others.
fn linear(graph: &Graph, id: NodeId) -> Lin {
    let mut out = Lin::default();
    let mut todo: SmallVec<[(NodeId, f64); 8]> = smallvec::smallvec![(id, 1.0)];
    let mut looks = LOOKS / 4;
    while let Some((at, k)) = todo.pop() {
        if let Some(value) = number(graph, at) {
            out = out.and(k * value);
            continue;
        }
        if looks == 0 {
            out = out.plus(&Lin::node(at), k);
            continue;
        }
        looks -= 1;
        match form(graph, at) {
            Form::Neg(x) => todo.push((x, -k)),
            Form::Add(a, b) => todo.extend([(b, k), (a, k)]),
            Form::Sub(a, b) => todo.extend([(b, -k), (a, k)]),
            Form::Mul(a, b) => match (number(graph, a), number(graph, b)) {
                (Some(a), _) => todo.push((b, k * a)),
                (_, Some(b)) => todo.push((a, k * b)),
                _ => out = out.plus(&Lin::node(at), k),
            },
            Form::Div(a, b) => match number(graph, b).filter(|b| *b != 0.0) {
                Some(b) => todo.push((a, k / b)),
                None => out = out.plus(&Lin::node(at), k),
            },
            _ => out = out.plus(&Lin::node(at), k),
        }
    }
    if number(graph, id).is_none() {
        let (id, k) = multiple(graph, id);
        out.written = (smallvec::smallvec![(id, k)], 0.0);
    }
    out
}

/// A node as a multiple of another: `-x`, `2*x`, `x/2`.
fn multiple(graph: &Graph, id: NodeId) -> (NodeId, f64) {
    let (mut id, mut k) = (id, 1.0);
    for _ in 0..DEPTH {
        let next = match form(graph, id) {
            Form::Neg(x) => Some((x, -1.0)),
            Form::Mul(a, b) => number(graph, a).map(|a| (b, a)).or_else(|| number(graph, b).map(|b| (a, b))),
            Form::Div(a, b) => number(graph, b).filter(|b| *b != 0.0).map(|b| (a, 1.0 / b)),
            _ => None,
        };
        match next {
            Some((x, by)) if by != 0.0 && number(graph, x).is_none() => (id, k) = (x, k * by),
            _ => break,
        }
    }
    (id, k)
}
