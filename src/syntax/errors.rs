//! The problems of this stage: one small function a code.

use super::ast::Name;
use crate::diag::Diagnostic;
use crate::source::{SourceId, Span};

pub(super) use super::expected::Expected;

/// The text goes on where the statement could not.
pub(super) fn not_understood(span: Span, found: &str, expected: &[Expected]) -> Diagnostic {
    let what = Expected::list(expected);
    let mend = match expected.split_last() {
        Some((Expected::End, [])) => "end the statement before it".to_string(),
        Some((Expected::End, rest)) => format!("write {} here, or end the statement before it", Expected::list(rest)),
        _ => format!("write {what} here"),
    };
    Diagnostic::error("nnlang::syntax::not_understood", format!("{found} does not fit here"))
        .at(span, format!("{what} would fit here"))
        .mend(mend)
}

/// A value is missing.
pub(super) fn missing_value(span: Span, mark: &str) -> Diagnostic {
    let after = if mark.is_empty() { "here".to_string() } else { format!("after `{mark}`") };
    let instead = match mark {
        "" | "=" | ":" | "(" | "[" => "",
        "," => ", or take the comma away",
        word if word.starts_with(char::is_alphabetic) => "",
        _ => ", or take the operator away",
    };
    Diagnostic::error("nnlang::syntax::missing_value", format!("a value is missing {after}"))
        .at(span, "a number, a name or a bracket would fit here")
        .mend(format!("write a value {after}{instead}"))
}

/// Two values stand side by side.
pub(super) fn missing_operator(left: &str, left_span: Span, right: &str, right_span: Span) -> Diagnostic {
    let gap = Span { source: left_span.source, start: left_span.end, end: right_span.start };
    let (left, right) = (shorten(left), shorten(right));
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let mend = if number(&left) || number(&right) {
        format!("`{left}*{right}` is the product; arguments are separated by commas")
    } else {
        format!("`{left}*{right}` multiplies entry by entry, `{left} @ {right}` is the matrix product")
    };
    Diagnostic::error("nnlang::syntax::missing_operator", format!("no operator stands between `{left}` and `{right}`"))
        .at(right_span, format!("`{left}` is before it"))
        .because("only a number multiplies what it touches, as in `3v`; names do not")
        .mend(mend)
        .edit(gap, "*")
}

/// A text of which no more than a few characters are shown.
fn shorten(text: &str) -> String {
    const MOST: usize = 24;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_string(),
    }
}

/// `f x = 3`
pub(super) fn head_brackets(gap: Span, span: Span, name: &str, param: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::head_brackets", "the parameters of a function stand in brackets")
        .at(span, format!("this stands beside `{name}`"))
        .mend(format!("write `{name}({param}) = …`; one name has no space in it: `{name}_{param} = …`"))
        .edit(gap, "(")
        .edit(Span { start: span.end, ..span }, ")")
}

/// `a = 5 b = 6`
pub(super) fn missing_end(gap: Span, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_end", "a second equation begins on the same line")
        .at(span, "the statement before it has not ended")
        .mend("begin a new line, or write `;` between the two")
        .edit(gap, "; ")
}

/// `a := 3`
pub(super) fn colon_equals(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::colon_equals", "an equation is written with `=`")
        .at(span, "`:=` is no operator here")
        .mend("write `=`: the name stays equal to its expression")
        .edit(span, "=")
}

/// `grda J`
pub(super) fn statement_word(span: Span, word: &str, nearest: &str, next: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::statement_word", format!("`{word}` begins no statement"))
        .at(span, format!("nothing joins it to `{next}`, so it would have to be the word of a statement"))
        .mend(format!("write `{nearest}`"))
        .edit(span, nearest)
}

/// `a += 3`
pub(super) fn update_assignment(span: Span, name: &str, operator: &str) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::update_assignment",
        format!("`{name}` is defined once and stays equal to its expression"),
    )
    .at(span, format!("`{operator}` would change it"))
    .mend(format!(
        "name the new value, as in `{name}_next = {name} {} …`; `step J` and `train J {{ … }}` move parameters",
        &operator[..1]
    ))
}

