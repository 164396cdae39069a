//! What can be wrong on the way to the graph, one function a code; here, with shapes, axes and indices.

mod call;
mod derivative;
mod layer;
mod recurrence;

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Role;

pub use call::*;
pub use derivative::*;
pub use layer::*;
pub use recurrence::*;

/// A value that has not the shape that is stated.
pub fn stated(found: &str, wanted: &str, value: Span, shape: Span, chain: &[(String, Span)]) -> Diagnostic {
    let mut problem =
        Diagnostic::error("nnlang::shape::stated", format!("the value is {found}, and {wanted} is stated"))
            .at(value, if found == "[]" { "a single number" } else { found })
            .at(shape, format!("{wanted}, stated here"));
    for (fact, at) in chain {
        problem = problem.at(*at, fact.clone());
    }
    if value.source != shape.source {
        // Another value for it, as of `--set`.
        return problem.mend(format!("give it a value of shape {wanted}"));
    }
    problem.mend(format!("state {found}, or change the value")).edit(shape, found)
}

/// `J'` where J is a number.
pub fn primed_number(name: &str, by: Option<&str>, span: Span) -> Diagnostic {
    let problem =
        Diagnostic::warning("nnlang::lint::prime", format!("`{name}'` is the transpose of a number: `{name}`"))
            .at(span, "the `'` of a value transposes it; that of a function is its slope");
    match by {
        Some(by) => {
            let slope = format!("d{name}/d{by}");
            problem.mend(format!("write `{slope}` for a derivative, with the name that it goes by")).edit(span, slope)
        }
        None => problem.mend(format!("write `{name}`")).edit(span, name),
    }
}

/// `nudge x by [0.1, 0.2]`
pub fn scalar_clause(shape: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::scalar", format!("a number is wanted here, and this is {shape}"))
        .at(span, shape.to_string())
        .mend("write one number, such as `0.001`")
}

/// A dimension that is none.
pub fn dimension_in(text: &str, list: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::dimension", format!("{text} in `{list}` is not a dimension"))
        .at(span, "a dimension is a whole number from 0 on, or a name")
        .mend("write whole numbers from 0 on, or names such as `m`")
}

/// A dimension that is none.
pub fn dimension(text: &str, span: Span, fact: Option<(String, Span)>) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::shape::dimension", format!("`{text}` is not a dimension"))
        .at(span, "a dimension is a whole number from 0 on, or a name");
    match fact {
        Some((fact, at)) => {
            problem.at(at, fact).mend(format!("write a whole number for `{text}`, or another name in the shape"))
        }
        None if text.contains('/') && !text.contains("floor(") && !text.starts_with('[') => {
            problem.mend(format!("write `floor({text})`, the whole part of the quotient"))
        }
        None => problem.mend("write a whole number, a name such as `m`, or a formula of both such as `2*m + 1`"),
    }
}

/// A learner's formula that has not the shape of what it is for.
pub fn formula_shape(name: &str, theirs: &str, [own, found]: [&str; 2], at: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::formula", format!("`{theirs}` has not the shape of `{name}`"))
        .at(at, format!("{own} on the left, {found} on the right"))
}

/// Rows of different lengths.
pub fn ragged(first: &[u64], found: &[u64], first_at: Span, at: Span) -> Diagnostic {
    let entries = |sizes: &[u64]| match sizes {
        [] => "a single number".to_string(),
        [1] => "1 entry".to_string(),
        [n] => format!("{n} entries"),
        sizes => format!("a block of shape {sizes:?}"),
    };
    Diagnostic::error("nnlang::shape::ragged", "the rows of this tensor have different lengths")
        .at(at, format!("this is {}", entries(found)))
        .at(first_at, format!("the first is {}", entries(first)))
        .mend("make the rows equally long")
}

/// Entries of different shapes.
pub fn uneven(a: &str, b: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::ragged", format!("the entries of this list have different shapes: {a} and {b}"))
        .at(span, "entries of a list are stacked, so their shapes are equal")
        .mend("make the shapes equal, or join them with `concat(a, b, axis=0)`")
}

/// `assert m == n` over dimensions that cannot be made one.
pub fn never_equal(left: &str, right: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::assert", format!("the dimensions {left} and {right} cannot be made one"))
        .at(span, "asserted here")
        .mend("state the shapes so that they agree")
}

/// A string where a number is wanted.
pub fn text_is_no_number(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::text", "a string is not a number")
        .at(span, "a number or a tensor is wanted here")
        .mend("write a number; a string on a line of its own is a heading")
}

/// An argument that is not given, used as a value.
pub fn absent(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::text", "`none` is not a value")
        .at(span, "a value is wanted here")
        .mend("write a number, or leave the argument away")
}

/// `reshape(x, [2, -1])`
pub fn size_left(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::dimension", "-1 is not a dimension")
        .at(span, "a dimension is a whole number from 0 on, or a name")
        .mend("write `_` for the size that is left to be computed")
}

/// `_` where no shape is wanted.
pub fn hole(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::dimension", "`_` is a size left to be computed, and stands only in a shape")
        .at(span, "a value is wanted here")
        .mend("write a number or a name; `reshape(x, [2, _])` computes the size that is left")
}

/// More entries than can be counted.
pub fn too_large(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::too_large", "this has more entries than can be counted")
        .at(span, "here")
        .mend("make it smaller")
}

/// A range whose ends are not known before the run.
pub fn range_step(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::range", "the step of a range is not 0")
        .at(span, "with a step of 0 it never ends")
        .mend("write a step such as 1, 0.1 or -1")
}

