//! How parameters begin.

use crate::graph::{Attrs, Fault, Graph, Is, NodeId};
use crate::ops::{self, build};
use crate::shape::Shape;

/// An initialiser.
pub struct Init {
    /// Its name.
    pub name: &'static str,
    /// What it does, with its source.
    pub summary: &'static str,
    /// How.
    pub method: Method,
}

/// How an initialiser draws.
#[derive(Clone, Copy)]
pub enum Method {
    /// All zero.
    Zeros,
    /// Normal numbers times a scale.
    Normal(Scale),
    /// Uniform numbers between minus and plus a limit.
    Uniform(Scale),
    /// A matrix with orthonormal columns (or rows, where there are more columns).
    Orthogonal,
}

/// `sqrt(gain / fan)`
#[derive(Clone, Copy)]
pub struct Scale {
    gain: f64,
    fan: Fan,
}

/// What counts.
#[derive(Clone, Copy)]
enum Fan {
    In,
    InPlusOut,
    /// Nothing: the gain is the square of the scale.
    One,
}

/// All of them.
pub static ALL: &[Init] = &[
    Init {
        name: "xavier",
        summary: "Uniform in ±sqrt(6/(in + out)) (Glorot and Bengio 2010); the default.",
        method: Method::Uniform(Scale { gain: 6.0, fan: Fan::InPlusOut }),
    },
    Init {
        name: "he",
        summary: "Normal with standard deviation sqrt(2/in), for relu (He et al. 2015).",
        method: Method::Normal(Scale { gain: 2.0, fan: Fan::In }),
    },
    Init {
        name: "lecun",
        summary: "Normal with standard deviation sqrt(1/in) (LeCun et al. 1998).",
        method: Method::Normal(Scale { gain: 1.0, fan: Fan::In }),
    },
    Init { name: "orthogonal", summary: "Orthonormal columns (Saxe et al. 2013).", method: Method::Orthogonal },
    Init {
        name: "normal",
        summary: "Normal with standard deviation 0.01, the course's small random weights.",
        method: Method::Normal(Scale { gain: 1e-4, fan: Fan::One }),
    },
    Init {
        name: "uniform",
        summary: "Uniform in ±sqrt(1/in).",
        method: Method::Uniform(Scale { gain: 1.0, fan: Fan::In }),
    },
    Init { name: "zeros", summary: "All zero.", method: Method::Zeros },
];

impl Init {
    /// The initialiser of a name.
    pub fn find(name: &str) -> Option<&'static Init> {
        ALL.iter().find(|init| init.name == name)
    }
}

impl Scale {
    /// The scale for weights `[in, out]` (a vector counts as `[in]`), as a node: sizes may be names.
    pub fn node(self, graph: &mut Graph, shape: &Shape) -> Result<NodeId, Fault> {
        let gain = ops::number(graph, self.gain);
        let fan = match (self.fan, shape.first(), shape.last()) {
            (Fan::One, _, _) | (_, None, _) | (_, _, None) => ops::number(graph, 1.0),
            (Fan::In, Some(first), _) => build::dim(graph, first.clone()),
            (Fan::InPlusOut, Some(first), Some(last)) => {
                let inputs = build::dim(graph, first.clone());
                if shape.rank() == 1 {
                    let one = ops::number(graph, 1.0);
                    build::add(graph, inputs, one)?
                } else {
                    let outputs = build::dim(graph, last.clone());
                    build::add(graph, inputs, outputs)?
                }
            }
        };
        let ratio = build::div(graph, gain, fan)?;
        graph.add(ops::of(Is::Sqrt), Attrs::None, &[ratio])
    }
}

/// Orthonormal columns from a random matrix `x`: with `x' x = L L'`, the columns of `x (L')^-1` are orthonormal.
pub fn orthogonal(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    let shape = graph.shape(x).clone();
    if shape.rank() != 2 {
        let title = format!("`orthogonal` fills a matrix, and this is {}", shape.show(&graph.dims));
        return Err(
            Fault::new("nnlang::shape::rank", title).mend("state two axes, or write another initialiser: `normal`")
        );
    }
    let wide = match (graph.dims.known(&shape[0]), graph.dims.known(&shape[1])) {
        (Some(rows), Some(columns)) => rows < columns,
        _ => false,
    };
    let tall = if wide { build::transposed(graph, x)? } else { x };
    let turned = build::transposed(graph, tall)?;
    let product = build::matmul(graph, turned, tall)?;
    let factor = graph.add(ops::of(Is::Cholesky), Attrs::None, &[product])?;
    // Q' = L^-1 x'
    let rows = graph.add(ops::of(Is::Solve), Attrs::None, &[factor, turned])?;
    if wide { Ok(rows) } else { build::transposed(graph, rows) }
}
