//! Sums over axes of weighted exponentials, `log(sum(w*exp(z)))`, `w @ exp(z)`, `sum(v*exp(z))/sum(exp(z))`, by the
//! logarithm of the sum and the shares of its terms.

use super::read::{Lin, Product, Term, read};
use super::{Made, exponent, weight};
use crate::graph::{Attrs, Fault, Graph, Is, NodeId};
use crate::ops::{self, build, number};
use crate::shape::Dim;

/// A sum over axes of terms that are each a weight times an exponential.
struct Total {
    /// What is summed.
    inner: NodeId,
    terms: Vec<Term>,
    axes: Vec<usize>,
    keep: bool,
    /// By how many it is divided.
    mean: bool,
}

/// A sum over axes, a mean or a product with a matrix as a sum over axes of weighted exponentials.
fn total(graph: &mut Graph, id: NodeId) -> Result<Option<Total>, Fault> {
    let node = graph.node(id).clone();
    let (inner, axes, keep, mean) = match node.op.def.is {
        Is::Sum | Is::Mean => {
            (node.args[0], build::reduced_axes(graph, id), node.op.attrs.flag(1), node.op.def.is == Is::Mean)
        }
        Is::MatMul => {
            let (a, b) = (node.args[0], node.args[1]);
            let (inner, axis) = match (graph.shape(a).rank(), graph.shape(b).rank()) {
                (1, 1) => (build::mul(graph, a, b)?, 0),
                (2, 1) => (build::mul(graph, a, b)?, 1),
                (1, 2) => {
                    let column = build::insert_axis(graph, a, 1)?;
                    (build::mul(graph, column, b)?, 0)
                }
                _ => return Ok(None),
            };
            (inner, vec![axis], false, false)
        }
        _ => return Ok(None),
    };
    if axes.is_empty() {
        return Ok(None);
    }
    let Some(terms) = read(graph, inner).filter(Product::has_powers).and_then(Product::terms) else { return Ok(None) };
    let seen = |term: &Term| term.w.iter().all(|(id, _)| !graph.has_powers(*id));
    if !terms.iter().all(seen) {
        return Ok(None);
    }
    Ok(Some(Total { inner, terms, axes, keep, mean }))
}

impl Total {
    /// The exponents and the weights of all terms, the summed axes made one, at the end.
    fn lanes(&self, graph: &mut Graph) -> Result<(NodeId, usize), Fault> {
        let shape = graph.shape(self.inner).clone();
        let (mut exponents, mut weights) = (vec![], vec![]);
        for term in &self.terms {
            let (u, w) = (exponent(graph, &term.u)?, weight(graph, term.c, &term.w)?);
            for (of, to) in [(u, &mut exponents), (w, &mut weights)] {
                let wide = build::broadcast_to(graph, of, shape.clone())?;
                to.push(if self.axes.len() == 1 && self.axes[0] + 1 == shape.rank() {
                    wide
                } else {
                    build::lanes(graph, wide, &self.axes)?
                });
            }
        }
        let last = graph.shape(exponents[0]).rank() - 1;
        exponents.append(&mut weights);
        Ok((build::join(graph, &exponents, last)?, last))
    }

    /// What was summed back into its place.
    fn placed(&self, graph: &mut Graph, reduced: NodeId) -> Result<NodeId, Fault> {
        let axes: Vec<i64> = self.axes.iter().map(|axis| *axis as i64).collect();
        let shape = ops::shapes::reduced(graph.shape(self.inner), Some(&axes), self.keep);
        build::reshape_to(graph, reduced, shape)
    }
}

/// The log of a sum over axes; `None` where it is none of weighted exponentials.
pub(super) fn logarithm(graph: &mut Graph, id: NodeId) -> Made {
    let Some(total) = total(graph, id)? else { return Ok(None) };
    let (lanes, axis) = total.lanes(graph)?;
    let log = build::reduce(graph, ops::of(Is::LogTotal), lanes, Some(&[axis]), false)?;
    let log = total.placed(graph, log)?;
    if !total.mean {
        return Ok(Some(log));
    }
    let axes: Vec<i64> = total.axes.iter().map(|axis| *axis as i64).collect();
    let count = build::count(graph, total.inner, Some(&axes))?;
    let count = graph.add(ops::of(Is::Log), Attrs::None, &[count])?;
    build::sub(graph, log, count).map(Some)
}

