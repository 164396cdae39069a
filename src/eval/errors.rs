//! What can be wrong with a value, one function a code.

use crate::diag::{Diagnostic, Label};
use crate::exec::Birth;
use crate::lower::Compiled;
use crate::source::{Sources, Span};
use crate::view::number;

/// An input without a value.
pub fn missing(name: &str, defined: Span, question: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::missing", format!("this question needs a value for `{name}`"))
        .at(question, "asked here")
        .at(defined, "an input without a value")
        .mend(format!("give it one: `--input {name}=FILE` or `--set {name}=…`, or `= value` on its line"))
}

/// A question over all examples, where they are not in memory.
pub fn large(name: &str, rows: usize, defined: Span, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::data::large", format!("`{name}` has {rows} rows, more than is held in memory"))
        .at(span, "over all of them at once")
        .at(defined, "read a piece at a time")
        .mend("ask `evaluate`, which sums piece by piece, or give more memory: `--memory-limit 16GiB`")
}

/// A dimension without a number.
pub fn unbound(name: &str, place: Option<Span>, question: Span) -> Diagnostic {
    let mut problem = Diagnostic::error("nnlang::value::unbound", format!("this question needs a number for `{name}`"))
        .at(question, "asked here");
    if let Some(place) = place {
        problem = problem.at(place, "introduced here");
    }
    problem.mend(format!("give data to an input that has `{name}` in its shape, or write `{name} = …` above"))
}

/// More memory than the limit.
pub fn memory(
    sources: &Sources,
    needed: u128,
    limit: u64,
    largest: &[(String, Option<Span>)],
    question: Span,
) -> Diagnostic {
    let mut problem = Diagnostic::error(
        "nnlang::value::memory",
        format!("this needs {} of memory, and the limit is {}", bytes(needed), bytes(u128::from(limit))),
    )
    .at(question, "asked here");
    for (shape, at) in largest.iter().take(3) {
        match at {
            Some(at) if !problem.labels.iter().any(|label: &Label| label.span == *at) => {
                problem = problem.at(*at, format!("{shape} is made here"));
            }
            Some(at) => problem = problem.because(format!("`{}` is {shape}", sources.text(*at))),
            None => {}
        }
    }
    problem.mend("make it smaller, or allow more: `--memory-limit 8GiB`")
}

fn bytes(n: u128) -> String {
    let mut value = n as f64;
    for unit in ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"] {
        if value < 1024.0 {
            return format!("{} {unit}", number(value, 3));
        }
        value /= 1024.0;
    }
    format!("{} EiB", number(value, 3))
}

/// Values that do not fit their operator.
pub fn fault(fault: crate::graph::Fault, at: Option<Span>, question: Span) -> Diagnostic {
    let mut problem = Diagnostic::error(fault.code, fault.title);
    problem.because = fault.because;
    match at {
        Some(at) if at != question => problem.at(at, "here").at(question, "asked here"),
        _ => problem.at(question, "here"),
    }
}

/// The run was stopped.
pub fn interrupted(question: Span) -> Diagnostic {
    Diagnostic::error("nnlang::session::interrupted", "stopped").at(question, "while answering this")
}

/// Nothing came back.
pub fn lost(question: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::lost", "this question has no answer").at(question, "asked here")
}

/// An input's shape whose names the data does not tell.
pub fn open(name: &str, shape: &str, span: Span) -> Diagnostic {
    Diagnostic::error("nnlang::value::open", format!("the sizes of `{name}` do not tell the names in {shape}"))
        .at(span, "its data is there")
        .mend("state the shape with one name for each axis")
}

/// Data of another shape.
pub fn unfit(
    name: &str,
    stated: &str,
    found: &[usize],
    why: &str,
    span: Span,
    (chain, others): (&[(String, Span)], &[(String, Vec<usize>, Span)]),
) -> Diagnostic {
    let problem =
        Diagnostic::error("nnlang::value::shape", format!("the data of `{name}` is {found:?}, and {stated} is stated"))
            .at(span, format!("{stated}, stated here"))
            .because(why.to_string());
    let problem = chain.iter().fold(problem, |problem, (fact, at)| problem.at(*at, fact.clone()));
    others.iter().take(1).fold(problem, |problem, (other, sizes, at)| {
        problem.at(*at, format!("the data of `{other}` is {sizes:?}")).mend("give both as many examples")
    })
}

