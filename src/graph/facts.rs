//! What is known of an operator besides how it is computed: for readers, for the algebra, for layers, for exports.

use super::{Domain, OpDef};

/// Which operator it is, where a pass has to know: the few that derivatives, formulas and rewrites are made of. Each of
/// these is one operator of the table; [`crate::ops::of`] gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Is {
    /// No pass asks.
    Other,
    /// A number.
    Number,
    /// `-a`
    Neg,
    /// `a + b`
    Add,
    /// `a - b`
    Sub,
    /// `a * b`
    Mul,
    /// `a / b`
    Div,
    /// `a^b`
    Pow,
    /// `a % b`
    Mod,
    /// `a == b`
    Eq,
    /// `a != b`
    Ne,
    /// `a < b`
    Lt,
    /// `a <= b`
    Le,
    /// `a > b`
    Gt,
    /// `a >= b`
    Ge,
    /// `a ~= b`
    Near,
    /// `a and b`
    And,
    /// `a or b`
    Or,
    /// `not a`
    Not,
    /// `where`
    Where,
    /// `maximum`
    Maximum,
    /// `minimum`
    Minimum,
    /// `exp`
    Exp,
    /// `expm1`
    Expm1,
    /// `log`
    Log,
    /// `log1p`
    Log1p,
    /// `sqrt`
    Sqrt,
    /// `hypot`
    Hypot,
    /// `abs`
    Abs,
    /// `sign`
    Sign,
    /// `floor`
    Floor,
    /// `sigmoid`
    Sigmoid,
    /// `softplus`
    Softplus,
    /// `logaddexp`
    LogAddExp,
    /// `logexpadd`
    LogExpAdd,
    /// `recexpadd`
    RecExpAdd,
    /// `log(sum(w*exp(u)))`
    LogTotal,
    /// The slopes of that.
    TotalShares,
    /// `logcumsumexp`
    LogCumSumExp,
    /// `cosh`
    Cosh,
    /// `tanh`
    Tanh,
    /// `silu`
    Silu,
    /// `relu`
    Relu,
    /// `leaky_relu`
    LeakyRelu,
    /// `square`
    Square,
    /// `sin`
    Sin,
    /// `cos`
    Cos,
    /// `ceil`
    Ceil,
    /// `round`
    Round,
    /// `clip`
    Clip,
    /// `identity`
    Identity,
    /// `xlogy`
    XLogY,
    /// `a @ b`
    MatMul,
    /// `A'`
    MatrixTranspose,
    /// `transpose`
    Transpose,
    /// `einsum`
    Einsum,
    /// `sum`
    Sum,
    /// `mean`
    Mean,
    /// `var`
    Var,
    /// `std`
    Std,
    /// `prod`
    Prod,
    /// `prod_others`
    ProdOthers,
    /// `max`
    Max,
    /// `min`
    Min,
    /// `argmax`
    Argmax,
    /// `norm`
    Norm,
    /// `normalize`
    Normalize,
    /// `logsumexp`
    LogSumExp,
    /// `cumsum`
    CumSum,
    /// `softmax`
    Softmax,
    /// `log_softmax`
    LogSoftmax,
    /// `reshape`
    Reshape,
    /// `broadcast_to`
    BroadcastTo,
    /// `sum_to`
    SumTo,
    /// `slice`
    Slice,
    /// `part`
    Part,
    /// `unslice`
    Unslice,
    /// `concat`
    Concat,
    /// `stack`
    Stack,
    /// `take_along`
    TakeAlong,
    /// `scatter_add`
    ScatterAdd,
    /// `diag`
    Diag,
    /// `diagonal`
    Diagonal,
    /// `diag_embed`
    DiagEmbed,
    /// `eye`
    Eye,
    /// `arange`
    Arange,
    /// `inv`
    Inv,
    /// `solve`
    Solve,
    /// `cholesky`
    Cholesky,
    /// `normal`
    Normal,
    /// `uniform`
    Uniform,
}

