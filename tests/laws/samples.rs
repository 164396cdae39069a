//! Samples of operators from their table entries alone: arguments, attributes and points, the same every time.

use ndarray::{ArrayD, IxDyn};
use nnlang::exec::{self, Cache, Slot};
use nnlang::graph::{ArgKind, Attr, Attrs, DefId, Domain, Graph, NodeId, OpDef, Role, SliceSpec, Type};
use nnlang::ops;
use nnlang::shape::{Binding, Dim, Shape};
use nnlang::tensor::{DType, Precision, Tensor};
use std::sync::Arc;

/// Numbers that look random (splitmix64: Steele, Lea and Flood, 2014).
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.roll() % n as u64) as usize
    }

    /// In the interval.
    pub fn real(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * ((self.roll() >> 11) as f64 / (1u64 << 53) as f64)
    }

    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// One argument of a sample.
#[derive(Clone, Debug)]
pub struct Given {
    pub sizes: Vec<usize>,
    pub entries: Vec<f64>,
    pub dtype: DType,
}

impl Given {
    pub fn tensor(&self, precision: Precision) -> Tensor {
        let array = |entries: &[f64]| ArrayD::from_shape_vec(IxDyn(&self.sizes), entries.to_vec()).unwrap();
        match (self.dtype, precision) {
            (DType::Int, _) => Tensor::Int(array(&self.entries).mapv(|v| v as i64)),
            (DType::Bool, _) => Tensor::Bool(array(&self.entries).mapv(|v| v != 0.0)),
            (DType::Real, Precision::F64) => Tensor::F64(array(&self.entries)),
            (DType::Real, Precision::F32) => Tensor::F32(array(&self.entries).mapv(|v| v as f32)),
        }
    }
}

/// An operator with attributes and arguments that fit.
#[derive(Clone, Debug)]
pub struct Sample {
    pub def: &'static OpDef,
    pub attrs: Attrs,
    pub args: Vec<Given>,
}

impl Sample {
    /// A graph with a slot for each argument, and the node.
    pub fn graph(&self) -> Option<(Graph, Vec<NodeId>, NodeId)> {
        let mut graph = Graph::default();
        let args = slots(&mut graph, &self.args);
        let node = graph.add(self.def, self.attrs.clone(), &args).ok()?;
        Some((graph, args, node))
    }

    /// The arguments that are reals.
    pub fn reals(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.args.len()).filter(|i| self.args[*i].dtype == DType::Real)
    }

    pub fn name(&self) -> String {
        let shapes: Vec<_> = self.args.iter().map(|arg| format!("{:?}", arg.sizes)).collect();
        format!("{} {} {:?}", self.def.name, shapes.join(" "), self.attrs)
    }
}

/// The definitions 0, 1, … as slots.
pub fn slots(graph: &mut Graph, args: &[Given]) -> Vec<NodeId> {
    let ty = |arg: &Given| Type { shape: shape(&arg.sizes), dtype: arg.dtype };
    args.iter().enumerate().map(|(i, arg)| ops::slot(graph, DefId(i as u32), ty(arg))).collect()
}

pub fn shape(sizes: &[usize]) -> Shape {
    Shape::new(sizes.iter().map(|n| Dim::Num(*n as u64)))
}

pub fn sizes(graph: &Graph, node: NodeId) -> Vec<usize> {
    graph.shape(node).iter().map(|dim| graph.dims.known(dim).unwrap() as usize).collect()
}

/// The values of nodes, or why there are none.
pub fn values(
    graph: &Graph,
    nodes: &[NodeId],
    args: &[Given],
    precision: Precision,
) -> Result<Vec<Arc<Tensor>>, String> {
    let binding = Binding::default();
    let slot = |def: DefId| args.get(def.index()).map(|arg: &Given| Slot::Value(Arc::new(arg.tensor(precision))));
    let inputs =
        exec::Inputs { slots: &slot, binding: &binding, precision, memory_limit: 1 << 28, interrupt: &|| false };
    exec::run(graph, nodes, &inputs, &mut Cache::new(0)).map_err(|trouble| format!("{trouble:?}"))
}

