//! Mends are tried before they are proposed: carried out, and the program checked again. One that leads to a second error of the
//! same statement is none; what else may be meant is tried in turn, and two slips of one statement are mended together.

use crate::diag::{Diagnostic, Edit, Mend};
use crate::source::{SourceId, Span};

/// A text longer than this is not checked again.
const LENGTH: usize = 64 << 10;
/// The mends of so many problems are tried.
const PROBLEMS: usize = 200;
/// So much text is checked again in all.
const BUDGET: usize = 1 << 20;
/// So many slips of one statement are mended together.
const TOGETHER: usize = 6;

/// What the codes about files have in them.
const FILES: [&str; 2] = ["::file", "::data::"];

/// What a text is told when it is checked, and which source it is then.
pub type Again<'a> = &'a mut dyn FnMut(&str) -> (Vec<Diagnostic>, SourceId);

/// Tries the mends of the problems of a text whose statements stand at these places.
pub fn tried(problems: &mut [Diagnostic], (source, text): (SourceId, &str), statements: &[Span], again: Again<'_>) {
    if text.len() > LENGTH {
        return;
    }
    let budget = BUDGET;
    let before: Vec<Diagnostic> = problems.to_vec();
    let mut cx = Cx { source, text, statements, before: &before, again, budget };
    for problem in problems.iter_mut().take(PROBLEMS) {
        let others = std::mem::take(&mut problem.others);
        let own = problem.span().filter(|span| span.source == source);
        let Some(own) = own else { continue };
        let edits = |mend: &Mend| !mend.edits.is_empty() && mend.edits.iter().all(|edit| edit.span.source == source);
        // As another language would write the whole statement.
        let translated = cx.translated(problem, own);
        if !problem.mend.as_ref().is_some_and(edits) && translated.is_empty() {
            continue;
        }
        let own_mend = problem.mend.take();
        let first = translated.into_iter().chain(own_mend);
        let others = others.into_iter().chain(cx.reworded(problem, own));
        let mut found = None;
        let mut failed = None;
        for mend in first.chain(others) {
            if !edits(&mend) {
                found = Some(mend);
                break;
            }
            match cx.outcome(problem, own, &mend) {
                Outcome::Clean => found = Some(mend),
                Outcome::Together(whole) => found = Some(whole),
                Outcome::Elsewhere => {
                    failed.get_or_insert(Mend { edits: vec![], ..mend });
                    continue;
                }
                Outcome::Worse => continue,
            }
            break;
        }
        problem.mend = found.or(failed);
    }
}

/// What a mend leads to.
enum Outcome {
    Clean,
    /// To another slip of the statement, which is mended with it.
    Together(Mend),
    /// To another error of the statement, at another place.
    Elsewhere,
    /// To an error where it was carried out, or to the same one.
    Worse,
}

struct Cx<'a> {
    source: SourceId,
    text: &'a str,
    statements: &'a [Span],
    before: &'a [Diagnostic],
    again: Again<'a>,
    budget: usize,
}

