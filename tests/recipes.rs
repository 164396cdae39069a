//! The recipes of CONTRIBUTING, followed: one of each in a copy of the source, counted, built and used.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::{files_below, piped, root, short};

/// What is added to the source: the files in `tests/data/recipes/<name>`, and lines in files that are there.
struct Recipe {
    name: &'static str,
    /// New files, without the page of its code.
    files: usize,
    /// The pages of codes that are new.
    pages: usize,
    /// File, a line of it, and what is written below that.
    below: Option<(&'static str, &'static str, &'static str)>,
}

const RECIPES: &[Recipe] = &[
    Recipe {
        name: "operator",
        files: 1,
        pages: 0,
        below: Some(("src/ops/mod.rs", "    tanh: TANH;", "    softsign: SOFTSIGN;")),
    },
    Recipe {
        name: "function",
        files: 0,
        pages: 0,
        below: Some((
            "src/prelude/losses.nnl",
            "mae(p, y) = abs(p - y)",
            "\n## A squared difference that grows like a distance.\n#> log_cosh(3, 3) == 0; log_cosh(1, 0) ~= log(cosh(1))\n\
             log_cosh(p, y) = log(cosh(p - y))",
        )),
    },
    Recipe {
        name: "error",
        files: 0,
        pages: 1,
        below: Some((
            "src/lower/errors.rs",
            "pub use recurrence::*;",
            "\n/// A summary of nothing.\npub fn summary(span: Span) -> Diagnostic {\n    \
             Diagnostic::error(\"nnlang::value::summary\", \"this has no entries, and so no summary\").at(span, \"nothing\")\n}",
        )),
    },
    Recipe {
        name: "lint",
        files: 1,
        pages: 1,
        below: Some(("src/lint/mod.rs", "        flat;", "        says_nothing;")),
    },
    Recipe {
        name: "question",
        files: 1,
        pages: 0,
        below: Some((
            "src/statements.rs",
            "            built {",
            "                summary: Several Value stays [] [] [\"summary x\"] \"Answers the least, the mean and the largest entry.\";",
        )),
    },
    Recipe {
        name: "layer",
        files: 1,
        pages: 0,
        below: Some(("src/layers/mod.rs", "    embed: EMBED;", "    scale: SCALE;")),
    },
];

/// What the crate is made of.
const SOURCES: &[&str] =
    &["src", "grammar", "docs/errors", "docs/reference", "benches", "Cargo.toml", "Cargo.lock", "build.rs"];

/// The files of the source with their texts, by their places in the repository; what is no text is for tests alone.
fn source() -> BTreeMap<String, String> {
    let all = SOURCES.iter().flat_map(|name| {
        let path = root().join(name);
        if path.is_dir() { files_below(&path, "") } else { vec![path] }
    });
    all.filter_map(|path| Some((short(&path), std::fs::read_to_string(&path).ok()?))).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Follows one recipe; what it took is what it may take.
fn follow(recipe: &Recipe, source: &mut BTreeMap<String, String>) {
    let before = source.clone();
    let folder = root().join("tests/data/recipes").join(recipe.name);
    if folder.is_dir() {
        for path in files_below(&folder, "") {
            let name = path.strip_prefix(&folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            source.insert(name, read(&path));
        }
    }
    if let Some((file, line, more)) = recipe.below {
        let text = source.get_mut(file).unwrap_or_else(|| panic!("{file} is there"));
        let place = format!("{line}\n");
        assert_eq!(text.matches(&place).count(), 1, "{file}: `{line}`");
        *text = text.replacen(&place, &format!("{place}{more}\n"), 1);
    }
    let new: Vec<&String> = source.keys().filter(|name| !before.contains_key(*name)).collect();
    let pages = new.iter().filter(|name| name.starts_with("docs/errors/")).count();
    assert_eq!((new.len() - pages, pages), (recipe.files, recipe.pages), "{}: {new:?}", recipe.name);
    let changed: Vec<&String> = before.keys().filter(|name| source[*name] != before[*name]).collect();
    let lines: usize = changed.iter().map(|name| source[*name].lines().count() - before[*name].lines().count()).sum();
    match recipe.name {
        // The blank line between functions, then a function's three lines; or an error's, in the file of its stage.
        "function" => assert_eq!((changed.len(), lines), (1, 4), "{changed:?}"),
        "error" => assert_eq!(changed.len(), 1, "{changed:?}"),
        _ => assert_eq!((changed.len(), lines), (1, 1), "{}: {changed:?}", recipe.name),
    }
}

/// Writes the copy; what is as it was keeps its time, so that nothing is built twice.
fn write(copy: &Path, source: &BTreeMap<String, String>) {
    for path in files_below(copy, "") {
        let name = path.strip_prefix(copy).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if !source.contains_key(&name) {
            std::fs::remove_file(&path).unwrap_or_else(|why| panic!("{name}: {why}"));
        }
    }
    for (name, text) in source {
        let path = copy.join(name);
        if std::fs::read_to_string(&path).is_ok_and(|old| old == *text) {
            continue;
        }
        let folder = path.parent().unwrap_or(copy);
        std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text)).unwrap_or_else(|why| {
            panic!("{name}: {why}");
        });
    }
}

/// Builds the copy with the dependencies of this build, and gives the program. Its crate has another name, so that neither
/// stands in the place of the other.
fn build(source: &mut BTreeMap<String, String>) -> PathBuf {
    let manifest = source.get_mut("Cargo.toml").expect("Cargo.toml is there");
    *manifest = manifest
        .replacen("name = \"nnlang\"", "name = \"nnlang-recipes\"", 1)
        .replacen("default-run = \"nnlang\"\n", "", 1)
        .replacen("readme = \"README.md\"\n", "", 1)
        + "\n[lib]\nname = \"nnlang\"\n\n[profile.dev.package.nnlang-recipes]\nopt-level = 0\n";
    let lock = source.get_mut("Cargo.lock").expect("Cargo.lock is there");
    *lock = lock.replacen("name = \"nnlang\"", "name = \"nnlang-recipes\"", 1);
    let tmp = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let copy = tmp.join("recipes");
    std::fs::create_dir_all(&copy).unwrap_or_else(|why| panic!("{}: {why}", copy.display()));
    write(&copy, source);
    // What is no text and part of the program.
    let font = "src/figure/mono.ttf";
    std::fs::copy(root().join(font), copy.join(font)).unwrap_or_else(|why| panic!("{font}: {why}"));
    let target = tmp.parent().expect("the folder of all that is built");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&copy).args(["build", "--offline", "--quiet", "--bin", "nnlang-recipes", "--target-dir"]);
    let output = cargo.arg(target).output().unwrap_or_else(|why| panic!("{cargo:?}: {why}"));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(!told.contains("warning"), "{told}");
    target.join("debug").join(format!("nnlang-recipes{}", std::env::consts::EXE_SUFFIX))
}

