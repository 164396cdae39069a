//! The one layout loses nothing: a comment and a break after every token of every program here, and of a folder of one's own
//! by `PROGRAMS=folder`.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods)]

mod support;

use nnlang::inside::source::{Source, Sources};
use nnlang::inside::syntax;
use support::{Page, Part, files_below};

use std::path::Path;

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
        let next = cuts.iter().filter_map(|(from, to)| Some((rest.find(from)?, *from, *to))).min();
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
            _ if c.is_alphanumeric() || c == '_' => take(&|c| c.is_alphanumeric() || c == '_'),
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

/// Tries every `step`th token alone, from the one at `from`, and all together.
fn check_all(name: &str, text: &str, from: usize, step: usize) {
    if !is_right(text) {
        return;
    }
    check(name, text);
    // A long program in pieces would be another program; its statements are tried each in the whole.
    let places = ends(text);
    let mut fine = vec![];
    for (count, at) in places.iter().enumerate() {
        let tried = commented(text, &[*at]);
        let alone = count % step == from % step;
        if is_right(&tried) {
            fine.push(*at);
            if alone {
                check(name, &tried);
            }
        }
        if alone {
            check(name, &format!("{}\n{}", &text[..*at], &text[*at..]));
        }
    }
    check(name, &commented(text, &fine));
    // All breaks that may stand together.
    let mut together: Vec<usize> = vec![];
    for at in fine.iter().take(100) {
        together.push(*at);
        if !is_right(&commented(text, &together)) {
            together.pop();
        }
    }
    check(name, &commented(text, &together));
}

#[test]
fn a_comment_after_any_token_of_any_program_is_kept() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut programs = files_below(&root.join("examples"), ".nnl");
    if let Ok(folder) = std::env::var("PROGRAMS") {
        programs.extend(files_below(Path::new(&folder), ".nnl"));
    }
    let mut count = 0;
    for path in &programs {
        count += 1;
        check_all(&path.display().to_string(), &std::fs::read_to_string(path).unwrap_or_default(), 0, 1);
    }
    let pages = files_below(&root.join("tests/golden"), ".md");
    for path in &pages {
        for part in Page::read(path).parts {
            if let Part::Fence(fence) = part
                && fence.info == "nnl"
                && fence.body.len() < 1500
            {
                count += 1;
                check_all(&path.display().to_string(), &fence.body, count, 8);
            }
        }
    }
    assert!(count > 100, "{count} programs were tried");
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
