//! Calls: arguments bound to the parameters of the table, the program or the library.

use super::{Cx, Value, errors};
use crate::graph::{Arg, ArgKind, Attr, Attrs, NodeId, OpDef, Role};
use crate::ops;
use crate::resolve::hir::Callee;
use crate::source::Span;
use crate::syntax::ast;

/// The last word of the key of what is drawn anew at every step of training.
pub const ANEW: u64 = 0x6e6f_6973_6520_2121;

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
        // A name of a recurrence has values, one for each index.
        if let Some(state) = given.iter().find(|given| matches!(given.value, Value::State(..))) {
            return self.as_node(&state.value, state.span).map_or(Value::Poison, Value::Node);
        }
        // `mse(p, y)`: the losses work entry by entry too.
        let entrywise = match callee {
            Callee::Op(op) => matches!(op.kernel, crate::graph::Kernel::Zip(_) | crate::graph::Kernel::Zip3(_)),
            Callee::Function(id) => {
                let function = self.program.function(id);
                function.prelude && !crate::prelude::flattens(&function.name)
            }
            Callee::Network(_) | Callee::Bend => false,
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
            Callee::Bend => match self.bend {
                Some(callee) => self.call(callee, given, span, place),
                None => Value::Poison,
            },
        }
    }

    /// Arguments in the order of the parameters: positional first, then by name.
    pub(super) fn arranged(
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
                        let nearest = crate::resolve::foreign::parameter(&name.text, &known)
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
                                let names: Vec<&str> = params.iter().map(|(name, _)| *name).collect();
                                let problem = errors::too_many(what, &names, given.len(), arg.span);
                                let sizes = given[0].span.to(given[given.len() - 1].span);
                                let is_shape = names[..] == ["shape"] && given.iter().all(|arg| arg.name.is_none());
                                self.report(match is_shape {
                                    true => errors::sizes_apart(problem, what, self.text(sizes), sizes),
                                    false => problem,
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
            // `concat([a, b])`: a list is one tensor, and joins nothing.
            if let [one, ..] = given
                && matches!(one.value, Value::List(_))
                && given.iter().filter(|arg| arg.name.is_none()).count() == 1
                && !given.iter().any(|arg| matches!(arg.value, Value::Text(_)))
            {
                let text = self.text(one.span);
                let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
                return self.report(errors::in_a_list(op.name, inner.trim(), one.span));
            }
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
            nodes.extend(self.draw_steps());
        }
        self.here = Some(span);
        self.apply(op, Attrs::from_vec(attrs), &nodes, span, &spans)
    }

    /// What a draw at this place is keyed by.
    pub(super) fn draw_key(&self, place: u64) -> Attr {
        let mut key = vec![self.seed, name_hash(&self.draw.name)];
        key.extend(self.draw.path.iter().copied());
        key.push(place);
        if self.draw.anew {
            key.push(ANEW);
        }
        Attr::Key(key.into())
    }
}

/// The arguments that an operator cannot do without.
pub(super) fn wanted(op: &'static OpDef) -> Vec<&'static str> {
    op.args.iter().filter(|arg| arg.default.is_empty()).map(|arg| arg.name).collect()
}

/// A fixed hash of a name (FNV-1a, 64 bits), the same on every machine.
pub(super) fn name_hash(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
