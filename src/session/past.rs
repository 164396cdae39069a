//! A session as it was: coming back to it, other settings, and what differs then.

use super::change::{self, Values};
use super::files::Read;
use super::names::Kept;
use super::{Moved, Report, Session, Settings};
use crate::diag::Diagnostic;
use crate::outside::Outside;
use crate::source::List;
use crate::source::SourceId;
use crate::syntax::ast;
use std::sync::Arc;

/// What makes a session what it is, without what follows from it.
#[derive(Clone, Debug)]
pub struct Past {
    settings: Settings,
    items: List<Arc<Kept>>,
    taken: List<Arc<Kept>>,
    state: Arc<()>,
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
            taken: self.taken.clone(),
            state: self.state.clone(),
            trailing: self.trailing.clone(),
            moved: self.moved.clone(),
            read: self.read.clone(),
        }
    }

    /// Does the same hold in both: the same statements, settings and moved parameters?
    pub fn is_at(&self, past: &Past) -> bool {
        self.items.len() == past.items.len()
            && self.items.common(&past.items, Arc::ptr_eq) == self.items.len()
            && Arc::ptr_eq(&self.moved, &past.moved)
            && self.settings.seed == past.settings.seed
            && self.settings.precision == past.settings.precision
    }

    /// Back to an earlier state of this session, and what differs from now.
    pub fn back_to(&self, past: &Past, outside: &dyn Outside) -> (Session, Report) {
        let next = Session {
            settings: Settings { digits: self.settings.digits, ..past.settings.clone() },
            items: past.items.clone(),
            taken: past.taken.clone(),
            state: past.state.clone(),
            trailing: past.trailing.clone(),
            moved: past.moved.clone(),
            read: past.read.clone(),
            ..self.clone()
        };
        next.compared(self, outside)
    }

    /// With other settings.
    pub fn with_settings(&self, settings: Settings, outside: &dyn Outside) -> (Session, Report) {
        let same = settings.seed == self.settings.seed && settings.precision == self.settings.precision;
        if same {
            return (Session { settings, ..self.clone() }, Report::default());
        }
        let next = Session { settings, state: Arc::default(), ..self.clone() };
        next.compared(self, outside)
    }

    /// What differs from another state, evaluated in both.
    fn compared(self, before: &Session, outside: &dyn Outside) -> (Session, Report) {
        let names: Vec<Arc<str>> = self.names().into_iter().map(|known| known.name).collect();
        let old = before.values(&names, outside);
        let new = self.values(&names, outside);
        let mut report = Report { sources: self.space().checked.sources.clone(), ..Report::default() };
        if let (Ok(old), Ok(new)) = (old, new) {
            report.answers.extend(change::answer(&names, &old, &new, self.digits()).0);
        }
        (self, report)
    }

    /// The values of names as they are, those that are known and those that are not yet.
    pub(crate) fn values(&self, names: &[Arc<str>], outside: &dyn Outside) -> Result<Values, Box<Diagnostic>> {
        let mut space = self.space();
        space.know(self, names, Some(outside))?;
        Ok(names.iter().filter_map(|name| Some((name.clone(), space.values.get(name)?.clone()))).collect())
    }
}
