//! The benches, run by hand: `cargo bench` for all, `cargo bench -- graph` for one.
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a bench measures the clock and says what it measured"
)]

mod chain;
mod engine;
mod graph;
mod session;

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    let all: [(&str, fn()); 4] =
        [("chain", chain::run), ("engine", engine::run), ("graph", graph::run), ("session", session::run)];
    for (name, run) in all {
        if asked.is_empty() || asked.iter().any(|own| own == name) {
            run();
        }
    }
}
