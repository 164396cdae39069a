//! Logarithms and quotients of what is built of exponentials, evaluated in the logarithm: every order, sign and weight of
//! `log(p*exp(a) + q*exp(b))` and `exp(a)/(exp(a) + exp(b))^2` alike.
//!
//! What is made has the value and the slopes of what it takes the place of, at every point where that has them. Where the
//! second form shows no gain — no sum is divided by, nothing is left to cancel — the text stays as it is.

mod axes;
mod read;

use crate::graph::{Attr, Attrs, Fault, Form, Graph, Is, NodeId, form};
use crate::ops::{self, build, number};
use crate::shape::{self, Dim, Shape};
use read::{Factors, Lin, Product, Term, has_cosh, read};
use smallvec::SmallVec;

type Made = Result<Option<NodeId>, Fault>;

/// `log(x)` of an exponential form.
pub(super) fn logarithm(graph: &mut Graph, x: NodeId) -> Made {
    if let Some(made) = log_of_share(graph, x)? {
        return Ok(Some(made));
    }
    if !graph.has_powers(x) {
        return Ok(None);
    }
    if is_over_axes(graph, x) {
        // Of positive terms alone `logsumexp` says it.
        return if super::recognise::powers(graph, x) { Ok(None) } else { axes::logarithm(graph, x) };
    }
    let Some(mut of) = read(graph, x) else { return Ok(None) };
    let mut parts: Vec<(NodeId, f64)> = vec![];
    let (outer, plain): (Factors, Factors) = of.term.w.iter().copied().partition(|(id, _)| is_over_axes(graph, *id));
    if outer.is_empty() && !of.has_powers() || !outer.is_empty() && of.term.c < 0.0 {
        return Ok(None);
    }
    of.term.w = plain;
    for (id, n) in outer {
        let log = match super::recognise::log_of(graph, id)? {
            Some(log) => Some(log),
            None => axes::logarithm(graph, id)?,
        };
        match log {
            Some(log) => parts.push((log, n)),
            None => return Ok(None),
        }
    }
    if hides(graph, &of) || has_cosh(graph, x) {
        return Ok(None);
    }
    // A sign, or a factor of unknown sign, goes into the sum that it stands before.
    if !of.term.is_positive()
        && let Some(at) = of.sums.iter().position(|(sum, n)| *n == 1.0 && !sum.iter().all(Term::is_positive))
    {
        let by = Term { u: Lin::default(), ..of.term.clone() };
        of.sums[at].0.iter_mut().for_each(|term| *term = term.times(&by));
        of.term = Term { u: of.term.u, ..Term::number(1.0) };
    }
    // `log(2/(1 + exp(z)))` is near 0 where z is: the number goes into the sum.
    if let [(sum, n)] = of.sums.as_mut_slice()
        && sum.len() == 2
        && n.abs() == 1.0
        && of.term.is_positive()
        && of.term.c != 1.0
        && of.term.u.is_number()
    {
        let c = Term::number(if *n > 0.0 { of.term.c } else { 1.0 / of.term.c });
        sum.iter_mut().for_each(|term| *term = term.times(&c));
        of.term.c = 1.0;
    }
    // Of a sum of unknown sign only the first power and the reciprocal have a logarithm.
    if of.sums.iter().any(|(sum, n)| n.abs() != 1.0 && !sum.iter().all(Term::is_positive)) {
        return Ok(None);
    }
    let mut whole = of.term.u.clone();
    if of.term.is_positive() {
        whole = whole.and(libm::log(of.term.c));
    } else {
        let factor = weight(graph, of.term.c, &of.term.w)?;
        parts.push((graph.add(ops::of(Is::Log), Attrs::None, &[factor])?, 1.0));
    }
    for (sum, n) in &of.sums {
        match log_of_sum(graph, sum)? {
            Some(log) => parts.push((log, *n)),
            None => return Ok(None),
        }
    }
    let mut made = if whole.is_zero() { None } else { Some(exponent(graph, &whole)?) };
    for (part, n) in parts {
        made = Some(joined(graph, made, part, n)?);
    }
    match made {
        Some(made) => Ok(Some(made)),
        None => Ok(Some(number(graph, 0.0))),
    }
}

