//! A `data` block: equations over the columns of a table, split into parts, as what each input holds.

mod calls;
mod faults;
mod keeping;
mod value;

pub use calls::OF_COLUMNS;

use super::table::Table;
use super::{Bound, Examples};
use crate::diag::Diagnostic;
use crate::kernels::random;
use crate::source::Span;
use crate::syntax::ast::{self, Expr, Infix, Part, PartKind, Slot, Statement};
use crate::syntax::pratt::{self, Step};
use crate::tensor::{DType, Precision, Tensor};
use ndarray::{ArrayD, Axis, IxDyn};
use rustc_hash::FxHashMap;
use std::sync::Arc;
use value::{Texts, Value};

/// One line of a block: its name, and what it is.
#[derive(Debug)]
pub struct Line {
    /// The name before `=`.
    pub name: ast::Name,
    /// The shape of a row: `[]` one column, `[3]` a list of three.
    pub inner: Vec<usize>,
    /// Whole numbers: kinds.
    pub whole: bool,
    /// Written with `'`: the examples go along the last axis.
    pub turned: bool,
    /// The kinds that its numbers or its columns stand for, and the number of the first.
    pub kinds: Option<(Arc<Vec<String>>, usize)>,
    value: Value,
}

/// What a reduction over the training rows was.
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// Numbers of a shape.
    Numbers(Vec<usize>, Vec<f64>),
    /// Kinds, in order.
    Kinds(Vec<String>),
}

/// What the reductions of each line were, in the order in which they stand.
pub type Keeping = Vec<(String, Vec<Kept>)>;

/// A block that was read.
#[derive(Debug)]
pub struct Block {
    /// The lines that are no choices of rows.
    pub lines: Vec<Line>,
    /// Lines whose value is a number.
    pub numbers: Vec<(ast::Name, f64)>,
    /// What its reductions were: what `predict` needs of it.
    pub kept: Keeping,
    /// The equations.
    pub written: ast::Block,
    leaves: Leaves,
    table: Table,
    rows: [Vec<usize>; 3],
}

/// An input: its name, how many axes it has, the axis of the examples, its type.
pub type Wanted = (String, usize, usize, DType);

/// Names of the program that are numbers: `rate = 0.1`.
pub type Leaves = Arc<FxHashMap<String, f64>>;

/// Opens a further file as a table.
pub type Open<'a> = &'a mut dyn FnMut(&str, Span) -> Result<Table, Box<Diagnostic>>;

struct Cx<'a> {
    table: &'a Table,
    named: Vec<(String, Result<Value, Box<Diagnostic>>)>,
    /// The rows that reductions are over.
    over: Vec<usize>,
    /// Rows whose windows leave the file.
    outside: Vec<bool>,
    columns: FxHashMap<String, Value>,
    keeping: Vec<Kept>,
    replay: Option<std::vec::IntoIter<Kept>>,
    leaves: Leaves,
}

type Answer<T> = Result<T, Box<Diagnostic>>;

/// The lines that choose rows.
const CHOICES: [&str; 3] = ["rows", "test", "valid"];

fn lines(block: &ast::Block) -> Vec<&ast::Define> {
    let define = |item: &'_ ast::Item| matches!(item.statement, Statement::Define(_));
    block
        .items
        .iter()
        .filter(|item| define(item))
        .filter_map(|item| match &item.statement {
            Statement::Define(define) => Some(define),
            _ => None,
        })
        .collect()
}

