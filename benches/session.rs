//! Sessions: how long a redefinition of one leaf and a question take among a thousand definitions, what definitions cost that
//! are typed one by one, and a question among twenty thousand. Run by hand: `cargo bench -- session`.

use nnlang::InMemory;
use nnlang::{Session, Settings};
use std::time::Instant;

pub(crate) fn run() {
    let mut text = String::from("leaf = 2\nv0 = 1\n");
    for i in 1..990 {
        text += &format!("v{i} = sin(v{})*0.5 + {i}\n", i - 1);
    }
    for i in 0..8 {
        text += &format!("w{i} = leaf*v{}\n", i * 100);
    }
    text += "leaf\n";
    let mut outside = InMemory::default();
    let (mut session, _) = Session::new(Settings::default()).apply("", &text, &mut outside);
    let mut worst = 0.0_f64;
    for round in 0..50 {
        let start = Instant::now();
        session = session.apply("<prompt>", &format!("leaf = {round}\n"), &mut outside).0;
        worst = worst.max(start.elapsed().as_secs_f64());
    }
    println!("redefinition  {:.2} ms at worst of 50", worst * 1e3);
    let start = Instant::now();
    session.apply("<prompt>", "w3\n", &mut outside);
    println!("question      {:.2} ms", start.elapsed().as_secs_f64() * 1e3);
    typed();
    large();
}

/// Definitions typed one by one: twice as many should cost twice as much, whether or not they stand on one another.
fn typed() {
    let mut outside = InMemory::default();
    for (what, line) in [("apart", apart as fn(usize) -> String), ("a chain", chained)] {
        let mut before = 0.0;
        for count in [1000, 2000, 4000] {
            let mut session = Session::new(Settings::default());
            let start = Instant::now();
            for i in 0..count {
                session = session.apply("<prompt>", &line(i), &mut outside).0;
            }
            let took = start.elapsed().as_secs_f64();
            let times = if before > 0.0 {
                format!(", {:.2} times as long as half of them", took / before)
            } else {
                String::new()
            };
            println!("typed {count:5}   {:.0} ms, {what}{times}", took * 1e3);
            before = took;
        }
    }
}

/// A question among twenty thousand definitions, the first time and again.
fn large() {
    let text: String = (0..20_000).map(chained).collect();
    let mut outside = InMemory::default();
    let (mut session, _) = Session::new(Settings::default()).apply("", &text, &mut outside);
    for question in ["v7 + 1\n", "dv9/dv3\n", "v19999\n", "v19999\n"] {
        let start = Instant::now();
        session = session.apply("<prompt>", question, &mut outside).0;
        println!("among 20,000  {:.2} ms for {}", start.elapsed().as_secs_f64() * 1e3, question.trim());
    }
}

fn apart(i: usize) -> String {
    format!("v{i} = {i}\n")
}

fn chained(i: usize) -> String {
    match i.checked_sub(1) {
        Some(before) => format!("v{i} = sin(v{before})*0.5 + {i}\n"),
        None => "v0 = 1\n".into(),
    }
}
