//! What can be wrong with shapes and arguments, one function a code.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::Role;

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
        None if text.contains('/') && !text.contains("floor(") => {
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

/// Two names: columns or rows?
pub fn undecided(shape: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::examples", format!("in {shape} it cannot be told which axis counts the examples"))
        .at(span, "a layer needs to know")
        .because("a number first and a name last is examples in columns; a name first is rows; here both are names")
        .mend("write `examples columns` or `examples rows` at the top of the file")
}

/// A layer on a scalar.
pub fn layer_of_scalar(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::layer", "a layer takes a tensor, not a scalar")
        .at(span, "its source has no axis")
        .mend("declare the input with its features: `input x : [3, m]`")
}

/// A layer without its size.
pub fn layer_units(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::layer_units", format!("`{word}` needs its number of units first"))
        .at(span, "a number is wanted here")
        .mend(format!("write `{word} 4 tanh`"))
}

/// `layer 0 tanh`
pub fn no_units(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::layer_units", format!("a `{word}` has at least one unit"))
        .at(span, "none here")
        .mend(format!("write `{word} 4 tanh`, or leave the line out"))
}

/// `layer tanh 4`
pub fn layer_order(word: &str, name: (&str, Span), units: (&str, Span)) -> Diagnostic {
    Diagnostic::error("nnlang::name::layer_units", format!("`{word}` needs its number of units first"))
        .at(name.1, "the activation comes after the number")
        .mend(format!("write `{word} {} {}`", units.0, name.0))
        .edit(name.1, units.0)
        .edit(units.1, name.0)
}

/// A word that says nothing to a layer.
pub fn layer_word(word: &str, text: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::layer_word", format!("`{word}` does not take `{text}` here"))
        .at(span, "after the number of units comes one activation, then options")
        .mend(format!("leave it out, or begin a second `{word}` on a line of its own"))
}

/// `concat([a, b])`
pub fn in_a_list(name: &str, inner: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::arguments", format!("`{name}` takes separate arguments, not a list"))
        .at(span, "a list in square brackets is one tensor")
        .mend(format!("write `{inner}` without the square brackets"))
        .edit(span, inner)
}

/// `layer 4 leaky_relu(slope=0.1)`
pub fn layer_call(name: &str, given: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::layer_word", "an activation of a layer is a name, not a call")
        .at(span, "the layer itself gives it its argument")
        .mend(format!("define `act(z) = {name}(z, {given}` above, and write `act` here"))
}

/// Weights that exist already and a source with other features.
pub fn layer_features(weights: &str, shape: &str, source: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::shape::layer",
        format!("the weights of this layer do not fit what it is given, {source}"),
    )
    .at(span, format!("{weights} is {shape}"))
    .because("the first call settles the shapes of a network's parameters, and all calls share them")
    .mend("call it with as many features as the first time, or write a second network")
}

/// More than two axes in columns.
pub fn layer_columns(source: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::shape::layer",
        format!("with examples in columns a layer takes a matrix, and this is {source}"),
    )
    .at(span, "its source has other axes besides features and examples")
    .because("a number first and a name last is columns")
    .mend("put the examples first, as in `[m, 5, 3]`: then it takes any number of axes; or write `examples rows`")
}

/// An activation that no one knows.
pub fn activation(name: &str, span: Span) -> Diagnostic {
    let known = ["tanh", "relu", "sigmoid", "leaky_relu", "softmax", "identity", "gelu", "elu", "silu", "softplus"];
    let problem = Diagnostic::error("nnlang::name::activation", format!("there is no activation `{name}`"))
        .at(span, "a function of one argument is wanted here");
    match crate::diag::nearest(name, known) {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend("write `tanh`, `relu`, `sigmoid`, or a function of your own that is defined above"),
    }
}

/// An option that a layer has not.
pub fn layer_option(name: &str, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::layer_option", format!("a layer has no option `{name}`"))
        .at(span, "its options are `init` and `bias`");
    if matches!(name, "activation" | "act" | "act_fn") {
        return problem.mend("write the activation alone, after the number: `layer 4 tanh`");
    }
    match crate::diag::nearest(name, ["init", "bias"]) {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend("write `init=he` or `bias=false`"),
    }
}

