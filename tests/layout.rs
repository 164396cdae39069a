//! The one layout loses nothing: a comment and a break after every token of every program here, and of a folder of one's own
//! by `PROGRAMS=folder`.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods)]

mod support;

use nnlang::fact::Fact;
use nnlang::inside::source::{Source, Sources};
use nnlang::inside::syntax;
use nnlang::{InMemory, Session, Settings};
use support::{Page, Part, files_below};

use std::path::{Path, PathBuf};

/// The formatted text, and what the program says without places and layout; `None` where it cannot be read.
fn read(text: &str) -> Option<(String, String)> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("test.nnl", text));
    let (program, problems) = syntax::parse(&sources, id);
    if problems.iter().any(|problem| problem.is_error()) {
        return None;
    }
    let shown = format!("{:?}", program.items);
    Some((syntax::format(sources.get(id), &program), meaning(&shown)))
}

/// A tree as text without what is layout: places, comments, blank lines, what shares a line.
fn meaning(shown: &str) -> String {
    let mut out = String::new();
    let mut rest = shown;
    let cuts = [("Span { ", "}"), ("leading: [", "]"), ("trailing: [", "]")];
    loop {
        // The next of them: each is looked for in front of the one before alone.
        let mut next: Option<(usize, &str, &str)> = None;
        for (from, to) in cuts {
            let before = next.map_or(rest.len(), |(at, ..)| at);
            next = rest[..before].find(from).map(|at| (at, from, to)).or(next);
        }
        let Some((at, from, to)) = next else { break };
        out.push_str(&rest[..at]);
        rest = &rest[at + from.len()..];
        if from == "leading: [" || from == "trailing: [" {
            // Comments hold places of their own.
            let end = rest.find(to).unwrap_or(rest.len());
            rest = &rest[end..];
        } else {
            rest = &rest[rest.find(to).map_or(rest.len(), |end| end + 1)..];
        }
    }
    out.push_str(rest);
    for layout in ["same_line: true", "same_line: false", "comment: None", "comment: Some()"] {
        out = out.replace(layout, "");
    }
    out
}

/// Where the tokens of a text end, strings and comments each one.
fn ends(text: &str) -> Vec<usize> {
    let mut ends = vec![];
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let mut end = at + c.len_utf8();
        let mut take = |more: &dyn Fn(char) -> bool| {
            while let Some((at, c)) = chars.next_if(|(_, c)| more(*c)) {
                end = at + c.len_utf8();
            }
        };
        match c {
            '#' => {
                take(&|c| c != '\n');
                continue;
            }
            '"' => {
                take(&|c| c != '"' && c != '\n');
                take(&|c| c == '"');
            }
            _ if c.is_whitespace() => continue,
            _ if c.is_alphanumeric() || c == '_' => {
                take(&|c| c.is_alphanumeric() || c == '_');
                // `1e-15` is one number.
                let word = text[at..].split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
                let signed = text[at + word.len()..].starts_with(['-', '+']);
                if c.is_ascii_digit() && word.ends_with(['e', 'E']) && signed {
                    take(&|c| matches!(c, '-' | '+') || c.is_ascii_digit());
                }
            }
            '=' | '<' | '>' | '!' | '~' | '|' | '*' | '.' => take(&|c| matches!(c, '=' | '>' | '*' | '.')),
            _ => {}
        }
        ends.push(end);
    }
    ends
}

/// With a comment and a break after each of these places.
fn commented(text: &str, places: &[usize]) -> String {
    let mut out = String::new();
    let mut from = 0;
    for (count, at) in places.iter().enumerate() {
        out.push_str(&text[from..*at]);
        out.push_str(&format!(" # kept {count}.\n"));
        from = *at;
    }
    out + &text[from..]
}

/// Is everything kept, and nothing changed by a second time?
fn check(name: &str, text: &str) {
    let text = &Source::new("", text).text;
    let Some((once, said)) = read(text) else { return };
    let (twice, again) =
        read(&once).unwrap_or_else(|| panic!("{name}: cannot be read after `fmt`:\n{text}\n--\n{once}"));
    assert_eq!(said, again, "{name}: another program after `fmt`:\n{text}\n--\n{once}");
    assert_eq!(once, twice, "{name}: a second `fmt` changes it:\n{text}");
    for comment in text.lines().filter_map(|line| Some(&line[line.find(" # kept ")?..])) {
        assert_eq!(once.matches(comment.trim()).count(), 1, "{name}: `{comment}` is lost:\n{text}\n--\n{once}");
    }
    assert_eq!(text.matches('#').count(), once.matches('#').count(), "{name}: a comment is lost:\n{text}\n--\n{once}");
}

/// Can it be read at all?
fn is_right(text: &str) -> bool {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("test.nnl", text));
    !syntax::parse(&sources, id).1.iter().any(|problem| problem.is_error())
}

/// Places of one text stand so far apart: beside each other they would hide one another.
const APART: usize = 12;

/// Where a comment and a break may stand: tried in each statement by itself, which by it may become two.
fn fine(text: &str) -> Vec<usize> {
    places(text, |_, with| is_right(with))
}

/// Where they may stand inside a statement.
fn inside(text: &str) -> Vec<usize> {
    places(text, |own, with| read(with).is_some_and(|(_, said)| read(own).is_some_and(|(_, before)| said == before)))
}

