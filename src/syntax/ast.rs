//! The syntax tree: what was written, before any name means anything.
//!
//! An expression is the *flat list* of its parts in source order: prefixes, operands, postfixes and infix operators.
//! `resolve` builds the tree from it, for only there it is known whether `dJ/da` is one word or a division; and a
//! million terms in a row need no deep tree. Only brackets nest, to the depth that the scanner allows.

mod expr;

pub use expr::{Arg, ArgValue, By, Comprehension, Derivative, Expr, Infix, Part, PartKind, Prefix, Slot};

use crate::source::{Span, Spanned};

/// A file: its statements, with the comments and blank lines that `format` keeps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    /// The statements, in order.
    pub items: Vec<Item>,
    /// Comments and blank lines after the last statement.
    pub trailing: Vec<Trivia>,
}

/// One statement and what stands around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Comments and blank lines before it.
    pub leading: Vec<Trivia>,
    /// The text of the statement, without comment and without its block's body.
    pub span: Span,
    /// What it says.
    pub statement: Statement,
    /// A comment at the end of its line.
    pub comment: Option<Span>,
    /// It follows the one before it on the same line, after a `;`.
    pub same_line: bool,
}

/// What is not meaning, and is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trivia {
    /// A comment from its `#` to the line's end.
    Comment(Span),
    /// One or more blank lines.
    Blank,
}

/// A name as written (NFC).
#[derive(Clone, Debug, PartialEq)]
pub struct Name {
    /// Its text, in NFC.
    pub text: String,
    /// Its place.
    pub span: Span,
}

/// `enc.W1`: a name and the names behind its dots.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// At least one.
    pub names: Vec<Name>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// `a = 5`, `x : [3, m] = …`
    Define(Define),
    /// `f(z, k=0.01) = max(k*z, z)`, `f(x) { u = x^2; u + 1 }`, `slope f(z) = …`
    Function(Box<Function>),
    /// `h[t] = … h[t-1] … start zeros([4]) for t in 0..n`
    Recurrence(Box<Recurrence>),
    /// `input x : [3, m] = value`, `param W : [3, 4] = xavier`
    Declare(Box<Declare>),
    /// `precision f32`, `seed 7`, `examples columns`
    Setting(Box<Setting>),
    /// `use "net.nnl" as net`
    Use(Box<Use>),
    /// `layer 4 tanh`, `h = layer 4 tanh from x`, `repeat 3 { … }`
    Layer(Box<Layer>),
    /// `network f(x) { … }`
    Network(Box<Network>),
    /// `data "rent.csv" { … }`
    Data(Box<Data>),
    /// `train J { … }`
    Train(Box<Train>),
    /// `predict "new.csv" to "answers.csv" { … }`
    Predict(Box<Predict>),
    /// An expression on a line of its own; a string is a heading.
    Show(Expr),
    /// `grad J wrt a`, `nudge a by 0.001`, `assert a == b`, …
    Ask(Box<Ask>),
    /// It could not be read; the problem is reported. The names that it would define, as far as that can be told.
    Broken(Vec<Name>),
}

impl Statement {
    /// The name that it defines. What a layer defines besides its output is not known from its text.
    pub fn defines(&self) -> Option<&Name> {
        match self {
            Statement::Define(define) => Some(&define.name),
            Statement::Function(function) => (!function.slope).then_some(&function.name),
            Statement::Recurrence(recurrence) => Some(&recurrence.name),
            Statement::Declare(declare) => Some(&declare.name),
            Statement::Network(network) => Some(&network.name),
            Statement::Layer(layer) => layer.output.as_ref(),
            Statement::Use(used) => used.alias.as_ref(),
            Statement::Setting(_)
            | Statement::Data(_)
            | Statement::Train(_)
            | Statement::Predict(_)
            | Statement::Show(_)
            | Statement::Ask(_)
            | Statement::Broken(_) => None,
        }
    }

