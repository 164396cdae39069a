//! What is wrong with a program, as data; `render` draws it, `explain` tells its whole story.

/// The page of every code.
pub mod explain;
mod pages;
/// Diagnostics as text for people and as JSON for machines.
pub mod render;

use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The program is wrong.
    Error,
    /// It runs, and probably not as meant.
    Warning,
    /// Worth knowing.
    Note,
}

/// One place and what is to be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// A replacement of a piece of source.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// What is replaced (empty: an insertion).
    pub span: Span,
    /// By what.
    pub text: String,
}

/// How to mend it: a sentence that begins with a verb or shows the expression that fits, and the edits that do it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mend {
    /// The sentence.
    pub text: String,
    /// The edits; none where only the author can know.
    pub edits: Vec<Edit>,
}

/// One problem. Its first label is the main place.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// `nnlang::<stage>::<cause>`, for ever.
    pub code: &'static str,
    /// Error, warning or note.
    pub level: Level,
    /// One sentence in the user's words, lower case, no full stop.
    pub title: String,
    /// The places, the main one first.
    pub labels: Vec<Label>,
    /// Further facts, a sentence each.
    pub because: Vec<String>,
    /// The mend, where there is one.
    pub mend: Option<Mend>,
    /// What else may be meant, in turn: tried where the mend leads to another error. None are left when a problem is told.
    #[doc(hidden)]
    pub others: Vec<Mend>,
}

impl Diagnostic {
    /// An error at a place.
    pub(crate) fn error(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            level: Level::Error,
            title: title.into(),
            labels: vec![],
            because: vec![],
            mend: None,
            others: vec![],
        }
    }

    /// A warning at a place.
    pub(crate) fn warning(code: &'static str, title: impl Into<String>) -> Diagnostic {
        Diagnostic { level: Level::Warning, ..Diagnostic::error(code, title) }
    }

    /// With a labelled place; the first one added is the main place.
    pub(crate) fn at(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// With a further fact.
    pub(crate) fn because(mut self, fact: impl Into<String>) -> Diagnostic {
        self.because.push(fact.into());
        self
    }

    /// With a mend in words.
    pub(crate) fn mend(mut self, text: impl Into<String>) -> Diagnostic {
        self.mend.get_or_insert_with(Mend::default).text = text.into();
        self
    }

    /// With an edit that carries the mend out.
    pub(crate) fn edit(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.mend.get_or_insert_with(Mend::default).edits.push(Edit { span, text: text.into() });
        self
    }

    /// With another mend, which is tried where those before lead to another error.
    pub(crate) fn or(mut self, text: impl Into<String>, edits: impl IntoIterator<Item = (Span, String)>) -> Diagnostic {
        let edits = edits.into_iter().map(|(span, text)| Edit { span, text }).collect();
        self.others.push(Mend { text: text.into(), edits });
        self
    }

    /// The main place.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }

    /// Is it an error?
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }
}

/// Of the known names the one nearest to `name`, if it is near enough to be meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let long = name.chars().count();
    let allowed = match long {
        0 | 1 => 0,
        2..=4 => 1,
        5..=8 => 2,
        _ => 3,
    };
    let letters = |name: &str| {
        let mut letters: Vec<char> = name.chars().collect();
        letters.sort_unstable();
        letters
    };
    let own = letters(name);
    known
        .into_iter()
        .filter(|other| *other != name)
        .map(|other| {
            let distance = if other.eq_ignore_ascii_case(name) { 0 } else { strsim::osa_distance(name, other) };
            // Of two that are equally near the one of the same letters: they are more often swapped than left out.
            // Else the one that begins alike: `sum` rather than `sin` for `sun`.
            let alike = name.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
            (distance, distance <= allowed && letters(other) != own, std::cmp::Reverse(alike), other)
        })
        .filter(|(distance, ..)| *distance <= allowed)
        .min()
        .map(|(.., other)| other)
}