/// What people are told of an operator.
#[derive(Clone, Copy, Debug)]
pub struct Says {
    /// One sentence for the reference.
    pub summary: &'static str,
    /// What counts at a kink, a sentence for the reference.
    pub kink: Option<&'static str>,
    /// Expressions and what they give, for the reference and the laws.
    pub examples: &'static [(&'static str, &'static str)],
    /// How a book writes its call: `#` stands for the first argument, `##` for the second; empty: its name and brackets.
    pub latex: &'static str,
    /// Its names elsewhere, where it takes the same arguments: they are proposed to whoever writes one.
    pub also: &'static [&'static str],
    /// Other names by which a program may call it, as notes write them.
    pub aliases: &'static [&'static str],
}

impl Says {
    /// A sentence and examples; no kink, no notation of its own, no other names.
    pub const fn plain(summary: &'static str, examples: &'static [(&'static str, &'static str)]) -> Says {
        Says { summary, kink: None, examples, latex: "", also: &[], aliases: &[] }
    }

    /// The same with its names elsewhere.
    pub const fn also(self, also: &'static [&'static str]) -> Says {
        Says { also, ..self }
    }

    /// The same with how a book writes it.
    pub const fn latex(self, latex: &'static str) -> Says {
        Says { latex, ..self }
    }
}

/// What the algebra knows of an operator.
#[derive(Clone, Copy, Debug)]
pub struct Algebra {
    /// An equal formula over other operators in our notation, tested against the kernel; empty where there is none.
    pub formula: &'static str,
    /// Algebra of this operator, `lhs = rhs` in our notation, true at every point.
    pub rules: &'static [&'static str],
    /// Forms that are exact where the spelled-out one is not, `lhs = rhs`, used for what is evaluated.
    pub stable: &'static [&'static str],
    /// Where the laws draw the points of each tensor argument.
    pub domain: &'static [Domain],
    /// Its square by the square of another.
    pub square: Option<Square>,
    /// `1 - f(z)` as a function of `z`, in our notation; empty where there is none.
    pub complement: &'static str,
}

impl Algebra {
    /// No formula and no rules: only where its arguments lie.
    pub const fn over(domain: &'static [Domain]) -> Algebra {
        Algebra { formula: "", rules: &[], stable: &[], domain, square: None, complement: "" }
    }

    /// The same with an equal formula.
    pub const fn formula(self, formula: &'static str) -> Algebra {
        Algebra { formula, ..self }
    }

    /// The same with rules that are true everywhere.
    pub const fn rules(self, rules: &'static [&'static str]) -> Algebra {
        Algebra { rules, ..self }
    }

    /// The same with forms in which it is evaluated.
    pub const fn stable(self, stable: &'static [&'static str]) -> Algebra {
        Algebra { stable, ..self }
    }
}

/// `f^2 = number + times*of^2`
#[derive(Clone, Copy, Debug)]
pub struct Square {
    /// What is added.
    pub number: f64,
    /// What the other square is multiplied by.
    pub times: f64,
    /// The other function, of the same argument.
    pub of: &'static OpDef,
}

/// What an operator does to the slope of a layer.
#[derive(Clone, Copy, Debug)]
pub enum Bend {
    /// It is no activation.
    None,
    /// An activation that loses no slope.
    Keeps,
    /// An activation that is flat on both sides; its slope at a number.
    Saturates(fn(f64) -> f64),
    /// An activation without slope below 0.
    Rectifies,
    /// The larger of two: an activation without slope below 0 where the other is 0.
    RectifiesBesideZero,
}

/// What the operator is in other languages: the function that takes the same tensor arguments in the same order, or a
/// text in which `#` and `##` stand for the first and second; empty where the exporter has a rule of its own, or none.
#[derive(Clone, Copy, Debug)]
pub struct Export {
    /// An ONNX operator: `Tanh`.
    pub onnx: &'static str,
    /// PyTorch: `torch.tanh`.
    pub torch: &'static str,
    /// JAX: `jnp.tanh`.
    pub jax: &'static str,
    /// NumPy: `np.tanh`.
    pub numpy: &'static str,
    /// C: `tanh`.
    pub c: &'static str,
}

impl Export {
    /// Nothing is said yet.
    pub const fn none() -> Export {
        Export { onnx: "", torch: "", jax: "", numpy: "", c: "" }
    }
}
