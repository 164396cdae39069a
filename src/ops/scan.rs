//! Loops: a body that is computed step after step, each from the state that the step before left.
//!
//! A node of [`SCAN`] gives several tensors, which nodes of [`PICK`] take. Everything that is the same in every step is
//! computed once, before the loop, and goes in as an argument.

use crate::graph::{
    Algebra, Attr, Attrs, Bend, Body, Diff, Export, Fault, Graph, Is, Kernel, Loop, NodeId, Notation, OpDef, Param,
    Place, Role, Says, SliceSpec, Type,
};
use crate::shape::{Dim, Renamed, Shape};
use rustc_hash::FxHashMap;

const fn special(name: &'static str, kernel: Kernel, summary: &'static str) -> OpDef {
    OpDef {
        name,
        args: &[crate::graph::Arg { name: "x", kind: crate::graph::ArgKind::Tensors, default: "" }],
        notation: Notation::Special,
        role: Role::Plain,
        is: Is::Other,
        shape: |_, _, _| Ok(Type::real(Shape::SCALAR)),
        kernel,
        diff: Diff::Steps,
        says: Says::plain(summary, &[]),
        algebra: Algebra::over(&[]),
        bends: Bend::None,
        export: Export::none(),
    }
}

/// A recurrence: `h[t] = … h[t-1] …`.
pub static SCAN: OpDef = special("scan", Kernel::Scan, "A recurrence, one step after the other.");
/// One name of a recurrence, at all its steps, or after the last.
pub static PICK: OpDef = special("pick", Kernel::Pick, "One name of a recurrence, at all its steps.");

/// What a loop is made of: pairs of the slot that stands in the body and what it stands for.
#[derive(Clone, Debug)]
pub struct Steps {
    /// The states, and what they are before the first step.
    pub states: Vec<(NodeId, NodeId)>,
    /// What a step gets an entry of, and all of them along a first axis.
    pub sequences: Vec<(NodeId, NodeId)>,
    /// What is the same in every step.
    pub shared: Vec<(NodeId, NodeId)>,
    /// The slot of the step's number.
    pub index: Option<NodeId>,
    /// The states after the step, in the order of the states, and what else is collected.
    pub results: Vec<NodeId>,
    /// How many steps.
    pub length: Dim,
    /// From the last step to the first?
    pub backward: bool,
}

impl Default for Steps {
    fn default() -> Steps {
        Steps {
            states: vec![],
            sequences: vec![],
            shared: vec![],
            index: None,
            results: vec![],
            length: Dim::Num(0),
            backward: false,
        }
    }
}

/// A slot that stands for something for a while, unlike any other of the graph.
pub fn stand_in(graph: &mut Graph, ty: Type) -> NodeId {
    let place = Place::Fresh(graph.next_stand_in());
    param(graph, place, ty)
}

fn param(graph: &mut Graph, place: Place, ty: Type) -> NodeId {
    let param = Param { place, shape: ty.shape.clone(), dtype: ty.dtype };
    graph.add_typed(&super::structure::SLOT, Attrs::One(Attr::Param(param.into())), &[], ty)
}

/// The node of a loop. What does not change from step to step is taken out of its body; sequences that no step needs are
/// left out. The body may stand on anything outside; linear in what is above its lowest slot.
pub fn scan(graph: &mut Graph, steps: Steps) -> Result<NodeId, Fault> {
    let bound = |pairs: &[(NodeId, NodeId)]| pairs.iter().map(|(slot, _)| *slot).collect::<Vec<_>>();
    let moving: Vec<NodeId> =
        [bound(&steps.states), bound(&steps.sequences), steps.index.into_iter().collect()].concat();
    let lowest = moving.iter().copied().chain(bound(&steps.shared)).min().unwrap_or_default();
    let order = graph.reach_above(&steps.results, lowest);
    let mut varies = rustc_hash::FxHashSet::default();
    varies.extend(moving.iter().copied());
    for id in &order {
        if graph.node(*id).args.iter().any(|arg| varies.contains(arg)) {
            varies.insert(*id);
        }
    }
    let constant = |graph: &Graph, id: NodeId| matches!(graph.def(id).role, Role::Number | Role::Literal | Role::Dim);
    // What is the same in every step and used by what is not, in order.
    let mut same: Vec<NodeId> = vec![];
    let users = order.iter().filter(|id| varies.contains(*id)).flat_map(|id| graph.node(*id).args.to_vec());
    for id in users.chain(steps.results.iter().copied()) {
        if !varies.contains(&id) && !constant(graph, id) {
            same.push(id);
        }
    }
    same.sort_unstable();
    same.dedup();
    let mut outside: FxHashMap<NodeId, NodeId> = steps.shared.iter().copied().collect();
    let shared = graph.replaced(&same, &mut outside)?;

    let used: rustc_hash::FxHashSet<NodeId> = order.iter().copied().collect();
    let mut params: Vec<NodeId> = vec![];
    let mut args: Vec<NodeId> = vec![];
    let mut inside: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    let sequences = steps.sequences.iter().filter(|(slot, _)| used.contains(slot));
    let sequences: Vec<(NodeId, NodeId)> = sequences.copied().collect();
    for (slot, arg) in steps.states.iter().chain(&sequences) {
        let ty = graph.ty(*slot);
        let own = param(graph, Place::At(params.len() as u32), ty);
        inside.insert(*slot, own);
        params.push(own);
        args.push(*arg);
    }
    for (slot, arg) in same.iter().zip(shared) {
        let first = steps.states.len() + sequences.len();
        // Two that are one outside are one inside.
        if let Some(known) = args[first..].iter().position(|other| *other == arg) {
            inside.insert(*slot, params[first + known]);
            continue;
        }
        let ty = graph.ty(*slot);
        let own = param(graph, Place::At(params.len() as u32), ty);
        inside.insert(*slot, own);
        params.push(own);
        args.push(arg);
    }
    if let Some(slot) = steps.index.filter(|slot| used.contains(slot)) {
        let ty = graph.ty(slot);
        let own = param(graph, Place::At(params.len() as u32), ty);
        inside.insert(slot, own);
        params.push(own);
    }
    let results = rebuilt(graph, &order, &steps.results, &varies, inside)?;
    let body = graph.intern_body(Body { params, results });
    let attr = Loop {
        body,
        states: steps.states.len() as u32,
        sequences: sequences.len() as u32,
        length: steps.length,
        backward: steps.backward,
    };
    Ok(graph.add_typed(&SCAN, Attrs::One(Attr::Loop(attr.into())), &args, Type::real(Shape::SCALAR)))
}

