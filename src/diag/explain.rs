//! `explain`: the page of every code, held in the program; short forms of a code are understood.

use super::pages::PAGES;

/// What is known of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Explained {
    /// Its whole code and its page, in Markdown.
    Page(String, &'static str),
    /// No code is meant by it, or several are: the codes that are near.
    Near(Vec<String>),
}

/// The page of `nnlang::shape::matmul`, `shape::matmul` or `matmul`.
pub fn explain(code: &str) -> Explained {
    explain_in(PAGES, code)
}

/// Every code, in order.
pub fn codes() -> impl Iterator<Item = String> {
    PAGES.iter().map(|(code, _)| format!("nnlang::{code}"))
}

fn explain_in(pages: &[(&str, &'static str)], code: &str) -> Explained {
    let wanted = code.trim().trim_matches('`').to_ascii_lowercase().replace(['/', '.'], "::").replace('_', "-");
    let wanted = wanted.strip_prefix("nnlang::").unwrap_or(&wanted);
    let full = |code: &str| format!("nnlang::{code}");
    let cause = |code: &str| code.rsplit("::").next().unwrap_or_default().to_string();
    if let Some((code, page)) = pages.iter().find(|(code, _)| code.replace('_', "-") == wanted) {
        return Explained::Page(full(code), page);
    }
    let by_cause: Vec<_> = pages.iter().filter(|(code, _)| cause(code).replace('_', "-") == wanted).collect();
    if let [(code, page)] = by_cause[..] {
        return Explained::Page(full(code), page);
    }
    if !by_cause.is_empty() {
        return Explained::Near(by_cause.iter().map(|(code, _)| full(code)).collect());
    }
    // A stage gives all of its codes; anything else the codes that are spelled most like it.
    let of_stage: Vec<String> =
        pages.iter().filter(|(code, _)| code.split("::").next() == Some(wanted)).map(|(code, _)| full(code)).collect();
    if !of_stage.is_empty() {
        return Explained::Near(of_stage);
    }
    let nearness = |code: &str| {
        let whole = strsim::normalized_damerau_levenshtein(code, wanted);
        whole.max(strsim::normalized_damerau_levenshtein(&cause(code), wanted))
    };
    let mut near: Vec<(f64, &str)> = pages.iter().map(|(code, _)| (nearness(code), *code)).collect();
    near.retain(|(nearness, _)| *nearness >= 0.5);
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    Explained::Near(near.iter().take(3).map(|(_, code)| full(code)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: &[(&str, &str)] = &[
        ("data::shape", "d"),
        ("shape::broadcast", "b"),
        ("shape::matmul", "m"),
        ("syntax::open-bracket", "o"),
        ("value::shape", "v"),
    ];

    fn near(code: &str) -> Vec<String> {
        match explain_in(PAGES, code) {
            Explained::Near(near) => near,
            Explained::Page(code, _) => panic!("{code}"),
        }
    }

    #[test]
    fn short_forms_of_a_code_are_understood() {
        for code in ["nnlang::shape::matmul", "shape::matmul", "matmul", "`matmul`", "shape/matmul", "MatMul"] {
            assert_eq!(explain_in(PAGES, code), Explained::Page("nnlang::shape::matmul".into(), "m"), "{code}");
        }
        assert_eq!(explain_in(PAGES, "open_bracket"), Explained::Page("nnlang::syntax::open-bracket".into(), "o"));
    }

    #[test]
    fn what_is_no_code_gets_the_near_ones() {
        assert_eq!(near("matmull"), ["nnlang::shape::matmul"]);
        assert_eq!(near("syntax"), ["nnlang::syntax::open-bracket"]);
        assert!(near("qqqqqqqqqqqq").is_empty());
    }

    #[test]
    fn a_cause_of_two_stages_gets_both() {
        assert_eq!(near("shape").len(), 2);
    }
}
