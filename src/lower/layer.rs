//! `layer 4 tanh`: exactly the definitions that its entry in the table says, each a name that can be asked for. The program
//! and a network call the same function; what a name becomes is theirs.

use super::said::Said;
use super::{Cx, DefKind, Draw, Frame, ItemKind, Value, errors};
use crate::graph::{NodeId, Type};
use crate::layers::{Input, LayerDef};
use crate::ops::build;
use crate::resolve::hir::{BodyLine, GlobalId, Layer};
use crate::shape::{Dim, Shape};
use crate::source::Span;
use std::sync::Arc;

/// One name that a layer defines: how, and its node.
pub(super) enum Made {
    Param(Type, NodeId),
    /// Kept and saved, but not trained.
    Kept(Type, NodeId),
    Value(NodeId),
}

/// Makes a definition of the name at a place of the layer's names, and gives its node.
pub(super) type Define<'d, 'a> = dyn FnMut(&mut Cx<'a>, usize, Made) -> NodeId + 'd;

/// What a layer is given, as its equations see it.
struct Fit {
    flags: Vec<&'static str>,
    dims: Vec<(&'static str, Dim)>,
    columns: Option<bool>,
}

impl<'a> Cx<'a> {
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
        let beside = layer.beside.map(|global| self.values[global.0 as usize].clone());
        let beside = match beside {
            Some(Some(Value::Node(node))) => Some(node),
            Some(_) => return self.silence(layer),
            None => None,
        };
        let said = self.said(layer);
        let (Some(source), Some(said)) = (source, said) else { return self.silence(layer) };
        let mut defs = vec![];
        let names: Vec<Arc<str>> = layer.names.iter().map(|(name, _)| name.clone()).collect();
        self.draw = Draw::default();
        let done = self.layer((source, beside), layer, &said, &names, &mut |cx, i, made| {
            let name = names[i].clone();
            let def = match made {
                Made::Param(ty, init) => cx.slot(name, layer.word_span, DefKind::Param, ty, Some(init)),
                Made::Kept(ty, init) => cx.slot(name, layer.word_span, DefKind::Leaf, ty, Some(init)),
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

    /// The definitions of a layer, each handed to `define`, which names it and gives its node back. False where it is wrong,
    /// which is told.
    pub(super) fn layer<N>(
        &mut self,
        (source, beside): (NodeId, Option<NodeId>),
        layer: &Layer<N>,
        said: &Said,
        names: &[Arc<str>],
        define: &mut Define<'_, 'a>,
    ) -> bool {
        if let Some(beside) = beside {
            let dims = &self.out.graph.dims;
            let (out, given) = (self.out.graph.shape(source), self.out.graph.shape(beside));
            if !out.is_same(given, dims) {
                let (out, given) = (out.show(dims), given.show(dims));
                let place = |node: NodeId| self.out.def_of(node).map(|def| self.out.def(def).span);
                let problem = errors::residual(&out, &given, layer.word_span, [place(source), place(beside)]);
                self.report(problem);
                return false;
            }
        }
        let Some(fit) = self.fitting(source, layer, said) else { return false };
        let body = &self.program.bodies[layer.body as usize];
        let mut frame = Frame::default();
        frame.places.resize(body.frame as usize, None);
        for (place, name) in body.given.iter().enumerate() {
            let dim = fit.dims.iter().find(|(dim, _)| dim == name).map(|(_, dim)| dim.clone());
            frame.places[place] = match (*name, dim) {
                ("x", _) => Some(Value::Node(source)),
                ("s", None) => beside.map(Value::Node),
                (_, Some(dim)) => Some(Value::Node(build::dim(self.graph(), dim))),
                (name, None) => said.value(name).cloned(),
            };
        }
        let outer = (self.draw.name.clone(), self.inside.replace(layer.word_span));
        self.settle();
        self.frames.push(frame);
        let before = self.problems.len();
        let output = self.lines_of(source, layer, said, &fit, names, define);
        self.frames.pop();
        (self.draw.name, self.inside) = outer;
        self.library_told(before, layer.word_span, layer.def.word);
        let Some(output) = output else { return false };
        let activation = said.activation.as_ref().map(|(_, at)| *at);
        let dense = layer.def.takes_network();
        let (word, units) = (layer.word_span, said.units);
        self.out.layers.push(super::Layered { source, output, activation, word, units, dense });
        true
    }

    fn lines_of<N>(
        &mut self,
        source: NodeId,
        layer: &Layer<N>,
        said: &Said,
        fit: &Fit,
        names: &[Arc<str>],
        define: &mut Define<'_, 'a>,
    ) -> Option<NodeId> {
        let def: &'static LayerDef = layer.def;
        let stems = def.names(&layer.flags);
        let body = &self.program.bodies[layer.body as usize];
        let mut output = None;
        for (line, equation) in def.lines.iter().zip(&body.lines) {
            if !def.holds(line.when, &fit.flags, true) {
                continue;
            }
            if let Some(steps) = &equation.steps {
                // Unsaid it is that of the layer's form.
                let unsaid = || def.form.split(' ').next_back().and_then(|name| self.activation(name));
                let bend = said.activation.as_ref().map(|(callee, _)| *callee).or_else(unsaid);
                let outer = std::mem::replace(&mut self.bend, bend);
                let made = self.local_recurrence(steps);
                self.bend = outer;
                made.first().copied().flatten()?;
                continue;
            }
            if line.is_hidden() {
                let mut node = self.node(equation.local.value)?;
                // What a kept value becomes, of the same name.
                let of = def
                    .lines
                    .iter()
                    .zip(&body.lines)
                    .find(|(other, _)| other.is_kept() && Some(other.name()) == line.name().strip_prefix('_'));
                let kept =
                    of.and_then(|(_, kept)| match self.frames.last()?.places.get(kept.local.place as usize)? {
                        Some(Value::Node(node)) => self.out.def_of(*node),
                        _ => None,
                    });
                if let Some(kept) = kept {
                    self.out.kept.push((kept, node));
                } else if !self.out.graph.node(node).args.is_empty() {
                    // A name of its own, by which a long formula is told.
                    let def = self.named(line.name().into(), layer.word_span, DefKind::Local, node);
                    node = self.out.def(def).node;
                }
                if let Some(frame) = self.frames.last_mut() {
                    frame.places[equation.local.place as usize] = Some(Value::Node(node));
                }
                continue;
            }
            let at = stems.iter().position(|stem| *stem == line.name())?;
            self.draw.name = names[at].clone();
            let made = match &equation.init {
                Some(word) => self.weights(layer, said, equation, (word, line.is_kept()))?,
                None => {
                    let node = self.node(equation.local.value)?;
                    let last = at + 1 == stems.len() && !def.bends();
                    Made::Value(if last { self.activated(node, said, layer.word_span)? } else { node })
                }
            };
            let wanted = if let Made::Param(ty, _) | Made::Kept(ty, _) = &made { Some(ty.shape.clone()) } else { None };
            let node = define(self, at, made);
            let dims = &self.out.graph.dims;
            if wanted.is_some_and(|shape| !self.out.graph.shape(node).is_same(&shape, dims)) {
                let [found, given] = [node, source].map(|id| self.out.graph.shape(id).show(dims));
                self.report(errors::layer_features(&names[at], &found, &given, layer.word_span));
                return None;
            }
            if let Some(columns) = fit.columns {
                self.conventions.insert(node, columns);
            }
            if let Some(frame) = self.frames.last_mut() {
                frame.places[equation.local.place as usize] = Some(Value::Node(node));
            }
            output = Some(node);
        }
        output
    }

    /// A parameter of a layer, with its first value.
    fn weights<N>(
        &mut self,
        layer: &Layer<N>,
        said: &Said,
        line: &BodyLine,
        (word, kept): (&str, bool),
    ) -> Option<Made> {
        let ty = self.stated(line.local.shape.as_ref()?)?;
        let begin = said.begin(word, layer.word_span);
        let init = match layer.flags.contains(&"both") {
            false => self.initial(&begin, &ty.shape)?,
            // One for each direction.
            true => {
                let one = ty.shape.without(0);
                let there = self.initial(&begin, &one)?;
                self.draw.path.push(1);
                let back = self.initial(&begin, &one);
                self.draw.path.pop();
                let made = build::stack(self.graph(), &[there, back?], 0);
                self.settle();
                self.made(made, layer.word_span, &[])?
            }
        };
        Some(if kept { Made::Kept(ty, init) } else { Made::Param(ty, init) })
    }

    /// The last equation's value behind the activation that the layer says.
    fn activated(&mut self, node: NodeId, said: &Said, span: Span) -> Option<NodeId> {
        let Some((callee, at)) = &said.activation else { return Some(node) };
        // A function of the program keeps its own places.
        let inside = self.inside.take();
        let given = vec![super::call::Given { name: None, value: Value::Node(node), span: *at }];
        let value = self.call(*callee, given, span, 0);
        let value = self.as_node(&value, span);
        self.here = Some(span);
        self.inside = inside;
        value
    }

    /// The input pattern that fits what the layer is given.
    fn fitting<N>(&mut self, source: NodeId, layer: &Layer<N>, said: &Said) -> Option<Fit> {
        let def: &'static LayerDef = layer.def;
        let shape = self.out.graph.shape(source).clone();
        let by_examples = def.inputs.iter().any(|input| !input.when.is_empty());
        let columns = self.columns_of(source);
        if columns.is_none() && by_examples {
            let shown = shape.show(&self.out.graph.dims);
            self.report(errors::undecided(&shown, layer.word_span));
            return None;
        }
        if shape.is_scalar() && !def.inputs.iter().any(|input| input.shape == "[..]") {
            self.report(errors::layer_of_scalar(layer.word_span));
            return None;
        }
        let mut flags = layer.flags.clone();
        flags.extend(columns.map(|columns| if columns { "columns" } else { "rows" }));
        flags.extend(said.sizes.map(|sizes| if sizes == 1 { "one" } else { "two" }));
        let fits = |input: &&Input| def.holds(input.when, &flags, true);
        let found = def.inputs.iter().filter(fits).find_map(|input| Some((input, bind(input, &shape)?)));
        let Some((input, dims)) = found else {
            let wanted: Vec<&str> = def.inputs.iter().filter(fits).map(|input| input.shape).collect();
            let shown = shape.show(&self.out.graph.dims);
            let problem = match (columns, by_examples) {
                (Some(true), true) => errors::layer_columns(&shown, layer.word_span),
                _ if said.sizes.is_some_and(|sizes| shape.rank() != sizes + 2 && (3..=4).contains(&shape.rank())) => {
                    errors::layer_window(def, &shown, shape.rank() - 2, self.text(said.window), said.window)
                }
                _ => errors::layer_input(def, &wanted, &shown, layer.word_span),
            };
            self.report(problem);
            return None;
        };
        if !input.is.is_empty() {
            flags.push(input.is);
        }
        Some(Fit { flags, dims, columns })
    }

    /// Do the examples of a value stand in columns? What a layer made has the convention of the layer, and so has what is
    /// made of that entry by entry. `None`: two names, of which either may count them.
    pub(super) fn columns_of(&self, node: NodeId) -> Option<bool> {
        /// So far back it is looked.
        const BACK: usize = 64;
        let mut at = node;
        let shape = self.out.graph.shape(node);
        for _ in 0..BACK {
            if let Some(columns) = self.conventions.get(&at) {
                return Some(*columns);
            }
            let same = |arg: &&NodeId| self.out.graph.shape(**arg) == shape;
            match self.out.graph.node(at).args.iter().find(same) {
                Some(arg) => at = *arg,
                None => break,
            }
        }
        let name = |dim: &Dim| matches!(dim, Dim::Named(..) | Dim::Poly(_));
        let undecided = self.program.settings.examples.is_none() && shape.rank() == 2 && shape.iter().all(name);
        (!undecided).then(|| self.is_columns(shape))
    }

    /// Problems inside the library's own lines are told at what the program wrote.
    pub(super) fn library_told(&mut self, before: usize, span: Span, what: &str) {
        for problem in self.problems.iter_mut().skip(before) {
            let library = |at: Span| crate::layers::is_library(&self.sources.get(at.source).name);
            if problem.labels.iter().all(|label| !library(label.span)) {
                continue;
            }
            let said = problem.labels.first().map(|label| label.text.clone()).unwrap_or_default();
            problem.labels.retain(|label| !library(label.span));
            if problem.labels.iter().all(|label| label.span != span) {
                let text =
                    if said == "here" || said.is_empty() { "here".into() } else { format!("in `{what}`: {said}") };
                problem.labels.insert(0, crate::diag::Label { span, text });
            }
            if problem.mend.as_ref().is_some_and(|mend| mend.edits.iter().any(|edit| library(edit.span))) {
                problem.mend = None;
            }
        }
    }
}

/// The dimensions of a pattern where a shape has as many axes: `[m, c, h, w]`, `[.., n]`.
fn bind(input: &Input, shape: &Shape) -> Option<Vec<(&'static str, Dim)>> {
    let names: Vec<&'static str> = names(input.shape);
    if let [first @ .., ".."] = names.as_slice()
        && !first.is_empty()
    {
        return (shape.rank() >= first.len()).then(|| first.iter().copied().zip(shape.iter().cloned()).collect());
    }
    let any = names.first() == Some(&"..");
    let names = if any { &names[1..] } else { &names[..] };
    let skip = shape.rank().checked_sub(names.len())?;
    if skip > 0 && !any {
        return None;
    }
    Some(names.iter().copied().zip(shape.iter().skip(skip).cloned()).collect())
}

fn names(pattern: &'static str) -> Vec<&'static str> {
    pattern.trim_matches(['[', ']']).split(',').map(str::trim).filter(|name| !name.is_empty()).collect()
}
