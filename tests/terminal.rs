//! The prompt and `run` on a real terminal of 20, 40, 80 and 200 columns, with colours and without, resized between answers: no line
//! is wider than the window, no blank line appears, and no number is cut.

#![cfg(unix)]
// A terminal is a file.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

const WIDTHS: [u16; 4] = [20, 200, 40, 80];

/// What is defined before anything is asked; answers of every kind that a terminal may be too narrow for.
const PROGRAM: &str = "\
a = 5; b = 3; c = 2
u = b*c
v = a + u
J = 3v
X = [[1/3, 2e10/7, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1/7, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]]
r = linspace(-1e-3, 1234567, 9)
input x : [3, m] = [[1, 2, 3, 4], [0.5, -1, 2, 0.25], [3, 1, 4, 1]]
input y : [1, m] = [[0, 1, 1, 0]]
layer 4 tanh
layer 1 sigmoid
L = mean(bce(a2, y))
f(z) = tanh(z)*exp(-z^2)
a_name_that_is_longer_than_twenty_columns = 0.1
";

/// Short enough for the narrowest window; some are wrong.
const LINES: &[&str] = &[
    "X",
    "r",
    "grad J",
    "trace J",
    "explain dJ/db",
    "check J",
    "shapes",
    "x",
    "W1",
    "derive dL/dW1",
    "check L",
    "grad L",
    "X + [1, 2]",
    "unknown_one",
    "W1 @ x",
    "f(",
    "nudge b by 0.1",
    "step L by 0.1",
    ":help",
    ":help tanh",
    ":names",
    ":step J",
    "q",
    ":watch J",
    "a = 6",
    ":uses J",
    "table f(z) for z in [-10, 0, 10]",
    ":tour",
    ":tour",
    "a_name_that_is_longer_than_twenty_columns",
    "'text'",
    "graph J",
    ":foo",
    "quit",
];

/// A process on a terminal of its own.
struct Terminal {
    master: File,
    output: Receiver<Vec<u8>>,
    child: Child,
}

fn window(columns: u16) -> Winsize {
    Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }
}

