//! Reductions over the training rows, of each column by itself; missing cells are left out. Rows come one after another, and
//! what is kept of them does not grow, so that a file may be larger than memory and gives the same bits.

use super::equation::Cx;
use super::reduction::{Sum, Summing};
use super::value::Value;
use super::{Answer, Kept};
use crate::outside::{Refusal, Scratch};
use crate::source::Span;
use ndarray::{ArrayD, IxDyn};
use std::sync::Arc;

/// What a column is reduced to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// The deviation over n, as `std` of the language.
    Std,
    /// Its square.
    Var,
    /// The sum.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// From the least to the greatest.
    Range,
    /// Between the two nearest, as NumPy's.
    Quantile(f64),
}

/// Reductions by the name that calls them.
pub(super) const REDUCTIONS: &[(&str, Statistic)] = &[
    ("mean", Statistic::Mean),
    ("std", Statistic::Std),
    ("var", Statistic::Var),
    ("sum", Statistic::Sum),
    ("min", Statistic::Min),
    ("max", Statistic::Max),
    ("median", Statistic::Quantile(0.5)),
];

/// What of the rows so far a statistic needs, for each column.
#[derive(Debug)]
pub struct Tally {
    statistic: Statistic,
    columns: Vec<Running>,
}

/// Of one column.
#[derive(Debug, Default)]
struct Running {
    count: u64,
    sum: Twice,
    squares: Twice,
    low: f64,
    high: f64,
    numbers: Numbers,
}

/// A sum in twice the digits of a real (Dekker, 1971; Knuth's two-sum): the order of rows and the size of their mean beside
/// their deviation have no say in what is printed of it.
#[derive(Clone, Copy, Debug, Default)]
struct Twice {
    high: f64,
    low: f64,
}

/// Numbers of which a quantile is wanted.
#[derive(Debug, Default)]
struct Numbers {
    held: Vec<f64>,
    spilled: Option<Arc<dyn Scratch>>,
}

/// So many numbers of a column are held before they are put beside memory.
const HELD: usize = 1 << 20;

impl Tally {
    /// Over no rows yet, of so many columns.
    pub fn new(statistic: Statistic, columns: usize) -> Tally {
        Tally { statistic, columns: (0..columns).map(|_| Running::default()).collect() }
    }

    /// One more row.
    pub(super) fn add<'v>(&mut self, row: impl Iterator<Item = &'v f64>) {
        for (column, number) in self.columns.iter_mut().zip(row) {
            if number.is_nan() {
                continue;
            }
            match self.statistic {
                Statistic::Mean | Statistic::Sum => column.sum.add(*number, 0.0),
                Statistic::Std | Statistic::Var => {
                    column.sum.add(*number, 0.0);
                    let (square, rest) = product(*number, *number);
                    column.squares.add(square, rest);
                }
                Statistic::Min | Statistic::Max | Statistic::Range => {
                    if column.count == 0 || *number < column.low {
                        column.low = *number;
                    }
                    if column.count == 0 || *number > column.high {
                        column.high = *number;
                    }
                }
                Statistic::Quantile(_) => column.numbers.held.push(*number),
            }
            column.count += 1;
        }
    }

    /// Puts what is held of many numbers beside memory.
    pub(super) fn relieve(
        &mut self,
        scratch: &mut dyn FnMut() -> Result<Arc<dyn Scratch>, Refusal>,
    ) -> Result<(), Refusal> {
        for numbers in self.columns.iter_mut().map(|column| &mut column.numbers) {
            if numbers.held.len() < HELD {
                continue;
            }
            let file = match &numbers.spilled {
                Some(file) => file.clone(),
                None => numbers.spilled.insert(scratch()?).clone(),
            };
            file.append(&numbers.held.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>())?;
            numbers.held.clear();
        }
        Ok(())
    }

    /// What it comes to; none where a column has no number.
    pub(super) fn result(mut self) -> Result<Option<Vec<f64>>, Refusal> {
        let statistic = self.statistic;
        let each = |column: &mut Running| {
            let n = column.count as f64;
            Ok(match statistic {
                Statistic::Mean => column.sum.value() / n,
                Statistic::Sum => column.sum.value(),
                Statistic::Var => column.variance(),
                Statistic::Std => libm::sqrt(column.variance()),
                Statistic::Min => column.low,
                Statistic::Max => column.high,
                Statistic::Range => column.high - column.low,
                Statistic::Quantile(share) => column.numbers.quantile(share)?,
            })
        };
        if self.columns.iter().any(|column| column.count == 0) {
            return Ok(None);
        }
        self.columns.iter_mut().map(each).collect::<Result<Vec<f64>, Refusal>>().map(Some)
    }
}

impl Running {
    /// The mean square less the square of the mean, over n.
    fn variance(&self) -> f64 {
        let n = self.count as f64;
        let (square, rest) = product(self.sum.high, self.sum.high);
        let rest = rest + 2.0 * self.sum.high * self.sum.low;
        // n times the sum of squares, less the square of the sum.
        let mut left = self.squares.times(n);
        left.add(-square, -rest);
        f64::max(left.value() / (n * n), 0.0)
    }
}

/// A product and what it lacks (Dekker, 1971); nothing where that is beyond what can be told.
fn product(a: f64, b: f64) -> (f64, f64) {
    let split = |v: f64| {
        let wide = 134_217_729.0 * v;
        let high = wide - (wide - v);
        (high, v - high)
    };
    let ((a_high, a_low), (b_high, b_low)) = (split(a), split(b));
    let product = a * b;
    let rest = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
    (product, if rest.is_finite() { rest } else { 0.0 })
}

