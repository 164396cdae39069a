//! The house rules that a machine can check: layers, names of operators, files, formatting, lints.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use support::{files_below, root, short, source_files, without_tests};

/// The first folder or file below `src`: `view`, `session`.
fn module(path: &Path) -> String {
    let inside = path.strip_prefix(root().join("src")).unwrap_or(path);
    let first = inside.iter().next().map(|part| part.to_string_lossy().into_owned()).unwrap_or_default();
    first.trim_end_matches(".rs").to_string()
}

/// The code without comments, strings and what is only for tests: all that is left out becomes spaces, so that places stay.
fn code(text: &str) -> String {
    let text = without_tests(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let skip = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("r#\"") {
            rest.find("\"#").map_or(rest.len(), |end| end + 2)
        } else if c == '"' {
            string_end(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else if rest.starts_with("'\\\"'") {
            4
        } else {
            out.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        out.extend(rest[..skip].chars().map(|c| if c == '\n' { c } else { ' ' }));
        rest = &rest[skip..];
    }
    out
}

/// Where the string that begins here ends.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            '"' if !escaped => return i + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

/// The numbers that ARCHITECTURE.md gives the modules: lines `  view/   10  …` of its layout.
fn layers() -> BTreeMap<String, u32> {
    let text = std::fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md is there");
    let layer = |line: &str| {
        let mut words = line.split_whitespace();
        let module = words.next()?;
        let name = module.strip_suffix('/').or_else(|| module.strip_suffix(".rs"))?;
        Some((name.to_string(), words.next()?.parse().ok()?))
    };
    text.lines().filter(|line| line.starts_with("  ")).filter_map(layer).collect()
}

/// The modules that code names behind `crate::`, with the byte where.
fn uses(code: &str) -> Vec<(usize, String)> {
    let ident = |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let mut out = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let Some(group) = rest.strip_prefix('{') else {
            out.push((at, ident(rest)));
            continue;
        };
        let mut depth = 0;
        let mut begins = true;
        for (i, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => begins = true,
                c if begins && !c.is_whitespace() => {
                    out.push((at, ident(&group[i..])));
                    begins = false;
                }
                _ => {}
            }
        }
    }
    out.retain(|(_, name)| !name.is_empty());
    out
}

fn line_of(text: &str, byte: usize) -> usize {
    text[..byte].matches('\n').count() + 1
}

#[test]
fn a_module_uses_only_modules_below_it() {
    let layers = layers();
    let mut faults = Vec::new();
    for (path, text) in source_files() {
        let own = module(&path);
        if own == "lib" || own == "main" {
            continue;
        }
        let Some(number) = layers.get(&own) else {
            faults.push(format!("{}: the layout in ARCHITECTURE.md gives `{own}` no number", short(&path)));
            continue;
        };
        let code = code(&text);
        for (at, name) in uses(&code) {
            // What is no module of the layout (a macro, an item of lib.rs) has no number.
            let Some(other) = layers.get(&name).filter(|_| name != own) else { continue };
            if other >= number {
                let line = line_of(&code, at);
                let shown = text.lines().nth(line - 1).unwrap_or_default().trim();
                faults.push(format!("{}:{line}: `{own}` ({number}) uses `{name}` ({other}): {shown}", short(&path)));
            }
        }
    }
    assert!(faults.is_empty(), "a module may use only modules with a smaller number:\n{}", faults.join("\n"));
}

#[test]
fn the_layout_names_modules_that_exist() {
    for (name, _) in layers() {
        let src = root().join("src");
        let there = src.join(&name).is_dir() || src.join(format!("{name}.rs")).is_file();
        assert!(there, "ARCHITECTURE.md: there is no src/{name}");
    }
}

#[test]
fn paths_and_groups_behind_crate_are_found() {
    let code = code("use crate::{a, b::{c, d}, e};\n// crate::no\nlet x = \"crate::no\"; crate::f::g();");
    let names: Vec<String> = uses(&code).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["a", "b", "e", "f"]);
    assert_eq!(layers().get("source"), Some(&0));
}

