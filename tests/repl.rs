//! The prompt from outside: random edits against fresh sessions, what is computed anew, scripts, and a terminal.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use nnlang::fact::Fact;
use nnlang::inside::eval::Engine;
use nnlang::inside::outside::{InMemory, Outside, Progress, Refusal};
use nnlang::inside::repl::{Repl, Reply, Said};
use nnlang::inside::session::{Past, Report, Session, Settings};
use nnlang::inside::source::{Source, Sources};
use nnlang::inside::syntax;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;
use support::{Files, Page, files_below, root, short};

/// Numbers that only depend on the seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
}

const NAMES: [&str; 9] = ["a", "b", "c", "u", "v", "w", "x", "y", "J"];

/// A definition of some name by some others: most fit, some close a circle or do not fit in shape.
fn definition(dice: &mut Dice) -> String {
    let name = NAMES[dice.below(NAMES.len())];
    let mut other = || NAMES[dice.below(NAMES.len())];
    let (p, q) = (other(), other());
    let k = dice.below(9);
    match dice.below(24) {
        0 => format!("{name} = {k}"),
        1 => format!("{name} = {k}.25"),
        2 => format!("{name} = [{k}, 2, 3]"),
        3 => format!("{name} = [1, {k}]"),
        4 => format!("{name} = 2{p} + {k}"),
        5 => format!("{name} = tanh({p})*{q}"),
        6 => format!("{name} = {p} - {q}"),
        7 => format!("{name} = sum({p})"),
        8 => format!("{name} = sigmoid({p}) + {k}"),
        9 => format!("{name} = normal([2]) + {p}"),
        10 => format!("param {name} = 0.{k}"),
        11 => format!("{name} = {p}[0]"),
        12 => format!("step sum({p}^2) by 0.0{k}"),
        13 => format!("f(z) = {k}z^2 + {p}"),
        14 => format!("g(z, k={k}) = f(z)*k"),
        15 => format!("{name} = f({p}) + f'({q})"),
        16 => format!("{name} = g({p}, k={k})"),
        17 => format!("h = layer {} tanh from X", k % 3 + 1),
        18 => format!("o = layer {} sigmoid from h", k % 2 + 1),
        19 => format!("{name} = mean({}) + {k}", ["h", "o", "a1", "W2"][k % 4]),
        20 => format!("seed {k}"),
        21 => format!("precision {}", ["f64", "f32"][k % 2]),
        22 => format!("slope f(z) = {k}"),
        _ => format!("{name} = d{p}/d{q}"),
    }
}

/// The values of all names of a session, asked one by one: a name that fails takes no other with it.
fn values(session: &Session) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    // A function has no value; asked among the others it would be a mistake that refuses them all.
    let known = session.names().into_iter().filter(|known| !["function", "network", "file"].contains(&known.what));
    let known: Vec<String> = known.map(|known| known.name.to_string()).collect();
    let asked: String = known.iter().map(|name| format!("{name}\n")).collect();
    let report = session.apply("", &asked, &mut InMemory::default()).1;
    let refused = |code: &str| !code.starts_with("nnlang::value");
    assert!(!report.diagnostics.iter().any(|problem| problem.is_error() && refused(problem.code)), "{asked}");
    for answer in &report.answers {
        for fact in answer.facts.iter().map(Fact::json) {
            out.insert(
                fact["name"].as_str().unwrap_or_default().to_string(),
                format!("{} {}", fact["shape"], fact["value"]),
            );
        }
    }
    out
}

/// A fresh session of the program that the session is saved as.
fn fresh(session: &Session) -> Session {
    let (text, _) = session.program();
    let (fresh, report) = Session::new(session.settings().clone()).load("", &text, &mut InMemory::default());
    assert!(!report.diagnostics.iter().any(|problem| problem.is_error()), "{text}\n{:?}", report.diagnostics);
    fresh
}

/// `EDITS=10000 cargo test --test repl` makes as many edits as it is told.
#[test]
fn random_edits_equal_a_fresh_session() {
    let edits = std::env::var("EDITS").ok().and_then(|text| text.parse().ok()).unwrap_or(600);
    std::thread::scope(|scope| {
        for seed in [7, 8] {
            scope.spawn(move || random_edits(Dice(seed), edits / 2));
        }
    });
}