/// `f (x)`
pub(super) fn call_space(span: Span, name: &str, bracket: &str) -> Diagnostic {
    let (what, form) = if bracket == "(" { ("a call", "(…)") } else { ("an index", "[…]") };
    Diagnostic::error("nnlang::syntax::call_space", format!("the bracket of {what} touches its name"))
        .at(span, format!("a space stands between `{name}` and `{bracket}`"))
        .mend(format!("write `{name}{form}`; for a product write `{name}*{form}`"))
        .edit(span, "")
}

/// `(a + b)(c)`
pub(super) fn value_called(span: Span) -> Diagnostic {
    let start = Span { end: span.start, ..span };
    Diagnostic::error(
        "nnlang::syntax::value_called",
        "only a function can be called, and what stands before this bracket is a value",
    )
    .at(span, "this reads as the arguments of a call")
    .mend("write `*` between the two to multiply")
    .edit(start, "*")
}

/// `1e999`
pub(super) fn number_range(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::number_range", "this number is larger than any that can be held")
        .at(span, "the largest is about 1.8e308")
        .mend("write a smaller number, or `inf` where infinity is meant")
        .edit(span, "inf")
}

/// `"\\q"`
pub(super) fn escape(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::escape", "this escape means nothing")
        .at(span, "a `\\` begins an escape")
        .mend("write one of `\\n \\t \\r \\\" \\\\ \\u{3b1}`, or `\\\\` for the sign itself")
        .edit(Span { end: span.start, ..span }, "\\")
}

/// `a < b < c`
pub(super) fn chained_comparison(first: Span, second: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::chained_comparison", "comparisons do not chain")
        .at(second, "the second comparison")
        .at(first, "the first")
        .mend("write `a < b and b < c`, or put one of them in brackets")
}

/// `let a = 5`
pub(super) fn foreign_word(span: Span, word: &str, mend: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::foreign_word", format!("`{word}` is no word of this language"))
        .at(span, "a word of another language")
        .mend(mend)
}

/// `and = 3`
pub(super) fn reserved_word(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::reserved_word", format!("`{word}` is an operator and cannot be a name"))
        .at(span, "it stands where a name should")
        .mend(format!("take another name, such as `{word}_1`"))
        .edit(span, format!("{word}_1"))
}

/// `a && b`
pub(super) fn foreign_operator(span: Span, there: &str, here: &str, same: bool) -> Diagnostic {
    let mend = match there {
        "//" | "/*" => "write `#` before a comment; whole division is `floor(a/b)`".to_string(),
        _ => format!("write `{here}`"),
    };
    let error =
        Diagnostic::error("nnlang::syntax::foreign_operator", format!("`{there}` is no operator of this language"))
            .at(span, "an operator of another language")
            .mend(mend);
    match (same, there) {
        (true, "!") => error.edit(span, "not "),
        (true, _) => error.edit(span, here),
        (false, _) => error,
    }
}

/// `assert a = b`, `a = b = 3`
pub(super) fn equals_compares(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::equals_compares", "`=` defines a name, once, at the beginning of a statement")
        .at(span, "this one stands inside an expression")
        .mend("write `==` to compare, or two equations on two lines")
        .edit(span, "==")
}

/// `x[0] = 5`
pub(super) fn entry_assignment(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::entry_assignment", format!("the entries of `{name}` are not defined one by one"))
        .at(span, "one entry")
        .because("a recurrence has a bare index on its left: `h[t] = … h[t-1] … start …`")
        .mend(format!("define the whole, as in `{name} = [1, 2, 3]` or `{name} = [i^2 for i in 0..3]`"))
}

/// `a + b = 3`
pub(super) fn left_side(left: Span, equals: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::left_side", "the left side of an equation is one name")
        .at(left, "this is an expression")
        .mend("write the name that is defined before `=`, or `==` to compare")
        .edit(equals, "==")
}

/// `learning-rate = 0.1`
pub(super) fn dashed_name(left: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::left_side", "the left side of an equation is one name")
        .at(left, "this is a difference")
        .because("a name has letters, digits and `_`")
        .mend(format!("write `{name}`"))
        .edit(left, name)
}

/// `'text'`
pub(super) fn quote_marks(open: Span, close: Option<Span>) -> Diagnostic {
    let error = Diagnostic::error("nnlang::syntax::quote_marks", "a string is written between two `\"`")
        .at(open, "this mark begins no string")
        .mend("write `\"` on both sides");
    match close {
        Some(close) => error.edit(open, "\"").edit(close, "\""),
        None => error,
    }
}

