//! Pictures in files: each ending is of its kind, and the pictures of the documents are those that the program makes.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods)]

mod support;

use nnlang::{InMemory, Session};
use support::{plain_settings, root};

const NOTES: &str = "a = 5\nb = 3\nc = 2\nu = b*c\nv = a + u\nJ = 3v\n";

/// The file that a program writes.
fn written(text: &str, path: &str) -> Vec<u8> {
    let mut outside = InMemory::default();
    let (_, report) = Session::new(plain_settings()).apply("", text, &mut outside);
    assert!(report.diagnostics.iter().all(|problem| !problem.is_error()), "{:?}", report.diagnostics);
    outside.files.remove(path).unwrap_or_default()
}

#[test]
fn the_picture_of_the_documents_is_what_the_program_makes() {
    let path = root().join("docs/pictures/computation_graph.svg");
    let made = written(&format!("{NOTES}graph J to \"j.svg\""), "j.svg");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &made).expect("it can be written");
    }
    let kept = std::fs::read(&path).unwrap_or_default();
    assert!(made == kept, "BLESS=1 cargo test --test figures draws docs/pictures again");
}

#[test]
fn a_file_is_of_the_kind_that_its_ending_says() {
    let of = |end: &str| written(&format!("{NOTES}graph J to \"j.{end}\""), &format!("j.{end}"));
    let begins: [(&str, &[u8]); 6] = [
        ("svg", b"<svg xmlns="),
        ("png", b"\x89PNG\r\n"),
        ("html", b"<!doctype html>"),
        ("dot", b"digraph"),
        ("mmd", b"flowchart LR"),
        ("tex", b"\\documentclass"),
    ];
    for (end, begin) in begins {
        assert!(of(end).starts_with(begin), "{end}");
    }
}

#[test]
fn a_value_stands_above_its_edge_and_the_derivative_below() {
    let svg = String::from_utf8(written(&format!("{NOTES}graph J to \"j.svg\""), "j.svg")).expect("it is text");
    // The place of a text that stands in the picture once.
    let row = |class: &str, text: &str| {
        let end = format!(">{text}</text>");
        let line = svg.lines().find(|line| line.ends_with(&end) && line.contains(class)).expect("it is there");
        let y = line.split(" y=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("it has a place");
        y.parse::<f64>().expect("a place is a number")
    };
    // By hand: J = 3(a + bc) at a = 5, b = 3, c = 2.
    for (value, slope) in [("5", "dJ/da = 3"), ("3", "dJ/db = 6"), ("2", "dJ/dc = 9"), ("11", "dJ/dv = 3")] {
        let (above, below) = (row("\"value\"", value), row("\"slope\"", slope));
        assert!(below - above > 12.0 && below - above < 30.0, "{slope}: {above} {below}");
    }
}

#[test]
fn each_layer_of_a_deep_network_is_one_box() {
    let text = "examples rows\ninput x : [m, 8] = ones([2, 8])\nlayer 8 tanh\nrepeat 9 {\n    residual {\n        \
                layer 8 tanh\n        layer 8\n    }\n}\nlayer 1\nJ = mean(a29^2)\ngraph J to \"j.svg\"";
    let svg = String::from_utf8(written(text, "j.svg")).expect("it is text");
    assert!(svg.len() < 200_000, "{}", svg.len());
    let boxes = svg.lines().filter(|line| line.starts_with("<rect class=") && line.contains("data-name")).count();
    // x, the first layer, nine times two layers and their sum, the last layer, J.
    assert_eq!(boxes, 1 + 1 + 9 * 3 + 1 + 1);
    assert_eq!(svg.matches("<text").count(), svg.matches("</text>").count());
}
