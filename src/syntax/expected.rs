//! What the grammar would have taken, in the user's words.

use super::tree::Rule;

/// A group of rules that a reader thinks of as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Expected {
    Value,
    Operator,
    Name,
    Shape,
    Text,
    Word(&'static str),
    Mark(&'static str),
    End,
}

impl Expected {
    /// The group of a rule; none for what needs no mention.
    pub(super) fn of(rule: Rule) -> Option<Expected> {
        Some(match rule {
            Rule::EOI => Expected::End,
            Rule::infix => Expected::Operator,
            Rule::expr
            | Rule::number
            | Rule::list
            | Rule::group
            | Rule::prefix
            | Rule::dim
            | Rule::slot
            | Rule::arg => Expected::Value,
            Rule::name | Rule::path | Rule::param => Expected::Name,
            Rule::kind | Rule::shape => Expected::Shape,
            Rule::string => Expected::Text,
            Rule::equals => Expected::Mark("="),
            Rule::colon => Expected::Mark(":"),
            Rule::comma => Expected::Mark(","),
            Rule::close_round => Expected::Mark(")"),
            Rule::close_square => Expected::Mark("]"),
            Rule::by | Rule::by_clause => Expected::Word("by"),
            Rule::within | Rule::in_word => Expected::Word("in"),
            Rule::over | Rule::epochs | Rule::for_word => Expected::Word("for"),
            Rule::beside | Rule::with_word => Expected::Word("with"),
            Rule::to | Rule::to_word => Expected::Word("to"),
            Rule::from | Rule::from_word => Expected::Word("from"),
            Rule::wrt | Rule::wrt_word => Expected::Word("wrt"),
            Rule::start | Rule::start_word => Expected::Word("start"),
            Rule::times_word => Expected::Word("times"),
            Rule::then | Rule::then_word => Expected::Word("then"),
            Rule::form | Rule::as_word => Expected::Word("as"),
            _ => return None,
        })
    }

    /// `an operator, `)` or the end of the statement`
    pub(super) fn list(groups: &[Expected]) -> String {
        let words: Vec<String> = groups.iter().map(|group| group.words()).collect();
        match words.split_last() {
            None => "a statement".to_string(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        }
    }

    fn words(self) -> String {
        match self {
            Expected::Value => "a value".to_string(),
            Expected::Operator => "an operator".to_string(),
            Expected::Name => "a name".to_string(),
            Expected::Shape => "a shape such as `[3, m]`".to_string(),
            Expected::Text => "a string".to_string(),
            Expected::Word(word) | Expected::Mark(word) => format!("`{word}`"),
            Expected::End => "the end of the statement".to_string(),
        }
    }
}
