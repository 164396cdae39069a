//! A value under its name: scalars and vectors on one line, matrices in aligned rows, higher ranks slice by slice.

use super::doc::{Align, Doc, Line, Style, width};
use super::number::{json_f32, json_f64, number};
use crate::tensor::Tensor;
use ndarray::{Dimension, IxDyn};
use serde_json::Value;

/// How many entries of an axis are shown before its middle is left out, and how many at each end then.
const VECTOR: (usize, usize) = (16, 6);
const ROWS: (usize, usize) = (12, 5);
const COLUMNS: (usize, usize) = (10, 4);
const SLICES: (usize, usize) = (4, 2);

/// `name = value`, and the shape where it is not a scalar. A large tensor is shown by its ends, with its smallest and largest
/// entry and its mean. `shape_text` is the shape as the program knows it: `[3, m]`.
pub fn value(name: &str, tensor: &Tensor, shape_text: &str, digits: usize) -> Doc {
    let shape = tensor.shape().to_vec();
    let mut head = Line::new().name(name);
    if shape.is_empty() {
        return Doc::line(head.plain(" = ").number(entry(tensor, &[], digits)));
    }
    head = head.plain(" : ").shape(shape_text).plain(" =");
    if tensor.is_empty() {
        return Doc::line(head.plain(" []"));
    }
    let mut view = View { tensor, digits, elided: false, doc: Doc::new() };
    if let [len] = shape[..] {
        head = head.plain(" ").then(view.vector(len));
        view.doc.push(head);
    } else {
        view.doc.push(head);
        view.slices(name, &mut vec![], 2);
    }
    let View { elided, mut doc, .. } = view;
    if elided {
        doc.push(summary(tensor, digits));
    }
    doc
}

/// The only entry of a scalar (or of a tensor with one entry) as text; `None` where there are more.
pub fn scalar_text(tensor: &Tensor, digits: usize) -> Option<String> {
    (tensor.len() == 1).then(|| entry(tensor, &vec![0; tensor.shape().len()], digits))
}

/// A value for JSON: nested lists; reals `3.0`, ints `3`, bools 0 or 1, and `"nan"`, `"inf"`, `"-inf"`.
pub fn json_value(tensor: &Tensor) -> Value {
    let mut entries: Box<dyn Iterator<Item = Value> + '_> = match tensor {
        Tensor::F64(a) => Box::new(a.iter().map(|v| json_f64(*v))),
        Tensor::F32(a) => Box::new(a.iter().map(|v| json_f32(*v))),
        Tensor::Int(a) => Box::new(a.iter().map(|v| Value::from(*v))),
        Tensor::Bool(a) => Box::new(a.iter().map(|v| Value::from(u8::from(*v)))),
    };
    nest(tensor.shape(), &mut entries)
}

fn nest(shape: &[usize], entries: &mut dyn Iterator<Item = Value>) -> Value {
    match shape.split_first() {
        None => entries.next().unwrap_or(Value::Null),
        Some((len, rest)) => Value::Array((0..*len).map(|_| nest(rest, entries)).collect()),
    }
}

/// All entries in one line, rows in brackets: `[[1, 2], [3, 4]]`.
pub fn in_line(tensor: &Tensor, digits: usize) -> String {
    let mut texts: Vec<String> =
        ndarray::indices(IxDyn(tensor.shape())).into_iter().map(|at| entry(tensor, at.slice(), digits)).collect();
    for size in tensor.shape().iter().rev().filter(|size| **size > 0) {
        texts = texts.chunks(*size).map(|row| format!("[{}]", row.join(", "))).collect();
    }
    texts.pop().unwrap_or_else(|| "[]".to_string())
}

/// The text of one entry.
fn entry(tensor: &Tensor, index: &[usize], digits: usize) -> String {
    let index = IxDyn(index);
    match tensor {
        Tensor::F64(a) => a.get(index).map(|v| number(*v, digits)),
        Tensor::F32(a) => a.get(index).map(|v| number(f64::from(*v), digits)),
        Tensor::Int(a) => a.get(index).map(i64::to_string),
        Tensor::Bool(a) => a.get(index).map(bool::to_string),
    }
    .unwrap_or_default()
}

