//! The .npz format: a zip archive of .npy files.

use super::errors::{self, DataError};
use super::{Found, npy};
use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use zip::{CompressionMethod, ZipArchive};

/// The bytes of a directory entry, at least.
const DIRECTORY_ENTRY: usize = 46;

/// How much more than its own size an archive may unpack to, and the MiB that it always may.
const UNPACKING: (u64, u64) = (64, 64);

/// The arrays of a file, in its order, and those that cannot be used.
pub(super) fn read(file: &str, bytes: &[u8]) -> Result<Found, DataError> {
    if !bytes.starts_with(b"PK") {
        return Err(errors::other_kind(file, "an npz file", bytes));
    }
    let entries =
        directory_entries(bytes).ok_or_else(|| errors::damaged(file, "its directory at the end is not there"))?;
    if entries > (bytes.len() / DIRECTORY_ENTRY) as u64 {
        return Err(errors::damaged(
            file,
            format!("its directory tells of {entries} entries, and has no room for them"),
        ));
    }
    let broken =
        |why: &dyn std::fmt::Display| errors::damaged(file, "it cannot be unpacked").because_of(&why.to_string());
    let mut zip = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let limit = (bytes.len() as u64).saturating_mul(UNPACKING.0).max(UNPACKING.1 << 20);
    let mut left = limit;
    let mut names = BTreeSet::new();
    let (mut arrays, mut refused) = (vec![], vec![]);
    for at in 0..zip.len() {
        // The raw entry tells how it is packed without unpacking: what is neither stored nor deflated is not touched.
        let raw = zip.by_index_raw(at).map_err(|error| broken(&error))?;
        let name = raw.name().map_err(|error| broken(&error))?;
        let Some(name) = name.strip_suffix(".npy").map(str::to_string) else { continue };
        let method = raw.compression();
        drop(raw);
        if !names.insert(name.clone()) {
            return Err(errors::same_array(file, &name));
        }
        if !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            refused.push((name.clone(), errors::packed(file, &name, &method.to_string())));
            continue;
        }
        let entry = zip.by_index(at).map_err(|error| broken(&error))?;
        let mut unpacked = Vec::new();
        entry.take(left.saturating_add(1)).read_to_end(&mut unpacked).map_err(|error| broken(&error))?;
        left = left.checked_sub(unpacked.len() as u64).ok_or_else(|| errors::unpacks(file, limit))?;
        match npy::read_named(file, &name, &unpacked) {
            Ok(tensor) => arrays.push((name, tensor)),
            Err(error) => refused.push((name, error)),
        }
    }
    Ok((arrays, refused))
}

/// How many entries the directory at the end says that it has. The zip reader reserves memory for that many.
fn directory_entries(bytes: &[u8]) -> Option<u64> {
    // The last end record, at most a comment of 64 KiB before the end.
    let newest = bytes.len().checked_sub(22)?;
    let oldest = newest.saturating_sub(usize::from(u16::MAX));
    let end = (oldest..=newest).rev().find(|at| bytes[*at..].starts_with(b"PK\x05\x06"))?;
    let field = |at: usize, n: usize| bytes.get(at..at.checked_add(n)?).map(little);
    let comment = usize::try_from(field(end + 20, 2)?).ok()?;
    let counts = field(end + 8, 2)?.max(field(end + 10, 2)?);
    // A large archive has its counts in a record of its own, which a locator 20 bytes before the end record points at.
    let locator = bytes.len().checked_sub(42 + comment);
    let Some(locator) = locator.filter(|at| bytes[*at..].starts_with(b"PK\x06\x07")) else { return Some(counts) };
    let from = usize::try_from(field(locator + 8, 8)?).ok()?;
    let record = bytes.get(from..)?.windows(4).position(|window| window == b"PK\x06\x06")? + from;
    Some(counts.max(field(record + 24, 8)?).max(field(record + 32, 8)?))
}

fn little(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}
