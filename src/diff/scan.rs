//! Derivatives of loops: that of a loop is another loop, over the states that the first one went through.

use super::{Slope, Trouble, active, forward_all, op, reverse_all};
use crate::graph::{Body, Fault, Graph, Is, Loop, NodeId, NodeMap, Type};
use crate::ops::{self, Steps, build, scan};
use crate::shape::Shape;
use crate::tensor::DType;

/// A loop taken apart.
struct Open {
    id: NodeId,
    steps: Loop,
    body: Body,
    args: Vec<NodeId>,
    /// The slot of the step's number.
    index: Option<NodeId>,
}

impl Open {
    fn new(graph: &Graph, id: NodeId) -> Result<Open, Trouble> {
        let Some(steps) = Loop::of(graph, id).cloned() else {
            return Err(Trouble { node: id, fault: Fault::new("nnlang::diff::none", "a loop without a body") });
        };
        let body = graph.body(steps.body).clone();
        let args = graph.node(id).args.to_vec();
        let index = body.params.get(args.len()).copied();
        Ok(Open { id, steps, body, args, index })
    }

    fn states(&self) -> usize {
        self.steps.states as usize
    }

    /// The nodes of the body.
    fn order(&self, graph: &Graph) -> Vec<NodeId> {
        graph.reach(&[self.body.results.as_slice(), self.body.params.as_slice()].concat())
    }

    /// Which arguments move, where these do: a state that is computed from what moves does so too.
    fn moving(&self, graph: &Graph, given: impl Fn(usize) -> bool) -> (Vec<bool>, NodeMap) {
        let order = self.order(graph);
        let real = |i: usize| graph.node(self.body.params[i]).dtype == DType::Real;
        let mut moving: Vec<bool> = (0..self.args.len()).map(|i| given(i) && real(i)).collect();
        loop {
            let by: Vec<NodeId> = (0..moving.len()).filter(|i| moving[*i]).map(|i| self.body.params[i]).collect();
            let map = active(graph, &order, &by);
            let mut more = false;
            for (i, moves) in moving.iter_mut().enumerate().take(self.states()) {
                if !*moves && real(i) && map.contains(self.body.results[i]) {
                    *moves = true;
                    more = true;
                }
            }
            if !more {
                return (moving, map);
            }
        }
    }

    /// The slots of the states and sequences as sequences, the others as what is the same, for a loop beside this one.
    fn beside(&self, graph: &mut Graph) -> Result<Steps, Fault> {
        let mut steps = Steps { length: self.steps.length.clone(), index: self.index, ..Steps::default() };
        for i in 0..self.states() {
            let before = scan::before(graph, self.id, i)?;
            steps.sequences.push((self.body.params[i], before));
        }
        for i in self.states()..self.args.len() {
            let pair = (self.body.params[i], self.args[i]);
            if i < self.steps.shared_from() { steps.sequences.push(pair) } else { steps.shared.push(pair) }
        }
        Ok(steps)
    }
}

fn zeros(graph: &mut Graph, shape: Shape) -> Result<NodeId, Fault> {
    let zero = ops::number(graph, 0.0);
    build::broadcast_to(graph, zero, shape)
}

/// A slope as a node of a shape.
fn node_of(graph: &mut Graph, slope: &Slope, shape: Shape) -> Result<NodeId, Fault> {
    match slope {
        Slope::Node(node) => build::broadcast_to(graph, *node, shape),
        Slope::Unconnected | Slope::Flat(_) => zeros(graph, shape),
    }
}

/// The tangents of what a loop gives.
pub(super) struct Tangents {
    scan: NodeId,
    /// The result of the loop of tangents for each result of the loop.
    at: Vec<Option<usize>>,
}

impl Tangents {
    /// The tangent of what is taken by a number.
    pub(super) fn of(&self, graph: &mut Graph, taken: usize) -> Option<NodeId> {
        match taken.checked_sub(self.at.len()) {
            None => self.at[taken].map(|at| scan::collected(graph, self.scan, at)),
            Some(state) => self.at[state].map(|at| scan::last(graph, self.scan, at)),
        }
    }
}

/// Forward: a loop of the tangents, beside the states that are known.
pub(super) fn forward(graph: &mut Graph, id: NodeId, tangents: &[Option<NodeId>]) -> Result<Tangents, Trouble> {
    let open = Open::new(graph, id)?;
    let at = |fault: Fault| Trouble { node: id, fault };
    let (moving, map) = open.moving(graph, |i| tangents.get(i).copied().flatten().is_some());
    let mut steps = open.beside(graph).map_err(at)?;
    steps.backward = open.steps.backward;
    let mut by = vec![];
    for i in (0..open.args.len()).filter(|i| moving[*i]) {
        let param = open.body.params[i];
        let ty = graph.ty(param);
        let tangent = scan::stand_in(graph, ty);
        by.push((param, tangent));
        let outer = graph.shape(open.args[i]).clone();
        let given = match tangents[i] {
            Some(given) => given,
            None => zeros(graph, outer).map_err(at)?,
        };
        match i {
            i if i < open.states() => steps.states.push((tangent, given)),
            i if i < open.steps.shared_from() => steps.sequences.push((tangent, given)),
            _ => steps.shared.push((tangent, given)),
        }
    }
    // The states that move first, then what else does.
    let results = &open.body.results;
    let real = |graph: &Graph, i: usize| graph.node(results[i]).dtype == DType::Real;
    let own = (0..open.states()).filter(|i| moving[*i]);
    let others = (open.states()..results.len()).filter(|i| map.contains(results[*i]) && real(graph, *i));
    let wanted: Vec<usize> = own.chain(others).collect();
    let roots: Vec<NodeId> = wanted.iter().map(|i| results[*i]).collect();
    let slopes = forward_all(graph, &roots, &by)?;
    for (slope, root) in slopes.iter().zip(&roots) {
        let shape = graph.shape(*root).clone();
        steps.results.push(node_of(graph, slope, shape).map_err(at)?);
    }
    let scan = scan::scan(graph, steps).map_err(at)?;
    let at = (0..results.len()).map(|i| wanted.iter().position(|other| *other == i)).collect();
    Ok(Tangents { scan, at })
}

