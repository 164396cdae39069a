//! What two values side by side are meant to be: the product that fits, where the program states the shapes of both, or a
//! call, where what is on the left is no value of the program.

use super::ast::{DimExpr, Item, Kind, Statement};
use super::chars::{is_name_part, is_name_start};
use super::operand;
use crate::diag::{Diagnostic, Edit, Mend};
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};

/// Proposes for each missing operator the matrix product that fits, with the transpose that it needs, the product, or the call; what
/// else may be meant is tried in turn.
pub(super) fn propose(text: &str, items: &[Item], faults: &mut [Diagnostic]) {
    let missing = |fault: &&mut Diagnostic| fault.code == "nnlang::syntax::missing_operator";
    let mut faults = faults.iter_mut().filter(missing).peekable();
    if faults.peek().is_none() {
        return;
    }
    let shapes = shapes(text, items);
    let values = values(items);
    for fault in faults {
        let gap = fault.mend.as_ref().and_then(|mend| mend.edits.first()).map(|edit| edit.span);
        let Some((gap, right)) = gap.zip(fault.span()) else { continue };
        let Some(sides) = Sides::of(text, gap, right) else { continue };
        if sides.number() {
            continue;
        }
        sides.propose(text, &shapes, &values, fault);
    }
}

/// So many bytes an operand has at most.
const LONG: usize = 2000;

/// Two operands side by side.
struct Sides<'t> {
    left: &'t str,
    right: &'t str,
    /// Where they stand, and what stands between.
    left_at: Span,
    gap: Span,
    right_at: Span,
}

