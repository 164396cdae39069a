//! The engine against the reference: every program of the documents, answered by both.

// Tests are outside themselves.
#![allow(clippy::disallowed_methods)]

mod support;

use nnlang::inside::eval::Engine;
use nnlang::{Session, Settings};
use support::{Files, Page, files_below, root, short};

/// The numbers of an answer, and everything else of it.
fn split(text: &str) -> (String, Vec<f64>) {
    let (mut words, mut numbers) = (String::new(), vec![]);
    let number = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    for word in text.split_inclusive(|c: char| !number(c)) {
        let bare = word.trim_end_matches(|c: char| !number(c));
        match bare.parse::<f64>() {
            Ok(v) => {
                numbers.push(v);
                words.push('#');
                words.push_str(&word[bare.len()..]);
            }
            Err(_) => words.push_str(word),
        }
    }
    (words, numbers)
}

#[test]
fn every_program_of_the_documents_is_answered_alike() {
    let mut programs: Vec<(String, String, Settings, Files)> = vec![];
    for path in files_below(&root().join("tests/golden"), ".md") {
        let page = Page::read(&path);
        let Some(fence) = page.fence("nnl") else { continue };
        let Ok((settings, _)) = page.settings() else { continue };
        programs.push((short(&path), fence.body.clone(), settings, page.files()));
    }
    let (mut faults, mut compared) = (vec![], 0);
    for (name, text, settings, files) in programs {
        let answers = |engine: Engine| {
            let settings = Settings { engine, digits: 12, ..settings.clone() };
            let report = Session::new(settings).load(&name, &text, &mut files.clone()).1;
            // What a check prints of its finite differences is rounding.
            let answers = support::answers(&report);
            if answers.contains("finite difference") { Default::default() } else { split(&answers) }
        };
        let (words, numbers) = answers(Engine::Reference);
        let (others, found) = answers(Engine::Always);
        compared += numbers.len();
        let near = |a: &f64, b: &f64| {
            a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-10 * (1.0 + a.abs().max(b.abs()))
        };
        let far = numbers.iter().zip(&found).find(|(a, b)| !near(a, b));
        if words != others || numbers.len() != found.len() || far.is_some() {
            faults.push(format!("{name}: {far:?}\n{}", support::difference(&words, &others)));
        }
    }
    assert!(faults.is_empty(), "{} programs differ\n{}", faults.len(), faults.join("\n"));
    assert!(compared > 1000, "only {compared} numbers were compared");
}
