//! Learners' pages: right ones hold, and of slips that a generator plants in them, in named steps and in the formulas that are
//! checked, at least nine in ten are named by their kind and line; none is blessed, and every mend holds. `REPORT=1` lists
//! those that are not named.

#![allow(clippy::disallowed_methods)]

use nnlang::fact::Fact;
use nnlang::{InMemory, Session, Settings};

/// A page: the network and its loss, the learner's named steps, and the formulas that are checked.
struct Page {
    above: &'static str,
    steps: &'static [&'static str],
    checks: &'static [(&'static str, &'static str)],
}

const COLUMNS: &str = "input x : [3, m] = [[1, 2, -1, 0.5], [0.5, -1, 0.25, 2], [3, 0.25, 1, -2]]
input y : [1, m] = [[1, 0, 1, 0]]
";
const ROWS: &str = "examples rows
input x : [m, 3] = [[1, 0.5, 3], [2, -1, 0.25], [-1, 0.25, 1], [0.5, 2, -2]]
input y : [m, 1] = [[1], [0], [1], [0]]
";

const PAGES: &[Page] = &[
    Page {
        above: "COLUMNSparam w : [3, 1] = [[0.1], [-0.2], [0.3]]\nparam b : [] = 0.05\nz = w' @ x + b\na = sigmoid(z)\nJ = mean(bce(a, y))",
        steps: &["dz = a - y"],
        checks: &[("dJ/dw", "x @ dz' / m"), ("dJ/db", "sum(dz)/m"), ("dJ/dz", "(a - y)/m")],
    },
    Page {
        above: "COLUMNSlambda = 0.1\nparam w : [3, 1] = [[0.1], [-0.2], [0.3]]\nparam b : [] = 0.05\nz = w' @ x + b\na = sigmoid(z)\nJ = mean(bce(a, y)) + lambda/2*sum(w^2)",
        steps: &["dz = a - y"],
        checks: &[("dJ/dw", "x @ dz' / m + lambda*w"), ("dJ/db", "mean(dz)")],
    },
    Page {
        above: "COLUMNSlayer 4 tanh from x\nlayer 1 sigmoid\nJ = mean(bce(a2, y))",
        steps: &[
            "dz2 = a2 - y",
            "dW2 = a1 @ dz2' / m",
            "da1 = W2 @ dz2",
            "dz1 = da1 * (1 - a1^2)",
            "dW1 = x @ dz1' / m",
        ],
        checks: &[
            ("dJ/dW2", "dW2"),
            ("dJ/dW1", "dW1"),
            ("dJ/db2", "sum(dz2, axis=1, keep=true) / m"),
            ("dJ/db1", "sum(dz1, axis=1, keep=true) / m"),
        ],
    },
    Page {
        above: "COLUMNSlayer 4 relu from x\nlayer 1 sigmoid\nJ = -sum(y*log(a2) + (1 - y)*log(1 - a2))/m",
        steps: &["dz2 = a2 - y", "dz1 = W2 @ dz2 * (z1 >= 0)"],
        checks: &[("dJ/dW2", "a1 @ dz2' / m"), ("dJ/dW1", "x @ dz1' / m"), ("dJ/dz1", "W2 @ (a2 - y) * (z1 >= 0) / m")],
    },
    Page {
        above: "COLUMNSlayer 4 sigmoid from x\nlayer 1\nJ = sum((a2 - y)^2)/(2m)",
        steps: &["da2 = a2 - y", "g1 = a1*(1 - a1)", "dz1 = W2 @ da2 * g1"],
        checks: &[("dJ/dW2", "a1 @ da2' / m"), ("dJ/dW1", "x @ dz1' / m"), ("dJ/db1", "mean(dz1, axis=1, keep=true)")],
    },
    Page {
        above: "ROWSlayer 4 tanh from x\nlayer 1 sigmoid\nJ = mean(bce(a2, y))",
        steps: &["dz2 = a2 - y", "dz1 = (dz2 @ W2') * (1 - a1^2)"],
        checks: &[("dJ/dW2", "a1' @ dz2 / m"), ("dJ/dW1", "x' @ dz1 / m"), ("dJ/db1", "sum(dz1, axis=0)/m")],
    },
    Page {
        above: "ROWSlambda = 0.01\nlayer 4 tanh from x\nlayer 1 sigmoid\nL = mean(bce(a2, y))\nJ = L + lambda*sum(W1^2) + lambda*sum(W2^2)",
        steps: &["delta2 = a2 - y", "delta1 = (delta2 @ W2')*(1 - a1^2)"],
        checks: &[("dJ/dW2", "a1' @ delta2 / m + 2lambda*W2"), ("dJ/dW1", "x' @ delta1 / m + 2lambda*W1")],
    },
    Page {
        above: "COLUMNSinput c : int [m] = [0, 2, 1, 0]\nlayer 3 softmax from x\nt = one_hot(c, 3, axis=0)\nJ = -sum(t*log(a1))/m",
        steps: &["dz1 = a1 - t"],
        checks: &[("dJ/dW1", "x @ dz1' / m"), ("dJ/db1", "sum(dz1, axis=1, keep=true) / m"), ("dJ/dz1", "(a1 - t)/m")],
    },
    Page {
        above: "ROWSinput c : int [m] = [0, 2, 1, 0]\nlayer 4 relu from x\nlayer 3\np = softmax(z2, axis=1)\nJ = mean(cross_entropy(z2, c))",
        steps: &["dz2 = p - one_hot(c, 3)", "dz1 = (dz2 @ W2') * (z1 >= 0)"],
        checks: &[("dJ/dW2", "a1' @ dz2 / m"), ("dJ/dW1", "x' @ dz1 / m")],
    },
    Page {
        above: "COLUMNSlayer 5 tanh from x\nlayer 4 tanh\nlayer 1 sigmoid\nJ = mean(bce(a3, y))",
        steps: &["dz3 = a3 - y", "dz2 = (W3 @ dz3)*(1 - a2^2)", "dz1 = (W2 @ dz2)*(1 - a1^2)"],
        checks: &[("dJ/dW3", "a2 @ dz3' / m"), ("dJ/dW2", "a1 @ dz2' / m"), ("dJ/dW1", "x @ dz1' / m")],
    },
    Page {
        above: "ROWSparam w : [3, 1] = [[0.1], [-0.2], [0.3]]\nparam b : [] = 0.05\np = x @ w + b\nJ = mean((p - y)^2)",
        steps: &["e = p - y"],
        checks: &[("dJ/dw", "2x' @ e / m"), ("dJ/db", "2mean(e)"), ("dJ/dp", "2(p - y)/m")],
    },
    Page {
        above: "ROWSlayer 4 softplus from x\nlayer 1 sigmoid\nJ = sum(bce(a2, y))",
        steps: &["dz2 = a2 - y", "da1 = dz2 @ W2'", "dz1 = da1 * sigmoid(z1)"],
        checks: &[("dJ/dW2", "a1' @ dz2"), ("dJ/dW1", "x' @ dz1"), ("dJ/db1", "sum(dz1, axis=0)")],
    },
];