impl<'t> Sides<'t> {
    fn of(text: &'t str, gap: Span, right: Span) -> Option<Sides<'t>> {
        let line = text.get(..gap.start as usize)?;
        let start = line.rfind(['\n', ';']).map_or(0, |at| at + 1);
        let head = &line[start..];
        let from = start + operand::before(head);
        let mut end = text.len().min(right.end as usize + LONG);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let rest = text.get(right.start as usize..end)?;
        let rest = &rest[..rest.find('\n').unwrap_or(rest.len())];
        let length = operand::after(rest);
        let left_at = Span { start: from as u32, end: gap.start, ..gap };
        let right_at = Span { end: right.start + length as u32, ..right };
        Some(Sides { left: text.get(left_at.range())?, right: text.get(right_at.range())?, left_at, gap, right_at })
    }

    /// `1 000`: digits, which are one number.
    fn number(&self) -> bool {
        let digits = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        digits(self.left) && digits(self.right)
    }

    /// `operator` between the two, and `tail` behind the right one.
    fn with(&self, operator: &str, tail: &str) -> Mend {
        let edits = vec![(self.gap, operator.to_string()), (self.end(), tail.to_string())];
        let edits = edits.into_iter().filter(|(span, text)| span.start < span.end || !text.is_empty());
        let edits = edits.map(|(span, text)| Edit { span, text }).collect();
        Mend { text: format!("write `{}{operator}{}{tail}`", self.left, self.right), edits }
    }

    fn end(&self) -> Span {
        Span { start: self.right_at.end, ..self.right_at }
    }

    fn propose(
        &self,
        text: &str,
        shapes: &FxHashMap<&str, Vec<String>>,
        values: &FxHashSet<String>,
        fault: &mut Diagnostic,
    ) {
        let (left, right) = (self.left, self.right);
        if left.starts_with('"') || right.starts_with('"') {
            return self.of_texts(text, fault);
        }
        if let Some(mend) = self.of_layer(text, values) {
            fault.title = format!("`from` takes a name, not `{}`", short(&format!("{left}{right}")));
            if let Some(label) = fault.labels.first_mut() {
                label.text = "the name ends before it".to_string();
            }
            fault.because = vec!["a layer stands on a definition, which can be asked for".into()];
            (fault.mend, fault.others) = (Some(mend), vec![]);
            return;
        }
        let mut mends = vec![];
        let name = |text: &str| !text.is_empty() && text.chars().all(is_name_part) && text.starts_with(is_name_start);
        let before = &text[..self.left_at.start as usize];
        let line = before.rsplit(['\n', ';']).next().unwrap_or("");
        let head = line.find('=').map_or("", |at| &line[..at]);
        let is_value = |name: &str| values.contains(name) || head.split(|c| !is_name_part(c)).any(|own| own == name);
        // `w^T x`
        if left == "T" && before.ends_with('^') {
            let base = &line[operand::before(&line[..line.len() - 1])..line.len() - 1];
            let power = Span { start: self.left_at.start - 1, end: self.gap.end, ..self.gap };
            for operator in [" @ ", "*"] {
                let edits = vec![Edit { span: power, text: format!("'{operator}") }];
                mends.push(Mend { text: format!("write `{base}'{operator}{right}`: the transpose is a `'`"), edits });
            }
        } else if name(left) && !is_value(left) {
            let rest = before.trim_end();
            if rest.ends_with(',') || rest.strip_suffix('(').is_some_and(|rest| rest.ends_with(is_name_part)) {
                let number = right.starts_with(|c: char| c.is_ascii_digit()) || matches!(right, "true" | "false");
                if number {
                    let text = format!("`{left}={right}` names an argument, `{left}({right})` calls a function");
                    mends.push(Mend { text, ..self.with("=", "") });
                }
            }
            let text = format!("`{left}({right})` calls a function, `{left}*{right}` multiplies");
            mends.push(Mend { text, ..self.with("(", ")") });
        } else if let (Some(a), Some(b)) = (shapes.get(left), shapes.get(right))
            && let Some(mend) = fit(left, a, right, b, self.gap, self.right_at)
        {
            fault.because.push(format!("`{left}` is {}, `{right}` is {}", list(a), list(b)));
            mends.push(mend);
        }
        mends.push(match name(left) && name(right) {
            true => Mend {
                text: format!("`{left}*{right}` multiplies entry by entry, `{left} @ {right}` is the matrix product"),
                ..self.with("*", "")
            },
            false => self.with("*", ""),
        });
        mends.extend([self.with(" @ ", ""), self.with("' @ ", ""), self.with(" @ ", "'"), self.with("' @ ", "'")]);
        let mut mends = mends.into_iter();
        fault.mend = mends.next();
        fault.others.splice(0..0, mends);
        fault.title = format!("no operator stands between `{}` and `{}`", short(left), short(right));
    }

    /// `layer 1 from a1[:, -1]`: what a layer stands on has a name, on the line above.
    fn of_layer(&self, text: &str, values: &FxHashSet<String>) -> Option<Mend> {
        let before = &text[..self.left_at.start as usize];
        let start = before.rfind(['\n', ';']).map_or(0, |at| at + 1);
        let line = &before[start..];
        let head = line.trim_end().strip_suffix("from")?;
        let word = head.rsplit('=').next()?.split_whitespace().next()?;
        crate::layers::find(word)?;
        let free = |name: &String| !values.contains(name);
        let name = std::iter::once("source".to_string()).chain((2..).map(|k| format!("source{k}"))).find(free)?;
        let whole = format!("{}{}", self.left, self.right);
        let at = start + line.len() - line.trim_start().len();
        let above = Span { start: at as u32, end: at as u32, ..self.gap };
        let indent = &line[..line.len() - line.trim_start().len()];
        let between =
            if text[..at].ends_with(['\n', ' ', '\t']) || at == 0 { format!("\n{indent}") } else { "; ".into() };
        Some(Mend {
            text: format!("give it a name: `{name} = {whole}`, and write `from {name}`"),
            edits: vec![
                Edit { span: above, text: format!("{name} = {whole}{between}") },
                Edit { span: Span { end: self.right_at.end, ..self.left_at }, text: name },
            ],
        })
    }

    /// `"a = " a`, `f"a = {a}"`: a text beside a value, as other languages print it.
    fn of_texts(&self, text: &str, fault: &mut Diagnostic) {
        let quoted = if self.right.starts_with('"') { self.right } else { self.left };
        let value = match quoted == self.left {
            true => Some(self.right),
            // What a text in braces would show.
            false => quoted.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(value, _)| value.trim()),
        };
        let whole = Span { end: self.right_at.end, ..self.left_at };
        let before = text[..whole.start as usize].rsplit(['\n', ';']).next().unwrap_or("");
        let after = text[whole.end as usize..].split(['\n', ';']).next().unwrap_or("");
        let alone = before.trim().is_empty() && (after.trim().is_empty() || after.trim_start().starts_with('#'));
        fault.title = "a text is no value here".to_string();
        fault.because = vec!["alone on a line a text is a heading, and an expression is answered with its name".into()];
        fault.mend = Some(match value.filter(|value| alone && !value.is_empty()) {
            Some(value) => Mend {
                text: format!("write `{value}` on a line of its own: it is answered"),
                edits: vec![Edit { span: whole, text: value.to_string() }],
            },
            None => Mend { text: "write the text and the expression on lines of their own".into(), edits: vec![] },
        });
    }
}

