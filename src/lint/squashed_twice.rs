//! A softmax or sigmoid of what is one already: `cross_entropy` and `bce_logits` take scores, and squash them themselves.

use super::Lint;
use crate::diag::Diagnostic;
use crate::graph::{Graph, NodeId};
use crate::lower::{Compiled, DefKind};
use crate::ops::form::{Form, form};
use crate::ops::units::{Linear, linear};
use crate::source::Sources;
use rustc_hash::{FxHashMap, FxHashSet};

/// The lint.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::squashed_twice", misses: false, find };

/// What makes probabilities, and what takes scores.
const PAIRS: &[(&str, &[&str])] =
    &[("softmax", &["softmax", "log_softmax"]), ("sigmoid", &["sigmoid", "softplus", "log_sigmoid"])];

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let graph = &compiled.graph;
    let mut told = FxHashSet::default();
    // What the library writes is told where the program calls it.
    let mut inside: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    // What is made for a derivative or an evaluation, nobody wrote.
    let written = (0..graph.len()).map(|i| NodeId(i as u32)).filter(|id| graph.origin(*id).is_none());
    for id in written {
        let Some(inner) =
            twice(graph, id).or_else(|| graph.node(id).args.iter().find_map(|arg| inside.get(arg).copied()))
        else {
            continue;
        };
        let (Some(at), Some(from)) = (compiled.span(id), compiled.span(inner)) else { continue };
        if sources.get(at.source).name.starts_with("prelude/") {
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

/// The probabilities that an operator takes for scores.
fn twice(graph: &Graph, id: NodeId) -> Option<NodeId> {
    let (maker, _) = PAIRS.iter().find(|(_, takers)| takers.contains(&graph.def(id).name))?;
    let inner = below(graph, *graph.node(id).args.first()?);
    (graph.def(inner).name == *maker).then_some(inner)
}

/// What stands below names and signs.
fn below(graph: &Graph, mut id: NodeId) -> NodeId {
    loop {
        id = match (linear(graph, id), form(graph, id)) {
            (Linear::Same(x), _) | (_, Form::Neg(x)) => x,
            _ => return id,
        };
    }
}
