//! A list that is cheap to clone and to add to: its blocks are shared by the lists that grew out of one another.

use std::sync::Arc;

/// So many entries a block.
const BLOCK: usize = 64;

/// Entries in order. A clone costs a reference for each block, and so does what a clone differs in.
#[derive(Clone, Debug)]
pub struct List<T> {
    /// All full but the last.
    blocks: Vec<Arc<Vec<T>>>,
    len: usize,
}

impl<T> Default for List<T> {
    fn default() -> List<T> {
        List { blocks: vec![], len: 0 }
    }
}

impl<T> List<T> {
    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// An entry.
    pub fn get(&self, place: usize) -> Option<&T> {
        self.blocks.get(place / BLOCK)?.get(place % BLOCK)
    }

    /// All entries, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.blocks.iter().flat_map(|block| block.iter())
    }

    /// The entries from a place on.
    pub fn from(&self, place: usize) -> impl Iterator<Item = &T> {
        let blocks = self.blocks.iter().skip(place / BLOCK).flat_map(|block| block.iter());
        blocks.skip(if place < self.len { place % BLOCK } else { BLOCK })
    }

    /// How many entries at the beginning are the same ones; blocks that are shared are not looked through.
    pub fn common(&self, other: &List<T>, same: impl Fn(&T, &T) -> bool) -> usize {
        let shared = self.blocks.iter().zip(&other.blocks).take_while(|(a, b)| Arc::ptr_eq(a, b)).count();
        let start = (shared * BLOCK).min(self.len).min(other.len);
        start + self.from(start).zip(other.from(start)).take_while(|(a, b)| same(a, b)).count()
    }
}

impl<T: Clone> List<T> {
    /// Adds an entry.
    pub fn push(&mut self, entry: T) {
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK) {
            Some(block) => Arc::make_mut(block).push(entry),
            None => {
                let mut block = Vec::with_capacity(BLOCK);
                block.push(entry);
                self.blocks.push(Arc::new(block));
            }
        }
        self.len += 1;
    }

    /// Puts an entry in the place of another.
    pub fn set(&mut self, place: usize, entry: T) {
        if let Some(block) = self.blocks.get_mut(place / BLOCK)
            && let Some(own) = Arc::make_mut(block).get_mut(place % BLOCK)
        {
            *own = entry;
        }
    }

    /// Keeps the first `count`.
    pub fn truncate(&mut self, count: usize) {
        if count >= self.len {
            return;
        }
        self.blocks.truncate(count.div_ceil(BLOCK));
        if let Some(last) = self.blocks.last_mut().filter(|_| !count.is_multiple_of(BLOCK)) {
            Arc::make_mut(last).truncate(count % BLOCK);
        }
        self.len = count;
    }
}

impl<T: Clone> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> List<T> {
        let mut out = List::default();
        entries.into_iter().for_each(|entry| out.push(entry));
        out
    }
}

impl<T> std::ops::Index<usize> for List<T> {
    type Output = T;

    fn index(&self, place: usize) -> &T {
        &self.blocks[place / BLOCK][place % BLOCK]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_vector_whatever_is_done_to_it() {
        let mut list = List::default();
        let mut vector = vec![];
        let mut older = vec![];
        for i in 0..500_usize {
            match i % 7 {
                5 => {
                    let count = (i * 31) % (vector.len() + 1);
                    if count + 9 > vector.len() {
                        list.truncate(count);
                        vector.truncate(count);
                    }
                }
                6 => older.push((list.clone(), vector.clone())),
                _ => {
                    list.push(i);
                    vector.push(i);
                }
            }
            assert_eq!(list.iter().copied().collect::<Vec<_>>(), vector);
            assert_eq!(list.len(), vector.len());
        }
        for (list, vector) in older {
            assert_eq!(list.iter().copied().collect::<Vec<_>>(), vector);
        }
        assert_eq!(list.from(100).copied().collect::<Vec<_>>(), vector[100..]);
        assert_eq!(list.from(list.len()).count() + list.from(list.len() + 70).count(), 0);
    }

    #[test]
    fn the_common_beginning_ends_where_one_differs() {
        let list: List<u32> = (0..200).collect();
        let mut other = list.clone();
        assert_eq!(list.common(&other, |a, b| a == b), 200);
        other.set(130, 7);
        assert_eq!(list.common(&other, |a, b| a == b), 130);
        assert_eq!(list[130], 130);
        other.truncate(64);
        assert_eq!(list.common(&other, |a, b| a == b), 64);
        assert_eq!(list.common(&List::default(), |a, b| a == b), 0);
    }
}
