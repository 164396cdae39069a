//! Programs and data files with slips that nobody thought of: no panic, an end, every message inside its text, every mend that has
//! edits carries out what it says, and leads to no second error of its statement. `MUTANTS=100000` tries so many programs,
//! `MUTANTS_FROM=5000` from this one on, `MUTANTS_DATA=10000` so many files; `REPORT=1` tells all that came.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, clippy::print_stdout)]

mod support;

use nnlang::inside::syntax;
use nnlang::{Diagnostic, Edit, InMemory, Look, Outside, Progress, Refusal, Report, Session, Settings, Span};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};
use support::{Page, Part, files_below, piped};

/// A run is asked to stop after this, and has to have stopped after that.
const STOP: Duration = Duration::from_secs(2);
const LATEST: Duration = Duration::from_secs(20);

/// Files in memory, and a user who stops what takes too long.
#[derive(Debug)]
struct Hasty {
    inner: InMemory,
    start: Instant,
}

impl Outside for Hasty {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        self.inner.read(path)
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.inner.write(path, bytes)
    }

    fn clock(&self) -> Duration {
        self.start.elapsed()
    }

    fn progress(&mut self, _: &Progress<'_>) {}

    fn interrupted(&self) -> bool {
        self.start.elapsed() > STOP
    }
}

/// Numbers that depend on their seed alone (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    fn of<'t, T: ?Sized>(&mut self, all: &[&'t T]) -> Option<&'t T> {
        (!all.is_empty()).then(|| all[self.below(all.len())])
    }
}

fn number(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// Short programs of all kinds.
fn corpus() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut out = vec![];
    let programs = files_below(&root.join("examples"), ".nnl");
    out.extend(programs.iter().filter_map(|path| std::fs::read_to_string(path).ok()));
    let mut pages = files_below(&root.join("tests/golden"), ".md");
    pages.extend(files_below(&root.join("docs/reference"), ".md"));
    for path in &pages {
        let fences = Page::read(path).parts.into_iter().filter_map(|part| match part {
            Part::Fence(fence) if fence.info == "nnl" => Some(fence.body),
            _ => None,
        });
        out.extend(fences);
    }
    // What learns, or waits for files, is mutated in the tests of files.
    let slow = ["train ", "data ", "times", "time ", "epoch"];
    out.retain(|text| text.len() < 900 && !slow.iter().any(|word| text.contains(word)));
    out
}

/// The words, numbers and signs of a text, and where they stand.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let mut out = vec![];
    let mut from = 0;
    let kind = |c: char| match c {
        _ if c.is_alphanumeric() || matches!(c, '_' | '.') => 0,
        _ if c.is_whitespace() => 1,
        '=' | '<' | '>' | '|' | '!' | '~' => 2,
        _ => 3,
    };
    let mut before = None;
    for (at, c) in text.char_indices() {
        let own = kind(c);
        if before.is_some_and(|before| before != own || own == 3) {
            out.push((from, &text[from..at]));
            from = at;
        }
        before = Some(own);
    }
    out.push((from, &text[from..]));
    out.retain(|(_, token)| !token.trim().is_empty());
    out
}

const SIGNS: [&str; 44] = [
    "(", ")", "[", "]", "{", "}", "+", "-", "*", "/", "^", "@", "'", "=", "==", ":", ",", ";", ".", "..", "#", "\"",
    "%", "|>", "?", "!", "\\", "&", "$", "`", "_", "²", "ᵀ", "∂", "·", "（", "ｘ", "é", "\t", "\u{200b}", "\n", "\r\n",
    "0", "1e309",
];

