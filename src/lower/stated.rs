//! Stated shapes: the dimensions that they introduce, and the values that must have them.

use super::{Cx, errors};
use crate::graph::{Attr, Literal, NodeId, Type};
use crate::ops;
use crate::resolve::hir::{self, GlobalId};
use crate::shape::{Dim, Shape};
use crate::source::Span;
use crate::syntax::ast::Element;
use crate::tensor::DType;

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
        let dim = ops::known::dim(&self.out.graph, node, &self.leaf());
        match dim {
            // Below 0 for every number, or beyond what can be counted.
            Some(dim)
                if self.out.graph.dims.same(&dim, &Dim::Num(0)) == crate::shape::Same::No
                    && self.out.graph.dims.known(&dim).is_none()
                    && self.out.graph.dims.normal(&dim) == dim
                    && is_negative(&dim) =>
            {
                self.report(errors::dimension(self.text(span), span));
                None
            }
            Some(dim) => Some(dim),
            None => {
                self.report(errors::dimension(self.text(span), span));
                None
            }
        }
    }

    /// The dimension of a dimension name; introduced at its first use.
    pub(super) fn named_dim(&mut self, global: GlobalId) -> Dim {
        if let Some(dim) = self.dims.get(&global) {
            return dim.clone();
        }
        let info = self.program.global(global);
        let sym = self.out.graph.dims.fresh(&info.name, Some(info.span));
        let dim = self.out.graph.dims.sym(sym);
        self.dims.insert(global, dim.clone());
        dim
    }

    /// A value that must have a stated shape: names in it are unified, and the place is remembered.
    pub(super) fn hold(&mut self, node: NodeId, ty: &Type, shape: &hir::Shape, value: hir::Expr) -> Option<NodeId> {
        let actual = self.out.graph.shape(node).clone();
        let value_span = self.expr_span(value);
        if actual.rank() != ty.shape.rank() {
            let (found, wanted) = (actual.show(&self.out.graph.dims), ty.shape.show(&self.out.graph.dims));
            self.report(errors::stated(&found, &wanted, value_span, shape.span, &[]));
            return None;
        }
        for (i, (a, b)) in actual.iter().zip(ty.shape.iter()).enumerate() {
            let place = shape.dims.get(i).map_or(shape.span, |(_, span)| *span);
            if let Err(clash) = self.out.graph.dims.unify(b, a, place) {
                let (found, wanted) = (actual.show(&self.out.graph.dims), ty.shape.show(&self.out.graph.dims));
                let mut chain = clash.chain;
                for dim in [a, b] {
                    chain.extend(self.valued(dim));
                }
                chain.dedup();
                self.report(errors::stated(&found, &wanted, value_span, shape.span, &chain));
                return None;
            }
        }
        self.of_element(node, ty.dtype, value_span, &ty.shape)
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
        let actual = self.out.graph.shape(node).clone();
        let value_span = self.expr_span(value);
        let mut trial = self.out.graph.dims.clone();
        let fits = actual.rank() == ty.shape.rank()
            && actual.iter().zip(ty.shape.iter()).all(|(a, b)| trial.unify(b, a, shape.span).is_ok());
        if !fits {
            let (found, wanted) = (actual.show(&self.out.graph.dims), ty.shape.show(&self.out.graph.dims));
            self.report(errors::stated(&found, &wanted, value_span, shape.span, &[]));
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
                DType::Int => entries.find(|v| v.fract() != 0.0 || !v.is_finite()),
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

fn is_negative(dim: &Dim) -> bool {
    match dim {
        Dim::Poly(poly) => poly.terms.iter().all(|(_, coefficient)| *coefficient < 0),
        Dim::Num(_) | Dim::Named(..) => false,
    }
}
