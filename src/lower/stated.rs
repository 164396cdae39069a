//! Stated shapes: the dimensions that they introduce, and the values that must have them.

use super::{Cx, errors};
use crate::graph::{Attr, Literal, NodeId, Type};
use crate::ops;
use crate::resolve::hir::{self, GlobalId};
use crate::shape::{Dim, Shape};
use crate::source::Span;
use crate::syntax::ast::Element;
use crate::tensor::DType;
use std::sync::Arc;

impl Cx<'_> {
    /// The type that a stated shape says; `None` where a dimension is wrong.
    pub(super) fn stated(&mut self, stated: &hir::Shape) -> Option<Type> {
        let mut dims = vec![];
        let mut broken = false;
        for (dim, span) in &stated.dims {
            match dim {
                None => {
                    let sym = self.out.graph.dims.hole(Some(*span));
                    dims.push(self.out.graph.dims.sym(sym));
                }
                Some(expr) => match self.dimension(*expr, *span) {
                    Some(dim) => dims.push(dim),
                    None => broken = true,
                },
            }
        }
        if broken {
            return None;
        }
        let dtype = match stated.element {
            Some(Element::Int) => DType::Int,
            Some(Element::Bool) => DType::Bool,
            Some(Element::Real) | None => DType::Real,
        };
        Some(Type { shape: Shape::new(dims), dtype })
    }

    /// An expression as a dimension.
    pub(super) fn dimension(&mut self, expr: hir::Expr, span: Span) -> Option<Dim> {
        let node = self.node(expr)?;
        self.as_dim(node, span)
    }

    /// A node as a dimension, reported where it is none.
    pub(super) fn as_dim(&mut self, node: NodeId, span: Span) -> Option<Dim> {
        let scalar = self.out.graph.shape(node).is_scalar();
        let dim = crate::graph::known::dim(&self.out.graph, node, &self.leaf()).filter(|_| scalar);
        // Below 0 for every number, or beyond what can be counted.
        let never = |dim: &Dim| {
            let dims = &self.out.graph.dims;
            dims.same(dim, &Dim::Num(0)) == crate::shape::Same::No
                && dims.known(dim).is_none()
                && dims.normal(dim) == *dim
                && is_negative(dim)
        };
        if dim.as_ref().is_some_and(|dim| !never(dim)) {
            return dim;
        }
        if let Some(dim) = self.part_of(node, span) {
            return Some(dim);
        }
        if let Some((whole, parts)) = self.uneven(node) {
            self.report(errors::uneven_parts(whole, parts, span));
            return None;
        }
        let def = self.out.def_of(node).map(|def| self.out.def(def));
        // Of the list of a whole shape the one that is wrong, where it has a name.
        let text = match (self.text(span), def) {
            (text, Some(def)) if text.starts_with('[') => def.name.to_string(),
            (text, _) => text.to_string(),
        };
        let number = crate::graph::known::number(&self.out.graph, node, &self.leaf()).filter(|_| scalar);
        let fact = match (number, def.map(|def| def.kind)) {
            (_, Some(super::DefKind::Input | super::DefKind::Param)) => {
                "its value is known in the run alone".to_string()
            }
            (Some(number), _) => format!("`{text}` is {number} from here"),
            (None, _) if !scalar => {
                format!("`{text}` is of shape {}", self.out.graph.shape(node).show(&self.out.graph.dims))
            }
            (None, _) => "its value is not known before the run".to_string(),
        };
        let problem = errors::dimension(&text, span, def.map(|def| (fact, def.span)));
        self.report(problem);
        None
    }

    /// `d/2` of a name: `floor(d/2)`, and that `d` is a multiple of 2 is checked when data arrives.
    fn part_of(&mut self, node: NodeId, span: Span) -> Option<Dim> {
        let own = self.out.graph.node(node);
        let ([a, b], true) = (&own.args[..], own.op.def.is == crate::graph::Is::Div) else { return None };
        let (a, b) = (*a, *b);
        let (whole, by) = {
            let leaf = self.leaf();
            let whole = crate::graph::known::dim(&self.out.graph, a, &leaf)?;
            let by = crate::graph::known::number(&self.out.graph, b, &leaf)?;
            (whole, by)
        };
        if by < 1.0 || by.fract() != 0.0 || self.out.graph.dims.known(&whole).is_some() {
            return None;
        }
        let dims = &mut self.out.graph.dims;
        let quotient = dims.floor_div(&whole, by as u64).ok()?;
        let again = dims.mul(&quotient, &Dim::Num(by as u64)).ok()?;
        dims.at(Some(span));
        let never = dims.require(&whole, crate::shape::Relation::Equal, &again) == crate::shape::Same::No;
        (!never).then_some(quotient)
    }

    /// `d/h` of two numbers of which one does not divide the other, in the equations of a layer.
    pub(super) fn uneven(&self, node: NodeId) -> Option<(u64, u64)> {
        self.inside?;
        let own = self.out.graph.node(node);
        let [a, b] = own.args[..] else { return None };
        let leaf = self.leaf();
        let known = |id: NodeId| {
            let dim = crate::graph::known::dim(&self.out.graph, id, &leaf)?;
            self.out.graph.dims.known(&dim)
        };
        let (a, b) = (known(a)?, known(b)?);
        (own.op.def.is == crate::graph::Is::Div && b > 0 && a % b != 0).then_some((a, b))
    }

    /// The dimension of a dimension name; introduced at its first use.
    pub(super) fn named_dim(&mut self, global: GlobalId) -> Dim {
        if let Some(dim) = self.dims.get(&global) {
            return dim.clone();
        }
        let info = self.program.global(global);
        let sym = self.out.graph.dims.fresh(&info.name, Some(info.span));
        let dim = self.out.graph.dims.sym(sym);
        Arc::make_mut(&mut self.dims).insert(global, dim.clone());
        dim
    }

    /// A value that must have a stated shape: names in it are unified, and the place is remembered.
    pub(super) fn hold(&mut self, node: NodeId, ty: &Type, shape: &hir::Shape, value: hir::Expr) -> Option<NodeId> {
        let value_span = self.expr_span(value);
        let actual = self.out.graph.shape(node).clone();
        let place = |i: usize| shape.dims.get(i).map_or(shape.span, |(_, span)| *span);
        if let Err(chain) = self.fit(&actual, &ty.shape, &place, false) {
            let (found, wanted) = (actual.show(&self.out.graph.dims), ty.shape.show(&self.out.graph.dims));
            self.report(errors::stated(&found, &wanted, value_span, shape.span, &chain));
            return None;
        }
        self.of_element(node, ty.dtype, value_span, &ty.shape)
    }

    /// Makes a shape the stated one, axis by axis, and remembers each place; only tried, where that is told. Where it
    /// cannot be: what was forced before, and where.
    pub(super) fn fit(
        &mut self,
        actual: &Shape,
        stated: &Shape,
        place: &dyn Fn(usize) -> Span,
        only_tried: bool,
    ) -> Result<(), Vec<(String, Span)>> {
        if actual.rank() != stated.rank() {
            return Err(vec![]);
        }
        let before = only_tried.then(|| self.out.graph.dims.clone());
        let mut clash = None;
        for (i, (a, b)) in actual.iter().zip(stated.iter()).enumerate() {
            if let Err(found) = self.out.graph.dims.unify(b, a, place(i)) {
                // `h*k` and 6: the data tells.
                let dims = &self.out.graph.dims;
                if only_tried && dims.same(&dims.normal(a), &dims.normal(b)) == crate::shape::Same::Maybe {
                    continue;
                }
                clash = Some((found.chain, a, b));
                break;
            }
        }
        if let Some(before) = before {
            self.out.graph.dims = before;
        }
        let Some((mut chain, a, b)) = clash else { return Ok(()) };
        chain.extend([a, b].into_iter().filter_map(|dim| self.valued(dim)));
        chain.dedup();
        Err(chain)
    }

    /// What was forced about dimensions that do not fit, and where.
    pub(super) fn facts(&self, about: &[Dim]) -> Vec<(String, Span)> {
        let mut facts = self.out.graph.dims.chain(&about.iter().collect::<Vec<_>>());
        facts.extend(about.iter().filter_map(|dim| self.valued(dim)));
        facts.dedup();
        facts
    }

    /// Where a name that stands for a number in a shape got it: `m = 4`.
    fn valued(&self, dim: &Dim) -> Option<(String, Span)> {
        let Dim::Named(number, name) = dim else { return None };
        let def = self.out.defs.iter().find(|def| def.name == *name && def.kind == super::DefKind::Leaf)?;
        Some((format!("{name} is {number} from here"), def.span))
    }

    /// An input's default, which must be able to have the stated shape.
    pub(super) fn could_hold(
        &mut self,
        node: NodeId,
        ty: &Type,
        shape: &hir::Shape,
        value: hir::Expr,
    ) -> Option<NodeId> {
        let value_span = self.expr_span(value);
        let actual = self.out.graph.shape(node).clone();
        if let Err(chain) = self.fit(&actual, &ty.shape, &|_| shape.span, true) {
            let (found, wanted) = (actual.show(&self.out.graph.dims), ty.shape.show(&self.out.graph.dims));
            self.report(errors::stated(&found, &wanted, value_span, shape.span, &chain));
            return None;
        }
        self.of_element(node, ty.dtype, value_span, &actual)
    }

    /// A value as the stated element type, under the stated shape's own names.
    fn of_element(&mut self, node: NodeId, dtype: DType, span: Span, shape: &Shape) -> Option<NodeId> {
        let found = self.out.graph.node(node).dtype;
        let node = if *self.out.graph.shape(node) == *shape {
            node
        } else {
            // The same entries under the names of the stated shape.
            match ops::build::renamed(self.graph(), node, shape.clone()) {
                Ok(node) => node,
                Err(_) => node,
            }
        };
        self.here = Some(span);
        self.settle();
        if found == dtype {
            return Some(node);
        }
        // Entries that are written down are checked here, before anything runs.
        if dtype != DType::Real
            && let Attr::Tensor(Literal(tensor)) = self.out.graph.node(node).op.attrs.get(0)
        {
            let mut entries = tensor.numbers();
            let odd = match dtype {
                // A literal beyond 2^53 may have been another number.
                DType::Int => entries.find(|v| v.fract() != 0.0 || !v.is_finite() || v.abs() >= LARGEST_WHOLE),
                DType::Bool => entries.find(|v| *v != 0.0 && *v != 1.0),
                DType::Real => None,
            };
            drop(entries);
            if let Some(odd) = odd {
                self.report(errors::entry(odd, dtype == DType::Int, span));
                return None;
            }
        }
        let made = ops::build::as_type(self.graph(), node, dtype);
        self.settle();
        self.made(made, span, &[])
    }
}

/// 2^53: beyond it not every whole number is a real.
pub(super) const LARGEST_WHOLE: f64 = 9_007_199_254_740_992.0;

fn is_negative(dim: &Dim) -> bool {
    match dim {
        Dim::Poly(poly) => poly.terms.iter().all(|(_, coefficient)| *coefficient < 0),
        Dim::Num(_) | Dim::Named(..) => false,
    }
}
