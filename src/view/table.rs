//! Tables: columns that align whatever the script; numbers at the right, words at the left.

use super::doc::{Align, Doc, Line, Style, width};

/// One cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What it is.
    pub style: Style,
    /// Its text.
    pub text: String,
}

impl Cell {
    /// A text of some style.
    pub fn new(style: Style, text: impl Into<String>) -> Cell {
        Cell { style, text: text.into() }
    }

    /// A number.
    pub fn number(text: impl Into<String>) -> Cell {
        Cell::new(Style::Number, text)
    }

    /// A name.
    pub fn name(text: impl Into<String>) -> Cell {
        Cell::new(Style::Name, text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::new(Style::Plain, text)
    }
}

/// Rows of cells under headings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// With these columns. Where all headings are empty, no line of headings is drawn.
    pub fn new<'a>(columns: impl IntoIterator<Item = (&'a str, Align)>) -> Table {
        Table { columns: columns.into_iter().map(|(name, align)| (name.to_string(), align)).collect(), rows: vec![] }
    }

    /// Adds a row; cells that are missing stay empty, and cells beyond the columns stand at the left.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.rows.push(cells.into_iter().collect());
    }

    /// As a document, two spaces between columns.
    pub fn doc(&self) -> Doc {
        let count = self.rows.iter().map(Vec::len).max().unwrap_or(0).max(self.columns.len());
        let mut widths = vec![0; count];
        for (slot, (name, _)) in widths.iter_mut().zip(&self.columns) {
            *slot = width(name);
        }
        for row in &self.rows {
            for (slot, cell) in widths.iter_mut().zip(row) {
                *slot = (*slot).max(width(&cell.text));
            }
        }
        let align = |i: usize| self.columns.get(i).map(|column| column.1).unwrap_or_default();
        let mut doc = Doc::new();
        if self.columns.iter().any(|column| !column.0.is_empty()) {
            let mut line = Line::new();
            for (i, ((name, _), columns)) in self.columns.iter().zip(&widths).enumerate() {
                line = line.cut(true).plain(gap(i)).aligned(Style::Heading, name, *columns, align(i));
            }
            doc.push(line);
        }
        for row in &self.rows {
            let mut line = Line::new();
            for (i, (cell, columns)) in row.iter().zip(&widths).enumerate() {
                line = line.cut(true).plain(gap(i)).aligned(cell.style, &cell.text, *columns, align(i));
            }
            doc.push(line);
        }
        doc
    }
}

fn gap(column: usize) -> &'static str {
    if column == 0 { "" } else { "  " }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_at_the_right_of_their_column() {
        let mut table = Table::new([("z", Align::Right), ("name", Align::Left), ("f(z)", Align::Right)]);
        table.row([Cell::number("-10"), Cell::name("家"), Cell::number("4.53979e-05")]);
        table.row([Cell::number("0"), Cell::name("rent"), Cell::number("0.25")]);
        let text = "  z  name         f(z)\n-10  家    4.53979e-05\n  0  rent         0.25\n";
        assert_eq!(table.doc().text(), text);
    }

    #[test]
    fn without_headings_there_is_no_heading_line() {
        let mut table = Table::new([("", Align::Left), ("", Align::Right)]);
        table.row(["a".into(), Cell::number("5")]);
        assert_eq!(table.doc().text(), "a  5\n");
        assert_eq!(Table::default().doc().text(), "");
    }
}
