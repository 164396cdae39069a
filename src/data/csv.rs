//! Tables in csv and tsv: columns by name, a row an example.

use super::errors::{self, DataError};
use crate::tensor::Tensor;
use ndarray::{ArrayD, IxDyn};
use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

/// A table: cells as they were written, read as numbers when they are asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Csv {
    file: String,
    separator: u8,
    /// Its cells stand apart by blanks.
    blanks: bool,
    names: Option<Vec<String>>,
    /// Of each name its first column, and how many columns have it.
    places: FxHashMap<String, (usize, usize)>,
    width: usize,
    /// The row of the file that its first row is.
    first: usize,
    /// All cells end to end, row by row, and where each ends.
    text: String,
    ends: Vec<usize>,
    /// The line on which each row starts.
    lines: Vec<usize>,
}

impl Csv {
    /// Reads a table. The first line is its header, unless a cell of it is a number; one of years or of a count, above a row
    /// that is none, is a header too. Without a separator given it is a comma, or a semicolon, tab or blanks where the first
    /// line has one of these and no comma. Cells may stand in double quotes.
    pub fn read(file: &str, bytes: &[u8], separator: Option<u8>) -> Result<Csv, DataError> {
        if errors::kind_of(bytes).is_some() {
            return Err(errors::other_kind(file, "a table", bytes));
        }
        if let Some(at) = memchr::memchr(0, bytes) {
            return Err(errors::csv_nul(file, line_of(bytes, at)));
        }
        let begun = Csv::begin(file, bytes, separator)?;
        let (mut table, spread) = (begun.table, begun.spread);
        let bytes = spread.as_deref().unwrap_or(&bytes[begun.from..]);
        quotes(file, bytes, table.separator, begun.above)?;
        let line = begun.above + line_of(bytes, begun.rows);
        table.take(bytes, begun.rows, line, begun.rows > 0)?;
        if table.rows() == 0 { Err(errors::csv_empty(file, table.width > 0)) } else { Ok(table) }
    }

