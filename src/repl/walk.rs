//! `:step J`: forward and then backward through the graph, one node at a time.

use super::shown;
use crate::session::Answer;
use crate::view::{Doc, Line, Style, number};
use serde_json::{Map, Value};

/// A walk through the graph of one name, and where it stands.
#[derive(Debug)]
pub(super) struct Walk {
    stops: Vec<Doc>,
    at: usize,
}

impl Walk {
    /// From the answers of `trace`; `None` where nothing was traced.
    pub fn new(answers: &[Answer], digits: usize) -> Option<Walk> {
        let facts: Vec<&Map<String, Value>> = answers.iter().flat_map(|answer| &answer.facts).collect();
        // What is given stands on one page.
        let leaves = facts.iter().take_while(|fact| is_forward(fact) && !fact.contains_key("expression")).count();
        let leaves = if leaves > 1 { leaves } else { 0 };
        let count = facts.len() - leaves.saturating_sub(1);
        let first = (leaves > 0).then(|| given(&facts[..leaves], count, digits));
        let rest = facts[leaves..].iter().enumerate();
        let begun = usize::from(leaves > 0);
        let stops: Vec<Doc> =
            first.into_iter().chain(rest.map(|(i, fact)| stop(fact, &facts, i + begun, count, digits))).collect();
        (!stops.is_empty()).then_some(Walk { stops, at: 0 })
    }

    /// What is to be seen here.
    pub fn here(&self) -> Doc {
        self.stops.get(self.at).cloned().unwrap_or_default()
    }

    /// All stops, one after the other.
    pub fn all(&self) -> Doc {
        let mut doc = Doc::new();
        self.stops.iter().for_each(|stop| doc.extend(stop.clone()));
        doc
    }

    /// One on; is there one?
    pub fn on(&mut self) -> bool {
        self.at += 1;
        self.at < self.stops.len()
    }

    /// One back; is there one?
    pub fn back(&mut self) -> bool {
        let moves = self.at > 0;
        self.at = self.at.saturating_sub(1);
        moves
    }

    /// `4/12`
    pub fn place(&self) -> String {
        format!("{}/{}", self.at + 1, self.stops.len())
    }
}

/// All that is given, on one page: `a = 5`, `b = 3`.
fn given(facts: &[&Map<String, Value>], count: usize, digits: usize) -> Doc {
    let text = |fact: &Map<String, Value>| fact.get("name").and_then(Value::as_str).unwrap_or_default().to_string();
    let names: Vec<String> = facts.iter().map(|fact| text(fact)).collect();
    let head = Line::new().note(format!("1/{count} ")).with(Style::Heading, "forward").plain("  ");
    let mut doc = Doc::line(head.name(names.join(", ")));
    for (fact, name) in facts.iter().zip(&names) {
        let line = Line::new().plain("  ").name(name.as_str());
        doc.extend(shown::ending(line, name, fact.get("value").unwrap_or(&Value::Null), digits));
    }
    doc
}