/// One slip more.
fn slipped(text: &str, pool: &[String], dice: &mut Dice) -> String {
    let all = tokens(text);
    if all.is_empty() {
        return text.to_string();
    }
    let i = dice.below(all.len());
    let (at, token) = all[i];
    let end = at + token.len();
    let cut = |from: usize, to: usize, with: &str| format!("{}{with}{}", &text[..from], &text[to..]);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let line = dice.below(lines.len());
    let moved = |order: Vec<usize>| order.into_iter().map(|i| lines[i]).collect::<String>();
    match dice.below(15) {
        0 => cut(at, end, ""),
        1 => cut(end, end, token),
        2 => cut(end, end, &format!(" {token}")),
        3 | 4 => {
            let other = tokens(&pool[dice.below(pool.len())]).get(i % 17).map_or("x", |(_, token)| *token).to_string();
            cut(at, end, &other)
        }
        5 => {
            let (other, taken) = all[dice.below(all.len())];
            if other > at {
                format!("{}{taken}{}{token}{}", &text[..at], &text[end..other], &text[other + taken.len()..])
            } else {
                cut(at, end, taken)
            }
        }
        6 | 7 => cut(end, end, dice.of(&SIGNS).unwrap_or("+")),
        8 => cut(at, end, dice.of(&SIGNS).unwrap_or("-")),
        9 => {
            // A letter too few, or one twice.
            let letters: Vec<(usize, char)> = token.char_indices().collect();
            let (own, c) = letters[dice.below(letters.len())];
            let (from, to) = (at + own, at + own + c.len_utf8());
            if dice.below(2) == 0 { cut(from, to, "") } else { cut(to, to, &c.to_string()) }
        }
        10 => moved((0..lines.len()).filter(|i| *i != line).collect()),
        11 => moved((0..lines.len()).flat_map(|i| vec![i; if i == line { 2 } else { 1 }]).collect()),
        12 => {
            let mut order: Vec<usize> = (0..lines.len()).collect();
            let other = dice.below(lines.len());
            order.swap(line, other);
            moved(order)
        }
        13 => text[..end].to_string(),
        _ => {
            let other = &pool[dice.below(pool.len())];
            let theirs: Vec<&str> = other.split_inclusive('\n').collect();
            let theirs = theirs[dice.below(theirs.len())];
            let place: usize = lines[..line].iter().map(|line| line.len()).sum();
            cut(place, place, theirs)
        }
    }
}

fn run(settings: &Settings, text: &str, files: &[(&str, Vec<u8>)]) -> Result<(Report, Duration), String> {
    let mut inner = InMemory::default();
    inner.files.extend(files.iter().map(|(name, bytes)| (name.to_string(), bytes.clone())));
    let mut outside = Hasty { inner, start: Instant::now() };
    let work = || Session::new(settings.clone()).answer("mutant.nnl", text, &mut outside).1;
    let report = catch_unwind(AssertUnwindSafe(work)).map_err(|why| {
        let text = why.downcast_ref::<String>().cloned();
        text.or(why.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or_default()
    })?;
    let took = outside.start.elapsed();
    Ok((report, took))
}

/// What is wrong with how a report stands in its texts.
fn misplaced(report: &Report) -> Option<String> {
    let inside = |span: &Span| {
        let Some(text) = catch_unwind(AssertUnwindSafe(|| report.sources.get(span.source).text.clone())).ok() else {
            return false;
        };
        span.start <= span.end && text.get(span.range()).is_some()
    };
    for problem in &report.diagnostics {
        let edits = problem.mend.iter().flat_map(|mend| &mend.edits).map(|edit| &edit.span);
        if let Some(span) = problem.labels.iter().map(|label| &label.span).chain(edits).find(|span| !inside(span)) {
            return Some(format!("`{}` stands at {span:?}", problem.title));
        }
        if problem.title.is_empty() || !matches!(nnlang::explain(problem.code), nnlang::Explained::Page(..)) {
            return Some(format!("`{}` has no page or no title", problem.code));
        }
        let narrow = Look { width: 40, colour: false, unicode: true };
        let text = nnlang::diagnostic_text(&report.sources, problem, narrow);
        if text.trim().is_empty() || nnlang::diagnostic_json(&report.sources, problem).is_null() {
            return Some(format!("`{}` is told as nothing", problem.title));
        }
    }
    None
}

fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let (mut out, mut from) = (String::new(), 0);
    for edit in &edits {
        out.push_str(text.get(from..edit.span.start as usize)?);
        out.push_str(&edit.text);
        from = edit.span.end as usize;
    }
    out.push_str(text.get(from..)?);
    Some(out)
}

/// The statements in which a problem and its edits stand.
fn statements(report: &Report, problem: &Diagnostic) -> Vec<Span> {
    let Some(span) = problem.span() else { return vec![] };
    let (program, _) = syntax::parse(&report.sources, span.source);
    let whole = |at: Span| {
        let own = program.items.iter().map(|item| item.span).rfind(|own| own.start <= at.start && at.end <= own.end);
        own.unwrap_or(at)
    };
    let edits = problem.mend.iter().flat_map(|mend| &mend.edits).map(|edit| edit.span);
    std::iter::once(span).chain(edits).map(whole).collect()
}

