//! What can be wrong with a name, one function a code.

use crate::diag::{Diagnostic, Edit, Mend};
use crate::source::Span;

/// A name that nothing defines.
pub fn unknown(name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error("nnlang::name::unknown", format!("`{name}` is not defined"))
        .at(span, "no definition, input or function of this name");
    match nearest {
        _ if crate::layers::init::Init::find(name).is_some() => {
            diagnostic.mend(format!("write `param` before the name that it fills: `param W : [3, 4] = {name}`"))
        }
        Some(nearest) => {
            let diagnostic = match alike(name, nearest) {
                Some(fact) => diagnostic.because(fact),
                None => diagnostic,
            };
            diagnostic.mend(format!("write `{nearest}`")).edit(span, nearest)
        }
        None => diagnostic.mend(format!("define it above this line: `{name} = …`, or `input {name} : […]`")),
    }
}

/// Of two names that look alike: the letter that is another.
fn alike(name: &str, known: &str) -> Option<String> {
    let differ = |(a, b): &(char, char)| a != b;
    let mut pairs = name.chars().zip(known.chars()).filter(differ);
    let (own, there) = pairs.next().filter(|_| name.chars().count() == known.chars().count())?;
    let script = |c: char| match c {
        '\u{0}'..='\u{24f}' => "Latin",
        '\u{370}'..='\u{3ff}' => "Greek",
        '\u{400}'..='\u{52f}' => "Cyrillic",
        _ => "other",
    };
    let strange = script(own) != script(there) && script(own) != "other" && pairs.next().is_none();
    strange.then(|| {
        format!("its `{own}` is a {} letter, U+{:04X}; `{there}` is {}", script(own), own as u32, script(there))
    })
}

/// `bc`, where `b` and `c` are defined.
pub fn product_of_names(name: &str, parts: &[String], bracketed: bool, span: Span) -> Diagnostic {
    let product = parts.join("*");
    let product = if bracketed { format!("({product})") } else { product };
    Diagnostic::error("nnlang::name::unknown", format!("`{name}` is not defined"))
        .at(span, "names written together are one name")
        .mend(format!("write `{product}`"))
        .edit(span, product)
}

/// `check(a == 1)`: a statement that is written as a call.
pub fn called_statement(word: &str, form: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::not_function", format!("`{word}` is a statement, written without brackets"))
        .at(span, "called here as a function")
        .mend(format!("write `{form}`"))
        .edit(span, form)
}

/// `layer 0 tanh`, `layer -3`
pub fn no_units(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::layer_units", format!("a `{word}` has at least one unit"))
        .at(span, "this is less")
        .mend(format!("write `{word} 4 tanh`, or leave the line out"))
}

/// A statement's word where it is a name, and nothing defines that; `minus` where a minus follows it.
pub fn unknown_word(word: &crate::syntax::Word, span: Span, minus: bool) -> Diagnostic {
    let (name, form) = (word.word, word.form);
    Diagnostic::error("nnlang::name::unknown", format!("`{name}` is not defined"))
        .at(span, "no definition, input or function of this name")
        .because(format!("`{name}` begins a statement only before a space and then a name, a number or a bracket"))
        .mend(match minus && word.takes_value() {
            true => format!("put what follows in round brackets, as in `{name} (-x)`"),
            false => format!("write the statement as in `{form}`, or define the name above: `{name} = …`"),
        })
}

/// A `da` where only `a` is defined; the derivative meant is perhaps that of `goal` by `by`.
pub fn lone_differential(name: &str, of: &str, span: Span, goal: &str, by: &str) -> Diagnostic {
    let whole = format!("d{goal}/d{by}");
    Diagnostic::error("nnlang::name::differential", format!("`{name}` alone is not a value: a derivative is `{whole}`"))
        .at(span, format!("`{of}` is defined, `{name}` is not"))
        .mend(format!("write `{whole}`"))
        .edit(span, whole)
}

