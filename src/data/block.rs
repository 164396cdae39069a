//! A `data` block: equations over the columns of a table, split into parts, as what each input holds.

use super::csv::Csv;
use super::{Bound, Examples};
use crate::diag::Diagnostic;
use crate::kernels::random;
use crate::source::{Sources, Span};
use crate::syntax::ast::{self, ArgValue, Expr, Part, PartKind, Statement};
use crate::syntax::pratt::{self, Step};
use crate::tensor::{DType, Precision, Tensor};
use std::sync::Arc;

/// One column, or one number.
#[derive(Clone, Debug)]
enum Value {
    Number(f64),
    /// Columns beside each other, each with its name where it stands for itself alone.
    Columns(Vec<(Option<String>, Vec<f64>)>),
}

/// One line of a block: its name, and what it is.
#[derive(Debug)]
pub struct Line {
    /// The name before `=`.
    pub name: ast::Name,
    /// How many columns; `None`: one column that stands alone, a vector.
    pub width: usize,
    /// Whole numbers, one for each row: kinds.
    pub whole: bool,
    columns: Vec<Vec<f64>>,
}

/// A block that was read.
#[derive(Debug)]
pub struct Block {
    /// The lines that are no choices of rows.
    pub lines: Vec<Line>,
    /// Lines whose value is a number.
    pub numbers: Vec<(ast::Name, f64)>,
    rows: [Vec<usize>; 3],
}

struct Cx<'a> {
    sources: &'a Sources,
    file: &'a str,
    csv: &'a Csv,
    named: Vec<(String, Value)>,
    /// The rows that reductions are over.
    over: Vec<usize>,
}

type Answer<T> = Result<T, Box<Diagnostic>>;

const MISSING: [&str; 6] = ["", "NA", "NaN", "nan", "null", "?"];

/// Reads a block over a table. `seed` keys the split.
pub fn read(sources: &Sources, file: &str, csv: &Csv, block: &ast::Block, (seed, at): (u64, Span)) -> Answer<Block> {
    let mut cx = Cx { sources, file, csv, named: vec![], over: (0..csv.rows()).collect() };
    let lines: Vec<&ast::Define> = block
        .items
        .iter()
        .filter_map(|item| if let Statement::Define(define) = &item.statement { Some(define) } else { None })
        .collect();
    let mut rows: Vec<usize> = cx.over.clone();
    if let Some(line) = lines.iter().find(|line| line.name.text == "rows") {
        let keep = cx.column(&line.value)?;
        rows.retain(|row| keep[*row] != 0.0);
    }
    let mut order = rows.clone();
    let mut draws = vec![0.0; csv.rows()];
    random::uniform(&[seed, 0x7370_6c69_7421_2121], &mut draws);
    order.sort_by(|a, b| draws[*a].total_cmp(&draws[*b]));
    let mut parts: [Vec<usize>; 3] = Default::default();
    for (part, name) in [(2, "test"), (1, "valid")] {
        let Some(line) = lines.iter().find(|line| line.name.text == name) else { continue };
        parts[part] = match cx.value(&line.value)? {
            Value::Number(share) if (0.0..1.0).contains(&share) => {
                let count = libm::round(share * rows.len() as f64) as usize;
                order.drain(..count.min(order.len())).collect()
            }
            Value::Number(_) => return Err(cx.wrong("a share is a number from 0 to 1, such as `0.2`", line.value.span)),
            Value::Columns(_) => {
                let chosen = cx.column(&line.value)?;
                let (held, rest) = order.iter().partition(|row| chosen[**row] != 0.0);
                order = rest;
                held
            }
        };
        parts[part].sort_unstable();
    }
    order.sort_unstable();
    if order.is_empty() {
        return Err(cx.wrong("no row is left to train on", at));
    }
    parts[0] = order;
    cx.over = parts[0].clone();
    let mut out = Block { lines: vec![], numbers: vec![], rows: parts };
    for line in lines.iter().filter(|line| !["rows", "test", "valid"].contains(&line.name.text.as_str())) {
        let value = cx.value(&line.value)?;
        match &value {
            Value::Number(number) => out.numbers.push((line.name.clone(), *number)),
            Value::Columns(columns) => {
                let whole = matches!(line.value.parts.first(), Some(Part { kind: PartKind::Name(name), .. }) if name == "index");
                let columns = columns.iter().map(|(_, values)| values.clone()).collect::<Vec<_>>();
                out.lines.push(Line { name: line.name.clone(), width: columns.len(), whole, columns });
            }
        }
        cx.named.push((line.name.text.clone(), value));
    }
    Ok(out)
}

