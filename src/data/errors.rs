//! What can be wrong with a file of numbers: one function per code.

use crate::diag::Diagnostic;
use crate::source::Span;

/// A file that cannot be used: what is wrong, further facts, and how to mend it. The place is the caller's to give.
#[derive(Clone, Debug, PartialEq)]
pub struct DataError {
    /// `nnlang::value::…`, for ever.
    pub code: &'static str,
    /// One sentence in the user's words, lower case, no full stop.
    pub title: String,
    /// Further facts, a sentence each.
    pub because: Vec<String>,
    /// The mend, where there is one.
    pub mend: Option<String>,
}

impl DataError {
    /// As a diagnostic at the place that named the file; none where the command line did.
    pub fn diagnostic(self, place: Option<Span>) -> Diagnostic {
        let mut out = Diagnostic::error(self.code, self.title);
        if let Some(span) = place {
            out = out.at(span, "the data is for this");
        }
        out.because = self.because;
        match self.mend {
            Some(mend) => out.mend(mend),
            None => out,
        }
    }

    fn new(code: &'static str, title: String) -> DataError {
        DataError { code, title, because: vec![], mend: None }
    }

    /// With the reason that a library gives.
    pub(super) fn because_of(self, why: &str) -> DataError {
        self.because(short(why))
    }

    /// What helps is to unpack it oneself.
    pub(super) fn unpack_it(self) -> DataError {
        self.mend("unpack it: `gunzip`")
    }

    fn because(mut self, fact: impl Into<String>) -> DataError {
        self.because.push(fact.into());
        self
    }

    fn mend(mut self, mend: impl Into<String>) -> DataError {
        self.mend = Some(mend.into());
        self
    }
}

impl std::fmt::Display for DataError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)
    }
}

impl std::error::Error for DataError {}

/// What files of other kinds are, by the end of their names, and what to do.
const FOREIGN: &[(&[&str], &str, &str)] = &[
    (
        &["parquet", "pq"],
        "a Parquet file",
        "save it as .csv: in Python `pandas.read_parquet(a).to_csv(b, index=False)`",
    ),
    (
        &["arrow", "feather"],
        "an Arrow file",
        "save it as .csv: in Python `pandas.read_feather(a).to_csv(b, index=False)`",
    ),
    (&["xlsx", "xls", "ods", "numbers"], "a spreadsheet", "save the sheet as .csv"),
    (
        &["json", "jsonl", "ndjson"],
        "a JSON file",
        "save it as .csv: in Python `pandas.read_json(a).to_csv(b, index=False)`",
    ),
    (
        &["pt", "pth", "pkl", "pickle", "joblib"],
        "an object of Python",
        "save its arrays: `safetensors.numpy.save_file`",
    ),
    (&["h5", "hdf5", "mat"], "a file of arrays of another kind", "save its arrays as .npz: `numpy.savez`"),
    (&["png", "jpg", "jpeg"], "a picture", "name the folder that it is in: its pictures are the rows"),
    (
        &["zip", "tar", "7z", "rar", "bz2", "xz", "zst"],
        "a packed file",
        "unpack it, and name the file or the folder in it",
    ),
    (&["sqlite", "db", "sqlite3"], "a database", "save the table as .csv"),
];

/// Its name tells no kind that can be read.
pub(super) fn kind(file: &str) -> DataError {
    let end = super::extension(file).unwrap_or_default();
    if let Some((_, what, mend)) = FOREIGN.iter().find(|(ends, ..)| ends.contains(&end.as_str())) {
        let title = format!("`{}` is {what}, which is not read", short(file));
        return DataError::new("nnlang::value::file_kind", title).mend(*mend);
    }
    DataError::new(
        "nnlang::value::file_kind",
        format!("the name `{}` does not tell what kind of file it is", short(file)),
    )
    .mend(format!("give {}, or a folder of pictures", super::KINDS))
}

/// A table where arrays with names are wanted.
pub(super) fn table(file: &str) -> DataError {
    DataError::new(
        "nnlang::value::file_kind",
        format!("`{}` is a table, and weights are arrays with names", short(file)),
    )
    .mend("give a .npz or .safetensors file")
}

