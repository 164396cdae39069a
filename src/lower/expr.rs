//! Expressions: one loop over the postorder of an expression; only calls and comprehensions nest.

use super::{Cx, Value, errors};
use crate::graph::{Attrs, NodeId, OpDef, Role};
use crate::ops;
use crate::resolve::hir::{self, HirId, Kind};
use crate::shape::{Dim, Shape};
use crate::source::Span;
use crate::tensor::Tensor;
use smallvec::SmallVec;

impl Cx<'_> {
    /// The value of a whole expression.
    pub(super) fn value(&mut self, expr: hir::Expr) -> Value {
        let start = expr.start;
        let mut done: Vec<Value> = Vec::with_capacity((expr.root.0 + 1 - start) as usize);
        let mut at = start;
        // Nodes of the library on the way.
        let mut aside = 0;
        while at <= expr.root.0 {
            let value = match &self.program.arena[at as usize].kind {
                Kind::Aside(to) => {
                    aside += *to - at;
                    done.resize((*to - start) as usize, Value::Poison);
                    at = *to;
                    continue;
                }
                Kind::Jump(to) => {
                    aside += self.aside(at..*to);
                    // What lies between is lowered under its index.
                    done.resize((*to - start) as usize, Value::Poison);
                    at = *to;
                    continue;
                }
                _ => self.step(HirId(at), (start, aside), &done),
            };
            done.push(value);
            at += 1;
        }
        done.pop().unwrap_or(Value::Poison)
    }

    /// How many nodes of the library lie in a range.
    fn aside(&self, range: std::ops::Range<u32>) -> u32 {
        let (mut at, mut count) = (range.start, 0);
        while at < range.end {
            match self.program.arena[at as usize].kind {
                Kind::Aside(to) => {
                    count += to - at;
                    at = to;
                }
                _ => at += 1,
            }
        }
        count
    }

    // Long: one arm for each kind of expression.
    fn step(&mut self, id: HirId, (start, aside): (u32, u32), done: &[Value]) -> Value {
        let program = self.program;
        let hir = program.hir(id);
        let span = hir.span;
        self.here = Some(span);
        let get = |id: HirId| done.get((id.0 - start) as usize).cloned().unwrap_or(Value::Poison);
        let value = match &hir.kind {
            Kind::Number(value) | Kind::Constant(value) => Value::Node(ops::number(self.graph(), *value)),
            Kind::Flag(flag) => Value::Flag(*flag),
            Kind::Absent => Value::Absent,
            Kind::Hole => Value::Hole,
            Kind::Text(text) => Value::Text(text.clone()),
            Kind::Broken | Kind::Blank | Kind::Jump(_) | Kind::Aside(_) => Value::Poison,
            Kind::Global(global) => match &self.values[global.0 as usize] {
                Some(value) => value.clone(),
                None if program.global(*global).kind == hir::GlobalKind::Dimension => {
                    let dim = self.named_dim(*global);
                    Value::Node(ops::build::dim(self.graph(), dim))
                }
                None if program.training == Some(*global) => self.training(*global),
                None => Value::Poison,
            },
            Kind::Local(place) => match self.frames.last().and_then(|frame| frame.places.get(*place as usize)) {
                Some(Some(value)) => value.clone(),
                Some(None) | None => Value::Poison,
            },
            Kind::List(items) => {
                let values: Vec<Value> = items.iter().map(|item| get(*item)).collect();
                if values.contains(&Value::Poison) { Value::Poison } else { self.list(values, items) }
            }
            Kind::Apply(op, args) => {
                let mut nodes: SmallVec<[NodeId; 4]> = SmallVec::new();
                for arg in args {
                    let value = get(*arg);
                    match self.as_node(&value, program.hir(*arg).span) {
                        Some(node) => nodes.push(node),
                        None => return Value::Poison,
                    }
                }
                let spans: SmallVec<[Span; 4]> = args.iter().map(|arg| program.hir(*arg).span).collect();
                if let ([arg], [node]) = (args.as_slice(), nodes.as_slice()) {
                    self.primed(op, (*node, *arg), span);
                }
                if let ([_, right], [_, divisor]) = (args.as_slice(), nodes.as_slice()) {
                    self.quotient(op, (*divisor, *right), span);
                }
                if let ([a, b], [a_at, b_at], crate::graph::Kernel::Zip(_)) = (&nodes[..], &spans[..], op.kernel) {
                    self.beside([(*a, *a_at), (*b, *b_at)], span);
                }
                if let ([own, theirs], true) =
                    (&nodes[..], self.formula == Some(id) && crate::graph::known::equates(op))
                {
                    let side = |place: usize, node: NodeId| super::Side {
                        node,
                        span: spans[place],
                        derived: self.derived.get(&args[place]).cloned(),
                    };
                    self.sides = Some([side(0, *own), side(1, *theirs)]);
                    let [own, theirs] = [own, theirs].map(|node| self.out.graph.shape(*node).clone());
                    // That the shapes do not fit is the answer.
                    let before = self.out.graph.dims.clone();
                    if crate::shape::broadcast(&mut self.out.graph.dims, &own, &theirs).is_err() {
                        self.out.graph.dims = before;
                        return Value::Node(ops::number(self.graph(), 0.0));
                    }
                }
                self.here = Some(span);
                self.apply(op, Attrs::None, &nodes, span, &spans)
            }
            Kind::Range(from, to, step) => {
                let (from, to) = (get(*from), get(*to));
                let step = step.map(&get);
                if let Some(Value::Node(node)) = &step
                    && crate::graph::known::number(&self.out.graph, *node, &self.leaf()) == Some(0.0)
                {
                    return self.report(errors::range_step(span));
                }
                self.range(&from, &to, step.as_ref(), span)
            }
            Kind::Call(callee, args) => {
                let place = u64::from(id.0 - start - aside);
                let given = args
                    .iter()
                    .map(|arg| super::call::Given {
                        name: arg.name.as_ref(),
                        value: get(arg.value),
                        span: program.hir(arg.value).span,
                    })
                    .collect();
                self.call(*callee, given, span, place)
            }
            Kind::Slope(callee, order, args) => {
                let place = u64::from(id.0 - start - aside);
                let given = args
                    .iter()
                    .map(|arg| super::call::Given {
                        name: arg.name.as_ref(),
                        value: get(arg.value),
                        span: program.hir(arg.value).span,
                    })
                    .collect();
                self.slope(id, (*callee, *order), given, span, place)
            }
            Kind::Index(base, slots) => {
                let value = get(*base);
                if let Value::State(depth, i) = value {
                    return self.state((depth, i), slots, &get, span);
                }
                let Some(node) = self.as_node(&value, program.hir(*base).span) else { return Value::Poison };
                self.index(node, slots, &get, span)
            }
            Kind::Each(each) => {
                let range = get(each.range);
                self.each(each, &range, span)
            }
            Kind::Derivative { of, by } => {
                let of_value = get(*of);
                let Some(of_node) = self.as_node(&of_value, program.hir(*of).span) else { return Value::Poison };
                let orders: u64 = by.iter().map(|(_, order)| u64::from(*order)).sum();
                if orders > super::ORDERS {
                    return self.report(errors::order(super::ORDERS as usize, orders as usize, span));
                }
                let mut names = vec![];
                for (by, order) in by.iter() {
                    let by_span = program.hir(*by).span;
                    let value = get(*by);
                    let Some(node) = self.as_node(&value, by_span) else { return Value::Poison };
                    for _ in 0..*order {
                        names.push((node, by_span));
                    }
                }
                self.derivative(id, of_node, &names, span)
            }
            Kind::Transform(transform, args) => {
                let values: Vec<(Value, Span)> = args.iter().map(|arg| (get(*arg), program.hir(*arg).span)).collect();
                self.transform(id, *transform, &values, span)
            }
            Kind::Field(base, field) => {
                let value = get(*base);
                if value == Value::Poison {
                    return Value::Poison;
                }
                let node = if let Value::Node(node) = value { Some(node) } else { None };
                self.field(node, program.hir(*base).span, field)
            }
            Kind::Given(base, names) => self.given(*base, names, &get, span),
            Kind::NetworkField(network, field) => self.network_field(*network, field, span),
        };
        self.settle();
        value
    }

    /// The flag `training`: 0, but inside a step of training.
    pub(super) fn training(&mut self, global: hir::GlobalId) -> Value {
        if let Some(value) = &self.values[global.0 as usize] {
            return value.clone();
        }
        let info = self.program.global(global);
        let zero = ops::number(self.graph(), 0.0);
        let ty = crate::graph::Type::real(Shape::SCALAR);
        let def = self.slot(info.name.clone(), info.span, super::DefKind::Local, ty, Some(zero));
        let value = Value::Node(self.out.def(def).node);
        self.out.training = Some(def);
        self.values[global.0 as usize] = Some(value.clone());
        value
    }

    /// A value as a node: lists become tensors.
    pub(super) fn as_node(&mut self, value: &Value, span: Span) -> Option<NodeId> {
        match value {
            Value::Node(node) => Some(*node),
            Value::Poison => None,
            Value::State(depth, i) => {
                self.state((*depth, *i), &[], &|_| Value::Poison, span);
                None
            }
            Value::Flag(flag) => {
                let literal = Tensor::Bool(ndarray::arr0(*flag).into_dyn());
                let node = ops::build::literal(self.graph(), literal);
                self.here = Some(span);
                self.settle();
                Some(node)
            }
            Value::List(items) => self.tensor(items, span),
            Value::Text(_) => {
                self.report(errors::text_is_no_number(span));
                None
            }
            Value::Absent => {
                self.report(errors::absent(span));
                None
            }
            Value::Hole => {
                self.report(errors::hole(span));
                None
            }
        }
    }

    /// A list whose rows are equally long; the first row that is not is reported.
    fn list(&mut self, values: Vec<Value>, items: &[HirId]) -> Value {
        let row = |value: &Value| match value {
            Value::List(_) => true,
            Value::Node(node) => !self.out.graph.shape(*node).is_scalar(),
            Value::Text(_) | Value::Flag(_) | Value::Absent | Value::Hole | Value::State(..) | Value::Poison => false,
        };
        if values.iter().any(row)
            && let Some(first) = values.first().and_then(|value| self.rows(value))
        {
            for (value, item) in values.iter().zip(items) {
                let found = self.rows(value);
                if let Some(found) = found.filter(|found| *found != first) {
                    let at = |id: HirId| self.program.hir(id).span;
                    let (first_at, item_at) = (items.first().map_or(at(*item), |item| at(*item)), at(*item));
                    return self.report(errors::ragged(&first, &found, first_at, item_at));
                }
            }
        }
        Value::List(values.into())
    }

    /// The shape of an entry of a list, where it is known to be one of numbers.
    fn rows(&self, value: &Value) -> Option<Vec<u64>> {
        let (mut sizes, mut value) = (vec![], value);
        loop {
            match value {
                Value::List(items) => {
                    sizes.push(items.len() as u64);
                    match items.first() {
                        Some(first) => value = first,
                        None => return Some(sizes),
                    }
                }
                Value::Node(node) => {
                    for dim in self.out.graph.shape(*node).iter() {
                        sizes.push(self.out.graph.dims.known(dim)?);
                    }
                    return Some(sizes);
                }
                Value::Text(_) | Value::Flag(_) | Value::Absent | Value::Hole | Value::State(..) | Value::Poison => {
                    return None;
                }
            }
        }
    }

    /// `[a, b, c]`: numbers become one literal, anything else a stack.
    fn tensor(&mut self, items: &[Value], span: Span) -> Option<NodeId> {
        let mut numbers = vec![];
        let mut sizes = vec![];
        match self.literal(items, 0, &mut sizes, &mut numbers) {
            Whole::Numbers => {
                let array = ndarray::ArrayD::from_shape_vec(sizes, numbers).ok()?;
                let node = ops::build::literal(self.graph(), Tensor::F64(array));
                self.here = Some(span);
                self.settle();
                return Some(node);
            }
            Whole::Other => {}
        }
        let mut nodes = vec![];
        for item in items {
            nodes.push(self.as_node(item, span)?);
        }
        let shapes: Vec<Shape> = nodes.iter().map(|node| self.out.graph.shape(*node).clone()).collect();
        let first = shapes.first()?;
        if let Some(odd) = shapes.iter().find(|shape| !shape.is_same(first, &self.out.graph.dims)) {
            let (a, b) = (first.show(&self.out.graph.dims), odd.show(&self.out.graph.dims));
            self.report(errors::uneven(&a, &b, span));
            return None;
        }
        self.here = Some(span);
        let made = ops::build::stack(self.graph(), &nodes, 0);
        self.settle();
        self.made(made, span, &[])
    }

    /// Is it all numbers of one shape? Then their entries; the recursion is as deep as the brackets.
    fn literal(&self, items: &[Value], depth: usize, sizes: &mut Vec<usize>, out: &mut Vec<f64>) -> Whole {
        match sizes.get(depth) {
            Some(size) if *size != items.len() => return Whole::Other,
            Some(_) => {}
            None => sizes.push(items.len()),
        }
        for item in items {
            match item {
                Value::Node(id) => {
                    let node = self.out.graph.node(*id);
                    match node.op.attrs.number(0) {
                        Some(value) if node.op.def.role == Role::Number => out.push(value),
                        _ => return Whole::Other,
                    }
                }
                Value::List(inner) => match self.literal(inner, depth + 1, sizes, out) {
                    Whole::Numbers => {}
                    Whole::Other => return Whole::Other,
                },
                Value::Text(_) | Value::Flag(_) | Value::Absent | Value::Hole | Value::State(..) | Value::Poison => {
                    return Whole::Other;
                }
            }
        }
        Whole::Numbers
    }

    /// `0..10 step 2`: reals that end before the end.
    fn range(&mut self, from: &Value, to: &Value, step: Option<&Value>, span: Span) -> Value {
        let Some(from) = self.as_node(from, span) else { return Value::Poison };
        let Some(to) = self.as_node(to, span) else { return Value::Poison };
        let by = match step {
            Some(step) => match self.as_node(step, span) {
                Some(node) => Some(node),
                None => return Value::Poison,
            },
            None => None,
        };
        let graph = &self.out.graph;
        let leaf = self.leaf();
        let number = |id: NodeId| crate::graph::known::number(graph, id, &leaf);
        let by_number = by.map_or(Some(1.0), number);
        let (start, count) = match (number(from), number(to), by_number) {
            (Some(a), Some(b), Some(s)) if s != 0.0 && s.is_finite() && a.is_finite() && b.is_finite() => {
                // A count that is whole but for rounding is that whole number: 0..1 step 0.1 has ten.
                let exact = (b - a) / s;
                let near = libm::round(exact);
                let count = if libm::fabs(exact - near) < 1e-9 * libm::fmax(1.0, libm::fabs(exact)) {
                    near
                } else {
                    libm::ceil(exact)
                };
                if count > 1e15 {
                    drop(leaf);
                    return self.report(errors::too_large(span));
                }
                let known = crate::graph::known::dim(graph, to, &leaf).filter(|_| a == 0.0 && s == 1.0);
                (a, known.unwrap_or(Dim::Num(libm::fmax(count, 0.0) as u64)))
            }
            (_, _, Some(1.0)) => {
                let (a, b) = (crate::graph::known::dim(graph, from, &leaf), crate::graph::known::dim(graph, to, &leaf));
                match (a, b, number(from)) {
                    (Some(a), Some(b), Some(start)) => match graph.dims.sub(&b, &a) {
                        Ok(count) => (start, count),
                        Err(_) => {
                            drop(leaf);
                            return self.report(errors::too_large(span));
                        }
                    },
                    _ => {
                        drop(leaf);
                        return self.report(errors::range(self.text(span), span));
                    }
                }
            }
            _ => {
                drop(leaf);
                return self.report(errors::range(self.text(span), span));
            }
        };
        drop(leaf);
        let step = by_number.unwrap_or(1.0);
        let made = ops::build::range(self.graph(), start, step, count);
        self.settle();
        self.made(made, span, &[]).map_or(Value::Poison, Value::Node)
    }

    /// An operator over nodes; a fault becomes a diagnostic with its places.
    pub(super) fn apply(
        &mut self,
        op: &'static OpDef,
        attrs: Attrs,
        nodes: &[NodeId],
        span: Span,
        spans: &[Span],
    ) -> Value {
        self.out.graph.dims.at(self.inside.or(Some(span)));
        let made = self.graph().add(op, attrs, nodes);
        self.settle();
        match made {
            Ok(node) => Value::Node(node),
            Err(fault) => {
                let args: Vec<(NodeId, Span)> = nodes.iter().copied().zip(spans.iter().copied()).collect();
                self.made(Err(fault), span, &args).map_or(Value::Poison, Value::Node)
            }
        }
    }
}

/// What a nested list is made of.
#[derive(PartialEq)]
enum Whole {
    Numbers,
    Other,
}
