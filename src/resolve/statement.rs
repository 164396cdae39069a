//! Statements: what each defines, and what it asks.

use super::hir::{self, Ask, GlobalKind, Item, ItemKind, Kind};
use super::{Cx, Frame, Wanted, defined, errors};
use crate::source::Span;
use crate::syntax::ast::{self, PartKind, Statement};
use crate::tensor::Precision;
use rustc_hash::FxHashMap as HashMap;
use std::cell::OnceCell;
use std::sync::Arc;

/// The ways of moving parameters that have a name.
const OPTIMISERS: &[&str] =
    &["sgd", "momentum", "nesterov", "rmsprop", "adagrad", "adadelta", "adam", "adamw", "lbfgs"];

/// The options of `train`, and the words that each knows.
const CHOICES: &[(&str, &[&str])] = &[
    ("optimizer", OPTIMISERS),
    ("epochs", &[]),
    ("steps", &[]),
    ("batch", &["all"]),
    ("shuffle", &[]),
    ("report", &[]),
    ("schedule", &["cosine", "decay", "plateau"]),
    ("clip", &["each"]),
    ("stop", &["patience"]),
    ("keep", &["best", "last"]),
    ("average", &[]),
    ("save", &[]),
    ("checkpoint", &[]),
];

/// So many points of a curve, and so many along each side of a map.
const CURVE: f64 = 401.0;
const MAP: f64 = 61.0;

