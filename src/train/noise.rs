//! What is drawn anew at every step: the draws of `noise` under a goal become slots that each step fills.

use crate::eval::{Eval, Repeat};
use crate::graph::{Attr, DefId, Kernel, NodeId, Role, Source, Type};
use crate::kernels::random;
use crate::lower::{ANEW, Def, DefKind};
use crate::shape::Shape;
use crate::simplify::Opener;
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use std::sync::Arc;

/// One draw, as the slot that stands in its place.
#[derive(Debug)]
pub struct Draw {
    slot: DefId,
    key: Vec<u64>,
    normal: bool,
    shape: Shape,
    /// The axis of the examples, where it has one.
    axis: Option<usize>,
}

/// A slot without a place in the program.
pub fn hidden(eval: &mut Eval, name: &str, ty: Type, span: Span) -> (DefId, NodeId) {
    let def = DefId(eval.compiled.defs.len() as u32);
    let node = crate::ops::slot(&mut eval.compiled.graph, def, ty);
    let name = name.into();
    eval.compiled.defs.push(Def { name, span, kind: DefKind::Local, node, init: None, stated: false });
    (def, node)
}

/// The roots with slots in the place of what is drawn anew. `examples`: the name of the examples' dimension.
pub fn opened(eval: &mut Eval, roots: &[NodeId], examples: Option<&str>, span: Span) -> (Vec<NodeId>, Vec<Draw>) {
    let graph = &mut eval.compiled.graph;
    let roots: Vec<NodeId> = roots.iter().map(|root| eval.compiled.openers.plain.open(graph, *root)).collect();
    let mut pairs = vec![];
    let mut draws = vec![];
    for id in eval.compiled.graph.reach(&roots) {
        let node = eval.compiled.graph.node(id);
        if node.op.def.role != Role::Draw {
            continue;
        }
        let key = node
            .op
            .attrs
            .all()
            .iter()
            .find_map(|attr| if let Attr::Key(key) = attr { Some(key.to_vec()) } else { None });
        let Some(key) = key.filter(|key| key.last() == Some(&ANEW)) else { continue };
        let normal = matches!(node.op.def.kernel, Kernel::Source(Source::Normal));
        let ty = eval.compiled.graph.ty(id);
        let dims = &eval.compiled.graph.dims;
        let axis = examples.and_then(|name| ty.shape.iter().position(|dim| dims.show(dim) == name));
        let shape = ty.shape.clone();
        let (slot, to) = hidden(eval, "noise", ty, span);
        pairs.push((id, to));
        draws.push(Draw { slot, key, normal, shape, axis });
    }
    if pairs.is_empty() {
        return (roots, draws);
    }
    let mut opener = Opener::replacing(pairs);
    let roots = roots.iter().map(|root| opener.open(&mut eval.compiled.graph, *root)).collect();
    (roots, draws)
}

/// The slots of the draws.
pub fn slots(draws: &[Draw]) -> Vec<DefId> {
    draws.iter().map(|draw| draw.slot).collect()
}

/// The values of all draws at a step, for the examples of these rows: keyed by step, row and name.
pub fn fill(eval: &mut Eval, repeat: Option<&mut Repeat>, draws: &[Draw], step: u64, rows: Option<&[usize]>) {
    let precision = eval.state.precision;
    let mut repeat = repeat;
    for draw in draws {
        let mut sizes: Vec<usize> = draw.shape.iter().map(|dim| eval.size(dim).unwrap_or(0)).collect();
        let by = if draw.normal { random::normal } else { random::uniform };
        let mut key = draw.key.clone();
        key.push(step);
        let value = match (draw.axis, rows) {
            (Some(axis), Some(rows)) => {
                sizes[axis] = rows.len();
                let mut array = ndarray::ArrayD::<f64>::zeros(sizes);
                for (mut lane, row) in array.axis_iter_mut(ndarray::Axis(axis)).zip(rows) {
                    let mut entries = vec![0.0; lane.len()];
                    let mut key = key.clone();
                    key.push(*row as u64);
                    by(&key, &mut entries);
                    lane.iter_mut().zip(entries).for_each(|(to, from)| *to = from);
                }
                array
            }
            _ => {
                let mut array = ndarray::ArrayD::<f64>::zeros(sizes);
                if let Some(entries) = array.as_slice_mut() {
                    by(&key, entries);
                }
                array
            }
        };
        let value = Arc::new(Tensor::from_f64(value, DType::Real, precision));
        match repeat.as_deref_mut() {
            Some(repeat) => eval.set(repeat, draw.slot, value),
            None => {
                eval.state.values.insert(draw.slot, value);
            }
        }
    }
}
