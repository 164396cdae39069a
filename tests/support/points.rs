//! Points of the operators' domains, and graphs evaluated at them.

use nnlang::inside::diff::{self, Slope};
use nnlang::inside::exec::{self, Cache, Inputs};
use nnlang::inside::graph::{
    ArgKind, Attr, Attrs, DefId, Domain, Graph, Kernel, Move, NodeId, OpDef, Role, SliceSpec, Type,
};
use nnlang::inside::ops::{self, build};
use nnlang::inside::shape::{Binding, Dim, Shape};
use nnlang::inside::simplify::Opener;
use nnlang::inside::tensor::{DType, Precision, Tensor};
use std::sync::Arc;

/// SplitMix64: the same numbers at every run.
#[derive(Clone, Debug)]
pub struct Draw(pub u64);

impl Draw {
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between two numbers; a number that f32 has too.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        let unit = (self.bits() >> 11) as f64 / (1u64 << 53) as f64;
        f64::from((low + (high - low) * unit) as f32)
    }

    pub fn below(&mut self, n: usize) -> usize {
        (self.bits() % n as u64) as usize
    }

    pub fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// One entry of a domain.
    pub fn entry(&mut self, domain: Domain) -> f64 {
        match domain {
            Domain::Reals | Domain::Matrix | Domain::Spd | Domain::Pictures | Domain::Kernels => {
                self.between(-2.0, 2.0)
            }
            Domain::Positive => self.between(0.1, 4.0),
            Domain::Open(low, high) => self.between(low + 0.02 * (high - low), high - 0.02 * (high - low)),
            Domain::NonZero => self.between(0.2, 2.0) * [1.0, -1.0][self.below(2)],
            Domain::Whole(low, high) => (low + self.below((high - low + 1) as usize) as i64) as f64,
            Domain::Condition => self.below(2) as f64,
        }
    }

    /// The entries of an argument.
    pub fn entries(&mut self, domain: Domain, sizes: &[usize]) -> Vec<f64> {
        let mut out: Vec<f64> = (0..sizes.iter().product()).map(|_| self.entry(domain)).collect();
        let n = sizes.last().copied().unwrap_or(1);
        let place = |i: usize| (i / (n * n) * n * n, i / n % n, i % n);
        match domain {
            Domain::Matrix if is_square(sizes) => {
                for (i, v) in out.iter_mut().enumerate() {
                    let (_, row, column) = place(i);
                    *v = if row == column { (2.0 + v.abs()).copysign(*v) } else { 0.25 * *v };
                }
            }
            Domain::Spd if is_square(sizes) => {
                for i in 0..out.len() {
                    let (start, row, column) = place(i);
                    out[i] = match row.cmp(&column) {
                        std::cmp::Ordering::Equal => 2.0 + out[i].abs(),
                        std::cmp::Ordering::Less => 0.25 * out[i],
                        std::cmp::Ordering::Greater => out[start + column * n + row],
                    };
                }
            }
            _ => {}
        }
        out
    }
}

pub fn is_square(sizes: &[usize]) -> bool {
    sizes.len() >= 2 && sizes[sizes.len() - 1] == sizes[sizes.len() - 2]
}

pub fn shape(sizes: &[usize]) -> Shape {
    Shape::new(sizes.iter().map(|n| Dim::Num(*n as u64)))
}

/// A value of an element type.
pub fn tensor(dtype: DType, sizes: &[usize], entries: &[f64]) -> Arc<Tensor> {
    let sizes = ndarray::IxDyn(sizes);
    Arc::new(match dtype {
        DType::Real => Tensor::F64(ndarray::ArrayD::from_shape_vec(sizes, entries.to_vec()).unwrap()),
        DType::Int => {
            Tensor::Int(ndarray::ArrayD::from_shape_vec(sizes, entries.iter().map(|v| *v as i64).collect()).unwrap())
        }
        DType::Bool => {
            Tensor::Bool(ndarray::ArrayD::from_shape_vec(sizes, entries.iter().map(|v| *v != 0.0).collect()).unwrap())
        }
    })
}

pub fn literal(graph: &mut Graph, sizes: &[usize], entries: &[f64]) -> NodeId {
    build::literal(graph, Arc::unwrap_or_clone(tensor(DType::Real, sizes, entries)))
}