impl Cx<'_> {
    /// The statements of a file that is used.
    fn items(&mut self, items: &[&ast::Item], wanted: Wanted) {
        let later = OnceCell::from(defined(items));
        let outer = (std::mem::replace(&mut self.later, later), std::mem::take(&mut self.calls));
        self.look_ahead(items);
        let mut at = 0;
        while at < items.len() {
            at += self.statement(&items[at..], wanted);
        }
        (self.later, self.calls) = outer;
    }

    /// The first of these statements, and those that are taken together with it; how many these are.
    pub(super) fn statement(&mut self, items: &[&ast::Item], wanted: Wanted) -> usize {
        let Some((item, rest)) = items.split_first() else { return 0 };
        let Statement::Recurrence(first) = &item.statement else {
            self.item(item, wanted);
            return 1;
        };
        let rest = rest.iter().map_while(|item| match &item.statement {
            Statement::Recurrence(recurrence) => Some(&**recurrence),
            _ => None,
        });
        let group = super::recurrence::together(first, rest);
        let span = item.span.to(items[group.len() - 1].span);
        self.program_recurrence(&group, span);
        group.len()
    }

    pub(super) fn push_item(&mut self, span: Span, kind: ItemKind) {
        self.program.items.push(Item { span: self.block.unwrap_or(span), kind });
    }

    pub(super) fn item(&mut self, item: &ast::Item, wanted: Wanted) {
        match &item.statement {
            Statement::Define(define) => {
                let before = self.problems.len();
                let outer = self.within.replace(define.name.text.as_str().into());
                let shape = define.kind.as_ref().map(|kind| self.shape(kind));
                let value = self.expr(&define.value);
                self.within = outer;
                let own = mentions(&define.value, &define.name.text);
                let told = self.problems.len();
                let global = self.define_again(&define.name.text, define.name.span, GlobalKind::Value, own);
                if own {
                    self.stepped(define, item.span, told);
                }
                // What is written as a tensor is no goal.
                let tensor = define.kind.as_ref().is_some_and(|kind| !kind.dims.is_empty())
                    || matches!(define.value.parts.as_slice(), [ast::Part { kind: PartKind::List(_), .. }]);
                if !tensor && self.problems.len() == before {
                    self.last_scalar = Some(define.name.text.as_str().into());
                }
                self.push_item(item.span, ItemKind::Define { global, shape: shape.map(Box::new), value });
            }
            Statement::Declare(declare) => self.declare(declare, item.span),
            Statement::Function(function) => {
                let id = self.function(function);
                if function.slope {
                    self.stated_slope(function, id);
                } else {
                    self.define(&function.name.text, function.name.span, GlobalKind::Function(id));
                }
            }
            Statement::Network(network) => self.network(network),
            // Alone, a word that the program defines is that name.
            Statement::Layer(layer) if layer.is_word() && self.is_value(&layer.word.text) => {
                let start = self.program.arena.len() as u32;
                let root = self.value(&layer.word.text, layer.word.span);
                let value = hir::Expr { start, root };
                match &layer.output {
                    Some(name) => {
                        let global = self.define(&name.text, name.span, GlobalKind::Value);
                        self.push_item(item.span, ItemKind::Define { global, shape: None, value });
                    }
                    None if wanted == Wanted::All => self.push_item(item.span, ItemKind::Show(value)),
                    None => {}
                }
            }
            Statement::Layer(layer) if layer.block.is_some() => self.block_layer(layer, item.span),
            Statement::Layer(layer) => self.layer(layer, item.span),
            Statement::Setting(setting) => {
                self.setting_stands(setting, item.span);
                self.setting(setting);
            }
            Statement::Use(used) => self.use_file(used),
            Statement::Show(expr) if wanted == Wanted::All => match expr.parts.as_slice() {
                [ast::Part { kind: PartKind::Text(text), .. }] => {
                    self.push_item(item.span, ItemKind::Heading(text.as_str().into()));
                }
                _ => {
                    let expr = self.expr(expr);
                    self.push_item(item.span, ItemKind::Show(expr));
                }
            },
            Statement::Ask(ask) if wanted == Wanted::All => match self.is_value(&ask.word.text) && ask.exprs.is_empty()
            {
                true => {
                    let start = self.program.arena.len() as u32;
                    let root = self.value(&ask.word.text, ask.word.span);
                    self.push_item(item.span, ItemKind::Show(hir::Expr { start, root }));
                }
                false => self.ask(ask, item.span),
            },
            Statement::Show(_) | Statement::Ask(_) => {}
            // Taken together with those that follow it.
            Statement::Recurrence(_) => {}
            Statement::Data(data) => data.declares.iter().for_each(|item| self.item(item, wanted)),
            Statement::Train(train) if wanted == Wanted::All => self.train(train, item.span),
            Statement::Predict(predict) if wanted == Wanted::All => self.predict(predict, item.span),
            Statement::Train(_) | Statement::Predict(_) => {}
            Statement::Broken(names) => {
                // Its own problem is told already.
                for name in names {
                    if !self.scope.contains_key(name.text.as_str()) {
                        self.define(&name.text, name.span, GlobalKind::Broken);
                    }
                }
            }
        }
    }

    /// `w = w - 0.1*dJ/dw` as another definition of `w`: the step that it means.
    fn stepped(&mut self, define: &ast::Define, span: Span, told: usize) {
        let name = &define.name.text;
        let Some(step) = crate::syntax::step_of(self.sources.text(define.value.span), name) else { return };
        let steps = |mend: &crate::diag::Mend| mend.edits.iter().any(|edit| edit.text == step);
        let before = self.problems.iter().take(told).any(|problem| problem.mend.as_ref().is_some_and(steps));
        let fresh = self.problems.iter_mut().skip(told);
        let Some(problem) = fresh.into_iter().find(|problem| problem.code == errors::TWICE) else { return };
        // A leaf is made a parameter.
        let leaf = problem.labels.get(1).map(|label| label.span).filter(|at| {
            let text = &self.sources.get(at.source).text;
            text[..at.start as usize].rsplit(['\n', ';']).next().unwrap_or("").trim().is_empty()
        });
        let own = problem.mend.replace(errors::step_instead(&step, name, span, leaf, before));
        problem.others.extend(own);
    }

    fn declare(&mut self, declare: &ast::Declare, span: Span) {
        let outer = self.within.replace(declare.name.text.as_str().into());
        let shape = declare.kind.as_ref().map(|kind| self.shape(kind));
        let (mut value, mut initialiser) = (None, None);
        let noise = self.noise(declare);
        let otherwise = declare.otherwise.as_ref().map(|expr| (self.training(expr.span), self.expr(expr)));
        if let Some(expr) = noise.as_ref().or(declare.value.as_ref()) {
            let begins = self.initialiser(expr).filter(|_| declare.role == ast::Role::Param);
            match expr.parts.as_slice() {
                _ if begins.is_some() => initialiser = begins,
                [ast::Part { kind: PartKind::List(items), .. }]
                    if declare.kind.is_none() && items.iter().any(|item| self.is_dimension(item)) =>
                {
                    let name = &declare.name;
                    let gap = Span { start: name.span.end, end: expr.span.start, ..expr.span };
                    let odd = items.iter().find(|item| self.is_dimension(item)).map_or(expr.span, |item| item.span);
                    let odd_name = self.sources.text(odd).to_string();
                    self.report(errors::shape_as_value(&name.text, &odd_name, odd, gap));
                    let start = self.program.arena.len() as u32;
                    let root = self.push(Kind::Broken, expr.span);
                    value = Some(hir::Expr { start, root });
                }
                [ast::Part { kind: PartKind::Name(name), span }]
                    if declare.role == ast::Role::Param && self.is_unknown(name) =>
                {
                    let known = crate::layers::init::ALL.iter().map(|init| init.name);
                    let here = crate::resolve::foreign::initialiser(name).or_else(|| crate::diag::nearest(name, known));
                    self.report(errors::initialiser(name, here, *span));
                    let start = self.program.arena.len() as u32;
                    let root = self.push(Kind::Broken, *span);
                    value = Some(hir::Expr { start, root });
                }
                _ => value = Some(self.expr(expr)),
            }
        }
        self.within = outer;
        let global = self.define(&declare.name.text, declare.name.span, GlobalKind::Value);
        if declare.role == ast::Role::Input && self.layers.first_input.is_none() {
            self.layers.first_input = Some(global);
        }
        let declared = hir::Declare { role: declare.role, global, shape, value, initialiser, otherwise };
        self.push_item(span, ItemKind::Declare(Box::new(declared)));
    }

    /// The value of a noise: a distribution by its name alone, and `bernoulli(p)`, fill the stated shape.
    fn noise(&mut self, declare: &ast::Declare) -> Option<ast::Expr> {
        if declare.role != ast::Role::Noise {
            if let Some(otherwise) = &declare.otherwise {
                self.report(errors::otherwise(otherwise.span));
            }
            return None;
        }
        let (Some(kind), Some(value)) = (&declare.kind, &declare.value) else {
            self.report(errors::noise(&declare.name.text, declare.name.span));
            return None;
        };
        let mut value = value.clone();
        filled(&mut value, kind, &|name| self.is_value(name) || self.scope.contains_key(name));
        Some(value)
    }

    /// A lone name that nothing defines, as a dimension would be.
    fn is_dimension(&self, expr: &ast::Expr) -> bool {
        matches!(expr.parts.as_slice(), [ast::Part { kind: PartKind::Name(name), .. }] if self.is_unknown(name))
    }

    fn stated_slope(&mut self, function: &ast::Function, slope: hir::FunctionId) {
        let name = &function.name;
        let of = match self.scope.get(name.text.as_str()).map(|id| self.program.global(*id).kind) {
            Some(GlobalKind::Function(of)) => of,
            Some(GlobalKind::Broken) => return,
            None if self.is_function(&name.text) => {
                return self.report(errors::slope_of_builtin(&name.text, name.span));
            }
            Some(GlobalKind::Value | GlobalKind::Dimension | GlobalKind::Network(_)) | None => {
                let nearest = self.nearest(&name.text, true);
                return self.report(errors::slope_of_unknown(&name.text, name.span, nearest.as_deref()));
            }
        };
        let stated = self.program.function(of);
        let own = stated.params.len();
        let problem = match stated.slope {
            Some(before) => errors::slope_twice(&name.text, name.span, self.program.function(before).span),
            None if own != 1 => errors::slope_arguments(&stated.name, own, name.span, stated.span),
            None if function.params.len() != 1 => {
                errors::slope_params(&stated.name, own, function.params.len(), name.span)
            }
            None => {
                self.program.functions[of.0 as usize].slope = Some(slope);
                return;
            }
        };
        self.report(problem);
    }

    /// A setting stands at the top of its text, once.
    fn setting_stands(&mut self, setting: &ast::Setting, span: Span) {
        let word: Arc<str> = setting.word.text.as_str().into();
        if let Some(before) = self.set.insert((span.source, word), span) {
            self.report(errors::set_twice(&setting.word.text, span, before));
        } else if let Some(first) = self.begun.get(&span.source).copied().filter(|first| first.start < span.start) {
            let text = self.sources.text(span).to_string();
            self.report(errors::late_setting(&text, &setting.word.text, span, first));
        }
    }

    fn setting(&mut self, setting: &ast::Setting) {
        let value = match setting.value.parts.as_slice() {
            [ast::Part { kind, .. }] => Some(kind),
            _ => None,
        };
        let settings = &mut self.program.settings;
        let wants = match (setting.word.text.as_str(), value) {
            ("precision", Some(PartKind::Name(name))) if name == "f32" || name == "f64" => {
                settings.precision = Some(if name == "f32" { Precision::F32 } else { Precision::F64 });
                return;
            }
            ("seed", Some(PartKind::Number(seed))) if seed.fract() == 0.0 && *seed >= 0.0 && *seed < 1.8e19 => {
                settings.seed = Some(*seed as u64);
                return;
            }
            ("examples", Some(PartKind::Name(name))) if name == "columns" || name == "rows" => {
                let examples = if name == "rows" { hir::Examples::Rows } else { hir::Examples::Columns };
                settings.examples = Some(examples);
                return;
            }
            ("precision", _) => "`f32` or `f64`",
            ("seed", _) => "a whole number below 1.8e19",
            _ => "`columns` or `rows`",
        };
        self.report(errors::setting(&setting.word.text, wants, setting.value.span));
    }

    fn use_file(&mut self, used: &ast::Use) {
        let id = match self.loader.load(self.sources, &used.path.node, used.path.span) {
            Ok(id) => id,
            Err(problem) => {
                self.lose(used);
                return self.report(problem);
            }
        };
        let name = self.sources.get(id).name.clone();
        if self.using.iter().any(|other| self.sources.get(*other).name == name)
            || self.sources.get(used.path.span.source).name == name
        {
            self.lose(used);
            return self.report(errors::circle(&used.path.node, used.path.span));
        }
        // A file's definitions are taken once: two files may use a third.
        if used.alias.is_none() && !Arc::make_mut(&mut self.taken).insert(name) {
            return;
        }
        let depth = self.using.len();
        // The file that uses it is being read too.
        self.using.extend([used.path.span.source, id]);
        let (program, problems) = crate::syntax::parse(self.sources, id);
        self.problems.extend(problems);
        let items: Vec<&ast::Item> = program.items.iter().collect();
        let outer_layers = std::mem::take(&mut self.layers);
        match &used.alias {
            None => {
                self.items(&items, Wanted::Definitions);
                // Layers of a used file go on in the file that uses it.
                if self.layers.k == 0 {
                    self.layers = outer_layers;
                }
            }
            Some(alias) => {
                let outer = std::mem::take(&mut self.scope);
                let outer_modules = std::mem::take(&mut self.modules);
                let outer_taken = std::mem::take(&mut self.taken);
                self.items(&items, Wanted::Definitions);
                let inner = std::mem::replace(&mut self.scope, outer);
                self.modules = outer_modules;
                self.taken = outer_taken;
                self.layers = outer_layers;
                let value = self.scope.get(alias.text.as_str()).map(|id| self.program.global(*id).span);
                if let Some(before) =
                    Arc::make_mut(&mut self.modules).insert(alias.text.as_str().into(), alias.span).or(value)
                {
                    self.report(errors::twice(&alias.text, alias.span, before, false));
                }
                let mut inner: Vec<_> = inner.into_iter().collect();
                inner.sort_by_key(|(_, id)| *id);
                for (name, id) in inner {
                    let full: Arc<str> = format!("{}.{name}", alias.text).into();
                    self.program.globals[id.0 as usize].name = full.clone();
                    if let Some(before) = self.scope.insert(full.clone(), id) {
                        self.taken_over.push((full, before));
                    }
                }
            }
        }
        self.using.truncate(depth);
    }

    /// The names of a file that could not be read are not known; they are silent.
    fn lose(&mut self, used: &ast::Use) {
        match &used.alias {
            None => self.lost = true,
            Some(alias) => {
                let name: Arc<str> = alias.text.as_str().into();
                Arc::make_mut(&mut self.modules).insert(name.clone(), alias.span);
                Arc::make_mut(&mut self.lost_modules).insert(name);
            }
        }
    }

    /// The places of `epoch` and `step`, in a frame of their own.
    fn clock(&mut self) -> (u32, u32) {
        self.frames.push(Frame { names: HashMap::default(), dims: HashMap::default(), size: 0, function: None });
        (self.place(&"epoch".into()), self.place(&"step".into()))
    }

    /// Does this name a network?
    fn is_network(&self, path: &ast::Path) -> bool {
        let text = path.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let id = self.scope.get(text.as_str());
        id.is_some_and(|id| matches!(self.program.global(*id).kind, GlobalKind::Network(_)))
    }

    /// `train J wrt W2, b2 { … }`
    fn train(&mut self, train: &ast::Train, span: Span) {
        let goals = std::iter::once(&train.goal).chain(train.then.iter().map(|(goal, _)| goal));
        let exprs = goals.map(|goal| (self.expr(goal), goal.span)).collect();
        let clock = self.clock();
        let mut choices: Vec<hir::Choice<(hir::Expr, Span)>> = vec![];
        for item in &train.block.items {
            let Statement::Define(define) = &item.statement else { continue };
            let name = &define.name;
            if !CHOICES.iter().any(|(known, _)| *known == name.text) {
                let known = CHOICES.iter().map(|(known, _)| *known);
                let nearest = crate::diag::nearest(&name.text, known.clone());
                self.report(errors::no_choice(&name.text, nearest, &known.collect::<Vec<_>>(), name.span));
                continue;
            }
            if let Some(before) = choices.iter().find(|other| other.name.text == name.text && name.text != "report") {
                let before = before.name.span;
                self.report(errors::twice(&name.text, name.span, before, false));
                continue;
            }
            match define.value.parts.as_slice() {
                [ast::Part { kind: PartKind::List(items), .. }] if name.text == "report" => {
                    for item in items {
                        choices.push(self.choice(name, item, item.span));
                    }
                }
                _ => choices.push(self.choice(name, &define.value, item.span)),
            }
        }
        self.frames.pop();
        let name = |path: &ast::Path| {
            let text = path.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            let span = path.names.iter().map(|name| name.span).reduce(Span::to)?;
            Some(ast::Name { text, span })
        };
        let wrt = std::iter::once(&train.wrt).chain(train.then.iter().map(|(_, wrt)| wrt));
        let wrt = wrt.map(|paths| paths.iter().filter_map(name).collect());
        let training = Some(Box::new(hir::Training { choices, wrt: wrt.collect() }));
        let word = ast::Name { text: "train".into(), span: Span { end: span.start + 5, ..span } };
        let ask = Ask {
            statement: &crate::statements::TRAIN,
            word,
            exprs,
            wrt: vec![],
            wholes: vec![],
            by: None,
            within: None,
            over: None,
            across: None,
            epochs: false,
            beside: vec![],
            times: None,
            to: None,
            form: None,
            file: None,
            training,
            clock,
        };
        self.push_item(span, ItemKind::Ask(Box::new(ask)));
    }

    /// `predict "new.csv" to "answers.csv" { id = id; rent = a2 }`: a lone name that the program does not define is a column.
    fn predict(&mut self, predict: &ast::Predict, span: Span) {
        let clock = self.clock();
        let mut choices: Vec<hir::Choice<(hir::Expr, Span)>> = vec![];
        for item in &predict.block.items {
            let Statement::Define(define) = &item.statement else { continue };
            let name = &define.name;
            if let Some(before) = choices.iter().find(|other| other.name.text == name.text) {
                let before = before.name.span;
                self.report(errors::twice(&name.text, name.span, before, false));
                continue;
            }
            let value = match define.value.parts.as_slice() {
                [ast::Part { kind: PartKind::Text(column), .. }] => hir::Chosen::Text(column.to_string()),
                [ast::Part { kind: PartKind::Name(column), .. }] if self.is_unknown(column) => {
                    hir::Chosen::Text(column.clone())
                }
                _ => hir::Chosen::Value((self.expr(&define.value), define.value.span)),
            };
            choices.push(hir::Choice { name: name.clone(), value, span: define.value.span });
        }
        self.frames.pop();
        let ask = Ask {
            statement: &crate::statements::PREDICT,
            word: predict.word.clone(),
            exprs: vec![],
            wrt: vec![],
            wholes: vec![],
            by: None,
            within: None,
            over: None,
            across: None,
            epochs: false,
            beside: vec![],
            times: None,
            to: predict.to.clone(),
            form: None,
            file: Some(predict.file.clone()),
            training: Some(Box::new(hir::Training { choices, wrt: vec![] })),
            clock,
        };
        self.push_item(span, ItemKind::Ask(Box::new(ask)));
    }

    /// One line of `train`: a word that the option knows, a text, or an expression.
    fn choice(&mut self, name: &ast::Name, expr: &ast::Expr, span: Span) -> hir::Choice<(hir::Expr, Span)> {
        let words = CHOICES.iter().find(|(known, _)| *known == name.text).map_or(&[][..], |(_, words)| words);
        let known = |word: &str| words.contains(&word);
        let value = match expr.parts.as_slice() {
            [ast::Part { kind: PartKind::Text(text), .. }] => hir::Chosen::Text(text.to_string()),
            [ast::Part { kind: PartKind::Name(word), span }] if known(word) => {
                hir::Chosen::Called(ast::Name { text: word.clone(), span: *span }, vec![])
            }
            [ast::Part { kind: PartKind::Name(word), span }, ast::Part { kind: PartKind::Call(args), .. }]
                if known(word) =>
            {
                let mut given = vec![];
                for arg in args {
                    if let ast::ArgValue::Expr(expr) = &arg.value {
                        given.push((arg.name.clone(), (self.expr(expr), expr.span)));
                    }
                }
                hir::Chosen::Called(ast::Name { text: word.clone(), span: *span }, given)
            }
            _ => hir::Chosen::Value((self.expr(expr), expr.span)),
        };
        hir::Choice { name: name.clone(), value, span }
    }

    /// `adam(lr=0.01)`: the optimiser that an expression names, unless the program has such a name.
    fn optimiser(&self, expr: &ast::Expr) -> Option<ast::Name> {
        match expr.parts.as_slice() {
            [ast::Part { kind: PartKind::Name(name), span }]
            | [ast::Part { kind: PartKind::Name(name), span }, ast::Part { kind: PartKind::Call(_), .. }]
                if OPTIMISERS.contains(&name.as_str()) && !self.scope.contains_key(name.as_str()) =>
            {
                Some(ast::Name { text: name.clone(), span: *span })
            }
            _ => None,
        }
    }

    /// The points of `for z in -5..5`: of a plot so many that are equally far apart, both ends among them.
    fn range(&mut self, range: &ast::Expr, plotted: bool, points: f64) -> hir::Expr {
        let infix = |part: &ast::Part, infix: ast::Infix| part.kind == ast::PartKind::Infix(infix);
        let at = range.parts.iter().position(|part| infix(part, ast::Infix::Range));
        let steps = range.parts.iter().any(|part| infix(part, ast::Infix::Step));
        let Some(at) = at.filter(|_| plotted && !steps) else { return self.expr(range) };
        let (from, to) = (&range.parts[..at], &range.parts[at + 1..]);
        let arg = |parts: &[ast::Part]| {
            let span = parts.iter().map(|part| part.span).reduce(Span::to).unwrap_or(range.span);
            ast::Arg { name: None, value: ast::ArgValue::Expr(ast::Expr { span, parts: parts.to_vec() }) }
        };
        let count = [ast::Part { span: range.span, kind: ast::PartKind::Number(points) }];
        let kind = ast::PartKind::Call(vec![arg(from), arg(to), arg(&count)]);
        let call = ast::Part { span: range.span, kind };
        let name = ast::Part { span: range.span, kind: ast::PartKind::Name("linspace".into()) };
        self.expr(&ast::Expr { span: range.span, parts: vec![name, call] })
    }

    fn ask(&mut self, ask: &ast::Ask, span: Span) {
        let plotted = ask.word.text == "plot";
        let beside = ask.beside.iter().map(|expr| (self.expr(expr), expr.span)).collect();
        let mut across = ask.across.as_ref().map(|(name, range)| {
            let range = self.range(range, plotted, MAP);
            (0, Arc::<str>::from(name.text.as_str()), range)
        });
        let over = match &ask.over {
            Some((name, range)) => {
                let points = if across.is_some() { MAP } else { CURVE };
                let range = self.range(range, plotted, points);
                let name: Arc<str> = name.text.as_str().into();
                self.frames.push(Frame {
                    names: HashMap::default(),
                    dims: HashMap::default(),
                    size: 0,
                    function: None,
                });
                let place = self.place(&name);
                if let Some(across) = &mut across {
                    across.0 = self.place(&across.1);
                }
                Some((place, name, range))
            }
            None => None,
        };
        let epochs = ask.epochs;
        let one = |cx: &mut Self, expr: &ast::Expr| (cx.expr(expr), expr.span);
        let exprs = ask.exprs.iter().map(|expr| one(self, expr)).collect();
        let mut wholes = vec![];
        let mut wrt = vec![];
        for path in &ask.wrt {
            let span = path.names.iter().map(|n| n.span).reduce(Span::to).unwrap_or(span);
            if ask.statement.moves || self.is_network(path) {
                let text = path.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
                wholes.push(ast::Name { text, span });
                continue;
            }
            let start = self.program.arena.len() as u32;
            let root = self.dotted(&path.names, span);
            wrt.push((hir::Expr { start, root }, span));
        }
        let optimiser = ask.by.as_ref().filter(|_| ask.statement.moves).and_then(|by| self.optimiser(by).map(|_| by));
        let mut clock = (0, 0);
        let mut training = None;
        let by = match optimiser {
            Some(by) => {
                clock = self.clock();
                let name = ast::Name { text: "optimizer".into(), span: by.span };
                let choice = self.choice(&name, by, by.span);
                self.frames.pop();
                training = Some(Box::new(hir::Training { choices: vec![choice], wrt: vec![] }));
                None
            }
            None => ask.by.as_ref().map(|expr| one(self, expr)),
        };
        let within = ask.within.as_ref().map(|expr| one(self, expr));
        let times = ask.times.as_ref().map(|expr| one(self, expr));
        if over.is_some() {
            self.frames.pop();
        }
        let (statement, word) = (ask.statement, ask.word.clone());
        let (to, form) = (ask.to.clone(), ask.form.clone());
        let ask = Ask {
            statement,
            word,
            exprs,
            wrt,
            wholes,
            by,
            within,
            over,
            across,
            epochs,
            beside,
            times,
            to,
            form,
            file: None,
            training,
            clock,
        };
        self.push_item(span, ItemKind::Ask(Box::new(ask)));
    }
}

