//! The precedence of operators: from the flat list of an expression to its parts in postorder.
//!
//! Loosest first: `|>` · `or` · `and` · `not` · comparisons · `..` `step` · `+ -` · `* / % @` · unary `-` ·
//! a written-together product · `^` (right-associative) · postfixes. No recursion: a million terms are a loop.

use super::ast::{By, Derivative, Expr, Infix, Name, Part, PartKind, Prefix};
use crate::source::Span;

/// One step of the postorder walk.
#[derive(Clone, Copy, Debug)]
pub enum Step<'a> {
    /// An operand with the postfixes that follow it.
    Operand(&'a Part, &'a [Part]),
    /// A name that came out of a `dJ/da` read as a division.
    Name(&'a Name, &'a [Part]),
    /// Applies to the last result.
    Prefix(Prefix, Span),
    /// Applies to the last two results.
    Infix(Infix, Span),
    /// A comparison that follows a comparison without brackets, at this operator.
    Chained(Span),
}

#[derive(Clone, Copy)]
enum Pending {
    Prefix(Prefix, Span),
    Infix(Infix, Span),
}

/// How tightly an operator binds.
fn strength(infix: Infix) -> u8 {
    match infix {
        Infix::Pipe => 1,
        Infix::Or => 2,
        Infix::And => 3,
        Infix::Eq | Infix::Ne | Infix::Lt | Infix::Le | Infix::Gt | Infix::Ge | Infix::Near => 5,
        Infix::Range | Infix::Step => 6,
        Infix::Add | Infix::Sub => 7,
        Infix::Mul | Infix::Div | Infix::Mod | Infix::MatMul => 8,
        Infix::Juxtaposed => 10,
        Infix::Pow => 11,
    }
}

fn prefix_strength(prefix: Prefix) -> u8 {
    match prefix {
        Prefix::Not => 4,
        Prefix::Neg => 9,
    }
}

/// Is it one of `== != < <= > >= ~=`?
pub fn is_comparison(infix: Infix) -> bool {
    strength(infix) == 5
}

/// The postorder of `expr`. `divides` says whether a `dJ/da` is a division here (both names are defined above).
pub fn postorder<'a>(expr: &'a Expr, divides: &mut dyn FnMut(&Derivative) -> bool) -> Vec<Step<'a>> {
    let mut out = Vec::with_capacity(expr.parts.len());
    let mut pending: Vec<Pending> = Vec::new();
    let parts = &expr.parts;
    let mut at = 0;
    while at < parts.len() {
        let part = &parts[at];
        match &part.kind {
            PartKind::Prefix(prefix) => {
                pending.push(Pending::Prefix(*prefix, part.span));
                at += 1;
            }
            PartKind::Infix(infix) => {
                push_infix(*infix, part.span, &mut pending, &mut out);
                at += 1;
            }
            kind => {
                let mut end = at + 1;
                while end < parts.len()
                    && matches!(
                        parts[end].kind,
                        PartKind::Prime | PartKind::Index(_) | PartKind::Call(_) | PartKind::Field(_)
                    )
                {
                    end += 1;
                }
                let postfixes = &parts[at + 1..end];
                match kind {
                    PartKind::Derivative(derivative) => match (&derivative.of, derivative.by.as_slice()) {
                        (of, [By::Word(by)]) if !derivative.partial && divides(derivative) => {
                            out.push(Step::Name(of, &[]));
                            let slash = Span { start: of.span.end, end: by.span.start, ..part.span };
                            push_infix(Infix::Div, slash, &mut pending, &mut out);
                            out.push(Step::Name(by, postfixes));
                        }
                        _ => out.push(Step::Operand(part, postfixes)),
                    },
                    _ => out.push(Step::Operand(part, postfixes)),
                }
                at = end;
            }
        }
    }
    while let Some(top) = pending.pop() {
        out.push(finish(top));
    }
    out
}

fn finish(pending: Pending) -> Step<'static> {
    match pending {
        Pending::Prefix(prefix, span) => Step::Prefix(prefix, span),
        Pending::Infix(infix, span) => Step::Infix(infix, span),
    }
}

fn push_infix(infix: Infix, span: Span, pending: &mut Vec<Pending>, out: &mut Vec<Step<'_>>) {
    let own = strength(infix);
    while let Some(top) = pending.last() {
        let pops = match top {
            Pending::Prefix(prefix, _) => prefix_strength(*prefix) > own,
            Pending::Infix(other, _) => strength(*other) > own || (strength(*other) == own && infix != Infix::Pow),
        };
        if !pops {
            break;
        }
        if let Pending::Infix(other, _) = top
            && is_comparison(*other)
            && is_comparison(infix)
        {
            out.push(Step::Chained(span));
        }
        if let Some(top) = pending.pop() {
            out.push(finish(top));
        }
    }
    pending.push(Pending::Infix(infix, span));
}
