//! From the nodes of one statement to its syntax tree.

use super::ast::*;
use super::chars;
use super::errors;
use super::tree::{Node, Rule};
use crate::diag::Diagnostic;
use crate::source::{SourceId, Span, Spanned};
use unicode_normalization::UnicodeNormalization;

/// The nodes of one text, and what was found wrong on the way.
pub(super) struct Walk<'a> {
    pub(super) text: &'a str,
    pub(super) nodes: &'a [Node],
    /// Where the text begins in its source.
    pub(super) base: usize,
    pub(super) source: SourceId,
    pub(super) faults: Vec<Diagnostic>,
}

/// A place in the list of nodes.
pub(super) type At = usize;

impl<'a> Walk<'a> {
    pub(super) fn rule(&self, at: At) -> Rule {
        self.nodes[at].rule
    }

    pub(super) fn next(&self, at: At) -> At {
        self.nodes[at].next as usize
    }

    pub(super) fn span(&self, at: At) -> Span {
        let node = &self.nodes[at];
        self.between(node.start as usize, node.end as usize)
    }

    /// The span of bytes of this text.
    pub(super) fn between(&self, start: usize, end: usize) -> Span {
        Span::new(self.source, self.base + start, self.base + end)
    }

    pub(super) fn str(&self, at: At) -> &'a str {
        let node = &self.nodes[at];
        self.text.get(node.start as usize..node.end as usize).unwrap_or("")
    }

    /// The nodes directly inside one.
    pub(super) fn inner(&self, at: At) -> Inner<'a> {
        Inner { nodes: self.nodes, at: at + 1, end: self.next(at) }
    }

    pub(super) fn name(&self, at: At) -> Name {
        Name { text: nfc(self.str(at)), span: self.span(at) }
    }

    pub(super) fn path(&self, at: At) -> Path {
        Path { names: self.inner(at).map(|name| self.name(name)).collect() }
    }

    pub(super) fn string(&mut self, at: At) -> Spanned<String> {
        let text = self.str(at);
        let start = self.nodes[at].start as usize;
        let body = text.get(1..text.len().max(2) - 1).unwrap_or("");
        let mut out = String::with_capacity(body.len());
        let mut rest = body.char_indices();
        while let Some((index, c)) = rest.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            let tail = &body[index + 1..];
            let read = match tail.chars().next() {
                Some('n') => Some(('\n', 1)),
                Some('t') => Some(('\t', 1)),
                Some('r') => Some(('\r', 1)),
                Some('0') => Some(('\0', 1)),
                Some(c @ ('"' | '\\')) => Some((c, 1)),
                Some('u') => unicode_escape(tail),
                _ => None,
            };
            match read {
                Some((c, length)) => {
                    out.push(c);
                    for _ in 0..tail[..length].chars().count() {
                        rest.next();
                    }
                }
                None => {
                    let width = tail.chars().next().map_or(0, char::len_utf8);
                    let slash = start + 1 + index;
                    self.faults.push(errors::escape(self.between(slash, slash + 1 + width)));
                    rest.next();
                }
            }
        }
        Spanned { node: out, span: self.span(at) }
    }

    /// An expression: its parts in source order.
    pub(super) fn expr(&mut self, at: At) -> Expr {
        let mut parts = Vec::with_capacity(self.inner(at).count());
        let mut compared = None;
        let mut last_value = None; // the operand so far, where a call after it makes no sense
        for node in self.inner(at) {
            let span = self.span(node);
            let kind = match self.rule(node) {
                Rule::prefix => {
                    let prefix = if self.str(node) == "not" { Prefix::Not } else { Prefix::Neg };
                    if prefix == Prefix::Not {
                        compared = None;
                    }
                    PartKind::Prefix(prefix)
                }
                Rule::infix => {
                    let infix = infix(self.str(node));
                    match infix {
                        Infix::Pipe | Infix::Or | Infix::And => compared = None,
                        Infix::Eq | Infix::Ne | Infix::Lt | Infix::Le | Infix::Gt | Infix::Ge | Infix::Near => {
                            if let Some(first) = compared.replace(span) {
                                self.faults.push(errors::chained_comparison(first, span));
                            }
                        }
                        _ => {}
                    }
                    last_value = None;
                    PartKind::Infix(infix)
                }
                Rule::juxtaposed => {
                    last_value = None;
                    PartKind::Infix(Infix::Juxtaposed)
                }
                Rule::number => {
                    last_value = Some(span);
                    PartKind::Number(self.number(node))
                }
                Rule::string => {
                    last_value = Some(span);
                    PartKind::Text(self.string(node).node)
                }
                Rule::blank => {
                    last_value = Some(span);
                    PartKind::Blank
                }
                Rule::name => PartKind::Name(nfc(self.str(node))),
                Rule::derivative => PartKind::Derivative(Box::new(self.derivative(node))),
                Rule::group => {
                    last_value = Some(span);
                    PartKind::Group(Box::new(self.only_expr(node)))
                }
                Rule::list => {
                    last_value = Some(span);
                    self.list(node)
                }
                Rule::prime => PartKind::Prime,
                Rule::index => {
                    last_value = Some(span);
                    PartKind::Index(self.index(node))
                }
                Rule::call => {
                    if last_value.is_some() {
                        self.faults.push(errors::value_called(span));
                    }
                    last_value = Some(span);
                    self.call(node)
                }
                Rule::field => {
                    if let Some(Part { kind: PartKind::Number(_), span: number }) = parts.last() {
                        self.faults.push(errors::number_point(Span { start: number.end, end: number.end + 1, ..span }));
                    }
                    last_value = None;
                    let name = self.inner(node).next().unwrap_or(node);
                    PartKind::Field(Box::new(self.name(name)))
                }
                Rule::power => {
                    self.power(node, &mut parts);
                    continue;
                }
                _ => continue,
            };
            parts.push(Part { span, kind });
        }
        Expr { span: self.span(at), parts }
    }

    /// The expression directly inside a node.
    pub(super) fn only_expr(&mut self, at: At) -> Expr {
        match self.inner(at).find(|inner| self.rule(*inner) == Rule::expr) {
            Some(inner) => self.expr(inner),
            None => Expr { span: self.span(at), parts: vec![] },
        }
    }

    pub(super) fn number(&mut self, at: At) -> f64 {
        let text = self.str(at);
        let value = if text.contains(['_', '−']) {
            text.replace('_', "").replace('−', "-").parse::<f64>()
        } else {
            text.parse::<f64>()
        };
        match value {
            Ok(value) if value.is_finite() => value,
            _ => {
                self.faults.push(errors::number_range(self.span(at)));
                f64::MAX
            }
        }
    }

    /// `²` as `^` and a number, both at its place.
    fn power(&mut self, at: At, parts: &mut Vec<Part>) {
        let span = self.span(at);
        let text = self.str(at);
        parts.push(Part { span, kind: PartKind::Infix(Infix::Pow) });
        if text.starts_with('⁻') {
            parts.push(Part { span, kind: PartKind::Prefix(Prefix::Neg) });
        }
        let value =
            text.chars().filter_map(chars::superscript).fold(0.0, |value, digit| value * 10.0 + f64::from(digit));
        if !value.is_finite() {
            self.faults.push(errors::number_range(span));
        }
        parts.push(Part { span, kind: PartKind::Number(value) });
    }

    fn list(&mut self, at: At) -> PartKind {
        let mut exprs = vec![];
        for node in self.inner(at) {
            if self.rule(node) == Rule::over {
                let (index, range) = self.over(node);
                let rest = self.further(node);
                if let Some(value) = exprs.pop() {
                    return PartKind::Comprehension(Box::new(Comprehension { value, index, range, rest }));
                }
            } else {
                exprs.push(self.expr(node));
            }
        }
        PartKind::List(exprs)
    }

    /// `for z in range`
    pub(super) fn over(&mut self, at: At) -> (Name, Expr) {
        let name = self.inner(at).find(|node| self.rule(*node) == Rule::name).unwrap_or(at);
        (self.name(name), self.only_expr(at))
    }

    /// The indices after the first.
    pub(super) fn further(&mut self, at: At) -> Vec<(Name, Expr)> {
        let all: Vec<At> = self.inner(at).filter(|node| self.rule(*node) == Rule::index_over).collect();
        all.into_iter().map(|at| self.over(at)).collect()
    }

    fn index(&mut self, at: At) -> Vec<Slot> {
        let mut slots = vec![];
        for slot in self.inner(at) {
            let mut bounds = [None, None, None];
            let mut colons = 0;
            for node in self.inner(slot) {
                match self.rule(node) {
                    Rule::colon => colons += 1,
                    _ => bounds[colons.min(2)] = Some(self.expr(node)),
                }
            }
            slots.push(match bounds {
                [Some(at), None, None] if colons == 0 => Slot::At(at),
                [start, stop, step] => Slot::Slice { start, stop, step, span: self.span(slot) },
            });
        }
        slots
    }

    fn call(&mut self, at: At) -> PartKind {
        let mut args = Vec::with_capacity(self.inner(at).count());
        for arg in self.inner(at) {
            let mut name = None;
            let mut value = None;
            for node in self.inner(arg) {
                match self.rule(node) {
                    Rule::name => name = Some(self.name(node)),
                    Rule::over => {
                        let (index, range) = self.over(node);
                        let rest = self.further(node);
                        if let Some(ArgValue::Expr(expr)) = value.take() {
                            value = Some(ArgValue::Each(Box::new(Comprehension { value: expr, index, range, rest })));
                        }
                    }
                    _ => value = Some(ArgValue::Expr(self.expr(node))),
                }
            }
            args.extend(value.map(|value| Arg { name, value }));
        }
        PartKind::Call(args)
    }

    fn derivative(&mut self, at: At) -> Derivative {
        let mut inner = self.inner(at);
        let of = self.name(inner.next().unwrap_or(at));
        let mut by = vec![];
        for node in inner {
            if self.rule(node) != Rule::by_path {
                by.push(By::Word(self.name(node)));
                continue;
            }
            let mut path = Path { names: vec![] };
            let mut order = 1;
            for part in self.inner(node) {
                match self.rule(part) {
                    Rule::path => path = self.path(part),
                    _ => order = self.order(part),
                }
            }
            by.push(By::Path(path, order));
        }
        Derivative { partial: of.text.starts_with('∂'), of, by }
    }

    fn order(&mut self, at: At) -> u32 {
        let mut digits = self.str(at).chars().map(|c| c.to_digit(10).or(chars::superscript(c)));
        let order = digits.try_fold(0u32, |value, digit| value.checked_mul(10)?.checked_add(digit?));
        order.unwrap_or_else(|| {
            self.faults.push(errors::number_range(self.span(at)));
            1
        })
    }

    pub(super) fn kind(&mut self, at: At) -> Kind {
        let mut element = None;
        let mut dims = vec![];
        for node in self.inner(at) {
            if self.rule(node) == Rule::element {
                element = Some(match self.str(node) {
                    "int" => Element::Int,
                    "bool" => Element::Bool,
                    _ => Element::Real,
                });
                continue;
            }
            for dim in self.inner(node) {
                dims.push(match self.inner(dim).next() {
                    Some(expr) if self.rule(expr) == Rule::expr => DimExpr::Expr(self.expr(expr)),
                    _ => DimExpr::Any(self.span(dim)),
                });
            }
        }
        Kind { element, dims, span: self.span(at) }
    }

    pub(super) fn params(&mut self, at: At) -> Vec<Param> {
        let mut params = vec![];
        for param in self.inner(at) {
            let mut name = None;
            let mut kind = None;
            let mut default = None;
            for node in self.inner(param) {
                match self.rule(node) {
                    Rule::name => name = Some(self.name(node)),
                    Rule::kind => kind = Some(self.kind(node)),
                    Rule::colon => {}
                    _ => default = Some(self.expr(node)),
                }
            }
            params.extend(name.map(|name| Param { name, kind, default }));
        }
        params
    }
}

