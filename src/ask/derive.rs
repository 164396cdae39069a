//! `derive dJ/dw`: the formula, in the program's own notation.

use super::Cx;
use crate::diag::Diagnostic;
use crate::formula;
use crate::lower::{Ask, Asked};
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
    let found = formula::formula(cx.eval.compiled, node, asked.of);
    let mut line = Line::new().name(&name).plain(" = ").plain(&found.text);
    let mut fact = Map::new();
    fact.insert("name".into(), name.as_str().into());
    fact.insert("formula".into(), found.text.as_str().into());
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
