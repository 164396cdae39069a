//! `@`: the product of vectors, matrices and stacks of matrices.

use super::{args, build};
use crate::graph::{
    Algebra, Attrs, Bend, Contract, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role,
    Says, Type,
};
use crate::shape::{self, Dim, Dims, Shape};

/// `A @ B`
pub static MATMUL: OpDef = OpDef {
    name: "matmul",
    args: &[args::A, args::tensor("B")],
    notation: Notation::Infix("@"),
    role: Role::Plain,
    is: Is::MatMul,
    shape: product,
    kernel: Kernel::Contract(Contract::MatMul),
    diff: Diff::Bilinear(share),
    says: Says::plain(
        "The matrix product; of stacks of matrices, product by product, broadcasting the axes before the last two.",
        &[
            ("[[1, 2], [3, 4]] @ [[0, 1], [1, 0]]", "[[2, 1], [4, 3]]"),
            ("[[1, 2], [3, 4]] @ [1, 1]", "[3, 7]"),
            ("[1, 2] @ [3, 4]", "11"),
        ],
    ),
    algebra: Algebra::over(&[Domain::Reals, Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "MatMul", torch: "torch.matmul", jax: "jnp.matmul", numpy: "np.matmul", c: "" },
};

/// `a @ b`
pub fn matmul(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&MATMUL, Attrs::None, &[a, b])
}

/// The share of `a` is `dy @ b'`, that of `b` is `a' @ dy`, summed over the stacks that were stretched. A vector is a
/// row before, or a column after, for the time being.
fn share(graph: &mut Graph, node: NodeId, dy: NodeId, arg: usize) -> Result<NodeId, Fault> {
    let (a, b) = (graph.node(node).args[0], graph.node(node).args[1]);
    let (row, column) = (graph.shape(a).rank() == 1, graph.shape(b).rank() == 1);
    match (row, column, arg) {
        (true, true, 0) => build::mul(graph, dy, b),
        (true, true, _) => build::mul(graph, dy, a),
        // A plain matrix times a vector needs no detour, and reads as in the notes.
        (false, true, 1) if graph.shape(a).rank() == 2 => {
            let a = build::transposed(graph, a)?;
            matmul(graph, a, dy)
        }
        (true, false, 0) if graph.shape(b).rank() == 2 => matmul(graph, b, dy),
        _ => {
            let dy = if column { last_axis(graph, dy)? } else { dy };
            let dy = if row { row_axis(graph, dy)? } else { dy };
            let full = if arg == 0 {
                let b = if column { build::insert_axis(graph, b, 0)? } else { build::transposed(graph, b)? };
                matmul(graph, dy, b)?
            } else {
                let a = if row { last_axis(graph, a)? } else { build::transposed(graph, a)? };
                matmul(graph, a, dy)?
            };
            let (of, rank) = (if arg == 0 { a } else { b }, graph.shape(full).rank());
            let full = match (arg, row, column) {
                (0, true, _) => build::drop_axis(graph, full, rank - 2)?,
                (1, _, true) => build::drop_axis(graph, full, rank - 1)?,
                _ => full,
            };
            let shape = graph.shape(of).clone();
            build::sum_to(graph, full, shape)
        }
    }
}

fn last_axis(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    let rank = graph.shape(x).rank();
    build::insert_axis(graph, x, rank)
}

fn row_axis(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    let rank = graph.shape(x).rank();
    build::insert_axis(graph, x, rank - 1)
}

fn product(dims: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    let (a, b) = (&args[0].shape, &args[1].shape);
    if a.is_scalar() || b.is_scalar() {
        return Err(Fault::new(
            "nnlang::shape::matmul",
            "@ multiplies vectors and matrices, and this is a single number",
        )
        .label(if a.is_scalar() { 0 } else { 1 }, "")
        .mend("{0} * {1} multiplies by a number")
        .instead("{0} * {1}"));
    }
    match multiply(dims, a, b) {
        Ok(shape) => Ok(Type::real(shape)),
        Err(Misfit::Stacks) => Err(Fault::new(
            "nnlang::shape::matmul",
            format!(
                "the stacks of these products do not broadcast: {} and {}",
                stack(a).show(dims),
                stack(b).show(dims)
            ),
        )
        .label(0, "")
        .label(1, "")),
        Err(Misfit::Inner(inner, outer)) => {
            let title =
                format!("the inner dimensions of this product differ: {} and {}", dims.show(&inner), dims.show(&outer));
            Err(propose(
                dims,
                a,
                b,
                Fault::new("nnlang::shape::matmul", title).label(0, "").label(1, "").about(&[&inner, &outer]),
            ))
        }
    }
}

enum Misfit {
    Inner(Dim, Dim),
    Stacks,
}

fn multiply(dims: &mut Dims, a: &Shape, b: &Shape) -> Result<Shape, Misfit> {
    let inner = a[a.rank() - 1].clone();
    let outer = b[b.rank().saturating_sub(2)].clone();
    if !dims.meet(&inner, &outer) {
        return Err(Misfit::Inner(inner, outer));
    }
    let stacks = shape::broadcast(dims, &stack(a), &stack(b)).map_err(|_| Misfit::Stacks)?;
    let rows = (a.rank() > 1).then(|| a[a.rank() - 2].clone());
    let columns = (b.rank() > 1).then(|| b[b.rank() - 1].clone());
    Ok(Shape::new(stacks.iter().cloned().chain(rows).chain(columns)))
}

fn stack(shape: &Shape) -> Shape {
    Shape::new(shape.iter().take(shape.rank().saturating_sub(2)).cloned())
}

/// The first of the products that fits, a transpose of one, of both, or the other order.
fn propose(dims: &mut Dims, a: &Shape, b: &Shape, fault: Fault) -> Fault {
    let (at, bt) = (flipped(a), flipped(b));
    let tries = [
        (&at, b, "{0}' @ {1}"),
        (a, &bt, "{0} @ {1}'"),
        (b, a, "{1} @ {0}"),
        (&at, &bt, "{0}' @ {1}'"),
        (b, &at, "{1} @ {0}'"),
        (&bt, a, "{1}' @ {0}"),
    ];
    for (left, right, text) in tries {
        // A trial must not settle a hole.
        let Ok(shape) = multiply(&mut dims.clone(), left, right) else { continue };
        return fault.mend(format!("{text} would give {}", shape.show(dims))).instead(text);
    }
    fault
}

fn flipped(shape: &Shape) -> Shape {
    let mut all = shape.to_vec();
    let rank = all.len();
    if rank >= 2 {
        all.swap(rank - 1, rank - 2);
    }
    Shape::new(all)
}

/// A dimension of a matrix that must be square; used by the linear algebra operators.
pub fn square(dims: &mut Dims, shape: &Shape, what: &str) -> Result<Dim, Fault> {
    if shape.rank() < 2 {
        let title = format!("{what} needs a matrix, and this is {}", shape.show(dims));
        return Err(Fault::new("nnlang::shape::square", title).label(0, ""));
    }
    let (rows, columns) = (shape[shape.rank() - 2].clone(), shape[shape.rank() - 1].clone());
    if !dims.meet(&rows, &columns) {
        let (rows, columns) = (dims.show(&rows), dims.show(&columns));
        let title = format!("{what} needs a square matrix, and this one is {rows} by {columns}");
        return Err(Fault::new("nnlang::shape::square", title).label(0, ""));
    }
    Ok(rows)
}
