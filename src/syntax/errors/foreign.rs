//! Problems of what other languages and other pages write.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::foreign;

/// `a := 3`
pub(in crate::syntax) fn colon_equals(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::colon_equals", "an equation is written with `=`")
        .at(span, "`:=` is no operator here")
        .mend("write `=`: the name stays equal to its expression")
        .edit(span, "=")
        .or("write `==` to compare, or two equations on two lines", [(span, "==".to_string())])
        .or("write the equation on a line of its own", [])
}

/// `a += 3`
pub(in crate::syntax) fn update_assignment(span: Span, name: &str, operator: &str) -> Diagnostic {
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

/// `let a = 5`
pub(in crate::syntax) fn foreign_word(span: Span, word: &str, mend: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::foreign_word", format!("`{word}` is no word of this language"))
        .at(span, "a word of another language")
        .mend(mend)
}

/// `a && b`
pub(in crate::syntax) fn foreign_operator(span: Span, there: &str, here: &str, same: bool) -> Diagnostic {
    let mend = match there {
        "//" | "/*" => "write `#` before a comment; whole division is `floor(a/b)`".to_string(),
        "=>" => "write `>=` to compare; a function is `f(x) = x^2`".to_string(),
        "..." => "write `:` for a whole axis, `0..10` for a range".to_string(),
        _ => format!("write `{here}`"),
    };
    let error =
        Diagnostic::error("nnlang::syntax::foreign_operator", format!("`{there}` is no operator of this language"))
            .at(span, "an operator of another language")
            .mend(mend);
    match (same, there) {
        (true, "!" | "~") => error.edit(span, "not "),
        (true, _) => error.edit(span, here),
        (false, _) => error,
    }
}

/// `dz2 = …`: a line that is to be filled in.
pub(in crate::syntax) fn to_fill_in(span: Span, there: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::foreign_operator", format!("`{there}` is no value of this language"))
        .at(span, "a value is missing here")
        .mend("write `?` where the line is to be filled in")
        .edit(span, "?")
}

/// `assert a = b`, `a = b = 3`
pub(in crate::syntax) fn equals_compares(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::equals_compares", "`=` defines a name, once, at the beginning of a statement")
        .at(span, "this one stands inside an expression")
        .mend("write `==` to compare, or two equations on two lines")
        .edit(span, "==")
}

/// `x[0] = 5`
pub(in crate::syntax) fn entry_assignment(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::entry_assignment", format!("the entries of `{name}` are not defined one by one"))
        .at(span, "one entry")
        .because("a recurrence has a bare index on its left: `h[t] = … h[t-1] … start …`")
        .mend(format!("define the whole, as in `{name} = [1, 2, 3]` or `{name} = [i^2 for i in 0..3]`"))
}

/// `learning-rate = 0.1`
pub(in crate::syntax) fn dashed_name(left: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::left_side", "the left side of an equation is one name")
        .at(left, "this is a difference")
        .because("a name has letters, digits and `_`")
        .mend(format!("write `{name}`"))
        .edit(left, name)
}

/// `'text'`
pub(in crate::syntax) fn quote_marks(open: Span, close: Option<Span>) -> Diagnostic {
    let error = Diagnostic::error("nnlang::syntax::quote_marks", "a string is written between two `\"`")
        .at(open, "this mark begins no string")
        .mend("write `\"` on both sides");
    match close {
        Some(close) => error.edit(open, "\"").edit(close, "\""),
        None => error,
    }
}

/// `50%`
pub(in crate::syntax) fn percent_sign(span: Span, instead: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::percent_sign", "`%` is the remainder of a division, not a percent sign")
        .at(span, "no number follows that it would divide by")
        .mend(format!("write `{instead}` for hundredths"))
        .edit(span, instead)
}

/// `[1, 2; 3, 4]`
pub(in crate::syntax) fn matrix_rows(span: Span, edits: Vec<(Span, String)>) -> Diagnostic {
    let error = Diagnostic::error("nnlang::syntax::matrix_rows", "each row of a matrix has brackets of its own")
        .at(span, "`;` ends a statement and no row")
        .mend("write `[[1, 2], [3, 4]]`");
    edits.into_iter().fold(error, |error, (span, text)| error.edit(span, text))
}

/// A character that is in no word and no operator.
pub(in crate::syntax) fn stray_character(span: Span, c: char) -> Diagnostic {
    // Characters of no width, of which a reader sees nothing.
    let unseen = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}');
    let shown = if c.is_control() || unseen { format!("the character U+{:04X}", c as u32) } else { format!("`{c}`") };
    let problem = Diagnostic::error("nnlang::syntax::stray_character", format!("{shown} means nothing here"))
        .at(span, "no name and no operator has it");
    match (foreign::sign(c), foreign::meaning(c)) {
        (Some(same), _) => problem.mend(format!("write `{}`", same.trim())).edit(span, same),
        (None, Some(mend)) => problem.mend(mend),
        (None, None) => problem.mend("take it away").edit(span, "").or("take it away, or write an operator", []),
    }
}

