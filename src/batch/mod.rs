//! `batch`, the vmap of this graph: one expression for each entry of a new first axis, without a loop.
//!
//! One rule for each *kind* of kernel, not for each operator. What does not depend on the index is computed once.

mod einsum;
mod scan;

use crate::graph::{
    Args, Attr, Attrs, Contract, Fault, Graph, Is, Kernel, Move, Node, NodeId, Role, SliceSpec, verify_pass,
};
use crate::ops::{self, build};
use crate::shape::{Dim, Shape};
use rustc_hash::FxHashMap;

/// `root` for each entry of the first axis (of size `n`) of the nodes that take the place of slots: `(slot, values)`, a
/// value of shape `[n] ++ shape(slot)`. The result has shape `[n] ++ shape(root)`. Random draws made since the graph had
/// `since` nodes are drawn for each entry. Linear in the nodes under `root`.
pub fn batch(
    graph: &mut Graph,
    root: NodeId,
    slots: &[(NodeId, NodeId)],
    n: &Dim,
    since: usize,
) -> Result<NodeId, Fault> {
    let from = graph.len();
    let mut made: FxHashMap<NodeId, NodeId> = slots.iter().copied().collect();
    all(graph, &[root], &mut made, n, since)?;
    verify_pass(graph, from, "batch");
    match made.get(&root) {
        Some(done) => Ok(*done),
        None => {
            let shape = front(n, graph.shape(root));
            build::broadcast_to(graph, root, shape)
        }
    }
}

/// As [`batch`], of several nodes; what depends on the index is put into `made`.
fn all(
    graph: &mut Graph,
    roots: &[NodeId],
    made: &mut FxHashMap<NodeId, NodeId>,
    n: &Dim,
    since: usize,
) -> Result<(), Fault> {
    for id in graph.reach(roots) {
        if made.contains_key(&id) {
            continue;
        }
        let node = graph.node(id).clone();
        let draws = node.op.def.role == Role::Draw && id.index() >= since;
        if draws || node.args.iter().any(|arg| made.contains_key(arg)) {
            // A derivative's nodes stay those of a derivative.
            let origin = graph.origin(id);
            let before = graph.made_for(origin);
            let batched = match node.op.def.kernel {
                Kernel::Scan => scan::steps(graph, id, &Given { made, n }, since),
                _ => one(graph, id, &node, made, n),
            };
            graph.made_for(before);
            made.insert(id, batched?);
        }
    }
    Ok(())
}

/// `[n] ++ shape`
fn front(n: &Dim, shape: &Shape) -> Shape {
    Shape::new(std::iter::once(n.clone()).chain(shape.iter().cloned()))
}

/// The arguments of one node: batched, or as they are.
struct Given<'a> {
    made: &'a FxHashMap<NodeId, NodeId>,
    n: &'a Dim,
}

impl Given<'_> {
    /// Is this the one entry of a table at the index, which counts through all that it has along the axis?
    fn counts_through(&self, graph: &Graph, gather: &Node, axis: usize) -> bool {
        let mut index = gather.args[1];
        while let Kernel::Move(Move::Broadcast | Move::Reshape) = graph.def(index).kernel {
            index = graph.node(index).args[0];
        }
        let counts = |id: &NodeId| build::counts(graph, *id);
        let table = graph.shape(gather.args[0]);
        graph.shape(index).is_scalar()
            && self.made.get(&index).is_some_and(counts)
            && graph.dims.is_same(&table[axis], self.n)
            && graph.dims.known(&gather.shape[axis]) == Some(1)
            && (0..table.rank()).all(|other| other == axis || graph.dims.is_same(&table[other], &gather.shape[other]))
    }

    /// The batched argument with its own axes aligned at the right of `rank`; one that is not batched as it is.
    fn aligned(&self, graph: &mut Graph, arg: NodeId, rank: usize) -> Result<NodeId, Fault> {
        let Some(batched) = self.made.get(&arg) else { return Ok(arg) };
        let own = graph.shape(arg).clone();
        if own.rank() >= rank {
            return Ok(*batched);
        }
        let ones = (own.rank()..rank).map(|_| Dim::Num(1));
        let shape = Shape::new(std::iter::once(self.n.clone()).chain(ones).chain(own.iter().cloned()));
        build::reshape_to(graph, *batched, shape)
    }

    /// The argument with the new axis, stretched over it where it does not depend on it.
    fn whole(&self, graph: &mut Graph, arg: NodeId) -> Result<NodeId, Fault> {
        match self.made.get(&arg) {
            Some(batched) => Ok(*batched),
            None => {
                let shape = front(self.n, graph.shape(arg));
                build::broadcast_to(graph, arg, shape)
            }
        }
    }
}

