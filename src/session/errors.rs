//! What can be wrong with what the session is given, one function a code.

use super::names::Kept;
use crate::diag::Diagnostic;
use crate::source::{Sources, Span};
use std::sync::Arc;

pub(super) fn no_input(name: &str, known: &[&str]) -> Diagnostic {
    let problem =
        Diagnostic::error("nnlang::session::no_input", format!("`--input {name}`: the program has no input `{name}`"));
    match (crate::diag::nearest(name, known.iter().copied()), known) {
        (Some(nearest), _) => problem.mend(format!("write `--input {nearest}=FILE`")),
        (None, []) => problem.mend("declare it: `input x : [3, m]`"),
        (None, known) => problem.because(format!("its inputs are {}", known.join(", "))),
    }
}

pub(super) fn file(why: &str) -> Diagnostic {
    Diagnostic::error("nnlang::session::file", why.to_string())
}

pub(super) fn used(why: &str, at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::file", why.to_string())
        .at(at, "named here")
        .mend("check the spelling; a path begins at the folder of the file that names it")
}

pub(super) fn lost(at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::shape", "the data does not have the stated shape").at(at, "stated here")
}

pub(super) fn columns(name: &str, wants: usize, found: usize, names: &[String], file: &str, at: Span) -> Diagnostic {
    let columns = if wants == 1 { "1 column".to_string() } else { format!("{wants} columns") };
    let problem =
        Diagnostic::error("nnlang::value::columns", format!("`{name}` takes {columns}, and `{file}` has {found}"))
            .at(at, "stated here");
    if names.is_empty() {
        return problem
            .mend(format!("give `{name}` as many columns as its shape states, or state the {found} there are"));
    }
    problem
        .because(format!("its columns are {}", names.join(", ")))
        .mend(format!("name the columns: `--input {name}={file}:first,second` or `{name}={file}:first..last`"))
}

/// Columns of a table that an input does not take.
pub(super) fn left_out(
    name: &str,
    table: &crate::data::Csv,
    taken: &[usize],
    left: &[usize],
    file: &str,
    at: Span,
) -> Diagnostic {
    let label = |column: &usize| match table.names().and_then(|names| names.get(*column)) {
        Some(own) => format!("`{own}`"),
        None => format!("column {}", column + 1),
    };
    let list = |columns: &[usize]| {
        let mut shown: Vec<String> = columns.iter().take(8).map(label).collect();
        if columns.len() > shown.len() {
            shown.push(format!("{} more", columns.len() - shown.len()));
        }
        shown.join(", ")
    };
    Diagnostic::warning("nnlang::lint::left_out", format!("`{name}` leaves out {} of `{file}`", list(left)))
        .at(at, format!("it takes {}", list(taken)))
        .mend(format!("name the columns: `--input {name}={file}:first,second` or `{name}={file}:first..last`"))
}

pub(super) fn not_truth(name: &str, value: f64, at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::whole", format!("`{name}` is true or false, and its data has {value}"))
        .at(at, "stated here")
        .mend("give 0 and 1, or leave `bool` away")
}

pub(super) fn not_whole(name: &str, value: f64, at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::whole", format!("`{name}` is whole numbers below 2^63, and its data has {value}"))
        .at(at, "stated here")
        .mend("round the data, or leave `int` away")
}

pub(super) fn not_a_leaf(name: &str, at: Span, set: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::session::set",
        format!("`{name}` depends on other names: `--set` replaces a leaf or an input"),
    )
    .at(set, "this would take the place of its equation")
    .at(at, "defined here")
    .mend("set one of the names that it depends on")
}

pub(super) fn nothing_to_set(name: &str, nearest: Option<&str>, set: Span) -> Diagnostic {
    let problem =
        Diagnostic::error("nnlang::session::set", format!("`--set {name}`: the program has no leaf or input `{name}`"))
            .at(set, "this value has no place");
    match nearest {
        Some(nearest) => problem.mend(format!("write `--set {nearest}=…`")),
        None => problem,
    }
}

pub(super) fn set_dimension(name: &str, set: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::set", format!("`{name}` is a dimension, and gets its number from the data"))
        .at(set, "this value has no place")
        .mend(format!("give data that has as many, or write `{name} = …` in the program, above the first shape"))
}

