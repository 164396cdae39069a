//! Evaluates what a text brings: what it changes, and its answers.

use super::change::{self, Values};
use super::order::Merged;
use super::space::Space;
use super::{Answer, Mode, Report, Session, sizes};
use crate::ask;
use crate::diag::Diagnostic;
use crate::eval::{Eval, State, Timing, Watch};
use crate::graph::NodeId;
use crate::lint;
use crate::lower::{Compiled, DefKind};
use crate::outside::{Outside, Reach};
use crate::source::{SourceId, Span};
use crate::syntax::ast;
use crate::tensor::Tensor;
use crate::view::{Doc, Line};
use rustc_hash::FxHashSet;
use std::cell::RefCell;
use std::sync::Arc;

/// What running came to.
#[derive(Default)]
pub(super) struct Ran {
    pub answers: Vec<Answer>,
    pub problems: Vec<Diagnostic>,
    /// What the statements took, and their plans.
    pub timings: Vec<Timing>,
    pub plans: Vec<Doc>,
    /// What the values add to the warnings that were given before.
    pub facts: Vec<(Span, String)>,
    /// The data does not fit: nothing is taken in.
    pub refused: bool,
}

/// A text that is taken in.
pub(super) struct Text<'t> {
    pub merged: &'t Merged,
    pub id: SourceId,
    /// What the session had as values.
    pub before: Before,
    /// The moved parameters that start anew, and why.
    pub lost: Vec<(Arc<str>, &'static str)>,
    /// The problems that were found before the run.
    pub warned: &'t [Diagnostic],
}

/// The values of a session before a text, as far as they are known, and the sizes that they belong to.
#[derive(Default)]
pub(super) struct Before {
    values: Values,
    sizes: Vec<(String, u64)>,
    /// All names, where everything is to be compared.
    session: Option<Session>,
}

/// What changed.
#[derive(Default)]
struct Change {
    answer: Option<Answer>,
    /// The names whose change is told.
    told: FxHashSet<Arc<str>>,
}

impl Session {
    /// What the names that a text changes have as values before it: found while the space still has them.
    pub(super) fn before(
        &self,
        space: &mut Space,
        merged: &Merged,
        mode: &Mode,
        outside: Option<&dyn Outside>,
    ) -> Before {
        self.ask_ahead(space, merged, mode, outside);
        if self.items.is_empty() || !merged.changes() || matches!(mode, Mode::Check | Mode::Define) {
            return Before { values: Values::default(), sizes: space.sizes.clone(), session: None };
        }
        let wanted: Vec<Arc<str>> = merged.affected.iter().chain(&merged.border).cloned().collect();
        // What fails here is told when it is asked for.
        let _ = space.know(self, &wanted, outside);
        let alone = Session { space: Arc::default(), ..self.clone() };
        Before { values: space.values.clone(), sizes: space.sizes.clone(), session: Some(alone) }
    }

    /// The values that the questions of a text name belong to the session, not to the questions: whoever asks again finds them.
    fn ask_ahead(&self, space: &mut Space, merged: &Merged, mode: &Mode, outside: Option<&dyn Outside>) {
        if self.items.is_empty() || merged.defines || matches!(mode, Mode::Check | Mode::Define) {
            return;
        }
        let named = shown(merged);
        if space.know(self, &named, outside).is_ok() {
            space.checked.settle();
        }
    }