    /// What the first bytes of a file tell: its separator and its header; a table without rows.
    pub(super) fn begin(file: &str, whole: &[u8], separator: Option<u8>) -> Result<Begun, DataError> {
        if errors::kind_of(whole).is_some() {
            return Err(errors::other_kind(file, "a table", whole));
        }
        let bytes = whole.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(whole);
        // Spreadsheets write the separator above the header: `sep=;`.
        let (bytes, separator, above) = match bytes {
            [b's', b'e', b'p', b'=', mark, rest @ ..] if rest.starts_with(b"\n") => (&rest[1..], Some(*mark), 1),
            [b's', b'e', b'p', b'=', mark, rest @ ..] if rest.starts_with(b"\r\n") => (&rest[2..], Some(*mark), 1),
            _ => (bytes, separator, 0),
        };
        let start = bytes.trim_ascii_start();
        if start.first() == Some(&b'<')
            && [&b"<!doctype"[..], b"<html", b"<?xml"]
                .iter()
                .any(|head| start.len() >= head.len() && start[..head.len()].eq_ignore_ascii_case(head))
        {
            return Err(errors::web_page(file));
        }
        let from = whole.len() - bytes.len();
        let blanks = separator.is_none() && is_blank_separated(bytes);
        let spread = blanks.then(|| commas_for_blanks(bytes));
        let bytes = spread.as_deref().unwrap_or(bytes);
        let separator = separator.unwrap_or_else(|| guess_separator(bytes));
        let mut table = Csv {
            file: file.into(),
            separator,
            blanks,
            names: None,
            places: FxHashMap::default(),
            width: 0,
            first: 0,
            text: String::new(),
            ends: vec![],
            lines: vec![],
        };
        let mut record = csv::ByteRecord::new();
        let mut reader = table.reader(bytes);
        let mut rows = 0;
        if reader.read_byte_record(&mut record).map_err(|error| unreadable(file, &error))? {
            table.width = record.len();
            let names = cells(file, &record, "the first line")?;
            let rest = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).min(bytes.len());
            if is_header(&names, &bytes[rest..], separator) {
                let names: Vec<String> = names.iter().map(|name| bare(name).nfc().collect()).collect();
                for (at, name) in names.iter().enumerate() {
                    table.places.entry(name.clone()).or_insert((at, 0)).1 += 1;
                }
                table.names = Some(names);
                rows = rest;
            }
        }
        Ok(Begun { table, from, above, rows, spread })
    }

    /// The rows of further bytes that begin a row on a line of the file; `continues`: something stands above them.
    pub(super) fn take(&mut self, bytes: &[u8], from: usize, line: usize, continues: bool) -> Result<(), DataError> {
        if memchr::memchr2(b'"', b'\r', &bytes[from..]).is_none()
            && let Ok(plain) = std::str::from_utf8(&bytes[from..])
        {
            return self.take_plain(plain, line, continues || from > 0);
        }
        let mut record = csv::ByteRecord::new();
        let mut lines = Lines { bytes, at: from, line, continues };
        let mut reader = self.reader(&bytes[from..]);
        let mut first = !continues;
        loop {
            let at = usize::try_from(reader.position().byte()).unwrap_or(usize::MAX).saturating_add(from);
            if !reader.read_byte_record(&mut record).map_err(|error| unreadable(&self.file, &error))? {
                return Ok(());
            }
            let (line, blank) = lines.advance(at);
            if blank && self.width == 1 && !first {
                return Err(errors::csv_missing(&self.file, &format!("line {}, {}", line - 1, self.label(0)), ""));
            }
            first = false;
            self.push(&record, line)?;
        }
    }

    /// As [`Csv::take`], of bytes without quotes and with plain line ends.
    fn take_plain(&mut self, text: &str, line: usize, continues: bool) -> Result<(), DataError> {
        let bytes = text.as_bytes();
        self.text.reserve(bytes.len());
        let (mut first, mut blank, mut line) = (!continues, false, line);
        let mut at = 0;
        while at < bytes.len() {
            let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |found| at + found);
            let row = &bytes[at..end];
            if row.is_empty() {
                (blank, line, at) = (true, line + 1, end + 1);
                continue;
            }
            if blank && self.width == 1 && !first {
                return Err(errors::csv_missing(&self.file, &format!("line {}, {}", line - 1, self.label(0)), ""));
            }
            let before = self.ends.len();
            let mut start = 0;
            for cut in memchr::memchr_iter(self.separator, row).chain([row.len()]) {
                self.text.push_str(&text[at + start..at + cut]);
                self.ends.push(self.text.len());
                start = cut + 1;
            }
            let found = self.ends.len() - before;
            if found != self.width {
                return Err(self.other_width(found, line));
            }
            self.lines.push(line);
            (first, blank, line, at) = (false, false, line + 1, end + 1);
        }
        Ok(())
    }

    /// The rows of a piece of the file alone, the first of which is row `first` on this line.
    pub(super) fn piece(&self, bytes: &[u8], first: usize, line: usize) -> Result<Csv, DataError> {
        let mut table = Csv { first, ..self.clone() };
        if let Some(at) = memchr::memchr(0, bytes) {
            return Err(errors::csv_nul(&self.file, line - 1 + line_of(bytes, at)));
        }
        let spread = self.blanks.then(|| commas_for_blanks(bytes));
        let bytes = spread.as_deref().unwrap_or(bytes);
        quotes(&self.file, bytes, self.separator, line - 1)?;
        table.take(bytes, 0, line, true)?;
        Ok(table)
    }

    /// How many rows there are in some bytes.
    pub(super) fn count_rows(&self, bytes: &[u8]) -> Result<usize, DataError> {
        if memchr::memchr2(b'"', b'\r', bytes).is_none() {
            let ends = memchr::memchr_iter(b'\n', bytes).chain((bytes.last() != Some(&b'\n')).then_some(bytes.len()));
            let mut next = 0;
            return Ok(ends.filter(|end| std::mem::replace(&mut next, end + 1) < *end).count());
        }
        let (mut reader, mut record, mut rows) = (self.reader(bytes), csv::ByteRecord::new(), 0);
        while reader.read_byte_record(&mut record).map_err(|error| unreadable(&self.file, &error))? {
            rows += 1;
        }
        Ok(rows)
    }

    fn reader<'a>(&self, bytes: &'a [u8]) -> csv::Reader<&'a [u8]> {
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(self.separator).from_reader(bytes)
    }

    /// Where the last row ends that ends within some bytes, which begin a row; 0 where none does. Blank lines behind it are not
    /// its own.
    pub(super) fn last_end(&self, bytes: &[u8]) -> usize {
        let end = self.last_line(bytes);
        let row = bytes[..end].iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |at| at + 1);
        let breaks = bytes[row..end].iter().position(|b| *b == b'\n').map_or(0, |at| at + 1);
        if row == 0 { 0 } else { row + breaks }
    }

    fn last_line(&self, bytes: &[u8]) -> usize {
        if memchr::memchr(b'"', bytes).is_none() {
            return memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
        }
        let (mut end, mut begins, mut quoted, mut closed) = (0, true, false, None);
        for (at, byte) in bytes.iter().enumerate() {
            match byte {
                b'"' if quoted => (quoted, closed) = (false, Some(at)),
                // A quote inside a cell is two, of which the second opens again.
                b'"' if begins || closed.is_some_and(|closed| closed + 1 == at) => quoted = true,
                b'\n' if !quoted => end = at + 1,
                _ => {}
            }
            begins = !quoted && (*byte == self.separator || matches!(byte, b'\n' | b'\r'));
        }
        end
    }

    /// The file, as the user named it.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// What stands between its cells.
    pub(super) fn separator(&self) -> u8 {
        self.separator
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

    /// The names of the columns, or their numbers.
    pub(super) fn labels(&self) -> Vec<String> {
        match self.names() {
            Some(names) => names.to_vec(),
            None => (1..=self.columns()).map(|at| at.to_string()).collect(),
        }
    }

    /// The row of its file that its first row is.
    pub(super) fn first_row(&self) -> usize {
        self.first
    }

    /// The place of the column of a name, counted from 0. Where there is no header, `1` names the first column.
    pub fn find(&self, name: &str) -> Result<usize, DataError> {
        if self.names.is_none()
            && let Ok(number) = name.trim().parse::<usize>()
            && (1..=self.width).contains(&number)
        {
            return Ok(number - 1);
        }
        let normal: String = name.trim().nfc().collect();
        match self.places.get(&normal).copied() {
            Some((at, 1)) => Ok(at),
            found => Err(errors::csv_column(&self.file, name, self.names(), found.map_or(0, |(_, count)| count))),
        }
    }

    /// How many columns have a name.
    pub(super) fn count(&self, name: &str) -> usize {
        let normal: String = name.trim().nfc().collect();
        self.places.get(&normal).map_or(0, |(_, count)| *count)
    }

    /// Are all cells of a column numbers?
    pub fn is_numeric(&self, column: usize) -> bool {
        (0..self.rows()).all(|row| errors::is_number(self.cell(row, column)))
    }

    /// The numbers of a column, counted from 0. An error names the row and the column of the first cell that is none.
    pub fn numbers(&self, column: usize) -> Result<Vec<f64>, DataError> {
        (0..self.rows()).map(|row| self.number(row, column)).collect()
    }

    /// Is there a number in a column at all?
    pub fn has_numbers(&self, column: usize) -> bool {
        (0..self.rows()).any(|row| errors::is_number(self.cell(row, column)))
    }

    /// The columns that a list names: `age, "walk (min)", from..to`; a name with a comma, a colon or `..` stands in quotes.
    pub fn pick(&self, list: &str) -> Result<Vec<usize>, DataError> {
        let mut chosen = vec![];
        for part in parts(list, ",") {
            match parts(part, "..").as_slice() {
                [from, to] => {
                    let (from, to) = (self.find(bare(from))?, self.find(bare(to))?);
                    chosen.extend(from.min(to)..=from.max(to));
                }
                _ => chosen.push(self.find(bare(part))?),
            }
        }
        Ok(chosen)
    }

    /// These columns as whole numbers, a row of the file a row: `[rows, columns]`, each exact to the last digit. Errors as in
    /// [`Csv::numbers`]; `None` where a cell is a number and not whole.
    pub fn wholes_of(&self, columns: &[usize]) -> Result<Option<Tensor>, DataError> {
        let mut numbers = vec![];
        for row in 0..self.rows() {
            for column in columns {
                match self.cell(row, *column).trim_start_matches('+').parse::<i64>() {
                    Ok(whole) => numbers.push(whole),
                    Err(_) => match self.number(row, *column)? {
                        real if real.fract() != 0.0 => return Ok(None),
                        real if real.abs() <= MOST_EXACT => numbers.push(real as i64),
                        _ => {
                            return Err(errors::csv_whole(
                                &self.file,
                                &self.place(row, *column),
                                self.cell(row, *column),
                            ));
                        }
                    },
                }
            }
        }
        let shape = IxDyn(&[self.rows(), columns.len()]);
        let count = numbers.len();
        Ok(Some(Tensor::Int(ArrayD::from_shape_vec(shape, numbers).map_err(|_| errors::memory(&self.file, count))?)))
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
        if record.len() != self.width {
            return Err(self.other_width(record.len(), line));
        }
        let number = self.first + self.rows() + 1;
        let row = || format!("row {number} (line {line})");
        for cell in record {
            let cell = std::str::from_utf8(cell).map_err(|_| errors::csv_encoding(&self.file, &row()))?;
            self.text.push_str(cell);
            self.ends.push(self.text.len());
        }
        self.lines.push(line);
        Ok(())
    }

    /// The next row has another number of cells.
    fn other_width(&self, found: usize, line: usize) -> DataError {
        let number = self.first + self.rows() + 1;
        let head = self.names().and_then(|names| names.first()).filter(|_| number == 1);
        let above = match head {
            Some(name) if name.starts_with('#') => Some("comment"),
            Some(_) if self.width == 1 => Some("title"),
            _ => None,
        };
        errors::csv_rows(&self.file, &format!("row {number} (line {line})"), found, self.width, above)
    }

    /// A cell as it was written, spaces around it left out.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        if column >= self.width {
            return "";
        }
        let at = row * self.width + column;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(at).and_then(|end| self.text.get(start..*end)).unwrap_or("").trim()
    }

    fn number(&self, row: usize, column: usize) -> Result<f64, DataError> {
        let cell = self.cell(row, column);
        let place = || self.place(row, column);
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

    /// The place of a cell: its row and line, its column.
    pub(super) fn place(&self, row: usize, column: usize) -> String {
        let line = self.lines.get(row).copied().unwrap_or(0);
        format!("row {} (line {line}), {}", self.first + row + 1, self.label(column))
    }

    fn label(&self, column: usize) -> String {
        match self.names().and_then(|names| names.get(column)) {
            Some(name) if !name.is_empty() => format!("column `{}`", errors::short(name)),
            _ => format!("column {}", column + 1),
        }
    }
}