/// The log of what [`share`] makes, or of a positive multiple of it: of one term minus the log of the sum, all weights counted
/// from its own, so that the log of a share of nearly 1 keeps its digits.
fn log_of_share(graph: &mut Graph, x: NodeId) -> Made {
    let (by, x) = match form(graph, x) {
        Form::Mul(by, share) => match form(graph, by) {
            Form::Number(c) if c > 0.0 => (Some(by), share),
            _ => return Ok(None),
        },
        _ => (None, x),
    };
    let inner = |graph: &Graph, id: NodeId, is: Is| graph.is(id, is).then(|| graph.node(id).args[0]);
    let Some(part) = inner(graph, x, Is::Reshape) else { return Ok(None) };
    let Some(shares) = inner(graph, part, Is::Part) else { return Ok(None) };
    let Some(lanes) = inner(graph, shares, Is::TotalShares).filter(|id| graph.is(*id, Is::Concat)) else {
        return Ok(None);
    };
    let axis = graph.shape(lanes).rank() - 1;
    let mut columns: Vec<NodeId> = graph.node(lanes).args.to_vec();
    let Attr::Slices(slices) = graph.node(part).op.attrs.get(0) else { return Ok(None) };
    let count = columns.len() / 2;
    let one = |id: &NodeId| graph.shape(*id)[axis] == Dim::Num(1);
    let (Dim::Num(at), true) = (&slices[axis].start, columns.iter().all(one)) else { return Ok(None) };
    let at = *at as usize;
    let shape = graph.shape(x).clone();
    let own = columns[at % count];
    let mut lacks = None;
    for exponent in columns.iter_mut().take(count) {
        *exponent = build::sub(graph, *exponent, own)?;
    }
    if at < count {
        let weight = columns[count + at];
        for share in columns.iter_mut().skip(count) {
            *share = build::div(graph, *share, weight)?;
        }
        // What divides itself is 1, also in its slopes.
        let (one, like) = (number(graph, 1.0), graph.shape(weight).clone());
        columns[count + at] = build::broadcast_to(graph, one, like)?;
        let zero = number(graph, 0.0);
        lacks = Some(build::eq(graph, weight, zero)?);
    }
    for weight in columns.iter_mut().skip(count) {
        if let Some(by) = by {
            *weight = build::div(graph, *weight, by)?;
        }
    }
    let scaled = build::join(graph, &columns, axis)?;
    let log = build::reduce(graph, ops::of(Is::LogTotal), scaled, Some(&[axis]), false)?;
    let log = build::neg(graph, log)?;
    match lacks {
        None => Ok(Some(log)),
        Some(lacks) => {
            let (lacks, none) = (build::reshape_to(graph, lacks, shape)?, number(graph, f64::NEG_INFINITY));
            build::choose(graph, lacks, none, log).map(Some)
        }
    }
}

/// Is it a sum over axes that is built of exponentials?
fn is_over_axes(graph: &Graph, id: NodeId) -> bool {
    graph.has_powers(id) && matches!(graph.def(id).is, Is::Sum | Is::Mean | Is::MatMul)
}

/// `before + n*part`
fn joined(graph: &mut Graph, before: Option<NodeId>, part: NodeId, n: f64) -> Result<NodeId, Fault> {
    let size = n.abs();
    let part = if size == 1.0 { part } else { scaled(graph, size, part)? };
    match before {
        None if n < 0.0 => build::neg(graph, part),
        None => Ok(part),
        Some(before) if n < 0.0 => build::sub(graph, before, part),
        Some(before) => build::add(graph, before, part),
    }
}