impl Terminal {
    fn new(args: &[&str], columns: u16) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("there is a pseudo-terminal");
        grantpt(&master).expect("it is granted");
        unlockpt(&master).expect("it is unlocked");
        tcsetwinsize(&master, window(columns)).expect("it has a size");
        let name = ptsname(&master, Vec::new()).expect("it has a name");
        let path = Path::new(std::ffi::OsStr::from_bytes(name.as_bytes())).to_path_buf();
        let end = || Stdio::from(OpenOptions::new().read(true).write(true).open(&path).expect("its other end opens"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_nnlang"));
        command.args(args).stdin(end()).stdout(end()).stderr(end());
        command.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8").env("NNLANG_HISTORY", "/dev/null");
        command.env_remove("COLUMNS").env_remove("NO_COLOR");
        let child = command.spawn().expect("the binary runs");
        let master = File::from(master);
        let mut reader = master.try_clone().expect("it is read from");
        let (send, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // At its end a terminal is an error.
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if send.send(bytes[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Terminal { master, output, child }
    }

    /// All that comes until this holds of it, or the end.
    fn until(&mut self, done: impl Fn(&str) -> bool) -> String {
        let mut bytes = vec![];
        loop {
            let text = plain(&String::from_utf8_lossy(&bytes));
            if done(&text) {
                return text;
            }
            match self.output.recv_timeout(Duration::from_secs(60)) {
                Ok(more) => bytes.extend(more),
                Err(_) => return text,
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Without colours, movements and carriage returns.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' => {
                if chars.next() == Some('[') {
                    let _ = chars.by_ref().find(|c| c.is_ascii_alphabetic());
                }
            }
            '\r' => {}
            c => out.push(c),
        }
    }
    out
}

/// The lines between the line that was typed and the next prompt.
fn answer(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    lines.pop();
    lines.drain(..lines.len().min(1));
    lines
}

fn numbers(lines: &[&str]) -> BTreeSet<String> {
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    let bare = words.map(|word| word.trim_matches(['[', ']', ',', '(', ')']).to_string());
    bare.filter(|word| word.parse::<f64>().is_ok() && word.len() > 1).collect()
}

fn blanks(lines: &[&str]) -> usize {
    lines.iter().filter(|line| line.trim().is_empty()).count()
}

/// What is wrong with lines in a window; `wide` are the same in one where all fits.
fn faults(lines: &[&str], wide: &[&str], columns: usize) -> Vec<String> {
    let mut out = vec![];
    for line in lines.iter().filter(|line| line.width() > columns) {
        out.push(format!("{} columns: `{line}`", line.width()));
    }
    if blanks(lines) > blanks(wide) {
        out.push(format!("{} blank lines for {}", blanks(lines), blanks(wide)));
    }
    let (own, all) = (numbers(lines), numbers(wide));
    // Of a step count and the like only what the wide window shows has to be there.
    let lost: Vec<&String> = all.difference(&own).collect();
    if !lost.is_empty() {
        out.push(format!("cut or lost: {lost:?}"));
    }
    out
}

fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).expect("the folder of the tests takes files");
    path
}

/// Each line at each width, resized in between: what came, by width.
fn conversation(colour: &str) -> Vec<(String, u16, String)> {
    let path = file(&format!("terminal_{colour}.nnl"), PROGRAM);
    let path = path.to_string_lossy().into_owned();
    let mut terminal = Terminal::new(&["repl", "--color", colour, &path], 200);
    let ready = |text: &str| text.rsplit('\n').next().is_some_and(|last| last.ends_with("> ")) && text.contains('\n');
    terminal.until(ready);
    let mut out = vec![];
    for line in LINES {
        for columns in WIDTHS {
            let _ = tcsetwinsize(&terminal.master, window(columns));
            // A longer line is typed where it fits.
            if line.len() + 3 > usize::from(columns) {
                continue;
            }
            // An open bracket waits for more; an empty line ends it.
            let enter = if *line == "f(" { "\r\r" } else { "\r" };
            let _ = terminal.master.write_all(format!("{line}{enter}").as_bytes());
            let came = terminal.until(|text| {
                let last = text.rsplit('\n').next().unwrap_or_default();
                text.contains('\n') && (last == "> " || last.ends_with("q> "))
            });
            out.push((line.to_string(), columns, came));
        }
    }
    out
}

#[test]
fn no_answer_overruns_the_window() {
    let both = [("never", "always")].map(|(without, with)| {
        let other = std::thread::spawn(move || conversation(with));
        (conversation(without), other.join().expect("both are spoken"))
    });
    let [(without, with)] = both;
    let mut wrong = vec![];
    for (colour, came) in [("without colours", &without), ("with colours", &with)] {
        let lines: usize = came.iter().map(|(_, _, text)| answer(text).len()).sum();
        assert!(came.len() > 100 && lines > 1000, "{} answers of {lines} lines", came.len());
        for (line, columns, text) in came {
            let wide = came.iter().find(|(other, width, _)| other == line && *width == 200);
            // What moves is another answer each time.
            let moves =
                ["step L by 0.1", "grad L", ":watch J", "a = 6", ":step J", "q", ":tour"].contains(&line.as_str());
            let wide = wide.filter(|_| !moves).map_or(answer(text), |(_, _, wide)| answer(wide));
            for fault in faults(&answer(text), &wide, usize::from(*columns)) {
                wrong.push(format!("`{line}` in {columns} columns {colour}: {fault}\n{text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}

#[test]
fn no_line_of_a_run_overruns_the_window() {
    let text = format!(
        "{PROGRAM}trace J\ncheck L\ngrad L\nX\nX + [1, 2]\ntable f(z), f'(z), z^2, exp(z) for z in [-10, 0, 10]\n"
    );
    let right = text.replace("X + [1, 2]\n", "");
    let mut wrong = vec![];
    for (name, text) in [("wrong", &text), ("right", &right)] {
        let path = file(&format!("terminal_{name}.nnl"), text).to_string_lossy().into_owned();
        let run =
            |columns: u16, colour: &str| Terminal::new(&["run", "--color", colour, &path], columns).until(|_| false);
        let wide = run(200, "never");
        assert!(wide.lines().count() > 5, "{wide}");
        let wide: Vec<&str> = wide.lines().collect();
        for columns in WIDTHS {
            for colour in ["never", "always"] {
                let came = run(columns, colour);
                let lines: Vec<&str> = came.lines().collect();
                for fault in faults(&lines, &wide, usize::from(columns)) {
                    wrong.push(format!("{name} in {columns} columns, colour {colour}: {fault}\n{came}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n---\n"));
}
