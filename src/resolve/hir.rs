//! The resolved program: every name bound, every call's callee known, precedence settled.
//!
//! Expressions lie in one arena in postorder: an expression is a contiguous range whose last node is its root, so
//! that the passes over it are loops.

use crate::few::{Few, Shared};
use crate::graph::OpDef;
use crate::layers::LayerDef;
use crate::source::Span;
use crate::syntax::ast;
use std::sync::Arc;

/// A node of the arena.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HirId(pub u32);

/// An expression: the nodes `start..=root`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Expr {
    /// Its first node.
    pub start: u32,
    /// Its root, the last node.
    pub root: HirId,
}

/// A name of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GlobalId(pub u32);

/// A function, with or without a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FunctionId(pub u32);

/// A network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NetworkId(pub u32);

/// A node.
#[derive(Clone, Debug)]
pub struct Hir {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub span: Span,
}

/// What a node can be.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `3`
    Number(f64),
    /// `pi`, `inf`
    Constant(f64),
    /// `true`, `false`
    Flag(bool),
    /// `none`: an argument that is not given
    Absent,
    /// `_` in a shape: a size left to be computed
    Hole,
    /// `"ij,jk->ik"`
    Text(Arc<str>),
    /// A name of the program.
    Global(GlobalId),
    /// A parameter, local name or index, by its place in the frame.
    Local(u32),
    /// `[1, 2, 3]`
    List(Vec<HirId>),
    /// `a + b`, `-a`, `A'`: an operator of the table.
    Apply(&'static OpDef, Few<HirId>),
    /// `0..10 step 2`
    Range(HirId, HirId, Option<HirId>),
    /// `f(z, k=0.2)`
    Call(Callee, Shared<Arg>),
    /// `f''(z)`
    Slope(Callee, u32, Shared<Arg>),
    /// `x[0, 1:3]`
    Index(HirId, Shared<Slot>),
    /// `[… for i in 0..m]`, `sum(… for i in 0..m)`
    Each(Box<Each>),
    /// `dJ/da`, `d2J/da db`
    Derivative {
        /// What is differentiated.
        of: HirId,
        /// By what, and how often each.
        by: Shared<(HirId, u32)>,
    },
    /// `grad(expr, x)` and its kin
    Transform(Transform, Few<HirId>),
    /// `a2(x = [[0.5], [1]])`: a value with some names set free and given other values.
    Given(HirId, Shared<GivenName>),
    /// `h.a1`
    Field(HirId, Box<ast::Name>),
    /// `encoder.W1`
    NetworkField(NetworkId, Box<ast::Name>),
    /// Go on at this node: what lies between is the body of a comprehension.
    Jump(u32),
    /// Go on at this node: what lies between is of the library, read on first use in the middle of an expression. It counts
    /// for nothing, so that the places of random draws are the same whatever was read before.
    Aside(u32),
    /// `?`: to be filled in; it silences what depends on it.
    Blank,
    /// Its problem is reported; it silences what depends on it.
    Broken,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Callee {
    /// An operator of the table.
    Op(&'static OpDef),
    /// A function of the program or of the prelude.
    Function(FunctionId),
    /// A network.
    Network(NetworkId),
    /// In the equations of a layer: the activation that the layer says.
    Bend,
}

/// A transformation of an expression, written as a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transform {
    /// `grad(expr, x)`
    Grad,
    /// `jacobian(expr, x)`
    Jacobian,
    /// `hessian(expr, x)`
    Hessian,
    /// `jvp(expr, x, v)`
    Jvp,
    /// `hvp(expr, x, v)`
    Hvp,
}

/// One argument.
#[derive(Clone, Debug)]
pub struct Arg {
    /// `slope=`
    pub name: Option<ast::Name>,
    /// The value.
    pub value: HirId,
}

/// One slot of an index.
#[derive(Clone, Debug)]
pub enum Slot {
    /// `0`, `i`
    At(HirId),
    /// `1:3`
    Slice {
        /// Before the first colon.
        start: Option<HirId>,
        /// After it.
        stop: Option<HirId>,
        /// After the second.
        step: Option<HirId>,
        /// The slot.
        span: Span,
    },
}

/// A name that is given another value.
#[derive(Clone, Debug)]
pub struct GivenName {
    /// The name.
    pub name: HirId,
    /// Its value.
    pub value: HirId,
}

/// A comprehension.
#[derive(Clone, Debug)]
pub struct Each {
    /// The reduction it is the argument of.
    pub reduction: Option<&'static OpDef>,
    /// The frame's place of its index.
    pub index: u32,
    /// The index's name.
    pub name: Arc<str>,
    /// The value for each index: nodes of the enclosing range, evaluated under the index.
    pub body: Expr,
    /// What it runs over.
    pub range: HirId,
}

/// A name of the program.
#[derive(Clone, Debug)]
pub struct Global {
    /// As the user writes it, `net.W1` behind an alias.
    pub name: Arc<str>,
    /// Where it is defined.
    pub span: Span,
    /// What it is.
    pub kind: GlobalKind,
}

/// What a name can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalKind {
    /// A variable, input, parameter or what a layer defines.
    Value,
    /// A dimension that a shape introduced.
    Dimension,
    /// A function.
    Function(FunctionId),
    /// A network.
    Network(NetworkId),
    /// Its definition could not be read.
    Broken,
}

