//! What an equation over columns is worth: names, operators, lists, and the columns of the file.

use super::reduction::Reductions;
use super::value::{self, Texts, Value};
use super::{Answer, Kept, Leaves};
use crate::data::table::{Table, is_missing};
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, Infix, Part, PartKind};
use crate::syntax::pratt::{self, Step};
use rustc_hash::FxHashMap;
use std::ops::Range;
use std::sync::Arc;

/// What equations are read over.
// Many files: an equation may hold whatever can be said of columns; each file is one kind of it.
pub(super) struct Cx<'a> {
    pub(super) table: &'a Table,
    pub(super) named: Vec<Named>,
    /// The rows that reductions are over.
    pub(super) over: Vec<usize>,
    /// Rows whose windows leave the file.
    pub(super) outside: Vec<bool>,
    columns: FxHashMap<String, Value>,
    pub(super) reductions: Reductions,
    /// Is all known that the call is about which is being answered?
    pub(super) args_known: bool,
    pub(super) leaves: Leaves,
    /// How many functions are being applied, or lines looked into.
    pub(super) depth: usize,
    /// The rows that are asked about: those around them are there for their windows alone.
    pub(super) core: Range<usize>,
    /// How many rows windows lack before and behind what is at hand.
    pub(super) beyond: (usize, usize),
    /// How many bytes a value may take.
    pub(super) most: u64,
    /// Lines that a choice of rows may name, where no column has their name.
    pub(super) lines: &'a [&'a ast::Define],
}

/// A line that was read.
pub(super) struct Named {
    pub(super) name: String,
    pub(super) value: Answer<Value>,
    /// It needs a reduction that is not known yet.
    pub(super) waits: bool,
}