pub(super) fn circle(path: &[&Kept], fresh: &Kept) -> Diagnostic {
    let name = |kept: &Kept| kept.defines.first().map(|name| name.to_string()).unwrap_or_default();
    // Told from the new definition on, round to itself.
    let start = path.iter().position(|kept| std::ptr::eq(*kept, fresh)).unwrap_or(0);
    let names: Vec<String> = path.iter().cycle().skip(start).take(path.len() + 1).map(|kept| name(kept)).collect();
    let problem = Diagnostic::error(
        "nnlang::session::circle",
        format!("`{}` would stand on itself: {}", name(fresh), names.join(" from ")),
    )
    .at(fresh.item.span, "this would close the circle");
    problem.because("everything is as it was").mend("use a new name, or redefine another name of the circle first")
}

/// At the prompt nothing stands above: an unknown name is defined first.
pub(super) fn not_yet(problem: &mut Diagnostic, sources: &Sources) {
    // And an input takes a value on a line of its own.
    if let ("nnlang::value::missing", [_, input], Some(mend)) = (problem.code, &problem.labels[..], &mut problem.mend) {
        let source = sources.get(input.span.source);
        let line = source.text.get(source.line_range(source.line(input.span.range().start))).unwrap_or_default();
        mend.text = format!("give it one: `{} = …`", line.split(['#', ';']).next().unwrap_or_default().trim());
    }
    let Some(span) = problem.span().filter(|_| problem.code == "nnlang::name::unknown") else { return };
    let name = sources.text(span);
    if let Some(mend) = problem.mend.as_mut().filter(|mend| mend.edits.is_empty() && mend.text.starts_with("define")) {
        mend.text = format!("define `{name}` first: a line is taken in when all its names are there");
    }
}

pub(super) fn reading(name: &str, line: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::reading", format!("this would change what `{name}` means in an earlier line"))
        .at(line, "in this line, which stays as it is")
        .because("everything is as it was")
        .mend("use another name, or redefine the line first")
}

pub(super) fn needed(name: &str, text: &str, by: &[Arc<str>]) -> Diagnostic {
    let mut names: Vec<String> = by.iter().take(12).map(|name| format!("`{name}`")).collect();
    if by.len() > names.len() {
        names.push(format!("{} more", by.len() - names.len()));
    }
    Diagnostic::error("nnlang::session::needed", format!("`{name}` is used by {}", names.join(", ")))
        .because(format!("it is defined by `{text}`"))
        .mend("forget or redefine what uses it first")
}

pub(super) fn no_such(name: &str, nearest: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::session::no_name", format!("the session has no name `{name}`"));
    match nearest {
        Some(nearest) => problem.mend(format!("write `{nearest}`")),
        None => problem.mend("see its names with `:names`"),
    }
}

/// Two `data` blocks.
pub fn second(second: Span, first: Span) -> Diagnostic {
    Diagnostic::error("nnlang::data::second", "a program has one `data` block, and this is the second")
        .at(second, "this one")
        .at(first, "the first")
        .mend("write all inputs into one block")
}

/// The line of a block joins another number of columns than its input has.
pub fn width(name: &crate::syntax::ast::Name, width: usize, stated: &str, declared: Span) -> Diagnostic {
    let columns = if width == 1 { "1 column".to_string() } else { format!("{width} columns") };
    Diagnostic::error("nnlang::data::width", format!("`{}` joins {columns}, and {stated} is declared", name.text))
        .at(name.span, format!("{columns} here"))
        .at(declared, format!("declared as {stated}"))
        .mend("declare as many as the line joins")
}

pub fn no_examples(
    at: Span,
    names: &[crate::syntax::ast::Name],
    values: &[std::sync::Arc<crate::tensor::Tensor>],
) -> Diagnostic {
    let shapes =
        names.iter().zip(values).map(|(name, value)| format!("`{}` has the shape {:?}", name.text, value.shape()));
    let problem =
        Diagnostic::error("nnlang::data::examples", "the lines of this block have no common number of examples")
            .at(at, "an example is a row of each of them, or a column of each");
    let problem = shapes.fold(problem, |problem, shape| problem.because(shape));
    problem.mend("give all lines the same first axis: `x : [m, 2]` and `y : [m]`")
}
