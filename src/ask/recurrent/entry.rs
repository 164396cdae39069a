//! One step's entry of what has all steps along an axis.

use crate::graph::{Attr, Attrs, Graph, Kernel, Move, NodeId, Role, Type};
use crate::lower::Compiled;
use crate::ops::{self, build};
use crate::shape::{Dim, Shape};

/// Something with all steps along an axis, and the slot of its entry.
pub(super) struct Entry {
    pub slot: NodeId,
    pub whole: NodeId,
    pub text: String,
    pub axis: usize,
    /// So many steps ahead.
    pub offset: u64,
}

/// What is known entry by entry.
pub(super) struct Entries {
    pub all: Vec<Entry>,
    /// What has a name as a whole.
    pub called: Vec<(NodeId, String)>,
    /// The slot of the index; none where nothing recurs.
    pub index: Option<NodeId>,
    length: Dim,
}

/// So many operators are looked through.
const DEEPEST: u32 = 64;

impl Entries {
    pub fn new(length: Dim) -> Entries {
        Entries { all: vec![], called: vec![], index: None, length }
    }

    /// The entry of a node at the step, along an axis; where only that of one step is not 0, the number of that. `None` where
    /// it is none of one step alone.
    pub fn at(&mut self, compiled: &mut Compiled, id: NodeId, axis: usize) -> Option<(NodeId, Option<u64>)> {
        self.entry(compiled, id, axis, 0)
    }

    fn entry(&mut self, compiled: &mut Compiled, id: NodeId, axis: usize, deep: u32) -> Option<(NodeId, Option<u64>)> {
        if deep > DEEPEST {
            return None;
        }
        let fits = |entry: &&Entry| entry.whole == id && entry.axis == axis && entry.offset == 0;
        if let Some(known) = self.all.iter().find(fits) {
            return Some((known.slot, None));
        }
        let shape = compiled.graph.shape(id).clone();
        let node = compiled.graph.node(id);
        let (def, attrs, args) = (node.op.def, node.op.attrs.clone(), node.args.clone());
        // What is the same along the axis.
        if shape[axis] == Dim::Num(1) && !compiled.graph.dims.is_same(&shape[axis], &self.length) {
            return build::drop_axis(&mut compiled.graph, id, axis).ok().map(|node| (node, None));
        }
        let slot = def.role == Role::Slot;
        if let Some((_, name)) = self.called.iter().find(|(whole, _)| *whole == id).cloned() {
            return Some((self.new_entry(&mut compiled.graph, id, name, axis), None));
        }
        if slot {
            let name = super::visible(compiled, id)?.to_string();
            return Some((self.new_entry(&mut compiled.graph, id, name, axis), None));
        }
        match def.kernel {
            Kernel::Map(_) | Kernel::Zip(_) | Kernel::Zip3(_) => {
                let mut new: Vec<NodeId> = vec![];
                let mut only = None;
                let product = compiled.graph.is(id, crate::graph::Is::Mul);
                for arg in args.iter().copied() {
                    let rank = compiled.graph.shape(arg).rank();
                    match (axis + rank).checked_sub(shape.rank()) {
                        None => new.push(arg),
                        Some(own) => {
                            let (node, one) = self.entry(compiled, arg, own, deep + 1)?;
                            // Only a product, or what is of one argument, is 0 where that is.
                            if one.is_some() && (only.is_some() || !product) {
                                return None;
                            }
                            only = only.or(one);
                            new.push(node);
                        }
                    }
                }
                compiled.graph.add(def, attrs, &new).ok().map(|node| (node, only))
            }
            Kernel::Move(Move::Broadcast) => {
                let rank = compiled.graph.shape(args[0]).rank();
                let (node, only) = match (axis + rank).checked_sub(shape.rank()) {
                    None => (args[0], None),
                    Some(own) => self.entry(compiled, args[0], own, deep + 1)?,
                };
                build::broadcast_to(&mut compiled.graph, node, shape.without(axis)).ok().map(|node| (node, only))
            }
            Kernel::Move(Move::Transpose) => {
                let rank = shape.rank();
                let swapped = || (0..rank - 2).chain([rank - 1, rank - 2]).collect::<Vec<_>>();
                let order: Vec<usize> =
                    attrs.ints(0).map_or_else(swapped, |order| order.iter().map(|axis| *axis as usize).collect());
                let from = order[axis];
                let (node, only) = self.entry(compiled, args[0], from, deep + 1)?;
                let rest = order.iter().filter(|other| **other != from);
                let rest: Vec<usize> = rest.map(|other| other - usize::from(*other > from)).collect();
                build::permuted(&mut compiled.graph, node, &rest).ok().map(|node| (node, only))
            }
            Kernel::Move(Move::Slice) => {
                let Attr::Slices(slices) = attrs.get(0) else { return None };
                let dims = &compiled.graph.dims;
                let all = slices[axis].step == 1
                    && dims.known(&slices[axis].start) == Some(0)
                    && dims.is_same(&slices[axis].len, &compiled.graph.shape(args[0])[axis]);
                if !all {
                    return None;
                }
                let (node, only) = self.entry(compiled, args[0], axis, deep + 1)?;
                let rest = slices.iter().enumerate().filter(|(i, _)| *i != axis).map(|(_, slice)| slice.clone());
                let rest: Vec<crate::graph::SliceSpec> = rest.collect();
                build::sliced(&mut compiled.graph, node, &rest).ok().map(|node| (node, only))
            }
            Kernel::Move(Move::Unslice) => self.of_one(compiled, id, axis, deep),
            Kernel::Contract(_) if compiled.graph.is(id, crate::graph::Is::MatMul) => {
                let (left, right) = (args[0], args[1]);
                let ranks = [left, right].map(|arg| compiled.graph.shape(arg).rank());
                if ranks[1] != 2 || ranks[0] < 2 || axis + 1 >= ranks[0] {
                    return None;
                }
                let (node, only) = self.entry(compiled, left, axis, deep + 1)?;
                compiled.graph.add(def, Attrs::None, &[node, right]).ok().map(|node| (node, only))
            }
            Kernel::Move(Move::SumTo) => {
                let from = compiled.graph.shape(args[0]).clone();
                let own = axis + from.rank() - shape.rank();
                if !compiled.graph.dims.is_same(&from[own], &shape[axis]) {
                    return None;
                }
                let (node, only) = self.entry(compiled, args[0], own, deep + 1)?;
                build::sum_to(&mut compiled.graph, node, shape.without(axis)).ok().map(|node| (node, only))
            }
            _ => None,
        }
    }

