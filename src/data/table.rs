//! A table of examples, whatever the file: named columns over rows, of one file or of several end to end.

use super::csv::{self, Csv};
use super::folder::{self, Pictures};
use super::stream::Stream;
use super::{Arrays, DataError, errors};
use crate::tensor::Tensor;
use ndarray::{ArrayD, Axis, IxDyn};
use std::sync::Arc;

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// The file, as the user named it.
    pub file: String,
    pieces: Vec<Piece>,
    /// The row with which its own test rows begin.
    tests: Option<usize>,
}

#[derive(Clone, Debug)]
struct Piece {
    file: String,
    rows: usize,
    /// The row of its file that its first row is.
    from: usize,
    /// How many rows its file has.
    of: usize,
    cells: Cells,
}

#[derive(Clone, Debug)]
enum Cells {
    Csv(Arc<Csv>),
    /// Arrays by name whose first axis is the rows.
    Arrays(Vec<(String, Arc<Tensor>)>),
    /// A table that is read a piece at a time.
    Stream(Arc<Stream>),
    /// Pictures of a folder.
    Pictures(Arc<Pictures>),
    /// One column of texts.
    Lines(String, Arc<Vec<String>>),
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Numbers, the rows along the first axis; `nan` where a cell is none.
    pub numbers: ArrayD<f64>,
    /// Whole numbers, by the file's own word.
    pub whole: bool,
}

impl Table {
    /// Without columns and rows.
    pub fn empty() -> Table {
        Table { file: String::new(), pieces: vec![], tests: None }
    }

    /// Of a csv or tsv file.
    pub fn of_csv(csv: Arc<Csv>) -> Table {
        let (file, rows) = (csv.file().to_string(), csv.rows());
        let from = csv.first_row();
        Table {
            file: file.clone(),
            pieces: vec![Piece { file, rows, from, of: from + rows, cells: Cells::Csv(csv) }],
            tests: None,
        }
    }

    /// Of a file that is read a piece at a time.
    pub fn of_stream(stream: Stream) -> Table {
        let (file, rows) = (stream.file().to_string(), stream.rows());
        let piece = Piece { file: file.clone(), rows, from: 0, of: rows, cells: Cells::Stream(Arc::new(stream)) };
        Table { file, pieces: vec![piece], tests: None }
    }

