//! `dJ/da`, `d2J/da db`, `∂²J/∂a²`: which names and which orders the words stand for.

use super::hir::{GlobalKind, HirId, Kind};
use super::{Cx, errors};
use crate::source::Span;
use crate::syntax::ast::{By, Derivative, Name, Part, PartKind};

/// A word of a derivative without its `d`: `2J` of `d2J`, `a2` of `da2`, with superscripts as digits.
fn stem(word: &str) -> String {
    let rest = word.strip_prefix('d').or_else(|| word.strip_prefix('∂')).unwrap_or(word);
    rest.chars()
        .map(|c| match c {
            '²' => '2',
            '³' => '3',
            '¹' => '1',
            '⁴'..='⁹' => char::from(b'4' + (c as u32 - '⁴' as u32) as u8),
            c => c,
        })
        .collect()
}

/// `2J` is order 2 of `J`; without digits the order is 1.
fn above(word: &str) -> (u32, String) {
    let stem = stem(word);
    let digits = stem.chars().take_while(char::is_ascii_digit).count();
    match stem[..digits].parse() {
        Ok(order) if digits < stem.len() => (order, stem[digits..].to_string()),
        _ => (1, stem),
    }
}

/// `a2` without its trailing digits, and those: `("a", 2)`.
fn below(stem: &str) -> Option<(&str, u32)> {
    let base = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    if base.is_empty() || base.len() == stem.len() {
        return None;
    }
    stem[base.len()..].parse().ok().filter(|order| *order > 0).map(|order| (base, order))
}

