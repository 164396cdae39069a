//! `derive dJ/dw`: the formula, in the program's own notation.

use super::Cx;
use crate::diag::Diagnostic;
use crate::formula;
use crate::lower::{self, Ask, Asked};
use crate::source::Span;
use crate::view::{Doc, Line};
use serde_json::Map;

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        one(cx, asked, span)?;
    }
    Ok(())
}

fn one(cx: &mut Cx, asked: &Asked, span: Span) -> Result<(), Box<Diagnostic>> {
    let node = cx.node(asked)?;
    let name = cx.text(asked.span);
    // Where entries go one to one the formula of one entry says it all.
    let compiled = &mut *cx.eval.compiled;
    let entries = match (asked.of, asked.by) {
        (Some(of), Some(by)) => lower::entry_by_entry(&mut compiled.graph, &mut compiled.openers, of, by),
        _ => None,
    };
    // A derivative of a higher order is taken of the formula, not of what is evaluated in its place.
    let readable = match asked.of {
        Some(of) if asked.order.len() > 1 => {
            lower::derive_readable(&mut compiled.graph, &mut compiled.openers, of, &asked.order)
        }
        _ => None,
    };
    let node = entries.or(readable).unwrap_or(node);
    let found = formula::formula(compiled, node, asked.of, asked.span);
    let mut line = Line::new().name(&name).plain(" = ").plain(&found.text);
    let mut fact = Map::new();
    fact.insert("name".into(), name.as_str().into());
    fact.insert("formula".into(), found.text.as_str().into());
    if entries.is_some() {
        line = line.note("  # entry by entry");
        fact.insert("entrywise".into(), true.into());
    }
    if let Some(zero) = &asked.zero {
        let why = super::why_zero(zero);
        line = line.note(format!("  # {why}"));
        fact.insert("note".into(), why.into());
    }
    if let Some(worst) = cx.eval.differ(node, found.node, span) {
        return Err(Box::new(
            Diagnostic::error("nnlang::diff::formula", format!("no formula of `{name}` that is exactly it was found"))
                .at(span, format!("a candidate was off by {worst:e} at a random point, so it is not shown")),
        ));
    }
    cx.push(span, Doc::line(line), vec![fact]);
    Ok(())
}