/// A shape as stated.
#[derive(Clone, Debug)]
pub struct Shape {
    /// The element type, if stated.
    pub element: Option<ast::Element>,
    /// The dimensions; `None` is `_`.
    pub dims: Vec<(Option<Expr>, Span)>,
    /// The whole.
    pub span: Span,
}

/// A parameter of a function or network.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name.
    pub name: Arc<str>,
    /// Its place.
    pub span: Span,
    /// Its stated shape.
    pub shape: Option<Shape>,
    /// Its default.
    pub default: Option<Expr>,
}

/// A function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is defined.
    pub span: Span,
    /// Its parameters: the first places of its frame.
    pub params: Vec<Param>,
    /// Its local definitions, in order.
    pub locals: Vec<LocalItem>,
    /// Its value.
    pub value: Expr,
    /// The size of its frame.
    pub frame: u32,
    /// The dimension names of its head, new at each call.
    pub dims: Vec<(GlobalId, Arc<str>)>,
    /// Does it (or what it calls) draw random numbers? Then each call is its own.
    pub draws: bool,
    /// The stated slope `slope f(z) = …`.
    pub slope: Option<FunctionId>,
    /// Is it of the prelude?
    pub prelude: bool,
}

/// One line of a function's body.
#[derive(Clone, Debug)]
pub enum LocalItem {
    /// `u = x^2`
    Define(Local),
    /// Recurrences that take part in each other.
    Recurrence(Recurrence<u32>),
}

/// Recurrences over one index that take part in each other's equations; `N` is what their names are: globals, or places
/// in a frame.
#[derive(Clone, Debug)]
pub struct Recurrence<N> {
    /// The index.
    pub index: ast::Name,
    /// Its place in the frame.
    pub place: u32,
    /// `for t in 0..n`: what it runs over.
    pub range: Option<(Expr, Span)>,
    /// The equations, in order.
    pub equations: Vec<Equation<N>>,
    /// The size of a frame of its own, at the top of the program.
    pub frame: Option<u32>,
}

/// One equation of a recurrence.
#[derive(Clone, Debug)]
pub struct Equation<N> {
    /// The name.
    pub name: Arc<str>,
    /// Its place in the program.
    pub span: Span,
    /// From the name to the index's bracket.
    pub head: Span,
    /// What is defined.
    pub target: N,
    /// The place of its name inside the equations.
    pub place: u32,
    /// The axis of the index.
    pub axis: usize,
    /// Its value at a step.
    pub value: Expr,
    /// Its text.
    pub value_span: Span,
    /// The state before the first step.
    pub start: Option<(Expr, Span)>,
    /// While training the last state of a batch is the first of the next: the flag of training, and the word.
    pub carried: Option<(GlobalId, Span)>,
}

/// A local definition.
#[derive(Clone, Debug)]
pub struct Local {
    /// Its place in the frame.
    pub place: u32,
    /// Its name.
    pub name: Arc<str>,
    /// Where.
    pub span: Span,
    /// Its stated shape.
    pub shape: Option<Shape>,
    /// Its value.
    pub value: Expr,
}

/// A network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its name.
    pub name: Arc<str>,
    /// Where it is defined.
    pub span: Span,
    /// What it is called with.
    pub params: Vec<Param>,
    /// Its body, in order.
    pub body: Vec<NetworkItem>,
    /// The names of the body and their places in the frame.
    pub names: Vec<(Arc<str>, u32)>,
    /// The size of its frame.
    pub frame: u32,
    /// The dimension names of its head.
    pub dims: Vec<(GlobalId, Arc<str>)>,
}

/// One line of a network.
#[derive(Clone, Debug)]
pub enum NetworkItem {
    /// `u = x^2`
    Define(Local),
    /// `param W : [3, 4] = xavier`; the initialiser, where its value is one.
    Param(Local, Option<Initialiser>),
    /// `layer 4 tanh`
    Layer(Layer<u32>),
    /// `layer block(64, 256)`
    Own(OwnLayer<u32>),
    /// `h[t] = … h[t-1] … start …`
    Recurrence(Recurrence<u32>),
}

