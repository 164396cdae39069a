//! Two nodes compared at random points: what guards every formula before it is shown.

use super::{Eval, State};
use crate::graph::{DefId, NodeId};
use crate::source::Span;
use crate::tensor::{Precision, Tensor};
use rustc_hash::FxHashMap;
use std::sync::Arc;

impl Eval<'_> {
    /// Do two nodes differ at random points? The largest difference, relative, if so. All slots get other values, where
    /// sizes without a number are small.
    pub fn differ(&mut self, a: NodeId, b: NodeId, span: Span) -> Option<f64> {
        use crate::graph::Role;
        let mut worst: f64 = 0.0;
        let names: Vec<crate::shape::Sym> = self.compiled.graph.dims.open_names();
        // What is the number of a dimension stays that.
        let numbers: FxHashMap<DefId, u64> = self
            .compiled
            .sizes(&[a, b])
            .into_iter()
            .filter_map(|(def, dim)| Some((def, self.compiled.graph.dims.known(&dim)?)))
            .collect();
        for round in 0..4u64 {
            let mut state = State { memory_limit: self.state.memory_limit, ..State::default() };
            for (i, name) in names.iter().enumerate() {
                state.binding.values.insert(*name, 2 + (i as u64 + round) % 3);
            }
            let slots: Vec<(DefId, crate::graph::Type)> = self
                .compiled
                .graph
                .reach(&[a, b])
                .into_iter()
                .filter(|id| self.compiled.graph.def(*id).role == Role::Slot)
                .filter_map(|id| Some((self.compiled.graph.node(id).op.attrs.def(0)?, self.compiled.graph.ty(id))))
                .collect();
            for (def, ty) in slots {
                let Ok(sizes) = ty.shape.eval(&self.compiled.graph.dims, &state.binding) else { continue };
                let count: usize = sizes.iter().product();
                if count > 1 << 16 {
                    return None;
                }
                let mut entries = vec![0.0; count];
                crate::kernels::random::uniform(&[7, round, u64::from(def.0)], &mut entries);
                if let Some(number) = numbers.get(&def) {
                    state.values.insert(def, Arc::new(Tensor::scalar(*number as f64)));
                    continue;
                }
                let entries: Vec<f64> = match ty.dtype {
                    // Between 0 and 1, where logarithms and probabilities live; and on both sides of every bend.
                    crate::tensor::DType::Real if round % 2 == 0 => entries.iter().map(|v| 0.2 + 0.6 * v).collect(),
                    crate::tensor::DType::Real => entries.iter().map(|v| 4.0 * v - 2.0).collect(),
                    crate::tensor::DType::Int | crate::tensor::DType::Bool => {
                        entries.iter().map(|v| libm::floor(2.0 * v)).collect()
                    }
                };
                let Ok(array) = ndarray::ArrayD::from_shape_vec(sizes, entries) else { continue };
                state.values.insert(def, Arc::new(Tensor::from_f64(array, ty.dtype, Precision::F64)));
            }
            let before = std::mem::replace(&mut self.state, state);
            let values = self.fresh(|eval| {
                let opened = eval.compiled.openers.plain.open(&mut eval.compiled.graph, a);
                eval.opened_values(&[opened, b], span)
            });
            self.state = before;
            let Ok(values) = values else { continue };
            let (x, y) = (values[0].to_f64(), values[1].to_f64());
            let Some(y) = y.broadcast(x.raw_dim()) else { return Some(f64::INFINITY) };
            for (x, y) in x.iter().zip(y.iter()) {
                if x.is_finite() && !y.is_finite() {
                    worst = f64::INFINITY;
                } else if x.is_finite() {
                    let scale = libm::fmax(libm::fmax(libm::fabs(*x), libm::fabs(*y)), 1e-3);
                    worst = libm::fmax(worst, libm::fabs(x - y) / scale);
                }
            }
        }
        (worst > 1e-9).then_some(worst)
    }
}
