//! Networks: parameters made at the first call and shared by all, everything else made by each call.

use super::ItemKind;
use super::call::Given;
use super::init::Begin;
use super::layer::Made;
use super::{Cx, DefKind, Value, errors};
use crate::graph::NodeId;
use crate::resolve::hir::{GlobalId, Initialiser, Layer, Local, NetworkId, NetworkItem, OwnLayer};
use crate::source::Span;
use crate::syntax::ast;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A network, and the layer of one's own that has its parameters; empty where calls share them.
pub(super) type Own = (NetworkId, Arc<str>);

/// A network that was called: its parameters, and what each call computed.
#[derive(Clone, Debug, Default)]
pub(super) struct Instance {
    /// Parameters by their name in the network.
    params: FxHashMap<Arc<str>, NodeId>,
    /// The names of each call, and where it was.
    calls: Vec<(FxHashMap<Arc<str>, NodeId>, Span)>,
}

impl<'a> Cx<'a> {
    pub(super) fn call_network(&mut self, id: NetworkId, given: Vec<Given>, span: Span, place: u64) -> Value {
        self.call_own((id, Arc::from("")), given, span, place)
    }

    /// `layer block(64, 256)` of the program.
    pub(super) fn program_own(&mut self, span: Span, layer: &OwnLayer<GlobalId>) {
        let source = match (&layer.from, layer.before) {
            (Some(from), _) => self.node(*from),
            (None, Some(global)) => match self.values[global.0 as usize] {
                Some(Value::Node(node)) => Some(node),
                _ => None,
            },
            (None, None) => None,
        };
        let name = layer.output.as_ref().map_or(&*layer.name.0, |(name, _)| name.text.as_str());
        self.draw = super::Draw { name: name.into(), path: vec![], anew: false };
        let value = source.map(|source| self.own_layer(source, layer, name.into()));
        let node = value.and_then(|value| self.as_node(&value, layer.call));
        let names = std::iter::once((layer.name.0.clone(), layer.name.1, layer.call));
        let output = layer.output.as_ref().map(|(name, id)| (Arc::from(name.text.as_str()), *id, name.span));
        for (name, global, at) in names.chain(output) {
            let Some(node) = node else {
                self.bind_global(global, Value::Poison, None);
                continue;
            };
            let def = self.named(name, at, DefKind::Variable, node);
            let own = self.out.def(def).node;
            if let Some(call) = self.results.get(&node).cloned() {
                Arc::make_mut(&mut self.results).insert(own, call);
            }
            self.bind_global(global, Value::Node(own), Some(def));
            self.push_item(span, ItemKind::Define(def));
        }
    }

    /// A network of the program on a source, with parameters of its own under a name.
    fn own_layer<N>(&mut self, source: NodeId, layer: &OwnLayer<N>, name: Arc<str>) -> Value {
        let mut given = vec![Given { name: None, value: Value::Node(source), span: layer.call }];
        for (name, expr, span) in &layer.args {
            given.push(Given { name: name.as_ref(), value: self.value(*expr), span: *span });
        }
        if given.iter().any(|given| given.value == Value::Poison) {
            return Value::Poison;
        }
        self.call_own((layer.network, name), given, layer.call, 0)
    }