/// An option with a value that it cannot have.
pub fn layer_option_value(name: &str, span: Span) -> Diagnostic {
    let wants = if name == "bias" { "`bias=true` or `bias=false`" } else { "the name of an initialiser: `init=he`" };
    Diagnostic::error("nnlang::name::layer_option", format!("`{name}` does not take this"))
        .at(span, "here")
        .mend(format!("write {wants}"))
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
        true => (format!("whole numbers are stated, and {value} is none"), "write whole numbers, or leave `int` away"),
        false => (format!("0 or 1 is stated, and {value} is neither"), "write 0 or 1, or leave `bool` away"),
    };
    Diagnostic::error("nnlang::shape::whole", title).at(span, "an entry of this").mend(mend)
}

/// More calls than the budget.
pub fn budget(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::budget", format!("the calls of `{name}` expand to more than can be handled"))
        .at(span, "there are too many here")
        .because("functions are expanded where they are called; calls with equal arguments are expanded once")
        .mend("give one call a tensor, or name intermediate results and use them twice")
}

/// A derivative of so high an order that its formula is too long.
pub fn order(done: usize, wanted: usize, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::diff::order", format!("a derivative of order {wanted} is more than can be handled"))
        .at(span, format!("it is given up at order {done}"))
        .because("each order is a formula of its own, and longer than the one before")
        .mend("ask for a lower order, or of a simpler name")
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

/// An index of more than one axis.
pub fn index_rank(shape: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::index", format!("an index is a number or a vector, not {shape}"))
        .at(span, shape.to_string())
        .mend("use `gather(x, index, axis=0)`")
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

/// `softmax'(z)` of a tensor.
pub fn not_entrywise(name: &str, text: &str, span: Span) -> Diagnostic {
    let args = text.split_once('(').map_or("z", |(_, rest)| rest.strip_suffix(')').unwrap_or(rest));
    let simple = args.chars().all(|c| c.is_alphanumeric() || c == '_');
    let problem = Diagnostic::error(
        "nnlang::diff::not_entrywise",
        format!("an entry of `{name}` depends on other entries of its argument"),
    )
    .at(span, "so it has no slope entry by entry");
    match simple {
        true => {
            let jacobian = format!("jacobian({name}({args}), {args})");
            problem.mend(format!("write `{jacobian}`")).edit(span, jacobian)
        }
        false => problem.mend(format!("name the argument, `z = {args}`, and write `jacobian({name}(z), z)`")),
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

/// A field of something that is no network's result.
pub fn no_network(base: &str, field: &str, base_span: Span, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::field", format!("`{base}` has no `{field}`"))
        .at(span, "only the result of a network has names behind a dot");
    if field == "T" {
        let dot = Span { start: base_span.end, ..span };
        return problem.mend(format!("write `{base}'` for the transpose")).edit(dot, "'");
    }
    if field == "grad" {
        let goal = if base == "J" { "L" } else { "J" };
        return problem
            .mend(format!("write `grad {base}` for its derivatives, `d{goal}/d{base}` for that of `{goal}` by it"));
    }
    if let Some(form) = crate::ops::foreign::form(field) {
        return problem.mend(form);
    }
    problem.mend(format!("write `{base}` alone, or the result of a network before the dot"))
}

/// A parameter of a network that was not called.
pub fn not_called(network: &str, field: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::name::not_called",
        format!("`{network}.{field}` is not there before `{network}` is called"),
    )
    .at(span, "the shapes of its parameters come from the first call")
    .mend(format!("call it above: `h = {network}(x)`"))
}

/// A name of one of several calls.
pub fn several_calls(network: &str, field: &str, span: Span, calls: &[Span]) -> Diagnostic {
    let mut problem = Diagnostic::error(
        "nnlang::name::several_calls",
        format!("`{network}` is called {} times: which `{field}`?", calls.len()),
    )
    .at(span, "this could be any of them");
    for call in calls {
        problem = problem.at(*call, "a call");
    }
    problem.mend(format!("name the result, `h = {network}(…)`, and write `h.{field}`"))
}
