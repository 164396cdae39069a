//! A node as text in the program's own notation.

use super::algebra::Spelled;
use super::readable::{self, called};
use crate::graph::{ArgKind, Attr, Graph, Is, Kernel, Move, NodeId, Notation, Role, SliceSpec};
use crate::graph::{Form, form};
use crate::lower::Compiled;
use crate::shape::Dim;
use crate::view::number;
use rustc_hash::FxHashMap;

/// How tightly a text binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Bind {
    Loose = 1,
    Compare = 5,
    Sum = 7,
    Product = 8,
    Neg = 9,
    Together = 10,
    Power = 11,
    Tight = 12,
}

/// What printing needs.
pub(super) struct Printer<'a> {
    pub compiled: &'a Compiled,
    pub names: &'a FxHashMap<NodeId, String>,
    pub spelled: &'a FxHashMap<NodeId, Spelled>,
    /// The root is spelled out even if it has a name.
    pub root: NodeId,
}

struct Text {
    text: String,
    bind: Bind,
    /// It is, or begins with, a matrix product at its own level.
    matrix: bool,
    /// It is a quotient.
    quotient: bool,
}

impl Text {
    fn new(text: impl Into<String>, bind: Bind) -> Text {
        Text { text: text.into(), bind, matrix: false, quotient: false }
    }
}