/// A condition that the data does not meet.
pub fn condition(text: &str, left: u64, right: u64, place: Option<Span>) -> Diagnostic {
    let problem =
        Diagnostic::error("nnlang::value::condition", format!("the data must have {text}: here {left} and {right}"));
    match place {
        Some(place) => problem.at(place, "needed here"),
        None => problem,
    }
}

/// A length that is to be divided without a rest.
pub fn not_a_multiple(dim: &str, of: u64, found: usize, place: Option<Span>) -> Diagnostic {
    let title = format!("{dim} must be a multiple of {of}, and the data has {found}");
    let problem = Diagnostic::error("nnlang::value::condition", title);
    match place {
        Some(place) => problem.at(place, "needed here"),
        None => problem,
    }
}

/// Where a number that is not finite was born, and whether in the slope of that; `nan`: the answer has one.
pub fn birth(
    compiled: &Compiled,
    birth: &Birth,
    nan: bool,
    what: &str,
    (at, slope): (Span, bool),
    question: Span,
) -> Diagnostic {
    let kind = if nan { "not a number" } else { "infinite" };
    let node = compiled.graph.node(birth.node);
    let entry = if birth.entry.is_empty() { String::new() } else { format!(" at entry {:?}", birth.entry) };
    let operands: Vec<String> = birth.operands.iter().map(|operand| telling(operand.value)).collect();
    let born = match (node.op.def.notation, operands.as_slice()) {
        (crate::graph::Notation::Infix(sign), [a, b]) => format!("{a} {sign} {b}"),
        (_, []) => node.op.def.name.to_string(),
        (_, all) => written(node.op.def, all).unwrap_or_else(|| format!("{}({})", node.op.def.name, all.join(", "))),
    };
    let place = match slope {
        true => "born in the slope of this",
        false => "born here",
    };
    let problem = Diagnostic::error("nnlang::value::not_finite", format!("{what} is {kind}"))
        .at(at, format!("{place}: {born} is {}{entry}", number(birth.result, 6)));
    match at == question {
        true => problem,
        false => problem.at(question, "asked here"),
    }
}

/// Is a number born in an operator that stands for more than one of the program's own?
pub fn stands_for_more(graph: &crate::graph::Graph, birth: &Birth) -> bool {
    let operands: Vec<String> = birth.operands.iter().map(|operand| telling(operand.value)).collect();
    written(graph.node(birth.node).op.def, &operands).is_some()
}

/// A number with the digits that matter: one that is nearly whole is not shown as whole.
fn telling(value: f64) -> String {
    let short = number(value, 6);
    match short.parse::<f64>() {
        Ok(read) if read != value && read.fract() == 0.0 && (read - value).abs() < 1e-4 => number(value, 17),
        _ => short,
    }
}

/// An operator that stands for what a reader writes in another way, `xlogy(2, 0)`, as that: `2*log(0)`.
fn written(def: &crate::graph::OpDef, operands: &[String]) -> Option<String> {
    // The rule that makes it of letters, and of the numbers that are there.
    let fits = |rule: &&'static str| -> Option<(&'static str, Vec<&'static str>)> {
        let (left, right) = rule.split_once(" = ")?;
        let args = right.strip_prefix(def.name)?.strip_prefix('(')?.strip_suffix(')')?;
        let names: Vec<&str> = args.split(", ").collect();
        // `exp(z)` and its like are read as they are.
        let is_letter = |name: &str| {
            name == "x" || (operands.len() > 1 && name.len() == 1 && name.starts_with(char::is_alphabetic))
        };
        let same = |(name, operand): (&&str, &String)| is_letter(name) || *name == operand.as_str();
        (names.len() == operands.len() && names.iter().zip(operands).all(same)).then_some((left, names))
    };
    let (left, names) = def.algebra.stable.iter().find_map(fits)?;
    let mut out = String::new();
    let mut word = String::new();
    for c in left.chars().chain([' ']) {
        if c.is_alphanumeric() || c == '_' {
            word.push(c);
            continue;
        }
        match names.iter().position(|name| *name == word) {
            Some(i) => out.push_str(&operands[i]),
            None => out.push_str(&word),
        }
        word.clear();
        out.push(c);
    }
    Some(out.trim_end().to_string())
}