/// Which indices of an axis are shown; `None` stands for those left out.
fn shown(len: usize, (most, ends): (usize, usize)) -> Vec<Option<usize>> {
    if len <= most {
        return (0..len).map(Some).collect();
    }
    (0..ends).map(Some).chain([None]).chain((len - ends..len).map(Some)).collect()
}

struct View<'a> {
    tensor: &'a Tensor,
    digits: usize,
    elided: bool,
    doc: Doc,
}

impl View<'_> {
    fn text(&mut self, index: &[usize], last: Option<usize>) -> String {
        let Some(last) = last else {
            self.elided = true;
            return "…".into();
        };
        let index: Vec<usize> = index.iter().copied().chain([last]).collect();
        entry(self.tensor, &index, self.digits)
    }

    fn vector(&mut self, len: usize) -> Line {
        let mut line = Line::new().plain("[");
        for (place, i) in shown(len, VECTOR).into_iter().enumerate() {
            let text = self.text(&[], i);
            line = line.plain(if place == 0 { "" } else { ", " }).number(text);
        }
        line.plain("]")
    }

    /// The matrices below an index, each under its label.
    fn slices(&mut self, name: &str, index: &mut Vec<usize>, indent: usize) {
        let rest = &self.tensor.shape()[index.len()..];
        let [rows, columns] = *rest else {
            for i in shown(rest[0], SLICES) {
                let Some(i) = i else {
                    self.elided = true;
                    self.doc.push(Line::new().plain(" ".repeat(indent)).plain("…"));
                    continue;
                };
                index.push(i);
                self.slices(name, index, indent);
                index.pop();
            }
            return;
        };
        if index.is_empty() {
            return self.matrix(index, rows, columns, indent);
        }
        let at: Vec<String> = index.iter().map(usize::to_string).collect();
        let label = if is_name(name) { format!("{name}[{}]", at.join(", ")) } else { format!("[{}]", at.join(", ")) };
        self.doc.push(Line::new().plain(" ".repeat(indent)).name(label).plain(" ="));
        self.matrix(index, rows, columns, indent + 2);
    }

    fn matrix(&mut self, index: &[usize], rows: usize, columns: usize, indent: usize) {
        let row_places = shown(rows, ROWS);
        let column_places = shown(columns, COLUMNS);
        let mut cells: Vec<Option<Vec<String>>> = Vec::new();
        for row in &row_places {
            let Some(row) = row else {
                self.elided = true;
                cells.push(None);
                continue;
            };
            let at: Vec<usize> = index.iter().copied().chain([*row]).collect();
            cells.push(Some(column_places.iter().map(|column| self.text(&at, *column)).collect()));
        }
        let widest = |column: usize| cells.iter().flatten().filter_map(|row| row.get(column)).map(|t| width(t)).max();
        let widths: Vec<usize> = (0..column_places.len()).map(|column| widest(column).unwrap_or(0)).collect();
        let last = cells.len().saturating_sub(1);
        for (place, row) in cells.iter().enumerate() {
            let open = if place == 0 { "[[" } else { " [" };
            let mut line = Line::new().plain(" ".repeat(indent));
            match row {
                None => line = line.cut(false).plain(" …"),
                Some(row) => {
                    line = line.plain(open);
                    for (column, (text, columns)) in row.iter().zip(&widths).enumerate() {
                        line = line.cut(false).aligned(Style::Number, text, *columns, Align::Right);
                        line = line.plain(if column + 1 == row.len() { "" } else { ", " });
                    }
                    line = line.plain(if place == last { "]]" } else { "]," });
                }
            }
            self.doc.push(line);
        }
    }
}

/// Can `name[0]` be written for a part of it?
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
}