impl Block {
    /// What the inputs hold: for each its name, how many axes it has, and along which the examples go.
    pub fn examples(
        &self,
        dim: &str,
        inputs: &[(String, usize, usize)],
        precision: Precision,
        file: &str,
    ) -> Answer<Examples> {
        let mut bound = vec![];
        for (name, rank, axis) in inputs {
            let Some(line) = self.lines.iter().find(|line| line.name.text == *name) else { continue };
            for (at, values) in line.columns.iter().enumerate() {
                let bad = self.rows.iter().flatten().find(|row| values[**row].is_nan());
                if let Some(row) = bad {
                    return Err(Box::new(
                        Diagnostic::error("nnlang::data::missing", format!("a cell that `{name}` needs is missing in `{file}`"))
                            .at(line.name.span, format!("row {} of the examples, column {} of this", row + 1, at + 1))
                            .mend("write `fill(c, median(c))` for a column `c`, or leave such rows out: `rows = not missing(c)`"),
                    ));
                }
            }
            let part = |rows: &Vec<usize>| {
                let (n, width) = (rows.len(), line.columns.len());
                let entry = |row: usize, column: usize| line.columns[column][rows[row]];
                let shape = if *rank == 1 {
                    vec![n]
                } else if *axis == 0 {
                    vec![n, width]
                } else {
                    vec![width, n]
                };
                let array = ndarray::ArrayD::from_shape_fn(shape, |at| match (*rank, *axis) {
                    (1, _) => entry(at[0], 0),
                    (_, 0) => entry(at[0], at[1]),
                    _ => entry(at[1], at[0]),
                });
                let dtype = if line.whole { DType::Int } else { DType::Real };
                Arc::new(Tensor::from_f64(array, dtype, precision))
            };
            let parts = [part(&self.rows[0]), part(&self.rows[1]), part(&self.rows[2])];
            bound.push(Bound { name: name.clone(), axis: *axis, parts });
        }
        Ok(Examples { dim: dim.into(), inputs: bound, rows: self.rows.clone() })
    }
}