/// No more than a few characters of a text.
fn short(text: &str) -> String {
    const MOST: usize = 24;
    text.char_indices().nth(MOST).map_or(text.to_string(), |(at, _)| format!("{}…", &text[..at]))
}

/// The names of a program that are no functions: its variables, inputs and parameters, and those of its functions.
fn values(items: &[Item]) -> FxHashSet<String> {
    let mut values = FxHashSet::default();
    let mut k = 0;
    for item in items {
        match &item.statement {
            Statement::Define(define) => drop(values.insert(define.name.text.clone())),
            Statement::Declare(declare) => drop(values.insert(declare.name.text.clone())),
            Statement::Recurrence(recurrence) => drop(values.insert(recurrence.name.text.clone())),
            Statement::Broken(names) => values.extend(names.iter().map(|name| name.text.clone())),
            Statement::Function(function) => {
                values.extend(function.params.iter().map(|param| param.name.text.clone()));
                values.extend(function.locals.iter().map(|local| local.name().text.clone()));
            }
            Statement::Network(network) => values.extend(network.params.iter().map(|param| param.name.text.clone())),
            Statement::Layer(layer) => {
                k += 1;
                let stems = crate::layers::find(&layer.word.text).into_iter().flat_map(|def| def.lines);
                values.extend(stems.map(|line| format!("{}{k}", line.name())));
                values.extend(layer.output.iter().map(|name| name.text.clone()));
            }
            _ => {}
        }
    }
    values
}

/// The stated shapes of a program's names, each dimension as it is written.
fn shapes<'a>(text: &str, items: &'a [Item]) -> FxHashMap<&'a str, Vec<String>> {
    let mut shapes = FxHashMap::default();
    for item in items {
        let (name, kind) = match &item.statement {
            Statement::Define(define) => (&define.name, &define.kind),
            Statement::Declare(declare) => (&declare.name, &declare.kind),
            _ => continue,
        };
        if let Some(dims) = kind.as_ref().and_then(|kind| dims(text, kind)) {
            shapes.insert(name.text.as_str(), dims);
        }
    }
    shapes
}

fn dims(text: &str, kind: &Kind) -> Option<Vec<String>> {
    let dim = |dim: &DimExpr| match dim {
        DimExpr::Any(_) => None,
        DimExpr::Expr(expr) => Some(text.get(expr.span.range())?.split_whitespace().collect::<String>()),
    };
    kind.dims.iter().map(dim).collect()
}

fn list(dims: &[String]) -> String {
    format!("[{}]", dims.join(", "))
}

fn fit(left: &str, a: &[String], right: &str, b: &[String], gap: Span, right_span: Span) -> Option<Mend> {
    let after = Span { start: right_span.end, ..right_span };
    let edits = |operator: &str, tail: &str| {
        let mut edits = vec![Edit { span: gap, text: operator.to_string() }];
        if !tail.is_empty() {
            edits.push(Edit { span: after, text: tail.to_string() });
        }
        edits
    };
    let mend = |form: String, shape: Vec<&String>, edits| {
        let shape: Vec<String> = shape.into_iter().cloned().collect();
        Some(Mend { text: format!("{form} would give {}", list(&shape)), edits })
    };
    match (a, b) {
        ([], _) => mend(format!("{left}*{right}"), b.iter().collect(), edits("*", "")),
        (_, []) => mend(format!("{left}*{right}"), a.iter().collect(), edits("*", "")),
        ([m, n], [p, q]) if n == p => mend(format!("{left} @ {right}"), vec![m, q], edits(" @ ", "")),
        ([m, n], [p, q]) if m == p => mend(format!("{left}' @ {right}"), vec![n, q], edits("' @ ", "")),
        ([m, n], [p, q]) if n == q => mend(format!("{left} @ {right}'"), vec![m, p], edits(" @ ", "'")),
        ([m, n], [p]) if n == p => mend(format!("{left} @ {right}"), vec![m], edits(" @ ", "")),
        ([m, n], [p]) if m == p => mend(format!("{left}' @ {right}"), vec![n], edits("' @ ", "")),
        ([m], [p, q]) if m == p => mend(format!("{left} @ {right}"), vec![q], edits(" @ ", "")),
        ([m], [p, q]) if m == q => mend(format!("{left} @ {right}'"), vec![p], edits(" @ ", "'")),
        ([m], [p]) if m == p => mend(format!("{left} @ {right}"), vec![], edits(" @ ", "")),
        _ => None,
    }
}
