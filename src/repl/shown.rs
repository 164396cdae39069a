//! Values of facts as the prompt shows them: on one line where they are short, a matrix as its rows, a large one by its norm.

use crate::tensor::Tensor;
use crate::view::{self, Doc, Line, number};
use serde_json::Value;

/// A tensor of more entries is shown by its norm where it is watched.
const FEW: usize = 8;
/// A tensor of more entries is shown by its shape on a walk.
const SMALL: usize = 100;
/// A line is no longer than this.
const LINE: usize = 76;

/// A fact's value as a tensor.
pub(super) fn tensor(value: &Value) -> Option<Tensor> {
    let mut sizes = vec![];
    let mut at = value;
    while let Value::Array(entries) = at {
        sizes.push(entries.len());
        match entries.first() {
            Some(first) => at = first,
            None => break,
        }
    }
    let (mut entries, mut todo) = (vec![], vec![value]);
    while let Some(next) = todo.pop() {
        match next {
            Value::Array(inner) => todo.extend(inner.iter().rev()),
            Value::String(text) => entries.push(text.parse().ok()?),
            other => entries.push(other.as_f64()?),
        }
    }
    Tensor::from_vec(&sizes, entries)
}

/// A value on one line, nested lists for what has axes; `None` where that is long.
pub(super) fn inline(value: &Value, digits: usize) -> Option<String> {
    let text = match value {
        Value::Array(entries) => {
            let parts: Option<Vec<String>> = entries.iter().map(|entry| inline(entry, digits)).collect();
            format!("[{}]", parts?.join(", "))
        }
        Value::String(text) => text.clone(),
        other => number(other.as_f64()?, digits),
    };
    (text.chars().count() <= LINE - 16).then_some(text)
}

/// `dJ/dW : [2, 1] =` and its rows, or its norm where it is large.
pub(super) fn watched(name: &str, value: &Value, digits: usize) -> Doc {
    match tensor(value) {
        Some(tensor) if tensor.len() <= FEW => view::value(name, &tensor, &format!("{:?}", tensor.shape()), digits),
        Some(tensor) => {
            let norm = libm::sqrt(tensor.numbers().map(|v| v * v).sum());
            let line = Line::new().name(name).plain(" : ").shape(format!("{:?}", tensor.shape()));
            Doc::line(line.plain(" norm ").number(number(norm, digits)))
        }
        None => Doc::new(),
    }
}

/// A line with a value at its end where both fit; else the line, and the value's rows below it.
pub(super) fn ending(line: Line, name: &str, value: &Value, digits: usize) -> Doc {
    let tensor = tensor(value);
    let rows = tensor.as_ref().filter(|tensor| tensor.shape().len() > 1 && tensor.shape().iter().all(|n| *n > 1));
    let short = inline(value, digits).filter(|text| line.width() + text.chars().count() + 3 <= LINE);
    if let (Some(short), None) = (short, rows) {
        // What is said already is not said again.
        let same = line.text().trim_start() == format!("{name} = {short}");
        return Doc::line(if same { line } else { line.plain(" = ").number(short) });
    }
    let Some(tensor) = tensor else { return Doc::line(line) };
    let shape = format!("{:?}", tensor.shape());
    let mut doc = Doc::new();
    let bare = line.text().trim() == name;
    if tensor.len() > SMALL {
        doc.push(line.plain(" = a tensor ").shape(shape));
        return doc;
    }
    if !bare {
        doc.push(line);
    }
    doc.extend(view::value(name, &tensor, &shape, digits).indent(2));
    doc
}
