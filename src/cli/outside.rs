//! The real outside: files, the clock, progress on standard error, Ctrl-C. The only use of `std::fs` and of the clock.

// Everything that reaches outside is here, so that nothing else has to.
#![allow(clippy::disallowed_methods, clippy::disallowed_types)]

use super::terminal;
use crate::outside::{Cause, Outside, Progress, Refusal, Scratch, Stored};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::{Duration, Instant};

/// How often Ctrl-C was pressed since the statement began.
static PRESSED: AtomicUsize = AtomicUsize::new(0);
/// Is there a session to lose?
static SESSION: AtomicBool = AtomicBool::new(false);

/// The outside of a process.
#[derive(Debug)]
pub struct World {
    start: Instant,
    said: Option<Duration>,
    limit: u64,
    quiet: bool,
    refused: BTreeSet<String>,
}

impl World {
    /// Ready, with Ctrl-C asking for an end at the next safe place and a second one ending at once. Files of more than
    /// `limit` bytes are refused.
    pub fn new(limit: u64, quiet: bool) -> World {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // Without a handler Ctrl-C ends the process at once, which is no fault.
            let _ = ctrlc::set_handler(|| {
                let pressed = PRESSED.fetch_add(1, Ordering::Relaxed) + 1;
                match (pressed, SESSION.load(Ordering::Relaxed)) {
                    (1, _) => {}
                    (2, true) => terminal::complain("nnlang stops at the next safe place; once more ends it, unsaved"),
                    _ => std::process::exit(super::Exit::Interrupted as i32),
                }
            });
        });
        World { start: Instant::now(), said: None, limit, quiet, refused: BTreeSet::new() }
    }

    /// The paths that were asked for and could not be read.
    pub fn refused(&self) -> impl Iterator<Item = &str> {
        self.refused.iter().map(String::as_str)
    }

    /// There is a session to lose: only a third Ctrl-C ends the process at once.
    pub(super) fn holds_a_session(&self) {
        SESSION.store(true, Ordering::Relaxed);
    }
}

impl Outside for World {
    fn read(&mut self, path: &str) -> Result<Vec<u8>, Refusal> {
        let result = read(path, self.limit).map_err(|cause| Refusal::new(path, cause));
        if result.is_err() {
            self.refused.insert(path.to_string());
        }
        result
    }

    fn large(&mut self, path: &str) -> Option<Arc<dyn Stored>> {
        let meta = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
        if meta.len() <= self.limit / HELD {
            return None;
        }
        let file = fs::File::open(path).ok()?;
        Some(Arc::new(Large { path: path.into(), file: Mutex::new(file), length: AtomicU64::new(meta.len()) }))
    }

    fn scratch(&mut self) -> Result<Arc<dyn Scratch>, Refusal> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("nnlang-{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        let shown = path.to_string_lossy().into_owned();
        let refused = |error| Refusal::new(&*shown, cause(error));
        let file = fs::OpenOptions::new().read(true).write(true).create_new(true).open(&path).map_err(refused)?;
        // Its name is not needed: without it the system takes the room back whatever becomes of the process.
        let removed = cfg!(unix) && fs::remove_file(&path).is_ok();
        let large = Large { path: shown, file: Mutex::new(file), length: AtomicU64::new(0) };
        Ok(Arc::new(Part { large, remove: (!removed).then_some(path) }))
    }

    fn folder(&mut self, path: &str) -> Result<Vec<String>, Refusal> {
        let found = folder(path).map_err(|cause| Refusal::new(path, cause));
        if found.is_err() {
            self.refused.insert(path.to_string());
        }
        found
    }

    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), Refusal> {
        write(path, bytes).map_err(|cause| Refusal::new(path, cause))
    }

    fn clock(&self) -> Duration {
        self.start.elapsed()
    }

    fn peak_memory(&self) -> Option<u64> {
        let status = fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
        line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        let now = self.start.elapsed();
        let pause = Duration::from_millis(if terminal::error_is_terminal() { 100 } else { 1000 });
        let done = progress.total == Some(progress.done);
        if self.quiet || (!done && self.said.is_some_and(|said| now.saturating_sub(said) < pause)) {
            return;
        }
        self.said = Some(now);
        terminal::progress(progress, done);
    }

    fn interrupted(&self) -> bool {
        PRESSED.load(Ordering::Relaxed) > 0
    }

    fn resume(&mut self) {
        PRESSED.store(0, Ordering::Relaxed);
    }
}

/// A file of more than this share of the memory limit is read a piece at a time: as text, as cells and as numbers it would
/// take several times its size.
const HELD: u64 = 8;