    /// The names that it defines, and those that it would if it could be read.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        let broken: &[Name] = if let Statement::Broken(names) = self { names } else { &[] };
        self.defines().into_iter().chain(broken)
    }

    /// Its block in braces: the statements, and the comments before the closing bracket.
    pub fn block(&self) -> Option<(&[Item], &[Trivia])> {
        let block = match self {
            Statement::Function(function) if function.block => return Some((&function.body, &function.trailing)),
            Statement::Layer(layer) => layer.block.as_ref()?,
            Statement::Network(network) => &network.block,
            Statement::Data(data) => &data.block,
            Statement::Train(train) => &train.block,
            Statement::Predict(predict) => &predict.block,
            Statement::Function(_)
            | Statement::Define(_)
            | Statement::Recurrence(_)
            | Statement::Declare(_)
            | Statement::Setting(_)
            | Statement::Use(_)
            | Statement::Show(_)
            | Statement::Ask(_)
            | Statement::Broken(_) => return None,
        };
        Some((&block.items, &block.trailing))
    }
}

/// `a = 5`, `x : [3, m] = …`
#[derive(Clone, Debug, PartialEq)]
pub struct Define {
    /// What is defined.
    pub name: Name,
    /// The stated element type and shape.
    pub kind: Option<Box<Kind>>,
    /// What it is equal to.
    pub value: Expr,
}

/// `f(z, k=0.01) = …` or `f(x) { … }`, and `slope f(z) = …`.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// `slope` stood before it: a stated slope for a function that is already defined.
    pub slope: bool,
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
    /// The definitions of a block body, in order.
    pub locals: Vec<Local>,
    /// The value: the right side, or the last line of the block.
    pub value: Expr,
    /// Was it written with a block?
    pub block: bool,
    /// Statements of the block as items (for `format`); empty without a block.
    pub body: Vec<Item>,
    /// Comments and blank lines before the closing bracket.
    pub trailing: Vec<Trivia>,
}

/// A definition in the body of a function.
#[derive(Clone, Debug, PartialEq)]
pub enum Local {
    /// `u = x^2`
    Define(Define),
    /// `h[t] = … h[t-1] … start …`
    Recurrence(Recurrence),
}

impl Local {
    /// What is defined.
    pub fn name(&self) -> &Name {
        match self {
            Local::Define(define) => &define.name,
            Local::Recurrence(recurrence) => &recurrence.name,
        }
    }

    /// What it is equal to.
    pub fn value(&self) -> &Expr {
        match self {
            Local::Define(define) => &define.value,
            Local::Recurrence(recurrence) => &recurrence.value,
        }
    }
}

/// A parameter of a function or network: `z`, `k=0.01`, `x : [3, m]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its stated shape.
    pub kind: Option<Kind>,
    /// Its default.
    pub default: Option<Expr>,
}

/// `h[t] = tanh(W @ h[t-1] + U @ x[t]) start zeros([4]) for t in 0..n`
#[derive(Clone, Debug, PartialEq)]
pub struct Recurrence {
    /// The name that is defined.
    pub name: Name,
    /// The index.
    pub index: Name,
    /// The axis of the index: how many `:` stand before it.
    pub axis: usize,
    /// The equation's right side.
    pub value: Expr,
    /// The state before the first step.
    pub start: Option<Expr>,
    /// `carried`: while training the last state of a batch is the first of the next.
    pub carried: Option<Span>,
    /// The range after `for t in`.
    pub range: Option<Expr>,
}

/// `[3, m]`, `int [m]`, `bool []`
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// The element type, if stated.
    pub element: Option<Element>,
    /// The dimensions: an expression each, or `_`.
    pub dims: Vec<DimExpr>,
    /// From the element or `[` to `]`.
    pub span: Span,
}

/// An element type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Element {
    /// `real`
    Real,
    /// `int`
    Int,
    /// `bool`
    Bool,
}

/// One dimension as written.
#[derive(Clone, Debug, PartialEq)]
pub enum DimExpr {
    /// `_`: left to inference.
    Any(Span),
    /// `3`, `m`, `2*m + 1`
    Expr(Expr),
}

/// `input x : [3, m]`, `param W : [3, 4] = xavier`
#[derive(Clone, Debug, PartialEq)]
pub struct Declare {
    /// `input`, `param` or `noise`.
    pub role: Role,
    /// The name.
    pub name: Name,
    /// Its shape.
    pub kind: Option<Box<Kind>>,
    /// The default, or the initialiser.
    pub value: Option<Expr>,
    /// Of a noise: what it is outside training, where that is no draw.
    pub otherwise: Option<Expr>,
}

