//! The built binary where it learns: runs compared, new rows answered, a training stopped, files that outlive a kill.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods, clippy::print_stderr)]

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

fn nnlang(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_nnlang"));
    command.args(args).stdin(Stdio::null()).env_remove("NO_COLOR").env_remove("COLUMNS");
    command
}

fn path(name: &str) -> String {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("learning-{name}")).to_string_lossy().into_owned()
}

fn file(name: &str, content: &str) -> String {
    let path = path(name);
    std::fs::write(&path, content).expect("a file can be written");
    path
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn signal(child: &Child, name: &str) -> bool {
    Command::new("kill").args([name, &child.id().to_string()]).status().is_ok_and(|status| status.success())
}

/// A step of `(w - 1)^2` from 0 with a rate of 1/2 lands on 1, with 1/4 half way.
#[test]
fn every_combination_runs_and_the_best_is_marked() {
    let program = "rate = 0.1\ngoal = 1\nparam w = 0\nJ = (w - goal)^2\ntrain J {\n    optimizer = sgd(lr = rate)\n    \
                   epochs = 1\n}\nevaluate J\n";
    let path = file("each.nnl", program);
    let output = nnlang(&["run", &path, "--each", "rate=0.25,0.5", "--each", "goal=1..3"]).output().expect("it runs");
    let (out, err) = texts(&output);
    let rows: Vec<Vec<&str>> = out.lines().map(|line| line.split_whitespace().collect()).collect();
    let wanted = [
        vec!["rate", "goal", "J"],
        vec!["0.25", "1", "0.25"],
        vec!["0.25", "2", "1"],
        vec!["0.5", "1", "0", "←", "best"],
        vec!["0.5", "2", "0"],
    ];
    assert_eq!(rows[..5], wanted, "{out}{err}");
    let output = nnlang(&["run", &path, "--each", "rate=0.25,0.5", "--format", "json"]).output().expect("it runs");
    assert!(texts(&output).0.contains("\"each\":{\"rate\":0.5},\"values\":{\"J\":0.0},\"best\":true"));
}

#[test]
fn new_rows_are_answered_with_parameters_that_were_saved() {
    let (data, weights, answers) = (path("rent.csv"), path("rent.safetensors"), path("answers.csv"));
    file("rent.csv", "area,kind,rent\n50,flat,750\n80,house,1300\n60,flat,850\n100,house,1500\n");
    let program = format!(
        "data \"{data}\" {{\n    x = [minmax(area), one_hot(kind)]\n    kind = index(kind)\n    rent = rent\n}}\n\
         param w : [3] = [500, 750, 1000]\nJ = mean((x @ w - rent[:, 0])^2)\nsave \"{weights}\"\n"
    );
    let trained = file("rent.nnl", &program);
    let output = nnlang(&["run", &trained]).output().expect("it runs");
    assert!(output.status.success(), "{:?}", texts(&output));
    let other = file("other.nnl", &program.replace("[500, 750, 1000]", "[0, 0, 0]"));
    let new = file("new.csv", "kind,id,area\nhouse,7,90\nflat,8,75\n");
    let args = ["predict", &other, &new, "--weights", &weights, "-o", &answers, "--what", "x @ w"];
    let output = nnlang(&args).output().expect("it runs");
    assert!(output.status.success(), "{:?}", texts(&output));
    assert_eq!(std::fs::read_to_string(&answers).expect("it is there"), "answer\n1400\n1000\n");
    let lacking = file("lacking.csv", "kind,id\nhouse,7\n");
    let args = ["predict", &other, &lacking, "--weights", &weights, "--what", "x @ w"];
    let output = nnlang(&args).output().expect("it runs");
    assert!(!output.status.success() && texts(&output).1.contains("no column `area`"), "{:?}", texts(&output));
}

/// A training that goes on for ever, over parameters of 320 kB, with the file of each epoch.
fn endless(name: &str, option: &str) -> (String, String) {
    let kept = path(&format!("{name}.safetensors"));
    let _ = std::fs::remove_file(&kept);
    let program = format!(
        "param W : [200, 200] = 0.1normal\nJ = mean(W^2)\ntrain J {{\n    optimizer = adam(lr = 0.0001)\n    \
         epochs = 1000000000\n    {option} = \"{kept}\"\n}}\nevaluate J\n"
    );
    (file(&format!("{name}.nnl"), &program), kept)
}

#[test]
fn ctrl_c_ends_a_training_and_keeps_what_was_learnt() {
    let (program, kept) = endless("stopped", "save");
    let mut child = nnlang(&["run", &program]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    std::thread::sleep(Duration::from_millis(1500));
    if !signal(&child, "-INT") {
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        return;
    }
    let (out, err) = texts(&child.wait_with_output().expect("it ends"));
    assert!(out.contains("stopped by Ctrl-C") && out.contains("what was learnt is kept"), "{out}{err}");
    assert!(out.contains("all"), "what follows is answered: {out}{err}");
    assert!(std::fs::metadata(&kept).is_ok_and(|meta| meta.len() > 300_000), "the parameters are kept");
}

#[test]
fn a_checkpoint_is_whole_whenever_the_process_is_killed() {
    let (program, kept) = endless("killed", "checkpoint");
    let text = std::fs::read_to_string(&program).expect("it is there");
    let short = file("short.nnl", &text.replace("epochs = 1000000000", "steps = 1"));
    for round in 0u64..12 {
        let mut child = nnlang(&["run", &program, "--resume", "-q"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        std::thread::sleep(Duration::from_millis(150 + 37 * round));
        child.kill().expect("it is killed");
        child.wait().expect("it ends");
        if std::fs::metadata(&kept).is_err() {
            continue;
        }
        let output = nnlang(&["run", &short, "--resume"]).output().expect("it runs");
        let (out, err) = texts(&output);
        assert!(output.status.success() && out.contains("goes on with"), "after kill {round}: {out}{err}");
    }
    assert!(std::fs::metadata(&kept).is_ok(), "no checkpoint was written in all rounds");
}

/// Ten rows in batches of four are batches of four and of two; the held-out rows are measured after each epoch.
#[test]
fn a_training_is_planned_once_for_each_size_of_batch() {
    let program = "data {\n    x = arange(14)\n    valid = row >= 10\n}\nparam w = 0\nJ = mean((w - x)^2)\ntrain J {\n    \
                   optimizer = sgd(lr = 0.01)\n    epochs = 7\n    batch = 4\n}\n";
    let path = file("plans.nnl", program);
    let output = nnlang(&["run", &path, "--explain-plan"]).output().expect("it runs");
    let (out, err) = texts(&output);
    let programs = |text: &str| text.lines().filter(|line| line.contains("a program of")).count();
    assert_eq!((programs(&err), programs(&out)), (3, 0), "{out}{err}");
}
