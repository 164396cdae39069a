//! How other languages and other pages write what this one has: operators, words, signs, and bodies that are set in.

use super::chars::skip_name;
use super::scan::Piece;

/// What another language writes, what is written here, and whether the one simply replaces the other.
type Operator = (&'static str, &'static str, bool);

/// Operators of signs.
pub(super) const OPERATORS: &[Operator] = &[
    ("++", "a_next = a + 1", false),
    ("^^", "^", true),
    ("===", "==", true),
    ("!==", "!=", true),
    ("=/=", "!=", true),
    ("&&", "and", true),
    ("||", "or", true),
    ("<>", "!=", true),
    ("=>", ">=", true),
    ("=<", "<=", true),
    ("->", "f(x) = …", false),
    ("//", "floor(a/b)", false),
    ("/*", "#", false),
    (".*", "*", true),
    ("./", "/", true),
    (".^", "^", true),
    ("...", ":", false),
    ("…", "?", false),
    ("&", "and", true),
    ("|", "or", true),
    ("?", "where(condition, a, b)", false),
    ("!", "not", true),
    ("~", "not", true),
    ("w.r.t.", "wrt", true),
];

/// Operators that are words.
pub(super) const WORD_OPERATORS: &[Operator] =
    &[("mod", "%", true), ("div", "floor(a/b)", false), ("dot", "@", true), ("is", "==", true), ("xor", "!=", true)];

const EQUATION: &str = "write the equation alone, as in `a = 5`";
const FUNCTION: &str = "write a function as `f(x) = x^2`";
const ANSWERED: &str = "write the expression on a line of its own, and it is answered";
const WHERE: &str = "write `where(condition, a, b)`";
const ALONE: &str = "leave it out, and write the lines below it alone";
const USE: &str = "write `use \"file.nnl\"`";
const NETWORK: &str = "write `network f(x) { … }`";

/// Words, and what is written here.
const WORDS: &[(&str, &str)] = &[
    ("let", EQUATION),
    ("var", EQUATION),
    ("const", EQUATION),
    ("int", EQUATION),
    ("float", EQUATION),
    ("double", EQUATION),
    ("auto", EQUATION),
    ("def", FUNCTION),
    ("fn", FUNCTION),
    ("func", FUNCTION),
    ("function", FUNCTION),
    ("lambda", FUNCTION),
    ("return", "write the value as the last line of the function's body"),
    ("print", ANSWERED),
    ("show", ANSWERED),
    ("if", WHERE),
    ("else", WHERE),
    ("elif", WHERE),
    ("for", "write `[x[i]^2 for i in 0..m]`, `sum(x[i] for i in 0..m)`, or a recurrence `h[t] = …`"),
    ("while", "write a recurrence `h[t] = … h[t-1] … start …`"),
    ("with", ALONE),
    ("try", ALONE),
    ("except", ALONE),
    ("import", USE),
    ("include", USE),
    ("from", USE),
    ("class", NETWORK),
    ("model", NETWORK),
    ("gradient", "write `grad J` for every derivative, `dJ/da` for one"),
    ("differentiate", "write `derive dJ/da` for the formula, `dJ/da` for the number"),
];

/// A word of another language, and what is written here instead.
pub(super) fn word(name: &str) -> Option<(&'static str, &'static str)> {
    WORDS.iter().find(|(word, _)| *word == name).copied()
}

/// Does a statement that begins with this word define the name behind it?
pub(super) fn defines(name: &str) -> bool {
    word(name).is_some_and(|(_, mend)| mend == EQUATION || mend == FUNCTION)
}

/// The same of a word that stands inside a statement, where only some are no names of a program.
pub(super) fn word_inside(name: &str) -> Option<(&'static str, &'static str)> {
    const INSIDE: &[&str] = &["if", "else", "elif", "for", "lambda", "function", "return", "while", "def", "print"];
    word(name).filter(|(word, _)| INSIDE.contains(word))
}

/// What stands before a shape elsewhere, and the type of entries here.
const ELEMENTS: &[(&str, &str)] = &[
    ("float", "real"),
    ("double", "real"),
    ("f32", "real"),
    ("f64", "real"),
    ("number", "real"),
    ("integer", "int"),
    ("long", "int"),
    ("boolean", "bool"),
];

/// The type of entries that another language calls so.
pub(super) fn element(word: &str) -> Option<&'static str> {
    ELEMENTS.iter().find(|(there, _)| *there == word).map(|(_, here)| *here)
}

