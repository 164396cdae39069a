//! A table that is read a piece at a time: where its rows begin is known after one look through the file, which keeps none of it.

use super::csv::{self, Csv};
use super::errors::{self, DataError};
use crate::outside::Stored;
use std::sync::Arc;

/// The most that a single row may take, and the bytes in which the header has to end.
const LONGEST: usize = 256 << 20;
const HEAD: usize = 1 << 20;

/// A csv or tsv file of which pieces are read when they are asked for.
#[derive(Clone, Debug)]
pub struct Stream {
    stored: Arc<dyn Stored>,
    /// The table without rows.
    head: Csv,
    pieces: Vec<Piece>,
    rows: usize,
}

/// Some rows: where they stand in the file, the first of them and its line.
#[derive(Clone, Copy, Debug)]
struct Piece {
    at: u64,
    length: usize,
    row: usize,
    line: usize,
    rows: usize,
}

impl Stream {
    /// Looks through a file once: its header, and where its rows stand.
    pub fn open(file: &str, stored: Arc<dyn Stored>, separator: Option<u8>) -> Result<Stream, DataError> {
        let (all, wanted) = (stored.length(), stored.piece().max(1));
        let mut head = read(file, &*stored, 0, (all as usize).min(HEAD))?;
        if (head.len() as u64) < all {
            let lines = head.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            head.truncate(lines);
        }
        if super::is_pointer(&head) {
            return Err(errors::pointer(file));
        }
        if let Some(at) = head.iter().position(|b| *b == 0)
            && errors::kind_of(&head).is_none()
        {
            return Err(errors::csv_nul(file, csv::line_of(&head, at)));
        }
        let begun = Csv::begin(file, &head, separator)?;
        let mut at = begun.from;
        let mut line = 1 + begun.above;
        if begun.rows > 0 {
            let header = &head[begun.from..];
            csv::quotes(file, &header[..begun.rows.min(header.len())], begun.table.separator(), begun.above)?;
            // Where blanks stand for commas only the lines are those of the file.
            let own = &head[begun.from..];
            let told = begun.spread.as_deref().unwrap_or(own);
            let end = begun.rows + usize::from(told.get(begun.rows) == Some(&b'\n') && told[begun.rows - 1] == b'\r');
            let lines = csv::line_of(told, end) - 1;
            let ends = own.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
            at += lines.checked_sub(1).and_then(|last| ends.clone().nth(last)).unwrap_or(end);
            line += lines;
        }
        let mut out = Stream { stored, head: begun.table, pieces: vec![], rows: 0 };
        let (mut at, mut size) = (at as u64, wanted);
        while at < all {
            let bytes = read(file, &*out.stored, at, ((all - at) as usize).min(size))?;
            let last = at + bytes.len() as u64 == all;
            let length = if last { bytes.len() } else { out.head.last_end(&bytes) };
            if length == 0 && bytes.len() >= LONGEST {
                let what = format!("no row ends within {} MiB behind line {line}", LONGEST >> 20);
                return Err(errors::damaged(file, what));
            }
            if length == 0 {
                size = (size * 2).min(LONGEST);
                continue;
            }
            size = wanted;
            let rows = out.head.count_rows(&bytes[..length])?;
            out.pieces.push(Piece { at, length, row: out.rows, line, rows });
            line += bytes[..length].iter().filter(|b| **b == b'\n').count();
            out.rows += rows;
            at += length as u64;
        }
        // Blank lines alone are no rows.
        out.pieces.retain(|piece| piece.rows > 0);
        if out.rows == 0 { Err(errors::csv_empty(file, out.head.columns() > 0)) } else { Ok(out) }
    }

    /// The file, as the user named it.
    pub fn file(&self) -> &str {
        self.head.file()
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The first rows of its pieces.
    pub fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        self.pieces.iter().map(|piece| piece.row)
    }

    /// The table without rows.
    pub(super) fn head(&self) -> &Csv {
        &self.head
    }

    /// The rows of a piece, with at least so many before and behind it where the file has them; and how many stand before.
    pub(super) fn part(&self, at: usize, (before, behind): (usize, usize)) -> Result<(Csv, usize), DataError> {
        let own = self.pieces[at];
        let first = self.pieces[..at].iter().rposition(|piece| piece.row + before <= own.row).unwrap_or(0);
        let first = if before == 0 { at } else { first };
        let end = own.row + own.rows + behind;
        let rest = &self.pieces[at..];
        let last = at + rest.iter().position(|piece| piece.row + piece.rows >= end).unwrap_or(rest.len() - 1);
        let (Piece { at: from, row, line, .. }, last) = (self.pieces[first], self.pieces[last]);
        let bytes = read(self.file(), &*self.stored, from, (last.at - from) as usize + last.length)?;
        let table = self.head.piece(&bytes, row, line)?;
        match table.rows() == last.row + last.rows - row {
            true => Ok((table, own.row - row)),
            false => Err(errors::damaged(self.file(), "it has changed since its first look through")),
        }
    }

    /// How many rows a piece has.
    pub(super) fn rows_of(&self, at: usize) -> usize {
        self.pieces[at].rows
    }
}

fn read(file: &str, stored: &dyn Stored, at: u64, length: usize) -> Result<Vec<u8>, DataError> {
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(length).map_err(|_| errors::memory(file, length))?;
    bytes.resize(length, 0);
    stored.read_at(at, &mut bytes).map_err(|refusal| errors::damaged(file, refusal.to_string()))?;
    Ok(bytes)
}
