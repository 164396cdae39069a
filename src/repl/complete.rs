//! What could stand where one types: names, functions, options, words, commands; and what a name is, as a hint.

use super::command;
use crate::graph::Notation;
use crate::layers::{self, OptKind, init};
use crate::lower::DefKind;
use crate::ops;
use crate::prelude;
use crate::session::Session;
use crate::statements::{self, Clause};
use crate::syntax::WORDS;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What the session knows, as far as it helps while one types.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Each name and what is to be said of it: `: [3, m]`.
    names: BTreeMap<Arc<str>, String>,
    /// The names that one can differentiate by.
    reals: Vec<Arc<str>>,
}

/// Where a word to be completed begins, and what it could be.
pub(super) struct Found {
    pub start: usize,
    pub words: Vec<String>,
}

/// What is to be completed.
pub(super) enum Place {
    /// A word.
    Words(Found),
    /// A file's name.
    File,
}

impl Known {
    /// Of a session.
    pub fn new(session: &Session) -> Known {
        let mut names = BTreeMap::new();
        for known in session.names() {
            let shape = if known.shape.is_empty() || known.shape == "[]" {
                String::new()
            } else {
                format!(": {} ", known.shape)
            };
            names.insert(known.name, format!("{shape}{}", known.what));
        }
        let compiled = session.compiled();
        let real = |def: &&crate::lower::Def| {
            def.kind != DefKind::Local && compiled.graph.node(def.node).dtype == crate::tensor::DType::Real
        };
        let reals = compiled.defs.iter().filter(real).map(|def| def.name.clone()).collect();
        Known { names, reals }
    }