fn stop(fact: &Map<String, Value>, all: &[&Map<String, Value>], i: usize, count: usize, digits: usize) -> Doc {
    let text = |key: &str| fact.get(key).and_then(Value::as_str).unwrap_or_default();
    let (pass, name) = (text("pass"), text("name"));
    let value = fact.get("value").unwrap_or(&Value::Null);
    let mut doc =
        Doc::line(Line::new().note(format!("{}/{count} ", i + 1)).with(Style::Heading, pass).plain("  ").name(name));
    let mut equation = Line::new().plain("  ").name(name);
    if pass == "forward" {
        for part in [text("expression"), text("filled")].into_iter().filter(|part| !part.is_empty()) {
            equation = equation.plain(format!(" = {part}"));
        }
        doc.extend(shown::ending(equation, name, value, digits));
        let from: Vec<&str> = names(fact);
        let to: Vec<&str> = all
            .iter()
            .filter(|other| names(other).contains(&name))
            .filter_map(|other| other.get("name").and_then(Value::as_str))
            .collect();
        doc.push(way(&from, name, &to));
        return doc;
    }
    let back = from_behind(fact, all);
    let terms: Vec<&Map<String, Value>> = fact
        .get("terms")
        .and_then(Value::as_array)
        .map(|terms| terms.iter().filter_map(Value::as_object).collect())
        .unwrap_or_default();
    if terms.is_empty() {
        doc.extend(shown::ending(equation, name, value, digits));
        return doc;
    }
    let numeric = terms.iter().all(|term| term.contains_key("product"));
    if !numeric {
        // Of tensors the whole step is one formula.
        let (chain, formula) = (text("chain"), text("formula"));
        let said = |part: &str| Line::new().plain("  ").name(name).plain(format!(" = {part}"));
        if !chain.is_empty() && chain != formula {
            doc.push(said(chain));
        }
        let last = if formula.is_empty() { equation } else { said(formula) };
        doc.extend(shown::ending(last, name, value, digits));
        doc.lines.extend(back);
        return doc;
    }
    let mut sum = 0.0;
    for (k, term) in terms.iter().enumerate() {
        let text = |key: &str| term.get(key).and_then(Value::as_str).unwrap_or_default();
        let number_of = |key: &str| term.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN);
        let (outer, slope, product) = (number_of("outer"), number_of("slope"), number_of("product"));
        sum += product;
        let mut line = match k {
            0 => Line::new().plain("  ").name(name).plain(" = "),
            _ => Line::new().plain(format!("  {:>1$} ", "+", name.chars().count() + 2)),
        };
        // Of the goal's own equation there is no product.
        let own = text("chain").is_empty() || text("chain") == text("formula");
        line = match text("chain") {
            _ if own => line.plain(text("formula")),
            chain => line
                .plain(format!("{chain} = {}*{} = ", bracketed(outer, digits), bracketed(slope, digits)))
                .number(number(product, digits)),
        };
        if own {
            if text("formula") != number(slope, digits) {
                line = line.plain(" = ").number(number(slope, digits));
            }
            doc.push(line);
            continue;
        }
        doc.push(line);
        let mut line = Line::new().note("  local slope ").name(text("local"));
        if ![String::new(), number(slope, digits)].contains(&text("formula").to_string()) {
            line = line.plain(format!(" = {}", text("formula")));
        }
        line = line.plain(" = ").number(number(slope, digits));
        if terms.len() > 1 {
            line = line.note(", so far ").number(number(sum, digits));
        }
        doc.push(line);
    }
    if terms.len() > 1 {
        doc.extend(shown::ending(equation, name, value, digits));
    }
    doc.lines.extend(back);
    doc
}

/// `v → u → b, c`: from whose equations the derivative comes, and where it goes.
fn from_behind(fact: &Map<String, Value>, all: &[&Map<String, Value>]) -> Option<Line> {
    let name = fact.get("name").and_then(Value::as_str)?;
    let own = all.iter().find(|other| {
        let of = other.get("name").and_then(Value::as_str).filter(|_| is_forward(other));
        of.is_some_and(|of| name.ends_with(&format!("/d{of}")) || name.ends_with(&format!("/d({of})")))
    })?;
    let through: Vec<&str> = fact
        .get("terms")
        .and_then(Value::as_array)?
        .iter()
        .filter_map(|term| term.get("through").and_then(Value::as_str))
        .collect();
    Some(way(&through, own.get("name").and_then(Value::as_str)?, &names(own)))
}

fn is_forward(fact: &Map<String, Value>) -> bool {
    fact.get("pass").and_then(Value::as_str) == Some("forward")
}

/// `b, c → u → v`: where in the graph one stands.
fn way(from: &[&str], name: &str, to: &[&str]) -> Line {
    let short = |names: &[&str]| {
        let shown = names.iter().take(6).copied().collect::<Vec<_>>().join(", ");
        if names.len() > 6 { format!("{shown}, …") } else { shown }
    };
    let mut line = Line::new().plain("  ");
    if !from.is_empty() {
        line = line.note(format!("{} → ", short(from)));
    }
    line = line.name(name);
    if !to.is_empty() {
        line = line.note(format!(" → {}", short(to)));
    }
    line
}

fn names(fact: &Map<String, Value>) -> Vec<&str> {
    fact.get("from")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

fn bracketed(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    if text.starts_with('-') { format!("({text})") } else { text }
}
