//! What can be called in a `data` block: everything elementwise, reductions over the training rows, and what is made for columns.

use super::value::{Texts, Value, zip};
use super::{Answer, Cx, Kept};
use crate::graph::Kernel;
use crate::ops;
use crate::source::Span;
use crate::syntax::ast::{Arg, ArgValue};
use ndarray::{ArrayD, Axis, IxDyn};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

/// Reductions over the training rows, of each column by itself; missing cells are left out.
const REDUCTIONS: &[(&str, fn(&[f64]) -> f64)] = &[
    ("mean", mean),
    ("std", std),
    ("var", |v| std(v) * std(v)),
    ("sum", |v| v.iter().sum()),
    ("min", |v| v.iter().copied().fold(f64::INFINITY, f64::min)),
    ("max", |v| v.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
    ("median", |v| quantile(v, 0.5)),
];

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
];

impl Cx<'_> {
    /// A call of a name.
    pub(super) fn call(&mut self, name: &str, args: &[Arg], span: Span) -> Answer<Value> {
        let (mut values, mut named) = (vec![], vec![]);
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
        let Some(first) = values.first().cloned() else {
            return Err(self.wrong(&format!("`{name}` wants a column"), span));
        };
        let mut flag = |option: &str| {
            let at = named.iter().position(|(own, ..)| *own == option)?;
            named.remove(at).1.as_number().map(|number| number != 0.0)
        };
        let (other, missing) = match name {
            "index" | "one_hot" => (flag("other").unwrap_or(false), flag("missing").unwrap_or(false)),
            _ => (false, false),
        };
        if let Some((option, _, at)) = named.iter().find(|_| OF_COLUMNS.iter().any(|(own, _)| *own == name)) {
            return Err(self.wrong(&format!("`{name}` has no option `{option}`"), *at));
        }
        let second = values.get(1).cloned();
        match (name, values.len()) {
            ("standardize", 1) => {
                let (mean, std) = (self.reduce(&first, mean, span)?, self.reduce(&first, std, span)?);
                self.spread(&mean, &std, &first, span)
            }
            ("minmax", 1) => {
                let low = self.reduce(&first, |v| v.iter().copied().fold(f64::INFINITY, f64::min), span)?;
                let width = |v: &[f64]| {
                    let (low, high) = (
                        v.iter().copied().fold(f64::INFINITY, f64::min),
                        v.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                    );
                    high - low
                };
                let width = self.reduce(&first, width, span)?;
                self.spread(&low, &width, &first, span)
            }
            ("quantile", 2) => match second.and_then(|second| second.as_number()) {
                Some(share) if (0.0..=1.0).contains(&share) => self.reduce(&first, |v| quantile(v, share), span),
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
            ("letters" | "words", 1) => self.pieces(&first, name == "letters", span),
            ("length", 1) => {
                let texts = self.texts(&first, span)?;
                let count = |text: &String| text.chars().count() as f64;
                Ok(Value { whole: true, ..Value::column(texts.iter().map(count).collect()) }.made_of(&first.of))
            }
            _ => {
                if let Some((_, f)) = REDUCTIONS.iter().find(|(own, _)| *own == name)
                    && values.len() == 1
                {
                    return self.reduce(&first, f, span);
                }
                self.elementwise(name, &values, named, span)
            }
        }
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

    /// A reduction over the training rows, of each column by itself; what it was is kept with the model.
    fn reduce(&mut self, value: &Value, f: impl Fn(&[f64]) -> f64, span: Span) -> Answer<Value> {
        self.no_words(value)?;
        if let Some(kept) = self.replayed() {
            return match kept {
                Kept::Numbers(shape, numbers) => {
                    Ok(Value::one(ArrayD::from_shape_vec(IxDyn(&shape), numbers).unwrap_or_default()))
                }
                Kept::Kinds(_) => Err(self.wrong("what was kept of training is of another program", span)),
            };
        }
        let array = if value.rows { value.array.select(Axis(0), &self.over) } else { value.array.clone() };
        let mut shape = array.shape().to_vec();
        shape[0] = 1;
        let columns: usize = shape.iter().product();
        let flat: Vec<f64> = array.iter().copied().collect();
        let mut numbers = Vec::with_capacity(columns);
        for column in 0..columns {
            let own: Vec<f64> =
                flat.iter().skip(column).step_by(columns.max(1)).copied().filter(|v| !v.is_nan()).collect();
            if own.is_empty() {
                return Err(self.no_number(value, span));
            }
            numbers.push(f(&own));
        }
        self.keep(Kept::Numbers(shape.clone(), numbers.clone()));
        Ok(Value::one(ArrayD::from_shape_vec(IxDyn(&shape), numbers).unwrap_or_default()))
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

    /// The commonest of the training rows: a word, or a number where all are.
    fn mode(&mut self, value: &Value, span: Span) -> Answer<Value> {
        let kept = match self.replayed() {
            Some(Kept::Kinds(kinds)) => kinds,
            Some(Kept::Numbers(..)) => return Err(self.wrong("what was kept of training is of another program", span)),
            None => {
                let texts = self.texts(value, span)?;
                let mut counts: FxHashMap<&str, usize> = FxHashMap::default();
                let known = self.over.iter().map(|row| texts[*row].as_str());
                for text in known.filter(|text| !(gaps(value) && crate::data::table::is_missing(text))) {
                    *counts.entry(text).or_default() += 1;
                }
                let kinds = self.kinds_of(&texts, gaps(value));
                let best = kinds.iter().rev().max_by_key(|kind| counts.get(kind.as_str()).copied().unwrap_or(0));
                let Some(best) = best else { return Err(self.no_number(value, span)) };
                let kept = vec![best.clone()];
                self.keep(Kept::Kinds(kept.clone()));
                kept
            }
        };
        let word = kept.first().cloned().unwrap_or_default();
        match word.parse::<f64>() {
            Ok(number) => Ok(Value::number(number)),
            Err(_) => Ok(Value {
                texts: Some(Texts::Own(Arc::new(vec![word]))),
                ..Value::one(ArrayD::from_elem(IxDyn(&[1]), f64::NAN))
            }),
        }
    }

    /// The kinds of the training rows, sorted: numbers by size, words by their letters. What they were is kept.
    pub(super) fn kinds(&mut self, value: &Value, span: Span) -> Answer<Arc<Vec<String>>> {
        if let Some(kept) = self.replayed() {
            return match kept {
                Kept::Kinds(kinds) => Ok(Arc::new(kinds)),
                Kept::Numbers(..) => Err(self.wrong("what was kept of training is of another program", span)),
            };
        }
        let texts = self.texts(value, span)?;
        let kinds = self.kinds_of(&texts, gaps(value));
        self.keep(Kept::Kinds(kinds.clone()));
        Ok(Arc::new(kinds))
    }

    fn kinds_of(&self, texts: &[String], gaps: bool) -> Vec<String> {
        // In a text every letter counts, the blank too, and those between the rows that are kept.
        let letters = self.table.has("letter");
        let mut kinds: Vec<&str> = match letters {
            true => texts.iter().map(String::as_str).collect(),
            false => self.over.iter().map(|row| texts[*row].as_str()).collect(),
        };
        if gaps && !letters {
            kinds.retain(|kind| !crate::data::table::is_missing(kind));
        }
        kinds.sort_unstable();
        kinds.dedup();
        if are_numbers(kinds.iter().copied()) {
            let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
            kinds.sort_by(|a, b| number(a).total_cmp(&number(b)));
            kinds.dedup_by(|a, b| number(a) == number(b));
        }
        kinds.into_iter().map(String::from).collect()
    }

    pub(super) fn index(&mut self, value: &Value, other: bool, span: Span) -> Answer<Value> {
        let kinds = self.kinds(value, span)?;
        let texts = self.texts(value, span)?;
        let numbers = are_numbers(kinds.iter().map(String::as_str));
        let places: FxHashMap<Cow<str>, usize> =
            kinds.iter().enumerate().map(|(at, kind)| (spelled(kind, numbers), at)).collect();
        let letters = self.table.has("letter");
        let unseen = if other { kinds.len() as f64 } else { f64::NAN };
        let place = |text: &String| match places.get(&spelled(text, numbers)) {
            Some(at) => *at as f64,
            None if !letters && gaps(value) && crate::data::table::is_missing(text) => f64::NAN,
            None => unseen,
        };
        let out = Value { whole: true, ..Value::column(texts.iter().map(place).collect()) };
        let mut all = (*kinds).clone();
        if other {
            all.push("other".into());
        }
        Ok(Value { kinds: Some((Arc::new(all), 0)), ..out }.made_of(&value.of))
    }

    fn one_hot(&mut self, value: &Value, other: bool, missing: bool, span: Span) -> Answer<Value> {
        let kinds = self.kinds(value, span)?;
        let texts = self.texts(value, span)?;
        let numbers = are_numbers(kinds.iter().map(String::as_str));
        let places: FxHashMap<Cow<str>, usize> =
            kinds.iter().enumerate().map(|(at, kind)| (spelled(kind, numbers), at)).collect();
        let width = kinds.len() + usize::from(other) + usize::from(missing);
        let mut array = ArrayD::zeros(IxDyn(&[texts.len(), width]));
        for (row, text) in texts.iter().enumerate() {
            let gap = gaps(value) && crate::data::table::is_missing(text);
            let at = match places.get(&spelled(text, numbers)) {
                Some(at) => Some(*at),
                None if gap && missing => Some(width - 1),
                None if gap => {
                    array.index_axis_mut(Axis(0), row).fill(f64::NAN);
                    None
                }
                None => other.then_some(kinds.len()),
            };
            if let Some(at) = at {
                array[IxDyn(&[row, at])] = 1.0;
            }
        }
        let mut all = (*kinds).clone();
        all.extend(other.then(|| "other".to_string()));
        all.extend(missing.then(|| "missing".to_string()));
        Ok(Value { kinds: Some((Arc::new(all), 0)), ..Value::each(array) }.made_of(&value.of))
    }

    /// The letters or the words of each text as whole numbers: `[rows, T]`; 0 pads, the kinds count from 1.
    fn pieces(&mut self, value: &Value, letters: bool, span: Span) -> Answer<Value> {
        let texts = self.texts(value, span)?;
        let split = |text: &str| -> Vec<String> {
            if letters {
                text.chars().map(String::from).collect()
            } else {
                text.split_whitespace().map(String::from).collect()
            }
        };
        let pieces: Vec<Vec<String>> = texts.iter().map(|text| split(text)).collect();
        let longest = pieces.iter().map(Vec::len).max().unwrap_or(0);
        let (kinds, length) = match (self.replayed(), self.replayed()) {
            (Some(Kept::Kinds(kinds)), Some(Kept::Numbers(_, numbers))) => (kinds, numbers[0] as usize),
            (None, None) => {
                let mut kinds: Vec<String> = self.over.iter().flat_map(|row| pieces[*row].iter().cloned()).collect();
                kinds.sort_unstable();
                kinds.dedup();
                self.keep(Kept::Kinds(kinds.clone()));
                self.keep(Kept::Numbers(vec![1], vec![longest as f64]));
                (kinds, longest)
            }
            _ => return Err(self.wrong("what was kept of training is of another program", span)),
        };
        if longest > length {
            return Err(
                self.wrong(&format!("a text has {longest} pieces, and the longest of training has {length}"), span)
            );
        }
        let places: FxHashMap<&str, usize> =
            kinds.iter().enumerate().map(|(at, kind)| (kind.as_str(), at + 1)).collect();
        let mut array = ArrayD::zeros(IxDyn(&[texts.len(), length]));
        for (row, own) in pieces.iter().enumerate() {
            for (at, piece) in own.iter().enumerate() {
                array[IxDyn(&[row, at])] = places.get(piece.as_str()).map_or(f64::NAN, |place| *place as f64);
            }
        }
        let out = Value { whole: true, kinds: Some((Arc::new(kinds), 1)), ..Value::each(array) };
        Ok(out.made_of(&value.of))
    }
}

/// May a text of this value say that there is none? Where gaps were filled, `none` is a word.
fn gaps(value: &Value) -> bool {
    !matches!(value.texts, Some(Texts::Own(_)))
}

/// Are all of these kinds numbers? `007` and `7` are not the same, so codes with zeros before them are words.
fn are_numbers<'a>(mut kinds: impl Iterator<Item = &'a str>) -> bool {
    kinds.all(|kind| {
        let digits = kind.trim_start_matches(['+', '-']).as_bytes();
        let code = digits.len() > 1 && digits[0] == b'0' && digits[1].is_ascii_digit();
        !code && kind.parse::<f64>().is_ok_and(f64::is_finite)
    })
}

/// A kind as it is looked for: `9`, `9.0` and `9e0` are one where kinds are numbers.
fn spelled(kind: &str, numbers: bool) -> Cow<'_, str> {
    match kind.parse::<f64>() {
        Ok(number) if numbers => Cow::Owned((number + 0.0).to_string()),
        Ok(_) | Err(_) => Cow::Borrowed(kind),
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

/// Between the two nearest, as NumPy's.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = share * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[libm::floor(at) as usize], sorted[libm::ceil(at) as usize]);
    low + (high - low) * (at - libm::floor(at))
}
