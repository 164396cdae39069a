//! Calls: how a book writes them where their operator says so, else their name and brackets; sums, indices, comparisons.

use super::{Bind, OUTER, Piece, Tex, names};
use crate::formula::algebra::Spelled;
use crate::formula::readable::{self, called};
use crate::graph::{Attr, Is, Kernel, Move, NodeId, Notation, Role};

/// Comparisons and conditions.
const SIGNS: &[(Is, &str, Bind)] = &[
    (Is::Eq, " = ", Bind::Compare),
    (Is::Ne, r" \neq ", Bind::Compare),
    (Is::Lt, " < ", Bind::Compare),
    (Is::Le, r" \leq ", Bind::Compare),
    (Is::Gt, " > ", Bind::Compare),
    (Is::Ge, r" \geq ", Bind::Compare),
    (Is::Near, r" \approx ", Bind::Compare),
    (Is::And, r" \land ", Bind::Logic),
    (Is::Or, r" \lor ", Bind::Logic),
    (Is::Mod, r" \bmod ", Bind::Sum),
];

impl Tex<'_> {
    /// A call that stands for a node.
    pub(super) fn spelled(&self, spelled: &Spelled) -> Piece {
        let made = match &spelled.args[..] {
            [u, v] if spelled.function == OUTER => self.outer(*u, *v),
            args => {
                let mut args: Vec<String> = args.iter().map(|arg| self.number(*arg).full()).collect();
                args.extend(spelled.dims.iter().map(|dim| self.dim(dim)));
                named(spelled.function, &args)
            }
        };
        match spelled.transposed {
            true => Piece::new(format!(r"{}^{{\top}}", made.at_least(Bind::Tight)), Bind::Power),
            false => made,
        }
    }

    /// What is no arithmetic.
    pub(super) fn other(&self, id: NodeId) -> Piece {
        let node = self.graph().node(id);
        let def = node.op.def;
        match (def.role, node.op.attrs.get(0)) {
            (Role::Dim, Attr::Dim(dim)) => {
                let text = self.dim(dim);
                let bind = if text.contains(' ') { Bind::Sum } else { Bind::Tight };
                return Piece::new(text.replace('*', r"\,"), if text.contains('*') { Bind::Product } else { bind });
            }
            (Role::Slot, _) => {
                let own = node.op.attrs.def(0).and_then(|def| self.printer.compiled.defs.get(def.index()));
                if let Some(def) = own {
                    return Piece::tight(self.words.name(&def.name));
                }
            }
            (Role::Literal, Attr::Tensor(literal)) => return Piece::tight(entries(&literal.0)),
            _ => {}
        }
        if let (Kernel::Same, Role::Plain, [x]) = (def.kernel, def.role, &node.args[..]) {
            return self.number(*x);
        }
        if let (Some((_, sign, bind)), [a, b]) = (SIGNS.iter().find(|(is, ..)| *is == def.is), &node.args[..]) {
            let side = |id: NodeId| {
                let piece = if *bind == Bind::Logic { self.piece(id) } else { self.number(id) };
                let least = if *bind == Bind::Logic { Bind::Compare } else { Bind::Sum };
                if piece.bind < least { piece.bracketed() } else { piece.full() }
            };
            return Piece::new(format!("{}{sign}{}", side(*a), side(*b)), *bind);
        }
        match (def.notation, &node.args[..]) {
            (Notation::Prefix(_), [x]) if def.is == Is::Not => {
                let inner = self.piece(*x);
                Piece::new(format!(r"\lnot {}", inner.at_least(Bind::Tight)), Bind::Logic)
            }
            _ => self.call(id),
        }
    }

    fn call(&self, id: NodeId) -> Piece {
        let node = self.graph().node(id);
        let def = node.op.def;
        if let (Attr::Slices(slices), Some(x), Kernel::Move(Move::Slice)) =
            (node.op.attrs.get(0), node.args.first(), def.kernel)
        {
            let dims = self.graph().shape(*x);
            let slots: Vec<String> =
                slices.iter().zip(dims.iter()).map(|(slice, dim)| self.printer.slice(slice, dim)).collect();
            let base = self.number(*x).at_least(Bind::Tight);
            return Piece::tight(format!("{{{base}}}_{{[{}]}}", slots.join(", ")));
        }
        if let Some(entries) = readable::entries(self.graph(), id) {
            let texts: Vec<String> = entries.into_iter().map(|entry| self.number(entry).full()).collect();
            return Piece::tight(format!(r"\begin{{bmatrix}}{}\end{{bmatrix}}", texts.join(" & ")));
        }
        let (attrs, named_attrs) = self.printer.attributes(id);
        if let (Is::Sum | Is::Prod | Is::Mean, [x]) = (def.is, &node.args[..]) {
            return self.big(def.is, *x, &named_attrs);
        }
        let mut args: Vec<String> = node.args.iter().map(|arg| self.number(*arg).full()).collect();
        if let (Is::DiagEmbed, 2) = (def.is, self.rank(id)) {
            return named("diag", &args);
        }
        args.extend(attrs.iter().map(|text| self.words.dims(text)));
        let form = def.says.latex;
        if !form.is_empty() && named_attrs.is_empty() && args.len() == 1 + usize::from(form.contains("##")) {
            return self.form(def.is, form, &args);
        }
        args.extend(named_attrs.iter().map(|(name, text)| format!(r"\mathrm{{{}}}={text}", names::escaped(name))));
        named(called(self.graph(), id), &args)
    }

    /// As the operator's own file says that a book writes it.
    fn form(&self, is: Is, form: &str, args: &[String]) -> Piece {
        let form = if is == Is::Exp && self.words.own_e { r"\exp\left(#\right)" } else { form };
        let second = args.get(1).cloned().unwrap_or_default();
        let text = form.replace("##", "\u{1}").replace('#', &args[0]).replace('\u{1}', &second);
        Piece::new(text, if form.ends_with('}') && form.contains("^{") { Bind::Power } else { Bind::Tight })
    }

    /// `\sum`, `\prod` and the mean: what they take in is a product or stands in brackets.
    fn big(&self, is: Is, x: NodeId, attrs: &[(String, String)]) -> Piece {
        let under: Vec<String> = attrs
            .iter()
            .map(|(name, text)| if name == "axis" { format!("axis {text}") } else { name.clone() })
            .collect();
        let under = if under.is_empty() { under.concat() } else { format!(r"_{{\text{{{}}}}}", under.join(", ")) };
        let inner = self.number(x);
        match is {
            Is::Mean => Piece::tight(format!(r"\operatorname{{mean}}{under}\left({}\right)", inner.full())),
            _ => {
                let sign = if is == Is::Sum { r"\sum" } else { r"\prod" };
                let text = format!("{sign}{under} {}", inner.at_least(Bind::Entries));
                Piece { big: true, ..Piece::new(text, Bind::Product) }
            }
        }
    }
}

/// `\operatorname{softmax}\left(z\right)`
fn named(function: &str, args: &[String]) -> Piece {
    Piece::tight(format!(r"\operatorname{{{}}}\left({}\right)", names::escaped(function), args.join(", ")))
}

/// The entries of a literal tensor.
fn entries(tensor: &crate::tensor::Tensor) -> String {
    fn rows(view: ndarray::ArrayViewD<f64>) -> String {
        let number =
            |value: f64| if value < 0.0 { format!("-{}", names::number(-value)) } else { names::number(value) };
        match view.ndim() {
            0 => view.first().map(|value| number(*value)).unwrap_or_default(),
            1 => view.iter().map(|value| number(*value)).collect::<Vec<_>>().join(" & "),
            _ => view.outer_iter().map(rows).collect::<Vec<_>>().join(r"\\ "),
        }
    }
    format!(r"\begin{{bmatrix}}{}\end{{bmatrix}}", rows(tensor.to_f64().view()))
}