    /// Is one of its files read a piece at a time?
    pub fn is_streamed(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece.cells, Cells::Stream(_)))
    }

    /// Its rows in tables that fit into memory: of each the piece, its part of it, the row that it begins with.
    pub fn parts(&self) -> Vec<(usize, usize, usize)> {
        let (mut out, mut row) = (vec![], 0);
        for (at, piece) in self.pieces.iter().enumerate() {
            match &piece.cells {
                Cells::Stream(stream) => out.extend(stream.starts().enumerate().map(|(i, from)| (at, i, row + from))),
                _ => out.push((at, 0, row)),
            }
            row += piece.rows;
        }
        out
    }

    /// One of its parts, with at least so many rows before and behind it; how many stand before, and how many are its own.
    pub fn part(
        &self,
        (piece, at, _): (usize, usize, usize),
        halo: (usize, usize),
    ) -> Result<(Table, usize, usize), DataError> {
        let piece = &self.pieces[piece];
        match &piece.cells {
            Cells::Stream(stream) => {
                let (csv, before) = stream.part(at, halo)?;
                let mut table = Table::of_csv(Arc::new(csv));
                table.pieces.iter_mut().for_each(|own| own.of = piece.rows);
                Ok((table, before, stream.rows_of(at)))
            }
            _ => Ok((Table { file: piece.file.clone(), pieces: vec![piece.clone()], tests: None }, 0, piece.rows)),
        }
    }

    /// Of each of its files the first row that is here, how many rows are, and how many the file has.
    pub fn spans(&self) -> Vec<(usize, usize, usize)> {
        self.pieces.iter().map(|piece| (piece.from, piece.rows, piece.of)).collect()
    }

    /// The table that a row is in, and its place in that: a part of one that is read a piece at a time.
    pub(super) fn around(&self, row: usize) -> Option<(Table, usize)> {
        let part = self.parts().into_iter().rev().find(|(.., from)| *from <= row)?;
        Some((self.part(part, (0, 0)).ok()?.0, row - part.2))
    }

    /// Of arrays whose first axes agree; those of another length are no columns.
    pub fn of_arrays(file: &str, arrays: Vec<(String, Arc<Tensor>)>) -> Result<Table, DataError> {
        let rows = arrays.iter().filter_map(|(_, array)| array.shape().first().copied()).max();
        let Some(rows) = rows.filter(|rows| *rows > 0) else { return Err(errors::csv_empty(file, false)) };
        let arrays = arrays.into_iter().filter(|(_, array)| array.shape().first() == Some(&rows)).collect();
        let piece = Piece { file: file.into(), rows, from: 0, of: rows, cells: Cells::Arrays(arrays) };
        Ok(Table { file: file.into(), pieces: vec![piece], tests: None })
    }

    /// Of the pictures of a folder.
    pub fn of_pictures(file: &str, pictures: Pictures) -> Table {
        let (rows, cells) = (pictures.count(), Cells::Pictures(Arc::new(pictures)));
        Table {
            file: file.into(),
            pieces: vec![Piece { file: file.into(), rows, from: 0, of: rows, cells }],
            tests: None,
        }
    }

    /// With rows of its own to test by.
    pub fn tested_by(self, tests: Table) -> Table {
        let from = self.rows();
        Table { tests: Some(from), ..self.followed_by(tests) }
    }

    /// The row with which its own test rows begin.
    pub fn tests(&self) -> Option<usize> {
        self.tests
    }

    /// Is a column that of pictures of a folder?
    pub fn is_pictures(&self, name: &str) -> bool {
        name == folder::COLUMNS[0] && self.pieces.iter().any(|piece| matches!(piece.cells, Cells::Pictures(_)))
    }

    /// Two pictures that differ in size.
    pub fn differ(&self) -> Option<[(&str, [usize; 3]); 2]> {
        self.pieces.iter().find_map(|piece| match &piece.cells {
            Cells::Pictures(pictures) => pictures.differ(),
            _ => None,
        })
    }

    /// The pictures of folders in another size, `[rows, channels, height, width]`.
    pub fn resized(&self, size: (usize, usize)) -> Result<ArrayD<f64>, DataError> {
        self.levels(Some(size))
    }

    /// The pictures of folders as they are.
    pub fn pictures(&self) -> Result<ArrayD<f64>, DataError> {
        self.levels(None)
    }

    fn levels(&self, size: Option<(usize, usize)>) -> Result<ArrayD<f64>, DataError> {
        let mut parts = vec![];
        for piece in &self.pieces {
            if let Cells::Pictures(pictures) = &piece.cells {
                let ([channels, height, width], levels) = pictures.levels(size)?;
                let array = ArrayD::from_shape_vec(IxDyn(&[pictures.count(), channels, height, width]), levels);
                parts.push(array.map_err(|_| errors::memory(&piece.file, piece.rows))?);
            }
        }
        let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
        ndarray::concatenate(Axis(0), &views).map_err(|_| errors::sizes(&self.file))
    }

    /// Of a text: a row a line, or a row a letter.
    pub fn of_text(file: &str, bytes: &[u8], letters: bool) -> Result<Table, DataError> {
        let text = std::str::from_utf8(bytes).map_err(|_| errors::csv_encoding(file, "the text"))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (name, cells): (&str, Vec<String>) = if letters {
            ("letter", text.chars().filter(|c| *c != '\r').map(String::from).collect())
        } else {
            ("line", text.lines().map(String::from).collect())
        };
        if cells.is_empty() {
            return Err(errors::csv_empty(file, false));
        }
        let rows = cells.len();
        let cells = Cells::Lines(name.into(), Arc::new(cells));
        Ok(Table {
            file: file.into(),
            pieces: vec![Piece { file: file.into(), rows, from: 0, of: rows, cells }],
            tests: None,
        })
    }

    /// Of what a file holds.
    pub fn of(arrays: &Arrays) -> Result<Table, DataError> {
        if let Some(csv) = &arrays.table {
            return Ok(Table::of_csv(Arc::new(csv.clone())));
        }
        let name = |name: &String| if name.is_empty() { "array".to_string() } else { name.clone() };
        let all = arrays.arrays.iter().map(|(own, array)| (name(own), Arc::new(array.clone()))).collect();
        Table::of_arrays(&arrays.file, all)
    }

    /// The rows of another table behind these; columns go by their names.
    pub fn followed_by(mut self, other: Table) -> Table {
        self.pieces.extend(other.pieces);
        self
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.pieces.iter().map(|piece| piece.rows).sum()
    }

    /// How many rows each of its files has.
    pub fn files(&self) -> Vec<usize> {
        self.pieces.iter().map(|piece| piece.rows).collect()
    }

    /// The number of each row in its own file.
    pub fn numbers_of_rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.pieces.iter().flat_map(|piece| piece.from..piece.from + piece.rows)
    }

    /// The names of its columns.
    pub fn names(&self) -> Vec<String> {
        match self.pieces.first().map(|piece| &piece.cells) {
            Some(Cells::Csv(csv)) => csv.labels(),
            Some(Cells::Stream(stream)) => stream.head().labels(),
            Some(Cells::Arrays(arrays)) => arrays.iter().map(|(name, _)| name.clone()).collect(),
            Some(Cells::Lines(name, _)) => vec![name.clone()],
            Some(Cells::Pictures(_)) => folder::COLUMNS.map(String::from).to_vec(),
            None => vec![],
        }
    }

    /// Has every file a column of this name, and one alone?
    pub fn has(&self, name: &str) -> bool {
        self.pieces.iter().all(|piece| piece.find(name).is_some())
    }

    /// The file that lacks a column which the first has.
    pub fn lacking(&self, name: &str) -> Option<&str> {
        self.pieces.iter().find(|piece| piece.find(name).is_none()).map(|piece| piece.file.as_str())
    }

    /// How often the first file has a column of this name.
    pub fn count(&self, name: &str) -> usize {
        match self.pieces.first().map(|piece| &piece.cells) {
            Some(Cells::Csv(csv)) => csv.count(name),
            Some(Cells::Stream(stream)) => stream.head().count(name),
            Some(_) => usize::from(self.has(name)),
            None => 0,
        }
    }

    /// A column as numbers; `None` where a file has none of this name, or where arrays of several files do not fit.
    pub fn column(&self, name: &str) -> Option<Column> {
        let parts: Vec<Column> = self.pieces.iter().map(|piece| piece.column(name)).collect::<Option<_>>()?;
        let whole = parts.iter().all(|part| part.whole);
        if let [one] = parts.as_slice() {
            return Some(one.clone());
        }
        let views: Vec<_> = parts.iter().map(|part| part.numbers.view()).collect();
        let numbers = ndarray::concatenate(Axis(0), &views).ok()?;
        Some(Column { numbers, whole })
    }

    /// Does the file's first line name the columns? Of what is no table its arrays have names.
    pub fn has_names(&self) -> bool {
        self.pieces.iter().all(|piece| match &piece.cells {
            Cells::Csv(csv) => csv.names().is_some(),
            Cells::Stream(stream) => stream.head().names().is_some(),
            Cells::Arrays(_) | Cells::Lines(..) | Cells::Pictures(_) => true,
        })
    }

    /// Are there cells as they were written?
    pub fn has_texts(&self, name: &str) -> bool {
        self.pieces.iter().all(|piece| match &piece.cells {
            Cells::Csv(_) | Cells::Stream(_) => true,
            Cells::Lines(own, _) => own == name,
            Cells::Pictures(_) => name != folder::COLUMNS[0],
            Cells::Arrays(arrays) => arrays.iter().any(|(own, array)| own == name && array.shape().len() == 1),
        })
    }

    /// The cells of a column as they were written; none of an array.
    pub fn texts(&self, name: &str) -> Option<Vec<String>> {
        let mut out = Vec::with_capacity(self.rows());
        for piece in &self.pieces {
            match &piece.cells {
                Cells::Csv(csv) => {
                    out.extend(csv.texts(piece.find(name)?).into_iter().map(String::from));
                }
                Cells::Lines(own, cells) if own == name => out.extend(cells.iter().cloned()),
                Cells::Pictures(pictures) => out.extend(pictures.texts(name)?),
                Cells::Lines(..) | Cells::Stream(_) => return None,
                Cells::Arrays(arrays) => {
                    let (_, array) = arrays.iter().find(|(own, _)| own == name)?;
                    if array.shape().len() != 1 {
                        return None;
                    }
                    out.extend(array.to_f64().iter().map(f64::to_string));
                }
            }
        }
        Some(out)
    }

    /// The place of a cell as a user finds it: the file, the row and its line, the column.
    pub fn place(&self, row: usize, name: &str) -> String {
        let mut local = row;
        for piece in &self.pieces {
            if local < piece.rows {
                return match &piece.cells {
                    Cells::Csv(csv) => match piece.find(name) {
                        Some(at) => format!("`{}`, {}", errors::short(&piece.file), csv.place(local, at)),
                        None => format!("`{}`, row {}", errors::short(&piece.file), local + 1),
                    },
                    Cells::Pictures(pictures) => {
                        let file = pictures.file(local).unwrap_or_default();
                        format!("`{}/{}`", errors::short(&piece.file), errors::short(file))
                    }
                    Cells::Stream(stream) => {
                        let own = Table::of_stream(Stream::clone(stream));
                        let found = own.around(local).map(|(table, row)| table.place(row, name));
                        found.unwrap_or(format!("`{}`, row {}", errors::short(&piece.file), local + 1))
                    }
                    _ => format!("`{}`, row {}, `{}`", errors::short(&piece.file), local + 1, errors::short(name)),
                };
            }
            local -= piece.rows;
        }
        format!("row {}", row + 1)
    }

    /// A cell as it was written.
    pub fn cell(&self, row: usize, name: &str) -> Option<String> {
        let mut local = row;
        for piece in &self.pieces {
            if local < piece.rows {
                return match &piece.cells {
                    Cells::Csv(csv) => Some(csv.cell(local, piece.find(name)?).to_string()),
                    Cells::Lines(_, cells) => cells.get(local).cloned(),
                    Cells::Stream(stream) => {
                        let (table, row) = Table::of_stream(Stream::clone(stream)).around(local)?;
                        table.cell(row, name)
                    }
                    Cells::Pictures(pictures) => pictures.texts(name)?.get(local).cloned(),
                    Cells::Arrays(arrays) => {
                        let (_, array) = arrays.iter().find(|(own, _)| own == name)?;
                        (array.shape().len() == 1).then(|| array.number(local).map(|v| v.to_string())).flatten()
                    }
                };
            }
            local -= piece.rows;
        }
        None
    }
}

