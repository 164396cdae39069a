//! The operators: one file each, or one tight family; a new one is its file and its line here.

/// Shape rules shared by many operators.
pub mod shapes;

mod add;
mod broadcast_to;
mod choose;
mod clip;
mod compare;
mod div;
mod erf;
mod exp;
mod gamma;
mod gelu;
mod hyperbolic;
mod identity;
mod log;
mod logic;
mod maximum;
mod mul;
mod neg;
mod pow;
mod relu;
mod roots;
mod rounding;
mod sigmoid;
mod sign;
mod structure;
mod sub;
mod sum;
mod tanh;
mod trigonometry;
mod xlogy;

pub use structure::{definition, number, slot};

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
    &sum::SUM,
    &broadcast_to::BROADCAST_TO,
    &broadcast_to::SUM_TO,
];

/// The operator of a name.
pub fn find(name: &str) -> Option<&'static OpDef> {
    use std::collections::HashMap;
    use std::sync::OnceLock;
    static BY_NAME: OnceLock<HashMap<&'static str, &'static OpDef>> = OnceLock::new();
    BY_NAME.get_or_init(|| ALL.iter().map(|def| (def.name, *def)).collect()).get(name).copied()
}

/// The kernel of an operator at a precision: that of its table entry, but `~=` is wider in f32.
pub fn kernel(def: &'static OpDef, precision: Precision) -> Kernel {
    if precision == Precision::F32 && *def == compare::NEAR { compare::NEAR_IN_F32 } else { def.kernel }
}
