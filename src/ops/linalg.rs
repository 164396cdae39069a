//! Linear algebra over square matrices and stacks of them: `inv`, `solve`, `det`, `cofactor`, `logdet`, `cholesky`.
//!
//! Derivatives: M. Giles, *Collected matrix derivative results for forward and reverse mode algorithmic
//! differentiation*, 2008; of Cholesky: I. Murray, *Differentiation of the Cholesky decomposition*, 2016.

use super::{args, build, diag, matmul, shapes};
use crate::graph::{
    Algebra, Attr, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role, Says,
    Type,
};
use crate::kernels::linalg;
use crate::shape::{self, Dims, Shape};

/// `inv(A)`
pub static INV: OpDef = OpDef {
    name: "inv",
    args: &[args::A],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Inv,
    shape: |dims, args, _| {
        matmul::square(dims, &args[0].shape, "inv")?;
        Ok(Type::real(args[0].shape.clone()))
    },
    kernel: Kernel::Matrix(linalg::inv),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let right = build::matmul(graph, tangent, node)?;
            let product = build::matmul(graph, node, right)?;
            build::neg(graph, product)
        },
        reverse: |graph, node, dy, _| {
            let inverse = build::transposed(graph, node)?;
            let right = build::matmul(graph, dy, inverse)?;
            let product = build::matmul(graph, inverse, right)?;
            build::neg(graph, product)
        },
    },
    says: Says::plain(
        "The inverse matrix; of a singular one it is an error. To solve A @ x = b, write solve(A, b).",
        &[("inv([[2, 0], [0, 4]])", "[[0.5, 0], [0, 0.25]]"), ("inv([[1, 2], [3, 5]])", "[[-5, 2], [3, -1]]")],
    )
    .latex(r"\left(#\right)^{-1}")
    .also(&["inverse"]),
    algebra: Algebra::over(&[Domain::Matrix]).stable(&["inv(a) @ b = solve(a, b)"]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.linalg.inv", jax: "jnp.linalg.inv", numpy: "np.linalg.inv", c: "" },
};

/// `solve(A, b)` of a vector or a matrix `b`.
pub static SOLVE: OpDef = OpDef {
    name: "solve",
    args: &[args::A, args::tensor("b")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Solve,
    shape: shapes::expanded,
    kernel: Kernel::Expand(|graph, _, args| {
        if graph.shape(args[1]).rank() != 1 {
            return graph.add(&SOLVE_COLUMNS, Attrs::None, args);
        }
        let column = build::insert_axis(graph, args[1], 1)?;
        let x = graph.add(&SOLVE_COLUMNS, Attrs::None, &[args[0], column])?;
        let last = graph.shape(x).rank() - 1;
        build::drop_axis(graph, x, last)
    }),
    diff: Diff::None(args::EXPANDED),
    says: Says::plain(
        "The x with A @ x = b, for a vector b or for each column of a matrix b; of a singular A it is an error.",
        &[("solve([[2, 0], [0, 4]], [2, 2])", "[1, 0.5]"), ("solve([[1, 2], [3, 5]], [[1], [2]])", "[[-1], [1]]")],
    ),
    algebra: Algebra::over(&[Domain::Matrix, Domain::Reals]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.linalg.solve", jax: "jnp.linalg.solve", numpy: "np.linalg.solve", c: "" },
};

/// `solve(A, B)` of a matrix `B`, or stacks: what the graph holds.
pub static SOLVE_COLUMNS: OpDef = OpDef {
    name: "solve",
    args: &[args::A, args::tensor("b")],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Solve,
    shape: solved,
    kernel: Kernel::Matrix(linalg::solve),
    diff: Diff::Rule {
        // A dX = dB - dA X
        forward: |graph, node, tangents| {
            let a = graph.node(node).args[0];
            let moved = match tangents.first().copied().flatten() {
                Some(da) => Some(build::matmul(graph, da, node)?),
                None => None,
            };
            let right = match (tangents.get(1).copied().flatten(), moved) {
                (Some(db), Some(moved)) => build::sub(graph, db, moved)?,
                (Some(db), None) => db,
                (None, Some(moved)) => build::neg(graph, moved)?,
                (None, None) => return build::zeros_like(graph, node),
            };
            let x = solve(graph, a, right)?;
            let shape = graph.shape(node).clone();
            build::broadcast_to(graph, x, shape)
        },
        reverse: |graph, node, dy, arg| {
            let (a, of) = (graph.node(node).args[0], graph.node(node).args[arg]);
            let shape = graph.shape(of).clone();
            let at = build::transposed(graph, a)?;
            let db = solve(graph, at, dy)?;
            let share = if arg == 1 {
                db
            } else {
                let xt = build::transposed(graph, node)?;
                let product = build::matmul(graph, db, xt)?;
                build::neg(graph, product)?
            };
            build::sum_to(graph, share, shape)
        },
    },
    says: Says::plain("The X with A @ X = B.", &[]),
    algebra: Algebra::over(&[Domain::Matrix, Domain::Matrix]),
    bends: Bend::None,
    export: Export { onnx: "", torch: "torch.linalg.solve", jax: "jnp.linalg.solve", numpy: "np.linalg.solve", c: "" },
};

/// `det(A)`
pub static DET: OpDef = OpDef {
    name: "det",
    args: &[args::A],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: |dims, args, _| diag::number_of_matrix(dims, &args[0], "det"),
    kernel: Kernel::Matrix(linalg::det),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let a = graph.node(node).args[0];
            let slope = graph.add(&COFACTOR, Attrs::None, &[a])?;
            along(graph, slope, tangent)
        },
        reverse: |graph, node, dy, _| {
            let a = graph.node(node).args[0];
            let slope = graph.add(&COFACTOR, Attrs::None, &[a])?;
            let dy = diag::wide(graph, dy)?;
            build::mul(graph, dy, slope)
        },
    },
    says: Says::plain(
        "The determinant of a square matrix, or of each of a stack.",
        &[("det([[1, 2], [3, 4]])", "-2"), ("det([[1, 2], [2, 4]])", "0")],
    )
    .latex(r"\det\left(#\right)"),
    algebra: Algebra::over(&[Domain::Matrix]).stable(&["log(det(a)) = logdet(a)"]),
    bends: Bend::None,
    export: Export { onnx: "Det", torch: "torch.linalg.det", jax: "jnp.linalg.det", numpy: "np.linalg.det", c: "" },
};