/// `above/below` where `below` is a sum over axes of one weighted exponential, and `above` is such a sum of the same one
/// with other weights, or one of its terms.
pub(super) fn quotient(graph: &mut Graph, above: NodeId, below: NodeId) -> Made {
    let mut divisor = below;
    while graph.is(divisor, Is::BroadcastTo) {
        divisor = graph.node(divisor).args[0];
    }
    if !graph.has_powers(divisor) || !matches!(graph.def(divisor).is, Is::Sum | Is::Mean | Is::MatMul) {
        return Ok(None);
    }
    let Some(below) = total(graph, divisor)? else { return Ok(None) };
    let [term] = below.terms.as_slice() else { return Ok(None) };
    let shape = graph.shape(below.inner).clone();
    if graph.has_powers(above)
        && let Some(over) = total(graph, above)?
        && over.axes == below.axes
        && over.keep == below.keep
        && over.mean == below.mean
        && graph.shape(over.inner).is_same(&shape, &graph.dims)
        && over.terms.iter().all(|other| other.u == term.u)
    {
        let ratios = shares(graph, &below, term)?;
        let mut weights: Option<NodeId> = None;
        for other in &over.terms {
            let part = weight(graph, other.c, &other.w)?;
            weights = Some(match weights {
                Some(before) => build::add(graph, before, part)?,
                None => part,
            });
        }
        let Some(weights) = weights else { return Ok(None) };
        let product = build::mul(graph, weights, ratios)?;
        return build::sum(graph, product, Some(&below.axes), below.keep).map(Some);
    }
    // One term of a sum over the one axis of a vector, or with its axes kept.
    let met = below.keep || below.axes.len() == shape.rank() || below.axes == [0];
    let Some(over) = read(graph, above).filter(|of| of.sums.is_empty()) else { return Ok(None) };
    if !met || below.mean || over.term.u != term.u || term.is_positive() || graph.shape(above).rank() > shape.rank() {
        return Ok(None);
    }
    if over.term.w.iter().any(|(id, _)| graph.has_powers(*id)) {
        return Ok(None);
    }
    let ratios = shares(graph, &below, term)?;
    let by = weight(graph, over.term.c, &over.term.w)?;
    build::mul(graph, by, ratios).map(Some)
}

/// `exp(u)/sum` of each entry.
fn shares(graph: &mut Graph, of: &Total, term: &Term) -> Result<NodeId, Fault> {
    let shape = graph.shape(of.inner).clone();
    if term.is_positive() {
        let u = exponent(graph, &Lin { ..term.u.clone() })?;
        let u = build::broadcast_to(graph, u, shape.clone())?;
        let lanes = build::lanes(graph, u, &of.axes)?;
        let last = graph.shape(lanes).rank() - 1;
        let made = build::softmax(graph, lanes, last)?;
        let made = build::unlanes(graph, made, &shape, &of.axes)?;
        let by = number(graph, 1.0 / term.c);
        return if term.c == 1.0 { Ok(made) } else { build::mul(graph, by, made) };
    }
    let (lanes, axis) = of.lanes(graph)?;
    let whole = graph.shape(lanes)[axis].clone();
    let made = graph.add(ops::of(Is::TotalShares), build::along(axis), &[lanes])?;
    let half = graph.dims.floor_div(&whole, 2).unwrap_or(Dim::Num(0));
    let ratios = build::part(graph, made, axis, half.clone(), half)?;
    if of.axes.len() == 1 && of.axes[0] + 1 == shape.rank() {
        return Ok(ratios);
    }
    build::unlanes(graph, ratios, &shape, &of.axes)
}
