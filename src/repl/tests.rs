//! Conversations, line by line.

use super::*;
use crate::outside::InMemory;

fn repl() -> (Repl, InMemory) {
    (Repl::new(Settings { digits: 6, ..Settings::default() }), InMemory::default())
}

/// What is said to a line, as text.
fn said(repl: &mut Repl, line: &str, outside: &mut InMemory) -> String {
    let Reply::Said(said) = repl.line(line, outside) else { return String::new() };
    said.iter()
        .map(|said| match said {
            Said::Report(report) => {
                let answers: String = report.answers.iter().map(|answer| answer.doc.text()).collect();
                let problems = crate::diag::render::all(
                    &report.sources,
                    report.diagnostics.iter(),
                    crate::diag::render::Look::PLAIN,
                );
                answers + &problems
            }
            Said::Doc(doc) | Said::Wrong(doc) => doc.text(),
            Said::Clear => String::new(),
        })
        .collect()
}

#[test]
fn a_statement_goes_on_until_its_brackets_close() {
    let (mut repl, mut outside) = repl();
    assert!(matches!(repl.line("a = (1 +", &mut outside), Reply::More));
    assert!(matches!(repl.line("2)", &mut outside), Reply::Said(_)));
    assert!(matches!(repl.line("a = (1 +", &mut outside), Reply::More));
    assert!(matches!(repl.line("", &mut outside), Reply::Said(_)));
    assert!(matches!(repl.line("", &mut outside), Reply::Nothing));
}

#[test]
fn commands_begin_with_a_colon() {
    let (mut repl, mut outside) = repl();
    assert!(matches!(repl.line(":quit", &mut outside), Reply::Quit));
    for (line, says) in [
        (":help", ":quit"),
        (":help tanh", "tanh(z)"),
        (":help tahn", "tanh"),
        (":help undo", ":undo"),
        (":x", "`:x`"),
        (":udno", "`:undo`"),
        ("quit", "write :quit"),
        ("help tanh", "write :help tanh"),
    ] {
        let text = said(&mut repl, line, &mut outside);
        assert!(text.contains(says), "{line}: {text}");
    }
}

#[test]
fn what_was_loaded_is_saved_as_the_same_bytes() {
    let (mut repl, mut outside) = repl();
    let text = "# The first page\n\na = 5  # a leaf\nb = 3; c = 2\n\nu = b*c\nJ = 3(a + u)\n\nf(z) {\n    y = z^2\n    y + 1\n}\n\n\"asked\"\nJ\ngrad J\n\n# the end\n";
    outside.files.insert("a.nnl".into(), text.into());
    assert!(said(&mut repl, ":load a.nnl", &mut outside).contains("J = 33"));
    said(&mut repl, ":save b.nnl", &mut outside);
    assert_eq!(String::from_utf8_lossy(&outside.files["b.nnl"]), text);
}

#[test]
fn moved_parameters_are_saved_with_their_bits() {
    let (mut repl, mut outside) = repl();
    for line in ["param w = 0.1", "b = 3", "J = (w*b - 2)^2", "step J by 0.01", "step J by 0.01 3 times"] {
        let text = said(&mut repl, line, &mut outside);
        assert!(!text.contains('×'), "{line}: {text}");
    }
    let before = said(&mut repl, "w", &mut outside);
    // As long as the steps say it, they are what is saved; after a change the number is.
    said(&mut repl, ":save steps.nnl", &mut outside);
    assert!(String::from_utf8_lossy(&outside.files["steps.nnl"]).contains("step J by 0.01 3 times"));
    said(&mut repl, "b = 4", &mut outside);
    said(&mut repl, ":save number.nnl", &mut outside);
    let text = String::from_utf8_lossy(&outside.files["number.nnl"]).into_owned();
    assert!(!text.contains("step"), "{text}");
    for file in ["steps.nnl", "number.nnl"] {
        let mut other = Repl::new(Settings { digits: 17, ..Settings::default() });
        said(&mut other, &format!(":load {file}"), &mut outside);
        said(&mut repl, ":set digits 17", &mut outside);
        assert_eq!(said(&mut other, "w", &mut outside), said(&mut repl, "w", &mut outside), "{file} {before}");
    }
}

#[test]
fn a_walk_goes_forward_and_back() {
    let (mut repl, mut outside) = repl();
    said(&mut repl, "a = 5; b = 2; J = a*b", &mut outside);
    let whole = said(&mut repl, ":step J", &mut outside);
    assert!(whole.contains("1/4 forward  a, b") && whole.contains("4/4 backward"), "{whole}");
    repl.interactive = true;
    let first = said(&mut repl, ":step J", &mut outside);
    assert_eq!(repl.prompt(), "1/4 Enter, b, q> ");
    let second = said(&mut repl, "", &mut outside);
    assert_ne!(first, second);
    assert_eq!(said(&mut repl, "b", &mut outside), first);
    assert!(matches!(repl.line("q", &mut outside), Reply::Nothing));
    assert_eq!(repl.prompt(), "> ");
    said(&mut repl, ":step J", &mut outside);
    assert!(said(&mut repl, "a", &mut outside).contains("a = 5"));
}

#[test]
fn the_tour_can_be_walked_to_its_end() {
    let (mut repl, mut outside) = repl();
    let mut shown = said(&mut repl, ":tour", &mut outside);
    for _ in 0..60 {
        let Some(types) = shown.lines().rev().find_map(|line| line.trim().strip_prefix("> ")) else { break };
        let types = types.to_string();
        shown = said(&mut repl, &types, &mut outside);
        assert!(!shown.contains("Not quite") && !shown.contains("goes on with"), "{types}: {shown}");
    }
    assert!(shown.contains("That was the tour"), "{shown}");
    // It has learnt what no line parts: 0, 1, 1, 0.
    let learnt = said(&mut repl, "assert (a2 >= 0.9) == y and (a2 <= 0.1) == (y == 0)", &mut outside);
    assert_eq!(learnt, "");
}