/// `sin²(x)`
pub(super) fn raised_digit(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::raised_digit", "a raised digit ends its value")
        .at(span, "this follows it")
        .mend("write `sin(x)²` for the square of a call, `(x²)'` or `x²*y` for what follows a power")
}

/// `5.`
pub(super) fn number_point(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::number_point", "digits follow the point of a number")
        .at(span, "nothing follows this one")
        .mend("write a digit after it, as in `5.0`, or leave it out")
        .edit(span, ".0")
}

/// `1.2.3`
pub(super) fn second_point(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::number_point", "a number has one point")
        .at(span, "this is its second")
        .mend("leave one of them out, or write a comma between two numbers")
}

/// `50%`
pub(super) fn percent_sign(span: Span, instead: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::percent_sign", "`%` is the remainder of a division, not a percent sign")
        .at(span, "no number follows that it would divide by")
        .mend(format!("write `{instead}` for hundredths"))
        .edit(span, instead)
}

/// `[1, 2; 3, 4]`
pub(super) fn matrix_rows(span: Span, edits: Vec<(Span, String)>) -> Diagnostic {
    let error = Diagnostic::error("nnlang::syntax::matrix_rows", "each row of a matrix has brackets of its own")
        .at(span, "`;` ends a statement and no row")
        .mend("write `[[1, 2], [3, 4]]`");
    edits.into_iter().fold(error, |error, (span, text)| error.edit(span, text))
}

/// `plot f(z)` without its range.
pub(super) fn missing_clause(span: Span, word: &str, clause: &str) -> Diagnostic {
    let form = super::words::WORDS.iter().find(|entry| entry.word == word).map_or("", |entry| entry.form);
    Diagnostic::error("nnlang::syntax::missing_clause", format!("`{word}` needs its `{clause}`"))
        .at(span, "the statement ends here")
        .mend(format!("write `{clause} …` here, as in `{form}`"))
}

/// `x : [3, m]` alone.
pub(super) fn missing_equation(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_equation", format!("nothing says what `{name}` is equal to"))
        .at(span, "the statement ends here")
        .mend(format!(
            "write `= …` here, or `input {name} : …` for data that arrives, `param {name} : …` for what is trained"
        ))
}

/// `input x [3, m]`
pub(super) fn missing_colon(gap: Span, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_colon", "a `:` stands between a name and its shape")
        .at(span, "the shape begins here")
        .mend("write `:` before it")
        .edit(gap, " : ")
}

/// `[1 2]`
pub(super) fn missing_comma(gaps: &[Span], left: &str, right: &str, span: Span) -> Diagnostic {
    let error =
        Diagnostic::error("nnlang::syntax::missing_comma", format!("no comma stands between `{left}` and `{right}`"))
            .at(span, format!("`{left}` is before it"))
            .mend("write a comma between two entries");
    gaps.iter().fold(error, |error, gap| error.edit(*gap, ", "))
}

/// A character that is in no word and no operator.
pub(super) fn stray_character(span: Span, c: char) -> Diagnostic {
    let shown = if c.is_control() { format!("the character U+{:04X}", c as u32) } else { format!("`{c}`") };
    // Signs that look like one of the language's, as word processors and other pages write them.
    let same = match c {
        '–' | '—' | '‐' | '‑' | '‒' => "-",
        '∗' | '⋅' | '∙' | '•' => "*",
        '′' | '’' | '‘' => "'",
        '（' => "(",
        '）' => ")",
        '，' | '、' => ",",
        '＝' => "=",
        '：' => ":",
        '＋' => "+",
        '∕' | '⁄' => "/",
        '∞' => "inf",
        _ => "",
    };
    let instead = format!("write `{same}`");
    let mend = match c {
        _ if !same.is_empty() => &instead,
        '∇' => "write `grad J` for every derivative, `dJ/da` for one",
        '√' => "write `sqrt(x)`",
        '∑' | 'Σ' => "write `sum(x)`",
        _ => "take it away",
    };
    Diagnostic::error("nnlang::syntax::stray_character", format!("{shown} means nothing here"))
        .at(span, "no name and no operator has it")
        .mend(mend)
        .edit(span, same)
}

/// `3,5`
pub(super) fn decimal_comma(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::comma_outside", "one statement says one thing")
        .at(span, "this comma begins another")
        .mend("write `.` for a decimal point, or a tensor in brackets, as in `[1, 2]`")
        .edit(span, ".")
}