/// One argument of an operator: its domain, sizes, and entries.
#[derive(Clone, Debug)]
pub struct Point {
    pub domain: Domain,
    pub dtype: DType,
    pub sizes: Vec<usize>,
    pub entries: Vec<f64>,
}

impl Point {
    pub fn value(&self) -> Arc<Tensor> {
        tensor(self.dtype, &self.sizes, &self.entries)
    }

    /// May its entries be moved a little?
    pub fn moves(&self) -> bool {
        self.dtype == DType::Real && !matches!(self.domain, Domain::Whole(..) | Domain::Condition)
    }
}

/// An operator at a point.
#[derive(Clone, Debug)]
pub struct Case {
    pub def: &'static OpDef,
    pub attrs: Attrs,
    pub args: Vec<Point>,
}

impl Case {
    /// A graph with the operator over the slots 0, 1, ….
    pub fn build(&self) -> (Graph, Vec<NodeId>, NodeId) {
        let mut graph = Graph::default();
        let slots: Vec<NodeId> = (self.args.iter().enumerate())
            .map(|(i, arg)| ops::slot(&mut graph, DefId(i as u32), Type { shape: shape(&arg.sizes), dtype: arg.dtype }))
            .collect();
        let node = graph.add(self.def, self.attrs.clone(), &slots).unwrap();
        (graph, slots, node)
    }

    pub fn values(&self) -> Vec<Arc<Tensor>> {
        self.args.iter().map(Point::value).collect()
    }
}

impl std::fmt::Display for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sizes: Vec<&[usize]> = self.args.iter().map(|arg| arg.sizes.as_slice()).collect();
        write!(f, "{} of {sizes:?} with {:?}", self.def.name, self.attrs)
    }
}

/// The values of nodes where the slot of definition `i` holds `slots[i]`.
pub fn values(
    graph: &Graph,
    roots: &[NodeId],
    slots: &[Arc<Tensor>],
    precision: Precision,
) -> Result<Vec<Arc<Tensor>>, String> {
    let binding = Binding::default();
    let slots = |def: DefId| slots.get(def.index()).cloned().map(exec::Slot::Value);
    let inputs = Inputs { slots: &slots, binding: &binding, precision, memory_limit: 1 << 30, interrupt: &|| false };
    exec::run(graph, roots, &inputs, &mut Cache::new(0)).map_err(|trouble| format!("{trouble:?}"))
}

/// The numbers of one node.
pub fn numbers(graph: &Graph, root: NodeId, slots: &[Arc<Tensor>]) -> Result<Vec<f64>, String> {
    Ok(values(graph, &[root], slots, Precision::F64)?[0].numbers().collect())
}

/// The slopes of a number by nodes; zeros where it is flat.
pub fn slopes(graph: &mut Graph, root: NodeId, by: &[NodeId]) -> Result<Vec<NodeId>, String> {
    let one = ops::number(graph, 1.0);
    let found = diff::reverse(graph, root, one, by).map_err(|trouble| trouble.fault.title)?;
    let node = |graph: &mut Graph, slope: Slope, by: NodeId| match slope {
        Slope::Node(node) => node,
        Slope::Unconnected | Slope::Flat(_) => build::zeros_like(graph, by).unwrap(),
    };
    Ok(found.into_iter().zip(by).map(|(slope, by)| node(graph, slope, *by)).collect())
}

/// What is evaluated in a node's place.
pub fn open(graph: &mut Graph, node: NodeId) -> NodeId {
    Opener::default().open(graph, node)
}

/// `sum(weights*x)`, with weights from `draw`.
pub fn weighted(graph: &mut Graph, x: NodeId, draw: &mut Draw) -> NodeId {
    let sizes: Vec<usize> = graph.shape(x).known(&graph.dims).unwrap().iter().map(|n| *n as usize).collect();
    let weights = draw.entries(Domain::NonZero, &sizes);
    let weights = literal(graph, &sizes, &weights);
    let product = build::mul(graph, weights, x).unwrap();
    build::sum(graph, product, None, false).unwrap()
}

/// How far two lists of numbers are apart, relative to the largest; infinite where one has no number and the other has.
pub fn distance(a: &[f64], b: &[f64]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    let scale = b.iter().filter(|v| v.is_finite()).fold(1e-3f64, |scale, v| scale.max(v.abs()));
    let off = |(a, b): (&f64, &f64)| match (a - b).abs() {
        _ if a == b || a.is_nan() && b.is_nan() => 0.0,
        off if off.is_nan() => f64::INFINITY,
        off => off / scale,
    };
    a.iter().zip(b).map(off).fold(0.0, f64::max)
}

