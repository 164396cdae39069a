//! `summary x`: the least, the mean and the largest entry.

use super::Cx;
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::fact::{Cells, Row};
use crate::view::{Doc, Line, number};

pub(super) fn answer(cx: &mut Cx, ask: &Ask, span: Span) -> Result<(), Box<Diagnostic>> {
    for asked in &ask.exprs {
        let node = cx.node(asked)?;
        let values = cx.eval.value(node, asked.span)?.to_f64();
        if values.is_empty() {
            return Err(Box::new(crate::lower::errors::summary(asked.span)));
        }
        let least = values.iter().copied().fold(f64::INFINITY, libm::fmin);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, libm::fmax);
        let mean = values.sum() / values.len() as f64;
        let mut doc = Doc::default();
        let shown = [least, mean, most].map(|value| number(value, cx.digits)).join("  ");
        doc.push(Line::new().note(shown));
        let names = ["least", "mean", "most"].map(String::from);
        let row = Cells::numbers(names.iter().zip([least, mean, most]));
        cx.push(span, doc, vec![Row { row }.into()]);
    }
    Ok(())
}
