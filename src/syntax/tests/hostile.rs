//! No text makes it panic, hang or overflow.

use super::super::{format, is_complete, parse, parse_expr};
use super::language::PROGRAMS;
use super::{causes, parts, read};
use crate::source::{Source, Sources};

/// Everything that reads a text, on this one.
fn survives(text: &str) {
    let (sources, id, program, problems) = read(text);
    let source = sources.get(id);
    for span in problems.iter().flat_map(|problem| problem.labels.iter().map(|label| label.span)) {
        assert!(text.get(span.range()).is_some(), "{text:?}: {span:?}");
    }
    let once = format(source, &program);
    let _ = (is_complete(text), parse_expr(&sources, id));
    let plain = parse::program_with(text, id, None);
    assert_eq!((&program, &problems), (&plain.0, &plain.1), "a known shape is read as the statement itself: {text:?}");
    if problems.is_empty() {
        let (sources, id, program, problems) = read(&once);
        assert!(problems.is_empty(), "{text:?} became {once:?}: {problems:?}");
        assert_eq!(format(sources.get(id), &program), once, "{text:?}");
    }
}

#[test]
fn long_repetitions_are_read_or_refused() {
    const N: usize = 100_000;
    for unit in [
        "(", "[", "f(", "a[", "{", "f(x) {", "}", ")", "-", "not ", "'", "\"", ";", "[;", "a(1;", "#", "\n|>", ",",
        "d2J/da ", "a\n(",
    ] {
        survives(&unit.repeat(N));
        survives(&format!("a = {}", unit.repeat(N)));
    }
    for unit in ["/* x\n", "if a:\n/*\n", "if a {", "a = {1} + {", "dJ/da/", "√", "function "] {
        survives(&unit.repeat(N / 50));
    }
    for unit in ["^2", "'", "+1", "*-x", "..", ".a", "[0]", " |> f", "\n|> f", " and b", " + # c\n"] {
        survives(&format!("a = b{}", unit.repeat(N)));
    }
    survives(&format!("a = {}1{}", "(".repeat(N), ")".repeat(N)));
    survives(&format!("a = {}1{}", "f(".repeat(250), ")".repeat(250)));
}

#[test]
fn nesting_has_a_limit_of_its_own() {
    let nested = |depth: usize| format!("a = {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(causes(&nested(256)), Vec::<&str>::new());
    assert_eq!(causes(&nested(257)), ["nesting_limit"]);
    assert_eq!(causes(&format!("{}\nb = 3", "[".repeat(100_000))), ["nesting_limit"]);
    assert_eq!(causes(&"{".repeat(300)).iter().filter(|cause| **cause == "nesting_limit").count(), 1);
    assert_eq!(causes(&format!("a = {}1{}", "[".repeat(256), "]".repeat(256))), Vec::<&str>::new());
    assert_eq!(causes(&format!("a = {}1{}", "b[f(k=".repeat(128), ")]".repeat(128))), Vec::<&str>::new());
}

#[test]
fn a_statement_too_long_is_refused() {
    assert_eq!(causes(&format!("a = 1{}", "+1".repeat(5_000_000))), ["statement_length"]);
}

#[test]
fn a_text_that_is_no_one_expression_says_so() {
    for text in ["", "# nothing", "3; 4", "a {", "f(x) { x }", "}"] {
        let mut sources = Sources::default();
        let id = sources.add(Source::new("set", text));
        let problems = parse_expr(&sources, id).expect_err(text);
        assert_eq!(problems[0].code, "nnlang::syntax::single_expression", "{text}");
    }
    assert_eq!(parts(" 2*a + 1 # two\n"), "2 Mul a Add 1");
}

#[test]
fn numbers_too_large_are_refused_and_too_small_are_zero() {
    assert_eq!(
        causes("a = 1e999\nb = x^999⁹⁹⁹\nc = 5x9\nlayer 99999999999999999999x3"),
        ["number_range", "number_range"]
    );
    assert_eq!(parts("1e-999"), "0");
}

#[test]
fn five_mistakes_give_five_problems_at_their_lines() {
    let text = "a = 3 +\nb = w1 x\nok = 4\nc := 3\ntrain J {\n    epochs = 1 2\n    batch 3\n}\nd = (1, 2)\n";
    let (sources, _, program, problems) = read(text);
    let lines: Vec<usize> =
        problems.iter().filter_map(|problem| problem.span()).map(|span| sources.line(span)).collect();
    assert_eq!(lines, [1, 2, 4, 6, 7, 9]);
    assert_eq!(program.items.len(), 6);
}

#[test]
fn odd_characters_have_a_place() {
    for text in [
        "\0",
        "a = \0",
        "a\0b = 3",
        "\u{FEFF}\u{FEFF}a = 1",
        "a\u{A0}=\u{A0}1",
        "a = “x”",
        "🦀 = 3",
        "e\u{301} = 1",
        "a\r\n=\r\n3",
        "\r",
        "∂",
        "∂J",
        "²",
        "ᵀ",
    ] {
        survives(text);
    }
    assert_eq!(causes("a\u{A0}=\u{3000}1\t+ 2"), Vec::<&str>::new());
    assert_eq!(causes("🦀 = 3"), ["stray_character"]);
    assert_eq!(causes("a = 3\0"), ["stray_character"]);
}

#[test]
fn mutated_programs_never_panic_and_formatting_them_is_stable() {
    // a linear congruential generator (Knuth's MMIX constants): the same mutations every time
    let mut state = 0x9E37_79B9_7F4A_7C15u64;
    let mut draw = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) as usize) % below.max(1)
    };
    let pieces: Vec<&str> = vec![
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ";",
        "\n",
        " ",
        "\"",
        "#",
        "=",
        ":",
        ",",
        "+",
        "-",
        "*",
        "/",
        "^",
        "@",
        "'",
        "..",
        ".",
        "²",
        "∂",
        "ᵀ",
        "|>",
        " and ",
        " not ",
        " step ",
        " for ",
        " in ",
        "3",
        "1e5",
        "x",
        "dJ/da",
        "d2J/da db",
        "layer ",
        "_",
        "\r\n",
        "\0",
        "é",
        "==",
        "  ",
        "\n\n",
        "{ }",
        "[;",
        "−",
        "wrt ",
    ];
    for text in PROGRAMS {
        let lines: Vec<&str> = text.lines().collect();
        for _ in 0..150 {
            let from = draw(lines.len());
            let to = (from + 1 + draw(8)).min(lines.len());
            let mut mutated: Vec<char> = lines.get(from..to).unwrap_or(&[]).join("\n").chars().collect();
            for _ in 0..1 + draw(3) {
                let at = draw(mutated.len() + 1);
                match draw(3) {
                    0 if at < mutated.len() => {
                        mutated.remove(at);
                    }
                    1 if at < mutated.len() => {
                        let other = draw(mutated.len());
                        mutated.swap(at, other);
                    }
                    _ => {
                        let piece = pieces[draw(pieces.len())];
                        mutated.splice(at..at, piece.chars());
                    }
                }
            }
            survives(&mutated.into_iter().collect::<String>());
        }
    }
}
