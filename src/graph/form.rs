//! What a node is to the algebra: the few operators that formulas are made of, told apart in one place.

use super::{Graph, Is, Kernel, Move, NodeId, Op, Role};

/// A node as the algebra sees it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A number.
    Number(f64),
    /// The value of a dimension.
    Dim,
    /// `-a`
    Neg(NodeId),
    /// `a + b`
    Add(NodeId, NodeId),
    /// `a - b`
    Sub(NodeId, NodeId),
    /// `a * b`
    Mul(NodeId, NodeId),
    /// `a / b`
    Div(NodeId, NodeId),
    /// `a^b`
    Pow(NodeId, NodeId),
    /// `a @ b`
    MatMul(NodeId, NodeId),
    /// `a'`
    Transpose(NodeId),
    /// `sum(x, axis=…)`
    Sum(NodeId),
    /// `mean(x, axis=…)`
    Mean(NodeId),
    /// Stretched.
    Broadcast(NodeId),
    /// Summed back to a smaller shape.
    SumTo(NodeId),
    /// The same entries under another shape.
    Reshape(NodeId),
    /// Zeros around it.
    Padded(NodeId),
    /// `softmax(x)`
    Softmax(NodeId),
    /// `sqrt(x)`
    Sqrt(NodeId),
    /// `inv(A)`
    Inv(NodeId),
    /// `solve(A, b)`
    Solve(NodeId, NodeId),
    /// `where(c, a, b)`
    Where(NodeId, NodeId, NodeId),
    /// `a == b`
    Eq(NodeId, NodeId),
    /// `a and b`
    And(NodeId, NodeId),
    /// `a or b`
    Or(NodeId, NodeId),
    /// `not a`
    Not(NodeId),
    /// The identity matrix.
    Eye,
    /// The last axis on a diagonal.
    DiagEmbed(NodeId),
    /// Entries of the first added at the indices of the second.
    ScatterAdd(NodeId, NodeId),
    /// `stop(x)`, a definition: the same value.
    Same(NodeId),
    /// Entries of the first at the indices of the second.
    TakeAlong(NodeId, NodeId),
    /// `norm(x)`
    Norm(NodeId),
    /// The product of the others along an axis.
    Others(NodeId),
    /// Anything else.
    Other,
}

/// The form of a node.
pub fn form(graph: &Graph, id: NodeId) -> Form {
    let node = graph.node(id);
    match (node.op.def.role, node.op.def.is, node.args.as_slice()) {
        (Role::Number, ..) => Form::Number(node.op.attrs.number(0).unwrap_or(f64::NAN)),
        (Role::Dim, ..) => Form::Dim,
        (Role::Def | Role::Stop, _, [x]) => Form::Same(*x),
        (_, Is::Eye, []) => Form::Eye,
        (_, Is::Neg, [x]) => Form::Neg(*x),
        (_, Is::MatrixTranspose, [x]) => Form::Transpose(*x),
        (_, Is::Sum, [x]) => Form::Sum(*x),
        (_, Is::Mean, [x]) => Form::Mean(*x),
        (_, Is::BroadcastTo, [x]) => Form::Broadcast(*x),
        (_, Is::SumTo, [x]) => Form::SumTo(*x),
        (_, Is::Reshape, [x]) => Form::Reshape(*x),
        (_, Is::DiagEmbed, [x]) => Form::DiagEmbed(*x),
        (_, Is::Unslice, [x]) => Form::Padded(*x),
        (_, Is::Softmax, [x]) => Form::Softmax(*x),
        (_, Is::Norm, [x]) => Form::Norm(*x),
        (_, Is::ProdOthers, [x]) => Form::Others(*x),
        (_, Is::Sqrt, [x]) => Form::Sqrt(*x),
        (_, Is::Inv, [x]) => Form::Inv(*x),
        (_, Is::Not, [x]) => Form::Not(*x),
        (_, Is::Solve, [a, b]) => Form::Solve(*a, *b),
        (_, Is::Add, [a, b]) => Form::Add(*a, *b),
        (_, Is::Sub, [a, b]) => Form::Sub(*a, *b),
        (_, Is::Mul, [a, b]) => Form::Mul(*a, *b),
        (_, Is::Div, [a, b]) => Form::Div(*a, *b),
        (_, Is::Pow, [a, b]) => Form::Pow(*a, *b),
        (_, Is::MatMul, [a, b]) => Form::MatMul(*a, *b),
        (_, Is::Eq, [a, b]) => Form::Eq(*a, *b),
        (_, Is::And, [a, b]) => Form::And(*a, *b),
        (_, Is::Or, [a, b]) => Form::Or(*a, *b),
        (_, Is::TakeAlong, [a, b]) => Form::TakeAlong(*a, *b),
        (_, Is::ScatterAdd, [a, b]) => Form::ScatterAdd(*a, *b),
        (_, Is::Where, [c, a, b]) => Form::Where(*c, *a, *b),
        _ => Form::Other,
    }
}

/// So many operators above an exponential are looked at.
const DEEPEST: u8 = 24;

/// How many operators a node of `op` stands above an exponential that it is built of; 0 where it is not.
pub(super) fn depth_of_powers(
    op: &Op,
    args: &[NodeId],
    depth: impl Fn(NodeId) -> u8,
    is_number: impl Fn(NodeId) -> bool,
) -> u8 {
    match op.def.is {
        Is::Pow if is_number(args[0]) && !is_number(args[1]) => 1,
        Is::Exp | Is::Expm1 | Is::Sigmoid | Is::Cosh | Is::RecExpAdd => 1,
        Is::Neg | Is::Add | Is::Sub | Is::Mul | Is::Div | Is::Sqrt | Is::Pow | Is::Sum | Is::Mean | Is::MatMul => {
            deepest(args, depth)
        }
        Is::CumSum | Is::Concat | Is::Where => deepest(args, depth),
        _ => match op.def.kernel {
            Kernel::Move(
                Move::Reshape | Move::Transpose | Move::Broadcast | Move::Slice | Move::Flip | Move::Gather,
            ) => deepest(args, depth),
            _ => 0,
        },
    }
}

fn deepest(args: &[NodeId], depth: impl Fn(NodeId) -> u8) -> u8 {
    match args.iter().map(|arg| depth(*arg)).max().unwrap_or(0) {
        0 | DEEPEST => 0,
        below => below + 1,
    }
}
