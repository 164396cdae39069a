//! Words as numbers: the kinds of a column, and the letters and words of a text.

use super::equation::Cx;
use super::reduction::{Sum, Summing};
use super::value::{Texts, Value};
use super::{Answer, Kept};
use crate::source::Span;
use ndarray::{ArrayD, Axis, IxDyn};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::sync::Arc;

impl Cx<'_> {
    /// The commonest of the training rows: a word, or a number where all are.
    pub(super) fn mode(&mut self, value: &Value, span: Span) -> Answer<Value> {
        let texts = self.texts(value, span)?;
        let kept = self.counted(value, &texts, Counting { gaps: gaps(value), what: What::Mode }, span)?;
        let word = kept.and_then(|kept| kept.first().cloned()).unwrap_or_default();
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
        let texts = self.texts(value, span)?;
        let letters = self.table.has("letter");
        let counting = Counting { gaps: gaps(value) && !letters, what: What::Kinds };
        Ok(Arc::new(self.counted(value, &texts, counting, span)?.unwrap_or_default()))
    }

    /// The texts of the training rows, as a reduction; none where they are not known yet.
    fn counted(
        &mut self,
        value: &Value,
        texts: &[String],
        counting: Counting,
        span: Span,
    ) -> Answer<Option<Vec<String>>> {
        // In a text every letter counts, the blank too, and those between the rows that are kept.
        let all = self.table.has("letter");
        let begin =
            |cx: &Cx| Sum { summing: Summing::Kinds(FxHashMap::default(), counting), lacks: cx.no_number(value, span) };
        let add = |cx: &Cx, sum: &mut Sum| {
            let Summing::Kinds(counts, _) = &mut sum.summing else { return };
            let mut count = |text: &str| match counts.get_mut(text) {
                Some(count) => *count += 1,
                None => drop(counts.insert(text.to_string(), 1)),
            };
            match (all, counting.what) {
                (_, What::Pieces(letters)) => {
                    cx.over.iter().for_each(|row| split(&texts[*row], letters).for_each(&mut count));
                }
                (true, _) => texts.iter().for_each(|text| count(text)),
                (false, _) => cx.over.iter().for_each(|row| count(&texts[*row])),
            }
        };
        match self.reduction(span, begin, add)? {
            Some(Kept::Kinds(kinds)) => Ok(Some(kinds)),
            Some(Kept::Numbers(..)) => Err(self.wrong("what was kept of training is of another program", span)),
            None => Ok(None),
        }
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

    pub(super) fn one_hot(&mut self, value: &Value, other: bool, missing: bool, span: Span) -> Answer<Value> {
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
    pub(super) fn pieces(&mut self, value: &Value, letters: bool, other: bool, span: Span) -> Answer<Value> {
        let texts = self.texts(value, span)?;
        let longest = texts.iter().map(|text| split(text, letters).count()).max().unwrap_or(0);
        let counting = Counting { gaps: false, what: What::Pieces(letters) };
        let kinds = self.counted(value, &texts, counting, span)?.unwrap_or_default();
        let begin = |cx: &Cx| Sum { summing: Summing::Longest(0), lacks: cx.no_number(value, span) };
        let add = |_: &Cx, sum: &mut Sum| {
            if let Summing::Longest(so_far) = &mut sum.summing {
                *so_far = longest.max(*so_far);
            }
        };
        let length = match self.reduction(span, begin, add)? {
            Some(Kept::Numbers(_, numbers)) => numbers.first().copied().unwrap_or(0.0) as usize,
            Some(Kept::Kinds(_)) => return Err(self.wrong("what was kept of training is of another program", span)),
            None => longest,
        };
        if longest > length {
            return Err(
                self.wrong(&format!("a text has {longest} pieces, and the longest of training has {length}"), span)
            );
        }
        let places: FxHashMap<&str, usize> =
            kinds.iter().enumerate().map(|(at, kind)| (kind.as_str(), at + 1)).collect();
        let unseen = if other { (kinds.len() + 1) as f64 } else { f64::NAN };
        let mut array = ArrayD::zeros(IxDyn(&[texts.len(), length]));
        for (row, own) in texts.iter().enumerate() {
            for (at, piece) in split(own, letters).enumerate() {
                array[IxDyn(&[row, at])] = places.get(piece).map_or(unseen, |place| *place as f64);
            }
        }
        let mut all = kinds;
        all.extend(other.then(|| "other".to_string()));
        let out = Value { whole: true, kinds: Some((Arc::new(all), 1)), ..Value::each(array) };
        Ok(out.made_of(&value.of))
    }
}

/// What is made of how often texts stand in the training rows.
#[derive(Clone, Copy, Debug)]
pub struct Counting {
    /// Texts that say that there is none do not count.
    gaps: bool,
    what: What,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Kinds,
    Mode,
    /// Letters, or words.
    Pieces(bool),
}

impl Counting {
    /// What is kept; none where there is no text at all.
    pub fn kept(&self, counts: &FxHashMap<String, u64>) -> Option<Vec<String>> {
        let mut kinds: Vec<&str> = counts.keys().map(String::as_str).collect();
        if self.gaps {
            kinds.retain(|kind| !crate::data::table::is_missing(kind));
        }
        kinds.sort_unstable();
        if !matches!(self.what, What::Pieces(_)) && are_numbers(kinds.iter().copied()) {
            let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
            kinds.sort_by(|a, b| number(a).total_cmp(&number(b)));
            kinds.dedup_by(|a, b| number(a) == number(b));
        }
        match self.what {
            What::Mode => {
                let best = kinds.iter().rev().max_by_key(|kind| counts.get(**kind).copied().unwrap_or(0))?;
                Some(vec![best.to_string()])
            }
            What::Kinds | What::Pieces(_) => Some(kinds.into_iter().map(String::from).collect()),
        }
    }
}

/// The letters or the words of a text.
fn split(text: &str, letters: bool) -> impl Iterator<Item = &str> {
    let (each, words) = if letters { (text, "") } else { ("", text) };
    each.char_indices().map(move |(at, c)| &each[at..at + c.len_utf8()]).chain(words.split_whitespace())
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
