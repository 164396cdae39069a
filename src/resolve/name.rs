//! Names: a value, a function, something behind a dot, or the nearest known one.

use super::call::transform;
use super::hir::{GlobalKind, HirId, Kind};
use super::{Cx, errors};
use crate::ops;
use crate::source::Span;
use crate::syntax::ast::{self, Part, PartKind};
use std::sync::Arc;

/// The named constants.
pub const CONSTANTS: &[(&str, f64)] =
    &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("inf", f64::INFINITY), ("nan", f64::NAN)];

/// The flag that is 1 inside `step` and `train`, and 0 elsewhere.
const TRAINING: &str = "training";

impl Cx<'_> {
    /// Is it the name of a value that is defined above?
    pub(super) fn is_value(&self, name: &str) -> bool {
        self.local(name).is_some()
            || self.scope.get(name).is_some_and(|id| {
                matches!(self.program.global(*id).kind, GlobalKind::Value | GlobalKind::Dimension | GlobalKind::Broken)
            })
    }

    /// A name and what follows it: a value, a call, a slope, something behind a dot.
    pub(super) fn named(&mut self, name: &str, span: Span, postfixes: &[Part]) -> HirId {
        let given = |part: &Part| matches!(&part.kind, PartKind::Call(args) if super::expr::is_given(args));
        // `A.sum(axis=0)` calls no name of the program.
        let called = matches!(postfixes, [Part { kind: PartKind::Field(field), .. }, Part { kind: PartKind::Call(_), .. }, ..]
            if ops::find(&field.text).is_some() && self.program.networks.is_empty());
        let plain = !self.is_value(name) || !postfixes.iter().any(given) || called;
        if plain && let Some(id) = self.method(name, span, postfixes) {
            return id;
        }
        // `net.W1`, `net.f(x)` behind an alias.
        if self.modules.contains_key(name)
            && self.local(name).is_none()
            && let Some((Part { kind: PartKind::Field(field), .. }, rest)) = postfixes.split_first()
        {
            let full = format!("{name}.{}", field.text);
            if self.scope.contains_key(full.as_str()) {
                return self.named(&full, span.to(field.span), rest);
            }
            if self.lost_modules.contains(name) {
                return self.push(Kind::Broken, span);
            }
            let known: Vec<Arc<str>> =
                self.scope.keys().filter(|k| k.starts_with(&format!("{name}."))).cloned().collect();
            let fields = known.iter().map(|known| &known[name.len() + 1..]);
            let nearest = crate::diag::nearest(&field.text, fields).map(|field| format!("{name}.{field}"));
            let problem = errors::no_field(name, &field.text, span.to(field.span), nearest.as_deref());
            return self.broken(problem, span.to(field.span));
        }
        let primes = postfixes.iter().take_while(|p| p.kind == PartKind::Prime).count();
        let asked = self.is_value(name) && postfixes.get(primes).is_some_and(given);
        if let Some(Part { kind: PartKind::Call(args), span: call_span }) = postfixes.get(primes)
            && !asked
        {
            let whole = span.to(*call_span);
            if primes > 0 && self.is_value(name) {
                let by = self.sources.text(Span { start: call_span.start + 1, end: call_span.end - 1, ..*call_span });
                let by = by.trim().to_string();
                let named = !by.is_empty() && self.is_value(&by);
                let problem = errors::slope_of_value(name, named.then_some(by.as_str()), whole);
                return self.broken(problem, whole);
            }
            let id = self.call(name, span, primes as u32, args, *call_span, whole);
            return self.postfixes(id, &postfixes[primes + 1..]);
        }
        if let Some(GlobalKind::Network(network)) = self.scope.get(name).map(|id| self.program.global(*id).kind)
            && self.local(name).is_none()
            && let Some((Part { kind: PartKind::Field(field), .. }, rest)) = postfixes.split_first()
        {
            let id = self.push(Kind::NetworkField(network, field.clone()), span.to(field.span));
            return self.postfixes(id, rest);
        }
        if primes > 0 && !self.is_value(name) && self.is_function(name) {
            return self.broken(errors::slope_without_call(name, span), span);
        }
        let base = self.value(name, span);
        self.postfixes(base, postfixes)
    }

    pub(super) fn is_function(&self, name: &str) -> bool {
        match self.scope.get(name).map(|id| self.program.global(*id).kind) {
            Some(GlobalKind::Function(_) | GlobalKind::Network(_)) => true,
            Some(GlobalKind::Value | GlobalKind::Dimension | GlobalKind::Broken) => false,
            None => ops::find(name).is_some() || crate::prelude::source_of(name).is_some() || transform(name).is_some(),
        }
    }

    /// The flag that is 1 while training.
    pub(super) fn training(&mut self, span: Span) -> super::hir::GlobalId {
        if let Some(id) = self.program.training {
            return id;
        }
        let id = super::hir::GlobalId(self.program.globals.len() as u32);
        self.program.globals.push(super::hir::Global { name: TRAINING.into(), span, kind: GlobalKind::Value });
        self.program.training = Some(id);
        id
    }

    /// The value of a name.
    pub(super) fn value(&mut self, name: &str, span: Span) -> HirId {
        if let Some(place) = self.local(name) {
            return self.push(Kind::Local(place), span);
        }
        if let Some(dim) = self.frame_dim(name) {
            return self.push(Kind::Global(dim), span);
        }
        if let Some(id) = self.scope.get(name).copied() {
            return match self.program.global(id).kind {
                GlobalKind::Value | GlobalKind::Dimension => self.push(Kind::Global(id), span),
                GlobalKind::Broken => self.push(Kind::Broken, span),
                GlobalKind::Function(_) => self.broken(errors::not_a_value(name, "function", span), span),
                GlobalKind::Network(_) => self.broken(errors::not_a_value(name, "network", span), span),
            };
        }
        match name {
            TRAINING => {
                let id = self.training(span);
                return self.push(Kind::Global(id), span);
            }
            "true" => return self.push(Kind::Flag(true), span),
            "false" => return self.push(Kind::Flag(false), span),
            "none" => return self.push(Kind::Absent, span),
            "_" => return self.push(Kind::Hole, span),
            _ => {}
        }
        if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| *constant == name) {
            return self.push(Kind::Constant(*value), span);
        }
        match self.unknown_name(name, span) {
            Some(problem) => self.broken(problem, span),
            None => self.push(Kind::Broken, span),
        }
    }

    /// Why a name has no value; silent where a file is missing that may define it.
    fn unknown_name(&mut self, name: &str, span: Span) -> Option<crate::diag::Diagnostic> {
        if self.within.as_deref() == Some(name) {
            return Some(errors::itself(name, span));
        }
        if let Some(defined) = self.later(name)
            && (defined.source != span.source || defined.start > span.start)
        {
            return Some(errors::early(name, span, defined));
        }
        if let Some(alias) = self.modules.get(name).copied() {
            return Some(errors::file_alone(name, span, alias));
        }
        if let Some(of) = name.strip_prefix('d').or_else(|| name.strip_prefix('∂'))
            && self.is_value(of)
        {
            if let Some(problem) = self.differential_again(of, span) {
                return Some(problem);
            }
            let goal = self.last_scalar.clone();
            // `dJ`, where `J` is the goal itself, wants what it is by.
            let by = match goal.as_deref() == Some(of) {
                true => self.program.globals.iter().find(|global| global.kind == GlobalKind::Value),
                false => None,
            };
            return Some(match by.filter(|by| *by.name != *of) {
                Some(by) => errors::lone_differential(name, of, span, of, &by.name),
                None => errors::lone_differential(name, of, span, goal.as_deref().unwrap_or("J"), of),
            });
        }
        if self.is_function(name) {
            return Some(errors::not_a_value(name, "function", span));
        }
        if let Some(parts) = self.split(name) {
            return Some(errors::product_of_names(name, &parts, self.binds_tighter(span), span));
        }
        let known = crate::resolve::foreign::constant(name).map(str::to_string).or_else(|| self.behind_alias(name));
        let nearest = known.or_else(|| self.nearest(name, false));
        if nearest.is_none() && self.lost {
            return None;
        }
        if let (None, Some(word)) = (&nearest, crate::syntax::WORDS.iter().find(|word| word.word == name)) {
            // `assert -x == 3`: the mark made the word a name.
            let text = &self.sources.get(span.source).text;
            let rest = text.get(span.end as usize..).unwrap_or("");
            let tail = rest.trim_start();
            let minus = tail.chars().next().filter(|c| matches!(c, '-' | '−'));
            if let ("layer", Some(sign)) = (name, minus) {
                let after = &tail[sign.len_utf8()..];
                let digits = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
                let start = span.end + (rest.len() - tail.len()) as u32;
                let end = start + (sign.len_utf8() + digits) as u32;
                return Some(errors::no_units(name, Span { start, end, ..span }));
            }
            return Some(errors::unknown_word(word, span, minus.is_some()));
        }
        Some(errors::unknown(name, span, nearest.as_deref()))
    }

    /// A name that is known ones written together, `bc` of `b` and `c`: as few as can be.
    fn split(&self, name: &str) -> Option<Vec<String>> {
        const MOST: usize = 24;
        let ends: Vec<usize> = name.char_indices().map(|(at, _)| at).skip(1).chain([name.len()]).collect();
        if ends.len() > MOST || ends.len() < 2 {
            return None;
        }
        // Of each place, the fewest names that end there.
        let mut best: Vec<Option<Vec<String>>> = vec![None; name.len() + 1];
        best[0] = Some(vec![]);
        for to in ends {
            for from in (0..to).filter(|from| name.is_char_boundary(*from)) {
                let Some(before) = best[from].clone().filter(|before| before.len() < 4) else { continue };
                let fewer = best[to].as_ref().is_none_or(|known| known.len() > before.len() + 1);
                // `bb` is rather a slip of the finger: twice the same is written as a power.
                let again = before.iter().any(|part| *part == name[from..to]);
                if fewer && !again && self.is_value(&name[from..to]) {
                    best[to] = Some(before.into_iter().chain([name[from..to].to_string()]).collect());
                }
            }
        }
        best.pop().flatten()
    }

    /// Does an operator before this place take only the first of a product?
    fn binds_tighter(&self, span: Span) -> bool {
        let text = self.sources.get(span.source).text.get(..span.start as usize).unwrap_or("");
        let text = text.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end();
        text.ends_with(['/', '÷', '%', '@', '^']) || text.ends_with("**")
    }

    /// The name behind the one alias of a file that has it.
    pub(super) fn behind_alias(&self, name: &str) -> Option<String> {
        let mut full: Vec<String> = self.modules.keys().map(|alias| format!("{alias}.{name}")).collect();
        full.retain(|full| self.scope.contains_key(full.as_str()));
        full.pop().filter(|_| full.is_empty())
    }

    /// A name that nothing defines, here or below.
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.local(name).is_none()
            && self.frame_dim(name).is_none()
            && !self.scope.contains_key(name)
            && !self.modules.contains_key(name)
            && self.later(name).is_none()
            && !self.is_function(name)
            && !CONSTANTS.iter().any(|(constant, _)| *constant == name)
            && !matches!(name, "true" | "false" | "none")
    }

    /// `torch.sigmoid(x)`, `x.sum()`, `math.pi`: functions and constants as other languages call them.
    fn method(&mut self, name: &str, span: Span, postfixes: &[Part]) -> Option<HirId> {
        if let Some(Part { kind: PartKind::Field(field), .. }) = postfixes.first()
            && CONSTANTS.iter().any(|(constant, _)| *constant == field.text)
            && self.is_unknown(name)
        {
            let whole = span.to(field.span);
            let written = format!("{name}.{}", field.text);
            return Some(self.broken(errors::unknown(&written, whole, Some(&field.text)), whole));
        }
        let fields = postfixes.iter().take_while(|part| matches!(part.kind, PartKind::Field(_))).count();
        let Some(Part { kind: PartKind::Call(args), span: bracket }) = postfixes.get(fields) else { return None };
        let Some(Part { kind: PartKind::Field(field), .. }) = postfixes.get(fields.checked_sub(1)?) else {
            return None;
        };
        let whole = span.to(*bracket);
        let dotted = span.to(field.span);
        let known = crate::resolve::foreign::function(&field.text).unwrap_or(&field.text).to_string();
        let problem = if self.is_unknown(name) {
            let nearest = match self.is_function(&known) {
                true => Some(known),
                false => None,
            };
            let written = self.sources.text(dotted).to_string();
            errors::unknown_function(&field.text, &written, dotted, nearest.as_deref())
        } else if self.is_value(name) && fields == 1 {
            if self.is_broken(name) {
                return Some(self.push(Kind::Broken, whole));
            }
            let inside =
                self.sources.text(crate::source::Span { start: bracket.start + 1, end: bracket.end - 1, ..*bracket });
            let comma = if inside.trim().is_empty() { "" } else { ", " };
            let call = format!("{known}({name}{comma}{inside})");
            errors::no_method(name, &field.text, &call, self.is_function(&known), whole)
        } else {
            return None;
        };
        self.report(problem);
        for arg in args {
            if let ast::ArgValue::Expr(expr) = &arg.value {
                self.tree(expr);
            }
        }
        Some(self.push(Kind::Broken, whole))
    }

    fn is_broken(&self, name: &str) -> bool {
        self.local(name).is_none()
            && self.scope.get(name).is_some_and(|id| self.program.global(*id).kind == GlobalKind::Broken)
    }
}