impl Printer<'_> {
    /// The formula of the root.
    pub fn text(&self) -> String {
        self.node(self.root).text
    }

    fn graph(&self) -> &Graph {
        &self.compiled.graph
    }

    /// Formulas are as deep as a person's; what is deeper grows the stack on the heap.
    fn node(&self, id: NodeId) -> Text {
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.spell(id))
    }

    fn at_least(&self, id: NodeId, bind: Bind) -> String {
        let text = self.node(id);
        if text.bind < bind { format!("({})", text.text) } else { text.text }
    }

    fn spell(&self, id: NodeId) -> Text {
        if let Some(name) = self.names.get(&id)
            && id != self.root
        {
            return Text::new(name, Bind::Tight);
        }
        if let Some(spelled) = self.spelled.get(&id) {
            let mut args: Vec<String> = spelled.args.iter().map(|arg| self.node(*arg).text).collect();
            args.extend(spelled.dims.iter().map(|dim| self.dim(dim)));
            let prime = if spelled.transposed { "'" } else { "" };
            return Text::new(format!("{}({}){prime}", spelled.function, args.join(", ")), Bind::Tight);
        }
        match form(self.graph(), id) {
            Form::Number(value) => self.number(value),
            Form::Neg(a) => {
                let inner = self.node(a);
                let text = if inner.bind < Bind::Product { format!("({})", inner.text) } else { inner.text };
                Text {
                    text: format!("-{text}"),
                    bind: if inner.bind > Bind::Product { Bind::Neg } else { Bind::Sum },
                    matrix: inner.matrix,
                    quotient: false,
                }
            }
            Form::Add(a, b) => {
                let right = self.node(b);
                // `x - 1`, where a number or a product has its sign in front.
                let one = !matches!(form(self.graph(), b), Form::Add(..) | Form::Sub(..));
                if let Some(less) = right.text.strip_prefix('-').filter(|_| one && right.bind >= Bind::Sum) {
                    return Text::new(format!("{} - {less}", self.at_least(a, Bind::Sum)), Bind::Sum);
                }
                let right = if right.bind < Bind::Sum || right.text.starts_with('-') {
                    format!("({})", right.text)
                } else {
                    right.text
                };
                Text::new(format!("{} + {right}", self.at_least(a, Bind::Sum)), Bind::Sum)
            }
            Form::Sub(a, b) => {
                Text::new(format!("{} - {}", self.at_least(a, Bind::Sum), self.at_least(b, Bind::Product)), Bind::Sum)
            }
            Form::Mul(a, b) => self.product(a, b),
            Form::Div(a, b) => {
                let left = self.node(a);
                let top = if left.bind < Bind::Product { format!("({})", left.text) } else { left.text.clone() };
                // `1/(2x)` rather than `1/2x`.
                let below = self.at_least(b, Bind::Power);
                Text { text: format!("{top}/{below}"), bind: Bind::Product, matrix: left.matrix, quotient: true }
            }
            Form::Pow(a, b) => {
                let text = format!("{}^{}", self.at_least(a, Bind::Tight), self.at_least(b, Bind::Power));
                Text::new(text, Bind::Power)
            }
            Form::MatMul(a, b) if let Some((u, v)) = self.outer(a, b) => {
                Text::new(format!("outer({}, {})", self.node(u).text, self.node(v).text), Bind::Tight)
            }
            Form::MatMul(a, b) => {
                let left = self.node(a);
                // A product entry by entry is set off from a matrix product.
                let set_off = left.bind < Bind::Product || (left.bind == Bind::Product && !left.matrix);
                let left = if set_off { format!("({})", left.text) } else { left.text };
                let right = self.node(b);
                // A chain of products needs no brackets.
                let chained = right.matrix && !right.quotient && right.bind == Bind::Product && self.chains(a, b);
                let right =
                    if right.bind < Bind::Together && !chained { format!("({})", right.text) } else { right.text };
                Text { text: format!("{left} @ {right}"), bind: Bind::Product, matrix: true, quotient: false }
            }
            Form::Broadcast(x) if form(self.graph(), x) == Form::Number(1.0) => {
                Text::new(format!("ones({})", self.shape(id)), Bind::Tight)
            }
            Form::Reshape(x) if let Some(index) = self.entry(x, id) => {
                let of = self.graph().node(x).args[0];
                Text::new(format!("{}[{}]", self.at_least(of, Bind::Tight), index.join(", ")), Bind::Tight)
            }
            Form::Transpose(a) => Text::new(format!("{}'", self.at_least(a, Bind::Tight)), Bind::Tight),
            // The one entry.
            Form::Reshape(x)
                if self.graph().shape(id).is_scalar()
                    && self.graph().shape(x).iter().all(|dim| *dim == Dim::Num(1)) =>
            {
                let zeros = vec!["0"; self.graph().shape(x).rank()];
                Text::new(format!("{}[{}]", self.at_least(x, Bind::Tight), zeros.join(", ")), Bind::Tight)
            }
            Form::Reshape(part)
                if let Some((_, one)) = readable::index(self.graph(), id)
                    && !self.names.contains_key(&part) =>
            {
                let node = self.graph().node(part);
                match node.op.attrs.get(0) {
                    Attr::Slices(slices) => self.indexed(node.args[0], slices, &one),
                    _ => self.general(id),
                }
            }
            _ => self.general(id),
        }
    }

    /// Of a slice one entry wide without that axis: the index, `A[0, :]`.
    pub(super) fn entry(&self, x: NodeId, whole: NodeId) -> Option<Vec<String>> {
        let graph = self.graph();
        let node = graph.node(x);
        let plain = !self.names.contains_key(&x) && !self.spelled.contains_key(&x);
        let (Attr::Slices(slices), true) = (node.op.attrs.get(0), plain) else { return None };
        if !matches!(node.op.def.kernel, Kernel::Move(Move::Slice)) {
            return None;
        }
        let mut kept = vec![];
        let mut index = vec![];
        for (slice, dim) in slices.iter().zip(graph.shape(node.args[0]).iter()) {
            if slice.len == Dim::Num(1) && *dim != Dim::Num(1) {
                let last = graph.dims.sub(dim, &slice.start).ok();
                index.push(match (&slice.start, last) {
                    (Dim::Num(start), _) => start.to_string(),
                    (_, Some(Dim::Num(back))) => format!("-{back}"),
                    (start, _) => self.dim(start),
                });
            } else {
                index.push(self.slice(slice, dim));
                kept.push(slice.len.clone());
            }
        }
        let same = crate::shape::Shape::new(kept).is_same(graph.shape(whole), &graph.dims);
        // `A[0]` is `A[0, :]`.
        while index.len() > 1 && index.last().is_some_and(|slot| slot == ":") {
            index.pop();
        }
        (same && !slices.is_empty()).then_some(index)
    }

    /// `stack(a, b)`, where each part has one entry along the axis.
    fn stacked(&self, id: NodeId) -> Option<String> {
        let node = self.graph().node(id);
        let Kernel::Move(Move::Concat) = node.op.def.kernel else { return None };
        let axis = node.op.attrs.int(0).and_then(|axis| usize::try_from(axis).ok())?;
        let mut args = vec![];
        for arg in &node.args {
            let shape = self.graph().shape(*arg);
            let part = self.graph().node(*arg);
            let named = self.names.contains_key(arg) || shape[axis] != Dim::Num(1);
            args.push(match (form(self.graph(), *arg), part.op.attrs.get(0), part.op.def.kernel) {
                _ if named => return None,
                (Form::Broadcast(x) | Form::Reshape(x), ..) if *self.graph().shape(x) == shape.without(axis) => {
                    self.node(x).text
                }
                (_, Attr::Slices(slices), Kernel::Move(Move::Slice)) => {
                    let one: Vec<bool> = (0..shape.rank()).map(|other| other == axis).collect();
                    self.indexed(part.args[0], slices, &one).text
                }
                _ => return None,
            });
        }
        args.extend((axis > 0).then(|| format!("axis={axis}")));
        Some(format!("stack({})", args.join(", ")))
    }

    /// `x[2, :3]`; `one`: of which axes one entry is taken, and the axis left out.
    fn indexed(&self, x: NodeId, slices: &[SliceSpec], one: &[bool]) -> Text {
        let shape = self.graph().shape(x);
        let slot = |(i, (slice, dim)): (usize, (&SliceSpec, &Dim))| match one.get(i) {
            Some(true) => self.dim(&slice.start),
            _ => self.slice(slice, dim),
        };
        let mut slots: Vec<String> = slices.iter().zip(shape.iter()).enumerate().map(slot).collect();
        // `x[1:3]` is `x[1:3, :]`.
        while slots.len() > 1 && slots.last().is_some_and(|slot| slot == ":") {
            slots.pop();
        }
        Text::new(format!("{}[{}]", self.at_least(x, Bind::Tight), slots.join(", ")), Bind::Tight)
    }

    /// May `a @ (c @ d)` be read as `(a @ c) @ d`? Of matrices, and of one vector at the end.
    fn chains(&self, a: NodeId, b: NodeId) -> bool {
        let rank = |id: NodeId| self.graph().shape(id).rank();
        match form(self.graph(), b) {
            Form::MatMul(c, _) => rank(a) == 2 && rank(c) == 2,
            _ => false,
        }
    }

    /// A column times a row, both made of vectors.
    pub(super) fn outer(&self, a: NodeId, b: NodeId) -> Option<(NodeId, NodeId)> {
        let graph = self.graph();
        let vector = |id: NodeId| match form(graph, id) {
            Form::Reshape(x) | Form::Broadcast(x) if !self.names.contains_key(&id) && graph.shape(x).rank() == 1 => {
                Some(x)
            }
            _ => None,
        };
        let one = |id: NodeId, axis: usize| graph.shape(id).rank() == 2 && graph.shape(id)[axis] == Dim::Num(1);
        Some((vector(a)?, vector(b)?)).filter(|_| one(a, 1) && one(b, 0))
    }

    fn product(&self, a: NodeId, b: NodeId) -> Text {
        let right = self.node(b);
        if let Form::Number(value) = form(self.graph(), a)
            && !self.names.contains_key(&a)
        {
            let shown = self.number(value);
            let sum = right.bind < Bind::Product && !right.text.starts_with('-');
            let right = if sum { Text::new(format!("({})", right.text), Bind::Tight) } else { right };
            let letter = right.text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '(' || c == '_')
                && !exponent(&right.text);
            let digits = shown.text.ends_with(|c: char| c.is_ascii_digit()) && !shown.text.contains(['e', '-', '/']);
            if letter && digits && right.bind >= Bind::Product && !right.quotient {
                return Text {
                    text: format!("{}{}", shown.text, right.text),
                    bind: right.bind.min_of(Bind::Together),
                    matrix: right.matrix,
                    quotient: false,
                };
            }
            let text = if right.bind <= Bind::Product { format!("({})", right.text) } else { right.text };
            return Text::new(format!("{}*{text}", shown.text), Bind::Product);
        }
        let left = self.node(a);
        // A number inside goes in front: `2a*b`, not `b*2a`.
        let plain = left.bind >= Bind::Product && !left.matrix && !left.quotient && !exponent(&left.text);
        if let Some((number, rest)) = counted(&right)
            && plain
            && left.text.starts_with(char::is_alphabetic)
        {
            return Text::new(format!("{number}{}*{rest}", left.text), Bind::Product);
        }
        let left = if left.bind < Bind::Product || left.matrix { format!("({})", left.text) } else { left.text };
        if right.matrix && !right.quotient && self.graph().shape(a).is_scalar() {
            return Text { text: format!("{left}*{}", right.text), bind: Bind::Product, matrix: true, quotient: false };
        }
        // A product of products is one product.
        let flat = right.bind == Bind::Product && !right.matrix && !right.quotient;
        let right = if right.bind <= Bind::Product && !flat { format!("({})", right.text) } else { right.text };
        Text::new(format!("{left}*{right}"), Bind::Product)
    }

    fn number(&self, value: f64) -> Text {
        let constants = [(std::f64::consts::PI, "pi"), (std::f64::consts::E, "e")];
        if let Some((_, name)) = constants.iter().find(|(constant, _)| *constant == value) {
            return Text::new(*name, Bind::Tight);
        }
        let turns = value / std::f64::consts::PI;
        if turns == libm::round(turns) && (2.0..=100.0).contains(&turns) {
            return Text::new(format!("{turns}pi"), Bind::Together);
        }
        let text = shortest(value);
        let bind = if text.starts_with('-') { Bind::Sum } else { Bind::Tight };
        Text::new(text, bind)
    }

    fn dim(&self, dim: &Dim) -> String {
        self.graph().dims.show(dim)
    }

    fn shape(&self, id: NodeId) -> String {
        self.graph().shape(id).show(&self.graph().dims)
    }

    fn general(&self, id: NodeId) -> Text {
        let node = self.graph().node(id);
        let def = node.op.def;
        match def.role {
            Role::Dim => {
                if let Attr::Dim(dim) = node.op.attrs.get(0) {
                    let text = self.dim(dim);
                    let bind = match () {
                        () if text.contains(' ') => Bind::Sum,
                        () if text.contains('*') => Bind::Product,
                        () => Bind::Tight,
                    };
                    return Text::new(text, bind);
                }
            }
            Role::Slot => {
                if let Some(def) = node.op.attrs.def(0).and_then(|def| self.compiled.defs.get(def.index())) {
                    return Text::new(&*def.name, Bind::Tight);
                }
            }
            Role::Literal => {
                if let Attr::Tensor(literal) = node.op.attrs.get(0) {
                    return Text::new(literal_text(&literal.0), Bind::Tight);
                }
            }
            Role::Def | Role::Stop | Role::Plain | Role::Number | Role::Draw => {}
        }
        match def.notation {
            // Read from the left, as `*` and `/`, and bound as tightly.
            Notation::Infix(sign) if node.args.len() == 2 && def.is == Is::Mod => {
                let left = self.node(node.args[0]);
                let set_off = left.bind < Bind::Product || left.matrix;
                let left = if set_off { format!("({})", left.text) } else { left.text };
                let right = self.at_least(node.args[1], Bind::Power);
                let text = format!("{left} {sign} {right}");
                return Text { text, bind: Bind::Product, matrix: false, quotient: true };
            }
            Notation::Infix(sign) if node.args.len() == 2 => {
                let (left, right) = (self.at_least(node.args[0], Bind::Sum), self.at_least(node.args[1], Bind::Sum));
                return Text::new(format!("{left} {sign} {right}"), Bind::Compare);
            }
            Notation::Prefix(sign) => {
                return Text::new(format!("{sign} {}", self.at_least(node.args[0], Bind::Tight)), Bind::Loose);
            }
            Notation::Infix(_) | Notation::Call | Notation::Postfix(_) | Notation::Special => {}
        }
        if let (Attr::Slices(slices), Some(x)) = (node.op.attrs.get(0), node.args.first())
            && matches!(def.kernel, Kernel::Move(Move::Slice))
        {
            return self.indexed(*x, slices, &[]);
        }
        if let (Attr::Slices(slices), Some(x), Kernel::Move(Move::Unslice)) =
            (node.op.attrs.get(0), node.args.first(), def.kernel)
            && slices.iter().all(|slice| slice.step == 1)
        {
            let dims = &self.graph().dims;
            let mut widths = vec![];
            for (slice, dim) in slices.iter().zip(self.graph().shape(id).iter()) {
                let after = dims.add(&slice.start, &slice.len).and_then(|end| dims.sub(dim, &end));
                widths.push(self.dim(&slice.start));
                widths.push(after.map_or_else(|_| "?".into(), |after| self.dim(&after)));
            }
            return Text::new(format!("pad({}, [{}])", self.node(*x).text, widths.join(", ")), Bind::Tight);
        }
        if let Some(entries) = readable::entries(self.graph(), id) {
            let texts: Vec<String> = entries.into_iter().map(|entry| self.node(entry).text).collect();
            return Text::new(format!("[{}]", texts.join(", ")), Bind::Tight);
        }
        if let Some(text) = self.stacked(id) {
            return Text::new(text, Bind::Tight);
        }
        let mut args: Vec<String> = node.args.iter().map(|arg| self.node(*arg).text).collect();
        let (positional, named) = self.attributes(id);
        args.extend(positional);
        args.extend(named.into_iter().map(|(name, text)| format!("{name}={text}")));
        let name = called(self.graph(), id);
        Text::new(format!("{name}({})", args.join(", ")), Bind::Tight)
    }

    /// What a call says besides its operands: in their places, and by their names.
    pub(super) fn attributes(&self, id: NodeId) -> (Vec<String>, Vec<(String, String)>) {
        let node = self.graph().node(id);
        let def = node.op.def;
        let (mut positional, mut named) = (vec![], vec![]);
        let mut attrs = node.op.attrs.all().iter();
        for arg in def.args.iter().filter(|arg| !arg.kind.is_node()) {
            let Some(attr) = attrs.next() else { break };
            if let Some(text) = self.attribute(arg.kind, arg.default, attr, id) {
                match arg.kind {
                    ArgKind::Shape | ArgKind::Dim | ArgKind::Perm | ArgKind::Sizes if arg.default.is_empty() => {
                        positional.push(text)
                    }
                    _ => named.push((arg.name.to_string(), text)),
                }
            }
        }
        // What a call of its own name cannot say is said by its shape.
        if def.args.iter().all(|arg| arg.kind.is_node()) && !node.op.attrs.all().is_empty() {
            positional.push(self.shape(id));
        }
        (positional, named)
    }

    pub(super) fn slice(&self, slice: &SliceSpec, dim: &Dim) -> String {
        let whole = slice.start == Dim::Num(0) && slice.len == *dim;
        if slice.step == 1 && whole {
            return ":".into();
        }
        let dims = &self.graph().dims;
        let start = if slice.start == Dim::Num(0) { String::new() } else { self.dim(&slice.start) };
        let end = dims.mul(&slice.len, &Dim::Num(slice.step.unsigned_abs()));
        let end = end.and_then(|span| dims.add(&slice.start, &span));
        let step = slice.step;
        match (step, end) {
            (1, Ok(end)) if end == *dim => format!("{start}:"),
            (1, Ok(end)) => format!("{}:{}", self.dim(&slice.start), self.dim(&end)),
            (2.., _) if self.reaches_end(slice, dim) => format!("{start}::{step}"),
            // Not past the last entry.
            (2.., Ok(end)) => match dims.sub(&end, &Dim::Num(step.unsigned_abs() - 1)) {
                Ok(end) => format!("{}:{}:{step}", self.dim(&slice.start), self.dim(&end)),
                Err(_) => format!("{start}::{step}"),
            },
            (step, _) => format!("{}::{step}", self.dim(&slice.start)),
        }
    }

    /// Are the entries of a slice with a step all to the end of an axis?
    fn reaches_end(&self, slice: &SliceSpec, dim: &Dim) -> bool {
        let dims = &self.graph().dims;
        let step = slice.step.unsigned_abs();
        let all = dims.sub(dim, &slice.start).and_then(|left| dims.add(&left, &Dim::Num(step - 1)));
        all.and_then(|all| dims.floor_div(&all, step)).is_ok_and(|all| dims.is_same(&all, &slice.len))
    }

    /// An attribute as it is written; `None` where it is the default.
    fn attribute(&self, kind: ArgKind, default: &str, attr: &Attr, id: NodeId) -> Option<String> {
        match attr {
            Attr::Absent => None,
            Attr::Flag(flag) => (flag.to_string() != default).then(|| flag.to_string()),
            Attr::Int(value) => {
                if kind == ArgKind::ClassAxis {
                    let node = self.graph().node(id);
                    let shape = node.args.first().map(|arg| self.graph().shape(*arg).clone()).unwrap_or_default();
                    let columns = self.is_columns(&shape);
                    let implied = if columns { 0 } else { shape.rank() as i64 - 1 };
                    return (*value != implied).then(|| value.to_string());
                }
                (value.to_string() != default).then(|| value.to_string())
            }
            Attr::Ints(values) => match (kind, &values[..]) {
                (ArgKind::Axes, [one]) => Some(one.to_string()),
                (ArgKind::Sizes | ArgKind::Pad, [first, rest @ ..])
                    if rest.iter().all(|other| other == first) && (rest.is_empty() || !default.is_empty()) =>
                {
                    (first.to_string() != default).then(|| first.to_string())
                }
                _ => Some(format!("{values:?}")),
            },
            Attr::Dims(shape) => Some(shape.show(&self.graph().dims)),
            Attr::Dim(dim) => Some(self.dim(dim)),
            Attr::Text(text) => Some(format!("\"{text}\"")),
            Attr::Number(bits) => Some(self.number(f64::from_bits(*bits)).text),
            Attr::Tensor(_) | Attr::Def(_) | Attr::Slices(_) | Attr::Key(_) | Attr::Param(_) | Attr::Loop(_) => None,
        }
    }

    fn is_columns(&self, shape: &crate::shape::Shape) -> bool {
        use crate::resolve::hir::Examples;
        match self.compiled.settings.examples {
            Some(Examples::Columns) => shape.rank() >= 2,
            Some(Examples::Rows) => false,
            None => matches!(
                (shape.first(), shape.last()),
                (Some(Dim::Num(_)), Some(Dim::Named(..) | Dim::Poly(_))) if shape.rank() >= 2
            ),
        }
    }
}