/// `a, b = 1, 2`
pub(super) fn names_together(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::comma_outside", "one equation defines one name")
        .at(span, "this comma begins another")
        .mend("write each equation on a line of its own, as in `a = 1`, then `b = 2`")
}

/// `a, b` outside brackets.
pub(super) fn comma_outside(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::comma_outside", "one statement says one thing")
        .at(span, "this comma begins another")
        .mend("write a tensor in brackets, as in `[1, 2]`, or each part as a statement of its own")
        .edit(span, ";")
}

/// `(a, b)`
pub(super) fn tuple(comma: Span, open: Span, close: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::tuple", "round brackets group one expression")
        .at(comma, "this comma begins a second one")
        .mend("write a tensor with square brackets, as in `[1, 2]`")
        .edit(open, "[")
        .edit(close, "]")
}

/// `+3`
pub(super) fn plus_sign(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::plus_sign", "`+` stands between two values")
        .at(span, "no value stands before this one")
        .mend("leave it out")
        .edit(span, "")
}

/// `f(x) = { … }`, `a = {1, 2}`
pub(super) fn block_equals(span: Span, function: bool) -> Diagnostic {
    let error = Diagnostic::error("nnlang::syntax::block_equals", "no block in braces follows `=`");
    if function {
        error.at(span, "this `=` stands before a body in braces").mend("leave the `=` out: `f(x) { … }`").edit(span, "")
    } else {
        error.at(span, "braces follow it").mend("write a tensor with square brackets, as in `[1, 2]`")
    }
}

/// A layer with a stated shape.
pub(super) fn layer_shape(kind: Span, name: Span) -> Diagnostic {
    let gap = Span { start: name.end, ..kind };
    Diagnostic::error("nnlang::syntax::layer_shape", "a layer finds its own shape")
        .at(kind, "stated here")
        .mend("leave the shape out")
        .edit(gap, "")
}

/// `h[t] = … for s in 0..n`
pub(super) fn recurrence_index(index: &Name, over: &Name) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::recurrence_index",
        format!("this recurrence runs over `{}`, not over `{}`", index.text, over.text),
    )
    .at(over.span, format!("`{}` is another index", over.text))
    .at(index.span, "the index of the equation")
    .mend(format!("write `for {} in …`", index.text))
    .edit(over.span, index.text.clone())
}

/// `precision f16`
pub(super) fn setting_value(word: &Name, value: Span) -> Diagnostic {
    let choices = match word.text.as_str() {
        "precision" => "`f32` or `f64`",
        "examples" => "`columns` or `rows`",
        _ => "a whole number",
    };
    Diagnostic::error("nnlang::syntax::setting_value", format!("`{}` is {choices}", word.text))
        .at(value, "this is neither".replace("neither", if word.text == "seed" { "not one" } else { "neither" }))
        .at(word.span, "the setting")
        .mend(format!("write {choices} after `{}`", word.text))
}

/// A line of a `data` or `train` block that is not `name = expr`.
pub(super) fn block_line(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::block_line", format!("a line of a `{word}` block is `name = value`"))
        .at(span, "this is something else")
        .mend("write it as `name = value`, or move it out of the block")
}

/// A statement in a network that belongs outside of it.
pub(super) fn network_line(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::network_line", "a network gathers layers and definitions")
        .at(span, "this is neither")
        .mend("move it out of the block")
}

/// A statement in a function that is no definition.
pub(super) fn function_line(span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::function_line",
        "the body of a function is definitions, and its value on the last line",
    )
    .at(span, "this is neither")
    .mend("give it a name with `=`, or move it out of the body")
}

/// A function's body without a value.
pub(super) fn function_value(last: Option<&Name>, span: Span) -> Diagnostic {
    let error = Diagnostic::error("nnlang::syntax::function_value", "this function has no value");
    match last {
        Some(name) => error
            .at(span, "its last line is a definition")
            .mend(format!("write `{}` on a line of its own after it", name.text))
            .edit(Span { start: span.end, ..span }, format!("; {}", name.text)),
        None => error.at(span, "its body is empty").mend("write the value as the last line of the body"),
    }
}

/// A head that needs a block and has none.
pub(super) fn missing_block(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_block", format!("`{word}` is followed by a block in braces"))
        .at(span, "no `{` follows")
        .mend("write `{ … }` after it")
        .edit(Span { start: span.end, ..span }, " { }")
}

