//! A text applied: parsed, merged with what holds, checked, run, and what the session is after it.

use super::files::Files;
use super::names::Kept;
use super::order::{self, Merged};
use super::{Mode, Report, Session, arrive, errors};
use crate::ask;
use crate::diag::{Diagnostic, Level};
use crate::lint;
use crate::lower::{self, Compiled, ItemKind};
use crate::outside::Outside;
use crate::resolve;
use crate::source::{Source, SourceId, Span};
use crate::syntax::{self, ast};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

impl Session {
    pub(super) fn work(&self, name: &str, text: &str, outside: &mut dyn Outside, mode: Mode) -> (Session, Report) {
        let mut report = Report::default();
        let mut sources = self.sources.clone();
        let first = self.items.is_empty();
        let id = sources.add(Source::new(name, text));
        let (program, mut problems) = syntax::parse(&sources, id);
        let mut new = program.items;
        if first {
            problems.extend(arrive::replace_leaves(&mut sources, &mut new, &self.settings.set));
        }
        let own = sources.len();
        let reads = new.iter().any(|item| matches!(item.statement, ast::Statement::Use(_)));
        // What nothing is added to afterwards is not kept statement by statement.
        let alone = first && matches!(mode, Mode::Once | Mode::Check);
        let mut merged = if alone { Merged::default() } else { order::merge(&self.items, std::mem::take(&mut new)) };
        let refused = !merged.problems.is_empty();
        problems.append(&mut merged.problems);
        let mut files = Files { outside: Some(outside), read: self.read.clone() };
        if reads {
            files.read.forget_texts();
        }
        let mut compiled = Compiled::default();
        if !refused {
            let taking = merged.items.iter().zip(&merged.fresh).filter(|(kept, fresh)| **fresh || !kept.is_question());
            let items: Vec<&ast::Item> = taking.map(|(kept, _)| &kept.item).chain(&new).collect();
            let (resolved, found) = resolve::resolve(&mut sources, &items, &mut files);
            problems.extend(found);
            // A long program's statements take as much room as its graph.
            drop(items);
            drop(new);
            let (program, found) = lower::lower(&sources, &resolved, &self.settings.options());
            problems.extend(found);
            drop(resolved);
            compiled = program;
            problems.extend(ask::not_built(&compiled));
            problems.extend(ask::unfit(&compiled, &sources));
            let whole = !problems.iter().any(Diagnostic::is_error);
            problems.extend(lint::all(&compiled, &sources, whole));
        }
        if name == "<prompt>" {
            problems.iter_mut().for_each(|problem| errors::not_yet(problem, &sources));
        }
        sort(&mut problems);
        // What was warned of once is not said again at every statement.
        problems.retain(|problem| problem.is_error() || problem.span().is_none_or(|span| span.source == id));
        let wrong = problems.iter().any(Diagnostic::is_error);
        report.sources = sources.clone();
        if wrong && !refused {
            explain_refusal(&mut problems, id, &merged);
        }
        report.diagnostics = problems;
        if wrong || mode == Mode::Check {
            return (self.clone(), report);
        }
        let mut state = self.state(&compiled);
        let mut next = self.clone();
        if mode != Mode::Define {
            let arrived = self.arrive(&compiled, &mut state, &mut files);
            if !arrived.is_empty() {
                report.diagnostics.extend(arrived);
                return (self.clone(), report);
            }
            let items = merged.items.iter().zip(&merged.fresh);
            let new: FxHashSet<&str> =
                items.filter(|(_, fresh)| **fresh).flat_map(|(kept, _)| &kept.defines).map(|name| &**name).collect();
            let lost = self.restore(&compiled, &mut state, &|name| {
                new.contains(name) || name.split_once('.').is_some_and(|(head, _)| new.contains(head))
            });
            next.read = files.read.clone();
            let warned = &report.diagnostics;
            let ran = next.run(&mut compiled, &sources, state, &merged, id, files.outside.as_deref(), &lost, warned);
            report.answers = ran.answers;
            for (span, fact) in ran.facts {
                let told = report.diagnostics.iter_mut().find(|problem| problem.span() == Some(span));
                told.into_iter().for_each(|problem| problem.because.push(fact.clone()));
            }
            report.diagnostics.extend(ran.problems);
            if name == "<prompt>" {
                report.diagnostics.iter_mut().for_each(|problem| errors::not_yet(problem, &report.sources));
            }
            report.interrupted =
                report.diagnostics.iter().any(|problem| problem.code == "nnlang::session::interrupted");
            if ran.refused || report.interrupted {
                return (self.clone(), report);
            }
        }
        if mode == Mode::Once {
            next.compiled = Arc::new(compiled);
            return (next, report);
        }
        // Steps that moved something belong to the program; where they no longer say where the parameters are, they go.
        let moved = !Arc::ptr_eq(&next.moved, &self.moved);
        let gone = moved && (next.moved.loose || next.moved.values.is_empty());
        let stays = |(kept, fresh): &(&Arc<Kept>, &bool)| match (kept.is_question(), **fresh) {
            (false, _) => true,
            (true, false) => !(gone && kept.is_step()),
            (true, true) if kept.is_step() => moved && !gone && (mode == Mode::Load || mode == Mode::Run),
            (true, true) => mode == Mode::Load,
        };
        let grows = moved || merged.items.iter().zip(&merged.fresh).any(|pair| *pair.1 && stays(&pair));
        if !grows {
            // A question alone leaves everything as it is.
            let Session { values, sizes, read, warned, .. } = next;
            return (Session { values, sizes, read, warned, ..self.clone() }, report);
        }
        let mut items: Vec<Arc<Kept>> =
            merged.items.iter().zip(&merged.fresh).filter(stays).map(|(kept, _)| kept.clone()).collect();
        settle_layers(&mut items, &compiled);
        if first {
            next.trailing = Arc::new(program.trailing.iter().map(|trivia| (id, *trivia)).collect());
        }
        sources.truncate(own);
        next.sources = sources;
        next.items = Arc::new(items);
        if merged.defines || mode == Mode::Define {
            next.compiled = Arc::new(compiled);
            next.whole = report.sources.clone();
        }
        (next, report)
    }
}

/// The names that layers define, as the compiled program has them.
fn settle_layers(items: &mut [Arc<Kept>], compiled: &Compiled) {
    if !items.iter().any(|kept| kept.layer().is_some()) {
        return;
    }
    let mut names: FxHashMap<Span, Vec<Arc<str>>> = FxHashMap::default();
    for item in &compiled.items {
        if let ItemKind::Define(def) = item.kind {
            names.entry(item.span).or_default().push(compiled.def(def).name.clone());
        }
    }
    for kept in items.iter_mut().filter(|kept| kept.layer().is_some()) {
        if let Some(names) = names.get(&kept.item.span).filter(|names| **names != kept.defines) {
            Arc::make_mut(kept).defines.clone_from(names);
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

/// In the order of their places; errors of one place before warnings.
fn sort(problems: &mut [Diagnostic]) {
    problems.sort_by_key(|problem| {
        let place = problem.span().map(|span| (span.source, span.start));
        (place.is_none(), place, problem.level != Level::Error)
    });
}
