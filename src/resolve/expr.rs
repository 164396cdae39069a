//! Expressions: from the flat list of parts to bound nodes in postorder.

use super::hir::{self, Arg, Callee, Each, GlobalKind, HirId, Kind, Slot, Transform};
use super::{Cx, errors};
use crate::graph::Role;
use crate::ops;
use crate::source::Span;
use crate::syntax::ast::{self, Infix, Part, PartKind, Prefix};
use crate::syntax::pratt::{self, Step};
use std::sync::Arc;

/// The named constants.
pub const CONSTANTS: &[(&str, f64)] =
    &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("inf", f64::INFINITY), ("nan", f64::NAN)];

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

fn infix_op(infix: Infix) -> &'static str {
    match infix {
        Infix::Or => "or",
        Infix::And => "and",
        Infix::Eq => "eq",
        Infix::Ne => "ne",
        Infix::Lt => "lt",
        Infix::Le => "le",
        Infix::Gt => "gt",
        Infix::Ge => "ge",
        Infix::Near => "near",
        Infix::Add => "add",
        Infix::Sub => "sub",
        Infix::Mul | Infix::Juxtaposed => "mul",
        Infix::Div => "div",
        Infix::Mod => "mod",
        Infix::MatMul => "matmul",
        Infix::Pow => "pow",
        Infix::Pipe | Infix::Range | Infix::Step => "",
    }
}