fn scaled(graph: &mut Graph, k: f64, x: NodeId) -> Result<NodeId, Fault> {
    let k = number(graph, k);
    build::mul(graph, k, x)
}

/// Is a factor built of exponentials in a way that the form does not see?
fn hides(graph: &Graph, of: &Product) -> bool {
    let inside = |term: &Term| term.w.iter().any(|(id, _)| graph.has_powers(*id));
    inside(&of.term) || of.sums.iter().any(|(sum, _)| sum.iter().any(inside))
}

/// A linear form as a node.
fn exponent(graph: &mut Graph, of: &Lin) -> Result<NodeId, Fault> {
    // As the text has it, unless that cancels.
    let written = of.written.0.len() + usize::from(of.written.1 != 0.0) <= of.of.len() + usize::from(of.c != 0.0);
    let (multiples, c) = if written { (&of.written.0, of.written.1) } else { (&of.of, of.c) };
    let mut made = None;
    // What is added first, so that the form begins without a sign.
    let positive = multiples.iter().filter(|(_, k)| *k > 0.0);
    let negative = multiples.iter().filter(|(_, k)| *k < 0.0);
    for (id, k) in positive.chain(negative) {
        made = Some(joined(graph, made, *id, *k)?);
    }
    if c != 0.0 || made.is_none() {
        let size = number(graph, if made.is_some() { c.abs() } else { c });
        made = Some(match made {
            Some(before) if c < 0.0 => build::sub(graph, before, size)?,
            Some(before) => build::add(graph, before, size)?,
            None => size,
        });
    }
    made.ok_or_else(|| Fault::new("nnlang::diff::operator", "an empty form"))
}

/// `c*product(w^k)` as a node.
fn weight(graph: &mut Graph, c: f64, factors: &Factors) -> Result<NodeId, Fault> {
    let mut made: Option<NodeId> = None;
    for (id, k) in factors {
        let size = k.abs();
        let part = if size == 1.0 { *id } else { build::pow(graph, *id, size)? };
        made = Some(match made {
            None if *k < 0.0 => {
                let one = number(graph, 1.0);
                build::div(graph, one, part)?
            }
            None => part,
            Some(before) if *k < 0.0 => build::div(graph, before, part)?,
            Some(before) => build::mul(graph, before, part)?,
        });
    }
    match made {
        None => Ok(number(graph, c)),
        Some(made) if c == 1.0 => Ok(made),
        Some(made) if c == -1.0 => build::neg(graph, made),
        Some(made) => scaled(graph, c, made),
    }
}

/// `log(sum)`; `None` where it is no sum of exponentials.
fn log_of_sum(graph: &mut Graph, sum: &[Term]) -> Made {
    let (powers, plain): (Vec<&Term>, Vec<&Term>) = sum.iter().partition(|term| !term.u.is_number());
    let [first, more @ ..] = powers.as_slice() else { return Ok(None) };
    if sum.iter().all(Term::is_positive) {
        // One number at most is among them: equal exponents were made one.
        let number_ = plain.iter().map(|term| term.c * libm::exp(term.u.c)).sum::<f64>();
        if more.is_empty() && !plain.is_empty() {
            let z = exponent(graph, &first.u)?;
            if number_ == 1.0 && first.c == 1.0 {
                return graph.add(ops::of(Is::Softplus), Attrs::None, &[z]).map(Some);
            }
            let (v, w) = (number(graph, number_), number(graph, first.c));
            return graph.add(ops::of(Is::LogExpAdd), Attrs::None, &[z, v, w]).map(Some);
        }
        return chain(graph, sum.iter().map(logged)).map(Some);
    }
    let bare = powers.iter().all(|term| term.is_positive());
    if (more.is_empty() || bare) && !plain.is_empty() {
        let mut v = None;
        for term in &plain {
            let part = weight(graph, term.c * libm::exp(term.u.c), &term.w)?;
            v = Some(joined(graph, v, part, 1.0)?);
        }
        let Some(v) = v else { return Ok(None) };
        let (z, w) = match more {
            [] => (exponent(graph, &first.u)?, weight(graph, first.c, &first.w)?),
            _ => (chain(graph, powers.iter().map(|term| logged(term)))?, number(graph, 1.0)),
        };
        return graph.add(ops::of(Is::LogExpAdd), Attrs::None, &[z, v, w]).map(Some);
    }
    let Some(lanes) = lanes(graph, &grouped(sum))? else { return Ok(None) };
    build::reduce(graph, ops::of(Is::LogTotal), lanes.node, Some(&[lanes.axis]), false).map(Some)
}