impl Cx<'_> {
    fn wrong(&self, what: &str, span: Span) -> Box<Diagnostic> {
        Box::new(
            Diagnostic::error("nnlang::data::line", what.to_string())
                .at(span, format!("over the columns of `{}`", self.file))
                .mend("write an equation over columns, such as `x = standardize([area, age])`"),
        )
    }

    fn column(&mut self, expr: &Expr) -> Answer<Vec<f64>> {
        match self.value(expr)? {
            Value::Number(number) => Ok(vec![number; self.csv.rows()]),
            Value::Columns(mut columns) if columns.len() == 1 => Ok(columns.remove(0).1),
            Value::Columns(_) => Err(self.wrong("one column is wanted here", expr.span)),
        }
    }

    /// A column of the file by its name; text is NaN until it is made numbers.
    fn of_file(&self, name: &str, span: Span) -> Answer<Value> {
        let at = match self.csv.find(name) {
            Ok(at) => at,
            Err(_) => {
                let names = self.csv.names().unwrap_or_default();
                let problem =
                    Diagnostic::error("nnlang::data::column", format!("`{}` has no column `{name}`", self.file))
                        .at(span, "no column has this name")
                        .because(format!("its columns are {}", names.join(", ")));
                let near = crate::diag::nearest(name, names.iter().map(String::as_str));
                return Err(Box::new(match near {
                    Some(near) => problem.mend(format!("write `{near}`")),
                    None => problem.mend("name one of its columns; a name with blanks goes in quotes"),
                }));
            }
        };
        let number = |text: &&str| text.trim().parse::<f64>().unwrap_or(f64::NAN);
        Ok(Value::Columns(vec![(Some(name.into()), self.csv.texts(at).iter().map(number).collect())]))
    }

    fn texts(&self, value: &Value, span: Span) -> Answer<Vec<String>> {
        match value {
            Value::Columns(columns) if columns.len() == 1 => match &columns[0] {
                (Some(name), _) => {
                    let at = self.csv.find(name).map_err(|error| Box::new(error.diagnostic(Some(span))))?;
                    Ok(self.csv.texts(at).iter().map(|text| text.trim().to_string()).collect())
                }
                (None, values) => Ok(values.iter().map(f64::to_string).collect()),
            },
            _ => Err(self.wrong("one column of the file is wanted here", span)),
        }
    }

    fn kinds(&self, texts: &[String]) -> Vec<String> {
        let mut kinds: Vec<String> = self.over.iter().map(|row| texts[*row].clone()).collect();
        kinds.retain(|kind| !MISSING.contains(&kind.as_str()));
        let number = |text: &String| text.parse::<f64>().ok();
        kinds.sort_by(|a, b| match (number(a), number(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => a.cmp(b),
        });
        kinds.dedup();
        kinds
    }

    fn value(&mut self, expr: &Expr) -> Answer<Value> {
        let mut stack: Vec<Value> = vec![];
        for step in pratt::postorder(expr, &mut |_| false) {
            let value = match step {
                Step::Operand(part, postfixes) => self.operand(part, postfixes)?,
                Step::Name(name, _) => return Err(self.wrong("this is no equation over columns", name.span)),
                Step::Chained(_) => return Err(self.wrong("comparisons do not chain", expr.span)),
                Step::Prefix(prefix, _) => {
                    let Some(value) = stack.pop() else { return Err(self.wrong("an operand is missing", expr.span)) };
                    each(value, &|v| match prefix {
                        ast::Prefix::Neg => -v,
                        ast::Prefix::Not => f64::from(v == 0.0),
                    })
                }
                Step::Infix(infix, _) => {
                    let (Some(right), Some(left)) = (stack.pop(), stack.pop()) else {
                        return Err(self.wrong("an operand is missing", expr.span));
                    };
                    let Some(op) = crate::ops::infix(infix) else {
                        return Err(self.wrong("this operator has no meaning over columns", expr.span));
                    };
                    match op.kernel {
                        crate::graph::Kernel::Zip(f) => self.both(left, right, &|a, b| f(a, b), expr.span)?,
                        _ => return Err(self.wrong("this operator has no meaning over columns", expr.span)),
                    }
                }
            };
            stack.push(value);
        }
        stack.pop().ok_or_else(|| self.wrong("an equation is missing", expr.span))
    }

    fn both(&self, left: Value, right: Value, f: &dyn Fn(f64, f64) -> f64, span: Span) -> Answer<Value> {
        match (left, right) {
            (Value::Number(a), Value::Number(b)) => Ok(Value::Number(f(a, b))),
            (Value::Columns(a), Value::Number(b)) => Ok(each(Value::Columns(a), &|a| f(a, b))),
            (Value::Number(a), Value::Columns(b)) => Ok(each(Value::Columns(b), &|b| f(a, b))),
            (Value::Columns(a), Value::Columns(b)) if a.len() == b.len() || b.len() == 1 || a.len() == 1 => {
                let count = a.len().max(b.len());
                let pick =
                    |all: &Vec<(Option<String>, Vec<f64>)>, i: usize| all[if all.len() == 1 { 0 } else { i }].1.clone();
                let one = |i: usize| pick(&a, i).into_iter().zip(pick(&b, i)).map(|(a, b)| f(a, b)).collect();
                Ok(Value::Columns((0..count).map(|i| (None, one(i))).collect()))
            }
            (Value::Columns(a), Value::Columns(b)) => {
                Err(self.wrong(&format!("{} columns and {} columns do not go together", a.len(), b.len()), span))
            }
        }
    }

    fn operand(&mut self, part: &Part, postfixes: &[Part]) -> Answer<Value> {
        match (&part.kind, postfixes) {
            (PartKind::Number(number), []) => Ok(Value::Number(*number)),
            (PartKind::Text(text), []) => self.of_file(text, part.span),
            (PartKind::Group(inner), []) => self.value(inner),
            (PartKind::List(items), []) => {
                let mut all = vec![];
                for item in items {
                    match self.value(item)? {
                        Value::Columns(columns) => all.extend(columns),
                        Value::Number(number) => all.push((None, vec![number; self.csv.rows()])),
                    }
                }
                Ok(Value::Columns(all))
            }
            (PartKind::Name(name), []) => {
                if let Some((_, value)) = self.named.iter().find(|(own, _)| own == name) {
                    return Ok(value.clone());
                }
                if name == "row" && self.csv.find("row").is_err() {
                    return Ok(Value::Columns(vec![(None, (0..self.csv.rows()).map(|row| row as f64).collect())]));
                }
                self.of_file(name, part.span)
            }
            (PartKind::Name(name), [Part { kind: PartKind::Call(args), .. }]) => {
                let mut values = vec![];
                for arg in args {
                    let ArgValue::Expr(expr) = &arg.value else {
                        return Err(self.wrong("this has no place in a `data` block", part.span));
                    };
                    values.push(self.value(expr)?);
                }
                self.call(name, values, part.span)
            }
            _ => Err(self.wrong("this has no place in a `data` block", part.span)),
        }
    }

    fn call(&mut self, name: &str, mut args: Vec<Value>, span: Span) -> Answer<Value> {
        if args.is_empty() {
            return Err(self.wrong(&format!("`{name}` wants a column"), span));
        }
        let first = args.remove(0);
        let over = |values: &Vec<f64>| -> Vec<f64> { self.over.iter().map(|row| values[*row]).collect() };
        let known = |values: &Vec<f64>| -> Vec<f64> { over(values).into_iter().filter(|v| !v.is_nan()).collect() };
        match (name, &first) {
            ("standardize", Value::Columns(all)) => Ok(Value::Columns(
                all.iter()
                    .map(|(_, values)| {
                        let own = known(values);
                        let (mean, std) = (mean(&own), std(&own));
                        (None, values.iter().map(|v| (v - mean) / std).collect())
                    })
                    .collect(),
            )),
            ("minmax", Value::Columns(all)) => Ok(Value::Columns(
                all.iter()
                    .map(|(_, values)| {
                        let own = known(values);
                        let (low, high) = bounds(&own);
                        (None, values.iter().map(|v| (v - low) / (high - low)).collect())
                    })
                    .collect(),
            )),
            ("mean" | "std" | "sum" | "min" | "max" | "median", Value::Columns(all))
                if all.len() == 1 && args.is_empty() =>
            {
                let mut own = known(&all[0].1);
                own.sort_by(f64::total_cmp);
                Ok(Value::Number(match name {
                    "mean" => mean(&own),
                    "std" => std(&own),
                    "sum" => own.iter().sum(),
                    "min" => bounds(&own).0,
                    "max" => bounds(&own).1,
                    _ if own.is_empty() => f64::NAN,
                    _ => (own[(own.len() - 1) / 2] + own[own.len() / 2]) / 2.0,
                }))
            }
            ("missing", Value::Columns(all)) => {
                let mut out = vec![];
                for column in all {
                    let texts = self.texts(&Value::Columns(vec![column.clone()]), span)?;
                    out.push((
                        None,
                        texts.iter().map(|text| f64::from(MISSING.contains(&text.as_str()))).collect::<Vec<f64>>(),
                    ));
                }
                // A row misses something where any of its cells does.
                let any = (0..self.csv.rows()).map(|row| {
                    f64::from(out.iter().any(|(_, column): &(Option<String>, Vec<f64>)| column[row] != 0.0))
                });
                Ok(Value::Columns(vec![(None, any.collect())]))
            }
            ("fill", Value::Columns(_)) if args.len() == 1 => {
                self.both(first, args.remove(0), &|a, b| if a.is_nan() { b } else { a }, span)
            }
            ("kinds", _) => Ok(Value::Number(self.kinds(&self.texts(&first, span)?).len() as f64)),
            ("index" | "one_hot", _) => {
                let texts = self.texts(&first, span)?;
                let kinds = self.kinds(&texts);
                let places: Vec<Option<usize>> =
                    texts.iter().map(|text| kinds.iter().position(|kind| kind == text)).collect();
                if name == "one_hot" {
                    let one = |kind: usize| places.iter().map(|place| f64::from(*place == Some(kind))).collect();
                    return Ok(Value::Columns((0..kinds.len()).map(|kind| (None, one(kind))).collect()));
                }
                Ok(Value::Columns(vec![(
                    None,
                    places.iter().map(|place| place.map_or(f64::NAN, |at| at as f64)).collect(),
                )]))
            }
            _ => match crate::ops::find(name).map(|op| &op.kernel) {
                Some(crate::graph::Kernel::Map(f)) if args.is_empty() => Ok(each(first, &|v| f(v))),
                _ => Err(self.wrong(&format!("`{name}` has no meaning over columns"), span)),
            },
        }
    }
}

fn each(value: Value, f: &dyn Fn(f64) -> f64) -> Value {
    match value {
        Value::Number(number) => Value::Number(f(number)),
        Value::Columns(all) => {
            Value::Columns(all.into_iter().map(|(_, values)| (None, values.into_iter().map(f).collect())).collect())
        }
    }
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Over n, as `std` of the language.
fn std(values: &[f64]) -> f64 {
    let mean = mean(values);
    libm::sqrt(values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / values.len() as f64)
}

fn bounds(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)))
}
