//! Tables in csv and tsv: columns by name, a row an example.

use super::errors::{self, DataError};
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};

/// A table: cells as they were written, read as numbers when they are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Csv {
    file: String,
    names: Option<Vec<String>>,
    width: usize,
    /// All cells end to end, row by row, and where each ends.
    text: String,
    ends: Vec<usize>,
    /// The line on which each row starts.
    lines: Vec<usize>,
}

impl Csv {
    /// Reads a table. The first line is its header, unless all its cells are numbers. Without a separator given it is a
    /// comma, or a semicolon or tab where the first line has one of these and no comma. Cells may stand in double quotes.
    pub fn read(file: &str, bytes: &[u8], separator: Option<u8>) -> Result<Csv, DataError> {
        if [&b"PK\x03\x04"[..], b"\x93NUMPY"].iter().any(|magic| bytes.starts_with(magic)) {
            return Err(errors::other_kind(file, "a table", bytes));
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let separator = separator.unwrap_or_else(|| guess_separator(bytes));
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(bytes);
        let mut table =
            Csv { file: file.into(), names: None, width: 0, text: String::new(), ends: vec![], lines: vec![] };
        let mut record = csv::ByteRecord::new();
        let mut lines = Lines { bytes, at: 0, line: 1 };
        let mut first = true;
        loop {
            let from = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX);
            match reader.read_byte_record(&mut record) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    return Err(errors::damaged(file, "it cannot be read as a table").because_of(&error.to_string()));
                }
            }
            let (line, blank) = lines.advance(from);
            if first {
                first = false;
                table.width = record.len();
                let names = cells(file, &record, "the first line")?;
                if !names.iter().all(|name| errors::is_number(name)) {
                    table.names = Some(names.iter().map(|name| bare(name).to_string()).collect());
                    continue;
                }
            } else if blank && table.width == 1 {
                return Err(errors::csv_missing(file, &format!("line {}, {}", line - 1, table.label(0)), ""));
            }
            table.push(&record, line)?;
        }
        if table.rows() == 0 { Err(errors::csv_empty(file, !first)) } else { Ok(table) }
    }

    /// How many rows it has, the header not counted.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.width
    }

    /// The names of the columns; none without a header.
    pub fn names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    /// The place of the column of a name, counted from 0.
    pub fn find(&self, name: &str) -> Result<usize, DataError> {
        let mut found = self.names().unwrap_or(&[]).iter().enumerate().filter(|(_, own)| *own == name.trim());
        match (found.next(), found.count()) {
            (Some((at, _)), 0) => Ok(at),
            (first, more) => {
                Err(errors::csv_column(&self.file, name, self.names(), usize::from(first.is_some()) + more))
            }
        }
    }

    /// Are all cells of a column numbers?
    pub fn is_numeric(&self, column: usize) -> bool {
        (0..self.rows()).all(|row| errors::is_number(self.cell(row, column)))
    }

    /// The numbers of a column, counted from 0. An error names the row and the column of the first cell that is none.
    pub fn numbers(&self, column: usize) -> Result<Vec<f64>, DataError> {
        (0..self.rows()).map(|row| self.number(row, column)).collect()
    }

    /// The cells of a column as they were written, spaces around them left out.
    pub fn texts(&self, column: usize) -> Vec<&str> {
        (0..self.rows()).map(|row| self.cell(row, column)).collect()
    }

    /// The numbers of the column of a name: `[rows]`.
    pub fn column(&self, name: &str) -> Result<Tensor, DataError> {
        let numbers = self.numbers(self.find(name)?)?;
        Ok(Tensor::F64(ArrayD::from_shape_vec(IxDyn(&[numbers.len()]), numbers).unwrap_or_default()))
    }

    /// All columns, a row of the file a row: `[rows, columns]`.
    pub fn matrix(&self) -> Result<Tensor, DataError> {
        self.matrix_of(&(0..self.width).collect::<Vec<_>>())
    }

    /// These columns, a row of the file a row: `[rows, columns]`. Errors as in [`Csv::numbers`].
    pub fn matrix_of(&self, columns: &[usize]) -> Result<Tensor, DataError> {
        let count = self.rows().saturating_mul(columns.len());
        let mut numbers = Vec::new();
        numbers.try_reserve_exact(count).map_err(|_| errors::memory(&self.file, count))?;
        for row in 0..self.rows() {
            for column in columns {
                numbers.push(self.number(row, *column)?);
            }
        }
        let shape = IxDyn(&[self.rows(), columns.len()]);
        Ok(Tensor::F64(ArrayD::from_shape_vec(shape, numbers).map_err(|_| errors::memory(&self.file, count))?))
    }

    fn push(&mut self, record: &csv::ByteRecord, line: usize) -> Result<(), DataError> {
        let number = self.rows() + 1;
        let row = || format!("row {number} (line {line})");
        if record.len() != self.width {
            return Err(errors::csv_rows(&self.file, &row(), record.len(), self.width));
        }
        for cell in record {
            let cell = std::str::from_utf8(cell).map_err(|_| errors::csv_encoding(&self.file, &row()))?;
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
        self.lines.push(line);
        Ok(())
    }

    fn cell(&self, row: usize, column: usize) -> &str {
        if column >= self.width {
            return "";
        }
        let at = row * self.width + column;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.text.get(start..*end)).unwrap_or("").trim()
    }

    fn number(&self, row: usize, column: usize) -> Result<f64, DataError> {
        let cell = self.cell(row, column);
        let place = || {
            let line = self.lines.get(row).copied().unwrap_or(0);
            format!("row {} (line {line}), {}", row + 1, self.label(column))
        };
        match cell.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ if is_missing(cell) => Err(errors::csv_missing(&self.file, &place(), cell)),
            Ok(_) if cell.bytes().any(|b| b.is_ascii_digit()) => Err(errors::csv_range(&self.file, &place(), cell)),
            _ => {
                let others = (0..self.rows()).filter(|other| *other != row).take(100);
                let whole =
                    self.rows() > 1 && others.into_iter().all(|other| !errors::is_number(self.cell(other, column)));
                Err(errors::csv_text(&self.file, &place(), cell, whole))
            }
        }
    }

    fn label(&self, column: usize) -> String {
        match self.names().and_then(|names| names.get(column)) {
            Some(name) if !name.is_empty() => format!("column `{}`", errors::short(name)),
            _ => format!("column {}", column + 1),
        }
    }
}

