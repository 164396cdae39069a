//! Loops over a new axis: the body once for all entries, with the axis in front of each state.

use super::{Given, all, front};
use crate::graph::{Fault, Graph, Loop, NodeId, Type};
use crate::ops::{Steps, build, scan};
use crate::shape::Shape;
use rustc_hash::FxHashMap;

/// The loop with the axis in front of each state and result.
pub(super) fn steps(graph: &mut Graph, id: NodeId, given: &Given, since: usize) -> Result<NodeId, Fault> {
    let Some(old) = Loop::of(graph, id).cloned() else {
        return Err(Fault::new("nnlang::shape::batch", "a loop without a body"));
    };
    let (args, body) = (graph.node(id).args.to_vec(), graph.body(old.body).clone());
    let mut steps = Steps {
        length: old.length.clone(),
        backward: old.backward,
        index: body.params.get(args.len()).copied(),
        ..Steps::default()
    };
    let mut slots: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    for (i, (param, arg)) in body.params.iter().zip(&args).enumerate() {
        let state = i < old.states as usize;
        let sequence = !state && i < old.shared_from();
        let mut pair = (*param, *arg);
        if state || given.made.contains_key(arg) {
            let ty = graph.ty(*param);
            let own = scan::stand_in(graph, Type { shape: front(given.n, &ty.shape), dtype: ty.dtype });
            let whole = given.whole(graph, *arg)?;
            let whole = if sequence { swapped(graph, whole)? } else { whole };
            slots.insert(*param, own);
            pair = (own, whole);
        }
        match () {
            () if state => steps.states.push(pair),
            () if sequence => steps.sequences.push(pair),
            () => steps.shared.push(pair),
        }
    }
    all(graph, &body.results, &mut slots, given.n, since)?;
    for result in &body.results {
        steps.results.push(match slots.get(result) {
            Some(made) => *made,
            None => {
                let shape: Shape = front(given.n, graph.shape(*result));
                build::broadcast_to(graph, *result, shape)?
            }
        });
    }
    scan::scan(graph, steps)
}

/// What is taken from a loop, with the axis in front of the steps.
pub(super) fn pick(graph: &mut Graph, taken: usize, scan: NodeId) -> Result<NodeId, Fault> {
    let results = Loop::of(graph, scan).map_or(0, |steps| graph.body(steps.body).results.len());
    match taken.checked_sub(results) {
        Some(state) => Ok(scan::last(graph, scan, state)),
        None => {
            let collected = scan::collected(graph, scan, taken);
            swapped(graph, collected)
        }
    }
}

fn swapped(graph: &mut Graph, x: NodeId) -> Result<NodeId, Fault> {
    let order: Vec<usize> = [1, 0].into_iter().chain(2..graph.shape(x).rank()).collect();
    build::permuted(graph, x, &order)
}
