//! The update rule and its loop, as other languages write them: `w = w - 0.1*dJ/dw`, `for i in range(100): …` lead to `step`.

use super::ast::{Item, Role, Statement};
use super::chars::{is_name_part, skip_name};
use crate::diag::{Diagnostic, Edit, Mend};
use crate::source::Span;

/// `w - 0.1*dJ/dw` as a step of `w`: `step J by 0.1`.
pub fn step_of(value: &str, name: &str) -> Option<String> {
    let rest = value.trim().strip_prefix(name)?.trim_start().strip_prefix(['-', '−'])?;
    rule(rest, name)
}

/// `0.1*dJ/dw` as what a step of `w` takes away.
fn rule(rest: &str, name: &str) -> Option<String> {
    let rest = rest.trim().trim_end_matches(';');
    let rest = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or(rest);
    let (mut goal, mut rate) = (None, vec![]);
    for factor in rest.split('*').map(str::trim) {
        // `0.1dJ/dw`
        let digits = factor.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(factor.len());
        match (goal_of(factor, name), goal_of(&factor[digits..], name)) {
            (Some(found), _) if goal.is_none() => goal = Some(found),
            (None, Some(found)) if goal.is_none() && digits > 0 => {
                goal = Some(found);
                rate.push(&factor[..digits]);
            }
            _ => rate.push(factor),
        }
    }
    let by = if rate.is_empty() { "1".to_string() } else { rate.join("*") };
    let goal = goal.filter(|_| !by.contains(['\n', '=', ';']) && !by.is_empty())?;
    Some(format!("step {goal} by {by}"))
}

/// The goal of `dJ/dw`, `∂J/∂w`, `grad(J, w)`.
fn goal_of<'t>(factor: &'t str, name: &str) -> Option<&'t str> {
    let goal = if let Some((of, by)) = factor.split_once('/') {
        let strip = |text: &'t str| text.strip_prefix('d').or_else(|| text.strip_prefix('∂'));
        strip(by.trim()).filter(|by| *by == name)?;
        strip(of.trim())?
    } else {
        let (of, by) = factor.strip_prefix("grad(")?.strip_suffix(')')?.split_once(',')?;
        Some(by.trim()).filter(|by| *by == name)?;
        of.trim()
    };
    (!goal.is_empty() && goal.chars().all(is_name_part)).then_some(goal)
}

/// Proposes the step that an update or a loop of updates means.
pub(super) fn propose(text: &str, items: &[Item], faults: &mut [Diagnostic]) {
    const UPDATES: [&str; 2] = ["nnlang::syntax::update_assignment", "nnlang::syntax::colon_equals"];
    const FOREIGN: &str = "nnlang::syntax::foreign_word";
    /// So many bytes a statement of another language has at most.
    const LONG: usize = 2000;
    /// So many of them are looked at.
    const MANY: usize = 100;
    let mut told: Vec<String> = vec![];
    let concerned = |fault: &&mut Diagnostic| UPDATES.contains(&fault.code) || fault.code == FOREIGN;
    for fault in faults.iter_mut().filter(concerned).take(MANY) {
        let Some(at) = fault.span() else { continue };
        let text = &text[..floor(text, at.end as usize + LONG)];
        let start = text[..at.start as usize].rfind(['\n', ';']).map_or(0, |at| at + 1);
        let start = start + text[start..].len() - text[start..].trim_start().len();
        let end = text[start..].find(['\n', '#']).map_or(text.len(), |end| start + end);
        let line = text[start..end].trim_end();
        let whole = Span { start: start as u32, end: (start + line.len()) as u32, ..at };
        if UPDATES.contains(&fault.code) {
            let name = &line[..skip_name(line)];
            let Some(step) = updated(line, name) else { continue };
            let again = told.contains(&step);
            told.push(step.clone());
            let own = fault.mend.take();
            let others = std::mem::take(&mut fault.others);
            fault.mend = Some(instead(&step, name, whole, items, again));
            fault.others = own.into_iter().chain(others).collect();
        } else if matches!(&text[at.range()], "for" | "while") {
            let Some((end, step, name)) = looped(text, start) else { continue };
            let whole = Span { end: end as u32, ..whole };
            fault.mend = Some(instead(&step, &name, whole, items, false));
        }
    }
}

/// The end of a text, or the last place at most so far on that is between two characters.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The step of `w -= 0.1*dJ/dw`, `w := w - 0.1*dJ/dw`, `w = w - 0.1*dJ/dw`.
fn updated(line: &str, name: &str) -> Option<String> {
    let rest = line.get(name.len()..)?.trim_start();
    if let Some(value) = rest.strip_prefix("-=") {
        return rule(value, name);
    }
    let value = rest.strip_prefix(":=").or_else(|| rest.strip_prefix('='))?;
    step_of(value, name)
}

