//! Expressions: from the flat list of parts to bound nodes in postorder.

use super::hir::{self, Arg, HirId, Kind, Slot};
use super::{Cx, errors};
use crate::few::Few;
use crate::ops;
use crate::source::Span;
use crate::syntax::ast::{self, Infix, Part, PartKind, Prefix};
use crate::syntax::pratt::{self, Step};

/// Do all arguments have a name? Then they are no arguments of a function, where what is called is none.
pub(super) fn is_given(args: &[ast::Arg]) -> bool {
    let named = |arg: &ast::Arg| arg.name.is_some() && matches!(arg.value, ast::ArgValue::Expr(_));
    !args.is_empty() && args.iter().all(named)
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
        let slip = self.entry_over_name(expr).or_else(|| self.dotted_over(expr)).or_else(|| self.quotient_of_d(expr));
        if let Some(problem) = slip {
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
                    let is = match prefix {
                        Prefix::Neg => crate::graph::Is::Neg,
                        Prefix::Not => crate::graph::Is::Not,
                    };
                    let span = span.to(self.program.hir(arg).span);
                    // `-3` is a number, so that literals stay literals.
                    let literal = if let Kind::Number(v) = self.program.hir(arg).kind { Some(v) } else { None };
                    let id = match (prefix, literal) {
                        (Prefix::Neg, Some(v)) if arg.0 as usize + 1 == self.program.arena.len() => {
                            self.program.arena.pop();
                            self.push(Kind::Number(-v), span)
                        }
                        _ => self.apply(Some(ops::of(is)), &[arg], span),
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

    /// `denc.a1/dx`, `dnet.J/dnet.w`: a derivative of a dotted name, which is written as a call.
    fn dotted_over(&self, expr: &ast::Expr) -> Option<crate::diag::Diagnostic> {
        // A name and the fields after it, without its `d`: how it is written, and how many parts that are.
        let side = |parts: &[Part]| {
            let [Part { kind: PartKind::Name(name), span }, rest @ ..] = parts else { return None };
            let fields = rest.iter().take_while(|part| matches!(part.kind, PartKind::Field(_))).count();
            let of = name.strip_prefix('d').filter(|of| self.is_unknown(name) && !self.is_unknown(of))?;
            let whole = span.to(parts[fields].span);
            let tail = &self.sources.text(whole)[name.len()..];
            Some((format!("{of}{tail}"), fields, whole))
        };
        let at = expr.parts.iter().position(|part| part.kind == PartKind::Infix(Infix::Div))?;
        let start = expr.parts[..at].iter().rposition(|part| matches!(part.kind, PartKind::Name(_)))?;
        let (of, fields, left) = side(&expr.parts[start..at])?;
        let (by, _, right) = side(&expr.parts[at + 1..])?;
        (fields > 0 && start + fields + 1 == at).then(|| errors::of_dotted(&of, &by, left.to(right)))
    }

    /// `d(J)/d(a)`, `d^2J/da^2`: a derivative as other pages write it, where nothing is called `d`.
    fn quotient_of_d(&self, expr: &ast::Expr) -> Option<crate::diag::Diagnostic> {
        use PartKind::{Call, Infix as Op, Name, Number};
        let kinds: Vec<&PartKind> = expr.parts.iter().map(|part| &part.kind).collect();
        let at = kinds.iter().position(|kind| matches!(kind, Name(d) if d == "d")).filter(|_| self.is_unknown("d"))?;
        let (mend, parts) = match &kinds[at..] {
            [Name(_), Call(_), Op(Infix::Div), Name(d), Call(_), ..] if d == "d" => {
                let inside = |i: usize| {
                    let text = self.sources.text(expr.parts[at + i].span);
                    text[1..text.len() - 1].trim()
                };
                let (of, by) = (inside(1), inside(4));
                let mend = if self.is_value(of) { format!("d{of}/d{by}") } else { format!("grad({of}, {by})") };
                (mend, 5)
            }
            [
                Name(_),
                Op(Infix::Pow),
                Number(above),
                Op(Infix::Juxtaposed),
                Name(of),
                Op(Infix::Div),
                Name(by),
                Op(Infix::Pow),
                Number(below),
                ..,
            ] if by.starts_with('d') => (format!("d{above}{of}/{by}{below}"), 9),
            _ => return None,
        };
        let span = expr.parts[at].span.to(expr.parts[at + parts - 1].span);
        Some(errors::one_word(&mend, span))
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
                    hir::Hir { kind: Kind::Call(_, args) | Kind::Slope(_, _, args), span } if last => {
                        *args = std::iter::once(Arg { name: None, value: left }).chain(args.iter().cloned()).collect();
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
            _ => self.apply(ops::infix(infix), &[left, right], whole),
        }
    }

    fn apply(&mut self, op: Option<&'static crate::graph::OpDef>, args: &[HirId], span: Span) -> HirId {
        match op {
            Some(op) => self.push(Kind::Apply(op, Few::from_slice(args)), span),
            None => self.push(Kind::Broken, span),
        }
    }

    /// What stands after `|>`: a call that wants one more argument, or the name of a function.
    fn piped(&mut self, part: &Part, postfixes: &[Part]) -> HirId {
        if let PartKind::Name(name) = &part.kind
            && postfixes.iter().all(|postfix| postfix.kind == PartKind::Prime)
        {
            let callee = self.callee(name, part.span, part.span);
            return match (callee, postfixes.len() as u32) {
                (Some(callee), 0) => self.push(Kind::Call(callee, [].into()), part.span),
                (Some(callee), primes) => self.push(Kind::Slope(callee, primes, [].into()), part.span),
                (None, _) => self.push(Kind::Broken, part.span),
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
                    Some(callee) => self.push(Kind::Call(callee, [].into()), whole),
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
            PartKind::Number(_) if matches!(postfixes, [Part { kind: PartKind::Index(_), .. }, ..]) => {
                let index = postfixes[0].span;
                let (number, entry) = (self.sources.text(span), self.sources.text(index));
                return self.broken(errors::index_of_number(number, entry, span.to(index), index), span.to(index));
            }
            PartKind::Number(value) => self.push(Kind::Number(*value), span),
            PartKind::Blank => self.blank(span),
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
                PartKind::Prime => {
                    self.push(Kind::Apply(ops::of(crate::graph::Is::Transpose), Few::from_slice(&[base])), span)
                }
                PartKind::Index(slots) => {
                    let slots = slots.iter().map(|slot| self.slot(slot)).collect();
                    self.push(Kind::Index(base, slots), span)
                }
                PartKind::Field(_) if matches!(self.program.hir(base).kind, Kind::Broken) => {
                    self.push(Kind::Broken, span)
                }
                PartKind::Field(name) => self.push(Kind::Field(base, name.clone()), span),
                PartKind::Call(args) if is_given(args) => self.given(base, args, span),
                // What is broken already is not said to be no function.
                PartKind::Call(_) if matches!(self.program.hir(base).kind, Kind::Broken) => {
                    self.push(Kind::Broken, span)
                }
                PartKind::Call(_) => self.broken(errors::call_of_value(postfix.span), span),
                PartKind::Prefix(_)
                | PartKind::Infix(_)
                | PartKind::Number(_)
                | PartKind::Text(_)
                | PartKind::Blank
                | PartKind::Name(_)
                | PartKind::Derivative(_)
                | PartKind::Group(_)
                | PartKind::List(_)
                | PartKind::Comprehension(_) => base,
            };
        }
        base
    }

    /// `a2(x = [[0.5], [1]])`: some names have other values.
    fn given(&mut self, base: HirId, args: &[ast::Arg], span: Span) -> HirId {
        let mut given = vec![];
        for arg in args {
            let (Some(name), ast::ArgValue::Expr(expr)) = (&arg.name, &arg.value) else { continue };
            let own = self.value(&name.text, name.span);
            let value = self.tree(expr);
            given.push(hir::GivenName { name: own, value });
        }
        self.push(Kind::Given(base, given.into()), span)
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
}
