//! Formulas: each is what a person would write, and is read back as a program and equal to reverse mode.
//!
//! The expected texts come from the course's notes, from calculus, and from the matrix cookbook (Petersen, Pedersen).

use nnlang::InMemory;
use nnlang::fact::Fact;
use nnlang::inside::formula::length;
use nnlang::{Session, Settings};

struct Case {
    program: &'static str,
    asks: &'static [(&'static str, &'static str)],
}

const LOGISTIC: &str = "input x : [3, m] = [[1, 2], [0.5, -1], [3, 0.25]]
input y : [1, m] = [[1, 0]]
param w : [3, 1] = [[0.1], [-0.2], [0.3]]
param b : [] = 0.05
a = sigmoid(w' @ x + b)
";

const CASES: &[Case] = &[
    Case {
        program: "a = 5; b = 3; c = 2\nJ = 3(a + b*c)",
        asks: &[("dJ/db", "3c"), ("dJ/da", "3"), ("d2J/db dc", "3")],
    },
    Case { program: "J = mean(bce(a, y))", asks: &[("dJ/dw", "x @ (a - y)' / m"), ("dJ/db", "mean(a - y)")] },
    Case {
        program: "L = -(y*log(a) + (1 - y)*log(1 - a))\nJ = mean(L)",
        asks: &[("dJ/dw", "x @ (a - y)' / m"), ("dJ/db", "mean(a - y)"), ("dL/da", "(a - y)/(a*(1 - a))")],
    },
    Case {
        program: "L = -(y*log(a) + (1 - y)*log(1 - a))\nJ = sum(L)/m",
        asks: &[("dJ/dw", "x @ (a - y)' / m"), ("dJ/db", "mean(a - y)")],
    },
    Case {
        program: "n = 2\ninput u : [1, n] = [[1, 2]]\nparam k = 0.3\nJ = sum((k*u - 1)^2)/(2n)",
        asks: &[("dJ/dk", "mean(u*(k*u - 1))")],
    },
    Case {
        program: "lambda = 0.1\nJ = mean(bce(a, y)) + lambda/2*sum(w^2)",
        asks: &[("dJ/dw", "lambda*w + x @ (a - y)' / m")],
    },
    Case {
        program: "input u : [3, n] = [[1, 2], [0.5, -1], [3, 0.25]]
input v : [n] = [1, 0]
param k : [3] = [0.1, -0.2, 0.3]
p = sigmoid(k @ u)
J = mean(bce(p, v))",
        asks: &[("dJ/dk", "u @ (p - v) / n"), ("d2J/dk2", "(u*p*(1 - p)) @ u' / n")],
    },
    Case {
        program: "input u : [3, n] = [[1, 2], [0.5, -1], [3, 0.25]]
input v : [1, n] = [[1, 0]]
layer 4 tanh from u
layer 1 sigmoid
J = mean(bce(a2, v))",
        asks: &[
            ("dJ/dW2", "a1 @ (a2 - v)' / n"),
            ("dJ/dW1", "u @ ((W2 @ (a2 - v))*(1 - a1^2))' / n"),
            ("dJ/dz1", "(W2 @ (a2 - v))*(1 - a1^2)/n"),
        ],
    },
    Case {
        program: "input u : [3, n] = [[1, 2], [0.5, -1], [3, 0.25]]
input v : [1, n] = [[1, 0]]
layer 4 relu from u
layer 1 sigmoid
J = mean(bce(a2, v))",
        asks: &[("dJ/dW1", "u @ ((W2 @ (a2 - v))*(z1 >= 0))' / n")],
    },
    Case {
        program: "input z : [n, k] = [[1, 2, 3], [0, -1, 0.5]]
input t : int [n] = [2, 0]
p = softmax(z)
J = mean(cross_entropy(z, t))",
        asks: &[("dJ/dz", "(p - one_hot(t, k))/n")],
    },
    Case {
        program: "input X : [n, d] = [[1, 2], [0.5, -1], [3, 0.25]]
input r : [d] = [0.3, -0.7]
input t : [n] = [1, 0, 2]
J = sum((X @ r - t)^2)",
        asks: &[("dJ/dr", "2X' @ (X @ r - t)"), ("d2J/dr2", "2X' @ X")],
    },
    Case {
        program: "input A : [d, d] = [[2, 0.5], [0.25, 1]]
input B : [d, d] = [[1, -1], [0.5, 3]]
input X : [d, d] = [[1, 2], [3, 5]]
input r : [d] = [0.3, -0.7]
q = r' @ A @ r
l = logdet(A)
t = trace(A @ X @ B)
n = norm(r)
s = logsumexp(r)
o = sum(r^2)/2",
        asks: &[
            ("dq/dr", "(A + A') @ r"),
            ("dl/dA", "inv(A)'"),
            ("dt/dX", "A' @ B'"),
            ("dn/dr", "r/norm(r)"),
            ("ds/dr", "softmax(r)"),
            ("do/dr", "r"),
        ],
    },
    Case {
        program: "u = 1.3; k = 0.4\nv = u^u\ng = log(1 + exp(u))\nh = sqrt(1 + u^2)\nt = tanh(u)\ns = sigmoid(u)
c = cos(u)*sin(u)\nq = (u + k)*(u - k)\np = u^k\ne3 = (k*u + 1)^3\nr = exp(-u^2/2)",
        asks: &[
            ("dv/du", "u^u*(log(u) + 1)"),
            ("dg/du", "sigmoid(u)"),
            ("dh/du", "u/h"),
            ("dt/du", "1 - t^2"),
            ("ds/du", "s*(1 - s)"),
            ("dc/du", "cos(u)^2 - sin(u)^2"),
            ("dq/du", "2u"),
            ("dp/dk", "u^k*log(u)"),
            ("dr/du", "-u*exp(-u^2/2)"),
        ],
    },
];

fn run(text: &str) -> (Vec<String>, Vec<String>) {
    let report = Session::new(Settings::default()).apply("case", text, &mut InMemory::default()).1;
    let formulas = report
        .answers
        .iter()
        .flat_map(|answer| &answer.facts)
        .filter_map(|fact| if let Fact::Formula(formula) = fact { Some(formula.formula.clone()) } else { None })
        .collect();
    let problems =
        report.diagnostics.iter().filter(|p| p.is_error()).map(|p| format!("{}: {}", p.code, p.title)).collect();
    (formulas, problems)
}

fn program(case: &Case) -> String {
    let needs_logistic = case.program.contains("bce(a, y)") || case.program.contains("log(a)");
    format!("{}{}\n", if needs_logistic { LOGISTIC } else { "" }, case.program)
}

#[test]
fn formulas_are_what_a_person_would_write() {
    let mut wrong = vec![];
    for case in CASES {
        let mut text = program(case);
        for (ask, _) in case.asks {
            text.push_str(&format!("derive {ask}\n"));
        }
        let (formulas, problems) = run(&text);
        assert!(problems.is_empty(), "{problems:?} in\n{text}");
        for ((ask, expected), found) in case.asks.iter().zip(&formulas) {
            if found != expected {
                wrong.push(format!("{ask}: expected {expected}, found {found}"));
            }
        }
        assert_eq!(formulas.len(), case.asks.len());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_formula_read_back_is_the_derivative() {
    for case in CASES {
        let base = program(case);
        for (ask, _) in case.asks {
            let (formulas, _) = run(&format!("{base}derive {ask}\n"));
            let formula = &formulas[0];
            // A Jacobian whose entries go one to one is compared by its row sums.
            let shown = format!("{base}assert sum({formula}) ~= sum({ask})\n");
            let (_, problems) = run(&shown);
            assert!(problems.is_empty(), "{ask} = {formula}: {problems:?}");
        }
    }
}

/// One line of the table of derivatives.
struct Ask {
    ask: String,
    formula: String,
    /// What a textbook writes.
    textbook: Option<String>,
    /// The formula is that of one entry.
    entry: bool,
}

/// The table of derivatives: the programs, and what is asked of each.
fn table() -> Vec<(String, Vec<Ask>)> {
    let text = include_str!("data/formulas.txt");
    let mut out = vec![];
    for block in text.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let (mut program, mut asks) = (String::new(), vec![]);
        for line in block.lines().filter(|line| !line.starts_with('#')) {
            match line.split_once(' ') {
                Some((mark @ (">" | "~"), ask)) => {
                    let (ask, formula) = ask.split_once(" = ").unwrap_or((ask, ""));
                    let (formula, textbook) = match formula.split_once("  # textbook") {
                        Some((formula, "")) => (formula, Some(formula)),
                        Some((formula, other)) => (formula, Some(other.trim_start_matches(": "))),
                        None => (formula, None),
                    };
                    asks.push(Ask {
                        ask: ask.to_string(),
                        formula: formula.to_string(),
                        textbook: textbook.map(str::to_string),
                        entry: mark == "~",
                    });
                }
                _ => program.push_str(&format!("{line}\n")),
            }
        }
        out.push((program, asks));
    }
    out
}

#[test]
fn the_derivatives_of_books_and_courses_are_short() {
    let mut wrong = vec![];
    for (program, asks) in table() {
        let asked: String = asks.iter().map(|ask| format!("derive {}\n", ask.ask)).collect();
        let (formulas, problems) = run(&format!("{program}{asked}"));
        assert!(problems.is_empty(), "{problems:?} in\n{program}");
        for (Ask { ask, formula, .. }, found) in asks.iter().zip(&formulas) {
            if found != formula {
                wrong.push(format!("{ask}: expected {formula}, found {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_formula_is_longer_than_the_textbooks() {
    let mut compared = 0;
    for Ask { ask, formula, textbook, .. } in table().into_iter().flat_map(|(_, asks)| asks) {
        let Some(textbook) = textbook else { continue };
        compared += 1;
        assert!(length(&formula) <= length(&textbook), "{ask}: {formula} is longer than {textbook}");
    }
    assert!(compared > 300);
}

#[test]
fn the_derivatives_of_books_and_courses_are_true() {
    let mut wrong = vec![];
    for (program, asks) in table() {
        let asserts: String = asks
            .iter()
            .filter(|ask| !ask.entry)
            .flat_map(|ask| [Some(&ask.formula), ask.textbook.as_ref()].map(|formula| (&ask.ask, formula)))
            .filter_map(|(ask, formula)| formula.map(|formula| format!("assert {ask} ~= ({formula})\n")))
            .collect();
        wrong.extend(run(&format!("{program}{asserts}")).1);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
