//! The library written in the language itself.
//!
//! A function is three lines, with a blank line before and after: `## ` and its sentence for the reference, `#> ` and
//! examples with `;` between them, each of which holds as `assert`, and the definition. A file begins with a comment
//! that says what is in it. What has an axis or a shape as an argument is an operator (`ops/`), not a function here.

/// `(file, text)` of every file of the prelude.
pub const SOURCES: &[(&str, &str)] = &[
    ("losses.nnl", include_str!("losses.nnl")),
    ("metrics.nnl", include_str!("metrics.nnl")),
    ("neural.nnl", include_str!("neural.nnl")),
    ("products.nnl", include_str!("products.nnl")),
];

/// A function as its three lines say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// The sentence for the reference.
    pub summary: &'static str,
    /// What holds as `assert`, with `;` between.
    pub examples: &'static str,
    /// `mse(p, y) = (p - y)^2`
    pub definition: &'static str,
}

/// Every function of the prelude, in order.
pub fn entries() -> impl Iterator<Item = Entry> {
    SOURCES.iter().flat_map(|(_, text)| text.split("\n\n").filter_map(entry))
}

/// The names of the prelude's functions.
pub fn names() -> impl Iterator<Item = &'static str> {
    SOURCES.iter().flat_map(|(_, text)| text.lines().filter_map(head))
}

/// Does a function take its arguments as plain vectors, whatever their shape?
pub fn flattens(name: &str) -> bool {
    entries().any(|entry| entry.name == name && entry.definition.contains("flatten("))
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

fn entry(block: &'static str) -> Option<Entry> {
    let mut lines = block.lines();
    let summary = lines.next()?.strip_prefix("## ")?;
    let examples = lines.next()?.strip_prefix("#> ")?;
    let definition = lines.next()?;
    Some(Entry { name: head(definition)?, summary, examples, definition })
}

#[cfg(test)]
mod tests {
    use super::{SOURCES, entries, names};

    #[test]
    fn every_function_has_its_sentence_and_examples() {
        let described: Vec<&str> = entries().map(|entry| entry.name).collect();
        assert_eq!(described, names().collect::<Vec<_>>());
        for entry in entries() {
            assert!(entry.summary.ends_with('.'), "{}", entry.name);
            assert!(entry.examples.contains(entry.name), "{}", entry.name);
        }
    }

    #[test]
    fn nothing_stands_outside_the_three_lines() {
        let blocks: usize = SOURCES.iter().map(|(_, text)| text.trim().split("\n\n").count()).sum();
        assert_eq!(entries().count() + SOURCES.len(), blocks);
    }
}