/// What a mend leads to: `Err` where its own error is not gone; else whether a second one came to its statement.
fn mended(
    settings: &Settings,
    program: &str,
    report: &Report,
    problem: &Diagnostic,
    files: &[(&str, Vec<u8>)],
) -> Result<bool, String> {
    let Some(mend) = problem.mend.as_ref().filter(|mend| !mend.edits.is_empty()) else { return Ok(false) };
    let source = mend.edits[0].span.source;
    let own = report.sources.get(source).clone();
    let Some(out) = applied(&own.text, &mend.edits) else { return Err("its edits overlap".into()) };
    // It may stand in a file that the program uses.
    let mut files = files.to_vec();
    let used = files.iter_mut().find(|(name, _)| *name == own.name);
    let main = match used {
        Some((_, bytes)) => {
            *bytes = out.clone().into_bytes();
            program
        }
        None => &out,
    };
    let (again, _) = run(settings, main, &files)?;
    let shift = |at: u32, behind: bool| {
        let before =
            |edit: &&Edit| if behind { edit.span.end <= at } else { edit.span.end <= at && edit.span.start < at };
        let by: i64 = mend
            .edits
            .iter()
            .filter(before)
            .map(|edit| edit.text.len() as i64 - i64::from(edit.span.end - edit.span.start))
            .sum();
        (i64::from(at) + by).max(0) as u32
    };
    let region = statements(report, problem);
    let there = |told: &Diagnostic| {
        told.span().is_some_and(|at| {
            again.sources.get(at.source).name == own.name
                && region.iter().any(|own| shift(own.start, false) <= at.end && at.start <= shift(own.end, true))
        })
    };
    let same = |a: &Diagnostic, b: &Diagnostic| a.code == b.code && a.title == b.title;
    let count = |all: &Report| all.diagnostics.iter().filter(|told| same(told, problem)).count();
    if again.diagnostics.iter().any(|told| same(told, problem) && there(told)) && count(&again) >= count(report) {
        return Err(format!("`{}` is still there after\n{out}", problem.title));
    }
    let known = |told: &Diagnostic| report.diagnostics.iter().any(|before| same(before, told));
    // What a run alone can tell, that a sum is another or a file is not there, is no matter of how it is written.
    let written = |told: &&Diagnostic| !told.code.contains("::value::") && !told.code.contains("::file");
    let found = again.diagnostics.iter().filter(written);
    let second = found.into_iter().find(|told| told.is_error() && !known(told) && there(told));
    if let (Some(second), true) = (second, std::env::var("REPORT").is_ok()) {
        println!("SECOND {} -> {} | {} | {}\n{out}", problem.code, second.code, problem.title, second.title);
    }
    Ok(second.is_some())
}

/// What came of many mutants.
#[derive(Default)]
struct Came {
    wrong: String,
    errors: usize,
    mends: usize,
    second: usize,
}

impl Came {
    fn look(&mut self, name: &str, settings: &Settings, text: &str, files: &[(&str, Vec<u8>)]) {
        let (report, took) = match run(settings, text, files) {
            Ok(came) => came,
            Err(panic) => {
                let _ = writeln!(self.wrong, "--- {name}: panic: {panic}\n{text}");
                return;
            }
        };
        if took > LATEST {
            let _ = writeln!(self.wrong, "--- {name}: took {took:?}\n{text}");
        }
        if let Some(why) = misplaced(&report) {
            let _ = writeln!(self.wrong, "--- {name}: {why}\n{text}");
        }
        // A mend that is told once stands for the same one elsewhere.
        for problem in report.diagnostics.iter().take(4) {
            self.errors += usize::from(problem.is_error());
            if problem.mend.as_ref().is_none_or(|mend| mend.edits.is_empty()) || report.interrupted {
                continue;
            }
            self.mends += 1;
            match mended(settings, text, &report, problem, files) {
                Ok(second) => self.second += usize::from(second),
                Err(why) => {
                    let mend = problem.mend.as_ref().map(|mend| mend.text.as_str()).unwrap_or_default();
                    let _ = writeln!(self.wrong, "--- {name}: {} ({mend}): {why}\n-- of\n{text}", problem.code);
                }
            }
        }
    }

    fn told(&self, what: &str, count: usize) {
        println!(
            "{count} {what}: {} errors, {} mends with edits, {} led to a second error",
            self.errors, self.mends, self.second
        );
        assert!(self.wrong.is_empty(), "{}", self.wrong);
        assert!(
            self.second * 100 <= self.mends.max(100),
            "{} of {} mends led to a second error",
            self.second,
            self.mends
        );
    }
}