fn random_edits(mut dice: Dice, edits: usize) {
    let mut outside = InMemory::default();
    let start = "input X : [2, m] = [[1, 2, 3], [4, 5, 6]]\n";
    let mut session = Session::new(Settings::default()).apply("", start, &mut outside).0;
    let (mut taken, mut undone, mut compared) = (0, 0, 0);
    let (mut undo, mut redo): (Vec<Past>, Vec<Past>) = (vec![], vec![]);
    // What the changes said of each name, as somebody who watches them knows it.
    let mut heard = values(&session);
    for edit in 0..edits {
        let (text, next, report) = match dice.below(40) {
            0..2 => {
                let name = NAMES.iter().chain(&["f", "g", "h", "o"]).nth(dice.below(13)).expect("one of 13");
                let Ok(next) = session.forget(name) else { continue };
                (format!("forget {name}"), next, Report::default())
            }
            way @ 2..6 => {
                let (from, to) = if way < 4 { (&mut undo, &mut redo) } else { (&mut redo, &mut undo) };
                let Some(past) = from.pop() else { continue };
                to.push(session.past());
                undone += 1;
                let (next, _) = session.back_to(&past, &outside);
                heard = values(&next);
                session = next;
                continue;
            }
            _ => {
                let text = definition(&mut dice);
                let (next, report) = session.apply("<prompt>", &format!("{text}\n"), &mut outside);
                (text, next, report)
            }
        };
        let before = session.past();
        if next.is_at(&before) {
            continue;
        }
        taken += 1;
        let now = values(&next);
        for fact in report.answers.iter().flat_map(|answer| &answer.facts).map(Fact::json) {
            let name = fact["name"].as_str().unwrap_or_default();
            if let (Some(now), false) = (now.get(name), text.starts_with("step")) {
                let value = fact.get("after").or(fact.get("value")).map(|value| value.to_string());
                let told = value.unwrap_or_default();
                assert!(now.ends_with(&told), "edit {edit}, {text}: {name} is {now}, and told was {told}");
                heard.insert(name.to_string(), now.clone());
            }
        }
        // What a statement defines is its own; a step says what it moved; where a parameter was moved in f32, another
        // precision writes the same number with other digits.
        let silent = text.starts_with("step") || text.starts_with("precision");
        let own = text.split([' ', '(']).find(|word| *word != "param").unwrap_or_default().to_string();
        for (name, value) in now.iter().filter(|(name, _)| !silent && **name != own) {
            assert_eq!(heard.get(name), Some(value), "edit {edit}, {text}: nothing was said of {name}");
        }
        heard = now.clone();
        // Draws are keyed by their names, and moved parameters are kept or saved, so that a fresh session has the same bits.
        // Where a layer's parameters were moved to is what no program can say, and `:save` tells it.
        let lost = !next.program().1.is_empty();
        compared += usize::from(!lost);
        let anew = if lost { now.clone() } else { values(&fresh(&next)) };
        let differ: Vec<_> = now.iter().filter(|(name, value)| anew.get(*name) != Some(value)).collect();
        let gone: Vec<_> = anew.iter().filter(|(name, _)| !now.contains_key(*name)).collect();
        assert!(anew == now, "edit {edit}, {text}: {differ:?} {gone:?}\n{}", next.program().0);
        let (back, _) = next.back_to(&before, &outside);
        assert_eq!(values(&back), values(&session), "edit {edit}: taking back {text}");
        let (again, _) = back.back_to(&next.past(), &outside);
        assert_eq!(values(&again), now, "edit {edit}: making {text} again");
        undo.push(before);
        redo.clear();
        session = next;
    }
    let enough = taken * 10 > edits * 3 && undone * 100 > edits * 2 && compared * 100 > edits * 3;
    assert!(enough, "{taken} taken in, {undone} undone, {compared} compared");
}

/// The programs of the examples and of the golden cases: name, text, settings, files.
fn programs() -> Vec<(String, String, Settings, Files)> {
    let mut out = vec![];
    for path in files_below(&root().join("examples"), ".nnl") {
        let text = std::fs::read_to_string(&path).expect("an example is text");
        let settings = support::example_settings(&text).expect("an example says how it is run");
        out.push((short(&path), text, settings, Files::default()));
    }
    for path in files_below(&root().join("tests/golden"), ".md") {
        let page = Page::read(&path);
        let Some(fence) = page.fence("nnl") else { continue };
        let Ok((settings, _)) = page.settings() else { continue };
        out.push((short(&path), fence.body.clone(), settings, page.files()));
    }
    out
}

