//! A packed file: what `gzip` makes of one.

use super::errors::{self, DataError};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// How much more than its own size a file may unpack to, and the MiB that it always may.
const UNPACKING: (u64, u64) = (64, 64);

/// The file's own name and bytes.
pub(super) fn unpacked<'f>(file: &'f str, bytes: &[u8]) -> Result<(&'f str, Vec<u8>), DataError> {
    let inner = file.get(..file.len() - 3).unwrap_or(file);
    if !bytes.starts_with(b"\x1F\x8B") {
        return Err(errors::other_kind(file, "a packed file", bytes));
    }
    let limit = (bytes.len() as u64).saturating_mul(UNPACKING.0).max(UNPACKING.1 << 20);
    let mut out = vec![];
    let read = MultiGzDecoder::new(bytes).take(limit + 1).read_to_end(&mut out);
    read.map_err(|error| errors::damaged(file, "it cannot be unpacked").because_of(&error.to_string()))?;
    if out.len() as u64 > limit {
        return Err(errors::unpacks(file, limit).unpack_it());
    }
    Ok((inner, out))
}