/// Reverse: a loop the other way, that carries the derivative by the state. `given` are the derivatives by what was taken,
/// with its number; the answer has a share for each argument that is `wanted`.
pub(super) fn reverse(
    graph: &mut Graph,
    id: NodeId,
    given: &[(usize, NodeId)],
    wanted: &[bool],
) -> Result<Vec<Option<NodeId>>, Trouble> {
    let open = Open::new(graph, id)?;
    let at = |fault: Fault| Trouble { node: id, fault };
    let back = backward(graph, &open, given, wanted)?;
    let Some(back) = back else { return Ok(vec![None; open.args.len()]) };
    let scan = scan::scan(graph, back.steps).map_err(at)?;
    let mut out = vec![None; open.args.len()];
    for (i, place) in back.shares {
        out[i] = Some(match place {
            Share::Last(at) => scan::last(graph, scan, at),
            Share::Collected(at) => scan::collected(graph, scan, at),
        });
    }
    Ok(out)
}

/// Where the share of an argument is.
enum Share {
    Last(usize),
    Collected(usize),
}

/// The loop of the derivatives.
struct Backward {
    steps: Steps,
    shares: Vec<(usize, Share)>,
}

fn backward(
    graph: &mut Graph,
    open: &Open,
    given: &[(usize, NodeId)],
    wanted: &[bool],
) -> Result<Option<Backward>, Trouble> {
    let at = |fault: Fault| Trouble { node: open.id, fault };
    let (body, states, count) = (&open.body, open.states(), open.body.results.len());
    let (moving, map) = open.moving(graph, |i| wanted[i]);
    let taken = |number: usize| given.iter().find(|(other, _)| *other == number).map(|(_, dy)| *dy);
    // A state counts where it is taken, or goes into what counts.
    let mut counts: Vec<bool> =
        (0..count).map(|i| taken(i).is_some() || i < states && taken(count + i).is_some()).collect();
    loop {
        let roots: Vec<NodeId> = (0..count).filter(|i| counts[*i]).map(|i| body.results[i]).collect();
        let reached = graph.reach(&roots);
        let more: Vec<usize> =
            (0..states).filter(|i| !counts[*i] && reached.binary_search(&body.params[*i]).is_ok()).collect();
        if more.is_empty() {
            break;
        }
        more.into_iter().for_each(|i| counts[i] = true);
    }
    let mut steps = open.beside(graph).map_err(at)?;
    steps.backward = !open.steps.backward;
    let mut roots: Vec<(NodeId, NodeId)> = vec![];
    let carried: Vec<usize> = (0..states).filter(|i| moving[*i] && counts[*i]).collect();
    for i in (0..count).filter(|i| counts[*i] && map.contains(body.results[*i])) {
        let ty = Type::real(graph.shape(body.results[i]).clone());
        let carry = if carried.contains(&i) {
            let carry = scan::stand_in(graph, ty.clone());
            let start = match taken(count + i) {
                Some(dy) => dy,
                None => zeros(graph, ty.shape.clone()).map_err(at)?,
            };
            steps.states.push((carry, start));
            Some(carry)
        } else {
            None
        };
        let own = taken(i).map(|dy| {
            let own = scan::stand_in(graph, ty);
            steps.sequences.push((own, dy));
            own
        });
        let seed = match (own, carry) {
            (Some(own), Some(carry)) => op(graph, Is::Add, &[own, carry]).map_err(at)?,
            (Some(seed), None) | (None, Some(seed)) => seed,
            (None, None) => continue,
        };
        roots.push((body.results[i], seed));
    }
    if roots.is_empty() {
        return Ok(None);
    }
    let others = (states..open.args.len()).filter(|i| moving[*i] && wanted[*i]);
    let by: Vec<usize> = carried.iter().copied().chain(others).collect();
    let params: Vec<NodeId> = by.iter().map(|i| body.params[*i]).collect();
    let slopes = reverse_all(graph, &roots, &params)?;
    let (mut shares, mut collected) = (vec![], vec![]);
    for (i, slope) in by.into_iter().zip(&slopes) {
        let shape = graph.shape(body.params[i]).clone();
        let slope = node_of(graph, slope, shape.clone()).map_err(at)?;
        if i < states {
            shares.push((i, Share::Last(steps.results.len())));
            steps.results.push(slope);
        } else if i < open.steps.shared_from() {
            collected.push((i, slope));
        } else {
            // What is the same in every step gets the sum over the steps.
            let sum = scan::stand_in(graph, Type::real(shape.clone()));
            let start = zeros(graph, shape).map_err(at)?;
            shares.push((i, Share::Last(steps.results.len())));
            steps.states.push((sum, start));
            steps.results.push(op(graph, Is::Add, &[sum, slope]).map_err(at)?);
        }
    }
    for (i, slope) in collected {
        shares.push((i, Share::Collected(steps.results.len())));
        steps.results.push(slope);
    }
    shares.retain(|(i, _)| wanted[*i]);
    Ok(Some(Backward { steps, shares }))
}
