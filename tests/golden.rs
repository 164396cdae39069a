//! The golden cases: one Markdown file each, a program and any of its views. `BLESS=1` writes the views anew.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use nnlang::Settings;
use nnlang::inside::cli::json_lines;
use nnlang::inside::diag::render::{self, Look};
use nnlang::inside::diag::{Diagnostic, Edit};
use nnlang::inside::source::SourceId;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use support::{
    Files, Page, Part, answers, blessing, difference, files_below, root, run, same_but_steps, short, transcript,
};

macro_rules! chapters {
    ($($name:ident),*) => {
        const CHAPTERS: &[&str] = &[$(stringify!($name)),*];
        mod chapters {
            $(#[test] fn $name() { super::chapter(stringify!($name)); })*
        }
    };
}
chapters!(words, names, shapes, functions, layers, derivatives, questions, training, examples, repl, errors);

#[test]
fn every_case_stands_in_a_chapter() {
    let folder = root().join("tests/golden");
    for path in files_below(&folder, "") {
        let inside = path.strip_prefix(&folder).expect("it is below the folder");
        let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy()).collect();
        let fits = parts.len() == 2 && CHAPTERS.contains(&&*parts[0]) && parts[1].ends_with(".md");
        assert!(fits, "{} is not tests/golden/<chapter>/<case>.md with a chapter of {CHAPTERS:?}", short(&path));
    }
}

#[test]
fn every_example_has_its_case() {
    let cases = files_below(&root().join("tests/golden/examples"), ".md");
    let told: Vec<String> = cases
        .iter()
        .filter_map(|path| Page::read(path).fence("example").map(|fence| fence.body.trim().to_string()))
        .collect();
    for path in files_below(&root().join("examples"), ".nnl") {
        assert!(told.contains(&short(&path)), "{} has no case in tests/golden/examples", short(&path));
    }
}

/// Runs all cases of a chapter and reports all that fail.
fn chapter(name: &str) {
    let mut failures = Vec::new();
    let cases = files_below(&root().join("tests/golden").join(name), ".md");
    for path in &cases {
        let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| case(path)));
        let faults = outcome.unwrap_or_else(|cause| {
            let text = cause.downcast_ref::<String>().cloned();
            vec![format!(
                "  it panics: {}",
                text.or(cause.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_default()
            )]
        });
        if !faults.is_empty() {
            failures.push(format!("{}\n{}", short(path), faults.join("\n")));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} cases differ (expected -, actual +; BLESS=1 writes them anew):\n\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n\n")
    );
}

/// What differs in a case.
fn case(path: &Path) -> Vec<String> {
    let mut page = Page::read(path);
    let mut faults = Vec::new();
    if !matches!(page.parts.first(), Some(Part::Text(text)) if text.starts_with("# ")) {
        faults.push("  it does not begin with `# ` and a sentence".to_string());
    }
    for fence in page.fences() {
        let known = ["nnl", "example", "args", "stdout", "problems", "mended", "shapes", "repl"];
        if !known.contains(&fence.info.as_str()) && !fence.info.starts_with("file ") {
            faults.push(format!("  line {}: there is no fence `{}`", fence.line, fence.info));
        }
    }
    let (mut settings, json) = match page.settings() {
        Ok(settings) => settings,
        Err(why) => return vec![format!("  args: {why}")],
    };
    let files = page.files();
    let mut program = page.fence("nnl").map(|fence| fence.body.clone());
    // A program of the project, run as its own comment says; its data lie beside it.
    let mut name = "";
    if let Some(fence) = page.fence("example") {
        let path = root().join(fence.body.trim());
        let Ok(text) = std::fs::read_to_string(&path) else { return vec![format!("  there is no {}", short(&path))] };
        match support::example_settings(&text) {
            Ok(own) if page.fence("args").is_none() => settings = own,
            Ok(_) => {}
            Err(why) => return vec![format!("  {}: {why}", short(&path))],
        }
        program = Some(text);
        name = fence.body.trim();
    }
    if program.is_none() && page.fence("repl").is_none() {
        faults.push("  it has neither a program nor a conversation".into());
    }
    let mut wanted: Vec<(&str, String, bool)> = Vec::new();
    if let Some(program) = &program {
        let report = run(name, program, &settings, &files);
        let stdout = if json { report.answers.iter().map(json_lines).collect() } else { answers(&report) };
        wanted.push(("stdout", stdout, true));
        wanted.push(("problems", render::all(&report.sources, &report.diagnostics, Look::PLAIN), false));
        if let Some(fence) = page.fence("shapes") {
            wanted.push(("shapes", shapes(program, &fence.body, &settings, &files), true));
        }
        if let Some(fence) = page.fence("mended") {
            // The places of edits are those of the text as it was read, its full-width marks plain.
            let read = if report.sources.is_empty() { program } else { &report.sources.get(SourceId(0)).text };
            let text = mended(read, &report.diagnostics);
            match mended_view(&text, &fence.body, &settings, &files) {
                Ok(view) => wanted.push(("mended", view, true)),
                Err(why) => faults.push(why),
            }
        }
    }
    if let Some(fence) = page.fence("repl") {
        wanted.push(("repl", transcript(program.as_deref(), &fence.body, &settings, &files), true));
    }
    for (info, actual, optional) in wanted {
        let expected = page.fence(info).map(|fence| fence.body.clone());
        if optional && expected.is_none() {
            continue;
        }
        let expected = expected.unwrap_or_default();
        if !same_but_steps(&expected, &actual) || blessing() && expected != actual {
            if blessing() {
                page.set(info, &actual, optional);
                continue;
            }
            faults.push(format!("  {info}:\n{}", difference(&expected, &actual)));
        }
    }
    if blessing() {
        write_if_changed(path, &page.text());
    }
    faults
}

