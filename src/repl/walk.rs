//! `:step J`: forward and then backward through the graph, one node at a time.

use super::shown;
use crate::session::Answer;
use crate::view::fact::{Backward, Fact, Forward};
use crate::view::{Doc, Line, Style, number};

/// A walk through the graph of one name, and where it stands.
#[derive(Debug)]
pub(super) struct Walk {
    stops: Vec<Doc>,
    at: usize,
}

impl Walk {
    /// From the answers of `trace`; `None` where nothing was traced.
    pub fn new(answers: &[Answer], digits: usize) -> Option<Walk> {
        let facts = || answers.iter().flat_map(|answer| &answer.facts);
        let is_step = |fact: &&Fact| matches!(fact, Fact::Forward(_) | Fact::Backward(_));
        let ahead: Vec<&Forward> =
            facts().filter_map(|fact| if let Fact::Forward(step) = fact { Some(&**step) } else { None }).collect();
        // What is given stands on one page.
        let leaves = ahead.iter().take_while(|step| step.expression.is_none()).count();
        let leaves = if leaves > 1 { leaves } else { 0 };
        let mut pages = vec![];
        if leaves > 0 {
            let names: Vec<&str> = ahead[..leaves].iter().map(|step| step.name.as_str()).collect();
            let mut doc = Doc::new();
            for step in &ahead[..leaves] {
                let line = Line::new().plain("  ").name(&step.name);
                doc.extend(shown::ending(line, &step.name, &step.value, digits));
            }
            pages.push(("forward", names.join(", "), doc));
        }
        pages.extend(facts().filter(is_step).skip(leaves).filter_map(|fact| match fact {
            Fact::Forward(step) => Some((step.pass, step.name.clone(), forward(step, &ahead, digits))),
            Fact::Backward(step) => Some((step.pass, step.name.clone(), backward(step, &ahead, digits))),
            _ => None,
        }));
        let count = pages.len();
        let stops = pages.into_iter().enumerate().map(|(i, (pass, name, below))| {
            let place = Line::new().note(format!("{}/{count} ", i + 1));
            let mut doc = Doc::line(place.with(Style::Heading, pass).plain("  ").name(name));
            doc.extend(below);
            doc
        });
        let stops: Vec<Doc> = stops.collect();
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

/// A name, its equation with names and with numbers, and its value; where it stands.
fn forward(step: &Forward, ahead: &[&Forward], digits: usize) -> Doc {
    let name = &step.name;
    let mut equation = Line::new().plain("  ").name(name);
    for part in [&step.expression, &step.filled].into_iter().flatten() {
        equation = equation.plain(format!(" = {part}"));
    }
    let mut doc = shown::ending(equation, name, &step.value, digits);
    let users = ahead.iter().filter(|other| other.from.iter().flatten().any(|from| from == name));
    let to: Vec<&str> = users.map(|other| other.name.as_str()).collect();
    doc.push(way(&names(step), name, &to));
    doc
}

/// A derivative as the sum of what each equation gives it, in numbers; of tensors as a formula.
fn backward(step: &Backward, ahead: &[&Forward], digits: usize) -> Doc {
    let name = &step.name;
    let alone = || Line::new().plain("  ").name(name);
    let equation = || alone().plain(" = ");
    if step.terms.is_empty() {
        return shown::ending(alone(), name, &step.value, digits);
    }
    let mut doc = Doc::new();
    let back = from_behind(step, ahead);
    if step.terms.iter().any(|term| term.product.is_none()) {
        // Of tensors the whole step is one formula.
        if let Some(chain) = step.chain.as_ref().filter(|_| step.chain != step.formula) {
            doc.push(equation().plain(chain));
        }
        let last = step.formula.as_ref().map_or_else(alone, |formula| equation().plain(formula));
        doc.extend(shown::ending(last, name, &step.value, digits));
        doc.lines.extend(back);
        return doc;
    }
    let mut sum = 0.0;
    for (k, term) in step.terms.iter().enumerate() {
        let [outer, slope, product] = [term.outer, term.slope, term.product].map(|number| number.unwrap_or(f64::NAN));
        let formula = term.formula.as_deref().unwrap_or_default();
        sum += product;
        let line = match k {
            0 => equation(),
            _ => Line::new().plain(format!("  {:>1$} ", "+", name.chars().count() + 2)),
        };
        // Of the goal's own equation there is no product.
        let Some(chain) = term.chain.as_deref().filter(|chain| *chain != formula) else {
            let mut line = line.plain(formula);
            if formula != number(slope, digits) {
                line = line.plain(" = ").number(number(slope, digits));
            }
            doc.push(line);
            continue;
        };
        let factors = format!("{chain} = {}*{} = ", bracketed(outer, digits), bracketed(slope, digits));
        doc.push(line.plain(factors).number(number(product, digits)));
        let mut line = Line::new().note("  local slope ").name(&term.local);
        if !formula.is_empty() && formula != number(slope, digits) {
            line = line.plain(format!(" = {formula}"));
        }
        line = line.plain(" = ").number(number(slope, digits));
        if step.terms.len() > 1 {
            line = line.note(", so far ").number(number(sum, digits));
        }
        doc.push(line);
    }
    if step.terms.len() > 1 {
        doc.extend(shown::ending(alone(), name, &step.value, digits));
    }
    doc.lines.extend(back);
    doc
}

/// `v → u → b, c`: from whose equations the derivative comes, and where it goes.
fn from_behind(step: &Backward, ahead: &[&Forward]) -> Option<Line> {
    let is_by = |own: &&&Forward| {
        let of = &own.name;
        step.name.ends_with(&format!("/d{of}")) || step.name.ends_with(&format!("/d({of})"))
    };
    let own = ahead.iter().find(is_by)?;
    let through: Vec<&str> = step.terms.iter().map(|term| term.through.as_str()).collect();
    Some(way(&through, &own.name, &names(own)))
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

/// What a step forward stands on.
fn names(step: &Forward) -> Vec<&str> {
    step.from.iter().flatten().map(String::as_str).collect()
}

fn bracketed(value: f64, digits: usize) -> String {
    let text = number(value, digits);
    if text.starts_with('-') { format!("({text})") } else { text }
}
