//! Running: slots set, instructions taken one by one, roots read.

use super::layout::{gather, merged};
use super::{Applied, Code, Filled, Inst, Product, Stored, View};
use crate::exec::step::{Step, apply};
use crate::exec::value::Value;
use crate::exec::{Inputs, Trouble};
use crate::graph::{DefId, Fault, Graph};
use crate::kernels::vector::product::{Matrix, Out};
use crate::tensor::{DType, Tensor};
use ndarray::{ArrayD, IxDyn};
use smallvec::SmallVec;
use std::sync::Arc;

impl<T: Stored> Code<T> {
    /// Has it this slot?
    pub(super) fn has(&self, def: DefId) -> bool {
        self.slots.iter().any(|slot| slot.filled == Filled::Def(def))
    }

    /// Sets a slot. Whole numbers that are not exact in the precision, another shape or a slot that is not here: `false`.
    pub(super) fn set(&mut self, def: DefId, tensor: &Tensor) -> bool {
        self.settle();
        let Some(slot) = self.slots.iter().find(|slot| slot.filled == Filled::Def(def)) else { return false };
        if tensor.shape() != slot.shape {
            return false;
        }
        let out = &mut self.bufs[slot.buf as usize][slot.offset..];
        let out = &mut out[..tensor.len()];
        match (T::of(tensor), tensor) {
            (Some(entries), _) => out.copy_from_slice(entries),
            (None, Tensor::Int(_)) if tensor.numbers().any(|v| v.abs() > T::WHOLE) => return false,
            (None, _) => out.iter_mut().zip(tensor.numbers()).for_each(|(place, v)| *place = T::narrow(v)),
        }
        self.fresh |= !slot.moves;
        true
    }

    /// What the last run made of the carried slots becomes theirs.
    pub(super) fn settle(&mut self) {
        if std::mem::take(&mut self.ran) {
            for (root, slot) in &self.carried {
                self.bufs.swap(*root as usize, *slot as usize);
            }
        }
    }

    pub(super) fn run(&mut self, graph: &Graph, inputs: &Inputs) -> Result<(), Trouble> {
        self.settle();
        if std::mem::take(&mut self.fresh) {
            for inst in &mut self.once {
                if let Err(trouble) = one(inst, &mut self.bufs, graph, inputs) {
                    self.fresh = true;
                    return Err(trouble);
                }
            }
        }
        for inst in &mut self.each {
            one(inst, &mut self.bufs, graph, inputs)?;
        }
        self.ran = true;
        Ok(())
    }

    pub(super) fn root(&self, place: usize) -> Option<Arc<Tensor>> {
        let root = self.roots.get(place)?;
        tensor(&self.bufs, &root.view, &root.shape, root.dtype)
    }

    pub(super) fn is_finite(&self, place: usize) -> bool {
        let Some(root) = self.roots.get(place) else { return true };
        let size: usize = root.shape.iter().product();
        let data = &self.bufs[root.view.buf as usize];
        if root.view.is_row_major(&root.shape) {
            return T::all_finite(&data[root.view.offset..][..size]);
        }
        T::all_finite(&entries(&self.bufs, &root.view, &root.shape))
    }

    pub(super) fn before(&self, def: DefId) -> Option<Arc<Tensor>> {
        let slot = self.slots.iter().find(|slot| slot.filled == Filled::Def(def))?;
        let view = View { offset: slot.offset, ..View::whole(slot.buf, &slot.shape) };
        tensor(&self.bufs, &view, &slot.shape, DType::Real)
    }

    pub(super) fn slot(&self, def: DefId) -> Option<Arc<Tensor>> {
        let slot = self.slots.iter().find(|slot| slot.filled == Filled::Def(def))?;
        let moved = self.carried.iter().find(|(_, buf)| *buf == slot.buf).filter(|_| self.ran);
        let buf = moved.map_or(slot.buf, |(root, _)| *root);
        let view = View { offset: slot.offset, ..View::whole(buf, &slot.shape) };
        tensor(&self.bufs, &view, &slot.shape, DType::Real)
    }
}

fn tensor<T: Stored>(bufs: &[Vec<T>], view: &View, shape: &[usize], dtype: DType) -> Option<Arc<Tensor>> {
    let entries = entries(bufs, view, shape);
    Some(Arc::new(match dtype {
        DType::Real => T::reals(ArrayD::from_shape_vec(IxDyn(shape), entries).ok()?),
        DType::Int => {
            Tensor::Int(ArrayD::from_shape_vec(IxDyn(shape), entries.iter().map(|v| v.wide() as i64).collect()).ok()?)
        }
        DType::Bool => {
            Tensor::Bool(ArrayD::from_shape_vec(IxDyn(shape), entries.iter().map(|v| v.wide() != 0.0).collect()).ok()?)
        }
    }))
}

