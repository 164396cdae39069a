//! Numbers over rows that are not all in memory: what is summed over the rows is summed piece by piece, and what stands on the
//! sums is computed of these. It is all rows at once in another order, never a mean of batches.

use super::{Cx, epochs};
use crate::data::Examples;
use crate::diag::Diagnostic;
use crate::graph::{DefId, Is, Kernel, NodeId, Role, Type};
use crate::shape::Shape;
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use crate::train::{errors, noise};
use ndarray::ArrayD;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Rows in a piece.
const PIECE: usize = 65_536;
/// Rows on which it is tried whether pieces come to what all at once come to.
const TRIED: usize = 1024;
/// How near they have to come, beside the larger.
const NEAR: f64 = 1e-6;

/// How what pieces come to becomes what all come to.
#[derive(Clone, Copy)]
enum Joined {
    Sum,
    Mean,
    Max,
    Min,
    Norm,
}

/// What is over the rows, in the order in which it can be known.
struct Plan {
    roots: Vec<NodeId>,
    /// Nodes over all rows, and how they are joined: those of a level need those of the levels before.
    levels: Vec<Vec<(NodeId, Joined)>>,
    /// What stands for nodes that are known.
    known: Vec<(NodeId, NodeId)>,
    slots: FxHashMap<NodeId, DefId>,
    /// Slots that hold how many rows there are.
    counts: Vec<(DefId, DType)>,
}

/// Slots with values.
type Set = Vec<(DefId, Arc<Tensor>)>;

/// As [`epochs::measure`], of a part that is not in memory; `set`: slots that hold something else meanwhile.
pub(super) fn measure(
    cx: &mut Cx,
    examples: &Examples,
    part: usize,
    (nodes, set): (&[NodeId], &Set),
    span: Span,
) -> Result<Option<Vec<Arc<Tensor>>>, Box<Diagnostic>> {
    let rows = examples.rows[part].len();
    let binding = cx.eval.state.binding.clone();
    let plan = Plan::new(cx, examples, nodes, span);
    let found = plan.and_then(|plan| {
        let some = rows.min(TRIED);
        let tried = plan.over(cx, (examples, part), (some, some.div_ceil(2).max(1)), set, span)?;
        epochs::resize(cx, &examples.dim, some);
        let mut whole = set.clone();
        whole.extend(inputs(cx, (examples, part), (0, some), span)?);
        let all = cx.eval.with(nodes, &whole, span)?;
        let close = |(a, b): (&f64, &f64)| {
            (a - b).abs() <= NEAR * f64::max(a.abs(), b.abs()) + 1e-12 || a.is_nan() && b.is_nan()
        };
        let near = |(a, b): (&Arc<Tensor>, &Arc<Tensor>)| {
            a.shape() == b.shape() && a.to_f64().iter().zip(&b.to_f64()).all(close)
        };
        if !tried.iter().zip(&all).all(near) {
            return Err(Box::new(errors::not_in_pieces(rows, span)));
        }
        plan.over(cx, (examples, part), (rows, PIECE), set, span)
    });
    cx.eval.state.binding = binding;
    cx.eval.forget();
    found.map(Some)
}

/// What the inputs hold of some rows of a part.
fn inputs(
    cx: &Cx,
    (examples, part): (&Examples, usize),
    (from, count): (usize, usize),
    span: Span,
) -> Result<Set, Box<Diagnostic>> {
    let mut out = vec![];
    for bound in &examples.inputs {
        if let Some(def) = cx.eval.compiled.defs.iter().position(|def| *def.name == *bound.name) {
            let some = bound.range(part, from, count).map_err(|refusal| errors::file(&refusal, span))?;
            out.push((DefId(def as u32), some));
        }
    }
    Ok(out)
}

impl Plan {
    fn new(cx: &mut Cx, examples: &Examples, nodes: &[NodeId], span: Span) -> Result<Plan, Box<Diagnostic>> {
        let compiled = &mut *cx.eval.compiled;
        let roots: Vec<NodeId> =
            nodes.iter().map(|node| compiled.openers.plain.open(&mut compiled.graph, *node)).collect();
        let graph = &compiled.graph;
        let over_rows = |node: NodeId| graph.shape(node).iter().any(|dim| graph.dims.show(dim) == examples.dim);
        let refused = || Box::new(errors::not_in_pieces(examples.rows[0].len(), span));
        if roots.iter().any(|root| over_rows(*root)) {
            return Err(refused());
        }
        let mut levels: Vec<Vec<(NodeId, Joined)>> = vec![];
        // How many levels have to be known before a node is.
        let mut depth: FxHashMap<NodeId, usize> = FxHashMap::default();
        let (mut counts, mut over) = (vec![], FxHashSet::default());
        for id in graph.reach(&roots) {
            let node = graph.node(id);
            let below = node.args.iter().filter_map(|arg| depth.get(arg)).copied().max().unwrap_or(0);
            depth.insert(id, below);
            let (own, args) = (over_rows(id), node.args.iter().any(|arg| over.contains(arg)));
            if own {
                over.insert(id);
                if node.op.def.role == Role::Draw {
                    return Err(refused());
                }
            } else if args {
                let joined = match (node.op.def.is, &node.op.def.kernel) {
                    (Is::Sum | Is::SumTo, _) | (_, Kernel::Contract(_)) => Joined::Sum,
                    (Is::Mean, _) => Joined::Mean,
                    (Is::Max, _) => Joined::Max,
                    (Is::Min, _) => Joined::Min,
                    (Is::Norm, _) => Joined::Norm,
                    _ => return Err(refused()),
                };
                levels.resize_with(levels.len().max(below + 1), Vec::new);
                levels[below].push((id, joined));
                depth.insert(id, below + 1);
            } else if node.op.def.role == Role::Dim
                && node
                    .op
                    .attrs
                    .all()
                    .iter()
                    .any(|attr| matches!(attr, crate::graph::Attr::Dim(dim) if graph.dims.show(dim) == examples.dim))
            {
                counts.push(id);
            }
        }
        let mut plan = Plan { roots, levels, known: vec![], slots: FxHashMap::default(), counts: vec![] };
        for id in counts {
            let dtype = cx.eval.compiled.graph.node(id).dtype;
            let (def, slot) = noise::hidden(cx.eval, "rows", Type { shape: Shape::SCALAR, dtype }, span);
            plan.known.push((id, slot));
            plan.counts.push((def, dtype));
        }
        for (id, _) in plan.levels.iter().flatten() {
            let ty = cx.eval.compiled.graph.ty(*id);
            let (def, slot) = noise::hidden(cx.eval, "over rows", ty, span);
            plan.known.push((*id, slot));
            plan.slots.insert(*id, def);
        }
        Ok(plan)
    }