/// Braces that belong to nothing.
pub(super) fn stray_block(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::stray_block", "these braces belong to nothing")
        .at(span, "no head of a block stands before this")
        .because("blocks follow `f(x)`, `network f(x)`, `data`, `train J`, `repeat 3` and `residual`")
        .mend("use round brackets to group, square ones for a tensor")
}

/// Braces that were never closed.
pub(super) fn unclosed_block(open: Span, end: Span, missing: usize) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unclosed_block", "this block is never closed")
        .at(open, "opened here")
        .mend("write `}` where the block ends")
        .edit(end, format!("\n{}", "}".repeat(missing)))
}

/// A closing brace too many.
pub(super) fn unopened_block(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unopened_block", "no block is open here")
        .at(span, "this closes nothing")
        .mend("take the brace away")
        .edit(span, "")
}

/// Text right after a block.
pub(super) fn after_block(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::after_block", "a statement ends with its block")
        .at(span, "this begins another on the same line")
        .mend("begin a new line, or write `;` between the two")
        .edit(Span { end: span.start, ..span }, "; ")
}

/// Brackets without a partner, outermost first.
/// Where the bracket is that of a function's head, `head` is the place before its `=`.
pub(super) fn unclosed_bracket(open: &[(usize, u8)], id: SourceId, end: usize, head: Option<usize>) -> Diagnostic {
    let close: String = open.iter().rev().take(256).map(|(_, byte)| if *byte == b'(' { ')' } else { ']' }).collect();
    let (at, byte) = open.last().copied().unwrap_or((end, b'('));
    let (opening, closing) = if byte == b'(' { ("(", ")") } else { ("[", "]") };
    let place = head.unwrap_or(end);
    Diagnostic::error("nnlang::syntax::unclosed_bracket", format!("this `{opening}` is never closed"))
        .at(Span::new(id, at, at + 1), "opened here")
        .at(Span::new(id, end, end), "the statement ends here")
        .mend(format!("write `{closing}` where the bracket ends"))
        .edit(Span::new(id, place, place), close)
}

/// `[[1, 2, [3, 4]]`
pub(super) fn unclosed_row(open: Span, end: usize) -> Diagnostic {
    let end = Span::new(open.source, end, end);
    Diagnostic::error("nnlang::syntax::unclosed_bracket", "this `[` is never closed")
        .at(open, "a row is opened here")
        .at(end, "and another row begins before it ends")
        .mend("write `]` where the row ends")
        .edit(end, "]")
}

/// A closing bracket without a partner.
pub(super) fn unopened_bracket(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unopened_bracket", "this bracket was never opened")
        .at(span, "it closes nothing")
        .mend("take it away, or write the opening one before it")
        .edit(span, "")
}

/// `(a]`
pub(super) fn mismatched_bracket(open: Span, close: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::mismatched_bracket", "these brackets are of two kinds")
        .at(close, "closed here")
        .at(open, "opened here")
        .mend("close a bracket with its own kind")
}

/// A string that does not end on its line.
pub(super) fn unclosed_string(open: Span, end: usize) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unclosed_string", "this string does not end on its line")
        .at(open, "it begins here")
        .mend("write `\"` where it ends")
        .edit(Span::new(open.source, end, end), "\"")
}

/// Too many brackets within each other.
pub(super) fn nesting_limit(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::nesting_limit", "brackets nest to a depth of 256 and no further")
        .at(span, "this one is deeper")
        .mend("name an inner part on a line of its own")
}

/// A statement too long.
pub(super) fn statement_length(span: Span, bytes: usize) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::statement_length",
        format!("this statement has {bytes} bytes, and the longest that is read has 4,194,304"),
    )
    .at(span, "it begins here")
    .mend("split it into several definitions, or keep numbers in a file and read it with `input` or `data`")
}

/// A text too long.
pub(super) fn text_length(span: Span, bytes: usize) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::text_length",
        format!("this text has {bytes} bytes, and the longest that is read has 268,435,456"),
    )
    .at(span, "it begins here")
    .mend("split it into several files and join them with `use`")
}

/// A text that should be one expression.
pub(super) fn single_expression(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::single_expression", "one expression is wanted here")
        .at(span, "this is something else")
        .mend("write one expression, such as `2*a + 1`")
}
