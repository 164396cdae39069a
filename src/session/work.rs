//! A text applied: parsed, put among what holds, checked, run, and what the session is after it.

use super::files::Files;
use super::names::Kept;
use super::order::{self, Merged};
use super::run::{Ran, Text};
use super::space::Space;
use super::{Mode, Report, Session, arrive, errors};
use crate::ask;
use crate::check;
use crate::diag::Diagnostic;
use crate::lower::{Compiled, ItemKind};
use crate::outside::Outside;
use crate::source::List;
use crate::source::{Source, SourceId, Sources, Span};
use crate::syntax::{self, ast};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Is a program answered, and who hears it?
pub(super) enum Answered<'l> {
    No,
    AtTheEnd,
    To(&'l mut dyn ask::Listener),
}

impl<'l> Answered<'l> {
    fn listener(self) -> Option<&'l mut dyn ask::Listener> {
        match self {
            Answered::No | Answered::AtTheEnd => None,
            Answered::To(listener) => Some(listener),
        }
    }
}

impl Session {
    /// A program that nothing is added to: checked, and if it is right and so wanted answered.
    pub(super) fn once(
        &self,
        name: &str,
        text: &str,
        outside: &mut dyn Outside,
        answered: Answered<'_>,
    ) -> (Compiled, Report) {
        let mut report = Report { sources: self.sources.clone(), ..Report::default() };
        let id = report.sources.add(Source::new(name, text));
        let (program, mut problems) = syntax::parse(&report.sources, id);
        let mut items = program.items;
        problems.extend(arrive::replace_leaves(&mut report.sources, &mut items, &self.settings.set));
        let mut files = Files { outside: Some(outside), read: self.read.clone() };
        let statements: Vec<Span> = items.iter().map(|item| item.span).collect();
        problems.extend(self.blocks(&report.sources, &mut items, &mut files));
        let (mut compiled, found) = check::once(&mut report.sources, items, &mut files, &self.settings.options());
        problems.extend(found);
        if !problems.is_empty() {
            let text = report.sources.get(id).text.clone();
            let again = &mut |text: &str| {
                let (found, _, id) = self.checked(name, text, &mut files);
                (found, id)
            };
            check::tried(&mut problems, (id, &text), &statements, again);
            self.try_used((name, &text, id), &report.sources, &mut problems, &mut files);
        }
        if matches!(answered, Answered::No) {
            problems.extend(crate::ask::misfits(&compiled, &report.sources));
        }
        report.diagnostics = self.told(problems, name, id, &report);
        if self.settings.hints {
            report.diagnostics = ask::hints::found(std::mem::take(&mut report.diagnostics), &report.sources);
        }
        if matches!(answered, Answered::No) || report.diagnostics.iter().any(Diagnostic::is_error) {
            return (compiled, report);
        }
        let mut state = self.state(&compiled);
        let arrived = self.arrive(&compiled, &mut state, &mut files);
        let wrong = arrived.iter().any(|problem| problem.is_error());
        report.diagnostics.extend(arrived);
        if wrong {
            return (compiled, report);
        }
        let ran = self.clone().run_once(&mut compiled, state, id, files.mutable(), &report, answered.listener());
        report.take(ran);
        (compiled, report)
    }

    /// What a program that nothing is added to is told when it is checked.
    fn checked(&self, name: &str, text: &str, files: &mut Files<'_>) -> (Vec<Diagnostic>, Sources, SourceId) {
        let mut sources = self.sources.clone();
        let id = sources.add(Source::new(name, text));
        let (program, mut problems) = syntax::parse(&sources, id);
        let mut items = program.items;
        problems.extend(arrive::replace_leaves(&mut sources, &mut items, &self.settings.set));
        problems.extend(self.blocks(&sources, &mut items, files));
        problems.extend(check::once(&mut sources, items, files, &self.settings.options()).1);
        check::sort(&mut problems);
        (problems, sources, id)
    }

    /// Tries the mends of problems that stand in the files that a program uses.
    fn try_used(
        &self,
        (name, text, id): (&str, &str, SourceId),
        sources: &Sources,
        problems: &mut [Diagnostic],
        files: &mut Files<'_>,
    ) {
        let mut used: Vec<SourceId> =
            problems.iter().filter_map(|problem| problem.span()).map(|span| span.source).collect();
        used.sort_unstable();
        used.dedup();
        for source in used.into_iter().filter(|source| *source != id) {
            let own = sources.get(source).clone();
            let Some(before) = files.read.text(&own.name) else { continue };
            let statements: Vec<Span> = syntax::parse(sources, source).0.items.iter().map(|item| item.span).collect();
            check::tried(problems, (source, &own.text), &statements, &mut |changed| {
                files.read.set_text(&own.name, changed.into());
                let (found, sources, main) = self.checked(name, text, files);
                (found, sources.named(&own.name).unwrap_or(main))
            });
            files.read.set_text(&own.name, before);
        }
    }