impl<'a> Cx<'a> {
    pub(super) fn new(table: &'a Table, over: Vec<usize>, leaves: &Leaves) -> Cx<'a> {
        let outside = vec![false; table.rows()];
        Cx {
            table,
            named: vec![],
            over,
            outside,
            columns: FxHashMap::default(),
            reductions: Reductions::Made(vec![]),
            args_known: true,
            leaves: leaves.clone(),
            depth: 0,
            lines: &[],
            core: 0..table.rows(),
            beyond: (0, 0),
            most: u64::MAX,
        }
    }

    /// What the reductions were that were made since they were last asked for.
    pub(super) fn made(&mut self) -> Vec<Kept> {
        match &mut self.reductions {
            Reductions::Made(kept) => std::mem::take(kept),
            Reductions::Were(_) | Reductions::Pass(_) => vec![],
        }
    }

    /// A line has this value.
    pub(super) fn name_it(&mut self, name: &str, value: Answer<Value>) {
        let waits = self.unknown() > 0;
        self.named.push(Named { name: name.into(), value, waits });
    }

    pub(super) fn wrong(&self, what: &str, span: Span) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error("nnlang::data::line", what.to_string())
                .at(span, format!("over the columns of `{}`", self.table.file))
                .mend("write an equation over columns, such as `x = standardize([area, age])`"),
        )
    }

    /// A reduction that finds no number.
    pub(super) fn no_number(&self, value: &Value, span: Span) -> Box<Diagnostic> {
        let which = value.of.first().map_or("this".to_string(), |column| format!("`{column}`"));
        let problem = Diagnostic::error("nnlang::data::cell", format!("{which} has no number in the training rows"))
            .at(span, "a number over the training rows");
        Box::new(match value.of.first() {
            Some(column) if value.texts.is_some() => {
                problem.mend(format!("where it holds words, write `one_hot({column})` or `index({column})`"))
            }
            _ => problem.mend("leave the column out"),
        })
    }

    /// A text in quotes is the name of a column, but beside `==` and in `fill`.
    pub(super) fn no_words(&self, value: &Value) -> Answer<()> {
        match &value.texts {
            Some(Texts::Quoted(name, span)) => Err(self.no_column(name, *span)),
            _ => Ok(()),
        }
    }

    /// Is each row chosen?
    pub(super) fn choice(&mut self, expr: &Expr) -> Answer<Vec<bool>> {
        let value = self.value(expr)?;
        self.chosen(&value, expr.span)
    }

    /// Is each row chosen by a condition of this value?
    pub(super) fn chosen(&self, value: &Value, span: Span) -> Answer<Vec<bool>> {
        self.no_words(value)?;
        if !value.inner().is_empty() && value.width() > 1 {
            return Err(self.wrong("one condition for each row is wanted here", span));
        }
        if let Some(row) = value.array.iter().position(|v| v.is_nan()) {
            return Err(super::faults::unknown_choice(self.table, value, row, span));
        }
        Ok(match value.rows {
            true => value.array.iter().map(|v| *v != 0.0).collect(),
            false => vec![value.array.iter().next().is_some_and(|v| *v != 0.0); self.table.rows()],
        })
    }

    /// A share of the rows.
    pub(super) fn share(&self, share: f64, span: Span) -> Answer<f64> {
        match (0.0..1.0).contains(&share) {
            true => Ok(share),
            false => Err(self.wrong("a share is a number from 0 to 1, such as `0.2`", span)),
        }
    }

    pub(super) fn no_column(&self, name: &str, span: Span) -> Box<Diagnostic> {
        let names = self.table.names();
        let (title, label) = match (self.table.count(name), self.table.lacking(name)) {
            (2.., _) => (format!("`{}` has several columns `{name}`", self.table.file), "which of them is not said"),
            (1, Some(file)) => (format!("`{file}` has no column `{name}`"), "another file of the block has it"),
            _ => (format!("`{}` has no column `{name}`", self.table.file), "no column has this name"),
        };
        let problem = Diagnostic::error("nnlang::data::column", title).at(span, label);
        let listed: Vec<&str> = names.iter().take(30).map(String::as_str).collect();
        let more = if names.len() > listed.len() { format!(", … ({} in all)", names.len()) } else { String::new() };
        let listed: Vec<&str> = listed.iter().map(|name| if name.is_empty() { "(no name)" } else { name }).collect();
        let problem = match self.table.has_names() {
            true => problem.because(format!("its columns are {}{more}", listed.join(", "))),
            false => {
                let problem = problem.because("its first line holds numbers, not the names of its columns");
                return Box::new(problem.mend("write the names into a first line, or `\"1\"` for the first column"));
            }
        };
        let near = crate::diag::nearest(name, names.iter().map(String::as_str)).filter(|near| *near != name);
        Box::new(match near {
            Some(near) => problem.mend(format!("write `{near}`")),
            None => problem.mend("name one of its columns; a name with blanks goes in quotes"),
        })
    }

    /// A column of the file by its name; a cell that is no number is `nan`.
    pub(super) fn of_file(&mut self, name: &str, span: Span) -> Answer<Value> {
        if let Some(value) = self.columns.get(name) {
            return Ok(value.clone());
        }
        if self.table.is_pictures(name) && self.table.count(name) > 0 {
            if let Some(two) = self.table.differ() {
                return Err(super::faults::sizes(&self.table.file, two, span));
            }
            let array = self.table.pictures().map_err(|error| Box::new(error.diagnostic(Some(span))))?;
            let value = Value::each(array).made_of(&[name.into()]);
            self.columns.insert(name.into(), value.clone());
            return Ok(value);
        }
        let Some(column) = self.table.column(name).filter(|_| self.table.has(name)) else {
            return Err(self.no_column(name, span));
        };
        let of: Arc<str> = name.into();
        let mut value = Value::each(column.numbers).made_of(std::slice::from_ref(&of));
        value.whole = column.whole;
        if self.table.has_texts(name) && !column.whole {
            value.texts = Some(Texts::Column(of));
        }
        self.columns.insert(name.into(), value.clone());
        Ok(value)
    }

    /// The words of a value, a row each.
    pub(super) fn texts(&self, value: &Value, span: Span) -> Answer<Vec<String>> {
        match &value.texts {
            Some(Texts::Column(name)) => {
                self.table.texts(name).ok_or_else(|| self.wrong("one column of the file is wanted here", span))
            }
            Some(Texts::Own(texts)) => Ok(texts.to_vec()),
            Some(Texts::Quoted(name, span)) => Err(self.no_column(name, *span)),
            None if value.rows && value.width() == 1 => Ok(value.array.iter().map(f64::to_string).collect()),
            None => Err(self.wrong("one column is wanted here", span)),
        }
    }

    pub(super) fn value(&mut self, expr: &Expr) -> Answer<Value> {
        let mut stack: Vec<Value> = vec![];
        for step in pratt::postorder(expr, &mut |_| true) {
            let value = match step {
                Step::Operand(part, postfixes) => self.operand(part, postfixes)?,
                Step::Name(name, _) => self.name(&name.text, name.span)?,
                Step::Chained(span) => return Err(self.wrong("comparisons do not chain", span)),
                Step::Prefix(prefix, _) => {
                    let Some(value) = stack.pop() else { return Err(self.wrong("an operand is missing", expr.span)) };
                    self.no_words(&value)?;
                    value.map(|v| match prefix {
                        ast::Prefix::Neg => -v,
                        // Of what is missing nothing is known.
                        ast::Prefix::Not if v.is_nan() => v,
                        ast::Prefix::Not => f64::from(v == 0.0),
                    })
                }
                Step::Infix(infix, _) => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else {
                        return Err(self.wrong("an operand is missing", expr.span));
                    };
                    self.infix(infix, &left, &right, expr.span)?
                }
            };
            stack.push(value);
        }
        stack.pop().ok_or_else(|| self.wrong("an equation is missing", expr.span))
    }

    fn infix(&mut self, infix: Infix, left: &Value, right: &Value, span: Span) -> Answer<Value> {
        let quoted = |value: &Value| match &value.texts {
            Some(Texts::Quoted(word, _)) => Some(word.clone()),
            _ => None,
        };
        if matches!(infix, Infix::Eq | Infix::Ne) {
            let pair = match (quoted(left), quoted(right)) {
                (None, Some(word)) => Some((left, word)),
                (Some(word), None) => Some((right, word)),
                _ => None,
            };
            if let Some((value, word)) = pair {
                let texts = self.texts(value, span)?;
                let gaps = matches!(value.texts, Some(Texts::Column(_))) && !is_missing(&word);
                let equal = |text: &String| match gaps && is_missing(text) {
                    true => f64::NAN,
                    false => f64::from((text.as_str() == &*word) == (infix == Infix::Eq)),
                };
                return Ok(Value::column(texts.iter().map(equal).collect()).made_of(&value.of));
            }
        }
        self.no_words(left)?;
        self.no_words(right)?;
        let Some(op) = crate::ops::infix(infix) else {
            return Err(self.wrong("this operator has no meaning over columns", span));
        };
        match op.kernel {
            crate::graph::Kernel::Zip(f) => value::zip(&[left, right], |v| known(infix, v, f)).ok_or_else(|| {
                let (a, b) = (left.width(), right.width());
                self.wrong(&format!("{a} columns and {b} columns do not go together"), span)
            }),
            _ => Err(self.wrong("this operator has no meaning over columns", span)),
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Answer<Value> {
        if let Some(named) = self.named.iter().rev().find(|named| named.name == name) {
            let (value, waits) = (named.value.clone(), named.waits);
            if waits {
                self.waits();
            }
            return value;
        }
        let known = self.table.has(name) || self.table.count(name) > 0;
        match name {
            "row" if !known => Ok(Value::column(self.row())),
            "true" if !known => Ok(Value::number(1.0)),
            "false" if !known => Ok(Value::number(0.0)),
            "pi" if !known => Ok(Value::number(std::f64::consts::PI)),
            "e" if !known => Ok(Value::number(std::f64::consts::E)),
            _ => match self.leaves.numbers.get(name).filter(|_| !known) {
                Some(number) => Ok(Value::number(*number)),
                None => match self.lines.iter().find(|line| !known && line.name.text == name) {
                    Some(line) if self.depth < super::calls::DEEPEST => {
                        self.depth += 1;
                        let value = self.value(&line.value);
                        self.depth -= 1;
                        value
                    }
                    _ => self.of_file(name, span),
                },
            },
        }
    }

    /// The number of each row, in its own file.
    fn row(&self) -> Vec<f64> {
        self.table.numbers_of_rows().map(|row| row as f64).collect()
    }

    pub(super) fn operand(&mut self, part: &Part, postfixes: &[Part]) -> Answer<Value> {
        let mut rest = postfixes;
        let mut value = match (&part.kind, postfixes.first()) {
            (PartKind::Name(name), Some(Part { kind: PartKind::Call(args), .. })) => {
                rest = &postfixes[1..];
                self.call(name, args, part.span)?
            }
            (PartKind::Number(number), _) => Value::number(*number),
            (PartKind::Text(text), _) if self.table.has(text) || self.table.count(text) > 0 => {
                self.of_file(text, part.span)?
            }
            (PartKind::Text(text), _) => {
                Value { texts: Some(Texts::Quoted(text.as_str().into(), part.span)), ..Value::number(f64::NAN) }
            }
            (PartKind::Group(inner), _) => self.value(inner)?,
            (PartKind::List(items), _) => self.list(items, part.span)?,
            (PartKind::Name(name), _) => self.name(name, part.span)?,
            _ => return Err(self.wrong("this has no place in a `data` block", part.span)),
        };
        for postfix in rest {
            value = match &postfix.kind {
                PartKind::Prime => Value { turned: !value.turned, ..value },
                PartKind::Index(slots) => self.window(&value, slots, part.span)?,
                _ => return Err(self.wrong("this has no place in a `data` block", postfix.span)),
            };
        }
        Ok(value)
    }

    /// `[area, age, V1..V28]`
    fn list(&mut self, items: &[Expr], span: Span) -> Answer<Value> {
        let mut all = vec![];
        for item in items {
            let range = match item.parts.as_slice() {
                [from, Part { kind: PartKind::Infix(Infix::Range), .. }, to] => match (&from.kind, &to.kind) {
                    (PartKind::Name(from) | PartKind::Text(from), PartKind::Name(to) | PartKind::Text(to)) => {
                        Some((from, to))
                    }
                    _ => None,
                },
                _ => None,
            };
            let Some((from, to)) = range else {
                let value = self.value(item)?;
                self.no_words(&value)?;
                all.push(value);
                continue;
            };
            let names = self.table.names();
            let place = |name: &String| names.iter().position(|own| own == name);
            let from = place(from).ok_or_else(|| self.no_column(from, item.span))?;
            let to = place(to).ok_or_else(|| self.no_column(to, item.span))?;
            for name in &names[from.min(to)..=from.max(to)] {
                all.push(self.of_file(name, item.span)?);
            }
        }
        if all.is_empty() {
            return Err(self.wrong("a list of columns is empty", span));
        }
        value::join(&all, self.table.rows()).ok_or_else(|| self.wrong("these columns do not go together", span))
    }
}

/// An operator of two numbers, of which one may be missing: then so is what they come to, but where the other settles it.
fn known(infix: Infix, v: &[f64], f: fn(f64, f64) -> f64) -> f64 {
    let missing = v[0].is_nan() || v[1].is_nan();
    let settled = match infix {
        Infix::And => v.contains(&0.0),
        Infix::Or => v.iter().any(|v| !v.is_nan() && *v != 0.0),
        _ => false,
    };
    match (missing, infix) {
        (true, Infix::And) if settled => 0.0,
        (true, Infix::Or) if settled => 1.0,
        (true, _) => f64::NAN,
        (false, _) => f(v[0], v[1]),
    }
}