/// A file of which pieces are read.
#[derive(Debug)]
struct Large {
    path: String,
    file: Mutex<fs::File>,
    length: AtomicU64,
}

impl Stored for Large {
    fn length(&self) -> u64 {
        self.length.load(Ordering::Relaxed)
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Refusal> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let read = file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(into));
        read.map_err(|error| Refusal::new(&*self.path, cause(error)))
    }
}

/// A file without a name.
#[derive(Debug)]
struct Part {
    large: Large,
    /// Where the system keeps a name until the end.
    remove: Option<PathBuf>,
}

impl Stored for Part {
    fn length(&self) -> u64 {
        self.large.length()
    }

    fn read_at(&self, at: u64, into: &mut [u8]) -> Result<(), Refusal> {
        self.large.read_at(at, into)
    }
}

impl Scratch for Part {
    fn append(&self, bytes: &[u8]) -> Result<(), Refusal> {
        let mut file = self.large.file.lock().unwrap_or_else(PoisonError::into_inner);
        let written = file.seek(SeekFrom::End(0)).and_then(|_| file.write_all(bytes));
        written.map_err(|error| Refusal::new(&*self.large.path, cause(error)))?;
        self.large.length.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if let Some(path) = &self.remove {
            let _ = fs::remove_file(path);
        }
    }
}

/// What is in a folder, in order; folders end with `/`. What begins with a dot is not seen.
fn folder(path: &str) -> Result<Vec<String>, Cause> {
    check_name(path)?;
    let mut out = vec![];
    for entry in fs::read_dir(path).map_err(cause)? {
        let entry = entry.map_err(cause)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link is what it leads to.
        let is_folder = fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir());
        if !name.starts_with('.') {
            out.push(if is_folder { format!("{name}/") } else { name });
        }
    }
    out.sort();
    Ok(out)
}

/// The bytes of a file, of a pipe (`<(…)`, a FIFO), or of standard input (`-`, `/dev/stdin`); at most `limit` of them.
pub(super) fn read(path: &str, limit: u64) -> Result<Vec<u8>, Cause> {
    if matches!(path, "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0") {
        return read_stdin(limit);
    }
    check_name(path)?;
    let meta = fs::metadata(path).map_err(cause)?;
    match special(&meta) {
        None => {}
        Some(Cause::Special("a pipe")) => return read_all(fs::File::open(path).map_err(cause)?, 0, limit),
        Some(special) => return Err(special),
    }
    if meta.len() > limit {
        return Err(Cause::TooLarge(limit));
    }
    let file = fs::File::open(path).map_err(cause)?;
    read_all(file, meta.len(), limit)
}

/// All that standard input gives.
pub(super) fn read_stdin(limit: u64) -> Result<Vec<u8>, Cause> {
    read_all(io::stdin().lock(), 0, limit)
}

/// The most bytes that a line of standard input may have.
const LINE: u64 = 64 << 20;