/// What the first bytes of a table tell.
pub(super) struct Begun {
    /// The table without rows.
    pub(super) table: Csv,
    /// Where it begins in the file's bytes.
    pub(super) from: usize,
    /// How many lines stand above it.
    pub(super) above: usize,
    /// Where its rows begin, counted from there.
    pub(super) rows: usize,
    /// The bytes with commas for blanks.
    pub(super) spread: Option<Vec<u8>>,
}

fn unreadable(file: &str, error: &csv::Error) -> DataError {
    errors::damaged(file, "it cannot be read as a table").because_of(&error.to_string())
}

/// The line of the byte at a place, counted from 1.
pub(super) fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|b| **b == b'\n').count()
}

/// Does each quote that opens a cell close, and the cell end there? One that does not would take in cells and rows in silence.
pub(super) fn quotes(file: &str, bytes: &[u8], separator: u8, above: usize) -> Result<(), DataError> {
    if memchr::memchr(b'"', bytes).is_none() {
        return Ok(());
    }
    let (mut at, mut begins) = (0, true);
    while at < bytes.len() {
        if !(begins && bytes[at] == b'"') {
            begins = bytes[at] == separator || matches!(bytes[at], b'\n' | b'\r');
            at += 1;
            continue;
        }
        let opened = at;
        at += 1;
        loop {
            let Some(to) = bytes[at..].iter().position(|b| *b == b'"') else {
                return Err(errors::csv_quote(file, above + line_of(bytes, opened), "is never closed"));
            };
            at += to + 1;
            if bytes.get(at) != Some(&b'"') {
                break;
            }
            at += 1;
        }
        let ends = |b: &u8| *b == separator || matches!(*b, b'\n' | b'\r');
        let rest = bytes[at..].iter().position(ends).map_or(&bytes[at..], |to| &bytes[at..at + to]);
        if !rest.trim_ascii().is_empty() {
            return Err(errors::csv_quote(file, above + line_of(bytes, opened), "closes before its cell ends"));
        }
        at += rest.len();
        begins = false;
    }
    Ok(())
}

