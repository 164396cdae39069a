//! What can be called in a `data` block: everything elementwise, reductions over the training rows, and what is made for columns.

use super::Answer;
use super::equation::{Cx, Named};
use super::statistics::{REDUCTIONS, Statistic};
use super::value::{Texts, Value, zip};
use crate::graph::Kernel;
use crate::ops;
use crate::source::{Source, Sources, Span};
use crate::syntax::ast::{Arg, ArgValue, Function, Local, Statement};
use rustc_hash::FxHashMap;
use std::sync::{Arc, LazyLock};

/// What is made for columns: its name, how it is called.
pub const OF_COLUMNS: &[(&str, &str)] = &[
    ("standardize", "standardize(c)"),
    ("minmax", "minmax(c)"),
    ("missing", "missing(c)"),
    ("fill", "fill(c, median(c))"),
    ("kinds", "kinds(c)"),
    ("index", "index(c)"),
    ("one_hot", "one_hot(c)"),
    ("letters", "letters(c)"),
    ("words", "words(c)"),
    ("length", "length(c)"),
    ("mode", "mode(c)"),
    ("quantile", "quantile(c, 0.9)"),
    ("resize", "resize(picture, 64, 64)"),
];

/// The functions of the library.
static PRELUDE: LazyLock<FxHashMap<String, Function>> = LazyLock::new(|| {
    let mut sources = Sources::default();
    let mut out = FxHashMap::default();
    for (name, text) in crate::prelude::SOURCES {
        let id = sources.add(Source::new(*name, *text));
        for item in crate::syntax::parse(&sources, id).0.items {
            if let Statement::Function(function) = item.statement {
                out.insert(function.name.text.clone(), (*function).clone());
            }
        }
    }
    out
});

/// Functions that stand in one another, at most.
pub(super) const DEEPEST: usize = 64;

