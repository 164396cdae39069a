//! What the connections and the one who works share: requests in order, the wish to stop, and the news.

use serde_json::Value;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What a connection wants done.
#[derive(Debug)]
pub struct Job {
    /// `edit`, `undo`, …: the path of the request without its slash.
    pub what: String,
    /// What was sent with it.
    pub with: Value,
    reply: Sender<String>,
}

impl Job {
    /// Answers it, in JSON.
    pub fn answer(&self, text: String) {
        // Who asked may have gone.
        let _ = self.reply.send(text);
    }

    /// Does its answer make what is computed at the moment worthless?
    fn overtakes(&self) -> bool {
        matches!(self.what.as_str(), "edit" | "undo" | "redo" | "back")
    }
}

/// The desk between connections and the worker.
#[derive(Debug, Default)]
pub struct Desk {
    jobs: Mutex<VecDeque<Job>>,
    came: Condvar,
    news: Mutex<News>,
    told: Condvar,
    /// What is computed is to stop.
    stop: AtomicBool,
    /// A training is to stay where it is.
    halt: AtomicBool,
    ended: AtomicBool,
}

/// What every page is told by itself.
#[derive(Clone, Debug, Default)]
pub struct News {
    /// Counts what was told.
    pub number: u64,
    /// The version of the text.
    pub version: u64,
    /// How often a training showed how far it is.
    pub round: u64,
    /// How far a long task has come.
    pub progress: Option<String>,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Desk {
    /// Puts a job on the desk and waits for its answer; `None` where there is nobody who works any more.
    pub fn ask(&self, what: &str, with: Value) -> Option<String> {
        let (reply, answer) = channel();
        let job = Job { what: what.into(), with, reply };
        {
            let mut jobs = held(&self.jobs);
            if self.has_ended() {
                return None;
            }
            if job.overtakes() {
                self.stop.store(true, Ordering::Relaxed);
            }
            jobs.push_back(job);
        }
        self.came.notify_one();
        answer.recv().ok()
    }

    /// The next job, or none within the time.
    pub fn next(&self, within: Duration) -> Option<Job> {
        let jobs = held(&self.jobs);
        let waited = self.came.wait_timeout_while(jobs, within, |jobs| jobs.is_empty());
        let (mut jobs, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let job = jobs.pop_front()?;
        self.stop.store(jobs.iter().any(Job::overtakes), Ordering::Relaxed);
        Some(job)
    }

    /// Stops what is computed.
    pub fn stop(&self) {
        self.halt.store(true, Ordering::Relaxed);
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Was a training to stay where it is since this was asked last?
    pub fn halted(&self) -> bool {
        self.halt.swap(false, Ordering::Relaxed)
    }

    /// Is what is computed to stop?
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Tells every page.
    pub fn tell(&self, change: impl FnOnce(&mut News)) {
        let mut news = held(&self.news);
        change(&mut news);
        news.number += 1;
        self.told.notify_all();
    }

    /// What is new since `number`, or nothing within the time.
    pub fn news(&self, number: u64, within: Duration) -> Option<News> {
        let news = held(&self.news);
        let waits = |news: &mut News| news.number == number && !self.has_ended();
        let (news, _) = self.told.wait_timeout_while(news, within, waits).unwrap_or_else(PoisonError::into_inner);
        (news.number != number).then(|| news.clone())
    }

    /// Nobody works any more: who waits is sent away.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
        held(&self.jobs).clear();
        self.told.notify_all();
    }

    /// Does nobody work any more?
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}
