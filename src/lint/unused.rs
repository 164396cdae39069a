//! An input or parameter that no question and no definition uses.

use super::Lint;
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{Compiled, Def, DefKind, ItemKind};
use crate::shape::Dim;
use crate::source::Sources;
use rustc_hash::FxHashSet;

/// The lint. A program without a question may be unfinished: there nothing is said.
pub(super) static LINT: Lint = Lint { code: "nnlang::lint::unused", misses: true, find };

fn find(compiled: &Compiled, _: &Sources, out: &mut Vec<Diagnostic>) {
    let asks = compiled.items.iter().any(|item| !matches!(item.kind, ItemKind::Define(_) | ItemKind::Blank(..)));
    if !asks || !compiled.defs.iter().any(|def| matches!(def.kind, DefKind::Input | DefKind::Param)) {
        return;
    }
    let mut used: FxHashSet<NodeId> = FxHashSet::default();
    for item in &compiled.items {
        match &item.kind {
            ItemKind::Define(def) => used.extend(compiled.def(*def).init),
            ItemKind::Show(asked) => used.extend(asked.node),
            ItemKind::Heading(_) | ItemKind::Blank(..) => {}
            ItemKind::Ask(ask) => {
                let more = [&ask.by, &ask.within, &ask.times];
                let asked = ask.exprs.iter().chain(&ask.wrt).chain(more.into_iter().flatten());
                used.extend(asked.filter_map(|asked| asked.node));
            }
        }
    }
    used.extend(compiled.graph.nodes().iter().flat_map(|node| node.args.iter().copied()));
    for def in &compiled.defs {
        let what = match def.kind {
            DefKind::Input => "input",
            DefKind::Param => "parameter",
            DefKind::Variable | DefKind::Leaf | DefKind::Local => continue,
        };
        if used.contains(&def.node) || measures(compiled, def, &used) {
            continue;
        }
        out.push(
            Diagnostic::warning(LINT.code, format!("the {what} `{}` is used nowhere", def.name))
                .at(def.span, "declared here")
                .mend("leave it out, or use it"),
        );
    }
}

/// Does its shape give a dimension its name, with no other input above that has the name and is used? Then its data tells
/// what the name is.
fn measures(compiled: &Compiled, def: &Def, used: &FxHashSet<NodeId>) -> bool {
    let dims = &compiled.graph.dims;
    let open = |dim: &&Dim| dims.known(dim).is_none();
    let above = || {
        let before = compiled.defs.iter().take_while(|other| other.node != def.node);
        before.filter(|other| other.kind == DefKind::Input && used.contains(&other.node))
    };
    let told =
        |dim: &Dim| above().any(|other| compiled.graph.shape(other.node).iter().any(|own| dims.is_same(own, dim)));
    compiled.graph.shape(def.node).iter().filter(open).any(|dim| !told(dim))
}
