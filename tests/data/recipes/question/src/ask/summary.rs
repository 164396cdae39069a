//! `summary x`: the least, the mean and the largest entry.

use super::Cx;
use crate::diag::Diagnostic;
use crate::lower::Ask;
use crate::source::Span;
use crate::view::{Doc, Line, json_f64, number};
use serde_json::Map;

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
        let keys = ["least", "mean", "most"].into_iter().zip([least, mean, most]);
        let fact: Map<_, _> = keys.map(|(key, value)| (key.to_string(), json_f64(value))).collect();
        cx.push(span, doc, vec![fact]);
    }
    Ok(())
}
