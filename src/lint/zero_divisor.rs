//! A division by what data can make zero: an input, or a difference of two things that both depend on inputs.

use super::Lint;
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{Compiled, DefKind};
use crate::source::Sources;
use rustc_hash::FxHashSet;

/// The lint. What is known before the run, and what an activation keeps away from zero, is not its matter.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::zero_divisor", find };

fn find(compiled: &Compiled, sources: &Sources, out: &mut Vec<Diagnostic>) {
    let inputs: FxHashSet<NodeId> =
        compiled.defs.iter().filter(|def| def.kind == DefKind::Input).map(|def| def.node).collect();
    if inputs.is_empty() || compiled.quotients.is_empty() {
        return;
    }
    // Nodes are in order: each after its arguments.
    let mut moving = vec![false; compiled.graph.len()];
    for (i, node) in compiled.graph.nodes().iter().enumerate() {
        moving[i] = inputs.contains(&NodeId(i as u32)) || node.args.iter().any(|arg| moving[arg.index()]);
    }
    let mut told = FxHashSet::default();
    for quotient in &compiled.quotients {
        let text = sources.text(quotient.divisor_span);
        let what = match quotient.difference {
            Some([a, b]) if moving[a.index()] && moving[b.index()] => "the two can be equal",
            None if inputs.contains(&quotient.divisor) => "the data may have a 0 here",
            _ => continue,
        };
        if !told.insert((quotient.divisor_span.source, quotient.divisor_span.start)) {
            continue;
        }
        out.push(
            Diagnostic::warning(LINT.code, format!("this divides by `{text}`, which can be 0"))
                .at(quotient.divisor_span, what)
                .mend("add a small number to it, as in `x + 1e-8`, or choose with `where(x == 0, 0, a/x)`"),
        );
    }
}