fn with(attrs: &Attrs, changes: &[(usize, Attr)]) -> Attrs {
    let mut all = attrs.all().to_vec();
    for (i, attr) in changes {
        if let Some(slot) = all.get_mut(*i) {
            *slot = attr.clone();
        }
    }
    Attrs::from_vec(all)
}

/// An axis attribute behind the new axis.
fn shifted(attrs: &Attrs, i: usize) -> Attr {
    match attrs.get(i) {
        Attr::Int(axis) => Attr::Int(axis + 1),
        Attr::Ints(axes) => Attr::Ints(axes.iter().map(|axis| axis + 1).collect()),
        other => other.clone(),
    }
}

fn one(graph: &mut Graph, id: NodeId, node: &Node, made: &FxHashMap<NodeId, NodeId>, n: &Dim) -> Result<NodeId, Fault> {
    let given = Given { made, n };
    let def = node.op.def;
    let attrs = &node.op.attrs;
    match def.kernel {
        Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_) => {
            let rank = node.shape.rank();
            let args: Args = node.args.iter().map(|arg| given.aligned(graph, *arg, rank)).collect::<Result<_, _>>()?;
            graph.add(def, attrs.clone(), &args)
        }
        Kernel::Reduce(_) => {
            let rank = graph.shape(node.args[0]).rank();
            let axes = match attrs.get(0) {
                Attr::Absent => Attr::Ints((1..=rank as i64).collect()),
                _ => shifted(attrs, 0),
            };
            let x = given.whole(graph, node.args[0])?;
            graph.add(def, with(attrs, &[(0, axes)]), &[x])
        }
        Kernel::Along(_) => {
            let args: Args = node.args.iter().map(|arg| given.whole(graph, *arg)).collect::<Result<_, _>>()?;
            graph.add(def, with(attrs, &[(0, shifted(attrs, 0))]), &args)
        }
        Kernel::Move(kind) => moved(graph, node, kind, &given),
        // Convolutions are stacked over the axes in front, as products are.
        Kernel::Contract(Contract::Conv(_)) => {
            let rank = node.args.iter().map(|arg| graph.shape(*arg).rank()).max().unwrap_or(0);
            let args: Args = node.args.iter().map(|arg| given.aligned(graph, *arg, rank)).collect::<Result<_, _>>()?;
            graph.add(def, attrs.clone(), &args)
        }
        Kernel::Contract(Contract::MatMul) => product(graph, node, &given),
        Kernel::Contract(Contract::Einsum) => {
            let batched: Vec<bool> = node.args.iter().map(|arg| made.contains_key(arg)).collect();
            let text = einsum::with_axis(attrs.text(0).unwrap_or_default(), &batched)?;
            let args: Args = node.args.iter().map(|arg| made.get(arg).copied().unwrap_or(*arg)).collect();
            graph.add(def, with(attrs, &[(0, Attr::Text(text.into()))]), &args)
        }
        Kernel::Matrix(_) => {
            let rank = node.args.iter().map(|arg| graph.shape(*arg).rank()).max().unwrap_or(0);
            let args: Args = node.args.iter().map(|arg| given.aligned(graph, *arg, rank)).collect::<Result<_, _>>()?;
            graph.add(def, attrs.clone(), &args)
        }
        Kernel::Source(_) if def.role == Role::Draw && !node.args.is_empty() => drawn(graph, node, &given),
        Kernel::Source(_) => match attrs.dims(0) {
            Some(shape) => graph.add(def, with(attrs, &[(0, Attr::Dims(front(n, shape)))]), &[]),
            None => given.whole(graph, id),
        },
        Kernel::Same => {
            let x = given.whole(graph, node.args[0])?;
            if def.role == Role::Def { Ok(x) } else { graph.add(def, attrs.clone(), &[x]) }
        }
        Kernel::Pick => scan::pick(graph, attrs.int(0).unwrap_or(0) as usize, made[&node.args[0]]),
        Kernel::Scan | Kernel::Expand(_) => {
            Err(Fault::new("nnlang::shape::batch", format!("`{}` cannot stand under an index", def.name)))
        }
    }
}

