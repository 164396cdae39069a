//! What a statement defines and which names it uses, told from its text alone.

use crate::resolve::layer_names;
use crate::syntax::ast::{self, PartKind, Statement};
use std::sync::Arc;

/// A statement that a session holds, and the names in it.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub item: ast::Item,
    /// What a later statement of the same key takes the place of: `a`, `seed `, `slope f`.
    pub key: Option<Arc<str>>,
    /// The names that it defines; a layer's are settled when the program is compiled.
    pub defines: Vec<Arc<str>>,
    /// Every free name in it, each once.
    pub mentions: Vec<Arc<str>>,
    /// The names in stated shapes.
    pub dims: Vec<Arc<str>>,
    /// Its derivatives.
    pub derivatives: Vec<Slope>,
    /// The names that are the session's, as they were when it was taken in.
    pub uses: Vec<Arc<str>>,
}

/// `dJ/da` as written: a derivative of `J`, or where `dJ` and `da` are names a division.
#[derive(Clone, Debug)]
pub(crate) struct Slope {
    /// `dJ` and `da`; none where it cannot be a division.
    pub words: Option<(Arc<str>, Arc<str>)>,
    /// `J` and `a`; of `da2` also `a2`.
    pub stems: Vec<Arc<str>>,
}

impl Kept {
    /// With its names; which of them the session defines is not yet known.
    pub fn new(item: ast::Item) -> Kept {
        let mut names = Names::default();
        names.statement(&item.statement);
        let Names { mentions, dims, derivatives, .. } = names;
        let key = key(&item.statement).map(Arc::from);
        let defines = defines(&item.statement);
        Kept { item, key, defines, mentions, dims, derivatives, uses: vec![] }
    }

    /// Does it ask and define nothing?
    pub fn is_question(&self) -> bool {
        matches!(
            self.item.statement,
            Statement::Show(_) | Statement::Ask(_) | Statement::Train(_) | Statement::Predict(_) | Statement::Broken(_)
        )
    }

    /// Does it move parameters?
    pub fn is_step(&self) -> bool {
        match &self.item.statement {
            Statement::Ask(ask) => ask.statement.moves,
            Statement::Train(_) => true,
            _ => false,
        }
    }

    /// The layer that it is.
    pub fn layer(&self) -> Option<&ast::Layer> {
        if let Statement::Layer(layer) = &self.item.statement { Some(layer) } else { None }
    }

    /// Does it say something about the whole program?
    pub fn is_global(&self) -> bool {
        matches!(self.item.statement, Statement::Setting(_) | Statement::Use(_))
    }

    /// `use "net.nnl"`: its names are not known from its text.
    pub fn is_use(&self) -> bool {
        matches!(self.item.statement, Statement::Use(_))
    }

    /// The name of the function whose slope it states.
    pub fn slope_of(&self) -> Option<&str> {
        match &self.item.statement {
            Statement::Function(function) if function.slope => Some(&function.name.text),
            _ => None,
        }
    }
}

fn defines(statement: &Statement) -> Vec<Arc<str>> {
    if let Statement::Data(data) = statement {
        return data.declares.iter().flat_map(|item| defines(&item.statement)).collect();
    }
    statement.defines().map(|name| name.text.as_str().into()).into_iter().collect()
}

fn key(statement: &Statement) -> Option<String> {
    match statement {
        Statement::Setting(setting) => Some(format!("{} ", setting.word.text)),
        Statement::Data(_) => Some("data ".into()),
        Statement::Use(used) if used.alias.is_none() => Some(format!("use {}", used.path.node)),
        Statement::Function(function) if function.slope => Some(format!("slope {}", function.name.text)),
        other => defines(other).first().map(|name| name.to_string()),
    }
}

/// Collects free names.
#[derive(Default)]
struct Names {
    mentions: Vec<Arc<str>>,
    seen: rustc_hash::FxHashSet<Arc<str>>,
    dims: Vec<Arc<str>>,
    derivatives: Vec<Slope>,
    bound: Vec<String>,
    in_shape: bool,
}

