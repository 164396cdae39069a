//! The outside world in one trait: files, clock, progress, interrupts. The command line implements it; tests have a twin in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Bytes of which pieces are read: a large file.
pub trait Stored: fmt::Debug + Send + Sync {
    /// How many there are.
    fn length(&self) -> u64;

    /// How many of them make a piece, about.
    fn piece(&self) -> usize {
        4 << 20
    }

    /// As many as `into` has room for, from a place on; fewer are a refusal.
    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Refusal>;
}

/// Bytes that are put behind each other and read again: a file without a name, gone with what holds it.
pub trait Scratch: Stored {
    /// Puts bytes behind all others.
    fn append(&self, bytes: &[u8]) -> Result<(), Refusal>;
}

/// Everything that a program can reach beyond itself. Given to the session at each call, never kept.
pub trait Outside {
    /// The whole content of a file.
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal>;

    /// A file that is to be read a piece at a time, where it is larger than what should be held at once.
    fn large(&mut self, _path: &str) -> Option<Arc<dyn Stored>> {
        None
    }

    /// Room beside memory, for as long as it is held.
    fn scratch(&mut self) -> Result<Arc<dyn Scratch>, Refusal> {
        Ok(Arc::new(Bytes::default()))
    }

    /// The files of a folder, in order of their names; folders end with `/`.
    fn folder(&mut self, path: &str) -> Result<Vec<String>, Refusal> {
        Err(Refusal::new(path, Cause::Missing))
    }

    /// Replaces a file as a whole: written beside it and renamed over, so that a kill leaves the old or the new one.
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal>;

    /// The time since some fixed moment; it never runs backwards.
    fn clock(&self) -> Duration;

    /// The most memory that the process has had so far, in bytes; `None`: the system does not tell.
    fn peak_memory(&self) -> Option<u64> {
        None
    }

    /// Says how far a long task has come.
    fn progress(&mut self, progress: &Progress<'_>);

    /// Has the user asked to stop? Asked between steps, cheap.
    fn interrupted(&self) -> bool;

    /// What was asked to stop has stopped and kept what it came to; what follows goes on.
    fn resume(&mut self) {}
}

/// The outside as a run of questions has it: lent to all of them at once.
pub trait Reach {
    /// The whole content of a file.
    fn read(&self, path: &str) -> Result<Vec<u8>, Refusal>;

    /// As [`Outside::folder`].
    fn folder(&self, path: &str) -> Result<Vec<String>, Refusal>;

    /// As [`Outside::write`].
    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Refusal>;

    /// As [`Outside::clock`].
    fn clock(&self) -> Duration;

    /// As [`Outside::peak_memory`].
    fn peak_memory(&self) -> Option<u64>;

    /// As [`Outside::progress`].
    fn progress(&self, progress: &Progress<'_>);

    /// As [`Outside::interrupted`].
    fn interrupted(&self) -> bool;

    /// As [`Outside::resume`].
    fn resume(&self);
}

impl Reach for RefCell<&mut (dyn Outside + '_)> {
    fn read(&self, path: &str) -> Result<Vec<u8>, Refusal> {
        self.borrow_mut().read(path)
    }

    fn folder(&self, path: &str) -> Result<Vec<String>, Refusal> {
        self.borrow_mut().folder(path)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.borrow_mut().write(path, bytes)
    }

    fn clock(&self) -> Duration {
        self.borrow().clock()
    }

    fn peak_memory(&self) -> Option<u64> {
        self.borrow().peak_memory()
    }

    fn progress(&self, progress: &Progress<'_>) {
        self.borrow_mut().progress(progress);
    }

    fn interrupted(&self) -> bool {
        self.borrow().interrupted()
    }

    fn resume(&self) {
        self.borrow_mut().resume();
    }
}

/// How far a long task has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress<'a> {
    /// What is being done, in the user's words.
    pub task: &'a str,
    /// Steps done.
    pub done: u64,
    /// Steps in all, where known.
    pub total: Option<u64>,
    /// What to show beside it: `J = 0.231`.
    pub note: &'a str,
}

/// A file that could not be read or written, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The path as the user wrote it.
    pub path: String,
    /// Why.
    pub cause: Cause,
}

/// Why a file could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It is not there.
    Missing,
    /// The folder it should be in is not there.
    NoFolder,
    /// It is a folder.
    Folder,
    /// It is a device, a pipe or a socket.
    Special(&'static str),
    /// The system does not allow it.
    Forbidden,
    /// It holds more bytes than this.
    TooLarge(u64),
    /// Its name is empty or holds a NUL.
    Name,
    /// What the system says.
    System(String),
}

