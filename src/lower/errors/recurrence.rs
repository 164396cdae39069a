//! What can be wrong with a recurrence.

use crate::diag::Diagnostic;
use crate::source::Span;

/// `h[t] = h[t-1] …` without what was before the first step.
pub fn no_start(name: &str, index: &str, lag: u64, backward: bool, head: Span) -> Diagnostic {
    let (sign, end) = if backward { ("+", "after the last step") } else { ("-", "before the first step") };
    let mend = match lag {
        1 => format!("write `start …` behind the equation: the value of `{name}` {end}"),
        _ => format!("write `start …` behind the equation: the {lag} values of `{name}` {end}, the oldest first"),
    };
    Diagnostic::error("nnlang::name::no_start", format!("`{name}[{index}{sign}{lag}]` has no value {end}"))
        .at(head, "a recurrence without a start")
        .mend(mend)
}

/// A start for another number of steps.
pub fn start_steps(name: &str, lag: u64, found: &str, span: Span, head: Span) -> Diagnostic {
    let title = format!("`{name}` looks {lag} steps back, and its start is {found}");
    Diagnostic::error("nnlang::shape::state", title)
        .at(span, format!("{lag} values along a first axis, the oldest first, are wanted here"))
        .at(head, "looked back from here")
        .mend(format!("give {lag} values: `start [a, b, …]`"))
}

/// `h[t] = h[t-1] + h[t+1]`
pub fn both_directions([back, ahead]: [&str; 2], back_at: Span, ahead_at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::two_directions", "a recurrence runs forward or backward, not both at once")
        .at(back_at, format!("`{back}` runs forward"))
        .at(ahead_at, format!("`{ahead}` runs backward"))
        .mend("write two recurrences, one for each direction")
}

/// A name of a recurrence with another index than `t - 1`.
pub fn state_index(name: &str, index: &str, axis: usize, span: Span, head: Span) -> Diagnostic {
    let before = ":, ".repeat(axis);
    let title = format!("inside its own equations `{name}` is known one step at a time");
    Diagnostic::error("nnlang::name::state_index", title)
        .at(span, "which step?")
        .at(head, "its equation")
        .mend(format!("write `{name}[{before}{index}-1]`, or another whole number of steps"))
}

/// `a[t] = c[t]` above the equation of `c`.
pub fn state_below(name: &str, index: &str, span: Span, head: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::state_index", format!("`{name}` at this step is not known here yet"))
        .at(span, "used here")
        .at(head, "its equation")
        .mend(format!("write its equation above, or take the step before, `{name}[{index}-1]`"))
}

/// A state whose shape changes.
pub fn state_shape(name: &str, found: &str, wanted: &str, value: Span, start: Span) -> Diagnostic {
    let of = |shape: &str| if shape == "[]" { "a single number".to_string() } else { shape.to_string() };
    let (found_of, wanted_of) = (of(found), of(wanted));
    Diagnostic::error("nnlang::shape::state", format!("`{name}` begins as {wanted_of} and goes on as {found_of}"))
        .at(value, format!("a step gives {found_of}"))
        .at(start, format!("{wanted_of}, before the first step"))
        .mend(format!("a state keeps its shape: `start zeros({found})`, or an equation that gives {wanted_of}"))
}

/// `h[:, :, t]` of what has one axis.
pub fn state_axis(name: &str, axis: usize, state: &str, head: Span) -> Diagnostic {
    let title = format!("`{name}` has no axis {axis} for its index: a step gives {state}");
    Diagnostic::error("nnlang::shape::state", title)
        .at(head, "the index stands too far back")
        .mend("write fewer `:` before the index")
}

/// `x[t-1]`
pub fn below_front(text: &str, index: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::step_range", format!("`{text}` is below 0 at the first step"))
        .at(span, format!("`{index}` begins at 0, and a step never counts from the end"))
        .mend("put what comes before the first entry in front, as in `concat(zeros([1]), x)`, and index that")
}

/// `x[t+1]` past the end.
pub fn past_end(text: &str, [size, length]: &[String; 2], span: Span, length_at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::step_range", format!("`{text}` leaves its axis of {size} at the last step"))
        .at(span, format!("an axis of {size}"))
        .at(length_at, format!("{length} steps"))
        .mend("let the index end earlier: `for t in 0..n`")
}

/// `for t in 1..n`
pub fn recurrence_range(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::shape::step_range",
        format!("the index of a recurrence begins at 0, and not as `{text}` does"),
    )
    .at(span, "this is not `0..n`")
    .mend("write `for t in 0..n`; the values before the first step are the `start`")
}

/// Two lengths.
pub fn two_lengths(index: &str, [here, there]: &[String; 2], span: Span, place: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::two_lengths", format!("`{index}` would count to {here} and to {there}"))
        .at(span, format!("{here} steps"))
        .at(place, format!("{there} steps"))
        .mend(format!("make both equally long, with a slice such as `x[:{there}]`"))
}

/// No length at all.
pub fn no_length(name: &str, index: &str, head: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::two_lengths", format!("nothing says how many steps `{name}` has"))
        .at(head, format!("nothing here is indexed by exactly `{index}`"))
        .mend(format!("write `for {index} in 0..n` behind the equation"))
}