#[test]
fn what_was_loaded_is_saved_in_the_one_layout_and_answers_the_same() {
    let (mut faults, mut saved) = (vec![], 0);
    for (name, text, settings, files) in programs() {
        if !settings.set.is_empty() {
            // Another expression in a leaf's place is another program.
            continue;
        }
        let mut sources = Sources::default();
        let id = sources.add(Source::new(&*name, &*text));
        let (program, _) = syntax::parse(&sources, id);
        let layout = syntax::format(sources.get(id), &program);
        let (session, report) = Session::new(settings.clone()).load(&name, &text, &mut files.clone());
        if report.diagnostics.iter().any(|problem| problem.is_error()) {
            continue;
        }
        let (again, _) = session.program();
        saved += 1;
        if again != layout {
            faults.push(format!("{name}\n{}", support::difference(&layout, &again)));
            continue;
        }
        let after = Session::new(settings).load(&name, &again, &mut files.clone()).1;
        // An expression without a name answers as it is written, and the layout may write it with other spaces.
        let bare = |report: &Report| support::answers(report).split_whitespace().collect::<String>();
        if bare(&after) != bare(&report) {
            faults.push(format!(
                "{name}\n{}",
                support::difference(&support::answers(&report), &support::answers(&after))
            ));
        }
    }
    assert!(faults.is_empty(), "{} of {saved}:\n{}", faults.len(), faults.join("\n"));
    assert!(saved > 90, "{saved} programs");
}

/// Counts how often it is asked whether to stop, which is at each step over a tensor of 600 rows.
#[derive(Default)]
struct Counting {
    asked: Cell<usize>,
    stop: bool,
}

impl Outside for Counting {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        InMemory::default().read(path)
    }
    fn write(&mut self, _: &str, _: &[u8]) -> Result<(), Refusal> {
        Ok(())
    }
    fn clock(&self) -> Duration {
        Duration::ZERO
    }
    fn progress(&mut self, _: &Progress<'_>) {}
    fn interrupted(&self) -> bool {
        self.asked.set(self.asked.get() + 1);
        self.stop
    }
}

/// A thousand definitions, of which eight stand on `leaf`.
fn thousand(start: &str) -> String {
    let mut text = format!("leaf = 2\nv0 = {start}\n");
    for i in 1..990 {
        text += &format!("v{i} = sin(v{})*0.5 + {i}\n", i - 1);
    }
    for i in 0..8 {
        text += &format!("w{i} = leaf*v{}\n", i * 100);
    }
    text + "leaf\n"
}

#[test]
fn a_redefinition_computes_only_what_depends_on_it() {
    // The engine asks once for many steps.
    let mut outside = Counting::default();
    let (session, report) = Session::new(Settings { engine: Engine::Reference, ..Settings::default() }).apply(
        "",
        &thousand("ones([600])"),
        &mut outside,
    );
    assert!(report.diagnostics.is_empty());
    outside.asked.set(0);
    session.apply("<prompt>", "v989[0]\n", &mut outside);
    assert!(outside.asked.get() > 900, "a step is not asked: {}", outside.asked.get());
    let (session, _) = session.apply("<prompt>", "leaf = 3\n", &mut outside);
    outside.asked.set(0);
    let (session, report) = session.apply("<prompt>", "leaf = 4\n", &mut outside);
    assert!(outside.asked.get() < 60, "{} steps were taken", outside.asked.get());
    assert_eq!(report.answers.len(), 1);
    assert_eq!(report.answers[0].facts.len(), 9);
    assert!(session.is_at(&session.past()));
}

#[test]
fn a_stopped_computation_leaves_the_session_as_it_was() {
    let mut outside = Counting::default();
    let (session, _) =
        Session::new(Settings::default()).apply("", "a = zeros([600]) + 2\nb = 3a[0]\nb\n", &mut outside);
    let past = session.past();
    outside.stop = true;
    let (session, report) = session.apply("<prompt>", "a = ones([600])\n", &mut outside);
    assert!(report.interrupted && session.is_at(&past), "{:?}", report.diagnostics);
    assert_eq!(values(&session)["b"], "[] 6.0");
}