/// What the program says to these arguments and this input, on both streams.
fn said(program: &Path, args: &[&str], input: &str) -> String {
    let mut command = Command::new(program);
    command.args(args);
    let output = piped(command, input.as_bytes());
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn an_operator_a_function_an_error_a_lint_a_question_and_a_layer_are_a_file_and_a_line_each() {
    let mut source = source();
    for recipe in RECIPES {
        follow(recipe, &mut source);
    }
    let program = build(&mut source);
    let run = |text: &str| said(&program, &["run", "-"], text);
    let holds = |found: String, wanted: &[&str]| {
        for piece in wanted {
            assert!(found.contains(piece), "`{piece}` is wanted in:\n{found}");
        }
    };
    // An operator: its value, its slope, its second derivative and its formula.
    holds(
        run("z = 1\ny = softsign(z)\ny\ndy/dz\nd2y/dz2\nderive dy/dz\n"),
        &["y = 0.5", "dy/dz = 0.25", "d2y/dz2 = -0.25", "1/(abs(z) + 1)^2"],
    );
    holds(run("log_cosh(1, 0)\n"), &["log_cosh(1, 0) = 0.433781"]);
    holds(run("summary [1, 2, 6]\nassert 1 == 1\n"), &["1  3  6", "nnlang::lint::says_nothing"]);
    holds(run("summary zeros([0])\n"), &["nnlang::value::summary"]);
    holds(run("summary 3 by 2\n"), &["`summary` has no `by`"]);
    holds(run("input x : [2, 3] = [[1, 2, 3], [4, 5, 6]]\nscale\na1\nshapes\n"), &["[[1, 2, 3]", "g1", "3 parameters"]);
    for (name, wanted) in [
        ("softsign", "one more than its size"),
        ("log_cosh", "grows like a distance"),
        ("summary", "summary x"),
        ("scale", "a weight of its own"),
    ] {
        holds(said(&program, &["doc", name], ""), &[wanted]);
    }
    for code in ["value::summary", "lint::says_nothing"] {
        holds(said(&program, &["explain", code], ""), &["What happened"]);
    }
}