/// The single letters that are variables of a rule.
pub const LETTERS: [&str; 51] = [
    "a", "b", "c", "d", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x",
    "y", "z", "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", "T", "U",
    "V", "W", "X", "Y", "Z",
];

/// Every combination of one of each.
pub fn product<T: Clone>(choices: &[Vec<T>]) -> Vec<Vec<T>> {
    choices.iter().fold(vec![vec![]], |all, choice| {
        let longer = |before: &Vec<T>| {
            choice.iter().map(|one| [before.as_slice(), std::slice::from_ref(one)].concat()).collect()
        };
        all.iter().flat_map(|before: &Vec<T>| -> Vec<Vec<T>> { longer(before) }).collect()
    })
}

/// The operators that a program or a rule can apply: all but numbers, leaves and definitions.
pub fn applied() -> impl Iterator<Item = &'static OpDef> {
    ops::ALL.iter().copied().filter(|def| matches!(def.role, Role::Plain | Role::Stop | Role::Draw))
}

/// An operator at points of its domain, in each of the shapes and attributes that its rule takes; at most `most` of them.
pub fn cases(def: &'static OpDef, draw: &mut Draw, most: usize) -> Vec<Case> {
    let nodes: Vec<(ArgKind, Domain)> = def
        .args
        .iter()
        .filter(|arg| arg.kind.is_node())
        .map(|arg| arg.kind)
        .zip(def.algebra.domain.iter().copied())
        .collect();
    let variadic = nodes.iter().any(|(kind, _)| *kind == ArgKind::Tensors);
    let counts: &[usize] = if variadic { &[2, 1, 3] } else { &[1] };
    let mut out = vec![];
    for count in counts {
        let args: Vec<(ArgKind, Domain)> = if variadic { vec![nodes[0]; *count] } else { nodes.clone() };
        let shapes: Vec<Vec<Vec<usize>>> = args.iter().map(|(_, domain)| sizes(*domain)).collect();
        for sizes in product(&shapes) {
            for attrs in attributes(def, &sizes) {
                let args = args.iter().zip(&sizes).map(|((kind, domain), sizes)| Point {
                    domain: *domain,
                    dtype: match kind {
                        ArgKind::Index => DType::Int,
                        ArgKind::Condition => DType::Bool,
                        _ => DType::Real,
                    },
                    sizes: sizes.clone(),
                    entries: draw.entries(*domain, sizes),
                });
                out.push(Case { def, attrs, args: args.collect() });
            }
        }
    }
    out.retain(|case| {
        let mut graph = Graph::default();
        let slots: Vec<NodeId> = (case.args.iter().enumerate())
            .map(|(i, arg)| ops::slot(&mut graph, DefId(i as u32), Type { shape: shape(&arg.sizes), dtype: arg.dtype }))
            .collect();
        let fits = graph.add(def, case.attrs.clone(), &slots);
        // An index may lie outside of what the shapes say; nothing else may fail when it is evaluated.
        fits.is_ok_and(|node| {
            let looked_up = case.args.iter().any(|arg| arg.dtype == DType::Int);
            !looked_up || values(&graph, &[node], &case.values(), Precision::F64).is_ok()
        })
    });
    // Not the first ones: some of each.
    while out.len() > most {
        out.swap_remove(draw.below(out.len()));
    }
    out
}

/// The shapes in which an argument is tried.
fn sizes(domain: Domain) -> Vec<Vec<usize>> {
    match domain {
        Domain::Matrix | Domain::Spd => vec![vec![3, 3], vec![2, 2, 2]],
        Domain::Pictures => vec![vec![2, 2, 5], vec![2, 2, 3], vec![2, 2, 4, 3], vec![1, 2, 3, 2]],
        Domain::Kernels => vec![vec![2, 2, 2], vec![2, 1, 3], vec![2, 2, 2, 2], vec![2, 1, 3, 2]],
        Domain::Reals
        | Domain::Positive
        | Domain::Open(..)
        | Domain::NonZero
        | Domain::Whole(..)
        | Domain::Condition => vec![vec![], vec![3], vec![2, 3], vec![3, 3], vec![2, 1, 3]],
    }
}