/// `dz[0]/dx`
pub fn of_entry(of: &str, index: &str, by: &str, span: Span) -> Diagnostic {
    let mend = format!("grad({of}{index}, {by})");
    Diagnostic::error("nnlang::name::differential", "a derivative of an entry is written as a call")
        .at(span, format!("`d{of}` alone is not a value"))
        .mend(format!("write `{mend}`"))
        .edit(span, mend)
}

/// `dJ/da/db`: a `db` behind a derivative that is divided by it.
pub fn differential_again(above: &str, of: &str, mend: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::differential", "a derivative of a derivative has one `/`")
        .at(span, format!("`{above}` is divided by `d{of}`, which is not a value"))
        .mend(format!("write `{mend}`"))
        .edit(span, mend)
}

/// `denc.a1/dx`
pub fn of_dotted(of: &str, by: &str, span: Span) -> Diagnostic {
    let mend = format!("grad({of}, {by})");
    let wide = format!("jacobian({of}, {by})");
    Diagnostic::error("nnlang::name::differential", "a derivative of a dotted name is written as a call")
        .at(span, "a `d` before a dotted name is no derivative")
        .mend(format!("write `{mend}`"))
        .edit(span, mend)
        .or(format!("write `{wide}`"), [(span, wide)])
}

/// `dJ/denc.W1`
pub fn by_dotted(mend: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::differential", "a dotted name goes in brackets below a derivative")
        .at(span, "this asks the derivative for a name behind a dot")
        .mend(format!("write `{mend}`"))
        .edit(span, mend)
}

/// `d(J)/d(a)`, `d^2J/da^2`
pub fn one_word(mend: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::differential", "a derivative is one word, as in `dJ/da`")
        .at(span, "this is meant as one, and read as something else")
        .mend(format!("write `{mend}`"))
        .edit(span, mend)
}

/// The alias of a file, where a value is wanted.
pub fn file_alone(name: &str, span: Span, alias: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::not_value", format!("`{name}` is a file, not a value"))
        .at(span, "a value is wanted here")
        .at(alias, "the names of the file are behind this one")
        .mend(format!("write the name behind the dot, as in `{name}.x`"))
}

/// A name used before its line.
pub fn early(name: &str, span: Span, defined: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::early", format!("`{name}` is used before its line"))
        .at(span, "used here")
        .at(defined, "defined here")
        .mend(format!("move the definition of `{name}` above this line"))
}

/// A name defined by itself.
pub fn itself(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::itself", format!("`{name}` is defined by itself"))
        .at(span, "this is the name that the line defines")
        .because("a line is an equation that always holds, not an assignment")
        .mend("use a new name; `step J` moves parameters, and `h[t] = … h[t-1] … start …` is a recurrence")
}

/// The step that an update means, in its place; `leaf`: the definition of what it moves, which is made a parameter.
pub fn step_instead(step: &str, name: &str, span: Span, leaf: Option<Span>, before: bool) -> Mend {
    let edit = |span: Span, text: &str| Edit { span, text: text.to_string() };
    match leaf {
        _ if before => {
            Mend { text: format!("leave it out: `{step}` moves every parameter"), edits: vec![edit(span, "")] }
        }
        Some(at) => Mend {
            text: format!("write `param {name} = …` where it is defined, and `{step}` here"),
            edits: vec![edit(Span { end: at.start, ..at }, "param "), edit(span, step)],
        },
        None => Mend { text: format!("write `{step}`"), edits: vec![edit(span, step)] },
    }
}

/// The code of a name that is defined twice.
pub const TWICE: &str = "nnlang::name::twice";

/// A name defined twice.
pub fn twice(name: &str, span: Span, before: Span, own: bool) -> Diagnostic {
    let problem = Diagnostic::error(TWICE, format!("`{name}` is defined twice"))
        .at(span, "defined again here")
        .at(before, "first defined here");
    if !own {
        return problem.mend("give one of them another name");
    }
    problem
        .because("a line is an equation that always holds, not an assignment that changes a name")
        .mend(format!("name the new value: `{name}_next = …`"))
        .edit(span, format!("{name}_next"))
}