/// `3 × 209 numbers, minimum -1, maximum 2, mean 0.3`
fn summary(tensor: &Tensor, digits: usize) -> Line {
    let values = tensor.to_f64();
    let (mut least, mut most, mut sum, mut nans) = (f64::INFINITY, f64::NEG_INFINITY, 0.0, 0usize);
    for v in values.iter() {
        if v.is_nan() {
            nans += 1;
            continue;
        }
        least = least.min(*v);
        most = most.max(*v);
        sum += v;
    }
    let sizes: Vec<String> = tensor.shape().iter().map(usize::to_string).collect();
    let mut line = Line::new().note(format!("  {} numbers", sizes.join(" × ")));
    let count = values.len() - nans;
    if count > 0 {
        let mean = sum / count as f64;
        line = line
            .note(", minimum ")
            .number(number(least, digits))
            .note(", maximum ")
            .number(number(most, digits))
            .note(", mean ")
            .number(number(mean, digits));
    }
    if nans > 0 {
        line = line.with(Style::Bad, format!(", {nans} of them nan"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{ArrayD, arr2};

    fn range(shape: &[usize]) -> Tensor {
        let len: usize = shape.iter().product();
        let entries: Vec<f64> = (0..len).map(|i| i as f64).collect();
        Tensor::F64(ArrayD::from_shape_vec(IxDyn(shape), entries).expect("as many entries as the shape says"))
    }

    #[test]
    fn a_scalar_is_one_line_without_shape() {
        assert_eq!(value("J", &Tensor::scalar(33.0), "[]", 6).text(), "J = 33\n");
        assert_eq!(value("3*u", &Tensor::scalar(-0.0), "[]", 6).text(), "3*u = 0\n");
    }

    #[test]
    fn a_vector_is_one_line_with_its_shape() {
        assert_eq!(value("x", &range(&[3]), "[m]", 6).text(), "x : [m] = [0, 1, 2]\n");
        assert_eq!(value("x", &range(&[0]), "[0]", 6).text(), "x : [0] = []\n");
    }

    #[test]
    fn a_matrix_has_aligned_columns_under_its_name() {
        let w = Tensor::F64(arr2(&[[1.0, -20.5], [300.0, 4.0]]).into_dyn());
        assert_eq!(value("W", &w, "[2, 2]", 6).text(), "W : [2, 2] =\n  [[  1, -20.5],\n   [300,     4]]\n");
    }

    #[test]
    fn higher_ranks_are_labelled_slices() {
        let text = "T : [2, 1, 2] =\n  T[0] =\n    [[0, 1]]\n  T[1] =\n    [[2, 3]]\n";
        assert_eq!(value("T", &range(&[2, 1, 2]), "[2, 1, 2]", 6).text(), text);
        assert!(value("a + b", &range(&[2, 1, 2]), "[2, 1, 2]", 6).text().contains("\n  [1] =\n"));
    }

    #[test]
    fn a_large_tensor_shows_its_ends_and_a_summary() {
        let text = value("x", &range(&[100]), "[m]", 6).text();
        assert_eq!(
            text,
            "x : [m] = [0, 1, 2, 3, 4, 5, …, 94, 95, 96, 97, 98, 99]\n  100 numbers, minimum 0, maximum 99, mean 49.5\n"
        );
        let text = value("X", &range(&[100, 100]), "[100, 100]", 6).text();
        assert_eq!(text.lines().count(), 13);
        assert!(text.ends_with("  100 × 100 numbers, minimum 0, maximum 9999, mean 4999.5\n"), "{text}");
        let text = value("T", &range(&[9, 2, 2]), "[9, 2, 2]", 6).text();
        assert!(text.contains("T[1]") && !text.contains("T[2]") && text.contains("T[8]"), "{text}");
    }

    #[test]
    fn json_nests_by_shape_and_tells_reals_from_ints() {
        assert_eq!(json_value(&range(&[2, 2])).to_string(), "[[0.0,1.0],[2.0,3.0]]");
        assert_eq!(json_value(&Tensor::scalar(f64::NAN)).to_string(), "\"nan\"");
        let ints = Tensor::Int(ArrayD::from_elem(IxDyn(&[2]), 3));
        assert_eq!(json_value(&ints).to_string(), "[3,3]");
        let bools = Tensor::Bool(ArrayD::from_elem(IxDyn(&[]), true));
        assert_eq!(json_value(&bools).to_string(), "1");
        assert_eq!(json_value(&range(&[2, 0])).to_string(), "[[],[]]");
    }
}
