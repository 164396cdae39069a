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
    /// The states before the first step.
    pub(super) start: Vec<Copied>,
    /// The states that have no two buffers to change places.
    pub(super) copied: Vec<usize>,
    /// How each root is read, where it does not lie in row-major order.
    pub(super) reading: Vec<Option<Copied>>,
    /// Where each parameter lies: its buffer, from where on, and how many entries; what the body does not read has no place.
    pub(super) slots: Vec<Option<(u32, usize, usize)>>,
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
        self.code.ran = false;
        for (state, start) in self.start.iter().enumerate() {
            let place = self.slots[state];
            self.code.fill(place, |out| start.write(&bufs[start.buf as usize], 0, out));
        }
        for (from, param) in &self.shared {
            let place = self.slots[*param as usize];
            self.code.fill(place, |out| from.write(&bufs[from.buf as usize], 0, out));
        }
        self.code.fresh = true;
        for step in 0..self.length {
            let at = if self.backward { self.length - 1 - step } else { step };
            for (row, stride, param) in &self.rows {
                let place = self.slots[*param as usize];
                self.code.fill(place, |out| row.write(&bufs[row.buf as usize], at * stride, out));
            }
            if let Some(index) = self.index {
                self.code.fill(self.slots[index as usize], |out| out.fill(T::narrow(at as f64)));
            }
            self.code.run(graph, inputs)?;
            for (result, buf) in &self.collected {
                let width = self.code.width(*result);
                let out = &mut bufs[*buf as usize][at * width..(at + 1) * width];
                self.code.read(*result, self.reading[*result].as_ref(), out);
            }
            for state in &self.copied {
                let mut value = [T::ZERO];
                self.code.read(*state, self.reading[*state].as_ref(), &mut value);
                // What changes places is still to be read: it does so before the next step.
                if let Some((buf, offset, _)) = self.slots[*state] {
                    self.code.bufs[buf as usize][offset] = value[0];
                }
            }
        }
        for (state, buf) in &self.last {
            let width = self.code.width(*state);
            let mut taken = std::mem::take(&mut bufs[*buf as usize]);
            match self.length {
                0 => self.start[*state].write(&bufs[self.start[*state].buf as usize], 0, &mut taken[..width]),
                _ => self.code.read(*state, self.reading[*state].as_ref(), &mut taken[..width]),
            }
            bufs[*buf as usize] = taken;
        }
        Ok(())
    }
}

impl<T: Stored> Code<T> {
    /// Where a parameter of a body lies.
    pub(super) fn slot_of(&self, param: u32) -> Option<(u32, usize, usize)> {
        let slot = self.slots.iter().find(|slot| slot.filled == Filled::Given(param))?;
        Some((slot.buf, slot.offset, slot.shape.iter().product()))
    }

    /// How the roots are read that do not lie in row-major order.
    pub(super) fn reading(&self) -> Vec<Option<Copied>> {
        let turned = |root: &super::Root| !root.view.is_row_major(&root.shape);
        self.roots.iter().map(|root| turned(root).then(|| Copied::new(0, &root.view, &root.shape))).collect()
    }

    /// Sets a parameter of a body, where the body reads it.
    fn fill(&mut self, place: Option<(u32, usize, usize)>, write: impl FnOnce(&mut [T])) {
        let Some((buf, offset, size)) = place else { return };
        self.settle();
        write(&mut self.bufs[buf as usize][offset..offset + size]);
    }

    /// The entries of a root.
    fn width(&self, root: usize) -> usize {
        self.roots[root].shape.iter().product()
    }

    /// Writes a root out in row-major order.
    fn read(&self, root: usize, turned: Option<&Copied>, out: &mut [T]) {
        let view = &self.roots[root].view;
        let data = &self.bufs[view.buf as usize];
        match turned {
            Some(copied) => copied.write(data, 0, out),
            None => out.copy_from_slice(&data[view.offset..view.offset + out.len()]),
        }
    }
}

/// A view of one row of a sequence.
pub(super) fn row(view: &View) -> View {
    View { strides: view.strides.get(1..).unwrap_or(&[]).to_vec(), ..view.clone() }
}