/// Reads a block over a table. `seed` keys the split; `open` reads the file of a part that is a file of its own.
/// `leaves` are the program's own numbers, which a column of the same name hides.
pub fn read(table: Table, block: &ast::Block, leaves: &Leaves, (seed, at): (u64, Span), open: Open) -> Answer<Block> {
    let lines = lines(block);
    let mut table = table;
    let first = table.rows();
    // Parts that are files of their own.
    let mut own_files: [Option<std::ops::Range<usize>>; 3] = [None, None, None];
    for (part, name) in [(1, "valid"), (2, "test")] {
        let Some(line) = lines.iter().find(|line| line.name.text == name) else { continue };
        if let [Part { kind: PartKind::Text(file), span }] = line.value.parts.as_slice()
            && !table.has(file)
        {
            let from = table.rows();
            table = table.followed_by(open(file, *span)?);
            own_files[part] = Some(from..table.rows());
        }
    }
    let rows = table.rows();
    let mut cx = Cx::new(&table, (0..rows).collect(), leaves);
    if lines.iter().any(|line| looks_along(&line.value)) {
        // Once for the windows alone: rows that would leave the file are none.
        for line in lines.iter().filter(|line| !CHOICES.contains(&line.name.text.as_str())) {
            let value = cx.value(&line.value);
            cx.named.push((line.name.text.clone(), value));
        }
        cx.named.clear();
        cx.keeping.clear();
    }
    let mut kept: Vec<usize> = (0..rows).filter(|row| !cx.outside[*row]).collect();
    if let Some(line) = lines.iter().find(|line| line.name.text == "rows") {
        let keep = cx.choice(&line.value)?;
        kept.retain(|row| keep[*row] != 0.0);
    }
    let mut order: Vec<usize> = kept.iter().copied().filter(|row| *row < first).collect();
    let mut parts: [Vec<usize>; 3] = Default::default();
    for (part, files) in own_files.iter().enumerate() {
        if let Some(range) = files {
            parts[part] = kept.iter().copied().filter(|row| range.contains(row)).collect();
        }
    }
    let all = order.len();
    let mut draws = vec![0.0; rows];
    random::uniform(&[seed, 0x7370_6c69_7421_2121], &mut draws);
    order.sort_by(|a, b| draws[*a].total_cmp(&draws[*b]));
    for (part, name) in [(2, "test"), (1, "valid")] {
        let Some(line) = lines.iter().find(|line| line.name.text == name) else { continue };
        if own_files[part].is_some() {
            continue;
        }
        let value = cx.value(&line.value)?;
        parts[part] = match value.as_number() {
            Some(share) if (0.0..1.0).contains(&share) => {
                let count = libm::round(share * all as f64) as usize;
                order.drain(..count.min(order.len())).collect()
            }
            Some(_) => return Err(cx.wrong("a share is a number from 0 to 1, such as `0.2`", line.value.span)),
            None => {
                let chosen = cx.choice(&line.value)?;
                let (held, rest) = order.iter().partition(|row| chosen[**row] != 0.0);
                order = rest;
                held
            }
        };
        parts[part].sort_unstable();
    }
    order.sort_unstable();
    if order.is_empty() {
        let problem = Diagnostic::error("nnlang::data::line", "no row is left to train on").at(
            at,
            format!("{rows} rows, of which {} are kept and {} held out", kept.len(), parts[1].len() + parts[2].len()),
        );
        return Err(Box::new(
            problem.mend("let `rows`, `test` and `valid` leave some; windows must be shorter than the file"),
        ));
    }
    parts[0] = order;
    let mut cx = Cx { over: parts[0].clone(), ..Cx::new(&table, vec![], leaves) };
    let (mut out, mut numbers, mut keeping) = (vec![], vec![], vec![]);
    for line in lines.iter().filter(|line| !CHOICES.contains(&line.name.text.as_str())) {
        let value = cx.value(&line.value)?;
        cx.no_words(&value)?;
        keeping.push((line.name.text.clone(), std::mem::take(&mut cx.keeping)));
        match value.as_number() {
            Some(number) => numbers.push((line.name.clone(), number)),
            None => out.push(Line::new(line.name.clone(), value.clone())),
        }
        cx.named.push((line.name.text.clone(), Ok(value)));
    }
    Ok(Block { lines: out, numbers, kept: keeping, written: block.clone(), leaves: leaves.clone(), rows: parts, table })
}

impl Block {
    /// The lines of these names over another table, with what the reductions over the training rows were: what a model is
    /// asked about. A line that needs a column which the table lacks is an error where it is named.
    pub fn again(&self, table: Table, names: &[&str]) -> Answer<Block> {
        let Block { written, kept, leaves, .. } = self;
        let rows = table.rows();
        let mut cx = Cx::new(&table, (0..rows).collect(), leaves);
        let mut out = vec![];
        for line in lines(written).into_iter().filter(|line| !CHOICES.contains(&line.name.text.as_str())) {
            let of_line = kept.iter().find(|(own, _)| *own == line.name.text).map(|(_, kept)| kept.clone());
            cx.replay = Some(of_line.unwrap_or_default().into_iter());
            let value = cx.value(&line.value);
            if names.contains(&line.name.text.as_str()) {
                let value = value.clone()?;
                cx.no_words(&value)?;
                if value.as_number().is_none() {
                    out.push(Line::new(line.name.clone(), value));
                }
            }
            cx.named.push((line.name.text.clone(), value));
        }
        let rows = [(0..rows).filter(|row| !cx.outside[*row]).collect(), vec![], vec![]];
        Ok(Block {
            lines: out,
            numbers: vec![],
            kept: vec![],
            written: written.clone(),
            leaves: leaves.clone(),
            rows,
            table,
        })
    }