/// Gives every distribution of an expression the stated shape, where it says none itself.
fn filled(expr: &mut ast::Expr, kind: &ast::Kind, defined: &dyn Fn(&str) -> bool) {
    let shape = |span: Span| {
        let one = |dim: &ast::DimExpr| match dim {
            ast::DimExpr::Any(span) => {
                ast::Expr { span: *span, parts: vec![ast::Part { span: *span, kind: PartKind::Name("_".into()) }] }
            }
            ast::DimExpr::Expr(expr) => expr.clone(),
        };
        let list = PartKind::List(kind.dims.iter().map(one).collect());
        let expr = ast::Expr { span, parts: vec![ast::Part { span, kind: list }] };
        ast::Arg { name: None, value: ast::ArgValue::Expr(expr) }
    };
    let mut parts = vec![];
    let mut rest = std::mem::take(&mut expr.parts).into_iter().peekable();
    while let Some(mut part) = rest.next() {
        let span = part.span;
        let name = if let PartKind::Name(name) = &part.kind { Some(name.clone()) } else { None };
        if let PartKind::Group(inner) = &mut part.kind {
            filled(inner, kind, defined);
        }
        parts.push(part);
        let Some(name) = name.filter(|name| !defined(name)) else { continue };
        match (name.as_str(), rest.peek_mut().map(|part| &mut part.kind)) {
            ("bernoulli", Some(PartKind::Call(args))) if args.len() == 1 => args.push(shape(span)),
            (_, Some(PartKind::Call(_))) => {}
            ("normal" | "uniform", _) => parts.push(ast::Part { span, kind: PartKind::Call(vec![shape(span)]) }),
            _ => {}
        }
    }
    expr.parts = parts;
}

