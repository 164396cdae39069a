//! Every code has a page, every page a code, and what a page shows is so.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use nnlang::inside::diag::Diagnostic;
use nnlang::inside::diag::explain::{Explained, codes, explain};
use nnlang::inside::diag::render::{self, Look};
use std::collections::BTreeMap;
use support::{Page, Part, files_below, root, run, short, source_files, without_tests};

const STAGES: &[&str] = &["syntax", "name", "shape", "diff", "value", "data", "train", "export", "session", "lint"];

/// Pages whose example would be larger than a page.
const LARGE: &[&str] = &["syntax::single_expression", "syntax::statement_length", "syntax::text_length"];

/// Codes that no program reaches, each with the reason; they say that the compiler itself has gone wrong.
const INTERNAL: &[(&str, &str)] = &[
    ("diff::operator", "a rule names an operator that the table of operators does not have"),
    ("shape::batch", "an operator that stands for another expression is left in a graph"),
    ("shape::expand", "an operator that stands for another expression is added as a node"),
    ("shape::size", "an operator is made without the size that it is to have"),
];

/// Codes that guard the language against itself: their pages have no example, and why no program shows them.
const GUARDS: &[(&str, &str)] = &[
    ("value::fit", "shapes are proved before a run; the step looks again"),
    ("value::lost", "what has no value was reported before the run"),
];

/// The codes that the source names, with the place of the first; tests' own left out.
fn codes_in_source() -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for (path, text) in source_files() {
        let text = without_tests(&text);
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            for piece in line.split("\"nnlang::").skip(1) {
                let code = piece.split('"').next().unwrap_or_default();
                if code.matches("::").count() == 1 {
                    out.entry(code.to_string()).or_insert(format!("{}:{}", short(&path), i + 1));
                }
            }
        }
    }
    out
}

/// The pages by `stage::cause`.
fn pages() -> BTreeMap<String, std::path::PathBuf> {
    let folder = root().join("docs/errors");
    let code = |path: &std::path::PathBuf| {
        let inside = path.strip_prefix(&folder).ok()?.with_extension("");
        Some(inside.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("::"))
    };
    files_below(&folder, ".md").into_iter().filter_map(|path| Some((code(&path)?, path))).collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let (codes, pages) = (codes_in_source(), pages());
    assert!(!codes.is_empty(), "no code was found in the source");
    let internal = |code: &str| INTERNAL.iter().any(|(own, _)| *own == code);
    let without_page = codes.iter().filter(|(code, _)| !pages.contains_key(*code) && !internal(code));
    let without_code = pages.iter().filter(|(code, _)| !codes.contains_key(*code));
    let mut faults: Vec<String> = without_page
        .map(|(code, place)| format!("{place}: nnlang::{code} has no page docs/errors/{}.md", code.replace("::", "/")))
        .collect();
    let stale = INTERNAL.iter().filter(|(code, _)| !codes.contains_key(*code) || pages.contains_key(*code));
    faults.extend(
        stale.map(|(code, _)| format!("nnlang::{code} is no exception: it has a page, or no place in the source")),
    );
    faults.extend(without_code.map(|(code, path)| format!("{}: no code nnlang::{code} in the source", short(path))));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_code_is_a_stage_and_a_cause_of_at_most_three_words() {
    for (code, place) in codes_in_source() {
        let (stage, cause) = code.split_once("::").unwrap_or_default();
        assert!(STAGES.contains(&stage), "{place}: `{stage}` is not one of {STAGES:?}");
        let words = cause.split(['-', '_']).count();
        assert!(!cause.is_empty() && words <= 3, "{place}: `{cause}` has {words} words");
    }
}

#[test]
fn the_table_of_pages_is_the_folder() {
    let folder: Vec<String> = pages().keys().map(|code| format!("nnlang::{code}")).collect();
    assert_eq!(codes().collect::<Vec<_>>(), folder);
}

#[test]
fn every_code_is_explained_by_its_page() {
    for code in codes() {
        assert!(matches!(explain(&code), Explained::Page(whole, _) if whole == code), "{code}");
    }
}

/// The parts of a page under one heading.
fn section<'a>(page: &'a Page, title: &str) -> Option<Vec<&'a Part>> {
    let heading = format!("## {title}");
    let last = |text: &str| text.lines().rfind(|line| line.starts_with("## ")).map(str::to_string);
    let ends = |part: &Part| matches!(part, Part::Text(text) if last(text).as_deref() == Some(heading.as_str()));
    let start = page.parts.iter().position(ends)?;
    let next = |part: &&Part| !matches!(part, Part::Text(text) if text.lines().any(|line| line.starts_with("## ")));
    Some(page.parts[start + 1..].iter().take_while(next).collect())
}

