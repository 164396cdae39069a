//! What answers say, as typed values: `--format json` prints them, the prompt and the page match on them.

use super::{json_f64, json_value};
use crate::tensor::Tensor;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What can stand behind a key; what is not known has none.
trait Entry {
    fn json(&self) -> Option<Value>;
}

/// Declares the kinds of facts: the fields of each are its keys, in this order.
macro_rules! facts {
    ($($(#[$about:meta])* $kind:ident { $($(#[$says:meta])* $field:ident: $type:ty,)* })*) => {
        $(
            $(#[$about])*
            #[derive(Clone, Debug, PartialEq)]
            pub struct $kind {
                $(#[doc = concat!("The key `", stringify!($field), "`.")] $(#[$says])* pub $field: $type,)*
            }

            impl $kind {
                fn map(&self) -> Map<String, Value> {
                    let fields = [$((stringify!($field), self.$field.json()),)*];
                    // `r#where` is the key `where`.
                    let known = fields.into_iter().filter_map(|(key, value)| Some((key.trim_start_matches("r#"), value?)));
                    known.map(|(key, value)| (key.to_string(), value)).collect()
                }
            }

            impl Entry for $kind {
                fn json(&self) -> Option<Value> {
                    Some(Value::Object(self.map()))
                }
            }

            impl From<$kind> for Fact {
                fn from(fact: $kind) -> Fact {
                    Fact::$kind(Box::new(fact))
                }
            }
        )*

        /// One thing that an answer says.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Fact { $($(#[$about])* $kind(Box<$kind>),)* }

        impl Fact {
            /// Each kind with its keys, in order.
            pub const KEYS: &[(&str, &[&str])] = &[$((stringify!($kind), &[$(stringify!($field)),*])),*];

            /// The object that `--format json` writes, without the statement and its line.
            pub fn json(&self) -> Map<String, Value> {
                match self { $(Fact::$kind(fact) => fact.map(),)* }
            }
        }
    };
}

facts! {
    /// A title.
    Heading { heading: String, }
    /// A value.
    Valued {
        name: String,
        shape: Vec<usize>,
        value: Arc<Tensor>,
        /// Why a derivative is 0.
        note: Option<String>,
        /// How many paths a derivative was explained by.
        paths: Option<u128>,
        /// The call whose slope the program states.
        stated: Option<String>,
    }
    /// The words that numbers stand for.
    Texts { name: String, value: Vec<String>, }
    /// A name whose value waits for data: its shape in the program's words.
    Shaped { name: String, shape: Vec<String>, }
    /// A name that waits for a line to be filled in.
    Waiting { name: String, waits: usize, }
    /// A derivative as a formula.
    Formula {
        name: String,
        formula: String,
        latex: String,
        /// Is it that of one entry? Only where it is.
        entrywise: Option<bool>,
        note: Option<String>,
        /// Its parts, where it is told in some.
        with: Option<Vec<Part>>,
    }
    /// A part of a formula.
    Part { name: String, formula: String, }
    /// A derivative through recurrences: the equations backwards that it stands on.
    Equations { name: String, formula: String, with: Vec<String>, r#where: Vec<String>, notes: Vec<String>, }
    /// A step forward.
    Forward {
        pass: &'static str,
        name: String,
        expression: Option<String>,
        /// The expression with numbers for its names.
        filled: Option<String>,
        from: Option<Vec<String>>,
        shape: Vec<usize>,
        value: Arc<Tensor>,
    }
    /// A step back.
    Backward {
        pass: &'static str,
        name: String,
        chain: Option<String>,
        formula: Option<String>,
        terms: Vec<Term>,
        shape: Vec<usize>,
        value: Arc<Tensor>,
    }
    /// What one equation gives to the derivative by one of its names.
    Term {
        through: String,
        local: String,
        chain: Option<String>,
        outer: Option<f64>,
        slope: Option<f64>,
        product: Option<f64>,
        formula: Option<String>,
    }
    /// A path from a name to the goal.
    Path {
        path: Vec<String>,
        slopes: Vec<String>,
        note: Option<String>,
        factors: Option<Vec<f64>>,
        product: Option<Arc<Tensor>>,
        formula: Option<String>,
    }
    /// The paths with one first step.
    Paths { through: String, paths: u128, sum: Arc<Tensor>, }
    /// A node of a graph.
    Node {
        node: String,
        from: Vec<String>,
        expression: Option<String>,
        shape: Vec<usize>,
        value: Arc<Tensor>,
        derivative: Option<Arc<Tensor>>,
    }
    /// A file that was written or read.
    File { file: String, rows: Option<usize>, arrays: Option<usize>, }
    /// A name before and after a nudge.
    Nudged {
        name: String,
        before: Arc<Tensor>,
        after: Arc<Tensor>,
        /// The change over the step.
        slope: Option<Arc<Tensor>>,
        derivative: Option<Arc<Tensor>>,
    }
    /// A name before and after a change: of steps also the last gradient, and how far it took the parameter.
    Moved {
        name: String,
        before: Arc<Tensor>,
        gradient: Option<Arc<Tensor>>,
        step: Option<Arc<Tensor>>,
        after: Arc<Tensor>,
    }
    /// A derivative beside finite differences.
    Compared {
        name: String,
        value: f64,
        finite_difference: f64,
        error: f64,
        sides: Option<Vec<f64>>,
        compared: usize,
        verdict: String,
    }
    /// What is to be said of a formula that was checked.
    Verdict { name: String, formula: String, verdict: String, }
    /// How many checks hold.
    Verdicts { checks: usize, hold: usize, lines: Vec<usize>, waits: Option<Vec<usize>>, }
    /// A name and its shape.
    Named { name: String, shape: Vec<String>, sizes: Vec<Size>, kind: &'static str, }
    /// How many numbers the parameters are.
    Parameters { parameters: u128, }
    /// A row of a table, by the heads of its columns.
    Row { row: Cells, }
    /// A chart.
    Plot { plot: Points, }
    /// The points of a chart.
    Points { x: String, series: Vec<Series>, map: Option<Vec<Vec<f64>>>, }
    /// A curve, or a cloud of points.
    Series { name: String, x: Vec<f64>, y: Vec<f64>, }
    /// An epoch of training.
    Epoch {
        epoch: u64,
        loss: f64,
        /// Of each goal, where several take turns.
        losses: Option<Vec<f64>>,
        valid: Option<Size<f64>>,
        reports: Option<Cells>,
    }
    /// Measures of a part of the data.
    Measured {
        part: String,
        rows: Option<usize>,
        values: Cells,
        /// The kinds that the rows and columns of a table are about.
        kinds: Option<Vec<String>>,
    }
    /// What a run takes.
    Timed { runs: u64, min_s: f64, median_s: f64, compile_s: f64, peak_bytes: u64, lines: Vec<LineTimed>, }
    /// What a line of the program takes of it.
    LineTimed { line: usize, seconds: f64, bytes: u64, }
    /// One run of `--each`.
    Run { each: Cells, values: Cells, best: bool, }
}

impl Valued {
    /// A name and its value.
    pub fn new(name: &str, value: &Arc<Tensor>) -> Valued {
        let (name, shape, value) = (name.to_string(), value.shape().to_vec(), value.clone());
        Valued { name, shape, value, note: None, paths: None, stated: None }
    }
}

impl Fact {
    /// The value that it says, if it is one.
    pub fn valued(&self) -> Option<&Valued> {
        if let Fact::Valued(valued) = self { Some(valued) } else { None }
    }
}

impl File {
    /// A file that was written.
    pub fn new(file: &str) -> File {
        File { file: file.to_string(), rows: None, arrays: None }
    }
}

/// What may be open: a size that no number binds, a loss that an epoch has none of. `null` where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size<T = usize>(pub Option<T>);

/// Values by name, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells(pub Vec<(String, Held)>);

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Held {
    /// A number.
    Number(f64),
    /// A word.
    Word(String),
    /// A value of any shape.
    Tensor(Arc<Tensor>),
}

impl Cells {
    /// Numbers by name.
    pub fn numbers<'a>(of: impl IntoIterator<Item = (&'a String, f64)>) -> Cells {
        Cells(of.into_iter().map(|(name, value)| (name.clone(), Held::Number(value))).collect())
    }

    /// Those of its cells that are numbers.
    pub fn in_numbers(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().filter_map(|(name, held)| match held {
            Held::Number(value) => Some((name.as_str(), *value)),
            Held::Tensor(value) => Some((name.as_str(), value.item().filter(|_| value.shape().is_empty())?)),
            Held::Word(_) => None,
        })
    }
}

impl Entry for Held {
    fn json(&self) -> Option<Value> {
        match self {
            Held::Number(value) => value.json(),
            Held::Word(text) => text.json(),
            Held::Tensor(value) => value.json(),
        }
    }
}

impl Entry for Cells {
    fn json(&self) -> Option<Value> {
        let object = self.0.iter().filter_map(|(name, held)| Some((name.clone(), held.json()?)));
        Some(Value::Object(object.collect()))
    }
}

impl<T: Entry> Entry for Size<T> {
    fn json(&self) -> Option<Value> {
        Some(self.0.as_ref().and_then(Entry::json).unwrap_or(Value::Null))
    }
}

impl<T: Entry> Entry for Option<T> {
    fn json(&self) -> Option<Value> {
        self.as_ref().and_then(Entry::json)
    }
}

impl<T: Entry> Entry for Vec<T> {
    fn json(&self) -> Option<Value> {
        Some(self.iter().filter_map(Entry::json).collect())
    }
}

impl Entry for Arc<Tensor> {
    fn json(&self) -> Option<Value> {
        Some(json_value(self))
    }
}

impl Entry for f64 {
    fn json(&self) -> Option<Value> {
        Some(json_f64(*self))
    }
}

/// A count beyond 64 bits is a text.
impl Entry for u128 {
    fn json(&self) -> Option<Value> {
        Some(u64::try_from(*self).map_or_else(|_| Value::from(self.to_string()), Value::from))
    }
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Entry for $type {
            fn json(&self) -> Option<Value> {
                Some(Value::from(self.clone()))
            }
        })*
    };
}

plain!(String, &'static str, bool, usize, u64);
