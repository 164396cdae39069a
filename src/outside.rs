//! The outside world in one trait: files, clock, progress, interrupts. The command line implements it; tests have a twin in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Everything that a program can reach beyond itself. Given to the session at each call, never kept.
pub trait Outside {
    /// The whole content of a file.
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal>;

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
        self.files.get(path).cloned().ok_or_else(|| Refusal::new(path, Cause::Missing))
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
