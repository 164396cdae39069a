//! What the tests over documents share: fences of Markdown, files for a program, differences of texts.

// Each test file uses its own part of this.
#![allow(dead_code, missing_docs, unreachable_pub, clippy::disallowed_methods, clippy::unwrap_used)]

pub mod latex;
pub mod points;

use nnlang::inside::cli::Cli;
use nnlang::inside::diag::render::{self, Look};
use nnlang::inside::outside::{Cause, InMemory, Outside, Progress, Refusal};
use nnlang::inside::repl::{Repl, Reply, Said};
use nnlang::{Report, Session, Settings};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// Runs a program with this on its standard input, to its end.
pub fn piped(mut command: Command, input: &[u8]) -> Output {
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the binary runs");
    let mut stdin = child.stdin.take().expect("it has a standard input");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("the input was written");
    output
}

/// A page: text and fences, in order; joined they are the file again.
#[derive(Debug)]
pub struct Page {
    pub parts: Vec<Part>,
}

#[derive(Debug)]
pub enum Part {
    Text(String),
    Fence(Fence),
}

#[derive(Clone, Debug)]
pub struct Fence {
    /// The backticks.
    pub ticks: String,
    /// What stands behind them: `nnl`, `file net.nnl`.
    pub info: String,
    /// Its lines, each with its line break.
    pub body: String,
    /// The line of its opening, from 1.
    pub line: usize,
}

impl Page {
    pub fn read(path: &Path) -> Page {
        Page::parse(&std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display())))
    }

    pub fn parse(text: &str) -> Page {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut open: Option<Fence> = None;
        for (i, line) in text.split_inclusive('\n').enumerate() {
            let ticks = line.len() - line.trim_start_matches('`').len();
            match &mut open {
                Some(fence) if ticks >= fence.ticks.len() && line.trim_start_matches('`').trim().is_empty() => {
                    parts.extend(open.take().map(Part::Fence));
                }
                Some(fence) => fence.body.push_str(line),
                None if ticks >= 3 => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    let info = line[ticks..].trim().to_string();
                    open = Some(Fence { ticks: line[..ticks].into(), info, body: String::new(), line: i + 1 });
                }
                None => plain.push_str(line),
            }
        }
        assert!(open.is_none(), "a fence is not closed: {open:?}");
        parts.push(Part::Text(plain));
        Page { parts }
    }

    pub fn text(&self) -> String {
        let show = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Fence(fence) => format!("{0}{1}\n{2}{0}\n", fence.ticks, fence.info, fence.body),
        };
        self.parts.iter().map(show).collect()
    }

    pub fn fences(&self) -> impl Iterator<Item = &Fence> {
        self.parts.iter().filter_map(|part| if let Part::Fence(fence) = part { Some(fence) } else { None })
    }

    pub fn fence(&self, info: &str) -> Option<&Fence> {
        self.fences().find(|fence| fence.info == info)
    }

    /// Sets the body of a fence; adds it at the end, or (an empty body and `keep` false) takes it away.
    pub fn set(&mut self, info: &str, body: &str, keep: bool) {
        let place = self.parts.iter().position(|part| matches!(part, Part::Fence(fence) if fence.info == info));
        match place {
            Some(place) if body.is_empty() && !keep => {
                self.parts.remove(place);
                if let Some(Part::Text(text)) = self.parts.get_mut(place) {
                    *text = text.trim_start_matches('\n').to_string();
                }
            }
            Some(place) => {
                if let Part::Fence(fence) = &mut self.parts[place] {
                    fence.body = body.to_string();
                }
            }
            None if body.is_empty() => {}
            None => {
                let fence = Fence { ticks: "```".into(), info: info.into(), body: body.into(), line: 0 };
                self.parts.extend([Part::Text("\n".into()), Part::Fence(fence)]);
            }
        }
    }

    /// The files that its `file NAME` fences hold.
    pub fn files(&self) -> Files {
        let mut memory = InMemory::default();
        for fence in self.fences() {
            if let Some(name) = fence.info.strip_prefix("file ") {
                memory = memory.file(name.trim(), fence.body.clone());
            }
        }
        Files(memory)
    }

    /// What its `args` fence sets, as `nnlang` reads it; and is the answer JSON?
    pub fn settings(&self) -> Result<(Settings, bool), String> {
        let args = self.fence("args").map(|fence| fence.body.as_str()).unwrap_or_default();
        let cli = parse_args(args)?;
        let json = args.split_whitespace().collect::<Vec<_>>().join(" ").replace('=', " ").contains("--format json");
        Ok((cli.run.options.settings(), json))
    }
}

