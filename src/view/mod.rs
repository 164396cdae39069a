//! Values and answers as documents: lines of words with a meaning, which the terminal colours and tests read as text.

mod doc;
pub mod fact;
mod measure;
mod number;
mod page;
mod pages;
mod reference;
mod table;
mod value;

pub use doc::{Align, Doc, Line, Piece, Style, width};
pub use measure::{bytes, seconds};
pub use number::{json_f64, number};
pub use page::page;
pub use reference::{contents, names, nearest, reference};
pub use table::{Cell, Table};
pub use value::{in_line, json_value, scalar_text, value};
