//! Products and quotients: numbers in front, then what is multiplied entry by entry, rows and columns as diagonals.

use super::{Bind, Piece, Side, Tex};
use crate::graph::{Form, NodeId, form};

/// What a product is made of.
#[derive(Default)]
struct Factors {
    minus: bool,
    /// Factors of no axis, the numbers first.
    scalars: Vec<Piece>,
    /// Factors of the product's own shape.
    entries: Vec<Piece>,
    /// What scales the rows, on the left.
    left: Vec<Piece>,
    /// What scales the columns, on the right.
    right: Vec<Piece>,
}

impl Tex<'_> {
    /// A product with its sign in front.
    pub(super) fn product(&self, id: NodeId) -> Piece {
        let mut factors = Factors::default();
        let mut stack = vec![id];
        let mut parts = vec![];
        while let Some(part) = stack.pop() {
            let opened = part == id || (!self.is_named(part) && !self.printer.spelled.contains_key(&part));
            match form(self.graph(), part) {
                Form::Mul(a, b) if opened => stack.extend([b, a]),
                Form::Neg(a) if opened => {
                    factors.minus = !factors.minus;
                    stack.push(a);
                }
                _ => parts.push(part),
            }
        }
        let single = parts.len() == 1;
        for part in &parts {
            self.sort(id, *part, &mut factors);
        }
        if let ([part], true) = (&parts[..], single) {
            let piece = self.number(*part);
            let minus = factors.minus;
            let text = if piece.bind < Bind::Entries { piece.bracketed_text() } else { piece.text.clone() };
            let bind = if piece.bind < Bind::Entries { Bind::Tight } else { piece.bind };
            return Piece { text, bind, minus, ..piece };
        }
        self.joined(factors)
    }

    /// Puts a factor where it belongs.
    fn sort(&self, whole: NodeId, part: NodeId, factors: &mut Factors) {
        let mut piece = self.number(part);
        factors.minus ^= std::mem::take(&mut piece.minus);
        // A quotient by what scales a row or a column does so itself.
        if self.rank(part) == 0 {
            let number = piece.text.starts_with(|c: char| c.is_ascii_digit()) && piece.bind == Bind::Tight;
            let at = if number {
                factors.scalars.iter().take_while(|own| is_number(own)).count()
            } else {
                factors.scalars.len()
            };
            factors.scalars.insert(at, piece);
            return;
        }
        match self.side(whole, part) {
            Some(Side::Row { .. }) => factors.right.push(piece),
            Some(Side::Column) => factors.left.push(piece),
            None => factors.entries.push(piece),
        }
    }

    fn joined(&self, factors: Factors) -> Piece {
        let Factors { minus, scalars, entries, left, right } = factors;
        // A column times a row, with nothing of the whole shape between them.
        let entry = |pieces: &[Piece]| -> Option<Piece> {
            match pieces {
                [] => None,
                [one] => Some(one.clone()),
                many => {
                    let set_off = |piece: &Piece| match piece.matrix || piece.big {
                        true => piece.bracketed(),
                        false => piece.at_least(Bind::Product),
                    };
                    let texts: Vec<String> = many.iter().map(set_off).collect();
                    Some(Piece::new(texts.join(r" \odot "), Bind::Entries))
                }
            }
        };
        let diagonal = |pieces: &[Piece]| {
            entry(pieces).map(|piece| Piece::tight(format!(r"\operatorname{{diag}}\left({}\right)", piece.full())))
        };
        let middle = entry(&entries);
        let scaled = !left.is_empty() || !right.is_empty();
        let tensor = match (middle, scaled) {
            (middle, false) => middle,
            (None, true) => {
                let column = entry(&left).map(|piece| beside(&piece, true));
                let row = entry(&right).map(|piece| format!(r"{}^{{\top}}", piece.at_least(Bind::Tight)));
                let texts: Vec<String> = column.into_iter().chain(row).collect();
                Some(Piece::matrix(texts.join(r"\,")))
            }
            (Some(middle), true) => {
                let inner = beside(&middle, true);
                let texts: Vec<String> = diagonal(&left)
                    .map(|piece| piece.text)
                    .into_iter()
                    .chain([inner])
                    .chain(diagonal(&right).map(|piece| piece.text))
                    .collect();
                Some(Piece::matrix(texts.join(r"\,")))
            }
        };
        let mut text = String::new();
        let last = scalars.len() + usize::from(tensor.is_some());
        for (i, piece) in scalars.iter().enumerate() {
            let alone = last == 1;
            let shown = match (piece.matrix && !alone) || (piece.big && i + 1 < last) {
                true => piece.bracketed(),
                false => piece.at_least(Bind::Product),
            };
            text = side_by_side(text, &shown);
        }
        let Some(tensor) = tensor else {
            let big = scalars.last().is_some_and(|piece| piece.big);
            return Piece { minus, big, ..Piece::new(text, Bind::Product) };
        };
        if scalars.is_empty() {
            return Piece { minus, ..tensor };
        }
        // `k\,A \odot B` is the same either way.
        let shown = if tensor.bind < Bind::Entries { tensor.bracketed() } else { tensor.text.clone() };
        let bind = if tensor.bind == Bind::Entries { Bind::Entries } else { Bind::Product };
        Piece { minus, matrix: tensor.matrix, big: tensor.big, ..Piece::new(side_by_side(text, &shown), bind) }
    }

    /// A quotient; below a row or a column of the whole shape it is a diagonal.
    pub(super) fn quotient(&self, id: NodeId, a: NodeId, b: NodeId) -> Piece {
        let (above, below) = (self.number(a), self.number(b));
        let minus = above.minus != below.minus && below.bind >= Bind::Entries;
        let bottom = if below.minus && below.bind < Bind::Entries { below.full() } else { below.text.clone() };
        let one = Piece { minus: false, ..Piece::new(format!(r"\frac{{1}}{{{bottom}}}"), Bind::Fraction) };
        let top = Piece { minus: false, ..above.clone() };
        let whole_top = self.side(id, a).is_none() && self.rank(a) > 0;
        let mut factors = Factors { minus, ..Factors::default() };
        match (self.side(id, b), self.side(id, a)) {
            (Some(Side::Row { .. }), None) if whole_top => factors.right.push(one),
            (Some(Side::Column), None) if whole_top => factors.left.push(one),
            (None, Some(Side::Row { .. })) => {
                factors.entries.push(one);
                factors.right.push(top);
                return self.joined(factors);
            }
            (None, Some(Side::Column)) => {
                factors.entries.push(one);
                factors.left.push(top);
                return self.joined(factors);
            }
            _ => {
                let text = format!(r"\frac{{{}}}{{{bottom}}}", top.text);
                return Piece { minus, ..Piece::new(text, Bind::Fraction) };
            }
        }
        factors.entries.push(top);
        self.joined(factors)
    }
}

impl Piece {
    /// In brackets, its sign left out.
    fn bracketed_text(&self) -> String {
        format!(r"\left({}\right)", self.text)
    }
}

fn is_number(piece: &Piece) -> bool {
    piece.bind == Bind::Tight && piece.text.starts_with(|c: char| c.is_ascii_digit())
}

/// A factor of what stands side by side; what follows it must not be taken in.
fn beside(piece: &Piece, more: bool) -> String {
    if piece.big && more { piece.bracketed() } else { piece.at_least(Bind::Product) }
}

/// Two factors; two numbers need a point between them.
fn side_by_side(left: String, right: &str) -> String {
    if left.is_empty() {
        return right.to_string();
    }
    let digit = right.starts_with(|c: char| c.is_ascii_digit());
    format!("{left}{}{right}", if digit { r" \cdot " } else { r"\," })
}
