//! `accuracy` and `confusion`: predictions counted against labels, by the class axis or, of one score, by 0.5.

use super::{args, build, cross_entropy, extremum, eye, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attrs, Bend, Diff, Domain, Expand, Export, Fault, Graph, Is, Kernel, NodeId, Notation,
    OpDef, Role, Says,
};
use crate::shape::{Dim, Shape};

const fn metric(name: &'static str, summary: &'static str, expand: Expand) -> OpDef {
    OpDef {
        name,
        args: ARGS,
        notation: Notation::Call,
        role: Role::Plain,
        is: Is::Other,
        shape: shapes::expanded,
        kernel: Kernel::Expand(expand),
        diff: Diff::None(args::EXPANDED),
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[Domain::Open(0.0, 1.0), Domain::Condition]),
        bends: Bend::None,
        export: Export::none(),
    }
}

const ARGS: &[Arg] = &[args::tensor("p"), args::given("y", ArgKind::Index), args::CLASS_AXIS];

/// `accuracy(p, y)`
pub static ACCURACY: OpDef = metric(
        "accuracy",
        "How often the prediction is the label: the class of the largest score, or of one score whether it is at least 0.5.",
        |graph, attrs, args| {
            let pair = Pair::of(graph, attrs, args)?;
            let is_right = build::eq(graph, pair.predicted, pair.labels)?;
            build::mean(graph, is_right, None, false)
        },
    ).examples(&[
        ("accuracy([0.9, 0.2, 0.6, 0.4], [1, 0, 0, 0])", "0.75"),
        ("accuracy([[0.1, 0.9], [0.8, 0.2]], [1, 1])", "0.5"),
        ("accuracy([[0.1, 0.9], [0.8, 0.2]], [[0, 1], [1, 0]])", "1"),
    ]);

/// `confusion(p, y)`
pub static CONFUSION: OpDef = metric(
    "confusion",
    "How many examples of each class (row) were predicted as each class (column).",
    |graph, attrs, args| {
        let pair = Pair::of(graph, attrs, args)?;
        let one_hot = |graph: &mut Graph, labels: NodeId, classes: &Dim| {
            let length = shapes::count(&graph.dims, graph.shape(labels).clone().dims())?;
            let flat = build::reshape_to(graph, labels, Shape::new([length]))?;
            eye::one_hot(graph, flat, classes.clone(), 1)
        };
        let truth = one_hot(graph, pair.labels, &pair.classes)?;
        let guess = one_hot(graph, pair.predicted, &pair.classes)?;
        let truth = build::transposed(graph, truth)?;
        build::matmul(graph, truth, guess)
    },
)
.examples(&[
    ("confusion([0.9, 0.2, 0.6, 0.4], [1, 0, 0, 0])", "[[2, 1], [0, 1]]"),
    ("confusion([[0.1, 0.9], [0.8, 0.2]], [1, 1])", "[[0, 0], [1, 1]]"),
]);

/// Labels that were predicted and that are true, of one shape, and how many classes there are.
struct Pair {
    predicted: NodeId,
    labels: NodeId,
    classes: Dim,
}

impl Pair {
    fn of(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<Pair, Fault> {
        let (p, y) = (args[0], args[1]);
        let shape = graph.shape(p).clone();
        let axis = shapes::axis_of(&graph.dims, &shape, attrs, 0).ok();
        let one_score = axis.is_none_or(|axis| graph.dims.known(&shape[axis]) == Some(1));
        let same = cross_entropy::agrees(graph, y, &shape);
        if one_score || same && shape.rank() == 1 {
            let labels = if same {
                y
            } else {
                let axis = axis.unwrap_or(0);
                let labels = cross_entropy::labels(graph, p, y, axis)?;
                build::reshape_to(graph, labels, shape)?
            };
            let half = build::number(graph, 0.5);
            return Ok(Pair { predicted: build::ge(graph, p, half)?, labels, classes: Dim::Num(2) });
        }
        let axis = shapes::axis_of(&graph.dims, &shape, attrs, 0)?;
        let predicted = build::reduce(graph, &extremum::ARGMAX, p, Some(&[axis]), false)?;
        let labels = if same {
            build::reduce(graph, &extremum::ARGMAX, y, Some(&[axis]), false)?
        } else {
            let labels = cross_entropy::labels(graph, p, y, axis)?;
            build::drop_axis(graph, labels, axis)?
        };
        Ok(Pair { predicted, labels, classes: shape[axis].clone() })
    }
}