/// A draw that is keyed by steps: by the new axis too, where no step depends on it.
fn drawn(graph: &mut Graph, node: &Node, given: &Given) -> Result<NodeId, Fault> {
    let own = node.op.attrs.dims(0).map_or(0, |shape| shape.rank());
    let rank = node.shape.rank().saturating_sub(own);
    let mut args: Vec<NodeId> =
        node.args.iter().map(|arg| given.aligned(graph, *arg, rank)).collect::<Result<_, _>>()?;
    if !node.args.iter().any(|arg| given.made.contains_key(arg)) {
        let counted = build::range(graph, 0.0, 1.0, given.n.clone())?;
        let ones = (0..rank).map(|_| Dim::Num(1));
        args.push(build::reshape_to(graph, counted, Shape::new(std::iter::once(given.n.clone()).chain(ones)))?);
    }
    graph.add(node.op.def, node.op.attrs.clone(), &args)
}

fn moved(graph: &mut Graph, node: &Node, kind: Move, given: &Given) -> Result<NodeId, Fault> {
    let def = node.op.def;
    let attrs = &node.op.attrs;
    let whole = |dim: &Dim| SliceSpec { start: Dim::Num(0), step: 1, len: dim.clone() };
    let sliced = || match attrs.get(0) {
        Attr::Slices(specs) => Attr::Slices(std::iter::once(whole(given.n)).chain(specs.iter().cloned()).collect()),
        other => other.clone(),
    };
    match kind {
        Move::Reshape => {
            let x = given.whole(graph, node.args[0])?;
            build::reshape_to(graph, x, front(given.n, &node.shape))
        }
        Move::Broadcast => {
            let x = given.aligned(graph, node.args[0], node.shape.rank())?;
            build::broadcast_to(graph, x, front(given.n, &node.shape))
        }
        Move::SumTo => {
            let x = given.whole(graph, node.args[0])?;
            let ones = (node.shape.rank()..graph.shape(node.args[0]).rank()).map(|_| Dim::Num(1));
            let padded = Shape::new(std::iter::once(given.n.clone()).chain(ones).chain(node.shape.iter().cloned()));
            let summed = build::sum_to(graph, x, padded)?;
            build::reshape_to(graph, summed, front(given.n, &node.shape))
        }
        Move::Transpose => {
            let x = given.whole(graph, node.args[0])?;
            match attrs.ints(0) {
                None if node.shape.rank() < 2 => Ok(x),
                None => graph.add(def, attrs.clone(), &[x]),
                Some(order) => {
                    let order = std::iter::once(0).chain(order.iter().map(|axis| axis + 1)).collect();
                    graph.add(def, with(attrs, &[(0, Attr::Ints(order))]), &[x])
                }
            }
        }
        Move::Slice => {
            let x = given.whole(graph, node.args[0])?;
            graph.add(def, with(attrs, &[(0, sliced())]), &[x])
        }
        Move::Unslice => {
            let x = given.whole(graph, node.args[0])?;
            let shape = Attr::Dims(front(given.n, &node.shape));
            graph.add(def, with(attrs, &[(0, sliced()), (1, shape)]), &[x])
        }
        // One table, looked up at every entry of the new axis: the indices go side by side along the axis.
        Move::Gather if !given.made.contains_key(&node.args[0]) => {
            let axis = attrs.int(0).unwrap_or(0) as usize;
            if given.counts_through(graph, node, axis) {
                // `x[i]` for every `i`: `x` with that axis in front. Axes of size 1 are moved by reshaping.
                let table = graph.shape(node.args[0]).clone();
                let wide: Vec<usize> = (0..table.rank())
                    .filter(|other| *other == axis || graph.dims.known(&table[*other]) != Some(1))
                    .collect();
                let place = wide.iter().position(|other| *other == axis).unwrap_or(0);
                let order: Vec<usize> = std::iter::once(place).chain((0..wide.len()).filter(|i| *i != place)).collect();
                let thin = Shape::new(wide.iter().map(|other| table[*other].clone()));
                let x = build::reshape_to(graph, node.args[0], thin)?;
                let turned = build::permuted(graph, x, &order)?;
                return build::reshape_to(graph, turned, front(given.n, &node.shape));
            }
            let index = given.whole(graph, node.args[1])?;
            let order: Vec<usize> = (1..=axis).chain([0]).chain(axis + 1..=node.shape.rank()).collect();
            let placed = build::permuted(graph, index, &order)?;
            let split = graph.shape(placed).clone();
            let count = graph
                .dims
                .mul(given.n, &node.shape[axis])
                .map_err(|_| Fault::new("nnlang::shape::too_large", "this has more entries than can be counted"))?;
            let merged = build::reshape_to(graph, placed, node.shape.with(axis, count))?;
            let taken = build::take_along(graph, node.args[0], merged, axis)?;
            let apart = build::reshape_to(graph, taken, split)?;
            let mut back = vec![0; order.len()];
            for (to, from) in order.iter().enumerate() {
                back[*from] = to;
            }
            build::permuted(graph, apart, &back)
        }
        Move::Concat | Move::Gather | Move::ScatterAdd | Move::Flip => {
            let args: Args = node.args.iter().map(|arg| given.whole(graph, *arg)).collect::<Result<_, _>>()?;
            graph.add(def, with(attrs, &[(0, shifted(attrs, 0))]), &args)
        }
        Move::Diag | Move::DiagEmbed | Move::Tril | Move::Triu | Move::Windows | Move::SumWindows => {
            let x = given.whole(graph, node.args[0])?;
            graph.add(def, attrs.clone(), &[x])
        }
    }
}