    fn call_own(&mut self, own: Own, given: Vec<Given>, span: Span, place: u64) -> Value {
        let id = own.0;
        let network = self.program.network(id);
        self.expanded += 1;
        if self.expanded > super::BUDGET || self.depth > super::DEPTH {
            return self.report(errors::budget(&network.name, span));
        }
        let head = (&*network.name, &*network.params, network.frame);
        let Some((mut frame, raw, at)) = self.bound(head, &given, false, span) else { return Value::Poison };
        let mut names: FxHashMap<Arc<str>, NodeId> = FxHashMap::default();
        let saved: Vec<_> =
            network.dims.iter().map(|(dim, _)| (*dim, Arc::make_mut(&mut self.dims).remove(dim))).collect();
        let mut broken = false;
        for (i, param) in network.params.iter().enumerate() {
            let mut node = self.as_node(&raw[i], at[i]);
            if let (Some(shape), Some(found)) = (&param.shape, node) {
                node = self.param_shape(found, shape, &param.name, at[i]);
            }
            let Some(node) = node else {
                broken = true;
                continue;
            };
            let def = self.named(param.name.clone(), param.span, DefKind::Local, node);
            let own = self.out.def(def).node;
            frame.places[i] = Some(Value::Node(own));
            names.insert(param.name.clone(), own);
        }
        let outer = self.draw.clone();
        self.draw.path.push(place);
        self.frames.push(frame);
        self.depth += 1;
        let result = if broken {
            None
        } else {
            let before = self.problems.len();
            let outer_own = std::mem::replace(&mut self.own, own.1.clone());
            let result = stacker::maybe_grow(256 * 1024, 4 << 20, || self.network_body(&own, &mut names));
            self.own = outer_own;
            self.told(before, span);
            result
        };
        self.depth -= 1;
        self.frames.pop();
        self.draw = outer;
        for (dim, before) in saved {
            match before {
                Some(before) => Arc::make_mut(&mut self.dims).insert(dim, before),
                None => Arc::make_mut(&mut self.dims).remove(&dim),
            };
        }
        let Some(result) = result else { return Value::Poison };
        // What a step of a recurrence computes has no value outside it.
        if !self.groups.is_empty() {
            return Value::Node(result);
        }
        let instance = Arc::make_mut(&mut self.networks).entry(own.clone()).or_default();
        instance.calls.push((names, span));
        let call = instance.calls.len() - 1;
        // A node of its own, so that `h.a1` knows which call `h` is the result of.
        let def = self.named(network.name.clone(), span, DefKind::Local, result);
        let node = self.out.def(def).node;
        Arc::make_mut(&mut self.results).insert(node, (own, call));
        Value::Node(node)
    }

    fn network_body(&mut self, own: &Own, names: &mut FxHashMap<Arc<str>, NodeId>) -> Option<NodeId> {
        let network = self.program.network(own.0);
        let base: Arc<str> = if own.1.is_empty() { network.name.clone() } else { own.1.clone() };
        let mut last = None;
        for item in &network.body {
            match item {
                NetworkItem::Define(local) => {
                    let node = self.node(local.value);
                    let node = match (&local.shape, node) {
                        (Some(shape), Some(node)) => {
                            let ty = self.stated(shape);
                            ty.and_then(|ty| self.hold(node, &ty, shape, local.value))
                        }
                        (_, node) => node,
                    };
                    let value = node.map(|node| {
                        let def = self.named(local.name.clone(), local.span, DefKind::Local, node);
                        self.out.def(def).node
                    });
                    self.fill(local.place, value);
                    if let Some(value) = value {
                        names.insert(local.name.clone(), value);
                    }
                    last = value;
                }
                NetworkItem::Recurrence(recurrence) => {
                    let made = self.local_recurrence(recurrence);
                    for (equation, node) in recurrence.equations.iter().zip(made) {
                        last = node;
                        if let Some(node) = node {
                            names.insert(equation.name.clone(), node);
                        }
                    }
                }
                NetworkItem::Param(local, init) => {
                    let node = self.network_param(own, &base, local, init);
                    self.fill(local.place, node);
                    if let Some(node) = node {
                        names.insert(local.name.clone(), node);
                    }
                }
                NetworkItem::Own(layer) => {
                    let source = match (&layer.from, layer.before) {
                        (Some(from), _) => self.node(*from)?,
                        (None, before) => self.placed(before?)?,
                    };
                    let name = layer.output.as_ref().map_or(&*layer.name.0, |(name, _)| name.text.as_str());
                    let value = self.own_layer(source, layer, format!("{base}.{name}").into());
                    let node = self.as_node(&value, layer.call)?;
                    self.fill(layer.name.1, Some(node));
                    names.insert(layer.name.0.clone(), node);
                    if let Some((name, place)) = &layer.output {
                        self.fill(*place, Some(node));
                        names.insert(name.text.as_str().into(), node);
                    }
                    last = Some(node);
                }
                NetworkItem::Layer(layer) => {
                    last = Some(self.network_layer(own, &base, layer, names)?);
                }
            }
        }
        last
    }

    /// The value of a place of the frame.
    fn placed(&self, place: u32) -> Option<NodeId> {
        match self.frames.last()?.places.get(place as usize)? {
            Some(Value::Node(node)) => Some(*node),
            _ => None,
        }
    }

