//! Functions of the program and of the library, expanded where they are called.

use super::call::Given;
use super::{BUDGET, Cx, DEPTH, DefKind, Frame, Value, errors};
use crate::graph::NodeId;
use crate::ops;
use crate::resolve::hir::{Callee, Function, FunctionId, HirId, LocalItem, Param};
use crate::source::Span;
use std::sync::Arc;

impl<'a> Cx<'a> {
    pub(super) fn call_function(&mut self, id: FunctionId, given: Vec<Given>, span: Span, place: u64) -> Value {
        let function = self.program.function(id);
        self.expanded += 1;
        if self.expanded > BUDGET || self.depth > DEPTH {
            return self.report(errors::budget(&function.name, span));
        }
        let head = (&*function.name, &*function.params, function.frame);
        let Some((frame, raw, at)) = self.bound(head, &given, function.prelude, span) else { return Value::Poison };
        let memo = (id, raw.clone());
        if !function.draws
            && let Some(value) = self.calls.get(&memo)
        {
            return value.clone();
        }
        let mut value = self.expand(function, frame, &raw, &at, span, place);
        if let Some(slope) = function.slope {
            value = self.with_slope(value, slope, &raw, &at, span, place);
        }
        if !function.draws {
            self.calls.insert(memo, value.clone());
        }
        value
    }

    /// The arguments of a call in the order of the parameters, each with its place, and in a frame of their own: what is
    /// not given is its default. `lists`: a list stays one, for it may be a shape or axes.
    pub(super) fn bound(
        &mut self,
        (name, params, size): (&str, &[Param], u32),
        given: &[Given],
        lists: bool,
        span: Span,
    ) -> Option<(Frame, Vec<Value>, Vec<Span>)> {
        let heads: Vec<(&str, bool)> = params.iter().map(|param| (&*param.name, false)).collect();
        let slots = self.arranged(name, &heads, given, span)?;
        let mut frame = Frame { places: vec![None; size as usize], names: vec![] };
        let (mut raw, mut at) = (vec![], vec![]);
        for (i, (slot, param)) in slots.iter().zip(params).enumerate() {
            let (value, arg_span) = match (slot, param.default) {
                (Some(i), _) => (given[*i].value.clone(), given[*i].span),
                (None, Some(default)) => {
                    self.frames.push(std::mem::take(&mut frame));
                    let value = self.value(default);
                    frame = self.frames.pop().unwrap_or_default();
                    (value, span)
                }
                (None, None) => {
                    let wanted: Vec<&str> = params.iter().filter(|p| p.default.is_none()).map(|p| &*p.name).collect();
                    self.report(errors::missing(name, &param.name, &wanted, span));
                    return None;
                }
            };
            let value = match value {
                Value::Poison => return None,
                Value::List(_) if !lists => Value::Node(self.as_node(&value, arg_span)?),
                other => other,
            };
            frame.places[i] = Some(value.clone());
            raw.push(value);
            at.push(arg_span);
        }
        Some((frame, raw, at))
    }

    /// A call's value under the slope that the program states for it: another call, of the same arguments.
    fn with_slope(
        &mut self,
        value: Value,
        slope: FunctionId,
        raw: &[Value],
        at: &[Span],
        span: Span,
        place: u64,
    ) -> Value {
        let (Value::Node(value), Some(Value::Node(z))) = (&value, raw.first()) else { return Value::Poison };
        let (value, z) = (*value, *z);
        let stating = self.program.function(slope);
        let given = raw.iter().zip(at).map(|(value, span)| Given { name: None, value: value.clone(), span: *span });
        let given: Vec<Given> = given.take(stating.params.len()).collect();
        let stated = self.call_function(slope, given, span, place);
        let Some(stated) = self.as_node(&stated, span) else { return Value::Poison };
        let (graph, dims) = (&self.out.graph, &self.out.graph.dims);
        let wanted = graph.shape(z);
        let fits = graph.shape(value).is_same(wanted, dims)
            && (graph.shape(stated).is_scalar() || graph.shape(stated).is_same(wanted, dims));
        if !fits {
            let shapes = [z, value, stated].map(|id| graph.shape(id).show(dims));
            let problem = errors::stated_slope(&stating.name, &shapes, stating.span, span);
            return self.report(problem);
        }
        self.here = Some(span);
        let made = ops::build::stated(self.graph(), value, z, stated);
        self.settle();
        self.made(made, span, &[]).map_or(Value::Poison, Value::Node)
    }

