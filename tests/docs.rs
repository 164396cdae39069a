//! The documents are true: every program in them runs clean, every answer shown is the answer, every command exists.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use nnlang::InMemory;
use nnlang::inside::cli::{Cli, request_lines};
use nnlang::inside::diag::render::{self, Look};
use nnlang::inside::repl::{Repl, Script};
use std::path::PathBuf;
use support::{
    Fence, Files, Page, Part, answers, difference, files_below, plain_settings, root, run, short, source_files,
    transcript, without_tests, words,
};

/// README and everything in docs, but for the pages of errors, whose programs are wrong on purpose (`tests/errors.rs`), and of the reference (`tests/reference.rs`).
fn documents() -> Vec<PathBuf> {
    let apart = ["docs/errors", "docs/reference"].map(|folder| root().join(folder));
    let own = |path: &PathBuf| !apart.iter().any(|folder| path.starts_with(folder));
    let docs = files_below(&root().join("docs"), ".md").into_iter().filter(own);
    [root().join("README.md"), root().join("CHANGELOG.md")].into_iter().chain(docs).collect()
}

/// A fence and the one that follows it with only blank lines between.
fn pairs(page: &Page) -> Vec<(&Fence, Option<&Fence>)> {
    let mut out = Vec::new();
    for (i, part) in page.parts.iter().enumerate() {
        let Part::Fence(fence) = part else { continue };
        let next = match &page.parts[i + 1..] {
            [Part::Text(text), Part::Fence(next), ..] if text.trim().is_empty() => Some(next),
            _ => None,
        };
        out.push((fence, next));
    }
    out
}

