//! `max` and `min` of two, entry by entry, and who has the slope where they tie.

use super::{choose, compare, div, mul, neg, number, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role,
    Says,
};
use crate::kernels::elementwise;
use smallvec::SmallVec;

const A: Arg = Arg { name: "a", kind: ArgKind::Tensor, default: "" };
const B: Arg = Arg { name: "b", kind: ArgKind::Tensor, default: "" };
const KINK: &str = "at a tie an argument built of literals alone yields and the other has the whole slope; of two \
                    non-negative literal multiples of one value the one chosen above 0 counts; other ties share equally";

/// `max(a, b)`
pub static MAXIMUM: OpDef = OpDef {
    name: "maximum",
    args: &[A, B],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Maximum,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::maximum),
    diff: Diff::SlopeBy(|graph, node, arg| slope(graph, node, arg, Chosen::Larger)),
    says: Says {
        summary: "The larger of two, entry by entry, broadcasting: what max(a, b) means.",
        kink: Some(KINK),
        examples: &[("max(2, 3)", "3"), ("max([1, 5], 3)", "[3, 5]")],
        latex: r"\max\left(#, ##\right)",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals])
        .formula("where(a >= b, a, b)")
        .rules(&["maximum(a, a) = a"]),
    bends: Bend::RectifiesBesideZero,
    export: Export { onnx: "Max", torch: "torch.maximum", jax: "jnp.maximum", numpy: "np.maximum", c: "fmax" },
};

/// `min(a, b)`
pub static MINIMUM: OpDef = OpDef {
    name: "minimum",
    args: &[A, B],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Minimum,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::minimum),
    diff: Diff::SlopeBy(|graph, node, arg| slope(graph, node, arg, Chosen::Smaller)),
    says: Says {
        summary: "The smaller of two, entry by entry, broadcasting: what min(a, b) means.",
        kink: Some(KINK),
        examples: &[("min(2, 3)", "2"), ("min([1, 5], 3)", "[1, 3]")],
        latex: r"\min\left(#, ##\right)",
        also: &[],
        aliases: &[],
    },
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals])
        .formula("where(a <= b, a, b)")
        .rules(&["minimum(a, a) = a"]),
    bends: Bend::None,
    export: Export { onnx: "Min", torch: "torch.minimum", jax: "jnp.minimum", numpy: "np.minimum", c: "fmin" },
};

/// Which of the two the operator chooses.
#[derive(Clone, Copy, PartialEq)]
enum Chosen {
    Larger,
    Smaller,
}

/// The share of an argument where both are equal.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Tie {
    Whole,
    Half,
    Nothing,
}

/// 1 where this argument is chosen, 0 where the other one is, and its share of a tie.
fn slope(graph: &mut Graph, node: NodeId, arg: usize, chosen: Chosen) -> Result<Option<NodeId>, Fault> {
    let (mine, other) = (graph.node(node).args[arg], graph.node(node).args[1 - arg]);
    let (strict, closed) = match chosen {
        Chosen::Larger => (&compare::GT, &compare::GE),
        Chosen::Smaller => (&compare::LT, &compare::LE),
    };
    let (one, zero) = (number(graph, 1.0), number(graph, 0.0));
    let tie = tie(graph, mine, other, chosen);
    let ahead = if tie == Tie::Whole { closed } else { strict };
    let is_ahead = graph.add(ahead, Attrs::None, &[mine, other])?;
    let otherwise = if tie == Tie::Half {
        let half = number(graph, 0.5);
        let is_equal = graph.add(&compare::EQ, Attrs::None, &[mine, other])?;
        graph.add(&choose::WHERE, Attrs::None, &[is_equal, half, zero])?
    } else {
        zero
    };
    graph.add(&choose::WHERE, Attrs::None, &[is_ahead, one, otherwise]).map(Some)
}

fn tie(graph: &Graph, mine: NodeId, other: NodeId, chosen: Chosen) -> Tie {
    match (is_literal(graph, mine), is_literal(graph, other)) {
        (true, false) => return Tie::Nothing,
        (false, true) => return Tie::Whole,
        (true, true) => return Tie::Half,
        (false, false) => {}
    }
    let ((a, x), (b, y)) = (multiple(graph, mine, 0), multiple(graph, other, 0));
    if x != y || a == b || !(a >= 0.0 && b >= 0.0) {
        Tie::Half
    } else if (a > b) == (chosen == Chosen::Larger) {
        Tie::Whole
    } else {
        Tie::Nothing
    }
}

/// How many nodes are looked at before something counts as more than a literal: nobody writes one that large, and the
/// walk stays short however long the program is.
const LITERAL_NODES: usize = 256;

/// Is it built of numbers, literal tensors and operators alone, with no name and no dimension in it?
fn is_literal(graph: &Graph, root: NodeId) -> bool {
    let mut seen: SmallVec<[NodeId; 16]> = SmallVec::new();
    seen.push(root);
    let mut next = 0;
    while let Some(id) = seen.get(next).copied() {
        let node = graph.node(id);
        match node.op.def.role {
            Role::Number | Role::Literal | Role::Plain => {}
            Role::Dim | Role::Slot | Role::Def | Role::Stop | Role::Draw => return false,
        }
        for arg in &node.args {
            if !seen.contains(arg) {
                seen.push(*arg);
            }
        }
        if seen.len() > LITERAL_NODES {
            return false;
        }
        next += 1;
    }
    true
}

/// A node as a literal multiple of a value: `(0.01, z)` for `0.01z`, `(1, z)` for `z`; of a `max` or `min` of such, not
/// negative, the one chosen where the value is above 0.
fn multiple(graph: &Graph, mut node: NodeId, depth: usize) -> (f64, NodeId) {
    let mut factor = 1.0;
    for _ in 0..LITERAL_NODES {
        let (def, args) = (graph.def(node), &graph.node(node).args);
        let value = |i: usize| args.get(i).and_then(|arg| constant(graph, *arg, 0));
        let rest = match def {
            def if *def == mul::MUL => match (value(0), value(1)) {
                (Some(c), _) => Some((factor * c, args[1])),
                (None, Some(c)) => Some((factor * c, args[0])),
                (None, None) => None,
            },
            def if *def == div::DIV => value(1).map(|c| (factor / c, args[0])),
            def if *def == neg::NEG => Some((-factor, args[0])),
            def if depth < 8 && (*def == MAXIMUM || *def == MINIMUM) => {
                let ((a, x), (b, y)) = (multiple(graph, args[0], depth + 1), multiple(graph, args[1], depth + 1));
                let chosen = if *def == MAXIMUM { a.max(b) } else { a.min(b) };
                (x == y && a >= 0.0 && b >= 0.0).then_some((factor * chosen, x))
            }
            _ => None,
        };
        match rest {
            Some((next, inner)) => (factor, node) = (next, inner),
            None => break,
        }
    }
    (factor, node)
}

/// The number that a small scalar expression of numbers is: `0.01`, `1/100`, `-2`.
fn constant(graph: &Graph, id: NodeId, depth: usize) -> Option<f64> {
    let node = graph.node(id);
    let arg = |i: usize| node.args.get(i).and_then(|arg| constant(graph, *arg, depth + 1));
    match node.op.def.kernel {
        _ if depth > 8 => None,
        _ if node.op.def.role == Role::Number => node.op.attrs.number(0),
        Kernel::Map(f) => Some(f(arg(0)?)),
        Kernel::Zip(f) => Some(f(arg(0)?, arg(1)?)),
        _ => None,
    }
}