    /// How many rows there are to train on.
    pub fn training_rows(&self) -> usize {
        self.rows[0].len()
    }

    /// The rows of a part.
    pub fn rows_of(&self, part: usize) -> &[usize] {
        &self.rows[part]
    }

    /// The table that it was read from.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// What the inputs hold: for each its name, how many axes it has, along which the examples go, and its type.
    pub fn examples(&self, dim: &str, inputs: &[Wanted], precision: Precision) -> Answer<Examples> {
        let mut bound = vec![];
        for (name, rank, axis, dtype) in inputs {
            let Some(line) = self.lines.iter().find(|line| line.name.text == *name) else { continue };
            let mut parts = vec![];
            for rows in &self.rows {
                let mut array = line.value.select(rows);
                if let Some(at) = array.iter().position(|v| !v.is_finite()) {
                    let each = array.len() / rows.len().max(1);
                    return Err(self.not_a_number(line, rows[at / each.max(1)]));
                }
                let last = array.ndim();
                if *rank > last {
                    array = array.insert_axis(Axis(last));
                } else if *rank < last && array.shape()[last - 1] == 1 {
                    array = array.index_axis_move(Axis(last - 1), 0);
                }
                if *dtype != DType::Real
                    && let Some(at) = array.iter().position(|v| v.fract() != 0.0)
                {
                    let each = array.len() / rows.len().max(1);
                    return Err(self.not_whole(line, rows[at / each.max(1)]));
                }
                // From the first axis to where the examples go.
                let mut order: Vec<usize> = (1..array.ndim()).collect();
                order.insert((*axis).min(order.len()), 0);
                let array = array.permuted_axes(IxDyn(&order)).as_standard_layout().into_owned();
                parts.push(Arc::new(Tensor::from_f64(array, *dtype, precision)));
            }
            let Ok(parts) = <[Arc<Tensor>; 3]>::try_from(parts) else { continue };
            let columns = line.value.of.iter().map(|column| column.to_string()).collect();
            bound.push(Bound { name: name.clone(), columns, axis: *axis, parts });
        }
        Ok(Examples { dim: dim.into(), inputs: bound, rows: self.rows.clone() })
    }
}

impl Line {
    fn new(name: ast::Name, value: Value) -> Line {
        Line {
            name,
            inner: value.inner().to_vec(),
            whole: value.whole,
            turned: value.turned,
            kinds: value.kinds.clone(),
            value,
        }
    }

    /// The columns of the file that it is made of.
    pub fn of(&self) -> &[Arc<str>] {
        &self.value.of
    }

    /// How many columns it joins.
    pub fn width(&self) -> usize {
        self.inner.iter().product()
    }
}

