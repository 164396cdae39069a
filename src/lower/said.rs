//! What the words and options of a layer say, read by its entry in the table.

use super::init::Begin;
use super::{Cx, Value, errors};
use crate::layers::{Arg, ArgKind, LayerDef, Opt, OptKind};
use crate::ops;
use crate::ops::build;
use crate::resolve::hir::{self, Callee, Layer, LayerArg};
use crate::source::Span;
use crate::syntax::ast;

/// What a layer says besides its source.
pub(super) struct Said {
    /// The values of its arguments and options, by their names.
    values: Vec<(&'static str, Value)>,
    /// How the parameters begin whose option is given.
    begins: Vec<(&'static str, Begin)>,
    /// The function behind the layer, and where it is named.
    pub activation: Option<(Callee, Span)>,
    /// Where its last argument stands, or its word.
    pub units: Span,
    /// How many sizes its window has, and where it is.
    pub sizes: Option<usize>,
    pub window: Span,
}

impl Said {
    /// The value of an argument or option.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().rev().find(|(own, _)| *own == name).map(|(_, value)| value)
    }

    /// How a parameter begins whose line says `word`: an option, or an initialiser itself.
    pub fn begin(&self, word: &str, span: Span) -> Begin {
        let given = self.begins.iter().find(|(name, _)| *name == word).map(|(_, begin)| begin.clone());
        given.unwrap_or_else(|| Begin::new(word, span))
    }
}

fn at(arg: &LayerArg) -> Span {
    match arg {
        LayerArg::Word(name, _) => name.span,
        LayerArg::Value(_, span) | LayerArg::Size(_, span) | LayerArg::Init(_, span) => *span,
    }
}

impl Cx<'_> {
    /// What the words of a layer say; `None` where they are wrong, which is told.
    pub(super) fn said<N>(&mut self, layer: &Layer<N>) -> Option<Said> {
        let def: &'static LayerDef = layer.def;
        let units = layer.args.get(def.args.len().saturating_sub(1)).filter(|_| !def.args.is_empty());
        let units = units.map_or(layer.word_span, at);
        let mut said = Said { values: vec![], begins: vec![], activation: None, units, sizes: None, window: units };
        for (i, arg) in layer.args.iter().enumerate() {
            let done = match def.args.get(i) {
                Some(wanted) => self.argument(layer, wanted, arg, i, &mut said),
                None => self.bend(layer, arg, &mut said),
            };
            done?;
        }
        if let Some(missing) = def.args.get(layer.args.len()) {
            self.report(errors::layer_wants(def, missing.says, layer.word_span));
            return None;
        }
        for option in def.options {
            let given = layer.options.iter().find(|(name, _)| name.text == option.name);
            match given {
                Some((name, value)) => self.option(def, option, name, value, &mut said)?,
                None => self.default(option, &mut said),
            }
        }
        if let Some((name, _)) = layer.options.iter().find(|(name, _)| def.option(&name.text).is_none()) {
            self.report(errors::layer_option(def, &name.text, name.span));
            return None;
        }
        Some(said)
    }

    /// What stands at the place of an argument.
    fn argument<N>(
        &mut self,
        layer: &Layer<N>,
        wanted: &'static Arg,
        arg: &LayerArg,
        i: usize,
        said: &mut Said,
    ) -> Option<()> {
        let def: &'static LayerDef = layer.def;
        if wanted.kind == ArgKind::Window {
            said.window = at(arg);
        }
        let value = match (wanted.kind, arg) {
            (ArgKind::Word(words), LayerArg::Word(name, _)) if words.contains(&name.text.as_str()) => return Some(()),
            (ArgKind::Window, LayerArg::Word(name, _)) if name.text == "all" => return Some(()),
            (ArgKind::Word(words), _) => {
                self.report(errors::layer_variant(def, words, self.text(at(arg)), at(arg)));
                return None;
            }
            (ArgKind::Units, LayerArg::Value(expr, span)) => self.units(def, *expr, *span)?,
            (ArgKind::Units, LayerArg::Word(name, Some(expr))) => self.units(def, *expr, name.span)?,
            (ArgKind::Number, LayerArg::Value(expr, _) | LayerArg::Word(_, Some(expr))) => {
                self.node(*expr).map(Value::Node)?
            }
            (ArgKind::Window, LayerArg::Size(sizes, _)) => {
                said.sizes = Some(sizes.len());
                let sizes: Vec<Value> =
                    sizes.iter().map(|size| Value::Node(ops::number(self.graph(), *size as f64))).collect();
                said.values.extend(["kh", "kw"].into_iter().zip(sizes.iter().cloned()));
                Value::List(sizes.into())
            }
            (ArgKind::Window, LayerArg::Value(expr, span)) => {
                let size = self.units(def, *expr, *span)?;
                said.sizes = Some(1);
                said.values.push(("kh", size.clone()));
                Value::List([size].into())
            }
            (ArgKind::Window, LayerArg::Word(name, Some(expr))) => {
                let size = self.units(def, *expr, name.span)?;
                said.sizes = Some(1);
                said.values.push(("kh", size.clone()));
                Value::List([size].into())
            }
            (_, LayerArg::Word(name, None)) => {
                let problem = match layer.args.get(i + 1) {
                    Some(LayerArg::Value(_, at)) => {
                        errors::layer_order(def, (&name.text, name.span), (self.text(*at), *at))
                    }
                    _ => errors::layer_wants(def, wanted.says, name.span),
                };
                self.report(problem);
                return None;
            }
            (_, arg) => {
                self.report(errors::layer_wants(def, wanted.says, at(arg)));
                return None;
            }
        };
        said.values.push((wanted.name, value));
        Some(())
    }

