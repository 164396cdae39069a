//! The reference: what is known of an operator, a function of the library, a statement, a word, a mark or a command, as a page.
//! What the tables of the language do not say stands in `docs/reference`, whose programs are run by the tests.

use super::doc::{Align, Doc, Line, Style};
use super::page::page;
use super::pages::PAGES;
use super::table::{Cell, Table};
use crate::graph::{Arg, Diff, Kernel, Notation, OpDef, Role};
use crate::{ops, prelude, syntax};

/// The entry of a name; `None` where there is none. A name may be a function, a statement's word, an initialiser and more.
pub fn reference(name: &str) -> Option<Doc> {
    let said = pages().filter(|page| page.folder != STATEMENTS && page.has(name)).map(|said| page(said.text));
    let parts = [function(name), statement(name), initialiser(name)].into_iter().flatten();
    parts.chain(said).reduce(|mut doc, more| {
        doc.push("");
        doc.extend(more);
        doc
    })
}

fn function(name: &str) -> Option<Doc> {
    if let Some(def) = ops::ALL.iter().find(|def| is_public(def) && (def.name == name || spelling(def) == Some(name))) {
        return Some(operator(def));
    }
    functions().find(|function| function.name == name).map(|function| function.doc())
}

/// The folder of the pages of statements, which stand below what the list of statements says.
const STATEMENTS: &str = "statements";

/// A page of `docs/reference`.
struct Said {
    folder: &'static str,
    stem: &'static str,
    text: &'static str,
}

fn pages() -> impl Iterator<Item = Said> {
    PAGES.iter().filter_map(|(place, text)| {
        let (folder, stem) = place.split_once('/')?;
        Some(Said { folder, stem, text })
    })
}

impl Said {
    /// What it is about: what stands in back-ticks in its heading.
    fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.text.lines().next().unwrap_or_default().split('`').skip(1).step_by(2)
    }

    fn has(&self, name: &str) -> bool {
        let stem = self.folder != COMMANDS && self.stem == name;
        stem || self.names().any(|own| own == name)
    }

    /// Its first sentence.
    fn summary(&self) -> String {
        let mut lines = self.text.lines().skip(1).skip_while(|line| line.is_empty());
        let text = lines.by_ref().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        text.split_once(". ").map_or(text.clone(), |(first, _)| format!("{first}."))
    }
}

/// The folder of the pages of the prompt's commands.
const COMMANDS: &str = "commands";

fn statement(name: &str) -> Option<Doc> {
    let word = syntax::WORDS.iter().find(|word| word.word == name)?;
    let forms = crate::statements::find(name).map_or(vec![word.form], |statement| statement.forms.to_vec());
    let mut doc = Doc::new();
    forms.into_iter().for_each(|form| doc.push(Line::new().with(Style::Keyword, form)));
    doc.push(Line::new().plain("  ").plain(summary(word)));
    if let Some(said) = pages().find(|page| page.folder == STATEMENTS && page.stem == name) {
        let body = said.text.split_once('\n').map_or("", |(_, body)| body);
        doc.extend(page(body));
    }
    if let Some(def) = crate::layers::find(name) {
        doc.extend(layer(def));
    }
    Some(doc)
}