#[test]
fn a_refused_definition_leaves_everything_as_it_was() {
    let mut outside = InMemory::default();
    let (session, _) =
        Session::new(Settings::default()).apply("", "A = [[1, 2], [3, 4]]\nb = [1, 2]\nc = A @ b\n", &mut outside);
    let past = session.past();
    for (text, code) in [
        ("b = [1, 2, 3]\n", "nnlang::shape::matmul"),
        ("A = c\n", "nnlang::session::circle"),
        ("c = nowhere\n", "nnlang::name::unknown"),
        ("b = b + 1\n", "nnlang::name::itself"),
    ] {
        let (next, report) = session.apply("<prompt>", text, &mut outside);
        assert!(next.is_at(&past), "{text}");
        assert_eq!(report.diagnostics.first().map(|problem| problem.code), Some(code), "{text}");
    }
}

#[test]
fn a_new_definition_may_use_names_that_stand_below_its_old_place() {
    let mut outside = InMemory::default();
    let text = "a = 5\nb = 2a\nz = 7\n";
    let (session, _) = Session::new(Settings::default()).apply("", text, &mut outside);
    let (session, report) = session.apply("<prompt>", "a = z + 1\n", &mut outside);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    assert_eq!(session.program().0, "z = 7\na = z + 1\nb = 2a\n");
    assert_eq!(values(&session)["b"], "[] 16.0");
}

#[test]
fn a_dimension_that_gets_a_value_stands_above_the_shapes() {
    let mut outside = InMemory::default();
    let (session, _) = Session::new(Settings::default()).apply("", "input x : [3, m]\nJ = sum(x)/m\n", &mut outside);
    let (session, report) = session.apply("<prompt>", "m = 4\n", &mut outside);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    assert!(session.program().0.starts_with("m = 4\ninput x"), "{}", session.program().0);
}

#[test]
fn an_earlier_line_means_what_it_meant() {
    let mut outside = InMemory::default();
    let (session, _) = Session::new(Settings::default()).apply("", "x = 2e\ny = 3\n", &mut outside);
    let past = session.past();
    // `e` below the line is another name; above it, it would hide the number.
    let (session, report) = session.apply("<prompt>", "e = y\n", &mut outside);
    assert!(report.diagnostics.is_empty() && !session.is_at(&past));
    let (_, report) = session.apply("<prompt>", "y = 1\nz = e\n", &mut outside);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let (session, report) = session.apply("<prompt>", "w = dx/dy\n", &mut outside);
    assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
    let (_, report) = session.apply("<prompt>", "y = e + x\n", &mut outside);
    assert_eq!(report.diagnostics.first().map(|problem| problem.code), Some("nnlang::session::circle"));
}

#[test]
fn moved_parameters_stay_until_their_definition_or_shape_changes() {
    let mut outside = InMemory::default();
    let text = "n = 2\nparam W : [n] = zeros([n])\nb = 3\nL = sum((W*b - 6)^2)\nstep L by 0.05\n";
    let (session, _) = Session::new(Settings::default()).load("", text, &mut outside);
    // By hand: dL/dW = 2b(W*b - 6) = -36; one step of 0.05 goes to 1.8.
    assert_eq!(values(&session)["W"], "[2] [1.8,1.8]");
    let (kept, _) = session.apply("<prompt>", "b = 4\n", &mut outside);
    assert_eq!(values(&kept)["W"], "[2] [1.8,1.8]");
    let (anew, report) = kept.apply("<prompt>", "n = 3\n", &mut outside);
    let told: String = support::answers(&report);
    assert!(told.contains("W starts anew: its shape is another"), "{told}");
    assert_eq!(values(&anew)["W"], "[3] [0.0,0.0,0.0]");
    let (anew, report) = kept.apply("<prompt>", "param W : [n] = zeros([n]) + 1\n", &mut outside);
    assert!(support::answers(&report).contains("W starts anew: its definition is new"));
    assert_eq!(values(&anew)["W"], "[2] [1.0,1.0]");
    let (back, _) = anew.back_to(&kept.past(), &outside);
    assert_eq!(values(&back)["W"], "[2] [1.8,1.8]");
}

// The binary.

fn nnlang(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nnlang"));
    command.args(args).env_remove("NO_COLOR").env_remove("COLUMNS").env("NNLANG_HISTORY", folder("history"));
    command
}

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("repl-{name}-{}", std::process::id()))
}

fn piped(args: &[&str], input: &[u8]) -> Output {
    support::piped(nnlang(args), input)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it is UTF-8")
}

