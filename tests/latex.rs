//! LaTeX says what the formula says: each is read back by a reader of its own, and compared.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods)]

mod support;

use nnlang::fact::Fact;
use nnlang::{InMemory, Session, Settings};
use std::cell::RefCell;
use std::collections::HashMap;
use support::latex::Reader;

/// The programs of the table of derivatives, with what is asked of each.
fn table() -> Vec<(String, Vec<String>)> {
    let mut out = vec![];
    for block in include_str!("data/formulas.txt").split("\n\n") {
        let (mut program, mut asks) = (String::new(), vec![]);
        for line in block.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once(' ') {
                Some((">" | "~", ask)) => asks.push(ask.split(" = ").next().unwrap_or(ask).to_string()),
                _ => program.push_str(&format!("{line}\n")),
            }
        }
        if !asks.is_empty() {
            out.push((program, asks));
        }
    }
    out
}

/// The formulas of what is asked, each with its LaTeX.
fn derived(session: &Session, asks: &[String]) -> Vec<(String, String)> {
    let text: String = asks.iter().map(|ask| format!("derive {ask}\n")).collect();
    let report = session.apply("asked", &text, &mut InMemory::default()).1;
    let facts = report.answers.iter().flat_map(|answer| &answer.facts);
    let told = facts.filter_map(|fact| match fact {
        Fact::Formula(told) => Some((told.formula.clone(), told.latex.clone())),
        Fact::Equations(told) => Some((told.formula.clone(), String::new())),
        _ => None,
    });
    told.collect()
}

/// What of a program's formulas does not read back.
fn faults(program: &str, asks: &[String]) -> Vec<String> {
    let session = Session::new(Settings::default()).apply("case", program, &mut InMemory::default()).0;
    let shapes = session.apply("shapes", "shapes", &mut InMemory::default()).1;
    let facts = shapes.answers.iter().flat_map(|answer| &answer.facts);
    let named = || facts.clone().filter_map(|fact| if let Fact::Named(named) = fact { Some(named) } else { None });
    let mut names: Vec<String> = named().map(|named| named.name.clone()).collect();
    // Dimensions have names too.
    for dim in named().flat_map(|named| &named.shape) {
        if !names.iter().any(|name| name == dim) && dim.starts_with(char::is_alphabetic) {
            names.push(dim.to_string());
        }
    }
    let known: RefCell<HashMap<String, usize>> = RefCell::default();
    let rank = |text: &str| {
        if let Some(rank) = known.borrow().get(text) {
            return *rank;
        }
        let report = session.apply("rank", text, &mut InMemory::default()).1;
        let shape = report.answers.first().and_then(|answer| answer.facts.first()?.valued());
        let rank = shape.map_or(9, |valued| valued.shape.len());
        known.borrow_mut().insert(text.to_string(), rank);
        rank
    };
    let mut out = vec![];
    for (ask, (formula, latex)) in asks.iter().zip(derived(&session, asks)) {
        let right = latex.split_once("} = ").map_or("", |(_, right)| right);
        match Reader::read(right, &names, &rank) {
            Err(why) => out.push(format!("{ask} = {formula}: {right}\n    {why}")),
            Ok(read) => {
                let assert = format!("assert ({formula}) ~= ({read})");
                let report = session.apply("same", &assert, &mut InMemory::default()).1;
                if let Some(problem) = report.diagnostics.iter().find(|problem| problem.is_error()) {
                    out.push(format!("{ask} = {formula}: {right}\n    {read}\n    {}", problem.title));
                }
            }
        }
    }
    out
}

