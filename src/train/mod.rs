//! Training: parameters moved by an optimiser, one plan of goal, gradients and updates for each shape of batch.

pub mod checkpoint;
pub mod errors;
mod lbfgs;
pub mod model;
pub mod noise;
pub mod optimiser;
mod schedule;

pub use schedule::Schedule;

use crate::diag::Diagnostic;
use crate::eval::{Eval, Repeat};
use crate::graph::{DefId, Fault, Graph, NodeId, Type};
use crate::notation;
use crate::ops;
use crate::shape::Shape;
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use lbfgs::{Lbfgs, Point};
use optimiser::Optimiser;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How gradients are bounded.
#[derive(Clone, Copy, Debug)]
pub enum Clip {
    /// All together, by their norm.
    Norm(NodeId),
    /// Entry by entry.
    Each(NodeId),
}

/// What is trained and how.
#[derive(Debug)]
pub struct Setup {
    /// What is made small.
    pub goal: NodeId,
    /// The parameters that move, with their gradients.
    pub params: Vec<(DefId, NodeId)>,
    /// What is kept and not trained, with what it becomes.
    pub kept: Vec<(DefId, NodeId)>,
    /// First states that go from batch to batch, with what a batch leaves.
    pub carried: Vec<(DefId, NodeId)>,
    /// By what they move.
    pub optimiser: &'static Optimiser,
    /// Its options, in the order of its table.
    pub options: Vec<NodeId>,
    /// How much of the running mean of the parameters stays at a step, where one is kept.
    pub average: Option<NodeId>,
    /// Bounds of the gradients.
    pub clip: Option<Clip>,
    /// The slots of `epoch` and `step` in the options.
    pub clock: Option<(DefId, DefId)>,
    /// Parameters, and what is kept, that other goals move in turn with this one.
    pub others: Vec<DefId>,
    /// The name of the examples' dimension, where batches are taken.
    pub examples: Option<String>,
    /// The place of the statement.
    pub span: Span,
}

/// Training under way.
#[derive(Debug)]
pub struct Run {
    setup: Setup,
    /// The goal, the gradients, the next parameters, the next states.
    roots: Vec<NodeId>,
    carried: Vec<(usize, DefId)>,
    /// The number of the step from 1, and the schedule's factor.
    t: DefId,
    factor: DefId,
    /// The roots as they are planned, with what is drawn anew; made at the first step.
    opened: Option<(Vec<NodeId>, Vec<noise::Draw>)>,
    /// The plans, one for each number of examples in a batch, and which of them is in use.
    plans: Vec<(usize, Repeat)>,
    plan: Option<usize>,
    moves: Vec<DefId>,
    /// The running means of the parameters.
    averages: Vec<DefId>,
    newton: Option<Newton>,
    /// Steps done.
    pub steps: u64,
}

/// Steps of L-BFGS.
#[derive(Debug)]
struct Newton {
    lbfgs: Lbfgs,
    rate: f64,
    /// A step that promises less than this, squared, of the loss is none.
    tolerance: f64,
    point: Option<Point>,
    /// The loss before the last step.
    loss: f64,
}

