//! Examples that are larger than memory: rows of reals in a file without a name, read where a batch needs them.

use crate::outside::{Refusal, Scratch};
use ndarray::{ArrayD, IxDyn};
use rustc_hash::FxHashMap;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows that are read at once: those of a block of the order in which a training goes through its examples.
pub const BLOCK: usize = 1024;
/// Blocks that are held: those of the window in which that order mixes them, and of the next.
const HELD: usize = 2 * WINDOW;
/// Blocks in a window of that order.
pub const WINDOW: usize = 64;

/// Rows of one line of a `data` block.
#[derive(Debug)]
pub struct Spill {
    scratch: Arc<dyn Scratch>,
    /// The shape of a row.
    inner: Vec<usize>,
    rows: usize,
    held: Mutex<Blocks>,
}

#[derive(Debug, Default)]
struct Blocks {
    blocks: FxHashMap<usize, Vec<f64>>,
    order: VecDeque<usize>,
}

impl Spill {
    /// No rows yet, of this shape each.
    pub fn new(scratch: Arc<dyn Scratch>, inner: Vec<usize>) -> Spill {
        Spill { scratch, inner, rows: 0, held: Mutex::default() }
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The shape of a row.
    pub fn inner(&self) -> &[usize] {
        &self.inner
    }

    /// The bytes of all rows.
    pub fn bytes(&self) -> u64 {
        self.rows as u64 * self.width() as u64 * 8
    }

    fn width(&self) -> usize {
        self.inner.iter().product()
    }

    /// Puts rows behind the others.
    pub fn push(&mut self, rows: &ArrayD<f64>) -> Result<(), Refusal> {
        let mut bytes = Vec::with_capacity(rows.len() * 8);
        rows.iter().for_each(|v| bytes.extend_from_slice(&v.to_le_bytes()));
        self.scratch.append(&bytes)?;
        self.rows += rows.shape().first().copied().unwrap_or(0);
        Ok(())
    }

    /// Some rows, `[places, …]`.
    pub fn pick(&self, places: &[usize]) -> Result<ArrayD<f64>, Refusal> {
        let width = self.width();
        let mut out: Vec<f64> = Vec::with_capacity(places.len() * width);
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for place in places {
            let (block, row) = (place / BLOCK, place % BLOCK);
            if !held.blocks.contains_key(&block) {
                let numbers = self.read(block * BLOCK, BLOCK.min(self.rows - block * BLOCK))?;
                if held.order.len() >= HELD
                    && let Some(old) = held.order.pop_front()
                {
                    held.blocks.remove(&old);
                }
                held.order.push_back(block);
                held.blocks.insert(block, numbers);
            }
            out.extend(
                held.blocks.get(&block).and_then(|block| block.get(row * width..(row + 1) * width)).unwrap_or(&[]),
            );
        }
        drop(held);
        Ok(self.shaped(places.len(), out))
    }

    /// Rows beside each other, `[count, …]`.
    pub fn range(&self, from: usize, count: usize) -> Result<ArrayD<f64>, Refusal> {
        Ok(self.shaped(count, self.read(from, count)?))
    }

    fn shaped(&self, rows: usize, numbers: Vec<f64>) -> ArrayD<f64> {
        let shape: Vec<usize> = std::iter::once(rows).chain(self.inner.iter().copied()).collect();
        ArrayD::from_shape_vec(IxDyn(&shape), numbers).unwrap_or_default()
    }

    fn read(&self, from: usize, count: usize) -> Result<Vec<f64>, Refusal> {
        let width = self.width();
        let mut bytes = vec![0; count * width * 8];
        self.scratch.read_at((from * width * 8) as u64, &mut bytes)?;
        Ok(bytes.as_chunks::<8>().0.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect())
    }
}
