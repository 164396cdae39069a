//! Short lists in few bytes: a graph has millions of them.

use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A list that stands in its place up to three entries: 16 bytes where an entry takes four.
#[derive(Clone)]
pub struct Few<T>(Held<T>);

#[derive(Clone)]
enum Held<T> {
    Here(u8, [T; 3]),
    // Boxed twice: a vector of its own would make every list as large as itself.
    #[allow(clippy::box_collection)]
    There(Box<Vec<T>>),
}

impl<T: Copy + Default> Few<T> {
    /// Of these entries.
    pub fn from_slice(entries: &[T]) -> Few<T> {
        let mut here = [T::default(); 3];
        match here.get_mut(..entries.len()) {
            Some(places) => {
                places.copy_from_slice(entries);
                Few(Held::Here(entries.len() as u8, here))
            }
            None => Few(Held::There(Box::new(entries.to_vec()))),
        }
    }

    /// Its entries.
    pub fn as_slice(&self) -> &[T] {
        self
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        match &self.0 {
            Held::Here(len, here) => here.get(..usize::from(*len)).unwrap_or(here),
            Held::There(there) => there,
        }
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match &mut self.0 {
            Held::Here(len, here) => &mut here[..usize::from(*len).min(3)],
            Held::There(there) => there,
        }
    }
}

impl<T: Copy + Default> Default for Few<T> {
    fn default() -> Few<T> {
        Few(Held::Here(0, [T::default(); 3]))
    }
}

impl<T: Copy + Default> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Few<T> {
        let mut here = [T::default(); 3];
        let mut len = 0;
        let mut entries = entries.into_iter();
        while let Some(entry) = entries.next() {
            if let Some(place) = here.get_mut(len) {
                *place = entry;
                len += 1;
            } else {
                let all = here.into_iter().chain([entry]).chain(entries).collect();
                return Few(Held::There(Box::new(all)));
            }
        }
        Few(Held::Here(len as u8, here))
    }
}

impl<T: Copy + Default> From<Vec<T>> for Few<T> {
    fn from(entries: Vec<T>) -> Few<T> {
        Few::from_slice(&entries)
    }
}

impl<'a, T> IntoIterator for &'a Few<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> std::slice::Iter<'a, T> {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Few<T>) -> bool {
        **self == **other
    }
}
impl<T: Eq> Eq for Few<T> {}
impl<T: Hash> Hash for Few<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}
impl<T: std::fmt::Debug> std::fmt::Debug for Few<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

/// A list that is shared and never changes, in one word.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Shared<T>(Arc<Vec<T>>);

impl<T> Deref for Shared<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> FromIterator<T> for Shared<T> {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Shared<T> {
        Shared(Arc::new(entries.into_iter().collect()))
    }
}

impl<T> From<Vec<T>> for Shared<T> {
    fn from(entries: Vec<T>) -> Shared<T> {
        Shared(Arc::new(entries))
    }
}

impl<T, const N: usize> From<[T; N]> for Shared<T> {
    fn from(entries: [T; N]) -> Shared<T> {
        Shared(Arc::new(entries.into()))
    }
}

impl<T: Clone> From<&[T]> for Shared<T> {
    fn from(entries: &[T]) -> Shared<T> {
        Shared(Arc::new(entries.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_the_same_here_and_there() {
        for len in 0..6u32 {
            let all: Vec<u32> = (0..len).collect();
            let few: Few<u32> = all.iter().copied().collect();
            assert_eq!(few.as_slice(), all);
            assert_eq!(few, Few::from_slice(&all));
        }
        assert_eq!(std::mem::size_of::<Few<u32>>(), 16);
        assert_eq!(std::mem::size_of::<Shared<i64>>(), 8);
    }
}
