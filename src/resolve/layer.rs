//! Layers and networks: which names they define, and in what they stand.

use super::hir::{self, GlobalId, GlobalKind, ItemKind, Kind, Layer, LayerArg, Network, NetworkItem};
use super::{Cx, Frame, errors};
use crate::layers::{self, ArgKind, LayerDef, OptKind};
use crate::source::Span;
use crate::syntax::ast::{self, PartKind, Statement};
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

impl Cx<'_> {
    pub(super) fn layer(&mut self, layer: &ast::Layer, span: Span) {
        self.layers.k += 1;
        let k = self.layers.k;
        let Some(def) = self.known_layer(layer) else {
            // What the layer would define is silent, not unknown.
            for stem in ["W", "b", "z", "a"] {
                let name = format!("{stem}{k}");
                if !self.scope.contains_key(name.as_str()) {
                    let id = self.define(&name, layer.word.span, GlobalKind::Broken);
                    if stem == "a" {
                        self.layers.last = Some(id);
                    }
                }
            }
            if let Some(output) = &layer.output {
                self.define(&output.text, output.span, GlobalKind::Broken);
            }
            return;
        };
        let before = self.layers.last.or(self.layers.first_input);
        if let Some((network, name, args)) = self.own_network(layer, def) {
            let name_of: Arc<str> = format!("a{k}").into();
            let made = self.own(layer, (network, args, name), before, before.is_none(), span);
            let id = self.define(&name_of, layer.word.span, GlobalKind::Value);
            self.layers.last = Some(id);
            let output = layer.output.as_ref().map(|name| {
                let id = self.define(&name.text, name.span, GlobalKind::Value);
                (name.clone(), id)
            });
            let own = made.named((name_of, id), output);
            return self.push_item(span, ItemKind::Own(Box::new(own)));
        }
        let said = self.said(layer, def, span, before.is_none());
        let mut names: Vec<(Arc<str>, GlobalId)> = vec![];
        for stem in def.names(&said.flags) {
            let name = format!("{stem}{k}");
            let id = self.define(&name, layer.word.span, GlobalKind::Value);
            names.push((name.into(), id));
        }
        self.layers.last = names.last().map(|(_, id)| *id);
        let output = layer.output.as_ref().map(|name| {
            let id = self.define(&name.text, name.span, GlobalKind::Value);
            (name.clone(), id)
        });
        self.push_item(span, ItemKind::Layer(Box::new(said.layer(layer, k, (before, None), names, output, span))));
    }

    /// The table's entry of a layer's word.
    pub(super) fn known_layer(&self, layer: &ast::Layer) -> Option<&'static LayerDef> {
        layers::find(&layer.word.text)
    }

    /// What a layer says, but for its names; `first` where nothing stands above it.
    pub(super) fn said(&mut self, layer: &ast::Layer, def: &'static LayerDef, span: Span, first: bool) -> Said {
        let (args, options) = self.layer_args(layer, def);
        let from = layer.from.as_ref().map(|path| {
            let span = path.names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(span);
            let start = self.program.arena.len() as u32;
            let root = self.dotted(&path.names, span);
            hir::Expr { start, root }
        });
        if from.is_none() && first {
            self.tell_no_input(layer.word.span);
        }
        Said { def, body: self.layer_body(def), flags: flags(def, layer), args, options, from }
    }

    /// Nothing stands above a layer, unless what is broken there was its input.
    pub(super) fn tell_no_input(&mut self, span: Span) {
        if self.program.globals.iter().all(|global| global.kind != GlobalKind::Broken) {
            self.report(errors::no_input(span));
        }
    }

    fn layer_args(
        &mut self,
        layer: &ast::Layer,
        def: &'static LayerDef,
    ) -> (Vec<LayerArg>, Vec<(ast::Name, LayerArg)>) {
        let (mut args, mut options) = (vec![], vec![]);
        for arg in &layer.args {
            match arg {
                ast::LayerArg::Value(expr) => {
                    let arg = self.layer_arg(expr);
                    args.push(arg);
                }
                ast::LayerArg::Size(size) => args.push(LayerArg::Size(size.node.clone(), size.span)),
                ast::LayerArg::Sized(name, size) => {
                    options.push((name.clone(), LayerArg::Size(size.node.clone(), size.span)));
                }
                ast::LayerArg::Option(name, expr) => {
                    let begins = def.option(&name.text).is_some_and(|option| option.kind == OptKind::Init);
                    let arg = match self.initialiser(expr).filter(|_| begins) {
                        Some(init) => LayerArg::Init(init, expr.span),
                        None => self.layer_arg(expr),
                    };
                    options.push((name.clone(), arg));
                }
            }
        }
        (args, options)
    }

    /// `he`, `0.02normal`: the initialiser that an expression names, where that is no value of the program.
    pub(super) fn initialiser(&self, expr: &ast::Expr) -> Option<hir::Initialiser> {
        let known = |name: &str| layers::init::Init::find(name).is_some() && !self.is_value(name);
        let (scale, name, span) = match expr.parts.as_slice() {
            [ast::Part { kind: PartKind::Name(name), span }] => (None, name, *span),
            [
                ast::Part { kind: PartKind::Number(scale), .. },
                ast::Part { kind: PartKind::Infix(ast::Infix::Juxtaposed), .. },
                ast::Part { kind: PartKind::Name(name), span },
            ] => (Some(*scale), name, *span),
            _ => return None,
        };
        known(name).then(|| hir::Initialiser { name: ast::Name { text: name.clone(), span }, scale })
    }

    fn layer_arg(&mut self, expr: &ast::Expr) -> LayerArg {
        match expr.parts.as_slice() {
            [ast::Part { kind: PartKind::Name(name), span }] => {
                let value = self.is_value(name).then(|| self.expr(expr));
                LayerArg::Word(ast::Name { text: name.clone(), span: *span }, value)
            }
            _ => LayerArg::Value(self.expr(expr), expr.span),
        }
    }

    /// The lines of a network, or of a block inside one.
    pub(super) fn network_items(&mut self, items: &[ast::Item], params: &[hir::Param], inside: &mut Inside) {
        let mut skip = 0;
        for (at, item) in items.iter().enumerate() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            match &item.statement {
                Statement::Define(define) => {
                    let above = inside.body.iter().filter_map(|item| match item {
                        NetworkItem::Define(local) | NetworkItem::Param(local, _) => Some(local),
                        NetworkItem::Layer(_) | NetworkItem::Own(_) | NetworkItem::Recurrence(_) => None,
                    });
                    let local = self.local_definition(define, params, above);
                    inside.body.push(NetworkItem::Define(local));
                }
                Statement::Declare(declare) if declare.role == ast::Role::Param => {
                    self.network_param(declare, inside);
                }
                Statement::Layer(layer) if layer.block.is_some() => {
                    self.network_block(layer, item.span, params, inside);
                }
                Statement::Layer(layer) => self.network_layer(layer, item.span, inside),
                Statement::Show(expr) => {
                    // The last line may be the value.
                    let value = self.expr(expr);
                    let name: Arc<str> = "".into();
                    let place = self.place(&name);
                    inside.body.push(NetworkItem::Define(hir::Local {
                        place,
                        name,
                        span: expr.span,
                        shape: None,
                        value,
                    }));
                }
                Statement::Broken(_) => {}
                Statement::Recurrence(recurrence) => {
                    let rest = items[at + 1..].iter().map_while(|item| match &item.statement {
                        Statement::Recurrence(recurrence) => Some(&**recurrence),
                        _ => None,
                    });
                    let group = super::recurrence::together(recurrence, rest);
                    skip = group.len() - 1;
                    inside.body.push(NetworkItem::Recurrence(self.local_recurrence(&group)));
                }
                Statement::Function(_)
                | Statement::Declare(_)
                | Statement::Setting(_)
                | Statement::Use(_)
                | Statement::Network(_)
                | Statement::Data(_)
                | Statement::Train(_)
                | Statement::Predict(_)
                | Statement::Ask(_) => self.report(errors::not_in_network(item.span)),
            }
        }
    }

    /// `param s : [3] = ones` in a network.
    fn network_param(&mut self, declare: &ast::Declare, inside: &mut Inside) {
        let span = declare.name.span;
        let shape = declare.kind.as_ref().map(|kind| self.shape(kind));
        let init = declare.value.as_ref().and_then(|expr| self.initialiser(expr));
        let given = declare.value.as_ref().filter(|_| init.is_none());
        let init = init.or_else(|| {
            let name = ast::Name { text: "xavier".into(), span };
            given.is_none().then_some(hir::Initialiser { name, scale: None })
        });
        let value = match given {
            Some(expr) => self.expr(expr),
            None => {
                let start = self.program.arena.len() as u32;
                let root = self.push(Kind::Absent, span);
                hir::Expr { start, root }
            }
        };
        let name: Arc<str> = declare.name.text.as_str().into();
        let place = self.place(&name);
        inside.body.push(NetworkItem::Param(hir::Local { place, name, span, shape, value }, init));
    }

    /// A layer without a block in a network.
    fn network_layer(&mut self, layer: &ast::Layer, span: Span, inside: &mut Inside) {
        inside.k += 1;
        let Some(def) = self.known_layer(layer) else { return };
        if let Some((network, name, args)) = self.own_network(layer, def) {
            let before = inside.last;
            let made = self.own(layer, (network, args, name), before, before.is_none(), span);
            let name: Arc<str> = format!("a{}", inside.k).into();
            let place = self.place(&name);
            inside.last = Some(place);
            let output = layer.output.as_ref().map(|name| {
                let place = self.place(&name.text.as_str().into());
                (name.clone(), place)
            });
            inside.body.push(NetworkItem::Own(made.named((name, place), output)));
            return;
        }
        let said = self.said(layer, def, span, inside.last.is_none());
        let mut names: Vec<(Arc<str>, u32)> = vec![];
        for stem in def.names(&said.flags) {
            let name: Arc<str> = format!("{stem}{}", inside.k).into();
            let place = self.place(&name);
            names.push((name, place));
        }
        let before = inside.last;
        inside.last = names.last().map(|(_, place)| *place);
        let output = layer.output.as_ref().map(|name| {
            let place = self.place(&name.text.as_str().into());
            (name.clone(), place)
        });
        inside.body.push(NetworkItem::Layer(said.layer(layer, inside.k, (before, None), names, output, span)));
    }

    pub(super) fn network(&mut self, network: &ast::Network) {
        let name: Arc<str> = network.name.text.as_str().into();
        self.frames.push(Frame {
            names: HashMap::default(),
            dims: HashMap::default(),
            size: 0,
            function: Some(name.clone()),
        });
        let outer_within = self.within.replace(name.clone());
        let outer_head = self.head_dims.replace(vec![]);
        let params = self.params(&network.params);
        let dims = std::mem::replace(&mut self.head_dims, outer_head).unwrap_or_default();
        let mut inside = Inside { body: vec![], k: 0, last: (!params.is_empty()).then_some(0) };
        self.network_items(&network.block.items, &params, &mut inside);
        let body = inside.body;
        let gives = |item: &ast::Item| !matches!(item.statement, Statement::Declare(_));
        if !network.block.items.iter().any(gives) {
            self.report(errors::empty_network(&name, network.name.span));
        }
        let frame = self.frames.pop();
        self.within = outer_within;
        let mut names: Vec<(Arc<str>, u32)> =
            frame.as_ref().map(|f| f.names.iter().map(|(n, p)| (n.clone(), *p)).collect()).unwrap_or_default();
        names.sort_by_key(|(_, place)| *place);
        let frame = frame.map_or(0, |frame| frame.size);
        self.program.networks.push(Network { name, span: network.name.span, params, body, names, frame, dims });
        let id = hir::NetworkId(self.program.networks.len() as u32 - 1);
        self.define(&network.name.text, network.name.span, GlobalKind::Network(id));
    }
}

