//! The batches of an epoch: its examples in the order that the seed gives.

use crate::data::{BLOCK, WINDOW};
use crate::kernels::random;
use std::collections::VecDeque;

/// Up to so many rows any two of them may come to stand beside each other. More are mixed in two steps, so that a file larger
/// than memory is read in runs: blocks of rows in the order that the seed gives, and the rows of a window of blocks among
/// themselves. The number of rows alone decides, so that the bits are the same wherever the rows are kept.
const MIXED: usize = 4 * BLOCK * WINDOW;
/// Keys of the draws: rows, blocks, rows of a window.
const ROWS: u64 = 0x7368_7566_666c_6521;
const BLOCKS: u64 = 0x626c_6f63_6b73_2121;

/// The places of the examples of one batch after another.
pub(super) struct Batches {
    rows: usize,
    size: usize,
    shuffle: bool,
    key: [u64; 2],
    /// The order of the blocks, where rows are mixed in two steps.
    blocks: Vec<usize>,
    window: usize,
    ready: VecDeque<usize>,
}

impl Batches {
    /// Of `rows` examples, so many at once.
    pub(super) fn new(rows: usize, size: usize, shuffle: bool, (seed, epoch): (u64, u64)) -> Batches {
        let key = [seed, epoch];
        let mut out =
            Batches { rows, size: size.max(1), shuffle, key, blocks: vec![], window: 0, ready: VecDeque::new() };
        if rows <= MIXED {
            out.ready = out.shuffled((0..rows).collect(), &[seed, ROWS, epoch]).into();
        } else {
            out.blocks = out.shuffled((0..rows.div_ceil(BLOCK)).collect(), &[seed, BLOCKS, epoch]);
        }
        out
    }

    fn shuffled(&self, mut all: Vec<usize>, key: &[u64]) -> Vec<usize> {
        if self.shuffle {
            let mut draws = vec![0.0; all.len()];
            random::uniform(key, &mut draws);
            let mut order: Vec<usize> = (0..all.len()).collect();
            order.sort_by(|a, b| draws[*a].total_cmp(&draws[*b]));
            all = order.into_iter().map(|at| all[at]).collect();
        }
        all
    }
}

impl Iterator for Batches {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        while self.ready.len() < self.size && self.window * WINDOW < self.blocks.len() {
            let from = self.window * WINDOW;
            let blocks = &self.blocks[from..self.blocks.len().min(from + WINDOW)];
            let places = blocks.iter().flat_map(|block| block * BLOCK..((block + 1) * BLOCK).min(self.rows)).collect();
            let [seed, epoch] = self.key;
            let places = self.shuffled(places, &[seed, ROWS, epoch, self.window as u64]);
            self.ready.extend(places);
            self.window += 1;
        }
        let some = self.size.min(self.ready.len());
        (some > 0).then(|| self.ready.drain(..some).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Batches, MIXED};

    #[test]
    fn every_example_comes_once_in_an_epoch_however_many_there_are() {
        for rows in [1, 10, MIXED, MIXED + 1, MIXED + 5000] {
            let batches: Vec<Vec<usize>> = Batches::new(rows, 1000, true, (7, 3)).collect();
            assert!(batches.iter().rev().skip(1).all(|batch| batch.len() == 1000), "{rows}");
            let mut all = batches.concat();
            assert!(rows == 1 || !all.is_sorted_by(|a, b| a < b), "{rows}: they are mixed");
            all.sort_unstable();
            assert!(all.into_iter().eq(0..rows), "{rows}");
        }
    }

    #[test]
    fn the_seed_and_the_epoch_give_the_order() {
        let first = |seed, epoch| Batches::new(MIXED + 1, 64, true, (seed, epoch)).next();
        assert_eq!(first(1, 0), first(1, 0));
        assert!(first(1, 0) != first(1, 1) && first(1, 0) != first(2, 0));
        assert!(Batches::new(MIXED + 1, 64, false, (1, 0)).flatten().eq(0..=MIXED));
    }
}
