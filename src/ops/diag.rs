//! Diagonals and triangles: `diag`, `diagonal`, `diag_embed`, `trace`, `tril`, `triu`.

use super::{args, build, matmul, shapes};
use crate::graph::{
    Algebra, Arg, ArgKind, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, Move, NodeId, Notation,
    OpDef, Role, Says, Type,
};
use crate::kernels::linalg;
use crate::shape::{Dims, Shape};

/// `diag(x)`
pub static DIAG: OpDef = OpDef {
    name: "diag",
    args: &[args::X],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Diag,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, _, args| {
        let def = if graph.shape(args[0]).rank() == 1 { &DIAG_EMBED } else { &DIAGONAL };
        graph.add(def, Attrs::None, args)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "Of a vector the matrix with it on the diagonal; of a matrix, or each of a stack, its diagonal.",
        &[("diag([1, 2])", "[[1, 0], [0, 2]]"), ("diag([[1, 2], [3, 4]])", "[1, 4]")],
    ),
    algebra: Algebra::over(&[Domain::Matrix]),
    bends: Bend::None,
    export: Export::none(),
};

/// `diagonal(A)`
pub static DIAGONAL: OpDef = OpDef {
    name: "diagonal",
    args: &[args::A],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Diagonal,
    shape: |dims, args, _| {
        let n = matmul::square(dims, &args[0].shape, "diagonal")?;
        let stack = args[0].shape.iter().take(args[0].shape.rank() - 2).cloned();
        Ok(Type { shape: Shape::new(stack.chain([n])), dtype: args[0].dtype })
    },
    kernel: Kernel::Move(Move::Diag),
    diff: Diff::Linear(|graph, _, dy, _| graph.add(&DIAG_EMBED, Attrs::None, &[dy])),
    says: Says::plain(
        "The diagonal of a square matrix, or of each of a stack.",
        &[("diagonal([[1, 2], [3, 4]])", "[1, 4]")],
    ),
    algebra: Algebra::over(&[Domain::Matrix]),
    bends: Bend::None,
    export: Export::none(),
};

/// `diag_embed(x)`
pub static DIAG_EMBED: OpDef = OpDef {
    name: "diag_embed",
    args: &[args::X],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::DiagEmbed,
    shape: |_, args, _| {
        let Some(n) = args[0].shape.last() else {
            return Err(Fault::new("nnlang::shape::axis", "a single number has no axis").label(0, ""));
        };
        Ok(Type { shape: Shape::new(args[0].shape.iter().chain([n]).cloned()), dtype: args[0].dtype })
    },
    kernel: Kernel::Move(Move::DiagEmbed),
    diff: Diff::Linear(|graph, _, dy, _| graph.add(&DIAGONAL, Attrs::None, &[dy])),
    says: Says::plain(
        "Zeros with the last axis on the diagonal of two.",
        &[("diag_embed([1, 2])", "[[1, 0], [0, 2]]")],
    ),
    algebra: Algebra::over(&[Domain::Reals]),
    bends: Bend::None,
    export: Export::none(),
};

/// `trace(A)`
pub static TRACE: OpDef = OpDef {
    name: "trace",
    args: &[args::A],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: |dims, args, _| number_of_matrix(dims, &args[0], "trace"),
    kernel: Kernel::Matrix(linalg::trace),
    diff: Diff::Linear(|graph, node, dy, _| {
        let shape = graph.shape(graph.node(node).args[0]).clone();
        let n = shape[shape.rank() - 1].clone();
        let dy = wide(graph, dy)?;
        let eye = graph.add(&super::eye::EYE, Attrs::One(Attr::Dim(n.into())), &[])?;
        build::mul(graph, dy, eye)
    }),
    says: Says::plain(
        "The sum of the diagonal of a square matrix, or of each of a stack.",
        &[("trace([[1, 2], [3, 4]])", "5")],
    )
    .latex(r"\operatorname{tr}\left(#\right)"),
    algebra: Algebra::over(&[Domain::Matrix]).formula("sum(diagonal(A), axis=-1)"),
    bends: Bend::None,
    export: Export::none(),
};

const TRIANGLE: &[Arg] = &[args::A, args::or("k", ArgKind::Whole, "0")];

/// `tril(A, k=0)`
pub static TRIL: OpDef = OpDef {
    name: "tril",
    args: TRIANGLE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: triangle,
    kernel: Kernel::Move(Move::Tril),
    diff: Diff::Linear(|graph, node, dy, _| {
        let attrs = graph.node(node).op.attrs.clone();
        graph.add(&TRIL, attrs, &[dy])
    }),
    says: Says::plain(
        "The lower triangle, up to the k-th diagonal above the main one; zeros above.",
        &[("tril([[1, 2], [3, 4]])", "[[1, 0], [3, 4]]"), ("tril([[1, 2], [3, 4]], k=-1)", "[[0, 0], [3, 0]]")],
    ),
    algebra: Algebra::over(&[Domain::Matrix]),
    bends: Bend::None,
    export: Export::none(),
};

/// `triu(A, k=0)`
pub static TRIU: OpDef = OpDef {
    name: "triu",
    args: TRIANGLE,
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: triangle,
    kernel: Kernel::Move(Move::Triu),
    diff: Diff::Linear(|graph, node, dy, _| {
        let attrs = graph.node(node).op.attrs.clone();
        graph.add(&TRIU, attrs, &[dy])
    }),
    says: Says::plain(
        "The upper triangle, from the k-th diagonal above the main one; zeros below.",
        &[("triu([[1, 2], [3, 4]])", "[[1, 2], [0, 4]]"), ("triu([[1, 2], [3, 4]], k=1)", "[[0, 2], [0, 0]]")],
    ),
    algebra: Algebra::over(&[Domain::Matrix]),
    bends: Bend::None,
    export: Export::none(),
};

/// One number for each matrix of a stack, with two axes of size 1 for those of the matrix.
pub fn wide(graph: &mut Graph, y: NodeId) -> Result<NodeId, Fault> {
    let rank = graph.shape(y).rank();
    let row = build::insert_axis(graph, y, rank)?;
    build::insert_axis(graph, row, rank)
}

/// The type of one number for each square matrix of a stack.
pub fn number_of_matrix(dims: &mut Dims, ty: &Type, what: &str) -> Result<Type, Fault> {
    matmul::square(dims, &ty.shape, what)?;
    Ok(Type::real(Shape::new(ty.shape.iter().take(ty.shape.rank() - 2).cloned())))
}

fn triangle(dims: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    if args[0].shape.rank() < 2 {
        let title = format!("a triangle is of a matrix, and this is {}", args[0].shape.show(dims));
        return Err(Fault::new("nnlang::shape::square", title).label(0, ""));
    }
    Ok(args[0].clone())
}
