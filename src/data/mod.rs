//! Files of numbers, read from their bytes: csv, npy, npz and safetensors to tensors; knows no graph and opens no file.
//!
//! A reader believes nothing that a file says of itself: sizes are compared with the bytes that are there before
//! anything is allocated, and what does not fit is a [`DataError`].

pub mod block;
mod csv;
mod entries;
mod errors;
mod examples;
pub mod folder;
mod gzip;
mod idx;
mod npy;
mod npz;
mod picture;
mod safetensors;
mod spill;
mod stream;
pub mod table;
#[cfg(test)]
mod tests;

pub use csv::Csv;
pub use errors::DataError;
pub use safetensors::{arrays as read_safetensors, note as safetensors_note, write as write_safetensors};

pub use examples::{Bound, Examples, Held, PARTS, selected};
pub use picture::resized;
pub use spill::{BLOCK, Spill, WINDOW};
pub use stream::Stream;
pub use table::Table;

use crate::tensor::Tensor;
use std::sync::Arc;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrays {
    /// The file, as the user named it.
    pub file: String,
    /// Its arrays by name, in the order of the file; none where it is a table. The array of an npy file has no name.
    pub arrays: Vec<(String, Tensor)>,
    /// The table of a csv or tsv file.
    pub table: Option<Csv>,
    /// The arrays of the file that cannot be used, by name, with the reason; one of them hides none of the others.
    pub refused: Vec<(String, DataError)>,
    /// What a model's file says of itself.
    pub note: Option<Arc<str>>,
}

/// The arrays of a file in its order, and those that cannot be used.
type Found = (Vec<(String, Tensor)>, Vec<(String, DataError)>);

/// The kinds of file that can be read, by the end of their names.
pub const KINDS: &str = "a .csv, .tsv, .npy, .npz, .safetensors or .idx file, or one of these packed as .gz";

/// Reads a file's bytes; the end of its name says how, and its first bytes where it is no file: `-`, a pipe.
pub fn read(file: &str, bytes: &[u8]) -> Result<Arrays, DataError> {
    let plain = Arrays { file: file.to_string(), arrays: vec![], table: None, refused: vec![], note: None };
    let named = |(arrays, refused)| Arrays { arrays, refused, ..plain.clone() };
    let table = |table| Arrays { table: Some(table), ..plain.clone() };
    if is_pointer(bytes) {
        return Err(errors::pointer(file));
    }
    let kind = extension(file).or_else(|| is_stream(file).then(|| sniff(bytes).to_string()));
    match kind.as_deref() {
        Some("csv" | "txt" | "data") => Csv::read(file, bytes, None).map(table),
        Some("tsv" | "tab") => Csv::read(file, bytes, Some(b'\t')).map(table),
        Some("npy") => npy::read(file, bytes).map(|tensor| named((vec![(String::new(), tensor)], vec![]))),
        Some("npz") => npz::read(file, bytes).map(named),
        Some("safetensors") => {
            let note = safetensors::note(file, bytes)?.map(Arc::from);
            safetensors::read(file, bytes).map(|found| Arrays { note, ..named(found) })
        }
        Some("gz") => {
            let (inner, bytes) = gzip::unpacked(file, bytes)?;
            match extension(inner).as_deref() {
                Some("gz") => Err(errors::kind(file)),
                _ => Ok(Arrays { file: file.to_string(), ..read(inner, &bytes)? }),
            }
        }
        _ if idx::is_named(file) => {
            let tensor = idx::read(file, bytes)?;
            Ok(named((vec![(idx::column(&tensor).to_string(), tensor)], vec![])))
        }
        _ => Err(errors::kind(file)),
    }
}

/// Is it the small text that Git LFS leaves in the place of a file?
fn is_pointer(bytes: &[u8]) -> bool {
    bytes.starts_with(b"version https://git-lfs")
}

/// What stands between the cells of a table of this name, where that is told; none where it is no table.
pub fn separator(file: &str) -> Option<Option<u8>> {
    match extension(file).as_deref() {
        Some("csv" | "data") => Some(None),
        Some("tsv" | "tab") => Some(Some(b'\t')),
        _ => None,
    }
}

/// Is it a name of what is no file: standard input, or a pipe that the shell made?
fn is_stream(file: &str) -> bool {
    file == "-" || file.starts_with("/dev/") || file.starts_with("/proc/")
}

/// The kind of file that begins with these bytes.
fn sniff(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'P', b'K', 3 | 5, ..] => "npz",
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => "npy",
        [_, _, _, _, 0, 0, 0, 0, b'{', ..] => "safetensors",
        _ => "csv",
    }
}

/// `FILE:columns`: the file, and what is picked of it behind the colon that follows the end of its name. A path with a colon
/// in a folder's name stays whole.
pub fn split_columns(path: &str) -> (&str, Option<&str>) {
    const ENDS: [&str; 9] = ["csv", "txt", "data", "tsv", "tab", "npy", "npz", "safetensors", "gz"];
    let ends = |file: &str| is_stream(file) || extension(file).is_some_and(|end| ENDS.contains(&end.as_str()));
    let mut colons = path.match_indices(':').map(|(at, _)| at);
    match colons.find(|at| ends(&path[..*at])) {
        Some(at) => (&path[..at], Some(&path[at + 1..])),
        None => (path, None),
    }
}

/// As [`read`], of a file whose arrays have names: no table.
pub fn read_named(file: &str, bytes: &[u8]) -> Result<Arrays, DataError> {
    match extension(file).as_deref() {
        Some("csv" | "txt" | "data" | "tsv" | "tab") => Err(errors::table(file)),
        _ => read(file, bytes),
    }
}

impl Arrays {
    /// One array by name, or one column of a table: `[rows]`.
    pub fn get(&self, name: &str) -> Result<Tensor, DataError> {
        if let Some(table) = &self.table {
            return table.column(name);
        }
        if let Some((_, error)) = self.refused.iter().find(|(own, _)| own == name) {
            return Err(error.clone());
        }
        let found = self.arrays.iter().find(|(own, _)| own == name);
        found.map(|(_, tensor)| tensor.clone()).ok_or_else(|| errors::no_array(&self.file, name, &self.names()))
    }

    /// The one array that the file holds; of a table all columns, a row of the file a row: `[rows, columns]`.
    pub fn whole(&self) -> Result<Tensor, DataError> {
        match (&self.table, self.arrays.as_slice()) {
            (Some(table), _) => table.matrix(),
            (None, [(_, tensor)]) if self.refused.is_empty() => Ok(tensor.clone()),
            (None, []) if self.refused.len() == 1 => Err(self.refused[0].1.clone()),
            (None, _) => Err(errors::many_arrays(&self.file, &self.names())),
        }
    }

    /// The names of its arrays, or of the columns of a table that has a header.
    pub fn names(&self) -> Vec<&str> {
        match &self.table {
            Some(table) => table.names().unwrap_or(&[]).iter().map(String::as_str).collect(),
            None => {
                let refused = self.refused.iter().map(|(name, _)| name.as_str());
                self.arrays.iter().map(|(name, _)| name.as_str()).chain(refused).collect()
            }
        }
    }
}

/// The letters behind the last dot, in lower case.
fn extension(file: &str) -> Option<String> {
    let base = file.rsplit(['/', '\\']).next()?;
    base.rsplit_once('.').map(|(_, end)| end.to_lowercase())
}
