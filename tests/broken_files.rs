//! A hundred and more files that are broken, or look so: each has a clear error with its place, or the meaning that is told here;
//! nothing is dropped in silence.

#![allow(clippy::unwrap_used)]

use nnlang::inside::diag::render::{self, Look};
use nnlang::{InMemory, Session, Settings};

/// What comes of a file.
enum Comes {
    /// What its inputs hold.
    Holds(&'static [&'static str]),
    /// An error that has all of these.
    Says(&'static [&'static str]),
}
use Comes::{Holds, Says};

/// Its title, its bytes, the lines of the block, what comes.
type Case = (&'static str, &'static [u8], &'static str, Comes);

const XY: &str = "x = x; y = y";

const SHAPES: &[Case] = &[
    ("whole", b"x,y\n1,2\n3,4\n", XY, Holds(&["x == [[1], [3]]", "y == [[2], [4]]"])),
    ("no line end at the end", b"x,y\n1,2\n3,4", XY, Holds(&["y == [[2], [4]]"])),
    ("cut behind a comma", b"x,y\n1,2\n3,", XY, Says(&["data::missing", "row 2 (line 3), column `y`", "is empty"])),
    ("cut in a row", b"x,y\n1,2\n3", XY, Says(&["csv_rows", "row 2 (line 3)", "has 1 cell, and the first row has 2"])),
    ("cut in the header", b"x,", XY, Says(&["csv_empty", "has a header and no rows"])),
    (
        "cut in quotes",
        b"x,y\n1,2\n\"3,4\n",
        XY,
        Says(&["file_damaged", "a quote that opens on line 3 is never closed"]),
    ),
    ("cut in quotes in the last column", b"x,y\n1,\"2\n", XY, Says(&["opens on line 2 is never closed"])),
    (
        "a quote takes in rows",
        b"x,y\n1,\"a\n2,b\n3,c\n",
        "x = x; y = index(y)",
        Says(&["opens on line 2 is never closed"]),
    ),
    ("a row too short", b"x,y\n1,2\n3\n5,6\n", XY, Says(&["csv_rows", "row 2 (line 3)", "1 cell"])),
    ("a row too long", b"x,y\n1,2\n3,4,5\n", XY, Says(&["csv_rows", "row 2 (line 3)", "3 cells", "double quotes"])),
    ("a comma at each line end", b"x,y,\n1,2,\n3,4,\n", XY, Holds(&["x == [[1], [3]]", "y == [[2], [4]]"])),
    ("a comma at the end of a row", b"x,y\n1,2,\n3,4\n", XY, Says(&["csv_rows", "row 1 (line 2)", "3 cells"])),
    ("a header of one name more", b"x,y,z\n1,2\n", XY, Says(&["csv_rows", "row 1 (line 2)"])),
    ("nothing", b"", XY, Says(&["csv_empty", "has no rows"])),
    ("a line end", b"\n", XY, Says(&["csv_empty", "has no rows"])),
    ("a header alone", b"x,y\n", XY, Says(&["csv_empty", "has a header and no rows"])),
    ("a header without its end", b"x,y", XY, Says(&["csv_empty", "has a header and no rows"])),
    ("a header with CRLF", b"x,y\r\n", XY, Says(&["csv_empty", "has a header and no rows"])),
    ("one row", b"x,y\n1,2\n", XY, Holds(&["x == [[1]]", "y == [[2]]"])),
    (
        "one row, held out",
        b"x,y\n1,2\n",
        "x = x; y = y; test = 0.9",
        Says(&["data::line", "no row is left to train on", "1 held out"]),
    ),
    (
        "one row, scaled",
        b"x,y\n1,2\n",
        "x = standardize(x); y = y",
        Says(&["`x` has one value", "leave the column out"]),
    ),
    ("blank lines at the top", b"\n\nx,y\n1,2\n", XY, Holds(&["x == [[1]]"])),
    ("a blank line inside", b"x,y\n1,2\n\n3,4\n", XY, Holds(&["x == [[1], [3]]"])),
    ("blank lines at the end", b"x,y\n1,2\n3,4\n\n\n", XY, Holds(&["x == [[1], [3]]"])),
    ("a line of blanks inside", b"x,y\n1,2\n  \n3,4\n", XY, Says(&["csv_rows", "row 2 (line 3)", "1 cell"])),
    ("a blank line in a single column", b"x\n1\n\n3\n", "x = x", Says(&["csv_missing", "line 3, column `x`"])),
    (
        "windows longer than the file",
        b"x,y\n1,2\n3,4\n",
        "x = x[row : row + 5]",
        Says(&["no row is left", "shorter than the file"]),
    ),
];

const NAMES: &[Case] = &[
    (
        "a wrong name",
        b"area,rent\n1,2\n",
        "x = aera; y = rent",
        Says(&["data::column", "no column `aera`", "write `area`"]),
    ),
    ("capitals", b"Area,rent\n1,2\n", "x = area; y = rent", Says(&["no column `area`", "write `Area`"])),
    ("a doubled name", b"x,x,y\n1,2,3\n", XY, Says(&["several columns `x`", "its columns are x, x, y"])),
    ("a doubled name that is not used", b"x,y,z,z\n1,2,3,4\n", XY, Holds(&["y == [[2]]"])),
    ("no name", b",y\n1,2\n", XY, Says(&["no column `x`", "(no name), y"])),
    ("an index without a name", b",x,y\n0,1,2\n1,3,4\n", XY, Holds(&["x == [[1], [3]]", "y == [[2], [4]]"])),
    (
        "no header",
        b"1,2\n3,4\n",
        XY,
        Says(&["no column `x`", "its first line holds numbers", "`\"1\"` for the first column"]),
    ),
    ("columns by number", b"1,2\n3,4\n", "x = \"1\"; y = \"2\"", Holds(&["x == [[1], [3]]", "y == [[2], [4]]"])),
    (
        "a header twice",
        b"x,y\n1,2\nx,y\n3,4\n",
        XY,
        Says(&["finds `x`", "row 2 (line 3), column `x`", "rows = row != 1"]),
    ),
    ("a comment above", b"# made today\nx,y\n1,2\n", XY, Says(&["csv_rows", "delete the comment above the table"])),
    (
        "a title above",
        b"Table 1\nx,y\n1,2\n",
        XY,
        Says(&["csv_rows", "the first line has one cell", "delete what stands above"]),
    ),
    ("units below", b"x,y\nm,s\n1,2\n", XY, Says(&["finds `m`", "row 1 (line 2), column `x`", "rows = row != 0"])),
    ("spaces around", b"x , y\n 1 , 2 \n", XY, Holds(&["x == [[1]]", "y == [[2]]"])),
    ("a name of two parts", b"walk (min),y\n1,2\n", "x = \"walk (min)\"; y = y", Holds(&["x == [[1]]"])),
    (
        "an accent in two signs",
        "e\u{301}t\u{e9},y\n1,2\n".as_bytes(),
        "x = \u{e9}t\u{e9}; y = y",
        Holds(&["x == [[1]]"]),
    ),
    ("a separator told", b"sep=;\nx;y\n1;2\n", XY, Holds(&["x == [[1]]", "y == [[2]]"])),
    ("a separator told, a bad cell", b"sep=;\r\nx;y\r\nfoo;2\r\n", XY, Says(&["finds `foo`", "row 1 (line 3)"])),
];

const CELLS: &[Case] = &[
    (
        "a word among numbers",
        b"x,y\n1,2\nfoo,4\n",
        XY,
        Says(&["data::cell", "finds `foo`", "row 2 (line 3), column `x`", "rows = row != 1"]),
    ),
    ("words", b"x,y\na,2\nb,4\n", XY, Says(&["finds `a`", "the column `x` holds words", "one_hot(x)", "index(x)"])),
    ("dates", b"x,y\n2020-01-02,2\n2020-01-03,4\n", XY, Says(&["finds `2020-01-02`", "row 1 (line 2)"])),
    (
        "thousands",
        b"x,y\n\"1,234\",2\n\"2,345\",4\n",
        XY,
        Says(&["finds `1,234`", "write `1.234` or `1234` in the file"]),
    ),
    ("thousands without quotes", b"x,y\n1,234,2\n", XY, Says(&["csv_rows", "3 cells", "double quotes"])),
    ("decimal commas", b"x;y\n1,5;2\n2,5;4\n", XY, Says(&["finds `1,5`", "write `1.5` in the file"])),
    ("a percentage", b"x,y\n50%,2\n", XY, Says(&["finds `50%`", "write `50` or `0.5` in the file"])),
    ("money", b"x,y\n$50,2\n", XY, Says(&["finds `$50`", "write `50` in the file"])),
    ("a unit", b"x,y\n5 kg,2\n", XY, Says(&["finds `5 kg`", "row 1 (line 2), column `x`"])),
    ("hexadecimal", b"x,y\n0x10,2\n", XY, Says(&["finds `0x10`"])),
    ("true and false", b"x,y\ntrue,2\nfalse,4\n", XY, Says(&["finds `true`", "holds words"])),
    ("true and false as kinds", b"x,y\ntrue,2\nfalse,4\n", "x = x == \"true\"; y = y", Holds(&["x == [[1], [0]]"])),
    ("infinite", b"x,y\ninf,2\n3,4\n", XY, Says(&["finds `inf`", "row 1 (line 2)"])),
    ("minus infinite", b"x,y\n3,2\n-Infinity,4\n", XY, Says(&["finds `-Infinity`", "row 2 (line 3)"])),
    ("beyond a number", b"x,y\n1e999,2\n3,4\n", XY, Says(&["finds `1e999`"])),
    ("nearer to 0 than a number", b"x,y\n1e-999,2\n3,4\n", XY, Holds(&["x == [[0], [3]]"])),
    ("many digits", b"x,y\n12345678901234567890123456789,2\n", XY, Holds(&["x == [[1.23457e+28]]"])),
    ("exponents", b"x,y\n1e3,2\n-2E-1,4\n", XY, Holds(&["x == [[1000], [-0.2]]"])),
    ("a plus", b"x,y\n+1,2\n", XY, Holds(&["x == [[1]]"])),
    ("points at the ends", b"x,y\n.5,5.\n", XY, Holds(&["x == [[0.5]]", "y == [[5]]"])),
    ("another exponent", b"x,y\n1D3,2\n", XY, Says(&["finds `1D3`"])),
    ("an underscore", b"x,y\n1_000,2\n", XY, Says(&["finds `1_000`", "write `1000` in the file"])),
    ("two numbers in a cell", b"x,y\n1 2,2\n", XY, Says(&["finds `1 2`"])),
    ("single quotes", b"x,y\n'1',2\n", XY, Says(&["finds `'1'`"])),
    ("a quote in a cell", b"x,y\n1,2\n3\"5,4\n", XY, Says(&["finds `3\"5`", "row 2 (line 3)"])),
    (
        "text behind a quote",
        b"x,y\n1,\"2\"3\n",
        XY,
        Says(&["file_damaged", "opens on line 2 closes before its cell ends"]),
    ),
    ("all in quotes", b"\"x\",\"y\"\n\"1\",\"2\"\n", XY, Holds(&["x == [[1]]", "y == [[2]]"])),
    (
        "doubled quotes",
        b"x,y\n1,\"a \"\"b\"\"\"\n2,\"\"\n",
        "x = x; y = one_hot(fill(y, \"none\"))",
        Holds(&["y == [[1, 0], [0, 1]]"]),
    ),
    ("a line end in quotes", b"x,y\n1,\"a\nb\"\n2,c\n", "x = x; y = index(y)", Holds(&["y == [0, 1]"])),
    (
        "a line end in quotes above a bad cell",
        b"x,y\n1,\"a\nb\"\nfoo,c\n",
        "x = x; y = index(y)",
        Says(&["row 2 (line 4), column `x`"]),
    ),
    ("a quote open in the header", b"\"x,y\n1,2\n", XY, Says(&["opens on line 1 is never closed"])),
    ("a sentinel is a number", b"x,y\n1,2\n-999,3\n", XY, Holds(&["x == [[1], [-999]]"])),
    ("the error of a spreadsheet", b"x,y\n1,2\n#DIV/0!,3\n", XY, Says(&["finds `#DIV/0!`", "row 2 (line 3)"])),
    (
        "logarithm of 0",
        b"x,y\n0,2\n1,4\n",
        "x = log(x); y = y",
        Says(&["data::line", "`x` is -inf", "row 1 (line 2), column `x`"]),
    ),
    ("divided by 0", b"x,y\n1,2\n0,4\n", "x = 1/x; y = y", Says(&["`x` is inf", "row 2 (line 3)"])),
    ("logarithm of a negative number", b"x,y\n-1,2\n1,4\n", "x = log(x); y = y", Says(&["`x` is no number in row 1"])),
    ("not whole", b"x,y\n0.5,2\n1,4\n", "x = one_hot(x); y = y", Holds(&["x == [[1, 0], [0, 1]]"])),
];

const GAPS: &[Case] = &[
    (
        "an empty cell",
        b"x,y\n1,2\n,3\n",
        XY,
        Says(&["data::missing", "row 2 (line 3), column `x`", "fill(x, median(x))", "not missing(x)"]),
    ),
    ("NA", b"x,y\n1,2\nNA,3\n", XY, Says(&["data::missing", "the cell says `NA`"])),
    ("NaN", b"x,y\n1,2\nNaN,3\n", XY, Says(&["data::missing", "the cell says `NaN`"])),
    ("null", b"x,y\n1,2\nnull,3\n", XY, Says(&["data::missing", "the cell says `null`"])),
    ("a question mark", b"x,y\n1,2\n?,3\n", XY, Says(&["data::missing", "the cell says `?`"])),
    ("a row of gaps", b"x,y\n1,2\n,\n3,4\n", XY, Says(&["data::missing", "row 2 (line 3)"])),
    ("a column of gaps", b"x,y\n,2\n,3\n", XY, Says(&["data::missing", "row 1 (line 2), column `x`"])),
    (
        "a column of gaps has no median",
        b"x,y\n,2\nNA,3\n",
        "x = fill(x, median(x)); y = y",
        Says(&["`x` has no number in the training rows"]),
    ),
    ("a column of gaps, filled", b"x,y\n,2\nNA,3\n", "x = fill(x, 0); y = y", Holds(&["x == [[0], [0]]"])),
    ("gaps left out", b"x,y\n1,2\nNA,3\n", "x = x; y = y; rows = not missing(x)", Holds(&["x == [[1]]", "y == [[2]]"])),
    ("a gap in a column not used", b"x,y,z\n1,2,\n", XY, Holds(&["x == [[1]]"])),
    ("a gap among words", b"x,y\na,2\n,3\n", "x = one_hot(x); y = y", Says(&["data::missing", "fill(x, \"unknown\")"])),
    ("a gap as a kind", b"x,y\na,2\n,3\n", "x = one_hot(x, missing=true); y = y", Holds(&["x == [[1, 0], [0, 1]]"])),
    (
        "compared, a gap is neither so nor so",
        b"x,y\n1,2\nNA,4\n3,5\n",
        "x = y; y = y; rows = x > 2",
        Says(&["data::missing", "row 2 (line 3), column `x`", "not missing(x) and"]),
    ),
    (
        "where it is not missing",
        b"x,y\n1,2\nNA,4\n3,5\n",
        "x = y; y = y; rows = not missing(x) and x > 2",
        Holds(&["y == [[5]]"]),
    ),
    (
        "compared, a gap is missing in an input",
        b"x,y\n1,2\nNA,4\n",
        "x = x > 2; y = y",
        Says(&["data::missing", "row 2 (line 3), column `x`"]),
    ),
    (
        "a gap is no word",
        b"x,y\na,2\n,4\n",
        "x = x == \"a\"; y = y",
        Says(&["data::missing", "row 2 (line 3), column `x`"]),
    ),
    (
        "a line of the block chooses rows",
        b"x,y\n1,2\nNA,4\n3,5\n",
        "full = fill(x, 0); x = y; y = y; rows = full > 2",
        Holds(&["y == [[5]]"]),
    ),
    ("a line that chooses by itself", b"x,y\n1,2\n", "z = z + 1; x = x; y = y; rows = z > 2", Says(&["no column `z`"])),
    ("a gap by its own word", b"x,y\nNA,2\nb,4\n", "x = x == \"NA\"; y = y", Holds(&["x == [[1], [0]]"])),
    ("a mean over no gaps", b"x,y\n1,2\nNA,4\n3,5\n", "x = fill(x, mean(x)); y = y", Holds(&["x == [[1], [2], [3]]"])),
];

const KINDS: &[Case] = &[
    (
        "a kind in the test alone",
        b"x,y\n1,a\n2,b\n3,c\n",
        "x = x; y = index(y); test = row == 2",
        Says(&["data::kind", "`c` is a kind", "row 3 (line 4)", "other=true"]),
    ),
    (
        "such a kind has a number",
        b"x,y\n1,a\n2,b\n3,c\n",
        "x = x; y = index(y, other=true); test = row == 2",
        Holds(&["y == [0, 1]"]),
    ),
    (
        "such a kind is a row of zeros",
        b"x,y\n1,a\n2,b\n3,c\n",
        "x = x; y = one_hot(y); test = row == 2",
        Holds(&["y == [[1, 0], [0, 1]]"]),
    ),
    (
        "a letter in the test alone",
        b"x,y\n1,ab\n2,b\n3,cab\n",
        "x = x; y = letters(y); test = row == 2",
        Says(&["data::kind", "a letter of `cab`", "row 3 (line 4)", "letters(y, other=true)"]),
    ),
    (
        "such a letter has a number",
        b"x,y\n1,ab\n2,b\n3,cab\n",
        "x = x; y = letters(y, other=true); test = row == 2",
        Holds(&["y == [[1, 2, 0], [2, 0, 0]]"]),
    ),
    ("blanks around kinds", b"x,y\n1,a\n2, a \n3,b\n", "x = x; y = index(y)", Holds(&["y == [0, 0, 1]"])),
    ("capitals are kinds of their own", b"x,y\n1,a\n2,A\n3,b\n", "x = x; y = index(y)", Holds(&["y == [1, 0, 2]"])),
    (
        "numbers spelled in two ways are one kind",
        b"x,y\n1,10\n2,9\n3,9.0\n",
        "x = x; y = index(y)",
        Holds(&["y == [1, 0, 0]"]),
    ),
    (
        "codes with zeros before them are not",
        b"x,y\n1,07\n2,7\n3,07\n",
        "x = x; y = index(y)",
        Holds(&["y == [0, 1, 0]"]),
    ),
    ("a number among words is a word", b"x,y\n1,a\n2,3\n", "x = x; y = index(y)", Holds(&["y == [1, 0]"])),
    ("one kind", b"x,y\n1,a\n2,a\n", "x = x; y = index(y)", Holds(&["y == [0, 0]"])),
    (
        "a constant column",
        b"x,y\n1,2\n1,3\n",
        "x = minmax(x); y = y",
        Says(&["`x` has one value in all training rows", "leave the column out"]),
    ),
    (
        "no row is chosen",
        b"x,y\n1,2\n",
        "x = x; y = y; rows = x > 5",
        Says(&["no row is left to train on", "0 are kept"]),
    ),
    (
        "all rows are held out",
        b"x,y\n1,2\n3,4\n",
        "x = x; y = y; test = row >= 0",
        Says(&["no row is left to train on", "2 held out"]),
    ),
    ("a share of 1", b"x,y\n1,2\n3,4\n", "x = x; y = y; test = 1.0", Says(&["a share is a number from 0 to 1"])),
    ("a share below 0", b"x,y\n1,2\n3,4\n", "x = x; y = y; test = -0.2", Says(&["a share is a number from 0 to 1"])),
];

const BYTES: &[Case] = &[
    ("a mark of UTF-8", b"\xEF\xBB\xBFx,y\n1,2\n", XY, Holds(&["x == [[1]]"])),
    ("a mark of UTF-8 and quotes", b"\xEF\xBB\xBF\"x\",\"y\"\n1,2\n", XY, Holds(&["x == [[1]]"])),
    ("UTF-16", b"\xFF\xFEx\0,\0y\0\n\0", XY, Says(&["file_kind", "text in UTF-16", "save it as UTF-8"])),
    ("UTF-16, the other way", b"\xFE\xFF\0x\0,\0y\0\n", XY, Says(&["file_kind", "text in UTF-16", "save it as UTF-8"])),
    (
        "UTF-16 without a mark",
        b"x\0,\0y\0\n\x001\0,\x002\0\n\0",
        XY,
        Says(&["file_damaged", "line 1 holds a NUL byte", "UTF-16"]),
    ),
    (
        "Latin-1 in a cell",
        b"x,y\n1,2\n3,\xE9t\xE9\n",
        XY,
        Says(&["file_damaged", "row 2 (line 3) is not UTF-8 text", "save it as UTF-8"]),
    ),
    (
        "Latin-1 in the header",
        b"\xE9t\xE9,y\n1,2\n",
        "x = y",
        Says(&["file_damaged", "the first line is not UTF-8 text"]),
    ),
    ("Latin-1 in a column not used", b"x,y,z\n1,2,caf\xE9\n", XY, Says(&["file_damaged", "row 1 (line 2)"])),
    ("CRLF", b"x,y\r\n1,2\r\n3,4\r\n", XY, Holds(&["x == [[1], [3]]"])),
    ("CR", b"x,y\r1,2\r3,4\r", XY, Holds(&["x == [[1], [3]]"])),
    ("mixed line ends", b"x,y\r\n1,2\n3,4\r\n", XY, Holds(&["y == [[2], [4]]"])),
    ("tabs", b"x\ty\n1\t2\n", XY, Holds(&["y == [[2]]"])),
    ("blanks", b"x y\n1 2\n3 4\n", XY, Holds(&["y == [[2], [4]]"])),
    ("semicolons", b"x;y\n1;2\n", XY, Holds(&["y == [[2]]"])),
    ("bars", b"x|y\n1|2\n", XY, Says(&["no column `x`", "its columns are x|y"])),
    ("a NUL in a cell", b"x,y\n1,2\n\0,4\n", XY, Says(&["file_damaged", "line 3 holds a NUL byte"])),
    ("NULs at the end", b"x,y\n1,2\n\0\0\0", XY, Says(&["line 3 holds a NUL byte"])),
    ("a control character is shown", b"x,y\n\x1B[2J,2\n", XY, Says(&["finds `\\u{1b}[2J`"])),
    ("a zip", b"PK\x03\x04abc", XY, Says(&["file_kind", ".npz"])),
    ("gzip", b"\x1F\x8B\x08\0abc", XY, Says(&["file_kind", "a packed file", "gunzip"])),
    ("a PDF", b"%PDF-1.4\n%\xE2\xE3\n", XY, Says(&["file_kind", "a PDF"])),
    ("a picture", b"\x89PNG\r\n\x1A\n\0\0", XY, Says(&["file_kind", "a picture"])),
    ("Parquet", b"PAR1\x15\x04", XY, Says(&["file_kind", "a Parquet file"])),
    ("JSON", b"[{\"x\": 1, \"y\": 2}]", XY, Says(&["file_kind", "a JSON file"])),
    ("a web page", b"<!DOCTYPE html><html></html>", XY, Says(&["file_kind", "is a web page"])),
    (
        "a pointer",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:1\n",
        XY,
        Says(&["file_kind", "pointer of Git LFS"]),
    ),
];

/// The program over a block: its inputs are asked for.
fn program(block: &str) -> String {
    let lines: String = block.split("; ").map(|line| format!("    {line}\n")).collect();
    let named = ["x", "y"].into_iter().filter(|name| block.contains(&format!("{name} = ")));
    let names: String = named.map(|name| format!("{name}\n")).collect();
    format!("data \"d.csv\" {{\n{lines}}}\n{names}")
}

/// The answers and the problems over a file, which is read a piece at a time where it is larger than so many bytes.
fn told(bytes: &[u8], text: &str, large: Option<usize>) -> (String, String) {
    let mut outside = InMemory { large, ..InMemory::default().file("d.csv", bytes) };
    let report = Session::new(Settings::default()).apply("p.nnl", text, &mut outside).1;
    let answers = report.answers.iter().map(|answer| answer.doc.text()).collect();
    (answers, render::all(&report.sources, &report.diagnostics, Look::PLAIN))
}

/// Does an answer say that a name has this value, `x == [[1], [3]]`?
fn says(answers: &str, value: &str) -> bool {
    let bare = |text: &str| text.split_whitespace().collect::<String>();
    let (name, value) = value.split_once(" == ").unwrap();
    let all = bare(answers);
    let rest = all.split_once(&format!("{name}:[")).and_then(|(_, rest)| rest.split_once("]="));
    rest.is_some_and(|(_, rest)| rest.starts_with(&bare(value)))
}

#[test]
fn every_broken_file_has_an_error_with_its_place_or_a_meaning() {
    let all: Vec<&Case> = [SHAPES, NAMES, CELLS, GAPS, KINDS, BYTES].into_iter().flatten().collect();
    assert!(all.len() >= 100, "{}", all.len());
    let mut wrong = String::new();
    // In memory as a whole; in pieces of a row each, and of a few.
    for (large, (title, bytes, block, comes)) in
        [None, Some(0), Some(9)].iter().flat_map(|large| all.iter().map(move |case| (large, *case)))
    {
        let title = format!("{title}, {large:?}");
        let (answers, problems) = told(bytes, &program(block), *large);
        match comes {
            Holds(values) => {
                if !problems.is_empty() || !values.iter().all(|value| says(&answers, value)) {
                    wrong.push_str(&format!("{title}: holds {values:?}, but\n{answers}{problems}\n"));
                }
            }
            Says(pieces) => {
                let flat = problems.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
                let lacks: Vec<_> = pieces.iter().filter(|piece| !flat.contains(**piece)).collect();
                if !lacks.is_empty() {
                    wrong.push_str(&format!("{title}: lacks {lacks:?} in\n{problems}\n"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn a_huge_cell_is_told_in_short_and_a_wide_table_is_read_in_time_with_its_width() {
    for sign in ["7", "z"] {
        let text = format!("x,y\n{},2\n", sign.repeat(1_000_000));
        let (_, found) = told(text.as_bytes(), &program(XY), None);
        assert!(found.contains("row 1 (line 2)") && found.len() < 2000, "{found}");
    }
    let wide = 3000;
    let row = |cell: &dyn Fn(usize) -> String| (0..wide).map(cell).collect::<Vec<_>>().join(",");
    let text = format!("{}\n{}\n{}\n", row(&|i| format!("c{i}")), row(&|i| i.to_string()), row(&|_| "1".into()));
    let block = format!("data \"d.csv\" {{\n    x = 2*[c0..c{}]\n}}\nassert sum(x) == 9003000\n", wide - 1);
    let (_, found) = told(text.as_bytes(), &block, None);
    assert_eq!(found, "", "the sum of 2*i, and twice the width");
}