/// What a step came to.
#[derive(Debug)]
pub enum Stepped {
    /// All is finite.
    Fine,
    /// The gradient by this parameter is not, before the step was made.
    Gradient(usize, Arc<Tensor>),
    /// The loss is not.
    Loss(Arc<Tensor>),
    /// There is nothing left to do, and why.
    Done(&'static str),
}

impl Run {
    /// Makes the graph of a step: updates over gradients, with slots for what the optimiser keeps.
    pub fn new(eval: &mut Eval, setup: Setup) -> Result<Run, Box<Diagnostic>> {
        let span = setup.span;
        let scalar = || Type::real(Shape::SCALAR);
        let (t, t_node) = noise::hidden(eval, "t", scalar(), span);
        let (factor, factor_node) = noise::hidden(eval, "schedule", scalar(), span);
        let mut roots = vec![setup.goal];
        roots.extend(setup.params.iter().map(|(_, gradient)| *gradient));
        let boxed = |fault: Fault| Box::new(Diagnostic::error(fault.code, fault.title).at(span, "in this training"));
        let graph = &mut eval.compiled.graph;
        let gradients = clipped(graph, &setup).map_err(boxed)?;
        for def in &setup.others {
            let value = eval.value(eval.compiled.def(*def).node, span)?;
            eval.state.values.insert(*def, value);
        }
        let mut states: Vec<Vec<(DefId, NodeId)>> = vec![];
        for (param, _) in &setup.params {
            let value = eval.value(eval.compiled.def(*param).node, span)?;
            let ty = eval.compiled.graph.ty(eval.compiled.def(*param).node);
            let zeros = ndarray::ArrayD::zeros(value.shape());
            let zeros = Arc::new(Tensor::from_f64(zeros, DType::Real, eval.state.precision));
            let mut own = vec![];
            for name in setup.optimiser.states {
                let (def, node) = noise::hidden(eval, name, ty.clone(), span);
                eval.state.values.insert(def, zeros.clone());
                own.push((def, node));
            }
            states.push(own);
        }
        let newton = Newton::of(eval, &setup)?;
        let (mut next, mut kept) = (vec![], vec![]);
        for (i, (param, _)) in setup.params.iter().enumerate() {
            let node = eval.compiled.def(*param).node;
            let mut names: Vec<(&str, NodeId)> = vec![("w", node), ("g", gradients[i]), ("t", t_node)];
            let graph = &mut eval.compiled.graph;
            for ((name, _), value) in setup.optimiser.options.iter().zip(&setup.options) {
                let value =
                    if *name == "lr" { ops::build::mul(graph, *value, factor_node).map_err(boxed)? } else { *value };
                names.push((name, value));
            }
            names.extend(setup.optimiser.states.iter().zip(&states[i]).map(|(name, (_, node))| (*name, *node)));
            for (name, rule) in setup.optimiser.rules {
                let vars: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
                let nodes: Vec<NodeId> = names.iter().map(|(_, node)| *node).collect();
                let made = notation::template(rule, &vars)
                    .map_err(|why| Fault::new("nnlang::value::fit", why))
                    .and_then(|template| notation::instantiate(graph, &template, &nodes))
                    .map_err(boxed)?;
                match names.iter_mut().find(|(own, _)| own == name) {
                    Some(own) => own.1 = made,
                    None => names.push((name, made)),
                }
            }
            let named: FxHashMap<&str, NodeId> = names.into_iter().collect();
            next.push((named["w"], *param));
            kept.extend(setup.optimiser.states.iter().zip(&states[i]).map(|(name, (def, _))| (named[name], *def)));
        }
        let mut averages = vec![];
        if let Some(share) = setup.average {
            for (node, def) in next.clone() {
                let ty = eval.compiled.graph.ty(node);
                let (slot, own) = noise::hidden(eval, "average", ty, span);
                let value = eval.value(eval.compiled.def(def).node, span)?;
                eval.state.values.insert(slot, value);
                let vars = ["w", "a", "c", "t"];
                let mean = notation::template("where(t == 1, w, c*a + (1 - c)*w)", &vars)
                    .map_err(|why| Fault::new("nnlang::value::fit", why))
                    .and_then(|rule| {
                        notation::instantiate(&mut eval.compiled.graph, &rule, &[node, own, share, t_node])
                    })
                    .map_err(boxed)?;
                kept.push((mean, slot));
                averages.push(slot);
            }
        }
        let mut carried = vec![];
        let beside = setup.kept.iter().chain(&setup.carried).map(|(def, node)| (*node, *def));
        let beside: Vec<(NodeId, DefId)> = beside.collect();
        let all = next.into_iter().chain(kept).chain(beside);
        for (node, def) in all.filter(|_| newton.is_none()) {
            carried.push((roots.len(), def));
            roots.push(node);
        }
        let mut moves = vec![t, factor];
        moves.extend(setup.clock.iter().flat_map(|(epoch, step)| [*epoch, *step]));
        moves.extend(&setup.others);
        Ok(Run {
            setup,
            roots,
            carried,
            t,
            factor,
            opened: None,
            plans: vec![],
            plan: None,
            moves,
            averages,
            newton,
            steps: 0,
        })
    }