/// `cofactor(A)`
pub static COFACTOR: OpDef = OpDef {
    name: "cofactor",
    args: &[args::A],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: |dims, args, _| {
        matmul::square(dims, &args[0].shape, "cofactor")?;
        Ok(Type::real(args[0].shape.clone()))
    },
    kernel: Kernel::Matrix(linalg::cofactor),
    diff: Diff::Rule {
        // C = det(A) inv(A)', so dC = (sum(C*dA) C - C dA' C)/det(A)
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            turned(graph, node, tangent)
        },
        // The second derivative of det is symmetric.
        reverse: |graph, node, dy, _| turned(graph, node, dy),
    },
    says: Says::plain(
        "The matrix of cofactors: the slope of det by each entry, right for singular matrices too. Its own slope \
              needs an invertible matrix.",
        &[("cofactor([[1, 2], [3, 4]])", "[[4, -3], [-2, 1]]"), ("cofactor([[1, 2], [2, 4]])", "[[4, -2], [-2, 1]]")],
    ),
    algebra: Algebra::over(&[Domain::Matrix]),
    bends: Bend::None,
    export: Export::none(),
};

/// `logdet(A)`
pub static LOGDET: OpDef = OpDef {
    name: "logdet",
    args: &[args::A],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Other,
    shape: |dims, args, _| diag::number_of_matrix(dims, &args[0], "logdet"),
    kernel: Kernel::Matrix(linalg::logdet),
    diff: Diff::Rule {
        forward: |graph, node, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, node) };
            let slope = inverse_transposed(graph, node)?;
            along(graph, slope, tangent)
        },
        reverse: |graph, node, dy, _| {
            let slope = inverse_transposed(graph, node)?;
            let dy = diag::wide(graph, dy)?;
            build::mul(graph, dy, slope)
        },
    },
    says: Says::plain(
        "The log of the determinant, which must be above 0; neither overflows nor underflows on the way.",
        &[("logdet([[2, 0], [0, 3]])", "log(6)"), ("logdet(1e-200*eye(2))", "-400*log(10)")],
    )
    .latex(r"\log\det\left(#\right)")
    .also(&["log_det"]),
    algebra: Algebra::over(&[Domain::Spd]).formula("log(det(A))"),
    bends: Bend::None,
    export: Export::none(),
};

