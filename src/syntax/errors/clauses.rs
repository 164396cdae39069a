//! Problems of a question's clauses.

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::statements::{self, About, Clause, Statement};
use crate::syntax::ast::Name;

/// `trace J by 0.1`: a clause that the question does not have. `place` is the clause, without and with the gap before it.
pub(in crate::syntax) fn none(
    statement: &Statement,
    clause: Clause,
    said: &str,
    place: (Span, Span),
    whole: Option<Span>,
    subject: &[&str],
) -> Diagnostic {
    let (span, gap) = place;
    let word = statement.word;
    let error = Diagnostic::error("nnlang::syntax::clause", format!("`{word}` has no `{}`", clause.word()))
        .at(span, "this clause");
    let error = match takers(clause).as_slice() {
        [] => error,
        [one] => error.because(format!("{one} has a `{}`", clause.word())),
        [rest @ .., last] => error.because(format!("{} and {last} have a `{}`", rest.join(", "), clause.word())),
    };
    let tail = said.split_once(' ').map_or("", |(_, tail)| tail.trim_start());
    let derivative = matches!(statement.about, About::Formula | About::Derivative);
    let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    match (clause, whole, subject) {
        // `derive J wrt W, b`
        (Clause::Wrt, Some(whole), [goal]) if derivative && plain(goal) => {
            let slope = |by: &str| if plain(by) { format!("d{goal}/d{by}") } else { format!("d{goal}/d({by})") };
            let by: Vec<String> = tail.split(',').map(|by| slope(by.trim())).collect();
            let many = statement.takes == statements::Takes::Several;
            let by = if many { by.join(", ") } else { by.into_iter().next().unwrap_or_default() };
            error.mend(format!("write `{word} {by}`")).edit(whole, by).edit(gap, "")
        }
        // `grad J by w`
        (Clause::By, ..) if statement.has(Clause::Wrt) && plain(tail) && tail.starts_with(char::is_alphabetic) => {
            let by = Span { end: span.start + 2, ..span };
            error.mend(format!("write `wrt {tail}`")).edit(by, "wrt")
        }
        _ => error.mend(format!("leave it out, as in `{}`", statement.forms[0])).edit(gap, ""),
    }
}

/// The questions that have a clause.
fn takers(clause: Clause) -> Vec<String> {
    let have = statements::ALL.iter().filter(|statement| statement.has(clause));
    have.map(|statement| format!("`{}`", statement.word)).collect()
}

/// `nudge a by 1 by 2`
pub(in crate::syntax) fn twice(statement: &Statement, clause: Clause, gap: Span) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::clause", format!("`{}` has one `{}`", statement.word, clause.word()))
        .at(gap, "this is its second")
        .mend("leave one of them out")
        .edit(gap, "")
}

/// `derive dJ/dw as tex`
pub(in crate::syntax) fn form(name: &Name) -> Diagnostic {
    Diagnostic::error("nnlang::syntax::clause", format!("a formula is not written as `{}`", name.text))
        .at(name.span, "no notation of this name")
        .mend("write `as latex`")
        .edit(name.span, "latex")
}
