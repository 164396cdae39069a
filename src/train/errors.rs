//! What can be wrong with a training and with the files of a model, one function a code.

use crate::diag::Diagnostic;
use crate::source::Span;

/// A parameter that a file has no values for.
pub fn no_weight(name: &str, path: &str, known: &[&str], at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::weights", format!("`{path}` has no array `{name}`"))
        .at(at, "this parameter takes its value from it")
        .because(match known {
            [] => "it has no named array".to_string(),
            [""] => "it is one array, without a name".to_string(),
            known => format!("it has {}", known.join(", ")),
        })
        .mend(format!("give the weights that this program saved, or an array `{name}`"))
}

/// Values of another shape than the parameter.
pub fn weight_shape(name: &str, path: &str, stated: &str, found: &[usize], at: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::value::weights",
        format!("`{name}` in `{path}` is {found:?}, and the parameter is {stated}"),
    )
    .at(at, format!("{stated}, defined here"))
    .mend("give the weights that this program saved, or change the shape here")
}

/// Values, and nothing that takes them.
pub fn no_params(path: &str) -> Diagnostic {
    Diagnostic::error("nnlang::value::weights", format!("`{path}` is for parameters, and the program has none"))
        .mend("declare one: `param W : [3, 2]`, or leave the file away")
}

/// Arrays that the program has no parameters for.
pub fn left_over(path: &str, names: &[&str]) -> Diagnostic {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Diagnostic::warning(
        "nnlang::value::weights",
        format!("`{path}` has {}, which no parameter of the program takes", names.join(", ")),
    )
    .mend("load the file of this program, or give the parameter the name that the file has")
}

/// A file that cannot be read or written.
pub fn file(refusal: &crate::outside::Refusal, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::file", refusal.to_string()).at(span, "this file")
}

/// All examples at once, where they are not in memory.
pub fn too_many(rows: usize, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::data::large", format!("a step over all {rows} rows is more than memory holds"))
        .at(span, "without `batch` every step is over all rows")
        .mend("write `batch = 256` in the block, or give more memory: `--memory-limit 16GiB`")
}

/// A number over all examples that is no sum over them.
pub fn not_in_pieces(rows: usize, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::data::large", format!("this needs all {rows} rows at once, more than is held in memory"))
        .at(span, "what is sorted or looked through along the rows is no sum of pieces")
        .mend("ask for sums and means over the rows, such as `accuracy`, or give more memory: `--memory-limit 16GiB`")
}

/// A question that reaches for a file where there is none.
pub fn no_outside(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::file", "files cannot be reached here").at(span, "this file")
}

/// A picture that has no size, or more points than there is room for.
pub fn no_picture(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::file", format!("the picture for `{path}` cannot be made in points"))
        .at(span, "this file is not written")
        .mend("write it as `.svg`, which has lines instead")
}

/// A model is kept in one kind of file.
pub fn no_model(path: &str, span: Span) -> Diagnostic {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    Diagnostic::error("nnlang::train::file", format!("`{path}` does not say that it is a .safetensors file"))
        .at(span, "parameters are kept in such files")
        .mend(format!("write `\"{stem}.safetensors\"`"))
}

/// A checkpoint of another program.
pub fn other_checkpoint(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::train::checkpoint", format!("`{path}` is no checkpoint of this training"))
        .at(span, "this was to be gone on with")
        .because("its parameters, their shapes or the optimizer are others")
        .mend("run without `--resume`, or give the checkpoint another name")
}

/// Nothing says how new rows become inputs.
pub fn no_block(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::train::predict", "nothing says how the columns of new rows become inputs")
        .at(span, "asked here")
        .mend("bind the inputs by `data \"file.csv\" { … }`, whose lines are taken over new rows too")
}

/// Answers go into a table.
pub fn no_table(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::train::predict", format!("`{path}` does not say that it is a .csv or .tsv file"))
        .at(span, "answers are written as a table")
        .mend("write a name that ends in `.csv`")
}

/// A column that is to be carried over, and that the new rows lack.
pub fn no_carried(column: &str, file: &str, known: &[String], span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::data::column", format!("`{file}` has no column `{column}`"))
        .at(span, "neither a name of the program nor a column")
        .because(format!("its columns are {}", known.join(", ")));
    match crate::diag::nearest(column, known.iter().map(String::as_str)) {
        Some(near) => problem.mend(format!("write `{near}`")),
        None => problem.mend("name one of its columns, or a name of the program"),
    }
}

/// A value that is not one for each row.
pub fn no_rows(text: &str, shape: &str, dim: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::train::predict", format!("`{text}` is {shape}, which is not one answer for each row"))
        .at(span, shape.to_string())
        .mend(format!("name a value of shape [{dim}] or [{dim}, k]"))
}

/// Validation that rises while training falls.
pub fn overfits(of: &str, epoch: u64, (best, last): ((f64, f64), (f64, f64)), digits: usize, span: Span) -> Diagnostic {
    let show = |v: f64| crate::view::number(v, digits);
    let (before, now) = (show(best.1), show(last.1));
    Diagnostic::warning(
        "nnlang::train::overfits",
        format!("`{of}` on the held-out rows rises from {before} to {now} after epoch {epoch}, while training falls"),
    )
    .at(span, format!("on the training rows it goes from {} to {}", show(best.0), show(last.0)))
    .mend("end there: `stop = patience(10)`; or take a smaller network, `dropout`, or more rows")
}

/// A state that goes from batch to batch, and batches in any order.
pub fn shuffled(carried: Span, at: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::train::carried", "a carried state needs batches in the order of the rows")
        .at(carried, "the last state of a batch is the first of the next");
    let problem = if at == carried { problem } else { problem.at(at, "these are shuffled") };
    problem.mend("write `shuffle = false` in the training")
}