/// `seed 3`, and `seed 4` below.
pub fn set_twice(word: &str, span: Span, before: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::twice", format!("`{word}` is set twice"))
        .at(span, "set again here")
        .at(before, "first set here")
        .mend("leave one of them out")
}

/// A setting below the first statement that it would change.
pub fn late_setting(text: &str, word: &str, span: Span, first: Span) -> Diagnostic {
    let top = Span { end: first.start, ..first };
    Diagnostic::error("nnlang::name::late_setting", format!("`{word}` is set below the first statement"))
        .at(span, "this holds for the whole file")
        .at(first, "which begins here")
        .mend(format!("move `{text}` to the top of the file"))
        .edit(top, format!("{text}\n"))
        .edit(span, "")
}

/// A dimension's name defined as a value afterwards.
pub fn dimension_first(name: &str, span: Span, before: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::twice", format!("`{name}` is already the name of a dimension"))
        .at(span, "defined here")
        .at(before, "introduced as a dimension here")
        .mend(format!("move `{name} = …` above the shape that uses it"))
}

/// A function where a value is wanted.
pub fn not_a_value(name: &str, what: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::not_value", format!("`{name}` is a {what}, not a value"))
        .at(span, "a value is wanted here")
        .mend(match crate::syntax::WORDS.iter().find(|word| word.word == name) {
            Some(word) => format!("call it: `{name}(…)`, or write the statement, as in `{}`", word.form),
            None => format!("call it: `{name}(…)`"),
        })
}

/// A value where a function is wanted.
pub fn not_a_function(name: &str, span: Span, bracket: Span, builtin: bool) -> Diagnostic {
    let diagnostic = Diagnostic::error("nnlang::name::not_function", format!("`{name}` is a value, not a function"))
        .at(span, "called here");
    if builtin {
        diagnostic
            .because(format!("the program's own `{name}` hides the function of that name"))
            .mend("rename the value")
    } else {
        let at = Span { end: bracket.start, ..bracket };
        diagnostic.mend(format!("write `{name}*(…)` for the product, `{name}[…]` for an entry")).edit(at, "*")
    }
}

/// A function that no one knows. `written` is the whole of its name as it stands there, `torch.sigmoid`.
pub fn unknown_function(name: &str, written: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::unknown", format!("there is no function `{written}`"));
    let problem = match name == written {
        true => problem.at(span, "called here"),
        false => problem.at(span, "built-in functions are called by their name alone"),
    };
    match (crate::resolve::foreign::form(name), nearest) {
        (_, Some(nearest)) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        (Some(form), None) => problem.mend(form),
        (None, None) => problem.mend(format!("define it above this line: `{name}(x) = …`")),
    }
}

/// `x.sum()`
pub fn no_method(base: &str, name: &str, call: &str, known: bool, span: Span) -> Diagnostic {
    let problem =
        Diagnostic::error("nnlang::name::not_function", format!("`{base}` has no function of its own `{name}`"))
            .at(span, "a function is called with the value in its brackets");
    match (known, crate::resolve::foreign::form(name)) {
        (true, _) => problem.mend(format!("write `{call}`")).edit(span, call),
        (false, Some(form)) => problem.mend(form),
        (false, None) => problem.mend(format!("write `{name}({base})`, and define `{name}` above")),
    }
}

/// An initialiser that no one knows.
pub fn initialiser(word: &str, nearest: Option<&str>, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::initialiser", format!("there is no initialiser `{word}`"))
        .at(span, "neither an initialiser nor a name that is defined above")
        .because("there are xavier, he, lecun, orthogonal, normal, uniform and zeros");
    match nearest {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend("write one of these, or a value"),
    }
}

/// `input x = [3, m]`
pub fn shape_as_value(name: &str, dim: &str, span: Span, gap: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::unknown", format!("`{dim}` is not defined"))
        .at(span, "no definition, input or function of this name")
        .because("after `=` comes a value; a shape comes after `:`")
        .mend(format!("write `{name} : [… {dim} …]` for the shape"))
        .edit(gap, " : ")
}

