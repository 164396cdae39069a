//! What an operator is: one `static` table entry of data and function pointers, of a few closed kinds of behaviour.

use super::{Algebra, Attrs, Bend, Export, Fault, Graph, Is, NodeId, Says};
use crate::shape::{Dims, Shape};
use crate::tensor::DType;
use std::hash::{Hash, Hasher};

/// An operator with its attributes: what a node applies to its arguments.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Op {
    /// The table entry.
    pub def: &'static OpDef,
    /// What is not a tensor: axes, shapes, numbers.
    pub attrs: Attrs,
}

/// Everything that is known of an operator. No default: a new concern is forced through all operators by the compiler.
pub struct OpDef {
    /// The name in programs and in the reference: NumPy's or PyTorch's.
    pub name: &'static str,
    /// Its arguments, tensors and others, in call order.
    pub args: &'static [Arg],
    /// How it is written in a formula.
    pub notation: Notation,
    /// What it is to the passes; almost always [`Role::Plain`].
    pub role: Role,
    /// Which one it is, where a pass has to know.
    pub is: Is,
    /// The type of the result.
    pub shape: fn(&mut Dims, &[Type], &Attrs) -> Result<Type, Fault>,
    /// How it is computed.
    pub kernel: Kernel,
    /// Its derivative.
    pub diff: Diff,
    /// What people are told of it.
    pub says: Says,
    /// What the algebra knows of it.
    pub algebra: Algebra,
    /// What it does to the slope of a layer, as an activation.
    pub bends: Bend,
    /// What it is in other languages.
    pub export: Export,
}

impl OpDef {
    /// The same, known to the passes.
    pub const fn is(mut self, is: Is) -> OpDef {
        self.is = is;
        self
    }

    /// The same with examples; with the makers of alike operators.
    pub const fn examples(mut self, examples: &'static [(&'static str, &'static str)]) -> OpDef {
        self.says.examples = examples;
        self
    }

    /// The same with where its arguments lie.
    pub const fn domain(mut self, domain: &'static [Domain]) -> OpDef {
        self.algebra.domain = domain;
        self
    }

    /// The same with an equal formula.
    pub const fn formula(mut self, formula: &'static str) -> OpDef {
        self.algebra.formula = formula;
        self
    }

    /// The same without a kink.
    pub const fn smooth(mut self) -> OpDef {
        self.says.kink = None;
        self
    }

    /// The same with its names elsewhere.
    pub const fn also(mut self, also: &'static [&'static str]) -> OpDef {
        self.says.also = also;
        self
    }

    /// The same with how a book writes it.
    pub const fn latex(mut self, latex: &'static str) -> OpDef {
        self.says.latex = latex;
        self
    }

    /// Is its type given when the node is made (a slot, a definition), not found by the rule?
    pub fn is_typed_outside(&self) -> bool {
        matches!(self.role, Role::Slot | Role::Def) || matches!(self.kernel, Kernel::Scan | Kernel::Pick)
    }
}

impl std::fmt::Debug for OpDef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for OpDef {
    fn eq(&self, other: &OpDef) -> bool {
        std::ptr::eq(self, other)
    }
}
impl Eq for OpDef {}
impl Hash for OpDef {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self as *const OpDef as usize).hash(state);
    }
}

/// What an operator is to the passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An operator like any other.
    Plain,
    /// A number: `Attr::Number`.
    Number,
    /// A literal tensor: `Attr::Tensor`.
    Literal,
    /// The value of a dimension: `Attr::Dim`.
    Dim,
    /// A leaf, input or parameter, whose value the session holds: `Attr::Def`.
    Slot,
    /// A definition (`u = b*c`): `Attr::Def`, one argument, the same value.
    Def,
    /// `stop(x)`: the value, hidden from differentiation.
    Stop,
    /// A random draw: the same attributes give the same value.
    Draw,
}

