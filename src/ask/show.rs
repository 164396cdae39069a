//! `expr` on a line of its own: its name and its value.

use super::Cx;
use crate::diag::Diagnostic;
use crate::lower::Asked;
use crate::source::Span;
use crate::tensor::Tensor;
use crate::view::fact::{Fact, Texts};
use crate::view::{Doc, Line};

pub(super) fn answer(cx: &mut Cx, asked: &Asked, span: Span) -> Result<(), Box<Diagnostic>> {
    let node = cx.node(asked)?;
    let name = cx.text(span);
    let value = cx.eval.value(node, span)?;
    let (doc, fact) = match texts(cx, &name, &value) {
        Some(texts) => (said(&name, &texts), Texts { name: name.clone(), value: texts }.into()),
        None => {
            let (doc, fact) = cx.valued(&name, node, &value, asked.zero.as_ref());
            (doc, Fact::from(fact))
        }
    };
    cx.push(span, doc, vec![fact]);
    match cx.eval.not_finite(node, &value, &format!("`{name}`"), span) {
        Some(problem) => Err(Box::new(problem)),
        None => Ok(()),
    }
}

/// Texts that are shown.
const SHOWN: usize = 20;

/// Of `text(k, word)` the words that the numbers stand for: the kind of each, or the letters of each row together.
fn texts(cx: &Cx, name: &str, value: &Tensor) -> Option<Vec<String>> {
    let of = name.strip_prefix("text(")?.strip_suffix(')')?.rsplit(',').next()?.trim();
    let block = cx.eval.state.block.as_ref()?;
    let (kinds, from) = block.1.lines.iter().find(|line| line.name.text == of)?.kinds.as_ref()?;
    let word = |v: &f64| kinds.get((*v as usize).checked_sub(*from)?).map(String::as_str);
    let array = value.to_f64();
    if *from == 0 {
        return Some(array.iter().map(|v| word(v).unwrap_or_default().to_string()).collect());
    }
    let between = if kinds.iter().all(|kind| kind.chars().count() == 1) { "" } else { " " };
    let width = array.shape().last().copied().unwrap_or(1).max(1);
    let all: Vec<f64> = array.iter().copied().collect();
    let row = |row: &[f64]| row.iter().filter_map(word).collect::<Vec<&str>>().join(between);
    Some(all.chunks(width).map(row).collect())
}

fn said(name: &str, texts: &[String]) -> Doc {
    let quoted = |text: &String| format!("\"{}\"", text.escape_debug());
    let mut doc = Doc::new();
    match texts {
        [one] => doc.push(Line::new().name(name).plain(" = ").plain(quoted(one))),
        _ => {
            doc.push(Line::new().name(name).plain(" ="));
            texts.iter().take(SHOWN).for_each(|text| doc.push(Line::new().plain(format!("  {}", quoted(text)))));
            if texts.len() > SHOWN {
                doc.push(Line::new().note(format!("  … {} more", texts.len() - SHOWN)));
            }
        }
    }
    doc
}
