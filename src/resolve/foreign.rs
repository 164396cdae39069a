//! Names by which other languages and libraries know what this one has: what is written here instead.

use crate::ops;

/// A constant's name elsewhere, and the one here.
const CONSTANTS: &[(&str, &str)] = &[
    ("π", "pi"),
    ("True", "true"),
    ("False", "false"),
    ("None", "none"),
    ("null", "none"),
    ("nil", "none"),
    ("ℯ", "e"),
];

const ANSWERED: &str = "write the expression on a line of its own, and it is answered";

/// A function's name elsewhere, and what is written here, which is no call of another name.
const FORMS: &[(&str, &str)] = &[
    ("print", ANSWERED),
    ("println", ANSWERED),
    ("printf", ANSWERED),
    ("fprintf", ANSWERED),
    ("disp", ANSWERED),
    ("display", ANSWERED),
    ("len", "use a dimension's name, such as the `m` of `x : [3, m]`; `shapes` answers every shape"),
    ("shape", "write `shapes` on a line of its own: it answers every name's shape"),
    ("size", "use a dimension's name, such as the `m` of `x : [3, m]`; `shapes` answers every shape"),
    ("matmul", "write `a @ b` for a product of matrices"),
    ("mm", "write `a @ b` for a product of matrices"),
    ("pow", "write `a^b` for a power"),
    ("power", "write `a^b` for a power"),
    ("multiply", "write `a*b`"),
    ("add", "write `a + b`"),
    ("subtract", "write `a - b`"),
    ("divide", "write `a/b`"),
    ("tensor", "write the numbers in square brackets, as in `[1, 2, 3]`"),
    ("array", "write the numbers in square brackets, as in `[1, 2, 3]`"),
    ("range", "write `0..n`"),
    ("T", "write `A'` for the transpose"),
    ("gradient", "write `grad(expr, x)`, or `dJ/da` for one name"),
    ("derivative", "write `grad(expr, x)`, or `dJ/da` for one name"),
    ("diff", "write `grad(expr, x)` for a derivative, `x[1:] - x[:-1]` for differences"),
    ("backward", "write `grad J`, or `dJ/da` for one name"),
    ("rand", "write `uniform([3, 4])`"),
    ("d", "write `dJ/da`, or `grad(expr, a)`"),
    ("D", "write `dJ/da`, or `grad(expr, a)`"),
    ("Linear", "write `layer 4 tanh`"),
    ("Dense", "write `layer 4 tanh`"),
];

/// An argument's name elsewhere, and the one here.
const PARAMETERS: &[(&str, &str)] = &[
    ("dim", "axis"),
    ("dims", "axis"),
    ("axes", "axis"),
    ("keepdim", "keep"),
    ("keepdims", "keep"),
    ("alpha", "slope"),
    ("negative_slope", "slope"),
    ("approximate", "exact"),
];

/// An initialiser's name elsewhere, and the one here.
const INITIALISERS: &[(&str, &str)] = &[
    ("glorot", "xavier"),
    ("glorot_uniform", "xavier"),
    ("xavier_uniform", "xavier"),
    ("kaiming", "he"),
    ("kaiming_uniform", "he"),
    ("he_uniform", "he"),
    ("randn", "normal"),
    ("random", "uniform"),
    ("rand", "uniform"),
    ("zero", "zeros"),
];

fn look(table: &'static [(&'static str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(there, _)| *there == name).map(|(_, here)| *here)
}

/// The function here that another language calls so.
pub fn function(name: &str) -> Option<&'static str> {
    ops::known_as(name).map(|def| def.name)
}

/// What is written here where another language calls this function; a sentence.
pub fn form(name: &str) -> Option<&'static str> {
    look(FORMS, name)
}

/// The constant here that another language calls so.
pub fn constant(name: &str) -> Option<&'static str> {
    look(CONSTANTS, name)
}

/// The argument here, of those that a function has.
pub fn parameter(name: &str, known: &[&str]) -> Option<&'static str> {
    look(PARAMETERS, name).filter(|here| known.contains(here))
}

/// The initialiser here that another library calls so.
pub fn initialiser(name: &str) -> Option<&'static str> {
    look(INITIALISERS, name)
}
