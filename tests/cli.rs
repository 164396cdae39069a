//! The built binary from outside: exit codes, streams, files that are none, colour, pipes.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

mod support;

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn nnlang(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nnlang"));
    command.args(args).stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("COLUMNS");
    command
}

fn run(args: &[&str]) -> Output {
    nnlang(args).output().expect("the binary runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it ends by itself")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("standard output is UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("standard error is UTF-8")
}

/// A file of this test with this content.
fn file(name: &str, content: impl AsRef<[u8]>) -> String {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("cli-{name}"));
    std::fs::write(&path, content).expect("a file can be written");
    path.to_string_lossy().into_owned()
}

fn with_stdin(args: &[&str], input: &[u8]) -> Output {
    support::piped(nnlang(args), input)
}

#[test]
fn a_right_program_answers_on_standard_output_and_ends_with_0() {
    let path = file("right.nnl", "a = 5\nb = 3\na\nb\n");
    for args in [&["run", &path][..], &[&path], &["run", &path, "--quiet"], &["--color", "never", "run", &path]] {
        let output = run(args);
        assert_eq!(
            (code(&output), out(&output).as_str(), err(&output).as_str()),
            (0, "a = 5\nb = 3\n", ""),
            "{args:?}"
        );
    }
}

#[test]
fn a_wrong_program_ends_with_1_and_says_where() {
    let path = file("wrong.nnl", "a = 5\n\nb = nowhere\nb\n");
    for command in ["run", "check"] {
        let output = run(&[command, &path]);
        assert_eq!((code(&output), out(&output).as_str()), (1, ""), "{command}");
        assert!(err(&output).contains("wrong.nnl:3:5"), "{}", err(&output));
    }
}

#[test]
fn hints_say_what_is_wrong_with_an_attempt_and_never_what_is_right() {
    let sheet = "input x : [3, m] = [[1, 2], [0, 1], [2, 1]]\ninput y : [1, m] = [[0, 1]]\nlayer 4 tanh\nlayer 1 sigmoid\n\
                 J = mean(bce(a2, y))\ndz2 = y - a2\ndW2 = a1 @ dz2'\ndz1 = ?\nJ\nderive dJ/dz2\ncheck dJ/dW2 == dW2\n\
                 check dJ/dz1 == dz1\ncheck dJ/dz2 == (a2 - y)/m\nassert J < 0.1\n";
    let path = file("sheet.nnl", sheet);
    let output = run(&["check", "--hints", &path]);
    let (answers, told) = (out(&output), err(&output));
    assert_eq!(code(&output), 1, "{told}");
    let wanted = "dJ/dW2 = dW2  does not hold\ndJ/dz1 = dz1  waits\n\
                  dJ/dz2 = (a2 - y)/m  holds: the algebra proves it\n\
                  checks: 1 holds, 1 does not (line 11), 1 waits (line 12)\n";
    assert_eq!(answers, wanted);
    for there in ["`dJ/dW2` is not `dW2`", "this does not hold", "line 8 is yours", "`J < 0.1` does not hold"] {
        assert!(told.contains(there), "{there}: {told}");
    }
    // Neither the formula nor its numbers.
    for given_away in ["a2 - y", "/ m", "write `d", "[0, 0]", "left "] {
        assert!(!told.contains(given_away), "{given_away}: {told}");
    }
    // A shape that does not fit is told without the product that would; a word that is misspelled with the right one.
    let wrong = file("sheet-shape.nnl", sheet.replace("a1 @ dz2'", "a1 @ dz2"));
    let told = err(&run(&["check", "--hints", &wrong]));
    assert!(told.contains("nnlang::shape::matmul") && !told.contains("would give"), "{told}");
    let wrong = file("sheet-name.nnl", sheet.replace("a1 @ dz2'", "a1 @ dz22'"));
    assert!(err(&run(&["check", "--hints", &wrong])).contains("write `dz2`"));
    // Without hints nothing is run, and a sheet is a right program.
    assert_eq!((code(&run(&["check", &path])), out(&run(&["check", &path])).as_str()), (0, ""));
    // Filled in it is right.
    let right = sheet.replace("y - a2", "(a2 - y)/m").replace("dz1 = ?", "dz1 = (W2 @ dz2)*(1 - a1^2)");
    let right = file("sheet-right.nnl", right.replace("assert J < 0.1", ""));
    let output = run(&["check", "--hints", &right]);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
}

