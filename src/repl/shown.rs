//! Values of facts as the prompt shows them: on one line where they are short, a matrix as its rows, a large one by its norm.

use crate::tensor::Tensor;
use crate::view::{self, Doc, Line, number};

/// A tensor of more entries is shown by its norm where it is watched.
const FEW: usize = 8;
/// A tensor of more entries is shown by its shape on a walk.
const SMALL: usize = 100;
/// A line is no longer than this.
const LINE: usize = 76;

/// A value on one line, rows in brackets; `None` where that is long.
pub(super) fn inline(value: &Tensor, digits: usize) -> Option<String> {
    let text = (value.len() <= LINE).then(|| view::in_line(value, digits));
    text.filter(|text| text.chars().count() <= LINE - 16)
}

/// `dJ/dW : [2, 1] =` and its rows, or its norm where it is large.
pub(super) fn watched(name: &str, value: &Tensor, digits: usize) -> Doc {
    let shape = format!("{:?}", value.shape());
    if value.len() <= FEW {
        return view::value(name, value, &shape, digits);
    }
    let norm = libm::sqrt(value.numbers().map(|v| v * v).sum());
    let line = Line::new().name(name).plain(" : ").shape(shape);
    Doc::line(line.plain(" norm ").number(number(norm, digits)))
}

/// A line with a value at its end where both fit; else the line, and the value's rows below it.
pub(super) fn ending(line: Line, name: &str, value: &Tensor, digits: usize) -> Doc {
    let rows = value.shape().len() > 1 && value.shape().iter().all(|n| *n > 1);
    let short = inline(value, digits).filter(|text| line.width() + text.chars().count() + 3 <= LINE);
    if let (Some(short), false) = (short, rows) {
        // What is said already is not said again.
        let same = line.text().trim_start() == format!("{name} = {short}");
        return Doc::line(if same { line } else { line.plain(" = ").number(short) });
    }
    let shape = format!("{:?}", value.shape());
    let mut doc = Doc::new();
    let bare = line.text().trim() == name;
    if value.len() > SMALL {
        doc.push(line.plain(" = a tensor ").shape(shape));
        return doc;
    }
    if !bare {
        doc.push(line);
    }
    doc.extend(view::value(name, value, &shape, digits).indent(2));
    doc
}