/// `2[1, 2]`, `a^2[0]`
pub fn index_of_number(number: &str, entry: &str, span: Span, index: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::index", format!("`{number}` is a single number, and has no entries"))
        .at(span, "a square bracket that touches what is before it is an index")
        .mend(format!("write `{number}*{entry}` for the product, `(a^{number}){entry}` for an entry of a power"))
        .edit(Span { end: index.start, ..index }, "*")
}

/// `A^T`
pub fn transpose_power(base: &str, whole: Span, power: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::unknown", "`T` is not defined")
        .at(power, "no definition, input or function of this name")
        .mend(format!("write `{base}'` for the transpose"))
        .edit(whole, "'")
}

/// A call of something that is not a name.
pub fn call_of_value(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::not_function", "only a function can be called")
        .at(span, "a round bracket that touches what is before it is a call")
        .mend("write `*` before the bracket for a product")
        .edit(Span { end: span.start, ..span }, "*")
}

/// A function that calls itself.
pub fn recursive(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::recursive", format!("the function `{name}` calls itself"))
        .at(span, "called here, inside its own body")
        .because("functions are expanded where they are called, so they cannot be recursive")
        .mend("write a recurrence: `h[t] = … h[t-1] … start …`")
}

/// Two functions that call each other, perhaps through others.
pub fn circular(own: &str, called: &str, span: Span, defined: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::recursive", format!("`{own}` and `{called}` call each other, without an end"))
        .at(span, format!("`{own}` calls `{called}` here"))
        .at(defined, format!("whose body leads back to `{own}`"))
        .because("functions are expanded where they are called, so they cannot be recursive")
        .mend("write a recurrence: `h[t] = … h[t-1] … start …`")
}

/// A second derivative whose denominator can be read in two ways.
pub fn two_readings(word: &str, full: &str, base: &str, order: u32, of: &str, span: Span) -> Diagnostic {
    let by = vec![format!("d{base}"); order as usize].join(" ");
    Diagnostic::error("nnlang::name::two_readings", format!("`{word}` can be read in two ways"))
        .at(span, format!("`{full}` is a name too, and `{base}` with order {order} is another reading"))
        .mend(format!("write `d{order}{of}/{by}`"))
}

/// A derivative whose orders do not add up. `by` is what stands below, as it is written.
pub fn orders(of: u32, by_order: u32, goal: &str, by: &str, above: Span, span: Span) -> Diagnostic {
    let order = |n: u32| if n == 1 { String::new() } else { n.to_string() };
    let fits = format!("d{}{goal}", order(by_order));
    let problem = Diagnostic::error(
        "nnlang::name::orders",
        format!("the orders of this derivative differ: {of} above, {by_order} below"),
    )
    .at(span, "the order above is the sum of the orders below");
    let by_name = by.strip_prefix('d').filter(|name| by_order == 1 && of > 1 && !name.contains(' '));
    match by_name {
        Some(name) => {
            let whole = format!("d{of}{goal}/d{name}{of}");
            problem.mend(format!("write `{whole}`, or `{fits}/{by}`")).edit(span, whole)
        }
        None => problem.mend(format!("write `{fits}/{by}`")).edit(above, fits),
    }
}

/// `d2J/dadb`
pub fn by_together(word: &str, first: &str, second: &str, span: Span) -> Diagnostic {
    let apart = format!("d{first} d{second}");
    Diagnostic::error("nnlang::name::unknown", format!("`{word}` is not defined"))
        .at(span, "no definition, input or function of this name")
        .because(format!("`{first}` and `{second}` are names, and a space stands between what a derivative is by"))
        .mend(format!("write `{apart}`"))
        .edit(span, apart)
}

/// A derivative by something that is not a name.
pub fn by_what(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::derivative", "a derivative is by a name")
        .at(span, "this is not the name of a variable, input or parameter")
        .mend("give it a name first: `u = …`, then use `u`")
}

