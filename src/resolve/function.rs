//! Functions: their parameters, local names and the dimensions of their heads.

use super::hir::{self, Function, FunctionId, Global, GlobalId, GlobalKind};
use super::{Cx, Frame, errors, statement};
use crate::syntax::ast;
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

impl Cx<'_> {
    /// Reads a function's head and body into the table, under no name yet.
    pub(super) fn function(&mut self, function: &ast::Function) -> FunctionId {
        let name: Arc<str> = function.name.text.as_str().into();
        self.frames.push(Frame {
            names: HashMap::default(),
            dims: HashMap::default(),
            size: 0,
            function: Some(name.clone()),
        });
        let outer_drawing = std::mem::replace(&mut self.drawing, false);
        let outer_within = self.within.replace(name.clone());
        let outer_head = self.head_dims.replace(vec![]);
        let params = self.params(&function.params);
        let dims = std::mem::replace(&mut self.head_dims, outer_head).unwrap_or_default();
        let mut locals = vec![];
        let mut at = 0;
        while let Some(local) = function.locals.get(at) {
            match local {
                ast::Local::Define(define) => {
                    let above = locals.iter().filter_map(|item| match item {
                        hir::LocalItem::Define(local) => Some(local),
                        hir::LocalItem::Recurrence(_) => None,
                    });
                    let local = self.local_definition(define, &params, above);
                    locals.push(hir::LocalItem::Define(local));
                    at += 1;
                }
                ast::Local::Recurrence(first) => {
                    let rest = function.locals[at + 1..].iter().map_while(|local| match local {
                        ast::Local::Recurrence(recurrence) => Some(recurrence),
                        ast::Local::Define(_) => None,
                    });
                    let group = super::recurrence::together(first, rest);
                    locals.push(hir::LocalItem::Recurrence(self.local_recurrence(&group)));
                    at += group.len();
                }
            }
        }
        let value = self.expr(&function.value);
        let frame = self.frames.pop().map_or(0, |frame| frame.size);
        self.within = outer_within;
        let draws = std::mem::replace(&mut self.drawing, outer_drawing);
        self.program.functions.push(Function {
            name,
            span: function.name.span,
            params,
            locals,
            value,
            frame,
            dims,
            draws,
            slope: None,
            prelude: false,
        });
        FunctionId(self.program.functions.len() as u32 - 1)
    }

    pub(super) fn params(&mut self, params: &[ast::Param]) -> Vec<hir::Param> {
        let mut out: Vec<hir::Param> = vec![];
        for param in params {
            if let Some(before) = out.iter().find(|p| *p.name == *param.name.text) {
                let problem = errors::twice(&param.name.text, param.name.span, before.span, false);
                self.report(problem);
            }
            let shape = param.kind.as_ref().map(|kind| self.shape(kind));
            let default = param.default.as_ref().map(|default| self.expr(default));
            let name: Arc<str> = param.name.text.as_str().into();
            self.place(&name);
            out.push(hir::Param { name, span: param.name.span, shape, default });
        }
        out
    }

    /// A definition in a body, after these parameters and definitions.
    pub(super) fn local_definition<'l>(
        &mut self,
        define: &ast::Define,
        params: &[hir::Param],
        mut above: impl Iterator<Item = &'l hir::Local>,
    ) -> hir::Local {
        let shape = define.kind.as_ref().map(|kind| self.shape(kind));
        let value = self.expr(&define.value);
        let name: Arc<str> = define.name.text.as_str().into();
        if self.frames.last().is_some_and(|frame| frame.names.contains_key(&name)) {
            let param = params.iter().find(|param| param.name == name).map(|param| param.span);
            let before = param.or_else(|| above.find(|local| local.name == name).map(|local| local.span));
            let own = statement::mentions(&define.value, &name);
            self.report(errors::twice(&name, define.name.span, before.unwrap_or(define.name.span), own));
        }
        let place = self.place(&name);
        hir::Local { place, name, span: define.name.span, shape, value }
    }

    /// A stated shape; a name that nothing defines becomes a dimension.
    pub(super) fn shape(&mut self, kind: &ast::Kind) -> hir::Shape {
        let mut dims = vec![];
        for dim in &kind.dims {
            match dim {
                ast::DimExpr::Any(span) => dims.push((None, *span)),
                ast::DimExpr::Expr(expr) => {
                    self.introduce_dims(expr);
                    dims.push((Some(self.expr(expr)), expr.span));
                }
            }
        }
        hir::Shape { element: kind.element, dims, span: kind.span }
    }

    pub(super) fn introduce_dims(&mut self, expr: &ast::Expr) {
        for part in &expr.parts {
            match &part.kind {
                ast::PartKind::Name(name) => {
                    if self.local(name).is_some()
                        || self.frame_dim(name).is_some()
                        || self.scope.contains_key(name.as_str())
                    {
                        continue;
                    }
                    if crate::ops::find(name).is_some() && name.as_str() == "floor" {
                        continue;
                    }
                    let id = GlobalId(self.program.globals.len() as u32);
                    let text: Arc<str> = name.as_str().into();
                    self.program.globals.push(Global {
                        name: text.clone(),
                        span: part.span,
                        kind: GlobalKind::Dimension,
                    });
                    match &mut self.head_dims {
                        Some(head) => {
                            head.push((id, text.clone()));
                            if let Some(frame) = self.frames.last_mut() {
                                frame.dims.insert(text, id);
                            }
                        }
                        None => {
                            self.scope.insert(text, id);
                        }
                    }
                }
                ast::PartKind::Group(inner) => self.introduce_dims(inner),
                ast::PartKind::Call(args) => {
                    for arg in args {
                        if let ast::ArgValue::Expr(expr) = &arg.value {
                            self.introduce_dims(expr);
                        }
                    }
                }
                ast::PartKind::Prefix(_)
                | ast::PartKind::Infix(_)
                | ast::PartKind::Number(_)
                | ast::PartKind::Text(_)
                | ast::PartKind::Blank
                | ast::PartKind::Derivative(_)
                | ast::PartKind::List(_)
                | ast::PartKind::Comprehension(_)
                | ast::PartKind::Prime
                | ast::PartKind::Index(_)
                | ast::PartKind::Field(_) => {}
            }
        }
    }
}