#[test]
fn every_page_shows_its_error_and_a_mend_that_is_clean() {
    let mut faults = Vec::new();
    for (code, path) in pages() {
        let page = Page::read(&path);
        let mut fault = |text: String| faults.push(format!("{}: {text}", short(&path)));
        if !matches!(page.parts.first(), Some(Part::Text(text)) if text.starts_with(&format!("# `nnlang::{code}`"))) {
            fault(format!("it does not begin with `# `nnlang::{code}``"));
        }
        let titles = ["What happened", "Example", "Mend", "Why"];
        let found: Vec<String> =
            page.text().lines().filter_map(|line| line.strip_prefix("## ").map(String::from)).collect();
        if found != titles {
            fault(format!("its sections are {found:?}, not {titles:?}"));
            continue;
        }
        let (settings, files) = match page.settings() {
            Ok((settings, _)) => (settings, page.files()),
            Err(why) => {
                fault(why);
                continue;
            }
        };
        let fences = |title: &str, info: &str| -> Vec<String> {
            let parts = section(&page, title).unwrap_or_default().into_iter();
            parts
                .filter_map(|part| if let Part::Fence(fence) = part { Some(fence) } else { None })
                .filter(|fence| fence.info == info)
                .map(|fence| fence.body.clone())
                .collect()
        };
        let full = format!("nnlang::{code}");
        let examples = fences("Example", "nnl");
        let shown = fences("Example", "console").iter().any(|body| body.contains(&full));
        let excepted = LARGE.contains(&code.as_str()) || GUARDS.iter().any(|(guard, _)| *guard == code);
        if examples.is_empty() && !shown && !excepted {
            fault("its example shows neither a program nor a console with the code".into());
        }
        // A page on how a line is written uses names that it does not define.
        let matters =
            |problem: &&Diagnostic| !code.starts_with("syntax::") || problem.code.starts_with("nnlang::syntax::");
        for program in examples {
            let mut report = run("", &program, &settings, &files);
            report.diagnostics.retain(|problem| matters(&problem));
            if report.diagnostics.is_empty() || report.diagnostics.iter().any(|problem| problem.code != full) {
                let problems = render::all(&report.sources, &report.diagnostics, Look::PLAIN);
                fault(format!("its example gives\n{problems}"));
            }
        }
        for program in fences("Mend", "nnl") {
            let mut report = run("", &program, &settings, &files);
            report.diagnostics.retain(|problem| matters(&problem));
            if !report.diagnostics.is_empty() {
                let problems = render::all(&report.sources, &report.diagnostics, Look::PLAIN);
                fault(format!("its mend is not clean:\n{problems}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The voice of messages: no full stop, lower case, none of the words that blame.
#[test]
fn no_message_in_the_source_uses_the_words_that_blame() {
    let mut faults = Vec::new();
    for (path, text) in source_files() {
        let text = without_tests(&text);
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let strings = line.split('"').skip(1).step_by(2);
            for word in ["invalid", "illegal", "unexpected token"] {
                if strings.clone().any(|text| text.to_lowercase().contains(word)) {
                    faults.push(format!("{}:{}: {word}", short(&path), i + 1));
                }
            }
        }
    }
    assert!(faults.is_empty(), "say what does not fit instead:\n{}", faults.join("\n"));
}
