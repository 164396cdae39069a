//! What answering costs: time and memory, read through the outside, and the plans that were made.

use crate::exec::Line;
use crate::outside::Reach;
use crate::view::Doc;
use std::fmt;
use std::time::Duration;

/// The clock of a session, and what was measured with it. Without an outside the clock stands still.
#[derive(Default)]
pub struct Watch<'a> {
    /// Files, clock, memory and progress, where the questions may have them.
    pub outside: Option<&'a dyn Reach>,
    /// Is what each statement took kept?
    pub timings: bool,
    /// Are the plans kept?
    pub plans: bool,
    /// Time in runs since the statement began.
    pub run: Duration,
    /// Steps since then.
    pub steps: u64,
    /// The plans made since then.
    pub made: Vec<Made>,
    /// The plans of the statements that ran, as text.
    pub shown: Vec<Doc>,
    /// The statements that ran.
    pub done: Vec<Timing>,
}

/// What a statement took.
#[derive(Clone, Debug, PartialEq)]
pub struct Timing {
    /// Its text.
    pub statement: String,
    /// Its line, from 1.
    pub line: usize,
    /// Everything but running: derivatives, exact forms, plans, the answer.
    pub compile: Duration,
    /// In runs.
    pub run: Duration,
    /// Steps of training; runs of `time`; else 1.
    pub steps: u64,
    /// The most memory of the process so far, in bytes; 0 where the system does not tell.
    pub peak: u64,
}

/// A plan that a statement was answered with.
#[derive(Clone, Debug)]
pub enum Made {
    /// The reference took so many steps.
    Reference(usize),
    /// A program: its instructions, its buffers and their bytes.
    Program {
        /// In order.
        lines: Vec<Line>,
        /// How many buffers there are.
        buffers: usize,
        /// Their bytes.
        bytes: u64,
    },
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("run", &self.run).field("steps", &self.steps).finish_non_exhaustive()
    }
}

impl Watch<'_> {
    /// The time since some fixed moment.
    pub fn now(&self) -> Duration {
        self.outside.map_or(Duration::ZERO, |outside| outside.clock())
    }

    /// The most memory of the process so far, where the system tells.
    pub fn peak(&self) -> Option<u64> {
        self.outside.and_then(|outside| outside.peak_memory())
    }

    /// A statement begins: when.
    pub fn begin(&mut self) -> Duration {
        self.run = Duration::ZERO;
        self.steps = 0;
        self.made.clear();
        self.now()
    }

    /// A statement has been answered that began then.
    pub fn end(&mut self, begun: Duration, statement: impl FnOnce() -> (String, usize)) {
        if !self.timings {
            return;
        }
        let compile = self.now().saturating_sub(begun).saturating_sub(self.run);
        let (statement, line) = statement();
        let peak = self.peak().unwrap_or(0);
        self.done.push(Timing { statement, line, compile, run: self.run, steps: self.steps.max(1), peak });
    }
}