    /// Is it a name of the session?
    pub fn is_name(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Is it a function of the language?
    pub fn is_function(&self, name: &str) -> bool {
        ops::find(name).is_some() || prelude::source_of(name).is_some()
    }

    /// What could stand at the end of `head`.
    pub fn complete(&self, head: &str) -> Place {
        if let Some(command) = head.trim_start().strip_prefix(':') {
            let indent = head.len() - head.trim_start().len();
            return match command.split_once(' ') {
                None => {
                    words(indent + 1, command, command::ALL.iter().flat_map(|c| c.names.first()).map(|n| n.to_string()))
                }
                Some(("load" | "save", _)) => Place::File,
                Some(("help" | "h" | "?", _)) => {
                    let (start, word) = last_word(head);
                    words(start, word, crate::view::names().into_iter().map(String::from))
                }
                Some(("set", _)) => {
                    let (start, word) = last_word(head);
                    words(start, word, ["digits", "precision", "seed"].into_iter().map(String::from))
                }
                Some(_) => {
                    let (start, word) = last_word(head);
                    words(start, word, self.names.keys().map(|name| name.to_string()))
                }
            };
        }
        if head.matches('"').count() % 2 == 1 {
            return Place::File;
        }
        let (start, word) = last_word(head);
        // `dJ/d` and the beginning of a name.
        if let Some(of) = head[..start].strip_suffix('/')
            && let (_, of) = last_word(of)
            && let Some(goal) = of.strip_prefix(['d', '∂'])
            && self.is_name(goal.trim_start_matches(|c: char| c.is_ascii_digit()))
        {
            let d = if of.starts_with('∂') { '∂' } else { 'd' };
            return words(start, word, self.reals.iter().map(|name| format!("{d}{name}")));
        }
        let statement = head[..start].rsplit(['\n', ';']).next().unwrap_or_default().trim_start();
        let mut all: Vec<String> = vec![];
        if statement.is_empty() {
            all.extend(WORDS.iter().map(|word| word.word.to_string()));
        }
        let first = statement.split_whitespace().next().unwrap_or_default();
        let after = statement.split_once('=').and_then(|(_, value)| value.split_whitespace().next());
        let layer = layers::find(first).or_else(|| after.and_then(layers::find));
        if let Some(option) = head[..start].strip_suffix('=') {
            let name = last_word(option).1;
            match (name, layer.and_then(|def| def.option(name)).map(|option| option.kind)) {
                (_, Some(OptKind::Init)) => {
                    return words(start, word, init::ALL.iter().map(|init| init.name.to_string()));
                }
                (_, Some(OptKind::Pad)) => return words(start, word, ["same", "valid"].into_iter().map(String::from)),
                ("keep", _) | (_, Some(OptKind::Flag)) => {
                    return words(start, word, ["true", "false"].into_iter().map(String::from));
                }
                _ => {}
            }
        }
        if let Some(def) = layer {
            all.extend(def.options.iter().map(|option| format!("{}=", option.name)));
            all.push("from".to_string());
        }
        all.extend(options_of_call(&head[..start]));
        if first == "param" && statement.contains('=') {
            all.extend(init::ALL.iter().map(|init| init.name.to_string()));
        }
        all.extend(clauses(first, statement).iter().map(|clause| clause.to_string()));
        all.extend(self.names.keys().map(|name| name.to_string()));
        all.extend(ops::ALL.iter().filter(|op| op.notation == Notation::Call).map(|op| op.name.to_string()));
        all.extend(prelude::names().map(String::from));
        all.extend(["pi", "e", "inf", "nan"].map(String::from));
        words(start, word, all)
    }

    /// What is to be said behind the end of `head`: the rest of a word and what it is.
    pub fn hint(&self, head: &str) -> Option<(String, String)> {
        let (start, word) = last_word(head);
        if word.is_empty() || head.trim_start().starts_with(':') {
            return command_hint(head);
        }
        if let Some(says) = self.names.get(word) {
            return Some((String::new(), format!("  {says}")));
        }
        if let Some(op) = ops::find(word).filter(|op| op.notation == Notation::Call) {
            return Some((String::new(), format!("  {}", op.says.summary)));
        }
        if let Some(entry) = prelude::entries().find(|entry| entry.name == word) {
            return Some((String::new(), format!("  {}", entry.summary)));
        }
        let statement = head[..start].rsplit(['\n', ';']).next().unwrap_or_default();
        if let Some(own) = WORDS.iter().find(|own| own.word == word).filter(|_| statement.trim().is_empty()) {
            return Some((String::new(), format!("  {}", own.form)));
        }
        match self.complete(head) {
            Place::Words(found) if word.len() > 1 => {
                // One word, or one that all the others only go on from: `sigmoid` before `sigmoid_entropy`.
                let first = found.words.iter().min_by_key(|found| found.len())?;
                let alone = found.words.iter().all(|other| other.starts_with(first.as_str()));
                let rest = first.strip_prefix(word).filter(|_| alone)?;
                Some((rest.to_string(), String::new()))
            }
            Place::Words(_) | Place::File => None,
        }
    }
}

fn command_hint(head: &str) -> Option<(String, String)> {
    let name = head.trim_start().strip_prefix(':')?;
    let command = command::find(name)?;
    let takes = if command.takes.is_empty() { String::new() } else { format!(" {}", command.takes) };
    Some((String::new(), format!("{takes}  {}", command.summary)))
}

/// The clauses that a statement word takes, and what a setting can be.
fn clauses(word: &str, statement: &str) -> Vec<&'static str> {
    let inside = statement.len() > word.len();
    match (word, statements::find(word)) {
        (_, Some(question)) if inside => {
            let ranges = if question.has(Clause::For) { &["in"][..] } else { &[] };
            question.clauses().map(Clause::word).chain(ranges.iter().copied()).collect()
        }
        ("examples", _) => vec!["columns", "rows"],
        ("precision", _) => vec!["f32", "f64"],
        _ => vec![],
    }
}