impl Cx<'_> {
    /// A call of a name.
    pub(super) fn call(&mut self, name: &str, args: &[Arg], span: Span) -> Answer<Value> {
        let (mut values, mut named) = (vec![], vec![]);
        let before = self.unknown();
        // A definition of the program hides what is built in.
        let seen = self.leaves.clone();
        if let Some(function) = seen.functions.get(name) {
            return self.applied(function, args, span);
        }
        if name == "resize" {
            return self.resize(args, span);
        }
        if ops::find(name).is_none()
            && let Some(function) = PRELUDE.get(name)
        {
            return self.applied(function, args, span);
        }
        for arg in args {
            let ArgValue::Expr(expr) = &arg.value else {
                return Err(self.wrong("this has no place in a `data` block", span));
            };
            if name == "reshape" && !values.is_empty() {
                return self.reshape(&values[0], expr, span);
            }
            let value = self.value(expr)?;
            match &arg.name {
                Some(name) => named.push((name.text.as_str(), value, name.span)),
                None => values.push(value),
            }
        }
        self.args_known = self.unknown() == before;
        let Some(first) = values.first().cloned() else {
            return Err(self.wrong(&format!("`{name}` wants a column"), span));
        };
        let mut flag = |option: &str| {
            let at = named.iter().position(|(own, ..)| *own == option)?;
            named.remove(at).1.as_number().map(|number| number != 0.0)
        };
        let (other, missing) = match name {
            "index" | "one_hot" | "letters" | "words" => {
                (flag("other").unwrap_or(false), flag("missing").unwrap_or(false))
            }
            _ => (false, false),
        };
        if let Some((option, _, at)) = named.iter().find(|_| OF_COLUMNS.iter().any(|(own, _)| *own == name)) {
            return Err(self.wrong(&format!("`{name}` has no option `{option}`"), *at));
        }
        let second = values.get(1).cloned();
        match (name, values.len()) {
            ("standardize", 1) => {
                let (mean, std) =
                    (self.reduce(&first, Statistic::Mean, span)?, self.reduce(&first, Statistic::Std, span)?);
                self.spread(&mean, &std, &first, span)
            }
            ("minmax", 1) => {
                let low = self.reduce(&first, Statistic::Min, span)?;
                let width = self.reduce(&first, Statistic::Range, span)?;
                self.spread(&low, &width, &first, span)
            }
            ("quantile", 2) => match second.and_then(|second| second.as_number()) {
                Some(share) if (0.0..=1.0).contains(&share) => self.reduce(&first, Statistic::Quantile(share), span),
                _ => Err(self.wrong("a quantile is at a number from 0 to 1, such as `quantile(c, 0.9)`", span)),
            },
            ("missing", 1) => self.missing(&first, span),
            ("fill", 2) => self.fill(&first, &values[1], span),
            ("mode", 1) => self.mode(&first, span),
            ("kinds", 1) => match &first.kinds {
                Some((kinds, from)) => Ok(Value::number((kinds.len() + from) as f64)),
                None => Ok(Value::number(self.kinds(&first, span)?.len() as f64)),
            },
            ("index", 1) => self.index(&first, other, span),
            ("one_hot", 1) => self.one_hot(&first, other, missing, span),
            ("letters" | "words", 1) => self.pieces(&first, name == "letters", other, span),
            ("length", 1) => {
                let texts = self.texts(&first, span)?;
                let count = |text: &String| text.chars().count() as f64;
                Ok(Value { whole: true, ..Value::column(texts.iter().map(count).collect()) }.made_of(&first.of))
            }
            _ => {
                if let Some((_, statistic)) = REDUCTIONS.iter().find(|(own, _)| *own == name)
                    && values.len() == 1
                {
                    return self.reduce(&first, *statistic, span);
                }
                self.elementwise(name, &values, named, span)
            }
        }
    }

    /// A function of the program or of the library, over columns.
    fn applied(&mut self, function: &Function, args: &[Arg], span: Span) -> Answer<Value> {
        if self.depth >= DEEPEST {
            return Err(self.wrong(&format!("`{}` stands on itself", function.name.text), span));
        }
        let mut given: Vec<(String, Answer<Value>, bool)> = vec![];
        for (at, arg) in args.iter().enumerate() {
            let param = match &arg.name {
                Some(name) => function.params.iter().find(|param| param.name.text == name.text),
                None => function.params.get(at),
            };
            let (Some(param), ArgValue::Expr(expr)) = (param, &arg.value) else {
                let text =
                    arg.name.as_ref().map_or("so many arguments".into(), |name| format!("an argument `{}`", name.text));
                return Err(self.wrong(&format!("`{}` does not take {text}", function.name.text), span));
            };
            let before = self.unknown();
            let value = self.value(expr)?;
            given.push((param.name.text.clone(), Ok(value), self.unknown() > before));
        }
        for param in &function.params {
            if given.iter().any(|(name, ..)| *name == param.name.text) {
                continue;
            }
            let Some(default) = &param.default else {
                let title = format!("`{}` wants its argument `{}`", function.name.text, param.name.text);
                return Err(self.wrong(&title, span));
            };
            given.push((param.name.text.clone(), self.value(default), false));
        }
        let mark = self.named.len();
        self.named.extend(given.into_iter().map(|(name, value, waits)| Named { name, value, waits }));
        self.depth += 1;
        let mut value = Ok(());
        for local in &function.locals {
            let before = self.unknown();
            let own = match local {
                Local::Define(define) => self.value(&define.value),
                Local::Recurrence(_) => Err(self.wrong("a recurrence has no meaning over columns", span)),
            };
            let waits = self.unknown() > before;
            if let Err(problem) = own {
                value = Err(problem);
                break;
            }
            self.named.push(Named { name: local.name().text.clone(), value: own, waits });
        }
        let value = value.and_then(|()| self.value(&function.value));
        self.depth -= 1;
        self.named.truncate(mark);
        value
    }

    /// An operator entry by entry, its last arguments by name or by default.
    fn elementwise(
        &mut self,
        name: &str,
        values: &[Value],
        mut named: Vec<(&str, Value, Span)>,
        span: Span,
    ) -> Answer<Value> {
        let Some(def) = ops::find(name).map(|def| if values.len() == 2 { ops::of_two(def) } else { def }) else {
            let known = OF_COLUMNS.iter().map(|(own, _)| *own).chain(REDUCTIONS.iter().map(|(own, _)| *own));
            let near = crate::diag::nearest(name, known);
            let problem = self.wrong(&format!("`{name}` has no meaning over columns"), span);
            return Err(match near {
                Some(near) => {
                    Box::new(crate::diag::Diagnostic { mend: None, ..*problem }.mend(format!("write `{near}`")))
                }
                None => problem,
            });
        };
        let mut all: Vec<Value> = values.to_vec();
        for arg in def.args.iter().filter(|arg| arg.kind.is_node()).skip(all.len()) {
            let given = named.iter().position(|(own, ..)| *own == arg.name).map(|at| named.remove(at).1);
            match given.or_else(|| arg.default.parse::<f64>().ok().map(Value::number)) {
                Some(value) => all.push(value),
                None => return Err(self.wrong(&format!("`{name}` wants its argument `{}`", arg.name), span)),
            }
        }
        if let Some((option, _, at)) = named.first() {
            return Err(self.wrong(&format!("`{name}` has no argument `{option}` over columns"), *at));
        }
        for value in &all {
            self.no_words(value)?;
        }
        let refs: Vec<&Value> = all.iter().collect();
        let made = match (&def.kernel, refs.len()) {
            (Kernel::Map(f), 1) => zip(&refs, |v| f(v[0])),
            (Kernel::Zip(f), 2) => zip(&refs, |v| f(v[0], v[1])),
            (Kernel::Zip3(f), 3) => zip(&refs, |v| f(v[0], v[1], v[2])),
            _ => return Err(self.wrong(&format!("`{name}` has no meaning over columns"), span)),
        };
        made.ok_or_else(|| self.wrong("these columns do not go together", span))
    }

    /// `(c - from)/width`; a column whose width is 0 would be nan, and is an error that says so.
    fn spread(&self, from: &Value, width: &Value, value: &Value, span: Span) -> Answer<Value> {
        if width.array.iter().any(|width| *width == 0.0) {
            let at = width.array.iter().position(|width| *width == 0.0).unwrap_or(0);
            let which = match value.of.get(at) {
                Some(column) if value.of.len() == width.array.len() => format!("`{column}`"),
                _ => "a column".into(),
            };
            let title = format!("{which} has one value in all training rows, so it cannot be scaled");
            let problem = crate::diag::Diagnostic::error("nnlang::data::line", title).at(span, "its width is 0");
            return Err(Box::new(problem.mend("leave the column out: it tells no row from another")));
        }
        zip(&[value, from, width], |v| (v[0] - v[1]) / v[2])
            .ok_or_else(|| self.wrong("these columns do not go together", span))
    }

    /// 1 where a cell of the row is missing.
    fn missing(&mut self, value: &Value, span: Span) -> Answer<Value> {
        let mut out = vec![0.0; self.table.rows()];
        for column in &value.of {
            match self.table.texts(column) {
                Some(texts) => {
                    for (out, text) in out.iter_mut().zip(&texts) {
                        *out = f64::max(*out, f64::from(crate::data::table::is_missing(text)));
                    }
                }
                None => {
                    let rows = value.array.outer_iter().map(|row| f64::from(row.iter().any(|v| v.is_nan())));
                    out.iter_mut().zip(rows).for_each(|(out, missing)| *out = f64::max(*out, missing));
                }
            }
        }
        if value.of.is_empty() {
            return Err(self.wrong("`missing` wants a column of the file", span));
        }
        Ok(Value::column(out))
    }

    /// Another number, or another word, where a cell is missing.
    fn fill(&mut self, value: &Value, with: &Value, span: Span) -> Answer<Value> {
        let word = match &with.texts {
            Some(Texts::Quoted(word, _)) => Some(word.to_string()),
            Some(Texts::Own(own)) => own.first().cloned(),
            _ => None,
        };
        if let Some(word) = word {
            let mut texts = self.texts(value, span)?;
            texts.iter_mut().filter(|text| crate::data::table::is_missing(text)).for_each(|text| *text = word.clone());
            let numbers = texts.iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect();
            let out = Value { texts: Some(Texts::Own(Arc::new(texts))), ..Value::column(numbers) };
            return Ok(out.made_of(&value.of));
        }
        // A cell that holds something else than a number is not missing, and stays what it is.
        let empty = match &value.texts {
            Some(Texts::Column(_)) => {
                let texts = self.texts(value, span)?;
                Some(Value::column(texts.iter().map(|t| f64::from(crate::data::table::is_missing(t))).collect()))
            }
            _ => None,
        };
        let all = match &empty {
            Some(empty) => zip(&[value, with, empty], |v| if v[2] != 0.0 { v[1] } else { v[0] }),
            None => zip(&[value, with], |v| if v[0].is_nan() { v[1] } else { v[0] }),
        };
        all.ok_or_else(|| self.wrong("these columns do not go together", span))
    }
}
