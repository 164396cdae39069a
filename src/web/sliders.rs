//! The numbers of a text that can be moved: those that a leaf, an input or a parameter is given.

use super::places::Places;
use crate::source::Span;
use crate::syntax::ast::{self, PartKind, Prefix, Role, Statement};

/// A tensor of more entries is no grid of cells.
const CELLS: usize = 64;

/// A number that stands in the text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// Where, with its sign.
    pub span: Span,
    /// The number.
    pub value: f64,
}

/// A name and the numbers that it is given.
#[derive(Clone, Debug, PartialEq)]
pub struct Slider {
    /// The name.
    pub name: String,
    /// The lengths of its axes; none of a number.
    pub shape: Vec<usize>,
    /// The numbers, the last axis first.
    pub cells: Vec<Cell>,
}

/// The sliders of a program, in order.
pub fn sliders(items: &[ast::Item]) -> Vec<Slider> {
    items.iter().filter_map(|item| slider(&item.statement)).collect()
}

fn slider(statement: &Statement) -> Option<Slider> {
    let (name, value) = match statement {
        Statement::Define(define) => (&define.name, &define.value),
        Statement::Declare(declare) if matches!(declare.role, Role::Input | Role::Param) => {
            (&declare.name, declare.value.as_ref()?)
        }
        _ => return None,
    };
    let mut cells = vec![];
    let shape = entries(value, &mut cells, 0)?;
    Some(Slider { name: name.text.clone(), shape, cells })
}

/// Takes the numbers of nested lists, which have the same lengths, and tells these.
fn entries(expr: &ast::Expr, cells: &mut Vec<Cell>, depth: usize) -> Option<Vec<usize>> {
    if let Some(value) = number(expr) {
        cells.push(Cell { span: expr.span, value });
        return (cells.len() <= CELLS).then(Vec::new);
    }
    let [ast::Part { kind: PartKind::List(rows), .. }] = &expr.parts[..] else { return None };
    if depth > 3 || rows.is_empty() {
        return None;
    }
    let mut inner: Option<Vec<usize>> = None;
    for row in rows {
        let shape = entries(row, cells, depth + 1)?;
        if inner.as_ref().is_some_and(|inner| *inner != shape) {
            return None;
        }
        inner = Some(shape);
    }
    Some([vec![rows.len()], inner?].concat())
}

/// The number that an expression is, with its sign.
fn number(expr: &ast::Expr) -> Option<f64> {
    match &expr.parts[..] {
        [ast::Part { kind: PartKind::Number(value), .. }] => Some(*value),
        [ast::Part { kind: PartKind::Prefix(Prefix::Neg), .. }, ast::Part { kind: PartKind::Number(value), .. }] => {
            Some(-value)
        }
        _ => None,
    }
}

impl Slider {
    /// For the page: each cell as its place and its number.
    pub fn json(&self, places: &Places<'_>) -> serde_json::Value {
        let cell = |cell: &Cell| {
            let [start, end] = places.of(cell.span);
            serde_json::json!([start, end, crate::view::json_f64(cell.value)])
        };
        let line = self.cells.first().map_or(1, |cell| places.line(cell.span.start as usize));
        serde_json::json!({
            "name": self.name, "line": line, "shape": self.shape,
            "cells": self.cells.iter().map(cell).collect::<Vec<_>>(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Sources};

    fn of(text: &str) -> Vec<Slider> {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("", text));
        sliders(&crate::syntax::parse(&sources, id).0.items)
    }

    #[test]
    fn numbers_and_lists_of_numbers_can_be_moved() {
        let found = of("a = 5\nb = -1.5e-3\nparam W : [2, 2] = [[1, 2], [3, -4]]\nu = a*b\nv = [a, 1]\n");
        let names: Vec<&str> = found.iter().map(|slider| slider.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "W"]);
        assert_eq!(found[1].cells[0].value, -1.5e-3);
        assert_eq!(found[2].shape, [2, 2]);
        let last = found[2].cells[3];
        assert_eq!((last.value, last.span.end - last.span.start), (-4.0, 2));
    }

    #[test]
    fn rows_of_different_lengths_and_long_lists_cannot() {
        let long = format!("x = [{}0]", "1, ".repeat(64));
        assert!(of(&format!("A = [[1], [2, 3]]\n{long}\nk = [\"a\"]\n")).is_empty());
    }
}
