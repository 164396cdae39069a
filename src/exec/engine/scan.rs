//! A loop: the program of its body, run once for each step.

use super::layout::Copied;
use super::{Code, Filled, Stored, View};
use crate::exec::{Inputs, Trouble};
use crate::graph::Graph;

/// A loop and the program of one step.
#[derive(Debug)]
pub(super) struct Scan<T> {
    pub(super) code: Code<T>,
    /// How many steps.
    pub(super) length: usize,
    /// From the last step to the first?
    pub(super) backward: bool,
    /// The states before the first step, and each state now.
    pub(super) start: Vec<Copied>,
    pub(super) states: Vec<Vec<T>>,
    /// One row of each sequence, from its first, how far the next one is, and its parameter.
    pub(super) rows: Vec<(Copied, usize, u32)>,
    /// What is the same in every step, and its parameter.
    pub(super) shared: Vec<(Copied, u32)>,
    /// The parameter of the step's number.
    pub(super) index: Option<u32>,
    /// The results of a step that are kept for all steps: which, and the buffer.
    pub(super) collected: Vec<(usize, u32)>,
    /// The states after the last step that are read: which, and the buffer.
    pub(super) last: Vec<(usize, u32)>,
    /// What the instruction reads.
    pub(super) reads: Vec<u32>,
}

impl<T: Stored> Scan<T> {
    pub(super) fn run(&mut self, bufs: &mut [Vec<T>], graph: &Graph, inputs: &Inputs) -> Result<(), Trouble> {
        for (start, state) in self.start.iter().zip(&mut self.states) {
            start.write(&bufs[start.buf as usize], 0, state);
        }
        for (from, param) in &self.shared {
            self.code.fill(*param, |out| from.write(&bufs[from.buf as usize], 0, out));
        }
        self.code.fresh = true;
        for step in 0..self.length {
            let at = if self.backward { self.length - 1 - step } else { step };
            for (state, values) in self.states.iter().enumerate() {
                self.code.fill(state as u32, |out| out.copy_from_slice(values));
            }
            for (row, stride, param) in &self.rows {
                self.code.fill(*param, |out| row.write(&bufs[row.buf as usize], at * stride, out));
            }
            if let Some(index) = self.index {
                self.code.fill(index, |out| out.fill(T::narrow(at as f64)));
            }
            self.code.run(graph, inputs)?;
            for (result, buf) in &self.collected {
                let width = self.code.width(*result);
                let out = &mut bufs[*buf as usize][at * width..(at + 1) * width];
                self.code.read(*result, out);
            }
            for (state, values) in self.states.iter_mut().enumerate() {
                self.code.read(state, values);
            }
        }
        for (state, buf) in &self.last {
            let values = &self.states[*state];
            bufs[*buf as usize][..values.len()].copy_from_slice(values);
        }
        Ok(())
    }
}

impl<T: Stored> Code<T> {
    /// Sets a parameter of a body, where the body reads it.
    fn fill(&mut self, param: u32, write: impl FnOnce(&mut [T])) {
        let Some(slot) = self.slots.iter().find(|slot| slot.filled == Filled::Given(param)) else { return };
        let size: usize = slot.shape.iter().product();
        write(&mut self.bufs[slot.buf as usize][slot.offset..slot.offset + size]);
    }

    /// The entries of a root.
    fn width(&self, root: usize) -> usize {
        self.roots[root].shape.iter().product()
    }

    /// Writes a root out in row-major order.
    fn read(&self, root: usize, out: &mut [T]) {
        let root = &self.roots[root];
        let data = &self.bufs[root.view.buf as usize];
        if root.view.is_row_major(&root.shape) {
            out.copy_from_slice(&data[root.view.offset..root.view.offset + out.len()]);
        } else {
            Copied::new(0, &root.view, &root.shape).write(data, 0, out);
        }
    }
}

/// A view of one row of a sequence.
pub(super) fn row(view: &View) -> View {
    View { strides: view.strides.get(1..).unwrap_or(&[]).to_vec(), ..view.clone() }
}