/// The named arguments of the call whose bracket is open.
fn options_of_call(head: &str) -> Vec<String> {
    let mut depth = 0usize;
    for (i, c) in head.char_indices().rev() {
        match c {
            ')' | ']' => depth += 1,
            '(' | '[' if depth > 0 => depth -= 1,
            '(' => {
                let (_, name) = last_word(&head[..i]);
                let Some(op) = ops::find(name) else { return vec![] };
                let named = op.args.iter().filter(|arg| !arg.default.is_empty());
                return named.map(|arg| format!("{}=", arg.name)).collect();
            }
            '\n' => return vec![],
            _ => {}
        }
    }
    vec![]
}

fn words(start: usize, word: &str, all: impl IntoIterator<Item = String>) -> Place {
    let mut words: Vec<String> = all.into_iter().filter(|name| name.starts_with(word)).collect();
    words.sort_unstable();
    words.dedup();
    Place::Words(Found { start, words })
}

/// The word at the end, and where it begins.
fn last_word(head: &str) -> (usize, &str) {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '∂');
    let start = head.char_indices().rev().take_while(|(_, c)| part(*c)).last().map_or(head.len(), |(i, _)| i);
    // `3v`: the number is not part of the word.
    let word = &head[start..];
    let digits = word.len() - word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').len();
    (start + digits, &word[digits..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outside::InMemory;
    use crate::session::Settings;

    fn known(text: &str) -> Known {
        let (session, report) = Session::new(Settings::default()).apply("", text, &mut InMemory::default());
        assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
        Known::new(&session)
    }

    fn completed(known: &Known, head: &str) -> Vec<String> {
        match known.complete(head) {
            Place::Words(found) => {
                found.words.into_iter().map(|word| format!("{}{word}", &head[..found.start])).collect()
            }
            Place::File => vec!["(a file)".into()],
        }
    }

    #[test]
    fn names_functions_options_and_derivatives_are_completed() {
        let known = known("apple = 5\nbread = 2apple\nJ = bread^2\n");
        assert_eq!(completed(&known, "2*app"), ["2*apple"]);
        assert_eq!(completed(&known, "2app"), ["2apple"]);
        assert_eq!(completed(&known, "dJ/d"), ["dJ/dJ", "dJ/dapple", "dJ/dbread"]);
        assert_eq!(completed(&known, "3*dJ/dbr"), ["3*dJ/dbread"]);
        assert_eq!(completed(&known, "x = tan"), ["x = tan", "x = tanh"]);
        assert!(completed(&known, "nud").contains(&"nudge".to_string()));
        assert_eq!(completed(&known, "conv"), ["conv", "conv_transpose", "conv_weight"]);
        assert!(!completed(&known, "x = nud").contains(&"x = nudge".to_string()));
        assert!(completed(&known, "sum(apple, ax").contains(&"sum(apple, axis=".to_string()));
        assert_eq!(completed(&known, "layer 4 tanh ini"), ["layer 4 tanh init="]);
        assert_eq!(completed(&known, "layer 4 tanh init=xa"), ["layer 4 tanh init=xavier"]);
        assert_eq!(completed(&known, ":un"), [":undo"]);
        assert_eq!(completed(&known, ":forget br"), [":forget bread"]);
        assert_eq!(completed(&known, ":load ne"), ["(a file)"]);
        assert_eq!(completed(&known, "use \"ne"), ["(a file)"]);
    }

    #[test]
    fn a_hint_says_what_a_name_is() {
        let known = known("input x : [3, m]\na = 5\n");
        assert_eq!(known.hint("a + x"), Some((String::new(), "  : [3, m] input".into())));
        assert_eq!(known.hint("a"), Some((String::new(), "  leaf".into())));
        assert_eq!(known.hint("si"), None);
        assert_eq!(known.hint("sigmoi"), Some(("d".into(), String::new())));
        assert!(known.hint("tanh").is_some_and(|(_, says)| says.contains("angent")));
        assert!(known.hint(":undo").is_some());
    }
}
