//! Layers against PyTorch: values, slopes and slopes of slopes of each layer with the same weights.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use nnlang::inside::diag::render::{self, Look};
use support::{Files, plain_settings, root, run};

#[test]
fn every_layer_agrees_with_pytorch() {
    let text = std::fs::read_to_string(root().join("tests/data/layers.txt")).expect("tests/data/layers.txt is there");
    let mut wrong = vec![];
    let mut count = 0;
    for section in text.split("== ").skip(1) {
        let (name, program) = section.split_once('\n').unwrap_or_default();
        let report = run(name, program, &plain_settings(), &Files::default());
        let errors: Vec<_> = report.diagnostics.iter().filter(|problem| problem.is_error()).cloned().collect();
        count += program.matches("assert ").count();
        if !errors.is_empty() {
            wrong.push(render::all(&report.sources, &errors, Look::PLAIN));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 100, "only {count} were compared");
}

#[test]
fn a_wrong_weight_is_found() {
    let text = std::fs::read_to_string(root().join("tests/data/layers.txt")).expect("tests/data/layers.txt is there");
    let dense = text.split("== ").find_map(|section| section.strip_prefix("dense\n")).unwrap_or_default();
    let program = dense.replacen("layer 3 tanh", "layer 3 sigmoid", 1);
    assert!(!dense.is_empty() && program != dense);
    let report = run("dense", &program, &plain_settings(), &Files::default());
    assert!(report.diagnostics.iter().any(|problem| problem.code == "nnlang::value::assert"));
}