/// The step in the place of an update; where what it moves is no parameter, it is made one.
fn instead(step: &str, name: &str, whole: Span, items: &[Item], again: bool) -> Mend {
    let edit = |span: Span, text: &str| Edit { span, text: text.to_string() };
    if again {
        return Mend { text: format!("leave it out: `{step}` moves every parameter"), edits: vec![edit(whole, "")] };
    }
    let leaf = items.iter().find_map(|item| match &item.statement {
        Statement::Define(define) if define.name.text == name && item.span.end <= whole.start => Some(define.name.span),
        _ => None,
    });
    let declares = |item: &Item| match &item.statement {
        Statement::Declare(declare) => declare.name.text == name && declare.role == Role::Param,
        _ => false,
    };
    match leaf.filter(|_| !items.iter().any(declares)) {
        Some(at) => Mend {
            text: format!("write `param {name} = …` where it is defined, and `{step}` here"),
            edits: vec![edit(Span { end: at.start, ..at }, "param "), edit(whole, step)],
        },
        None => Mend { text: format!("write `{step}`"), edits: vec![edit(whole, step)] },
    }
}

/// A loop from `at` on over updates: where it ends, the steps that it means, and the name that its first update moves.
fn looped(text: &str, at: usize) -> Option<(usize, String, String)> {
    let line_end = |from: usize| text[from..].find('\n').map_or(text.len(), |end| from + end);
    let head_end = line_end(at);
    let line = &text[at..head_end];
    // What stands behind the head on its line, in Python's manner; the colon of a range has a number behind it.
    let ends_head = |colon: &usize| !line[colon + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit());
    let colon = line.match_indices(':').map(|(at, _)| at).find(ends_head);
    let (head, same) = colon.map_or((line, ""), |colon| (&line[..colon], line[colon + 1..].trim()));
    let times = count(head)?;
    let column = at - text[..at].rfind('\n').map_or(0, |line| line + 1);
    let parts = |line: &'_ str| -> Vec<String> {
        line.split(';').map(|part| part.trim().to_string()).filter(|part| !part.is_empty()).collect()
    };
    let mut body = parts(same);
    let mut end = head_end;
    while end < text.len() {
        let next = end + 1;
        let line = text.get(next..line_end(next))?;
        let trimmed = line.trim();
        let deeper = line.len() - line.trim_start().len() > column;
        let closes = matches!(trimmed, "end" | "end;" | "}");
        if !deeper && !closes {
            break;
        }
        end = line_end(next);
        if closes {
            break;
        }
        body.extend(parts(trimmed));
    }
    let end = text[..end].trim_end().len();
    body.iter().find_map(|part| {
        let part = part.split('#').next().unwrap_or_default().trim().trim_matches(['{', '}']).trim();
        let name = &part[..skip_name(part)];
        let (step, name) = match part.starts_with("step ") {
            true => (part.to_string(), String::new()),
            false => (updated(part, name)?, name.to_string()),
        };
        Some((end, format!("{step} {times} times"), name))
    })
}

/// How often a loop runs: the last number of its head, or its last name.
fn count(head: &str) -> Option<&str> {
    const WORDS: [&str; 9] = ["for", "in", "range", "while", "int", "i", "let", "var", "true"];
    let words = || head.split(|c: char| !(is_name_part(c) || c == '.')).filter(|word| !word.is_empty());
    let mut numbers = words().filter(|word| word.chars().all(|c| c.is_ascii_digit()) && *word != "0");
    numbers.next_back().or_else(|| words().skip(2).filter(|word| !WORDS.contains(word) && *word != "0").last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_read_as_the_step_that_it_means() {
        for (value, step) in [
            ("w - 0.1*dJ/dw", "step J by 0.1"),
            ("w - dJ/dw*0.1", "step J by 0.1"),
            ("w - 0.1dJ/dw", "step J by 0.1"),
            ("w - alpha * ∂J/∂w", "step J by alpha"),
            ("w - lr*grad(L, w)", "step L by lr"),
            ("w - dJ/dw", "step J by 1"),
        ] {
            assert_eq!(step_of(value, "w").as_deref(), Some(step), "{value}");
        }
        for value in ["w + 1", "w - 0.1*dJ/db", "v - 0.1*dJ/dw"] {
            assert_eq!(step_of(value, "w"), None, "{value}");
        }
    }

    #[test]
    fn a_loop_of_updates_is_so_many_steps() {
        for (text, step) in [
            ("for i in range(100): step J by 0.1", "step J by 0.1 100 times"),
            ("for i in range(100):\n    w = w - 0.1*dJ/dw\na = 1", "step J by 0.1 100 times"),
            ("for i = 1:50\n  w = w - 0.1*dJ/dw;\nend\na = 1", "step J by 0.1 50 times"),
            ("for i in 1:20\n  w -= 0.1*dJ/dw\nend", "step J by 0.1 20 times"),
            ("for epoch in range(epochs):\n\tw -= lr*dJ/dw", "step J by lr epochs times"),
        ] {
            let found = looped(text, 0).map(|(end, step, _)| (text[end..].trim().to_string(), step));
            let rest = text.split_once("\na").map_or("", |_| "a = 1").to_string();
            assert_eq!(found, Some((rest, step.to_string())), "{text}");
        }
        assert!(looped("for x in xs:\n    print(x)", 0).is_none());
    }
}
