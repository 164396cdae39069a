//! What can be wrong with a training and with the files of a model, one function a code.

use crate::diag::Diagnostic;
use crate::source::Span;

/// A parameter that a file has no values for.
pub fn no_weight(name: &str, path: &str, known: &[&str], at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::weights", format!("`{path}` has no array `{name}`"))
        .at(at, "this parameter takes its value from it")
        .because(match known {
            [] => "it has no named array".to_string(),
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

/// A question that reaches for a file where there is none.
pub fn no_outside(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::file", "files cannot be reached here").at(span, "this file")
}

/// A model is kept in one kind of file.
pub fn no_model(path: &str, span: Span) -> Diagnostic {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    Diagnostic::error("nnlang::train::file", format!("`{path}` does not say that it is a .safetensors file"))
        .at(span, "parameters are kept in such files")
        .mend(format!("write `\"{stem}.safetensors\"`"))
}
