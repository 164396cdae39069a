//! The reference is complete: whatever the grammar and the tables of the language know has an entry, what has an entry can be
//! written, and every program of an entry runs clean and answers what stands below it.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use nnlang::inside::diag::render::{self, Look};
use nnlang::inside::graph::Notation;
use nnlang::inside::{layers, ops, prelude, repl, resolve, statements, syntax, view};
use std::collections::BTreeSet;
use std::path::PathBuf;
use support::{
    Files, Page, Part, answers, blessing, difference, files_below, plain_settings, root, run, same_but_steps, short,
    transcript,
};

fn pages() -> Vec<PathBuf> {
    files_below(&root().join("docs/reference"), ".md")
}

/// `words/wrt`
fn place(path: &std::path::Path) -> String {
    let below = path.strip_prefix(root().join("docs/reference")).expect("it is below");
    below.with_extension("").to_string_lossy().replace('\\', "/")
}

#[test]
fn the_table_of_pages_is_the_folder() {
    let mut table = String::from(
        "//! The table of the pages in `docs/reference`; `BLESS=1 cargo test --test reference` writes it anew.\n\n\
         /// `(folder/name, page)`, in order.\n\
         #[rustfmt::skip]\npub(super) static PAGES: &[(&str, &str)] = &[\n",
    );
    for path in pages() {
        let place = place(&path);
        table += &format!("    (\"{place}\", include_str!(\"../../docs/reference/{place}.md\")),\n");
    }
    table += "];\n";
    let path = root().join("src/view/pages.rs");
    let old = std::fs::read_to_string(&path).unwrap_or_default();
    if old != table && blessing() {
        std::fs::write(&path, &table).unwrap_or_else(|why| panic!("{}: {why}", short(&path)));
        return;
    }
    assert!(old == table, "src/view/pages.rs (BLESS=1 writes it anew):\n{}", difference(&old, &table));
}