/// Attributes for arguments of these sizes, of each kind a few.
fn attributes(def: &'static OpDef, sizes: &[Vec<usize>]) -> Vec<Attrs> {
    let rank = sizes.first().map_or(0, Vec::len) as i64;
    let kinds = def.args.iter().filter(|arg| !arg.kind.is_node());
    let mut choices: Vec<Vec<Attr>> = kinds.map(|arg| attribute(arg.kind, arg.default, rank)).collect();
    let listed = !choices.is_empty();
    let parts: Vec<SliceSpec> = (0..rank)
        .map(|axis| match (sizes[0][axis as usize], axis) {
            (3, 0) => SliceSpec { start: Dim::Num(2), step: -2, len: Dim::Num(2) },
            (n, _) => SliceSpec { start: Dim::Num(n as u64 - 1), step: 1, len: Dim::Num(1) },
        })
        .collect();
    if def.args.iter().any(|arg| arg.kind == ArgKind::Pad) {
        // The sizes of a result over which windows slide, or of a window.
        let spatial = |attr: &Attr| matches!(attr, Attr::Dims(_));
        let sizes = [&[3][..], &[5], &[2], &[4, 3], &[2, 2], &[3, 2], &[6]].map(|sizes| Attr::Dims(shape(sizes)));
        choices.iter_mut().filter(|all| all.iter().any(spatial)).for_each(|all| *all = sizes.to_vec());
    }
    match (def.kernel, def.role) {
        (Kernel::Move(Move::Slice), _) if !listed => choices.push(vec![Attr::Slices(parts.into())]),
        (Kernel::Move(Move::Unslice), _) if !listed => {
            // One entry of the argument at every second place.
            let places = sizes.iter().flatten();
            let places = places.map(|n| SliceSpec { start: Dim::Num(1), step: 2, len: Dim::Num(*n as u64) }).collect();
            let wide: Vec<usize> = sizes.iter().flatten().map(|n| 2 * n + 1).collect();
            choices.push(vec![Attr::Slices(places)]);
            choices.push(vec![Attr::Dims(shape(&wide))]);
        }
        (_, Role::Draw) => choices.push(vec![Attr::Key([7, 1].into())]),
        _ => {}
    }
    product(&choices).into_iter().map(Attrs::from_vec).collect()
}

fn attribute(kind: ArgKind, default: &str, rank: i64) -> Vec<Attr> {
    let last = (rank - 1).max(0);
    let mut out = match kind {
        ArgKind::Tensor | ArgKind::Index | ArgKind::Condition | ArgKind::Tensors => vec![],
        ArgKind::Axis => (0..rank.max(1)).map(Attr::Int).collect(),
        ArgKind::NewAxis => vec![Attr::Int(0), Attr::Int(rank)],
        ArgKind::ClassAxis => vec![Attr::Int(last)],
        ArgKind::Axes => vec![Attr::Ints([0].into()), Attr::Ints([last].into())],
        ArgKind::Perm => vec![Attr::Ints((0..rank).rev().collect())],
        ArgKind::Flag => vec![Attr::Flag(false), Attr::Flag(true)],
        ArgKind::Whole => vec![Attr::Int(default.parse().unwrap_or(3)), Attr::Int(1)],
        ArgKind::Wholes => vec![Attr::Ints((0..2 * rank).map(|i| i % 3).collect())],
        ArgKind::Sizes => [&[1][..], &[2], &[2, 1], &[3]].map(|all| Attr::Ints(all.to_vec().into())).to_vec(),
        ArgKind::Pad => {
            vec![Attr::Ints([0].into()), Attr::Ints([1].into()), Attr::Text("same".to_string().into())]
        }
        ArgKind::Shape => [&[][..], &[3], &[2, 3], &[3, 2], &[1, 3], &[2, 2, 3]].map(|s| Attr::Dims(shape(s))).to_vec(),
        ArgKind::Dim => [1, 2, 4].map(|n| Attr::Dim(Dim::Num(n).into())).to_vec(),
        ArgKind::Text => ["ij,jk->ik", "ij->ji", "ii->i", "i,i->", "ij,j->i", "...i,...i->...", "i,j,k->kji", "ijk->k"]
            .map(|text| Attr::Text(text.to_string().into()))
            .to_vec(),
    };
    if default == "none" && !matches!(kind, ArgKind::ClassAxis) {
        out.push(Attr::Absent);
    }
    out
}
