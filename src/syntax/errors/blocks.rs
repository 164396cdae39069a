//! Problems of brackets, blocks, strings and lengths: what is wrong before a statement is read.

use crate::diag::Diagnostic;
use crate::source::{SourceId, Span};
use crate::syntax::ast::Name;

/// `f(x) = { … }`, `a = {1, 2}`
pub(in crate::syntax) fn block_equals(span: Span, function: bool) -> Diagnostic {
    let error = Diagnostic::error("nnlang::syntax::block_equals", "no block in braces follows `=`");
    if function {
        error.at(span, "this `=` stands before a body in braces").mend("leave the `=` out: `f(x) { … }`").edit(span, "")
    } else {
        error.at(span, "braces follow it").mend("write a tensor with square brackets, as in `[1, 2]`")
    }
}

/// A line of a `data` or `train` block that is not `name = expr`.
pub(in crate::syntax) fn block_line(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::block_line", format!("a line of a `{word}` block is `name = value`"))
        .at(span, "this is something else")
        .mend("write it as `name = value`, or move it out of the block")
}

/// A statement in a network that belongs outside of it.
pub(in crate::syntax) fn network_line(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::network_line", "a network gathers layers and definitions")
        .at(span, "this is neither")
        .mend("move it out of the block")
}

/// A statement in a function that is no definition.
pub(in crate::syntax) fn function_line(span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::function_line",
        "the body of a function is definitions, and its value on the last line",
    )
    .at(span, "this is neither")
    .mend("give it a name with `=`, or move it out of the body")
}

/// A function's body without a value.
pub(in crate::syntax) fn function_value(last: Option<&Name>, span: Span) -> Diagnostic {
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
pub(in crate::syntax) fn missing_block(span: Span, word: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_block", format!("`{word}` is followed by a block in braces"))
        .at(span, "no `{` follows")
        .mend("write `{ … }` after it")
        .edit(Span { start: span.end, ..span }, " { }")
}

/// `network n(x):`
pub(in crate::syntax) fn block_colon(span: Span, head: &str) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::missing_block", format!("`{head}` is followed by a block in braces"))
        .at(span, "no block begins with `:`")
        .mend("write `{` instead, and `}` after the last line of the block")
}

/// `a = b + {1, 2}`
pub(in crate::syntax) fn braces_inside(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::block_equals", "no block in braces stands in an expression")
        .at(span, "these braces do")
        .mend("write a tensor with square brackets, as in `[1, 2]`")
}

/// Braces that belong to nothing.
pub(in crate::syntax) fn stray_block(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::stray_block", "these braces belong to nothing")
        .at(span, "no head of a block stands before this")
        .because("blocks follow `f(x)`, `network f(x)`, `data`, `train J`, `repeat 3` and `residual`")
        .mend("use round brackets to group, square ones for a tensor")
}

/// Braces that were never closed.
pub(in crate::syntax) fn unclosed_block(open: Span, end: Span, missing: usize) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unclosed_block", "this block is never closed")
        .at(open, "opened here")
        .mend("write `}` where the block ends")
        .edit(end, format!("\n{}", "}".repeat(missing)))
}

/// A closing brace too many.
pub(in crate::syntax) fn unopened_block(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unopened_block", "no block is open here")
        .at(span, "this closes nothing")
        .mend("take the brace away")
        .edit(span, "")
}

/// Text right after a block.
pub(in crate::syntax) fn after_block(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::after_block", "a statement ends with its block")
        .at(span, "this begins another on the same line")
        .mend("begin a new line, or write `;` between the two")
        .edit(Span { end: span.start, ..span }, "; ")
}

/// Brackets without a partner, outermost first.
/// Where the bracket is that of a function's head, `head` is the place before its `=`.
pub(in crate::syntax) fn unclosed_bracket(
    open: &[(usize, u8)],
    id: SourceId,
    end: usize,
    head: Option<usize>,
) -> Diagnostic {
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

/// A named argument that stands at the margin, on a line of its own; `lines` are the names with their `=`.
pub(in crate::syntax) fn argument_at_margin(call: Span, lines: &[Span]) -> Diagnostic {
    let error =
        Diagnostic::error("nnlang::syntax::argument_margin", "a named argument at the margin begins a definition");
    let error = lines.iter().fold(error, |error, line| {
        error.at(*line, "so the call ends before this line").edit(Span { end: line.start, ..*line }, "    ")
    });
    error.at(call, "this is the call").mend("indent the arguments of a call that stand on lines of their own")
}

/// `[[1, 2, [3, 4]]`
pub(in crate::syntax) fn unclosed_row(open: Span, end: usize) -> Diagnostic {
    let end = Span::new(open.source, end, end);
    Diagnostic::error("nnlang::syntax::unclosed_bracket", "this `[` is never closed")
        .at(open, "a row is opened here")
        .at(end, "and another row begins before it ends")
        .mend("write `]` where the row ends")
        .edit(end, "]")
}

/// A closing bracket without a partner.
pub(in crate::syntax) fn unopened_bracket(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unopened_bracket", "this bracket was never opened")
        .at(span, "it closes nothing")
        .mend("take it away, or write the opening one before it")
        .edit(span, "")
}

/// `(a]`
pub(in crate::syntax) fn mismatched_bracket(open: Span, close: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::mismatched_bracket", "these brackets are of two kinds")
        .at(close, "closed here")
        .at(open, "opened here")
        .mend("close a bracket with its own kind")
}

/// A string that does not end on its line.
pub(in crate::syntax) fn unclosed_string(open: Span, end: usize) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::unclosed_string", "this string does not end on its line")
        .at(open, "it begins here")
        .mend("write `\"` where it ends")
        .edit(Span::new(open.source, end, end), "\"")
}

/// Too many brackets within each other.
pub(in crate::syntax) fn nesting_limit(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::nesting_limit", "brackets nest to a depth of 256 and no further")
        .at(span, "this one is deeper")
        .mend("name an inner part on a line of its own")
}

/// A statement too long.
pub(in crate::syntax) fn statement_length(span: Span, bytes: usize) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::statement_length",
        format!("this statement has {bytes} bytes, and the longest that is read has 4,194,304"),
    )
    .at(span, "it begins here")
    .mend("split it into several definitions, or keep numbers in a file and read it with `input` or `data`")
}

/// A text too long.
pub(in crate::syntax) fn text_length(span: Span, bytes: usize) -> Diagnostic {
    Diagnostic::error(
        "nnlang::syntax::text_length",
        format!("this text has {bytes} bytes, and the longest that is read has 268,435,456"),
    )
    .at(span, "it begins here")
    .mend("split it into several files and join them with `use`")
}