impl Twice {
    /// One number more, and what it lacks.
    fn add(&mut self, number: f64, rest: f64) {
        let sum = self.high + number;
        let part = sum - self.high;
        let lost = (self.high - (sum - part)) + (number - part);
        if !sum.is_finite() {
            *self = Twice { high: sum, low: 0.0 };
            return;
        }
        let low = self.low + lost + rest;
        let high = sum + low;
        *self = Twice { high, low: low - (high - sum) };
    }

    fn times(&self, by: f64) -> Twice {
        let (high, rest) = product(self.high, by);
        Twice { high, low: rest + self.low * by }
    }

    fn value(&self) -> f64 {
        self.high + self.low
    }
}

impl Numbers {
    fn quantile(&mut self, share: f64) -> Result<f64, Refusal> {
        let count = self.held.len() + self.spilled.as_ref().map_or(0, |file| (file.length() / 8) as usize);
        let at = share * (count - 1) as f64;
        let (low, high) = (self.at(libm::floor(at) as usize)?, self.at(libm::ceil(at) as usize)?);
        Ok(low + (high - low) * (at - libm::floor(at)))
    }

    /// The number at a place of their order. Where they are beside memory it is found in four passes, 16 bits of it in each.
    fn at(&mut self, place: usize) -> Result<f64, Refusal> {
        let Some(file) = &self.spilled else {
            let (_, found, _) = self.held.select_nth_unstable_by(place, f64::total_cmp);
            return Ok(*found);
        };
        let (mut known, mut left) = (0u64, place);
        for digit in (0..4).rev() {
            let mut counts = vec![0usize; 1 << 16];
            let mut count = |number: &f64| {
                let key = key(*number);
                if digit == 3 || key >> (16 * (digit + 1)) == known {
                    counts[(key >> (16 * digit)) as usize & 0xffff] += 1;
                }
            };
            self.held.iter().for_each(&mut count);
            let (mut from, length) = (0, file.length());
            let mut bytes = vec![0; 1 << 20];
            while from < length {
                let some = (length - from).min(bytes.len() as u64) as usize;
                file.read_at(from, &mut bytes[..some])?;
                bytes[..some].as_chunks::<8>().0.iter().for_each(|chunk| count(&f64::from_le_bytes(*chunk)));
                from += some as u64;
            }
            let mut own = 0;
            while left >= counts[own] {
                left -= counts[own];
                own += 1;
            }
            known = known << 16 | own as u64;
        }
        Ok(f64::from_bits(if known >> 63 == 1 { known ^ (1 << 63) } else { !known }))
    }
}

/// A whole number that is as large beside others as a real is, by `total_cmp`.
fn key(number: f64) -> u64 {
    let bits = number.to_bits();
    if bits >> 63 == 1 { !bits } else { bits | (1 << 63) }
}

impl Cx<'_> {
    /// A reduction over the training rows, of each column by itself; what it was is kept with the model.
    pub(super) fn reduce(&mut self, value: &Value, statistic: Statistic, span: Span) -> Answer<Value> {
        self.no_words(value)?;
        let mut shape = value.array.shape().to_vec();
        if let Some(first) = shape.first_mut() {
            *first = 1;
        }
        let columns: usize = shape.iter().product();
        let begin = |cx: &Cx| Sum {
            summing: Summing::Numbers(shape.clone(), Tally::new(statistic, columns)),
            lacks: cx.no_number(value, span),
        };
        let add = |cx: &Cx, sum: &mut Sum| {
            let Summing::Numbers(_, tally) = &mut sum.summing else { return };
            let all = value.array.as_standard_layout();
            let Some(numbers) = all.as_slice().filter(|_| columns > 0) else { return };
            match value.rows {
                true => cx.over.iter().for_each(|row| tally.add(numbers[row * columns..(row + 1) * columns].iter())),
                false => numbers.chunks(columns).for_each(|row| tally.add(row.iter())),
            }
        };
        match self.reduction(span, begin, add)? {
            Some(Kept::Numbers(shape, numbers)) => {
                Ok(Value::one(ArrayD::from_shape_vec(IxDyn(&shape), numbers).unwrap_or_default()))
            }
            Some(Kept::Kinds(_)) => Err(self.wrong("what was kept of training is of another program", span)),
            None => Ok(Value::one(ArrayD::from_elem(IxDyn(&shape), f64::NAN))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Numbers, Statistic, Tally};
    use crate::outside::{InMemory, Outside};

    #[test]
    fn a_deviation_far_from_zero_keeps_its_digits() {
        // Of 1e9 + {0, 1, 2}: the variance is 2/3, exactly.
        for (shift, want) in [(0.0, 2.0 / 3.0), (1e9, 2.0 / 3.0), (-1e12, 2.0 / 3.0)] {
            let mut tally = Tally::new(Statistic::Var, 1);
            [0.0, 1.0, f64::NAN, 2.0].iter().for_each(|v| tally.add([v + shift].iter()));
            let found = tally.result().expect("memory").expect("three numbers")[0];
            assert!((found - want).abs() < 1e-12, "{shift}: {found}");
        }
    }

    #[test]
    fn a_quantile_beside_memory_is_that_of_the_sorted_numbers() {
        let numbers: Vec<f64> = (0..1000).map(|i| f64::from((i * 7919) % 1000 - 500) / 8.0).collect();
        let mut sorted = numbers.clone();
        sorted.sort_by(f64::total_cmp);
        let file = InMemory::default().scratch().expect("memory");
        file.append(&numbers[..600].iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>()).expect("memory");
        let mut all = Numbers { held: numbers[600..].to_vec(), spilled: Some(file) };
        for place in [0, 1, 499, 500, 998, 999] {
            assert_eq!(all.at(place), Ok(sorted[place]), "{place}");
        }
    }
}