impl Refusal {
    /// For a path and a cause.
    pub fn new(path: impl Into<String>, cause: Cause) -> Refusal {
        Refusal { path: path.into(), cause }
    }
}

impl fmt::Display for Refusal {
    /// One sentence in the user's words, lower case, no full stop.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.escape_debug();
        match &self.cause {
            Cause::Missing => write!(f, "there is no file `{path}`"),
            Cause::NoFolder => write!(f, "the folder of `{path}` is not there"),
            Cause::Folder => write!(f, "`{path}` is a folder, not a file"),
            Cause::Special(what) => write!(f, "`{path}` is {what}, not a file"),
            Cause::Forbidden => write!(f, "the system does not allow access to `{path}`"),
            Cause::TooLarge(limit) => write!(f, "`{path}` holds more than the {limit} bytes that fit the memory limit"),
            Cause::Name => write!(f, "`{path}` cannot be the name of a file"),
            Cause::System(text) => write!(f, "`{path}` cannot be used: {text}"),
        }
    }
}

impl std::error::Error for Refusal {}

/// The outside of a test: files in memory, a clock that stands still, progress that is kept.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    /// The files, by path.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What was said of progress.
    pub said: Vec<String>,
    /// Has the user asked to stop?
    pub stop: bool,
    /// How large a file is that is read a piece at a time, and the pieces.
    pub large: Option<usize>,
}

/// Bytes in memory in the place of a file.
#[derive(Debug, Default)]
struct Bytes(Mutex<Vec<u8>>, usize);

impl Stored for Bytes {
    fn length(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len() as u64
    }

    fn piece(&self) -> usize {
        self.1
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Refusal> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = usize::try_from(at).ok().and_then(|at| held.get(at..at.checked_add(into.len())?));
        let cut = || Refusal::new("memory", Cause::System("it ends before its end".into()));
        into.copy_from_slice(found.ok_or_else(cut)?);
        Ok(())
    }
}

impl Scratch for Bytes {
    fn append(&self, bytes: &[u8]) -> Result<(), Refusal> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(())
    }
}

impl InMemory {
    /// With one more file.
    pub fn file(mut self, path: &str, bytes: impl Into<Vec<u8>>) -> InMemory {
        self.files.insert(path.into(), bytes.into());
        self
    }
}

impl Outside for InMemory {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        let inside = format!("{}/", path.trim_end_matches('/'));
        match self.files.get(path) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.files.keys().any(|file| file.starts_with(&inside)) => Err(Refusal::new(path, Cause::Folder)),
            None => Err(Refusal::new(path, Cause::Missing)),
        }
    }

    fn large(&mut self, path: &str) -> Option<Arc<dyn Stored>> {
        let bytes = self.files.get(path).filter(|bytes| self.large.is_some_and(|large| bytes.len() > large))?;
        Some(Arc::new(Bytes(Mutex::new(bytes.clone()), self.large?)))
    }

    fn scratch(&mut self) -> Result<Arc<dyn Scratch>, Refusal> {
        Ok(Arc::new(Bytes::default()))
    }

    fn folder(&mut self, path: &str) -> Result<Vec<String>, Refusal> {
        let inside = format!("{}/", path.trim_end_matches('/'));
        let rest = self.files.keys().filter_map(|file| file.strip_prefix(&inside));
        let mut found: Vec<String> =
            rest.map(|rest| rest.split_once('/').map_or(rest.into(), |(folder, _)| format!("{folder}/"))).collect();
        found.dedup();
        if found.is_empty() { Err(Refusal::new(path, Cause::Missing)) } else { Ok(found) }
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        self.files.insert(path.into(), bytes.into());
        Ok(())
    }

    fn clock(&self) -> Duration {
        Duration::ZERO
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        self.said.push(format!("{} {} {}", progress.task, progress.done, progress.note));
    }

    fn interrupted(&self) -> bool {
        self.stop
    }

    fn resume(&mut self) {
        self.stop = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_in_memory_is_read_back() {
        let mut outside = InMemory::default().file("a.csv", "x\n1\n");
        assert_eq!(outside.read("a.csv"), Ok(b"x\n1\n".to_vec()));
        assert_eq!(outside.write("b", b"2"), Ok(()));
        assert_eq!(outside.read("b"), Ok(b"2".to_vec()));
        let refusal = outside.read("c").expect_err("there is no such file");
        assert_eq!(refusal.to_string(), "there is no file `c`");
    }

    #[test]
    fn a_path_with_control_characters_is_shown_escaped() {
        assert_eq!(Refusal::new("a\u{1b}[2J", Cause::Name).to_string(), "`a\\u{1b}[2J` cannot be the name of a file");
    }
}
