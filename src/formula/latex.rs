//! A formula as LaTeX, from its node with the shapes of its parts.
//!
//! The target's notation has levels of its own: what stands side by side is a product of matrices or of numbers, `\odot` is the
//! product entry by entry and has brackets wherever one stands in the other; a dot product is `w^{\top} x`; what scales the rows
//! or columns of a matrix is a `\operatorname{diag}`; a comparison that counts stands in brackets; a sign stands before the
//! whole product.

mod call;
mod names;
mod product;

use super::algebra::Spelled;
use super::print::Printer;
use super::sides::OUTER;
use crate::graph::{Form, Graph, NodeId, form};
use crate::lower::Compiled;
use crate::shape::Dim;
use crate::tensor::DType;
pub use names::Words;
use rustc_hash::FxHashMap;

/// How tightly a piece binds.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
enum Bind {
    Logic = 1,
    Compare = 3,
    Sum = 5,
    /// `A \odot B`
    Entries = 6,
    /// What stands side by side.
    Product = 7,
    Fraction = 8,
    Power = 9,
    Tight = 10,
}

/// A piece of a formula; its sign stands apart.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    bind: Bind,
    minus: bool,
    /// A product of matrices, or a dot product, at its own level.
    matrix: bool,
    /// It ends in what a big operator takes in.
    big: bool,
}

impl Piece {
    fn new(text: impl Into<String>, bind: Bind) -> Piece {
        Piece { text: text.into(), bind, minus: false, matrix: false, big: false }
    }

    fn tight(text: impl Into<String>) -> Piece {
        Piece::new(text, Bind::Tight)
    }

    fn matrix(text: impl Into<String>) -> Piece {
        Piece { matrix: true, ..Piece::new(text, Bind::Product) }
    }

    /// With its sign.
    fn full(&self) -> String {
        if self.minus { format!("-{}", self.text) } else { self.text.clone() }
    }

    fn bracketed(&self) -> String {
        format!(r"\left({}\right)", self.full())
    }

    /// The text, in brackets where it binds less or has a sign.
    fn at_least(&self, bind: Bind) -> String {
        if self.bind < bind || self.minus { self.bracketed() } else { self.text.clone() }
    }
}

/// How a formula was printed, so that it can be written otherwise.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub names: FxHashMap<NodeId, String>,
    pub spelled: FxHashMap<NodeId, Spelled>,
}

/// The LaTeX of `name = formula`.
pub fn latex(compiled: &Compiled, name: &str, formula: &super::Formula) -> String {
    let words = Words::of(compiled);
    let Said { names, spelled } = &formula.said;
    let root = formula.node;
    // The root is spelled out even if it has a name, unless that name is all there is.
    let right = match names.get(&root).filter(|name| **name == formula.text) {
        Some(name) => words.name(name),
        None => {
            let printer = Printer { compiled, names, spelled, root };
            Tex { printer, words: &words }.number(root).full()
        }
    };
    format!("{} = {right}", words.left(name))
}

struct Tex<'a> {
    printer: Printer<'a>,
    words: &'a Words,
}

