//! Training steps and large questions: microseconds of one more step, in f64 and f32. Run by hand: `cargo bench -- engine`.
//! `benches/peers/peers.py` runs the same work in NumPy, PyTorch and JAX beside the built program.

use nnlang::{InMemory, Precision, Session, Settings};
use std::time::Instant;

/// A program, with `TIMES` for the number of steps, and how many more steps are timed.
pub(crate) const WORK: [(&str, &str, usize); 4] = [
    ("logistic regression, 12288 x 209", include_str!("work/logistic.nnl"), 20),
    ("planar 2-4-1, 400 examples", include_str!("work/planar.nnl"), 2000),
    ("784-128-64-10, 64 examples", include_str!("work/mlp.nnl"), 100),
    ("1000 tanh layers of width 16", include_str!("work/deep.nnl"), 5),
];

pub(crate) fn run() {
    for (name, text, more) in WORK {
        let [wide, single] = [Precision::F64, Precision::F32].map(|precision| step(text, more, precision));
        println!("{name:34} f64 {wide:10.1} us   f32 {single:10.1} us a step");
    }
}

/// The least of three differences between a long and a short run.
fn step(text: &str, more: usize, precision: Precision) -> f64 {
    let settings = Settings { precision: Some(precision), memory_limit: Some(8 << 30), ..Settings::default() };
    let seconds = |times: usize| {
        let text = text.replace("TIMES", &times.to_string());
        let start = Instant::now();
        let (_, report) = Session::new(settings.clone()).apply("", &text, &mut InMemory::default());
        let error = report.diagnostics.iter().find(|problem| problem.is_error());
        assert!(error.is_none(), "{error:?}");
        start.elapsed().as_secs_f64()
    };
    let once = || (seconds(2 + more) - seconds(2)) / more as f64 * 1e6;
    (0..3).map(|_| once()).fold(f64::INFINITY, f64::min)
}