/// How an operator is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `tanh(z)`
    Call,
    /// `a + b`
    Infix(&'static str),
    /// `-a`, `not a`
    Prefix(&'static str),
    /// `A'`
    Postfix(&'static str),
    /// It has no spelling of its own: numbers, names, slices.
    Special,
}

/// One argument of a call.
#[derive(Clone, Copy, Debug)]
pub struct Arg {
    /// Its name.
    pub name: &'static str,
    /// What it can be.
    pub kind: ArgKind,
    /// Its value where the call does not give it, in our notation; `""`: it must be given; `"none"`: absent.
    pub default: &'static str,
}

/// What an argument can be. `Tensor`, `Index` and `Tensors` become arguments of the node, the others attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArgKind {
    /// A real tensor (int and bool become real).
    Tensor,
    /// Whole numbers that are looked up, not differentiated.
    Index,
    /// A condition: 0 or 1.
    Condition,
    /// Any number of real tensors: `concat(a, b, c)`.
    Tensors,
    /// One axis; negative counts from the end. `Attr::Int`, not negative.
    Axis,
    /// A place for an axis that the result has and the argument has not: `0..=rank`; negative counts from the end of the
    /// result. `Attr::Int`, not negative.
    NewAxis,
    /// The axis of the classes. Where the call does not give it: the first of a shape that begins with a number and ends
    /// with a name (examples in columns), else the last. `Attr::Int`, not negative.
    ClassAxis,
    /// One axis, a list of them, or absent for all. `Attr::Ints`, not negative, ascending; or `Attr::Absent`.
    Axes,
    /// An order of all axes. `Attr::Ints`.
    Perm,
    /// `true` or `false`. `Attr::Flag`.
    Flag,
    /// A whole number known before the run. `Attr::Int`.
    Whole,
    /// A list of whole numbers known before the run; one number is a list of one. `Attr::Ints`.
    Wholes,
    /// Sizes along the axes of a window: one whole number for all, or one for each. `Attr::Ints`.
    Sizes,
    /// The same, or `same` and `valid`. `Attr::Ints`, or `Attr::Text` of `same`.
    Pad,
    /// A shape: `[3, m]`. `Attr::Dims`.
    Shape,
    /// One dimension: `3`, `m`. `Attr::Dim`.
    Dim,
    /// A string. `Attr::Text`.
    Text,
}

impl ArgKind {
    /// Is it an argument of the node (rather than an attribute)?
    pub fn is_node(self) -> bool {
        matches!(self, ArgKind::Tensor | ArgKind::Index | ArgKind::Condition | ArgKind::Tensors)
    }
}

/// A shape and what the entries are.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// The shape.
    pub shape: Shape,
    /// The element type.
    pub dtype: DType,
}

impl Type {
    /// Reals of a shape.
    pub fn real(shape: Shape) -> Type {
        Type { shape, dtype: DType::Real }
    }
}

/// How an operator is computed: pure functions over numbers and slices, and closed lists of the rest.
/// Real arguments arrive as f64; in `f32` each result is rounded once.
#[derive(Clone, Copy)]
pub enum Kernel {
    /// Entry by entry.
    Map(fn(f64) -> f64),
    /// Entry by entry, broadcasting.
    Zip(fn(f64, f64) -> f64),
    /// Entry by entry, broadcasting.
    Zip3(fn(f64, f64, f64) -> f64),
    /// Lanes to numbers, over the axes of attribute 0, kept as size 1 where attribute 1 says so.
    Reduce(Reduce),
    /// Lanes to lanes of the same length, along the axis of attribute 0.
    Along(Along),
    /// Entries moved, repeated, left out, or added where they meet; none computed.
    Move(Move),
    /// Products summed over shared axes.
    Contract(Contract),
    /// Values from nothing.
    Source(Source),
    /// Matrices in the last two axes, stacked over the axes before.
    Matrix(MatrixKernel),
    /// The argument as it is: definitions, `stop`.
    Same,
    /// A body, step after step: attribute 0 is the [`super::Loop`]. What it gives is not one tensor but several, which
    /// `Pick` takes; its own shape says nothing.
    Scan,
    /// One of the tensors that a loop gives: attribute 0, a number below the results of the body, is that result of all
    /// steps, along a new first axis; from there on it is the state after the last step.
    Pick,
    /// It is another expression: [`super::Graph::add`] makes that one, and no node ever has this operator. The tensor
    /// arguments and the attributes are those of the call.
    Expand(Expand),
}

/// What an operator of [`Kernel::Expand`] stands for. Its faults speak of the arguments of the call.
pub type Expand = fn(graph: &mut Graph, attrs: &Attrs, args: &[NodeId]) -> Result<NodeId, Fault>;

/// A kernel over matrices: row-major inputs with their rows and columns; writes the output (a matrix, or one number), or
/// says why it cannot. For `solve`-like operators the second input is the right-hand side. Every input has at least two
/// axes; the axes before the last two broadcast.
pub type MatrixKernel = fn(inputs: &[(&[f64], usize, usize)], out: &mut [f64]) -> Result<(), String>;

/// How a lane becomes a number.
#[derive(Clone, Copy)]
pub enum Reduce {
    /// The sum, in a fixed order.
    Sum,
    /// Any function of the lane; of more than one axis, the entries in row-major order.
    Lane(fn(&[f64]) -> f64),
}

/// How a lane becomes a lane.
#[derive(Clone, Copy)]
pub struct Along(pub fn(input: &[f64], out: &mut [f64]));