impl Cx<'_> {
    fn outcome(&mut self, problem: &Diagnostic, own: Span, mend: &Mend) -> Outcome {
        let mut edits = sorted(&mend.edits);
        let regions: Vec<Span> =
            std::iter::once(own).chain(mend.edits.iter().map(|edit| edit.span)).map(|at| self.statement(at)).collect();
        for together in 0..TOGETHER {
            // What is too long to be tried is taken at its word.
            let Some(text) = applied(self.text, &edits).filter(|text| self.spend(text.len())) else {
                return if together == 0 { Outcome::Clean } else { Outcome::Elsewhere };
            };
            let (found, id) = (self.again)(&text);
            let region = |span: Span| {
                regions.iter().any(|region| {
                    let (start, end) = (moved(region.start, &edits, false), moved(region.end, &edits, true));
                    span.source == id && span.start <= end && start <= span.end
                })
            };
            let in_regions =
                |known: &Diagnostic| known.span().is_some_and(|at| regions.iter().any(|own| own.holds(at)));
            let was = |told: &Diagnostic| self.before.iter().any(|known| same(known, told) && in_regions(known));
            let known = |told: &Diagnostic| was(told) && !same(problem, told);
            // Whether a file is there is no matter of how the statement is written.
            let of_file = |told: &Diagnostic| FILES.iter().any(|of| told.code.contains(of));
            let known = |told: &Diagnostic| known(told) || of_file(told);
            let new = |told: &&Diagnostic| {
                told.span().is_some_and(region) && (told.is_error() && !known(told) || same(problem, told))
            };
            let Some(next) = found.iter().find(new) else {
                return match together {
                    0 => Outcome::Clean,
                    _ => Outcome::Together(Mend { text: self.written(&text, &edits, own), edits }),
                };
            };
            let place = next.span().unwrap_or(own);
            if same(problem, next) && together == 0 && problem.span().is_some_and(|own| !later(place, own, &edits)) {
                return Outcome::Worse;
            }
            let touched = |edit: &Edit| {
                let start = moved(edit.span.start, &edits, false);
                place.start < start + edit.text.len() as u32 && start < place.end
            };
            if edits.iter().any(touched) {
                return Outcome::Worse;
            }
            let more = next.mend.as_ref().filter(|mend| !mend.edits.is_empty());
            match more.and_then(|mend| joined(&edits, &mend.edits, id, self.source)) {
                Some(both) => edits = both,
                None => return Outcome::Elsewhere,
            }
        }
        Outcome::Elsewhere
    }

    /// The statement of an error, as this language would write it where it is written as others do.
    fn translated(&self, problem: &Diagnostic, own: Span) -> Vec<Mend> {
        let (statement, text) = self.written_wrong(problem, own);
        let nudged = crate::syntax::nudged(text, self.text);
        nudged.into_iter().chain(crate::syntax::rewritten(text)).map(|text| instead(statement, text)).collect()
    }

    /// The same where nothing else mends it.
    fn reworded(&self, problem: &Diagnostic, own: Span) -> Option<Mend> {
        let (statement, text) = self.written_wrong(problem, own);
        crate::syntax::reworded(text).map(|text| instead(statement, text))
    }

    /// The statement of an error of how it is written; no text where it is another, or long.
    fn written_wrong(&self, problem: &Diagnostic, own: Span) -> (Span, &str) {
        const LONG: usize = 400;
        const STAGES: [&str; 3] = ["syntax", "name", "shape"];
        let statement = self.statement(own);
        let text = self.text.get(statement.range()).unwrap_or_default();
        let stage = problem.code.split("::").nth(1).unwrap_or_default();
        let told = problem.is_error() && STAGES.contains(&stage) && text.len() <= LONG;
        (statement, if told { text } else { "" })
    }

    fn spend(&mut self, bytes: usize) -> bool {
        let enough = self.budget >= bytes;
        self.budget = self.budget.saturating_sub(bytes.max(512));
        enough
    }

    /// The statement that holds a place.
    fn statement(&self, at: Span) -> Span {
        // They are in order.
        let last = self.statements.partition_point(|statement| statement.start <= at.start);
        let own = last.checked_sub(1).and_then(|last| self.statements.get(last)).filter(|own| own.holds(at));
        own.copied().unwrap_or(at)
    }

    /// ``write `u = 2x*y + b*c` ``
    fn written(&self, text: &str, edits: &[Edit], own: Span) -> String {
        let statement = self.statement(own);
        let range = moved(statement.start, edits, false) as usize..moved(statement.end, edits, true) as usize;
        format!("write `{}`", text.get(range).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

/// Does a problem after the edits stand behind where another stood before them?
fn later(place: Span, own: Span, edits: &[Edit]) -> bool {
    place.start > moved(own.end, edits, true)
}

/// Another text in the place of a statement.
fn instead(statement: Span, text: String) -> Mend {
    Mend { text: format!("write `{text}`"), edits: vec![Edit { span: statement, text }] }
}

fn same(a: &Diagnostic, b: &Diagnostic) -> bool {
    a.code == b.code && a.title == b.title
}

fn sorted(edits: &[Edit]) -> Vec<Edit> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits
}

/// The text after edits, which are in order; none where they overlap.
pub fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 32);
    let mut at = 0;
    for edit in edits {
        out.push_str(text.get(at..edit.span.start as usize)?);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// Where a place is after edits; at an insertion before it, or behind.
fn moved(at: u32, edits: &[Edit], behind: bool) -> u32 {
    let mut shift = 0i64;
    for edit in edits {
        let before = if behind { edit.span.end <= at } else { edit.span.end <= at && edit.span.start < at };
        if !before {
            break;
        }
        shift += edit.text.len() as i64 - i64::from(edit.span.end - edit.span.start);
    }
    (i64::from(at) + shift).max(0) as u32
}

/// Where a place of the text after edits was before them; none inside of what they wrote.
fn unmoved(at: u32, edits: &[Edit]) -> Option<u32> {
    let mut shift = 0i64;
    for edit in edits {
        let start = i64::from(edit.span.start) + shift;
        if i64::from(at) <= start {
            break;
        }
        if i64::from(at) < start + edit.text.len() as i64 {
            return None;
        }
        shift += edit.text.len() as i64 - i64::from(edit.span.end - edit.span.start);
    }
    u32::try_from(i64::from(at) - shift).ok()
}

/// Edits, and more of them for the text after the first, as edits of the first text.
fn joined(edits: &[Edit], more: &[Edit], id: SourceId, source: SourceId) -> Option<Vec<Edit>> {
    let mut all = edits.to_vec();
    for edit in more {
        if edit.span.source != id {
            return None;
        }
        let (start, end) = (unmoved(edit.span.start, edits)?, unmoved(edit.span.end, edits)?);
        let span = Span { source, start, end: end.max(start) };
        if all.iter().any(|own| own.span.start < span.end && span.start < own.span.end) {
            return None;
        }
        all.push(Edit { span, text: edit.text.clone() });
    }
    Some(sorted(&all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(SourceId(0), start, end), text: text.into() }
    }

    #[test]
    fn edits_of_an_edited_text_are_edits_of_the_text() {
        let first = vec![edit(1, 2, " * ")];
        let text = applied("a b c", &first).unwrap_or_default();
        assert_eq!(text, "a * b c");
        let both = joined(&first, &[edit(5, 6, "*")], SourceId(0), SourceId(0)).unwrap_or_default();
        assert_eq!(applied("a b c", &both).as_deref(), Some("a * b*c"));
        // Inside of what was written nothing can be joined.
        assert!(joined(&first, &[edit(2, 3, "@")], SourceId(0), SourceId(0)).is_none());
    }

    #[test]
    fn places_move_with_the_edits_before_them() {
        let edits = vec![edit(0, 0, "xx"), edit(4, 6, "")];
        assert_eq!(
            [moved(0, &edits, false), moved(0, &edits, true), moved(5, &edits, false), moved(8, &edits, true)],
            [0, 2, 7, 8]
        );
    }
}