    /// The slot of an entry of something that has a name.
    pub fn new_entry(&mut self, graph: &mut Graph, whole: NodeId, text: String, axis: usize) -> NodeId {
        let ty = Type { shape: graph.shape(whole).without(axis), dtype: graph.node(whole).dtype };
        let (_, slot) = ops::stand_in(graph, ty);
        self.all.push(Entry { slot, whole, text, axis, offset: 0 });
        slot
    }

    /// Zeros around what is at one step.
    fn of_one(&mut self, compiled: &mut Compiled, id: NodeId, axis: usize, deep: u32) -> Option<(NodeId, Option<u64>)> {
        let node = compiled.graph.node(id);
        let (attrs, inner) = (node.op.attrs.clone(), node.args[0]);
        let Attr::Slices(slices) = attrs.get(0) else { return None };
        let at = &slices[axis];
        let shape = compiled.graph.shape(id).clone();
        let whole = |i: usize| {
            slices[i].step == 1
                && compiled.graph.dims.known(&slices[i].start) == Some(0)
                && compiled.graph.dims.is_same(&slices[i].len, &shape[i])
        };
        let others: Vec<usize> = (0..shape.rank()).filter(|i| *i != axis && !whole(*i)).collect();
        let (node, only) = if whole(axis) {
            self.entry(compiled, inner, axis, deep + 1)?
        } else {
            if at.len != Dim::Num(1) {
                return None;
            }
            let start = compiled.graph.dims.known(&at.start)?;
            (build::drop_axis(&mut compiled.graph, inner, axis).ok()?, Some(start))
        };
        match others[..] {
            [] => Some((node, only)),
            [other] if slices[other].step == 1 => {
                let rest: Shape = shape.without(axis);
                let place = other - usize::from(other > axis);
                let made = build::part_of(&mut compiled.graph, node, place, slices[other].start.clone(), rest).ok()?;
                Some((made, only))
            }
            _ => None,
        }
    }
}
