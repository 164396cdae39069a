//! A dense layer behind windows: it takes the last axis of a picture for its features, where all of it is meant.

use super::Lint;
use crate::diag::Diagnostic;
use crate::graph::{Contract, Graph, Kernel, Move, NodeId, Role};
use crate::lower::Compiled;
use crate::source::Sources;

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::flat", misses: false, find };

fn find(compiled: &Compiled, _: &Sources, out: &mut Vec<Diagnostic>) {
    let graph = &compiled.graph;
    for layer in compiled.layers.iter().filter(|layer| layer.dense) {
        let shape = graph.shape(layer.source);
        if shape.rank() < 3 || !slides(graph, layer.source) {
            continue;
        }
        let (shown, last) = (shape.show(&graph.dims), graph.dims.show(&shape[shape.rank() - 1]));
        out.push(
            Diagnostic::warning(
                LINT.code,
                format!("of {shown} this layer takes the {last} along the last axis as its features"),
            )
            .at(layer.word, "what it is given comes from windows that slide over that axis")
            .mend("write `flatten` on a line above, or `pool mean all`: then each example is one row of numbers"),
        );
    }
}

/// Does it come from windows, through what keeps its axes?
fn slides(graph: &Graph, mut at: NodeId) -> bool {
    /// So far back it is looked.
    const BACK: usize = 64;
    for _ in 0..BACK {
        let node = graph.node(at);
        match node.op.def.kernel {
            Kernel::Contract(Contract::Conv(_)) | Kernel::Move(Move::Windows) => return true,
            Kernel::Map(_) | Kernel::Same | Kernel::Zip(_) | Kernel::Zip3(_) | Kernel::Reduce(_) => {}
            _ => return false,
        }
        let same = |arg: &&NodeId| {
            let pooled = matches!(node.op.def.kernel, Kernel::Reduce(_));
            node.op.def.role != Role::Slot && (pooled || graph.shape(**arg).rank() == node.shape.rank())
        };
        match node.args.iter().rev().find(same) {
            Some(arg) => at = *arg,
            None => return false,
        }
    }
    false
}
