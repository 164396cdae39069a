//! Instructions that put entries where they belong: concatenations, slices put back, entries by index.

use super::compile::{Maker, Val, Work};
use super::places::{Gather, Part, Place};
use super::{Applied, View};
use crate::exec::plan::extent;
use crate::graph::Attr;

/// A tensor that is zero outside some parts.
pub(super) struct Unsliced {
    parts: Vec<Part>,
    /// From where to where each part reaches along each axis.
    spans: Vec<Vec<(usize, usize)>>,
    /// The item that writes it.
    item: usize,
}

impl Maker<'_> {
    /// From where to where the slices of a node reach along each axis.
    pub(super) fn spans(&self, position: usize) -> Option<Vec<(usize, usize)>> {
        let Attr::Slices(specs) = self.node(position).op.attrs.get(0) else { return None };
        let at = self.plan.order[position];
        let size = |dim| extent(&self.graph.dims, dim, at, self.inputs).ok();
        let mut out = vec![];
        for spec in specs.iter() {
            let (start, len) = (size(&spec.start)?, size(&spec.len)?);
            let step = usize::try_from(spec.step).ok()?;
            out.push((start, start + len.saturating_sub(1) * step + 1));
        }
        Some(out)
    }

    /// Parts of a tensor over zeros; where they are all of it, without.
    pub(super) fn unslice(
        &mut self,
        position: usize,
        shape: &[usize],
        parts: Vec<Part>,
        spans: Vec<Vec<(usize, usize)>>,
    ) -> bool {
        let entries = |part: &Part| part.shape.iter().product::<usize>();
        let all: usize = parts.iter().map(entries).sum();
        let known = spans.iter().all(|span| span.len() == shape.len());
        self.put(position, shape, (all != shape.iter().product::<usize>() || !known, false), parts.clone());
        if known {
            self.unsliced.insert(position as u32, Unsliced { parts, spans, item: self.items.len() - 1 });
        }
        true
    }

    /// A sum of two that are zero where the other is not: both are written into one.
    pub(super) fn both_parts(&mut self, position: usize, needs: &[u32], shape: &[usize]) -> bool {
        let [a, b] = *needs else { return false };
        let own = |need: u32| {
            let whole = matches!(&self.vals[need as usize], Val::View(view) if view.buf == need);
            (whole && self.plan.uses[need as usize] == 1 && self.plan.shape(need as usize) == shape)
                .then(|| self.unsliced.get(&need))
                .flatten()
        };
        let (Some(left), Some(right)) = (own(a), own(b)) else { return false };
        let apart = |a: &[(usize, usize)], b: &[(usize, usize)]| a.iter().zip(b).any(|(a, b)| a.1 <= b.0 || b.1 <= a.0);
        if left.spans.iter().any(|a| right.spans.iter().any(|b| !apart(a, b))) {
            return false;
        }
        let parts = [&left.parts[..], &right.parts].concat();
        let spans = [&left.spans[..], &right.spans].concat();
        for item in [left.item, right.item] {
            self.items[item].dead = true;
        }
        self.unslice(position, shape, parts, spans)
    }

    pub(super) fn gather(&mut self, position: usize, needs: &[u32], adds: bool, shape: &[usize]) -> bool {
        let mut args = vec![];
        for need in needs {
            let (view, own) = self.buffered(*need);
            args.push((view, own, self.node(*need as usize).dtype));
        }
        let (from, own) = self.buffered(needs[0]);
        let (index, places) = self.buffered(needs[1]);
        let indexed: &[usize] = if adds { shape } else { &own };
        let gathered: &[usize] = if adds { &own } else { shape };
        let axis = self.node(position).op.attrs.int(0).unwrap_or(0);
        let axis = if axis < 0 { axis + indexed.len() as i64 } else { axis } as usize;
        if axis >= indexed.len() || gathered.len() != indexed.len() || places != gathered || gathered.contains(&0) {
            return false;
        }
        let side = |part: &[usize]| part.iter().product::<usize>();
        let sides = [side(&indexed[..axis]), indexed[axis], side(&indexed[axis + 1..])];
        if side(gathered) != sides[0] * gathered[axis] * sides[2] {
            return false;
        }
        // Where the same index stands along the last axes, it is read once for all of them.
        let mut rank = places.len();
        while rank > axis + 1 && (places[rank - 1] == 1 || index.strides[rank - 1] == 0) {
            rank -= 1;
        }
        let width = side(&places[rank..]);
        let index = View { strides: index.strides[..rank].to_vec(), ..index };
        let index = self.row_major(index, &places[..rank]);
        let from = self.row_major(from, &own);
        let count = side(&places[..rank]);
        let applied = Applied { node: self.plan.order[position], to: 0, shape: shape.to_vec(), args };
        let work = Gather { to: 0, from: from.clone(), index: index.clone(), sides, count, width, adds, applied };
        self.inst(position, &[from, index], Work::Gather { at: position as u32, gather: Box::new(work) });
        true
    }

    /// Parts written into a tensor: over zeros, added?
    pub(super) fn put(
        &mut self,
        position: usize,
        shape: &[usize],
        (zeros, adds): (bool, bool),
        parts: Vec<Part>,
    ) -> bool {
        let views: Vec<View> = parts.iter().map(|part| part.from.clone()).collect();
        let parts = parts.into_iter().map(Part::inside_out).collect();
        let place = Place { to: 0, size: shape.iter().product(), zeros, adds, parts };
        self.inst(position, &views, Work::Place { at: position as u32, place });
        true
    }

    pub(super) fn concat(&mut self, position: usize, needs: &[u32], shape: &[usize]) -> bool {
        let axis = self.node(position).op.attrs.int(0).unwrap_or(0);
        let axis = if axis < 0 { axis + shape.len() as i64 } else { axis } as usize;
        let whole = View::whole(0, shape);
        let (mut parts, mut at) = (vec![], 0);
        for need in needs {
            let (view, own) = self.buffered(*need);
            if own.len() != shape.len() || axis >= own.len() {
                return false;
            }
            let to = View { offset: at * whole.strides[axis], ..whole.clone() };
            at += own[axis];
            parts.push(Part { from: view, to, shape: own });
        }
        at == shape[axis] && self.put(position, shape, (false, false), parts)
    }
}