/// `a @ b`: vectors become matrices, stacks are aligned, and what was added goes again.
fn product(graph: &mut Graph, node: &Node, given: &Given) -> Result<NodeId, Fault> {
    let (a, b) = (node.args[0], node.args[1]);
    let (left, right) = (graph.shape(a).clone(), graph.shape(b).clone());
    let (vector_left, vector_right) = (left.rank() == 1, right.rank() == 1);
    // Rows of vectors against one matrix or vector: one product.
    match (given.made.get(&a), given.made.get(&b)) {
        (Some(rows), None) if vector_left && right.rank() <= 2 => return build::matmul(graph, *rows, b),
        (None, Some(rows)) if vector_right && left.rank() == 1 => return build::matmul(graph, *rows, a),
        (None, Some(rows)) if vector_right && left.rank() == 2 => {
            let turned = build::transposed(graph, a)?;
            return build::matmul(graph, *rows, turned);
        }
        _ => {}
    }
    // Each side as a matrix, with the shape that it has without the new axis.
    let matrix = |graph: &mut Graph, arg: NodeId, shape: &Shape, row: bool| -> Result<(NodeId, Shape), Fault> {
        let shape = match (shape.rank(), row) {
            (1, true) => Shape::new([Dim::Num(1), shape[0].clone()]),
            (1, false) => Shape::new([shape[0].clone(), Dim::Num(1)]),
            _ => shape.clone(),
        };
        let node = match given.made.get(&arg) {
            Some(batched) => build::reshape_to(graph, *batched, front(given.n, &shape))?,
            None => build::reshape_to(graph, arg, shape.clone())?,
        };
        Ok((node, shape))
    };
    let (x, x_shape) = matrix(graph, a, &left, true)?;
    let (y, y_shape) = matrix(graph, b, &right, false)?;
    let rank = x_shape.rank().max(y_shape.rank());
    let align = |graph: &mut Graph, node: NodeId, arg: NodeId, shape: &Shape| -> Result<NodeId, Fault> {
        if !given.made.contains_key(&arg) || shape.rank() == rank {
            return Ok(node);
        }
        let ones = (shape.rank()..rank).map(|_| Dim::Num(1));
        let shape = Shape::new(std::iter::once(given.n.clone()).chain(ones).chain(shape.iter().cloned()));
        build::reshape_to(graph, node, shape)
    };
    let x = align(graph, x, a, &x_shape)?;
    let y = align(graph, y, b, &y_shape)?;
    let made = build::matmul(graph, x, y)?;
    if !vector_left && !vector_right {
        return Ok(made);
    }
    build::reshape_to(graph, made, front(given.n, &node.shape))
}

/// `root` with the seeds of the identity of `shape`: `[count] ++ shape`, one basis tensor for each entry.
pub fn basis(graph: &mut Graph, shape: &Shape) -> Result<(NodeId, Dim), Fault> {
    let count = shape
        .count(&graph.dims)
        .map_err(|_| Fault::new("nnlang::shape::too_large", "this has more entries than can be counted"))?;
    let eye = graph.add(ops::of(Is::Eye), Attrs::One(Attr::Dim(count.clone().into())), &[])?;
    Ok((build::reshape_to(graph, eye, front(&count, shape))?, count))
}