/// A layer; `N` is what its names are: globals, or places in a network's frame.
#[derive(Clone, Debug)]
pub struct Layer<N> {
    /// What its word is.
    pub def: &'static LayerDef,
    /// Its equations, of [`Program::bodies`].
    pub body: u32,
    /// The conditions that its text says to hold.
    pub flags: Vec<&'static str>,
    /// Where the word stands.
    pub word_span: Span,
    /// The whole statement.
    pub span: Span,
    /// Its number, from 1.
    pub k: u32,
    /// Sizes and the like, in order: a lone name stays a name.
    pub args: Vec<LayerArg>,
    /// `stride=2`
    pub options: Vec<(ast::Name, LayerArg)>,
    /// The source, where it is named; else the layer before, else the first input.
    pub from: Option<Expr>,
    /// What `from` is where it is not written: the place of the layer before, or of the first input or parameter.
    pub before: Option<N>,
    /// What came into the block that it closes.
    pub beside: Option<N>,
    /// The names that it defines, `W1 b1 z1 a1`, in the order of `layers`.
    pub names: Vec<(Arc<str>, N)>,
    /// `h` of `h = layer 4 tanh`.
    pub output: Option<(ast::Name, N)>,
}

/// `layer block(64, 256)`: a network of the program as a layer, with parameters of its own.
#[derive(Clone, Debug)]
pub struct OwnLayer<N> {
    /// The network.
    pub network: NetworkId,
    /// What stands in its brackets, with names where they are said.
    pub args: Vec<(Option<ast::Name>, Expr, Span)>,
    /// The source, where it is named.
    pub from: Option<Expr>,
    /// What the source is where it is not named.
    pub before: Option<N>,
    /// Its output, `a3`.
    pub name: (Arc<str>, N),
    /// `r` of `r = layer block(64, 256)`.
    pub output: Option<(ast::Name, N)>,
    /// Where the call of the network stands.
    pub call: Span,
}

/// One word of a layer.
#[derive(Clone, Debug)]
pub enum LayerArg {
    /// A lone name: an activation, a variant, or a size.
    Word(ast::Name, Option<Expr>),
    /// An expression.
    Value(Expr, Span),
    /// `5x5`
    Size(Vec<u64>, Span),
    /// `he`, `0.02normal`
    Init(Initialiser, Span),
}

/// The equations of a layer word over the places of a frame of their own.
#[derive(Clone, Debug, Default)]
pub struct LayerBody {
    /// The names that are there before the equations, by their places: `x`, its arguments, options and dimensions.
    pub given: Vec<&'static str>,
    /// The equations, as many as the word has lines.
    pub lines: Vec<BodyLine>,
    /// The size of the frame.
    pub frame: u32,
}

/// One equation of a layer.
#[derive(Clone, Debug)]
pub struct BodyLine {
    /// Its name, shape and value.
    pub local: Local,
    /// The name of the initialiser, where it is a parameter: `zeros`, or the option that says it.
    pub init: Option<Arc<str>>,
    /// It is a recurrence.
    pub steps: Option<Recurrence<u32>>,
}

/// A statement.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its text.
    pub span: Span,
    /// What it says.
    pub kind: ItemKind,
}

/// What a statement can be.
#[derive(Clone, Debug)]
pub enum ItemKind {
    /// `a = 5`
    Define {
        /// The name.
        global: GlobalId,
        /// Its stated shape.
        shape: Option<Box<Shape>>,
        /// Its value.
        value: Expr,
    },
    /// `input x : [3, m]`, `param W : [3, 4] = xavier`
    Declare(Box<Declare>),
    /// `layer 4 tanh`
    Layer(Box<Layer<GlobalId>>),
    /// `layer block(64, 256)`
    Own(Box<OwnLayer<GlobalId>>),
    /// `h[t] = … h[t-1] … start …`
    Recurrence(Box<Recurrence<GlobalId>>),
    /// An expression on a line of its own.
    Show(Expr),
    /// A heading.
    Heading(Arc<str>),
    /// An inspection statement.
    Ask(Box<Ask>),
}

/// `input x : [3, m]`, `param W : [3, 4] = xavier`
#[derive(Clone, Debug)]
pub struct Declare {
    /// `input` or `param`.
    pub role: ast::Role,
    /// The name.
    pub global: GlobalId,
    /// Its shape.
    pub shape: Option<Shape>,
    /// The default or initialiser.
    pub value: Option<Expr>,
    /// An initialiser by its name: `xavier`, `0.02normal`.
    pub initialiser: Option<Initialiser>,
    /// Of a noise: the flag `training`, and its value outside training.
    pub otherwise: Option<(GlobalId, Expr)>,
}