#[test]
fn every_program_of_an_entry_runs_clean_and_answers_as_shown() {
    let mut faults = Vec::new();
    for path in pages() {
        let page = Page::read(&path);
        let files = page.files();
        let mut shown = 0;
        for (i, part) in page.parts.iter().enumerate() {
            let Part::Fence(fence) = part else { continue };
            if fence.info != "nnl" {
                continue;
            }
            let report = run("", &fence.body, &plain_settings(), &files);
            if !report.diagnostics.is_empty() {
                let problems = render::all(&report.sources, &report.diagnostics, Look::PLAIN);
                faults.push(format!("{}:{}\n{problems}", short(&path), fence.line));
            }
            let text = page.parts[i + 1..].iter().find_map(|part| match part {
                Part::Fence(next) => Some(next),
                Part::Text(_) => None,
            });
            match text.filter(|next| next.info == "text") {
                Some(text) if same_but_steps(&text.body, &answers(&report)) => shown += 1,
                Some(text) => {
                    let difference = difference(&text.body, &answers(&report));
                    faults.push(format!("{}:{}\n{difference}", short(&path), fence.line));
                }
                None => faults.push(format!("{}:{}: no answer is shown", short(&path), fence.line)),
            }
        }
        let talk = page.fence("repl").map(|fence| fence.body.clone());
        if let Some(talk) = &talk {
            let found = transcript(None, talk, &plain_settings(), &Files::default());
            if *talk != found && blessing() {
                let mut page = Page::read(&path);
                page.set("repl", &found, true);
                std::fs::write(&path, page.text()).unwrap_or_else(|why| panic!("{}: {why}", short(&path)));
            } else if *talk != found {
                faults.push(format!("{}\n{}", short(&path), difference(talk, &found)));
            }
        }
        if shown == 0 && talk.is_none() {
            faults.push(format!("{}: no program", short(&path)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The words in quotes of the grammar: `"wrt"`.
fn words_of_the_grammar() -> BTreeSet<String> {
    let grammar = std::fs::read_to_string(root().join("grammar/nnlang.pest")).expect("the grammar is there");
    let mut out = BTreeSet::new();
    for line in grammar.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for word in line.split('"').skip(1).step_by(2) {
            if word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase()) {
                out.insert(word.to_string());
            }
        }
    }
    out
}

#[test]
fn whatever_can_be_called_or_said_has_an_entry() {
    let mut wanted: BTreeSet<String> = words_of_the_grammar();
    assert!(wanted.contains("wrt") && wanted.contains("carried"), "{wanted:?}");
    let mut add = |name: &str| {
        wanted.insert(name.to_string());
    };
    syntax::WORDS.iter().for_each(|word| add(word.word));
    statements::ALL.iter().flat_map(|statement| statement.clauses()).for_each(|clause| add(clause.word()));
    ops::ALL.iter().filter(|op| op.notation != Notation::Special).for_each(|op| add(op.name));
    for op in ops::ALL.iter().filter(|op| op.notation != Notation::Special) {
        if let Notation::Infix(sign) | Notation::Prefix(sign) | Notation::Postfix(sign) = op.notation {
            add(sign);
        }
    }
    prelude::entries().for_each(|entry| add(entry.name));
    layers::all().flat_map(|def| def.options).for_each(|option| add(option.name));
    layers::INITIALISERS.iter().for_each(|init| add(init.name));
    resolve::CONSTANTS.iter().for_each(|(name, _)| add(name));
    resolve::TRANSFORMS.iter().for_each(|(name, _)| add(name));
    repl::commands().for_each(|name| add(&format!(":{name}")));
    let words = ["true", "false", "none", "training", "columns", "rows", "f32", "f64", "same", "valid"];
    words.iter().for_each(|name| add(name));
    let marks = ["=", ":", ";", "#", "'", "ᵀ", "..", "|>", "?", "_", ".", "[ ]", "{ }", "∂", "dJ/da", "d2J/da2", "f'"];
    marks.iter().for_each(|name| add(name));
    let missing: Vec<&String> = wanted.iter().filter(|name| view::reference(name).is_none()).collect();
    assert!(missing.is_empty(), "these have no entry; write docs/reference/<folder>/<name>.md: {missing:?}");
}

#[test]
fn every_statement_that_is_answered_has_a_page_with_all_of_its_forms() {
    let mut faults = Vec::new();
    for word in syntax::WORDS.iter() {
        let text = view::reference(word.word).map(|doc| doc.text()).unwrap_or_default();
        let layer = layers::all().any(|def| def.word == word.word);
        let page = root().join(format!("docs/reference/statements/{}.md", word.word));
        if !layer && !page.exists() {
            faults.push(format!("`{}` has no page {}", word.word, short(&page)));
        }
        let question = statements::ALL.iter().find(|statement| statement.word == word.word);
        let forms = question.map_or(vec![word.form], |statement| statement.forms.to_vec());
        faults.extend(forms.iter().filter(|form| !text.contains(**form)).map(|form| format!("{}: {form}", word.word)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_has_an_entry_can_be_written() {
    let mut faults = Vec::new();
    let files = Files::default();
    for name in view::names() {
        // A function is one that can be called: whatever is said of the call, it is not that there is no such function.
        if ops::ALL.iter().any(|op| op.name == name && op.notation == Notation::Call) {
            let report = run("", &format!("{name}()\n"), &plain_settings(), &files);
            if report.diagnostics.iter().any(|problem| problem.title.contains("no function")) {
                faults.push(format!("`{name}` cannot be called"));
            }
            let text = view::reference(name).map(|doc| doc.text()).unwrap_or_default();
            if !text.contains("example") {
                faults.push(format!("`{name}` has no example"));
            }
        }
    }
    for hidden in ["part", "unslice", "as_int", "as_bool", "as_real", "slot"] {
        if view::reference(hidden).is_some() {
            faults.push(format!("`{hidden}` has an entry and cannot be written"));
        }
    }
    // The program of a word says the word.
    for path in pages().iter().filter(|path| place(path).starts_with("words/")) {
        let page = Page::read(path);
        let stem = place(path).replace("words/", "");
        let says = page.fences().any(|fence| fence.body.split(|c: char| !c.is_alphanumeric()).any(|word| word == stem));
        let spelled = ["to", "same"].contains(&stem.as_str());
        if !says && !spelled {
            faults.push(format!("{}: its program does not say `{stem}`", short(path)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
