//! Layers that are made of others: `repeat` and `residual` with their blocks, and networks with parameters of their own.

use super::hir::{self, Expr, GlobalId, GlobalKind, ItemKind, Layer, NetworkId, NetworkItem, OwnLayer};
use super::layer::Inside;
use super::{Cx, Wanted, errors};
use crate::layers::LayerDef;
use crate::source::Span;
use crate::syntax::ast::{self, PartKind, Statement};
use std::sync::Arc;

/// The most times that a block is repeated.
const MOST: u64 = 1000;

/// `layer block(64, 256)`, but for its names.
pub(super) struct Own<N> {
    network: NetworkId,
    args: Vec<(Option<ast::Name>, Expr, Span)>,
    from: Option<Expr>,
    before: Option<N>,
    call: Span,
}

impl<N> Own<N> {
    pub(super) fn named(self, name: (Arc<str>, N), output: Option<(ast::Name, N)>) -> OwnLayer<N> {
        let Own { network, args, from, before, call } = self;
        OwnLayer { network, args, from, before, name, output, call }
    }
}

/// How often a block is repeated, where that is a number in the text.
pub(super) fn literal(layer: &ast::Layer) -> Option<u64> {
    match layer.args.first() {
        Some(ast::LayerArg::Value(expr)) => number(expr),
        _ => None,
    }
}

fn number(expr: &ast::Expr) -> Option<u64> {
    match expr.parts.as_slice() {
        [ast::Part { kind: PartKind::Number(n), .. }] if n.fract() == 0.0 && (1.0..=MOST as f64).contains(n) => {
            Some(*n as u64)
        }
        _ => None,
    }
}