/// The body over its own slots.
fn rebuilt(
    graph: &mut Graph,
    order: &[NodeId],
    results: &[NodeId],
    varies: &rustc_hash::FxHashSet<NodeId>,
    mut inside: FxHashMap<NodeId, NodeId>,
) -> Result<Vec<NodeId>, Fault> {
    for id in order.iter().filter(|id| varies.contains(*id)) {
        if inside.contains_key(id) {
            continue;
        }
        let args = &graph.node(*id).args;
        let args: crate::graph::Args = args.iter().map(|arg| inside.get(arg).copied().unwrap_or(*arg)).collect();
        let origin = graph.origin_of(*id);
        let before = graph.made_for(origin);
        let made = graph.remade(*id, &args);
        graph.made_for(before);
        inside.insert(*id, made?);
    }
    Ok(results.iter().map(|result| inside.get(result).copied().unwrap_or(*result)).collect())
}

/// Result number `at` of a loop at all its steps, along a new first axis.
pub fn collected(graph: &mut Graph, scan: NodeId, at: usize) -> NodeId {
    picked(graph, scan, at)
}

/// State number `at` of a loop after its last step; its start where there is no step.
pub fn last(graph: &mut Graph, scan: NodeId, at: usize) -> NodeId {
    let results = Loop::of(graph, scan).map_or(0, |steps| graph.body(steps.body).results.len());
    picked(graph, scan, results + at)
}

fn picked(graph: &mut Graph, scan: NodeId, at: usize) -> NodeId {
    graph.add(&PICK, Attrs::One(Attr::Int(at as i64)), &[scan]).unwrap_or(scan)
}

/// State number `at` of a loop before each of its steps, along a new first axis.
pub fn before(graph: &mut Graph, scan: NodeId, at: usize) -> Result<NodeId, Fault> {
    let Some(steps) = Loop::of(graph, scan).cloned() else { return Ok(scan) };
    let start = graph.node(scan).args[at];
    let after = collected(graph, scan, at);
    shifted(graph, start, after, &steps)
}

/// What was there before each step of what there is after each.
pub fn shifted(graph: &mut Graph, start: NodeId, after: NodeId, steps: &Loop) -> Result<NodeId, Fault> {
    let one = super::build::insert_axis(graph, start, 0)?;
    let parts = if steps.backward { [after, one] } else { [one, after] };
    let all = super::build::join(graph, &parts, 0)?;
    let whole = |dim: &Dim| SliceSpec { start: Dim::Num(0), step: 1, len: dim.clone() };
    let mut specs: Vec<SliceSpec> = graph.shape(all).iter().map(whole).collect();
    specs[0] = SliceSpec { start: Dim::Num(u64::from(steps.backward)), step: 1, len: steps.length.clone() };
    super::build::sliced(graph, all, &specs)
}

/// A loop over other arguments, perhaps of other sizes.
pub fn given(graph: &mut Graph, id: NodeId, args: &[NodeId], sizes: &Renamed) -> Result<NodeId, Fault> {
    let Some(old) = Loop::of(graph, id).cloned() else { return Ok(id) };
    let body = graph.body(old.body).clone();
    let length = graph.dims.renamed(&old.length, sizes).unwrap_or(old.length.clone());
    let mut steps =
        Steps { length, backward: old.backward, index: body.params.get(args.len()).copied(), ..Steps::default() };
    let mut map: FxHashMap<NodeId, NodeId> = FxHashMap::default();
    for (i, (param, arg)) in body.params.iter().zip(args).enumerate() {
        let mut ty = graph.ty(*arg);
        let state = i < old.states as usize;
        if !state && i < old.shared_from() {
            ty.shape = ty.shape.without(0);
        }
        let own = stand_in(graph, ty);
        map.insert(*param, own);
        match () {
            () if state => steps.states.push((own, *arg)),
            () if i < old.shared_from() => steps.sequences.push((own, *arg)),
            () => steps.shared.push((own, *arg)),
        }
    }
    steps.results = graph.given(&body.results, &mut map, sizes, given).map_err(|(_, fault)| fault)?;
    scan(graph, steps)
}