#[test]
fn mutated_programs_are_answered() {
    let pool = corpus();
    assert!(pool.len() > 300, "{} programs", pool.len());
    let (count, from) = (number("MUTANTS", 300), number("MUTANTS_FROM", 0));
    let mut came = Came::default();
    for i in from..from + count {
        let mut dice = Dice(i as u64);
        let mut text = pool[dice.below(pool.len())].clone();
        for _ in 0..=dice.below(3) {
            text = slipped(&text, &pool, &mut dice);
        }
        let settings = Settings { memory_limit: Some(64 << 20), ..Settings::default() };
        came.look(&format!("mutant {i}"), &settings, &text, &[]);
    }
    came.told("mutated programs", count);
}

/// An array as NumPy writes it.
fn npy(kind: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}");
    let mut out = b"\x93NUMPY\x01\x00".to_vec();
    let pad = 64 - (10 + head.len() + 1) % 64;
    out.extend(((head.len() + pad + 1) as u16).to_le_bytes());
    out.extend(head.bytes());
    out.extend(std::iter::repeat_n(b' ', pad));
    out.push(b'\n');
    out.extend(bytes);
    out
}

/// Arrays as safetensors.
fn safetensors() -> Vec<u8> {
    let head = r#"{"w":{"dtype":"F64","shape":[2,1],"data_offsets":[0,16]},"b":{"dtype":"F32","shape":[1],"data_offsets":[16,20]}}"#;
    let mut out = (head.len() as u64).to_le_bytes().to_vec();
    out.extend(head.bytes());
    out.extend([1.5f64, -2.0].iter().flat_map(|v| v.to_le_bytes()));
    out.extend(0.25f32.to_le_bytes());
    out
}

/// An archive of one array that is not packed, as `numpy.savez` writes it.
fn npz(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut sum = !0u32;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    let (sum, size, length) =
        ((!sum).to_le_bytes(), (bytes.len() as u32).to_le_bytes(), (name.len() as u16).to_le_bytes());
    let common = [&[0u8; 8][..], &sum, &size, &size, &length, &[0, 0]].concat();
    let mut out = [b"PK\x03\x04\x14\x00".as_slice(), &common, name.as_bytes(), bytes].concat();
    let start = (out.len() as u32).to_le_bytes();
    let entry = [b"PK\x01\x02\x14\x00\x14\x00".as_slice(), &common, &[0; 14], name.as_bytes()].concat();
    out.extend(&entry);
    let count = 1u16.to_le_bytes();
    out.extend(
        [b"PK\x05\x06\0\0\0\0".as_slice(), &count, &count, &(entry.len() as u32).to_le_bytes(), &start, &[0, 0]]
            .concat(),
    );
    out
}

