//! Calls: arguments bound to the table's or the program's parameters, functions expanded where they are called.

use super::{BUDGET, Cx, DEPTH, DefKind, Frame, Value, errors};
use crate::graph::{Arg, ArgKind, Attr, Attrs, NodeId, OpDef, Role};
use crate::ops;
use crate::resolve::hir::{Callee, Function, FunctionId, HirId};
use crate::shape::{Dim, Shape};
use crate::source::Span;
use crate::syntax::ast;
use std::sync::Arc;

/// One argument of a call.
pub(super) struct Given<'a> {
    pub name: Option<&'a ast::Name>,
    pub value: Value,
    pub span: Span,
}

impl<'a> Cx<'a> {
    pub(super) fn call(&mut self, callee: Callee, given: Vec<Given>, span: Span, place: u64) -> Value {
        if given.iter().any(|given| given.value == Value::Poison) {
            return Value::Poison;
        }
        // `mse(p, y)`: the losses work entry by entry too.
        let entrywise = match callee {
            Callee::Op(op) => matches!(op.kernel, crate::graph::Kernel::Zip(_) | crate::graph::Kernel::Zip3(_)),
            Callee::Function(id) => self.program.function(id).prelude,
            Callee::Network(_) => false,
        };
        if entrywise {
            for (a, b) in given.iter().enumerate().flat_map(|(i, a)| given[i + 1..].iter().map(move |b| (a, b))) {
                if let (Value::Node(left), Value::Node(right)) = (&a.value, &b.value) {
                    self.beside([(*left, a.span), (*right, b.span)], span);
                }
            }
        }
        match callee {
            Callee::Op(op) => self.call_op(op, &given, span, place),
            Callee::Function(id) => self.call_function(id, given, span, place),
            Callee::Network(id) => self.call_network(id, given, span, place),
        }
    }

    /// Arguments in the order of the parameters: positional first, then by name.
    fn arranged(
        &mut self,
        what: &str,
        params: &[(&str, bool)],
        given: &[Given],
        span: Span,
    ) -> Option<Vec<Option<usize>>> {
        let mut slots: Vec<Option<usize>> = vec![None; params.len()];
        let mut next = 0;
        for (i, arg) in given.iter().enumerate() {
            let at = match arg.name {
                Some(name) => match params.iter().position(|(param, _)| *param == name.text) {
                    Some(at) => at,
                    None => {
                        let known: Vec<&str> = params.iter().map(|(param, _)| *param).collect();
                        let nearest = crate::ops::foreign::parameter(&name.text, &known)
                            .or_else(|| crate::diag::nearest(&name.text, known.iter().copied()));
                        self.report(errors::no_parameter(what, &name.text, &known, nearest, name.span));
                        return None;
                    }
                },
                None => {
                    // What goes by name is passed over.
                    while params.get(next).is_some_and(|(_, by_name)| *by_name) {
                        next += 1;
                    }
                    if next >= params.len() {
                        match params.iter().find(|(_, by_name)| *by_name) {
                            Some((name, _)) => {
                                self.report(errors::by_name(what, name, self.text(arg.span), arg.span));
                            }
                            None => {
                                self.report({
                                    let names: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
                                    errors::too_many(what, &names, given.len(), arg.span)
                                });
                            }
                        }
                        return None;
                    }
                    next += 1;
                    next - 1
                }
            };
            if slots[at].is_some() {
                let before = slots[at].and_then(|i| given.get(i));
                let named = arg.name.is_some() || before.is_some_and(|before| before.name.is_some());
                let first =
                    before.map_or(span, |before| before.name.map_or(before.span, |name| name.span.to(before.span)));
                self.report(errors::given_twice(what, params[at].0, first, named, arg.span));
                return None;
            }
            slots[at] = Some(i);
        }
        Some(slots)
    }

    fn call_op(&mut self, op: &'static OpDef, given: &[Given], span: Span, place: u64) -> Value {
        let variadic = op.args.iter().find(|arg| arg.kind == ArgKind::Tensors);
        let mut nodes: Vec<NodeId> = vec![];
        let mut spans: Vec<Span> = vec![];
        let mut rest: Vec<&Given> = vec![];
        if let Some(tensors) = variadic {
            for arg in given {
                // The letters of an `einsum` are no tensor.
                if arg.name.is_none() && !matches!(arg.value, Value::Text(_)) {
                    let Some(node) = self.as_node(&arg.value, arg.span) else { return Value::Poison };
                    nodes.push(node);
                    spans.push(arg.span);
                } else {
                    rest.push(arg);
                }
            }
            if nodes.is_empty() {
                return self.report(errors::missing(op.name, tensors.name, &wanted(op), span));
            }
        } else {
            rest.extend(given);
        }
        let params: Vec<&Arg> = op.args.iter().filter(|arg| arg.kind != ArgKind::Tensors).collect();
        let by_name = |kind: ArgKind| {
            matches!(kind, ArgKind::Axis | ArgKind::Axes | ArgKind::NewAxis | ArgKind::ClassAxis | ArgKind::Flag)
        };
        let heads: Vec<(&str, bool)> = params.iter().map(|arg| (arg.name, by_name(arg.kind))).collect();
        let given: Vec<Given> =
            rest.iter().map(|g| Given { name: g.name, value: g.value.clone(), span: g.span }).collect();
        let Some(slots) = self.arranged(op.name, &heads, &given, span) else { return Value::Poison };
        // Nodes first: axes count from the rank of the first.
        for (arg, slot) in params.iter().zip(&slots) {
            if !arg.kind.is_node() {
                continue;
            }
            let (node, at) = match slot {
                Some(i) if given[*i].value != Value::Absent => {
                    let at = given[*i].span;
                    let Some(node) = self.as_node(&given[*i].value, at) else { return Value::Poison };
                    (node, at)
                }
                _ => match arg.default.parse::<f64>() {
                    Ok(value) => (ops::number(self.graph(), value), span),
                    Err(_) => return self.report(errors::missing(op.name, arg.name, &wanted(op), span)),
                },
            };
            nodes.push(node);
            spans.push(at);
        }
        let mut attrs = vec![];
        for (arg, slot) in params.iter().zip(&slots) {
            if arg.kind.is_node() {
                continue;
            }
            let value = slot.map(|i| (&given[i].value, given[i].span)).filter(|(value, _)| **value != Value::Absent);
            let Some(attr) = self.attribute(op, arg.name, arg.kind, arg.default, value, &nodes, span) else {
                return Value::Poison;
            };
            attrs.push(attr);
        }
        if op.role == Role::Draw {
            attrs.push(self.draw_key(place));
        }
        self.here = Some(span);
        self.apply(op, Attrs::from_vec(attrs), &nodes, span, &spans)
    }

