//! What an operator's rule says of its arguments, told in the program's words and places.

use super::Cx;
use crate::diag::{Diagnostic, Edit, Mend};
use crate::graph::{Fault, NodeId, Role};
use crate::shape::{Dim, Shape};
use crate::source::Span;

impl Cx<'_> {
    /// The node, or the fault as a diagnostic.
    pub(super) fn made(&mut self, made: Result<NodeId, Fault>, span: Span, args: &[(NodeId, Span)]) -> Option<NodeId> {
        match made {
            Ok(node) => Some(node),
            Err(fault) => {
                let problem = self.diagnostic(fault, span, args);
                self.report(problem);
                None
            }
        }
    }

    /// A fault with its places: each argument with its shape and where that comes from.
    pub(super) fn diagnostic(&self, fault: Fault, span: Span, args: &[(NodeId, Span)]) -> Diagnostic {
        let mut problem = Diagnostic::error(fault.code, fault.title);
        for label in &fault.labels {
            let Some((node, at)) = args.get(label.arg) else { continue };
            let text = if label.text.is_empty() { self.provenance(*node) } else { label.text.clone() };
            problem = problem.at(*at, text);
        }
        if problem.labels.is_empty() {
            problem = problem.at(span, "here");
        }
        for (fact, at) in self.facts(&fault.about) {
            problem = problem.at(at, fact);
        }
        problem.because = fault.because;
        let quoted = |template: &str| {
            // A layer's own equations are no text of the program.
            if self.inside.is_some() && template.contains('{') {
                return None;
            }
            let mut text = template.to_string();
            for (i, (_, at)) in args.iter().enumerate() {
                let source = operand(self.text(*at));
                text = text.replace(&format!("{{{i}}}"), &source);
            }
            // Twice transposed is what was there.
            let text = text.replace("'' @ ", " @ ").replace("'' would", " would");
            let text = text.strip_suffix("\'\'").map(str::to_string).unwrap_or(text);
            // What names an argument that the source does not show cannot be offered.
            let whole = (0..4).all(|i| !text.contains(&format!("{{{i}}}")));
            whole.then_some(text)
        };
        if let Some(mend) = fault.mend.as_deref().and_then(quoted) {
            problem = problem.mend(mend);
        }
        if problem.mend.is_none()
            && self.inside.is_none()
            && let Some((edit, mend)) = self.stated_as(&fault.about, args)
        {
            problem = problem.mend(mend);
            problem = edit.into_iter().fold(problem, |problem, (at, text)| problem.edit(at, text));
        }
        if fault.code == "nnlang::shape::broadcast" && fault.argument.is_none() {
            let mut products = self.as_products(span, args).into_iter();
            if let Some(first) = products.next() {
                problem.others.extend(products);
                problem.others.extend(problem.mend.replace(first));
            }
        }
        if let Some((arg, instead)) = &fault.argument
            && let Some((_, at)) = args.get(*arg)
        {
            problem = problem.edit(*at, inside(instead, self.text(*at), *arg));
        }
        if let Some(instead) = fault.instead.as_deref().and_then(quoted) {
            problem = problem.edit(span, instead);
        }
        problem
    }

    /// Two matrices that are multiplied entry by entry and do not fit: the products of matrices that would.
    fn as_products(&self, span: Span, args: &[(NodeId, Span)]) -> Vec<Mend> {
        let [(left, left_at), (right, right_at)] = args else { return vec![] };
        let between = Span { start: left_at.end, end: right_at.start, ..span };
        let sign = if between.start < between.end { self.text(between).trim() } else { "" };
        let simple = [*left_at, *right_at].iter().all(|at| operand(self.text(*at)) == self.text(*at));
        if !matches!(sign, "*" | "·" | "×") || self.inside.is_some() || !simple {
            return vec![];
        }
        let dims = &self.out.graph.dims;
        let turned = |node: &NodeId, turn: bool| {
            let mut shape: Vec<Dim> = self.out.graph.shape(*node).iter().cloned().collect();
            let ranks = if turn { shape.len() == 2 } else { matches!(shape.len(), 1 | 2) };
            if turn {
                shape.reverse();
            }
            ranks.then_some(shape)
        };
        let mut out = vec![];
        for (turn_left, turn_right) in [(false, false), (true, false), (false, true), (true, true)] {
            let (Some(a), Some(b)) = (turned(left, turn_left), turned(right, turn_right)) else { continue };
            let inner = if b.len() == 2 { &b[0] } else { &b[b.len() - 1] };
            if !dims.is_same(&a[a.len() - 1], inner) {
                continue;
            }
            let shape = a[..a.len() - 1].iter().chain(&b[1..]).cloned();
            let shape = Shape::new(shape).show(dims);
            let written = |at: Span, turn: bool| {
                let text = operand(self.text(at)).into_owned();
                match (turn, text.strip_suffix('\'')) {
                    (true, Some(plain)) => plain.to_string(),
                    (true, None) => format!("{text}'"),
                    (false, _) => text,
                }
            };
            let product = format!("{} @ {}", written(*left_at, turn_left), written(*right_at, turn_right));
            let edits = vec![Edit { span: left_at.to(*right_at), text: product.clone() }];
            out.push(Mend { text: format!("`{product}` would give {shape}"), edits });
        }
        out
    }

    /// Numbers beside a named dimension: where their shape is not stated, it can be, `y : [n] = [1, -1, 1]`. What is
    /// written where, and the mend in words.
    fn stated_as(&self, about: &[Dim], args: &[(NodeId, Span)]) -> Option<(Option<(Span, String)>, String)> {
        let dims = &self.out.graph.dims;
        let (name, number) = match about {
            [name, number @ Dim::Num(_)] | [number @ Dim::Num(_), name] => (name, number),
            _ => return None,
        };
        if !dims.show(name).chars().all(|c| c.is_alphanumeric() || c == '_') || matches!(name, Dim::Num(_)) {
            return None;
        }
        args.iter().find_map(|(node, _)| {
            let shape = self.out.graph.shape(*node);
            if shape.iter().filter(|dim| *dim == number).count() != 1 {
                return None;
            }
            let stated = shape.iter().map(|dim| if dim == number { name.clone() } else { dim.clone() });
            let stated = Shape::new(stated).show(dims);
            if self.out.graph.def(*node).role == Role::Literal {
                return Some((None, format!("give these numbers a name and their shape, `v : {stated} = …`")));
            }
            let def = self.out.def_of(*node).map(|id| self.out.def(id));
            let def = def.filter(|def| def.kind == super::DefKind::Leaf && !def.stated)?;
            let edit = (Span { start: def.span.end, ..def.span }, format!(" : {stated}"));
            Some((Some(edit), format!("state its shape, `{} : {stated} = …`", def.name)))
        })
    }

    /// `[3, m], an input, line 1`
    pub(super) fn provenance(&self, node: NodeId) -> String {
        let shape = self.out.graph.shape(node);
        let shown = if shape.is_scalar() { "a scalar".to_string() } else { shape.show(&self.out.graph.dims) };
        let Some(def) = self.out.def_of(node) else { return shown };
        let def = self.out.def(def);
        let line = self.sources.line(def.span);
        match def.kind {
            super::DefKind::Input => format!("{shown}, an input, line {line}"),
            super::DefKind::Param => format!("{shown}, a parameter, line {line}"),
            super::DefKind::Variable | super::DefKind::Leaf if def.stated => format!("{shown}, stated on line {line}"),
            super::DefKind::Variable | super::DefKind::Leaf => format!("{shown}, line {line}"),
            super::DefKind::Local => shown,
        }
    }
}

/// A template with an argument's text in brackets of its own, where no operator can touch it.
fn inside(template: &str, text: &str, arg: usize) -> String {
    template.replace(&format!("{{{arg}}}"), text)
}

/// A source text as an operand: in brackets where it has an operator outside of brackets.
fn operand(text: &str) -> std::borrow::Cow<'_, str> {
    let mut depth = 0i64;
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ' ' | '+' | '-' | '*' | '/' | '@' | '^' | '%' | '<' | '>' | '=' | '~' | '|' if depth == 0 => {
                return format!("({text})").into();
            }
            _ => {}
        }
    }
    text.into()
}