/// The entries of one node.
pub fn value(graph: &Graph, node: NodeId, args: &[Given]) -> Vec<f64> {
    let all = values(graph, &[node], args, Precision::F64).unwrap_or_else(|why| panic!("{why}"));
    all[0].to_f64().iter().copied().collect()
}

/// Is it an operator that takes arguments, which a program can write or a derivative can hold?
pub fn is_operator(def: &OpDef) -> bool {
    def.role == Role::Plain
}

/// At most `count` samples of an operator: whatever of the shapes and attributes of [`sizes_of`] and [`attrs_of`] its
/// own shape rule takes.
pub fn samples(def: &'static OpDef, count: usize) -> Vec<Sample> {
    let mut dice = Dice(def.name.bytes().fold(17, |seed: u64, b| seed.wrapping_mul(31) + u64::from(b)));
    let mut out: Vec<Sample> = vec![];
    for _ in 0..1500 {
        if out.len() == count {
            break;
        }
        let sample = draw(def, &mut dice);
        let Some((graph, args, node)) = sample.graph() else { continue };
        // A variance of one entry that divides by 0 says nothing.
        let fits = values(&graph, &[node], &sample.args, Precision::F64)
            .is_ok_and(|all| all[0].to_f64().iter().all(|v| v.is_finite()));
        let known = graph.shape(node).iter().all(|dim| graph.dims.known(dim).is_some_and(|n| n > 0));
        if fits && known && !out.iter().any(|other| other.name() == sample.name()) && args.len() == sample.args.len() {
            out.push(sample);
        }
    }
    out
}

const SIZES: &[&[usize]] = &[&[], &[3], &[2], &[2, 3], &[3, 2], &[3, 3], &[1, 3], &[2, 1], &[2, 3, 2], &[2, 3, 3]];
const SQUARES: &[&[usize]] = &[&[2, 2], &[3, 3], &[2, 3, 3]];

fn draw(def: &'static OpDef, dice: &mut Dice) -> Sample {
    let mut args: Vec<Given> = vec![];
    let mut attrs = vec![];
    for arg in def.args {
        let domain = def.domain.get(args.len()).copied().unwrap_or(Domain::Reals);
        match arg.kind {
            ArgKind::Tensor => args.push(tensor(domain, DType::Real, &args, dice)),
            ArgKind::Condition => args.push(tensor(Domain::Condition, DType::Bool, &args, dice)),
            ArgKind::Index => {
                let domain = if let Domain::Whole(..) = domain { domain } else { Domain::Whole(0, 1) };
                args.push(tensor(domain, DType::Int, &args, dice));
            }
            ArgKind::Tensors => {
                for _ in 0..1 + dice.below(3) {
                    args.push(tensor(domain, DType::Real, &args, dice));
                }
            }
            kind => attrs.push(attr(kind, dice)),
        }
    }
    if attrs.is_empty() {
        attrs = unnamed(dice);
        // Most operators take none.
        if def.args.iter().all(|arg| arg.kind.is_node()) && def.notation != nnlang::graph::Notation::Special {
            attrs.clear();
        }
    }
    let rank = args.first().map_or(0, |arg| arg.sizes.len() as i64);
    for (arg, attr) in def.args.iter().filter(|arg| !arg.kind.is_node()).zip(&mut attrs) {
        fit(arg.kind, attr, rank);
    }
    Sample { def, attrs: Attrs::from_vec(attrs), args }
}

/// Axes are inside the argument: a call is checked before the node is made.
fn fit(kind: ArgKind, attr: &mut Attr, rank: i64) {
    match (kind, &*attr) {
        (ArgKind::Axis | ArgKind::ClassAxis, Attr::Int(axis)) => *attr = Attr::Int((*axis).min(rank - 1).max(0)),
        (ArgKind::NewAxis, Attr::Int(axis)) => *attr = Attr::Int((*axis).min(rank)),
        (ArgKind::Axes, Attr::Ints(axes)) if axes.iter().any(|axis| *axis >= rank) => *attr = Attr::Absent,
        (ArgKind::Perm, Attr::Ints(order)) if order.len() as i64 != rank => *attr = Attr::Absent,
        _ => {}
    }
}

