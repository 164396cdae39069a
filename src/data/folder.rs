//! A folder as a table: pictures, a row each, with the folder that they are in; or the four idx files of MNIST.

use super::errors::{self, DataError};
use super::picture::{self, Size};
use super::table::Table;
use super::{extension, gzip, idx};
use crate::outside::Refusal;
use crate::tensor::Tensor;
use std::sync::Arc;

/// What a folder is looked into with.
pub trait Shelf {
    /// What is in a folder; folders end with `/`.
    fn folder(&mut self, path: &str) -> Result<Vec<String>, Refusal>;

    /// The bytes of a file.
    fn file(&mut self, path: &str) -> Result<Vec<u8>, Refusal>;
}

/// Pictures of a folder.
#[derive(Clone, Debug)]
pub struct Pictures {
    all: Vec<Picture>,
    /// Does any have colours? Then all have three channels.
    colour: bool,
}

/// One picture, as its file is.
#[derive(Clone, Debug)]
struct Picture {
    folder: String,
    file: String,
    bytes: Vec<u8>,
    size: Size,
}

/// The columns of pictures.
pub(super) const COLUMNS: [&str; 3] = ["picture", "folder", "file"];

/// The folder at `path`, which the user named `shown`, as a table.
pub fn table(shown: &str, path: &str, shelf: &mut dyn Shelf) -> Result<Table, DataError> {
    let refused = |refusal: Refusal| errors::refused(&refusal);
    let (path, shown) = (path.trim_end_matches('/'), shown.trim_end_matches('/'));
    let found = shelf.folder(path).map_err(refused)?;
    let plain = |name: &str| name.strip_suffix(".gz").unwrap_or(name).to_string();
    if found.iter().any(|name| idx::is_named(&plain(name))) {
        return mnist(shown, path, &found, shelf);
    }
    let mut all = vec![];
    for name in &found {
        match name.strip_suffix('/') {
            Some(inner) => {
                for file in shelf.folder(&format!("{path}/{inner}")).map_err(refused)? {
                    take(&mut all, shown, path, (inner, &file), shelf)?;
                }
            }
            None => take(&mut all, shown, path, ("", name), shelf)?,
        }
    }
    if all.is_empty() {
        return Err(errors::no_pictures(shown));
    }
    let colour = all.iter().any(|picture: &Picture| picture.size[0] == 3);
    Ok(Table::of_pictures(shown, Pictures { all, colour }))
}

/// A file of a folder that may be a picture.
fn take(
    all: &mut Vec<Picture>,
    shown: &str,
    path: &str,
    (folder, file): (&str, &str),
    shelf: &mut dyn Shelf,
) -> Result<(), DataError> {
    let below = if folder.is_empty() { file.to_string() } else { format!("{folder}/{file}") };
    let end = extension(file).unwrap_or_default();
    let full = format!("{shown}/{below}");
    if picture::OTHERS.contains(&end.as_str()) {
        return Err(errors::other_picture(&full));
    }
    if !picture::ENDS.contains(&end.as_str()) {
        return Ok(());
    }
    let bytes = shelf.file(&format!("{path}/{below}")).map_err(|refusal| errors::refused(&refusal))?;
    let size = picture::size(&full, &bytes)?;
    all.push(Picture { folder: folder.into(), file: below, bytes, size });
    Ok(())
}

/// `train-images-idx3-ubyte`, `train-labels-idx1-ubyte`, and the same of `t10k` or `test`, each packed or not.
fn mnist(shown: &str, path: &str, found: &[String], shelf: &mut dyn Shelf) -> Result<Table, DataError> {
    let mut part = |begins: &[&str]| -> Result<Option<Table>, DataError> {
        let mut arrays: Vec<(String, Arc<Tensor>)> = vec![];
        let own = |name: &&String| begins.iter().any(|begin| name.to_lowercase().starts_with(begin));
        for name in found.iter().filter(own) {
            let bytes = shelf.file(&format!("{path}/{name}")).map_err(|refusal| errors::refused(&refusal))?;
            let full = format!("{shown}/{name}");
            let tensor = match name.ends_with(".gz") {
                true => {
                    let (inner, bytes) = gzip::unpacked(&full, &bytes)?;
                    idx::read(inner, &bytes)?
                }
                false => idx::read(&full, &bytes)?,
            };
            let column = idx::column(&tensor);
            if arrays.iter().any(|(own, _)| own == column) {
                return Err(errors::same_array(shown, column));
            }
            arrays.push((column.to_string(), Arc::new(tensor)));
        }
        if arrays.is_empty() {
            return Ok(None);
        }
        let rows = |column: &str| arrays.iter().find(|(own, _)| own == column).map(|(_, array)| array.shape()[0]);
        if let (Some(images), Some(labels)) = (rows("image"), rows("label"))
            && images != labels
        {
            return Err(errors::damaged(shown, format!("it has {images} images and {labels} labels of one part")));
        }
        Table::of_arrays(shown, arrays).map(Some)
    };
    let (train, test) = (part(&["train", "emnist-train"])?, part(&["t10k", "test"])?);
    match (train, test) {
        (Some(train), Some(test)) => Ok(train.tested_by(test)),
        (Some(one), None) | (None, Some(one)) => Ok(one),
        (None, None) => Err(errors::no_pictures(shown)),
    }
}

impl Pictures {
    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.all.len()
    }

    /// The folder or the file of each.
    pub(super) fn texts(&self, column: &str) -> Option<Vec<String>> {
        match column {
            "folder" => Some(self.all.iter().map(|picture| picture.folder.clone()).collect()),
            "file" => Some(self.all.iter().map(|picture| picture.file.clone()).collect()),
            _ => None,
        }
    }

    /// The file of one.
    pub(super) fn file(&self, row: usize) -> Option<&str> {
        self.all.get(row).map(|picture| picture.file.as_str())
    }

    /// Two that differ in size, where two do.
    pub(super) fn differ(&self) -> Option<[(&str, Size); 2]> {
        let first = self.all.first()?;
        let other = self.all.iter().find(|picture| picture.size[1..] != first.size[1..])?;
        Some([first, other].map(|picture| (picture.file.as_str(), picture.size)))
    }

    /// The levels of all, `[channels, height, width]` one after another, in another size where one is given.
    pub(super) fn levels(&self, to: Option<(usize, usize)>) -> Result<(Size, Vec<f64>), DataError> {
        let channels = if self.colour { 3 } else { 1 };
        let (height, width) =
            to.or_else(|| self.all.first().map(|first| (first.size[1], first.size[2]))).unwrap_or((0, 0));
        let mut out = Vec::new();
        let count = self.all.len().saturating_mul(channels * height * width);
        out.try_reserve_exact(count).map_err(|_| errors::memory("the pictures", count))?;
        for picture in &self.all {
            let ([own, rows, columns], levels) = picture::levels(&picture.file, &picture.bytes)?;
            for channel in 0..channels {
                // A grey picture among coloured ones has its grey in each.
                let from = channel.min(own - 1) * rows * columns;
                let plane = levels[from..from + rows * columns].iter().map(|level| f64::from(*level));
                match (rows, columns) == (height, width) {
                    true => out.extend(plane),
                    false => {
                        let plane: Vec<f64> = plane.collect();
                        out.extend(picture::resized(&plane, (rows, columns), (height, width)));
                    }
                }
            }
        }
        Ok(([channels, height, width], out))
    }
}
