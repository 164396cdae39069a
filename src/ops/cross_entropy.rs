//! `cross_entropy` and `nll`: one loss an example, over the class axis.

use super::{args, build, shapes, softmax};
use crate::graph::{
    Algebra, Arg, ArgKind, Bend, Diff, Domain, Expand, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role,
    Says,
};
use crate::shape::{Dim, Shape};

const fn loss(name: &'static str, args: &'static [Arg], summary: &'static str, expand: Expand) -> OpDef {
    OpDef {
        name,
        args,
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: shapes::expanded,
        kernel: Kernel::Expand(expand),
        diff: Diff::None(args::EXPANDED),
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[Domain::Reals, Domain::Whole(0, 1)]),
        bends: Bend::None,
        export: Export::none(),
    }
}

const LABELS: Arg = args::given("y", ArgKind::Index);

/// `cross_entropy(z, y)`
pub static CROSS_ENTROPY: OpDef = loss(
    "cross_entropy",
    &[args::tensor("z"), LABELS, args::CLASS_AXIS],
    "Minus the log of the probability that the scores z give to the label y, one loss an example; y may also be \
         probabilities of z's shape.",
    |graph, attrs, args| {
        let axis = shapes::axis_of(&graph.dims, graph.shape(args[0]), attrs, 0)?;
        let log = graph.add(&softmax::LOG_SOFTMAX, build::along(axis), &[args[0]])?;
        of_labels(graph, args[0], log, args[1], axis)
    },
)
.examples(&[
    ("cross_entropy([0, 0], 1)", "log(2)"),
    ("cross_entropy([[1000, 0], [0, 1000]], [0, 0])", "[0, 1000]"),
    ("cross_entropy([[0, log(3)], [0, 0]], [0, 1], axis=0)", "[log(2), log(4)]"),
]);

/// `nll(logp, y)`
pub static NLL: OpDef = loss(
    "nll",
    &[args::tensor("q"), LABELS, args::CLASS_AXIS],
    "Minus the log-probability q of the label y, one loss an example: nll(log_softmax(z), y), or nll(log(p), y).",
    |graph, attrs, args| {
        let axis = shapes::axis_of(&graph.dims, graph.shape(args[0]), attrs, 0)?;
        of_labels(graph, args[0], args[0], args[1], axis)
    },
)
.examples(&[("nll([log(0.25), log(0.75)], 0)", "log(4)")]);

/// Minus the log-probability of each label. The labels have the scores' shape without the class axis, or with size 1 in
/// its place, or are probabilities of the scores' whole shape.
fn of_labels(graph: &mut Graph, scores: NodeId, log: NodeId, y: NodeId, axis: usize) -> Result<NodeId, Fault> {
    let shape = graph.shape(scores).clone();
    if agrees(graph, y, &shape) {
        let weighted = build::mul(graph, y, log)?;
        let total = build::sum(graph, weighted, Some(&[axis]), false)?;
        return build::neg(graph, total);
    }
    let index = labels(graph, scores, y, axis)?;
    let chosen = build::take_along(graph, log, index, axis)?;
    let chosen = build::drop_axis(graph, chosen, axis)?;
    build::neg(graph, chosen)
}

/// Labels with an axis of size 1 where the scores have their classes.
pub fn labels(graph: &mut Graph, scores: NodeId, y: NodeId, axis: usize) -> Result<NodeId, Fault> {
    let shape = graph.shape(scores).clone();
    let kept = shapes::with_axis(&shape, axis, Dim::Num(1));
    if agrees(graph, y, &kept) {
        return Ok(y);
    }
    let without = shapes::without_axis(&shape, axis);
    if agrees(graph, y, &without) {
        return build::insert_axis(graph, y, axis);
    }
    let (labels, scores, want) = (graph.shape(y).clone(), shape.show(&graph.dims), without.show(&graph.dims));
    let title = format!("the labels are {}, and for scores of {scores} they are {want}", labels.show(&graph.dims));
    Err(Fault::new("nnlang::shape::labels", title)
        .label(0, "")
        .label(1, "")
        .because(format!("the classes are along axis {axis} of the scores, and there is one label an example"))
        .mend(format!("give labels of shape {want}")))
}

/// Has `y` this shape? Settles no hole where it has not.
pub fn agrees(graph: &mut Graph, y: NodeId, shape: &Shape) -> bool {
    let own = graph.shape(y).clone();
    if own.rank() != shape.rank() {
        return false;
    }
    let mut trial = graph.dims.clone();
    if !own.iter().zip(shape.iter()).all(|(a, b)| trial.meet(a, b)) {
        return false;
    }
    own.iter().zip(shape.iter()).all(|(a, b)| graph.dims.meet(a, b))
}