/// `xavier`, `0.02normal`
#[derive(Clone, Debug)]
pub struct Initialiser {
    /// Its name.
    pub name: ast::Name,
    /// The number before it.
    pub scale: Option<f64>,
}

/// An inspection statement.
#[derive(Clone, Debug)]
pub struct Ask {
    /// Which one.
    pub statement: &'static crate::statements::Statement,
    /// Its word, as it stands there.
    pub word: ast::Name,
    /// The expressions and their texts' places.
    pub exprs: Vec<(Expr, Span)>,
    /// `wrt W1, b1`
    pub wrt: Vec<(Expr, Span)>,
    /// After `wrt`: networks, and of a question that moves parameters all that stands there.
    pub wholes: Vec<ast::Name>,
    /// `by 0.001`
    pub by: Option<(Expr, Span)>,
    /// `in J`
    pub within: Option<(Expr, Span)>,
    /// `for z in [-10, 0, 10]`: the place of `z` in a frame of its own, its name, and the range
    pub over: Option<(u32, Arc<str>, Expr)>,
    /// `, v in -3..3`, in the same frame.
    pub across: Option<(u32, Arc<str>, Expr)>,
    /// `for epoch`
    pub epochs: bool,
    /// `with x[0], x[1], y`
    pub beside: Vec<(Expr, Span)>,
    /// `100 times`
    pub times: Option<(Expr, Span)>,
    /// `to "j.svg"`
    pub to: Option<crate::source::Spanned<String>>,
    /// `as latex`
    pub form: Option<ast::Name>,
    /// Of `predict`: the new rows.
    pub file: Option<crate::source::Spanned<String>>,
    /// `by adam(lr=0.01)`, and the lines of `train`.
    pub training: Option<Box<Training<(Expr, Span)>>>,
    /// The places of `epoch` and `step` in the frame of the lines.
    pub clock: (u32, u32),
}

/// The lines of `train`; `E` is what an expression is.
#[derive(Clone, Debug)]
pub struct Training<E> {
    /// The lines.
    pub choices: Vec<Choice<E>>,
    /// For each goal, after `wrt`: names of parameters and networks.
    pub wrt: Vec<Vec<ast::Name>>,
}

/// `optimizer = adam(lr = 0.01)`
#[derive(Clone, Debug)]
pub struct Choice<E> {
    /// `optimizer`
    pub name: ast::Name,
    /// What is chosen.
    pub value: Chosen<E>,
    /// Its text.
    pub span: Span,
}

/// What a line of `train` chooses.
#[derive(Clone, Debug)]
pub enum Chosen<E> {
    /// `adam(lr=0.01)`, `last`
    Called(ast::Name, Vec<(Option<ast::Name>, E)>),
    /// `"rent.safetensors"`
    Text(String),
    /// `32`, `J < 1e-3`
    Value(E),
}

/// The settings of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// `precision f32`
    pub precision: Option<crate::tensor::Precision>,
    /// `seed 7`
    pub seed: Option<u64>,
    /// `examples columns`
    pub examples: Option<Examples>,
}

/// Where the examples are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Examples {
    /// The last axis: `x : [3, m]`.
    Columns,
    /// The first axis: `x : [m, 3]`.
    Rows,
}

/// The resolved program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All expression nodes.
    pub arena: Vec<Hir>,
    /// All names.
    pub globals: Vec<Global>,
    /// All functions.
    pub functions: Vec<Function>,
    /// All networks.
    pub networks: Vec<Network>,
    /// The statements, in order.
    pub items: Vec<Item>,
    /// The equations of the layers' words.
    pub bodies: Vec<LayerBody>,
    /// The flag `training`, where something asks for it.
    pub training: Option<GlobalId>,
    /// The settings.
    pub settings: Settings,
    /// What is to be filled in, and where.
    pub blanks: Vec<(HirId, Span)>,
}

impl Program {
    /// A node.
    pub fn hir(&self, id: HirId) -> &Hir {
        &self.arena[id.0 as usize]
    }

    /// A name.
    pub fn global(&self, id: GlobalId) -> &Global {
        &self.globals[id.0 as usize]
    }

    /// A function.
    pub fn function(&self, id: FunctionId) -> &Function {
        &self.functions[id.0 as usize]
    }

    /// A network.
    pub fn network(&self, id: NetworkId) -> &Network {
        &self.networks[id.0 as usize]
    }
}