/// The logarithm of a positive term.
fn logged(term: &Term) -> Lin {
    term.u.and(libm::log(term.c))
}

/// `log(sum(exp(u)))` of a few exponents.
fn chain(graph: &mut Graph, of: impl Iterator<Item = Lin>) -> Result<NodeId, Fault> {
    let mut made: Option<NodeId> = None;
    for u in of {
        let next = exponent(graph, &u)?;
        made = Some(match made {
            Some(before) => graph.add(ops::of(Is::LogAddExp), Attrs::None, &[before, next])?,
            None => next,
        });
    }
    made.ok_or_else(|| Fault::new("nnlang::diff::operator", "an empty sum"))
}

/// Exponents and weights of terms along a new last axis.
struct Lanes {
    node: NodeId,
    axis: usize,
    count: usize,
}

/// The terms of one exponent.
struct Group {
    u: Lin,
    terms: SmallVec<[Term; 1]>,
}

impl Group {
    /// Their weights together.
    fn weight(&self, graph: &mut Graph) -> Result<NodeId, Fault> {
        let mut made = None;
        for term in &self.terms {
            let (sign, size) = if made.is_some() { (term.c.signum(), term.c.abs()) } else { (1.0, term.c) };
            let part = weight(graph, size, &term.w)?;
            made = Some(joined(graph, made, part, sign)?);
        }
        made.ok_or_else(|| Fault::new("nnlang::diff::operator", "an empty sum"))
    }
}

/// Terms with one exponent together.
fn grouped(sum: &[Term]) -> Vec<Group> {
    let mut groups: Vec<Group> = vec![];
    for term in sum {
        // A number in the exponent is a number before it, where no exponential stands beside it.
        match groups.iter_mut().find(|group| group.u == term.u) {
            Some(group) => group.terms.push(term.clone()),
            None => groups.push(Group { u: term.u.clone(), terms: smallvec::smallvec![term.clone()] }),
        }
    }
    groups
}

fn lanes(graph: &mut Graph, sum: &[Group]) -> Result<Option<Lanes>, Fault> {
    let mut columns: SmallVec<[NodeId; 12]> = SmallVec::new();
    for group in sum {
        let u = exponent(graph, &group.u)?;
        columns.push(u);
    }
    for group in sum {
        let w = group.weight(graph)?;
        columns.push(w);
    }
    let mut shape = Shape::SCALAR;
    for id in &columns {
        let own = graph.shape(*id).clone();
        match shape::broadcast(&mut graph.dims, &shape, &own) {
            Ok(both) => shape = both,
            Err(_) => return Ok(None),
        }
    }
    let axis = shape.rank();
    let mut parts = vec![];
    for id in columns {
        let wide = build::broadcast_to(graph, id, shape.clone())?;
        parts.push(build::insert_axis(graph, wide, axis)?);
    }
    Ok(Some(Lanes { node: build::join(graph, &parts, axis)?, axis, count: sum.len() }))
}

/// One entry of the shares of a sum: what the term has of it, or what it would have with a weight of 1.
fn share(graph: &mut Graph, lanes: &Lanes, at: usize, own_weight: bool) -> Result<NodeId, Fault> {
    let shares = graph.add(ops::of(Is::TotalShares), build::along(lanes.axis), &[lanes.node])?;
    let at = if own_weight { at } else { lanes.count + at };
    let part = build::part(graph, shares, lanes.axis, Dim::Num(at as u64), Dim::Num(1))?;
    build::drop_axis(graph, part, lanes.axis)
}

