//! `attention`: values weighted by how well their keys fit a query.

use super::{args, build, shapes};
use crate::graph::{
    Algebra, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Is, Kernel, Notation, OpDef, Role, Says,
};
use crate::shape::Shape;

/// `attention(q, k, v, causal=false, mask=1)`
pub static ATTENTION: OpDef = OpDef {
    name: "attention",
    args: &[
        args::tensor("q"),
        args::tensor("k"),
        args::tensor("v"),
        args::or("causal", ArgKind::Flag, "false"),
        args::or("mask", ArgKind::Tensor, "1"),
    ],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, attrs, given| {
        let (q, k, v, mask) = (given[0], given[1], given[2], given[3]);
        let (queries, keys) = (graph.shape(q).clone(), graph.shape(k).clone());
        if queries.rank() < 2 || keys.rank() < 2 {
            return build::matmul(graph, q, k);
        }
        let turned = build::transposed(graph, k)?;
        let product = build::matmul(graph, q, turned)?;
        let width = build::dim(graph, queries[queries.rank() - 1].clone());
        let root = build::pow(graph, width, 0.5)?;
        let mut scores = build::div(graph, product, root)?;
        let never = super::number(graph, f64::NEG_INFINITY);
        if graph.node(mask).op.attrs.number(0) != Some(1.0) {
            let zero = super::number(graph, 0.0);
            let hides = build::eq(graph, mask, zero)?;
            scores = build::choose(graph, hides, never, scores)?;
        }
        if attrs.flag(0) {
            let one = super::number(graph, 1.0);
            let square = Shape::new([queries[queries.rank() - 2].clone(), keys[keys.rank() - 2].clone()]);
            let ones = build::broadcast_to(graph, one, square)?;
            let lower = graph.add(&super::diag::TRIL, Attrs::One(Attr::Int(0)), &[ones])?;
            let zero = super::number(graph, 0.0);
            let seen = build::lt(graph, zero, lower)?;
            scores = build::choose(graph, seen, scores, never)?;
        }
        let last = graph.shape(scores).rank() - 1;
        let weights = build::softmax(graph, scores, last)?;
        build::matmul(graph, weights, v)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "softmax(q @ k' / sqrt(d)) @ v over the last two axes; with causal=true a query sees its own place and those before, and \
              where mask is 0 it sees nothing.",
        &[
            ("attention([[0, 0]], [[1, 2], [3, 4]], [[2], [4]])", "[[3]]"),
            ("attention([[0], [0]], [[1], [1]], [[2], [4]], causal=true)", "[[2], [3]]"),
            ("attention([[0]], [[1], [1]], [[2], [4]], mask=[[0, 1]])", "[[4]]"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Matrix, Domain::Matrix, Domain::Matrix, Domain::Open(0.5, 1.0)]),
    bends: Bend::None,
    export: Export::none(),
};
