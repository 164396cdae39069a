//! A softmax or sigmoid of what is one already: `cross_entropy` and `bce_logits` take scores, and squash them themselves.

use super::Lint;
use super::linear::squashed_already;
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{Compiled, DefKind};
use crate::source::Sources;
use rustc_hash::{FxHashMap, FxHashSet};

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::squashed_twice", misses: false, find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let graph = &compiled.graph;
    let mut told = FxHashSet::default();
    // What the library writes is told where the program calls it.
    let mut inside: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    // What is made for a derivative or an evaluation, nobody wrote.
    let written = (compiled.seen.nodes..graph.len()).map(|i| NodeId(i as u32)).filter(|id| graph.origin(*id).is_none());
    for id in written {
        let Some(inner) =
            squashed_already(graph, id).or_else(|| graph.node(id).args.iter().find_map(|arg| inside.get(arg).copied()))
        else {
            continue;
        };
        let (Some(at), Some(from)) = (compiled.span(id), compiled.span(inner)) else { continue };
        if crate::layers::is_library(&sources.get(at.source).name) {
            inside.insert(id, inner);
            continue;
        }
        if !told.insert((at.source, at.start)) {
            continue;
        }
        let maker = graph.def(inner).name;
        let problem = Diagnostic::warning(LINT.code, format!("a {maker} is taken of what is a {maker} already"))
            .at(at, "scores are taken here")
            .at(from, "these are probabilities");
        let scores = graph.node(inner).args.first().and_then(|id| compiled.def_of(*id)).map(|id| compiled.def(id));
        out.push(match scores.filter(|def| def.kind != DefKind::Local) {
            Some(scores) => problem.mend(format!("give it the scores, `{}`", scores.name)),
            None => problem.mend("give it the scores, as they are before"),
        });
    }
}
