//! Layers and networks: which names they define, and in what they stand.

use super::hir::{self, GlobalId, GlobalKind, ItemKind, Kind, Layer, LayerArg, Network, NetworkItem};
use super::statement::INITIALISERS;
use super::{Cx, Frame, errors};
use crate::layers;
use crate::source::Span;
use crate::syntax::ast::{self, PartKind, Statement};
use rustc_hash::FxHashMap as HashMap;
use std::sync::Arc;

impl Cx<'_> {
    pub(super) fn layer(&mut self, layer: &ast::Layer, span: Span) {
        self.layers.k += 1;
        let k = self.layers.k;
        let word = layer.word.text.as_str();
        if layers::LATER.contains(&word) {
            self.report(errors::not_built(&format!("`{word}`"), layer.word.span));
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
        }
        let (args, options) = self.layer_args(layer);
        let from = layer.from.as_ref().map(|path| {
            let span = path.names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(span);
            let start = self.program.arena.len() as u32;
            let root = self.dotted(&path.names, span);
            hir::Expr { start, root }
        });
        let before = self.layers.last.or(self.layers.first_input);
        if from.is_none() && before.is_none() {
            self.report(errors::no_input(layer.word.span));
        }
        let bias = !has_no_bias(layer);
        let mut names: Vec<(Arc<str>, GlobalId)> = vec![];
        for stem in layers::names(word, bias) {
            let name = format!("{stem}{k}");
            let id = self.define(&name, layer.word.span, GlobalKind::Value);
            names.push((name.into(), id));
        }
        self.layers.last = names.last().map(|(_, id)| *id);
        let output = layer.output.as_ref().map(|name| {
            let id = self.define(&name.text, name.span, GlobalKind::Value);
            (name.clone(), id)
        });
        let word_span = layer.word.span;
        let layer = Layer { word: word.into(), word_span, span, k, args, options, from, before, names, output };
        self.push_item(span, ItemKind::Layer(Box::new(layer)));
    }

    fn layer_args(&mut self, layer: &ast::Layer) -> (Vec<LayerArg>, Vec<(ast::Name, LayerArg)>) {
        let (mut args, mut options) = (vec![], vec![]);
        for arg in &layer.args {
            match arg {
                ast::LayerArg::Value(expr) => {
                    let arg = self.layer_arg(expr);
                    args.push(arg);
                }
                ast::LayerArg::Size(size) => args.push(LayerArg::Size(size.node.clone(), size.span)),
                ast::LayerArg::Option(name, expr) => {
                    let arg = self.layer_arg(expr);
                    options.push((name.clone(), arg));
                }
            }
        }
        (args, options)
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
        let mut body = vec![];
        let mut k = 0;
        let mut last: Option<u32> = (!params.is_empty()).then_some(0);
        let mut skip = 0;
        for (at, item) in network.block.items.iter().enumerate() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            match &item.statement {
                Statement::Define(define) => {
                    let above = body.iter().filter_map(|item| match item {
                        NetworkItem::Define(local) | NetworkItem::Param(local, _) => Some(local),
                        NetworkItem::Layer(_) | NetworkItem::Recurrence(_) => None,
                    });
                    let local = self.local_definition(define, &params, above);
                    body.push(NetworkItem::Define(local));
                }
                Statement::Declare(declare) if declare.role == ast::Role::Param => {
                    let span = declare.name.span;
                    let shape = declare.kind.as_ref().map(|kind| self.shape(kind));
                    let init = declare.value.as_ref().filter(|expr| {
                        !matches!(expr.parts.as_slice(), [ast::Part { kind: PartKind::Name(n), .. }] if INITIALISERS.contains(&n.as_str()))
                    });
                    let given = init.is_some();
                    let value = match init {
                        Some(expr) => self.expr(expr),
                        None => {
                            let start = self.program.arena.len() as u32;
                            let text = declare.value.as_ref().and_then(|expr| match expr.parts.as_slice() {
                                [ast::Part { kind: PartKind::Name(n), .. }] => Some(n.as_str()),
                                _ => None,
                            });
                            let root = self.push(Kind::Text(text.unwrap_or("xavier").into()), span);
                            hir::Expr { start, root }
                        }
                    };
                    let name: Arc<str> = declare.name.text.as_str().into();
                    let place = self.place(&name);
                    body.push(NetworkItem::Param(hir::Local { place, name, span, shape, value }, given));
                }
                Statement::Layer(layer) if !layers::LATER.contains(&layer.word.text.as_str()) => {
                    k += 1;
                    let (args, options) = self.layer_args(layer);
                    let from = layer.from.as_ref().map(|path| {
                        let start = self.program.arena.len() as u32;
                        let root = self.dotted(&path.names, item.span);
                        hir::Expr { start, root }
                    });
                    let mut names: Vec<(Arc<str>, u32)> = vec![];
                    for stem in layers::names(&layer.word.text, !has_no_bias(layer)) {
                        let name: Arc<str> = format!("{stem}{k}").into();
                        let place = self.place(&name);
                        names.push((name, place));
                    }
                    if from.is_none() && last.is_none() {
                        self.report(errors::no_input(layer.word.span));
                    }
                    let before = last;
                    last = names.last().map(|(_, place)| *place);
                    let output = layer.output.as_ref().map(|name| {
                        let place = self.place(&name.text.as_str().into());
                        (name.clone(), place)
                    });
                    body.push(NetworkItem::Layer(Layer {
                        word: layer.word.text.as_str().into(),
                        word_span: layer.word.span,
                        span: item.span,
                        k,
                        args,
                        options,
                        from,
                        before,
                        names,
                        output,
                    }));
                }
                Statement::Layer(layer) => {
                    k += 1;
                    self.report(errors::not_built(&format!("`{}`", layer.word.text), layer.word.span));
                }
                Statement::Show(expr) => {
                    // The last line may be the value.
                    let value = self.expr(expr);
                    let name: Arc<str> = "".into();
                    let place = self.place(&name);
                    body.push(NetworkItem::Define(hir::Local { place, name, span: expr.span, shape: None, value }));
                }
                Statement::Broken(_) => {}
                Statement::Recurrence(recurrence) => {
                    let rest = network.block.items[at + 1..].iter().map_while(|item| match &item.statement {
                        Statement::Recurrence(recurrence) => Some(&**recurrence),
                        _ => None,
                    });
                    let group = super::recurrence::together(recurrence, rest);
                    skip = group.len() - 1;
                    body.push(NetworkItem::Recurrence(self.local_recurrence(&group)));
                }
                Statement::Function(_)
                | Statement::Declare(_)
                | Statement::Setting(_)
                | Statement::Use(_)
                | Statement::Network(_)
                | Statement::Data(_)
                | Statement::Train(_)
                | Statement::Ask(_) => self.report(errors::not_in_network(item.span)),
            }
        }
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

fn has_no_bias(layer: &ast::Layer) -> bool {
    layer.args.iter().any(|arg| match arg {
        ast::LayerArg::Option(name, expr) if name.text == "bias" => {
            matches!(expr.parts.as_slice(), [ast::Part { kind: PartKind::Name(value), .. }] if value == "false")
        }
        ast::LayerArg::Option(..) | ast::LayerArg::Value(_) | ast::LayerArg::Size(_) => false,
    })
}