/// The page of a layer below its head: what it takes, its equations, its options, the same in PyTorch.
fn layer(def: &crate::layers::LayerDef) -> Doc {
    use crate::layers::OptKind;
    let mut facts = Table::new([("", Align::Left), ("", Align::Left)]);
    let mut fact = |word: &str, text: String| facts.row([Cell::new(Style::Note, word), Cell::new(Style::Plain, text)]);
    for (i, input) in def.inputs.iter().enumerate() {
        let when = if input.when.is_empty() { String::new() } else { format!("   where {}", input.told()) };
        fact(if i == 0 { "takes x" } else { "" }, format!("{}{when}", input.shape));
    }
    for (i, line) in def.lines.iter().enumerate() {
        let when = if line.when.is_empty() { String::new() } else { format!("   where {}", line.told()) };
        fact(if i == 0 { "defines" } else { "" }, format!("{}{when}", line.text));
    }
    for (i, option) in def.options.iter().enumerate() {
        let takes = match option.kind {
            OptKind::Init => crate::layers::init::ALL.iter().map(|init| init.name).collect::<Vec<_>>().join(" "),
            OptKind::Flag => "true false".to_string(),
            OptKind::Sizes => "a number, or sizes: 2, 2x1".to_string(),
            OptKind::Pad => "a number, sizes, same or valid".to_string(),
            OptKind::Number => "a number".to_string(),
            OptKind::Value => "a value".to_string(),
        };
        let default = match (option.kind, option.default) {
            (OptKind::Value, _) => "…",
            (_, "") => "the window",
            (_, default) => default,
        };
        fact(if i == 0 { "options" } else { "" }, format!("{}={default}   ({takes})", option.name));
    }
    if !def.torch.is_empty() {
        fact("PyTorch", def.torch.to_string());
    }
    for (i, line) in def.example.lines().enumerate() {
        fact(if i == 0 { "example" } else { "" }, line.to_string());
    }
    let mut doc = Doc::line(Line::new());
    doc.extend(facts.doc().indent(2));
    doc
}

/// An initialiser's page.
fn initialiser(name: &str) -> Option<Doc> {
    let init = crate::layers::init::Init::find(name)?;
    let mut doc = Doc::line(Line::new().with(Style::Heading, format!("param W : [3, 4] = {name}")));
    doc.push(Line::new().plain("  ").plain(init.summary));
    doc.push(
        Line::new()
            .plain("  ")
            .plain(format!("A number before it scales it; of a layer it is an option: `init={name}`.")),
    );
    Some(doc)
}

/// All names that have an entry, by groups, each with its sentence.
pub fn contents() -> Doc {
    let mut doc = Doc::new();
    for group in GROUPS {
        let members: Vec<&OpDef> =
            ops::ALL.iter().copied().filter(|def| is_public(def) && group_of(def) == *group).collect();
        section(&mut doc, group, members.iter().map(|def| (signature(def), def.says.summary.to_string())));
    }
    section(&mut doc, "Written in the language itself", functions().map(|f| (f.head.to_string(), f.summary())));
    section(&mut doc, "Statements", syntax::WORDS.iter().map(|word| (word.form.to_string(), summary(word))));
    let begins = crate::layers::init::ALL.iter().map(|init| (init.name.to_string(), init.summary.to_string()));
    section(&mut doc, "How parameters begin", begins);
    for (folder, title) in [("words", "Words"), ("notation", "Notation"), (COMMANDS, "At the prompt")] {
        let rows = pages().filter(|page| page.folder == folder);
        section(&mut doc, title, rows.map(|page| (page.names().collect::<Vec<_>>().join(", "), page.summary())));
    }
    doc
}

fn summary(word: &syntax::Word) -> String {
    word.summary.to_string()
}

/// Every name that has an entry.
pub fn names() -> Vec<&'static str> {
    let operators = ops::ALL.iter().filter(|def| is_public(def)).map(|def| def.name);
    let mut all: Vec<&str> =
        operators.chain(functions().map(|f| f.name)).chain(syntax::WORDS.iter().map(|word| word.word)).collect();
    all.extend(crate::layers::init::ALL.iter().map(|init| init.name));
    all.extend(pages().flat_map(|page| page.names()));
    all.sort_unstable();
    all.dedup();
    all
}

/// The name with an entry that is spelled most like this one.
pub fn nearest(name: &str) -> Option<&'static str> {
    let near = |other: &&'static str| (strsim::normalized_damerau_levenshtein(name, other) * 1e6) as u64;
    names().into_iter().max_by_key(near).filter(|other| near(other) >= 500_000)
}

const GROUPS: &[&str] =
    &["Entry by entry", "Over axes", "Shape and place", "Products", "Values and draws", "Matrices", "Other operators"];