#[test]
fn the_latex_of_every_formula_of_the_table_reads_back() {
    let (mut wrong, mut count) = (vec![], 0);
    for (program, asks) in table() {
        wrong.extend(faults(&program, &asks));
        count += asks.len();
    }
    assert!(wrong.is_empty(), "{} of {count}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 500, "{count}");
}

/// What a book would print: programs, what is asked, and its LaTeX, checked by hand against the rules of the notation.
const BOOK: &[(&str, &[(&str, &str)])] = &[
    (
        "input A : [n, n] = [[2, 1], [1, 3]]\ninput B : [n, n] = [[2, 1], [0.5, 3]]\ninput C : [n, n] = [[1, 1], [0, 3]]
input w : [n] = [1, 2]\ninput x : [n] = [0.5, 2]\nparam k = 3
f = sum(C*(A @ (B*k)))\ng = sum(A*B)*sum(A*k)\np = (w @ x)^2\nq = w @ A @ x\nl = logdet(A @ B)
s = sum((A*x) @ B)\nt = sum(A + x)^2\nr = sum(A*(B @ C))\no = sum(relu(A @ x))\nh = -k*exp(-k)",
        &[
            ("dp/dw", r"2\,\left(w^{\top}\,x\right)\,x"),
            ("dq/dA", r"w\,x^{\top}"),
            ("dq/dw", r"A\,x"),
            ("dl/dA", r"A^{-\top}"),
            ("dr/dB", r"A\,C^{\top}"),
            ("dr/dA", r"B\,C"),
            ("do/dx", r"A^{\top}\,\left[A\,x \geq 0\right]"),
            ("dh/dk", r"e^{-k}\,\left(k - 1\right)"),
            ("dt/dx", r"2\,n\,\sum \left(A + \mathbf{1}\,x^{\top}\right)"),
        ],
    ),
    (
        "e = 3\nx = 2\nx_ = 3\nx1 = 1.5\nx_1 = 2.5\nalpha = 0.5\nα = 0.25\nJ = x*x_^2*x1*x_1*alpha*α\nf = e*exp(2e)",
        &[
            ("dJ/dx_", r"2\,\mathtt{alpha}\,x\,x_{1}\,\mathrm{x\_}\,\mathtt{x\_1}\,\alpha"),
            ("df/de", r"\exp\left(2\,e\right)\,\left(2\,e + 1\right)"),
        ],
    ),
];

#[test]
fn products_sums_and_names_are_written_as_in_a_book_and_read_back() {
    let mut wrong = vec![];
    for (program, cases) in BOOK {
        let asks: Vec<String> = cases.iter().map(|(ask, _)| ask.to_string()).collect();
        let session = Session::new(Settings::default()).apply("case", program, &mut InMemory::default()).0;
        for ((ask, expected), (_, latex)) in cases.iter().zip(derived(&session, &asks)) {
            let right = latex.split_once("} = ").map_or("", |(_, right)| right);
            if right != *expected {
                wrong.push(format!("{ask}: expected {expected}\n    found {right}"));
            }
        }
        wrong.extend(faults(program, &asks));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// With `LATEX=FILE`, all of them as one document.
#[test]
fn the_formulas_make_one_document() {
    let mut text =
        String::from("\\documentclass{article}\n\\usepackage[utf8]{inputenc}\n\\usepackage[margin=2cm]{geometry}\n");
    text.push_str("\\usepackage{amsmath,amssymb}\n\\allowdisplaybreaks\n\\begin{document}\n");
    for (program, asks) in table() {
        let session = Session::new(Settings::default()).apply("case", &program, &mut InMemory::default()).0;
        for (_, latex) in derived(&session, &asks) {
            let balance = |open: &str, close: &str| (latex.matches(open).count(), latex.matches(close).count());
            let (left, right) = balance("\\left", "\\right");
            assert_eq!(left - latex.matches("\\leftarrow").count(), right, "{latex}");
            let (open, close) = balance("{", "}");
            assert_eq!(open, close, "{latex}");
            text.push_str(&format!("\\[ {latex} \\]\n"));
        }
    }
    text.push_str("\\end{document}\n");
    if let Some(path) = std::env::var_os("LATEX") {
        std::fs::write(path, text).expect("the file can be written");
    }
}
