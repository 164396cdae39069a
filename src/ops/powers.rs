//! Sums of weighted exponentials by their logarithm: what `log(p*exp(a) + q*exp(b))` is evaluated by, whatever the signs of
//! the weights. The argument holds the exponents along an axis, and then as many weights.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, Along, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation,
    OpDef, Reduce, Role, Says,
};
use crate::kernels::powers;
use crate::shape::Dim;

/// The log of a sum of exponentials with weights.
pub static LOG_TOTAL: OpDef = OpDef {
    name: "log_total",
    args: args::REDUCE,
    notation: Notation::Special,
    role: Role::Plain,
    is: Is::LogTotal,
    shape: shapes::reduce,
    kernel: Kernel::Reduce(Reduce::Lane(powers::log_total)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let shares = all_shares(graph, node)?;
            let product = build::mul(graph, shares, tangent)?;
            let attrs = graph.node(node).op.attrs.clone();
            graph.add(&super::sum::SUM, attrs, &[product])
        },
        reverse: |graph, node, dy, _| {
            let shares = all_shares(graph, node)?;
            let dy = build::spread(graph, node, dy)?;
            build::mul(graph, dy, shares)
        },
    },
    says: Says::plain("The log of a sum of exponentials with weights: the exponents, and then as many weights.", &[]),
    algebra: Algebra::over(&[Domain::Positive]),
    bends: Bend::None,
    export: Export::none(),
};

/// The slopes of [`LOG_TOTAL`]: `w*exp(u)/sum` of each exponent, `exp(u)/sum` of each weight.
pub static TOTAL_SHARES: OpDef = OpDef {
    name: "total_shares",
    args: &[args::X, args::or("axis", ArgKind::Axis, "-1")],
    notation: Notation::Special,
    role: Role::Plain,
    is: Is::TotalShares,
    shape: shapes::along,
    kernel: Kernel::Along(Along(powers::shares)),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            curved(graph, node, tangent)
        },
        // Slopes of one function: their Jacobian is symmetric.
        reverse: |graph, node, dy, _| curved(graph, node, dy),
    },
    says: Says::plain(
        "What each term of a sum of exponentials has of it, and what it would have with a weight of 1.",
        &[],
    ),
    algebra: Algebra::over(&[Domain::Positive]),
    bends: Bend::None,
    export: Export::none(),
};

fn all_shares(graph: &mut Graph, node: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let axes = build::reduced_axes(graph, node);
    if let [axis] = axes[..] {
        return graph.add(&TOTAL_SHARES, build::along(axis), &[x]);
    }
    let shape = graph.shape(x).clone();
    let lanes = build::lanes(graph, x, &axes)?;
    let last = graph.shape(lanes).rank() - 1;
    let shares = graph.add(&TOTAL_SHARES, build::along(last), &[lanes])?;
    build::unlanes(graph, shares, &shape, &axes)
}

