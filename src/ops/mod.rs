//! The operators: one file each, or one tight family; a new one is its file and its line here.

/// Builders of nodes: what derivatives are written with.
pub mod build;
/// Shape rules shared by many operators.
pub mod shapes;

mod accuracy;
mod add;
mod any;
mod args;
mod broadcast_to;
mod choose;
mod clip;
mod compare;
mod concat;
mod cross_entropy;
mod cumsum;
mod diag;
mod div;
mod einsum;
mod erf;
mod exp;
mod extremum;
mod eye;
/// Names by which other languages and libraries know what this one has.
pub mod foreign;
pub mod form;
mod gamma;
mod gather;
mod gelu;
mod hyperbolic;
mod identity;
pub mod known;
mod layer_norm;
mod linalg;
mod log;
mod logic;
mod logsumexp;
mod matmul;
mod maximum;
mod mean;
mod median;
mod mul;
mod neg;
mod norm;
mod pow;
mod prod;
mod random;
mod recognise;
mod relu;
mod reshape;
mod roots;
mod rounding;
mod sigmoid;
mod sign;
mod slice;
mod softmax;
mod sort;
mod stated;
mod structure;
mod sub;
mod sum;
mod tanh;
mod transpose;
mod trigonometry;
pub mod units;
mod xlogy;

pub use recognise::recognise;
pub use structure::{definition, number, slot, stand_in};

use crate::graph::{Kernel, OpDef};
use crate::tensor::Precision;

/// Every operator, in the order of the reference.
pub static ALL: &[&OpDef] = &[
    &structure::NUMBER,
    &structure::LITERAL,
    &structure::DIM,
    &structure::SLOT,
    &structure::DEF,
    &structure::STOP,
    &stated::STATED,
    &structure::AS_INT,
    &structure::AS_BOOL,
    &structure::AS_REAL,
    &neg::NEG,
    &add::ADD,
    &sub::SUB,
    &mul::MUL,
    &div::DIV,
    &pow::POW,
    &compare::EQ,
    &compare::NE,
    &compare::LT,
    &compare::LE,
    &compare::GT,
    &compare::GE,
    &compare::NEAR,
    &logic::AND,
    &logic::OR,
    &logic::NOT,
    &choose::WHERE,
    &maximum::MAXIMUM,
    &maximum::MINIMUM,
    &exp::EXP,
    &exp::EXPM1,
    &log::LOG,
    &log::LOG2,
    &log::LOG10,
    &log::LOG1P,
    &log::LOG1MEXP,
    &roots::SQRT,
    &roots::CBRT,
    &roots::SQUARE,
    &roots::HYPOT,
    &sign::ABS,
    &sign::SIGN,
    &rounding::FLOOR,
    &rounding::CEIL,
    &rounding::ROUND,
    &rounding::MOD,
    &clip::CLIP,
    &clip::HARDTANH,
    &trigonometry::SIN,
    &trigonometry::COS,
    &trigonometry::TAN,
    &trigonometry::ASIN,
    &trigonometry::ACOS,
    &trigonometry::ATAN,
    &trigonometry::ATAN2,
    &hyperbolic::SINH,
    &hyperbolic::COSH,
    &hyperbolic::ASINH,
    &hyperbolic::ACOSH,
    &hyperbolic::ATANH,
    &tanh::TANH,
    &sigmoid::SIGMOID,
    &sigmoid::SOFTPLUS,
    &sigmoid::LOGADDEXP,
    &relu::RELU,
    &relu::LEAKY_RELU,
    &relu::ELU,
    &relu::SELU,
    &gelu::GELU,
    &gelu::SILU,
    &identity::IDENTITY,
    &xlogy::XLOGY,
    &xlogy::XLOG1PY,
    &erf::ERF,
    &erf::ERFC,
    &gamma::LGAMMA,
    &gamma::DIGAMMA,
    &gamma::POLYGAMMA,
    &matmul::MATMUL,
    &transpose::MATRIX_TRANSPOSE,
    &einsum::EINSUM,
    &sum::SUM,
    &mean::MEAN,
    &prod::PROD,
    &prod::PROD_OTHERS,
    &extremum::MAX,
    &extremum::MIN,
    &extremum::ARGMAX,
    &extremum::ARGMIN,
    &mean::VAR,
    &mean::STD,
    &median::MEDIAN,
    &norm::NORM,
    &logsumexp::LOGSUMEXP,
    &any::ANY,
    &any::ALL,
    &cumsum::CUMSUM,
    &sort::SORT,
    &sort::ARGSORT,
    &softmax::SOFTMAX,
    &softmax::LOG_SOFTMAX,
    &layer_norm::LAYER_NORM,
    &cross_entropy::CROSS_ENTROPY,
    &cross_entropy::NLL,
    &accuracy::ACCURACY,
    &accuracy::CONFUSION,
    &reshape::RESHAPE,
    &reshape::FLATTEN,
    &reshape::SQUEEZE,
    &reshape::EXPAND,
    &transpose::TRANSPOSE,
    &broadcast_to::BROADCAST_TO,
    &broadcast_to::SUM_TO,
    &slice::SLICE,
    &slice::PART,
    &slice::UNSLICE,
    &slice::FLIP,
    &slice::PAD,
    &slice::SPLIT,
    &concat::CONCAT,
    &concat::STACK,
    &concat::REPEAT,
    &gather::GATHER,
    &gather::TAKE_ALONG,
    &gather::SCATTER_ADD,
    &diag::DIAG,
    &diag::DIAGONAL,
    &diag::DIAG_EMBED,
    &diag::TRACE,
    &diag::TRIL,
    &diag::TRIU,
    &eye::EYE,
    &eye::ARANGE,
    &eye::ZEROS,
    &eye::ONES,
    &eye::LINSPACE,
    &eye::ONE_HOT,
    &linalg::INV,
    &linalg::SOLVE,
    &linalg::DET,
    &linalg::COFACTOR,
    &linalg::LOGDET,
    &linalg::CHOLESKY,
    &random::NORMAL,
    &random::UNIFORM,
    &random::BERNOULLI,
];

/// Other spellings of an operator's name, as notes write them.
static SPELLINGS: &[(&str, &OpDef)] = &[("σ", &sigmoid::SIGMOID)];

/// The operator of a name, or of another spelling of it.
pub fn find(name: &str) -> Option<&'static OpDef> {
    use std::collections::HashMap;
    use std::sync::OnceLock;
    static BY_NAME: OnceLock<HashMap<&'static str, &'static OpDef>> = OnceLock::new();
    let names = || {
        let own = ALL.iter().map(|def| (def.name, *def));
        own.chain(SPELLINGS.iter().copied()).collect()
    };
    BY_NAME.get_or_init(names).get(name).copied()
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
