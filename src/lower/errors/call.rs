//! What can be wrong with a call and its arguments.

use crate::diag::Diagnostic;
use crate::source::Span;

/// An argument that has not the parameter's shape; `chain` says what the names in it are already.
pub fn argument_shape(
    param: &str,
    found: &str,
    wanted: &str,
    at: Span,
    shape: Span,
    chain: &[(String, Span)],
) -> Diagnostic {
    let problem =
        Diagnostic::error("nnlang::shape::argument", format!("`{param}` is stated as {wanted}, and is given {found}"))
            .at(at, if found == "[]" { "a single number" } else { found })
            .at(shape, format!("{wanted}, stated here"));
    let problem = chain.iter().fold(problem, |problem, (fact, at)| problem.at(*at, fact.clone()));
    problem.mend(match chain {
        [] if found != "[]" && found.matches(',').count() == wanted.matches(',').count() => {
            format!("give it {wanted}, or state a name such as `n` for a length that may be any")
        }
        [] => format!("give it a value of the shape {wanted}, or state another shape"),
        _ => "give it a length that agrees, or state another name for it".to_string(),
    })
}

/// `a2(3 = x)`: something that is no name is given a value.
pub fn given_what(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::given", format!("`{text}` is no name that can have another value"))
        .at(span, "only a variable, input or parameter can")
        .mend("name a variable, an input or a parameter, as in `J(w = 0)`")
}

/// `J(w = 0)` where `J` does not depend on `w`.
pub fn given_apart(of: &str, name: &str, span: Span, name_at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::given", format!("`{of}` does not depend on `{name}`"))
        .at(name_at, "whatever its value is, the answer is the same")
        .at(span, "asked here")
        .mend(format!("leave `{name}` out, or name what `{of}` depends on"))
}

/// `a2(x = [1, 2])` for an `x` of another shape.
pub fn given_shape(name: &str, [found, wanted]: &[String; 2], at: Span, defined: Span) -> Diagnostic {
    let same_rank = found.matches(',').count() == wanted.matches(',').count() && found != "[]" && wanted != "[]";
    let mend = match same_rank {
        true => format!("give it {wanted}; an axis that may have any size has a name, as in `{name} : [3, m]`"),
        false => format!("give it a value of the shape {wanted}"),
    };
    Diagnostic::error("nnlang::shape::argument", format!("`{name}` is {wanted}, and is given {found}"))
        .at(at, if found == "[]" { "a single number" } else { found })
        .at(defined, format!("{wanted}, defined here"))
        .mend(mend)
}

/// `concat([a, b])`
pub fn in_a_list(name: &str, inner: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::arguments", format!("`{name}` takes separate arguments, not a list"))
        .at(span, "a list in square brackets is one tensor")
        .mend(format!("write `{inner}` without the square brackets"))
        .edit(span, inner)
}

/// `f(x, y)`
fn form(what: &str, params: &[&str]) -> String {
    format!("{what}({})", params.join(", "))
}

/// More arguments than a function takes, or fewer. `at` is the first that is too many, or the call.
pub fn too_many(what: &str, params: &[&str], given: usize, at: Span) -> Diagnostic {
    let takes = params.len();
    let plural = if takes == 1 { "argument" } else { "arguments" };
    let label = if given > takes { "this one is too many" } else { "too few are given here" };
    Diagnostic::error("nnlang::name::arguments", format!("`{what}` takes {takes} {plural}, and is given {given}"))
        .at(at, label)
        .mend(format!("write `{}`", form(what, params)))
}

/// `zeros(3, 4)`: the sizes are one list.
pub fn sizes_apart(problem: Diagnostic, what: &str, sizes: &str, span: Span) -> Diagnostic {
    problem.mend(format!("write `{what}([{sizes}])`")).edit(span, format!("[{sizes}]"))
}

/// An argument that must be given.
pub fn missing(what: &str, param: &str, params: &[&str], span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::arguments", format!("`{what}` needs its argument `{param}`"))
        .at(span, "it is not given here")
        .mend(format!("write `{}`", form(what, params)))
}

/// An argument by a name that is not one.
pub fn no_parameter(what: &str, name: &str, known: &[&str], nearest: Option<&str>, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::parameter", format!("`{what}` has no argument `{name}`"))
        .at(span, "before `=` in a call stands the name of an argument")
        .because(format!("it has {}", known.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")));
    match nearest {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend("use one of these names"),
    }
}

/// An argument that goes by name, given by position.
pub fn by_name(what: &str, name: &str, text: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::by_name", format!("`{name}` of `{what}` goes by its name"))
        .at(span, "a position says nothing to a reader")
        .mend(format!("write `{name}={text}`"))
        .edit(span, format!("{name}={text}"))
}

/// An argument given twice.
pub fn given_twice(what: &str, name: &str, first: Span, named: bool, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::arguments", format!("`{name}` of `{what}` is given twice"))
        .at(span, "the second time")
        .at(first, "the first time");
    match named {
        true => problem
            .because(format!("in a call `{name}=…` gives the argument of that name"))
            .mend("leave one of them out; `==` compares"),
        false => problem.mend("leave one of them out"),
    }
}

/// An argument of another kind.
pub fn wants(what: &str, name: &str, kind: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::arguments", format!("`{name}` of `{what}` is {kind}"))
        .at(span, "something else is given")
        .mend(format!("write {kind}"))
}

/// More calls than the budget.
pub fn budget(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::budget", format!("the calls of `{name}` expand to more than can be handled"))
        .at(span, "there are too many here")
        .because("functions are expanded where they are called; calls with equal arguments are expanded once")
        .mend("give one call a tensor, or name intermediate results and use them twice")
}