/// Would a number before this text read on into it, as in `2e3`?
fn exponent(text: &str) -> bool {
    text.strip_prefix(['e', 'E']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// `2a`, or `2*e2`, as the number and the rest.
fn counted(text: &Text) -> Option<(&str, &str)> {
    let end = text.text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, rest) = text.text.split_at(end);
    let rest = rest.strip_prefix('*').unwrap_or(rest);
    let whole = text.bind == Bind::Together || (text.bind == Bind::Product && !text.matrix && !text.quotient);
    (whole && !number.is_empty() && rest.starts_with(char::is_alphabetic)).then_some((number, rest))
}

impl Bind {
    fn min_of(self, other: Bind) -> Bind {
        if self < other { self } else { other }
    }
}

/// The shortest text that reads back to the same number.
fn shortest(value: f64) -> String {
    let short = number(value, 6);
    let text = if short.parse() == Ok(value) { short } else { format!("{value:?}") };
    text.strip_suffix(".0").map(str::to_string).unwrap_or(text)
}

/// A literal tensor; a long one by its shape.
fn literal_text(tensor: &crate::tensor::Tensor) -> String {
    fn rows(view: ndarray::ArrayViewD<f64>) -> String {
        if view.ndim() == 0 {
            return view.first().map(|v| shortest(*v)).unwrap_or_default();
        }
        let parts: Vec<String> = view.outer_iter().map(rows).collect();
        format!("[{}]", parts.join(", "))
    }
    rows(tensor.to_f64().view())
}