/// The largest real up to which every whole number is one.
const MOST_EXACT: f64 = 9_007_199_254_740_992.0;

/// Is this first line a header? Words are one, numbers none. Where it has both it is an example that has a gap or a text,
/// but for years and counts (`country,1990,1991`, `label,0,1,2,3`) above a row that has other numbers.
fn is_header(cells: &[&str], rest: &[u8], separator: u8) -> bool {
    let number = |cell: &str| bare(cell).parse::<f64>().ok();
    let numbers = |cells: &[&str]| cells.iter().filter_map(|cell| number(cell)).collect::<Vec<f64>>();
    let own = numbers(cells);
    if own.is_empty() {
        return true;
    }
    // One that lacks a value is no header, and one of numbers alone is none.
    if own.len() == cells.len() || cells.iter().any(|cell| !cell.trim().is_empty() && is_missing(cell.trim())) {
        return false;
    }
    let counts = |numbers: &[f64]| {
        let whole = numbers.iter().all(|v| v.fract() == 0.0);
        let years = numbers.iter().all(|v| (1500.0..=2200.0).contains(v));
        let rises = numbers.windows(2).all(|pair| pair[1] - pair[0] == 1.0);
        whole && (years || numbers.len() > 3 && rises)
    };
    let next = rest.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty()).unwrap_or(&[]);
    let next = String::from_utf8_lossy(next);
    let below: Vec<&str> = next.split(char::from(separator)).collect();
    counts(&own) && !counts(&numbers(&below))
}

