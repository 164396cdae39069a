//! The checked program of a session, which sessions that grew out of one another share: the one that is asked has it, and
//! takes it over from another by going back to what both have in common.

use super::change::{self, Values};
use super::files::{Files, Read};
use super::names::Kept;
use super::{Session, sizes};
use crate::check::Checked;
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::NodeId;
use crate::lower::Options;
use crate::outside::Outside;
use crate::resolve::Loader;
use crate::source::List;
use crate::source::{SourceId, Span};
use crate::syntax::ast;
use std::sync::{Arc, MutexGuard};

/// A checked program, and the values of its names as far as they are known.
#[derive(Debug, Default)]
pub(super) struct Space {
    pub checked: Checked,
    /// The statements that are checked.
    items: List<Arc<Kept>>,
    /// Values that are known, by name.
    pub values: Values,
    /// The numbers of dimension names that they belong to.
    pub sizes: Vec<(String, u64)>,
    /// The state of the session that they belong to.
    pub of: Option<Arc<()>>,
    options: Options,
    read: Read,
}

impl Session {
    /// The space, with the program of this session in it.
    pub(super) fn space(&self) -> MutexGuard<'_, Space> {
        let mut space = self.space.lock().unwrap_or_else(|poisoned| {
            // Who left it in the middle of something left it in no order.
            let mut space = poisoned.into_inner();
            *space = Space::default();
            self.space.clear_poison();
            space
        });
        space.reach(self);
        space
    }
}

impl Space {
    /// Has the program of a session from here on, and only such values as are its.
    pub fn reach(&mut self, session: &Session) {
        if self.checked.sources.len() < session.sources.len() {
            self.checked.sources = session.sources.clone();
        }
        let options = session.settings.options();
        let uses = |items: &List<Arc<Kept>>| items.iter().any(|kept| kept.is_use());
        if options != self.options || (!self.read.is_same(&session.read) && uses(&self.items)) {
            self.back_to(0);
        }
        self.options = options;
        self.read = session.read.clone();
        self.take(&session.taken, &mut Files { outside: None, read: session.read.clone() });
        if self.of.as_ref().is_none_or(|state| !Arc::ptr_eq(state, &session.state)) {
            self.values.clear();
            self.sizes.clear();
            self.of = Some(session.state.clone());
        }
    }

    /// Has these statements checked from here on; the problems are those of the statements from the first on that differs
    /// from what it had.
    pub fn take(&mut self, items: &List<Arc<Kept>>, loader: &mut dyn Loader) -> Vec<Diagnostic> {
        let common = self.items.common(items, Arc::ptr_eq);
        if common < self.items.len() {
            self.back_to(common);
        } else if common == items.len() {
            return vec![];
        }
        let from = self.items.len();
        let new: Vec<&ast::Item> = items.from(from).map(|kept| &kept.item).collect();
        let problems = self.checked.extend(&new, loader, &self.options);
        self.items = items.clone();
        problems
    }

    /// The files that are used may say something else now.
    pub fn forget_files(&mut self) {
        let first = self.items.iter().position(|kept| kept.is_use());
        if let Some(first) = first {
            self.back_to(first);
        }
    }

    /// Goes back to at most so many statements.
    fn back_to(&mut self, count: usize) {
        let count = self.checked.back_to(count);
        self.items.truncate(count);
    }

    /// One statement is said in another way: its names are known now.
    pub fn settled(&mut self, old: &Arc<Kept>, new: &Arc<Kept>) {
        let place = self.items.iter().position(|kept| Arc::ptr_eq(kept, old));
        if let Some(place) = place {
            self.items.set(place, new.clone());
        }
    }

    /// Finds the values of names of the session that has the space, of those that are not known yet.
    pub fn know(
        &mut self,
        session: &Session,
        names: &[Arc<str>],
        outside: Option<&dyn Outside>,
    ) -> Result<(), Box<Diagnostic>> {
        let unknown: Vec<&Arc<str>> = names.iter().filter(|name| !self.values.contains_key(*name)).collect();
        let missing: Vec<(Arc<str>, NodeId)> =
            unknown.into_iter().filter_map(|name| Some((name.clone(), self.checked.node(name)?))).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let mut files = Files { outside: None, read: session.read.clone() };
        let mut state = session.state(self.checked.compiled());
        if let Some(problem) = session
            .arrive(self.checked.compiled(), &mut state, &mut files)
            .into_iter()
            .find(|problem| problem.is_error())
        {
            return Err(Box::new(problem));
        }
        session.restore(self.checked.compiled(), &mut state, &|_| false);
        let interrupt = || outside.is_some_and(|outside| outside.interrupted());
        let parts = self.checked.parts();
        let mut eval = Eval::new(parts.compiled, parts.sources, state, &interrupt);
        if let Some(problem) = eval.bind().into_iter().next() {
            return Err(Box::new(problem));
        }
        let span = session.items.iter().next_back().map_or(Span::new(SourceId(0), 0, 0), |kept| kept.item.span);
        let found = change::values(&mut eval, &missing, span)?;
        self.sizes = sizes(&eval);
        self.values.extend(found);
        Ok(())
    }
}
