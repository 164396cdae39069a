//! Calls: of operators, functions, networks and transformations, and what stands in their brackets.

use super::hir::{Arg, Callee, Each, GlobalKind, HirId, Kind, Transform};
use super::name::CONSTANTS;
use super::{Cx, errors};
use crate::few::Few;
use crate::graph::Is;
use crate::graph::Role;
use crate::ops;
use crate::source::Span;
use crate::syntax::ast;
use std::sync::Arc;

/// The transformations that are written as calls.
pub const TRANSFORMS: &[(&str, Transform)] = &[
    ("grad", Transform::Grad),
    ("jacobian", Transform::Jacobian),
    ("hessian", Transform::Hessian),
    ("jvp", Transform::Jvp),
    ("hvp", Transform::Hvp),
];

/// What reduces over an index.
const REDUCTIONS: &[&str] = &["sum", "prod", "mean", "max", "min"];

impl Cx<'_> {
    /// What a called name is.
    pub(super) fn callee(&mut self, name: &str, span: Span, bracket: Span) -> Option<Callee> {
        if self.bending && name == "bend" {
            return Some(Callee::Bend);
        }
        if self.local(name).is_some() {
            let builtin = ops::find(name).is_some() || crate::prelude::source_of(name).is_some();
            self.report(errors::not_a_function(name, span, bracket, builtin));
            return None;
        }
        if let Some(id) = self.scope.get(name).copied() {
            return match self.program.global(id).kind {
                GlobalKind::Function(id) => {
                    self.drawing |= self.program.function(id).draws;
                    Some(Callee::Function(id))
                }
                GlobalKind::Network(id) => Some(Callee::Network(id)),
                GlobalKind::Broken => None,
                GlobalKind::Value | GlobalKind::Dimension => {
                    let builtin = ops::find(name).is_some() || crate::prelude::source_of(name).is_some();
                    self.report(errors::not_a_function(name, span, bracket, builtin));
                    None
                }
            };
        }
        if let Some(op) = ops::find(name)
            && op.notation != crate::graph::Notation::Special
        {
            self.drawing |= op.role == Role::Draw;
            return Some(Callee::Op(op));
        }
        if let Some(id) = self.prelude(name) {
            self.drawing |= self.program.function(id).draws;
            return Some(Callee::Function(id));
        }
        let recursive = self.frames.iter().any(|frame| frame.function.as_deref() == Some(name));
        let problem = if recursive {
            errors::recursive(name, span)
        } else if let Some(defined) = self.later(name)
            && (defined.source != span.source || defined.start > span.start)
        {
            // Asked for at most a hundred times, as suggestions are.
            self.unknown += 1;
            let caller = if self.unknown > 100 { None } else { self.calls_back(name) };
            match caller {
                Some((own, told)) => {
                    let problem = errors::circular(&own, name, span, defined);
                    self.circles.insert(own);
                    if told {
                        return None;
                    }
                    problem
                }
                None => errors::early(name, span, defined),
            }
        } else if let Some(alias) = self.modules.get(name).copied() {
            errors::file_alone(name, span, alias)
        } else if CONSTANTS.iter().any(|(constant, _)| *constant == name) {
            errors::not_a_function(name, span, bracket, false)
        } else {
            let nearest = match crate::resolve::foreign::function(name) {
                Some(here) => Some(here.to_string()),
                None => self
                    .behind_alias(name)
                    .or_else(|| self.nearest(name, true))
                    .filter(|_| crate::resolve::foreign::form(name).is_none()),
            };
            if let Some(form) = self.statement_called(name, span, bracket) {
                self.report(errors::called_statement(name, &form, span.to(bracket)));
                return None;
            }
            if nearest.is_none() && self.lost {
                return None;
            }
            errors::unknown_function(name, name, span, nearest.as_deref())
        };
        self.report(problem);
        None
    }

    /// `check(a == 1)` on a line of its own: how the statement is written.
    fn statement_called(&self, name: &str, span: Span, bracket: Span) -> Option<String> {
        crate::statements::find(name)?;
        let text = &self.sources.get(span.source).text;
        let before = text.get(..span.start as usize)?.trim_end_matches([' ', '\t']);
        let after = text.get(bracket.end as usize..)?.trim_start_matches([' ', '\t', '\r']);
        let alone = (before.is_empty() || before.ends_with(['\n', ';']))
            && (after.is_empty() || after.starts_with(['\n', ';', '#']));
        let inside = text.get(bracket.start as usize + 1..(bracket.end as usize).checked_sub(1)?)?.trim();
        // `step(1)` is the function of other pages.
        let number = moves_by(name) && inside.parse::<f64>().is_ok();
        if !alone || number || inside.contains('\n') {
            return None;
        }
        Some(match inside.rsplit_once(',') {
            _ if inside.is_empty() => name.to_string(),
            Some((what, by)) if moves_by(name) => format!("{name} {} by {}", what.trim(), by.trim()),
            _ => format!("{name} {inside}"),
        })
    }

    pub(super) fn call(
        &mut self,
        name: &str,
        span: Span,
        primes: u32,
        args: &[ast::Arg],
        bracket: Span,
        whole: Span,
    ) -> HirId {
        if primes == 0
            && self.local(name).is_none()
            && !self.scope.contains_key(name)
            && let Some(transform) = transform(name)
        {
            return self.transform(transform, args, whole);
        }
        let Some(callee) = self.callee(name, span, bracket) else {
            // The arguments may hold mistakes of their own.
            for arg in args {
                if let ast::ArgValue::Expr(expr) = &arg.value {
                    self.tree(expr);
                }
            }
            return self.push(Kind::Broken, whole);
        };
        if let [ast::Arg { name: None, value: ast::ArgValue::Each(each) }] = args {
            return match callee {
                Callee::Op(op) if REDUCTIONS.contains(&op.name) && primes == 0 => self.each(Some(op), each, whole),
                _ => self.broken(errors::comprehension_of(name, whole), whole),
            };
        }
        let mut out = Vec::with_capacity(args.len());
        for arg in args {
            match &arg.value {
                ast::ArgValue::Expr(expr) => {
                    let value = self.tree(expr);
                    out.push(Arg { name: arg.name.clone(), value });
                }
                ast::ArgValue::Each(each) => {
                    let reduces = matches!(callee, Callee::Op(op) if REDUCTIONS.contains(&op.name));
                    self.report(match reduces {
                        true => errors::comprehension_alone(name, whole),
                        false => errors::comprehension_of(name, whole),
                    });
                    let value = self.each(None, each, whole);
                    out.push(Arg { name: arg.name.clone(), value });
                }
            }
        }
        if primes > 0 {
            return self.push(Kind::Slope(callee, primes, out.into()), whole);
        }
        if let Callee::Op(op) = callee
            && op.is == Is::Arange
            && let Some(id) = self.spelled_range(&out, whole)
        {
            return id;
        }
        // `max(a, b, c)` of more than one argument is elementwise.
        if let Callee::Op(op) = callee
            && let pair = ops::of_two(op)
            && pair != op
            && out.iter().filter(|arg| arg.name.is_none()).count() > 1
            && out.iter().all(|arg| arg.name.is_none())
        {
            let mut values = out.into_iter().map(|arg| arg.value);
            if let Some(first) = values.next() {
                return values
                    .fold(first, |left, right| self.push(Kind::Apply(pair, Few::from_slice(&[left, right])), whole));
            }
            return self.push(Kind::Broken, whole);
        }
        self.push(Kind::Call(callee, out.into()), whole)
    }

    /// `arange(start, stop, step)`, another spelling of `start..stop step step`; not where it says only how many.
    fn spelled_range(&mut self, args: &[Arg], whole: Span) -> Option<HirId> {
        let mut slots: [Option<HirId>; 3] = [None; 3];
        for (i, arg) in args.iter().enumerate() {
            let named = |name: &ast::Name| ["start", "stop", "step"].iter().position(|word| *word == name.text);
            let at = arg.name.as_ref().map_or(Some(i), named)?;
            if slots.get_mut(at)?.replace(arg.value).is_some() {
                return None;
            }
        }
        let (start, stop, step) = match slots {
            [Some(start), Some(stop), step] => (start, stop, step),
            [Some(stop), None, Some(step)] | [None, Some(stop), Some(step)] => {
                (self.push(Kind::Number(0.0), whole), stop, Some(step))
            }
            _ => return None,
        };
        Some(self.push(Kind::Range(start, stop, step), whole))
    }

    fn transform(&mut self, transform: Transform, args: &[ast::Arg], whole: Span) -> HirId {
        let wants = match transform {
            Transform::Grad | Transform::Jacobian | Transform::Hessian => 2,
            Transform::Jvp | Transform::Hvp => 3,
        };
        let mut values = vec![];
        for arg in args {
            if let (None, ast::ArgValue::Expr(expr)) = (&arg.name, &arg.value) {
                values.push(self.tree(expr));
            }
        }
        if values.len() != wants || args.len() != wants {
            return self.broken(errors::transform_arguments(transform, whole), whole);
        }
        let by = values[1];
        let is_name = matches!(
            self.program.hir(by).kind,
            Kind::Global(_) | Kind::Local(_) | Kind::NetworkField(..) | Kind::Field(..) | Kind::Broken | Kind::Blank
        );
        if !is_name {
            let span = self.program.hir(by).span;
            return self.broken(errors::by_what(span), whole);
        }
        self.push(Kind::Transform(transform, values.into()), whole)
    }

    pub(super) fn each(
        &mut self,
        reduction: Option<&'static crate::graph::OpDef>,
        each: &ast::Comprehension,
        span: Span,
    ) -> HirId {
        let range = self.tree(&each.range);
        let jump = self.push(Kind::Jump(0), span);
        let name: Arc<str> = each.index.text.as_str().into();
        // An index lives in the frame around it, or in one of its own at the top of the program.
        let own = self.frames.is_empty();
        if own {
            self.frames.push(super::Frame {
                names: Default::default(),
                dims: Default::default(),
                size: 0,
                function: None,
            });
        }
        let hidden = self.frames.last().and_then(|frame| frame.names.get(&name).copied());
        let index = self.place(&name);
        let body = match each.rest.split_first() {
            // Further indices are inside: `sum(… for i in a, j in b)` sums over `i` what sums over `j`.
            Some(((index, range), rest)) => {
                let (index, range, rest) = (index.clone(), range.clone(), rest.to_vec());
                let inner = ast::Comprehension { value: each.value.clone(), index, range, rest };
                let start = self.program.arena.len() as u32;
                let root = self.each(reduction, &inner, span);
                super::hir::Expr { start, root }
            }
            None => self.expr(&each.value),
        };
        if let Some(frame) = self.frames.last_mut() {
            match hidden {
                Some(place) => frame.names.insert(name.clone(), place),
                None => frame.names.remove(&name),
            };
        }
        if own {
            self.frames.pop();
        }
        let end = self.program.arena.len() as u32;
        self.program.arena[jump.0 as usize].kind = Kind::Jump(end);
        self.push(Kind::Each(Box::new(Each { reduction, index, name, body, range })), span)
    }
}

/// The transformation of a name.
pub fn transform(name: &str) -> Option<Transform> {
    TRANSFORMS.iter().find(|(word, _)| *word == name).map(|(_, transform)| *transform)
}

/// Is it the word of a question that moves something by an amount?
fn moves_by(word: &str) -> bool {
    use crate::statements::{ALL, Clause};
    ALL.iter().any(|statement| statement.word == word && statement.has(Clause::By))
}