impl<'a> Cx<'a> {
    fn new(table: &'a Table, over: Vec<usize>, leaves: &Leaves) -> Cx<'a> {
        let outside = vec![false; table.rows()];
        Cx {
            table,
            named: vec![],
            over,
            outside,
            columns: FxHashMap::default(),
            keeping: vec![],
            replay: None,
            leaves: leaves.clone(),
        }
    }

    fn wrong(&self, what: &str, span: Span) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error("nnlang::data::line", what.to_string())
                .at(span, format!("over the columns of `{}`", self.table.file))
                .mend("write an equation over columns, such as `x = standardize([area, age])`"),
        )
    }

    /// A reduction that finds no number.
    fn no_number(&self, value: &Value, span: Span) -> Box<Diagnostic> {
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

    fn keep(&mut self, kept: Kept) {
        self.keeping.push(kept);
    }

    fn replayed(&mut self) -> Option<Kept> {
        self.replay.as_mut()?.next()
    }

    /// A text in quotes is the name of a column, but beside `==` and in `fill`.
    fn no_words(&self, value: &Value) -> Answer<()> {
        match &value.texts {
            Some(Texts::Quoted(name, span)) => Err(self.no_column(name, *span)),
            _ => Ok(()),
        }
    }

    /// 1 or 0 for each row.
    fn choice(&mut self, expr: &Expr) -> Answer<Vec<f64>> {
        let value = self.value(expr)?;
        self.no_words(&value)?;
        let rows = self.table.rows();
        if !value.inner().is_empty() && value.width() > 1 {
            return Err(self.wrong("one condition for each row is wanted here", expr.span));
        }
        Ok(match value.rows {
            true => value.array.iter().copied().collect(),
            false => vec![value.array.iter().next().copied().unwrap_or(0.0); rows],
        })
    }

    fn no_column(&self, name: &str, span: Span) -> Box<Diagnostic> {
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
    fn of_file(&mut self, name: &str, span: Span) -> Answer<Value> {
        if let Some(value) = self.columns.get(name) {
            return Ok(value.clone());
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
    fn texts(&self, value: &Value, span: Span) -> Answer<Vec<String>> {
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

    fn value(&mut self, expr: &Expr) -> Answer<Value> {
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
                let equal = |text: &String| f64::from((text.as_str() == &*word) == (infix == Infix::Eq));
                return Ok(Value::column(texts.iter().map(equal).collect()).made_of(&value.of));
            }
        }
        self.no_words(left)?;
        self.no_words(right)?;
        let Some(op) = crate::ops::infix(infix) else {
            return Err(self.wrong("this operator has no meaning over columns", span));
        };
        match op.kernel {
            crate::graph::Kernel::Zip(f) => value::zip(&[left, right], |v| f(v[0], v[1])).ok_or_else(|| {
                let (a, b) = (left.width(), right.width());
                self.wrong(&format!("{a} columns and {b} columns do not go together"), span)
            }),
            _ => Err(self.wrong("this operator has no meaning over columns", span)),
        }
    }

    fn name(&mut self, name: &str, span: Span) -> Answer<Value> {
        if let Some((_, value)) = self.named.iter().find(|(own, _)| own == name) {
            return value.clone();
        }
        let known = self.table.has(name) || self.table.count(name) > 0;
        match name {
            "row" if !known => Ok(Value::column(self.row())),
            "true" if !known => Ok(Value::number(1.0)),
            "false" if !known => Ok(Value::number(0.0)),
            "pi" if !known => Ok(Value::number(std::f64::consts::PI)),
            "e" if !known => Ok(Value::number(std::f64::consts::E)),
            _ => match self.leaves.get(name).filter(|_| !known) {
                Some(number) => Ok(Value::number(*number)),
                None => self.of_file(name, span),
            },
        }
    }

    /// The number of each row, in its own file.
    fn row(&self) -> Vec<f64> {
        self.table.files().into_iter().flat_map(|rows| (0..rows).map(|row| row as f64)).collect()
    }

    fn operand(&mut self, part: &Part, postfixes: &[Part]) -> Answer<Value> {
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

    /// `c[row + 792]`, `c[row : row + 720 : 6]`, `c[row + 792, 1]`: rows from here on, and columns of them.
    fn window(&mut self, value: &Value, slots: &[Slot], span: Span) -> Answer<Value> {
        let words = value.texts.is_some() && value.array.iter().all(|v| v.is_nan());
        let value = if words { self.index(value, false, span)? } else { value.clone() };
        let Some((first, inner)) = slots.split_first() else { return Ok(value) };
        let files = self.table.files();
        let (from, count, every) = match first {
            Slot::At(expr) => (self.value(expr)?, None, 1),
            Slot::Slice { start, stop, step, .. } => {
                let start = match start {
                    Some(start) => self.value(start)?,
                    None => Value::number(0.0),
                };
                let Some(stop) = stop else {
                    return Err(self.wrong("a window ends somewhere: `c[row : row + 5]`", span));
                };
                let stop = self.value(stop)?;
                let every = match step {
                    Some(step) => self.value(step)?.as_number().filter(|step| *step >= 1.0 && step.fract() == 0.0),
                    None => Some(1.0),
                };
                let Some(every) = every else {
                    return Err(self.wrong("the step of a window is a whole number from 1", span));
                };
                let long = value::zip(&[&start, &stop], |v| v[1] - v[0]);
                let long = long.and_then(|long| {
                    let first = long.array.iter().next().copied()?;
                    (first >= 1.0 && long.array.iter().all(|v| *v == first)).then_some(first)
                });
                let Some(long) = long else {
                    return Err(self.wrong("a window is as long in every row: `c[row : row + 5]`", span));
                };
                (start, Some(libm::ceil(long / every) as usize), every as usize)
            }
        };
        if !value.rows || from.width() != 1 {
            return Err(self.wrong("a window is over the rows of a column: `c[row : row + 5]`", span));
        }
        let long = count.unwrap_or(1);
        let mut picked = Vec::with_capacity(self.table.rows() * long);
        let (mut base, mut at) = (0, 0);
        let starts: Vec<f64> = from.array.iter().copied().collect();
        for rows in files {
            for _ in 0..rows {
                let start = starts[if from.rows { at } else { 0 }];
                for step in 0..long {
                    let to = start + (step * every) as f64;
                    let inside = to >= 0.0 && to < rows as f64 && to.fract() == 0.0;
                    self.outside[at] |= !inside;
                    picked.push(if inside { base + to as usize } else { base });
                }
                at += 1;
            }
            base += rows;
        }
        let gathered = value.array.select(Axis(0), &picked);
        let mut shape = vec![self.table.rows()];
        shape.extend(count);
        shape.extend(value.inner());
        let mut array = ArrayD::from_shape_vec(IxDyn(&shape), gathered.iter().copied().collect()).unwrap_or_default();
        let mut axis = shape.len() - value.inner().len();
        for slot in inner {
            let constant = |cx: &mut Self, expr: &Expr| -> Answer<i64> {
                let number = cx.value(expr)?.as_number().filter(|v| v.fract() == 0.0);
                number.map(|v| v as i64).ok_or_else(|| cx.wrong("a column's place is a whole number", expr.span))
            };
            let wide = array.shape().get(axis).copied().unwrap_or(0) as i64;
            match slot {
                Slot::At(expr) => {
                    let at = constant(self, expr)?;
                    let at = if at < 0 { at + wide } else { at };
                    if !(0..wide).contains(&at) {
                        return Err(self.wrong(&format!("there are {wide} columns, counted from 0"), expr.span));
                    }
                    array = array.index_axis_move(Axis(axis), at as usize);
                }
                Slot::Slice { start, stop, .. } => {
                    let low = start.as_ref().map_or(Ok(0), |expr| constant(self, expr))?.clamp(0, wide);
                    let high = stop.as_ref().map_or(Ok(wide), |expr| constant(self, expr))?.clamp(low, wide);
                    array.slice_axis_inplace(Axis(axis), ndarray::Slice::from(low as usize..high as usize));
                    axis += 1;
                }
            }
        }
        let array = array.as_standard_layout().into_owned();
        Ok(Value { whole: value.whole, kinds: value.kinds.clone(), ..Value::each(array) }.made_of(&value.of))
    }

    /// `reshape(c, [_, 28, 28])`: the rows stay.
    fn reshape(&mut self, value: &Value, shape: &Expr, span: Span) -> Answer<Value> {
        let said = match shape.parts.as_slice() {
            [Part { kind: PartKind::List(items), .. }] => items,
            _ => return Err(self.wrong("the shape is a list: `reshape(c, [_, 784])`", shape.span)),
        };
        let mut inner = vec![];
        for item in said.iter().skip(1) {
            let number = self.value(item)?.as_number().filter(|v| *v >= 1.0 && v.fract() == 0.0);
            inner.push(number.ok_or_else(|| self.wrong("a size is a whole number from 1", item.span))? as usize);
        }
        if inner.iter().product::<usize>() != value.width() {
            let wide = value.width();
            return Err(self.wrong(&format!("a row has {wide} numbers, and this shape another count"), span));
        }
        let mut full = vec![value.array.shape()[0]];
        full.extend(&inner);
        let array = value.array.as_standard_layout().into_owned().into_shape_with_order(IxDyn(&full));
        let array = array.map_err(|_| self.wrong("a row has another count of numbers", span))?;
        Ok(Value { array, texts: None, ..value.clone() })
    }
}

impl Value {
    fn width(&self) -> usize {
        self.inner().iter().product()
    }
}

/// Does an equation look along the rows?
fn looks_along(expr: &Expr) -> bool {
    some(expr, &|kind| matches!(kind, PartKind::Index(_)))
}

/// Does a line of a block use the column of this name?
pub fn uses(block: &ast::Block, name: &str) -> bool {
    let named = |kind: &PartKind| matches!(kind, PartKind::Name(own) | PartKind::Text(own) if own == name);
    lines(block).iter().any(|line| some(&line.value, &named))
}

/// Is there such a part, however deep?
fn some(expr: &Expr, found: &dyn Fn(&PartKind) -> bool) -> bool {
    let mut waiting = vec![expr];
    while let Some(expr) = waiting.pop() {
        for part in &expr.parts {
            if found(&part.kind) {
                return true;
            }
            match &part.kind {
                PartKind::Group(inner) => waiting.push(inner),
                PartKind::List(items) => waiting.extend(items),
                PartKind::Call(args) => waiting.extend(args.iter().filter_map(|arg| match &arg.value {
                    ast::ArgValue::Expr(expr) => Some(expr),
                    ast::ArgValue::Each(_) => None,
                })),
                _ => {}
            }
        }
    }
    false
}