/// A quotient whose divisor is an exponential form.
pub(super) fn quotient(graph: &mut Graph, id: NodeId) -> Made {
    let (above, below) = {
        let args = &graph.node(id).args;
        (args[0], args[1])
    };
    if !graph.has_powers(below) {
        return if graph.has_powers(above) { product(graph, id) } else { Ok(None) };
    }
    if let Some(made) = axes::quotient(graph, above, below)? {
        return Ok(Some(made));
    }
    let Some(of) = read(graph, id).filter(Product::has_powers) else { return Ok(None) };
    // `1/cosh(z)` is as good as it can be.
    if graph.is(below, Is::Cosh) && of.term.u.is_zero() && of.sums.iter().all(|(_, n)| *n < 0.0) {
        return Ok(None);
    }
    evaluated(graph, of)
}

/// A product in which an exponential meets the reciprocal of a sum of them.
pub(super) fn product(graph: &mut Graph, id: NodeId) -> Made {
    if !graph.has_powers(id) {
        return Ok(None);
    }
    let Some(of) = read(graph, id).filter(Product::has_powers) else { return Ok(None) };
    if !of.sums.iter().any(|(_, n)| *n < 0.0) {
        return Ok(None);
    }
    let met = !of.term.u.is_number() || of.sums.iter().any(|(_, n)| *n > 0.0) || {
        // `sigmoid(z)*sigmoid(-z)`: one sum over two of its terms.
        let pivots: Vec<_> = of.sums.iter().map(|(sum, _)| pivoted(sum).map(|(_, rest)| rest)).collect();
        (1..of.sums.len()).any(|i| {
            (0..i).any(|j| {
                let one = pivots[i].is_some() && pivots[i] == pivots[j] && of.sums[i].0 != of.sums[j].0;
                one && of.sums[i].0.iter().all(Term::is_positive)
            })
        })
    };
    if met { evaluated(graph, of) } else { Ok(None) }
}

/// Every sum over its first power, equal ones made one.
fn normal(of: &Product) -> Product {
    let mut out = Product { term: of.term.clone(), sums: SmallVec::new() };
    for (sum, n) in &of.sums {
        let Some((pivot, sum)) = pivoted(sum) else {
            out.sums.push((sum.clone(), *n));
            continue;
        };
        let Some(power) = pivot.power(*n) else {
            out.sums.push((sum.clone(), *n));
            continue;
        };
        out.term = out.term.times(&power);
        match out.sums.iter_mut().find(|(other, _)| *other == sum) {
            Some((_, k)) => *k += n,
            None => out.sums.push((sum, *n)),
        }
    }
    out.sums.retain(|(_, n)| *n != 0.0);
    out
}

/// A sum as one of its terms times a sum that begins with 1: the same for `1 + exp(-z)` and `1 + exp(z)`.
fn pivoted(sum: &[Term]) -> Option<(Term, Vec<Term>)> {
    // The exponents in an order that a common exponent does not change: by what they have more than the others.
    let before = |a: &Term, b: &Term| {
        let away = a.u.plus(&b.u, -1.0);
        away.of.first().map_or(away.c, |(_, k)| *k) < 0.0
    };
    let pivot = sum.iter().find(|term| sum.iter().all(|other| other == *term || before(term, other)))?;
    let positive = pivot.c > 0.0 && pivot.w.is_empty();
    let scale = Term { c: if positive { pivot.c } else { 1.0 }, w: Factors::new(), u: pivot.u.clone() };
    let back = scale.power(-1.0)?;
    let mut rest: Vec<Term> = sum.iter().map(|term| term.times(&back)).collect();
    rest.sort_by(|a, b| if before(a, b) { std::cmp::Ordering::Less } else { std::cmp::Ordering::Greater });
    Some((scale, rest))
}