/// The rest of the program takes long; who reads has the first answers and the problem between them all the same.
#[test]
fn answers_come_as_soon_as_they_are_known() {
    let text = "a = 1\na\nassert a == 2\n2a\nx = normal([2500, 2500])\nsum(inv(x @ x @ x @ x))\n";
    let path = file("slow.nnl", text);
    for (format, first, second) in [("text", "a = 1", "2a = 2"), ("json", "\"name\":\"a\"", "\"name\":\"2a\"")] {
        let child = nnlang(&["run", &path, "--format", format]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.expect("the binary runs");
        let mut answers = std::io::BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let mut lines = [String::new(), String::new()];
        for line in &mut lines {
            std::io::BufRead::read_line(&mut answers, line).expect("a line comes");
        }
        assert!(lines[0].contains(first) && lines[1].contains(second), "{lines:?}");
        assert!(child.try_wait().expect("it can be asked").is_none(), "it was to be running still");
        child.kill().expect("it can be ended");
        let told = String::from_utf8(child.wait_with_output().expect("it ends").stderr).expect("it is text");
        assert!(told.contains("nnlang::value::assert"), "{told}");
    }
}

#[test]
fn what_is_no_readable_text_ends_with_2() {
    let folder = env!("CARGO_TARGET_TMPDIR");
    let bytes = file("bytes.nnl", b"a = 5\nb = \xff\n");
    let utf16 = file("utf16.nnl", b"\xff\xfea\0");
    let mut cases = vec![
        ("/nowhere.nnl", "there is no file"),
        (folder, "is a folder"),
        (&bytes, "line 2"),
        (&utf16, "UTF-16"),
        ("", "name of a file"),
    ];
    if cfg!(unix) {
        cases.push(("/dev/zero", "is a device"));
    }
    for (path, says) in cases {
        for command in ["run", "check", "fmt"] {
            let output = run(&[command, path]);
            assert_eq!(code(&output), 2, "{command} {path}");
            assert!(err(&output).contains(says), "{command} {path}: {}", err(&output));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_for_a_file_is_read_to_its_end() {
    let path = format!("{}/cli-pipe-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    if !Command::new("mkfifo").arg(&path).status().is_ok_and(|status| status.success()) {
        return;
    }
    let pipe = path.clone();
    std::thread::spawn(move || std::fs::write(pipe, "a = 5\n2a\n"));
    let output = run(&["run", &path]);
    assert_eq!((code(&output), out(&output).as_str()), (0, "2a = 10\n"), "{}", err(&output));
    let _ = std::fs::remove_file(path);
}

#[test]
fn a_nul_in_a_program_is_an_error_of_the_program() {
    let path = file("nul.nnl", b"a = 5\0\n");
    let output = run(&["run", &path]);
    assert_eq!(code(&output), 1, "{}", err(&output));
    assert!(!err(&output).contains('\0'));
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    let path = file("usage.nnl", "a = 5\n");
    let cases: &[&[&str]] = &[
        &["run", &path, "--nonsense"],
        &["run", &path, "--digits", "0"],
        &["run", &path, "--memory-limit", "much"],
        &["run", &path, "--set", "a"],
        &["run", &path, "--format", "xml"],
        &["--seed", "7", "run", &path],
        &["explain", "no::such::code::at::all"],
        &["doc", "nosuchfunctionatall"],
        &["completions", "noshell"],
        &["run", &path, "--input", "x=/nowhere.csv"],
    ];
    for args in cases {
        let output = run(args);
        assert_eq!((code(&output), out(&output).as_str()), (2, ""), "{args:?}: {}", err(&output));
        assert!(!err(&output).is_empty(), "{args:?}");
    }
}

#[test]
fn help_and_version_are_results() {
    for args in [&["--help"][..], &["run", "--help"], &["--version"], &["help", "check"]] {
        let output = run(args);
        assert_eq!((code(&output), err(&output).as_str()), (0, ""), "{args:?}");
        assert!(!out(&output).is_empty(), "{args:?}");
    }
    assert!(out(&run(&["--help"])).contains("Examples:"));
}

#[test]
fn standard_input_is_a_program() {
    for args in [&[][..], &["-"], &["run", "-"], &["run"]] {
        let output = with_stdin(args, b"a = 5\na\n");
        assert_eq!((code(&output), out(&output).as_str(), err(&output).as_str()), (0, "a = 5\n", ""), "{args:?}");
    }
    let output = with_stdin(&["-"], b"a = nowhere\n");
    assert_eq!(code(&output), 1);
    assert!(err(&output).contains("<stdin>:1:5"), "{}", err(&output));
}

#[test]
fn json_answers_are_lines_with_statement_line_name_shape_and_value() {
    let path = file("json.nnl", "a = 5\na\n");
    let output = run(&["run", &path, "--format", "json"]);
    let line = r#"{"statement":"a","line":2,"name":"a","shape":[],"value":5.0}"#;
    assert_eq!((code(&output), out(&output)), (0, format!("{line}\n")));
}

#[test]
fn json_problems_are_lines_with_code_message_and_places() {
    let path = file("json-wrong.nnl", "a = 5\nb = nowhere + a\n");
    let output = run(&["run", &path, "--format", "json"]);
    assert_eq!(code(&output), 1);
    let first = err(&output).lines().next().map(str::to_string).expect("there is a problem");
    let problem: serde_json::Value = serde_json::from_str(&first).expect("each line is JSON");
    assert_eq!(problem["severity"], "error");
    assert!(problem["code"].as_str().is_some_and(|code| code.starts_with("nnlang::name::")), "{problem}");
    assert_eq!((problem["labels"][0]["line"].as_u64(), problem["labels"][0]["column"].as_u64()), (Some(2), Some(5)));
    assert_eq!(problem["labels"][0]["length"].as_u64(), Some(7));
}

#[test]
fn timings_are_lines_on_standard_error_one_for_each_statement_that_ran() {
    let path = file(
        "timed.nnl",
        "param w = [1, 2]\nx = [[1, 2], [3, 4]]\nJ = sum((x @ w)^2)\ngrad J\nstep J by 0.01 7 times\n",
    );
    let output = run(&["run", &path, "--timings", "json", "--threads", "3"]);
    let lines: Vec<serde_json::Value> =
        err(&output).lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let keys: Vec<Vec<&String>> =
        lines.iter().map(|line| line.as_object().expect("an object").keys().collect()).collect();
    assert_eq!(keys, vec![["statement", "line", "compile_s", "run_s", "steps", "peak_bytes"]; 2]);
    assert_eq!([&lines[0]["line"], &lines[0]["steps"], &lines[1]["steps"]], [4, 1, 7]);
    assert!(lines.iter().all(|line| line["compile_s"].as_f64() > Some(0.0) && line["run_s"].as_f64() > Some(0.0)));
    let text = err(&run(&["run", "--timings", &path, "--explain-plan"]));
    assert!(text.contains("compiled") && text.contains("step J by 0.01 7 times"), "{text}");
    assert!(text.contains("product      2x2 @ 2x1") && text.contains("step by step"), "{text}");
    assert_eq!(out(&output), out(&run(&["run", &path])));
}

#[test]
fn colour_is_only_where_it_is_asked_for() {
    let path = file("colour.nnl", "a = 5\na\n");
    let coloured = |command: &mut Command| out(&command.output().expect("the binary runs")).contains('\u{1b}');
    assert!(!coloured(&mut nnlang(&["run", &path])));
    assert!(!coloured(&mut nnlang(&["run", &path, "--color", "never"])));
    assert!(coloured(&mut nnlang(&["run", &path, "--color", "always"])));
    assert!(!coloured(nnlang(&["run", &path]).env("NO_COLOR", "1")));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let program: String = (0..20_000).map(|i| format!("a{i} = {i}\na{i}\n")).collect();
    let path = file("pipe.nnl", program);
    let mut child =
        nnlang(&["run", &path]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    let mut stdout = child.stdout.take().expect("it has a standard output");
    let mut first = [0; 5];
    stdout.read_exact(&mut first).expect("it begins to answer");
    drop(stdout);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
}

#[test]
fn derive_writes_latex_where_it_is_asked_for() {
    let path = file("norm.nnl", "x = [3, 4]\nn = norm(x)\n");
    let text = run(&["derive", &path, "dn/dx"]);
    assert_eq!(out(&text), "dn/dx = x/norm(x)\n");
    let latex = run(&["derive", &path, "dn/dx", "--as", "latex"]);
    assert_eq!(out(&latex), "\\frac{\\partial n}{\\partial x} = \\frac{x}{\\left\\lVert x\\right\\rVert}\n");
}

#[test]
fn fmt_writes_the_one_layout_and_checks_it() {
    let path = file("layout.nnl", "a=5 # five\n\n\nb  =  3\n");
    assert_eq!(code(&run(&["fmt", "--check", &path])), 1);
    assert_eq!(code(&run(&["fmt", &path])), 0);
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(text.contains("a = 5") && text.contains("# five") && text.contains("b = 3"), "{text}");
    assert_eq!(code(&run(&["fmt", "--check", &path])), 0);
    let output = with_stdin(&["fmt", "-"], b"a=5\n");
    assert_eq!((code(&output), out(&output).as_str()), (0, "a = 5\n"));
    let wrong = file("layout-wrong.nnl", "a = (\n");
    assert_eq!(code(&run(&["fmt", &wrong])), 1);
    assert_eq!(std::fs::read_to_string(&wrong).expect("it is there"), "a = (\n");
}

#[test]
fn explain_and_doc_print_pages() {
    let output = run(&["explain", "data::file"]);
    assert_eq!(code(&output), 0);
    assert!(out(&output).contains("What happened"), "{}", out(&output));
    assert!(out(&run(&["explain"])).contains("nnlang::data::file\n"));
    let output = run(&["doc", "tanh"]);
    assert_eq!(code(&output), 0);
    assert!(out(&output).contains("1 - y^2"), "{}", out(&output));
    assert!(out(&run(&["doc"])).contains("tanh(z)"));
    assert!(err(&run(&["doc", "tahn"])).contains("nnlang doc tanh"));
}

#[test]
fn completions_and_the_man_page_are_made_from_the_command_line() {
    for shell in ["bash", "zsh", "fish"] {
        let output = run(&["completions", shell]);
        assert_eq!(code(&output), 0, "{shell}");
        assert!(out(&output).contains("explain"), "{shell}");
    }
    assert!(out(&run(&["man"])).contains(".TH nnlang"));
}

#[test]
fn the_prompt_reads_lines_where_there_is_no_terminal() {
    let output = with_stdin(&["repl"], b"a = 5\na = 6\n2 *\n3\n:quit\n");
    assert_eq!(code(&output), 0, "{}", err(&output));
    assert!(out(&output).contains('6'), "{}", out(&output));
}

#[test]
fn the_options_reach_the_program() {
    let path = file("options.nnl", "a = 1/3\na\n");
    assert_eq!(out(&run(&["run", &path, "--digits", "3"])), "a = 0.333\n");
    assert_eq!(out(&run(&["run", &path, "--set", "a=2"])), "a = 2\n");
    assert_eq!(out(&run(&["run", &path, "--precision", "f32", "--digits", "10"])), "a = 0.3333333433\n");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_130() {
    let program: String = (0..60_000).map(|i| format!("a{i} = {i}\n")).collect();
    let path = file("long.nnl", program);
    // A signal that comes before the program has begun to listen ends it as it ends any: then a later one is sent.
    for wait in [60, 250, 1000] {
        let child = nnlang(&["run", &path]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let child = child.expect("the binary runs");
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let pid = child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().is_ok_and(|status| status.success());
        let output = child.wait_with_output().expect("it ends");
        if output.status.code().is_some() {
            // Where it was done before the signal came, nothing was interrupted.
            return assert!(!sent || [0, 130].contains(&code(&output)), "{}: {}", code(&output), err(&output));
        }
    }
    panic!("the program never listened to a signal");
}