impl Piece {
    fn find(&self, name: &str) -> Option<usize> {
        match &self.cells {
            Cells::Csv(csv) => csv.find(name).ok(),
            Cells::Stream(stream) => stream.head().find(name).ok(),
            Cells::Arrays(arrays) => arrays.iter().position(|(own, _)| own == name),
            Cells::Pictures(_) => folder::COLUMNS.iter().position(|own| *own == name),
            Cells::Lines(own, _) => (own == name).then_some(0),
        }
    }

    fn column(&self, name: &str) -> Option<Column> {
        let at = self.find(name)?;
        match &self.cells {
            Cells::Csv(csv) => {
                let number = |text: &str| text.parse::<f64>().ok().filter(|v| v.is_finite()).unwrap_or(f64::NAN);
                let numbers = (0..csv.rows()).map(|row| number(csv.cell(row, at))).collect::<Vec<f64>>();
                Some(Column { numbers: ArrayD::from_shape_vec(IxDyn(&[numbers.len()]), numbers).ok()?, whole: false })
            }
            Cells::Arrays(arrays) => {
                let (_, array) = &arrays[at];
                Some(Column { numbers: array.to_f64(), whole: matches!(**array, Tensor::Int(_) | Tensor::Bool(_)) })
            }
            Cells::Stream(_) => None,
            Cells::Pictures(pictures) => {
                let numbers = match at {
                    0 => {
                        let ([channels, height, width], levels) = pictures.levels(None).ok()?;
                        ArrayD::from_shape_vec(IxDyn(&[self.rows, channels, height, width]), levels).ok()?
                    }
                    _ => ArrayD::from_elem(IxDyn(&[self.rows]), f64::NAN),
                };
                Some(Column { numbers, whole: false })
            }
            Cells::Lines(_, cells) => {
                Some(Column { numbers: ArrayD::from_elem(IxDyn(&[cells.len()]), f64::NAN), whole: false })
            }
        }
    }
}

/// Is nothing in a cell?
pub fn is_missing(cell: &str) -> bool {
    csv::is_missing(cell)
}
