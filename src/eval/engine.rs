//! The engine behind questions and behind what is evaluated again and again: a program made once, values set, run.

use super::{Engine, Eval, Made, Watch, slot};
use crate::diag::Diagnostic;
use crate::exec::{self, Making, Program};
use crate::graph::{DefId, Graph, NodeId};
use crate::source::Span;
use crate::tensor::{DType, Tensor};
use std::sync::Arc;

/// So many entries of results are quicker planned than walked.
const ENOUGH: usize = 1 << 15;

/// The values of the roots by a program that is run once; `None`: the reference answers, and tells what is wrong.
pub(super) fn once(
    graph: &Graph,
    roots: &[NodeId],
    inputs: &exec::Inputs,
    engine: Engine,
    watch: &mut Watch,
) -> Option<Vec<Arc<Tensor>>> {
    if engine == Engine::Auto && !is_worth(graph, roots, inputs) {
        return None;
    }
    let making = Making { moves: &|_| false, carried: &[] };
    let mut program = Program::new(graph, roots, inputs, &making).ok()??;
    let begun = watch.now();
    let done = program.run(graph, inputs);
    watch.run += watch.now().saturating_sub(begun);
    done.ok()?;
    if watch.plans {
        watch.made.push(made(&program, graph));
    }
    (0..roots.len()).map(|place| program.root(place)).collect()
}

/// A program as it is told.
pub(super) fn made(program: &Program, graph: &Graph) -> Made {
    Made::Program { lines: program.lines(graph), buffers: program.buffers(), bytes: program.bytes() }
}

/// Is there enough to compute? It depends on the question and the data alone, not on what was asked before.
fn is_worth(graph: &Graph, roots: &[NodeId], inputs: &exec::Inputs) -> bool {
    // Most programs have too few tensors, whatever the question stands on.
    is_enough(graph, graph.tensors().iter().copied(), inputs) && is_enough(graph, graph.reach(roots), inputs)
}

/// Are these nodes that are no scalars so many entries?
fn is_enough(graph: &Graph, nodes: impl IntoIterator<Item = NodeId>, inputs: &exec::Inputs) -> bool {
    let mut entries = 0usize;
    for node in nodes.into_iter().map(|id| graph.node(id)).filter(|node| !node.shape.is_scalar()) {
        let sizes = node.shape.iter().map(|dim| graph.dims.eval(dim, inputs.binding).unwrap_or(0));
        entries = entries.saturating_add(sizes.fold(1usize, usize::saturating_mul));
        if entries >= ENOUGH {
            return true;
        }
    }
    false
}

/// Roots that are evaluated again and again while some slots change.
#[derive(Debug)]
pub struct Repeat {
    roots: Vec<NodeId>,
    program: Option<Program>,
    carried: Vec<(usize, DefId)>,
    /// Where the reference answers: the last values, and those of the carried slots that they were made with.
    values: Vec<Arc<Tensor>>,
    before: Vec<Option<Arc<Tensor>>>,
}

