//! Lines that are to be filled in, `dz2 = ?`: which of them a name or a question waits for.

use super::{Cx, ItemKind, Value};
use crate::resolve::hir::{self, Callee, FunctionId, GlobalId, Kind, LocalItem};
use crate::source::Span;

impl Cx<'_> {
    /// After a statement: the names that it defines and that have no value wait for a line.
    pub(super) fn waits(&mut self, item: &hir::Item) {
        let mut defined: Vec<(GlobalId, Option<Span>)> = vec![];
        match &item.kind {
            hir::ItemKind::Define { global, value, .. } => defined.push((*global, self.yours(*value))),
            hir::ItemKind::Declare(declared) => {
                let line = declared.value.and_then(|value| self.yours(value));
                defined.push((declared.global, line));
            }
            hir::ItemKind::Recurrence(recurrence) => {
                let exprs = recurrence.equations.iter().flat_map(|equation| {
                    [Some(equation.value), equation.start.map(|(start, _)| start)].into_iter().flatten()
                });
                let line = exprs.filter_map(|expr| self.yours(expr)).min_by_key(|span| span.start);
                defined.extend(recurrence.equations.iter().map(|equation| (equation.target, line)));
            }
            hir::ItemKind::Layer(_)
            | hir::ItemKind::Own(_)
            | hir::ItemKind::Show(_)
            | hir::ItemKind::Heading(_)
            | hir::ItemKind::Ask(_) => {}
        }
        for (global, line) in defined {
            let poisoned = matches!(self.values.get(global.0 as usize), Some(Some(Value::Poison)));
            if let Some(line) = line.filter(|_| poisoned) {
                self.waiting.insert(global, line);
                let name = self.program.global(global).name.clone();
                self.push_item(item.span, ItemKind::Blank(name, line));
            }
        }
    }

    /// The first line to be filled in that an expression without a value waits for. What is wrong in another way was reported,
    /// and nothing runs then.
    pub(super) fn yours(&self, expr: hir::Expr) -> Option<Span> {
        if self.out.blanks.is_empty() {
            return None;
        }
        let mut first: Option<Span> = None;
        let mut found = |span: Span| {
            if first.is_none_or(|first| (span.source, span.start) < (first.source, first.start)) {
                first = Some(span);
            }
        };
        let mut seen: Vec<FunctionId> = vec![];
        let mut exprs = vec![expr];
        while let Some(expr) = exprs.pop() {
            for at in expr.start..=expr.root.0 {
                let hir = &self.program.arena[at as usize];
                match &hir.kind {
                    Kind::Blank => found(hir.span),
                    Kind::Global(global) => {
                        if let Some(span) = self.waiting.get(global) {
                            found(*span);
                        }
                    }
                    Kind::Call(Callee::Function(id), _) | Kind::Slope(Callee::Function(id), ..)
                        if !seen.contains(id) =>
                    {
                        seen.push(*id);
                        let function = &self.program.functions[id.0 as usize];
                        exprs.push(function.value);
                        for local in &function.locals {
                            match local {
                                LocalItem::Define(local) => exprs.push(local.value),
                                LocalItem::Recurrence(inner) => {
                                    exprs.extend(inner.equations.iter().map(|equation| equation.value));
                                }
                            }
                        }
                        if let Some(slope) = function.slope {
                            exprs.push(self.program.functions[slope.0 as usize].value);
                        }
                    }
                    _ => {}
                }
            }
        }
        // What a layer or a network makes of it waits for the first of the program.
        first.or_else(|| self.out.blanks.first().copied())
    }
}
