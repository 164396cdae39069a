//! The library written in the language itself.

/// `(file, text)` of every file of the prelude.
pub const SOURCES: &[(&str, &str)] = &[];

/// The names of the prelude's functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().flat_map(|(_, text)| text.lines().filter_map(head))
}

/// The file that defines a function, and its text.
pub fn source_of(name: &str) -> Option<(&'static str, &'static str)> {
    SOURCES.iter().find(|(_, text)| text.lines().filter_map(head).any(|head| head == name)).copied()
}

/// `f` of a line `f(x) = …`.
fn head(line: &'static str) -> Option<&'static str> {
    let (name, _) = line.split_once('(')?;
    (!name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).then_some(name)
}