/// The places behind tokens where a statement with a comment and a break there is what is asked of it.
fn places(text: &str, can_be: impl Fn(&str, &str) -> bool) -> Vec<usize> {
    let mut sources = Sources::default();
    let id = sources.add(Source::new("test.nnl", text));
    let mut out = vec![];
    for item in syntax::parse(&sources, id).0.items {
        let range = item.span.range();
        let own = &text[range.clone()];
        let can_stand = |at: &usize| can_be(own, &commented(own, &[*at]));
        out.extend(ends(own).into_iter().filter(can_stand).map(|at| range.start + at));
    }
    out
}

/// Tries a comment and a break after every token, and a break alone: many in one text, far apart, and all together. How many
/// places there are.
fn check_all(name: &str, text: &str) -> usize {
    let text = &*Source::new("", text).text;
    if !is_right(text) {
        return 0;
    }
    check(name, text);
    let places = fine(text);
    for first in 0..APART.min(places.len()) {
        let apart: Vec<usize> = places.iter().skip(first).step_by(APART).copied().collect();
        check_places(name, text, &apart);
    }
    check(name, &commented(text, &places));
    // All breaks that may stand together.
    let mut together: Vec<usize> = vec![];
    for at in places.iter().take(100) {
        together.push(*at);
        if !is_right(&commented(text, &together)) {
            together.pop();
        }
    }
    check(name, &commented(text, &together));
    places.len()
}

/// Tries places in one text; where that cannot be read, in halves.
fn check_places(name: &str, text: &str, places: &[usize]) {
    let with = commented(text, places);
    if places.len() > 1 && !is_right(&with) {
        let (left, right) = places.split_at(places.len() / 2);
        check_places(name, text, left);
        return check_places(name, text, right);
    }
    check(name, &with);
    let (mut broken, mut from) = (String::new(), 0);
    for at in places {
        broken.push_str(&text[from..*at]);
        broken.push('\n');
        from = *at;
    }
    check(name, &(broken + &text[from..]));
}

/// The programs of the examples, of a folder of one's own, and of the golden pages, each with its name.
fn programs() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = files_below(&root.join("examples"), ".nnl");
    if let Ok(folder) = std::env::var("PROGRAMS") {
        files.extend(files_below(Path::new(&folder), ".nnl"));
    }
    let text = |path: &PathBuf| (path.display().to_string(), std::fs::read_to_string(path).unwrap_or_default());
    let mut out: Vec<(String, String)> = files.iter().map(text).collect();
    for path in files_below(&root.join("tests/golden"), ".md") {
        for part in Page::read(&path).parts {
            if let Part::Fence(fence) = part
                && fence.info == "nnl"
            {
                out.push((path.display().to_string(), fence.body));
            }
        }
    }
    out
}

#[test]
fn a_comment_after_any_token_of_any_program_is_kept() {
    let programs = programs();
    let places: usize = programs.iter().map(|(name, text)| check_all(name, text)).sum();
    assert!(programs.len() > 500 && places > 20_000, "{places} places in {} programs", programs.len());
}

/// What a program says: its values by name, and how many answers of other kinds there are.
fn said(text: &str) -> Option<(Vec<String>, usize)> {
    let report = Session::new(Settings::default()).answer("a.nnl", text, &mut InMemory::default()).1;
    if report.diagnostics.iter().any(|problem| problem.is_error()) {
        return None;
    }
    let facts: Vec<&Fact> = report.answers.iter().flat_map(|answer| &answer.facts).collect();
    let name = |name: &str| name.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let values = facts.iter().filter_map(|fact| fact.valued());
    Some((values.map(|it| format!("{} {:?}", name(&it.name), it.value)).collect(), facts.len()))
}

#[test]
fn a_program_with_comments_everywhere_answers_the_same_once_it_is_formatted() {
    let slow = ["train ", "times", "time ", "evaluate"];
    let mut count = 0;
    for (name, text) in programs().iter().filter(|(_, text)| text.len() < 1500) {
        let text = &*Source::new("", text).text;
        if slow.iter().any(|word| text.contains(word)) {
            continue;
        }
        let (Some(before), Some((formatted, _))) = (said(text), read(&commented(text, &inside(text)))) else {
            continue;
        };
        assert_eq!(said(&formatted), Some(before), "{name}:\n{text}\n--\n{formatted}");
        count += 1;
    }
    assert!(count > 150, "{count} programs were answered");
}

#[test]
fn comments_in_blocks_on_one_line_are_kept() {
    for (text, wanted) in [
        ("h(x) { max(x, # the ramp\n 0) }\n", "h(x) {\n    max(x,  # the ramp\n        0)\n}\n"),
        ("g(x) { u = x^\n2; u + 1 }\n", "g(x) {\n    u = x^\n        2; u + 1\n}\n"),
        ("f(x) {  # opens\n    x^2\n}  # ends f\na = 1\n", "f(x) {  # opens\n    x^2\n}  # ends f\na = 1\n"),
        ("f(x) { y = x; x*(1 +  # lost\n y) }\n", "f(x) {\n    y = x; x*(1 +  # lost\n        y)\n}\n"),
        ("ａ ＝ （３＋４）＊２  ＃ ＝\n\"ｘ＝\"\n", "a = (3 + 4)*2  # ＝\n\"ｘ＝\"\n"),
    ] {
        let (once, _) = read(text).unwrap_or_default();
        assert_eq!(once, wanted, "{text}");
        check("", text);
    }
}