/// Signs that look like one of the language's, as word processors and other pages write them, and that one.
const SIGNS: &[(&str, &str)] = &[
    ("–—‐‑‒", "-"),
    ("∗⋅∙•∘⊙", "*"),
    ("←≔", "="),
    ("∈", "in"),
    ("′’‘", "'"),
    ("、", ","),
    ("∕⁄", "/"),
    ("∞", "inf"),
    ("∧", "and"),
    ("∨", "or"),
    ("¬", "not "),
];

/// Signs before a value, and the function that each stands for.
const FUNCTION_SIGNS: &[(char, &str)] = &[('√', "sqrt"), ('∑', "sum"), ('∏', "prod")];

/// Signs that something else is written for.
const MEANINGS: &[(&str, &str)] = &[
    ("∇", "write `grad J` for every derivative, `dJ/da` for one"),
    ("⌊", "write `floor(x)`"),
    ("⌈", "write `ceil(x)`"),
    ("⊗", "write `outer(a, b)`"),
    ("→", FUNCTION),
    ("\\", "end a line with an operator and it goes on; write a function as `f(x) = x^2`"),
    ("~", "write `~=` to compare up to rounding"),
    ("½¼¾", "write it as `1/2`"),
    ("…", "write `0..10` for a range, or each entry"),
];

fn look(table: &'static [(&'static str, &'static str)], c: char) -> Option<&'static str> {
    table.iter().find(|(signs, _)| signs.contains(c)).map(|(_, here)| *here)
}

/// What a sign is replaced by.
pub(super) fn sign(c: char) -> Option<String> {
    // The forms as wide as an ideograph have the order of ASCII.
    let wide = ('\u{FF01}'..='\u{FF5E}').contains(&c).then(|| char::from_u32(c as u32 - 0xFEE0)).flatten();
    wide.map(String::from).or_else(|| look(SIGNS, c).map(str::to_string))
}

/// The function that a sign before a value stands for.
pub(super) fn function(c: char) -> Option<&'static str> {
    FUNCTION_SIGNS.iter().find(|(sign, _)| *sign == c).map(|(_, function)| *function)
}

/// What is written here instead of a sign; a sentence.
pub(super) fn meaning(c: char) -> Option<&'static str> {
    look(MEANINGS, c)
}

/// What belongs to a statement of another language above it, and is passed over in silence.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Body {
    #[default]
    Nothing,
    /// Statements set in deeper than this column, and the `end` after them.
    Deeper(usize),
    /// The rest of the line, up to a `;`.
    Line,
    /// Statements up to this byte.
    Until(usize),
    /// Nothing any more: a comment from `/*` on has no end.
    Endless,
}

impl Body {
    /// After a broken statement: is it the head of a body, or the beginning of a comment?
    pub fn begin(&mut self, whole: &str, piece: &Piece) {
        let text = whole.get(piece.start..piece.end).unwrap_or("");
        if piece.same_line || *self == Body::Endless {
            return;
        }
        let word = &text[..skip_name(text)];
        if text.trim_end().ends_with(':') || word == "function" {
            *self = Body::Deeper(column(whole, piece.start));
        } else if text.starts_with("/*") && !text.contains("*/") {
            let end = whole[piece.end..].find("*/").map(|at| piece.end + at + 2);
            *self = end.map_or(Body::Endless, Body::Until);
        }
    }

    /// After braces of another language.
    pub fn begin_line(&mut self) {
        if *self != Body::Endless {
            *self = Body::Line;
        }
    }

    /// Does a statement belong to what is above it?
    pub fn holds(&mut self, whole: &str, piece: &Piece) -> bool {
        let (inside, over) = match *self {
            Body::Nothing | Body::Endless => return false,
            Body::Line => (piece.same_line && !whole[..piece.start].trim_end().ends_with(';'), false),
            Body::Until(end) => (piece.start < end, piece.end >= end),
            Body::Deeper(_) if piece.same_line => (true, false),
            Body::Deeper(head) => {
                let ends = whole.get(piece.start..piece.end) == Some("end");
                (ends || column(whole, piece.start) > head, ends)
            }
        };
        if !inside || over {
            *self = Body::Nothing;
        }
        inside
    }
}

/// How far the line that begins here is set in.
fn column(text: &str, at: usize) -> usize {
    at - text[..at].trim_end_matches([' ', '\t']).len()
}