    fn expand(
        &mut self,
        function: &'a Function,
        mut frame: Frame,
        raw: &[Value],
        at: &[Span],
        span: Span,
        place: u64,
    ) -> Value {
        let saved: Vec<_> =
            function.dims.iter().map(|(dim, _)| (*dim, Arc::make_mut(&mut self.dims).remove(dim))).collect();
        self.draw.path.push(place);
        self.depth += 1;
        let mut broken = false;
        for (i, param) in function.params.iter().enumerate() {
            let Value::Node(node) = raw[i] else { continue };
            let mut node = node;
            if let Some(shape) = &param.shape {
                match self.param_shape(node, shape, &param.name, at[i]) {
                    Some(fitted) => node = fitted,
                    None => broken = true,
                }
            }
            // A node of its own, so that `grad(…, x)` in the body is by the parameter.
            let def = self.named(param.name.clone(), param.span, DefKind::Local, node);
            node = self.out.def(def).node;
            frame.places[i] = Some(Value::Node(node));
        }
        self.frames.push(frame);
        let value = if broken {
            Value::Poison
        } else {
            stacker::maybe_grow(256 * 1024, 4 * 1024 * 1024, || self.body(function, span))
        };
        self.frames.pop();
        self.depth -= 1;
        self.draw.path.pop();
        for (dim, before) in saved {
            match before {
                Some(before) => Arc::make_mut(&mut self.dims).insert(dim, before),
                None => Arc::make_mut(&mut self.dims).remove(&dim),
            };
        }
        value
    }

    fn body(&mut self, function: &'a Function, span: Span) -> Value {
        let before = self.problems.len();
        for item in &function.locals {
            let local = match item {
                LocalItem::Define(local) => local,
                LocalItem::Recurrence(recurrence) => {
                    self.local_recurrence(recurrence);
                    continue;
                }
            };
            let node = self.node(local.value);
            let node = match (&local.shape, node) {
                (Some(shape), Some(node)) => match self.stated(shape) {
                    Some(ty) => self.hold(node, &ty, shape, local.value),
                    None => None,
                },
                (_, node) => node,
            };
            let value = match node {
                Some(node) => {
                    let def = self.named(local.name.clone(), local.span, DefKind::Local, node);
                    Value::Node(self.out.def(def).node)
                }
                None => Value::Poison,
            };
            if let Some(frame) = self.frames.last_mut()
                && let Some(slot) = frame.places.get_mut(local.place as usize)
            {
                *slot = Some(value);
            }
        }
        let value = self.value(function.value);
        // A mistake inside a body is told with the call that met it; inside the library, at the call.
        if !function.prelude {
            self.told(before, span);
        } else {
            for problem in &mut self.problems[before..] {
                let inner = problem.labels.first().map(|label| label.text.clone()).unwrap_or_default();
                problem.labels = vec![crate::diag::Label { span, text: format!("in `{}`: {inner}", function.name) }];
                problem.mend = None;
            }
        }
        value
    }

    /// An argument that must have the parameter's shape.
    pub(super) fn param_shape(
        &mut self,
        node: NodeId,
        shape: &crate::resolve::hir::Shape,
        name: &Arc<str>,
        at: Span,
    ) -> Option<NodeId> {
        let ty = self.stated(shape)?;
        let actual = self.out.graph.shape(node).clone();
        let Err(chain) = self.fit(&actual, &ty.shape, &|_| at, false) else { return Some(node) };
        let (found, wanted) = (actual.show(&self.out.graph.dims), ty.shape.show(&self.out.graph.dims));
        self.report(errors::argument_shape(name, &found, &wanted, at, shape.span, &chain));
        None
    }

    /// `f'(z)`: the slope by the first argument, entry by entry.
    pub(super) fn slope(
        &mut self,
        id: HirId,
        (callee, order): (Callee, u32),
        mut given: Vec<Given>,
        span: Span,
        place: u64,
    ) -> Value {
        if given.iter().any(|given| given.value == Value::Poison) {
            return Value::Poison;
        }
        let Some(first) = given.iter().position(|given| given.name.is_none()).or((!given.is_empty()).then_some(0))
        else {
            return self.report(errors::missing("the slope", "z", &["z"], span));
        };
        let at = given[first].span;
        let Some(z) = self.as_node(&given[first].value.clone(), at) else { return Value::Poison };
        // The point gets a node of its own: the derivative is by it.
        let def = self.named("z".into(), at, DefKind::Local, z);
        let z = self.out.def(def).node;
        given[first].value = Value::Node(z);
        let name = match callee {
            Callee::Op(op) => op.name.to_string(),
            Callee::Function(id) => self.program.function(id).name.to_string(),
            Callee::Network(id) => self.program.network(id).name.to_string(),
            Callee::Bend => "bend".to_string(),
        };
        let value = self.call(callee, given, span, place);
        let Some(y) = self.as_node(&value, span) else { return Value::Poison };
        self.entrywise(id, (y, z), order, (&name, at), span)
    }
}
