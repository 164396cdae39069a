//! What is known of a node before the run: the number, dimension or whole numbers that it must be.

use super::{Attr, DefId, Graph, Is, Literal, NodeId, OpDef, Role};
use crate::shape::Dim;
use crate::tensor::Tensor;
use rustc_hash::FxHashMap;
use smallvec::SmallVec;

/// The first expression of a leaf, and its name where that is to be kept.
pub type Leaf<'a> = &'a dyn Fn(DefId) -> Option<(NodeId, Option<std::sync::Arc<str>>)>;

/// The number that a scalar node is, if the program says so: literals, leaves and arithmetic over them.
pub fn number(graph: &Graph, id: NodeId, leaf: Leaf) -> Option<f64> {
    known(graph, id, leaf).number
}

/// The dimension that a scalar node is: a whole number, a name, or arithmetic over them.
pub fn dim(graph: &Graph, id: NodeId, leaf: Leaf) -> Option<Dim> {
    known(graph, id, leaf).dim
}

/// Does this operator say that both its arguments are equal?
pub fn equates(def: &OpDef) -> bool {
    def.is == Is::Eq
}

/// The numbers of a vector node (or of a scalar: one), where the program says them.
pub fn numbers(graph: &Graph, id: NodeId, leaf: Leaf) -> Option<Vec<f64>> {
    let mut id = id;
    while let Role::Slot | Role::Def | Role::Stop = graph.def(id).role {
        id = *below(graph, id, leaf).first()?;
    }
    let node = graph.node(id);
    match node.op.def.role {
        Role::Literal => match node.op.attrs.get(0) {
            Attr::Tensor(Literal(tensor)) if tensor.shape().len() <= 1 => Some(values(tensor)),
            _ => None,
        },
        Role::Plain if node.op.def.is == Is::Arange => match node.op.attrs.get(0) {
            Attr::Dim(dim) => {
                let n = graph.dims.known(dim)?;
                (n <= 1_000_000).then(|| (0..n).map(|i| i as f64).collect())
            }
            _ => None,
        },
        Role::Number | Role::Dim | Role::Plain | Role::Draw | Role::Slot | Role::Def | Role::Stop => {
            number(graph, id, leaf).map(|value| vec![value])
        }
    }
}

fn values(tensor: &Tensor) -> Vec<f64> {
    tensor.to_f64().iter().copied().collect()
}

/// What is known of a scalar node.
#[derive(Clone, Default)]
struct Known {
    number: Option<f64>,
    dim: Option<Dim>,
}

impl Known {
    fn number(value: f64) -> Known {
        let whole = value >= 0.0 && value.fract() == 0.0 && value < 1.9e19;
        Known { number: Some(value), dim: whole.then_some(Dim::Num(value as u64)) }
    }

    fn is_nothing(&self) -> bool {
        self.number.is_none() && self.dim.is_none()
    }
}

/// Each node under `id` once, and no further than where nothing is known.
fn known(graph: &Graph, id: NodeId, leaf: Leaf) -> Known {
    let mut found: FxHashMap<NodeId, Known> = FxHashMap::default();
    let mut todo = vec![id];
    while let Some(at) = todo.last().copied() {
        let args = below(graph, at, leaf);
        let lost = args.iter().any(|arg| found.get(arg).is_some_and(Known::is_nothing));
        if let Some(next) = args.iter().find(|arg| !lost && !found.contains_key(*arg)) {
            todo.push(*next);
            continue;
        }
        let value = if lost { None } else { combined(graph, at, leaf, &args, &found) };
        found.insert(at, value.unwrap_or_default());
        todo.pop();
    }
    found.remove(&id).unwrap_or_default()
}

/// What a node's value is made of, as far as it is looked at.
fn below(graph: &Graph, id: NodeId, leaf: Leaf) -> SmallVec<[NodeId; 2]> {
    let node = graph.node(id);
    match node.op.def.role {
        Role::Slot => node.op.attrs.def(0).and_then(leaf).map(|(init, _)| init).into_iter().collect(),
        Role::Def | Role::Stop => node.args.iter().take(1).copied().collect(),
        // `floor(m/2)` is a dimension, `m/2` is none.
        Role::Plain if node.op.def.is == Is::Floor && graph.is(node.args[0], Is::Div) => {
            graph.node(node.args[0]).args.iter().copied().collect()
        }
        Role::Plain if is_arithmetic(node.op.def) => node.args.iter().copied().collect(),
        Role::Plain | Role::Number | Role::Literal | Role::Dim | Role::Draw => SmallVec::new(),
    }
}