/// A range whose ends are not known before the run.
pub fn range(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::range", "the ends and the step of a range are known before the run")
        .at(span, "how many numbers this has cannot be told")
        .mend(match text.contains('/') && !text.contains("floor(") {
            true => "write a quotient of dimension names with `floor`, as in `0..floor(m/2)`",
            false => "use numbers or dimension names: `0..m`, `0..1 step 0.1`",
        })
}

/// Something other than a vector after `in`.
pub fn each_range(shape: &str, span: Span) -> Diagnostic {
    let scalar = shape == "[]";
    let what = if scalar { "a single number" } else { shape };
    let problem =
        Diagnostic::error("nnlang::shape::each", format!("`for` runs over a range or a vector, not over {what}"))
            .at(span, what);
    match scalar {
        true => problem.mend("write a range that ends before it: `0..n`").edit(Span { end: span.start, ..span }, "0.."),
        false => problem.mend("write `for i in 0..m`"),
    }
}

/// An initialiser without a shape.
pub fn initialiser_shape(name: &str, word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::no_shape", format!("`{name}` has no shape to be filled by `{word}`"))
        .at(span, "an initialiser fills a stated shape")
        .mend(format!("write `param {name} : [3, 4] = {word}`"))
}

/// A declaration with neither shape nor value.
pub fn no_shape(name: &str, role: Role, span: Span) -> Diagnostic {
    let (word, shape) = if role == Role::Input { ("input", "[3, m]") } else { ("param", "[3, 4]") };
    Diagnostic::error("nnlang::shape::no_shape", format!("the shape of `{name}` cannot be told"))
        .at(span, "neither a shape nor a value is stated")
        .mend(format!("write `{word} {name} : {shape}`; a scalar is `{word} {name} : []`"))
}

/// An axis that is not there.
pub fn axis(axis: i64, rank: usize, shape: &str, span: Span) -> Diagnostic {
    let has = match rank {
        0 => "a scalar has no axis".to_string(),
        1 => format!("{shape} has one axis: 0"),
        n => format!("{shape} has the axes 0 to {}", n - 1),
    };
    let problem = Diagnostic::error("nnlang::shape::axis", format!("there is no axis {axis}: {has}"));
    let problem = problem.at(span, "this axis");
    if rank == 0 { problem.mend("leave the axis out") } else { problem.mend("count the axes from 0; the last is `-1`") }
}

/// An axis named twice.
pub fn axis_twice(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::axis", "an axis is named twice").at(span, "here").mend("name it once")
}

/// A whole number that must be known before the run.
pub fn whole(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::whole", format!("`{name}` is a whole number known before the run"))
        .at(span, "this is none, or not known yet")
        .mend("write a whole number")
}

/// A written entry that the stated element type does not have.
pub fn entry(value: f64, whole: bool, span: Span) -> Diagnostic {
    let (title, mend) = match whole {
        true if value.fract() == 0.0 => (
            "a whole number of 2^53 and more is not held exactly in a program".to_string(),
            "write whole numbers below 9007199254740992, or give the data in a file",
        ),
        true => (format!("whole numbers are stated, and {value} is none"), "write whole numbers, or leave `int` away"),
        false => (format!("0 or 1 is stated, and {value} is neither"), "write 0 or 1, or leave `bool` away"),
    };
    Diagnostic::error("nnlang::shape::whole", title).at(span, "an entry of this").mend(mend)
}

/// More indices than axes.
pub fn too_many_indices(given: usize, shape: &str, span: Span) -> Diagnostic {
    let problem = |title: String| Diagnostic::error("nnlang::shape::index", title).at(span, "more indices than axes");
    let indices = if given == 1 { "1 index is".to_string() } else { format!("{given} indices are") };
    if shape == "[]" {
        return problem(format!("a single number has no axis, and {indices} given")).mend("leave the index out");
    }
    problem(format!("{indices} given for {shape}")).mend("give at most one index for each axis")
}

/// An index outside its axis.
pub fn index_range(index: &str, size: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::index", format!("index {index} is outside an axis of size {size}")).at(
        span,
        match size.parse::<u64>() {
            Ok(0) => "it has no entry".to_string(),
            Ok(size) => format!("indices go from 0 to {}, or from -1 back to -{size}", size - 1),
            Err(_) => format!("indices go from 0 to {size} - 1, or from -1 back"),
        },
    )
}

/// A slice beyond its axis.
pub fn slice_range(slice: &str, size: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::slice", format!("the slice {slice} is outside an axis of size {size}"))
        .at(span, "a bound past the end is an error, not clamped")
        .mend(match slice.starts_with('-') || slice.contains(":-") {
            true => format!("count back by at most {size}"),
            false => format!("begin and end it at {size} at most"),
        })
}

/// A step of zero.
pub fn zero_step(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::slice", "the step of a slice is not 0").at(span, "here").mend("write 1, 2 or -1")
}

/// An index that is not whole.
pub fn index_whole(text: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::index", format!("`{text}` is not a whole number")).at(span, "an index is one")
}

/// A bound of a slice that is not known.
pub fn bound_known(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::slice", "the bounds of a slice are known before the run")
        .at(span, "this depends on a value")
        .mend("use numbers or dimension names")
}

/// `x[x > 1]`: a condition where an index is wanted.
pub fn index_condition(base: &str, text: &str, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::shape::index", "a condition is no index")
        .at(span, "entries that are true or false, not places")
        .because("how many entries hold is known in the run alone, and the shape of the answer would be that number");
    problem.mend(format!("write `where({text}, {base}, 0)`, or reduce what holds: `sum(({text})*{base})`"))
}