/// The entries of a view in row-major order.
fn entries<T: Stored>(bufs: &[Vec<T>], view: &View, shape: &[usize]) -> Vec<T> {
    let (sizes, steps) = merged(shape, view);
    let mut out = vec![T::ZERO; shape.iter().product()];
    if !out.is_empty() {
        gather(&bufs[view.buf as usize], view.offset, &sizes, &steps, 0, &mut out);
    }
    out
}

pub(super) fn one<T: Stored>(
    inst: &mut Inst<T>,
    bufs: &mut [Vec<T>],
    graph: &Graph,
    inputs: &Inputs,
) -> Result<(), Trouble> {
    if (inputs.interrupt)() {
        return Err(Trouble::Interrupted);
    }
    match inst {
        Inst::Group(group) => group.run(bufs),
        Inst::Scalars(scalars) => scalars.run(bufs),
        Inst::Product(product) => product.run(bufs),
        Inst::Sum(sum) => sum.run(bufs),
        Inst::Lanes(lanes) => lanes.run(bufs),
        Inst::Most(most) => most.run(bufs),
        Inst::Place(place) => place.run(bufs),
        Inst::Gather(gather) => gather.run(bufs, graph, inputs)?,
        Inst::Conv(conv) => conv.run(bufs),
        Inst::Scan(scan) => scan.run(bufs, graph, inputs)?,
        Inst::Copy(copied) => copied.run(bufs),
        Inst::Reference(applied) => applied.run(bufs, graph, inputs)?,
    }
    Ok(())
}

impl Product {
    fn run<T: Stored>(&self, bufs: &mut [Vec<T>]) {
        let mut taken = std::mem::take(&mut bufs[self.to as usize]);
        let (m, k, n) = self.size;
        let count: usize = self.stack.iter().product();
        let rank = self.stack.len();
        let mut index: SmallVec<[usize; 6]> = smallvec::smallvec![0; rank];
        for i in 0..count {
            let start = |view: &View| view.offset + index.iter().zip(&view.strides).map(|(i, s)| i * s).sum::<usize>();
            let matrix = |view: &View, size: (usize, usize)| {
                let data = bufs[view.buf as usize].get(start(view)..).unwrap_or(&[]);
                (data, size, (view.strides[rank], view.strides[rank + 1]))
            };
            let (a, b) = (matrix(&self.left, (m, k)), matrix(&self.right, (k, n)));
            T::product(
                Out { data: &mut taken[i * m * n..][..m * n], size: (m, n), stride: n },
                Matrix { data: a.0, size: a.1, strides: a.2 },
                Matrix { data: b.0, size: b.1, strides: b.2 },
                self.adds,
            );
            for axis in (0..rank).rev() {
                index[axis] += 1;
                if index[axis] < self.stack[axis] {
                    break;
                }
                index[axis] = 0;
            }
        }
        bufs[self.to as usize] = taken;
    }
}

impl Applied {
    pub(super) fn run<T: Stored>(&self, bufs: &mut [Vec<T>], graph: &Graph, inputs: &Inputs) -> Result<(), Trouble> {
        let node = graph.node(self.node);
        let trouble =
            |title: String| Trouble::Fault { node: self.node, fault: Fault::new("nnlang::value::fit", title) };
        let mut args = Vec::with_capacity(self.args.len());
        for (view, shape, dtype) in &self.args {
            let mut dtype = *dtype;
            let reals: Vec<f64> = entries(bufs, view, shape).into_iter().map(T::wide).collect();
            // What is no whole number is told by the reference.
            if dtype == DType::Int && reals.iter().any(|v| v.fract() != 0.0) {
                dtype = DType::Real;
            }
            let array = ArrayD::from_shape_vec(IxDyn(shape), reals).map_err(|why| trouble(why.to_string()))?;
            let value = Value::from_reals(array, dtype, inputs.precision);
            args.push(value.map_err(|_| trouble("there is no room for an argument".into()))?);
        }
        let step = Step { graph, id: self.node, node, shape: &self.shape, inputs };
        let needs: Vec<u32> = (0..args.len() as u32).collect();
        let value =
            apply(&step, &needs, &args).map_err(|failure| crate::exec::step::failed(self.node, failure, inputs))?;
        let reals = value.reals().map_err(|_| trouble("there is no room for a result".into()))?;
        let out = &mut bufs[self.to as usize];
        out.iter_mut().zip(reals.iter()).for_each(|(place, v)| *place = T::narrow(*v));
        Ok(())
    }
}
