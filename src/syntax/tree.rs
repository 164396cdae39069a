//! What pest matched, as a flat list of nodes in source order that can be walked from any place.

use super::errors::Expected;
use crate::statements::{Clause, Statement, Takes};
use pest::Parser;
use pest::Token;
use pest::error::{ErrorVariant, InputLocation};

/// The parser that pest makes of the grammar; its rules need no doc sentence twice.
#[allow(missing_docs, unreachable_pub, reason = "made by pest")]
mod grammar {
    #[derive(pest_derive::Parser)]
    #[grammar = "grammar/nnlang.pest"]
    pub(super) struct Grammar;
}
pub(super) use grammar::Rule;

/// A rule that matched, its bytes in the statement's text, and the index of the first node after its inner ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Node {
    pub(super) rule: Rule,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) next: u32,
}

/// Where a text stopped making sense, and what would have.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) at: usize,
    pub(super) expected: Vec<Expected>,
}

/// Matches the whole `text` with a rule, into `nodes`. Punctuation without meaning of its own gives no node.
pub(super) fn read(rule: Rule, text: &str, depth: usize, nodes: &mut Vec<Node>) -> Result<(), Stop> {
    const SHALLOW: usize = 16;
    if depth <= SHALLOW {
        return read_here(rule, text, nodes);
    }
    // some 4 KiB of stack a bracket, more without optimisation
    stacker::maybe_grow(4 << 20, 16 << 20, || read_here(rule, text, nodes))
}

/// Where a question stopped making sense: told of the clauses that it takes alone.
pub(super) fn stop_of(question: &Statement, text: &str, depth: usize, stop: Stop) -> Stop {
    let again = match question.has(Clause::Times) {
        true => None,
        false => read(Rule::uncounted, text, depth, &mut vec![]).err(),
    };
    let mut stop = again.unwrap_or(stop);
    let before = text.get(..stop.at).unwrap_or(text);
    let said = |word: &str| before.split(' ').any(|other| other == word);
    let taken = |word: &str| Clause::of(word).is_none_or(|clause| question.has(clause) && !said(word));
    // Inside a clause its own words are expected; between clauses those of the question.
    let between = stop.expected.iter().filter(|group| matches!(group, Expected::Word(_))).count() > 1;
    stop.expected.retain(|group| !between || !matches!(group, Expected::Word(word) if !taken(word)));
    // Outside brackets a comma is followed by a further expression.
    let one = question.takes != Takes::Several && !said(Clause::Wrt.word()) && stop.expected.contains(&Expected::End);
    stop.expected.retain(|group| !one || *group != Expected::Mark(","));
    stop
}

fn read_here(rule: Rule, text: &str, nodes: &mut Vec<Node>) -> Result<(), Stop> {
    nodes.clear();
    let pairs = match grammar::Grammar::parse(rule, text) {
        Ok(pairs) => pairs,
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) => at,
                InputLocation::Span((at, _)) => at,
            };
            let mut expected = vec![];
            if let ErrorVariant::ParsingError { positives, .. } = error.variant {
                for rule in positives {
                    expected.extend(Expected::of(rule).filter(|group| !expected.contains(group)));
                }
            }
            expected.sort();
            return Err(Stop { at, expected });
        }
    };
    let mut open: Vec<usize> = vec![];
    for token in pairs.tokens() {
        match token {
            Token::Start { rule, .. } | Token::End { rule, .. } if is_mark(rule) => {}
            Token::Start { rule, pos } => {
                open.push(nodes.len());
                nodes.push(Node { rule, start: pos.pos() as u32, end: 0, next: 0 });
            }
            Token::End { pos, .. } => {
                if let Some(index) = open.pop() {
                    let next = nodes.len() as u32;
                    let node = &mut nodes[index];
                    node.end = pos.pos() as u32;
                    node.next = next;
                }
            }
        }
    }
    Ok(())
}

/// Punctuation that the walk need not see.
fn is_mark(rule: Rule) -> bool {
    matches!(rule, Rule::EOI | Rule::comma | Rule::equals | Rule::close_round | Rule::close_square)
}