impl Eval<'_> {
    /// Prepares roots for many runs. `moves`: slots that are set between runs. `carried`: roots whose value a slot has in
    /// the next run (a parameter and its update). The sizes of all slots must be those of the runs.
    pub fn repeat(
        &mut self,
        nodes: &[NodeId],
        moves: &[DefId],
        carried: &[(usize, DefId)],
        span: Span,
    ) -> Result<Repeat, Box<Diagnostic>> {
        let roots: Vec<NodeId> =
            nodes.iter().map(|node| self.compiled.openers.plain.open(&mut self.compiled.graph, *node)).collect();
        self.open_leaves(&roots, false);
        // A carried slot that holds an expression gets its value first.
        for (_, def) in carried {
            if !self.state.values.contains_key(def) {
                let node = self.compiled.def(*def).node;
                let value = self.value(node, span)?;
                self.state.values.insert(*def, value);
            }
        }
        let mut repeat = Repeat { roots, program: None, carried: carried.to_vec(), values: vec![], before: vec![] };
        if self.state.engine != Engine::Reference {
            let (compiled, state) = (&*self.compiled, &self.state);
            let slots = |def: DefId| slot(compiled, state, def);
            let inputs = inputs(&slots, self);
            let making = Making { moves: &|def| moves.contains(&def), carried };
            repeat.program = Program::new(&compiled.graph, &repeat.roots, &inputs, &making).ok().flatten();
            if let Some(program) = repeat.program.as_ref().filter(|_| self.watch.plans) {
                let made = made(program, &compiled.graph);
                self.watch.made.push(made);
            }
        }
        Ok(repeat)
    }

    /// Sets a slot for the runs to come; what is not evaluated with it takes no notice.
    pub fn set(&mut self, repeat: &mut Repeat, def: DefId, value: Arc<Tensor>) {
        if let Some(program) = &mut repeat.program
            && program.has(def)
            && !program.set(def, &value)
        {
            // The reference goes on with what the program came to.
            self.settle(repeat, |_| true);
            repeat.program = None;
        }
        self.state.values.insert(def, value);
        self.cache.clear();
    }

    /// As [`Eval::set`], of a slot that holds one number.
    pub fn set_number(&mut self, repeat: &mut Repeat, def: DefId, number: f64) {
        let held = self.state.values.get_mut(&def).and_then(Arc::get_mut);
        let done = held.is_some_and(|held| held.set_item(number));
        if done && let Some(program) = &mut repeat.program {
            let value = self.state.values.get(&def);
            if !program.has(def) || value.is_some_and(|value| program.set(def, value)) {
                self.cache.clear();
                return;
            }
        }
        let value = Tensor::from_f64(ndarray::arr0(number).into_dyn(), DType::Real, self.state.precision);
        self.set(repeat, def, Arc::new(value));
    }

    /// One run; afterwards the carried slots have their new values.
    pub fn again(&mut self, repeat: &mut Repeat, span: Span) -> Result<(), Box<Diagnostic>> {
        self.watch.steps += 1;
        if let Some(program) = &mut repeat.program {
            let begun = self.watch.now();
            let (compiled, state) = (&*self.compiled, &self.state);
            let slots = |def: DefId| slot(compiled, state, def);
            let inputs = inputs(&slots, self);
            let done = program.run(&compiled.graph, &inputs);
            self.watch.run += self.watch.now().saturating_sub(begun);
            return done.map_err(|trouble| Box::new(self.trouble(trouble, span)));
        }
        repeat.values = self.opened_values(&repeat.roots, span)?;
        repeat.before = repeat.carried.iter().map(|(_, def)| self.state.values.get(def).cloned()).collect();
        for (root, def) in &repeat.carried {
            self.state.values.insert(*def, repeat.values[*root].clone());
        }
        self.cache.clear();
        Ok(())
    }

    /// The carried slots hold again what the last run was made with: to tell where a number was born.
    pub fn step_back(&mut self, repeat: &Repeat) {
        for (i, (_, def)) in repeat.carried.iter().enumerate() {
            let value = match &repeat.program {
                Some(program) => program.before(*def),
                None => repeat.before.get(i).cloned().flatten(),
            };
            if let Some(value) = value {
                self.state.values.insert(*def, value);
            }
        }
        self.cache.clear();
    }

    /// The carried slots that `wanted` accepts become the session's values, as the last run left them.
    pub fn settle(&mut self, repeat: &Repeat, wanted: impl Fn(DefId) -> bool) {
        if let Some(program) = &repeat.program {
            for (_, def) in repeat.carried.iter().filter(|(_, def)| wanted(*def)) {
                if let Some(value) = program.slot(*def) {
                    self.state.values.insert(*def, value);
                }
            }
            self.cache.clear();
        }
    }
}

impl Repeat {
    /// A root's value in the last run.
    pub fn root(&self, place: usize) -> Option<Arc<Tensor>> {
        match &self.program {
            Some(program) => program.root(place),
            None => self.values.get(place).cloned(),
        }
    }

    /// Is no entry of a root's value infinite or NaN?
    pub fn is_finite(&self, place: usize) -> bool {
        match &self.program {
            Some(program) => program.is_finite(place),
            None => self.values.get(place).is_none_or(|value| value.all_finite()),
        }
    }
}

pub(super) fn inputs<'a>(slots: &'a dyn Fn(DefId) -> Option<exec::Slot>, eval: &'a Eval) -> exec::Inputs<'a> {
    exec::Inputs {
        slots,
        binding: &eval.state.binding,
        precision: eval.state.precision,
        memory_limit: eval.state.memory_limit,
        interrupt: eval.interrupt,
    }
}