/// Its bytes are not of the kind that its name promises.
pub(super) fn other_kind(file: &str, promised: &str, bytes: &[u8]) -> DataError {
    let error =
        DataError::new("nnlang::value::file_kind", format!("`{}` is named as {promised} and is none", short(file)));
    let looks = match bytes {
        [b'P', b'K', 3 | 5, ..] => Some(".npz"),
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some(".npy"),
        [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Some(".safetensors"),
        _ => None,
    };
    if let (None, Some((what, mend))) = (looks, kind_of(bytes)) {
        return error.because(format!("its first bytes are those of {what}")).mend(mend);
    }
    match looks {
        Some(looks) => {
            error.because(format!("its first bytes are those of a {looks} file")).mend(format!("name it {looks}"))
        }
        None if bytes.is_empty() => error.because("it is empty").mend("save it again"),
        None => error.mend(format!("give {}", super::KINDS)),
    }
}

/// What bytes are that are no text: the kind of file, and what to do.
pub(super) fn kind_of(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    const KINDS: &[(&[u8], &str, &str)] = &[
        (b"PK\x03\x04", "a .npz file or a spreadsheet", "name it .npz, or save the spreadsheet as .csv"),
        (b"\x93NUMPY", "a .npy file", "name it .npy"),
        (b"\xD0\xCF\x11\xE0", "a spreadsheet", "save it as .csv"),
        (b"\x1F\x8B", "a packed file", "unpack it: `gunzip`"),
        (b"BZh", "a packed file", "unpack it: `bunzip2`"),
        (b"\xFD7zXZ", "a packed file", "unpack it: `unxz`"),
        (b"\x28\xB5\x2F\xFD", "a packed file", "unpack it: `unzstd`"),
        (b"%PDF-", "a PDF", "save its table as .csv"),
        (b"\x89PNG", "a picture", "give a table"),
        (b"\xFF\xD8\xFF", "a picture", "give a table"),
        (b"GIF8", "a picture", "give a table"),
        (b"PAR1", "a Parquet file", "save it as .csv or .npz"),
        (b"ARROW1", "an Arrow file", "save it as .csv or .npz"),
        (b"SQLite format 3", "a database", "save the table as .csv"),
        (b"[{", "a JSON file", "save it as .csv"),
    ];
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Some(("text in UTF-16 or UTF-32", "save it as UTF-8"));
    }
    KINDS.iter().find(|(magic, ..)| bytes.starts_with(magic)).map(|(_, what, mend)| (*what, *mend))
}

/// A byte that no text has.
pub(super) fn csv_nul(file: &str, line: usize) -> DataError {
    damaged(file, format!("line {line} holds a NUL byte, which no text has"))
        .because("text in UTF-16 has one in every second place")
        .mend("save it as UTF-8, or copy it again as a whole")
}

/// A cell in quotes that does not end where it should.
pub(super) fn csv_quote(file: &str, line: usize, what: &str) -> DataError {
    damaged(file, format!("a quote that opens on line {line} {what}"))
        .because("a cell in double quotes ends with its closing quote; a quote inside is written twice")
        .mend("close the quote, or write `\"\"` where the quote is part of the cell")
}

/// It is cut, or says of itself what its bytes do not bear out.
pub(super) fn damaged(file: &str, what: impl Into<String>) -> DataError {
    DataError::new("nnlang::value::file_damaged", format!("`{}` is damaged: {}", short(file), what.into()))
        .mend("save it again, or copy it again as a whole")
}

/// Its entries are no numbers that a tensor can hold. `array` is empty where the file has but one.
pub(super) fn entries(file: &str, array: &str, what: &str) -> DataError {
    let place = if array.is_empty() { String::new() } else { format!("`{}` in ", short(array)) };
    let error = DataError::new("nnlang::value::file_entries", format!("{place}`{}` holds {what}", short(file)))
        .because("a tensor holds real numbers, whole numbers, or 0 and 1");
    // Text and records are no reals in any form.
    if ["text", "Python objects", "dates", "records"].iter().any(|word| what.starts_with(word)) {
        error.mend("give an array of numbers")
    } else {
        error.mend("save it as 64-bit reals, in NumPy `a.astype(\"f8\")`")
    }
}

/// It unpacks to much more than its own size.
pub(super) fn unpacks(file: &str, limit: u64) -> DataError {
    let title = format!("`{}` unpacks to more than {} MiB, which is far beyond its size", short(file), limit >> 20);
    DataError::new("nnlang::value::file_large", title).mend("save it unpacked, in NumPy with `savez`")
}

/// A folder without a picture.
pub(super) fn no_pictures(folder: &str) -> DataError {
    DataError::new(
        "nnlang::value::file_kind",
        format!("the folder `{}` holds no picture and no idx files", short(folder)),
    )
    .because("a folder is a table of its pictures, .png or .jpg, and of those in the folders in it")
    .mend("name a folder with pictures, or a file")
}

/// Pictures of several folders that differ.
pub(super) fn sizes(folder: &str) -> DataError {
    DataError::new("nnlang::data::picture", format!("the pictures of `{}` and of another folder differ", short(folder)))
        .mend("give all the same size: `resize(picture, 64, 64)`; and the same channels")
}

/// A picture of a kind that is not read.
pub(super) fn other_picture(file: &str) -> DataError {
    DataError::new("nnlang::value::file_kind", format!("`{}` is a picture of a kind that is not read", short(file)))
        .mend("save it as .png, or take it out of the folder")
}