/// A list at its separators, those in double quotes left alone.
fn parts<'a>(list: &'a str, separator: &str) -> Vec<&'a str> {
    let mut out = vec![];
    let (mut from, mut quoted) = (0, false);
    let mut skip = 0;
    for (at, c) in list.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if !quoted && at >= skip && list[at..].starts_with(separator) {
            out.push(&list[from..at]);
            from = at + separator.len();
            skip = from;
        }
    }
    out.push(&list[from..]);
    out
}

/// Does a table have blanks between its cells, as `np.savetxt` writes it? Its second line, or its only one, is numbers.
fn is_blank_separated(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return false };
    let line = lines.next().unwrap_or(first);
    if first.iter().chain(line).any(|b| matches!(b, b',' | b';' | b'\t' | b'"')) {
        return false;
    }
    let count = |line: &[u8]| line.split(u8::is_ascii_whitespace).filter(|cell| !cell.is_empty()).count();
    let number = |cell: &[u8]| std::str::from_utf8(cell).is_ok_and(|cell| cell.parse::<f64>().is_ok());
    let wide = count(line);
    wide > 1 && count(first) == wide && line.split(u8::is_ascii_whitespace).all(|cell| cell.is_empty() || number(cell))
}

/// The same lines with a comma for each run of blanks.
fn commas_for_blanks(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for (count, line) in bytes.split(|b| *b == b'\n').enumerate() {
        if count > 0 {
            out.push(b'\n');
        }
        let cells = line.split(u8::is_ascii_whitespace).filter(|cell| !cell.is_empty());
        for (at, cell) in cells.enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(cell);
        }
    }
    out
}

/// Counts lines up to where a row starts.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    continues: bool,
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
        (self.line, (from > 0 || self.continues) && gap > tail)
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
pub(super) fn is_missing(cell: &str) -> bool {
    let words = ["", "na", "n/a", "nan", "null", "none", "missing", "?", "-", "."];
    words.iter().any(|word| cell.eq_ignore_ascii_case(word))
}
