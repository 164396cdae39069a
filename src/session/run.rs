//! Evaluates what a text brings: what it changes, and its answers.

use super::change;
use super::order::Merged;
use super::{Answer, Session, sizes};
use crate::ask;
use crate::diag::Diagnostic;
use crate::eval::{Eval, State};
use crate::graph::NodeId;
use crate::lint;
use crate::lower::{Compiled, DefKind};
use crate::outside::Outside;
use crate::source::{SourceId, Sources, Span};
use crate::tensor::Tensor;
use crate::view::{Doc, Line};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// What running came to.
#[derive(Default)]
pub(super) struct Ran {
    pub answers: Vec<Answer>,
    pub problems: Vec<Diagnostic>,
    /// What the values add to the warnings that were given before.
    pub facts: Vec<(Span, String)>,
    /// The data does not fit: nothing is taken in.
    pub refused: bool,
}

impl Session {
    /// Evaluates: what changed, and the answers. The values and moved parameters of `self` become those after it.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn run(
        &mut self,
        compiled: &mut Compiled,
        sources: &Sources,
        state: State,
        merged: &Merged,
        id: SourceId,
        outside: Option<&dyn Outside>,
        lost: &[(Arc<str>, &'static str)],
        warned: &[Diagnostic],
    ) -> Ran {
        let mut ran = Ran::default();
        let first = self.items.is_empty();
        let interrupt = || outside.is_some_and(|outside| outside.interrupted());
        let place = merged.items.iter().zip(&merged.fresh).find(|(kept, fresh)| **fresh && !kept.is_question());
        let place = place.map(|(kept, _)| kept.item.span);
        // The names that may have changed; a first text changes none.
        let known = if first { &[][..] } else { &compiled.defs };
        let order: Vec<(Arc<str>, NodeId)> =
            known.iter().filter(|def| def.kind != DefKind::Local).map(|def| (def.name.clone(), def.node)).collect();
        let nodes = if first { Default::default() } else { change::by_name(compiled) };
        let mut eval = Eval::new(compiled, sources, state, &interrupt);
        let unfit = eval.bind();
        if !unfit.is_empty() {
            ran.problems = unfit;
            ran.refused = true;
            return ran;
        }
        let now = sizes(&eval);
        let mut told: FxHashSet<Arc<str>> = FxHashSet::default();
        if let (Some(place), false) = (place, first) {
            let follows = !merged.redefined.is_empty() || !lost.is_empty() || merged.rules_anew();
            let mut everything = !lost.is_empty();
            let known = (self.values.clone(), self.sizes.clone());
            let (mut old, mut before) = ((*known.0).clone(), (*known.1).clone());
            let mut wanted: Vec<Arc<str>> = order
                .iter()
                .map(|(name, _)| name)
                .filter(|name| everything || merged.affected.contains(*name))
                .cloned()
                .collect();
            wanted.extend(merged.border.iter().cloned());
            for _ in 0..if follows { 2 } else { 0 } {
                match outside.map(|outside| self.evaluated(&wanted, outside)) {
                    Some(Ok(found)) => (old, before) = found,
                    Some(Err(problem)) if problem.code == "nnlang::session::interrupted" => {
                        ran.problems.push(*problem);
                        return ran;
                    }
                    Some(Err(_)) | None => {}
                }
                // Where a dimension has another size everything may be another.
                if everything || before == now {
                    break;
                }
                everything = true;
                wanted = order.iter().map(|(name, _)| name.clone()).collect();
            }
            everything |= before != now;
            let concerned = |name: &Arc<str>| everything || merged.affected.contains(name);
            let mut names: Vec<(Arc<str>, NodeId)> =
                order.iter().filter(|(name, _)| concerned(name)).cloned().collect();
            for name in merged.border.iter().filter(|_| !everything) {
                match (old.get(name), nodes.get(name)) {
                    (Some(value), Some(node)) => eval.know(*node, value),
                    // Computed on the way, and remembered.
                    (None, Some(node)) => names.push((name.clone(), *node)),
                    (_, None) => {}
                }
            }
            match change::values(&mut eval, &names, place) {
                Ok(new) => {
                    if follows {
                        let names: Vec<Arc<str>> = names.iter().map(|(name, _)| name.clone()).collect();
                        let (answer, scalars) = change::answer(&names, &old, &new, self.digits());
                        told.extend(scalars);
                        ran.answers.extend(answer.map(|answer| Answer {
                            statement: sources.text(place).split_whitespace().collect::<Vec<_>>().join(" "),
                            line: sources.line(place),
                            ..answer
                        }));
                    }
                    let mut values = old;
                    values.retain(|name, _| nodes.contains_key(name) && !concerned(name));
                    values.extend(new);
                    self.values = Arc::new(values);
                    self.sizes = Arc::new(now);
                }
                Err(problem) => {
                    ran.problems.push(*problem);
                    return ran;
                }
            }
        }
        for (name, why) in lost {
            let doc = Doc::line(Line::new().name(&**name).note(format!(" starts anew: {why}")));
            ran.answers.push(Answer { statement: name.to_string(), line: 1, doc, facts: vec![] });
        }
        // What the changes have told is not told again.
        let silent: FxHashSet<Span> = merged
            .items
            .iter()
            .filter(|kept| !kept.defines.is_empty() && kept.defines.iter().all(|name| told.contains(name)))
            .map(|kept| kept.item.span)
            .collect();
        let asked = |span: Span| span.source == id && !silent.contains(&span);
        let (answers, problems) = ask::answer(&mut eval, self.digits(), first, asked);
        ran.answers.extend(answers);
        let stopped = problems.iter().any(|problem| problem.code == "nnlang::session::interrupted");
        ran.problems.extend(problems);
        if !stopped {
            ran.facts = lint::measured(&mut eval, asked, warned);
            let mut found = lint::after(&mut eval, first, asked);
            found.retain(|problem| !self.warned.contains(&problem.title));
            Arc::make_mut(&mut self.warned).extend(found.iter().map(|problem| problem.title.clone()));
            ran.problems.extend(found);
        }
        let moved: Vec<(Arc<str>, Arc<Tensor>)> = eval
            .moved
            .iter()
            .filter_map(|def| Some((eval.compiled.def(*def).name.clone(), eval.state.values.get(def)?.clone())))
            .collect();
        let redefines = place.is_some() && !first;
        if !moved.is_empty() || !lost.is_empty() || (redefines && !self.moved.values.is_empty()) {
            let own = Arc::make_mut(&mut self.moved);
            own.loose |= redefines && !own.values.is_empty();
            own.values.retain(|name, _| !lost.iter().any(|(lost, _)| lost == name));
            own.loose &= !own.values.is_empty();
            if !moved.is_empty() {
                self.values = Arc::default();
            }
            own.values.extend(moved);
        }
        ran
    }
}