    /// What the roots come to over the first rows of a part, in pieces of so many.
    fn over(
        &self,
        cx: &mut Cx,
        (examples, part): (&Examples, usize),
        (rows, piece): (usize, usize),
        set: &Set,
        span: Span,
    ) -> Result<Vec<Arc<Tensor>>, Box<Diagnostic>> {
        let precision = cx.eval.state.precision;
        let mut set = set.clone();
        for (def, dtype) in &self.counts {
            let count = ndarray::arr0(rows as f64).into_dyn();
            set.push((*def, Arc::new(Tensor::from_f64(count, *dtype, precision))));
        }
        let mut known: Vec<(NodeId, NodeId)> = self.known[..self.counts.len()].to_vec();
        for level in &self.levels {
            let nodes: Vec<NodeId> = level.iter().map(|(node, _)| *node).collect();
            let mut all: Vec<Option<ArrayD<f64>>> = level.iter().map(|_| None).collect();
            let mut from = 0;
            while from < rows {
                let count = piece.min(rows - from);
                let mut some = set.clone();
                some.extend(inputs(cx, (examples, part), (from, count), span)?);
                epochs::resize(cx, &examples.dim, count);
                let values = replaced(cx, (&nodes, &known), &some, span)?;
                for ((all, value), (_, joined)) in all.iter_mut().zip(values).zip(level) {
                    let own = joined.begun(value.to_f64(), count as f64);
                    *all = Some(match all.take() {
                        Some(before) => joined.both(before, &own),
                        None => own,
                    });
                }
                from += count;
            }
            for ((node, joined), all) in level.iter().zip(all) {
                let (Some(all), Some(def)) = (all, self.slots.get(node)) else { continue };
                let value = joined.ended(all, rows as f64);
                let dtype = cx.eval.compiled.graph.node(*node).dtype;
                set.push((*def, Arc::new(Tensor::from_f64(value, dtype, precision))));
                known.extend(self.known.iter().filter(|(own, _)| own == node));
            }
        }
        epochs::resize(cx, &examples.dim, rows);
        replaced(cx, (&self.roots, &known), &set, span)
    }
}

/// The values of nodes with slots in the place of what is known, and nothing remembered.
fn replaced(
    cx: &mut Cx,
    (nodes, known): (&[NodeId], &[(NodeId, NodeId)]),
    set: &Set,
    span: Span,
) -> Result<Vec<Arc<Tensor>>, Box<Diagnostic>> {
    let before: Vec<_> =
        set.iter().map(|(def, value)| (*def, cx.eval.state.values.insert(*def, value.clone()))).collect();
    let result = cx.eval.fresh(|eval| eval.replaced(nodes, known, span));
    for (def, value) in before {
        match value {
            Some(value) => cx.eval.state.values.insert(def, value),
            None => cx.eval.state.values.remove(&def),
        };
    }
    result
}

impl Joined {
    fn begun(self, value: ArrayD<f64>, rows: f64) -> ArrayD<f64> {
        match self {
            Joined::Mean => value * rows,
            Joined::Norm => value.mapv(|v| v * v),
            Joined::Sum | Joined::Max | Joined::Min => value,
        }
    }

    fn both(self, a: ArrayD<f64>, b: &ArrayD<f64>) -> ArrayD<f64> {
        let mut out = a;
        out.zip_mut_with(b, |a, b| match self {
            Joined::Sum | Joined::Mean | Joined::Norm => *a += b,
            Joined::Max => *a = if b.is_nan() { *b } else { f64::max(*a, *b) },
            Joined::Min => *a = if b.is_nan() { *b } else { f64::min(*a, *b) },
        });
        out
    }

    fn ended(self, all: ArrayD<f64>, rows: f64) -> ArrayD<f64> {
        match self {
            Joined::Mean => all / rows,
            Joined::Norm => all.mapv(libm::sqrt),
            Joined::Sum | Joined::Max | Joined::Min => all,
        }
    }
}
