//! A chain of definitions read, checked, differentiated and run: nodes against seconds. Run by hand: `cargo bench -- chain`.

use nnlang::InMemory;
use nnlang::{Session, Settings};
use std::fmt::Write;
use std::time::Instant;

pub(crate) fn run() {
    for n in [1_000, 10_000, 100_000, 1_000_000] {
        let mut text = String::from("v0 = 0.5\n");
        for i in 1..n {
            let line = match i % 2 {
                1 => writeln!(text, "v{i} = 0.5*v{} + 1", i - 1),
                _ => writeln!(text, "v{i} = sin(v{})*v{} - 0.25", i - 1, i - 2),
            };
            line.unwrap_or_default();
        }
        text.push_str(&format!("dv{}/dv0\n", n - 1));
        let start = Instant::now();
        let report = Session::new(Settings::default()).apply("chain", &text, &mut InMemory::default()).1;
        let seconds = start.elapsed().as_secs_f64();
        println!("{n:>8} definitions  {seconds:.3} s  {} answers", report.answers.len());
    }
}