/// Where entries go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The same entries in row-major order under another shape.
    Reshape,
    /// Axes in another order (attribute 0: `Ints`; absent: the last two swapped).
    Transpose,
    /// Stretched to a larger shape.
    Broadcast,
    /// Summed back to a smaller shape: the transpose of broadcasting.
    SumTo,
    /// `Slices` of attribute 0.
    Slice,
    /// The transpose of a slice: zeros of the shape of attribute 1, the argument written at `Slices` of attribute 0.
    Unslice,
    /// End to end along the axis of attribute 0.
    Concat,
    /// Entries of argument 0 along the axis of attribute 0 at the indices of argument 1, which has the shape of the result
    /// and, outside that axis, of argument 0 (NumPy's `take_along_axis`): `y[i, j] = x[index[i, j], j]` for axis 0.
    Gather,
    /// The transpose of a gather: zeros with `Dim` of attribute 1 entries along the axis of attribute 0, entries of
    /// argument 0 added at the indices of argument 1, which has argument 0's shape: `y[index[i, j], j] += x[i, j]`.
    ScatterAdd,
    /// Reversed along the axis of attribute 0.
    Flip,
    /// The diagonal of the last two axes.
    Diag,
    /// The last axis on the diagonal of two: the transpose of `Diag` for square matrices.
    DiagEmbed,
    /// The lower triangle of the last two axes, with the diagonal of attribute 0.
    Tril,
    /// The upper triangle.
    Triu,
    /// What each window over the last axes sees: attributes `size`, `stride`, `pad`, `dilation`.
    Windows,
    /// The transpose of `Windows`: attribute 0 holds the sizes of the last axes.
    SumWindows,
}

/// Which product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contract {
    /// `@`: vectors, matrices and stacks of matrices.
    MatMul,
    /// `einsum`, its letters in attribute 0.
    Einsum,
    /// A convolution, or one of its transposes.
    Conv(Conv),
}

/// Which of the three that are transposes of each other. Their attributes: the sizes of the result (not of `Forward`), then
/// stride, pad, dilation and groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conv {
    /// `y = conv(x, w)`
    Forward,
    /// `x = conv_transpose(y, w)`
    ByInput,
    /// `w = conv_weight(x, y)`
    ByWeight,
}

/// Which values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// `Attr::Number`
    Number,
    /// `Attr::Tensor`
    Literal,
    /// `Attr::Dim`
    Dim,
    /// The session's value.
    Slot,
    /// The identity matrix.
    Eye,
    /// `0, 1, 2, …`: as many as the dimension of attribute 0.
    Arange,
    /// Standard normal numbers of the shape of attribute 0 and the key of attribute 1.
    Normal,
    /// Uniform numbers in [0, 1), likewise.
    Uniform,
}

/// A derivative, by kind.
#[derive(Clone, Copy)]
pub enum Diff {
    /// Entry by entry: the slope by each node argument, in our notation over the argument names and `y`, the result.
    /// An empty text: flat in that argument.
    Slopes(&'static [&'static str]),
    /// Entry by entry, where the slope depends on how the arguments are made (ties of `max`).
    SlopeBy(fn(&mut Graph, node: NodeId, arg: usize) -> Result<Option<NodeId>, Fault>),
    /// Argument 0 chooses between 1 and 2; what is not chosen has no slope.
    Select,
    /// Linear in its tensor arguments together; the function gives the transpose for one of them.
    Linear(Transpose),
    /// Linear in each tensor argument by itself; the function gives the transpose for one of them.
    Bilinear(Transpose),
    /// Neither: its own forward and reverse.
    Rule {
        /// The tangent of the result from the tangents of the node arguments (`None`: zero).
        forward: fn(&mut Graph, node: NodeId, tangents: &[Option<NodeId>]) -> Result<NodeId, Fault>,
        /// The share of one node argument.
        reverse: Transpose,
    },
    /// That of a loop, or of what is taken from one: its body's.
    Steps,
    /// Zero everywhere, and why.
    Flat(&'static str),
    /// It has none, and why: the text of the error.
    None(&'static str),
}

/// From the incoming derivative `dy` (of the node's shape) to one argument's share (of that argument's shape).
pub type Transpose = fn(&mut Graph, node: NodeId, dy: NodeId, arg: usize) -> Result<NodeId, Fault>;

/// A parsed closed expression, arguments first.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// In postorder.
    pub steps: Vec<Step>,
}

/// One step of a template; indices are of earlier steps.
#[derive(Clone, Debug)]
pub enum Step {
    /// A variable, by its place in the list that the template was parsed with.
    Var(usize),
    /// A number.
    Number(f64),
    /// An operator.
    Apply(Op, Vec<usize>),
}

/// Where an argument's test points are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Domain {
    /// Any real.
    Reals,
    /// Above 0.
    Positive,
    /// In the open interval.
    Open(f64, f64),
    /// Away from 0.
    NonZero,
    /// Whole numbers in the range.
    Whole(i64, i64),
    /// 0 or 1.
    Condition,
    /// Examples with channels, over which windows slide.
    Pictures,
    /// Kernels for them.
    Kernels,
    /// Square, well-conditioned matrices.
    Matrix,
    /// Symmetric positive definite matrices.
    Spd,
}