    /// Evaluates: what changed, and the answers. The values and moved parameters of `self` become those after it.
    pub(super) fn run(
        &mut self,
        space: &mut Space,
        state: State,
        text: Text<'_>,
        outside: Option<&mut dyn Outside>,
    ) -> Ran {
        let outside = outside.map(RefCell::new);
        let interrupt = || outside.as_ref().is_some_and(|outside| outside.interrupted());
        let mut ran = Ran::default();
        let first = self.items.is_empty();
        let merged = text.merged;
        let place = merged.items.iter().zip(&merged.fresh).find(|(kept, fresh)| **fresh && !kept.is_question());
        let place = place.map(|(kept, _)| kept.item.span).filter(|_| !first);
        let nodes = |space: &mut Space| changed(space, merged, place.is_some());
        let (order, border) = nodes(space);
        let asked: Vec<(Arc<str>, NodeId)> = match merged.defines {
            true => vec![],
            false => {
                shown(merged).into_iter().filter_map(|name| Some((name.clone(), space.checked.node(&name)?))).collect()
            }
        };
        let parts = space.checked.parts();
        let sources = parts.sources;
        let mut eval = Eval::new(parts.compiled, sources, state, &interrupt);
        eval.watch = self.watch(outside.as_ref().map(|outside| outside as &dyn Reach));
        ran.problems = eval.bind();
        if !ran.problems.is_empty() {
            ran.refused = true;
            return ran;
        }
        for (name, node) in &asked {
            if let Some(value) = space.values.get(name) {
                eval.know(*node, value);
            }
        }
        let mut change = Change::default();
        if let Some(place) = place {
            self.state = Arc::default();
            let known = &mut space.values;
            let lent = outside.as_ref().map(|outside| outside.borrow());
            let lent = lent.as_ref().map(|outside| &***outside);
            match self.follow(&mut eval, known, &order, &border, &text, place, lent) {
                Ok(found) => change = found,
                Err(problem) => {
                    ran.problems.push(*problem);
                    return ran;
                }
            }
            space.of = Some(self.state.clone());
        }
        space.sizes = sizes(&eval);
        ran.answers.extend(change.answer);
        for (name, why) in &text.lost {
            let doc = Doc::line(Line::new().name(&**name).note(format!(" starts anew: {why}")));
            ran.answers.push(Answer { statement: name.to_string(), line: 1, doc, ..Answer::default() });
        }
        // What the changes have told is not told again.
        let told = |kept: &super::names::Kept| {
            !kept.defines.is_empty() && kept.defines.iter().all(|name| change.told.contains(name))
        };
        let silent: FxHashSet<Span> =
            merged.items.iter().filter(|kept| told(kept)).map(|kept| kept.item.span).collect();
        let asked = |span: Span| span.source == text.id && !silent.contains(&span);
        self.answered(&mut eval, (first, None), asked, text.warned, &mut ran);
        if self.moves(&eval, &text.lost, place.is_some()) {
            space.values.clear();
        }
        if place.is_some() {
            space.checked.settle();
        }
        ran
    }

    /// As [`Session::run`], for a program that is not kept.
    pub(super) fn run_once(
        &mut self,
        compiled: &mut Compiled,
        state: State,
        id: SourceId,
        outside: Option<&mut dyn Outside>,
        report: &Report,
        mut listener: Option<&mut dyn ask::Listener>,
    ) -> Ran {
        let outside = outside.map(RefCell::new);
        let interrupt = || outside.as_ref().is_some_and(|outside| outside.interrupted());
        let mut ran = Ran::default();
        let mut eval = Eval::new(compiled, &report.sources, state, &interrupt);
        eval.watch = self.watch(outside.as_ref().map(|outside| outside as &dyn Reach));
        ran.problems = eval.bind();
        if ran.problems.is_empty() {
            let told = &report.diagnostics;
            if let Some(listener) = listener.as_deref_mut() {
                let settled = told.iter().position(lint::is_measured).unwrap_or(told.len());
                listener.begins(&report.sources, told, settled);
            }
            self.answered(&mut eval, (true, listener), |span| span.source == id, told, &mut ran);
        }
        ran
    }