impl Cx<'_> {
    /// `dJ/da/db`, of which `b` is `of`: what is meant by a derivative that is divided by a differential.
    pub(super) fn differential_again(&self, of: &str, span: Span) -> Option<crate::diag::Diagnostic> {
        let text = self.sources.get(span.source).text.get(..span.start as usize)?;
        let head = text.trim_end().strip_suffix('/')?.trim_end();
        let word = |text: &'_ str| text.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_').len();
        let (rest, by) = head.split_at(word(head));
        let rest = rest.strip_suffix('/').filter(|_| by.starts_with('d'))?;
        let (rest, goal) = rest.split_at(word(rest));
        let whole = &head[rest.len()..];
        let (order, goal) = above(Some(goal).filter(|goal| goal.starts_with('d'))?);
        if !self.is_value(&goal) || rest.ends_with(['/', '.']) {
            return None;
        }
        let (base, below) = below(&stem(by)).map_or((stem(by), 1), |(base, order)| (base.to_string(), order));
        let by = if base == of { format!("d{of}{}", below + 1) } else { format!("{by} d{of}") };
        let mend = format!("d{}{goal}/{by}", order + 1);
        let start = span.start - (text.len() - head.len() + whole.len()) as u32;
        Some(errors::differential_again(whole, of, &mend, Span { start, ..span }))
    }

    /// A derivative word and the postfixes after it.
    pub(super) fn derivative(&mut self, derivative: &Derivative, span: Span, postfixes: &[Part]) -> HirId {
        if let ([By::Word(by)], [Part { kind: PartKind::Field(_), .. }, ..]) = (&derivative.by[..], postfixes) {
            let fields = postfixes.iter().take_while(|part| matches!(part.kind, PartKind::Field(_))).count();
            let whole = span.to(postfixes[fields - 1].span);
            let name = self.sources.text(Span { start: by.span.start, ..whole });
            let bare = name.strip_prefix(['d', '∂']).unwrap_or(name);
            let mark = if derivative.partial { '∂' } else { 'd' };
            let mend = format!("{}/{mark}({bare})", derivative.of.text);
            return self.broken(errors::by_dotted(&mend, whole), whole);
        }
        let (order, of) = above(&derivative.of.text);
        let by = self.readings(derivative, order, &of);
        let is_function = self.local(&of).is_none()
            && match self.scope.get(of.as_str()).map(|id| self.program.global(*id).kind) {
                Some(GlobalKind::Function(_)) => true,
                Some(GlobalKind::Value | GlobalKind::Dimension | GlobalKind::Network(_) | GlobalKind::Broken) => false,
                None => crate::ops::find(&of).is_some() && !self.is_value(&of),
            };
        if is_function {
            let by = derivative.by.first().map(|by| match by {
                By::Word(word) => {
                    let stem = stem(&word.text);
                    match below(&stem) {
                        Some((base, by_order)) if by_order == order && !self.is_value(&stem) => base.to_string(),
                        _ => stem,
                    }
                }
                By::Path(path, _) => path.names.iter().map(|n| n.text.as_str()).collect::<Vec<_>>().join("."),
            });
            return self.broken(errors::of_function(&of, order, &by.unwrap_or_default(), span), span);
        }
        let value = self.value(&of, derivative.of.span);
        let mut by_ids = vec![];
        for (name, order, at) in by {
            let id = match name {
                Ok(name) => self.path(&name, at),
                Err(path) => self.dotted(&path, at),
            };
            by_ids.push((id, order));
        }
        if by_ids.is_empty() {
            return self.push(Kind::Broken, span);
        }
        let below: u32 = by_ids.iter().map(|(_, order)| *order).sum();
        if below != order {
            let above = derivative.of.span;
            let by = self.sources.text(crate::source::Span { start: above.end, ..span }).trim_start_matches('/');
            let problem = errors::orders(order, below, &of, by, above, span);
            return self.broken(problem, span);
        }
        let id = self.push(Kind::Derivative { of: value, by: by_ids.into() }, span);
        self.postfixes(id, postfixes)
    }

    /// `adb` of `d2J/dadb`: two names where only `∂` may stand without a space before it.
    fn together<'n>(&self, stem: &'n str) -> Option<(&'n str, &'n str)> {
        if self.is_value(stem) {
            return None;
        }
        let mut pairs = stem.match_indices('d').map(|(at, _)| (&stem[..at], &stem[at + 1..]));
        pairs.find(|(first, second)| self.is_value(first) && self.is_value(second))
    }

    fn path(&mut self, name: &str, span: Span) -> HirId {
        self.value(name, span)
    }

    /// `enc.W1`
    pub(super) fn dotted(&mut self, names: &[Name], span: Span) -> HirId {
        let Some((first, rest)) = names.split_first() else { return self.push(Kind::Broken, span) };
        let fields: Vec<Part> =
            rest.iter().map(|name| Part { span: name.span, kind: PartKind::Field(Box::new(name.clone())) }).collect();
        let part = Part { span: first.span, kind: PartKind::Name(first.text.clone()) };
        let expr = crate::syntax::ast::Expr { span, parts: std::iter::once(part).chain(fields).collect() };
        self.tree(&expr)
    }

    /// Each word below as a name and an order; the reading whose orders add up is taken.
    #[allow(clippy::type_complexity)]
    fn readings(
        &mut self,
        derivative: &Derivative,
        order: u32,
        of: &str,
    ) -> Vec<(Result<String, Vec<Name>>, u32, Span)> {
        let words = derivative.by.len() as u32;
        let mut out = vec![];
        for by in &derivative.by {
            match by {
                By::Path(path, order) => {
                    let span = path.names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(derivative.of.span);
                    out.push((Err(path.names.clone()), *order, span));
                }
                By::Word(word) => {
                    let stem = stem(&word.text);
                    let powered = below(&stem).filter(|_| order > words);
                    let full = self.is_value(&stem);
                    match powered {
                        Some((base, by_order)) if self.is_value(base) => {
                            if full {
                                let written = format!("{}/{}", derivative.of.text, word.text);
                                let problem =
                                    errors::two_readings(&written, &stem, base, order.min(by_order), of, word.span);
                                self.report(problem);
                                return vec![];
                            }
                            out.push((Ok(base.to_string()), by_order, word.span));
                        }
                        Some((base, by_order)) if !full && word.text.contains(['²', '³']) => {
                            out.push((Ok(base.to_string()), by_order, word.span));
                        }
                        Some(_) | None => {
                            if let Some((first, second)) = self.together(&stem).filter(|_| order > words) {
                                self.report(errors::by_together(&stem, first, second, word.span));
                                return vec![];
                            }
                            out.push((Ok(stem), 1, word.span));
                        }
                    }
                }
            }
        }
        out
    }
}