/// The form as a node, where one sum is divided by: the exponentials above are taken into it.
fn evaluated(graph: &mut Graph, of: Product) -> Made {
    if hides(graph, &of) {
        return Ok(None);
    }
    let divided = of.sums.iter().any(|(_, n)| *n < 0.0);
    let of = normal(&of);
    let (below, above): (Vec<_>, Vec<_>) = of.sums.iter().cloned().partition(|(_, n)| *n < 0.0);
    let factor = |graph: &mut Graph, made: NodeId, term: &Term| -> Result<NodeId, Fault> {
        if term.c == 1.0 && term.w.is_empty() {
            return Ok(made);
        }
        let by = weight(graph, term.c, &term.w)?;
        build::mul(graph, by, made)
    };
    let [(sum, n)] = below.as_slice() else {
        // All sums are gone: what is left is an exponential, where sums were divided away.
        if divided && below.is_empty() && above.is_empty() {
            let u = exponent(graph, &of.term.u)?;
            let made = graph.add(ops::of(Is::Exp), Attrs::None, &[u])?;
            return factor(graph, made, &of.term).map(Some);
        }
        return Ok(None);
    };
    let n = -n;
    let terms: Vec<Term> = match above.as_slice() {
        [] => {
            let one = Term { u: of.term.u.times(1.0 / n), ..Term::number(1.0) };
            let Some(made) = over_sum(graph, &one, sum, n == 1.0, &of.term)? else { return Ok(None) };
            return match made {
                (made, true) => Ok(Some(made)),
                (made, false) => {
                    let made = if n == 1.0 { made } else { build::pow(graph, made, n)? };
                    factor(graph, made, &of.term).map(Some)
                }
            };
        }
        [(terms, k)]
            if *k == n
                && n == 1.0
                && let Some(z) = contrast(terms, sum) =>
        {
            let by = Term { c: of.term.c * z.1, ..of.term.clone() };
            if !by.u.is_zero() {
                return Ok(None);
            }
            let z = exponent(graph, &z.0)?;
            let made = graph.add(ops::of(Is::Tanh), Attrs::None, &[z])?;
            return factor(graph, made, &by).map(Some);
        }
        [(terms, k)] if *k == n && n == 1.0 => terms.iter().map(|term| term.times(&of.term)).collect(),
        _ => return Ok(None),
    };
    let mut made = None;
    for term in &terms {
        let bare = Term { u: term.u.clone(), ..Term::number(1.0) };
        let part = match over_sum(graph, &bare, sum, true, term)? {
            Some((part, true)) => part,
            Some((part, false)) => factor(graph, part, term)?,
            None => return Ok(None),
        };
        made = Some(joined(graph, made, part, 1.0)?);
    }
    Ok(made)
}

/// `(exp(a) - exp(b))/(exp(a) + exp(b))` is a number times `tanh((a - b)/2)`: the angle and the number.
fn contrast(above: &[Term], below: &[Term]) -> Option<(Lin, f64)> {
    let ([a, b], [p, q]) = (above, below) else { return None };
    let alike = a.w.is_empty() && b.w.is_empty() && p.is_positive() && q.is_positive() && a.c == -b.c && p.c == q.c;
    let met = (a.u == p.u && b.u == q.u) || (a.u == q.u && b.u == p.u);
    if !alike || !met {
        return None;
    }
    let (up, down) = if a.c > 0.0 { (a, b) } else { (b, a) };
    let away = up.u.plus(&down.u, -1.0).times(0.5);
    let sign = if away.of.first().is_some_and(|(_, k)| *k < 0.0) { -1.0 } else { 1.0 };
    Some((away.times(sign), sign * a.c.abs() / p.c))
}

