//! Recurrences: which of them take part in each other's equations, and what their names are inside.

use super::hir::{self, Equation, GlobalId, GlobalKind, ItemKind, Recurrence};
use super::{Cx, Frame, errors, statement};
use crate::source::Span;
use crate::syntax::ast;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

/// A recurrence and those right below it that it stands on, or that these do: names with the same index.
pub(super) fn together<'r>(
    first: &'r ast::Recurrence,
    rest: impl Iterator<Item = &'r ast::Recurrence>,
) -> Vec<&'r ast::Recurrence> {
    let run: Vec<&ast::Recurrence> =
        std::iter::once(first).chain(rest.take_while(|other| other.index.text == first.index.text)).collect();
    let (mut last, mut at) = (0, 0);
    while at <= last {
        for (later, other) in run.iter().enumerate().skip(last + 1) {
            if statement::mentions(&run[at].value, &other.name.text) {
                last = later;
            }
        }
        at += 1;
    }
    run[..=last].to_vec()
}

impl Cx<'_> {
    /// Recurrences at the top of the program.
    pub(super) fn program_recurrence(&mut self, group: &[&ast::Recurrence], span: Span) {
        let (range, starts) = self.around(group);
        self.frames.push(Frame { names: HashMap::default(), dims: HashMap::default(), size: 0, function: None });
        let outer = self.within.clone();
        let (place, inside) = self.inside(group);
        self.within = outer;
        let frame = self.frames.pop().map_or(0, |frame| frame.size);
        let targets: Vec<GlobalId> = group
            .iter()
            .map(|recurrence| self.define(&recurrence.name.text, recurrence.name.span, GlobalKind::Value))
            .collect();
        let recurrence = made(group, (range, starts), (place, inside), &targets, Some(frame));
        self.push_item(span, ItemKind::Recurrence(Box::new(recurrence)));
    }

    /// A recurrence among the equations of a layer, where lines for other conditions may define the same name.
    pub(super) fn layer_recurrence(&mut self, recurrence: &ast::Recurrence) -> Recurrence<u32> {
        self.in_frame(&[recurrence])
    }

    /// Recurrences in the body of a function or network.
    pub(super) fn local_recurrence(&mut self, group: &[&ast::Recurrence]) -> Recurrence<u32> {
        for recurrence in group {
            let name: Arc<str> = recurrence.name.text.as_str().into();
            if self.frames.last().is_some_and(|frame| frame.names.contains_key(&name)) {
                self.report(errors::twice(&name, recurrence.name.span, recurrence.name.span, false));
            }
        }
        self.in_frame(group)
    }

    fn in_frame(&mut self, group: &[&ast::Recurrence]) -> Recurrence<u32> {
        let (range, starts) = self.around(group);
        let index: Arc<str> = group[0].index.text.as_str().into();
        let hidden = self.frames.last().and_then(|frame| frame.names.get(&index).copied());
        let outer = self.within.clone();
        let (place, inside) = self.inside(group);
        self.within = outer;
        if let Some(frame) = self.frames.last_mut() {
            match hidden {
                Some(place) => frame.names.insert(index, place),
                None => frame.names.remove(&index),
            };
        }
        let targets: Vec<u32> = inside.iter().map(|(place, _)| *place).collect();
        made(group, (range, starts), (place, inside), &targets, None)
    }

    /// What stands outside the equations: the range and the starts.
    fn around(&mut self, group: &[&ast::Recurrence]) -> Around {
        let range = group.iter().find_map(|recurrence| recurrence.range.as_ref());
        let range = range.map(|range| (self.expr(range), range.span));
        let mut starts = vec![];
        for recurrence in group {
            let start = recurrence.start.as_ref().map(|start| (self.expr(start), start.span));
            starts.push((start, recurrence.carried.map(|word| (self.training(word), word))));
        }
        (range, starts)
    }

    /// The place of a name in the innermost frame, where it may have one already.
    fn place_of(&mut self, name: &Arc<str>) -> u32 {
        let known = self.frames.last().and_then(|frame| frame.names.get(name).copied());
        known.unwrap_or_else(|| self.place(name))
    }

    /// The equations, in the innermost frame: the place of the index, and each name's place and value.
    fn inside(&mut self, group: &[&ast::Recurrence]) -> (u32, Vec<(u32, hir::Expr)>) {
        let place = self.place(&group[0].index.text.as_str().into());
        let places: Vec<u32> =
            group.iter().map(|recurrence| self.place_of(&recurrence.name.text.as_str().into())).collect();
        let mut out = vec![];
        for (recurrence, place) in group.iter().zip(places) {
            self.within = Some(recurrence.name.text.as_str().into());
            out.push((place, self.expr(&recurrence.value)));
        }
        (place, out)
    }
}

type Around = (Option<(hir::Expr, Span)>, Vec<(Option<(hir::Expr, Span)>, Option<(GlobalId, Span)>)>);

fn made<N: Copy>(
    group: &[&ast::Recurrence],
    (range, starts): Around,
    (place, inside): (u32, Vec<(u32, hir::Expr)>),
    targets: &[N],
    frame: Option<u32>,
) -> Recurrence<N> {
    let equations = group.iter().zip(starts).zip(inside).zip(targets);
    let equations = equations.map(|(((recurrence, (start, carried)), (place, value)), target)| Equation {
        name: recurrence.name.text.as_str().into(),
        span: recurrence.name.span,
        head: recurrence.name.span.to(recurrence.index.span),
        target: *target,
        place,
        axis: recurrence.axis,
        value,
        value_span: recurrence.value.span,
        start,
        carried,
    });
    Recurrence { index: group[0].index.clone(), place, range, equations: equations.collect(), frame }
}