impl Tex<'_> {
    fn graph(&self) -> &Graph {
        &self.printer.compiled.graph
    }

    fn rank(&self, id: NodeId) -> usize {
        self.graph().shape(id).rank()
    }

    fn is_named(&self, id: NodeId) -> bool {
        id != self.printer.root && self.printer.names.contains_key(&id)
    }

    /// Formulas are as deep as a person's; what is deeper grows the stack on the heap.
    fn piece(&self, id: NodeId) -> Piece {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.write(id))
    }

    /// A node where a number counts: a comparison is 1 or 0, in brackets.
    fn number(&self, id: NodeId) -> Piece {
        let piece = self.piece(id);
        let counts = self.graph().node(id).dtype == DType::Bool || piece.bind <= Bind::Compare;
        match counts && piece.bind < Bind::Tight {
            true => Piece::tight(format!(r"\left[{}\right]", piece.full())),
            false => piece,
        }
    }

    fn write(&self, id: NodeId) -> Piece {
        if let Some(name) = self.printer.names.get(&id).filter(|_| id != self.printer.root) {
            return Piece::tight(self.words.name(name));
        }
        if let Some(spelled) = self.printer.spelled.get(&id) {
            return self.spelled(spelled);
        }
        match form(self.graph(), id) {
            Form::Number(value) => self.constant(value),
            Form::Neg(_) | Form::Mul(..) => self.product(id),
            Form::Add(a, b) => self.sum(id, a, b, false),
            Form::Sub(a, b) => self.sum(id, a, b, true),
            Form::Div(a, b) => self.quotient(id, a, b),
            Form::Pow(a, b) => self.power(a, b),
            Form::MatMul(a, b) => self.matmul(a, b),
            Form::Transpose(a) => self.transposed(a),
            Form::Inv(a) => {
                let base = self.number(a).at_least(Bind::Tight);
                Piece::new(format!("{base}^{{-1}}"), Bind::Power)
            }
            Form::Broadcast(x) if form(self.graph(), x) == Form::Number(1.0) => {
                let sizes: Vec<String> = self.graph().shape(id).iter().map(|dim| self.dim(dim)).collect();
                Piece::tight(format!(r"\mathbf{{1}}_{{{}}}", sizes.join(r" \times ")))
            }
            Form::Where(condition, a, b) => self.cases(condition, a, b),
            _ => self.other(id),
        }
    }

    fn constant(&self, value: f64) -> Piece {
        let minus = value < 0.0;
        let size = libm::fabs(value);
        let turns = size / std::f64::consts::PI;
        let text = match () {
            () if size == std::f64::consts::E => r"\mathrm{e}".to_string(),
            () if turns == 1.0 => r"\pi".to_string(),
            () if turns == libm::round(turns) && (2.0..=100.0).contains(&turns) => {
                return Piece { minus, ..Piece::new(format!(r"{turns}\,\pi"), Bind::Product) };
            }
            () => names::number(size),
        };
        let bind = if text.contains("cdot") { Bind::Product } else { Bind::Tight };
        Piece { minus, ..Piece::new(text, bind) }
    }

    fn dim(&self, dim: &Dim) -> String {
        let text = self.graph().dims.show(dim);
        let plain = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
        if plain(&text) && !text.starts_with(|c: char| c.is_ascii_digit()) { self.words.name(&text) } else { text }
    }

    fn sum(&self, id: NodeId, a: NodeId, b: NodeId, less: bool) -> Piece {
        let (left, right) = (self.stretched(id, a), self.stretched(id, b));
        let minus = right.minus != less;
        let open = right.bind < Bind::Sum || (less && right.bind == Bind::Sum);
        let right = if open { format!(r"\left({}\right)", right.text) } else { right.text };
        let left = if left.bind < Bind::Sum { left.bracketed() } else { left.full() };
        Piece::new(format!("{left} {} {right}", if minus { '-' } else { '+' }), Bind::Sum)
    }

    /// A term of a sum: a row or a column beside a matrix is written as the matrix that it is stretched to.
    fn stretched(&self, whole: NodeId, id: NodeId) -> Piece {
        let piece = self.number(id);
        match self.side(whole, id) {
            Some(Side::Row { flat }) => {
                let text = if flat { self.row(id) } else { piece.at_least(Bind::Product) };
                Piece { minus: piece.minus && !flat, ..Piece::matrix(format!(r"\mathbf{{1}}\,{text}")) }
            }
            Some(Side::Column) => Piece {
                minus: piece.minus,
                ..Piece::matrix(format!(
                    r"{}\,\mathbf{{1}}^{{\top}}",
                    Piece { minus: false, ..piece }.at_least(Bind::Product)
                ))
            },
            None => piece,
        }
    }

    /// What a part is to the matrix that it is stretched to.
    fn side(&self, whole: NodeId, id: NodeId) -> Option<Side> {
        let graph = self.graph();
        let (whole, part) = (graph.shape(whole), graph.shape(id));
        if whole.rank() != 2 || part.is_scalar() || part.is_same(whole, &graph.dims) {
            return None;
        }
        let one = |axis: usize| part[axis] == Dim::Num(1);
        match part.rank() {
            1 if part[0] != Dim::Num(1) => Some(Side::Row { flat: true }),
            2 if one(0) && !one(1) => Some(Side::Row { flat: false }),
            2 if one(1) && !one(0) => Some(Side::Column),
            _ => None,
        }
    }

    fn power(&self, a: NodeId, b: NodeId) -> Piece {
        let base = self.number(a).at_least(Bind::Tight);
        let shape = self.graph().shape(a);
        // Of a square matrix `A^{2}` would be `A A`.
        let square = shape.rank() == 2 && self.graph().shape(a)[0] == self.graph().shape(a)[1];
        let entry = if square { r"\odot " } else { "" };
        Piece::new(format!("{base}^{{{entry}{}}}", self.number(b).full()), Bind::Power)
    }

    fn matmul(&self, a: NodeId, b: NodeId) -> Piece {
        if let Some((u, v)) = self.printer.outer(a, b) {
            return self.outer(u, v);
        }
        let minus = self.number(a).minus != self.number(b).minus;
        let bare = |id: NodeId| Piece { minus: false, ..self.number(id) };
        let beside = |piece: Piece| if piece.big { piece.bracketed() } else { piece.at_least(Bind::Product) };
        let text = match (self.rank(a), self.rank(b)) {
            // A vector times a matrix is the matrix turned round times the vector.
            (1, 2) => {
                let turned = self.transposed(b);
                format!(r"{}\,{}", beside(Piece { minus: false, ..turned }), beside(bare(a)))
            }
            (1, _) => format!(r"{}\,{}", self.row(a), bare(b).at_least(Bind::Product)),
            _ => format!(r"{}\,{}", beside(bare(a)), bare(b).at_least(Bind::Product)),
        };
        Piece { minus, big: bare(b).big, ..Piece::matrix(text) }
    }

    fn outer(&self, u: NodeId, v: NodeId) -> Piece {
        let left = self.number(u);
        let text = Piece { minus: false, ..left.clone() }.at_least(Bind::Product);
        Piece { minus: left.minus, ..Piece::matrix(format!(r"{text}\,{}", self.row(v))) }
    }

    /// A vector as a row, without its sign where that stands before: `x^{\top}`, `w^{\top}\,A` of `A'w`.
    fn row(&self, id: NodeId) -> String {
        if let Form::MatMul(a, b) = form(self.graph(), id)
            && !self.is_named(id)
            && !self.printer.spelled.contains_key(&id)
        {
            let bare = |id: NodeId| Piece { minus: false, ..self.number(id) };
            match (self.rank(a), self.rank(b)) {
                (1, 2) => return format!(r"{}\,{}", self.row(a), bare(b).at_least(Bind::Product)),
                (2, 1) => {
                    let turned = Piece { minus: false, ..self.transposed(a) };
                    return format!(r"{}\,{}", self.row(b), turned.at_least(Bind::Product));
                }
                _ => {}
            }
        }
        let piece = Piece { minus: false, ..self.number(id) };
        format!(r"{}^{{\top}}", piece.at_least(Bind::Tight))
    }

    fn transposed(&self, a: NodeId) -> Piece {
        let inner = self.number(a);
        if self.rank(a) < 2 {
            return inner;
        }
        if !self.is_named(a) && !self.printer.spelled.contains_key(&a) {
            match form(self.graph(), a) {
                Form::Inv(x) => {
                    let base = self.number(x).at_least(Bind::Tight);
                    return Piece::new(format!(r"{base}^{{-\top}}"), Bind::Power);
                }
                Form::Transpose(x) => return self.number(x),
                _ => {}
            }
        }
        let base = Piece { minus: false, ..inner.clone() }.at_least(Bind::Tight);
        Piece { minus: inner.minus, ..Piece::new(format!(r"{base}^{{\top}}"), Bind::Power) }
    }

    fn cases(&self, condition: NodeId, a: NodeId, b: NodeId) -> Piece {
        let text = format!(
            r"\begin{{cases}}{} & \text{{if }} {}\\ {} & \text{{else}}\end{{cases}}",
            self.number(a).full(),
            self.piece(condition).full(),
            self.number(b).full()
        );
        Piece { big: true, ..Piece::new(text, Bind::Entries) }
    }
}

/// A part beside the matrix that it is stretched to.
enum Side {
    /// A vector along the columns: `flat` where it has one axis.
    Row { flat: bool },
    /// One number for each row.
    Column,
}