impl Cx<'_> {
    /// The network that a layer is made of, the place of its call, and what stands in its brackets.
    pub(super) fn own_network<'l>(
        &self,
        layer: &'l ast::Layer,
        def: &LayerDef,
    ) -> Option<(NetworkId, Span, &'l [ast::Arg])> {
        let Some(ast::LayerArg::Value(expr)) = layer.args.first().filter(|_| def.takes_network()) else { return None };
        let [ast::Part { kind: PartKind::Name(name), .. }, ast::Part { kind: PartKind::Call(args), .. }] =
            expr.parts.as_slice()
        else {
            return None;
        };
        match self.scope.get(name.as_str()).map(|id| self.program.global(*id).kind) {
            Some(GlobalKind::Network(id)) => Some((id, expr.span, args)),
            _ => None,
        }
    }

    pub(super) fn own<N>(
        &mut self,
        layer: &ast::Layer,
        (network, given, call): (NetworkId, &[ast::Arg], Span),
        before: Option<N>,
        first: bool,
        span: Span,
    ) -> Own<N> {
        let mut args = vec![];
        for arg in given {
            if let ast::ArgValue::Expr(expr) = &arg.value {
                args.push((arg.name.clone(), self.expr(expr), expr.span));
            }
        }
        let from = layer.from.as_ref().map(|path| {
            let span = path.names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(span);
            let start = self.program.arena.len() as u32;
            let root = self.dotted(&path.names, span);
            hir::Expr { start, root }
        });
        if from.is_none() && first {
            self.tell_no_input(layer.word.span);
        }
        Own { network, args, from, before, call }
    }

    /// How often a block is repeated: a number, or a name that the program defines as one.
    fn times(&mut self, layer: &ast::Layer) -> Option<u64> {
        if let Some(times) = literal(layer) {
            return Some(times);
        }
        let lone = match layer.args.first() {
            Some(ast::LayerArg::Value(expr)) => match expr.parts.as_slice() {
                [ast::Part { kind: PartKind::Name(name), .. }] => Some(name.as_str()),
                _ => None,
            },
            _ => None,
        };
        let named = lone.and_then(|name| {
            self.top.iter().find_map(|item| match &item.statement {
                Statement::Define(define) if define.name.text == *name => number(&define.value),
                _ => None,
            })
        });
        if named.is_none() {
            self.report(errors::repeat_times(layer.word.span));
        }
        named
    }

    /// The source that `from` names, as a name of the program.
    fn block_source(&mut self, path: &ast::Path, span: Span) -> GlobalId {
        let text: Vec<&str> = path.names.iter().map(|name| name.text.as_str()).collect();
        let text = text.join(".");
        if let Some(id) = self.scope.get(text.as_str()).copied() {
            return id;
        }
        let at = path.names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(span);
        let start = self.program.arena.len() as u32;
        let root = self.dotted(&path.names, at);
        let global = GlobalId(self.program.globals.len() as u32);
        self.program.globals.push(hir::Global { name: text.into(), span: at, kind: GlobalKind::Value });
        self.push_item(span, ItemKind::Define { global, shape: None, value: hir::Expr { start, root } });
        global
    }

    /// `repeat 3 { … }`, `residual { … }` in the program.
    pub(super) fn block_layer(&mut self, layer: &ast::Layer, span: Span) {
        let (Some(def), Some(block)) = (self.known_layer(layer), &layer.block) else { return };
        let outer = self.block;
        self.block = outer.or(Some(span));
        let before = match &layer.from {
            Some(path) => Some(self.block_source(path, span)),
            None => self.layers.last.or(self.layers.first_input),
        };
        if before.is_none() {
            self.tell_no_input(layer.word.span);
        }
        self.layers.last = before;
        let repeats = def.lines.is_empty();
        let times = if repeats { self.times(layer).unwrap_or(1) } else { 1 };
        for _ in 0..times {
            // What a repeated block names is its own.
            let own: Vec<Arc<str>> = match repeats {
                true => block
                    .items
                    .iter()
                    .flat_map(|item| item.statement.names())
                    .map(|name| name.text.as_str().into())
                    .collect(),
                false => vec![],
            };
            let hidden: Vec<Option<GlobalId>> = own.iter().map(|name| self.scope.remove(name)).collect();
            for item in &block.items {
                self.item(item, Wanted::All);
                // What a line defines goes on, where the block ends with an equation.
                if let Some(name) = item.statement.defines()
                    && !matches!(item.statement, Statement::Layer(_))
                    && let Some(id) = self.scope.get(name.text.as_str()).copied()
                {
                    self.layers.last = Some(id);
                }
            }
            for (name, before) in own.into_iter().zip(hidden) {
                match before {
                    Some(id) => self.scope.insert(name, id),
                    None => self.scope.remove(&name),
                };
            }
        }
        if repeats {
            if let (Some(name), Some(last)) = (&layer.output, self.layers.last) {
                let start = self.program.arena.len() as u32;
                let root = self.push(hir::Kind::Global(last), name.span);
                let global = self.define(&name.text, name.span, GlobalKind::Value);
                self.push_item(span, ItemKind::Define { global, shape: None, value: hir::Expr { start, root } });
            }
        } else {
            self.layers.k += 1;
            let k = self.layers.k;
            let name: Arc<str> = format!("a{k}").into();
            let last = self.layers.last;
            let said = self.said(&ast::Layer { from: None, block: None, ..layer.clone() }, def, span, false);
            let id = self.define(&name, layer.word.span, GlobalKind::Value);
            self.layers.last = Some(id);
            let output = layer.output.as_ref().map(|name| {
                let id = self.define(&name.text, name.span, GlobalKind::Value);
                (name.clone(), id)
            });
            let made: Layer<GlobalId> = said.layer(layer, k, (last, before), vec![(name, id)], output, span);
            self.push_item(span, ItemKind::Layer(Box::new(made)));
        }
        self.block = outer;
    }

    /// The same inside a network.
    pub(super) fn network_block(&mut self, layer: &ast::Layer, span: Span, params: &[hir::Param], inside: &mut Inside) {
        let (Some(def), Some(block)) = (self.known_layer(layer), &layer.block) else { return };
        let before = match &layer.from {
            Some(path) => match path.names.as_slice() {
                [name] => match self.local(&name.text) {
                    Some(place) => Some(place),
                    None => self.named_inside(path, span, inside),
                },
                _ => self.named_inside(path, span, inside),
            },
            None => inside.last,
        };
        if before.is_none() {
            self.tell_no_input(layer.word.span);
        }
        inside.last = before;
        let repeats = def.lines.is_empty();
        let times = if repeats { self.times(layer).unwrap_or(1) } else { 1 };
        for _ in 0..times {
            let own: Vec<Arc<str>> = match repeats {
                true => block
                    .items
                    .iter()
                    .flat_map(|item| item.statement.names())
                    .map(|name| name.text.as_str().into())
                    .collect(),
                false => vec![],
            };
            let frame =
                |cx: &mut Self, name: &Arc<str>| cx.frames.last_mut().and_then(|frame| frame.names.remove(name));
            let hidden: Vec<Option<u32>> = own.iter().map(|name| frame(self, name)).collect();
            self.network_items(&block.items, params, inside);
            if let Some(NetworkItem::Define(local)) = inside.body.last() {
                inside.last = Some(local.place);
            }
            if let Some(frame) = self.frames.last_mut() {
                for (name, before) in own.into_iter().zip(hidden) {
                    match before {
                        Some(place) => frame.names.insert(name, place),
                        None => frame.names.remove(&name),
                    };
                }
            }
        }
        let output = |cx: &mut Self| {
            layer.output.as_ref().map(|name| {
                let place = cx.place(&name.text.as_str().into());
                (name.clone(), place)
            })
        };
        if repeats {
            if let (Some((name, place)), Some(last)) = (output(self), inside.last) {
                let start = self.program.arena.len() as u32;
                let root = self.push(hir::Kind::Local(last), name.span);
                let value = hir::Expr { start, root };
                let local = hir::Local { place, name: name.text.as_str().into(), span: name.span, shape: None, value };
                inside.body.push(NetworkItem::Define(local));
            }
            return;
        }
        inside.k += 1;
        let name: Arc<str> = format!("a{}", inside.k).into();
        let last = inside.last;
        let said = self.said(&ast::Layer { from: None, block: None, ..layer.clone() }, def, span, false);
        let place = self.place(&name);
        inside.last = Some(place);
        let output = output(self);
        let made: Layer<u32> = said.layer(layer, inside.k, (last, before), vec![(name, place)], output, span);
        inside.body.push(NetworkItem::Layer(made));
    }

    fn named_inside(&mut self, path: &ast::Path, span: Span, inside: &mut Inside) -> Option<u32> {
        let at = path.names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(span);
        let start = self.program.arena.len() as u32;
        let root = self.dotted(&path.names, at);
        let name: Arc<str> = "".into();
        let place = self.place(&name);
        let value = hir::Expr { start, root };
        inside.body.push(NetworkItem::Define(hir::Local { place, name, span: at, shape: None, value }));
        Some(place)
    }
}