fn group_of(def: &OpDef) -> &'static str {
    let index = match def.kernel {
        Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_) => 0,
        Kernel::Reduce(_) | Kernel::Along(_) => 1,
        Kernel::Move(_) => 2,
        Kernel::Contract(_) => 3,
        Kernel::Source(_) => 4,
        Kernel::Matrix(_) => 5,
        _ => 6,
    };
    GROUPS[index]
}

/// Can a program write it, as a call or by a sign? (Numbers, names and what only the language itself makes have no entry.)
fn is_public(def: &OpDef) -> bool {
    def.notation != Notation::Special
        && !matches!(def.role, Role::Number | Role::Literal | Role::Dim | Role::Slot | Role::Def)
}

/// `+` of `add`
fn spelling(def: &OpDef) -> Option<&'static str> {
    match def.notation {
        Notation::Infix(sign) | Notation::Prefix(sign) | Notation::Postfix(sign) => Some(sign),
        Notation::Call | Notation::Special => None,
    }
}

/// `leaky_relu(z, slope=0.01)`, `a + b`
fn signature(def: &OpDef) -> String {
    let names: Vec<&str> = def.args.iter().map(|arg| arg.name).collect();
    match (def.notation, names[..].split_first()) {
        (Notation::Infix(sign), Some((a, [b, ..]))) => format!("{a} {sign} {b}"),
        (Notation::Prefix(sign), Some((a, _))) => {
            let space = if sign.ends_with(char::is_alphabetic) { " " } else { "" };
            format!("{sign}{space}{a}")
        }
        (Notation::Postfix(sign), Some((a, _))) => format!("{a}{sign}"),
        _ => {
            let args: Vec<String> = def.args.iter().map(argument).collect();
            format!("{}({})", def.name, args.join(", "))
        }
    }
}

fn argument(arg: &Arg) -> String {
    if arg.default.is_empty() { arg.name.to_string() } else { format!("{}={}", arg.name, arg.default) }
}

fn operator(def: &OpDef) -> Doc {
    let mut title = Line::new().with(Style::Heading, signature(def));
    if spelling(def).is_some() {
        title = title.note(format!("   ({})", def.name));
    }
    let mut doc = Doc::line(title);
    doc.push(Line::new().plain("  ").plain(def.says.summary));
    doc.push("");
    let mut facts = Table::new([("", Align::Left), ("", Align::Left)]);
    let mut fact = |word: &str, text: String| facts.row([Cell::new(Style::Note, word), Cell::new(Style::Plain, text)]);
    if !def.algebra.formula.is_empty() {
        fact("formula", def.algebra.formula.to_string());
    }
    derivative(def, &mut fact);
    if let Some(kink) = def.says.kink {
        fact("at a kink", kink.to_string());
    }
    for (i, (expr, gives)) in def.says.examples.iter().enumerate() {
        fact(if i == 0 { "examples" } else { "" }, format!("{expr} = {gives}"));
    }
    doc.extend(facts.doc().indent(2));
    doc
}

fn derivative(def: &OpDef, fact: &mut impl FnMut(&str, String)) {
    match def.diff {
        Diff::Slopes(slopes) => {
            let nodes: Vec<&Arg> = def.args.iter().filter(|arg| arg.kind.is_node()).collect();
            let shown = |slope: &str| if slope.is_empty() { "0".to_string() } else { slope.to_string() };
            for (slope, arg) in slopes.iter().zip(&nodes) {
                let word = if nodes.len() == 1 { "slope".to_string() } else { format!("slope by {}", arg.name) };
                // In a slope `y` is the result.
                let names_result = slope.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "y");
                let result = if names_result { format!("   where y = {}", signature(def)) } else { String::new() };
                fact(&word, shown(slope) + &result);
            }
        }
        Diff::SlopeBy(_) => fact("slope", "depends on which argument is chosen".into()),
        Diff::Select => fact("slope", "1 by what is chosen, 0 by what is not".into()),
        Diff::Linear(_) => fact("derivative", "linear: it is its own derivative".into()),
        Diff::Bilinear(_) => fact("derivative", "linear in each argument".into()),
        Diff::Rule { .. } => fact("derivative", "by a rule of its own".into()),
        Diff::Steps => fact("derivative", "another loop".into()),
        Diff::Flat(why) => fact("derivative", format!("0: {why}")),
        Diff::None(why) => fact("derivative", format!("none: {why}")),
    }
}