    /// A parameter of a network: one for all calls of an instance.
    fn network_param(&mut self, own: &Own, base: &str, local: &Local, init: &Option<Initialiser>) -> Option<NodeId> {
        let shared = self.networks.get(own).and_then(|instance| instance.params.get(&local.name).copied());
        match shared {
            Some(node) => Some(node),
            None => {
                let full: Arc<str> = format!("{base}.{}", local.name).into();
                self.draw = super::Draw { name: full.clone(), path: vec![], anew: false };
                // Made once, whatever step it is needed in first.
                let groups = std::mem::take(&mut self.groups);
                let ty = match &local.shape {
                    Some(shape) => self.stated(shape),
                    None => None,
                };
                let value = match (init, &ty) {
                    (None, _) => self.node(local.value),
                    (Some(init), Some(ty)) => self.initial(&Begin::of(init), &ty.shape),
                    (Some(_), None) => {
                        self.report(errors::no_shape(&local.name, ast::Role::Param, local.span));
                        None
                    }
                };
                self.groups = groups;
                value.map(|init| {
                    let ty = ty.unwrap_or_else(|| self.out.graph.ty(init));
                    let def = self.slot(full, local.span, DefKind::Param, ty, Some(init));
                    let node = self.out.def(def).node;
                    Arc::make_mut(&mut self.networks)
                        .entry(own.clone())
                        .or_default()
                        .params
                        .insert(local.name.clone(), node);
                    node
                })
            }
        }
    }

    /// A layer of a network: fills the places of its names, and gives its output.
    fn network_layer(
        &mut self,
        own: &Own,
        base: &str,
        layer: &Layer<u32>,
        names: &mut FxHashMap<Arc<str>, NodeId>,
    ) -> Option<NodeId> {
        let said = self.said(layer)?;
        let source = match (&layer.from, layer.before) {
            (Some(from), _) => self.node(*from)?,
            (None, before) => self.placed(before?)?,
        };
        let local: Vec<Arc<str>> = layer.names.iter().map(|(name, _)| name.clone()).collect();
        let full: Vec<Arc<str>> = local.iter().map(|name| Arc::from(format!("{base}.{name}").as_str())).collect();
        let mut nodes = vec![];
        let beside = match layer.beside {
            Some(place) => Some(self.placed(place)?),
            None => None,
        };
        let done = self.layer((source, beside), layer, &said, &full, &mut |cx, i, made| {
            let node = match made {
                Made::Param(..) | Made::Kept(..) => {
                    let (kind, ty, init) = match made {
                        Made::Kept(ty, init) => (DefKind::Leaf, ty, init),
                        Made::Param(ty, init) => (DefKind::Param, ty, init),
                        Made::Value(node) => return node,
                    };
                    let shared = cx.networks.get(own).and_then(|inst| inst.params.get(&local[i]).copied());
                    match shared {
                        Some(node) => node,
                        None => {
                            let def = cx.slot(full[i].clone(), layer.word_span, kind, ty, Some(init));
                            let node = cx.out.def(def).node;
                            Arc::make_mut(&mut cx.networks)
                                .entry(own.clone())
                                .or_default()
                                .params
                                .insert(local[i].clone(), node);
                            node
                        }
                    }
                }
                Made::Value(node) => {
                    let def = cx.named(full[i].clone(), layer.word_span, DefKind::Local, node);
                    cx.out.def(def).node
                }
            };
            nodes.push(node);
            node
        });
        if !done {
            return None;
        }
        for ((name, place), node) in layer.names.iter().zip(&nodes) {
            self.fill(*place, Some(*node));
            names.insert(name.clone(), *node);
        }
        let last = nodes.last().copied();
        if let (Some((name, place)), Some(node)) = (&layer.output, last) {
            self.fill(*place, Some(node));
            names.insert(name.text.as_str().into(), node);
        }
        last
    }

    /// A mistake inside a body is told with the call that met it; what several calls meet is told once.
    pub(super) fn told(&mut self, before: usize, span: Span) {
        const MOST: usize = 4;
        let new = self.problems.split_off(before.min(self.problems.len()));
        for mut problem in new {
            let call = crate::diag::Label { span, text: "called here".into() };
            let place = problem.span();
            let same = |other: &&mut crate::diag::Diagnostic| other.code == problem.code && other.span() == place;
            if let Some(told) = self.problems.iter_mut().rev().take(64).find(same)
                && told.labels.iter().any(|label| label.text == call.text)
            {
                let calls = told.labels.iter().filter(|label| label.text == call.text).count();
                if calls < MOST && told.labels.iter().all(|label| label.span != span) {
                    told.labels.push(call);
                }
                // What mends one call may not mend the other.
                if told.mend != problem.mend {
                    told.mend = None;
                }
                continue;
            }
            if problem.labels.iter().all(|label| label.span != span) {
                problem.labels.push(call);
            }
            self.problems.push(problem);
        }
    }