/// Options as they stand behind `nnlang`; a word may be put in double or single quotes.
pub fn parse_args(args: &str) -> Result<Cli, String> {
    use clap::Parser;
    Cli::try_parse_from(std::iter::once("nnlang".to_string()).chain(words(args))).map_err(|error| error.to_string())
}

/// What an example's comment `# nnlang run … --input x=…` sets.
pub fn example_settings(text: &str) -> Result<Settings, String> {
    let how = text.lines().find_map(|line| line.strip_prefix("# nnlang run ")).unwrap_or_default();
    let options: Vec<String> = words(how).into_iter().filter(|word| !word.ends_with(".nnl")).collect();
    use clap::Parser;
    Cli::try_parse_from(std::iter::once("nnlang").chain(options.iter().map(String::as_str)))
        .map(|cli| cli.run.options.settings())
        .map_err(|error| error.to_string())
}

/// The words of a command line, quotes taken off.
pub fn words(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut quote, mut inside) = (None, false);
    for c in text.chars() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                if !std::mem::replace(&mut inside, true) {
                    out.push(String::new());
                }
            }
            (None, c) if c.is_whitespace() => inside = false,
            (_, c) => {
                if !std::mem::replace(&mut inside, true) {
                    out.push(String::new());
                }
                out.last_mut().expect("a word was begun").push(c);
            }
        }
    }
    out
}

/// The files of a page, and those of the project.
#[derive(Clone, Debug, Default)]
pub struct Files(pub InMemory);

impl Outside for Files {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        let real = || std::fs::read(root().join(path)).map_err(|_| Refusal::new(path, Cause::Missing));
        self.0.read(path).or_else(|_| real())
    }
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.0.write(path, bytes)
    }
    fn clock(&self) -> Duration {
        Duration::ZERO
    }
    fn progress(&mut self, progress: &Progress<'_>) {
        self.0.progress(progress);
    }
    fn interrupted(&self) -> bool {
        false
    }
}

/// Runs a program under a name.
pub fn run(name: &str, text: &str, settings: &Settings, files: &Files) -> Report {
    Session::new(settings.clone()).apply(name, text, &mut files.clone()).1
}

/// Settings that the command line would give without options.
pub fn plain_settings() -> Settings {
    parse_args("").expect("no options are right options").run.options.settings()
}

/// The answers as they are printed.
pub fn answers(report: &Report) -> String {
    report.answers.iter().map(|answer| answer.doc.text()).collect()
}

/// The folder of the project.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder whose names end so, in order.
pub fn files_below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut stack = vec![folder.to_path_buf()];
    while let Some(folder) = stack.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                stack.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                out.push(path);
            }
        }
    }
    out.sort();
    out
}

