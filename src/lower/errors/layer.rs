//! What can be wrong with layers and networks.

use crate::diag::Diagnostic;
use crate::graph::Bend;
use crate::layers::{ArgKind, LayerDef, Opt, OptKind};
use crate::source::Span;

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

/// A layer without one of its arguments, its size for one.
pub fn layer_wants(def: &LayerDef, says: &str, span: Span) -> Diagnostic {
    let first = if def.args.first().is_some_and(|arg| arg.says == says) { " first" } else { "" };
    Diagnostic::error("nnlang::name::layer_units", format!("`{}` needs {says}{first}", def.word))
        .at(span, "a number is wanted here")
        .mend(format!("write `{}`", def.form))
}

/// `layer tanh 4`
pub fn layer_order(def: &LayerDef, name: (&str, Span), units: (&str, Span)) -> Diagnostic {
    let says = def.args.first().map_or("its size", |arg| arg.says);
    Diagnostic::error("nnlang::name::layer_units", format!("`{}` needs {says} first", def.word))
        .at(name.1, "the activation comes after the number")
        .mend(format!("write `{} {} {}`", def.word, units.0, name.0))
        .edit(name.1, units.0)
        .edit(units.1, name.0)
}

/// `norm group`: a word that the layer does not know.
pub fn layer_variant(def: &LayerDef, words: &[&str], text: &str, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::layer_word", format!("`{}` does not take `{text}` here", def.word))
        .at(span, format!("{} is wanted here", either(words)));
    match crate::diag::nearest(text, words.iter().copied()) {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend(format!("write `{}`", def.form)),
    }
}

/// A word that says nothing to a layer.
pub fn layer_word(def: &LayerDef, text: &str, span: Span) -> Diagnostic {
    let after = def.args.last().map_or("after the word", |_| "after that");
    let after = match def.args {
        [one] if one.kind == ArgKind::Units => format!("after {}", one.says.replace("its", "the")),
        _ => after.to_string(),
    };
    Diagnostic::error("nnlang::name::layer_word", format!("`{}` does not take `{text}` here", def.word))
        .at(span, format!("{after} comes one activation, then options"))
        .mend(format!("leave it out, or begin a second `{}` on a line of its own", def.word))
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
    let of_one = |bends: &Bend| matches!(bends, Bend::Keeps | Bend::Saturates(_) | Bend::Rectifies);
    let known = crate::ops::ALL.iter().filter(|def| of_one(&def.bends));
    let known = known.map(|def| def.name);
    let problem = Diagnostic::error("nnlang::name::activation", format!("there is no activation `{name}`"))
        .at(span, "a function of one argument is wanted here");
    match crate::diag::nearest(name, known) {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend("write `tanh`, `relu`, `sigmoid`, or a function of your own that is defined above"),
    }
}

/// An option that a layer has not.
pub fn layer_option(def: &LayerDef, name: &str, span: Span) -> Diagnostic {
    let known: Vec<&str> = def.options.iter().map(|option| option.name).collect();
    let what = if def.word == "layer" { "a layer".to_string() } else { format!("`{}`", def.word) };
    let options = match known.as_slice() {
        [] => "it has none".to_string(),
        [one] => format!("its option is `{one}`"),
        all => format!("its options are {}", all_of(all)),
    };
    let problem =
        Diagnostic::error("nnlang::name::layer_option", format!("{what} has no option `{name}`")).at(span, options);
    if matches!(name, "activation" | "act" | "act_fn") {
        return problem.mend(format!("write the activation alone, after the number: `{}`", with_activation(def)));
    }
    match (crate::diag::nearest(name, known.iter().copied()), def.options) {
        (Some(nearest), _) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        (None, []) => problem.mend("leave it out"),
        (None, options) => {
            let shown: Vec<String> = options.iter().take(2).map(shown).collect();
            problem.mend(format!("write `{}`", shown.join("` or `")))
        }
    }
}

fn with_activation(def: &LayerDef) -> String {
    if def.form.contains("tanh") { def.form.to_string() } else { format!("{} relu", def.form) }
}

/// An option as one would write it.
fn shown(option: &Opt) -> String {
    let value = match option.kind {
        OptKind::Init => "he",
        OptKind::Flag if option.default == "true" => "false",
        OptKind::Flag => "true",
        OptKind::Sizes => "2",
        OptKind::Pad => "same",
        OptKind::Number => "0.1",
        OptKind::Value => "n",
    };
    format!("{}={value}", option.name)
}

/// An option with a value that it cannot have.
pub fn layer_option_value(def: &LayerDef, option: &Opt, span: Span) -> Diagnostic {
    let name = option.name;
    let wants = match option.kind {
        OptKind::Init => format!("the name of an initialiser: `{name}=he`"),
        OptKind::Flag => format!("`{name}=true` or `{name}=false`"),
        OptKind::Sizes => format!("a number, or sizes: `{name}=2`, `{name}=2x1`"),
        OptKind::Pad => format!("a number, sizes, `same` or `valid`: `{name}=1`, `{name}=same`"),
        OptKind::Number => format!("a number: `{name}=0.1`"),
        OptKind::Value => format!("a value: `{name}=n`"),
    };
    let _ = def;
    Diagnostic::error("nnlang::name::layer_option", format!("`{name}` does not take this"))
        .at(span, "here")
        .mend(format!("write {wants}"))
}

/// `conv 8 5` over pictures, `conv 8 5x5` over sequences.
pub fn layer_window(def: &LayerDef, found: &str, axes: usize, text: &str, span: Span) -> Diagnostic {
    let one = text.split('x').next().unwrap_or(text);
    let fits = vec![one; axes].join("x");
    let how = if axes == 1 { "one axis" } else { "two axes" };
    Diagnostic::error("nnlang::shape::layer", format!("over {found} the window of `{}` slides along {how}", def.word))
        .at(span, "its sizes are for other axes")
        .mend(format!("write `{fits}`"))
        .edit(span, fits)
}

/// A residual block whose output has another shape than its input.
pub fn residual(out: &str, given: &str, span: Span, places: [Option<Span>; 2]) -> Diagnostic {
    let mut problem =
        Diagnostic::error("nnlang::shape::layer", format!("the block gives {out}, and what comes in is {given}"))
            .at(span, "both are added, and need one shape");
    for (place, text) in places.into_iter().zip([out, given]) {
        if let Some(place) = place.filter(|place| *place != span) {
            problem = problem.at(place, text);
        }
    }
    problem.mend(
        "let the last layer of the block have as many units as come in, or project what comes in by a layer of its own",
    )
}

/// Heads, or groups, that do not divide what they share.
pub fn uneven_parts(whole: u64, parts: u64, span: Span) -> Diagnostic {
    let near = (1..=whole.min(parts)).rev().find(|n| whole.is_multiple_of(*n)).unwrap_or(1);
    Diagnostic::error("nnlang::shape::layer", format!("{whole} entries do not make {parts} equal parts"))
        .at(span, format!("{whole}/{parts} is not whole"))
        .mend(format!("take a number that divides {whole}: {near}"))
}

/// A layer that is given another shape than it takes.
pub fn layer_input(def: &LayerDef, wanted: &[&str], found: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::shape::layer",
        format!("`{}` takes {}, and this is {found}", def.word, wanted.join(" or ")),
    )
    .at(span, "what it is given has other axes")
    .mend("give it what it takes: name another source behind `from`, or bring the axes in order with `reshape`")
}

fn all_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn either(words: &[&str]) -> String {
    all_of(words).replace(" and ", " or ")
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
    if let Some(form) = crate::resolve::foreign::form(field) {
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