/// The nodes directly inside another.
pub(super) struct Inner<'a> {
    nodes: &'a [Node],
    at: At,
    end: At,
}

impl Iterator for Inner<'_> {
    type Item = At;

    fn next(&mut self) -> Option<At> {
        if self.at >= self.end {
            return None;
        }
        let at = self.at;
        self.at = self.nodes[at].next as usize;
        Some(at)
    }
}

/// A name's text in NFC.
pub(super) fn nfc(text: &str) -> String {
    // The micro sign and the lunate epsilon are other characters than the letters, and look like them.
    let letter = |c: char| match c {
        'µ' => 'μ',
        'ϵ' => 'ε',
        'ϕ' => 'φ',
        'ϑ' => 'θ',
        c => c,
    };
    if text.is_ascii() { text.to_owned() } else { text.nfc().map(letter).collect() }
}

/// `u{41}`: the character, and how many bytes it takes.
fn unicode_escape(tail: &str) -> Option<(char, usize)> {
    let close = tail.find('}').filter(|close| *close <= 8)?;
    let digits = tail.get(..close)?.strip_prefix("u{")?;
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
    Some((char::from_u32(value)?, close + 1))
}

fn infix(text: &str) -> Infix {
    match text {
        "|>" => Infix::Pipe,
        "or" => Infix::Or,
        "and" => Infix::And,
        "==" => Infix::Eq,
        "!=" | "≠" => Infix::Ne,
        "<" => Infix::Lt,
        "<=" | "≤" => Infix::Le,
        ">" => Infix::Gt,
        ">=" | "≥" => Infix::Ge,
        "~=" | "≈" => Infix::Near,
        ".." => Infix::Range,
        "step" => Infix::Step,
        "+" => Infix::Add,
        "-" | "−" => Infix::Sub,
        "/" | "÷" => Infix::Div,
        "%" => Infix::Mod,
        "@" => Infix::MatMul,
        "^" | "**" => Infix::Pow,
        _ => Infix::Mul,
    }
}