/// An attribute that the call spells.
fn attr(kind: ArgKind, dice: &mut Dice) -> Attr {
    match kind {
        ArgKind::Axis | ArgKind::NewAxis | ArgKind::ClassAxis => Attr::Int(dice.below(3) as i64),
        ArgKind::Axes => match dice.below(4) {
            0 => Attr::Absent,
            1 => Attr::Ints([0].into()),
            2 => Attr::Ints([1].into()),
            _ => Attr::Ints([0, 1].into()),
        },
        ArgKind::Perm => match dice.below(3) {
            0 => Attr::Absent,
            1 => Attr::Ints([1, 0].into()),
            _ => Attr::Ints([2, 0, 1].into()),
        },
        ArgKind::Flag => Attr::Flag(dice.below(2) == 1),
        ArgKind::Whole => Attr::Int(dice.below(3) as i64),
        ArgKind::Wholes => Attr::Ints(dice.pick::<&[i64]>(&[&[1], &[0, 1], &[1, 0, 2, 1]]).to_vec().into()),
        ArgKind::Shape => {
            Attr::Dims(shape(dice.pick::<&[usize]>(&[&[3], &[2, 3], &[3, 2], &[6], &[1, 3], &[2, 3, 3], &[]])))
        }
        ArgKind::Dim => Attr::Dim(Dim::Num(dice.below(4) as u64)),
        ArgKind::Text => {
            Attr::Text((*dice.pick(&["ij,jk->ik", "ii->i", "ij->ji", "i,j->ij", "ij,ij->i", "ij"])).into())
        }
        ArgKind::Tensor | ArgKind::Index | ArgKind::Condition | ArgKind::Tensors => Attr::Absent,
    }
}

/// Attributes that no call spells: slices, the shape that a slice was taken from.
fn unnamed(dice: &mut Dice) -> Vec<Attr> {
    let part = |start, step, len| SliceSpec { start: Dim::Num(start), step, len: Dim::Num(len) };
    let slices: Vec<SliceSpec> = match dice.below(4) {
        0 => vec![part(1, 1, 2)],
        1 => vec![part(2, -1, 3)],
        2 => vec![part(0, 1, 2), part(2, -2, 2)],
        _ => vec![part(1, 1, 2), part(0, 2, 2), part(0, 1, 2)],
    };
    let slices = Attr::Slices(slices.into());
    match dice.below(4) {
        0 => vec![],
        1 => vec![attr(ArgKind::Axis, dice)],
        2 => vec![slices],
        _ => vec![slices, Attr::Dims(shape(dice.pick::<&[usize]>(&[&[3], &[4], &[2, 3], &[3, 4], &[3, 3, 2]])))],
    }
}

fn tensor(domain: Domain, dtype: DType, before: &[Given], dice: &mut Dice) -> Given {
    let square = matches!(domain, Domain::Matrix | Domain::Spd);
    let alike = before.first().filter(|_| dice.below(2) == 0).map(|first| first.sizes.clone());
    let sizes = match alike {
        Some(sizes) if !square => sizes,
        _ => dice.pick(if square { SQUARES } else { SIZES }).to_vec(),
    };
    let entries = points(domain, &sizes, dice);
    Given { sizes, entries, dtype }
}

/// Entries in the domain.
pub fn points(domain: Domain, sizes: &[usize], dice: &mut Dice) -> Vec<f64> {
    let count = sizes.iter().product();
    let n = sizes.last().copied().unwrap_or(1);
    let mut one = |i: usize| match domain {
        Domain::Reals => dice.real(-2.0, 2.0),
        Domain::Positive => dice.real(0.2, 3.0),
        Domain::Open(low, high) => {
            let margin = 0.05 * (high - low);
            dice.real(low + margin, high - margin)
        }
        Domain::NonZero => dice.real(0.3, 2.0) * if dice.below(2) == 0 { 1.0 } else { -1.0 },
        Domain::Whole(low, high) => low as f64 + dice.below((high - low + 1) as usize) as f64,
        Domain::Condition => dice.below(2) as f64,
        Domain::Matrix | Domain::Spd if i / n % n == i % n => dice.real(2.0, 3.0),
        Domain::Matrix => dice.real(-0.5, 0.5),
        Domain::Spd => 0.3,
    };
    (0..count).map(&mut one).collect()
}
