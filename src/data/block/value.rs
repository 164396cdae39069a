//! What an equation over columns is worth: an entry for each row, or one for all.

use crate::source::Span;
use ndarray::{ArrayD, Axis, IxDyn};
use rustc_hash::FxHashSet;
use std::sync::Arc;

/// Where the words of a value are.
#[derive(Clone, Debug)]
pub enum Texts {
    /// The cells of a column of the file.
    Column(Arc<str>),
    /// A text in quotes that is no column's name.
    Quoted(Arc<str>, Span),
    /// Of each row.
    Own(Arc<Vec<String>>),
}

/// A value: numbers with the rows along their first axis, which has the length 1 where they are one for all rows.
#[derive(Clone, Debug)]
pub struct Value {
    /// `[rows, …]`, or `[1, …]`.
    pub array: ArrayD<f64>,
    /// Is there one for each row?
    pub rows: bool,
    /// Its words.
    pub texts: Option<Texts>,
    /// Kinds and other whole numbers.
    pub whole: bool,
    /// The kinds that its numbers stand for, and the number of the first.
    pub kinds: Option<(Arc<Vec<String>>, usize)>,
    /// Written with `'`: the examples go along the last axis.
    pub turned: bool,
    /// The columns of the file that it is made of, in order.
    pub of: Vec<Arc<str>>,
}

impl Value {
    /// One number for all rows.
    pub fn number(number: f64) -> Value {
        Value::one(ArrayD::from_elem(IxDyn(&[1]), number))
    }

    /// Numbers for all rows, `[1, …]`.
    pub fn one(array: ArrayD<f64>) -> Value {
        Value { array, rows: false, texts: None, whole: false, kinds: None, turned: false, of: vec![] }
    }

    /// Numbers for each row.
    pub fn each(array: ArrayD<f64>) -> Value {
        Value { rows: true, ..Value::one(array) }
    }

    /// A number for each row.
    pub fn column(numbers: Vec<f64>) -> Value {
        let shape = IxDyn(&[numbers.len()]);
        Value::each(ArrayD::from_shape_vec(shape, numbers).unwrap_or_default())
    }

    /// The number, where it is one.
    pub fn as_number(&self) -> Option<f64> {
        let one = !self.rows && self.array.len() == 1 && self.texts.is_none();
        one.then(|| self.array.iter().next().copied()).flatten()
    }

    /// The shape of a row.
    pub fn inner(&self) -> &[usize] {
        &self.array.shape()[1..]
    }

    /// How many numbers a row has.
    pub fn width(&self) -> usize {
        self.inner().iter().product()
    }

    /// Made of these columns too.
    pub fn made_of(mut self, of: &[Arc<str>]) -> Value {
        if self.of.is_empty() {
            self.of = of.to_vec();
        } else if self.of != of {
            let known: FxHashSet<Arc<str>> = self.of.iter().cloned().collect();
            self.of.extend(of.iter().filter(|column| !known.contains(*column)).cloned());
        }
        self
    }

    /// Entry by entry.
    pub fn map(&self, f: impl Fn(f64) -> f64) -> Value {
        let out = Value { rows: self.rows, turned: self.turned, ..Value::one(self.array.mapv(f)) };
        out.made_of(&self.of)
    }

    /// The rows at these places.
    pub fn select(&self, rows: &[usize]) -> ArrayD<f64> {
        if self.rows {
            return self.array.select(Axis(0), rows);
        }
        let mut shape = self.array.shape().to_vec();
        shape[0] = rows.len();
        self.array.broadcast(IxDyn(&shape)).map(|view| view.to_owned()).unwrap_or_default()
    }
}

