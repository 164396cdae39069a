//! `expr` on a line of its own: its name and its value.

use super::Cx;
use crate::diag::Diagnostic;
use crate::lower::Asked;
use crate::source::Span;

pub(super) fn answer(cx: &mut Cx, asked: &Asked, span: Span) -> Result<(), Box<Diagnostic>> {
    let node = cx.node(asked)?;
    let name = cx.text(span);
    let value = cx.eval.value(node, span)?;
    let (doc, fact) = cx.valued(&name, node, &value, asked.zero.as_ref());
    cx.push(span, doc, vec![fact]);
    match cx.eval.not_finite(node, &value, &format!("`{name}`"), span) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(()),
    }
}
