//! What is wrong with an attempt, without the formula that is right: `nnlang check --hints`.

use crate::diag::{Diagnostic, Label};
use crate::lower::ItemKind;
use crate::source::Sources;
use crate::statements::Takes;

/// The stages whose mends say how a formula is written; those of the others say what is right.
const WRITTEN: [&str; 2] = ["syntax", "name"];

/// What the codes of values begin with.
const VALUE: &str = "value";

/// The words whose questions compare: what they say of an attempt is a verdict, not a value.
const COMPARE: [&str; 2] = [super::CHECKS, "assert"];

/// Is it a question that compares, or a heading?
pub(super) fn is_told(kind: &ItemKind) -> bool {
    match kind {
        ItemKind::Heading(_) => true,
        ItemKind::Ask(ask) => ask.statement.takes == Takes::One && COMPARE.contains(&ask.statement.word),
        ItemKind::Define(_) | ItemKind::Blank(..) | ItemKind::Show(_) => false,
    }
}

/// A problem without what would give the formula away: no mend, no numbers of the right side, and of what is said in
/// back-ticks only what the attempt itself says.
pub fn hint(mut problem: Diagnostic, sources: &Sources) -> Diagnostic {
    let stage = problem.code.split("::").nth(1).unwrap_or_default();
    if WRITTEN.contains(&stage) || problem.code == super::BLANK {
        return problem;
    }
    problem.mend = None;
    if stage != VALUE {
        return problem;
    }
    let own: Vec<String> = problem.labels.iter().map(|label| sources.text(label.span).to_string()).collect();
    let source = problem.span().map(|span| span.source);
    let verdict = ["nnlang::value::formula", "nnlang::value::check", "nnlang::value::assert"].contains(&problem.code);
    for (i, Label { text, .. }) in problem.labels.iter_mut().enumerate() {
        *text = if i == 0 && verdict { "this does not hold".to_string() } else { veiled(text, &own) };
    }
    for fact in &mut problem.because {
        // A step that is named by its line may be quoted.
        let line = line_in(fact).and_then(|line| Some(line_of(sources, source?, line)));
        let own: Vec<String> = own.iter().cloned().chain(line).collect();
        *fact = veiled(fact, &own);
    }
    problem
}

/// `12` of ``… `dz2` (line 12) has …``.
fn line_in(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("(line ")?;
    rest.split_once(')')?.0.parse().ok()
}

fn line_of(sources: &Sources, source: crate::source::SourceId, line: usize) -> String {
    sources.get(source).text.lines().nth(line.saturating_sub(1)).unwrap_or_default().to_string()
}

/// A text whose back-ticked pieces are those of the attempt; another is `…`.
fn veiled(text: &str, own: &[String]) -> String {
    let said = |piece: &str| own.iter().any(|own| within(own, piece));
    let pieces = text.split('`').enumerate().map(|(i, piece)| match i % 2 {
        1 if !said(piece) => "…",
        _ => piece,
    });
    pieces.collect::<Vec<_>>().join("`")
}

/// Does a text have this piece, not as a part of a longer word?
fn within(text: &str, piece: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<String>();
    let (text, piece) = (plain(text), plain(piece));
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let ends = |at: usize| {
        let before = text[..at].chars().next_back().is_some_and(part) && piece.starts_with(part);
        let after = text[at + piece.len()..].chars().next().is_some_and(part) && piece.ends_with(part);
        !before && !after
    };
    !piece.is_empty() && text.match_indices(&piece).any(|(at, _)| ends(at))
}

/// The problems that were found before the run.
pub fn found(problems: Vec<Diagnostic>, sources: &Sources) -> Vec<Diagnostic> {
    problems.into_iter().map(|problem| hint(problem, sources)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_attempt_says_is_quoted() {
        let own = ["check dJ/dz2 == y - a2".to_string()];
        let told = veiled("your formula has `y - a2` where the derivative has `a2 - y`", &own);
        assert_eq!(told, "your formula has `y - a2` where the derivative has `…`");
        assert_eq!(veiled("your formula lacks `/ m`", &own), "your formula lacks `…`");
        assert_eq!(veiled("your formula is the transpose", &own), "your formula is the transpose");
        assert_eq!(veiled("it has `y-a2`, not `a`", &own), "it has `y-a2`, not `…`");
    }

    #[test]
    fn a_line_that_is_named_is_found() {
        assert_eq!(line_in("`dz2` (line 12) has `y - a2`"), Some(12));
        assert_eq!(line_in("no line"), None);
    }
}
