//! `layer 4 tanh`: exactly the four definitions that the language says, each a name that can be asked for.

use super::{Cx, DefKind, ItemKind, Value, errors};
use crate::graph::{Attr, Attrs, Is, NodeId, Type};
use crate::ops::{self, build};
use crate::resolve::hir::{self, Callee, GlobalId, Layer, LayerArg};
use crate::shape::{Dim, Shape};
use crate::source::Span;
use crate::syntax::ast;
use std::sync::Arc;

/// What a layer says besides its source.
pub(super) struct Spec {
    units: Dim,
    units_span: Span,
    activation: Option<(Callee, Arc<str>, Span)>,
    init: Arc<str>,
    init_span: Span,
    bias: bool,
}

/// One name that a layer defines: how, and its node.
pub(super) enum Made {
    Param(Type, NodeId),
    Value(NodeId),
}

impl Cx<'_> {
    /// A layer of the program: its names become definitions.
    pub(super) fn program_layer(&mut self, span: Span, layer: &Layer<GlobalId>) {
        let source = match (&layer.from, layer.before) {
            (Some(from), _) => self.node(*from),
            (None, Some(global)) => match self.values[global.0 as usize] {
                Some(Value::Node(node)) => Some(node),
                _ => None,
            },
            (None, None) => None,
        };
        let spec = self.layer_spec(&layer.word, &layer.args, &layer.options, layer.word_span);
        let (Some(source), Some(spec)) = (source, spec) else { return self.silence(layer) };
        let mut defs = vec![];
        let names: Vec<Arc<str>> = layer.names.iter().map(|(name, _)| name.clone()).collect();
        let done = self.dense(source, &spec, &names, layer.word_span, &mut |cx, i, made| {
            let name = names[i].clone();
            let def = match made {
                Made::Param(ty, init) => cx.slot(name, layer.word_span, DefKind::Param, ty, Some(init)),
                Made::Value(node) => cx.named(name, layer.word_span, DefKind::Variable, node),
            };
            defs.push(def);
            cx.out.def(def).node
        });
        if !done {
            return self.silence(layer);
        }
        for ((_, global), def) in layer.names.iter().zip(&defs) {
            let node = self.out.def(*def).node;
            self.bind_global(*global, Value::Node(node), Some(*def));
            self.push_item(span, ItemKind::Define(*def));
        }
        if let (Some((name, global)), Some(last)) = (&layer.output, defs.last()) {
            let node = self.out.def(*last).node;
            let def = self.named(name.text.as_str().into(), name.span, DefKind::Variable, node);
            self.bind_global(*global, Value::Node(self.out.def(def).node), Some(def));
            self.push_item(span, ItemKind::Define(def));
        }
    }

    fn silence(&mut self, layer: &Layer<GlobalId>) {
        for (_, global) in &layer.names {
            self.bind_global(*global, Value::Poison, None);
        }
        if let Some((_, global)) = &layer.output {
            self.bind_global(*global, Value::Poison, None);
        }
    }

    /// What the words of a layer say.
    pub(super) fn layer_spec(
        &mut self,
        word: &str,
        args: &[LayerArg],
        options: &[(ast::Name, LayerArg)],
        word_span: Span,
    ) -> Option<Spec> {
        let mut units = None;
        let mut activation = None;
        let units_span = args.first().map_or(word_span, |arg| match arg {
            LayerArg::Word(name, _) => name.span,
            LayerArg::Value(_, span) | LayerArg::Size(_, span) => *span,
        });
        for arg in args {
            match arg {
                LayerArg::Value(expr, span) if units.is_none() => units = Some(self.dimension(*expr, *span)?),
                LayerArg::Word(name, Some(expr)) if units.is_none() => units = Some(self.dimension(*expr, name.span)?),
                LayerArg::Word(name, _) if activation.is_none() && units.is_some() => {
                    let Some(callee) = self.activation(&name.text) else {
                        self.report(errors::activation(&name.text, name.span));
                        return None;
                    };
                    activation = Some((callee, Arc::from(name.text.as_str()), name.span));
                }
                LayerArg::Word(name, _) if units.is_none() => {
                    let problem = match args.get(1) {
                        Some(LayerArg::Value(_, at)) => {
                            errors::layer_order(word, (&name.text, name.span), (self.text(*at), *at))
                        }
                        _ => errors::layer_units(word, name.span),
                    };
                    self.report(problem);
                    return None;
                }
                LayerArg::Value(_, span) | LayerArg::Size(_, span) => {
                    let text = self.text(*span);
                    let called = text.split_once('(').filter(|(name, _)| self.activation(name.trim_end()).is_some());
                    let problem = match (called, &activation) {
                        (Some((name, given)), None) => errors::layer_call(name, given, *span),
                        _ => errors::layer_word(word, text, *span),
                    };
                    self.report(problem);
                    return None;
                }
                LayerArg::Word(name, _) => {
                    self.report(errors::layer_word(word, &name.text, name.span));
                    return None;
                }
            }
        }
        let Some(units) = units else {
            self.report(errors::layer_units(word, word_span));
            return None;
        };
        if self.out.graph.dims.known(&units) == Some(0) {
            self.report(crate::resolve::errors::no_units(word, units_span));
            return None;
        }
        let (mut init, mut init_span, mut bias) = (Arc::from("xavier"), word_span, true);
        for (name, value) in options {
            match (name.text.as_str(), value) {
                ("init", LayerArg::Word(word, _)) => {
                    if crate::layers::init::Init::find(&word.text).is_none() {
                        self.report(unknown_initialiser(&word.text, word.span));
                        return None;
                    }
                    init = Arc::from(word.text.as_str());
                    init_span = word.span;
                }
                ("bias", LayerArg::Word(word, _)) if word.text == "true" || word.text == "false" => {
                    bias = word.text == "true";
                }
                ("init" | "bias", value) => {
                    let at = match value {
                        LayerArg::Word(word, _) => word.span,
                        LayerArg::Value(_, span) | LayerArg::Size(_, span) => *span,
                    };
                    self.report(errors::layer_option_value(&name.text, at));
                    return None;
                }
                _ => {
                    self.report(errors::layer_option(&name.text, name.span));
                    return None;
                }
            }
        }
        Some(Spec { units, units_span, activation, init, init_span, bias })
    }

    /// The function that a layer's last word names.
    fn activation(&self, name: &str) -> Option<Callee> {
        if let Some(function) = self.program.globals.iter().find_map(|global| match global.kind {
            hir::GlobalKind::Function(id) if *global.name == *name => Some(id),
            _ => None,
        }) {
            return Some(Callee::Function(function));
        }
        if let Some(op) = ops::find(name)
            && op.args.first().is_some_and(|arg| arg.kind.is_node())
            && op.args.iter().skip(1).all(|arg| !arg.default.is_empty())
        {
            return Some(Callee::Op(op));
        }
        self.program
            .functions
            .iter()
            .position(|function| function.prelude && *function.name == *name)
            .map(|i| Callee::Function(hir::FunctionId(i as u32)))
    }

    /// The definitions of a dense layer, each handed to `define`, which names it and gives its node back.
    pub(super) fn dense(
        &mut self,
        source: NodeId,
        spec: &Spec,
        names: &[Arc<str>],
        span: Span,
        define: &mut dyn FnMut(&mut Self, usize, Made) -> NodeId,
    ) -> bool {
        let shape = self.out.graph.shape(source).clone();
        let columns = self.is_columns(&shape);
        if self.is_undecided(&shape) {
            let shown = shape.show(&self.out.graph.dims);
            self.report(errors::undecided(&shown, span));
            return false;
        }
        let Some(inputs) = (if columns { shape.first() } else { shape.last() }).cloned() else {
            self.report(errors::layer_of_scalar(span));
            return false;
        };
        let outer = self.draw.name.clone();
        let weights = Shape::new([inputs, spec.units.clone()]);
        self.draw.name = names[0].clone();
        let Some(init) = self.initial(&spec.init, &weights, spec.init_span) else {
            self.draw.name = outer;
            return false;
        };
        let w = define(self, 0, Made::Param(Type::real(weights), init));
        let mut next = 1;
        let b = if spec.bias {
            let one = Dim::Num(1);
            let shape = if columns { Shape::new([spec.units.clone(), one]) } else { Shape::new([spec.units.clone()]) };
            let zero = ops::number(self.graph(), 0.0);
            let made = build::broadcast_to(self.graph(), zero, shape.clone());
            let Some(zeros) = self.made(made, span, &[]) else { return false };
            next += 1;
            Some(define(self, 1, Made::Param(Type::real(shape), zeros)))
        } else {
            None
        };
        self.here = Some(span);
        let product = if columns {
            build::transposed(self.graph(), w).and_then(|w| build::matmul(self.graph(), w, source))
        } else {
            build::matmul(self.graph(), source, w)
        };
        let Ok(product) = product else {
            let shown = |id: NodeId| self.out.graph.shape(id).show(&self.out.graph.dims);
            let problem = match columns && shape.rank() != 2 {
                true => errors::layer_columns(&shown(source), span),
                false => errors::layer_features(&names[0], &shown(w), &shown(source), span),
            };
            self.report(problem);
            return false;
        };
        let sum = match b {
            Some(b) => build::add(self.graph(), product, b),
            None => Ok(product),
        };
        let Some(sum) = self.made(sum, span, &[]) else { return false };
        self.settle();
        let z = define(self, next, Made::Value(sum));
        let a = match &spec.activation {
            None => z,
            Some((callee, name, at)) => {
                let given = vec![super::call::Given { name: None, value: Value::Node(z), span: *at }];
                self.draw.name = names[next + 1].clone();
                let value = self.call(*callee, given, span, 0);
                let _ = name;
                match self.as_node(&value, span) {
                    Some(node) => node,
                    None => return false,
                }
            }
        };
        self.draw.name = outer;
        let output = define(self, next + 1, Made::Value(a));
        let (activation, units) = (spec.activation.as_ref().map(|(_, _, at)| *at), spec.units_span);
        self.out.layers.push(super::Layered { source, output, activation, word: span, units });
        true
    }

    /// Two names (`[n, m]`): which of them counts the examples cannot be told.
    fn is_undecided(&self, shape: &Shape) -> bool {
        let name = |dim: &Dim| matches!(dim, Dim::Named(..) | Dim::Poly(_));
        self.program.settings.examples.is_none() && shape.rank() == 2 && shape.iter().all(name)
    }

    /// The first value of a parameter of this shape; `[in, out]`, or a vector.
    pub(super) fn initial(&mut self, word: &str, shape: &Shape, span: Span) -> Option<NodeId> {
        use crate::layers::init::{Init, Method};
        let Some(init) = Init::find(word) else {
            self.report(unknown_initialiser(word, span));
            return None;
        };
        self.here = Some(span);
        let key = self.draw_key(0);
        let draw = |graph: &mut crate::graph::Graph, is: Is| {
            graph.add(ops::of(is), Attrs::from_vec(vec![Attr::Dims(shape.clone()), key.clone()]), &[])
        };
        let graph = &mut self.out.graph;
        let made = match init.method {
            Method::Zeros => {
                let zero = ops::number(graph, 0.0);
                build::broadcast_to(graph, zero, shape.clone())
            }
            Method::Normal(scale) => draw(graph, Is::Normal).and_then(|x| {
                let by = scale.node(graph, shape)?;
                build::mul(graph, by, x)
            }),
            Method::Uniform(scale) => draw(graph, Is::Uniform).and_then(|u| {
                // (2u - 1)*limit
                let (two, one) = (ops::number(graph, 2.0), ops::number(graph, 1.0));
                let doubled = build::mul(graph, two, u)?;
                let centred = build::sub(graph, doubled, one)?;
                let by = scale.node(graph, shape)?;
                build::mul(graph, by, centred)
            }),
            Method::Orthogonal => draw(graph, Is::Normal).and_then(|x| crate::layers::init::orthogonal(graph, x)),
        };
        let made = self.made(made, span, &[]);
        self.settle();
        made
    }
}

fn unknown_initialiser(word: &str, span: Span) -> crate::diag::Diagnostic {
    let known = crate::layers::init::ALL.iter().map(|init| init.name);
    let here = crate::resolve::foreign::initialiser(word).or_else(|| crate::diag::nearest(word, known));
    crate::resolve::errors::initialiser(word, here, span)
}