/// A file that could not be reached.
pub(super) fn refused(refusal: &crate::outside::Refusal) -> DataError {
    DataError::new("nnlang::session::file", refusal.to_string())
        .mend("correct the path, or the permissions of the file")
}

/// There is no memory for its entries.
pub(super) fn memory(file: &str, entries: usize) -> DataError {
    let title = format!("the {entries} entries of `{}` do not fit into the memory that is left", short(file));
    DataError::new("nnlang::value::file_large", title).mend("use a part of the file")
}

/// It has no array of this name.
pub(super) fn no_array(file: &str, name: &str, names: &[&str]) -> DataError {
    let error =
        DataError::new("nnlang::value::file_array", format!("`{}` has no array `{}`", short(file), short(name)));
    offer(error, name, names)
}

/// It has several arrays (or none) where one is wanted.
pub(super) fn many_arrays(file: &str, names: &[&str]) -> DataError {
    let title = match names.len() {
        0 => format!("`{}` holds no array", short(file)),
        n => format!("`{}` holds {n} arrays, and one is wanted", short(file)),
    };
    let error = DataError::new("nnlang::value::file_array", title);
    if names.is_empty() {
        error
    } else {
        error.because(listed(names)).mend("save the one that is wanted in a file of its own")
    }
}

/// Two arrays of one name.
pub(super) fn same_array(file: &str, name: &str) -> DataError {
    DataError::new("nnlang::value::file_array", format!("`{}` has two arrays `{}`", short(file), short(name)))
        .mend("give each its own name")
}

/// A cell that is not a number.
pub(super) fn csv_text(file: &str, place: &str, cell: &str, whole_column: bool) -> DataError {
    let error = DataError::new(
        "nnlang::value::csv_text",
        format!("{place} of `{}` is not a number: `{}`", short(file), short(cell)),
    );
    let readings = readings(cell);
    if !readings.is_empty() {
        error.mend(format!("write {}", readings.join(" or ")))
    } else if cell.split_whitespace().count() > 1 && cell.split_whitespace().all(is_number) {
        error.because("its cells are separated by blanks").mend("put commas between the cells, or save it as .tsv")
    } else if whole_column {
        error
            .because("the other cells of this column are no numbers either")
            .mend("name the columns that are meant (`FILE:first..last`), or write numbers for what it names")
    } else {
        error.mend("correct the cell, or leave the column out")
    }
}

/// The numbers that a cell may mean: where a comma or a point parts thousands or decimals, all that are possible.
pub(super) fn readings(cell: &str) -> Vec<String> {
    let percent = cell.trim_end().ends_with('%');
    let plain = |c: &char| !matches!(c, '_' | '\'' | '’' | '%' | '$' | '€' | '£' | '+') && !c.is_whitespace();
    let text: String = cell.chars().filter(plain).collect();
    // Blanks part thousands and nothing else.
    let groups: Vec<&str> = cell.split_whitespace().filter(|part| part.chars().any(|c| c.is_ascii_digit())).collect();
    if groups.iter().skip(1).any(|part| part.chars().take_while(char::is_ascii_digit).count() != 3) {
        return vec![];
    }
    let without = |mark: char| text.replace(mark, "");
    let found: Vec<String> = match (text.matches(',').count(), text.matches('.').count()) {
        (0, 0 | 1) => vec![text],
        (1, 0) => {
            let thousands = text.rsplit(',').next().is_some_and(|end| end.len() == 3) && !text.starts_with(['0', ',']);
            let point = text.replace(',', ".");
            if thousands { vec![point, without(',')] } else { vec![point] }
        }
        (1, _) if text.rfind(',') > text.rfind('.') => vec![without('.').replace(',', ".")],
        (_, 0 | 1) if text.rfind('.') > text.rfind(',') || !text.contains('.') => vec![without(',')],
        (0, _) => vec![without('.')],
        _ => vec![],
    };
    let mut found: Vec<String> = found.into_iter().filter(|text| is_number(text)).map(|text| short(&text)).collect();
    if let (true, [one]) = (percent, found.as_slice())
        && let Ok(value) = one.parse::<f64>()
    {
        found.push(format!("{}", value / 100.0));
    }
    found
}

/// A whole number beyond what 64 bits hold, or beyond what its way of writing tells exactly.
pub(super) fn csv_whole(file: &str, place: &str, cell: &str) -> DataError {
    let title = format!("{place} of `{}` is beyond the whole numbers that can be held: `{}`", short(file), short(cell));
    DataError::new("nnlang::value::csv_text", title).mend("leave `int` away, or write whole numbers below 2^63")
}

/// A small text that tells where the real file is kept.
pub(super) fn pointer(file: &str) -> DataError {
    let title = format!("`{}` is a pointer of Git LFS, not the file itself", short(file));
    DataError::new("nnlang::value::file_kind", title).mend("fetch the file: `git lfs pull`")
}

