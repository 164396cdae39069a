//! Files of numbers, read from their bytes: csv, npy, npz and safetensors to tensors; knows no graph and opens no file.
//!
//! A reader believes nothing that a file says of itself: sizes are compared with the bytes that are there before
//! anything is allocated, and what does not fit is a [`DataError`].

mod csv;
mod entries;
mod errors;
mod npy;
mod npz;
mod safetensors;
#[cfg(test)]
mod tests;

pub use csv::Csv;
pub use errors::DataError;
pub use safetensors::{note as safetensors_note, write as write_safetensors};

use crate::tensor::Tensor;

/// What a file holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrays {
    /// The file, as the user named it.
    pub file: String,
    /// Its arrays by name, in the order of the file; none where it is a table. The array of an npy file has no name.
    pub arrays: Vec<(String, Tensor)>,
    /// The table of a csv or tsv file.
    pub table: Option<Csv>,
}

/// The kinds of file that can be read, by the end of their names.
pub const KINDS: &str = "a .csv, .tsv, .npy, .npz or .safetensors file";

/// Reads a file's bytes; the end of its name says how.
pub fn read(file: &str, bytes: &[u8]) -> Result<Arrays, DataError> {
    let arrays = |arrays| Arrays { file: file.to_string(), arrays, table: None };
    let table = |table| Arrays { file: file.to_string(), arrays: vec![], table: Some(table) };
    match extension(file).as_deref() {
        Some("csv" | "txt" | "data") => Csv::read(file, bytes, None).map(table),
        Some("tsv" | "tab") => Csv::read(file, bytes, Some(b'\t')).map(table),
        Some("npy") => npy::read(file, bytes).map(|tensor| arrays(vec![(String::new(), tensor)])),
        Some("npz") => npz::read(file, bytes).map(arrays),
        Some("safetensors") => safetensors::read(file, bytes).map(arrays),
        _ => Err(errors::kind(file)),
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
        let found = self.arrays.iter().find(|(own, _)| own == name);
        found.map(|(_, tensor)| tensor.clone()).ok_or_else(|| errors::no_array(&self.file, name, &self.names()))
    }

    /// The one array that the file holds; of a table all columns, a row of the file a row: `[rows, columns]`.
    pub fn whole(&self) -> Result<Tensor, DataError> {
        match (&self.table, self.arrays.as_slice()) {
            (Some(table), _) => table.matrix(),
            (None, [(_, tensor)]) => Ok(tensor.clone()),
            (None, _) => Err(errors::many_arrays(&self.file, &self.names())),
        }
    }

    /// The names of its arrays, or of the columns of a table that has a header.
    pub fn names(&self) -> Vec<&str> {
        match &self.table {
            Some(table) => table.names().unwrap_or(&[]).iter().map(String::as_str).collect(),
            None => self.arrays.iter().map(|(name, _)| name.as_str()).collect(),
        }
    }
}

/// The letters behind the last dot, in lower case.
fn extension(file: &str) -> Option<String> {
    let base = file.rsplit(['/', '\\']).next()?;
    base.rsplit_once('.').map(|(_, end)| end.to_lowercase())
}