/// Every name in an expression. Nested brackets are a recursion that the scanner's depth limit bounds.
pub(super) fn each_name<'e>(expr: &'e ast::Expr, found: &mut dyn FnMut(&'e str)) {
    for part in &expr.parts {
        match &part.kind {
            PartKind::Name(text) => found(text),
            PartKind::Group(inner) => each_name(inner, found),
            PartKind::List(items) => items.iter().for_each(|item| each_name(item, found)),
            PartKind::Comprehension(inner) => {
                each_name(&inner.value, found);
                each_name(&inner.range, found);
            }
            PartKind::Index(slots) => {
                for slot in slots {
                    match slot {
                        ast::Slot::At(expr) => each_name(expr, found),
                        ast::Slot::Slice { start, stop, step, .. } => {
                            [start, stop, step].into_iter().flatten().for_each(|expr| each_name(expr, found));
                        }
                    }
                }
            }
            PartKind::Call(args) => {
                for arg in args {
                    match &arg.value {
                        ast::ArgValue::Expr(expr) => each_name(expr, found),
                        ast::ArgValue::Each(inner) => {
                            each_name(&inner.value, found);
                            each_name(&inner.range, found);
                        }
                    }
                }
            }
            PartKind::Prefix(_)
            | PartKind::Infix(_)
            | PartKind::Number(_)
            | PartKind::Text(_)
            | PartKind::Blank
            | PartKind::Derivative(_)
            | PartKind::Prime
            | PartKind::Field(_) => {}
        }
    }
}

/// Does an expression have this name in it?
pub(super) fn mentions(expr: &ast::Expr, name: &str) -> bool {
    let mut there = false;
    each_name(expr, &mut |other| there |= other == name);
    there
}