/// A slip: its kind, what it changes into what, and what one of which a teacher says.
struct Slip {
    kind: &'static str,
    from: &'static str,
    to: &'static str,
    said: &'static [&'static str],
}

const SIGN: &[&str] = &["sign"];
const FACTOR: &[&str] = &["factor", "lacks `/", "divides by", "multiplies where"];
const SLOPE: &[&str] = &["slope", "factor", "dJ/da", "which is da", "where the derivative has"];
const SHAPE: &[&str] = &["transpose", "matrix product", "another order", "axis", "sum", "mean"];
const TERM: &[&str] = &["lacks `", "has a term"];

const fn slip(kind: &'static str, from: &'static str, to: &'static str, said: &'static [&'static str]) -> Slip {
    Slip { kind, from, to, said }
}

const SLIPS: &[Slip] = &[
    slip("sign", "a - y", "y - a", SIGN),
    slip("sign", "a2 - y", "y - a2", SIGN),
    slip("sign", "a3 - y", "y - a3", SIGN),
    slip("sign", "p - y", "y - p", SIGN),
    slip("sign", "a1 - t", "t - a1", SIGN),
    slip("sign", "a2 - y", "a2 + y", SIGN),
    slip("sign", "a1 - t", "a1 + t", SIGN),
    slip("sign", "p - one_hot(c, 3)", "one_hot(c, 3) - p", SIGN),
    slip("sign", "x @ ", "-x @ ", SIGN),
    slip("sign", "x' @ ", "-x' @ ", SIGN),
    slip("sign", "a1 @ ", "-a1 @ ", SIGN),
    slip("sign", "1 - a1^2", "1 + a1^2", SIGN),
    slip("sign", "+ lambda", "- lambda", SIGN),
    slip("sign", "+ 2lambda", "- 2lambda", SIGN),
    slip("sign", "1 - a1)", "1 + a1)", SIGN),
    slip("no division", " / m", "", FACTOR),
    slip("no division", "/m", "", FACTOR),
    slip("division twice", " / m", " / m / m", FACTOR),
    slip("by half", " / m", " / (2m)", FACTOR),
    slip("multiplied", " / m", " * m", FACTOR),
    slip("factor 2", "x @ ", "2x @ ", FACTOR),
    slip("factor 2", "x' @ ", "2x' @ ", FACTOR),
    slip("no factor 2", "2x' @ ", "x' @ ", FACTOR),
    slip("no factor 2", "2mean", "mean", FACTOR),
    slip("no factor 2", "2(p - y)", "(p - y)", FACTOR),
    slip("no factor 2", "2lambda", "lambda", FACTOR),
    slip("regulariser by m", "+ lambda*w", "+ lambda*w/m", FACTOR),
    slip("regulariser by m", "2lambda*W1", "2lambda*W1/m", FACTOR),
    slip("no regulariser", " + lambda*w", "", TERM),
    slip("no regulariser", " + 2lambda*W2", "", TERM),
    slip("no regulariser", " + 2lambda*W1", "", TERM),
    slip("another slope", "(1 - a1^2)", "(1 - a1)", SLOPE),
    slip("another slope", "(1 - a1^2)", "(a1*(1 - a1))", SLOPE),
    slip("another slope", "(1 - a1^2)", "(z1 >= 0)", SLOPE),
    slip("another slope", "(1 - a2^2)", "(1 - a2)*a2", SLOPE),
    slip("another slope", "(z1 >= 0)", "(1 - a1^2)", SLOPE),
    slip("another slope", "(z1 >= 0)", "a1*(1 - a1)", SLOPE),
    slip("another slope", "a1*(1 - a1)", "1 - a1^2", SLOPE),
    slip("another slope", "a1*(1 - a1)", "1 - a1", SLOPE),
    slip("another slope", "* sigmoid(z1)", "* (1 - a1^2)", SLOPE),
    slip("the function itself", "(1 - a1^2)", "tanh(z1)", SLOPE),
    slip("the function itself", "(1 - a1^2)", "a1", SLOPE),
    slip("the function itself", "(z1 >= 0)", "relu(z1)", SLOPE),
    slip("the function itself", "* sigmoid(z1)", "* a1", SLOPE),
    slip("of another name", "(1 - a1^2)", "(1 - z1^2)", SLOPE),
    slip("of another name", "(z1 >= 0)", "(z1 <= 0)", SLOPE),
    slip("no slope", "*(1 - a1^2)", "", SLOPE),
    slip("no slope", " * (1 - a1^2)", "", SLOPE),
    slip("no slope", "*(1 - a2^2)", "", SLOPE),
    slip("no slope", " * (z1 >= 0)", "", SLOPE),
    slip("no slope", " * g1", "", SLOPE),
    slip("no slope", " * sigmoid(z1)", "", SLOPE),
    slip("a slope too many", "a2 - y", "(a2 - y)*a2*(1 - a2)", FACTOR),
    slip("a slope too many", "a2 - y", "(a2 - y)*sigmoid'(z2)", FACTOR),
    slip("a slope too many", "a - y", "(a - y)*a*(1 - a)", FACTOR),
    slip("transposed", "x @ dz'", "dz @ x'", SHAPE),
    slip("transposed", "x @ dz1'", "dz1 @ x'", SHAPE),
    slip("transposed", "a1 @ dz2'", "dz2 @ a1'", SHAPE),
    slip("transposed", "a1' @ dz2", "dz2' @ a1", SHAPE),
    slip("transposed", "x' @ dz1", "dz1' @ x", SHAPE),
    slip("* for @", "W2 @ dz2", "W2 * dz2", SHAPE),
    slip("* for @", "a1 @ dz2'", "a1 * dz2", SHAPE),
    slip("* for @", "x @ dz'", "x * dz", SHAPE),
    slip("* for @", "2x' @ e", "2x' * e'", SHAPE),
    slip("another axis", "axis=1", "axis=0", SHAPE),
    slip("another axis", "axis=0", "axis=1", SHAPE),
    slip("no sum", "sum(dz1, axis=1, keep=true)", "dz1", SHAPE),
    slip("no sum", "sum(dz2, axis=1, keep=true)", "dz2", SHAPE),
    slip("no sum", "mean(dz1, axis=1, keep=true)", "dz1", SHAPE),
    slip("no sum", "sum(dz1, axis=0)", "dz1", SHAPE),
    slip("no sum", "sum(dz)", "dz", SHAPE),
    slip("no keep", ", keep=true", "", SHAPE),
    slip("sum for mean", "mean(", "sum(", &["mean", "factor", "lacks"]),
    slip("mean for sum", "sum(", "mean(", &["sum", "factor", "divides", "mean"]),
    slip("another name", "x @ dz1'", "x @ (a1 - z1)'", &["where", "dz1"]),
    slip("another name", "a1 @ dz2'", "z1 @ dz2'", &["`z1`"]),
    slip("another name", "W3 @ dz3", "W3 @ a3", &["`a3`"]),
    slip("another name", "x' @ dz1", "x' @ a1", &["`a1`"]),
    slip("another power", "a1^2", "a1^3", &["`a1^3`", "where"]),
];

struct Told {
    /// The outcome of each check: does it hold?
    holds: Vec<bool>,
    notes: Vec<String>,
    mends: Vec<String>,
    errors: Vec<String>,
}

fn run(text: &str) -> Told {
    let report = Session::new(Settings::default()).answer("page.nnl", text, &mut InMemory::default()).1;
    let facts = report.answers.iter().flat_map(|answer| &answer.facts);
    let verdicts = facts.filter_map(|fact| if let Fact::Verdict(said) = fact { Some(&said.verdict) } else { None });
    let holds = verdicts.map(|verdict| verdict.starts_with("holds")).collect();
    let formula = |code: &str| code == "nnlang::value::formula";
    let told = report.diagnostics.iter().filter(|problem| formula(problem.code));
    Told {
        holds,
        notes: told.clone().map(|problem| problem.because.join("; ")).collect(),
        mends: told.filter_map(|problem| Some(problem.mend.as_ref()?.text.clone())).collect(),
        errors: report
            .diagnostics
            .iter()
            .filter(|problem| problem.is_error() && !formula(problem.code))
            .map(|problem| problem.title.clone())
            .collect(),
    }
}

fn above(page: &Page) -> String {
    page.above.replace("COLUMNS", COLUMNS).replace("ROWS", ROWS)
}

/// The page with one line changed, and one check.
fn written(page: &Page, steps: &[String], check: &str) -> String {
    format!("{}\n{}\n{check}\n", above(page), steps.join("\n"))
}

#[test]
fn a_right_page_holds_throughout() {
    for page in PAGES {
        let checks: Vec<String> = page.checks.iter().map(|(of, formula)| format!("check {of} == {formula}")).collect();
        let steps: Vec<String> = page.steps.iter().map(ToString::to_string).collect();
        let told = run(&written(page, &steps, &checks.join("\n")));
        assert!(told.errors.is_empty(), "{:?} in {}", told.errors, page.above);
        assert!(
            told.holds.len() >= checks.len() && told.holds.iter().all(|holds| *holds),
            "{:?}\n{}",
            told.notes,
            page.above
        );
    }
}

#[test]
fn nine_in_ten_planted_slips_are_named_and_none_is_blessed() {
    let (mut planted, mut named, mut missed, mut wrong) = (0, 0, vec![], vec![]);
    let mut kinds: std::collections::BTreeMap<&str, (usize, usize)> = std::collections::BTreeMap::new();
    for page in PAGES {
        for (of, formula) in page.checks {
            let right: Vec<String> = page.steps.iter().map(ToString::to_string).collect();
            for slip in SLIPS {
                for place in 0..=right.len() {
                    let mut steps = right.clone();
                    let mut check = formula.to_string();
                    let line = if place < right.len() { &mut steps[place] } else { &mut check };
                    let changed = line.replacen(slip.from, slip.to, 1);
                    // `a - y` is no part of `da - y`.
                    let whole = line.find(slip.from).is_some_and(|at| {
                        let before = line[..at].chars().next_back().unwrap_or(' ');
                        !before.is_alphanumeric() || !slip.from.starts_with(char::is_alphanumeric)
                    });
                    if changed == *line || !whole {
                        continue;
                    }
                    *line = changed.clone();
                    let text = written(page, &steps, &format!("check {of} == {check}"));
                    let told = run(&text);
                    // What does not fit, or is a step that this check does not stand on, is no slip of this kind.
                    if !told.errors.is_empty()
                        || (told.holds == [true] && place < right.len() && !used(page, place, formula))
                    {
                        continue;
                    }
                    // A change that changes nothing: `W2 * dz2` of a column and a row.
                    let equal = run(&written(page, &steps, &format!("assert {of} ~= {check}")));
                    if told.holds == [true] && equal.errors.is_empty() {
                        continue;
                    }
                    planted += 1;
                    let count = kinds.entry(slip.kind).or_default();
                    count.0 += 1;
                    if told.holds != [false] {
                        wrong.push(format!("blessed: {changed} in {of} == {check}\n{text}"));
                        continue;
                    }
                    for mend in &told.mends {
                        let mend = mend.trim_start_matches("write `").trim_end_matches('`');
                        let again = run(&written(page, &steps, &format!("check {mend}")));
                        if again.holds != [true] {
                            wrong.push(format!("a mend that does not hold: {mend} for {changed}\n{text}"));
                        }
                    }
                    let note = told.notes.join("; ");
                    let line = above(page).lines().count() + place + 1;
                    let placed = place == right.len() && note.contains("your formula")
                        || place == right.len() && !note.contains("(line ")
                        || note.contains(&format!("(line {line})"));
                    if placed && slip.said.iter().any(|word| note.contains(word)) {
                        named += 1;
                        count.1 += 1;
                    } else {
                        missed.push(format!("{}: {changed}   in {of} == {check}: {note}", slip.kind));
                    }
                }
            }
        }
    }
    if std::env::var_os("REPORT").is_some() {
        eprintln!("{named} of {planted} named\n{kinds:#?}\n{}", missed.join("\n"));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(planted > 250, "{planted}");
    assert!(named * 10 >= planted * 9, "{named} of {planted}:\n{}", missed.join("\n"));
}

/// Does a formula stand on a step, by the names in their texts?
fn used(page: &Page, place: usize, formula: &str) -> bool {
    let name = |step: &str| step.split(" = ").next().unwrap_or_default().to_string();
    let says = |text: &str, name: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| word == name);
    let mut wanted = formula.to_string();
    for (i, step) in page.steps.iter().enumerate().rev() {
        if says(&wanted, &name(step)) {
            if i == place {
                return true;
            }
            wanted.push_str(step.split(" = ").nth(1).map(|text| format!(" {text}")).unwrap_or_default().as_str());
        }
    }
    false
}