    /// What a draw at this place is keyed by.
    pub(super) fn draw_key(&self, place: u64) -> Attr {
        let mut key = vec![self.seed, name_hash(&self.draw.name)];
        key.extend(self.draw.path.iter().copied());
        key.push(place);
        Attr::Key(key.into())
    }

    /// An argument that is not a tensor.
    #[allow(clippy::too_many_arguments)]
    fn attribute(
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
                    Some(Attr::Int(if self.is_columns(&shape) { 0 } else { rank as i64 - 1 }))
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
            ArgKind::Whole => self.whole(value, name, at).map(Attr::Int),
            ArgKind::Flag => match value {
                Value::Flag(flag) => Some(Attr::Flag(*flag)),
                _ => {
                    self.report(errors::wants(op.name, name, "`true` or `false`", at));
                    None
                }
            },
            ArgKind::Text => match value {
                Value::Text(text) => Some(Attr::Text(text.clone())),
                _ => {
                    self.report(errors::wants(op.name, name, "a string", at));
                    None
                }
            },
            ArgKind::Dim => {
                let node = self.as_node(value, at)?;
                self.as_dim(node, at).map(Attr::Dim)
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
            let known = ops::known::numbers(&self.out.graph, node, &self.leaf());
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
                    let number = ops::known::number(&self.out.graph, node, &self.leaf());
                    if number == Some(-1.0) {
                        self.report(errors::size_left(span));
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
                    && let Some(numbers) = ops::known::numbers(&self.out.graph, node, &self.leaf())
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

    fn call_function(&mut self, id: FunctionId, given: Vec<Given>, span: Span, place: u64) -> Value {
        let function = self.program.function(id);
        let heads: Vec<(&str, bool)> = function.params.iter().map(|param| (&*param.name, false)).collect();
        let Some(slots) = self.arranged(&function.name, &heads, &given, span) else { return Value::Poison };
        self.expanded += 1;
        if self.expanded > BUDGET || self.depth > DEPTH {
            return self.report(errors::budget(&function.name, span));
        }
        // The arguments, defaults among them, in a frame of their own.
        let mut frame = Frame { places: vec![None; function.frame as usize], names: vec![] };
        let mut key: Vec<Value> = vec![];
        let mut at: Vec<Span> = vec![];
        let mut raw: Vec<Value> = vec![];
        for (i, slot) in slots.iter().enumerate() {
            let param = &function.params[i];
            let (value, arg_span) = match (slot, param.default) {
                (Some(i), _) => (given[*i].value.clone(), given[*i].span),
                (None, Some(default)) => {
                    self.frames.push(std::mem::take(&mut frame));
                    let value = self.value(default);
                    frame = self.frames.pop().unwrap_or_default();
                    (value, span)
                }
                (None, None) => {
                    return self.report({
                        let wanted: Vec<&str> =
                            function.params.iter().filter(|p| p.default.is_none()).map(|p| &*p.name).collect();
                        errors::missing(&function.name, &param.name, &wanted, span)
                    });
                }
            };
            if value == Value::Poison {
                return Value::Poison;
            }
            // A list is one tensor from here on, unless it may be a shape or axes.
            let value = match value {
                Value::List(_) if !function.prelude => match self.as_node(&value, arg_span) {
                    Some(node) => Value::Node(node),
                    None => return Value::Poison,
                },
                other => other,
            };
            frame.places[i] = Some(value.clone());
            key.push(value.clone());
            raw.push(value);
            at.push(arg_span);
        }
        let memo = (id, key);
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
        let saved: Vec<_> = function.dims.iter().map(|(dim, _)| (*dim, self.dims.remove(dim))).collect();
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
                Some(before) => self.dims.insert(dim, before),
                None => self.dims.remove(&dim),
            };
        }
        value
    }

    fn body(&mut self, function: &'a Function, span: Span) -> Value {
        let before = self.problems.len();
        for local in &function.locals {
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
        };
        let value = self.call(callee, given, span, place);
        let Some(y) = self.as_node(&value, span) else { return Value::Poison };
        self.entrywise(id, (y, z), order, &name, span)
    }
}

/// The arguments that an operator cannot do without.
fn wanted(op: &'static OpDef) -> Vec<&'static str> {
    op.args.iter().filter(|arg| arg.default.is_empty()).map(|arg| arg.name).collect()
}

/// A fixed hash of a name (FNV-1a, 64 bits), the same on every machine.
pub(super) fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