    /// A size of at least 1.
    fn units(&mut self, def: &'static LayerDef, expr: hir::Expr, span: Span) -> Option<Value> {
        let dim = self.dimension(expr, span)?;
        if self.out.graph.dims.known(&dim) == Some(0) {
            self.report(crate::resolve::errors::no_units(def.word, span));
            return None;
        }
        Some(Value::Node(build::dim(self.graph(), dim)))
    }

    /// What stands after the arguments: an activation.
    fn bend<N>(&mut self, layer: &Layer<N>, arg: &LayerArg, said: &mut Said) -> Option<()> {
        let def: &'static LayerDef = layer.def;
        let problem = match arg {
            LayerArg::Word(name, _) if said.activation.is_none() => match self.activation(&name.text) {
                Some(callee) => {
                    said.activation = Some((callee, name.span));
                    return Some(());
                }
                None => errors::activation(&name.text, name.span),
            },
            LayerArg::Word(name, _) => errors::layer_word(def, &name.text, name.span),
            LayerArg::Value(_, span) | LayerArg::Size(_, span) | LayerArg::Init(_, span) => {
                let text = self.text(*span);
                let called = text.split_once('(').filter(|(name, _)| self.activation(name.trim_end()).is_some());
                match (called, &said.activation) {
                    (Some((name, given)), None) => errors::layer_call(name, given, *span),
                    _ => errors::layer_word(def, text, *span),
                }
            }
        };
        self.report(problem);
        None
    }

    /// `name=value`
    fn option(
        &mut self,
        def: &'static LayerDef,
        option: &'static Opt,
        name: &ast::Name,
        value: &LayerArg,
        said: &mut Said,
    ) -> Option<()> {
        let given = match (option.kind, value) {
            (OptKind::Init, LayerArg::Init(init, span)) => {
                let begin = Begin { word: init.name.text.clone(), scale: init.scale, span: *span };
                said.begins.push((option.name, begin));
                return Some(());
            }
            (OptKind::Init, LayerArg::Word(word, None)) => {
                // The initialiser itself tells that no one knows it.
                said.begins.push((option.name, Begin::new(&word.text, word.span)));
                return Some(());
            }
            (OptKind::Flag, LayerArg::Word(word, _)) if word.text == "true" || word.text == "false" => {
                Value::Flag(word.text == "true")
            }
            (OptKind::Pad, LayerArg::Word(word, _)) if word.text == "same" || word.text == "valid" => {
                Value::Text(word.text.as_str().into())
            }
            (OptKind::Sizes | OptKind::Pad, LayerArg::Size(sizes, _)) => {
                let sizes = sizes.iter().map(|size| Value::Node(ops::number(self.graph(), *size as f64)));
                Value::List(sizes.collect())
            }
            (
                OptKind::Sizes | OptKind::Pad | OptKind::Number | OptKind::Value,
                LayerArg::Value(expr, _) | LayerArg::Word(_, Some(expr)),
            ) => self.value(*expr),
            _ => {
                self.report(errors::layer_option_value(def, option, at(value)));
                return None;
            }
        };
        if given == Value::Poison {
            return None;
        }
        let _ = name;
        said.values.push((option.name, given));
        Some(())
    }

    fn default(&mut self, option: &'static Opt, said: &mut Said) {
        let value = match (option.kind, option.default) {
            (OptKind::Init, word) => {
                said.begins.push((option.name, Begin::new(word, said.units)));
                return;
            }
            (OptKind::Flag, text) => Value::Flag(text == "true"),
            (OptKind::Value, _) => Value::Absent,
            // Its value is that of the window.
            (_, "") => said.value("window").cloned().unwrap_or(Value::Absent),
            (_, text) => match text.parse::<f64>() {
                Ok(number) => Value::Node(ops::number(self.graph(), number)),
                Err(_) => Value::Text(text.into()),
            },
        };
        said.values.push((option.name, value));
    }

    /// The function that a layer's last word names.
    pub(super) fn activation(&self, name: &str) -> Option<Callee> {
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
}