    /// What is measured, and with which clock.
    fn watch<'o>(&self, outside: Option<&'o dyn Reach>) -> Watch<'o> {
        Watch { outside, timings: self.settings.timings, plans: self.settings.plans, ..Watch::default() }
    }

    /// The answers, and what the values show.
    fn answered(
        &mut self,
        eval: &mut Eval,
        (first, listener): (bool, Option<&mut dyn ask::Listener>),
        asked: impl Fn(Span) -> bool,
        warned: &[Diagnostic],
        ran: &mut Ran,
    ) {
        let (answers, problems) = ask::answer(eval, self.digits(), (first, self.settings.hints), &asked, listener);
        ran.answers.extend(answers);
        self.history = eval.state.history.clone();
        ran.timings = std::mem::take(&mut eval.watch.done);
        ran.plans = std::mem::take(&mut eval.watch.shown);
        let stopped = problems.iter().any(|problem| problem.code == "nnlang::session::interrupted");
        ran.problems.extend(problems);
        if stopped {
            return;
        }
        ran.facts = lint::measured(eval, &asked, warned);
        let mut found = lint::after(eval, first, asked);
        found.retain(|problem| !self.warned.contains(&problem.title));
        if !found.is_empty() {
            Arc::make_mut(&mut self.warned).extend(found.iter().map(|problem| problem.title.clone()));
        }
        ran.problems.extend(found);
    }

    /// Evaluates what changed and what is new, and tells what differs. `known` has the values after it.
    #[allow(clippy::too_many_arguments, reason = "each is another part of what is taken in")]
    fn follow(
        &self,
        eval: &mut Eval,
        known: &mut Values,
        order: &[(Arc<str>, NodeId)],
        border: &[(Arc<str>, NodeId)],
        text: &Text<'_>,
        place: Span,
        outside: Option<&dyn Outside>,
    ) -> Result<Change, Box<Diagnostic>> {
        let merged = text.merged;
        // Where a dimension has another size everything may be another.
        let everything = !text.lost.is_empty() || text.before.sizes != sizes(eval);
        let all: Vec<(Arc<str>, NodeId)>;
        let order = if everything {
            all = definitions(eval.compiled, 0);
            &all
        } else {
            order
        };
        let concerned = |name: &Arc<str>| everything || merged.affected.contains(name);
        let mut names: Vec<(Arc<str>, NodeId)> = order.iter().filter(|(name, _)| concerned(name)).cloned().collect();
        for (name, node) in border.iter().filter(|_| !everything) {
            match known.get(name) {
                Some(value) => eval.know(*node, value),
                // Computed on the way, and remembered.
                None => names.push((name.clone(), *node)),
            }
        }
        let new = change::values(eval, &names, place)?;
        let mut change = Change::default();
        if merged.changes() || !text.lost.is_empty() {
            let names: Vec<Arc<str>> = names.iter().map(|(name, _)| name.clone()).collect();
            let mut old = text.before.values.clone();
            if let (true, Some(before), Some(outside)) = (everything, &text.before.session, outside) {
                old.extend(before.values(&names, outside)?);
            }
            let (answer, told) = change::answer(&names, &old, &new, self.digits());
            change.told.extend(told);
            change.answer = answer.map(|answer| Answer {
                statement: eval.sources.in_line(place),
                line: eval.sources.line(place),
                ..answer
            });
        }
        if everything {
            known.clear();
        } else if !merged.redefined.is_empty() || merged.changes() {
            known.retain(|name, _| !concerned(name));
        }
        known.extend(new);
        Ok(change)
    }

    /// Takes in where the parameters were moved to; were they?
    fn moves(&mut self, eval: &Eval, lost: &[(Arc<str>, &'static str)], redefines: bool) -> bool {
        let moved: Vec<(Arc<str>, Arc<Tensor>)> = eval
            .moved
            .iter()
            .filter_map(|def| Some((eval.compiled.def(*def).name.clone(), eval.state.values.get(def)?.clone())))
            .collect();
        if moved.is_empty() && lost.is_empty() && (!redefines || self.moved.values.is_empty()) {
            return false;
        }
        let own = Arc::make_mut(&mut self.moved);
        own.loose |= redefines && !own.values.is_empty();
        own.values.retain(|name, _| !lost.iter().any(|(lost, _)| lost == name));
        own.loose &= !own.values.is_empty();
        let moves = !moved.is_empty();
        if moves {
            self.state = Arc::default();
        }
        own.values.extend(moved);
        moves
    }
}

/// The names in the expressions whose value the text asks for.
fn shown(merged: &Merged) -> Vec<Arc<str>> {
    let asks = merged.items.iter().filter(|kept| matches!(kept.item.statement, ast::Statement::Show(_)));
    asks.flat_map(|kept| kept.mentions.iter().filter(|name| kept.uses.contains(name)).cloned()).collect()
}

/// The names of the program with their nodes, from a definition on.
fn definitions(compiled: &Compiled, from: usize) -> Vec<(Arc<str>, NodeId)> {
    let own = compiled.defs.iter().skip(from).filter(|def| def.kind != DefKind::Local);
    own.map(|def| (def.name.clone(), def.node)).collect()
}

/// The nodes of the names that a text changes or brings, in order, and of those that these use.
fn changed(space: &mut Space, merged: &Merged, defines: bool) -> (Vec<(Arc<str>, NodeId)>, Vec<(Arc<str>, NodeId)>) {
    if !defines {
        return (vec![], vec![]);
    }
    let compiled = space.checked.compiled();
    let from = if merged.held.is_empty() { 0 } else { compiled.seen.defs };
    let mut order = definitions(compiled, from);
    order.retain(|(name, _)| merged.affected.contains(name));
    let border = merged.border.iter();
    let border = border.filter_map(|name| Some((name.clone(), space.checked.node(name)?))).collect();
    (order, border)
}
