//! A parameter that no loss depends on: a gradient step never moves it.

use super::Lint;
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{Asked, Compiled, DefKind, ItemKind};
use crate::source::Sources;
use crate::statements::{About, Clause};
use rustc_hash::FxHashSet;

/// The lint. A loss is what `grad` is asked of by all parameters.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::not_reached", misses: true, find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let mut losses: Vec<&Asked> = vec![];
    for item in &compiled.items {
        if let ItemKind::Ask(ask) = &item.kind
            && ask.statement.about == About::Scalar
            && ask.statement.has(Clause::Wrt)
            && ask.wrt.is_empty()
        {
            losses.extend(&ask.exprs);
        }
    }
    let roots: Vec<NodeId> = losses.iter().filter_map(|asked| asked.node).collect();
    let Some(last) = losses.last() else { return };
    let reached: FxHashSet<NodeId> = compiled.graph.reach(&roots).into_iter().collect();
    let params = || compiled.defs.iter().filter(|def| def.kind == DefKind::Param);
    if !params().any(|def| reached.contains(&def.node)) {
        return;
    }
    // One that nothing at all uses is told by another lint.
    let used: FxHashSet<NodeId> = compiled.graph.nodes().iter().flat_map(|node| node.args.iter().copied()).collect();
    for def in params().filter(|def| !reached.contains(&def.node) && used.contains(&def.node)) {
        let loss = sources.text(last.span);
        out.push(
            Diagnostic::warning(LINT.code, format!("`{loss}` does not depend on the parameter `{}`", def.name))
                .at(def.span, "its derivative is 0, so no step moves it")
                .at(last.span, "asked here")
                .mend(format!("use what it makes in `{loss}`, or leave it out")),
        );
    }
}