/// A page that a browser saved.
pub(super) fn web_page(file: &str) -> DataError {
    let title = format!("`{}` is a web page, not a table", short(file));
    DataError::new("nnlang::value::file_kind", title).mend("download the file itself, not the page that shows it")
}

/// An array packed in a way that is not unpacked here.
pub(super) fn packed(file: &str, array: &str, method: &str) -> DataError {
    let title = format!("`{}` in `{}` is packed by {method}, which is not unpacked here", short(array), short(file));
    DataError::new("nnlang::value::file_kind", title).mend("save it anew, in NumPy with `savez` or `savez_compressed`")
}

/// A cell that is empty, or that says that it is unknown.
pub(super) fn csv_missing(file: &str, place: &str, cell: &str) -> DataError {
    let what = if cell.is_empty() { "is empty".to_string() } else { format!("has no value: `{}`", short(cell)) };
    DataError::new("nnlang::value::csv_missing", format!("{place} of `{}` {what}", short(file)))
        .mend("fill the cell, or leave its row or its column out")
}

/// A number beyond what a real can hold.
pub(super) fn csv_range(file: &str, place: &str, cell: &str) -> DataError {
    let title = format!("{place} of `{}` is beyond what a number can hold: `{}`", short(file), short(cell));
    DataError::new("nnlang::value::csv_text", title).mend("write it in a larger unit")
}

/// A row with another number of cells.
pub(super) fn csv_rows(file: &str, row: &str, found: usize, wanted: usize, above: Option<&str>) -> DataError {
    let cells = |n: usize| if n == 1 { "1 cell".to_string() } else { format!("{n} cells") };
    let title = format!("{row} of `{}` has {}, and the first row has {wanted}", short(file), cells(found));
    let error = DataError::new("nnlang::value::csv_rows", title);
    match above {
        Some("comment") => {
            return error.because("the first line begins with `#`").mend("delete the comment above the table");
        }
        Some(_) if found > wanted => {
            return error
                .because("the first line has one cell")
                .mend("delete what stands above the names of the columns");
        }
        Some(_) | None => {}
    }
    if found > wanted {
        error.mend("put a cell that has a comma in it into double quotes")
    } else {
        error.mend("fill up the row; a quote that is not closed takes in the rows that follow")
    }
}

/// No row of numbers.
pub(super) fn csv_empty(file: &str, header: bool) -> DataError {
    let what = if header { "has a header and no rows" } else { "has no rows" };
    DataError::new("nnlang::value::csv_empty", format!("`{}` {what}", short(file)))
        .mend("give a file with a row for each example")
}

/// No column of this name, or two.
pub(super) fn csv_column(file: &str, name: &str, names: Option<&[String]>, count: usize) -> DataError {
    let new = |title| DataError::new("nnlang::value::csv_column", title);
    match names {
        None => new(format!("`{}` has no header, so no column `{}`", short(file), short(name)))
            .because("its columns are numbered from 1: `FILE:1..3`")
            .mend("write the names of the columns into a first line"),
        Some(_) if count > 1 => new(format!("`{}` has {count} columns `{}`", short(file), short(name)))
            .mend("give each column its own name in the first line"),
        Some(names) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            offer(new(format!("`{}` has no column `{}`", short(file), short(name))), name, &names)
        }
    }
}

/// Text that is not UTF-8.
pub(super) fn csv_encoding(file: &str, row: &str) -> DataError {
    damaged(file, format!("{row} is not UTF-8 text")).mend("save it as UTF-8")
}

/// Is it a number as the tables have them?
pub(super) fn is_number(cell: &str) -> bool {
    cell.trim().parse::<f64>().is_ok_and(f64::is_finite)
}

/// The nearest name, or what there is.
fn offer(error: DataError, name: &str, names: &[&str]) -> DataError {
    let near = |own: &&&str| strsim::damerau_levenshtein(&head(name), &head(own));
    let best = names.iter().take(1000).min_by_key(near).filter(|own| near(own) <= (2 + name.chars().count()) / 4);
    match best {
        Some(best) => error.mend(format!("write `{}`", short(best))),
        None if names.is_empty() => error,
        None => error.because(listed(names)).mend(format!("write one of its names, such as `{}`", short(names[0]))),
    }
}

fn listed(names: &[&str]) -> String {
    let mut text = names.iter().take(12).map(|name| short(name)).collect::<Vec<_>>().join(", ");
    if names.len() > 12 {
        text.push_str(&format!(" and {} more", names.len() - 12));
    }
    format!("it has {text}")
}

fn head(text: &str) -> String {
    text.chars().take(64).collect()
}

/// At most 60 characters, none that a terminal would obey.
pub(super) fn short(text: &str) -> String {
    let mut out = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == 60 {
            out.push('…');
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}