/// The Jacobian of the shares times `v`. All exponents are counted from the one with the largest share, and what that
/// share lacks to 1 is the sum of the others: so nothing is taken away from what it nearly is.
fn curved(graph: &mut Graph, node: NodeId, v: NodeId) -> Result<NodeId, Fault> {
    let x = graph.node(node).args[0];
    let axis = shapes::axis_of(&graph.dims, graph.shape(x), &graph.node(node).op.attrs, 0)?;
    let whole = graph.shape(x)[axis].clone();
    let n = graph.dims.floor_div(&whole, 2).map_err(|_| Fault::new("nnlang::shape::too_large", "too many terms"))?;
    if graph.dims.known(&n) == Some(0) {
        return build::zeros_like(graph, x);
    }
    let odd = graph.dims.known(&whole).is_some_and(|n| n % 2 == 1);
    let half = |graph: &mut Graph, of: NodeId, second: bool| {
        build::part(graph, of, axis, if second { n.clone() } else { Dim::Num(0) }, n.clone())
    };
    let (share, ratio) = (half(graph, node, false)?, half(graph, node, true)?);
    let (a, b) = (half(graph, v, false)?, half(graph, v, true)?);
    let attrs = |keep: bool| Attrs::from_vec(vec![build::ints(&[axis]), Attr::Flag(keep)]);
    let size = graph.add(&super::sign::ABS, Attrs::None, &[share])?;
    let place = graph.add(&super::extremum::ARGMAX, attrs(false), &[size])?;
    let hot = build::hot(graph, place, n.clone(), axis)?;
    let (one, zero) = (build::number(graph, 1.0), build::number(graph, 0.0));
    let largest = build::eq(graph, hot, one)?;
    let place = graph.add(&super::extremum::ARGMAX, attrs(true), &[size])?;
    let origin = build::take_along(graph, a, place, axis)?;
    let away = build::sub(graph, a, origin)?;
    let (by_exponent, by_weight) = (build::mul(graph, share, away)?, build::mul(graph, ratio, b)?);
    let change = build::add(graph, by_exponent, by_weight)?;
    let others = build::choose(graph, largest, zero, change)?;
    let others = build::sum(graph, others, Some(&[axis]), true)?;
    let own = build::take_along(graph, change, place, axis)?;
    let all = build::add(graph, own, others)?;
    let rest = build::choose(graph, largest, zero, share)?;
    let rest = build::sum(graph, rest, Some(&[axis]), true)?;
    // Of the largest: own*(1 - share) - share*others; of each other one: change - share*all.
    let (kept, taken) = (build::mul(graph, change, rest)?, build::mul(graph, share, others)?);
    let there = build::sub(graph, kept, taken)?;
    let taken = build::mul(graph, share, all)?;
    let elsewhere = build::sub(graph, change, taken)?;
    let shares = build::choose(graph, largest, there, elsewhere)?;
    let less = build::sub(graph, away, all)?;
    let ratios = build::mul(graph, ratio, less)?;
    if odd {
        // An entry that is neither an exponent nor a weight.
        let shape = graph.shape(x).with(axis, Dim::Num(1));
        let none = build::broadcast_to(graph, zero, shape)?;
        return build::join(graph, &[shares, ratios, none], axis);
    }
    build::join(graph, &[shares, ratios], axis)
}

/// `logcumsumexp(x, axis=0)`
pub static LOGCUMSUMEXP: OpDef = OpDef {
    name: "logcumsumexp",
    args: &[args::X, args::or("axis", ArgKind::Axis, "0")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::LogCumSumExp,
    shape: shapes::along,
    kernel: Kernel::Along(Along(powers::logcumsumexp)),
    // With y[i] = log(sum(exp(x[j]) for j <= i)) the Jacobian is exp(x[j] - y[i]) for j <= i, never above 1: of the shares
    // of one entry the running sum from its end, scaled by the last, which outweighs the others.
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let (axis, weight) = running(graph, node)?;
            let tangent = build::insert_axis(graph, tangent, axis)?;
            let product = build::mul(graph, weight, tangent)?;
            build::sum(graph, product, Some(&[axis + 1]), false)
        },
        reverse: |graph, node, dy, _| {
            let (axis, weight) = running(graph, node)?;
            let dy = build::insert_axis(graph, dy, axis + 1)?;
            let product = build::mul(graph, weight, dy)?;
            build::sum(graph, product, Some(&[axis]), false)
        },
    },
    says: Says::plain(
        "The log of the running sums of the exponentials along an axis, the first unless told; without overflow.",
        &[("logcumsumexp([0, 0])", "[0, log(2)]"), ("logcumsumexp([1000, 1000])", "[1000, 1000 + log(2)]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]).formula("log(cumsum(exp(x)))"),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.logcumsumexp", jax: "", numpy: "np.logaddexp.accumulate", c: "" },
};

/// The axis of a running sum, and the softmax of every beginning of the lane: `w[i, j]` is 0 where `j` comes after `i`.
fn running(graph: &mut Graph, node: NodeId) -> Result<(usize, NodeId), Fault> {
    let x = graph.node(node).args[0];
    let axis = shapes::axis_of(&graph.dims, graph.shape(x), &graph.node(node).op.attrs, 0)?;
    let n = graph.shape(x)[axis].clone();
    let order = build::range(graph, 0.0, 1.0, n.clone())?;
    let (rows, columns) = (build::insert_axis(graph, order, 1)?, build::insert_axis(graph, order, 0)?);
    let within = build::ge(graph, rows, columns)?;
    let mut placed = graph.shape(within).clone();
    for _ in axis + 1..graph.shape(x).rank() {
        placed = shapes::insert_axis(&placed, placed.rank(), Dim::Num(1));
    }
    let within = build::reshape_to(graph, within, placed)?;
    let lanes = build::insert_axis(graph, x, axis)?;
    let none = build::number(graph, f64::NEG_INFINITY);
    let seen = build::choose(graph, within, lanes, none)?;
    build::softmax(graph, seen, axis + 1).map(|weight| (axis, weight))
}
