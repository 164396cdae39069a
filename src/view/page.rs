//! A page of the documents (Markdown, the little of it that they use) as a `Doc`.

use super::doc::{Doc, Line, Style};

/// Headings, paragraphs and programs; a program is set in, its fences are not shown.
pub fn page(markdown: &str) -> Doc {
    let mut doc = Doc::new();
    let mut in_program = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            in_program = !in_program;
        } else if in_program {
            doc.push(Line::new().plain("    ").with(Style::Name, line));
        } else if let Some(title) = line.strip_prefix('#') {
            doc.push(Line::new().with(Style::Heading, title.trim_start_matches('#').trim()));
        } else {
            doc.push(line);
        }
    }
    doc
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_set_in_and_fences_are_gone() {
        let text = page("# Title\n\nText `x`.\n\n```nnl\na = 5  # five\n```\n").text();
        assert_eq!(text, "Title\n\nText `x`.\n\n    a = 5  # five\n");
    }
}