    /// A text among what holds.
    pub(super) fn work(&self, name: &str, text: &str, outside: &mut dyn Outside, mode: Mode) -> (Session, Report) {
        let mut space = self.space();
        let texts = space.checked.sources.len();
        let (next, mut report) = self.work_in(&mut space, name, text, outside, mode);
        if report.diagnostics.iter().any(Diagnostic::is_error) {
            self.try_mends(&mut space, (name, text), outside, &mut report);
        }
        if next.is_none() {
            // Nothing of it is kept.
            let all = space.checked.sources.len();
            space.reach(self);
            if space.checked.sources.len() == all {
                space.checked.sources.truncate(texts);
            }
        }
        (next.unwrap_or_else(|| self.clone()), report)
    }

    /// Tries the mends of the problems of a text that was not taken in.
    fn try_mends(&self, space: &mut Space, (name, text): (&str, &str), outside: &mut dyn Outside, report: &mut Report) {
        let plain = Source::new(name, text);
        let is_own = |source: SourceId| {
            let found = report.sources.get(source);
            found.name == plain.name && found.text == plain.text
        };
        let own = report.diagnostics.iter().filter_map(|problem| problem.span()).find(|span| is_own(span.source));
        let Some(source) = own.map(|span| span.source) else { return };
        let (program, _) = syntax::parse(&report.sources, source);
        let statements: Vec<Span> = program.items.iter().map(|item| item.span).collect();
        check::tried(&mut report.diagnostics, (source, &plain.text), &statements, &mut |text| {
            let id = SourceId(space.checked.sources.len() as u32);
            let found = self.work_in(space, name, text, outside, Mode::Check).1.diagnostics;
            space.reach(self);
            (found, id)
        });
    }

    /// As [`Session::work`]; no session where it is as it was.
    fn work_in(
        &self,
        space: &mut Space,
        name: &str,
        text: &str,
        outside: &mut dyn Outside,
        mode: Mode,
    ) -> (Option<Session>, Report) {
        let mut report = Report::default();
        let first = self.items.is_empty();
        let id = space.checked.sources.add(Source::new(name, text));
        let (program, mut problems) = syntax::parse(&space.checked.sources, id);
        let mut new = program.items;
        if first {
            problems.extend(arrive::replace_leaves(&mut space.checked.sources, &mut new, &self.settings.set));
        }
        let mut files = Files { outside: Some(outside), read: self.read.clone() };
        if new.iter().any(|item| matches!(item.statement, ast::Statement::Use(_))) {
            files.read.forget_texts();
            space.forget_files();
        }
        problems.extend(self.blocks(&space.checked.sources, &mut new, &mut files));
        let mut merged = order::merge(self, &space.checked, new);
        let refused = !merged.problems.is_empty();
        problems.append(&mut merged.problems);
        let before = self.before(space, &merged, &mode, files.outside.as_deref());
        if !refused {
            problems.extend(space.take(&merged.taken, &mut files));
        }
        report.sources = space.checked.sources.clone();
        let mut problems = self.told(problems, name, id, &report);
        let wrong = problems.iter().any(Diagnostic::is_error);
        if wrong && !refused {
            explain_refusal(&mut problems, id, &merged);
        }
        report.diagnostics = problems;
        if wrong || mode == Mode::Check {
            return (None, report);
        }
        let mut next = self.clone();
        next.read = files.read.clone();
        if mode == Mode::Define {
            next.state = Arc::default();
        } else {
            let compiled = space.checked.compiled();
            let mut state = self.state(compiled);
            let arrived = self.arrive(compiled, &mut state, &mut files);
            let wrong = arrived.iter().any(|problem| problem.is_error());
            // What an input leaves out is told once, with the first text.
            let told = self.items.is_empty();
            report.diagnostics.extend(arrived.into_iter().filter(|problem| told || problem.is_error()));
            if wrong {
                return (None, report);
            }
            let lost = self.restore(compiled, &mut state, &|name| merged.brings(name));
            next.read = files.read.clone();
            let text = Text { merged: &merged, id, before, lost, warned: &report.diagnostics };
            let ran = next.run(space, state, text, files.mutable());
            let refused = ran.refused;
            report.take(ran);
            if name == "<prompt>" {
                report.diagnostics.iter_mut().for_each(|problem| errors::not_yet(problem, &report.sources));
            }
            if refused || report.interrupted {
                return (None, report);
            }
        }
        if !next.keeps(self, space, &merged, mode) {
            // A question alone leaves everything as it is, but for what is said once.
            let same = Arc::ptr_eq(&next.warned, &self.warned) && next.read.is_same(&self.read);
            return ((!same).then(|| Session { read: next.read, warned: next.warned, ..self.clone() }), report);
        }
        if first {
            next.trailing = Arc::new(program.trailing.iter().map(|trivia| (id, *trivia)).collect());
        }
        next.sources = space.checked.sources.clone();
        (Some(next), report)
    }