#[test]
fn only_the_operators_folder_names_operators() {
    let mut faults = Vec::new();
    for (path, text) in source_files().into_iter().filter(|(path, _)| module(path) != "ops") {
        let text = without_tests(&text);
        // Strings are kept here: an operator that is looked up under a name which stands in the code is named.
        for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
            let looked_up = ["find(\"", "known_as(\""].iter().any(|call| line.contains(&format!("ops::{call}")));
            let statics = line.match_indices("ops::").any(|(at, _)| {
                let last = line[at + 5..].split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').next();
                let name = last.and_then(|path| path.rsplit("::").next()).unwrap_or_default();
                name.len() > 1
                    && name != "ALL"
                    && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
            });
            if looked_up || statics {
                faults.push(format!("{}:{}: {}", short(&path), i + 1, line.trim()));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "only src/ops names operators, the others ask for `ops::of(Is::…)`:\n{}",
        faults.join("\n")
    );
}

#[test]
fn each_tag_is_one_operator_of_the_table() {
    let text = std::fs::read_to_string(root().join("src/graph/facts.rs")).expect("src/graph/facts.rs is there");
    let start = text.find("pub enum Is {").expect("the tags are there");
    let body = &text[start..start + text[start..].find("\n}").expect("it ends")];
    let tags: Vec<&str> = body.lines().skip(1).map(str::trim).filter(|line| !line.starts_with("//")).collect();
    assert!(tags.len() > 50, "{tags:?}");
    for tag in tags.iter().map(|tag| tag.trim_end_matches(',')).filter(|tag| *tag != "Other") {
        let bearers = nnlang::inside::ops::ALL.iter().filter(|def| format!("{:?}", def.is) == tag).count();
        assert_eq!(bearers, 1, "{bearers} operators are `Is::{tag}`");
    }
}

#[test]
fn every_file_begins_with_a_sentence() {
    let tests = files_below(&root().join("tests"), ".rs");
    let all = files_below(&root().join("src"), ".rs").into_iter().chain(tests);
    for path in all {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let first = text.lines().next().unwrap_or_default();
        let is_sentence = first.starts_with("//! ") && first.split(' ').count() >= 4;
        assert!(is_sentence, "{} does not begin with a `//!` sentence but with {first:?}", short(&path));
        assert!(!first.contains("PLACEHOLDER"), "{} is a placeholder", short(&path));
    }
}

#[test]
fn no_file_is_longer_than_eight_hundred_lines() {
    let mut faults = Vec::new();
    for (path, text) in source_files() {
        let lines = text.lines().count();
        if lines > 500 {
            eprintln!("note: {} has {lines} lines; can it be two files?", short(&path));
        }
        if lines > 800 {
            faults.push(format!("{}: {lines} lines", short(&path)));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The functions of a file, each with its first line, from 0, and its length: it ends at the `}` that stands below its `fn`.
fn functions(text: &str) -> Vec<(usize, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &str| {
        let words = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(super) ");
        let words = words.trim_start_matches("pub(crate) ").trim_start_matches("const ").trim_start_matches("unsafe ");
        words.starts_with("fn ") && !line.trim_end().ends_with(['}', ';'])
    };
    let mut out = Vec::new();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| begins(line)) {
        let end = format!("{}}}", &line[..line.len() - line.trim_start().len()]);
        if let Some(length) = lines[at..].iter().position(|line| *line == end) {
            out.push((at, length + 1));
        }
    }
    out
}

/// Is there a comment `// <word>: …` in the lines right above one?
fn has_reason(text: &str, line: usize, word: &str) -> bool {
    let start = format!("// {word}: ");
    let above = text.lines().take(line).collect::<Vec<_>>();
    let near = above.iter().rev().map(|line| line.trim());
    near.take_while(|line| line.starts_with("//") || line.starts_with("#[")).any(|line| line.starts_with(&start))
}

#[test]
fn no_function_is_longer_than_a_hundred_lines_without_a_reason() {
    let mut faults = Vec::new();
    let mut found = 0;
    for (path, text) in source_files() {
        let functions = functions(&text);
        found += functions.len();
        for (line, length) in functions.into_iter().filter(|(_, length)| *length > 100) {
            if !has_reason(&text, line, "Long") {
                let name = text.lines().nth(line).unwrap_or_default().trim();
                faults.push(format!("{}:{}: {length} lines: {name}", short(&path), line + 1));
            }
        }
    }
    assert!(found > 1000, "{found} functions were found");
    assert!(faults.is_empty(), "make two of it, or say why not above it, `// Long: …`:\n{}", faults.join("\n"));
}

/// The type that a line `impl<'a> Eval<'a> {` is of; none for an `impl` of a trait.
fn type_of_impl(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("impl")?;
    let rest = match rest.strip_prefix('<') {
        Some(inside) => inside.split_once("> ")?.1,
        None => rest.strip_prefix(' ')?,
    };
    let name = rest.split(['<', ' ', '{']).next()?.rsplit("::").next()?;
    (!rest.contains(" for ")).then_some(name)
}

#[test]
fn no_type_has_its_functions_in_more_than_three_files_without_a_reason() {
    let files: BTreeMap<_, _> = source_files().into_iter().collect();
    let defines = |text: &str, name: &str| {
        text.lines().position(|line| {
            let line =
                line.trim_start_matches("pub ").trim_start_matches("pub(super) ").trim_start_matches("pub(crate) ");
            let of = line.strip_prefix("struct ").or_else(|| line.strip_prefix("enum "));
            of.is_some_and(|of| of.split(['<', ' ', '(', ';']).next() == Some(name))
        })
    };
    let mut homes: BTreeMap<(&Path, String), (usize, usize)> = BTreeMap::new();
    for (path, text) in &files {
        let mut names: Vec<&str> = text.lines().filter_map(type_of_impl).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            // Where it is defined: in the file itself, beside it, or in a folder around it.
            let own = defines(text, name).map(|line| (path.as_path(), line));
            let home = own.or_else(|| {
                path.ancestors().skip(1).find_map(|folder| {
                    let beside = files.iter().filter(|(path, _)| path.parent() == Some(folder));
                    beside.filter_map(|(path, text)| Some((path.as_path(), defines(text, name)?))).next()
                })
            });
            if let Some((home, line)) = home {
                homes.entry((home, name.to_string())).or_insert((line, 0)).1 += 1;
            }
        }
    }
    assert!(homes.len() > 100, "{} types were found", homes.len());
    let many = homes.iter().filter(|(_, (_, count))| *count > 3);
    let faults: Vec<String> = many
        .filter(|((home, _), (line, _))| !has_reason(&files[*home], *line, "Many files"))
        .map(|((home, name), (line, count))| format!("{}:{}: `{name}` in {count} files", short(home), line + 1))
        .collect();
    assert!(
        faults.is_empty(),
        "bring them together, or say why not above it, `// Many files: …`:\n{}",
        faults.join("\n")
    );
}

#[test]
fn functions_and_types_are_found() {
    let text = "/// One.\n// Long: it is a table.\n#[inline]\npub fn a(\n    b: u8,\n) {\n    c\n}\n\nfn one() {}\n";
    assert_eq!(functions(text), [(3, 5)]);
    assert!(has_reason(text, 3, "Long") && !has_reason(text, 9, "Long"));
    let lines =
        ["impl Eval<'_> {", "impl<'a> Cx<'a> {", "impl super::Dims {", "impl Default for A {", "impl<T> B<T> {"];
    assert_eq!(lines.map(type_of_impl), [Some("Eval"), Some("Cx"), Some("Dims"), None, Some("B")]);
}

#[test]
fn the_main_file_is_at_most_twenty_lines() {
    let text = std::fs::read_to_string(root().join("src/main.rs")).expect("src/main.rs is there");
    assert!(text.lines().count() <= 20);
}

#[test]
fn unsafe_code_lives_in_the_kernels_alone() {
    for (path, text) in source_files().into_iter().filter(|(path, _)| module(path) != "kernels") {
        let code = code(&text);
        let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
        assert!(!words.any(|word| word == "unsafe"), "{} holds unsafe code", short(&path));
    }
}

#[test]
fn only_their_own_module_uses_miette_and_rustyline() {
    for (path, text) in source_files() {
        let (name, code) = (short(&path).replace('\\', "/"), code(&text));
        let uses = |krate: &str| code.contains(&format!("{krate}::"));
        assert!(!uses("miette") || name == "src/diag/render.rs", "{name} uses miette");
        assert!(!uses("rustyline") || name.starts_with("src/repl/"), "{name} uses rustyline");
        let fs = uses("fs") && code.contains("std::fs");
        assert!(!fs || name == "src/cli/outside.rs", "{name} uses std::fs");
    }
}

#[test]
fn every_dependency_has_a_sentence() {
    let text = std::fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml is there");
    let mut inside = false;
    let mut before = "";
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.contains("dependencies");
        } else if inside && line.contains('=') && !line.starts_with('#') {
            assert!(before.starts_with("# "), "Cargo.toml: `{line}` has no comment above it");
        }
        before = line;
    }
}