impl Names {
    fn mention(&mut self, name: &str) {
        if self.bound.iter().any(|bound| bound == name) {
            return;
        }
        if self.in_shape && !self.dims.iter().any(|dim| **dim == *name) {
            self.dims.push(name.into());
        }
        if !self.seen.contains(name) {
            let name: Arc<str> = name.into();
            self.seen.insert(name.clone());
            self.mentions.push(name);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match statement {
            Statement::Define(define) => self.define(define),
            Statement::Function(function) => {
                let outer = self.bound.len();
                if function.slope {
                    self.mention(&function.name.text);
                }
                self.params(&function.params);
                for local in &function.locals {
                    match local {
                        ast::Local::Define(define) => self.define(define),
                        ast::Local::Recurrence(recurrence) => self.recurrence(recurrence),
                    }
                    self.bound.push(local.name().text.clone());
                }
                self.expr(&function.value);
                self.bound.truncate(outer);
            }
            Statement::Recurrence(recurrence) => {
                self.recurrence(recurrence);
            }
            Statement::Declare(declare) => {
                self.kind(declare.kind.as_deref());
                for value in declare.value.iter().chain(&declare.otherwise) {
                    self.expr(value);
                }
            }
            Statement::Layer(layer) => self.layer(layer),
            Statement::Network(network) => {
                let outer = self.bound.len();
                self.params(&network.params);
                self.block(&network.block);
                self.bound.truncate(outer);
            }
            // Its lines are over the columns of the file.
            Statement::Data(data) => data.declares.iter().for_each(|item| self.statement(&item.statement)),
            Statement::Train(train) => {
                self.expr(&train.goal);
                train.wrt.iter().for_each(|path| self.path(path));
                for (goal, wrt) in &train.then {
                    self.expr(goal);
                    wrt.iter().for_each(|path| self.path(path));
                }
                self.block(&train.block);
            }
            Statement::Predict(predict) => self.block(&predict.block),
            Statement::Show(expr) => self.expr(expr),
            Statement::Ask(ask) => self.ask(ask),
            Statement::Setting(_) | Statement::Use(_) | Statement::Broken(_) => {}
        }
    }

    fn recurrence(&mut self, recurrence: &ast::Recurrence) {
        for expr in recurrence.start.iter().chain(&recurrence.range) {
            self.expr(expr);
        }
        let outer = self.bound.len();
        self.bound.push(recurrence.index.text.clone());
        self.bound.push(recurrence.name.text.clone());
        self.expr(&recurrence.value);
        self.bound.truncate(outer);
    }

    fn define(&mut self, define: &ast::Define) {
        self.kind(define.kind.as_deref());
        self.expr(&define.value);
    }

    fn params(&mut self, params: &[ast::Param]) {
        for param in params {
            // The dimension names of a head are its own.
            if let Some(default) = &param.default {
                self.expr(default);
            }
            self.bound.push(param.name.text.clone());
        }
    }

    fn block(&mut self, block: &ast::Block) {
        let outer = self.bound.len();
        let mut k = 0;
        for item in &block.items {
            self.statement(&item.statement);
            if let Statement::Layer(layer) = &item.statement {
                self.bound.extend(layer_names(layer, &mut k).iter().map(|name| name.to_string()));
            }
            self.bound.extend(defines(&item.statement).iter().map(|name| name.to_string()));
        }
        self.bound.truncate(outer);
    }

    fn layer(&mut self, layer: &ast::Layer) {
        for arg in &layer.args {
            match arg {
                ast::LayerArg::Value(expr) | ast::LayerArg::Option(_, expr) => self.expr(expr),
                ast::LayerArg::Size(_) | ast::LayerArg::Sized(..) => {}
            }
        }
        if let Some(path) = &layer.from {
            self.path(path);
        }
        if let Some(block) = &layer.block {
            self.block(block);
        }
    }

    fn ask(&mut self, ask: &ast::Ask) {
        let outer = self.bound.len();
        ask.beside.iter().for_each(|expr| self.expr(expr));
        for (index, range) in ask.over.iter().chain(&ask.across) {
            self.expr(range);
            // A number of the program that runs is asked for by its name.
            self.mention(&index.text);
            self.bound.push(index.text.clone());
        }
        for expr in ask.exprs.iter().chain(&ask.by).chain(&ask.within).chain(&ask.times) {
            self.expr(expr);
        }
        ask.wrt.iter().for_each(|path| self.path(path));
        self.bound.truncate(outer);
    }

    fn path(&mut self, path: &ast::Path) {
        if let Some(first) = path.names.first() {
            self.mention(&first.text);
        }
    }

    fn kind(&mut self, kind: Option<&ast::Kind>) {
        let Some(kind) = kind else { return };
        self.in_shape = true;
        for dim in &kind.dims {
            if let ast::DimExpr::Expr(expr) = dim {
                self.expr(expr);
            }
        }
        self.in_shape = false;
    }

    fn each(&mut self, each: &ast::Comprehension) {
        let outer = self.bound.len();
        self.expr(&each.range);
        self.bound.push(each.index.text.clone());
        for (index, range) in &each.rest {
            self.expr(range);
            self.bound.push(index.text.clone());
        }
        self.expr(&each.value);
        self.bound.truncate(outer);
    }

    fn expr(&mut self, expr: &ast::Expr) {
        for part in &expr.parts {
            match &part.kind {
                PartKind::Name(name) => self.mention(name),
                PartKind::Derivative(derivative) => self.derivative(derivative),
                PartKind::Group(inner) => self.expr(inner),
                PartKind::List(all) => all.iter().for_each(|expr| self.expr(expr)),
                PartKind::Comprehension(each) => self.each(each),
                PartKind::Index(slots) => slots.iter().for_each(|slot| match slot {
                    ast::Slot::At(expr) => self.expr(expr),
                    ast::Slot::Slice { start, stop, step, .. } => {
                        start.iter().chain(stop).chain(step).for_each(|expr| self.expr(expr));
                    }
                }),
                PartKind::Call(args) => args.iter().for_each(|arg| match &arg.value {
                    ast::ArgValue::Expr(expr) => self.expr(expr),
                    ast::ArgValue::Each(each) => self.each(each),
                }),
                PartKind::Prefix(_)
                | PartKind::Infix(_)
                | PartKind::Number(_)
                | PartKind::Text(_)
                | PartKind::Blank
                | PartKind::Prime
                | PartKind::Field(_) => {}
            }
        }
    }

    fn derivative(&mut self, derivative: &ast::Derivative) {
        let plain = |word: &str| -> String {
            let word = word.strip_prefix(['d', '∂']).unwrap_or(word);
            word.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '²' | '³' | '¹' | '⁴'..='⁹')).into()
        };
        let mut stems: Vec<Arc<str>> = vec![plain(&derivative.of.text).into()];
        for by in &derivative.by {
            match by {
                ast::By::Word(word) => {
                    let stem = word.text.strip_prefix(['d', '∂']).unwrap_or(&word.text);
                    let base =
                        stem.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '²' | '³' | '¹' | '⁴'..='⁹'));
                    stems.push(stem.into());
                    if base != stem && !base.is_empty() {
                        stems.push(base.into());
                    }
                }
                ast::By::Path(path, _) => {
                    if let Some(first) = path.names.first() {
                        stems.push(first.text.as_str().into());
                    }
                }
            }
        }
        stems.retain(|stem| !self.bound.iter().any(|bound| **bound == **stem));
        let words = match derivative.by.as_slice() {
            [ast::By::Word(by)] if !derivative.partial => {
                Some((derivative.of.text.as_str().into(), by.text.as_str().into()))
            }
            _ => None,
        };
        self.derivatives.push(Slope { words, stems });
    }
}