fn section(doc: &mut Doc, title: &str, rows: impl Iterator<Item = (String, String)>) {
    let mut table = Table::new([("", Align::Left), ("", Align::Left)]);
    let mut any = false;
    for (form, summary) in rows {
        any = true;
        table.row([Cell::name(form), Cell::new(Style::Plain, summary)]);
    }
    if any {
        if !doc.is_empty() {
            doc.push("");
        }
        doc.extend(Doc::heading(title));
        doc.extend(table.doc().indent(2));
    }
}

/// A function of the library: the `##` lines above its definition are its page, the `#>` lines its examples.
struct Function {
    name: &'static str,
    head: &'static str,
    definition: &'static str,
    says: Vec<&'static str>,
    examples: Vec<&'static str>,
}

impl Function {
    fn summary(&self) -> String {
        self.says.first().copied().unwrap_or_default().to_string()
    }

    fn doc(&self) -> Doc {
        let mut doc = Doc::line(Line::new().with(Style::Heading, self.head));
        for line in &self.says {
            doc.push(Line::new().plain("  ").plain(*line));
        }
        doc.push("");
        let mut facts = Table::new([("", Align::Left), ("", Align::Left)]);
        facts.row([Cell::new(Style::Note, "formula"), self.definition.into()]);
        for (i, example) in self.examples.iter().enumerate() {
            facts.row([Cell::new(Style::Note, if i == 0 { "examples" } else { "" }), (*example).into()]);
        }
        doc.extend(facts.doc().indent(2));
        doc
    }
}

fn functions() -> impl Iterator<Item = Function> {
    prelude::SOURCES.iter().flat_map(|(_, text)| {
        let (mut says, mut examples) = (Vec::new(), Vec::new());
        text.lines().filter_map(move |line| {
            if let Some(said) = line.strip_prefix("##") {
                says.push(said.trim());
                return None;
            }
            if let Some(shown) = line.strip_prefix("#>") {
                examples.extend(shown.split(';').map(str::trim));
                return None;
            }
            let (said, shown) = (std::mem::take(&mut says), std::mem::take(&mut examples));
            // `f(x, k=1) = …` or `f(x) { … }`: the head ends with the bracket that closes the one it opens.
            let open = line.find('(')?;
            let name = line.get(..open)?;
            let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
            let close = closing(line, open)?;
            let head = line.get(..=close)?;
            is_name.then_some(Function { name, head, definition: line, says: said, examples: shown })
        })
    })
}

/// The bracket that closes the one at `open`.
fn closing(line: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (i, c) in line.char_indices().skip_while(|(i, _)| *i < open) {
        match c {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(i),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operator_that_can_be_written_has_an_entry_with_its_summary() {
        for def in ops::ALL.iter().filter(|def| is_public(def)) {
            let text = reference(def.name).map(|doc| doc.text()).unwrap_or_default();
            assert!(text.contains(def.says.summary), "{}: {text}", def.name);
        }
    }

    #[test]
    fn every_name_has_an_entry_and_stands_in_the_list() {
        let list = contents().text();
        for name in names() {
            assert!(reference(name).is_some(), "{name}");
        }
        for word in syntax::WORDS.iter() {
            assert!(list.contains(word.summary), "{}", word.word);
        }
    }

    #[test]
    fn every_function_of_the_library_has_its_sentence() {
        for name in prelude::names() {
            let function = functions().find(|function| function.name == name);
            let summary = function.as_ref().map(Function::summary).unwrap_or_default();
            assert!(summary.ends_with('.'), "{name}: {summary:?}");
        }
    }

    #[test]
    fn a_head_ends_at_its_own_bracket() {
        assert_eq!(closing("f(x, k=(1 + 2)) = g(x)", 1), Some(14));
        assert_eq!(closing("f(x", 1), None);
    }
}