/// `slope f(z, k) = …` of a function of `z` alone.
pub fn slope_params(name: &str, own: usize, stated: usize, span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::name::slope",
        format!("the slope of `{name}` is stated over {stated} arguments, and the function has {own}"),
    )
    .at(span, "a slope is stated over the argument of its function")
    .mend(format!("write `slope {name}(z) = …`"))
}

/// `slope f(a, b) = …`
pub fn slope_arguments(name: &str, own: usize, span: Span, function: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::name::slope",
        format!("a slope is stated for a function of one argument, and `{name}` has {own}"),
    )
    .at(span, "its slope is stated here")
    .at(function, "the function")
    .mend(format!("define a function of one argument, as in `g(z) = {name}(z, …)`, and state its slope"))
}

/// A second slope of one function.
pub fn slope_twice(name: &str, span: Span, before: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::twice", format!("the slope of `{name}` is stated twice"))
        .at(span, "stated again here")
        .at(before, "first stated here")
        .mend("leave one of them out")
}

/// `slope relu(z) = …`
pub fn slope_of_builtin(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::slope", format!("`{name}` is built in, and has its own slope"))
        .at(span, "its slope is stated here")
        .mend(format!("define a function of your own, as in `f(z) = {name}(z)`, and state the slope of that"))
}

/// `slope g(z) = …`, where nothing is called `g`.
pub fn slope_of_unknown(name: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::unknown", format!("there is no function `{name}`"))
        .at(span, "its slope is stated here");
    match nearest {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend(format!("define the function above this line: `{name}(z) = …`")),
    }
}

/// `df/dx` of a function.
pub fn of_function(name: &str, order: u32, by: &str, span: Span) -> Diagnostic {
    let slope = format!("{name}{}", "'".repeat(order.min(8) as usize));
    let call = format!("{slope}({by})");
    Diagnostic::error("nnlang::name::derivative", format!("`{name}` is a function: its slope is `{slope}`"))
        .at(span, "the derivative of a function has no point here")
        .mend(format!("write `{call}`"))
        .edit(span, call)
}

/// A setting with a value that it does not have: by now only a seed beyond 64 bits.
pub fn setting(word: &str, wants: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::setting_value", format!("`{word}` is {wants}"))
        .at(span, "this is something else")
        .mend(format!("write {wants} after `{word}`"))
}

/// `noise eps = normal`, `noise eps : [m, 20]`
pub fn noise(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error(
        "nnlang::shape::no_shape",
        format!("`{name}` is drawn anew at every step, and what and how many is not said"),
    )
    .at(span, "a noise has a shape and a distribution")
    .mend(format!("write `noise {name} : [m, 20] = normal`; `else 1` behind it is its value outside training"))
}

/// `param w : [3] = normal else 1`
pub fn otherwise(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::clause", "only a `noise` is something else outside training")
        .at(span, "`else` has no place here")
        .mend("leave `else` out, or declare it with `noise`")
}

/// A line of `train` that says nothing it knows.
pub fn no_choice(name: &str, nearest: Option<&str>, known: &[&str], span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::train::option", format!("`train` has no option `{name}`"))
        .at(span, "this chooses nothing")
        .because(format!("its options are {}", known.join(", ")));
    match nearest {
        Some(nearest) => problem.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => problem.mend(format!("write one of {}", known.join(", "))),
    }
}

/// A network without a line that could be its result.
pub fn empty_network(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::network_line", format!("the network `{name}` has no result"))
        .at(span, "its body has neither a layer nor a definition")
        .mend("end its body with a layer, a definition or an expression: the last one is what a call gives")
}

/// `repeat x { … }`: how often is not known from the text.
pub fn repeat_times(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::layer_units", "`repeat` needs how many times first, a whole number from 1 to 1000")
        .at(span, "it is known before anything runs")
        .mend("write `repeat 3 { … }`, or define the number above: `n = 3`")
}

