//! What can be wrong with a derivative.

use crate::diag::Diagnostic;
use crate::source::Span;

/// A derivative of so high an order that its formula is too long.
pub fn order(done: usize, wanted: usize, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::diff::order", format!("a derivative of order {wanted} is more than can be handled"))
        .at(span, format!("it is given up at order {done}"))
        .because("each order is a formula of its own, and longer than the one before")
        .mend("ask for a lower order, or of a simpler name")
}

/// A derivative by whole numbers.
pub fn by_whole(name: &str, what: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::diff::by_int", format!("`{name}` is {what}: nothing can be differentiated by it"))
        .at(span, "it moves in jumps, not by small steps")
        .mend("differentiate by a real")
}

/// A gradient of something that is not a scalar.
pub fn not_scalar(shape: &str, expr: &str, by: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::diff::not_scalar", format!("a gradient is of a scalar, and this is {shape}"))
        .at(span, shape.to_string())
        .mend(format!("write `jacobian({expr}, {by})`, or reduce it: `grad(sum({expr}), {by})`"))
}

/// A question about the derivatives of something that is not a scalar; `mend` asks it of its sum.
pub fn asked_of_scalar(word: &str, shape: &str, mend: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::diff::not_scalar", format!("`{word}` is about a scalar, and this is {shape}"))
        .at(span, shape.to_string())
        .mend(format!("reduce it: {mend}"))
}

/// A direction of another shape.
pub fn direction(wanted: &str, found: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::diff::direction", format!("the direction is {found}, and what it moves is {wanted}"))
        .at(span, found.to_string())
        .mend(format!("give it the shape {wanted}"))
}

/// `softmax'(z)` of a tensor. `operator` makes an entry of many, at its place where that is another; `rows`: the argument's
/// shape, where entries stay apart along some of its axes.
pub fn not_entrywise(
    name: &str,
    text: &str,
    arg: &str,
    (operator, place): (&str, Option<Span>),
    rows: Option<&str>,
    span: Span,
) -> Diagnostic {
    let args = text.split_once('(').map_or("z", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
    let simple = arg.chars().all(|c| c.is_alphanumeric() || c == '_') && !arg.starts_with(|c: char| c.is_ascii_digit());
    let own = operator == name;
    let operator = if operator.is_empty() { "this".to_string() } else { format!("`{operator}`") };
    let problem = Diagnostic::error(
        "nnlang::diff::not_entrywise",
        format!("an entry of `{name}` depends on other entries of its argument"),
    );
    let problem = match place {
        Some(place) if !own => problem
            .at(span, "so it has no slope entry by entry")
            .at(place, format!("{operator} makes an entry of several")),
        _ if !own => {
            problem.at(span, format!("{operator} makes an entry of several, so it has no slope entry by entry"))
        }
        _ => problem.at(span, "so it has no slope entry by entry"),
    };
    let (call, by) = if simple { (format!("{name}({args})"), arg) } else { (format!("{name}(z)"), "z") };
    let (mend, says) = match rows {
        Some(shape) => {
            (format!("jvp({call}, {by}, ones({shape}))"), "; it adds up what mixes, or takes another direction")
        }
        None => (format!("jacobian({call}, {by})"), ""),
    };
    match simple {
        true => problem.mend(format!("write `{mend}`{says}")).edit(span, mend),
        false => problem.mend(format!("name the argument, `z = {arg}`, and write `{mend}`{says}")),
    }
}

/// A stated slope that is not one number for each entry.
pub fn stated_slope(name: &str, [z, value, slope]: &[String; 3], stated: Span, call: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::shape::slope",
        format!("the slope of `{name}` is stated entry by entry, and the shapes differ"),
    )
    .at(call, format!("the argument is {z}, the value {value}, the stated slope {slope}"))
    .at(stated, "stated here")
    .mend(format!("make `{name}` and its slope of the shape of their argument, or the slope one number"))
}
