//! A session of a thousand definitions: how long a redefinition of one leaf, a question and a completion take. Run by hand:
//! `cargo bench -- session`.

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
}