    /// The problems as they are told: in order, and a warning once.
    fn told(&self, mut problems: Vec<Diagnostic>, name: &str, id: SourceId, report: &Report) -> Vec<Diagnostic> {
        if name == "<prompt>" {
            problems.iter_mut().for_each(|problem| errors::not_yet(problem, &report.sources));
        }
        check::sort(&mut problems);
        // What was warned of once is not said again at every statement.
        problems.retain(|problem| problem.is_error() || problem.span().is_none_or(|span| span.source == id));
        problems
    }

    /// Takes the statements that stay, of those of the text and of those before; does any of the text?
    fn keeps(&mut self, before: &Session, space: &mut Space, merged: &Merged, mode: Mode) -> bool {
        // Steps that moved something belong to the program; where they no longer say where the parameters are, they go.
        let moved = !Arc::ptr_eq(&self.moved, &before.moved);
        let gone = moved && (self.moved.loose || self.moved.values.is_empty());
        let stays = |kept: &Kept, fresh: bool| match (kept.is_question(), fresh) {
            (false, _) => true,
            (true, false) => !(gone && kept.is_step()),
            (true, true) if kept.is_step() => moved && !gone && mode != Mode::Define,
            (true, true) => mode == Mode::Load,
        };
        let rest = || merged.items.iter().zip(&merged.fresh).filter(|(kept, fresh)| stays(kept, **fresh));
        if !moved && !rest().any(|(_, fresh)| *fresh) {
            return false;
        }
        self.items = match gone {
            true => merged.held.iter().filter(|kept| stays(kept, false)).cloned().collect(),
            false => merged.held.clone(),
        };
        self.taken = if merged.held.is_empty() { List::default() } else { before.taken.clone() };
        let mut rest: Vec<Arc<Kept>> = rest().map(|(kept, _)| kept.clone()).collect();
        settle_layers(&mut rest, space);
        for kept in rest {
            if !kept.is_question() {
                self.taken.push(kept.clone());
            }
            self.items.push(kept);
        }
        true
    }
}

impl Report {
    /// With what running came to.
    fn take(&mut self, ran: Ran) {
        self.answers = ran.answers;
        self.timings = ran.timings;
        self.plans = ran.plans;
        for (span, fact) in ran.facts {
            let told = self.diagnostics.iter_mut().find(|problem| problem.span() == Some(span));
            told.into_iter().for_each(|problem| problem.because.push(fact.clone()));
        }
        self.diagnostics.extend(ran.problems);
        self.interrupted = self.diagnostics.iter().any(|problem| problem.code == "nnlang::session::interrupted");
    }
}

/// The names that layers define, as the compiled program has them.
fn settle_layers(items: &mut [Arc<Kept>], space: &mut Space) {
    if !items.iter().any(|kept| kept.layer().is_some()) {
        return;
    }
    let compiled = space.checked.compiled();
    let mut names: FxHashMap<Span, Vec<Arc<str>>> = FxHashMap::default();
    for item in &compiled.items {
        if let ItemKind::Define(def) = item.kind {
            names.entry(item.span).or_default().push(compiled.def(def).name.clone());
        }
    }
    for kept in items.iter_mut().filter(|kept| kept.layer().is_some()) {
        if let Some(names) = names.get(&kept.item.span).filter(|names| **names != kept.defines) {
            let named = Arc::new(Kept { defines: names.clone(), ..(**kept).clone() });
            space.settled(kept, &named);
            *kept = named;
        }
    }
}

/// Where a new definition breaks an old line, the refusal says so.
fn explain_refusal(problems: &mut [Diagnostic], id: SourceId, merged: &Merged) {
    let elsewhere =
        |problem: &&mut Diagnostic| problem.is_error() && problem.span().is_some_and(|span| span.source != id);
    let mut names: Vec<&Arc<str>> = merged.redefined.iter().collect();
    names.sort();
    let shown: Vec<String> = names.iter().take(3).map(|name| format!("`{}`", name.trim())).collect();
    if let (Some(problem), false) = (problems.iter_mut().find(elsewhere), shown.is_empty()) {
        let what = if shown.len() == 1 { "this definition of" } else { "these definitions of" };
        problem
            .because
            .push(format!("it would no longer fit with {what} {}; everything is as it was", shown.join(", ")));
    }
}

impl Merged {
    /// Does the text define this name, or the network that it is a name in?
    fn brings(&self, name: &str) -> bool {
        let items = self.items.iter().zip(&self.fresh);
        let new: FxHashSet<&str> =
            items.filter(|(_, fresh)| **fresh).flat_map(|(kept, _)| &kept.defines).map(|name| &**name).collect();
        new.contains(name) || name.split_once('.').is_some_and(|(head, _)| new.contains(head))
    }
}
