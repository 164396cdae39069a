//! What is known of a node before the run: the number, dimension or whole numbers that it must be.

use super::{add, div, eye, mul, neg, sub};
use crate::graph::{Attr, DefId, Graph, Literal, NodeId, OpDef, Role};
use crate::shape::Dim;
use crate::tensor::Tensor;

/// The first expression of a leaf, and its name where that is to be kept.
pub type Leaf<'a> = &'a dyn Fn(DefId) -> Option<(NodeId, Option<std::sync::Arc<str>>)>;

/// The number that a scalar node is, if the program says so: literals, leaves and arithmetic over them.
pub fn number(graph: &Graph, id: NodeId, leaf: Leaf) -> Option<f64> {
    let node = graph.node(id);
    let arg = |i: usize| node.args.get(i).and_then(|arg| number(graph, *arg, leaf));
    match node.op.def.role {
        Role::Number => node.op.attrs.number(0),
        Role::Literal => match node.op.attrs.get(0) {
            Attr::Tensor(Literal(tensor)) => tensor.item(),
            _ => None,
        },
        Role::Dim => match node.op.attrs.get(0) {
            Attr::Dim(dim) => graph.dims.known(dim).map(|n| n as f64),
            _ => None,
        },
        Role::Slot => number(graph, leaf(node.op.attrs.def(0)?)?.0, leaf),
        Role::Def | Role::Stop => arg(0),
        Role::Draw => None,
        Role::Plain => {
            let def = node.op.def;
            match () {
                () if *def == neg::NEG => Some(-arg(0)?),
                () if *def == add::ADD => Some(arg(0)? + arg(1)?),
                () if *def == sub::SUB => Some(arg(0)? - arg(1)?),
                () if *def == mul::MUL => Some(arg(0)? * arg(1)?),
                () if *def == div::DIV => Some(arg(0)? / arg(1)?),
                () if def.name == "floor" => Some(libm::floor(arg(0)?)),
                () => None,
            }
        }
    }
}

/// Does this operator say that both its arguments are equal?
pub fn equates(def: &OpDef) -> bool {
    *def == super::compare::EQ
}

/// The dimension that a scalar node is: a whole number, a name, or arithmetic over them.
pub fn dim(graph: &Graph, id: NodeId, leaf: Leaf) -> Option<Dim> {
    let node = graph.node(id);
    let arg = |i: usize| node.args.get(i).and_then(|arg| dim(graph, *arg, leaf));
    let whole = |value: f64| (value >= 0.0 && value.fract() == 0.0 && value < 1.9e19).then_some(Dim::Num(value as u64));
    match node.op.def.role {
        Role::Dim => match node.op.attrs.get(0) {
            Attr::Dim(dim) => Some(dim.clone()),
            _ => None,
        },
        Role::Slot => {
            let (init, name) = leaf(node.op.attrs.def(0)?)?;
            match (dim(graph, init, leaf)?, name) {
                (Dim::Num(n), Some(name)) => Some(Dim::Named(n, name)),
                (dim, _) => Some(dim),
            }
        }
        Role::Def | Role::Stop => arg(0),
        Role::Number | Role::Literal => whole(number(graph, id, leaf)?),
        Role::Draw => None,
        Role::Plain => {
            let def = node.op.def;
            match () {
                () if *def == neg::NEG => graph.dims.sub(&Dim::Num(0), &arg(0)?).ok(),
                () if *def == add::ADD => graph.dims.add(&arg(0)?, &arg(1)?).ok(),
                () if *def == sub::SUB => graph.dims.sub(&arg(0)?, &arg(1)?).ok(),
                () if *def == mul::MUL => graph.dims.mul(&arg(0)?, &arg(1)?).ok(),
                () if def.name == "floor" => {
                    let inner = graph.node(*node.args.first()?);
                    if *inner.op.def == div::DIV {
                        let (p, k) = (dim(graph, inner.args[0], leaf)?, number(graph, inner.args[1], leaf)?);
                        if k >= 1.0 && k.fract() == 0.0 {
                            return graph.dims.floor_div(&p, k as u64).ok();
                        }
                    }
                    whole(number(graph, id, leaf)?)
                }
                () => whole(number(graph, id, leaf)?),
            }
        }
    }
}

/// The numbers of a vector node (or of a scalar: one), where the program says them.
pub fn numbers(graph: &Graph, id: NodeId, leaf: Leaf) -> Option<Vec<f64>> {
    let node = graph.node(id);
    match node.op.def.role {
        Role::Literal => match node.op.attrs.get(0) {
            Attr::Tensor(Literal(tensor)) if tensor.shape().len() <= 1 => Some(values(tensor)),
            _ => None,
        },
        Role::Slot => numbers(graph, leaf(node.op.attrs.def(0)?)?.0, leaf),
        Role::Def | Role::Stop => numbers(graph, *node.args.first()?, leaf),
        Role::Plain if *node.op.def == eye::ARANGE => match node.op.attrs.get(0) {
            Attr::Dim(dim) => {
                let n = graph.dims.known(dim)?;
                (n <= 1_000_000).then(|| (0..n).map(|i| i as f64).collect())
            }
            _ => None,
        },
        Role::Number | Role::Dim | Role::Plain | Role::Draw => number(graph, id, leaf).map(|value| vec![value]),
    }
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_f64().iter().copied().collect()
}