#[test]
fn a_pipe_is_answered_line_by_line_without_prompts() {
    let output = piped(&["repl", "-"], b"a = 5\nJ = 3a\na = 6\n:undo\nb = (1 +\n2)\nJ");
    assert_eq!(
        text(&output.stdout),
        "a = 5\nJ = 15\na 5 → 6, J 15 → 18\ntaken back: a = 6\na 6 → 5, J 18 → 15\nb = 3\nJ = 15\n"
    );
    assert_eq!(output.status.code(), Some(0));
    let output = piped(&["repl", "-"], b"a = 5\nb = \xff\nnowhere\n:quit\na\n");
    assert_eq!(text(&output.stdout), "a = 5\n");
    assert!(text(&output.stderr).contains("line 2 is not text"), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn with_json_every_line_has_its_closing_object() {
    let output = piped(&["repl", "-", "--format", "json"], b"a = 5\nb = (a +\n1)\nnowhere\n:names\n");
    let lines: Vec<serde_json::Value> =
        text(&output.stdout).lines().map(|line| serde_json::from_str(line).expect("a line is an object")).collect();
    let ends: Vec<String> = lines
        .iter()
        .filter(|line| !line["end"].is_null())
        .map(|line| format!("{} {}", line["end"], line["status"]))
        .collect();
    assert_eq!(ends, ["1 \"ok\"", "2 \"more\"", "3 \"ok\"", "4 \"error\"", "5 \"ok\""]);
    assert_eq!(lines[0]["value"], 5.0);
    assert!(lines.iter().any(|line| line["code"] == "nnlang::name::unknown"));
    assert!(output.stderr.is_empty());
}

#[test]
fn a_saved_session_runs_with_the_same_answers() {
    let path = folder("saved.nnl").to_string_lossy().into_owned();
    let again = folder("again.nnl").to_string_lossy().into_owned();
    let input = format!("b = 3\na = 5\nJ = 3(a + b)\nf(z)=z^2+b\nb = a - 1\ny = f(J)\n:save {path}\nJ\ny\n");
    let first = piped(&["repl", "-"], input.as_bytes());
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let program = std::fs::read_to_string(&path).expect("it was saved");
    assert_eq!(program, "a = 5\nb = a - 1\nJ = 3(a + b)\nf(z) = z^2 + b\ny = f(J)\n");
    let run = nnlang(&["run", &path]).stdin(Stdio::null()).output().expect("it runs");
    for line in ["J = 27", "y = 733"] {
        assert!(text(&first.stdout).lines().any(|own| own == line), "{}", text(&first.stdout));
        assert!(text(&run.stdout).lines().any(|own| own == line), "{}", text(&run.stdout));
    }
    let check = nnlang(&["fmt", "--check", &path]).stdin(Stdio::null()).output().expect("it runs");
    assert_eq!(check.status.code(), Some(0));
    piped(&["repl", "-"], format!(":load {path}\n:save {again}\n").as_bytes());
    assert_eq!(std::fs::read_to_string(&again).expect("it was saved"), program);
}

/// What a terminal shows that is so wide, without the marks of colour and movement; `None` where there is no `script`.
fn on_terminal(keys: &[&str], columns: u16, env: &[(&str, &str)]) -> Option<String> {
    let binary = env!("CARGO_BIN_EXE_nnlang");
    let mut command = Command::new("script");
    command.args(["-qec", &format!("stty cols {columns} rows 40; exec {binary}"), "/dev/null"]);
    command.env("TERM", "xterm").env_remove("NO_COLOR").env_remove("COLUMNS").env("NNLANG_HISTORY", folder("history"));
    command.envs(env.iter().copied());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut stdin = child.stdin.take()?;
    let keys: Vec<String> = keys.iter().map(|keys| keys.to_string()).collect();
    let writer = std::thread::spawn(move || {
        // Keys come one after the other, as from a person: what is typed before the prompt opens may be lost.
        std::thread::sleep(Duration::from_millis(600));
        for keys in keys {
            if stdin.write_all(keys.as_bytes()).and_then(|()| stdin.flush()).is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    let output = child.wait_with_output().ok()?;
    writer.join().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn bare(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            out.push(c);
            continue;
        }
        if chars.next() == Some('[') {
            for c in chars.by_ref() {
                if c.is_ascii_alphabetic() {
                    break;
                }
            }
        }
    }
    out
}

#[test]
fn a_terminal_shows_the_notes_session() {
    let keys = [
        "a = 5; b = 3\r",
        "J = 3a + b\r",
        "dJ/da\r",
        "a = 6\r",
        ":undo\r",
        "J + (\r",
        "1)\r",
        "nowhere\r",
        "\u{3}",
        "J\r",
        "\u{4}",
    ];
    let Some(shown) = on_terminal(&keys, 80, &[]) else { return };
    if shown.contains("not found") {
        return;
    }
    assert!(shown.contains("\u{1b}["), "there are colours: {shown}");
    let shown = bare(&shown);
    for line in ["J = 18", "dJ/da = 3", "a 5 → 6, J 18 → 21", "taken back: a = 6", "`nowhere` is not defined", ":tour"]
    {
        assert!(shown.contains(line), "{line}:\n{shown}");
    }
    assert!(shown.replace(' ', "").contains("J+(1)=19"), "{shown}");
}

#[test]
fn narrow_wide_dumb_and_colourless_terminals_work() {
    for (columns, env) in [(20, &[][..]), (300, &[][..]), (80, &[("TERM", "dumb")][..]), (80, &[("NO_COLOR", "1")][..])]
    {
        let keys = ["apple = 5; bread = 2apple + 17\r", "grad bread\r", "brea", "\t", "\r", "nowhere\r", "\u{4}"];
        let Some(shown) = on_terminal(&keys, columns, env) else { return };
        if env.iter().any(|(name, _)| *name == "NO_COLOR") {
            assert!(!shown.contains("\u{1b}[36m") && !shown.contains("\u{1b}[1m"), "{shown}");
        }
        let shown = bare(&shown);
        assert!(shown.contains("= 27"), "{columns} {env:?}: {shown}");
        assert!(shown.contains("not defined"), "{columns} {env:?}: {shown}");
    }
}

#[test]
fn a_pasted_program_of_a_thousand_lines_is_taken_in() {
    let mut program: String = (0..1000).map(|i| format!("p{i} = {i}\r")).collect();
    program.push_str("sum([p1, p999])\r");
    let pasted = format!("\u{1b}[200~{}\u{1b}[201~", program.trim_end());
    let Some(shown) = on_terminal(&[&pasted, "\r", ":quit\r"], 80, &[]) else { return };
    assert!(bare(&shown).contains("= 1000"), "{}", &shown[shown.len().saturating_sub(2000)..]);
}

#[test]
fn lines_that_are_pasted_without_brackets_are_all_read() {
    let program: String = (0..60).map(|i| format!("p{i} = {i}\r")).collect();
    let Some(shown) = on_terminal(&[&program, "sum([p1, p59])\r", ":quit\r"], 80, &[]) else { return };
    assert!(bare(&shown).contains("= 60"), "{}", &shown[shown.len().saturating_sub(2000)..]);
}

#[test]
fn control_c_stops_a_long_step_and_keeps_the_session() {
    let keys = ["param w = 1; L = w^2\r", "step L by 1e-9 900000000 times\r", "\u{3}", "17 + w\r", "\u{4}"];
    let Some(shown) = on_terminal(&keys, 80, &[]) else { return };
    let shown = bare(&shown);
    assert!(shown.contains("stopped") && shown.contains("17 + w = 18"), "{shown}");
}

#[test]
fn an_empty_line_leaves_an_open_bracket_on_a_terminal_too() {
    let Some(shown) = on_terminal(&["b = (1 +\r", "\r", "17 + 4\r", "\u{4}"], 80, &[]) else { return };
    let shown = bare(&shown);
    assert!(shown.contains("is never closed") && shown.contains("17 + 4 = 21"), "{shown}");
}

#[test]
fn problems_and_pages_are_told_apart() {
    let mut repl = Repl::new(Settings::default());
    let mut outside = InMemory::default();
    let wrong = |reply: Reply| matches!(reply, Reply::Said(said) if said.iter().any(Said::is_wrong));
    assert!(!wrong(repl.line("a = 5", &mut outside)));
    assert!(wrong(repl.line("b", &mut outside)));
    assert!(wrong(repl.line(":forget b", &mut outside)));
    assert!(wrong(repl.line(":load nowhere.nnl", &mut outside)));
    assert!(!wrong(repl.line(":help", &mut outside)));
}
