//! Every problem has its page, and every page tells the truth.

#![allow(clippy::disallowed_methods, reason = "a test reads the project's own pages")]

use super::{causes, read};
use std::collections::BTreeSet;
use std::path::Path;

fn fence(page: &str, heading: &str) -> Option<String> {
    let section = page.split(&format!("\n## {heading}\n")).nth(1)?.split("\n## ").next()?;
    Some(section.split("```nnl\n").nth(1)?.split("\n```").next()?.to_string())
}

fn pages() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors/syntax");
    let mut pages: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the folder of the pages")
        .map(|entry| entry.expect("a page").path())
        .map(|path| {
            let cause = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (cause, std::fs::read_to_string(&path).expect("a page"))
        })
        .collect();
    pages.sort();
    pages
}

/// The causes that need more than a program that fits on a page; `hostile` tests them.
const LARGE: [&str; 3] = ["single_expression", "statement_length", "text_length"];

#[test]
fn every_page_shows_its_problem_and_a_clean_mend() {
    let mut wrong = vec![];
    for (cause, page) in pages() {
        let headings: Vec<&str> = page.lines().filter(|line| line.starts_with('#')).collect();
        let title = format!("# `nnlang::syntax::{cause}`");
        assert_eq!(headings, [title.as_str(), "## What happened", "## Example", "## Mend", "## Why"]);
        match fence(&page, "Example") {
            Some(example) if causes(&example) != [cause.as_str()] => {
                wrong.push(format!("{cause}: the example gives {:?}", causes(&example)));
            }
            None if !LARGE.contains(&cause.as_str()) => wrong.push(format!("{cause}: no example")),
            _ => {}
        }
        match fence(&page, "Mend") {
            Some(mend) if !causes(&mend).is_empty() => {
                wrong.push(format!("{cause}: the mend gives {:?}", causes(&mend)))
            }
            None => wrong.push(format!("{cause}: no mend")),
            _ => {}
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_problem_has_a_page_and_every_page_a_problem() {
    let source = concat!(
        include_str!("../errors.rs"),
        include_str!("../errors/blocks.rs"),
        include_str!("../errors/clauses.rs"),
        include_str!("../errors/foreign.rs")
    );
    let codes: BTreeSet<&str> =
        source.split("\"nnlang::syntax::").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let pages = pages();
    let written: BTreeSet<&str> = pages.iter().map(|(cause, _)| cause.as_str()).collect();
    assert_eq!(codes, written);
}

#[test]
fn the_edits_of_a_mend_make_the_example_clean() {
    let mut wrong = vec![];
    for (cause, page) in pages() {
        let Some(example) = fence(&page, "Example") else { continue };
        let (_, _, _, problems) = read(&example);
        let mut text = example.clone();
        let mut edits: Vec<_> =
            problems.iter().filter_map(|problem| problem.mend.as_ref()).flat_map(|m| &m.edits).collect();
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        for edit in edits.iter().rev() {
            text.replace_range(edit.span.range(), &edit.text);
        }
        let left = causes(&text);
        if !edits.is_empty() && !left.is_empty() {
            wrong.push(format!("{cause}: {text:?} gives {left:?}"));
        }
        if problems.iter().any(|problem| problem.mend.is_none() || problem.labels.is_empty()) {
            wrong.push(format!("{cause}: no mend or no place"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_rule_of_the_grammar_has_a_sentence() {
    let mut before = "";
    for line in include_str!("../../../grammar/nnlang.pest").lines() {
        let rule = line.split(" = ").next().unwrap_or("");
        if line.contains(" = ") && !line.starts_with('/') {
            assert!(before.starts_with("/// ") && before.len() > 5, "{rule}");
        }
        before = line;
    }
}

#[test]
fn every_statement_word_has_a_sentence_and_begins_its_form() {
    for word in super::super::WORDS.iter() {
        assert!(word.summary.ends_with('.') && word.summary.len() > 10, "{}", word.word);
        assert!(word.form.starts_with(word.word), "{}", word.word);
        let bare = word.form.replace("{ … }", "{ }").replace('…', "1");
        let body = if matches!(word.word, "data" | "train" | "predict" | "network") {
            bare.replace("{ }", "{ x = 1 }")
        } else {
            bare
        };
        assert!(causes(&body).is_empty(), "{body}: {:?}", causes(&body));
        let statement = &read(&body).2.items[0].statement;
        assert!(!matches!(statement, crate::syntax::ast::Statement::Show(_)), "{body}");
    }
}