    /// The next steps are over batches of so many examples: with the plan for them, or with a new one.
    pub fn resize(&mut self, eval: &mut Eval, size: usize) {
        let next = self.plans.iter().position(|(own, _)| *own == size);
        if self.plan.is_some() && self.plan == next {
            return;
        }
        self.settle(eval);
        self.plan = next;
        if let Some(plan) = next {
            let (_, repeat) = &mut self.plans[plan];
            for (_, def) in &self.carried {
                if let Some(value) = eval.state.values.get(def).cloned() {
                    eval.set(repeat, *def, value);
                }
            }
        }
    }

    /// Sets a slot for the steps to come.
    pub fn set(&mut self, eval: &mut Eval, def: DefId, value: Arc<Tensor>) {
        match self.plan {
            Some(plan) => eval.set(&mut self.plans[plan].1, def, value),
            None => drop(eval.state.values.insert(def, value)),
        }
    }

    fn repeat(&self) -> Option<&Repeat> {
        Some(&self.plans[self.plan?].1)
    }

    /// Everything that the last step made becomes the session's.
    pub fn settle(&self, eval: &mut Eval) {
        if let Some(repeat) = self.repeat() {
            eval.settle(repeat, |_| true);
        }
    }

    /// What other goals stand on becomes the session's.
    pub fn share(&self, eval: &mut Eval, shared: &[DefId]) {
        if let Some(repeat) = self.repeat() {
            eval.settle(repeat, |def| shared.contains(&def));
        }
    }

    /// The goal's value of the last step, before its parameters moved.
    pub fn loss(&self) -> Option<Arc<Tensor>> {
        match &self.newton {
            Some(newton) => Some(Arc::new(Tensor::F64(ndarray::arr0(newton.loss).into_dyn()))),
            None => self.repeat()?.root(0),
        }
    }

    /// The gradient by the parameter at `place` in the last step.
    pub fn gradient(&self, place: usize) -> Option<Arc<Tensor>> {
        self.repeat()?.root(1 + place)
    }