fn write_if_changed(path: &Path, text: &str) {
    if std::fs::read_to_string(path).is_ok_and(|old| old != text) {
        std::fs::write(path, text).unwrap_or_else(|why| panic!("{}: {why}", short(path)));
    }
}

/// The program after the edits of all mends.
fn mended(program: &str, problems: &[Diagnostic]) -> String {
    let all = problems.iter().filter_map(|problem| problem.mend.as_ref()).flat_map(|mend| &mend.edits);
    let mut edits: Vec<&Edit> = all.filter(|edit| edit.span.source == SourceId(0)).collect();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits.dedup();
    let mut out = String::new();
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        assert!(at <= range.start, "two mends change the same place, byte {}", range.start);
        out.push_str(&program[at..range.start]);
        out.push_str(&edit.text);
        at = range.end;
    }
    out + &program[at..]
}

/// The answers of the mended program, which must be clean; a line `shapes: z : [4, m]` is looked up among its shapes.
fn mended_view(text: &str, expected: &str, settings: &Settings, files: &Files) -> Result<String, String> {
    let report = run("", text, settings, files);
    if !report.diagnostics.is_empty() {
        let problems = render::all(&report.sources, &report.diagnostics, Look::PLAIN);
        return Err(format!("  mended is not clean:\n{text}\n{problems}"));
    }
    let asked: String =
        expected.lines().filter_map(|line| line.strip_prefix("shapes: ")).map(|l| format!("{l}\n")).collect();
    let found = shapes(text, &asked, settings, files);
    let found: String = found.lines().map(|line| format!("shapes: {line}\n")).collect();
    // Only where answers are written down are they compared.
    let shows = expected.lines().any(|line| !line.starts_with("shapes: "));
    Ok(found + &if shows { answers(&report) } else { String::new() })
}

/// The lines of `shapes` for the names in front of the `:` of each expected line, as they are.
fn shapes(program: &str, expected: &str, settings: &Settings, files: &Files) -> String {
    let report = run("", &format!("{program}\nshapes\n"), settings, files);
    let all = report.answers.last().map(|answer| answer.doc.text()).unwrap_or_default();
    // `z : [4, m]` and a row of a table say the same.
    let squeeze = |line: &str| {
        let (name, rest) = line.trim().split_once([' ', ':']).unwrap_or((line.trim(), ""));
        format!("{name} : {}", rest.trim_matches([' ', ':']).split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let name = |line: &str| squeeze(line).split(' ').next().unwrap_or_default().to_string();
    let mut out = String::new();
    for line in expected.lines() {
        let actual = all.lines().find(|other| name(other) == name(line)).map(squeeze);
        match actual {
            // What stands behind the shape is not looked at.
            Some(actual) if actual.starts_with(&squeeze(line)) => out.push_str(&format!("{line}\n")),
            Some(actual) => out.push_str(&format!("{actual}\n")),
            None => out.push_str(&format!("{} has no shape here\n", name(line))),
        }
    }
    out
}

#[test]
fn a_page_is_the_same_after_reading_and_writing() {
    let text = "# A\n\ntext\n\n```nnl\na = 5\n```\n\n````file x.md\n```\n````\n";
    let page = Page::parse(text);
    assert_eq!(page.text(), text);
    assert_eq!(page.fences().count(), 2);
    let mut page = Page::parse("# A\n\n```nnl\na\n```\n\n```problems\nx\n```\n");
    page.set("problems", "", false);
    assert_eq!(page.text(), "# A\n\n```nnl\na\n```\n\n");
    page.set("problems", "y\n", false);
    assert!(page.text().ends_with("\n```problems\ny\n```\n"), "{}", page.text());
}

#[test]
fn differences_are_shown_line_by_line() {
    assert_eq!(difference("a\nb\nc\n", "a\nx\nc\n"), "      a\n    - b\n    + x\n      c\n");
    assert_eq!(support::words("--set 'a=1 2' b"), ["--set", "a=1 2", "b"]);
}
