//! Arguments of a call that are not tensors: axes, whole numbers, shapes.

use super::call::wanted;
use super::{Cx, Value, errors};
use crate::graph::{ArgKind, Attr, NodeId, OpDef};
use crate::shape::{Dim, Shape};
use crate::source::Span;

impl Cx<'_> {
    /// An argument that is not a tensor.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn attribute(
        &mut self,
        op: &'static OpDef,
        name: &str,
        kind: ArgKind,
        default: &str,
        value: Option<(&Value, Span)>,
        nodes: &[NodeId],
        span: Span,
    ) -> Option<Attr> {
        let shape = nodes.first().map(|node| self.out.graph.shape(*node).clone()).unwrap_or_default();
        let rank = shape.rank();
        let Some((value, at)) = value else {
            return match (kind, default) {
                (_, "") => {
                    self.report(errors::missing(op.name, name, &wanted(op), span));
                    None
                }
                (ArgKind::ClassAxis, _) => {
                    if rank == 0 {
                        return Some(Attr::Int(0));
                    }
                    let columns = nodes.first().and_then(|node| self.columns_of(*node)).unwrap_or(false);
                    Some(Attr::Int(if columns { 0 } else { rank as i64 - 1 }))
                }
                (_, "none") => Some(Attr::Absent),
                (ArgKind::Flag, text) => Some(Attr::Flag(text == "true")),
                (ArgKind::Axis, text) => {
                    let axis: i64 = text.parse().unwrap_or(0);
                    let axis = if axis < 0 { axis + rank as i64 } else { axis };
                    // A scalar has no axis; the operator's rule says so.
                    Some(Attr::Int(axis.max(0)))
                }
                (ArgKind::NewAxis, text) => {
                    let axis: i64 = text.parse().unwrap_or(0);
                    Some(Attr::Int(if axis < 0 { axis + rank as i64 + 1 } else { axis }))
                }
                (ArgKind::Sizes | ArgKind::Pad, text) => Some(Attr::Ints([text.parse().unwrap_or(1)].into())),
                (_, text) => Some(Attr::Int(text.parse().unwrap_or(0))),
            };
        };
        match kind {
            ArgKind::Tensor | ArgKind::Index | ArgKind::Condition | ArgKind::Tensors => Some(Attr::Absent),
            ArgKind::Axis | ArgKind::ClassAxis | ArgKind::NewAxis => {
                let axis = self.whole(value, name, at)?;
                let rank = if kind == ArgKind::NewAxis { rank + 1 } else { rank };
                self.axis(axis, rank, &shape, at).map(|axis| Attr::Int(axis as i64))
            }
            ArgKind::Axes => {
                let axes = self.wholes(value, name, at)?;
                let mut out = vec![];
                for axis in axes {
                    out.push(self.axis(axis, rank, &shape, at)? as i64);
                }
                out.sort_unstable();
                if out.windows(2).any(|pair| pair[0] == pair[1]) {
                    self.report(errors::axis_twice(at));
                    return None;
                }
                Some(Attr::Ints(out.into()))
            }
            ArgKind::Perm | ArgKind::Wholes => self.wholes(value, name, at).map(|all| Attr::Ints(all.into())),
            ArgKind::Pad if matches!(value, Value::Text(word) if **word == *"valid") => Some(Attr::Ints([0].into())),
            ArgKind::Pad if matches!(value, Value::Text(word) if **word == *"same") => {
                Some(Attr::Text("same".to_string().into()))
            }
            ArgKind::Sizes | ArgKind::Pad => self.wholes(value, name, at).map(|all| Attr::Ints(all.into())),
            ArgKind::Whole => self.whole(value, name, at).map(Attr::Int),
            ArgKind::Flag => match value {
                Value::Flag(flag) => Some(Attr::Flag(*flag)),
                _ => {
                    self.report(errors::wants(op.name, name, "`true` or `false`", at));
                    None
                }
            },
            ArgKind::Text => match value {
                Value::Text(text) => Some(Attr::Text(text.to_string().into())),
                _ => {
                    self.report(errors::wants(op.name, name, "a string", at));
                    None
                }
            },
            ArgKind::Dim => {
                let node = self.as_node(value, at)?;
                self.as_dim(node, at).map(|dim| Attr::Dim(dim.into()))
            }
            ArgKind::Shape => self.shape_of(value, at).map(Attr::Dims),
        }
    }

    /// Is a shape as written one with examples in columns?
    pub(super) fn is_columns(&self, shape: &Shape) -> bool {
        use crate::resolve::hir::Examples;
        match self.program.settings.examples {
            Some(Examples::Columns) => shape.rank() >= 2,
            Some(Examples::Rows) => false,
            None => match (shape.first(), shape.last()) {
                (Some(Dim::Num(_)), Some(Dim::Named(..) | Dim::Poly(_))) => shape.rank() >= 2,
                _ => false,
            },
        }
    }

    fn axis(&mut self, axis: i64, rank: usize, shape: &Shape, span: Span) -> Option<usize> {
        let counted = if axis < 0 { axis + rank as i64 } else { axis };
        if counted < 0 || counted >= rank as i64 {
            let shown = shape.show(&self.out.graph.dims);
            self.report(errors::axis(axis, rank, &shown, span));
            return None;
        }
        Some(counted as usize)
    }

    /// One whole number that is known before the run.
    pub(super) fn whole(&mut self, value: &Value, name: &str, span: Span) -> Option<i64> {
        let all = self.wholes(value, name, span)?;
        match all.as_slice() {
            [one] if !matches!(value, Value::List(_)) => Some(*one),
            _ => {
                self.report(errors::whole(name, span));
                None
            }
        }
    }

    /// Whole numbers that are known before the run.
    fn wholes(&mut self, value: &Value, name: &str, span: Span) -> Option<Vec<i64>> {
        let mut numbers = vec![];
        let items: Vec<Value> = match value {
            Value::List(items) => items.to_vec(),
            other => vec![other.clone()],
        };
        for item in &items {
            if let Value::Text(_) = item {
                self.report(errors::whole(name, span));
                return None;
            }
            let node = self.as_node(item, span)?;
            let known = crate::graph::known::numbers(&self.out.graph, node, &self.leaf());
            match known {
                Some(values) => numbers.extend(values),
                None => {
                    self.report(errors::whole(name, span));
                    return None;
                }
            }
        }
        let mut out = vec![];
        for number in numbers {
            if number.fract() != 0.0 || libm::fabs(number) > 9e15 {
                self.report(errors::whole(name, span));
                return None;
            }
            out.push(number as i64);
        }
        Some(out)
    }

    /// A list of dimensions; one dimension alone is a list of one.
    pub(super) fn shape_of(&mut self, value: &Value, span: Span) -> Option<Shape> {
        let mut dims = vec![];
        match value {
            Value::List(items) => {
                for item in items.iter() {
                    if *item == Value::Hole {
                        let sym = self.out.graph.dims.hole(Some(span));
                        dims.push(self.out.graph.dims.sym(sym));
                        continue;
                    }
                    let node = self.as_node(item, span)?;
                    let number = crate::graph::known::number(&self.out.graph, node, &self.leaf());
                    if number == Some(-1.0) {
                        self.report(errors::size_left(span));
                        return None;
                    }
                    if let Some((whole, parts)) = self.uneven(node) {
                        self.report(errors::uneven_parts(whole, parts, span));
                        return None;
                    }
                    if let Some(number) = number.filter(|n| n.fract() != 0.0 || *n < 0.0) {
                        self.report(errors::dimension_in(&number.to_string(), self.text(span), span));
                        return None;
                    }
                    dims.push(self.as_dim(node, span)?);
                }
            }
            Value::Hole => return self.shape_of(&Value::List([Value::Hole].into()), span),
            other => {
                let node = self.as_node(other, span)?;
                if !self.out.graph.shape(node).is_scalar()
                    && let Some(numbers) = crate::graph::known::numbers(&self.out.graph, node, &self.leaf())
                    && numbers.iter().all(|n| n.fract() == 0.0 && *n >= 0.0)
                {
                    dims.extend(numbers.iter().map(|n| Dim::Num(*n as u64)));
                } else {
                    dims.push(self.as_dim(node, span)?);
                }
            }
        }
        Some(Shape::new(dims))
    }
}