    /// One step over a batch: the values of its inputs, and the rows of the file that they are.
    pub fn step(
        &mut self,
        eval: &mut Eval,
        (epoch, factor): (u64, f64),
        batch: &[(DefId, Arc<Tensor>)],
        rows: Option<&[usize]>,
    ) -> Result<Stepped, Box<Diagnostic>> {
        let span = self.setup.span;
        let precision = eval.state.precision;
        let scalar = |value: f64| Arc::new(Tensor::from_f64(ndarray::arr0(value).into_dyn(), DType::Real, precision));
        let clock = self.setup.clock.map(|(epochs, steps)| [(epochs, epoch as f64), (steps, self.steps as f64)]);
        let numbers = [(self.t, (self.steps + 1) as f64), (self.factor, factor)];
        let numbers = numbers.into_iter().chain(clock.into_iter().flatten());
        let plan = match self.plan {
            Some(plan) => {
                let (_, repeat) = &mut self.plans[plan];
                for (def, number) in numbers {
                    eval.set_number(repeat, def, number);
                }
                for (def, value) in batch {
                    eval.set(repeat, *def, value.clone());
                }
                for def in &self.setup.others {
                    if let Some(value) = eval.state.values.get(def).cloned() {
                        eval.set(repeat, *def, value);
                    }
                }
                let draws = self.opened.as_ref().map_or(&[][..], |(_, draws)| draws);
                noise::fill(eval, Some(repeat), draws, self.steps, rows);
                plan
            }
            None => {
                eval.state.values.extend(numbers.map(|(def, number)| (def, scalar(number))));
                eval.state.values.extend(batch.iter().cloned());
                let examples = self.setup.examples.as_deref();
                let made = self.opened.take().unwrap_or_else(|| noise::opened(eval, &self.roots, examples, span));
                let (opened, draws) = self.opened.insert(made);
                noise::fill(eval, None, draws, self.steps, rows);
                let mut moves = self.moves.clone();
                moves.extend(noise::slots(draws));
                moves.extend(batch.iter().map(|(def, _)| *def));
                if self.newton.is_some() {
                    moves.extend(self.setup.params.iter().map(|(def, _)| *def));
                }
                let repeat = eval.repeat(opened, &moves, &self.carried, span)?;
                self.plans.push((rows.map_or(0, <[usize]>::len), repeat));
                *self.plan.insert(self.plans.len() - 1)
            }
        };
        let (_, repeat) = &mut self.plans[plan];
        if let Some(newton) = &mut self.newton {
            let stepped = newton.step(eval, repeat, &self.setup.params, span);
            self.steps += 1;
            return stepped;
        }
        eval.again(repeat, span)?;
        for i in 0..self.setup.params.len() {
            if !repeat.is_finite(1 + i) {
                eval.step_back(repeat);
                let value = repeat.root(1 + i).unwrap_or_else(|| scalar(f64::NAN));
                return Ok(Stepped::Gradient(i, value));
            }
        }
        if !repeat.is_finite(0) {
            eval.step_back(repeat);
            return Ok(Stepped::Loss(repeat.root(0).unwrap_or_else(|| scalar(f64::NAN))));
        }
        self.steps += 1;
        Ok(Stepped::Fine)
    }

    /// The parameters become their running means, where these are kept.
    pub fn average(&self, eval: &mut Eval) {
        for ((param, _), average) in self.setup.params.iter().zip(&self.averages) {
            if let Some(value) = eval.state.values.get(average).cloned() {
                eval.state.values.insert(*param, value);
            }
        }
        eval.forget();
    }

    /// Everything that goes from step to step, in an order that is the program's: what a checkpoint holds.
    pub fn carried(&self) -> impl Iterator<Item = DefId> + '_ {
        let params = self.setup.params.iter().map(|(def, _)| *def).filter(|_| self.newton.is_some());
        let begins = |def: &DefId| self.setup.carried.iter().any(|(own, _)| own == def);
        self.carried.iter().map(|(_, def)| *def).filter(move |def| !begins(def)).chain(params)
    }
}

impl Newton {
    /// For a training by L-BFGS, its options as numbers.
    fn of(eval: &mut Eval, setup: &Setup) -> Result<Option<Newton>, Box<Diagnostic>> {
        if setup.optimiser.name != optimiser::LBFGS.name {
            return Ok(None);
        }
        for (param, _) in &setup.params {
            let value = eval.value(eval.compiled.def(*param).node, setup.span)?;
            eval.state.values.insert(*param, value);
        }
        let options = eval.values(&setup.options, setup.span)?;
        let option = |at: usize| options.get(at).and_then(|value| value.item()).unwrap_or(1.0);
        let (rate, history, tolerance) = (option(0), option(1), option(2));
        let lbfgs = Lbfgs::new(history.clamp(1.0, 1e4) as usize);
        Ok(Some(Newton { lbfgs, rate, tolerance, point: None, loss: f64::NAN }))
    }

