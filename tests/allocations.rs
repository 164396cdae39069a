//! What a step takes of memory, counted where it is given out.

// An allocator that counts is made of unsafe functions; tests are outside themselves.
#![allow(unsafe_code, clippy::disallowed_methods)]

use nnlang::{InMemory, Precision, Session, Settings};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering};

struct Counting;

/// Bytes, but those into which the products' crate packs operands: these are aligned to a line of the cache.
static GIVEN: AtomicU64 = AtomicU64::new(0);
const LINE: usize = 64;

// SAFETY: every call is handed to the system's allocator as it comes.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        GIVEN.fetch_add(if layout.align() < LINE { layout.size() as u64 } else { 0 }, Ordering::Relaxed);
        // SAFETY: the caller keeps the promises that `System` wants.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: the place was given by `System`.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        GIVEN.fetch_add(size as u64, Ordering::Relaxed);
        // SAFETY: the place was given by `System`.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const WORK: [(&str, &str); 4] = [
    ("logistic regression", include_str!("../benches/work/logistic.nnl")),
    ("planar", include_str!("../benches/work/planar.nnl")),
    ("dense, Adam", include_str!("../benches/work/mlp_adam.nnl")),
    ("recurrent", include_str!("../benches/work/lstm.nnl")),
];

/// The work with fewer entries: what is counted does not depend on them.
fn smaller(text: &str) -> String {
    let all = [("12288", "96"), ("784", "40"), ("[64, ", "[4, "), ("50, 32", "5, 8")];
    all.iter().fold(text.to_string(), |text, (from, to)| text.replace(from, to))
}

/// How many bytes are asked for in so many steps.
fn asked(text: &str, times: usize, precision: Precision) -> u64 {
    let settings = Settings { precision: Some(precision), ..Settings::default() };
    let text = text.replace("TIMES", &times.to_string());
    let before = GIVEN.load(Ordering::Relaxed);
    let (_, report) = Session::new(settings).apply("", &text, &mut InMemory::default());
    let wrong = report.diagnostics.iter().find(|problem| problem.is_error());
    assert!(wrong.is_none(), "{wrong:?}");
    GIVEN.load(Ordering::Relaxed) - before
}

#[test]
fn after_the_first_steps_nothing_that_holds_entries_is_allocated() {
    for (name, text) in WORK {
        let text = smaller(text);
        for precision in [Precision::F64, Precision::F32] {
            // What lasts for the process is there after one run.
            asked(&text, 25, precision);
            let (few, many) = (asked(&text, 25, precision), asked(&text, 95, precision));
            // A call of a large product notes 2 KiB for itself; the answer has of more or fewer digits.
            let each = many.abs_diff(few) / 70;
            assert!(each <= 4096, "{name}, {precision:?}: {each} bytes a step");
        }
    }
}