/// A path as it is seen from the project.
pub fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Is `BLESS=1` set: are expectations to be written anew?
pub fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// The lines of two texts side by side: `-` only expected, `+` only there.
pub fn difference(expected: &str, actual: &str) -> String {
    let (a, b): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut out = String::new();
    let mut say = |sign: &str, line: &str| out.push_str(&format!("    {sign} {line}\n"));
    a[head.saturating_sub(2)..head].iter().for_each(|line| say(" ", line));
    if left.len() * right.len() > 250_000 {
        left.iter().take(50).for_each(|line| say("-", line));
        right.iter().take(50).for_each(|line| say("+", line));
        return out;
    }
    // The longest common subsequence, from the end.
    let mut longest = vec![vec![0usize; right.len() + 1]; left.len() + 1];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            longest[i][j] = match left[i] == right[j] {
                true => longest[i + 1][j + 1] + 1,
                false => longest[i + 1][j].max(longest[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && left[i] == right[j] {
            say(" ", left[i]);
            (i, j) = (i + 1, j + 1);
        } else if j == right.len() || (i < left.len() && longest[i + 1][j] >= longest[i][j + 1]) {
            say("-", left[i]);
            i += 1;
        } else {
            say("+", right[j]);
            j += 1;
        }
    }
    a[a.len() - tail..].iter().take(2).for_each(|line| say(" ", line));
    out
}

/// Rust source without what is only for tests: the items after `#[cfg(test)]` are left out, their lines stay.
pub fn without_tests(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("#[cfg(test)]") {
        out.push_str(&rest[..at]);
        let item = &rest[at..];
        let end = match (item.find(';'), item.find('{')) {
            (Some(semicolon), Some(brace)) if semicolon < brace => semicolon + 1,
            (Some(semicolon), None) => semicolon + 1,
            // An item ends where a bracket closes at its own indentation, the first column.
            _ => item.find("\n}\n").map_or(item.len(), |end| end + 3),
        };
        out.extend(item[..end].chars().filter(|c| *c == '\n'));
        rest = &item[end..];
    }
    out + rest
}

/// Source files that are no tests: `tests.rs`, `tests/…` and files that their module declares behind `#[cfg(test)]` left out.
pub fn source_files() -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    for path in files_below(&root().join("src"), ".rs") {
        let is_tests = path.iter().any(|part| part == "tests" || part == "tests.rs");
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let parent =
            path.parent().map(|folder| folder.join("mod.rs")).and_then(|path| std::fs::read_to_string(path).ok());
        let declared = parent.is_some_and(|text| text.contains(&format!("#[cfg(test)]\nmod {stem};")));
        if !is_tests && !declared {
            let text = std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", short(&path)));
            out.push((path, text));
        }
    }
    out
}

/// A conversation: lines after `> ` and `… ` are said, what stands between is answered.
pub fn transcript(program: Option<&str>, expected: &str, settings: &Settings, files: &Files) -> String {
    let mut repl = Repl::new(settings.clone());
    let mut files = files.clone();
    if let Some(program) = program {
        repl.load("", program, &mut files);
    }
    let mut out = String::new();
    for line in expected.lines() {
        let Some(said) = line.strip_prefix('>').or_else(|| line.strip_prefix('…')) else { continue };
        out.push_str(&format!("{line}\n"));
        match repl.line(said.strip_prefix(' ').unwrap_or(said), &mut files) {
            Reply::Said(said) => out.extend(said.iter().map(|said| match said {
                Said::Report(report) => {
                    answers(report) + &render::all(&report.sources, &report.diagnostics, Look::PLAIN)
                }
                Said::Doc(doc) | Said::Wrong(doc) => doc.text(),
                Said::Clear => String::new(),
            })),
            Reply::More | Reply::Nothing | Reply::Quit => {}
        }
    }
    out
}

/// Are two texts one, but for how many steps an optimiser took until it ended? The last bits decide, and they are those of a class
/// of processors; a quarter more or less is none.
pub fn same_but_steps(one: &str, other: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) = (one.lines().collect(), other.lines().collect());
    let ended = |at: usize| one.get(at).is_some_and(|line| line.starts_with("ended after "));
    let count = |word: &str| word.parse::<u64>().ok();
    let near = |a: &str, b: &str| match (count(a), count(b)) {
        (Some(a), Some(b)) => 4 * a.abs_diff(b) <= a.max(b),
        _ => a == b,
    };
    let same = |at: usize| {
        let words = [one[at], other[at]].map(|line| line.split_whitespace().collect::<Vec<_>>());
        let alike = || words[0].len() == words[1].len() && words[0].iter().zip(&words[1]).all(|(a, b)| near(a, b));
        one[at] == other[at] || (ended(at) || ended(at + 1)) && alike()
    };
    one.len() == other.len() && (0..one.len()).all(same)
}
