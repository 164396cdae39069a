//! Windows whose stride leaves the last entries of an axis unseen.

use super::Lint;
use crate::diag::Diagnostic;
use crate::graph::{Attr, Attrs, Contract, Conv, Kernel, Move, NodeId};
use crate::lower::Compiled;
use crate::ops::of_axis;
use crate::shape::Dim;
use crate::source::Sources;

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::dropped", misses: false, find };

fn find(compiled: &Compiled, _: &Sources, out: &mut Vec<Diagnostic>) {
    let graph = &compiled.graph;
    let mut told = rustc_hash::FxHashSet::default();
    for i in compiled.seen.nodes..graph.len() {
        let id = NodeId(i as u32);
        let node = graph.node(id);
        let attrs = &node.op.attrs;
        let last = |id: NodeId, rank: usize| -> Vec<Dim> {
            let shape = graph.shape(id);
            shape.iter().skip(shape.rank().saturating_sub(rank)).cloned().collect()
        };
        let (at, over, size) = match node.op.def.kernel {
            Kernel::Contract(Contract::Conv(Conv::Forward)) => {
                let rank = attrs.ints(0).map_or(1, <[i64]>::len);
                (0, last(node.args[0], rank), last(node.args[1], rank))
            }
            Kernel::Move(Move::Windows) => {
                let size = attrs.ints(0).unwrap_or_default();
                (1, last(node.args[0], size.len()), size.iter().map(|n| Dim::Num(*n as u64)).collect())
            }
            _ => continue,
        };
        if graph.origin(id).is_some() {
            continue;
        }
        let Some(span) = compiled.span(id) else { continue };
        for (axis, (over, size)) in over.iter().zip(&size).enumerate() {
            let (Some(over), Some(size)) = (graph.dims.known(over), graph.dims.known(size)) else { continue };
            let Some(unseen) = unseen(attrs, at, axis, over, size) else { continue };
            let of = ["last", "second last", "third last"];
            let place = of[(node_rank(attrs) - 1 - axis).min(2)];
            // Both axes of a picture are told at once.
            if !told.insert((span.source, span.start)) {
                continue;
            }
            let (entries, are) = if unseen == 1 { ("entry", "is") } else { ("entries", "are") };
            let stride = of_axis(attrs.get(at), axis);
            out.push(
                Diagnostic::warning(
                    LINT.code,
                    format!("of the {over} entries along the {place} axis the last {unseen} {are} seen by no window"),
                )
                .at(span, format!("windows of {size} with a stride of {stride}"))
                .because(format!(
                    "{unseen} {entries} of {over}: what stands there has no part in the result, and no slope"
                ))
                .mend("pad what it slides over (`pad=same`), or choose a stride that comes out even"),
            );
        }
    }
}

fn node_rank(attrs: &Attrs) -> usize {
    attrs.ints(0).map_or(1, <[i64]>::len)
}

/// How many of the last entries no window sees; none where zeros around stand there instead.
fn unseen(attrs: &Attrs, at: usize, axis: usize, over: u64, size: u64) -> Option<u64> {
    if let Attr::Text(_) = attrs.get(at + 1) {
        return None;
    }
    let positive = |value: i64| u64::try_from(value).ok();
    let stride = positive(of_axis(attrs.get(at), axis)).filter(|stride| *stride > 0)?;
    let (pad, dilation) = (positive(of_axis(attrs.get(at + 1), axis))?, positive(of_axis(attrs.get(at + 2), axis))?);
    let reach = dilation * size.checked_sub(1)? + 1;
    let rest = (over + 2 * pad).checked_sub(reach)? % stride;
    rest.checked_sub(pad).filter(|unseen| *unseen > 0)
}