    /// One step over all examples.
    fn step(
        &mut self,
        eval: &mut Eval,
        repeat: &mut Repeat,
        params: &[(DefId, NodeId)],
        span: Span,
    ) -> Result<Stepped, Box<Diagnostic>> {
        let shapes: Vec<Vec<usize>> = params
            .iter()
            .map(|(def, _)| eval.state.values.get(def).map(|value| value.shape().to_vec()).unwrap_or_default())
            .collect();
        let precision = eval.state.precision;
        let put = |eval: &mut Eval, repeat: &mut Repeat, at: &[f64]| {
            let mut from = 0;
            for ((def, _), shape) in params.iter().zip(&shapes) {
                let size: usize = shape.iter().product();
                let array = ndarray::ArrayD::from_shape_vec(ndarray::IxDyn(shape), at[from..from + size].to_vec());
                from += size;
                let value = Tensor::from_f64(array.unwrap_or_default(), DType::Real, precision);
                eval.set(repeat, *def, Arc::new(value));
            }
        };
        let evaluate = |eval: &mut Eval, repeat: &mut Repeat, at: &[f64]| {
            put(eval, repeat, at);
            eval.again(repeat, span)?;
            let loss = repeat.root(0).and_then(|loss| loss.item()).unwrap_or(f64::NAN);
            let slopes = (0..params.len()).filter_map(|i| repeat.root(1 + i));
            Ok::<_, Box<Diagnostic>>((loss, slopes.flat_map(|slope| slope.to_f64().into_iter()).collect::<Vec<f64>>()))
        };
        let from = match self.point.take() {
            Some(point) => point,
            None => {
                let values = params.iter().filter_map(|(def, _)| eval.state.values.get(def));
                let at: Vec<f64> = values.flat_map(|value| value.to_f64().into_iter()).collect();
                let (loss, slope) = evaluate(eval, repeat, &at)?;
                if let Some(i) = (0..params.len()).find(|i| !repeat.is_finite(1 + i)) {
                    let value =
                        repeat.root(1 + i).unwrap_or_else(|| Arc::new(Tensor::F64(ndarray::arr0(f64::NAN).into_dyn())));
                    return Ok(Stepped::Gradient(i, value));
                }
                Point { at, loss, slope }
            }
        };
        self.loss = from.loss;
        // Of the loss's own scale, whatever the scales of the parameters.
        let enough = self.tolerance * self.tolerance * from.loss.abs();
        if self.lbfgs.promise(&from.slope).is_some_and(|promise| (0.0..=enough).contains(&promise)) {
            return Ok(Stepped::Done("no gradient is left"));
        }
        let next = self.lbfgs.step(&from, self.rate, &mut |at| evaluate(eval, repeat, at));
        // The last trial of a search need not be the point that it found.
        let found = next.as_ref().ok().and_then(|next| next.as_ref()).unwrap_or(&from);
        put(eval, repeat, &found.at);
        self.point = Some(found.clone());
        Ok(if next?.is_some() { Stepped::Fine } else { Stepped::Done("no step makes it smaller") })
    }
}

/// The gradients, bounded where that is wanted.
fn clipped(graph: &mut Graph, setup: &Setup) -> Result<Vec<NodeId>, Fault> {
    let gradients: Vec<NodeId> = setup.params.iter().map(|(_, gradient)| *gradient).collect();
    let made = |graph: &mut Graph, text: &str, names: &[&str], nodes: &[NodeId]| {
        let template = notation::template(text, names).map_err(|why| Fault::new("nnlang::value::fit", why))?;
        notation::instantiate(graph, &template, nodes)
    };
    match setup.clip {
        None => Ok(gradients),
        Some(Clip::Each(bound)) => {
            gradients.iter().map(|g| made(graph, "max(min(g, c), -c)", &["g", "c"], &[*g, bound])).collect()
        }
        Some(Clip::Norm(bound)) => {
            let mut total = ops::number(graph, 0.0);
            for gradient in &gradients {
                let square = ops::build::mul(graph, *gradient, *gradient)?;
                let square = ops::build::sum(graph, square, None, false)?;
                total = ops::build::add(graph, total, square)?;
            }
            // As PyTorch's `clip_grad_norm_`.
            let factor = made(graph, "min(1, c/(sqrt(s) + 1e-6))", &["c", "s"], &[bound, total])?;
            gradients.iter().map(|gradient| ops::build::mul(graph, *gradient, factor)).collect()
        }
    }
}