/// Entry by entry over several values; the shapes of rows are broadcast from the right. `None` where they do not fit.
pub fn zip(values: &[&Value], f: impl Fn(&[f64]) -> f64) -> Option<Value> {
    let rank = values.iter().map(|value| value.array.ndim()).max()?;
    let mut shape = vec![1; rank];
    let mut aligned = vec![];
    for value in values {
        // Ones between the rows and what a row is.
        let mut view = value.array.view();
        while view.ndim() < rank {
            view = view.insert_axis(Axis(1));
        }
        for (to, from) in shape.iter_mut().zip(view.shape()) {
            match (*to, *from) {
                (a, b) if a == b || b == 1 => {}
                (1, b) => *to = b,
                _ => return None,
            }
        }
        aligned.push(view);
    }
    let count: usize = shape.iter().product();
    let width = count / shape[0].max(1);
    let mut args = vec![0.0; values.len()];
    // Most are whole, one row for all rows, or one number: these lie in memory as they are read.
    let slices: Vec<Option<(&[f64], usize)>> = values
        .iter()
        .map(|value| {
            let numbers = value.array.as_slice()?;
            let inner: usize = value.array.shape()[1..].iter().product();
            let period = if numbers.len() == 1 { 1 } else { numbers.len() };
            (period == 1 || inner == width && (period == count || period == width)).then_some((numbers, period))
        })
        .collect();
    if let Some(slices) = slices.into_iter().collect::<Option<Vec<_>>>() {
        let mut out = Vec::with_capacity(count);
        for at in 0..count {
            for (arg, (numbers, period)) in args.iter_mut().zip(&slices) {
                *arg = match *period {
                    1 => numbers[0],
                    period if period == count => numbers[at],
                    period => numbers[at % period],
                };
            }
            out.push(f(&args));
        }
        return made(values, ArrayD::from_shape_vec(IxDyn(&shape), out).ok()?);
    }
    let views: Vec<_> = aligned.iter().map(|view| view.broadcast(IxDyn(&shape))).collect::<Option<_>>()?;
    let mut iters: Vec<_> = views.iter().map(|view| view.iter()).collect();
    let mut out = Vec::with_capacity(count);
    for _ in 0..count {
        for (arg, iter) in args.iter_mut().zip(&mut iters) {
            *arg = *iter.next()?;
        }
        out.push(f(&args));
    }
    made(values, ArrayD::from_shape_vec(IxDyn(&shape), out).ok()?)
}

/// What is made of some values entry by entry.
fn made(values: &[&Value], array: ArrayD<f64>) -> Option<Value> {
    let mut made = Value { rows: values.iter().any(|value| value.rows), ..Value::one(array) };
    made.turned = values.iter().any(|value| value.turned);
    for value in values {
        made = made.made_of(&value.of);
    }
    Some(made)
}

/// Beside each other in a list: single columns and rows of columns along the last axis.
pub fn join(values: &[Value], rows: usize) -> Option<Value> {
    let rank = values.iter().map(|value| value.array.ndim()).max()?.max(2);
    let all_rows = values.iter().any(|value| value.rows);
    // Everything but the last axis is alike: `outer` runs of numbers, of each value so many.
    let mut shape: Option<Vec<usize>> = None;
    let (mut runs, mut wide) = (vec![], 0);
    for value in values {
        let mut own = value.array.shape().to_vec();
        own.resize(rank, 1);
        let last = own.pop()?;
        if all_rows {
            own[0] = rows;
        }
        if shape.get_or_insert_with(|| own.clone()) != &own {
            return None;
        }
        runs.push((value.array.as_standard_layout(), last));
        wide += last;
    }
    let mut shape = shape?;
    let outer: usize = shape.iter().product();
    let runs: Vec<(&[f64], usize)> =
        runs.iter().map(|(array, last)| Some((array.as_slice()?, *last))).collect::<Option<_>>()?;
    let mut out = Vec::with_capacity(outer * wide);
    for at in 0..outer {
        for (numbers, last) in &runs {
            let from = (at * last) % numbers.len().max(1);
            out.extend_from_slice(numbers.get(from..from + last)?);
        }
    }
    shape.push(wide);
    let array = ArrayD::from_shape_vec(IxDyn(&shape), out).ok()?;
    let mut made = Value { rows: all_rows, ..Value::one(array) };
    made.whole = values.iter().all(|value| value.whole);
    let mut seen = FxHashSet::default();
    let all = values.iter().flat_map(|value| &value.of);
    made.of = all.filter(|column| seen.insert(Arc::clone(column))).cloned().collect();
    Some(made)
}

#[cfg(test)]
mod tests {
    use super::{Value, join, zip};

    #[test]
    fn a_column_goes_with_each_of_the_columns_of_a_list() {
        let (a, b) = (Value::column(vec![1.0, 2.0, 3.0]), Value::column(vec![10.0, 20.0, 30.0]));
        let both = join(&[a.clone(), b], 3).expect("they stand beside each other");
        assert_eq!(both.inner(), [2]);
        let sum = zip(&[&both, &a], |v| v[0] + v[1]);
        assert!(sum.is_some_and(|sum| sum.array.shape() == [3, 2]), "a column is one for all columns of its row");
        let scaled = zip(&[&both, &Value::number(2.0)], |v| v[0] * v[1]).expect("numbers go with all");
        assert_eq!(scaled.array.iter().copied().collect::<Vec<_>>(), [2.0, 20.0, 4.0, 40.0, 6.0, 60.0]);
    }
}
