//! A `data` block: equations over the columns of a table, split into parts, as what each input holds.

mod calls;
mod equation;
mod examples;
mod faults;
mod keeping;
mod kinds;
mod reading;
mod reduction;
mod statistics;
mod streaming;
mod value;
mod window;

pub use calls::OF_COLUMNS;
pub use reading::read;

use super::Spill;
use super::table::Table;
use crate::diag::Diagnostic;
use crate::outside::{Refusal, Scratch};
use crate::source::Span;
use crate::syntax::ast::{self, Expr, PartKind, Statement};
use crate::tensor::DType;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use value::Value;

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
    /// Its rows beside memory, part by part.
    spilled: Option<[Spooled; 3]>,
}

/// The rows of a part of a line, beside memory, and what stands against them.
#[derive(Clone, Debug)]
struct Spooled {
    rows: Arc<Spill>,
    /// The first row that is no number, and what it is.
    bad: Option<(usize, f64)>,
    /// The first row that is no whole number.
    broken: Option<usize>,
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
// Many files: what is made of a block, a file each: the examples of its inputs, its note in a model's file, its faults.
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
    rows: [Arc<[u32]>; 3],
}

/// An input: its name, how many axes it has, the axis of the examples, its type.
pub type Wanted = (String, usize, usize, DType);

/// What of the program a block sees.
#[derive(Debug, Default)]
pub struct Seen {
    /// Names that are numbers: `rate = 0.1`.
    pub numbers: FxHashMap<String, f64>,
    /// Functions of one's own.
    pub functions: FxHashMap<String, ast::Function>,
}

/// Of the program, for all that is read of a block.
pub type Leaves = Arc<Seen>;

/// What a block is read in.
pub trait Around {
    /// A further file as a table.
    fn table(&mut self, path: &str, span: Span) -> Result<Table, Box<Diagnostic>>;

    /// Room beside memory.
    fn scratch(&mut self) -> Result<Arc<dyn Scratch>, Refusal>;

    /// How many bytes the rows of a part may have that are held in memory, where the file is not.
    fn room(&self) -> u64;

    /// How many bytes a value may take.
    fn limit(&self) -> u64;
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

impl Block {
    /// How many rows there are to train on.
    pub fn training_rows(&self) -> usize {
        self.rows[0].len()
    }

    /// The rows of a part.
    pub fn rows_of(&self, part: usize) -> &[u32] {
        &self.rows[part]
    }

    /// The table that it was read from.
    pub fn table(&self) -> &Table {
        &self.table
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
            spilled: None,
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