/// The next line of standard input, without its line break; `None` at the end.
pub(super) fn read_line() -> io::Result<Option<Vec<u8>>> {
    use std::io::BufRead;
    let mut line = Vec::new();
    let count = io::stdin().lock().take(LINE).read_until(b'\n', &mut line)?;
    if count as u64 == LINE && line.last() != Some(&b'\n') {
        return Err(io::Error::other("a line of more than 64 MiB"));
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok((count > 0).then_some(line))
}

fn read_all(file: impl Read, expected: u64, limit: u64) -> Result<Vec<u8>, Cause> {
    let mut bytes = Vec::new();
    // Some files say 0 and hold more (/proc); one that says much and has no room is refused here.
    bytes.try_reserve_exact(expected as usize).map_err(|_| Cause::TooLarge(limit))?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(cause)?;
    if bytes.len() as u64 > limit { Err(Cause::TooLarge(limit)) } else { Ok(bytes) }
}

/// Writes beside the file and renames over it: a kill at any moment leaves the old or the new one whole. A file of several
/// names (hard links) is written in its place instead, so that all names keep the same text.
pub(super) fn write(path: &str, bytes: &[u8]) -> Result<(), Cause> {
    check_name(path)?;
    // A link is followed, so that it stays a link and its target changes.
    let target = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    let old = fs::metadata(&target).ok();
    if let Some(special) = old.as_ref().and_then(special) {
        return Err(special);
    }
    if old.as_ref().is_some_and(|meta| meta.permissions().readonly()) {
        return Err(Cause::Forbidden);
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if !folder.is_dir() {
        return Err(Cause::NoFolder);
    }
    let name = target.file_name().ok_or(Cause::Name)?.to_string_lossy().into_owned();
    if old.as_ref().is_some_and(has_other_names) {
        let written = fs::OpenOptions::new().write(true).truncate(true).open(&target).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        return written.map_err(cause);
    }
    let beside = folder.join(format!(".{name}.{}.part", std::process::id()));
    let written = (|| {
        let mut file = fs::File::create(&beside)?;
        file.write_all(bytes)?;
        if let Some(old) = &old {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&beside, &target)
    })();
    written.map_err(|error| {
        let _ = fs::remove_file(&beside);
        cause(error)
    })
}

/// Is it a file of several names?
fn has_other_names(meta: &fs::Metadata) -> bool {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::nlink(meta) > 1;
    #[cfg(not(unix))]
    return false;
}

fn check_name(path: &str) -> Result<(), Cause> {
    if path.is_empty() || path.contains('\0') { Err(Cause::Name) } else { Ok(()) }
}

/// What it is, where it is not a regular file.
fn special(meta: &fs::Metadata) -> Option<Cause> {
    if meta.is_dir() {
        return Some(Cause::Folder);
    }
    if meta.is_file() {
        return None;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        let kind = meta.file_type();
        if kind.is_fifo() {
            return Some(Cause::Special("a pipe"));
        }
        if kind.is_socket() {
            return Some(Cause::Special("a socket"));
        }
    }
    Some(Cause::Special("a device"))
}

fn cause(error: io::Error) -> Cause {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Cause::Missing,
        io::ErrorKind::PermissionDenied => Cause::Forbidden,
        io::ErrorKind::IsADirectory => Cause::Folder,
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidFilename => Cause::Name,
        _ => {
            // The system's words without the number that it appends.
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            Cause::System(text.to_lowercase())
        }
    }
}

/// 2 GiB, or half of what the process may use where that is less.
pub(super) fn default_memory_limit() -> u64 {
    let allowed = [address_space(), cgroup()].into_iter().flatten().min();
    allowed.map_or(2 << 30, |allowed| (allowed / 2).clamp(1 << 20, 2 << 30))
}

/// The limit of `ulimit -v`.
fn address_space() -> Option<u64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find(|line| line.starts_with("Max address space"))?;
    line.split_whitespace().nth(3)?.parse().ok()
}

/// The limit of the container.
fn cgroup() -> Option<u64> {
    let text = fs::read_to_string("/sys/fs/cgroup/memory.max")
        .or_else(|_| fs::read_to_string("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
        .ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of this test run, empty.
    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("nnlang-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a temporary folder can be made");
        folder
    }

    #[test]
    fn what_is_written_is_read_back_and_nothing_is_left_beside_it() {
        let folder = folder("write");
        let path = folder.join("a.bin").to_string_lossy().into_owned();
        assert_eq!(write(&path, b"one"), Ok(()));
        assert_eq!(write(&path, b"two"), Ok(()));
        assert_eq!(read(&path, 3), Ok(b"two".to_vec()));
        assert_eq!(read(&path, 2), Err(Cause::TooLarge(2)));
        assert_eq!(fs::read_dir(&folder).expect("it is there").count(), 1);
        let _ = fs::remove_dir_all(folder);
    }

    #[test]
    #[cfg(unix)]
    fn all_names_of_a_file_keep_the_same_text() {
        let folder = folder("links");
        let inside = |name: &str| folder.join(name).to_string_lossy().into_owned();
        assert_eq!(write(&inside("a"), b"one"), Ok(()));
        fs::hard_link(inside("a"), inside("b")).expect("a second name can be made");
        assert_eq!(write(&inside("a"), b"a longer text"), Ok(()));
        assert_eq!(write(&inside("a"), b"two"), Ok(()));
        assert_eq!(read(&inside("b"), 10), Ok(b"two".to_vec()));
        let _ = fs::remove_dir_all(folder);
    }

    #[test]
    fn what_is_not_a_file_is_refused_with_its_reason() {
        let folder = folder("refuse");
        let inside = |name: &str| folder.join(name).to_string_lossy().into_owned();
        assert_eq!(read(&inside("none"), 10), Err(Cause::Missing));
        assert_eq!(read(&inside(""), 10), Err(Cause::Folder));
        assert_eq!(read("", 10), Err(Cause::Name));
        assert_eq!(read("a\0b", 10), Err(Cause::Name));
        assert_eq!(write(&inside("no/a.bin"), b""), Err(Cause::NoFolder));
        assert_eq!(write(&inside(""), b""), Err(Cause::Folder));
        if cfg!(unix) {
            assert_eq!(read("/dev/zero", 10), Err(Cause::Special("a device")));
            assert_eq!(write("/dev/null", b""), Err(Cause::Special("a device")));
        }
        let _ = fs::remove_dir_all(folder);
    }
}