impl Cx<'_> {
    /// A whole expression, as a range of the arena.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> hir::Expr {
        let start = self.program.arena.len() as u32;
        let root = self.tree(expr);
        hir::Expr { start, root }
    }

    /// The nodes of an expression; nested brackets are a recursion that the scanner's depth limit bounds.
    pub(super) fn tree(&mut self, expr: &ast::Expr) -> HirId {
        if let Some(problem) = self.entry_over_name(expr) {
            return self.broken(problem, expr.span);
        }
        let mut divides = |derivative: &ast::Derivative| match derivative.by.as_slice() {
            [ast::By::Word(by)] => self.is_value(&derivative.of.text) && self.is_value(&by.text),
            _ => false,
        };
        let steps = pratt::postorder(expr, &mut divides);
        let mut stack: Vec<HirId> = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            match *step {
                Step::Operand(part, postfixes) if self.is_transpose(expr, part) => {
                    let at = expr.parts.iter().position(|other| other.span == part.span).unwrap_or(1);
                    let power = expr.parts[at - 1].span.to(part.span);
                    let base = at.checked_sub(2).map_or("A", |i| self.sources.text(expr.parts[i].span)).to_string();
                    let _ = postfixes;
                    let id = self.broken(errors::transpose_power(&base, power, part.span), part.span);
                    stack.push(id);
                }
                Step::Operand(part, postfixes) => {
                    let piped = matches!(steps.get(i + 1), Some(Step::Infix(Infix::Pipe, _)));
                    let id = if piped { self.piped(part, postfixes) } else { self.operand(part, postfixes) };
                    stack.push(id);
                }
                Step::Name(name, postfixes) => {
                    let id = self.named(&name.text, name.span, postfixes);
                    stack.push(id);
                }
                Step::Prefix(prefix, span) => {
                    let Some(arg) = stack.pop() else { continue };
                    let name = match prefix {
                        Prefix::Neg => "neg",
                        Prefix::Not => "not",
                    };
                    let span = span.to(self.program.hir(arg).span);
                    // `-3` is a number, so that literals stay literals.
                    let literal = if let Kind::Number(v) = self.program.hir(arg).kind { Some(v) } else { None };
                    let id = match (prefix, literal) {
                        (Prefix::Neg, Some(v)) if arg.0 as usize + 1 == self.program.arena.len() => {
                            self.program.arena.pop();
                            self.push(Kind::Number(-v), span)
                        }
                        _ => self.apply(name, vec![arg], span),
                    };
                    stack.push(id);
                }
                Step::Infix(infix, span) => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else { continue };
                    let id = self.infix(infix, span, left, right);
                    stack.push(id);
                }
                Step::Chained(span) => self.report(errors::chained(span)),
            }
        }
        match stack.pop() {
            Some(root) if root.0 as usize + 1 == self.program.arena.len() => root,
            // The root is the last node of its range, also where an error came after it.
            Some(_) | None => self.push(Kind::Broken, expr.span),
        }
    }

    /// `dz[0]/dx`: a derivative of an entry, which is written as a call.
    fn entry_over_name(&self, expr: &ast::Expr) -> Option<crate::diag::Diagnostic> {
        let differential = |name: &str| {
            let of = name.strip_prefix('d').or_else(|| name.strip_prefix('∂'))?;
            (self.is_value(of) && !self.is_value(name)).then(|| of.to_string())
        };
        expr.parts.windows(4).find_map(|parts| match parts {
            [
                Part { kind: PartKind::Name(of), span: start },
                Part { kind: PartKind::Index(_), span: index },
                Part { kind: PartKind::Infix(Infix::Div), .. },
                Part { kind: PartKind::Name(by), span: end },
            ] => {
                let index = self.sources.text(*index);
                Some(errors::of_entry(&differential(of)?, index, &differential(by)?, start.to(*end)))
            }
            _ => None,
        })
    }

    /// `A^T`, where nothing is called `T`.
    fn is_transpose(&self, expr: &ast::Expr, part: &Part) -> bool {
        matches!(&part.kind, PartKind::Name(name) if name == "T")
            && self.is_unknown("T")
            && expr
                .parts
                .iter()
                .position(|other| other.span == part.span)
                .is_some_and(|at| at > 0 && expr.parts[at - 1].kind == PartKind::Infix(Infix::Pow))
    }

    fn infix(&mut self, infix: Infix, span: Span, left: HirId, right: HirId) -> HirId {
        let whole = self.program.hir(left).span.to(self.program.hir(right).span);
        match infix {
            Infix::Pipe => {
                let last = right.0 as usize + 1 == self.program.arena.len();
                match &mut self.program.arena[right.0 as usize] {
                    hir::Hir { kind: Kind::Call(_, args), span } if last => {
                        args.insert(0, Arg { name: None, value: left });
                        *span = whole;
                        right
                    }
                    hir::Hir { kind: Kind::Broken, .. } => right,
                    _ => self.broken(errors::pipe(span), whole),
                }
            }
            Infix::Range => self.push(Kind::Range(left, right, None), whole),
            Infix::Step => match self.program.hir(left).kind {
                Kind::Range(start, stop, None) => self.push(Kind::Range(start, stop, Some(right)), whole),
                Kind::Broken => self.push(Kind::Broken, whole),
                _ => self.broken(errors::step_without_range(span), whole),
            },
            _ => self.apply(infix_op(infix), vec![left, right], whole),
        }
    }

    fn apply(&mut self, name: &str, args: Vec<HirId>, span: Span) -> HirId {
        match ops::find(name) {
            Some(op) => self.push(Kind::Apply(op, args), span),
            None => self.push(Kind::Broken, span),
        }
    }

    /// Is it the name of a value that is defined above?
    pub(super) fn is_value(&self, name: &str) -> bool {
        self.local(name).is_some()
            || self.scope.get(name).is_some_and(|id| {
                matches!(self.program.global(*id).kind, GlobalKind::Value | GlobalKind::Dimension | GlobalKind::Broken)
            })
    }

    /// What stands after `|>`: a call that wants one more argument, or the name of a function.
    fn piped(&mut self, part: &Part, postfixes: &[Part]) -> HirId {
        if let (PartKind::Name(name), []) = (&part.kind, postfixes) {
            let callee = self.callee(name, part.span, part.span);
            return match callee {
                Some(callee) => self.push(Kind::Call(callee, vec![]), part.span),
                None => self.push(Kind::Broken, part.span),
            };
        }
        // `net.f` behind an alias.
        if let (PartKind::Name(name), [Part { kind: PartKind::Field(field), span }]) = (&part.kind, postfixes)
            && self.modules.contains_key(name.as_str())
            && self.local(name).is_none()
        {
            let full = format!("{name}.{}", field.text);
            if self.is_function(&full) {
                let whole = part.span.to(*span);
                return match self.callee(&full, whole, whole) {
                    Some(callee) => self.push(Kind::Call(callee, vec![]), whole),
                    None => self.push(Kind::Broken, whole),
                };
            }
        }
        self.operand(part, postfixes)
    }

    fn operand(&mut self, part: &Part, postfixes: &[Part]) -> HirId {
        let span = part.span;
        let base = match &part.kind {
            PartKind::Name(name) => return self.named(name, span, postfixes),
            PartKind::Number(value) => self.push(Kind::Number(*value), span),
            PartKind::Text(text) => self.push(Kind::Text(text.as_str().into()), span),
            PartKind::Group(inner) => {
                let id = self.tree(inner);
                // The span of a group is that of its brackets, for messages that quote it.
                self.program.arena[id.0 as usize].span = span;
                id
            }
            PartKind::List(items) => {
                let items = items.iter().map(|item| self.tree(item)).collect();
                self.push(Kind::List(items), span)
            }
            PartKind::Comprehension(each) => self.each(None, each, span),
            PartKind::Derivative(derivative) => return self.derivative(derivative, span, postfixes),
            PartKind::Prefix(_)
            | PartKind::Infix(_)
            | PartKind::Prime
            | PartKind::Index(_)
            | PartKind::Call(_)
            | PartKind::Field(_) => self.push(Kind::Broken, span),
        };
        self.postfixes(base, postfixes)
    }

    /// Transposes, indices and fields, one after the other.
    pub(super) fn postfixes(&mut self, mut base: HirId, postfixes: &[Part]) -> HirId {
        for postfix in postfixes {
            let span = self.program.hir(base).span.to(postfix.span);
            base = match &postfix.kind {
                PartKind::Prime => match ops::find("transpose") {
                    Some(op) => self.push(Kind::Apply(op, vec![base]), span),
                    None => self.push(Kind::Broken, span),
                },
                PartKind::Index(slots) => {
                    let slots = slots.iter().map(|slot| self.slot(slot)).collect();
                    self.push(Kind::Index(base, slots), span)
                }
                PartKind::Field(_) if matches!(self.program.hir(base).kind, Kind::Broken) => {
                    self.push(Kind::Broken, span)
                }
                PartKind::Field(name) => self.push(Kind::Field(base, name.clone()), span),
                // What is broken already is not said to be no function.
                PartKind::Call(_) if matches!(self.program.hir(base).kind, Kind::Broken) => {
                    self.push(Kind::Broken, span)
                }
                PartKind::Call(_) => self.broken(errors::call_of_value(postfix.span), span),
                PartKind::Prefix(_)
                | PartKind::Infix(_)
                | PartKind::Number(_)
                | PartKind::Text(_)
                | PartKind::Name(_)
                | PartKind::Derivative(_)
                | PartKind::Group(_)
                | PartKind::List(_)
                | PartKind::Comprehension(_) => base,
            };
        }
        base
    }

    fn slot(&mut self, slot: &ast::Slot) -> Slot {
        match slot {
            ast::Slot::At(expr) => Slot::At(self.tree(expr)),
            ast::Slot::Slice { start, stop, step, span } => {
                let start = start.as_ref().map(|e| self.tree(e));
                let stop = stop.as_ref().map(|e| self.tree(e));
                let step = step.as_ref().map(|e| self.tree(e));
                Slot::Slice { start, stop, step, span: *span }
            }
        }
    }

    /// A name and what follows it: a value, a call, a slope, something behind a dot.
    fn named(&mut self, name: &str, span: Span, postfixes: &[Part]) -> HirId {
        if let Some(id) = self.method(name, span, postfixes) {
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
            let nearest = crate::diag::nearest(&full, known.iter().map(|k| &**k)).map(str::to_string);
            let problem = errors::no_field(name, &field.text, span.to(field.span), nearest.as_deref());
            return self.broken(problem, span.to(field.span));
        }
        let primes = postfixes.iter().take_while(|p| p.kind == PartKind::Prime).count();
        if let Some(Part { kind: PartKind::Call(args), span: call_span }) = postfixes.get(primes) {
            let whole = span.to(*call_span);
            if primes > 0 && self.is_value(name) {
                let base = self.value(name, span);
                return self.postfixes(base, postfixes);
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

    fn is_function(&self, name: &str) -> bool {
        match self.scope.get(name).map(|id| self.program.global(*id).kind) {
            Some(GlobalKind::Function(_) | GlobalKind::Network(_)) => true,
            Some(GlobalKind::Value | GlobalKind::Dimension | GlobalKind::Broken) => false,
            None => ops::find(name).is_some() || crate::prelude::source_of(name).is_some() || transform(name).is_some(),
        }
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
        if let Some(defined) = self.later.get(name)
            && (defined.source != span.source || defined.start > span.start)
        {
            return Some(errors::early(name, span, *defined));
        }
        if let Some(of) = name.strip_prefix('d').or_else(|| name.strip_prefix('∂'))
            && self.is_value(of)
        {
            let goal = self.last_scalar.clone();
            return Some(errors::lone_differential(name, of, span, goal.as_deref()));
        }
        if self.is_function(name) {
            return Some(errors::not_a_value(name, "function", span));
        }
        let nearest = self.nearest(name, false);
        if nearest.is_none() && self.lost {
            return None;
        }
        Some(errors::unknown(name, span, nearest.as_deref()))
    }

    /// A name that nothing defines, here or below.
    pub(super) fn is_unknown(&self, name: &str) -> bool {
        self.local(name).is_none()
            && self.frame_dim(name).is_none()
            && !self.scope.contains_key(name)
            && !self.modules.contains_key(name)
            && !self.later.contains_key(name)
            && !self.is_function(name)
            && !CONSTANTS.iter().any(|(constant, _)| *constant == name)
            && !matches!(name, "true" | "false" | "none")
    }

    /// `torch.sigmoid(x)`, `x.sum()`: functions as other languages call them.
    fn method(&mut self, name: &str, span: Span, postfixes: &[Part]) -> Option<HirId> {
        let fields = postfixes.iter().take_while(|part| matches!(part.kind, PartKind::Field(_))).count();
        let Some(Part { kind: PartKind::Call(args), span: bracket }) = postfixes.get(fields) else { return None };
        let Some(Part { kind: PartKind::Field(field), .. }) = postfixes.get(fields.checked_sub(1)?) else {
            return None;
        };
        let whole = span.to(*bracket);
        let dotted = span.to(field.span);
        let known = crate::ops::foreign::function(&field.text).unwrap_or(&field.text).to_string();
        let problem = if self.is_unknown(name) {
            let nearest = match self.is_function(&known) {
                true => Some(known),
                false => None,
            };
            errors::unknown_function(&field.text, &format!("{name}.{}", field.text), dotted, nearest.as_deref())
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

    /// What a called name is.
    fn callee(&mut self, name: &str, span: Span, bracket: Span) -> Option<Callee> {
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
        } else if let Some(defined) = self.later.get(name)
            && (defined.source != span.source || defined.start > span.start)
        {
            // Asked for at most a hundred times, as suggestions are.
            self.unknown += 1;
            let caller = if self.unknown > 100 { None } else { self.calls_back(name) };
            match caller {
                Some((own, told)) => {
                    let problem = errors::circular(&own, name, span, *defined);
                    self.circles.insert(own);
                    if told {
                        return None;
                    }
                    problem
                }
                None => errors::early(name, span, *defined),
            }
        } else if CONSTANTS.iter().any(|(constant, _)| *constant == name) {
            errors::not_a_function(name, span, bracket, false)
        } else {
            let nearest = match crate::ops::foreign::function(name) {
                Some(here) => Some(here.to_string()),
                None => self.nearest(name, true).filter(|_| crate::ops::foreign::form(name).is_none()),
            };
            if nearest.is_none() && self.lost {
                return None;
            }
            errors::unknown_function(name, name, span, nearest.as_deref())
        };
        self.report(problem);
        None
    }

    fn call(&mut self, name: &str, span: Span, primes: u32, args: &[ast::Arg], bracket: Span, whole: Span) -> HirId {
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
                    let problem = errors::comprehension_of(name, whole);
                    self.report(problem);
                    let value = self.each(None, each, whole);
                    out.push(Arg { name: arg.name.clone(), value });
                }
            }
        }
        if primes > 0 {
            return self.push(Kind::Slope(callee, primes, out), whole);
        }
        if let Callee::Op(op) = callee
            && op.name == "arange"
            && let Some(id) = self.spelled_range(&out, whole)
        {
            return id;
        }
        // `max(a, b, c)` of more than one argument is elementwise.
        if let Callee::Op(op) = callee
            && let Some(pair) = (match op.name {
                "max" => ops::find("maximum"),
                "min" => ops::find("minimum"),
                _ => None,
            })
            && out.iter().filter(|arg| arg.name.is_none()).count() > 1
            && out.iter().all(|arg| arg.name.is_none())
        {
            let mut values = out.into_iter().map(|arg| arg.value);
            if let Some(first) = values.next() {
                return values.fold(first, |left, right| self.push(Kind::Apply(pair, vec![left, right]), whole));
            }
            return self.push(Kind::Broken, whole);
        }
        self.push(Kind::Call(callee, out), whole)
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
            Kind::Global(_) | Kind::Local(_) | Kind::NetworkField(..) | Kind::Field(..) | Kind::Broken
        );
        if !is_name {
            let span = self.program.hir(by).span;
            return self.broken(errors::by_what(span), whole);
        }
        self.push(Kind::Transform(transform, values), whole)
    }

    fn each(
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
        let body = self.expr(&each.value);
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
        self.push(Kind::Each(Each { reduction, index, name, body, range }), span)
    }
}

/// The transformation of a name.
pub fn transform(name: &str) -> Option<Transform> {
    TRANSFORMS.iter().find(|(word, _)| *word == name).map(|(_, transform)| *transform)
}