#[test]
fn the_face_is_small_and_everything_else_private() {
    let text = std::fs::read_to_string(root().join("src/lib.rs")).expect("src/lib.rs is there");
    let open: Vec<&str> = text.lines().filter(|line| line.starts_with("pub mod ")).collect();
    assert_eq!(open, ["pub mod inside;"], "a module is private; what is public stands in src/lib.rs by name");
    let faces = text.lines().filter(|line| line.starts_with("pub use ")).collect::<Vec<_>>().join("\n");
    let names = faces.matches(',').count() + faces.matches(';').count();
    assert!(!faces.contains('*') && names <= 50, "the face has {names} names:\n{faces}");
}

/// `cargo` with the toolchain of this build; `None` where a component of it is not installed.
fn cargo(component: &str) -> Option<Command> {
    let mut version = Command::new(env!("CARGO"));
    let there = version.args([component, "--version"]).output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("note: cargo {component} is not installed, and so not run");
        return None;
    }
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(root()).arg(component);
    Some(command)
}

fn passes(command: &mut Command) {
    let output = command.output().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}\n{text}");
}

#[test]
fn the_source_is_formatted() {
    if let Some(mut fmt) = cargo("fmt") {
        // The files of operators, questions and warnings are declared by a macro, which rustfmt does not look into.
        let operators = source_files().into_iter().map(|(path, _)| path).filter(|path| {
            ["src/ops", "src/ask", "src/lint"].iter().any(|leaves| path.parent() == Some(&root().join(leaves)))
        });
        passes(fmt.args(["--check", "--"]).args(operators));
    }
}