#[test]
fn every_program_in_the_documents_runs_clean_and_answers_as_shown() {
    let mut faults = Vec::new();
    for path in documents() {
        let page = Page::read(&path);
        for (fence, next) in pairs(&page).into_iter().filter(|(fence, _)| fence.info == "nnl") {
            let place = format!("{}:{}", short(&path), fence.line);
            let report = run("", &fence.body, &plain_settings(), &Files::default());
            if !report.diagnostics.is_empty() {
                let problems = render::all(&report.sources, &report.diagnostics, Look::PLAIN);
                faults.push(format!("{place}\n{problems}"));
            }
            let shown = next.filter(|next| next.info == "text").map(|next| &next.body);
            if let Some(shown) = shown.filter(|shown| **shown != answers(&report)) {
                faults.push(format!("{place}\n{}", difference(shown, &answers(&report))));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_conversation_in_the_documents_goes_as_shown() {
    let mut faults = Vec::new();
    for path in documents() {
        for fence in Page::read(&path).fences().filter(|fence| fence.info == "repl") {
            let found = transcript(None, &fence.body, &plain_settings(), &Files::default());
            if found != fence.body {
                faults.push(format!("{}:{}\n{}", short(&path), fence.line, difference(&fence.body, &found)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_answer_for_machines_is_the_one_shown() {
    let path = root().join("docs/json.md");
    let page = Page::read(&path);
    let (mut faults, mut compared) = (Vec::new(), 0);
    for (fence, next) in pairs(&page) {
        let Some(shown) = next.filter(|next| next.info == "json") else { continue };
        let report = run("rent.nnl", &fence.body, &plain_settings(), &Files::default());
        let found: String = match fence.info.as_str() {
            "requests" => conversation(&fence.body),
            "nnl" => report.answers.iter().map(nnlang::inside::cli::json_lines).collect(),
            _ => report.diagnostics.iter().map(|it| format!("{}\n", render::json(&report.sources, it))).collect(),
        };
        compared += 1;
        if shown.body != found {
            faults.push(format!("{}:{}\n{}", short(&path), fence.line, difference(&shown.body, &found)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(compared >= 13, "{compared} examples");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let built = nnlang::inside::statements::ALL.iter();
    for word in built.map(|statement| statement.word).filter(|word| *word != "assert") {
        assert!(text.contains(&format!("## `{word}`")), "docs/json.md does not tell of `{word}`");
    }
}

/// A key is told in the words of the page, or seen in one of its answers.
#[test]
fn every_key_of_an_answer_is_told_of_in_the_page_for_machines() {
    let text = std::fs::read_to_string(root().join("docs/json.md")).expect("docs/json.md is there");
    let is_told = |key: &str| text.contains(&format!("`{key}`")) || text.contains(&format!("\"{key}\":"));
    let keys = || nnlang::fact::Fact::KEYS.iter().flat_map(|(kind, keys)| keys.iter().map(move |key| (kind, *key)));
    let untold = keys().filter(|(_, key)| !is_told(key.trim_start_matches("r#")));
    let untold: Vec<String> = untold.map(|(kind, key)| format!("`{key}` of {kind}")).collect();
    assert!(untold.is_empty(), "{untold:?}");
    assert!(keys().count() > 100);
}

/// A conversation in lines as it is answered to machines.
fn conversation(requests: &str) -> String {
    let mut script = Script::new(Repl::new(plain_settings()));
    let mut outside = InMemory::default();
    requests.lines().map(|line| request_lines(&script.line(line.as_bytes(), &mut outside), false)).collect()
}

#[test]
fn every_command_in_the_readme_exists() {
    let page = Page::read(&root().join("README.md"));
    let lines: Vec<&str> =
        page.fences().filter(|fence| fence.info == "sh").flat_map(|fence| fence.body.lines()).collect();
    let mut seen = Vec::new();
    for line in lines {
        let command = line.split('#').next().unwrap_or_default().trim();
        let args = command.strip_prefix("cargo run --release --").or_else(|| command.strip_prefix("nnlang"));
        let Some(args) = args else {
            let known = ["cargo test", "cargo install --path .", ""];
            assert!(known.contains(&command), "README.md: `{command}` is not known to this test");
            seen.push(command);
            continue;
        };
        use clap::Parser;
        let given = words(args);
        if let Err(why) = Cli::try_parse_from(std::iter::once("nnlang").chain(given.iter().map(String::as_str))) {
            let asks_help = !why.use_stderr();
            assert!(asks_help, "README.md: `{command}`\n{why}");
        }
        for file in given.iter().filter(|word| word.ends_with(".nnl")) {
            assert!(root().join(file).exists(), "README.md: `{command}`: there is no {file}");
        }
        seen.push("cargo run");
    }
    assert!(seen.contains(&"cargo test") && seen.contains(&"cargo run"), "README.md shows {seen:?}");
}

#[test]
fn every_link_between_documents_leads_to_a_file() {
    let mut faults = Vec::new();
    let more = ["ARCHITECTURE.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    for path in documents().into_iter().chain(more) {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", short(&path)));
        for piece in text.split("](").skip(1) {
            let link = piece.split([')', '#']).next().unwrap_or_default();
            let outside = link.is_empty() || link.contains("://") || link.contains(' ');
            let target = path.parent().map(|folder| folder.join(link));
            if !outside && !target.is_some_and(|target| target.exists()) {
                faults.push(format!("{}: {link}", short(&path)));
            }
        }
    }
    assert!(faults.is_empty(), "these lead nowhere:\n{}", faults.join("\n"));
}

/// CONTRIBUTING shows a whole operator: the file as it is, and how many lines elsewhere name it.
#[test]
fn the_recipe_for_an_operator_is_the_operator() {
    let page = Page::read(&root().join("CONTRIBUTING.md"));
    let shown = page.fences().find(|fence| fence.info == "rust").map(|fence| fence.body.clone()).unwrap_or_default();
    let file = std::fs::read_to_string(root().join("src/ops/tanh.rs")).expect("src/ops/tanh.rs is there");
    // The page may leave out stable forms; every line that it shows is a line of the file, in this order.
    let mut lines = file.lines();
    for line in shown.lines().filter(|line| !line.trim().starts_with("// …")) {
        assert!(lines.any(|other| other == line), "src/ops/tanh.rs has no such line (in this order): {line}");
    }
    let mut outside = Vec::new();
    for (path, text) in source_files().into_iter().filter(|(path, _)| !path.ends_with("tanh.rs")) {
        let code = without_tests(&text);
        let lists = |line: &str| ["tanh: ", "&tanh::TANH,", "mod tanh;"].iter().any(|own| line.contains(own));
        let names = code.lines().filter(|line| lists(line));
        outside.extend(names.map(|line| format!("{}: {}", short(&path), line.trim())));
    }
    assert_eq!(outside, ["src/ops/mod.rs: tanh: TANH;"], "a new operator is its file and its line in the list");
}

/// CONTRIBUTING shows the line of a question: the list has it, and no other code names the word.
#[test]
fn the_recipe_for_a_question_is_its_line_and_its_file() {
    let page = Page::read(&root().join("CONTRIBUTING.md"));
    let shown = page.fences().find(|fence| fence.body.trim().starts_with("nudge:")).map(|fence| fence.body.clone());
    let shown = shown.unwrap_or_default();
    let list = std::fs::read_to_string(root().join("src/statements.rs")).expect("src/statements.rs is there");
    assert!(!shown.is_empty() && list.contains(&shown), "src/statements.rs has no such line:\n{shown}");
    for (path, text) in source_files() {
        let own = path.ends_with("src/ask/nudge.rs") || path.ends_with("src/statements.rs");
        let code = without_tests(&text);
        let names = |line: &str| ["\"nudge\"", "nudge::", "mod nudge"].iter().any(|own| line.contains(own));
        let named = code.lines().find(|line| !own && names(line));
        assert!(named.is_none(), "{} names `nudge`: {named:?}", short(&path));
    }
}

/// CONTRIBUTING shows a whole layer: its file as it is, and its line in the list; nothing else names it, but for the table of what
/// other languages call things.
#[test]
fn the_recipe_for_a_layer_is_the_layer() {
    let page = Page::read(&root().join("CONTRIBUTING.md"));
    let shown = page.fences().find(|fence| fence.info == "layer").map(|fence| fence.body.clone()).unwrap_or_default();
    let file = std::fs::read_to_string(root().join("src/layers/embed.rs")).expect("src/layers/embed.rs is there");
    assert_eq!(shown.trim(), file.trim(), "CONTRIBUTING shows src/layers/embed.rs as it is");
    let mut outside = Vec::new();
    for (path, text) in source_files() {
        if path.ends_with("src/layers/embed.rs") || path.ends_with("src/syntax/rewrite.rs") {
            continue;
        }
        let code = without_tests(&text);
        let names = code
            .lines()
            .filter(|line| line.contains("\"embed\"") || line.contains(" EMBED") || line.contains("::EMBED"));
        outside.extend(names.map(|line| format!("{}: {}", short(&path), line.trim())));
    }
    let grammar = std::fs::read_to_string(root().join("grammar/nnlang.pest")).expect("the grammar is there");
    outside.extend(grammar.lines().filter(|line| line.contains("\"embed\"")).map(str::to_string));
    assert_eq!(outside, ["src/layers/mod.rs: embed: EMBED;"], "a new layer is its file and its line in the list");
}

/// Every layer's example is a program that runs clean.
#[test]
fn every_example_of_a_layer_runs_clean() {
    let mut faults = Vec::new();
    for def in nnlang::inside::layers::all() {
        let text = format!("{}\n", def.example);
        let report = run(def.word, &text, &plain_settings(), &Files::default());
        let errors: Vec<_> = report.diagnostics.iter().filter(|problem| problem.is_error()).cloned().collect();
        if !errors.is_empty() {
            faults.push(render::all(&report.sources, &errors, Look::PLAIN));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// CONTRIBUTING shows a whole function of the library: three lines of its file, and nothing of it elsewhere.
#[test]
fn the_recipe_for_a_function_of_the_library_is_the_function() {
    let page = Page::read(&root().join("CONTRIBUTING.md"));
    let shown =
        page.fences().find(|fence| fence.body.starts_with("##")).map(|fence| fence.body.clone()).unwrap_or_default();
    assert_eq!(shown.lines().count(), 3, "what it does, an example, its definition:\n{shown}");
    let file = std::fs::read_to_string(root().join("src/prelude/losses.nnl")).expect("src/prelude/losses.nnl is there");
    assert!(file.contains(&shown), "src/prelude/losses.nnl has no such lines:\n{shown}");
    for (path, text) in source_files() {
        let code = without_tests(&text);
        let named = code.lines().find(|line| line.contains("\"mse\""));
        assert!(named.is_none(), "{} names `mse`: {named:?}", short(&path));
    }
}

/// `tests/golden.rs` runs each example; here its case is read.
#[test]
fn the_case_of_every_example_has_answers_and_no_problems() {
    let cases = files_below(&root().join("tests/golden/examples"), ".md");
    assert!(cases.len() >= 20, "{}", cases.len());
    for path in cases {
        let page = Page::read(&path);
        assert!(page.fence("problems").is_none(), "{} has problems", short(&path));
        let answers = page.fence("stdout").map_or(0, |fence| fence.body.trim().len());
        assert!(answers > 0, "{} answers nothing", short(&path));
    }
}
