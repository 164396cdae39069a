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

/// An optimiser, the other lines of its training, and where it ends: three weights and a bias.
type Row = (&'static str, [f64; 4]);

/// What `torch.optim` of PyTorch 2.15.0 comes to in f64 with the same options, loss, start and batches, after 100 steps.
#[rustfmt::skip]
const OPTIMISERS: &[Row] = &[
    ("sgd(lr = 0.05)", [0.35222594638179067, -0.6993174871148659, 2.614546901594248, 1.5008487966432043]),
    ("sgd(lr = 0.02, momentum = 0.9, dampening = 0.1, weight_decay = 0.01)", [0.36584552989337776, -0.7812399604410725, 2.841126797877078, 1.4531347752898431]),
    ("sgd(lr = 0.01, momentum = 0.8, nesterov = true, weight_decay = 0.05)", [0.27658422673278793, -0.4839696274130076, 2.1590078181232375, 1.4330829676455148]),
    ("momentum(lr = 0.01)", [0.3561466455486791, -0.7557275639953153, 2.856554577546551, 1.4595117946849512]),
    ("nesterov(lr = 0.01, momentum = 0.95)", [0.40803929457294863, -0.9650744408169686, 3.226281325657254, 1.4663169861204404]),
    ("rmsprop()", [0.34960843947143766, -0.7408227328422278, 2.6483744628307417, 1.3651623589598434]),
    ("rmsprop(lr = 0.01, alpha = 0.9, eps = 1e-6, weight_decay = 0.02)", [0.37765540219851784, -0.7065762776854968, 2.3460720414649114, 1.0947821026837439]),
    ("rmsprop(lr = 0.005, momentum = 0.9, centered = true)", [0.5165903781028622, -1.1127328791822, 3.643791849079296, 1.4739318919861228]),
    ("adagrad(lr = 0.2)", [0.38121979341131806, -0.8120621769398757, 2.92721743275915, 1.4664962759672173]),
    ("adagrad(lr = 0.2, lr_decay = 0.02, weight_decay = 0.1)", [0.23611531374520886, -0.3505761669167772, 1.8342786418832961, 1.3543203540492381]),
    ("adadelta()", [0.5001775639447931, -0.8969424813113155, 2.1026636203608677, 0.5930925123232638]),
    ("adadelta(lr = 0.5, rho = 0.8, eps = 1e-4, weight_decay = 0.1)", [0.3608839905206577, -0.502818365594525, 1.9003377606195675, 1.0516253112012255]),
    ("adam(lr = 0.03)", [0.34521424892592395, -0.7392431605304884, 2.82708601558513, 1.469399827726231]),
    ("adam(lr = 0.03, betas = [0.8, 0.99], eps = 1e-5, weight_decay = 0.1)", [0.13859591769609095, -0.11234648189707053, 1.607299012809617, 1.3771560661004731]),
    ("adamw(lr = 0.03)", [0.3320988537601343, -0.7108212611859068, 2.7636703874086486, 1.4580281570625238]),
    ("adamw(lr = 0.03, beta1 = 0.8, weight_decay = 0.3)", [0.12353489054568931, -0.004988012018012784, 1.5012567516243251, 1.1519795128513615]),
    ("adam(lr = 0.05); clip = 0.5", [0.3790434490180893, -1.1023432767978087, 3.6489475258964754, 1.3475328402741062]),
    ("sgd(lr = 0.05); clip = each(0.4)", [0.35272843349736144, -0.7218261146270708, 2.5325700341403836, 1.1816723772241648]),
    ("adam(lr = 0.1*0.9^epoch)", [0.37004050544388684, -0.7465315640667449, 2.882451024003152, 1.473674379330026]),
    ("sgd(lr = 0.1/(1 + step))", [0.4819594665549067, -0.9494847427780698, 2.0733447881161156, 1.0073509393839795]),
    ("adam(lr = 0.05); average = 0.9", [0.40416922666800636, -0.8652390410303948, 3.076414513635096, 1.4614021260513108]),
];

/// A hundred steps over batches of 3, 3, 3 and 1 of ten rows.
#[test]
fn every_optimiser_ends_in_batches_where_pytorch_ends() {
    let mut program =
        "k = arange(10)\ndata {\n    x = [sin(k), cos(2k), k/5 - 1]'\n    y = sin(3k) + k/4\n}\n".to_string();
    for (i, (how, [w0, w1, w2, b])) in OPTIMISERS.iter().enumerate() {
        program += &format!(
            "param w{i} : [3] = [0.5, -1, 2]\nparam b{i} = 0.3\nJ{i} = mean((tanh(x @ w{i}) + b{i} - y[:, 0])^2)\n\
             train J{i} {{ optimizer = {how}; epochs = 25; batch = 3; shuffle = false }}\n\
             assert max(abs(w{i} - [{w0}, {w1}, {w2}])) + abs(b{i} - {b}) < 1e-9\n"
        );
    }
    let path = file("optimisers.nnl", &program);
    let output = nnlang(&["run", &path]).output().expect("it runs");
    assert!(output.status.success(), "{:?}", texts(&output));
}
