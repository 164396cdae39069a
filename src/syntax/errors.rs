//! The problems of this stage: one small function a code; here, what a single statement has wrong with its words.

mod blocks;
pub(super) mod clauses;
mod foreign;

use super::ast::Name;
use super::words::Word;
use crate::diag::Diagnostic;
use crate::source::Span;

pub(super) use super::expected::Expected;
pub(super) use blocks::*;
pub(super) use foreign::*;

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

/// `use net.nnl`
pub(super) fn file_in_quotes(span: Span, word: &str, path: &str) -> Diagnostic {
    let quoted = format!("\"{path}\"");
    Diagnostic::error("nnlang::syntax::not_understood", "the name of a file is a string")
        .at(span, "no `\"` stands before this")
        .mend(format!("write `{word} {quoted}`"))
        .edit(span, quoted)
}

/// The statement ends where something should follow: `grad J wrt`.
pub(super) fn ends_early(span: Span, before: &str, expected: &[Expected]) -> Diagnostic {
    let what = Expected::list(expected);
    let last = before.split_whitespace().next_back().unwrap_or_default();
    Diagnostic::error("nnlang::syntax::not_understood", format!("{what} is missing after `{}`", shorten(last)))
        .at(span, "the statement ends here")
        .mend(format!("write {what} here"))
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

/// `* 3`
pub(super) fn missing_before(span: Span, mark: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_value", format!("a value is missing before `{mark}`"))
        .at(span, "a statement begins here")
        .mend(match mark {
            "%" => "write `#` before a comment, or a value before the `%` of a remainder".to_string(),
            _ => format!("write a value before it, or end the line above with the `{mark}` to go on with that"),
        })
}

/// `∂J / ∂a`, `∂^2J/∂a^2`, `d/da J`
pub(super) fn differential(span: Span, mend: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::differential", "a derivative is one word, without a space or `^` in it")
        .at(span, "this is meant as one, and read as something else")
        .mend(format!("write `{mend}`"))
        .edit(span, mend)
}

/// `∂a` alone.
pub(super) fn partial_alone(span: Span, of: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::differential", format!("`∂{of}` alone is not a value"))
        .at(span, "half of a derivative")
        .mend("write the whole of it, as in `∂J/∂a`")
}

/// `[x[i] for i]`
pub(super) fn for_clause(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::for_clause", "after `for` come a name, `in` and a range")
        .at(span, "not all of them stand here")
        .mend("write it as in `for i in 0..3`")
}

/// `[for i in 0..3]`
pub(super) fn before_for(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::for_clause", "a value is missing before `for`")
        .at(span, "it says for every index what stands before it")
        .mend("write the value before it, as in `[i^2 for i in 0..3]`")
}

/// `[i*j for i in 0..2 for j in 0..3]`
pub(super) fn second_for(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::for_clause", "one `for` stands in a bracket")
        .at(span, "this is a second one")
        .mend("put one bracket in another, as in `[[i*j for j in 0..3] for i in 0..2]`")
}

/// `x[i] for i in 0..3`
pub(super) fn bare_for(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::for_clause", "`for` stands in brackets")
        .at(span, "it stands in none here")
        .mend("write `[… for i in 0..n]` for a tensor, `sum(… for i in 0..n)` for a sum")
}

/// Two values stand side by side.
pub(super) fn missing_operator(left: &str, left_span: Span, right: &str, right_span: Span) -> Diagnostic {
    let gap = Span { source: left_span.source, start: left_span.end, end: right_span.start };
    let (left, right) = (shorten(left), shorten(right));
    let number = |text: &str| text.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let digits = left.trim_end_matches('\'');
    let thousands = right.len() >= 3 && right.bytes().take(3).all(|b| b.is_ascii_digit());
    if thousands && digits.bytes().all(|b| b.is_ascii_digit()) {
        let gap = Span { start: gap.start - (left.len() - digits.len()) as u32, ..gap };
        return missing(&left, &right, right_span)
            .mend(format!("`{digits}_{right}` is one number, `{digits}*{right}` a product"))
            .edit(gap, "_");
    }
    let mend = if number(&left) || number(&right) {
        format!("`{left}*{right}` is the product; arguments are separated by commas")
    } else {
        format!("`{left}*{right}` multiplies entry by entry, `{left} @ {right}` is the matrix product")
    };
    missing(&left, &right, right_span).mend(mend).edit(gap, "*")
}

fn missing(left: &str, right: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_operator", format!("no operator stands between `{left}` and `{right}`"))
        .at(span, format!("`{left}` is before it"))
        .because("only a number multiplies what it touches, as in `3v`; names do not")
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

/// `f(2) = 3`
pub(super) fn head_param(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::head_brackets", "the parameters of a function are names")
        .at(span, "this is none")
        .mend(format!("write `{name}(x) = …`, with a default where one is wanted: `{name}(x, k=2) = …`"))
}

/// `a = 5 b = 6`
pub(super) fn missing_end(gap: Span, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_end", "a second equation begins on the same line")
        .at(span, "the statement before it has not ended")
        .mend("begin a new line, or write `;` between the two")
        .edit(gap, "; ")
}

/// `grda J`
pub(super) fn statement_word(span: Span, word: &str, nearest: &str, next: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::statement_word", format!("`{word}` begins no statement"))
        .at(span, format!("nothing joins it to `{next}`, so it would have to be the word of a statement"))
        .mend(format!("write `{nearest}`"))
        .edit(span, nearest)
}

/// `f (x)`
pub(super) fn call_space(span: Span, name: &str, bracket: &str) -> Diagnostic {
    let (what, form) = if bracket == "(" { ("a call", "(…)") } else { ("an index", "[…]") };
    Diagnostic::error("nnlang::syntax::call_space", format!("the bracket of {what} touches its name"))
        .at(span, format!("a space stands between `{name}` and `{bracket}`"))
        .mend(format!("write `{name}{form}`; for a product write `{name}*{form}`"))
        .edit(span, "")
}

/// `f (x) = 3`
pub(super) fn head_space(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::call_space", "the bracket of a function's parameters touches its name")
        .at(span, format!("a space stands between `{name}` and `(`"))
        .mend("take the space away")
        .edit(span, "")
}

/// `layer -3 tanh`
pub(super) fn word_minus(span: Span, word: &Word) -> Diagnostic {
    let Word { word: name, form, .. } = word;
    let brackets = if word.takes_value() { ", with round brackets around what begins with `-`" } else { "" };
    Diagnostic::error("nnlang::syntax::not_understood", format!("no `-` comes right after `{name}`"))
        .at(span, "so this reads as a difference")
        .mend(format!("write the statement as in `{form}`{brackets}"))
}

/// `w ᵀ`
pub(super) fn prime_space(gap: Span, mark: char) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::call_space", format!("`{mark}` touches what it transposes"))
        .at(gap, "a space stands before it")
        .mend("take the space away")
        .edit(gap, "")
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

/// `and = 3`
pub(super) fn reserved_word(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::reserved_word", format!("`{word}` is an operator and cannot be a name"))
        .at(span, "it stands where a name should")
        .mend(format!("take another name, such as `{word}_1`"))
        .edit(span, format!("{word}_1"))
}

/// `a + b = 3`
pub(super) fn left_side(left: Span, equals: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::left_side", "the left side of an equation is one name")
        .at(left, "this is an expression")
        .because("a name begins with a letter, and has letters, digits and `_`")
        .mend("write the name that is defined before `=`, or `==` to compare")
        .edit(equals, "==")
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
        .at(span, "no digit follows this one")
        .mend("write a digit after it, as in `5.0`, or leave it out")
        .edit(span, ".0")
}

/// `1.2.3`
pub(super) fn second_point(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::number_point", "a number has one point")
        .at(span, "this is its second")
        .mend("leave one of them out, or write a comma between two numbers")
}

/// `plot f(z)` without its range.
pub(super) fn missing_clause(span: Span, word: &str, clause: &str) -> Diagnostic {
    let form = super::words::WORDS.iter().find(|entry| entry.word == word).map_or("", |entry| entry.form);
    Diagnostic::error("nnlang::syntax::missing_clause", format!("`{word}` needs its `{clause}`"))
        .at(span, "it is missing here")
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

/// `input 3`, `input : [3]`
pub(super) fn declared_name(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::not_understood", format!("a name is missing after `{word}`"))
        .at(span, "the name that is declared stands here")
        .mend(format!("write `{word} x : [3, m]`"))
}

/// `input x, y : [3]`
pub(super) fn declared_together(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::comma_outside", format!("one `{word}` declares one name"))
        .at(span, "this comma begins another")
        .mend(format!("write each on a line of its own, as in `{word} x : [3, m]`"))
}

/// `input x : 3`, `x : int = 3`
pub(super) fn shape_brackets(span: Span, lacks: bool) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::not_understood", "after `:` comes a shape, in square brackets")
        .at(span, if lacks { "none stands before this" } else { "this is none" })
        .mend("write it as in `[3, m]`; a single number is `[]`")
}

/// `x : [3] [1, 2, 3]`
pub(super) fn missing_equals(gap: Span, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_equation", "a `=` stands between a shape and its value")
        .at(span, "the value begins here")
        .mend("write `=` before it")
        .edit(gap, " = ")
}

/// `[1 2]`
pub(super) fn missing_comma(gaps: &[Span], left: &str, right: &str, span: Span, between: &str) -> Diagnostic {
    let error =
        Diagnostic::error("nnlang::syntax::missing_comma", format!("no comma stands between `{left}` and `{right}`"))
            .at(span, format!("`{left}` is before it"))
            .mend(format!("write a comma between two {between}"));
    gaps.iter().fold(error, |error, gap| error.edit(*gap, ", "))
}

/// `a, b` outside brackets.
pub(super) fn comma_outside(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::comma_outside", "one statement says one thing")
        .at(span, "this comma begins another")
        .mend("write a tensor in brackets, as in `[1, 2]`, or each part as a statement of its own")
        .edit(span, ";")
}

/// `+3`
pub(super) fn plus_sign(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::plus_sign", "`+` stands between two values")
        .at(span, "no value stands before this one")
        .mend("leave it out")
        .edit(span, "")
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

/// A text that should be one expression.
pub(super) fn single_expression(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::single_expression", "one expression is wanted here")
        .at(span, "this is something else")
        .mend("write one expression, such as `2*a + 1`")
}