/// Counts lines up to where a row starts.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of the row that is read from byte `from` on, and whether there is a blank line before it.
    fn advance(&mut self, from: usize) -> (usize, bool) {
        let from = from.min(self.bytes.len()).max(self.at);
        let ends = |b: &&u8| matches!(**b, b'\r' | b'\n');
        let gap = self.bytes[from..].iter().take_while(ends).count();
        let start = from + gap;
        self.line += self.bytes[self.at..start].iter().filter(|b| **b == b'\n').count();
        self.at = start;
        // The second byte of a line's end may be left over from the row before.
        let tail = usize::from(from > 0 && self.bytes[from - 1] == b'\r' && self.bytes.get(from) == Some(&b'\n'));
        (self.line, from > 0 && gap > tail)
    }
}

fn cells<'a>(file: &str, record: &'a csv::ByteRecord, row: &str) -> Result<Vec<&'a str>, DataError> {
    record.iter().map(|cell| std::str::from_utf8(cell).map_err(|_| errors::csv_encoding(file, row))).collect()
}

/// A name without the spaces around it, and without quotes that a space before them made part of it.
fn bare(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(name)
}

fn guess_separator(bytes: &[u8]) -> u8 {
    let line = bytes.split(|b| *b == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or(&[]);
    if line.contains(&b',') {
        return b',';
    }
    [b';', b'\t'].into_iter().find(|separator| line.contains(separator)).unwrap_or(b',')
}

/// What tables write where there is no value.
fn is_missing(cell: &str) -> bool {
    let words = ["", "na", "n/a", "nan", "null", "none", "missing", "?", "-", "."];
    words.iter().any(|word| cell.eq_ignore_ascii_case(word))
}
