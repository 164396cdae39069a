//! What a session holds, name by name: its kinds, shapes and texts, what depends on what, and what goes when one goes.

use super::names::Kept;
use super::{Session, errors, order};
use crate::diag::Diagnostic;
use crate::graph::NodeId;
use crate::lower::{DefKind, ItemKind};
use crate::outside::Outside;
use crate::source::Span;
use crate::syntax::ast;
use crate::tensor::{DType, Tensor};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A name of a session.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The name.
    pub name: Arc<str>,
    /// What it is: `leaf`, `variable`, `input`, `parameter`, `function`, `network`.
    pub what: &'static str,
    /// Its shape in the program's words; empty where it has none.
    pub shape: String,
}

impl Session {
    /// Without the definition of a name.
    ///
    /// # Errors
    /// What stands on it, or why it cannot be.
    pub fn forget(&self, name: &str) -> Result<Session, Diagnostic> {
        let Some(place) = self.place(name) else { return Err(self.no_such(name)) };
        let names = self.items[place].defines.clone();
        let dependents: Vec<Arc<str>> =
            self.dependents(name).into_iter().filter(|(_, direct)| *direct).map(|(name, _)| name).collect();
        if !dependents.is_empty() {
            return Err(errors::needed(name, &self.text(self.items[place].item.span), &dependents));
        }
        // What was said of it goes with it: its stated slope, and the questions about it.
        let of_it = |kept: &Arc<Kept>| {
            kept.slope_of().is_some_and(|of| names.iter().any(|name| **name == *of))
                || (kept.is_question() && kept.uses.iter().any(|used| names.contains(used)))
        };
        let mut items: Vec<Arc<Kept>> = self.items.iter().filter(|kept| !of_it(kept)).cloned().collect();
        items.retain(|kept| !Arc::ptr_eq(kept, &self.items[place]));
        let mut moved = (*self.moved).clone();
        moved.values.retain(|name, _| !names.contains(name));
        // Without one of the steps the others no longer say where the parameters are.
        moved.loose |= self.items.iter().any(|kept| kept.is_step() && of_it(kept));
        moved.loose &= !moved.values.is_empty();
        if moved.loose || moved.values.is_empty() {
            items.retain(|kept| !kept.is_step());
        }
        let taken = items.iter().filter(|kept| !kept.is_question()).cloned().collect();
        let next = Session { items: items.into_iter().collect(), taken, moved: Arc::new(moved), ..self.clone() };
        next.space().values.retain(|name, _| !names.contains(name));
        Ok(next)
    }

    /// The names that depend on a name, in order, each with: directly?
    pub fn dependents(&self, name: &str) -> Vec<(Arc<str>, bool)> {
        let names = self.place(name).map(|place| self.items[place].defines.clone()).unwrap_or_default();
        let found = order::dependents(&self.items, &names);
        let shown = |kept: &Kept| kept.defines.clone();
        found
            .iter()
            .filter(|(kept, _)| !kept.is_question())
            .flat_map(|(kept, direct)| shown(kept).into_iter().map(|name| (name, *direct)))
            .collect()
    }

    /// The names that a name's definition uses, and its text.
    pub fn definition(&self, name: &str) -> Option<(Vec<Arc<str>>, String)> {
        let kept = self.items.get(self.place(name)?)?;
        Some((kept.uses.clone(), self.text(kept.item.span)))
    }

    /// The problem of a name that is not there.
    pub fn no_such(&self, name: &str) -> Diagnostic {
        let known: Vec<&str> = self.items.iter().flat_map(|kept| &kept.defines).map(|name| &**name).collect();
        errors::no_such(name, crate::diag::nearest(name, known.iter().copied()))
    }

    /// The value of a name as it holds now.
    ///
    /// # Errors
    /// The name is not there or is a function, an input has no value, or the user stopped it.
    pub fn value(&self, name: &str, outside: &dyn Outside) -> Result<Arc<Tensor>, Diagnostic> {
        let name: Arc<str> = name.into();
        let values = self.values(std::slice::from_ref(&name), outside).map_err(|problem| *problem)?;
        values.get(&name).cloned().ok_or_else(|| self.no_such(&name))
    }

    /// All names, in order of definition.
    pub fn names(&self) -> Vec<Known> {
        let compiled = self.compiled();
        let shapes: FxHashMap<&str, (DefKind, NodeId)> = compiled
            .defs
            .iter()
            .filter(|def| def.kind != DefKind::Local)
            .map(|def| (&*def.name, (def.kind, def.node)))
            .collect();
        let mut out = vec![];
        for kept in self.items.iter() {
            for name in &kept.defines {
                let (what, shape) = match (shapes.get(&**name), &kept.item.statement) {
                    (_, ast::Statement::Function(_)) => ("function", String::new()),
                    (_, ast::Statement::Network(_)) => ("network", String::new()),
                    (_, ast::Statement::Use(_)) => ("file", String::new()),
                    (Some((kind, node)), _) => {
                        let what = match kind {
                            DefKind::Leaf => "leaf",
                            DefKind::Variable | DefKind::Local => "variable",
                            DefKind::Input => "input",
                            DefKind::Param => "parameter",
                        };
                        (what, compiled.graph.shape(*node).show(&compiled.graph.dims))
                    }
                    (None, _) => ("variable", String::new()),
                };
                out.push(Known { name: name.clone(), what, shape });
            }
        }
        out
    }

    /// The last number that the program defines by an equation: what its graph ends in where nothing else is said.
    pub fn goal(&self) -> Option<Arc<str>> {
        let compiled = self.compiled();
        compiled.items.iter().rev().find_map(|item| {
            let ItemKind::Define(def) = item.kind else { return None };
            let def = compiled.def(def);
            let node = compiled.graph.node(def.node);
            let fits = def.kind == DefKind::Variable && node.shape.is_scalar() && node.dtype == DType::Real;
            fits.then(|| def.name.clone())
        })
    }

    /// The text of each name's definition, in the order of [`Session::names`].
    pub fn texts(&self) -> Vec<String> {
        self.items.iter().flat_map(|kept| kept.defines.iter().map(|_| self.text(kept.item.span))).collect()
    }

    pub(super) fn place(&self, name: &str) -> Option<usize> {
        self.items.iter().position(|kept| kept.defines.iter().any(|own| **own == *name))
    }

    pub(super) fn text(&self, span: Span) -> String {
        self.sources.in_line(span)
    }
}
