//! An expression run again and again by the clock: how long a run takes, and which nodes take it.

use super::engine::{inputs, made};
use super::{Engine, Eval, slot};
use crate::diag::Diagnostic;
use crate::exec::{self, Making, Program};
use crate::graph::{DefId, NodeId};
use crate::source::Span;
use std::time::Duration;

/// Runs are repeated for so long.
const LONG: Duration = Duration::from_secs(1);
/// What is shorter than this is timed several runs at once, so that reading the clock does not count.
const SHORT: Duration = Duration::from_micros(10);
/// The fewest samples.
const FEW: usize = 3;
/// Which nodes take the time is measured for a tenth of that.
const INSIDE: Duration = Duration::from_millis(100);

/// What running an expression takes.
#[derive(Clone, Debug)]
pub struct Timed {
    /// How often it was run.
    pub runs: u64,
    /// The least time of a run.
    pub min: Duration,
    /// The median.
    pub median: Duration,
    /// Making the program.
    pub compile: Duration,
    /// The bytes that the process had at most; where the system does not tell, those of the program.
    pub peak: u64,
    /// For each node its part of a run, in seconds, and the bytes of its result.
    pub parts: Vec<(NodeId, f64, u64)>,
}

impl Eval<'_> {
    /// Runs the value of a node for at least a second. Everything that has a value (leaves, inputs, parameters) is taken as
    /// given anew at each run, so that nothing is left out.
    pub fn time(&mut self, node: NodeId, span: Span) -> Result<Timed, Box<Diagnostic>> {
        let begun = self.watch.now();
        let root = self.compiled.openers.plain.open(&mut self.compiled.graph, node);
        self.open_leaves(&[root], false);
        let before = self.state.values.clone();
        let result = self.hold(root, span).and_then(|()| self.timed(root, begun, span));
        self.state.values = before;
        self.cache.clear();
        result
    }

    /// Slots that hold an expression get its value.
    fn hold(&mut self, root: NodeId, span: Span) -> Result<(), Box<Diagnostic>> {
        let slots = self.compiled.graph.slots(&[root], |_| false);
        let def = |id: &NodeId| self.compiled.graph.node(*id).op.attrs.def(0);
        let open: Vec<(DefId, NodeId)> = slots.iter().filter_map(|id| Some((def(id)?, *id))).collect();
        let open: Vec<(DefId, NodeId)> =
            open.into_iter().filter(|(def, _)| !self.state.values.contains_key(def)).collect();
        let nodes: Vec<NodeId> = open.iter().map(|(_, node)| *node).collect();
        let values = self.opened_values(&nodes, span)?;
        for ((def, _), value) in open.into_iter().zip(values) {
            self.state.values.insert(def, value);
        }
        Ok(())
    }

    fn timed(&mut self, root: NodeId, begun: Duration, span: Span) -> Result<Timed, Box<Diagnostic>> {
        let roots = [root];
        let (compiled, state) = (&*self.compiled, &self.state);
        let slots = |def: DefId| slot(compiled, state, def);
        let inputs = inputs(&slots, self);
        let graph = &compiled.graph;
        let told = |trouble| Box::new(self.trouble(trouble, span));
        let making = Making { moves: &|_| true, carried: &[] };
        let mut program = match state.engine {
            Engine::Reference => None,
            Engine::Auto | Engine::Always => Program::new(graph, &roots, &inputs, &making).ok().flatten(),
        };
        let compile = self.watch.now().saturating_sub(begun);
        let clock = || self.watch.now();
        let mut once = || -> Result<(), exec::Trouble> {
            match &mut program {
                Some(program) => program.run(graph, &inputs),
                None => exec::run(graph, &roots, &inputs, &mut exec::Cache::new(0)).map(drop),
            }
        };
        // What is computed once, and pages that are touched for the first time, do not count.
        once().map_err(told)?;
        let samples = samples(&clock, &mut once).map_err(told)?;
        let (runs, mut samples, all) = samples;
        let peak = self.watch.peak().or(program.as_ref().map(Program::bytes)).unwrap_or(0);
        let parts = match &mut program {
            Some(program) => program.parts(graph, &inputs, &clock, INSIDE),
            None => exec::parts(graph, &roots, &inputs, &clock),
        };
        let parts = parts.map_err(told)?;
        if self.watch.plans {
            let reference = || super::Made::Reference(graph.reach(&roots).len());
            self.watch.made.push(program.as_ref().map_or_else(reference, |program| made(program, graph)));
        }
        self.watch.run += all;
        self.watch.steps += runs;
        samples.sort_unstable();
        let (min, median) = (samples[0], samples[samples.len() / 2]);
        Ok(Timed { runs, min, median, compile, peak, parts })
    }
}

/// The number of runs, the time of one in each sample, and of all.
#[allow(clippy::type_complexity, reason = "three numbers that one loop gives")]
fn samples(
    clock: &dyn Fn() -> Duration,
    once: &mut dyn FnMut() -> Result<(), exec::Trouble>,
) -> Result<(u64, Vec<Duration>, Duration), exec::Trouble> {
    let begun = clock();
    once()?;
    let one = clock().saturating_sub(begun);
    let together = if one.is_zero() { 1 } else { (SHORT.as_nanos() / one.as_nanos()).max(1) as u32 };
    let (mut samples, mut runs) = (vec![one], 1u64);
    loop {
        let start = clock();
        for _ in 0..together {
            once()?;
        }
        let now = clock();
        samples.push(now.saturating_sub(start) / together);
        runs += u64::from(together);
        let spent = now.saturating_sub(begun);
        // A clock that stands still tells nothing, however long one waits.
        if samples.len() >= FEW && (spent >= LONG || spent.is_zero()) {
            return Ok((runs, samples, spent));
        }
    }
}
