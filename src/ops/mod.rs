//! The operators: one file each, or one tight family; a new one is its file and its line here.

/// Builders of nodes: what derivatives are written with.
pub mod build;
/// Loops.
pub mod scan;
/// Shape rules shared by many operators.
pub mod shapes;

mod args;

pub(crate) use conv::axes as conv_axes;
pub use scan::Steps;
pub use structure::{definition, number, slot, stand_in};
pub(crate) use windows::of_axis;

use crate::graph::{Is, Kernel, OpDef};
use crate::syntax::ast::Infix;
use crate::tensor::Precision;
use std::sync::LazyLock;

/// The files of this folder and the operators in each: declares the one and lists the other.
macro_rules! operators {
    ($($file:ident: $($operator:ident)+;)+) => {
        $(mod $file;)+

        /// Every operator, in the order of the reference.
        pub static ALL: &[&OpDef] = &[$($(&$file::$operator,)+)+];
    };
}

operators! {
    structure: NUMBER LITERAL DIM SLOT DEF STOP AS_INT AS_BOOL AS_REAL;
    stated: STATED;
    neg: NEG;
    add: ADD;
    sub: SUB;
    mul: MUL;
    div: DIV;
    pow: POW;
    compare: EQ NE LT LE GT GE NEAR;
    logic: AND OR NOT;
    choose: WHERE;
    maximum: MAXIMUM MINIMUM;
    exp: EXP EXPM1;
    log: LOG LOG2 LOG10 LOG1P LOG1MEXP;
    roots: SQRT CBRT SQUARE;
    plane: HYPOT DIRECTION INVERSION;
    sign: ABS SIGN;
    rounding: FLOOR CEIL ROUND MOD;
    clip: CLIP HARDTANH;
    trigonometry: SIN COS TAN ASIN ACOS ATAN ATAN2;
    hyperbolic: SINH COSH ASINH ACOSH ATANH;
    tanh: TANH;
    sigmoid: SIGMOID SOFTPLUS LOGADDEXP SIGMOID_ENTROPY;
    relu: RELU LEAKY_RELU ELU SELU;
    gelu: GELU SILU;
    identity: IDENTITY;
    xlogy: XLOGY XLOG1PY;
    erf: ERF ERFC;
    normal_cdf: NORMAL_CDF NORMAL_PDF;
    log_normal_cdf: LOG_NORMAL_CDF NORMAL_HAZARD NORMAL_EXCESS;
    gamma: LGAMMA DIGAMMA POLYGAMMA;
    matmul: MATMUL;
    transpose: MATRIX_TRANSPOSE TRANSPOSE;
    einsum: EINSUM;
    sum: SUM;
    mean: MEAN VAR STD;
    prod: PROD PROD_OTHERS;
    extremum: MAX MIN ARGMAX ARGMIN;
    median: MEDIAN;
    norm: NORM NORMALIZE;
    logsumexp: LOGSUMEXP;
    any: ANY ALL;
    cumsum: CUMSUM;
    sort: SORT ARGSORT;
    softmax: SOFTMAX LOG_SOFTMAX;
    layer_norm: LAYER_NORM BATCH_NORM;
    attention: ATTENTION;
    windows: WINDOWS SUM_WINDOWS MAX_POOL AVG_POOL;
    conv: CONV CONV_TRANSPOSE CONV_WEIGHT;
    cross_entropy: CROSS_ENTROPY NLL;
    accuracy: ACCURACY CONFUSION;
    text: TEXT;
    reshape: RESHAPE FLATTEN SQUEEZE EXPAND;
    broadcast_to: BROADCAST_TO SUM_TO;
    slice: SLICE PART UNSLICE FLIP PAD SPLIT;
    concat: CONCAT STACK REPEAT;
    gather: GATHER TAKE_ALONG SCATTER_ADD;
    diag: DIAG DIAGONAL DIAG_EMBED TRACE TRIL TRIU;
    eye: EYE ARANGE ZEROS ONES LINSPACE ONE_HOT;
    linalg: INV SOLVE DET COFACTOR LOGDET CHOLESKY;
    expadd: LOGEXPADD RECEXPADD;
    powers: LOG_TOTAL TOTAL_SHARES LOGCUMSUMEXP;
    random: NORMAL UNIFORM BERNOULLI;
    choice: CATEGORICAL SHUFFLE CUMPROD;
}

/// The operator of a name, or of another spelling of it.
pub fn find(name: &str) -> Option<&'static OpDef> {
    use std::collections::HashMap;
    use std::sync::OnceLock;
    static BY_NAME: OnceLock<HashMap<&'static str, &'static OpDef>> = OnceLock::new();
    let names = || {
        let own = ALL.iter().map(|def| (def.name, *def));
        let others = ALL.iter().flat_map(|def| def.says.aliases.iter().map(|alias| (*alias, *def)));
        own.chain(others).collect()
    };
    BY_NAME.get_or_init(names).get(name).copied()
}

/// The operator that a pass knows so.
pub fn of(is: Is) -> &'static OpDef {
    static BY_TAG: LazyLock<Vec<&'static OpDef>> = LazyLock::new(|| {
        let mut found = vec![ALL[0]; ALL.iter().map(|def| def.is as usize).max().unwrap_or(0) + 1];
        for def in ALL {
            found[def.is as usize] = def;
        }
        found
    });
    BY_TAG[is as usize]
}

/// The operator of a sign between two expressions; `None` for those that are none: `|>`, `..`.
pub fn infix(infix: Infix) -> Option<&'static OpDef> {
    let is = match infix {
        Infix::Or => Is::Or,
        Infix::And => Is::And,
        Infix::Eq => Is::Eq,
        Infix::Ne => Is::Ne,
        Infix::Lt => Is::Lt,
        Infix::Le => Is::Le,
        Infix::Gt => Is::Gt,
        Infix::Ge => Is::Ge,
        Infix::Near => Is::Near,
        Infix::Add => Is::Add,
        Infix::Sub => Is::Sub,
        Infix::Mul | Infix::Juxtaposed => Is::Mul,
        Infix::Div => Is::Div,
        Infix::Mod => Is::Mod,
        Infix::MatMul => Is::MatMul,
        Infix::Pow => Is::Pow,
        Infix::Pipe | Infix::Range | Infix::Step => return None,
    };
    Some(of(is))
}

/// What an operator is of two arguments, entry by entry: `max(a, b)` is no maximum along an axis.
pub fn of_two(def: &'static OpDef) -> &'static OpDef {
    match def.is {
        Is::Max => of(Is::Maximum),
        Is::Min => of(Is::Minimum),
        _ => def,
    }
}

/// The operator that another language or library calls so.
pub fn known_as(name: &str) -> Option<&'static OpDef> {
    ALL.iter().find(|def| def.says.also.contains(&name)).copied()
}

/// Is its slope stated by an argument, not that of its value? Then finite differences say nothing of it.
pub fn states_slope(def: &OpDef) -> bool {
    *def == stated::STATED
}

/// May its two arguments change places?
pub fn commutes(def: &OpDef) -> bool {
    *def == add::ADD || *def == mul::MUL || *def == maximum::MAXIMUM || *def == maximum::MINIMUM
}

/// The kernel of an operator at a precision: that of its table entry, but `~=` is wider in f32.
pub fn kernel(def: &'static OpDef, precision: Precision) -> Kernel {
    if precision == Precision::F32 && *def == compare::NEAR { compare::NEAR_IN_F32 } else { def.kernel }
}

#[cfg(test)]
mod tests;