    fn fill(&mut self, place: u32, node: Option<NodeId>) {
        if let Some(frame) = self.frames.last_mut()
            && let Some(slot) = frame.places.get_mut(place as usize)
        {
            *slot = Some(node.map_or(Value::Poison, Value::Node));
        }
    }

    /// The names under which the insides of networks can be asked for.
    pub(super) fn insides(&mut self) {
        if self.program.networks.is_empty() {
            return;
        }
        let mut insides = FxHashMap::default();
        for (i, network) in self.program.networks.iter().enumerate() {
            let id: Own = (NetworkId(i as u32), Arc::from(""));
            let Some(instance) = self.networks.get(&id) else { continue };
            for (call, (names, _)) in instance.calls.iter().enumerate() {
                let base = match instance.calls.len() {
                    1 => Some(network.name.clone()),
                    _ => self.out.defs.iter().find_map(|def| {
                        let value = self.out.graph.node(def.node).args.first()?;
                        let of_call = self.results.get(value) == Some(&(id.clone(), call));
                        (of_call && def.kind == DefKind::Variable).then(|| def.name.clone())
                    }),
                };
                let Some(base) = base else { continue };
                for (name, _) in &network.names {
                    // What is given has its own name outside.
                    let given = network.params.iter().any(|param| param.name == *name);
                    if let Some(def) = names.get(name).and_then(|node| self.out.def_of(*node))
                        && self.out.def(def).kind == DefKind::Local
                        && !given
                    {
                        insides.entry(def).or_insert_with(|| format!("{base}.{name}").into());
                    }
                }
            }
        }
        if insides != *self.out.insides {
            self.out.insides = insides.into();
        }
    }

    /// `h.a1`: what the call that `h` is the result of computed.
    pub(super) fn field(&mut self, base: Option<NodeId>, span: Span, field: &ast::Name) -> Value {
        let base_text = self.text(span);
        let call = base.and_then(|node| self.results.get(&node).cloned());
        let Some((network, call)) = call else {
            return self.report(errors::no_network(base_text, &field.text, span, field.span));
        };
        let names = self.networks.get(&network).and_then(|instance| instance.calls.get(call)).map(|(names, _)| names);
        match names.and_then(|names| names.get(field.text.as_str()).copied()) {
            Some(node) => Value::Node(node),
            None => self.unknown_field(network.0, base_text, field),
        }
    }

    /// `encoder.W1`: a parameter; `encoder.a1`: while there is one call.
    pub(super) fn network_field(&mut self, id: NetworkId, field: &ast::Name, span: Span) -> Value {
        let network = self.program.network(id);
        let Some(instance) = self.networks.get(&(id, Arc::from(""))) else {
            return self.report(errors::not_called(&network.name, &field.text, span));
        };
        if let Some(node) = instance.params.get(field.text.as_str()) {
            return Value::Node(*node);
        }
        if let [(names, _)] = instance.calls.as_slice() {
            if let Some(node) = names.get(field.text.as_str()) {
                return Value::Node(*node);
            }
        } else if instance.calls.iter().any(|(names, _)| names.contains_key(field.text.as_str())) {
            let places: Vec<Span> = instance.calls.iter().map(|(_, at)| *at).collect();
            let problem = errors::several_calls(&network.name, &field.text, span, &places);
            return self.report(problem);
        }
        self.unknown_field(id, &network.name, field)
    }

    fn unknown_field(&mut self, id: NetworkId, base: &str, field: &ast::Name) -> Value {
        let known: Vec<&str> = self.program.network(id).names.iter().map(|(name, _)| &**name).collect();
        let nearest = crate::diag::nearest(&field.text, known.iter().copied());
        let problem = crate::resolve::errors::no_field(base, &field.text, field.span, nearest);
        self.report(problem)
    }
}