/// `cholesky(A)`
pub static CHOLESKY: OpDef = OpDef {
    name: "cholesky",
    args: &[args::A],
    notation: Notation::Call,
    role: Role::Plain,
    is: Is::Cholesky,
    shape: |dims, args, _| {
        matmul::square(dims, &args[0].shape, "cholesky")?;
        Ok(Type::real(args[0].shape.clone()))
    },
    kernel: Kernel::Matrix(linalg::cholesky),
    diff: Diff::Rule {
        // dL = L phi(inv(L) dA inv(L)'), Murray equation 8
        forward: |graph, l, tangents| {
            let Some(tangent) = tangents.first().copied().flatten() else { return build::zeros_like(graph, l) };
            let symmetric = symmetrized(graph, tangent)?;
            let left = solve(graph, l, symmetric)?;
            let left = build::transposed(graph, left)?;
            let both = solve(graph, l, left)?;
            let lower = phi(graph, both)?;
            build::matmul(graph, l, lower)
        },
        // inv(L)' phi(L' dL) inv(L), symmetrized, Murray equation 10
        reverse: |graph, l, dy, _| {
            let lt = build::transposed(graph, l)?;
            let product = build::matmul(graph, lt, dy)?;
            let lower = phi(graph, product)?;
            let left = solve(graph, lt, lower)?;
            let left = build::transposed(graph, left)?;
            let both = solve(graph, lt, left)?;
            symmetrized(graph, both)
        },
    },
    says: Says::plain(
        "The lower triangular L with L @ L' = A, of a symmetric positive definite A (of (A + A')/2, to be exact).",
        &[("cholesky([[4, 2], [2, 5]])", "[[2, 0], [1, 2]]")],
    ),
    algebra: Algebra::over(&[Domain::Spd]),
    bends: Bend::None,
    export: Export {
        onnx: "",
        torch: "torch.linalg.cholesky",
        jax: "jnp.linalg.cholesky",
        numpy: "np.linalg.cholesky",
        c: "",
    },
};

fn solve(graph: &mut Graph, a: NodeId, b: NodeId) -> Result<NodeId, Fault> {
    graph.add(&SOLVE_COLUMNS, Attrs::None, &[a, b])
}

fn solved(dims: &mut Dims, args: &[Type], _: &Attrs) -> Result<Type, Fault> {
    let n = matmul::square(dims, &args[0].shape, "solve")?;
    let (a, b) = (&args[0].shape, &args[1].shape);
    if b.rank() < 2 {
        let title = "solve needs a vector or matrix on the right, and this is a single number";
        return Err(Fault::new("nnlang::shape::solve", title).label(1, ""));
    }
    if !dims.meet(&n, &b[b.rank() - 2]) {
        let (n, rows) = (dims.show(&n), dims.show(&b[b.rank() - 2]));
        let title = format!("this system has {n} equations, and the right side {rows} rows");
        return Err(Fault::new("nnlang::shape::solve", title).label(0, "").label(1, ""));
    }
    let stack = |shape: &Shape| Shape::new(shape.iter().take(shape.rank() - 2).cloned());
    let stacks = shape::broadcast(dims, &stack(a), &stack(b)).map_err(|_| {
        let (a, b) = (stack(a).show(dims), stack(b).show(dims));
        let title = format!("the stacks of these systems do not broadcast: {a} and {b}");
        Fault::new("nnlang::shape::solve", title).label(0, "").label(1, "")
    })?;
    let matrix = [b[b.rank() - 2].clone(), b[b.rank() - 1].clone()];
    Ok(Type::real(Shape::new(stacks.iter().cloned().chain(matrix))))
}

/// The sum of `slope * tangent` over each matrix.
fn along(graph: &mut Graph, slope: NodeId, tangent: NodeId) -> Result<NodeId, Fault> {
    let product = build::mul(graph, slope, tangent)?;
    let rank = graph.shape(product).rank();
    build::sum(graph, product, Some(&[rank - 2, rank - 1]), false)
}

fn turned(graph: &mut Graph, c: NodeId, v: NodeId) -> Result<NodeId, Fault> {
    let a = graph.node(c).args[0];
    let det = graph.add(&DET, Attrs::None, &[a])?;
    let det = diag::wide(graph, det)?;
    let total = along(graph, c, v)?;
    let total = diag::wide(graph, total)?;
    let first = build::mul(graph, total, c)?;
    let vt = build::transposed(graph, v)?;
    let right = build::matmul(graph, vt, c)?;
    let second = build::matmul(graph, c, right)?;
    let difference = build::sub(graph, first, second)?;
    build::div(graph, difference, det)
}

fn inverse_transposed(graph: &mut Graph, node: NodeId) -> Result<NodeId, Fault> {
    let a = graph.node(node).args[0];
    let inverse = graph.add(&INV, Attrs::None, &[a])?;
    build::transposed(graph, inverse)
}

fn symmetrized(graph: &mut Graph, a: NodeId) -> Result<NodeId, Fault> {
    let at = build::transposed(graph, a)?;
    let (sum, half) = (build::add(graph, a, at)?, build::number(graph, 0.5));
    build::mul(graph, sum, half)
}

/// The lower triangle with half the diagonal.
fn phi(graph: &mut Graph, a: NodeId) -> Result<NodeId, Fault> {
    let lower = graph.add(&diag::TRIL, Attrs::One(Attr::Int(0)), &[a])?;
    let strict = graph.add(&diag::TRIL, Attrs::One(Attr::Int(-1)), &[a])?;
    let (sum, half) = (build::add(graph, lower, strict)?, build::number(graph, 0.5));
    build::mul(graph, sum, half)
}