/// `√a`; `end` is where the value ends, if it has no brackets.
pub(in crate::syntax) fn function_sign(span: Span, c: char, function: &str, end: Option<Span>) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::syntax::stray_character", format!("`{c}` means nothing here"))
        .at(span, "no name and no operator has it")
        .mend(format!("write `{function}(x)`"));
    match end {
        Some(end) => problem.edit(span, format!("{function}(")).edit(end, ")"),
        None => problem.edit(span, function),
    }
}

/// `1:3`, `sum(A, axis:0)`
pub(in crate::syntax) fn stray_colon(span: Span, instead: &str, mend: String) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::not_understood", "`:` does not fit here")
        .at(span, "it stands in a slice, and between a name and its shape")
        .mend(mend)
        .edit(span, instead)
}

/// `A(1, :)`
pub(in crate::syntax) fn slice_brackets(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::not_understood", "`:` does not fit here")
        .at(span, "a slice stands in square brackets")
        .mend(format!("write `{name}[…]` for entries of `{name}`, which are counted from 0"))
}

/// `x : float [2]`
pub(in crate::syntax) fn element_type(span: Span, word: &str, here: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::syntax::not_understood", format!("there are no entries of type `{word}`"))
        .at(span, "before a shape stands `int`, `bool`, `real` or nothing, which is `real`");
    match here {
        Some(here) => problem.mend(format!("write `{here}`")).edit(span, here),
        None => problem.mend("leave it out"),
    }
}

/// `x : [2] int`: the word comes before the shape.
pub(in crate::syntax) fn element_after(span: Span, word: &str, shape: &str, start: Span, gap: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::not_understood", format!("`{word}` does not fit here"))
        .at(span, "it stands before the shape")
        .mend(format!("write `: {word} {shape}`"))
        .edit(start, format!("{word} "))
        .edit(Span { start: gap.start, ..span }, "")
}

/// `3,5`
pub(in crate::syntax) fn decimal_comma(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::comma_outside", "one statement says one thing")
        .at(span, "this comma begins another")
        .mend("write `.` for a decimal point, nothing between thousands, or a tensor as `[1, 2]`")
        .edit(span, ".")
}

/// `a, b = 1, 2`
pub(in crate::syntax) fn names_together(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::comma_outside", "one equation defines one name")
        .at(span, "this comma begins another")
        .mend("write each equation on a line of its own, as in `a = 1`, then `b = 2`")
}

/// `(a, b)`
pub(in crate::syntax) fn tuple(comma: Span, open: Span, close: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::tuple", "round brackets group one expression")
        .at(comma, "this comma begins a second one")
        .mend("write a tensor with square brackets, as in `[1, 2]`")
        .edit(open, "[")
        .edit(close, "]")
}