/// A network while its lines are read.
pub(super) struct Inside {
    pub(super) body: Vec<NetworkItem>,
    /// The layers so far.
    pub(super) k: u32,
    /// The output of the last of them, or what the network is given.
    pub(super) last: Option<u32>,
}

/// What a layer says, but for its names.
pub(super) struct Said {
    def: &'static LayerDef,
    body: u32,
    pub(super) flags: Vec<&'static str>,
    args: Vec<LayerArg>,
    options: Vec<(ast::Name, LayerArg)>,
    from: Option<hir::Expr>,
}

impl Said {
    pub(super) fn layer<N>(
        self,
        layer: &ast::Layer,
        k: u32,
        (before, beside): (Option<N>, Option<N>),
        names: Vec<(Arc<str>, N)>,
        output: Option<(ast::Name, N)>,
        span: Span,
    ) -> Layer<N> {
        let Said { def, body, flags, args, options, from } = self;
        let word_span = layer.word.span;
        Layer { def, body, flags, word_span, span, k, args, options, from, before, beside, names, output }
    }
}

/// The conditions that the text of a layer says to hold: options that are true, and words.
fn flags(def: &'static LayerDef, layer: &ast::Layer) -> Vec<&'static str> {
    let lone = |expr: &ast::Expr| match expr.parts.as_slice() {
        [ast::Part { kind: PartKind::Name(name), .. }] => Some(name.clone()),
        _ => None,
    };
    let mut flags = vec![];
    for option in def.options.iter().filter(|option| option.kind == OptKind::Flag) {
        let said = layer.args.iter().find_map(|arg| match arg {
            ast::LayerArg::Option(name, expr) if name.text == option.name => lone(expr),
            ast::LayerArg::Option(..) | ast::LayerArg::Value(_) | ast::LayerArg::Size(_) | ast::LayerArg::Sized(..) => {
                None
            }
        });
        if said.as_deref().unwrap_or(option.default) != "false" {
            flags.push(option.name);
        }
    }
    for option in def.options.iter().filter(|option| option.kind == OptKind::Value) {
        let given = |arg: &ast::LayerArg| matches!(arg, ast::LayerArg::Option(name, _) if name.text == option.name);
        if layer.args.iter().any(given) {
            flags.push(option.name);
        }
    }
    let words: Vec<String> = layer
        .args
        .iter()
        .filter_map(|arg| match arg {
            ast::LayerArg::Value(expr) => lone(expr),
            ast::LayerArg::Option(..) | ast::LayerArg::Size(_) | ast::LayerArg::Sized(..) => None,
        })
        .collect();
    for arg in def.args {
        let known: &[&'static str] = match arg.kind {
            ArgKind::Word(known) => known,
            ArgKind::Window => &["all"],
            ArgKind::Units | ArgKind::Number => &[],
        };
        flags.extend(known.iter().filter(|known| words.iter().any(|word| word == *known)));
    }
    flags
}

/// The names that a layer defines, told from its text alone, where `k` layers stand above it; `k` counts on. Its output's own
/// name is the last.
pub fn names(layer: &ast::Layer, k: &mut usize) -> Vec<Arc<str>> {
    let mut all: Vec<Arc<str>> = vec![];
    if let Some(block) = &layer.block {
        let repeats = layers::find(&layer.word.text).is_some_and(|def| def.lines.is_empty());
        let times = if repeats { super::block::literal(layer).unwrap_or(1) } else { 1 };
        for _ in 0..times {
            for item in &block.items {
                match &item.statement {
                    ast::Statement::Layer(inner) => all.extend(names(inner, k)),
                    _ if repeats => {}
                    other => all.extend(other.defines().map(|name| name.text.as_str().into())),
                }
            }
        }
        if !repeats {
            *k += 1;
            all.push(format!("a{k}").into());
        }
    } else {
        *k += 1;
        let def = layers::find(&layer.word.text);
        let own = match def {
            Some(def) if def.takes_network() && is_call(layer) => vec!["a"],
            Some(def) => def.names(&flags(def, layer)),
            None => vec![],
        };
        all.extend(own.into_iter().map(|stem| Arc::from(format!("{stem}{k}"))));
    }
    all.extend(layer.output.iter().map(|name| Arc::from(name.text.as_str())));
    all
}

/// `layer block(64, 256)`: is its first argument a call?
fn is_call(layer: &ast::Layer) -> bool {
    matches!(layer.args.first(), Some(ast::LayerArg::Value(expr)) if matches!(
        expr.parts.as_slice(),
        [ast::Part { kind: PartKind::Name(_), .. }, ast::Part { kind: PartKind::Call(_), .. }]
    ))
}