/// A file, and a program that reads it.
fn readers() -> Vec<(&'static str, Vec<u8>, &'static str, Settings)> {
    let input = |path: &str| Settings { inputs: vec![("x".into(), path.into())], ..Settings::default() };
    let reals: Vec<u8> = [1.0f64, 2.0, 3.0, 4.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    let square = npy("<f8", "(2, 2)", &reals);
    let labels = npy("<i8", "(2,)", &[3i64, -1].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>());
    const TABLE: &str =
        "id,size,rooms,kind,rent\n1,50.5,2,flat,700\n2,80,3,house,1100\n3,,1,flat,450\n4,120.25,5,house,1e3\n";
    const BLOCK: &str = "data \"t.csv\" {\n    rows = not missing(size) and rooms < 6\n    \
                         x = [standardize(size), one_hot(kind)]\n    y = rent\n}\nx\ny\n";
    vec![
        ("x.csv", b"a,b\n1,2\n3,4.5\n-1e-3,0\n".to_vec(), "input x : [m, 2]\nx\nmean(x)\n", input("x.csv")),
        ("x.csv", b"1,2\n3,4\n5,6\n".to_vec(), "input x : [m, 2]\nx\n", input("x.csv")),
        ("x.csv", "name;größe\n\"a;b\";1.5\nc;2\n".into(), "input x : [m, 1]\nx\n", input("x.csv:größe")),
        ("x.tsv", b"a\tb\n1\t2\n3\t4\n".to_vec(), "input x : [m, 2]\nx\n", input("x.tsv")),
        ("x.csv", b"k\n1\n0\n7\n9007199254740993\n".to_vec(), "input x : int [m]\nx\n", input("x.csv")),
        ("x.npy", square.clone(), "input x : [m, 2]\nx\n", input("x.npy")),
        ("x.npy", labels, "input x : int [m]\nx\n", input("x.npy")),
        ("x.npz", npz("x.npy", &square), "input x : [m, 2]\nx\n", input("x.npz")),
        ("w.safetensors", safetensors(), "param w : [2, 1] = zeros\nparam b : [1] = zeros\nw\nb\n", {
            Settings { weights: Some("w.safetensors".into()), ..Settings::default() }
        }),
        ("x.safetensors", safetensors(), "input x : [m, 1]\nx\n", input("x.safetensors:w")),
        ("t.csv", TABLE.into(), BLOCK, Settings::default()),
        (
            "t.csv",
            TABLE.into(),
            "data \"t.csv\" {\n    x = [id, rooms]\n    y = index(kind)\n    test = row == 3\n}\nx\ny\n",
            { Settings::default() },
        ),
        (
            "net.nnl",
            b"a = 2\nf(x) = x^2 + a\nparam w = 1\n".to_vec(),
            "use \"net.nnl\"\nb = f(3)*w\nb\n",
            Settings::default(),
        ),
    ]
}

/// A file with a few bytes changed.
fn broken(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let signs: [&[u8]; 17] = [
        b",",
        b";",
        b"\"",
        b"\n",
        b"\r\n",
        b"\t",
        b" ",
        b"NA",
        b"nan",
        b"-inf",
        b"1e400",
        b"x",
        b"\xff",
        b"\0",
        b"\xef\xbb\xbf",
        b"1,234.5",
        b"9223372036854775808",
    ];
    for _ in 0..=dice.below(3) {
        let at = dice.below(out.len() + 1);
        let to = (at + dice.below(6)).min(out.len());
        match dice.below(8) {
            0 => out.truncate(at),
            1 => drop(out.drain(at..to)),
            2 | 3 => {
                let sign = signs[dice.below(signs.len())];
                drop(out.splice(at..at, sign.iter().copied()));
            }
            4 => {
                let sign = signs[dice.below(signs.len())];
                drop(out.splice(at..to, sign.iter().copied()));
            }
            5 if at < out.len() => out[at] ^= 1 << dice.below(8),
            6 if at < out.len() => out[at] = dice.below(256) as u8,
            _ => {
                let part = out[at..to].to_vec();
                drop(out.splice(at..at, part));
            }
        }
    }
    out
}

#[test]
fn mutated_files_are_answered() {
    let readers = readers();
    for (name, bytes, program, settings) in &readers {
        let (report, _) = run(settings, program, &[(name, bytes.clone())]).expect("whole files are read");
        let told = report.diagnostics.iter().find(|problem| problem.is_error()).map(|problem| &problem.title);
        assert_eq!(told, None, "{name}: {program}");
    }
    let (count, from) = (number("MUTANTS_DATA", 400), number("MUTANTS_DATA_FROM", 0));
    let mut came = Came::default();
    for i in from..from + count {
        let mut dice = Dice(i as u64 ^ 0x5eed);
        let (name, bytes, program, settings) = &readers[dice.below(readers.len())];
        let bytes = broken(bytes, &mut dice);
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let before = came.wrong.len();
        came.look(&format!("file {i}"), settings, program, &[(name, bytes)]);
        if came.wrong.len() > before {
            let _ = writeln!(came.wrong, "-- {name}:\n{shown}");
        }
    }
    came.told("mutated files", count);
}

#[test]
fn the_program_ends_with_a_code_of_its_own() {
    let pool = corpus();
    let (count, from) = (number("MUTANTS_BINARY", 40), number("MUTANTS_FROM", 0));
    for i in from..from + count {
        let mut dice = Dice(i as u64);
        let base = pool[dice.below(pool.len())].clone();
        let text = slipped(&base, &pool, &mut dice);
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_nnlang"));
        command.args([["run", "check", "repl"][i % 3], "-"]);
        let out = piped(command, text.as_bytes());
        let told = String::from_utf8_lossy(&out.stderr);
        assert!(matches!(out.status.code(), Some(0..=2)), "mutant {i}: {:?}\n{text}\n{told}", out.status);
        assert!(!told.contains("fault of nnlang"), "mutant {i}:\n{text}\n{told}");
    }
}
