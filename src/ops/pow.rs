//! `^`: a power, entry by entry.

use super::{choose, compare, log, mul, number, shapes, sub};
use crate::graph::{
    Algebra, Arg, ArgKind, Attrs, Bend, Diff, Domain, Export, Fault, Graph, Is, Kernel, NodeId, Notation, OpDef, Role,
    Says,
};
use crate::kernels::elementwise;

/// `a^b`
pub static POW: OpDef = OpDef {
    name: "pow",
    args: &[
        Arg { name: "a", kind: ArgKind::Tensor, default: "" },
        Arg { name: "b", kind: ArgKind::Tensor, default: "" },
    ],
    notation: Notation::Infix("^"),
    role: Role::Plain,
    is: Is::Pow,
    shape: shapes::pointwise,
    kernel: Kernel::Zip(elementwise::pow),
    diff: Diff::SlopeBy(slope),
    says: Says::plain(
        "a to the power of b, entry by entry, broadcasting; a negative base takes whole exponents.",
        &[("2^3", "8"), ("(-2)^3", "-8"), ("4^0.5", "2"), ("0^0", "1")],
    ),
    algebra: Algebra {
        formula: "",
        rules: &["a^1 = a", "a^0 = 1"],
        // A square has no kink.
        stable: &["a^-1 = 1/a", "abs(a)^2 = a^2", "hypot(a, b)^2 = a^2 + b^2"],
        domain: &[Domain::Positive, Domain::Reals],
        square: None,
        complement: "",
    },
    bends: Bend::None,
    export: Export { onnx: "Pow", torch: "torch.pow", jax: "jnp.power", numpy: "np.power", c: "pow" },
};

/// By the base `b*a^(b - 1)`, 0 where the exponent is 0; by the exponent `y*log(a)`, which is
/// evaluated as `xlogy(y, a)`: 0 where y is 0.
fn slope(graph: &mut Graph, node: NodeId, arg: usize) -> Result<Option<NodeId>, Fault> {
    let (a, b) = (graph.node(node).args[0], graph.node(node).args[1]);
    if arg == 1 {
        let log = graph.add(&log::LOG, Attrs::None, &[a])?;
        return graph.add(&mul::MUL, Attrs::None, &[node, log]).map(Some);
    }
    let known = if graph.def(b).role == Role::Number { graph.node(b).op.attrs.number(0) } else { None };
    match known {
        Some(0.0) => Ok(None),
        Some(1.0) => Ok(Some(number(graph, 1.0))),
        Some(2.0) => graph.add(&mul::MUL, Attrs::None, &[b, a]).map(Some),
        Some(exponent) => {
            let less = number(graph, exponent - 1.0);
            let power = graph.add(&POW, Attrs::None, &[a, less])?;
            graph.add(&mul::MUL, Attrs::None, &[b, power]).map(Some)
        }
        None => {
            let (zero, one) = (number(graph, 0.0), number(graph, 1.0));
            let less = graph.add(&sub::SUB, Attrs::None, &[b, one])?;
            let power = graph.add(&POW, Attrs::None, &[a, less])?;
            let product = graph.add(&mul::MUL, Attrs::None, &[b, power])?;
            let flat = graph.add(&compare::EQ, Attrs::None, &[b, zero])?;
            graph.add(&choose::WHERE, Attrs::None, &[flat, zero, product]).map(Some)
        }
    }
}