fn is_arithmetic(def: &OpDef) -> bool {
    matches!(def.is, Is::Neg | Is::Add | Is::Sub | Is::Mul | Is::Pow | Is::Div | Is::Floor)
}

fn combined(graph: &Graph, id: NodeId, leaf: Leaf, args: &[NodeId], found: &FxHashMap<NodeId, Known>) -> Option<Known> {
    let node = graph.node(id);
    let dims = &graph.dims;
    let of = |id: &NodeId| found.get(id).cloned().unwrap_or_default();
    let arg = |i: usize| args.get(i).map(of).unwrap_or_default();
    let two = |f: fn(f64, f64) -> f64| Some(f(arg(0).number?, arg(1).number?));
    let known = match node.op.def.role {
        Role::Number => Known::number(node.op.attrs.number(0)?),
        Role::Literal => match node.op.attrs.get(0) {
            Attr::Tensor(Literal(tensor)) => Known::number(tensor.item()?),
            _ => return None,
        },
        Role::Dim => match node.op.attrs.get(0) {
            Attr::Dim(dim) => Known { number: dims.known(dim).map(|n| n as f64), dim: Some((**dim).clone()) },
            _ => return None,
        },
        Role::Slot => {
            let Known { number, dim } = arg(0);
            let dim = match (dim, leaf(node.op.attrs.def(0)?)?.1) {
                (Some(Dim::Num(n)), Some(name)) => Some(Dim::Named(n, name)),
                (dim, _) => dim,
            };
            Known { number, dim }
        }
        Role::Def | Role::Stop => arg(0),
        Role::Draw => return None,
        Role::Plain => {
            let def = node.op.def;
            match () {
                () if def.is == Is::Neg => Known {
                    number: arg(0).number.map(|a| -a),
                    dim: arg(0).dim.and_then(|a| dims.sub(&Dim::Num(0), &a).ok()),
                },
                () if def.is == Is::Add => Known {
                    number: two(|a, b| a + b),
                    dim: arg(0).dim.zip(arg(1).dim).and_then(|(a, b)| dims.add(&a, &b).ok()),
                },
                () if def.is == Is::Sub => Known {
                    number: two(|a, b| a - b),
                    dim: arg(0).dim.zip(arg(1).dim).and_then(|(a, b)| dims.sub(&a, &b).ok()),
                },
                () if def.is == Is::Mul => Known {
                    number: two(|a, b| a * b),
                    dim: arg(0).dim.zip(arg(1).dim).and_then(|(a, b)| dims.mul(&a, &b).ok()),
                },
                () if def.is == Is::Pow => {
                    let power = arg(1).number.filter(|n| *n >= 0.0 && *n <= 16.0 && n.fract() == 0.0);
                    let times =
                        |a: Dim, n: f64| (0..n as u32).try_fold(Dim::Num(1), |power, _| dims.mul(&power, &a).ok());
                    Known { number: two(libm::pow), dim: arg(0).dim.zip(power).and_then(|(a, n)| times(a, n)) }
                }
                () if def.is == Is::Div => Known::number(two(|a, b| a / b)?),
                () if def.is == Is::Floor && args.len() == 2 => {
                    let (p, k) = (arg(0).dim, arg(1).number.filter(|k| *k >= 1.0 && k.fract() == 0.0));
                    let own = two(|a, b| libm::floor(a / b)).map(Known::number).unwrap_or_default();
                    let dim = p.zip(k).and_then(|(p, k)| dims.floor_div(&p, k as u64).ok());
                    Known { dim: dim.or(own.dim), ..own }
                }
                () if def.is == Is::Floor => Known::number(libm::floor(arg(0).number?)),
                () => return None,
            }
        }
    };
    // `0.1*20` is whole, though 0.1 is not.
    let own = || known.number.and_then(|value| Known::number(value).dim);
    Some(Known { dim: known.dim.clone().or_else(own), ..known })
}