/// A layer with nothing to stand on.
pub fn no_input(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::no_input", "there is nothing above for this layer to take")
        .at(span, "a layer takes the layer before it, and the first one the first input")
        .mend("declare an input above: `input x : [3, m]`, or name a source: `layer 4 tanh from x`")
}

/// `f'` without a call.
pub fn slope_without_call(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::not_value", format!("`{name}'` is a function, not a value"))
        .at(span, "a value is wanted here")
        .mend(format!("call it: `{name}'(z)`"))
}

/// `J'(a)`
pub fn slope_of_value(name: &str, by: Option<&str>, span: Span) -> Diagnostic {
    let problem = Diagnostic::error("nnlang::name::not_function", format!("`{name}` is a value, not a function"))
        .at(span, "this is how the slope of a function is called");
    match by {
        Some(by) => problem.mend(format!("write `d{name}/d{by}`")).edit(span, format!("d{name}/d{by}")),
        None => problem.mend(format!("write `d{name}/da` for its derivative by a name, a `*` for the product")),
    }
}

/// A pipe into something that is not a call.
pub fn pipe(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::not_function", "after `|>` comes a function or a call")
        .at(span, "`x |> f(k=2)` is `f(x, k=2)`")
        .mend("name the function that takes the value")
}

/// Comparisons in a row.
pub fn chained(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::chained_comparison", "comparisons do not chain")
        .at(span, "this compares the 0 or 1 of the comparison before it")
        .mend("write `a < b and b < c`")
}

/// `step` without a range.
pub fn step_without_range(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::shape::range", "`step` follows a range")
        .at(span, "there is no `..` before it")
        .mend("write `0..1 step 0.1`")
}

/// A range where a value is wanted is fine; a range of a range is not.
pub fn comprehension_of(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::each", format!("`{name}` does not take `for`"))
        .at(span, "only sum, prod, mean, max and min reduce over an index")
        .mend("write the list `[… for i in 0..n]` and give it to the function")
}

/// `sum(x[i] for i in 0..3, axis=0)`
pub fn comprehension_alone(name: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::each", format!("`{name}` over an index takes nothing else"))
        .at(span, "besides the `for` another argument stands here")
        .mend(format!("leave it out, or write the list, as in `{name}([… for i in 0..n], axis=0)`"))
}

/// A field that is not there.
pub fn no_field(name: &str, field: &str, span: Span, nearest: Option<&str>) -> Diagnostic {
    let diagnostic =
        Diagnostic::error("nnlang::name::field", format!("`{name}` has no `{field}`")).at(span, "asked for here");
    match nearest {
        Some(nearest) => diagnostic.mend(format!("write `{nearest}`")).edit(span, nearest),
        None => diagnostic.mend(format!("ask `{name}` for a name that it defines")),
    }
}

/// `grad` and its kin with other than their arguments.
pub fn transform_arguments(transform: super::hir::Transform, span: Span) -> Diagnostic {
    use super::hir::Transform;
    let form = match transform {
        Transform::Grad => "grad(expr, x)",
        Transform::Jacobian => "jacobian(expr, x)",
        Transform::Hessian => "hessian(expr, x)",
        Transform::Jvp => "jvp(expr, x, v)",
        Transform::Hvp => "hvp(expr, x, v)",
    };
    Diagnostic::error("nnlang::name::arguments", format!("this is written `{form}`"))
        .at(span, "other arguments than that")
        .mend(match transform {
            Transform::Grad => {
                "write `grad(expr, x)` with the name to differentiate by; `grad J` asks for every derivative".into()
            }
            _ => format!("write `{form}` with an expression and the name to differentiate by"),
        })
}

/// A file that uses itself.
pub fn circle(path: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::circle", format!("`{path}` uses itself"))
        .at(span, "this file is already being read")
        .mend("move what both need into a third file")
}

/// A statement that has no place in a network.
pub fn not_in_network(span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::name::not_in_network", "this statement has no place in a network")
        .at(span, "a network holds layers, parameters and definitions")
        .mend("move it out of the braces")
}