/// `exp(u)/sum`; where `single` and the numerator `whole` is one of its weighted terms, all of that, and `true`.
fn over_sum(
    graph: &mut Graph,
    of: &Term,
    sum: &[Term],
    single: bool,
    whole: &Term,
) -> Result<Option<(NodeId, bool)>, Fault> {
    let away: Vec<Term> = sum.iter().map(|term| Term { u: term.u.plus(&of.u, -1.0), ..term.clone() }).collect();
    let own = away.iter().position(|term| term.u.is_zero());
    if away.iter().all(Term::is_positive) {
        return positive_share(graph, &away, own).map(|made| Some((made, false)));
    }
    let mut groups = grouped(&away);
    let own = groups.iter().position(|group| group.u.is_zero());
    if let (true, Some(at)) = (single, own)
        && let [term] = groups[at].terms.as_slice()
        && !term.w.is_empty()
        && term.w == whole.w
    {
        let by = whole.c / term.c;
        let Some(lanes) = lanes(graph, &groups)? else { return Ok(None) };
        let made = share(graph, &lanes, at, true)?;
        let made = if by == 1.0 { made } else { scaled(graph, by, made)? };
        return Ok(Some((made, true)));
    }
    if let (Some(at), [first, second]) = (own, groups.as_slice()) {
        let (own, other) = if at == 0 { (first, second) } else { (second, first) };
        let z = exponent(graph, &other.u)?;
        let (v, w) = (own.weight(graph)?, other.weight(graph)?);
        return graph.add(ops::of(Is::RecExpAdd), Attrs::None, &[z, v, w]).map(|made| Some((made, false)));
    }
    if own.is_none() && !single {
        return Ok(None);
    }
    let at = own.unwrap_or_else(|| {
        groups.push(Group { u: Lin::default(), terms: smallvec::smallvec![Term::number(0.0)] });
        groups.len() - 1
    });
    let Some(lanes) = lanes(graph, &groups)? else { return Ok(None) };
    share(graph, &lanes, at, false).map(|made| Some((made, false)))
}

/// `1/sum` of positive terms, one of which may be a number alone: a sigmoid, an exact reciprocal.
fn positive_share(graph: &mut Graph, sum: &[Term], own: Option<usize>) -> Result<NodeId, Fault> {
    if let Some(at) = own {
        let c = sum[at].c;
        let others: Vec<&Term> = sum.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, term)| term).collect();
        if let [other] = others.as_slice()
            && other.c != c
        {
            let z = exponent(graph, &other.u)?;
            let (v, w) = (number(graph, c), number(graph, other.c));
            return graph.add(ops::of(Is::RecExpAdd), Attrs::None, &[z, v, w]);
        }
        let z = match others.as_slice() {
            [] => return Ok(number(graph, 1.0 / c)),
            [other] => exponent(graph, &other.u.times(-1.0))?,
            _ => {
                let log = libm::log(c);
                let scaled = others.iter().map(|term| term.u.and(libm::log(term.c) - log));
                let total = chain(graph, scaled)?;
                build::neg(graph, total)?
            }
        };
        let made = graph.add(ops::of(Is::Sigmoid), Attrs::None, &[z])?;
        return if c == 1.0 { Ok(made) } else { scaled(graph, 1.0 / c, made) };
    }
    if let [a, b] = sum
        && a.c == b.c
        && a.u.plus(&b.u, 1.0).is_zero()
    {
        // 1/(exp(z) + exp(-z))
        let u = if b.u.of.first().is_some_and(|(_, k)| *k > 0.0) { &b.u } else { &a.u };
        let z = exponent(graph, u)?;
        let cosh = graph.add(ops::of(Is::Cosh), Attrs::None, &[z])?;
        let half = number(graph, 0.5 / a.c);
        return build::div(graph, half, cosh);
    }
    let total = chain(graph, sum.iter().map(logged))?;
    let back = build::neg(graph, total)?;
    graph.add(ops::of(Is::Exp), Attrs::None, &[back])
}