/// What a declaration declares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Data that arrives at run time.
    Input,
    /// Something to train.
    Param,
    /// Drawn anew at every step of training.
    Noise,
}

/// A setting at the top of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// `precision`, `seed` or `examples`.
    pub word: Name,
    /// What it is set to: a name or a number, as written.
    pub value: Expr,
}

/// `use "activations.nnl"`, `use "net.nnl" as net`
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// The path.
    pub path: Spanned<String>,
    /// The name after `as`.
    pub alias: Option<Name>,
}

/// A layer statement: `layer 4 tanh`, `conv 8 5x5 relu stride=2 pad=same`, `repeat 3 { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// The name before `=`.
    pub output: Option<Name>,
    /// `layer`, `conv`, `pool`, …
    pub word: Name,
    /// What follows, in order.
    pub args: Vec<LayerArg>,
    /// The name after `from`.
    pub from: Option<Path>,
    /// The body of `repeat` and `residual`.
    pub block: Option<Block>,
}

impl Layer {
    /// Is it a word alone, which may be a name?
    pub fn is_word(&self) -> bool {
        self.args.is_empty() && self.from.is_none() && self.block.is_none()
    }
}

/// One word after a layer word.
#[derive(Clone, Debug, PartialEq)]
pub enum LayerArg {
    /// `4`, `0.2`, `n`, `2*n`: a size. A lone name may also be an activation or a variant: its meaning is the layer's.
    Value(Expr),
    /// `5x5`
    Size(Spanned<Vec<u64>>),
    /// `stride=2`, `init=he`
    Option(Name, Expr),
    /// `stride=2x1`
    Sized(Name, Spanned<Vec<u64>>),
}

/// Statements in braces.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Block {
    /// The statements.
    pub items: Vec<Item>,
    /// Comments and blank lines before the closing bracket.
    pub trailing: Vec<Trivia>,
}

/// `network f(x) { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    /// Its name.
    pub name: Name,
    /// Its parameters (what it is called with).
    pub params: Vec<Param>,
    /// Its layers and definitions.
    pub block: Block,
}

/// `data "rent.csv" { x = [area, age]; test = 0.2 }`
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    /// The file; none where the examples come from formulas.
    pub file: Option<Spanned<String>>,
    /// `name = expr` lines.
    pub block: Block,
    /// What it declares, once its file is read: inputs and numbers that the program uses and does not declare.
    pub declares: Vec<Item>,
}

/// `predict "new.csv" to "answers.csv" { rent = a2 }`
#[derive(Clone, Debug, PartialEq)]
pub struct Predict {
    /// `predict`
    pub word: Name,
    /// The file of the new rows.
    pub file: Spanned<String>,
    /// The file of the answers.
    pub to: Option<Spanned<String>>,
    /// `name = expr` lines.
    pub block: Block,
}

/// `train J wrt W2, b2 { … }`
#[derive(Clone, Debug, PartialEq)]
pub struct Train {
    /// What is made small.
    pub goal: Expr,
    /// The parameters that move; all where empty.
    pub wrt: Vec<Path>,
    /// `then G wrt make`: goals that are moved in turn with it.
    pub then: Vec<(Expr, Vec<Path>)>,
    /// `name = expr` lines.
    pub block: Block,
}

/// An inspection statement: one word and its clauses.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// Which one.
    pub statement: &'static crate::statements::Statement,
    /// Its word, as it stands there.
    pub word: Name,
    /// The expressions after the word, separated by commas.
    pub exprs: Vec<Expr>,
    /// `wrt W1, b1`
    pub wrt: Vec<Path>,
    /// `by 0.001`
    pub by: Option<Expr>,
    /// `in J` (of `nudge`)
    pub within: Option<Expr>,
    /// `for z in -5..5`
    pub over: Option<(Name, Expr)>,
    /// The second range of a map: `, v in -3..3`
    pub across: Option<(Name, Expr)>,
    /// `for epoch`
    pub epochs: bool,
    /// `with x[0], x[1], y`
    pub beside: Vec<Expr>,
    /// `100 times`
    pub times: Option<Expr>,
    /// `to "j.svg"`; for `save` and `load` their file.
    pub to: Option<Spanned<String>>,
    /// `as latex`
    pub form: Option<Name>,
}
