//! Expressions as written: the flat list of their parts.

use super::{Name, Path};
use crate::source::Span;

/// An expression: its parts in source order.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// From its first part to its last.
    pub span: Span,
    /// `prefix* operand postfix* (infix prefix* operand postfix*)*`
    pub parts: Vec<Part>,
}

/// One part of an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its place.
    pub span: Span,
    /// What it is.
    pub kind: PartKind,
}

/// The kinds of part.
#[derive(Clone, Debug, PartialEq)]
pub enum PartKind {
    /// `-` or `not`, before an operand.
    Prefix(Prefix),
    /// An operator between two operands.
    Infix(Infix),
    /// `3`, `1e-3`
    Number(f64),
    /// `"rent.csv"`
    Text(String),
    /// `?`: to be filled in.
    Blank,
    /// `a`, `σ`
    Name(String),
    /// `dJ/da`, `d2J/da db`: written without spaces.
    Derivative(Box<Derivative>),
    /// `(a + b)`
    Group(Box<Expr>),
    /// `[1, 2, 3]`
    List(Vec<Expr>),
    /// `[x[i]^2 for i in 0..m]`
    Comprehension(Box<Comprehension>),
    /// `'` or `ᵀ` after an operand: transpose, or the slope of a function that is called next.
    Prime,
    /// `[0, :, 1:3]`
    Index(Vec<Slot>),
    /// `(z, slope=0.2)`
    Call(Vec<Arg>),
    /// `.W1`
    Field(Box<Name>),
}

/// An operator before its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prefix {
    /// `-`
    Neg,
    /// `not`
    Not,
}

/// An operator between its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Infix {
    /// `|>`
    Pipe,
    /// `or`
    Or,
    /// `and`
    And,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `~=`
    Near,
    /// `..`
    Range,
    /// `step`, after a range
    Step,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `@`
    MatMul,
    /// nothing: a number written directly before a name or a round bracket (its span is empty)
    Juxtaposed,
    /// `^` or `**`
    Pow,
}

/// `dJ/da`, `d2J/da db`, `∂J/∂a`, as written; `resolve` reads the orders, for `d2J/da2` can mean two things.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivative {
    /// `dJ`, `d2J`, `∂²J`: the whole word before the `/`.
    pub of: Name,
    /// `da`, `da2`, `∂a²`, or `d(enc.W1)`; at least one.
    pub by: Vec<By>,
    /// Written with `∂`: always a derivative, never a division.
    pub partial: bool,
}

/// One word of a derivative's denominator.
#[derive(Clone, Debug, PartialEq)]
pub enum By {
    /// `da`, `da2`: the whole word, with its `d`.
    Word(Name),
    /// `d(enc.W1)`: the path in the brackets, and the order that may follow (`d(enc.W1)2`), else 1.
    Path(Path, u32),
}

/// `x[i]^2 for i in 0..m`, in square brackets or as the only argument of a reduction.
#[derive(Clone, Debug, PartialEq)]
pub struct Comprehension {
    /// The value for each index.
    pub value: Expr,
    /// The index.
    pub index: Name,
    /// What it runs over.
    pub range: Expr,
    /// Further indices, `j in 0..n`, each inside the one before.
    pub rest: Vec<(Name, Expr)>,
}

/// One slot of an index.
#[derive(Clone, Debug, PartialEq)]
pub enum Slot {
    /// `0`, `-1`, `i`
    At(Expr),
    /// `:`, `1:3`, `::2`
    Slice {
        /// Before the first colon.
        start: Option<Expr>,
        /// After it.
        stop: Option<Expr>,
        /// After the second.
        step: Option<Expr>,
        /// The whole slot.
        span: Span,
    },
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// `slope=`
    pub name: Option<Name>,
    /// The value.
    pub value: ArgValue,
}

/// What an argument can be.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgValue {
    /// An expression.
    Expr(Expr),
    /// `x[i] for i in 0..m`
    Each(Box<Comprehension>),
}
