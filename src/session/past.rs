//! A session as it was: coming back to it, other settings, and what differs then.

use super::change::{self, Values};
use super::files::{Files, Read};
use super::names::Kept;
use super::{Moved, Report, Session, Settings, compile, sizes};
use crate::diag::Diagnostic;
use crate::eval::Eval;
use crate::graph::NodeId;
use crate::outside::Outside;
use crate::source::{SourceId, Span};
use crate::syntax::ast;
use std::sync::Arc;

/// What makes a session what it is, without what follows from it.
#[derive(Clone, Debug)]
pub struct Past {
    settings: Settings,
    items: Arc<Vec<Arc<Kept>>>,
    trailing: Arc<Vec<(SourceId, ast::Trivia)>>,
    moved: Arc<Moved>,
    read: Read,
}

impl Session {
    /// What it takes to come back to this state.
    pub fn past(&self) -> Past {
        Past {
            settings: self.settings.clone(),
            items: self.items.clone(),
            trailing: self.trailing.clone(),
            moved: self.moved.clone(),
            read: self.read.clone(),
        }
    }

    /// Does the same hold in both: the same statements, settings and moved parameters?
    pub fn is_at(&self, past: &Past) -> bool {
        Arc::ptr_eq(&self.items, &past.items)
            && Arc::ptr_eq(&self.moved, &past.moved)
            && self.settings.seed == past.settings.seed
            && self.settings.precision == past.settings.precision
    }

    /// Back to an earlier state of this session, and what differs from now.
    pub fn back_to(&self, past: &Past, outside: &dyn Outside) -> (Session, Report) {
        let mut next = Session {
            settings: Settings { digits: self.settings.digits, ..past.settings.clone() },
            items: past.items.clone(),
            trailing: past.trailing.clone(),
            moved: past.moved.clone(),
            read: past.read.clone(),
            values: Arc::default(),
            ..self.clone()
        };
        next.refresh();
        next.compared(self, outside)
    }

    /// With other settings.
    pub fn with_settings(&self, settings: Settings, outside: &dyn Outside) -> (Session, Report) {
        let same = settings.seed == self.settings.seed && settings.precision == self.settings.precision;
        let mut next = Session { settings, ..self.clone() };
        if same {
            return (next, Report::default());
        }
        next.values = Arc::default();
        next.refresh();
        next.compared(self, outside)
    }

    /// Compiles what holds anew, from what was read.
    pub(super) fn refresh(&mut self) {
        let mut sources = self.sources.clone();
        let mut files = Files { outside: None, read: self.read.clone() };
        let (compiled, _) = compile(
            &mut sources,
            self.items.iter().filter(|kept| !kept.is_question()).map(|kept| &kept.item),
            &mut files,
            &self.settings,
        );
        self.compiled = Arc::new(compiled);
        self.whole = sources;
    }

    /// What differs from another state, evaluated in both.
    fn compared(mut self, before: &Session, outside: &dyn Outside) -> (Session, Report) {
        let names: Vec<Arc<str>> = self.names().into_iter().map(|known| known.name).collect();
        let (old, new) = (before.evaluated(&names, outside), self.evaluated(&names, outside));
        let mut report = Report { sources: self.whole.clone(), ..Report::default() };
        if let (Ok((old, _)), Ok((new, sizes))) = (old, new) {
            report.answers.extend(change::answer(&names, &old, &new, self.digits()).0);
            self.values = Arc::new(new);
            self.sizes = Arc::new(sizes);
        }
        (self, report)
    }

    /// The values of names as they are, those that are known and those that are not yet.
    pub(super) fn evaluated(
        &self,
        names: &[Arc<str>],
        outside: &dyn Outside,
    ) -> Result<(Values, Vec<(String, u64)>), Box<Diagnostic>> {
        let mut values = (*self.values).clone();
        let nodes = change::by_name(&self.compiled);
        let missing: Vec<(Arc<str>, NodeId)> = names
            .iter()
            .filter(|name| !values.contains_key(*name))
            .filter_map(|name| Some((name.clone(), *nodes.get(name)?)))
            .collect();
        if missing.is_empty() {
            return Ok((values, (*self.sizes).clone()));
        }
        let mut compiled = (*self.compiled).clone();
        let mut files = Files { outside: None, read: self.read.clone() };
        let mut state = self.state(&compiled);
        let arrived = self.arrive(&compiled, &mut state, &mut files);
        if let Some(problem) = arrived.into_iter().next() {
            return Err(Box::new(problem));
        }
        self.restore(&compiled, &mut state, &|_| false);
        let interrupt = || outside.interrupted();
        let mut eval = Eval::new(&mut compiled, &self.whole, state, &interrupt);
        if let Some(problem) = eval.bind().into_iter().next() {
            return Err(Box::new(problem));
        }
        let span = self.items.last().map_or(Span::new(SourceId(0), 0, 0), |kept| kept.item.span);
        values.extend(change::values(&mut eval, &missing, span)?);
        let sizes = sizes(&eval);
        Ok((values, sizes))
    }
}
